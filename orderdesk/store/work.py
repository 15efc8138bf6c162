"""The unit of work: everything a use case reads and writes, in one transaction with its audit.

`Store.read()` gives a `Reader`, `Store.write(actor)` a `Work`. Leaving a `write` block commits all
of it, audit rows included, or nothing. Writing units follow one another (SQLite: BEGIN IMMEDIATE;
PostgreSQL: an advisory lock), so a decision read inside one still holds when it is written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar
from uuid import uuid4

from pydantic import BaseModel
from sqlalchemy import delete, func, insert, select, text, update
from sqlmodel import Session, col

from orderdesk.domain.events import Case, Organiser
from orderdesk.domain.people import Actor, Duty, Person
from orderdesk.domain.time import Clock
from orderdesk.errors import RuleSaysNo, Stale, StorageProblem
from orderdesk.i18n import msg
from orderdesk.store.database import Database, translated_errors
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
    RecordRow,
)

M = TypeVar("M", bound=BaseModel)
Document = dict[str, Any]
_GENESIS = "0" * 64
_WRITERS_LOCK = 0x0D0E5C
_CHUNK = 5_000
PRIVATE_CASE_FIELDS = ("purpose", "composition", "measures", "extra")
"""Free text of a case: kept with the case and erased with it, so the trail holds only a digest."""


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


def _json_ready(model: BaseModel) -> Document:
    return model.model_dump(mode="json")


def canonical(document: object) -> str:
    """One spelling per document, so that its hash can be computed again."""
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


# --- mapping: one place per aggregate -------------------------------------------------------


def case_to_row(case: Case) -> Document:
    """The columns of a case."""
    document = case.model_dump(exclude={"span", "event", "outcome"})
    return document | {
        "kind": case.kind.value,
        "source": case.source.value,
        "form": case.form.value,
        "status": case.status.value,
        "counter_group": case.counter_group.value,
        "counter_sureness": case.counter_sureness.value,
        "route": list(case.route),
        "start": case.span.start if case.span else None,
        "end": case.span.end if case.span else None,
        "event": _json_ready(case.event) if case.event else None,
        "outcome": _json_ready(case.outcome) if case.outcome else None,
    }


def case_from_row(row: CaseRow) -> Case:
    """The case of a row."""
    document = row.model_dump(exclude={"start", "end", "purged_at"})
    if row.start and row.end:
        document["span"] = {"start": row.start, "end": row.end}
    return Case.model_validate(document)


def duty_to_row(duty: Duty) -> Document:
    """The columns of a duty."""
    return duty.model_dump(exclude={"tasks"}) | {
        "status": duty.status.value,
        "tasks": [_json_ready(task) for task in duty.tasks],
    }


def duty_from_row(row: DutyRow) -> Duty:
    """The duty of a row."""
    return Duty.model_validate(row.model_dump())


def _person_to_row(person: Person) -> Document:
    return person.model_dump(exclude={"skills"}) | {
        "skills": sorted(s.value for s in person.skills)
    }


def trail_of_case(case: Case) -> Document:
    """What the audit trail keeps of a case: all but its free text, of which only a digest."""
    document = _json_ready(case)
    private = {name: document.pop(name) for name in PRIVATE_CASE_FIELDS}
    document["free_text_digest"] = hashlib.sha256(canonical(private).encode()).hexdigest()
    return document


# --- reading ---------------------------------------------------------------------------------


class Reader:
    """Questions to the database. Everything comes back as domain models or named tuples."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def case(self, id: str) -> Case:
        """One case. Raises RuleSaysNo when there is none."""
        row = self._session.get(CaseRow, id)
        if row is None:
            raise RuleSaysNo(msg("there is no case {id}", id=id))
        return case_from_row(row)

    def case_by_number(self, number: str) -> Case | None:
        """The case that people call `number`."""
        row = self._session.exec(_select(CaseRow).where(col(CaseRow.number) == number)).first()
        return case_from_row(row) if row else None

    def cases(
        self,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        ids: Iterable[str] | None = None,
        counter_to: str = "",
        statuses: Iterable[str] = (),
    ) -> list[Case]:
        """Cases that overlap [start, end), by start; all of them when nothing is given."""
        query = _select(CaseRow).order_by(col(CaseRow.start), col(CaseRow.number))
        if end is not None:
            query = query.where(col(CaseRow.start) < end)
        if start is not None:
            query = query.where(col(CaseRow.end) > start)
        if ids is not None:
            query = query.where(col(CaseRow.id).in_(list(ids)))
        if counter_to:
            query = query.where(col(CaseRow.counter_to) == counter_to)
        if wanted := list(statuses):
            query = query.where(col(CaseRow.status).in_(wanted))
        return [case_from_row(row) for row in self._session.exec(query)]

    def case_lines(self) -> list[CaseLine]:
        """A line per case, newest first, fast enough for a hundred thousand."""
        columns: list[Any] = [getattr(CaseRow, name) for name in CaseLine._fields[:-3]]
        rows = self._session.execute(
            select(*[*columns, col(CaseRow.outcome), col(CaseRow.event)]).order_by(
                col(CaseRow.start).desc()
            )
        )
        lines = []
        for *fields, outcome, event in rows:
            ended = outcome or {}
            lines.append(
                CaseLine._make(
                    [
                        *fields,
                        ended.get("turnout"),
                        ended.get("incident") or "",
                        (event or {}).get("risk_class", ""),
                    ]
                )
            )
        return lines

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
        query = _select(OrganiserRow)
        if ids is not None:
            query = query.where(col(OrganiserRow.id).in_(list(ids)))
        return {
            row.id: Organiser.model_validate(row.model_dump()) for row in self._session.exec(query)
        }

    def organiser_named(self, name: str) -> Organiser | None:
        """The organiser with exactly this name."""
        row = self._session.exec(
            _select(OrganiserRow).where(col(OrganiserRow.name) == name)
        ).first()
        return Organiser.model_validate(row.model_dump()) if row else None

    def people(self) -> list[Person]:
        """Everybody in the teams, by service number."""
        rows = self._session.exec(_select(PersonRow).order_by(col(PersonRow.id)))
        return [Person.model_validate(row.model_dump()) for row in rows]

    def duties(
        self,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        person_id: str = "",
    ) -> list[Duty]:
        """Duties that overlap [start, end), by person and start."""
        query = _select(DutyRow).order_by(col(DutyRow.person_id), col(DutyRow.start))
        if end is not None:
            query = query.where(col(DutyRow.start) < end)
        if start is not None:
            query = query.where(col(DutyRow.end) > start)
        if person_id:
            query = query.where(col(DutyRow.person_id) == person_id)
        return [duty_from_row(row) for row in self._session.exec(query)]

    def postings(self, model: type[M], *, week: str = "", until: datetime | None = None) -> list[M]:
        """Lines of the ledger in the order in which they were written."""
        query = _select(PostingRow).order_by(col(PostingRow.seq))
        if week:
            query = query.where(col(PostingRow.week) == week)
        if until is not None:
            query = query.where(col(PostingRow.entered_at) <= until)
        return [model.model_validate(row.doc) for row in self._session.exec(query)]

    def facts(
        self, kind: str, subject: str | None = None, *, until: datetime | None = None
    ) -> list[Fact]:
        """Facts of a kind in the order in which they were written, as entered by `until`."""
        query = _select(FactRow).where(col(FactRow.kind) == kind).order_by(col(FactRow.seq))
        if subject is not None:
            query = query.where(col(FactRow.subject) == subject)
        if until is not None:
            query = query.where(col(FactRow.entered_at) <= until)
        return [Fact(**row.model_dump()) for row in self._session.exec(query)]

    def last_fact(self, kind: str, subject: str) -> Fact | None:
        """The newest fact of a kind about a subject."""
        query = (
            _select(FactRow)
            .where(col(FactRow.kind) == kind, col(FactRow.subject) == subject)
            .order_by(col(FactRow.seq).desc())
            .limit(1)
        )
        row = self._session.exec(query).first()
        return Fact(**row.model_dump()) if row else None

    def last_facts(self, kind: str) -> dict[str, Fact]:
        """The newest fact of a kind, per subject."""
        newest = (
            select(func.max(FactRow.seq)).where(col(FactRow.kind) == kind).group_by(FactRow.subject)
        )
        rows = self._session.exec(_select(FactRow).where(col(FactRow.seq).in_(newest)))
        return {row.subject: Fact(**row.model_dump()) for row in rows}

    def record(self, kind: str, key: str) -> Record | None:
        """One mutable record."""
        row = self._session.get(RecordRow, (kind, key))
        return Record(row.key, row.changed_at, row.doc, row.version) if row else None

    def records(self, kind: str) -> list[Record]:
        """All mutable records of a kind, by key."""
        query = _select(RecordRow).where(col(RecordRow.kind) == kind).order_by(col(RecordRow.key))
        return [Record(r.key, r.changed_at, r.doc, r.version) for r in self._session.exec(query)]

    def imported(self, book: str) -> dict[str, Imported]:
        """What the rows of an imported register said, by row key."""
        query = _select(ImportedRow).where(col(ImportedRow.book) == book)
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
        query = _select(AuditRow).order_by(col(AuditRow.seq)).where(col(AuditRow.seq) > after)
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
            _select(AuditRow).order_by(col(AuditRow.seq).desc()).limit(1)
        ).first()
        return newest.seq if newest else 0

    def case_as_known(self, id: str, moment: datetime) -> Document | None:
        """The case as the desk knew it at `moment` (without free text); None if not yet known."""
        query = (
            _select(AuditRow)
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

    def meta(self, key: str, default: str = "") -> str:
        """A fact about the installation."""
        row = self._session.get(MetaRow, key)
        return row.value if row else default

    def broken_links(self) -> list[str]:
        """Rows of the audit trail whose hash doesn't follow from the row before; empty if sound."""
        broken: list[str] = []
        previous, expected = _GENESIS, 1
        for row in self._session.exec(_select(AuditRow).order_by(col(AuditRow.seq))):
            if row.seq != expected or row.previous != previous or row.hash != _hash_of(row):
                broken.append(f"audit {row.seq}")
            previous, expected = row.hash, row.seq + 1
        return broken


def _select(table: type[Any]) -> Any:
    """sqlmodel's select, typed loosely: its overloads don't follow order_by and where chains."""
    from sqlmodel import select as model_select

    return model_select(table)


def _hash_of(row: AuditRow) -> str:
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


# --- writing ---------------------------------------------------------------------------------


class Work(Reader):
    """A writing unit of work. Every change leaves a row in the audit trail."""

    def __init__(self, session: Session, actor: Actor, now: datetime) -> None:
        super().__init__(session)
        self.actor = actor
        last = session.exec(_select(AuditRow).order_by(col(AuditRow.seq).desc()).limit(1)).first()
        self._seq: int = last.seq if last else 0
        self._previous: str = last.hash if last else _GENESIS
        # A clock that jumps back must not reorder what was known when.
        self.now = max(now.astimezone(UTC), last.at) if last else now.astimezone(UTC)
        self._trail: list[AuditRow] = []

    def add_case(self, case: Case) -> Case:
        """Write a new case."""
        self._session.execute(insert(CaseRow), [case_to_row(case)])
        self.note("case", f"case:{case.id}", trail_of_case(case))
        return case

    def add_cases(self, cases: Sequence[Case]) -> None:
        """Write many new cases at once."""
        for at in range(0, len(cases), _CHUNK):
            chunk = cases[at : at + _CHUNK]
            self._session.execute(insert(CaseRow), [case_to_row(case) for case in chunk])
        for case in cases:
            self.note("case", f"case:{case.id}", trail_of_case(case))

    def save_case(self, case: Case) -> Case:
        """Write a changed case; `case.version` is the version that was read.

        Raises Stale, with the case as it now stands, when somebody else changed it meanwhile.
        """
        saved = case.replace(version=case.version + 1)
        done = self._session.execute(
            update(CaseRow)
            .where(col(CaseRow.id) == case.id, col(CaseRow.version) == case.version)
            .values(case_to_row(saved))
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]
            self._session.expire_all()
            theirs = self.case(case.id)
            raise Stale(
                msg("{number} was changed by somebody else meanwhile", number=case.number),
                theirs=theirs,
                mine=case,
            )
        self._session.expire_all()
        self.note("case", f"case:{case.id}", trail_of_case(saved))
        return saved

    def purge_case_text(self, id: str) -> None:
        """Erase the free text of a case after its retention term; the trail keeps the fact."""
        blank = Case.model_fields
        self._session.execute(
            update(CaseRow)
            .where(col(CaseRow.id) == id)
            .values(
                {
                    name: blank[name].get_default(call_default_factory=True)
                    for name in PRIVATE_CASE_FIELDS
                }
                | {"purged_at": self.now}
            )
        )
        self._session.execute(delete(ImportedRow).where(col(ImportedRow.case_id) == id))
        self.note("case.purged", f"case:{id}", {"fields": list(PRIVATE_CASE_FIELDS)})

    def save_organiser(self, organiser: Organiser) -> Organiser:
        """Write an organiser. The trail keeps a digest only: contact data must be erasable."""
        self._session.merge(OrganiserRow(**organiser.model_dump()))
        digest = hashlib.sha256(canonical(organiser.model_dump()).encode()).hexdigest()
        self.note("organiser", f"organiser:{organiser.id}", {"digest": digest})
        return organiser

    def add_organisers(self, organisers: Sequence[Organiser]) -> None:
        """Write many new organisers at once, under one audit row."""
        if organisers:
            rows = [organiser.model_dump() for organiser in organisers]
            self._session.execute(insert(OrganiserRow), rows)
            self.note("organisers", "organiser:*", {"count": len(rows)})

    def erase_organiser(self, id: str) -> None:
        """Erase contact data; the id stays, so that history keeps its counts."""
        self._session.merge(OrganiserRow(id=id))
        self.note("organiser.erased", f"organiser:{id}", {})

    def save_people(self, people: Sequence[Person]) -> None:
        """Write the members of the teams."""
        for person in people:
            self._session.merge(PersonRow(**_person_to_row(person)))
        self.note("people", "people", {"ids": [person.id for person in people]})

    def save_duties(self, duties: Sequence[Duty]) -> None:
        """Write new and changed duties."""
        if not duties:
            return
        self._session.execute(
            delete(DutyRow).where(col(DutyRow.id).in_([duty.id for duty in duties]))
        )
        self._session.execute(insert(DutyRow), [duty_to_row(duty) for duty in duties])
        self._session.expire_all()
        self.note("duties", "roster", {"duties": [_json_ready(duty) for duty in duties]})

    def post(self, postings: Sequence[BaseModel]) -> None:
        """Append lines to the ledger. Each has `id`, `week`, `case_id`; entry time is now."""
        for posting in postings:
            document = _json_ready(posting)
            self._session.add(
                PostingRow(
                    id=document["id"],
                    week=str(document["week"]),
                    entered_at=self.now,
                    case_id=document.get("case_id") or "",
                    doc=document,
                )
            )
            self.note("posting", f"posting:{document['id']}", document)
        self._session.flush()

    def add_fact(
        self, kind: str, subject: str, doc: Mapping[str, Any], *, known_at: datetime | None = None
    ) -> None:
        """Append a fact."""
        self._session.add(
            FactRow(
                kind=kind,
                subject=subject,
                known_at=known_at or self.now,
                entered_at=self.now,
                actor=self.actor.name,
                doc=dict(doc),
            )
        )
        self._session.flush()
        self.note(kind, subject, dict(doc))

    def add_facts(self, kind: str, docs: Mapping[str, Document]) -> None:
        """Append a fact per subject at once, under one audit row with their digest."""
        if not docs:
            return
        rows = [
            {
                "kind": kind,
                "subject": subject,
                "known_at": self.now,
                "entered_at": self.now,
                "actor": self.actor.name,
                "doc": doc,
            }
            for subject, doc in docs.items()
        ]
        for at in range(0, len(rows), _CHUNK):
            self._session.execute(insert(FactRow), rows[at : at + _CHUNK])
        digest = hashlib.sha256(canonical(docs).encode()).hexdigest()
        self.note(kind, "*", {"count": len(docs), "digest": digest})

    def put(self, kind: str, key: str, doc: Mapping[str, Any], *, expected: int = -1) -> int:
        """Write a mutable record and give its new version.

        `expected` is the version that was read (0: none yet); -1 doesn't ask. Raises Stale.
        """
        row = self._session.get(RecordRow, (kind, key))
        have = row.version if row else 0
        if expected not in (-1, have):
            raise Stale(
                msg("{key} was changed by somebody else meanwhile", key=key),
                theirs=row.doc if row else {},
                mine=dict(doc),
            )
        self._session.merge(
            RecordRow(kind=kind, key=key, changed_at=self.now, doc=dict(doc), version=have + 1)
        )
        self._session.flush()
        return have + 1

    def drop(self, kind: str, key: str) -> None:
        """Remove a mutable record."""
        self._session.execute(
            delete(RecordRow).where(col(RecordRow.kind) == kind, col(RecordRow.key) == key)
        )
        self._session.expire_all()

    def save_imported(self, book: str, rows: Sequence[Imported]) -> None:
        """Remember what rows of a register said."""
        for at in range(0, len(rows), _CHUNK):
            chunk = rows[at : at + _CHUNK]
            keys = [row.row_key for row in chunk]
            self._session.execute(
                delete(ImportedRow).where(
                    col(ImportedRow.book) == book, col(ImportedRow.row_key).in_(keys)
                )
            )
            self._session.execute(
                insert(ImportedRow),
                [
                    {
                        "book": book,
                        "row_key": row.row_key,
                        "fingerprint": row.fingerprint,
                        "case_id": row.case_id,
                        "doc": row.doc,
                    }
                    for row in chunk
                ],
            )

    def forget_imported(self, book: str, row_keys: Iterable[str]) -> None:
        """Forget rows that are now known under another key."""
        for key in row_keys:
            self._session.execute(
                delete(ImportedRow).where(
                    col(ImportedRow.book) == book, col(ImportedRow.row_key) == key
                )
            )

    def set_meta(self, key: str, value: str) -> None:
        """Keep a fact about the installation."""
        self._session.merge(MetaRow(key=key, value=value))
        self._session.flush()

    def note(self, action: str, subject: str, doc: Mapping[str, Any]) -> None:
        """Add a row to the audit trail of this unit of work."""
        self._seq += 1
        row = AuditRow(
            seq=self._seq,
            at=self.now,
            actor=self.actor.name,
            role=self.actor.role.value,
            action=action,
            subject=subject,
            doc=canonical(dict(doc)),
            previous=self._previous,
            hash="",
        )
        row.hash = self._previous = _hash_of(row)
        self._trail.append(row)

    def finish(self) -> None:
        """Write the audit rows; called by `Store.write` just before it commits."""
        self._session.flush()
        for at in range(0, len(self._trail), _CHUNK):
            self._session.execute(
                insert(AuditRow), [row.model_dump() for row in self._trail[at : at + _CHUNK]]
            )


class Store:
    """The door to the database."""

    def __init__(
        self, database: Database, clock: Clock, *, installation_id: str | None = None
    ) -> None:
        """`installation_id` names a new database (default: random); an old one keeps its own."""
        self.database = database
        self._clock = clock
        if not database.read_only:
            self._name_installation(installation_id or uuid4().hex)

    def _name_installation(self, name: str) -> None:
        with self.read() as reader:
            named = reader.meta("installation_id")
        if not named:
            with self._session(writes=True) as session:
                session.merge(MetaRow(key="installation_id", value=name))

    @contextmanager
    def _session(self, *, writes: bool) -> Iterator[Session]:
        with translated_errors(self.database.url):
            connection = self.database.engine.connect().execution_options(writes=writes)
            with connection, Session(connection, expire_on_commit=False) as session:
                if writes and self.database.engine.dialect.name == "postgresql":
                    session.execute(text(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})"))
                yield session
                if writes:
                    session.commit()

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """A consistent look at the database."""
        with self._session(writes=False) as session:
            yield Reader(session)

    @contextmanager
    def write(self, actor: Actor) -> Iterator[Work]:
        """A unit of work: commits at the end of the block, or nothing of it stays.

        Raises StorageProblem (locked, full, read-only, gone); nothing is half written.
        """
        if self.database.read_only:
            raise StorageProblem(
                msg("{where} can only be read, not written", where=self.database.path)
            )
        with self._session(writes=True) as session:
            work = Work(session, actor, self._clock())
            yield work
            work.finish()

    def check(self) -> list[str]:
        """Everything that is wrong with the file or the chain of the trail; empty when sound."""
        problems = self.database.check()
        if problems:
            return problems
        with self.read() as reader:
            return reader.broken_links()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()
