"""A case on half a page beside a list, read in a thread so that the cursor never waits."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from textual import work
from textual.content import Content

from orderdesk.errors import OrderdeskError
from orderdesk.screens.parts import shown_parts
from orderdesk.screens.widgets.picture import Hanging

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.digest import Part


class CasePreview(Hanging):
    """`look` at a case and it is shown as soon as it is read.

    One is read at a time: where the cursor has gone on meanwhile, only the last case looked at is
    read next. What `say` is given stands at once, and no case takes its place afterwards.
    """

    foot = Content("")
    """What stands under every case."""
    _wanted = ""
    _reading = False

    def look(self, desk: Desk, case_id: str) -> None:
        """Show this case when it is read; until then what is shown stays."""
        self._wanted = case_id
        if not self._reading:
            self._reading = True
            self._read(desk, case_id)

    def say(self, content: Content) -> None:
        """Show this, and no case."""
        self._wanted = ""
        self.show(content)

    @work(thread=True, group="look")
    def _read(self, desk: Desk, case_id: str) -> None:
        from orderdesk.desk.digest import digest

        parts: list[Part] = []
        # A case gone or out of reach: what is shown stays until the next look.
        with suppress(OrderdeskError):
            parts = digest(desk, case_id)
        self.app.call_from_thread(self._show, desk, case_id, parts)

    def _show(self, desk: Desk, case_id: str, parts: list[Part]) -> None:
        self._reading = False
        if not self.is_mounted:
            return
        if self._wanted not in ("", case_id):
            self.look(desk, self._wanted)
        elif self._wanted and parts:
            under = [Content(""), self.foot] if self.foot else []
            self.show(Content("\n").join([shown_parts(parts), *under]))
