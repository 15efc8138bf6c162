"""Pictures say the same in signs and figures as in colours, and fit the width they get."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdesk.desk import signals
from orderdesk.i18n import set_language
from orderdesk.screens.widgets.bars import (
    Bar,
    Part,
    Parts,
    Step,
    bars,
    gauge,
    shares,
    spark,
    waterfall,
)
from orderdesk.screens.widgets.fan import Fan, Week, fan
from orderdesk.screens.widgets.head import Marks, Tab, heading
from orderdesk.screens.widgets.looks import Look, Piece, badge, content, late
from orderdesk.screens.widgets.maps import (
    City,
    District,
    Strip,
    StripRow,
    Year,
    city_map,
    heat_strip,
    heat_year,
    level,
)

WIDTHS = st.integers(min_value=40, max_value=200)
AMOUNTS = st.lists(st.integers(min_value=0, max_value=500), min_size=1, max_size=5)
RESERVE = Parts(
    [
        Part("used", 10, "10 h", "█", Look.MAIN), Part("given back", 4, "4 h", "▓", Look.GOOD),
        Part("committed", 22, "22 h", "▒", Look.AMBER), Part("free", 28, "28 h", "░", Look.DIM),
    ],
    title="reserve 64 h",
)  # fmt: skip


def widest(text: str) -> int:
    return max(len(line) for line in text.split("\n"))


@given(AMOUNTS, WIDTHS)
def test_a_whole_fills_its_bar_and_no_part_is_lost(amounts: list[int], width: int) -> None:
    cells = shares(amounts, sum(amounts), width)
    assert sum(cells) == (width if sum(amounts) else 0)
    assert all((n > 0) == (a > 0) for n, a in zip(cells, amounts, strict=True))


@given(WIDTHS)
def test_a_gauge_says_each_amount_in_words(width: int) -> None:
    text = gauge(RESERVE, width).plain
    assert widest(text) <= width
    for part in RESERVE.parts:
        assert f"{part.sign * 2} {part.label} {part.text}" in text
    bar = text.split("\n")[1]
    assert [bar.count(s) for s in "█▓▒░"] == shares([10, 4, 22, 28], 64, width - 2)


@given(WIDTHS)
def test_bars_lie_on_one_scale(width: int) -> None:
    drawn = bars(
        [Bar("Nuisance", [Part("", 40, "", "█")], 80, "80 h"), Bar("Parking", [], 160, "160 h")],
        width,
    )
    first, second = drawn.plain.split("\n")
    assert widest(drawn.plain) <= width
    assert first.count("█") + first.count("·") == pytest.approx(second.count("·") / 2, abs=1)
    assert first.endswith("80 h")


@given(WIDTHS)
def test_a_waterfall_ends_where_its_steps_lead(width: int) -> None:
    steps = [
        Step("paper", 100, "100", True),
        Step("leave", -30, "-30"),
        Step("left", 70, "70", True),
    ]
    paper, leave, left = waterfall(steps, width).plain.split("\n")
    assert leave.rindex("▒") == paper.rindex("█")
    assert leave.index("▒") == left.rindex("█") + 1
    assert widest(waterfall(steps, width).plain) <= width


def test_a_sparkline_keeps_order() -> None:
    assert spark([0, 1, 7]) == "▁▂█"
    assert spark([]) == ""
    assert spark([3, 3]) == "▁▁"


@given(WIDTHS, st.integers(min_value=1, max_value=30))
def test_a_fan_writes_every_figure_and_marks_what_is_above_the_line(width: int, n: int) -> None:
    weeks = [Week(f"W{k:02d}", k, k + 5, k + 20) for k in range(n)]
    text = fan(Fan(weeks, line=[22] * n, line_label="reserve", unit="h"), width).plain
    assert widest(text) <= max(width, 70)
    p90 = next(line for line in text.split("\n") if line.startswith("P90"))
    assert "20 " in p90
    assert ("23!" in p90) == (n > 3 and (width - 6) // max(4, min(9, (width - 6) // n)) > 3)


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("width", [40, 78, 158])
def test_a_year_is_read_in_digits(lang: str, width: int) -> None:
    set_language(lang)
    today = date(2026, 6, 9)
    values = {today: 3.0, today + timedelta(days=1): 12.0}
    text = heat_year(Year(2026, values, {today + timedelta(days=2): "E"}, today, "x"), width).plain
    lines = text.split("\n")
    assert len(lines) == 9
    assert max(map(len, lines[:8])) <= width
    assert "3" in lines[2]
    assert "+" in lines[3]
    assert "E" in lines[4]
    assert ("‹" in lines[0]) == (width == 40)
    if width > 40:
        days = sum(line[5:].count(sign) for line in lines[1:8] for sign in "·3+E")
        assert days == 371  # 2026 has 53 ISO weeks


def test_shades_run_from_nothing_to_the_most() -> None:
    assert [level(v, 8) for v in (0, 1, 2, 3, 5, 7, 8)] == [0, 1, 1, 2, 3, 4, 4]


def test_every_district_of_the_city_stands_on_the_map() -> None:
    grid = signals.district_grid()
    assert set(grid) == set(signals.districts())
    city = City([District(name, 1, f"{name[0]}1", *at) for name, at in grid.items()])
    text = city_map(city, 78).plain
    assert widest(text) <= 78
    for name in grid:
        assert f" {name} " in text
    rows = text.split("\n")
    centre = next(line for line in rows if "Centrum" in line)
    assert centre.index("West") < centre.index("Centrum") < centre.index("Oost")
    assert text.index("Noord ") < text.index("Centrum") < text.index("Zuid ")


@pytest.mark.parametrize(("lang", "word"), [("nl", "hoog"), ("en", "high")])
def test_a_class_is_a_sign_and_a_word(lang: str, word: str) -> None:
    set_language(lang)
    assert badge("hoog").text == f"▲ {word}"
    assert badge(word) == badge("high") == badge("hoog")
    assert badge("").text == ""


def test_what_was_typed_is_shown_and_never_obeyed() -> None:
    drawn = content(late("[bold]x[/] \x1b[2J"))
    assert drawn.plain == "‼ [bold]x[/] ␛[2J"


TABS = [Tab(name, str(n + 1), name) for n, name in enumerate(
    ["Vandaag", "Register", "Risico", "Capaciteit", "Rooster", "Incident", "Signalen", "Driehoek", "Team"]
)]  # fmt: skip
MARKS = Marks(
    [("W24  di 9 jun 07:30", "di 9 jun 07:30"), ("SYNTHETISCHE DATA", "SYNTH"), ("planner", "")]
)


@given(st.integers(min_value=44, max_value=200), st.sampled_from([tab.name for tab in TABS]))
def test_the_heading_fits_and_always_says_where_one_is(width: int, active: str) -> None:
    drawn = heading(TABS, active, MARKS, width)
    assert drawn.cell_length == width - 1
    assert f"▸{next(t.key for t in TABS if t.name == active)} {active} " in drawn.plain
    for tab in TABS:
        assert tab.key in drawn.plain


def test_the_heading_shortens_names_before_it_leaves_marks_out() -> None:
    wide = heading(TABS, "risk", MARKS, 170).plain
    assert "4 Capaciteit" in wide
    assert "SYNTHETISCHE DATA" in wide
    narrow = heading(TABS, "Vandaag", MARKS, 80).plain
    assert "▸1 Vandaag" in narrow
    assert "4Cap" in narrow
    assert "SYNTH" in narrow
    assert "di 9 jun 07:30" in narrow


def test_a_heat_strip_shows_the_newest_weeks_that_fit() -> None:
    strip = Strip(
        [f"W{n:02d}" for n in range(1, 13)],
        [StripRow("Noord-West", [("·", 0)] * 11 + [("<5", 1)], Piece("+0.1"))],
    )
    wide, narrow = heat_strip(strip, 80).plain, heat_strip(strip, 40).plain
    assert "W01" in wide
    assert "W01" not in narrow
    assert "W12" in narrow
    assert widest(narrow) <= 40
    assert narrow.split("\n")[1].index("<5") + 2 == narrow.split("\n")[0].index("W12") + 3
