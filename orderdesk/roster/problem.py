"""What a roster has to satisfy, in the words of the desk.

A `Problem` holds people, the shifts that can be given, what must be covered, and what is already
fixed. `solve.roster` makes duties of it; `replan` changes duties that are published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from orderdesk.domain.people import Duty, DutyStatus, Person, ShiftType, Skill, Task, TaskSpan
from orderdesk.domain.time import Span, at, local
from orderdesk.domain.waterline import Waterlines
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, msg
from orderdesk.reference import ReferenceFile, Strict

Price = Annotated[float, Field(ge=0, le=10_000)]
Factor = Annotated[float, Field(ge=0, le=100)]
Minutes = Annotated[int, Field(ge=0, le=24 * 60)]
NewId = Callable[[], str]
"""Gives an id that was never given before."""


# --- data/roster.toml --------------------------------------------------------------------------


class Prices(Strict):
    """Prices of the four-week roster, in hours of regret."""

    uncovered_hour: Price
    over_covered_hour: Price
    theme_hour_short: Price
    contract_hour_short: Price
    contract_hour_over: Price
    week_hour_off: Price
    wish: Price
    changed_cell: Price


class TeamRules(Strict):
    """House rules of the team beside the law."""

    most_days_in_a_row: Annotated[int, Field(ge=1, le=14)]
    week_swing_hours: Annotated[float, Field(ge=0, le=60)]
    most_week_hours: Annotated[float, Field(ge=0, le=60)]
    single_day_off: Price
    single_day_on: Price


class Fairness(Strict):
    """Prices of an uneven spread over `weeks`."""

    weeks: Annotated[int, Field(ge=1, le=52)]
    night: Price
    weekend: Price
    late: Price
    late_ends_after: time
    late_change: Price


class NoticeTier(Strict):
    """Weight of a change told less than so many hours ahead."""

    under_hours: Annotated[int, Field(ge=1, le=24 * 366)]
    weight: Price


class Kind(StrEnum):
    """What a change does to somebody's plans."""

    TASK = "task"
    FLEX_MOVED = "flex_moved"
    HOURS = "hours"
    EXTENDED = "extended"
    DAY_OFF = "day_off"
    CANCELLED = "cancelled"


class LateChange(Strict):
    """What a change after publication weighs."""

    tiers: Annotated[tuple[NoticeTier, ...], Field(min_length=1)]
    volunteered: Factor
    kinds: dict[Kind, Factor]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if missing := sorted(set(Kind) - set(self.kinds)):
            raise ValueError(f"kinds without a weight: {', '.join(missing)}")
        if [t.under_hours for t in self.tiers] != sorted({t.under_hours for t in self.tiers}):
            raise ValueError("tiers must rise in under_hours")
        return self

    def weight(self, kind: Kind, notice: timedelta) -> float:
        """Weight of one change of `kind`, told `notice` before it takes effect."""
        hours = notice / timedelta(hours=1)
        tier = next((t.weight for t in self.tiers if hours < t.under_hours), 0.0)
        return tier * self.kinds[kind]


class BurdenWeights(Strict):
    """What counts as burden over the last `weeks`."""

    weeks: Annotated[int, Field(ge=1, le=52)]
    late_change: Price
    day_off_cancelled: Price
    weekend: Price
    night: Price


class Aim(StrEnum):
    """What a replan keeps small; the order is a parameter."""

    TOUCHED = "touched"
    DAYS_OFF = "days_off"
    NOTICE = "notice"
    BORROWED = "borrowed"
    BURDEN = "burden"


class Moves(Strict):
    """How far a published duty may be moved, and what counts first."""

    step_minutes: Annotated[int, Field(ge=5, le=240)]
    most_shift_minutes: Minutes
    most_extension_minutes: Minutes
    least_piece_minutes: Minutes
    least_call_minutes: Minutes
    most_call_minutes: Minutes
    extra_minute: Factor
    pool_minute: Factor
    uncovered_minute: Factor
    earliest_minutes: Minutes
    order: tuple[Aim, ...]
    lend_order: tuple[str, ...]

    @model_validator(mode="after")
    def _each_aim_once(self) -> Self:
        if sorted(self.order) != sorted(Aim):
            raise ValueError(f"order must name each once: {', '.join(Aim)}")
        return self


class CoverRule(Strict):
    """Standing cover: of a shift, or between two clock times; a number per weekday from Monday."""

    id: str
    shift: str = ""
    from_: Annotated[time | None, Field(alias="from")] = None
    until: time | None = None
    place: str = ""
    skill: Skill | None = None
    per_weekday: Annotated[
        tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=7, max_length=7)
    ]

    @model_validator(mode="after")
    def _shift_or_times(self) -> Self:
        if bool(self.shift) == (self.from_ is not None and self.until is not None):
            raise ValueError("name a shift, or from and until")
        return self


class RosterRules(ReferenceFile):
    """`data/roster.toml`."""

    prices: Prices
    team: TeamRules
    fairness: Fairness
    late_change: LateChange
    burden: BurdenWeights
    moves: Moves
    cover: tuple[CoverRule, ...]


# --- the problem ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Offer:
    """A shift that can be given on some weekdays (0 is Monday) at one place."""

    shift: ShiftType
    place: str = ""
    weekdays: frozenset[int] = frozenset(range(7))

    @property
    def key(self) -> str:
        """What tells offers apart."""
        return f"{self.shift.id}@{self.place}" if self.place else self.shift.id

    def span(self, day: date) -> Span:
        """When the shift is on `day`. Raises BadInput for an hour that the clock skips."""
        over = timedelta(days=1 if self.shift.end <= self.shift.start else 0)
        return Span(start=at(day, self.shift.start), end=at(day + over, self.shift.end))

    @property
    def label(self) -> str:
        """As shown in a cell."""
        return self.shift.id


@dataclass(frozen=True)
class Need:
    """People wanted over a span of time, on top of one another's needs unless `shift` is set.

    With `shift` only people on that shift count; with `skill` only who has it; with `place` only
    who works there. `case_id` marks the deployment of a case.
    """

    id: str
    span: Span
    at_least: int
    at_most: int | None = None
    shift: str = ""
    skill: Skill | None = None
    place: str = ""
    case_id: str = ""
    task: Task = Task.SUPERVISION
    price: float | None = None
    """Per hour and person short; none: the price of the rules."""
    as_published: bool = False
    """Whether it only asks back, hour by hour, the strength that absences took away."""


@dataclass(frozen=True)
class Wish:
    """A person's request for a day: a shift, or (shift "") the day off; `wanted` or to avoid."""

    person_id: str
    day: date
    shift: str = ""
    wanted: bool = True
    weight: float = 1.0


@dataclass(frozen=True)
class Member:
    """A person as the roster sees one: hours, absence (without its cause) and history."""

    person: Person
    week_minutes: tuple[int, ...] = ()
    """Plannable minutes per week of the horizon; empty: the contract, each week."""
    away: tuple[Span, ...] = ()
    history: tuple[Duty, ...] = ()
    """Duties before the horizon, as far back as they are known."""
    late_changes: int = 0
    """Late changes borne in the weeks that fairness looks at."""
    only_shifts: frozenset[str] | None = None
    on_call: tuple[Span, ...] = ()
    """When the person is on call: the checker looks at it beside the work."""

    @property
    def id(self) -> str:
        """Service number."""
        return self.person.id

    def available(self, span: Span) -> bool:
        """Whether no absence touches `span`."""
        return not any(span.overlaps(a) for a in self.away)


@dataclass(frozen=True)
class Problem:
    """Everything that a roster must satisfy or is priced by."""

    first: date
    days: int
    members: tuple[Member, ...]
    offers: tuple[Offer, ...]
    needs: tuple[Need, ...]
    theme_minutes: Mapping[str, int] = field(default_factory=dict)
    """Least minutes per theme and week."""
    wishes: tuple[Wish, ...] = ()
    pinned: tuple[Duty, ...] = ()
    """Duties that stay as they are."""
    pinned_off: frozenset[tuple[str, date]] = frozenset()
    """Person and day that stay free."""
    draft: tuple[Duty, ...] = ()
    """An earlier proposal: leaving one of its cells has a price."""

    def __post_init__(self) -> None:
        if not 1 <= self.days <= 370:
            raise BadInput(N_("days"), self.days, msg("Between 1 and 370 days."))
        known = {m.id for m in self.members}
        if len(known) != len(self.members):
            raise BadInput(N_("people"), len(self.members), msg("Each person only once."))
        for duty in (*self.pinned, *self.draft):
            if duty.person_id not in known:
                raise BadInput(N_("duty"), duty.person_id, msg("This person isn't in the team."))
        for wish in self.wishes:
            if wish.person_id not in known:
                raise BadInput(N_("wish"), wish.person_id, msg("This person isn't in the team."))

    @property
    def dates(self) -> tuple[date, ...]:
        """The days of the horizon."""
        return tuple(self.first + timedelta(days=i) for i in range(self.days))

    @property
    def start(self) -> datetime:
        """The moment at which the horizon begins."""
        return at(self.first, "00:00")

    def week_of(self, day: date) -> int:
        """Which week of the horizon a day lies in, counted from its first Monday."""
        return ((day - self.first).days + self.first.weekday()) // 7


def standing_needs(
    rules: RosterRules, dates: Iterable[date], offers: Sequence[Offer]
) -> list[Need]:
    """The standing cover of the rules on each of `dates`."""
    by_shift = {o.shift.id: o for o in offers}
    needs = []
    for day in dates:
        for rule in rules.cover:
            number = rule.per_weekday[day.weekday()]
            if not number:
                continue
            if rule.shift:
                if rule.shift not in by_shift:
                    continue
                span = by_shift[rule.shift].span(day)
            else:
                assert rule.from_ is not None
                assert rule.until is not None
                span = _between(day, rule.from_, rule.until)
            needs.append(
                Need(
                    id=f"{rule.id} {day.isoformat()}",
                    span=span,
                    at_least=number,
                    shift=rule.shift,
                    skill=rule.skill,
                    place=rule.place,
                )
            )
    return needs


def waterline_needs(lines: Waterlines, dates: Iterable[date]) -> list[Need]:
    """What the districts keep on each of `dates`."""
    return [
        Need(
            id=f"waterline {line.district} {day.isoformat()}",
            span=_between(day, line.start, line.end),
            at_least=line.people,
            place=line.district,
        )
        for day in dates
        for line in lines.waterlines
        if day.isoweekday() in line.weekdays
    ]


def _between(day: date, start: time, end: time) -> Span:
    over = timedelta(days=1 if end <= start else 0)
    return Span(start=at(day, start), end=at(day + over, end))


def free_tasks(offer: Offer, span: Span, theme: str = "") -> tuple[TaskSpan, ...]:
    """What a shift is for before anybody is deployed: its theme, or the reserve."""
    task = Task.RESERVE if offer.shift.reserve else Task.THEME_WORK
    return (
        TaskSpan(
            start=span.start,
            end=span.end,
            task=task,
            theme="" if offer.shift.reserve else theme,
            place=offer.place,
        ),
    )


def standing(duties: Iterable[Duty]) -> list[Duty]:
    """The duties that aren't cancelled."""
    return [d for d in duties if d.status is not DutyStatus.CANCELLED]


def day_of(duty: Duty) -> date:
    """The local day on which a duty begins."""
    return local(duty.start).date()


def gap_of(objective: float, bound: float) -> float:
    """Relative gap; an objective under one hour of regret is measured against one hour."""
    return max(0.0, objective - bound) / max(objective, 1.0)
