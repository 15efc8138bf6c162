"""The ledger walk of the test week, and what holds in every state the ledger can reach."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pydantic import ValidationError

from orderdesk import reference
from orderdesk.desk.core import counting_ids
from orderdesk.domain.ledger import (
    Balance,
    Book,
    Ledger,
    Posting,
    ReserveRules,
    Themes,
    authorised_by,
    ways_out,
)
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.time import Week, at
from orderdesk.errors import RuleSaysNo

W24 = Week(year=2026, number=24)
RULES = reference.load("reserve", ReserveRules)
LEAD = Actor(name="Lead Example", role=Role.LEAD)
H = 60
THEMES = {"undermining": 96, "nuisance": 224, "common_crime": 96, "care_safety": 64,
          "social_unrest": 96}  # fmt: skip


class Desk:
    """Books one operation after the other on a growing list of postings."""

    def __init__(self) -> None:
        self.postings: list[Posting] = []
        self.ids = counting_ids("p")

    def book(self, moment: datetime) -> Book:
        return Book(self.postings, RULES, now=moment, new_id=self.ids)

    def keep(self, book: Book) -> Balance:
        self.postings += book.new
        return Ledger(self.postings, RULES).balance(W24)


def line(balance: Balance) -> tuple[float, ...]:
    """The columns of the walk, in hours."""
    assert balance.adds_up
    assert balance.unauthorised_theme_minutes == 0
    return tuple(
        n / H
        for n in (
            balance.used, balance.given_back, balance.committed, balance.free, balance.owed,
            balance.to_borrow,
        )
    )  # fmt: skip


def monday(day: int, clock: str) -> datetime:
    return at(W24.days[day], clock)


def test_the_walk_of_w24_comes_out_line_by_line() -> None:
    desk = Desk()
    book = desk.book(monday(0, "07:30"))
    book.open_week(W24, 64 * H, {t: h * H for t, h in THEMES.items()}, debts={"nuisance": 8 * H})
    book.commit(W24, 10 * H, "D-041")
    book.commit(W24, 12 * H, "D-043")
    assert line(desk.keep(book)) == (0, 0, 22, 42, 8, 0)

    book = desk.book(now := monday(1, "13:46"))
    book.commit(W24, 6 * H, "U-009")
    book.borrow(W24, "nuisance", 6 * H, "U-009", authorised_by(LEAD, now, "150 people at 15:30"))
    assert line(desk.keep(book)) == (0, 0, 28, 36, 8, 6)

    book = desk.book(monday(1, "17:45"))
    book.work(W24, 6 * H, "U-009")
    book.work_borrowed(W24, "nuisance", 6 * H, "U-009")
    assert line(desk.keep(book)) == (6, 0, 22, 36, 14, 0)

    book = desk.book(monday(1, "19:30"))
    book.give_back(W24, "nuisance", 10 * H)
    assert line(desk.keep(book)) == (6, 10, 22, 26, 4, 0)

    book = desk.book(monday(2, "16:05"))
    book.release(W24, 10 * H, "D-041", "called off")
    book.plan_pay_back(W24, "nuisance", 4 * H)
    assert line(desk.keep(book)) == (6, 10, 16, 32, 4, 0)

    book = desk.book(now := monday(3, "12:20"))
    book.commit(W24, 10 * H, "D-044")
    book.borrow(W24, "nuisance", 10 * H, "D-044", authorised_by(LEAD, now, "counter-demonstration"))
    book.ask_external(W24, 10 * H, "D-044")
    book.confirm_external(W24, 10 * H, "D-044")
    assert line(desk.keep(book)) == (6, 10, 26, 22, 4, 10)

    book = desk.book(monday(3, "19:30"))
    book.give_back(W24, "nuisance", 16 * H)
    assert line(desk.keep(book)) == (6, 26, 22, 10, 0, 10)

    book = desk.book(now := monday(4, "13:20"))
    book.borrow(W24, "nuisance", 8 * H, "D-042", authorised_by(LEAD, now, "late notification"))
    book.ask_external(W24, 8 * H, "D-042")
    book.confirm_external(W24, 8 * H, "D-042")
    assert line(desk.keep(book)) == (6, 26, 22, 10, 0, 18)

    book = desk.book(monday(5, "23:00"))
    book.work(W24, 12 * H, "D-043")
    book.work(W24, 10 * H, "D-044")
    book.work_borrowed(W24, "nuisance", 10 * H, "D-044")
    book.work_external(W24, 10 * H, "D-044")
    book.give_back(W24, "nuisance", 10 * H)
    assert line(desk.keep(book)) == (28, 36, 0, 0, 0, 8)

    book = desk.book(monday(6, "17:00"))
    book.work_borrowed(W24, "nuisance", 8 * H, "D-042")
    book.work_external(W24, 8 * H, "D-042")
    assert line(closed := desk.keep(book)) == (28, 36, 0, 0, 8, 0)

    desk.book(monday(6, "23:59")).close_week(W24)
    assert closed.borrowed == 24 * H
    assert closed.external_worked == 18 * H
    assert closed.deployed == 70 * H == closed.used + closed.borrowed + closed.external_worked
    assert closed.repaid == 24 * H
    assert closed.gained == 12 * H
    (debt,) = Ledger(desk.postings, RULES).debts()
    assert (debt.theme, debt.week, debt.minutes) == ("nuisance", "2026-W24", 8 * H)
    known = Ledger(desk.postings, RULES).as_known(monday(2, "12:00")).balance(W24)
    assert line(known) == (6, 10, 22, 26, 4, 0)


def test_a_debt_of_w23_is_due_on_sunday_21_june() -> None:
    assert Ledger([], RULES).due(W24.shift(-1)).isoformat() == "2026-06-21"


def test_theme_hours_of_the_programme_are_those_of_the_week() -> None:
    assert {t.id: t.weekly_hours for t in reference.load("themes", Themes).themes} == THEMES


def opened() -> Desk:
    desk = Desk()
    book = desk.book(monday(0, "07:30"))
    book.open_week(W24, 64 * H, {t: h * H for t, h in THEMES.items()})
    desk.keep(book)
    return desk


def test_no_theme_minute_moves_without_a_name_and_a_reason() -> None:
    officer = Actor(name="Officer Example", role=Role.OFFICER)
    with pytest.raises(RuleSaysNo):
        authorised_by(officer, monday(1, "13:46"), "why not")
    with pytest.raises(RuleSaysNo):
        authorised_by(LEAD, monday(1, "13:46"), "  ")
    with pytest.raises(ValidationError, match="name, a time and a reason"):
        Posting(
            id="x", week=str(W24), known_at=monday(1, "13:46"), entered_at=monday(1, "13:46"),
            source=f"{W24}/theme/nuisance/planned", target=f"{W24}/theme/nuisance/lent",
            minutes=60, what="borrow",
        )  # fmt: skip
    with pytest.raises(ValidationError, match="borrowing only"):
        Posting(
            id="x", week=str(W24), known_at=monday(1, "13:46"), entered_at=monday(1, "13:46"),
            source=f"{W24}/theme/nuisance/planned", target=f"{W24}/reserve/free",
            minutes=60, what="commit",
        )  # fmt: skip


def test_a_short_reserve_is_refused_and_the_ladder_offered() -> None:
    desk = opened()
    with pytest.raises(RuleSaysNo, match="65 h asked of free reserve, 64 h there"):
        desk.book(monday(1, "10:00")).commit(W24, 65 * H, "D")
    offered = ways_out(65 * H, 64 * H, RULES)
    assert [way.rule.id for way in offered] == ["refuse", "pool", "theme", "rest_day", "police"]
    assert ways_out(64 * H, 64 * H, RULES) == ()


def test_back_dated_and_closed_weeks_are_refused() -> None:
    desk = opened()
    with pytest.raises(RuleSaysNo, match="before the last one"):
        desk.book(monday(0, "07:29"))
    closed = Book(desk.postings, RULES, now=monday(6, "20:00"), new_id=desk.ids, closed=[str(W24)])
    with pytest.raises(RuleSaysNo, match="is closed"):
        closed.commit(W24, H, "D")


def test_a_week_with_open_ends_can_not_be_closed() -> None:
    desk = opened()
    with pytest.raises(RuleSaysNo, match="free minutes"):
        desk.book(monday(6, "20:00")).close_week(W24)


class LedgerMachine(RuleBasedStateMachine):
    """Random operations: whatever the book accepts, the sums hold."""

    @initialize()
    def start(self) -> None:
        self.desk = opened()
        self.now = monday(0, "08:00")

    def attempt(self, operation: str, *args: object) -> None:
        self.now += timedelta(minutes=1)
        book = self.desk.book(self.now)
        before = list(self.desk.postings)
        try:
            getattr(book, operation)(W24, *args)
        except RuleSaysNo:
            assert before == self.desk.postings
            return
        self.desk.keep(book)

    minutes = st.integers(1, 30 * H)
    cases = st.sampled_from(["a", "b"])
    themes = st.sampled_from(["nuisance", "care_safety"])

    @rule(n=minutes, case=cases, what=st.sampled_from(["commit", "release", "work"]))
    def reserve(self, n: int, case: str, what: str) -> None:
        self.attempt(what, n, case)

    @rule(theme=themes, n=minutes, case=cases)
    def borrow(self, theme: str, n: int, case: str) -> None:
        self.attempt("borrow", theme, n, case, authorised_by(LEAD, self.now, "reason"))

    @rule(
        theme=themes,
        n=minutes,
        case=cases,
        what=st.sampled_from(["return_borrowed", "work_borrowed"]),
    )
    def borrowed(self, theme: str, n: int, case: str, what: str) -> None:
        self.attempt(what, theme, n, case)

    @rule(theme=themes, n=minutes, what=st.sampled_from(["give_back", "plan_pay_back"]))
    def back(self, theme: str, n: int, what: str) -> None:
        self.attempt(what, theme, n)

    @rule(
        n=minutes,
        case=cases,
        what=st.sampled_from(
            ["ask_external", "confirm_external", "refuse_external", "work_external"]
        ),
    )
    def external(self, n: int, case: str, what: str) -> None:
        self.attempt(what, n, case)

    @rule(pick=st.integers(0, 10_000))
    def reverse_one(self, pick: int) -> None:
        posting = self.desk.postings[pick % len(self.desk.postings)]
        if posting.what == "open":
            return
        before = Ledger(self.desk.postings, RULES).accounts()
        self.now += timedelta(minutes=1)
        book = self.desk.book(self.now)
        try:
            book.reverse(posting, "a mistake")
        except RuleSaysNo:
            return
        self.desk.keep(book)
        after = Ledger(self.desk.postings, RULES).accounts()
        assert after[posting.source] == before[posting.source] + posting.minutes
        assert after[posting.target] == before[posting.target] - posting.minutes

    @invariant()
    def sums_hold(self) -> None:
        ledger = Ledger(self.desk.postings, RULES)
        balance = ledger.balance(W24)
        assert balance.adds_up
        assert balance.unauthorised_theme_minutes == 0
        assert sum(ledger.accounts().values()) == 0
        assert balance.owed >= 0
        assert balance.to_borrow >= 0
        assert all(n >= 0 for a, n in ledger.accounts().items() if "/source/" not in a)
        assert all(p.authorised for p in self.desk.postings if p.what == "borrow")


LedgerMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestLedger = LedgerMachine.TestCase
