"""The waterline: what a district keeps, and how far below it an hour falls."""

from __future__ import annotations

from datetime import time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from orderdesk.domain.time import Span, Week, at
from orderdesk.domain.waterline import Presence, Waterline, Waterlines, strength

SAT, SUN = Week(year=2026, number=24).days[5:]
CENTRUM = Waterline(district="Centrum", start=time(12), end=time(18), people=4)
KEPT = Waterlines(source="a test", dated=SUN, waterlines=(CENTRUM,))
SUNDAY = Span(start=at(SUN, "11:00"), end=at(SUN, "19:30"))


def on_duty(people: int, away: int = 0) -> list[Presence]:
    """`people` on the Sunday shift, of whom `away` are at a gathering from 13:00 to 17:00."""
    stay = [Presence(f"B{i}", "Centrum", SUNDAY) for i in range(people - away)]
    for i in range(people - away, people):
        stay.append(Presence(f"B{i}", "Centrum", Span(start=SUNDAY.start, end=at(SUN, "13:00"))))
        stay.append(Presence(f"B{i}", "Centrum", Span(start=at(SUN, "17:00"), end=SUNDAY.end)))
    return stay


def test_four_of_six_break_the_waterline_and_two_do_not() -> None:
    kept = strength(on_duty(6, away=2), KEPT, SUNDAY)
    assert not any(h.short for h in kept)
    hours = strength(on_duty(6, away=4), KEPT, SUNDAY)
    short = {h.start: h.short for h in hours if h.short}
    assert short == {at(SUN, f"{h}:00"): 2 for h in (13, 14, 15, 16)}


def test_the_fewest_in_the_hour_count() -> None:
    early = Presence("B1", "Centrum", Span(start=at(SUN, "12:00"), end=at(SUN, "12:20")))
    late = Presence("B2", "Centrum", Span(start=at(SUN, "12:40"), end=at(SUN, "13:00")))
    hour = Span(start=at(SUN, "12:00"), end=at(SUN, "13:00"))
    (found,) = strength([early, late], KEPT, hour)
    assert (found.people, found.short, found.slack) == (0, 4, 0)


def test_a_waterline_over_midnight_belongs_to_the_evening_it_starts_in() -> None:
    night = Waterline(
        district="Centrum", weekdays=frozenset({6}), start=time(22), end=time(3), people=2
    )
    asked = [at(SAT, "22:00"), at(SUN, "02:00")]
    free = [at(SAT, "02:00"), at(SUN, "03:00"), at(SUN, "22:00"), at(SAT, "21:00")]
    assert all(night.holds(m) for m in asked)
    assert not any(night.holds(m) for m in free)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 12)), max_size=12))
def test_strength_counts_each_person_once_and_never_below_zero(
    shifts: list[tuple[int, int]],
) -> None:
    start = at(SUN, "00:00")
    present = [
        Presence(f"B{i % 5}", "Centrum", Span(
            start=start + timedelta(hours=a), end=start + timedelta(hours=a + n)))
        for i, (a, n) in enumerate(shifts)
    ]  # fmt: skip
    hours = strength(present, KEPT, Span(start=start, end=start + timedelta(hours=36)))
    assert len(hours) == 36
    for hour in hours:
        here = {p.person_id for p in present if p.span.contains(hour.start)}
        assert hour.people == len(here)
        assert hour.short == 0 or hour.slack == 0
