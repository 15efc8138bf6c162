"""The unit of work: everything a use case reads and writes, in one transaction with its audit.

`Store.read()` gives a `Reader`, `Store.write(actor)` a `Work`. Leaving a `write` block commits all
of it, audit rows included, or nothing. Writing units follow one another (SQLite: BEGIN IMMEDIATE;
PostgreSQL: an advisory lock), so a decision read inside one still holds when it is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import uuid4

from pydantic import BaseModel
from sqlalchemy import delete, insert, text, update
from sqlmodel import Session, col

from orderdesk.domain.events import Case, Organiser
from orderdesk.domain.people import Actor, Duty, Person
from orderdesk.domain.time import Clock
from orderdesk.errors import Stale, StorageProblem
from orderdesk.i18n import msg
from orderdesk.store.changes import Changes, Said, keep
from orderdesk.store.database import Database, translated_errors
from orderdesk.store.kept import Kept
from orderdesk.store.mapping import (
    PRIVATE_CASE_FIELDS,
    PRIVATE_FACT_FIELDS,
    Document,
    canonical,
    case_from_row,
    case_to_row,
    digest_of,
    duty_to_row,
    json_ready,
    new_salt,
    person_from_row,
    person_to_row,
    trail_of_case,
    trail_of_organiser,
)
from orderdesk.store.reading import (
    AT_ONCE,
    GENESIS,
    PRIVATE,
    TAKEN_BACK,
    CaseLine,
    Fact,
    Imported,
    Reader,
    Record,
    Trace,
    TrailLine,
    Words,
    hash_of,
    select_rows,
)
from orderdesk.store.tables import (
    AuditRow,
    CaseRow,
    DutyRow,
    FactRow,
    ImportedRow,
    MetaRow,
    OrganiserRow,
    PastRow,
    PersonRow,
    PostingRow,
    PrivateRow,
    RecordRow,
)

__all__ = [
    "CaseLine",
    "Fact",
    "Imported",
    "Reader",
    "Record",
    "Store",
    "Trace",
    "Words",
    "Work",
]

T = TypeVar("T")
_WRITERS_LOCK = 0x0D0E5C
_CHUNK = 5_000


WITHOUT_PAST = frozenset({"draft", "glance", "caught_up", "feed"})
"""Kinds of record of which only the newest version is kept: what somebody is typing, what a screen
last showed, how far somebody has read, and calendars, which follow from the roster."""


class Work(Reader):
    """A writing unit of work. Every change leaves a row in the audit trail."""

    def __init__(self, session: Session, actor: Actor, now: datetime) -> None:
        super().__init__(session)
        self.actor = actor
        last = session.exec(
            select_rows(AuditRow).order_by(col(AuditRow.seq).desc()).limit(1)
        ).first()
        self._seq: int = last.seq if last else 0
        self._previous: str = last.hash if last else GENESIS
        # A clock that jumps back must not reorder what was known when.
        self.now = max(now.astimezone(UTC), last.at) if last else now.astimezone(UTC)
        self._trail: list[TrailLine] = []
        self.changes = Changes()
        """What this unit of work changed so far."""

    def once(self, _name: str, find: Callable[[], T]) -> T:
        """What `find` gives now: a unit of work changes what it reads."""
        return find()

    def add_case(self, case: Case) -> Case:
        """Write a new case."""
        self._insert_cases([case])
        keep(self.changes.cases, case.id, None, case)
        return case

    def add_cases(self, cases: Sequence[Case]) -> None:
        """Write many new cases at once, as an import does."""
        self._insert_cases(cases)
        self.changes.imported += len(cases)

    def _insert_cases(self, cases: Sequence[Case]) -> None:
        salts = [new_salt() for _case in cases]
        for at in range(0, len(cases), _CHUNK):
            chunk = zip(cases[at : at + _CHUNK], salts[at : at + _CHUNK], strict=True)
            rows = [case_to_row(case) | {"salt": salt} for case, salt in chunk]
            self._session.execute(insert(CaseRow), rows)
        for case, salt in zip(cases, salts, strict=True):
            self.note("case", f"case:{case.id}", trail_of_case(case, salt))

    def save_case(self, case: Case) -> Case:
        """Write a changed case; `case.version` is the version that was read.

        Raises Stale, with the case as it now stands, when somebody else changed it meanwhile.
        """
        saved = case.replace(version=case.version + 1)
        row = self._session.get(CaseRow, case.id)
        before = case_from_row(row) if row else None
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
        row = self._session.get(CaseRow, case.id)
        self.note("case", f"case:{case.id}", trail_of_case(saved, row.salt if row else ""))
        keep(self.changes.cases, case.id, before, saved)
        return saved

    def destroys(self) -> None:
        """What this unit of work drops is gone for good: a term or somebody's right asks it."""
        self.changes.erased = True

    def purge_case_texts(self, ids: Sequence[str]) -> None:
        """Erase the free text of cases after their retention term; the trail keeps the fact."""
        blank = Case.model_fields
        values = {
            name: blank[name].get_default(call_default_factory=True) for name in PRIVATE_CASE_FIELDS
        } | {"purged_at": self.now, "salt": ""}
        for at in range(0, len(ids), AT_ONCE):
            some = ids[at : at + AT_ONCE]
            self._session.execute(update(CaseRow).where(col(CaseRow.id).in_(some)).values(values))
        self.forget_words_of_import(ids)
        self.destroys()
        for id in ids:
            self.note("case.purged", f"case:{id}", {"fields": list(PRIVATE_CASE_FIELDS)})

    def save_organiser(self, organiser: Organiser) -> Organiser:
        """Write an organiser. The trail keeps a digest only: contact data must be erasable."""
        row = self._session.get(OrganiserRow, organiser.id)
        before = Organiser.model_validate(row.model_dump(exclude={"salt"})) if row else None
        salt = (row.salt if row else "") or new_salt()
        self._session.merge(OrganiserRow(**organiser.model_dump(), salt=salt))
        self.note("organiser", f"organiser:{organiser.id}", trail_of_organiser(organiser, salt))
        keep(self.changes.organisers, organiser.id, before, organiser)
        return organiser

    def add_organisers(self, organisers: Sequence[Organiser]) -> None:
        """Write many new organisers at once, under one audit row."""
        if organisers:
            rows = [organiser.model_dump() | {"salt": new_salt()} for organiser in organisers]
            self._session.execute(insert(OrganiserRow), rows)
            self.note("organisers", "organiser:*", {"count": len(rows)})
            self.changes.imported += len(rows)

    def erase_organisers(self, ids: Sequence[str]) -> None:
        """Erase contact data; the ids stay, so that history keeps its counts."""
        blank = OrganiserRow(id="").model_dump(exclude={"id"})
        for at in range(0, len(ids), AT_ONCE):
            some = ids[at : at + AT_ONCE]
            self._session.execute(
                update(OrganiserRow).where(col(OrganiserRow.id).in_(some)).values(blank)
            )
        self._session.expire_all()
        self.destroys()
        for id in ids:
            self.note("organiser.erased", f"organiser:{id}", {})

    def forget_words_of_import(self, case_ids: Sequence[str]) -> None:
        """Forget what the register said of these cases; the row stays known by its fingerprint, so
        that it doesn't come in anew."""
        for at in range(0, len(case_ids), AT_ONCE):
            some = case_ids[at : at + AT_ONCE]
            self._session.execute(
                update(ImportedRow).where(col(ImportedRow.case_id).in_(some)).values({"doc": {}})
            )
        self._session.expire_all()

    def erase_words(self, ids: Iterable[str]) -> int:
        """Erase words of facts; the facts stay, with a digest that nobody can test any more."""
        self.destroys()
        subjects = []
        for id in ids:
            row = self._session.get(PrivateRow, id)
            if row is None or row.erased_at is not None:
                continue
            row.salt, row.content, row.erased_at = "", None, self.now
            subjects.append(row.subject)
        self._session.flush()
        for subject in dict.fromkeys(subjects):
            self.note("words.erased", subject, {"count": subjects.count(subject)})
        return len(subjects)

    def save_person(self, person: Person) -> Person:
        """Write a new or changed member of the team; `person.version` is the one that was read.

        A new one has version 0. Raises Stale, with the person as stored, when somebody else was
        first. The trail names the fields that changed, not what they say.
        """
        row = self._session.get(PersonRow, person.id)
        old = person_from_row(row) if row else None
        if person.version != (old.version if old else 0):
            raise Stale(
                msg("{id} was changed by somebody else meanwhile", id=person.id),
                theirs=old,
                mine=person,
            )
        saved = person.replace(version=person.version + 1)
        self._session.merge(PersonRow(**person_to_row(saved)))
        self._session.flush()
        before = person_to_row(old) if old else {}
        after = person_to_row(saved)
        fields = sorted(name for name in after if before.get(name) != after[name])
        self.note("person", f"person:{person.id}", {"fields": fields})
        keep(self.changes.people, person.id, old, saved)
        return saved

    def erase_person(self, id: str) -> None:
        """Erase the name and the home district; the service number stays for the duties worked."""
        row = self._session.get(PersonRow, id)
        self.destroys()
        if row is not None:
            row.name = row.district = ""
            row.version += 1
            self._session.flush()
            self.note("person.erased", f"person:{id}", {})

    def save_people(self, people: Sequence[Person]) -> None:
        """Write the members of the teams."""
        for person in people:
            row = self._session.get(PersonRow, person.id)
            keep(self.changes.people, person.id, person_from_row(row) if row else None, person)
            self._session.merge(PersonRow(**person_to_row(person)))
        self.note("people", "people", {"ids": [person.id for person in people]})

    def save_duties(self, duties: Sequence[Duty]) -> None:
        """Write new and changed duties."""
        if not duties:
            return
        before = {duty.id: duty for duty in self.duties(ids=[duty.id for duty in duties])}
        for duty in duties:
            keep(self.changes.duties, duty.id, before.get(duty.id), duty)
        self._session.execute(
            delete(DutyRow).where(col(DutyRow.id).in_([duty.id for duty in duties]))
        )
        self._session.execute(insert(DutyRow), [duty_to_row(duty) for duty in duties])
        self._session.expire_all()
        self.note("duties", "roster", {"duties": [json_ready(duty) for duty in duties]})

    def post(self, postings: Sequence[BaseModel]) -> None:
        """Append lines to the ledger. Each has `id`, `week`, `case_id`; entry time is now."""
        for posting in postings:
            document = json_ready(posting)
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
            self.changes.postings.append(document["id"])
        self._session.flush()

    def add_fact(
        self,
        kind: str,
        subject: str,
        doc: Mapping[str, Any],
        *,
        known_at: datetime | None = None,
        private: Sequence[str] = (),
    ) -> None:
        """Append a fact. What people wrote in it (the keys `private`, and PRIVATE_FACT_FIELDS) is
        kept where it can be erased."""
        private = [*private, *PRIVATE_FACT_FIELDS.get(kind, ())]
        kept = self._without_words(subject, doc, [name for name in private if doc.get(name)])
        row = FactRow(
            kind=kind,
            subject=subject,
            known_at=known_at or self.now,
            entered_at=self.now,
            actor=self.actor.name,
            doc=kept,
        )
        self._session.add(row)
        self._session.flush()
        assert row.seq is not None
        self.changes.facts.append(Said(row.seq, kind, subject, kept))
        self.note(kind, subject, kept)

    def take_back_facts(self, facts: Iterable[Said]) -> None:
        """Let facts no longer count: they stay written, and that they were taken back is written
        beside them. Whoever asks what was known earlier still sees them.

        That mark is a fact (TAKEN_BACK) too: taken back itself, what it marks counts again. Its
        `kind` is that of what people said, however often it went back and forth.
        """
        for fact in facts:
            kind = fact.doc["kind"] if fact.kind == TAKEN_BACK else fact.kind
            self.add_fact(TAKEN_BACK, fact.subject, {"kind": kind, "fact": fact.seq})

    def _without_words(
        self, subject: str, doc: Mapping[str, Any], names: Sequence[str]
    ) -> Document:
        """`doc` with a digest in the place of the named words, which are kept apart."""
        if not names:
            return dict(doc)
        id, salt = uuid4().hex, new_salt()
        words = {name: doc[name] for name in names}
        self._session.add(
            PrivateRow(id=id, subject=subject, made_at=self.now, salt=salt, content=words)
        )
        mark = {"id": id, "fields": list(names), "digest": digest_of(salt, words)}
        return {name: doc[name] for name in doc if name not in words} | {PRIVATE: mark}

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
        self._note_record(kind, key, row, dict(doc))
        if row is not None and kind not in WITHOUT_PAST:
            self._session.merge(
                PastRow(
                    kind=kind, key=key, version=have, changed_at=row.changed_at, until=self.now,
                    doc=row.doc,
                )
            )  # fmt: skip
        self._session.merge(
            RecordRow(kind=kind, key=key, changed_at=self.now, doc=dict(doc), version=have + 1)
        )
        self._session.flush()
        return have + 1

    def _note_record(self, kind: str, key: str, row: RecordRow | None, after: Any) -> None:
        if kind not in WITHOUT_PAST:
            keep(self.changes.records, (kind, key), dict(row.doc) if row else None, after)

    def drop(self, kind: str, key: str) -> None:
        """Remove a mutable record, its earlier versions too: what is dropped is gone."""
        if (row := self._session.get(RecordRow, (kind, key))) is not None:
            self._note_record(kind, key, row, None)
        for table in (RecordRow, PastRow):
            self._session.execute(
                delete(table).where(col(table.kind) == kind, col(table.key) == key)
            )
        self._session.expire_all()

    def save_imported(self, book: str, rows: Sequence[Imported]) -> None:
        """Remember what rows of a register said."""
        self.changes.imported += len(rows)
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
        line = TrailLine(
            seq=self._seq,
            at=self.now,
            actor=self.actor.name,
            role=self.actor.role.value,
            action=action,
            subject=subject,
            doc=canonical(dict(doc)),
            previous=self._previous,
        )
        self._previous = hash_of(line)
        self._trail.append(line._replace(hash=self._previous))
        if len(self._trail) >= _CHUNK:
            self._write_trail()

    def finish(self) -> None:
        """Write the audit rows; called by `Store.write` just before it commits."""
        self._session.flush()
        self._write_trail()

    def _write_trail(self) -> None:
        """Write the audit rows so far, in this transaction: a large import can't hold them all."""
        if self._trail:
            self._session.execute(insert(AuditRow), [line._asdict() for line in self._trail])
            self._trail.clear()


class Store:
    """The door to the database."""

    def __init__(
        self, database: Database, clock: Clock, *, installation_id: str | None = None
    ) -> None:
        """`installation_id` names a new database (default: random); an old one keeps its own."""
        self.database = database
        self._clock = clock
        self._kept = Kept()
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
    def session(self) -> Iterator[Session]:
        """A reading session, for what takes over whole tables (`store.past`)."""
        with self._session(writes=False) as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """A consistent look at the database."""
        with self._session(writes=False) as session:
            yield Reader(session, self._kept)

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
