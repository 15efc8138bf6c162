"""The reserve forecast at the desk: moving flex shifts, one day, how it did on weeks it hadn't seen."""

from __future__ import annotations

from datetime import date

import pytest

from orderdesk.city import TEST_WEEK
from orderdesk.desk import forecasting
from orderdesk.desk.core import Desk
from orderdesk.desk.rostering.parameters import law
from orderdesk.domain.people import DutyStatus
from orderdesk.domain.time import Week
from orderdesk.domain.worktime import check_duties, errors
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.reserve.forecast import weekday_shares

W25, W26 = TEST_WEEK.shift(1), TEST_WEEK.shift(2)


def test_cpw2_two_flex_shifts_move_lawfully_and_both_chances_follow(city: Desk) -> None:
    give, get, then_give, then_get = forecasting.chances(city, W25, W26, 2)
    with pytest.raises(BadInput):
        forecasting.move_flex(city, W25, W26, 2, " ")
    moved = forecasting.move_flex(city, W25, W26, 2, "evenement en jaarlijkse datum in week 26")
    assert len(set(moved.people)) == 2
    assert moved.before == (give, get)
    assert moved.after == pytest.approx((then_give, then_get))
    assert moved.after[0] >= moved.before[0]
    assert moved.after[1] <= moved.before[1]
    found = {w.week: w.reserve for w in forecasting.forecast(city, 2).weeks}
    assert found == {W25: 48 * 60, W26: 80 * 60}
    with city.read() as reader:
        duties = reader.duties()
        assert not errors(check_duties(duties, law()))
        [fact] = [f for f in reader.facts("publication") if f.doc.get("reason")]
    assert fact.doc["reason"].startswith("evenement")
    assert len(fact.doc["changes"]) == 2
    assert all(line["new"]["status"] != DutyStatus.CANCELLED for line in fact.doc["changes"])


def test_a_week_that_has_begun_keeps_its_flex(city: Desk) -> None:
    with pytest.raises(BadInput):
        forecasting.move_flex(city, TEST_WEEK, W26, 1, "why")
    with pytest.raises(RuleSaysNo):
        forecasting.move_flex(city, W25, W26, 9, "why")
    assert forecasting.read_week(city, "26") == forecasting.read_week(city, "w26") == W26


def test_one_day_asks_no_more_than_its_week(city: Desk) -> None:
    saturday = forecasting.day_outlook(city, date(2026, 6, 27))
    tuesday = forecasting.day_outlook(city, date(2026, 6, 23))
    week = next(w for w in forecasting.forecast(city, 2).weeks if w.week == W26)
    assert tuesday.chance_of_new < saturday.chance_of_new < 1
    assert saturday.p90 <= week.p90
    assert (tuesday.known, tuesday.p50) == (0, 0)
    with pytest.raises(BadInput):
        forecasting.day_outlook(city, date(2026, 6, 1))
    assert sum(weekday_shares([date(2026, 6, 27)] * 3)) == pytest.approx(1)
    assert Week.of(saturday.day) == W26


def test_the_forecast_says_how_it_did(city: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecasting, "JUDGED_WEEKS", 12)
    cases, minutes = forecasting.judged(city)
    assert (cases.weeks, minutes.weeks) == (12, 12)
    shown = "\n".join(forecasting.judged_lines([cases, minutes]))
    assert f"{cases.coverage:.0%}" in shown
