"""Shapes of the risk card and the class table (`data/risk_card.toml`, `data/risk_classes.toml`)."""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from orderdesk.domain.events import Kind
from orderdesk.reference import LocalText, ReferenceFile, Strict

Probability = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]
Space = Literal["organiser", "place", "form", "spot", "district", "all"]
"""What a history is kept of."""
CardFact = Literal[
    "form",
    "counter",
    "size",
    "spot",
    "exits",
    "open_square",
    "shopping_sunday",
    "night",
    "other_heavy_event",
]
"""The only facts that a card may weigh."""


class Anchor(Strict):
    """Where a kind of gathering starts, before anything else is known."""

    probability: Probability
    sd: Positive
    """Spread of our knowledge of it, on the log-odds."""
    source: str

    @property
    def log_odds(self) -> float:
        """The probability as log-odds."""
        return math.log(self.probability / (1 - self.probability))


class Condition(Strict):
    """When a line of a card applies: one fact, with a list of values or a range."""

    fact: CardFact
    any: tuple[str | bool, ...] = ()
    at_least: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ranged = self.at_least is not None or self.below is not None
        if bool(self.any) == ranged:
            raise ValueError("give either `any`, or `at_least` and/or `below`")
        return self

    def holds(self, value: object) -> bool:
        """Whether the fact's value meets the condition. What is unknown (None) never does."""
        if self.any:
            return value in self.any
        if not isinstance(value, int | float):
            return False
        return (self.at_least is None or value >= self.at_least) and (
            self.below is None or value < self.below
        )


class StaticFactor(Condition):
    """A fact known beforehand that moves the chance."""

    id: str
    points: Annotated[float, Field(ge=-10, le=10)]
    spread: Positive
    """Spread (sd, in points) within which learning may move it."""
    source: str
    label: LocalText


class HistoryFactor(Strict):
    """A decayed, shrunk record of earlier gatherings."""

    id: str
    of: Space
    half_life_days: Positive
    prior_strength: Positive
    """t: an unknown key weighs as m = t / (b(1-b)) events at base rate b."""
    weight: Annotated[float, Field(ge=-2, le=2)]
    """Share of the shrunk log-odds lift that counts."""
    spread: Positive
    cap_points: Positive | None = None
    """The line never moves the score by more than this."""
    within: Space | None = None
    """Compare with the shrunk rate of this wider space instead of the whole register."""
    among_others: bool = False
    """Compare with the running rate of all other keys, so a record can't hide behind itself."""
    source: str
    label: LocalText


class Base(Strict):
    """The register's own running rate, to which histories are compared."""

    half_life_days: Positive
    anchor_events: Positive
    """How many events the anchor weighs against the register's own rate."""
    source: str


class Learning(Strict):
    """How the monthly update may move the card."""

    least_cases: Annotated[int, Field(ge=1)]
    """Cases of disorder with a factor before its own weight may move."""
    source: str


class RiskCard(ReferenceFile):
    """All that the score weighs, with sources."""

    odds_per_point: Annotated[float, Field(gt=1, le=5)]
    slope_sd: Positive
    """Spread of the factor by which all static points may be stretched together (prior mean 1)."""
    drift_sd: Annotated[float, Field(ge=0, le=2)]
    """Year-to-year drift on the log-odds, added to every interval."""
    interval: Probability
    """Coverage of intervals: 0.8 runs from the 10th to the 90th percentile."""
    decimals_from_cases: int
    """Below this number of known cases of disorder only bands are shown."""
    probability_bands: tuple[Probability, ...]
    anchors: dict[Kind, Anchor]
    factors: tuple[StaticFactor, ...]
    history: tuple[HistoryFactor, ...]
    base: Base
    learning: Learning

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = set(Kind) - set(self.anchors)
        if missing:
            raise ValueError(f"anchors missing for: {', '.join(sorted(missing))}")
        ids = [f.id for f in self.factors] + [h.id for h in self.history]
        if len(set(ids)) != len(ids):
            raise ValueError("two factors share an id")
        if list(self.probability_bands) != sorted(set(self.probability_bands)):
            raise ValueError("probability_bands must rise")
        return self

    @property
    def point(self) -> float:
        """One point on the log-odds."""
        return math.log(self.odds_per_point)


class ImpactLine(Condition):
    """A fact that raises what is at stake."""

    points: Annotated[int, Field(ge=1, le=4)]
    label: LocalText


class Thresholds(Strict):
    """Per impact 1, 2, ...: from which probability a class begins."""

    midden: tuple[Probability, ...]
    hoog: tuple[Probability, ...]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if len(self.midden) != len(self.hoog):
            raise ValueError("midden and hoog need one threshold per impact each")
        if any(m >= h for m, h in zip(self.midden, self.hoog, strict=True)):
            raise ValueError("hoog must begin above midden")
        for row in (self.midden, self.hoog):
            if list(row) != sorted(row, reverse=True):
                raise ValueError("thresholds must not rise with impact")
        return self


class Likeness(Strict):
    """How earlier gatherings are compared with one: shares of 1, and how fast they grow old."""

    place: Probability
    form: Probability
    counter: Probability
    """Both met a counter-group, or neither did."""
    size: Probability
    recent: Probability
    half_life_years: Positive
    source: str

    @model_validator(mode="after")
    def _one(self) -> Self:
        whole = self.place + self.form + self.counter + self.size + self.recent
        if not math.isclose(whole, 1):
            raise ValueError("place, form, counter, size and recent must add up to 1")
        return self


class ClassTable(ReferenceFile):
    """Probability x impact -> class."""

    highest_impact: Annotated[int, Field(ge=1, le=10)]
    impact: tuple[ImpactLine, ...]
    thresholds: dict[Literal["gathering", "event"], Thresholds]
    likeness: Likeness

    def limits(self, gathering: bool, impact: int) -> tuple[float, float]:
        """From which probability a case of this impact (1 to `highest_impact`) is midden, hoog."""
        row = self.thresholds["gathering" if gathering else "event"]
        return row.midden[impact - 1], row.hoog[impact - 1]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        names: tuple[Literal["gathering", "event"], ...] = ("gathering", "event")
        for name in names:
            row = self.thresholds.get(name)
            if row is None or len(row.midden) != self.highest_impact:
                raise ValueError(f"thresholds.{name} needs {self.highest_impact} values per class")
        return self
