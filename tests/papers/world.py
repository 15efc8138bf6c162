"""The test week W24 as the papers get it, on Wednesday 10 June 2026 at 12:00. All invented."""

from __future__ import annotations

from datetime import date

from orderdesk import reference
from orderdesk.domain.events import Case, Incident, Kind, Organiser, Source, Sureness
from orderdesk.domain.law import (
    Condition,
    Decision,
    DecisionKind,
    Ground,
    HolidayRules,
    Term,
    TermRules,
    TermStatus,
    notification_term,
    recognised_holidays,
)
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.time import Span, Week, at
from orderdesk.papers.letters import Desk
from orderdesk.papers.review_data import (
    Action,
    Ahead,
    Capacity,
    CaseSheet,
    Clash,
    DecisionAsked,
    DecisionTaken,
    DistrictPicture,
    Factor,
    Figure,
    Interpretation,
    LookBack,
    Named,
    Option,
    Override,
    PaperRules,
    Request,
    RequestState,
    ReviewData,
    Scenario,
    ThemeHours,
    YearSoFar,
)
from orderdesk.papers.script import Contact, Logged, Post, Report, ScriptData

DAY_ONE = at(date(2026, 6, 8), "07:30")
RULES = reference.load("papers", PaperRules)
MAYOR = Named(name="M. Voorbeeld", function="mayor", head=True)
LEAD = Named(name="T. Fictief", function="team lead enforcement")
OFFICER = Named(name="O. Proef", function="desk officer")


def span(day: int, start: str, end: str) -> Span:
    return Span(start=at(date(2026, 6, day), start), end=at(date(2026, 6, day), end))


def fig(hours: float, *records: str) -> Figure:
    return Figure(value=round(hours * 60), records=records or ("ledger:2026-W24",))


def count(value: int, *records: str) -> Figure:
    return Figure(value=value, records=records)


def look_back(key: str, day: int, place: str, planned: int, actual: int | None) -> LookBack:
    return LookBack(
        key=key,
        span=span(day, "14:00", "16:00"),
        place=place,
        planned=count(planned, f"case:{key}"),
        actual=None if actual is None else count(actual, f"outcome:{key}"),
        incident=Incident.SOME if key.endswith("36") else Incident.NONE,
        planned_minutes=fig(10, f"ledger:{key}"),
        used_minutes=fig(8.5, f"ledger:{key}"),
        conditions_kept="kept",
        records=(f"case:{key}",),
    )


def scenario(trigger: str, limit: str = "30 minutes, then clearing after consultation") -> Scenario:
    return Scenario(
        trigger=trigger,
        measure="Talk through the dialogue team; divert traffic; inform the mayor",
        owner="Police commander",
        limit=limit,
    )


def sheet(key: str, where: str, when: Span, advised: str, **more: object) -> CaseSheet:
    return CaseSheet(
        key=key,
        span=when,
        place=where,
        advised_class=advised,
        chance="chance of an incident 6% (2 to 14%)",
        factors=(
            Factor(label="base rate of demonstrations", points=0, source="national figures"),
            Factor(label="march through the centre", points=1, source="notification", age_days=5),
            Factor(label="counter-group announced", points=2, source="police, B", age_days=1),
            Factor(label="calm history of the place", points=-0.8, source="12 earlier cases"),
        ),
        flips=("without counter-group: low", "with 600 instead of 120: high"),
        records=(f"score:{key}:7", f"case:{key}"),
        **more,
    )


def w24(**changes: object) -> ReviewData:
    d041, d043 = span(11, "17:30", "19:00"), span(13, "14:00", "16:00")
    return ReviewData(
        week=Week(year=2026, number=24),
        sender="Gemeente Maastricht · Openbare orde en veiligheid",
        known_at=at(date(2026, 6, 10), "12:00"),
        meeting=at(date(2026, 6, 11), "10:00"),
        synthetic=True,
        look_back=(
            look_back("D-2026-036", 4, "Markt", 80, 110),
            look_back("D-2026-037", 5, "Station", 30, 25),
            look_back("D-2026-038", 6, "Vrijthof", 200, 150),
            look_back("U-2026-007", 4, "Mosae Forum", 60, None),
            look_back("E-2026-112", 7, "MECC", 2500, 2300),
        ),
        ahead=(
            Ahead(
                key="D-2026-041",
                span=d041,
                place="Markt",
                expected=count(60, "case:D-2026-041"),
                estimated_at=at(date(2026, 6, 8), "09:10"),
                advised_class="laag",
                term=TermStatus.TIMELY,
                records=("case:D-2026-041",),
            ),
            Ahead(
                key="D-2026-043",
                span=d043,
                place="Vrijthof to Mosae Forum",
                form="march",
                expected=count(120, "case:D-2026-043"),
                estimated_at=at(date(2026, 6, 4), "16:00"),
                advised_class="midden",
                decided_class="midden",
                term=TermStatus.TIMELY,
                open_points=("tolerance limit sit-down", "talk with organiser"),
                records=("case:D-2026-043",),
            ),
            Ahead(
                key="E-2026-118",
                span=span(13, "12:00", "22:00"),
                place="Vrijthof (half)",
                expected=count(1800, "case:E-2026-118"),
                advised_class="A",
                decided_class="B",
                override=Override(
                    by=LEAD,
                    at=at(date(2026, 6, 9), "11:05"),
                    motive="build-up meets the march; advice of the fire service is still out",
                ),
                term=TermStatus.TIMELY,
                open_points=("advice fire service (due Thu)",),
                records=("case:E-2026-118",),
            ),
            Ahead(
                key="D-2026-045",
                span=span(18, "16:00", "17:00"),
                place="Station",
                expected=None,
                advised_class="laag",
                term=TermStatus.LATE,
                deadline=at(date(2026, 6, 16), "16:00"),
                records=("case:D-2026-045",),
            ),
        ),
        year=YearSoFar(demonstrations=count(81, "query:year"), classed_high=count(3, "query:high")),
        clashes=(
            Clash(
                key="D-2026-043/E-2026-118",
                what="same square on Saturday from 14:00; build-up of the event from 08:00",
                cases=("D-2026-043", "E-2026-118"),
                proposal="event keeps the north half free until 16:30",
                records=("case:D-2026-043", "case:E-2026-118"),
            ),
        ),
        districts=(
            DistrictPicture(
                key="Centrum",
                phase=2,
                reports=count(7, "signals:centrum:2026-W24"),
                source="area staff",
                observed_on=date(2026, 6, 9),
                sureness=Sureness.PLAUSIBLE,
                records=("signals:centrum:2026-W24",),
            ),
            DistrictPicture(
                key="Noord",
                phase=1,
                reports=count(3, "signals:noord:2026-W24"),
                source="welfare work",
                observed_on=date(2026, 6, 8),
                sureness=Sureness.UNVERIFIED,
                records=("signals:noord:2026-W24",),
            ),
            DistrictPicture(
                key="West",
                phase=1,
                reports=count(6, "signals:west:2026-W21"),
                source="schools",
                observed_on=date(2026, 5, 22),
                sureness=Sureness.PLAUSIBLE,
                records=("signals:west:2026-W21",),
            ),
            DistrictPicture(key="Oost", phase=None, reports=None),
        ),
        interpretation=Interpretation(
            text="The picture in Centrum rose after Tuesday's two gatherings. Area staff hear "
            "questions about Saturday, no calls to come. Oost is being asked.",
            by=Named(name="", function="director for polarisation", head=True),
            dated=date(2026, 6, 10),
            records=("interpretation:2026-W24",),
        ),
        capacity=Capacity(
            contract=fig(864, "roster:2026-W24"),
            away=fig(224, "roster:2026-W24"),
            plannable=fig(640, "roster:2026-W24"),
            reserve=fig(64, "ledger:1"),
            used=fig(6, "ledger:12"),
            given_back=fig(10, "ledger:14", "ledger:15"),
            committed=fig(22, "ledger:2", "ledger:3"),
            free=fig(26, "ledger:1", "ledger:2", "ledger:3", "ledger:12", "ledger:14"),
            owed=fig(4, "ledger:0", "ledger:13", "ledger:15"),
            to_borrow=fig(0),
            owed_due=date(2026, 6, 21),
            themes=tuple(
                ThemeHours(
                    key=name,
                    budget=fig(budget, f"budget:{i}"),
                    borrowed=fig(6 if i == 1 else 0, f"theme:{i}"),
                    paid_back=fig(10 if i == 1 else 0, f"theme:{i}"),
                    owed=fig(4 if i == 1 else 0, f"theme:{i}"),
                )
                for i, (name, budget) in enumerate(
                    {
                        "Undermining crime": 96,
                        "Nuisance and perception": 224,
                        "Common crime and HIC": 96,
                        "Care and safety": 64,
                        "Social unrest": 96,
                    }.items()
                )
            ),
            requests=(
                Request(
                    key="R-1",
                    of="Neighbouring pool",
                    what="two officers on Saturday",
                    minutes=fig(10, "request:1"),
                    state=RequestState.ASKED,
                    due=at(date(2026, 6, 12), "12:00"),
                ),
            ),
            changed_hours=count(4, "roster:log"),
            changed_tasks=count(8, "roster:log"),
            days_off_cancelled=count(0, "roster:log"),
            days_off_moved=count(2, "roster:log"),
            note="Flex hours of Friday are the last that are free this week.",
        ),
        asked=(
            DecisionAsked(
                key="A-1",
                title="Waterline Centrum on Sunday 14 June",
                legal_basis="Politiewet 2012 art. 13; agreement on minimum strength",
                options=(
                    Option(text="Keep four officers, borrow two from theme", price="8 h nuisance"),
                    Option(text="Go to two officers between 13:00 and 17:00", price="no hours"),
                ),
                proposed_text="On Sunday 14 June the waterline of four officers in Centrum stands; "
                "eight hours are borrowed from nuisance and paid back before 21 June.",
                owner=LEAD,
                records=("what-if:3",),
            ),
            DecisionAsked(
                key="A-2",
                title="Distance between D-2026-043 and the event",
                legal_basis="Wom art. 5 and 2 (disorder)",
                options=(
                    Option(text="30 metres, 13:30 to 16:30", price="2 officers, 6 h"),
                    Option(text="No condition; agreement with both", price="dialogue team"),
                ),
                proposed_text="The event keeps 30 metres free along the route from 13:30 to 16:30.",
                owner=OFFICER,
                records=("case:D-2026-043",),
            ),
        ),
        taken=(
            DecisionTaken(
                key="B-2026-23-1",
                text="The class of E-2026-112 is B.",
                by=MAYOR,
                legal_basis="APV",
                day=date(2026, 6, 4),
                records=("decision:1",),
            ),
        ),
        actions=tuple(
            Action(
                key=f"{n}",
                what=what,
                who=who,
                due=date(2026, 6, day),
                done=date(2026, 6, 9) if n == 3 else None,
                records=(f"action:{n}",),
            )
            for n, (what, who, day) in enumerate(
                [
                    ("Police turnout estimate of U-2026-007", OFFICER, 5),
                    ("Ask Oost for its picture", OFFICER, 9),
                    ("Fall-back place Mosae Forum: check exits", LEAD, 9),
                    ("Pool agreement: renew", LEAD, 30),
                    ("Derby: date of the safety meeting", MAYOR, 25),
                ],
                1,
            )
        ),
        sheets=(
            sheet(
                "D-2026-043",
                "Vrijthof to Mosae Forum",
                d043,
                "midden",
                scenarios=(
                    scenario("Counter-group of more than 100 near the square"),
                    scenario("Sit-down on the route", limit=""),
                    scenario("Turnout more than twice the estimate"),
                    scenario("March leaves the agreed route"),
                ),
            ),
            sheet(
                "E-2026-118",
                "Vrijthof (half)",
                span(13, "12:00", "22:00"),
                "A",
                decided_class="B",
                override=Override(
                    by=LEAD,
                    at=at(date(2026, 6, 9), "11:05"),
                    motive="build-up meets the march; advice of the fire service is still out",
                ),
                scenarios=(scenario("Square full before 15:00"), scenario("Thunderstorm")),
            ),
            sheet("D-2026-041", "Markt", d041, "laag"),
        ),
    ).replace(**changes)


DESK = Desk(
    municipality="Gemeente Maastricht",
    city="Maastricht",
    department="Openbare orde en veiligheid",
    address="Postbus 0, 0000 AA Voorbeeldstad",
    phone="000 000 00 00",
    email="desk@gemeente.example",
    synthetic=True,
)
ORGANISER = Organiser(id="o1", name="A. Voorbeeld", address="Straat 1, Voorbeeldstad")


def case(**changes: object) -> Case:
    return Case(
        id="c41",
        number="D-2026-041",
        kind=Kind.DEMONSTRATION,
        source=Source.WRITTEN,
        known_at=at(date(2026, 6, 8), "09:10"),
        received_at=at(date(2026, 6, 8), "09:10"),
        span=span(11, "17:30", "19:00"),
        route=("Markt", "Vrijthof"),
        expected=60,
        organiser_id="o1",
        purpose="attention for the library",
        measures="four stewards, one contact person",
    ).replace(**changes)


def term(of: Case) -> Term:
    rules = reference.load("terms", TermRules)
    days = recognised_holidays(2026, reference.load("holidays", HolidayRules))
    assert of.span
    return notification_term(of.span.start, rules.rule(), days)


def decision(**changes: object) -> Decision:
    return Decision(
        id="d1",
        number="B-2026-7",
        case_id="c41",
        kind=DecisionKind.CONDITIONS,
        conditions=(
            Condition(
                text="Between the two gatherings 30 metres stay free from 13:30 to 16:30.",
                grounds=frozenset({Ground.DISORDER}),
                motive="A counter-group of 90 is notified; at 30 metres both can see and hear.",
                lighter_measure="Stewards alone: too few for two groups on one square.",
            ),
            Condition(
                text="The lane along the north side stays open.",
                grounds=frozenset({Ground.TRAFFIC, Ground.HEALTH}),
                motive="It is the way in for ambulances.",
            ),
        ),
        motive="Both gatherings can take place within sight and sound of each other.",
        decided_by=Actor(name="M. Voorbeeld", role=Role.DECIDER),
        decided_at=at(date(2026, 6, 11), "15:10"),
    ).replace(**changes)


def script_data(**changes: object) -> ScriptData:
    return ScriptData(
        number="D-2026-043",
        sender="Gemeente Maastricht · Openbare orde en veiligheid",
        known_at=at(date(2026, 6, 12), "15:30"),
        span=span(13, "14:00", "16:00"),
        place="Vrijthof",
        route=("Vrijthof", "Mosae Forum"),
        expected="120 (80-200)",
        decided_class="hoog",
        synthetic=True,
        picture=(
            Report(
                text="Counter-demonstration of 90 notified for the same square from 13:30",
                source="notification D-2026-044",
                sureness="confirmed",
                known_at=at(date(2026, 6, 11), "11:20"),
            ),
        ),
        principles=("Both gatherings take place within sight and sound of each other.",),
        scenarios=(scenario("Sit-down on the route", limit=""), scenario("Counter-group over 100")),
        posts=(
            Post(
                who="Enforcement officers",
                number=6,
                span=span(13, "13:00", "18:00"),
                place="Vrijthof",
                tasks=("supervision", "traffic"),
            ),
        ),
        communication=("Press line by the mayor's office only.",),
        contacts=(Contact(function="Police commander", phone="000"),),
        log=(
            Logged(
                number=1,
                at=at(date(2026, 6, 12), "14:00"),
                author="desk",
                text="Class set to high after the confirmed counter-group.",
            ),
        ),
    ).replace(**changes)
