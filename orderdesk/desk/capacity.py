"""Capacity: the reserve ledger of a week, what cases ask for, strength against the waterline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import demands, words
from orderdesk.desk.core import Desk
from orderdesk.desk.plannable import TeamHours, team_hours_in
from orderdesk.desk.scoring import standing_classes
from orderdesk.domain import ledger
from orderdesk.domain.demand import Demand, demand
from orderdesk.domain.events import Case, Status
from orderdesk.domain.ledger import (
    Balance,
    Deed,
    Posting,
    Statement,
)
from orderdesk.domain.norms import Norms
from orderdesk.domain.time import Week, local
from orderdesk.i18n import N_, _, figure, ngettext
from orderdesk.risk.model import RiskClass

if TYPE_CHECKING:
    from orderdesk.store.work import Reader

CLOSED_STATUSES = (Status.CANCELLED, Status.MOVED, Status.NO_SHOW)
_HOUR = timedelta(hours=1)
DEED_NAMES: Mapping[Deed, str] = {
    Deed.OPEN: N_("week opened"),
    Deed.CARRY_IN: N_("debt carried in"),
    Deed.RESIZE: N_("hours added or taken off"),
    Deed.COMMIT: N_("promised from the reserve"),
    Deed.BORROW: N_("borrowed from a theme"),
    Deed.WORK: N_("worked"),
    Deed.GIVE_BACK: N_("given back to a theme"),
    Deed.PLAN_PAY_BACK: N_("pay-back planned"),
    Deed.RELEASE: N_("let go"),
    Deed.ASK: N_("asked outside"),
    Deed.CONFIRM: N_("confirmed outside"),
    Deed.PREPARE: N_("preparation"),
    Deed.REVERSE: N_("put right"),
    Deed.CLOSE: N_("week closed"),
}


@dataclass(frozen=True)
class WalkLine:
    """The ledger right after one moment of the week, in minutes."""

    moment: datetime
    deeds: tuple[str, ...]
    cases: tuple[str, ...]
    balance: Balance

    def as_json(self) -> dict[str, Any]:
        """Hours, as the walk is written."""
        return {
            "moment": f"{local(self.moment):%Y-%m-%d %H:%M}",
            "what": ", ".join(_(deed) for deed in self.deeds),
            "cases": list(self.cases),
            **self.balance.in_hours(),
        }


@dataclass(frozen=True)
class CaseDemand:
    """What one case asks for, and what stands for it."""

    case: Case
    demand: Demand
    committed: int
    borrowed: int
    external: int

    @property
    def open_minutes(self) -> int:
        """Asked and not yet covered."""
        covered = self.committed + self.borrowed + self.external
        return max(0, self.demand.minutes() - covered)


@dataclass(frozen=True)
class WeekPlan:
    """A week of capacity."""

    week: Week
    statement: Statement
    walk: Sequence[WalkLine]
    postings: Sequence[Posting]
    waterfall: TeamHours
    demands: Sequence[CaseDemand]
    numbers: Mapping[str, str]
    """Case numbers by id."""

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        s, b = self.statement, self.statement.balance
        return {
            "week": str(self.week),
            "reserve": b.reserve / 60,
            **b.in_hours(),
            "balanced": b.used + b.given_back + b.committed + b.free == b.reserve,
            "unauthorised_theme_minutes": ledger.unauthorised_theme_minutes(self.postings),
            "borrowed": s.borrowed / 60,
            "external": s.external / 60,
            "deployed": s.deployed / 60,
            "plannable": self.waterfall.plannable / 60,
            "themes": {
                line.theme: {
                    "budget": line.budget / 60,
                    "to_borrow": line.to_borrow / 60,
                    "lent": line.lent / 60,
                    "paid_back": line.paid_back / 60,
                    "gained": line.gained / 60,
                    "owed": line.owed / 60,
                }
                for line in s.themes
            },
            "cases": [
                {
                    "number": d.case.number,
                    "asked": d.demand.minutes() / 60,
                    "committed": d.committed / 60,
                    "borrowed": d.borrowed / 60,
                    "external": d.external / 60,
                }
                for d in self.demands
            ],
            "walk": [line.as_json() for line in self.walk],
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        b = self.statement.balance
        yield _("Week {week}: reserve {n} h").format(week=self.week, n=words.hours(b.reserve))
        yield _(
            "used {used} · given back {back} · committed {committed} · free {free} · owed {owed} "
            "· to borrow {borrow}"
        ).format(
            used=words.hours(b.used),
            back=words.hours(b.given_back),
            committed=words.hours(b.committed),
            free=words.hours(b.free),
            owed=words.hours(b.owed),
            borrow=words.hours(b.to_borrow),
        )
        for line in self.walk:
            shown = line.as_json()
            figures = "  ".join(
                figure(shown[name], ">5g")
                for name in ("used", "given_back", "committed", "free", "owed", "to_borrow")
            )
            yield f"{words.moment(line.moment):<16} {figures}  {shown['what']}"
        if self.demands:
            asked = sum(d.demand.minutes() for d in self.demands)
            yield ngettext(
                "{n} gathering asks {hours} h", "{n} gatherings ask {hours} h", len(self.demands)
            ).format(n=len(self.demands), hours=words.hours(asked))
        for d in self.demands:
            when = words.span(d.case.span, time_known=d.case.time_known)
            yield _("  {number} {when}: asks {asked} h, still open {open} h").format(
                number=d.case.number,
                when=when,
                asked=words.hours(d.demand.minutes()),
                open=words.hours(d.open_minutes),
            )


def week_plan(desk: Desk, week: str = "") -> WeekPlan:
    """The capacity of a week ("2026-W24"; empty: this week). Raises BadInput."""
    chosen = Week.parse(week) if week else Week.of(desk.now)
    with desk.read() as reader:
        return week_plan_in(reader, chosen, local(desk.now).date())


def week_plan_in(reader: Reader, week: Week, today: date) -> WeekPlan:
    """`week_plan` inside a unit of work."""
    postings = reader.postings(Posting)
    cases = [
        case
        for case in reader.cases(start=week.span.start, end=week.span.end)
        if case.status not in CLOSED_STATUSES
    ]
    stated = ledger.statement(postings, week)
    standing = {line.case_id: line for line in stated.cases}
    classes = standing_classes(reader, today)
    demands = []
    for case in cases:
        if case.is_event:
            continue
        line = standing.get(case.id)
        demands.append(
            CaseDemand(
                case=case,
                demand=demand_in(reader, case, classes),
                committed=line.committed + line.used if line else 0,
                borrowed=line.to_borrow + line.lent if line else 0,
                external=line.external_confirmed + line.external_worked if line else 0,
            )
        )
    return WeekPlan(
        week=week,
        statement=stated,
        walk=walk_of(postings, week, reader),
        postings=[p for p in postings if p.week == week],
        waterfall=team_hours_in(reader, week),
        demands=demands,
        numbers={case.id: case.number for case in cases},
    )


def walk_of(
    postings: Sequence[Posting], week: Week, reader: Reader | None = None
) -> list[WalkLine]:
    """The week's ledger after each moment at which something was entered."""
    moments: dict[datetime, list[Posting]] = {}
    for posting in postings:
        if posting.week == week:
            moments.setdefault(posting.entered_at, []).append(posting)
    ids = {p.case_id for made in moments.values() for p in made if p.case_id}
    numbers = {case.id: case.number for case in reader.cases(ids=ids)} if reader and ids else {}
    lines = []
    for moment, made in moments.items():
        deeds = tuple(dict.fromkeys(DEED_NAMES[p.deed] for p in made if p.deed is not Deed.CLOSE))
        cases = tuple(dict.fromkeys(numbers.get(p.case_id, "") for p in made if p.case_id))
        if deeds:
            lines.append(WalkLine(moment, deeds, cases, ledger.balance(postings, week, moment)))
    return lines


def demand_in(reader: Reader, case: Case, classes: Mapping[str, RiskClass]) -> Demand:
    """What a case asks for: by the norms, or what the planner put in their place."""
    return demands.changed(reader, demand_by_norm(reader, case, classes))


def demand_by_norm(reader: Reader, case: Case, classes: Mapping[str, RiskClass]) -> Demand:
    """What the norms ask for a case, by its class; a counter-demonstration is staffed with its
    pair.

    The first of a pair keeps the class it has without the counter-group: what that group adds
    stands with the counter-demonstration.
    """
    norms = reference.cached("staffing_norms", Norms)
    if case.is_event:
        return demand(case, (case.event.risk_class if case.event else "") or "A", norms)
    standing = classes.get(case.id, RiskClass.LOW)
    if case.counter_to:
        first = reader.case(case.counter_to)
        pair = max(standing, classes.get(first.id, standing), key=list(RiskClass).index)
        return demand(case, pair.value, norms, first=first)
    if standing is RiskClass.HIGH and reader.cases(counter_to=case.id):
        return demand(case, RiskClass.MEDIUM.value, norms)
    return demand(case, standing.value, norms)
