"""What was really worked, when that differs from what was booked: counter-lines for the difference.

Less than booked gives minutes back to where they came from, theme hours first; the debt of that
person's hours shrinks with them, and what of it was paid already counts as gained for the theme.
More than booked comes from the same source: theme hours only with a name and a reason, reserve only
while it is free. Fences hold as for every posting; nothing that stands is changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from orderdesk.domain.ledger.pen import Pen, check
from orderdesk.domain.ledger.postings import RULE, Account, Book, DebtTerms, Deed, Posting
from orderdesk.domain.ledger.reading import standing_in, totals
from orderdesk.domain.ledger.themes import PayBackRule
from orderdesk.domain.people import Actor
from orderdesk.domain.time import Week
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import msg

_SOURCES = (Book.LENT, Book.EXTERNAL_WORKED, Book.USED)
"""In the order in which minutes go back."""


def correct_worked(
    postings: Sequence[Posting],
    pen: Pen,
    case_id: str,
    person_id: str,
    minutes: int,
    pay_back: PayBackRule,
    *,
    reason: str,
    authorised_by: Actor | None = None,
) -> list[Posting]:
    """One person worked `minutes` for a case in all, otherwise than booked.

    Raises RuleSaysNo when nothing was booked for the person, when nothing differs, without a
    reason, when the source has no more, or for more theme minutes without authority.
    """
    if not reason.strip():
        raise RuleSaysNo(msg("A reason is needed."), RULE)
    standing = standing_in(postings, pen.week, case_id, person_id, *_SOURCES)
    if not standing:
        raise RuleSaysNo(msg("Nothing was booked as worked for {who} there.", who=person_id), RULE)
    differs = minutes - sum(m for _, m in standing)
    if minutes < 0 or not differs:
        raise RuleSaysNo(msg("That is what stands already."), RULE)
    if differs > 0:
        made = [_more(postings, pen, standing[0][0], differs, pay_back, reason, authorised_by)]
    else:
        made = _less(postings, pen, standing, -differs, reason)
    return check(postings, made)


def _back(account: Account) -> Account:
    """Where the minutes of a source came from."""
    if account.book is Book.LENT:
        return Account(book=Book.AVAILABLE, theme=account.theme)
    if account.book is Book.USED:
        return Account(book=Book.FREE)
    return Account(book=Book.POOL, pool=account.pool)


def _less(
    postings: Sequence[Posting],
    pen: Pen,
    standing: Sequence[tuple[Account, int]],
    minutes: int,
    reason: str,
) -> list[Posting]:
    made, left = [], minutes
    for account, stands in standing:
        part = min(stands, left)
        left -= part
        if not part:
            continue
        legs: dict[Account, int] = {
            account: -part,
            _back(account): part,
            Account(book=Book.DEPLOYED, case_id=account.case_id): -part,
            Account(book=Book.HOURS): part,
        }
        if account.book is Book.LENT:
            legs |= _owe_less(postings, pen, account, part)
        made.append(_posting(pen, legs, account, reason))
    return made


def _owe_less(
    postings: Sequence[Posting], pen: Pen, account: Account, minutes: int
) -> Mapping[Account, int]:
    """The debts that this account's hours made, the youngest first, less `minutes`."""
    mine = _debts_made(postings, pen.week, account)
    sums = totals(postings, pen.week)
    legs: defaultdict[Account, int] = defaultdict(int)
    left = minutes
    for debt in reversed(mine):
        owed = Account(book=Book.OWED, theme=debt.theme, debt_id=debt.id)
        part = min(left, sums.get(owed, 0))
        left -= part
        legs[owed] -= part
        legs[Account(book=Book.CLAIM, theme=debt.theme)] += part
    for debt in reversed(mine):
        paid = Account(book=Book.PAID_BACK, theme=debt.theme, debt_id=debt.id)
        part = min(left, sums.get(paid, 0))
        left -= part
        legs[paid] -= part
        legs[Account(book=Book.GAINED, theme=debt.theme)] += part
    return legs


def _debts_made(postings: Sequence[Posting], week: Week, account: Account) -> list[DebtTerms]:
    """The debts that a person's hours for a case made, in order."""
    return [
        p.debt
        for p in postings
        if p.week == week
        and p.debt is not None
        and (p.case_id, p.person_id) == (account.case_id, account.person_id)
        and p.debt.theme == account.theme
    ]


def _more(
    postings: Sequence[Posting],
    pen: Pen,
    account: Account,
    minutes: int,
    pay_back: PayBackRule,
    reason: str,
    authorised_by: Actor | None,
) -> Posting:
    legs = {
        _back(account): -minutes,
        account: minutes,
        Account(book=Book.HOURS): -minutes,
        Account(book=Book.DEPLOYED, case_id=account.case_id): minutes,
    }
    if account.book is not Book.LENT:
        return _posting(pen, legs, account, reason)
    first = _debts_made(postings, pen.week, account)[0]
    terms = DebtTerms(
        id=pen.new_id(), theme=account.theme, since=first.since, due=pay_back.due(first.since)
    )
    legs[Account(book=Book.CLAIM, theme=account.theme)] = -minutes
    legs[Account(book=Book.OWED, theme=account.theme, debt_id=terms.id)] = minutes
    return _posting(pen, legs, account, reason, debt=terms, authorised_by=authorised_by)


def _posting(
    pen: Pen, legs: Mapping[Account, int], account: Account, reason: str, **more: object
) -> Posting:
    about = {"case_id": account.case_id, "person_id": account.person_id, "reason": reason}
    return pen.posting(Deed.REVERSE, legs, **about, **more)
