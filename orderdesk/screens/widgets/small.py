"""What stands there while the terminal is too small to work in."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from orderdesk.i18n import _
from orderdesk.screens.safe import safe

LEAST = Size(60, 14)
"""Columns and rows below which nothing would be legible."""


def too_small(size: Size) -> bool:
    """Whether a terminal of this size is too small."""
    return size.width < LEAST.width or size.height < LEAST.height


class TooSmall(ModalScreen[None]):
    """Says what is needed and goes by itself; what lies below stays as it was."""

    DEFAULT_CSS = """
    TooSmall { background: $background; align: center middle; }
    TooSmall Static { width: 100%; text-align: center; text-style: bold; }
    """

    def compose(self) -> ComposeResult:
        """One sentence."""
        yield Static(
            safe(
                _("Too small: at least {w} x {h}. Nothing is lost.").format(
                    w=LEAST.width, h=LEAST.height
                )
            ),
            markup=False,
        )

    def on_resize(self, event: events.Resize) -> None:
        """Go when there is room again."""
        if not too_small(event.size) and self.is_current:
            self.dismiss(None)
