"""Every word that a user reads stands in the catalogue, in Dutch too."""

from __future__ import annotations

import ast
import gettext
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.app import App
from textual.binding import Binding
from textual.command import CommandList
from textual.containers import ScrollableContainer
from textual.screen import Screen
from textual.widgets import Input, Select, TextArea
from textual.widgets._select import SelectOverlay

from orderdesk.app import OrderdeskApp
from orderdesk.cli import PARSER_WORDS
from orderdesk.i18n import _, catalogue, lend_words, msg, ngettext, set_language, use_language
from orderdesk.i18n.catalogue import PACKAGE, PO
from orderdesk.screens.words import TEXTUAL
from tests.forbidden import FORBIDDEN
from tests.waiting import idle, until


def test_nothing_lacks_dutch_and_nothing_is_left_over() -> None:
    assert list(catalogue.faults(catalogue.source_messages(), catalogue.read_catalogue())) == []


def test_the_compiled_catalogue_is_the_written_one() -> None:
    compiled = catalogue.compiled(catalogue.read_catalogue())
    assert PO.with_suffix(".mo").read_bytes() == compiled


def test_faults_are_found(tmp_path: Path) -> None:
    from babel.messages.catalog import Catalog

    sources, written = Catalog(), Catalog(locale="nl")
    sources.add("{n} hours")
    sources.add("free")
    written.add("{n} hours", "{m} uren")
    written.add("gone", "weg")
    found = list(catalogue.faults(sources, written))
    assert [fault.split(":")[0] for fault in found] == [
        "other gaps than the English", "no Dutch", "used no more",
    ]  # fmt: skip
    kept = catalogue.merged(sources, written)
    assert {m.id: m.string for m in kept if m.id} == {"{n} hours": "{m} uren", "free": None}


def test_the_words_are_dutch_and_english() -> None:
    with use_language("nl"):
        assert _("Capacity") == "Capaciteit"
        assert ngettext("{n} case", "{n} cases", 1) == "{n} zaak"
        assert ngettext("{n} case", "{n} cases", 2) == "{n} zaken"
        assert str(msg("{n} seconds", n=3)) == "3 seconden"
    set_language("en")
    assert _("Capacity") == "Capacity"


def test_messages_in_f_strings_are_collected() -> None:
    source = io.BytesIO(
        b'f\'{_("Hours")}: {ngettext("{n} hour", "{n} hours", n)}\'; _(name); x._(1)'
    )
    found = [
        text for _line, _name, text, _tags in catalogue.in_python(source, catalogue.KEYWORDS, ())
    ]
    assert found == ["Hours", ("{n} hour", "{n} hours")]


def test_dutch_says_no_favour_where_english_says_a_right() -> None:
    """Rule 6: only what the English too calls a permit may be one in Dutch (events are)."""
    for message in catalogue.read_catalogue():
        english, dutch = str(message.id).lower(), str(message.string).lower()
        if not any(word in english for word in FORBIDDEN):
            assert not any(word in dutch for word in FORBIDDEN), message.id


def test_the_command_line_s_parser_finds_our_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "en")
    before = gettext.textdomain()
    try:
        set_language("nl")
        lend_words()
        assert gettext.gettext("Commands") == "Opdrachten"
        assert not [word for word in PARSER_WORDS if gettext.gettext(word) == word]
    finally:
        gettext.textdomain(before)


def test_textual_s_own_keys_are_translated() -> None:
    owners = (App, Screen, ScrollableContainer, Input, TextArea, Select, SelectOverlay)
    said = {
        binding.description
        for owner in owners
        for kind in owner.__mro__
        for binding in vars(kind).get("BINDINGS", ())
        if isinstance(binding, Binding) and binding.description
    }
    ours = {_("all actions"), _("language"), _("colours")}
    assert said - ours <= set(TEXTUAL)


async def test_the_switch_turns_every_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """Palette, help and header, on a desk that isn't open yet."""
    monkeypatch.setattr("orderdesk.app._FIRST_FRAME", 3600)
    set_language("nl")
    app = OrderdeskApp(lambda: pytest.fail("not opened in this test"))
    async with app.run_test(size=(80, 24)) as pilot:
        assert str(app.screen.query_one("#head").render()).startswith("▸1 Vandaag")
        await pilot.press("question_mark")
        await pilot.pause()
        told = "\n".join(str(part.render()) for part in app.screen.query("Static"))
        assert "volgend onderdeel" in told
        assert not [english for english in TEXTUAL if f" {english}\n" in told]
        await pilot.press("escape", "ctrl+p")
        await pilot.pause()
        assert app.screen.query_one(Input).placeholder == "Zoek een actie"
        await pilot.press("q", "x", "q")
        nothing = app.screen.query_one(CommandList)
        await until(pilot, lambda: nothing.option_count == 1, "nothing is found")
        assert "geen actie met die woorden" in str(nothing.get_option_at_index(0).prompt.renderable)
        await pilot.press("escape", "ctrl+l")
        await idle(app)
        await pilot.pause()
        assert str(app.screen.query_one("#head").render()).startswith("▸1 Today")


SHOWN = {
    "Static": (0,), "Label": (0,), "Button": (0,), "Column": (0,), "Field": (1, 2),
    "notify": (0,), "Reading": (0, 1), "Binding": (2,), "Input": (0,), "done": (0,),
    "saying": (0,), "SystemCommand": (0, 1), "update": (0,), "_fail": (0,), "Option": (), "Argument": (), "Typer": (), "command": (),
}  # fmt: skip
"""What shows a text, and at which places it takes it."""
NAMED = {"placeholder", "title", "label", "hint", "help", "prompt", "tooltip", "message"}


def _literals(file: Path) -> Iterator[str]:
    """Texts handed to something that shows them, outside of the catalogue."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
        if name not in SHOWN:
            continue
        given = [node.args[at] for at in SHOWN[name] if at < len(node.args)]
        given += [word.value for word in node.keywords if word.arg in NAMED]
        for argument in given:
            for part in argument.values if isinstance(argument, ast.JoinedStr) else [argument]:
                if (
                    isinstance(part, ast.Constant)
                    and isinstance(part.value, str)
                    and re.search(r"[a-z]{2}", part.value)
                ):
                    yield f"{file.name}:{node.lineno} {part.value!r}"


DOORS = [
    PACKAGE / "app.py",
    *sorted((PACKAGE / "cli").rglob("*.py")),
    *sorted((PACKAGE / "screens").rglob("*.py")),
]


@pytest.mark.parametrize("file", DOORS, ids=lambda f: f.name)
def test_screens_show_nothing_outside_the_catalogue(file: Path) -> None:
    assert list(_literals(file)) == []


def test_a_literal_on_a_screen_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text(
        'Static("Hello")\nStatic(_("Hello"))\nField("when", "When")\nnotify(f"{n} hours")\n'
        'Binding("a", "add", "Add")\nBinding("a", "add", N_("Add"))\nInput(placeholder="Find")\n'
    )
    assert len(list(_literals(file))) == 5
