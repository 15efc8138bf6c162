"""Cases made of the rows of a register."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import Field

from orderdesk import reference
from orderdesk.desk.core import Desk
from orderdesk.domain.events import Case, Form, Incident, Organiser, Outcome, Source, Status
from orderdesk.domain.places import Places
from orderdesk.reference import ReferenceFile

if TYPE_CHECKING:
    from orderdesk.registers.rows import RegisterRow
    from orderdesk.store.work import Work


class ImportRules(ReferenceFile):
    """`data/import.toml`: what is assumed where a register is silent."""

    usual_minutes: int = Field(ge=15, le=24 * 60)
    """Length of a gathering whose end is not recorded."""
    same_book_share: float = Field(gt=0, le=1)
    """Gatherings in common, of the smaller of two files, that make them one register."""
    own_city_share: float = Field(gt=0, le=1)
    """Gatherings at a usual place of this city, of those with a place, that make the register
    one of this city; in another city "Markt" is another square."""


def known_places_in(rows: Sequence[RegisterRow]) -> bool:
    """Whether the register is of this city, by the places that it names."""
    places = reference.cached("places", Places)
    rules = reference.cached("import", ImportRules)
    named = Counter(row.places[0] for row in rows if row.places)
    known = sum(times for place, times in named.items() if places.find(place) is not None)
    return bool(known >= rules.own_city_share * max(1, named.total()))


class CaseBuilder:
    """Makes cases of rows, with organisers and numbers that fit the database."""

    def __init__(self, desk: Desk, work: Work, book: str, *, own_places: bool) -> None:
        self.desk, self.work, self.book, self.own_places = desk, work, book, own_places
        self.place_memory: dict[str, str] = {}
        self.places = reference.cached("places", Places)
        self.rules = reference.cached("import", ImportRules)
        self.organisers = {o.name: o.id for o in work.organisers().values() if o.name}
        self.new_organisers: list[Organiser] = []
        self.next_number: dict[int, int] = {}
        self.now = desk.now

    def name(self, row: RegisterRow) -> tuple[str, str]:
        """Id and number of a new case for the row."""
        return self.desk.new_id(), self._number(row.day.year)

    def case(self, row: RegisterRow, name: tuple[str, str]) -> Case:
        """The case of a row under the `name` given to it; the same however often it is made."""
        return self._case(row, id=name[0], number=name[1])

    def take_organisers(self) -> list[Organiser]:
        """Organisers met since the last time, to be written."""
        met, self.new_organisers = self.new_organisers, []
        return met

    def changed_case(self, old: Case, row: RegisterRow) -> Case:
        """The old case with what the register now says; what the desk decided itself stays."""
        fresh = self._case(row, id=old.id, number=old.number)
        return fresh.replace(
            version=old.version,
            known_at=old.known_at,
            counter_to=old.counter_to,
            counter_group=old.counter_group,
            counter_sureness=old.counter_sureness,
            decided_class=old.decided_class,
            event=old.event,
        )

    def _number(self, year: int) -> str:
        if year not in self.next_number:
            self.next_number[year] = self.work.highest_number("R", year) + 1
        number = self.next_number[year]
        self.next_number[year] += 1
        return f"R-{year}-{number:04d}"

    def _case(self, row: RegisterRow, *, id: str, number: str) -> Case:
        span = row.span(self.rules.usual_minutes)
        outcome = _outcome(row)
        return Case(
            id=id,
            number=number,
            kind=row.kind,
            source=row.source or Source.WRITTEN,
            known_at=min(row.received or self.now, self.now),
            received_at=row.received,
            span=span,
            time_known=row.start is not None,
            place_id=self._place_id(row.places[0]) if row.places else "",
            place_text="; ".join(row.places)[:300],
            route=tuple(stop[:300] for stop in row.route),
            form=row.form or Form.STATIC,
            expected_low=row.expected_low,
            expected=row.expected,
            expected_high=row.expected_high,
            organiser_id=self._organiser(row.organiser_text),
            purpose=row.purpose,
            status=_status(row, span.end, self.now, outcome),
            outcome=outcome,
            imported_from=f"{self.book}#{row.row_key}"[:300],
            extra=row.extra,
        )

    def _place_id(self, name: str) -> str:
        """The usual place of that name, in a register of this city."""
        if not self.own_places:
            return ""
        if name not in self.place_memory:
            place = self.places.find(name)
            self.place_memory[name] = place.id if place else ""
        return self.place_memory[name]

    def _organiser(self, name: str) -> str:
        name = name.strip()[:300]
        if not name:
            return ""
        if name not in self.organisers:
            organiser = Organiser(id=self.desk.new_id(), name=name)
            self.organisers[name] = organiser.id
            self.new_organisers.append(organiser)
        return self.organisers[name]


def _outcome(row: RegisterRow) -> Outcome | None:
    if row.turnout is None and row.turnout_low is None and row.incident is None:
        return None
    return Outcome(
        turnout_low=row.turnout_low,
        turnout=row.turnout,
        turnout_high=row.turnout_high,
        incident=row.incident,
        no_show=row.turnout == 0 and row.incident in (None, Incident.NONE),
    )


def _status(row: RegisterRow, end: datetime, now: datetime, outcome: Outcome | None) -> Status:
    over = end <= now
    if row.status is not None and not (over and row.status is Status.IN_PREPARATION):
        return row.status
    if not over:
        return Status.IN_PREPARATION
    return Status.CLOSED if outcome else Status.HELD
