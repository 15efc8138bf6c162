"""What binds a roster beside one shift a day, clashes and weekly rest: bounds on the cells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from orderdesk.domain.time import at, local
from orderdesk.i18n import Figure, Msg, msg
from orderdesk.roster.cells import Cell, Row

if TYPE_CHECKING:
    from orderdesk.roster.grid import Grid


def rows_of(grid: Grid) -> Iterator[Row]:
    """The bounds of house and law: hours of a week, hours on average, days in a row."""
    yield from _week_rows(grid)
    yield from _average_rows(grid)
    yield from _run_rows(grid)


def _week_rows(grid: Grid) -> Iterator[Row]:
    most = round(60 * min(grid.rules.team.most_week_hours, grid.law.week_hours[-1].most_hours))
    for m in range(len(grid.members)):
        for days in grid.weeks().values():
            monday = _monday(grid, days[0])
            before = grid.own_minutes(m, monday, monday + timedelta(days=7, hours=1))
            why = msg("more than {hours} h in the week", hours=Figure(most / 60, "g"))
            yield _bounded(grid, grid.minute_cells(m, days), most - before, why)


def _average_rows(grid: Grid) -> Iterator[Row]:
    for norm in (grid.law.average_short[-1], grid.law.average_long[-1]):
        for m in range(len(grid.members)):
            for days in grid.weeks().values():
                until = days[-1] + 1
                first = max(0, days[0] - 7 * (norm.weeks - 1) - grid.dates[days[0]].weekday())
                opens = _monday(grid, days[0]) - timedelta(weeks=norm.weeks - 1)
                before = grid.own_minutes(m, opens, grid.start)
                high = round(norm.weeks * norm.most_hours * 60) - before
                cells = grid.minute_cells(m, range(first, until))
                if sum(weight for _, weight in cells) > high:
                    why = msg(
                        "more than {hours} h a week on average over {weeks} weeks",
                        hours=Figure(norm.most_hours, "g"),
                        weeks=norm.weeks,
                    )
                    yield _bounded(grid, cells, high, why)


def _run_rows(grid: Grid) -> Iterator[Row]:
    """No more days in a row than the house allows, history included."""
    most = grid.rules.team.most_days_in_a_row
    for m in range(len(grid.members)):
        worked = {(local(w.start).date() - grid.dates[0]).days for w in grid.history[m]}
        for first in range(-most, len(grid.dates) - most):
            window = range(first, first + most + 1)
            known = sum(d in worked for d in window)
            cells = tuple((c, 1) for d in window if d >= 0 for c in grid.by_day[m, d])
            if known + len({c.day for c, _ in cells}) > most:
                why = msg("more than {n} days in a row", n=most)
                yield _bounded(grid, cells, most - known, why)


def _bounded(grid: Grid, cells: tuple[tuple[Cell, int], ...], high: int, why: Msg) -> Row:
    """A row that leaves at least room for what is pinned."""
    pinned = sum(weight for cell, weight in cells if cell in grid.pinned)
    return Row(cells, max(high, pinned), why)


def _monday(grid: Grid, day: int) -> datetime:
    date_ = grid.dates[day]
    return at(date_ - timedelta(days=date_.weekday()), "00:00")
