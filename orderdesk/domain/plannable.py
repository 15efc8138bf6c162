"""Plannable, not paper: how contract hours shrink to the hours that can be planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Msg, msg


class Cause(StrEnum):
    """Why contract hours can't be planned. Counted, never by person."""

    LEAVE = "leave"
    TRAINING = "training"
    SICK = "sick"
    OTHER = "other"


@dataclass(frozen=True)
class Step:
    """One step of the waterfall."""

    name: Msg
    minutes: int
    """Taken off the contract hours."""
    fte: float


@dataclass(frozen=True)
class Waterfall:
    """From the hours on paper to the hours that can be planned."""

    contract_minutes: int
    steps: tuple[Step, ...]
    plannable_minutes: int
    full_time_minutes: int

    @property
    def paper_fte(self) -> float:
        """Full-time equivalents on paper."""
        return self.contract_minutes / self.full_time_minutes

    @property
    def plannable_fte(self) -> float:
        """Full-time equivalents that can be planned."""
        return self.plannable_minutes / self.full_time_minutes


_SHOWN: tuple[tuple[Msg, frozenset[Cause]], ...] = (
    (msg("Leave"), frozenset({Cause.LEAVE})),
    (msg("Training"), frozenset({Cause.TRAINING})),
    (msg("Other absence"), frozenset({Cause.SICK, Cause.OTHER})),
)
_ALL_CAUSES: tuple[tuple[Msg, frozenset[Cause]], ...] = ((msg("Absence"), frozenset(Cause)),)


def waterfall(
    contract_minutes: int,
    away: Mapping[Cause, int],
    *,
    group: int,
    whole: int,
    full_time_minutes: int,
    hide_below: int,
) -> Waterfall:
    """How the contract hours of `group` people shrink to what can be planned.

    Sickness never stands by itself. Causes are hidden altogether when the group, or the rest of the
    `whole` team that a subtraction would reveal, is smaller than `hide_below`. Raises BadInput when
    more is away than there is.
    """
    gone = sum(away.values())
    if gone > contract_minutes or min(away.values(), default=0) < 0:
        raise BadInput(N_("absence"), gone, msg("It must lie between 0 and the contract hours."))
    rest = whole - group
    small = group < hide_below or 0 < rest < hide_below
    steps = tuple(
        Step(name, minutes, minutes / full_time_minutes)
        for name, causes in (_ALL_CAUSES if small else _SHOWN)
        for minutes in [sum(away.get(cause, 0) for cause in causes)]
    )
    return Waterfall(contract_minutes, steps, contract_minutes - gone, full_time_minutes)
