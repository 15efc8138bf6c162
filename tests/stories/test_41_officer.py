"""Journey 4.1: a day of the desk officer, Tuesday 9 June (ids as in the journeys)."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderdesk.desk import cases, decisions, drafts, handover, intake, scoring, signals, talks
from orderdesk.domain.events import Kind, Source
from orderdesk.i18n import _, ngettext, set_language
from orderdesk.reference import data_folder
from orderdesk.screens.case import CaseScreen
from orderdesk.screens.importing_events import EventImportScreen
from orderdesk.screens.papers import Paper
from orderdesk.screens.today import TodayScreen
from orderdesk.screens.widgets.form import Form, Reading
from tests.forbidden import forbidden_in
from tests.stories.playing import Story, moment, story, week_at

EXPORT = data_folder() / "examples" / "event-export-2026-06-09.csv"


@pytest.fixture(scope="module")
def tuesday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city on Tuesday morning."""
    return week_at(tmp_path_factory.mktemp("day"), 1, "07:30")


async def open_case(s: Story, number: str) -> None:
    """From the first screen to a case."""
    await s.press("1", "home")
    screen = s.app.screen
    assert isinstance(screen, TodayScreen)
    case = scoring.case_numbered(s.desk, number)
    for _turn in range(screen._ids.index(case.id)):
        await s.press("down")
    await s.press("enter")
    assert isinstance(s.app.screen, CaseScreen)


@pytest.mark.parametrize("lang", ["nl", "en"])
async def test_dod1_to_dod4_the_morning(tuesday: Path, tmp_path: Path, lang: str) -> None:
    set_language(lang)
    async with story(tuesday, tmp_path, 1, "07:30") as s:
        # DOD1: today: three cases this week, two answers awaited, the ledger line
        assert isinstance(s.app.screen, TodayScreen)
        summary = s.widget_text("#summary")
        head = ngettext("{n} case in week {week}", "{n} cases in week {week}", 3)
        assert head.format(n=3, week=24) in summary
        assert ngettext("{n} answer awaited", "{n} answers awaited", 2).format(n=2) in summary
        ledger = _("reserve {free} h free of {all} · committed {committed} · {owed} h owed")
        assert ledger.format(free=42, all=64, committed=22, owed=8) in summary

        # DOD2: what changed since Monday, and one key to say it was read
        line = f"D-2026-041: {_('notification received')}, {_('timely')}"
        assert line in s.widget_text("#changes")
        s.count_anew()
        await s.press("c")
        assert s.keys == 1
        assert line not in s.widget_text("#changes")

        # DOD3: the receipt of Monday 09:10, free of words that sound like a favour
        await open_case(s, "D-2026-041")
        await s.press("r")
        assert isinstance(s.app.screen, Reading)
        receipt = s.app.screen.text
        assert "D-2026-041" in receipt.replace("\\", "")
        assert "09:10" in receipt
        assert forbidden_in(receipt) == ()
        await s.press("escape", "escape")

        # DOD4: a signal is kept; a pasted handle is refused with the reason
        before = len(signals.look(s.desk).signals)
        await s.press("7", "n")
        assert isinstance(s.app.screen, Form)
        values = {name: widget.id for name, widget in (
            (w.id, w) for w in s.app.screen.query("Input, TextArea")
        )}  # fmt: skip
        assert "text" in values
        field = s.app.screen.query_one("#text")
        setattr(field, "text" if hasattr(field, "text") else "value", "kijk bij @voorbeeld")
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, Form)
        assert s.sees("@voorbeeld")
        setattr(
            field, "text" if hasattr(field, "text") else "value",
            "gebiedscollega's melden oplopende spanning",
        )  # fmt: skip
        await s.press("ctrl+s")
        assert len(signals.look(s.desk).signals) == before + 1


@pytest.mark.parametrize("lang", ["nl", "en"])
async def test_dod5_dod6_the_export_of_the_event_system(
    tuesday: Path, tmp_path: Path, lang: str
) -> None:
    set_language(lang)
    async with story(tuesday, tmp_path, 1, "08:30") as s:
        # DOD5: the preview says 2 new, 1 changed, 0 gone; nothing is written before yes
        await s.press("i")
        assert isinstance(s.app.screen, Form)
        s.app.screen.query_one("#file").value = str(EXPORT)  # type: ignore[attr-defined]
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, EventImportScreen)
        sum_ = _("{new} new, {changed} changed, {gone} gone, {unchanged} unchanged")
        assert s.sees(sum_.format(new=2, changed=1, gone=0, unchanged=0))
        change = _("{number} {what}: {now} instead of {before}")
        assert s.sees(
            change.format(number="E-2026-118", what=_("build-up"), now="08:00", before="10:00")
        )
        event = scoring.case_numbered(s.desk, "E-2026-118")
        days = cases.dossier(s.desk, event.id).square_days

        # DOD6: five keys; the conflict stands on both, the square-day count stays
        s.count_anew()
        await s.press("y")
        await open_case(s, "E-2026-118")
        assert s.keys <= 5
        assert s.sees("D-2026-043")
        assert cases.dossier(s.desk, event.id).square_days == days
        await s.press("escape")
        await open_case(s, "D-2026-043")
        assert s.sees(_("same place as {number} (part of the square)").format(number="E-2026-118"))


async def test_dod7_one_person_is_no_demonstration_and_back(tuesday: Path, tmp_path: Path) -> None:
    async with story(tuesday, tmp_path, 1, "09:15") as s:
        await s.press("n")
        await s.fill("do 18 jun 16:00-17:00", "Markt", "1")
        assert s.sees("No term of the Wom applies.")
        for number, sentence in (("2", "Timely: due"), ("1", "No term of the Wom applies.")):
            s.app.screen.query_one("#expected").value = number  # type: ignore[attr-defined]
            await s.settle()
            assert s.sees(sentence)  # the type follows the number, back and forth
        await s.press("ctrl+s")
        with s.desk.read() as reader:
            one = next(c for c in reader.cases() if c.kind is Kind.ONE_PERSON)
        assert intake.term_sentence(one, None, cases.dossier(s.desk, one.id).term_status)
        assert cases.dossier(s.desk, one.id).term is None
        assert isinstance(s.app.screen, CaseScreen)
        await s.press("e")
        assert isinstance(s.app.screen, Form)
        s.app.screen.query_one("#expected").value = "2"  # type: ignore[attr-defined]
        await s.press("ctrl+s")
        two = scoring.case_numbered(s.desk, one.number)
        assert two.kind is Kind.DEMONSTRATION
        assert cases.dossier(s.desk, two.id).term is not None


async def test_dod8_dod9_dod10_talk_condition_and_advice(tuesday: Path, tmp_path: Path) -> None:
    async with story(tuesday, tmp_path, 1, "10:00") as s:
        # DOD8: the talk begins with the open points; an agreement is added
        await open_case(s, "D-2026-043")
        case = scoring.case_numbered(s.desk, "D-2026-043")
        talks.hold_talk(s.desk, cases.dossier(s.desk, case.id), {}, "Route met ordedienst")
        await s.press("escape")
        await open_case(s, "D-2026-043")
        await s.press("t")
        assert isinstance(s.app.screen, Form)
        assert s.sees("E-2026-118")  # the agenda
        s.app.screen.query_one("#new").text = "Eén contactpersoon\nGeluid tot 16:00"  # type: ignore[attr-defined]
        s.app.screen.query_one("#agreed-0").value = "kept"  # type: ignore[attr-defined]
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, Paper)  # the minutes, to be printed
        assert sorted((a.text, a.state) for a in cases.dossier(s.desk, case.id).agreements) == [
            ("Eén contactpersoon", "open"), ("Geluid tot 16:00", "open"),
            ("Route met ordedienst", "kept"),
        ]  # fmt: skip
        await s.press("w")
        s.app.screen.query_one("#file").value = str(tmp_path / "talk.pdf")  # type: ignore[attr-defined]
        await s.press("ctrl+s")
        assert (tmp_path / "talk.pdf").read_bytes().startswith(b"%PDF")
        await s.press("escape")

        # DOD9: a condition that resembles a struck-down one names the court case
        await s.press("v")
        await s.type("Geen flyers uitdelen zonder vergunning")
        found = decisions.lint("Geen flyers uitdelen zonder vergunning")
        assert found
        assert s.sees(found[0].case[:20])
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, Form)  # ground and motive are asked, and why to go on
        await s.press("escape")

        # DOD10: two requests for advice with their days
        await s.press("escape")
        await open_case(s, "E-2026-118")
        event = scoring.case_numbered(s.desk, "E-2026-118")
        for whom in ("politie", "brandweer"):
            await s.press("a")
            await s.fill(whom, "Advies over opbouw", "vr 12 jun")
            await s.press("ctrl+s")
        asked = cases.dossier(s.desk, event.id).requests
        assert [r.asked_of for r in asked if r.question == "Advies over opbouw"] == [
            "politie", "brandweer",
        ]  # fmt: skip
        s.clock.set(moment(5, "09:00"))
        await s.press("escape", "1")
        assert s.sees(_("answer overdue: {who}").format(who="brandweer")[:20])


async def test_dod12_dod13_handover_and_a_draft_that_stays(tuesday: Path, tmp_path: Path) -> None:
    async with story(tuesday, tmp_path, 1, "16:45") as s:
        await s.press("1", "h")
        assert isinstance(s.app.screen, Form)
        note = s.app.screen.values["text"]
        items = [line for line in note.splitlines() if line.startswith("- ")]
        assert any("D-2026-043" in item for item in items)
        assert any("politie" in item for item in items)
        assert all(_("owner {owner}").format(owner="") in item for item in items)
        edited = "\n".join([*note.splitlines(), "Sleutel ligt bij de balie", "Bel om 18:00"])
        s.app.screen.query_one("#text").text = edited  # type: ignore[attr-defined]
        await s.press("escape", "h")
        assert isinstance(s.app.screen, Form)
        assert s.app.screen.values["text"] == edited  # Escape keeps what was typed
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, Paper)
        kept = handover.last(s.desk)
        assert kept is not None
        assert kept.text == edited
        await s.press("w")
        s.app.screen.query_one("#file").value = str(tmp_path / "note.pdf")  # type: ignore[attr-defined]
        await s.press("ctrl+s")
        assert (tmp_path / "note.pdf").read_bytes().startswith(b"%PDF")
        await s.press("escape", "n")
        await s.fill("za 20 jun 12:00-13:00", "Markt")
        assert drafts.load_draft(s.desk, intake.FORM)["place"] == "Markt"
        await s.press("escape", "n")
        assert isinstance(s.app.screen, Form)
        assert s.app.screen.values["when"] == "za 20 jun 12:00-13:00"
        assert s.app.screen.values["source"] == Source.WRITTEN.value
