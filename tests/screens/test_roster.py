"""The roster screen: each touch says first what the law says, and can be taken back."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orderdesk.city import TEST_WEEK
from orderdesk.desk.core import DemoClock, Desk, counting_ids
from orderdesk.desk.opening import open_desk
from orderdesk.desk.rostering import explaining, fairness, making, oncall, parameters, touching
from orderdesk.domain.people import Actor, Duty, DutyStatus, Role
from orderdesk.domain.time import at, local
from orderdesk.domain.worktime import check_duties, errors
from orderdesk.errors import RuleSaysNo
from orderdesk.roster.search import Effort
from orderdesk.screens.roster import RosterScreen
from orderdesk.screens.roster_make import ProposalScreen, Searching
from orderdesk.screens.roster_why import WhySheet
from orderdesk.screens.widgets.form import Form, Reading
from orderdesk.screens.widgets.table import VirtualTable
from tests.stories.playing import Story, moment, story, week_at
from tests.waiting import until


@pytest.fixture(scope="module")
def wednesday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return week_at(tmp_path_factory.mktemp("wednesday"), 2, "08:00")


def standing(s: Story, person: str, day: int) -> list[Duty]:
    with s.desk.read() as reader:
        found = reader.duties(
            start=moment(day, "00:00"), end=moment(day, "23:59"), person_id=person
        )
    today = local(moment(day, "12:00")).date()
    return [
        d for d in found if d.status is not DutyStatus.CANCELLED and local(d.start).date() == today
    ]


async def stand_on(s: Story, person: str, day: int) -> None:
    """The cursor on a person and a day of the week."""
    await s.press("5")
    screen = s.app.screen
    assert isinstance(screen, RosterScreen)
    s.clock.set(s.clock())
    table = screen.query_one(VirtualTable)
    await s.press("home")
    for _turn in range(int(person[1:]) - 1):
        await s.press("down")
    table.cell = day + 1
    await s.settle()


async def test_a_swap_says_what_the_law_says_and_changes_two(
    wednesday: Path, tmp_path: Path
) -> None:
    async with story(wednesday, tmp_path, 2, "08:05") as s:
        before = standing(s, "B09", 4)[0], standing(s, "B08", 4)[0]
        await stand_on(s, "B09", 4)
        await s.press("s")
        await s.type("B08")
        assert s.sees("lawful")
        await s.press("ctrl+s")
        after = standing(s, "B09", 4)[0], standing(s, "B08", 4)[0]
        assert [d.id for d in after] == [d.id for d in before]
        assert [(d.start, d.sequence) for d in after] == [
            (before[1].start, before[0].sequence + 1),
            (before[0].start, before[1].sequence + 1),
        ]
        await s.press("u")
        back = standing(s, "B09", 4)[0]
        assert (back.start, back.sequence) == (before[0].start, before[0].sequence + 2)


async def test_what_the_law_forbids_is_said_and_not_done(wednesday: Path, tmp_path: Path) -> None:
    async with story(wednesday, tmp_path, 2, "08:05") as s:
        late = standing(s, "B14", 2)[0]
        early = standing(s, "B13", 3)[0]
        await stand_on(s, "B13", 3)
        await s.press("g")
        await s.type("B14")
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, Form)
        assert standing(s, "B13", 3) == [early]
        assert standing(s, "B14", 2) == [late]


async def test_who_cannot_come_is_replaced_by_a_candidate(wednesday: Path, tmp_path: Path) -> None:
    async with story(wednesday, tmp_path, 2, "07:50", size=(160, 48)) as s:
        duty = standing(s, "B13", 4)[0]
        gap = touching.gap_left(s.desk, duty.id)
        assert len(gap.found) == 5
        assert gap.found[0].burden <= max(c.burden for c in gap.found)
        await stand_on(s, "B13", 4)
        await s.press("a")
        assert s.sees(gap.found[0].person_id)
        await s.type(gap.found[0].person_id)
        await s.press("ctrl+s")
        assert standing(s, "B13", 4) == []
        taken = standing(s, gap.found[0].person_id, 4)
        assert any(d.start <= duty.start and duty.end <= d.end for d in taken)
        with s.desk.read() as reader:
            assert errors(check_duties(reader.duties(), parameters.law())) == ()


async def test_pin_why_changes_year_and_paper(wednesday: Path, tmp_path: Path) -> None:
    async with story(wednesday, tmp_path, 2, "08:05") as s:
        await stand_on(s, "B13", 4)
        await s.press("f")
        assert standing(s, "B13", 4)[0].pinned
        assert s.sees("E^")
        await s.press("f", "y")
        assert isinstance(s.app.screen, WhySheet)
        assert s.sees("B13 works E")
        assert "B24" in s.widget_text("#answer")
        await s.type("B24")
        answer = s.widget_text("#answer")
        assert "B24" in answer
        assert "B23" not in answer
        await s.press(*["backspace"] * 3)
        await s.type("yara")
        assert s.widget_text("#answer") == answer
        await s.press("escape", "b")
        assert isinstance(s.app.screen, Reading)
        assert "burden of late changes" in s.app.screen.text
        await s.press("escape", "c")
        assert isinstance(s.app.screen, Reading)
        await s.press("escape", "w")
        assert isinstance(s.app.screen, Form)
        file = tmp_path / "roster.pdf"
        s.app.screen.query_one("#file").value = str(file)  # type: ignore[attr-defined]
        await s.press("ctrl+s")
        assert file.read_bytes().startswith(b"%PDF")


async def test_a_spell_on_call_is_entered_and_taken_away_by_key(
    wednesday: Path, tmp_path: Path
) -> None:
    async with story(wednesday, tmp_path, 2, "08:05") as s:
        await stand_on(s, "B07", 4)
        await s.press("o")
        form = s.app.screen
        assert isinstance(form, Form)
        form.query_one("#start").value = "vr 12 jun 19:30"  # type: ignore[attr-defined]
        form.query_one("#end").value = "vr 12 jun 18:00"  # type: ignore[attr-defined]
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, Form)
        assert s.sees("must lie after the start")
        form.query_one("#end").value = "ma 15 jun 07:00"  # type: ignore[attr-defined]
        await s.settle()
        assert s.sees("lawful")
        await s.press("ctrl+s")
        spell = oncall.spell_on(s.desk, "B07", TEST_WEEK.days[5])
        assert spell is not None
        assert spell.end == at(TEST_WEEK.shift(1).monday, "07:00")
        assert s.sees("°")
        await stand_on(s, "B07", 4)
        await s.press("o")
        s.app.screen.query_one("#start").value = ""  # type: ignore[attr-defined]
        await s.press("ctrl+s")
        assert oncall.spell_on(s.desk, "B07", TEST_WEEK.days[5]) is None


async def test_28_days_at_160_columns_and_a_week_at_80(wednesday: Path, tmp_path: Path) -> None:
    async with story(wednesday, tmp_path, 2, "08:05", size=(160, 48)) as s:
        await s.press("5")
        assert len(s.app.screen.query_one(VirtualTable).columns) == 1 + 4 * 8
        assert s.sees("on duty")
    async with story(wednesday, tmp_path, 2, "08:05") as s:
        await s.press("5")
        assert len(s.app.screen.query_one(VirtualTable).columns) == 1 + 8


async def test_cpw3_to_cpw6_a_proposal_is_seen_pinned_made_again_and_published(
    wednesday: Path, tmp_path: Path, endless: threading.Event
) -> None:
    async with story(wednesday, tmp_path, 2, "09:00", size=(160, 48)) as s:
        # CPW3: weeks without a roster, searched for in a thread, stopped by a key: escape keeps
        # nothing of it, s the best so far
        await s.press("5", "m")
        assert isinstance(s.app.screen, Form)
        assert s.app.screen.values["week"] == "2026-W28"
        await search_and_stop(s, endless, "escape")
        assert isinstance(s.app.screen, RosterScreen)
        with pytest.raises(RuleSaysNo):
            making.open_proposal(s.desk)
        await s.press("m")
        await search_and_stop(s, endless)
        assert isinstance(s.app.screen, ProposalScreen)
        text = s.widget_text("#outlook")
        assert "from the best possible" in text or "proven" in text
        assert all(theme in text for theme in ("Undermining crime", "nuisance", "care and safety"))
        assert "weekend shifts" in text
        first = making.open_proposal(s.desk)
        with s.desk.read() as reader:
            assert not reader.duties(start=at(first.first, "00:00"))
        found = explaining.outlook(s.desk)
        assert found.violations == 0
        assert found.warnings > 0  # told less than 28 days ahead

        # CPW4: what is pinned in the grid holds, and the differences are told
        await s.press("escape")
        for _week in range(4):
            await s.press("right_square_bracket")
        assert s.sees("W28 proposal")
        pins = [d for d in first.duties if d.person_id == "B01"][:3]
        for duty in pins:
            assert touching.pin(s.desk, duty.id)
        await s.press("m")
        await search_and_stop(s, endless)
        again = making.open_proposal(s.desk)
        assert again.number == 2
        held = {(d.start, d.end, d.pinned) for d in again.duties if d.person_id == "B01"}
        assert {(d.start, d.end, True) for d in pins} <= held
        await s.press("c")
        assert isinstance(s.app.screen, Reading)
        await s.press("escape")

        # CPW5: a shift that nobody works is named with its causes and the two cheapest ways out
        gone = next(d for d in again.duties if d.person_id == "B02")
        touching.make_touch(s.desk, touching.look_at_off(s.desk, gone.id), "")
        holed = explaining.outlook(s.desk)
        assert len(holed.holes) == 1
        told = "\n".join(holed.hole_lines())
        assert "not covered: shift" in told
        assert "way out 1" in told
        assert "way out 2" in told
        assert sum(cause.people for cause in holed.holes[0].causes) > 0

        # CPW6: a warning asks a reason; then it is published, and the reason stands in the trail
        await s.press("p", "ctrl+s")
        assert isinstance(s.app.screen, Form)
        assert s.sees("Say once why it is published")
        await s.type("late by a holiday")
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, RosterScreen)
        assert s.sees("W28 published")
        with s.desk.read() as reader:
            assert len(reader.duties(start=at(first.first, "00:00"))) == len(again.duties) - 1
            trail = reader.trail(subject=f"roster:{first.first}")
        assert trail[-1].action == "roster.published"
        assert trail[-1].doc["reason"] == "late by a holiday"
        assert trail[-1].doc["warnings"]


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Lets no search end before it is asked to stop, however quick the machine; then its best so
    far is what a repeatable search finds. The event is set while a search waits for its stop."""
    waits, really = threading.Event(), making.propose

    def propose(
        desk: Desk, week: str, weeks: int, effort: Effort, *, stop: Callable[[], bool], **more: Any
    ) -> making.Made:
        waits.set()
        asked = threading.Event()
        while not stop():
            asked.wait(0.005)
        waits.clear()
        return really(desk, week, weeks, Effort(seconds=1, repeatable=True), **more)

    monkeypatch.setattr(making, "propose", propose)
    return waits


async def search_and_stop(s: Story, waits: threading.Event, key: str = "s") -> None:
    """Search with what the form says, and stop by a key."""
    s.send("ctrl+s")
    await until(s.pilot, waits.is_set, "a search")
    assert isinstance(s.app.screen, Searching)
    await s.press(key)


def test_what_somebody_carried_is_for_that_person_and_the_planner(
    wednesday: Path, tmp_path: Path
) -> None:
    path = tmp_path / "copy.db"
    shutil.copy(wednesday, path)
    clock = DemoClock(moment(2, "09:00"))
    clock.set(moment(2, "09:00"))
    for actor, sees in (
        (Actor(name="Anna Voorbeeld (fictief)", role=Role.READER), True),
        (Actor(name="Iemand Anders (fictief)", role=Role.OFFICER), False),
        (Actor(name="Planner (fictief)", role=Role.PLANNER), True),
    ):
        desk = open_desk(str(path), actor=actor, clock=clock, new_id=counting_ids("x"))
        if sees:
            assert "a fair share is" in "\n".join(fairness.year_of(desk, "B01"))
        else:
            with pytest.raises(RuleSaysNo):
                fairness.year_of(desk, "B01")
        with desk.read() as reader:
            carried = fairness.carried_in(reader, reader.people(), desk.now)
        # No ranking: lines come by service number, and the team's line names nobody.
        assert [c.person_id for c in carried] == sorted(c.person_id for c in carried)
        assert not any("B01" in text for text in fairness.spread_lines(carried))
        desk.store.close()
