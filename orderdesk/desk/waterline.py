"""A case that would take a district below its waterline: what is blocked, and the ways out.

The ways are the lawful plans of the roster, each with its price. One that undercuts the waterline
takes the number of a driehoek decision (rule 21); people of a pool are asked, and count only once
they said yes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from orderdesk import reference
from orderdesk.desk import capacity, intake, scoring, words
from orderdesk.desk.core import Desk, authority
from orderdesk.desk.rostering import replanning
from orderdesk.desk.strength import Hour, strength_in
from orderdesk.domain.events import Case
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.time import local
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, _, msg, ngettext
from orderdesk.reserve.rules import ReserveRules, WayKind

if TYPE_CHECKING:
    from orderdesk.desk.rostering.replanning import Plans
    from orderdesk.roster.plans import Plan


@dataclass(frozen=True)
class Way:
    """One lawful plan, with its price."""

    plan: Plan
    euro: float
    """Money paid and the value of theme work that isn't done."""
    burden: float
    """What the change weighs on people, in points."""

    @property
    def needs_decision(self) -> bool:
        """Whether it takes the number of a driehoek decision."""
        return self.plan.needs_decision

    def line(self) -> str:
        """For the planner."""
        plan = self.plan
        lent = sum(entry.people for entry in plan.pool)
        own = _("{n} own").format(n=plan.touched)
        said = [own if not lent else _("{own} + {n} of the pool").format(own=own, n=lent)]
        for text, minutes in (
            (_("{h} h themes"), plan.borrowed_minutes),
            (_("{h} h reserve"), plan.reserve_minutes),
        ):
            if minutes:
                said.append(text.format(h=words.hours(minutes)))
        cancelled, moved = plan.days_off_cancelled, plan.days_off_moved
        if cancelled:
            text = ngettext("{n} day off cancelled", "{n} days off cancelled", cancelled)
            said.append(text.format(n=cancelled))
        if moved:
            text = ngettext("{n} day off moved", "{n} days off moved", moved)
            said.append(text.format(n=moved))
        said.append(_("{euro} euro").format(euro=f"{self.euro:.0f}"))
        said.append(_("burden {n}").format(n=words.number(self.burden)))
        said.append(
            _("below the waterline: takes a decision")
            if self.needs_decision
            else _("waterline kept")
        )
        return " · ".join(said)


@dataclass(frozen=True)
class Shortage:
    """What a case asks of a district, and what is there."""

    case: Case
    people: int
    start: datetime
    end: datetime
    hours: Sequence[Hour]
    """The district in the hours of the case."""
    plans: Plans
    ways: Sequence[Way]
    rest_day_burden: int
    """Points per person of calling somebody on a day off."""

    @property
    def worst(self) -> Hour | None:
        """The hour in which the fewest are left."""
        return min(self.hours, key=lambda hour: hour.left - hour.least, default=None)

    @property
    def blocked(self) -> bool:
        """Whether taking all of them from those on duty would undercut the waterline."""
        worst = self.worst
        return worst is not None and worst.left - self.people < worst.least

    def lines(self) -> Iterator[str]:
        """For the planner."""
        yield _("{number} asks {n} people, {start}-{end}").format(
            number=self.case.number, n=self.people, start=words.moment(self.start),
            end=words.clock(self.end),
        )  # fmt: skip
        worst = self.worst
        if worst is not None:
            yield _("{district}: {n} on duty, taking {k} leaves {left}; waterline {least}").format(
                district=worst.district, n=worst.left, k=self.people,
                left=max(0, worst.left - self.people), least=worst.least,
            )  # fmt: skip
        if self.blocked:
            yield "▲ " + _("blocked without the number of a driehoek decision")
        for letter, way in self.lettered():
            yield f"{letter}. {way.line()}"
        if not self.ways:
            yield _("nothing is left to be covered")
            return
        if not any(way.plan.days_off_cancelled for way in self.ways):
            yield _("or call people on a day off: burden {n} a person (roster screen)").format(
                n=self.rest_day_burden
            )

    def lettered(self) -> Iterator[tuple[str, Way]]:
        """The ways with their letters."""
        return ((chr(ord("A") + n), way) for n, way in enumerate(self.ways))


def look(desk: Desk, number: str) -> Shortage:
    """What a case asks and the ways to meet it. Takes a second; writes nothing. Raises BadInput."""
    case = scoring.case_numbered(desk, number)
    plans = replanning.plans_for(desk, case.id)
    needs = plans.situation.needs
    span = case.span
    if span is None:
        raise RuleSaysNo(msg("{number} has no time yet: change it instead", number=case.number))
    start = min((need.span.start for need in needs), default=span.start)
    end = max((need.span.end for need in needs), default=span.end)
    district = intake.district_of(case)
    with desk.read() as reader:
        day = strength_in(reader, local(start).date())
    rules = reference.cached("reserve", ReserveRules)
    return Shortage(
        case=case,
        people=sum(need.at_least for need in needs),
        start=start,
        end=end,
        hours=[h for h in day.hours if h.district == district and h.start < end and start < h.end],
        plans=plans,
        ways=[_priced(plan, rules) for plan in plans.found.plans],
        rest_day_burden=rules.step(WayKind.REST_DAY).burden,
    )


def _priced(plan: Plan, rules: ReserveRules) -> Way:
    hours = {
        WayKind.THEME: plan.borrowed_minutes,
        WayKind.POOL: plan.external_minutes,
        WayKind.REST_DAY: sum(
            max(0, line.extra_minutes) for line in plan.lines if line.day_off == "cancelled"
        ),
    }
    euro = sum(rules.step(kind).euro_per_hour * minutes / 60 for kind, minutes in hours.items())
    return Way(plan, euro, sum(line.weight for line in plan.lines))


@dataclass(frozen=True)
class Taken:
    """A way that was chosen: who changes, and the request to be sent."""

    people: Sequence[str]
    request: str
    """Text for the pool; empty where it isn't needed."""


def take(desk: Desk, found: Shortage, values: Mapping[str, str]) -> Taken:
    """Choose a way: own people by the lead's authority now, the pool asked with a due moment.

    Keys: way (A, B, C), by (team lead), reason, decision (number, below the waterline), until.
    Raises BadInput; RuleSaysNo (rule 21) below the waterline without a decision.
    """
    letter = values.get("way", "").strip().upper()
    way = dict(found.lettered()).get(letter)
    if way is None:
        known = ", ".join(letter for letter, _way in found.lettered())
        raise BadInput(N_("way"), letter, msg("Choose one of: {known}.", known=known or "-"))
    if not values.get("reason", "").strip():
        raise BadInput(N_("reason"), "", msg("A reason is needed."))
    by = authority(Actor(name=values.get("by", "").strip(), role=Role.LEAD), Role.LEAD)
    request = ""
    with desk.deed():
        people = replanning.choose(
            desk, found.plans, replace(way.plan, pool=()), by, values["reason"].strip(),
            decision=values.get("decision", ""),
        )  # fmt: skip
        if way.plan.pool:
            until = values.get("until", "").strip() or words.moment(_due(found))
            request = replanning.ask_pool(desk, found.case, way.plan, until)
    return Taken(people, request)


def _due(found: Shortage) -> datetime:
    """Noon of the day before, when nobody said otherwise."""
    day_before = local(found.start) - timedelta(days=1)
    return day_before.replace(hour=12, minute=0, second=0, microsecond=0)


def first_open_case(desk: Desk) -> str:
    """Number of this week's first case that asks for more than stands for it; empty if none."""
    demands = capacity.week_plan(desk).demands
    open_ones = (d.case for d in demands if d.open_minutes and d.case.outcome is None)
    return next((case.number for case in open_ones), "")
