"""The log of a case: who wrote what when. Lines are added; a correction is a line of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from orderdesk.desk.core import Desk
from orderdesk.domain.time import Moment
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Msg, msg

if TYPE_CHECKING:
    from orderdesk.store.work import Fact, Reader, Work

LOG = "log"


@dataclass(frozen=True)
class LogLine:
    """A line of the log. `words` is what a person typed; `event` what the desk itself noted."""

    seq: int
    known_at: datetime
    entered_at: datetime
    author: str
    event: Msg | None
    words: str
    corrects: int

    @property
    def text(self) -> str:
        """The line in the reader's language."""
        return " ".join(
            part for part in (str(self.event) if self.event else "", self.words) if part
        )


def write_line(
    desk: Desk, case_id: str, words: str, *, known_at: Moment | None = None, corrects: int = 0
) -> None:
    """Add a line that a person typed. `corrects` is the `seq` of the line it puts right."""
    with desk.work() as work:
        work.add_fact(
            LOG, f"case:{case_id}", {"words": words.strip(), "corrects": corrects},
            known_at=known_at, private=["words"],
        )  # fmt: skip


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


def note_event(work: Work, case_id: str, event: Msg, *, known_at: datetime | None = None) -> None:
    """Add a line that the desk writes by itself, inside the unit of work that did it."""
    args = {key: _plain(value) for key, value in event.args.items()}
    work.add_fact(LOG, f"case:{case_id}", {"event": event.id, "args": args}, known_at=known_at)


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
    """The log of a case in the order in which it was written, as far as entered by `until`."""
    return [_line(fact) for fact in reader.facts(LOG, f"case:{case_id}", until=until)]


def _line(fact: Fact) -> LogLine:
    return LogLine(
        seq=fact.seq,
        known_at=fact.known_at,
        entered_at=fact.entered_at,
        author=fact.actor,
        event=as_message(fact.doc),
        words=str(fact.doc.get("words", "")),
        corrects=int(fact.doc.get("corrects", 0)),
    )
