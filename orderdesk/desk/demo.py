"""The demonstration city on a desk: seeding it, and opening the application on it."""

from __future__ import annotations

from datetime import datetime, timedelta

from orderdesk.city import TEST_WEEK, City, build_city
from orderdesk.desk import booking, plannable, scoring
from orderdesk.desk.core import DemoClock, Desk, counting_ids
from orderdesk.desk.opening import open_desk
from orderdesk.desk.publishing import publish
from orderdesk.desk.scoring import SIGNAL
from orderdesk.desk.strength import POLICE_COUNT
from orderdesk.domain import ledger
from orderdesk.domain.ledger import Debt, DebtTerms, Posting
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.time import at
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import msg
from orderdesk.store.work import Work

LEAD = Actor(name="Teamleider Voorbeeld (fictief)", role=Role.LEAD)
MAYOR = Actor(name="Burgemeester Voorbeeld (fictief)", role=Role.DECIDER)
OFFICER = Actor(name="Medewerker Voorbeeld (fictief)", role=Role.LEAD)
COLLEAGUE = Actor(name="Collega Voorbeeld (fictief)", role=Role.OFFICER)
"""Sits at the desk on Monday, so that Tuesday's officer has something to catch up with."""
MONDAY = at(TEST_WEEK.monday, "07:30")
DEMO_OPENS = at(TEST_WEEK.days[1], "07:30")
"""The demonstration opens on Tuesday morning, before the telephone rings."""
H = 60
_CARRIED_HOURS = 8
_COMMITTED = {"D-2026-041": 10, "D-2026-043": 12}
"""Hours promised before the week began."""


def load_city(desk: Desk, seed: int = 24) -> City:
    """Fill an empty database with the synthetic city and open its test week.

    Raises RuleSaysNo when the database holds cases: demonstration data never mix with real ones.
    """
    city = build_city(seed, desk.new_id)
    with desk.work() as work:
        if work.count_cases():
            raise RuleSaysNo(
                msg("this database holds cases: the demonstration city only goes into an empty one")
            )
        work.set_meta("synthetic", f"demonstration city, seed {seed}")
        work.add_organisers(city.organisers)
        work.add_cases([*city.history, *city.plans])
        work.save_people(city.people)
        work.save_duties(city.duties)
        for signal in city.signals:
            work.put(SIGNAL, signal.id, signal.model_dump(mode="json"))
        for away in city.away:
            plannable.set_away(work, away.week, away.cause, away.minutes)
        for count in city.police:
            work.put(
                POLICE_COUNT,
                f"{count.day}/{count.part}",
                {"officers": count.officers, "given_on": count.given_on.isoformat()},
            )
        _open_test_week(desk, work)
        _sheet_of_before(desk, work)
        coming = [case for case in city.plans if not case.is_event]
        scoring.score_cases(desk, work, [case.id for case in (*city.history, *coming)])
    return city


def _open_test_week(desk: Desk, work: Work) -> None:
    """The ledger of W24 as it stands on Monday 07:30, with the debt of W23."""
    before = TEST_WEEK.shift(-1)
    owed = Debt(
        DebtTerms(
            id=f"carried-{before}",
            theme="nuisance",
            since=before.days[6],
            due=TEST_WEEK.shift(1).days[-1],
        ),
        _CARRIED_HOURS * H,
    )
    booking.open_week(desk, work, TEST_WEEK, [owed])
    for number, hours in _COMMITTED.items():
        case = work.case_by_number(number)
        assert case is not None
        work.post(
            ledger.commit(
                work.postings(Posting),
                booking.pen(desk, work, TEST_WEEK),
                case.id,
                hours * H,
                reason="W23",
            )
        )


_ACTIONS = (
    ("Aanrijroute Markt nalopen met de brandweer (synthetisch)", "Coördinator handhaving", -4),
    ("Contactlijst evenementen bijwerken (synthetisch)", "Evenementenbureau", -3),
    ("Afspraken over geluid vastleggen (synthetisch)", "Evenementenbureau", 1),
    ("Duiding vragen aan de regisseur polarisatie (synthetisch)", "Secretaris driehoek", 2),
    ("Verkeersplan zaterdag delen met de politie (synthetisch)", "Coördinator handhaving", 3),
    ("Reserve van de zomer bespreken (synthetisch)", "Capaciteitsplanner", 4),
    ("Evaluatie carnaval afronden (synthetisch)", "Secretaris driehoek", 10),
)
"""What, whose (a function, never a person) and how many days after Monday of the test week."""
_DECISIONS = (
    ("De tolerantiegrens voor de Markt blijft gelijk (synthetisch)", MAYOR.name, "mayor"),
    (
        "Aangiften van week 22 gaan met voorrang (synthetisch)",
        "Officier Voorbeeld (fictief)",
        "prosecutor",
    ),
)


_AWAITED = (
    ("D-2026-041", "politie", "Verwachte opkomst en tegengroep? (synthetisch)", 2),
    ("E-2026-118", "brandweer", "Doorgang en opbouw akkoord? (synthetisch)", 4),
)
"""Case, whom, what, and how many days after Monday the answer is due."""


def _sheet_of_before(desk: Desk, work: Work) -> None:
    """Decisions of last week's meeting, the actions that are still open, answers awaited."""
    from orderdesk.desk.agenda import TAKEN, put_action
    from orderdesk.desk.talks import REQUEST

    for number, whom, question, after in _AWAITED:
        case = work.case_by_number(number)
        assert case is not None
        work.put(
            REQUEST, desk.new_id(),
            {
                "case_id": case.id, "asked_of": whom, "question": question,
                "due": (TEST_WEEK.monday + timedelta(days=after)).isoformat(),
                "asked_at": desk.now.isoformat(), "answer": "",
            },
        )  # fmt: skip

    before = TEST_WEEK.shift(-1)
    for n, (text, by, authority) in enumerate(_DECISIONS, start=1):
        work.add_fact(
            TAKEN,
            f"week:{before}",
            {
                "text": text, "by": by, "authority": authority, "criminal": "no",
                "legal_basis": "", "number": f"DH-{before.year}-{n:03d}",
                "day": before.days[3].isoformat(),
            },
        )  # fmt: skip
    for what, who, after in _ACTIONS:
        due = TEST_WEEK.monday + timedelta(days=after)
        put_action(work, desk.new_id(), what, who, due)


def open_city(path: str, seed: int = 24, *, opens: datetime = DEMO_OPENS) -> Desk:
    """A desk on a new demonstration database whose clock runs from `opens`.

    Everything before that moment is entered on Monday of the test week.
    """
    desk, clock = standing_city(path, seed)
    clock.set(MONDAY + timedelta(minutes=100))
    notification_of_monday(desk)
    publish(desk)
    clock.run_from(opens)
    return desk


def standing_city(path: str, seed: int = 24) -> tuple[Desk, DemoClock]:
    """A desk on a new demonstration database, its clock standing at Monday 07:30."""
    clock = DemoClock(MONDAY)
    clock.set(MONDAY)
    desk = open_desk(
        path,
        actor=OFFICER,
        clock=clock,
        new_id=counting_ids(f"demo{seed}"),
        installation_id=f"demo-{seed}.orderdesk.example",
    )
    load_city(desk, seed)
    return desk, clock


def notification_of_monday(desk: Desk) -> None:
    """D-2026-041 was announced on Friday; its notification comes in on Monday 09:10."""
    from orderdesk.desk import intake

    case = scoring.case_numbered(desk, "D-2026-041")
    if case.received_at is None:
        colleague = Desk(desk.store, desk.clock, COLLEAGUE, new_id=desk.new_id)
        intake.receive(colleague, case.id)
