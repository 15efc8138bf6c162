"""A roster problem as people x days x shifts.

The checker of working-time law judges every cell and every pair of shifts, so that the solver
knows the law without a second copy of it. What a roster is priced by is a list of `Term`s and what
binds it a list of `Row`s, all linear in the cells: any solver that can handle those will do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from orderdesk.domain.people import Duty
from orderdesk.domain.time import Span, at, local
from orderdesk.domain.worktime import (
    Finding,
    NightShiftNorm,
    Stretch,
    WorkingTimeLaw,
    check_team,
    errors,
    stretches,
)
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import Day, Msg, msg
from orderdesk.roster.cells import SCALE, Block, Cell, Row, Shift, Term
from orderdesk.roster.problem import (
    Member,
    Need,
    Offer,
    Problem,
    RosterRules,
    Wish,
    day_of,
    standing,
)
from orderdesk.roster.rows import rows_of
from orderdesk.roster.terms import terms_of

DAYS_BEFORE = 8
"""Days of history that weekly rest can reach into the horizon from."""
_NEAR = timedelta(days=3)
"""Shifts further apart than this clash only through rules on runs and weeks."""
_REACH = timedelta(days=21)
"""How much fixed work is shown to the checker when one cell beside it is judged."""


class Grid:
    """The compiled problem. Everything is derived once, when first asked for."""

    def __init__(self, problem: Problem, rules: RosterRules, law: WorkingTimeLaw) -> None:
        self.problem, self.rules, self.law = problem, rules, law
        self.members: tuple[Member, ...] = problem.members
        self.offers: tuple[Offer, ...] = problem.offers
        self.dates: tuple[date, ...] = problem.dates
        self.start = problem.start
        self.position = {m.id: i for i, m in enumerate(self.members)}
        self.nth_day = {day: i for i, day in enumerate(self.dates)}
        self.spans: dict[Shift, Span] = {
            (d, o): offer.span(day)
            for d, day in enumerate(self.dates)
            for o, offer in enumerate(self.offers)
            if day.weekday() in offer.weekdays
        }
        self.pinned: dict[Cell, Duty] = {}
        self.own_hours: list[tuple[int, Duty]] = []
        """Pinned duties that are no shift on offer."""
        for duty in standing(problem.pinned):
            cell = self.cell_of(duty)
            if cell is None:
                self.own_hours.append((self.position[duty.person_id], duty))
            else:
                self.pinned[cell] = duty

    def cell_of(self, duty: Duty) -> Cell | None:
        """The cell that a duty is; None outside the horizon and for hours of its own."""
        day = self.nth_day.get(day_of(duty))
        if day is None:
            return None
        for o in self.offers_on(day):
            offer, span = self.offers[o], self.spans[day, o]
            if (
                offer.shift.id == duty.shift
                and offer.place in ("", duty.place)
                and (span.start, span.end) == (duty.start, duty.end)
            ):
                return Cell(self.position[duty.person_id], day, o)
        return None

    def offers_on(self, day: int) -> list[int]:
        """Positions of the shifts on offer on a day; none outside the horizon."""
        return [o for o in range(len(self.offers)) if (day, o) in self.spans]

    def minutes(self, shift: Shift) -> int:
        """Paid minutes of a shift."""
        return self.spans[shift].minutes - self.offers[shift[1]].shift.break_minutes

    def stretch(self, shift: Shift) -> Stretch:
        """A shift as the checker sees it."""
        span = self.spans[shift]
        return Stretch(span.start, span.end, self.offers[shift[1]].shift.break_minutes)

    # --- what may be chosen ---

    @cached_property
    def history(self) -> tuple[tuple[Stretch, ...], ...]:
        """Each member's work outside the cells: history and pinned hours of their own."""
        kept: list[list[Stretch]] = []
        for member in self.members:
            work = stretches(d for d in member.history if d.start < self.start)
            kept.append(work.get(member.id, []))
        for m, duty in self.own_hours:
            kept[m].append(Stretch(duty.start, duty.end, duty.break_minutes))
        return tuple(tuple(sorted(work)) for work in kept)

    @cached_property
    def fixed(self) -> tuple[tuple[Stretch, ...], ...]:
        """History and everything pinned, by member."""
        work = self.work(self.pinned)
        return tuple(tuple(sorted(work[m.id])) for m in self.members)

    @cached_property
    def _inherited(self) -> frozenset[tuple[str, str, datetime]]:
        """Breaches that history brings along: no roster can mend them."""
        work = {m.id: w for m, w in zip(self.members, self.history, strict=True)}
        return frozenset(f.key for f in self._errors(work))

    def _errors(self, work: Mapping[str, Iterable[Stretch]]) -> tuple[Finding, ...]:
        return errors(self._findings(work))

    def _findings(self, work: Mapping[str, Iterable[Stretch]]) -> tuple[Finding, ...]:
        """What the checker says of the work of some people, being on call beside it."""
        on_call = {member.id: member.on_call for member in self.members}
        return check_team(work, self.law, on_call=on_call, judged_from=self.start)

    @cached_property
    def allowed(self) -> frozenset[Cell]:
        """Cells that may be chosen: available, not pinned away, lawful beside what is fixed.

        Pinned cells are among them.
        """
        taken = {(c.member, c.day) for c in self.pinned}
        taken |= {
            (m, self.nth_day[day_of(d)]) for m, d in self.own_hours if day_of(d) in self.nth_day
        }
        taken |= {
            (self.position[p], self.nth_day[d])
            for p, d in self.problem.pinned_off
            if d in self.nth_day
        }
        judged: dict[str, list[Stretch]] = {}
        cells: dict[str, Cell] = {}
        for m, member in enumerate(self.members):
            for shift, span in self.spans.items():
                if (m, shift[0]) in taken or not self._suits(member, shift, span):
                    continue
                name = f"{m}/{shift}"
                cells[name] = Cell(m, *shift)
                near = _around(self.fixed[m], span, _NEAR)
                beside = _around(self.fixed[m], span, _REACH) if near else []
                judged[name] = [*beside, self.stretch(shift)]
        known = {
            (f.rule, self.position[f.person_id], f.start)
            for f in self._errors({m.id: w for m, w in zip(self.members, self.fixed, strict=True)})
        }
        lawless = {
            f.person_id
            for f in self._errors(judged)
            if (f.rule, cells[f.person_id].member, f.start) not in known
        }
        return frozenset(c for n, c in cells.items() if n not in lawless) | frozenset(self.pinned)

    def _suits(self, member: Member, shift: Shift, span: Span) -> bool:
        kinds = member.only_shifts
        return member.available(span) and (kinds is None or self.offers[shift[1]].shift.id in kinds)

    @cached_property
    def clashes(self) -> tuple[tuple[Shift, Shift], ...]:
        """Pairs of shifts, one or two days apart, that the law forbids to one person."""
        pairs: dict[str, tuple[Shift, Shift]] = {}
        for d in range(len(self.dates)):
            for gap in (1, 2):
                for a in self.offers_on(d):
                    for b in self.offers_on(d + gap):
                        pairs[f"{d}/{a}/{gap}/{b}"] = (d, a), (d + gap, b)
        work = {n: [self.stretch(a), self.stretch(b)] for n, (a, b) in pairs.items()}
        bad = {f.person_id for f in errors(check_team(work, self.law))}
        return tuple(pair for name, pair in pairs.items() if name in bad)

    @cached_property
    def by_day(self) -> dict[tuple[int, int], list[Cell]]:
        """Allowed cells of each member and day."""
        found: dict[tuple[int, int], list[Cell]] = {
            (m, d): [] for m in range(len(self.members)) for d in range(len(self.dates))
        }
        for cell in sorted(self.allowed):
            found[cell.member, cell.day].append(cell)
        return found

    @cached_property
    def works_anyway(self) -> frozenset[tuple[int, int]]:
        """Members and days with pinned hours of their own."""
        return frozenset(
            (m, self.nth_day[day_of(d)]) for m, d in self.own_hours if day_of(d) in self.nth_day
        )

    # --- what must be covered ---

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The needs, cut where shifts begin and end, joined again where the same shifts count."""
        cases = [n for n in self.problem.needs if n.case_id]
        edges = sorted(
            {moment for s in self.spans.values() for moment in (s.start, s.end)}
            | {moment for n in cases for moment in (n.span.start, n.span.end)}
            | {moment for _, duty in self.own_hours for moment in (duty.start, duty.end)}
        )
        blocks: list[Block] = []
        for need in self.problem.needs:
            members = tuple(
                i
                for i, m in enumerate(self.members)
                if need.skill is None or need.skill in m.person.skills
            )
            if need.shift:
                blocks.append(self._shift_block(need, members))
                continue
            inner = [e for e in edges if need.span.start < e < need.span.end]
            parts = [
                self._time_block(need, Span(start=start, end=end), cases, members)
                for start, end in pairwise([need.span.start, *inner, need.span.end])
            ]
            blocks += _joined(parts)
        return tuple(blocks)

    def _shift_block(self, need: Need, members: tuple[int, ...]) -> Block:
        shifts = tuple(
            shift
            for shift, span in self.spans.items()
            if self.offers[shift[1]].shift.id == need.shift
            and span.start == need.span.start
            and self._is_at(shift, need.place)
        )
        most = need.at_least if need.at_most is None else need.at_most
        return Block(need, need.span, need.at_least, most, members, shifts, 0)

    def _time_block(
        self, need: Need, span: Span, cases: Sequence[Need], members: tuple[int, ...]
    ) -> Block:
        shifts = tuple(
            shift
            for shift, offered in self.spans.items()
            if offered.start <= span.start
            and span.end <= offered.end
            and self._is_at(shift, need.place)
        )
        fixed = sum(
            duty.start <= span.start
            and span.end <= duty.end
            and m in members
            and need.place in ("", duty.place)
            for m, duty in self.own_hours
        )
        # Who stands at a case isn't standing strength, nor at another case: they come on top.
        beside = sum(
            n.at_least
            for n in cases
            if n.span.overlaps(span) and (not need.case_id or n.id < need.id)
        )
        return Block(need, span, need.at_least + beside, need.at_most, members, shifts, fixed)

    def _is_at(self, shift: Shift, place: str) -> bool:
        return not place or self.offers[shift[1]].place in ("", place)

    def count(self, block: Block, chosen: Iterable[Cell]) -> int:
        """How many people a choice puts on a block."""
        members, shifts = set(block.members), set(block.shifts)
        on = sum(c.member in members and (c.day, c.offer) in shifts for c in chosen)
        return block.fixed + on

    # --- what binds ---

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Bounds beside one shift a day, clashes and weekly rest."""
        return tuple(rows_of(self))

    def weeks(self) -> dict[int, list[int]]:
        """Days of the horizon by week of the problem."""
        weeks: dict[int, list[int]] = {}
        for d, day in enumerate(self.dates):
            weeks.setdefault(self.problem.week_of(day), []).append(d)
        return weeks

    def own_minutes(self, m: int, start: datetime, end: datetime) -> int:
        """Minutes of history and pinned own hours that begin in a stretch of time."""
        return sum(
            (w.end - w.start) // timedelta(minutes=1) - w.break_minutes
            for w in self.history[m]
            if start <= w.start < end
        )

    def minute_cells(self, m: int, days: Iterable[int]) -> tuple[tuple[Cell, int], ...]:
        """What a member may work on some days, each cell with its paid minutes."""
        return tuple((c, self.minutes((c.day, c.offer))) for d in days for c in self.by_day[m, d])

    def rest_must_follow(self) -> npt.NDArray[np.bool_]:
        """Per member and day, from DAYS_BEFORE days before the horizon on: whether somebody who
        works that day must get weekly rest within the window of the law.

        Not where something is pinned, or where history leaves no such rest whatever comes: the
        checker judges that, a split rest may be lawful there.
        """
        reach = round(self.law.weekly_rest[-1].window_hours / 24)
        must = np.ones((len(self.members), DAYS_BEFORE + len(self.dates)), dtype=bool)
        for m, day in {(c.member, c.day) for c in self.pinned} | self.works_anyway:
            must[m, max(0, day + DAYS_BEFORE - reach) : day + DAYS_BEFORE + 1] = False
        for m in range(len(self.members)):
            for day in self._restless_days(m):
                must[m, day + DAYS_BEFORE] = False
        return must

    def _restless_days(self, m: int) -> Iterator[int]:
        """Days of history after which there is no weekly rest even with nothing more to work."""
        norm = self.law.weekly_rest[-1]
        rest, window = timedelta(hours=norm.rest_hours), timedelta(hours=norm.window_hours)
        history = sorted(self.history[m])
        for n, first in enumerate(history):
            day = (local(first.start).date() - self.dates[0]).days
            if not -DAYS_BEFORE <= day < 0:
                continue
            closing = first.start + window
            following = [*(min(w.start, closing) for w in history[n + 1 :]), closing]
            if not any(
                after - work.end >= rest
                for work, after in zip(history[n:], following, strict=True)
                if work.end < closing
            ):
                yield day

    def fixed_days(self, m: int) -> dict[int, list[Stretch]]:
        """A member's history and pinned own hours by day of the horizon (before it: negative)."""
        days: dict[int, list[Stretch]] = {}
        for work in self.history[m]:
            days.setdefault((local(work.start).date() - self.dates[0]).days, []).append(work)
        return days

    # --- what is priced ---

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """Everything that has a price."""
        return tuple(terms_of(self))

    @cached_property
    def personal_terms(self) -> tuple[Term, ...]:
        """Those that concern one person: all but cover and themes."""
        return tuple(t for t in self.terms if t.cells and t.cause not in ("cover", "themes"))

    def price(self, chosen: frozenset[Cell]) -> dict[str, float]:
        """The objective by cause, in hours of regret."""
        parts: dict[str, int] = {}
        for term in self.terms:
            parts[term.cause] = parts.get(term.cause, 0) + term.price(chosen)
        return {cause: steps / SCALE for cause, steps in parts.items()}

    def past(self, m: int, is_kind: Callable[[Stretch], bool]) -> int:
        """How many stretches of a kind a member had in the weeks of fairness before."""
        since = at(self.dates[-1] - timedelta(weeks=self.rules.fairness.weeks), "00:00")
        return sum(is_kind(w) for w in self.history[m] if w.start >= since)

    def is_night(self, work: Stretch) -> bool:
        """Whether the law calls it a night shift."""
        return is_night(work, self.law.night_shift[-1])

    def is_weekend(self, work: Stretch) -> bool:
        """Whether it begins on a Saturday or Sunday."""
        return local(work.start).weekday() >= 5

    def is_late(self, work: Stretch) -> bool:
        """Whether it ends in the evening."""
        end = local(work.end - timedelta(minutes=1))
        return (
            end.time() >= self.rules.fairness.late_ends_after
            and end.date() == local(work.start).date()
        )

    # --- the law's last word ---

    def work(self, chosen: Iterable[Cell]) -> dict[str, list[Stretch]]:
        """Everything each member works: history, pinned own hours and `chosen`."""
        work = {m.id: list(h) for m, h in zip(self.members, self.history, strict=True)}
        for c in chosen:
            work[self.members[c.member].id].append(self.stretch((c.day, c.offer)))
        return work

    def breaches(self, chosen: Iterable[Cell]) -> tuple[Finding, ...]:
        """Errors of law in a choice, beyond those that history brings along."""
        return tuple(f for f in self._errors(self.work(chosen)) if f.key not in self._inherited)

    def warnings(self, chosen: Iterable[Cell]) -> tuple[Finding, ...]:
        """All that the checker says of a choice, beyond what history brings along."""
        found = self._findings(self.work(chosen))
        return tuple(f for f in found if f.key not in self._inherited)

    def require_lawful_pins(self) -> None:
        """Raise RuleSaysNo when what is pinned breaks the law by itself."""
        found = self.breaches(self.pinned)
        if self.own_hours:
            bare = Grid(replace(self.problem, pinned=()), self.rules, self.law)
            found += tuple(
                f
                for f in self._errors(self.work(()))
                if f.key not in bare._inherited and f not in found
            )
        if found:
            lines = "; ".join(
                f"{f.person_id} {Day(local(f.start).date())} {local(f.start):%H:%M}: {f.message} "
                f"({f.article})"
                for f in found[:5]
            )
            raise RuleSaysNo(
                msg("What is pinned breaks working-time law: {lines}", lines=lines),
                rule=found[0].article,
            )

    def breaches_of(self, m: int, cells: Iterable[Cell]) -> tuple[Finding, ...]:
        """`breaches`, when a member works these cells and nothing else is new."""
        work = [*self.history[m], *(self.stretch((c.day, c.offer)) for c in cells)]
        found = self._errors({self.members[m].id: work})
        return tuple(f for f in found if f.key not in self._inherited)

    def broken_row(self, m: int, cells: Iterable[Cell]) -> Msg | None:
        """Why a member may not work these cells by a bound of house or law, if so."""
        chosen = frozenset(cells)
        return next(
            (r.why for r in self.rows if r.cells[0][0].member == m and r.broken(chosen)), None
        )

    def cells_of(self, duties: Iterable[Duty]) -> frozenset[Cell]:
        """The cells that duties stand for; hours of their own stand for none."""
        found = (self.cell_of(d) for d in standing(duties) if d.person_id in self.position)
        return frozenset(c for c in found if c is not None)

    def cuts(self, chosen: frozenset[Cell], found: Iterable[Finding]) -> set[tuple[Cell, ...]]:
        """For each breach the smallest set of cells that causes it, for everybody it concerns.

        Where the cause doesn't lie in a person's history, the same shifts are forbidden to all.
        """
        made: set[tuple[Cell, ...]] = set()
        for finding in found:
            m = self.position[finding.person_id]
            cause = self._cause(m, sorted(c for c in chosen if c.member == m), finding.rule)
            made.add(tuple(cause))
            alone = {"": [self.stretch((c.day, c.offer)) for c in cause]}
            if any(f.rule == finding.rule for f in self._errors(alone)):
                for other in range(len(self.members)):
                    cells = tuple(c._replace(member=other) for c in cause)
                    if all(c in self.allowed for c in cells):
                        made.add(cells)
        return made

    def _cause(self, m: int, cells: list[Cell], rule: str) -> list[Cell]:
        for cell in list(cells):
            fewer = [c for c in cells if c != cell]
            if any(f.rule == rule for f in self.breaches_of(m, fewer)):
                cells = fewer
        return cells

    def repaired(self, chosen: frozenset[Cell]) -> frozenset[Cell]:
        """A choice without the shifts that break the law: rather a gap than a breach."""
        cells = set(chosen)
        while found := self.breaches(cells):
            for finding in found:
                m = self.position[finding.person_id]
                own = [c for c in cells if c.member == m and c not in self.pinned]
                within = [
                    c
                    for c in own
                    if finding.start < self.spans[c.day, c.offer].end
                    and self.spans[c.day, c.offer].start < finding.end
                ]
                cells.discard(max(within or own))
        return frozenset(cells)

    def granted(self, wish: Wish, chosen: Iterable[Cell]) -> bool:
        """Whether a choice gives what was wished."""
        day, m = self.nth_day.get(wish.day), self.position[wish.person_id]
        given = {self.offers[c.offer].shift.id for c in chosen if c[:2] == (m, day)}
        met = wish.shift in given if wish.shift else not given
        return met is wish.wanted


def _around(work: Iterable[Stretch], span: Span, reach: timedelta) -> list[Stretch]:
    return [w for w in work if w.start - reach < span.end and span.start - reach < w.end]


def _joined(parts: Iterable[Block]) -> list[Block]:
    """Neighbouring parts of one need as one where the same shifts count."""
    joined: list[Block] = []
    for part in parts:
        last = joined[-1] if joined else None
        if last is not None and last._replace(span=part.span) == part:
            joined[-1] = last._replace(span=Span(start=last.span.start, end=part.span.end))
        else:
            joined.append(part)
    return joined


def is_night(work: Stretch, norm: NightShiftNorm) -> bool:
    """Whether the law calls a stretch a night shift."""
    minutes = 0
    day = local(work.start).date()
    while (opens := at(day, norm.night_from)) < work.end:
        closes = at(day, norm.night_until)
        inside = min(work.end, closes) - max(work.start, opens)
        minutes += max(0, inside // timedelta(minutes=1))
        day += timedelta(days=1)
    return minutes > norm.over_minutes
