"""Opening weeks: reserve, theme budgets, flex shifts and the debts that come along.

What is opened is a proposal that follows from the team and the parameters, until somebody changes
it. Where the roster of a week stands already, that roster is the proposal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import booking, plannable, words
from orderdesk.desk.core import Desk
from orderdesk.desk.rostering.parameters import offers, rules
from orderdesk.desk.settings import mark
from orderdesk.domain import ledger
from orderdesk.domain.ledger import Debt, Posting, Themes, WeekState
from orderdesk.domain.people import Role
from orderdesk.domain.time import Week, local
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import _, msg
from orderdesk.reserve.rules import ReserveRules
from orderdesk.roster.problem import Need, Offer

if TYPE_CHECKING:
    from orderdesk.store.work import Reader, Work

WEEK_PLAN = "week_plan"
MOST_WEEKS = 16


@dataclass(frozen=True)
class Proposal:
    """What a week would be opened with; minutes."""

    week: Week
    state: WeekState
    people: int
    plannable: int
    reckoned: int
    """Minutes of absence that aren't known yet but usual, off the plannable."""
    share: float
    """Part of the plannable hours that is kept free (`data/reserve.toml`, or set locally)."""
    flex: tuple[int, ...]
    """Flex shifts per weekday, from Monday."""
    reserve: int
    themes: Mapping[str, int]
    carried: tuple[Debt, ...]
    rostered: bool
    """Whether reserve and themes follow from a roster that stands."""

    def as_json(self) -> dict[str, Any]:
        """For `--json`; hours."""
        return {
            "week": str(self.week),
            "state": self.state.value,
            "people": self.people,
            "plannable": self.plannable / 60,
            "reckoned_away": self.reckoned / 60,
            "share": self.share,
            "flex_shifts": list(self.flex),
            "reserve": self.reserve / 60,
            "themes": {theme: minutes / 60 for theme, minutes in self.themes.items()},
            "carried": [
                {"theme": d.terms.theme, "hours": d.minutes / 60, "due": d.terms.due.isoformat()}
                for d in self.carried
            ],
            "rostered": self.rostered,
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield _("week {week}: {people} people, {n} h plannable, {share} reserve").format(
            week=self.week, people=self.people, n=words.hours(self.plannable),
            share=f"{self.share:.0%}" + mark("reserve", "share"),
        )  # fmt: skip
        if self.reckoned:
            yield _("{n} h of absence not known yet are reckoned with, as usual").format(
                n=words.hours(self.reckoned)
            )
        yield _("reserve {n} h in {flex} flex shifts").format(
            n=words.hours(self.reserve), flex=sum(self.flex)
        )
        for theme, minutes in self.themes.items():
            if minutes:
                yield f"  {words.theme(theme)}: {words.hours(minutes)}"
        for debt in self.carried:
            yield _("owed to {theme}: {n} h, due {day}").format(
                theme=words.theme(debt.terms.theme),
                n=words.hours(debt.minutes),
                day=words.day(debt.terms.due),
            )


def propose(desk: Desk, week: str = "") -> Proposal:
    """What a week ("2026-W24"; empty: this week) would be opened with. Writes nothing."""
    chosen = Week.parse(week) if week else Week.of(desk.now)
    with desk.read() as reader:
        return propose_in(reader, chosen, Week.of(desk.now))


def propose_in(reader: Reader, week: Week, today: Week) -> Proposal:
    """`propose` inside a unit of work; after the week `today` usual absence is reckoned with."""
    fall = plannable.team_hours_in(reader, week)
    known = sum(fall.away.values())
    expected = plannable.expected_away(reader, fall, week, today)
    plannable_minutes = fall.contract - expected
    share = reference.cached("reserve", ReserveRules)
    postings = reader.postings(Posting)
    stands, worked = booking.rostered_in(reader, week)
    flex, reserve = _flex_shifts(share.reserve(plannable_minutes))
    rostered = bool(stands or any(worked.values()))
    if rostered:
        reserve, themes = stands, worked
        flex = _rostered_flex(reader, week)
    else:
        themes = reference.cached("themes", Themes).budgets(max(0, plannable_minutes - reserve))
    before = week.shift(-1)
    closed = ledger.week_state(postings, before) is WeekState.CLOSED
    return Proposal(
        week=week,
        state=ledger.week_state(postings, week),
        people=fall.people,
        plannable=plannable_minutes,
        reckoned=max(0, expected - known),
        share=share.share,
        flex=flex,
        reserve=reserve,
        themes=themes,
        carried=ledger.debts(postings, before) if closed else (),
        rostered=rostered,
    )


def open_weeks(
    desk: Desk, first: str = "", count: int = 1, *, reserve_hours: str = ""
) -> list[Proposal]:
    """Open `count` weeks from `first` (empty: this week) on; weeks that are open stay as they are.

    `reserve_hours` replaces the proposed reserve of each. Raises RuleSaysNo without a team or when
    all of them are open already, BadInput for a reserve beyond what can be planned.
    """
    if not 1 <= count <= MOST_WEEKS:
        raise BadInput("weeks", count, msg("Between 1 and {most}.", most=MOST_WEEKS))
    week = Week.parse(first) if first else Week.of(desk.now)
    minutes = _reserve(reserve_hours) if reserve_hours.strip() else None
    opened = []
    with desk.work(Role.PLANNER) as work:
        if not work.people(local(desk.now).date()):
            raise RuleSaysNo(msg("nobody is in the team yet: add people first"))
        for n in range(count):
            plan = propose_in(work, week.shift(n), Week.of(desk.now))
            if plan.state is WeekState.UNOPENED:
                opened.append(_open(desk, work, plan, minutes))
    if not opened:
        raise RuleSaysNo(msg("week {week} is open already", week=week))
    return opened


def open_in(desk: Desk, work: Work, week: Week) -> Proposal:
    """Open one week as proposed, inside a unit of work; one that is open stays as it is."""
    plan = propose_in(work, week, Week.of(desk.now))
    return _open(desk, work, plan, None) if plan.state is WeekState.UNOPENED else plan


def _reserve(text: str) -> int:
    try:
        return booking.read_hours(text)
    except BadInput as problem:
        raise BadInput("reserve", text, problem.mend) from None


def _open(desk: Desk, work: Work, plan: Proposal, reserve: int | None) -> Proposal:
    if reserve is not None:
        plan = _with_reserve(plan, reserve)
    week = plan.week
    booking.write(
        work,
        ledger.open_week,
        booking.pen(desk, work, week),
        plan.reserve,
        plan.themes,
        plan.carried,
    )
    work.put(WEEK_PLAN, str(week), {"flex": list(plan.flex)})
    return plan


def _with_reserve(plan: Proposal, minutes: int) -> Proposal:
    if minutes > plan.plannable:
        raise BadInput(
            "reserve",
            words.hours(minutes),
            msg("Only {n} h can be planned in week {week}.", n=words.hours(plan.plannable),
                week=plan.week),
        )  # fmt: skip
    flex, _whole = _flex_shifts(minutes)
    themes = reference.cached("themes", Themes).budgets(plan.plannable - minutes)
    return Proposal(
        **{**vars(plan), "flex": flex, "reserve": minutes, "themes": themes, "rostered": False}
    )


def open_from_form(desk: Desk, values: Mapping[str, str]) -> list[Proposal]:
    """`open_weeks` from the texts of a form: week, weeks, reserve. Raises BadInput at the field."""
    count = values.get("weeks", "").strip() or "1"
    if not count.isdigit():
        raise BadInput("weeks", count, msg("Between 1 and {most}.", most=MOST_WEEKS))
    return open_weeks(
        desk, values.get("week", "").strip(), int(count), reserve_hours=values.get("reserve", "")
    )


def look(desk: Desk, values: Mapping[str, str]) -> list[str]:
    """What the first of the weeks of a form would be opened with."""
    plan = propose(desk, values.get("week", "").strip())
    if plan.state is not WeekState.UNOPENED:
        return [_("week {week} is open already").format(week=plan.week)]
    if values.get("reserve", "").strip():
        plan = _with_reserve(plan, _reserve(values["reserve"]))
    return list(plan.lines())


def overview(desk: Desk, count: int) -> list[str]:
    """A line per week from this one on: open or not, reserve and what is free of it."""
    found = []
    with desk.read() as reader:
        postings = reader.postings(Posting)
        for week in (Week.of(desk.now).shift(n) for n in range(count)):
            state = ledger.week_state(postings, week)
            if state is WeekState.UNOPENED:
                found.append(_("{week}  not opened").format(week=week))
                continue
            b = ledger.balance(postings, week)
            line = _("{week}  reserve {n} h, free {free} h").format(
                week=week, n=words.hours(b.reserve), free=words.hours(b.free)
            )
            stands = booking.rostered_in(reader, week)[0]
            if stands and stands != b.reserve:
                line += "  ▲ " + _("{n} h of flex shifts rostered").format(n=words.hours(stands))
            found.append(line)
    return found


@dataclass(frozen=True)
class Resized:
    """The reserve of a week as it stands after it was changed; minutes."""

    week: Week
    reserve: int
    free: int

    def as_json(self) -> dict[str, Any]:
        """For `--json`; hours."""
        return {
            "week": str(self.week), "reserve_hours": self.reserve / 60,
            "free_hours": self.free / 60,
        }  # fmt: skip

    def line(self) -> str:
        """For a person."""
        return _("{week}  reserve {n} h, free {free} h").format(
            week=self.week, n=words.hours(self.reserve), free=words.hours(self.free)
        )


def resize(desk: Desk, week: str, hours: str, reason: str) -> Resized:
    """Add hours to the reserve of an open week (empty: this week), or take free ones off ("-8").

    Raises BadInput, and RuleSaysNo without a reason or when so many hours aren't free.
    """
    chosen = Week.parse(week) if week else Week.of(desk.now)
    text = hours.strip()
    minutes = booking.read_hours(text.removeprefix("-"))
    if text.startswith("-"):
        minutes = -minutes
    with desk.work(Role.PLANNER) as work:
        booking.write(work, ledger.resize_reserve, booking.pen(desk, work, chosen), minutes, reason)
        balance = ledger.balance(work.postings(Posting), chosen)
    return Resized(chosen, balance.reserve, balance.free)


def with_flex(reader: Reader, needs: Sequence[Need], known: Sequence[Offer]) -> Iterator[Need]:
    """Standing needs with the flex shifts that each week was opened with."""
    flex = {offer.shift.id for offer in known if offer.shift.reserve}
    plans = {record.key: record.doc["flex"] for record in reader.records(WEEK_PLAN)}
    for need in needs:
        day = local(need.span.start).date()
        plan = plans.get(str(Week.of(day)))
        if plan is None or need.shift not in flex:
            yield need
    for key, plan in plans.items():
        yield from _flex_needs(Week.parse(key), plan, needs, known)


def _flex_needs(
    week: Week, plan: Sequence[int], needs: Sequence[Need], known: Sequence[Offer]
) -> Iterator[Need]:
    """One need per weekday of the plan, within the days that `needs` speak of."""
    days = {local(need.span.start).date() for need in needs}
    offer = next((o for o in known if o.shift.reserve), None)
    for day, number in zip(week.days, plan, strict=True):
        if offer is not None and number and min(days) <= day <= max(days):
            yield Need(
                id=f"flex {day.isoformat()}",
                span=offer.span(day),
                at_least=number,
                shift=offer.shift.id,
            )


def _flex_shifts(minutes: int) -> tuple[tuple[int, ...], int]:
    """Whole flex shifts per weekday for so many minutes of reserve, and the minutes they make.

    They fall on the weekdays in the proportion of the standing cover; the largest remainders get
    what doesn't divide.
    """
    offer = next((o for o in offers() if o.shift.reserve), None)
    if offer is None:
        return (0,) * 7, minutes
    span = offer.span(Week(year=2026, number=24).monday)
    length = span.minutes - offer.shift.break_minutes
    number = max(1, int(minutes / length + 0.5)) if minutes else 0
    weights = next((c.per_weekday for c in rules().cover if c.shift == offer.shift.id), None)
    weights = weights or tuple(int(day in offer.weekdays) for day in range(7))
    total = sum(weights) or 1
    shares = [divmod(number * weight, total) for weight in weights]
    flex = [whole for whole, _rest in shares]
    for day in sorted(range(7), key=lambda d: (-shares[d][1], d))[: number - sum(flex)]:
        flex[day] += 1
    return tuple(flex), number * length


def _rostered_flex(reader: Reader, week: Week) -> tuple[int, ...]:
    flex = {offer.shift.id for offer in offers() if offer.shift.reserve}
    duties = reader.duties(start=week.span.start, end=week.span.end)
    days = [local(d.start).date() for d in duties if d.shift in flex]
    return tuple(days.count(day) for day in week.days)
