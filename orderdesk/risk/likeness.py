"""Earlier gatherings like this one: what stands beside a score for a person to compare with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from orderdesk.domain.events import CounterGroup
from orderdesk.risk.card import Likeness
from orderdesk.risk.facts import Facts, PastEvent, family, middle

_HERE = frozenset({CounterGroup.ANNOUNCED, CounterGroup.CONFIRMED})
_YEAR = 365.25

Value = TypeVar("Value", np.float64, np.int64, np.bool_)


@dataclass(frozen=True)
class Comparable:
    """A past gathering like this one, with what came of it."""

    event: PastEvent
    likeness: float
    """0 to 1: same form, place, size band, counter-group and how long ago."""


class Comparables:
    """All past gatherings, ready to be compared with. Build once, ask often: a register may hold a
    hundred thousand."""

    def __init__(self, events: Sequence[PastEvent], rule: Likeness) -> None:
        self._events, self._rule = events, rule
        self._families: dict[str, int] = {}
        self._places: dict[str, int] = {}
        self._forms: dict[str, int] = {}
        families, places, forms = self._families, self._places, self._forms
        self._family = self._each(np.int64, lambda e: _code(families, family(e.kind)))
        self._known = self._each(np.int64, lambda e: e.known_from.toordinal())
        self._day = self._each(np.int64, lambda e: e.day.toordinal())
        self._place = self._each(np.int64, lambda e: _code(places, e.place))
        self._form = self._each(np.int64, lambda e: _code(forms, e.form))
        self._met = self._each(np.bool_, lambda e: e.counter in _HERE)
        self._size = self._each(np.float64, lambda e: _number(middle(e.expected, e.turnout)))

    def _each(self, kind: type[Value], part: Callable[[PastEvent], float]) -> NDArray[Value]:
        return np.fromiter(map(part, self._events), kind, len(self._events))

    def like(self, facts: Facts, as_of: date, limit: int = 5) -> tuple[Comparable, ...]:
        """Past gatherings of the same family most like this one, as far as known on `as_of`; the
        most like first, of equals the latest."""
        mine = self._families.get(family(facts.kind), -1)
        known = np.flatnonzero((self._family == mine) & (self._known <= as_of.toordinal()))
        likeness = self._likeness(facts, as_of)[known]
        least = np.sort(likeness)[-limit:][0] if len(known) else 0.0
        found = [
            Comparable(self._events[known[n]], float(likeness[n]))
            for n in np.flatnonzero(likeness >= least)
        ]
        best = sorted(found, key=lambda c: (-c.likeness, -c.event.day.toordinal(), c.event.case_id))
        return tuple(best[:limit])

    def _likeness(self, facts: Facts, as_of: date) -> NDArray[np.float64]:
        rule = self._rule
        years = np.maximum(as_of.toordinal() - self._day, 0) / _YEAR
        place = self._places.get(facts.place, -1) if facts.place else -1
        found: NDArray[np.float64] = (
            rule.place * (self._place == place)
            + rule.form * (self._form == self._forms.get(facts.form, -1))
            + rule.counter * (self._met == (facts.counter in _HERE))
            + rule.size * _same_size(_number(facts.size), self._size)
            + rule.recent * np.exp2(-years / rule.half_life_years)
        )
        return found


def _code(book: dict[str, int], key: str) -> int:
    return book.setdefault(key, len(book))


def _number(size: float | None) -> float:
    return np.nan if size is None else size


def _same_size(one: float, others: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 for equal numbers, falling with their ratio; a half when one isn't known."""
    mine, theirs = np.maximum(one, 1), np.maximum(others, 1)
    ratio = np.minimum(mine, theirs) / np.maximum(mine, theirs)
    return np.where(np.isnan(ratio), 0.5, ratio)
