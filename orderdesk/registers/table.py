"""Tables as authorities keep them, read from CSV and workbooks into rows of plain text.

Nothing is interpreted here: a cell is the text that stood in it, made safe (`text.visible`).
"""

from __future__ import annotations

import csv
import io
import re
import stat
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from orderdesk.domain.text import csv_text
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Msg, msg
from orderdesk.registers.fixed_width import read_fixed_width
from orderdesk.registers.text import MAX_CELL, safe_name, visible
from orderdesk.registers.workbook import Limits, read_workbook

SEPARATORS = (";", ",", "\t", "|")
_LONGEST_RECORD = 200  # lines: a quote that is open for longer was never closed
_KEPT_ONCE = 50_000
_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_NO_TABLES = {
    b"%PDF": N_("a PDF"),
    b"\x89PNG": N_("a picture"),
    b"\xff\xd8\xff": N_("a picture"),
    b"GIF8": N_("a picture"),
    b"\x1f\x8b": N_("a packed file"),
    b"7z\xbc\xaf": N_("a packed file"),
    b"Rar!": N_("a packed file"),
    b"SQLite format 3": N_("a database"),
    b"{\\rtf": N_("a text document"),
    b"\x7fELF": N_("a program"),
    b"MZ\x90": N_("a program"),
}
_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\r\x1b\x0c")
_TELLING = dict.fromkeys("éèêëçàâîïôûñáíóúœÉÈ€–„“”’…ø§°", 1) | dict.fromkeys("äöüßÄÖÜ", 2)
_HTML = re.compile(r"\s*<(?:!doctype html|html|table|head|body|\?xml|meta)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """Rows of text as they stood, blank ones too; every row as wide as the widest."""

    name: str
    """Name of the file, safe to show."""
    rows: list[tuple[str, ...]]
    first_number: int = 1
    """Number of the first row as a spreadsheet counts it."""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    """Merged cells: first row, first column, last row, last column, counted from 0 in `rows`."""
    encoding: str = ""
    separator: str = ""
    notes: tuple[Msg, ...] = ()
    """What a reader must know of the file as a whole."""
    cut: tuple[tuple[int, int], ...] = ()
    """(row, column) of cells that were longer than can be kept."""

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.rows[0]) if self.rows else 0

    def number(self, row: int) -> int:
        """The number of `rows[row]` as a spreadsheet shows it."""
        return self.first_number + row


def read_table(path: Path, sheet: str | None = None, limits: Limits | None = None) -> Table:
    """Read a register's table, whatever the file's name says it is.

    CSV: separator, encoding and line ends are found out. Workbook: the sheet named, else the first
    visible one with rows; `sheets` names all visible ones. Raises BadInput, always with the mend.
    """
    limits = limits or Limits()
    shown = safe_name(path.name or str(path))
    data = _bytes_of(path, shown, limits)
    if data.startswith((_ZIP, _OLE)):
        return _from_workbook(path, shown, sheet, limits)
    if sheet is not None:
        raise BadInput(N_("sheet"), sheet, msg("A text file has no sheets."))
    for magic, what in _NO_TABLES.items():
        if data.startswith(magic):
            raise BadInput(
                N_("file"),
                shown,
                msg("It is {what}, no table: save it as .xlsx or CSV.", what=msg(what)),
            )
    text, encoding = decode(data, shown)
    return _from_text(text, encoding, shown, limits)


def _bytes_of(path: Path, shown: str, limits: Limits) -> bytes:
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise BadInput(N_("file"), shown, msg("It is no file: name a CSV file or a workbook."))
        if about.st_size > limits.bytes:
            raise _too_large(shown, limits)
        with path.open("rb") as opened:
            data = opened.read(limits.bytes + 1)
    except FileNotFoundError:
        raise BadInput(N_("file"), shown, msg("There is no such file.")) from None
    except (OSError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or type(fault).__name__
        raise BadInput(N_("file"), shown, msg("It can't be opened: {why}.", why=why)) from None
    if len(data) > limits.bytes:
        raise _too_large(shown, limits)
    if not data.strip():
        raise BadInput(N_("file"), shown, msg("It is empty."))
    return data


def _too_large(shown: str, limits: Limits) -> BadInput:
    return BadInput(
        N_("file"),
        shown,
        msg("It is larger than {mb} MB: split it by year.", mb=limits.bytes >> 20),
    )


def _from_workbook(path: Path, shown: str, sheet: str | None, limits: Limits) -> Table:
    read = read_workbook(path, shown, sheet, limits)
    notes = list(read.notes)
    rows = [[visible(cell) if cell else "" for cell in row] for row in read.rows]
    return _table(
        shown,
        rows,
        notes,
        sheet=read.name,
        sheets=read.sheets,
        merged=read.merged,
    )


def _table(shown: str, rows: list[list[str]], notes: list[Msg], **about: object) -> Table:
    """Square the rows off, drop the empty ones at the end, cut what is too long (and say so).

    `rows` is emptied on the way: of a large file both forms together would fill the memory.
    """
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    width = max((_filled_width(row) for row in rows), default=0)
    cut: list[tuple[int, int]] = []
    same: dict[str, str] = {}  # "14:00" and "Markt" stand in thousands of rows: kept once
    squared: list[tuple[str, ...]] = []
    nothing: list[str] = []
    for number, row in enumerate(rows):
        rows[number] = nothing
        cells = row[:width] + [""] * (width - len(row))
        for column, cell in enumerate(cells):
            if len(cell) > MAX_CELL:
                cells[column] = cell[:MAX_CELL]
                cut.append((number, column))
            elif len(same) < _KEPT_ONCE:
                cells[column] = same.setdefault(cell, cell)
            else:
                cells[column] = same.get(cell, cell)
        squared.append(tuple(cells))
    return Table(shown, squared, notes=tuple(notes), cut=tuple(cut), **about)  # type: ignore[arg-type]


def _filled_width(row: list[str]) -> int:
    for index in range(len(row), 0, -1):
        if row[index - 1].strip():
            return index
    return 0


# ------------------------------------------------------------------------------------- CSV


def decode(data: bytes, shown: str) -> tuple[str, str]:
    """The text of `data` and the name of its encoding. Raises BadInput for what is no text."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding
    sample = data[:65_536]
    nulls = (sample[::2].count(0), sample[1::2].count(0))
    if len(sample) >= 4 and max(nulls) > len(sample) * 0.2 > 20 * min(nulls):
        encoding = "utf-16-be" if nulls[0] > nulls[1] else "utf-16-le"
        return data.decode(encoding, "replace"), encoding
    controls = (len(sample) - len(sample.translate(None, _CONTROLS))) / len(sample)
    try:
        text = data.decode("utf-8")
        if controls > 0.3:
            raise _binary(shown)
        return text, "utf-8"
    except UnicodeDecodeError:
        if controls > 0.04:
            raise _binary(shown) from None
    return _one_byte(data)


def _one_byte(data: bytes) -> tuple[str, str]:
    """Among the encodings of old office programs, the one that gives the letters people write."""
    sample = data[:200_000]
    odd = Counter(byte for byte in sample if byte >= 0x80)

    def likely(encoding: str) -> int:
        points = 0
        for byte, times in odd.items():
            letter = bytes([byte]).decode(encoding, "replace")
            points += times * _TELLING.get(letter, 0 if letter.isalpha() else -1)
        return points

    best = max(("cp1252", "mac_roman", "cp850"), key=likely)  # the first wins a draw
    if best == "cp1252":
        try:
            return data.decode("cp1252"), "cp1252"
        except UnicodeDecodeError:
            return data.decode("latin-1"), "latin-1"
    return data.decode(best), best


def _binary(shown: str) -> BadInput:
    return BadInput(
        N_("file"), shown, msg("It is no text and no workbook: save it as .xlsx or CSV.")
    )


def _from_text(text: str, encoding: str, shown: str, limits: Limits) -> Table:
    if _HTML.match(text[:1000]):
        raise BadInput(
            N_("file"),
            shown,
            msg("It is a web page under another name: open it and save it as .xlsx or CSV."),
        )
    text = visible(text)
    notes: list[Msg] = []
    first_number = 1
    if (placed := read_fixed_width(text)) is not None and len(placed) <= limits.rows:
        notes.append(msg("Columns were told apart by their place in the line."))
        if encoding not in ("utf-8", "utf-8-sig"):
            notes.append(msg("The text was read as {encoding}.", encoding=encoding))
        return _table(shown, placed, notes, encoding=encoding)
    announced = re.match(r"sep=(.)\n", text)
    if announced:
        text, first_number = text[announced.end() :], 2
    separator = announced[1] if announced else find_separator(text)
    if text.count("\n") > limits.rows * 4:
        raise _too_many_rows(shown, limits)
    rows = _records(text, separator, notes, first_number)
    if len(rows) > limits.rows:
        raise _too_many_rows(shown, limits)
    if max(map(len, rows), default=0) > limits.columns:
        raise BadInput(
            N_("file"),
            shown,
            msg("It has more than {columns} columns: is it a register?", columns=limits.columns),
        )
    for row in rows:
        row[:] = map(csv_text, row)
    if encoding not in ("utf-8", "utf-8-sig"):
        notes.append(msg("The text was read as {encoding}.", encoding=encoding))
    return _table(
        shown, rows, notes, encoding=encoding, separator=separator, first_number=first_number
    )


def _too_many_rows(shown: str, limits: Limits) -> BadInput:
    return BadInput(
        N_("file"), shown, msg("It has more than {rows} rows: split it by year.", rows=limits.rows)
    )


def find_separator(text: str) -> str:
    """The sign by which most records fall into the same number of cells."""
    sample = text[:200_000]
    best, best_score = ",", 0.0
    for separator in SEPARATORS:
        widths = Counter(
            len(row)
            for row in _quoted(sample, separator, at_most=400)
            if any(cell.strip() for cell in row)
        )
        total = sum(widths.values())
        score = max(
            (times / total * min(width, 12) ** 0.5 for width, times in widths.items() if width > 1),
            default=0.0,
        )
        if score > best_score * 1.02:
            best, best_score = separator, score
    return best


def _quoted(text: str, separator: str, at_most: int | None = None) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    rows: list[list[str]] = []
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    for row in reader:
        rows.append(row)
        if at_most is not None and len(rows) >= at_most:
            break
    return rows


def _records(text: str, separator: str, notes: list[Msg], first_number: int) -> list[list[str]]:
    """The records of `text`. A quote that is never closed costs its own line only."""
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    rows: list[list[str]] = []
    line = 0
    same: dict[str, str] = {}
    for row in reader:
        if reader.line_num - line > _LONGEST_RECORD:
            return _line_by_line(text, separator, notes, first_number)
        line = reader.line_num
        if len(same) < _KEPT_ONCE:
            row = [same.setdefault(cell, cell) for cell in row]
        else:
            row = [same.get(cell, cell) for cell in row]
        rows.append(row)
    if text.count('"') % 2:
        return _line_by_line(text, separator, notes, first_number)
    return rows


def _line_by_line(
    text: str, separator: str, notes: list[Msg], first_number: int
) -> list[list[str]]:
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    rows: list[list[str]] = []
    start = 0
    while start < len(lines):
        end = _end_of_record(lines, start, separator)
        if end is None:
            notes.append(
                msg("Row {row}: a quotation mark is not closed.", row=first_number + len(rows))
            )
            rows.append(lines[start].split(separator))
            end = start
        else:
            rows.extend(_quoted("\n".join(lines[start : end + 1]), separator) or [[]])
        start = end + 1
    return rows


def _end_of_record(lines: list[str], start: int, separator: str) -> int | None:
    """The line in which the record that begins in line `start` ends; None if it never does."""
    opened = False
    for index in range(start, min(start + _LONGEST_RECORD, len(lines))):
        opened = _left_open(lines[index], separator, opened)
        if not opened:
            return index
    return None


def _left_open(line: str, separator: str, opened: bool) -> bool:
    """Whether a quoted cell is still open at the end of `line`."""
    if '"' not in line:
        return opened
    at_start = True
    quoted = opened
    index, length = 0, len(line)
    while index < length:
        sign = line[index]
        if quoted:
            if sign == '"':
                if line[index + 1 : index + 2] == '"':
                    index += 1
                else:
                    quoted = False
        elif sign == separator:
            at_start = True
            index += 1
            continue
        elif sign == '"' and at_start:
            quoted = True
        at_start = False
        index += 1
    return quoted
