"""The reasons of a class are drawn whole, in columns, at any width and in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from orderdesk.desk import scoring
from orderdesk.desk.core import Desk
from orderdesk.desk.opening import open_desk
from orderdesk.i18n import set_language
from orderdesk.screens.widgets.why import bar, ruler, why
from tests.stories.playing import OFFICER, week_at


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    path = week_at(tmp_path_factory.mktemp("why"), 2, "10:00")
    made = open_desk(str(path), actor=OFFICER)
    yield made
    made.store.close()


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("width", [56, 76, 92, 160])
def test_nothing_is_wider_than_the_screen_and_everything_is_said(
    desk: Desk, lang: str, width: int
) -> None:
    set_language(lang)
    found = scoring.explain_number(desk, "D-2026-041")
    text = why(found, width).plain
    assert max(map(len, text.split("\n"))) <= width
    flat = " ".join(text.split())
    for factor in found.score.factors:
        assert " ".join(str(factor.label).split()[: 3 if width > 70 else 1]) in flat
    assert str(found.worth[0].question) in flat
    assert {"nl": "▲ hoog", "en": "▲ high"}[lang] in text
    assert len(found.earlier) >= 1
    for score in found.earlier:
        assert str(score.day.year) in text


def test_points_stand_under_each_other_and_add_up(desk: Desk) -> None:
    found = scoring.explain_number(desk, "D-2026-041")
    text = why(found, 92).plain
    points = list(re.finditer(r"(?m)^\S.{40,}?([+−]?\d+\.\d) .*[│◀█▶]", text))
    assert len(points) == len(found.score.factors)
    assert len({m.end(1) - m.start() for m in points}) == 1
    said = [float(m[1].replace("−", "-")) for m in points]
    assert round(sum(said), 1) == found.score.total_tenths / 10


def test_the_ruler_shows_the_chance_between_the_limits(desk: Desk) -> None:
    found = scoring.explain_number(desk, "D-2026-041")
    names, interval, scale, figures = (line.plain for line in ruler(found, 72))
    middle, high = found.limits
    assert scale.count("┼") == 2
    assert names.index("◆") < names.index("▲")
    assert abs(names.index("◆") - scale.index("┼")) <= 1
    assert scoring.percent(middle) in figures
    assert scoring.percent(high) in figures
    low, top = (found.score.low, found.score.high) if found.score.decimals else found.score.band
    assert (interval.index("┣") < scale.index("┼")) == (low < middle)
    assert (interval.index("┫") < scale.rindex("┼")) == (top < high)


@pytest.mark.parametrize(
    ("points", "drawn"),
    [
        (0.0, "      │      "),
        (1.0, "      │██    "),
        (-8.6, "◀█████│      "),
        (9.0, "      │█████▶"),
    ],
)
def test_a_bar_grows_from_the_middle_and_marks_what_is_clipped(points: float, drawn: str) -> None:
    assert bar(points) == drawn


def test_an_event_has_limits_of_its_own(desk: Desk) -> None:
    gathering = scoring.explain_number(desk, "D-2026-041")
    event = scoring.explain_number(desk, "E-2026-118")
    classes = scoring.risk_tables().classes
    assert gathering.limits == classes.limits(True, gathering.score.impact)
    assert event.limits == classes.limits(False, event.score.impact)
    assert gathering.as_json()["class_from"] == {
        "midden": gathering.limits[0],
        "hoog": gathering.limits[1],
    }
