"""The law as rules, by their number in the domain's list."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdesk import reference
from orderdesk.domain.conflicts import CaseIndex, ConflictKind, conflicts_of
from orderdesk.domain.events import Case, EventProfile, Kind, Source, Status
from orderdesk.domain.law import (
    Condition,
    Decision,
    DecisionKind,
    Ground,
    HolidayRules,
    PermitGate,
    Procedure,
    StruckDownConditions,
    TermRules,
    TermStatus,
    available_actions,
    check_condition,
    check_decision,
    event_gate,
    kind_for,
    lint_condition,
    missing_data,
    notification_term,
    over_square_budget,
    places_for_counter,
    recognised_holidays,
    square_days_used,
    term_status,
)
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.places import Places
from orderdesk.domain.time import Span, at, local
from orderdesk.errors import RuleSaysNo

TERMS = reference.load("terms", TermRules)
HOLIDAYS = reference.load("holidays", HolidayRules)
PLACES = reference.load("places", Places)
GATE = reference.load("permit_gate", PermitGate)
STRUCK = reference.load("struck_down", StruckDownConditions)
FREE = recognised_holidays(2025, HOLIDAYS) | recognised_holidays(2026, HOLIDAYS)
MAYOR = Actor(name="Mayor Example", role=Role.DECIDER)


def moment(text: str) -> datetime:
    """ "2026-06-14 14:00" in Amsterdam."""
    day, clock = text.split()
    return at(date.fromisoformat(day), clock)


def a_case(start: str = "2026-06-14 14:00", received: str | None = None, **changes: object) -> Case:
    """A demonstration of two hours."""
    begin = moment(start)
    came = moment(received) if received else None
    return Case(
        id="c", number="D-2026-001", kind=Kind.DEMONSTRATION, source=Source.WRITTEN,
        known_at=came or begin - timedelta(days=9), received_at=came,
        span=Span(start=begin, end=begin + timedelta(hours=2)), place_id="markt",
    ).replace(**changes)  # fmt: skip


def deadline(start: str, rule: str, free: frozenset[date] = FREE) -> str:
    """The deadline by a rule, as day and time."""
    term = notification_term(moment(start), TERMS.rule(rule), free)
    return f"{local(term.deadline):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("start", "raw", "literal", "lenient", "weekend_free"),
    [
        ("2026-06-14 14:00", "2026-06-12 14:00", "2026-06-11 12:00", "2026-06-12 12:00", "2026-06-10 00:00"),
        ("2026-06-13 14:00", "2026-06-11 14:00", "2026-06-11 14:00", "2026-06-11 14:00", "2026-06-10 00:00"),
        ("2026-06-15 10:00", "2026-06-13 10:00", "2026-06-12 12:00", "2026-06-12 12:00", "2026-06-10 10:00"),
        ("2026-06-16 10:00", "2026-06-14 10:00", "2026-06-12 12:00", "2026-06-12 12:00", "2026-06-11 10:00"),
        ("2026-06-17 14:00", "2026-06-15 14:00", "2026-06-15 14:00", "2026-06-15 14:00", "2026-06-12 14:00"),
        ("2026-04-07 10:00", "2026-04-05 10:00", "2026-04-02 12:00", "2026-04-02 12:00", "2026-03-31 10:00"),
        ("2026-04-29 15:00", "2026-04-27 15:00", "2026-04-24 12:00", "2026-04-24 12:00", "2026-04-23 15:00"),
    ],
)  # fmt: skip
def test_rules_1_to_3_the_worked_examples(
    start: str, raw: str, literal: str, lenient: str, weekend_free: str
) -> None:
    assert deadline(start, "48h_raw") == raw
    assert deadline(start, "48h_friday_literal") == literal
    assert deadline(start, "48h_friday_lenient") == lenient
    assert deadline(start, "72h_weekend_free") == weekend_free


def test_rule_1_late_is_flagged_and_never_a_reason_to_prohibit() -> None:
    case = a_case(received="2026-06-12 13:00")
    term = notification_term(moment("2026-06-14 14:00"), TERMS.rule(), FREE)
    assert term_status(case, term) is TermStatus.LATE
    prohibition = next(a for a in available_actions(case) if a.id == "prohibition")
    assert not prohibition.allowed


def test_rule_2_the_rule_is_data() -> None:
    case = a_case(received="2026-06-12 13:00")
    start = moment("2026-06-14 14:00")
    found = {
        rule: term_status(case, notification_term(start, TERMS.rule(rule), FREE)).value
        for rule in ("48h_raw", "48h_friday_literal", "48h_friday_lenient", "72h_weekend_free")
    }
    assert found == {
        "48h_raw": "timely", "48h_friday_literal": "late", "48h_friday_lenient": "late",
        "72h_weekend_free": "late",
    }  # fmt: skip


def test_rule_3_good_friday_can_be_switched_off() -> None:
    off = HOLIDAYS.model_copy(update={"good_friday_counts": False})
    free = recognised_holidays(2026, off) | recognised_holidays(2025, off)
    assert deadline("2026-04-07 10:00", "48h_friday_literal", free) == "2026-04-03 12:00"


def test_rule_4_the_deadline_minute_is_timely_the_next_is_late() -> None:
    term = notification_term(moment("2026-06-17 14:00"), TERMS.rule(), FREE)
    for received, status in (("2026-06-15 14:00", "timely"), ("2026-06-15 14:01", "late")):
        case = a_case("2026-06-17 14:00", received)
        assert term_status(case, term).value == status


def test_rule_4_hours_are_elapsed_over_the_change_of_clocks() -> None:
    assert deadline("2026-10-26 12:00", "48h_raw") == "2026-10-24 13:00"
    assert deadline("2026-03-30 12:00", "48h_raw") == "2026-03-28 11:00"


def test_rule_5_six_data_and_no_more() -> None:
    bare = Case(id="c", number="n", kind=Kind.DEMONSTRATION, source=Source.ORAL,
                known_at=moment("2026-06-01 10:00"))  # fmt: skip
    missing = missing_data(bare, organiser_name="", organiser_address="")
    assert len(missing) == 6
    full = a_case(purpose="p", measures="m")
    assert missing_data(full, organiser_name="n", organiser_address="a") == ()
    forbidden = {"viewpoint", "religion", "party", "speakers", "opinion"}
    assert not forbidden & set(Case.model_fields)


def test_rule_8_one_person_is_no_demonstration_and_back() -> None:
    assert kind_for(Kind.DEMONSTRATION, 1) is Kind.ONE_PERSON
    assert kind_for(Kind.ONE_PERSON, 2) is Kind.DEMONSTRATION
    alone = a_case(kind=Kind.ONE_PERSON)
    assert term_status(alone, None) is TermStatus.NOT_APPLICABLE
    assert not any(action.allowed for action in available_actions(alone))


def test_rule_9_grounds_are_a_closed_list_and_need_a_motive() -> None:
    assert {g.value for g in Ground} == {"health", "traffic", "disorder"}
    with pytest.raises(RuleSaysNo, match="ground"):
        check_condition(Condition(text="30 metres apart", motive="m"), STRUCK)
    with pytest.raises(RuleSaysNo, match="motive"):
        check_condition(
            Condition(text="30 metres apart", grounds=frozenset({Ground.DISORDER})), STRUCK
        )
    check_condition(
        Condition(text="30 metres apart", grounds=frozenset({Ground.DISORDER}), motive="m"), STRUCK
    )


@pytest.mark.parametrize(
    ("text", "case"),
    [
        ("Namen van de sprekers vooraf opgeven", "speakers"),
        ("no flyers without permit", "flyers"),
        ("De organisatie huurt verkeersregelaars in", "traffic_controllers"),
        ("organiser sends away everyone above 120", "send_away"),
        ("Het verkeer mag niet worden gehinderd", "no_hindrance"),
        ("Geen kwetsende leuzen", "offensive"),
        ("Lever een veiligheidsdraaiboek aan", "safety_script"),
    ],
)
def test_rule_11_the_lint_names_the_case_and_wants_a_reason(text: str, case: str) -> None:
    assert case in [hit.id for hit in lint_condition(text, STRUCK)]
    draft = Condition(text=text, grounds=frozenset({Ground.DISORDER}), motive="m")
    with pytest.raises(RuleSaysNo):
        check_condition(draft, STRUCK)
    check_condition(draft.replace(despite="because"), STRUCK)


def test_rule_12_the_prohibition_ladder() -> None:
    full = Decision(
        id="d", number="B", case_id="c", kind=DecisionKind.PROHIBITION,
        grounds=frozenset({Ground.DISORDER}), motive="m", lighter_measures=(("distance", "why"),),
        capacity_statement="not even more than at a football match", decided_by=MAYOR,
        decided_at=moment("2026-06-11 15:10"),
    )  # fmt: skip
    check_decision(full, a_case(), STRUCK)
    officer = Actor(name="Officer Example", role=Role.LEAD)
    for hole in (
        {"lighter_measures": ()}, {"lighter_measures": (("distance", " "),)},
        {"capacity_statement": ""}, {"decided_by": officer}, {"grounds": frozenset()},
    ):  # fmt: skip
        with pytest.raises(RuleSaysNo):
            check_decision(full.replace(**hole), a_case(), STRUCK)


@given(st.sampled_from(PLACES.places), st.integers(2, 20_000))
def test_rule_13_places_are_offered_to_the_counter_only(place: object, size: int) -> None:
    first = a_case(place_id=getattr(place, "id", ""))
    counter = a_case(id="k", counter_to="c", expected=size)
    for offer in places_for_counter(first, counter, PLACES):
        assert offer.place.id != first.place_id
        assert offer.metres <= PLACES.sight_and_sound_m
    with pytest.raises(RuleSaysNo):
        places_for_counter(counter, first, PLACES)


def an_event(**profile: object) -> Case:
    """A small event outside the centre."""
    return a_case("2026-06-13 12:00", "2026-03-02 09:00", kind=Kind.EVENT, place_id="mecc",
                  event=EventProfile(**profile))  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.parametrize(
    ("profile", "procedure"),
    [
        ({"visitors_peak": 249}, Procedure.NOTICE),
        ({"visitors_peak": 250}, Procedure.PERMIT),
        ({"days": 2}, Procedure.PERMIT),
        ({"stage_m": 1.0}, Procedure.NOTICE),
        ({"stage_m": 1.1}, Procedure.PERMIT),
        ({"tent_m2": 101}, Procedure.PERMIT),
        ({"sound_dba": 86}, Procedure.PERMIT),
        ({"access_blocked": True}, Procedure.PERMIT),
    ],
)
def test_rule_24_the_event_gate(profile: dict[str, object], procedure: Procedure) -> None:
    case = an_event(**profile)
    assert event_gate(case, PLACES.get("mecc"), GATE).procedure is procedure


def test_rule_24_the_centre_always_needs_a_permit_and_late_is_flagged() -> None:
    case = an_event().replace(place_id="markt", received_at=moment("2026-05-01 09:00"))
    found = event_gate(case, PLACES.get("markt"), GATE)
    assert found.procedure is Procedure.PERMIT
    assert found.late


def test_rule_24_the_61st_whole_day_on_the_vrijthof_warns_and_half_squares_do_not_count() -> None:
    square = PLACES.get("vrijthof")
    assert square is not None

    def day(n: int, share: float) -> Case:
        begin = at(date(2026, 1, 1) + timedelta(days=n), "12:00")
        return a_case(id=f"{n}{share}", kind=Kind.EVENT, place_id="vrijthof",
                      span=Span(start=begin, end=begin + timedelta(hours=6)),
                      event=EventProfile(square_share=share))  # fmt: skip

    sixty = [day(n, 1) for n in range(60)] + [day(n, 0.5) for n in range(100, 160)]
    assert over_square_budget(square_days_used(sixty, square, 2026), square) is None
    assert over_square_budget(square_days_used([*sixty, day(70, 1)], square, 2026), square)
    off = [day(70, 1).replace(status=status) for status in (Status.CANCELLED, Status.MOVED)]
    assert over_square_budget(square_days_used([*sixty, *off], square, 2026), square) is None


def test_conflicts_name_the_same_place_near_places_and_counter_pairs() -> None:
    first = a_case(id="a", number="D-1")
    counter = a_case(id="b", number="D-2", counter_to="a")
    near = a_case(id="c", number="D-3", place_id="vrijthof")
    far = a_case(id="d", number="D-4", place_id="mecc")
    later = a_case("2026-06-15 14:00", id="e", number="D-5")
    index = CaseIndex([first, counter, near, far, later])
    found = {c.other.id: c.kind for c in conflicts_of(first, index, PLACES)}
    assert found == {"b": ConflictKind.COUNTER_PAIR, "c": ConflictKind.NEAR}


@given(st.text(max_size=40))
def test_any_text_finds_a_place_or_none(text: str) -> None:
    found = PLACES.find(text)
    assert found is None or found in PLACES.places
