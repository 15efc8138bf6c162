"""What the roster asks of each person, in words: for that person and the planner alone.

Nothing here ranks people: lines come by service number, the team sees from-to and no names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from orderdesk.desk import availability, words
from orderdesk.desk.core import Desk, may
from orderdesk.desk.rostering import oncall
from orderdesk.desk.rostering.parameters import law, rules
from orderdesk.desk.rostering.record import burdens_in, changes_in
from orderdesk.desk.rostering.touching import person_in
from orderdesk.domain.people import Duty, Person, Request, Role
from orderdesk.domain.time import Week, at, local
from orderdesk.domain.worktime import Stretch
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import N_, _, figure, msg
from orderdesk.roster.grid import is_night
from orderdesk.roster.problem import day_of, standing

if TYPE_CHECKING:
    from orderdesk.store.work import Reader

_HOURS_A_BAR = 4
NIGHTS, WEEKENDS, EVENINGS, CHANGES = "nights", "weekends", "evenings", "changes"
CALLS = "calls"
NAMES = {
    NIGHTS: N_("night shifts"), WEEKENDS: N_("weekend shifts"), EVENINGS: N_("evening shifts"),
    CHANGES: N_("late changes"), CALLS: N_("days on call"),
}  # fmt: skip


@dataclass(frozen=True)
class Carried:
    """What one person carried over the weeks of fairness."""

    person_id: str
    contract_minutes: int
    counts: Mapping[str, int]
    asked: int
    granted: int


def must_see(desk: Desk, person: Person) -> None:
    """Raise RuleSaysNo unless this user is that person or plans."""
    if not may(desk.actor, Role.PLANNER) and desk.actor.name != person.name:
        raise RuleSaysNo(
            msg("what {who} carried is for {who} and the planner to see", who=person.id)
        )


def carried_in(
    reader: Reader, people: Sequence[Person], until: datetime, proposed: Sequence[Duty] = ()
) -> list[Carried]:
    """What each of `people` carried in the weeks before `until`, by service number; with what is
    proposed in those weeks."""
    since = until - timedelta(weeks=rules().fairness.weeks)
    published = reader.duties(start=since, end=until)
    known = {duty.id for duty in published}
    duties: dict[str, list[Duty]] = {}
    for duty in standing([*published, *(d for d in proposed if d.id not in known)]):
        duties.setdefault(duty.person_id, []).append(duty)
    late: dict[str, int] = {}
    for change in changes_in(reader):
        if since <= change.told_at < until and change.weight(rules()) > 0:
            late[change.person_id] = late.get(change.person_id, 0) + 1
    asked: dict[str, list[Request]] = {}
    for request in availability.requests_in(reader, since.date(), until.date()):
        asked.setdefault(request.person_id, []).append(request)
    calls = Counter(
        spell.person_id
        for spell in oncall.spells_in(reader, since, until)
        for day in oncall.days_of(spell)
        if since.date() <= day < until.date()
    )
    return [
        _carried(
            p,
            duties.get(p.id, []),
            {CHANGES: late.get(p.id, 0), CALLS: calls[p.id]},
            asked.get(p.id, []),
        )
        for p in sorted(people, key=lambda p: p.id)
    ]


def _carried(
    person: Person, duties: Sequence[Duty], counted: Mapping[str, int], asked: Sequence[Request]
) -> Carried:
    night = law().night_shift[-1]
    evening = rules().fairness.late_ends_after
    return Carried(
        person_id=person.id,
        contract_minutes=person.contract_minutes,
        counts={
            NIGHTS: sum(is_night(Stretch(d.start, d.end), night) for d in duties),
            WEEKENDS: sum(local(d.start).weekday() >= 5 for d in duties),
            EVENINGS: sum(local(d.end).time() >= evening for d in duties),
            **counted,
        },
        asked=len(asked),
        granted=sum(_granted(request, duties) for request in asked),
    )


def _granted(request: Request, duties: Iterable[Duty]) -> bool:
    worked = {duty.shift for duty in duties if day_of(duty) == request.day}
    met = request.shift in worked if request.shift else not worked
    return met is request.wanted


def own_lines(carried: Sequence[Carried], person_id: str) -> Iterator[str]:
    """One person's line beside the fair share: what the team carried, by hours of contract."""
    own = next(c for c in carried if c.person_id == person_id)
    contract = sum(c.contract_minutes for c in carried) or 1
    for kind, name in NAMES.items():
        total = sum(c.counts[kind] for c in carried)
        if not total:
            continue
        share = total * own.contract_minutes / contract
        yield _("{what}: {n}, a fair share is {share}").format(
            what=_(name), n=own.counts[kind], share=figure(share, ".1f")
        )
    if own.asked:
        yield _("wishes granted: {n} of {all}").format(n=own.granted, all=own.asked)


def spread_lines(carried: Sequence[Carried]) -> Iterator[str]:
    """How evenly the team carries, from least to most, without a name."""
    for kind, name in NAMES.items():
        counts = [c.counts[kind] for c in carried]
        if any(counts):
            yield _("{what}: {low}-{high} a person, {mean} on average").format(
                what=_(name), low=min(counts), high=max(counts),
                mean=figure(sum(counts) / len(counts), ".1f"),
            )  # fmt: skip
    asked = sum(c.asked for c in carried)
    if asked:
        yield _("wishes granted: {n} of {all}").format(n=sum(c.granted for c in carried), all=asked)


def year_of(desk: Desk, person_id: str) -> list[str]:
    """What a year brought one person: week by week, and over the weeks of fairness.

    Raises RuleSaysNo for who is neither that person nor a planner.
    """
    with desk.read() as reader:
        person = person_in(reader, person_id)
        must_see(desk, person)
        since = desk.now - timedelta(days=365)
        duties = standing(reader.duties(start=since, end=desk.now, person_id=person.id))
        changes = [c for c in changes_in(reader) if c.person_id == person.id]
        burdens = burdens_in(reader, desk.now)
        carried = carried_in(reader, reader.people(), desk.now)
        calls = Counter(
            Week.of(at(day, "12:00"))
            for spell in oncall.spells_in(reader, since, desk.now)
            if spell.person_id == person.id
            for day in oncall.days_of(spell)
            if since.date() <= day <= local(desk.now).date()
        )
    weeks: dict[Week, list[Duty]] = {}
    for duty in duties:
        weeks.setdefault(Week.of(duty.start), []).append(duty)
    late = {Week.of(c.told_at): 0.0 for c in changes}
    for change in changes:
        late[Week.of(change.told_at)] += change.weight(rules())
    lines = [f"{person.id} {person.name}", ""]
    lines.append(_("over {n} weeks").format(n=rules().fairness.weeks))
    lines += [f"  {text}" for text in own_lines(carried, person.id)]
    lines.append(
        "  "
        + _("burden of late changes in {weeks} weeks: {n}").format(
            weeks=rules().burden.weeks, n=figure(burdens.get(person.id, 0.0), ".1f")
        )
    )
    lines += ["", _("week by week, a block is {n} h").format(n=_HOURS_A_BAR)]
    for week in sorted({*weeks, *late, *calls}, key=str):
        worked = weeks.get(week, [])
        minutes = sum(d.paid_minutes for d in worked)
        weekend = sum(local(d.start).weekday() >= 5 for d in worked)
        lines.append(
            f"{week}  {words.hours(minutes):>5} {'█' * round(minutes / 60 / _HOURS_A_BAR):<12}"
            + (f"  {_('weekend')} {weekend}" if weekend else "")
            + (f"  {_('on call')} {calls[week]}" if calls[week] else "")
            + (f"  {_('late changes')} {words.number(late[week])}" if late.get(week) else "")
        )
    return lines
