"""Permitted events: A/B/C advice from three profiles, and a separate estimate of medical cover."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Msg, msg
from orderdesk.reference import LocalText, ReferenceFile, Strict
from orderdesk.risk.model import LocalLabel

Profile = Literal["activity", "audience", "place"]
PROFILES: tuple[Profile, ...] = ("activity", "audience", "place")
Points = Annotated[int, Field(ge=0, le=20)]


class EventClass(StrEnum):
    """A regular, B attention, C high risk."""

    A = "A"
    B = "B"
    C = "C"


class Answer(Strict):
    """One possible answer, objective, with its points."""

    id: str
    points: Points
    below: float | None = None
    """For a question about a number: this answer holds below it."""
    label: LocalText


class Question(Strict):
    """One question of a profile."""

    id: str
    profile: Profile
    label: LocalText
    answers: Annotated[tuple[Answer, ...], Field(min_length=2)]

    def answer(self, given: str) -> Answer:
        """The answer by id, or the first that a number stays below. Raises BadInput."""
        for answer in self.answers:
            if answer.id == given:
                return answer
        if any(a.below is not None for a in self.answers):
            try:
                number = float(given)
            except ValueError:
                number = math.nan
            if number >= 0:
                return next(a for a in self.answers if a.below is None or number < a.below)
        known = ", ".join(a.id for a in self.answers)
        raise BadInput(self.id, given, msg("Choose one of: {known}.", known=known))


class EventCard(ReferenceFile):
    """`data/event_card.toml`."""

    b_from: Points
    c_from: Annotated[int, Field(ge=1)]
    heavy_profile: Annotated[int, Field(ge=1)]
    questions: tuple[Question, ...]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.b_from >= self.c_from:
            raise ValueError("c_from must lie above b_from")
        ids = [q.id for q in self.questions]
        if len(set(ids)) != len(ids):
            raise ValueError("two questions share an id")
        return self


@dataclass(frozen=True)
class EventLine:
    """One answered question with its points."""

    question: str
    profile: Profile
    label: LocalLabel
    answer: LocalLabel
    points: int


@dataclass(frozen=True)
class EventAdvice:
    """A/B/C as advice; the authority may always choose another class."""

    advice: EventClass
    lines: tuple[EventLine, ...]
    total: int
    profiles: Mapping[Profile, int]
    highest: EventClass
    """The class if every open question had its heaviest answer."""
    open_questions: tuple[str, ...]
    why: Msg


def advise_event(answers: Mapping[str, str], card: EventCard) -> EventAdvice:
    """A/B/C advice from the answers (question id -> answer id or number).

    Open questions count nothing, but show in `highest`. Raises BadInput for an unknown question
    or answer.
    """
    known = {q.id: q for q in card.questions}
    for question in answers:
        if question not in known:
            raise BadInput(N_("question"), question, msg("Known: {known}.", known=", ".join(known)))
    lines = []
    for q in card.questions:
        if answers.get(q.id, "") != "":
            chosen = q.answer(answers[q.id])
            lines.append(
                EventLine(
                    q.id, q.profile, LocalLabel(q.label), LocalLabel(chosen.label), chosen.points
                )
            )
    answered = {line.question for line in lines}
    missing = [q for q in card.questions if q.id not in answered]
    profiles = {p: sum(x.points for x in lines if x.profile == p) for p in PROFILES}
    at_worst = {
        p: profiles[p] + sum(max(a.points for a in q.answers) for q in missing if q.profile == p)
        for p in PROFILES
    }
    total = sum(profiles.values())
    return EventAdvice(
        advice=_event_class(profiles, card),
        lines=tuple(lines),
        total=total,
        profiles=profiles,
        highest=_event_class(at_worst, card),
        open_questions=tuple(q.id for q in missing),
        why=msg(
            "{total} points: B from {b}, C from {c}; one profile of {heavy} or more is B at least",
            total=total,
            b=card.b_from,
            c=card.c_from,
            heavy=card.heavy_profile,
        ),
    )


def _event_class(profiles: Mapping[Profile, int], card: EventCard) -> EventClass:
    total = sum(profiles.values())
    if total >= card.c_from:
        return EventClass.C
    if total >= card.b_from or max(profiles.values()) >= card.heavy_profile:
        return EventClass.B
    return EventClass.A


# ------------------------------------------------------------------ medical cover (Maurer)


class PointStep(Strict):
    """Up to and including a number: points."""

    upto: Annotated[float, Field(gt=0)]
    points: Points


class CoverStep(Strict):
    """Up to and including a score: how many."""

    upto: Annotated[float, Field(gt=0)]
    number: Annotated[int, Field(ge=0)]


class Cover(Strict):
    """Steps of one means, and the number above the last step."""

    more: Annotated[int, Field(ge=0)]
    steps: tuple[CoverStep, ...]

    def at(self, score: float) -> int:
        """How many the score asks for."""
        return next((s.number for s in self.steps if score <= s.upto), self.more)


class CommandLimits(Strict):
    """Scores above which a staff is needed."""

    reduced_above: float
    full_above: float


class MaurerScheme(ReferenceFile):
    """`data/maurer.toml`."""

    visitor_steps: Annotated[tuple[PointStep, ...], Field(min_length=1)]
    beyond_each: Annotated[int, Field(gt=0)]
    indoors_factor: Annotated[float, Field(ge=1)]
    expected_per_point: Annotated[float, Field(gt=0)]
    vip_points_each_five: Annotated[float, Field(ge=0)]
    vip_points_most: Annotated[float, Field(ge=0)]
    violence_points: Annotated[float, Field(ge=0)]
    risk_factor: dict[str, Annotated[float, Field(gt=0, le=5)]]
    helpers: Cover
    ambulances: Cover
    doctors: Cover
    command: CommandLimits


class Staff(StrEnum):
    """Medical command on the spot."""

    NONE = "none"
    REDUCED = "reduced"
    FULL = "full"


@dataclass(frozen=True)
class MedicalCover:
    """Estimate of medical cover: labelled, apart from every score and class."""

    score: float
    """To one decimal, as the scheme's tables read it."""
    helpers: int
    ambulances: int
    doctors: int
    command: Staff
    source: str


def medical_cover(
    kind: str,
    permitted: int,
    expected: int,
    scheme: MaurerScheme,
    *,
    indoors: bool = False,
    vips: int = 0,
    violence_expected: bool = False,
) -> MedicalCover:
    """Helpers, ambulances, doctors and command by the Maurer scheme.

    `permitted` is the most people allowed, `expected` how many are expected; `violence_expected`
    only when the police say so. Concert 10,000/10,000 -> 26.0; demonstration 1,000/200 -> 1.9,
    with violence expected 11.9. Raises BadInput for an unknown kind or a negative number.
    """
    if kind not in scheme.risk_factor:
        known = ", ".join(scheme.risk_factor)
        raise BadInput(N_("kind of event"), kind, msg("Known: {known}.", known=known))
    for name, number in (
        (N_("permitted"), permitted),
        (N_("expected"), expected),
        (N_("VIPs"), vips),
    ):
        if number < 0:
            raise BadInput(name, number, msg("Give a number from 0 up."))
    visitors = _visitor_points(permitted, scheme) * (scheme.indoors_factor if indoors else 1)
    value = (visitors + expected / scheme.expected_per_point) * scheme.risk_factor[kind]
    value += min(vips / 5 * scheme.vip_points_each_five, scheme.vip_points_most)
    value += scheme.violence_points if violence_expected else 0
    value, limits = round(value, 1), scheme.command
    command = Staff.NONE
    if value > limits.reduced_above:
        command = Staff.FULL if value > limits.full_above else Staff.REDUCED
    return MedicalCover(
        score=value,
        helpers=scheme.helpers.at(value),
        ambulances=scheme.ambulances.at(value),
        doctors=scheme.doctors.at(value),
        command=command,
        source=scheme.source,
    )


def _visitor_points(permitted: int, scheme: MaurerScheme) -> float:
    for step in scheme.visitor_steps:
        if permitted <= step.upto:
            return step.points
    last = scheme.visitor_steps[-1]
    return last.points + math.ceil((permitted - last.upto) / scheme.beyond_each)
