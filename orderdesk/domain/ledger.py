"""The ledger of the flexible reserve: true double entry in whole minutes.

The desk keeps a reserve so that public-order incidents don't cost the work on the safety themes.
When they do, the ledger shows which theme paid, who signed for it, and that it was paid back.

**Fences.** The minutes of a week stand in fences: the reserve, each theme, each theme's claim, each
external pool, what was deployed, and preparation. Every posting sums to zero *within each fence*:
no single posting can carry a minute from a theme into the reserve unseen. The reserve therefore
always equals free + committed + used + given back.

**Rules**, from which the walk of any week follows:

1. `commit` moves reserve from free to committed (to a case). It never draws more than is free.
2. What the reserve doesn't give is borrowed from a theme: `authorise_borrow` moves the theme's
   minutes from available to *to borrow*, per person, signed by a team lead or decider, with why.
3. `work` turns what stands for a case into work done: committed becomes used, confirmed external
   hours become worked, to borrow becomes lent and, at that moment only, a debt (*owed*) with a due
   date. Each minute is deployed once: deployed = reserve used + themes lent + external worked.
4. Reserve that isn't needed during its shift goes to theme work the same day: `give_back`. It first
   fulfils a planned pay-back, then comes from free. It pays the theme's oldest debt first; what is
   left over is booked as gained for the theme and is no credit.
5. `plan_pay_back` commits free reserve to a theme, at most what is owed and not yet planned.
   Nothing is paid before it is worked.
6. `release` (called off, moved, no-show) lets go of what wasn't worked: theme minutes first, then
   external hours, then the reserve.
7. A mistake is mended by a counter-posting (`reverse`); nothing is changed or deleted. No posting
   enters a closed week or stands earlier than the last one.
8. A week closes when nothing is free, committed, to borrow or asked for; its debts carry on.

Postings hold the moment of knowledge and that of entry. "As known at" means as entered by then.
Every function is pure: it reads postings and returns new ones, already checked against the old.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from orderdesk.domain.events import Text
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.time import Frozen, Moment, Week, local, utc
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import Msg, msg
from orderdesk.reference import LocalText, ReferenceFile, Strict

MAY_AUTHORISE = frozenset({Role.LEAD, Role.DECIDER})
_RULE = "20"


def _week(value: object) -> object:
    return Week.parse(value) if isinstance(value, str) else value


WeekText = Annotated[Week, BeforeValidator(_week), PlainSerializer(str, when_used="json")]
"""A week that is written as "2026-W24"."""


# --- the programme's themes -----------------------------------------------------------------


class Theme(Strict):
    """A safety theme of the programme."""

    id: Annotated[str, Field(pattern="^[a-z_]+$")]
    name: LocalText
    ambition: LocalText
    weight: Annotated[int, Field(ge=0, le=1000)]
    """Share in the theme hours of a week, relative to the other themes."""


class Themes(ReferenceFile):
    """`data/themes.toml`."""

    themes: Annotated[tuple[Theme, ...], Field(min_length=1)]

    def budgets(self, minutes: int) -> dict[str, int]:
        """`minutes` of theme work divided over the themes by weight, to the minute.

        The largest remainders get the minutes that don't divide.
        """
        total = sum(theme.weight for theme in self.themes)
        shares = {t.id: divmod(minutes * t.weight, total) for t in self.themes if t.weight}
        budgets = {id: whole for id, (whole, _) in shares.items()}
        left = minutes - sum(budgets.values())
        for id in sorted(shares, key=lambda i: (-shares[i][1], i))[:left]:
            budgets[id] += 1
        return budgets


class PayBackRule(Strict):
    """When borrowed theme hours must be back."""

    within_days: Annotated[int, Field(ge=1, le=366)]
    on_weekday: Annotated[int, Field(ge=1, le=7)]
    """ISO day of the week on which pay-back falls due (7 = Sunday, the end of a roster week)."""

    def due(self, worked_on: date) -> date:
        """The last such weekday that lies within the term."""
        last = worked_on + timedelta(days=self.within_days)
        return last - timedelta(days=(last.isoweekday() - self.on_weekday) % 7)


# --- accounts and postings ------------------------------------------------------------------


class Book(StrEnum):
    """What an account holds. The first of each fence is its counter-account: negative, the source
    of all minutes in the fence."""

    RESERVE = "reserve"
    FREE = "reserve_free"
    COMMITTED = "reserve_committed"
    USED = "reserve_used"
    PAID_BACK = "reserve_paid_back"
    GAINED = "reserve_gained"
    THEME = "theme"
    AVAILABLE = "theme_available"
    TO_BORROW = "theme_to_borrow"
    LENT = "theme_lent"
    WORKED = "theme_worked"
    CLAIM = "claim"
    OWED = "owed"
    CARRIED_ON = "owed_carried_on"
    POOL = "external"
    ASKED = "external_asked"
    CONFIRMED = "external_confirmed"
    EXTERNAL_WORKED = "external_worked"
    HOURS = "hours"
    DEPLOYED = "deployed"
    DESK = "desk"
    PREPARED = "prepared"


BOOK_NAMES: Mapping[Book, Msg] = {
    Book.RESERVE: msg("Reserve, as rostered"),
    Book.FREE: msg("Reserve free"),
    Book.COMMITTED: msg("Reserve committed"),
    Book.USED: msg("Reserve used"),
    Book.PAID_BACK: msg("Reserve given back, debt paid"),
    Book.GAINED: msg("Reserve given back, gained"),
    Book.THEME: msg("Theme, as rostered"),
    Book.AVAILABLE: msg("Theme hours available"),
    Book.TO_BORROW: msg("Theme hours still to borrow"),
    Book.LENT: msg("Theme hours lent"),
    Book.WORKED: msg("Theme hours worked"),
    Book.CLAIM: msg("Claim of the theme"),
    Book.OWED: msg("Owed to the theme"),
    Book.CARRIED_ON: msg("Owed, carried on to the next week"),
    Book.POOL: msg("External pool"),
    Book.ASKED: msg("External hours asked"),
    Book.CONFIRMED: msg("External hours confirmed"),
    Book.EXTERNAL_WORKED: msg("External hours worked"),
    Book.HOURS: msg("Hours worked"),
    Book.DEPLOYED: msg("Deployed"),
    Book.DESK: msg("Hours of the desk"),
    Book.PREPARED: msg("Preparation"),
}

_FENCES: tuple[tuple[Book, ...], ...] = (
    (Book.RESERVE, Book.FREE, Book.COMMITTED, Book.USED, Book.PAID_BACK, Book.GAINED),
    (Book.THEME, Book.AVAILABLE, Book.TO_BORROW, Book.LENT, Book.WORKED),
    (Book.CLAIM, Book.OWED, Book.CARRIED_ON),
    (Book.POOL, Book.ASKED, Book.CONFIRMED, Book.EXTERNAL_WORKED),
    (Book.HOURS, Book.DEPLOYED),
    (Book.DESK, Book.PREPARED),
)
_FENCE = {book: fence[0] for fence in _FENCES for book in fence}
_PER_THEME = frozenset({Book.THEME, Book.CLAIM})
_OPEN = (Book.COMMITTED, Book.CONFIRMED, Book.ASKED, Book.TO_BORROW)
"""What can still be released, in the order in which it is worked."""


class Account(Frozen):
    """One account of a week: a book, and for whom."""

    book: Book
    theme: str = ""
    pool: str = ""
    case_id: str = ""
    person_id: str = ""
    debt_id: str = ""

    @property
    def fence(self) -> tuple[Book, str]:
        """The part of the ledger that a posting may not leave with a remainder."""
        book = _FENCE[self.book]
        return book, self.theme if book in _PER_THEME else self.pool

    @property
    def is_counter(self) -> bool:
        """Whether it is the (negative) source of its fence."""
        return self.book is _FENCE[self.book]


class Leg(Frozen):
    """Minutes into (+) or out of (-) an account."""

    account: Account
    minutes: int


class Deed(StrEnum):
    """What was done."""

    OPEN = "open"
    CARRY_IN = "carry_in"
    RESIZE = "resize"
    COMMIT = "commit"
    BORROW = "borrow"
    WORK = "work"
    GIVE_BACK = "give_back"
    PLAN_PAY_BACK = "plan_pay_back"
    RELEASE = "release"
    ASK = "ask"
    CONFIRM = "confirm"
    PREPARE = "prepare"
    REVERSE = "reverse"
    CLOSE = "close"


_FINAL = frozenset({Deed.OPEN, Deed.CARRY_IN, Deed.CLOSE})
"""What can't be reversed: the week would lose its ground."""


class DebtTerms(Frozen):
    """What a debt to a theme says about itself."""

    id: str
    theme: str
    since: date
    due: date


@dataclass(frozen=True)
class Debt:
    """What is still owed to a theme."""

    terms: DebtTerms
    minutes: int


class Posting(Frozen):
    """One entry of the ledger: legs that balance, who, when, why. Never changed.

    Raises RuleSaysNo when it doesn't balance within each fence, when theme minutes are taken
    without an authorised name and a reason, or when deployed hours don't equal their sources.
    """

    id: Annotated[str, Field(min_length=1, max_length=100)]
    week: WeekText
    deed: Deed
    known_at: Moment
    entered_at: Moment
    entered_by: Actor
    legs: tuple[Leg, ...]
    case_id: str = ""
    duty_id: str = ""
    person_id: str = ""
    reason: Text = ""
    authorised_by: Actor | None = None
    reverses: str = ""
    debt: DebtTerms | None = None
    """Terms of the debt that this posting makes."""

    @model_validator(mode="after")
    def _holds(self) -> Self:
        self._balances()
        self._deploys_what_was_worked()
        if _takes_theme_minutes(self) and not _is_authorised(self):
            raise RuleSaysNo(
                msg(
                    "Theme hours move only with a name (team lead or decider) and a reason: "
                    "posting {id} lacks them.",
                    id=self.id,
                ),
                _RULE,
            )
        if self.entered_at < self.known_at:
            raise RuleSaysNo(
                msg("Posting {id} was entered before it was known.", id=self.id), _RULE
            )
        return self

    def _balances(self) -> None:
        if not self.legs and self.deed not in (Deed.OPEN, Deed.CLOSE):
            raise RuleSaysNo(msg("Posting {id} moves nothing.", id=self.id), _RULE)
        fences: defaultdict[tuple[Book, str], int] = defaultdict(int)
        seen: set[Account] = set()
        for leg in self.legs:
            if leg.minutes == 0 or leg.account in seen:
                raise RuleSaysNo(
                    msg("Posting {id} has an empty or a doubled line.", id=self.id), _RULE
                )
            seen.add(leg.account)
            fences[leg.account.fence] += leg.minutes
        for (book, owner), rest in fences.items():
            if rest:
                raise RuleSaysNo(
                    msg(
                        "Posting {id} doesn't balance: {rest} minutes over in {fence} {owner}.",
                        id=self.id,
                        rest=rest,
                        fence=BOOK_NAMES[book],
                        owner=owner,
                    ),
                    _RULE,
                )

    def _deploys_what_was_worked(self) -> None:
        deployed = _sum(self.legs, Book.DEPLOYED)
        sources = _sum(self.legs, Book.USED, Book.LENT, Book.EXTERNAL_WORKED)
        if deployed != sources:
            raise RuleSaysNo(
                msg(
                    "Posting {id}: {deployed} minutes deployed, {sources} from their sources.",
                    id=self.id,
                    deployed=deployed,
                    sources=sources,
                ),
                _RULE,
            )


def _sum(legs: Iterable[Leg], *books: Book) -> int:
    return sum(leg.minutes for leg in legs if leg.account.book in books)


def _is_authorised(posting: Posting) -> bool:
    by = posting.authorised_by
    return (
        by is not None
        and bool(by.name.strip())
        and by.role in MAY_AUTHORISE
        and bool(posting.reason.strip())
    )


def _takes_theme_minutes(posting: Posting) -> bool:
    return _theme_minutes_taken(posting) > 0


def _theme_minutes_taken(posting: Posting) -> int:
    """Minutes that go to other work, and minutes that leave a theme otherwise than by being worked
    for it."""
    to_others = sum(
        leg.minutes
        for leg in posting.legs
        if leg.account.book in (Book.TO_BORROW, Book.LENT) and leg.minutes > 0
    )
    return to_others or max(0, _sum(posting.legs, Book.THEME))


# --- what the ledger says -------------------------------------------------------------------


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


Totals = dict[Account, int]


def totals(postings: Iterable[Posting], week: Week, at: datetime | None = None) -> Totals:
    """Minutes per account of a week, as entered by `at` (now, if None)."""
    until = utc(at) if at is not None else None
    sums: defaultdict[Account, int] = defaultdict(int)
    for posting in postings:
        if posting.week == week and (until is None or posting.entered_at <= until):
            _add(sums, posting)
    return {account: minutes for account, minutes in sums.items() if minutes}


def _add(sums: defaultdict[Account, int], posting: Posting) -> None:
    for leg in posting.legs:
        sums[leg.account] += leg.minutes


def _total(sums: Totals, *books: Book, theme: str | None = None, case_id: str | None = None) -> int:
    return sum(
        minutes
        for account, minutes in sums.items()
        if account.book in books
        and (theme is None or account.theme == theme)
        and (case_id is None or account.case_id == case_id)
    )


def balance(postings: Iterable[Posting], week: Week, at: datetime | None = None) -> Balance:
    """The state of a week's reserve, as entered by `at` (now, if None)."""
    return _balance(totals(postings, week, at))


def _balance(sums: Totals) -> Balance:
    return Balance(
        used=_total(sums, Book.USED),
        given_back=_total(sums, Book.PAID_BACK, Book.GAINED),
        committed=_total(sums, Book.COMMITTED),
        free=_total(sums, Book.FREE),
        owed=_total(sums, Book.OWED, Book.CARRIED_ON),
        to_borrow=_total(sums, Book.TO_BORROW),
    )


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
        debts=_debts(postings, sums, Book.OWED, Book.CARRIED_ON),
        state=week_state(postings, week, at),
    )


def _theme_line(sums: Totals, theme: str) -> ThemeLine:
    def of(*books: Book) -> int:
        return _total(sums, *books, theme=theme)

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
        return _total(sums, book, case_id=case_id)

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
    return _debts(postings, totals(postings, week, at), Book.OWED, Book.CARRIED_ON)


def _debts(postings: Iterable[Posting], sums: Totals, *books: Book) -> tuple[Debt, ...]:
    left = {account.debt_id: m for account, m in sums.items() if account.book in books}
    terms = {p.debt.id: p.debt for p in postings if p.debt is not None and p.debt.id in left}
    # Sorting keeps the order of entry among debts of one day.
    return tuple(
        Debt(term, left[id]) for id, term in sorted(terms.items(), key=lambda item: item[1].since)
    )


def unauthorised_theme_minutes(postings: Iterable[Posting]) -> int:
    """Theme minutes that moved without name, role and reason. Always 0; proven, not assumed."""
    return sum(_theme_minutes_taken(p) for p in postings if not _is_authorised(p))


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


# --- writing --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pen:
    """Who writes into which week, when, and where new ids come from."""

    week: Week
    known_at: datetime
    entered_at: datetime
    by: Actor
    new_id: Callable[[], str]

    def posting(self, deed: Deed, legs: Mapping[Account, int], **about: object) -> Posting:
        """A posting of these legs; lines of 0 minutes are left out."""
        return Posting.model_validate(
            {
                "id": self.new_id(),
                "week": self.week,
                "deed": deed,
                "known_at": self.known_at,
                "entered_at": self.entered_at,
                "entered_by": self.by,
                "legs": [Leg(account=a, minutes=m) for a, m in legs.items() if m],
                **about,
            }
        )


def check(postings: Sequence[Posting], new: Sequence[Posting]) -> list[Posting]:
    """`new`, if it may follow `postings`.

    Raises RuleSaysNo: the id exists, the week isn't open, the entry is back-dated, an account would
    go below zero, or a reversal doesn't mirror its original.
    """
    known = {p.id: p for p in postings}
    reversed_ids = {p.reverses for p in postings if p.reverses}
    last = max((p.entered_at for p in postings), default=None)
    sums: dict[Week, defaultdict[Account, int]] = {}
    states: dict[Week, WeekState] = {}
    for posting in new:
        week = posting.week
        if week not in sums:
            sums[week] = defaultdict(int, totals(postings, week))
            states[week] = week_state(postings, week)
        if posting.id in known:
            raise RuleSaysNo(msg("Posting {id} stands in the ledger already.", id=posting.id))
        if last is not None and posting.entered_at < last:
            raise RuleSaysNo(
                msg(
                    "Back-dated: posting {id} is entered before the last one of {last}.",
                    id=posting.id,
                    last=f"{local(last):%d-%m-%Y %H:%M}",
                ),
                _RULE,
            )
        _check_week(posting, states[week])
        _check_reversal(posting, known, reversed_ids)
        _add(sums[week], posting)
        _check_not_negative(posting, sums[week])
        known[posting.id] = posting
        reversed_ids.add(posting.reverses)
        last = posting.entered_at
        states[week] = WeekState.CLOSED if posting.deed is Deed.CLOSE else WeekState.OPEN
    return list(new)


def _check_week(posting: Posting, state: WeekState) -> None:
    if state is WeekState.CLOSED:
        raise RuleSaysNo(
            msg("Back-dated: week {week} is closed. Book it in the open week.", week=posting.week),
            _RULE,
        )
    if state is WeekState.OPEN and posting.deed is Deed.OPEN:
        raise RuleSaysNo(msg("Week {week} is open already.", week=posting.week), _RULE)
    if state is WeekState.UNOPENED and posting.deed is not Deed.OPEN:
        raise RuleSaysNo(msg("Week {week} isn't open yet.", week=posting.week), _RULE)


def _check_reversal(posting: Posting, known: Mapping[str, Posting], reversed_ids: set[str]) -> None:
    if not posting.reverses:
        return
    original = known.get(posting.reverses)
    if original is None:
        raise RuleSaysNo(msg("There is no posting {id} to reverse.", id=posting.reverses), _RULE)
    _check_reversible(original)
    if posting.reverses in reversed_ids:
        raise RuleSaysNo(msg("Posting {id} was reversed already.", id=posting.reverses), _RULE)
    if posting.week != original.week:
        raise RuleSaysNo(
            msg("Posting {id} belongs to week {week}.", id=original.id, week=original.week), _RULE
        )
    mirrored = {leg.account: -leg.minutes for leg in original.legs}
    if mirrored != {x.account: x.minutes for x in posting.legs}:
        raise RuleSaysNo(
            msg("Posting {id} doesn't mirror {original}.", id=posting.id, original=original.id),
            _RULE,
        )


def _check_reversible(original: Posting) -> None:
    if original.deed in _FINAL:
        raise RuleSaysNo(msg("Opening and closing a week can't be reversed."), _RULE)


def _check_not_negative(posting: Posting, sums: Mapping[Account, int]) -> None:
    for leg in posting.legs:
        if sums[leg.account] < 0 and not leg.account.is_counter:
            raise RuleSaysNo(
                msg(
                    "{account}: {wanted} h wanted, {have} h there.",
                    account=BOOK_NAMES[leg.account.book],
                    wanted=hours(-leg.minutes),
                    have=hours(sums[leg.account] - leg.minutes),
                ),
                _RULE,
            )


def hours(minutes: int) -> str:
    """Minutes as hours for a message: 360 is "6", 390 is "6:30"."""
    whole, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else ""
    return f"{sign}{whole}:{rest:02d}" if rest else f"{sign}{whole}"


def _named(case_id: str) -> None:
    if not case_id:
        raise RuleSaysNo(msg("Hours are set apart for a case: its id is missing."), _RULE)


def _positive(minutes: int) -> None:
    if minutes <= 0:
        raise RuleSaysNo(msg("Hours must be more than 0; {h} were given.", h=hours(minutes)), _RULE)


def open_week(
    postings: Sequence[Posting],
    pen: Pen,
    reserve: int,
    themes: Mapping[str, int],
    carried: Sequence[Debt] = (),
) -> list[Posting]:
    """Open a week with its reserve, its theme budgets (minutes) and the debts carried over."""
    legs = {Account(book=Book.RESERVE): -reserve, Account(book=Book.FREE): reserve}
    for theme, minutes in themes.items():
        legs[Account(book=Book.THEME, theme=theme)] = -minutes
        legs[Account(book=Book.AVAILABLE, theme=theme)] = minutes
    return check(postings, [pen.posting(Deed.OPEN, legs), *_carried_in(pen, carried)])


def carry_in(postings: Sequence[Posting], pen: Pen, carried: Sequence[Debt]) -> list[Posting]:
    """Take over the debts of a week that closed after this one was opened."""
    here = {p.debt.id for p in postings if p.debt is not None and p.week == pen.week}
    for debt in carried:
        if debt.terms.id in here:
            raise RuleSaysNo(msg("Debt {id} was carried in already.", id=debt.terms.id), _RULE)
    return check(postings, _carried_in(pen, carried))


def _carried_in(pen: Pen, carried: Sequence[Debt]) -> list[Posting]:
    return [
        pen.posting(Deed.CARRY_IN, _owe(debt.terms, debt.minutes), debt=debt.terms)
        for debt in carried
    ]


def _owe(terms: DebtTerms, minutes: int) -> dict[Account, int]:
    return {
        Account(book=Book.CLAIM, theme=terms.theme): -minutes,
        Account(book=Book.OWED, theme=terms.theme, debt_id=terms.id): minutes,
    }


def resize_reserve(
    postings: Sequence[Posting], pen: Pen, minutes: int, reason: str
) -> list[Posting]:
    """Add rostered reserve to the week, or take it off (negative): flex shifts moved between weeks,
    an absence. Only free reserve can go."""
    legs = {Account(book=Book.RESERVE): -minutes, Account(book=Book.FREE): minutes}
    return check(postings, [pen.posting(Deed.RESIZE, legs, reason=_given(reason))])


def resize_theme(
    postings: Sequence[Posting],
    pen: Pen,
    theme: str,
    minutes: int,
    reason: str,
    authorised_by: Actor | None = None,
) -> list[Posting]:
    """Add rostered minutes to a theme, or take them off (negative, authorised): an absence."""
    legs = {
        Account(book=Book.THEME, theme=theme): -minutes,
        Account(book=Book.AVAILABLE, theme=theme): minutes,
    }
    posting = pen.posting(Deed.RESIZE, legs, reason=_given(reason), authorised_by=authorised_by)
    return check(postings, [posting])


def _given(reason: str) -> str:
    if not reason.strip():
        raise RuleSaysNo(msg("A reason is needed."), _RULE)
    return reason


def commit(
    postings: Sequence[Posting],
    pen: Pen,
    case_id: str,
    minutes: int,
    *,
    person_id: str = "",
    duty_id: str = "",
    reason: str = "",
) -> list[Posting]:
    """Set free reserve apart for a case.

    Raises RuleSaysNo when the reserve is short: the rest needs an explicit choice (rule 20).
    """
    _named(case_id)
    _positive(minutes)
    free = balance(postings, pen.week).free
    if minutes > free:
        raise RuleSaysNo(
            msg(
                "The reserve has {free} h free, {wanted} h are wanted. Choose: refuse, ask for "
                "help, or take hours from a theme with a name.",
                free=hours(free),
                wanted=hours(minutes),
            ),
            _RULE,
        )
    legs = {
        Account(book=Book.FREE): -minutes,
        Account(book=Book.COMMITTED, case_id=case_id, person_id=person_id): minutes,
    }
    about = {"case_id": case_id, "person_id": person_id, "duty_id": duty_id, "reason": reason}
    return check(postings, [pen.posting(Deed.COMMIT, legs, **about)])


def authorise_borrow(
    postings: Sequence[Posting],
    pen: Pen,
    theme: str,
    case_id: str,
    minutes: int,
    *,
    authorised_by: Actor,
    reason: str,
    person_id: str = "",
    duty_id: str = "",
) -> list[Posting]:
    """Let a case borrow theme minutes (of one person), signed by a team lead or decider."""
    _named(case_id)
    _positive(minutes)
    legs = {
        Account(book=Book.AVAILABLE, theme=theme): -minutes,
        Account(book=Book.TO_BORROW, theme=theme, case_id=case_id, person_id=person_id): minutes,
    }
    about = {"case_id": case_id, "person_id": person_id, "duty_id": duty_id, "reason": reason}
    posting = pen.posting(Deed.BORROW, legs, authorised_by=authorised_by, **about)
    return check(postings, [posting])


def ask_external(
    postings: Sequence[Posting],
    pen: Pen,
    pool: str,
    case_id: str,
    minutes: int,
    *,
    reason: str = "",
) -> list[Posting]:
    """Ask a pool for help; nothing counts on it before it is confirmed."""
    _named(case_id)
    _positive(minutes)
    legs = {
        Account(book=Book.POOL, pool=pool): -minutes,
        Account(book=Book.ASKED, pool=pool, case_id=case_id): minutes,
    }
    return check(postings, [pen.posting(Deed.ASK, legs, case_id=case_id, reason=reason)])


def confirm_external(
    postings: Sequence[Posting],
    pen: Pen,
    pool: str,
    case_id: str,
    minutes: int,
    *,
    reason: str = "",
) -> list[Posting]:
    """The pool says yes to (a part of) what was asked. A no is `release`."""
    _positive(minutes)
    legs = {
        Account(book=Book.ASKED, pool=pool, case_id=case_id): -minutes,
        Account(book=Book.CONFIRMED, pool=pool, case_id=case_id): minutes,
    }
    return check(postings, [pen.posting(Deed.CONFIRM, legs, case_id=case_id, reason=reason)])


def _standing(
    postings: Sequence[Posting], pen: Pen, case_id: str, person_id: str | None, *books: Book
) -> list[tuple[Account, int]]:
    """What stands for a case in these books, in their order."""
    found = [
        (account, minutes)
        for account, minutes in totals(postings, pen.week).items()
        if account.book in books
        and account.case_id == case_id
        and (person_id is None or account.person_id == person_id)
    ]
    return sorted(
        found, key=lambda x: (books.index(x[0].book), x[0].theme, x[0].pool, x[0].person_id)
    )


def _parts(
    standing: Sequence[tuple[Account, int]], minutes: int | None, case_id: str
) -> list[tuple[Account, int]]:
    """The first `minutes` of what stands; all of it if None."""
    there = sum(m for _, m in standing)
    left = there if minutes is None else minutes
    _positive(left)
    if left > there:
        raise RuleSaysNo(
            msg(
                "Case {case}: {wanted} h given, {there} h stand for it. Commit or borrow first.",
                case=case_id,
                wanted=hours(left),
                there=hours(there),
            ),
            _RULE,
        )
    parts = []
    for account, stands in standing:
        part = min(stands, left)
        left -= part
        if part:
            parts.append((account, part))
    return parts


_WORKED_AS = {
    Book.COMMITTED: Book.USED,
    Book.CONFIRMED: Book.EXTERNAL_WORKED,
    Book.TO_BORROW: Book.LENT,
}


def work(
    postings: Sequence[Posting],
    pen: Pen,
    case_id: str,
    pay_back: PayBackRule,
    *,
    person_id: str | None = None,
    minutes: int | None = None,
    reason: str = "",
) -> list[Posting]:
    """What stands for a case (or one person in it) was worked: a posting per source and person.

    `minutes`: less than all was worked; the reserve counts first, then external hours, then themes.
    The rest keeps standing until `release`. Borrowed minutes become a debt due by `pay_back`.
    """
    _named(case_id)
    standing = _standing(postings, pen, case_id, person_id, *_WORKED_AS)
    made = []
    for account, part in _parts(standing, minutes, case_id):
        legs = {
            account: -part,
            account.replace(book=_WORKED_AS[account.book]): part,
            Account(book=Book.HOURS): -part,
            Account(book=Book.DEPLOYED, case_id=case_id): part,
        }
        about: dict[str, object] = {"reason": reason}
        if account.book is Book.TO_BORROW:
            signed = _authorisation(postings, pen.week, account)
            day = local(pen.known_at).date()
            terms = DebtTerms(
                id=pen.new_id(), theme=account.theme, since=day, due=pay_back.due(day)
            )
            legs |= _owe(terms, part)
            about = {
                "reason": reason or signed.reason,
                "authorised_by": signed.authorised_by,
                "duty_id": signed.duty_id,
                "debt": terms,
            }
        about |= {"case_id": case_id, "person_id": account.person_id}
        made.append(pen.posting(Deed.WORK, legs, **about))
    return check(postings, made)


def _authorisation(postings: Sequence[Posting], week: Week, account: Account) -> Posting:
    """The newest posting that put minutes on this account: whose name stands for them."""
    return next(
        p
        for p in reversed(postings)
        if p.week == week and any(x.account == account and x.minutes > 0 for x in p.legs)
    )


def give_back(
    postings: Sequence[Posting],
    pen: Pen,
    theme: str,
    minutes: int,
    *,
    person_id: str = "",
    duty_id: str = "",
    reason: str = "",
) -> list[Posting]:
    """Reserve that wasn't needed worked for a theme: its oldest debt first, the rest is gained."""
    _positive(minutes)
    sums = totals(postings, pen.week)
    plan = Account(book=Book.COMMITTED, theme=theme)
    planned = min(minutes, sums.get(plan, 0))
    legs = {plan: -planned, Account(book=Book.FREE): planned - minutes}
    left = minutes
    for debt in _debts(postings, sums, Book.OWED):
        part = min(left, debt.minutes) if debt.terms.theme == theme else 0
        if part:
            left -= part
            legs[Account(book=Book.PAID_BACK, theme=theme, debt_id=debt.terms.id)] = part
            legs[Account(book=Book.OWED, theme=theme, debt_id=debt.terms.id)] = -part
    legs[Account(book=Book.CLAIM, theme=theme)] = minutes - left
    legs[Account(book=Book.GAINED, theme=theme)] = left
    about = {"person_id": person_id, "duty_id": duty_id, "reason": reason}
    return check(postings, [pen.posting(Deed.GIVE_BACK, legs, **about)])


def unplanned_debt(postings: Iterable[Posting], week: Week, theme: str) -> int:
    """What is owed to a theme and not yet planned to be paid back, in minutes."""
    sums = totals(postings, week)
    planned = sums.get(Account(book=Book.COMMITTED, theme=theme), 0)
    return _total(sums, Book.OWED, theme=theme) - planned


def plan_pay_back(
    postings: Sequence[Posting], pen: Pen, theme: str, minutes: int, *, reason: str = ""
) -> list[Posting]:
    """Commit free reserve to paying back a theme: at most what is owed and not planned yet."""
    _positive(minutes)
    plan = Account(book=Book.COMMITTED, theme=theme)
    unplanned = unplanned_debt(postings, pen.week, theme)
    if minutes > unplanned:
        raise RuleSaysNo(
            msg(
                "{theme} is owed {owed} h that aren't planned yet; {wanted} h can't be paid back.",
                theme=theme,
                owed=hours(unplanned),
                wanted=hours(minutes),
            ),
            _RULE,
        )
    legs = {Account(book=Book.FREE): -minutes, plan: minutes}
    return check(postings, [pen.posting(Deed.PLAN_PAY_BACK, legs, reason=reason)])


def release(
    postings: Sequence[Posting],
    pen: Pen,
    case_id: str,
    reason: str,
    *,
    person_id: str | None = None,
    minutes: int | None = None,
) -> list[Posting]:
    """Let go of what stands for a case and wasn't worked (`minutes` of it, or all).

    Theme minutes go first, then external hours, then the reserve. An empty `case_id` lets go of
    what was planned to be paid back.
    """
    standing = _standing(postings, pen, case_id, person_id, *reversed(_OPEN))
    made = []
    for account, part in _parts(standing, minutes, case_id):
        back = {
            Book.COMMITTED: Account(book=Book.FREE),
            Book.TO_BORROW: Account(book=Book.AVAILABLE, theme=account.theme),
        }.get(account.book, Account(book=Book.POOL, pool=account.pool))
        made.append(
            pen.posting(
                Deed.RELEASE,
                {account: -part, back: part},
                case_id=case_id,
                person_id=account.person_id,
                reason=_given(reason),
            )
        )
    return check(postings, made)


def prepare(
    postings: Sequence[Posting], pen: Pen, case_id: str, minutes: int, *, reason: str = ""
) -> list[Posting]:
    """Preparation that was spent on a case: hours of the desk, outside the reserve."""
    _positive(minutes)
    legs = {
        Account(book=Book.DESK): -minutes,
        Account(book=Book.PREPARED, case_id=case_id): minutes,
    }
    return check(postings, [pen.posting(Deed.PREPARE, legs, case_id=case_id, reason=reason)])


def reverse(
    postings: Sequence[Posting],
    pen: Pen,
    ids: Iterable[str],
    reason: str,
    authorised_by: Actor | None = None,
) -> list[Posting]:
    """Counter-postings for these postings, the newest first.

    One that takes theme minutes again (undoing a release) needs `authorised_by`.
    """
    wanted = set(ids)
    by_id = {p.id: p for p in postings}
    for id in sorted(wanted - by_id.keys()):
        raise RuleSaysNo(msg("There is no posting {id} to reverse.", id=id), _RULE)
    for id in sorted(wanted):
        _check_reversible(by_id[id])
    made = [
        pen.posting(
            Deed.REVERSE,
            {leg.account: -leg.minutes for leg in original.legs},
            case_id=original.case_id,
            duty_id=original.duty_id,
            person_id=original.person_id,
            reason=_given(reason),
            authorised_by=authorised_by or original.authorised_by,
            reverses=original.id,
        )
        for original in reversed(postings)
        if original.id in wanted
    ]
    return check(postings, made)


def close_week(postings: Sequence[Posting], pen: Pen) -> list[Posting]:
    """Close the week: theme minutes that stayed were worked for their theme, debts carry on.

    Raises RuleSaysNo while the week runs, or while anything is free, committed, to borrow or asked.
    """
    if pen.known_at < pen.week.span.end:
        raise RuleSaysNo(msg("Week {week} isn't over yet.", week=pen.week), _RULE)
    sums = totals(postings, pen.week)
    for account, minutes in sorted(sums.items(), key=lambda item: item[0].book):
        if account.book in (*_OPEN, Book.FREE):
            raise RuleSaysNo(
                msg(
                    "Week {week} can't close: {account} {case}: {h} h. Book it as worked, released "
                    "or given back.",
                    week=pen.week,
                    account=BOOK_NAMES[account.book],
                    case=account.case_id,
                    h=hours(minutes),
                ),
                _RULE,
            )
    legs: dict[Account, int] = {}
    for account, minutes in sums.items():
        if account.book is Book.AVAILABLE:
            legs[account] = -minutes
            legs[Account(book=Book.WORKED, theme=account.theme)] = minutes
        elif account.book is Book.OWED:
            legs[account] = -minutes
            legs[account.replace(book=Book.CARRIED_ON)] = minutes
    return check(postings, [pen.posting(Deed.CLOSE, legs)])
