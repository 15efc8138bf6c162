"""What if? Gatherings and absences laid over a plan: strength, waterline, price. Saves nothing.

The plan that goes in is frozen and comes out as it was; the same question can be asked of another
plan the next day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from orderdesk.domain.demand import Carrier, Demand, demand
from orderdesk.domain.events import Case
from orderdesk.domain.norms import Norms
from orderdesk.domain.time import Span
from orderdesk.domain.waterline import Presence, Strength, Waterlines, strength
from orderdesk.reserve.ladder import Shortage, Situation, WayOut, from_reserve, ways_out
from orderdesk.reserve.rules import ReserveRules


@dataclass(frozen=True)
class OnDuty:
    """One person's shift, as planned."""

    person_id: str
    district: str
    span: Span
    reserve: bool = False
    """A flex shift: its hours belong to the reserve."""


@dataclass(frozen=True)
class Assigned:
    """A person who is away from the district at a deployment."""

    person_id: str
    case_id: str
    span: Span


@dataclass(frozen=True)
class Plan:
    """What stands before the question is asked."""

    on_duty: tuple[OnDuty, ...]
    assigned: tuple[Assigned, ...] = ()
    free: int = 0
    """Free reserve of the week, in minutes."""
    theme_minutes: Mapping[str, int] = field(default_factory=dict)
    owed: Mapping[str, int] = field(default_factory=dict)
    rest_day_people: int = 0
    pool_people: int | None = None
    """How many a neighbouring pool lends at most."""


@dataclass(frozen=True)
class Rules:
    """What the question is answered by."""

    norms: Norms
    reserve: ReserveRules
    waterlines: Waterlines


@dataclass(frozen=True)
class Supposed:
    """A gathering that might come, where, and how it would be classed."""

    case: Case
    risk_class: str
    district: str
    first: Case | None = None


@dataclass(frozen=True)
class Absent:
    """Somebody who would not be there during `span`."""

    person_id: str
    span: Span


@dataclass(frozen=True)
class Overlay:
    """The question."""

    gatherings: tuple[Supposed, ...] = ()
    absences: tuple[Absent, ...] = ()


@dataclass(frozen=True)
class Effect:
    """What one supposed gathering would take."""

    case_id: str
    demand: Demand
    from_reserve: tuple[str, ...]
    """People on a flex shift, within the free reserve."""
    from_themes: tuple[str, ...]
    """People on theme work."""
    missing: int
    """Asked for and not on duty."""
    reserve_minutes: int
    displaced_minutes: int
    ways: tuple[WayOut, ...]
    """Ways out for what the reserve doesn't give; empty when it gives all."""

    @property
    def window(self) -> Span | None:
        """From when to when its people are away from their districts; None when it takes none."""
        return _window(self.demand)


@dataclass(frozen=True)
class Answer:
    """Before and after, by district and hour."""

    before: tuple[Strength, ...]
    after: tuple[Strength, ...]
    effects: tuple[Effect, ...]
    deserted: tuple[Assigned, ...]
    """Planned deployments that would lose their person to an absence."""

    @property
    def below(self) -> tuple[Strength, ...]:
        """Hours in which a district would fall below its waterline."""
        return tuple(hour for hour in self.after if hour.short)


def what_if(plan: Plan, overlay: Overlay, rules: Rules, span: Span, now: datetime) -> Answer:
    """Lay the overlay over the plan, within `span`.

    Each gathering takes people who are on duty for its whole window: flex shifts first while the
    reserve lasts, then theme work, from the districts with most to spare. Raises BadInput for an
    unknown class.
    """
    present = _presences(plan.on_duty, plan.assigned)
    before = strength(present, rules.waterlines, span)
    present = _without(present, overlay.absences)
    free, effects = plan.free, []
    for supposed in overlay.gatherings:
        effect, present = _take(supposed, plan, present, free, rules, now)
        free -= effect.reserve_minutes
        effects.append(effect)
    return Answer(
        before=before,
        after=strength(present, rules.waterlines, span),
        effects=tuple(effects),
        deserted=tuple(
            a
            for a in plan.assigned
            if any(x.person_id == a.person_id and x.span.overlaps(a.span) for x in overlay.absences)
        ),
    )


def _presences(on_duty: Iterable[OnDuty], assigned: Sequence[Assigned]) -> tuple[Presence, ...]:
    """Who is in a district: on duty and not away at a deployment."""
    all_there = tuple(Presence(d.person_id, d.district, d.span) for d in on_duty)
    return _without(all_there, [Absent(a.person_id, a.span) for a in assigned])


def _without(presences: Iterable[Presence], absences: Sequence[Absent]) -> tuple[Presence, ...]:
    left: list[Presence] = list(presences)
    for absent in absences:
        left = [rest for p in left for rest in _cut(p, absent)]
    return tuple(left)


def _cut(presence: Presence, absent: Absent) -> list[Presence]:
    """What remains of a presence."""
    mine, gone = presence.span, absent.span
    if presence.person_id != absent.person_id or not mine.overlaps(gone):
        return [presence]
    ends = [(mine.start, min(mine.end, gone.start)), (max(mine.start, gone.end), mine.end)]
    return [
        Presence(presence.person_id, presence.district, Span(start=start, end=end))
        for start, end in ends
        if start < end
    ]


def _take(
    supposed: Supposed,
    plan: Plan,
    present: tuple[Presence, ...],
    free: int,
    rules: Rules,
    now: datetime,
) -> tuple[Effect, tuple[Presence, ...]]:
    asked = demand(supposed.case, supposed.risk_class, rules.norms, first=supposed.first)
    window = _window(asked)
    if window is None:
        return Effect(supposed.case.id, asked, (), (), 0, 0, 0, ()), present
    people, each = asked.most_people, window.minutes
    there = _by_slack(present, window, supposed.district, rules.waterlines)
    flexible = {d.person_id for d in plan.on_duty if d.reserve and _covers(d.span, window)}
    flex = [p for p in there if p.person_id in flexible]
    theme = [p for p in there if p.person_id not in flexible]
    given = from_reserve(people, each, len(flex), free)
    short = people - given
    taken, borrowed = flex[:given], theme[:short]
    kept = _without(present, [Absent(p.person_id, window) for p in taken])
    ways: tuple[WayOut, ...] = ()
    if short:
        seen = Situation(
            now=now,
            theme_people=len(theme),
            slack=_slack(kept, theme, window, rules.waterlines),
            theme_minutes=plan.theme_minutes,
            owed=plan.owed,
            rest_day_people=plan.rest_day_people,
            pool_people=plan.pool_people,
        )
        ways = ways_out(Shortage(supposed.case.id, short, each, window.start), seen, rules.reserve)
    effect = Effect(
        case_id=supposed.case.id,
        demand=asked,
        from_reserve=tuple(p.person_id for p in taken),
        from_themes=tuple(p.person_id for p in borrowed),
        missing=short - len(borrowed),
        reserve_minutes=given * each,
        displaced_minutes=len(borrowed) * each,
        ways=ways,
    )
    return effect, _without(kept, [Absent(p.person_id, window) for p in borrowed])


def _window(asked: Demand) -> Span | None:
    spans = [block.span for block in asked.blocks if block.carrier is Carrier.RESERVE]
    if not spans:
        return None
    return Span(start=min(s.start for s in spans), end=max(s.end for s in spans))


def _covers(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _by_slack(
    present: Sequence[Presence], window: Span, district: str, waterlines: Waterlines
) -> list[Presence]:
    """Who is there for the whole window: one at a time from the district with most to spare, the
    gathering's own district first where that is equal."""
    left = sorted((p for p in present if _covers(p.span, window)), key=lambda p: p.person_id)
    spare = _spare(present, window, waterlines)
    taken = []
    while left:
        best = max(left, key=lambda p: (spare[p.district], p.district == district))
        left.remove(best)
        spare[best.district] -= 1
        taken.append(best)
    return taken


def _spare(present: Sequence[Presence], window: Span, waterlines: Waterlines) -> dict[str, int]:
    """How many each district has above its waterline in its worst hour; negative when below."""
    spare: dict[str, int] = {}
    for hour in strength(present, waterlines, window):
        over = hour.people - hour.waterline
        spare[hour.district] = min(over, spare.get(hour.district, over))
    return spare


def _slack(
    present: Sequence[Presence], theme: Sequence[Presence], window: Span, waterlines: Waterlines
) -> int:
    """How many of those on theme work may go with every district above its waterline."""
    spare = _spare(present, window, waterlines)
    in_district: dict[str, int] = {}
    for p in theme:
        in_district[p.district] = in_district.get(p.district, 0) + 1
    return sum(min(n, max(0, spare[district])) for district, n in in_district.items())
