"""The colours of the desk: calm in dark and light, and one of high contrast.

Every theme names all looks of `orderdesk.screens.widgets.looks`. Text stands on its background
with a contrast of at least 4.5:1, and stays legible where a terminal has sixteen colours; tests
compute both. Without colour (`NO_COLOR`) `Plain` leaves bold, underline and reverse.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

from orderdesk.i18n import N_

if TYPE_CHECKING:
    from textual.app import App

DARK, LIGHT, CONTRAST = "orderdesk-dark", "orderdesk-light", "high-contrast"
NAMES = {DARK: N_("dark"), LIGHT: N_("light"), CONTRAST: N_("high contrast")}
"""The themes in the order in which the key goes through them."""

_DARK = {
    "look-high": "#ff9d94", "look-medium": "#f0c060", "look-low": "#86d3a5",
    "look-late": "#ff9d94", "look-amber": "#f0c060", "look-good": "#86d3a5",
    "look-dim": "#9aa9b8", "look-main": "#7cc4ee", "look-tint": "#202a33",
    "look-frame": "#5b6b7a", "look-focus": "#7cc4ee",
    "look-banner": "#5a4300", "look-banner-text": "#ffe9b8",
    "look-heat-1": "#16405c", "look-heat-1-text": "#ffffff",
    "look-heat-2": "#1f628c", "look-heat-2-text": "#ffffff",
    "look-heat-3": "#7cc4ee", "look-heat-3-text": "#000000",
    "look-heat-4": "#ffd479", "look-heat-4-text": "#000000",
    "look-head": "#0e2a3d", "look-head-text": "#dbe7f1", "look-head-key": "#f0c060",
    "look-tab": "#dbe7f1", "look-tab-text": "#0e2a3d",
    "look-cursor": "#1d5f88", "look-cursor-text": "#ffffff",
    "look-rest": "#2f4353", "look-rest-text": "#ffffff",
    "look-rule": "#4a5865", "boost": "#2b3641",
    "scrollbar": "#46586a", "scrollbar-background": "#181f27",
    "scrollbar-hover": "#46586a", "scrollbar-background-hover": "#181f27",
    "scrollbar-background-active": "#181f27", "scrollbar-corner-color": "#181f27",
    "primary-muted": "#2f4353", "text-muted": "#9aa9b8",
    "text-primary": "#7cc4ee", "text-warning": "#f0c060", "text-error": "#ff9d94",
    "text-success": "#86d3a5",
}  # fmt: skip
_LIGHT = {
    "look-high": "#a3201a", "look-medium": "#7a4a00", "look-low": "#12633a",
    "look-late": "#a3201a", "look-amber": "#7a4a00", "look-good": "#12633a",
    "look-dim": "#515d69", "look-main": "#0b5a8a", "look-tint": "#dfe7ee",
    "look-frame": "#7b8894", "look-focus": "#0b5a8a",
    "look-banner": "#ffe2a0", "look-banner-text": "#3d2b00",
    "look-heat-1": "#cfe4f2", "look-heat-1-text": "#000000",
    "look-heat-2": "#8fc3e3", "look-heat-2-text": "#000000",
    "look-heat-3": "#1f6d9c", "look-heat-3-text": "#ffffff",
    "look-heat-4": "#7a2e00", "look-heat-4-text": "#ffffff",
    "look-head": "#12496b", "look-head-text": "#ffffff", "look-head-key": "#ffdf94",
    "look-tab": "#ffffff", "look-tab-text": "#12496b",
    "look-cursor": "#14557d", "look-cursor-text": "#ffffff",
    "look-rest": "#c3d3df", "look-rest-text": "#000000",
    "look-rule": "#aab6c1", "boost": "#e9eef3",
    "scrollbar": "#93a2af", "scrollbar-background": "#e4eaf0",
    "scrollbar-hover": "#93a2af", "scrollbar-background-hover": "#e4eaf0",
    "scrollbar-background-active": "#e4eaf0", "scrollbar-corner-color": "#e4eaf0",
    "primary-muted": "#c3d3df", "text-muted": "#515d69",
    "text-primary": "#0b5a8a", "text-warning": "#7a4a00", "text-error": "#a3201a",
    "text-success": "#12633a",
}  # fmt: skip
_CONTRAST = {
    "look-high": "#ff9d94", "look-medium": "#ffff00", "look-low": "#7fff9f",
    "look-late": "#ff9d94", "look-amber": "#ffff00", "look-good": "#7fff9f",
    "look-dim": "#d0d0d0", "look-main": "#00ffff", "look-tint": "#2a2a2a",
    "look-frame": "#ffffff", "look-focus": "#ffff00",
    "look-banner": "#ffff00", "look-banner-text": "#000000",
    "look-heat-1": "#00006e", "look-heat-1-text": "#ffffff",
    "look-heat-2": "#0000b4", "look-heat-2-text": "#ffffff",
    "look-heat-3": "#00ffff", "look-heat-3-text": "#000000",
    "look-heat-4": "#ffff00", "look-heat-4-text": "#000000",
    "look-head": "#000000", "look-head-text": "#ffffff", "look-head-key": "#ffff00",
    "look-tab": "#ffff00", "look-tab-text": "#000000",
    "look-cursor": "#ffff00", "look-cursor-text": "#000000",
    "look-rest": "#ffffff", "look-rest-text": "#000000",
    "look-rule": "#808080", "boost": "#2a2a2a",
    "scrollbar": "#ffffff", "scrollbar-background": "#2a2a2a",
    "scrollbar-hover": "#ffffff", "scrollbar-background-hover": "#2a2a2a",
    "scrollbar-background-active": "#2a2a2a", "scrollbar-corner-color": "#2a2a2a",
    "primary-muted": "#4d4d4d", "text-muted": "#d0d0d0",
    "text-primary": "#ffff00", "text-warning": "#ffff00", "text-error": "#ff9d94",
    "text-success": "#7fff9f",
}  # fmt: skip

VARIABLES = _DARK
"""What the screens name besides Textual's own variables, as the dark theme has it."""


def themes() -> tuple[Theme, ...]:
    """The three themes."""
    return (
        Theme(
            name=DARK, primary="#1d5f88", secondary="#3d6b58", accent="#f0c060",
            foreground="#e3eaf1", background="#12181e", surface="#181f27", panel="#1f2831",
            warning="#f0c060", error="#ff9d94", success="#86d3a5", dark=True,
            variables={**_DARK, "text": "auto 100%", "footer-key-foreground": "#f0c060",
                       "border": "#7cc4ee"},
        ),
        Theme(
            name=LIGHT, primary="#14557d", secondary="#12633a", accent="#7a4a00",
            foreground="#131a20", background="#f4f6f8", surface="#ffffff", panel="#e4eaf0",
            warning="#7a4a00", error="#a3201a", success="#12633a", dark=False,
            variables={**_LIGHT, "text": "auto 100%", "footer-key-foreground": "#7a2e00",
                       "border": "#0b5a8a"},
        ),
        Theme(
            name=CONTRAST, primary="#ffff00", secondary="#00ffff", accent="#ffff00",
            foreground="#ffffff", background="#000000", surface="#000000", panel="#000000",
            warning="#ffff00", error="#ff9d94", success="#7fff9f", dark=True,
            variables={**_CONTRAST, "text": "auto 100%", "footer-key-foreground": "#ffff00",
                       "border": "#ffff00"},
        ),
    )  # fmt: skip


def set_up(app: App[None], theme: str = DARK) -> None:
    """Give an application that is not drawn yet its themes, and choose one (unknown: the dark)."""
    for made in themes():
        app.register_theme(made)
    app.set_reactive(type(app).theme, theme if theme in NAMES else DARK)
    app.stylesheet.set_variables(app.get_css_variables())


def contrast(one: Color, other: Color) -> float:
    """Contrast ratio of two opaque colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    """Relative luminance (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.normalized]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


class Plain(LineFilter):
    """No colour at all: what stood out by its background is reversed, what was dim is dim."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """`segments` with attributes only."""
        return [
            Segment(text, None if style is None else _plain(style, background), control)
            for text, style, control in segments
        ]


_STANDS_OUT = 2.0
"""From this contrast with the screen's background on, a background is a mark."""


@lru_cache(1024)
def _plain(style: Style, background: Color) -> Style:
    back = style.bgcolor
    marked = back is not None and not back.is_default
    if marked and back is not None:
        marked = contrast(Color.from_rich_color(back), background) >= _STANDS_OUT
    return Style(
        bold=style.bold, dim=style.dim, italic=style.italic, underline=style.underline,
        reverse=bool(style.reverse) != marked, strike=style.strike, link=style.link,
        meta=style.meta,
    )  # fmt: skip
