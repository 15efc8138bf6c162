"""The engine of column generation: legal by a literal checker, priced right, bounded right."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.roster import best_known, read
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.roster.engine import constraints, hand
from orderdesk.roster.engine import search as engine
from orderdesk.roster.engine.constraints import legal
from orderdesk.roster.engine.model import Cover, Person, Problem, Request, Shift, price, tables
from orderdesk.roster.engine.pricing import compile_now
from orderdesk.roster.engine.search import Step, solve
from tests.roster.literal_benchmark import breaches, penalty


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """Compiling takes long on a fresh machine; no search's time should go to it."""
    compile_now()


def names(problem: Problem, rosters: np.ndarray) -> list[list[str]]:  # type: ignore[type-arg]
    return [["" if s < 0 else problem.shifts[s].name for s in row] for row in rosters]


@st.composite
def problems(draw: st.DrawFn, most_people: int = 4, most_days: int = 14) -> Problem:
    days = draw(st.integers(7, most_days))
    shifts = (
        Shift("E", 480),
        Shift("L", 480, frozenset({"E"})),
        Shift("N", 600, frozenset({"E", "L"})),
    )[: draw(st.integers(1, 3))]
    people = tuple(
        Person(
            name=f"P{n}",
            max_shifts={s.name: draw(st.integers(1, days)) for s in shifts},
            max_minutes=draw(st.integers(2, days)) * 480,
            max_run=draw(st.integers(2, 5)),
            min_run=draw(st.integers(1, 2)),
            min_days_off=draw(st.integers(1, 2)),
            max_weekends=draw(st.integers(0, 2)),
            days_off=frozenset(draw(st.sets(st.integers(0, days - 1), max_size=2))),
        )
        for n in range(draw(st.integers(1, most_people)))
    )
    cells = list(product((p.name for p in people), range(days), (s.name for s in shifts)))
    wished = draw(st.lists(st.sampled_from(cells), unique=True, max_size=6))
    return Problem(
        days=days,
        shifts=shifts,
        people=people,
        requests=tuple(
            Request(who, day, shift, draw(st.integers(1, 5)), draw(st.booleans()))
            for who, day, shift in wished
        ),
        covers=tuple(
            Cover(day, s.name, draw(st.integers(0, 2)), 10, 2)
            for day in range(days)
            for s in shifts
        ),
    )


@pytest.mark.parametrize("small", [0, 10_000], ids=["by-columns", "by-constraints"])
@settings(max_examples=10)
@given(problem=problems())
def test_every_roster_is_legal_priced_right_and_over_its_bound(
    small: int, problem: Problem
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constraints, "_SMALL", small)
        found = solve(problem, seconds=0.25, threads=1)
    rosters = names(problem, found.rosters)
    assert list(breaches(problem, rosters)) == []
    assert penalty(problem, rosters) == found.objective
    assert found.bound <= found.objective
    assert price(tables(problem), found.rosters) == found.objective


def every_roster(problem: Problem) -> int:
    """The least penalty of one person's rosters, by trying all, the cheapest first."""
    choices = ["", *(s.name for s in problem.shifts)]
    free = [""] * problem.days
    nothing = penalty(problem, [free])

    def more(day: int, shift: str) -> int:
        """What a day costs beyond a day off: every rule that is paid for looks at one day."""
        return penalty(problem, [[*free[:day], shift, *free[day + 1 :]]]) - nothing

    days = [[(more(day, shift), shift) for shift in choices] for day in range(problem.days)]
    by_price = sorted(product(*days), key=lambda roster: sum(price for price, _shift in roster))
    rosters = ([shift for _price, shift in roster] for roster in by_price)
    return next(penalty(problem, [r]) for r in rosters if not list(breaches(problem, [r])))


@pytest.mark.parametrize("small", [0, 10_000], ids=["by-columns", "by-constraints"])
@settings(max_examples=5)
@given(problem=problems(most_people=1, most_days=7))
def test_one_persons_roster_is_the_best_of_all(small: int, problem: Problem) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constraints, "_SMALL", small)
        patch.setattr(hand, "_WARM_UP", 1e-5)  # a long time to prove it in, little to anneal first
        found = solve(problem, seconds=3600, threads=1)
    assert found.best
    assert found.objective == every_roster(problem)


def test_the_first_public_instance_ends_at_its_best_known_price(shared: Path) -> None:
    file = shared / "data" / "rostering" / "Instance2.txt"
    problem = read(file.read_text())
    heard: list[Step] = []
    found = solve(problem, seconds=3600, on_progress=heard.append)
    assert list(breaches(problem, names(problem, found.rosters))) == []
    assert found.objective == best_known(file) == 828
    assert found.bound > found.objective - 1
    assert heard[-1].objective == found.objective
    assert [s.objective for s in heard] == sorted((s.objective for s in heard), reverse=True)


def test_a_small_instance_is_proven_best_by_constraints(shared: Path) -> None:
    file = shared / "data" / "rostering" / "Instance1.txt"
    problem = read(file.read_text())
    found = solve(problem, seconds=3600, repeatable=True)
    assert list(breaches(problem, names(problem, found.rosters))) == []
    assert found.best
    assert found.objective == found.bound == best_known(file) == 607


def test_stopping_leaves_a_legal_roster(shared: Path) -> None:
    problem = read((shared / "data" / "rostering" / "Instance5.txt").read_text())
    found = solve(problem, seconds=3600, stop=lambda: True)
    assert list(breaches(problem, names(problem, found.rosters))) == []


def crowd(people: int = 8, days: int = 21) -> Problem:
    """More people and days than one part holds at once."""
    shifts = (
        Shift("E", 480),
        Shift("L", 480, frozenset({"E"})),
        Shift("N", 600, frozenset({"E", "L"})),
    )
    return Problem(
        days=days,
        shifts=shifts,
        people=tuple(
            Person(f"P{n}", {"N": 3}, 14 * 480, 9 * 480, 5, 2, 2, 2, frozenset({n, n + 7}))
            for n in range(people)
        ),
        requests=tuple(
            Request(f"P{n}", (3 * n + k) % days, "ELN"[(n + k) % 3], 1 + k % 3, k % 2 == 0)
            for n in range(people)
            for k in range(9)
        ),
        covers=tuple(
            Cover(day, s.name, 2 - (day + n) % 2, 100, 1)
            for day in range(days)
            for n, s in enumerate(shifts)
        ),
    )


@settings(max_examples=20)
@given(problems())
def test_what_stands_before_anything_is_compiled_is_legal(problem: Problem) -> None:
    early = legal(tables(problem), lambda: False)
    assert early is not None
    assert list(breaches(problem, names(problem, early))) == []


@pytest.mark.parametrize("threads", [1, 2])
def test_a_repeatable_search_gives_the_same_roster_again(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Little work within a long time: no clock cuts it short, however busy the machine.
    monkeypatch.setattr(engine, "_PATIENCE", 0.6 / 3600)
    first, again = (
        solve(crowd(), seconds=3600, threads=threads, seed=3, repeatable=True) for _ in range(2)
    )
    assert first.repeatable
    assert again.repeatable
    assert (first.rosters == again.rosters).all()
    assert (first.objective, first.bound) == (again.objective, again.bound)
    assert list(breaches(crowd(), names(crowd(), first.rosters))) == []


def test_two_hands_merge_legal_rosters_only() -> None:
    problem = crowd(12, 28)
    found = solve(problem, seconds=1.5, threads=2)
    rosters = names(problem, found.rosters)
    assert list(breaches(problem, rosters)) == []
    assert penalty(problem, rosters) == found.objective >= found.bound


def test_odd_formatting_reads_the_same() -> None:
    text = """SECTION_HORIZON
7
SECTION_SHIFTS
E,480,
L,480,E
SECTION_STAFF
A,E=7|L=3,2400,960,5,2,2,1
SECTION_DAYS_OFF
A,2
SECTION_SHIFT_ON_REQUESTS
SECTION_SHIFT_OFF_REQUESTS
A,1,L,2
SECTION_COVER
0,E,1,100,1
"""
    odd = "\ufeff# made elsewhere\n" + text.replace(",", " ,  ").replace("\n", "  \t\r\n\r\n")
    assert read(odd + "\r\n# the end") == read(text)
    assert read(text.replace("A,2\n", "A,2,  # leave\n")) == read(text)


def test_what_can_not_be_read_names_the_fault() -> None:
    with pytest.raises(BadInput, match="line 1"):
        read("hello")
    with pytest.raises(BadInput, match="instance"):
        read("SECTION_HORIZON\nmany\n")
    person, shift = Person("A"), Shift("D", 480)
    with pytest.raises(BadInput, match="B"):
        tables(Problem(7, (shift,), (person,), (Request("B", 0, "D", 1, True),)))
    with pytest.raises(BadInput, match="day"):
        tables(Problem(7, (shift,), (person,), (Request("A", 7, "D", 1, True),)))
    with pytest.raises(BadInput, match="weight"):
        tables(Problem(7, (shift,), (person,), (Request("A", 0, "D", -1, True),)))


def test_a_person_without_any_legal_roster_is_named() -> None:
    never = Person("A", min_minutes=5000, max_minutes=100)
    with pytest.raises(RuleSaysNo, match="1"):
        solve(Problem(7, (Shift("D", 480),), (never,)), seconds=1)
