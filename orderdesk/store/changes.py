"""What a unit of work changed: as it was before, and as it left it. Taking back starts from this.

It lives in memory only, as long as the desk is open: what was erased by law is kept nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from orderdesk.domain.events import Case, Organiser
from orderdesk.domain.people import Duty, Person
from orderdesk.store.mapping import Document

K = TypeVar("K")
V = TypeVar("V")


class Change(NamedTuple, Generic[V]):
    """One thing before and after; None: it wasn't there, or is there no more."""

    before: V | None
    after: V | None


class Said(NamedTuple):
    """A fact that was written."""

    seq: int
    kind: str
    subject: str
    doc: Document


@dataclass
class Changes:
    """All that one unit of work changed, or several that belong to one deed."""

    cases: dict[str, Change[Case]] = field(default_factory=dict)
    organisers: dict[str, Change[Organiser]] = field(default_factory=dict)
    people: dict[str, Change[Person]] = field(default_factory=dict)
    duties: dict[str, Change[Duty]] = field(default_factory=dict)
    records: dict[tuple[str, str], Change[Document]] = field(default_factory=dict)
    """By kind and key."""
    postings: list[str] = field(default_factory=list)
    """Ids, in order."""
    facts: list[Said] = field(default_factory=list)
    imported: int = 0
    """Cases and rows that came in by a file, many at once."""
    erased: bool = False
    """Whether something was destroyed that must not live on anywhere."""

    def __bool__(self) -> bool:
        return bool(
            self.cases or self.organisers or self.people or self.duties or self.records
            or self.postings or self.facts or self.imported or self.erased
        )  # fmt: skip

    def add(self, later: Changes) -> None:
        """Take up what a later unit of work of the same deed changed."""
        _join(self.cases, later.cases)
        _join(self.organisers, later.organisers)
        _join(self.people, later.people)
        _join(self.duties, later.duties)
        _join(self.records, later.records)
        self.postings += later.postings
        self.facts += later.facts
        self.imported += later.imported
        self.erased |= later.erased


def keep(changed: dict[K, Change[V]], key: K, before: V | None, after: V | None) -> None:
    """Write down a change; of several the first `before` and the last `after` count."""
    first = changed[key].before if key in changed else before
    changed[key] = Change(first, after)


def _join(changed: dict[K, Change[V]], later: dict[K, Change[V]]) -> None:
    for key, change in later.items():
        keep(changed, key, change.before, change.after)
