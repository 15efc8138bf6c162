"""Journey 4.6: the planner's incident on Thursday 11 June from 11:20 (ids as in the journeys)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orderdesk.calendars.changes import difference
from orderdesk.calendars.entry import entries_of
from orderdesk.city import TEST_WEEK
from orderdesk.desk import demands, publishing, scoring
from orderdesk.desk.core import DemoClock, counting_ids
from orderdesk.desk.opening import open_desk
from orderdesk.desk.rostering import record, replanning
from orderdesk.domain import ledger
from orderdesk.domain.events import CounterGroup, Sureness
from orderdesk.domain.ledger import Posting
from orderdesk.domain.people import Actor, Role
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import _, set_language
from orderdesk.screens.capacity import CapacityScreen
from orderdesk.screens.roster import RosterScreen
from orderdesk.screens.roster_plans import PlansScreen
from orderdesk.screens.widgets.form import Form, Reading
from tests.stories.playing import Story, moment, story, week_at

PLANNER = Actor(name="Planner Voorbeeld (fictief)", role=Role.PLANNER)
OFFICER = Actor(name="Medewerker Twee (fictief)", role=Role.OFFICER)


@pytest.fixture(scope="module")
def thursday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city on Thursday, D-2026-044 notified and linked, its counter-group confirmed."""
    return week_at(tmp_path_factory.mktemp("thursday"), 3, "11:24")


def balance(s: Story) -> ledger.Balance:
    with s.desk.read() as reader:
        return ledger.balance(reader.postings(Posting), TEST_WEEK)


def feeds(s: Story, before: dict[str, bytes] | None = None) -> dict[str, bytes]:
    with s.desk.read() as reader:
        made = publishing.feeds_in(s.desk, reader, before)
    return {name: made[name] for name in made if name.startswith("person/")}


@pytest.mark.parametrize("lang", ["nl"])
async def test_cpi3_to_cpi12(thursday: Path, tmp_path: Path, lang: str) -> None:
    set_language(lang)
    async with story(thursday, tmp_path, 3, "11:26") as s:
        before = feeds(s)
        start = balance(s)

        # CPI3: three plans, A 4 people, B 6, C 6, the fewest proven
        s.count_anew()
        await s.press("5", "p")
        assert isinstance(s.app.screen, Form)
        await s.type("D-2026-044")
        await s.press("ctrl+s")
        assert s.keys <= 5
        assert isinstance(s.app.screen, PlansScreen)
        rows = {row[0]: row[1:] for row in s.app.screen.plans.rows()}
        assert rows[_("own people touched")] == ("4", "6", "6")

        # CPI4: one table with what each takes
        assert rows[_("days off cancelled")] == ("0", "0", "4")
        assert rows[_("days off moved")] == ("2", "0", "0")
        assert rows[_("borrowed, h")] == ("10", "30", "10")
        assert rows[_("pool, h")] == ("10", "0", "0")
        compared = s.widget_text("#compare")
        assert all(name in compared for name in rows if name)

        # CPI2: where the demand comes from, with the hours of preparation; other numbers ask why
        await s.press("n")
        look = s.widget_text("#look")
        assert _("preparation of the desk: {n} h").split(":")[0] in look
        await s.press("escape")

        # CPI5: without B05 and rather with B09, and what that costs
        await s.press("escape", "p")
        await s.fill("D-2026-044", "B05", "B09")
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, PlansScreen)
        people = [
            {entry.person_id for entry in plan.lines} for plan in s.app.screen.plans.found.plans
        ]
        assert all("B05" not in found for found in people)
        assert "B09" in people[0]
        assert s.sees(_("the wish costs: {what}").split("{")[0])
        await s.press("escape", "p")
        await s.type("D-2026-044")
        await s.press("ctrl+s")

        # CPI6: the pool is asked, with a text and a reference; the plan is conditional
        await s.press("q")
        await s.type("vr 12 jun 17:00")
        assert "D-2026-044-P1" in s.widget_text("#look")
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, Reading)
        assert "vr 12 jun 17:00" in s.app.screen.text
        await s.press("escape")
        assert isinstance(s.app.screen, PlansScreen)
        waits = replanning.pool_row(s.desk, s.app.screen.plans)
        assert waits[1] == f"{_('asked')}: {_('plan is conditional')}"
        assert _("asked") in s.widget_text("#compare")

        # CPI7: while the pool has not said yes, a plan that needs it is not final
        await s.press("a")
        await s.fill("Teamleider Voorbeeld (fictief)", "tegendemonstratie zaterdag")
        await s.press("ctrl+s")
        assert s.sees(_("the plan waits for the neighbour's yes"))
        assert balance(s).committed == start.committed
        await s.press("escape")
        s.count_anew()
        await s.press("q", "ctrl+s")
        assert s.keys <= 5
        assert _("confirmed") in s.widget_text("#compare")

        # CPI8: the lead authorises 10 h from nuisance
        await s.press("a")
        await s.fill("Teamleider Voorbeeld (fictief)", "tegendemonstratie zaterdag")
        await s.press("ctrl+s")
        assert not isinstance(s.app.screen, Form)
        with s.desk.read() as reader:
            postings = reader.postings(Posting)
        assert ledger.unauthorised_theme_minutes(postings) == 0
        made = balance(s)
        assert (made.committed // 60, made.free // 60, made.to_borrow // 60) == (26, 22, 10)

        # CPI9: 20 feeds stay byte for byte, 4 rise by one
        after = feeds(s, before)
        changed = sorted(name for name in before if before[name] != after[name])
        assert len(before) == 24
        assert len(changed) == 4

        # CPI12: one key goes back: the roster of before, the ledger by counter-lines, the
        # calendars forward
        s.clock.set(moment(3, "13:30"))
        await s.press("5")
        s.count_anew()
        await s.press("u")
        assert s.keys == 1
        back = balance(s)
        assert (back.committed, back.free, back.to_borrow) == (
            start.committed, start.free, start.to_borrow,
        )  # fmt: skip
        last = feeds(s, after)
        for name in changed:
            now, then, first = (entries_of(f[name]) for f in (last, after, before))
            moved = [uid for uid in first if uid in now and first[uid] != then.get(uid)]
            assert moved
            assert all(now[uid].sequence > then[uid].sequence for uid in moved if uid in then)
            assert all(now[uid].start == first[uid].start for uid in moved)

        # CPI13: one key makes it again: a new sequence, the same ledger, nobody to be told twice
        s.clock.set(moment(3, "13:32"))
        s.count_anew()
        await s.press("z")
        assert s.keys == 1
        once_more = balance(s)
        assert (once_more.committed, once_more.free, once_more.to_borrow) == (
            made.committed, made.free, made.to_borrow,
        )  # fmt: skip
        third = feeds(s, last)
        for name in changed:
            now, then, first = (entries_of(f[name]) for f in (third, last, after))
            moved = [uid for uid in now if uid in then and now[uid] != then[uid]]
            assert moved
            assert all(now[uid].sequence > then[uid].sequence for uid in moved)
            assert not difference(after[name], third[name])
        with s.desk.read() as reader:
            assert ledger.unauthorised_theme_minutes(reader.postings(Posting)) == 0
        with s.desk.read() as reader:
            assert len(reader.postings(Posting)) > len(postings)
        assert s.desk.store.check() == []


async def test_cpi1_news_arrives_without_taking_the_focus(thursday: Path, tmp_path: Path) -> None:
    async with story(thursday, tmp_path, 3, "11:24") as s:
        await s.press("4")
        assert isinstance(s.app.screen, CapacityScreen)
        focus = s.app.focused
        other = open_desk(
            str(tmp_path / "story.db"), actor=OFFICER, clock=s.clock, new_id=counting_ids("other")
        )
        case = scoring.case_numbered(other, "D-2026-043")
        scoring.confirm_counter(other, case.id, CounterGroup.CONFIRMED, Sureness.PLAUSIBLE)
        other.store.close()
        s.app.listen()
        await s.settle()
        assert s.app.focused is focus
        assert any("D-2026-043" in toast.message for toast in s.app._notifications)
        s.app.listen()
        await s.settle()
        assert len([t for t in s.app._notifications if "D-2026-043" in t.message]) == 1


async def test_cpi14_the_law_is_kept_on_saturday(thursday: Path, tmp_path: Path) -> None:
    async with story(thursday, tmp_path, 3, "15:00", size=(160, 48)) as s:
        await s.press("5")
        assert isinstance(s.app.screen, RosterScreen)
        assert "!" not in s.app.screen.query_one("#grid").render_line(1).text
        with s.desk.read() as reader:
            saturday = reader.duties(start=moment(5, "00:00"), end=moment(5, "23:59"))
        assert all((d.end - d.start).total_seconds() <= 12 * 3600 for d in saturday)
        s.count_anew()
        await s.press("right", "right", "t")
        assert s.keys == 3
        assert isinstance(s.app.screen, Reading)
        text = s.app.screen.text
        longest = _("longest shift: {n} h ({who}), at most {limit} h ({article})").split("{")[0]
        assert longest in text
        assert "ATW 5:3" in text
        assert "48" in text


def test_cpi2_other_numbers_in_place_of_the_norm(thursday: Path, tmp_path: Path) -> None:
    path = tmp_path / "copy.db"
    shutil.copy(thursday, path)
    clock = DemoClock(moment(3, "11:25"))
    clock.set(moment(3, "11:25"))
    desk = open_desk(str(path), actor=PLANNER, clock=clock, new_id=counting_ids("x"))
    case = scoring.case_numbered(desk, "D-2026-044")
    before = demands.of_case(desk, case.id)
    values = {f"block{n}": str(number) for n, (_label, number) in enumerate(before.blocks)}
    more = values | {"block0": str(before.blocks[0][1] + 2)}
    with pytest.raises(BadInput) as refused:
        demands.change(desk, case.id, more)
    assert refused.value.field == "reason"
    with pytest.raises(BadInput):
        demands.change(desk, case.id, values | {"block0": "many", "reason": "x"})
    demands.change(desk, case.id, more | {"reason": "two entrances"})
    after = demands.of_case(desk, case.id)
    assert after.blocks[0][1] == before.blocks[0][1] + 2
    assert any("two entrances" in text for text in after.lines())
    asked = sum(number for _label, number in after.blocks)
    with desk.read() as reader:
        needs = replanning.needs_of(reader, case, TEST_WEEK.days[3])
    assert sum(need.at_least for need in needs) == asked
    demands.change(desk, case.id, values | {"reason": "as the norm after all"})
    assert demands.of_case(desk, case.id).blocks == before.blocks
    with pytest.raises(RuleSaysNo):
        record.redo(desk, desk.actor)
    desk.store.close()
