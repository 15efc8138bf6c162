"""The sheets of a register that hold gatherings, each with its header and mapping.

Authorities keep one sheet a month or a year, and beside them a legend or sums. Every sheet with a
column of days is read; sheets with the same columns share one mapping.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from orderdesk.i18n import Msg, msg
from orderdesk.registers.header import Header, find_header, header_at
from orderdesk.registers.headings import with_days_above
from orderdesk.registers.keys import over_all
from orderdesk.registers.mapping import Mapping, guess_mapping, order_notes, refit
from orderdesk.registers.parse import parse
from orderdesk.registers.rows import Defaults, Row
from orderdesk.registers.table import Table, read_table
from orderdesk.registers.text import fold, safe_name
from orderdesk.registers.words import RegisterField, RegisterWords
from orderdesk.registers.workbook import Limits

_ROWS_TRIED = 30  # rows below the header in which a sheet of a register shows a gathering

KeptMapping = Callable[[Table, Header], Mapping | None]
"""Gives the mapping that was kept for such columns, if any."""


@dataclass(frozen=True)
class Part:
    """One sheet of a register (or its only table)."""

    table: Table
    header: Header
    mapping: Mapping
    kept: bool = False
    """Whether the mapping was kept from an earlier import of such columns."""

    @property
    def columns(self) -> tuple[str, ...]:
        """What the sheets that share a mapping have in common."""
        return tuple(fold(name) for name in self.header.names)


@dataclass(frozen=True)
class Parts:
    """What of a file is read, and what is not."""

    parts: tuple[Part, ...]
    notes: tuple[Msg, ...] = ()
    """What a reader must know of the file as a whole; sheets left out are named here."""


def read_parts(
    path: Path,
    words: RegisterWords,
    *,
    sheets: Sequence[str] = (),
    header_rows: tuple[int, ...] = (),
    kept: KeptMapping | None = None,
    limits: Limits | None = None,
) -> Parts:
    """Read the sheets named, else every visible one that holds days.

    `header_rows` (as the file counts; 0 for "none") overrules the header that would be found.
    `kept` answers with an earlier mapping before one is guessed. Raises BadInput.
    """
    tables = _tables(path, sheets, limits)
    parts: list[Part] = []
    notes = [note for table in tables for note in table.notes]
    for table in tables:
        part = _part(table, words, header_rows, kept, parts)
        if not sheets and parts and not _holds_days(part, words):
            notes.append(
                msg("Sheet {sheet} has no column of days: left out.", sheet=safe_name(table.sheet))
            )
        elif table.rows or not parts:
            parts.append(part)
    if not sheets and len(parts) > 1 and not _holds_days(parts[0], words):
        first = parts.pop(0)
        notes.append(
            msg(
                "Sheet {sheet} has no column of days: left out.",
                sheet=safe_name(first.table.sheet),
            )
        )
    for part in parts:
        notes += order_notes(part.mapping, part.table, part.header)
    return Parts(tuple(parts), tuple(dict.fromkeys(notes)))


def parse_parts(
    parts: Sequence[Part],
    words: RegisterWords,
    defaults: Defaults | None = None,
    each: Callable[[int], None] | None = None,
) -> list[Row]:
    """Every row of every part, with keys over all of them. Raises BadInput for a bad mapping."""
    rows: list[Row] = []
    several = len(parts) > 1
    for part in parts:
        rows += parse(
            part.table,
            part.header,
            part.mapping,
            words,
            defaults,
            sheet=part.table.sheet if several else "",
            each=_after(len(rows), each),
        )
    days = ", ".join(parts[0].mapping.columns_of(RegisterField.DATE)) if parts else ""
    return over_all(rows, days)


def _after(done: int, each: Callable[[int], None] | None) -> Callable[[int], None] | None:
    """Tells `each` of rows that come after `done` others."""
    return (lambda n: each(done + n)) if each else None


def with_mapping(parts: Sequence[Part], mapping: Mapping, at: int, words: RegisterWords) -> Parts:
    """The parts with `mapping` on part `at` and on every other with the same columns."""
    same = parts[at].columns
    return Parts(
        tuple(
            replace(part, mapping=refit(mapping, part.table, part.header, words), kept=False)
            if part.columns == same
            else part
            for part in parts
        )
    )


def _tables(path: Path, sheets: Sequence[str], limits: Limits | None) -> list[Table]:
    first = read_table(path, sheets[0] if sheets else None, limits)
    names = sheets[1:] if sheets else [name for name in first.sheets if name != first.sheet]
    return [first, *(read_table(path, name, limits) for name in names)]


def _part(
    table: Table,
    words: RegisterWords,
    header_rows: tuple[int, ...],
    kept: KeptMapping | None,
    before: Sequence[Part],
) -> Part:
    bare = table
    header = header_at(bare, header_rows) if header_rows else find_header(bare, words)
    table, header = with_days_above(bare, header, words)
    known = kept(table, header) if kept is not None else None
    if known is not None:
        if known.header_rows and not header_rows:
            table, header = with_days_above(bare, header_at(bare, known.header_rows), words)
        return Part(table, header, refit(known, table, header, words), kept=True)
    columns = tuple(fold(name) for name in header.names)
    alike = next((p.mapping for p in before if p.columns == columns), None)
    mapping = refit(alike, table, header, words) if alike else guess_mapping(table, header, words)
    return Part(table, header, mapping.replace(header_rows=header_rows))


def _holds_days(part: Part, words: RegisterWords) -> bool:
    """Whether the first rows of a sheet hold a gathering."""
    if not part.mapping.columns_of(RegisterField.DATE):
        return False
    first = replace(part.table, rows=part.table.rows[: part.header.first_data + _ROWS_TRIED])
    return any(row.records for row in parse(first, part.header, part.mapping, words))
