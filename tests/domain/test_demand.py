"""From a case to people and hours; lawful tasks; what police units cost."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdesk.domain import demand as d
from orderdesk.domain.demand import Carrier
from orderdesk.domain.events import Case, EventProfile, Form, Kind, Source
from orderdesk.domain.norms import Norms, check_lawful, unit_minutes
from orderdesk.domain.people import Task
from orderdesk.domain.time import Span, Week, at
from orderdesk.errors import BadInput, ReferenceProblem, RuleSaysNo
from orderdesk.reference import load, validate

NORMS = load("staffing_norms", Norms)
W24 = Week(year=2026, number=24)
MON, TUE, WED, THU, FRI, SAT, SUN = W24.days


def a_case(day: date, start: str, end: str, expected: int | None, **more: object) -> Case:
    fields: dict[str, object] = {
        "id": "c", "number": "D-2026-001", "kind": Kind.DEMONSTRATION, "source": Source.WRITTEN,
        "known_at": at(MON, "07:00"), "place_id": "markt", "expected": expected,
        "span": Span(start=at(day, start), end=at(day, end)),
    }  # fmt: skip
    return Case.model_validate(fields | more)


D041 = a_case(THU, "17:30", "19:00", 60)
D043 = a_case(SAT, "14:00", "16:00", 120, id="d043", form=Form.MARCH)
D044 = a_case(SAT, "13:30", "16:00", 90, counter_to="d043")
D042 = a_case(SUN, "14:00", "16:00", 200, form=Form.MARCH)
U009 = a_case(TUE, "15:30", "17:00", 150, id="u009", source=Source.UNANNOUNCED)
U010 = a_case(TUE, "15:30", "17:00", 40, source=Source.UNANNOUNCED, counter_to="u009")


@pytest.mark.parametrize(
    ("case", "risk_class", "first", "people", "start", "end", "hours"),
    [
        (D041, "midden", None, 4, at(THU, "17:00"), at(THU, "19:30"), 10),
        (D043, "midden", None, 4, at(SAT, "13:30"), at(SAT, "16:30"), 12),
        (D044, "hoog", D043, 6, at(SAT, "13:00"), at(SAT, "18:00"), 30),
        (D042, "midden", None, 4, at(SUN, "13:00"), at(SUN, "17:00"), 16),
        (U009, "midden", None, 4, at(TUE, "14:45"), at(TUE, "17:45"), 12),
    ],
    ids=["D-041", "D-043", "D-044", "D-042", "U-009"],
)
def test_the_hours_of_w24_follow_from_the_norms(
    case: Case, risk_class: str, first: Case | None, people: int,
    start: datetime, end: datetime, hours: int,
) -> None:  # fmt: skip
    found = d.demand(case, risk_class, NORMS, first=first)
    assert found.most_people == people
    assert {(b.span.start, b.span.end) for b in found.blocks} == {(start, end)}
    assert found.minutes() == hours * 60
    assert found.assumed == ()
    assert all(b.reasons and b.place == "markt" for b in found.blocks)
    check_lawful([b.task for b in found.blocks], NORMS)


def test_a_small_counter_group_brings_nothing_of_its_own_at_first() -> None:
    assert d.demand(U010, "hoog", NORMS, first=U009).minutes() == 0


@pytest.mark.parametrize(
    ("start", "end", "from_", "until"),
    [
        ("13:30", "16:00", "13:00", "18:00"),
        ("13:00", "15:00", "12:30", "18:00"),
        ("15:00", "17:00", "13:00", "19:00"),
    ],
)
def test_a_pair_is_staffed_as_one_from_before_the_first_arrival(
    start: str, end: str, from_: str, until: str
) -> None:
    counter = a_case(SAT, start, end, 90, counter_to="d043")
    (window,) = {b.span for b in d.demand(counter, "hoog", NORMS, first=D043).blocks}
    assert (window.start, window.end) == (at(SAT, from_), at(SAT, until))


def test_preparation_stands_apart_from_the_hours() -> None:
    assert d.demand(D041, "laag", NORMS).preparation_minutes == NORMS.preparation.laag
    assert d.demand(U009, "midden", NORMS).preparation_minutes == NORMS.preparation.unannounced
    alone = a_case(THU, "10:00", "11:00", 1, kind=Kind.ONE_PERSON)
    asked = d.demand(alone, "laag", NORMS)
    assert (asked.minutes(), asked.preparation_minutes) == (0, 0)


@pytest.mark.parametrize(("number", "half"), [(0, 0), (1, 1), (2, 2), (4, 2), (6, 4), (7, 4)])
def test_half_a_deployment_goes_in_pairs(number: int, half: int) -> None:
    assert d.in_pairs(number, 0.5) == half
    assert (d.in_pairs(number, 1), d.in_pairs(number, 0)) == (number, 0)


def test_what_is_not_known_is_assumed_and_said() -> None:
    unknown = a_case(THU, "00:00", "23:59", None, time_known=False)
    found = d.demand(unknown, "laag", NORMS)
    assert len(found.assumed) == 2
    assert found.minutes() == 4 * (NORMS.assumed_minutes + 60)
    nothing = d.demand(a_case(THU, "10:00", "11:00", 10, span=None), "hoog", NORMS)
    assert nothing.blocks == ()
    assert "unknown" in str(nothing.assumed[0])


def test_a_camp_of_days_gets_rounds_and_no_endless_shift() -> None:
    camp = a_case(
        THU, "10:00", "12:00", 80, form=Form.CAMP,
        span=Span(start=at(THU, "10:00"), end=at(SUN, "10:00")),
    )  # fmt: skip
    found = d.demand(camp, "laag", NORMS)
    assert found.minutes() == 4 * 4 * (NORMS.round_minutes + 60)
    assert max(b.span.minutes for b in found.blocks) < 12 * 60


def test_a_night_in_which_the_clock_goes_back_counts_elapsed_hours() -> None:
    vigil = a_case(
        THU, "10:00", "12:00", 60,
        span=Span(start=at(date(2026, 10, 25), "01:00"), end=at(date(2026, 10, 25), "04:00")),
    )  # fmt: skip
    assert d.demand(vigil, "laag", NORMS).minutes() == 4 * (4 * 60 + 60)


def an_event(risk_class: str, visitors: int, start: datetime, end: datetime) -> Case:
    return a_case(
        SAT, "12:00", "22:00", None, kind=Kind.EVENT, span=Span(start=start, end=end),
        event=EventProfile(visitors_peak=visitors, risk_class=risk_class),
    )  # fmt: skip


def test_an_event_stands_in_the_roster_and_brings_its_own_security() -> None:
    e118 = an_event("B", 1_800, at(SAT, "12:00"), at(SAT, "22:00"))
    found = d.demand(e118, "B", NORMS)
    assert found.minutes() == 0
    assert found.minutes(Carrier.ROSTER) == 4 * 12 * 60
    assert found.minutes(Carrier.ORGANISER) == 8 * 10 * 60
    small = d.demand(an_event("A", 249, at(SAT, "12:00"), at(SAT, "14:00")), "A", NORMS)
    assert small.minutes(Carrier.ORGANISER) == 0
    least = d.demand(an_event("A", 250, at(SAT, "12:00"), at(SAT, "14:00")), "A", NORMS)
    assert least.minutes(Carrier.ORGANISER) == 2 * 2 * 60


@pytest.mark.parametrize(
    ("start", "end", "days", "minutes"),
    [
        (at(THU, "12:00"), at(SUN, "23:00"), 4, 11 * 60),
        (at(THU, "20:00"), at(SAT, "02:00"), 2, 6 * 60),
        (at(THU, "20:00"), at(SAT, "00:00"), 2, 4 * 60),
    ],
)
def test_an_event_of_days_is_open_by_the_clock(
    start: datetime, end: datetime, days: int, minutes: int
) -> None:
    found = d.demand(an_event("0", 100, start, end), "0", NORMS)
    assert found.minutes(Carrier.ROSTER) == days * 2 * (minutes + 120)


@pytest.mark.parametrize("case", [D041, an_event("B", 5, at(SAT, "12:00"), at(SAT, "13:00"))])
def test_an_unknown_class_is_refused(case: Case) -> None:
    with pytest.raises(BadInput, match="class"):
        d.demand(case, "groot", NORMS)


@given(
    size=st.integers(0, 20_000),
    more=st.integers(0, 5_000),
    form=st.sampled_from(Form),
    counter=st.booleans(),
)
def test_more_people_or_a_higher_class_never_ask_for_less(
    size: int, more: int, form: Form, counter: bool
) -> None:
    first = D043 if counter else None
    asked = [
        d.demand(a_case(SAT, "13:30", "16:00", n, form=form), c, NORMS, first=first).minutes()
        for n in (size, size + more)
        for c in ("laag", "midden", "hoog")
    ]
    assert asked[:3] == sorted(asked[:3])
    assert asked[3:] == sorted(asked[3:])
    assert all(a <= b for a, b in zip(asked[:3], asked[3:], strict=True))


def test_neither_purpose_nor_organiser_changes_the_demand() -> None:
    other = D041.replace(purpose="Something else", organiser_id="org-9")
    assert d.demand(other, "laag", NORMS) == d.demand(D041, "laag", NORMS)


# --- what a BOA may do, what units cost -----------------------------------------------------


@pytest.mark.parametrize(
    "task", [Task.RESTORE_ORDER, Task.SEPARATE_GROUPS, Task.ARREST, Task.RIOT_POLICE]
)
def test_a_boa_never_stands_for_disorder(task: Task) -> None:
    with pytest.raises(RuleSaysNo, match="police task") as refused:
        check_lawful([Task.SUPERVISION, task], NORMS)
    assert refused.value.rule == "19"
    assert "public information" in str(refused.value)


def test_lawful_tasks_pass() -> None:
    check_lawful(
        [Task.SUPERVISION, Task.TRAFFIC, Task.PUBLIC_INFORMATION, Task.WASTE, Task.HOST], NORMS
    )
    check_lawful([Task.THEME_WORK, Task.RESERVE], NORMS)


def test_a_section_and_a_platoon_cost_what_the_rule_says() -> None:
    assert unit_minutes("section", NORMS) == 276 * 60
    assert unit_minutes("platoon", NORMS) == 564 * 60
    assert unit_minutes("section", NORMS, 2) == 552 * 60
    for unit, count in (("army", 1), ("section", 0)):
        with pytest.raises(BadInput, match="section"):
            unit_minutes(unit, NORMS, count)


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (("tasks", 0, "order"), ["arrest"], "not lawful"),
        (("numbers", 0, "from_size"), 10, "start at size 0"),
        (("windows", 0, "classes"), ["midden"], "start at size 0"),
        (("windows", 1, "from_size"), 300, "rise"),
        (("tasks", 0, "forms"), ["static"], "exactly one order"),
    ],
)
def test_norms_with_a_hole_or_an_unlawful_task_do_not_load(
    path: tuple[str, int, str], value: object, complaint: str
) -> None:
    raw = NORMS.model_dump(mode="json")
    raw[path[0]][path[1]][path[2]] = value
    with pytest.raises(ReferenceProblem, match=complaint):
        validate("staffing_norms.toml", raw, Norms)
