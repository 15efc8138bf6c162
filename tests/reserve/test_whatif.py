"""What-if on a real week: tables, price, and a plan that stays as it was."""

from __future__ import annotations

import pickle
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderdesk.domain.events import Case, Kind, Source
from orderdesk.domain.norms import Norms
from orderdesk.domain.time import Span, Week, at
from orderdesk.domain.waterline import Waterlines
from orderdesk.errors import BadInput
from orderdesk.reference import load
from orderdesk.reserve.rules import ReserveRules, WayKind
from orderdesk.reserve.whatif import (
    Absent,
    Answer,
    Assigned,
    OnDuty,
    Overlay,
    Plan,
    Rules,
    Supposed,
    what_if,
)

RULES = Rules(
    load("staffing_norms", Norms), load("reserve", ReserveRules), load("waterlines", Waterlines)
)
MON, TUE, WED, THU, FRI, SAT, SUN = Week(year=2026, number=24).days
SHIFT = Span(start=at(SUN, "11:00"), end=at(SUN, "19:30"))
SIX = tuple(OnDuty(f"B{n}", "Centrum", SHIFT) for n in (14, 19, 23, 22, 18, 5))
PLAN = Plan(on_duty=SIX, theme_minutes={"nuisance": 9_000}, owed={"nuisance": 240}, free=600)
NOW = at(WED, "14:02")
HOURS = Span(start=at(SUN, "12:00"), end=at(SUN, "18:00"))


def a_gathering(expected: int, start: datetime, end: datetime) -> Supposed:
    case = Case(
        id="suppose", number="U-2026-099", kind=Kind.DEMONSTRATION, source=Source.UNANNOUNCED,
        known_at=NOW, span=Span(start=start, end=end), place_id="mosae_forum", expected=expected,
    )  # fmt: skip
    return Supposed(case, "midden", "Centrum")


def ask(plan: Plan, *gatherings: Supposed, absent: tuple[str, ...] = ()) -> Answer:
    overlay = Overlay(tuple(gatherings), tuple(Absent(p, SHIFT) for p in absent))
    return what_if(plan, overlay, RULES, HOURS, NOW)


def test_four_taken_of_six_leave_centrum_two_under_the_waterline() -> None:
    answer = ask(PLAN, a_gathering(150, at(SUN, "15:45"), at(SUN, "16:15")))
    assert {h.start: h.short for h in answer.below} == {at(SUN, "15:00"): 2, at(SUN, "16:00"): 2}
    assert [h.people for h in answer.before] == [6] * 6
    (effect,) = answer.effects
    assert (len(effect.from_themes), effect.missing, effect.reserve_minutes) == (4, 0, 0)
    assert effect.displaced_minutes == 4 * 120
    kept = next(w for w in effect.ways if not w.needs_decision and not w.uncovered)
    assert [(p.kind, p.people) for p in kept.parts] == [(WayKind.THEME, 2), (WayKind.POOL, 2)]
    assert any(w.needs_decision for w in effect.ways)


def test_three_hundred_while_two_are_ill_leave_nobody() -> None:
    answer = ask(PLAN, a_gathering(300, at(SUN, "15:00"), at(SUN, "16:30")), absent=("B14", "B19"))
    (effect,) = answer.effects
    assert (len(effect.from_themes), effect.missing) == (4, 2)
    assert min(h.people for h in answer.after) == 0
    assert max(h.short for h in answer.below) == 4
    assert len(answer.after) == len(answer.before) == 6


def test_flex_shifts_go_first_while_the_reserve_lasts() -> None:
    flex = (
        OnDuty("F1", "Centrum", SHIFT, reserve=True),
        OnDuty("F2", "Centrum", SHIFT, reserve=True),
    )
    plan = Plan(on_duty=SIX + flex, free=42 * 60, theme_minutes={"nuisance": 9_000})
    first = a_gathering(150, at(SUN, "15:30"), at(SUN, "17:00"))
    (effect,) = ask(plan, first).effects
    assert sorted(effect.from_reserve) == ["F1", "F2"]
    assert (effect.reserve_minutes, effect.displaced_minutes) == (360, 360)
    poor = Plan(on_duty=SIX + flex, free=200, theme_minutes={"nuisance": 9_000})
    assert len(ask(poor, first).effects[0].from_reserve) == 1


def test_two_gatherings_do_not_share_people_or_reserve() -> None:
    flex = tuple(OnDuty(f"F{i}", "Centrum", SHIFT, reserve=True) for i in range(4))
    plan = Plan(on_duty=flex, free=10_000)
    gathering = a_gathering(150, at(SUN, "15:30"), at(SUN, "17:00"))
    one, two = ask(plan, gathering, gathering).effects
    assert (len(one.from_reserve), one.missing) == (4, 0)
    assert (len(two.from_reserve), two.missing) == (0, 4)


def test_the_second_gathering_finds_what_the_first_left_of_the_reserve() -> None:
    flex = tuple(OnDuty(f"F{i}", "Centrum", SHIFT, reserve=True) for i in range(8))
    gathering = a_gathering(150, at(SUN, "15:30"), at(SUN, "17:00"))
    one, two = ask(Plan(on_duty=flex, free=5 * 180), gathering, gathering).effects
    assert (len(one.from_reserve), len(two.from_reserve)) == (4, 1)


def test_people_come_from_the_district_with_most_to_spare() -> None:
    oost = tuple(OnDuty(f"O{n}", "Oost", SHIFT) for n in range(3))
    plan = Plan(on_duty=SIX + oost, theme_minutes={"nuisance": 9_000})
    answer = ask(plan, a_gathering(150, at(SUN, "15:30"), at(SUN, "17:00")))
    districts = [p[0] for p in answer.effects[0].from_themes]
    assert districts.count("O") == 2
    assert not answer.below


def test_a_deployment_whose_person_falls_out_is_named() -> None:
    away = Assigned("B14", "D-042", Span(start=at(SUN, "13:00"), end=at(SUN, "17:00")))
    plan = Plan(on_duty=SIX, assigned=(away,))
    answer = ask(plan, absent=("B14",))
    assert answer.deserted == (away,)
    assert [h.people for h in answer.before] == [6, 5, 5, 5, 5, 6]
    assert [h.people for h in answer.after] == [5] * 6


def test_a_gathering_that_asks_for_nobody_changes_nothing() -> None:
    answer = ask(
        PLAN, Supposed(a_gathering(5, at(SUN, "15:00"), at(SUN, "16:00")).case, "laag", "Centrum")
    )
    assert answer.before == answer.after
    assert answer.effects[0].ways == ()


def test_an_unknown_class_is_refused() -> None:
    wrong = Supposed(a_gathering(5, at(SUN, "15:00"), at(SUN, "16:00")).case, "rood", "Centrum")
    with pytest.raises(BadInput, match="class"):
        ask(PLAN, wrong)


@given(
    sizes=st.lists(st.integers(0, 2_000), max_size=3),
    absent=st.sets(st.sampled_from([d.person_id for d in SIX])),
    start=st.integers(11, 18),
)
@settings(max_examples=30)
def test_nothing_is_saved_and_nobody_appears(
    sizes: list[int], absent: set[str], start: int
) -> None:
    gatherings = [a_gathering(n, at(SUN, f"{start}:00"), at(SUN, f"{start}:45")) for n in sizes]
    before = pickle.dumps(PLAN)
    answer = ask(PLAN, *gatherings, absent=tuple(sorted(absent)))
    assert pickle.dumps(PLAN) == before
    assert ask(PLAN, *gatherings, absent=tuple(sorted(absent))) == answer
    for then, now in zip(answer.before, answer.after, strict=True):
        assert now.people <= then.people
    taken = [p for e in answer.effects for p in (*e.from_reserve, *e.from_themes)]
    assert len(set(taken)) == len(taken)
    assert not set(taken) & absent
