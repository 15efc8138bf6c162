"""The anchor of the roster benchmark: a straightforward CP-SAT model of the same instances.

    python -m benchmarks.roster_plain FILE --seconds 60 --threads 2 --seed 1 [--json]

One variable per person, day and shift; every rule as a row. Shares the reader and the best known
prices with `benchmarks.roster`, nothing of the engine's search.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from time import perf_counter
from typing import Any

from ortools.sat.python import cp_model

from benchmarks.roster import best_known, read
from orderdesk.roster.engine.model import Person, Problem

Cells = dict[tuple[str, int, str], Any]


def model_of(problem: Problem) -> tuple[cp_model.CpModel, Cells]:
    """The problem in rows and booleans."""
    model = cp_model.CpModel()
    x: Cells = {
        (p.name, d, s.name): model.new_bool_var("")
        for p in problem.people
        for d in range(problem.days)
        for s in problem.shifts
    }
    for person in problem.people:
        _bind(model, x, problem, person)
    costs: list[Any] = []
    for r in problem.requests:
        cell = x[r.person, r.day, r.shift]
        costs.append(r.weight * (1 - cell) if r.wanted else r.weight * cell)
    for c in problem.covers:
        there = sum(x[p.name, c.day, c.shift] for p in problem.people)
        under = model.new_int_var(0, c.required, "")
        over = model.new_int_var(0, len(problem.people), "")
        model.add(there + under - over == c.required)
        costs += [c.under * under, c.over * over]
    model.minimize(sum(costs))
    return model, x


def _bind(model: cp_model.CpModel, x: Cells, problem: Problem, person: Person) -> None:
    days, who = problem.days, person.name
    works = [sum(x[who, d, s.name] for s in problem.shifts) for d in range(days)]
    for day in works:
        model.add(day <= 1)
    for s in problem.shifts:
        for after in s.not_before:
            for d in range(days - 1):
                model.add(x[who, d, s.name] + x[who, d + 1, after] <= 1)
        if s.name in person.max_shifts:
            model.add(sum(x[who, d, s.name] for d in range(days)) <= person.max_shifts[s.name])
    minutes = sum(x[who, d, s.name] * s.minutes for d in range(days) for s in problem.shifts)
    model.add_linear_constraint(minutes, person.min_minutes, person.max_minutes)
    for d in range(days - person.max_run):
        model.add(sum(works[d : d + person.max_run + 1]) <= person.max_run)
    for short in range(1, person.min_run):
        for d in range(1, days - short):
            model.add(works[d - 1] + works[d + short] - sum(works[d : d + short]) >= 1 - short)
    for short in range(1, person.min_days_off):
        for d in range(1, days - short):
            model.add(works[d - 1] + works[d + short] - sum(works[d : d + short]) <= 1)
    weekends = []
    for d in range(5, days, 7):
        weekend = model.new_bool_var("")
        model.add(weekend >= works[d])
        if d + 1 < days:
            model.add(weekend >= works[d + 1])
        weekends.append(weekend)
    model.add(sum(weekends) <= person.max_weekends)
    for d in person.days_off:
        model.add(works[d] == 0)


def plain(problem: Problem, seconds: float, threads: int, seed: int) -> dict[str, float | None]:
    """What a plain model reaches: objective (None: no roster), bound, seconds."""
    begun = perf_counter()
    model, _x = model_of(problem)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = threads
    solver.parameters.random_seed = seed
    solver.parameters.max_time_in_seconds = max(1.0, seconds - (perf_counter() - begun))
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return {
        "objective": round(solver.objective_value) if found else None,
        "bound": round(solver.best_objective_bound, 2),
        "seconds": round(perf_counter() - begun, 2),
    }


def main() -> None:
    """The command line of this measurement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    problem = read(given.file.read_text(encoding="utf-8-sig"))
    result = plain(problem, given.seconds, given.threads, given.seed)
    result["best_known"] = best_known(given.file)
    print(json.dumps(result) if given.json else result)


if __name__ == "__main__":
    main()
