from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdesk.errors import BadInput
from orderdesk.reference import load
from orderdesk.risk.events import (
    EventCard,
    EventClass,
    MaurerScheme,
    Staff,
    advise_event,
    medical_cover,
)

CARD = load("event_card", EventCard)
SCHEME = load("maurer", MaurerScheme)
ORDER = list(EventClass)


def test_maurer_gives_the_published_check_values() -> None:
    concert = medical_cover("concert", 10_000, 10_000, SCHEME)
    assert concert.score == 26.0
    assert (concert.helpers, concert.ambulances, concert.doctors) == (20, 2, 1)
    assert concert.command is Staff.NONE
    assert medical_cover("demonstration", 1000, 200, SCHEME).score == 1.9
    tense = medical_cover("demonstration", 1000, 200, SCHEME, violence_expected=True)
    assert tense.score == 11.9
    assert (tense.helpers, tense.ambulances) == (5, 1)


def test_maurer_counts_beyond_the_table_indoors_and_vips() -> None:
    assert medical_cover("concert", 20_000, 0, SCHEME).score == 7
    assert medical_cover("concert", 20_001, 0, SCHEME).score == 8
    assert medical_cover("concert", 40_000, 0, SCHEME).score == 9
    assert medical_cover("concert", 500, 0, SCHEME, indoors=True).score == 2
    assert medical_cover("concert", 0, 0, SCHEME, vips=100).score == 31
    assert medical_cover("concert", 0, 0, SCHEME, vips=100).command is Staff.REDUCED
    huge = medical_cover("rock_concert", 200_000, 100_000, SCHEME)
    assert (huge.helpers, huge.ambulances, huge.doctors) == (160, 7, 5)
    assert huge.command is Staff.FULL


def test_maurer_says_what_it_rests_on_and_refuses_nonsense() -> None:
    assert "unverified" in medical_cover("concert", 1, 1, SCHEME).source
    with pytest.raises(BadInput, match="Known"):
        medical_cover("opera buffa", 1, 1, SCHEME)
    with pytest.raises(BadInput, match="from 0 up"):
        medical_cover("concert", -1, 1, SCHEME)


def test_small_and_quiet_is_a_and_big_and_wild_is_c() -> None:
    quiet = {q.id: min(q.answers, key=lambda a: a.points).id for q in CARD.questions}
    wild = {q.id: max(q.answers, key=lambda a: a.points).id for q in CARD.questions}
    assert advise_event(quiet, CARD).advice is EventClass.A
    assert advise_event(wild, CARD).advice is EventClass.C
    assert advise_event(quiet, CARD).open_questions == ()


def test_open_questions_show_as_a_range() -> None:
    advice = advise_event({}, CARD)
    assert (advice.advice, advice.highest) == (EventClass.A, EventClass.C)
    assert len(advice.open_questions) == len(CARD.questions)


def test_one_heavy_profile_is_b_at_least() -> None:
    advice = advise_event({"audience.size": "25000"}, CARD)
    assert advice.total < CARD.b_from
    assert advice.advice is EventClass.B


def test_numbers_fall_into_their_step() -> None:
    def points(n: str) -> int:
        return advise_event({"audience.size": n}, CARD).total

    assert [points(n) for n in ("249", "250", "999", "1000")] == [0, 1, 1, 3]


def test_what_is_unknown_is_refused() -> None:
    with pytest.raises(BadInput, match="Known"):
        advise_event({"audience.belief": "x"}, CARD)
    for wrong in ("perhaps", "-5", "nan"):
        with pytest.raises(BadInput, match="Choose one of"):
            advise_event({"audience.size": wrong}, CARD)


@given(st.data())
def test_lines_add_up_and_a_heavier_answer_never_lowers_the_class(data: st.DataObject) -> None:
    chosen = {
        q.id: data.draw(st.sampled_from([a.id for a in q.answers]))
        for q in CARD.questions
        if data.draw(st.booleans())
    }
    advice = advise_event(chosen, CARD)
    assert (
        sum(line.points for line in advice.lines) == advice.total == sum(advice.profiles.values())
    )
    assert ORDER.index(advice.advice) <= ORDER.index(advice.highest)
    for q in CARD.questions:
        if q.id in chosen:
            heavy = max(q.answers, key=lambda a: a.points).id
            worse = advise_event({**chosen, q.id: heavy}, CARD)
            assert ORDER.index(worse.advice) >= ORDER.index(advice.advice)
