"""The cheapest legal roster of one person at given prices per cell: a shortest path with resources.

A roster is a chain of runs of work with days off between them. For each start and length of a run
the cheapest sequence of shifts is found first; then a path over days joins runs, with minutes,
weekends and counted shifts as resources. Prices are whole numbers, so that all of this is exact.
How often a shift may be worked seldom binds, so it becomes a resource only after a path broke it.

The functions are compiled by numba and release the interpreter's lock.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from orderdesk.roster.engine.model import NEVER

FREE = -2
"""A day that pricing may fill as it likes."""

TRACK = 128
"""Most states that counted shifts may multiply the path's states by."""

MOST_GRID = 64
"""Most ways in which counted shifts may lie within one run of work."""


@njit(cache=True, nogil=True)
def cheapest(cost, must, length, follow, begun, done, limits, cap, work, out):  # type: ignore[no-untyped-def]
    """Writes the cheapest roster to `out` (D); returns its price and a lower bound on it.

    cost: (D, S) prices, NEVER or more where forbidden; must: (D) days that can't be off;
    work: scratch. Both numbers are NEVER when no roster is legal. The price may exceed the bound
    only where counts of shifts were too many to follow exactly.
    """
    days, shifts = cost.shape
    m_lo, m_hi, run_lo, run_hi, rest, weekends = limits
    short, long = 1 << 20, 0
    for s in range(shifts):
        if cap[s] > 0:
            short = min(short, length[s])
            long = max(long, length[s])
    width = m_hi + 1
    spread = run_hi * max(0, long - short) + 1
    levels = weekends + 1
    cycle = run_hi + rest
    penalty = np.zeros(shifts, np.int32)
    counted = np.zeros(shifts, np.int32)
    n_counted = 0
    states = 1
    grid = 1
    step = np.zeros(shifts, np.int32)
    stride = np.zeros(shifts, np.int32)
    used = np.zeros(shifts, np.int32)
    lo = np.zeros(days + 1, np.int32)
    hi = np.zeros(days + 1, np.int32)
    off_from = np.zeros(days + 1, np.int32)
    for d in range(days + 1):
        left = days - d
        most = (d // cycle) * run_hi + min(run_hi, d % cycle)
        rests = (left // cycle) * run_hi + min(run_hi, left % cycle)
        lo[d] = max(0, m_lo - rests * long)
        hi[d] = min(m_hi, most * long)
        if d > 0:
            off_from[d] = d if must[d - 1] else off_from[d - 1]
    bound = -NEVER
    for attempt in range(shifts + 40):
        cells = states * levels * width
        block = (days + 1) * cells
        if 2 * block + days * run_hi * (shifts + 1) * grid * spread > work.size:
            return NEVER, max(bound, -NEVER)
        ready = work[:block]
        ended = work[block : 2 * block]
        ready[:] = NEVER
        ended[:] = NEVER
        kinds = grid * spread
        part = work[2 * block : 2 * block + days * run_hi * shifts * kinds]
        best = work[
            2 * block + days * run_hi * shifts * kinds : 2 * block
            + days * run_hi * (shifts + 1) * kinds
        ]
        part[:] = NEVER
        best[:] = NEVER
        # Runs: part[(a, r, s, k)] is the cheapest run of r + 1 days from day a that ends in
        # shift s, with k = (counts of counted shifts, units above the shortest).
        for a in range(days):
            for r in range(min(run_hi, days - a)):
                d = a + r
                row = (a * run_hi + r) * shifts * kinds
                top = (a * run_hi + r) * kinds
                alive = False
                for s in range(shifts):
                    c = cost[d, s]
                    if c >= NEVER // 2:
                        continue
                    c += penalty[s]
                    jump = step[s] * spread + length[s] - short
                    if r == 0:
                        if jump < kinds:
                            part[row + s * kinds + jump] = c
                            best[top + jump] = min(best[top + jump], c)
                            alive = True
                        continue
                    to = part[row + s * kinds : row + (s + 1) * kinds]
                    for p in range(shifts):
                        if follow[p, s] == 0:
                            continue
                        at = row - shifts * kinds + p * kinds
                        source = part[at : at + kinds]
                        for k in range(kinds - jump):
                            v = source[k] + c
                            if v < to[k + jump]:
                                to[k + jump] = v
                    for k in range(kinds):
                        if to[k] < NEVER // 2:
                            alive = True
                            if to[k] < best[top + k]:
                                best[top + k] = to[k]
                        else:
                            to[k] = NEVER
                if not alive:
                    break
        ready[0] = 0
        for e in range(1, days + 1):
            if must[e - 1] == 0:
                here = ready[e * cells : (e + 1) * cells]
                before = ready[(e - 1) * cells : e * cells]
                for i in range(cells):
                    here[i] = before[i]
                if e >= rest and off_from[e] <= e - rest:
                    before = ended[(e - rest) * cells : (e - rest + 1) * cells]
                    for i in range(cells):
                        here[i] = min(here[i], before[i])
            for r in range(1, min(run_hi, e) + 1):
                a = e - r
                if r < run_lo and a > 0 and e < days:
                    continue
                dw = begun[e] - done[a]
                if dw > weekends:
                    continue
                w_top = min(weekends - dw, begun[a])
                top = (a * run_hi + r - 1) * kinds
                for g in range(grid):
                    for x in range(spread):
                        c = best[top + g * spread + x]
                        if c >= NEVER // 2:
                            continue
                        u = r * short + x
                        first = max(lo[a], lo[e] - u)
                        last = min(hi[a], hi[e] - u)
                        if last < first:
                            continue
                        n = last - first + 1
                        for state in range(states):
                            jump = 0
                            fits = True
                            for j in range(n_counted):
                                s = counted[j]
                                count = (g // step[s]) % (run_hi + 1)
                                have = (state // stride[s]) % (cap[s] + 1)
                                if have + count > cap[s]:
                                    fits = False
                                    break
                                jump += count * stride[s]
                            if not fits:
                                continue
                            for w in range(w_top + 1):
                                i = a * cells + (state * levels + w) * width + first
                                o = e * cells + ((state + jump) * levels + w + dw) * width
                                o += first + u
                                source = ready[i : i + n]
                                to = ended[o : o + n]
                                for m in range(n):
                                    to[m] = min(to[m], source[m] + c)
        # The end: the last run may end on any day, followed by days off.
        value = NEVER
        at_day = -1
        at_cell = 0
        at_run = False
        for e in range(max(0, days - rest + 1), days + 1):
            if off_from[days] > e:
                continue
            for state in range(states):
                for w in range(levels):
                    for m in range(m_lo, m_hi + 1):
                        i = (state * levels + w) * width + m
                        if ended[e * cells + i] < value:
                            value = ended[e * cells + i]
                            at_day, at_cell, at_run = e, i, True
                        if e == days and ready[e * cells + i] < value:
                            value = ready[e * cells + i]
                            at_day, at_cell, at_run = e, i, False
        if value >= NEVER // 2:
            return NEVER, (NEVER if bound == -NEVER else bound)
        # Walk back.
        for d in range(days):
            out[d] = -1
        used[:] = 0
        e = at_day
        i = at_cell
        while e > 0 or at_run:
            if not at_run:
                if ready[(e - 1) * cells + i] == ready[e * cells + i]:
                    e -= 1
                else:
                    e -= rest
                    at_run = True
                continue
            v = ended[e * cells + i]
            found = False
            for r in range(1, min(run_hi, e) + 1):
                a = e - r
                if r < run_lo and a > 0 and e < days:
                    continue
                dw = begun[e] - done[a]
                for g in range(grid):
                    for x in range(spread):
                        c = best[(a * run_hi + r - 1) * kinds + g * spread + x]
                        if c >= NEVER // 2:
                            continue
                        u = r * short + x
                        m = i % width
                        w = (i // width) % levels
                        state = i // (width * levels)
                        if m < u or w < dw:
                            continue
                        jump = 0
                        fits = True
                        for j in range(n_counted):
                            s = counted[j]
                            count = (g // step[s]) % (run_hi + 1)
                            if (state // stride[s]) % (cap[s] + 1) < count:
                                fits = False
                                break
                            jump += count * stride[s]
                        if not fits:
                            continue
                        j = ((state - jump) * levels + w - dw) * width + m - u
                        if ready[a * cells + j] + c != v:
                            continue
                        # The run's shifts, last day first.
                        k = g * spread + x
                        nxt = -1
                        left = c
                        for back in range(r - 1, -1, -1):
                            row = (a * run_hi + back) * shifts * kinds
                            for s in range(shifts):
                                if nxt >= 0 and follow[s, nxt] == 0:
                                    continue
                                if part[row + s * kinds + k] == left:
                                    break
                            out[a + back] = s
                            used[s] += 1
                            left -= cost[a + back, s] + penalty[s]
                            k -= step[s] * spread + length[s] - short
                            nxt = s
                        e, i, found, at_run = a, j, True, False
                        break
                    if found:
                        break
                if found:
                    break
            if not found:
                return NEVER, bound
        if n_counted == attempt:
            bound = value
        broken = -1
        for s in range(shifts):
            if used[s] > cap[s]:
                broken = s
                break
        if broken < 0:
            extra = 0
            for s in range(shifts):
                extra += used[s] * penalty[s]
            return value - extra, bound
        more_states, more_grid = states * (cap[broken] + 1), grid * (run_hi + 1)
        room = 2 * (days + 1) * more_states * levels * width
        room += days * run_hi * (shifts + 1) * more_grid * spread
        if more_states <= TRACK and more_grid <= MOST_GRID and room <= work.size:
            counted[n_counted] = broken
            stride[broken] = states
            step[broken] = grid
            n_counted += 1
            states *= cap[broken] + 1
            grid *= run_hi + 1
        else:
            penalty[broken] = 2 * penalty[broken] + 64
    return NEVER, bound


@njit(cache=True, nogil=True)
def cheapest_many(  # type: ignore[no-untyped-def]
    people, prices, scale, own, fixed, length, follow, begun, done, limits, cap, work, out, values
):
    """Prices several people at cover prices (D, S), in 1/scale of the unit of weights.

    fixed: (P, D) FREE, OFF or the shift that the day must have. Writes a roster per row of `out`
    and (price, lower bound) per row of `values`.
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
            cost, must, length, follow, begun, done, limits[p], cap[p], work, out[i]
        )


@njit(cache=True, nogil=True)
def reroster(  # type: ignore[no-untyped-def]
    rounds, most, heat, cool, guide, blend, seed,
    rosters, best, need, under, over, own, length, follow, begun, done, limits, cap, work,
):  # fmt: skip
    """Takes a few people's rosters away and gives each the cheapest one left, again and again.

    Worse results are taken with the probability of simulated annealing (`heat`, times `cool` each
    round). All but the last of the few also look at cover prices `guide` (D, S), `blend` of 256.
    Ends with the best found in `best`; returns the change of price from `rosters` to `best`.
    """
    np.random.seed(seed)
    people, days, shifts = own.shape
    scale = 16
    cover = np.zeros((days, shifts), np.int32)
    for p in range(people):
        for d in range(days):
            if rosters[p, d] >= 0:
                cover[d, rosters[p, d]] += 1
    cost = np.empty((days, shifts), np.int32)
    must = np.zeros(days, np.uint8)
    fresh = np.empty((most, days), np.int8)
    order = np.arange(people)
    now = 0
    least = 0
    for _ in range(rounds):
        few = min(people, 1 + np.random.randint(most))
        for i in range(few):
            j = i + np.random.randint(people - i)
            order[i], order[j] = order[j], order[i]
        change = 0
        for i in range(few):
            p = order[i]
            for d in range(days):
                s = rosters[p, d]
                if s >= 0:
                    change -= own[p, d, s]
                    cover[d, s] -= 1
                    gap = need[d, s] - cover[d, s]
                    change += under[d, s] if gap > 0 else -over[d, s]
        legal = True
        for i in range(few):
            p = order[i]
            mix = blend if i < few - 1 else 0
            for d in range(days):
                for s in range(shifts):
                    if own[p, d, s] >= NEVER:
                        cost[d, s] = NEVER
                        continue
                    here = under[d, s] if need[d, s] > cover[d, s] else -over[d, s]
                    c = (
                        own[p, d, s] * scale
                        - (here * scale * (256 - mix) + guide[d, s] * mix) // 256
                    )
                    cost[d, s] = c + np.random.randint(4)
            v, _b = cheapest(
                cost, must, length, follow, begun, done, limits[p], cap[p], work, fresh[i]
            )
            if v >= NEVER // 2:
                legal = False
                for d in range(days):
                    fresh[i, d] = rosters[p, d]
            for d in range(days):
                s = fresh[i, d]
                if s >= 0:
                    change += own[p, d, s]
                    change -= under[d, s] if need[d, s] > cover[d, s] else -over[d, s]
                    cover[d, s] += 1
        if legal and (change <= 0 or np.random.random() < np.exp(-change / max(heat, 1e-9))):
            for i in range(few):
                rosters[order[i]] = fresh[i]
            now += change
            if now < least:
                least = now
                best[:] = rosters
        else:
            for i in range(few):
                for d in range(days):
                    if fresh[i, d] >= 0:
                        cover[d, fresh[i, d]] -= 1
                    if rosters[order[i], d] >= 0:
                        cover[d, rosters[order[i], d]] += 1
        heat *= cool
    return least
