"""The log of a case: who wrote what when. Lines are added; a correction is a line of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from orderdesk.desk import offline
from orderdesk.desk.core import Desk
from orderdesk.domain.logs import Entry
from orderdesk.domain.time import Moment
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Msg, msg

if TYPE_CHECKING:
    from orderdesk.store.work import Fact, Reader, Work

LOG = LINE = "log"


@dataclass(frozen=True)
class LogLine:
    """A line of the log. `words` is what a person typed; `event` what the desk itself noted."""

    seq: int
    known_at: datetime
    entered_at: datetime
    """When it was written down, on the desk that wrote it."""
    author: str
    event: Msg | None
    words: str
    corrects: int
    entry: Entry
    """The line as it travels to another desk."""

    @property
    def text(self) -> str:
        """The line in the reader's language."""
        return " ".join(
            part for part in (str(self.event) if self.event else "", self.words) if part
        )


def write_line(
    desk: Desk,
    case_id: str,
    words: str,
    *,
    known_at: Moment | None = None,
    corrects: int = 0,
    says: Mapping[str, str] | None = None,
    settles: Sequence[str] = (),
) -> None:
    """Add a line that a person typed; kept on this machine while the database is out of reach.

    `corrects` is the `seq` of the line it puts right; `says` and `settles` as in `domain.logs`.
    """
    doc = {"case_id": case_id, "words": words.strip(), "corrects": corrects}
    if says:
        doc |= {"says": dict(says)}
    if settles:
        doc |= {"settles": list(settles)}
    offline.do(desk, LINE, doc, known_at=known_at)


def add_line(desk: Desk, kept: offline.Kept) -> None:
    """Write a line to the database; one that is there already (by its id) is not written twice."""
    subject = f"case:{kept.values['case_id']}"
    with desk.work() as work:
        if any(fact.doc.get("id") == kept.id for fact in work.facts(LOG, subject)):
            return
        doc = {name: value for name, value in kept.values.items() if name != "case_id"}
        late = {"entered_at": kept.at.isoformat()} if kept.late(work.now) else {}
        work.add_fact(LOG, subject, {"id": kept.id, **doc, **late}, known_at=kept.known_at)


def correct_line(desk: Desk, case_id: str, words: str, number: str = "") -> None:
    """Add a line, or one that puts line `number` (counted from 1) right: nothing is overwritten.

    Raises BadInput for an empty line or a number that no line has.
    """
    if not words.strip():
        raise BadInput(N_("text"), "", msg("Write what happened."))
    corrects = 0
    if number.strip():
        with desk.read() as reader:
            log = lines_of(reader, case_id)
        if not number.strip().isdigit() or not 1 <= int(number) <= len(log):
            raise BadInput(N_("corrects"), number, msg("There are {n} lines.", n=len(log)))
        corrects = log[int(number) - 1].seq
    write_line(desk, case_id, words, corrects=corrects)


def note_event(
    work: Work,
    case_id: str,
    event: Msg,
    *,
    known_at: datetime | None = None,
    says: Mapping[str, str] | None = None,
) -> None:
    """Add a line that the desk writes by itself, inside the unit of work that did it."""
    args = {key: _plain(value) for key, value in event.args.items()}
    doc: dict[str, object] = {"event": event.id, "args": args}
    if says:
        doc["says"] = dict(says)
    work.add_fact(LOG, f"case:{case_id}", doc, known_at=known_at)


def _plain(value: object) -> object:
    if isinstance(value, Msg):
        return {"event": value.id, "args": {k: _plain(v) for k, v in value.args.items()}}
    return value if isinstance(value, int | float | str | bool) else str(value)


def as_message(doc: dict[str, object]) -> Msg | None:
    """The message of a stored line, to be translated when shown."""
    if not doc.get("event"):
        return None
    args = doc.get("args")
    filled = {
        str(key): as_message(value) if isinstance(value, dict) else value
        for key, value in (args.items() if isinstance(args, dict) else ())
    }
    return msg(str(doc["event"]), **filled)


def lines_of(reader: Reader, case_id: str, *, until: datetime | None = None) -> Sequence[LogLine]:
    """The log of a case by the time at which things were known, as far as entered by `until`."""
    facts = reader.facts(LOG, f"case:{case_id}", until=until)
    ids = {fact.seq: _id_of(fact) for fact in facts}
    lines = (_line(fact, ids) for fact in facts)
    return sorted(lines, key=lambda line: (line.known_at, line.entered_at, line.seq))


def _id_of(fact: Fact) -> str:
    """Lines written before they had an id get one that every copy of the database agrees on."""
    plain = f"{fact.seq} {fact.entered_at.isoformat()} {fact.actor} {fact.subject}"
    return str(fact.doc.get("id") or hashlib.sha256(plain.encode()).hexdigest()[:32])


def _line(fact: Fact, ids: Mapping[int, str]) -> LogLine:
    doc = fact.doc
    entered = datetime.fromisoformat(doc["entered_at"]) if doc.get("entered_at") else None
    corrects = int(doc.get("corrects", 0))
    entry = Entry(
        id=ids[fact.seq],
        known_at=fact.known_at,
        entered_at=entered or fact.entered_at,
        author=doc.get("author") or fact.actor,
        words=doc.get("words", ""),
        event={"event": doc["event"], "args": doc.get("args", {})} if doc.get("event") else None,
        corrects=ids.get(corrects, ""),
        says=doc.get("says", {}),
        settles=tuple(doc.get("settles", ())),
    )
    return LogLine(
        seq=fact.seq,
        known_at=entry.known_at,
        entered_at=entry.entered_at,
        author=entry.author,
        event=as_message(doc),
        words=entry.words,
        corrects=corrects,
        entry=entry,
    )
