"""The capacity block of the weekly sheet: made from the ledger, one sentence by the planner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from orderdesk.desk import assistance, plannable, words
from orderdesk.desk.core import Desk
from orderdesk.desk.signals import refuse_personal_data
from orderdesk.domain import ledger
from orderdesk.domain.ledger import Posting, Statement
from orderdesk.domain.people import Role
from orderdesk.domain.time import Week
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, _, msg

if TYPE_CHECKING:
    from orderdesk.store.work import Reader

NOTE = "capacity_note"
_MOST = 300


@dataclass(frozen=True)
class Block:
    """What the sheet says of capacity at one minute."""

    week: Week
    at: datetime
    statement: Statement
    fall: plannable.TeamHours
    police: tuple[assistance.PoliceRequest, ...]
    note: str

    def as_json(self) -> dict[str, Any]:
        """For `--json`; hours."""
        return {
            "week": str(self.week),
            "at": self.at.isoformat(),
            **self.statement.balance.in_hours(),
            "note": self.note,
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        b = self.statement.balance
        yield _("Capacity, week {week}, as known on {when}").format(
            week=self.week, when=words.moment(self.at)
        )
        yield _("On contract {contract} h, plannable {plannable} h, reserve {reserve} h").format(
            contract=words.hours(self.fall.contract), plannable=words.hours(self.fall.plannable),
            reserve=words.hours(b.reserve),
        )  # fmt: skip
        yield _(
            "Reserve used {used}, given back {back}, committed {committed}, free {free}; owed "
            "{owed}, still to borrow {borrow}"
        ).format(
            used=words.hours(b.used), back=words.hours(b.given_back),
            committed=words.hours(b.committed), free=words.hours(b.free),
            owed=words.hours(b.owed), borrow=words.hours(b.to_borrow),
        )  # fmt: skip
        for theme in self.statement.themes:
            if theme.lent or theme.to_borrow or theme.paid_back or theme.owed:
                yield _("{theme}: borrowed {lent}, paid back {back}, owed {owed}").format(
                    theme=words.theme(theme.theme),
                    lent=words.hours(theme.lent + theme.to_borrow),
                    back=words.hours(theme.paid_back), owed=words.hours(theme.owed),
                )  # fmt: skip
        for request in self.police:
            yield request.line()
        if self.note:
            yield self.note


def block(desk: Desk, week: Week) -> Block:
    """The block as the sheet would say it now."""
    with desk.read() as reader:
        return Block(
            week=week,
            at=desk.now,
            statement=ledger.statement(reader.postings(Posting), week),
            fall=plannable.team_hours_in(reader, week),
            police=tuple(assistance.requests_in(reader, week)),
            note=note_in(reader, week),
        )


def note_in(reader: Reader, week: Week) -> str:
    """The planner's sentence for the sheet of a week; empty while there is none."""
    kept = reader.record(NOTE, str(week))
    return str(kept.doc["text"]) if kept else ""


def write_note(desk: Desk, week: Week, text: str) -> Block:
    """Add the planner's sentence to the sheet; empty takes it away.

    Raises BadInput for more than a sentence, RuleSaysNo (rule 25) for anything about persons.
    """
    sentence = " ".join(text.split())
    if len(sentence) > _MOST:
        raise BadInput(N_("text"), sentence, msg("One sentence of at most {n} signs.", n=_MOST))
    if sentence:
        refuse_personal_data(sentence)
    with desk.work(Role.PLANNER) as work:
        balance = ledger.balance(work.postings(Posting), week)
        doc = {"text": sentence, "by": desk.actor.name, "free": balance.free, "owed": balance.owed}
        work.put(NOTE, str(week), doc)
        work.note(NOTE, f"week:{week}", doc)
    return block(desk, week)
