"""A line of the ledger, opened: what moved from where to where, who entered it, by whose word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from orderdesk.desk import capacity, words
from orderdesk.desk.core import ROLE_NAMES, Desk
from orderdesk.desk.worked import reason_name
from orderdesk.domain.ledger import BOOK_NAMES, Account, Posting
from orderdesk.domain.time import Week
from orderdesk.i18n import _


def opened(desk: Desk, week: Week, moment: datetime) -> list[str]:
    """Everything that was entered in a week's ledger at one moment, in words."""
    with desk.read() as reader:
        made = [p for p in reader.postings(Posting, week=str(week)) if p.entered_at == moment]
        ids = {p.case_id for p in made if p.case_id}
        numbers = {case.id: case.number for case in reader.cases(ids=ids)} if ids else {}
    lines: list[str] = []
    for posting in made:
        lines += [*_posting(posting, numbers), ""]
    return lines[:-1]


def _posting(posting: Posting, numbers: Mapping[str, str]) -> Iterator[str]:
    about = [numbers.get(posting.case_id, ""), posting.person_id]
    head = " ".join(part for part in (_(capacity.DEED_NAMES[posting.deed]), *about) if part)
    yield f"■ {head}"
    for leg in posting.legs:
        sign = "+" if leg.minutes > 0 else "-"
        yield f"  {sign}{words.hours(abs(leg.minutes)):>6}  {_account(leg.account, numbers)}"
    yield "  " + _("entered {when} by {who} ({role})").format(
        when=words.moment(posting.entered_at),
        who=posting.entered_by.name,
        role=_(ROLE_NAMES[posting.entered_by.role]),
    )
    if posting.known_at != posting.entered_at:
        yield "  " + _("known since {when}").format(when=words.moment(posting.known_at))
    if posting.authorised_by is not None:
        yield "  " + _("authorised by {who} ({role})").format(
            who=posting.authorised_by.name, role=_(ROLE_NAMES[posting.authorised_by.role])
        )
    if posting.reason:
        yield "  " + _("reason: {reason}").format(reason=reason_name(posting.reason))
    if posting.debt is not None:
        yield "  " + _("owed since {since}, due {due}").format(
            since=words.day(posting.debt.since), due=words.day(posting.debt.due)
        )


def _account(account: Account, numbers: Mapping[str, str]) -> str:
    about = [
        words.theme(account.theme) if account.theme else "",
        account.pool,
        numbers.get(account.case_id, ""),
        account.person_id,
    ]
    extra = ", ".join(part for part in about if part)
    return f"{BOOK_NAMES[account.book]} ({extra})" if extra else str(BOOK_NAMES[account.book])
