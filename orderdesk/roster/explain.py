"""Why a block is uncovered, what would help, who could fill a gap, and why not the others.

Everything here is asked of the same grid, moves and checker that made the roster: an explanation
is a recomputation, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from orderdesk.domain.people import Duty, Skill
from orderdesk.domain.time import Span
from orderdesk.domain.worktime import Finding, WorkingTimeLaw
from orderdesk.i18n import Day, Figure, Msg, msg
from orderdesk.roster.cells import Block, Cell
from orderdesk.roster.grid import Grid
from orderdesk.roster.moves import Option, Refusal, Situation, holds, options, why_idle
from orderdesk.roster.problem import Kind, Need, Problem, RosterRules
from orderdesk.roster.solve import Uncovered
from orderdesk.roster.strength import blocks


class Obstacle(StrEnum):
    """What keeps a person off a block."""

    THERE = "there"
    SKILL = "skill"
    AWAY = "away"
    BUSY = "busy"
    KEPT_FREE = "kept_free"
    LAW = "law"
    HOUSE = "house"
    HOURS = "hours"
    PRICE = "price"


@dataclass(frozen=True)
class WhyNot:
    """Why one person isn't on a block."""

    person_id: str
    obstacle: Obstacle
    reason: Msg
    rule: str = ""
    """Article or house rule."""


@dataclass(frozen=True)
class Cause:
    """One obstacle and how many people it keeps off."""

    obstacle: Obstacle
    rule: str
    people: int
    reason: Msg


@dataclass(frozen=True)
class WayOut:
    """Something that would cover one place of the block, and what it costs."""

    text: Msg
    price: float
    """In hours of regret beside what the gap itself costs."""
    person_id: str = ""


@dataclass(frozen=True)
class Explained:
    """An uncovered block with its causes, the biggest first, and the cheapest ways out."""

    gap: Uncovered
    causes: tuple[Cause, ...]
    people: tuple[WhyNot, ...]
    """Each person, by service number."""
    ways_out: tuple[WayOut, ...]


def explain(
    problem: Problem,
    rules: RosterRules,
    law: WorkingTimeLaw,
    duties: Iterable[Duty],
    *,
    ways: int = 2,
    most: int = 1_000,
    pool_hour: float | None = None,
) -> tuple[Explained, ...]:
    """The blocks that `duties` leave uncovered, with the rule or shortage behind each and the
    cheapest ways out; of more than `most` blocks those that cost most.

    `pool_hour` is the price of an hour of a neighbour's people, where one may be asked.
    """
    grid = Grid(problem, rules, law)
    chosen = grid.cells_of(duties)
    lacking = [
        (block, short)
        for block in grid.blocks
        if (short := block.required - grid.count(block, chosen)) > 0
    ]
    if len(lacking) > most:
        lacking = sorted(lacking, key=lambda b: -b[1] * b[0].span.minutes)[:most]
    return tuple(
        _Gap(grid, chosen, block, Uncovered(block.need, block.span, short)).explained(
            ways, pool_hour
        )
        for block, short in sorted(lacking, key=lambda b: b[0].span.start)
    )


@dataclass(frozen=True)
class _Gap:
    grid: Grid
    chosen: frozenset[Cell]
    block: Block
    gap: Uncovered

    def explained(self, ways: int, pool_hour: float | None) -> Explained:
        """The gap with its causes, everybody who could not fill it, and the cheapest `ways` out."""
        people = tuple(self.why_not(m) for m in range(len(self.grid.members)))
        return Explained(
            gap=self.gap,
            causes=_causes(people),
            people=tuple(sorted(people, key=lambda w: w.person_id)),
            ways_out=tuple(sorted(self._ways_out(pool_hour), key=lambda w: w.price)[:ways]),
        )

    def why_not(self, m: int) -> WhyNot:
        """Why a member does not fill the gap: the first obstacle that holds."""
        member = self.grid.members[m]

        def because(obstacle: Obstacle, reason: Msg, rule: str = "") -> WhyNot:
            return WhyNot(member.id, obstacle, reason, rule)

        if not holds(member, self.block.need.skill):
            return because(Obstacle.SKILL, msg("lacks the skill that is asked"))
        own = [c for c in self.chosen if c.member == m]
        if any(c[1:] in self.block.shifts for c in own):
            return because(Obstacle.THERE, msg("already counts here"))
        days = {shift[0] for shift in self.block.shifts}
        kinds = member.only_shifts
        if kinds is not None and not any(self._label(s) in kinds for s in self.block.shifts):
            return because(Obstacle.SKILL, msg("doesn't work these shifts"))
        if all(not member.available(self.grid.spans[s]) for s in self.block.shifts):
            return because(Obstacle.AWAY, msg("not available"))
        if any(c.day in days for c in own) or any((m, d) in self.grid.works_anyway for d in days):
            return because(Obstacle.BUSY, msg("works another shift that day"))
        if any((member.id, self.grid.dates[d]) in self.grid.problem.pinned_off for d in days):
            return because(Obstacle.KEPT_FREE, msg("the day is pinned as free"))
        return self._bound(m, own) or because(
            Obstacle.PRICE, msg("could, but every such roster costs more elsewhere")
        )

    def _bound(self, m: int, own: list[Cell]) -> WhyNot | None:
        """The law, house rule or contract that forbids every shift that would help."""
        first: WhyNot | None = None
        for cell in self._helping(m):
            breaches = self.grid.breaches_of(m, [*own, cell])
            found: WhyNot | None = None
            if breaches:
                found = WhyNot(
                    self.grid.members[m].id,
                    Obstacle.LAW,
                    breaches[0].message,
                    breaches[0].article,
                )
            elif (rule := self.grid.broken_row(m, [*own, cell])) is not None:
                found = WhyNot(self.grid.members[m].id, Obstacle.HOUSE, rule, "data/roster.toml")
            elif self._over_contract(m, cell):
                found = WhyNot(
                    self.grid.members[m].id, Obstacle.HOURS, msg("the contract hours are used up")
                )
            if found is None:
                return None
            first = first or found
        return first

    def _label(self, shift: tuple[int, int]) -> str:
        return self.grid.offers[shift[1]].shift.id

    def _helping(self, m: int) -> Iterator[Cell]:
        for shift in self.block.shifts:
            if self.grid.members[m].available(self.grid.spans[shift]):
                yield Cell(m, *shift)

    def _over_contract(self, m: int, cell: Cell) -> bool:
        before, after = self.chosen, self.chosen | {cell}
        return any(
            t.cause == "contract"
            and t.cells
            and t.cells[0][0].member == m
            and t.price(after) > t.price(before)
            for t in self.grid.terms
        )

    def _ways_out(self, pool_hour: float | None) -> Iterator[WayOut]:
        hours = self.gap.span.minutes / 60
        regret = self._cover_price(hours)
        now = sum(self.grid.price(self.chosen).values())
        for m, member in enumerate(self.grid.members):
            if not holds(member, self.block.need.skill):
                continue
            own = {c for c in self.chosen if c.member == m}
            for cell in self._helping(m):
                if cell in own or cell not in self.grid.allowed:
                    continue
                dropped = {c for c in own if c.day == cell.day}
                if dropped & self.grid.pinned.keys() or (m, cell.day) in self.grid.works_anyway:
                    continue
                if self.grid.breaches_of(m, [*(own - dropped), cell]):
                    continue
                after = self.chosen - dropped | {cell}
                rise = sum(self.grid.price(after).values()) - now
                if dropped and rise >= 0:
                    continue  # it only moves the gap
                yield WayOut(self._text(m, cell, dropped), rise + regret, member.id)
        if pool_hour is not None:
            yield WayOut(
                msg("ask a neighbour for {hours} h", hours=Figure(hours, "g")), pool_hour * hours
            )

    def _cover_price(self, hours: float) -> float:
        need = self.block.need
        each = self.grid.rules.prices.uncovered_hour if need.price is None else need.price
        return each * hours

    def _text(self, m: int, cell: Cell, dropped: Iterable[Cell]) -> Msg:
        shift = self.grid.offers[cell.offer].label
        day = Day(self.grid.dates[cell.day])
        who = self.grid.members[m].id
        house = self.grid.broken_row(m, [*(c for c in self.chosen if c.member == m), cell])
        for other in dropped:
            return msg(
                "{who} works {shift} instead of {other} on {day}",
                who=who, shift=shift, other=self.grid.offers[other.offer].label, day=day,
            )  # fmt: skip
        if house is not None:
            return msg(
                "{who} works {shift} on {day}, against the house rule: {rule}",
                who=who, shift=shift, day=day, rule=house,
            )  # fmt: skip
        if self._over_contract(m, cell):
            return msg(
                "{who} works {shift} on {day}, beyond the contract", who=who, shift=shift, day=day
            )
        return msg("{who} works {shift} on {day}", who=who, shift=shift, day=day)


def _causes(people: Iterable[WhyNot]) -> tuple[Cause, ...]:
    counted: dict[tuple[Obstacle, str], list[WhyNot]] = {}
    for one in people:
        if one.obstacle is not Obstacle.THERE:
            counted.setdefault((one.obstacle, one.rule), []).append(one)
    return tuple(
        Cause(obstacle, rule, len(found), found[0].reason)
        for (obstacle, rule), found in sorted(
            counted.items(), key=lambda item: (-len(item[1]), item[0])
        )
    )


# --- who could fill a gap ---


@dataclass(frozen=True)
class Candidate:
    """Somebody who could fill a gap, with what it would mean."""

    person_id: str
    option: Option
    covered_minutes: int
    burden: float
    """Earlier burden, in the weights of `data/roster.toml`."""
    skills: frozenset[Skill]
    warnings: tuple[Finding, ...]

    @property
    def price(self) -> float:
        """The late change and the burden borne before, together."""
        return self.option.weight + self.burden


def gap_of(duty: Duty) -> Need:
    """The need that is left when the person of a duty can't come: presence for its hours."""
    return Need(
        id=f"gap {duty.id}",
        span=Span(start=duty.start, end=duty.end),
        at_least=1_000,
        place=duty.place,
        as_published=True,
    )


def candidates(
    situation: Situation, need: Need, rules: RosterRules, law: WorkingTimeLaw, *, count: int = 5
) -> tuple[tuple[Candidate, ...], tuple[Refusal, ...]]:
    """The best `count` people to fill a gap, and why the others can't.

    Who covers most comes first, then who bears least by it; the first is never the one with the
    most burden where somebody with less covers as much.
    """
    asked = replace(situation, needs=(need,), pool=None)
    found, refused = options(asked, rules, law)
    gains = _gains(asked, need, found)
    best: dict[str, Candidate] = {}
    for position, option in enumerate(found):
        minutes = gains[position]
        if minutes <= 0 or (not need.case_id and option.kind is Kind.TASK):
            continue
        one = Candidate(
            person_id=option.member.id,
            option=option,
            covered_minutes=minutes,
            burden=situation.burdens.get(option.member.id, 0.0),
            skills=option.member.person.skills,
            warnings=option.warnings,
        )
        other = best.get(one.person_id)
        if other is None or _order(one) < _order(other):
            best[one.person_id] = one
    ranked = sorted(best.values(), key=_order)[:count]
    helpless = {r.person_id for r in refused}
    idle = [
        Refusal(m.id, why_idle(situation, m, need))
        for m in situation.members
        if m.id not in best and m.id not in helpless
    ]
    return _not_the_most_burdened_first(ranked), (*refused, *idle)


def _order(one: Candidate) -> tuple[float, ...]:
    option = one.option
    return (
        -one.covered_minutes,
        one.price + option.days_off_cancelled,
        max(0, option.extra_minutes),
        option.moved_minutes,
    )


def _not_the_most_burdened_first(ranked: list[Candidate]) -> tuple[Candidate, ...]:
    if not ranked:
        return ()
    first = ranked[0]
    worst = max(c.burden for c in ranked)
    if first.burden == worst:
        for i, other in enumerate(ranked):
            if other.burden < worst and other.covered_minutes == first.covered_minutes:
                return (other, *ranked[:i], *ranked[i + 1 :])
    return tuple(ranked)


def _gains(situation: Situation, need: Need, found: list[Option]) -> list[int]:
    """Minutes of the need that each option fills."""
    if need.case_id:
        return [sum(s.minutes for s in option.serves) for option in found]
    gains = [0] * len(found)
    for block in blocks(situation, need, found):
        lacking = block.wanted - block.now
        for position, delta in block.deltas.items():
            if lacking > 0 or delta < 0:
                gains[position] += min(delta, max(lacking, 0)) * block.span.minutes
    return gains


# --- why me, and why not her --------------------------------------------------------------------


def why_me(
    problem: Problem,
    rules: RosterRules,
    law: WorkingTimeLaw,
    duties: Iterable[Duty],
    duty: Duty,
) -> tuple[WhyNot, ...]:
    """For a duty of a roster: of each other person why not, so that "why me?" has an answer.

    Who could lawfully do it within hours and house rules has the obstacle PRICE.
    """
    grid = Grid(problem, rules, law)
    chosen = grid.cells_of(duties)
    cell = next(iter(grid.cells_of([duty])), None)
    if cell is None:
        return ()
    without = chosen - {cell}
    block = Block(
        Need(duty.id, Span(start=duty.start, end=duty.end), 1),
        Span(start=duty.start, end=duty.end),
        1,
        None,
        tuple(range(len(grid.members))),
        (cell[1:],),
        0,
    )
    gap = _Gap(grid, without, block, Uncovered(block.need, block.span, 1))
    return tuple(gap.why_not(m) for m in range(len(grid.members)) if m != cell.member)
