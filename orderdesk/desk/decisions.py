"""Conditions and decisions of the mayor: checked against what courts ask, kept with inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, _, msg

if TYPE_CHECKING:
    from orderdesk.desk.cases import Dossier
    from orderdesk.store.work import Reader

DECISION, CONDITION, FROZEN = "decision", "condition", "decision.frozen"


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
    if not by.name:
        raise BadInput(N_("by"), "", msg("Name the mayor who decides."))
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
        organiser = work.organisers([case.organiser_id]).get(case.organiser_id)
        texts = {
            "purpose": case.purpose,
            "measures": case.measures,
            "composition": case.composition,
        }
        work.add_fact(
            FROZEN, f"decision:{decision.number}",
            {"organiser": organiser.model_dump() if organiser else {}, "texts": texts},
            private=["organiser", "texts"],
        )  # fmt: skip
        note_event(
            work,
            case_id,
            msg("{by} decides: {kind} ({number})", by=by.name, kind=msg(words.DECISIONS[kind]),
                number=decision.number),
        )  # fmt: skip
        return decision


def _decision_number(reader: Reader, year: int) -> str:
    taken = sum(
        1 for fact in reader.facts(DECISION, taken_back=True) if fact.entered_at.year == year
    )
    return f"B-{year}-{taken + 1:03d}"


def conditions_in(reader: Reader, case_id: str) -> tuple[Condition, ...]:
    """The draft conditions of a case."""
    found = reader.record(CONDITION, case_id)
    kept = found.doc["conditions"] if found else ()
    return tuple(Condition.model_validate(condition) for condition in kept)


def decisions_in(reader: Reader, case_id: str) -> tuple[Decision, ...]:
    """What was decided about a case, in order."""
    return tuple(Decision.model_validate(f.doc) for f in reader.facts(DECISION, f"case:{case_id}"))


def ladder(found: Dossier, typed: Sequence[tuple[str, str]], statement: str) -> Iterator[str]:
    """The means from light to heavy: which stands open, and what is still missing for it.

    `typed` are the lighter measures weighed so far with the reason why each does not suffice.
    """
    kept = sum(agreement.state != "broken" for agreement in found.agreements)
    yield _("1 agreements with the organiser: {n}").format(n=kept)
    if found.case.counter_to:
        places = ", ".join(offer.place.name for offer in found.places_offered[:3])
        yield _("2 another place for this counter-demonstration: {places}").format(
            places=places or _("none within sight and sound")
        )
    elif found.counters:
        yield _("2 moving is not offered: a counter-demonstration is the cause, the first stays")
    drafts = found.conditions
    faults = [fault for condition in drafts if (fault := _fault(condition))]
    yield _("3 conditions: {n} drafted (v), {m} of them not final yet").format(
        n=len(drafts), m=len(faults)
    )
    yield from (f"    {fault}" for fault in faults)
    yield _("4 instruction or ending: a ground of Wom art. 2 and a motive")
    missing = []
    if not typed or any(not why for _what, why in typed):
        missing.append(_("lighter means not weighed"))
    if not statement.strip():
        missing.append(_("statement on capacity missing"))
    missing.append(_("the mayor decides"))
    yield _("5 prohibition: {missing}").format(missing=", ".join(missing))


def _fault(condition: Condition) -> str:
    try:
        check_draft(condition)
    except RuleSaysNo as problem:
        return str(problem)
    return ""


def read_measures(text: str) -> list[tuple[str, str]]:
    """Lighter measures, one a line: "measure: why it does not suffice"."""
    lines = [line.partition(":") for line in text.splitlines() if line.strip()]
    return [(what.strip(), why.strip()) for what, _colon, why in lines]
