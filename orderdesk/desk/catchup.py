"""What others changed, by consequence, in words: each acknowledged or parked, told once.

The source is the audit trail. What belongs together (a case, the hours of a week, the roster) is
one point; it comes back after acknowledgement only when it changes again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from orderdesk.desk import intake, words
from orderdesk.desk.core import Desk
from orderdesk.desk.glance import Change
from orderdesk.desk.timeline import LOG, as_message
from orderdesk.domain.events import Case
from orderdesk.domain.law import TermStatus, term_status
from orderdesk.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from orderdesk.store.work import Reader, Trace

CAUGHT_UP = "caught_up"
FIRST_LOOK = timedelta(days=1)
"""How far back somebody is told who never caught up before."""
_SHOWN_OF_A_CASE = 3
_REGISTERED, _RECEIVED = "registered as {number}", "notification received"
_WEIGHT = {
    "moved to {when} as {number}; {n} h come free": 0,
    "called off": 0,
    "{by} decides: {kind} ({number})": 1,
    "the score now advises {now}, not {before}": 1,
    "{name} decides class {wanted}": 1,
    "counter-demonstration linked: {number}": 1,
    "trigger: {trigger}; {people} to {task}": 1,
    _REGISTERED: 2,
    _RECEIVED: 2,
    "registered from the event system": 2,
    "event system: {what} {now} instead of {before}": 2,
    "answer of {whom}": 3,
    "{pool} confirms {n} h": 3,
    "{n} h borrowed from {theme}, authorised by {name}": 3,
}
"""How much an event of the log weighs for an officer; the rest weighs `_SMALL`."""
_SMALL = 6
_KINDS: Mapping[str, tuple[int, str, str]] = {
    "posting": (4, "hours", N_("hours booked")),
    "duties": (4, "roster", N_("roster changed")),
    "signal": (4, "signals", N_("signal")),
    "import": (5, "import", N_("register imported")),
    "review": (5, "review", N_("sheet")),
    "decision_taken": (3, "decisions", N_("decision of the driehoek")),
    "action": (5, "actions", N_("action")),
}
"""Kinds of change that are not in the log of a case: weight, point, name."""


@dataclass(frozen=True)
class Point:
    """What changed about one subject since somebody last looked."""

    key: str
    """The same for the same subject, so that it can be acknowledged."""
    seq: int
    """Place of its newest change in the trail."""
    weight: int
    """0 is the heaviest consequence."""
    traces: tuple[Trace, ...]


def points_in(traces: Iterable[Trace]) -> list[Point]:
    """The changes gathered by subject, the weightiest first, then the newest."""
    grouped: dict[str, list[Trace]] = {}
    for trace in traces:
        key = _key(trace)
        if key:
            grouped.setdefault(key, []).append(trace)
    points = [
        Point(key, found[-1].seq, min(_weight(trace) for trace in found), tuple(found))
        for key, found in grouped.items()
    ]
    return sorted(points, key=lambda point: (point.weight, -point.seq))


def _key(trace: Trace) -> str:
    if trace.action in (LOG, "case") and trace.subject.startswith("case:"):
        return trace.subject
    return _KINDS[trace.action][1] if trace.action in _KINDS else ""


def _weight(trace: Trace) -> int:
    if trace.action in _KINDS:
        return _KINDS[trace.action][0]
    return _WEIGHT.get(str(trace.doc.get("event", "")), _SMALL)


@dataclass(frozen=True)
class _Read:
    """How far somebody has read: everything to `seq`, and single points beyond it."""

    seq: int
    done: Mapping[str, int]
    parked: Mapping[str, int]


def _read_by(desk: Desk, reader: Reader) -> _Read:
    kept = reader.record(CAUGHT_UP, desk.actor.name)
    if kept is None or "seq" not in kept.doc:
        since = reader.trail(until=desk.now - FIRST_LOOK)
        return _Read(since[-1].seq if since else 0, {}, {})
    return _Read(kept.doc["seq"], kept.doc["done"], kept.doc["parked"])


def waiting_in(desk: Desk, reader: Reader) -> list[tuple[Point, bool]]:
    """What this user has not acknowledged, parked points last and marked; own changes left out."""
    read = _read_by(desk, reader)
    # A parked point may lie before the place that was read: its traces are looked up again.
    after = min([read.seq, *(seq - 1 for seq in read.parked.values())])
    traces = [t for t in reader.trail(after=after) if t.actor != desk.actor.name]
    fresh, parked = [], []
    for point in points_in(traces):
        last = read.parked.get(point.key, 0)
        if last >= point.seq:
            parked.append((point, True))
        elif point.seq > max(read.seq, read.done.get(point.key, 0)):
            new = tuple(t for t in point.traces if t.seq > read.seq)
            fresh.append((Point(point.key, point.seq, min(map(_weight, new)), new), False))
    fresh.sort(key=lambda pair: (pair[0].weight, -pair[0].seq))
    return fresh + parked


def changes_in(desk: Desk, reader: Reader) -> list[Change]:
    """What this user has not acknowledged, in words."""
    found = waiting_in(desk, reader)
    told = told_in(reader, [point for point, _parked in found])
    return [
        Change(**{**vars(change), "parked": parked})
        for change, (_point, parked) in zip(told, found, strict=True)
    ]


def told_in(reader: Reader, points: Sequence[Point]) -> list[Change]:
    """Points in words: which case, what happened, who, when."""
    ids = {p.key.removeprefix("case:") for p in points if p.key.startswith("case:")}
    cases = {case.id: case for case in reader.cases(ids=ids)} if ids else {}
    return [_told(reader, point, cases.get(point.key.removeprefix("case:"))) for point in points]


def _told(reader: Reader, point: Point, case: Case | None) -> Change:
    last = point.traces[-1]
    by = list(dict.fromkeys(trace.actor for trace in point.traces))
    if point.key.startswith("case:"):
        what = "; ".join(_of_case(reader, point, case)) or _("changed")
    else:
        what = _of_kind(point)
    return Change(
        at=words.moment(last.at),
        what=what,
        subject=case.number if case else "",
        by=", ".join(by),
        key=point.key,
        case_id=case.id if case else "",
    )


def _of_case(reader: Reader, point: Point, case: Case | None) -> Iterator[str]:
    """The log tells it best; where nothing was logged, the fields that changed."""
    told = [trace for trace in point.traces if trace.action == LOG]
    told.sort(key=_weight)
    for doc in reader.with_words([trace.doc for trace in told[:_SHOWN_OF_A_CASE]]):
        event = as_message(doc)
        text = str(event) if event else str(doc.get("words", ""))
        if case is not None and doc.get("event") in (_RECEIVED, _REGISTERED):
            standing = term_status(case, intake.term_of(reader, case))
            if standing in (TermStatus.TIMELY, TermStatus.LATE):
                text += ", " + (_("timely") if standing is TermStatus.TIMELY else _("late"))
        yield text
    if (more := len(told) - _SHOWN_OF_A_CASE) > 0:
        yield ngettext("{n} line more", "{n} lines more", more).format(n=more)
    if not told and case is not None:
        yield from _fields(reader, point.traces)


def _fields(reader: Reader, traces: Sequence[Trace]) -> Iterator[str]:
    """Which fields of a case changed, from one version in the trail to the next."""
    first, last = traces[0], traces[-1]
    before = _before(reader, first)
    if before is None:
        yield _("new")
        return
    for name, label in _FIELDS.items():
        if before.get(name) != last.doc.get(name):
            yield _("{what} changed").format(what=_(label))


def _before(reader: Reader, trace: Trace) -> Mapping[str, Any] | None:
    earlier = [
        t for t in reader.trail(subject=trace.subject) if t.action == "case" and t.seq < trace.seq
    ]
    return earlier[-1].doc if earlier else None


_FIELDS = {
    "span": N_("time"), "place_id": N_("place"), "route": N_("route"), "expected": N_("number"),
    "status": N_("status"), "event": N_("event"), "counter_group": N_("counter-group"),
    "decided_class": N_("class"), "outcome": N_("outcome"),
}  # fmt: skip


def _of_kind(point: Point) -> str:
    action = point.traces[-1].action
    n = len(point.traces)
    if action == "posting":
        return ngettext("{n} line in the ledger", "{n} lines in the ledger", n).format(n=n)
    if action == "duties":
        people = {d["person_id"] for t in point.traces for d in t.doc.get("duties", ())}
        return ngettext(
            "shifts of {n} person changed", "shifts of {n} people changed", len(people)
        ).format(n=len(people))
    if action == "signal":
        where = dict.fromkeys(str(t.doc.get("district", "")) for t in point.traces)
        return _("signal from {districts}").format(districts=", ".join(where))
    return _(_KINDS[action][2]) + (f" ({n})" if n > 1 else "")


def catch_up(desk: Desk) -> None:
    """This user has read everything; what is parked stays parked."""
    with desk.work() as work:
        parked = {point.key: point.seq for point, parked in waiting_in(desk, work) if parked}
        doc = {"seq": work.trail_length(), "done": {}, "parked": parked}
        work.put(CAUGHT_UP, desk.actor.name, doc)


def acknowledge(desk: Desk, key: str, *, park: bool = False) -> None:
    """This user has read one point; with `park` it stays at the end of the list."""
    with desk.work() as work:
        read = _read_by(desk, work)
        seq = next((p.seq for p, _parked in waiting_in(desk, work) if p.key == key), 0)
        done, parked = dict(read.done), dict(read.parked)
        parked.pop(key, None)
        done[key] = seq
        if park:
            parked[key] = seq
        work.put(CAUGHT_UP, desk.actor.name, {"seq": read.seq, "done": done, "parked": parked})


def news(desk: Desk, after: int) -> tuple[list[Change], int]:
    """What others changed after place `after` of the audit trail, and the place reached now.

    With `after` below 0 nothing is told: somebody has just sat down.
    """
    with desk.read() as reader:
        last = reader.trail_length()
        if after < 0 or last <= after:
            return [], last
        fresh = [t for t in reader.trail(after=after) if t.actor != desk.actor.name]
        return told_in(reader, points_in(fresh)), last
