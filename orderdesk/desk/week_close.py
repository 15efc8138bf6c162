"""Closing a week: every sum proven first, then the next one opened with what is still owed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orderdesk.desk import booking, weeks, words
from orderdesk.desk.core import Desk
from orderdesk.domain import ledger
from orderdesk.domain.ledger import Book, Debt, Posting, Statement
from orderdesk.domain.people import Role
from orderdesk.domain.time import Week
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import _, msg

if TYPE_CHECKING:
    from orderdesk.store.work import Reader


@dataclass(frozen=True)
class Sum:
    """One equation of the week, in minutes: a whole and its parts."""

    text: str
    whole: int
    parts: tuple[int, ...]

    @property
    def holds(self) -> bool:
        """Whether the parts make the whole."""
        return self.whole == sum(self.parts)


@dataclass(frozen=True)
class Proof:
    """What a week comes to, and whether it may close."""

    week: Week
    statement: Statement
    sums: Sequence[Sum]
    unauthorised: int
    open_: Sequence[str]
    """What still stands: it must be worked, released or given back first."""
    pay_back: int
    """Minutes proposed to be paid back in the week after."""
    after: Week

    @property
    def sound(self) -> bool:
        """Whether everything sums and nothing is open."""
        return all(s.holds for s in self.sums) and not self.unauthorised and not self.open_

    def as_json(self) -> dict[str, Any]:
        """For `--json`; hours."""
        return {
            "week": str(self.week),
            "sound": self.sound,
            "sums": [{"text": s.text, "holds": s.holds} for s in self.sums],
            "unauthorised_theme_minutes": self.unauthorised,
            "open": list(self.open_),
            "owed": self.statement.balance.owed / 60,
            "pay_back_proposed": self.pay_back / 60,
            "in_week": str(self.after),
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        for one in self.sums:
            yield f"{'✓' if one.holds else '✗'} {one.text}"
        yield _("{mark} theme hours without name and reason: {n}").format(
            mark="✗" if self.unauthorised else "✓", n=words.hours(self.unauthorised)
        )
        for what in self.open_:
            yield f"✗ {what}"
        for debt in self.statement.debts:
            yield _("owed: {n} h to {theme}, due {day}").format(
                n=words.hours(debt.minutes), theme=words.theme(debt.terms.theme),
                day=words.day(debt.terms.due),
            )  # fmt: skip
        if self.pay_back:
            yield _("proposed: pay back {n} h in {week}").format(
                n=words.hours(self.pay_back), week=self.after
            )


def proof(desk: Desk, week: Week) -> Proof:
    """What a week comes to. Raises RuleSaysNo for a week without a ledger."""
    with desk.read() as reader:
        return _proof(reader, week)


def _proof(reader: Reader, week: Week) -> Proof:
    postings = reader.postings(Posting)
    if not any(p.week == week for p in postings):
        raise RuleSaysNo(msg("Week {week} isn't open yet.", week=week), "20")
    stated = ledger.statement(postings, week)
    b, h = stated.balance, words.hours
    before = _carried_in(postings, week)
    reserve, rostered, themes = _rostered(postings, week)
    plan = weeks.propose_in(reader, week.shift(1), week)
    after = ledger.balance(postings, week.shift(1))
    sums = (
        Sum(
            _("reserve {all} = used {used} + back {back} + committed {c} + free {free}").format(
                all=h(reserve), used=h(b.used), back=h(b.given_back), c=h(b.committed),
                free=h(b.free),
            ),
            reserve, (b.used, b.given_back, b.committed, b.free),
        ),
        Sum(
            _("deployed {all} = reserve {used} + borrowed {lent} + external {ext}").format(
                all=h(stated.deployed), used=h(b.used), lent=h(stated.borrowed),
                ext=h(stated.external),
            ),
            stated.deployed, (b.used, stated.borrowed, stated.external),
        ),
        Sum(
            _("owed {all} = carried in {before} + borrowed {lent} - paid back {back}").format(
                all=h(b.owed), before=h(before), lent=h(stated.borrowed), back=h(stated.paid_back)
            ),
            b.owed, (before, stated.borrowed, -stated.paid_back),
        ),
        Sum(
            _("given back {all} = debt paid {paid} + gained {gained}").format(
                all=h(b.given_back), paid=h(stated.paid_back), gained=h(stated.gained)
            ),
            b.given_back, (stated.paid_back, stated.gained),
        ),
        Sum(
            _("rostered {all} = reserve {reserve} + themes {themes}").format(
                all=h(rostered), reserve=h(b.reserve), themes=h(themes)
            ),
            rostered, (b.reserve, themes),
        ),
    )  # fmt: skip
    free = after.free if after.reserve else plan.reserve
    return Proof(
        week=week,
        statement=stated,
        sums=sums,
        unauthorised=ledger.unauthorised_theme_minutes(p for p in postings if p.week == week),
        open_=tuple(_open(stated)),
        pay_back=min(b.owed, free),
        after=week.shift(1),
    )


def _carried_in(postings: Sequence[Posting], week: Week) -> int:
    """What was owed when the week began, as its own postings say."""
    return sum(
        leg.minutes
        for posting in postings
        if posting.week == week and posting.deed is ledger.Deed.CARRY_IN
        for leg in posting.legs
        if leg.account.book is Book.OWED
    )


def _rostered(postings: Sequence[Posting], week: Week) -> tuple[int, int, int]:
    """Minutes that came into the reserve, and into reserve and themes together, by the
    counter-accounts; and what the accounts of the themes hold now."""
    sums = ledger.totals(postings, week)

    def of(*books: Book) -> int:
        return sum(m for account, m in sums.items() if account.book in books)

    held = of(Book.AVAILABLE, Book.TO_BORROW, Book.LENT, Book.WORKED)
    return -of(Book.RESERVE), -of(Book.RESERVE, Book.THEME), held


def _open(stated: Statement) -> Iterator[str]:
    b = stated.balance
    standing = (
        (_("free"), b.free), (_("committed"), b.committed), (_("still to borrow"), b.to_borrow),
        (_("asked outside"), sum(c.external_asked for c in stated.cases)),
        (_("confirmed outside"), sum(c.external_confirmed for c in stated.cases)),
    )  # fmt: skip
    for name, minutes in standing:
        if minutes:
            yield _("still {name}: {n} h").format(name=name, n=words.hours(minutes))


@dataclass(frozen=True)
class Closed:
    """A week that was closed, and what was planned in the next."""

    statement: Statement
    after: Week
    planned: int
    debts: Sequence[Debt]

    def as_json(self) -> dict[str, Any]:
        """For `--json`; hours."""
        return {
            "week": str(self.statement.week),
            "closed": True,
            "pay_back_planned": self.planned / 60,
            "in_week": str(self.after),
        }

    def line(self) -> str:
        """For a person."""
        return _("{week} is closed; {n} h planned to be paid back in {after}").format(
            week=self.statement.week, n=words.hours(self.planned), after=self.after
        )


def close(desk: Desk, week: Week, *, pay_back: bool = True) -> Closed:
    """Close a week, open the next with its debts and plan the pay-back there: all or nothing.

    Raises RuleSaysNo while the week runs, a sum doesn't hold or something is still open.
    """
    with desk.work(Role.PLANNER) as work:
        found = _proof(work, week)
        if not all(one.holds for one in found.sums):
            wrong = next(one.text for one in found.sums if not one.holds)
            raise RuleSaysNo(msg("this doesn't sum: {text}", text=wrong), "20")
        stated = booking.close_week_in(desk, work, week)
        weeks.open_in(desk, work, found.after)
        planned = 0
        for theme in dict.fromkeys(debt.terms.theme for debt in stated.debts):
            free = ledger.balance(work.postings(Posting), found.after).free
            due = ledger.unplanned_debt(work.postings(Posting), found.after, theme)
            part = min(free, due) if pay_back else 0
            if part:
                why = _("owed from {week}").format(week=week)
                booking.plan_pay_back_in(
                    desk,
                    work,
                    theme,
                    part,
                    found.after,
                    reason=why,
                )
                planned += part
        debts = ledger.debts(work.postings(Posting), found.after)
        return Closed(stated, found.after, planned, debts)
