"""Rule 25: signals are about districts and weeks, never about people; they age and go."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from orderdesk.domain.events import Sureness
from orderdesk.reference import load
from orderdesk.risk.facts import Phase, Signal, SourceType
from orderdesk.risk.signals import (
    SignalRules,
    WeekCell,
    board,
    check_signal,
    check_signal_text,
    is_bsn,
    purge,
    strength,
    weekly,
    weight,
)

RULES = load("signals", SignalRules)
PLACES = ["Vrijthof", "Mosae Forum", "Plein 1992", "Onze Lieve Vrouweplein", "Wittevrouwenveld"]
SEEN = date(2026, 6, 8)
FRAMES = st.sampled_from(
    ["{}", "Onrust rond het plein, zie {}", "gemeld door {} gisteren", "({})", "x\n{}\ny", "“{}”"]
)
letters = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=2, max_size=12)
digits = st.text("0123456789", min_size=9, max_size=9)


def signal(**values: object) -> Signal:
    usual: dict[str, object] = {
        "week": "2026-W24",
        "district": "centrum",
        "phase": Phase.RISING,
        "evidenced": True,
        "source_type": SourceType.AREA_STAFF,
        "observed": SEEN,
        "reliability": Sureness.PLAUSIBLE,
    }
    return Signal.model_validate(usual | values)


def kinds(text: str) -> set[str]:
    return {hit.kind for hit in check_signal_text(text, RULES.words, PLACES)}


@settings(deadline=None)
@given(frame=FRAMES, user=letters, host=letters, top=st.sampled_from(["nl", "com", "museum"]))
def test_rule_25_an_email_address_never_gets_in(frame: str, user: str, host: str, top: str) -> None:
    for sign in ("@", " @ ", "[at]", " (at) ", "＠", "@\u200b"):
        assert "email" in kinds(frame.format(f"{user}{sign}{host}.{top}"))


@settings(deadline=None)
@given(frame=FRAMES, name=letters)
def test_rule_25_a_handle_or_profile_never_gets_in(frame: str, name: str) -> None:
    for shape in (f"@{name}", f"＠{name}", f"https://www.instagram.com/{name}", f"t.me/{name}"):
        assert "handle" in kinds(frame.format(shape))


@settings(deadline=None)
@given(
    frame=FRAMES,
    rest=st.text("0123456789", min_size=8, max_size=8),
    gap=st.sampled_from(["", " ", "-", ".", " - "]),
)
def test_rule_25_a_telephone_number_never_gets_in(frame: str, rest: str, gap: str) -> None:
    pairs = gap.join([rest[:2], rest[2:4], rest[4:6], rest[6:]])
    for shape in (f"06{gap}{pairs}", f"+31 6{gap}{pairs}", f"0031-6{gap}{pairs}"):
        assert kinds(frame.format(shape)) & {"phone", "number"}


@settings(deadline=None)
@given(frame=FRAMES, number=digits, script=st.sampled_from(["", "٠", "０", "०"]))
def test_rule_25_a_number_like_a_bsn_never_gets_in(frame: str, number: str, script: str) -> None:
    if script:
        number = "".join(chr(ord(script) + int(d)) for d in number)
    for shape in (number, f"{number[:4]}.{number[4:6]}.{number[6:]}", " ".join(number)):
        assert "number" in kinds(frame.format(shape))


@pytest.mark.parametrize(("digits_", "valid"), [("123456782", True), ("123456783", False)])
def test_a_citizen_number_is_known_by_the_test_of_eleven(digits_: str, valid: bool) -> None:
    assert is_bsn(digits_) is valid
    assert not is_bsn("000000000")


@given(st.integers(10_000_000, 99_999_999))
def test_eight_digits_are_refused_only_when_they_pass_the_eleven_test(number: int) -> None:
    text = str(number)
    assume(not text.startswith(("19", "20")))
    assert ("number" in kinds(f"kenmerk {text}")) is is_bsn(text)


@pytest.mark.parametrize(
    "text",
    [
        "Jan Jansen roept op",
        "volgens meneer De Vries",
        "mevrouw Bakker zag het",
        "J. van den Berg sprak",
        "een man genaamd Kees",
        "Gisteren was Fatima El Amrani er",
        "Onrust. Piet de Boer roept op",
    ],
)
def test_rule_25_what_looks_like_a_name_is_refused(text: str) -> None:
    assert "name" in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "Twee gebiedscollega's melden oplopende spanning rond Mosae Forum sinds zaterdag.",
        "Sinds 13-06-2026 14:00 groepen van ongeveer 40 op het Vrijthof",
        "Rond Plein 1992 is het onrustig, 10.000 tot 12.000 bezoekers verwacht",
        "Around the Vrijthof residents report rising tension since Saturday 13 June 2026",
        "Op Onze Lieve Vrouweplein en in Wittevrouwenveld: 14:30-17:45, ongeveer 150 mensen",
        "",
    ],
)
def test_a_sober_observation_is_let_through(text: str) -> None:
    assert kinds(text) == set()


def test_a_refusal_says_what_may_be_said_instead() -> None:
    (hit,) = check_signal_text("zie @iemand", RULES.words)
    assert str(hit.reason)
    assert "rough number" in str(hit.instead)


def test_every_text_field_of_a_signal_is_looked_at() -> None:
    assert check_signal(signal(), RULES.words) == ()
    for field in ("text", "district", "id", "week"):
        assert check_signal(signal(**{field: "bel 06-12345678"}), RULES.words), field


def test_source_type_and_date_are_mandatory() -> None:
    for field in ("source_type", "observed"):
        with pytest.raises(ValidationError, match=field):
            Signal.model_validate({k: v for k, v in signal().model_dump().items() if k != field})


def test_rule_25_older_than_fourteen_days_counts_half_and_after_ninety_nothing() -> None:
    s = signal()
    weights = {n: weight(s, SEEN + timedelta(days=n), RULES) for n in (-1, 0, 13, 14, 89, 90)}
    assert weights == {-1: 0, 0: 1, 13: 1, 14: 0.5, 89: 0.5, 90: 0}
    assert strength(s, SEEN, RULES) == 2 * strength(s, date(2026, 6, 22), RULES) > 0


def test_rule_25_the_purge_takes_all_text_and_leaves_the_aggregate() -> None:
    old, fresh = signal(text="weg"), signal(observed=SEEN + timedelta(days=1), week="2026-W24")
    todo = purge([old, fresh], date(2026, 9, 6), RULES)
    assert todo.delete == (old,)
    assert todo.keep == (WeekCell("2026-W24", "centrum", 1, Phase.RISING),)
    assert not any(isinstance(v, str) and "weg" in v for c in todo.keep for v in vars(c).values())
    assert purge([fresh], SEEN, RULES).delete == ()


@given(n=st.integers(1, 12))
def test_rule_25_small_cells_are_never_printed(n: int) -> None:
    (cell,) = weekly([signal() for _ in range(n)])
    assert cell.entries == n
    assert cell.shown(RULES) == ("<5" if n < 5 else str(n))


def test_silent_is_not_calm() -> None:
    views = {v.district: v for v in board(["centrum", "oost"], [signal()], SEEN, RULES)}
    assert not views["centrum"].silent
    assert views["centrum"].points > 0
    assert views["oost"].silent
    later = board(["centrum"], [signal()], SEEN + timedelta(weeks=5), RULES)[0]
    assert later.silent
    assert later.points > 0


def test_not_evidenced_and_less_reliable_weigh_less() -> None:
    best = strength(signal(reliability=Sureness.CONFIRMED), SEEN, RULES)
    assert strength(signal(), SEEN, RULES) < best
    assert strength(signal(evidenced=False), SEEN, RULES) < strength(signal(), SEEN, RULES)
