"""Touching single shifts by hand: each touch says first what the law says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from orderdesk.desk import availability, words
from orderdesk.desk.core import Desk
from orderdesk.desk.rostering import oncall
from orderdesk.desk.rostering.parameters import (
    LOOK_AHEAD,
    LOOK_BACK,
    YEAR_BACK,
    law,
    offers,
    rules,
)
from orderdesk.desk.rostering.proposal import Proposal, drafted, keep, proposal_in
from orderdesk.desk.rostering.record import burdens_in, log_changes
from orderdesk.domain.people import Duty, DutyStatus, Person, Role, TaskSpan
from orderdesk.domain.time import Span, at, local
from orderdesk.domain.worktime import Finding, check_duties, errors
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, _, figure, msg
from orderdesk.roster.moves import Refusal, Situation
from orderdesk.roster.problem import day_of

if TYPE_CHECKING:
    from orderdesk.roster.explain import Candidate
    from orderdesk.store.work import Reader


def check_with(desk: Desk, changed: Sequence[Duty]) -> tuple[Finding, ...]:
    """What the law says of the roster with these duties in it, for their people only."""
    if not changed:
        return ()
    people = {duty.person_id for duty in changed}
    ids = {duty.id for duty in changed}
    start = min(duty.start for duty in changed) - YEAR_BACK
    end = max(duty.end for duty in changed) + LOOK_BACK
    with desk.read() as reader:
        stands = [d for who in people for d in reader.duties(start=start, end=end, person_id=who)]
        stands += [d for d in drafted(proposal_in(reader), stands) if d.person_id in people]
        calls = [s for s in oncall.spells_in(reader, start, end) if s.person_id in people]
    duties = [*(d for d in stands if d.id not in ids), *changed]
    return (*check_duties(duties, law()), *oncall.findings(duties, calls))


@dataclass(frozen=True)
class Touch:
    """What a change by hand would mean, before it is made."""

    changes: tuple[tuple[str, Duty | None, Duty], ...]
    """Person, duty as it is, duty as it would be."""
    findings: tuple[Finding, ...]
    """What the law says of it that it doesn't say already."""

    @property
    def lawful(self) -> bool:
        """Whether nothing forbids it."""
        return not errors(self.findings)

    def lines(self) -> Iterator[str]:
        """For the person who is about to do it."""
        for who, old, new in self.changes:
            now = _("off") if new.status is DutyStatus.CANCELLED else hours_text(new)
            yield f"{who}  {hours_text(old) if old else _('off')} > {now}"
        if not self.findings:
            yield _("lawful")
        for finding in self.findings:
            mark = "!" if finding in errors(self.findings) else "·"
            yield f"{mark} {finding.person_id} {finding.article}: {finding.message}"


def hours_text(duty: Duty) -> str:
    """The sign and the hours of a duty, in words."""
    return f"{words.shift_sign(duty.shift)} {words.moment(duty.start)}-{words.clock(duty.end)}"


def look_at_swap(desk: Desk, one_id: str, person_id: str) -> Touch:
    """Two people take over each other's hours of that day. Raises BadInput, RuleSaysNo."""
    with desk.read() as reader:
        one = duty_in(reader, one_id)
        other = _duty_on(reader, person_id, local(one.start).date())
    return _touch(
        desk,
        (one.person_id, one, _with_hours_of(one, other, desk.now)),
        (other.person_id, other, _with_hours_of(other, one, desk.now)),
    )


def look_at_give(desk: Desk, duty_id: str, person_id: str) -> Touch:
    """Somebody else works it. Raises BadInput, RuleSaysNo."""
    with desk.read() as reader:
        duty, person = duty_in(reader, duty_id), person_in(reader, person_id)
        day = local(duty.start).date()
        if any(d.status is not DutyStatus.CANCELLED for d in _duties_on(reader, person.id, day)):
            raise RuleSaysNo(msg("{who} works that day already: swap instead", who=person.id))
    given = duty.replace(
        id=desk.new_id(), person_id=person.id, sequence=0, changed_at=desk.now, pinned=False
    )
    return _touch(desk, (duty.person_id, duty, _off(duty, desk.now)), (person.id, None, given))


def look_at_move(desk: Desk, duty_id: str, day: date) -> Touch:
    """The same person works the same hours on another day. Raises BadInput, RuleSaysNo."""
    with desk.read() as reader:
        duty = duty_in(reader, duty_id)
        _refuse_deployed(duty)
        if any(
            d.status is not DutyStatus.CANCELLED for d in _duties_on(reader, duty.person_id, day)
        ):
            raise RuleSaysNo(msg("{who} works that day already: swap instead", who=duty.person_id))
    ends = day + (local(duty.end).date() - local(duty.start).date())
    start, end = at(day, local(duty.start).time()), at(ends, local(duty.end).time())
    moved = duty.replace(
        start=start, end=end, tasks=_refitted(duty, start, end),
        sequence=duty.sequence + 1, changed_at=desk.now,
    )  # fmt: skip
    return _touch(desk, (duty.person_id, duty, moved))


def look_at_off(desk: Desk, duty_id: str) -> Touch:
    """The person can't come: the duty goes, the gap stays to be filled."""
    with desk.read() as reader:
        duty = duty_in(reader, duty_id)
    return _touch(desk, (duty.person_id, duty, _off(duty, desk.now)))


def make_touch(desk: Desk, touch: Touch, reason: str = "") -> list[str]:
    """Do what was looked at, and log it as a published change; whom it touches.

    A touch of shifts that are only proposed changes the proposal, pins them there and tells nobody.
    Raises RuleSaysNo (rule 23) when the law forbids it, or when the roster changed since; BadInput
    when the law warns and no reason is given.
    """
    if not touch.lawful:
        raise RuleSaysNo(errors(touch.findings)[0].message, "23")
    if touch.findings and not reason.strip():
        mend = msg("The law warns: {what}. Say why.", what=touch.findings[0].message)
        raise BadInput(N_("reason"), "", mend)
    with desk.work(Role.PLANNER) as work:
        olds = [old for _who, old, _new in touch.changes if old is not None]
        stands = {duty.id: duty for duty in work.duties(ids=[old.id for old in olds])}
        proposal = proposal_in(work)
        proposed = {duty.id: duty for duty in proposal.duties} if proposal is not None else {}
        in_proposal = [old for old in olds if old.id not in stands and old.id in proposed]
        known = stands | {old.id: proposed[old.id] for old in in_proposal}
        if any(known.get(old.id) != old for old in olds):
            raise RuleSaysNo(msg("the roster changed since you looked: look again"))
        if proposal is not None and in_proposal:
            if len(in_proposal) < len(olds):
                raise RuleSaysNo(msg("one of these shifts is published and the other proposed"))
            keep(work, _proposed(proposal, touch))
        else:
            work.save_duties([new for _who, _old, new in touch.changes])
            log_changes(work, touch.changes, reason=reason)
        people = sorted({who for who, _old, _new in touch.changes})
        work.note(
            "proposal.touched" if in_proposal else "duties.touched",
            "roster",
            {"people": people, "reason": reason},
        )
    return people


def _proposed(proposal: Proposal, touch: Touch) -> Proposal:
    """The proposal after a touch: what was touched stays so when the weeks are rostered again."""
    gone = {old.id for _who, old, _new in touch.changes if old is not None}
    made = [
        new.replace(pinned=True, sequence=0)
        for _who, _old, new in touch.changes
        if new.status is not DutyStatus.CANCELLED
    ]
    free = {
        (who, day_of(new)) for who, _old, new in touch.changes if new.status is DutyStatus.CANCELLED
    }
    kept = tuple(duty for duty in proposal.duties if duty.id not in gone)
    return replace(proposal, duties=(*kept, *made), free=proposal.free | free)


@dataclass(frozen=True)
class Gap:
    """Hours that somebody was to work and can't, and who could."""

    duty: Duty
    found: tuple[Candidate, ...]
    refused: tuple[Refusal, ...]

    def lines(self) -> Iterator[str]:
        """Who could, the first never the most burdened; why others can't."""
        yield _("to fill: {hours}, {place}").format(
            hours=hours_text(self.duty), place=self.duty.place
        )
        for n, one in enumerate(self.found, start=1):
            old = hours_text(one.option.old) if one.option.old else _("off")
            yield _("{n}  {who}  {old} > {new}  burden {burden}").format(
                n=n, who=one.person_id, old=old, new=hours_text(one.option.new),
                burden=figure(one.burden, ".1f"),
            )  # fmt: skip
            yield from (f"     · {w.article}: {w.message}" for w in one.warnings)
        for refusal in self.refused:
            if refusal.finding is not None:
                yield f"✗  {refusal.person_id}  {refusal.finding.article}: {refusal.reason}"


def gap_left(desk: Desk, duty_id: str, *, count: int = 5) -> Gap:
    """The first `count` who could take over a duty, in the order in which one would ask, and why
    the others can't. Writes nothing."""
    from orderdesk.roster.explain import candidates, gap_of

    with desk.read() as reader:
        duty = duty_in(reader, duty_id)
        day = local(duty.start).date()
        duties = reader.duties(
            start=at(day, "00:00") - LOOK_BACK, end=at(day, "00:00") + LOOK_AHEAD
        )
        around = [day + timedelta(days=n) for n in (-1, 1)]
        known = availability.members(reader, reader.people(*around), around[0], 3)
        away = Span(start=duty.start, end=duty.end)
        people = tuple(
            replace(m, away=(*m.away, away)) if m.id == duty.person_id else m for m in known
        )
        situation = Situation(
            now=desk.now,
            members=people,
            offers=offers(),
            duties=tuple(duties),
            burdens=burdens_in(reader, desk.now),
        )
    found, refused = candidates(situation, gap_of(duty), rules(), law(), count=count)
    return Gap(duty, found, refused)


def fill_gap(desk: Desk, gap: Gap, person_id: str) -> list[str]:
    """One of the candidates takes the hours over. Raises BadInput, RuleSaysNo."""
    chosen = next((c for c in gap.found if c.person_id == person_id.strip().upper()), None)
    if chosen is None:
        known = ", ".join(c.person_id for c in gap.found)
        raise BadInput(N_("who"), person_id, msg("Choose one of: {known}.", known=known))
    out = [] if gap.duty.status is DutyStatus.CANCELLED else [
        (gap.duty.person_id, gap.duty, _off(gap.duty, desk.now))
    ]  # fmt: skip
    return make_touch(
        desk,
        _touch(desk, *out, (chosen.person_id, chosen.option.old, chosen.option.new)),
    )


def _touch(desk: Desk, *changes: tuple[str, Duty | None, Duty]) -> Touch:
    olds = [old for _who, old, _new in changes if old is not None]
    said = {finding.key for finding in check_with(desk, olds)} if olds else set()
    found = check_with(desk, [new for _who, _old, new in changes])
    with desk.read() as reader:
        availability.refuse_away(
            reader, [new for _w, _old, new in changes if new.status is not DutyStatus.CANCELLED]
        )
    return Touch(tuple(changes), tuple(f for f in found if f.key not in said))


def duty_in(reader: Reader, id: str) -> Duty:
    """A duty that is published or proposed. Raises RuleSaysNo."""
    published = reader.duties(ids=[id])
    proposed = [duty for duty in drafted(proposal_in(reader), published) if duty.id == id]
    for duty in (*published, *proposed):
        return duty
    raise RuleSaysNo(msg("there is no such duty"))


def person_in(reader: Reader, id: str) -> Person:
    """Somebody by service number, in any case of letters. Raises BadInput."""
    wanted = id.strip().upper()
    found = next((p for p in reader.people() if p.id.upper() == wanted), None)
    if found is None:
        raise BadInput(N_("who"), id, msg("Nobody in the team has this number."))
    return found


def _duties_on(reader: Reader, person_id: str, day: date) -> list[Duty]:
    around = reader.duties(start=at(day, "00:00"), end=at(day, "23:59"), person_id=person_id)
    around += [d for d in drafted(proposal_in(reader), around) if d.person_id == person_id]
    return [duty for duty in around if local(duty.start).date() == day]


def _duty_on(reader: Reader, person_id: str, day: date) -> Duty:
    person = person_in(reader, person_id)
    for duty in _duties_on(reader, person.id, day):
        if duty.status is not DutyStatus.CANCELLED:
            return duty
    raise BadInput(N_("who"), person_id, msg("This person is off that day: give it instead."))


def _refuse_deployed(duty: Duty) -> None:
    if any(task.case_id for task in duty.tasks):
        raise RuleSaysNo(msg("{who} is deployed then: plan the case again", who=duty.person_id))


def _with_hours_of(duty: Duty, other: Duty, now: datetime) -> Duty:
    """The duty of one person with the hours, place and tasks of another: its calendar entry
    stays the same one and changes."""
    return duty.replace(
        shift=other.shift, start=other.start, end=other.end, break_minutes=other.break_minutes,
        tasks=other.tasks, place=other.place, sequence=duty.sequence + 1, changed_at=now,
        pinned=False,
    )  # fmt: skip


def _off(duty: Duty, now: datetime) -> Duty:
    _refuse_deployed(duty)
    return duty.replace(
        status=DutyStatus.CANCELLED, sequence=duty.sequence + 1, changed_at=now, pinned=False
    )


def _refitted(duty: Duty, start: datetime, end: datetime) -> tuple[TaskSpan, ...]:
    """The tasks of a duty on another day: in one piece where the clock changes that night."""
    if end - start == duty.end - duty.start:
        by = start - duty.start
        return tuple(t.replace(start=t.start + by, end=t.end + by) for t in duty.tasks)
    return tuple(t.replace(start=start, end=end) for t in duty.tasks[:1])


def pin(desk: Desk, duty_id: str) -> bool:
    """Pin a duty, or let it loose; whether it is pinned now."""
    with desk.work(Role.PLANNER) as work:
        duty = duty_in(work, duty_id)
        pinned = duty.replace(pinned=not duty.pinned)
        proposal = proposal_in(work)
        if proposal is not None and not work.duties(ids=[duty_id]):
            keep(work, proposal.with_duties([pinned]))
        else:
            work.save_duties([pinned])
        return pinned.pinned


def pin_free(desk: Desk, person_id: str, day: date) -> bool:
    """Keep a day of a proposal free for a person, or let it loose; whether it is kept free now."""
    with desk.work(Role.PLANNER) as work:
        proposal = proposal_in(work)
        if proposal is None or not proposal.covers(day):
            raise RuleSaysNo(msg("{who} has no shift on {day}", who=person_id, day=words.day(day)))
        free = proposal.free ^ {(person_id, day)}
        keep(work, replace(proposal, free=free))
        return (person_id, day) in free
