"""Worked hours put right: counter-lines for the difference, and every fence still balances."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdesk.domain import ledger
from orderdesk.domain.ledger import Book
from orderdesk.domain.time import at
from orderdesk.errors import RuleSaysNo

from .test_ledger import LEAD, RULE, TUE, W24, WED, Desk, H, opened


def tuesday(given_back: int = 10 * H) -> Desk:
    """Two of the reserve and two of nuisance worked three hours each; flex hours given back."""
    desk = opened()
    for person in ("B07", "B12"):
        desk.do(at(TUE, "13:46"), ledger.commit, "U-009", 3 * H, person_id=person)
    desk.borrow(at(TUE, "13:46"), "U-009", ("B15", 3 * H), ("B21", 3 * H))
    desk.do(at(TUE, "17:45"), ledger.work, "U-009", RULE)
    if given_back:
        desk.do(at(TUE, "19:30"), ledger.give_back, "nuisance", given_back)
    return desk


def put_right(desk: Desk, person: str, minutes: int, **more: object) -> None:
    desk.do(
        at(WED, "16:45"), ledger.correct_worked, "U-009", person, minutes, RULE,
        **{"reason": "relieved early", **more},
    )  # fmt: skip


def test_half_an_hour_less_of_a_theme_is_owed_no_longer() -> None:
    desk = tuesday()
    put_right(desk, "B21", 150)
    stated = ledger.statement(desk.postings, W24)
    assert (stated.deployed, stated.borrowed) == (12 * H - 30, 6 * H - 30)
    assert (stated.balance.owed, stated.balance.used, stated.balance.reserve) == (
        210,
        6 * H,
        64 * H,
    )
    assert desk.postings[-1].deed is ledger.Deed.REVERSE
    assert ledger.unauthorised_theme_minutes(desk.postings) == 0


def test_what_was_paid_already_becomes_gain() -> None:
    desk = tuesday(given_back=14 * H)
    put_right(desk, "B21", 150)
    stated = ledger.statement(desk.postings, W24)
    assert (stated.balance.owed, stated.balance.given_back) == (0, 14 * H)
    assert (stated.paid_back, stated.gained) == (14 * H - 30, 30)


def test_half_an_hour_more_of_a_theme_takes_a_name() -> None:
    desk = tuesday()
    with pytest.raises(RuleSaysNo, match="name"):
        put_right(desk, "B21", 210)
    put_right(desk, "B21", 210, authorised_by=LEAD)
    stated = ledger.statement(desk.postings, W24)
    assert (stated.deployed, stated.balance.owed) == (12 * H + 30, 4 * H + 30)
    assert ledger.unauthorised_theme_minutes(desk.postings) == 0


@pytest.mark.parametrize(
    ("person", "minutes", "reason"), [("B21", 180, "x"), ("B99", 60, "x"), ("B21", 90, " ")]
)
def test_nothing_to_put_right_is_said(person: str, minutes: int, reason: str) -> None:
    with pytest.raises(RuleSaysNo):
        put_right(tuesday(), person, minutes, reason=reason)


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["B07", "B12", "B15", "B21"]), st.integers(0, 400)), max_size=6
    ),
    given_back=st.integers(0, 20).map(lambda n: n * H),
)
def test_any_corrections_keep_every_sum(steps: list[tuple[str, int]], given_back: int) -> None:
    desk = tuesday(given_back)
    told = {"B07": 180, "B12": 180, "B15": 180, "B21": 180}
    for person, minutes in steps:
        try:
            put_right(desk, person, minutes, authorised_by=LEAD)
        except RuleSaysNo:
            continue
        told[person] = minutes
    stated = ledger.statement(desk.postings, W24)
    assert stated.deployed == sum(told.values())
    assert stated.deployed == stated.balance.used + stated.borrowed + stated.external
    assert stated.balance.reserve == 64 * H
    sums = ledger.totals(desk.postings, W24)
    assert all(m >= 0 for account, m in sums.items() if not account.is_counter)
    lent_to = stated.borrowed + 8 * H  # and what was carried in from the week before
    assert stated.balance.owed == lent_to - stated.paid_back
    assert all(account.book is not Book.CARRIED_ON for account in sums)
