"""What changes of a published roster have cost each person, from the log of changes alone.

The figures serve to spread burden, and each person sees the own line. Nothing here ranks people:
lines come by service number, teams get totals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from orderdesk.domain.people import Duty, DutyStatus
from orderdesk.domain.time import Week, local
from orderdesk.domain.worktime import Stretch, WorkingTimeLaw
from orderdesk.roster.grid import is_night
from orderdesk.roster.problem import Kind, RosterRules, day_of, standing


@dataclass(frozen=True)
class Change:
    """One published change of one duty; `old` or `new` is none for an added or dropped duty."""

    person_id: str
    told_at: datetime
    old: Duty | None
    new: Duty | None
    flex: bool = False
    """Whether it is a flex shift, whose people agreed to be moved."""
    volunteered: bool = False
    """Whether the person offered it; an order weighs more."""

    @property
    def kind(self) -> Kind:
        """What it did to the person's plans."""
        if self.new is None or self.new.status is DutyStatus.CANCELLED:
            return Kind.CANCELLED
        if self.old is None or self.old.status is DutyStatus.CANCELLED:
            return Kind.DAY_OFF
        old, new = self.old, self.new
        if (old.start, old.end) == (new.start, new.end):
            return Kind.TASK
        if new.start <= old.start and old.end <= new.end:
            return Kind.EXTENDED
        if self.flex:
            return Kind.FLEX_MOVED
        return Kind.HOURS if day_of(old) == day_of(new) else Kind.DAY_OFF

    @property
    def notice(self) -> timedelta:
        """From telling to the first hour that is different; nothing when it came too late."""
        return max(timedelta(), self._first_hour() - self.told_at)

    def _first_hour(self) -> datetime:
        known = [d for d in (self.old, self.new) if d is not None]
        if self.kind is not Kind.TASK or len(known) < 2:
            return min(d.start for d in known)
        old, new = known
        edges = sorted({e for d in known for t in d.tasks for e in (t.start, t.end)})
        return next((e for e in edges if _doing(old, e) != _doing(new, e)), old.start)

    def weight(self, rules: RosterRules) -> float:
        """The price of the change, in the weights of `data/roster.toml`."""
        weight = rules.late_change.weight(self.kind, self.notice)
        return weight * rules.late_change.volunteered if self.volunteered else weight


def _doing(duty: Duty, moment: datetime) -> tuple[str, ...]:
    """What somebody on a duty is at, at a moment."""
    for task in duty.tasks:
        if task.start <= moment < task.end:
            return task.task, task.theme, task.case_id, task.place
    return ()


@dataclass(frozen=True)
class Burden:
    """What one person bore; shown to that person and the planner."""

    person_id: str
    changes_of_hours: int = 0
    changes_of_task: int = 0
    days_off_cancelled: int = 0
    days_off_moved: int = 0
    weekends: int = 0
    nights: int = 0
    weight: float = 0.0


@dataclass(frozen=True)
class TeamTotals:
    """What may be printed: totals of the team."""

    changes_of_hours: int
    changes_of_task: int
    days_off_cancelled: int
    days_off_moved: int


def days_off(changes: Iterable[Change]) -> tuple[int, int]:
    """Days off that were cancelled and moved by changes of one person taken together.

    A day that becomes a working day cancels a day off, unless another day came free for it in
    the same set of changes: then the day off has moved.
    """
    worked: set[object] = set()
    freed: set[object] = set()
    for change in changes:
        old = {day_of(d) for d in standing([change.old] if change.old else [])}
        new = {day_of(d) for d in standing([change.new] if change.new else [])}
        worked |= new - old
        freed |= old - new
    both = worked & freed
    gained, lost = len(freed - both), len(worked - both)
    moved = min(gained, lost)
    return lost - moved, moved


def burdens(
    changes: Iterable[Change],
    duties: Iterable[Duty],
    rules: RosterRules,
    law: WorkingTimeLaw,
    now: datetime,
) -> dict[str, Burden]:
    """Per person the burden of the weeks before `now`, by service number.

    Follows from the log of changes and the duties alone, so it can be recomputed at any time.
    """
    since = now - timedelta(weeks=rules.burden.weeks)
    by_person: dict[str, list[Change]] = {}
    for change in changes:
        if since <= change.told_at <= now:
            by_person.setdefault(change.person_id, []).append(change)
    worked: dict[str, list[Duty]] = {}
    for duty in standing(duties):
        if since <= duty.start <= now:
            worked.setdefault(duty.person_id, []).append(duty)
    return {
        person: _burden(person, by_person.get(person, []), worked.get(person, []), rules, law)
        for person in sorted(by_person.keys() | worked.keys())
    }


def _burden(
    person: str, changes: list[Change], duties: list[Duty], rules: RosterRules, law: WorkingTimeLaw
) -> Burden:
    cancelled, moved = _days_off_by_telling(changes)
    weekends = len({Week.of(d.start) for d in duties if local(d.start).weekday() >= 5})
    nights = sum(is_night(Stretch(d.start, d.end), law.night_shift[-1]) for d in duties)
    weights = rules.burden
    return Burden(
        person_id=person,
        changes_of_hours=sum(c.kind is not Kind.TASK for c in changes),
        changes_of_task=sum(c.kind is Kind.TASK for c in changes),
        days_off_cancelled=cancelled,
        days_off_moved=moved,
        weekends=weekends,
        nights=nights,
        weight=sum(c.weight(rules) for c in changes) * weights.late_change
        + cancelled * weights.day_off_cancelled
        + weekends * weights.weekend
        + nights * weights.night,
    )


def _days_off_by_telling(changes: Iterable[Change]) -> tuple[int, int]:
    told: dict[tuple[str, datetime], list[Change]] = {}
    for change in changes:
        told.setdefault((change.person_id, change.told_at), []).append(change)
    both = [days_off(together) for together in told.values()]
    return sum(c for c, _ in both), sum(m for _, m in both)


def team_totals(changes: Iterable[Change], since: datetime, until: datetime) -> TeamTotals:
    """Totals of the changes told in a stretch of time, for the weekly sheet."""
    told = [c for c in changes if since <= c.told_at < until]
    cancelled, moved = _days_off_by_telling(told)
    return TeamTotals(
        changes_of_hours=sum(c.kind is not Kind.TASK for c in told),
        changes_of_task=sum(c.kind is Kind.TASK for c in told),
        days_off_cancelled=cancelled,
        days_off_moved=moved,
    )


def weights(lines: Mapping[str, Burden]) -> dict[str, float]:
    """The burden of each person as one figure, for the replanner."""
    return {person: line.weight for person, line in lines.items()}
