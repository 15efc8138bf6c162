"""Journeys 4.4 and 4.5: the capacity of the team, by ids (CPD a day, CPW a week)."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderdesk.desk import strength
from orderdesk.domain.people import DutyStatus
from orderdesk.i18n import _, set_language
from tests.stories.playing import Story, moment, story, week_at


@pytest.fixture(scope="module")
def wednesday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city on Wednesday morning, Tuesday's incident worked and booked."""
    return week_at(tmp_path_factory.mktemp("capacity"), 2, "07:45")


def two_are_away(s: Story) -> list[str]:
    """The lead takes two of the Early shift off the roster; who they are."""
    with s.desk.work() as work:
        early = [
            d
            for d in work.duties(start=moment(2, "06:00"), end=moment(2, "08:00"))
            if d.shift == "E"
        ][:2]
        work.save_duties([d.replace(status=DutyStatus.CANCELLED) for d in early])
    return [d.person_id for d in early]


@pytest.mark.parametrize("lang", ["nl", "en"])
async def test_cpd1_cpw1_strength_and_waterfall(wednesday: Path, tmp_path: Path, lang: str) -> None:
    set_language(lang)
    async with story(wednesday, tmp_path, 2, "07:46") as s:
        gone = two_are_away(s)
        s.count_anew()
        await s.press("4", "s")
        assert s.keys <= 2
        shown = strength.strength_of(s.desk)
        now = shown.at(s.desk.now)[0]
        assert (now.rostered - now.left, now.absent, now.deployed) == (2, 2, 0)
        row = f"Centrum 07:00 {now.rostered} 2 0 {now.left}"
        assert row in " ".join(s.screen.split())
        assert not any(who in s.screen for who in gone)
        # 24 on paper, 17.8 plannable: the steps sum to it, and sickness has no line of its own.
        assert s.sees(_("{paper} on paper, {plannable} plannable").format(
            paper="24", plannable="17,8" if lang == "nl" else "17.8"))  # fmt: skip
        assert s.sees("864 - 112 - 40 - 72 = 640")
        assert str(shown.fall.steps[-1].name) == _("Other absence")
        assert shown.fall.plannable_minutes == 864 * 60 - sum(f.minutes for f in shown.fall.steps)
        await s.press("enter")
        there = strength.who_in(s.desk, now)
        assert len(there) == now.rostered - now.absent
        assert not any(line.startswith(who) for line in there for who in gone)
