"""The table: looks, memory, mouse, and only what is on screen is built."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import App, ComposeResult

from orderdesk.screens.themes import VARIABLES, set_up
from orderdesk.screens.widgets.looks import Cell, Look, badge, late
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable

COLUMNS = [
    Column("number", 8), Column("people", 7, right=True), Column("class", 9),
    Column("what", 10, grow=1, rank=1), Column("today", 6, look=Look.TINT, rank=2),
]  # fmt: skip
ROWS: list[Sequence[Cell]] = [
    ("D-1", "120", badge("high"), "x", "E"), ("D-2", "6", badge("low"), late("answer"), "L"),
    ("D-3", "60", badge("medium"), "[bold]x[/]", "-"), ("D-4", "7", "", "over", "-"),
]  # fmt: skip


class Small(App[None]):
    """A table alone."""

    def __init__(self) -> None:
        super().__init__()
        set_up(self)
        self.positions: dict[str, str] = {}
        self.said: list[str] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return VARIABLES

    def compose(self) -> ComposeResult:
        yield VirtualTable(COLUMNS, id="t")

    def on_virtual_table_moved(self, event: VirtualTable.Moved) -> None:
        self.said.append(f"{type(event).__name__} {event.row}")

    on_virtual_table_chosen = on_virtual_table_moved

    @property
    def table(self) -> VirtualTable:
        return self.query_one(VirtualTable)

    def line(self, y: int) -> str:
        return self.table.render_line(y).text


def rows(*order: int, looks: dict[int, Look] | None = None) -> ListRows:
    return ListRows([ROWS[n] for n in order], keys=[f"k{n}" for n in order], looks=looks)


async def test_cells_have_looks_and_signs() -> None:

    app = Small()
    async with app.run_test(size=(80, 24)):
        app.table.load(rows(0, 1, 2, 3, looks={3: Look.DIM}))
        strip = app.table.render_line(2)  # not the row of the cursor
        styles = {segment.text.strip(): segment.style for segment in strip}
        colour = {
            name: style.color.triplet.hex
            for name, style in styles.items()
            if style and style.color and style.color.triplet
        }
        assert colour["● low"] == VARIABLES["look-low"]
        assert colour["‼ answer"] == VARIABLES["look-late"]
        assert styles["L"] is not None
        assert styles["L"].bgcolor is not None
        assert styles["L"].bgcolor.triplet is not None
        assert styles["L"].bgcolor.triplet.hex == VARIABLES["look-tint"]
        past = app.table.render_line(4)
        assert {
            s.style.color.triplet.hex
            for s in past
            if s.style and s.style.color and s.style.color.triplet and s.text.strip(" │")
        } == {VARIABLES["look-dim"]}
        assert "[bold]x[/]" in app.line(3)
        assert "    120 │ ▲ high" in app.line(1)
        assert all(len(app.line(y)) == 80 for y in range(6))


async def test_a_narrow_table_leaves_the_least_important_out() -> None:
    app = Small()
    async with app.run_test(size=(30, 10)):
        app.table.load(rows(0, 1))
        assert "what" not in app.line(0)
        assert "│" not in app.line(0)
        assert app.line(1).startswith(" D-1          120 ▲ high")


async def test_the_cursor_stays_on_its_row() -> None:
    app = Small()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.load(rows(0, 1, 2, 3))
        app.table.focus()
        await pilot.press("down", "down")
        app.table.load(rows(3, 2, 1, 0))
        assert app.table.current == 1  # k2
        app.table.load(rows(3, 0))
        assert app.table.current == 1  # its place, when the row is gone
        again = VirtualTable(COLUMNS, id="t")
        await app.table.remove()
        app.positions["Screen/t"] = "k1"
        await app.mount(again)
        again.load(rows(0, 1, 2))
        assert again.current == 1  # a table made anew remembers


async def test_a_click_moves_and_a_double_click_opens() -> None:
    app = Small()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.load(rows(0, 1, 2, 3))
        app.table.cell = 1
        await pilot.pause()
        await pilot.click(VirtualTable, offset=(24, 3))
        assert (app.table.current, app.table.cell) == (2, 2)
        assert "Chosen 2" not in app.said
        await pilot.click(VirtualTable, offset=(24, 3), times=2)
        await pilot.pause()
        assert app.said[-1] == "Chosen 2"
        await pilot.click(VirtualTable, offset=(24, 12))
        assert app.table.current == 2  # below the last row nothing happens


class Counted:
    """A hundred thousand rows that count how often they are asked."""

    asked = 0

    def __len__(self) -> int:
        return 100_000

    def row(self, n: int, /) -> Sequence[Cell]:
        Counted.asked += 1
        return (str(n), str(n), "", "", "")


async def test_only_rows_on_screen_are_built() -> None:
    app = Small()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.load(Counted())
        await pilot.pause()
        await pilot.press("end")
        await pilot.pause()
        assert "99999" in app.line(23)
        assert Counted.asked < 300
