"""When the reserve is short: the ways out, each with its price. A person chooses (rule 20)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from orderdesk.domain.ledger import hours
from orderdesk.domain.people import Role
from orderdesk.i18n import Msg, msg
from orderdesk.reserve.rules import Named, ReserveRules, WayKind


@dataclass(frozen=True)
class Shortage:
    """People that a case asks for and the reserve doesn't give."""

    case_id: str
    people: int
    minutes_each: int
    start: datetime


@dataclass(frozen=True)
class Situation:
    """What stands ready at that time."""

    now: datetime
    theme_people: int
    """Officers on theme work who are on duty throughout."""
    slack: int
    """How many of them may go without breaking a waterline."""
    theme_minutes: Mapping[str, int] = field(default_factory=dict)
    """Still available this week, by theme."""
    owed: Mapping[str, int] = field(default_factory=dict)
    """Already owed, by theme."""
    rest_day_people: int = 0
    """Who offered to be called on a day off and may lawfully work."""
    pool_people: int | None = None
    """How many a neighbouring pool lends at most; None: as many as are asked."""


@dataclass(frozen=True)
class Part:
    """People from one source."""

    kind: WayKind
    people: int
    minutes: int
    theme: str = ""
    pool: str = ""


@dataclass(frozen=True)
class WayOut:
    """One way to meet a shortage, and its price."""

    parts: tuple[Part, ...]
    uncovered: int
    """People that stay missing."""
    euro: float
    """Money paid plus the value of theme work that isn't done."""
    burden: int
    signed_by: Role
    needs_decision: bool
    """Breaks a waterline: only with the number of a driehoek decision."""
    certain: bool
    in_time: bool
    notes: tuple[Msg, ...]


def from_reserve(people: int, minutes_each: int, flex_people: int, free: int) -> int:
    """How many of `people` the reserve gives: on a flex shift then, and within the free minutes."""
    return min(people, flex_people, free // minutes_each if minutes_each else people)


def ways_out(short: Shortage, seen: Situation, rules: ReserveRules) -> tuple[WayOut, ...]:
    """Every way to meet the shortage, the best first.

    What comes too late or leaves people missing stands last; breaking a waterline stands after
    keeping it; then the lower price counts. Nothing is chosen.
    """
    need, each = short.people, short.minutes_each
    theme = _strongest(seen.theme_minutes)
    within = seen.theme_minutes.get(theme, 0) // each if each else 0
    can = min(need, seen.theme_people, within)
    keep = min(can, seen.slack)
    pool = rules.pools[0].id if rules.pools else ""

    def part(kind: WayKind, people: int) -> Part:
        return Part(
            kind,
            people,
            people * each,
            theme=theme if kind is WayKind.THEME else "",
            pool=pool if kind is WayKind.POOL else "",
        )

    lends = need if seen.pool_people is None else seen.pool_people
    lent = min(need, lends) if pool else 0
    volunteers = min(need, seen.rest_day_people)
    drafts = [
        [part(WayKind.THEME, keep)],
        [part(WayKind.THEME, keep), part(WayKind.POOL, min(need - keep, lent))],
        [part(WayKind.POOL, lent)],
        [part(WayKind.THEME, can)],
        [part(WayKind.REST_DAY, volunteers)],
        [part(WayKind.THEME, keep), part(WayKind.REST_DAY, min(need - keep, volunteers))],
        [part(WayKind.POLICE, need)],
        [part(WayKind.REFUSE, 0)],
    ]
    ways = []
    seen_parts: set[tuple[Part, ...]] = set()
    for draft in drafts:
        parts = tuple(p for p in draft if p.people) or (
            tuple(draft) if draft[0].kind is WayKind.REFUSE else ()
        )
        if parts and parts not in seen_parts:
            seen_parts.add(parts)
            ways.append(_priced(parts, short, seen, rules))
    return tuple(
        sorted(ways, key=lambda w: (not w.in_time, w.uncovered, w.needs_decision, w.euro, w.burden))
    )


def _strongest(available: Mapping[str, int]) -> str:
    """The theme that loses the smallest part of its week."""
    return max(sorted(available), key=lambda theme: available[theme], default="")


def _priced(parts: Sequence[Part], short: Shortage, seen: Situation, rules: ReserveRules) -> WayOut:
    steps = [(part, rules.step(part.kind)) for part in parts]
    borrowed = sum(part.people for part in parts if part.kind is WayKind.THEME)
    ahead = short.start - seen.now
    return WayOut(
        parts=tuple(parts),
        uncovered=short.people - sum(part.people for part in parts),
        euro=sum(step.euro_per_hour * part.minutes / 60 for part, step in steps),
        burden=sum(step.burden * part.people for part, step in steps),
        signed_by=max((step.signed_by for _, step in steps), key=_RANK.index),
        needs_decision=borrowed > seen.slack,
        certain=all(step.certain for _, step in steps),
        in_time=all(ahead >= timedelta(minutes=step.notice_minutes) for _, step in steps),
        notes=tuple(_notes(parts, short, seen)),
    )


_RANK = (Role.READER, Role.OFFICER, Role.PLANNER, Role.LEAD, Role.DECIDER)


def _notes(parts: Iterable[Part], short: Shortage, seen: Situation) -> Iterable[Msg]:
    for part in parts:
        h = hours(part.minutes)
        if part.kind is WayKind.THEME:
            owed = seen.owed.get(part.theme, 0) + part.minutes
            yield msg("{h} h from {theme}, owed then {owed} h", h=h, theme=part.theme,
                      owed=hours(owed))  # fmt: skip
        elif part.kind is WayKind.POOL:
            yield msg("{h} h asked of {pool}, not yet sure", h=h, pool=part.pool)
        elif part.kind is WayKind.REST_DAY:
            yield msg("{n} people give up a day off", n=part.people)
        elif part.kind is WayKind.POLICE:
            yield msg("{h} h asked of the police, on top of their own task", h=h)
        else:
            yield msg("{n} people fewer; the gathering stays protected", n=short.people)


def next_police_step(asked: Iterable[str], rules: ReserveRules) -> Named | None:
    """The next step of the police ladder after those already asked; None when all were asked."""
    done = set(asked)
    return next((step for step in rules.police_steps if step.id not in done), None)
