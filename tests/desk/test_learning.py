"""The monthly update waits for a person; anchors need a reason; every version can score again."""

from __future__ import annotations

import pytest

from orderdesk.desk import learning, scoring
from orderdesk.desk.core import Desk
from orderdesk.domain.people import Actor, Role
from orderdesk.errors import BadInput, RuleSaysNo

LEAD = Actor(name="Teamleider Voorbeeld (fictief)", role=Role.LEAD)
READER = Actor(name="Lezer Voorbeeld (fictief)", role=Role.READER)


def test_a_proposal_changes_nothing(city: Desk) -> None:
    before = scoring.explain_number(city, "D-2026-043").score
    found = learning.waiting(city)
    assert found.proposal.full.events > 500
    assert found.proposal.full.cases >= 10
    assert [v.number for v in learning.versions(city)] == [0]
    assert scoring.explain_number(city, "D-2026-043").score == before
    lines = list(found.lines())
    stays = [change for change in found.proposal.changes if not change.free]
    assert len(stays) > 1
    assert len(lines) == 4 + len(found.proposal.changes)
    assert lines.index("too few cases, so these stay as they are:") == len(lines) - len(stays) - 1
    assert str(found.proposal.full.learned_until) not in lines[0]  # a day is told as people do


def test_an_accepted_update_scores_and_the_old_version_scores_as_before(city: Desk) -> None:
    before = scoring.explain_number(city, "D-2026-043").score
    version = learning.accept(city, LEAD, weights_read=False)
    assert (version.number, version.made_by) == (1, LEAD.name)
    after = scoring.explain_number(city, "D-2026-043").score
    assert after.probability != before.probability
    assert scoring.explain_number(city, "D-2026-043", version=0).score == before
    assert scoring.explain_number(city, "D-2026-043", version=1).score == after
    with city.read() as reader:
        assert [t.subject for t in reader.trail() if t.action == "risk.version"] == ["risk:1"]
    with pytest.raises(BadInput, match="0 to 1"):
        scoring.explain_number(city, "D-2026-043", version=2)


def test_coming_cases_are_scored_again_by_the_new_version(city: Desk) -> None:
    case = scoring.case_numbered(city, "D-2026-043")
    learning.accept(city, LEAD, weights_read=False)
    with city.read() as reader:
        newest = reader.last_fact(scoring.SCORE, f"case:{case.id}")
    assert newest is not None
    assert newest.doc["version"] == 1


def test_nobody_moves_the_score_without_name_authority_and_reading(city: Desk) -> None:
    with pytest.raises(RuleSaysNo):
        learning.accept(city, READER, weights_read=False)
    with pytest.raises(RuleSaysNo):
        learning.accept(city, Actor(name=" ", role=Role.LEAD), weights_read=False)
    with pytest.raises(RuleSaysNo, match="read"):
        learning.accept(city, LEAD, weights_read=True)
    assert [v.number for v in learning.versions(city)] == [0]


def test_an_own_anchor_needs_a_reason_and_moves_its_kind_only(city: Desk) -> None:
    march, event = "D-2026-043", "E-2026-118"
    before = scoring.explain_number(city, march).score, scoring.explain_number(city, event).score
    values = {"kind": "demonstration", "percent": "4,5", "sd": "", "reason": ""}
    with pytest.raises(BadInput, match="why"):
        learning.set_anchor(city, values, LEAD)
    version = learning.set_anchor(city, values | {"reason": "regionaal beeld"}, LEAD)
    assert version.anchors["demonstration"].probability == pytest.approx(0.045)
    assert scoring.explain_number(city, march).score.probability > before[0].probability
    assert scoring.explain_number(city, event).score.probability == before[1].probability
    assert any("4.5%" in line for line in learning.anchor_lines(city))
    assert any(
        "regionaal beeld" in line for line in learning.version_lines(learning.versions(city))
    )


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("kind", {"kind": "rally", "percent": "3"}),
        ("percent", {"kind": "football", "percent": "three"}),
        ("percent", {"kind": "football", "percent": "0"}),
        ("percent", {"kind": "football", "percent": "100"}),
        ("sd", {"kind": "football", "percent": "3", "sd": "9"}),
    ],
)
def test_a_wrong_anchor_names_its_field(city: Desk, field: str, values: dict[str, str]) -> None:
    with pytest.raises(BadInput) as refused:
        learning.set_anchor(city, {"reason": "x", **values}, LEAD)
    assert refused.value.field == field
    assert len(learning.versions(city)) == 1
