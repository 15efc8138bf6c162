"""The parameters of rostering: shifts, working-time law, house rules."""

from __future__ import annotations

from datetime import timedelta

from orderdesk import reference
from orderdesk.domain.people import ShiftBook
from orderdesk.domain.waterline import Waterlines
from orderdesk.domain.worktime import WorkingTimeLaw
from orderdesk.roster.problem import Offer, RosterRules

LOOK_BACK = timedelta(weeks=16)
"""How far back the law looks at most, besides norms by the year."""
YEAR_BACK = timedelta(weeks=52)
"""How far back the norms by the year look."""
LOOK_AHEAD = timedelta(weeks=2)
"""How far beyond a change the law can be broken by it."""


def offers() -> tuple[Offer, ...]:
    """The shifts of the team."""
    book = reference.cached("shifts", ShiftBook)
    return tuple(Offer(shift.type, shift.place, shift.weekdays) for shift in book.shifts)


def law() -> WorkingTimeLaw:
    """Working-time law as data."""
    found: WorkingTimeLaw = reference.cached("working_time_law", WorkingTimeLaw)
    return found


def rules() -> RosterRules:
    """The team's own rules and prices."""
    found: RosterRules = reference.cached("roster", RosterRules)
    return found


def waterlines() -> Waterlines:
    """What the districts keep."""
    return reference.cached("waterlines", Waterlines)
