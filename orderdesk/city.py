"""The demonstration city: synthetic, and it says so wherever it is shown.

Shaped by the few public figures of Maastricht (34 demonstrations in 2017, 81 in 2021; nationally 3%
with an incident) and by the recurring events of its year. Everything else is drawn by chance from
a seed: no organiser, person, purpose or outcome in it is real. The test week 2026-W24 is laid out
by hand, because the ledger walk of that week must come out to the minute.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.easter import easter

from orderdesk import reference
from orderdesk.domain.events import (
    Case,
    CounterGroup,
    EventProfile,
    Form,
    Incident,
    Kind,
    Organiser,
    Outcome,
    Source,
    Status,
    Sureness,
)
from orderdesk.domain.people import Duty, Person, ShiftBook, Skill, Task, TaskSpan
from orderdesk.domain.time import Span, Week, at, local
from orderdesk.risk.facts import Phase, Signal, SourceType

TEST_WEEK = Week(year=2026, number=24)
FIRST_YEAR = 2016
_COUNTS = {
    2016: 30, 2017: 34, 2018: 41, 2019: 52, 2020: 63, 2021: 81, 2022: 72, 2023: 70, 2024: 74,
    2025: 78, 2026: 33,
}  # fmt: skip
"""Demonstrations a year: 2017 and 2021 as published, the others assumed; 2016, 2026 in part."""
_INCIDENT_SHARE = 0.03
_NO_SHOW_SHARE = 0.05
_UNANNOUNCED_SHARE = 0.12
_ORGANISERS = 130
_CARNIVAL_BEFORE_EASTER = 49
_PROGRAMME = (9, 1, "09:00")
"""When an event of the year's programme was entered: before 15 September of the year before."""

_PLACES = (
    ("markt", 26), ("vrijthof", 24), ("mosae_forum", 10), ("stationsplein", 9), ("olv_plein", 5),
    ("plein_1992", 5), ("koningin_emmaplein", 4), ("maaskade", 4), ("boschstraat", 4),
    ("randwyck", 3), ("mecc", 3), ("kennedybrug", 3),
)  # fmt: skip
_FORMS = (
    (Form.STATIC, 62), (Form.MARCH, 22), (Form.VIGIL, 9), (Form.CONVOY, 2), (Form.BLOCKADE, 2),
    (Form.OCCUPATION, 1.5), (Form.CAMP, 1.5),
)  # fmt: skip

NAMES = (
    "Anna", "Bram", "Carla", "Daan", "Elif", "Frank", "Gerda", "Hassan", "Ilse", "Joris", "Karin",
    "Luuk", "Mona", "Niels", "Olga", "Pim", "Qiu", "Rosa", "Sem", "Tess", "Umar", "Vera", "Wout",
    "Yara",
)  # fmt: skip

# One line per person, Monday to Sunday. Early and late people keep to blocks; B07, B12, B18 and
# B03 carry the eight flex shifts; six people have the Sunday in Centrum.
_LINES = {
    "B01": "EEEE...", "B02": "EE..EE.", "B03": ".....F.", "B04": "..EEEE.", "B05": "......S",
    "B06": "EEEE...", "B07": ".F.FF..", "B08": "EE..EE.", "B09": "..EEEE.", "B10": "EEE..E.",
    "B11": ".E...E.", "B12": ".F.F.F.", "B13": "...EEE.", "B14": "LLL...S", "B15": "LLL...S",
    "B16": "...LLL.", "B17": "...LLL.", "B18": "....F.S", "B19": "LLL...S", "B20": ".L.LLL.",
    "B21": "LLL..L.", "B22": "...LLLS", "B23": "LLL..L.", "B24": "...LLL.",
}  # fmt: skip
_THEME_SHIFTS = {"undermining": 12, "nuisance": 28, "common_crime": 12, "care_safety": 8,
                 "social_unrest": 12}  # fmt: skip
"""Shifts of 8 h: 96, 224, 96, 64 and 96 h, the 576 theme hours of the week."""
_NUISANCE_ROUND = frozenset(
    {("B15", 1), ("B21", 1), ("B02", 5), ("B04", 5), ("B08", 5), ("B16", 5), ("B17", 5)}
)
"""Who walks the nuisance round in Centrum on Tuesday (1) and Saturday (5)."""
_PROMISED = {
    "D-2026-041": (3, ("B07", "B12"), "14:30", "19:30"),
    "D-2026-043": (5, ("B03", "B12"), "12:00", "18:00"),
}
"""Deployments of flex people that stood before the week began: day, people, from, until."""


@dataclass(frozen=True)
class Away:
    """Hours that a week's contracts lose to one cause (counted, never by person)."""

    week: Week
    cause: str
    minutes: int


@dataclass(frozen=True)
class PoliceCount:
    """How many officers the police base team says it has, by part of the day. A count, no names."""

    day: date
    part: str
    officers: int
    given_on: date


@dataclass(frozen=True)
class City:
    """Everything that the demonstration database starts with."""

    seed: int
    organisers: tuple[Organiser, ...]
    history: tuple[Case, ...]
    plans: tuple[Case, ...]
    """Cases that the desk knows on Monday morning of the test week, and those after it."""
    people: tuple[Person, ...]
    duties: tuple[Duty, ...]
    away: tuple[Away, ...]
    signals: tuple[Signal, ...]
    police: tuple[PoliceCount, ...]


def build_city(seed: int, new_id: Callable[[], str]) -> City:
    """The same city for the same seed (and ids)."""
    rng = random.Random(seed)
    organisers = tuple(
        Organiser(
            id=f"org-{n:03d}",
            name=f"Voorbeeldcomité {n:03d} (fictief)",
            address=f"Voorbeeldstraat {n}, Maastricht",
            email=f"comite{n:03d}@voorbeeld.example",
        )
        for n in range(1, _ORGANISERS + 1)
    )
    history = tuple(_history(rng, organisers, new_id))
    plans = tuple(_plans(organisers, new_id))
    return City(
        seed=seed,
        organisers=organisers,
        history=history,
        plans=plans,
        people=tuple(_people()),
        duties=tuple(_promised(_duties(new_id), {case.number: case.id for case in plans})),
        away=tuple(_away()),
        signals=tuple(_signals(rng, new_id)),
        police=tuple(_police()),
    )


# --- history ------------------------------------------------------------------------------------


def _history(
    rng: random.Random, organisers: tuple[Organiser, ...], new_id: Callable[[], str]
) -> Iterator[Case]:
    # A few organisers come back often, most once or twice.
    weight = [1 / (rank + 2) for rank in range(len(organisers))]
    troubled_place = {"stationsplein": 0.5, "mosae_forum": 0.4, "vrijthof": 0.2}
    drafts: list[tuple[Case, float]] = []
    for year, count in _COUNTS.items():
        given = {"D": 0, "U": 0}
        for day, letter in zip(
            sorted(_days(rng, year, count)), _letters(rng, year, count), strict=True
        ):
            given[letter] += 1
            number = f"{letter}-{year}-{given[letter]:03d}"
            case, odds = _past_demonstration(rng, organisers, weight, new_id, number, day)
            drafts.append((case, odds + troubled_place.get(case.place_id, 0)))
    yield from _with_outcomes(rng, drafts)
    for year in _COUNTS:
        yield from _past_events(rng, new_id, year)


def _days(rng: random.Random, year: int, count: int) -> list[date]:
    first = date(year, 6, 8) if year == FIRST_YEAR else date(year, 1, 2)
    last = date(year, 6, 6) if year == TEST_WEEK.year else date(year, 12, 30)
    days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    by_weekday = (8, 8, 9, 10, 12, 30, 18)
    return rng.choices(days, weights=[by_weekday[d.weekday()] for d in days], k=count)


def _letters(rng: random.Random, year: int, count: int) -> list[str]:
    """Which gatherings of a year came unannounced (U): about one in eight, eight of them in 2026,
    so that the next one of the test week is U-2026-009."""
    unannounced = 8 if year == TEST_WEEK.year else round(count * _UNANNOUNCED_SHARE)
    return rng.sample(["U"] * unannounced + ["D"] * (count - unannounced), count)


def _past_demonstration(
    rng: random.Random,
    organisers: tuple[Organiser, ...],
    weight: list[float],
    new_id: Callable[[], str],
    number: str,
    day: date,
) -> tuple[Case, float]:
    organiser = rng.choices(organisers, weights=weight)[0]
    place = rng.choices([p for p, _ in _PLACES], weights=[w for _, w in _PLACES])[0]
    form = rng.choices([f for f, _ in _FORMS], weights=[w for _, w in _FORMS])[0]
    expected = min(6_000, max(2, round(rng.lognormvariate(3.7, 1.1))))
    start = at(day, time(rng.choice((10, 11, 12, 13, 13, 14, 14, 15, 16, 17, 18)), 0))
    hours = rng.choice((1, 1, 2, 2, 2, 3))
    unannounced = number.startswith("U")
    lead = timedelta(hours=rng.choice((20, 40, 60, 90, 140, 200, 300, 500)))
    counter = rng.random() < 0.05
    # Orders of magnitude only: form and a counter-group carry the risk, size hardly.
    odds = {Form.BLOCKADE: 1.6, Form.OCCUPATION: 1.6, Form.CAMP: 0.8}.get(form, 0.0)
    odds += 1.8 if counter else 0.0
    odds += 0.9 if int(organiser.id[-3:]) % 17 == 0 else 0.0
    case = Case(
        id=new_id(),
        number=number,
        kind=Kind.DEMONSTRATION,
        source=Source.UNANNOUNCED if unannounced else Source.WRITTEN,
        known_at=start - (timedelta(hours=2) if unannounced else lead),
        received_at=None if unannounced else start - lead,
        span=Span(start=start, end=start + timedelta(hours=hours)),
        place_id=place,
        route=("vrijthof", "markt") if form is Form.MARCH else (),
        form=form,
        expected=expected,
        organiser_id=organiser.id,
        purpose="" if unannounced else f"Synthetisch doel {rng.randint(1, 400)}",
        measures="" if unannounced else "Eigen ordedienst en één contactpersoon (synthetisch)",
        counter_group=CounterGroup.CONFIRMED if counter else CounterGroup.NONE,
        counter_sureness=Sureness.CONFIRMED if counter else Sureness.PLAUSIBLE,
        status=Status.CLOSED,
    )
    return case, odds


def _with_outcomes(rng: random.Random, drafts: list[tuple[Case, float]]) -> Iterator[Case]:
    """Give each past demonstration its outcome: exactly 3% with an incident, drawn by odds."""
    wanted = round(_INCIDENT_SHARE * len(drafts))
    keyed = [(rng.random() ** (1 / 2.718281828**odds), case.id) for case, odds in drafts]
    with_incident = {id for _, id in sorted(keyed, reverse=True)[:wanted]}
    for case, _ in drafts:
        if case.id not in with_incident and rng.random() < _NO_SHOW_SHARE:
            yield case.replace(
                outcome=Outcome(turnout=0, no_show=True, incident=Incident.NONE),
                status=Status.CLOSED,
            )
            continue
        turnout = max(1, round((case.expected or 10) * rng.lognormvariate(-0.55, 0.8)))
        incident = Incident.NONE
        if case.id in with_incident:
            incident = Incident.MANY if rng.random() < 0.1 else Incident.SOME
        yield case.replace(
            outcome=Outcome(
                turnout_low=round(turnout * 0.8),
                turnout=turnout,
                turnout_high=round(turnout * 1.3) + 1,
                incident=incident,
                ended=case.span.end if case.span else None,
            )
        )


def _past_events(rng: random.Random, new_id: Callable[[], str], year: int) -> Iterator[Case]:
    last = TEST_WEEK.monday
    number = 0
    for title, place, first, days, visitors, risk_class in _events_of(year):
        number += 1
        if first >= last or first < date(FIRST_YEAR, 6, 8):
            continue
        yield _event(
            new_id, f"E-{year}-{number:03d}", title, place, first, days, visitors, risk_class,
            turnout=round(visitors * rng.uniform(0.7, 1.2)),
        )  # fmt: skip
    for match, day in enumerate(_match_days(year), start=1):
        if not date(FIRST_YEAR, 6, 8) <= day < last:
            continue
        start = at(day, "20:00")
        risky = rng.random() < 0.08
        yield Case(
            id=new_id(),
            number=f"V-{year}-{match:03d}",
            kind=Kind.FOOTBALL,
            source=Source.WRITTEN,
            known_at=start - timedelta(days=42),
            received_at=start - timedelta(days=42),
            span=Span(start=start, end=start + timedelta(hours=2)),
            place_id="geusselt",
            expected=4_500,
            status=Status.CLOSED,
            event=EventProfile(visitors_peak=4_500, risk_class="C" if risky else "A"),
            outcome=Outcome(
                turnout=rng.randint(2_800, 7_500),
                incident=Incident.SOME if risky and rng.random() < 0.5 else Incident.NONE,
            ),
        )


def _match_days(year: int) -> list[date]:
    """Every other Friday of the season, January to May and August to December."""
    fridays = [date(year, 1, 1) + timedelta(days=i) for i in range(366)]
    fridays = [d for d in fridays if d.year == year and d.weekday() == 4 and d.month not in (6, 7)]
    return fridays[::2]


def _events_of(year: int) -> list[tuple[str, str, date, int, int, str]]:
    """The recurring events: title, place, first day, days, visitors at the peak, class."""
    carnival = easter(year) - timedelta(days=_CARNIVAL_BEFORE_EASTER)
    return [
        ("Carnaval", "vrijthof", carnival, 3, 15_000, "C"),
        ("Kermis Vrijthof", "vrijthof", date(year, 4, 28), 10, 3_000, "A"),
        ("Koningsdag", "markt", date(year, 4, 27), 1, 20_000, "B"),
        ("Zomerconcerten Vrijthof", "vrijthof", date(year, 7, 9), 12, 11_000, "B"),
        ("Preuvenemint", "vrijthof", date(year, 8, 27), 4, 9_000, "B"),
        ("De elfde van de elfde", "vrijthof", date(year, 11, 11), 1, 10_000, "C"),
        ("Magisch Maastricht", "vrijthof", date(year, 12, 1), 30, 5_000, "A"),
    ]


def _event(
    new_id: Callable[[], str],
    number: str,
    title: str,
    place: str,
    first: date,
    days: int,
    visitors: int,
    risk_class: str,
    turnout: int | None,
) -> Case:
    start = at(first, "12:00")
    month, day, clock = _PROGRAMME
    entered = at(date(first.year - 1, month, day), clock)
    return Case(
        id=new_id(),
        number=number,
        kind=Kind.EVENT,
        source=Source.WRITTEN,
        known_at=entered,
        received_at=entered,
        span=Span(start=start, end=at(first + timedelta(days=days - 1), "23:00")),
        place_id=place,
        place_text=title,
        expected=visitors,
        status=Status.CLOSED if turnout is not None else Status.IN_PREPARATION,
        event=EventProfile(
            visitors_peak=visitors, days=days, square_share=1, risk_class=risk_class, sound_dba=90
        ),
        outcome=None if turnout is None else Outcome(turnout=turnout, incident=Incident.NONE),
    )


# --- the plans of W24 and after -----------------------------------------------------------


def _plans(organisers: tuple[Organiser, ...], new_id: Callable[[], str]) -> Iterator[Case]:
    monday = TEST_WEEK.monday
    thursday, saturday = monday + timedelta(days=3), monday + timedelta(days=5)
    yield Case(
        id=new_id(),
        number="D-2026-041",
        kind=Kind.DEMONSTRATION,
        source=Source.ORAL,
        known_at=at(date(2026, 6, 5), "16:00"),
        span=Span(start=at(thursday, "17:30"), end=at(thursday, "19:00")),
        place_id="markt",
        expected=60,
        organiser_id=organisers[11].id,
        purpose="Synthetisch doel 41",
        measures="Eigen ordedienst van zes mensen (synthetisch)",
    )
    yield Case(
        id=new_id(),
        number="D-2026-043",
        kind=Kind.DEMONSTRATION,
        source=Source.WRITTEN,
        known_at=at(date(2026, 6, 5), "10:00"),
        received_at=at(date(2026, 6, 5), "10:00"),
        span=Span(start=at(saturday, "14:00"), end=at(saturday, "16:00")),
        place_id="vrijthof",
        route=("vrijthof", "mosae_forum"),
        form=Form.MARCH,
        expected=120,
        organiser_id=organisers[6].id,
        purpose="Synthetisch doel 43",
        measures="Eigen ordedienst, route met de politie besproken (synthetisch)",
    )
    yield Case(
        id=new_id(),
        number="E-2026-118",
        kind=Kind.EVENT,
        source=Source.WRITTEN,
        known_at=at(date(2026, 3, 2), "09:00"),
        received_at=at(date(2026, 3, 2), "09:00"),
        span=Span(start=at(saturday, "12:00"), end=at(saturday, "22:00")),
        place_id="vrijthof",
        place_text="Voorbeeldfestival (fictief)",
        expected=1_800,
        organiser_id=organisers[80].id,
        event=EventProfile(
            visitors_peak=1_800, square_share=0.5, risk_class="B", sound_dba=85, stage_m=1.2,
            build_up_from=at(saturday, "10:00"),
        ),
    )  # fmt: skip
    for number, (day, place, expected, organiser) in enumerate(_coming_weeks(), start=34):
        start = at(day, "14:00")
        yield Case(
            id=new_id(),
            number=f"D-2026-{number:03d}",
            kind=Kind.DEMONSTRATION,
            source=Source.WRITTEN,
            known_at=at(monday, "08:00"),
            received_at=at(monday, "08:00"),
            span=Span(start=start, end=start + timedelta(hours=2)),
            place_id=place,
            expected=expected,
            organiser_id=organisers[organiser].id,
            purpose=f"Synthetisch doel {number}",
            measures="Eén contactpersoon (synthetisch)",
        )
    coming = [e for e in _events_of(2026) if e[2] > TEST_WEEK.days[-1]]
    for number, (title, place, first, days, visitors, risk_class) in enumerate(coming, start=130):
        yield _event(
            new_id, f"E-2026-{number:03d}", title, place, first, days, visitors, risk_class, None
        )


def _coming_weeks() -> list[tuple[date, str, int, int]]:
    monday = TEST_WEEK.shift(1).monday
    return [
        (monday + timedelta(days=2), "stationsplein", 40, 3),
        (monday + timedelta(days=5), "markt", 150, 22),
        (monday + timedelta(days=12), "vrijthof", 80, 35),
        (monday + timedelta(days=19), "mosae_forum", 300, 1),
    ]


# --- people ---------------------------------------------------------------------------------


def _people() -> Iterator[Person]:
    for n, name in enumerate(NAMES, start=1):
        skills = {Skill.BOA}
        if n % 6 == 1:
            skills.add(Skill.COORDINATOR)
        if n % 4 == 3:
            skills.add(Skill.DIALOGUE)
        if n % 8 not in (0, 4, 5):
            skills.add(Skill.TRAFFIC)
        yield Person(
            id=f"B{n:02d}",
            name=f"{name} Voorbeeld (fictief)",
            team="handhaving",
            skills=frozenset(skills),
            contract_minutes=36 * 60,
        )


def _duties(new_id: Callable[[], str]) -> Iterator[Duty]:
    """W23 (as history) to W27: the lines of W24, early and late blocks taking turns by week."""
    published = at(TEST_WEEK.shift(-5).monday, "12:00")
    for offset in range(-1, 4):
        week = TEST_WEEK.shift(offset)
        themes = _themes_of_week()
        for person, line in sorted(_LINES.items()):
            for day, letter in zip(week.days, line, strict=True):
                if letter != ".":
                    yield _duty(new_id(), person, letter, day, themes, published)


def _promised(duties: Iterator[Duty], ids: dict[str, str]) -> Iterator[Duty]:
    """The duties with the deployments that were promised before the week began."""
    for duty in duties:
        for number, (weekday, people, start, end) in _PROMISED.items():
            day = TEST_WEEK.days[weekday]
            if duty.person_id in people and local(duty.start).date() == day:
                duty = _deployed(duty, ids[number], at(day, start), at(day, end))
        yield duty


def _deployed(duty: Duty, case_id: str, start: datetime, end: datetime) -> Duty:
    reserve = duty.tasks[0]
    parts = (
        reserve.replace(end=start),
        reserve.replace(start=start, end=end, task=Task.SUPERVISION, case_id=case_id),
        *([reserve.replace(start=end)] if end < duty.end else []),
    )
    return duty.replace(tasks=parts)


def _themes_of_week() -> dict[tuple[str, int], str]:
    """Which theme each shift of the week works for, so that the theme hours come out exactly."""
    slots = [
        (person, day)
        for day in range(7)
        for person, line in sorted(_LINES.items())
        if line[day] in "ELS"
    ]
    given = {slot: "nuisance" for slot in slots if slot in _NUISANCE_ROUND or slot[1] == 6}
    left = dict(_THEME_SHIFTS)
    left["nuisance"] -= len(given)
    # Deal the themes round like cards, so that every day has something of each.
    while any(left.values()):
        for theme in sorted(left, key=lambda t: -left[t]):
            free = next((slot for slot in slots if slot not in given), None)
            if left[theme] and free is not None:
                given[free] = theme
                left[theme] -= 1
    return given


def _duty(
    id: str,
    person: str,
    letter: str,
    day: date,
    themes: dict[tuple[str, int], str],
    published: datetime,
) -> Duty:
    book = reference.cached("shifts", ShiftBook)
    kind = next(s.type for s in book.shifts if s.id == letter)
    start, end = at(day, kind.start), at(day, kind.end)
    task = (
        TaskSpan(start=start, end=end, task=Task.RESERVE, place="Centrum")
        if kind.reserve
        else TaskSpan(
            start=start,
            end=end,
            task=Task.THEME_WORK,
            theme=themes[person, day.weekday()],
            place="Centrum",
        )
    )
    return Duty(
        id=id,
        person_id=person,
        shift=letter,
        start=start,
        end=end,
        break_minutes=kind.break_minutes,
        tasks=(task,),
        place="Centrum",
        changed_at=published,
    )


def _away() -> Iterator[Away]:
    for offset in range(-1, 4):
        week = TEST_WEEK.shift(offset)
        yield Away(week, "leave", 112 * 60)
        yield Away(week, "training", 40 * 60)
        yield Away(week, "other", 72 * 60)


# --- the city's mood and the police --------------------------------------------------------------


def _signals(rng: random.Random, new_id: Callable[[], str]) -> Iterator[Signal]:
    districts = ("Centrum", "Noord", "Noord-West", "West", "Zuid-West", "Zuid", "Oost")
    sources = (SourceType.AREA_STAFF, SourceType.WELFARE, SourceType.SCHOOL, SourceType.POLICE)
    for back in range(26, 0, -1):
        week = TEST_WEEK.shift(-back)
        for district in districts:
            silent = (district == "Oost" and back <= 4) or rng.random() < 0.35
            if silent:
                continue
            phase = 2 if district in ("Centrum", "Noord-West") and rng.random() < 0.25 else 1
            yield Signal(
                id=new_id(),
                district=district,
                week=str(week),
                phase=Phase(phase),
                evidenced=rng.random() < 0.5,
                source_type=rng.choice(sources),
                reliability=rng.choice(tuple(Sureness)),
                observed=week.monday + timedelta(days=rng.randint(0, 4)),
                text="Synthetische waarneming van straatniveau",
            )


def _police() -> Iterator[PoliceCount]:
    given = local(at(TEST_WEEK.shift(-1).monday, "12:00")).date() + timedelta(days=3)
    for day in TEST_WEEK.days:
        for part, officers in (("day", 9), ("evening", 11), ("night", 7)):
            yield PoliceCount(day, part, officers + (2 if day.weekday() >= 4 else 0), given)
