"""Changing published duties with the least disruption, and saying what each change costs.

Aims count one after the other in the order of `data/roster.toml`: people touched, days off
cancelled, notice, hours borrowed, burden. Each aim is solved to proven optimality before the next,
so "no legal plan touches fewer" is a result and not a hope. Three plans under different house
rules stand side by side; nothing is changed until somebody chooses one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from orderdesk.domain.people import Duty
from orderdesk.domain.time import Span, local
from orderdesk.domain.worktime import WorkingTimeLaw
from orderdesk.i18n import Day, Msg, msg
from orderdesk.roster.ilp import Program, Solved, Weights
from orderdesk.roster.moves import (
    Option,
    Situation,
    cancelled,
    options,
)
from orderdesk.roster.plans import PersonLine, Plan, PoolLine, Proof, Replan
from orderdesk.roster.problem import Aim, Kind, Need, NewId, RosterRules, day_of
from orderdesk.roster.strength import Block, Shortfall, below, blocks, joined


@dataclass(frozen=True)
class Strategy:
    """A way to look for a plan: which means may be used."""

    id: str
    title: Msg
    pool: bool = True
    flex_of_other_days: bool = True
    borrow_no_more_than_first: bool = False
    """At most the theme hours that the least disruptive plan takes."""
    undercut_waterline: bool = False


STRATEGIES = (
    Strategy("least", msg("Fewest people touched")),
    Strategy("own", msg("Own people, reserve of other days kept"), False, False),
    Strategy("themes", msg("Themes spared, reserve of other days kept"), False, False, True),
    Strategy("no_pool", msg("Own people and reserve"), False),
    Strategy("reserve", msg("Reserve of other days kept"), True, False),
    Strategy("decision", msg("Below the waterline"), False, undercut_waterline=True),
)
"""Tried in this order until enough different plans are found."""


def replan(
    situation: Situation,
    rules: RosterRules,
    law: WorkingTimeLaw,
    *,
    new_id: NewId,
    exclude: Iterable[str] = (),
    prefer: Iterable[str] = (),
    most_plans: int = 3,
    kinds: frozenset[Kind] = frozenset(Kind),
    on_plan: Callable[[Plan], None] | None = None,
    seconds: float = 1,
) -> Replan:
    """Up to `most_plans` different lawful plans that meet the needs of the situation.

    `exclude` keeps people out, `prefer` brings them in where the law allows. `on_plan` hears of
    each plan as soon as it is found; at most `seconds` of steady solver time go to each aim. The
    same situation gives the same plans. A plan with law errors is never returned; what a plan
    leaves open stands in its `uncovered`.
    """
    excluded = frozenset(exclude)
    found, refused = options(situation, rules, law)
    usable = [o for o in found if o.member.id not in excluded and o.kind in kinds]
    chooser = _Chooser(situation, rules, law, usable, len(found), seconds)
    able = {o.member.id for o in usable}
    wanted = frozenset(prefer) & able
    plans: list[Plan] = []
    least_open = 0
    seen: set[frozenset[object]] = set()
    for strategy in STRATEGIES:
        if len(plans) >= most_plans:
            break
        most = None
        if strategy.borrow_no_more_than_first:
            most = plans[0].borrowed_minutes if plans else 0
        choice = chooser.choose(strategy, wanted, most)
        if choice is None or choice.signature in seen:
            continue
        seen.add(choice.signature)
        least_open = choice.uncovered if not plans else least_open
        if choice.uncovered > least_open:
            continue
        plan = chooser.plan(strategy, choice, new_id)
        plans.append(plan)
        if on_plan is not None:
            on_plan(plan)
    return Replan(tuple(plans), tuple(refused), tuple(sorted(frozenset(prefer) - able)))


# --- choosing ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Segment:
    """A part of a deployment: people still lacking, and which options give one."""

    need: Need
    span: Span
    lacking: int
    options: tuple[int, ...]


@dataclass(frozen=True)
class _Choice:
    options: tuple[Option, ...]
    pool: Mapping[str, int]
    uncovered: int
    aims: Mapping[Aim, float]
    touched_bound: int

    @property
    def signature(self) -> frozenset[object]:
        """What makes two choices the same plan."""
        changes = {
            (o.member.id, o.old.id if o.old else "", o.new.start, o.new.end, o.serves)
            for o in self.options
        }
        return frozenset(changes) | frozenset(self.pool.items())


_SCALE = {Aim.TOUCHED: 1, Aim.DAYS_OFF: 1, Aim.NOTICE: 100, Aim.BORROWED: 100, Aim.BURDEN: 10_000}
"""Whole steps per unit of each aim; the last digits of burden break ties by hours moved."""


class _Chooser:
    """Builds the integer program of a strategy over the lawful options, and reads its answer."""

    def __init__(
        self,
        situation: Situation,
        rules: RosterRules,
        law: WorkingTimeLaw,
        usable: Sequence[Option],
        considered: int,
        seconds: float,
    ) -> None:
        self.situation, self.rules, self.law = situation, rules, law
        self.options = tuple(usable)
        self.considered = considered
        self.seconds = seconds
        self.deployments = [n for n in situation.needs if n.case_id]
        self.segments = [s for need in self.deployments for s in self._segments(need)]
        presence = [n for n in situation.needs if not n.case_id]
        self.presence = self._blocks(presence)
        self.waterline = self._blocks(situation.waterlines)
        self.standing = self._blocks(situation.standing)

    # what is lacking, and who is there

    def _blocks(self, needs: Iterable[Need]) -> list[Block]:
        return [b for need in needs for b in blocks(self.situation, need, self.options)]

    def _segments(self, need: Need) -> Iterator[_Segment]:
        there = self.situation.committed(need)
        serving = [
            (i, s.start, s.end)
            for i, option in enumerate(self.options)
            for s in option.serves
            if s.need is need
        ]
        opens = max(need.span.start, min(self.situation.now, need.span.end))
        edges = {opens, need.span.end}
        edges |= {m for span in there for m in (span.start, span.end)}
        edges |= {m for _, start, end in serving for m in (start, end)}
        inside = sorted(e for e in edges if opens <= e <= need.span.end)
        for start, end in itertools.pairwise(inside):
            here = sum(span.start <= start and end <= span.end for span in there)
            if here < need.at_least:
                able = tuple(i for i, s, e in serving if s <= start and end <= e)
                yield _Segment(need, Span(start=start, end=end), need.at_least - here, able)

    # the program

    def choose(
        self, strategy: Strategy, wanted: frozenset[str], most_borrowed: int | None
    ) -> _Choice | None:
        """The best choice under a strategy; none where the waterline can't be kept."""
        program = Program()
        use = [program.variable(self._usable(o, strategy)) for o in self.options]
        lent = self._pool_variables(program, strategy)
        self._one_change_each(program, use, wanted)
        short = self._cover(program, use, lent)
        if not strategy.undercut_waterline and not self.situation.decision:
            self._keep_waterline(program, use)
        if most_borrowed is not None:
            borrowed = {v: o.borrowed_minutes for v, o in zip(use, self.options, strict=True)}
            program.row(borrowed, None, most_borrowed)
        under = self._standing_short(program, use)
        aims = self._aims(use, lent, under)
        solved = program.solve([short, *(aims[a] for a in self.rules.moves.order)], self.seconds)
        return None if solved is None else self._choice(solved, use, lent)

    def _usable(self, option: Option, strategy: Strategy) -> int:
        other_day = (
            option.kind is Kind.FLEX_MOVED
            and option.old is not None
            and day_of(option.old) != day_of(option.new)
        )
        return int(strategy.flex_of_other_days or not other_day)

    def _pool_variables(self, program: Program, strategy: Strategy) -> dict[str, int]:
        pool = self.situation.pool
        if pool is None or not strategy.pool:
            return {}
        lent = {n.id: program.variable(pool.most_people) for n in self.deployments}
        if lent:
            program.row(dict.fromkeys(lent.values(), 1), None, pool.most_people)
        return lent

    def _one_change_each(
        self, program: Program, use: Sequence[int], wanted: frozenset[str]
    ) -> None:
        by_person: dict[str, list[int]] = {}
        for variable, option in zip(use, self.options, strict=True):
            by_person.setdefault(option.member.id, []).append(variable)
        for person, variables in by_person.items():
            program.row(dict.fromkeys(variables, 1), int(person in wanted), 1)

    def _cover(
        self, program: Program, use: Sequence[int], lent: Mapping[str, int]
    ) -> dict[int, int]:
        """Rows that cover every need, with the minutes still short as the very first aim."""
        short: dict[int, int] = {}
        for segment in self.segments:
            gap = program.variable(segment.lacking)
            short[gap] = segment.span.minutes
            row = {use[i]: 1 for i in segment.options} | {gap: 1}
            if segment.need.id in lent:
                row[lent[segment.need.id]] = 1
            program.row(row, segment.lacking)
        for block in self.presence:
            if block.now < block.wanted or any(d < 0 for d in block.deltas.values()):
                gap = program.variable(block.wanted)
                short[gap] = block.span.minutes
                row = {use[i]: delta for i, delta in block.deltas.items()} | {gap: 1}
                program.row(row, block.wanted - block.now)
        return short

    def _keep_waterline(self, program: Program, use: Sequence[int]) -> None:
        for block in self.waterline:
            if any(delta < 0 for delta in block.deltas.values()):
                row = {use[i]: delta for i, delta in block.deltas.items()}
                program.row(row, block.kept - block.now)

    def _standing_short(self, program: Program, use: Sequence[int]) -> dict[int, int]:
        """Minutes by which standing cover is undercut, beyond what is short already."""
        under: dict[int, int] = {}
        for block in self.standing:
            if any(delta < 0 for delta in block.deltas.values()):
                gap = program.variable(block.need.at_least)
                under[gap] = block.span.minutes
                row = {use[i]: delta for i, delta in block.deltas.items()} | {gap: 1}
                program.row(row, block.kept - block.now)
        return under

    def _aims(
        self, use: Sequence[int], lent: Mapping[str, int], under: Mapping[int, int]
    ) -> dict[Aim, Weights]:
        moves = self.rules.moves
        each = list(zip(use, self.options, strict=True))
        borrowed = {v: self._lending_price(o) for v, o in each}
        for need in self.deployments:
            if need.id in lent:
                minutes = need.span.minutes * moves.pool_minute
                borrowed[lent[need.id]] = round(minutes * _SCALE[Aim.BORROWED])
        for gap, minutes in under.items():
            borrowed[gap] = round(minutes * moves.uncovered_minute * _SCALE[Aim.BORROWED])
        rank = {m.id: i for i, m in enumerate(self.situation.members)}
        burdens = self.situation.burdens
        return {
            Aim.TOUCHED: dict.fromkeys(use, 1),
            Aim.DAYS_OFF: {v: o.days_off_cancelled for v, o in each},
            Aim.NOTICE: {v: round(o.weight * _SCALE[Aim.NOTICE]) for v, o in each},
            Aim.BORROWED: borrowed,
            Aim.BURDEN: {
                v: round(burdens.get(o.member.id, 0.0) * _SCALE[Aim.BURDEN])
                + min(o.moved_minutes, 1440)
                + rank[o.member.id] % 100
                for v, o in each
            },
        }

    def _lending_price(self, option: Option) -> int:
        """Minutes taken from a theme, dearer the later it stands in the order of lending, and
        minutes beyond the roster."""
        order = self.rules.moves.lend_order
        place = order.index(option.theme) if option.theme in order else len(order)
        lent = option.theme_minutes * (1 + place / 20)
        extra = max(0, option.extra_minutes) * self.rules.moves.extra_minute
        return round((lent + extra) * _SCALE[Aim.BORROWED])

    def _choice(self, solved: Solved, use: Sequence[int], lent: Mapping[str, int]) -> _Choice:
        order = self.rules.moves.order
        return _Choice(
            options=tuple(o for v, o in zip(use, self.options, strict=True) if solved.values[v]),
            pool={need: n for need, v in lent.items() if (n := solved.values[v])},
            uncovered=solved.aims[0],
            aims={a: solved.aims[1 + i] / _SCALE[a] for i, a in enumerate(order)},
            # The bound is one for all plans only where this aim comes first.
            touched_bound=solved.bounds[1] if order[0] is Aim.TOUCHED else 0,
        )

    # the plan

    def plan(self, strategy: Strategy, choice: _Choice, new_id: NewId) -> Plan:
        """The choice as a plan with its duties, prices and side effects."""
        chosen = [
            o if o.old is not None else replace(o, new=o.new.replace(id=new_id()))
            for o in sorted(choice.options, key=lambda o: o.member.id)
        ]
        absent = tuple(d for d in self.situation.duties if d.id in self.situation.absent)
        duties = self._duties_after(chosen, absent)
        pool = self.situation.pool
        position = {id(o): i for i, o in enumerate(self.options)}
        used = frozenset(position[id(o)] for o in choice.options)
        below_cover = below(self.standing, used)
        gone = self._flex_gone(chosen)
        return Plan(
            strategy=strategy.id,
            title=strategy.title,
            lines=tuple(self._line(o) for o in chosen),
            absent=absent,
            pool=tuple(
                PoolLine(pool.name, need, choice.pool[need.id])
                for need in self.deployments
                if pool is not None and need.id in choice.pool
            ),
            duties=duties,
            proof=Proof(
                len(chosen), choice.touched_bound, self.considered, self._by_counting(strategy)
            ),
            aims=choice.aims,
            uncovered=self._uncovered(choice, used),
            below_waterline=below(self.waterline, used),
            below_cover=below_cover,
            flex_gone=gone,
            side_effects=(*_flex_messages(gone), *_cover_messages(below_cover)),
            warnings=tuple(f for o in chosen for f in o.warnings),
        )

    def _duties_after(self, chosen: Sequence[Option], absent: Sequence[Duty]) -> tuple[Duty, ...]:
        changed = {o.old.id: o.new for o in chosen if o.old is not None}
        changed |= {d.id: cancelled(d, self.situation.now) for d in absent}
        kept = [changed.get(d.id, d) for d in self.situation.duties]
        return (*kept, *(o.new for o in chosen if o.old is None))

    def _line(self, option: Option) -> PersonLine:
        day_off = "moved" if option.days_off_moved else ""
        return PersonLine(
            person_id=option.member.id,
            kind=option.kind,
            old=option.old,
            new=option.new,
            notice=option.notice,
            weight=option.weight,
            earlier_burden=self.situation.burdens.get(option.member.id, 0.0),
            reserve_minutes=option.reserve_minutes,
            theme_minutes=option.theme_minutes,
            extra_minutes=option.extra_minutes,
            borrowed_minutes=option.borrowed_minutes,
            theme=option.theme,
            day_off="cancelled" if option.days_off_cancelled else day_off,
            warnings=option.warnings,
        )

    def _by_counting(self, strategy: Strategy) -> int:
        """People lacking at the worst moment, less what the pool may lend."""
        pool = self.situation.pool
        lendable = pool.most_people if pool is not None and strategy.pool else 0
        worst = 0
        for segment in self.segments:
            start = segment.span.start
            together = sum(s.lacking for s in self.segments if s.span.start <= start < s.span.end)
            worst = max(worst, together)
        return max(0, worst - lendable)

    def _uncovered(self, choice: _Choice, used: frozenset[int]) -> tuple[Shortfall, ...]:
        lacking = [
            Shortfall(s.need, s.span, short)
            for s in self.segments
            if (
                short := s.lacking
                - sum(i in used for i in s.options)
                - choice.pool.get(s.need.id, 0)
            )
            > 0
        ]
        absent = [
            Shortfall(b.need, b.span, short)
            for b in self.presence
            if (short := b.wanted - b.after(used)) > 0
        ]
        return joined([*lacking, *absent])

    def _flex_gone(self, chosen: Sequence[Option]) -> tuple[date, ...]:
        flex = self.situation.flex_shifts
        before: dict[date, int] = {}
        for own in self.situation.by_person.values():
            for duty in own:
                if duty.shift in flex:
                    before[day_of(duty)] = before.get(day_of(duty), 0) + 1
        left = dict(before)
        for option in chosen:
            if option.old is not None and option.old.shift in flex:
                left[day_of(option.old)] -= 1
                left[day_of(option.new)] = left.get(day_of(option.new), 0) + 1
        return tuple(sorted(day for day in before if left[day] == 0))


def _flex_messages(gone: Iterable[date]) -> Iterator[Msg]:
    for day in gone:
        yield msg("No flex shift is left on {day}.", day=Day(day))


def _cover_messages(found: Iterable[Shortfall]) -> Iterator[Msg]:
    for gap in found:
        yield msg(
            "{n} fewer than the standing cover on {day}, {start}-{end}.",
            n=gap.short,
            day=Day(local(gap.span.start).date()),
            start=f"{local(gap.span.start):%H:%M}",
            end=f"{local(gap.span.end):%H:%M}",
        )
