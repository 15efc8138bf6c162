"""The shift scheduling problem that the engine solves, and its form as arrays.

Hard for each person: at most one shift a day, which shift may follow which, how often each shift,
minutes in all, length of a run of working days, days off between runs, weekends worked, days off.
Soft: requests for and against a shift, and cover below or above what is required. These are the
rules of the Shift Scheduling Benchmark (T. Curtois), with its conventions at the edges: the days
before and after the horizon can complete a run of work or of days off, but a run may not be too
long within the horizon; a weekend counts when its Saturday or its Sunday is worked.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orderdesk.errors import BadInput
from orderdesk.i18n import msg

NEVER = 1 << 29
"""Price of what is forbidden. Twice this still fits in 32 bits."""

OFF = -1
"""A day without a shift, in rosters as arrays."""

Ints = NDArray[np.int32]
Rosters = NDArray[np.int8]
Flags = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shift:
    """A kind of shift; `not_before` names the shifts that can't be worked the day after it."""

    name: str
    minutes: int
    not_before: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Person:
    """What one person's roster must keep to. A shift without an entry in `max_shifts` is free."""

    name: str
    max_shifts: Mapping[str, int] = field(default_factory=dict)
    max_minutes: int = 10**6
    min_minutes: int = 0
    max_run: int = 7
    min_run: int = 1
    min_days_off: int = 1
    max_weekends: int = 10**3
    days_off: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Request:
    """Costs `weight` when the person does not work (`wanted`) or does work that shift that day."""

    person: str
    day: int
    shift: str
    weight: int
    wanted: bool


@dataclass(frozen=True)
class Cover:
    """How many people a shift needs on a day, and what each one too few or too many costs."""

    day: int
    shift: str
    required: int
    under: int
    over: int


@dataclass(frozen=True)
class Problem:
    """People x days x shifts. Days count from 0; `first_weekday` of day 0 is 0 for a Monday."""

    days: int
    shifts: tuple[Shift, ...]
    people: tuple[Person, ...]
    requests: tuple[Request, ...] = ()
    covers: tuple[Cover, ...] = ()
    first_weekday: int = 0


@dataclass(frozen=True)
class Tables:
    """A problem as arrays: P people, D days, S shifts; minutes in units of `unit` minutes."""

    unit: int
    length: Ints  # (S) units
    group: Ints  # (S): shifts that may follow the same shifts are of one group
    before: Flags  # (G, S): may a shift of the group follow this one
    begun: Ints  # (D + 1): weekends begun before the day
    done: Ints  # (D + 1): weekends over before the day
    limits: Ints  # (P, 6): least and most units, shortest and longest run, days off, weekends
    cap: Ints  # (P, S)
    own: Ints  # (P, D, S): price of a cell by requests alone, NEVER where forbidden
    base: int  # price of all wishes, before any is granted
    need: Ints  # (D, S)
    under: Ints  # (D, S)
    over: Ints  # (D, S)

    @property
    def shape(self) -> tuple[int, int, int]:
        """People, days, shifts."""
        people, days, shifts = self.own.shape
        return people, days, shifts


def tables(problem: Problem) -> Tables:
    """The arrays of a problem. Raises `BadInput` for an unknown name, day or a negative weight."""
    shift_of = _index("shift", [s.name for s in problem.shifts])
    person_of = _index("person", [p.name for p in problem.people])
    days, n_shifts, n_people = problem.days, len(shift_of), len(person_of)
    _check_sizes(problem)
    unit = math.gcd(*(s.minutes for s in problem.shifts))
    follow = np.ones((n_shifts, n_shifts), np.uint8)
    for s in problem.shifts:
        for after in s.not_before:
            follow[shift_of[s.name], _at(shift_of, "shift", after)] = 0
    before, group = np.unique(follow.T, axis=0, return_inverse=True)
    cap = np.full((n_people, n_shifts), days, np.int32)
    limits = np.zeros((n_people, 6), np.int32)
    own = np.zeros((n_people, days, n_shifts), np.int64)
    for p, person in enumerate(problem.people):
        for name, most in person.max_shifts.items():
            cap[p, _at(shift_of, "shift", name)] = min(days, most)
        limits[p] = _limits(person, problem, unit)
        for day in person.days_off:
            own[p, _day(problem, day)] = NEVER
    own[np.repeat((cap <= 0)[:, None, :], days, axis=1)] = NEVER
    base = 0
    for r in problem.requests:
        cell = (
            _at(person_of, "person", r.person),
            _day(problem, r.day),
            _at(shift_of, "shift", r.shift),
        )
        base += _weight(r.weight) if r.wanted else 0
        own[cell] += -r.weight if r.wanted else _weight(r.weight)
    own[own >= NEVER // 2] = NEVER
    need, under, over = (np.zeros((days, n_shifts), np.int32) for _ in range(3))
    for c in problem.covers:
        at = (_day(problem, c.day), _at(shift_of, "shift", c.shift))
        if under[at] or over[at]:
            raise BadInput("cover", f"{c.day}, {c.shift}", msg("Give each day and shift once."))
        need[at], under[at], over[at] = c.required, _weight(c.under), _weight(c.over)
    begun, done = _weekends(problem)
    return Tables(
        unit=unit,
        length=np.array([s.minutes // unit for s in problem.shifts], np.int32),
        group=group.ravel().astype(np.int32),
        before=before,
        begun=begun,
        done=done,
        limits=limits,
        cap=cap,
        own=own.astype(np.int32),
        base=base,
        need=need,
        under=under,
        over=over,
    )


def cover_of(rosters: Rosters, days: int, shifts: int) -> Ints:
    """How many work each shift on each day: (D, S)."""
    count = np.zeros((days, shifts), np.int32)
    people, day = np.nonzero(rosters >= 0)
    np.add.at(count, (day, rosters[people, day]), 1)
    return count


def own_price(t: Tables, rosters: Rosters) -> int:
    """What the wishes cost, `Tables.base` left out."""
    people, day = np.nonzero(rosters >= 0)
    return int(t.own[people, day, rosters[people, day]].sum(dtype=np.int64))


def price(t: Tables, rosters: Rosters) -> int:
    """The objective of legal rosters (P, D): requests not met, and cover below and above need."""
    _, days, shifts = t.shape
    gap = t.need - cover_of(rosters, days, shifts)
    cover = np.where(gap > 0, gap * t.under, -gap * t.over).sum(dtype=np.int64)
    return t.base + own_price(t, rosters) + int(cover)


def _limits(person: Person, problem: Problem, unit: int) -> list[int]:
    longest = problem.days * max(s.minutes for s in problem.shifts) // unit
    return [
        min(longest + 1, max(0, math.ceil(person.min_minutes / unit))),
        min(longest, person.max_minutes // unit),
        max(1, person.min_run),
        min(problem.days, person.max_run),
        max(1, person.min_days_off),
        min(problem.days // 7 + 2, person.max_weekends),
    ]


def _weekends(problem: Problem) -> tuple[Ints, Ints]:
    """Weekends begun, and weekends over, before each day (D + 1)."""
    begun = np.zeros(problem.days + 1, np.int32)
    done = np.zeros(problem.days + 1, np.int32)
    for day in range(problem.days):
        weekday = (day + problem.first_weekday) % 7
        starts = weekday == 5 or (weekday == 6 and day == 0)
        begun[day + 1] = begun[day] + starts
        done[day + 1] = done[day] + (weekday == 6)
    return begun, done


def _check_sizes(problem: Problem) -> None:
    for field_, number, most in (
        ("days", problem.days, 1000),
        ("shifts", len(problem.shifts), 100),
        ("people", len(problem.people), 10_000),
    ):
        if not 1 <= number <= most:
            raise BadInput(field_, number, msg("Give a number from 1 to {most}.", most=most))
    for s in problem.shifts:
        if not 0 < s.minutes <= 1440:
            raise BadInput("minutes", s.minutes, msg("Give a number from 1 to {most}.", most=1440))


def _index(kind: str, names: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for i, name in enumerate(names):
        if name in found:
            raise BadInput(kind, name, msg("Give each name once."))
        found[name] = i
    return found


def _at(index: Mapping[str, int], kind: str, name: str) -> int:
    if name not in index:
        raise BadInput(kind, name, msg("Use a name that the problem defines."))
    return index[name]


def _day(problem: Problem, day: int) -> int:
    if not 0 <= day < problem.days:
        raise BadInput("day", day, msg("Give a day within the horizon."))
    return day


def _weight(weight: Any) -> int:
    if not 0 <= weight <= 100_000:
        raise BadInput("weight", weight, msg("Give a whole number from 0 to {most}.", most=100_000))
    return int(weight)
