"""What can be done with one person's published duties to meet a demand, and what it costs.

Every `Option` is one change of one person, lawful by the checker over the person's whole known
work. The moves: other work within the same hours, the same shift at other hours, longer hours, a
flex shift on another day of the week, a call from a day off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import combinations

from orderdesk.domain.people import Duty, DutyStatus, Skill, Task, TaskSpan
from orderdesk.domain.time import Span, Week, at, elapsed_minutes, local
from orderdesk.domain.worktime import (
    Finding,
    Stretch,
    WorkingTimeLaw,
    check_team,
    errors,
    require_lawful,
    stretches,
)
from orderdesk.i18n import Msg, msg
from orderdesk.roster.burden import Change, days_off
from orderdesk.roster.problem import Kind, Member, Need, Offer, RosterRules, day_of, standing

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Pool:
    """People whom a neighbour may lend, each for a whole demand."""

    name: str
    most_people: int


@dataclass(frozen=True)
class Situation:
    """Published duties, and what is asked of them now.

    `needs` with a `case_id` ask people for a deployment; people whose tasks already name the case
    count. `needs` without one ask for people on duty and free of deployments. `waterlines` may not
    be undercut by a plan without a `decision` number; undercutting `standing` cover has a price.
    """

    now: datetime
    members: tuple[Member, ...]
    offers: tuple[Offer, ...]
    duties: tuple[Duty, ...]
    """All that are published, as far back as the law looks."""
    needs: tuple[Need, ...] = ()
    waterlines: tuple[Need, ...] = ()
    standing: tuple[Need, ...] = ()
    burdens: Mapping[str, float] = field(default_factory=dict)
    pool: Pool | None = None
    decision: str = ""
    """Number of the driehoek decision that allows the waterline to be undercut."""

    def __post_init__(self) -> None:
        for need in self.needs:
            require_lawful(need.task)

    @cached_property
    def flex_shifts(self) -> frozenset[str]:
        """Ids of the shifts whose hours are reserve."""
        return frozenset(o.shift.id for o in self.offers if o.shift.reserve)

    @cached_property
    def absent(self) -> frozenset[str]:
        """Ids of duties that come that their people can't work."""
        away = {m.id: m.away for m in self.members if m.away}
        return frozenset(
            d.id
            for d in standing(self.duties)
            if d.start > self.now
            and any(a.start < d.end and d.start < a.end for a in away.get(d.person_id, ()))
        )

    @cached_property
    def by_person(self) -> dict[str, list[Duty]]:
        """Duties that will be worked, by person and time."""
        found: dict[str, list[Duty]] = {m.id: [] for m in self.members}
        for duty in sorted(standing(self.duties), key=lambda d: d.start):
            if duty.id not in self.absent:
                found.setdefault(duty.person_id, []).append(duty)
        return found

    def committed(self, need: Need) -> list[Span]:
        """When people already stand at the need's case."""
        return [
            Span(start=t.start, end=t.end)
            for duties in self.by_person.values()
            for d in duties
            for t in d.tasks
            if t.case_id == need.case_id and t.task is need.task and need.case_id
            if t.start < need.span.end and need.span.start < t.end
        ]


@dataclass(frozen=True)
class Serve:
    """Time that somebody gives to a need."""

    need: Need
    start: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        """Elapsed minutes."""
        return elapsed_minutes(self.start, self.end)


@dataclass(frozen=True)
class Option:
    """One lawful change of one person."""

    member: Member
    kind: Kind
    old: Duty | None
    new: Duty
    serves: tuple[Serve, ...]
    reserve_minutes: int
    theme_minutes: int
    """Taken from the theme within the hours that were planned for it."""
    extra_minutes: int
    """Worked beyond the published hours."""
    theme: str
    days_off_cancelled: int
    days_off_moved: int
    notice: timedelta
    weight: float
    """Price of the late change (`data/roster.toml`)."""
    warnings: tuple[Finding, ...] = ()

    @property
    def borrowed_minutes(self) -> int:
        """What themes and people give beyond reserve and days off."""
        if self.kind is Kind.DAY_OFF:
            return 0
        return sum(s.minutes for s in self.serves) - self.reserve_minutes

    @property
    def moved_minutes(self) -> int:
        """By how much the hours of the day move."""
        if self.old is None:
            return 0
        ends = abs(self.new.end - self.old.end) + abs(self.new.start - self.old.start)
        return ends // MINUTE


@dataclass(frozen=True)
class Refusal:
    """Why a person can't help."""

    person_id: str
    reason: Msg
    finding: Finding | None = None


def options(
    situation: Situation, rules: RosterRules, law: WorkingTimeLaw
) -> tuple[list[Option], list[Refusal]]:
    """Every lawful change that meets part of a need, and why the other people can't help."""
    makers = [_Person(situation, rules, law, m) for m in situation.members]
    drafts = [maker.drafts() for maker in makers]
    judged: dict[str, list[Stretch]] = {}
    for p, (maker, own) in enumerate(zip(makers, drafts, strict=True)):
        judged[f"{p}/"] = maker.work(None, None)
        for i, option in enumerate(own):
            judged[f"{p}/{i}"] = maker.work(option.old, option.new)
    found: dict[str, list[Finding]] = {}
    for finding in check_team(judged, law, judged_from=situation.now):
        found.setdefault(finding.person_id, []).append(finding)
    lawful: list[Option] = []
    refused: list[Refusal] = []
    for p, (maker, own) in enumerate(zip(makers, drafts, strict=True)):
        before = {(f.rule, f.start) for f in found.get(f"{p}/", ())}
        kept: list[Option] = []
        breach: Finding | None = None
        for i, option in enumerate(own):
            fresh = [f for f in found.get(f"{p}/{i}", ()) if (f.rule, f.start) not in before]
            if wrong := errors(fresh):
                breach = breach or wrong[0]
            else:
                kept.append(_with_warnings(option, fresh))
        lawful += kept
        if not kept:
            refused.append(maker.refusal(breach))
    return lawful, refused


def _with_warnings(option: Option, found: Sequence[Finding]) -> Option:
    named = tuple(replace(f, person_id=option.member.id) for f in found)
    return replace(option, warnings=named) if named else option


# --- the hours somebody could work ---------------------------------------------------------------


@dataclass(frozen=True)
class _Hours:
    kind: Kind
    old: Duty | None
    start: datetime
    end: datetime
    place: str


@dataclass(frozen=True)
class _Person:
    situation: Situation
    rules: RosterRules
    law: WorkingTimeLaw
    member: Member

    @cached_property
    def duties(self) -> list[Duty]:
        """The member's duties as published."""
        return self.situation.by_person[self.member.id]

    @cached_property
    def soonest(self) -> datetime:
        """The first moment at which hours may differ from what is published."""
        return self.situation.now + timedelta(minutes=self.rules.moves.earliest_minutes)

    def work(self, old: Duty | None, new: Duty | None) -> list[Stretch]:
        """Everything the person works when `old` becomes `new`."""
        kept = [d for d in self.duties if old is None or d.id != old.id]
        known = {d.id for d in kept}
        past = [d for d in self.member.history if d.id not in known]
        duties = [*past, *kept, *([new] if new else [])]
        return stretches(duties).get(self.member.id, [])

    def drafts(self) -> list[Option]:
        """Changes that meet part of a need, not yet judged by the law."""
        made: dict[tuple[object, ...], Option] = {}
        needs = [
            n
            for n in self.situation.needs
            if holds(self.member, n.skill) and n.span.end > self.situation.now
        ]
        for hours in dict.fromkeys(h for need in needs for h in self._hours(need)):
            for serves in self._serves(hours, needs):
                option = self._option(hours, serves)
                key = (hours.old and hours.old.id, option.new.start, option.new.end, serves)
                made.setdefault(key, option)
        return list(made.values())

    def _hours(self, need: Need) -> Iterator[_Hours]:
        day = local(need.span.start).date()
        on_day = [
            d
            for d in self.duties
            if day_of(d) == day or (d.start < need.span.end and need.span.start < d.end)
        ]
        for duty in on_day:
            if duty.start < need.span.end and need.span.start < duty.end:
                yield _Hours(Kind.TASK, duty, duty.start, duty.end, duty.place)
            if not duty.pinned:
                yield from self._shifted(duty, need)
                yield from self._extended(duty, need)
        if not on_day:
            yield from self._moved_flex(need)
            yield from self._called(need)

    def _shifted(self, duty: Duty, need: Need) -> Iterator[_Hours]:
        most = timedelta(minutes=self.rules.moves.most_shift_minutes)
        step = timedelta(minutes=self.rules.moves.step_minutes)
        later = min(-(-(need.span.end - duty.end) // step) * step, most // step * step)
        earlier = min(-(-(duty.start - need.span.start) // step) * step, most // step * step)
        for by in (later, -earlier):
            start, end = duty.start + by, duty.end + by
            wanted = by > timedelta() if by == later else by < timedelta()
            if wanted and self._may_move(duty, start, end):
                flex = duty.shift in self.situation.flex_shifts
                yield _Hours(Kind.FLEX_MOVED if flex else Kind.HOURS, duty, start, end, duty.place)

    def _may_move(self, duty: Duty, start: datetime, end: datetime) -> bool:
        return (
            min(duty.start, start) >= self.soonest
            and all(start <= t.start and t.end <= end for t in duty.tasks if t.case_id)
            and self._free(start, end)
        )

    def _free(self, start: datetime, end: datetime) -> bool:
        return self.member.available(Span(start=start, end=end))

    def _extended(self, duty: Duty, need: Need) -> Iterator[_Hours]:
        most = timedelta(minutes=self.rules.moves.most_extension_minutes)
        if duty.end < need.span.end and duty.end > self.situation.now:
            end = min(need.span.end, duty.end + most)
            if self._free(duty.start, end) and duty.end >= self.soonest:
                yield _Hours(Kind.EXTENDED, duty, duty.start, end, duty.place)
        if need.span.start < duty.start:
            start = max(need.span.start, duty.start - most, self.soonest)
            if start < duty.start and self._free(start, duty.end):
                yield _Hours(Kind.EXTENDED, duty, start, duty.end, duty.place)

    def _moved_flex(self, need: Need) -> Iterator[_Hours]:
        day = local(need.span.start).date()
        for duty in self.duties:
            if (
                duty.shift not in self.situation.flex_shifts
                or duty.pinned
                or duty.start < self.soonest
                or Week.of(duty.start) != Week.of(need.span.start)
                or any(t.case_id for t in duty.tasks)
            ):
                continue
            length = duty.end - duty.start
            start = at(day, local(duty.start).time())
            # The usual hours where they do, else as near to them as the need allows.
            start = min(max(start, need.span.end - length), need.span.start)
            start = max(start, self.soonest)
            if self._free(start, start + length):
                yield _Hours(Kind.FLEX_MOVED, duty, start, start + length, duty.place)

    def _called(self, need: Need) -> Iterator[_Hours]:
        moves = self.rules.moves
        start = max(need.span.start, self.soonest)
        wanted = need.span.end - start
        least = timedelta(minutes=moves.least_call_minutes)
        most = timedelta(minutes=moves.most_call_minutes)
        if wanted < timedelta(minutes=moves.least_piece_minutes):
            return
        length = min(max(wanted, least), most)
        for begin in dict.fromkeys((start, max(start, need.span.end - length))):
            if self._free(begin, begin + length):
                yield _Hours(Kind.DAY_OFF, None, begin, begin + length, need.place)

    # what the hours are used for

    def _serves(self, hours: _Hours, needs: Sequence[Need]) -> Iterator[tuple[Serve, ...]]:
        least = timedelta(minutes=self.rules.moves.least_piece_minutes)
        pieces: list[Serve] = []
        for need in needs:
            if not need.case_id or not need.at_least:
                continue
            start = max(hours.start, need.span.start, self.situation.now)
            end = min(hours.end, need.span.end)
            for free in _longest_free(start, end, hours.old.tasks if hours.old else ()):
                if free.end - free.start >= min(least, need.span.end - need.span.start):
                    pieces.append(Serve(need, free.start, free.end))
        for size in range(1, min(len(pieces), 3) + 1):
            for chosen in combinations(pieces, size):
                if all(a.end <= b.start or b.end <= a.start for a, b in combinations(chosen, 2)):
                    yield chosen
        if hours.kind is not Kind.TASK and any(not n.case_id for n in needs):
            yield ()

    def _option(self, hours: _Hours, serves: tuple[Serve, ...]) -> Option:
        old, now = hours.old, self.situation.now
        flex = old is not None and old.shift in self.situation.flex_shifts
        theme = "" if flex else _theme_of(old) if old else self.member.person.theme
        tasks = lay_tasks(
            hours.start, hours.end, flex, theme, hours.place,
            [*(t for t in (old.tasks if old else ()) if t.case_id), *map(_task, serves)],
            old.tasks if old is not None and hours.kind is Kind.TASK else (),
        )  # fmt: skip
        new = self._duty(hours, tasks)
        change = Change(self.member.id, now, old, new, flex=flex)
        cancelled, moved = days_off([change])
        served = sum(s.minutes for s in serves)
        within = sum(_overlap(s, old) for s in serves) if old else 0
        if hours.kind is Kind.HOURS:
            within = served
        return Option(
            member=self.member,
            kind=change.kind,
            old=old,
            new=new,
            serves=serves,
            reserve_minutes=min(served, new.paid_minutes) if flex else 0,
            theme_minutes=0 if flex or old is None else min(within, old.paid_minutes),
            extra_minutes=new.paid_minutes - (old.paid_minutes if old else 0),
            theme=theme,
            days_off_cancelled=cancelled,
            days_off_moved=moved,
            notice=change.notice,
            weight=change.weight(self.rules),
        )

    def _duty(self, hours: _Hours, tasks: tuple[TaskSpan, ...]) -> Duty:
        old, now = hours.old, self.situation.now
        pause = lawful_break(self.law, hours.start, hours.end, old.break_minutes if old else 0)
        if old is None:
            return Duty(
                id="",
                person_id=self.member.id,
                shift="X",
                start=hours.start,
                end=hours.end,
                break_minutes=pause,
                tasks=tasks,
                place=hours.place,
                changed_at=now,
            )
        return old.replace(
            start=hours.start,
            end=hours.end,
            break_minutes=pause,
            tasks=tasks,
            sequence=old.sequence + 1,
            changed_at=now,
        )

    def refusal(self, breach: Finding | None) -> Refusal:
        """Why nothing is left for this person: the law, absence, skill, or duties elsewhere."""
        if breach is not None:
            return Refusal(self.member.id, breach.message, breach)
        needs = self.situation.needs
        reason = why_idle(self.situation, self.member, *needs)
        return Refusal(self.member.id, reason)


def why_idle(situation: Situation, member: Member, *needs: Need) -> Msg:
    """Why a member has no move at all that helps with any of the needs."""
    if not any(holds(member, n.skill) for n in needs):
        return msg("lacks the skill that is asked")
    if not any(member.available(n.span) for n in needs):
        return msg("not available")
    there = [
        d
        for d in situation.by_person[member.id]
        if any(d.start < n.span.end and n.span.start < d.end for n in needs)
    ]
    if any(
        t.case_id and t.start < n.span.end and n.span.start < t.end
        for d in there
        for t in d.tasks
        for n in needs
    ):
        return msg("already deployed then")
    if there:
        return msg("already on duty then")
    return msg("no move within the rules reaches these hours")


def _longest_free(start: datetime, end: datetime, tasks: Iterable[TaskSpan]) -> list[Span]:
    """The longest part of a stretch in which nobody is deployed: one span or none."""
    busy = sorted((t.start, t.end) for t in tasks if t.case_id and t.start < end and start < t.end)
    free: list[tuple[timedelta, datetime, datetime]] = []
    since = start
    for begins, ends in [*busy, (end, end)]:
        if since < begins:
            free.append((begins - since, since, begins))
        since = max(since, ends)
    if not free:
        return []
    _, begins, ends = max(free, key=lambda f: f[0])
    return [Span(start=begins, end=ends)]


def _task(serve: Serve) -> TaskSpan:
    return TaskSpan(
        start=serve.start,
        end=serve.end,
        task=serve.need.task,
        case_id=serve.need.case_id,
        place=serve.need.place,
    )


def _theme_of(duty: Duty) -> str:
    return next((t.theme for t in duty.tasks if t.theme), "")


def _overlap(serve: Serve, duty: Duty) -> int:
    return max(0, (min(serve.end, duty.end) - max(serve.start, duty.start)) // MINUTE)


def lay_tasks(
    start: datetime,
    end: datetime,
    flex: bool,
    theme: str,
    place: str,
    deployed: Iterable[TaskSpan],
    before: Iterable[TaskSpan] = (),
) -> tuple[TaskSpan, ...]:
    """The tasks of a shift from `start` to `end`: deployments, and what lies between them.

    Between them stays what was there (`before`); where nothing was, it is theme work, or reserve
    on a flex shift.
    """
    laid = sorted(deployed, key=lambda t: t.start)
    kept = [t for t in before if not t.case_id]
    spans: list[TaskSpan] = []
    since = start
    for task in [*laid, None]:
        until = end if task is None else task.start
        if since < until:
            spans += _between(since, until, kept, flex, theme, place)
        if task is not None:
            spans.append(task)
            since = max(since, task.end)
    return tuple(spans)


def _between(
    start: datetime, end: datetime, kept: Sequence[TaskSpan], flex: bool, theme: str, place: str
) -> Iterator[TaskSpan]:
    since = start
    usual = Task.RESERVE if flex else Task.THEME_WORK
    for task in [*kept, None]:
        begins = end if task is None else min(max(task.start, since), end)
        if since < begins:
            yield TaskSpan(start=since, end=begins, task=usual, theme=theme, place=place)
        if task is None:
            return
        since = max(since, begins)
        ends = min(task.end, end)
        if since < ends:
            yield task.replace(start=since, end=ends)
            since = ends


def lawful_break(law: WorkingTimeLaw, start: datetime, end: datetime, at_least: int) -> int:
    """The shortest break in minutes that the law allows for these hours, `at_least` given."""
    norm = law.breaks[-1]
    pause = at_least
    for step in sorted(norm.steps, key=lambda s: s.over_hours):
        if elapsed_minutes(start, end) - pause > step.over_hours * 60:
            pause = max(pause, norm.short.minutes if norm.short.agreed else step.minutes)
    return pause


def holds(member: Member, skill: Skill | None) -> bool:
    """Whether a member has a skill; no skill asked is always held."""
    return skill is None or skill in member.person.skills


def cancelled(duty: Duty, now: datetime) -> Duty:
    """The duty called off: it stays in feeds, one sequence higher."""
    return duty.replace(status=DutyStatus.CANCELLED, sequence=duty.sequence + 1, changed_at=now)
