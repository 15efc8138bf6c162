"""The note for the next shift: drafted from what is open, each point with an owner, then kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orderdesk.desk import agenda, cases, catchup, talks, today, words
from orderdesk.desk.core import Desk
from orderdesk.desk.drafts import drop_draft
from orderdesk.desk.glance import Today
from orderdesk.desk.printing import print_lists
from orderdesk.domain.time import local
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, _, msg

if TYPE_CHECKING:
    from orderdesk.store.work import Reader

HANDOVER = FORM = "handover"


@dataclass(frozen=True)
class Note:
    """A note that was kept."""

    at: datetime
    by: str
    text: str


def drafted(desk: Desk) -> str:
    """The note as it would read now: a line per open item, with its owner."""
    with desk.read() as reader:
        shown = today.today_in(desk, reader)
        lines = [_("Handover {moment}").format(moment=words.moment(desk.now)), shown.ledger]
        lines += [f"- {item}" for item in _open_items(desk, reader, shown)]
    return "\n".join(lines)


def _open_items(desk: Desk, reader: Reader, shown: Today) -> Iterator[str]:
    me = desk.actor.name
    waiting = [request for request in talks.requests_in(reader) if not request.answer]
    for row in shown.rows:
        if row.target.startswith("case:"):
            case_id = row.target.removeprefix("case:")
            owner = _owner_of_hole(reader, case_id) or me
            yield _("{number} {when}: {what} · owner {owner}").format(
                number=row.subject, when=row.when, what=row.what, owner=owner
            )
        elif row.target.startswith("close:"):
            yield _("{number}: to be closed · owner {owner}").format(number=row.subject, owner=me)
    for request in waiting:
        number = reader.case(request.case_id).number
        yield _("{number}: waiting for {whom}: {question} (due {day}) · owner {owner}").format(
            number=number, whom=request.asked_of, question=request.question,
            day=words.day(request.due), owner=request.asked_by or me,
        )  # fmt: skip
    for action in agenda.actions_in(reader):
        yield _("action {number} {what} (due {day}) · owner {owner}").format(
            number=action.key, what=action.what, day=words.day(action.due), owner=action.who.name
        )
    for change in catchup.changes_in(desk, reader):
        if change.parked:
            yield _("parked: {what} · owner {owner}").format(what=change.line, owner=me)


def _owner_of_hole(reader: Reader, case_id: str) -> str:
    """Who has to fill the first hole in the scenarios, where the card names somebody."""
    holes = [card for card in cases.cards_in(reader, case_id) if card.holes]
    return holes[0].owner if holes else ""


def keep(desk: Desk, text: str) -> Note:
    """Keep the note as it was edited; it is never overwritten. Raises BadInput when empty."""
    if not text.strip():
        raise BadInput(N_("text"), "", msg("Write what the next shift must know."))
    with desk.work() as work:
        day = local(work.now).date()
        work.add_fact(HANDOVER, f"day:{day}", {"text": text.strip()})
        kept = Note(work.now, desk.actor.name, text.strip())
    drop_draft(desk, FORM)
    return kept


def last(desk: Desk) -> Note | None:
    """The newest note."""
    with desk.read() as reader:
        notes = reader.facts(HANDOVER)
    return Note(notes[-1].entered_at, notes[-1].actor, notes[-1].doc["text"]) if notes else None


def print_note(desk: Desk, note: Note, path: Path) -> Path:
    """The note on paper. Raises StorageProblem."""
    first, *rest = note.text.splitlines()
    lines = [line.removeprefix("- ") for line in rest]
    by = _("{name}, {moment}").format(name=note.by, moment=words.moment(note.at))
    return print_lists(desk, first, [(by, lines)], path)
