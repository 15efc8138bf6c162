"""Four weeks of duties for a team: lawful, covered, fair, near the best that can be had.

`roster` compiles a `Problem` into a `Grid`, has CP-SAT choose cells, and lets the checker of
working-time law judge the choice. A breach that the grid didn't foresee becomes a cut, and the
search goes on: no roster with an error leaves this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from orderdesk.domain.people import Duty
from orderdesk.domain.time import Span
from orderdesk.domain.worktime import Finding, Stretch, WorkingTimeLaw
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import msg
from orderdesk.roster.grid import DAYS_BEFORE, SCALE, Cell, Grid, Shift, Term
from orderdesk.roster.problem import (
    Need,
    NewId,
    Problem,
    RosterRules,
    free_tasks,
    standing,
)

_MOVES_PER_DAY = 4_500
"""Annealing moves per person and day: enough for the last per cent, 1-2 s for a team of 24."""
_ANNEAL_SHARE = 0.4
"""Part of the time after which annealing makes room for the solver with its bound."""


class Progress(NamedTuple):
    """Where the search stands; prices in hours of regret."""

    seconds: float
    objective: float
    bound: float

    @property
    def gap(self) -> float:
        """How far the roster may be from the best possible: 0.004 is 0.4%."""
        return gap_of(self.objective, self.bound)


@dataclass(frozen=True)
class Effort:
    """How long and how to search.

    With `repeatable` the same seed and threads give the same roster on any machine; `seconds` is
    then counted in the solver's own steady time, and `stop` should not be used.
    """

    seconds: float = 15
    threads: int = 2
    seed: int = 1
    repeatable: bool = False


@dataclass(frozen=True)
class Uncovered:
    """A block with too few people."""

    need: Need
    span: Span
    short: int


@dataclass(frozen=True)
class Share:
    """What one person carries over the weeks of fairness; for that person and the planner only."""

    person_id: str
    nights: int
    weekends: int
    lates: int
    minutes: int
    """Paid minutes within the horizon."""
    wishes: int
    wishes_granted: int


@dataclass(frozen=True)
class Roster:
    """A lawful roster and what is known about how good it is."""

    duties: tuple[Duty, ...]
    """Those of the horizon, pinned ones unchanged, by person and time."""
    objective: float
    bound: float
    parts: Mapping[str, float]
    """The objective by cause, in hours of regret."""
    uncovered: tuple[Uncovered, ...]
    warnings: tuple[Finding, ...]
    shares: tuple[Share, ...]
    """By person, in the order of the team."""
    seconds: float
    first_legal_seconds: float
    proven: bool
    """Whether no better roster exists."""

    @property
    def gap(self) -> float:
        """How far from the best possible at most: 0.004 is 0.4%."""
        return gap_of(self.objective, self.bound)


def gap_of(objective: float, bound: float) -> float:
    """Relative gap; an objective under one hour of regret is measured against one hour."""
    return max(0.0, objective - bound) / max(objective, 1.0)


def roster(
    problem: Problem,
    rules: RosterRules,
    law: WorkingTimeLaw,
    *,
    new_id: NewId,
    now: datetime,
    effort: Effort | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Roster:
    """The best lawful roster found within `effort`.

    Any-time: `stop` ends the search with what there is; `on_progress` hears of each better roster.
    Raises RuleSaysNo when what is pinned breaks the law or leaves no lawful roster.
    """
    search = Search(effort or Effort(), on_progress, stop)
    grid = Grid(problem, rules, law)
    grid.require_lawful_pins()
    cuts: set[tuple[Cell, ...]] = set()
    choice = choose(grid, cuts, search, None, first_only=True)
    first_legal = None if grid.breaches(choice.cells) else search.elapsed
    choice = _annealed(grid, choice, search)
    while True:
        choice = choose(grid, cuts, search, choice)
        found = grid.breaches(choice.cells)
        if not found:
            break
        fresh = grid.cuts(choice.cells, found) - cuts
        if search.over or not fresh:
            choice = replace(choice, cells=grid.repaired(choice.cells), proven=False)
            break
        cuts |= fresh
    return _result(grid, choice, new_id, now, search.elapsed, first_legal or search.elapsed)


# --- choosing cells ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """Cells that were chosen, and what is known of them (steps of 1/SCALE)."""

    cells: frozenset[Cell]
    bound: float
    proven: bool


class Search:
    """How to search: what effort is left, who listens, and whether to stop."""

    def __init__(
        self,
        effort: Effort,
        on_progress: Callable[[Progress], None] | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        self.effort = effort
        self._on_progress, self._stop = on_progress, stop
        self._begun = perf_counter()

    @property
    def elapsed(self) -> float:
        """Seconds since the search began."""
        return perf_counter() - self._begun

    @property
    def stopped(self) -> bool:
        """Whether somebody asked to stop."""
        return self._stop is not None and self._stop()

    @property
    def left(self) -> float:
        """Seconds that the solver may still take; a little in any case, so that it can finish."""
        if self.effort.repeatable:
            return self.effort.seconds
        return max(self.effort.seconds - self.elapsed, 0.05 * self.effort.seconds)

    @property
    def over(self) -> bool:
        """Whether no more rounds should begin."""
        return self.stopped or (not self.effort.repeatable and self.elapsed >= self.effort.seconds)

    def tell(self, objective: float, bound: float) -> None:
        """A better roster is known (steps of 1/SCALE)."""
        if self._on_progress is not None:
            self._on_progress(Progress(self.elapsed, objective / SCALE, bound / SCALE))


def _annealed(grid: Grid, choice: Choice, search: Search) -> Choice:
    """A much better idea to start from than the first roster."""
    from orderdesk.roster.anneal import anneal

    moves = _MOVES_PER_DAY * len(grid.by_day)
    effort = search.effort

    def enough() -> bool:
        late = not effort.repeatable and search.elapsed > _ANNEAL_SHARE * effort.seconds
        return late or search.stopped

    cells = anneal(grid, choice.cells, effort.seed, moves, enough)
    price = sum(term.price(cells) for term in grid.terms)
    search.tell(price, choice.bound)
    return replace(choice, cells=cells, proven=False)


def choose(
    grid: Grid,
    cuts: set[tuple[Cell, ...]],
    search: Search,
    start_from: Choice | None,
    *,
    first_only: bool = False,
) -> Choice:
    """Choose cells of the grid at the least price: the one place that calls a solver.

    `cuts` are sets of cells that may not all be chosen; `start_from` is a first idea; with
    `first_only` any roster will do.
    """
    from ortools.sat.python import cp_model

    model = _Model(grid)
    for cut in cuts:
        model.forbid(cut)
    if start_from is not None:
        model.hint(start_from.cells)
    solver = cp_model.CpSolver()
    # Which of two threads meets a first roster first is a matter of luck.
    solver.parameters.num_workers = 1 if first_only else search.effort.threads
    solver.parameters.random_seed = search.effort.seed
    if search.effort.repeatable:
        solver.parameters.interleave_search = True
        solver.parameters.max_deterministic_time = search.left
    else:
        solver.parameters.max_time_in_seconds = search.left
    solver.parameters.stop_after_first_solution = first_only
    status = solver.solve(model.cp, _listener(search))
    if status == cp_model.UNKNOWN:
        # Time ran out before any roster: that of before stands, or the pins with nothing added.
        cells = frozenset(grid.pinned) if start_from is None else start_from.cells
        return Choice(cells, max(0.0, solver.best_objective_bound), proven=False)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise RuleSaysNo(msg("No lawful roster is possible with what is pinned and who is away."))
    return Choice(
        frozenset(cell for cell, variable in model.x.items() if solver.boolean_value(variable)),
        solver.best_objective_bound,
        status == cp_model.OPTIMAL,
    )


class _Model:
    """The grid as a model of CP-SAT: a variable per cell, and one per person and day worked."""

    def __init__(self, grid: Grid) -> None:
        from ortools.sat.python import cp_model

        self.grid = grid
        self.cp = cp_model.CpModel()
        self.x = {cell: self.cp.new_bool_var("") for cell in sorted(grid.allowed)}
        self.works = {key: self._works(cells) for key, cells in grid.by_day.items() if cells}
        for cell in grid.pinned:
            self.cp.add(self.x[cell] == 1)
        for first, second in grid.clashes:
            self._keep_apart(first, second)
        for row in grid.rows:
            self.cp.add(self._sum(row.cells) <= row.high)
        must = grid.rest_must_follow()
        for m in range(len(grid.members)):
            self._rest_weekly(m, must)
        prices = [price for term in grid.terms for price in self._prices(term)]
        self.cp.minimize(cp_model.LinearExpr.sum(prices))

    def forbid(self, cells: Iterable[Cell]) -> None:
        """Not all of these together."""
        self.cp.add_bool_or(~self.x[c] for c in cells)

    def hint(self, cells: frozenset[Cell]) -> None:
        """A first idea, completed to all variables: the solver drops one with gaps."""
        from ortools.sat.python import cp_model

        for cell, variable in self.x.items():
            self.cp.add_hint(variable, cell in cells)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.fix_variables_to_their_hinted_value = True
        if solver.solve(self.cp) in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            self.cp.clear_hints()  # type: ignore[no-untyped-call]
            for variable in self.all_variables():
                self.cp.add_hint(variable, solver.value(variable))

    def all_variables(self) -> Iterator[Any]:
        """Every variable of the model."""
        for position in range(len(self.cp.proto.variables)):
            yield self.cp.get_int_var_from_proto_index(position)

    def _works(self, cells: Sequence[Cell]) -> Any:
        works = self.cp.new_bool_var("")
        self.cp.add_exactly_one([*(self.x[c] for c in cells), ~works])
        return works

    def _keep_apart(self, first: Shift, second: Shift) -> None:
        for m in range(len(self.grid.members)):
            both = Cell(m, *first), Cell(m, *second)
            if all(c in self.x for c in both) and not set(both) <= self.grid.pinned.keys():
                self.forbid(both)

    def _sum(self, cells: Iterable[tuple[Cell, int]]) -> Any:
        """A weighted number of cells; a whole day of somebody is one variable, which is what
        makes runs, rests and patterns short enough to reason about."""
        by_day: dict[tuple[int, int], dict[Cell, int]] = {}
        for cell, weight in cells:
            by_day.setdefault(cell[:2], {})[cell] = weight
        variables: list[Any] = []
        weights: list[int] = []
        for key, day in by_day.items():
            least = min(day.values()) if len(day) == len(self.grid.by_day[key]) else 0
            if least:
                variables.append(self.works[key])
                weights.append(least)
            for cell, weight in day.items():
                if weight != least:
                    variables.append(self.x[cell])
                    weights.append(weight - least)
        from ortools.sat.python import cp_model

        return cp_model.LinearExpr.weighted_sum(variables, weights)

    def _prices(self, term: Term) -> Iterator[Any]:
        """The prices of leaving the term's bounds, where they can be left at all."""
        least = term.constant + sum(min(0, weight) for _, weight in term.cells)
        most = term.constant + sum(max(0, weight) for _, weight in term.cells)
        if term.low is not None and term.under and least < term.low:
            short = self.cp.new_int_var(0, term.low - least, "")
            self.cp.add(self._sum(term.cells) + short >= term.low - term.constant)
            yield term.under * short
        if term.high is not None and term.over and most > term.high:
            over = self.cp.new_int_var(0, most - term.high, "")
            self.cp.add(self._sum(term.cells) - over <= term.high - term.constant)
            yield term.over * over

    def _rest_weekly(self, m: int, must: npt.NDArray[np.bool_]) -> None:
        """After each shift weekly rest within seven times 24 hours (ATW 5:5)."""
        grid = self.grid
        norm = grid.law.weekly_rest[-1]
        reach = round(norm.window_hours / 24)
        needed = timedelta(hours=norm.rest_hours)
        window = timedelta(hours=norm.window_hours)
        fixed = grid.fixed_days(m)
        shifts = {d: self._shifts(m, d, fixed) for d in range(-DAYS_BEFORE, len(grid.dates) + 1)}
        rests = {
            d: self._rest_day(m, d, shifts, needed)
            for d in range(2 - reach, len(grid.dates))
            if d not in fixed
        }
        for d in range(1 - reach, len(grid.dates) - reach + 1):
            if not must[m, d + DAYS_BEFORE]:
                continue
            within = [rests[d + n] for n in range(1, reach) if d + n in rests]
            early = [rests[d + n] for n in range(1, reach - 2) if d + n in rests]
            for first in shifts[d]:
                self._unless([first], within)
                # A rest that begins after the last day but one may end when the window is over.
                for last in shifts[d + reach - 2]:
                    if last.end + needed > first.start + window:
                        self._unless([first, last], early)

    def _shifts(self, m: int, day: int, fixed: Mapping[int, Sequence[Stretch]]) -> list[_Worked]:
        """What a member works or may work on a day."""
        cells = self.grid.by_day.get((m, day), ())
        spans = self.grid.spans
        return [
            *(_Worked(w.start, w.end, None) for w in fixed.get(day, ())),
            *(_Worked(spans[c[1:]].start, spans[c[1:]].end, self.x[c]) for c in cells),
        ]

    def _rest_day(
        self, m: int, day: int, shifts: Mapping[int, Sequence[_Worked]], needed: timedelta
    ) -> Any:
        """A variable that may be true only if `day` is off and long rest lies around it."""
        rest = self.cp.new_bool_var("")
        if (m, day) in self.works:
            self.cp.add_implication(rest, ~self.works[m, day])
        for before in shifts[day - 1]:
            for after in shifts[day + 1]:
                if after.start - before.end < needed:
                    self._unless([before, after], [~rest])
        return rest

    def _unless(self, shifts: Sequence[_Worked], saved_by: Sequence[Any]) -> None:
        """Not all of the shifts, unless one of the literals is true."""
        clause = [~s.chosen for s in shifts if s.chosen is not None] + list(saved_by)
        if clause:
            self.cp.add_bool_or(clause)


class _Worked(NamedTuple):
    """A shift that is fixed (no variable) or may be chosen."""

    start: datetime
    end: datetime
    chosen: Any | None


def _listener(search: Search) -> Any:
    """Tells of each better roster and asks whether to stop."""
    from ortools.sat.python import cp_model

    class Listener(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            search.tell(self.objective_value, self.best_objective_bound)
            if search.stopped:
                self.stop_search()

    return Listener()


# --- cells to duties -----------------------------------------------------------------------------


def _result(
    grid: Grid, choice: Choice, new_id: NewId, now: datetime, seconds: float, first_legal: float
) -> Roster:
    parts = grid.price(choice.cells)
    return Roster(
        duties=_duties(grid, choice.cells, new_id, now),
        objective=sum(parts.values()),
        bound=choice.bound / SCALE,
        parts=parts,
        uncovered=tuple(
            Uncovered(block.need, block.span, short)
            for block in grid.blocks
            if (short := block.required - grid.count(block, choice.cells)) > 0
        ),
        warnings=grid.warnings(choice.cells),
        shares=tuple(_share(grid, m, choice.cells) for m in range(len(grid.members))),
        seconds=seconds,
        first_legal_seconds=first_legal,
        proven=choice.proven,
    )


def _duties(grid: Grid, chosen: frozenset[Cell], new_id: NewId, now: datetime) -> tuple[Duty, ...]:
    """Pinned duties as they are, draft duties where the same cell was chosen again, else new."""
    drafted = {
        (d.person_id, d.shift, d.place, d.start, d.end): d for d in standing(grid.problem.draft)
    }
    themes = _deal_themes(grid, chosen)
    duties = [duty for _, duty in grid.own_hours]
    for cell in sorted(chosen):
        if cell in grid.pinned:
            duties.append(grid.pinned[cell])
            continue
        offer, span = grid.offers[cell.offer], grid.spans[cell.day, cell.offer]
        person = grid.members[cell.member].id
        tasks = free_tasks(offer, span, themes.get(cell, ""))
        same = drafted.get((person, offer.shift.id, offer.place, span.start, span.end))
        if same is not None:
            duties.append(same if same.tasks == tasks else same.replace(tasks=tasks))
            continue
        duties.append(
            Duty(
                id=new_id(),
                person_id=person,
                shift=offer.shift.id,
                start=span.start,
                end=span.end,
                break_minutes=offer.shift.break_minutes,
                tasks=tasks,
                place=offer.place,
                changed_at=now,
            )
        )
    return tuple(sorted(duties, key=lambda d: (d.person_id, d.start)))


def _deal_themes(grid: Grid, chosen: frozenset[Cell]) -> dict[Cell, str]:
    """A theme for each shift: its person's own where that still asks for hours, then wherever
    most is asked, then the person's own again."""
    problem = grid.problem
    asked = {
        (week, theme): minutes
        for week in {problem.week_of(d) for d in grid.dates}
        for theme, minutes in problem.theme_minutes.items()
    }
    dealt: dict[Cell, str] = {}

    def give(cell: Cell, theme: str) -> None:
        dealt[cell] = theme
        key = problem.week_of(grid.dates[cell.day]), theme
        if key in asked:
            asked[key] -= grid.minutes((cell.day, cell.offer))

    shifts = sorted(
        (c for c in chosen if not grid.offers[c.offer].shift.reserve),
        key=lambda c: (c.day, c.member),
    )
    for cell in shifts:
        own = grid.members[cell.member].person.theme
        if asked.get((problem.week_of(grid.dates[cell.day]), own), 0) > 0:
            give(cell, own)
    for cell in shifts:
        if cell not in dealt:
            week = problem.week_of(grid.dates[cell.day])
            wanting = [(n, theme) for (w, theme), n in asked.items() if w == week and n > 0]
            own = grid.members[cell.member].person.theme
            give(cell, max(wanting)[1] if wanting else own)
    return dealt


def _share(grid: Grid, m: int, chosen: frozenset[Cell]) -> Share:
    own = [(c.day, c.offer) for c in chosen if c.member == m]
    kinds = (grid.is_night, grid.is_weekend, grid.is_late)
    nights, weekends, lates = (
        grid.past(m, is_kind) + sum(is_kind(grid.stretch(s)) for s in own) for is_kind in kinds
    )
    wishes = [w for w in grid.problem.wishes if w.person_id == grid.members[m].id]
    return Share(
        person_id=grid.members[m].id,
        nights=nights,
        weekends=weekends,
        lates=lates,
        minutes=sum(grid.minutes(s) for s in own),
        wishes=len(wishes),
        wishes_granted=sum(grid.granted(w, chosen) for w in wishes),
    )
