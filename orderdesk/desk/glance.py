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
    by: str


@dataclass(frozen=True)
class Today:
    """The first screen: texts only, so that a copy can be shown without the database."""

    head: str
    ledger: str
    rows: Sequence[Sequence[str]]
    """Per case: number, when, place, people, class, status, what asks attention."""
    ids: Sequence[str]
    notes: Sequence[str]
    changes: Sequence[Change]
    synthetic: bool
    empty: bool

    def as_json(self) -> dict[str, Any]:
        """To be kept as a glance."""
        return {
            "head": self.head,
            "ledger": self.ledger,
            "rows": [list(row) for row in self.rows],
            "ids": list(self.ids),
            "notes": list(self.notes),
            "changes": [vars(change) for change in self.changes],
            "synthetic": self.synthetic,
            "empty": self.empty,
            "language": language(),
        }

    @classmethod
    def from_json(cls, doc: Mapping[str, Any]) -> Today:
        """A kept glance."""
        return cls(
            doc["head"], doc["ledger"], doc["rows"], doc["ids"], doc["notes"],
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
    except (sqlite3.Error, ValueError):
        return None
    return Today.from_json(doc) if doc and doc["language"] == language() else None
