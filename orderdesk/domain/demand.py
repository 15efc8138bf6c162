"""From a case to the people it asks for: role x number x from-to x place, by the norms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from math import ceil

from orderdesk.domain.events import Case, Source
from orderdesk.domain.norms import Norms, SecurityNorm
from orderdesk.domain.people import Task
from orderdesk.domain.time import ZONE, Span, days_touched, local, utc
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Msg, msg
from orderdesk.reference import LocalText


class Carrier(StrEnum):
    """Who carries a block."""

    RESERVE = "reserve"
    ROSTER = "roster"
    ORGANISER = "organiser"


@dataclass(frozen=True)
class Block:
    """So many people on one task, from-to, at a place."""

    task: Task
    number: int
    span: Span
    place: str
    carrier: Carrier
    norm: str
    """Id of the norm it follows from."""
    reasons: tuple[LocalText, ...]

    @property
    def minutes(self) -> int:
        """People x elapsed minutes."""
        return self.number * self.span.minutes


@dataclass(frozen=True)
class Demand:
    """What one case asks for, and why."""

    case_id: str
    blocks: tuple[Block, ...]
    preparation_minutes: int
    assumed: tuple[Msg, ...] = ()
    """What wasn't known and was assumed instead."""

    def minutes(self, carrier: Carrier = Carrier.RESERVE) -> int:
        """Deployed minutes that `carrier` carries, preparation not included."""
        return sum(block.minutes for block in self.blocks if block.carrier is carrier)

    def people(self, moment: datetime, carrier: Carrier = Carrier.RESERVE) -> int:
        """How many are asked for at a moment."""
        return sum(
            b.number for b in self.blocks if b.carrier is carrier and b.span.contains(moment)
        )

    @property
    def most_people(self) -> int:
        """The most that the reserve is asked for at one moment."""
        return max((self.people(block.span.start) for block in self.blocks), default=0)


def demand(
    case: Case,
    risk_class: str,
    norms: Norms,
    *,
    first: Case | None = None,
) -> Demand:
    """What a case asks for.

    `risk_class`: laag, midden or hoog; 0, A, B or C for an event. A counter pair is staffed as one:
    the first gathering keeps the people of its class *without* the counter-group, and what the
    counter-group adds stands with the counter-demonstration, called with `first` and the class of
    the pair. Raises BadInput for an unknown class.
    """
    if case.is_event:
        return _event_demand(case, risk_class, norms)
    if risk_class not in ("laag", "midden", "hoog"):
        raise BadInput(N_("class"), risk_class, msg("Use laag, midden or hoog."))
    assumed: list[Msg] = []
    size = _size(case, norms, assumed)
    number, norm, reasons = _number(case, size, risk_class, norms, counter=first is not None)
    order = next(t.order for t in norms.tasks if case.form in t.forms)
    blocks = []
    for core in _cores(case, norms, assumed):
        span, why = _window(core, size, risk_class, norms, first)
        blocks += _dealt(order, number, span, _place(case), Carrier.RESERVE, norm, (*reasons, *why))
    return Demand(
        case_id=case.id,
        blocks=tuple(blocks),
        preparation_minutes=_preparation(case, risk_class, norms) if case.is_wom else 0,
        assumed=tuple(assumed),
    )


def _place(case: Case) -> str:
    return case.place_id or case.place_text


def _size(case: Case, norms: Norms, assumed: list[Msg]) -> int:
    for size in (case.expected, case.expected_high, case.expected_low):
        if size is not None:
            return size
    assumed.append(msg("Number unknown: planned as for {n}.", n=norms.assumed_size))
    return norms.assumed_size


def _number(
    case: Case, size: int, risk_class: str, norms: Norms, *, counter: bool
) -> tuple[int, str, tuple[LocalText, ...]]:
    table = norms.counter_numbers if counter else norms.numbers
    norm = next(n for n in reversed(table) if size >= n.from_size)
    kind = next((k for k in norms.kinds if k.kind is case.kind), None)
    if kind is None:
        return norm.of(risk_class), norm.id, (norm.reason,)
    return ceil(norm.of(risk_class) * kind.share), norm.id, (norm.reason, kind.reason)


def _cores(case: Case, norms: Norms, assumed: list[Msg]) -> list[Span]:
    """When the gathering itself is: once, or a round on each day of a long one."""
    if case.span is None:
        assumed.append(msg("Date and time unknown: no hours planned yet."))
        return []
    if not case.time_known:
        assumed.append(
            msg("Time unknown: planned as from {clock}.", clock=f"{norms.assumed_start:%H:%M}")
        )
        return [_on(local(case.span.start).date(), norms.assumed_start, norms.assumed_minutes)]
    if case.span.minutes <= norms.longest_minutes:
        return [case.span]
    assumed.append(
        msg("Longer than {h} h: planned as rounds per day.", h=norms.longest_minutes // 60)
    )
    return [
        _on(day, norms.assumed_start, norms.round_minutes)
        for day in days_touched(case.span.start, case.span.end)
    ]


def _on(day: date, clock: time, minutes: int) -> Span:
    start = datetime.combine(day, clock, tzinfo=ZONE)
    return Span(start=start, end=utc(start) + timedelta(minutes=minutes))


def _window(
    core: Span, size: int, risk_class: str, norms: Norms, first: Case | None
) -> tuple[Span, tuple[LocalText, ...]]:
    fitting = [w for w in norms.windows if risk_class in w.classes and size >= w.from_size]
    norm = fitting[-1]
    before, after = timedelta(minutes=norm.before), timedelta(minutes=norm.after)
    if first is None or first.span is None or not first.time_known:
        return Span(start=core.start - before, end=core.end + after), (norm.reason,)
    early = timedelta(minutes=norms.counter_window.before)
    span = Span(
        start=min(first.span.start - before, core.start - early),
        end=max(first.span.end, core.end) + after,
    )
    return span, (norm.reason, norms.counter_window.reason)


def _dealt(
    order: Sequence[Task],
    number: int,
    span: Span,
    place: str,
    carrier: Carrier,
    norm: str,
    reasons: tuple[LocalText, ...],
) -> list[Block]:
    """`number` people dealt over the tasks in their order: one block per task."""
    per_task = Counter(order[i % len(order)] for i in range(number))
    return [
        Block(task, count, span, place, carrier, norm, reasons) for task, count in per_task.items()
    ]


def _preparation(case: Case, risk_class: str, norms: Norms) -> int:
    p = norms.preparation
    if case.source is Source.UNANNOUNCED:
        return p.unannounced
    return {"laag": p.laag, "midden": p.midden, "hoog": p.hoog}[risk_class]


def _event_demand(case: Case, risk_class: str, norms: Norms) -> Demand:
    norm = next((e for e in norms.events if risk_class in e.classes), None)
    if norm is None:
        raise BadInput(N_("class"), risk_class, msg("Use 0, A, B or C."))
    assumed: list[Msg] = []
    visitors = case.event.visitors_peak if case.event else 0
    visitors = visitors or _size(case, norms, assumed)
    window, place = norms.event_window, _place(case)
    blocks: list[Block] = []
    for core in _event_days(case, norms, assumed):
        span = Span(
            start=core.start - timedelta(minutes=window.before),
            end=core.end + timedelta(minutes=window.after),
        )
        reasons = (norm.reason, window.reason)
        blocks += _dealt(
            window.order, norm.boa, span, place, Carrier.ROSTER, f"event_{risk_class}", reasons
        )
        security = _security(visitors, norms.event_security)
        if security:
            reason = (norms.event_security.reason,)
            blocks.append(
                Block(
                    Task.SUPERVISION, security, core, place, Carrier.ORGANISER, "security", reason
                )
            )
    return Demand(case.id, tuple(blocks), window.preparation, tuple(assumed))


def _security(visitors: int, norm: SecurityNorm) -> int:
    if visitors < norm.from_visitors:
        return 0
    return max(norm.at_least, ceil(visitors / norm.per_visitors))


def _event_days(case: Case, norms: Norms, assumed: list[Msg]) -> list[Span]:
    """Opening hours of each day: from the first day's start to the last day's end by the clock."""
    if case.span is None or not case.time_known:
        return _cores(case, norms, assumed)
    if case.span.minutes <= 24 * 60:
        return [case.span]
    start, end = local(case.span.start), local(case.span.end)
    overnight = timedelta(days=1 if end.time() <= start.time() else 0)
    count = (end.date() - overnight - start.date()).days + 1
    days = [start.date() + timedelta(days=i) for i in range(count)]
    return [
        Span(
            start=datetime.combine(day, start.time(), tzinfo=ZONE),
            end=datetime.combine(day + overnight, end.time(), tzinfo=ZONE),
        )
        for day in days
    ]


def in_pairs(number: int, share: float) -> int:
    """A share of so many people, rounded up to pairs and never more: officers work in pairs."""
    return min(number, 2 * ceil(number * share / 2))
