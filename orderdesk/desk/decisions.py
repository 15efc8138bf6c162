"""Conditions and decisions of the mayor: checked against what courts ask, kept with inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from orderdesk import reference
from orderdesk.desk import words
from orderdesk.desk.core import Desk
from orderdesk.desk.scoring import explain_in
from orderdesk.desk.timeline import note_event
from orderdesk.domain.law import (
    Condition,
    Decision,
    DecisionKind,
    Ground,
    StruckDown,
    StruckDownConditions,
    check_condition,
    check_decision,
    lint_condition,
)
from orderdesk.domain.people import Actor
from orderdesk.domain.time import local
from orderdesk.i18n import msg

if TYPE_CHECKING:
    from orderdesk.store.work import Reader

DECISION, CONDITION = "decision", "condition"


def lint(text: str) -> tuple[StruckDown, ...]:
    """Court cases that a draft condition resembles, while typing."""
    return lint_condition(text, reference.cached("struck_down", StruckDownConditions))


def check_draft(condition: Condition) -> None:
    """Raise RuleSaysNo while a condition could not be final (rules 9 and 11)."""
    check_condition(condition, reference.cached("struck_down", StruckDownConditions))


def save_conditions(desk: Desk, case_id: str, conditions: Sequence[Condition]) -> None:
    """Keep draft conditions; they are checked when the mayor decides."""
    with desk.work() as work:
        work.put(
            CONDITION,
            case_id,
            {"conditions": [c.model_dump(mode="json") for c in conditions]},
        )
        work.note(CONDITION, f"case:{case_id}", {"count": len(conditions)})


def decide(
    desk: Desk,
    case_id: str,
    kind: DecisionKind,
    by: Actor,
    *,
    conditions: Sequence[Condition] = (),
    grounds: frozenset[Ground] = frozenset(),
    motive: str = "",
    lighter_measures: Sequence[tuple[str, str]] = (),
    capacity_statement: str = "",
) -> Decision:
    """Take a decision, by name, with everything it rested on.

    Raises RuleSaysNo (rules 8, 9, 11, 12) while something a court will ask for is missing.
    """
    with desk.work() as work:
        case = work.case(case_id)
        decision = Decision(
            id=desk.new_id(),
            number=_decision_number(work, local(desk.now).year),
            case_id=case_id,
            kind=kind,
            conditions=tuple(conditions),
            grounds=grounds,
            motive=motive,
            lighter_measures=tuple(lighter_measures),
            capacity_statement=capacity_statement,
            decided_by=by,
            decided_at=work.now,
        )
        check_decision(decision, case, reference.cached("struck_down", StruckDownConditions))
        risk = explain_in(work, case, local(desk.now).date())
        inputs = {"class": risk.standing.value, "score": risk.score.as_json()}
        work.add_fact(
            DECISION, f"case:{case_id}", decision.model_dump(mode="json"), known_at=work.now
        )
        work.note("decision.inputs", f"case:{case_id}", inputs)
        note_event(
            work,
            case_id,
            msg("{by} decides: {kind} ({number})", by=by.name, kind=msg(words.DECISIONS[kind]),
                number=decision.number),
        )  # fmt: skip
        return decision


def _decision_number(reader: Reader, year: int) -> str:
    taken = sum(1 for fact in reader.facts(DECISION) if fact.entered_at.year == year)
    return f"B-{year}-{taken + 1:03d}"


def conditions_in(reader: Reader, case_id: str) -> tuple[Condition, ...]:
    """The draft conditions of a case."""
    found = reader.record(CONDITION, case_id)
    kept = found.doc["conditions"] if found else ()
    return tuple(Condition.model_validate(condition) for condition in kept)


def decisions_in(reader: Reader, case_id: str) -> tuple[Decision, ...]:
    """What was decided about a case, in order."""
    return tuple(Decision.model_validate(f.doc) for f in reader.facts(DECISION, f"case:{case_id}"))
