"""What a call-off sets free, and what the planner does with it.

When a gathering is called off or moved, the desk writes down at once which hours came free and who
would have worked. For the planner that stands open until he answers: pay back what is owed, or keep
the hours in reserve. The plan goes along to the new day as a copy that nobody has agreed to yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from orderdesk.desk import booking, intake, leave, words
from orderdesk.desk.core import Desk
from orderdesk.desk.timeline import note_event
from orderdesk.domain import ledger
from orderdesk.domain.events import Case
from orderdesk.domain.ledger import Balance, Posting
from orderdesk.domain.people import Duty, DutyStatus, Role
from orderdesk.domain.time import Span
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import Msg, _, msg, ngettext

if TYPE_CHECKING:
    from orderdesk.store.work import Fact, Reader

ANSWERED = "ripple_answered"


@dataclass(frozen=True)
class Copied:
    """One person's part of the old plan, on the new day. Nobody has agreed to it."""

    person_id: str
    span: Span
    fits: bool
    note: Msg


@dataclass(frozen=True)
class Ripple:
    """What one call-off set free."""

    seq: int
    case: Case
    new: Case | None
    freed: int
    """Reserve minutes."""
    people: tuple[str, ...]
    """Who would have worked and must be told."""
    balance: Balance
    theme: str
    """The theme with the oldest debt; empty when nothing is owed."""
    proposed: int
    """Minutes proposed to be paid back to it."""
    copies: tuple[Copied, ...]
    deadline: Msg | None
    leave_again: tuple[str, ...]
    """Leave answered for the new day before the case stood there."""

    def as_json(self) -> dict[str, Any]:
        """For `--json`; hours."""
        return {
            "number": self.case.number,
            "moved_to": self.new.number if self.new else None,
            "freed": self.freed / 60,
            "theme": self.theme,
            "pay_back_proposed": self.proposed / 60,
            "to_tell": list(self.people),
        }

    def lines(self) -> Iterator[str]:
        """For the planner."""
        yield _("{number} called off: {n} h come free, free reserve {free} h").format(
            number=self.case.number, n=words.hours(self.freed), free=words.hours(self.balance.free)
        )
        if self.proposed:
            yield _("proposed: {n} h back to {theme} ({owed} h owed); the rest stays free").format(
                n=words.hours(self.proposed), theme=words.theme(self.theme),
                owed=words.hours(self.balance.owed),
            )  # fmt: skip
        if self.people:
            yield ngettext("to tell: {names}", "to tell: {names}", len(self.people)).format(
                names=", ".join(self.people)
            )
        if self.new is None:
            return
        yield ""
        yield _("copy on {when} as {number}; nothing is promised there yet").format(
            when=words.span(self.new.span), number=self.new.number
        )
        if self.deadline is not None:
            yield str(self.deadline)
        for copied in self.copies:
            mark = "·" if copied.fits else "▲"
            hours = f"{words.clock(copied.span.start)}-{words.clock(copied.span.end)}"
            yield f"{mark} {copied.person_id} {hours}  {copied.note}"
        for line in self.leave_again:
            yield "▲ " + line


def pending(desk: Desk) -> list[Ripple]:
    """Call-offs that the planner has not answered yet, in order."""
    with desk.read() as reader:
        return pending_in(reader)


def pending_in(reader: Reader) -> list[Ripple]:
    """`pending` inside a unit of work."""
    answered = {record.key for record in reader.records(ANSWERED)}
    open_ = [fact for fact in reader.facts(booking.RIPPLE) if str(fact.seq) not in answered]
    return [_ripple(reader, fact) for fact in open_]


def waiting_for(desk: Desk, number: str) -> Ripple:
    """The call-off of a case that waits for an answer. Raises RuleSaysNo where none does."""
    wanted = number.strip().upper()
    found = next((one for one in pending(desk) if one.case.number.upper() == wanted), None)
    if found is None:
        raise RuleSaysNo(msg("no call-off of {number} waits for an answer", number=number))
    return found


def _ripple(reader: Reader, fact: Fact) -> Ripple:
    case = reader.case(fact.subject.removeprefix("case:"))
    new = reader.case(case.moved_to) if case.moved_to else None
    week = booking.week_of(case)
    postings = reader.postings(Posting)
    stated = ledger.statement(postings, week)
    theme = stated.debts[0].terms.theme if stated.debts else ""
    unplanned = ledger.unplanned_debt(postings, week, theme) if theme else 0
    term = intake.term_of(reader, new) if new else None
    return Ripple(
        seq=fact.seq,
        case=case,
        new=new,
        freed=fact.doc["freed"],
        people=tuple(dict.fromkeys(part["person_id"] for part in fact.doc["parts"])),
        balance=stated.balance,
        theme=theme,
        proposed=min(unplanned, fact.doc["freed"], stated.balance.free),
        copies=tuple(_copies(reader, case, new, fact.doc["parts"])) if new else (),
        deadline=msg("notification due {when}", when=words.moment(term.deadline)) if term else None,
        leave_again=tuple(
            answer.line() for answer in leave.answers_in(reader)
            if new and new.id in answer.landed_since
        ),
    )  # fmt: skip


def _copies(
    reader: Reader, case: Case, new: Case | None, parts: Sequence[dict[str, str]]
) -> Iterator[Copied]:
    """The old plan on the new day, with what doesn't fit there."""
    if new is None or new.span is None or case.span is None:
        return
    by = new.span.start - case.span.start
    for part in parts:
        span = Span(
            start=datetime.fromisoformat(part["start"]) + by,
            end=datetime.fromisoformat(part["end"]) + by,
        )
        near = reader.duties(start=span.start, end=span.end, person_id=part["person_id"])
        fits, why = _fit([d for d in near if d.status is not DutyStatus.CANCELLED], span)
        yield Copied(part["person_id"], span, fits, why)


def _fit(duties: Sequence[Duty], span: Span) -> tuple[bool, Msg]:
    whole = next((d for d in duties if d.start <= span.start and span.end <= d.end), None)
    if whole is None and duties:
        return False, msg("works {hours}: not the whole time", hours=_clocks(duties[0]))
    if whole is None:
        return False, msg("doesn't work then")
    if any(t.case_id and t.start < span.end and span.start < t.end for t in whole.tasks):
        return False, msg("is deployed elsewhere then")
    return True, msg("works {hours}: still to be asked", hours=_clocks(whole))


def _clocks(duty: Duty) -> str:
    return f"{words.clock(duty.start)}-{words.clock(duty.end)}"


def answer(desk: Desk, seq: int, pay_back: bool) -> int:
    """Answer a call-off: plan the pay-back that was proposed, or keep the hours in reserve.

    Gives the minutes that were planned back.

    Raises RuleSaysNo when it was answered already, or when the reserve no longer has the hours.
    """
    with desk.work(Role.PLANNER) as work:
        found = next((ripple for ripple in pending_in(work) if ripple.seq == seq), None)
        if found is None:
            raise RuleSaysNo(msg("this call-off was answered already"))
        planned = found.proposed if pay_back else 0
        if planned:
            start = found.case.span.start if found.case.span else found.case.known_at
            booking.plan_pay_back_in(
                desk, work, found.theme, planned, booking.week_of(found.case),
                reason=_("on {day}, free after {number} was called off").format(
                    day=words.day(start), number=found.case.number
                ),
            )  # fmt: skip
            note_event(
                work, found.case.id,
                msg("{n} h of what came free planned back to {theme}", n=words.hours(planned),
                    theme=found.theme),
            )  # fmt: skip
        doc = {"planned": planned, "at": work.now.isoformat(), "by": desk.actor.name}
        work.put(ANSWERED, str(seq), doc)
        work.note(ANSWERED, f"case:{found.case.id}", doc)
        return planned
