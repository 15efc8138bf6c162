"""What the command line says about a register, in words, and what it shows of one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from orderdesk.desk.import_result import field_name
from orderdesk.domain.time import FIRST_YEAR, LAST_YEAR
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, _, msg

if TYPE_CHECKING:
    from orderdesk.desk.importing import Found
    from orderdesk.registers.parts import Part
    from orderdesk.registers.rows import Row

_EXAMPLES = 3
_RANGE = re.compile(r"(?:(?P<sheet>.+)!)?(?P<first>\d{1,7})(?:\s*-\s*(?P<last>\d{1,7}))?$")


def header_rows(text: str) -> tuple[int, ...]:
    """The rows of "4", "4-5" or "0"; none for "". Raises BadInput."""
    if not text.strip():
        return ()
    found = _RANGE.match(text.strip())
    first = int(found["first"]) if found else -1
    last = int(found["last"] or first) if found else -1
    if not found or found["sheet"] or not first <= last <= first + 5:
        raise BadInput(N_("header"), text, msg("Give it as 4, as 4-5, or as 0 for none."))
    return tuple(range(first, last + 1))


def year(text: str) -> int | None:
    """The year of days without one; none for "". Raises BadInput."""
    said = text.strip()
    if not said:
        return None
    if not said.isdecimal() or not FIRST_YEAR <= int(said) <= LAST_YEAR:
        raise BadInput(
            N_("year"),
            text,
            msg("Give a year from {first} to {last}.", first=FIRST_YEAR, last=LAST_YEAR),
        )
    return int(said)


def columns(given: Sequence[str]) -> dict[str, str]:
    """Field -> column of every FIELD=COLUMN. Raises BadInput."""
    chosen: dict[str, str] = {}
    for pair in given:
        name, equals, column = pair.partition("=")
        if not equals:
            raise BadInput(N_("map"), pair, msg("Give it as FIELD=COLUMN, for instance place=Ort."))
        chosen[name.strip().lower()] = column.strip()
    return chosen


def rows(text: str) -> Callable[[Row], bool] | None:
    """Whether a row is among "5-40,44" ("March!5-40" on one sheet); None for all of them.

    Raises BadInput.
    """
    if not text.strip():
        return None
    ranges: list[tuple[str, int, int]] = []
    for piece in text.split(","):
        found = _RANGE.match(piece.strip())
        if not found:
            raise BadInput(N_("rows"), text, msg("Give rows as 5-40,44."))
        first = int(found["first"])
        ranges.append((found["sheet"] or "", first, int(found["last"] or first)))
    return lambda row: any(
        first <= row.number <= last and sheet in ("", row.sheet) for sheet, first, last in ranges
    )


class Shown:
    """Sheets, header, columns with examples, and the field that each column would fill."""

    def __init__(self, found: Found) -> None:
        self._found = found

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "register": self._found.book,
            "notes": [str(note) for note in self._found.notes],
            "sheets": [
                {
                    "sheet": part.table.sheet,
                    "header_rows": [part.table.number(row) for row in part.header.rows],
                    "first_row": part.table.number(part.header.first_data),
                    "rows": len(part.table.rows) - part.header.first_data,
                    "kept": part.kept,
                    "columns": [
                        {"column": name, "field": field, "why": why, "examples": examples}
                        for _letter, name, field, why, examples in _columns(part)
                    ],
                }
                for part in self._found.parts
            ],
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield _("register {book}").format(book=self._found.book)
        yield from (str(note) for note in self._found.notes)
        for part in self._found.parts:
            yield ""
            yield _heading(part)
            if part.kept:
                yield _("the mapping was kept from an earlier import")
            for letter, name, field, why, examples in _columns(part):
                meant = field_name(field) if field else _("kept as it stands")
                yield f"  {letter:<3}{name[:34]:<35}{meant[:26]:<27}{' | '.join(examples)}"
                if why:
                    yield f"     {why}"


def _heading(part: Part) -> str:
    rows_ = ", ".join(str(part.table.number(row)) for row in part.header.rows)
    where = _("header in row {rows}").format(rows=rows_) if rows_ else _("no header")
    return f"{part.table.sheet or part.table.name}: {where}"


def _columns(part: Part) -> Iterator[tuple[str, str, str, str, list[str]]]:
    """Letter, name, field ("" for none), why, examples of every column."""
    from orderdesk.registers.header import letters
    from orderdesk.registers.text import one_line

    meant = {
        c: (a.field.value, str(a.explain())) for a in part.mapping.assignments for c in a.columns
    }
    for index, name in enumerate(part.header.names):
        cells = (row[index] for row in part.table.rows[part.header.first_data :])
        examples: list[str] = []
        for cell in cells:
            said = one_line(cell)[:24]
            if said and said not in examples:
                examples.append(said)
            if len(examples) == _EXAMPLES:
                break
        field, why = meant.get(name, ("", ""))
        yield letters(index), name, field, why, examples
