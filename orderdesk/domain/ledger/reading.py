"""What the ledger says: sums per account, the balance of a week, its statement, what is owed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orderdesk.domain.ledger.postings import Account, Book, Debt, Deed, Posting
from orderdesk.domain.time import Week, utc

Totals = dict[Account, int]


def totals(postings: Iterable[Posting], week: Week, at: datetime | None = None) -> Totals:
    """Minutes per account of a week, as entered by `at` (now, if None)."""
    until = utc(at) if at is not None else None
    sums: defaultdict[Account, int] = defaultdict(int)
    for posting in postings:
        if posting.week == week and (until is None or posting.entered_at <= until):
            add(sums, posting)
    return {account: minutes for account, minutes in sums.items() if minutes}


def add(sums: MutableMapping[Account, int], posting: Posting) -> None:
    """Add what a posting moves to `sums`."""
    for leg in posting.legs:
        sums[leg.account] += leg.minutes


def total(sums: Totals, *books: Book, theme: str | None = None, case_id: str | None = None) -> int:
    """Minutes in these books, of one theme or case where given."""
    return sum(
        minutes
        for account, minutes in sums.items()
        if account.book in books
        and (theme is None or account.theme == theme)
        and (case_id is None or account.case_id == case_id)
    )


def standing_in(
    postings: Iterable[Posting], week: Week, case_id: str, person_id: str | None, *books: Book
) -> list[tuple[Account, int]]:
    """What stands for a case (of one person, where given) in these books, in their order."""
    found = [
        (account, minutes)
        for account, minutes in totals(postings, week).items()
        if account.book in books
        and account.case_id == case_id
        and (person_id is None or account.person_id == person_id)
    ]
    return sorted(
        found, key=lambda x: (books.index(x[0].book), x[0].theme, x[0].pool, x[0].person_id)
    )


def balance(postings: Iterable[Posting], week: Week, at: datetime | None = None) -> Balance:
    """The state of a week's reserve, as entered by `at` (now, if None)."""
    return _balance(totals(postings, week, at))


def _balance(sums: Totals) -> Balance:
    return Balance(
        used=total(sums, Book.USED),
        given_back=total(sums, Book.PAID_BACK, Book.GAINED),
        committed=total(sums, Book.COMMITTED),
        free=total(sums, Book.FREE),
        owed=total(sums, Book.OWED, Book.CARRIED_ON),
        to_borrow=total(sums, Book.TO_BORROW),
    )


def standing_postings(postings: Sequence[Posting], deed: Deed) -> list[Posting]:
    """The postings by which a deed stands: those that made it, or made it again after it was taken
    back, and weren't reversed themselves. Reversing these lets go of it."""
    by_id = {p.id: p for p in postings}
    reversed_ids = {p.reverses for p in postings}

    def makes(posting: Posting) -> bool:
        forward = True
        while posting.reverses:
            posting, forward = by_id[posting.reverses], not forward
        return forward and posting.deed is deed

    return [p for p in postings if p.id not in reversed_ids and makes(p)]


class WeekState(StrEnum):
    """Whether a week takes postings."""

    UNOPENED = "unopened"
    OPEN = "open"
    CLOSED = "closed"


def week_state(postings: Iterable[Posting], week: Week, at: datetime | None = None) -> WeekState:
    """Whether the week takes postings, as entered by `at` (now, if None)."""
    until = utc(at) if at is not None else None
    deeds = {
        p.deed for p in postings if p.week == week and (until is None or p.entered_at <= until)
    }
    if Deed.CLOSE in deeds:
        return WeekState.CLOSED
    return WeekState.OPEN if Deed.OPEN in deeds else WeekState.UNOPENED


@dataclass(frozen=True)
class Balance:
    """The state of a week's reserve, in minutes."""

    used: int
    given_back: int
    committed: int
    free: int
    owed: int
    """Theme minutes lent and worked, not yet paid back."""
    to_borrow: int
    """Theme minutes authorised and not yet worked."""

    @property
    def reserve(self) -> int:
        """All of it; the four parts always sum to this."""
        return self.used + self.given_back + self.committed + self.free

    def in_hours(self) -> dict[str, float]:
        """The six figures by name, in hours: how `--json` gives them everywhere."""
        return {
            "used": self.used / 60,
            "given_back": self.given_back / 60,
            "committed": self.committed / 60,
            "free": self.free / 60,
            "owed": self.owed / 60,
            "to_borrow": self.to_borrow / 60,
        }


@dataclass(frozen=True)
class ThemeLine:
    """One theme's week, in minutes."""

    theme: str
    budget: int
    to_borrow: int
    lent: int
    paid_back: int
    """Debt paid by the reserve, also that of earlier weeks."""
    gained: int
    """Given by the reserve beyond what was owed."""
    owed: int


@dataclass(frozen=True)
class CaseLine:
    """What one case takes and took, in minutes."""

    case_id: str
    committed: int
    used: int
    to_borrow: int
    lent: int
    external_asked: int
    external_confirmed: int
    external_worked: int
    deployed: int
    prepared: int


@dataclass(frozen=True)
class Statement:
    """A week of the ledger, as known at a moment."""

    week: Week
    balance: Balance
    themes: tuple[ThemeLine, ...]
    cases: tuple[CaseLine, ...]
    debts: tuple[Debt, ...]
    """Oldest first."""
    state: WeekState

    @property
    def borrowed(self) -> int:
        """Theme minutes lent in this week."""
        return sum(line.lent for line in self.themes)

    @property
    def external(self) -> int:
        """External minutes worked."""
        return sum(line.external_worked for line in self.cases)

    @property
    def deployed(self) -> int:
        """Minutes worked for cases, from all sources."""
        return sum(line.deployed for line in self.cases)

    @property
    def paid_back(self) -> int:
        """Debt paid in this week."""
        return sum(line.paid_back for line in self.themes)

    @property
    def gained(self) -> int:
        """Given to themes beyond what was owed."""
        return sum(line.gained for line in self.themes)


def statement(postings: Sequence[Posting], week: Week, at: datetime | None = None) -> Statement:
    """The week by theme, case and debt, as entered by `at` (now, if None)."""
    sums = totals(postings, week, at)
    themes = sorted({account.theme for account in sums} - {""})
    cases = sorted({account.case_id for account in sums} - {""})
    return Statement(
        week=week,
        balance=_balance(sums),
        themes=tuple(_theme_line(sums, theme) for theme in themes),
        cases=tuple(_case_line(sums, case_id) for case_id in cases),
        debts=debts_in(postings, sums, Book.OWED, Book.CARRIED_ON),
        state=week_state(postings, week, at),
    )


def _theme_line(sums: Totals, theme: str) -> ThemeLine:
    def of(*books: Book) -> int:
        return total(sums, *books, theme=theme)

    return ThemeLine(
        theme=theme,
        budget=-of(Book.THEME),
        to_borrow=of(Book.TO_BORROW),
        lent=of(Book.LENT),
        paid_back=of(Book.PAID_BACK),
        gained=of(Book.GAINED),
        owed=of(Book.OWED, Book.CARRIED_ON),
    )


def _case_line(sums: Totals, case_id: str) -> CaseLine:
    def of(book: Book) -> int:
        return total(sums, book, case_id=case_id)

    return CaseLine(
        case_id=case_id,
        committed=of(Book.COMMITTED),
        used=of(Book.USED),
        to_borrow=of(Book.TO_BORROW),
        lent=of(Book.LENT),
        external_asked=of(Book.ASKED),
        external_confirmed=of(Book.CONFIRMED),
        external_worked=of(Book.EXTERNAL_WORKED),
        deployed=of(Book.DEPLOYED),
        prepared=of(Book.PREPARED),
    )


def debts(postings: Sequence[Posting], week: Week, at: datetime | None = None) -> tuple[Debt, ...]:
    """What is owed to the themes, oldest first: after the close, what the next week takes over."""
    return debts_in(postings, totals(postings, week, at), Book.OWED, Book.CARRIED_ON)


def debts_in(postings: Iterable[Posting], sums: Totals, *books: Book) -> tuple[Debt, ...]:
    """The debts that stand in these books, oldest first."""
    left = {account.debt_id: m for account, m in sums.items() if account.book in books}
    terms = {p.debt.id: p.debt for p in postings if p.debt is not None and p.debt.id in left}
    # Sorting keeps the order of entry among debts of one day.
    return tuple(
        Debt(term, left[id]) for id, term in sorted(terms.items(), key=lambda item: item[1].since)
    )


def unauthorised_theme_minutes(postings: Iterable[Posting]) -> int:
    """Theme minutes that moved without name, role and reason. Always 0; proven, not assumed."""
    return sum(p.theme_minutes_taken for p in postings if not p.is_authorised)


def unplanned_debt(postings: Iterable[Posting], week: Week, theme: str) -> int:
    """What is owed to a theme and not yet planned to be paid back, in minutes."""
    sums = totals(postings, week)
    planned = sums.get(Account(book=Book.COMMITTED, theme=theme), 0)
    return total(sums, Book.OWED, theme=theme) - planned


@dataclass(frozen=True)
class Line:
    """One leg with all that stands around it: a row of the exported ledger."""

    posting: Posting
    account: Account
    minutes: int


def lines(postings: Iterable[Posting]) -> Iterator[Line]:
    """Every leg of every posting, in order."""
    for posting in postings:
        for leg in posting.legs:
            yield Line(posting, leg.account, leg.minutes)


def hours(minutes: int) -> str:
    """Minutes as hours for a message: 360 is "6", 390 is "6:30"."""
    whole, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else ""
    return f"{sign}{whole}:{rest:02d}" if rest else f"{sign}{whole}"
