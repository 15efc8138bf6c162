"""The first screen as texts, kept so that it can be shown before the database layer is loaded.

This module imports nothing heavy, on purpose: it is what stands between a key and a full screen.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orderdesk.i18n import language

GLANCE = "glance"


@dataclass(frozen=True)
class Change:
    """What changed since somebody last looked, once per subject."""

    at: str
    what: str
    subject: str
    """Number of the case, or empty."""
    by: str
    key: str = ""
    """By which it is acknowledged or parked."""
    case_id: str = ""
    parked: bool = False

    @property
    def line(self) -> str:
        """In one line: "D-2026-041: notification received, timely"."""
        return f"{self.subject}: {self.what}" if self.subject else self.what


@dataclass(frozen=True)
class Row:
    """A line of the first screen: what it is about, what it asks, what Enter does."""

    when: str
    subject: str
    what: str
    people: str = ""
    standing: str = ""
    """high, medium or low of a gathering; A, B or C of an event."""
    urgency: str = ""
    """late, amber, or empty: how the line looks; the words say it too."""
    target: str = ""
    """What Enter opens: "case:<id>", "close:<id>", "place:<name>", "change:<key>", "form"."""
    key: str = ""
    """The key that does it, as the line shows it."""


@dataclass(frozen=True)
class Today:
    """The first screen: texts only, so that a copy can be shown without the database."""

    head: str
    ledger: str
    rows: Sequence[Row]
    """What needs somebody now, the most urgent first; then the fortnight by day."""
    notes: Sequence[str]
    changes: Sequence[Change]
    synthetic: bool
    empty: bool

    def as_json(self) -> dict[str, Any]:
        """To be kept as a glance."""
        return {
            "head": self.head,
            "ledger": self.ledger,
            "rows": [vars(row) for row in self.rows],
            "notes": list(self.notes),
            "changes": [vars(change) for change in self.changes],
            "synthetic": self.synthetic,
            "empty": self.empty,
            "language": language(),
        }

    @classmethod
    def from_json(cls, doc: Mapping[str, Any]) -> Today:
        """A kept glance. Raises KeyError or TypeError for one that an older version kept."""
        return cls(
            doc["head"], doc["ledger"], [Row(**row) for row in doc["rows"]], doc["notes"],
            [Change(**change) for change in doc["changes"]], doc["synthetic"], doc["empty"],
        )  # fmt: skip


def glance(path: str) -> Today | None:
    """What the first screen last showed, read without loading the database layer.

    For a SQLite file only; None when there is nothing, or when it is in another language.
    """
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=0.2)
        try:
            row = connection.execute(
                "SELECT doc FROM record WHERE kind = ? AND key = ?", (GLANCE, "today")
            ).fetchone()
        finally:
            connection.close()
        doc = json.loads(row[0]) if row else None
        return Today.from_json(doc) if doc and doc["language"] == language() else None
    except (sqlite3.Error, ValueError, KeyError, TypeError):
        return None
