"""The database as it stood at a moment, built anew in a file of its own from what is kept.

Facts, postings and the trail are append-only: they are taken as far as entered by then. Cases and
shifts come from the trail, records from their kept versions. What was erased since stays gone; the
free text of a case is shown only where its digest says that it is the text of then.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel, col

from orderdesk.domain.events import Case, Organiser
from orderdesk.domain.people import Duty
from orderdesk.domain.time import Clock
from orderdesk.store.database import Database
from orderdesk.store.mapping import (
    PRIVATE_CASE_FIELDS,
    Document,
    case_to_row,
    digest_of,
    duty_to_row,
    trail_of_organiser,
)
from orderdesk.store.reading import select_rows
from orderdesk.store.tables import (
    AuditRow,
    CaseRow,
    DutyRow,
    FactRow,
    MetaRow,
    OrganiserRow,
    PastRow,
    PersonRow,
    PostingRow,
    PrivateRow,
    RecordRow,
)
from orderdesk.store.work import WITHOUT_PAST, Store

_CHUNK = 5_000


def store_at(source: Store, moment: datetime, path: Path, clock: Clock) -> Store:
    """A store on a new file at `path` that holds what `source` held at `moment`; read only.

    Raises StorageProblem when the file can't be made.
    """
    database = Database(str(path), now=moment)
    with source.session() as old, Session(database.engine) as new:
        trail = _rows(old, AuditRow, col(AuditRow.at) <= moment, order=col(AuditRow.seq))
        lines = [(row["action"], row["subject"], json.loads(row["doc"])) for row in trail]
        _put(new, AuditRow, trail)
        _put(new, CaseRow, list(_cases(old, lines)))
        _put(new, DutyRow, list(_duties(lines)))
        _put(new, OrganiserRow, list(_organisers(old, lines)))
        _put(new, PersonRow, list(_people(old, lines)))
        _put(new, FactRow, _rows(old, FactRow, col(FactRow.entered_at) <= moment))
        _put(new, PostingRow, _rows(old, PostingRow, col(PostingRow.entered_at) <= moment))
        _put(new, PrivateRow, _rows(old, PrivateRow, col(PrivateRow.made_at) <= moment))
        _put(new, RecordRow, list(_records(old, moment)))
        for row in _rows(old, MetaRow):
            new.merge(MetaRow(**row))
        new.commit()
    database.read_only = True
    return Store(database, clock)


def _rows(
    session: Session, table: type[SQLModel], *where: Any, order: Any = None
) -> list[Document]:
    query = select_rows(table)
    for condition in where:
        query = query.where(condition)
    if order is not None:
        query = query.order_by(order)
    return [row.model_dump() for row in session.exec(query)]


def _put(session: Session, table: type[SQLModel], rows: Sequence[Document]) -> None:
    for at in range(0, len(rows), _CHUNK):
        session.execute(insert(table), list(rows[at : at + _CHUNK]))


Lines = Sequence[tuple[str, str, Mapping[str, Any]]]


def _cases(old: Session, lines: Lines) -> Iterator[Document]:
    newest = {subject: doc for action, subject, doc in lines if action == "case"}
    now = {row["id"]: row for row in _rows(old, CaseRow)}
    for doc in newest.values():
        kept = dict(doc)
        digest = kept.pop("free_text_digest", "")
        row = now.get(kept["id"], {})
        texts = {name: row.get(name) for name in PRIVATE_CASE_FIELDS}
        if row and digest_of(row["salt"], texts) == digest:
            kept |= texts
        yield case_to_row(Case.model_validate(kept)) | {
            "salt": row.get("salt", ""),
            "purged_at": row.get("purged_at"),
        }


def _duties(lines: Lines) -> Iterator[Document]:
    newest = {
        duty["id"]: duty
        for action, _subject, doc in lines
        if action == "duties"
        for duty in doc["duties"]
    }
    return (duty_to_row(Duty.model_validate(duty)) for duty in newest.values())


def _organisers(old: Session, lines: Lines) -> Iterator[Document]:
    """Contact data as they were, where the digest of then is that of now; else the id alone."""
    digests = {s: doc["digest"] for action, s, doc in lines if action == "organiser"}
    bulk = any(action == "organisers" for action, _s, _doc in lines)
    for row in _rows(old, OrganiserRow):
        subject = f"organiser:{row['id']}"
        known = digests.get(subject)
        if known is None and not bulk:
            continue
        data = {name: value for name, value in row.items() if name != "salt"}
        mine = trail_of_organiser(Organiser.model_validate(data), row["salt"])["digest"]
        yield row if known in (None, mine) else {**dict.fromkeys(row, ""), "id": row["id"]}


def _people(old: Session, lines: Lines) -> Iterator[Document]:
    """Members of the teams who were known by then, as they are now."""
    known = {id for action, _s, doc in lines if action == "people" for id in doc["ids"]}
    return (row for row in _rows(old, PersonRow) if row["id"] in known)


def _records(old: Session, moment: datetime) -> Iterator[Document]:
    current = _rows(old, RecordRow, col(RecordRow.changed_at) <= moment)
    past = _rows(old, PastRow, col(PastRow.changed_at) <= moment, col(PastRow.until) > moment)
    for row in (*current, *past):
        if row["kind"] not in WITHOUT_PAST:
            yield {name: row[name] for name in ("kind", "key", "changed_at", "doc", "version")}
