"""A picture: data drawn for the width there is."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual.content import Content
from textual.geometry import Size
from textual.widgets import Static

Data = TypeVar("Data")


class Picture(Static, Generic[Data]):
    """A widget that draws `Data` for the width it gets, and takes the height that needs."""

    DEFAULT_CSS = "Picture { height: auto; width: 1fr; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__("", id=id, classes=classes, markup=False)
        self._data: Data | None = None
        self._drawn: tuple[int, Content] | None = None

    def show(self, data: Data) -> None:
        """Show this."""
        self._data, self._drawn = data, None
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
        if self._drawn is None or self._drawn[0] != width:
            self._drawn = width, self.draw(self._data, width)
        return self._drawn[1]
