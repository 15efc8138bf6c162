"""The calendar (.ics) of an event system, read as the rows of its export would be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from orderdesk.domain.time import local
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, msg

if TYPE_CHECKING:
    from orderdesk.calendars.events import CalendarEvent
    from orderdesk.registers.eventfile import EventColumns, EventFile, EventRow, RowReader
    from orderdesk.store.work import Reader

T = TypeVar("T")
EDITION = "event_edition"
"""Records by case: as which edition of which event of a calendar it was taken over."""
ENDINGS = (".ics", ".ical", ".icalendar")
_MOST_TEXT = 20_000
"""Characters of a text that are looked through."""
OURS = re.compile(r"E-\d{4}-\d{3,}")
"""A number of an event as the desk gives them."""
_BREAK = re.compile(r"<br ?/?>|</p>", re.IGNORECASE)
_BEGINS = b"BEGIN:VCALENDAR"
_FIELDS = {
    "number": "UID", "title": "SUMMARY", "place": "LOCATION", "start": "DTSTART", "end": "DTEND",
    "state": "STATUS",
}  # fmt: skip


def is_calendar(path: Path) -> bool:
    """Whether a file is a calendar, by its name or its first line."""
    if path.suffix.lower() in ENDINGS:
        return True
    try:
        with path.open("rb") as opened:
            return opened.read(64).lstrip(b"\xef\xbb\xbf\r\n ").upper().startswith(_BEGINS)
    except (OSError, ValueError):
        return False


def read_calendar(path: Path, words: EventColumns, now: datetime) -> EventFile:
    """The events of a calendar file. Raises BadInput for a file that can't be read."""
    from orderdesk.calendars.events import read_event_calendar
    from orderdesk.registers.eventfile import EventFile, RowReader
    from orderdesk.registers.text import one_line, visible

    shown, found = read_file(path, lambda data: read_event_calendar(data, now))
    reader = RowReader(words, {}, now)
    rows = tuple(_row(event, reader) for event in found.events)
    return EventFile(
        name=shown,
        rows=rows,
        skipped=tuple((p.line, p.why) for p in found.problems),
        problems=tuple(reader.problems),
        mapping={**_FIELDS, **reader.headings},
        not_read=found.not_read,
        count=len(rows) + len(found.problems),
        notes=(msg("A row is the line of the file at which an event begins."),),
        calendar=visible(one_line(found.name))[:200] or shown,
    )


def _row(event: CalendarEvent, reader: RowReader) -> EventRow:
    """One event as a row. Its UID may be the event system's number; its text may say more."""
    from orderdesk.registers.eventfile import DAY, NUMBER, EventRow, said_in
    from orderdesk.registers.text import one_line, visible

    text = _BREAK.sub("\n", event.description[:_MOST_TEXT])
    said = said_in(text, reader.words)
    for field, (heading, _value) in said.items():
        reader.headings[field] = f"DESCRIPTION: {heading}"
    _heading, number = said.pop(NUMBER, ("", ""))
    name = event.key.partition("@")[0]
    if not number and OURS.fullmatch(name):
        number = name
    start, end = event.span.start, event.span.end
    cells = {field: value for field, (_heading, value) in said.items()}
    cells[DAY] = f"{local(start):%Y-%m-%d}"
    begins = end if event.whole_days else start  # at some hour of that day
    return EventRow(
        row=event.line,
        number="" if event.repeats else visible(number)[:100],
        title=visible(one_line(event.title))[:300],
        place=visible(one_line(event.place))[:300],
        start=start,
        end=end,
        time_known=not event.whole_days,
        end_known=event.end_known,
        called_off=event.called_off,
        uid=visible(event.key),
        sequence=event.sequence,
        modified=event.modified,
        **reader.details(event.line, cells, begins, end),
    )


def editions(reader: Reader) -> dict[str, Mapping[str, str | int]]:
    """Case -> uid, calendar, sequence and modified of what was taken over last."""
    return {record.key: record.doc for record in reader.records(EDITION)}


def edition_of(row: EventRow, calendar: str) -> dict[str, str | int]:
    """What is kept of the edition that was taken over."""
    modified = row.modified.isoformat() if row.modified else ""
    return {"uid": row.uid, "calendar": calendar, "sequence": row.sequence, "modified": modified}


def is_older(row: EventRow, known: Mapping[str, str | int]) -> bool:
    """Whether the file holds an earlier edition than the one that was taken over."""
    if row.sequence != known["sequence"]:
        return row.sequence < int(known["sequence"])
    if row.modified is None or not known["modified"]:
        return False
    return row.modified < datetime.fromisoformat(str(known["modified"]))


def read_file(path: Path, read: Callable[[bytes], T]) -> tuple[str, T]:
    """The name of a calendar file as it may be shown, and what `read` makes of its bytes.

    Raises BadInput, naming the file, when it can't be read.
    """
    from orderdesk.registers.text import safe_name

    shown = safe_name(path.name or str(path))
    try:
        return shown, read(_bytes_of(path, shown))
    except BadInput as problem:
        raise BadInput(problem.field, shown, problem.mend) from None


def _bytes_of(path: Path, shown: str) -> bytes:
    from orderdesk.calendars import parts

    try:
        if not path.is_file():
            raise BadInput(N_("file"), shown, msg("There is no such file."))
        parts.check_size(path.stat().st_size)
        with path.open("rb") as opened:
            return opened.read(parts.MAX_BYTES + 1)
    except (OSError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or type(fault).__name__
        raise BadInput(N_("file"), shown, msg("It can't be opened: {why}.", why=why)) from None
