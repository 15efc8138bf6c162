from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from orderdesk.domain.events import Kind
from orderdesk.errors import RuleSaysNo
from orderdesk.risk.card import RiskCard
from orderdesk.risk.facts import Facts
from orderdesk.risk.history import History
from orderdesk.risk.model import ModelVersion, OwnAnchor, Tables, score
from orderdesk.risk.update import ClosedCase, accept, fit, propose, set_anchor

START, NOW = date(2024, 1, 1), date(2026, 6, 1)


def closed(n: int, rate: float, form: str = "static", kind: Kind = Kind.DEMONSTRATION):
    cases = []
    for i in range(n):
        day = START + timedelta(days=i % 800)
        cases.append(
            ClosedCase(
                facts=Facts(day=day, form=form, kind=kind, place=f"p{i % 7}"),
                outcome=int((i * rate) % 1 + rate >= 1),
                known_from=day + timedelta(days=2),
                scored_on=day,
            )
        )
    return cases


def value(version: ModelVersion, name: str) -> float:
    return version.mean[version.names.index(name)]


def test_the_level_moves_first_and_towards_what_happened(
    card: RiskCard, version: ModelVersion
) -> None:
    busy = propose(closed(150, 0.1), card, version, NOW, NOW)
    calm = propose(closed(150, 0.0), card, version, NOW, NOW)
    assert value(busy.level_only, "level") > 0 > value(calm.level_only, "level")
    moved = {
        n
        for n, before, after in zip(version.names, version.mean, busy.level_only.mean, strict=True)
        if before != after
    }
    assert moved <= {"level", "slope"}


def test_a_single_weight_moves_only_from_ten_cases(card: RiskCard, version: ModelVersion) -> None:
    few = propose(closed(60, 0.05) + closed(9, 1.0, "blockade"), card, version, NOW, NOW)
    enough = propose(closed(60, 0.05) + closed(10, 1.0, "blockade"), card, version, NOW, NOW)
    for proposal, free in ((few, False), (enough, True)):
        change = next(c for c in proposal.changes if c.name == "form.blockade")
        assert change.free is free
        assert (value(proposal.full, "form.blockade") != 0) is free
    assert value(enough.level_only, "form.blockade") == 0


def test_nothing_is_accepted_silently(card: RiskCard, version: ModelVersion) -> None:
    proposal = propose(closed(100, 0.1), card, version, NOW, NOW)
    with pytest.raises(RuleSaysNo, match="name"):
        accept(proposal, " ", weights_read=False)
    with pytest.raises(RuleSaysNo, match="reason"):
        accept(proposal, "R. Planner", weights_read=True)
    level = accept(proposal, "R. Planner", weights_read=False)
    full = accept(proposal, "R. Planner", weights_read=True, reason="blockades were seen")
    assert level.mean == proposal.level_only.mean
    assert full.mean == proposal.full.mean
    assert level.number == full.number == version.number + 1
    assert full.made_by == "R. Planner"
    assert "blockades were seen" in full.reason


def test_only_what_was_known_is_learned_from(card: RiskCard, version: ModelVersion) -> None:
    cases = closed(100, 0.1)
    early = date(2024, 2, 1)
    known = [c for c in cases if c.known_from <= early]
    assert 0 < len(known) < len(cases)
    assert (
        propose(cases, card, version, early, NOW).full
        == propose(known, card, version, early, NOW).full
    )


def test_football_teaches_nothing_about_demonstrations(
    card: RiskCard, version: ModelVersion
) -> None:
    cases = closed(80, 0.05)
    matches = closed(80, 1.0, kind=Kind.FOOTBALL)
    alone = propose(cases, card, version, NOW, NOW).full
    beside = propose(cases + matches, card, version, NOW, NOW).full
    assert beside.events == alone.events
    assert beside.mean == pytest.approx(alone.mean)


def test_a_score_can_be_made_again_from_its_stored_version(
    tables: Tables, version: ModelVersion
) -> None:
    learned = accept(
        propose(closed(120, 0.1), tables.card, version, NOW, NOW), "R. Planner", weights_read=False
    )
    stored = ModelVersion.model_validate_json(learned.model_dump_json())
    history = History([c.past for c in closed(120, 0.1)], tables.card)
    facts = Facts(day=NOW, form="march", place="p1")
    then = score(facts, history, (), NOW, tables, learned)
    again = score(facts, history, (), NOW, tables, stored)
    assert (then.log_odds, then.low, then.high) == (again.log_odds, again.low, again.high)
    assert then.log_odds != score(facts, history, (), NOW, tables, version).log_odds


def test_learning_narrows_the_interval(tables: Tables, version: ModelVersion) -> None:
    learned = propose(closed(600, 0.05), tables.card, version, NOW, NOW).full
    history = History([], tables.card)
    before = score(Facts(day=NOW), history, (), NOW, tables, version)
    after = score(Facts(day=NOW), history, (), NOW, tables, learned)
    assert after.high - after.low < before.high - before.low


def test_an_own_anchor_needs_a_reason_and_moves_the_score(
    tables: Tables, version: ModelVersion
) -> None:
    with pytest.raises(ValueError, match="reason"):
        OwnAnchor(probability=0.1, sd=0.5, reason="", by="B", on=NOW)
    own = OwnAnchor(probability=0.1, sd=0.5, reason="own count 2017-2025", by="B", on=NOW)
    changed = set_anchor(version, Kind.FOOTBALL, own, NOW)
    assert changed.number == version.number + 1
    history = History([], tables.card)
    match = score(Facts(day=NOW, kind=Kind.FOOTBALL), history, (), NOW, tables, changed)
    assert match.probability == pytest.approx(0.1)
    assert "own count" in match.factors[0].source
    demo = score(Facts(day=NOW), history, (), NOW, tables, changed)
    assert demo.probability == pytest.approx(0.03)


def test_the_fit_agrees_with_a_known_optimum_and_never_runs_away() -> None:
    y = np.array([1.0] * 45 + [0.0] * 55)
    one = np.ones((100, 1))
    far = fit(one, np.full(100, -9.0), y, np.zeros(1), np.array([100.0]), np.array([True]))
    assert far.mean[0] - 9 == pytest.approx(np.log(45 / 55), abs=1e-3)
    assert far.covariance[0, 0] == pytest.approx(1 / (100 * 0.45 * 0.55), rel=1e-2)
    held = fit(one, np.zeros(100), y, np.zeros(1), np.array([0.5]), np.array([False]))
    assert held.mean[0] == 0
    assert held.covariance[0, 0] == 0.25
