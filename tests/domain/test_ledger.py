"""The reserve ledger: the walk of the test week W24, and what it refuses."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, datetime

import pytest
from pydantic import ValidationError

from orderdesk.domain import ledger
from orderdesk.domain.ledger import (
    Account,
    Balance,
    Book,
    Debt,
    DebtTerms,
    Deed,
    Leg,
    PayBackRule,
    Pen,
    Posting,
    Themes,
    WeekState,
)
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.time import Week, at
from orderdesk.errors import RuleSaysNo
from orderdesk.reference import load

W24 = Week(year=2026, number=24)
MON, TUE, WED, THU, FRI, SAT, SUN = W24.days
NEXT_MONDAY = W24.shift(1).monday
PLANNER = Actor(name="Planner Example", role=Role.PLANNER)
LEAD = Actor(name="Lead Example", role=Role.LEAD)
RULE = PayBackRule(within_days=14, on_weekday=7)
THEMES = load("themes", Themes)
BUDGETS = THEMES.budgets(576 * 60)
FROM_W23 = Debt(
    DebtTerms(id="w23", theme="nuisance", since=date(2026, 6, 7), due=date(2026, 6, 21)), 480
)
H = 60


class Desk:
    """Keeps the postings of a test and writes at the moments it is told."""

    def __init__(self, week: Week = W24) -> None:
        self.week = week
        self.postings: list[Posting] = []
        self._numbers = itertools.count(1)

    def pen(self, moment: datetime, known_at: datetime | None = None) -> Pen:
        return Pen(
            week=self.week,
            known_at=known_at or moment,
            entered_at=moment,
            by=PLANNER,
            new_id=lambda: f"p{next(self._numbers):04d}",
        )

    def do(
        self, moment: datetime, deed: Callable[..., list[Posting]], *args: object, **more: object
    ) -> list[Posting]:
        new = deed(self.postings, self.pen(moment), *args, **more)
        self.postings += new
        return new

    def borrow(self, moment: datetime, case: str, *people: tuple[str, int]) -> list[Posting]:
        return [
            posting
            for person, minutes in people
            for posting in self.do(
                moment, ledger.authorise_borrow, "nuisance", case, minutes,
                authorised_by=LEAD, reason=f"Needed for {case}", person_id=person,
            )
        ]  # fmt: skip


def opened(reserve: int = 64 * H) -> Desk:
    desk = Desk()
    desk.do(at(MON, "07:00"), ledger.open_week, reserve, BUDGETS, [FROM_W23])
    return desk


def play_w24() -> Desk:
    """The test week by the operations of the ledger and nothing else."""
    desk = opened()
    desk.do(at(MON, "07:10"), ledger.commit, "D-041", 10 * H)
    desk.do(at(MON, "07:20"), ledger.commit, "D-043", 12 * H)

    for person in ("B07", "B12"):
        desk.do(at(TUE, "13:46"), ledger.commit, "U-009", 3 * H, person_id=person)
    desk.borrow(at(TUE, "13:46"), "U-009", ("B15", 3 * H), ("B21", 3 * H))
    desk.do(at(TUE, "17:45"), ledger.work, "U-009", RULE)
    desk.do(at(TUE, "19:30"), ledger.give_back, "nuisance", 10 * H)

    desk.do(at(WED, "16:05"), ledger.release, "D-041", "called off, moved to 25 June")
    desk.do(at(WED, "16:05"), ledger.plan_pay_back, "nuisance", 4 * H)

    desk.do(at(THU, "11:40"), ledger.ask_external, "neighbour", "D-044", 10 * H)
    desk.do(at(THU, "11:55"), ledger.confirm_external, "neighbour", "D-044", 10 * H)
    for person in ("B07", "B18"):
        desk.do(at(THU, "12:20"), ledger.commit, "D-044", 5 * H, person_id=person)
    desk.borrow(at(THU, "12:20"), "D-044", ("B16", 5 * H), ("B17", 5 * H))
    desk.do(at(THU, "19:30"), ledger.give_back, "nuisance", 16 * H)

    desk.borrow(at(FRI, "13:20"), "D-042", ("B14", 4 * H), ("B19", 4 * H))
    desk.do(at(FRI, "13:20"), ledger.ask_external, "neighbour", "D-042", 8 * H)

    desk.do(at(SAT, "11:00"), ledger.confirm_external, "neighbour", "D-042", 8 * H)
    desk.do(at(SAT, "18:00"), ledger.work, "D-043", RULE)
    desk.do(at(SAT, "18:00"), ledger.work, "D-044", RULE)
    desk.do(at(SAT, "23:00"), ledger.give_back, "nuisance", 10 * H)

    desk.do(at(SUN, "17:00"), ledger.work, "D-042", RULE)
    return desk


WALK = [
    # moment             used given committed free owed to_borrow
    (at(MON, "07:30"), (0, 0, 22, 42, 8, 0)),
    (at(TUE, "13:46"), (0, 0, 28, 36, 8, 6)),
    (at(TUE, "17:45"), (6, 0, 22, 36, 14, 0)),
    (at(TUE, "19:30"), (6, 10, 22, 26, 4, 0)),
    (at(WED, "16:05"), (6, 10, 16, 32, 4, 0)),
    (at(THU, "12:20"), (6, 10, 26, 22, 4, 10)),
    (at(THU, "19:30"), (6, 26, 22, 10, 0, 10)),
    (at(FRI, "13:20"), (6, 26, 22, 10, 0, 18)),
    (at(SAT, "23:00"), (28, 36, 0, 0, 0, 8)),
    (at(SUN, "17:00"), (28, 36, 0, 0, 8, 0)),
]


def in_hours(state: Balance) -> tuple[float, ...]:
    parts = (
        state.used, state.given_back, state.committed, state.free, state.owed, state.to_borrow,
    )  # fmt: skip
    return tuple(part / H for part in parts)


@pytest.fixture(scope="module")
def w24() -> Desk:
    return play_w24()


@pytest.mark.parametrize(("moment", "expected"), WALK, ids=[f"{m:%a %H:%M}" for m, _ in WALK])
def test_each_line_of_the_walk_comes_out(
    w24: Desk, moment: datetime, expected: tuple[int, ...]
) -> None:
    state = ledger.balance(w24.postings, W24, moment)
    assert in_hours(state) == expected
    assert state.reserve == 64 * H


def test_the_week_closes_with_the_sums_of_the_walk() -> None:
    desk = play_w24()
    desk.do(at(NEXT_MONDAY, "08:00"), ledger.close_week)
    week = ledger.statement(desk.postings, W24)
    assert week.state is WeekState.CLOSED
    assert in_hours(week.balance) == (28, 36, 0, 0, 8, 0)
    assert (week.borrowed, week.external, week.deployed) == (24 * H, 18 * H, 70 * H)
    assert week.deployed == week.balance.used + week.borrowed + week.external
    assert {c.case_id: c.deployed // H for c in week.cases if c.deployed} == {
        "U-009": 12, "D-043": 12, "D-044": 30, "D-042": 16,
    }  # fmt: skip
    assert (week.paid_back, week.gained) == (24 * H, 12 * H)
    # Every plannable minute of the team is somewhere.
    sums = ledger.totals(desk.postings, W24)
    places = (Book.USED, Book.PAID_BACK, Book.GAINED, Book.LENT, Book.WORKED)
    assert sum(m for a, m in sums.items() if a.book in places) == 640 * H


def test_what_is_owed_carries_on_with_its_due_date() -> None:
    desk = play_w24()
    desk.do(at(NEXT_MONDAY, "08:00"), ledger.close_week)
    carried = ledger.debts(desk.postings, W24)
    assert [d.minutes for d in carried] == [4 * H, 4 * H]
    assert {d.terms.due for d in carried} == {date(2026, 6, 28)}
    desk.week = W24.shift(1)
    desk.do(at(NEXT_MONDAY, "08:05"), ledger.open_week, 64 * H, BUDGETS, carried)
    assert ledger.balance(desk.postings, desk.week).owed == 8 * H
    desk.do(at(NEXT_MONDAY, "19:30"), ledger.give_back, "nuisance", 5 * H)
    left = ledger.debts(desk.postings, desk.week)
    assert [(d.terms.id, d.minutes) for d in left] == [(carried[1].terms.id, 3 * H)]
    assert ledger.balance(desk.postings, W24).owed == 8 * H  # the closed week stays as it was


def test_debts_reach_a_week_that_was_opened_before_the_last_one_closed() -> None:
    desk = play_w24()
    desk.week = W24.shift(1)
    desk.do(at(SUN, "18:00"), ledger.open_week, 64 * H, BUDGETS)
    desk.week = W24
    desk.do(at(NEXT_MONDAY, "08:00"), ledger.close_week)
    carried = ledger.debts(desk.postings, W24)
    desk.week = W24.shift(1)
    desk.do(at(NEXT_MONDAY, "08:00"), ledger.carry_in, carried)
    assert ledger.balance(desk.postings, desk.week).owed == 8 * H
    with pytest.raises(RuleSaysNo, match="carried in already"):
        desk.do(at(NEXT_MONDAY, "08:01"), ledger.carry_in, carried)


def test_the_thursday_sheet_can_say_when_the_debt_is_due(w24: Desk) -> None:
    (debt,) = {d.terms.due for d in ledger.debts(w24.postings, W24, at(WED, "12:00"))}
    assert debt == date(2026, 6, 21)
    frozen = ledger.statement(w24.postings, W24, at(WED, "12:00"))
    assert (frozen.borrowed, frozen.balance.given_back) == (6 * H, 10 * H)
    assert frozen.state is WeekState.OPEN


@pytest.mark.parametrize(
    ("worked_on", "due"),
    [
        (date(2026, 6, 7), date(2026, 6, 21)),
        (date(2026, 6, 8), date(2026, 6, 21)),
        (date(2026, 6, 13), date(2026, 6, 21)),
        (date(2026, 6, 14), date(2026, 6, 28)),
    ],
)
def test_a_debt_is_due_on_the_last_sunday_within_a_fortnight(worked_on: date, due: date) -> None:
    assert RULE.due(worked_on) == due


def test_two_lines_per_person_are_written_for_borrowed_hours(w24: Desk) -> None:
    taken = [p for p in w24.postings if p.deed is Deed.BORROW and p.case_id == "U-009"]
    assert [(p.person_id, len(p.legs)) for p in taken] == [("B15", 2), ("B21", 2)]
    assert all(p.authorised_by == LEAD and p.reason for p in taken)


def test_no_theme_minute_lacks_name_time_and_reason(w24: Desk) -> None:
    assert ledger.unauthorised_theme_minutes(w24.postings) == 0
    forged = [p.model_copy(update={"authorised_by": None}) for p in w24.postings]
    assert ledger.unauthorised_theme_minutes(forged) == 2 * 24 * H  # borrowed, and lent


def test_postings_survive_being_written_and_read(w24: Desk) -> None:
    for posting in w24.postings:
        document = posting.model_dump(mode="json")
        assert document["week"] == "2026-W24"
        assert Posting.model_validate(document) == posting


def test_every_leg_is_a_line_of_the_export(w24: Desk) -> None:
    rows = list(ledger.lines(w24.postings))
    assert len(rows) == sum(len(p.legs) for p in w24.postings)
    assert sum(row.minutes for row in rows) == 0
    assert all(str(ledger.BOOK_NAMES[row.account.book]) for row in rows)


def test_theme_budgets_are_those_of_the_week() -> None:
    assert {theme: minutes // H for theme, minutes in BUDGETS.items()} == {
        "undermining": 96, "nuisance": 224, "common_crime": 96, "care_safety": 64,
        "social_unrest": 96,
    }  # fmt: skip
    for minutes in (0, 1, 7, 34_561):
        assert sum(THEMES.budgets(minutes).values()) == minutes


# --- what the ledger refuses ----------------------------------------------------------------


def a_posting(*legs: tuple[Account, int], **changes: object) -> Posting:
    moment = at(TUE, "13:46")
    return Posting.model_validate(
        {
            "id": "x", "week": W24, "deed": Deed.COMMIT, "known_at": moment, "entered_at": moment,
            "entered_by": PLANNER, "legs": [Leg(account=a, minutes=m) for a, m in legs], **changes,
        }
    )  # fmt: skip


FREE = Account(book=Book.FREE)
FOR_CASE = Account(book=Book.COMMITTED, case_id="c")
THEME_HAS = Account(book=Book.AVAILABLE, theme="nuisance")
THEME_GIVES = Account(book=Book.TO_BORROW, theme="nuisance", case_id="c")


@pytest.mark.parametrize(
    "legs",
    [
        [(FREE, -60), (FOR_CASE, 61)],
        [(FREE, -60)],
        [(FREE, 0), (FOR_CASE, 0)],
        [(FREE, -60), (FREE, 60)],
        [],
        [(FREE, 60), (THEME_HAS, -60)],
        [(THEME_HAS, -60), (Account(book=Book.AVAILABLE, theme="undermining"), 60)],
    ],
    ids=["rest", "one leg", "zero", "doubled", "none", "theme to reserve", "theme to theme"],
)
def test_an_unbalanced_posting_cannot_be_made(legs: list[tuple[Account, int]]) -> None:
    with pytest.raises(RuleSaysNo):
        a_posting(*legs)


@pytest.mark.parametrize(
    "signed",
    [
        {},
        {"authorised_by": LEAD},
        {"reason": "because"},
        {"authorised_by": LEAD, "reason": "  "},
        {"authorised_by": Actor(name=" ", role=Role.LEAD), "reason": "because"},
        {"authorised_by": PLANNER, "reason": "because"},
    ],
)
def test_no_theme_minute_moves_without_a_lead_and_a_reason(signed: dict[str, object]) -> None:
    with pytest.raises(RuleSaysNo, match="team lead or decider"):
        a_posting((THEME_HAS, -60), (THEME_GIVES, 60), deed=Deed.BORROW, **signed)
    with pytest.raises(RuleSaysNo, match="team lead or decider"):
        a_posting(
            (THEME_HAS, -60),
            (Account(book=Book.THEME, theme="nuisance"), 60),
            deed=Deed.RESIZE,
            **signed,
        )


def test_deployed_minutes_must_have_a_source() -> None:
    with pytest.raises(RuleSaysNo, match="from their sources"):
        a_posting((Account(book=Book.HOURS), -60), (Account(book=Book.DEPLOYED, case_id="c"), 60))
    with pytest.raises(RuleSaysNo, match="from their sources"):
        a_posting((FOR_CASE, -60), (Account(book=Book.USED, case_id="c"), 60))


def test_nothing_is_entered_before_it_is_known() -> None:
    with pytest.raises(RuleSaysNo, match="before it was known"):
        a_posting((FREE, -60), (FOR_CASE, 60), known_at=at(TUE, "13:47"))


def test_a_posting_can_not_be_changed() -> None:
    posting = a_posting((FREE, -60), (FOR_CASE, 60))
    with pytest.raises(ValidationError, match="frozen"):
        posting.reason = "changed"  # type: ignore[misc]


def test_back_dated_entries_are_refused() -> None:
    desk = opened()
    desk.do(at(WED, "12:00"), ledger.commit, "c", H)
    with pytest.raises(RuleSaysNo, match="Back-dated"):
        desk.do(at(WED, "11:59"), ledger.commit, "c", H)
    late = ledger.commit(desk.postings, desk.pen(at(WED, "12:01"), at(TUE, "09:00")), "c", H)
    assert late[0].known_at < late[0].entered_at  # known long before is no back-dating


def test_a_closed_week_takes_no_more() -> None:
    desk = play_w24()
    desk.do(at(NEXT_MONDAY, "08:00"), ledger.close_week)
    for deed, args in [
        (ledger.prepare, ("D-042", H)),
        (ledger.reverse, ([desk.postings[-2].id], "mistake")),
        (ledger.open_week, (0, {})),
    ]:
        with pytest.raises(RuleSaysNo, match="closed"):
            desk.do(at(NEXT_MONDAY, "08:01"), deed, *args)


def test_a_week_is_opened_once_and_before_anything_else() -> None:
    desk = Desk()
    with pytest.raises(RuleSaysNo, match="isn't open"):
        desk.do(at(MON, "07:00"), ledger.prepare, "c", H)
    desk.do(at(MON, "07:00"), ledger.open_week, H, {})
    with pytest.raises(RuleSaysNo, match="open already"):
        desk.do(at(MON, "07:00"), ledger.open_week, H, {})


@pytest.mark.parametrize(
    ("settle", "what"),
    [
        (lambda _: None, "Reserve free"),
        (lambda d: d.do(at(MON, "09:00"), ledger.commit, "c", 2 * H), "Reserve committed"),
        (
            lambda d: d.do(at(MON, "09:00"), ledger.ask_external, "p", "c", H),
            "External hours asked",
        ),
    ],
)
def test_a_week_does_not_close_while_something_is_open(
    settle: Callable[[Desk], object], what: str
) -> None:
    desk = opened(2 * H)
    settle(desk)
    with pytest.raises(RuleSaysNo, match=what):
        desk.do(at(NEXT_MONDAY, "08:00"), ledger.close_week)


def test_a_week_does_not_close_before_it_is_over() -> None:
    desk = play_w24()
    with pytest.raises(RuleSaysNo, match="isn't over"):
        desk.do(at(SUN, "23:59"), ledger.close_week)


def test_an_empty_week_closes() -> None:
    desk = Desk()
    desk.do(at(MON, "07:00"), ledger.open_week, 0, {})
    desk.do(at(NEXT_MONDAY, "08:00"), ledger.close_week)
    assert ledger.week_state(desk.postings, W24) is WeekState.CLOSED


def test_a_short_reserve_demands_an_explicit_choice() -> None:
    desk = opened(4 * H)
    with pytest.raises(RuleSaysNo, match="refuse, ask for help, or take hours") as refused:
        desk.do(at(TUE, "13:46"), ledger.commit, "c", 6 * H)
    assert refused.value.rule == "20"


def test_a_theme_lends_no_more_than_it_has() -> None:
    desk = opened()
    with pytest.raises(RuleSaysNo, match="65 h wanted, 64 h there"):
        desk.do(
            at(TUE, "13:46"), ledger.authorise_borrow, "care_safety", "c", 65 * H,
            authorised_by=LEAD, reason="much",
        )  # fmt: skip


def test_hours_are_set_apart_for_a_named_case_and_more_than_nothing() -> None:
    desk = opened()
    with pytest.raises(RuleSaysNo, match="its id is missing"):
        desk.do(at(TUE, "13:46"), ledger.commit, "", H)
    for minutes in (0, -5):
        with pytest.raises(RuleSaysNo, match="more than 0"):
            desk.do(at(TUE, "13:46"), ledger.commit, "c", minutes)


def test_pay_back_is_planned_up_to_the_debt_only() -> None:
    desk = opened()
    desk.do(at(MON, "09:00"), ledger.plan_pay_back, "nuisance", 5 * H)
    with pytest.raises(RuleSaysNo, match="owed 3 h that aren't planned yet; 4 h"):
        desk.do(at(MON, "09:00"), ledger.plan_pay_back, "nuisance", 4 * H)
    with pytest.raises(RuleSaysNo, match="owed 0 h"):
        desk.do(at(MON, "09:00"), ledger.plan_pay_back, "undermining", H)
    desk.do(at(MON, "10:00"), ledger.release, "", "the shift fell out")
    assert ledger.balance(desk.postings, W24).committed == 0


# --- the rest of what happens ---------------------------------------------------------------


def test_less_worked_than_planned_leaves_the_rest_standing_until_released() -> None:
    desk = opened()
    desk.borrow(at(TUE, "13:46"), "c", ("B15", 3 * H), ("B21", 3 * H))
    desk.do(at(TUE, "17:45"), ledger.work, "c", RULE, person_id="B15")
    desk.do(
        at(WED, "16:45"), ledger.work, "c", RULE, person_id="B21", minutes=150, reason="relieved"
    )
    state = ledger.balance(desk.postings, W24)
    assert (state.owed, state.to_borrow) == (8 * H + 330, 30)
    desk.do(at(WED, "16:45"), ledger.release, "c", "relieved early", person_id="B21")
    assert ledger.balance(desk.postings, W24).to_borrow == 0
    assert ledger.statement(desk.postings, W24).deployed == 330


def test_more_worked_than_stands_is_refused() -> None:
    desk = opened()
    desk.do(at(TUE, "13:46"), ledger.commit, "c", 3 * H)
    with pytest.raises(RuleSaysNo, match="4 h given, 3 h stand for it"):
        desk.do(at(TUE, "17:45"), ledger.work, "c", RULE, minutes=4 * H)


def test_work_counts_the_reserve_first_and_release_the_theme_first() -> None:
    desk = opened()
    desk.do(at(TUE, "13:00"), ledger.commit, "c", 2 * H)
    desk.borrow(at(TUE, "13:00"), "c", ("B15", 2 * H))
    desk.do(at(TUE, "13:00"), ledger.ask_external, "pool", "c", 2 * H)
    desk.do(at(TUE, "13:00"), ledger.confirm_external, "pool", "c", 2 * H)
    desk.do(at(TUE, "14:00"), ledger.release, "c", "smaller than feared", minutes=H)
    desk.do(at(TUE, "17:00"), ledger.work, "c", RULE, minutes=4 * H)
    (line,) = [c for c in ledger.statement(desk.postings, W24).cases if c.case_id == "c"]
    assert (line.used, line.external_worked, line.lent, line.to_borrow) == (2 * H, 2 * H, 0, H)


def test_external_help_is_worked_only_when_confirmed() -> None:
    desk = opened()
    desk.do(at(TUE, "13:00"), ledger.ask_external, "pool", "c", 4 * H)
    with pytest.raises(RuleSaysNo, match="0 h stand"):
        desk.do(at(TUE, "17:00"), ledger.work, "c", RULE, minutes=H)
    with pytest.raises(RuleSaysNo, match="External hours asked: 5 h wanted, 4 h there"):
        desk.do(at(TUE, "17:00"), ledger.confirm_external, "pool", "c", 5 * H)


def test_preparation_stands_beside_the_reserve() -> None:
    desk = opened()
    before = ledger.balance(desk.postings, W24)
    desk.do(at(WED, "16:05"), ledger.prepare, "D-041", 210)
    assert ledger.balance(desk.postings, W24) == before
    assert [c.prepared for c in ledger.statement(desk.postings, W24).cases] == [210]


def test_the_reserve_grows_and_shrinks_with_the_roster() -> None:
    desk = opened()
    desk.do(at(MON, "08:00"), ledger.resize_reserve, -16 * H, "two flex shifts to W26")
    assert ledger.balance(desk.postings, W24).reserve == 48 * H
    desk.do(at(MON, "08:00"), ledger.commit, "c", 48 * H)
    with pytest.raises(RuleSaysNo, match="8 h wanted, 0 h there"):
        desk.do(at(MON, "08:00"), ledger.resize_reserve, -8 * H, "two more")
    with pytest.raises(RuleSaysNo, match="reason"):
        desk.do(at(MON, "08:00"), ledger.resize_reserve, 8 * H, " ")


def test_one_key_goes_back_to_the_plan_of_before_and_forth_again() -> None:
    desk = opened()
    before = ledger.totals(desk.postings, W24)
    made = desk.do(at(THU, "12:10"), ledger.commit, "D-044", 10 * H)
    made += desk.borrow(at(THU, "12:10"), "D-044", ("B16", 5 * H), ("B17", 5 * H))
    made += desk.do(at(THU, "12:10"), ledger.ask_external, "neighbour", "D-044", 10 * H)
    made += desk.do(at(THU, "12:10"), ledger.confirm_external, "neighbour", "D-044", 10 * H)
    planned = ledger.totals(desk.postings, W24)
    undone = desk.do(at(THU, "13:30"), ledger.reverse, [p.id for p in made], "Friday matters more")
    assert ledger.totals(desk.postings, W24) == before
    assert [p.reverses for p in undone] == [p.id for p in reversed(made)]
    with pytest.raises(RuleSaysNo, match="already"):
        desk.do(at(THU, "13:31"), ledger.reverse, [made[0].id], "twice")
    desk.do(at(THU, "13:32"), ledger.reverse, [p.id for p in undone], "redo")
    assert ledger.totals(desk.postings, W24) == planned
    assert ledger.totals(desk.postings, W24, at(THU, "13:31")) == before


def test_undoing_a_release_takes_theme_hours_and_needs_a_name() -> None:
    desk = opened()
    desk.borrow(at(TUE, "13:46"), "c", ("B15", 3 * H))
    (let_go,) = desk.do(at(TUE, "14:00"), ledger.release, "c", "not needed")
    with pytest.raises(RuleSaysNo, match="team lead or decider"):
        desk.do(at(TUE, "14:10"), ledger.reverse, [let_go.id], "needed after all")
    desk.do(at(TUE, "14:10"), ledger.reverse, [let_go.id], "needed after all", LEAD)
    assert ledger.balance(desk.postings, W24).to_borrow == 3 * H


def test_a_reversal_that_would_leave_a_hole_is_refused() -> None:
    desk = opened()
    (apart,) = desk.do(at(TUE, "13:46"), ledger.commit, "c", 3 * H)
    desk.do(at(TUE, "17:45"), ledger.work, "c", RULE)
    with pytest.raises(RuleSaysNo, match="3 h wanted, 0 h there"):
        desk.do(at(TUE, "18:00"), ledger.reverse, [apart.id], "mistake")
    with pytest.raises(RuleSaysNo, match="no posting nope"):
        desk.do(at(TUE, "18:00"), ledger.reverse, ["nope"], "mistake")
    with pytest.raises(RuleSaysNo, match="can't be reversed"):
        desk.do(at(TUE, "18:00"), ledger.reverse, [desk.postings[0].id], "mistake")


def test_check_refuses_a_reversal_that_does_not_mirror_and_a_known_id() -> None:
    desk = opened()
    (apart,) = desk.do(at(TUE, "13:46"), ledger.commit, "c", 3 * H)
    crooked = a_posting(
        (FREE, 60), (Account(book=Book.COMMITTED, case_id="c"), -60), reverses=apart.id
    )
    with pytest.raises(RuleSaysNo, match="doesn't mirror"):
        ledger.check(desk.postings, [crooked])
    with pytest.raises(RuleSaysNo, match="already"):
        ledger.check(desk.postings, [apart])


def test_weeks_do_not_mix() -> None:
    desk = play_w24()
    desk.week = W24.shift(2)
    desk.do(at(SUN, "18:00"), ledger.open_week, 10 * H, {"nuisance": 20 * H})
    desk.do(at(SUN, "18:00"), ledger.commit, "D-041", 10 * H)
    assert in_hours(ledger.balance(desk.postings, W24)) == (28, 36, 0, 0, 8, 0)
    assert in_hours(ledger.balance(desk.postings, desk.week)) == (0, 0, 10, 0, 0, 0)


def test_hours_read_well() -> None:
    assert [ledger.hours(m) for m in (0, 360, 390, -30)] == ["0", "6", "6:30", "-0:30"]


def test_a_mistake_of_a_closed_week_is_not_mended_in_the_next() -> None:
    desk = play_w24()
    (worked, *_rest) = [p for p in desk.postings if p.deed is Deed.WORK]
    desk.do(at(NEXT_MONDAY, "08:00"), ledger.close_week)
    desk.week = W24.shift(1)
    desk.do(at(NEXT_MONDAY, "08:05"), ledger.open_week, 64 * H, BUDGETS)
    with pytest.raises(RuleSaysNo, match="belongs to week 2026-W24"):
        desk.do(at(NEXT_MONDAY, "08:06"), ledger.reverse, [worked.id], "mistake", LEAD)


def test_the_oldest_debt_of_the_theme_is_paid_first_and_no_other_theme_s() -> None:
    desk = opened()
    for day, theme in ((TUE, "undermining"), (WED, "nuisance")):
        desk.do(
            at(day, "10:00"), ledger.authorise_borrow, theme, "c", 2 * H,
            authorised_by=LEAD, reason="needed",
        )  # fmt: skip
        desk.do(at(day, "12:00"), ledger.work, "c", RULE)
    desk.do(at(THU, "19:30"), ledger.give_back, "nuisance", 9 * H)
    left = [(x.terms.theme, x.terms.since, x.minutes) for x in ledger.debts(desk.postings, W24)]
    assert left == [("undermining", TUE, 2 * H), ("nuisance", WED, H)]


def test_worked_hours_are_put_right_by_a_counter_posting_and_a_new_one() -> None:
    desk = play_w24_until_tuesday()
    (wrong,) = [p for p in desk.postings if p.deed is Deed.WORK and p.person_id == "B21"]
    desk.do(at(WED, "16:45"), ledger.reverse, [wrong.id], "relieved half an hour early")
    desk.do(at(WED, "16:45"), ledger.work, "U-009", RULE, person_id="B21", minutes=150)
    desk.do(at(WED, "16:45"), ledger.release, "U-009", "relieved half an hour early")
    state = ledger.balance(desk.postings, W24)
    assert (state.owed, state.to_borrow) == (4 * H - 30, 0)
    assert ledger.balance(desk.postings, W24, at(WED, "16:44")).owed == 4 * H
    assert ledger.unauthorised_theme_minutes(desk.postings) == 0


def play_w24_until_tuesday() -> Desk:
    desk, week = Desk(), play_w24().postings
    desk.postings = [p for p in week if p.entered_at <= at(TUE, "19:30")]
    desk._numbers = itertools.count(len(week) * 3)
    return desk
