"""Journey 4.4: a day of the capacity planner, Wednesday 10 June (ids as in the journeys)."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderdesk.calendars.entry import entries_of
from orderdesk.city import TEST_WEEK
from orderdesk.desk import publishing
from orderdesk.desk.demo import LEAD
from orderdesk.desk.rostering import touching
from orderdesk.domain import ledger
from orderdesk.domain.ledger import Posting
from orderdesk.domain.people import DutyStatus
from orderdesk.i18n import _, set_language
from orderdesk.screens.roster import RosterScreen
from orderdesk.screens.widgets.table import VirtualTable
from tests.stories.playing import Story, moment, story, week_at


@pytest.fixture(scope="module")
def wednesday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city on Wednesday morning, Tuesday's incident worked and booked."""
    return week_at(tmp_path_factory.mktemp("planner"), 2, "07:45")


async def on_roster(s: Story, person: str, day: int) -> None:
    await s.press("5", "home")
    for _turn in range(int(person[1:]) - 1):
        await s.press("down")
    assert isinstance(s.app.screen, RosterScreen)
    s.app.screen.query_one(VirtualTable).cell = day + 1
    await s.settle()


@pytest.mark.parametrize("lang", ["nl", "en"])
async def test_cpd2_the_ledger_of_tuesday(wednesday: Path, tmp_path: Path, lang: str) -> None:
    set_language(lang)
    async with story(wednesday, tmp_path, 2, "07:50") as s:
        await s.press("4")
        shown = " ".join(s.screen.split())
        parts = {"used": 6, "given back": 10, "committed": 22, "free": 26}
        assert all(f"{_(name)} {n}" in shown for name, n in parts.items())
        head = _("{week}: reserve {n} h · owed {owed} h · still to borrow {borrow} h")
        assert head.format(week=TEST_WEEK, n=64, owed=4, borrow=0) in shown
        with s.desk.read() as reader:
            balance = ledger.balance(reader.postings(Posting), TEST_WEEK)
        assert [n // 60 for n in (balance.used, balance.given_back, balance.committed)] == [
            6, 10, 22,
        ]  # fmt: skip
        # Each line opens: what moved, who entered it, by whose word and why.
        await s.press("end", "up", "up", "enter")
        for said in (_("Theme hours still to borrow"), "B15", "B21", LEAD.name, "150 mensen"):
            assert s.sees(said)


async def test_cpd3_a_sick_gap_is_filled_lawfully(wednesday: Path, tmp_path: Path) -> None:
    async with story(wednesday, tmp_path, 2, "06:00", size=(160, 48)) as s:
        with s.desk.read() as reader:
            duty = next(
                d
                for d in reader.duties(start=moment(3, "06:00"), end=moment(3, "12:00"))
                if d.shift == "E" and not any(t.case_id for t in d.tasks)
            )
        gap = touching.gap_left(s.desk, duty.id)
        assert len(gap.found) == 5
        assert (
            gap.found[0].burden < max(c.burden for c in gap.found)
            or len({c.burden for c in gap.found}) == 1
        )
        await on_roster(s, duty.person_id, 3)
        await s.press("a")
        for candidate in gap.found:
            assert s.sees(candidate.person_id)
        await s.type(gap.found[0].person_id)
        await s.press("ctrl+s")
        with s.desk.read() as reader:
            now = {d.id: d for d in reader.duties()}
        assert now[duty.id].status is DutyStatus.CANCELLED


async def test_cpd4_two_swap_and_two_feeds_change(wednesday: Path, tmp_path: Path) -> None:
    async with story(wednesday, tmp_path, 2, "08:05") as s:
        with s.desk.read() as reader:
            before = publishing.feeds_in(s.desk, reader)
            friday = [
                d
                for d in reader.duties(start=moment(4, "05:00"), end=moment(4, "23:00"))
                if d.start >= moment(4, "05:00") and not any(t.case_id for t in d.tasks)
            ]
        one, other = next(
            (a, b)
            for a in friday
            for b in friday
            if a.shift != b.shift and touching.look_at_swap(s.desk, a.id, b.person_id).lawful
        )
        await on_roster(s, one.person_id, 4)
        await s.press("s")
        await s.type(other.person_id)
        assert s.sees(_("lawful"))
        await s.press("ctrl+s")
        with s.desk.read() as reader:
            after = publishing.feeds_in(s.desk, reader, before)
        changed = [n for n in before if n.startswith("person/") and before[n] != after[n]]
        assert sorted(changed) == sorted(f"person/{d.person_id}.ics" for d in (one, other))
        for name in changed:
            old, new = entries_of(before[name]), entries_of(after[name])
            risen = [u for u in old if u in new and new[u].sequence == old[u].sequence + 1]
            assert len(risen) == 1
