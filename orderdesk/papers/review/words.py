"""What all parts of the review share: its words, for whom it is, how cases and people are named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orderdesk.domain.events import Incident, Sureness
from orderdesk.domain.law import TermStatus
from orderdesk.i18n import N_, _
from orderdesk.papers import say
from orderdesk.papers.model import Block, Paragraph, Run, Tone
from orderdesk.papers.review_data import (
    Clash,
    Figure,
    Named,
    Override,
    PaperRules,
    RequestState,
    ReviewData,
)

_CLASS_TONES = {"midden": Tone.AMBER, "hoog": Tone.RED, "B": Tone.AMBER, "C": Tone.RED}
INCIDENTS = {Incident.NONE: N_("none"), Incident.SOME: N_("some"), Incident.MANY: N_("many")}
TERMS = {
    TermStatus.TIMELY: N_("in time"),
    TermStatus.LATE: N_("late"),
    TermStatus.NOT_APPLICABLE: N_("no term"),
    TermStatus.UNKNOWN: N_("term unknown"),
}
KEPT = {"kept": N_("kept"), "partly": N_("partly kept"), "broken": N_("not kept")}
REQUEST_STATES = {
    RequestState.ASKED: N_("asked"),
    RequestState.CONFIRMED: N_("confirmed"),
    RequestState.REFUSED: N_("refused"),
}
PHASES = {
    1: N_("simmering discontent"),
    2: N_("rising tension"),
    3: N_("escalation"),
    4: N_("aftermath"),
}
SURENESS = {
    Sureness.CONFIRMED: N_("confirmed"),
    Sureness.PLAUSIBLE: N_("plausible"),
    Sureness.UNVERIFIED: N_("unverified"),
}


class Edition(StrEnum):
    """For whom the review is."""

    FULL = "full"
    NO_NAMES = "no_names"  # no names below heads of department
    ONE_PAGE = "one_page"  # the picture and what is asked; no names either


@dataclass(frozen=True)
class View:
    """What is shown, by which rules, for whom."""

    data: ReviewData
    rules: PaperRules
    edition: Edition

    @property
    def seen_from(self) -> datetime:
        """Where the days ahead begin."""
        return self.data.outlook_from or self.data.known_at

    def name(self, person: Named) -> str:
        """How somebody is named in this edition."""
        return shown_name(person, self.edition)


def shown_name(person: Named, edition: Edition) -> str:
    """How somebody is named: with the function, or by the function alone."""
    function = str(person.function)
    if person.name and person.name != function and (person.head or edition is Edition.FULL):
        return f"{person.name} ({function})"
    return function


def not_yet_named(clash: Clash) -> list[str]:
    """The cases of a conflict that its sentence doesn't name already."""
    return [number for number in clash.cases if number not in str(clash.what)] or [*clash.cases]


def nothing() -> Block:
    """That there is nothing to tell."""
    return Paragraph(runs=(Run(text=_("None."), tone=Tone.QUIET),))


def number(figure: Figure) -> tuple[Run, ...]:
    """A figure with the records behind it."""
    return say.run(figure.value, *figure.records)


def class_name(code: str) -> str:
    """A class in words; a dash where none is set."""
    return say.class_name(code) or "–"


def class_runs(advised: str, decided: str, override: Override | None) -> tuple[Run, ...]:
    """The class that counts; where a person set another one, the advice beside it."""
    counts = decided or advised
    runs = (say.badge(class_name(counts), _CLASS_TONES.get(counts, Tone.PLAIN)),)
    if override is None and counts == advised:
        return runs
    return (*runs, Run(text=_("advice {name}").format(name=class_name(advised)), tone=Tone.QUIET))


def override_text(view: View, key: str, override: Override) -> str:
    """Who set another class than the advice, when and why."""
    return _("{case}: class set by {name} on {moment}. Motive: {motive}").format(
        case=key,
        name=view.name(override.by),
        moment=say.moment(override.at),
        motive=override.motive,
    )
