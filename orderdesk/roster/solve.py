"""Four weeks of duties for a team: lawful, covered, fair, near the best that can be had.

`roster` compiles a `Problem` into a `Grid`, has `search` choose cells, and makes duties of them.
The checker of working-time law judges every choice: no roster with an error leaves this module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

from orderdesk.domain.people import Duty
from orderdesk.domain.time import Span
from orderdesk.domain.worktime import Finding, WorkingTimeLaw
from orderdesk.roster.cells import SCALE, Cell
from orderdesk.roster.grid import Grid
from orderdesk.roster.problem import (
    Need,
    NewId,
    Problem,
    RosterRules,
    free_tasks,
    gap_of,
    standing,
)
from orderdesk.roster.search import Effort, Progress, Search, search


@dataclass(frozen=True)
class Uncovered:
    """A block with too few people."""

    need: Need
    span: Span
    short: int


@dataclass(frozen=True)
class Share:
    """What one person carries over the weeks of fairness; for that person and the planner only."""

    person_id: str
    nights: int
    weekends: int
    lates: int
    minutes: int
    """Paid minutes within the horizon."""
    wishes: int
    wishes_granted: int


@dataclass(frozen=True)
class Roster:
    """A lawful roster and what is known about how good it is."""

    duties: tuple[Duty, ...]
    """Those of the horizon, pinned ones unchanged, by person and time."""
    objective: float
    bound: float
    parts: Mapping[str, float]
    """The objective by cause, in hours of regret."""
    uncovered: tuple[Uncovered, ...]
    warnings: tuple[Finding, ...]
    shares: tuple[Share, ...]
    """By person, in the order of the team."""
    seconds: float
    first_legal_seconds: float
    proven: bool
    """Whether no better roster exists."""

    @property
    def gap(self) -> float:
        """How far from the best possible at most: 0.004 is 0.4%."""
        return gap_of(self.objective, self.bound)


def roster(
    problem: Problem,
    rules: RosterRules,
    law: WorkingTimeLaw,
    *,
    new_id: NewId,
    now: datetime,
    effort: Effort | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Roster:
    """The best lawful roster found within `effort`.

    Any-time: `stop` ends the search with what there is; `on_progress` hears from any thread, and
    often. Raises RuleSaysNo when what is pinned breaks the law.
    """
    begun = perf_counter()
    grid = Grid(problem, rules, law)
    grid.require_lawful_pins()
    seeking = Search(grid, effort or Effort(), on_progress, stop, begun)
    search(seeking)
    return _result(grid, seeking, new_id, now)


# --- cells to duties -----------------------------------------------------------------------------


def _result(grid: Grid, found: Search, new_id: NewId, now: datetime) -> Roster:
    cells = found.cells
    parts = grid.price(cells)
    return Roster(
        duties=_duties(grid, cells, new_id, now),
        objective=sum(parts.values()),
        bound=found.bound / SCALE,
        parts=parts,
        uncovered=uncovered(grid, cells),
        warnings=grid.warnings(cells),
        shares=shares(grid, cells),
        seconds=found.elapsed,
        first_legal_seconds=found.first_legal,
        proven=found.proven,
    )


def uncovered(grid: Grid, cells: frozenset[Cell]) -> tuple[Uncovered, ...]:
    """The blocks on which a choice puts too few people."""
    return tuple(
        Uncovered(block.need, block.span, short)
        for block in grid.blocks
        if (short := block.required - grid.count(block, cells)) > 0
    )


def shares(grid: Grid, cells: frozenset[Cell]) -> tuple[Share, ...]:
    """What each person carries by a choice, in the order of the team."""
    return tuple(_share(grid, m, cells) for m in range(len(grid.members)))


def _duties(grid: Grid, chosen: frozenset[Cell], new_id: NewId, now: datetime) -> tuple[Duty, ...]:
    """Pinned duties as they are, draft duties where the same cell was chosen again, else new."""
    drafted = {
        (d.person_id, d.shift, d.place, d.start, d.end): d for d in standing(grid.problem.draft)
    }
    themes = _deal_themes(grid, chosen)
    duties = [duty for _, duty in grid.own_hours]
    for cell in sorted(chosen):
        if cell in grid.pinned:
            duties.append(grid.pinned[cell])
            continue
        offer, span = grid.offers[cell.offer], grid.spans[cell.day, cell.offer]
        person = grid.members[cell.member].id
        tasks = free_tasks(offer, span, themes.get(cell, ""))
        same = drafted.get((person, offer.shift.id, offer.place, span.start, span.end))
        if same is not None:
            duties.append(same if same.tasks == tasks else same.replace(tasks=tasks))
            continue
        duties.append(
            Duty(
                id=new_id(),
                person_id=person,
                shift=offer.shift.id,
                start=span.start,
                end=span.end,
                break_minutes=offer.shift.break_minutes,
                tasks=tasks,
                place=offer.place,
                changed_at=now,
            )
        )
    return tuple(sorted(duties, key=lambda d: (d.person_id, d.start)))


def _deal_themes(grid: Grid, chosen: frozenset[Cell]) -> dict[Cell, str]:
    """A theme for each shift: its person's own where that still asks for hours, then wherever
    most is asked, then the person's own again."""
    problem = grid.problem
    asked = {
        (week, theme): minutes
        for week in {problem.week_of(d) for d in grid.dates}
        for theme, minutes in problem.theme_minutes.items()
    }
    dealt: dict[Cell, str] = {}

    def give(cell: Cell, theme: str) -> None:
        dealt[cell] = theme
        key = problem.week_of(grid.dates[cell.day]), theme
        if key in asked:
            asked[key] -= grid.minutes((cell.day, cell.offer))

    shifts = sorted(
        (c for c in chosen if not grid.offers[c.offer].shift.reserve),
        key=lambda c: (c.day, c.member),
    )
    for cell in shifts:
        own = grid.members[cell.member].person.theme
        if asked.get((problem.week_of(grid.dates[cell.day]), own), 0) > 0:
            give(cell, own)
    for cell in shifts:
        if cell not in dealt:
            week = problem.week_of(grid.dates[cell.day])
            wanting = [(n, theme) for (w, theme), n in asked.items() if w == week and n > 0]
            own = grid.members[cell.member].person.theme
            give(cell, max(wanting)[1] if wanting else own)
    return dealt


def _share(grid: Grid, m: int, chosen: frozenset[Cell]) -> Share:
    own = [(c.day, c.offer) for c in chosen if c.member == m]
    kinds = (grid.is_night, grid.is_weekend, grid.is_late)
    nights, weekends, lates = (
        grid.past(m, is_kind) + sum(is_kind(grid.stretch(s)) for s in own) for is_kind in kinds
    )
    wishes = [w for w in grid.problem.wishes if w.person_id == grid.members[m].id]
    return Share(
        person_id=grid.members[m].id,
        nights=nights,
        weekends=weekends,
        lates=lates,
        minutes=sum(grid.minutes(s) for s in own),
        wishes=len(wishes),
        wishes_granted=sum(grid.granted(w, chosen) for w in wishes),
    )
