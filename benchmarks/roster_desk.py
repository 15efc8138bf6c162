"""How fast and how near the best are the desk's own rosters?

    python -m benchmarks.roster_desk [--json] [--people 24 50 100] [--seconds 30]

On the synthetic demonstration city: the checker of working-time law on a hundred people's sixteen
weeks; the first lawful roster of thirty people and 28 days; four weeks in 30 seconds for the team
of 24 and for 50 and 100 people who differ in contract, skills, leave and wishes, with the gap that
is proven; and the plans after an incident among a hundred people.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

from orderdesk.city import TEST_WEEK
from orderdesk.desk import scoring
from orderdesk.desk.core import DemoClock, Desk, counting_ids
from orderdesk.desk.demo import standing_city
from orderdesk.desk.rostering import making, parameters, replanning
from orderdesk.desk.week24 import Week24
from orderdesk.domain.people import Duty, Person, Skill
from orderdesk.domain.time import Span, at
from orderdesk.domain.worktime import check_duties, errors
from orderdesk.roster.plans import Plan
from orderdesk.roster.problem import Member, Need, Problem, Wish
from orderdesk.roster.search import Effort

WEEKS = 16


def _grown(people: Sequence[Person], duties: Sequence[Duty], size: int) -> tuple[
    list[Person], list[Duty]
]:  # fmt: skip
    """The team again and again under other numbers, until it has `size` people."""
    team, work = list(people), list(duties)
    for n in range(len(people), size):
        model = people[n % len(people)]
        team.append(model.replace(id=f"{model.id}-{n}"))
        work += [
            duty.replace(
                id=f"{duty.id}-{n}", person_id=f"{model.id}-{n}",
                tasks=tuple(t.replace(case_id="") for t in duty.tasks),
            )
            for duty in duties
            if duty.person_id == model.id
        ]  # fmt: skip
    return team, work


def checker(desk: Desk) -> dict[str, float]:
    """Person-weeks per second of the checker of working-time law."""
    with desk.read() as reader:
        people, duties = _grown(reader.people(), reader.duties(), 100)
    week = [d for d in duties if TEST_WEEK.span.start <= d.start < TEST_WEEK.span.end]
    many = [
        duty.replace(
            id=f"{duty.id}-w{n}",
            start=duty.start + timedelta(weeks=n),
            end=duty.end + timedelta(weeks=n),
            tasks=(),
        )
        for n in range(WEEKS)
        for duty in week
    ]
    check_duties(week, parameters.law())
    spent, work = [], []
    for _run in range(9):
        begun, worked = perf_counter(), process_time()
        check_duties(many, parameters.law())
        spent.append(perf_counter() - begun)
        work.append(process_time() - worked)
    count = len(people) * WEEKS
    return {
        "person_weeks": count,
        "per_second": round(count / min(spent)),
        "per_processor_second": round(count / min(work)),
    }


def varied(problem: Problem, size: int, seed: int) -> Problem:
    """The team's problem for `size` people who differ: contracts, skills, leave, wishes, kinds of
    shift, and four weeks behind them. What must be covered grows with what they can work."""
    draw = random.Random(seed)
    contracts = (24, 28, 32, 36, 36, 36)
    share = sum(problem.members[0].week_minutes) / (
        problem.members[0].person.contract_minutes * len(problem.members[0].week_minutes)
    )
    members = []
    for n in range(size):
        model = problem.members[n % len(problem.members)].person
        minutes = draw.choice(contracts) * 60
        skills = frozenset(s for s in Skill if s is Skill.BOA or draw.random() < 0.3)
        person = model.replace(id=f"V{n:03d}", contract_minutes=minutes, skills=skills)
        away = _leave(problem, draw) if draw.random() < 0.2 else ()
        members.append(
            Member(
                person,
                week_minutes=tuple(round(minutes * share) for _w in range(problem.days // 7)),
                away=away,
                history=_behind(person, problem, draw),
                late_changes=draw.choice((0, 0, 0, 1, 2)),
                only_shifts=draw.choice((None,) * 8 + (frozenset("EFS"), frozenset("LFS"))),
            )
        )
    wishes = [
        Wish(m.id, problem.dates[draw.randrange(problem.days)], wanted=draw.random() < 0.8,
             weight=draw.choice((0.5, 1.0, 2.0)))
        for m in members
        for _n in range(3)
    ]  # fmt: skip
    grown = sum(m.person.contract_minutes for m in members) / sum(
        m.person.contract_minutes for m in problem.members
    )
    needs = [replace(n, at_least=round(n.at_least * grown)) for n in problem.needs]
    trained = [
        Need(f"traffic {day}", offer.span(day), max(1, size // 30), shift=offer.shift.id,
             skill=Skill.TRAFFIC)
        for day in problem.dates
        for offer in problem.offers
        if offer.shift.id in "EL" and day.weekday() in offer.weekdays
    ]  # fmt: skip
    return replace(
        problem,
        members=tuple(members),
        needs=(*needs, *(replace(n, at_most=size) for n in trained)),
        theme_minutes={t: round(m * grown) for t, m in problem.theme_minutes.items()},
        wishes=tuple({(w.person_id, w.day): w for w in wishes}.values()),
    )


def _leave(problem: Problem, draw: random.Random) -> tuple[Span, ...]:
    first = problem.first + timedelta(days=draw.randrange(problem.days - 7))
    return (Span(start=at(first, "00:00"), end=at(first + timedelta(days=7), "00:00")),)


def _behind(person: Person, problem: Problem, draw: random.Random) -> tuple[Duty, ...]:
    """Four weeks of shifts before the horizon, four days on and three off, from a day of chance."""
    begins = draw.randrange(7)
    duties = []
    for n in range(28):
        day = problem.first - timedelta(days=28 - n)
        on_offer = [
            o for o in problem.offers if day.weekday() in o.weekdays and not o.shift.reserve
        ]
        if (n + begins) % 7 >= 4 or not on_offer:
            continue
        offer = on_offer[(n + begins) // 7 % len(on_offer)]
        span = offer.span(day)
        duties.append(
            Duty(
                id=f"{person.id}-{n}", person_id=person.id, shift=offer.shift.id,
                start=span.start, end=span.end, place=offer.place, changed_at=problem.start,
            )
        )  # fmt: skip
    return tuple(duties)


def _solved(problem: Problem, now: datetime, effort: Effort) -> dict[str, float]:
    from orderdesk.roster.solve import roster

    law, begun = parameters.law(), perf_counter()
    found = roster(
        problem, parameters.rules(), law, new_id=counting_ids("r"), now=now, effort=effort
    )
    history = [duty for member in problem.members for duty in member.history]
    return {
        "gap": round(found.gap, 4),
        "objective": round(found.objective, 1),
        "bound": round(found.bound, 1),
        "first_legal_seconds": round(found.first_legal_seconds, 2),
        "seconds": round(perf_counter() - begun, 1),
        "violations": len(errors(check_duties([*history, *found.duties], law))),
        "uncovered": sum(gap.short for gap in found.uncovered),
    }


def problem_of(desk: Desk) -> Problem:
    """The team's next four weeks that nobody has rostered yet."""
    with desk.read() as reader:
        return making.problem_in(reader, TEST_WEEK.shift(4).monday, 28, desk.now)


def first_legal(desk: Desk) -> dict[str, float]:
    """Seconds to the first lawful roster of thirty people and 28 days."""
    return _solved(varied(problem_of(desk), 30, seed=1), desk.now, Effort(seconds=10))


def four_weeks(desk: Desk, size: int, seconds: float) -> dict[str, float]:
    """Four weeks: for the team itself, or for more people who differ."""
    problem = problem_of(desk)
    if size != len(problem.members):
        problem = varied(problem, size, seed=1)
    return _solved(problem, desk.now, Effort(seconds=seconds))


def replans(desk: Desk) -> dict[str, float]:
    """Plans for D-2026-044 among a hundred people."""
    with desk.work() as work:
        people, duties = _grown(work.people(), work.duties(), 100)
        work.save_people(people)
        work.save_duties(duties)
    case = scoring.case_numbered(desk, "D-2026-044")
    heard: list[float] = []
    begun = perf_counter()

    def on_plan(_plan: Plan) -> None:
        heard.append(perf_counter() - begun)

    found = replanning.plans_for(desk, case.id, on_plan=on_plan)
    spent = perf_counter() - begun
    return {
        "people": len(people),
        "first_plan_seconds": round(heard[0] if heard else spent, 2),
        "all_plans_seconds": round(spent, 2),
        "plans": len(found.found.plans),
        "touched": found.found.plans[0].touched if found.found.plans else -1,
    }


def measure(sizes: Sequence[int], seconds: float) -> dict[str, dict[str, float]]:
    """All figures."""
    with tempfile.TemporaryDirectory() as folder:
        desk, clock = standing_city(str(Path(folder) / "city.db"))
        assert isinstance(clock, DemoClock)
        Week24(desk, clock).play(at(TEST_WEEK.days[3], "12:00"))
        clock.set(at(TEST_WEEK.days[3], "12:00"))
        found = {
            "law_checker": checker(desk),
            "first_legal_30_people_28_days": first_legal(desk),
            **{f"four_weeks_{size}_people": four_weeks(desk, size, seconds) for size in sizes},
            "replan_100_people": replans(desk),
        }
        desk.store.close()
    return found


def main() -> None:
    """The command line of this measurement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--people", type=int, nargs="+", default=[24, 50, 100])
    parser.add_argument("--seconds", type=float, default=30)
    given = parser.parse_args()
    found = measure(given.people, given.seconds)
    if given.json:
        print(json.dumps(found))
        return
    for name, figures in found.items():
        print(name, "  ".join(f"{key} {value}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
