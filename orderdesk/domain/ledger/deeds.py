"""What may be done with a week's hours: each deed reads the postings and returns new ones.

The postings returned are checked against the old; all raise RuleSaysNo where a rule is in the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from orderdesk.domain.ledger.pen import Pen, check, check_reversible
from orderdesk.domain.ledger.postings import (
    BOOK_NAMES,
    RULE,
    STANDING,
    Account,
    Book,
    Debt,
    DebtTerms,
    Deed,
    Posting,
)
from orderdesk.domain.ledger.reading import (
    balance,
    debts_in,
    hours,
    standing_in,
    totals,
    unplanned_debt,
)
from orderdesk.domain.ledger.themes import PayBackRule
from orderdesk.domain.people import Actor
from orderdesk.domain.time import Week, local
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import msg


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
            raise RuleSaysNo(msg("Debt {id} was carried in already.", id=debt.terms.id), RULE)
    return check(postings, _carried_in(pen, carried))


def _carried_in(pen: Pen, carried: Sequence[Debt]) -> list[Posting]:
    return [
        pen.posting(Deed.CARRY_IN, _owe(debt.terms, debt.minutes), debt=debt.terms)
        for debt in carried
    ]


def _owe(terms: DebtTerms, minutes: int) -> dict[Account, int]:
    owed = Account(book=Book.OWED, theme=terms.theme, debt_id=terms.id)
    return _moved(minutes, Account(book=Book.CLAIM, theme=terms.theme), owed)


def resize_reserve(
    postings: Sequence[Posting], pen: Pen, minutes: int, reason: str
) -> list[Posting]:
    """Add rostered reserve to the week, or take it off (negative): flex shifts moved between weeks,
    an absence. Only free reserve can go."""
    legs = _moved(minutes, Account(book=Book.RESERVE), Account(book=Book.FREE))
    return check(postings, [pen.posting(Deed.RESIZE, legs, reason=_given(reason))])


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
            RULE,
        )
    to = Account(book=Book.COMMITTED, case_id=case_id, person_id=person_id)
    about = {"case_id": case_id, "person_id": person_id, "duty_id": duty_id, "reason": reason}
    legs = _moved(minutes, Account(book=Book.FREE), to)
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
    to = Account(book=Book.TO_BORROW, theme=theme, case_id=case_id, person_id=person_id)
    about = {"case_id": case_id, "person_id": person_id, "duty_id": duty_id, "reason": reason}
    legs = _moved(minutes, Account(book=Book.AVAILABLE, theme=theme), to)
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
    asked = Account(book=Book.ASKED, pool=pool, case_id=case_id)
    legs = _moved(minutes, Account(book=Book.POOL, pool=pool), asked)
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
    asked = Account(book=Book.ASKED, pool=pool, case_id=case_id)
    legs = _moved(minutes, asked, asked.replace(book=Book.CONFIRMED))
    return check(postings, [pen.posting(Deed.CONFIRM, legs, case_id=case_id, reason=reason)])


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
            RULE,
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
    standing = standing_in(postings, pen.week, case_id, person_id, *_WORKED_AS)
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
    for debt in debts_in(postings, sums, Book.OWED):
        part = min(left, debt.minutes) if debt.terms.theme == theme else 0
        if part:
            left -= part
            legs[Account(book=Book.PAID_BACK, theme=theme, debt_id=debt.terms.id)] = part
            legs[Account(book=Book.OWED, theme=theme, debt_id=debt.terms.id)] = -part
    legs[Account(book=Book.CLAIM, theme=theme)] = minutes - left
    legs[Account(book=Book.GAINED, theme=theme)] = left
    about = {"person_id": person_id, "duty_id": duty_id, "reason": reason}
    return check(postings, [pen.posting(Deed.GIVE_BACK, legs, **about)])


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
            RULE,
        )
    legs = _moved(minutes, Account(book=Book.FREE), plan)
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
    standing = standing_in(postings, pen.week, case_id, person_id, *reversed(STANDING))
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
    *,
    as_signed: bool = False,
) -> list[Posting]:
    """Counter-postings for these postings, the newest first.

    One that takes theme minutes again (undoing a release) needs `authorised_by`; `as_signed` puts
    it under the name that had signed for those minutes when they were borrowed.
    """
    wanted = set(ids)
    by_id = {p.id: p for p in postings}
    for id in sorted(wanted - by_id.keys()):
        raise RuleSaysNo(msg("There is no posting {id} to reverse.", id=id), RULE)
    for id in sorted(wanted):
        check_reversible(by_id[id])
    made = [
        pen.posting(
            Deed.REVERSE,
            {leg.account: -leg.minutes for leg in original.legs},
            case_id=original.case_id,
            duty_id=original.duty_id,
            person_id=original.person_id,
            reason=_given(reason),
            authorised_by=authorised_by
            or original.authorised_by
            or (_signed(postings, original) if as_signed else None),
            reverses=original.id,
        )
        for original in reversed(postings)
        if original.id in wanted
    ]
    return check(postings, made)


def _signed(postings: Sequence[Posting], released: Posting) -> Actor | None:
    """Who had signed for the theme minutes that a posting let go of."""
    accounts = [leg.account for leg in released.legs if leg.account.book is Book.TO_BORROW]
    before = postings[: postings.index(released)]
    return _authorisation(before, released.week, accounts[0]).authorised_by if accounts else None


def close_week(postings: Sequence[Posting], pen: Pen) -> list[Posting]:
    """Close the week: theme minutes that stayed were worked for their theme, debts carry on.

    Raises RuleSaysNo while the week runs, or while anything is free, committed, to borrow or asked.
    """
    if pen.known_at < pen.week.span.end:
        raise RuleSaysNo(msg("Week {week} isn't over yet.", week=pen.week), RULE)
    sums = totals(postings, pen.week)
    for account, minutes in sorted(sums.items(), key=lambda item: item[0].book):
        if account.book in (*STANDING, Book.FREE):
            raise RuleSaysNo(
                msg(
                    "Week {week} can't close: {account} {case}: {h} h. Book it as worked, released "
                    "or given back.",
                    week=pen.week,
                    account=BOOK_NAMES[account.book],
                    case=account.case_id,
                    h=hours(minutes),
                ),
                RULE,
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


def _named(case_id: str) -> None:
    if not case_id:
        raise RuleSaysNo(msg("Hours are set apart for a case: its id is missing."), RULE)


def _moved(minutes: int, source: Account, target: Account) -> dict[Account, int]:
    """Legs that carry minutes from one account to another."""
    return {source: -minutes, target: minutes}


def _positive(minutes: int) -> None:
    if minutes <= 0:
        raise RuleSaysNo(msg("Hours must be more than 0; {h} were given.", h=hours(minutes)), RULE)


def _given(reason: str) -> str:
    if not reason.strip():
        raise RuleSaysNo(msg("A reason is needed."), RULE)
    return reason
