"""Touching single shifts by hand: each touch says first what the law says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from orderdesk.desk import availability, words
from orderdesk.desk.core import Desk
from orderdesk.desk.rostering.parameters import LOOK_AHEAD, LOOK_BACK, law, offers, rules
from orderdesk.desk.rostering.record import burdens_in, log_changes
from orderdesk.domain.people import Duty, DutyStatus, Person, Role, TaskSpan
from orderdesk.domain.time import Span, at, local
from orderdesk.domain.worktime import Finding, check_duties, errors
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, _, figure, msg
from orderdesk.roster.moves import Refusal, Situation

if TYPE_CHECKING:
    from orderdesk.roster.explain import Candidate
    from orderdesk.store.work import Reader


def check_with(desk: Desk, changed: Sequence[Duty]) -> tuple[Finding, ...]:
    """What the law says of the roster with these duties in it, for their people only."""
    people = {duty.person_id for duty in changed}
    ids = {duty.id for duty in changed}
    with desk.read() as reader:
        duties = [
            duty
            for person in people
            for duty in reader.duties(person_id=person)
            if duty.id not in ids
        ]
    return tuple(check_duties([*duties, *changed], law()))


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
    return f"{duty.shift} {words.moment(duty.start)}-{words.clock(duty.end)}"


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

    Raises RuleSaysNo (rule 23) when the law forbids it, or when the roster changed since.
    """
    if not touch.lawful:
        raise RuleSaysNo(errors(touch.findings)[0].message, "23")
    with desk.work(Role.PLANNER) as work:
        stands = {duty.id: duty for duty in work.duties()}
        if any(old is not None and stands.get(old.id) != old for _who, old, _new in touch.changes):
            raise RuleSaysNo(msg("the roster changed since you looked: look again"))
        work.save_duties([new for _who, _old, new in touch.changes])
        log_changes(work, touch.changes, reason=reason)
        work.note("duties.touched", "roster", {"people": [who for who, _, _ in touch.changes],
                                               "reason": reason})  # fmt: skip
    return sorted({who for who, _old, _new in touch.changes})


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


def gap_left(desk: Desk, duty_id: str) -> Gap:
    """Who could take over a duty, in the order in which one would ask. Writes nothing."""
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
    found, refused = candidates(situation, gap_of(duty), rules(), law())
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
    return Touch(tuple(changes), tuple(f for f in found if f.key not in said))


def duty_in(reader: Reader, id: str) -> Duty:
    found = next((d for d in reader.duties() if d.id == id), None)
    if found is None:
        raise RuleSaysNo(msg("there is no such duty"))
    return found


def person_in(reader: Reader, id: str) -> Person:
    wanted = id.strip().upper()
    found = next((p for p in reader.people() if p.id.upper() == wanted), None)
    if found is None:
        raise BadInput(N_("who"), id, msg("Nobody in the team has this number."))
    return found


def _duties_on(reader: Reader, person_id: str, day: date) -> list[Duty]:
    around = reader.duties(start=at(day, "00:00"), end=at(day, "23:59"), person_id=person_id)
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
        duty = next((d for d in work.duties() if d.id == duty_id), None)
        if duty is None:
            raise RuleSaysNo(msg("there is no such duty"))
        work.save_duties([duty.replace(pinned=not duty.pinned)])
        return not duty.pinned
