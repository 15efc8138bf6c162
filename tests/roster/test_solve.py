"""Four weeks by the solver: lawful, covered, pinned, fair, repeatable, explained."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, time, timedelta
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderdesk.domain.people import Duty, Person, ShiftType, Skill, Task
from orderdesk.domain.time import Span, at, local
from orderdesk.domain.worktime import check_duties, errors
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.roster import search
from orderdesk.roster.bound import lower_bound
from orderdesk.roster.cells import SCALE
from orderdesk.roster.explain import Obstacle, explain, why_me
from orderdesk.roster.grid import Grid
from orderdesk.roster.problem import (
    Member,
    Need,
    Offer,
    Problem,
    Wish,
    day_of,
    gap_of,
    standing_needs,
)
from orderdesk.roster.search import Effort, Progress
from orderdesk.roster.solve import Roster, roster
from tests.roster.w24 import EARLY, FLEX, LATE, LAW, OFFERS, PUBLISHED, RULES, ids, people

FIRST = date(2026, 7, 6)
NIGHT = ShiftType(id="N", name="Night", start=time(22, 45), end=time(7, 15))
QUICK = Effort(seconds=2, repeatable=True)


def team(count: int, **facts: object) -> tuple[Member, ...]:
    return tuple(Member(p, **facts) for p in people()[:count])  # type: ignore[arg-type]


def wanted(problem_days: int, numbers: dict[str, int], offers: tuple[Offer, ...]) -> list[Need]:
    """So many people on each shift each day."""
    return [
        Need(f"{o.shift.id} {day}", o.span(day), numbers[o.shift.id], shift=o.shift.id)
        for day in (FIRST + timedelta(days=n) for n in range(problem_days))
        for o in offers
        if day.weekday() in o.weekdays and o.shift.id in numbers
    ]


def solved(problem: Problem, **changes: object) -> Roster:
    facts: dict[str, object] = {"new_id": ids(), "now": PUBLISHED, "effort": QUICK}
    return roster(problem, RULES, LAW, **(facts | changes))  # type: ignore[arg-type]


def small(**changes: object) -> Problem:
    """Eight people, two weeks, three early and two late people a day."""
    offers = (Offer(EARLY, "Centrum"), Offer(LATE, "Centrum"))
    facts: dict[str, object] = {
        "first": FIRST,
        "days": 14,
        "members": team(8),
        "offers": offers,
        "needs": tuple(wanted(14, {"E": 3, "L": 2}, offers)),
    }
    return Problem(**(facts | changes))  # type: ignore[arg-type]


def lines(duties: tuple[Duty, ...]) -> dict[str, dict[date, str]]:
    found: dict[str, dict[date, str]] = {}
    for duty in duties:
        found.setdefault(duty.person_id, {})[day_of(duty)] = duty.shift
    return found


@pytest.fixture(scope="module")
def plain() -> Roster:
    return solved(small())


def test_a_roster_is_lawful_and_covers(plain: Roster) -> None:
    assert check_duties(plain.duties, LAW) == ()
    assert plain.uncovered == ()
    on_shift = Counter((day_of(d), d.shift) for d in plain.duties)
    assert all(on_shift[FIRST + timedelta(days=n), "E"] >= 3 for n in range(14))
    assert all(on_shift[FIRST + timedelta(days=n), "L"] >= 2 for n in range(14))


def test_the_objective_is_the_sum_of_its_parts_and_over_the_bound(plain: Roster) -> None:
    assert plain.objective == pytest.approx(sum(plain.parts.values()))
    assert plain.bound <= plain.objective
    assert plain.gap == gap_of(plain.objective, plain.bound)
    assert gap_of(0.5, 0.0) == 0.5
    assert gap_of(100, 98) == pytest.approx(0.02)


def test_no_roster_goes_under_the_bound_and_contracts_make_it_tight(plain: Roster) -> None:
    assert lower_bound(Grid(small(), RULES, LAW)) / SCALE <= plain.bound <= plain.objective
    # 52 h in two weeks don't divide into shifts of 8 h: each contract misses 4 h at least.
    odd = small(members=team(8, week_minutes=(26 * 60,)))
    least = 8 * 4 * RULES.prices.contract_hour_short
    assert lower_bound(Grid(odd, RULES, LAW)) / SCALE >= least


def test_who_stops_at_once_still_gets_a_lawful_roster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_solved", lambda *_what: pytest.fail("a solver is begun"))
    found = solved(small(), effort=Effort(seconds=3600), stop=lambda: True)
    assert check_duties(found.duties, LAW) == ()
    assert len(found.duties) > 50


def test_duties_are_whole(plain: Roster) -> None:
    assert len({d.id for d in plain.duties}) == len(plain.duties)
    for duty in plain.duties:
        assert duty.changed_at == PUBLISHED
        assert duty.sequence == 0
        assert (duty.tasks[0].start, duty.tasks[-1].end) == (duty.start, duty.end)
        assert duty.paid_minutes == 480


def test_house_rules_hold(plain: Roster) -> None:
    for worked in lines(plain.duties).values():
        days = sorted(worked)
        for first in days:
            run = sum(first + timedelta(days=n) in worked for n in range(7))
            assert run <= RULES.team.most_days_in_a_row
        for week in range(2):
            monday = FIRST + timedelta(days=7 * week)
            minutes = 480 * sum(monday <= d < monday + timedelta(days=7) for d in days)
            assert minutes <= RULES.team.most_week_hours * 60


def test_the_same_seed_gives_the_same_roster(plain: Roster) -> None:
    assert solved(small()).duties == plain.duties


def test_pins_hold(plain: Roster) -> None:
    pinned = tuple(d.replace(pinned=True) for d in plain.duties[:6])
    free = frozenset({("B08", FIRST + timedelta(days=3)), ("B08", FIRST + timedelta(days=4))})
    found = solved(small(pinned=pinned, pinned_off=free))
    assert all(any(d is pin for d in found.duties) for pin in pinned)
    assert not {(d.person_id, day_of(d)) for d in found.duties} & free
    assert check_duties(found.duties, LAW) == ()


def test_a_draft_is_kept_where_nothing_forces_a_change(plain: Roster) -> None:
    again = solved(small(draft=plain.duties))
    kept = {d.id for d in again.duties} & {d.id for d in plain.duties}
    assert len(kept) >= len(plain.duties) - 4
    assert all(d in plain.duties for d in again.duties if d.id in kept)


def test_a_pin_of_own_hours_counts_as_work_and_cover() -> None:
    day = FIRST + timedelta(days=1)
    own = Duty(
        id="own", person_id="B01", shift="X", start=at(day, "09:00"), end=at(day, "19:00"),
        break_minutes=45, place="Centrum", changed_at=PUBLISHED, pinned=True,
    )  # fmt: skip
    present = Need("noon", Span(start=at(day, "12:00"), end=at(day, "13:00")), 4, place="Centrum")
    problem = small(pinned=(own,))
    found = solved(replace(problem, needs=(*problem.needs, present)))
    assert [d.id for d in found.duties if d.person_id == "B01" and day_of(d) == day] == ["own"]
    assert found.uncovered == ()  # three early people and B01


def test_unlawful_pins_are_refused_by_name(plain: Roster) -> None:
    late = next(d for d in plain.duties if d.shift == "L")
    morning = day_of(late) + timedelta(days=1)
    early = late.replace(id="e", shift="E", start=at(morning, "07:00"), end=at(morning, "15:30"))
    with pytest.raises(RuleSaysNo, match=late.person_id) as refused:
        solved(small(pinned=(late, early)))
    assert refused.value.rule == "ATW 5:3"


def test_history_counts() -> None:
    sunday = FIRST - timedelta(days=1)
    past = tuple(
        Duty(
            id=f"h{n}", person_id="B01", shift="L", start=at(day, "14:30"), end=at(day, "23:00"),
            changed_at=PUBLISHED,
        )
        for n in range(5)
        for day in (sunday - timedelta(days=n),)
    )  # fmt: skip
    members = (replace(team(1)[0], history=past), *team(8)[1:])
    found = solved(small(members=members))
    assert check_duties([*past, *found.duties], LAW) == ()
    mine = lines(found.duties)["B01"]
    assert mine.get(FIRST) != "E"  # eight hours after the late shift
    assert sum(FIRST + timedelta(days=n) in mine for n in range(2)) < 2  # six days in a row


def test_history_that_split_its_weekly_rest_leaves_a_roster() -> None:
    """From 17 March 07:00 no 36 hours are left in seven days, but 2 x 32 and more in fourteen."""
    offers = (Offer(EARLY, "Centrum"), Offer(LATE, "Centrum"))
    past = tuple(
        Duty(
            id=f"h{day}", person_id="B01", shift=o.shift.id, start=o.span(date(2026, 3, day)).start,
            end=o.span(date(2026, 3, day)).end, changed_at=PUBLISHED,
        )
        for day, o in zip((17, 18, 19, 21, 22), [offers[n] for n in (0, 0, 1, 0, 1)], strict=True)
    )  # fmt: skip
    members = (replace(team(1)[0], history=past), *team(4)[1:])
    needs = tuple(
        Need(f"E{n}", offers[0].span(day), 2, shift="E")
        for n in range(7)
        for day in (date(2026, 3, 23) + timedelta(days=n),)
    )
    found = solved(Problem(date(2026, 3, 23), 7, members, offers, needs))
    assert found.uncovered == ()
    assert errors(check_duties([*past, *found.duties], LAW)) == ()


def test_without_time_the_pins_stand_alone() -> None:
    """Nobody at work is lawful: that is what is left when no roster is found in time."""
    found = solved(small(), effort=Effort(seconds=0, repeatable=True))
    assert errors(check_duties(found.duties, LAW)) == ()
    assert found.bound <= found.objective


def test_leave_is_kept_and_wishes_weigh() -> None:
    leave = Span(start=at(FIRST, "00:00"), end=at(FIRST + timedelta(days=5), "00:00"))
    members = (replace(team(1)[0], away=(leave,)), *team(9)[1:])
    wish = Wish("B02", FIRST + timedelta(days=6), weight=3)
    found = solved(small(members=members, wishes=(wish,)))
    assert not any(leave.contains(d.start) for d in found.duties if d.person_id == "B01")
    assert next(s for s in found.shares if s.person_id == "B02").wishes_granted == 1


def test_nobody_carries_more_than_a_fair_share_for_nothing(plain: Roster) -> None:
    fairness = RULES.fairness
    for cause, carried, price in (
        ("lates", [s.lates for s in plain.shares], fairness.late),
        ("weekends", [s.weekends for s in plain.shares], fairness.weekend),
    ):
        share = ceil(sum(carried) / len(carried))
        beyond = sum(max(0, number - share) for number in carried)
        assert plain.parts.get(cause, 0) == pytest.approx(beyond * price)
        assert max(carried) <= share + 1


def test_who_had_many_weekends_gets_few() -> None:
    past = tuple(
        Duty(
            id=f"h{n}", person_id="B01", shift="E", start=at(day, "07:00"), end=at(day, "15:30"),
            changed_at=PUBLISHED,
        )
        for n in range(1, 11)
        for day in (FIRST - timedelta(days=7 * n + 1),)
    )  # fmt: skip
    members = (replace(team(1)[0], history=past), *team(9)[1:])
    found = solved(small(members=members))
    weekend = [d for d in found.duties if d.person_id == "B01" and local(d.start).weekday() >= 5]
    assert weekend == []


def test_themes_get_their_hours_and_the_reserve_none() -> None:
    problem = Problem(
        first=FIRST,
        days=7,
        members=team(24, week_minutes=(1600,)),
        offers=OFFERS,
        needs=tuple(standing_needs(RULES, [FIRST + timedelta(days=n) for n in range(7)], OFFERS)),
        theme_minutes={"nuisance": 224 * 60, "undermining": 96 * 60, "care_safety": 64 * 60},
    )
    found = solved(problem, effort=Effort(seconds=4, repeatable=True))
    assert found.uncovered == ()
    given: Counter[str] = Counter()
    for duty in found.duties:
        task = duty.tasks[0]
        if duty.shift == FLEX.id:
            assert (task.task, task.theme) == (Task.RESERVE, "")
        else:
            given[task.theme] += duty.paid_minutes
    assert all(given[t] >= minutes for t, minutes in problem.theme_minutes.items())


def test_progress_and_stop() -> None:
    heard: list[Progress] = []
    found = solved(
        small(),
        effort=Effort(seconds=3600),
        on_progress=heard.append,
        stop=lambda: len(heard) >= 2,
    )
    assert heard
    assert all(p.gap >= 0 for p in heard)
    assert check_duties(found.duties, LAW) == ()


def test_events_come_on_top_of_the_standing_strength() -> None:
    day = FIRST + timedelta(days=2)
    when = Span(start=at(day, "12:00"), end=at(day, "14:00"))
    case = Need("D-1", when, 2, case_id="D-1", place="Centrum")
    line = Need("waterline", when, 3, place="Centrum")
    problem = small(members=team(10))
    found = solved(replace(problem, needs=(*problem.needs, case, line)))
    there = [d for d in found.duties if d.start <= when.start and when.end <= d.end]
    assert len(there) >= 5
    assert found.uncovered == ()


def test_bad_problems_are_refused_with_the_field() -> None:
    with pytest.raises(BadInput, match="days"):
        small(days=0)
    with pytest.raises(BadInput, match="people"):
        small(members=team(1) * 2)
    with pytest.raises(BadInput, match="B99"):
        small(wishes=(Wish("B99", FIRST),))


# --- explaining ---


def test_a_shortage_of_skill_is_named_with_the_cheapest_way_out() -> None:
    day = FIRST + timedelta(days=2)
    skilled = Need("traffic", Offer(EARLY).span(day), 7, skill=Skill.TRAFFIC)
    problem = small()
    problem = replace(problem, needs=(*problem.needs, skilled))
    found = solved(problem)
    told = [
        e for e in explain(problem, RULES, LAW, found.duties, pool_hour=9) if e.gap.need is skilled
    ]
    assert told
    first = told[0]
    unskilled = sum(Skill.TRAFFIC not in m.person.skills for m in problem.members)
    by_obstacle = {c.obstacle: c.people for c in first.causes}
    assert by_obstacle[Obstacle.SKILL] == unskilled
    assert len(first.people) == 8
    assert any("neighbour" in str(w.text) for w in first.ways_out)
    assert [w.price for w in first.ways_out] == sorted(w.price for w in first.ways_out)


def test_the_law_and_the_contract_are_named() -> None:
    members = team(3, week_minutes=(16 * 60,))
    problem = small(members=members, days=7, needs=tuple(wanted(7, {"E": 1, "L": 1}, OFFERS)))
    tight = RULES.model_copy(
        update={"prices": RULES.prices.model_copy(update={"contract_hour_over": 100})}
    )
    found = roster(problem, tight, LAW, new_id=ids(), now=PUBLISHED, effort=QUICK)
    assert found.uncovered
    told = explain(problem, tight, LAW, found.duties)
    obstacles = {c.obstacle for e in told for c in e.causes}
    assert Obstacle.HOURS in obstacles
    assert any("beyond the contract" in str(w.text) for e in told for w in e.ways_out)


def test_why_me_has_an_answer_for_everybody_else(plain: Roster) -> None:
    problem = small()
    duty = plain.duties[0]
    told = {w.person_id: w for w in why_me(problem, RULES, LAW, plain.duties, duty)}
    assert set(told) == {m.id for m in problem.members} - {duty.person_id}
    busy = {d.person_id for d in plain.duties if day_of(d) == day_of(duty)} - {duty.person_id}
    assert {p for p, w in told.items() if w.obstacle in (Obstacle.BUSY, Obstacle.THERE)} == busy


# --- property ---


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Random small teams with nights, leave, pins of history and a DST night."""
    first = draw(st.sampled_from([date(2026, 3, 23), date(2026, 10, 19), FIRST]))
    offers = (Offer(EARLY, "Centrum"), Offer(LATE, "Centrum"), Offer(NIGHT, "Centrum"))
    days = draw(st.integers(7, 15))
    members = []
    for n in range(draw(st.integers(2, 6))):
        past = []
        for back in draw(st.sets(st.integers(1, 8), max_size=5)):
            day = first - timedelta(days=back)
            kind = draw(st.sampled_from(offers))
            past.append((day, kind))
        history = tuple(
            Duty(
                id=f"h{n}-{day}", person_id=f"P{n}", shift=o.shift.id, start=o.span(day).start,
                end=o.span(day).end, changed_at=PUBLISHED,
            )
            for day, o in past
        )  # fmt: skip
        away = draw(st.none() | st.integers(0, days - 1))
        members.append(
            Member(
                Person(id=f"P{n}", name="x", team="t", contract_minutes=36 * 60),
                away=()
                if away is None
                else (
                    Span(
                        start=at(first + timedelta(days=away), "00:00"),
                        end=at(first + timedelta(days=away + 2), "00:00"),
                    ),
                ),
                history=history,
            )
        )
    needs = [
        Need(f"{o.shift.id}{n}", o.span(day), draw(st.integers(0, 2)), shift=o.shift.id)
        for n in range(days)
        for day in (first + timedelta(days=n),)
        for o in offers
    ]
    return Problem(first, days, tuple(members), offers, tuple(needs))


@settings(max_examples=8)
@given(problems())
def test_no_roster_breaks_the_law(problem: Problem) -> None:
    grid = Grid(problem, RULES, LAW)
    history = [d for m in problem.members for d in m.history]
    inherited = {f.key for f in errors(check_duties(history, LAW, judged_from=problem.start))}
    found = solved(problem, effort=Effort(seconds=0.3, repeatable=True))
    broken = errors(check_duties([*history, *found.duties], LAW, judged_from=problem.start))
    assert {f.key for f in broken} <= inherited
    cells = grid.cells_of(found.duties)
    assert sum(grid.price(cells).values()) == pytest.approx(found.objective)
    for gap in found.uncovered:
        on = sum(d.shift == gap.need.shift and d.start == gap.need.span.start for d in found.duties)
        assert on + gap.short == gap.need.at_least
