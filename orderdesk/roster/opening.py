"""A first lawful roster in a fraction of a second: something to show while the search warms up.

Days in an order of chance, people in another: who can work lawfully and lowers the price gets the
shift that lowers it most, first where cover asks for it, then for contracts. What the grid knows of
law and house (clashes, rows) is kept; `Grid.repaired` takes out what the checker says beyond that.
"""

from __future__ import annotations

import random

from orderdesk.roster.cells import Cell, Row, Term
from orderdesk.roster.grid import Grid


class Opening:
    """The choice as it grows from the pins."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._terms: dict[Cell, list[tuple[int, int]]] = {cell: [] for cell in grid.allowed}
        self._rows: dict[Cell, list[tuple[int, int]]] = {cell: [] for cell in grid.allowed}
        self._value = [term.constant for term in grid.terms]
        self._load = [0] * len(grid.rows)
        for n, term in enumerate(grid.terms):
            for cell, weight in term.cells:
                self._terms[cell].append((n, weight))
        for n, row in enumerate(grid.rows):
            for cell, weight in row.cells:
                self._rows[cell].append((n, weight))
        self._apart: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for first, second in grid.clashes:
            self._apart.setdefault(first, []).append(second)
            self._apart.setdefault(second, []).append(first)
        self.cells: set[Cell] = set()
        self._busy: set[tuple[int, int]] = set()
        for cell in grid.pinned:
            self._take(cell)

    def fill(self, seed: int) -> frozenset[Cell]:
        """The choice when nothing more is gained by one more shift."""
        draw = random.Random(seed)
        cover = {n for n, term in enumerate(self._grid.terms) if term.cause == "cover"}
        for counted in (cover, None):
            days = list(range(len(self._grid.dates)))
            draw.shuffle(days)
            for day in days:
                people = list(range(len(self._grid.members)))
                draw.shuffle(people)
                for m in people:
                    self._give(m, day, counted)
        return frozenset(self.cells)

    def _give(self, m: int, day: int, counted: set[int] | None) -> None:
        """The shift that lowers the price most, if one does by the terms that are counted too."""
        if (m, day) in self._busy:
            return
        rated = [
            (self._rise(cell, None), cell)
            for cell in self._grid.by_day[m, day]
            if counted is None or self._rise(cell, counted) < 0
        ]
        for rise, cell in sorted(rated):
            if rise >= 0:
                return
            if self._fits(cell):
                self._take(cell)
                return

    def _rise(self, cell: Cell, counted: set[int] | None) -> int:
        terms: tuple[Term, ...] = self._grid.terms
        return sum(
            terms[n].price_at(self._value[n] + weight) - terms[n].price_at(self._value[n])
            for n, weight in self._terms[cell]
            if counted is None or n in counted
        )

    def _fits(self, cell: Cell) -> bool:
        rows: tuple[Row, ...] = self._grid.rows
        return all(
            Cell(cell.member, *shift) not in self.cells
            for shift in self._apart.get((cell.day, cell.offer), ())
        ) and all(self._load[n] + weight <= rows[n].high for n, weight in self._rows[cell])

    def _take(self, cell: Cell) -> None:
        self.cells.add(cell)
        self._busy.add((cell.member, cell.day))
        for n, weight in self._terms[cell]:
            self._value[n] += weight
        for n, weight in self._rows[cell]:
            self._load[n] += weight
