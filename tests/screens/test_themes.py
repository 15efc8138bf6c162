"""Every theme is legible: contrast, sixteen colours, no colour at all."""

from __future__ import annotations

from itertools import product

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from orderdesk.screens.themes import CONTRAST, NAMES, VARIABLES, Plain, contrast, themes
from orderdesk.screens.widgets.looks import Look

LEAST = 4.5
ON_PAGES = (
    "foreground", "text-muted", "text-primary", "text-warning", "text-error", "text-success",
    "look-high", "look-medium", "look-low", "look-late", "look-amber", "look-good", "look-dim",
    "look-main",
)  # fmt: skip
PAGES = ("background", "surface", "panel", "look-tint")
PAIRS = (
    *product(ON_PAGES, PAGES),
    ("look-head-text", "look-head"), ("look-head-key", "look-head"),
    ("look-tab-text", "look-tab"), ("look-cursor-text", "look-cursor"),
    ("look-cursor", "look-cursor-text"), ("look-rest-text", "look-rest"),
    ("look-banner-text", "look-banner"), ("footer-key-foreground", "footer-background"),
    ("footer-foreground", "footer-background"), ("foreground", "boost"), ("foreground", "primary-muted"),
    *((f"look-heat-{n}-text", f"look-heat-{n}") for n in range(1, 5)),
    ("input-cursor-foreground", "input-cursor-background"),
)  # fmt: skip
"""Text and background that meet on a screen."""


def colours(theme: Theme) -> dict[str, str]:
    return {**theme.to_color_system().generate(), **theme.variables}


@pytest.mark.parametrize("theme", themes(), ids=lambda t: t.name)
def test_every_text_stands_out_from_its_background(theme: Theme) -> None:
    found = colours(theme)
    weak = {
        (text, back): round(ratio, 2)
        for text, back in PAIRS
        if (ratio := contrast(Color.parse(found[text]), Color.parse(found[back]))) < LEAST
    }
    assert weak == {}


@pytest.mark.parametrize("theme", themes(), ids=lambda t: t.name)
def test_automatic_text_stands_out_from_what_it_lies_on(theme: Theme) -> None:
    found = colours(theme)
    for back in ("background", "surface", "panel", "primary", "boost", "primary-muted"):
        on = Color.parse(found[back])
        assert contrast(on.get_contrast_text(1.0), on) >= LEAST, back


@pytest.mark.parametrize("theme", themes(), ids=lambda t: t.name)
def test_sixteen_colours_leave_text_and_background_apart(theme: Theme) -> None:
    found = colours(theme)

    def nearest(name: str) -> Color:
        rich = Color.parse(found[name]).rich_color.downgrade(ColorSystem.STANDARD)
        return Color(*rich.get_truecolor())

    same = [(text, back) for text, back in PAIRS if contrast(nearest(text), nearest(back)) < 2.5]
    assert same == []


def test_the_contrast_of_black_and_white_is_the_whole_scale() -> None:
    assert contrast(Color(0, 0, 0), Color(255, 255, 255)) == pytest.approx(21)
    assert contrast(Color(9, 9, 9), Color(9, 9, 9)) == 1


def test_high_contrast_is_complete() -> None:
    (high,) = [theme for theme in themes() if theme.name == CONTRAST]
    assert set(NAMES) == {theme.name for theme in themes()}
    assert all(set(VARIABLES) <= set(theme.variables) for theme in themes())
    found = colours(high)
    assert min(contrast(Color.parse(found[t]), Color.parse(found[b])) for t, b in PAIRS) >= 7


def test_each_look_has_a_style_in_each_theme() -> None:
    for theme in themes():
        for look in Look:
            for word in look.style.split():
                assert not word.startswith("$") or word[1:] in theme.variables


def test_without_colour_what_stands_out_is_reversed() -> None:
    page = Color.parse("#12181e")
    plain, cursor = (
        Segment("x", Style(color="#e3eaf1", bgcolor=back, bold=True))
        for back in ("#181f27", "#1d5f88")
    )
    first, second = Plain().apply([plain, cursor], page)
    assert first.style is not None
    assert second.style is not None
    assert (first.style.color, first.style.bgcolor, first.style.bold) == (None, None, True)
    assert not first.style.reverse
    assert second.style.reverse
