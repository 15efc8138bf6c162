from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderdesk.domain.events import CounterGroup, Kind, Sureness
from orderdesk.errors import BadInput, ReferenceProblem
from orderdesk.reference import validate
from orderdesk.risk.batch import Batch
from orderdesk.risk.card import ClassTable, Condition, RiskCard
from orderdesk.risk.facts import Facts, OrganiserKey, PastEvent, Phase, Signal, SourceType
from orderdesk.risk.history import History
from orderdesk.risk.model import CLASSES, ModelVersion, Tables, score, score_many
from tests.risk.conftest import as_past, year_of_demonstrations

DAY = date(2026, 6, 9)
days = st.dates(date(2018, 1, 1), date(2026, 12, 31))
organisers = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=3, unique=True).map(tuple)
keys = st.sampled_from(["", "p", "q"])
forms = st.sampled_from(["static", "march", "blockade", "vigil", "strike", ""])


@st.composite
def some_facts(draw: st.DrawFn) -> Facts:
    low, high = sorted(draw(st.tuples(st.integers(0, 5000), st.integers(0, 5000))))
    known = draw(st.booleans())
    return Facts(
        kind=draw(st.sampled_from(Kind)),
        day=draw(days),
        form=draw(forms),
        size_low=low if known else None,
        size_high=high if draw(st.booleans()) else None,
        counter=draw(st.sampled_from(CounterGroup)),
        counter_sureness=draw(st.sampled_from(Sureness)),
        spot=draw(st.sampled_from(["", "square", "motorway"])),
        open_square=draw(st.booleans()),
        exits=draw(st.none() | st.integers(0, 9)),
        shopping_sunday=draw(st.booleans()),
        night=draw(st.booleans()),
        other_heavy_event=draw(st.booleans()),
        organisers=tuple(OrganiserKey(o) for o in draw(organisers)),
        place=draw(keys),
        district=draw(keys),
    )


@st.composite
def past_events(draw: st.DrawFn) -> PastEvent:
    day = draw(days)
    return PastEvent(
        day=day,
        known_from=day + timedelta(days=draw(st.integers(0, 9))),
        outcome=draw(st.integers(0, 1)),
        kind=draw(st.sampled_from([Kind.DEMONSTRATION, Kind.FOOTBALL])),
        form=draw(forms),
        organisers=tuple(OrganiserKey(o) for o in draw(organisers)),
        place=draw(keys),
        district=draw(keys),
    )


@st.composite
def some_signals(draw: st.DrawFn) -> Signal:
    return Signal(
        week="2026-W24",
        district=draw(keys),
        phase=draw(st.sampled_from(Phase)),
        evidenced=draw(st.booleans()),
        source_type=SourceType.POLICE,
        observed=draw(days),
        reliability=draw(st.sampled_from(Sureness)),
    )


quick = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@quick
@given(
    facts=st.lists(some_facts(), min_size=1, max_size=12),
    past=st.lists(past_events(), max_size=30),
    told=st.lists(some_signals(), max_size=4),
    on=days,
)
def test_scoring_many_equals_scoring_one_by_one(
    facts: list[Facts],
    past: list[PastEvent],
    told: list[Signal],
    on: date,
    tables: Tables,
    version: ModelVersion,
) -> None:
    history = History(past, tables.card)
    many = score_many(facts, history, told, on, tables, version)
    for i, one in enumerate(facts):
        alone = score(one, history, told, on, tables, version)
        assert alone.probability == pytest.approx(many.probability[i], abs=1e-12)
        assert alone.low == pytest.approx(many.low[i], abs=1e-12)
        assert alone.high == pytest.approx(many.high[i], abs=1e-12)
        assert alone.advice is many.classes[i]
        assert alone.impact == many.impact[i]
        assert alone.low <= alone.probability <= alone.high
        assert sum(f.tenths for f in alone.factors) == alone.total_tenths
        assert math.fsum(f.log_odds for f in alone.factors) == pytest.approx(
            alone.log_odds, abs=1e-9
        )
        order = [CLASSES.index(c) for c in (alone.lowest, alone.advice, alone.highest)]
        assert order == sorted(order)


@quick
@given(
    facts=some_facts(),
    past=st.lists(past_events(), max_size=30),
    later=st.lists(past_events(), max_size=10),
    on=days,
)
def test_what_becomes_known_later_never_changes_a_score(
    facts: Facts,
    past: list[PastEvent],
    later: list[PastEvent],
    on: date,
    tables: Tables,
    version: ModelVersion,
) -> None:
    after = [e for e in past + later if e.known_from > on]
    before = [e for e in past if e.known_from <= on]
    then = score(facts, History(before, tables.card), (), on, tables, version)
    now = score(facts, History(before + after, tables.card), (), on, tables, version)
    assert then.log_odds == now.log_odds
    assert then.factors == now.factors


@quick
@given(facts=some_facts(), told=st.lists(some_signals(), max_size=6), on=days)
def test_signals_move_at_most_one_point_and_never_down(
    facts: Facts, told: list[Signal], on: date, tables: Tables, version: ModelVersion
) -> None:
    history = History([], tables.card)
    quiet = score(facts, history, (), on, tables, version)
    loud = score(facts, history, told, on, tables, version)
    assert 0 <= loud.log_odds - quiet.log_odds <= tables.card.point + 1e-12
    assert loud.probability_without_signals == quiet.probability
    assert loud.advice_without_signals is quiet.advice


@quick
@given(facts=some_facts())
def test_columns_agree_with_the_facts_one_by_one(facts: Facts, tables: Tables) -> None:
    table = Batch([facts])
    for condition in (*tables.card.factors, *tables.classes.impact):
        value = (
            facts.counter_state if condition.fact == "counter" else getattr(facts, condition.fact)
        )
        assert bool(table.column(condition)[0]) is condition.holds(value)


def test_more_people_never_lower_the_class(tables: Tables, version: ModelVersion) -> None:
    history = History([], tables.card)
    ranks = []
    for size in (5, 50, 99, 100, 249, 250, 499, 500, 999, 1000, 5000):
        facts = Facts(day=DAY, size_low=size, size_high=size, open_square=True)
        ranks.append(CLASSES.index(score(facts, history, (), DAY, tables, version).advice))
    assert ranks == sorted(ranks)


def test_calm_history_lowers_and_disorder_raises_only_its_own_organiser(
    tables: Tables, version: ModelVersion
) -> None:
    def past(outcome: int) -> History:
        return History(
            [
                PastEvent(
                    day=DAY - timedelta(days=30 * i),
                    known_from=DAY - timedelta(days=30 * i),
                    outcome=outcome,
                    organisers=(OrganiserKey("a"),),
                    form="march",
                )
                for i in range(4, 12)
            ],
            tables.card,
        )

    def p(history: History, who: str) -> float:
        facts = Facts(day=DAY, organisers=(OrganiserKey(who),))
        return score(facts, history, (), DAY, tables, version).probability

    nobody = p(History([], tables.card), "a")
    assert p(past(0), "a") < nobody < p(past(1), "a")
    calm_line = _line(past(0), "a", tables, version)
    assert calm_line.log_odds < 0
    assert _line(past(1), "b", tables, version).log_odds == 0


def _line(history: History, who: str, tables: Tables, version: ModelVersion):
    result = score(
        Facts(day=DAY, organisers=(OrganiserKey(who),)), history, (), DAY, tables, version
    )
    return next(f for f in result.factors if f.id == "history.organiser")


def test_a_newcomer_gets_the_base_with_a_wider_interval(
    tables: Tables, version: ModelVersion
) -> None:
    past = [
        PastEvent(
            day=DAY - timedelta(days=10 * i),
            known_from=DAY - timedelta(days=10 * i),
            outcome=int(i % 33 == 5),
            organisers=(OrganiserKey("known"),),
        )
        for i in range(1, 67)
    ]
    history = History(past, tables.card)

    def width(who: str) -> float:
        r = score(
            Facts(day=DAY, organisers=(OrganiserKey(who),)), history, (), DAY, tables, version
        )
        return math.log(r.high / (1 - r.high)) - math.log(r.low / (1 - r.low))

    assert width("new") > width("known")


def test_old_events_fade_by_half_in_two_years(tables: Tables) -> None:
    def weight(years: float) -> float:
        day = DAY - timedelta(days=round(730.5 * years))
        past = [PastEvent(day=day, known_from=day, outcome=1, place="p")]
        ask = History(past, tables.card).asker(
            Batch([Facts(day=DAY, place="p")]), np.array([DAY.toordinal()])
        )
        return float(ask("place", 730.5)[0].cases[0])

    assert weight(0) == 1
    assert weight(1) == pytest.approx(0.5, abs=1e-3)
    assert weight(2) == pytest.approx(0.25, abs=1e-3)


def test_a_register_of_two_centuries_keeps_its_figures_finite(
    tables: Tables, version: ModelVersion
) -> None:
    past = [
        PastEvent(day=date(y, 1, 1), known_from=date(y, 1, 1), outcome=y % 2, place="p")
        for y in range(1900, 2100)
    ]
    facts = [Facts(day=date(y, 6, 1), place="p") for y in range(1900, 2100, 7)]
    scores = score_many(
        facts, History(past, tables.card), (), [f.day for f in facts], tables, version
    )
    assert np.isfinite(scores.log_odds).all()
    assert np.isfinite(scores.high).all()


def test_football_says_nothing_about_demonstrations(tables: Tables, version: ModelVersion) -> None:
    match = PastEvent(
        day=DAY, known_from=DAY, outcome=1, kind=Kind.FOOTBALL, place="p", form="static"
    )
    facts = Facts(day=DAY, place="p")
    with_match = score(facts, History([match] * 50, tables.card), (), DAY, tables, version)
    assert next(f for f in with_match.factors if f.id == "history.place").log_odds == 0


def test_few_cases_show_a_band_and_many_a_figure(tables: Tables, version: ModelVersion) -> None:
    facts = Facts(day=DAY)
    few = score(facts, History([], tables.card), (), DAY, tables, version)
    assert not few.decimals
    assert "." not in str(few.chance)
    assert few.as_json()["probability"] is None
    past = [as_past(f, 1) for f, _ in year_of_demonstrations(20)]
    many = score(facts, History(past, tables.card), (), DAY, tables, version)
    assert many.decimals
    assert f"{many.probability:.1%}" in str(many.chance)


def test_a_version_of_another_card_is_refused(tables: Tables, version: ModelVersion) -> None:
    other = version.replace(names=("other", *version.names[1:]))
    with pytest.raises(BadInput, match="another risk card"):
        score(Facts(day=DAY), History([], tables.card), (), DAY, tables, other)


def test_days_must_match_the_facts(tables: Tables, version: ModelVersion) -> None:
    with pytest.raises(BadInput, match="one per event"):
        score_many([Facts(day=DAY)], History([], tables.card), (), [DAY, DAY], tables, version)


def test_no_facts_give_no_scores(tables: Tables, version: ModelVersion) -> None:
    scores = score_many([], History([], tables.card), (), DAY, tables, version)
    assert len(scores.probability) == 0
    assert scores.classes == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda raw: raw["anchors"].pop("football"), "football"),
        (lambda raw: raw["factors"][0].update(fact="purpose"), "purpose"),
        (lambda raw: raw["factors"][1].update(id=raw["factors"][0]["id"]), "share an id"),
        (lambda raw: raw["factors"][0].update(any=[]), "give either"),
        (lambda raw: raw.pop("source"), "source"),
        (lambda raw: raw["anchors"]["demonstration"].update(probability=1.5), "less than 1"),
    ],
)
def test_a_wrong_card_names_what_is_wrong(change, words: str, card: RiskCard) -> None:
    raw = card.model_dump()
    for factor in raw["factors"]:
        for key in ("at_least", "below"):
            if factor[key] is None:
                factor.pop(key)
    change(raw)
    with pytest.raises(ReferenceProblem, match=words):
        validate("risk_card.toml", raw, RiskCard)


def test_class_thresholds_must_be_ordered(tables: Tables) -> None:
    raw = tables.classes.model_dump()
    raw["thresholds"]["gathering"]["midden"] = raw["thresholds"]["gathering"]["hoog"]
    with pytest.raises(ReferenceProblem, match="above midden"):
        validate("risk_classes.toml", raw, ClassTable)


def test_what_is_unknown_meets_no_condition() -> None:
    assert not Condition(fact="exits", below=3).holds(None)
    assert Condition(fact="exits", below=3).holds(2)
    assert not Condition(fact="exits", below=3).holds(3)
