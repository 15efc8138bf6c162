"""Importing a register: what a file holds, row by row, chosen and mended before it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from orderdesk.i18n import N_, _, count, ngettext
from orderdesk.screens.base import Place
from orderdesk.screens.safe import safe
from orderdesk.screens.widgets.form import Field, Form, Reading
from orderdesk.screens.widgets.table import Column, VirtualTable

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.event_import import FoundEvents
    from orderdesk.desk.import_result import RowLine
    from orderdesk.desk.importing import Choices, Found

_SHOWN_NOTES = 4


def open_import(place: Place) -> None:
    """Ask for a file, show what it holds, import after a yes. What kind it is shows in it."""
    if place.desk is None:
        return

    def named(result: object) -> None:
        if isinstance(result, tuple):
            path, choices = result
            place.app.push_screen(ImportScreen(path, choices))

    place.app.push_screen(
        Form(
            _("Import a register or an export of the event system"),
            [
                Field("file", _("File"), _(".csv, .xlsx, .xls, .ods, .tsv, .ics")),
                *_reading_fields(),
            ],
            _file_and_choices,
        ),
        named,
    )


def _reading_fields(sheets: str = "", header: str = "", year: str = "") -> list[Field]:
    return [
        Field("sheet", _("Sheets"), _("empty: every one with days; Januar, Februar"), value=sheets),
        Field(
            "header",
            _("Row of the header"),
            _("empty: to be found; 4, 4-5, or 0 for none"),
            value=header,
        ),
        Field("year", _("Year of days without one"), _("2000 to 2100"), value=year),
    ]


def _file_and_choices(given: Mapping[str, str]) -> tuple[Path, Choices]:
    """The file and what was said about it. Raises BadInput for a file that isn't there."""
    from orderdesk.errors import BadInput
    from orderdesk.i18n import msg

    typed = given["file"].strip()
    path = Path(typed).expanduser()
    if not typed or not path.is_file():
        raise BadInput(N_("file"), typed, msg("There is no such file."))
    return path, _choices(given)


def _choices(given: Mapping[str, str]) -> Choices:
    from orderdesk.desk import import_choices
    from orderdesk.desk.importing import Choices

    names = tuple(name.strip() for name in given["sheet"].split(",") if name.strip())
    return Choices(
        sheets=names,
        header_rows=import_choices.header_rows(given["header"]),
        year=import_choices.year(given["year"]),
    )


class _Lines:
    """The rows of the preview as cells; only those on screen are made."""

    def __init__(self, lines: list[RowLine]) -> None:
        self.lines = lines

    def __len__(self) -> int:
        return len(self.lines)

    def row(self, n: int, /) -> list[str]:
        """Mark, row, what, day, place, people, message."""
        from orderdesk.desk.import_result import STATE_NAMES

        line = self.lines[n]
        first = line.first
        mark = ("[x]" if line.chosen else "[ ]") if line.can_be_chosen else ""
        where = f"{line.row.sheet}!{line.row.number}" if line.row.sheet else str(line.row.number)
        what = _(STATE_NAMES[line.state])
        look = "!" if line.row.problems else ""
        if first is None:
            return [mark, where, what, look, "", "", "", line.message()]
        people = [first.expected_low, first.expected, first.expected_high]
        numbers = [str(n) for n in people if n is not None]
        day = f"{first.day:%d-%m-%Y}"
        more = f" +{len(line.row.records) - 1}" if len(line.row.records) > 1 else ""
        place = ", ".join(first.places) or first.place_text
        text = line.message() or first.purpose
        return [mark, where, what, look, day + more, "-".join(numbers), place, text]


_VIEWS: tuple[tuple[str, Callable[[RowLine], bool]], ...] = (
    (N_("all rows"), bool),
    (N_("rows to look at"), lambda line: bool(line.row.problems)),
    (N_("new and changed"), lambda line: line.can_be_chosen),
    (N_("skipped"), lambda line: not line.row.records),
)


class ImportScreen(Place):
    """What a file holds, row by row, before anything is written."""

    place = "register"
    about = N_(
        "This is what the file holds, row by row. Nothing is written before you press y. Space "
        "leaves a row out or takes it in, a does so for all; f shows only the rows to look at, "
        "the new ones, or those skipped. m changes what a column means, h says which sheets are "
        "read and where the header stands. What you choose is kept for the next file with these "
        "columns. Columns about people and about opinion are left out."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "accept", N_("import")),
        Binding("space", "mark", N_("in or out"), key_display="␣"),
        Binding("a", "mark_all", N_("all in or out")),
        Binding("f", "view", N_("which rows")),
        Binding("m", "mapping", N_("columns")),
        Binding("h", "reading", N_("sheets, header")),
        Binding("escape", "leave", N_("back")),
    ]
    DEFAULT_CSS = """
    ImportScreen #found { height: auto; max-height: 12; padding: 0 1; }
    ImportScreen #step { height: 1; padding: 0 1; color: $text-muted; }
    """

    def __init__(self, path: Path, choices: Choices) -> None:
        super().__init__()
        self._path, self._choices = path, choices
        self._found: Found | None = None
        self._lines: list[RowLine] = []
        self._shown: list[RowLine] = []
        self._out: set[tuple[str, int]] = set()
        self._view = 0
        self._busy = False

    def compose_body(self) -> ComposeResult:
        """Summary, rows, the row under the cursor as it stood."""
        yield Static("", id="found")
        yield Static("", id="step")
        with Vertical(classes="split"):
            yield VirtualTable(
                [
                    Column("", 3),
                    Column(_("row"), 5, right=True),
                    Column(_("what"), 10),
                    Column("", 1),
                    Column(_("day"), 13, rank=1),
                    Column(_("people"), 8, right=True, rank=3),
                    Column(_("place"), 14, grow=1, rank=2),
                    Column(_("message or purpose"), 24, grow=2),
                ],
                empty=_("No row is like that: f shows others."),
                id="rows",
            ).add_class("list")
            with VerticalScroll(classes="detail"):
                yield Static("", id="row")

    def on_mount(self) -> None:
        """Read the file once the frame stands."""
        super().on_mount()
        self.query_one(VirtualTable).focus()
        self._look_at(lambda desk, tell: self._preview(desk, tell))

    def fill(self, desk: Desk) -> None:
        """Nothing changes by itself while a file is looked at."""

    def _preview(self, desk: Desk, tell: Callable[[str], None]) -> Found | FoundEvents:
        from orderdesk.desk import event_import, importing

        if event_import.is_events(self._path):
            return event_import.preview(desk, self._path)
        return importing.preview(desk, self._path, self._choices, progress=tell)

    @work(thread=True, exclusive=True, group="import")
    def _look_at(self, read: Callable[[Desk, Callable[[str], None]], Found | FoundEvents]) -> None:
        """Read in a thread, telling how far it is; what is refused stands above the rows."""
        from orderdesk.errors import OrderdeskError

        if self.desk is None:
            return
        self._busy = True
        try:
            found = read(self.desk, self._tell)
        except OrderdeskError as problem:
            self.app.call_from_thread(self._refused, str(problem))
        else:
            self.app.call_from_thread(self._show, found)
        finally:
            self._busy = False

    def _tell(self, step: str) -> None:
        self.app.call_from_thread(self._step, step)

    def _step(self, text: str) -> None:
        if self.is_mounted:
            self.query_one("#step", Static).update(safe(text))

    def _refused(self, text: str) -> None:
        self._step("")
        if self._found is None:
            self.query_one("#found", Static).update(safe(text))
        else:
            self.notify(safe(text).plain, severity="warning", timeout=8, markup=False)

    def _show(self, found: Found | FoundEvents) -> None:
        from orderdesk.desk import importing

        if not self.is_mounted:
            return
        if not isinstance(found, importing.Found):
            from orderdesk.screens.importing_events import EventImportScreen

            self.app.switch_screen(EventImportScreen(found))
            return
        self._found = found
        self._again()
        self.query_one(VirtualTable).focus()

    def _chosen(self, row: object) -> bool:
        return (getattr(row, "sheet", ""), getattr(row, "number", 0)) not in self._out

    def _again(self) -> None:
        """Draw the summary and the rows that the view shows."""
        from orderdesk.desk import importing
        from orderdesk.desk.import_result import RowState, result_of

        if self._found is None:
            return
        self._lines = importing.row_lines(self._found, self._chosen)
        result = result_of(self._found, self._lines, written=False)
        heading = list(result.heading())
        mapped = [part.strip() for part in heading if part.startswith("  ")]
        rest = [part for part in heading if not part.startswith("  ")]
        text = [rest[0], " · ".join(mapped), *rest[1 : 1 + _SHOWN_NOTES], result.counts()]
        self.query_one("#found", Static).update(safe("\n".join(filter(None, text))))
        name, fits = _VIEWS[self._view]
        self._shown = [line for line in self._lines if fits(line)]
        if self._view:  # what can't be imported as it stands comes first
            self._shown.sort(key=lambda line: line.state is not RowState.REFUSED)
        n = len(self._shown)
        rows = ngettext("{n} row", "{n} rows", n).format(n=count(n))
        self._step(f"{_(name)}: {rows}")
        self.query_one(VirtualTable).load(_Lines(self._shown))

    def _current(self) -> RowLine | None:
        at = self.query_one(VirtualTable).current
        return self._shown[at] if at is not None and at < len(self._shown) else None

    def on_virtual_table_moved(self, _event: VirtualTable.Moved) -> None:
        """The row as it stood, its problems and what changed, in full."""
        line = self._current()
        if line is None or self._found is None:
            self.query_one("#row", Static).update("")
            return
        self.query_one("#row", Static).update(safe("\n".join(self._told(line))))

    def _told(self, line: RowLine) -> list[str]:
        if self._found is None:
            return []
        told = [str(line.row.reason)] if line.row.reason else []
        told += [
            f"! {p.column} {p.value!r}: {p.message}" if p.column else f"! {p.message}"
            for p in line.row.problems
        ]
        for change in line.changes:
            for name, (before, now) in change.differences.items():
                told.append(f"{name}: {before or '–'} → {now or '–'}")
        parts = self._found.parts
        part = next((p for p in parts if p.table.sheet == line.row.sheet), parts[0])
        told += [
            f"{name}: {cell}"
            for name, cell in zip(part.header.names, line.row.cells, strict=False)
            if cell.strip()
        ]
        return told

    def on_virtual_table_chosen(self, _event: VirtualTable.Chosen) -> None:
        """The whole row as it stood, to read at leisure."""
        line = self._current()
        if line is not None:
            title = _("Row {row}").format(row=line.row.number)
            self.app.push_screen(Reading(title, "\n".join(self._told(line))))

    # --- choosing ---------------------------------------------------------------------------------

    def action_mark(self) -> None:
        """Leave the row under the cursor out, or take it in again."""
        line = self._current()
        if line is None or not line.can_be_chosen:
            return
        self._out ^= {(line.row.sheet, line.row.number)}
        self._again()

    def action_mark_all(self) -> None:
        """Take all rows in, or leave all out when all are in."""
        can = {(x.row.sheet, x.row.number) for x in self._lines if x.can_be_chosen}
        self._out = set() if self._out & can else can
        self._again()

    def action_view(self) -> None:
        """Show other rows."""
        self._view = (self._view + 1) % len(_VIEWS)
        self.query_one(VirtualTable).cursor = 0
        self._again()

    # --- importing --------------------------------------------------------------------------------

    def action_accept(self) -> None:
        """Import in a thread, and say what happened."""
        if self._found is not None and not self._busy:
            self._import(self._found)

    @work(thread=True, exclusive=True, group="import")
    def _import(self, found: Found) -> None:
        from orderdesk.desk import importing
        from orderdesk.errors import OrderdeskError

        if self.desk is None:
            return
        self._busy = True
        try:
            result = importing.apply(self.desk, found, self._chosen, progress=self._tell)
        except OrderdeskError as problem:
            self.app.call_from_thread(self._refused, str(problem))
        else:
            self.app.call_from_thread(self._imported, result.counts())
        finally:
            self._busy = False

    def _imported(self, text: str) -> None:
        self.notify(safe(text).plain, markup=False)
        if self.is_current:
            self.app.pop_screen()

    # --- columns, sheets, header ------------------------------------------------------------------

    def action_mapping(self) -> None:
        """Change which column fills which field, on the sheet under the cursor."""
        from orderdesk.desk import importing
        from orderdesk.desk.import_result import field_name

        found, desk, line = self._found, self.desk, self._current()
        if desk is None or found is None or self._busy:
            return
        sheets = [part.table.sheet for part in found.parts]
        at = sheets.index(line.row.sheet) if line is not None and line.row.sheet in sheets else 0
        mapping = found.parts[at].mapping
        columns = [("", _("(none)")), *((c, c) for c in mapping.columns)]
        fields = [
            Field(
                field.value,
                field_name(field.value),
                choices=columns,
                value=next(iter(mapping.columns_of(field)), ""),
            )
            for field in importing.register_fields()
        ]
        title = _("What the columns mean")
        if len(sheets) > 1:
            title += f": {sheets[at]}"
        self.app.push_screen(
            Form(title, fields, lambda given: importing.with_mapping(desk, found, given, at)),
            self._changed,
        )

    def _changed(self, found: object) -> None:
        from orderdesk.desk import importing

        if isinstance(found, importing.Found):
            self._show(found)

    def action_reading(self) -> None:
        """Say which sheets are read and where the header stands; the file is read again."""
        if self._busy:
            return
        rows = self._choices.header_rows

        def again(result: object) -> None:
            from orderdesk.desk.importing import Choices

            if isinstance(result, Choices):
                self._choices = result
                self._look_at(lambda desk, tell: self._preview(desk, tell))

        self.app.push_screen(
            Form(
                _("How the file is read"),
                _reading_fields(
                    ", ".join(self._choices.sheets),
                    f"{rows[0]}-{rows[-1]}" if len(rows) > 1 else "".join(map(str, rows)),
                    str(self._choices.year or ""),
                ),
                _choices,
            ),
            again,
        )

    def action_leave(self) -> None:
        """Back without importing."""
        self.app.pop_screen()
