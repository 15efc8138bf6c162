"""A good roster within seconds: simulated annealing over the cells of a grid.

Works on what any grid offers (terms, rows, clashes, weekly rest), so it knows no rule by name. Four
moves: give one person another shift or a day off; move a working day of one person, whose hours
stay; swap a stretch of days between two people, which leaves all cover as it is; and let two people
swap a day each way, which leaves cover and hours. A move that breaks a bound is never made. The
same seed and the same cooling give the same roster.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from orderdesk.roster.cells import SCALE, Cell
from orderdesk.roster.grid import DAYS_BEFORE, Grid

Ints = npt.NDArray[np.int64]
_FREE = 1 << 50
"""A bound that is never reached."""
_HARD = 1 << 30
"""Price of leaving a row: more than any roster costs."""
_HOT, _COLD = 1.5 * SCALE, 0.12 * SCALE
"""Prices that are accepted now and then at the start and at the end."""
_BATCH = 50_000
"""Moves between two looks at the stop sign."""
_QUENCH, _COOLED = 10, 0.9
"""Batches in which a search that is ended early cools down, and how cool is cool enough."""


@dataclass(frozen=True)
class _Tables:
    """A grid as arrays. Times are minutes since the horizon began."""

    cell_at: Ints
    """Position of the cell of a person, day and offer; -1 where none is allowed."""
    open_days: Ints
    """Person and day that may change."""
    first: Ints
    """Where the entries of each cell begin, and of the next."""
    bound: Ints
    weight: Ints
    sums: Ints
    """What is priced or bound: value, low, high, price per unit under and over."""
    clash: npt.NDArray[np.bool_]
    """gap (1 or 2) - 1, day, offer, later offer."""
    start: Ints
    end: Ints
    fixed_start: Ints
    fixed_end: Ints
    must: npt.NDArray[np.bool_]
    """Person and day after whose shift weekly rest must follow within `window` minutes."""
    window: int
    rest: int


class Annealing:
    """One search over a grid from a roster that holds all pinned cells; several may share tables.

    Lawful at every moment as far as the grid knows the law, and never dearer than its begin.
    """

    def __init__(self, grid: Grid, begin: frozenset[Cell], seed: int) -> None:
        self._tables = tables = _tables(grid)
        self._seed = seed
        self._shifts = np.full((len(grid.members), len(grid.dates)), -1, dtype=np.int64)
        self._sums = tables.sums.copy()
        for cell in begin:
            self._shifts[cell.member, cell.day] = cell.offer
            own = slice(*tables.first[tables.cell_at[cell] :][:2])
            self._sums[tables.bound[own], 0] += tables.weight[own]
        self._best = self._shifts.copy()
        self._begun = sum(term.price(begin) for term in grid.terms)
        self._gain = np.zeros(2, dtype=np.int64)

    @property
    def price(self) -> int:
        """Of the best roster met, in steps of 1/SCALE hour of regret."""
        return self._begun + int(self._gain[1])

    @property
    def cells(self) -> frozenset[Cell]:
        """The best roster met."""
        found = np.argwhere(self._best >= 0).tolist()
        return frozenset(Cell(m, d, int(self._best[m, d])) for m, d in found)

    def run(self, share: Callable[[int], float], over: Callable[[], bool]) -> None:
        """Move until `share` of the moves made so far reaches 1, or `over`.

        `share` says how far the cooling is: 0 hot, 1 cold. Who ends it early still gets a roster:
        it then cools down at once. The interpreter is free meanwhile.
        """
        done, before = 0, 0.0
        while before < 1 and not over():
            after = min(1.0, share(done + _BATCH))
            self._move(done, before, after)
            done, before = done + _BATCH, after
        if before < _COOLED:
            for n in range(_QUENCH):
                steps = [before + (1 - before) * (n + k) / _QUENCH for k in (0, 1)]
                self._move(done + n * _BATCH, *steps)

    def _move(self, done: int, before: float, after: float) -> None:
        t = self._tables
        _search(
            self._seed + done, _BATCH, _heat(before), _heat(after), self._gain, self._shifts,
            self._best, self._sums, t.cell_at, t.open_days, t.first, t.bound, t.weight, t.clash,
            t.start, t.end, t.fixed_start, t.fixed_end, t.must, t.window, t.rest,
        )  # fmt: skip


def _heat(share: float) -> float:
    return float(_HOT * (_COLD / _HOT) ** share)


# --- the grid as arrays --------------------------------------------------------------------------


def _tables(grid: Grid) -> _Tables:
    members, days, offers = len(grid.members), len(grid.dates), len(grid.offers)
    cells = sorted(grid.allowed)
    cell_at = np.full((members, days, offers), -1, dtype=np.int64)
    for i, cell in enumerate(cells):
        cell_at[cell] = i
    pinned_days = {(c.member, c.day) for c in grid.pinned}
    open_days = sorted({(c.member, c.day) for c in cells} - pinned_days)
    entries: list[list[tuple[int, int]]] = [[] for _ in cells]
    bounds: list[tuple[int, int, int, int, int]] = []
    for term in grid.terms:
        low = -_FREE if term.low is None else term.low
        high = _FREE if term.high is None else term.high
        for cell, weight in term.cells:
            entries[cell_at[cell]].append((len(bounds), weight))
        bounds.append((term.constant, low, high, term.under, term.over))
    for row in grid.rows:
        for cell, weight in row.cells:
            entries[cell_at[cell]].append((len(bounds), weight))
        bounds.append((0, -_FREE, row.high, 0, _HARD))
    flat = [entry for own in entries for entry in own]
    entry_bounds, entry_weights = np.array(flat, dtype=np.int64).reshape(-1, 2).T.copy()
    clash = np.zeros((2, days, offers, offers), dtype=bool)
    for (day_a, a), (day_b, b) in grid.clashes:
        clash[day_b - day_a - 1, day_a, a, b] = True
    start, end = (np.full((days, offers), _FREE, dtype=np.int64) for _ in range(2))
    for shift, span in grid.spans.items():
        start[shift], end[shift] = _minute(grid, span.start), _minute(grid, span.end)
    fixed_start, fixed_end = _fixed(grid)
    norm = grid.law.weekly_rest[-1]
    return _Tables(
        cell_at=cell_at,
        open_days=np.array(open_days, dtype=np.int64).reshape(-1, 2),
        first=np.cumsum([0, *(len(own) for own in entries)], dtype=np.int64),
        bound=entry_bounds,
        weight=entry_weights,
        sums=np.array(bounds, dtype=np.int64).reshape(-1, 5),
        clash=clash,
        start=start,
        end=end,
        fixed_start=fixed_start,
        fixed_end=fixed_end,
        must=grid.rest_must_follow(),
        window=round(norm.window_hours * 60),
        rest=round(norm.rest_hours * 60),
    )


def _minute(grid: Grid, moment: datetime) -> int:
    return (moment - grid.start) // timedelta(minutes=1)


def _fixed(grid: Grid) -> tuple[Ints, Ints]:
    """First start and last end of fixed work per person and day, from DAYS_BEFORE days back."""
    shape = len(grid.members), DAYS_BEFORE + len(grid.dates)
    start, end = np.full(shape, _FREE, dtype=np.int64), np.full(shape, -_FREE, dtype=np.int64)
    for m in range(len(grid.members)):
        for day, work in grid.fixed_days(m).items():
            if 0 <= day + DAYS_BEFORE < shape[1]:
                start[m, day + DAYS_BEFORE] = min(_minute(grid, w.start) for w in work)
                end[m, day + DAYS_BEFORE] = max(_minute(grid, w.end) for w in work)
    return start, end


# --- the search ----------------------------------------------------------------------------------


@numba.njit(cache=True, nogil=True)
def _count(cell: int, sign: int, first: Any, bound: Any, weight: Any, sums: Any) -> int:
    """Put a cell in (sign 1) or take it out (-1); how much the price rises."""
    rise = 0
    for e in range(first[cell], first[cell + 1]):
        b = bound[e]
        value, low, high = sums[b, 0], sums[b, 1], sums[b, 2]
        under, over = sums[b, 3], sums[b, 4]
        if value < low:
            rise -= (low - value) * under
        elif value > high:
            rise -= (value - high) * over
        value += sign * weight[e]
        sums[b, 0] = value
        if value < low:
            rise += (low - value) * under
        elif value > high:
            rise += (value - high) * over
    return rise


@numba.njit(cache=True, nogil=True)
def _made(
    move: Any, count: int, shifts: Any, sums: Any, cell_at: Any, first: Any, bound: Any, weight: Any
) -> int:
    """Count the cells of a move in, and what stood there out; how much the price rises."""
    rise = 0
    for n in range(count):
        m, d, old = move[n]
        if old >= 0:
            rise += _count(cell_at[m, d, old], -1, first, bound, weight, sums)
        if shifts[m, d] >= 0:
            rise += _count(cell_at[m, d, shifts[m, d]], 1, first, bound, weight, sums)
    return rise


@numba.njit(cache=True, nogil=True)
def _swapped(move: Any, count: int, shifts: Any) -> None:
    """Give the cells of a move their shifts and keep what stood there; again puts it back."""
    for n in range(count):
        m, d, offer = move[n]
        move[n, 2] = shifts[m, d]
        shifts[m, d] = offer


@numba.njit(cache=True, nogil=True)
def _clashes(m: int, d: int, shifts: Any, clash: Any) -> bool:
    here = shifts[m, d]
    if here < 0:
        return False
    for gap in range(1, 3):
        if d + gap < shifts.shape[1]:
            later = shifts[m, d + gap]
            if later >= 0 and clash[gap - 1, d, here, later]:
                return True
        if d - gap >= 0:
            earlier = shifts[m, d - gap]
            if earlier >= 0 and clash[gap - 1, d - gap, earlier, here]:
                return True
    return False


@numba.njit(cache=True, nogil=True)
def _rests(
    m: int, shifts: Any, start: Any, end: Any, fixed_start: Any, fixed_end: Any, must: Any,
    window: int, rest: int,
) -> bool:  # fmt: skip
    """Whether after each shift weekly rest ends before the window that opens with it closes."""
    before = fixed_start.shape[1] - shifts.shape[1]
    next_start = 1 << 49
    rest_from = 1 << 49
    for d in range(shifts.shape[1] - 1, -before - 1, -1):
        begins, ends = fixed_start[m, d + before], fixed_end[m, d + before]
        if d >= 0 and shifts[m, d] >= 0:
            begins, ends = start[d, shifts[m, d]], end[d, shifts[m, d]]
        if begins > 1 << 49:
            continue
        if next_start - ends >= rest:
            rest_from = ends
        if must[m, d + before] and rest_from + rest > begins + window:
            return False
        next_start = begins
    return True


@numba.njit(cache=True, nogil=True)
def _set(n: int, m: int, d: int, offer: int, move: Any) -> int:
    """Add to a move that a person gets an offer (-1: a day off) on a day; how many it has then."""
    move[n, 0], move[n, 1], move[n, 2] = m, d, offer
    return n + 1


@numba.njit(cache=True, nogil=True)
def _traded(n: int, m: int, other: int, d: int, shifts: Any, move: Any) -> int:
    """Add to a move that two people take over each other's day."""
    if shifts[m, d] == shifts[other, d]:
        return n
    n = _set(n, m, d, shifts[other, d], move)
    return _set(n, other, d, shifts[m, d], move)


@numba.njit(cache=True, nogil=True)
def _another_day(m: int, other: int, d: int, shifts: Any) -> int:
    """A day, not far from `d`, on which of two people the one works who doesn't on `d`; or -1."""
    works = shifts[m, d] >= 0
    for _try in range(6):
        day = d + np.random.randint(-10, 11)
        if 0 <= day < shifts.shape[1] and day != d:
            first, second = shifts[m, day] >= 0, shifts[other, day] >= 0
            if first != works and second == works:
                return day
    return -1


@numba.njit(cache=True, nogil=True)
def _drawn(shifts: Any, open_days: Any, offers: int, move: Any) -> int:
    """A move at random, as person, day and offer; how many cells it changes."""
    people, days = shifts.shape
    kind = np.random.random()
    i = np.random.randint(len(open_days))
    m, d = open_days[i, 0], open_days[i, 1]
    n = 0
    if kind < 0.3 or people < 2:
        return _set(n, m, d, np.random.randint(-1, offers), move)
    if kind < 0.45:
        day = d + np.random.randint(-10, 11)
        if not 0 <= day < days or (shifts[m, d] >= 0) == (shifts[m, day] >= 0):
            return 0
        off, on = (d, day) if shifts[m, d] >= 0 else (day, d)
        n = _set(n, m, off, -1, move)
        return _set(n, m, on, np.random.randint(0, offers), move)
    other = np.random.randint(people)
    if other == m:
        return 0
    if kind < 0.75:
        day = _another_day(m, other, d, shifts)
        if day < 0 or (shifts[m, d] >= 0) == (shifts[other, d] >= 0):
            return 0
        n = _traded(n, m, other, d, shifts, move)
        return _traded(n, m, other, day, shifts, move)
    for day in range(d, min(d + 1 + int(np.random.exponential(2.0)), days)):
        n = _traded(n, m, other, day, shifts, move)
    return n


@numba.njit(cache=True, nogil=True)
def _search(
    seed: int, moves: int, hot: float, cold: float, gain: Any, shifts: Any, best: Any, sums: Any,
    cell_at: Any, open_days: Any, first: Any, bound: Any, weight: Any, clash: Any, start: Any,
    end: Any, fixed_start: Any, fixed_end: Any, must: Any, window: int, rest: int,
) -> None:  # fmt: skip
    """So many moves while it cools; `gain` holds the present and best price, from the begin."""
    np.random.seed(seed)
    people, days = shifts.shape
    fixed = np.ones((people, days), dtype=np.bool_)
    for i in range(len(open_days)):
        fixed[open_days[i, 0], open_days[i, 1]] = False
    move = np.zeros((2 * days, 3), dtype=np.int64)
    for turn in range(moves):
        heat = hot * (cold / hot) ** (turn / moves)
        count = _drawn(shifts, open_days, cell_at.shape[2], move)
        ok = count > 0
        for n in range(count):
            m, d, offer = move[n]
            if fixed[m, d] or offer == shifts[m, d] or (offer >= 0 and cell_at[m, d, offer] < 0):
                ok = False
                break
        if not ok:
            continue
        _swapped(move, count, shifts)
        for n in range(count):
            if _clashes(move[n, 0], move[n, 1], shifts, clash):
                ok = False
                break
        if not ok:
            _swapped(move, count, shifts)
            continue
        rise = _made(move, count, shifts, sums, cell_at, first, bound, weight)
        ok = rise <= 0 or np.random.random() < np.exp(-rise / heat)
        # The first two cells name everybody in a move.
        for n in range(min(count, 2)):
            ok = ok and _rests(move[n, 0], shifts, start, end, fixed_start, fixed_end, must,
                               window, rest)  # fmt: skip
        if not ok:
            _swapped(move, count, shifts)
            _made(move, count, shifts, sums, cell_at, first, bound, weight)
            continue
        gain[0] += rise
        if gain[0] < gain[1]:
            gain[1] = gain[0]
            best[:, :] = shifts
