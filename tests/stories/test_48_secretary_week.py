"""Journey 4.8: the secretary's week, DSW4 to DSW9 (ids as in the journeys)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from orderdesk.city import TEST_WEEK
from orderdesk.desk import agenda, review, rounds
from orderdesk.desk.core import DemoClock, Desk, counting_ids
from orderdesk.desk.demo import OFFICER
from orderdesk.desk.opening import open_desk
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import _
from orderdesk.papers.review import Edition
from orderdesk.screens.rounds import RoundsScreen
from tests.stories.playing import moment, story, week_at


@pytest.fixture(scope="module")
def wednesday_noon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city on Wednesday before the freeze."""
    return week_at(tmp_path_factory.mktemp("noon"), 2, "11:40")


@pytest.fixture
def desk(wednesday_noon: Path, tmp_path: Path) -> Iterator[Desk]:
    """A desk of its own at Wednesday 12:00."""
    path = tmp_path / "week.db"
    shutil.copy(wednesday_noon, path)
    clock = DemoClock(moment(2, "12:00"))
    clock.set(moment(2, "12:00"))
    made = open_desk(str(path), actor=OFFICER, clock=clock, new_id=counting_ids("w"))
    yield made
    made.store.close()


def test_dsw4_dsw5_frozen_and_sent_in_three_editions(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(RuleSaysNo):
        rounds.send(desk, TEST_WEEK, Edition.FULL, "burgemeester")
    written = review.write(desk, str(TEST_WEEK), tmp_path, freeze_now=True, editions=True)
    assert written.pages <= 4
    capacity = review.last_frozen(desk, TEST_WEEK)
    assert capacity is not None
    c = capacity.data.capacity
    figures = (c.used, c.given_back, c.committed, c.free, c.owed)
    assert [figure.value // 60 for figure in figures] == [6, 10, 22, 26, 4]
    names = {path.name for path in tmp_path.glob("*.pdf")}
    assert {f"review-{TEST_WEEK}-no-names.pdf", f"review-{TEST_WEEK}-one-page.pdf"} <= names
    rounds.send(desk, TEST_WEEK, Edition.FULL, "burgemeester, officier van justitie")
    rounds.send(desk, TEST_WEEK, Edition.ONE_PAGE, "persvoorlichter")
    listed = rounds.sent(desk, TEST_WEEK)
    assert len(listed) == 2
    assert "burgemeester, officier van justitie" in listed[0]


def test_dsw6_an_issued_addendum_keeps_its_number(desk: Desk) -> None:
    review.freeze(desk, TEST_WEEK)
    with pytest.raises(RuleSaysNo):
        review.issue_addendum(desk, TEST_WEEK)
    agenda.add_action(desk, "Route nalopen", "Politie", "vr 12 jun")
    assert review.issue_addendum(desk, TEST_WEEK)[0] == 1
    with pytest.raises(RuleSaysNo):
        review.issue_addendum(desk, TEST_WEEK)
    agenda.add_action(desk, "Afzetting bestellen", "Stadsbeheer", "vr 12 jun")
    assert review.issue_addendum(desk, TEST_WEEK)[0] == 2
    later = review.addendum(desk, TEST_WEEK)
    assert later is not None
    assert "3" in later.title


def test_dsw7_the_wrong_authority_is_said(desk: Desk) -> None:
    asked = {"text": "Aanhouding bij vernieling", "by": "Burgemeester", "criminal": "yes"}
    number, warning = agenda.record_decision(desk, TEST_WEEK, asked | {"authority": "mayor"})
    assert number == "DH-2026-003"
    assert warning is not None
    assert "art. 12" in str(warning)


def test_dsw9_silence_is_never_a_yes(desk: Desk) -> None:
    asked = rounds.ask(desk, TEST_WEEK, "D-2026-044: plan A", "burgemeester, officier, politie")
    assert asked.number == "SR-2026-001"
    rounds.reply(desk, asked.number, "burgemeester", rounds.Answer.YES)
    found = rounds.reply(desk, asked.number, "officier", rounds.Answer.YES)
    assert found.silent == ("politie",)
    assert not found.agreed
    found = rounds.reply(desk, asked.number, "politie", rounds.Answer.NO)
    assert not found.agreed
    found = rounds.reply(desk, asked.number, "politie", rounds.Answer.YES)
    assert found.agreed
    with pytest.raises(BadInput):
        rounds.reply(desk, asked.number, "wethouder", rounds.Answer.YES)


async def test_dsw9_on_screen(wednesday_noon: Path, tmp_path: Path) -> None:
    async with story(wednesday_noon, tmp_path, 2, "12:05") as s:
        await s.press("8", "x")
        assert isinstance(s.app.screen, RoundsScreen)
        assert s.sees(_("none yet: q asks in writing"))
        await s.press("q")
        s.app.screen.query_one("#question").text = "D-2026-044: plan A"  # type: ignore[attr-defined]
        await s.press("ctrl+s")
        assert s.sees("SR-2026-001")
        await s.press("r", "ctrl+s")
        assert s.sees(_("not agreed"))
