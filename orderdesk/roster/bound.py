"""What no roster can go under: the linear relaxation of a grid, made tight where it is cheap.

A term whose cells all weigh the same counts whole shifts, so its price is taken at whole numbers
and joined by straight lines between them: a contract that doesn't divide into shifts then costs
what it must. With that alone the relaxation of the demonstration team is as high as its best
roster.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from orderdesk.roster.cells import Cell, Term
from orderdesk.roster.grid import Grid
from orderdesk.roster.highs import solver

_FREE = 1e30


class _Row(NamedTuple):
    low: float
    high: float
    variables: Sequence[int]
    weights: Sequence[float]


class _Relaxation:
    """Variables 0..1 for the cells, then one for what each term pays."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.at = {cell: n for n, cell in enumerate(sorted(grid.allowed))}
        self.cost = [0.0] * len(self.at)
        self.paid = 0.0
        """What terms without a choice pay."""
        self.rows = [*self._bounds(), *(row for term in grid.terms for row in self._priced(term))]

    def _bounds(self) -> Iterator[_Row]:
        for cells in self.grid.by_day.values():
            if cells:
                yield _Row(-_FREE, 1, [self.at[c] for c in cells], [1.0] * len(cells))
        for first, second in self.grid.clashes:
            for m in range(len(self.grid.members)):
                both = Cell(m, *first), Cell(m, *second)
                pinned = set(both) <= self.grid.pinned.keys()
                if all(c in self.at for c in both) and not pinned:
                    yield _Row(-_FREE, 1, [self.at[c] for c in both], [1.0, 1.0])
        for row in self.grid.rows:
            yield _Row(-_FREE, row.high, *self._weighed(row.cells))
        for cell in self.grid.pinned:
            yield _Row(1, 1, [self.at[cell]], [1.0])

    def _weighed(self, cells: Sequence[tuple[Cell, int]]) -> tuple[list[int], list[float]]:
        return [self.at[c] for c, _ in cells], [float(w) for _, w in cells]

    def _priced(self, term: Term) -> Iterator[_Row]:
        if not term.cells:
            self.paid += term.price(frozenset())
            return
        weights = {w for _, w in term.cells}
        if len(weights) == 1 and min(weights) > 0:
            yield from self._whole_shifts(term, min(weights))
            return
        variables, values = self._weighed(term.cells)
        if term.low is not None and term.under:
            short = self._variable(term.under)
            yield _Row(term.low - term.constant, _FREE, [*variables, short], [*values, 1.0])
        if term.high is not None and term.over:
            over = self._variable(term.over)
            yield _Row(-_FREE, term.high - term.constant, [*variables, over], [*values, -1.0])

    def _whole_shifts(self, term: Term, weight: int) -> Iterator[_Row]:
        """The price at each whole number of shifts, and straight lines between."""
        variables, _ = self._weighed(term.cells)
        prices = [
            float(term.price_at(term.constant + weight * n)) for n in range(len(variables) + 1)
        ]
        if not any(prices):
            return
        pays = self._variable(1)
        lines = {
            (after - before, before - (after - before) * n)
            for n, (before, after) in enumerate(pairwise(prices))
        }
        for slope, start in sorted(lines):
            yield _Row(start, _FREE, [pays, *variables], [1.0, *[-slope] * len(variables)])

    def _variable(self, cost: float) -> int:
        self.cost.append(float(cost))
        return len(self.cost) - 1


def lower_bound(grid: Grid, seconds: float = 60) -> float:
    """What no roster of the grid can go under, in steps of 1/SCALE hour of regret.

    0 when the relaxation isn't solved in `seconds`. Doesn't hold the interpreter while it solves.
    """
    import highspy

    relaxed = _Relaxation(grid)
    count, cells = len(relaxed.cost), len(relaxed.at)
    highs = solver(solver="ipm", time_limit=float(seconds))
    highest = np.full(count, _FREE)
    highest[:cells] = 1
    highs.addVars(count, np.zeros(count), highest)
    highs.changeColsCost(count, np.arange(count, dtype=np.int32), np.array(relaxed.cost))
    rows = relaxed.rows
    highs.addRows(
        len(rows),
        np.array([row.low for row in rows], dtype=np.float64),
        np.array([row.high for row in rows], dtype=np.float64),
        sum(len(row.variables) for row in rows),
        np.cumsum([0, *(len(row.variables) for row in rows[:-1])], dtype=np.int32),
        np.array([v for row in rows for v in row.variables], dtype=np.int32),
        np.array([w for row in rows for w in row.weights], dtype=np.float64),
    )
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return 0.0
    # Prices are whole steps; what the tolerances of the solver lose is far below one.
    found = highs.getInfo().objective_function_value + relaxed.paid
    return float(np.ceil(found - 0.01))
