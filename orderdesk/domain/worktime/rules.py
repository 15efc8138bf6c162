"""The rules: each looks at the board and gives its breaches as columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from orderdesk.domain.worktime.board import Board
from orderdesk.domain.worktime.norms import (
    BreakNorm,
    DailyRestNorm,
    NightAverageNorm,
    NightCountNorm,
    NightRestNorm,
    NightRunNorm,
    NightShiftNorm,
    Norm,
    NoticeNorm,
    PlainNorm,
    SeriesNorm,
    Severity,
    ShiftLengthNorm,
    SundayNorm,
    WeeklyRestNorm,
    WeeksNorm,
)
from orderdesk.domain.worktime.stretches import (
    UNKNOWN,
    Finding,
    Ints,
    Mask,
    clock,
    minutes_in,
    moment_of,
)
from orderdesk.i18n import N_, Msg


class Period(NamedTuple):
    """Minutes between which a norm holds and is judged; the last one no more."""

    since: np.int64
    until: np.int64


@dataclass(frozen=True)
class Breach:
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

    def findings(self, board: Board, rule: str, norm: Norm, holds: Period) -> Iterator[Finding]:
        """What is to be told of them: those in the period, one for each run."""
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
                start=moment_of(self.start[i]),
                end=moment_of(self.end[i]),
                measured=measured,
                limit=limit,
                unit=self.unit,
                message=Msg(self.text, {"measured": show(measured), "limit": show(limit)}),
            )


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


def _double_booking(board: Board, _norm: PlainNorm) -> Iterator[Breach]:
    i = np.flatnonzero(board.s_overlap > 0)
    yield Breach(
        board.s_person[i], board.s_start[i], board.s_end[i], board.s_overlap[i], 0,
        N_("two duties of one person overlap by {measured} h"),
    )  # fmt: skip


def _long_shifts(board: Board, norm: ShiftLengthNorm) -> tuple[Ints, Mask]:
    """Shifts over the limit, and which of them the exception covers."""
    i = np.flatnonzero(board.work > minutes_in(norm.work_hours))
    fits = norm.long.agreed & (board.work[i] <= minutes_in(norm.long.work_hours))
    few = _excused(
        board.person[i], board.start[i], norm.long.times, minutes_in(norm.long.within_hours)
    )
    return i, fits & few


def _shift_length(board: Board, norm: ShiftLengthNorm) -> Iterator[Breach]:
    i, excused = _long_shifts(board, norm)
    yield Breach(
        board.person[i], board.start[i], board.end[i], board.work[i], minutes_in(norm.work_hours),
        N_("{measured} h of work in one shift, at most {limit}"), excused=excused,
    )  # fmt: skip


def _daily_rest(board: Board, norm: DailyRestNorm) -> Iterator[Breach]:
    window, needed = minutes_in(norm.window_hours), minutes_in(norm.rest_hours)
    longest = np.minimum(board.next_start, board.start + window) - board.end
    i = np.flatnonzero(longest < needed)
    if not len(i):
        return
    rest, closing = longest[i], board.start[i] + window
    rest_ends = np.minimum(board.next_start[i], closing)
    last = board.end[i] - 1
    # A later rest in the same window may be long enough: try each shift that starts in it.
    for step in range(1, window // minutes_in(board.law.shift[-1].split_by_rest_hours) + 1):
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
    enough = rest >= minutes_in(norm.short.rest_hours)
    excused = enough & norm.short.agreed
    few = np.flatnonzero(excused)
    excused[few] = _excused(
        board.person[i[few]], board.start[i[few]],
        norm.short.times, minutes_in(norm.short.within_hours),
    )  # fmt: skip
    long_norm = board.law.shift_length[-1]
    long_shifts, allowed = _long_shifts(board, long_norm)
    beside_long = np.isin(i, long_shifts[allowed]) & (rest >= minutes_in(long_norm.long.rest_hours))
    has_rest = rest_ends > board.end[i]
    yield Breach(
        board.person[i],
        np.where(has_rest, board.end[i], board.start[i]),
        np.where(has_rest, rest_ends, board.end[i]),
        np.maximum(rest, 0), needed,
        N_("{measured} h of rest within 24 h of the start of the shift, at least {limit}"),
        excused=excused | beside_long, judged=last,
    )  # fmt: skip


def _weekly_rest(board: Board, norm: WeeklyRestNorm) -> Iterator[Breach]:
    needed, window = minutes_in(norm.rest_hours), minutes_in(norm.window_hours)
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
            split, _ = _rests(board, shift, minutes_in(norm.split.window_hours))
            parts = [r for r in split if r >= minutes_in(norm.split.part_hours)]
            if sum(parts) >= minutes_in(norm.split.rest_hours):
                continue
        kept.append(shift)
        rests.append(max(rest))
        lasts.append(last)
    k = np.array(kept, dtype=np.int64)
    yield Breach(
        board.person[k], board.start[k], board.start[k] + window,
        np.array(rests, dtype=np.int64), needed,
        N_("longest rest in 7 x 24 h is {measured} h, at least {limit}"),
        judged=np.array(lasts, dtype=np.int64), run=k,
    )  # fmt: skip


def _rests(board: Board, shift: int, window: int) -> tuple[list[int], int]:
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


def _average(board: Board, norm: WeeksNorm) -> Iterator[Breach]:
    limit = norm.weeks * minutes_in(norm.most_hours)
    total = _rolling(board.week_work, norm.weeks)
    # A millionth of a minute absorbs the rounding of split shifts.
    person, week = np.nonzero(total > limit + 1e-6)
    start, end = board.window(week, norm.weeks)
    text = (
        N_("{measured} h of work in the week, at most {limit}")
        if norm.weeks == 1
        else N_("{measured} h of work a week on average, at most {limit}")
    )
    yield Breach(
        person, start, end, total[person, week] / norm.weeks, minutes_in(norm.most_hours), text,
        run=week,
    )  # fmt: skip


def _breaks(board: Board, norm: BreakNorm) -> Iterator[Breach]:
    needed = np.zeros(len(board.work), dtype=np.int64)
    for step in norm.steps:
        minutes = norm.short.minutes if norm.short.agreed else step.minutes
        needed = np.where(board.work > minutes_in(step.over_hours), minutes, needed)
    i = np.flatnonzero(board.pause < needed)
    yield Breach(
        board.person[i], board.start[i], board.end[i], board.pause[i], needed[i],
        N_("{measured} h of break in the shift, at least {limit}"),
    )  # fmt: skip


def _night_shift(board: Board, norm: NightShiftNorm) -> Iterator[Breach]:
    i = np.flatnonzero(board.is_night & (board.work > minutes_in(norm.work_hours)))
    if not len(i):
        return
    person, start = board.person[i], board.start[i]
    long = norm.long
    rest = board.next_start[i] - board.end[i]
    excused = (
        (board.work[i] <= minutes_in(long.work_hours))
        & (rest >= minutes_in(long.rest_hours))
        & _excused(person, start, long.times, minutes_in(long.within_hours))
        & _excused(person, start, long.times_long, long.within_weeks * 7 * 1440)
    )
    yield Breach(
        person, start, board.end[i], board.work[i], minutes_in(norm.work_hours),
        N_("{measured} h of work in a night shift, at most {limit}"),
        excused=excused & long.agreed,
    )  # fmt: skip


def _night_rest(board: Board, norm: NightRestNorm) -> Iterator[Breach]:
    needed = minutes_in(norm.rest_hours)
    rest = board.next_start - board.end
    i = np.flatnonzero(board.ends_late & (rest < needed))
    if not len(i):
        return
    excused = (rest[i] >= minutes_in(norm.short.rest_hours)) & norm.short.agreed
    few = np.flatnonzero(excused)
    excused[few] = _excused(
        board.person[i[few]], board.start[i[few]],
        norm.short.times, minutes_in(norm.short.within_hours),
    )  # fmt: skip
    yield Breach(
        board.person[i], board.end[i], board.next_start[i], rest[i], needed,
        N_("{measured} h of rest after a night shift, at least {limit}"),
        excused=excused, judged=board.next_start[i],
    )  # fmt: skip


def _night_run_rest(board: Board, norm: NightRunNorm) -> Iterator[Breach]:
    needed = minutes_in(norm.rest_hours)
    rest = board.next_start - board.end
    n = len(board.start)
    goes_on = np.zeros(n, dtype=bool)
    goes_on[1:] = board.is_night[1:] & board.is_night[:-1] & (rest[:-1] < needed)
    position = np.arange(n)
    run_start = np.maximum.accumulate(np.where(goes_on, 0, position))
    last_of_run = board.is_night.copy()
    last_of_run[:-1] &= ~goes_on[1:]
    i = np.flatnonzero(last_of_run & (position - run_start + 1 >= norm.nights) & (rest < needed))
    yield Breach(
        board.person[i], board.end[i], board.next_start[i], rest[i], needed,
        N_("{measured} h of rest after night shifts in a row, at least {limit}"),
        judged=board.next_start[i],
    )  # fmt: skip


def _series(board: Board, norm: SeriesNorm) -> Iterator[Breach]:
    allowed = norm.long.shifts if norm.long.agreed else norm.shifts
    opens = np.ones(len(board.start), dtype=bool)
    opens[1:] = board.next_start[:-1] - board.end[:-1] >= minutes_in(norm.ended_by_rest_hours)
    first = np.flatnonzero(opens)
    length = np.diff(first, append=len(board.start))
    nights = np.add.reduceat(board.is_night.astype(np.int64), first)
    i = np.flatnonzero((length > allowed) & (nights > 0))
    last = first[i] + length[i] - 1
    yield Breach(
        board.person[first[i]], board.start[first[i]], board.end[last], length[i], allowed,
        N_("{measured} shifts in a row with a night shift among them, at most {limit}"),
        unit="times",
    )  # fmt: skip


def _night_count(board: Board, norm: NightCountNorm) -> Iterator[Breach]:
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
        over &= by_hours > minutes_in(norm.by_hours.night_hours)
    person, week = np.nonzero(over)
    start, end = board.window(week, weeks)
    yield Breach(
        person, start, end, total[person, week], times,
        N_("{measured} night shifts, at most {limit}"), unit="times", run=week,
    )  # fmt: skip


def _night_average(board: Board, norm: NightAverageNorm) -> Iterator[Breach]:
    limit = norm.weeks * minutes_in(norm.work_hours)
    many = _rolling(board.week_nights, norm.weeks) >= norm.from_nights
    if not many.any():
        return
    total = _rolling(board.week_work, norm.weeks)
    person, week = np.nonzero(many & (total > limit + 1e-6))
    start, end = board.window(week, norm.weeks)
    yield Breach(
        person, start, end, total[person, week] / norm.weeks, minutes_in(norm.work_hours),
        N_("{measured} h of work a week on average with many night shifts, at most {limit}"),
        run=week,
    )  # fmt: skip


def _sunday(board: Board, norm: SundayNorm) -> Iterator[Breach]:
    shape = board.week_work.shape
    worked = np.zeros(shape, dtype=np.int64)
    for day in (board.s_first_day, board.s_last_day):
        is_sunday = (day + board.calendar.first) % 7 == 0
        week = board.calendar.week(day[is_sunday]) - board.first_week
        worked[board.s_person[is_sunday], week] = 1
    if not norm.work_agreed:
        person, week = np.nonzero(worked)
        _, end = board.window(week, 1)
        yield Breach(
            person, board.calendar.midnight[board.calendar.day(end - 1)], end,
            worked[person, week], 0, N_("work on a Sunday, which is not agreed"), unit="times",
        )  # fmt: skip
    total = _rolling(worked, norm.weeks)
    person, week = np.nonzero(total > norm.weeks - norm.free)
    start, end = board.window(week, norm.weeks)
    yield Breach(
        person, start, end, norm.weeks - total[person, week], norm.free,
        N_("{measured} free Sundays in a year, at least {limit}"), unit="times", run=week,
    )  # fmt: skip


def _notice(board: Board, norm: NoticeNorm) -> Iterator[Breach]:
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
        yield Breach(
            board.s_person[i], board.s_start[i], board.s_end[i], ahead[late], days, text,
            unit="times",
        )  # fmt: skip


RULES: dict[str, Callable[[Board, Any], Iterator[Breach]]] = {
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
