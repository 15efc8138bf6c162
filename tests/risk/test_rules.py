"""The numbered rules of public-order practice that the score must keep: 10, 14, 15, 16, 17, 18."""

from __future__ import annotations

import inspect
import math
import typing
from datetime import date

import pytest
from pydantic import BaseModel

from orderdesk.domain.events import Case, CounterGroup, Kind, Organiser, Source, Sureness
from orderdesk.domain.time import at
from orderdesk.errors import RuleSaysNo
from orderdesk.reference import load
from orderdesk.risk import backtest, batch, explain, history, model, scenarios, signals, update
from orderdesk.risk.facts import Facts, OrganiserKey, PastEvent, Phase, Signal, SourceType
from orderdesk.risk.history import History, shrunk_rate
from orderdesk.risk.model import ModelVersion, RiskClass, Score, Tables, score, score_many
from orderdesk.risk.scenarios import ScenarioCard, ScenarioTemplates, check_ready, propose_scenarios
from tests.risk.conftest import as_past, year_of_demonstrations

TUESDAY, SATURDAY = date(2026, 6, 9), date(2026, 6, 13)
MODULES = (backtest, batch, explain, history, model, scenarios, signals, update)
FORBIDDEN_WORDS = ("purpose", "name", "viewpoint", "party", "religion", "topic", "theme", "address")
FORBIDDEN_TYPES = (Case, Organiser)
CONFIRMED = {"counter": CounterGroup.CONFIRMED, "counter_sureness": Sureness.CONFIRMED}


def make(**values: object) -> Facts:
    usual = {
        "day": TUESDAY,
        "place": "markt",
        "district": "centrum",
        "spot": "square",
        "open_square": True,
    }
    return Facts.model_validate(usual | values)


def scored(facts: Facts, tables: Tables, version: ModelVersion, *, past=(), signals=()) -> Score:
    return score(facts, History(past, tables.card), signals, TUESDAY, tables, version)


def rising(phase: Phase = Phase.RISING) -> Signal:
    return Signal(
        week="2026-W24",
        district="centrum",
        phase=phase,
        evidenced=True,
        source_type=SourceType.AREA_STAFF,
        observed=date(2026, 6, 8),
        reliability=Sureness.PLAUSIBLE,
    )


# ------------------------------------------------------------------------------- rule 10


def _types_in(annotation: object) -> list[object]:
    if isinstance(annotation, list):
        return [t for part in annotation for t in _types_in(part)]
    return [annotation, *(t for part in typing.get_args(annotation) for t in _types_in(part))]


def test_rule_10_no_scoring_function_can_receive_purpose_or_name() -> None:
    seen = 0
    for module in MODULES:
        for function_name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ != module.__name__:
                continue
            hints = typing.get_type_hints(function, vars(module) | vars(backtest), None)
            for parameter in inspect.signature(function).parameters:
                seen += 1
                where = f"{module.__name__}.{function_name}({parameter})"
                assert parameter not in FORBIDDEN_WORDS, where
                assert not any(t in FORBIDDEN_TYPES for t in _types_in(hints.get(parameter))), where
    assert seen > 100


def test_rule_10_facts_have_no_field_that_could_hold_content() -> None:
    for shape in (Facts, PastEvent):
        for field, info in shape.model_fields.items():
            assert field not in FORBIDDEN_WORDS
            for kind in _types_in(info.annotation):
                assert not (inspect.isclass(kind) and issubclass(kind, BaseModel))
    with pytest.raises(ValueError, match="purpose"):
        Facts.model_validate({"day": TUESDAY, "purpose": "anything"})


def test_rule_10_cards_can_only_weigh_listed_facts(tables: Tables) -> None:
    weighed = {f.fact for f in tables.card.factors} | {i.fact for i in tables.classes.impact}
    assert weighed <= {*Facts.model_fields, "size"}
    assert not weighed & {"organisers", "place", "district"}


def test_rule_10_an_organiser_counts_by_record_and_not_by_key(
    tables: Tables, version: ModelVersion
) -> None:
    past = [as_past(f, y) for f, y in year_of_demonstrations()]
    renamed = {
        key: OrganiserKey(f"swapped-{i}")
        for i, key in enumerate({k for e in past for k in e.organisers})
    }
    swapped = [e.replace(organisers=tuple(renamed[k] for k in e.organisers)) for e in past]
    for key, other in renamed.items():
        one = scored(make(organisers=(key,)), tables, version, past=past)
        two = scored(make(organisers=(other,)), tables, version, past=swapped)
        assert one.log_odds == two.log_odds
        assert (one.probability, one.low, one.high) == (two.probability, two.low, two.high)


# ------------------------------------------------------------------------------- rule 14


def test_rule_14_a_confirmed_counter_group_outweighs_size(
    tables: Tables, version: ModelVersion
) -> None:
    few = make(size_low=15, size_high=15, shopping_sunday=True, **CONFIRMED)
    assert scored(few, tables, version).advice is RiskClass.HIGH


def test_rule_14_a_thousand_without_signals_and_with_calm_history_is_not_high(
    tables: Tables, version: ModelVersion
) -> None:
    calm = [as_past(f, 0) for f, _ in year_of_demonstrations()]
    many = make(size_low=1000, size_high=1000, form="march")
    assert scored(many, tables, version, past=calm).advice is not RiskClass.HIGH
    assert scored(many, tables, version).advice is not RiskClass.HIGH


# ------------------------------------------------------------------------------- rule 15


def test_rule_15_of_81_demonstrations_at_most_five_are_high(
    tables: Tables, version: ModelVersion
) -> None:
    year = year_of_demonstrations()
    history = History([as_past(f, y) for f, y in year], tables.card)
    facts = [f for f, _ in year]
    scores = score_many(facts, history, (), [f.day for f in facts], tables, version)
    assert len(facts) == 81
    assert 1 <= scores.classes.count(RiskClass.HIGH) <= 5
    assert tables.card.anchors[Kind.DEMONSTRATION].probability * 81 == pytest.approx(2.43)


# ------------------------------------------------------------------------------- rule 16


def test_rule_16_one_incident_in_one_gathering_is_not_certainty() -> None:
    assert round(shrunk_rate(1, 1, 0.03, 20), 3) == 0.076


def test_rule_16_the_card_shrinks_an_organiser_to_the_same_figure(
    tables: Tables, version: ModelVersion
) -> None:
    key = OrganiserKey("once")
    past = [as_past(make(organisers=(key,), day=TUESDAY.replace(month=5)), 1)]
    result = scored(make(organisers=(key,)), tables, version, past=past)
    line = next(f for f in result.factors if f.id == "history.organiser")
    assert line.evidence is not None
    assert line.evidence.args["cases"] == line.evidence.args["events"] == 1
    assert line.evidence.args["ratio"] == pytest.approx(0.076 / 0.03, rel=0.05)


# ------------------------------------------------------------------------------- rule 17


def test_rule_17_every_line_has_source_and_the_lines_add_up_exactly(
    tables: Tables, version: ModelVersion
) -> None:
    past = [as_past(f, y) for f, y in year_of_demonstrations()]
    case = make(
        size_low=600,
        size_high=900,
        organisers=(OrganiserKey("o3"), OrganiserKey("o4")),
        other_heavy_event=True,
        **CONFIRMED,
    )
    result = scored(case, tables, version, past=past, signals=[rising()])
    assert sum(f.tenths for f in result.factors) == result.total_tenths
    assert math.fsum(f.log_odds for f in result.factors) == pytest.approx(
        result.log_odds, abs=1e-12
    )
    assert result.total_tenths == round(result.log_odds / tables.card.point * 10)
    assert all(f.source for f in result.factors)
    ages = {f.id: f.age_days for f in result.factors}
    assert ages["signals"] == 1
    assert ages["history.place"] is not None
    assert ages["counter.confirmed"] is None


# ------------------------------------------------------------------------------- rule 18


def test_rule_18_a_medium_case_with_a_hole_is_not_ready() -> None:
    whole = ScenarioCard(trigger="t", measure="m", owner="o", tolerance_limit="l")
    hole = whole.replace(tolerance_limit=" ")
    check_ready(RiskClass.LOW, [])
    check_ready(RiskClass.HIGH, [whole])
    for cards in ([], [whole, hole]):
        for decided in (RiskClass.MEDIUM, RiskClass.HIGH):
            with pytest.raises(RuleSaysNo) as refusal:
                check_ready(decided, cards)
            assert refusal.value.rule == "18"
    with pytest.raises(RuleSaysNo, match="tolerance limit"):
        check_ready(RiskClass.HIGH, [hole])


def test_rule_18_proposed_cards_fit_the_case_and_leave_the_limit_to_people() -> None:
    templates = load("scenarios", ScenarioTemplates)
    march = make(form="march", other_heavy_event=True)
    cards = propose_scenarios(march, RiskClass.HIGH, templates)
    assert {"sit_down", "counter_group"} <= {c.template for c in cards}
    assert all(c.measure and c.owner and not c.tolerance_limit for c in cards)
    with pytest.raises(RuleSaysNo):
        check_ready(RiskClass.HIGH, cards)
    vigil = make(form="vigil", **{**CONFIRMED, "counter": CounterGroup.NONE})
    assert "counter_group" not in {
        c.template for c in propose_scenarios(vigil, RiskClass.MEDIUM, templates)
    }
    assert propose_scenarios(vigil, RiskClass.LOW, templates) == ()


# --------------------------------------------------------------------------- the test week


def test_w24_the_unannounced_gathering_is_medium_and_may_be_anything(
    tables: Tables, version: ModelVersion
) -> None:
    case = make(size_low=80, size_high=220)
    result = scored(case, tables, version, signals=[rising()])
    assert result.advice is RiskClass.MEDIUM
    assert (result.lowest, result.highest) == (RiskClass.LOW, RiskClass.HIGH)
    sure = case.model_copy(update=CONFIRMED)
    assert scored(sure, tables, version).advice is RiskClass.HIGH


def test_w24_the_march_is_medium_on_wednesday_and_high_on_confirmation(
    tables: Tables, version: ModelVersion
) -> None:
    case = make(day=SATURDAY, form="march", size_low=120, size_high=120, other_heavy_event=True)
    told = [rising()]
    assert scored(case, tables, version, signals=told).advice is RiskClass.MEDIUM
    sure = case.model_copy(update=CONFIRMED)
    assert scored(sure, tables, version, signals=told).advice is RiskClass.HIGH


@pytest.mark.parametrize("size", [10, 40, 60])
def test_w24_calm_small_demonstrations_are_low(
    size: int, tables: Tables, version: ModelVersion
) -> None:
    case = make(size_low=size, size_high=size)
    assert scored(case, tables, version, signals=[rising()]).advice is RiskClass.LOW


def test_a_case_itself_never_fits_into_a_score() -> None:
    case = Case(
        id="x",
        number="D-2026-001",
        kind=Kind.DEMONSTRATION,
        source=Source.WRITTEN,
        known_at=at(TUESDAY, "09:00"),
    )
    with pytest.raises((TypeError, AttributeError, KeyError)):
        batch.Batch([case])  # type: ignore[list-item]
