"""Looking at the roster: people by days, published and proposed, cover against need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from orderdesk.desk import availability, weeks, words
from orderdesk.desk.core import Desk
from orderdesk.desk.rostering import oncall
from orderdesk.desk.rostering.parameters import LOOK_BACK, law, offers, rules, waterlines
from orderdesk.desk.rostering.proposal import drafted, proposal_in
from orderdesk.domain.people import Duty, DutyStatus, OnCall, Person
from orderdesk.domain.time import Week, at, local
from orderdesk.domain.worktime import Finding, check_duties, errors
from orderdesk.i18n import N_, _
from orderdesk.roster.problem import Need, day_of, standing, standing_needs, waterline_needs

PUBLISHED, PROPOSED, OPEN = N_("published"), N_("proposal"), N_("not published")
_STEP = timedelta(minutes=30)


@dataclass(frozen=True)
class Cover:
    """People on a shift of a day, or the fewest at a place in the hours of its waterline."""

    have: int
    need: int

    @property
    def short(self) -> int:
        """People lacking."""
        return max(0, self.need - self.have)


@dataclass(frozen=True)
class RosterView:
    """People x days, with the cover of each day."""

    days: tuple[date, ...]
    people: tuple[Person, ...]
    cells: Mapping[tuple[str, date], tuple[Duty, ...]]
    """What stands before what was dropped."""
    findings: tuple[Finding, ...]
    proposed: frozenset[str]
    """Ids of duties that are only proposed."""
    free: frozenset[tuple[str, date]]
    """Person and day that a proposal keeps free."""
    stages: Mapping[Week, str]
    """What each week is: published, proposal or open."""
    shifts: Mapping[str, str]
    """Name of each shift on offer, by id."""
    shift_cover: Mapping[tuple[str, date], Cover]
    waterline: Mapping[tuple[str, date], Cover]
    """By place and day."""
    away: frozenset[tuple[str, date]] = frozenset()
    """Person and day on which somebody is away or not available; never why."""
    on_call: Mapping[tuple[str, date], OnCall] = field(default_factory=dict)
    """The spell of being on call that touches a person's day."""

    def duty(self, person_id: str, day: date) -> Duty | None:
        """The duty of a day, one that was dropped only where none stands."""
        return next(iter(self.cells.get((person_id, day), ())), None)

    def mark(self, person_id: str, day: date) -> str:
        """A cell in three signs: shift (small: proposed), * at a deployment, ^ pinned, ! breaks
        the law or falls in an absence, ° on call; x dropped, · free, – away."""
        call = "°" if (person_id, day) in self.on_call else ""
        duty = self.duty(person_id, day)
        if duty is None and (person_id, day) in self.away:
            return "–"
        if duty is None:
            return f"·{'^' if (person_id, day) in self.free else ''}{call}"
        dropped = duty.status is DutyStatus.CANCELLED
        sign = "x" if dropped else words.shift_sign(duty.shift)
        deployed = "*" if any(task.case_id for task in duty.tasks) else ""
        pinned = "^" if duty.pinned else ""
        works = duty.status is not DutyStatus.CANCELLED
        missing = works and (person_id, day) in self.away
        broken = "!" if missing or (person_id, day) in self.broken else ""
        return (
            f"{sign.lower() if duty.id in self.proposed else sign}{deployed}{pinned}{broken}{call}"
        )

    @cached_property
    def broken(self) -> frozenset[tuple[str, date]]:
        """Person and day at which a breach of the law begins."""
        return frozenset((f.person_id, local(f.start).date()) for f in errors(self.findings))

    def minutes(self, person_id: str, days: Iterable[date]) -> int:
        """Paid minutes of a person on some days."""
        return sum(
            duty.paid_minutes
            for day in days
            for duty in standing(self.cells.get((person_id, day), ()))
        )

    def cover(self, day: date) -> int:
        """People who work on a day."""
        return sum(bool(standing(self.cells.get((p.id, day), ()))) for p in self.people)

    def cover_of(self, day: date) -> Iterator[tuple[str, Cover]]:
        """Each shift that is asked that day, and each waterline, with its cover."""
        for id, name in self.shifts.items():
            if cover := self.shift_cover.get((id, day)):
                yield name, cover
        for (place, on), cover in self.waterline.items():
            if on == day:
                yield _("waterline {place}").format(place=place), cover

    def said_of(self, person_id: str) -> tuple[Finding, ...]:
        """What the law says of a person's days that are shown."""
        first, last = at(self.days[0], "00:00"), at(self.days[-1], "23:59")
        return tuple(
            f
            for f in self.findings
            if f.person_id == person_id and f.end > first and f.start <= last
        )


def view(desk: Desk, first: date, days: int) -> RosterView:
    """The roster from `first` on, with what is proposed where nothing is published."""
    shown = tuple(first + timedelta(days=n) for n in range(days))
    with desk.read() as reader:
        published = reader.duties(start=at(first, "00:00") - LOOK_BACK, end=at(shown[-1], "23:59"))
        proposal = proposal_in(reader)
        people = tuple(reader.people(shown[0], shown[-1]))
        away = availability.away_days(reader, people, shown)
        calls = oncall.spells_in(reader)
        needs = tuple(weeks.with_flex(reader, standing_needs(rules(), shown, offers()), offers()))
    draft = [d for d in drafted(proposal, published) if first <= day_of(d) <= shown[-1]]
    duties = [*published, *draft]
    cells: dict[tuple[str, date], tuple[Duty, ...]] = {}
    for duty in sorted(duties, key=lambda d: (d.status is DutyStatus.CANCELLED, d.start)):
        key = duty.person_id, day_of(duty)
        cells[key] = (*cells.get(key, ()), duty)
    told = {day_of(duty) for duty in standing(published)}
    stages = {}
    for day in shown:
        week = Week.of(day)
        if day in told:
            stages[week] = PUBLISHED
        elif proposal is not None and proposal.covers(day):
            stages.setdefault(week, PROPOSED)
        else:
            stages.setdefault(week, OPEN)
    stand = [d for d in standing(duties) if first <= day_of(d) <= shown[-1]]
    return RosterView(
        days=shown,
        people=people,
        cells=cells,
        findings=(*check_duties(duties, law()), *oncall.findings(duties, calls)),
        proposed=frozenset(duty.id for duty in draft),
        free=proposal.free if proposal is not None else frozenset(),
        stages=stages,
        shifts={o.shift.id: o.shift.name for o in offers()},
        shift_cover=_shift_cover(stand, needs),
        waterline={
            (need.place, local(need.span.start).date()): Cover(_fewest(stand, need), need.at_least)
            for need in waterline_needs(waterlines(), shown)
        },
        away=away,
        on_call={(spell.person_id, day): spell for spell in calls for day in oncall.days_of(spell)},
    )


def _shift_cover(duties: Iterable[Duty], needs: Iterable[Need]) -> dict[tuple[str, date], Cover]:
    have: dict[tuple[str, date], int] = {}
    for duty in duties:
        key = duty.shift, day_of(duty)
        have[key] = have.get(key, 0) + 1
    return {
        key: Cover(have.get(key, 0), need.at_least)
        for need in needs
        if need.shift
        for key in [(need.shift, local(need.span.start).date())]
    }


def _fewest(duties: Iterable[Duty], need: Need) -> int:
    """The fewest people at a place, not deployed, at any half hour of a need."""
    there = [
        duty
        for duty in duties
        if duty.place == need.place and duty.start < need.span.end and need.span.start < duty.end
    ]
    counts = []
    moment = need.span.start
    while moment < need.span.end:
        counts.append(
            sum(
                duty.start <= moment < duty.end
                and not any(t.case_id and t.start <= moment < t.end for t in duty.tasks)
                for duty in there
            )
        )
        moment += _STEP
    return min(counts, default=0)


def shift_lines(shown: RosterView, person: Person, day: date) -> Iterator[str]:
    """What one person does on one day, in words."""
    duties = shown.cells.get((person.id, day), ())
    if (spell := shown.on_call.get((person.id, day))) is not None:
        yield f"{words.day(day)}  ° {oncall.spell_text(spell)}"
    if not duties:
        kept = _("kept free") if (person.id, day) in shown.free else _("free")
        kept = _("away") if (person.id, day) in shown.away else kept
        yield f"{words.day(day)}  {kept}"
    for duty in duties:
        if duty.status is DutyStatus.CANCELLED:
            yield f"{words.day(day)}  " + _("dropped: {hours}").format(hours=words.shift(duty))
            continue
        tasks = ", ".join(
            f"{words.clock(task.start)} {_(words.TASKS[task.task])}" for task in duty.tasks
        )
        name = shown.shifts.get(duty.shift, _("own hours"))
        state = "  (" + _(PROPOSED) + ")" if duty.id in shown.proposed else ""
        pinned = "  ^ " + _("pinned") if duty.pinned else ""
        yield (
            f"{words.day(day)}  {name} {words.clock(duty.start)}-{words.clock(duty.end)} "
            f"{duty.place}: {tasks}{state}{pinned}"
        )


def differences(desk: Desk) -> list[str]:
    """What is different from the calendars as they were last written, person by person."""
    from orderdesk.calendars.changes import What, difference
    from orderdesk.desk.publishing import feeds_in, published
    from orderdesk.desk.receipts import CHANGES

    with desk.read() as reader:
        before = published(reader)
        made = feeds_in(desk, reader, before)
    lines = []
    for name, content in sorted(made.items()):
        if not name.startswith("person/") or before.get(name) == content:
            continue
        who = name.removeprefix("person/").removesuffix(".ics")
        if name not in before:
            lines.append(_("{who}: never published").format(who=who))
            continue
        for change in difference(before[name], content):
            what = ", ".join(sorted(_(CHANGES[w]) for w in change.what))
            now = change.after if What.CALLED_OFF not in change.what else change.before
            title = now.title if now is not None else ""
            lines.append(f"{who}  {words.moment(change.moment)}  {what}  {title}")
    return lines
