"""What a unit of work can ask of the database. Everything comes back as domain models or tuples."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple, TypeVar, cast

from pydantic import BaseModel
from sqlalchemy import func, literal, select
from sqlmodel import Session, col

from orderdesk.domain.events import Case, Organiser
from orderdesk.domain.people import Duty, Person
from orderdesk.domain.time import Span
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import msg
from orderdesk.store.kept import Kept
from orderdesk.store.mapping import (
    PRIVATE_CASE_FIELDS,
    PRIVATE_FACT_FIELDS,
    Document,
    canonical,
    case_from_row,
    duty_from_row,
    person_from_row,
)
from orderdesk.store.tables import (
    AuditRow,
    CaseRow,
    DutyRow,
    FactRow,
    ImportedRow,
    MetaRow,
    OrganiserRow,
    PersonRow,
    PostingRow,
    PrivateRow,
    RecordRow,
    UtcDateTime,
)

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")
GENESIS = "0" * 64
PRIVATE, ERASED = "private", "erased"
"""In the document of a fact: where its words stand; and, when shown, that they are gone."""


TAKEN_BACK = "taken_back"
"""Kind of the facts that say which others no longer count."""
AT_ONCE = 500
"""Ids asked for in one query."""


class TrailLine(NamedTuple):
    """A row of the audit trail before it is written: a table object for each would be slow."""

    seq: int
    at: datetime
    actor: str
    role: str
    action: str
    subject: str
    doc: str
    previous: str
    hash: str = ""


class Fact(NamedTuple):
    """Something said, scored, decided or published, with its two times."""

    seq: int
    kind: str
    subject: str
    known_at: datetime
    entered_at: datetime
    actor: str
    doc: Document


class Record(NamedTuple):
    """A small mutable record."""

    key: str
    changed_at: datetime
    doc: Document
    version: int


class Words(NamedTuple):
    """What was written in a fact and can be erased."""

    id: str
    subject: str
    made_at: datetime
    content: Document


class Trace(NamedTuple):
    """A row of the audit trail."""

    seq: int
    at: datetime
    actor: str
    role: str
    action: str
    subject: str
    doc: Document


class CaseLine(NamedTuple):
    """What a list of cases shows, without building the whole case."""

    id: str
    number: str
    kind: str
    source: str
    start: datetime | None
    end: datetime | None
    time_known: bool
    received_at: datetime | None
    place_id: str
    place_text: str
    form: str
    expected: int | None
    status: str
    decided_class: str
    organiser_id: str
    counter_group: str
    turnout: int | None
    incident: str
    risk_class: str


@dataclass(frozen=True)
class Imported:
    """What an imported row said the last time."""

    row_key: str
    fingerprint: str
    case_id: str
    doc: Document


class Reader:
    """Questions to the database. Everything comes back as domain models or named tuples."""

    def __init__(self, session: Session, kept: Kept | None = None) -> None:
        """`kept` holds what was found at an earlier look."""
        self._session = session
        self._found: dict[str, Any] = {}
        self._kept = kept

    def once(self, name: str, find: Callable[[], T]) -> T:
        """What `find` gives, found once per look: what is read can't change meanwhile."""
        if name not in self._found:
            self._found[name] = find()
        return cast(T, self._found[name])

    def while_unchanged(self, name: str, find: Callable[[], T]) -> T:
        """What `find` gives, found again only when something was written since: for what takes
        seconds on a long register. It must come from the database alone."""
        if self._kept is None:
            return self.once(name, find)
        return self._kept.get(name, self.once("trail", self.trail_length), find)

    def case(self, id: str) -> Case:
        """One case. Raises RuleSaysNo when there is none."""
        row = self._session.get(CaseRow, id)
        if row is None:
            raise RuleSaysNo(msg("there is no case {id}", id=id))
        return case_from_row(row)

    def case_by_number(self, number: str) -> Case | None:
        """The case that people call `number`."""
        row = self._session.exec(select_rows(CaseRow).where(col(CaseRow.number) == number)).first()
        return case_from_row(row) if row else None

    def cases(
        self,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        ids: Iterable[str] | None = None,
        counter_to: str = "",
        organiser_id: str = "",
        place_id: str = "",
        statuses: Iterable[str] = (),
        kinds: Iterable[str] = (),
    ) -> list[Case]:
        """Cases that overlap [start, end), by start; all of them when nothing is given."""
        query = select_rows(CaseRow).order_by(col(CaseRow.start), col(CaseRow.number))
        query = query.where(*_overlap(CaseRow, start, end))
        if ids is not None:
            query = query.where(col(CaseRow.id).in_(list(ids)))
        if counter_to:
            query = query.where(col(CaseRow.counter_to) == counter_to)
        if organiser_id:
            query = query.where(col(CaseRow.organiser_id) == organiser_id)
        if place_id:
            query = query.where(col(CaseRow.place_id) == place_id)
        if wanted := list(statuses):
            query = query.where(col(CaseRow.status).in_(wanted))
        if of_kinds := list(kinds):
            query = query.where(col(CaseRow.kind).in_(of_kinds))
        return [case_from_row(row) for row in self._session.exec(query)]

    def case_lines(self, within: Span | None = None) -> list[CaseLine]:
        """A line per case (that overlaps `within`), newest first, fast enough for a hundred
        thousand."""
        columns: list[Any] = [getattr(CaseRow, name) for name in CaseLine._fields[:-3]]
        # The database takes the three values out of the nested parts: five times as fast here.
        outcome, event = col(CaseRow.outcome), col(CaseRow.event)
        nested = (
            outcome["turnout"].as_integer(),
            func.coalesce(outcome["incident"].as_string(), ""),
            func.coalesce(event["risk_class"].as_string(), ""),
        )
        query = select(*columns, *nested).order_by(col(CaseRow.start).desc())
        if within is not None:
            query = query.where(col(CaseRow.start) < within.end, col(CaseRow.end) > within.start)
        return [CaseLine._make(row) for row in self._session.execute(query)]

    def register_lines(self) -> list[CaseLine]:
        """`case_lines` of the whole register, read again only when something was written since."""
        return self.while_unchanged("case lines", self.case_lines)

    def last_start(self) -> datetime | None:
        """When the last case of the register begins; None while no case has a time."""
        found = self._session.execute(select(func.max(col(CaseRow.start)))).scalar_one()
        return cast("datetime | None", found)

    def last_end(self, organiser_id: str) -> datetime | None:
        """When the last case of an organiser ends; None while no case of theirs has a time."""
        query = select(func.max(col(CaseRow.end))).where(col(CaseRow.organiser_id) == organiser_id)
        return cast("datetime | None", self._session.execute(query).scalar_one())

    def last_cases(self, now: datetime) -> dict[str, tuple[str, datetime]]:
        """Per organiser the case that ended last: its number, and when it ended (where no end is
        known: when it was received, or else `now`)."""
        given = literal(now, UtcDateTime())
        ended = func.coalesce(col(CaseRow.end), col(CaseRow.received_at), given)
        nth = func.row_number().over(
            partition_by=col(CaseRow.organiser_id),
            order_by=(ended.desc(), col(CaseRow.start), col(CaseRow.number)),
        )
        ranked = (
            select(col(CaseRow.organiser_id), col(CaseRow.number), ended.label("ended"),
                   nth.label("nth"))
            .where(col(CaseRow.organiser_id) != "")
            .subquery()
        )  # fmt: skip
        query = select(ranked.c.organiser_id, ranked.c.number, ranked.c.ended)
        rows = self._session.execute(query.where(ranked.c.nth == 1))
        return {organiser: (number, moment) for organiser, number, moment in rows}

    def case_ids_of(self, organiser_ids: Sequence[str]) -> list[str]:
        """Ids of the cases of these organisers."""
        found: list[str] = []
        for at in range(0, len(organiser_ids), AT_ONCE):
            some = organiser_ids[at : at + AT_ONCE]
            query = select(col(CaseRow.id)).where(col(CaseRow.organiser_id).in_(some))
            found += self._session.execute(query).scalars()
        return found

    def count_cases(self) -> int:
        """How many cases there are."""
        return int(self._session.execute(select(func.count(col(CaseRow.id)))).scalar_one())

    def highest_number(self, letter: str, year: int) -> int:
        """The highest running number given out in a year to numbers such as D-2026-041."""
        prefix = f"{letter}-{year}-"
        found = self._session.execute(
            select(col(CaseRow.number)).where(
                col(CaseRow.number).startswith(prefix, autoescape=True)
            )
        ).scalars()
        digits = (number.removeprefix(prefix) for number in found)
        return max((int(d) for d in digits if d.isdigit()), default=0)

    def organisers(self, ids: Iterable[str] | None = None) -> dict[str, Organiser]:
        """Organisers by id."""
        query = select_rows(OrganiserRow)
        if ids is not None:
            query = query.where(col(OrganiserRow.id).in_(list(ids)))
        return {
            row.id: Organiser.model_validate(row.model_dump(exclude={"salt"}))
            for row in self._session.exec(query)
        }

    def organiser_named(self, name: str) -> Organiser | None:
        """The organiser with exactly this name."""
        row = self._session.exec(
            select_rows(OrganiserRow).where(col(OrganiserRow.name) == name)
        ).first()
        return Organiser.model_validate(row.model_dump(exclude={"salt"})) if row else None

    def people(self, first: date | None = None, last: date | None = None) -> list[Person]:
        """Everybody in the teams by service number; with days, who serves on one of them.

        `last` is `first` when it isn't given.
        """
        rows = self._session.exec(select_rows(PersonRow).order_by(col(PersonRow.id)))
        people = [person_from_row(row) for row in rows]
        if first is None:
            return people
        return [person for person in people if person.serves_between(first, last or first)]

    def person(self, id: str) -> Person | None:
        """The person with this service number."""
        row = self._session.get(PersonRow, id)
        return person_from_row(row) if row else None

    def duties(
        self,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        person_id: str = "",
        ids: Iterable[str] | None = None,
    ) -> list[Duty]:
        """Duties that overlap [start, end), by person and start; with `ids` only those."""
        query = select_rows(DutyRow).order_by(col(DutyRow.person_id), col(DutyRow.start))
        query = query.where(*_overlap(DutyRow, start, end))
        if person_id:
            query = query.where(col(DutyRow.person_id) == person_id)
        if ids is not None:
            query = query.where(col(DutyRow.id).in_(list(ids)))
        return [duty_from_row(row) for row in self._session.exec(query)]

    def postings(self, model: type[M], *, week: str = "", until: datetime | None = None) -> list[M]:
        """Lines of the ledger in the order in which they were written."""
        query = select_rows(PostingRow).order_by(col(PostingRow.seq))
        if week:
            query = query.where(col(PostingRow.week) == week)
        if until is not None:
            query = query.where(col(PostingRow.entered_at) <= until)
        return [model.model_validate(row.doc) for row in self._session.exec(query)]

    def facts(
        self,
        kind: str,
        subject: str | None = None,
        *,
        until: datetime | None = None,
        taken_back: bool = False,
    ) -> list[Fact]:
        """Facts of a kind in the order in which they were written, as entered by `until`.

        Those taken back by then are left out, unless `taken_back` asks for them (for numbers that
        are given once only).
        """
        query = select_rows(FactRow).where(col(FactRow.kind) == kind).order_by(col(FactRow.seq))
        if not taken_back and (gone := self._taken_back(until)):
            query = query.where(col(FactRow.seq).not_in(gone))
        if subject is not None:
            query = query.where(col(FactRow.subject) == subject)
        if until is not None:
            query = query.where(col(FactRow.entered_at) <= until)
        return self._facts_of(self._session.exec(query).all())

    def last_fact(self, kind: str, subject: str) -> Fact | None:
        """The newest fact of a kind about a subject."""
        query = (
            select_rows(FactRow)
            .where(col(FactRow.kind) == kind, col(FactRow.subject) == subject)
            .order_by(col(FactRow.seq).desc())
            .limit(1)
        )
        if gone := self._taken_back():
            query = query.where(col(FactRow.seq).not_in(gone))
        row = self._session.exec(query).first()
        return self._facts_of([row])[0] if row else None

    def last_facts(self, kind: str) -> dict[str, Fact]:
        """The newest fact of a kind, per subject."""
        rows = self._session.exec(
            select_rows(FactRow).where(col(FactRow.seq).in_(self._newest(kind)))
        )
        return {fact.subject: fact for fact in self._facts_of(rows.all())}

    def last_said(self, kind: str, key: str) -> dict[str, str]:
        """What the newest fact of a kind has under `key`, per subject, without the rest of it.

        For what is no private word: those stand elsewhere.
        """
        said: Any = col(FactRow.doc)[key].as_string()
        rows = self._session.execute(
            select(col(FactRow.subject), said).where(col(FactRow.seq).in_(self._newest(kind)))
        )
        return {subject: text for subject, text in rows if text is not None}

    def _newest(self, kind: str) -> Any:
        """The places of the newest facts of a kind, one per subject."""
        query = select(func.max(FactRow.seq)).where(col(FactRow.kind) == kind)
        if gone := self._taken_back():
            query = query.where(col(FactRow.seq).not_in(gone))
        return query.group_by(col(FactRow.subject))

    def _taken_back(self, until: datetime | None = None) -> frozenset[int]:
        """Places of the facts that no longer count, as entered by `until`."""

        def find() -> frozenset[int]:
            query = (
                select(col(FactRow.seq), col(FactRow.doc))
                .where(col(FactRow.kind) == TAKEN_BACK)
                .order_by(col(FactRow.seq).desc())
            )
            if until is not None:
                query = query.where(col(FactRow.entered_at) <= until)
            gone: set[int] = set()
            for seq, doc in self._session.execute(query):  # newest first: a mark may be gone itself
                if seq not in gone:
                    gone.add(doc["fact"])
            return frozenset(gone)

        return self.once(f"taken back by {until}", find)

    def _facts_of(self, rows: Sequence[FactRow]) -> list[Fact]:
        docs = self.with_words([row.doc for row in rows])
        return [
            Fact(**row.model_dump(exclude={"doc"}), doc=doc)
            for row, doc in zip(rows, docs, strict=True)
        ]

    def with_words(self, docs: Sequence[Document]) -> list[Document]:
        """Documents of facts, also as the trail keeps them, with their private words put back, or
        with a mark where those are erased."""
        ids = [doc[PRIVATE]["id"] for doc in docs if PRIVATE in doc]
        kept: dict[str, Document] = {}
        for at in range(0, len(ids), AT_ONCE):
            query = select_rows(PrivateRow).where(col(PrivateRow.id).in_(ids[at : at + AT_ONCE]))
            kept |= {p.id: p.content for p in self._session.exec(query) if p.content is not None}
        filled = []
        for original in docs:
            doc = dict(original)
            if where := doc.pop(PRIVATE, None):
                words = kept.get(where["id"])
                doc |= words if words is not None else dict.fromkeys(where["fields"], "")
                doc[ERASED] = words is None
            filled.append(doc)
        return filled

    def record(self, kind: str, key: str) -> Record | None:
        """One mutable record."""
        row = self._session.get(RecordRow, (kind, key))
        return Record(row.key, row.changed_at, row.doc, row.version) if row else None

    def records(self, kind: str) -> list[Record]:
        """All mutable records of a kind, by key."""
        query = (
            select_rows(RecordRow).where(col(RecordRow.kind) == kind).order_by(col(RecordRow.key))
        )
        return [Record(r.key, r.changed_at, r.doc, r.version) for r in self._session.exec(query)]

    def imported(self, book: str) -> dict[str, Imported]:
        """What the rows of an imported register said, by row key."""
        query = select_rows(ImportedRow).where(col(ImportedRow.book) == book)
        return {
            row.row_key: Imported(row.row_key, row.fingerprint, row.case_id, row.doc)
            for row in self._session.exec(query)
        }

    def trail(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        subject: str = "",
        after: int = 0,
    ) -> list[Trace]:
        """The audit trail in order, behind place `after`."""
        query = select_rows(AuditRow).order_by(col(AuditRow.seq)).where(col(AuditRow.seq) > after)
        if since is not None:
            query = query.where(col(AuditRow.at) > since)
        if until is not None:
            query = query.where(col(AuditRow.at) <= until)
        if subject:
            query = query.where(col(AuditRow.subject) == subject)
        return [
            Trace(r.seq, r.at, r.actor, r.role, r.action, r.subject, json.loads(r.doc))
            for r in self._session.exec(query)
        ]

    def trail_length(self) -> int:
        """The place of the newest row of the audit trail."""
        newest = self._session.exec(
            select_rows(AuditRow).order_by(col(AuditRow.seq).desc()).limit(1)
        ).first()
        return newest.seq if newest else 0

    def case_as_known(self, id: str, moment: datetime) -> Document | None:
        """The case as the desk knew it at `moment` (without free text); None if not yet known."""
        query = (
            select_rows(AuditRow)
            .where(
                col(AuditRow.subject) == f"case:{id}",
                col(AuditRow.at) <= moment,
                col(AuditRow.action) == "case",
            )
            .order_by(col(AuditRow.seq).desc())
            .limit(1)
        )
        row = self._session.exec(query).first()
        return json.loads(row.doc) if row else None

    def cases_with_text(self) -> list[tuple[str, str, datetime]]:
        """Cases whose free text stands there: id, number, and when they ended (or were known)."""
        columns: list[Any] = [
            getattr(CaseRow, name)
            for name in ("id", "number", "end", "known_at", *PRIVATE_CASE_FIELDS)
        ]
        rows = self._session.execute(select(*columns).where(col(CaseRow.purged_at).is_(None)))
        return [
            (id, number, end or known_at)
            for id, number, end, known_at, *texts in rows
            if any(texts)
        ]

    def is_purged(self, case_id: str) -> bool:
        """Whether the free text of a case was destroyed."""
        row = self._session.get(CaseRow, case_id)
        return row is not None and row.purged_at is not None

    def private_words(self, subject: str = "", *, before: datetime | None = None) -> list[Words]:
        """Words of facts that aren't erased: of a subject, or made before a moment."""
        query = select_rows(PrivateRow).where(col(PrivateRow.erased_at).is_(None))
        query = query.order_by(col(PrivateRow.made_at), col(PrivateRow.id))
        if subject:
            query = query.where(col(PrivateRow.subject) == subject)
        if before is not None:
            query = query.where(col(PrivateRow.made_at) < before)
        return [
            Words(row.id, row.subject, row.made_at, row.content or {})
            for row in self._session.exec(query)
        ]

    def words_in_the_chain(self) -> int:
        """How many facts hold their words in themselves, as schema 0001 wrote them: the hash of the
        trail goes over those, so they can't be erased one by one."""
        query = select(col(FactRow.kind), col(FactRow.doc))
        query = query.where(col(FactRow.kind).in_(PRIVATE_FACT_FIELDS))
        return sum(
            any(doc.get(name) for name in PRIVATE_FACT_FIELDS[kind])
            for kind, doc in self._session.execute(query)
        )

    def meta(self, key: str, default: str = "") -> str:
        """A fact about the installation."""
        row = self._session.get(MetaRow, key)
        return row.value if row else default

    def broken_links(self) -> list[str]:
        """Rows of the audit trail whose hash doesn't follow from the row before; empty if sound."""
        broken: list[str] = []
        previous, expected = GENESIS, 1
        for row in self._session.exec(select_rows(AuditRow).order_by(col(AuditRow.seq))):
            if row.seq != expected or row.previous != previous or row.hash != hash_of(row):
                broken.append(f"audit {row.seq}")
            previous, expected = row.hash, row.seq + 1
        return broken


def _overlap(
    row: type[CaseRow] | type[DutyRow], start: datetime | None, end: datetime | None
) -> list[Any]:
    """Conditions under which a row overlaps [start, end); no bound where None stands."""
    bounds: list[Any] = []
    if end is not None:
        bounds.append(col(row.start) < end)
    if start is not None:
        bounds.append(col(row.end) > start)
    return bounds


def select_rows(table: type[Any]) -> Any:
    """sqlmodel's select, typed loosely: its overloads don't follow order_by and where chains."""
    from sqlmodel import select as model_select

    return model_select(table)


def hash_of(row: AuditRow | TrailLine) -> str:
    """The hash of a row of the trail: over the row before and all that stands in it."""
    line = canonical(
        [
            row.previous,
            row.seq,
            row.at.astimezone(UTC).isoformat(),
            row.actor,
            row.role,
            row.action,
            row.subject,
            row.doc,
        ]
    )
    return hashlib.sha256(line.encode()).hexdigest()
