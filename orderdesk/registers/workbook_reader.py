"""Reads one workbook in a process of its own: `python workbook_reader.py FILE SHEET ...`.

A workbook can ask for more memory than there is (a cell in the last row and column is enough),
and that ends the process that opens it. So it's opened here, behind limits, and the values come
out as lines of JSON: the names of the sheets, then the merged ranges, then one line a row.
Imports nothing of orderdesk, so that it starts at once.
"""

from __future__ import annotations

import contextlib
import json
import sys
from datetime import date, datetime, time, timedelta
from typing import Any


def bound(memory: int, seconds: int) -> None:
    """Let the system end this process when it takes more; elsewhere the caller's clock does."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def text(value: Any) -> str:
    """The value of a cell as a reader of the sheet would write it; days and times in ISO."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes" if value.time() != time() else "auto")[
            : 10 if value.time() == time() else 16
        ]
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds() // 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def main(
    file: str, sheet: str, rows: int, columns: int, characters: int, memory: int, seconds: int
) -> None:
    """Write the sheet that `sheet` names, or without a name the first visible one with rows."""
    bound(memory, seconds)
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    def say(thing: object) -> None:
        sys.stdout.write(json.dumps(thing) + "\n")

    book = CalamineWorkbook.from_filelike(open(file, "rb"))  # noqa: SIM115, PTH123 by content
    sheets = [meta for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
    visible = [meta.name for meta in sheets if meta.visible == SheetVisibleEnum.Visible]
    listed = visible or list(book.sheet_names)
    hidden = [meta.name for meta in sheets if meta.name not in listed]
    if sheet and sheet not in book.sheet_names:
        say({"sheets": listed, "error": "no such sheet"})
        return
    chosen = None
    for name in [sheet] if sheet else listed:
        chosen = book.get_sheet_by_name(name)
        if chosen.height > 0:
            break
    if chosen is None:
        say({"sheets": listed, "error": "no sheet"})
        return
    size = [number + 1 for number in chosen.end or (-1, -1)]
    if size[0] > rows or size[1] > columns:
        say({"sheets": listed, "error": "too large", "size": size})
        return
    merged = [[*first, *last] for first, last in chosen.merged_cell_ranges or []]
    left = chosen.start[1] if chosen.start else 0
    of_book = {"sheets": listed, "hidden": hidden}
    say({**of_book, "sheet": chosen.name, "merged": merged, "left": left})
    for row in chosen.iter_rows():  # from the first row, but from the first filled column
        cells = [text(value) for value in row]
        characters -= sum(map(len, cells))
        if characters < 0:
            say({"error": "too much text"})
            return
        say(cells)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *(int(number) for number in sys.argv[3:8]))
