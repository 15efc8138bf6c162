"""A grid, or some people of it, as a model of CP-SAT."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from orderdesk.domain.worktime import Stretch
from orderdesk.roster.cells import Cell, Shift, Term
from orderdesk.roster.grid import DAYS_BEFORE, Grid


class Model:
    """Some people's days as a model of CP-SAT: a variable per cell, and one per day worked.

    Everybody else keeps what `chosen` gives them: what binds a person binds no other, so only the
    prices of cover and themes reach from them into the model.
    """

    def __init__(self, grid: Grid, people: Iterable[int], chosen: frozenset[Cell]) -> None:
        from ortools.sat.python import cp_model

        self.grid = grid
        self.people = frozenset(people)
        self.others = frozenset(c for c in chosen if c.member not in self.people)
        self.cp = cp_model.CpModel()
        self.x = {
            cell: self.cp.new_bool_var("")
            for cell in sorted(grid.allowed)
            if cell.member in self.people
        }
        self.works = {
            key: self._works(cells)
            for key, cells in grid.by_day.items()
            if cells and key[0] in self.people
        }
        for cell in grid.pinned:
            if cell in self.x:
                self.cp.add(self.x[cell] == 1)
        for first, second in grid.clashes:
            self._keep_apart(first, second)
        for row in grid.rows:
            if row.cells and row.cells[0][0].member in self.people:
                self.cp.add(self._sum(row.cells) <= row.high)
        must = grid.rest_must_follow()
        for m in sorted(self.people):
            self._rest_weekly(m, must)
        prices = [price for term in grid.terms for price in self._prices(term)]
        self.cp.minimize(cp_model.LinearExpr.sum(prices) + self.paid)

    @cached_property
    def paid(self) -> int:
        """What the terms pay that nobody in the model has a part in."""
        return sum(
            term.price(self.others)
            for term in self.grid.terms
            if not any(cell in self.x for cell, _ in term.cells)
        )

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
            for variable in self._all_variables():
                self.cp.add_hint(variable, solver.value(variable))

    def _all_variables(self) -> Iterator[Any]:
        for position in range(len(self.cp.proto.variables)):
            yield self.cp.get_int_var_from_proto_index(position)

    def _works(self, cells: Sequence[Cell]) -> Any:
        works = self.cp.new_bool_var("")
        self.cp.add_exactly_one([*(self.x[c] for c in cells), ~works])
        return works

    def _keep_apart(self, first: Shift, second: Shift) -> None:
        for m in self.people:
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
        open_ = [(cell, weight) for cell, weight in term.cells if cell in self.x]
        if not open_:
            return
        constant = term.constant
        if len(open_) < len(term.cells):
            constant += sum(weight for cell, weight in term.cells if cell in self.others)
        least = constant + sum(min(0, weight) for _, weight in open_)
        most = constant + sum(max(0, weight) for _, weight in open_)
        if term.low is not None and term.under and least < term.low:
            short = self.cp.new_int_var(0, term.low - least, "")
            self.cp.add(self._sum(open_) + short >= term.low - constant)
            yield term.under * short
        if term.high is not None and term.over and most > term.high:
            over = self.cp.new_int_var(0, most - term.high, "")
            self.cp.add(self._sum(open_) - over <= term.high - constant)
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
