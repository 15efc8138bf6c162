from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdesk.domain.events import CounterGroup, Kind
from orderdesk.risk.card import Likeness
from orderdesk.risk.facts import Facts, PastEvent
from orderdesk.risk.likeness import Comparables

DAY = date(2026, 6, 13)
RULE = Likeness(
    place=0.3, form=0.2, counter=0.2, size=0.2, recent=0.1, half_life_years=2, source="a test"
)


def march(size: int | None = 120) -> Facts:
    return Facts(day=DAY, form="march", size_low=size, size_high=size, place="vrijthof")


def test_gatherings_to_compare_are_like_of_the_family_and_were_known() -> None:
    def past(
        i: int, place: str, form: str, known: date = DAY, kind: Kind = Kind.DEMONSTRATION
    ) -> PastEvent:
        day = DAY - timedelta(days=10 * i)
        return PastEvent(
            day=day,
            known_from=max(known, day),
            outcome=0,
            kind=kind,
            place=place,
            form=form,
            expected=100 * i,
            case_id=str(i),
        )

    events = [
        past(1, "vrijthof", "march"),
        past(2, "markt", "static"),
        past(3, "vrijthof", "static"),
        past(4, "vrijthof", "march", known=DAY + timedelta(days=1)),
        past(5, "vrijthof", "march", kind=Kind.EVENT),
    ]
    found = Comparables(events, RULE).like(march(), DAY, limit=2)
    assert [c.event.case_id for c in found] == ["1", "3"]
    assert 1 >= found[0].likeness > found[1].likeness > 0


def test_the_same_thing_again_is_wholly_like() -> None:
    event = PastEvent(
        day=DAY, known_from=DAY, outcome=0, place="vrijthof", form="march", expected=120
    )
    (found,) = Comparables([event], RULE).like(march(), DAY)
    assert found.likeness == pytest.approx(1)
    (unsure,) = Comparables([event], RULE).like(march(size=None), DAY)
    assert unsure.likeness == pytest.approx(0.9)


def test_nothing_known_is_nothing_to_compare_with() -> None:
    assert Comparables([], RULE).like(march(), DAY) == ()


EVENTS = st.builds(
    lambda ago, place, form, counter, size: PastEvent(
        day=DAY - timedelta(days=ago), known_from=DAY, outcome=0,
        place=place, form=form, counter=counter, expected=size,
    ),
    st.integers(0, 4000), st.sampled_from(["", "vrijthof", "markt"]),
    st.sampled_from(["march", "static"]), st.sampled_from(CounterGroup),
    st.none() | st.integers(0, 5000),
)  # fmt: skip


@given(st.lists(EVENTS, max_size=12), st.none() | st.integers(0, 5000))
def test_shares_are_between_nothing_and_all_and_the_most_like_comes_first(
    events: list[PastEvent], size: int | None
) -> None:
    found = Comparables(events, RULE).like(march(size), DAY, limit=3)
    likeness = [one.likeness for one in found]
    assert len(found) == min(3, len(events))
    assert likeness == sorted(likeness, reverse=True)
    assert all(0 <= share <= 1 + 1e-9 for share in likeness)
    everything = Comparables(events, RULE).like(march(size), DAY, limit=99)
    assert likeness == [one.likeness for one in everything[:3]]
