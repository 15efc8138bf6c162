"""Feeds: stable bytes, right times, nothing in them that doesn't belong there."""

from __future__ import annotations

import ast
import hashlib
import typing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderdesk.calendars import entry, feed
from orderdesk.calendars.feed import (
    FeedKind,
    Leave,
    Publisher,
    new_feed_key,
    write_feed,
    write_feeds,
)
from orderdesk.domain.people import Duty, DutyStatus, Task
from orderdesk.domain.time import ZONE, at
from orderdesk.errors import BadInput
from orderdesk.i18n import use_language

from .literal import events_of, lines_of, unescaped
from .world import CHANGED, DAY, LABELS, NOW, PEOPLE, PUBLISHER, SETTINGS, duty, task


def person_feed(*duties: Duty, **options: typing.Any) -> bytes:
    given_options = {"kind": FeedKind.PERSON, "title": "B07 Person 7", "now": NOW} | options
    return write_feed(duties, PEOPLE, publisher=PUBLISHER, **given_options)


def test_the_head_names_the_calendar_and_asks_for_refresh() -> None:
    head = lines_of(person_feed(duty()))
    for line in (
        "METHOD:PUBLISH",
        "NAME:B07 Person 7",
        "X-WR-CALNAME:B07 Person 7",
        "REFRESH-INTERVAL;VALUE=DURATION:PT15M",
        "X-PUBLISHED-TTL:PT15M",
        "COLOR:steelblue",
    ):
        assert line in head


def test_an_entry_says_place_task_and_shift() -> None:
    tasks = (
        task("14:45", "17:45", Task.SUPERVISION, case="c1", place="Markt"),
        task("17:45", "23:00", Task.THEME_WORK),
    )
    [event] = events_of(person_feed(duty(tasks=tasks)))
    assert event["UID"] == "B07-20260609@desk.example"
    assert event["DTSTART;TZID=Europe/Amsterdam"] == "20260609T143000"
    assert event["DTEND;TZID=Europe/Amsterdam"] == "20260609T230000"
    assert event["SUMMARY"] == "Late: supervision\\, theme work"
    assert unescaped(event["DESCRIPTION"]).split("\n") == [
        "Shift: Late",
        "Place: Centrum",
        "14:45-17:45 supervision, Markt",
        "17:45-23:00 theme work",
    ]
    assert unescaped(event["LOCATION"]) == "Centrum, Markt"
    assert event["DTSTAMP"] == event["LAST-MODIFIED"] == "20260511T080000Z"
    assert (event["SEQUENCE"], event["STATUS"]) == ("0", "CONFIRMED")


def test_an_unchanged_duty_is_exported_byte_for_byte_the_same_at_any_time() -> None:
    first = person_feed(duty(), duty(day=DAY + timedelta(days=1)))
    again = person_feed(duty(day=DAY + timedelta(days=1)), duty(), now=NOW + timedelta(days=30))
    assert first == again == person_feed(duty(), duty(day=DAY + timedelta(days=1)), previous=first)


def test_after_a_replan_of_four_people_twenty_feeds_are_the_same() -> None:
    before = [duty(p, shift="F") for p in PEOPLE]
    moved = {"B02", "B05", "B11", "B17"}
    after = [
        d.replace(start=d.start + timedelta(hours=1), sequence=1, changed_at=NOW)
        if d.person_id in moved
        else d
        for d in before
    ]
    old = write_feeds(before, PEOPLE, {}, publisher=PUBLISHER, now=NOW)
    new = write_feeds(after, PEOPLE, {}, publisher=PUBLISHER, now=NOW, previous=old)
    differing = {
        file
        for file in old
        if hashlib.sha256(old[file]).digest() != hashlib.sha256(new[file]).digest()
    }
    assert differing == {f"person/{p}.ics" for p in moved} | {"team/Enforcement.ics"}
    for person in moved:
        [event] = events_of(new[f"person/{person}.ics"])
        assert event["SEQUENCE"] == "1"
        assert event["LAST-MODIFIED"] == "20260609T114700Z"


def test_a_cancelled_duty_stays_until_it_is_past() -> None:
    gone = duty(status=DutyStatus.CANCELLED, sequence=3)
    [event] = events_of(person_feed(gone))
    assert event["STATUS"] == "CANCELLED"
    assert event["SEQUENCE"] == "3"
    assert event["TRANSP"] == "TRANSPARENT"
    assert event["SUMMARY"].startswith("CANCELLED: ")
    assert events_of(person_feed(gone, now=gone.end)) == []


def test_a_duty_given_to_a_colleague_is_cancelled_in_the_old_feed_once() -> None:
    old = person_feed(duty(sequence=4))
    new = person_feed(previous=old)
    [event] = events_of(new)
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", "5")
    assert event["LAST-MODIFIED"] == "20260609T114700Z"
    assert person_feed(previous=new, now=NOW + timedelta(hours=1)) == new
    assert events_of(person_feed(previous=new, now=NOW + timedelta(days=1))) == []


def test_a_past_duty_that_is_no_longer_given_is_not_cancelled_afterwards() -> None:
    old = person_feed(duty())
    assert events_of(person_feed(previous=old, now=NOW + timedelta(days=9))) == []


def test_a_withdrawn_entry_never_goes_back_in_time() -> None:
    [event] = events_of(person_feed(previous=person_feed(duty()), now=CHANGED - timedelta(hours=1)))
    assert event["LAST-MODIFIED"] == "20260511T080000Z"


@pytest.mark.parametrize(
    ("night", "hours"), [(date(2026, 3, 28), 7), (date(2026, 10, 24), 9), (date(2026, 6, 9), 8)]
)
def test_night_shifts_have_their_elapsed_hours(night: date, hours: int) -> None:
    data = person_feed(duty(day=night, shift="N"))
    [event] = events_of(data)
    assert event["DTSTART;TZID=Europe/Amsterdam"].endswith("T220000")
    assert event["DTEND;TZID=Europe/Amsterdam"].endswith("T060000")
    [read] = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert read.end.astimezone(UTC) - read.start.astimezone(UTC) == timedelta(hours=hours)


def test_an_end_in_the_hour_that_comes_twice_is_unambiguous() -> None:
    for fold, clock in ((0, "20261025T003000Z"), (1, "20261025T013000Z")):
        night = duty(
            day=date(2026, 10, 24), shift="N", end=at(date(2026, 10, 25), "02:30", fold=fold)
        )
        [event] = events_of(person_feed(night))
        assert event["DTEND"] == clock


def test_only_leave_is_all_day() -> None:
    leave = Leave(id="L1", person_id="B07", first=DAY, last=DAY, changed_at=CHANGED)
    events = events_of(person_feed(duty(), leave=[leave]))
    [away] = [event for event in events if "DTSTART;VALUE=DATE" in event]
    assert (away["DTSTART;VALUE=DATE"], away["DTEND;VALUE=DATE"]) == ("20260609", "20260610")
    assert away["SUMMARY"] == "Leave"
    assert len(events) == 2
    ended = [leave.replace(cancelled=True)]
    assert len(events_of(person_feed(leave=ended, now=NOW))) == 1
    assert events_of(person_feed(leave=ended, now=NOW + timedelta(days=1))) == []


def test_leave_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="last day"):
        Leave(id="L", person_id="B07", first=DAY, last=DAY - timedelta(1), changed_at=CHANGED)


def test_an_event_feed_holds_the_part_of_each_duty_that_is_worked_for_it() -> None:
    tasks = (
        task("14:45", "16:00", Task.SUPERVISION, case="c1", place="Markt"),
        task("16:00", "17:00", Task.TRAFFIC, case="c2", place="Vrijthof"),
        task("17:00", "17:45", Task.TRAFFIC, case="c1", place="Markt"),
    )
    made = write_feeds(
        [duty("B15", tasks=tasks), duty("B16")],
        PEOPLE,
        {"c1": "U-2026-009", "c3": "D-2026-041"},
        publisher=PUBLISHER,
        now=NOW,
    )
    [event] = events_of(made["event/U-2026-009.ics"])
    assert event["UID"] == "B15-20260609.c1@desk.example"
    assert event["DTSTART;TZID=Europe/Amsterdam"] == "20260609T144500"
    assert event["DTEND;TZID=Europe/Amsterdam"] == "20260609T174500"
    assert event["SUMMARY"] == "B15 Person 15: Late"
    assert "Vrijthof" not in made["event/U-2026-009.ics"].decode()
    assert "event/D-2026-041.ics" not in made
    assert len(events_of(made["team/Enforcement.ics"])) == 2
    without = write_feeds(
        [duty("B15"), duty("B16")],
        PEOPLE,
        {"c1": "U-2026-009"},
        publisher=PUBLISHER,
        now=NOW,
        previous=made,
    )
    [gone] = events_of(without["event/U-2026-009.ics"])
    assert gone["STATUS"] == "CANCELLED"


def test_teams_with_names_like_paths_get_files_of_their_own() -> None:
    people = {
        "B01": PEOPLE["B01"].replace(team="../../x"),
        "B02": PEOPLE["B02"].replace(team="x"),
        "B03": PEOPLE["B03"].replace(team="CON"),
    }
    made = write_feeds([], people, {}, publisher=PUBLISHER, now=NOW)
    assert {f for f in made if f.startswith("team/")} == {
        "team/x.ics",
        "team/x-2.ics",
        "team/_CON.ics",
    }


HOSTILE = st.text(
    alphabet=st.characters(exclude_categories=["Cs"]), max_size=120
) | st.sampled_from(
    [
        "x\nATTENDEE:mailto:a@b.example",
        "\x1b[2J\x00\x07\x7f\x9b31m",
        "a\r\nEND:VEVENT\r\nBEGIN:VEVENT",
        'semi;colon, comma \\ back \\n "quote"',
        "\u202eevil\u2066\u200b",
        "é" * 120,
        "👮‍♀️" * 40,
        "الساحة המרכז",
        "e" + "\u0301" * 200,
    ]
)


@given(place=HOSTILE, name=HOSTILE, title=HOSTILE, note=HOSTILE)
@settings(max_examples=60)
def test_hostile_text_stays_one_property_and_reads_back(
    place: str, name: str, title: str, note: str
) -> None:
    people = {"B07": PEOPLE["B07"].replace(name=name)}
    hostile = duty(place=place, note="SECRET" + note)
    data = write_feed(
        [hostile], people, kind=FeedKind.TEAM, title=title, publisher=PUBLISHER, now=NOW
    )
    [event] = events_of(data)
    assert set(event) - {"LOCATION"} == {
        "UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "STATUS", "TRANSP", "SUMMARY", "DESCRIPTION",
        "DTSTART;TZID=Europe/Amsterdam", "DTEND;TZID=Europe/Amsterdam",
        "ORGANIZER;CN=orderdesk",
    }  # fmt: skip
    [read] = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert str(read["SUMMARY"]) == unescaped(event["SUMMARY"])
    assert "SECRET" not in data.decode()


MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001
    lambda d: d.replace(tzinfo=UTC, second=0, microsecond=0)
)


@given(MOMENTS, st.integers(15, 12 * 60))
def test_any_duty_reads_back_at_its_instants(start: datetime, minutes: int) -> None:
    end = start + timedelta(minutes=minutes)
    data = person_feed(duty(start=start, end=end))
    [read] = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert (read.start.astimezone(UTC), read.end.astimezone(UTC)) == (start, end)
    [stored] = entry.entries_of(data).values()
    assert (stored.start, stored.end) == (start, end)


def test_the_zone_in_the_file_is_that_of_amsterdam() -> None:
    [zone] = icalendar.Calendar.from_ical(person_feed(duty())).walk("VTIMEZONE")
    there = zone.to_tz(lookup_tzid=False)
    for hours in range(0, 365 * 24 * 3, 5):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
        assert moment.astimezone(there).utcoffset() == moment.astimezone(ZONE).utcoffset()


def test_words_follow_the_language_and_the_labels_given() -> None:
    with use_language("nl"):
        dutch = person_feed(duty())
    assert [e["UID"] for e in events_of(dutch)] == ["B07-20260609@desk.example"]


def test_the_calendars_know_no_case_no_organiser_and_no_note() -> None:
    for source in Path(feed.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.module != "orderdesk.domain.events", source
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"purpose", "organiser_id", "note"}, source


def test_feed_keys_hold_all_random_bytes_they_were_given() -> None:
    assert new_feed_key(lambda n: bytes(range(n))) == "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
    assert new_feed_key(lambda n: b"\xff" * n) == "_" * 42 + "8"
    assert feed.KEY_BYTES * 8 >= 128


@pytest.mark.parametrize("bad", ["", "a b", "x@y", "../x", "é", "-a", "x" * 101])
def test_an_installation_id_that_would_break_uids_is_refused(bad: str) -> None:
    with pytest.raises(BadInput):
        Publisher(bad, LABELS, SETTINGS)
