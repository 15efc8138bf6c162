"""Parts of a screen with a name, and the line that says something unusual holds."""

from __future__ import annotations

from enum import StrEnum

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from orderdesk.i18n import N_, _
from orderdesk.screens.safe import line
from orderdesk.screens.widgets.looks import content


class Panel(Vertical):
    """A part of a screen with its name on the border, brighter while something in it has the keys.

    On a wide terminal the border goes all round; on a narrow one only the line above stays.
    """

    DEFAULT_CSS = """
    Panel { height: 1fr; width: 1fr; padding: 0 1; border-top: solid $look-frame;
            border-title-color: $foreground; border-title-style: bold;
            border-title-background: $background; }
    Panel:focus-within { border-top: solid $look-focus; border-title-color: $look-focus; }
    Place.-wide Panel { border: round $look-frame; }
    Place.-wide Panel:focus-within { border: round $look-focus; }
    """

    def __init__(
        self, title: str, *children: Widget, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(*children, id=id, classes=classes)
        self.rename(title)

    def rename(self, title: str) -> None:
        """Another title; what a user typed may stand in it."""
        self.border_title = Content(line(title))


class State(StrEnum):
    """What can hold of all that a screen shows."""

    OFFLINE = "offline"
    WHAT_IF = "what-if"
    AS_KNOWN = "as-known"
    READING = "reading"


_SIGNS = {
    State.OFFLINE: ("✕", N_("OFFLINE")),
    State.WHAT_IF: ("?", N_("WHAT IF")),
    State.AS_KNOWN: ("◷", N_("AS KNOWN AT")),
    State.READING: ("⊘", N_("READING ONLY")),
}


class Banner(Static):
    """One line under the header for what holds of the whole screen; gone when nothing does.

    `say(State.WHAT_IF, _("nothing is saved"))` shows "? WHAT IF  nothing is saved".
    """

    DEFAULT_CSS = """
    Banner { height: 1; padding: 0 1; background: $look-banner; color: $look-banner-text;
             text-style: bold; display: none; }
    Banner.-said { display: block; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)

    def say(self, state: State, text: str = "") -> None:
        """Show a state and what it means here."""
        sign, word = _SIGNS[state]
        self.update(content(f"{sign} {_(word)}  {text}"))
        self.add_class("-said")

    def clear(self) -> None:
        """Nothing unusual holds."""
        self.remove_class("-said")
