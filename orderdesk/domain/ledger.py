"""The reserve as double-entry bookkeeping, in whole minutes.

Every posting moves minutes from one account to another, so all accounts together are zero always.
Per week the reserve has four accounts (free, committed, used, given back) that sum to the reserve.
Theme hours are ring-fenced: an hour leaves a theme only by a posting that names who authorised it,
when and why. A borrowed hour is *lent* once authorised and *owed* once worked. Hours given back to
a theme pay that theme's oldest debt first; what is left over is booked as gained and is no credit.
Postings are never changed: a mistake is put right by its counter-posting.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Self

from pydantic import Field, model_validator

from orderdesk.domain.events import Name, Text
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.time import Frozen, Moment, Week
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import Msg, msg
from orderdesk.reference import LocalText, ReferenceFile, Strict

Minutes = Annotated[int, Field(gt=0, le=100_000 * 60)]


class Theme(Strict):
    """A safety theme of the programme, with its hours in an ordinary week."""

    id: str
    name: LocalText
    weekly_hours: Annotated[float, Field(ge=0, le=10_000)]


class Themes(ReferenceFile):
    """`data/themes.toml`."""

    themes: tuple[Theme, ...]

    def name_of(self, id: str) -> LocalText:
        """The name of a theme; its id where it is not known."""
        return next((theme.name for theme in self.themes if theme.id == id), {"en": id})


class Waterline(Strict):
    """The least number of officers in a district during some hours of the day."""

    district: str
    officers: Annotated[int, Field(ge=0, le=1_000)]
    starts: time = Field(alias="from")
    ends: time = Field(alias="until")


class WayOutRule(Strict):
    """A step of the ladder for when the reserve is short."""

    id: str
    name: LocalText
    price: Annotated[float, Field(ge=0, le=100)]
    """Weight per hour; 1 is an hour of the reserve."""
    needs: str
    """Role that must authorise it; empty for none."""


class ReserveRules(ReferenceFile):
    """`data/reserve.toml`."""

    reserve_share: Annotated[float, Field(gt=0, lt=1)]
    """Part of the plannable hours that is kept as reserve."""
    pay_back_within_weeks: Annotated[int, Field(ge=0, le=52)]
    """A debt is due on the Sunday so many weeks after the week in which it was made."""
    waterlines: tuple[Waterline, ...] = ()
    ladder: tuple[WayOutRule, ...] = ()


class Authorisation(Frozen):
    """Who took hours from a theme, when, and why."""

    by: Annotated[Name, Field(min_length=1)]
    role: Role
    at: Moment
    reason: Annotated[Text, Field(min_length=1)]


class Posting(Frozen):
    """Minutes that move from one account to another."""

    id: str
    week: str
    """Week whose hours they are, as 2026-W24."""
    known_at: Moment
    entered_at: Moment
    source: str
    """Account that the minutes leave."""
    target: str
    """Account that they go to."""
    minutes: Minutes
    what: str
    """The operation: open, commit, release, work, borrow, return, give_back, ask, ..."""
    case_id: str = ""
    person_id: str = ""
    reason: Text = ""
    authorised: Authorisation | None = None
    reverses: str = ""

    @model_validator(mode="after")
    def _theme_hours_are_ring_fenced(self) -> Self:
        if self.source == self.target:
            raise ValueError("a posting must move minutes to another account")
        leaves_theme = self.source.endswith("/planned") and self.what == "borrow"
        if leaves_theme and self.authorised is None:
            raise ValueError("theme hours need a name, a time and a reason")
        if self.source.endswith("/planned") and self.what not in ("borrow", "reverse"):
            raise ValueError("theme hours are taken by borrowing only")
        return self


@dataclass(frozen=True)
class Balance:
    """The ledger of a week at one moment, in minutes."""

    reserve: int
    used: int
    given_back: int
    committed: int
    free: int
    owed: int
    """Worked hours that themes have not got back yet, debts of earlier weeks included."""
    to_borrow: int
    """Authorised and not yet worked."""
    borrowed: int
    """Taken from themes in this week, worked or still to work."""
    external_asked: int
    external_confirmed: int
    external_worked: int
    deployed: int
    """Hours worked at gatherings: reserve + borrowed and worked + external worked."""
    repaid: int
    gained: int
    unauthorised_theme_minutes: int

    @property
    def adds_up(self) -> bool:
        """Whether the four parts are the reserve, and none is negative."""
        parts = (self.used, self.given_back, self.committed, self.free)
        return sum(parts) == self.reserve and min(parts) >= 0


@dataclass(frozen=True)
class Debt:
    """What one week owes one theme."""

    theme: str
    week: str
    minutes: int
    due: date


class Ledger:
    """All postings up to now. Reading only; `Book` writes."""

    def __init__(self, postings: Iterable[Posting], rules: ReserveRules) -> None:
        self.postings: Sequence[Posting] = tuple(postings)
        self.rules = rules

    def as_known(self, moment: datetime) -> Ledger:
        """The ledger as it stood at `moment`."""
        return Ledger((p for p in self.postings if p.entered_at <= moment), self.rules)

    def accounts(self) -> dict[str, int]:
        """Minutes per account; all together zero."""
        sums: dict[str, int] = defaultdict(int)
        for posting in self.postings:
            sums[posting.source] -= posting.minutes
            sums[posting.target] += posting.minutes
        return sums

    def balance(self, week: Week | str) -> Balance:
        """The week's figures. Unknown weeks have a reserve of zero."""
        name, sums = str(week), self.accounts()
        reserve = -sums.get(f"{name}/source/reserve", 0)
        borrowed_worked = self._moved(name, "work_borrowed")
        used = sums.get(f"{name}/reserve/used", 0)
        worked_outside = sums.get(f"{name}/external/worked", 0)
        return Balance(
            reserve=reserve,
            used=used,
            given_back=sums.get(f"{name}/reserve/given_back", 0),
            committed=sums.get(f"{name}/reserve/committed", 0),
            free=sums.get(f"{name}/reserve/free", 0),
            owed=sum(n for account, n in sums.items() if "/owed/" in account),
            to_borrow=sum(
                n for a, n in sums.items() if a.startswith(f"{name}/theme/") and a.endswith("/lent")
            ),
            borrowed=self._moved(name, "borrow") - self._moved(name, "return"),
            external_asked=sums.get(f"{name}/external/asked", 0),
            external_confirmed=sums.get(f"{name}/external/confirmed", 0),
            external_worked=worked_outside,
            deployed=used + borrowed_worked + worked_outside,
            repaid=self._moved(name, "repay"),
            gained=self._moved(name, "gain"),
            unauthorised_theme_minutes=sum(
                p.minutes
                for p in self.postings
                if p.week == name and p.what == "borrow" and p.authorised is None
            ),
        )

    def _moved(self, week: str, what: str) -> int:
        """Minutes moved by an operation, less what was reversed of it."""
        own = {p.id: p for p in self.postings if p.week == week and p.what == what}
        undone = sum(
            own[p.reverses].minutes
            for p in self.postings
            if p.what == "reverse" and p.reverses in own
        )
        return sum(p.minutes for p in own.values()) - undone

    def debts(self) -> tuple[Debt, ...]:
        """What is owed, the oldest first."""
        found = []
        for account, minutes in self.accounts().items():
            week, _, rest = account.partition("/owed/")
            if rest and minutes:
                found.append(Debt(rest, week, minutes, self.due(Week.parse(week))))
        return tuple(sorted(found, key=lambda debt: (debt.week, debt.theme)))

    def due(self, week: Week) -> date:
        """The last day on which a debt of `week` should be paid back."""
        return week.shift(self.rules.pay_back_within_weeks).days[-1]

    def theme_minutes(self, week: Week | str) -> dict[str, dict[str, int]]:
        """Per theme: planned (still its own), lent, and got back in this week."""
        name = str(week)
        themes: dict[str, dict[str, int]] = defaultdict(lambda: {"planned": 0, "lent": 0})
        for account, minutes in self.accounts().items():
            parts = account.split("/")
            if parts[:2] == [name, "theme"] and parts[-1] in ("planned", "lent"):
                themes[parts[2]][parts[-1]] = minutes
        return dict(themes)

    def by_case(self, week: Week | str) -> dict[str, dict[str, int]]:
        """Per case: minutes by operation (commit, work, borrow, work_borrowed, ask, ...)."""
        cases: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for posting in self.postings:
            if posting.week == str(week) and posting.case_id:
                cases[posting.case_id][posting.what] += posting.minutes
        return {case: dict(moved) for case, moved in cases.items()}


class Book:
    """Writes postings: each operation checks the rules and adds to `new`.

    `closed` are weeks that take no more postings. Every method raises RuleSaysNo for what the
    accounts can't bear; nothing is then added.
    """

    def __init__(
        self,
        postings: Iterable[Posting],
        rules: ReserveRules,
        *,
        now: datetime,
        new_id: Callable[[], str],
        closed: Iterable[str] = (),
    ) -> None:
        self._old = tuple(postings)
        self._rules, self._now, self._new_id = rules, now, new_id
        self._closed = frozenset(closed)
        self.new: list[Posting] = []
        if self._old and now < self._old[-1].entered_at:
            raise RuleSaysNo(
                msg(
                    "a posting can't be entered before the last one ({last})",
                    last=f"{self._old[-1].entered_at:%Y-%m-%d %H:%M}",
                )
            )

    @property
    def ledger(self) -> Ledger:
        """Old and new postings together."""
        return Ledger((*self._old, *self.new), self._rules)

    def open_week(
        self, week: Week, reserve: int, themes: Mapping[str, int], debts: Mapping[str, int] = {}
    ) -> None:
        """Give a week its reserve and theme minutes; `debts` were owed before this book began."""
        if self.ledger.balance(week).reserve:
            raise RuleSaysNo(msg("week {week} is open already", week=week))
        self._post(week, "source/reserve", "reserve/free", reserve, "open")
        for theme, minutes in themes.items():
            self._post(week, "source/themes", f"theme/{theme}/planned", minutes, "open")
        before = week.shift(-1)
        for theme, minutes in debts.items():
            self._post(before, "source/before", f"owed/{theme}", minutes, "carry")

    def commit(self, week: Week, minutes: int, case_id: str, reason: str = "") -> None:
        """Promise free reserve to a case (or to a planned pay-back, with a theme as reason)."""
        self._need(week, "reserve/free", minutes, msg("free reserve"))
        self._post(
            week, "reserve/free", "reserve/committed", minutes, "commit",
            case_id=case_id, reason=reason,
        )  # fmt: skip

    def release(self, week: Week, minutes: int, case_id: str, reason: str = "") -> None:
        """Let go of promised reserve: called off, or needed less."""
        self._need_of_case(week, minutes, case_id)
        self._post(
            week, "reserve/committed", "reserve/free", minutes, "release",
            case_id=case_id, reason=reason,
        )  # fmt: skip

    def work(self, week: Week, minutes: int, case_id: str, person_id: str = "") -> None:
        """Promised reserve was worked."""
        self._need_of_case(week, minutes, case_id)
        self._post(
            week, "reserve/committed", "reserve/used", minutes, "work",
            case_id=case_id, person_id=person_id,
        )  # fmt: skip

    def borrow(
        self,
        week: Week,
        theme: str,
        minutes: int,
        case_id: str,
        authorised: Authorisation,
        person_id: str = "",
    ) -> None:
        """Take minutes from a theme, by authority of somebody with a name."""
        self._need(
            week, f"theme/{theme}/planned", minutes, msg("theme hours of {theme}", theme=theme)
        )
        self._post(
            week, f"theme/{theme}/planned", f"theme/{theme}/lent", minutes, "borrow",
            case_id=case_id, person_id=person_id, authorised=authorised, reason=authorised.reason,
        )  # fmt: skip

    def return_borrowed(self, week: Week, theme: str, minutes: int, case_id: str) -> None:
        """Borrowed minutes that are not needed after all go back before they are worked."""
        self._need(
            week, f"theme/{theme}/lent", minutes, msg("borrowed hours of {theme}", theme=theme)
        )
        self._post(
            week,
            f"theme/{theme}/lent",
            f"theme/{theme}/planned",
            minutes,
            "return",
            case_id=case_id,
        )

    def work_borrowed(
        self, week: Week, theme: str, minutes: int, case_id: str, person_id: str = ""
    ) -> None:
        """Borrowed minutes were worked: from now on they are owed."""
        self._need(
            week, f"theme/{theme}/lent", minutes, msg("borrowed hours of {theme}", theme=theme)
        )
        self._post(
            week, f"theme/{theme}/lent", f"owed/{theme}", minutes, "work_borrowed",
            case_id=case_id, person_id=person_id,
        )  # fmt: skip

    def give_back(self, week: Week, theme: str, minutes: int, reason: str = "") -> None:
        """Reserve that was not needed worked for a theme.

        Minutes planned as pay-back to this theme go first, then free ones. They pay the theme's
        oldest debt; the rest is booked as gained.
        """
        planned = min(minutes, self._committed_to(week, pay_back_of(theme)))
        self._need(week, "reserve/free", minutes - planned, msg("free reserve"))
        for account, part in (("reserve/committed", planned), ("reserve/free", minutes - planned)):
            if part:
                self._post(
                    week, account, "reserve/given_back", part, "give_back",
                    case_id=pay_back_of(theme) if account == "reserve/committed" else "",
                    reason=reason,
                )  # fmt: skip
        left = minutes
        for debt in [d for d in self.ledger.debts() if d.theme == theme]:
            paid = min(left, debt.minutes)
            if paid:
                self._post(
                    week, f"{debt.week}/owed/{theme}", f"theme/{theme}/repaid", paid, "repay",
                    absolute_source=True,
                )  # fmt: skip
            left -= paid
        if left:
            self._post(week, "source/gains", f"theme/{theme}/gained", left, "gain")

    def plan_pay_back(self, week: Week, theme: str, minutes: int) -> None:
        """Promise free reserve to a theme that is owed hours."""
        self.commit(week, minutes, pay_back_of(theme), reason=theme)

    def ask_external(self, week: Week, minutes: int, case_id: str, reason: str = "") -> None:
        """Ask hours of a neighbour's pool."""
        self._post(
            week, "source/external", "external/asked", minutes, "ask",
            case_id=case_id, reason=reason,
        )  # fmt: skip

    def confirm_external(self, week: Week, minutes: int, case_id: str) -> None:
        """The neighbour said yes."""
        self._need(week, "external/asked", minutes, msg("hours asked outside"))
        self._post(
            week, "external/asked", "external/confirmed", minutes, "confirm", case_id=case_id
        )

    def refuse_external(self, week: Week, minutes: int, case_id: str) -> None:
        """The neighbour said no."""
        self._need(week, "external/asked", minutes, msg("hours asked outside"))
        self._post(week, "external/asked", "source/external", minutes, "refuse", case_id=case_id)

    def work_external(self, week: Week, minutes: int, case_id: str) -> None:
        """Confirmed hours from outside were worked."""
        self._need(week, "external/confirmed", minutes, msg("hours confirmed outside"))
        self._post(week, "external/confirmed", "external/worked", minutes, "work_external",
                   case_id=case_id)  # fmt: skip

    def reverse(self, posting: Posting, reason: str) -> None:
        """Put a posting right by its counter-posting. Once only, and never a reversal itself."""
        if posting.what == "reverse" or any(
            p.reverses == posting.id for p in (*self._old, *self.new)
        ):
            raise RuleSaysNo(msg("this line was reversed already"))
        self._check_open(posting.week)
        if self.ledger.accounts()[posting.target] < posting.minutes:
            raise RuleSaysNo(msg("these minutes have moved on: reverse the later line first"))
        self.new.append(
            Posting(
                id=self._new_id(),
                week=posting.week,
                known_at=self._now,
                entered_at=self._now,
                source=posting.target,
                target=posting.source,
                minutes=posting.minutes,
                what="reverse",
                case_id=posting.case_id,
                person_id=posting.person_id,
                reason=reason,
                reverses=posting.id,
            )
        )

    def close_week(self, week: Week) -> Balance:
        """Prove the sums of a week that is over. The caller then keeps it closed.

        Raises RuleSaysNo while hours are still promised, lent, confirmed or free.
        """
        balance = self.ledger.balance(week)
        left = balance.committed + balance.to_borrow + balance.external_confirmed
        if left:
            raise RuleSaysNo(
                msg("week {week} has {n} promised minutes that were not worked or let go",
                    week=week, n=left)
            )  # fmt: skip
        if balance.free:
            raise RuleSaysNo(
                msg("week {week} has {n} free minutes: say which theme they worked for",
                    week=week, n=balance.free)
            )  # fmt: skip
        if not balance.adds_up or sum(self.ledger.accounts().values()) != 0:
            raise RuleSaysNo(msg("the sums of week {week} don't hold", week=week))
        return balance

    def _committed_to(self, week: Week, case_id: str) -> int:
        sums = 0
        for posting in (*self._old, *self.new):
            if posting.week == str(week) and posting.case_id == case_id:
                sums += posting.minutes * (
                    (posting.target == f"{week}/reserve/committed")
                    - (posting.source == f"{week}/reserve/committed")
                )
        return sums

    def _need_of_case(self, week: Week, minutes: int, case_id: str) -> None:
        have = self._committed_to(week, case_id)
        if minutes > have:
            raise RuleSaysNo(_short(msg("reserve promised to this case"), minutes, have), "20")

    def _need(self, week: Week, account: str, minutes: int, name: Msg) -> None:
        have = self.ledger.accounts().get(f"{week}/{account}", 0)
        if minutes > have:
            raise RuleSaysNo(_short(name, minutes, have), "20")

    def _check_open(self, week: str) -> None:
        if week in self._closed:
            raise RuleSaysNo(
                msg("week {week} is closed: book a correction in an open week", week=week)
            )

    def _post(
        self,
        week: Week,
        source: str,
        target: str,
        minutes: int,
        what: str,
        *,
        case_id: str = "",
        person_id: str = "",
        reason: str = "",
        authorised: Authorisation | None = None,
        absolute_source: bool = False,
    ) -> None:
        self._check_open(str(week))
        if minutes <= 0:
            raise RuleSaysNo(
                msg("{n} minutes can't be booked: give a number above zero", n=minutes)
            )
        self.new.append(
            Posting(
                id=self._new_id(),
                week=str(week),
                known_at=self._now,
                entered_at=self._now,
                source=source if absolute_source else f"{week}/{source}",
                target=f"{week}/{target}",
                minutes=minutes,
                what=what,
                case_id=case_id,
                person_id=person_id,
                reason=reason,
                authorised=authorised,
            )
        )


def pay_back_of(theme: str) -> str:
    """The name under which reserve is promised to pay back a theme."""
    return f"pay-back:{theme}"


def authorised_by(actor: Actor, at: datetime, reason: str) -> Authorisation:
    """An authorisation to take theme hours. Raises RuleSaysNo for a role that may not give it."""
    if actor.role not in (Role.LEAD, Role.DECIDER):
        raise RuleSaysNo(msg("theme hours are taken by a team lead or the decider only"), "20")
    if not actor.name.strip() or not reason.strip():
        raise RuleSaysNo(msg("theme hours need a name, a time and a reason"), "20")
    return Authorisation(by=actor.name, role=actor.role, at=at, reason=reason)


@dataclass(frozen=True)
class WayOut:
    """One way to cover hours that the reserve can't."""

    rule: WayOutRule
    minutes: int

    @property
    def price(self) -> float:
        """Weight of taking it: hours times the price per hour."""
        return self.rule.price * self.minutes / 60


def ways_out(minutes: int, free: int, rules: ReserveRules) -> tuple[WayOut, ...]:
    """What can be done about `minutes` when `free` are left; empty when the reserve suffices."""
    short = minutes - free
    return tuple(WayOut(rule, short) for rule in rules.ladder) if short > 0 else ()


def _short(name: Msg, minutes: int, have: int) -> Msg:
    return msg(
        "{need} h asked of {name}, {have} h there: choose another way or fewer hours",
        need=f"{minutes / 60:g}",
        name=name,
        have=f"{have / 60:g}",
    )
