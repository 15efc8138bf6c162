"""The checker against a slow, literal reading of the law, on random rosters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdesk import reference
from orderdesk.domain.time import ZONE
from orderdesk.domain.worktime import Stretch, WorkingTimeLaw, check, check_team

LAW = reference.load("working_time_law", WorkingTimeLaw)
H, D = timedelta(hours=1), timedelta(days=1)
MINUTE = timedelta(minutes=1)
FAR = datetime(2200, 1, 1, tzinfo=UTC)


def local_moment(day: date, clock: time = time()) -> datetime:
    return datetime.combine(day, clock, tzinfo=ZONE).astimezone(UTC)


def local_day(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


def monday_of(moment: datetime) -> date:
    day = local_day(moment)
    return day - timedelta(days=day.weekday())


@dataclass
class Shift:
    parts: list[Stretch]

    @property
    def start(self) -> datetime:
        return self.parts[0].start

    @property
    def end(self) -> datetime:
        return max(p.end for p in self.parts)

    @property
    def work(self) -> timedelta:
        return sum((p.end - p.start - p.break_minutes * MINUTE for p in self.parts), timedelta())

    @property
    def pause(self) -> timedelta:
        total, reached = timedelta(), self.parts[0].start
        for p in self.parts:
            if p.start - reached >= 15 * MINUTE:
                total += p.start - reached
            total += p.break_minutes * MINUTE
            reached = max(reached, p.end)
        return total

    def night(self) -> timedelta:
        total = timedelta()
        for p in self.parts:
            day = local_day(p.start)
            while local_moment(day) < p.end:
                lo = max(p.start, local_moment(day))
                hi = min(p.end, local_moment(day, time(6)))
                total += max(hi - lo, timedelta())
                day += D
        return total

    @property
    def is_night(self) -> bool:
        return self.night() > H

    @property
    def ends_late(self) -> bool:
        if not self.is_night:
            return False
        firsts = []
        for p in self.parts:
            day = local_day(p.start)
            while local_moment(day) < p.end:
                if min(p.end, local_moment(day, time(6))) > max(p.start, local_moment(day)):
                    firsts.append(local_moment(day, time(2)))
                day += D
        return self.end > min(firsts)


def shifts_of(work: list[Stretch]) -> list[Shift]:
    shifts: list[Shift] = []
    for part in sorted(work):
        if shifts and part.start - shifts[-1].end < 8 * H:
            shifts[-1].parts.append(part)
        else:
            shifts.append(Shift([part]))
    return shifts


def rests_in(shifts: list[Shift], opens: datetime, closes: datetime) -> list[timedelta]:
    """Unbroken rests between shifts inside a window that opens with a shift."""
    rests, reached = [], None
    for s in shifts:
        if s.start >= opens and s.start < closes:
            if reached is not None:
                rests.append(s.start - reached)
            reached = s.end
    assert reached is not None
    rests.append(max(closes - reached, timedelta()))
    return rests


def recent(times: list[datetime], now: datetime, window: timedelta) -> int:
    return sum(1 for t in times if t < now and now - t < window)


def literal(work: list[Stretch]) -> set[tuple[str, str, datetime]]:
    """(rule, severity, moment of the shift, rest or week) of every breach of the norms as set."""
    found: set[tuple[str, str, datetime]] = set()
    work = sorted(work)
    reached = None
    for part in work:
        if reached is not None and part.start < reached:
            found.add(("double_booking", "error", part.start))
        reached = part.end if reached is None else max(reached, part.end)
    shifts = shifts_of(work)
    starts = [s.start for s in shifts]
    following = [*starts[1:], FAR]

    long = [s.start for s in shifts if s.work > 12 * H]
    excused_long = set()
    for s in shifts:
        if s.work > 12 * H:
            once = recent(long, s.start, 14 * D) == 0
            if s.work <= 14 * H and once:
                excused_long.add(s.start)
            found.add(("shift_length", "warning" if s.start in excused_long else "error", s.start))

    for s, after in zip(shifts, following, strict=True):
        rests = rests_in(shifts, s.start, s.start + 24 * H)
        if max(rests) < 11 * H:
            eased = s.start in excused_long and max(rests) >= 8 * H
            opens = s.end if min(after, s.start + 24 * H) > s.end else s.start
            found.add(("daily_rest", "warning" if eased else "error", opens))

    failing_before = False
    for s in shifts:
        week = rests_in(shifts, s.start, s.start + 7 * D)
        fortnight = [r for r in rests_in(shifts, s.start, s.start + 14 * D) if r >= 32 * H]
        fails = max(week) < 36 * H and sum(fortnight, timedelta()) < 72 * H
        if fails and not failing_before:
            found.add(("weekly_rest", "error", s.start))
        failing_before = fails

    weeks: dict[date, Fraction] = {}
    for p in work:
        minutes = (p.end - p.start) // MINUTE
        paid = Fraction(minutes - p.break_minutes, minutes)
        moment = p.start
        while moment < p.end:
            monday = monday_of(moment)
            until = min(p.end, local_moment(monday + timedelta(weeks=1)))
            weeks[monday] = weeks.get(monday, Fraction(0)) + paid * ((until - moment) // MINUTE)
            moment = until
    first, last = min(weeks), max(weeks)
    mondays = [first + timedelta(weeks=i) for i in range((last - first).days // 7 + 1)]

    def over_weeks(rule: str, count: int, fails: object) -> None:
        before = False
        for i, monday in enumerate(mondays):
            window = [m for m in mondays[: i + 1] if (monday - m).days < 7 * count]
            now = bool(fails(window))  # type: ignore[operator]
            if now and not before:
                opens = local_moment(monday - timedelta(weeks=count - 1))
                found.add((rule, "error", opens))
            before = now

    for rule, count, hours in (
        ("week_hours", 1, 60), ("average_short", 4, 55), ("average_long", 16, 48),
    ):  # fmt: skip
        over_weeks(
            rule,
            count,
            lambda w, c=count, h=hours: sum(weeks.get(m, 0) for m in w) > c * h * 60,
        )

    for s in shifts:
        needed = 45 if s.work > 10 * H else 30 if s.work > 5.5 * H else 0
        if s.pause < needed * MINUTE:
            found.add(("breaks", "error", s.start))

    long_nights = [s.start for s in shifts if s.is_night and s.work > 10 * H]
    for s, after in zip(shifts, following, strict=True):
        if s.start in long_nights:
            fine = (
                s.work <= 12 * H
                and after - s.end >= 12 * H
                and recent(long_nights, s.start, 14 * D) < 5
                and recent(long_nights, s.start, 364 * D) < 22
            )
            found.add(("night_shift", "warning" if fine else "error", s.start))
        if s.ends_late and after - s.end < 14 * H:
            found.add(("night_rest", "error", s.end))

    run = 0
    for i, s in enumerate(shifts):
        rest_before = s.start - shifts[i - 1].end if i else 1000 * H
        run = 0 if not s.is_night else run + 1 if run and rest_before < 46 * H else 1
        rest_after = following[i] - s.end
        goes_on = i + 1 < len(shifts) and shifts[i + 1].is_night and rest_after < 46 * H
        if run >= 3 and rest_after < 46 * H and not goes_on:
            found.add(("night_run_rest", "error", s.end))

    series: list[list[Shift]] = []
    for i, s in enumerate(shifts):
        if i and s.start - shifts[i - 1].end < 32 * H:
            series[-1].append(s)
        else:
            series.append([s])
    for row in series:
        if len(row) > 7 and any(s.is_night for s in row):
            found.add(("series", "error", row[0].start))

    def lates(window: list[date]) -> int:
        return sum(1 for s in shifts if s.ends_late and monday_of(s.start) in window)

    def nights(window: list[date]) -> int:
        return sum(1 for s in shifts if s.is_night and monday_of(s.start) in window)

    over_weeks("night_count", 16, lambda w: lates(w) > 36)
    over_weeks(
        "night_average",
        16,
        lambda w: nights(w) >= 16 and sum(weeks.get(m, 0) for m in w) > 16 * 40 * 60,
    )
    sundays = {
        monday_of(moment)
        for p in work
        for moment in (p.start, p.end - MINUTE)
        if local_day(moment).weekday() == 6
    }
    over_weeks("sunday", 52, lambda w: sum(m in sundays for m in w) > 52 - 13)
    return found


QUARTER = 15 * MINUTE


@st.composite
def rosters(draw: st.DrawFn) -> list[Stretch]:
    """One person's work: lengths and gaps near the limits of the law, around a DST night or not."""
    moment = (
        local_moment(
            draw(st.sampled_from([date(2026, 3, 23), date(2026, 10, 19), date(2026, 6, 8)]))
        )
        + draw(st.integers(0, 4 * 24 * 7)) * QUARTER
    )
    gaps = st.one_of(
        st.sampled_from([0.25, 5, 7.75, 8, 10.75, 11, 13.75, 14, 16, 31.75, 32, 35.75, 36, 46, 72]),
        st.integers(-4, 200).map(lambda q: q / 4),
    )
    lengths = st.one_of(
        st.sampled_from([2, 5.5, 5.75, 6, 8, 8.5, 10, 10.5, 10.75, 12, 12.75, 13, 14.75, 15]),
        st.integers(1, 64).map(lambda q: q / 4),
    )
    work = []
    for _ in range(draw(st.integers(1, 45))):
        end = moment + draw(lengths) * H
        pause = min(draw(st.sampled_from([0, 15, 30, 45])), (end - moment) // MINUTE)
        work.append(Stretch(moment, end, pause))
        moment = max(end + draw(gaps) * H, moment + QUARTER)
    return work


@st.composite
def patterns(draw: st.DrawFn) -> list[Stretch]:
    """Many weeks of one pattern, for the rules that look far back."""
    start = date(2025, 10, 6)
    week = draw(st.lists(st.sampled_from("NNELX."), min_size=7, max_size=7))
    hours = {"N": (22, 8), "E": (7, 8.5), "L": (14, 9), "X": (8, 12.5)}
    work = []
    for n in range(draw(st.sampled_from([3, 18, 60]))):
        for i, letter in enumerate(week):
            if letter in hours:
                first, length = hours[letter]
                begin = local_moment(start + timedelta(days=7 * n + i), time(first))
                work.append(Stretch(begin, begin + length * H, 45 if length > 10 else 30))
    return work or [Stretch(local_moment(start), local_moment(start) + H)]


def fast(work: list[Stretch]) -> set[tuple[str, str, datetime]]:
    return {(f.rule, f.severity.value, f.start) for f in check("B01", work, LAW)}


@given(rosters())
def test_agrees_with_the_letter_of_the_law(work: list[Stretch]) -> None:
    assert fast(work) == literal(work)


@given(patterns())
def test_agrees_on_rules_that_look_far_back(work: list[Stretch]) -> None:
    assert fast(work) == literal(work)


@given(st.lists(rosters(), min_size=2, max_size=5))
def test_people_do_not_mix(team: list[list[Stretch]]) -> None:
    together = check_team({f"B{i:02d}": work for i, work in enumerate(team)}, LAW)
    apart = [f for i, work in enumerate(team) for f in check(f"B{i:02d}", work, LAW)]
    assert sorted(f.key for f in together) == sorted(f.key for f in apart)


@given(rosters(), st.integers(0, 60))
def test_only_later_breaches_are_left_when_judged_from_a_moment(
    work: list[Stretch], days: int
) -> None:
    """What only later work brings about is told, and nothing that is not told of the whole."""
    since = work[0].start + days * D
    # Windows that tell one story are told once, so a later window may speak where an earlier did.
    once = {"weekly_rest", "week_hours", "average_short", "average_long"}
    told, everything, past = (
        {(f.rule, f.start, f.measured) for f in found if f.rule not in once}
        for found in (
            check("B01", work, LAW, judged_from=since),
            check("B01", work, LAW),
            check("B01", [w for w in work if w.start < since], LAW),
        )
    )
    assert everything - past <= told <= everything


def test_order_of_the_stretches_does_not_matter() -> None:
    base = [
        Stretch(local_moment(date(2026, 6, d), time(7)), local_moment(date(2026, 6, d), time(21)))
        for d in range(1, 15)
    ]
    assert fast(base) == fast(base[::-1])
    with pytest.raises(AttributeError):
        check("B01", base, None)  # type: ignore[arg-type]
