"""The mayor's powers: what must be on record, and the duties that follow, with their day."""

from __future__ import annotations

from datetime import date

import pytest

from orderdesk import reference
from orderdesk.domain.powers import Powers, Use, duties_of
from orderdesk.errors import BadInput

TODAY = date(2026, 6, 14)
FULL = Use(
    lighter_means="Dialogue and an instruction under article 6; both failed",
    proportionality="Only the square, only until 20:00",
    group="Everyone who blocks the tunnel",
    prosecutor_consulted=TODAY,
    council_meets=date(2026, 6, 23),
)


def power(id: str):  # type: ignore[no-untyped-def]
    return reference.load("mayor_powers", Powers).get(id)


@pytest.mark.parametrize(
    ("id", "gap", "field"),
    [
        ("emergency_order", {"lighter_means": " "}, "lighter"),
        ("emergency_order", {"proportionality": ""}, "proportionality"),
        ("emergency_order", {"group": ""}, "group"),
        ("emergency_regulation", {"lighter_means": ""}, "lighter"),
        ("emergency_regulation", {"council_meets": None}, "council"),
        ("risk_area", {"prosecutor_consulted": None}, "consulted"),
        ("cameras", {"prosecutor_consulted": None}, "consulted"),
    ],
)
def test_what_is_not_on_record_is_named(id: str, gap: dict[str, object], field: str) -> None:
    from dataclasses import replace

    with pytest.raises(BadInput) as refused:
        duties_of(power(id), replace(FULL, **gap), TODAY)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert duties_of(power(id), FULL, TODAY) is not None


def test_an_emergency_regulation_brings_ratification_on_the_council_s_day() -> None:
    duties = duties_of(power("emergency_regulation"), FULL, TODAY)
    assert [duty.due for duty in duties] == [
        date(2026, 6, 15), date(2026, 6, 23), date(2026, 6, 21),
    ]  # fmt: skip
    assert "ratify" in duties[1].what


def test_a_light_order_asks_for_nothing_more() -> None:
    assert duties_of(power("light_order"), Use(), TODAY) == ()
