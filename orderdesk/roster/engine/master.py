"""The master problem: which mix of whole rosters meets the need at the least price.

A column is one person's roster for the whole horizon. The linear program gives cover prices, by
which `pricing` finds columns that are worth adding; with whole numbers it picks one per person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from orderdesk.roster.engine.model import OFF, Floats, Rosters, Tables
from orderdesk.roster.engine.pricing import FREE

_NOBODY = 1e6
"""Price of a person without a roster: higher than any roster, so that it goes as soon as it can."""


@dataclass(frozen=True)
class Relaxed:
    """A solution of the linear program."""

    objective: float
    cover: Floats
    """Price per (day, shift) of one more person there."""
    person: Floats
    """Price per person."""
    share: Floats
    """How much of each column is used."""


class Master:
    """Columns and their linear program, kept between solves so that each starts from the last."""

    def __init__(self, t: Tables) -> None:
        import highspy

        self.t = t
        people, days, shifts = t.shape
        self._solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (("output_flag", False), ("threads", 1), ("random_seed", 1)):
            self._solver.setOptionValue(option, value)
        rows = people + days * shifts
        limits = np.concatenate([np.ones(people), t.need.ravel().astype(float)])
        none: Any = np.array([], dtype=np.int32)
        self._solver.addRows(
            rows, limits, limits, 0, np.zeros(rows, np.int32), none, np.array([], dtype=float)
        )
        self.owner: list[int] = []
        self.rosters: list[Any] = []
        self._known: set[tuple[int, bytes]] = set()
        first = []
        for cell, (under, over) in enumerate(zip(t.under.ravel(), t.over.ravel(), strict=True)):
            first += [(float(under), people + cell, 1.0), (float(over), people + cell, -1.0)]
        first += [(_NOBODY, person, 1.0) for person in range(people)]
        self._add([price for price, _, _ in first], [([row], [sign]) for _, row, sign in first])
        self._slack = len(first)

    def add(self, rosters: Iterable[tuple[int, Rosters]]) -> int:
        """Add columns (person, roster) that aren't there yet; how many were new."""
        people, _, shifts = self.t.shape
        prices, entries = [], []
        for person, roster in rosters:
            key = (person, roster.tobytes())
            if key in self._known:
                continue
            self._known.add(key)
            self.owner.append(person)
            self.rosters.append(roster.copy())
            worked = np.flatnonzero(roster >= 0)
            cells = people + worked * shifts + roster[worked]
            prices.append(float(self.t.own[person, worked, roster[worked]].sum()))
            entries.append(([person, *cells.tolist()], [1.0] * (1 + len(worked))))
        if prices:
            self._add(prices, entries)
        return len(prices)

    def restrict(self, fixed: Rosters | None) -> None:
        """Only columns that agree with `fixed` (P, D: FREE, OFF or a shift); None: all."""
        count = len(self.owner)
        if not count:
            return
        upper = np.full(count, np.inf)
        if fixed is not None:
            wanted = fixed[np.array(self.owner)]
            agrees = ((wanted == FREE) | (wanted == np.array(self.rosters))).all(axis=1)
            upper[~agrees] = 0.0
        at = np.arange(self._slack, self._slack + count, dtype=np.int32)
        self._solver.changeColsBounds(count, at, np.zeros(count), upper)

    def relax(self) -> Relaxed:
        """Solve the linear program."""
        people, days, shifts = self.t.shape
        self._solver.run()
        found = self._solver.getSolution()
        dual = np.array(found.row_dual)
        return Relaxed(
            float(self._solver.getInfo().objective_function_value),
            dual[people:].reshape(days, shifts),
            dual[:people],
            np.array(found.col_value)[self._slack :],
        )

    def whole(self, seconds: float, start: Rosters, columns: Sequence[int]) -> Rosters | None:
        """The best choice of one whole roster per person out of `columns`; None if none is better
        than nothing in the time."""
        import highspy

        people, days, shifts = self.t.shape
        solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (
            ("output_flag", False), ("threads", 1), ("time_limit", seconds),
            ("mip_rel_gap", 0.0), ("random_seed", 1),
        ):  # fmt: skip
            solver.setOptionValue(option, value)
        limits = np.concatenate([np.ones(people), self.t.need.ravel().astype(float)])
        rows = people + days * shifts
        none: Any = np.array([], dtype=np.int32)
        solver.addRows(
            rows, limits, limits, 0, np.zeros(rows, np.int32), none, np.array([], dtype=float)
        )
        prices: list[float] = []
        entries: list[tuple[list[int], list[float]]] = []
        for cell, (under, over) in enumerate(
            zip(self.t.under.ravel(), self.t.over.ravel(), strict=True)
        ):
            prices += [float(under), float(over)]
            entries += [([people + cell], [1.0]), ([people + cell], [-1.0])]
        slack = len(prices)
        for column in columns:
            roster, person = self.rosters[column], self.owner[column]
            worked = np.flatnonzero(roster >= 0)
            cells = people + worked * shifts + roster[worked]
            prices.append(float(self.t.own[person, worked, roster[worked]].sum()))
            entries.append(([person, *cells.tolist()], [1.0] * (1 + len(worked))))
        _add_columns(solver, prices, entries)
        at = np.arange(slack, len(prices), dtype=np.int32)
        kinds = np.full(len(at), highspy.HighsVarType.kInteger)
        solver.changeColsIntegrality(len(at), at, kinds)
        # The roster that is known is where the search starts.
        chosen = {(self.owner[c], self.rosters[c].tobytes()): n for n, c in enumerate(columns)}
        known = highspy.HighsSolution()
        values = np.zeros(len(prices))
        for person in range(people):
            position = chosen.get((person, start[person].tobytes()))
            if position is None:
                break
            values[slack + position] = 1.0
        else:
            worked_cover = np.zeros((days, shifts))
            for person in range(people):
                on = np.flatnonzero(start[person] >= 0)
                np.add.at(worked_cover, (on, start[person][on]), 1)
            gap = self.t.need.ravel() - worked_cover.ravel()
            values[0:slack:2], values[1:slack:2] = np.maximum(gap, 0), np.maximum(-gap, 0)
            known.col_value = values.tolist()
            solver.setSolution(known)
        solver.run()
        if not np.isfinite(solver.getInfo().objective_function_value):
            return None
        share = np.array(solver.getSolution().col_value)[slack:]
        found = np.full((people, days), OFF, np.int8)
        seen = np.zeros(people, bool)
        for n in np.flatnonzero(share > 0.5).tolist():
            found[self.owner[columns[n]]] = self.rosters[columns[n]]
            seen[self.owner[columns[n]]] = True
        return found if seen.all() else None

    def _add(
        self, prices: Sequence[float], entries: Sequence[tuple[list[int], list[float]]]
    ) -> None:
        _add_columns(self._solver, prices, entries)


def _add_columns(
    solver: Any, prices: Sequence[float], entries: Sequence[tuple[list[int], list[float]]]
) -> None:
    count = len(prices)
    starts = np.cumsum([0, *(len(rows) for rows, _ in entries)])[:-1].astype(np.int32)
    index = np.array([row for rows, _ in entries for row in rows], dtype=np.int32)
    value = np.array([v for _, values in entries for v in values], dtype=float)
    solver.addCols(
        count, np.array(prices), np.zeros(count), np.full(count, np.inf),
        len(index), starts, index, value,
    )  # fmt: skip
