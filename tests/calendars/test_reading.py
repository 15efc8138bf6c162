"""Reading other programs' calendars: right times, hostile files bounded and refused with a reason."""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from orderdesk.calendars import parts
from orderdesk.calendars.feed import FeedKind, write_feed
from orderdesk.calendars.reading import read_ics
from orderdesk.calendars.repeating import Budget, CannotUse, read_rule
from orderdesk.domain.people import DutyStatus
from orderdesk.domain.time import Span, at
from orderdesk.errors import BadInput

from .world import DAY, NOW, PEOPLE, PUBLISHER, duty

JUNE = Span(start=at(date(2026, 6, 1), "00:00"), end=at(date(2026, 7, 1), "00:00"))


def calendar(*events: str, head: str = "VERSION:2.0\nPRODID:x") -> bytes:
    body = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\n{head}\n{body}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def times(data: bytes, window: Span = JUNE) -> list[tuple[str, str]]:
    read = read_ics(data, window)
    assert not read.problems
    return [(f"{b.span.start:%m-%dT%H:%M}", f"{b.span.end:%m-%dT%H:%M}") for b in read.busy]


@pytest.mark.parametrize(
    "when",
    [
        "DTSTART:20260610T120000Z\nDTEND:20260610T130000Z",
        "DTSTART;TZID=Europe/Amsterdam:20260610T140000\nDURATION:PT1H",
        "DTSTART;TZID=W. Europe Standard Time:20260610T140000\nDTEND;TZID=W. Europe Standard Time:20260610T150000",
        'DTSTART;TZID="/example.org/20260101/Europe/Amsterdam":20260610T140000\nDURATION:PT60M',
        "DTSTART:20260610T140000\nDTEND:20260610T150000",
        "DTSTART;TZID=Europe/Lond\n on:20260610T130000\nDURATION:PT1H",
    ],
)
def test_times_in_many_spellings(when: str) -> None:
    assert times(calendar(f"UID:1\n{when}")) == [("06-10T12:00", "06-10T13:00")]


def test_whole_days_are_days_in_amsterdam() -> None:
    data = calendar("UID:1\nDTSTART;VALUE=DATE:20260610\nDTEND;VALUE=DATE:20260612")
    [busy] = read_ics(data, JUNE).busy
    assert busy.whole_days
    assert busy.span == Span(
        start=at(date(2026, 6, 10), "00:00"), end=at(date(2026, 6, 12), "00:00")
    )


def test_free_and_cancelled_time_does_not_count() -> None:
    when = "DTSTART:20260610T120000Z\nDURATION:PT1H"
    assert (
        times(calendar(f"UID:1\n{when}\nTRANSP:TRANSPARENT", f"UID:2\n{when}\nSTATUS:CANCELLED"))
        == []
    )


def test_a_weekly_entry_keeps_its_clock_across_the_switch() -> None:
    event = "UID:1\nDTSTART;TZID=Europe/Amsterdam:20261019T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3"
    autumn = Span(start=at(date(2026, 10, 1), "00:00"), end=at(date(2026, 12, 1), "00:00"))
    assert [start for start, _ in times(calendar(event), autumn)] == [
        "10-19T07:00", "10-26T08:00", "11-02T08:00",
    ]  # fmt: skip


def test_a_birthday_from_long_ago_falls_in_the_window() -> None:
    event = "UID:1\nDTSTART;VALUE=DATE:19680610\nRRULE:FREQ=YEARLY"
    [busy] = read_ics(calendar(event), JUNE).busy
    assert (busy.whole_days, busy.span.start) == (True, at(date(2026, 6, 10), "00:00"))


def test_exceptions_and_changed_occurrences_are_kept_apart() -> None:
    rule = "DTSTART:20260601T080000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20260604T080000Z"
    data = calendar(
        f"UID:1\n{rule}\nEXDATE:20260602T080000Z",
        "UID:1\nRECURRENCE-ID:20260603T080000Z\nDTSTART:20260603T150000Z\nDURATION:PT1H",
        "UID:1\nRECURRENCE-ID:20260604T080000Z\nDTSTART:20260604T080000Z\nSTATUS:CANCELLED",
    )
    assert [start for start, _ in times(data)] == ["06-01T08:00", "06-03T15:00"]


def test_our_own_feeds_can_be_read_again() -> None:
    duties = [duty(), duty(day=DAY + timedelta(1), status=DutyStatus.CANCELLED)]
    feed = write_feed(duties, PEOPLE, kind=FeedKind.PERSON, title="x", publisher=PUBLISHER, now=NOW)
    [busy] = read_ics(feed, JUNE).busy
    assert busy.span == Span(start=duties[0].start, end=duties[0].end)


SIMPLE = "DTSTART:20260610T120000Z\nDTEND:20260610T130000Z"


def test_the_newest_of_a_doubled_entry_counts_and_it_is_said() -> None:
    data = calendar(
        f"UID:1\n{SIMPLE}\nSEQUENCE:2",
        "UID:1\nDTSTART:20260611T120000Z\nDTEND:20260611T130000Z\nSEQUENCE:1",
    )
    read = read_ics(data, JUNE)
    assert [b.span.start.day for b in read.busy] == [10]
    assert [(p.line, "twice" in str(p.why)) for p in read.problems] == [(10, True)]


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("DTSTART:20260610T120000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY", "more often than daily"),
        ("DTSTART:20260610T120000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYSECOND=1", "can't be read"),
        ("DTSTART:20260610T120000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=" + "MO," * 300, "can't be read"),
        ("DTSTART:19000101T120000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=1000000", "too often"),
        ("DTSTART:00010101T000000\nDURATION:PT1H", "year 1 "),
        (f"{SIMPLE}\nRDATE:" + "20260610T120000Z," * 9_000, "too often"),
        ("DTSTART;TZID=Nowhere/City:20260610T120000\nDURATION:PT1H", "Nowhere/City is unknown"),
        ("DTSTART;TZID=../../etc/passwd:20260610T120000\nDURATION:PT1H", "is unknown"),
        ("DTSTART:20260231T120000Z\nDURATION:PT1H", "does not exist"),
        ("DTSTART:200260610T120000Z\nDURATION:PT1H", "no date or time"),
        ("DTSTART:20260610T120000Z\nDTEND:20260610T110000Z", "ends before it begins"),
        ("DTSTART:20260610T120000Z\nDTEND;VALUE=DATE:20260611", "One end is a day"),
        ("DTSTART:20260610T120000Z\nDURATION:tomorrow", "duration"),
        ("DTSTART:20260610T120000Z\nDURATION:P9000W", "more than 366 days"),
        ("SUMMARY:no times", "no beginning"),
    ],
)  # fmt: skip
def test_an_entry_that_cannot_be_used_is_named_and_the_rest_is_read(event: str, said: str) -> None:
    read = read_ics(calendar(f"UID:1\n{event}", f"UID:2\n{SIMPLE}"), JUNE)
    assert [b.span.start.hour for b in read.busy] == [12]
    [problem] = read.problems
    assert problem.line == 4
    assert said in str(problem.why)


DEEP = b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 10_000


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\x00\xff\xfe binary", "UTF-8"),
        (b"x" * (parts.MAX_BYTES + 1), "larger than 5 MB"),
        (b"\r\n" * 1_000_000, "lines"),
        (DEEP, "nested"),
        (calendar()[:-15], "cut off"),
        (b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\n", "closes what isn't open"),
        (b"BEGIN:VCALENDAR\r\nno colon here\r\nEND:VCALENDAR\r\n", "Line 2 is no calendar line"),
        (b" BEGIN:VCALENDAR\r\n", "Line 1 continues nothing"),
        (b"hello: world\r\n", "outside of a calendar"),
        (calendar(*["UID:1"] * 10_001), "more than 10000 entries"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_damaged_or_hostile_file_is_refused_with_the_reason(data: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_ics(data, JUNE)


def test_ten_thousand_endless_entries_share_one_budget() -> None:
    endless = "DTSTART:20000101T120000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=9999;BYMONTH=2;BYMONTHDAY=30"
    read = read_ics(calendar(*(f"UID:{i}\n{endless}" for i in range(5_000))), JUNE)
    assert read.busy == ()
    assert sum("too often" in str(p.why) for p in read.problems) > 4_900


RULES = st.builds(
    lambda freq, parts: f"FREQ={freq}" + "".join(f";{k}={v}" for k, v in parts.items() if v),
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.fixed_dictionaries(
        {
            "INTERVAL": st.sampled_from(["", "1", "2", "3", "5"]),
            "COUNT": st.sampled_from(["", "", "7"]),
            "WKST": st.sampled_from(["", "MO", "SU"]),
            "BYDAY": st.sampled_from(["", "", "MO,TH", "SU", "1MO,-1FR", "5TU", "MO,TU,WE,TH,FR"]),
            "BYMONTH": st.sampled_from(["", "", "2", "1,6,12"]),
            "BYMONTHDAY": st.sampled_from(["", "", "13", "31,-1", "29"]),
            "BYSETPOS": st.sampled_from(["", "", "1", "-1"]),
        }
    ),
)


@settings(max_examples=40)
@given(RULES, st.dates(date(2015, 1, 1), date(2024, 12, 31)), st.integers(0, 2_000))
def test_repetition_agrees_with_the_usual_library(text: str, first: date, skipped: int) -> None:
    try:
        rule = read_rule(text)
    except CannotUse:
        assume(False)
        raise
    # There the library counts the first, broken week from its own first day.
    assume(not ("WEEKLY" in text and "BYSETPOS" in text))
    last = first + timedelta(days=2_000)
    start = datetime(first.year, first.month, first.day)  # noqa: DTZ001
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        wanted = rrulestr(f"{text};UNTIL={last:%Y%m%d}T000000", dtstart=start)
        days = [moment.date() for moment in wanted]
    assert list(rule.days(first, last, Budget(10**6, 10**6))) == days
    after = first + timedelta(days=skipped)
    late = list(rule.days(first, last, Budget(10**6, 10**6), after))
    assert [day for day in late if day >= after] == [day for day in days if day >= after]


def test_the_owner_of_a_calendar_keeps_the_titles() -> None:
    read = read_ics(calendar(f"UID:1\n{SIMPLE}\nSUMMARY:dentist\nLOCATION:home"), JUNE)
    assert "dentist" not in repr(read)
    assert datetime(2026, 6, 10, 12, tzinfo=UTC) == read.busy[0].span.start
