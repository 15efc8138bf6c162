"""The master problem of a part: which mix of whole rosters meets the need at the least price.

A part is some people on a stretch of days; all else stays as it stands. A column is one person's
roster on those days. The linear program gives cover prices, by which `pricing` finds columns that
are worth adding; with whole numbers it picks one per person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orderdesk.roster.engine.model import Floats, Ints, Rosters, Tables, cover_of
from orderdesk.roster.engine.pricing import FREE
from orderdesk.roster.highs import solver

_NOBODY = 1e5
"""Price of a person without a roster: higher than any roster, so that it goes as soon as it can."""

_SIMPLEX = {
    "presolve": "off", "solver": "simplex",
    # New columns leave the last solution feasible, so that the primal simplex goes on from it.
    "simplex_strategy": 4,
}  # fmt: skip
_MIP = {"mip_rel_gap": 0.0, "mip_abs_gap": 0.999}


@dataclass(frozen=True)
class Part:
    """Some people (Q) on the days from `first` up to `last` of rosters (P, D) as they stand."""

    t: Tables
    standing: Rosters
    people: NDArray[np.int64]
    first: int
    last: int

    @property
    def whole(self) -> bool:
        """Whether everything is open."""
        people, days, _ = self.t.shape
        return len(self.people) == people and self.last - self.first == days

    def fixed(self) -> Rosters:
        """(P, D): FREE within the part, as it stands elsewhere."""
        cells = self.standing.copy()
        cells[self.people, self.first : self.last] = FREE
        return cells

    def need(self) -> Ints:
        """(days of the part, S): what the part's people still have to cover; may be negative."""
        _, days, shifts = self.t.shape
        others = np.delete(self.standing, self.people, axis=0)
        return (self.t.need - cover_of(others, days, shifts))[self.first : self.last]

    def own(self, roster: Rosters, person: int) -> int:
        """Price of one person's roster (days of the part) by requests alone."""
        on = np.flatnonzero(roster >= 0)
        return int(self.t.own[person, self.first + on, roster[on]].sum())

    def price(self) -> int:
        """What the part costs as it stands."""
        cut = self.standing[self.people, self.first : self.last]
        own = sum(self.own(row, int(p)) for row, p in zip(cut, self.people, strict=True))
        gap = self.need() - cover_of(cut, *self.t.need[self.first : self.last].shape)
        under, over = self.t.under[self.first : self.last], self.t.over[self.first : self.last]
        return own + int(np.where(gap > 0, gap * under, -gap * over).sum(dtype=np.int64))

    def put(self, cut: Rosters) -> Rosters:
        """The rosters (P, D) with the part's cells (Q, days of the part) put in."""
        rosters = self.standing.copy()
        rosters[self.people, self.first : self.last] = cut
        return rosters


@dataclass(frozen=True)
class Relaxed:
    """A solution of the linear program."""

    objective: float
    cover: Floats
    """Price per (day of the part, shift) of one more person there."""
    person: Floats
    """Price per person of the part."""
    share: Floats
    """How much of each column is used."""
    effort: int
    """Steps of the simplex method."""


class Master:
    """Columns and their linear program, kept between solves so that each starts from the last."""

    def __init__(self, part: Part) -> None:
        t = part.t
        self.part = part
        self._need = part.need()
        self._under = t.under[part.first : part.last].ravel().astype(float)
        self._over = t.over[part.first : part.last].ravel().astype(float)
        self._solver = solver(**_SIMPLEX)
        self._rows(self._solver)
        count = len(part.people)
        self._put(self._solver, np.full(count, _NOBODY), np.arange(count), np.ones(count, np.int64))
        self._slack = 2 * self._need.size + count
        self.owner: list[int] = []
        """Per column: which of the part's people, counted from 0."""
        self.rosters: list[Rosters] = []
        self.prices: list[int] = []
        self._known: set[tuple[int, bytes]] = set()
        self._shut = np.zeros(0, bool)
        self._shrunk = False

    def add(self, rosters: Iterable[tuple[int, Rosters]]) -> int:
        """Add columns (which of the part's people, roster) that are new; how many were."""
        since = len(self.owner)
        for who, roster in rosters:
            key = (who, roster.tobytes())
            if key in self._known:
                continue
            self._known.add(key)
            self.owner.append(who)
            self.rosters.append(roster.copy())
            self.prices.append(self.part.own(roster, int(self.part.people[who])))
        if len(self.owner) > since:
            self._columns(self._solver, range(since, len(self.owner)))
        return len(self.owner) - since

    def relax(self, seconds: float) -> Relaxed:
        """Solve the linear program, within `seconds` if it is to be of use."""
        import highspy

        count = len(self.part.people)
        # Its clock goes on from one solve to the next.
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + seconds)
        self._solver.setOptionValue("simplex_strategy", 1 if self._shrunk else 4)
        self._solver.setOptionValue("simplex_iteration_limit", 4 * self._need.size + 400)
        self._solver.run()
        info = self._solver.getInfo()
        effort = int(info.simplex_iteration_count)
        if self._solver.getModelStatus() == highspy.HighsModelStatus.kIterationLimit:
            # The primal method can go round in circles.
            self._solver.setOptionValue("simplex_strategy", 1)
            self._solver.setOptionValue("simplex_iteration_limit", 1 << 30)
            self._solver.run()
            info = self._solver.getInfo()
            effort += int(info.simplex_iteration_count)
        self._shrunk = False
        found = self._solver.getSolution()
        dual = np.array(found.row_dual)
        return Relaxed(
            float(info.objective_function_value),
            dual[count:].reshape(self._need.shape),
            dual[:count],
            np.array(found.col_value)[self._slack :],
            effort,
        )

    def reduced(self, relaxed: Relaxed) -> Floats:
        """Per column: its price at the program's prices, 0 for the best of its person."""
        owner, rosters = np.array(self.owner), np.array(self.rosters)
        on = rosters >= 0
        worth = relaxed.cover[np.arange(rosters.shape[1]), np.where(on, rosters, 0)]
        gain = np.where(on, worth, 0.0).sum(axis=1)
        result: Floats = np.array(self.prices, float) - gain - relaxed.person[owner]
        return result

    def restrict(self, fixed: Rosters | None) -> None:
        """Only columns that agree with `fixed` (Q, days: FREE, OFF or a shift); None: all."""
        count = len(self.owner)
        if fixed is None:
            shut = np.zeros(count, bool)
        else:
            wanted = fixed[np.array(self.owner)]
            shut = ((wanted != FREE) & (wanted != np.array(self.rosters))).any(axis=1)
        before = np.zeros(count, bool)
        before[: len(self._shut)] = self._shut
        moved = np.flatnonzero(shut != before)
        self._shut = shut
        if len(moved):
            at = (moved + self._slack).astype(np.int32)
            most = np.where(shut[moved], 0.0, np.inf)
            self._solver.changeColsBounds(len(at), at, np.zeros(len(at)), most)
            self._shrunk = True

    def trim(self, keep: NDArray[np.bool_]) -> None:
        """Drop the columns that are not to be kept."""
        gone = np.flatnonzero(~keep)
        if not len(gone):
            return
        self._solver.deleteCols(len(gone), (gone + self._slack).astype(np.int32))
        for n in gone.tolist():
            self._known.discard((self.owner[n], self.rosters[n].tobytes()))
        left = np.flatnonzero(keep).tolist()
        self._shut = np.zeros(0, bool)
        self.owner = [self.owner[n] for n in left]
        self.rosters = [self.rosters[n] for n in left]
        self.prices = [self.prices[n] for n in left]

    def whole(
        self, columns: NDArray[np.int64], seconds: float, nodes: int
    ) -> tuple[Rosters | None, int]:
        """The best choice of one of `columns` per person (Q, days), None if none was found; and
        the steps of the simplex method that it took."""
        import highspy

        whole = solver(**_MIP, time_limit=max(0.0, seconds), mip_max_nodes=nodes)
        self._rows(whole)
        self._columns(whole, columns.tolist())
        slack = 2 * self._need.size
        at = np.arange(slack, slack + len(columns), dtype=np.int32)
        whole.changeColsIntegrality(len(at), at, np.full(len(at), highspy.HighsVarType.kInteger))
        chosen = {(self.owner[c], self.rosters[c].tobytes()): n for n, c in enumerate(columns)}
        cut = self.part.standing[self.part.people, self.part.first : self.part.last]
        start = [chosen.get((who, row.tobytes())) for who, row in enumerate(cut)]
        if None not in start:
            # The roster that stands is where the search starts.
            gap = (self._need - cover_of(cut, *self._need.shape)).ravel()
            values = np.zeros(slack + len(columns))
            values[: slack // 2], values[slack // 2 : slack] = (
                np.maximum(gap, 0),
                -np.minimum(gap, 0),
            )
            values[[slack + n for n in start if n is not None]] = 1.0
            known = highspy.HighsSolution()
            known.col_value = values.tolist()
            whole.setSolution(known)
        whole.run()
        info = whole.getInfo()
        effort = int(info.simplex_iteration_count)
        if not np.isfinite(info.objective_function_value):
            return None, effort
        share = np.array(whole.getSolution().col_value)[slack:]
        found = cut.copy()
        seen = np.zeros(len(cut), bool)
        for n in np.flatnonzero(share > 0.5).tolist():
            who = self.owner[columns[n]]
            found[who], seen[who] = self.rosters[columns[n]], True
        return (found if seen.all() else None), effort

    def _rows(self, solver: Any) -> None:
        """One row per person, one per day and shift, with what is lacking and what is too much."""
        count, cells = len(self.part.people), self._need.size
        limits = np.concatenate([np.ones(count), self._need.ravel().astype(float)])
        rows = len(limits)
        solver.addRows(
            rows, limits, limits, 0, np.zeros(rows, np.int32), np.empty(0, np.int32), np.empty(0)
        )
        at = count + np.arange(cells)
        self._put(solver, self._under, at, np.ones(cells, np.int64))
        self._put(solver, self._over, at, np.ones(cells, np.int64), -1.0)

    def _columns(self, solver: Any, which: Iterable[int]) -> None:
        count, shifts = len(self.part.people), self._need.shape[1]
        columns = list(which)
        rosters = np.array([self.rosters[c] for c in columns])
        on = rosters >= 0
        day = np.broadcast_to(np.arange(rosters.shape[1]), rosters.shape)
        cells = np.where(on, count + day * shifts + rosters, -1)
        owner = np.array([self.owner[c] for c in columns])
        index = np.concatenate([owner[:, None], cells], axis=1)
        self._put(
            solver,
            np.array([self.prices[c] for c in columns], float),
            index[index >= 0],
            1 + on.sum(axis=1),
        )

    @staticmethod
    def _put(
        solver: Any, prices: Floats, index: NDArray[Any], sizes: NDArray[Any], value: float = 1.0
    ) -> None:
        count = len(prices)
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32)
        solver.addCols(
            count, prices, np.zeros(count), np.full(count, np.inf), len(index), starts,
            index.astype(np.int32), np.full(len(index), value),
        )  # fmt: skip
