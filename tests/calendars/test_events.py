"""The calendar of an event system: editions, occasions, what is named instead of taken."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from orderdesk.calendars.events import EventCalendar, read_event_calendar
from orderdesk.calendars.feed import FeedKind, write_feed
from orderdesk.domain.time import at, local
from orderdesk.errors import BadInput

from .test_reading import calendar
from .world import NOW, PEOPLE, PUBLISHER, duty

TODAY = at(date(2026, 6, 9), "07:30")
WEEKLY = "UID:m\nDTSTART;TZID=Europe/Amsterdam:20240105T080000\nDURATION:PT7H\nRRULE:FREQ=WEEKLY"


def read(*events: str, head: str = "VERSION:2.0\nPRODID:x") -> EventCalendar:
    return read_event_calendar(calendar(*events, head=head), TODAY)


def test_words_times_and_editions_are_read_as_meant() -> None:
    [event] = read(
        "UID:1\nSUMMARY:Loop\\, kort\nLOCATION:Markt\\nMaastricht\nDTSTART:20260613T100000Z\n"
        "DURATION:PT90M\nSEQUENCE:4\nLAST-MODIFIED:20260601T080000Z\n"
        'ATTENDEE;MEMBER="mailto:a","mailto:b";CN=x,y:mailto:c'
    ).events
    assert (event.title, event.place) == ("Loop, kort", "Markt\nMaastricht")
    assert (event.span.minutes, event.end_known, event.whole_days) == (90, True, False)
    assert (event.sequence, event.modified) == (4, datetime(2026, 6, 1, 8, tzinfo=UTC))


def test_each_occasion_to_come_is_an_event_of_its_own() -> None:
    found = read(
        f"{WEEKLY};UNTIL=20260701\nEXDATE;TZID=Europe/Amsterdam:20260619T080000",
        "UID:m\nRECURRENCE-ID;TZID=Europe/Amsterdam:20260626T080000\n"
        "DTSTART;TZID=Europe/Amsterdam:20260625T080000\nDURATION:PT7H\nSTATUS:CANCELLED",
    )
    assert [(e.key, f"{local(e.span.start):%d-%m %H}", e.called_off) for e in found.events] == [
        ("m/20260612T0600", "12-06 08", False),
        ("m/20260626T0600", "25-06 08", True),
    ]
    endless = read(WEEKLY).events
    assert local(endless[-1].span.start).year == 2027
    assert len(endless) == 82


def test_a_calendar_of_call_offs_calls_off() -> None:
    event = "UID:1\nDTSTART:20260613T100000Z"
    assert [e.called_off for e in read(event, head="METHOD:CANCEL").events] == [True]


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (WEEKLY.replace("WEEKLY", "DAILY"), "more than 150 times"),
        (WEEKLY.replace("WEEKLY", "SECONDLY"), "more often than daily"),
        (f"{WEEKLY};UNTIL=20260101", "does not repeat from today"),
        ("DTSTART:20260613T100000Z", "no UID"),
        ("UID:" + "x" * 300 + "\nDTSTART:20260613T100000Z", "longer than 255"),
        ("UID:1\nDTSTART:19680613T100000Z", "can't be meant"),
        ("UID:1\nSUMMARY:x", "no beginning"),
    ],
)
def test_what_gives_no_event_is_named(event: str, said: str) -> None:
    found = read(event, "UID:2\nDTSTART:20260613T100000Z")
    assert [e.key for e in found.events] == ["2"]
    [problem] = found.problems
    assert said in str(problem.why)


def test_our_own_shifts_are_no_events() -> None:
    feed = write_feed(
        [duty()], PEOPLE, kind=FeedKind.PERSON, title="x", publisher=PUBLISHER, now=NOW
    )
    with pytest.raises(BadInput, match="orderdesk wrote itself"):
        read_event_calendar(feed, TODAY)
