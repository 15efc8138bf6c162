"""Random histories of the ledger: whatever happens, the sums hold."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from orderdesk.domain import ledger
from orderdesk.domain.ledger import (
    Account,
    Book,
    Deed,
    PayBackRule,
    Pen,
    Posting,
    Totals,
    WeekState,
)
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.time import Week, at
from orderdesk.errors import RuleSaysNo

WEEK = Week(year=2026, number=24)
LEAD = Actor(name="Lead Example", role=Role.LEAD)
PLANNER = Actor(name="Planner Example", role=Role.PLANNER)
RULE = PayBackRule(within_days=14, on_weekday=7)
THEMES = ("nuisance", "undermining")
RESERVE = 3_840

minutes = st.integers(1, 700)
cases = st.sampled_from(["a", "b", "c"])
themes = st.sampled_from(THEMES)
people = st.sampled_from(["", "B01", "B02"])


class LedgerMachine(RuleBasedStateMachine):
    """Does anything in any order; what the ledger refuses must leave it as it was."""

    def __init__(self) -> None:
        super().__init__()
        self.postings: list[Posting] = []
        self.week = WEEK
        self.moment = at(WEEK.monday, "07:00")
        self.snapshots: list[tuple[object, Totals]] = []
        self._ids = itertools.count(1)
        self.reserve = 0

    def pen(self) -> Pen:
        return Pen(
            week=self.week,
            known_at=self.moment,
            entered_at=self.moment,
            by=PLANNER,
            new_id=lambda: f"p{next(self._ids):05d}",
        )

    def do(self, deed: Callable[..., list[Posting]], *args: object, **more: object) -> bool:
        """Do it a minute later; True when the ledger agreed."""
        self.snapshots.append((self.moment, ledger.totals(self.postings, self.week)))
        self.moment += timedelta(minutes=1)
        before = tuple(self.postings)
        try:
            new = deed(self.postings, self.pen(), *args, **more)
        except RuleSaysNo:
            new = []
        assert tuple(self.postings) == before
        self.postings += new
        return bool(new)

    @initialize()
    def open(self) -> None:
        self.reserve = RESERVE
        budgets = {"nuisance": 5_000, "undermining": 900}
        assert self.do(ledger.open_week, RESERVE, budgets)

    @rule(case=cases, m=minutes, person=people)
    def commit(self, case: str, m: int, person: str) -> None:
        free = ledger.balance(self.postings, self.week).free
        assert self.do(ledger.commit, case, m, person_id=person) == (m <= free)

    @rule(case=cases, m=minutes, theme=themes, person=people, signed=st.booleans())
    def borrow(self, case: str, m: int, theme: str, person: str, signed: bool) -> None:
        done = self.do(
            ledger.authorise_borrow,
            theme,
            case,
            m,
            authorised_by=LEAD if signed else PLANNER,
            reason="needed",
            person_id=person,
        )
        assert signed or not done

    @rule(case=cases, m=minutes, confirmed=st.booleans())
    def ask(self, case: str, m: int, confirmed: bool) -> None:
        assert self.do(ledger.ask_external, "pool", case, m)
        if confirmed:
            assert self.do(ledger.confirm_external, "pool", case, m)

    @rule(case=cases, m=st.none() | minutes, person=st.none() | people)
    def work(self, case: str, m: int | None, person: str | None) -> None:
        self.do(ledger.work, case, RULE, minutes=m, person_id=person)

    @rule(case=st.sampled_from(["a", "b", "c", ""]), m=st.none() | minutes)
    def release(self, case: str, m: int | None) -> None:
        self.do(ledger.release, case, "not needed", minutes=m)

    @rule(theme=themes, m=minutes)
    def plan_pay_back(self, theme: str, m: int) -> None:
        self.do(ledger.plan_pay_back, theme, m)

    @rule(theme=themes, m=minutes)
    def give_back(self, theme: str, m: int) -> None:
        line = {t.theme: t for t in ledger.statement(self.postings, self.week).themes}[theme]
        state = ledger.totals(self.postings, self.week)
        planned = state.get(Account(book=Book.COMMITTED, theme=theme), 0)
        free = state.get(Account(book=Book.FREE), 0)
        oldest = [d for d in ledger.debts(self.postings, self.week) if d.terms.theme == theme]
        done = self.do(ledger.give_back, theme, m)
        assert done == (m <= free + planned)
        if not done:
            return
        after = {t.theme: t for t in ledger.statement(self.postings, self.week).themes}[theme]
        assert after.owed == max(0, line.owed - m)
        assert after.gained - line.gained == max(0, m - line.owed)
        left = {d.terms.id for d in ledger.debts(self.postings, self.week)}
        for debt in oldest:
            assert (debt.terms.id in left) == (m < debt.minutes)
            m = max(0, m - debt.minutes)

    @rule(m=st.integers(-700, 700))
    def resize(self, m: int) -> None:
        if self.do(ledger.resize_reserve, m, "roster changed"):
            self.reserve += m

    @rule(data=st.data())
    def reverse_and_restore(self, data: st.DataObject) -> None:
        """A reversal undoes exactly; the reversal of the reversal restores."""
        if not self.postings:
            return
        posting = data.draw(st.sampled_from(self.postings))
        before = ledger.totals(self.postings, self.week)
        if not self.do(ledger.reverse, [posting.id], "mistake", LEAD):
            return
        undone = self.postings[-1]
        delta = {leg.account: -leg.minutes for leg in posting.legs}
        after = ledger.totals(self.postings, self.week)
        assert after == _plus(before, delta)
        if not self.do(ledger.reverse, [undone.id], "no mistake after all", LEAD):
            raise AssertionError("what was just undone can always be restored")
        assert ledger.totals(self.postings, self.week) == before

    @rule()
    def close_and_open_the_next(self) -> None:
        """Settle what is open, close, and carry the debts into a new week."""
        self.moment = max(self.moment, self.week.span.end)
        for case in ("a", "b", "c", ""):
            self.do(ledger.release, case, "end of the week")
        free = ledger.balance(self.postings, self.week).free
        if free:
            assert self.do(ledger.give_back, "nuisance", free)
        owed = ledger.balance(self.postings, self.week).owed
        assert self.do(ledger.close_week)
        week = ledger.statement(self.postings, self.week)
        assert week.state is WeekState.CLOSED
        assert week.balance.owed == owed
        assert week.balance.used + week.balance.given_back == self.reserve
        carried = week.debts
        self.snapshots.clear()
        self.week = self.week.shift(1)
        self.reserve = RESERVE
        assert self.do(ledger.open_week, RESERVE, {"nuisance": 5_000, "undermining": 900}, carried)
        assert ledger.balance(self.postings, self.week).owed == owed

    @invariant()
    def the_reserve_is_whole(self) -> None:
        state = ledger.balance(self.postings, self.week)
        assert state.used + state.given_back + state.committed + state.free == self.reserve
        assert min(
            state.used, state.given_back, state.committed, state.free, state.owed, state.to_borrow
        ) >= 0  # fmt: skip

    @invariant()
    def every_fence_sums_to_zero_and_no_account_is_negative(self) -> None:
        sums = ledger.totals(self.postings, self.week)
        assert all(m > 0 or account.is_counter for account, m in sums.items())
        fences: dict[object, int] = {}
        for account, m in sums.items():
            fences[account.fence] = fences.get(account.fence, 0) + m
        assert not any(fences.values())

    @invariant()
    def what_was_deployed_came_from_somewhere(self) -> None:
        week = ledger.statement(self.postings, self.week)
        assert week.deployed == week.balance.used + week.borrowed + week.external
        assert week.paid_back + week.gained == week.balance.given_back
        assert sum(d.minutes for d in week.debts) == week.balance.owed

    @invariant()
    def no_theme_minute_moved_unsigned(self) -> None:
        assert ledger.unauthorised_theme_minutes(self.postings) == 0
        lent = [
            p
            for p in self.postings
            if any(x.account.book is Book.LENT and x.minutes > 0 for x in p.legs)
        ]
        assert all(
            p.authorised_by and p.reason and p.deed in (Deed.WORK, Deed.REVERSE) for p in lent
        )

    @invariant()
    def the_past_stays_as_it_was_known(self) -> None:
        for moment, then in self.snapshots[-3:]:
            assert ledger.totals(self.postings, self.week, moment) == then  # type: ignore[arg-type]


def _plus(sums: Totals, delta: Totals) -> Totals:
    keys = sums.keys() | delta.keys()
    both = {key: sums.get(key, 0) + delta.get(key, 0) for key in keys}
    return {key: m for key, m in both.items() if m}


LedgerMachine.TestCase.settings = settings(stateful_step_count=30)
TestLedger = LedgerMachine.TestCase
