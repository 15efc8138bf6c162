"""The line above every place: the places as tabs with their keys, and what to know of the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from orderdesk.screens.safe import line

_SHORT, _SHORTER = 4, 3


@dataclass(frozen=True)
class Tab:
    """A place: its name in code, its key, its title in the reader's words."""

    name: str
    key: str
    title: str


@dataclass(frozen=True)
class Marks:
    """What holds of all that is shown, each long and short; most needed first."""

    marks: Sequence[tuple[str, str]] = ()


class Head(Static):
    """Tabs left, marks right, in one line that fits: titles get shorter before marks do, and the
    title of the place one is in always stands there in full."""

    DEFAULT_CSS = """
    Head { height: 1; background: $look-head; color: $look-head-text; }
    """

    def __init__(self, tabs: Sequence[Tab], active: str, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)
        self._tabs, self._active = tuple(tabs), active
        self._marks = Marks()

    def show(self, marks: Marks) -> None:
        """Show these marks beside the tabs."""
        self._marks = marks
        self._redraw()

    def on_resize(self) -> None:
        """More room, longer titles."""
        self._redraw()

    async def on_click(self, event: events.Click) -> None:
        """A click on a tab goes there."""
        name = event.style.meta.get("place")
        if name is not None:
            await self.app.run_action(f"place({name!r})")

    def _redraw(self) -> None:
        width = self.size.width or self.app.size.width
        self.update(heading(self._tabs, self._active, self._marks, width))


def heading(tabs: Sequence[Tab], active: str, marks: Marks, width: int) -> Content:
    """The longest of the ways to write tabs and marks that fits in `width` cells."""
    full = [long for long, _short in marks.marks]
    brief = [short for _long, short in marks.marks if short]
    tried = [
        (letters, gap, said)
        for said in (full, brief)
        for letters, gap in ((99, 1), (_SHORT, 1), (_SHORTER, 1), (_SHORTER, 0))
    ]
    tried += [(0, 1, brief), *((0, 1, brief[:n]) for n in range(len(brief), 0, -1))]
    for letters, gap, said in tried:
        left = _drawn(tabs, active, letters, gap)
        right = "  ".join(line(text) for text in said)
        if left.cell_length + len(right) + 3 <= width:
            break
    room = max(1, width - left.cell_length - len(right) - 1)
    return Content.assemble(left, " " * room, (right, "bold"))


def _drawn(tabs: Sequence[Tab], active: str, letters: int, gap: int) -> Content:
    parts = []
    for tab in tabs:
        chosen = tab.name == active
        title = tab.title if chosen else tab.title[:letters]
        between = " " * gap if title else ""
        part = (
            Content.styled(f"▸{tab.key} {title} ", "bold $look-tab-text on $look-tab")
            if chosen
            else Content.assemble(" ", (tab.key, "bold $look-head-key"), f"{between}{title}")
        )
        parts.append(part.stylize(Style.from_meta({"place": tab.name})))
    return Content("").join(parts)
