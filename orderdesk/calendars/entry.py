"""One entry of a feed, and a whole feed as bytes: the only place that speaks iCalendar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from orderdesk.domain.time import ZONE, at, local, utc
from orderdesk.i18n import _

if TYPE_CHECKING:
    from icalendar import Event

# The summer-time rule of the European Union as it has stood since 1996 (Directive 2000/84/EC),
# written so that calendar programs read it alike: one open-ended rule per change, in local wall
# time of the clock before the change, from years that lie before every duty.
_EUROPE_AMSTERDAM = b"""BEGIN:VTIMEZONE
TZID:Europe/Amsterdam
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""


@dataclass(frozen=True)
class Entry:
    """What a subscribed client is told about one duty or leave.

    `start` and `end` are instants, or dates for whole days (`end` then is the day after the last).
    """

    uid: str
    sequence: int
    changed_at: datetime
    start: datetime | date
    end: datetime | date
    title: str
    """As clients get it: that of a cancelled entry says so (`called_off`)."""
    place: str = ""
    description: str = ""
    cancelled: bool = False

    @property
    def begins(self) -> datetime:
        """The instant at which it begins."""
        return _instant(self.start)

    @property
    def ends(self) -> datetime:
        """The instant at which it is over."""
        return _instant(self.end)

    def withdraw(self, now: datetime) -> Entry:
        """The same entry, called off at `now`."""
        return replace(
            self,
            sequence=self.sequence + 1,
            changed_at=max(utc(now), self.changed_at),
            title=called_off(self.title),
            cancelled=True,
        )


def called_off(title: str) -> str:
    """The title of an entry that is cancelled."""
    # Several clients show a cancelled entry like any other, so the title says it too.
    return _("CANCELLED: {what}").format(what=title)


@dataclass(frozen=True)
class Feed:
    """A named list of entries, with what clients are asked to do with it."""

    title: str
    organizer: str
    """Address that stands for the desk in each entry: RFC 5546 wants one, nobody mails it."""
    colour: str
    refresh_minutes: int
    entries: tuple[Entry, ...]

    def to_ical(self) -> bytes:
        """The feed as an iCalendar file (RFC 5545, 7986), METHOD:PUBLISH."""
        from icalendar import Calendar, Timezone

        calendar = Calendar()
        calendar.add("version", "2.0")
        calendar.add("prodid", "-//orderdesk//duties//EN")
        calendar.add("calscale", "GREGORIAN")
        calendar.add("method", "PUBLISH")
        calendar.add("name", self.title)
        calendar.add("x-wr-calname", self.title)
        calendar.add("x-wr-timezone", ZONE.key)
        calendar.add("color", self.colour)
        pause = timedelta(minutes=self.refresh_minutes)
        calendar.add("refresh-interval", pause, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", f"PT{self.refresh_minutes}M")
        if any(isinstance(entry.start, datetime) for entry in self.entries):
            calendar.add_component(Timezone.from_ical(_EUROPE_AMSTERDAM))
        for entry in sorted(self.entries, key=lambda entry: (entry.begins, entry.uid)):
            event = _event(entry)
            event.add("organizer", f"mailto:{self.organizer}", parameters={"CN": "orderdesk"})
            calendar.add_component(event)
        written: bytes = calendar.to_ical()
        return written


def entries_of(feed: bytes) -> dict[str, Entry]:
    """The entries of a feed that orderdesk wrote, by UID. Empty bytes hold none."""
    from icalendar import Calendar

    if not feed:
        return {}
    events: list[Any] = Calendar.from_ical(feed).walk("VEVENT")
    return {entry.uid: entry for entry in map(_entry, events)}


def _event(entry: Entry) -> Event:
    from icalendar import Event

    stamp = utc(entry.changed_at).replace(microsecond=0)
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    event.add("summary", entry.title)
    start, end = _wall_times(entry.start, entry.end)
    event.add("dtstart", start)
    event.add("dtend", end)
    if entry.place:
        event.add("location", entry.place)
    if entry.description:
        event.add("description", entry.description)
    return event


def _wall_times(start: datetime | date, end: datetime | date) -> tuple[date, date]:
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        return start, end
    # The hour that comes twice has no unambiguous wall time: such an entry is written in UTC.
    if _comes_twice(start) or _comes_twice(end):
        return utc(start), utc(end)
    return local(start), local(end)


def _comes_twice(moment: datetime) -> bool:
    wall = local(moment)
    return wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()


def _entry(event: Any) -> Entry:
    return Entry(
        uid=str(event["UID"]),
        sequence=int(event["SEQUENCE"]),
        changed_at=utc(event["LAST-MODIFIED"].dt),
        start=_moment_or_day(event["DTSTART"].dt),
        end=_moment_or_day(event["DTEND"].dt),
        title=str(event["SUMMARY"]),
        place=str(event.get("LOCATION", "")),
        description=str(event.get("DESCRIPTION", "")),
        cancelled=str(event["STATUS"]) == "CANCELLED",
    )


def _moment_or_day(value: datetime | date) -> datetime | date:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _instant(value: datetime | date) -> datetime:
    return value if isinstance(value, datetime) else at(value, "00:00")
