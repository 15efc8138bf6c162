"""A table that builds only the rows on screen, for lists of any length."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, SupportsInt, cast

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
from orderdesk.screens.widgets.looks import Cell, Look, Piece, text_of

MORE = "…"
_RULE = "│"


class Rows(Protocol):
    """Where a table gets its rows."""

    def __len__(self) -> int: ...

    def row(self, n: int, /) -> Sequence[Cell]:
        """The cells of row `n`."""
        ...


class Positions(Protocol):
    """Which rows of a source are shown: a list or an array of whole numbers."""

    def __len__(self) -> int: ...

    def __getitem__(self, n: int, /) -> SupportsInt: ...


@dataclass(frozen=True)
class Column:
    """A column: its heading, least width, share of the room left, alignment and rank.

    Columns of higher `rank` go first when the terminal is narrow; 0 never goes. `look` is for the
    whole column: `TINT` sets today or a weekend apart.
    """

    heading: str
    width: int
    grow: int = 0
    right: bool = False
    rank: int = 0
    look: Look = Look.PLAIN


class ListRows:
    """Rows that are there already.

    `keys` names each row, so that the cursor stays on it when the rows change; `looks` says which
    rows look different as a whole.
    """

    def __init__(
        self,
        rows: Sequence[Sequence[Cell]] = (),
        *,
        keys: Sequence[str] = (),
        looks: Mapping[int, Look] | None = None,
    ) -> None:
        self.rows, self.keys, self.looks = rows, keys, looks or {}

    def __len__(self) -> int:
        return len(self.rows)

    def row(self, n: int, /) -> Sequence[Cell]:
        """The cells of row `n`."""
        return self.rows[n]

    def key(self, n: int, /) -> str:
        """The name of row `n`."""
        return self.keys[n] if self.keys else ""

    def look(self, n: int, /) -> Look:
        """The look of row `n`."""
        return self.looks.get(n, Look.PLAIN)


_Layout = tuple[list[tuple[int, Column, int]], str]


class VirtualTable(ScrollView, can_focus=True):
    """A table with a cursor. Rows come from `Rows`; a filter shows some of them.

    A cell is text or a `Piece` with a look. Numbers stand right where their column says so. Where
    there is room a thin line parts the columns. A click moves the cursor, a double click opens. The
    cursor stays on the row it was on when rows are loaded anew, also after a switch of language.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", N_("up"), show=False),
        Binding("down", "move(1)", N_("down"), show=False),
        Binding("pageup", "page(-1)", N_("page up"), show=False),
        Binding("pagedown", "page(1)", N_("page down"), show=False),
        Binding("home", "go(0)", N_("first"), show=False),
        Binding("end", "go(-1)", N_("last"), show=False),
        Binding("enter", "choose", N_("open"), show=True),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--head", "table--cursor", "table--cell", "table--rule",
        *(f"table--{look.value}" for look in Look),
    }  # fmt: skip
    DEFAULT_CSS = """
    VirtualTable { height: 1fr; background: $surface; overflow-x: hidden; }
    VirtualTable > .table--head { text-style: bold; background: $panel; color: $foreground; }
    VirtualTable > .table--cursor { background: $look-cursor; color: $look-cursor-text;
                                    text-style: bold; }
    VirtualTable > .table--cell { background: $look-cursor-text; color: $look-cursor;
                                  text-style: bold; }
    VirtualTable:blur > .table--cursor { background: $look-rest; color: $look-rest-text;
                                         text-style: none; }
    VirtualTable > .table--rule { color: $look-rule; }
    VirtualTable > .table--main { color: $look-main; }
    VirtualTable > .table--strong { text-style: bold; }
    VirtualTable > .table--now { text-style: bold reverse; }
    VirtualTable > .table--tint { background: $look-tint; }
    VirtualTable > .table--high { color: $look-high; text-style: bold; }
    VirtualTable > .table--late { color: $look-late; text-style: bold; }
    VirtualTable > .table--medium { color: $look-medium; }
    VirtualTable > .table--low { color: $look-low; }
    VirtualTable > .table--amber { color: $look-amber; }
    VirtualTable > .table--good { color: $look-good; }
    VirtualTable > .table--dim { color: $look-dim; }
    VirtualTable > .table--heat-1 { background: $look-heat-1; color: $look-heat-1-text; }
    VirtualTable > .table--heat-2 { background: $look-heat-2; color: $look-heat-2-text; }
    VirtualTable > .table--heat-3 { background: $look-heat-3; color: $look-heat-3-text; }
    VirtualTable > .table--heat-4 { background: $look-heat-4; color: $look-heat-4-text; }
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
        """A row was chosen by Enter or a double click."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        empty: str = "",
        id: str | None = None,
        classes: str | None = None,
        rules: bool = True,
    ) -> None:
        """`empty` says what would be here and which key makes it; `rules` allows lines between
        columns."""
        super().__init__(id=id, classes=classes)
        self.columns = tuple(columns)
        self.empty, self._rules = empty, rules
        self._rows: Rows = ListRows()
        self._shown: Positions | None = None
        self._laid_out: tuple[int, tuple[Column, ...], _Layout] | None = None
        self._loaded = False

    # --- rows -------------------------------------------------------------------------------------

    def load(self, rows: Rows, *, keep: bool = True) -> None:
        """Show these rows; with `keep` the cursor stays on its row, or at its place."""
        key = self._key(self.current) if self._loaded else self._remembered()
        self._rows, self._shown = rows, None
        self._loaded = True
        at = self._place_of(key) if keep and key else None
        if at is None:
            at = min(self.cursor, max(0, len(rows) - 1)) if keep else 0
        self.cursor = at
        self._resized()

    def _key(self, n: int | None) -> str:
        name = cast("Callable[[int], str] | None", getattr(self._rows, "key", None))
        return name(n) if name is not None and n is not None else ""

    def _place_of(self, key: str) -> int | None:
        return next((n for n in range(len(self._rows)) if self._key(n) == key), None)

    @property
    def _memory(self) -> dict[str, str]:
        """Where each table of the application stood: screens are made anew, people go on."""
        found = getattr(self.app, "positions", None)
        return cast("dict[str, str]", found) if isinstance(found, dict) else {}

    @property
    def _own_name(self) -> str:
        return f"{type(self.screen).__name__}/{self.id}"

    def _remembered(self) -> str:
        return self._memory.get(self._own_name, "") if self.is_attached else ""

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

    def _widths(self, room: int) -> _Layout:
        """(index, column, width) of the columns that fit, the least important ones left out, and
        what stands between them."""
        if self._laid_out is not None and self._laid_out[:2] == (room, self.columns):
            return self._laid_out[2]
        self._laid_out = room, self.columns, self._lay_out(room)
        return self._laid_out[2]

    def _lay_out(self, room: int) -> _Layout:
        kept = list(enumerate(self.columns))
        while len(kept) > 1 and sum(c.width + 1 for _, c in kept) > room:
            worst = max(kept, key=lambda pair: (pair[1].rank, pair[0]))
            if worst[1].rank == 0:
                break
            kept.remove(worst)
        spare = max(0, room - sum(c.width + 1 for _, c in kept))
        # A line between columns is worth its room only where no text is cut for it.
        wide = self._rules and len(kept) == len(self.columns) and spare >= 3 * len(kept)
        if wide:
            spare -= 2 * (len(kept) - 1)
        shares = sum(c.grow for _, c in kept)
        found = [(n, c, c.width + (spare * c.grow // shares if shares else 0)) for n, c in kept]
        return found, f" {_RULE} " if wide else " "

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"table--{name}")

    def _look(self, look: Look) -> Style | None:
        """What a look changes of the style under it."""
        if look is Look.PLAIN:
            return None
        return self.get_component_rich_style(f"table--{look.value}", partial=True)

    def render_line(self, y: int) -> Strip:
        """The heading stays; below it, row by row, only what is on screen."""
        width = self.scrollable_content_region.width
        if y == 0:
            return self._strip([c.heading for c in self.columns], self._style("head"), width)
        n = y - 1 + self.scroll_offset.y
        # As `rich_style`, which is worked out anew for every line.
        base = self._style(Look.PLAIN.value)
        if self.count == 0:
            text = self.empty if y == 2 and self._loaded else ""
            return Strip([Segment(set_cell_size(f" {text}", width), base)], width)
        if n >= self.count:
            return Strip([Segment(" " * width, base)], width)
        at = self._position(n)
        cells = self._rows.row(at)
        if n == self.cursor:
            # One colour for the whole row: the signs and words say what the colours said.
            return self._strip(cells, self._style("cursor"), width, marked=self.cell, ruled=False)
        look = cast("Callable[[int], Look] | None", getattr(self._rows, "look", None))
        whole = self._look(look(at)) if look is not None else None
        return self._strip(cells, base + whole if whole else base, width, looks=True)

    def _strip(
        self,
        cells: Sequence[Cell],
        style: Style,
        width: int,
        *,
        marked: int | None = None,
        looks: bool = False,
        ruled: bool = True,
    ) -> Strip:
        columns, gap = self._widths(width)
        thin = self.get_component_rich_style("table--rule", partial=True)
        rule = style + thin if ruled and gap != " " else style
        pieces = [Segment(" ", style)]  # in line with the text above and below the table
        left = width - 1
        for place, (n, column, room) in enumerate(columns):
            if place:
                pieces.append(Segment(gap, rule))
                left -= len(gap)
            cell = cells[n]
            text = fitted(visible(text_of(cell)), min(room, max(0, left)), right=column.right)
            pieces.append(Segment(text, self._style_of_cell(n, cell, style, marked, looks)))
            left -= min(room, max(0, left))
        if left > 0:
            pieces.append(Segment(" " * left, style))
        # What looks the same is one piece: each costs time at every key.
        return Strip(Segment.simplify(pieces)).adjust_cell_length(width, style)

    def _style_of_cell(
        self, n: int, cell: Cell, style: Style, marked: int | None, looks: bool
    ) -> Style:
        if marked == n:
            return self._style("cell")
        if not looks:
            return style
        column = self._look(self.columns[n].look)
        own = self._look(cell.look) if isinstance(cell, Piece) else None
        if column is not None:
            style = style + column
        return style + own if own is not None else style

    def watch_cursor(self, old: int, new: int) -> None:
        """Keep the cursor in sight and tell where it stands."""
        if not self.is_mounted or old == new:
            return
        self._keep_in_sight()
        self.refresh()
        if self.count:
            at = self._position(new)
            if key := self._key(at):
                self._memory[self._own_name] = key
            self.post_message(self.Moved(self, at))

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
        """A click moves the cursor, to the cell where there is one; a double click opens."""
        n = event.y - 1 + self.scroll_offset.y
        if event.y < 1 or n >= self.count:
            return
        self.cursor = n
        if self.cell is not None:
            self.cell = self._column_at(event.x) or self.cell
        if event.chain > 1:
            self.action_choose()

    def _column_at(self, x: int) -> int | None:
        columns, gap = self._widths(self.scrollable_content_region.width)
        x -= 1
        for n, _column, room in columns:
            if x < room + len(gap):
                return n
            x -= room + len(gap)
        return None


def fitted(text: str, room: int, *, right: bool = False) -> str:
    """`text` in exactly `room` cells; what doesn't fit is cut with a mark."""
    length = cell_len(text)
    if length > room:
        return set_cell_size(text, max(0, room - 1)) + MORE if room > 0 else ""
    return " " * (room - length) + text if right else text + " " * (room - length)
