"""Capacity: the reserve ledger of a week, what cases ask for, strength against the waterline."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import availability, demands, words
from orderdesk.desk.core import Desk, authority
from orderdesk.desk.scoring import standing_classes
from orderdesk.desk.timeline import note_event
from orderdesk.domain import ledger
from orderdesk.domain.demand import Demand, demand
from orderdesk.domain.events import Case, Status
from orderdesk.domain.ledger import (
    Balance,
    Book,
    Debt,
    Deed,
    Pen,
    Posting,
    Statement,
    Themes,
    WeekState,
)
from orderdesk.domain.norms import Norms
from orderdesk.domain.people import Actor, Duty, DutyStatus, Role, Task, TaskSpan
from orderdesk.domain.time import Week, at, local
from orderdesk.domain.waterline import Waterlines
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, _, figure, msg, ngettext, pick
from orderdesk.reserve.rules import ReserveRules
from orderdesk.risk.model import RiskClass

if TYPE_CHECKING:
    from orderdesk.store.work import Reader, Work

AWAY = "away"
RIPPLE = "ripple"
"""Written when a case lets go of its hours; the planner answers it (`desk.ripples`)."""
CLOSED_STATUSES = (Status.CANCELLED, Status.MOVED, Status.NO_SHOW)
_HOUR = timedelta(hours=1)
LATE_WEEKS = 16
"""How far back absence is looked at to know what is usual."""
_MOST_HOURS = 1_000
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


# --- reading --------------------------------------------------------------------------------------


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
class HourStrength:
    """Officers on duty in a district during one hour, less those at a deployment."""

    start: datetime
    on_duty: int
    deployed: int
    least: int
    """The waterline in this hour; 0 for none."""

    @property
    def left(self) -> int:
        """Who is there for ordinary work."""
        return self.on_duty - self.deployed

    @property
    def under(self) -> bool:
        """Whether this is below the waterline."""
        return self.left < self.least


@dataclass(frozen=True)
class Waterfall:
    """From the number on paper to the number that can be planned, in minutes of a week."""

    people: int
    contract: int
    away: Mapping[str, int]
    """Per cause, as a group total; never per person."""

    @property
    def plannable(self) -> int:
        """What is left to plan."""
        return self.contract - sum(self.away.values())


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
    waterfall: Waterfall
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
        waterfall=waterfall_in(reader, week),
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


def strength_in(
    reader: Reader, district: str, day: date, *, duties: Sequence[Duty] | None = None
) -> list[HourStrength]:
    """Strength of a district per hour of a day; `duties` shows a plan that is not stored."""
    start, end = at(day, time(0)), at(day + timedelta(days=1), time(0))
    found = reader.duties(start=start, end=end) if duties is None else duties
    waterlines = reference.cached("waterlines", Waterlines)
    here = [d for d in found if d.status is not DutyStatus.CANCELLED and d.place == district]
    hours = []
    moment = start
    while moment < end:
        hours.append(
            HourStrength(
                start=moment,
                on_duty=sum(d.start <= moment < d.end for d in here),
                deployed=sum(
                    any(t.case_id and t.start <= moment < t.end for t in d.tasks) for d in here
                ),
                least=waterlines.least(district, moment),
            )
        )
        moment += _HOUR
    return hours


def waterfall_in(reader: Reader, week: Week) -> Waterfall:
    """On paper, away, plannable."""
    people = reader.people(week.days[0], week.days[-1])
    away = dict(counted_away(reader, week))
    for cause, minutes in availability.away_of_team(reader, week).items():
        away[cause] = away.get(cause, 0) + minutes
    contract = sum(availability.contract_minutes(person, week) for person in people)
    return Waterfall(len(people), contract, away)


def counted_away(reader: Reader, week: Week) -> Mapping[str, int]:
    """Minutes of absence that are known for the team as a whole only, per cause."""
    return {
        record.key.removeprefix(f"{week}/"): int(record.doc["minutes"])
        for record in reader.records(AWAY)
        if record.key.startswith(f"{week}/")
    }


def counted_away_of_late(reader: Reader, week: Week) -> Mapping[str, int]:
    """`counted_away`; where a week has none, that of the newest week before it that has."""
    for back in range(LATE_WEEKS + 1):
        if found := counted_away(reader, week.shift(-back)):
            return found
    return {}


def expected_away(reader: Reader, known: Waterfall, week: Week, today: Week) -> int:
    """Minutes of absence to reckon with in a week of which `known` is known.

    Of a week to come not all is known yet: at least the usual share is taken.
    """
    away = sum(known.away.values())
    if week.monday <= today.monday or not known.contract:
        return away
    usual = reader.once(f"usual absence {today}", lambda: _usual_share_away(reader, today))
    return max(away, round(usual * known.contract))


def _usual_share_away(reader: Reader, today: Week) -> float:
    """The middle share of the weeks up to today in which any absence was known; 0 without one."""
    past = (waterfall_in(reader, today.shift(-back)) for back in range(LATE_WEEKS))
    shares = [sum(p.away.values()) / p.contract for p in past if p.contract and p.away]
    return median(shares) if shares else 0.0


# --- writing --------------------------------------------------------------------------------------


def pen(desk: Desk, work: Work, week: Week) -> Pen:
    """The pen with which this user writes into a week of the ledger now."""
    return Pen(week=week, known_at=work.now, entered_at=work.now, by=desk.actor, new_id=desk.new_id)


def write(work: Work, deed: Callable[[Sequence[Posting]], list[Posting]]) -> list[Posting]:
    """Book what `deed` makes of the postings so far."""
    made = deed(work.postings(Posting))
    work.post(made)
    return made


def week_of(case: Case) -> Week:
    """The week whose hours a case takes."""
    return Week.of(case.span.start if case.span else case.known_at)


def open_week(desk: Desk, work: Work, week: Week, carried: Sequence[Debt] = ()) -> None:
    """Open a week with what is rostered: flex shifts are the reserve, the rest is theme work."""
    reserve, themes = rostered_in(work, week)
    write(work, lambda old: ledger.open_week(old, pen(desk, work, week), reserve, themes, carried))


def rostered_in(reader: Reader, week: Week) -> tuple[int, dict[str, int]]:
    """Minutes of flex shifts, and of work per theme, that stand in the roster of a week."""
    reserve = 0
    themes = {theme.id: 0 for theme in reference.cached("themes", Themes).themes}
    for duty in reader.duties(start=week.span.start, end=week.span.end):
        if duty.status is DutyStatus.CANCELLED or Week.of(duty.start) != week:
            continue
        theme = next((task.theme for task in duty.tasks if task.theme), "")
        if theme:
            themes[theme] = themes.get(theme, 0) + duty.paid_minutes
        elif any(task.task is Task.RESERVE for task in duty.tasks):
            reserve += duty.paid_minutes
    return reserve, themes


def commit(desk: Desk, case_id: str, minutes: int, *, person_id: str = "") -> None:
    """Promise free reserve to a case. Raises RuleSaysNo (rule 20) when the reserve is short."""
    with desk.work(Role.OFFICER) as work:
        case = work.case(case_id)
        write(
            work,
            lambda old: ledger.commit(
                old, pen(desk, work, week_of(case)), case_id, minutes, person_id=person_id
            ),
        )
        note_event(work, case_id, msg("{n} h promised from the reserve", n=words.hours(minutes)))


def borrow(
    desk: Desk, case_id: str, theme: str, minutes: int, by: Actor, reason: str, person_id: str = ""
) -> None:
    """Take theme hours for a case, by authority of a team lead or decider, with a reason."""
    authority(by, Role.LEAD, Role.DECIDER)
    with desk.work(Role.OFFICER) as work:
        case = work.case(case_id)
        write(
            work,
            lambda old: ledger.authorise_borrow(
                old, pen(desk, work, week_of(case)), theme, case_id, minutes,
                authorised_by=by, reason=reason, person_id=person_id,
            ),
        )  # fmt: skip
        note_event(
            work, case_id,
            msg("{n} h borrowed from {theme}, authorised by {name}", n=words.hours(minutes),
                theme=theme, name=by.name),
        )  # fmt: skip


def ask_pool(desk: Desk, case_id: str, pool: str, minutes: int, reason: str = "") -> None:
    """Ask a neighbouring pool for hours; nothing counts on them before they are confirmed."""
    with desk.work(Role.OFFICER) as work:
        case = work.case(case_id)
        write(
            work,
            lambda old: ledger.ask_external(
                old, pen(desk, work, week_of(case)), pool, case_id, minutes, reason=reason
            ),
        )
        note_event(work, case_id, msg("{n} h asked of {pool}", n=words.hours(minutes), pool=pool))


def confirm_pool(desk: Desk, case_id: str, pool: str, minutes: int) -> None:
    """The pool said yes."""
    with desk.work(Role.OFFICER) as work:
        case = work.case(case_id)
        write(
            work,
            lambda old: ledger.confirm_external(
                old, pen(desk, work, week_of(case)), pool, case_id, minutes
            ),
        )
        note_event(work, case_id, msg("{pool} confirms {n} h", n=words.hours(minutes), pool=pool))


def refuse_pool(desk: Desk, case_id: str, pool: str) -> None:
    """The pool said no: what was asked of it for a case is taken back by counter-lines.

    Raises RuleSaysNo when nothing is asked, or a part of it was confirmed already.
    """
    with desk.work(Role.OFFICER) as work:
        case = work.case(case_id)
        postings = work.postings(Posting)
        undone = {p.reverses for p in postings}
        asked = [
            p.id
            for p in postings
            if p.deed is Deed.ASK and p.case_id == case_id and p.id not in undone
            if any(leg.account.pool == pool for leg in p.legs)
        ]
        if not asked:
            raise RuleSaysNo(msg("nothing is asked of the pool for {number}", number=case.number))
        hand = pen(desk, work, week_of(case))
        write(work, lambda old: ledger.reverse(old, hand, asked, _("the pool said no")))
        note_event(work, case_id, msg("{pool} says no", pool=pool))


def give_back(desk: Desk, theme: str, minutes: int, reason: str, week: Week | None = None) -> None:
    """Reserve that was not needed worked for a theme: the oldest debt is paid first."""
    with desk.work(Role.OFFICER) as work:
        chosen = week or Week.of(desk.now)
        write(
            work,
            lambda old: ledger.give_back(
                old, pen(desk, work, chosen), theme, minutes, reason=reason
            ),
        )


def plan_pay_back(desk: Desk, theme: str, minutes: int, week: Week | None = None) -> None:
    """Promise free reserve to a theme that is owed hours."""
    with desk.work(Role.OFFICER) as work:
        plan_pay_back_in(desk, work, theme, minutes, week or Week.of(desk.now))


def plan_pay_back_in(
    desk: Desk, work: Work, theme: str, minutes: int, week: Week, reason: str = ""
) -> None:
    """`plan_pay_back` inside a unit of work."""
    hand = pen(desk, work, week)
    write(work, lambda old: ledger.plan_pay_back(old, hand, theme, minutes, reason=reason))


def worked(desk: Desk, case_ids: Sequence[str]) -> int:
    """Everything that stands for these cases was worked; the minutes posted."""
    with desk.work(Role.OFFICER) as work:
        return sum(work_case(desk, work, work.case(case_id)) for case_id in case_ids)


def work_case(desk: Desk, work: Work, case: Case) -> int:
    """`worked` for one case inside a unit of work."""
    made = write(
        work,
        lambda old: ledger.work(
            old,
            pen(desk, work, week_of(case)),
            case.id,
            reference.cached("reserve", ReserveRules).pay_back,
        ),
    )
    minutes = sum(
        leg.minutes for posting in made for leg in posting.legs if leg.account.book is Book.DEPLOYED
    )
    note_event(work, case.id, msg("{n} h worked and booked", n=words.hours(minutes)))
    return minutes


def release_case(desk: Desk, work: Work, case: Case) -> int:
    """Let go of all that stands for a case, and free its people; the reserve minutes freed."""
    postings = work.postings(Posting)
    week = week_of(case)
    line = next(
        (line for line in ledger.statement(postings, week).cases if line.case_id == case.id), None
    )
    standing = (
        line.committed + line.to_borrow + line.external_asked + line.external_confirmed
        if line
        else 0
    )
    if line is None or not standing:
        return 0
    write(work, lambda old: ledger.release(old, pen(desk, work, week), case.id, _("called off")))
    duties = work.duties(start=week.span.start, end=week.span.end)
    work.save_duties(without_case(duties, case.id, work.now))
    parts = [
        {"person_id": d.person_id, "start": t.start.isoformat(), "end": t.end.isoformat()}
        for d in duties
        for t in d.tasks
        if t.case_id == case.id
    ]
    work.add_fact(RIPPLE, f"case:{case.id}", {"freed": line.committed, "parts": parts})
    return line.committed


def without_case(duties: Sequence[Duty], case_id: str, now: datetime) -> list[Duty]:
    """The duties that change when a case no longer needs anybody."""
    changed = []
    for duty in duties:
        if any(task.case_id == case_id for task in duty.tasks):
            tasks = tuple(_freed(task) if task.case_id == case_id else task for task in duty.tasks)
            changed.append(
                duty.replace(tasks=joined(tasks), sequence=duty.sequence + 1, changed_at=now)
            )
    return changed


def joined(tasks: Sequence[TaskSpan]) -> tuple[TaskSpan, ...]:
    """Neighbouring stretches of the same task as one."""
    merged: list[TaskSpan] = []
    for task in sorted(tasks, key=lambda t: t.start):
        last = merged[-1] if merged else None
        same = last is not None and last.end == task.start and _alike(last, task)
        if last is not None and same:
            merged[-1] = last.replace(end=task.end)
        else:
            merged.append(task)
    return tuple(merged)


def _alike(one: TaskSpan, other: TaskSpan) -> bool:
    plain = {"start": one.start, "end": one.end}
    return one == other.replace(**plain)


def _freed(task: TaskSpan) -> TaskSpan:
    """What somebody does instead: theme work where the hours were a theme's, else reserve."""
    return task.replace(case_id="", task=Task.THEME_WORK if task.theme else Task.RESERVE)


def reverse(desk: Desk, ids: Sequence[str], reason: str, by: Actor | None = None) -> None:
    """Put postings right by counter-postings."""
    with desk.work(Role.PLANNER) as work:
        for week in {p.week for p in work.postings(Posting) if p.id in ids}:
            chosen = [p.id for p in work.postings(Posting) if p.id in ids and p.week == week]
            write(
                work,
                lambda old, w=week, c=chosen: ledger.reverse(  # type: ignore[misc]
                    old, pen(desk, work, w), c, reason, by
                ),
            )


def close_week(desk: Desk, week: Week) -> Statement:
    """Close a week that is over, its sums proven; its debts go on in the week after."""
    with desk.work(Role.PLANNER) as work:
        return close_week_in(desk, work, week)


def close_week_in(desk: Desk, work: Work, week: Week) -> Statement:
    """`close_week` inside a unit of work."""
    write(work, lambda old: ledger.close_week(old, pen(desk, work, week)))
    postings, after = work.postings(Posting), week.shift(1)
    owed = ledger.debts(postings, week)
    if owed and ledger.week_state(postings, after) is WeekState.OPEN:
        write(work, lambda old: ledger.carry_in(old, pen(desk, work, after), owed))
    return ledger.statement(postings, week)


def set_away(work: Work, week: Week, cause: str, minutes: int) -> None:
    """Hours that a week's contracts lose to one cause, as a group total."""
    work.put(AWAY, f"{week}/{cause}", {"minutes": minutes})


def theme_name(id: str) -> str:
    """The theme's name in the reader's language."""
    for theme in reference.cached("themes", Themes).themes:
        if theme.id == id:
            return pick(theme.name)
    return id


def theme_choices() -> list[tuple[str, str]]:
    """Themes by id and name, for a form."""
    return [(t.id, pick(t.name)) for t in reference.cached("themes", Themes).themes]


def read_hours(text: str) -> int:
    """Hours as people write them ("4", "4,5") in minutes. Raises BadInput."""
    try:
        hours = float(text.strip().replace(",", "."))
    except ValueError:
        hours = 0.0
    if not 0 < hours <= _MOST_HOURS:
        raise BadInput(N_("hours"), text, msg("Write hours from 0.25 to {most}.", most=_MOST_HOURS))
    return round(hours * 60)
