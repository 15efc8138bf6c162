"""Small integer programs solved to proven optimality, one aim after the other (CP-SAT)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Weights = Mapping[int, int]
"""Weight of each variable, by its position."""


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

    def solve(
        self, aims: Sequence[Weights], seconds: float, start: Sequence[int] = ()
    ) -> Solved | None:
        """Minimise the first aim, then the second among its optima, and so on.

        Gives None when nothing satisfies the rows. The same program gives the same answer. An aim
        that isn't proven within `seconds` keeps its best value and tells its bound.
        """
        from ortools.sat.python import cp_model

        model = cp_model.CpModel()
        x = [model.new_int_var(0, upper, "") for upper in self._upper]

        def total(weights: Weights) -> cp_model.LinearExprT:
            return cp_model.LinearExpr.weighted_sum([x[i] for i in weights], list(weights.values()))

        for weights, low, high in self._rows:
            model.add_linear_constraint(
                total(weights),
                cp_model.INT32_MIN if low is None else low,
                cp_model.INT32_MAX if high is None else high,
            )
        values = list(start)
        found: list[int] = []
        bounds: list[int] = []
        for aim in aims:
            model.clear_hints()  # type: ignore[no-untyped-call]
            for variable, value in zip(x, values, strict=False):
                model.add_hint(variable, value)
            model.minimize(total(aim))
            solver = cp_model.CpSolver()
            solver.parameters.num_workers = 1
            solver.parameters.max_deterministic_time = seconds
            status = solver.solve(model)
            if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                values = [solver.value(variable) for variable in x]
            elif not found:
                return None
            best = sum(weight * values[i] for i, weight in aim.items())
            found.append(best)
            bounds.append(round(solver.best_objective_bound))
            model.add(total(aim) <= best)
        return Solved(tuple(values), tuple(found), tuple(bounds))
