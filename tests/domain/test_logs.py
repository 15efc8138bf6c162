"""Merging logs: no line lost, none doubled, the same whatever the order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdesk.domain.logs import Entry, disagreements, merge
from orderdesk.errors import RuleSaysNo

START = datetime(2026, 6, 9, 11, 40, tzinfo=UTC)
ENDS = ("2026-06-09T15:30:00+00:00", "2026-06-09T15:35:00+00:00")


def line(n: int, author: str, minute: int, **more: object) -> Entry:
    moment = START + timedelta(minutes=minute)
    return Entry.model_validate(
        {"id": f"{author}-{n}", "known_at": moment, "entered_at": moment, "author": author,
         "words": f"regel {n}", **more}
    )  # fmt: skip


@st.composite
def logs(draw: st.DrawFn) -> tuple[list[Entry], list[Entry]]:
    """Two logs that share lines of a common beginning, with statements and corrections."""
    whole: list[Entry] = []
    for n in range(draw(st.integers(0, 12))):
        author = draw(st.sampled_from(["lead", "officer"]))
        says = draw(st.sampled_from([{}, {}, {"ended": ENDS[0]}, {"ended": ENDS[1]}]))
        earlier = [e.id for e in whole]
        corrects = draw(st.sampled_from(["", "", *earlier]))
        minute = draw(st.integers(0, 240))
        whole.append(line(n, author, minute, says=says, corrects=corrects))
    one = draw(st.lists(st.sampled_from(whole), unique_by=lambda e: e.id)) if whole else []
    two = draw(st.lists(st.sampled_from(whole), unique_by=lambda e: e.id)) if whole else []
    return one, two


@given(logs())
def test_either_order_gives_the_same_and_loses_no_line(
    pair: tuple[list[Entry], list[Entry]],
) -> None:
    one, two = pair
    merged = merge(one, two)
    assert merged == merge(two, one) == merge(merged, one, two)
    assert {e.id for e in merged} == {e.id for e in one} | {e.id for e in two}
    assert len(merged) == len({e.id for e in merged})
    assert disagreements(merged) == disagreements(reversed(merged))


def test_nine_and_fourteen_are_twenty_three_with_one_end_time_side_by_side() -> None:
    lead = [line(n, "lead", 10 * n) for n in range(8)] + [
        line(8, "lead", 230, says={"ended": ENDS[1]})
    ]
    hers = [line(n, "officer", 9 * n) for n in range(13)]
    hers.append(line(13, "officer", 229, says={"ended": ENDS[0]}))
    merged = merge(lead, hers)
    assert len(merged) == 23
    (found,) = disagreements(merged)
    assert found.about == "ended"
    assert found.values == ENDS
    chosen = line(14, "officer", 240, says={"ended": ENDS[0]},
                  settles=tuple(e.id for e in found.statements))  # fmt: skip
    settled = merge(merged, [chosen])
    assert disagreements(settled) == ()
    assert len(settled) == 24


def test_a_corrected_statement_stands_no_longer() -> None:
    wrong = line(1, "lead", 1, says={"ended": ENDS[1]})
    right = line(2, "lead", 2, says={"ended": ENDS[0]}, corrects=wrong.id)
    other = line(1, "officer", 3, says={"ended": ENDS[0]})
    assert disagreements([wrong, right, other]) == ()


def test_a_line_that_was_changed_is_refused() -> None:
    mine = line(1, "lead", 1)
    with pytest.raises(RuleSaysNo):
        merge([mine], [mine.replace(words="iets anders")])
