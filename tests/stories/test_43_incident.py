"""Journey 4.3: the telephone rings on Tuesday 9 June at 13:40 (ids as in the journeys)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from orderdesk.desk import cases, scoring
from orderdesk.desk.timeline import lines_of
from orderdesk.domain import ledger
from orderdesk.domain.ledger import Posting
from orderdesk.i18n import _, ngettext, set_language
from orderdesk.screens.widgets.form import Form, Reading
from orderdesk.store import database
from tests.stories.playing import Story, moment, story, week_at

NUMBER = "U-2026-009"


@pytest.fixture(scope="module")
def tuesday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city on Tuesday, just before the telephone rings."""
    return week_at(tmp_path_factory.mktemp("tuesday"), 1, "13:40")


def log_of(s: Story) -> list[str]:
    with s.desk.read() as reader:
        case = scoring.case_numbered(s.desk, NUMBER)
        return [line.text for line in lines_of(reader, case.id)]


async def rings(s: Story) -> None:
    """DOI1 and DOI2."""
    await s.press("6", "u")
    await s.fill("Markt", "15:30", "150")
    await s.press("ctrl+s")


async def to(s: Story, clock: str) -> None:
    s.clock.set(moment(1, clock))


@pytest.mark.parametrize("lang", ["nl", "en"])
async def test_doi1_to_doi16(tuesday: Path, tmp_path: Path, lang: str) -> None:
    set_language(lang)
    async with story(tuesday, tmp_path, 1, "13:40") as s:
        # DOI1: two keys to six prompts, the cursor in "where"
        await s.press("6", "u")
        assert s.keys <= 2
        assert isinstance(s.app.screen, Form)
        assert s.app.focused is not None
        assert s.app.focused.id == "where"
        assert len(s.app.screen.values) == 6
        assert s.sees(_("protected gathering; no term applies"))

        # DOI2: saved within 45 keys, text included
        await to(s, "13:40")
        s.count_anew()
        typed = ("Markt", "15:30", "150")
        await s.fill(*typed)
        assert s.sees(_("range offered: {r}").format(r="80-220"))
        await s.press("ctrl+s")
        assert s.keys + len("".join(typed)) <= 45
        case = scoring.case_numbered(s.desk, NUMBER)
        assert case.known_at == moment(1, "13:40")
        assert (case.place_id, case.expected) == ("markt", 150)

        # DOI3: class with its range, the call worth making, what happened here before
        picture = s.widget_text("#picture")
        assert (
            _("class {name}, between {low} and {high}").format(
                name=_("medium (midden)"), low=_("low (laag)"), high=_("high (hoog)")
            )
            in picture
        )
        assert _("worth a call: {question}").split("{")[0] in picture
        assert _("Earlier gatherings like this one:") in picture
        assert picture.count("Markt") >= 3

        # DOI4: notes while the application stays usable; a correction is a line of its own
        await to(s, "13:42")
        await s.press("l")
        await s.fill("Politie: groep verzamelt bij het stadhuis", "")
        await s.press("ctrl+s")
        await s.press("l")
        await s.fill("Politie: groep verzamelt bij de kerk", str(len(log_of(s))))
        await s.press("ctrl+s")
        picture = s.widget_text("#picture")
        assert "stadhuis" in picture
        assert _("(corrects line {n})").format(n=len(log_of(s)) - 1) in picture
        assert "13:42  Politie: groep verzamelt bij de kerk" in picture

        # DOI5: three packages with price, people and the debt they leave
        await to(s, "13:43")
        await s.press("6")
        picture = s.widget_text("#picture")
        price = _(
            "{n} people, {all} h = {reserve} h reserve + {themes} h themes; then {owed} h owed"
        )
        assert price.format(n=4, all=12, reserve=6, themes=6, owed=14) in picture
        assert _("nobody now; two on call") in picture

        # DOI6: the lead authorises by name; four people to call, tasks lawful
        await to(s, "13:46")
        await s.press("a", "ctrl+s")
        assert _("name who authorises this") in s.widget_text("#error-by")
        assert s.app.focused is s.app.screen.query_one("#by")
        await s.fill("Teamleider Voorbeeld (fictief)", "150 mensen om 15.30 uur")
        await s.press("ctrl+s")
        with s.desk.read() as reader:
            postings = reader.postings(Posting)
            called = {
                duty.person_id
                for duty in reader.duties(start=moment(1, "00:00"), end=moment(1, "23:59"))
                if any(task.case_id == case.id for task in duty.tasks)
            }
        assert called == {"B07", "B12", "B15", "B21"}
        assert ledger.unauthorised_theme_minutes(postings) == 0
        balance = ledger.balance(postings, _week())
        assert (balance.committed // 60, balance.to_borrow // 60) == (28, 6)

        # DOI7: the text for the mayor's office is one key away, without names
        await to(s, "13:50")
        await s.press("m")
        assert isinstance(s.app.screen, Reading)
        text = s.app.screen.text
        assert "Markt" in text
        assert "13:40" in text
        assert "Voorbeeld" not in text
        await s.press("escape")

        # DOI8: a counter-group is confirmed: class high, cards, a case of its own
        await to(s, "14:30")
        await s.press("o")
        await s.fill("40")
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, Reading)
        assert s.sees(
            _("the class goes from {before} to {now}: a counter-group is there").format(
                before=_(scoring.CLASS_NAMES[scoring.RiskClass.MEDIUM]),
                now=_(scoring.CLASS_NAMES[scoring.RiskClass.HIGH]),
            )
        )
        assert s.sees("U-2026-010")
        cards = len(cases.dossier(s.desk, case.id).scenarios)
        assert cards >= 1
        assert s.sees(
            ngettext("{n} scenario card is ready", "{n} scenario cards are ready", cards).format(
                n=cards
            )
        )
        await s.press("escape")

        # DOI9: a place for the counter-demonstration only; the first keeps its place
        await to(s, "14:31")
        await go_to(s, "U-2026-010")
        await s.press("p")
        assert isinstance(s.app.screen, Form)
        await s.press("ctrl+s")
        counter = scoring.case_numbered(s.desk, "U-2026-010")
        assert counter.place_id != "markt"
        assert counter.counter_to == case.id
        await go_to(s, NUMBER)
        await s.press("p")
        assert not isinstance(s.app.screen, Form)
        assert scoring.case_numbered(s.desk, NUMBER).place_id == "markt"

        # DOI10: a count stands beside the estimate
        await to(s, "15:28")
        await s.press("t")
        await s.fill("110")
        await s.press("ctrl+s")
        assert scoring.case_numbered(s.desk, NUMBER).expected == 150
        assert str(_("{n} counted by {source}")).format(n=110, source="police") in log_of(s)

        # DOI11: a trigger fires, in two keys; lawful tasks for people who are there
        await to(s, "15:55")
        s.count_anew()
        await s.press("f", "ctrl+s")
        assert s.keys <= 2
        with s.desk.read() as reader:
            sent = [
                task
                for duty in reader.duties(start=moment(1, "15:56"), end=moment(1, "15:57"))
                for task in duty.tasks
                if task.case_id == case.id and task.start == moment(1, "15:55")
            ]
        assert len(sent) == 2
        assert {task.task.value for task in sent} == {"traffic"}

        # DOI13, DOI15: it is over; the form begins with what is known
        await to(s, "17:30")
        await s.press("z")
        assert isinstance(s.app.screen, Form)
        assert s.app.screen.values["turnout"] == "110"
        assert s.app.screen.values["ended"] == "17:30"
        await s.press("end")
        for _turn in range(3):
            await s.pilot.press("backspace")
        await s.type("100/130/160")
        await s.press("tab", "tab", "tab")
        await s.type("@jan stond op het kruispunt")
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, Form)  # a lesson is never about a person
        for _turn in range(len("@jan stond op het kruispunt")):
            await s.pilot.press("backspace")
        await s.type("Verkeer op het kruispunt eerder omleiden")
        await to(s, "17:45")
        await s.press("ctrl+s")
        closed = scoring.case_numbered(s.desk, NUMBER)
        assert closed.outcome is not None
        assert (
            closed.outcome.turnout_low, closed.outcome.turnout, closed.outcome.turnout_high,
        ) == (100, 130, 160)  # fmt: skip
        assert closed.outcome.ended == moment(1, "17:30")

        # DOI14: 6 + 6 h are posted; 10 h of flex are offered to the theme that waits longest
        with s.desk.read() as reader:
            balance = ledger.balance(reader.postings(Posting), _week())
        assert (balance.used // 60, balance.owed // 60) == (6, 14)
        await s.press("b")
        assert isinstance(s.app.screen, Form)
        assert s.app.screen.values["hours"] == "10"
        assert s.app.screen.values["theme"] == "nuisance"
        await s.press("ctrl+s")
        with s.desk.read() as reader:
            balance = ledger.balance(reader.postings(Posting), _week())
        assert (balance.given_back // 60, balance.owed // 60) == (10, 4)

        # DOI16: the mayor's picture as it was known at 14:45
        await s.press("6")
        text = await as_known(s, "14:45")
        assert _("high") in text
        assert "110" not in text
        assert _("medium") in (await as_known(s, "14:00")).split("\n")[3]

        # the whole incident: four people's tasks changed, and the log verifies
        lines = log_of(s)
        assert len(lines) >= 10
        assert s.desk.store.check() == []


async def test_doi12_the_network_is_gone_for_nine_minutes(
    tuesday: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 20)
    set_language("nl")
    async with story(tuesday, tmp_path, 1, "13:40") as s:
        s.desk.spool = tmp_path / "kept.jsonl"
        await rings(s)
        await to(s, "16:40")
        before = len(log_of(s))
        with closing(sqlite3.connect(tmp_path / "story.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for n in range(3):
                await to(s, f"16:4{n}")
                await s.press("l")
                await s.fill(f"regel {n}")
                s.count_anew()
                await s.press("ctrl+s")
                assert not isinstance(s.app.screen, Form)
            assert s.sees(_("OFFLINE"))
            assert s.sees(_("since {time}: what you write is kept here").format(time="16:40"))
            await s.press("t")
            await s.fill("110")
            await s.press("ctrl+s", "u")
            await s.fill("Vrijthof")
            await s.press("escape")
            other.execute("ROLLBACK")
        await to(s, "16:49")
        s.app.listen()
        await s.settle()
        assert _("OFFLINE") not in s.screen
        assert len(log_of(s)) == before + 4
        assert [text for text in log_of(s) if text.startswith("regel")] == [
            "regel 0", "regel 1", "regel 2",
        ]  # fmt: skip
        await s.press("u")
        assert isinstance(s.app.screen, Form)
        assert s.app.screen.values["where"] == "Vrijthof"
        assert s.desk.store.check() == []


def _week():  # type: ignore[no-untyped-def]
    from orderdesk.city import TEST_WEEK

    return TEST_WEEK


def _shown(s: Story) -> str:
    from orderdesk.screens.incident import IncidentScreen

    assert isinstance(s.app.screen, IncidentScreen)
    return s.app.screen.number


async def go_to(s: Story, number: str) -> None:
    await s.press("6", "home")
    for _turn in range(8):
        if _shown(s) == number:
            return
        await s.press("down")
    raise AssertionError(f"{number} is not in the list")


async def as_known(s: Story, clock: str) -> str:
    await go_to(s, NUMBER)
    await s.press("w")
    await s.fill(clock)
    await s.press("ctrl+s")
    assert isinstance(s.app.screen, Reading)
    text = s.app.screen.text
    await s.press("escape")
    return text
