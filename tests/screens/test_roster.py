"""The roster screen: each touch says first what the law says, and can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderdesk.desk.rostering import parameters, touching
from orderdesk.domain.people import Duty, DutyStatus
from orderdesk.domain.time import local
from orderdesk.domain.worktime import check_duties, errors
from orderdesk.screens.roster import RosterScreen
from orderdesk.screens.widgets.form import Form, Reading
from orderdesk.screens.widgets.table import VirtualTable
from tests.stories.playing import Story, moment, story, week_at


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
        assert isinstance(s.app.screen, Reading)
        assert s.app.screen.text.startswith("B13 works E")
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


async def test_28_days_at_160_columns_and_a_week_at_80(wednesday: Path, tmp_path: Path) -> None:
    async with story(wednesday, tmp_path, 2, "08:05", size=(160, 48)) as s:
        await s.press("5")
        assert len(s.app.screen.query_one(VirtualTable).columns) == 29
        assert s.sees("on duty")
    async with story(wednesday, tmp_path, 2, "08:05") as s:
        await s.press("5")
        assert len(s.app.screen.query_one(VirtualTable).columns) == 8
