"""What changes cost people, and who could fill a gap without it always being the same ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdesk.domain.people import Duty, DutyStatus, Task, TaskSpan
from orderdesk.domain.time import Span, at
from orderdesk.domain.worktime import check_duties, errors
from orderdesk.roster.burden import Change, burdens, days_off, team_totals, weights
from orderdesk.roster.explain import candidates, gap_of
from orderdesk.roster.moves import Situation
from orderdesk.roster.problem import Kind, Need
from tests.roster.w24 import (
    D_043,
    LAW,
    MONDAY,
    PUBLISHED,
    RULES,
    SATURDAY,
    ids,
    published,
    situation,
    span,
)

NOW = at(MONDAY, "12:00")
DAY = timedelta(days=1)


def duty(day: int, start: str = "07:00", hours: float = 8.5, id: str = "d") -> Duty:
    begin = at(MONDAY + day * DAY, start)
    end = begin + timedelta(hours=hours)
    return Duty(
        id=id, person_id="B01", shift="E", start=begin, end=end, changed_at=PUBLISHED,
        tasks=(TaskSpan(start=begin, end=end, task=Task.THEME_WORK, theme="nuisance"),),
    )  # fmt: skip


def change(old: Duty | None, new: Duty | None, **facts: object) -> Change:
    return Change("B01", NOW, old, new, **facts)  # type: ignore[arg-type]


def other_task(old: Duty) -> Duty:
    middle = old.start + timedelta(hours=4)
    first, last = old.tasks[0].replace(end=middle), old.tasks[0].replace(start=middle)
    return old.replace(tasks=(first, last.replace(task=Task.TRAFFIC, theme="", case_id="c")))


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (change(duty(2), other_task(duty(2))), Kind.TASK),
        (change(duty(2), duty(2, "09:30")), Kind.HOURS),
        (change(duty(2), duty(2, "07:00", 11)), Kind.EXTENDED),
        (change(duty(2), duty(3), flex=True), Kind.FLEX_MOVED),
        (change(duty(2), duty(3)), Kind.DAY_OFF),
        (change(None, duty(3)), Kind.DAY_OFF),
        (change(duty(2), None), Kind.CANCELLED),
        (change(duty(2), duty(2).replace(status=DutyStatus.CANCELLED)), Kind.CANCELLED),
    ],
)
def test_the_kind_of_a_change(one: Change, kind: Kind) -> None:
    assert one.kind is kind


def test_notice_runs_to_the_first_hour_that_differs() -> None:
    assert change(duty(2), duty(2, "09:30")).notice == at(MONDAY + 2 * DAY, "07:00") - NOW
    assert change(duty(2), duty(1)).notice == at(MONDAY + DAY, "07:00") - NOW
    assert change(duty(2), other_task(duty(2))).notice == at(MONDAY + 2 * DAY, "11:00") - NOW
    assert change(duty(0), duty(0, "09:00")).notice == timedelta()


def test_weight_falls_with_notice_and_for_volunteers() -> None:
    called = [change(None, duty(days)).weight(RULES) for days in (0, 1, 3, 10, 40)]
    assert called == sorted(called, reverse=True)
    assert called[0] > called[-1] == 0
    told, offered = change(None, duty(3)), change(None, duty(3), volunteered=True)
    assert offered.weight(RULES) == told.weight(RULES) * RULES.late_change.volunteered


def test_a_day_off_is_moved_when_another_day_comes_free() -> None:
    assert days_off([change(duty(4), duty(5))]) == (0, 1)
    assert days_off([change(None, duty(5))]) == (1, 0)
    assert days_off([change(None, duty(5)), change(duty(2), None)]) == (0, 1)
    assert days_off([change(duty(2), duty(2, "09:30"))]) == (0, 0)
    assert days_off([change(duty(2), None)]) == (0, 0)


def test_burden_follows_from_the_log_alone() -> None:
    log = [
        change(None, duty(5)),
        change(duty(2), duty(2, "09:30")),
        change(duty(3), other_task(duty(3))),
        Change("B02", NOW - timedelta(weeks=9), None, duty(-60)),
    ]
    worked = [duty(-1, id="w1"), duty(-2, id="w2"), duty(-9, "22:00", 8, id="n")]
    lines = burdens(log, worked, RULES, LAW, NOW + DAY)
    assert list(lines) == ["B01"]
    line = lines["B01"]
    assert (line.changes_of_hours, line.changes_of_task) == (2, 1)
    assert (line.days_off_cancelled, line.days_off_moved) == (1, 0)
    assert (line.weekends, line.nights) == (2, 1)
    weight = sum(c.weight(RULES) for c in log[:3])
    rest = RULES.burden.day_off_cancelled + 2 * RULES.burden.weekend + RULES.burden.night
    assert line.weight == pytest.approx(weight * RULES.burden.late_change + rest)
    assert weights(lines) == {"B01": line.weight}


@given(st.permutations(range(6)))
def test_the_order_of_the_log_does_not_matter(order: list[int]) -> None:
    log = [
        Change(f"B0{n % 2}", NOW - n * DAY, duty(n) if n % 3 else None, duty(n + 1))
        for n in range(6)
    ]
    assert burdens([log[i] for i in order], [], RULES, LAW, NOW) == burdens(
        log, [], RULES, LAW, NOW
    )


def test_team_totals_name_nobody() -> None:
    log = [change(None, duty(5)), change(duty(4), duty(6)), change(duty(3), other_task(duty(3)))]
    totals = team_totals(log, NOW - DAY, NOW + DAY)
    # Told together, the day off of day 4 stands for one of the two that were lost.
    assert (totals.changes_of_hours, totals.changes_of_task) == (2, 1)
    assert (totals.days_off_cancelled, totals.days_off_moved) == (1, 1)
    assert team_totals(log, NOW + DAY, NOW + 2 * DAY).changes_of_hours == 0


# --- candidates for a gap (CPD3) ---

WEDNESDAY = MONDAY + 2 * DAY


def sick(person: str, **facts: object) -> tuple[Situation, Need]:
    asked = situation(at(WEDNESDAY, "05:30"), **facts)
    away = Span(start=at(WEDNESDAY, "00:00"), end=at(WEDNESDAY + DAY, "00:00"))
    lost = next(d for d in asked.duties if d.person_id == person and away.contains(d.start))
    members = tuple(replace(m, away=(away,)) if m.id == person else m for m in asked.members)
    return replace(asked, members=members), gap_of(lost)


def test_five_candidates_with_law_burden_and_competence() -> None:
    asked, need = sick("B06")
    found, refused = candidates(asked, need, RULES, LAW)
    assert len(found) == 5
    assert [c.covered_minutes for c in found] == sorted(
        (c.covered_minutes for c in found), reverse=True
    )
    for one in found:
        duties = [d for d in asked.duties if one.option.old is None or d.id != one.option.old.id]
        now = [*duties, one.option.new]
        assert not [f for f in errors(check_duties(now, LAW)) if f.person_id == one.person_id]
        assert one.skills
    assert "B06" not in {c.person_id for c in found}
    reasons = {r.person_id: r for r in refused}
    assert str(reasons["B06"].reason) == "not available"
    assert str(reasons["B01"].reason) == "already on duty then"
    by_law = [r for r in refused if r.finding is not None]
    assert {r.person_id for r in by_law} == {"B20"}  # late on Tuesday until 23:00
    assert by_law[0].finding is not None
    assert by_law[0].finding.article == "ATW 5:3"


@given(st.dictionaries(st.sampled_from(["B07", "B12", "B18", "B03", "B08"]), st.floats(0, 30)))
def test_the_first_is_not_the_most_burdened(burdened: dict[str, float]) -> None:
    asked, need = sick("B06", burdens=burdened)
    found, _ = candidates(asked, need, RULES, LAW)
    as_good = [c for c in found if c.covered_minutes == found[0].covered_minutes]
    heaviest = max(c.burden for c in as_good)
    assert found[0].burden < heaviest or all(c.burden == heaviest for c in as_good)


def test_candidates_for_a_deployment() -> None:
    asked = situation(at(SATURDAY, "10:00"), D_043)
    need = Need("D-9", span(SATURDAY, "13:00", "15:00"), 1, case_id="D-9", place="Centrum")
    found, refused = candidates(asked, need, RULES, LAW, count=3)
    assert all(c.option.kind is Kind.TASK for c in found)
    assert {r.person_id: str(r.reason) for r in refused}["B03"] == "already deployed then"


def test_a_gap_asks_back_what_was_published() -> None:
    lost = next(d for d in published() if d.person_id == "B06" and d.start > NOW)
    need = gap_of(lost)
    assert need.as_published
    assert (need.span.start, need.span.end) == (lost.start, lost.end)
    assert ids()() == "n1"
