"""Reads when somebody is busy or away out of a calendar file of another program.

Only times are taken over, never titles: what somebody does in their own time is not the desk's.
"""

from __future__ import annotations

from dataclasses import dataclass

from orderdesk.calendars import parts
from orderdesk.calendars.parts import Occasion, Problem
from orderdesk.calendars.repeating import Budget, CannotUse
from orderdesk.domain.time import Span
from orderdesk.i18n import msg

MAX_SPANS = 20_000


@dataclass(frozen=True)
class ReadCalendar:
    """What a calendar file says about a person's time."""

    busy: tuple[Occasion, ...]
    """Stretches in which somebody can't be planned; whole days are leave, as a rule."""
    problems: tuple[Problem, ...]


def read_ics(data: bytes, window: Span) -> ReadCalendar:
    """The times in `window` at which the owner of the calendar is busy or away.

    Cancelled and transparent ("free") entries don't count. Times without a zone are taken as
    Amsterdam's. Repeating entries are followed within `window`. An entry that can't be used is
    reported with its line; the rest is read.

    Raises BadInput for a file that is no calendar, is damaged (never closed, wrongly folded), too
    large, too deep, or has too many entries.
    """
    file = parts.read_file(data)
    problems: list[Problem] = []
    busy: set[Occasion] = set()
    budget = Budget(parts.MAX_STEPS_EACH, parts.MAX_STEPS)
    entries, changed = parts.newest_of(file.entries, problems)
    for entry in entries:
        if entry.called_off or entry.text("TRANSP").upper() == "TRANSPARENT":
            continue
        budget.next_entry()
        replaced = changed.get(entry.text("UID"), ())
        try:
            busy.update(parts.occasions_of(entry, replaced, window, budget))
        except CannotUse as problem:
            problems.append(Problem(entry.line, problem.why))
    if len(busy) > MAX_SPANS:
        raise parts.refused(msg("More than {n} entries in this time; export fewer.", n=MAX_SPANS))
    in_order = sorted(busy, key=lambda b: (b.span.start, b.span.end))
    return ReadCalendar(tuple(in_order), tuple(sorted(problems, key=lambda p: p.line)))
