"""The search for a good choice of cells, with what no choice can go under.

A first lawful roster is dealt out at once; annealing begins at the pins. Meanwhile the linear
relaxation gives the bound. What is still between the two is worked at by opening a few people at a
time and letting CP-SAT give them the best that the others leave; a small grid is opened whole, so
that its best roster is proven.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, NamedTuple

from orderdesk.roster.bound import lower_bound
from orderdesk.roster.cells import SCALE, Cell
from orderdesk.roster.grid import Grid
from orderdesk.roster.model import Model
from orderdesk.roster.opening import Opening
from orderdesk.roster.problem import gap_of

_ANNEAL_SHARE = 0.9
"""Part of the time that annealing may take."""
_MOVES_PER_SECOND = 600_000
"""Annealing moves that count as a second where a search must be repeatable."""
_MOVES_PER_DAY = 6_000
"""And so many per person and day are enough there."""
_WHOLE = 700
"""Cells of a grid that is opened whole."""
_OPEN = 450
"""Cells that are open at once in a bigger one."""
_WINDOW_SECONDS = 1.5


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


class Search:
    """A search under way: the best choice so far, what is proven, who listens, when to stop.

    Prices are steps of 1/SCALE hour of regret. Several threads may work on one search.
    """

    def __init__(
        self,
        grid: Grid,
        effort: Effort,
        on_progress: Callable[[Progress], None] | None = None,
        stop: Callable[[], bool] | None = None,
        begun: float | None = None,
    ) -> None:
        """`begun` (of `perf_counter`) is when the clock started, if not now."""
        self._begun = perf_counter() if begun is None else begun
        self.grid, self.effort = grid, effort
        self.cells = frozenset(grid.pinned)
        self.price = self.price_of(self.cells)
        self.bound = 0.0
        self.first_legal = 0.0
        self.cuts: set[tuple[Cell, ...]] = set()
        self._on_progress, self._stop = on_progress, stop
        self._lock = threading.Lock()

    def price_of(self, cells: frozenset[Cell]) -> int:
        """What a choice pays."""
        return sum(term.price(cells) for term in self.grid.terms)

    @property
    def elapsed(self) -> float:
        """Seconds since the search began."""
        return perf_counter() - self._begun

    @property
    def proven(self) -> bool:
        """Whether no choice is better; prices are whole steps."""
        return self.price <= self.bound + 0.5

    @property
    def stopped(self) -> bool:
        """Whether somebody asked to stop."""
        return self._stop is not None and self._stop()

    @property
    def over(self) -> bool:
        """Whether nothing more should begin."""
        late = not self.effort.repeatable and self.elapsed >= self.effort.seconds
        return late or self.stopped or self.proven

    def tell(self, price: float | None = None) -> None:
        """Say where the search stands; `price` is of a choice still in the making."""
        if self._on_progress is not None:
            best = self.price if price is None else min(self.price, price)
            self._on_progress(Progress(self.elapsed, best / SCALE, self.bound / SCALE))

    def raise_bound(self, bound: float) -> None:
        """No choice pays less than this."""
        with self._lock:
            self.bound = max(self.bound, bound)
        self.tell()

    def offer(self, cells: frozenset[Cell]) -> bool:
        """Take a choice if it is lawful and better; whether it was. A breach becomes a cut."""
        found = self.grid.breaches(cells)
        if found:
            fresh = self.grid.cuts(cells, found)
            with self._lock:
                self.cuts |= fresh
            cells = self.grid.repaired(cells)
        price = self.price_of(cells)
        with self._lock:
            better = price < self.price
            if better:
                self.cells, self.price = cells, price
                self.first_legal = self.first_legal or self.elapsed
        self.tell()
        return better


def search(seeking: Search) -> None:
    """Search until the time is over, somebody stops it, or nothing better is possible."""
    # Before anything heavy is loaded or compiled.
    seeking.offer(Opening(seeking.grid).fill(seeking.effort.seed))
    with ThreadPoolExecutor(1) as beside:
        # The bound is part of the answer: it is waited for, and doesn't hold the interpreter.
        bound = beside.submit(lower_bound, seeking.grid)
        bound.add_done_callback(lambda done: seeking.raise_bound(done.result()))
        if seeking.effort.repeatable:
            bound.result()
        _anneal(seeking)
        bound.result()
    seeking.first_legal = seeking.first_legal or seeking.elapsed
    if len(seeking.grid.allowed) <= _WHOLE:
        _open_whole(seeking)
    else:
        _open_windows(seeking)


# --- annealing ---


def _anneal(seeking: Search) -> None:
    """As many searches as there are threads, each from the pins."""
    effort = seeking.effort
    with ThreadPoolExecutor(effort.threads) as hands:
        for cells in hands.map(
            lambda n: _annealed(seeking, effort.seed + 7919 * n), range(effort.threads)
        ):
            seeking.offer(cells)


def _annealed(seeking: Search, seed: int) -> frozenset[Cell]:
    from orderdesk.roster.anneal import Annealing

    effort = seeking.effort
    annealing = Annealing(seeking.grid, frozenset(seeking.grid.pinned), seed)
    seconds = effort.seconds * _ANNEAL_SHARE
    moves = max(1.0, min(seconds * _MOVES_PER_SECOND, _MOVES_PER_DAY * len(seeking.grid.by_day)))

    def share(done: int) -> float:
        return done / moves if effort.repeatable else seeking.elapsed / seconds

    def over() -> bool:
        seeking.tell(annealing.price)
        return seeking.stopped or annealing.price <= seeking.bound + 0.5

    annealing.run(share, over)
    return annealing.cells


# --- CP-SAT ---


def _open_whole(seeking: Search) -> None:
    """The whole grid at once, again after each breach that the grid didn't foresee."""
    everybody = range(len(seeking.grid.members))
    while not seeking.over:
        known = len(seeking.cuts)
        effort = seeking.effort
        steady = effort.seconds * (1 - _ANNEAL_SHARE)
        left = steady if effort.repeatable else effort.seconds - seeking.elapsed
        cells, bound = _solved(seeking, everybody, seeking.cells, left, effort.threads)
        seeking.raise_bound(bound)
        seeking.offer(cells)
        if len(seeking.cuts) == known:
            return


def _open_windows(seeking: Search) -> None:
    """A few people at a time, as often as there is time."""
    effort = seeking.effort
    if effort.repeatable:
        rounds = round(effort.seconds * (1 - _ANNEAL_SHARE) / _WINDOW_SECONDS * effort.threads)
        _windows(seeking, random.Random(effort.seed), rounds)
        return
    with ThreadPoolExecutor(effort.threads) as hands:
        list(
            hands.map(
                lambda n: _windows(seeking, random.Random(effort.seed + n), 1_000_000),
                range(effort.threads),
            )
        )


def _windows(seeking: Search, draw: random.Random, rounds: int) -> None:
    grid = seeking.grid
    each = max(1, len(grid.allowed) // max(1, len(grid.members)))
    number = min(len(grid.members), max(2, _OPEN // each))
    for _round in range(rounds):
        if seeking.over:
            return
        base = seeking.cells
        people = _drawn(grid, base, number, draw)
        cells, _bound = _solved(seeking, people, base, _WINDOW_SECONDS, 1)
        if cells != base:
            # Others may have moved on meanwhile; what binds a person binds no other.
            opened = set(people)
            kept = {c for c in seeking.cells if c.member not in opened}
            seeking.offer(frozenset(kept | {c for c in cells if c.member in opened}))


def _drawn(grid: Grid, cells: frozenset[Cell], number: int, draw: random.Random) -> list[int]:
    """People at random, those whose own days cost most the likelier."""
    own = [1.0] * len(grid.members)
    for term in grid.personal_terms:
        own[term.cells[0][0].member] += term.price(cells) / SCALE
    left = list(range(len(grid.members)))
    people = []
    for _n in range(number):
        one = draw.choices(left, [own[m] for m in left])[0]
        left.remove(one)
        people.append(one)
    return people


def _solved(
    seeking: Search, people: Iterable[int], base: frozenset[Cell], seconds: float, threads: int
) -> tuple[frozenset[Cell], float]:
    """The best that some people can get while the others stay; and what it can't go under."""
    from ortools.sat.python import cp_model

    model = Model(seeking.grid, people, base)
    for cut in list(seeking.cuts):
        if cut[0].member in model.people:
            model.forbid(cut)
    model.hint(base)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = threads
    solver.parameters.random_seed = seeking.effort.seed
    if seeking.effort.repeatable:
        solver.parameters.interleave_search = threads > 1
        solver.parameters.max_deterministic_time = seconds
    else:
        solver.parameters.max_time_in_seconds = max(0.1, seconds)
    with _interruptible(solver, seeking):
        status = solver.solve(model.cp)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return base, 0.0
    own = frozenset(c for c, variable in model.x.items() if solver.boolean_value(variable))
    return model.others | own, solver.best_objective_bound


@contextmanager
def _interruptible(solver: Any, seeking: Search) -> Iterator[None]:
    """Ends the solver soon after somebody asks to stop, also while it finds nothing new."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            seeking.tell()
            if seeking.stopped:
                solver.stop_search()
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
