"""The law of gatherings and events in rules that can be tested. Sources stand in the data files.

A demonstration is notified, not permitted: nothing here refuses one for being late or incomplete.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from orderdesk.domain.events import Case, EventProfile, Kind, Name, Source, Text
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.places import Place, Places
from orderdesk.domain.time import Frozen, Moment, at, days_touched, local, utc
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import Figure, Msg, msg, pick
from orderdesk.reference import LocalText, ReferenceFile, Strict

_NOON = time(12)
_FRIDAY, _SATURDAY, _SUNDAY = 4, 5, 6


# --- terms of notification (rules 1-4) ------------------------------------------------------------


class TermRule(Strict):
    """How long before the start a notification is due, and how the time is counted."""

    id: str
    version: str
    name: LocalText
    hours: Annotated[int, Field(gt=0, le=24 * 60)]
    counts: Literal["clock", "working_hours"]
    """working_hours: hours of Saturdays, Sundays and recognised holidays are skipped."""
    friday_rule: Literal["none", "literal", "lenient"]
    """A deadline on Friday after 12:00, in a weekend or on a holiday moves back to 12:00 on the
    working day before (literal), or, from Friday afternoon on, to Friday 12:00 (lenient)."""
    source: str


class TermRules(ReferenceFile):
    """`data/terms.toml`."""

    default: str
    rules: tuple[TermRule, ...]

    @model_validator(mode="after")
    def _default_exists(self) -> TermRules:
        if self.default not in {rule.id for rule in self.rules}:
            raise ValueError(f"default {self.default!r} is no rule")
        return self

    def rule(self, id: str = "") -> TermRule:
        """A rule by id; the default one without. Raises RuleSaysNo."""
        wanted = id or self.default
        found = next((rule for rule in self.rules if rule.id == wanted), None)
        if found is None:
            raise RuleSaysNo(msg("there is no term rule {id}", id=wanted))
        return found


class HolidayRules(ReferenceFile):
    """`data/holidays.toml`."""

    good_friday_counts: bool
    liberation_day_every_year: bool
    extra: tuple[date, ...] = ()


def recognised_holidays(year: int, rules: HolidayRules) -> frozenset[date]:
    """The generally recognised holidays of a year (Algemene termijnenwet art. 3)."""
    import holidays

    found = set(holidays.country_holidays("NL", years=year, categories=("public",)))
    if rules.liberation_day_every_year:
        found.add(date(year, 5, 5))
    easter_monday = next(d for d, name in holidays.country_holidays("NL", years=year,
                         language="en_US").items() if "Easter Monday" in name)  # fmt: skip
    good_friday = easter_monday - timedelta(days=3)
    found.discard(good_friday)
    if rules.good_friday_counts:
        found.add(good_friday)
    return frozenset(found | {day for day in rules.extra if day.year == year})


@dataclass(frozen=True)
class Term:
    """When a notification was due, and the steps that lead there."""

    rule: TermRule
    deadline: datetime
    steps: tuple[Msg, ...]


class TermStatus(StrEnum):
    """How a notification stands to its term."""

    TIMELY = "timely"  # tijdig
    LATE = "late"  # te laat: flagged, never rejected
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


def notification_term(start: datetime, rule: TermRule, holidays: frozenset[date]) -> Term:
    """The latest moment of notification for a gathering that starts at `start`.

    `holidays` must hold those of the year of the start and of the one before.
    Source: Wom art. 4 with the municipality's APV; the Friday rule as in Enschede APV 2.3.
    """
    steps = [
        msg("Rule: {name} (version {version})", name=_Local(rule.name), version=rule.version),
        msg("Start: {start}", start=_moment(start)),
    ]
    if rule.counts == "clock":
        raw = utc(start) - timedelta(hours=rule.hours)
        steps.append(msg("{n} hours earlier: {raw}", n=rule.hours, raw=_moment(raw)))
    else:
        raw = _working_hours_before(start, rule.hours, holidays)
        steps.append(
            msg("{n} hours earlier, weekends and holidays not counted: {raw}",
                n=rule.hours, raw=_moment(raw))
        )  # fmt: skip
    deadline = _friday_rule(raw, rule, holidays)
    if deadline != raw:
        steps.append(
            msg("That falls on Friday after 12:00, in a weekend or on a holiday, so: {deadline}",
                deadline=_moment(deadline))
        )  # fmt: skip
    return Term(rule, deadline, tuple(steps))


def term_status(case: Case, term: Term | None) -> TermStatus:
    """Whether the notification was in time. The deadline's own minute is still timely.

    Where only the day is known, a notification counts as late only if it would be late for a
    start at the end of that day too.
    """
    if not case.is_wom or case.source is Source.UNANNOUNCED:
        return TermStatus.NOT_APPLICABLE
    if term is None or case.received_at is None or case.span is None:
        return TermStatus.UNKNOWN
    received = case.received_at.replace(second=0, microsecond=0)
    if received <= term.deadline:
        return TermStatus.TIMELY
    if not case.time_known and received <= term.deadline + (case.span.end - case.span.start):
        return TermStatus.UNKNOWN
    return TermStatus.LATE


def _is_working_day(day: date, holidays: frozenset[date]) -> bool:
    return day.weekday() not in (_SATURDAY, _SUNDAY) and day not in holidays


def _working_day_before(day: date, holidays: frozenset[date]) -> date:
    day -= timedelta(days=1)
    while not _is_working_day(day, holidays):
        day -= timedelta(days=1)
    return day


def _friday_rule(raw: datetime, rule: TermRule, holidays: frozenset[date]) -> datetime:
    wall = local(raw)
    day = wall.date()
    friday_afternoon = day.weekday() == _FRIDAY and wall.time() > _NOON
    if rule.friday_rule == "none":
        return raw
    if not friday_afternoon and _is_working_day(day, holidays):
        return raw
    if rule.friday_rule == "lenient" and friday_afternoon and _is_working_day(day, holidays):
        return at(day, _NOON)
    return at(_working_day_before(day, holidays), _NOON)


def _working_hours_before(start: datetime, hours: int, holidays: frozenset[date]) -> datetime:
    """Walk back day by day; hours of days that don't count are skipped."""
    left = timedelta(hours=hours)
    moment = utc(start)
    day = local(moment).date()
    while True:
        opened = at(day, time(0))
        if _is_working_day(day, holidays):
            available = moment - opened
            if available >= left:
                return moment - left
            left -= available
        moment = opened
        day -= timedelta(days=1)


# --- what a notification must hold (rules 5, 7, 8) ------------------------------------------------


def missing_data(case: Case, *, organiser_name: str, organiser_address: str) -> tuple[Msg, ...]:
    """Which of the six data of Wom art. VI and the standard APV are not there.

    Composition counts only where it applies. A missing one never blocks registering.
    """
    if not case.is_wom:
        return ()
    checks = (
        (organiser_name, msg("name of the person who holds the gathering")),
        (organiser_address, msg("address of that person")),
        (case.purpose, msg("purpose")),
        ("yes" if case.span and case.time_known else "", msg("date, start time and end time")),
        (case.place_id or case.place_text or "".join(case.route), msg("place or route")),
        (case.measures, msg("measures for an orderly course")),
    )
    return tuple(name for value, name in checks if not value.strip())


def kind_for(kind: Kind, expected: int | None) -> Kind:
    """One person makes a one-person action, two or more a demonstration (Wom: betoging)."""
    if kind is Kind.DEMONSTRATION and expected == 1:
        return Kind.ONE_PERSON
    if kind is Kind.ONE_PERSON and expected is not None and expected > 1:
        return Kind.DEMONSTRATION
    return kind


# --- conditions, measures, decisions (rules 9, 11, 12) --------------------------------------------


class Ground(StrEnum):
    """The only grounds for any limitation: Wom art. 2."""

    HEALTH = "health"  # bescherming van de gezondheid
    TRAFFIC = "traffic"  # belang van het verkeer
    DISORDER = "disorder"  # bestrijding of voorkoming van wanordelijkheden


class StruckDown(Strict):
    """A condition that a court annulled or that was withdrawn, with how to recognise it."""

    id: str
    case: str
    outcome: LocalText
    patterns: tuple[str, ...]
    """Regular expressions, Dutch and English, matched without regard to case."""

    @model_validator(mode="after")
    def _patterns_compile(self) -> StruckDown:
        for pattern in self.patterns:
            re.compile(pattern)
        return self


class StruckDownConditions(ReferenceFile):
    """`data/struck_down.toml`."""

    cases: tuple[StruckDown, ...]


def lint_condition(text: str, known: StruckDownConditions) -> tuple[StruckDown, ...]:
    """Court cases that a draft condition resembles. The officer may go on with a written reason."""
    return tuple(
        case
        for case in known.cases
        if any(re.search(pattern, text, re.IGNORECASE) for pattern in case.patterns)
    )


class Condition(Frozen):
    """A prescription or limitation (voorschrift of beperking)."""

    text: Annotated[Text, Field(min_length=1)]
    grounds: frozenset[Ground] = frozenset()
    motive: Text = ""
    """Why this ground holds here."""
    lighter_measure: Text = ""
    """The lighter means that was weighed, and why it does not suffice."""
    despite: Text = ""
    """Why to go on although it resembles a condition that was struck down."""


class DecisionKind(StrEnum):
    """What the mayor can decide about a gathering."""

    NO_LIMITATION = "no_limitation"
    CONDITIONS = "conditions"  # Wom art. 5
    INSTRUCTION = "instruction"  # aanwijzing, art. 6
    ENDING = "ending"  # beëindiging, art. 7
    PROHIBITION = "prohibition"  # verbod, art. 5


class Decision(Frozen):
    """A decision with everything that a court will ask for."""

    id: str
    number: str
    case_id: str
    kind: DecisionKind
    conditions: tuple[Condition, ...] = ()
    grounds: frozenset[Ground] = frozenset()
    motive: Text = ""
    lighter_measures: tuple[tuple[Name, Text], ...] = ()
    """Measure considered, and why it does not suffice."""
    capacity_statement: Text = ""
    """Why not even more police than at a high-risk professional football match would do."""
    decided_by: Actor
    decided_at: Moment


def check_condition(condition: Condition, known: StruckDownConditions) -> None:
    """Raise RuleSaysNo while a condition can't be final (rules 9 and 11)."""
    if not condition.grounds:
        raise RuleSaysNo(
            msg("Choose at least one ground of Wom art. 2: health, traffic, disorder."), "9"
        )
    if not condition.motive.strip():
        raise RuleSaysNo(msg("Give this condition a motive of its own."), "9")
    hits = lint_condition(condition.text, known)
    if hits and not condition.despite.strip():
        raise RuleSaysNo(
            msg(
                "It resembles a condition that did not stand ({case}). Change it, or write why "
                "to go on.",
                case=hits[0].case,
            ),
            "11",
        )


def check_decision(decision: Decision, case: Case, known: StruckDownConditions) -> None:
    """Raise RuleSaysNo while a decision can't be taken (rules 8, 9, 11, 12)."""
    if not case.is_wom:
        raise RuleSaysNo(msg("Decisions of the Wom don't apply to an event."), "8")
    if decision.kind is DecisionKind.NO_LIMITATION:
        return
    if decision.decided_by.role is not Role.DECIDER:
        raise RuleSaysNo(msg("Only the mayor decides this."), "12")
    for condition in decision.conditions:
        check_condition(condition, known)
    if decision.kind is DecisionKind.CONDITIONS:
        if not decision.conditions:
            raise RuleSaysNo(msg("Write at least one condition."), "9")
        return
    if not decision.grounds or not decision.motive.strip():
        raise RuleSaysNo(
            msg("This needs a ground of Wom art. 2 and a motive; being late is none."), "9"
        )
    if decision.kind is DecisionKind.PROHIBITION:
        _check_prohibition(decision)


def _check_prohibition(decision: Decision) -> None:
    if not decision.lighter_measures or any(
        not why.strip() for _, why in decision.lighter_measures
    ):
        raise RuleSaysNo(
            msg("Weigh lighter measures first, and say of each why it does not suffice."), "12"
        )
    if not decision.capacity_statement.strip():
        raise RuleSaysNo(
            msg(
                "State why not even more police than at a high-risk football match would make "
                "it possible."
            ),
            "12",
        )


@dataclass(frozen=True)
class Action:
    """Something that a screen may offer, or why not."""

    id: str
    allowed: bool
    why_not: Msg | None = None


def available_actions(case: Case, *, has_outcome: bool = False) -> tuple[Action, ...]:
    """What can be decided about a case now. Prohibition is never offered for being late alone:
    it needs a ground, lighter measures, a statement on capacity, and the mayor (rules 1, 8, 12)."""
    if not case.is_wom:
        no = msg("Decisions of the Wom don't apply to an event.")
        return tuple(Action(kind.value, False, no) for kind in DecisionKind)
    if has_outcome:
        no = msg("It is over.")
        return tuple(Action(kind.value, False, no) for kind in DecisionKind)
    ladder = msg(
        "Only with a ground of Wom art. 2, lighter measures weighed, a statement on capacity, and "
        "the mayor as decider. Not being notified (in time) is no ground."
    )
    return tuple(
        Action(kind.value, kind is not DecisionKind.PROHIBITION,
               ladder if kind is DecisionKind.PROHIBITION else None)
        for kind in DecisionKind
    )  # fmt: skip


class Authority(StrEnum):
    """Who decides in the driehoek."""

    MAYOR = "mayor"  # public order and aid: Politiewet 2012 art. 11
    PROSECUTOR = "prosecutor"  # enforcement of criminal law: art. 12


def wrong_authority(chosen: Authority, is_criminal_enforcement: bool) -> Msg | None:
    """A warning when a decision is put with the wrong authority."""
    right = Authority.PROSECUTOR if is_criminal_enforcement else Authority.MAYOR
    if chosen is right:
        return None
    if is_criminal_enforcement:
        return msg("Criminal enforcement is the prosecutor's (Politiewet 2012 art. 12).")
    return msg("Public order is the mayor's (Politiewet 2012 art. 11).")


# --- counter-demonstrations (rule 13) -------------------------------------------------------------


@dataclass(frozen=True)
class PlaceOffer:
    """A place that the counter-demonstration could take, within sight and sound of the first."""

    place: Place
    metres: int
    spare: int
    """People it holds beyond the number expected; negative when it is too small."""


def places_for_counter(first: Case, counter: Case, places: Places) -> tuple[PlaceOffer, ...]:
    """Places for the counter-demonstration, the nearest that fits first.

    Never asked for the first of a pair: a counter-demonstration is no reason to move it.
    Raises RuleSaysNo when `counter` is not linked to `first`.
    """
    if counter.counter_to != first.id:
        raise RuleSaysNo(msg("a place is offered to the counter-demonstration only"), "13")
    origin = places.get(first.place_id)
    if origin is None:
        return ()
    size = counter.expected_high or counter.expected or 0
    offers = [
        PlaceOffer(place, round(places.distance(origin, place)), place.capacity - size)
        for place in places.near(origin)
        if place.capacity > 0
    ]
    return tuple(sorted(offers, key=lambda offer: (offer.spare < 0, offer.metres)))


# --- events (rule 24) -----------------------------------------------------------------------------


class PermitGate(ReferenceFile):
    """`data/permit_gate.toml`: when an event needs a permit, and how early."""

    centre_district: str
    visitors_from: Annotated[int, Field(gt=0)]
    days_above: Annotated[int, Field(ge=1)]
    stage_above_m: Annotated[float, Field(ge=0)]
    tent_above_m2: Annotated[float, Field(ge=0)]
    sound_above_dba: Annotated[float, Field(ge=0)]
    permit_weeks: Annotated[int, Field(ge=0, le=104)]
    notice_weeks: Annotated[int, Field(ge=0, le=104)]
    parade_weeks: Annotated[int, Field(ge=0, le=104)]


class Procedure(StrEnum):
    """What an event needs."""

    NOTICE = "notice"  # melding
    PERMIT = "permit"  # evenementenvergunning
    PARADE_PERMIT = "parade_permit"  # optochtvergunning


@dataclass(frozen=True)
class GateResult:
    """What an event needs and why."""

    procedure: Procedure
    reasons: tuple[Msg, ...]
    due: datetime | None
    late: bool


def event_gate(case: Case, place: Place | None, gate: PermitGate) -> GateResult:
    """Whether a melding suffices, and whether the application came in time."""
    profile = case.event or EventProfile()
    visitors = max(profile.visitors_peak, case.expected or 0)
    checks = (
        (place is not None and place.district == gate.centre_district,
         msg("it is in the centre")),
        (visitors >= gate.visitors_from, msg("{n} visitors or more", n=gate.visitors_from)),
        (profile.days > gate.days_above, msg("longer than {n} day", n=gate.days_above)),
        (profile.access_blocked, msg("emergency access is blocked")),
        (profile.stage_m > gate.stage_above_m,
         msg("stage above {n} m", n=Figure(gate.stage_above_m))),
        (profile.tent_m2 > gate.tent_above_m2,
         msg("tent above {n} m2", n=Figure(gate.tent_above_m2))),
        (profile.sound_dba > gate.sound_above_dba,
         msg("sound above {n} dB(A)", n=Figure(gate.sound_above_dba))),
    )  # fmt: skip
    reasons = tuple(reason for holds, reason in checks if holds)
    if case.kind is Kind.PARADE:
        procedure, weeks = Procedure.PARADE_PERMIT, gate.parade_weeks
    elif reasons:
        procedure, weeks = Procedure.PERMIT, gate.permit_weeks
    else:
        procedure, weeks = Procedure.NOTICE, gate.notice_weeks
    due = _weeks_before(case.span.start, weeks) if case.span else None
    late = due is not None and case.received_at is not None and case.received_at > due
    return GateResult(procedure, reasons, due, late)


def square_days_used(cases: Iterable[Case], place: Place, year: int) -> int:
    """Event days of a square in a year. Only whole squares count; building up doesn't, nor
    what is called off."""
    days: set[date] = set()
    for case in cases:
        whole = case.event is not None and case.event.square_share >= 1
        held = case.is_event and whole and not case.called_off
        if not (held and case.place_id == place.id and case.span):
            continue
        days.update(day for day in days_touched(case.span.start, case.span.end) if day.year == year)
    return len(days)


def over_square_budget(used: int, place: Place) -> Msg | None:
    """A warning when a square gets more days than the policy allows."""
    if not place.square_days or used <= place.square_days:
        return None
    return msg(
        "{place}: day {used} of {budget} this year",
        place=place.name, used=used, budget=place.square_days,
    )  # fmt: skip


# --- words ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Local:
    """A text of a data file, shown in the reader's language."""

    texts: LocalText

    def __str__(self) -> str:
        return pick(self.texts)


def _moment(moment: datetime) -> str:
    return f"{local(moment):%d-%m-%Y %H:%M}"


def _weeks_before(start: datetime, weeks: int) -> datetime:
    wall = local(start)
    return at(wall.date() - timedelta(weeks=weeks), wall.time())
