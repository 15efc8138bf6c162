"""Part D, hostile files, numbers, days and people: each row on each door, and what must be said."""

from __future__ import annotations

import json
import logging
import os
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from orderdesk.__main__ import main
from orderdesk.calendars.events import read_event_calendar
from orderdesk.calendars.reading import read_ics
from orderdesk.desk.opening import open_desk
from orderdesk.desk.signals import refuse_personal_data
from orderdesk.domain.time import UTC, Span
from orderdesk.errors import BadInput, OrderdeskError, ReferenceProblem, RuleSaysNo
from orderdesk.i18n import set_language
from orderdesk.reference import data_folder, load
from orderdesk.registers.workbook import Limits
from orderdesk.reserve.rules import ReserveRules
from orderdesk.risk.card import RiskCard
from tests.doors.lines import Line, unsafe
from tests.doors.strange_calendars import STRANGE

HEAD = "Datum;Tijd;Plaats;Aantal\n"
GOOD = "13-06-2026;14:00-16:00;Markt;80\n"
WINDOW = Span(start=datetime(2026, 6, 1, tzinfo=UTC), end=datetime(2026, 7, 1, tzinfo=UTC))


# --- CSV, import door --------------------------------------------------------------------------

CSV: dict[str, tuple[bytes, int, str]] = {
    # content, exit code, what is said
    "comma-for-semicolon": ((HEAD + GOOD).replace(";", ",").encode(), 0, "1 new"),
    "mixed-separators": ((HEAD + GOOD + "14-06-2026,10:00,Vrijthof,5\n").encode(), 0, "row 3"),
    "latin-1": ((HEAD + GOOD.replace("Markt", "Café")).encode("latin-1"), 0, "1 new"),
    "bom": (b"\xef\xbb\xbf" + (HEAD + GOOD).encode(), 0, "1 new"),
    "utf-16": ((HEAD + GOOD).encode("utf-16"), 0, "1 new"),
    "no-day-column": (b"Plaats;Aantal\nMarkt;80\n", 2, "day"),
    "doubled-column": ((HEAD + GOOD).replace("Aantal", "Datum").encode(), 0, "1 new"),
    "31-02": ((HEAD + GOOD + "31-02-2026;10:00;Markt;5\n").encode(), 0, "31-02-2026"),
    "end-before-start": (
        (HEAD + GOOD + "14-06-2026;16:00-14:00;Markt;5\n").encode(),
        0,
        "comes before",
    ),
    "year-20026": ((HEAD + GOOD + "13-06-20026;10:00;Markt;5\n").encode(), 0, "20026"),
    "binary": (bytes(range(256)) * 40, 2, "no text and no workbook"),
    "empty": (b"", 2, "empty"),
    "nulls": (b"\x00" * 5_000, 2, ""),
}


@pytest.mark.parametrize(("content", "code", "said"), CSV.values(), ids=CSV.keys())
def test_a_strange_csv_ends_as_it_should_and_says_why(
    line: Line, tmp_path: Path, content: bytes, code: int, said: str
) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    ended = line("import", "x.csv", "--yes")
    assert ended.code == code, ended
    assert said in ended.text, ended.text
    assert unsafe(ended.text) == set()


def test_import_of_a_gigabyte_is_refused_by_its_size(line: Line, tmp_path: Path) -> None:
    with (tmp_path / "x.csv").open("wb") as file:
        file.truncate(1 << 30)  # sparse: takes no room
    tracemalloc.start()
    try:
        ended = line("import", "x.csv", "--yes")
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert ended.code == 2
    assert "larger than 64 MB" in ended.err
    assert most < 64 << 20  # nothing of it was read


def test_nothing_is_half_imported(line: Line, empty_desk: Path, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(HEAD + GOOD + GOOD.replace(";80", ";1e99"), encoding="utf-8")
    ended = line("import", "x.csv", "--yes")
    assert "1e99" in ended.text
    assert line("db", "check").code == 0


# --- workbooks, import door --------------------------------------------------------------------


def _book(path: Path, fill: Callable[[openpyxl.worksheet.worksheet.Worksheet], None]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Datum", "Tijd", "Plaats", "Aantal"])
    sheet.append(["13-06-2026", "14:00-16:00", "Markt", 80])
    fill(sheet)
    book.save(path)


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (20 << 20))


def test_import_of_formulas_takes_values_only(line: Line, tmp_path: Path) -> None:
    _book(tmp_path / "x.xlsx", lambda s: s.append(["14-06-2026", "10:00", "=1+1", '=CMD("x")']))
    ended = line("import", "x.xlsx", "--yes")
    assert ended.code == 0, ended
    assert "CMD" not in line("export", "register", "--out", "r.csv").text
    assert "CMD" not in (tmp_path / "r.csv").read_text(encoding="utf-8")


def test_import_of_merged_cells_and_days_of_1900(line: Line, tmp_path: Path) -> None:
    def fill(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet.append([46186, "10:00", "Vrijthof", 5])  # a day as Excel counts them
        sheet.append([60, "10:00", "Vrijthof", 5])  # 29 February 1900, which never was
        sheet.append(["15-06-2026", "10:00", "Markt", 7])
        sheet.merge_cells("C3:C4")

    _book(tmp_path / "x.xlsx", fill)
    ended = line("import", "x.xlsx", "--yes")
    assert ended.code == 0, ended
    assert unsafe(ended.text) == set()
    assert "row 4" in ended.text


def test_import_of_a_zip_bomb_is_refused(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orderdesk.registers.table.Limits", lambda: Limits(unpacked_bytes=1 << 20))
    _bomb(tmp_path / "x.xlsx")
    ended = line("import", "x.xlsx", "--yes")
    assert ended.code == 2
    assert "unpacks to more" in ended.err


# --- calendars ---------------------------------------------------------------------------------


MOST_STEPS = 1_000_000
"""Calls and returns within which the worst calendar is read or refused: no clock would be fair."""


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_calendar_is_refused_or_bounded_and_says_why(name: str) -> None:
    data, said = STRANGE[name].make(), STRANGE[name].said
    for read in (_read_busy, _read_events):
        steps = 0

        def count(_frame: object, _event: str, _about: object) -> None:
            nonlocal steps
            steps += 1

        before = sys.getprofile()
        sys.setprofile(count)
        try:
            told = read(data)
        except BadInput as refused:
            told = str(refused)
        finally:
            sys.setprofile(before)
        assert said in told, told
        assert steps < MOST_STEPS


def _read_busy(data: bytes) -> str:
    return " ".join(f"line {p.line} {p.why}" for p in read_ics(data, WINDOW).problems)


def _read_events(data: bytes) -> str:
    found = read_event_calendar(data, WINDOW.start)
    return " ".join(f"line {p.line} {p.why}" for p in found.problems)


@pytest.mark.parametrize("name", STRANGE)
def test_import_of_a_strange_calendar_writes_nothing_and_says_why(
    line: Line, tmp_path: Path, name: str
) -> None:
    (tmp_path / "x.ics").write_bytes(STRANGE[name].make())
    ended = line("import", "x.ics", "--json")
    assert ended.code == (2 if STRANGE[name].whole_file else 0), ended
    assert STRANGE[name].said in ended.text.replace('"row": ', "line "), ended.text
    assert unsafe(ended.text) == set()
    if not STRANGE[name].whole_file:
        told = json.loads(ended.out)
        assert told["rows"] == sum(told[k] for k in ("new", "changed", "unchanged", "skipped"))
        assert told["new"] == 0


def test_import_of_a_calendar_takes_no_options_of_registers(line: Line, tmp_path: Path) -> None:
    (tmp_path / "x.ics").write_bytes(STRANGE["every-second"].make())
    for words in (["--rows", "5"], ["--map", "place=Ort"], ["--sheet", "x"], ["--year", "2026"]):
        ended = line("import", "x.ics", *words)
        assert (ended.code, words[0].strip("-") in ended.err) == (2, True), ended


# --- the desk's own parameters -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.replace("sd = ", 'sd = "x" #', 1), "It must be a number"),
        (lambda t: t + "\n[surprise]\nx = 1\n", "surprise"),
        (lambda t: t.replace("sd = ", "sd = -", 1), "more than 0"),
        (lambda t: t.replace("sd = ", "sd = nan #", 1), "="),
        (lambda t: t + "\n[[[", "can't be read"),
    ],
    ids=["wrong-type", "unknown-key", "negative-weight", "nan", "broken"],
)
def test_a_data_file_names_file_key_value_and_range(
    tmp_path: Path, change: Callable[[str], str], said: str
) -> None:
    text = (data_folder() / "risk_card.toml").read_text(encoding="utf-8")
    (tmp_path / "risk_card.toml").write_text(change(text), encoding="utf-8")
    with pytest.raises(ReferenceProblem) as refused:
        load("risk_card", RiskCard, tmp_path)
    assert "risk_card.toml" in str(refused.value)
    assert said in str(refused.value), str(refused.value)
    set_language("nl")
    with pytest.raises(ReferenceProblem) as dutch:
        load("risk_card", RiskCard, tmp_path)
    assert "must be" not in str(dutch.value)
    with pytest.raises(ReferenceProblem, match="ontbreekt"):
        load("reserve", ReserveRules, tmp_path)


# --- addresses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://desk:hunter2@127.0.0.1:9/none",
        "postgresql://desk:hunter2@/x?host=/nowhere",
        "mysql://desk:hunter2@host/x",
        "postgresql://desk:hunter2@host:port/x",
        "postgresql://127.0.0.1:9/x?user=desk&password=hunter2",
    ],
)
def test_a_password_in_an_address_never_shows(
    line: Line, url: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    for words in (["plan"], ["db", "check"], ["db", "backup", "b.db"], ["db", "restore", "b.db"]):
        ended = line("--database", url, *words)
        assert ended.code in (1, 2)
        assert "hunter2" not in ended.text
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize("words", [["--database={}", "plan"], ["plan", "--database", "{}"]])
@pytest.mark.parametrize(
    "url", ["postgresql://desk:hunter2@h/x", "postgresql://h/x?password=hunter2"]
)
def test_a_password_is_taken_off_the_line_of_the_program(
    monkeypatch: pytest.MonkeyPatch, words: list[str], url: str
) -> None:
    class Started(Exception):
        pass

    def start(_program: str, line: list[str]) -> None:
        assert "hunter2" not in " ".join(line)
        assert line[1:] == ["-m", "orderdesk", "plan"]
        assert os.environ["ORDERDESK_DATABASE"] == url
        raise Started

    monkeypatch.setenv("ORDERDESK_DATABASE", "")
    monkeypatch.setattr(os, "execv", start)
    monkeypatch.setattr(sys, "argv", ["orderdesk", *(word.format(url) for word in words)])
    with pytest.raises(Started):
        main()


# --- numbers, days -----------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["-1", "1e9", "1000000000", "NaN", "inf", "220-80", "viel"])
def test_the_command_line_names_the_most_people_it_takes(line: Line, number: str) -> None:
    for command in (
        ["register", "--when=za 13 jun 2026 14:00-16:00", "--place=Markt", f"--expected={number}"],
        ["incident", "--where=Markt", "--when=15:30", f"--how-many={number}", "--said-by=police"],
    ):
        ended = line(*command)
        assert ended.code == 2, ended
        assert "1,000,000" in ended.err


@pytest.mark.parametrize("number", ["-1", "0", "1e9", "NaN", "x"])
def test_the_command_line_names_the_numbers_an_option_takes(line: Line, number: str) -> None:
    for command in (["forecast", f"--weeks={number}"], ["roster", f"--weeks={number}"],
                    ["roster", f"--seconds={number}"], ["serve", f"--port={number}"]):  # fmt: skip
        ended = line(*command)
        assert ended.code == 2, ended
        assert "--" in ended.err
        assert "number from" in ended.err


WHEN: dict[str, tuple[str, int]] = {
    "dst-gap": ("zo 29 mrt 2026 02:30-04:00", 2),
    "dst-overlap": ("zo 25 okt 2026 02:30-04:00", 0),
    "29-feb-leap": ("29 feb 2028 10:00-12:00", 0),
    "29-feb-common": ("29 feb 2027 10:00-12:00", 2),
    "week-53": ("do 31 dec 2026 10:00-12:00", 0),
    "year-1": ("13-06-0001 10:00", 2),
    "0-minutes": ("za 13 jun 2026 14:00-14:00", 2),
    "a-camp-of-weeks": ("13 jun 2026 14:00 - 30 jun 2026 06:00", 0),
    "a-mistyped-year": ("13 jun 2026 14:00 - 14 jun 2062 06:00", 2),
}


@pytest.mark.parametrize(("when", "code"), WHEN.values(), ids=WHEN.keys())
def test_a_strange_day_is_understood_or_refused(
    line: Line, empty_desk: Path, when: str, code: int
) -> None:
    ended = line("register", f"--when={when}", "--place=Markt")
    assert ended.code == code, ended
    if code == 0:
        desk = open_desk(str(empty_desk))
        with desk.read() as reader:
            [case] = reader.cases()
        desk.store.close()
        assert case.span is not None
        assert case.span.end > case.span.start


@pytest.mark.parametrize(
    ("week", "code"), [("2026-W53", 0), ("2027-W53", 2), ("0001-W01", 2), ("2026-W00", 2)]
)
def test_a_strange_week_is_understood_or_refused(line: Line, week: str, code: int) -> None:
    assert line("plan", f"--week={week}").code == code


# --- people in signals -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "bel jan@voorbeeld.example",
        "jan [at] voorbeeld.example",
        "zie @jan_voorbeeld",
        "instagram.com/janvoorbeeld",
        "06-12345678",
        "+31 6 12 34 56 78",
        "BSN 123456782",
        "1234.56.782",
        "de heer Jansen liep vooraan",
        "mevrouw De Vries",
        "j\u200ban@voorbeeld.example",
        pytest.param("x" * 100_000, id="long"),
    ],
)
def test_a_signal_about_a_person_is_refused(text: str) -> None:
    with pytest.raises((RuleSaysNo, BadInput)) as refused:
        refuse_personal_data(text)
    assert isinstance(refused.value, OrderdeskError)
    assert unsafe(str(refused.value)) == set()
