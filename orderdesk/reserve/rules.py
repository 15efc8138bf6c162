"""The parameters of the reserve: `data/reserve.toml`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from orderdesk.domain.ledger import PayBackRule
from orderdesk.domain.people import Role
from orderdesk.reference import LocalText, ReferenceFile, Strict

Share = Annotated[float, Field(ge=0, le=1)]
Minutes = Annotated[int, Field(ge=0, le=100_000)]
Positive = Annotated[float, Field(gt=0)]


class WayKind(StrEnum):
    """How a shortage of the reserve can be met."""

    THEME = "theme"
    POOL = "pool"
    REST_DAY = "rest_day"
    POLICE = "police"
    REFUSE = "refuse"


class LadderStep(Strict):
    """What one way out costs and asks."""

    kind: WayKind
    name: LocalText
    euro_per_hour: Annotated[float, Field(ge=0, le=1000)]
    burden: Annotated[int, Field(ge=0, le=100)]
    """Points per person (see the burden of late changes)."""
    notice_minutes: Minutes
    signed_by: Role
    certain: bool
    """False where somebody else must first say yes."""


class Named(Strict):
    """Something with an id and a name: a pool, a step of the police ladder, a reason."""

    id: str
    name: LocalText


class ForecastRules(Strict):
    """Start values and limits of the forecast; each is explained in the data file."""

    start_per_week: Positive
    start_dispersion: Positive
    enough_weeks: Annotated[int, Field(ge=4, le=520)]
    half_lives: Annotated[tuple[Positive, ...], Field(min_length=1)]
    season_from_weeks: Annotated[int, Field(ge=104)]
    season_bandwidth_weeks: Positive
    season_prior_cases: Positive
    case_minutes: Positive
    case_spread: Positive
    overrun_median: Positive
    overrun_spread: Positive
    called_off: Share
    start_cases: Positive
    known_share: Annotated[tuple[Share, ...], Field(min_length=1)]
    draws: Annotated[int, Field(ge=500, le=1_000_000)]

    @model_validator(mode="after")
    def _knowledge_grows(self) -> Self:
        if list(self.known_share) != sorted(self.known_share, reverse=True):
            raise ValueError("known_share must fall with the weeks ahead")
        return self


class ReserveRules(ReferenceFile):
    """`data/reserve.toml`."""

    share: Share
    full_time_minutes: Annotated[int, Field(ge=60, le=3600)]
    hide_causes_below: Annotated[int, Field(ge=2, le=100)]
    pay_back: PayBackRule
    pools: tuple[Named, ...]
    ladder: tuple[LadderStep, ...]
    police_steps: Annotated[tuple[Named, ...], Field(min_length=1)]
    worked_reasons: Annotated[tuple[Named, ...], Field(min_length=1)]
    """Why somebody worked otherwise than planned."""
    forecast: ForecastRules

    @model_validator(mode="after")
    def _one_step_per_kind(self) -> Self:
        if sorted(step.kind for step in self.ladder) != sorted(WayKind):
            raise ValueError("ladder: each kind needs exactly one step")
        return self

    def reserve(self, plannable_minutes: int) -> int:
        """The part of a week's plannable minutes that is kept free, in minutes."""
        return round(plannable_minutes * self.share)

    def step(self, kind: WayKind) -> LadderStep:
        """What a way out costs and asks."""
        return next(step for step in self.ladder if step.kind is kind)
