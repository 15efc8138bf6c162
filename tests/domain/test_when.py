"""Dates and times as people type them."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdesk.domain.time import at, local
from orderdesk.domain.when import read_moment, read_when
from orderdesk.errors import BadInput

NOW = at(date(2026, 6, 9), "13:40")


@pytest.mark.parametrize(
    ("text", "day", "start", "end"),
    [
        ("za 14:00", "2026-06-13", "14:00", ""),
        ("za 13 jun 14:00-16:00", "2026-06-13", "14:00", "16:00"),
        ("morgen 15u30", "2026-06-10", "15:30", ""),
        ("over 2 weken", "2026-06-23", "", ""),
        ("13-6", "2026-06-13", "", ""),
        ("13 juni 14.00-16.00", "2026-06-13", "14:00", "16:00"),
        ("next fri 2pm", "2026-06-12", "14:00", ""),
        ("15:30", "2026-06-09", "15:30", ""),
        ("thu 18 jun 2-4pm", "2026-06-18", "14:00", "16:00"),
        ("2026-06-14 14:00-16:00", "2026-06-14", "14:00", "16:00"),
        ("22:00-06:00", "2026-06-09", "22:00", "06:00"),
        ("1 dec 12:00 - 30 dec 23:00", "2026-12-01", "12:00", "23:00"),
    ],
)
def test_people_are_understood(text: str, day: str, start: str, end: str) -> None:
    found = read_when(text, NOW)
    assert found.day.isoformat() == day
    assert (f"{local(found.start):%H:%M}" if found.start else "") == start
    assert (f"{local(found.end):%H:%M}" if found.end else "") == end


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31-2 10:00",
        "30-12-2026 23:00 - 1-12-2026 12:00",
        "29-3-2026 02:30",
        "zo 13 jun 14:00",
        "13-06-20026",
        "1-1-1 12:00",
    ],
)
def test_what_is_impossible_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadInput):
        read_when(text, NOW)


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    with contextlib.suppress(BadInput):
        assert read_when(text, NOW).day


@pytest.mark.parametrize(
    ("text", "day"),
    [("ma 8 jun 12:00", (2026, 6, 8)), ("ma 12:00", (2026, 11, 23)), ("wo 12:00", (2026, 11, 25)),
     ("1 dec 12:00", (2025, 12, 1)), ("12:00", (2026, 11, 25))],
)  # fmt: skip
def test_what_has_been_is_looked_for_in_the_past(text: str, day: tuple[int, int, int]) -> None:
    now = at(date(2026, 11, 25), "14:00")
    assert read_moment(text, now, past=True) == at(date(*day), "12:00")
