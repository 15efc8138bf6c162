"""Part D at the other doors: staff lists, exports of the event system, days and numbers of a
register, and every field in which something could be written about a person."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import openpyxl
import pytest

from orderdesk.desk import agenda, booking, capacity_block, closing, signals, team
from orderdesk.desk.core import Desk
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.text import visible
from orderdesk.domain.time import Week
from orderdesk.errors import BadInput, RuleSaysNo
from tests.cities import demo_desk
from tests.doors.lines import Line, unsafe
from tests.doors.test_hostile_text import TEXTS

NAMES = {name: text for name, text in TEXTS.items() if name not in ("long", "newline")}


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)


def test_staff_list_shows_hostile_names_and_keeps_them(line: Line, tmp_path: Path) -> None:
    rows = [[f"Q{n:02d}", text, "36"] for n, text in enumerate(NAMES.values(), 1)]
    _write(tmp_path / "staff.csv", [["Nummer", "Naam", "Uren"], *rows])
    done = line("team", "import", "staff.csv", "--yes", "--role=lead")
    assert done.code == 0, done
    assert unsafe(done.text) == set()
    told = line("team", "list", "--json")
    assert unsafe(told.text) == set()
    kept = {person["id"]: person["name"] for person in json.loads(told.out)["people"]}
    for id, text, _hours in rows:
        assert visible(kept[id].strip()) == visible(text.strip())


def test_event_export_shows_hostile_titles_and_keeps_them(line: Line, tmp_path: Path) -> None:
    head = ["Zaaknummer", "Evenement", "Locatie", "Datum", "Begin", "Einde", "Aantal bezoekers"]
    rows = [
        [f"EV-{n}", text, f"Plein {text[:200]}", f"{n:02d}-06-2026", "10:00", "18:00", "500"]
        for n, text in enumerate(list(NAMES.values())[:28], 1)
    ]
    _write(tmp_path / "events.csv", [head, *rows])
    for words in (["--yes"], ["--json"], ["--yes"]):
        ended = line("import", "events.csv", *words)
        assert ended.code == 0, ended
        assert unsafe(ended.text) == set()
    assert unsafe(line("plan", "--week=2026-W24").text) == set()


ROWS: dict[str, tuple[str, str]] = {
    # what the cells say; what is said of the row, or "" where it is right
    "dst-gap": ("29-03-2026;02:30-04:00;Markt;80", "02:30"),
    "29-feb-common": ("29-02-2027;10:00-12:00;Markt;80", "29-02-2027"),
    "29-feb-leap": ("29-02-2028;10:00-12:00;Markt;80", ""),
    "year-1": ("13-06-0001;10:00-12:00;Markt;80", "0001"),
    "dst-overlap": ("25-10-2026;02:30-04:00;Markt;80", ""),
    "week-53": ("31-12-2026;10:00-12:00;Markt;80", ""),
    "minus": ("13-06-2026;10:00-12:00;Markt;-1", "-1"),
    "billion": ("13-06-2026;10:00-12:00;Markt;1000000000", "1000000000"),
    "nan": ("13-06-2026;10:00-12:00;Markt;NaN", "NaN"),
    "infinite": ("13-06-2026;10:00-12:00;Markt;inf", "inf"),
}


@pytest.mark.parametrize(("cells", "said"), ROWS.values(), ids=ROWS.keys())
def test_import_of_a_day_or_number(line: Line, tmp_path: Path, cells: str, said: str) -> None:
    text = "Datum;Tijd;Plaats;Aantal\n14-06-2026;14:00-16:00;Vrijthof;5\n" + cells + "\n"
    (tmp_path / "x.csv").write_text(text, encoding="utf-8")
    told = json.loads(line("import", "x.csv", "--yes", "--json").out)
    assert told["rows"] == 2
    if said:
        assert any(p["row"] == 3 and p["column"] and said in p["value"] for p in told["problems"])
    else:
        assert told["new"] == 2, told


def test_import_of_a_workbook_with_macros_takes_values_only(line: Line, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Datum", "Tijd", "Plaats", "Aantal"])
    book.active.append(["13-06-2026", "14:00-16:00", "Markt", 80])
    book.save(tmp_path / "x.xlsm")
    with zipfile.ZipFile(tmp_path / "x.xlsm", "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"Sub AutoOpen()\nShell(x)\nEnd Sub")
    ended = line("import", "x.xlsm", "--yes")
    assert ended.code == 0, ended
    assert "1 new" in ended.out
    assert "Shell" not in ended.text


# --- people, in every field about a district, a lesson or the week ---------------------------------

LEAD = Actor(name="Lead Example", role=Role.LEAD)
PERSON = ("bel jan@voorbeeld.example", "zie @jan_voorbeeld", "06-12345678", "BSN 123456782")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = demo_desk(tmp_path_factory.mktemp("doors") / "city.db")
    made.actor = LEAD
    yield made
    made.store.close()


def _case(desk: Desk) -> str:
    with desk.read() as reader:
        return next(c.id for c in reader.cases() if c.to_come and not c.is_event)


def _signal(desk: Desk, text: str) -> object:
    return signals.enter(
        desk,
        {"text": text, "district": signals.districts()[0], "phase": "1", "evidenced": "yes",
         "source_type": "area_staff", "reliability": "B"},
    )  # fmt: skip


def _lesson(desk: Desk, text: str) -> object:
    values = {"turnout": "5", "incident": "none", "lesson": text}
    return closing.close(desk, _case(desk), values)


WEEK = Week.parse("2026-W24")
FIELDS: Mapping[str, Callable[[Desk, str], object]] = {
    "signal": _signal,
    "lesson": _lesson,
    "interpretation": lambda d, text: agenda.interpret(d, WEEK, text, "regisseur"),
    "sentence on the sheet": lambda d, text: capacity_block.write_note(d, WEEK, text),
}


@pytest.mark.parametrize("field", FIELDS)
def test_nothing_about_a_person_gets_in(desk: Desk, field: str) -> None:
    with desk.read() as reader:
        before = reader.trail_length()
    for text in PERSON:
        with pytest.raises((RuleSaysNo, BadInput)) as refused:
            FIELDS[field](desk, text)
        assert unsafe(str(refused.value)) == set()
    with desk.read() as reader:
        assert reader.trail_length() == before


# --- numbers, at the fields of the planner -----------------------------------------------------------

NUMBERS: Mapping[str, Callable[[Desk, str], object]] = {
    "hours of the ledger": lambda _d, text: booking.read_hours(text),
    "hours of a contract": lambda d, text: team.save(d, {"id": "Z1", "name": "Z", "hours": text}),
}


@pytest.mark.parametrize("field", NUMBERS)
@pytest.mark.parametrize("text", ["-1", "1e9", "NaN", "inf", "x", "400000"])
def test_an_impossible_number_is_refused_with_the_range(desk: Desk, field: str, text: str) -> None:
    with pytest.raises(BadInput) as refused:
        NUMBERS[field](desk, text)
    assert any(digit.isdigit() for digit in str(refused.value.mend)), refused.value.mend
