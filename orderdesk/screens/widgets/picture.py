"""A picture: data drawn for the width there is."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual.content import Content
from textual.widgets import Static

Data = TypeVar("Data")


class Picture(Static, Generic[Data]):
    """A widget that draws `Data` anew when it is shown and when its width changes."""

    DEFAULT_CSS = "Picture { height: auto; width: 1fr; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__("", id=id, classes=classes, markup=False)
        self._data: Data | None = None
        self._width = 0

    def show(self, data: Data) -> None:
        """Show this."""
        self._data = data
        self._redraw()

    def draw(self, data: Data, width: int) -> Content:
        """`data` in lines of at most `width` cells."""
        raise NotImplementedError

    def on_resize(self) -> None:
        """Another width, another picture."""
        if self.content_size.width != self._width:
            self._redraw()

    def _redraw(self) -> None:
        if self._data is None:
            return
        self._width = self.content_size.width
        if self._width:
            self.update(self.draw(self._data, self._width))
