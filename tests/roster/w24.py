"""The published test week 2026-W24 as rosters see it, and what is asked of it.

The layout follows from the design: eight flex shifts (two each on Tuesday, Thursday, Friday and
Saturday), six people on Sunday, 80 shifts of 8 h in all (640 plannable hours). Saturday holds
seven early and seven late people: six can be borrowed from 13:00 to 18:00 while four early people
(until 15:30) and four late ones (from 14:30) keep the waterline of Centrum. Tuesday holds six late
people, so that two can go to the Markt until 17:45 above the same waterline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from orderdesk import reference
from orderdesk.domain.people import Duty, Person, ShiftType, Skill, Task, TaskSpan
from orderdesk.domain.time import Span, at
from orderdesk.domain.waterline import Waterlines
from orderdesk.domain.worktime import WorkingTimeLaw
from orderdesk.roster.moves import Pool, Situation
from orderdesk.roster.problem import (
    Member,
    Need,
    Offer,
    RosterRules,
    standing_needs,
    waterline_needs,
)

LAW = reference.load("working_time_law", WorkingTimeLaw)
RULES = reference.load("roster", RosterRules)

EARLY = ShiftType(id="E", name="Early", start=time(7), end=time(15, 30))
LATE = ShiftType(id="L", name="Late", start=time(14, 30), end=time(23))
FLEX = ShiftType(id="F", name="Flex", start=time(11), end=time(19, 30), reserve=True)
SUNDAY = ShiftType(id="S", name="Sunday", start=time(11), end=time(19, 30))
WORKDAYS = frozenset(range(6))
OFFERS = (
    Offer(EARLY, "Centrum", WORKDAYS),
    Offer(LATE, "Centrum", WORKDAYS),
    Offer(FLEX, "Centrum", frozenset({1, 3, 4, 5})),
    Offer(SUNDAY, "Centrum", frozenset({6})),
)

LINES = {
    "B01": "EEEE...", "B02": "EE..EE.", "B03": ".....F.", "B04": "..EEEE.", "B05": "......S",
    "B06": "EEEE...", "B07": ".F.FF..", "B08": "EE..EE.", "B09": "..EEEE.", "B10": "EEE..E.",
    "B11": ".E...E.", "B12": ".F.F.F.", "B13": "...EEE.", "B14": "LLL...S", "B15": "LLL...S",
    "B16": "...LLL.", "B17": "...LLL.", "B18": "....F.S", "B19": "LLL...S", "B20": ".L.LLL.",
    "B21": "LLL..L.", "B22": "...LLLS", "B23": "LLL..L.", "B24": "...LLL.",
}  # fmt: skip
MONDAY = date(2026, 6, 8)
TUESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY_14 = (
    MONDAY + timedelta(days=n) for n in (1, 3, 4, 5, 6)
)
PUBLISHED = datetime(2026, 5, 4, 10, tzinfo=UTC)
NUISANCE = {("B15", 1), ("B21", 1), ("B02", 5), ("B04", 5), ("B08", 5), ("B16", 5), ("B17", 5)}
"""Who works on nuisance on the days of the incidents; the rest is dealt."""
_SHIFTS_OF_THEMES = {
    "undermining": 12, "nuisance": 28, "common_crime": 12, "care_safety": 8, "social_unrest": 12,
}  # fmt: skip


def ids() -> Callable[[], str]:
    """Fresh ids n1, n2, ..."""
    numbers = count(1)
    return lambda: f"n{next(numbers)}"


def people() -> tuple[Person, ...]:
    """B01..B24 of 36 hours."""
    return tuple(
        Person(
            id=id,
            name=f"{id} (fictional)",
            team="enforcement",
            skills=frozenset({Skill.BOA} | ({Skill.TRAFFIC} if n % 3 else set())),
            contract_minutes=36 * 60,
            theme="nuisance" if n % 2 else "undermining",
        )
        for n, id in enumerate(LINES)
    )


def themes() -> dict[tuple[str, int], str]:
    """The theme of each theme shift, so that the hours of the week come out exactly."""
    slots = [(p, d) for d in range(7) for p, line in LINES.items() if line[d] in "ELS"]
    given = {slot: "nuisance" for slot in slots if slot in NUISANCE or slot[1] == 6}
    left = dict(_SHIFTS_OF_THEMES)
    left["nuisance"] -= len(given)
    for slot in slots:
        if slot not in given:
            theme = max(left, key=lambda t: (left[t], t))
            given[slot] = theme
            left[theme] -= 1
    assert not any(left.values())
    return given


def week(monday: date = MONDAY) -> Iterator[Duty]:
    """The duties of one week."""
    dealt = themes()
    by_letter = {o.shift.id: o for o in OFFERS}
    for person, line in LINES.items():
        for n, letter in enumerate(line):
            if letter == ".":
                continue
            day = monday + timedelta(days=n)
            offer = by_letter[letter]
            span = offer.span(day)
            reserve = offer.shift.reserve
            yield Duty(
                id=f"{day:%m%d}-{person}",
                person_id=person,
                shift=letter,
                start=span.start,
                end=span.end,
                tasks=(
                    TaskSpan(
                        start=span.start,
                        end=span.end,
                        task=Task.RESERVE if reserve else Task.THEME_WORK,
                        theme="" if reserve else dealt[person, n],
                        place="Centrum",
                    ),
                ),
                place="Centrum",
                changed_at=PUBLISHED,
            )


def deployed(duty: Duty, case: str, start: str, end: str) -> Duty:
    """A flex duty with a deployment between two clock times of its day."""
    day = duty.start.date()
    begin, finish = at(day, start), at(day, end)
    spans = [
        (duty.start, begin, Task.RESERVE, ""),
        (begin, finish, Task.SUPERVISION, case),
        (finish, duty.end, Task.RESERVE, ""),
    ]
    return duty.replace(
        tasks=tuple(
            TaskSpan(start=s, end=e, task=t, case_id=c, place="Centrum")
            for s, e, t, c in spans
            if s < e
        )
    )


def published() -> tuple[Duty, ...]:
    """W23 to W25 with Saturday's two flex people committed to D-043 (12 h)."""
    duties = [d for offset in (-7, 0, 7) for d in week(MONDAY + timedelta(days=offset))]
    return tuple(
        deployed(d, "D-043", "12:00", "18:00")
        if d.shift == "F" and d.id.startswith(f"{SATURDAY:%m%d}")
        else d
        for d in duties
    )


def span(day: date, start: str, end: str) -> Span:
    """Between two clock times of a day."""
    return Span(start=at(day, start), end=at(day, end))


D_043 = Need("D-043", span(SATURDAY, "12:00", "18:00"), 2, case_id="D-043", place="Centrum")
D_044 = Need("D-044", span(SATURDAY, "13:00", "18:00"), 6, case_id="D-044", place="Centrum")
D_042 = Need("D-042", span(SUNDAY_14, "13:00", "17:00"), 4, case_id="D-042", place="Centrum")
U_009 = Need("U-009", span(TUESDAY, "14:45", "17:45"), 4, case_id="U-009", place="Centrum")
BURDENS: Mapping[str, float] = {"B05": 8.0, "B02": 1.0}


def situation(now: datetime, *needs: Need, **changes: object) -> Situation:
    """The week at a moment, with what is asked."""
    days = [MONDAY + timedelta(days=n) for n in range(14)]
    facts: dict[str, object] = {
        "now": now,
        "members": tuple(Member(p) for p in people()),
        "offers": OFFERS,
        "duties": published(),
        "needs": needs,
        "waterlines": tuple(waterline_needs(reference.load("waterlines", Waterlines), days)),
        "standing": tuple(n for n in standing_needs(RULES, days, OFFERS) if not n.shift),
        "burdens": BURDENS,
        "pool": Pool("neighbour", 2),
    }
    return Situation(**(facts | changes))  # type: ignore[arg-type]
