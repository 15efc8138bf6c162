"""The eight places on the demonstration city, by keyboard."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from textual.pilot import Pilot

from orderdesk.app import OrderdeskApp
from orderdesk.desk import scoring
from orderdesk.i18n import _, set_language
from orderdesk.screens.base import PLACES
from orderdesk.screens.safe import safe
from orderdesk.screens.widgets.find import TextIndex
from orderdesk.screens.widgets.form import Form
from orderdesk.screens.widgets.keys import Keys
from tests.cities import demo_desk
from tests.waiting import idle, until

HOSTILE = [
    "\x1b[2J", "\x1b]0;x\x07", "\x9b31m", "a\x00b\x7f", "[bold]", "[/]", "[@click=app.quit]x[/]",
    "[a=1 b=2]", "\u202eabc",
]  # fmt: skip


def an_app(tmp_path: Path) -> OrderdeskApp:
    """The application on a demonstration city of its own."""
    return OrderdeskApp(lambda: demo_desk(tmp_path / "city.db"))


async def opened(app: OrderdeskApp, pilot: Pilot[None]) -> None:
    """Wait until the desk is open and drawn."""
    await until(pilot, lambda: app.desk is not None, "an open desk")
    await idle(app)


def screen_text(app: OrderdeskApp) -> str:
    """What stands on the screen."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_every_place_opens_by_its_key(tmp_path: Path, size: tuple[int, int]) -> None:
    app = an_app(tmp_path)
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        assert "42 h free of 64" in screen_text(app)
        for name, key, title in PLACES:
            await pilot.press(key)
            await idle(app)
            await pilot.pause()
            assert app.current_mode == name
            assert title in screen_text(app).splitlines()[0]
            assert "SYNTH" in screen_text(app).splitlines()[0]
        await pilot.press("8", "question_mark")
        await pilot.pause()
        assert "review" in screen_text(app)


async def test_doi1_doi2_six_answers_make_a_protected_gathering(tmp_path: Path) -> None:
    app = an_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("6", "u")  # DOI1: two keys to the first question
        await pilot.pause()
        assert isinstance(app.screen, Form)
        assert app.focused is not None
        assert app.focused.id == "where"
        await pilot.press(*"Markt", "enter", *"15:30", "enter", *"150", "ctrl+s")
        await idle(app)
        await pilot.pause()
        assert app.desk is not None
        case = scoring.case_numbered(app.desk, "U-2026-009")
        assert (case.place_id, case.expected) == ("markt", 150)


async def test_escape_keeps_the_draft_and_a_bad_answer_stands_at_its_field(tmp_path: Path) -> None:
    app = an_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("n")
        await pilot.pause()
        await pilot.press(*"31-2 10:00", "ctrl+s")
        await pilot.pause()
        assert isinstance(app.screen, Form)
        assert "There is no day 31" in screen_text(app)
        await pilot.press("escape", "n")
        await pilot.pause()
        assert isinstance(app.screen, Form)
        assert app.screen.values["when"] == "31-2 10:00"


@pytest.mark.parametrize("text", HOSTILE)
def test_typed_text_is_shown_and_never_obeyed(text: str) -> None:
    shown = safe(text)
    assert not shown.spans
    assert not [c for c in shown.plain if ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c == "\u202e"]


def test_words_are_found_anywhere_without_accents_or_case() -> None:
    texts = ["D-2026-041 Markt", "Café Vrijthof", "markt en VRIJTHOF"]
    index = TextIndex(len(texts), texts.__getitem__)
    assert index.find("markt").tolist() == [0, 2]
    assert index.find("vrijthof cafe").tolist() == [1]
    assert index.find("").tolist() == [0, 1, 2]
    assert index.find("nowhere").tolist() == []


def test_the_first_screen_loads_nothing_heavy() -> None:
    heavy = [
        "sqlalchemy",
        "pandas",
        "numpy",
        "ortools",
        "pydantic",
        "icalendar",
        "typst",
        "alembic",
    ]
    code = (
        "import sys, orderdesk.app, orderdesk.screens.today, orderdesk.desk.glance, "
        f"orderdesk.desk.where; print([m for m in {heavy!r} if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("lang", ["nl", "en"])
async def test_no_key_is_cut_off_at_80_columns(tmp_path: Path, lang: str) -> None:
    set_language(lang)
    app = an_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        for _name, key, _title in PLACES:
            await pilot.press(key)
            await idle(app)
            await pilot.pause()
            keys = app.screen.query_one(Keys)
            shown = screen_text(app).splitlines()[-keys.size.height :]
            for active in app.screen.active_bindings.values():
                if active.binding.show and active.enabled:
                    assert any(active.binding.description in line for line in shown)
            assert _("all actions") in shown[-1]


async def test_the_language_holds_in_every_thread(tmp_path: Path) -> None:
    set_language("nl")
    app = an_app(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        assert "42 u vrij van 64" in screen_text(app)
        assert "do 11 jun" in screen_text(app)
        await pilot.press("ctrl+l")
        await idle(app)
        await pilot.pause()
        assert "42 h free of 64" in screen_text(app)
