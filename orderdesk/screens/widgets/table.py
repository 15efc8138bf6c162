"""A table that builds only the rows on screen, for lists of any length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, SupportsInt

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from orderdesk.domain.text import visible
from orderdesk.i18n import N_

MORE = "…"


class Rows(Protocol):
    """Where a table gets its rows."""

    def __len__(self) -> int: ...

    def row(self, n: int, /) -> Sequence[str]:
        """The cells of row `n`."""
        ...


class Positions(Protocol):
    """Which rows of a source are shown: a list or an array of whole numbers."""

    def __len__(self) -> int: ...

    def __getitem__(self, n: int, /) -> SupportsInt: ...


@dataclass(frozen=True)
class Column:
    """A column: its heading, least width, share of the room left, alignment and rank.

    Columns of higher `rank` go first when the terminal is narrow; 0 never goes.
    """

    heading: str
    width: int
    grow: int = 0
    right: bool = False
    rank: int = 0


class ListRows:
    """Rows that are there already."""

    def __init__(self, rows: Sequence[Sequence[str]] = ()) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def row(self, n: int, /) -> Sequence[str]:
        """The cells of row `n`."""
        return self.rows[n]


class VirtualTable(ScrollView, can_focus=True):
    """A table with a cursor. Rows come from `Rows`; a filter shows some of them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", N_("up"), show=False),
        Binding("down,j", "move(1)", N_("down"), show=False),
        Binding("pageup", "page(-1)", N_("page up"), show=False),
        Binding("pagedown", "page(1)", N_("page down"), show=False),
        Binding("home", "go(0)", N_("first"), show=False),
        Binding("end", "go(-1)", N_("last"), show=False),
        Binding("enter", "choose", N_("open"), show=True),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--head", "table--cursor", "table--cell", "table--even", "table--dim",
    }  # fmt: skip
    DEFAULT_CSS = """
    VirtualTable { height: 1fr; background: $surface; overflow-x: hidden; }
    VirtualTable > .table--head { text-style: bold; background: $panel; color: $text; }
    VirtualTable > .table--cursor { background: $primary; color: $text; text-style: bold; }
    VirtualTable > .table--cell { background: $accent; color: $text; text-style: bold reverse; }
    VirtualTable:blur > .table--cursor { background: $primary-muted; text-style: none; }
    VirtualTable > .table--even { background: $surface; }
    VirtualTable > .table--dim { color: $text-muted; }
    """

    cursor: reactive[int] = reactive(0, repaint=True)
    cell: reactive[int | None] = reactive(None, repaint=True)
    """Column of the cell that the cursor stands on; None: the cursor is a whole row."""

    @dataclass
    class Moved(Message):
        """The cursor stands on another row; `row` is its position in the source."""

        table: VirtualTable
        row: int

        @property
        def control(self) -> VirtualTable:
            """For `@on` selectors."""
            return self.table

    @dataclass
    class Chosen(Moved):
        """A row was chosen by Enter or a click on the cursor."""

    def __init__(
        self, columns: Sequence[Column], *, empty: str = "", id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.empty = empty
        self._rows: Rows = ListRows()
        self._shown: Positions | None = None

    # --- rows -------------------------------------------------------------------------------------

    def load(self, rows: Rows, *, keep: bool = True) -> None:
        """Show these rows; with `keep` the cursor stays at its place."""
        self._rows, self._shown = rows, None
        self.cursor = min(self.cursor, max(0, len(rows) - 1)) if keep else 0
        self._resized()

    def show_only(self, positions: Positions | None) -> None:
        """Show only these positions of the source (None: all)."""
        self._shown = positions
        self.cursor = 0
        self.scroll_to(0, 0, animate=False)
        self._resized()

    @property
    def count(self) -> int:
        """How many rows are shown."""
        return len(self._rows) if self._shown is None else len(self._shown)

    @property
    def current(self) -> int | None:
        """Position in the source of the row under the cursor; None when there is none."""
        return self._position(self.cursor) if self.count else None

    def _position(self, n: int) -> int:
        return n if self._shown is None else int(self._shown[n])

    def _resized(self) -> None:
        self.virtual_size = Size(1, self.count + 1)
        self.refresh()
        if self.count:
            self.post_message(self.Moved(self, self._position(self.cursor)))

    # --- drawing ----------------------------------------------------------------------------------

    def _widths(self) -> list[tuple[int, Column, int]]:
        """(index, column, width) of the columns that fit, the least important ones left out."""
        room = self.scrollable_content_region.width
        kept = list(enumerate(self.columns))
        while len(kept) > 1 and sum(c.width + 1 for _, c in kept) > room:
            worst = max(kept, key=lambda pair: (pair[1].rank, pair[0]))
            if worst[1].rank == 0:
                break
            kept.remove(worst)
        spare = max(0, room - sum(c.width + 1 for _, c in kept))
        shares = sum(c.grow for _, c in kept)
        return [(n, c, c.width + (spare * c.grow // shares if shares else 0)) for n, c in kept]

    def render_line(self, y: int) -> Strip:
        """The heading stays; below it, row by row, only what is on screen."""
        width = self.scrollable_content_region.width
        if y == 0:
            style = self.get_component_rich_style("table--head")
            return self._strip([c.heading for c in self.columns], style, width)
        n = y - 1 + self.scroll_offset.y
        base = self.rich_style
        if self.count == 0:
            text = self.empty if y == 2 else ""
            return Strip([Segment(set_cell_size(f"  {text}", width), base)], width)
        if n >= self.count:
            return Strip([Segment(" " * width, base)], width)
        style = self.get_component_rich_style("table--cursor") if n == self.cursor else base
        marked = self.cell if n == self.cursor else None
        return self._strip(self._rows.row(self._position(n)), style, width, marked)

    def _strip(
        self, cells: Sequence[str], style: Style, width: int, marked: int | None = None
    ) -> Strip:
        parts = [
            (n, fitted(visible(cells[n]), room, right=column.right))
            for n, column, room in self._widths()
        ]
        whole = set_cell_size(" ".join(text for _n, text in parts), width)
        if marked is None or all(n != marked for n, _text in parts):
            return Strip([Segment(whole, style)], width)
        before = " ".join(text for n, text in parts if n < marked)
        text = next(text for n, text in parts if n == marked)
        start = len(before) + 1 if before else 0
        mark = self.get_component_rich_style("table--cell")
        end = min(len(whole), start + len(text) + 1)
        pieces = (whole[:start], style), (whole[start:end], mark), (whole[end:], style)
        return Strip([Segment(piece, kind) for piece, kind in pieces if piece], width)

    def watch_cursor(self, old: int, new: int) -> None:
        """Keep the cursor in sight and tell where it stands."""
        if not self.is_mounted or old == new:
            return
        self._keep_in_sight()
        self.refresh()
        if self.count:
            self.post_message(self.Moved(self, self._position(new)))

    def _keep_in_sight(self) -> None:
        height = max(1, self.scrollable_content_region.height - 1)
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(0, self.cursor, animate=False)
        elif self.cursor >= top + height:
            self.scroll_to(0, self.cursor - height + 1, animate=False)

    def on_resize(self) -> None:
        """The width changed: so do the columns; the cursor stays in sight."""
        self.virtual_size = Size(1, self.count + 1)
        self._keep_in_sight()

    # --- keys and mouse ---------------------------------------------------------------------------

    def action_move(self, by: int) -> None:
        """Up or down."""
        if self.count:
            self.cursor = min(self.count - 1, max(0, self.cursor + by))

    def action_page(self, by: int) -> None:
        """A screenful up or down."""
        self.action_move(by * max(1, self.size.height - 2))

    def action_go(self, to: int) -> None:
        """To the first or the last row."""
        if self.count:
            self.cursor = to if to >= 0 else self.count + to

    def action_choose(self) -> None:
        """Open the row under the cursor."""
        if self.current is not None:
            self.post_message(self.Chosen(self, self.current))

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor; a click on the cursor opens."""
        n = event.y - 1 + self.scroll_offset.y
        if event.y < 1 or n >= self.count:
            return
        if n == self.cursor:
            self.action_choose()
        else:
            self.cursor = n


def fitted(text: str, room: int, *, right: bool = False) -> str:
    """`text` in exactly `room` cells; what doesn't fit is cut with a mark."""
    length = cell_len(text)
    if length > room:
        return set_cell_size(text, max(0, room - 1)) + MORE if room > 0 else ""
    return " " * (room - length) + text if right else text + " " * (room - length)
