"""Ways out of a short reserve."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdesk.domain.people import Role
from orderdesk.domain.time import Week, at
from orderdesk.errors import ReferenceProblem
from orderdesk.reference import load, validate
from orderdesk.reserve.ladder import (
    Part,
    Shortage,
    Situation,
    from_reserve,
    next_police_step,
    ways_out,
)
from orderdesk.reserve.rules import ReserveRules, WayKind

RULES = load("reserve", ReserveRules)
MON, TUE, WED, THU, FRI, SAT, SUN = Week(year=2026, number=24).days
SUNDAY = Shortage("D-042", people=4, minutes_each=240, start=at(SUN, "13:00"))
FRIDAY_AFTERNOON = Situation(
    now=at(FRI, "13:05"),
    theme_people=6,
    slack=2,
    theme_minutes={"nuisance": 150 * 60, "care_safety": 64 * 60},
    owed={"nuisance": 0},
    rest_day_people=4,
)


def kinds(parts: tuple[Part, ...]) -> list[tuple[str, int, int]]:
    return [(p.kind.value, p.people, p.minutes) for p in parts]


def test_sunday_is_offered_as_two_and_two_or_four_with_a_decision_or_a_rest_day() -> None:
    ways = ways_out(SUNDAY, FRIDAY_AFTERNOON, RULES)
    offered = {tuple(kinds(w.parts)): w for w in ways}
    split = offered[(("theme", 2, 480), ("pool", 2, 480))]
    assert (split.needs_decision, split.certain, split.uncovered) == (False, False, 0)
    assert any("owed then 8 h" in str(note) for note in split.notes)
    four = offered[(("theme", 4, 960),)]
    assert (four.needs_decision, four.certain) == (True, True)
    rest = offered[(("rest_day", 4, 960),)]
    assert rest.burden == 4 * RULES.step(WayKind.REST_DAY).burden
    refuse = offered[(("refuse", 0, 0),)]
    assert (refuse.uncovered, refuse.euro) == (4, 0)
    police = offered[(("police", 4, 960),)]
    assert police.signed_by is Role.DECIDER
    covering = [w for w in ways if not w.uncovered and w.in_time]
    assert ways[: len(covering)] == tuple(covering)
    keeping = [w.needs_decision for w in covering]
    assert keeping == sorted(keeping)


def test_a_pool_that_needs_a_day_comes_too_late_for_this_afternoon() -> None:
    tuesday = Shortage("U-009", people=2, minutes_each=180, start=at(TUE, "14:45"))
    seen = Situation(
        now=at(TUE, "13:43"), theme_people=8, slack=4,
        theme_minutes={"nuisance": 200 * 60}, owed={"nuisance": 480},
    )  # fmt: skip
    best, *others = ways_out(tuesday, seen, RULES)
    assert kinds(best.parts) == [("theme", 2, 360)]
    assert best.signed_by is Role.LEAD
    assert any("owed then 14 h" in str(note) for note in best.notes)
    pool = next(w for w in others if w.parts[0].kind is WayKind.POOL)
    assert not pool.in_time


def test_without_people_or_hours_only_others_can_help() -> None:
    seen = Situation(now=at(FRI, "13:05"), theme_people=0, slack=0)
    found = {w.parts[0].kind for w in ways_out(SUNDAY, seen, RULES)}
    assert found == {WayKind.POOL, WayKind.POLICE, WayKind.REFUSE}


def test_the_reserve_gives_who_is_on_a_flex_shift_and_what_is_free() -> None:
    assert from_reserve(4, 180, flex_people=2, free=42 * 60) == 2
    assert from_reserve(4, 180, flex_people=4, free=400) == 2
    assert from_reserve(1, 180, flex_people=4, free=4_000) == 1


def test_the_police_ladder_is_climbed_step_by_step() -> None:
    asked: list[str] = []
    while (step := next_police_step(asked, RULES)) is not None:
        asked.append(step.id)
    assert asked == ["base_team", "district_flex", "unit", "national"]


@given(
    people=st.integers(1, 12),
    minutes=st.integers(30, 720),
    theme_people=st.integers(0, 12),
    slack=st.integers(0, 12),
    available=st.integers(0, 5_000),
    volunteers=st.integers(0, 12),
    ahead=st.integers(0, 5_000),
)
def test_every_way_adds_up(
    people: int, minutes: int, theme_people: int, slack: int, available: int, volunteers: int,
    ahead: int,
) -> None:  # fmt: skip
    short = Shortage("c", people, minutes, at(SUN, "13:00"))
    seen = Situation(
        now=short.start - timedelta(minutes=ahead), theme_people=theme_people, slack=slack,
        theme_minutes={"nuisance": available}, rest_day_people=volunteers,
    )  # fmt: skip
    ways = ways_out(short, seen, RULES)
    assert len({w.parts for w in ways}) == len(ways)
    for way in ways:
        assert way.uncovered + sum(p.people for p in way.parts) == people
        assert all(p.minutes == p.people * minutes for p in way.parts)
        assert sum(p.minutes for p in way.parts if p.kind is WayKind.THEME) <= available
        borrowed = sum(p.people for p in way.parts if p.kind is WayKind.THEME)
        assert borrowed <= theme_people
        assert way.needs_decision == (borrowed > slack)
        assert way.uncovered >= 0


def test_the_reserve_of_w24_is_a_tenth() -> None:
    assert RULES.reserve(640 * 60) == 64 * 60


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"ladder": []}, "exactly one step"),
        ({"share": 1.5}, "share"),
    ],
)
def test_wrong_parameters_do_not_load(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(ReferenceProblem, match=complaint):
        validate("reserve.toml", RULES.model_dump(mode="json") | change, ReserveRules)


def test_what_is_known_must_fall_with_the_weeks_ahead() -> None:
    raw = RULES.model_dump(mode="json")
    raw["forecast"]["known_share"] = [0.1, 0.2]
    with pytest.raises(ReferenceProblem, match="known_share"):
        validate("reserve.toml", raw, ReserveRules)
