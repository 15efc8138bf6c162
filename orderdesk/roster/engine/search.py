"""The search: a first legal roster at once, then better ones, with a proven bound beside them.

Two hands work on one problem. One takes a few people's rosters away and gives each the cheapest
one left, over and over (`pricing.reroster`). The other generates columns for the master problem,
which gives the bound, then fixes cells step by step (a dive) and lets a solver pick the best whole
rosters out of everything that either hand has found.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import msg
from orderdesk.roster.engine.master import Master, Relaxed
from orderdesk.roster.engine.model import NEVER, OFF, Floats, Ints, Problem, Rosters, Tables, price
from orderdesk.roster.engine.model import tables as tables_of
from orderdesk.roster.engine.pricing import FREE, MOST_GRID, TRACK, cheapest_many, reroster

_SCALE = 64
"""Cover prices are whole 64ths of a unit of weight."""
_SMOOTH = 0.6
"""Share of the best prices so far in those that columns are sought by: less swinging."""
_CLOSED = 0.5
"""A gap of less than this proves a roster best: prices are whole numbers."""
_MOST_WORK = 1 << 26
_SHARE = 0.02
"""A dive fixes what is whole, and this share of the cells that are still split, surest first."""
_HEATS, _WARM, _MANY = (0.02, 0.5, 0.06, 0.15, 1.0, 0.06), (0.02, 0.06, 0.15, 0.5), 1_500
"""Heats at which annealing begins in turn, in prices of one person short; only warm ones for so
many people x days, where there are too few rounds to cool down from a hot start."""
_HOPE = 0.4
"""It ends where the price has come this far from the bound to the best roster."""
_KEPT = 6_000
"""Columns that a pick of whole rosters looks at."""
_WHOLE_EVERY, _WINDOW_SECONDS, _REACH, _ROUNDS = 40, 4.0, 0.5, 30
"""How often everything is open at once; the seconds for a pick within a window, the share of it
that is open at first, and the rounds of columns for it."""


@dataclass(frozen=True)
class Step:
    """Where the search stands."""

    seconds: float
    objective: int
    bound: float


@dataclass(frozen=True)
class Result:
    """The best roster found and what is proven of it."""

    rosters: Rosters
    """(P, D): number of the shift, or OFF."""
    objective: int
    bound: float
    """No roster is cheaper than this."""
    first_legal_seconds: float
    seconds: float


class _Best:
    """What both hands know: the best roster, the bound, the columns seen, the time."""

    def __init__(
        self, t: Tables, seconds: float, hear: Callable[[Step], None], stop: Callable[[], bool]
    ) -> None:
        self.t, self._hear, self._stop = t, hear, stop
        self._begun, self._until = perf_counter(), perf_counter() + seconds
        self._lock = threading.Lock()
        self.rosters: Rosters | None = None
        self.objective, self.bound = NEVER, -float(NEVER)
        self.first_legal = 0.0
        self.guide: Ints = np.zeros(t.need.shape, np.int32)
        self._fresh: list[tuple[int, Rosters]] = []

    @property
    def elapsed(self) -> float:
        return perf_counter() - self._begun

    @property
    def left(self) -> float:
        return self._until - perf_counter()

    @property
    def over(self) -> bool:
        return self.left <= 0 or self._stop() or self.objective - self.bound < _CLOSED

    def offer(self, rosters: Rosters) -> bool:
        """A roster was found; whether it is the best so far."""
        objective = price(self.t, rosters)
        with self._lock:
            self._fresh += [(p, rosters[p].copy()) for p in range(len(rosters))]
            if objective >= self.objective:
                return False
            if self.rosters is None:
                self.first_legal = self.elapsed
            self.rosters, self.objective = rosters.copy(), objective
        self._hear(Step(self.elapsed, self.objective, self.bound))
        return True

    def prove(self, bound: float, prices: Ints) -> None:
        """A bound was proven at these cover prices (64ths)."""
        with self._lock:
            if bound > self.bound:
                self.bound, self.guide = bound, prices

    def take_columns(self) -> list[tuple[int, Rosters]]:
        with self._lock:
            taken, self._fresh = self._fresh, []
        return taken


def solve(
    problem: Problem,
    *,
    seconds: float,
    threads: int = 2,
    seed: int = 1,
    on_progress: Callable[[Step], None] = lambda _step: None,
    stop: Callable[[], bool] = lambda: False,
) -> Result:
    """The best legal roster within `seconds`, with a bound.

    Any-time: `stop` ends it with what there is. Raises BadInput for a problem with unknown names,
    RuleSaysNo when some person has no legal roster at all.
    """
    t = tables_of(problem)
    best = _Best(t, seconds, on_progress, stop)
    best.offer(_first(t))
    if threads > 1:
        other = threading.Thread(target=_improve, args=(t, best, seed), daemon=True)
        other.start()
        _generate(t, best, seed)
        _improve(t, best, seed + 1)
        other.join()
    else:
        _improve(t, best, seed, until=0.15 * seconds)
        _generate(t, best, seed)
        _improve(t, best, seed + 1)
    assert best.rosters is not None
    return Result(
        best.rosters, best.objective, min(best.bound, float(best.objective)),
        best.first_legal, best.elapsed,
    )  # fmt: skip


# --- pricing -------------------------------------------------------------------------------------


class _Pricer:
    """Calls the compiled pricing with scratch space of its own."""

    def __init__(self, t: Tables) -> None:
        self.t = t
        people, days, _ = t.shape
        self.work = np.empty(_work_size(t), np.int32)
        self.free = np.full((people, days), FREE, np.int8)
        self.out = np.empty((people, days), np.int8)
        self.values = np.empty((people, 2), np.int32)

    def __call__(
        self, prices: Ints, people: NDArray[np.int64], fixed: Rosters | None = None
    ) -> None:
        t = self.t
        cheapest_many(
            people, prices, _SCALE, t.own, self.free if fixed is None else fixed, t.length,
            t.follow, t.begun, t.done, t.limits, t.cap, self.work, self.out, self.values,
        )  # fmt: skip


def _work_size(t: Tables) -> int:
    _, days, shifts = t.shape
    spread = int(t.limits[:, 3].max()) * int(t.length.max() - t.length.min()) + 1
    most = 0
    for m_hi, run, weekends in t.limits[:, (1, 3, 5)].tolist():
        paths = 2 * (days + 1) * (weekends + 1) * (m_hi + 1)
        most = max(most, paths * TRACK + days * run * (shifts + 1) * spread * MOST_GRID)
    return min(_MOST_WORK, most + 1024)


def _first(t: Tables) -> Rosters:
    """One person after the other gets the cheapest roster against what is still needed."""
    people, days, shifts = t.shape
    pricer = _Pricer(t)
    rosters = np.full((people, days), OFF, np.int8)
    cover = np.zeros((days, shifts), np.int32)
    for person in range(people):
        worth = np.where(t.need > cover, t.under, -t.over).astype(np.int32) * _SCALE
        pricer(np.clip(worth, -NEVER // 4, NEVER // 4), np.array([person], np.int64))
        if pricer.values[0, 0] >= NEVER // 2:
            raise RuleSaysNo(msg("Person {n} of the problem has no legal roster.", n=person + 1))
        rosters[person] = pricer.out[0]
        on = np.flatnonzero(rosters[person] >= 0)
        cover[on, rosters[person][on]] += 1
    return rosters


# --- one hand: rosters taken away and given anew -------------------------------------------------


def _improve(t: Tables, best: _Best, seed: int, until: float = float("inf")) -> None:
    """Anneal in rounds from the best known, hotter when nothing comes of it."""
    work = np.empty(_work_size(t), np.int32)
    typical = float(np.median(t.under[t.need > 0])) if (t.need > 0).any() else 10.0
    turn, rounds = 0, 40
    heats = _WARM if t.need.shape[0] * t.shape[0] > _MANY else _HEATS
    while not best.over and best.elapsed < until:
        assert best.rosters is not None
        rosters, found = best.rosters.copy(), best.rosters.copy()
        began = perf_counter()
        blend = (0, 64, 128, 192)[turn % 4]
        heat = typical * heats[turn % len(heats)]
        reroster(
            rounds, 3 if turn % 3 else 4, heat, 0.01 ** (1 / rounds),
            (best.guide * 16 // _SCALE).astype(np.int32), blend, (seed * 7919 + turn) % (1 << 31),
            rosters, found, t.need, t.under, t.over, t.own, t.length, t.follow, t.begun, t.done,
            t.limits, t.cap, work,
        )  # fmt: skip
        best.offer(found)
        took = max(1e-3, perf_counter() - began)
        # Rounds grow until one anneal takes a fair part of the time that is left.
        aim = min(4.0, max(0.3, best.left / 12))
        rounds = int(min(200_000, max(20, rounds * min(3.0, aim / took))))
        turn += 1


# --- the other hand: columns, bound, dives, picks -------------------------------------------------


def _generate(t: Tables, best: _Best, seed: int) -> None:
    """Columns until the bound stands, then dives and picks until the time is over."""
    master, pricer = Master(t), _Pricer(t)
    master.add(best.take_columns())
    if _columns(t, best, master, pricer, None, 10_000) is None:
        return
    chance = np.random.default_rng(seed)
    turn, reach = 0, _REACH
    while not best.over:
        assert best.rosters is not None
        before, began = best.objective, perf_counter()
        master.add(best.take_columns())
        whole = turn % _WHOLE_EVERY == 0
        fixed = None if whole else _window(t, best.rosters, chance, turn, reach)
        found, hopeful = _dive(t, best, master, pricer, fixed)
        if found is not None:
            best.offer(found)
        if best.over:
            break
        _pick(t, best, master, hopeful)
        if not whole:
            # A window that is solved at once without a gain was too small.
            quick = perf_counter() - began < _WINDOW_SECONDS / 4
            if best.objective >= before:
                reach = min(0.9, reach * 1.2) if quick else max(0.15, reach / 1.3)
        turn += 1


def _pick(t: Tables, best: _Best, master: Master, fixed: Rosters | None) -> None:
    """Whole rosters out of the columns that are there, within a window or of everything."""
    people = t.shape[0]
    assert best.rosters is not None
    master.add(best.take_columns())
    master.restrict(fixed)
    keep = _worth(t, master, master.relax(), best, fixed)
    seconds = 2.0 + people / 10 if fixed is None else _WINDOW_SECONDS
    if len(keep) > people:
        picked = master.whole(min(best.left, seconds), best.rosters, keep)
        if picked is not None:
            best.offer(picked)


def _columns(
    t: Tables, best: _Best, master: Master, pricer: _Pricer, fixed: Rosters | None, rounds: int
) -> Relaxed | None:
    """Add columns until none is worth adding; the last relaxed solution (None: out of time)."""
    people = t.shape[0]
    everybody = np.arange(people, dtype=np.int64)
    master.restrict(fixed)
    smooth: Floats | None = None
    highest = -float(NEVER)
    relaxed: Relaxed | None = None
    for _round in range(rounds):
        if best.over:
            return None
        relaxed = master.relax()
        exact = np.clip(relaxed.cover, -t.over, t.under)
        sought = exact if smooth is None else _SMOOTH * smooth + (1 - _SMOOTH) * exact
        prices = np.rint(sought * _SCALE).astype(np.int32)
        pricer(prices, everybody, fixed)
        bound = _bound(t, prices, pricer.values[:, 1])
        if fixed is None:
            best.prove(bound, prices)
        if bound > highest:
            highest, smooth = bound, sought
        worth = pricer.values[:, 0] / _SCALE
        fresh = [
            (p, pricer.out[p].copy()) for p in range(people) if pricer.values[p, 0] < NEVER // 2
        ]
        new = master.add(fresh)
        reduced = worth - _person_price(relaxed, exact, sought)
        if fixed is None:
            master.add(best.take_columns())
        if relaxed.objective + t.base - highest < _CLOSED / 2:
            break
        if not new and float(reduced.min(initial=0.0)) > -1e-6:
            if smooth is None or np.allclose(sought, exact):
                break
            smooth = None
        if not new:
            smooth = None
            if np.allclose(sought, exact):
                break
    return relaxed


def _person_price(relaxed: Relaxed, exact: Floats, sought: Floats) -> Floats:
    """What a roster must undercut to be worth adding; exact where the prices are the program's."""
    return relaxed.person if np.array_equal(exact, sought) else np.full_like(relaxed.person, NEVER)


def _bound(t: Tables, prices: Ints, lowest: Ints) -> float:
    """Lagrangean bound at whole cover prices within their box: proven whatever the program says."""
    if (lowest <= -NEVER).any() or (lowest >= NEVER // 2).any():
        return -float(NEVER)
    covered = int((t.need.astype(np.int64) * prices).sum())
    return t.base + (covered + int(lowest.astype(np.int64).sum())) / _SCALE


def _dive(
    t: Tables, best: _Best, master: Master, pricer: _Pricer, window: Rosters | None
) -> tuple[Rosters | None, Rosters | None]:
    """Fix cells that are sure, generate columns, and so on: whole rosters, or the last fixing from
    which a better roster can still be hoped for."""
    people, days, shifts = t.shape
    fixed = np.full((people, days), FREE, np.int8) if window is None else window.copy()
    hopeful = window
    for depth in range(people * days):
        relaxed = _columns(t, best, master, pricer, fixed, _ROUNDS)
        if relaxed is None:
            return None, hopeful
        now = relaxed.objective + t.base
        if depth and now > best.bound + _HOPE * (best.objective - best.bound):
            return None, hopeful
        share = _cells(master, relaxed, (people, days, shifts))
        if share is None:
            return None, hopeful
        if np.all(np.abs(share - np.rint(share)) < 1e-6):
            whole: Rosters = (share.argmax(axis=2) - 1).astype(np.int8)
            return whole, hopeful
        hopeful = fixed.copy()
        share[fixed != FREE] = -1.0
        surest = share.max(axis=2)
        fractional = (surest > 0) & (surest < 1 - 1e-6)
        take = surest >= 1 - 1e-6
        order = np.argsort(np.where(fractional, -surest, 1.0), axis=None)
        take.ravel()[order[: max(1, round(_SHARE * fractional.sum()))]] = True
        fixed[take] = (share.argmax(axis=2) - 1)[take].astype(np.int8)
    return None, hopeful


def _cells(master: Master, relaxed: Relaxed, shape: tuple[int, int, int]) -> Floats | None:
    """How much of each (person, day, off or shift) the relaxed solution uses; None if someone has
    no roster left."""
    people, days, shifts = shape
    share = np.zeros((people, days, shifts + 1))
    every = np.arange(days)
    for column in np.flatnonzero(relaxed.share > 1e-9):
        share[master.owner[column], every, master.rosters[column] + 1] += relaxed.share[column]
    return share if np.all(share.sum(axis=2) > 1 - 1e-6) else None


def _window(
    t: Tables, rosters: Rosters, chance: np.random.Generator, turn: int, reach: float
) -> Rosters:
    """Everything as it is, but `reach` of the people, or of the days, are free again; or more of
    the people on more of the days."""
    people, days, _ = t.shape
    fixed = rosters.copy()
    kind = turn % 3
    wide = min(1.0, reach * 1.6) if kind == 2 else reach
    some = chance.choice(people, min(people, max(2, round(wide * people))), replace=False)
    width = min(days, max(7, round(wide * days)))
    start = int(chance.integers(0, days - width + 1))
    if kind == 0:
        fixed[:, start : start + width] = FREE
    elif kind == 1:
        fixed[some] = FREE
    else:
        fixed[some, start : start + width] = FREE
    return fixed


def _worth(
    t: Tables, master: Master, relaxed: Relaxed, best: _Best, fixed: Rosters | None
) -> list[int]:
    """Columns that a better whole roster may hold: those whose reduced price fits in the gap."""
    owner = np.array(master.owner)
    rosters = np.array(master.rosters)
    on = rosters >= 0
    day = np.broadcast_to(np.arange(rosters.shape[1]), rosters.shape)
    shift = np.where(on, rosters, 0)
    value = t.own[owner[:, None], day, shift] - relaxed.cover[day, shift]
    reduced = np.where(on, value, 0.0).sum(axis=1) - relaxed.person[owner]
    fits = reduced <= best.objective - t.base - relaxed.objective + 1e-6
    if fixed is not None:
        wanted = fixed[owner]
        fits &= ((wanted == FREE) | (wanted == rosters)).all(axis=1)
    found = np.flatnonzero(fits)
    order = found[np.argsort(reduced[found], kind="stable")][:_KEPT]
    return sorted(set(order.tolist()) | set(_standing(master, best)))


def _standing(master: Master, best: _Best) -> Iterator[int]:
    assert best.rosters is not None
    wanted = {(p, best.rosters[p].tobytes()) for p in range(len(best.rosters))}
    for column, (person, roster) in enumerate(zip(master.owner, master.rosters, strict=True)):
        if (person, roster.tobytes()) in wanted:
            yield column
