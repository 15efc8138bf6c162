"""One hand of a search: a thread's turns at the bound and at parts of the rosters."""

from __future__ import annotations

import numpy as np

from orderdesk.roster.engine.board import Board
from orderdesk.roster.engine.columns import SURE, Generation
from orderdesk.roster.engine.master import Master, Part
from orderdesk.roster.engine.meter import Meter
from orderdesk.roster.engine.model import NEVER, Rosters, Tables, cover_of, price
from orderdesk.roster.engine.pricing import FREE, SCALE, Pricer

_WARM_UP, _BOUND = 0.04, 0.6
"""Shares of the time for annealing at the start, and at most for the bound."""
_HOT, _COLD = 0.3, 0.006
"""Heats at the start and the end of annealing, in prices of one person short."""
_KINDS = (0, 2, 0, 2, 1)
"""Kinds of parts in turn: all people on some days, some people on some days, some on all days."""
_CELLS, _AIM, _GROWTH = 400.0, 3.0, 1.15
"""People x days of a part at first; seconds that a part should take, and how fast its size follows
what it took."""
_ROUNDS, _SHARE = 30, 0.05
"""A dive generates columns for so many rounds, then fixes this share of the cells still split."""
_PICK_SECONDS, _PICK_NODES = 1.0, 1_000
_WHOLE = 0.8
"""Share of all cells from which a part is opened to everything, once that has a bound."""
_HELD = (0.3, 0.95)
"""Between which shares of the cells that the linear program agrees on are held in further dives."""
_DIVES = 4
"""Further dives into a part's columns."""


class Hand:
    """Works turn by turn; what it has learnt about good sizes of parts stays with it."""

    def __init__(self, t: Tables, seed: int, first: bool) -> None:
        self.t = t
        self._first = first
        self._chance = np.random.default_rng(seed)
        self._pricer = Pricer(t)
        self._sizes = [_CELLS] * 3
        self._turn = 0
        self._bounding = first
        self._everything: Generation | None = None

    def turn(self, board: Board, meter: Meter) -> None:
        """One piece of work: the start, the bound, or a part."""
        turn, self._turn = self._turn, self._turn + 1
        if turn == 0:
            share = _WARM_UP / 2 if self._first else _WARM_UP
            self._anneal(board, meter, meter.spent + min(4.0, share * meter.seconds))
        elif self._bounding:
            self._bounding = False
            self._bound(board, meter)
        else:
            kind = _KINDS[turn % len(_KINDS)]
            began = meter.spent
            self._improve(board, meter, self._part(board, kind))
            took = meter.spent - began
            if took < _AIM / 2:
                self._sizes[kind] *= _GROWTH
            elif took > _AIM * 1.5:
                self._sizes[kind] /= _GROWTH

    # --- the bound ---------------------------------------------------------------------------

    def _bound(self, board: Board, meter: Meter) -> None:
        """Column generation over everything, then whole rosters out of it."""
        people, days, _ = self.t.shape
        assert board.rosters is not None
        part = Part(self.t, board.rosters, np.arange(people), 0, days)
        until = meter.spent + _BOUND * meter.seconds
        work = Generation(part, Master(part), self._pricer, meter, board.guide.copy())
        work.standing()
        for _ in range(3):
            work.descend(20, part.price(), NEVER, until)
            board.prove(work.bound + self.t.base, work.guide)
        done = False
        while not done and meter.spent < until and not (meter.over or board.closed):
            done = work.converge(1, board.objective - self.t.base - SURE)
            board.prove(work.bound + self.t.base, work.guide)
        self._everything = work
        if done and not (meter.over or board.closed):
            work.standing(board.rosters)
            self._finish(board, meter, work)

    # --- parts -------------------------------------------------------------------------------

    def _part(self, board: Board, kind: int) -> Part:
        """A part of about as many cells as the last of its kind could cope with."""
        people, days, _ = self.t.shape
        rosters, cells = board.rosters, self._sizes[kind]
        assert rosters is not None
        if kind == 0:
            wide = min(days, max(4, round(cells / people)))
        elif kind == 1:
            wide = days
        else:
            wide = min(days, max(7, round((cells * days / people) ** 0.5)))
        count = min(people, max(2, round(cells / wide)))
        self._sizes[kind] = min(cells, 1.2 * people * days)
        if wide * count >= _WHOLE * people * days and board.bound > -NEVER:
            count, wide = people, days
        some = np.sort(self._chance.choice(people, count, replace=False)).astype(np.int64)
        # The first and the last days get their turn as often as others.
        first = int(np.clip(self._chance.integers(-wide // 2, days - wide // 2), 0, days - wide))
        return Part(self.t, rosters, some, first, first + wide)

    def _improve(self, board: Board, meter: Meter, part: Part) -> None:
        """Open a part, generate its columns, and offer better rosters."""
        goal = part.price() - SURE
        work, known = self._opened(board, meter, part)
        if work.converge(60, goal) and work.bound <= goal:
            board.learn(part, work.guide)
            self._finish(board, meter, work, known)

    def _opened(self, board: Board, meter: Meter, part: Part) -> tuple[Generation, bool]:
        """A part's columns so far; those of everything stay from one turn to the next (True)."""
        work = self._everything
        if part.whole and work is not None:
            work.meter = meter
            work.standing(part.standing)
            return work, True
        work = Generation(
            part, Master(part), self._pricer, meter, board.guide[part.first : part.last].copy()
        )
        work.standing()
        work.seek(work.guide)
        if part.whole:
            self._everything = work
        return work, False

    def _finish(self, board: Board, meter: Meter, work: Generation, known: bool = False) -> None:
        """Whole rosters out of generated columns: by a dive, by dives near the rosters that stand,
        and by a pick; where a dive and a pick have been tried (`known`), only near them."""
        if not known:
            self._dive(board, work, None)
        for _ in range(_DIVES):
            if meter.over or board.closed or work.bound > work.part.price() - SURE:
                return
            self._dive(board, work, work.held(self._chance.uniform(*_HELD), self._chance))
        if known or meter.left < 0.5:
            return
        best, seconds = work.part.price(), _PICK_SECONDS * (3 if work.part.whole else 1)
        self._offer(board, work, work.pick(best, seconds, _PICK_NODES))

    def _dive(self, board: Board, work: Generation, held: Rosters | None) -> None:
        self._offer(board, work, work.dive(work.part.price(), _ROUNDS, _SHARE, held))

    def _offer(self, board: Board, work: Generation, cut: Rosters | None) -> None:
        """Rosters of the part were found, or none: better ones stand from now on."""
        if cut is None:
            return
        since, rosters = work.part.standing, work.part.put(cut)
        board.offer(rosters, since)
        if price(self.t, rosters) < price(self.t, since):
            work.standing(rosters)

    # --- the start ---------------------------------------------------------------------------

    def _anneal(self, board: Board, meter: Meter, until: float) -> None:
        """Take a few people's rosters away and give each the cheapest one left, again and again;
        what is worse is taken now and then, ever less."""
        t, chance = self.t, self._chance
        people, days, shifts = t.shape
        assert board.rosters is not None
        since = board.rosters
        rosters = since.copy()
        kept, least, now = since, 0, 0
        free = np.full((people, days), FREE, np.int8)
        lacking = t.need - cover_of(rosters, days, shifts)
        under, over = t.under * SCALE, -t.over * SCALE
        typical = float(np.median(t.under[t.need > 0])) if (t.need > 0).any() else 10.0
        begun = meter.spent

        def take(person: int) -> int:
            on = np.flatnonzero(rosters[person] >= 0)
            at = (on, rosters[person][on])
            lacking[at] += 1
            gone = np.where(lacking[at] > 0, t.under[at], -t.over[at])
            return int(gone.sum() - t.own[person][at].sum())

        def give(person: int) -> int:
            on = np.flatnonzero(rosters[person] >= 0)
            at = (on, rosters[person][on])
            gained = np.where(lacking[at] > 0, t.under[at], -t.over[at])
            lacking[at] -= 1
            return int(t.own[person][at].sum() - gained.sum())

        while not (meter.over or board.closed) and (spent := meter.spent) < until:
            heat = _HOT * typical * (_COLD / _HOT) ** ((spent - begun) / (until - begun))
            some = chance.choice(people, min(people, int(chance.integers(1, 4))), replace=False)
            old = rosters[some].copy()
            change = sum(take(p) for p in some.tolist())
            for p in some.tolist():
                worth = np.where(lacking > 0, under, over)
                worth += chance.integers(0, 3 * SCALE, worth.shape, np.int32)
                found, values = self._pricer(worth, np.array([p]), free)
                meter.spend(self._pricer.seconds(1, days))
                if values[0, 0] < NEVER // 2:
                    rosters[p] = found[0]
                change += give(p)
            if change <= 0 or chance.random() < np.exp(-change / heat):
                now += change
                if now < least:
                    least, kept = now, rosters.copy()
            else:
                for p in some.tolist():
                    take(p)
                rosters[some] = old
                for p in some.tolist():
                    give(p)
        board.offer(kept, since)
