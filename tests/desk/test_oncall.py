"""Being on call: entered within the law, seen wherever somebody's days are shown."""

from __future__ import annotations

import pytest

from orderdesk.city import TEST_WEEK
from orderdesk.desk import publishing
from orderdesk.desk.core import Desk
from orderdesk.desk.rostering import fairness, oncall, touching, viewing
from orderdesk.domain.time import at
from orderdesk.errors import BadInput, RuleSaysNo

FRIDAY, SUNDAY, NEXT_FRIDAY = TEST_WEEK.days[4], TEST_WEEK.days[6], TEST_WEEK.shift(1).days[4]
WEEKEND = {"person": "B07", "start": "vr 12 jun 19:30", "end": "ma 15 jun 07:00"}


def feed(city: Desk, before: dict[str, bytes] | None = None) -> str:
    with city.read() as reader:
        return publishing.feeds_in(city, reader, before)["person/B07.ics"].decode()


def test_a_spell_stands_in_grid_calendar_and_list_until_it_is_taken_away(city: Desk) -> None:
    looked = oncall.enter(city, WEEKEND)
    assert looked.findings == ()
    shown = viewing.view(city, TEST_WEEK.monday, 7)
    assert [shown.mark("B07", day)[-1] for day in (FRIDAY, SUNDAY)] == ["°", "°"]
    assert list(oncall.coming(city).spells) == [looked.new]
    with city.read() as reader:
        made = publishing.feeds_in(city, reader)
    assert "DTSTART;TZID=Europe/Amsterdam:20260612T193000" in made["person/B07.ics"].decode()
    assert any("call-" in body.decode() for name, body in made.items() if name.startswith("team/"))
    oncall.take_away(city, "B07", "za 13 jun")
    assert oncall.spell_on(city, "B07", FRIDAY) is None
    assert "STATUS:CANCELLED" in feed(city, made)


def test_the_law_is_looked_at_before_it_is_written(city: Desk) -> None:
    oncall.enter(city, WEEKEND)
    long = {"person": "B07", "start": "ma 15 jun 17:00", "end": "ma 29 jun 07:00"}
    with pytest.raises(RuleSaysNo, match="14"):
        oncall.enter(city, long)
    assert any(line.startswith("! ") for line in oncall.look(city, long).lines())
    with pytest.raises(RuleSaysNo, match="already"):
        oncall.enter(city, {**WEEKEND, "start": "za 13 jun 09:00"})
    with pytest.raises(BadInput) as wrong:
        oncall.enter(city, {**WEEKEND, "end": "vr 12 jun 19:00"})
    assert wrong.value.field == "end"


def test_a_touched_shift_is_judged_beside_the_spells(city: Desk) -> None:
    """Two spells of two days without work or call must stay in 28 days."""
    oncall.enter(city, {"person": "B07", "start": "vr 12 jun 19:30", "end": "di 23 jun 07:00"})
    with city.read() as reader:
        duties = reader.duties(person_id="B07", start=at(TEST_WEEK.monday, "00:00"))
    said = touching.check_with(city, duties[:1])
    with city.read() as reader:
        spells = oncall.spells_in(reader)
    assert {f.key for f in oncall.findings(duties, spells)} <= {f.key for f in said}


def test_the_year_of_a_person_counts_days_on_call(city: Desk) -> None:
    oncall.enter(city, {**WEEKEND, "start": "vr 5 jun 19:30", "end": "zo 7 jun 19:30"})
    assert any("on call 3" in line for line in fairness.year_of(city, "B07"))
