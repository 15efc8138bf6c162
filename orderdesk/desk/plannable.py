"""On paper, away, plannable: the hours of a week's contracts, and what absence takes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from orderdesk.desk import availability
from orderdesk.domain.time import Week

if TYPE_CHECKING:
    from orderdesk.store.work import Reader, Work

AWAY = "away"
LATE_WEEKS = 16
"""How far back absence is looked at to know what is usual."""


@dataclass(frozen=True)
class TeamHours:
    """From the number on paper to the number that can be planned, in minutes of a week."""

    people: int
    contract: int
    away: Mapping[str, int]
    """Per cause, as a group total; never per person."""

    @property
    def plannable(self) -> int:
        """What is left to plan."""
        return self.contract - sum(self.away.values())


def team_hours_in(reader: Reader, week: Week) -> TeamHours:
    """On paper, away, plannable."""
    people = reader.people(week.days[0], week.days[-1])
    away = dict(counted_away(reader, week))
    for cause, minutes in availability.away_of_team(reader, week).items():
        away[cause] = away.get(cause, 0) + minutes
    contract = sum(availability.contract_minutes(person, week) for person in people)
    return TeamHours(len(people), contract, away)


def counted_away(reader: Reader, week: Week) -> Mapping[str, int]:
    """Minutes of absence that are known for the team as a whole only, per cause."""
    return {
        record.key.removeprefix(f"{week}/"): int(record.doc["minutes"])
        for record in reader.records(AWAY)
        if record.key.startswith(f"{week}/")
    }


def counted_away_of_late(reader: Reader, week: Week) -> Mapping[str, int]:
    """`counted_away`; where a week has none, that of the newest week before it that has."""
    for back in range(LATE_WEEKS + 1):
        if found := counted_away(reader, week.shift(-back)):
            return found
    return {}


def expected_away(reader: Reader, known: TeamHours, week: Week, today: Week) -> int:
    """Minutes of absence to reckon with in a week of which `known` is known.

    Of a week to come not all is known yet: at least the usual share is taken.
    """
    away = sum(known.away.values())
    if week.monday <= today.monday or not known.contract:
        return away
    usual = reader.once(f"usual absence {today}", lambda: _usual_share_away(reader, today))
    return max(away, round(usual * known.contract))


def _usual_share_away(reader: Reader, today: Week) -> float:
    """The middle share of the weeks up to today in which any absence was known; 0 without one."""
    past = (team_hours_in(reader, today.shift(-back)) for back in range(LATE_WEEKS))
    shares = [sum(p.away.values()) / p.contract for p in past if p.contract and p.away]
    return median(shares) if shares else 0.0


def set_away(work: Work, week: Week, cause: str, minutes: int) -> None:
    """Hours that a week's contracts lose to one cause, as a group total."""
    work.put(AWAY, f"{week}/{cause}", {"minutes": minutes})
