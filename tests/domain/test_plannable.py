"""How contract hours shrink to plannable hours, and what may be told of the causes."""

from __future__ import annotations

import pytest

from orderdesk.domain.plannable import Cause, waterfall
from orderdesk.errors import BadInput

AWAY = {Cause.LEAVE: 112 * 60, Cause.TRAINING: 40 * 60, Cause.SICK: 60 * 60, Cause.OTHER: 12 * 60}


def test_24_on_paper_are_17_8_plannable() -> None:
    fall = waterfall(864 * 60, AWAY, group=24, whole=24, full_time_minutes=36 * 60, hide_below=5)
    assert fall.paper_fte == 24
    assert round(fall.plannable_fte, 1) == 17.8
    assert [(str(s.name), s.minutes // 60) for s in fall.steps] == [
        ("Leave", 112), ("Training", 40), ("Other absence", 72),
    ]  # fmt: skip
    assert fall.contract_minutes - sum(s.minutes for s in fall.steps) == fall.plannable_minutes
    assert round(sum(s.fte for s in fall.steps) + fall.plannable_fte, 6) == 24


@pytest.mark.parametrize(("group", "whole"), [(4, 24), (4, 4), (20, 24)])
def test_causes_hide_in_a_small_group_and_where_subtracting_would_show_them(
    group: int, whole: int
) -> None:
    fall = waterfall(864 * 60, AWAY, group=group, whole=whole, full_time_minutes=2160, hide_below=5)
    assert [str(s.name) for s in fall.steps] == ["Absence"]
    assert fall.plannable_minutes == 640 * 60


def test_more_away_than_there_is_is_refused() -> None:
    with pytest.raises(BadInput, match="absence"):
        waterfall(60, {Cause.LEAVE: 61}, group=9, whole=9, full_time_minutes=60, hide_below=5)
