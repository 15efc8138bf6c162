"""Who can be rostered when: service, weekdays, absences, and what people ask of the roster.

Read by capacity, roster and the team's screen. Absence has a cause as far as it may be kept
(`AbsenceCause`); outside the team's planning it is only ever *away*.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from orderdesk.domain.people import Absence, Duty, Person, Request, Skill
from orderdesk.domain.time import Span, Week, at, local
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import msg
from orderdesk.roster.problem import Member, Offer, Wish

if TYPE_CHECKING:
    from orderdesk.store.work import Reader

ABSENCE, ASKED = "absence", "roster_request"


def absences_in(
    reader: Reader, first: date | None = None, last: date | None = None
) -> list[Absence]:
    """Absences that touch the days from `first` to `last`; all of them without days."""
    found = [
        Absence.model_validate(record.doc | {"version": record.version})
        for record in reader.records(ABSENCE)
    ]
    return [
        absence
        for absence in sorted(found, key=lambda a: (a.first, a.person_id, a.id))
        if (last is None or absence.first <= last) and (first is None or absence.last >= first)
    ]


def requests_in(
    reader: Reader, first: date | None = None, last: date | None = None
) -> list[Request]:
    """What was asked for the days from `first` to `last`; all of it without days."""
    found = [
        Request.model_validate(record.doc | {"version": record.version})
        for record in reader.records(ASKED)
    ]
    return [
        request
        for request in sorted(found, key=lambda r: (r.day, r.person_id, r.id))
        if (last is None or request.day <= last) and (first is None or request.day >= first)
    ]


def contract_minutes(person: Person, week: Week) -> int:
    """Contract minutes in a week: less in the week in which somebody comes or goes."""
    days = [day for day in week.days if day.weekday() in person.weekdays]
    served = sum(person.serves(day) for day in days)
    return round(person.contract_minutes * served / len(days)) if days else 0


def away_by_cause(person: Person, absences: Iterable[Absence], week: Week) -> Mapping[str, int]:
    """Contract minutes that a person's absences take in a week; a day counts once."""
    left = contract_minutes(person, week)
    taken: Counter[str] = Counter()
    for day in week.days:
        away = next((a for a in absences if a.person_id == person.id and a.covers(day)), None)
        if away is None or not person.can_work(day):
            continue
        minutes = min(left, person.day_minutes)
        taken[away.cause.value] += minutes
        left -= minutes
    return taken


def away_of_team(reader: Reader, week: Week) -> Mapping[str, int]:
    """Minutes that the team's absences take in a week, per cause."""
    absences = absences_in(reader, week.days[0], week.days[-1])
    total: Counter[str] = Counter()
    if absences:
        for person in reader.people(week.days[0], week.days[-1]):
            total.update(away_by_cause(person, absences, week))
    return total


def members(
    reader: Reader,
    people: Sequence[Person],
    first: date,
    days: int,
    *,
    offers: Sequence[Offer] = (),
    history: Sequence[Duty] = (),
    week_minutes: Mapping[str, tuple[int, ...]] | None = None,
) -> tuple[Member, ...]:
    """People as the roster sees them from `first` on for so many days: away without a cause.

    Who may get flex shifts (of `offers`) is who agreed to them; where nobody did, everybody may.
    """
    dates = [first + timedelta(days=n) for n in range(days)]
    absences = absences_in(reader, dates[0], dates[-1])
    asked = any(Skill.FLEX in person.skills for person in people)
    fixed = frozenset(offer.shift.id for offer in offers if not offer.shift.reserve)
    return tuple(
        Member(
            person=person,
            week_minutes=(week_minutes or {}).get(person.id, ()),
            away=tuple(_away(person, absences, dates)),
            history=tuple(duty for duty in history if duty.person_id == person.id),
            only_shifts=fixed if offers and asked and Skill.FLEX not in person.skills else None,
        )
        for person in people
    )


def _away(person: Person, absences: Sequence[Absence], dates: Sequence[date]) -> Iterator[Span]:
    """Absences, days on which somebody isn't available, and days outside the service."""
    for absence in absences:
        if absence.person_id == person.id:
            yield _days(absence.first, absence.last)
    for day in dates:
        if not person.can_work(day):
            yield _days(day, day)


def _days(first: date, last: date) -> Span:
    return Span(start=at(first, "00:00"), end=at(last + timedelta(days=1), "00:00"))


def away_days(
    reader: Reader, people: Iterable[Person], days: Sequence[date]
) -> frozenset[tuple[str, date]]:
    """Person and day on which somebody is away, not available or not in the team."""
    absences = absences_in(reader, days[0], days[-1])
    return frozenset(
        (person.id, day)
        for person in people
        for day in days
        if not person.can_work(day)
        or any(a.person_id == person.id and a.covers(day) for a in absences)
    )


def refuse_away(reader: Reader, duties: Iterable[Duty]) -> None:
    """Raise RuleSaysNo when somebody would work on a day on which they are away."""
    for duty in duties:
        person = reader.person(duty.person_id)
        day = local(duty.start).date()
        if person is not None and away_days(reader, [person], [day]):
            raise RuleSaysNo(
                msg("{who} is away or not available on {day}", who=person.id, day=day.isoformat())
            )


def wishes_in(reader: Reader, people: Iterable[Person], first: date, last: date) -> list[Wish]:
    """What people ask of the roster, as the roster weighs it."""
    known = {person.id for person in people}
    return [
        Wish(r.person_id, r.day, r.shift, r.wanted, float(r.weight))
        for r in requests_in(reader, first, last)
        if r.person_id in known
    ]
