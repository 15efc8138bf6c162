"""The waterline: the least number of enforcement officers that a district keeps (rule 21).

A plan that brings a district below it takes the number of a driehoek decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import ceil
from typing import Annotated, Self

from pydantic import Field, model_validator

from orderdesk.domain.time import Span, elapsed_minutes, local
from orderdesk.reference import ReferenceFile, Strict


class Waterline(Strict):
    """So many enforcement officers that a district keeps between two clock times."""

    district: str
    weekdays: frozenset[Annotated[int, Field(ge=1, le=7)]] = frozenset(range(1, 8))
    """ISO days of the week."""
    start: time
    end: time
    """Whole hours; not after `start` means on the next day."""
    people: Annotated[int, Field(ge=1, le=1000)]

    @model_validator(mode="after")
    def _whole_hours(self) -> Self:
        if any(clock.minute or clock.second for clock in (self.start, self.end)):
            raise ValueError("a waterline starts and ends on the hour")
        return self

    def holds(self, moment: datetime) -> bool:
        """Whether it asks for people at `moment`."""
        here = local(moment)
        clock = here.time()
        if self.start < self.end:
            return self.start <= clock < self.end and here.isoweekday() in self.weekdays
        evening = clock >= self.start and here.isoweekday() in self.weekdays
        yesterday = (here.isoweekday() - 2) % 7 + 1
        return evening or (clock < self.end and yesterday in self.weekdays)


class Waterlines(ReferenceFile):
    """`data/waterlines.toml`: the one source of what must stand, for roster and reserve alike."""

    waterlines: tuple[Waterline, ...]

    def least(self, district: str, moment: datetime) -> int:
        """How many a district keeps at a moment; 0 where no line asks for any."""
        return max(
            (w.people for w in self.waterlines if w.district == district and w.holds(moment)),
            default=0,
        )

    @property
    def districts(self) -> frozenset[str]:
        """Districts with a waterline."""
        return frozenset(line.district for line in self.waterlines)


@dataclass(frozen=True)
class Presence:
    """Somebody on duty in a district and free for it: not away at a deployment."""

    person_id: str
    district: str
    span: Span


@dataclass(frozen=True)
class Strength:
    """A district in one hour."""

    district: str
    start: datetime
    people: int
    """The fewest at any moment of the hour."""
    waterline: int

    @property
    def short(self) -> int:
        """How many are missing to the waterline."""
        return max(0, self.waterline - self.people)

    @property
    def slack(self) -> int:
        """How many may leave without breaking the waterline."""
        return max(0, self.people - self.waterline)


def strength(
    presences: Sequence[Presence], waterlines: Waterlines, span: Span
) -> tuple[Strength, ...]:
    """Each district's strength per clock hour of `span` beside its waterline, by district and hour.

    The first and last hour are cut to `span`.
    """
    districts = sorted({p.district for p in presences} | waterlines.districts)
    first = span.start.replace(minute=0, second=0, microsecond=0)
    starts = [
        first + timedelta(hours=i) for i in range(ceil(elapsed_minutes(first, span.end) / 60))
    ]
    hours = [
        Span(start=max(start, span.start), end=min(start + timedelta(hours=1), span.end))
        for start in starts
    ]
    return tuple(
        Strength(
            district=district,
            start=hour.start,
            people=_fewest([p for p in presences if p.district == district], hour),
            waterline=waterlines.least(district, hour.start),
        )
        for district in districts
        for hour in hours
    )


def _fewest(presences: Sequence[Presence], hour: Span) -> int:
    near = [p for p in presences if p.span.overlaps(hour)]
    moments = {hour.start} | {p.span.end for p in near if p.span.end < hour.end}
    return min(len({p.person_id for p in near if p.span.contains(m)}) for m in moments)
