"""A case as a whole: everything known of it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import intake, words
from orderdesk.desk.core import Desk
from orderdesk.desk.scoring import Explanation, explain_in, score_cases, standing_classes
from orderdesk.desk.signals import refuse_personal_data
from orderdesk.desk.timeline import LogLine, lines_of, note_event
from orderdesk.domain.conflicts import Conflict
from orderdesk.domain.events import Case, EventProfile, Incident, Organiser, Outcome, Status
from orderdesk.domain.law import (
    Action,
    Condition,
    Decision,
    DecisionKind,
    GateResult,
    Ground,
    PermitGate,
    PlaceOffer,
    StruckDown,
    StruckDownConditions,
    Term,
    TermStatus,
    available_actions,
    check_condition,
    check_decision,
    event_gate,
    lint_condition,
    missing_data,
    over_square_budget,
    places_for_counter,
    square_days_used,
    term_status,
)
from orderdesk.domain.people import Actor
from orderdesk.domain.places import Places
from orderdesk.domain.time import Span, at, local
from orderdesk.domain.when import read_when
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, Msg, msg
from orderdesk.risk.events import (
    EventAdvice,
    EventCard,
    MaurerScheme,
    MedicalCover,
    Question,
    advise_event,
    medical_cover,
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

SCENARIOS, DECISION, REQUEST, AGREEMENT, CONDITION = (
    "scenarios", "decision", "request", "agreement", "condition",
)  # fmt: skip


@dataclass(frozen=True)
class Request:
    """An answer that somebody else owes the desk: advice, an estimate, an interpretation."""

    id: str
    case_id: str
    asked_of: str
    question: str
    due: date
    asked_at: datetime
    answer: str = ""

    def late(self, today: date) -> bool:
        """Whether the answer should have been there."""
        return not self.answer and today > self.due


@dataclass(frozen=True)
class Agreement:
    """Something agreed with the organiser: open, kept or broken."""

    id: str
    case_id: str
    text: str
    state: str


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
    cards = _cards(reader, case.id)
    used = _square_days(reader, case)
    return Dossier(
        case=case,
        place=intake.place_name(case),
        place_memory=place.memory if place else "",
        organiser=organiser,
        missing=missing_data(
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
        conditions=tuple(
            Condition.model_validate(c)
            for c in (_doc(reader, CONDITION, case.id).get("conditions", ()))
        ),
        decisions=tuple(
            Decision.model_validate(f.doc) for f in reader.facts(DECISION, f"case:{case.id}")
        ),
        actions=available_actions(case, has_outcome=case.outcome is not None),
        counters=tuple(reader.cases(counter_to=case.id)),
        places_offered=places_for_counter(first, case, places) if first else (),
        event_advice=advice_on(case),
        medical=medical_on(case),
        requests=requests_in(reader, case.id),
        agreements=tuple(
            Agreement(r.key, case.id, r.doc["text"], r.doc["state"])
            for r in reader.records(AGREEMENT)
            if r.doc["case_id"] == case.id
        ),
        log=lines_of(reader, case.id),
    )


# --- events: A/B/C and medical cover --------------------------------------------------------------


DECIDED, MEDICAL_KIND, INDOORS, VIPS, VIOLENCE = (
    "decided", "medical.kind", "medical.indoors", "medical.vips", "medical.violence",
)  # fmt: skip
_BESIDE = frozenset({MEDICAL_KIND, INDOORS, VIPS, VIOLENCE})


def advice_on(case: Case) -> EventAdvice | None:
    """A/B/C advice for an event, open questions at their lightest; None for a gathering."""
    if not case.is_event:
        return None
    facts = case.event.facts if case.event else {}
    answers = {key: value for key, value in facts.items() if key not in _BESIDE}
    return advise_event(answers, reference.cached("event_card", EventCard))


def medical_on(case: Case) -> MedicalCover | None:
    """Medical cover by the Maurer scheme, once somebody said what kind of event it is."""
    if not case.is_event or case.event is None or not case.event.facts.get(MEDICAL_KIND):
        return None
    facts = case.event.facts
    return medical_cover(
        facts[MEDICAL_KIND],
        case.event.visitors_peak,
        case.expected or case.event.visitors_peak,
        reference.cached("maurer", MaurerScheme),
        indoors=facts.get(INDOORS) == "yes",
        vips=int(facts.get(VIPS) or 0),
        violence_expected=facts.get(VIOLENCE) == "yes",
    )


def advice_for(
    case: Case, answers: Mapping[str, str]
) -> tuple[EventAdvice | None, MedicalCover | None]:
    """What answers that are not kept yet would say. Raises BadInput."""
    profile = case.event or EventProfile()
    facts = {key: value for key, value in answers.items() if value and key != DECIDED}
    if facts.get(VIPS) and not facts[VIPS].isdigit():
        raise BadInput(VIPS, facts[VIPS], msg("Give a number from 0 up."))
    shown = case.replace(event=profile.replace(facts=facts))
    return advice_on(shown), medical_on(shown)


def event_questions() -> tuple[Question, ...]:
    """The questions of the three profiles."""
    card: EventCard = reference.cached("event_card", EventCard)
    return card.questions


def medical_kinds() -> tuple[str, ...]:
    """Kinds of event that the scheme of medical cover knows."""
    scheme: MaurerScheme = reference.cached("maurer", MaurerScheme)
    return tuple(scheme.risk_factor)


def answer_event(desk: Desk, case_id: str, values: Mapping[str, str]) -> Case:
    """Keep the answers to the profiles and what medical cover asks; the class is decided apart.

    Raises BadInput for an unknown answer, RuleSaysNo for a gathering that is no event.
    """
    with desk.work() as work:
        case = work.case(case_id)
        if not case.is_event:
            raise RuleSaysNo(msg("A/B/C is for events: a gathering is classed by its own score"))
        advice, _cover = advice_for(case, values)
        profile = case.event or EventProfile()
        facts = {key: value for key, value in values.items() if value and key != DECIDED}
        changed = case.replace(
            event=profile.replace(facts=facts, risk_class=values.get(DECIDED, profile.risk_class))
        )
        note_event(
            work, case_id,
            msg("A/B/C: advice {advice}, decided {decided}",
                advice=advice.advice.value if advice else "",
                decided=changed.event.risk_class or "-" if changed.event else "-"),
        )  # fmt: skip
        return work.save_case(changed)


# --- scenarios and readiness ----------------------------------------------------------------------


def propose_cards(desk: Desk, case_id: str) -> tuple[ScenarioCard, ...]:
    """Write the scenario cards that fit the case, unless it has cards already."""
    with desk.work() as work:
        case = work.case(case_id)
        cards = _cards(work, case_id)
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
        check_ready(risk.standing, _cards(work, case_id))
        note_event(work, case_id, msg("ready"))
        return work.save_case(case.replace(status=Status.READY))


def _cards(reader: Reader, case_id: str) -> tuple[ScenarioCard, ...]:
    kept = _doc(reader, SCENARIOS, case_id).get("cards", ())
    return tuple(ScenarioCard.model_validate(card) for card in kept)


def _keep_cards(work: Work, case_id: str, cards: Sequence[ScenarioCard]) -> None:
    document = {"cards": [card.model_dump(mode="json") for card in cards]}
    work.put(SCENARIOS, case_id, document)
    work.note(SCENARIOS, f"case:{case_id}", {"cards": len(cards), "holes": len(holes(cards))})


def _square_days(reader: Reader, case: Case) -> int:
    place = reference.cached("places", Places).get(case.place_id)
    if place is None or not case.is_event or case.span is None or not place.square_days:
        return 0
    year = local(case.span.start).year
    cases = reader.cases(start=at(date(year, 1, 1), "00:00"), end=at(date(year + 1, 1, 1), "00:00"))
    return square_days_used(cases, place, year)


def _doc(reader: Reader, kind: str, key: str) -> Mapping[str, Any]:
    found = reader.record(kind, key)
    return found.doc if found else {}


# --- conditions and decisions ---------------------------------------------------------------------


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


# --- counter pairs --------------------------------------------------------------------------------


def link_counter(desk: Desk, counter_id: str, first_id: str) -> Case:
    """Link a case as counter-demonstration to another. The first of the pair is never touched."""
    if counter_id == first_id:
        raise RuleSaysNo(msg("a gathering can't be a counter-demonstration to itself"), "13")
    with desk.work() as work:
        counter, first = work.case(counter_id), work.case(first_id)
        if first.counter_to == counter_id:
            raise RuleSaysNo(msg("{number} is linked the other way", number=first.number), "13")
        saved = work.save_case(counter.replace(counter_to=first_id))
        note_event(work, counter_id, msg("counter-demonstration to {number}", number=first.number))
        note_event(work, first_id, msg("counter-demonstration linked: {number}",
                                       number=counter.number))  # fmt: skip
        score_cases(desk, work, [counter_id, first_id])
        return saved


def places_for(desk: Desk, counter_id: str) -> tuple[PlaceOffer, ...]:
    """Places within sight and sound of the first of a pair, for the counter-demonstration.

    Raises RuleSaysNo (rule 13) for a case that is none: the first of a pair keeps its place.
    """
    with desk.read() as reader:
        counter = reader.case(counter_id)
        if not counter.counter_to:
            raise RuleSaysNo(
                msg("{number} keeps its place: only a counter-demonstration is offered another",
                    number=counter.number), "13",
            )  # fmt: skip
        return places_for_counter(
            reader.case(counter.counter_to), counter, reference.cached("places", Places)
        )


def move_counter(desk: Desk, counter_id: str, place_id: str) -> Case:
    """Give a counter-demonstration one of the places offered. Raises RuleSaysNo (rule 13)."""
    with desk.work() as work:
        counter = work.case(counter_id)
        if not counter.counter_to:
            raise RuleSaysNo(msg("only the counter-demonstration of a pair is given a place"), "13")
        places = reference.cached("places", Places)
        offers = places_for_counter(work.case(counter.counter_to), counter, places)
        chosen = next((offer.place for offer in offers if offer.place.id == place_id), None)
        if chosen is None:
            raise RuleSaysNo(msg("that place is not within sight and sound"), "13")
        note_event(work, counter_id, msg("place offered: {place}", place=chosen.name))
        return work.save_case(counter.replace(place_id=chosen.id, place_text=""))


# --- calling off, moving, closing -----------------------------------------------------------------


@dataclass(frozen=True)
class Moved:
    """A case that was called off, and the one that takes its place."""

    old: Case
    new: Case


def call_off(desk: Desk, case_id: str) -> Case:
    """The organiser calls it off. Nothing about the organiser is scored down for it."""
    from orderdesk.desk.capacity import release_case

    with desk.work() as work:
        case = work.case(case_id)
        release_case(desk, work, case)
        note_event(work, case_id, msg("called off"))
        return work.save_case(case.replace(status=Status.CANCELLED))


def move(desk: Desk, case_id: str, when: str) -> Moved:
    """Called off and announced for another day: a new case with the old one's data, linked."""
    from orderdesk.desk.capacity import release_case

    with desk.work() as work:
        case = work.case(case_id)
        if case.span is None:
            raise RuleSaysNo(msg("{number} has no time yet: change it instead", number=case.number))
        found = read_when(when, desk.now)
        span = found.span(case.span.end - case.span.start)
        if span is None:
            raise BadInput(N_("when"), when, msg("Add a time, such as 14:00."))
        released = release_case(desk, work, case)
        new = case.replace(
            id=desk.new_id(),
            number=_number_after_move(work, case.number),
            span=span,
            known_at=desk.now,
            received_at=desk.now if case.received_at else None,
            status=Status.IN_PREPARATION,
            version=1,
        )
        work.add_case(new)
        old = work.save_case(case.replace(status=Status.MOVED, moved_to=new.id))
        cards = _cards(work, case_id)
        if cards:
            _keep_cards(work, new.id, cards)
        note_event(
            work, case_id,
            msg("moved to {when} as {number}; {n} h come free", when=words.moment(span.start),
                number=new.number, n=f"{released / 60:g}"),
        )  # fmt: skip
        score_cases(desk, work, [new.id])
        return Moved(old, new)


def _number_after_move(reader: Reader, number: str) -> str:
    """D-2026-041 goes on as D-2026-041b: people keep calling it by the number they know."""
    plain = number.rstrip("bcdefghijklmnopqrstuvwxyz")
    letters = (chr(c) for c in range(ord("b"), ord("z") + 1))
    return next(n for n in (plain + letter for letter in letters) if not reader.case_by_number(n))


def close(desk: Desk, case_id: str, values: Mapping[str, str]) -> Case:
    """Close a case with what happened, from a form's texts.

    Keys: turnout (number or range low-high), incident (none, some, many), ended, lesson.
    A lesson is about places and procedures: anything that points at a person is refused.
    """
    low, best, high = intake.read_count(values.get("turnout", ""))
    lesson = values.get("lesson", "")
    if lesson.strip():
        refuse_personal_data(lesson)
    try:
        incident = Incident(values.get("incident", ""))
    except ValueError:
        raise BadInput(
            N_("incident"), values.get("incident", ""), msg("Choose none, some or many.")
        ) from None
    if best is None:
        raise BadInput(N_("turnout"), "", msg("Write how many came, 0 if nobody did."))
    with desk.work() as work:
        case = work.case(case_id)
        ended = case.span.end if case.span else None
        if values.get("ended", "").strip():
            ended = read_when(values["ended"], desk.now, "ended").start
        outcome = Outcome(
            turnout_low=low if low is not None else best,
            turnout=best,
            turnout_high=high if high is not None else best,
            incident=incident,
            ended=ended,
            no_show=best == 0,
            lesson=lesson,
        )
        note_event(work, case_id, msg("closed: {n} came", n=best))
        status = Status.NO_SHOW if best == 0 else Status.CLOSED
        return work.save_case(case.replace(outcome=outcome, status=status))


# --- requests and agreements ----------------------------------------------------------------------


def ask(desk: Desk, case_id: str, asked_of: str, question: str, due: str) -> Request:
    """Ask somebody for advice, with a due day; a late answer shows amber."""
    if not asked_of.strip() or not question.strip():
        raise BadInput(N_("question"), question, msg("Say whom you ask what."))
    day = read_when(due, desk.now, "due").day
    with desk.work() as work:
        request = Request(desk.new_id(), case_id, asked_of, question, day, work.now)
        work.put(
            REQUEST,
            request.id,
            {
                "case_id": case_id, "asked_of": asked_of, "question": question,
                "due": day.isoformat(), "asked_at": work.now.isoformat(), "answer": "",
            },
        )  # fmt: skip
        note_event(work, case_id, msg("asked {whom}, due {day}", whom=asked_of, day=words.day(day)))
    return request


def answer(desk: Desk, request_id: str, text: str) -> None:
    """Write down the answer that came."""
    with desk.work() as work:
        found = work.record(REQUEST, request_id)
        if found is None:
            raise RuleSaysNo(msg("there is no such question"))
        work.put(REQUEST, request_id, {**found.doc, "answer": text})
        note_event(work, found.doc["case_id"], msg("answer of {whom}", whom=found.doc["asked_of"]))


def requests_in(reader: Reader, case_id: str = "") -> tuple[Request, ...]:
    """Questions about a case, or all of them."""
    return tuple(
        Request(
            id=record.key,
            case_id=record.doc["case_id"],
            asked_of=record.doc["asked_of"],
            question=record.doc["question"],
            due=date.fromisoformat(record.doc["due"]),
            asked_at=datetime.fromisoformat(record.doc["asked_at"]),
            answer=record.doc["answer"],
        )
        for record in reader.records(REQUEST)
        if case_id in ("", record.doc["case_id"])
    )


AGREEMENT_STATES = ("open", "kept", "broken")


def agree(desk: Desk, case_id: str, text: str) -> str:
    """Note an agreement with the organiser; its id."""
    if not text.strip():
        raise BadInput(N_("agreement"), text, msg("Write what was agreed."))
    with desk.work() as work:
        id = desk.new_id()
        work.put(AGREEMENT, id, {"case_id": case_id, "text": text, "state": "open"})
        note_event(work, case_id, msg("agreement noted"))
    return id


def set_agreement(desk: Desk, id: str, state: str) -> None:
    """Say whether an agreement was kept. Raises BadInput."""
    if state not in AGREEMENT_STATES:
        known = ", ".join(AGREEMENT_STATES)
        raise BadInput(N_("state"), state, msg("Choose one of: {known}.", known=known))
    with desk.work() as work:
        found = work.record(AGREEMENT, id)
        if found is None:
            raise RuleSaysNo(msg("there is no such agreement"))
        work.put(AGREEMENT, id, {**found.doc, "state": state})


def talk_agenda(found: Dossier) -> tuple[Msg, ...]:
    """What to speak of with the organiser, from the open points of the case."""
    points = [msg("still to be given: {what}", what=name) for name in found.missing]
    points += [msg("{note}", note=conflict.note) for conflict in found.conflicts]
    points += [
        msg("agreed before: {text}", text=a.text) for a in found.agreements if a.state == "open"
    ]
    points += [msg("question: {q}", q=worth.question) for worth in found.risk.worth]
    return tuple(points)


# --- the fortnight --------------------------------------------------------------------------------


@dataclass(frozen=True)
class CaseCard:
    """A case in one line, for lists of what is coming."""

    id: str
    number: str
    when: str
    place: str
    kind: str
    people: str
    standing: str
    """Class that counts, or empty."""
    status: str
    flags: tuple[Msg, ...]
    """What asks for attention: late, missing data, conflicts."""
    span: Span | None


def cards_between(reader: Reader, start: datetime, end: datetime, today: date) -> list[CaseCard]:
    """The cases of a stretch of time, in order."""
    classes = standing_classes(reader, today)
    cards = []
    for case in reader.cases(start=start, end=end):
        if case.status in (Status.CANCELLED, Status.MOVED):
            continue
        standing = classes.get(case.id)
        cards.append(
            CaseCard(
                id=case.id,
                number=case.number,
                when=words.span(case.span, time_known=case.time_known),
                place=intake.place_name(case),
                kind=words.KINDS[case.kind],
                people=words.people(case),
                standing=standing.value if standing else "",
                status=words.STATUSES[case.status],
                flags=_flags(reader, case),
                span=case.span,
            )
        )
    return cards


def _flags(reader: Reader, case: Case) -> tuple[Msg, ...]:
    flags = []
    term = intake.term_of(reader, case)
    if term and case.received_at is None:
        flags.append(msg("notification due {when}", when=words.moment(term.deadline)))
    elif term_status(case, term) is TermStatus.LATE:
        flags.append(msg("late"))
    conflicts = intake.conflicts_in(reader, case)
    if conflicts:
        flags.append(conflicts[0].note)
    return tuple(flags)
