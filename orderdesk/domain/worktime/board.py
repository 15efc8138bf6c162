"""What all rules look at, derived once: shifts, nights and weeks beside the stretches of work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import numpy as np

from orderdesk.domain.time import FIRST_YEAR, LAST_YEAR, ZONE
from orderdesk.domain.worktime.norms import WorkingTimeLaw
from orderdesk.domain.worktime.stretches import (
    NEVER,
    Columns,
    Floats,
    Ints,
    Mask,
    minute_of,
    minutes_in,
    moment_of,
)

# --- days and nights on the clock of Amsterdam ---------------------------------------------------

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class _Calendar:
    """Per local date, counted from `first`: the minutes at which a few clock times come."""

    first: int
    midnight: Ints
    night_from: Ints
    night_until: Ints
    late: Ints

    def day(self, minutes: Ints) -> Ints:
        """Position of the local date of each minute."""
        # No date is more than two hours from where UTC has it, so look beside the guess.
        guess = minutes // 1440 + (_EPOCH - self.first)
        return guess + (minutes >= self.midnight[guess + 1])

    def week(self, days: Ints) -> Ints:
        """Number of the ISO week of each position (counted from year 1)."""
        return (days + (self.first - 1)) // 7

    def monday(self, weeks: Ints) -> Ints:
        """The minute at which each week begins."""
        return self.midnight[weeks * 7 + 1 - self.first]


@lru_cache(maxsize=16)
def _calendar(first_year: int, last_year: int, night: tuple[time, time, time]) -> _Calendar:
    first, last = date(first_year, 1, 1), date(last_year, 12, 31)
    days = [first + timedelta(days=i) for i in range((last - first).days + 1)]

    def column(clock_time: time) -> Ints:
        return np.array(
            [minute_of(datetime.combine(day, clock_time, tzinfo=ZONE)) for day in days],
            dtype=np.int64,
        )

    return _Calendar(first.toordinal(), column(time()), *(column(t) for t in night))


# --- the board: stretches and shifts, side by side ---


@dataclass(frozen=True)
class Board:
    """What all rules look at. Columns that begin with `s_` have a row per stretch, others a row
    per shift; weeks are a table of people x weeks."""

    ids: tuple[str, ...]
    calendar: _Calendar
    # stretches
    s_person: Ints
    s_start: Ints
    s_end: Ints
    s_work: Ints
    s_first_day: Ints
    s_last_day: Ints
    s_overlap: Ints
    """Minutes that a stretch shares with an earlier one of the same person."""
    s_night: Ints
    columns: Columns
    law: WorkingTimeLaw
    # shifts
    person: Ints
    start: Ints
    end: Ints
    next_start: Ints
    """Start of the person's next shift, NEVER after the last."""
    work: Ints
    pause: Ints
    is_night: Mask
    ends_late: Mask
    # weeks
    first_week: int
    week_work: Floats
    week_lates: Ints
    week_nights: Ints

    @classmethod
    def of(cls, columns: Columns, law: WorkingTimeLaw) -> Board:
        """Derive the columns. Night and shift are defined by the newest norms."""
        night, breaks = law.night_shift[-1], law.breaks[-1]
        person, start, end = columns.person, columns.start, columns.end
        work = end - start - columns.pause
        if columns.called is not None and columns.called.any():
            work = np.where(
                columns.called, np.maximum(work, law.on_call[-1].least_call_minutes), work
            )
        calendar = _calendar(
            *_years(start, end),
            (night.night_from, night.night_until, law.night_rest[-1].ends_after),
        )
        first_day = calendar.day(start)
        last_day = calendar.day(end - 1)
        s_night, s_late = _nights(calendar, start, end, first_day, last_day)

        # The furthest end so far of the same person.
        offset = person * NEVER
        reached = np.maximum.accumulate(end + offset) - offset
        gap = np.full(len(start), NEVER)
        same = person[1:] == person[:-1]
        gap[1:] = np.where(same, start[1:] - reached[:-1], NEVER)
        first = np.flatnonzero(gap >= minutes_in(law.shift[-1].split_by_rest_hours))
        inner = gap.copy()
        inner[first] = 0
        pauses = columns.pause + np.where(inner >= breaks.part_minutes, inner, 0)

        p, s = person[first], start[first]
        e = np.maximum.reduceat(end, first)
        next_start = np.full(len(first), NEVER)
        next_start[:-1] = np.where(p[1:] == p[:-1], s[1:], NEVER)
        night_minutes = np.add.reduceat(s_night, first)
        is_night = night_minutes > night.over_minutes
        ends_late = is_night & (e > np.minimum.reduceat(s_late, first))

        week_of_start = calendar.week(first_day)
        week_of_end = calendar.week(last_day)
        first_week = int(week_of_start.min())
        shape = (len(columns.ids), int(week_of_end.max()) - first_week + 1)
        shift_cell = p * shape[1] + week_of_start[first] - first_week
        size = shape[0] * shape[1]
        return cls(
            ids=columns.ids,
            calendar=calendar,
            s_person=person,
            s_start=start,
            s_end=end,
            s_work=work,
            s_first_day=first_day,
            s_last_day=last_day,
            s_overlap=np.minimum(np.maximum(-gap, 0), end - start),
            s_night=s_night,
            columns=columns,
            law=law,
            person=p,
            start=s,
            end=e,
            next_start=next_start,
            work=np.add.reduceat(work, first),
            pause=np.add.reduceat(pauses, first),
            is_night=is_night,
            ends_late=ends_late,
            first_week=first_week,
            week_work=_by_week(
                calendar, person, start, end, work, week_of_start, week_of_end, first_week, shape
            ),
            week_lates=np.bincount(shift_cell[ends_late], minlength=size).reshape(shape),
            week_nights=np.bincount(shift_cell[is_night], minlength=size).reshape(shape),
        )

    def window(self, weeks: Ints, length: int) -> tuple[Ints, Ints]:
        """First and last minute of the `length` weeks that end with each week of the table."""
        last = weeks + self.first_week
        return self.calendar.monday(last - length + 1), self.calendar.monday(last + 1)


def _years(start: Ints, end: Ints) -> tuple[int, int]:
    # Two years of room before, for windows of 52 weeks that reach back.
    first = max(FIRST_YEAR, moment_of(start.min()).year) - 2
    return first, min(LAST_YEAR, moment_of(end.max()).year) + 1


def _nights(
    calendar: _Calendar, start: Ints, end: Ints, first_day: Ints, last_day: Ints
) -> tuple[Ints, Ints]:
    """Minutes within the night per stretch, and the "late" moment of the first night touched."""
    minutes = np.zeros(len(start), dtype=np.int64)
    late = np.full(len(start), NEVER)
    for step in range(int((last_day - first_day).max()) + 1):
        day = np.minimum(first_day + step, last_day)
        inside = np.minimum(end, calendar.night_until[day]) - np.maximum(
            start, calendar.night_from[day]
        )
        inside = np.where(first_day + step <= last_day, np.maximum(inside, 0), 0)
        minutes += inside
        late = np.where((inside > 0) & (late == NEVER), calendar.late[day], late)
    return minutes, late


def _by_week(
    calendar: _Calendar,
    person: Ints,
    start: Ints,
    end: Ints,
    work: Ints,
    week_of_start: Ints,
    week_of_end: Ints,
    first_week: int,
    shape: tuple[int, int],
) -> Floats:
    """Minutes of work per person and ISO week; work over midnight on Sunday is split."""
    cell = person * shape[1] + week_of_start - first_week
    size = shape[0] * shape[1]
    table: Floats = np.bincount(cell, weights=work, minlength=size).astype(np.float64)
    over = np.flatnonzero(week_of_end != week_of_start)
    if len(over):
        monday = calendar.monday(week_of_start[over] + 1)
        later = work[over] * (end[over] - monday) / (end[over] - start[over])
        table -= np.bincount(cell[over], weights=later, minlength=size)
        table += np.bincount(cell[over] + 1, weights=later, minlength=size)
    return table.reshape(shape)
