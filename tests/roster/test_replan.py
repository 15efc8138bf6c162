"""Replanning the published test week: features 2 and 3, journeys 4.5 and 4.6."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderdesk.domain.people import Duty, DutyStatus, Skill, Task
from orderdesk.domain.time import Span, at, local
from orderdesk.domain.worktime import check_duties, errors
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import use_language
from orderdesk.roster.burden import team_totals
from orderdesk.roster.moves import Pool, Situation
from orderdesk.roster.plans import Plan, Replan, cost_of_wish
from orderdesk.roster.problem import Aim, Kind, Need
from orderdesk.roster.replan import replan
from tests.roster.w24 import (
    BURDENS,
    D_042,
    D_043,
    D_044,
    FRIDAY,
    LAW,
    LINES,
    MONDAY,
    RULES,
    SATURDAY,
    THURSDAY,
    TUESDAY,
    U_009,
    ids,
    published,
    situation,
    span,
)

NOW = at(THURSDAY, "11:26")
DAY = timedelta(days=1)


def plans(asked: Situation, **wishes: object) -> Replan:
    return replan(asked, RULES, LAW, new_id=ids(), **wishes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def thursday() -> Replan:
    """D-044 asks six more people on Saturday 13:00-18:00."""
    return plans(situation(NOW, D_043, D_044))


def by_person(duties: Iterable[Duty]) -> dict[str, list[Duty]]:
    found: dict[str, list[Duty]] = {}
    for duty in duties:
        found.setdefault(duty.person_id, []).append(duty)
    return found


def hours(duty: Duty | None) -> str:
    if duty is None:
        return "-"
    return f"{local(duty.start):%a %H:%M}-{local(duty.end):%H:%M}"


def test_the_published_week_is_lawful() -> None:
    assert check_duties(published(), LAW) == ()


def test_plan_a_touches_four_people(thursday: Replan) -> None:
    plan = thursday.plans[0]
    assert (plan.touched, plan.days_off_cancelled, plan.days_off_moved) == (4, 0, 2)
    assert plan.reserve_minutes == 10 * 60
    assert plan.theme_minutes == {"nuisance": 10 * 60}
    assert plan.external_minutes == 10 * 60
    assert plan.conditional
    changes = sorted((hours(line.old), hours(line.new)) for line in plan.lines)
    assert changes == [
        ("Fri 11:00-19:30", "Sat 11:00-19:30"),
        ("Fri 11:00-19:30", "Sat 11:00-19:30"),
        ("Sat 07:00-15:30", "Sat 09:30-18:00"),
        ("Sat 07:00-15:30", "Sat 09:30-18:00"),
    ]
    assert plan.flex_gone == (FRIDAY,)
    assert [str(m) for m in plan.side_effects] == ["No flex shift is left on Fri 12 Jun."]


def test_plan_a_is_proven(thursday: Replan) -> None:
    proof = thursday.plans[0].proof
    assert proof.proven
    assert proof.bound == proof.by_counting == 4
    assert "No lawful plan touches fewer than 4" in str(proof)
    with use_language("nl"):
        assert str(proof)


def test_plan_b_borrows_six_and_plan_c_calls_four(thursday: Replan) -> None:
    _, b, c = thursday.plans
    assert (b.touched, b.days_off_cancelled, b.borrowed_minutes) == (6, 0, 30 * 60)
    assert (c.touched, c.days_off_cancelled, c.borrowed_minutes) == (6, 4, 10 * 60)
    assert c.extra_minutes == 20 * 60
    for plan in (b, c):
        assert plan.external_minutes == plan.reserve_minutes == 0
        assert plan.flex_gone == ()


def test_the_most_burdened_is_spared(thursday: Replan) -> None:
    assert all(line.person_id != "B05" for plan in thursday.plans for line in plan.lines)
    assert max(BURDENS, key=lambda p: BURDENS[p]) == "B05"


def test_every_plan_is_lawful_and_keeps_the_waterline(thursday: Replan) -> None:
    for plan in thursday.plans:
        assert errors(check_duties(plan.duties, LAW)) == ()
        assert plan.below_waterline == ()
        assert not plan.needs_decision
        assert plan.uncovered == ()
        assert_covered(plan, D_044, sum(p.people for p in plan.pool))
        assert_covered(plan, D_043, 0)


def assert_covered(plan: Plan, need: Need, external: int) -> None:
    """Quarter by quarter, from the duties alone."""
    moment = need.span.start
    while moment < need.span.end:
        there = {
            d.person_id
            for d in plan.duties
            if d.status is not DutyStatus.CANCELLED
            for t in d.tasks
            if t.case_id == need.case_id and t.start <= moment < t.end
        }
        assert len(there) + external >= need.at_least, (need.id, moment)
        moment += timedelta(minutes=15)


def test_twenty_people_keep_the_very_same_duties(thursday: Replan) -> None:
    before = by_person(published())
    for plan in thursday.plans:
        after = by_person(plan.duties)
        touched = {line.person_id for line in plan.lines}
        for person, duties in before.items():
            if person not in touched:
                assert all(a == b for a, b in zip(after[person], duties, strict=True))
        assert len(before) - len(touched) == 24 - plan.touched


def test_unchanged_duties_are_identical_objects() -> None:
    asked = situation(NOW, D_043, D_044)
    plan = plans(asked).plans[0]
    changed = {line.old.id for line in plan.lines if line.old}
    for old, new in zip(asked.duties, plan.duties, strict=False):
        assert (new is old) is (old.id not in changed)


def test_changed_duties_keep_their_id_one_sequence_higher(thursday: Replan) -> None:
    for line in thursday.plans[0].lines:
        assert line.old is not None
        assert line.new.id == line.old.id
        assert line.new.sequence == line.old.sequence + 1
        assert line.new.changed_at == NOW
        assert line.new.tasks[0].start == line.new.start
        assert line.new.tasks[-1].end == line.new.end
        assert all(
            a.end == b.start for a, b in zip(line.new.tasks, line.new.tasks[1:], strict=False)
        )


def test_new_duties_get_fresh_ids(thursday: Replan) -> None:
    added = [line.new for line in thursday.plans[2].lines if line.old is None]
    assert len({d.id for d in added}) == len(added) == 4
    assert all(d.id.startswith("n") for d in added)


def test_each_line_says_notice_weight_and_burden(thursday: Replan) -> None:
    flex, shifted = (
        next(line for line in thursday.plans[0].lines if line.kind is kind)
        for kind in (Kind.FLEX_MOVED, Kind.HOURS)
    )
    assert flex.notice == at(FRIDAY, "11:00") - NOW
    assert shifted.notice == at(SATURDAY, "07:00") - NOW
    weights = RULES.late_change
    assert flex.weight == pytest.approx(4 * weights.kinds[Kind.FLEX_MOVED])
    assert shifted.weight == pytest.approx(2 * weights.kinds[Kind.HOURS])
    assert flex.day_off == "moved"


def test_the_weekly_sheet_counts_only_totals(thursday: Replan) -> None:
    totals = team_totals(
        thursday.plans[0].changes, at(MONDAY, "00:00"), at(MONDAY + 7 * DAY, "00:00")
    )
    assert (totals.changes_of_hours, totals.days_off_cancelled, totals.days_off_moved) == (4, 0, 2)


# --- wishes ---


def test_exclude_and_prefer_say_what_they_cost(thursday: Replan) -> None:
    first = thursday.plans[0]
    borrowed = next(line.person_id for line in first.lines if line.kind is Kind.HOURS)
    other = plans(situation(NOW, D_043, D_044), exclude={borrowed}, prefer={"B09"}).plans[0]
    touched = {line.person_id for line in other.lines}
    assert borrowed not in touched
    assert "B09" in touched
    assert other.touched == 4
    assert cost_of_wish(first, first) == ()
    off = plans(situation(NOW, D_043, D_044), prefer={"B01"}).plans[0]
    assert "B01" in {line.person_id for line in off.lines}
    assert "days off cancelled: +1" in [str(m) for m in cost_of_wish(first, off)]


def test_a_wish_that_the_law_forbids_is_told() -> None:
    found = plans(situation(NOW, D_043, D_044), prefer={"B03"})  # deployed at D-043 already
    assert found.unmet_wishes == ("B03",)
    assert found.plans[0].touched == 4


def test_refusals_name_the_reason(thursday: Replan) -> None:
    assert {r.person_id: str(r.reason) for r in thursday.refusals} == {
        "B03": "already deployed then",
        "B12": "already deployed then",
    }


# --- other demands of the week ---


def test_sunday_takes_two_from_themes_and_two_from_the_pool() -> None:
    found = plans(situation(at(FRIDAY, "13:05"), D_043, D_042)).plans
    first = found[0]
    assert (first.touched, first.borrowed_minutes, first.external_minutes) == (2, 8 * 60, 8 * 60)
    assert all(line.kind is Kind.TASK for line in first.lines)
    assert (found[1].days_off_cancelled, found[1].borrowed_minutes) == (2, 8 * 60)
    below = found[2]
    assert below.needs_decision
    assert [s.short for s in below.below_waterline] == [2]
    assert below.days_off_cancelled == 0


def test_a_decision_number_lets_the_waterline_go() -> None:
    asked = situation(at(FRIDAY, "13:05"), D_043, D_042, pool=None, decision="2026-24-3")
    plan = plans(asked).plans[0]
    assert (plan.touched, plan.days_off_cancelled) == (4, 0)
    assert plan.needs_decision


def test_tuesday_takes_two_flex_and_two_late_people() -> None:
    asked = situation(at(TUESDAY, "13:41"), U_009, pool=None)
    plan = plans(asked, kinds=frozenset({Kind.TASK}), most_plans=1).plans[0]
    assert sorted(line.old.shift for line in plan.lines if line.old) == ["F", "F", "L", "L"]
    assert plan.reserve_minutes == plan.borrowed_minutes == 6 * 60
    assert plan.theme_minutes == {"nuisance": 360}
    assert all(
        line.notice == at(TUESDAY, "14:45") - asked.now
        for line in plan.lines
        if line.old and line.old.shift == "F"
    )
    assert plan.below_waterline == ()


def test_nothing_asked_changes_nothing() -> None:
    asked = situation(NOW, D_043)
    found = plans(asked).plans
    assert len(found) == 1
    assert found[0].lines == ()
    assert all(a is b for a, b in zip(found[0].duties, asked.duties, strict=True))


def test_a_full_need_without_a_pool_says_what_is_lacking() -> None:
    many = replace(D_044, at_least=40)
    found = plans(situation(NOW, D_043, many, pool=None)).plans
    assert found[0].uncovered
    assert errors(check_duties(found[0].duties, LAW)) == ()


def test_a_police_task_is_refused() -> None:
    with pytest.raises(RuleSaysNo):
        situation(NOW, replace(D_044, task=Task.SEPARATE_GROUPS))


def test_only_who_has_the_skill_is_sent() -> None:
    asked = situation(NOW, D_043, replace(D_044, at_least=4, skill=Skill.TRAFFIC), pool=None)
    skilled = {m.id for m in asked.members if Skill.TRAFFIC in m.person.skills}
    assert {line.person_id for line in plans(asked).plans[0].lines} <= skilled


# --- illness ---


def ill(asked: Situation, person: str, day: datetime) -> Situation:
    away = Span(start=day, end=day + DAY)
    return replace(
        asked,
        members=tuple(replace(m, away=(away,)) if m.id == person else m for m in asked.members),
    )


def test_illness_of_somebody_deployed_is_mended_and_the_duty_falls_away() -> None:
    asked = ill(situation(NOW, D_043), "B12", at(SATURDAY, "00:00"))
    plan = plans(asked).plans[0]
    assert [d.person_id for d in plan.absent] == ["B12"]
    gone = next(d for d in plan.duties if d.id == plan.absent[0].id)
    assert (gone.status, gone.sequence) == (DutyStatus.CANCELLED, 1)
    assert_covered(plan, D_043, sum(p.people for p in plan.pool))
    assert plan.touched + sum(p.people for p in plan.pool) == 1


def test_illness_asks_back_the_strength_of_the_hours() -> None:
    gap = Need("gap", span(SATURDAY, "07:00", "15:30"), 1_000, place="Centrum", as_published=True)
    asked = ill(situation(NOW, D_043, gap, pool=None), "B09", at(SATURDAY, "00:00"))
    plan = plans(asked).plans[0]
    assert plan.uncovered == ()
    assert plan.touched == 1
    without = replace(asked, needs=(D_043,))
    assert plans(without).plans[0].touched == 0


# --- properties ---


class Demand(NamedTuple):
    """Quarters since Monday 06:00; per need start (half hours on), length, people, skill."""

    quarters: int
    needs: tuple[tuple[int, int, int, Skill | None], ...]
    pool: int
    away: frozenset[tuple[str, int]]

    def situation(self) -> Situation:
        now = at(MONDAY, "06:00") + timedelta(minutes=15 * self.quarters)
        asked = [D_043] if now < at(SATURDAY, "12:00") else []
        for n, (later, halves, people, skill) in enumerate(self.needs):
            start = now + timedelta(minutes=30 * later)
            when = Span(start=start, end=start + timedelta(minutes=30 * halves))
            asked.append(
                Need(f"C-{n}", when, people, case_id=f"C-{n}", place="Centrum", skill=skill)
            )
        found = situation(now, *asked, pool=Pool("neighbour", self.pool) if self.pool else None)
        for person, days in sorted(self.away):
            found = ill(found, person, at(local(now).date() + days * DAY, "00:00"))
        return found


NEEDS = st.tuples(
    st.integers(2, 190),
    st.integers(2, 14),
    st.integers(1, 5),
    st.sampled_from([None, Skill.TRAFFIC]),
)
DEMANDS = st.builds(
    Demand,
    st.integers(0, 4 * 24 * 5),
    st.lists(NEEDS, max_size=2).map(tuple),
    st.sampled_from([0, 2]),
    st.frozensets(st.tuples(st.sampled_from(sorted(LINES)), st.integers(0, 4)), max_size=2),
)


@settings(max_examples=15)
@given(DEMANDS)
def test_no_plan_breaks_the_law_or_the_waterline_or_takes_from_a_promise(demand: Demand) -> None:
    asked = demand.situation()
    old = {d.id: d for d in asked.duties}
    for plan in plans(asked).plans:
        assert errors(check_duties(plan.duties, LAW)) == ()
        assert plan.strategy == "decision" or not plan.below_waterline
        assert plan.touched >= plan.proof.bound
        assert plan.aims[Aim.TOUCHED] == plan.touched
        for duty in plan.duties:
            before = old.get(duty.id)
            if before is None or duty is before or duty.status is DutyStatus.CANCELLED:
                continue
            kept = {(t.case_id, t.start, t.end) for t in before.tasks if t.case_id}
            assert kept <= {(t.case_id, t.start, t.end) for t in duty.tasks}
            assert before.start > asked.now or before.start == duty.start
        if not plan.uncovered:
            for need in asked.needs:
                lent = sum(p.people for p in plan.pool if p.need.id == need.id)
                assert_covered(plan, need, lent)


def test_the_same_situation_gives_the_same_plans() -> None:
    one, two = (plans(situation(NOW, D_043, D_044)) for _ in range(2))
    assert [p.duties for p in one.plans] == [p.duties for p in two.plans]
