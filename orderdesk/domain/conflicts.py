"""What gets in each other's way: the same or a near place at the same time, heavy cases together.

Fast enough to run at each key: `CaseIndex` is built once, a question looks only at what overlaps.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from orderdesk.domain.events import Case, Kind, Status
from orderdesk.domain.places import Places, place_key
from orderdesk.domain.time import Span
from orderdesk.i18n import Msg, msg

_OVER = frozenset({Status.CANCELLED, Status.MOVED, Status.NO_SHOW})
_HEAVY_CLASSES = frozenset({"B", "C"})
_HIGH = "hoog"


class ConflictKind(StrEnum):
    """Why two cases touch one another."""

    SAME_PLACE = "same_place"
    SAME_DAY = "same_day"
    """The same place on one day, while the hour of at least one of them is not known."""
    NEAR = "near"
    COUNTER_PAIR = "counter_pair"
    HEAVY_TOGETHER = "heavy_together"
    """Two B/C events, or a C event (or derby) and a demonstration classed high, at one time."""


@dataclass(frozen=True)
class Conflict:
    """Two cases that touch one another, as seen from the first."""

    kind: ConflictKind
    case_id: str
    other: Case
    overlap: Span
    note: Msg


class CaseIndex:
    """Cases by start, for quick questions about overlap."""

    def __init__(self, cases: Iterable[Case]) -> None:
        dated = [(occupied(case), case) for case in cases if case.span and case.status not in _OVER]
        dated.sort(key=lambda pair: pair[0].start)
        self._spans = [span for span, _ in dated]
        self._cases = [case for _, case in dated]
        self._starts = [span.start for span in self._spans]
        # Few cases last long; those are kept apart so that a question needs no walk through all.
        self._longest = timedelta(days=1)
        self._long = [(span, case) for span, case in dated if span.end - span.start > self._longest]

    def overlapping(self, span: Span) -> list[tuple[Span, Case]]:
        """Everything that shares a moment with `span`."""
        first = bisect_left(self._starts, span.start - self._longest)
        last = bisect_right(self._starts, span.end)
        found = [
            (self._spans[n], self._cases[n])
            for n in range(first, last)
            if self._spans[n].end - self._spans[n].start <= self._longest
            and self._spans[n].overlaps(span)
        ]
        return found + [(s, case) for s, case in self._long if s.overlaps(span)]


def occupied(case: Case) -> Span:
    """The time for which a case needs its place: building up and breaking down included."""
    assert case.span is not None, "only a case with a time occupies anything"
    start, end = case.span.start, case.span.end
    if case.event:
        start = min(start, case.event.build_up_from or start)
        end = max(end, case.event.break_down_until or end)
    return Span(start=start, end=end)


def conflicts_of(case: Case, index: CaseIndex, places: Places) -> tuple[Conflict, ...]:
    """Everything that touches `case`, counter pairs and the same place first."""
    if case.span is None:
        return ()
    mine = occupied(case)
    found = []
    for span, other in index.overlapping(mine):
        if other.id == case.id:
            continue
        kind = _kind(case, other, places)
        if kind is not None:
            overlap = Span(start=max(mine.start, span.start), end=min(mine.end, span.end))
            found.append(Conflict(kind, case.id, other, overlap, _note(kind, other)))
    order = list(ConflictKind)
    rank = {ConflictKind.COUNTER_PAIR: -1}
    return tuple(
        sorted(found, key=lambda c: (rank.get(c.kind, order.index(c.kind)), c.overlap.start))
    )


def _kind(case: Case, other: Case, places: Places) -> ConflictKind | None:
    if case.counter_to == other.id or other.counter_to == case.id:
        return ConflictKind.COUNTER_PAIR
    # A case of which only the day is known may be at any hour: its overlap in time says little.
    sure = case.time_known and other.time_known
    mine, theirs = _places_of(case, places), _places_of(other, places)
    if sure and mine & theirs:
        return ConflictKind.SAME_PLACE
    if not sure and mine & theirs:
        return ConflictKind.SAME_DAY
    if _heavy_together(case, other):
        return ConflictKind.HEAVY_TOGETHER
    if sure and any(places.neighbours(one, two) for one in mine for two in theirs):
        return ConflictKind.NEAR
    return None


def _places_of(case: Case, places: Places) -> frozenset[str]:
    """Every place that a case uses, its own and those of its route: by id, else by name."""
    stops = [(places.find(stop), stop) for stop in case.route]
    passed = {found.id if found else place_key(stop) for found, stop in stops}
    return frozenset({case.place_id or place_key(case.place_text), *passed} - {""})


def _heavy_together(case: Case, other: Case) -> bool:
    if case.is_event and other.is_event:
        return _class_of(case) in _HEAVY_CLASSES and _class_of(other) in _HEAVY_CLASSES
    event, gathering = (case, other) if case.is_event else (other, case)
    very_heavy = _class_of(event) == "C" or event.kind is Kind.FOOTBALL
    return event.is_event and very_heavy and gathering.decided_class == _HIGH


def _class_of(case: Case) -> str:
    return case.event.risk_class if case.event else ""


def _note(kind: ConflictKind, other: Case) -> Msg:
    half = other.event is not None and 0 < other.event.square_share < 1
    texts = {
        ConflictKind.COUNTER_PAIR: msg("counter pair with {number}", number=other.number),
        ConflictKind.SAME_PLACE: (
            msg("same place as {number} (part of the square)", number=other.number)
            if half
            else msg("same place as {number}", number=other.number)
        ),
        ConflictKind.SAME_DAY: msg(
            "same place on the same day as {number}, time not known", number=other.number
        ),
        ConflictKind.NEAR: msg("within sight and sound of {number}", number=other.number),
        ConflictKind.HEAVY_TOGETHER: msg("heavy at the same time as {number}", number=other.number),
    }
    return texts[kind]


def heavy_pairs(cases: Sequence[Case], places: Places) -> tuple[Conflict, ...]:
    """All conflicts among `cases`, each pair once, for the driehoek sheet."""
    index = CaseIndex(cases)
    seen: set[frozenset[str]] = set()
    found = []
    for case in cases:
        for conflict in conflicts_of(case, index, places):
            pair = frozenset({case.id, conflict.other.id})
            if pair not in seen:
                seen.add(pair)
                found.append(conflict)
    return tuple(found)
