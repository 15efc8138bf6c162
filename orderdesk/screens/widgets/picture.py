"""A picture: data drawn for the width there is."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual.content import Content
from textual.geometry import Size
from textual.widgets import Static

Data = TypeVar("Data")
_ITEMS = ("- ", "· ", "▲ ", "! ", "☎ ", "▶ ")
"""What a line that is an item begins with."""


class Picture(Static, Generic[Data]):
    """A widget that draws `Data` for the width it gets, and takes the height that needs."""

    DEFAULT_CSS = "Picture { height: auto; width: 1fr; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__("", id=id, classes=classes, markup=False)
        self._data: Data | None = None
        self._drawn: dict[int, Content] = {}
        """By width: layout asks for the height with and without a scrollbar."""

    def show(self, data: Data) -> None:
        """Show this."""
        self._data, self._drawn = data, {}
        self.refresh(layout=True)

    def draw(self, data: Data, width: int) -> Content:
        """`data` in lines of at most `width` cells."""
        raise NotImplementedError

    def render(self) -> Content:
        """The picture for the width there is."""
        return self._at(self.content_size.width)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """As many lines as it is drawn in."""
        return self._at(width).plain.count("\n") + 1 if self._data is not None else 0

    def _at(self, width: int) -> Content:
        if self._data is None or width <= 0:
            return Content("")
        if width not in self._drawn:
            self._drawn[width] = self.draw(self._data, width)
        return self._drawn[width]


class Hanging(Picture[Content]):
    """Text whose wrapped lines hang: what goes on of an indented line or an item stays under it."""

    def draw(self, data: Content, width: int) -> Content:
        """`data` in lines of at most `width` cells."""
        return Content("\n").join([part for one in data.split() for part in _hung(one, width)])


def _hung(one: Content, width: int) -> list[Content]:
    if one.cell_length <= width:
        return [one]
    text = one.plain
    indent = len(text) - len(text.lstrip())
    item = text.lstrip()[:2] in _ITEMS
    hang = indent + 2 if indent or item else 0
    if hang > width // 2:
        return one.wrap(width)
    first, *rest = one.wrap(width - hang)
    return [first, *(Content(" " * hang) + part for part in rest)]
