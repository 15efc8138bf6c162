"""The board that all hands of a search read from and write to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from orderdesk.roster.engine.master import Part
from orderdesk.roster.engine.meter import Meter
from orderdesk.roster.engine.model import NEVER, Floats, Rosters, Tables, price

CLOSED = 0.999
"""A gap of less than this proves a roster best: prices are whole numbers."""


@dataclass(frozen=True)
class Step:
    """Where the search stands."""

    seconds: float
    objective: int
    bound: float


class Board:
    """What all hands know: the best rosters, the bound, and the prices that go with it."""

    def __init__(self, t: Tables, clock: Meter, hear: Callable[[Step], None]) -> None:
        self.t, self._clock, self._hear = t, clock, hear
        self._lock = threading.Lock()
        self.rosters: Rosters | None = None
        self.objective, self.bound = NEVER, -float(NEVER)
        self.first_legal = 0.0
        self.guide: Floats = np.zeros(t.need.shape)
        """Cover prices (D, S) of the best bound so far, or what parts have taught."""

    @property
    def closed(self) -> bool:
        """Whether the best rosters are proven best."""
        return self.objective - self.bound < CLOSED

    def offer(self, rosters: Rosters, since: Rosters | None = None) -> bool:
        """Rosters were found, starting from those of `since`; whether the best got better.

        What another hand has changed meanwhile for other people is kept, too, where that is best.
        """
        with self._lock:
            candidates = [rosters]
            if since is not None and self.rosters is not None:
                changed = (rosters != since).any(axis=1)
                merged = self.rosters.copy()
                merged[changed] = rosters[changed]
                candidates.append(merged)
            prices = [price(self.t, candidate) for candidate in candidates]
            objective = min(prices)
            if objective >= self.objective:
                return False
            if self.rosters is None:
                self.first_legal = self._clock.spent
            self.rosters = candidates[prices.index(objective)].copy()
            self.objective = objective
        self._tell()
        return True

    def prove(self, bound: float, guide: Floats) -> None:
        """A bound on everything was proven at these cover prices (D, S)."""
        with self._lock:
            if bound <= self.bound:
                return
            self.bound, self.guide = bound, guide.copy()
        self._tell()

    def learn(self, part: Part, guide: Floats) -> None:
        """Cover prices (days of the part, S) within a part, while there are none of everything."""
        with self._lock:
            if self.bound <= -NEVER:
                fresh = self.guide.copy()
                fresh[part.first : part.last] = guide
                self.guide = fresh

    def draft(self) -> Board:
        """A copy that can be written to apart, and merged afterwards."""
        copy = Board(self.t, self._clock, lambda _step: None)
        copy.rosters, copy.objective = self.rosters, self.objective
        copy.bound, copy.guide = self.bound, self.guide
        return copy

    def merge(self, draft: Board, since: Rosters | None) -> None:
        """Take over what was found on a draft of when `since` was best."""
        if draft.rosters is not None and draft.rosters is not since:
            self.offer(draft.rosters, since)
        if draft.bound > self.bound:
            self.prove(draft.bound, draft.guide)
        elif self.bound <= -NEVER:
            self.guide = draft.guide

    def _tell(self) -> None:
        if self.rosters is not None:
            self._hear(Step(self._clock.spent, self.objective, self.bound))
