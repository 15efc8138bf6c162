"""How much reserve the coming weeks will ask, from what past weeks asked, and moving it between
weeks before they begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from orderdesk import reference
from orderdesk.desk import capacity, plannable, weeks, words
from orderdesk.desk.core import Desk
from orderdesk.desk.scoring import standing_classes
from orderdesk.domain import ledger
from orderdesk.domain.ledger import Posting, WeekState
from orderdesk.domain.people import Duty, DutyStatus, Role
from orderdesk.domain.time import Week, local
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, _, msg
from orderdesk.reserve.forecast import (
    KnownCase,
    Model,
    WeekForecast,
    WeekRecord,
    count_probabilities,
    fit,
    need_of,
    need_on_day,
    simulate,
    weekday_shares,
)
from orderdesk.reserve.forecast import forecast as forecast_of
from orderdesk.reserve.rules import ReserveRules

if TYPE_CHECKING:
    from orderdesk.desk.rostering.touching import Touch
    from orderdesk.reserve.calibration import Calibration
    from orderdesk.store.work import Reader

SEED = 24
JUDGED_WEEKS = 104
"""The newest weeks on which the forecast is judged for the screen: two years, a few seconds."""


# --- learning -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Learned:
    """What the past says, and what is known of weeks to come."""

    now: Week
    history: tuple[WeekRecord, ...]
    model: Model
    known: tuple[KnownCase, ...]
    numbers: Mapping[str, str]
    """Case numbers by id, of the known cases."""
    days: Mapping[str, date]
    """Day of each known case."""
    weekdays: tuple[float, ...]
    rules: ReserveRules


_kept: WeakKeyDictionary[Desk, tuple[int, Learned]] = WeakKeyDictionary()
"""What was learned last, and at which length of the trail: anything written makes it old."""
_judged: WeakKeyDictionary[Desk, tuple[tuple[WeekRecord, ...], list[Calibration]]] = (
    WeakKeyDictionary()
)
"""How the forecast did, and on which history."""


def learn(desk: Desk) -> Learned:
    """Learn from what was closed. Raises RuleSaysNo while there is no closed case."""
    with desk.read() as reader:
        length = reader.trail_length()
        kept = _kept.get(desk)
        if kept is not None and kept[0] == length and kept[1].now == Week.of(desk.now):
            return kept[1]
        learned = _learn(desk, reader)
    _kept[desk] = (length, learned)
    return learned


def _learn(desk: Desk, reader: Reader) -> Learned:
    rules = reference.cached("reserve", ReserveRules)
    now = Week.of(desk.now)
    classes = standing_classes(reader, local(desk.now).date())
    past: dict[Week, list[int]] = {}
    days: list[date] = []
    known: list[KnownCase] = []
    about: dict[str, tuple[str, date]] = {}
    for case in reader.cases():
        if case.span is None or case.is_event or not case.is_wom:
            continue
        week, day = Week.of(case.span.start), local(case.span.start).date()
        if case.outcome is not None and week.monday < now.monday:
            past.setdefault(week, []).append(capacity.demand_in(reader, case, classes).minutes())
            days.append(day)
        elif week.monday >= now.monday and case.status not in capacity.CLOSED_STATUSES:
            minutes = capacity.demand_in(reader, case, classes).minutes()
            known.append(KnownCase(case.id, week, minutes))
            about[case.id] = case.number, day
    if not past:
        raise RuleSaysNo(msg("there is no closed case yet to learn from"))
    week, last = min(past, key=lambda w: w.monday), now.shift(-1)
    history = []
    while week.monday <= last.monday:
        asked = past.get(week, [])
        history.append(WeekRecord(week, len(asked), tuple(asked)))
        week = week.shift(1)
    return Learned(
        now=now,
        history=tuple(history),
        model=fit(history, rules.forecast),
        known=tuple(known),
        numbers={id: number for id, (number, _day) in about.items()},
        days={id: day for id, (_number, day) in about.items()},
        weekdays=weekday_shares(days),
        rules=rules,
    )


# --- weeks ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Forecast:
    """The coming weeks, in order."""

    weeks: Sequence[WeekForecast]
    learned_from: int
    """Past weeks with records."""
    numbers: Mapping[str, str]
    """Case numbers by id."""

    def as_json(self) -> dict[str, Any]:
        """For `--json`, in hours."""
        return {
            "learned_from_weeks": self.learned_from,
            "weeks": [
                {
                    "week": str(week.week),
                    "known": week.known / 60,
                    "p10": week.p10 / 60,
                    "p50": week.p50 / 60,
                    "p90": week.p90 / 60,
                    "reserve": week.reserve / 60,
                    "run_out": round(week.run_out, 3),
                    "drivers": self.drivers(week),
                    "notes": [str(note) for note in week.notes],
                }
                for week in self.weeks
            ],
        }

    def drivers(self, week: WeekForecast) -> list[str]:
        """What makes a week heavy, the largest first."""
        return [
            _("{n} h {what}").format(
                n=words.hours(round(d.minutes / 60) * 60),
                what=self.numbers.get(d.case_id) or str(d.label),
            )
            for d in week.drivers
            if d.minutes
        ]

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield _("week      known   P10   P50   P90  reserve  runs out")
        for week in self.weeks:
            yield (
                f"{week.week}  {week.known / 60:>5.0f} {week.p10 / 60:>5.0f} {week.p50 / 60:>5.0f} "
                f"{week.p90 / 60:>5.0f} {week.reserve / 60:>8.0f} {week.run_out:>8.0%}"
            )
            yield f"          {'; '.join(self.drivers(week))}"
            for note in week.notes:
                yield f"          {note}"


def forecast(desk: Desk, ahead: int) -> Forecast:
    """The coming `ahead` weeks. Raises RuleSaysNo while there is no closed case to learn from."""
    learned = learn(desk)
    coming = [learned.now.shift(n) for n in range(1, ahead + 1)]
    with desk.read() as reader:
        usual = learned.rules.reserve(plannable.team_hours_in(reader, learned.now).plannable)
        reserve = {week: _reserve_in(reader, week, usual) for week in coming}
    known = [k for k in learned.known if k.week in reserve]
    found = forecast_of(
        learned.model, known, reserve, learned.rules.forecast, SEED, now=learned.now
    )
    return Forecast(found, len(learned.history), learned.numbers)


def _reserve_in(reader: Reader, week: Week, usual: int) -> int:
    """Minutes of reserve that a week has, or would be opened with as things stand.

    Far ahead hardly any absence is known yet: then no more than `usual` counts.
    """
    booked = ledger.balance(reader.postings(Posting, week=str(week)), week).reserve
    if booked:
        return booked
    plan = weeks.propose_in(reader, week, week)
    return plan.reserve if plan.rostered else min(plan.reserve, usual)


def judged(desk: Desk) -> list[Calibration]:
    """How the forecast did on the newest weeks that it had not seen, in cases and in minutes.

    Takes seconds once per history. Raises RuleSaysNo, BadInput with less than a year of history.
    """
    from orderdesk.reserve.calibration import Measure, calibrate

    learned = learn(desk)
    kept = _judged.get(desk)
    if kept is None or kept[0] != learned.history:
        rules = learned.rules.forecast
        found = [
            calibrate(learned.history, rules, measure=measure, last=JUDGED_WEEKS)
            for measure in Measure
        ]
        kept = _judged[desk] = learned.history, found
    return kept[1]


def judged_lines(found: Sequence[Calibration]) -> Iterator[str]:
    """The judgement in words, each beside the plain forecasts."""
    from orderdesk.reserve.calibration import Measure

    for one in found:
        by = 60 if one.measure is Measure.MINUTES else 1
        name = _("hours") if one.measure is Measure.MINUTES else _("cases")
        losses = (one.pinball, one.pinball_year_average, one.pinball_same_week,
                  one.pinball_year_quantiles)  # fmt: skip
        own, year, week, quantiles = (words.number(loss / by, 2) for loss in losses)
        yield _(
            "{what}, {n} past weeks kept apart: {c} between P10 and P90 (meant: 80%). How far off, "
            "less is better (pinball loss): {own}; by last year's average {year}, by the same week "
            "of last year {week}, by a year's own P10 to P90 {quantiles}"
        ).format(
            what=name, n=one.weeks, c=f"{one.coverage:.0%}", own=own, year=year, week=week,
            quantiles=quantiles,
        )  # fmt: skip


# --- one day --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DayOutlook:
    """What one day may ask, in minutes."""

    day: date
    known: int
    chance_of_new: float
    """That a case comes which isn't known yet."""
    p50: int
    p90: int

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield _("chance of a case that isn't known yet: {p}").format(p=f"{self.chance_of_new:.0%}")
        yield _("hours that day: {p50} in the middle, {p90} in one of ten").format(
            p50=words.hours(round(self.p50 / 60) * 60), p90=words.hours(round(self.p90 / 60) * 60)
        )


def day_outlook(desk: Desk, day: date) -> DayOutlook:
    """What a day from this week on may ask. Raises BadInput for the past, RuleSaysNo as `learn`."""
    import numpy as np

    learned = learn(desk)
    week = Week.of(day)
    if day < local(desk.now).date():
        raise BadInput(N_("day"), day.isoformat(), msg("A forecast looks ahead."))
    rules = learned.rules.forecast
    ahead = (week.monday - learned.now.monday).days // 7 + 1
    here = {id for id, on in learned.days.items() if on == day}
    whole = need_of(learned.model, week, learned.known, rules, ahead)
    need = need_on_day(whole, learned.weekdays[day.weekday()], here)
    none_new = float(count_probabilities(need.mean, need.dispersion)[0])
    draws = simulate(need, week, rules.draws, SEED)
    p50, p90 = (round(float(q)) for q in np.quantile(draws, (0.5, 0.9)))
    return DayOutlook(day, sum(k.minutes for k in need.known), 1 - none_new, p50, p90)


# --- moving reserve between weeks -----------------------------------------------------------------


@dataclass(frozen=True)
class FlexMoved:
    """Flex shifts that went to another week, and what it did to both chances."""

    give: Week
    get: Week
    people: tuple[str, ...]
    before: tuple[float, float]
    """Chance that the reserve runs out, in the week that gave and in the one that got."""
    after: tuple[float, float]

    def as_json(self) -> dict[str, Any]:
        """For `--json`; chances of running out, of the week that gave and the one that got."""
        return {
            "from": str(self.give),
            "to": str(self.get),
            "people": list(self.people),
            "run_out_before": list(self.before),
            "run_out_after": list(self.after),
        }

    def line(self) -> str:
        """For the planner."""
        return _("{people}: {give} runs out {a} > {b}, {get} {c} > {d}").format(
            people=", ".join(self.people), give=self.give, get=self.get,
            a=f"{self.before[0]:.0%}", b=f"{self.after[0]:.0%}",
            c=f"{self.before[1]:.0%}", d=f"{self.after[1]:.0%}",
        )  # fmt: skip


def chances(desk: Desk, give: Week, get: Week, shifts: int) -> tuple[float, float, float, float]:
    """Chances of running out of both weeks now, and with so many 8-hour shifts moved."""
    found = {w.week: w for w in forecast(desk, _ahead(desk, give, get)).weeks}
    moved = shifts * 8 * 60
    one, other = found[give], found[get]
    return (
        one.run_out, other.run_out,
        one.chance_above(one.reserve - moved), other.chance_above(other.reserve + moved),
    )  # fmt: skip


def _ahead(desk: Desk, *weeks: Week) -> int:
    now = Week.of(desk.now)
    ahead = [(week.monday - now.monday).days // 7 for week in weeks]
    if min(ahead) < 1 or max(ahead) > 53 or len(set(weeks)) < len(weeks):
        raise BadInput(N_("week"), ", ".join(map(str, weeks)), msg("Give two coming weeks."))
    return max(ahead)


def read_week(desk: Desk, text: str) -> Week:
    """A week as people write it: "2026-W26", "W26" or "26". Raises BadInput."""
    plain = text.strip().upper()
    if plain.lstrip("W").isdigit():
        plain = f"{Week.of(desk.now).year}-W{int(plain.lstrip('W')):02d}"
    return Week.parse(plain)


def move_flex(desk: Desk, give: Week, get: Week, shifts: int, reason: str) -> FlexMoved:
    """Move flex shifts between two weeks that haven't begun, people and hours by the law.

    Each keeps its person and its hours. Raises BadInput; RuleSaysNo without a reason, for a week
    whose ledger is open, or when nobody's shift can lawfully go.
    """
    from orderdesk.desk.rostering import touching

    desk.need(Role.PLANNER)
    if not reason.strip():
        raise BadInput(N_("reason"), "", msg("Say why: the other week has less reserve then."))
    before = {w.week: w.run_out for w in forecast(desk, _ahead(desk, give, get)).weeks}
    with desk.read() as reader:
        postings = reader.postings(Posting)
        for week in (give, get):
            if ledger.week_state(postings, week) is not WeekState.UNOPENED:
                raise RuleSaysNo(msg("week {week} has begun: its reserve stands in the ledger",
                                     week=week))  # fmt: skip
        duties = reader.duties(start=give.span.start, end=give.span.end)
    touches: dict[str, Touch] = {}
    for duty in sorted(duties, key=lambda d: d.start, reverse=True):
        idle = duty.is_flex and not any(task.case_id for task in duty.tasks)
        standing = duty.status is not DutyStatus.CANCELLED
        if len(touches) < shifts and idle and standing and duty.person_id not in touches:
            found = _first_lawful(desk, duty, get)
            if found is not None:
                touches[duty.person_id] = found
    if len(touches) < shifts:
        raise RuleSaysNo(
            msg("only {n} of {all} flex shifts can lawfully go to {week}", n=len(touches),
                all=shifts, week=get)
        )  # fmt: skip
    together = touching.Touch(
        tuple(change for touch in touches.values() for change in touch.changes),
        tuple(finding for touch in touches.values() for finding in touch.findings),
    )
    touching.make_touch(desk, together, reason)
    after = {w.week: w.run_out for w in forecast(desk, _ahead(desk, give, get)).weeks}
    return FlexMoved(
        give, get, tuple(touches), (before[give], before[get]), (after[give], after[get])
    )


def _first_lawful(desk: Desk, duty: Duty, week: Week) -> Touch | None:
    """The same shift on a day of another week on which it is worked: the same weekday first."""
    from orderdesk.desk.rostering import parameters, touching

    offered = next((o.weekdays for o in parameters.offers() if o.shift.id == duty.shift), ())
    own = local(duty.start).weekday()
    for day in sorted(week.days, key=lambda d: (d.weekday() != own, d)):
        if day.weekday() not in offered:
            continue
        try:
            touch = touching.look_at_move(desk, duty.id, day)
        except RuleSaysNo:
            continue
        if touch.lawful:
            return touch
    return None
