"""The palette: every action by name."""

from __future__ import annotations

from rich.align import Align
from rich.text import Text
from textual.command import CommandList, CommandPalette
from textual.widgets.option_list import Option

from orderdesk.i18n import _


class Palette(CommandPalette):
    """Textual's own, in the reader's language also where nothing is found."""

    DEFAULT_CSS = """
    Palette SearchIcon { display: none; }
    """

    def __init__(self) -> None:
        # The id is by which Textual knows that a palette is open.
        super().__init__(id="--command-palette", placeholder=_("Find an action"))

    def _start_no_matches_countdown(self, search_value: str) -> None:
        self._stop_no_matches_countdown()

        def tell() -> None:
            self._list_visible = bool(search_value)
            if search_value:
                nothing = Align.center(Text(_("no such action"), style="not bold"))
                self.query_one(CommandList).add_option(
                    Option(nothing, disabled=True, id=self._NO_MATCHES)
                )

        self._no_matches_timer = self.set_timer(self._NO_MATCHES_COUNTDOWN, tell)
