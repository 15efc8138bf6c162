"""Column generation within a part: prices, a bound, and whole rosters picked out of the columns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from orderdesk.roster.engine.master import Master, Part, Relaxed
from orderdesk.roster.engine.meter import Meter
from orderdesk.roster.engine.model import NEVER, Floats, Ints, Rosters, cover_of
from orderdesk.roster.engine.pricing import FREE, SCALE, Pricer

SURE = 0.999
"""Prices are whole numbers: what can't be cheaper by this much can't be cheaper at all."""
_SMOOTH = 0.7
"""Share of the best prices so far in those that columns are sought by: less swinging."""
_CROWD = 8
"""Columns per row of the linear program above which it is thinned."""
_KEPT = 4_000
"""Columns that a pick of whole rosters looks at."""


@dataclass
class Generation:
    """A part's columns, as far as they have been generated."""

    part: Part
    master: Master
    pricer: Pricer
    meter: Meter
    guide: Floats
    """Cover prices (days of the part, S) of the best bound so far."""
    bound: float = -float(NEVER)
    """No rosters of the part's people are cheaper than this."""
    relaxed: Relaxed | None = None

    def __post_init__(self) -> None:
        part = self.part
        self._need = part.need()
        self._fixed = part.fixed()
        t = part.t
        cut = slice(part.first, part.last)
        self._low, self._high = -t.over[cut].astype(float), t.under[cut].astype(float)
        outside = part.standing.copy()
        outside[:, cut] = -1
        who, day = np.nonzero(outside[part.people] >= 0)
        self._outside = np.zeros(len(part.people), np.int64)
        own = t.own[part.people[who], day, outside[part.people[who], day]]
        np.add.at(self._outside, who, own)
        self._prices: Ints = np.zeros(t.need.shape, np.int32)
        self._smooth, self._exact = _SMOOTH, 1

    def standing(self, rosters: Rosters | None = None) -> None:
        """The part as it stands becomes columns; with `rosters` (P, D) that stand there now: the
        same ones outside the part."""
        if rosters is not None:
            self.part = self.master.part = replace(self.part, standing=rosters)
        part = self.part
        cut = part.standing[part.people, part.first : part.last]
        self.master.add(enumerate(cut))

    def seek(self, prices: Floats, *, exact: int = 1, keep: bool = True) -> tuple[int, Rosters]:
        """Columns at these cover prices; how many were new, and the cheapest rosters (Q, days).
        Without `keep` only the bound is looked at."""
        part = self.part
        cut = slice(part.first, part.last)
        self._prices[cut] = np.rint(prices * SCALE)
        rosters, values = self.pricer(self._prices, part.people, self._fixed, exact, self.meter)
        self.meter.spend(self.pricer.seconds(len(part.people), part.last - part.first))
        if (values[:, 1] > -NEVER).all():
            worth = values[:, 1].astype(np.int64) - self._outside * SCALE
            covered = int((self._need.astype(np.int64) * self._prices[cut]).sum())
            bound = (covered + int(worth.sum())) / SCALE
            if bound > self.bound:
                self.bound, self.guide = bound, prices.copy()
        found = rosters[:, cut]
        if not keep:
            return 0, found
        legal = np.flatnonzero(values[:, 0] < NEVER // 2).tolist()
        return self.master.add((who, found[who]) for who in legal), found

    def descend(self, rounds: int, best: float, goal: float, until: float) -> None:
        """Prices by subgradients, without a linear program: where that is slow, it needs a start.

        best: the price of the part as it stands; ends when the bound passes `goal`, or at `until`.
        """
        prices, force, stale = self.guide.copy(), 1.0, 0
        slope = np.zeros_like(prices)
        for _ in range(rounds):
            before = self.bound
            _, found = self.seek(prices, keep=False)
            if self.bound > goal or self.meter.over or self.meter.spent > until:
                break
            stale = 0 if self.bound > before + 1e-3 * abs(best - self.bound) else stale + 1
            if stale >= 6:
                force, stale, prices = force / 2, 0, self.guide.copy()
            gap = (self._need - cover_of(found, *self._need.shape)).astype(float)
            slope = gap if not slope.any() else 0.6 * slope + 0.4 * gap
            norm = float((slope * slope).sum())
            if norm < 1e-9 or force < 0.02:
                break
            step = force * max(1.0, best - self.bound) / norm
            prices = np.clip(prices + step * slope, self._low, self._high)
        self.seek(self.guide)

    def converge(self, rounds: int, goal: float) -> bool:
        """Columns by the linear program until none is worth adding (True), the bound passes `goal`
        (no better rosters: True), or the rounds or the time are over (False)."""
        for _ in range(rounds):
            if self.meter.over:
                return False
            self.relaxed = relaxed = self.master.relax(self._patience())
            self._solved(relaxed.effort)
            if len(self.master.owner) > _CROWD * (self._need.size + len(self.part.people)):
                self._thin(relaxed)
            duals = np.clip(relaxed.cover, self._low, self._high)
            smooth = self._smooth
            new = self.seek(smooth * self.guide + (1 - smooth) * duals, exact=self._exact)[0]
            if self.bound > goal or relaxed.objective - self.bound < 0.2:
                return True
            if smooth:
                new += self.seek(duals, exact=self._exact)[0]
                if self.bound > goal:
                    return True
            if new:
                self._smooth, self._exact = _SMOOTH, 1
            elif smooth:
                self._smooth = 0.0
            elif self._exact < 2 and self.part.whole:
                self._exact = 2
            else:
                return True
        return False

    def _thin(self, relaxed: Relaxed) -> None:
        """Drop the half of the columns that are worth least: the program stays quick."""
        reduced = self.master.reduced(relaxed)
        keep = (reduced <= np.median(reduced)) | (relaxed.share > 1e-9)
        keep[self._standing_columns()] = True
        self.master.trim(keep)

    def held(self, share: float, chance: np.random.Generator) -> Rosters:
        """(Q, days): a `share` of the cells, drawn by `chance`, that stand as most of the linear
        program's mix has them; FREE elsewhere. Where the two disagree is where to look."""
        self.relaxed = self.master.relax(self._patience())
        part = self.part
        cut = part.standing[part.people, part.first : part.last]
        mix = self._mix(self.relaxed)
        agreed = np.take_along_axis(mix, cut[:, :, None].astype(np.int64) + 1, 2)[:, :, 0] > 0.5
        kept = agreed & (chance.random(cut.shape) < share)
        return np.where(kept, cut, FREE).astype(np.int8)

    def _mix(self, relaxed: Relaxed) -> Floats:
        """(Q, days, 1 + S): how much of the linear program's columns has nothing, or each shift,
        in a cell."""
        count, days = len(self.part.people), self.part.last - self.part.first
        mix = np.zeros((count, days, self._need.shape[1] + 1))
        every = np.arange(days)
        for n in np.flatnonzero(relaxed.share > 1e-9).tolist():
            mix[self.master.owner[n], every, self.master.rosters[n] + 1] += relaxed.share[n]
        return mix

    def dive(
        self, best: float, rounds: int, part: float, held: Rosters | None = None
    ) -> Rosters | None:
        """Fix cells that are sure, and a `part` of those that are still split, surest first, with
        new columns in between, beside those `held` (Q, days) from the start; whole rosters
        (Q, days), or None when a price below `best` is out of reach."""
        fixed = np.full((len(self.part.people), len(self._need)), FREE, np.int8)
        if held is not None:
            fixed[:] = held
            self.master.restrict(fixed)
        try:
            while True:
                relaxed = self._reprice(rounds, fixed)
                if relaxed is None or relaxed.objective > best - SURE + 1e-6:
                    return None
                mix = self._mix(relaxed)
                top = mix.max(axis=2)
                choice: Rosters = (mix.argmax(axis=2) - 1).astype(np.int8)
                if (top > 1 - 1e-6).all():
                    return choice
                split = (top < 1 - 1e-6) & (fixed == FREE)
                take = (top >= 1 - 1e-6) & (fixed == FREE)
                order = np.argsort(np.where(split, -top, 1.0), axis=None, kind="stable")
                most = min(int(split.sum()), max(1, round(part * int(split.sum()))))
                take.ravel()[order[:most]] = True
                if not take.any():
                    return None  # someone has no roster left
                fixed[take] = choice[take]
                self.master.restrict(fixed)
        finally:
            self.master.restrict(None)

    def _reprice(self, rounds: int, fixed: Rosters) -> Relaxed | None:
        """A few rounds of columns that agree with `fixed` (Q, days)."""
        cut = slice(self.part.first, self.part.last)
        everything = self._fixed.copy()
        everything[self.part.people, cut] = fixed
        relaxed = None
        for _ in range(rounds):
            if self.meter.over:
                return None
            relaxed = self.master.relax(self._patience())
            self._solved(relaxed.effort)
            self._prices[cut] = np.rint(np.clip(relaxed.cover, self._low, self._high) * SCALE)
            rosters, values = self.pricer(self._prices, self.part.people, everything, 1, self.meter)
            self.meter.spend(self.pricer.seconds(len(rosters), self.part.last - self.part.first))
            worth = values[:, 0] / SCALE - self._outside - relaxed.person
            found = rosters[:, cut]
            good = np.flatnonzero((worth < -1e-2) & (values[:, 0] < NEVER // 2)).tolist()
            if not self.master.add((who, found[who]) for who in good):
                return relaxed
        return self.master.relax(self._patience())

    def pick(self, best: float, seconds: float, nodes: int) -> Rosters | None:
        """Whole rosters (Q, days) out of the columns that a price below `best` can hold."""
        assert self.relaxed is not None
        self.relaxed = self.master.relax(self._patience())
        reduced = self.master.reduced(self.relaxed)
        fits = np.flatnonzero(reduced <= best - SURE - self.relaxed.objective + 1e-6)
        keep = fits[np.argsort(reduced[fits], kind="stable")][:_KEPT]
        keep = np.union1d(keep, self._standing_columns())
        seconds = 1e3 if self.meter.repeatable else min(seconds, self.meter.left - 0.2)
        found, effort = self.master.whole(keep, seconds, nodes)
        self._solved(effort)
        return found

    def _patience(self) -> float:
        return 1e3 if self.meter.repeatable else max(0.05, self.meter.left)

    def _solved(self, steps: int) -> None:
        rows = self._need.size + len(self.part.people)
        self.meter.spend(2e-4 + 3e-7 * steps * rows)

    def _standing_columns(self) -> NDArray[np.int64]:
        part = self.part
        cut = part.standing[part.people, part.first : part.last]
        wanted = {(who, row.tobytes()) for who, row in enumerate(cut)}
        pairs = zip(self.master.owner, self.master.rosters, strict=True)
        return np.array(
            [n for n, (who, row) in enumerate(pairs) if (who, row.tobytes()) in wanted], np.int64
        )
