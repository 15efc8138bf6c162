"""The entries of a calendar file of another program, and when they are.

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
EARLIEST, LATEST = 1850, 2200
"""Years in which an entry may begin; birthdays begin long before the desk's own years."""
MAX_DAYS = 366
"""Longest single entry."""
_MOST_OTHERS = 50
"""Names of further properties that are remembered."""

_LINE = re.compile(
    r'(?P<name>[A-Za-z0-9-]+)(?P<params>(?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:])*)*):(?P<value>.*)',
    re.DOTALL,
)
_PARAM = re.compile(r';([A-Za-z0-9-]+)=(?:"([^"]*)"|([^";:]*))')
_WANTED = frozenset(
    {"UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"}
    | {"SEQUENCE", "STATUS", "TRANSP", "LAST-MODIFIED", "SUMMARY", "LOCATION", "DESCRIPTION"}
)
_OF_THE_FILE = frozenset({"METHOD", "PRODID", "NAME", "X-WR-CALNAME"})
_ESCAPED = re.compile(r"\\([\\;,nN])")


@dataclass(frozen=True)
class Problem:
    """An entry that was not taken over, and why."""

    line: int
    """Line of the file at which the entry begins."""
    why: Msg


@dataclass
class Entry:
    """A VEVENT as it stands in the file."""

    line: int
    values: dict[str, list[tuple[Mapping[str, str], str]]] = field(default_factory=dict)

    def one(self, name: str) -> tuple[Mapping[str, str], str] | None:
        """Parameters and value of a property that stands there once."""
        found = self.values.get(name)
        return found[0] if found else None

    def text(self, name: str) -> str:
        """The value as it stands; empty when there is none."""
        found = self.one(name)
        return found[1].strip() if found else ""

    def words(self, name: str) -> str:
        """The value of a property of text, with its commas and line ends as they were meant."""
        return _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], self.text(name))

    @property
    def sequence(self) -> int:
        """Which edition of the entry this is; 0 when it doesn't say."""
        text = self.text("SEQUENCE")
        return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0

    @property
    def called_off(self) -> bool:
        """Whether it won't take place."""
        return self.text("STATUS").upper() == "CANCELLED"


@dataclass
class CalendarFile:
    """What a calendar file holds, its structure checked."""

    about: dict[str, str] = field(default_factory=dict)
    """METHOD, PRODID, NAME and X-WR-CALNAME of the file."""
    entries: list[Entry] = field(default_factory=list)
    others: set[str] = field(default_factory=set)
    """Names of properties of entries that nobody looks at."""


def read_file(data: bytes) -> CalendarFile:
    """The entries of a calendar file.

    Raises BadInput for a file that is no calendar, is damaged (never closed, wrongly folded), too
    large, too deep, or has too many entries.
    """
    read = CalendarFile()
    stack: list[str] = []
    entry: Entry | None = None
    seen = 0
    for number, line in _lines(data):
        found = _LINE.fullmatch(line)
        if found is None:
            raise refused(msg("Line {n} is no calendar line (wrongly folded?).", n=number))
        name, value = found["name"].upper(), found["value"]
        seen = number
        if not stack and (name, value.strip().upper()) != ("BEGIN", "VCALENDAR"):
            raise refused(msg("Line {n} stands outside of a calendar.", n=number))
        if name == "BEGIN":
            stack.append(value.strip().upper())
            if len(stack) > MAX_DEPTH:
                raise refused(msg("Line {n}: nested more than {d} deep.", n=number, d=MAX_DEPTH))
            if stack == ["VCALENDAR", "VEVENT"]:
                entry = Entry(number)
                read.entries.append(entry)
                if len(read.entries) > MAX_EVENTS:
                    raise refused(msg("It has more than {n} entries.", n=MAX_EVENTS))
        elif name == "END":
            if stack.pop() != value.strip().upper():
                raise refused(msg("Line {n} closes what isn't open.", n=number))
        elif stack == ["VCALENDAR"] and name in _OF_THE_FILE:
            read.about.setdefault(name, value.strip())
        elif entry is not None and stack == ["VCALENDAR", "VEVENT"]:
            if name in _WANTED:
                params = {p[1].upper(): p[2] or p[3] for p in _PARAM.finditer(found["params"])}
                entry.values.setdefault(name, []).append((params, value))
            elif len(read.others) < _MOST_OTHERS:
                read.others.add(name)
    if not seen:
        raise refused(msg("It is empty."))
    if stack:
        raise refused(msg("{part} is never closed: the file is cut off.", part=visible(stack[-1])))
    return read


def refused(why: Msg) -> BadInput:
    """The refusal of a whole file."""
    return BadInput(N_("calendar file"), "…", why)


def check_size(size: int) -> None:
    """Raises BadInput for a file of so many bytes that it isn't read."""
    if size > MAX_BYTES:
        raise refused(msg("It is larger than {n} MB.", n=MAX_BYTES // 1_000_000))


def coming(now: datetime) -> Span:
    """From this morning until the end of next year: an end that does not move from day to day."""
    today = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return Span(start=today, end=datetime(today.year + 2, 1, 1, tzinfo=ZONE))


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    """Unfolded lines with the number of the line at which each begins."""
    check_size(len(data))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refused(msg("It isn't UTF-8 text.")) from None
    if data.count(b"\n") + data.count(b"\r") > 2 * MAX_LINES:
        raise refused(msg("It has more than {n} lines.", n=MAX_LINES))
    begun, parts = 1, list[str]()
    for number, raw in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if raw[:1] in (" ", "\t"):
            if not parts:
                raise refused(msg("Line {n} continues nothing.", n=number))
            parts.append(raw[1:])
            continue
        if parts:
            yield begun, "".join(parts)
        begun, parts = number, [raw] if raw else []
    if parts:
        yield begun, "".join(parts)


def newest_of(
    entries: Iterable[Entry], problems: list[Problem]
) -> tuple[list[Entry], dict[str, list[Entry]]]:
    """One entry per UID (and occasion), and the changed single occasions of repeating ones.

    Of entries under the same UID the one with the highest SEQUENCE counts, the later of equals.
    """
    newest: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        key = (entry.text("UID") or f"line {entry.line}", entry.text("RECURRENCE-ID"))
        other = newest.get(key)
        if other is None:
            newest[key] = entry
            continue
        older = other if entry.sequence >= other.sequence else entry
        newest[key] = entry if older is other else other
        why = msg("The same entry stands in the file twice; the newest was taken.")
        problems.append(Problem(older.line, why))
    changed: dict[str, list[Entry]] = {}
    for (uid, occurrence), entry in newest.items():
        if occurrence:
            changed.setdefault(uid, []).append(entry)
    return list(newest.values()), changed


@dataclass(frozen=True)
class Occasion:
    """One time at which an entry takes place."""

    span: Span
    whole_days: bool
    """Whether the file meant whole days."""


def occasions_of(
    entry: Entry,
    changed: Iterable[Entry],
    window: Span,
    budget: Budget,
    usual: timedelta = timedelta(0),
) -> list[Occasion]:
    """The occasions of one entry in the window, without those `changed` by an entry of their own.

    `usual` is how long an entry takes that doesn't say it.

    Raises CannotUse for an entry whose time can't be read, or that repeats too often.
    """
    given = entry.one("DTSTART")
    if given is None:
        raise CannotUse(msg("It has no beginning."))
    start = moment_of(*given)
    length = _length(entry, start, usual)
    whole = not isinstance(start, datetime)
    starts = [start]
    if entry.one("RRULE") and not entry.one("RECURRENCE-ID"):
        starts = _occurrences(entry, start, length, window, budget)
    starts += _listed(entry, "RDATE", budget)
    left_out = {instant_of(moment) for moment in _listed(entry, "EXDATE", budget)}
    if not entry.one("RECURRENCE-ID"):
        left_out |= {
            instant_of(moment_of(*one)) for e in changed if (one := e.one("RECURRENCE-ID"))
        }
    found = []
    for begins in starts:
        start_at, end_at = instant_of(begins), instant_of(_plus(begins, length))
        if start_at < window.end and window.start < end_at and start_at not in left_out:
            found.append(Occasion(Span(start=start_at, end=end_at), whole))
    return found


def _listed(entry: Entry, name: str, budget: Budget) -> list[datetime | date]:
    given = entry.values.get(name, [])
    budget.take(sum(len(text) for _params, text in given))
    return [moment_of(params, one) for params, text in given for one in text.split(",")]


def moment_of(params: Mapping[str, str], text: str) -> datetime | date:
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


def _length(entry: Entry, start: datetime | date, usual: timedelta) -> timedelta:
    """How long each occurrence takes, in elapsed time (whole days for dates)."""
    from icalendar.prop import vDuration

    whole = not isinstance(start, datetime)
    length = timedelta(days=1) if whole else usual
    if given := entry.one("DTEND"):
        end = moment_of(*given)
        if isinstance(end, datetime) and isinstance(start, datetime):
            length = end.astimezone(UTC) - start.astimezone(UTC)
        elif isinstance(end, datetime) or isinstance(start, datetime):
            raise CannotUse(msg("One end is a day, the other a time."))
        else:
            length = end - start
    elif entry.one("DURATION"):
        try:
            length = vDuration.from_ical(entry.text("DURATION"))  # type: ignore[no-untyped-call]
        except (ValueError, OverflowError):
            raise CannotUse(msg("Its duration can't be read.")) from None
    if length <= timedelta(0):
        raise CannotUse(msg("It ends before it begins, or takes no time."))
    if length > timedelta(days=MAX_DAYS):
        raise CannotUse(msg("It takes more than {n} days.", n=MAX_DAYS))
    return length


def _occurrences(
    entry: Entry, start: datetime | date, length: timedelta, window: Span, budget: Budget
) -> list[datetime | date]:
    """When the entry repeats, as far as it may reach into the window."""
    rule = read_rule(entry.text("RRULE"))
    # On the wall clock of the entry: a weekly 09:00 stays 09:00 when clocks change.
    zone = start.tzinfo if isinstance(start, datetime) else ZONE
    last = window.end.astimezone(zone)
    if rule.until:
        ends = moment_of({"TZID": getattr(zone, "key", "")}, rule.until)
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
    return instant_of(start) + length if isinstance(start, datetime) else start + length


def instant_of(value: datetime | date) -> datetime:
    """The instant meant; a day begins at midnight in Amsterdam."""
    return value.astimezone(UTC) if isinstance(value, datetime) else at(value, "00:00")
