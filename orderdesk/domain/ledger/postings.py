"""What a posting is: accounts in their fences, legs that balance, who did it, when and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from orderdesk.domain.events import Text
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.time import Frozen, Moment, Week
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import Msg, msg

MAY_AUTHORISE = frozenset({Role.LEAD, Role.DECIDER})
RULE = "20"
"""The rule of the desk that all refusals of the ledger name."""


def _week(value: object) -> object:
    return Week.parse(value) if isinstance(value, str) else value


WeekText = Annotated[Week, BeforeValidator(_week), PlainSerializer(str, when_used="json")]
"""A week that is written as "2026-W24"."""


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
STANDING = (Book.COMMITTED, Book.CONFIRMED, Book.ASKED, Book.TO_BORROW)
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


FINAL = frozenset({Deed.OPEN, Deed.CARRY_IN, Deed.CLOSE})
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
        if self.theme_minutes_taken and not self.is_authorised:
            raise RuleSaysNo(
                msg(
                    "Theme hours move only with a name (team lead or decider) and a reason: "
                    "posting {id} lacks them.",
                    id=self.id,
                ),
                RULE,
            )
        if self.entered_at < self.known_at:
            raise RuleSaysNo(msg("Posting {id} was entered before it was known.", id=self.id), RULE)
        return self

    def _balances(self) -> None:
        if not self.legs and self.deed not in (Deed.OPEN, Deed.CLOSE):
            raise RuleSaysNo(msg("Posting {id} moves nothing.", id=self.id), RULE)
        fences: defaultdict[tuple[Book, str], int] = defaultdict(int)
        seen: set[Account] = set()
        for leg in self.legs:
            if leg.minutes == 0 or leg.account in seen:
                raise RuleSaysNo(
                    msg("Posting {id} has an empty or a doubled line.", id=self.id), RULE
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
                    RULE,
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
                RULE,
            )

    @property
    def is_authorised(self) -> bool:
        """Whether somebody who may move theme minutes signed it and said why."""
        by = self.authorised_by
        return (
            by is not None
            and bool(by.name.strip())
            and by.role in MAY_AUTHORISE
            and bool(self.reason.strip())
        )

    @property
    def theme_minutes_taken(self) -> int:
        """Minutes that go to other work, and minutes that leave a theme otherwise than by being
        worked for it."""
        to_others = sum(
            leg.minutes
            for leg in self.legs
            if leg.account.book in (Book.TO_BORROW, Book.LENT) and leg.minutes > 0
        )
        return to_others or max(0, _sum(self.legs, Book.THEME))


def _sum(legs: Iterable[Leg], *books: Book) -> int:
    return sum(leg.minutes for leg in legs if leg.account.book in books)
