"""Importing a register: chosen, repeatable, told row by row, nobody's name taken along."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest

from orderdesk.desk import import_choices, importing
from orderdesk.desk.core import Desk
from orderdesk.desk.importing import Choices
from orderdesk.desk.opening import open_desk
from orderdesk.domain.people import Actor, Role
from orderdesk.errors import BadInput
from orderdesk.registers.words import RegisterField

HEAD = "Datum;Uhrzeit;Ort;Thema;Anmelder;TN erwartet;TN tatsächlich\n"
ROWS = (
    "05.03.2022;14:00-16:00;Altmarkt;Frieden;Max Beispiel;50;40\n",
    "06.03.2022;15:00;Hafenplatz;Wohnen;Verein Beispiel;100-150;\n",
    "07.03.2022;;Altmarkt;Klima;;20;25\n",
    "31.02.2022;;Altmarkt;Nichts;;20;\n",
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An empty desk of one officer."""
    opened = open_desk(
        f"sqlite:///{tmp_path / 'desk.db'}", actor=Actor(name="officer", role=Role.OFFICER)
    )
    yield opened
    opened.store.close()


Put = Callable[..., Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    def to_file(*rows: str, name: str = "liste.csv", head: str = HEAD) -> Path:
        path = tmp_path / name
        path.write_text(head + "".join(rows), encoding="utf-8")
        return path

    return to_file


def imported(desk: Desk, path: Path, **how: object) -> importing.ImportResult:
    result = importing.apply(desk, importing.preview(desk, path, Choices(**how)))  # type: ignore[arg-type]
    assert result.new + result.changed + result.unchanged + result.skipped == result.rows
    return result


def counts(result: importing.ImportResult) -> tuple[int, int, int, int, int]:
    return (result.new, result.changed, result.unchanged, result.skipped, len(result.gone))


def test_the_same_file_twice_changes_nothing_and_a_changed_one_shows_the_difference(
    desk: Desk, put: Put
) -> None:
    assert counts(imported(desk, put(*ROWS))) == (3, 0, 0, 1, 0)
    assert counts(imported(desk, put(*ROWS))) == (0, 0, 3, 1, 0)
    assert counts(imported(desk, put(*reversed(ROWS)))) == (0, 0, 3, 1, 0)
    edited = (ROWS[0].replace(";50;40", ";50;400"), *ROWS[1:])
    result = imported(desk, put(*edited))
    assert counts(result) == (0, 1, 2, 1, 0)
    ((row, fields),) = result.differences
    assert (row.number, fields) == (2, {"turnout": ("40", "400")})
    inserted = (edited[0], "05.03.2022;18:00;Domplatz;Neu;;10;\n", *edited[1:])
    assert counts(imported(desk, put(*inserted))) == (1, 0, 3, 1, 0)
    removed = imported(desk, put(edited[0], *edited[2:]))
    assert counts(removed) == (0, 0, 2, 1, 2)
    assert [(gone.day, gone.place) for gone in removed.gone] == [
        ("2022-03-06", "Hafenplatz"),
        ("2022-03-05", "Domplatz"),
    ]
    part = imported(desk, put(edited[0]))  # a file of one day says nothing of the others
    assert [gone.day for gone in part.gone] == ["2022-03-05"]
    with desk.read() as reader:
        assert reader.count_cases() == 4


def test_a_moved_gathering_is_a_change_not_a_second_one(desk: Desk, put: Put) -> None:
    imported(desk, put(*ROWS))
    moved = imported(desk, put(ROWS[0].replace("05.03.", "12.03."), *ROWS[1:]))
    assert counts(moved) == (0, 1, 2, 1, 0)
    assert moved.differences[0][1]["day"] == ("2022-03-05", "2022-03-12")


def test_an_overlapping_file_of_another_form_brings_nothing_twice(desk: Desk, put: Put) -> None:
    imported(desk, put(*ROWS))
    other = put(
        "2022-03-07;Klima;Altmarkt\n",
        *(f"2022-04-{day:02};Thema {day};Platz {day}\n" for day in range(1, 9)),
        name="anders.csv",
        head="Tag;Motto;Ort\n",
    )
    result = imported(desk, other)
    assert result.book == "anders"
    assert counts(result) == (8, 0, 1, 0, 0)
    assert [(p.row, str(p.message)) for p in result.problems] == [
        (2, "Known from register liste: not imported twice.")
    ]
    assert counts(imported(desk, other)) == (0, 0, 9, 0, 0)


def test_nobody_is_imported_unless_somebody_asks(desk: Desk, put: Put) -> None:
    found = importing.preview(desk, put(*ROWS))
    result = importing.dry_run(found)
    assert result.persons == ("Anmelder",)
    assert "Anmelder" in "\n".join(result.lines())
    assert result.as_json()["left_out"] == ["Anmelder"]
    importing.apply(desk, found)
    with desk.read() as reader:
        assert reader.organisers() == {}
        assert all("Beispiel" not in case.model_dump_json() for case in reader.cases())
    asked = imported(desk, put(*ROWS, name="mit.csv"), columns={"organiser": "anmelder"})
    assert asked.persons == ()


def test_an_organiser_that_changed_in_the_file_is_known_afterwards(desk: Desk, put: Put) -> None:
    columns = {"organiser": "anmelder"}
    imported(desk, put(*ROWS), columns=columns)
    name = ROWS[0].split(";")[4]
    changed = imported(desk, put(ROWS[0].replace(name, "Beispiel Neu"), *ROWS[1:]), columns=columns)
    assert counts(changed) == (0, 1, 2, 1, 0)
    with desk.read() as reader:
        people = reader.organisers()
        (met,) = [o for o in people.values() if o.name == "Beispiel Neu"]
        assert met.id in {case.organiser_id for case in reader.cases()}


def test_the_mapping_can_be_changed_and_is_kept(desk: Desk, put: Put, tmp_path: Path) -> None:
    result = imported(desk, put(*ROWS), columns={"place": "", "purpose": "C"})
    assert result.mapping["purpose"] == ("Ort",)
    assert "place" not in result.mapping
    later = importing.preview(desk, put("01.05.2022;;Altmarkt;Mai;;5;\n", name="mai.csv"))
    assert later.parts[0].kept
    assert later.mapping.columns_of(RegisterField.PURPOSE) == ("Ort",)
    wider = put("01.05.2022;;Altmarkt;Mai;;5;;a@example.org\n", name="breit.csv",
                head=HEAD.strip() + ";Kontakt\n")  # fmt: skip
    more = importing.preview(desk, wider)
    assert more.mapping.columns_of(RegisterField.PURPOSE) == ("Ort",)
    assert more.mapping.persons == ("Anmelder", "Kontakt")
    importing.write_mapping(later, tmp_path / "mapping.json")
    given = importing.preview(desk, put(*ROWS), Choices(mapping_file=tmp_path / "mapping.json"))
    assert given.mapping.columns_of(RegisterField.PURPOSE) == ("Ort",)
    with pytest.raises(BadInput, match="Choose one of"):
        importing.preview(desk, put(*ROWS), Choices(columns={"nothing": "A"}))
    with pytest.raises(BadInput, match="these columns"):
        importing.preview(desk, put(*ROWS), Choices(columns={"place": "nowhere"}))


def test_only_the_rows_chosen_are_imported(desk: Desk, put: Put) -> None:
    found = importing.preview(desk, put(*ROWS))
    result = importing.apply(desk, found, import_choices.rows("2,4-9"))
    assert counts(result) == (2, 0, 0, 2, 0)
    assert next((row.number, why) for row, why in result.skipped_rows) == (3, "It was not chosen.")
    assert counts(imported(desk, put(*ROWS))) == (1, 0, 2, 1, 0)


def test_every_sheet_with_days_is_read(desk: Desk, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    head = ["Tag", "Ort", "Thema", "TN"]
    sheets: dict[str, list[list[object]]] = {
        "Januar": [["Januar 2022"], head, [5, "Altmarkt", "A", 50], [6, "Dom", "B", "x"]],
        "Februar": [["Februar 2022"], head, [1, "Altmarkt", "C", 50]],
        "Gesamt": [["Datum", "Ort", "Thema", "TN"], ["05.01.2022", "Altmarkt", "A", 50]],
        "Legende": [["Abkürzung", "Bedeutung"], ["TN", "Teilnehmende"]],
    }
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    path = tmp_path / "jahr.xlsx"
    book.save(path)
    result = imported(desk, path)
    assert result.sheets == ["Januar", "Februar", "Gesamt"]
    assert counts(result) == (3, 0, 0, 1, 0)
    assert [str(note) for note in result.notes] == [
        "Sheet Legende has no column of days: left out."
    ]
    skipped = result.as_json()["skipped_rows"]
    assert skipped == [
        {"row": 2, "sheet": "Gesamt", "reason": "The same stands on sheet Januar, row 3."}
    ]
    with desk.read() as reader:
        assert {case.purpose for case in reader.cases()} == {"A", "B", "C"}
    one = importing.preview(desk, path, Choices(sheets=("Februar",)))
    assert len(one.rows) == 1
    shown = import_choices.Shown(one)
    assert shown.as_json()["sheets"][0]["columns"][0]["field"] == "date"
    assert any("Altmarkt" in line for line in shown.lines())


def test_header_and_year_can_be_said(desk: Desk, put: Put) -> None:
    path = put("wann;wo;was;wieviele\n", "5. Mai;Altmarkt;Mai;5\n", head="Ort;Ort\n")
    found = importing.preview(desk, path, Choices(header_rows=(2,), year=2023))
    assert [record.day.isoformat() for row in found.rows for record in row.records] == [
        "2023-05-05"
    ]
    with pytest.raises(BadInput, match="rows 1 to 3"):
        importing.preview(desk, path, Choices(header_rows=(9,)))
    for words in ("x", "5-4", "1-40"):
        with pytest.raises(BadInput):
            import_choices.header_rows(words)
    with pytest.raises(BadInput):
        import_choices.rows("5-x")
    with pytest.raises(BadInput):
        import_choices.columns(["place"])
    with pytest.raises(BadInput):
        import_choices.year("22")


def test_a_square_of_another_city_is_not_ours(desk: Desk, put: Put) -> None:
    rows = [f"0{n}.03.2022;;{place};T{n};;5;\n" for n, place in enumerate(
        ["Markt", "Domplatz", "Hafenplatz", "Neustadt", "Altstadt"], 1)]  # fmt: skip
    imported(desk, put(*rows))
    imported(
        desk, put("01.05.2022;;Vrijthof;Ons;;5;\n", "02.05.2022;;Markt;Ons;;5;\n", name="o.csv")
    )
    with desk.read() as reader:
        places = {(case.place_text, case.purpose): case.place_id for case in reader.cases()}
    assert places["Markt", "T1"] == ""
    assert places["Markt", "Ons"] == "markt"
    assert places["Vrijthof", "Ons"] == "vrijthof"


def test_what_is_said_is_json_too(desk: Desk, put: Put) -> None:
    result = importing.dry_run(importing.preview(desk, put(*ROWS)))
    told = json.loads(json.dumps(result.as_json()))
    assert told["rows"] == 4
    assert told["problems"] == [
        {
            "row": 5,
            "column": "Datum",
            "value": "31.02.2022",
            "message": "31.02.2022 is no day of the calendar: look at day and month.",
        }
    ]
    assert told["written"] is False
    with desk.read() as reader:
        assert reader.count_cases() == 0
