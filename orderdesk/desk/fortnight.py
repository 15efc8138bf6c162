"""The fortnight ahead by day: what comes, its class, its term, what is open, what meets what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from orderdesk.desk import intake, today, words
from orderdesk.desk.core import Desk
from orderdesk.desk.printing import print_lists
from orderdesk.desk.scoring import standing_classes
from orderdesk.domain.events import Case, Kind, Status
from orderdesk.domain.law import TermStatus, term_status
from orderdesk.domain.time import Span, local
from orderdesk.i18n import _, ngettext
from orderdesk.risk.model import RiskClass

if TYPE_CHECKING:
    from orderdesk.store.work import Reader

_DAYS = 14
_HEAVY = ("B", "C")


def fortnight(desk: Desk) -> list[tuple[str, list[str]]]:
    """Each of the fourteen days with a line per case; a day with nothing says so."""
    first = local(desk.now).date()
    days = [first + timedelta(days=n) for n in range(_DAYS)]
    with desk.read() as reader:
        classes = standing_classes(reader, first)
        found = []
        for day in days:
            whole = Span.of_day(day)
            cases = [
                case
                for case in reader.cases(start=whole.start, end=whole.end)
                if not case.called_off
            ]
            lines = [_line(reader, case, classes.get(case.id)) for case in cases]
            warning = _heavy(cases)
            heading = words.day(day)
            if warning:
                heading += f" · {warning}"
            found.append((heading, lines or [_("nothing known")]))
    return found


def _line(reader: Reader, case: Case, standing: RiskClass | None) -> str:
    parts = [
        f"{words.span(case.span, time_known=case.time_known)}  {case.number}",
        intake.place_name(case),
        _("{n} expected").format(n=words.people(case)),
    ]
    shown = today.class_of(case, standing)
    if standing is not None and not case.is_event:
        shown = _(words.CLASSES[standing])
    if shown:
        parts.append(_("class {name}").format(name=shown))
    term = intake.term_of(reader, case)
    if term is not None:
        state = term_status(case, term)
        if case.received_at is None:
            due = words.moment(term.deadline)
            parts.append(_("notification due {when}").format(when=due))
        elif state is TermStatus.LATE:
            parts.append(_("late; registered and protected"))
        else:
            parts.append(_("timely"))
    answers = not case.is_event and standing is not None and standing is not RiskClass.LOW
    if answers and case.status is not Status.READY:
        parts.append(_("not ready: {hole}").format(hole=today.first_hole(reader, case)))
    parts += [str(conflict.note) for conflict in intake.conflicts_in(reader, case)]
    return " · ".join(parts)


def _heavy(cases: Sequence[Case]) -> str:
    """What makes a day heavy by itself: B and C events and matches."""
    events = [c.number for c in cases if c.event is not None and c.event.risk_class in _HEAVY]
    matches = sum(1 for case in cases if case.kind is Kind.FOOTBALL)
    parts = []
    if events:
        parts.append(_("B or C event: {numbers}").format(numbers=", ".join(events)))
    if matches:
        parts.append(ngettext("{n} match", "{n} matches", matches).format(n=matches))
    return " · ".join(parts)


def print_fortnight(desk: Desk, path: Path) -> Path:
    """The fortnight on paper. Raises StorageProblem."""
    return print_lists(desk, _("The fortnight ahead"), fortnight(desk), path)
