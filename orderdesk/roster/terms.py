"""What a roster is priced by: terms linear in the cells, each with its cause."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING

from orderdesk.domain.time import at
from orderdesk.roster.cells import SCALE, Cell, Shift, Term
from orderdesk.roster.problem import Member, standing

if TYPE_CHECKING:
    from orderdesk.roster.grid import Grid


def terms_of(grid: Grid) -> Iterator[Term]:
    """Everything that has a price, cause by cause."""
    yield from _cover_terms(grid)
    yield from _theme_terms(grid)
    yield from _contract_terms(grid)
    yield from _wish_terms(grid)
    yield from _fairness_terms(grid)
    yield from _pattern_terms(grid)
    yield from _draft_terms(grid)


def _steps(hours_of_regret: float) -> int:
    return round(hours_of_regret * SCALE)


def _cover_terms(grid: Grid) -> Iterator[Term]:
    prices = grid.rules.prices
    by_shift: dict[Shift, list[Cell]] = {}
    for cell in sorted(grid.allowed):
        by_shift.setdefault((cell.day, cell.offer), []).append(cell)
    for block in grid.blocks:
        hours = block.span.minutes / 60
        short = prices.uncovered_hour if block.need.price is None else block.need.price
        members = set(block.members)
        yield Term(
            "cover",
            tuple(
                (c, 1)
                for shift in block.shifts
                for c in by_shift.get(shift, ())
                if c.member in members
            ),
            block.fixed,
            block.required,
            block.at_most,
            _steps(short * hours),
            _steps(prices.over_covered_hour * hours),
        )


def _theme_terms(grid: Grid) -> Iterator[Term]:
    wanted = sum(grid.problem.theme_minutes.values())
    if not wanted:
        return
    for days in grid.weeks().values():
        cells = tuple(
            (c, grid.minutes((c.day, c.offer)))
            for m in range(len(grid.members))
            for d in days
            for c in grid.by_day[m, d]
            if not grid.offers[c.offer].shift.reserve
        )
        share = round(wanted * len(days) / 7)
        yield _per_hour("themes", cells, 0, share, None, grid.rules.prices.theme_hour_short, 0)


def _per_hour(
    cause: str,
    cells: tuple[tuple[Cell, int], ...],
    constant: int,
    low: int | None,
    high: int | None,
    under: float,
    over: float,
) -> Term:
    """A term on minutes with prices per hour, in quarters of an hour to keep steps whole."""
    return Term(
        cause,
        tuple((c, round(weight / 15)) for c, weight in cells),
        round(constant / 15),
        None if low is None else round(low / 15),
        None if high is None else round(high / 15),
        _steps(under / 4),
        _steps(over / 4),
    )


def _contract_terms(grid: Grid) -> Iterator[Term]:
    prices, swing = grid.rules.prices, round(grid.rules.team.week_swing_hours * 60)
    weeks = grid.weeks()
    for m, member in enumerate(grid.members):
        targets = {w: _target(member, w, len(days)) for w, days in weeks.items()}
        own = grid.own_minutes(m, grid.start, at(grid.dates[-1], "23:59"))
        total = sum(targets.values())
        yield _per_hour(
            "contract", grid.minute_cells(m, range(len(grid.dates))), own, total, total,
            prices.contract_hour_short, prices.contract_hour_over,
        )  # fmt: skip
        for w, days in weeks.items():
            begin = at(grid.dates[days[0]], "00:00")
            own = grid.own_minutes(m, begin, begin + timedelta(days=len(days)))
            yield _per_hour(
                "weeks", grid.minute_cells(m, days), own,
                max(0, targets[w] - swing), targets[w] + swing,
                prices.week_hour_off, prices.week_hour_off,
            )  # fmt: skip


def _target(member: Member, week: int, days: int) -> int:
    if member.week_minutes:
        return member.week_minutes[min(week, len(member.week_minutes) - 1)]
    return round(member.person.contract_minutes * days / 7)


def _wish_terms(grid: Grid) -> Iterator[Term]:
    for wish in grid.problem.wishes:
        day = grid.nth_day.get(wish.day)
        if day is None:
            continue
        price = _steps(wish.weight * grid.rules.prices.wish)
        cells = tuple(
            (c, 1)
            for c in grid.by_day[grid.position[wish.person_id], day]
            if wish.shift in ("", grid.offers[c.offer].shift.id)
        )
        works = wish.wanted if wish.shift else not wish.wanted
        low, high = (1, None) if works else (None, 0)
        yield Term("wishes", cells, 0, low, high, price, price)


def _fairness_terms(grid: Grid) -> Iterator[Term]:
    fairness = grid.rules.fairness
    kinds = (
        ("nights", grid.is_night, fairness.night),
        ("weekends", grid.is_weekend, fairness.weekend),
        ("lates", grid.is_late, fairness.late),
    )
    for cause, is_kind, price in kinds:
        counted = {s for s in grid.spans if is_kind(grid.stretch(s))}
        if not counted or not price:
            continue
        past = [grid.past(m, is_kind) for m in range(len(grid.members))]
        if cause == "weekends" and fairness.weekend:
            extra = fairness.late_change / fairness.weekend
            past = [
                n + round(member.late_changes * extra)
                for n, member in zip(past, grid.members, strict=True)
            ]
        coming = sum(b.required for b in grid.blocks if set(b.shifts) & counted and b.need.shift)
        for m, share in enumerate(_fair_shares(grid, sum(past) + coming, counted)):
            cells = tuple(
                (c, 1)
                for d in range(len(grid.dates))
                for c in grid.by_day[m, d]
                if (c.day, c.offer) in counted
            )
            # Who already had more than the share gets none if it can be helped.
            yield Term(cause, cells, past[m], None, max(share, past[m]), 0, _steps(price))


def _fair_shares(grid: Grid, total: int, counted: set[Shift]) -> list[int]:
    """Whole numbers in proportion to hours; who can't work such shifts has no share."""
    able = {c.member for c in grid.allowed if (c.day, c.offer) in counted}
    weights = [_target(member, 0, 7) if m in able else 0 for m, member in enumerate(grid.members)]
    whole = sum(weights) or 1
    return [ceil(total * weight / whole) for weight in weights]


def _pattern_terms(grid: Grid) -> Iterator[Term]:
    """Days off and working days that stand alone."""
    team = grid.rules.team
    for m in range(len(grid.members)):
        for d in range(1, len(grid.dates) - 1):
            before, here, after = (
                [(c, 1) for c in grid.by_day[m, d + step]] for step in (-1, 0, 1)
            )
            minus = [(c, -1) for c, _ in here]
            worked = [int((m, d + step) in grid.works_anyway) for step in (-1, 0, 1)]
            if team.single_day_off:
                yield Term(
                    "pattern", (*before, *minus, *after), worked[0] - worked[1] + worked[2],
                    None, 1, 0, _steps(team.single_day_off),
                )  # fmt: skip
            if team.single_day_on:
                yield Term(
                    "pattern", (*before, *minus, *after), worked[0] - worked[1] + worked[2],
                    0, None, _steps(team.single_day_on), 0,
                )  # fmt: skip


def _draft_terms(grid: Grid) -> Iterator[Term]:
    price = _steps(grid.rules.prices.changed_cell)
    for duty in standing(grid.problem.draft):
        cell = grid.cell_of(duty)
        if cell is not None and cell in grid.allowed and cell not in grid.pinned:
            yield Term("changes", ((cell, 1),), 0, 1, None, price, 0)
