"""Time as the desk means it: aware, elapsed, in Europe/Amsterdam, in ISO weeks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, model_validator

from orderdesk.errors import BadInput
from orderdesk.i18n import N_, msg

ZONE = ZoneInfo("Europe/Amsterdam")
FIRST_YEAR, LAST_YEAR = 2000, 2100
Clock = Callable[[], datetime]
"""Gives the present moment, aware. Always passed in."""


def utc(moment: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a naive or far-off datetime."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone can't be used")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"year {moment.year} is outside {FIRST_YEAR}-{LAST_YEAR}")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(utc)]
"""An instant; any aware datetime is accepted and kept in UTC."""


class Frozen(BaseModel):
    """Base of all domain models: validated always, changed never (`model_copy` or `replace`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def replace(self, **changes: object) -> Self:
        """A copy with `changes`, validated again."""
        return type(self).model_validate(
            {name: getattr(self, name) for name in type(self).model_fields} | changes
        )


def local(moment: datetime) -> datetime:
    """The same instant on the clock of Amsterdam."""
    return moment.astimezone(ZONE)


def at(day: date, clock: time | str, *, fold: int = 0) -> datetime:
    """The instant at which Amsterdam clocks show `clock` ("14:00") on `day`.

    In the hour that comes twice, `fold` 0 means the first, 1 the second.
    Raises BadInput for an hour that doesn't exist (the night clocks go forward).
    """
    wall = time.fromisoformat(clock) if isinstance(clock, str) else clock
    moment = datetime.combine(day, wall.replace(fold=fold), tzinfo=ZONE)
    there_and_back = moment.astimezone(UTC).astimezone(ZONE)
    if there_and_back.replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise BadInput(
            N_("time"),
            f"{day.isoformat()} {wall:%H:%M}",
            msg("Clocks go forward in that night: use a time before 02:00 or from 03:00."),
        )
    return moment.astimezone(UTC)


def days_touched(start: datetime, end: datetime) -> Iterator[date]:
    """The days in Amsterdam that [start, end) touches, in order: an end at midnight is still the
    day before."""
    day, last = local(start).date(), local(end - timedelta(minutes=1)).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def elapsed_minutes(start: datetime, end: datetime) -> int:
    """Minutes that really pass between two instants (DST nights included)."""
    return int((utc(end) - utc(start)).total_seconds() // 60)


class Span(Frozen):
    """A stretch of time, start included, end not."""

    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.end <= self.start:
            raise ValueError("end must come after start")
        return self

    @classmethod
    def of_day(cls, day: date) -> Self:
        """A day from midnight to midnight in the city: 23 or 25 hours where the clock changes."""
        return cls(start=at(day, "00:00"), end=at(day + timedelta(days=1), "00:00"))

    @property
    def minutes(self) -> int:
        """Elapsed minutes."""
        return elapsed_minutes(self.start, self.end)

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a moment (touching ends don't)."""
        return self.start < other.end and other.start < self.end

    def contains(self, moment: datetime) -> bool:
        """Whether `moment` lies inside."""
        return self.start <= moment < self.end


class Week(Frozen):
    """An ISO week, Monday 00:00 to Monday 00:00 in Amsterdam."""

    year: int
    number: int

    @model_validator(mode="after")
    def _exists(self) -> Self:
        date.fromisocalendar(self.year, self.number, 1)
        return self

    @classmethod
    def of(cls, moment: datetime | date) -> Week:
        """The week that a day, or an instant seen in Amsterdam, lies in."""
        day = local(moment).date() if isinstance(moment, datetime) else moment
        year, number, _ = day.isocalendar()
        return cls(year=year, number=number)

    @classmethod
    def parse(cls, text: str) -> Week:
        """Read "2026-W24". Raises BadInput."""
        try:
            year, number = text.upper().split("-W")
            week = cls(year=int(year), number=int(number))
            if not FIRST_YEAR <= week.year <= LAST_YEAR:
                raise ValueError(week.year)
            return week
        except ValueError:
            raise BadInput(N_("week"), text, msg("Write a week as 2026-W24.")) from None

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"

    @property
    def monday(self) -> date:
        """The first day."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def days(self) -> tuple[date, ...]:
        """The seven days, Monday first."""
        return tuple(self.monday + timedelta(days=i) for i in range(7))

    @property
    def span(self) -> Span:
        """From Monday 00:00 to the next Monday 00:00."""
        return Span(start=at(self.monday, "00:00"), end=at(self.shift(1).monday, "00:00"))

    def shift(self, weeks: int) -> Week:
        """The week `weeks` later (or earlier, if negative)."""
        return Week.of(self.monday + timedelta(weeks=weeks))
