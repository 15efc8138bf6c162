"""A case as a whole: everything known of it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import intake
from orderdesk.desk.core import Desk
from orderdesk.desk.decisions import conditions_in, decisions_in
from orderdesk.desk.event_class import advice_on, medical_on
from orderdesk.desk.privacy import about_case
from orderdesk.desk.scoring import Explanation, explain_in
from orderdesk.desk.talks import Agreement, Request, agreements_in, requests_in
from orderdesk.desk.timeline import LogLine, lines_of, note_event
from orderdesk.domain.conflicts import Conflict
from orderdesk.domain.events import Case, Organiser, Status
from orderdesk.domain.law import (
    Action,
    Condition,
    Decision,
    GateResult,
    PermitGate,
    PlaceOffer,
    Term,
    TermStatus,
    available_actions,
    event_gate,
    missing_data,
    over_square_budget,
    places_for_counter,
    term_status,
)
from orderdesk.domain.places import Places
from orderdesk.domain.time import local
from orderdesk.i18n import Msg, msg
from orderdesk.risk.events import (
    EventAdvice,
    MedicalCover,
)
from orderdesk.risk.scenarios import (
    Hole,
    ScenarioCard,
    ScenarioTemplates,
    check_ready,
    holes,
    propose_scenarios,
)

if TYPE_CHECKING:
    from orderdesk.store.work import Reader, Work

SCENARIOS = "scenarios"


@dataclass(frozen=True)
class Dossier:
    """Everything that the desk knows of a case."""

    case: Case
    place: str
    place_memory: str
    organiser: Organiser | None
    missing: tuple[Msg, ...]
    term: Term | None
    term_status: TermStatus
    gate: GateResult | None
    square_warning: Msg | None
    square_days: int
    conflicts: tuple[Conflict, ...]
    risk: Explanation
    scenarios: tuple[ScenarioCard, ...]
    holes: tuple[Hole, ...]
    conditions: tuple[Condition, ...]
    decisions: tuple[Decision, ...]
    actions: tuple[Action, ...]
    counters: tuple[Case, ...]
    """Counter-demonstrations to this case."""
    places_offered: tuple[PlaceOffer, ...]
    """For a counter-demonstration only: places within sight and sound of the first."""
    event_advice: EventAdvice | None
    """A/B/C from the three profiles; for events only, and advice only."""
    medical: MedicalCover | None
    """Estimate of medical cover: no part of any score or class."""
    requests: tuple[Request, ...]
    agreements: tuple[Agreement, ...]
    log: Sequence[LogLine]
    kept: tuple[str, ...]
    """When contact data and free text are destroyed, or that they were."""

    @property
    def term_sentence(self) -> str:
        """How the notification stands to its term."""
        return intake.term_sentence(self.case, self.term, self.term_status)


def dossier(desk: Desk, case_id: str) -> Dossier:
    """Open a case. Raises RuleSaysNo when there is none."""
    with desk.read() as reader:
        return dossier_in(reader, reader.case(case_id), local(desk.now).date())


def dossier_in(reader: Reader, case: Case, today: date) -> Dossier:
    """`dossier` inside a unit of work."""
    places = reference.cached("places", Places)
    place = places.get(case.place_id)
    organiser = reader.organisers([case.organiser_id]).get(case.organiser_id)
    term = intake.term_of(reader, case)
    first = reader.case(case.counter_to) if case.counter_to else None
    cards = cards_in(reader, case.id)
    used = _square_days(reader, case)
    return Dossier(
        case=case,
        place=intake.place_name(case),
        place_memory=place.memory if place else "",
        organiser=organiser,
        # Nobody can still ask for what a register of the past never told.
        missing=()
        if case.imported_from and case.span and local(case.span.end).date() < today
        else missing_data(
            case,
            organiser_name=organiser.name if organiser else "",
            organiser_address=organiser.address if organiser else "",
        ),
        term=term,
        term_status=term_status(case, term),
        gate=event_gate(case, place, reference.cached("permit_gate", PermitGate))
        if case.is_event
        else None,
        square_warning=over_square_budget(used, place) if place and case.is_event else None,
        square_days=used,
        conflicts=intake.conflicts_in(reader, case),
        risk=explain_in(reader, case, today),
        scenarios=cards,
        holes=holes(cards),
        conditions=conditions_in(reader, case.id),
        decisions=decisions_in(reader, case.id),
        actions=available_actions(case, has_outcome=case.outcome is not None),
        counters=tuple(reader.cases(counter_to=case.id)),
        places_offered=places_for_counter(first, case, places) if first else (),
        event_advice=advice_on(case),
        medical=medical_on(case),
        requests=requests_in(reader, case.id),
        agreements=agreements_in(reader, case.id),
        log=lines_of(reader, case.id),
        kept=about_case(reader, case, organiser),
    )


# --- scenarios and readiness ----------------------------------------------------------------------


def propose_cards(desk: Desk, case_id: str) -> tuple[ScenarioCard, ...]:
    """Write the scenario cards that fit the case, unless it has cards already."""
    with desk.work() as work:
        case = work.case(case_id)
        cards = cards_in(work, case_id)
        if not cards:
            risk = explain_in(work, case, local(desk.now).date())
            templates = reference.cached("scenarios", ScenarioTemplates)
            cards = propose_scenarios(risk.score.facts, risk.standing, templates)
            _keep_cards(work, case_id, cards)
            note_event(work, case_id, msg("{n} scenario cards proposed", n=len(cards)))
        return cards


def save_cards(desk: Desk, case_id: str, cards: Sequence[ScenarioCard]) -> tuple[Hole, ...]:
    """Keep the cards as they now read; what is still missing in them comes back."""
    with desk.work() as work:
        _keep_cards(work, case_id, cards)
    return holes(cards)


def mark_ready(desk: Desk, case_id: str) -> Case:
    """The case is ready (gereed). Raises RuleSaysNo (rule 18) while a scenario has a hole."""
    with desk.work() as work:
        case = work.case(case_id)
        today = local(desk.now).date()
        risk = explain_in(work, case, today)
        check_ready(risk.standing, cards_in(work, case_id))
        note_event(work, case_id, msg("ready"))
        return work.save_case(case.replace(status=Status.READY))


def cards_in(reader: Reader, case_id: str) -> tuple[ScenarioCard, ...]:
    """The scenario cards of a case as they now read."""
    kept = _doc(reader, SCENARIOS, case_id).get("cards", ())
    return tuple(ScenarioCard.model_validate(card) for card in kept)


def copy_cards(work: Work, case_id: str, to: str) -> None:
    """Give another case the scenario cards of this one (a moved case keeps its plan)."""
    if cards := cards_in(work, case_id):
        _keep_cards(work, to, cards)


def _keep_cards(work: Work, case_id: str, cards: Sequence[ScenarioCard]) -> None:
    document = {"cards": [card.model_dump(mode="json") for card in cards]}
    work.put(SCENARIOS, case_id, document)
    work.note(SCENARIOS, f"case:{case_id}", {"cards": len(cards), "holes": len(holes(cards))})


def _square_days(reader: Reader, case: Case) -> int:
    place = reference.cached("places", Places).get(case.place_id)
    if place is None or not case.is_event or case.span is None or not place.square_days:
        return 0
    return intake.square_days_in(reader, place, local(case.span.start).year)


def _doc(reader: Reader, kind: str, key: str) -> Mapping[str, Any]:
    found = reader.record(kind, key)
    return found.doc if found else {}
