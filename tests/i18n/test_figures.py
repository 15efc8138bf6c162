"""Numbers as each language writes them, in text only; data keep the point."""

from __future__ import annotations

import json

import pytest

from orderdesk.i18n import Figure, count, figure, fill, msg, set_language


@pytest.mark.parametrize(
    ("value", "spec", "dutch", "english"),
    [
        (0.125, ".1%", "12,5%", "12.5%"),
        (-8.6, "+.1f", "-8,6", "-8.6"),
        (1_000_000, ",", "1.000.000", "1,000,000"),
        (12_774.5, ",.1f", "12.774,5", "12,774.5"),
        (42.0, "g", "42", "42"),
        (3.5, ">6g", "   3,5", "   3.5"),
    ],
)
def test_numbers_follow_the_language(value: float, spec: str, dutch: str, english: str) -> None:
    assert figure(value, spec) == english
    set_language("nl")
    assert figure(value, spec) == dutch


@pytest.mark.parametrize(
    ("n", "dutch", "english"), [(0, "0", "0"), (999, "999", "999"), (100_000, "100.000", "100,000")]
)
def test_counts_part_their_thousands(n: int, dutch: str, english: str) -> None:
    assert count(n) == english
    set_language("nl")
    assert count(n) == dutch


def test_a_message_follows_the_language_of_who_reads_it() -> None:
    text, later = msg("{p:.1%} (x)", p=0.034), msg("{n} x", n=Figure(2.5))
    assert (str(text), str(later)) == ("3.4% (x)", "2.5 x")
    set_language("nl")
    assert (str(text), str(later)) == ("3,4% (x)", "2,5 x")
    assert fill("{n} {text}", n=7, text="1.5") == "7 1.5"
    assert json.dumps(2.5) == "2.5"
