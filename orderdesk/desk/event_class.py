"""A/B/C of an event: three profiles, the advice that follows, and medical cover apart from it."""

from __future__ import annotations

from collections.abc import Mapping

from orderdesk import reference
from orderdesk.desk.core import Desk
from orderdesk.desk.scoring import keep_up
from orderdesk.desk.timeline import note_event
from orderdesk.domain.events import Case, EventProfile
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import msg
from orderdesk.risk.events import (
    EventAdvice,
    EventCard,
    MaurerScheme,
    MedicalCover,
    Question,
    advise_event,
    medical_cover,
)

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
        saved = work.save_case(changed)
        keep_up(desk, work)
    return saved
