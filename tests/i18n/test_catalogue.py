"""Every word that a user reads stands in the catalogue, in Dutch too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from orderdesk.i18n import _, catalogue, msg, ngettext, set_language, use_language
from orderdesk.i18n.catalogue import PACKAGE, PO


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


SHOWN = {"Static", "Label", "Button", "Column", "Field", "notify", "Reading"}


def _literals(file: Path) -> Iterator[str]:
    """Texts handed to something that shows them, outside of the catalogue."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
        if name not in SHOWN:
            continue
        first = 1 if name == "Field" else 0
        for argument in node.args[first : first + 2]:
            if (
                isinstance(argument, ast.Constant)
                and isinstance(argument.value, str)
                and re.search(r"[a-z]", argument.value)
            ):
                yield f"{file.name}:{node.lineno} {argument.value!r}"


@pytest.mark.parametrize("file", sorted((PACKAGE / "screens").rglob("*.py")), ids=lambda f: f.name)
def test_screens_show_nothing_outside_the_catalogue(file: Path) -> None:
    assert list(_literals(file)) == []


def test_a_literal_on_a_screen_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text('Static("Hello")\nStatic(_("Hello"))\nField("when", "When")\n')
    assert len(list(_literals(file))) == 2
