"""The rules on being on call (ATW 5:9): few spells, so looked at one by one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

import numpy as np

from orderdesk.domain.time import Span, days_touched
from orderdesk.domain.worktime.board import Board
from orderdesk.domain.worktime.norms import OnCallNorm, WorkingTimeLaw
from orderdesk.domain.worktime.stretches import (
    Columns,
    Finding,
    Stretch,
    clock,
    day_minute,
    minutes_in,
    moment_of,
)
from orderdesk.i18n import N_, Msg


def check_on_call(
    person_id: str,
    work: Sequence[Stretch],
    spells: Sequence[Span],
    law: WorkingTimeLaw,
    judged_from: datetime | None,
) -> tuple[Finding, ...]:
    """Breaches of the rules on being on call (ATW 5:9): few spells, so looked at one by one."""
    norm = law.on_call[-1]
    judge = _OnCall(person_id, sorted(work), sorted(spells, key=lambda s: s.start), norm)
    found = [*judge.too_many_days(), *judge.no_free_spells(), *judge.too_much_work()]
    if work:
        found += judge.beside_night(Board.of(Columns.of({person_id: work}), law))
    return tuple(f for f in found if judged_from is None or f.end > judged_from)


@dataclass(frozen=True)
class _OnCall:
    person_id: str
    work: Sequence[Stretch]
    spells: Sequence[Span]
    norm: OnCallNorm

    def _days(self) -> list[date]:
        return sorted({day for s in self.spells for day in days_touched(s.start, s.end)})

    def _windows(self) -> Iterator[tuple[date, datetime, datetime]]:
        """A window opens with each day that has a spell."""
        for day in self._days():
            opens, closes = (
                moment_of(day_minute(day + timedelta(days=n))) for n in (0, self.norm.window_days)
            )
            yield day, opens, closes

    def _finding(
        self,
        start: datetime,
        end: datetime,
        measured: int,
        limit: int,
        text: str,
        unit: Literal["minutes", "times"] = "times",
    ) -> Finding:
        show = clock if unit == "minutes" else str
        return Finding(
            "on_call", self.norm.article, self.norm.severity, self.person_id, start, end,
            measured, limit, unit,
            Msg(text, {"measured": show(measured), "limit": show(limit)}),
        )  # fmt: skip

    def too_many_days(self) -> Iterator[Finding]:
        """On call on more days than a window of days allows."""
        days = self._days()
        for day, opens, closes in self._windows():
            until = bisect_left(days, day + timedelta(days=self.norm.window_days))
            count = until - bisect_left(days, day)
            if count > self.norm.days:
                yield self._finding(
                    opens, closes, count, self.norm.days,
                    N_("on call on {measured} of 28 days, at most {limit}"),
                )  # fmt: skip
                return

    def no_free_spells(self) -> Iterator[Finding]:
        """Too few spells in a window without work and without being on call."""
        busy = sorted(
            [(s.start, s.end) for s in self.spells] + [(w.start, w.end) for w in self.work]
        )
        spell = timedelta(hours=self.norm.free_spell_hours)
        for _day, opens, closes in self._windows():
            free, since = 0, opens
            for start, end in [*busy, (closes, closes)]:
                if since < start:
                    free += (min(start, closes) - since) // spell
                since = max(since, end)
                if since >= closes:
                    break
            if free < self.norm.free_spells:
                yield self._finding(
                    opens, closes, free, self.norm.free_spells,
                    N_(
                        "{measured} spells of two days without work or call in 28 days, "
                        "at least {limit}"
                    ),
                )  # fmt: skip
                return

    def too_much_work(self) -> Iterator[Finding]:
        """More work than allowed in the hours around a spell on call."""
        limit = minutes_in(self.norm.work_hours)
        for opening in self.work:
            start = opening.start
            end = start + timedelta(hours=self.norm.work_window_hours)
            if not any(s.start < end and start < s.end for s in self.spells):
                continue
            worked = sum(self._counted(w, start, end) for w in self.work)
            if worked > limit:
                yield self._finding(
                    start, end, worked, limit,
                    N_("{measured} h of work in 24 h around being on call, at most {limit}"),
                    "minutes",
                )  # fmt: skip

    def _counted(self, work: Stretch, start: datetime, end: datetime) -> int:
        """Minutes of `work` between `start` and `end`, less the break if it lies wholly there."""
        inside = (min(work.end, end) - max(work.start, start)) // timedelta(minutes=1)
        if inside <= 0:
            return 0
        if work.start >= start and work.end <= end:
            inside -= work.break_minutes
        return max(inside, self.norm.least_call_minutes) if work.called else inside

    def beside_night(self, board: Board) -> Iterator[Finding]:
        """On call too close before or after a night shift."""
        for i in np.flatnonzero(board.is_night):
            start, end = moment_of(board.start[i]), moment_of(board.end[i])
            sides = (
                (start - timedelta(hours=self.norm.hours_before_night), start),
                (end, end + timedelta(hours=self.norm.hours_after_night)),
            )
            for opens, closes in sides:
                if any(s.start < closes and opens < s.end for s in self.spells):
                    yield self._finding(
                        opens, closes, 1, 0, N_("on call too close to a night shift")
                    )
