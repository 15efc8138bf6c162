"""How many people are on duty and free of deployments, and what changes that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from orderdesk.domain.people import Duty
from orderdesk.domain.time import Span
from orderdesk.roster.moves import Option, Situation, holds
from orderdesk.roster.problem import Need, standing


@dataclass(frozen=True)
class Block:
    """A part of a strength need: who is there now, and how each option changes that."""

    need: Need
    span: Span
    now: int
    published: int
    """As it was before absences."""
    deltas: Mapping[int, int]
    """By position of the option."""

    @property
    def kept(self) -> int:
        """The line of the need as far as it holds now: nobody is asked to mend what was so."""
        return min(self.need.at_least, self.now)

    @property
    def wanted(self) -> int:
        """What a need for presence asks here."""
        if self.need.as_published:
            return min(self.need.at_least, self.published)
        return self.need.at_least

    def after(self, used: Iterable[int]) -> int:
        """Strength when the options at these positions are used."""
        return self.now + sum(self.deltas.get(i, 0) for i in used)


@dataclass(frozen=True)
class Shortfall:
    """People lacking over a stretch of a need."""

    need: Need
    span: Span
    short: int


def blocks(situation: Situation, need: Need, options: Sequence[Option]) -> Iterator[Block]:
    """A strength need from now on, cut wherever somebody comes, goes or is deployed."""
    members = {m.id: m for m in situation.members}
    skilled = {id for id, m in members.items() if holds(m, need.skill)}
    there = [d for p in skilled for d in situation.by_person.get(p, ()) if _may_count(d, need)]
    missing = [
        d
        for d in standing(situation.duties)
        if d.id in situation.absent and d.person_id in skilled and _may_count(d, need)
    ]
    changed = [
        (i, o)
        for i, o in enumerate(options)
        if o.member.id in skilled
        and (_may_count(o.new, need) or (o.old is not None and _may_count(o.old, need)))
    ]
    edges = _edges(need, situation.now, [*there, *missing, *(o.new for _, o in changed)])
    for start, end in pairwise(edges):
        now = sum(counts(d, need, start, end) for d in there)
        yield Block(
            need,
            Span(start=start, end=end),
            now,
            now + sum(counts(d, need, start, end) for d in missing),
            {
                i: delta
                for i, o in changed
                if (
                    delta := counts(o.new, need, start, end)
                    - (counts(o.old, need, start, end) if o.old is not None else 0)
                )
            },
        )


def _may_count(duty: Duty, need: Need) -> bool:
    return (
        duty.start < need.span.end
        and need.span.start < duty.end
        and (not need.place or duty.place == need.place)
    )


def _edges(need: Need, now: datetime, duties: Iterable[Duty]) -> list[datetime]:
    opens = max(need.span.start, now)
    moments = {opens, need.span.end}
    for duty in duties:
        moments |= {duty.start, duty.end}
        moments |= {m for t in duty.tasks if t.case_id for m in (t.start, t.end)}
    return sorted(m for m in moments if opens <= m <= need.span.end)


def counts(duty: Duty, need: Need, start: datetime, end: datetime) -> int:
    """1 if a duty is strength for the whole stretch: on duty there and not deployed, else 0."""
    return int(
        duty.start <= start
        and end <= duty.end
        and (not need.place or duty.place == need.place)
        and not any(t.case_id and t.start < end and start < t.end for t in duty.tasks)
    )


def below(found: Iterable[Block], used: frozenset[int]) -> tuple[Shortfall, ...]:
    """Where a plan brings strength under a line that was kept."""
    shortfalls: list[Shortfall] = []
    for block in found:
        after = block.after(used)
        if after < block.kept:
            shortfalls.append(Shortfall(block.need, block.span, block.need.at_least - after))
    return joined(shortfalls)


def joined(shortfalls: Iterable[Shortfall]) -> tuple[Shortfall, ...]:
    """Neighbouring shortfalls of one need as one."""
    found: list[Shortfall] = []
    for one in shortfalls:
        last = found[-1] if found else None
        if last is not None and (last.need, last.short, last.span.end) == (
            one.need, one.short, one.span.start,
        ):  # fmt: skip
            found[-1] = replace(last, span=Span(start=last.span.start, end=one.span.end))
        else:
            found.append(one)
    return tuple(found)
