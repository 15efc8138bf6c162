"""SQLModel tables. They hold; they don't judge: validation is the domain models' work.

Instants are stored in UTC through one type, because SQLite forgets zones. Lists and nested parts
of a record are JSON. Tables named in `APPEND_ONLY` are guarded by triggers.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Dialect, Index, Integer, String, Text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

APPEND_ONLY = ("audit", "fact", "posting")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC. Refuses naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Into the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone can't be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Out of the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _moment(*, nullable: bool = False, index: bool = False) -> Any:
    return Field(default=None, sa_column=Column(UtcDateTime(), nullable=nullable, index=index))


def _json(default: type[list[Any]] | type[dict[str, Any]] | None = None) -> Any:
    column = Column(JSON, nullable=default is None)
    return (
        Field(default_factory=default, sa_column=column)
        if default
        else Field(default=None, sa_column=column)
    )


def _text() -> Any:
    return Field(default="", sa_column=Column(Text, nullable=False))


class CaseRow(SQLModel, table=True):
    """A gathering or event (`domain.events.Case`)."""

    __tablename__ = "case_"
    __table_args__ = (
        Index("case_by_start", "start"),
        Index("case_by_place", "place_id", "start"),
        Index("case_by_number", "number", unique=True),
    )

    id: str = Field(primary_key=True)
    number: str
    kind: str
    source: str
    known_at: datetime = _moment()
    received_at: datetime | None = _moment(nullable=True)
    start: datetime | None = _moment(nullable=True)
    end: datetime | None = _moment(nullable=True)
    time_known: bool = True
    place_id: str = ""
    place_text: str = ""
    route: list[str] = _json(list)
    form: str = "static"
    expected_low: int | None = None
    expected: int | None = None
    expected_high: int | None = None
    organiser_id: str = Field(default="", index=True)
    purpose: str = _text()
    composition: str = _text()
    measures: str = _text()
    counter_to: str = Field(default="", index=True)
    counter_group: str = "unknown"
    counter_sureness: str = "C"
    event: dict[str, Any] | None = _json()
    status: str = Field(default="in_preparation", index=True)
    moved_to: str = ""
    outcome: dict[str, Any] | None = _json()
    decided_class: str = ""
    imported_from: str = Field(default="", index=True)
    extra: dict[str, str] = _json(dict)
    version: int = 1
    purged_at: datetime | None = _moment(nullable=True)
    salt: str = ""
    """Goes into the digest of the free text; erased with it, so that no guess can be tried."""


class OrganiserRow(SQLModel, table=True):
    """Who notified (`domain.events.Organiser`)."""

    __tablename__ = "organiser"

    id: str = Field(primary_key=True)
    name: str = Field(default="", index=True)
    address: str = ""
    phone: str = ""
    email: str = ""
    salt: str = ""


class PersonRow(SQLModel, table=True):
    """A member of a team (`domain.people.Person`)."""

    __tablename__ = "person"

    id: str = Field(primary_key=True)
    name: str
    team: str
    skills: list[str] = _json(list)
    contract_minutes: int
    theme: str = ""
    district: str = ""
    weekdays: list[int] = _json(list)
    since: date | None = None
    until: date | None = None
    version: int = 1


class DutyRow(SQLModel, table=True):
    """One person's shift (`domain.people.Duty`)."""

    __tablename__ = "duty"
    __table_args__ = (Index("duty_by_start", "start"), Index("duty_by_person", "person_id"))

    id: str = Field(primary_key=True)
    person_id: str
    shift: str
    start: datetime = _moment()
    end: datetime = _moment()
    break_minutes: int = 30
    tasks: list[dict[str, Any]] = _json(list)
    place: str = ""
    status: str = "planned"
    sequence: int = 0
    changed_at: datetime = _moment()
    pinned: bool = False
    note: str = _text()


class PostingRow(SQLModel, table=True):
    """A line of the reserve ledger (`domain.ledger.Posting`). Append-only."""

    __tablename__ = "posting"

    seq: int | None = Field(
        default=None,
        sa_column=Column(
            BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
        ),
    )
    id: str = Field(unique=True)
    week: str = Field(index=True)
    entered_at: datetime = _moment(index=True)
    case_id: str = Field(default="", index=True)
    doc: dict[str, Any] = _json(dict)


class FactRow(SQLModel, table=True):
    """Something that was said, scored, decided or published at a moment. Append-only.

    `known_at` is when the desk knew, `entered_at` when it was written down.
    """

    __tablename__ = "fact"
    __table_args__ = (Index("fact_by_subject", "kind", "subject"),)

    seq: int | None = Field(
        default=None,
        sa_column=Column(
            BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
        ),
    )
    kind: str
    subject: str
    known_at: datetime = _moment()
    entered_at: datetime = _moment(index=True)
    actor: str
    doc: dict[str, Any] = _json(dict)


class RecordRow(SQLModel, table=True):
    """A small mutable record by kind and key: signals, drafts, feeds, mappings, absences."""

    __tablename__ = "record"

    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    changed_at: datetime = _moment()
    doc: dict[str, Any] = _json(dict)
    version: int = 1


class PastRow(SQLModel, table=True):
    """A version of a record that was written over, so that an earlier moment can be seen again.

    It goes with its record: what is dropped is gone from the past, too.
    """

    __tablename__ = "past"
    __table_args__ = (Index("past_by_time", "changed_at", "until"),)

    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    changed_at: datetime = _moment()
    until: datetime = _moment()
    doc: dict[str, Any] = _json(dict)


class PrivateRow(SQLModel, table=True):
    """Words that a fact refers to: facts can't be changed, these can be erased.

    The fact keeps a digest of salt and content. Erasing takes both away.
    """

    __tablename__ = "private"

    id: str = Field(primary_key=True)
    subject: str = Field(index=True)
    made_at: datetime = _moment(index=True)
    salt: str = ""
    content: dict[str, Any] | None = _json()
    erased_at: datetime | None = _moment(nullable=True)


class ImportedRow(SQLModel, table=True):
    """What a row of an imported register said, so that the next import can tell the difference."""

    __tablename__ = "imported"

    book: str = Field(primary_key=True)
    row_key: str = Field(primary_key=True)
    fingerprint: str = Field(sa_column=Column(String(64), nullable=False))
    case_id: str
    doc: dict[str, Any] = _json(dict)


class AuditRow(SQLModel, table=True):
    """The audit trail: who did what when, each row with the hash of the one before."""

    __tablename__ = "audit"

    seq: int = Field(
        sa_column=Column(
            BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
        )
    )
    at: datetime = _moment(index=True)
    actor: str
    role: str
    action: str
    subject: str = Field(index=True)
    doc: str = _text()
    previous: str = Field(sa_column=Column(String(64), nullable=False))
    hash: str = Field(sa_column=Column(String(64), nullable=False))


class MetaRow(SQLModel, table=True):
    """Facts about the installation itself, by key."""

    __tablename__ = "meta"

    key: str = Field(primary_key=True)
    value: str = _text()
