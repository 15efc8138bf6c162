"""Signals on the desk: refused when they point at a person, erased when they are old."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderdesk.desk import signals
from orderdesk.desk.core import DemoClock, Desk
from orderdesk.errors import BadInput, RuleSaysNo

SOBER = {
    "district": "Centrum", "phase": "2", "evidenced": "yes", "source_type": "area_staff",
    "reliability": "A", "text": "twee gebiedscollega's melden oplopende spanning rond het plein",
}  # fmt: skip


def test_a_signal_is_kept_and_shows_on_the_board(city: Desk) -> None:
    before = len(signals.look(city).signals)
    made = signals.enter(city, SOBER)
    assert len(signals.look(city).signals) == before + 1
    signals.withdraw(city, made.id)
    assert len(signals.look(city).signals) == before


@pytest.mark.parametrize(
    "text",
    ["@voorbeeld zet aan", "mail jan.voorbeeld@example.nl", "bel 06-12345678", "BSN 111222333"],
)
def test_rule_25_personal_data_is_refused_and_nothing_is_kept(city: Desk, text: str) -> None:
    before = signals.look(city).signals
    with pytest.raises(RuleSaysNo) as refused:
        signals.enter(city, SOBER | {"text": text})
    assert refused.value.rule == "25"
    assert signals.look(city).signals == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("district", "Atlantis"), ("phase", "9"), ("source_type", "gossip"),
        ("reliability", "D"), ("observed", "next week"), ("observed", "2026-12-31"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(city: Desk, field: str, value: str) -> None:
    with pytest.raises(BadInput) as refused:
        signals.enter(city, SOBER | {field: value})
    assert refused.value.field == field


def test_the_trail_keeps_no_words_and_the_purge_leaves_the_count(city: Desk) -> None:
    made = signals.enter(city, SOBER)
    with city.read() as reader:
        assert SOBER["text"] not in str([t.doc for t in reader.trail() if "signal" in t.action])
    week = [c for c in signals.look(city).weeks if (c.week, c.district) == (made.week, "Centrum")]
    clock = city.clock
    assert isinstance(clock, DemoClock)
    clock.set(city.now + timedelta(days=signals.signal_rules().gone_after_days + 1))
    assert signals.purge_old(city) >= 1
    assert made.id not in {s.id for s in signals.look(city).signals}
    left = [c for c in signals.look(city).weeks if (c.week, c.district) == (made.week, "Centrum")]
    assert [c.entries for c in left] == [c.entries for c in week]
    assert signals.purge_old(city) == 0
