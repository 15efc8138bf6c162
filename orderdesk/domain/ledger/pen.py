"""Who writes, and the last word on what may follow in the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from orderdesk.domain.ledger.postings import BOOK_NAMES, FINAL, RULE, Account, Deed, Leg, Posting
from orderdesk.domain.ledger.reading import WeekState, add, hours, totals, week_state
from orderdesk.domain.people import Actor
from orderdesk.domain.time import Week, local
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import msg


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
                RULE,
            )
        _check_week(posting, states[week])
        _check_reversal(posting, known, reversed_ids)
        add(sums[week], posting)
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
            RULE,
        )
    if state is WeekState.OPEN and posting.deed is Deed.OPEN:
        raise RuleSaysNo(msg("Week {week} is open already.", week=posting.week), RULE)
    if state is WeekState.UNOPENED and posting.deed is not Deed.OPEN:
        raise RuleSaysNo(msg("Week {week} isn't open yet.", week=posting.week), RULE)


def _check_reversal(posting: Posting, known: Mapping[str, Posting], reversed_ids: set[str]) -> None:
    if not posting.reverses:
        return
    original = known.get(posting.reverses)
    if original is None:
        raise RuleSaysNo(msg("There is no posting {id} to reverse.", id=posting.reverses), RULE)
    check_reversible(original)
    if posting.reverses in reversed_ids:
        raise RuleSaysNo(msg("Posting {id} was reversed already.", id=posting.reverses), RULE)
    if posting.week != original.week:
        raise RuleSaysNo(
            msg("Posting {id} belongs to week {week}.", id=original.id, week=original.week), RULE
        )
    mirrored = {leg.account: -leg.minutes for leg in original.legs}
    if mirrored != {x.account: x.minutes for x in posting.legs}:
        raise RuleSaysNo(
            msg("Posting {id} doesn't mirror {original}.", id=posting.id, original=original.id),
            RULE,
        )


def check_reversible(original: Posting) -> None:
    """Raise RuleSaysNo for what can't be taken back."""
    if original.deed in FINAL:
        raise RuleSaysNo(msg("Opening and closing a week can't be reversed."), RULE)


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
                RULE,
            )
