"""What a register's rows become: records, skipped with the reason, or problems."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from orderdesk.domain.events import Form, Incident, Kind, Source, Status
from orderdesk.domain.time import Span, at
from orderdesk.i18n import Msg
from orderdesk.registers.text import fold


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a row that a person should look at."""

    row: int
    """As the spreadsheet counts."""
    column: str
    value: str
    message: Msg
    fatal: bool = False
    """The row makes no record until this is mended."""
    sheet: str = ""
    """Of a workbook that was read as several sheets."""


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One gathering of a register; the fields are those of `domain.events.Case` and `Outcome`.

    `start` and `end` are instants, None when unknown; `day` and `end_day` are always known.
    `extra` keeps what has no field, and cells that were only half understood, as they stood.
    """

    row_key: str
    """The same for the same gathering in a later file of the register (`compare`)."""
    source_rows: tuple[int, ...]
    day: date
    end_day: date
    start: datetime | None = None
    end: datetime | None = None
    received: datetime | None = None
    """Moment of notification; the start of that day when only the day is known, which is in the
    notifier's favour."""
    received_exact: bool = False
    kind: Kind = Kind.DEMONSTRATION
    form: Form | None = None
    source: Source | None = None
    purpose: str = ""
    organiser_text: str = ""
    places: tuple[str, ...] = ()
    place_text: str = ""
    """The cell as it stood, on one line."""
    route: tuple[str, ...] = ()
    expected_low: int | None = None
    expected: int | None = None
    expected_high: int | None = None
    turnout_low: int | None = None
    turnout: int | None = None
    turnout_high: int | None = None
    status: Status | None = None
    incident: Incident | None = None
    reference: str = ""
    reference_counts: bool = False
    """Whether the reference names the gathering; a running number changes with every row put in."""
    section: str = ""
    """Title of the part of the register that the row stands in ("Stadtteil Mitte")."""
    extra: dict[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def span(self, usual_minutes: int) -> Span:
        """When it takes place. Whole days if no start is known; `usual_minutes` if no end is."""
        if self.start is None:
            first = at(self.day, time(0))
            return Span(start=first, end=self.end or at(self.end_day + timedelta(days=1), time(0)))
        return Span(start=self.start, end=self.end or self.start + timedelta(minutes=usual_minutes))

    def fields(self) -> dict[str, str]:
        """Every value that a file can change, as text: what a fingerprint covers.

        Made anew each time: kept with every row of a large register it would fill the memory.
        """
        given: dict[str, str] = {}
        for name in _COMPARED:
            value = getattr(self, name)
            if value is None or value in ("", ()):
                continue
            if name != "reference" or self.reference_counts:
                given[name] = _shown(value)
        given |= {f"extra:{name}": value for name, value in self.extra.items() if value}
        return given

    @property
    def identity(self) -> str:
        """Day, place and topic: the same gathering in whatever register it stands."""
        return identity_of(self.day.isoformat(), self.place_text, self.purpose)

    @property
    def fingerprint(self) -> str:
        """A digest of `fields`: the same content has the same."""
        return fingerprint_of(self.fields())


_COMPARED = (
    "day", "end_day", "start", "end", "received", "kind", "form", "source", "purpose",
    "organiser_text", "place_text", "route", "expected_low", "expected", "expected_high",
    "turnout_low", "turnout", "turnout_high", "status", "incident", "reference", "section",
)  # fmt: skip


def _shown(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return " | ".join(map(str, value))
    return str(value)


def fingerprint_of(fields: Mapping[str, str]) -> str:
    """A digest of `RegisterRow.fields`."""
    return digest(*(f"{k}={v}" for k, v in sorted(fields.items())))


def identity_of(day: str, place_text: str, purpose: str) -> str:
    """What `RegisterRow.identity` is, from the fields that were kept."""
    return digest(day, fold(place_text), fold(purpose))


def digest(*parts: str) -> str:
    """A short name for these texts together."""
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=12).hexdigest()


class RowKind(StrEnum):
    """What became of a row of the table."""

    RECORD = "record"
    SKIPPED = "skipped"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table and what became of it."""

    number: int
    kind: RowKind
    records: tuple[RegisterRow, ...] = ()
    """More than one where the row names several days."""
    reason: Msg | None = None
    """Why it was skipped."""
    problems: tuple[Problem, ...] = ()
    cells: tuple[str, ...] = ()
    """As they stood."""
    sheet: str = ""
    """Of a workbook that was read as several sheets."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What is taken where the register says nothing."""

    kind: Kind = Kind.DEMONSTRATION
    year: int | None = None
    """Year of days without one; goes before the mapping's."""


def records_of(rows: Iterable[Row]) -> list[RegisterRow]:
    """The records of all rows, in order."""
    return [record for row in rows for record in row.records]


def problems_of(rows: Iterable[Row]) -> list[Problem]:
    """The problems of all rows, in order."""
    return [problem for row in rows for problem in row.problems]
