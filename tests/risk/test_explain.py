from __future__ import annotations

from datetime import date

import pytest

from orderdesk.domain.events import CounterGroup, Sureness
from orderdesk.risk.explain import flip_points, value_of_information
from orderdesk.risk.facts import Facts, Phase, Signal, SourceType
from orderdesk.risk.history import History
from orderdesk.risk.model import ModelVersion, RiskClass, Score, Tables, at_stake, score

DAY = date(2026, 6, 13)
CONFIRMED = {"counter": CounterGroup.CONFIRMED, "counter_sureness": Sureness.CONFIRMED}
SIGNAL = Signal(
    week="2026-W24",
    district="centrum",
    phase=Phase.ESCALATION,
    evidenced=True,
    source_type=SourceType.POLICE,
    observed=date(2026, 6, 12),
    reliability=Sureness.CONFIRMED,
)


def march(**values: object) -> Facts:
    usual: dict[str, object] = {
        "day": DAY,
        "form": "march",
        "size_low": 120,
        "size_high": 120,
        "place": "vrijthof",
        "district": "centrum",
        "open_square": True,
        "other_heavy_event": True,
        "exits": 2,
    }
    return Facts.model_validate(usual | values)


def scored(facts: Facts, tables: Tables, version: ModelVersion, signals=()) -> Score:
    return score(facts, History([], tables.card), signals, DAY, tables, version)


@pytest.mark.parametrize("signals", [(), (SIGNAL,)])
@pytest.mark.parametrize(
    "facts", [march(), march(**CONFIRMED), march(size_low=None, size_high=None, form="blockade")]
)
def test_every_flip_point_is_what_scoring_again_gives(
    facts: Facts, signals: tuple[Signal, ...], tables: Tables, version: ModelVersion
) -> None:
    result = scored(facts, tables, version, signals)
    flips = flip_points(result, History([], tables.card), signals, tables, version)
    assert flips
    for flip in flips:
        again = scored(flip.facts, tables, version, signals if flip.with_signals else ())
        assert again.advice is flip.advice
        assert again.probability == pytest.approx(flip.probability, abs=1e-12)
        assert flip.flips == (flip.advice is not result.advice)
    assert [f.flips for f in flips] == sorted((f.flips for f in flips), reverse=True)


def test_the_test_week_reads_as_announced(tables: Tables, version: ModelVersion) -> None:
    result = scored(march(**CONFIRMED), tables, version)
    flips = {
        str(f.change): f.advice
        for f in flip_points(result, History([], tables.card), (), tables, version)
    }
    assert result.advice is RiskClass.HIGH
    assert flips["without the counter-group"] is RiskClass.MEDIUM
    assert flips["were nothing known of a counter-group"] is RiskClass.MEDIUM
    assert flips["with 600 people instead of 120"] is RiskClass.HIGH
    assert "if the place had 3 more ways out" in flips


def test_the_counter_group_is_the_fact_worth_a_call(tables: Tables, version: ModelVersion) -> None:
    result = scored(march(size_low=80, size_high=220), tables, version)
    calls = value_of_information(result, History([], tables.card), (), tables, version)
    assert str(calls[0].question) == "Is there a counter-group?"
    assert (calls[0].lowest, calls[0].highest) == (RiskClass.MEDIUM, RiskClass.HIGH)
    assert calls[0].low < result.probability < calls[0].high
    changes = [c.expected_change for c in calls]
    assert changes == sorted(changes, reverse=True)


def test_nothing_is_worth_a_call_when_all_is_known(tables: Tables, version: ModelVersion) -> None:
    result = scored(march(**CONFIRMED), tables, version)
    assert value_of_information(result, History([], tables.card), (), tables, version) == ()


def test_what_is_at_stake_is_named_and_adds_up(tables: Tables, version: ModelVersion) -> None:
    for facts in (march(), march(**CONFIRMED), march(size_low=15, size_high=15, exits=4)):
        named = at_stake(facts, tables.classes)
        points = 1 + sum(line.points for line in named)
        assert scored(facts, tables, version).impact == min(points, tables.classes.highest_impact)
    assert "counter" in {line.fact for line in at_stake(march(**CONFIRMED), tables.classes)}
    assert "counter" not in {line.fact for line in at_stake(march(), tables.classes)}
