"""Decayed, empirical-Bayes shrunk records of organisers, places and forms.

An index is built once over all past events and then answers any number of questions "what was
known of this key on that day" by binary search, so 100,000 scores cost little more than one.
Prefix sums only look back: a later event never changes what an earlier question answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TypeVar

import numpy as np

from orderdesk.risk.batch import FAMILIES, Batch, Floats, Ints, PastTable
from orderdesk.risk.card import RiskCard, Space
from orderdesk.risk.facts import PastEvent

_DAY_BITS = 22
_FAMILY_BITS = 2
_MOST_HALVINGS = 1000.0


Rate = TypeVar("Rate", float, Floats)


def shrunk_rate(cases: Rate, events: Rate, prior: Rate, weight: Rate) -> Rate:
    """Empirical-Bayes rate: (prior x weight + cases) / (weight + events).

    One case in one event with prior 3% and weight 20 gives 7.6%, not 100%.
    """
    return (prior * weight + cases) / (weight + events)


@dataclass(frozen=True)
class Record:
    """What was known of one key, per question: arrays of equal length."""

    events: Floats
    """Decayed number of events."""
    cases: Floats
    """Decayed number of events with disorder."""
    raw_events: Ints
    raw_cases: Ints
    last_day: Ints
    """Ordinal of the latest event; 0 when there is none."""

    def per_row(self, rows: Ints | None, n: int) -> Record:
        """One record per row: that of several keys added up."""
        if rows is None:
            return self
        latest = np.zeros(n, dtype=np.int64)
        np.maximum.at(latest, rows, self.last_day)

        def total(values: Floats | Ints) -> Floats:
            return np.bincount(rows, weights=values, minlength=n).astype(np.float64)

        return Record(
            events=total(self.events),
            cases=total(self.cases),
            raw_events=total(self.raw_events).astype(np.int64),
            raw_cases=total(self.raw_cases).astype(np.int64),
            last_day=latest,
        )


class _Order:
    """The events of one space, sorted by key and by the day they were known."""

    def __init__(self, codes: Ints, days: Ints, known: Ints, outcome: Ints) -> None:
        order = np.lexsort((days, known, codes))
        self.codes, self.days = codes[order], days[order]
        self.outcome = outcome[order].astype(np.float64)
        self.where = (self.codes << _DAY_BITS) | known[order]
        edges = np.flatnonzero(self.codes[1:] != self.codes[:-1]) + 1
        starts = np.r_[0, edges] if len(codes) else edges
        self.start = np.repeat(starts, np.diff(np.r_[starts, len(codes)]))
        self.position = np.arange(len(codes)) - self.start
        total = np.cumsum(outcome[order])
        self.raw_cases = total - (total - outcome[order])[self.start]
        # Codes rise, so the highest (code, day) so far is the latest day of the same code.
        latest = np.maximum.accumulate((self.codes << _DAY_BITS) | self.days)
        self.last = latest & ((1 << _DAY_BITS) - 1)

    def find(self, codes: Ints, on: Ints) -> tuple[Ints, Ints]:
        """Place of the last event known of each code on each day, and 1 where there is one."""
        at = np.searchsorted(self.where, (codes << _DAY_BITS) | on, side="right") - 1
        safe = np.maximum(at, 0)
        found = (at >= 0) & (self.codes[safe] == codes)
        return safe, found.astype(np.int64)


class _Index:
    """Decayed prefix sums over an order, at one half-life.

    Weights count from the first event of each key, so that powers of two stay in range.
    """

    def __init__(self, order: _Order, half_life: float) -> None:
        self._order, self._half_life = order, half_life
        self._origin = order.days[order.start] if len(order.days) else order.days
        weight = self._halvings(order.days - self._origin)
        self._events = _running(weight, order.position)
        self._cases = _running(weight * order.outcome, order.position)

    def _halvings(self, days: Ints) -> Floats:
        halved: Floats = np.exp2(np.clip(days / self._half_life, -_MOST_HALVINGS, _MOST_HALVINGS))
        return halved

    def ask(self, codes: Ints, on: Ints) -> Record:
        """What was known of each code on each day (ordinal), decayed to that day."""
        order = self._order
        if not len(order.codes):
            none = np.zeros(len(codes), dtype=np.int64)
            return Record(none.astype(np.float64), none.astype(np.float64), none, none, none)
        at, found = order.find(codes, on)
        fade = self._halvings(self._origin[at] - on) * found
        return Record(
            events=self._events[at] * fade,
            cases=self._cases[at] * fade,
            raw_events=(order.position[at] + 1) * found,
            raw_cases=order.raw_cases[at] * found,
            last_day=order.last[at] * found,
        )


def _running(values: Floats, position: Ints) -> Floats:
    """Running sums inside groups (`position` counts from 0 in each group).

    Doubling steps: each result depends on its own past only, whatever else is in the register.
    """
    out = values.copy()
    step, longest = 1, int(position.max(initial=0))
    while step <= longest:
        reach = np.flatnonzero(position >= step)
        out[reach] += out[reach - step]
        step *= 2
    return out


class History:
    """All past events, ready to be asked. Build once, ask often."""

    def __init__(self, events: Iterable[PastEvent], card: RiskCard) -> None:
        self.events: tuple[PastEvent, ...] = tuple(events)
        self._past = PastTable(self.events)
        self._books: dict[Space, dict[str, int]] = {}
        self._indexes: dict[tuple[Space, float], _Index] = {}
        orders: dict[Space, _Order] = {}
        base = card.base.half_life_days
        wanted = {(h.of, h.half_life_days) for h in card.history}
        wanted |= {(h.of, base) for h in card.history if h.among_others} | {("all", base)}
        wanted |= {(h.within, base) for h in card.history if h.within is not None}
        for space, half_life in sorted(wanted):
            if space not in orders:
                orders[space] = self._order(space)
            self._indexes[space, half_life] = _Index(orders[space], half_life)

    def _order(self, space: Space) -> _Order:
        past, (keys, rows) = self._past, self._past.keys(space)
        book = self._books[space] = {key: i for i, key in enumerate(dict.fromkeys(keys))}
        codes = _with_family(book, keys, past.families if rows is None else past.families[rows])
        if rows is None:
            return _Order(codes, past.days, past.known, past.outcome)
        return _Order(codes, past.days[rows], past.known[rows], past.outcome[rows])

    def known_cases(self, on: int, family: str) -> int:
        """Undecayed number of cases of disorder known on a day (ordinal)."""
        past = self._past
        mine = (past.families == FAMILIES.index(family)) & (past.known <= on)
        return int(past.outcome[mine].sum())

    def asker(self, batch: Batch, on: Ints) -> Asker:
        """Answers for these facts, each as known on its day (ordinal) in `on`."""
        coded: dict[Space, tuple[Ints, Ints | None]] = {}

        def ask(space: Space, half_life: float) -> tuple[Record, Ints | None]:
            if space not in coded:
                keys, rows = batch.keys(space)
                families = batch.families if rows is None else batch.families[rows]
                coded[space] = _with_family(self._books[space], keys, families), rows
            codes, rows = coded[space]
            when = on if rows is None else on[rows]
            return self._indexes[space, half_life].ask(codes, when), rows

        return ask


def _with_family(book: Mapping[str, int], keys: Sequence[str], families: Ints) -> Ints:
    """Codes of keys within their family; negative for a key that isn't in the book."""
    found = np.fromiter(map(book.get, keys, repeat(-1)), np.int64, len(keys))
    return np.where(found < 0, -1, (found << _FAMILY_BITS) | families)


Asker = Callable[[Space, float], tuple[Record, Ints | None]]
"""(space, half-life in days) -> one record per key, and the row of each (None: one per row)."""
