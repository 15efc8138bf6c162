"""The rules of the public shift-scheduling benchmark, read off slowly and literally."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from orderdesk.roster.engine.model import Person, Problem


def breaches(problem: Problem, rosters: Sequence[Sequence[str]]) -> Iterator[str]:
    """Every hard rule that a roster (shift names, "" for a day off) breaks."""
    shifts = {shift.name: shift for shift in problem.shifts}
    for person, roster in zip(problem.people, rosters, strict=True):
        for day, (today, tomorrow) in enumerate(pairwise(roster)):
            if today and tomorrow in shifts[today].not_before:
                yield f"{person.name} {day}: {tomorrow} after {today}"
        for name, most in person.max_shifts.items():
            if sum(shift == name for shift in roster) > most:
                yield f"{person.name}: too often {name}"
        minutes = sum(shifts[shift].minutes for shift in roster if shift)
        if not person.min_minutes <= minutes <= person.max_minutes:
            yield f"{person.name}: {minutes} minutes"
        yield from _runs(person, roster)
        weekends = sum(
            bool(roster[day] or (day + 1 < len(roster) and roster[day + 1]))
            for day in range(5, len(roster), 7)
        )
        if weekends > person.max_weekends:
            yield f"{person.name}: {weekends} weekends"
        for day in person.days_off:
            if roster[day]:
                yield f"{person.name} {day}: works on a day off"


def _runs(person: Person, roster: Sequence[str]) -> Iterator[str]:
    start = 0
    while start < len(roster):
        end = start
        while end < len(roster) and bool(roster[end]) == bool(roster[start]):
            end += 1
        length, inside = end - start, start > 0 and end < len(roster)
        if roster[start] and length > person.max_run:
            yield f"{person.name} {start}: {length} days in a row"
        if inside and length < (person.min_run if roster[start] else person.min_days_off):
            yield f"{person.name} {start}: a run of {length}"
        start = end


def penalty(problem: Problem, rosters: Sequence[Sequence[str]]) -> int:
    """The objective, counted cell by cell."""
    at = {person.name: roster for person, roster in zip(problem.people, rosters, strict=True)}
    total = 0
    for request in problem.requests:
        works = at[request.person][request.day] == request.shift
        if works != request.wanted:
            total += request.weight
    for cover in problem.covers:
        there = sum(roster[cover.day] == cover.shift for roster in rosters)
        total += max(0, cover.required - there) * cover.under
        total += max(0, there - cover.required) * cover.over
    return total
