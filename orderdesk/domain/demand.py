"""From a case to the people it asks for: role x number x from-to x place, by norms that are data.

What an enforcement officer (BOA) may do at all, what a police unit costs, what a district must keep
(the waterline), and how many of the people on paper can be planned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from math import ceil
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from orderdesk.domain.events import Case, Form, Kind, Source
from orderdesk.domain.people import Task
from orderdesk.domain.time import ZONE, Span, elapsed_minutes, local, utc
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, Msg, msg
from orderdesk.reference import LocalText, ReferenceFile, Strict

People = Annotated[int, Field(ge=0, le=1000)]
Minutes = Annotated[int, Field(ge=0, le=14 * 24 * 60)]
Share = Annotated[float, Field(ge=0, le=1)]
GatheringClass = Literal["laag", "midden", "hoog"]


# --- norms ----------------------------------------------------------------------------------


class NumberNorm(Strict):
    """People per class for gatherings from a size on."""

    id: str
    from_size: Annotated[int, Field(ge=0)]
    laag: People
    midden: People
    hoog: People
    reason: LocalText

    def of(self, risk_class: str) -> int:
        """The number for a class."""
        numbers = {"laag": self.laag, "midden": self.midden, "hoog": self.hoog}
        return numbers[risk_class]


class WindowNorm(Strict):
    """Minutes before the start and after the end, by class, for gatherings from a size on."""

    id: str
    classes: frozenset[GatheringClass]
    from_size: Annotated[int, Field(ge=0)]
    before: Minutes
    after: Minutes
    reason: LocalText


class CounterWindow(Strict):
    """The least time before a counter-group arrives."""

    before: Minutes
    reason: LocalText


class KindNorm(Strict):
    """The share of a demonstration's people that another kind of gathering asks for."""

    kind: Kind
    share: Share
    reason: LocalText


class TaskNorm(Strict):
    """Which task the first, second, third... person gets; then from the first again."""

    forms: frozenset[Form]
    order: Annotated[tuple[Task, ...], Field(min_length=1)]


class PreparationNorm(Strict):
    """Minutes of preparation by class."""

    laag: Minutes
    midden: Minutes
    hoog: Minutes
    unannounced: Minutes
    reason: LocalText


class EventNorm(Strict):
    """People for an event of these classes."""

    classes: frozenset[Literal["0", "A", "B", "C"]]
    boa: People
    reason: LocalText


class EventWindow(Strict):
    """Minutes round an event, tasks in order, preparation."""

    before: Minutes
    after: Minutes
    order: Annotated[tuple[Task, ...], Field(min_length=1)]
    preparation: Minutes
    reason: LocalText


class SecurityNorm(Strict):
    """Security that the organiser of an event brings, on the event terrain only."""

    per_visitors: Annotated[int, Field(ge=1)]
    at_least: People
    from_visitors: Annotated[int, Field(ge=0)]
    reason: LocalText


class Package(Strict):
    """People that a scenario card calls when its trigger is seen."""

    id: str
    name: LocalText
    tasks: tuple[Task, ...]
    minutes: Minutes
    from_those_present: bool = False
    """They change task and cost no more hours."""


class Choice(Strict):
    """One of the deployments offered for an unannounced gathering."""

    id: str
    name: LocalText
    share: Share
    on_call: People = 0


class Units(Strict):
    """Police units: people, and hours per person of one deployment with its preparation."""

    hours_per_person: Annotated[int, Field(ge=1, le=48)]
    people: dict[str, People]


class Norms(ReferenceFile):
    """`data/staffing_norms.toml`."""

    lawful_for_boa: frozenset[Task]
    assumed_start: time
    assumed_minutes: Minutes
    assumed_size: People
    longest_minutes: Minutes
    round_minutes: Minutes
    numbers: tuple[NumberNorm, ...]
    counter_numbers: tuple[NumberNorm, ...]
    windows: tuple[WindowNorm, ...]
    counter_window: CounterWindow
    kinds: tuple[KindNorm, ...]
    tasks: tuple[TaskNorm, ...]
    preparation: PreparationNorm
    events: tuple[EventNorm, ...]
    event_window: EventWindow
    event_security: SecurityNorm
    packages: tuple[Package, ...]
    choices: tuple[Choice, ...]
    units: Units

    @model_validator(mode="after")
    def _complete_and_lawful(self) -> Self:
        tables = [
            [n.from_size for n in self.numbers],
            [n.from_size for n in self.counter_numbers],
            *(
                [w.from_size for w in self.windows if c in w.classes]
                for c in get_args(GatheringClass)
            ),
        ]
        if any(not sizes or sizes[0] != 0 or sizes != sorted(set(sizes)) for sizes in tables):
            raise ValueError("numbers and windows must start at size 0 and rise")
        if any(sum(form in t.forms for t in self.tasks) != 1 for form in Form):
            raise ValueError("tasks: each form needs exactly one order")
        given = {t for norm in self.tasks for t in norm.order} | set(self.event_window.order)
        given |= {t for package in self.packages for t in package.tasks}
        if given - self.lawful_for_boa:
            raise ValueError(f"not lawful for a BOA: {sorted(given - self.lawful_for_boa)}")
        return self


# --- what a BOA may do ----------------------------------------------------------------------


def check_lawful(tasks: Iterable[Task], norms: Norms) -> None:
    """Refuse to give a BOA what only the police may do (rule 19).

    Restoring order, separating groups, arresting and riot police are tasks of the police under the
    mayor or the prosecutor. Theme work and waiting on a flex shift are no deployment and pass.
    """
    allowed = norms.lawful_for_boa | {Task.THEME_WORK, Task.RESERVE}
    for task in tasks:
        if task not in allowed:
            raise RuleSaysNo(
                msg(
                    "An enforcement officer may not do {task}: that is a police task. Lawful are "
                    "{lawful}.",
                    task=TASK_NAMES[task],
                    lawful=_Listed(sorted(norms.lawful_for_boa)),
                ),
                "19",
            )


TASK_NAMES: Mapping[Task, Msg] = {
    Task.SUPERVISION: msg("supervision"),
    Task.TRAFFIC: msg("traffic"),
    Task.PUBLIC_INFORMATION: msg("public information"),
    Task.WASTE: msg("waste and terraces"),
    Task.HOST: msg("host"),
    Task.THEME_WORK: msg("theme work"),
    Task.RESERVE: msg("reserve"),
    Task.RESTORE_ORDER: msg("restoring order"),
    Task.SEPARATE_GROUPS: msg("separating groups"),
    Task.ARREST: msg("arrest"),
    Task.RIOT_POLICE: msg("riot police"),
}


@dataclass(frozen=True)
class _Listed:
    """Names of tasks, translated when shown."""

    tasks: Sequence[Task]

    def __str__(self) -> str:
        return ", ".join(str(TASK_NAMES[task]) for task in self.tasks)


def unit_minutes(unit: str, norms: Norms, count: int = 1) -> int:
    """What `count` police units cost: people x hours of one deployment, in minutes (rule 22)."""
    people = norms.units.people.get(unit)
    if people is None or count < 1:
        raise BadInput(
            N_("unit"),
            unit if people is None else count,
            msg("Known units: {units}; at least one.", units=", ".join(norms.units.people)),
        )
    return count * people * norms.units.hours_per_person * 60


# --- demand ---------------------------------------------------------------------------------


class Carrier(StrEnum):
    """Who carries a block."""

    RESERVE = "reserve"
    ROSTER = "roster"
    ORGANISER = "organiser"


@dataclass(frozen=True)
class Block:
    """So many people on one task, from-to, at a place."""

    task: Task
    number: int
    span: Span
    place: str
    carrier: Carrier
    norm: str
    """Id of the norm it follows from."""
    reasons: tuple[LocalText, ...]

    @property
    def minutes(self) -> int:
        """People x elapsed minutes."""
        return self.number * self.span.minutes


@dataclass(frozen=True)
class Demand:
    """What one case asks for, and why."""

    case_id: str
    blocks: tuple[Block, ...]
    preparation_minutes: int
    assumed: tuple[Msg, ...] = ()
    """What wasn't known and was assumed instead."""

    def minutes(self, carrier: Carrier = Carrier.RESERVE) -> int:
        """Deployed minutes that `carrier` carries, preparation not included."""
        return sum(block.minutes for block in self.blocks if block.carrier is carrier)

    def people(self, moment: datetime, carrier: Carrier = Carrier.RESERVE) -> int:
        """How many are asked for at a moment."""
        return sum(
            b.number for b in self.blocks if b.carrier is carrier and b.span.contains(moment)
        )

    @property
    def most_people(self) -> int:
        """The most that the reserve is asked for at one moment."""
        return max((self.people(block.span.start) for block in self.blocks), default=0)


def demand(
    case: Case,
    risk_class: str,
    norms: Norms,
    *,
    first: Case | None = None,
    share: float = 1.0,
) -> Demand:
    """What a case asks for (or `share` of it, rounded up to pairs).

    `risk_class`: laag, midden or hoog; 0, A, B or C for an event. A counter pair is staffed as one:
    the first gathering keeps the people of its class *without* the counter-group, and what the
    counter-group adds stands with the counter-demonstration, called with `first` and the class of
    the pair. Raises BadInput for an unknown class.
    """
    if case.is_event:
        return _event_demand(case, risk_class, norms)
    if risk_class not in ("laag", "midden", "hoog"):
        raise BadInput(N_("class"), risk_class, msg("Use laag, midden or hoog."))
    assumed: list[Msg] = []
    size = _size(case, norms, assumed)
    number, norm, reasons = _number(case, size, risk_class, norms, counter=first is not None)
    number = number if share == 1 else min(number, 2 * ceil(number * share / 2))
    order = next(t.order for t in norms.tasks if case.form in t.forms)
    blocks = []
    for core in _cores(case, norms, assumed):
        span, why = _window(core, size, risk_class, norms, first)
        blocks += _dealt(order, number, span, _place(case), Carrier.RESERVE, norm, (*reasons, *why))
    return Demand(
        case_id=case.id,
        blocks=tuple(blocks),
        preparation_minutes=_preparation(case, risk_class, norms) if case.is_wom else 0,
        assumed=tuple(assumed),
    )


def _place(case: Case) -> str:
    return case.place_id or case.place_text


def _size(case: Case, norms: Norms, assumed: list[Msg]) -> int:
    for size in (case.expected, case.expected_high, case.expected_low):
        if size is not None:
            return size
    assumed.append(msg("Number unknown: planned as for {n}.", n=norms.assumed_size))
    return norms.assumed_size


def _number(
    case: Case, size: int, risk_class: str, norms: Norms, *, counter: bool
) -> tuple[int, str, tuple[LocalText, ...]]:
    table = norms.counter_numbers if counter else norms.numbers
    norm = next(n for n in reversed(table) if size >= n.from_size)
    kind = next((k for k in norms.kinds if k.kind is case.kind), None)
    if kind is None:
        return norm.of(risk_class), norm.id, (norm.reason,)
    return ceil(norm.of(risk_class) * kind.share), norm.id, (norm.reason, kind.reason)


def _cores(case: Case, norms: Norms, assumed: list[Msg]) -> list[Span]:
    """When the gathering itself is: once, or a round on each day of a long one."""
    if case.span is None:
        assumed.append(msg("Date and time unknown: no hours planned yet."))
        return []
    if not case.time_known:
        assumed.append(
            msg("Time unknown: planned as from {clock}.", clock=f"{norms.assumed_start:%H:%M}")
        )
        return [_on(local(case.span.start).date(), norms.assumed_start, norms.assumed_minutes)]
    if case.span.minutes <= norms.longest_minutes:
        return [case.span]
    assumed.append(
        msg("Longer than {h} h: planned as rounds per day.", h=norms.longest_minutes // 60)
    )
    return [_on(day, norms.assumed_start, norms.round_minutes) for day in _days(case.span)]


def _on(day: date, clock: time, minutes: int) -> Span:
    start = datetime.combine(day, clock, tzinfo=ZONE)
    return Span(start=start, end=utc(start) + timedelta(minutes=minutes))


def _days(span: Span) -> list[date]:
    first = local(span.start).date()
    last = local(span.end - timedelta(minutes=1)).date()
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def _window(
    core: Span, size: int, risk_class: str, norms: Norms, first: Case | None
) -> tuple[Span, tuple[LocalText, ...]]:
    fitting = [w for w in norms.windows if risk_class in w.classes and size >= w.from_size]
    norm = fitting[-1]
    before, after = timedelta(minutes=norm.before), timedelta(minutes=norm.after)
    if first is None or first.span is None or not first.time_known:
        return Span(start=core.start - before, end=core.end + after), (norm.reason,)
    early = timedelta(minutes=norms.counter_window.before)
    span = Span(
        start=min(first.span.start - before, core.start - early),
        end=max(first.span.end, core.end) + after,
    )
    return span, (norm.reason, norms.counter_window.reason)


def _dealt(
    order: Sequence[Task],
    number: int,
    span: Span,
    place: str,
    carrier: Carrier,
    norm: str,
    reasons: tuple[LocalText, ...],
) -> list[Block]:
    """`number` people dealt over the tasks in their order: one block per task."""
    per_task = Counter(order[i % len(order)] for i in range(number))
    return [
        Block(task, count, span, place, carrier, norm, reasons) for task, count in per_task.items()
    ]


def _preparation(case: Case, risk_class: str, norms: Norms) -> int:
    p = norms.preparation
    if case.source is Source.UNANNOUNCED:
        return p.unannounced
    return {"laag": p.laag, "midden": p.midden, "hoog": p.hoog}[risk_class]


def _event_demand(case: Case, risk_class: str, norms: Norms) -> Demand:
    norm = next((e for e in norms.events if risk_class in e.classes), None)
    if norm is None:
        raise BadInput(N_("class"), risk_class, msg("Use 0, A, B or C."))
    assumed: list[Msg] = []
    visitors = case.event.visitors_peak if case.event else 0
    visitors = visitors or _size(case, norms, assumed)
    window, place = norms.event_window, _place(case)
    blocks: list[Block] = []
    for core in _event_days(case, norms, assumed):
        span = Span(
            start=core.start - timedelta(minutes=window.before),
            end=core.end + timedelta(minutes=window.after),
        )
        reasons = (norm.reason, window.reason)
        blocks += _dealt(
            window.order, norm.boa, span, place, Carrier.ROSTER, f"event_{risk_class}", reasons
        )
        security = _security(visitors, norms.event_security)
        if security:
            reason = (norms.event_security.reason,)
            blocks.append(
                Block(
                    Task.SUPERVISION, security, core, place, Carrier.ORGANISER, "security", reason
                )
            )
    return Demand(case.id, tuple(blocks), window.preparation, tuple(assumed))


def _security(visitors: int, norm: SecurityNorm) -> int:
    if visitors < norm.from_visitors:
        return 0
    return max(norm.at_least, ceil(visitors / norm.per_visitors))


def _event_days(case: Case, norms: Norms, assumed: list[Msg]) -> list[Span]:
    """Opening hours of each day: from the first day's start to the last day's end by the clock."""
    if case.span is None or not case.time_known:
        return _cores(case, norms, assumed)
    if case.span.minutes <= 24 * 60:
        return [case.span]
    start, end = local(case.span.start), local(case.span.end)
    overnight = timedelta(days=1 if end.time() <= start.time() else 0)
    count = (end.date() - overnight - start.date()).days + 1
    days = [start.date() + timedelta(days=i) for i in range(count)]
    return [
        Span(
            start=datetime.combine(day, start.time(), tzinfo=ZONE),
            end=datetime.combine(day + overnight, end.time(), tzinfo=ZONE),
        )
        for day in days
    ]


def package_blocks(package_id: str, start: datetime, place: str, norms: Norms) -> tuple[Block, ...]:
    """The people that a scenario card calls from `start` on.

    People taken from those present change their task: their blocks cost the roster nothing more
    and are carried by it. Raises BadInput for an unknown package.
    """
    package = next((p for p in norms.packages if p.id == package_id), None)
    if package is None:
        known = ", ".join(p.id for p in norms.packages)
        raise BadInput(N_("package"), package_id, msg("Known packages: {known}.", known=known))
    span = Span(start=start, end=utc(start) + timedelta(minutes=package.minutes))
    carrier = Carrier.ROSTER if package.from_those_present else Carrier.RESERVE
    dealt = _dealt(
        package.tasks, len(package.tasks), span, place, carrier, package.id, (package.name,)
    )
    return tuple(dealt)


@dataclass(frozen=True)
class Deployment:
    """One of the deployments offered for an unannounced gathering."""

    choice: Choice
    demand: Demand


def deployments(
    case: Case, risk_class: str, norms: Norms, *, first: Case | None = None
) -> tuple[Deployment, ...]:
    """The whole norm, a part of it, or none with people on call; officers work in pairs."""
    return tuple(
        Deployment(c, demand(case, risk_class, norms, first=first, share=c.share))
        for c in norms.choices
    )


# --- the waterline --------------------------------------------------------------------------


class Waterline(Strict):
    """The least number of enforcement officers that a district keeps (rule 21)."""

    district: str
    weekdays: frozenset[Annotated[int, Field(ge=1, le=7)]] = frozenset(range(1, 8))
    """ISO days of the week."""
    start: time
    end: time
    """Whole hours; not after `start` means on the next day."""
    people: Annotated[int, Field(ge=1, le=1000)]

    @model_validator(mode="after")
    def _whole_hours(self) -> Self:
        if any(clock.minute or clock.second for clock in (self.start, self.end)):
            raise ValueError("a waterline starts and ends on the hour")
        return self

    def holds(self, moment: datetime) -> bool:
        """Whether it asks for people at `moment`."""
        here = local(moment)
        clock = here.time()
        if self.start < self.end:
            return self.start <= clock < self.end and here.isoweekday() in self.weekdays
        evening = clock >= self.start and here.isoweekday() in self.weekdays
        yesterday = (here.isoweekday() - 2) % 7 + 1
        return evening or (clock < self.end and yesterday in self.weekdays)


@dataclass(frozen=True)
class Presence:
    """Somebody on duty in a district and free for it: not away at a deployment."""

    person_id: str
    district: str
    span: Span


@dataclass(frozen=True)
class Strength:
    """A district in one hour."""

    district: str
    start: datetime
    people: int
    """The fewest at any moment of the hour."""
    waterline: int

    @property
    def short(self) -> int:
        """How many are missing to the waterline."""
        return max(0, self.waterline - self.people)

    @property
    def slack(self) -> int:
        """How many may leave without breaking the waterline."""
        return max(0, self.people - self.waterline)


def strength(
    presences: Sequence[Presence], waterlines: Sequence[Waterline], span: Span
) -> tuple[Strength, ...]:
    """Each district's strength per clock hour of `span` beside its waterline, by district and hour.

    The first and last hour are cut to `span`.
    """
    districts = sorted({p.district for p in presences} | {w.district for w in waterlines})
    first = span.start.replace(minute=0, second=0, microsecond=0)
    starts = [
        first + timedelta(hours=i) for i in range(ceil(elapsed_minutes(first, span.end) / 60))
    ]
    hours = [
        Span(start=max(start, span.start), end=min(start + timedelta(hours=1), span.end))
        for start in starts
    ]
    return tuple(
        Strength(
            district=district,
            start=hour.start,
            people=_fewest([p for p in presences if p.district == district], hour),
            waterline=max(
                (w.people for w in waterlines if w.district == district and w.holds(hour.start)),
                default=0,
            ),
        )
        for district in districts
        for hour in hours
    )


def _fewest(presences: Sequence[Presence], hour: Span) -> int:
    near = [p for p in presences if p.span.overlaps(hour)]
    moments = {hour.start} | {p.span.end for p in near if p.span.end < hour.end}
    return min(len({p.person_id for p in near if p.span.contains(m)}) for m in moments)


def check_waterline(hours: Iterable[Strength], decision_number: str = "") -> None:
    """Refuse a plan that brings a district below its waterline without a driehoek decision."""
    worst = max(hours, key=lambda hour: hour.short, default=None)
    if worst is not None and worst.short and not decision_number.strip():
        raise RuleSaysNo(
            msg(
                "{district} falls to {people}, its waterline is {waterline} ({clock}). Only with "
                "the number of a driehoek decision.",
                district=worst.district,
                people=worst.people,
                waterline=worst.waterline,
                clock=f"{local(worst.start):%d-%m %H:%M}",
            ),
            "21",
        )


# --- plannable, not paper -------------------------------------------------------------------


class Cause(StrEnum):
    """Why contract hours can't be planned. Counted, never by person."""

    LEAVE = "leave"
    TRAINING = "training"
    SICK = "sick"
    OTHER = "other"


@dataclass(frozen=True)
class Step:
    """One step of the waterfall."""

    name: Msg
    minutes: int
    """Taken off the contract hours."""
    fte: float


@dataclass(frozen=True)
class Waterfall:
    """From the hours on paper to the hours that can be planned."""

    contract_minutes: int
    steps: tuple[Step, ...]
    plannable_minutes: int
    full_time_minutes: int

    @property
    def paper_fte(self) -> float:
        """Full-time equivalents on paper."""
        return self.contract_minutes / self.full_time_minutes

    @property
    def plannable_fte(self) -> float:
        """Full-time equivalents that can be planned."""
        return self.plannable_minutes / self.full_time_minutes


_SHOWN: tuple[tuple[Msg, frozenset[Cause]], ...] = (
    (msg("Leave"), frozenset({Cause.LEAVE})),
    (msg("Training"), frozenset({Cause.TRAINING})),
    (msg("Other absence"), frozenset({Cause.SICK, Cause.OTHER})),
)
_ALL_CAUSES: tuple[tuple[Msg, frozenset[Cause]], ...] = ((msg("Absence"), frozenset(Cause)),)


def waterfall(
    contract_minutes: int,
    away: Mapping[Cause, int],
    *,
    group: int,
    whole: int,
    full_time_minutes: int,
    hide_below: int,
) -> Waterfall:
    """How the contract hours of `group` people shrink to what can be planned.

    Sickness never stands by itself. Causes are hidden altogether when the group, or the rest of the
    `whole` team that a subtraction would reveal, is smaller than `hide_below`. Raises BadInput when
    more is away than there is.
    """
    gone = sum(away.values())
    if gone > contract_minutes or min(away.values(), default=0) < 0:
        raise BadInput(N_("absence"), gone, msg("It must lie between 0 and the contract hours."))
    rest = whole - group
    small = group < hide_below or 0 < rest < hide_below
    steps = tuple(
        Step(name, minutes, minutes / full_time_minutes)
        for name, causes in (_ALL_CAUSES if small else _SHOWN)
        for minutes in [sum(away.get(cause, 0) for cause in causes)]
    )
    return Waterfall(contract_minutes, steps, contract_minutes - gone, full_time_minutes)
