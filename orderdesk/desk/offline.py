"""While the database is out of reach: what somebody writes is kept here, and brought in after.

The spool is a file of its own, a line per deed, readable by this user only, on disk before the
user hears that it is kept. Each deed has an id, so that bringing it in twice writes it once: a
machine that stops between writing and forgetting loses nothing and doubles nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from orderdesk.desk.core import Desk
from orderdesk.errors import OrderdeskError, OutOfReach, StorageProblem
from orderdesk.i18n import msg

_LATE = timedelta(seconds=5)


@dataclass(frozen=True)
class Kept:
    """Something that was done while the database was out of reach, or is to be done now."""

    id: str
    deed: str
    key: str
    """Deeds with the same key replace one another; empty: each counts."""
    at: datetime
    """When it was written."""
    known_at: datetime | None
    values: Mapping[str, Any]

    def late(self, now: datetime) -> bool:
        """Whether it reaches the database clearly after it was written."""
        return now - self.at > _LATE

    def as_line(self) -> str:
        """A line of the spool."""
        doc = {
            "id": self.id, "deed": self.deed, "key": self.key, "at": self.at.isoformat(),
            "known_at": self.known_at.isoformat() if self.known_at else "",
            "values": dict(self.values),
        }  # fmt: skip
        return json.dumps(doc, ensure_ascii=False) + "\n"

    @classmethod
    def from_line(cls, line: str) -> Kept | None:
        """What a line of the spool says; None for half a line (the machine stopped in it)."""
        try:
            doc = json.loads(line)
            return cls(
                doc["id"], doc["deed"], doc["key"], datetime.fromisoformat(doc["at"]),
                datetime.fromisoformat(doc["known_at"]) if doc["known_at"] else None,
                doc["values"],
            )  # fmt: skip
        except (ValueError, KeyError, TypeError):
            return None


def do(
    desk: Desk,
    deed: str,
    values: Mapping[str, Any],
    *,
    known_at: datetime | None = None,
    key: str = "",
) -> None:
    """Do it, or keep it until the database is back (then `known_at` is the moment of now).

    Raises what the desk refuses, and StorageProblem when it can't be kept here either.
    """
    kept = Kept(uuid4().hex, deed, key, desk.now, known_at, values)
    try:
        _deeds()[deed](desk, kept)
    except OutOfReach:
        if desk.spool is None:
            raise
        _add(desk.spool, Kept(kept.id, deed, key, kept.at, known_at or kept.at, values))


def waiting(desk: Desk) -> list[Kept]:
    """What is kept on this machine and not in the database yet."""
    return _read(desk.spool) if desk.spool is not None else []


def bring_in(desk: Desk) -> tuple[int, list[str]]:
    """Write what was kept, in order, once the database answers: how many, and what was refused.

    What the desk refuses now (a case that is gone) stays in the spool and is told.
    Raises OutOfReach when the database is gone again; what was not written stays.
    """
    if desk.spool is None:
        return 0, []
    written, refused = 0, []
    for kept in _read(desk.spool):
        try:
            _deeds()[kept.deed](desk, kept)
        except OutOfReach:
            raise
        except OrderdeskError as problem:
            refused.append(str(problem))
            continue
        _forget(desk.spool, kept.id)
        written += 1
    return written, refused


def back(desk: Desk) -> int | None:
    """Whether the database answers (again): how many deeds were brought in, None while it is away.

    May wait for seconds: not on a screen's thread.
    """
    if desk.away is None and not waiting(desk):
        return 0
    if not desk.knock():
        return None
    try:
        return bring_in(desk)[0]
    except OutOfReach:
        return None


def _deeds() -> Mapping[str, Callable[[Desk, Kept], None]]:
    from orderdesk.desk import closing, drafts, incident, timeline

    return {
        timeline.LINE: timeline.add_line,
        closing.TURNOUT: incident.add_turnout,
        drafts.DRAFT: drafts.write_draft,
    }


# --- the file -------------------------------------------------------------------------------------


def _read(spool: Path) -> list[Kept]:
    try:
        text = spool.read_text(encoding="utf-8")
    except OSError:
        return []
    return [kept for line in text.split("\n") if (kept := Kept.from_line(line)) is not None]


def _add(spool: Path, kept: Kept) -> None:
    try:
        if kept.key:
            _write(spool, [k for k in _read(spool) if k.key != kept.key] + [kept])
            return
        spool.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(spool, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(file, "a", encoding="utf-8") as out:
            half = out.tell() > 0 and not spool.read_bytes().endswith(b"\n")
            out.write(("\n" if half else "") + kept.as_line())
            out.flush()
            os.fsync(out.fileno())
    except OSError as problem:
        raise StorageProblem(
            msg("the database is out of reach, and {path} can't be written: {why}", path=spool,
                why=problem.strerror)
        ) from None  # fmt: skip


def _forget(spool: Path, id: str) -> None:
    with contextlib.suppress(OSError):
        rest = [kept for kept in _read(spool) if kept.id != id]
        if rest:
            _write(spool, rest)
        else:
            spool.unlink(missing_ok=True)


def _write(spool: Path, all_: list[Kept]) -> None:
    """The whole file anew: written beside it, then put in its place."""
    spool.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = spool.with_name(spool.name + ".new")
    file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as out:
        out.writelines(kept.as_line() for kept in all_)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(spool)
