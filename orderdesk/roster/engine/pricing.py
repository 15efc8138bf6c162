"""The cheapest legal roster of one person at given prices per cell: a shortest path with resources.

A roster is a chain of runs of work with days off between them. For each start and length of a run
the cheapest sequence of shifts is found first; then a path over days joins runs, with minutes and
weekends as resources. Prices are whole numbers, so that all of this is exact.

How often a shift may be worked seldom binds. Each such limit first gets a price of its own (a
Lagrangean multiplier, kept between calls), which costs a few paths; where that leaves a gap and an
exact answer is asked for, the count becomes a resource as well, which costs many times more.

The functions are compiled by numba and release the interpreter's lock. Compiling is part of the
first second of a fresh machine, so they keep to plain loops.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from orderdesk.roster.engine.meter import Meter
from orderdesk.roster.engine.model import (
    NEVER,
    Ints,
    Person,
    Problem,
    Rosters,
    Shift,
    Tables,
    tables,
)

SCALE = 64
"""Cover prices are whole 64ths of a unit of weight."""

FREE = -2
"""A day that pricing may fill as it likes."""

TRACK = 128
"""Most states that counted shifts may multiply the path's states by."""

MOST_GRID = 64
"""Most ways in which counted shifts may lie within one run of work."""

_MOST_WORK, _HEAVY = 1 << 26, 1_500_000
"""Scratch space for one thread; steps above which counting is not quick."""


@njit(cache=True, nogil=True)
def _bands(cost, must, length, begun, done, limits, band):  # type: ignore[no-untyped-def]
    """How many units and weekends a legal roster can have had before each day.

    Writes (4, D + 1) to `band`: least and most units, least and most weekends. False when no
    roster is legal.
    """
    days, shifts = cost.shape
    m_lo, m_hi, run_hi, weekends = limits[0], limits[1], limits[3], limits[5]
    cycle = run_hi + limits[4]
    long = 0
    for s in range(shifts):
        long = max(long, length[s])
    # After the day, from the end: rest holds least and most units still to come.
    after = np.zeros((3, days + 1), np.int32)
    day_lo = np.zeros(days, np.int32)
    day_hi = np.zeros(days, np.int32)
    for d in range(days):
        least = NEVER
        for s in range(shifts):
            if cost[d, s] < NEVER // 2:
                least = min(least, length[s])
                day_hi[d] = max(day_hi[d], length[s])
        if must[d]:
            day_lo[d] = least
    for d in range(days - 1, -1, -1):
        after[0, d] = min(NEVER, after[0, d + 1] + day_lo[d])
        after[1, d] = after[1, d + 1] + day_hi[d]
        # A stretch of run and rest holds at most one longest run of work.
        after[1, d] = min(after[1, d], after[1, min(days, d + cycle)] + run_hi * long)
        # A weekend with a day that must be worked; both of its days count once.
        after[2, d] = after[2, d + 1]
        if must[d] and begun[d + 1] > done[d]:
            second = begun[d] > done[d]
            if second or d + 1 >= days or not (must[d + 1] and begun[d + 1] > done[d + 1]):
                after[2, d] += 1
    band[0, 0] = band[1, 0] = band[2, 0] = band[3, 0] = 0
    for d in range(days):
        band[0, d + 1] = min(NEVER, band[0, d] + day_lo[d])
        band[1, d + 1] = min(band[1, d] + day_hi[d], band[1, max(0, d + 1 - cycle)] + run_hi * long)
    for d in range(days + 1):
        band[0, d] = max(band[0, d], m_lo - after[1, d])
        band[1, d] = min(band[1, d], m_hi - after[0, d])
        band[2, d] = after[2, 0] - after[2, d]
        band[3, d] = min(begun[d], weekends - max(0, after[2, d] - 1))
        if band[0, d] > band[1, d] or band[2, d] > band[3, d]:
            return False
    return True


@njit(cache=True, nogil=True)
def _path(  # type: ignore[no-untyped-def]
    cost,
    must,
    sure,
    length,
    group,
    before,
    begun,
    done,
    limits,
    band,
    multiplier,
    room,
    counted,
    work,
    out,
):
    """The cheapest path at `cost` plus a `multiplier` per shift, counts held only in `counted`.

    sure: (D) days that can only have one shift, which `room` (S), what is left of each limit, does
    not count.
    Writes it to `out` (D); returns its price, NEVER when there is none, or -NEVER when `work` has
    no room for it.
    """
    # One long function on purpose: its loops share some twenty counters, strides and views of the
    # scratch, and a helper would have to take and give nearly all of them.
    days, shifts = cost.shape
    m_lo, m_hi, run_lo, run_hi, rest, weekends = limits
    short, long = 1 << 20, 0
    states = grid = 1
    step = np.zeros(shifts, np.int32)
    stride = np.zeros(shifts, np.int32)
    for d in range(days):
        for s in range(shifts):
            if cost[d, s] < NEVER // 2:
                short = min(short, length[s])
                long = max(long, length[s])
    for s in counted:
        stride[s], step[s] = states, grid
        states *= room[s] + 1
        grid *= run_hi + 1
    spread = run_hi * max(0, long - short) + 1
    levels = weekends + 1
    width = 1
    for d in range(days + 1):
        width = max(width, band[1, d] - band[0, d] + 1)
    cells = states * levels * width
    kinds = grid * spread
    groups = before.shape[0]
    block = (days + 1) * cells
    size = days * run_hi * shifts * kinds
    tops = days * run_hi * kinds
    if 2 * block + size + tops + groups * kinds > work.size:
        return -NEVER
    ready = work[:block]
    ended = work[block : 2 * block]
    part = work[2 * block : 2 * block + size]
    best = work[2 * block + size : 2 * block + size + tops]
    least = work[2 * block + size + tops : 2 * block + size + tops + groups * kinds]
    for i in range(2 * block + size + tops):
        work[i] = NEVER
    # Runs: part[(a, r, s, k)] is the cheapest run of r + 1 days from day a that ends in shift s,
    # with k = (counts of counted shifts, units above the shortest).
    for a in range(days):
        for r in range(min(run_hi, days - a)):
            d = a + r
            row = (a * run_hi + r) * shifts * kinds
            top = (a * run_hi + r) * kinds
            alive = False
            if r > 0:
                for i in range(groups * kinds):
                    least[i] = NEVER
                for g in range(groups):
                    to = least[g * kinds : (g + 1) * kinds]
                    for p in range(shifts):
                        if before[g, p] and cost[d - 1, p] < NEVER // 2:
                            source = part[
                                row - (shifts - p) * kinds : row - (shifts - p - 1) * kinds
                            ]
                            for k in range(kinds):
                                to[k] = min(to[k], source[k])
            for s in range(shifts):
                c = cost[d, s]
                if c >= NEVER // 2:
                    continue
                c += multiplier[s]
                jump = length[s] - short
                if not sure[d]:
                    jump += step[s] * spread
                if r == 0:
                    if jump < kinds:
                        part[row + s * kinds + jump] = c
                        best[top + jump] = min(best[top + jump], c)
                        alive = True
                    continue
                g = group[s]
                for k in range(kinds - jump):
                    v = least[g * kinds + k]
                    if v < NEVER // 2:
                        v += c
                        part[row + s * kinds + k + jump] = v
                        best[top + k + jump] = min(best[top + k + jump], v)
                        alive = True
            if not alive:
                break
    ready[0] = 0
    clear = 0
    off_from = np.zeros(days + 1, np.int32)
    for e in range(1, days + 1):
        if must[e - 1]:
            clear = e
        off_from[e] = clear
        lo, hi = band[0, e], band[1, e]
        if must[e - 1] == 0:
            for source_day in (e - 1, e - rest):
                if source_day < clear:
                    continue
                first = max(lo, band[0, source_day])
                n = min(hi, band[1, source_day]) - first + 1
                if n <= 0:
                    continue
                for state in range(states):
                    for w in range(band[2, source_day], band[3, source_day] + 1):
                        at = (state * levels + w) * width + first
                        o = e * cells + at - lo
                        i = source_day * cells + at - band[0, source_day]
                        to = ready[o : o + n]
                        if source_day == e - 1:
                            source = ready[i : i + n]
                            for m in range(n):
                                to[m] = min(to[m], source[m])
                        if source_day == e - rest:
                            source = ended[i : i + n]
                            for m in range(n):
                                to[m] = min(to[m], source[m])
                if rest == 1:
                    break
        for r in range(1, min(run_hi, e) + 1):
            a = e - r
            if r < run_lo and a > 0 and e < days:
                continue
            dw = begun[e] - done[a]
            top = (a * run_hi + r - 1) * kinds
            w_first = max(band[2, a], band[2, e] - dw)
            w_last = min(band[3, a], band[3, e] - dw, weekends - dw)
            if w_last < w_first:
                continue
            for k in range(kinds):
                c = best[top + k]
                if c >= NEVER // 2:
                    continue
                u = r * short + k % spread
                first = max(band[0, a], lo - u)
                n = min(band[1, a], hi - u) - first + 1
                if n <= 0:
                    continue
                for state in range(states):
                    jump = _jump(counted, k // spread, state, step, stride, room, run_hi)
                    if jump < 0:
                        continue
                    for w in range(w_first, w_last + 1):
                        i = a * cells + (state * levels + w) * width + first - band[0, a]
                        o = e * cells + ((state + jump) * levels + w + dw) * width + first + u - lo
                        source = ready[i : i + n]
                        to = ended[o : o + n]
                        for m in range(n):
                            to[m] = min(to[m], source[m] + c)
    # The end: the last run may end on any day, followed by days off.
    value = NEVER // 2
    at_run = False
    at_day = at = 0
    for e in range(max(0, days - rest + 1, off_from[days]), days + 1):
        for level in range(states * levels):
            for m in range(max(m_lo, band[0, e]), min(m_hi, band[1, e]) + 1):
                i = e * cells + level * width + m - band[0, e]
                if ended[i] < value:
                    value, at_day, at, at_run = ended[i], e, i - e * cells, True
                if e == days and ready[i] < value:
                    value, at_day, at, at_run = ready[i], e, i - e * cells, False
    if value >= NEVER // 2:
        return NEVER
    # Walk back.
    for d in range(days):
        out[d] = -1
    e, i = at_day, at
    while e > 0 or at_run:
        v = ended[e * cells + i] if at_run else ready[e * cells + i]
        level, m = i // width, i % width + band[0, e]
        if not at_run:
            j = level * width + m - band[0, e - 1]
            inside = band[0, e - 1] <= m <= band[1, e - 1]
            if inside and ready[(e - 1) * cells + j] == v:
                e, i = e - 1, j
            else:
                e, at_run = e - rest, True
                i = level * width + m - band[0, e]
            continue
        w, state = level % levels, level // levels
        found = False
        for r in range(1, min(run_hi, e) + 1):
            a = e - r
            if r < run_lo and a > 0 and e < days:
                continue
            w0 = w - begun[e] + done[a]
            if w0 < 0:
                continue
            for k in range(kinds):
                c = best[(a * run_hi + r - 1) * kinds + k]
                m0 = m - r * short - k % spread
                if c >= NEVER // 2 or m0 < band[0, a] or m0 > band[1, a]:
                    continue
                # Back to where the counts were: a count must not exceed what there is.
                jump = 0
                for s in counted:
                    count = (k // spread // step[s]) % (run_hi + 1)
                    if (state // stride[s]) % (room[s] + 1) < count:
                        jump = -1
                        break
                    jump += count * stride[s]
                if jump < 0:
                    continue
                j = ((state - jump) * levels + w0) * width + m0 - band[0, a]
                if ready[a * cells + j] + c != v:
                    continue
                # The run's shifts, last day first.
                nxt = -1
                for back in range(r - 1, -1, -1):
                    row = (a * run_hi + back) * shifts * kinds
                    for s in range(shifts):
                        if nxt >= 0 and before[group[nxt], s] == 0:
                            continue
                        if part[row + s * kinds + k] == c:
                            nxt = s
                            break
                    out[a + back] = nxt
                    c -= cost[a + back, nxt] + multiplier[nxt]
                    k -= length[nxt] - short
                    if not sure[a + back]:
                        k -= step[nxt] * spread
                e, i, found, at_run = a, j, True, False
                break
            if found:
                break
        if not found:
            return NEVER
    return value


@njit(cache=True, nogil=True)
def _jump(counted, g, state, step, stride, cap, run_hi):  # type: ignore[no-untyped-def]
    """How far a run's counts move the state; -1 when they exceed a limit."""
    jump = 0
    for s in counted:
        count = (g // step[s]) % (run_hi + 1)
        if (state // stride[s]) % (cap[s] + 1) + count > cap[s]:
            return -1
        jump += count * stride[s]
    return jump


@njit(cache=True, nogil=True)
def cheapest(  # type: ignore[no-untyped-def]
    cost, must, length, group, before, begun, done, limits, cap, tries, exact, multiplier, work, out
):
    """Writes the cheapest roster to `out` (D); returns its price and a lower bound on it.

    cost: (D, S) prices, NEVER or more where forbidden; must: (D) days that can't be off; tries:
    most paths for the multipliers (S), which are the start and the end of the search for them;
    exact: whether counts may become resources when these leave a gap: 0 no, 1 where it is quick,
    2 yes; work: scratch. Both numbers
    are NEVER when no roster is legal; the price alone is when none was found.
    """
    days, shifts = cost.shape
    band = np.empty((4, days + 1), np.int32)
    if not _bands(cost, must, length, begun, done, limits, band):
        return NEVER, NEVER
    # What is left of each limit beside the days that are sure; never more than there are days.
    sure = np.zeros(days, np.uint8)
    room = np.zeros(shifts, np.int64)
    for d in range(days):
        options = 0
        only = -1
        for s in range(shifts):
            if cost[d, s] < NEVER // 2:
                options += 1
                only = s
                room[s] += 1
        if must[d] and options == 1:
            sure[d] = 1
            room[only] -= 1
    for s in range(shifts):
        left = cap[s]
        for d in range(days):
            if sure[d] and cost[d, s] < NEVER // 2:
                left -= 1
        if left < 0:
            return NEVER, NEVER
        if room[s] <= left:
            multiplier[s] = 0
        room[s] = min(room[s], left)
    size = np.int64(0)  # about how many steps a path without counts takes
    for d in range(days + 1):
        size += (band[1, d] - band[0, d] + 1) * (band[3, d] - band[2, d] + 1) * limits[3]
    top, low = NEVER, -NEVER
    most = NEVER // 8 // days
    used = np.empty(shifts, np.int32)
    broken = np.zeros(shifts, np.int32)  # largest multiplier at which the limit was broken
    kept = np.full(shifts, -1, np.int32)  # least at which it was kept
    jump = np.full(shifts, 16, np.int32)  # how far to go on while it is broken
    path = np.empty(days, np.int8)
    counted = np.empty(0, np.int64)
    states = grid = 1
    doubling = 0
    while True:
        v = _path(
            cost, must, sure, length, group, before, begun, done, limits, band, multiplier, room,
            counted, work, path,
        )  # fmt: skip
        if v == -NEVER or v >= NEVER // 2:
            if counted.size == 0:
                return NEVER, (low if v == -NEVER else NEVER)
            return top, (low if v == -NEVER else max(low, top))
        used[:] = 0
        for d in range(days):
            if path[d] >= 0:
                used[path[d]] += 1
        bound, true, worst = v, v, -1
        for s in range(shifts):
            bound -= multiplier[s] * cap[s]
            true -= multiplier[s] * used[s]
            if used[s] > cap[s] and (worst < 0 or used[s] - cap[s] > used[worst] - cap[worst]):
                worst = s
        low = max(low, bound)
        if worst < 0 and true < top:
            top = true
            out[:] = path
        if top <= low:
            return top, low
        tries -= 1
        if tries > 0:
            moved = False
            for s in range(shifts):
                now = multiplier[s]
                if used[s] > cap[s]:
                    broken[s] = now
                    if kept[s] <= now:
                        kept[s] = -1
                        multiplier[s] = min(most, now + jump[s])
                        jump[s] = min(most, 3 * jump[s])
                    else:
                        multiplier[s] = (now + kept[s] + 1) // 2
                        if multiplier[s] == kept[s] and kept[s] > now + 1:
                            multiplier[s] -= 1
                elif now > 0 and used[s] < cap[s]:
                    kept[s] = now
                    if broken[s] >= now:
                        broken[s] = 0
                    multiplier[s] = (now + broken[s]) // 2
                moved = moved or multiplier[s] != now
            if moved:
                continue
        if top == NEVER and worst >= 0 and doubling < 9:
            # No legal roster yet: what is broken gets dear fast.
            doubling, tries = doubling + 1, 3
            for s in range(shifts):
                if used[s] > cap[s]:
                    broken[s] = multiplier[s]
                    multiplier[s] = max(kept[s], min(most, multiplier[s] + jump[s]))
                    jump[s] = min(most, 3 * jump[s])
            continue
        if exact == 0 and top < NEVER:
            return top, low
        # A limit that is broken, or whose price leaves a gap, becomes a resource if there is room.
        pick = worst
        if pick < 0:
            for s in range(shifts):
                if multiplier[s] > 0 and (pick < 0 or multiplier[s] > multiplier[pick]):
                    pick = s
        if pick < 0:
            return top, low
        more, wider = states * int(room[pick] + 1), grid * int(limits[3] + 1)
        new = True
        for known in counted:
            if known == pick:
                new = False
        if exact < 2 and top < NEVER and more * wider * size > _HEAVY:
            return top, low
        if new and more <= TRACK and wider <= MOST_GRID:
            states, grid = more, wider
            longer = np.empty(counted.size + 1, np.int64)
            longer[:-1] = counted
            longer[-1] = pick
            counted = longer
            multiplier[pick] = 0
        elif worst >= 0 and doubling < 24:
            doubling += 1
            multiplier[pick] = min(most, 2 * multiplier[pick] + 64)
        else:
            return top, low


@njit(cache=True, nogil=True)
def cheapest_many(  # type: ignore[no-untyped-def]
    people, prices, scale, own, fixed, length, group, before, begun, done, limits, cap,
    tries, exact, multipliers, work, out, values,
):  # fmt: skip
    """Prices several people at cover prices (D, S), in 1/scale of the unit of weights.

    fixed: (P, D) FREE, OFF or the shift that the day must have. Writes a roster per row of `out`
    and (price, lower bound) per row of `values`; keeps `multipliers` (P, S) for the next time.
    """
    _, days, shifts = own.shape
    cost = np.empty((days, shifts), np.int32)
    must = np.empty(days, np.uint8)
    for i in range(people.size):
        p = people[i]
        for d in range(days):
            f = fixed[p, d]
            must[d] = f >= 0
            for s in range(shifts):
                if own[p, d, s] >= NEVER or (f != FREE and f != s):
                    cost[d, s] = NEVER
                else:
                    cost[d, s] = own[p, d, s] * scale - prices[d, s]
        values[i, 0], values[i, 1] = cheapest(
            cost, must, length, group, before, begun, done, limits[p], cap[p],
            tries, exact, multipliers[p], work, out[i],
        )  # fmt: skip


class Pricer:
    """Calls the compiled pricing, with scratch space and multipliers of its own."""

    def __init__(self, t: Tables) -> None:
        self.t = t
        people, days, _ = t.shape
        self.work: Ints = np.empty(_scratch(t), np.int32)
        self.out: Rosters = np.empty((people, days), np.int8)
        self.values: Ints = np.empty((people, 2), np.int32)
        self.multipliers: Ints = np.zeros(t.cap.shape, np.int32)
        spread = int(t.limits[:, 3].max()) * int(t.length.max() - t.length.min()) + 1
        path = (t.limits[:, 1] * t.limits[:, 3] * (t.limits[:, 5] + 1)).mean() * days * spread
        self._seconds = 3e-9 * float(path) + 5e-7 * days * t.shape[2] + 2e-5

    def __call__(
        self,
        prices: Ints,
        people: NDArray[np.int64],
        fixed: Rosters,
        exact: int = 1,
        meter: Meter | None = None,
    ) -> tuple[Rosters, Ints]:
        """The cheapest rosters (Q, D) of people (Q) at cover prices (D, S) in 64ths, with their
        prices and lower bounds (Q, 2); views that hold until the next call. Where `meter` is over
        first, the rest have neither."""
        t = self.t
        count = len(people)
        at_once = count if meter is None else max(1, round(0.2 / self._seconds))
        self.values[:count] = NEVER, -NEVER
        for i in range(0, count, at_once):
            if meter is not None and i and meter.over:
                break
            some = people[i : i + at_once]
            cheapest_many(
                some, prices, SCALE, t.own, fixed, t.length, t.group, t.before, t.begun, t.done,
                t.limits, t.cap, 6, exact, self.multipliers, self.work, self.out[i:],
                self.values[i:],
            )  # fmt: skip
        return self.out[:count], self.values[:count]

    def seconds(self, people: int, days: int) -> float:
        """About what it takes an ordinary machine to price people with so many days open."""
        share = days / self.t.shape[1]
        return people * self._seconds * (0.1 + 0.9 * share * share)


def _scratch(t: Tables) -> int:
    _, days, shifts = t.shape
    spread = int(t.limits[:, 3].max()) * int(t.length.max() - t.length.min()) + 1
    most = 0
    for m_hi, run, weekends in t.limits[:, (1, 3, 5)].tolist():
        paths = 2 * (days + 1) * (weekends + 1) * (m_hi + 1)
        runs = days * run * (2 * shifts + 1) * spread
        most = max(most, paths * TRACK + runs * MOST_GRID)
    return max(1024, min(_MOST_WORK, most))


def compile_now() -> None:
    """Have the pricing compiled, or loaded from what was compiled before."""
    t = tables(Problem(7, (Shift("D", 480),), (Person("A"),)))
    Pricer(t)(np.zeros((7, 1), np.int32), np.zeros(1, np.int64), np.full((1, 7), FREE, np.int8))
