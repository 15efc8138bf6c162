"""Taking back what was done at this desk, and doing that again: forward by counter-entries; the
trail only grows.

Every unit of work says what it changed (`store.changes`), so this needs no knowledge of single use
cases. What was changed reads again as it did before, with a new version; ledger lines get reversing
lines under the name that signed for them; shifts get a new sequence; facts stay written and no
longer count; the log of the case gets a line. What somebody else changed since is never overwritten
and what went out of the house is not taken back: then RuleSaysNo says why, and nothing changes.

Taking back is a deed with changes of its own, so doing again is nothing but taking that back. The
roster's own keys (`desk.rostering.record`) go by its log instead, over sessions and desks: each is
a deed like any other here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from orderdesk.desk import booking, words
from orderdesk.desk.agenda import ACTION, TAKEN
from orderdesk.desk.assistance import ASKED
from orderdesk.desk.booking import RIPPLE
from orderdesk.desk.closing import TURNOUT
from orderdesk.desk.core import SETTING, Deed, Desk
from orderdesk.desk.decisions import DECISION, FROZEN
from orderdesk.desk.demands import DEMAND
from orderdesk.desk.feeds import ADDRESS, FETCHED
from orderdesk.desk.handover import HANDOVER
from orderdesk.desk.intake import RECEIPT
from orderdesk.desk.meeting import MEETING, MINUTE
from orderdesk.desk.review import ADDENDUM, REVIEW
from orderdesk.desk.rostering.record import PUBLICATION, same_shift
from orderdesk.desk.rostering.record import take_back as take_back_publication
from orderdesk.desk.rostering.replanning import POOL_REQUEST
from orderdesk.desk.rounds import REPLY, ROUND, SENT
from orderdesk.desk.scoring import OVERRIDE, SCORE, VERSION, keep_up, score_cases
from orderdesk.desk.talks import TALK
from orderdesk.desk.timeline import LOG, note_event
from orderdesk.desk.whatif import WHAT_IF
from orderdesk.domain.events import Organiser, Status
from orderdesk.domain.ledger import Posting
from orderdesk.domain.people import Duty, DutyStatus
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import Msg, _, msg, ngettext
from orderdesk.store.reading import TAKEN_BACK as MARK

if TYPE_CHECKING:
    from orderdesk.domain.events import Case
    from orderdesk.store.changes import Change, Changes, Said
    from orderdesk.store.mapping import Document
    from orderdesk.store.work import Work

V = TypeVar("V")

_WITHDRAWN = frozenset(
    {DECISION, FROZEN, OVERRIDE, DEMAND, RIPPLE, POOL_REQUEST, ASKED, TURNOUT, TAKEN, WHAT_IF, MARK}
)
"""Kinds of facts that no longer count once taken back; MARK is that of the taking back."""
_STAYS = frozenset({LOG, SCORE, RECEIPT, PUBLICATION, TALK})
"""Kinds of facts that tell what happened, also when it was taken back after."""
_SENT = msg("it was sent: what changed since goes in an addendum")
_FINAL: Mapping[str, Msg] = {
    REVIEW: msg("the sheet is frozen: what changed since goes in an addendum"),
    ADDENDUM: _SENT,
    SENT: _SENT,
    ROUND: msg("the question went round: ask a new one"),
    REPLY: msg("a reply stands: note the new reply"),
    MINUTE: msg("minutes stand as they were spoken: a new line puts them right"),
    HANDOVER: msg("the note was handed over: write a new one"),
    SETTING: msg("a parameter is changed back by changing it, with a reason"),
    VERSION: msg("the risk card keeps its versions: make a new one in force"),
}
"""Kinds of facts with which nothing is taken back, and what to do instead."""
_NUMBERED: Mapping[str, Msg] = {
    ACTION: msg("an action that has a number keeps it: close it instead"),
    MEETING: msg("a meeting that has begun stands: end it instead"),
}
"""Kinds of records that can't be made undone: their number was given out."""
_CLOSED = frozenset({ADDRESS, FETCHED})
"""Kinds of records that are never brought back: an address that was closed stays closed."""


@dataclass(frozen=True)
class TakenBack:
    """What was taken back, or done again."""

    cases: tuple[str, ...]
    """Numbers."""
    postings: int
    """Reversing lines of the ledger."""
    shifts: int
    to_tell: tuple[str, ...]
    """People whose published shift changed."""
    again: bool = False
    """Whether it was a taking back that was taken back."""

    def line(self) -> str:
        """For the one who did it."""
        parts = list(self.cases)
        if self.postings:
            parts.append(
                ngettext("{n} ledger line", "{n} ledger lines", self.postings).format(
                    n=self.postings
                )
            )
        if self.shifts:
            parts.append(ngettext("{n} shift", "{n} shifts", self.shifts).format(n=self.shifts))
        text = _("done again") if self.again else _("taken back")
        if parts:
            text += ": " + ", ".join(parts)
        if self.to_tell:
            text += "; " + _("tell {people}").format(people=", ".join(self.to_tell))
        return text


def refusal(deed: Deed) -> Msg | None:
    """Why a deed can't be taken back, as far as can be said beforehand; None where it can."""
    changes = deed.changes
    if changes.erased:
        return msg("what was destroyed is gone for good")
    if changes.imported:
        return msg("an import is put right by importing the mended file")
    for fact in changes.facts:
        if fact.kind in _FINAL:
            return _FINAL[fact.kind]
        if fact.kind not in _WITHDRAWN | _STAYS:
            return msg("what was written down stays")
    for (kind, _key), record in changes.records.items():
        if record.before is None and kind in _NUMBERED:
            return _NUMBERED[kind]
    if any(person.before is None for person in changes.people.values()):
        return msg("somebody who joined the team is not taken out: write a last day")
    for case in changes.cases.values():
        if case.before is None and case.after is not None and _has_receipt(changes, case.after.id):
            return msg(
                "{number} is registered and its receipt is given: change it, or call it off",
                number=case.after.number,
            )
    if not _anything(changes):
        return msg("a line of the log stays: a line of its own puts it right")
    return None


def _has_receipt(changes: Changes, case_id: str) -> bool:
    return any(f.kind == RECEIPT and f.subject == f"case:{case_id}" for f in changes.facts)


def _anything(changes: Changes) -> bool:
    return bool(
        changes.cases
        or changes.duties
        or changes.organisers
        or changes.people
        or changes.postings
        or any(kind not in _CLOSED for kind, _key in changes.records)
        or any(f.kind in _WITHDRAWN or _moves_shifts(f) for f in changes.facts)
    )


def take_back(desk: Desk) -> TakenBack:
    """Take back what was last done at this desk.

    Raises RuleSaysNo when nothing is left, when it can't be taken back, or when somebody changed
    the same things since.
    """
    if not desk.deeds:
        raise RuleSaysNo(msg("there is nothing to take back"))
    deed = desk.deeds[-1]
    if (why := refusal(deed)) is not None:
        raise RuleSaysNo(msg("This can't be taken back: {why}.", why=why))
    with desk.work(deed.role, deed=False) as work:
        done = _back(desk, work, deed)
    desk.deeds = desk.deeds[:-1]
    desk.undone = [*desk.undone, Deed(work.changes, deed.role, deed.at)]
    return done


def do_again(desk: Desk) -> TakenBack:
    """Do again what was last taken back at this desk.

    Raises RuleSaysNo when nothing was taken back, something else was done since, or somebody
    changed the same things since.
    """
    if not desk.undone:
        raise RuleSaysNo(msg("nothing was taken back here that could be done again"))
    back = desk.undone[-1]
    with desk.work(back.role, deed=False) as work:
        _not_said_since(work, back.changes)
        done = _back(desk, work, back, again=True)
    desk.undone = desk.undone[:-1]
    desk.deeds = [*desk.deeds, Deed(work.changes, back.role, desk.now)]
    return done


def _not_said_since(work: Work, changes: Changes) -> None:
    """What would count again must still be the newest: Raises RuleSaysNo when somebody decided,
    counted or answered the same meanwhile."""
    for mark in changes.facts:
        if mark.kind != MARK:
            continue
        if any(fact.seq > mark.seq for fact in work.facts(mark.doc["kind"], mark.subject)):
            case = mark.subject.removeprefix("case:")
            raise _changed_since(work.case(case).number if case != mark.subject else mark.subject)


def _back(desk: Desk, work: Work, deed: Deed, *, again: bool = False) -> TakenBack:
    changes = deed.changes
    told, moved, paid = _publications_back(desk, work, changes.facts)
    shifts = [_duty_back(work, c) for id, c in changes.duties.items() if id not in moved]
    if shifts:
        work.save_duties(shifts)
    postings = booking.reverse(
        desk, work, [id for id in changes.postings if id not in paid],
        _("done again") if again else _("taken back"),
    )  # fmt: skip
    numbers = [_case_back(work, change) for change in changes.cases.values()]
    _contacts_back(work, changes)
    for id, person in changes.people.items():
        now = work.person(id)
        if now is None or person.after is None or person.before is None:
            raise _changed_since(id)
        _same(now.replace(version=person.after.version), person.after, id)
        work.save_person(person.before.replace(version=now.version))
    for (kind, key), record in changes.records.items():
        if kind not in _CLOSED:
            _record_back(work, kind, key, record)
            work.note(kind, f"{kind}:{key}", {"done_again" if again else "taken_back": True})
    work.take_back_facts(fact for fact in changes.facts if fact.kind in _WITHDRAWN)
    touched = _cases_of(work, changes)
    score_cases(desk, work, [id for id in touched if _scored(work, id)])
    keep_up(desk, work)
    time, name = words.clock(deed.at), desk.actor.name
    said = (
        msg("what was done at {time} and taken back is done again by {name}", time=time, name=name)
        if again
        else msg("what was done at {time} is taken back by {name}", time=time, name=name)
    )
    for id in touched:
        note_event(work, id, said)
    return TakenBack(
        tuple(numbers), len(postings) + len(paid), len(shifts) + len(moved), told, again
    )


def _scored(work: Work, case_id: str) -> bool:
    case = work.case(case_id)
    return case.to_come and not case.is_event


def _moves_shifts(fact: Said) -> bool:
    return fact.kind == PUBLICATION and bool(fact.doc["changes"])


def _publications_back(
    desk: Desk, work: Work, facts: Iterable[Said]
) -> tuple[tuple[str, ...], set[str], set[str]]:
    """Published changes, the newest first: whom to tell, ids of shifts and postings dealt with."""
    told: list[str] = []
    moved: set[str] = set()
    paid: set[str] = set()
    for fact in reversed([fact for fact in facts if _moves_shifts(fact)]):
        told += take_back_publication(desk, work, fact.seq, desk.actor)
        moved |= {change["new"]["id"] for change in fact.doc["changes"]}
        paid |= set(fact.doc["postings"])
    return tuple(dict.fromkeys(told)), moved, paid


def _same(now: V | None, left: V | None, name: str) -> None:
    """Raise RuleSaysNo unless what stands now is what the deed left."""
    if now != left:
        raise _changed_since(name)


def _changed_since(name: str) -> RuleSaysNo:
    return RuleSaysNo(msg("{what} was changed since: put it right by hand", what=name))


def _duty_back(work: Work, change: Change[Duty]) -> Duty:
    left = change.after
    assert left is not None
    now = next(iter(work.duties(ids=[left.id])), None)
    if now is None or not same_shift(now, left):
        raise _changed_since(left.person_id)
    if change.before is None:
        return left.replace(
            status=DutyStatus.CANCELLED, sequence=now.sequence + 1, changed_at=work.now
        )
    if change.before.sequence == left.sequence:  # no calendar told of it: none need tell it again
        return change.before.replace(sequence=now.sequence, changed_at=now.changed_at)
    return change.before.replace(sequence=now.sequence + 1, changed_at=work.now)


def _case_back(work: Work, change: Change[Case]) -> str:
    left = change.after
    assert left is not None
    now = work.case(left.id)
    _same(now.replace(version=left.version), left, left.number)
    # One that was made by mistake keeps its number and its trail: it is called off.
    before = change.before or left.replace(status=Status.CANCELLED)
    work.save_case(before.replace(version=now.version))
    return left.number


def _contacts_back(work: Work, changes: Changes) -> None:
    now = work.organisers(changes.organisers)
    for id, organiser in changes.organisers.items():
        _same(now.get(id), organiser.after, _("the organiser"))
        work.save_organiser(organiser.before or Organiser(id=id))


def _record_back(work: Work, kind: str, key: str, change: Change[Document]) -> None:
    record = work.record(kind, key)
    _same(record.doc if record else None, change.after, key)
    if change.before is None:
        work.drop(kind, key)
    else:
        work.put(kind, key, change.before)


def _cases_of(work: Work, changes: Changes) -> list[str]:
    """Ids of the cases whose log says that something was taken back."""
    return list(dict.fromkeys(_mentioned(work, changes)))


def _mentioned(work: Work, changes: Changes) -> Iterator[str]:
    yield from changes.cases
    for fact in changes.facts:
        if fact.subject.startswith("case:"):
            yield fact.subject.removeprefix("case:")
    ids = set(changes.postings)
    if ids:
        yield from (p.case_id for p in work.postings(Posting) if p.id in ids and p.case_id)
