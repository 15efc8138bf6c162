"""Jump: one key puts a letter on every pane and field in sight; the letter goes there."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.errors import NoWidget
from textual.geometry import Offset
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from orderdesk.i18n import N_, _
from orderdesk.screens.safe import safe
from orderdesk.screens.words import translated

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""The easiest keys first."""


def targets(screen: Screen[Any]) -> list[tuple[str, Widget, Offset]]:
    """(letter, widget, where its letter stands) of everything in sight that can take the keys, in
    the order in which Tab reaches it."""
    seen = []
    for widget in screen.focus_chain:
        try:
            region = screen.find_widget(widget).visible_region
        except NoWidget:
            continue
        if region:
            seen.append((widget, region.offset))
    return [(letter, *found) for letter, found in zip(LETTERS, seen, strict=False)]


class Jump(ModalScreen[Widget | None]):
    """Letters over the screen below; dismissed with the widget that was chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+o", "leave", N_("back"))]
    DEFAULT_CSS = """
    Jump { background: $background 35%; }
    Jump .letter { position: absolute; width: 3; height: 1; text-style: bold; text-align: center;
                   background: $look-banner-text; color: $look-banner; }
    Jump #how { position: absolute; width: auto; height: 1; padding: 0 1; text-style: bold;
                background: $look-banner; color: $look-banner-text; }
    """

    def __init__(self, found: list[tuple[str, Widget, Offset]]) -> None:
        super().__init__()
        self._found = found

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """The keys that work now."""
        return translated(super().active_bindings)

    def compose(self) -> ComposeResult:
        """A letter at the corner of each target, and what to do."""
        for letter, _widget, place in self._found:
            shown = Static(letter.upper(), classes="letter", markup=False)
            shown.styles.offset = (place.x, place.y)
            yield shown
        how = Static(safe(_("letter: go there · Esc: stay")), id="how", markup=False)
        how.styles.offset = (0, self.app.size.height - 1)
        yield how

    def on_key(self, event: events.Key) -> None:
        """Go to the letter; any other key stays."""
        widget = next((w for letter, w, _at in self._found if letter == event.key.lower()), None)
        if widget is not None:
            event.stop()
            self.dismiss(widget)

    def on_resize(self, event: events.Resize) -> None:
        """The letters would stand in the wrong places."""
        if event.size != self.app.size:
            self.dismiss(None)

    def on_click(self) -> None:
        """A click leaves too."""
        self.dismiss(None)

    def action_leave(self) -> None:
        """Stay where one was."""
        self.dismiss(None)
