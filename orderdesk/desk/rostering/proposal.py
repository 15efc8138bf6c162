"""The open proposal: weeks that were rostered and not published yet.

There is one at a time. It survives a crash, keeps its pins when weeks are rostered again, and
knows what it is compared with: the proposal before it, or else what is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from orderdesk.desk import words
from orderdesk.domain.people import Duty, DutyStatus
from orderdesk.domain.time import at, local
from orderdesk.i18n import _
from orderdesk.roster.problem import day_of, gap_of, standing

if TYPE_CHECKING:
    from orderdesk.store.work import Reader, Work

_KIND, _KEY = "proposal", "roster"


@dataclass(frozen=True)
class Proposal:
    """Weeks that may become the roster."""

    first: date
    days: int
    number: int
    """How many times these weeks were rostered before they are published."""
    duties: tuple[Duty, ...]
    """All of the horizon; those that are published already stand in it unchanged."""
    before: tuple[Duty, ...]
    """What the differences are counted from."""
    free: frozenset[tuple[str, date]]
    """Person and day that stay free."""
    objective: float
    bound: float
    """What no roster can go under, in hours of regret, as the solver left it."""
    seconds: float
    made_at: datetime
    version: int = 0
    """Of the record it is kept in; 0 before it is kept."""

    @property
    def gap(self) -> float:
        """How far from the best possible at most: 0.004 is 0.4%."""
        return gap_of(self.objective, self.bound)

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(days=self.days - 1)

    def covers(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.first <= day <= self.last

    def differences(self) -> list[Difference]:
        """Person and day that differ from `before`, by person and day."""
        return differences_between(self.before, self.duties)

    def with_duties(self, changed: Iterable[Duty]) -> Proposal:
        """The proposal with some duties in place of those with the same ids."""
        fresh = {duty.id: duty for duty in changed}
        kept = tuple(fresh.pop(duty.id, duty) for duty in self.duties)
        return replace(self, duties=(*kept, *fresh.values()))


@dataclass(frozen=True)
class Difference:
    """One person's day, before and after."""

    person_id: str
    day: date
    old: Duty | None
    new: Duty | None

    def __str__(self) -> str:
        old, new = (words.shift(duty) if duty else _("off") for duty in (self.old, self.new))
        return f"{self.person_id}  {words.day(self.day)}  {old} > {new}"


def differences_between(before: Iterable[Duty], after: Iterable[Duty]) -> list[Difference]:
    """What differs for whom on which day, by person and day."""
    old, new = _by_cell(before), _by_cell(after)
    return [
        Difference(person, day, old.get((person, day)), new.get((person, day)))
        for person, day in sorted(old.keys() | new.keys())
        if _hours(old.get((person, day))) != _hours(new.get((person, day)))
    ]


def _by_cell(duties: Iterable[Duty]) -> dict[tuple[str, date], Duty]:
    return {(duty.person_id, day_of(duty)): duty for duty in standing(duties)}


def _hours(duty: Duty | None) -> tuple[object, ...]:
    return (duty.shift, duty.start, duty.end, duty.place) if duty else ()


def proposal_in(reader: Reader) -> Proposal | None:
    """The open proposal, if there is one."""
    found = reader.record(_KIND, _KEY)
    if found is None:
        return None
    doc = found.doc
    return Proposal(
        first=date.fromisoformat(doc["first"]),
        days=doc["days"],
        number=doc["number"],
        duties=tuple(Duty.model_validate(d) for d in doc["duties"]),
        before=tuple(Duty.model_validate(d) for d in doc["before"]),
        free=frozenset((who, date.fromisoformat(day)) for who, day in doc["free"]),
        objective=doc["objective"],
        bound=doc["bound"],
        seconds=doc["seconds"],
        made_at=datetime.fromisoformat(doc["made_at"]),
        version=found.version,
    )


def keep(work: Work, proposal: Proposal) -> None:
    """Keep a proposal. Raises Stale when somebody else changed it since it was read."""
    work.put(
        _KIND,
        _KEY,
        {
            "first": proposal.first.isoformat(),
            "days": proposal.days,
            "number": proposal.number,
            "duties": [d.model_dump(mode="json") for d in proposal.duties],
            "before": [d.model_dump(mode="json") for d in proposal.before],
            "free": sorted([who, day.isoformat()] for who, day in proposal.free),
            "objective": proposal.objective,
            "bound": proposal.bound,
            "seconds": round(proposal.seconds, 2),
            "made_at": proposal.made_at.isoformat(),
        },
        expected=proposal.version,
    )


def drop(work: Work) -> None:
    """Throw the open proposal away."""
    work.drop(_KIND, _KEY)


def drafted(proposal: Proposal | None, published: Iterable[Duty]) -> Iterator[Duty]:
    """The duties of a proposal that aren't published."""
    known = {duty.id for duty in published}
    for duty in proposal.duties if proposal is not None else ():
        if duty.id not in known:
            yield duty


def published_in(reader: Reader, first: date, days: int) -> list[Duty]:
    """The duties that stand published in a stretch of days."""
    start, end = at(first, "00:00"), at(first + timedelta(days=days), "00:00")
    return [
        duty
        for duty in reader.duties(start=start, end=end)
        if duty.status is not DutyStatus.CANCELLED and local(duty.start) >= start
    ]
