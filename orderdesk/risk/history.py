"""Decayed, empirical-Bayes shrunk records of organisers, places and forms.

An index is built once over all past events and then answers any number of questions "what was
known of this key on that day" by binary search, so 100,000 scores cost little more than one.
Prefix sums only look back: a later event never changes what an earlier question answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from orderdesk.risk.card import RiskCard, Space
from orderdesk.risk.facts import Facts, PastEvent, family

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
EPOCH = 730_120  # 2000-01-01 as an ordinal; only keeps the powers of two small
_DAY_BITS = 22

Keys = tuple[str, ...]
_READERS: dict[Space, Callable[[Facts | PastEvent], Keys]] = {
    "organiser": lambda e: e.organisers,
    "place": lambda e: (e.place,) if e.place else (),
    "form": lambda e: (e.form,) if e.form else (),
    "spot": lambda e: (e.spot,) if e.spot else (),
    "district": lambda e: (e.district,) if e.district else (),
    "all": lambda _event: ("",),
}


def shrunk_rate(cases: float, events: float, prior: float, weight: float) -> float:
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

    def per_row(self, rows: Ints, n: int) -> Record:
        """One record per row: that of several keys added up."""
        if len(rows) == n:
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


class _Index:
    """Prefix sums of one space at one half-life."""

    def __init__(
        self, codes: Ints, days: Ints, known: Ints, outcome: Ints, half_life: float
    ) -> None:
        self.half_life = half_life
        order = np.lexsort((days, known, codes))
        codes, days, known = codes[order], days[order], known[order]
        weight = np.exp2((days - EPOCH) / half_life)
        y = outcome[order].astype(np.float64)
        self._where = (codes << _DAY_BITS) | known
        starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]]) if len(codes) else codes
        self._offset = np.repeat(starts, np.diff(np.r_[starts, len(codes)]))
        position = np.arange(len(codes)) - self._offset
        self._events = _running(weight, position, np.add)
        self._cases = _running(weight * y, position, np.add)
        self._raw_cases = _running(y, position, np.add).astype(np.int64)
        self._last = _running(days.astype(np.float64), position, np.maximum).astype(np.int64)
        self._codes = codes

    def ask(self, codes: Ints, on: Ints) -> Record:
        """What was known of each code on each day (ordinal), decayed to that day."""
        if not len(self._codes):
            none = np.zeros(len(codes), dtype=np.int64)
            return Record(none.astype(np.float64), none.astype(np.float64), none, none, none)
        at = np.searchsorted(self._where, (codes << _DAY_BITS) | on, side="right") - 1
        safe = np.maximum(at, 0)
        found = (at >= 0) & (self._codes[safe] == codes)
        fade = np.where(found, np.exp2((EPOCH - on) / self.half_life), 0.0)
        some = found.astype(np.int64)
        return Record(
            events=self._events[safe] * fade,
            cases=self._cases[safe] * fade,
            raw_events=(safe - self._offset[safe] + 1) * some,
            raw_cases=self._raw_cases[safe] * some,
            last_day=self._last[safe] * some,
        )


def _running(values: Floats, position: Ints, combine: np.ufunc) -> Floats:
    """Running combination inside groups (`position` counts from 0 in each group).

    Doubling steps: each result depends on its own past only, whatever else is in the register.
    """
    out = values.copy()
    step, longest = 1, int(position.max(initial=0))
    while step <= longest:
        reach = np.flatnonzero(position >= step)
        out[reach] = combine(out[reach], out[reach - step])
        step *= 2
    return out


class History:
    """All past events, ready to be asked. Build once, ask often."""

    def __init__(self, events: Iterable[PastEvent], card: RiskCard) -> None:
        self.events: tuple[PastEvent, ...] = tuple(events)
        self._card = card
        self._families = np.array([_FAMILY[family(e.kind)] for e in self.events], dtype=np.int64)
        self._days = np.array([e.day.toordinal() for e in self.events], dtype=np.int64)
        self._known = np.array([e.known_from.toordinal() for e in self.events], dtype=np.int64)
        self._outcome = np.array([e.outcome for e in self.events], dtype=np.int64)
        self._books: dict[Space, dict[tuple[int, str], int]] = {}
        self._indexes: dict[tuple[Space, float], _Index] = {}
        rows: dict[Space, tuple[Ints, Ints]] = {}
        wanted: set[tuple[Space, float]] = {(h.of, h.half_life_days) for h in card.history}
        wanted.add(("all", card.base.half_life_days))
        wanted |= {(h.of, card.base.half_life_days) for h in card.history}
        for space, half_life in sorted(wanted):
            if space not in rows:
                rows[space] = self._rows(space)
            codes, at = rows[space]
            self._indexes[space, half_life] = _Index(
                codes, self._days[at], self._known[at], self._outcome[at], half_life
            )

    def _rows(self, space: Space) -> tuple[Ints, Ints]:
        """Code of each (event, key) pair, and the event it belongs to."""
        read, book = _READERS[space], self._books.setdefault(space, {})
        codes: list[int] = []
        at: list[int] = []
        for i, (event, kin) in enumerate(zip(self.events, self._families.tolist(), strict=True)):
            for key in read(event):
                codes.append(book.setdefault((kin, key), len(book)))
                at.append(i)
        return np.array(codes, dtype=np.int64), np.array(at, dtype=np.int64)

    def known_cases(self, on: int, kin: str) -> int:
        """Undecayed number of cases of disorder known on a day (ordinal)."""
        mine = (self._families == _FAMILY[kin]) & (self._known <= on)
        return int(self._outcome[mine].sum())

    def asker(self, facts: Sequence[Facts], on: Ints) -> Asker:
        """Answers for these facts, each as known on its day (ordinal) in `on`."""
        kin = [_FAMILY[family(f.kind)] for f in facts]
        rows: dict[Space, tuple[Ints, Ints]] = {}

        def ask(space: Space, half_life: float) -> tuple[Record, Ints]:
            if space not in rows:
                read, book = _READERS[space], self._books[space]
                pairs = [
                    (book.get((k, key), -1), i)
                    for i, (f, k) in enumerate(zip(facts, kin, strict=True))
                    for key in read(f)
                ]
                table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
                rows[space] = table[:, 0], table[:, 1]
            codes, at = rows[space]
            return self._indexes[space, half_life].ask(codes, on[at]), at

        return ask


Asker = Callable[[Space, float], tuple[Record, Ints]]
"""(space, half-life in days) -> (one record per key of each row, the row of each record)."""

_FAMILY = {"gathering": 0, "event": 1, "football": 2}
