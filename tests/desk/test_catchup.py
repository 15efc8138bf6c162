"""Catching up: what others changed, in words, told once; parked points come back when changed."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderdesk.desk import catchup, closing, scoring, talks, today
from orderdesk.desk.core import Desk
from orderdesk.desk.timeline import LOG, write_line
from orderdesk.domain.events import CounterGroup, Sureness
from orderdesk.domain.people import Actor, Role

NUMBERS = ("D-2026-041", "D-2026-043", "D-2026-034", "E-2026-118")


@pytest.fixture
def other(city: Desk) -> Desk:
    """A colleague at the same desk."""
    catchup.catch_up(city)
    actor = Actor(name="Collega Twee (fictief)", role=Role.OFFICER)
    return Desk(city.store, city.clock, actor, new_id=city.new_id)


def told(desk: Desk) -> list[str]:
    with desk.read() as reader:
        return [c.line for c in catchup.changes_in(desk, reader) if not c.parked]


def id_of(desk: Desk, number: str) -> str:
    return scoring.case_numbered(desk, number).id


def test_the_weightiest_consequence_comes_first_in_words(city: Desk, other: Desk) -> None:
    write_line(other, id_of(city, "D-2026-034"), "gebeld met de politie")
    talks.ask(other, id_of(city, "E-2026-118"), "ghor", "Advies?", "vr 12 jun")
    closing.move(other, id_of(city, "D-2026-041"), "do 25 jun 17:30")
    write_line(city, id_of(city, "D-2026-043"), "eigen regel")
    lines = told(city)
    assert lines[0].startswith("D-2026-041: moved to Thu 25 Jun 17:30 as D-2026-041b")
    assert not [line for line in lines if line.startswith("D-2026-043")]
    assert any(line == "D-2026-034: gebeld met de politie" for line in lines)


def test_nothing_is_repeated_unless_it_changes_again(city: Desk, other: Desk) -> None:
    first, second = id_of(city, "D-2026-041"), id_of(city, "D-2026-043")
    write_line(other, first, "één")
    write_line(other, second, "twee")
    catchup.acknowledge(city, f"case:{first}")
    catchup.acknowledge(city, f"case:{second}", park=True)
    assert told(city) == []
    with city.read() as reader:
        assert [c.subject for c in catchup.changes_in(city, reader)] == ["D-2026-043"]
    catchup.catch_up(city)
    with city.read() as reader:
        assert [c.parked for c in catchup.changes_in(city, reader)] == [True]
    write_line(other, first, "drie")
    write_line(other, second, "vier")
    assert told(city) == ["D-2026-043: vier", "D-2026-041: drie"]
    rows = [row.target for row in today.today(city).rows if row.key == "a"]
    assert rows == [f"change:case:{second}", f"change:case:{first}"]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["line", "counter", "read", "park", "all"]),
                  st.integers(0, len(NUMBERS) - 1), st.booleans()),
        max_size=12,
    )
)  # fmt: skip
def test_the_list_is_the_difference_of_the_log(
    city: Desk, other: Desk, deeds: list[tuple[str, int, bool]]
) -> None:
    catchup.catch_up(city)
    with city.read() as reader:
        for change in catchup.changes_in(city, reader):
            catchup.acknowledge(city, change.key)
    expected: set[str] = set()
    for deed, n, own in deeds:
        case_id = id_of(city, NUMBERS[n])
        desk, key = (city if own else other), f"case:{case_id}"
        if deed == "line":
            write_line(desk, case_id, "regel")
        elif deed == "counter":
            scoring.confirm_counter(desk, case_id, CounterGroup.NONE, Sureness.PLAUSIBLE)
        elif deed in ("read", "park") and key in expected:
            catchup.acknowledge(city, key, park=deed == "park")
            expected.discard(key)
        elif deed == "all":
            catchup.catch_up(city)
            expected.clear()
        if deed in ("line", "counter") and not own:
            expected.add(key)
    with city.read() as reader:
        found = {c.key for c in catchup.changes_in(city, reader) if not c.parked}
        traces = [t for t in reader.trail() if t.action == LOG]
    assert {key for key in found if key.startswith("case:")} == expected
    assert len(traces) >= sum(deed == "line" for deed, _n, _own in deeds)
