"""Files of every sort become rows of text, or are refused with the mend, in bounded memory."""

from __future__ import annotations

import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from orderdesk.domain.text import csv_cell, csv_text
from orderdesk.errors import BadInput
from orderdesk.registers import (
    Limits,
    Part,
    RegisterField,
    RegisterWords,
    find_header,
    guess_mapping,
    parse,
    parse_parts,
    read_parts,
    read_table,
    visible,
)
from orderdesk.registers.text import MAX_CELL, safe_name

Write = Callable[..., Path]
ROWS = [("Datum", "Ort", "Thema"), ("01.02.2020", "Köln, Markt", "a"), ("02.02.2020", "Ü", "b")]


def text_with(separator: str) -> str:
    return "\n".join(
        separator.join(f'"{cell}"' if separator in cell else cell for cell in row) for row in ROWS
    )


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "latin-1", "mac_roman", "cp850"],
)
def test_separator_and_encoding_are_found(write: Write, separator: str, encoding: str) -> None:
    table = read_table(write(text_with(separator), encoding=encoding))
    assert table.separator == separator
    assert table.rows == ROWS


def test_separator_that_the_file_names_itself(write: Write) -> None:
    table = read_table(write("sep=;\n" + text_with(";")))
    assert table.rows == ROWS
    assert table.number(0) == 2


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_newlines_inside_cells(write: Write, end: str) -> None:
    table = read_table(write(f'a,b{end}"x{end}y",1{end}{end}z,2{end}'))
    assert table.rows == [("a", "b"), ("x\ny", "1"), ("", ""), ("z", "2")]


def test_a_quote_never_closed_costs_one_row(write: Write) -> None:
    rows = "".join(f"0{i % 9 + 1}.02.2020,Markt,x\n" for i in range(300))
    table = read_table(write(f'Datum,Ort,Thema\n01.02.2020,"Markt,y\n{rows}'))
    assert len(table.rows) == 302
    assert table.rows[1] == ("01.02.2020", '"Markt', "y")
    assert "row 2" in " ".join(str(note) for note in table.notes).lower()


def test_controls_become_symbols_and_text_is_composed(write: Write) -> None:
    table = read_table(write("Datum,Thema\n01.02.2020,a\x1b[2J\x00\x07\x7f\x9b31m e\u0301\n"))
    assert table.rows[1][1] == "a␛[2J␀␇␡⟨9B⟩31m é"


def test_long_cells_are_cut_and_reported(write: Write, words: RegisterWords) -> None:
    table = read_table(write(f"Datum,Thema\n01.02.2020,{'x' * 30_000}\n"))
    header = find_header(table, words)
    (row,) = parse(table, header, guess_mapping(table, header, words), words)
    assert len(row.records[0].purpose) == MAX_CELL
    assert "cut off" in str(row.problems[0].message)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (bytes(range(256)) * 40, "no text"),
        (b"<!DOCTYPE html><table><tr><td>Datum</td></tr></table>", "web page"),
        (b"PK\x03\x04garbage", "no workbook"),
        (b"\xd0\xcf\x11\xe0garbage" * 40, "no workbook"),
    ],
)
def test_what_is_no_table_is_refused_with_the_mend(write: Write, data: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_table(write(data))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        read_table(tmp_path / "missing.csv")
    with pytest.raises(BadInput, match="no file"):
        read_table(tmp_path)
    with pytest.raises(BadInput):
        read_table(Path("nul\x00name"))


def test_a_gigabyte_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.write(b"Datum,Thema\n")
        file.truncate(1 << 30)
    with pytest.raises(BadInput, match="larger than 64 MB"):
        read_table(path)


def test_rows_and_columns_have_limits(write: Write) -> None:
    with pytest.raises(BadInput, match="more than 10 rows"):
        read_table(write("a,b\n" * 11), limits=Limits(rows=10))
    with pytest.raises(BadInput, match="more than 400 columns"):
        read_table(write("," * 500 + "\n"))


@pytest.mark.parametrize(
    "name", ["a\x1b[31m\nb.csv", "=cmd().csv", "\u202efdp.csv", "x" * 200 + ".csv", "CON .csv"]
)
def test_names_of_files_are_shown_safely(write: Write, name: str) -> None:
    table = read_table(write("Datum,Thema\n01.02.2020,a\n", name))
    assert len(table.name) <= 120
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c == "\u202e" for c in table.name)
    assert safe_name(table.name) == table.name


# ------------------------------------------------------------------------- workbooks


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    book.save(path)
    return path


def test_sheets_are_named_and_none_is_forgotten(tmp_path: Path, words: RegisterWords) -> None:
    rows: list[list[object]] = [["Datum", "Thema"], ["01.02.2020", "a"]]
    path = workbook(tmp_path / "r.xlsx", Leer=[], Januar=rows, Februar=rows)
    table = read_table(path)
    assert table.sheet == "Januar"
    assert table.sheets == ("Leer", "Januar", "Februar")
    parts = read_parts(path, words)
    assert [part.table.sheet for part in parts.parts] == ["Januar", "Februar"]
    assert read_table(path, "Februar").notes == ()
    with pytest.raises(BadInput, match="Januar, Februar"):
        read_table(path, "März")


def test_the_name_of_the_file_does_not_decide(tmp_path: Path) -> None:
    path = workbook(tmp_path / "r.xlsx", A=[["Datum", "Thema"], ["01.02.2020", "a"]])
    for name in ("r.csv", "r.xls", "r.ods", "r"):
        path = path.rename(tmp_path / name)
        assert read_table(path).rows[1] == ("01.02.2020", "a")


def zip_with(path: Path, *parts: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts:
            archive.writestr(name, data)
    return path


def test_bombs_are_refused(tmp_path: Path) -> None:
    path = zip_with(tmp_path / "b.xlsx", ("xl/worksheets/sheet1.xml", b"0" * (8 << 20)))
    with pytest.raises(BadInput, match="unpacks to more"):
        read_table(path, limits=Limits(unpacked_bytes=4 << 20))
    many = zip_with(tmp_path / "m.xlsx", *[(f"{i}.xml", b"") for i in range(30)])
    with pytest.raises(BadInput, match="unpacks to more"):
        read_table(many, limits=Limits(members=20))


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = zip_with(tmp_path / "b.xlsx", ("xl/worksheets/sheet1.xml", b"0" * (8 << 20)))
    data = bytearray(path.read_bytes())
    central = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, central + 24, 100)  # "unpacked size" in the directory
    path.write_bytes(data)
    with pytest.raises(BadInput, match="unpacks to more"):
        read_table(path, limits=Limits(unpacked_bytes=4 << 20))


def test_one_cell_far_away_does_not_take_all_memory(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = "Datum", "x"
    book.save(tmp_path / "far.xlsx")
    with pytest.raises(BadInput):
        read_table(tmp_path / "far.xlsx", limits=Limits(rows=1000))


def test_open_documents_are_read(tmp_path: Path) -> None:
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>'
            for c in row
        )
        + "</table:table-row>"
        for row in ROWS
    )
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{urn}:office:1.0"'
        f' xmlns:table="{urn}:table:1.0" xmlns:text="{urn}:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="T">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = f'<?xml version="1.0"?><m:manifest xmlns:m="{urn}:manifest:1.0"/>'
    path = zip_with(
        tmp_path / "r.ods",
        ("mimetype", kind),
        ("content.xml", content.encode()),
        ("META-INF/manifest.xml", manifest.encode()),
    )
    assert read_table(path).rows == ROWS


def test_macros_are_not_run_and_told(tmp_path: Path) -> None:
    path = workbook(tmp_path / "r.xlsx", A=[["Datum", "Thema"], ["01.02.2020", "a"]])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\x00")
    table = read_table(path)
    assert table.rows[1] == ("01.02.2020", "a")
    assert "macros" in str(table.notes[0])


# ---------------------------------------------------------------------- properties


@given(st.text())
@example("'=x")
@example("=HYPERLINK(1)")
@example("\tx")
def test_escaped_cells_come_back(text: str) -> None:
    escaped = csv_cell(text)
    assert not escaped.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert csv_text(escaped) == text


@given(st.text(st.characters(codec=None)))
def test_visible_text_has_no_controls_and_stays(text: str) -> None:
    shown = visible(text)
    assert not any((ord(c) < 32 and c not in "\t\n") or 0x7F <= ord(c) < 0xA0 for c in shown)
    assert visible(shown) == shown


def read_all(path: Path, words: RegisterWords) -> None:
    """Read to the end; every row is accounted for, and nothing but BadInput is raised."""
    try:
        table = read_table(path)
    except BadInput:
        return
    header = find_header(table, words)
    mapping = guess_mapping(table, header, words)
    if not mapping.columns_of(RegisterField.DATE):
        with pytest.raises(BadInput, match="which column holds the day"):
            parse_parts([Part(table, header, mapping)], words)
        return
    rows = parse_parts([Part(table, header, mapping)], words)
    assert [row.number for row in rows] == [
        table.number(i) for i in range(header.first_data, len(table.rows))
    ]
    for row in rows:
        for record in row.records:
            assert record.row_key
            assert str(record.fields())
        for problem in row.problems:
            assert str(problem.message)


pieces = st.one_of(
    st.sampled_from(["Datum", "Ort", "Thema", "TN", "01.02.2020", "31-02-2021", "12./13.05.18"]),
    st.sampled_from([",", ";", "\n", "\t", '"', "\r\n", "'"]),
    st.sampled_from(["ab 18 Uhr", "=1+1", "10-30", "ä", "\x00", "\x1b[2J", "\ufeff", "\u202e"]),
    st.sampled_from(["Summe", "Mai 2018", "jeden Montag", "bis", "-", "1e9", "1/2/2020", "2020"]),
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(pieces, max_size=60).map("".join))
def test_any_text_is_read_or_refused(tmp_path: Path, words: RegisterWords, text: str) -> None:
    path = tmp_path / "fuzz.csv"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    read_all(path, words)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path: Path, words: RegisterWords, data: bytes) -> None:
    path = tmp_path / "fuzz.bin"
    path.write_bytes(data)
    read_all(path, words)


def test_damaged_workbooks_are_read_or_refused(tmp_path: Path, words: RegisterWords) -> None:
    path = workbook(tmp_path / "r.xlsx", A=[["Datum", "Thema"], ["01.02.2020", "a"]])
    whole = path.read_bytes()
    dice = random.Random(7)
    for _ in range(12):
        data = bytearray(whole[: dice.randrange(4, len(whole) + 1)])
        for _ in range(dice.randrange(0, 20)):
            data[dice.randrange(4, len(data)) if len(data) > 4 else 0] = dice.randrange(256)
        path.write_bytes(data)
        read_all(path, words)


def test_a_file_that_may_not_be_read_is_named(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("Datum,Thema\n")

    def refuse(*_args: object, **_named: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(BadInput, match="can't be opened: Permission denied"):
        read_table(path)
