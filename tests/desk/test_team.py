"""The team from nothing: people, absences, requests, weeks; what the roster makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from orderdesk.desk import (
    availability,
    booking,
    guide,
    intake,
    plannable,
    staff,
    team,
    weeks,
)
from orderdesk.desk.core import DemoClock, Desk, counting_ids
from orderdesk.desk.drafts import load_draft, save_draft
from orderdesk.desk.opening import open_desk
from orderdesk.desk.rostering.making import problem_in
from orderdesk.desk.rostering.touching import look_at_give
from orderdesk.desk.rostering.viewing import view
from orderdesk.domain import ledger
from orderdesk.domain.ledger import Posting, WeekState
from orderdesk.domain.people import Actor, Duty, Role
from orderdesk.domain.time import Week, at
from orderdesk.errors import BadInput, RuleSaysNo, Stale

MONDAY = at(date(2026, 6, 8), "07:30")
WEEK = Week(year=2026, number=24)


def _desk(path: Path, role: Role = Role.LEAD) -> Desk:
    clock = DemoClock(MONDAY)
    clock.set(MONDAY)
    actor = Actor(name=role.value, role=role)
    return open_desk(str(path), actor=actor, clock=clock, new_id=counting_ids(role.value))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An empty desk."""
    made = _desk(tmp_path / "desk.db")
    yield made
    made.store.close()


@pytest.fixture
def ten(desk: Desk) -> Desk:
    """A desk with ten people of 36 hours."""
    for n in range(10):
        team.save(desk, {"id": f"B{n}", "name": f"Persoon {n}", "hours": "36"})
    return desk


def test_a_person_reads_back_as_written(desk: Desk) -> None:
    saved = team.save(
        desk,
        {
            "id": "b25", "name": "  Anna   Voorbeeld ", "hours": "32,5", "skills": "Coördinator; flex",
            "weekdays": "vr-zo", "district": "centrum", "since": "1 jun", "until": "31-12-2026",
        },
    )  # fmt: skip
    assert (saved.id, saved.name, saved.contract_minutes) == ("B25", "Anna Voorbeeld", 1950)
    assert (saved.weekdays, saved.district) == ({4, 5, 6}, "Centrum")
    assert team.save(desk, team.form_values(saved), saved).replace(version=1) == saved


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("id", "B 25"), ("id", ""), ("name", " "), ("hours", "61"), ("hours", "veel"),
        ("hours", "NaN"), ("skills", "tovenaar"), ("weekdays", "ma-dinges"), ("district", "Elders"),
        ("since", "31-2"), ("until", "1 jan 2020"),
    ],
)  # fmt: skip
def test_a_mistake_stands_at_its_field(desk: Desk, field: str, text: str) -> None:
    good = {"id": "B25", "name": "Anna", "hours": "36", "since": "1 jun 2026"}
    with pytest.raises(BadInput) as refused:
        team.save(desk, {**good, field: text})
    assert refused.value.field == field
    with desk.read() as reader:
        assert reader.people() == []


def test_the_second_writer_sees_both_values_and_may_keep_hers(ten: Desk, tmp_path: Path) -> None:
    other = _desk(tmp_path / "desk.db", Role.PLANNER)
    with ten.read() as reader:
        opened = reader.person("B1")
    assert opened is not None
    team.save(other, {**team.form_values(opened), "hours": "24"}, opened)
    save_draft(ten, team.draft_name(opened), {"hours": "32"})
    mine = {**team.form_values(opened), "hours": "32"}
    with pytest.raises(Stale) as late:
        team.save(ten, mine, opened)
    assert "they wrote 24, you 32" in str(late.value)
    assert load_draft(ten, team.draft_name(opened)) == {"hours": "32"}
    assert team.save(ten, mine, late.value.theirs).contract_minutes == 32 * 60  # type: ignore[arg-type]
    assert load_draft(ten, team.draft_name(opened)) == {}
    other.store.close()


def test_absence_counts_without_its_cause(ten: Desk, tmp_path: Path) -> None:
    team.add_absence(ten, {"person": "B3", "first": "9 jun", "last": "11 jun", "cause": "griep"})
    team.add_absence(ten, {"person": "B4", "first": "9 jun", "cause": "verlof"})
    with ten.read() as reader:
        fall = plannable.team_hours_in(reader, WEEK)
        assert "griep" not in str(reader.trail()) + str(reader.records(availability.ABSENCE))
    assert fall.away == {"other": 3 * 432, "leave": 432}
    assert fall.plannable == 10 * 2160 - 4 * 432
    officer = _desk(tmp_path / "desk.db", Role.OFFICER)
    shown = [line.away for line in team.look(officer).lines_ if line.away]
    assert all(text.startswith("away ") for text in shown)
    assert len(shown) == 2
    officer.store.close()
    absence = team.absences_and_requests(ten)[0][0]
    team.take_back(ten, f"absence/{absence.id}")
    assert len(team.absences_and_requests(ten)[0]) == 1


def test_the_roster_knows_who_can_work_when(ten: Desk) -> None:
    team.save_given(ten, {"id": "B0", "weekdays": "ma-vr"})
    team.save_given(ten, {"id": "B1", "skills": "boa flex"})
    team.deactivate(ten, "B2", "14 jun")
    team.add_absence(ten, {"person": "B3", "first": "9 jun", "last": "11 jun"})
    team.add_request(ten, {"person": "B4", "day": "13 jun", "weight": "5"})
    weeks.open_weeks(ten, count=2)
    with ten.read() as reader:
        problem = problem_in(reader, WEEK.monday, 14, ten.now)
        later = problem_in(reader, WEEK.shift(1).monday, 7, ten.now)
    by_id = {member.id: member for member in problem.members}
    days = [ledger_day for ledger_day in problem.dates if ledger_day.weekday() == 5]
    saturday = weeks.Week.of(days[0]).days[5]
    noon = at(saturday, "12:00")
    assert any(span.contains(noon) for span in by_id["B0"].away)
    assert any(span.contains(at(date(2026, 6, 10), "12:00")) for span in by_id["B3"].away)
    assert any(span.contains(at(date(2026, 6, 16), "12:00")) for span in by_id["B2"].away)
    assert "B2" not in {member.id for member in later.members}
    assert by_id["B1"].only_shifts is None
    assert "F" not in (by_id["B5"].only_shifts or ())
    assert by_id["B3"].week_minutes == (2160 - 3 * 432, 2160)
    (wish,) = problem.wishes
    assert (wish.person_id, wish.shift, wish.weight) == ("B4", "", 5.0)
    flex = [need for need in problem.needs if need.shift == "F"]
    plan = weeks.propose(ten).flex
    assert [need.at_least for need in flex[: len([n for n in plan if n])]] == [n for n in plan if n]


def test_a_hand_on_the_roster_knows_who_is_away(ten: Desk) -> None:
    tuesday = WEEK.days[1]
    start, end = at(tuesday, "07:00"), at(tuesday, "15:30")
    duties = [
        Duty(id=f"d{n}", person_id=f"B{n}", shift="E", start=start, end=end, changed_at=MONDAY)
        for n in range(2)
    ]
    with ten.work(Role.PLANNER) as work:
        work.save_duties(duties)
    absence = team.add_absence(ten, {"person": "B0", "first": "9 jun"})
    team.add_absence(ten, {"person": "B3", "first": "9 jun"})
    assert "1 shift" in team.still_rostered(ten, absence)
    shown = view(ten, WEEK.monday, 7)
    assert (shown.mark("B0", tuesday), shown.mark("B1", tuesday)) == ("E!", "E")
    assert (shown.mark("B3", tuesday), shown.mark("B4", tuesday)) == ("–", "·")
    with pytest.raises(RuleSaysNo, match="B3 is away"):
        look_at_give(ten, "d1", "B3")
    assert look_at_give(ten, "d1", "B4").lawful


def test_weeks_open_with_the_share_and_debts_come_along_when_a_week_closes(ten: Desk) -> None:
    plan = weeks.propose(ten)
    assert plan.reserve == 5 * 480  # 10% of 360 h is 36 h: five flex shifts of 8 h come nearest
    assert plan.reserve + sum(plan.themes.values()) == plan.plannable
    weeks.open_weeks(ten, count=2)
    with pytest.raises(RuleSaysNo, match="open already"):
        weeks.open_weeks(ten)
    with pytest.raises(BadInput, match="reserve"):
        weeks.open_weeks(ten, "2026-W30", reserve_hours="900")
    resized = weeks.resize(ten, "", "-8", "flexdienst vervallen")
    assert "reserve 32 h" in resized.line()
    assert "not opened" in weeks.overview(ten, 3)[2]
    with ten.read() as reader:
        postings = reader.postings(Posting)
    assert ledger.week_state(postings, WEEK) is WeekState.OPEN
    case = intake.register(ten, {"when": "za 13 jun 14:00-16:00", "place": "Markt"}).case
    booking.commit(ten, case.id, 60)
    booking.give_back(ten, "nuisance", 31 * 60, "niet nodig")
    clock = ten.clock
    assert isinstance(clock, DemoClock)
    clock.set(MONDAY + timedelta(days=7))
    with pytest.raises(RuleSaysNo, match=f"can't close.* {case.number}: 1 h"):
        booking.close_week(ten, WEEK)
    booking.worked(ten, [case.id])
    assert booking.close_week(ten, WEEK).state is WeekState.CLOSED
    assert weeks.propose(ten, "2026-W26").carried == ()


def test_the_guide_ticks_off_and_a_ready_desk_shows_none(ten: Desk) -> None:
    found = guide.guide(ten)
    assert [step.done for step in found.steps] == [True, False, False, False]
    assert found.next is not None
    assert found.next.what == "check your name, places and norms"
    assert len(found.screen_lines()) == 4


def test_a_staff_list_is_looked_at_first(ten: Desk, tmp_path: Path) -> None:
    path = tmp_path / "lijst.csv"
    path.write_text(
        "Personeelslijst\n\nNummer,Voornaam,Achternaam,FTE,Rol\nB0,Anna,Voorbeeld,0.5,boa\n"
        "C1,Bram,Voorbeeld,1,coördinator\nC2,Carla,Voorbeeld,half,boa\n"
    )
    found = staff.preview(ten, path)
    assert [p.id for p in found.new] == ["C1"]
    assert [(p.id, p.name, p.contract_minutes) for p in found.changed] == [
        ("B0", "Anna Voorbeeld", 1080)
    ]
    (problem,) = found.problems
    assert (problem.row, problem.column, problem.value) == (6, "FTE", "half")
    assert staff.take_over(ten, found).written
    with ten.read() as reader:
        assert len(reader.people()) == 11
    path.write_text("a,b\n1,2\n")
    with pytest.raises(BadInput, match="headings"):
        staff.preview(ten, path)


@pytest.mark.parametrize("role", [Role.READER, Role.OFFICER, Role.DECIDER])
def test_only_a_planner_changes_the_team(ten: Desk, tmp_path: Path, role: Role) -> None:
    other = _desk(tmp_path / "desk.db", role)
    assert len(team.look(other).lines_) == 10
    assert weeks.propose(other).people == 10
    deeds: list[Callable[[], object]] = [
        lambda: team.save(other, {"id": "X1", "name": "X", "hours": "1"}),
        lambda: team.deactivate(other, "B1"),
        lambda: team.add_absence(other, {"person": "B1", "first": "9 jun"}),
        lambda: team.add_request(other, {"person": "B1", "day": "9 jun"}),
        lambda: team.take_back(other, "absence/x"),
        lambda: weeks.open_weeks(other),
        lambda: weeks.resize(other, "", "8", "x"),
    ]
    for deed in deeds:
        with pytest.raises(RuleSaysNo, match="needs a capacity planner"):
            deed()
    other.store.close()
