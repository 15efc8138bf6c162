"""The search: a first legal roster at once, then better ones, with a proven bound beside them.

Column generation over everything gives the bound and the prices of cover. Large neighbourhoods give
the rosters: some people, a stretch of days, or both are opened, columns are generated within them,
and a solver picks the best whole rosters out of these. Each hand (thread) works on a part of its
own; what they find is merged person by person. A small problem is first given whole to a constraint
solver, which proves what the linear program's bound can't.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import msg
from orderdesk.roster.engine import constraints
from orderdesk.roster.engine.board import CLOSED, Board, Step
from orderdesk.roster.engine.hand import Hand
from orderdesk.roster.engine.meter import Meter
from orderdesk.roster.engine.model import NEVER, OFF, Problem, Rosters, Tables
from orderdesk.roster.engine.model import tables as tables_of
from orderdesk.roster.engine.pricing import FREE, SCALE, Pricer, compile_now


@dataclass(frozen=True)
class Result:
    """The best roster found and what is proven of it."""

    rosters: Rosters
    """(P, D): number of the shift, or OFF."""
    objective: int
    bound: float
    """No roster is cheaper than this."""
    first_legal_seconds: float
    seconds: float
    repeatable: bool = False
    """Whether the same call gives the same roster again: the work ended it, not the clock."""

    @property
    def best(self) -> bool:
        """Whether no roster is cheaper: prices are whole numbers."""
        return self.objective - self.bound < CLOSED


_LOADED = 0.8
"""Seconds within which pricing that has been compiled before is loaded."""
_START = threading.Lock()
_COMPILER: list[threading.Thread] = []

_PIECE = 4.0
"""Seconds that a piece of work takes at most: a pick, or the programs of a part."""
_PATIENCE = 0.4
"""Seconds of counted work in a second of the clock that a repeatable search plans: it should end by
its work on slower machines, too."""


def solve(
    problem: Problem,
    *,
    seconds: float,
    threads: int = 2,
    seed: int = 1,
    repeatable: bool = False,
    on_progress: Callable[[Step], None] = lambda _step: None,
    stop: Callable[[], bool] = lambda: False,
) -> Result:
    """The best legal roster within `seconds`, with a bound.

    Any-time: `stop` ends it with what there is. `repeatable` counts work instead of seconds, so
    that the same problem, seconds, threads and seed give the same roster; it leaves some of the
    time unused. Raises BadInput for a problem with unknown names, RuleSaysNo when some person has
    no legal roster at all.
    """
    clock = Meter(seconds, stop=stop)
    t = tables_of(problem)
    board = Board(t, clock, on_progress)
    if not _compiled(_LOADED):
        # A fresh machine: something legal stands while the pricing is compiled.
        early = constraints.legal(t, lambda: _compiled(0.0))
        if early is not None:
            board.offer(early)
            if not _compiled(max(0.0, clock.left)) or stop():
                return _result(board, clock, repeatable=False)
    board.offer(_first(t))
    if constraints.small(t) and not clock.over:
        _at_a_stroke(t, board, clock)
    hands = [Hand(t, seed * 1_000 + n, first=n == 0) for n in range(max(1, threads))]
    if repeatable:
        _in_turns(board, hands, clock)
    else:
        _at_once(board, hands, clock)
    return _result(board, clock, repeatable=repeatable and not clock.over)


def _result(board: Board, clock: Meter, *, repeatable: bool) -> Result:
    assert board.rosters is not None
    return Result(
        board.rosters,
        board.objective,
        max(0.0, min(board.bound, float(board.objective))),  # no weight is negative
        board.first_legal,
        clock.spent,
        repeatable,
    )


def _at_a_stroke(t: Tables, board: Board, clock: Meter) -> None:
    """A small problem as a whole, by a constraint model."""
    found = constraints.best(t, clock.left)
    if found is not None:
        rosters, proven = found
        board.offer(rosters)
        if proven:
            board.prove(board.objective, board.guide)


def _compiled(seconds: float) -> bool:
    """Whether the pricing is compiled, or loaded from what was, after so many seconds."""
    with _START:
        if not _COMPILER:
            _COMPILER.append(threading.Thread(target=compile_now, daemon=True))
            _COMPILER[0].start()
    _COMPILER[0].join(seconds)
    return not _COMPILER[0].is_alive()


def _at_once(board: Board, hands: list[Hand], clock: Meter) -> None:
    """Every hand goes on as fast as it can."""

    def work(hand: Hand) -> None:
        while not (clock.over or board.closed):
            hand.turn(board, clock)

    others = [threading.Thread(target=work, args=(hand,), daemon=True) for hand in hands[1:]]
    for other in others:
        other.start()
    work(hands[0])
    for other in others:
        # What is left of a solver's piece of work is waited for: a thread inside a solver must not
        # outlive the interpreter. One that does not look at the clock is not: the board is whole.
        other.join(_PIECE if board.closed else 0.2 + max(0.0, clock.left))


def _in_turns(board: Board, hands: list[Hand], clock: Meter) -> None:
    """Every hand does one turn from the same rosters, by work counted; then they are merged in
    order, and so on."""
    work = Meter(clock.seconds * _PATIENCE, repeatable=True, stop=lambda: clock.over)
    while not (work.over or board.closed):
        drafts = [board.draft() for _ in hands]
        meters = [Meter(work.seconds, True, work.stop, work=work.work) for _ in hands]
        turns = [
            threading.Thread(target=hand.turn, args=(draft, meter), daemon=True)
            for hand, draft, meter in zip(hands, drafts, meters, strict=True)
        ]
        for turn in turns:
            turn.start()
        for turn in turns:
            turn.join()
        if clock.over:
            # What the clock cut short is still offered, but would not come out the same again.
            work.work = work.seconds
        since = board.rosters
        for draft in drafts:
            board.merge(draft, since)
        work.work = max([work.work + 1e-3, *(meter.work for meter in meters)])


def _first(t: Tables) -> Rosters:
    """One person after the other gets the cheapest roster against what is still needed."""
    people, days, shifts = t.shape
    pricer = Pricer(t)
    rosters = np.full((people, days), OFF, np.int8)
    free = np.full((people, days), FREE, np.int8)
    cover = np.zeros((days, shifts), np.int32)
    for person in range(people):
        worth = np.where(t.need > cover, t.under, -t.over).astype(np.int64) * SCALE
        found, values = pricer(
            np.clip(worth, -NEVER // 4, NEVER // 4).astype(np.int32),
            np.array([person], np.int64), free,
        )  # fmt: skip
        if values[0, 0] >= NEVER // 2:
            raise RuleSaysNo(msg("Person {n} of the problem has no legal roster.", n=person + 1))
        rosters[person] = found[0]
        on = np.flatnonzero(found[0] >= 0)
        cover[on, found[0][on]] += 1
    return rosters
