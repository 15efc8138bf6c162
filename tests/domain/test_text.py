"""Text on its way out: to screens, papers, spreadsheets and file names."""

from __future__ import annotations

import csv
import io
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdesk.domain.text import MARKS_PER_LETTER, csv_cell, csv_text, safe_file_name, visible

ANY_TEXT = st.text(alphabet=st.characters(), max_size=60) | st.text(
    alphabet="\x00\x1b\x7f\x9b\r\n\t\u202e\u2066\u200b\u0301\ufeff\ud800=+-@'\" a./\\שע",
    max_size=30,
)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("\x1b[2J", "␛[2J"),
        ("\x1b]0;x\x07", "␛]0;x␇"),
        ("\x9b31m", "⟨9B⟩31m"),
        ("a\x00b\x7f", "a␀b␡"),
        ("two\nlines\tand a tab", "two␊lines␉and a tab"),
        ("abc\u202edef", "abc⟨202E⟩def"),
        ("Jan\u200bsen", "Jan⟨200B⟩sen"),
        ("\ud800", "\ufffd"),
        ("e\u0301", "é"),
        ("[bold]{{x}} #set $(x) %s ' OR 1=1 --", "[bold]{{x}} #set $(x) %s ' OR 1=1 --"),
        ("👩‍👩‍👧 Vrijthof", "👩‍👩‍👧 Vrijthof"),
        ("محمد", "\u2068محمد\u2069"),
    ],
)
def test_hidden_characters_become_visible_and_the_rest_stays(typed: str, shown: str) -> None:
    assert visible(typed) == shown


def test_lines_stay_lines_when_asked_for() -> None:
    assert visible("a\r\nb\rc\td\x1b", lines=True) == "a\nb\nc    d␛"


def test_a_flood_of_marks_is_cut() -> None:
    shown = visible("Z" + "\u0301\u0316" * 500 + "!")
    assert shown.endswith("!")
    assert sum(map(bool, map(unicodedata.combining, shown))) <= MARKS_PER_LETTER


@given(ANY_TEXT)
def test_nothing_that_steers_a_terminal_comes_through(text: str) -> None:
    for shown in (visible(text, isolate=False), visible(text, lines=True, isolate=False)):
        bare = shown.replace("\n", "")
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\ufeff]", bare)
        shown.encode("utf-8")
    assert "\n" not in visible(text)


@given(ANY_TEXT)
def test_shown_text_is_normal_and_showing_it_again_changes_nothing(text: str) -> None:
    for options in ({"isolate": False}, {}, {"lines": True}):
        shown = visible(text, **options)
        assert visible(shown, **options) == shown
    assert unicodedata.is_normalized("NFC", shown)


@pytest.mark.parametrize(
    "typed", ["=HYPERLINK(1)", "+1", "-1", "@x", "\t=1", " =1", "'=1", "＝1", "\r=1"]
)
def test_formulas_get_an_apostrophe(typed: str) -> None:
    assert csv_cell(typed) == "'" + typed


@pytest.mark.parametrize("typed", ["'t Vrijthof", "Markt", "", "a=1", "'s-Gravenhage"])
def test_other_text_stays_as_it_is(typed: str) -> None:
    assert csv_cell(typed) == typed


@given(ANY_TEXT.filter(lambda t: not re.search("[\ud800-\udfff]", t)))
def test_a_spreadsheet_cell_gives_the_original_back(text: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerow([csv_cell(text), "end"])
    file.seek(0)
    [row] = csv.reader(file)
    assert csv_text(row[0]) == text
    assert not re.match(r"\s*[=+\-@]", row[0])


@given(ANY_TEXT)
def test_a_cell_without_apostrophe_is_read_as_it_stands(text: str) -> None:
    assert csv_text(csv_cell(csv_cell(text))) == csv_cell(text)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("../../x", "x"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("....", "-"),
        ("", "-"),
        ("a/b\\c:d", "a-b-c-d"),
        ("\x1b[2Jreport\x00", "[2Jreport"),
        ("Mosae Forum", "Mosae-Forum"),
        ("Café 't Vrijthof", "Café-'t-Vrijthof"),
    ],
)
def test_file_names_are_readable(typed: str, name: str) -> None:
    assert safe_file_name(typed, ".ics") == f"{name}.ics"


@given(st.lists(ANY_TEXT | st.just("x" * 300) | st.sampled_from(["a", "A", "CON"]), max_size=8))
def test_file_names_are_safe_and_unique(texts: list[str]) -> None:
    taken: list[str] = []
    for text in texts:
        name = safe_file_name(text, ".ics", taken)
        assert len(name.encode()) <= 124
        assert not re.search(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f]', name)
        assert not name.startswith(".")
        assert not name.removesuffix(".ics").endswith((".", " "))
        taken.append(name)
    assert len({name.casefold() for name in taken}) == len(taken)
