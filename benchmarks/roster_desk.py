"""How fast and how near the best are the desk's own rosters?

    python -m benchmarks.roster_desk [--json]

On the synthetic demonstration city: the checker of working-time law on a hundred people's sixteen
weeks; the first lawful roster of thirty people and 28 days; four weeks for the team in 30 seconds,
with the gap that is proven; and the plans after an incident among a hundred people.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from orderdesk.city import TEST_WEEK
from orderdesk.desk import scoring
from orderdesk.desk.core import DemoClock, Desk, counting_ids
from orderdesk.desk.demo import standing_city
from orderdesk.desk.rostering import making, parameters, replanning
from orderdesk.desk.week24 import Week24
from orderdesk.domain.people import Duty, Person
from orderdesk.domain.time import at
from orderdesk.domain.worktime import check_duties
from orderdesk.roster.replan import Plan

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
    begun = perf_counter()
    check_duties(many, parameters.law())
    spent = perf_counter() - begun
    return {"person_weeks": len(people) * WEEKS, "per_second": round(len(people) * WEEKS / spent)}


def first_legal(desk: Desk) -> dict[str, float]:
    """Seconds to the first lawful roster of thirty people and 28 days."""
    from orderdesk.roster.solve import Effort, roster

    with desk.read() as reader:
        problem = making.problem_in(reader, TEST_WEEK.shift(4).monday, 28)
    members = list(problem.members)
    for n in range(len(members), 30):
        model = members[n % len(problem.members)]
        person = model.person.replace(id=f"{model.person.id}-{n}")
        members.append(replace(model, person=person, history=()))
    found = roster(
        replace(problem, members=tuple(members)),
        parameters.rules(), parameters.law(), new_id=counting_ids("r"), now=desk.now,
        effort=Effort(seconds=15),
    )  # fmt: skip
    return {"seconds": round(found.first_legal_seconds, 2), "gap_after_15_s": round(found.gap, 4)}


def four_weeks(desk: Desk) -> dict[str, float]:
    """The team's four weeks in 30 seconds."""
    made = making.make(desk, str(TEST_WEEK.shift(4)), 4, 30)
    return {
        "gap": round(made.roster.gap, 4),
        "first_legal_seconds": round(made.roster.first_legal_seconds, 2),
        "violations": made.violations,
        "uncovered": sum(gap.short for gap in made.roster.uncovered),
    }


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


def measure() -> dict[str, dict[str, float]]:
    """All figures."""
    with tempfile.TemporaryDirectory() as folder:
        desk, clock = standing_city(str(Path(folder) / "city.db"))
        assert isinstance(clock, DemoClock)
        Week24(desk, clock).play(at(TEST_WEEK.days[3], "12:00"))
        clock.set(at(TEST_WEEK.days[3], "12:00"))
        found = {
            "law_checker": checker(desk),
            "first_legal_30_people_28_days": first_legal(desk),
            "four_weeks_in_30_s": four_weeks(desk),
            "replan_100_people": replans(desk),
        }
        desk.store.close()
    return found


def main() -> None:
    """The command line of this measurement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure()
    if given.json:
        print(json.dumps(found))
        return
    for name, figures in found.items():
        print(name, "  ".join(f"{key} {value}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
