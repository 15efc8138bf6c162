"""Dutch working-time law: one checker for solver, screens, imports and tests.

The norms are data (`data/working_time_law.toml`), each with its article, the exceptions agreed for
the team and the day from which it holds. The checker reads stretches of work, as far back as they
are known, and returns findings. It is vectorised over all people at once; every rule is one
function over the columns of `_Board`.

How the text of the Act is read:

- Two stretches with less than 8 h between them are one shift (ATW 1:7).
- "In each 24 h" and "in each 7 x 24 h" are windows that open at the start of any shift: a window
  that opened inside a rest would cut every ordinary night in two. (For weekly rest this equals the
  inspectorate's reading, which opens the window at the start of each series of shifts.)
- A week is an ISO week, Monday 00:00 in Amsterdam. Work over that midnight is split, its break
  with it.
- Work (arbeidstijd) is elapsed time less breaks. Where in a shift the break lies isn't known, so
  night hours are counted with their breaks: the careful side.
- Before the first known stretch and after the last one a person rests.
- Notice is counted in days of the calendar: told on a Monday for a Monday four weeks on is 28 days.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from orderdesk.domain.people import Duty, DutyStatus, Task
from orderdesk.domain.time import FIRST_YEAR, LAST_YEAR, ZONE, Span, local
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import N_, Msg, msg
from orderdesk.reference import LocalText, ReferenceFile, Strict

# --- what a BOA may do -----------------------------------------------------------------------

NEVER_FOR_BOA = frozenset({Task.RESTORE_ORDER, Task.SEPARATE_GROUPS, Task.ARREST, Task.RIOT_POLICE})
"""Combating disorder is a police task under the mayor (Politiewet 2012, art. 3 and 11)."""


def require_lawful(task: Task) -> None:
    """Raise RuleSaysNo (rule 19) for a task that only the police may do."""
    if task in NEVER_FOR_BOA:
        raise RuleSaysNo(
            msg("{task} is a police task: an enforcement officer may not get it.", task=task.value),
            rule="19",
        )


# --- the norms, as data ----------------------------------------------------------------------

Hours = Annotated[float, Field(ge=0, le=24 * 370)]
Times = Annotated[int, Field(ge=0, le=1000)]
Weeks = Annotated[int, Field(ge=1, le=104)]


class Severity(StrEnum):
    """An error forbids publication; a warning needs a reason."""

    ERROR = "error"
    WARNING = "warning"


class Norm(Strict):
    """What every norm says about itself."""

    article: str
    holds_from: date
    title: LocalText
    severity: Severity = Severity.ERROR


class ShiftNorm(Norm):
    """What makes one shift of several stretches."""

    split_by_rest_hours: Hours


class ShortRest(Strict):
    """A shorter rest, so many times within so many hours."""

    rest_hours: Hours
    times: Times
    within_hours: Hours
    agreed: bool


class DailyRestNorm(Norm):
    """Rest within a window that opens at the start of each shift."""

    rest_hours: Hours
    window_hours: Hours
    short: ShortRest


class SplitRest(Strict):
    """A longer rest in parts within a longer window, instead of the weekly rest."""

    rest_hours: Hours
    part_hours: Hours
    window_hours: Hours
    agreed: bool


class WeeklyRestNorm(Norm):
    """Unbroken rest within each window."""

    rest_hours: Hours
    window_hours: Hours
    split: SplitRest


class LongShift(Strict):
    """A longer shift for work that can't wait, and the daily rest that goes with it."""

    work_hours: Hours
    times: Times
    within_hours: Hours
    rest_hours: Hours
    agreed: bool


class ShiftLengthNorm(Norm):
    """Work in one shift."""

    work_hours: Hours
    long: LongShift


class OtherHours(Strict):
    """Another limit by collective agreement."""

    work_hours: Hours
    agreed: bool


class WeeksNorm(Norm):
    """Average work per week over so many ISO weeks."""

    weeks: Weeks
    work_hours: Hours
    other: OtherHours | None = None

    @property
    def most_hours(self) -> float:
        """The limit that holds for this team."""
        return self.other.work_hours if self.other and self.other.agreed else self.work_hours


class BreakStep(Strict):
    """Break needed when a shift holds more work than this."""

    over_hours: Hours
    minutes: Annotated[int, Field(ge=0, le=240)]


class ShortBreak(Strict):
    """A shorter break by collective agreement."""

    minutes: Annotated[int, Field(ge=0, le=240)]
    agreed: bool


class BreakNorm(Norm):
    """Breaks within a shift; a gap between two of its stretches counts from `part_minutes` on."""

    part_minutes: Annotated[int, Field(ge=0, le=240)]
    steps: tuple[BreakStep, ...]
    short: ShortBreak


class LongNight(Strict):
    """A longer night shift: how often, and the rest that must follow."""

    work_hours: Hours
    times: Times
    within_hours: Hours
    times_long: Times
    within_weeks: Weeks
    rest_hours: Hours
    agreed: bool


class NightShiftNorm(Norm):
    """What a night shift is, and how long it may be."""

    night_from: time
    night_until: time
    over_minutes: Annotated[int, Field(ge=0, le=360)]
    work_hours: Hours
    long: LongNight


class NightRestNorm(Norm):
    """Rest after a night shift that ends late."""

    ends_after: time
    rest_hours: Hours
    short: ShortRest


class NightRunNorm(Norm):
    """Rest after several night shifts in a row."""

    nights: Times
    rest_hours: Hours


class LongSeries(Strict):
    """A longer series by collective agreement."""

    shifts: Times
    agreed: bool


class SeriesNorm(Norm):
    """Shifts in a row when one of them is a night shift."""

    ended_by_rest_hours: Hours
    shifts: Times
    long: LongSeries


class NightsByYear(Strict):
    """Another way to count nights, by collective agreement."""

    times: Times
    weeks: Weeks
    agreed: bool


class NightsByHours(Strict):
    """Night hours instead of night shifts, by collective agreement."""

    night_hours: Hours
    weeks: Weeks
    agreed: bool


class NightCountNorm(Norm):
    """Night shifts that end late, within so many weeks."""

    times: Times
    weeks: Weeks
    by_year: NightsByYear
    by_hours: NightsByHours


class NightAverageNorm(Norm):
    """Average work per week of somebody with many night shifts."""

    from_nights: Times
    weeks: Weeks
    work_hours: Hours


class SundayNorm(Norm):
    """Work on Sundays."""

    work_agreed: bool
    free: Times
    weeks: Weeks


class OnCallNorm(Norm):
    """Being on call (consignatie)."""

    days: Times
    window_days: Times
    free_spells: Times
    free_spell_hours: Hours
    work_hours: Hours
    work_window_hours: Hours
    hours_before_night: Hours
    hours_after_night: Hours
    least_call_minutes: Annotated[int, Field(ge=0, le=240)]


class NoticeNorm(Norm):
    """How long ahead days off and hours must be known."""

    days_off_days: Times
    hours_days: Times


class PlainNorm(Norm):
    """A norm without figures."""


N = TypeVar("N", bound=Norm)
Versions = Annotated[tuple[N, ...], Field(min_length=1)]
"""The same norm at different times; the newest that holds counts."""


class WorkingTimeLaw(ReferenceFile):
    """`data/working_time_law.toml`."""

    shift: Versions[ShiftNorm]
    double_booking: Versions[PlainNorm]
    daily_rest: Versions[DailyRestNorm]
    weekly_rest: Versions[WeeklyRestNorm]
    shift_length: Versions[ShiftLengthNorm]
    week_hours: Versions[WeeksNorm]
    average_short: Versions[WeeksNorm]
    average_long: Versions[WeeksNorm]
    breaks: Versions[BreakNorm]
    night_shift: Versions[NightShiftNorm]
    night_rest: Versions[NightRestNorm]
    night_run_rest: Versions[NightRunNorm]
    series: Versions[SeriesNorm]
    night_count: Versions[NightCountNorm]
    night_average: Versions[NightAverageNorm]
    sunday: Versions[SundayNorm]
    on_call: Versions[OnCallNorm]
    notice: Versions[NoticeNorm]

    def norms(self) -> Iterator[tuple[str, Norm]]:
        """Every norm with its rule id, in the order of the file."""
        for rule in type(self).model_fields:
            if rule not in ReferenceFile.model_fields:
                for norm in getattr(self, rule):
                    yield rule, norm

    def title(self, rule: str) -> LocalText:
        """What the newest version of a rule is called."""
        titles: LocalText = getattr(self, rule)[-1].title
        return titles


# --- what goes in and what comes out -----------------------------------------------------------


class Stretch(NamedTuple):
    """Work of one person without a gap."""

    start: datetime
    end: datetime
    break_minutes: int = 0
    known_at: datetime | None = None
    """When the hours were made known to the person; none: not judged."""
    day_known_at: datetime | None = None
    """When the person knew that this day was no day off; none: not judged."""
    called: bool = False
    """Whether it is a call during a spell on call: it then counts at least half an hour."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of one norm."""

    rule: str
    """Key of the norm in the data file."""
    article: str
    severity: Severity
    person_id: str
    start: datetime
    """Where the judged rest, shift or window begins (UTC)."""
    end: datetime
    measured: int
    limit: int
    unit: Literal["minutes", "times"]
    message: Msg

    @property
    def key(self) -> tuple[str, str, datetime]:
        """What makes two findings the same breach."""
        return (self.rule, self.person_id, self.start)


def clock(minutes: float) -> str:
    """A length as people read it: 630 -> "10:30"."""
    whole = round(minutes)
    return f"{whole // 60}:{whole % 60:02d}"


Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
NEVER = np.int64(1 << 40)
"""A minute after all others."""
UNKNOWN = -(1 << 40)


@dataclass(frozen=True)
class Columns:
    """Stretches of many people as columns: minutes since 1970 in UTC, sorted by person, start.

    `person` holds positions in `ids`. `known`, `day_known` are `UNKNOWN` where not judged.
    """

    ids: tuple[str, ...]
    person: Ints
    start: Ints
    end: Ints
    pause: Ints
    known: Ints | None = None
    day_known: Ints | None = None
    called: Mask | None = None

    @classmethod
    def of(cls, by_person: Mapping[str, Iterable[Stretch]]) -> Columns:
        """The same stretches as columns."""
        ids = tuple(by_person)
        rows: list[tuple[int, int, int, int, int, int, bool]] = []
        for position, id in enumerate(ids):
            for work in by_person[id]:
                rows.append(
                    (
                        position,
                        _minute(work.start),
                        _minute(work.end),
                        work.break_minutes,
                        UNKNOWN if work.known_at is None else _minute(work.known_at),
                        UNKNOWN if work.day_known_at is None else _minute(work.day_known_at),
                        work.called,
                    )
                )
        rows.sort()
        table = np.array(rows, dtype=np.int64).reshape(len(rows), 7).T
        return cls(
            ids, table[0], table[1], table[2], table[3], table[4], table[5], table[6].astype(bool)
        )

    @classmethod
    def of_duties(
        cls, duties: Iterable[Duty], told: Mapping[str, datetime] | None = None
    ) -> Columns:
        """The duties that stand as columns; `told` as in `check_duties`."""
        stand = [duty for duty in duties if duty.status is not DutyStatus.CANCELLED]
        ids: dict[str, int] = {}
        person = np.array([ids.setdefault(d.person_id, len(ids)) for d in stand], dtype=np.int64)
        start = _minutes_of([d.start for d in stand])
        end = _minutes_of([d.end for d in stand])
        pause = np.array([d.break_minutes for d in stand], dtype=np.int64)
        order = np.lexsort((pause, end, start, person))
        known = None
        if told:
            moments = [told.get(d.id) for d in stand]
            known = np.array([UNKNOWN if m is None else _minute(m) for m in moments])[order]
        return cls(tuple(ids), person[order], start[order], end[order], pause[order], known, known)


def _minutes_of(moments: Sequence[datetime]) -> Ints:
    seconds = np.array([moment.timestamp() for moment in moments], dtype=np.float64)
    return (seconds // 60).astype(np.int64)


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def _moment(minute: int | np.integer[Any]) -> datetime:
    return datetime.fromtimestamp(int(minute) * 60, UTC)


def stretches(duties: Iterable[Duty]) -> dict[str, list[Stretch]]:
    """The work in `duties` that stands, by person."""
    by_person: dict[str, list[Stretch]] = {}
    for duty in duties:
        if duty.status is not DutyStatus.CANCELLED:
            by_person.setdefault(duty.person_id, []).append(
                Stretch(duty.start, duty.end, duty.break_minutes)
            )
    return by_person


# --- the checker ---------------------------------------------------------------------------------


def check(
    person_id: str,
    work: Iterable[Stretch],
    law: WorkingTimeLaw,
    *,
    on_call: Sequence[Span] = (),
    judged_from: datetime | None = None,
) -> tuple[Finding, ...]:
    """All breaches in the work of one person.

    `work` holds everything that is known, history included; breaches that lie wholly before
    `judged_from` are left out.
    """
    work = list(work)
    found = check_team({person_id: work}, law, judged_from=judged_from)
    if on_call:
        found += _check_on_call(person_id, work, on_call, law, judged_from)
    return found


def check_duties(
    duties: Iterable[Duty],
    law: WorkingTimeLaw,
    *,
    judged_from: datetime | None = None,
    told: Mapping[str, datetime] | None = None,
) -> tuple[Finding, ...]:
    """All breaches in a set of duties (history among them) of any number of people.

    `told` says when duties were made known, by id: those are judged on notice too.
    """
    return check_columns(Columns.of_duties(duties, told), law, judged_from=judged_from)


def check_team(
    by_person: Mapping[str, Iterable[Stretch]],
    law: WorkingTimeLaw,
    *,
    judged_from: datetime | None = None,
) -> tuple[Finding, ...]:
    """All breaches in the work of many people, by person and time."""
    return check_columns(Columns.of(by_person), law, judged_from=judged_from)


def check_columns(
    columns: Columns, law: WorkingTimeLaw, *, judged_from: datetime | None = None
) -> tuple[Finding, ...]:
    """`check_team` for work that is already in columns: the fast way for many rosters."""
    if not len(columns.start):
        return ()
    since = -NEVER if judged_from is None else np.int64(_minute(judged_from))
    board = _Board.of(columns, law)
    found: list[Finding] = []
    for rule, judge in _RULES.items():
        versions: tuple[Norm, ...] = getattr(law, rule)
        for norm, after in zip(versions, (*versions[1:], None), strict=True):
            holds = _Period(
                max(since, _day_minute(norm.holds_from)),
                NEVER if after is None else _day_minute(after.holds_from),
            )
            for breach in judge(board, norm):
                found.extend(breach.findings(board, rule, norm, holds))
    found.sort(key=lambda f: (f.person_id, f.start, f.rule))
    return tuple(found)


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that forbid publication."""
    return tuple(f for f in findings if f.severity is Severity.ERROR)


class _Period(NamedTuple):
    since: np.int64
    until: np.int64


def _day_minute(day: date) -> np.int64:
    return np.int64(_minute(datetime.combine(day, time(), tzinfo=ZONE)))


@dataclass(frozen=True)
class _Breach:
    """Breaches of one rule of one kind, as columns."""

    person: Ints
    start: Ints
    end: Ints
    measured: npt.NDArray[Any]
    limit: int | Ints
    text: str
    unit: Literal["minutes", "times"] = "minutes"
    excused: Mask | None = None
    """Which ones an agreed exception turns into a warning."""
    judged: Ints | None = None
    """The last minute that plays a part; by default the one before `end`."""
    run: Ints | None = None
    """Windows with neighbouring numbers tell the same story: only the first is told."""

    def findings(self, board: _Board, rule: str, norm: Norm, holds: _Period) -> Iterator[Finding]:
        judged = self.end - 1 if self.judged is None else self.judged
        keep = np.flatnonzero((judged >= holds.since) & (judged < holds.until))
        if self.run is not None and len(keep) > 1:
            run, person = self.run[keep], self.person[keep]
            fresh = np.ones(len(keep), dtype=bool)
            fresh[1:] = (run[1:] != run[:-1] + 1) | (person[1:] != person[:-1])
            keep = keep[fresh]
        for i in keep:
            measured = round(float(self.measured[i]))
            limit = int(self.limit if isinstance(self.limit, int) else self.limit[i])
            excused = self.excused is not None and bool(self.excused[i])
            show = clock if self.unit == "minutes" else str
            yield Finding(
                rule=rule,
                article=norm.article,
                severity=Severity.WARNING if excused else norm.severity,
                person_id=board.ids[self.person[i]],
                start=_moment(self.start[i]),
                end=_moment(self.end[i]),
                measured=measured,
                limit=limit,
                unit=self.unit,
                message=Msg(self.text, {"measured": show(measured), "limit": show(limit)}),
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
            [_minute(datetime.combine(day, clock_time, tzinfo=ZONE)) for day in days],
            dtype=np.int64,
        )

    return _Calendar(first.toordinal(), column(time()), *(column(t) for t in night))


# --- the board: stretches and shifts, side by side ---


@dataclass(frozen=True)
class _Board:
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
    def of(cls, columns: Columns, law: WorkingTimeLaw) -> _Board:
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
        first = np.flatnonzero(gap >= _minutes(law.shift[-1].split_by_rest_hours))
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


def _minutes(hours: float) -> int:
    return round(hours * 60)


def _years(start: Ints, end: Ints) -> tuple[int, int]:
    # Two years of room before, for windows of 52 weeks that reach back.
    first = max(FIRST_YEAR, _moment(start.min()).year) - 2
    return first, min(LAST_YEAR, _moment(end.max()).year) + 1


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


def _rolling(table: npt.NDArray[Any], weeks: int) -> npt.NDArray[Any]:
    """Sums over each `weeks` columns, ending at each column."""
    total = np.cumsum(table, axis=1)
    if weeks < table.shape[1]:
        total[:, weeks:] -= total[:, :-weeks].copy()
    return total


def _excused(person: Ints, when: Ints, times: int, within: int) -> Mask:
    """Which occurrences still fall under "so many times within so many minutes"."""
    excused = np.ones(len(when), dtype=bool)
    if times == 0:
        return ~excused
    excused[times:] = (person[times:] != person[:-times]) | (when[times:] - when[:-times] >= within)
    return excused


# --- the rules: each gives its breaches as columns ---


def _double_booking(board: _Board, _norm: PlainNorm) -> Iterator[_Breach]:
    i = np.flatnonzero(board.s_overlap > 0)
    yield _Breach(
        board.s_person[i], board.s_start[i], board.s_end[i], board.s_overlap[i], 0,
        N_("two duties of one person overlap by {measured} h"),
    )  # fmt: skip


def _long_shifts(board: _Board, norm: ShiftLengthNorm) -> tuple[Ints, Mask]:
    """Shifts over the limit, and which of them the exception covers."""
    i = np.flatnonzero(board.work > _minutes(norm.work_hours))
    fits = norm.long.agreed & (board.work[i] <= _minutes(norm.long.work_hours))
    few = _excused(
        board.person[i], board.start[i], norm.long.times, _minutes(norm.long.within_hours)
    )
    return i, fits & few


def _shift_length(board: _Board, norm: ShiftLengthNorm) -> Iterator[_Breach]:
    i, excused = _long_shifts(board, norm)
    yield _Breach(
        board.person[i], board.start[i], board.end[i], board.work[i], _minutes(norm.work_hours),
        N_("{measured} h of work in one shift, at most {limit}"), excused=excused,
    )  # fmt: skip


def _daily_rest(board: _Board, norm: DailyRestNorm) -> Iterator[_Breach]:
    window, needed = _minutes(norm.window_hours), _minutes(norm.rest_hours)
    longest = np.minimum(board.next_start, board.start + window) - board.end
    i = np.flatnonzero(longest < needed)
    if not len(i):
        return
    rest, closing = longest[i], board.start[i] + window
    rest_ends = np.minimum(board.next_start[i], closing)
    last = board.end[i] - 1
    # A later rest in the same window may be long enough: try each shift that starts in it.
    for step in range(1, window // _minutes(board.law.shift[-1].split_by_rest_hours) + 1):
        later = np.minimum(i + step, len(board.start) - 1)
        inside = (
            (i + step < len(board.start))
            & (board.person[later] == board.person[i])
            & (board.start[later] < closing)
        )
        other = np.minimum(board.next_start[later], closing) - board.end[later]
        rest = np.where(inside, np.maximum(rest, other), rest)
        last = np.where(inside, board.end[later] - 1, last)
    short = rest < needed
    i, rest, rest_ends, last = i[short], rest[short], rest_ends[short], last[short]
    enough = rest >= _minutes(norm.short.rest_hours)
    excused = enough & norm.short.agreed
    few = np.flatnonzero(excused)
    excused[few] = _excused(
        board.person[i[few]], board.start[i[few]],
        norm.short.times, _minutes(norm.short.within_hours),
    )  # fmt: skip
    long_norm = board.law.shift_length[-1]
    long_shifts, allowed = _long_shifts(board, long_norm)
    beside_long = np.isin(i, long_shifts[allowed]) & (rest >= _minutes(long_norm.long.rest_hours))
    has_rest = rest_ends > board.end[i]
    yield _Breach(
        board.person[i],
        np.where(has_rest, board.end[i], board.start[i]),
        np.where(has_rest, rest_ends, board.end[i]),
        np.maximum(rest, 0), needed,
        N_("{measured} h of rest within 24 h of the start of the shift, at least {limit}"),
        excused=excused | beside_long, judged=last,
    )  # fmt: skip


def _weekly_rest(board: _Board, norm: WeeklyRestNorm) -> Iterator[_Breach]:
    needed, window = _minutes(norm.rest_hours), _minutes(norm.window_hours)
    n = len(board.start)
    long = np.where(board.next_start - board.end >= needed, np.arange(n), n)
    # The first long rest from each shift on begins earliest, so it is the one to try.
    first = np.minimum.accumulate(long[::-1])[::-1]
    i = np.flatnonzero(board.end[first] + needed > board.start + window)
    if not len(i):
        return
    kept, rests, lasts = [], [], []
    for shift in i.tolist():
        rest, last = _rests(board, shift, window)
        if norm.split.agreed:
            split, _ = _rests(board, shift, _minutes(norm.split.window_hours))
            parts = [r for r in split if r >= _minutes(norm.split.part_hours)]
            if sum(parts) >= _minutes(norm.split.rest_hours):
                continue
        kept.append(shift)
        rests.append(max(rest))
        lasts.append(last)
    k = np.array(kept, dtype=np.int64)
    yield _Breach(
        board.person[k], board.start[k], board.start[k] + window,
        np.array(rests, dtype=np.int64), needed,
        N_("longest rest in 7 x 24 h is {measured} h, at least {limit}"),
        judged=np.array(lasts, dtype=np.int64), run=k,
    )  # fmt: skip


def _rests(board: _Board, shift: int, window: int) -> tuple[list[int], int]:
    """Rests in the window that opens with `shift`, and the last minute of work of its shifts."""
    closing = int(board.start[shift]) + window
    rests: list[int] = []
    last = shift
    while True:
        following = int(board.next_start[last])
        rests.append(max(0, min(following, closing) - int(board.end[last])))
        if following >= closing:
            return rests, int(board.end[last]) - 1
        last += 1


def _average(board: _Board, norm: WeeksNorm) -> Iterator[_Breach]:
    limit = norm.weeks * _minutes(norm.most_hours)
    total = _rolling(board.week_work, norm.weeks)
    # A millionth of a minute absorbs the rounding of split shifts.
    person, week = np.nonzero(total > limit + 1e-6)
    start, end = board.window(week, norm.weeks)
    text = (
        N_("{measured} h of work in the week, at most {limit}")
        if norm.weeks == 1
        else N_("{measured} h of work a week on average, at most {limit}")
    )
    yield _Breach(
        person, start, end, total[person, week] / norm.weeks, _minutes(norm.most_hours), text,
        run=week,
    )  # fmt: skip


def _breaks(board: _Board, norm: BreakNorm) -> Iterator[_Breach]:
    needed = np.zeros(len(board.work), dtype=np.int64)
    for step in norm.steps:
        minutes = norm.short.minutes if norm.short.agreed else step.minutes
        needed = np.where(board.work > _minutes(step.over_hours), minutes, needed)
    i = np.flatnonzero(board.pause < needed)
    yield _Breach(
        board.person[i], board.start[i], board.end[i], board.pause[i], needed[i],
        N_("{measured} h of break in the shift, at least {limit}"),
    )  # fmt: skip


def _night_shift(board: _Board, norm: NightShiftNorm) -> Iterator[_Breach]:
    i = np.flatnonzero(board.is_night & (board.work > _minutes(norm.work_hours)))
    if not len(i):
        return
    person, start = board.person[i], board.start[i]
    long = norm.long
    rest = board.next_start[i] - board.end[i]
    excused = (
        (board.work[i] <= _minutes(long.work_hours))
        & (rest >= _minutes(long.rest_hours))
        & _excused(person, start, long.times, _minutes(long.within_hours))
        & _excused(person, start, long.times_long, long.within_weeks * 7 * 1440)
    )
    yield _Breach(
        person, start, board.end[i], board.work[i], _minutes(norm.work_hours),
        N_("{measured} h of work in a night shift, at most {limit}"),
        excused=excused & long.agreed,
    )  # fmt: skip


def _night_rest(board: _Board, norm: NightRestNorm) -> Iterator[_Breach]:
    needed = _minutes(norm.rest_hours)
    rest = board.next_start - board.end
    i = np.flatnonzero(board.ends_late & (rest < needed))
    if not len(i):
        return
    excused = (rest[i] >= _minutes(norm.short.rest_hours)) & norm.short.agreed
    few = np.flatnonzero(excused)
    excused[few] = _excused(
        board.person[i[few]], board.start[i[few]],
        norm.short.times, _minutes(norm.short.within_hours),
    )  # fmt: skip
    yield _Breach(
        board.person[i], board.end[i], board.next_start[i], rest[i], needed,
        N_("{measured} h of rest after a night shift, at least {limit}"),
        excused=excused, judged=board.next_start[i],
    )  # fmt: skip


def _night_run_rest(board: _Board, norm: NightRunNorm) -> Iterator[_Breach]:
    needed = _minutes(norm.rest_hours)
    rest = board.next_start - board.end
    n = len(board.start)
    goes_on = np.zeros(n, dtype=bool)
    goes_on[1:] = board.is_night[1:] & board.is_night[:-1] & (rest[:-1] < needed)
    position = np.arange(n)
    run_start = np.maximum.accumulate(np.where(goes_on, 0, position))
    last_of_run = board.is_night.copy()
    last_of_run[:-1] &= ~goes_on[1:]
    i = np.flatnonzero(last_of_run & (position - run_start + 1 >= norm.nights) & (rest < needed))
    yield _Breach(
        board.person[i], board.end[i], board.next_start[i], rest[i], needed,
        N_("{measured} h of rest after night shifts in a row, at least {limit}"),
        judged=board.next_start[i],
    )  # fmt: skip


def _series(board: _Board, norm: SeriesNorm) -> Iterator[_Breach]:
    allowed = norm.long.shifts if norm.long.agreed else norm.shifts
    opens = np.ones(len(board.start), dtype=bool)
    opens[1:] = board.next_start[:-1] - board.end[:-1] >= _minutes(norm.ended_by_rest_hours)
    first = np.flatnonzero(opens)
    length = np.diff(first, append=len(board.start))
    nights = np.add.reduceat(board.is_night.astype(np.int64), first)
    i = np.flatnonzero((length > allowed) & (nights > 0))
    last = first[i] + length[i] - 1
    yield _Breach(
        board.person[first[i]], board.start[first[i]], board.end[last], length[i], allowed,
        N_("{measured} shifts in a row with a night shift among them, at most {limit}"),
        unit="times",
    )  # fmt: skip


def _night_count(board: _Board, norm: NightCountNorm) -> Iterator[_Breach]:
    times, weeks = norm.times, norm.weeks
    if norm.by_year.agreed:
        times, weeks = norm.by_year.times, norm.by_year.weeks
    total = _rolling(board.week_lates, weeks)
    over = total > times
    if norm.by_hours.agreed and over.any():
        week = board.calendar.week(board.s_first_day) - board.first_week
        cell = board.s_person * total.shape[1] + week
        hours = np.bincount(cell, weights=board.s_night, minlength=total.size)
        by_hours = _rolling(hours.reshape(total.shape), norm.by_hours.weeks)
        over &= by_hours > _minutes(norm.by_hours.night_hours)
    person, week = np.nonzero(over)
    start, end = board.window(week, weeks)
    yield _Breach(
        person, start, end, total[person, week], times,
        N_("{measured} night shifts, at most {limit}"), unit="times", run=week,
    )  # fmt: skip


def _night_average(board: _Board, norm: NightAverageNorm) -> Iterator[_Breach]:
    limit = norm.weeks * _minutes(norm.work_hours)
    many = _rolling(board.week_nights, norm.weeks) >= norm.from_nights
    if not many.any():
        return
    total = _rolling(board.week_work, norm.weeks)
    person, week = np.nonzero(many & (total > limit + 1e-6))
    start, end = board.window(week, norm.weeks)
    yield _Breach(
        person, start, end, total[person, week] / norm.weeks, _minutes(norm.work_hours),
        N_("{measured} h of work a week on average with many night shifts, at most {limit}"),
        run=week,
    )  # fmt: skip


def _sunday(board: _Board, norm: SundayNorm) -> Iterator[_Breach]:
    shape = board.week_work.shape
    worked = np.zeros(shape, dtype=np.int64)
    for day in (board.s_first_day, board.s_last_day):
        is_sunday = (day + board.calendar.first) % 7 == 0
        week = board.calendar.week(day[is_sunday]) - board.first_week
        worked[board.s_person[is_sunday], week] = 1
    if not norm.work_agreed:
        person, week = np.nonzero(worked)
        _, end = board.window(week, 1)
        yield _Breach(
            person, board.calendar.midnight[board.calendar.day(end - 1)], end,
            worked[person, week], 0, N_("work on a Sunday, which is not agreed"), unit="times",
        )  # fmt: skip
    total = _rolling(worked, norm.weeks)
    person, week = np.nonzero(total > norm.weeks - norm.free)
    start, end = board.window(week, norm.weeks)
    yield _Breach(
        person, start, end, norm.weeks - total[person, week], norm.free,
        N_("{measured} free Sundays in a year, at least {limit}"), unit="times", run=week,
    )  # fmt: skip


def _notice(board: _Board, norm: NoticeNorm) -> Iterator[_Breach]:
    asked = (
        (board.columns.day_known, norm.days_off_days,
         N_("the working day was known {measured} days ahead, at least {limit}")),
        (board.columns.known, norm.hours_days,
         N_("the hours were known {measured} days ahead, at least {limit}")),
    )  # fmt: skip
    for known, days, text in asked:
        if known is None:
            continue
        asked_of = np.flatnonzero(known != UNKNOWN)
        told = board.calendar.day(known[asked_of])
        ahead = board.s_first_day[asked_of] - told
        late = ahead < days
        i = asked_of[late]
        yield _Breach(
            board.s_person[i], board.s_start[i], board.s_end[i], ahead[late], days, text,
            unit="times",
        )  # fmt: skip


_RULES: dict[str, Callable[[_Board, Any], Iterator[_Breach]]] = {
    "double_booking": _double_booking,
    "daily_rest": _daily_rest,
    "weekly_rest": _weekly_rest,
    "shift_length": _shift_length,
    "week_hours": _average,
    "average_short": _average,
    "average_long": _average,
    "breaks": _breaks,
    "night_shift": _night_shift,
    "night_rest": _night_rest,
    "night_run_rest": _night_run_rest,
    "series": _series,
    "night_count": _night_count,
    "night_average": _night_average,
    "sunday": _sunday,
    "notice": _notice,
}


# --- on call ---


def _check_on_call(
    person_id: str,
    work: Sequence[Stretch],
    spells: Sequence[Span],
    law: WorkingTimeLaw,
    judged_from: datetime | None,
) -> tuple[Finding, ...]:
    """Breaches of the rules on being on call (ATW 5:9): few spells, so looked at one by one."""
    norm = law.on_call[-1]
    judge = _OnCall(person_id, sorted(work), sorted(spells, key=lambda s: s.start), norm)
    found = [*judge.too_many_days(), *judge.no_free_spells(), *judge.too_much_work()]
    if work:
        found += judge.beside_night(_Board.of(Columns.of({person_id: work}), law))
    return tuple(f for f in found if judged_from is None or f.end > judged_from)


@dataclass(frozen=True)
class _OnCall:
    person_id: str
    work: Sequence[Stretch]
    spells: Sequence[Span]
    norm: OnCallNorm

    def _days(self) -> list[date]:
        days: set[date] = set()
        for spell in self.spells:
            day = local(spell.start).date()
            while day <= local(spell.end - timedelta(minutes=1)).date():
                days.add(day)
                day += timedelta(days=1)
        return sorted(days)

    def _windows(self) -> Iterator[tuple[date, datetime, datetime]]:
        """A window opens with each day that has a spell."""
        for day in self._days():
            opens, closes = (
                _moment(_day_minute(day + timedelta(days=n))) for n in (0, self.norm.window_days)
            )
            yield day, opens, closes

    def _finding(
        self,
        start: datetime,
        end: datetime,
        measured: int,
        limit: int,
        text: str,
        unit: Literal["minutes", "times"] = "times",
    ) -> Finding:
        show = clock if unit == "minutes" else str
        return Finding(
            "on_call", self.norm.article, self.norm.severity, self.person_id, start, end,
            measured, limit, unit,
            Msg(text, {"measured": show(measured), "limit": show(limit)}),
        )  # fmt: skip

    def too_many_days(self) -> Iterator[Finding]:
        days = self._days()
        for day, opens, closes in self._windows():
            until = bisect_left(days, day + timedelta(days=self.norm.window_days))
            count = until - bisect_left(days, day)
            if count > self.norm.days:
                yield self._finding(
                    opens, closes, count, self.norm.days,
                    N_("on call on {measured} of 28 days, at most {limit}"),
                )  # fmt: skip
                return

    def no_free_spells(self) -> Iterator[Finding]:
        busy = sorted(
            [(s.start, s.end) for s in self.spells] + [(w.start, w.end) for w in self.work]
        )
        spell = timedelta(hours=self.norm.free_spell_hours)
        for _day, opens, closes in self._windows():
            free, since = 0, opens
            for start, end in [*busy, (closes, closes)]:
                if since < start:
                    free += (min(start, closes) - since) // spell
                since = max(since, end)
                if since >= closes:
                    break
            if free < self.norm.free_spells:
                yield self._finding(
                    opens, closes, free, self.norm.free_spells,
                    N_(
                        "{measured} spells of two days without work or call in 28 days, "
                        "at least {limit}"
                    ),
                )  # fmt: skip
                return

    def too_much_work(self) -> Iterator[Finding]:
        limit = _minutes(self.norm.work_hours)
        for opening in self.work:
            start = opening.start
            end = start + timedelta(hours=self.norm.work_window_hours)
            if not any(s.start < end and start < s.end for s in self.spells):
                continue
            worked = sum(self._counted(w, start, end) for w in self.work)
            if worked > limit:
                yield self._finding(
                    start, end, worked, limit,
                    N_("{measured} h of work in 24 h around being on call, at most {limit}"),
                    "minutes",
                )  # fmt: skip

    def _counted(self, work: Stretch, start: datetime, end: datetime) -> int:
        """Minutes of `work` between `start` and `end`, less the break if it lies wholly there."""
        inside = (min(work.end, end) - max(work.start, start)) // timedelta(minutes=1)
        if inside <= 0:
            return 0
        if work.start >= start and work.end <= end:
            inside -= work.break_minutes
        return max(inside, self.norm.least_call_minutes) if work.called else inside

    def beside_night(self, board: _Board) -> Iterator[Finding]:
        for i in np.flatnonzero(board.is_night):
            start, end = _moment(board.start[i]), _moment(board.end[i])
            sides = (
                (start - timedelta(hours=self.norm.hours_before_night), start),
                (end, end + timedelta(hours=self.norm.hours_after_night)),
            )
            for opens, closes in sides:
                if any(s.start < closes and opens < s.end for s in self.spells):
                    yield self._finding(
                        opens, closes, 1, 0, N_("on call too close to a night shift")
                    )
