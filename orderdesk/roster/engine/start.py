"""A legal roster before anything is compiled.

On a machine where the pricing has not been compiled yet, that takes seconds; until then a plain
constraint model of the hard rules gives each person some legal roster.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from orderdesk.roster.engine.model import NEVER, OFF, Rosters, Tables

_SECONDS = 5.0
"""For one person; then the compiled pricing has to find a roster, or prove that there is none."""


def legal(t: Tables, needless: Callable[[], bool]) -> Rosters | None:
    """A legal roster (P, D) without regard to prices.

    None when one was not found at once, or as soon as it is `needless`: the pricing is there.
    """
    people, days, _ = t.shape
    rosters = np.full((people, days), OFF, np.int8)
    for person in range(people):
        if needless() or not _fill(t, person, rosters[person]):
            return None
    return rosters


def _fill(t: Tables, person: int, roster: Rosters) -> bool:
    from ortools.sat.python import cp_model

    _, days, shifts = t.shape
    least, most, min_run, max_run, rest, weekends = t.limits[person].tolist()
    model = cp_model.CpModel()
    open_ = t.own[person] < NEVER
    x: Any = [[model.new_bool_var("") if open_[d, s] else 0 for s in range(shifts)]
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
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = _SECONDS
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return False
    for d in range(days):
        for s in range(shifts):
            if open_[d, s] and solver.value(x[d][s]):
                roster[d] = s
    return True
