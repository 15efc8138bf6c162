"""The hard rules as a constraint model, for what column generation serves badly.

On a machine where the pricing has not been compiled yet, which takes seconds, each person gets some
legal roster by it; and a small problem is solved by it as a whole, with a proof that the linear
program's bound can't give.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from orderdesk.roster.engine.model import NEVER, OFF, Rosters, Tables

_SECONDS = 5.0
"""For one person; then the compiled pricing has to find a roster, or prove that there is none."""
_SMALL = 250
"""Cells (person, day and shift) up to which a problem is solved whole."""
_EFFORT = 3.0
"""Of the solver's own, repeatable seconds, for a small problem."""


def legal(t: Tables, needless: Callable[[], bool]) -> Rosters | None:
    """A legal roster (P, D) without regard to prices.

    None when one was not found at once, or as soon as it is `needless`: the pricing is there.
    """
    from ortools.sat.python import cp_model

    people, days, _ = t.shape
    rosters = np.full((people, days), OFF, np.int8)
    for person in range(people):
        if needless():
            return None
        model = cp_model.CpModel()
        cells = _person(t, person, model)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_time_in_seconds = _SECONDS
        if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        _fill(rosters[person], cells, solver)
    return rosters


def small(t: Tables) -> bool:
    """Whether the whole problem is worth trying at once."""
    return t.own.size <= _SMALL


def best(t: Tables, seconds: float) -> tuple[Rosters, bool] | None:
    """Rosters (P, D) of everybody within `seconds`, and whether they are proven best; None when
    none were found. Repeatable, unless the seconds end it."""
    from ortools.sat.python import cp_model

    people, days, _ = t.shape
    model = cp_model.CpModel()
    cells = [_person(t, person, model) for person in range(people)]
    prices = [
        int(t.own[p, d, s]) * cells[p][d][s]
        for p, d, s in np.argwhere((t.own < NEVER) & (t.own != 0)).tolist()
    ]
    for d, s in np.argwhere((t.under > 0) | (t.over > 0)).tolist():
        there = sum(cells[p][d][s] for p in range(people))
        lacking, spare = model.new_int_var(0, people, ""), model.new_int_var(0, people, "")
        most = max(0, int(t.need[d, s]) - people)
        model.add(there + lacking - spare == int(t.need[d, s]) - most)
        prices += [int(t.under[d, s]) * (lacking + most), int(t.over[d, s]) * spare]
    model.minimize(sum(prices))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = _EFFORT
    solver.parameters.max_time_in_seconds = max(0.1, seconds)
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    rosters = np.full((people, days), OFF, np.int8)
    for person in range(people):
        _fill(rosters[person], cells[person], solver)
    return rosters, status == cp_model.OPTIMAL


def _person(t: Tables, person: int, model: Any) -> list[list[Any]]:
    """One person's rules in the model; a variable, or 0, per day and shift."""
    _, days, shifts = t.shape
    least, most, min_run, max_run, rest, weekends = t.limits[person].tolist()
    open_ = t.own[person] < NEVER
    x: list[list[Any]] = [[model.new_bool_var("") if open_[d, s] else 0 for s in range(shifts)]
              for d in range(days)]  # fmt: skip
    works = [model.new_bool_var("") for _ in range(days)]
    for d in range(days):
        model.add(sum(x[d]) == works[d])
        for s in range(shifts if d + 1 < days else 0):
            for after in range(shifts):
                if not t.before[t.group[after], s] and open_[d, s] and open_[d + 1, after]:
                    model.add(x[d][s] + x[d + 1][after] <= 1)
    for s in range(shifts):
        model.add(sum(x[d][s] for d in range(days)) <= int(t.cap[person, s]))
    units = sum(int(t.length[s]) * x[d][s] for d in range(days) for s in range(shifts))
    model.add_linear_constraint(units, least, most)
    for d in range(days - max_run):
        model.add(sum(works[d : d + max_run + 1]) <= max_run)
    for short in range(1, max(min_run, rest)):
        for d in range(1, days - short):
            inside = works[d - 1] + works[d + short] - sum(works[d : d + short])
            if short < min_run:
                model.add(inside >= 1 - short)
            if short < rest:
                model.add(inside <= 1)
    counted = [model.new_bool_var("") for _ in range(int(t.begun[-1]))]
    for d in range(days):
        if t.begun[d + 1] > t.done[d]:
            model.add(counted[int(t.begun[d + 1]) - 1] >= works[d])
    model.add(sum(counted) <= weekends)
    return x


def _fill(roster: Rosters, cells: list[list[Any]], solver: Any) -> None:
    """The solver's choice, into a roster (D)."""
    for d, day in enumerate(cells):
        for s, cell in enumerate(day):
            if not isinstance(cell, int) and solver.value(cell):
                roster[d] = s
