"""Reads the calendar of an event system: what takes place, where and when, edition by edition.

Nothing about people is looked at: organisers, attendees and contacts stay in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from orderdesk.calendars import parts
from orderdesk.calendars.parts import Entry, Occasion, Problem
from orderdesk.calendars.repeating import Budget, CannotUse
from orderdesk.domain.time import FIRST_YEAR, LAST_YEAR, Span
from orderdesk.i18n import msg

MAX_OCCASIONS = 150
"""Of one repeating entry: a weekly market until the end of next year, but no daily one."""
MAX_EVENTS = 3_000
"""Of a file, occasions counted one by one."""
MAX_UID = 255
"""Characters by which an event is known again (RFC 7986, section 5.3)."""
USUAL = timedelta(hours=2)
"""Of an entry that says when it begins and not how long it takes."""
_ALL_TIME = Span(
    start=datetime(FIRST_YEAR, 1, 2, tzinfo=UTC), end=datetime(LAST_YEAR, 12, 30, tzinfo=UTC)
)
_OURS = "-//orderdesk//"


@dataclass(frozen=True)
class CalendarEvent:
    """One event, or one occasion of an event that repeats."""

    key: str
    """UID; of one occasion with the moment at which it was first meant to begin."""
    repeats: bool
    """Whether it is one occasion of several."""
    line: int
    """Of the file, at which its entry begins."""
    span: Span
    whole_days: bool
    end_known: bool
    title: str
    place: str
    description: str
    called_off: bool
    sequence: int
    modified: datetime | None
    """When its system last changed it."""


@dataclass(frozen=True)
class EventCalendar:
    """What the calendar of an event system holds."""

    name: str
    """As the calendar calls itself; empty when it doesn't."""
    events: tuple[CalendarEvent, ...]
    problems: tuple[Problem, ...]
    """Entries that give no event."""
    not_read: tuple[str, ...]
    """Properties that nobody looked at."""


def read_event_calendar(data: bytes, now: datetime) -> EventCalendar:
    """The events of a calendar file; those that repeat from today until the end of next year.

    Times without a zone are taken as Amsterdam's. An entry that can't be used is reported with its
    line; the rest is read. With METHOD:CANCEL all entries count as called off.

    Raises BadInput for a file that is no calendar, is damaged, too large or too deep, has too many
    entries, or was written by orderdesk itself.
    """
    file = parts.read_file(data)
    if file.about.get("PRODID", "").startswith(_OURS):
        raise parts.refused(msg("It is a calendar of shifts that orderdesk wrote itself."))
    problems: list[Problem] = []
    entries, changed = parts.newest_of(file.entries, problems)
    budget = Budget(parts.MAX_STEPS_EACH, parts.MAX_STEPS)
    withdrawn = file.about.get("METHOD", "").upper() == "CANCEL"
    events: list[CalendarEvent] = []
    for entry in entries:
        budget.next_entry()
        try:
            replaced = changed.get(entry.text("UID"), ())
            events += _events_of(entry, replaced, now, budget, withdrawn=withdrawn)
        except CannotUse as problem:
            problems.append(Problem(entry.line, problem.why))
        if len(events) > MAX_EVENTS:
            raise parts.refused(msg("More than {n} entries in this time; export fewer.",
                                    n=MAX_EVENTS))  # fmt: skip
    return EventCalendar(
        name=file.about.get("X-WR-CALNAME") or file.about.get("NAME", ""),
        events=tuple(sorted(events, key=lambda event: (event.line, event.span.start))),
        problems=tuple(sorted(problems, key=lambda problem: problem.line)),
        not_read=tuple(sorted(file.others)),
    )


def _events_of(
    entry: Entry, changed: Sequence[Entry], now: datetime, budget: Budget, *, withdrawn: bool
) -> Iterator[CalendarEvent]:
    uid = entry.text("UID")
    if not uid:
        raise CannotUse(msg("It has no UID: it could not be known again."))
    if len(uid) > MAX_UID:
        raise CannotUse(msg("Its UID is longer than {n} characters.", n=MAX_UID))
    repeats = bool(entry.one("RRULE") or entry.one("RDATE")) and not entry.one("RECURRENCE-ID")
    window = parts.coming(now) if repeats else _ALL_TIME
    occasions = parts.occasions_of(entry, changed, window, budget, USUAL)
    if not occasions and not repeats:
        raise CannotUse(msg("The day can't be meant."))
    if len(occasions) > MAX_OCCASIONS:
        raise CannotUse(
            msg("It repeats more than {n} times until the end of next year: let its system export "
                "the times one by one.", n=MAX_OCCASIONS)
        )  # fmt: skip
    if not occasions:
        raise CannotUse(msg("It does not repeat from today until the end of next year."))
    given = entry.one("RECURRENCE-ID")
    meant = parts.instant_of(parts.moment_of(*given)) if given else None
    for occasion in occasions:
        first = meant or (occasion.span.start if repeats else None)
        yield CalendarEvent(
            key=f"{uid}/{first:%Y%m%dT%H%M}" if first else uid,
            repeats=first is not None,
            line=entry.line,
            span=occasion.span,
            whole_days=occasion.whole_days,
            end_known=_says_end(entry, occasion),
            title=entry.words("SUMMARY"),
            place=entry.words("LOCATION"),
            description=entry.words("DESCRIPTION"),
            called_off=withdrawn or entry.called_off,
            sequence=entry.sequence,
            modified=_modified(entry),
        )


def _says_end(entry: Entry, occasion: Occasion) -> bool:
    return occasion.whole_days or bool(entry.one("DTEND") or entry.one("DURATION"))


def _modified(entry: Entry) -> datetime | None:
    given = entry.one("LAST-MODIFIED")
    if given is None:
        return None
    try:
        return parts.instant_of(parts.moment_of(*given))
    except CannotUse:  # then nothing is known of it: no reason to leave the event out
        return None
