"""Reads the export of an event system: a row per event, as text, with what it says understood.

Knows no database and no case: `desk.event_import` compares the rows with what the desk knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from orderdesk.domain.text import csv_text
from orderdesk.domain.time import local
from orderdesk.domain.when import read_when
from orderdesk.errors import BadInput
from orderdesk.i18n import Msg, msg
from orderdesk.reference import ReferenceFile, Strict
from orderdesk.registers.rows import Problem
from orderdesk.registers.table import Table
from orderdesk.registers.text import fold, one_line, visible

T = TypeVar("T")

NUMBER, TITLE, PLACE, DAY, START, END, BUILD_UP, BREAK_DOWN, VISITORS, PEAK, SHARE, CLASS, STATE = (
    "number", "title", "place", "day", "start", "end", "build_up", "break_down", "visitors",
    "peak", "share", "risk_class", "state",
)  # fmt: skip
_TELLING = frozenset({BUILD_UP, BREAK_DOWN, VISITORS, PEAK, SHARE})
"""Headings that a register of demonstrations never has: two of them make an event export."""
_LOOKED_AT = 30
"""Rows from the top in which the heading is looked for."""
USUAL = timedelta(hours=2)
_IN_TEXT = (NUMBER, BUILD_UP, BREAK_DOWN, VISITORS, PEAK, SHARE, CLASS)
"""What a text with lines such as "Bezoekers: 1.800" may say of an event."""
_SECONDS = re.compile(r"(\d{1,2}:\d{2}):\d{2}(?:\.\d+)?")
_DATE = re.compile(r"\d{1,4}[-/. ]\d|\d\s*[a-z]{3}", re.IGNORECASE)
_MOST = 1_000_000
_CLASSES = ("0", "A", "B", "C")


class EventColumns(ReferenceFile):
    """`data/event_columns.toml`."""

    headings: Mapping[str, tuple[str, ...]]
    whole_share: tuple[str, ...]
    half_share: tuple[str, ...]
    called_off: tuple[str, ...]


class EventRow(Strict):
    """What one row says. None: the file does not say it (the desk then keeps what it knows)."""

    row: int
    """As a spreadsheet counts it."""
    number: str
    title: str = ""
    place: str = ""
    start: datetime
    end: datetime
    build_up_from: datetime | None = None
    break_down_until: datetime | None = None
    visitors: int | None = None
    peak: int | None = None
    square_share: float | None = None
    """0 to 1."""
    risk_class: str | None = None
    called_off: bool = False
    time_known: bool = True
    """False when it only gives the day."""
    end_known: bool = True
    """False when it doesn't say until when: `end` is then two hours after the start."""
    uid: str = ""
    """By which a calendar knows the event; empty in a table."""
    sequence: int = 0
    """Edition of the event in its calendar, rising."""
    modified: datetime | None = None
    """When its system last changed it."""


@dataclass(frozen=True)
class EventFile:
    """Every row of the file accounted for: read, or skipped with the reason."""

    name: str
    rows: tuple[EventRow, ...]
    skipped: tuple[tuple[int, Msg], ...]
    problems: tuple[Problem, ...]
    mapping: Mapping[str, str]
    """Field -> heading that fills it."""
    not_read: tuple[str, ...]
    """Headings that fill nothing."""
    count: int
    """Rows that hold anything."""
    notes: tuple[Msg, ...] = ()
    calendar: str = ""
    """Name of the calendar; empty for a table."""


def is_event_export(table: Table, words: EventColumns) -> bool:
    """Whether this looks like an export of an event system, not a register of demonstrations."""
    _at, columns = _header(table, words)
    return NUMBER in columns and len(_TELLING & columns.keys()) >= 2


def read_events(table: Table, words: EventColumns, now: datetime) -> EventFile:
    """Understand the table. Raises BadInput when it has no number, or no day and time."""
    at, columns = _header(table, words)
    if NUMBER not in columns or not (START in columns or DAY in columns):
        raise BadInput(
            "file", table.name,
            msg("An event export needs columns for number and start. Known headings: {known}.",
                known=", ".join((*words.headings[NUMBER][:3], *words.headings[START][:3]))),
        )  # fmt: skip
    heading = table.rows[at]
    reader = RowReader(words, {name: heading[n] for name, n in columns.items()}, now)
    rows: list[EventRow] = []
    skipped: list[tuple[int, Msg]] = []
    count = 0
    for n, cells in enumerate(table.rows[at + 1 :], start=at + 1):
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        found = reader.read(
            table.number(n), {name: _clean(cells[c]) for name, c in columns.items()}
        )
        if isinstance(found, EventRow):
            rows.append(found)
        else:
            skipped.append((table.number(n), found))
    doubles = _doubles(rows)
    return EventFile(
        name=table.name,
        rows=tuple(row for row in rows if row.row not in doubles),
        skipped=(*skipped, *((n, msg("the number stands in the file twice")) for n in doubles)),
        problems=tuple(reader.problems),
        mapping=reader.headings,
        not_read=tuple(
            visible(h) for n, h in enumerate(heading) if h.strip() and n not in columns.values()
        ),
        count=count,
    )


def _doubles(rows: list[EventRow]) -> list[int]:
    """Later rows of a number that stood there already: which one holds is not ours to guess."""
    seen: set[str] = set()
    found = []
    for row in rows:
        if row.number in seen:
            found.append(row.row)
        seen.add(row.number)
    return found


def _header(table: Table, words: EventColumns) -> tuple[int, dict[str, int]]:
    """The row with most known headings, and the column of each field."""
    known = {fold(h): field for field, all_ in words.headings.items() for h in all_}
    best: tuple[int, dict[str, int]] = (0, {})
    for n, cells in enumerate(table.rows[:_LOOKED_AT]):
        columns: dict[str, int] = {}
        for column, cell in enumerate(cells):
            field = known.get(fold(one_line(cell).strip(" :*")))
            if field is not None:
                columns.setdefault(field, column)
        if len(columns) > len(best[1]):
            best = (n, columns)
    return best


def _clean(cell: str) -> str:
    return one_line(visible(csv_text(cell)))


def said_in(text: str, words: EventColumns) -> dict[str, tuple[str, str]]:
    """Field -> (heading, value) for each line of a text that says such a thing of an event."""
    known = {fold(h): field for field in _IN_TEXT for h in words.headings[field]}
    found: dict[str, tuple[str, str]] = {}
    for line in text.splitlines():
        heading, colon, value = _clean(line).partition(":")
        field = known.get(fold(heading)) if colon else None
        if field is not None and value.strip():
            found.setdefault(field, (heading.strip(), value.strip()))
    return found


class RowReader:
    """Reads cells of one file; what it can't read becomes a problem and stays unknown."""

    def __init__(self, words: EventColumns, headings: dict[str, str], now: datetime) -> None:
        self.words, self.now = words, now
        self.headings = {name: visible(text) for name, text in headings.items()}
        self.problems: list[Problem] = []

    def read(self, row: int, cells: Mapping[str, str]) -> EventRow | Msg:
        """The row, or why it is skipped."""
        number = cells.get(NUMBER, "")
        if not number:
            return msg("it has no number")
        start = self._try(row, cells, START, lambda text: self._moment(text, cells.get(DAY, "")))
        if start is None:
            start = self._try(row, cells, DAY, lambda text: self._moment("", text))
        if start is None:
            return msg("it has no day that can be read")
        day = f"{local(start):%Y-%m-%d}"
        end = self._try(row, cells, END, lambda text: self._later(text, cells.get(DAY, day), start))
        return EventRow(
            row=row,
            number=number[:100],
            title=cells.get(TITLE, "")[:300],
            place=cells.get(PLACE, "")[:300],
            start=start,
            end=end or start + USUAL,
            end_known=end is not None,
            called_off=fold(cells.get(STATE, "")) in {fold(w) for w in self.words.called_off},
            **self.details(row, {DAY: day, **cells}, start, end),
        )

    def details(
        self, row: int, cells: Mapping[str, str], start: datetime, end: datetime | None
    ) -> dict[str, Any]:
        """What more is said of an event whose time is known: fields of `EventRow`."""
        day = cells.get(DAY) or f"{local(start):%Y-%m-%d}"
        return {
            "build_up_from": self._try(
                row, cells, BUILD_UP, lambda text: self._before(text, day, start)
            ),
            "break_down_until": self._try(
                row, cells, BREAK_DOWN, lambda text: self._later(text, day, end or start)
            ),
            "visitors": self._try(row, cells, VISITORS, _people),
            "peak": self._try(row, cells, PEAK, _people),
            "square_share": self._try(row, cells, SHARE, self._share),
            "risk_class": self._try(row, cells, CLASS, _class),
        }

    def _try(
        self, row: int, cells: Mapping[str, str], name: str, read: Callable[[str], T]
    ) -> T | None:
        text = cells.get(name, "")
        if not text or text in ("-", "--", "?"):
            return None
        try:
            return read(text)
        except BadInput as problem:
            mend = (
                problem.mend if isinstance(problem.mend, Msg) else msg("{mend}", mend=problem.mend)
            )
            self.problems.append(Problem(row, self.headings[name], text[:200], mend))
            return None

    def _moment(self, text: str, day: str) -> datetime:
        """A moment; the day may stand in the cell itself or in a column of its own."""
        plain = _SECONDS.sub(r"\1", text.replace("T", " "))
        plain_day = _SECONDS.sub("", day.replace("T", " ")).strip()
        whole = plain if _DATE.search(plain) else f"{plain_day} {plain}".strip()
        found = read_when(whole, self.now)
        if found.start is None:
            raise BadInput("when", text, msg("Add a time, such as 14:00."))
        return found.start

    def _later(self, text: str, day: str, start: datetime) -> datetime:
        found = self._moment(text, day)
        if found <= start and not _DATE.search(text):
            found += timedelta(days=1)
        if found <= start:
            raise BadInput("when", text, msg("It lies before the start."))
        return found

    def _before(self, text: str, day: str, start: datetime) -> datetime:
        found = self._moment(text, day)
        if found > start:
            raise BadInput("when", text, msg("Building up can't begin after the start."))
        return found

    def _share(self, text: str) -> float:
        plain = fold(text)
        if plain in {fold(w) for w in self.words.half_share}:
            return 0.5
        if plain in {fold(w) for w in self.words.whole_share}:
            return 1
        try:
            number = float(text.rstrip("% ").replace(",", "."))
        except ValueError:
            number = -1
        number = number / 100 if text.endswith("%") else number
        if not 0 <= number <= 1:
            raise BadInput("share", text, msg("Write half, whole, a share from 0 to 1 or a %."))
        return number


def _people(text: str) -> int:
    plain = re.sub(r"[.\s']", "", text)
    if not plain.isascii() or not plain.isdigit() or int(plain[:8]) > _MOST:
        raise BadInput("visitors", text, msg("Write a number from 0 to {most}.", most=_MOST))
    return int(plain)


def _class(text: str) -> str:
    plain = text.upper().removeprefix("KLASSE").removeprefix("CLASS").strip()
    if plain not in _CLASSES:
        raise BadInput("class", text, msg("Choose one of: {known}.", known=", ".join(_CLASSES)))
    return plain
