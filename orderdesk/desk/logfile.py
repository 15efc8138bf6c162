"""A log that leaves the desk as a file, and comes back merged with what was kept elsewhere."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from orderdesk.desk import words
from orderdesk.desk.core import Desk
from orderdesk.desk.timeline import LOG, LogLine, lines_of, write_line
from orderdesk.domain import logs
from orderdesk.domain.events import Case
from orderdesk.domain.logs import Disagreement, Entry
from orderdesk.domain.text import visible
from orderdesk.errors import BadInput, RuleSaysNo, StorageProblem
from orderdesk.i18n import N_, _, msg, ngettext

if TYPE_CHECKING:
    from orderdesk.store.work import Work

_FORMAT = "orderdesk log 1"
_LARGEST = 20_000_000
"""Bytes of a log file that are read; a log of thousands of lines stays far below it."""
ABOUT = {"ended": N_("end time")}
"""What logs can disagree on."""


@dataclass(frozen=True)
class LogFile:
    """A log as it came: of which case, from whom, its lines."""

    number: str
    written_by: str
    lines: tuple[Entry, ...]


@dataclass(frozen=True)
class Merged:
    """What came of it."""

    case: Case
    lines: int
    """Lines of the log now."""
    new: int
    disagreements: tuple[Disagreement, ...]

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "number": self.case.number,
            "lines": self.lines,
            "new": self.new,
            "disagreements": [
                {
                    "about": d.about,
                    "statements": [
                        {"id": e.id, "author": e.author, "value": e.says[d.about]}
                        for e in d.statements
                    ],
                }
                for d in self.disagreements
            ],
        }

    def text(self) -> Iterator[str]:
        """For a person."""
        yield ngettext(
            "{n} line in the log of {number}", "{n} lines in the log of {number}", self.lines
        ).format(n=self.lines, number=self.case.number) + _(", {n} of them new").format(n=self.new)
        for d in self.disagreements:
            yield _("{about}: said otherwise, both lines stay").format(
                about=_(ABOUT.get(d.about, d.about))
            )
            for label, entry in statement_choices(d):
                yield f"  {label}  [{entry.id[:8]}]"


def statement_choices(d: Disagreement) -> list[tuple[str, Entry]]:
    """The statements side by side: what is said, by whom, when it was written."""
    return [
        (
            _("{value} says {author}, written {moment}").format(
                value=_shown(e.says[d.about]), author=e.author, moment=words.moment(e.entered_at)
            ),
            e,
        )
        for e in d.statements
    ]


def _shown(value: str) -> str:
    try:
        return words.moment(datetime.fromisoformat(value))
    except ValueError:
        return value


def export_log(desk: Desk, case_id: str, path: Path) -> int:
    """Write the log of a case to a file that another desk can merge; the number of lines.

    Raises StorageProblem when the file can't be written.
    """
    with desk.read() as reader:
        case = reader.case(case_id)
        entries = [line.entry for line in lines_of(reader, case_id)]
    lines = [entry.model_dump(mode="json") for entry in entries]
    doc = {
        "format": _FORMAT, "case": case.number, "written_by": desk.actor.name,
        "written_at": desk.now.isoformat(), "lines": lines, "digest": _digest(lines),
    }  # fmt: skip
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as out:
            json.dump(doc, out, ensure_ascii=False, indent=1)
    except OSError as problem:
        raise StorageProblem(
            msg("{path} can't be made: {why}", path=path, why=problem.strerror)
        ) from None
    return len(lines)


def read_log(path: Path) -> LogFile:
    """Read a log file. Raises BadInput for anything else, or one that was changed underway."""
    shown = visible(path.name)
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError
        doc = json.loads(path.read_text(encoding="utf-8"))
        if doc["format"] != _FORMAT:
            raise ValueError
        lines = tuple(Entry.model_validate(line) for line in doc["lines"])
        whole = doc["digest"] == _digest(doc["lines"])
        number, by = str(doc["case"]), str(doc["written_by"])
    except OSError as problem:
        raise BadInput(
            N_("file"), shown, msg("It can't be read: {why}.", why=problem.strerror)
        ) from None
    except (ValueError, KeyError, TypeError, ValidationError, RecursionError):
        raise BadInput(
            N_("file"), shown, msg("It is no log of orderdesk. Make one with: log file, write.")
        ) from None
    if not whole:
        raise BadInput(
            N_("file"), shown, msg("It was changed after it was written. Ask for it again.")
        )
    return LogFile(number, by, lines)


def _digest(lines: Any) -> str:
    text = json.dumps(lines, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def merge(desk: Desk, file: LogFile, into: str = "") -> Merged:
    """Bring the lines of a file into the log of its case (or of case number `into`).

    Lines that are there already stay as they are; what is said otherwise stands side by side.
    Raises BadInput when there is no such case, RuleSaysNo for a line that was changed.
    """
    with desk.work() as work:
        case = work.case_by_number(into or file.number)
        if case is None:
            raise BadInput(
                N_("into"), into or file.number,
                msg("There is no such case here. Say which case the log is of."),
            )  # fmt: skip
        mine = lines_of(work, case.id)
        whole = logs.merge([line.entry for line in mine], file.lines)
        new = _add_missing(work, case.id, mine, whole)
        work.note("log.merged", f"case:{case.id}", {"from": file.written_by, "new": new})
    return Merged(case, len(whole), new, logs.disagreements(whole))


def _add_missing(work: Work, case_id: str, mine: Sequence[LogLine], whole: Sequence[Entry]) -> int:
    seqs: dict[str, int] = {line.entry.id: line.seq for line in mine}
    missing = [entry for entry in whole if entry.id not in seqs]
    # A correction comes after what it corrects, whatever clock the other desk had.
    waiting = {entry.id for entry in missing}
    while missing:
        ready = [e for e in missing if e.corrects not in waiting or e.corrects == e.id]
        for entry in ready or missing:
            work.add_fact(
                LOG, f"case:{case_id}", _doc(entry, seqs.get(entry.corrects, 0)),
                known_at=entry.known_at,
            )  # fmt: skip
            fact = work.last_fact(LOG, f"case:{case_id}")
            assert fact is not None
            seqs[entry.id] = fact.seq
            waiting.discard(entry.id)
        missing = [entry for entry in missing if entry.id in waiting]
    return len(whole) - len(mine)


def _doc(entry: Entry, corrects: int) -> dict[str, Any]:
    doc: dict[str, Any] = {
        "id": entry.id, "author": entry.author, "entered_at": entry.entered_at.isoformat(),
        "words": entry.words, "corrects": corrects, **(entry.event or {}),
    }  # fmt: skip
    if entry.says:
        doc["says"] = entry.says
    if entry.settles:
        doc["settles"] = list(entry.settles)
    return doc


def open_disagreements(desk: Desk, case_id: str) -> tuple[Disagreement, ...]:
    """What the log of a case says otherwise in two places, and nobody has chosen yet."""
    with desk.read() as reader:
        return logs.disagreements(line.entry for line in lines_of(reader, case_id))


def choose(desk: Desk, case_id: str, about: str, line_id: str) -> None:
    """Choose one of the statements; both lines stay, and a line says what was chosen.

    Raises RuleSaysNo when nothing is open about it.
    """
    found = next((d for d in open_disagreements(desk, case_id) if d.about == about), None)
    statements = found.statements if found else ()
    chosen = next((entry for entry in statements if entry.id.startswith(line_id)), None)
    if chosen is None or not line_id:
        raise RuleSaysNo(msg("there is nothing to choose about that"))
    value = chosen.says[about]
    text = _("chosen: {about} {value}, as {author} says").format(
        about=_(ABOUT.get(about, about)), value=_shown(value), author=chosen.author
    )
    write_line(desk, case_id, text, says={about: value}, settles=[entry.id for entry in statements])
    if about == "ended":
        with desk.work() as work:
            case = work.case(case_id)
            if case.outcome is not None:
                ended = case.outcome.replace(ended=datetime.fromisoformat(value))
                work.save_case(case.replace(outcome=ended))
