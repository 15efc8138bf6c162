"""Reads when somebody is busy or away out of a calendar file of another program.

Only times are taken over, never titles: what somebody does in their own time is not the desk's.
The file may be hostile: everything is bounded before any work is done on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from orderdesk.calendars.repeating import Budget, CannotUse, read_rule
from orderdesk.domain.text import visible
from orderdesk.domain.time import ZONE, Span, at
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Msg, msg

MAX_BYTES = 5_000_000
MAX_DEPTH = 8
MAX_EVENTS = 10_000
MAX_LINES = 200_000
MAX_STEPS = 300_000
"""Days to look at (and characters of listed dates) for all entries of a file together..."""
MAX_STEPS_EACH = 80_000
"""...and for one of them: a daily entry of a century."""
MAX_SPANS = 20_000
EARLIEST, LATEST = 1850, 2200
"""Years in which an entry may begin; birthdays begin long before the desk's own years."""
MAX_DAYS = 366
"""Longest single entry."""

_LINE = re.compile(
    r'(?P<name>[A-Za-z0-9-]+)(?P<params>(?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:]*))*):(?P<value>.*)',
    re.DOTALL,
)
_PARAM = re.compile(r';([A-Za-z0-9-]+)=(?:"([^"]*)"|([^";:]*))')
_WANTED = frozenset(
    {"UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"}
    | {"SEQUENCE", "STATUS", "TRANSP"}
)


@dataclass(frozen=True)
class Busy:
    """A stretch in which somebody can't be planned."""

    span: Span
    whole_days: bool
    """Whether the file meant whole days: leave, as a rule."""


@dataclass(frozen=True)
class Problem:
    """An entry that was not taken over, and why."""

    line: int
    """Line of the file at which the entry begins."""
    why: Msg


@dataclass(frozen=True)
class ReadCalendar:
    """What a calendar file says about a person's time."""

    busy: tuple[Busy, ...]
    problems: tuple[Problem, ...]


@dataclass
class _Event:
    line: int
    values: dict[str, list[tuple[Mapping[str, str], str]]] = field(default_factory=dict)

    def one(self, name: str) -> tuple[Mapping[str, str], str] | None:
        found = self.values.get(name)
        return found[0] if found else None

    def text(self, name: str) -> str:
        found = self.one(name)
        return found[1].strip() if found else ""


def read_ics(data: bytes, window: Span) -> ReadCalendar:
    """The times in `window` at which the owner of the calendar is busy or away.

    Cancelled and transparent ("free") entries don't count. Times without a zone are taken as
    Amsterdam's. Repeating entries are followed within `window`. An entry that can't be used is
    reported with its line; the rest is read.

    Raises BadInput for a file that is no calendar, is damaged (never closed, wrongly folded), too
    large, too deep, or has too many entries.
    """
    events = list(_events(_lines(data)))
    problems: list[Problem] = []
    busy: set[Busy] = set()
    budget = Budget(MAX_STEPS_EACH, MAX_STEPS)
    masters, changed = _by_uid(events, problems)
    for event in masters:
        budget.next_entry()
        replaced = changed.get(event.text("UID"), ())
        try:
            busy.update(_spans_of(event, replaced, window, budget))
        except CannotUse as problem:
            problems.append(Problem(event.line, problem.why))
    if len(busy) > MAX_SPANS:
        raise _refused(msg("More than {n} entries in this time; export fewer.", n=MAX_SPANS))
    in_order = sorted(busy, key=lambda b: (b.span.start, b.span.end))
    return ReadCalendar(tuple(in_order), tuple(sorted(problems, key=lambda p: p.line)))


def _refused(why: Msg) -> BadInput:
    return BadInput(N_("calendar file"), "…", why)


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    """Unfolded lines with the number of the line at which each begins."""
    if len(data) > MAX_BYTES:
        raise _refused(msg("It is larger than {n} MB.", n=MAX_BYTES // 1_000_000))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(msg("It isn't UTF-8 text.")) from None
    if data.count(b"\n") + data.count(b"\r") > 2 * MAX_LINES:
        raise _refused(msg("It has more than {n} lines.", n=MAX_LINES))
    begun, parts = 1, list[str]()
    for number, raw in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if raw[:1] in (" ", "\t"):
            if not parts:
                raise _refused(msg("Line {n} continues nothing.", n=number))
            parts.append(raw[1:])
            continue
        if parts:
            yield begun, "".join(parts)
        begun, parts = number, [raw] if raw else []
    if parts:
        yield begun, "".join(parts)


def _events(lines: Iterable[tuple[int, str]]) -> Iterator[_Event]:
    """The VEVENTs of the file; refuses a file whose structure is broken."""
    stack: list[str] = []
    event: _Event | None = None
    seen = count = 0
    for number, line in lines:
        found = _LINE.fullmatch(line)
        if found is None:
            raise _refused(msg("Line {n} is no calendar line (wrongly folded?).", n=number))
        name, value = found["name"].upper(), found["value"]
        seen = number
        if not stack and (name, value.strip().upper()) != ("BEGIN", "VCALENDAR"):
            raise _refused(msg("Line {n} stands outside of a calendar.", n=number))
        if name == "BEGIN":
            stack.append(value.strip().upper())
            if len(stack) > MAX_DEPTH:
                raise _refused(msg("Line {n}: nested more than {d} deep.", n=number, d=MAX_DEPTH))
            if stack == ["VCALENDAR", "VEVENT"]:
                event = _Event(number)
                count += 1
                if count > MAX_EVENTS:
                    raise _refused(msg("It has more than {n} entries.", n=MAX_EVENTS))
        elif name == "END":
            if stack.pop() != value.strip().upper():
                raise _refused(msg("Line {n} closes what isn't open.", n=number))
            if event is not None and len(stack) == 1:
                yield event
                event = None
        elif event is not None and len(stack) == 2 and name in _WANTED:
            params = {p[1].upper(): p[2] or p[3] for p in _PARAM.finditer(found["params"])}
            event.values.setdefault(name, []).append((params, value))
    if not seen:
        raise _refused(msg("It is empty."))
    if stack:
        raise _refused(msg("{part} is never closed: the file is cut off.", part=visible(stack[-1])))


def _by_uid(
    events: list[_Event], problems: list[Problem]
) -> tuple[list[_Event], dict[str, list[_Event]]]:
    """One entry per UID, and the changed single occurrences of repeating ones.

    Of entries under the same UID the one with the highest SEQUENCE counts, the later of equals.
    """
    newest: dict[tuple[str, str], _Event] = {}
    for event in events:
        key = (event.text("UID") or f"line {event.line}", event.text("RECURRENCE-ID"))
        other = newest.get(key)
        if other is None or _sequence(event) >= _sequence(other):
            newest[key] = event
        if other is not None:
            why = msg("The same entry stands in the file twice; the newest was taken.")
            problems.append(Problem(event.line, why))
    changed: dict[str, list[_Event]] = {}
    for (uid, occurrence), event in newest.items():
        if occurrence:
            changed.setdefault(uid, []).append(event)
    return list(newest.values()), changed


def _sequence(event: _Event) -> int:
    text = event.text("SEQUENCE")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


def _spans_of(event: _Event, changed: Iterable[_Event], window: Span, budget: Budget) -> list[Busy]:
    """The occurrences of one entry in the window."""
    if event.text("STATUS").upper() == "CANCELLED" or event.text("TRANSP").upper() == "TRANSPARENT":
        return []
    given = event.one("DTSTART")
    if given is None:
        raise CannotUse(msg("It has no beginning."))
    start = _moment(*given)
    length = _length(event, start)
    whole = not isinstance(start, datetime)
    starts = [start]
    if event.one("RRULE") and not event.one("RECURRENCE-ID"):
        starts = _occurrences(event, start, length, window, budget)
    starts += _listed(event, "RDATE", budget)
    left_out = {_instant(moment) for moment in _listed(event, "EXDATE", budget)}
    if not event.one("RECURRENCE-ID"):
        left_out |= {_instant(_moment(*one)) for e in changed if (one := e.one("RECURRENCE-ID"))}
    spans = []
    for begins in starts:
        start_at, end_at = _instant(begins), _instant(_plus(begins, length))
        if start_at < window.end and window.start < end_at and start_at not in left_out:
            spans.append(Busy(Span(start=start_at, end=end_at), whole))
    return spans


def _listed(event: _Event, name: str, budget: Budget) -> list[datetime | date]:
    given = event.values.get(name, [])
    budget.take(sum(len(text) for _params, text in given))
    return [_moment(params, one) for params, text in given for one in text.split(",")]


def _moment(params: Mapping[str, str], text: str) -> datetime | date:
    """A date, or a datetime on the wall clock of its own zone."""
    found = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", text.strip(), re.ASCII)
    if not found:
        raise CannotUse(msg("{value} is no date or time.", value=visible(text[:40])))
    year, month, day = (int(part) for part in found.groups()[:3])
    if not EARLIEST <= year <= LATEST:
        raise CannotUse(msg("The year {year} can't be meant.", year=year))
    try:
        if found[4] is None:
            return date(year, month, day)
        hour, minute, second = (int(found[i]) for i in (4, 5, 6))
        zone = ZoneInfo("UTC") if found[7] else _zone(params.get("TZID", ""))
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
    except ValueError:
        raise CannotUse(msg("{value} does not exist.", value=text.strip())) from None


def _zone(name: str) -> tzinfo:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    if not name:
        return ZONE
    # Some programs put a path of their own before the name: /example.org/2024/Europe/Amsterdam.
    candidates = (WINDOWS_TO_OLSON.get(name, name), "/".join(name.split("/")[-2:]))
    for candidate in candidates:
        try:
            return ZoneInfo(candidate)
        except (KeyError, ValueError, OSError):
            continue
    raise CannotUse(msg("Time zone {zone} is unknown.", zone=visible(name[:60])))


def _length(event: _Event, start: datetime | date) -> timedelta:
    """How long each occurrence takes, in elapsed time (whole days for dates)."""
    from icalendar.prop import vDuration

    whole = not isinstance(start, datetime)
    length = timedelta(days=1) if whole else timedelta(0)
    if given := event.one("DTEND"):
        end = _moment(*given)
        if isinstance(end, datetime) and isinstance(start, datetime):
            length = end.astimezone(UTC) - start.astimezone(UTC)
        elif isinstance(end, datetime) or isinstance(start, datetime):
            raise CannotUse(msg("One end is a day, the other a time."))
        else:
            length = end - start
    elif event.one("DURATION"):
        try:
            length = vDuration.from_ical(event.text("DURATION"))  # type: ignore[no-untyped-call]
        except (ValueError, OverflowError):
            raise CannotUse(msg("Its duration can't be read.")) from None
    if length <= timedelta(0):
        raise CannotUse(msg("It ends before it begins, or takes no time."))
    if length > timedelta(days=MAX_DAYS):
        raise CannotUse(msg("It takes more than {n} days.", n=MAX_DAYS))
    return length


def _occurrences(
    event: _Event, start: datetime | date, length: timedelta, window: Span, budget: Budget
) -> list[datetime | date]:
    """When the entry repeats, as far as it may reach into the window."""
    rule = read_rule(event.text("RRULE"))
    # On the wall clock of the entry: a weekly 09:00 stays 09:00 when clocks change.
    zone = start.tzinfo if isinstance(start, datetime) else ZONE
    last = window.end.astimezone(zone)
    if rule.until:
        ends = _moment({"TZID": getattr(zone, "key", "")}, rule.until)
        if not isinstance(ends, datetime):
            ends = datetime.combine(ends, time.max, tzinfo=zone)
        last = min(last, ends.astimezone(zone))
    first = start.date() if isinstance(start, datetime) else start
    after = (window.start.astimezone(zone) - length).date() - timedelta(days=1)
    days = rule.days(first, last.date(), budget, after)
    if not isinstance(start, datetime):
        return list(days)
    moments = (datetime.combine(day, start.timetz()) for day in days)
    return [moment for moment in moments if moment <= last]


def _plus(start: datetime | date, length: timedelta) -> datetime | date:
    return _instant(start) + length if isinstance(start, datetime) else start + length


def _instant(value: datetime | date) -> datetime:
    return value.astimezone(UTC) if isinstance(value, datetime) else at(value, "00:00")
