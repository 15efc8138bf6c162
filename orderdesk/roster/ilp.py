"""Small integer programs solved to proven optimality, one aim after the other (HiGHS).

The programs of a replan are covers with few rows: their linear relaxation is nearly whole, so
branch and bound on it proves an aim in hundredths of a second where CP-SAT takes seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from orderdesk.roster.highs import solver

Weights = Mapping[int, int]
"""Weight of each variable, by its position."""

_NODES_PER_SECOND = 500
"""Nodes of branch and bound that count as a second: the same on any machine."""


@dataclass(frozen=True)
class Solved:
    """The best values found, and for each aim its value and what none can go under."""

    values: tuple[int, ...]
    aims: tuple[int, ...]
    bounds: tuple[int, ...]


class Program:
    """Integer variables from 0 up, and rows between bounds."""

    def __init__(self) -> None:
        self._upper: list[int] = []
        self._rows: list[tuple[Weights, int | None, int | None]] = []

    def variable(self, upper: int = 1) -> int:
        """A new variable 0..upper; gives its position."""
        self._upper.append(upper)
        return len(self._upper) - 1

    def row(self, weights: Weights, low: int | None, high: int | None = None) -> None:
        """Bind low <= sum(weight x variable) <= high."""
        self._rows.append((weights, low, high))

    def solve(self, aims: Sequence[Weights], seconds: float) -> Solved | None:
        """Minimise the first aim, then the second among its optima, and so on.

        Gives None when nothing satisfies the rows. The same program gives the same answer. An aim
        that isn't proven within `seconds` of steady time keeps its best value and tells its bound.
        """
        import highspy

        highs = self._model(highspy, max(1, round(seconds * _NODES_PER_SECOND)))
        count = len(self._upper)
        every = np.arange(count, dtype=np.int32)
        values: tuple[int, ...] = ()
        found: list[int] = []
        bounds: list[int] = []
        for aim in aims:
            costs = np.zeros(count)
            for variable, weight in aim.items():
                costs[variable] = weight
            highs.changeColsCost(count, every, costs)
            highs.run()
            info = highs.getInfo()
            if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
                values = tuple(round(v) for v in highs.getSolution().col_value)
            elif not values:
                return None
            best = sum(weight * values[i] for i, weight in aim.items())
            found.append(best)
            # A whole number can't lie under the bound; what the tolerances lose is far below one.
            bounds.append(min(best, ceil(info.mip_dual_bound - 1e-4)))
            if aim:
                self._bind(highs, aim, -highspy.kHighsInf, best)
        return Solved(values, tuple(found), tuple(bounds))

    def _model(self, highspy: Any, nodes: int) -> Any:
        highs = solver(mip_max_nodes=nodes, mip_rel_gap=0.0, mip_abs_gap=0.9)
        count = len(self._upper)
        highs.addVars(count, np.zeros(count), np.array(self._upper, dtype=np.float64))
        highs.changeColsIntegrality(
            count,
            np.arange(count, dtype=np.int32),
            np.full(count, int(highspy.HighsVarType.kInteger), dtype=np.uint8),
        )
        infinity = highspy.kHighsInf
        for weights, low, high in self._rows:
            self._bind(
                highs, weights, -infinity if low is None else low,
                infinity if high is None else high,
            )  # fmt: skip
        return highs

    @staticmethod
    def _bind(highs: Any, weights: Weights, low: float, high: float) -> None:
        highs.addRow(
            low, high, len(weights), np.fromiter(weights, dtype=np.int32),
            np.fromiter(weights.values(), dtype=np.float64),
        )  # fmt: skip
