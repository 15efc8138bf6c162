"""Register: every case, found while typing; registering and importing."""

from __future__ import annotations

<<<<<<< HEAD
from collections.abc import Iterator, Mapping
from pathlib import Path
=======
from collections.abc import Mapping
>>>>>>> 081c0a1 (Read every sheet of a register, choose rows, columns, sheets and header on screen and command line)
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static

from orderdesk.i18n import N_, _, ngettext
from orderdesk.screens.base import Place
from orderdesk.screens.safe import safe
from orderdesk.screens.widgets.find import TextIndex
from orderdesk.screens.widgets.form import Field, Form
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
<<<<<<< HEAD
    from orderdesk.desk.event_import import FoundEvents
    from orderdesk.desk.importing import Found
=======
>>>>>>> 081c0a1 (Read every sheet of a register, choose rows, columns, sheets and header on screen and command line)
    from orderdesk.desk.search import RegisterList


class RegisterScreen(Place):
    """All cases."""

    place = "register"
    about = N_(
        "The register holds every gathering and event, newest first. Type to filter on number, "
        "day, place, kind, class or organiser; the purpose is never searched. Enter opens a case."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", N_("new notification")),
        Binding("i", "import", N_("import")),
        Binding("slash", "filter", N_("filter"), key_display="/"),
        Binding("escape", "clear", N_("all"), show=False),
    ]
    DEFAULT_CSS = """
    RegisterScreen #filter { border: none; height: 1; background: $panel; }
    RegisterScreen #count { height: 1; padding: 0 1; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._list: RegisterList | None = None
        self._index: TextIndex | None = None

    def compose_body(self) -> ComposeResult:
        """Filter line, table, detail."""
        yield Input(placeholder=_("/ filter"), id="filter", compact=True)
        yield Static("", id="count")
        with Vertical(classes="split"):
            yield VirtualTable(
                [
                    Column(_("number"), 12),
                    Column(_("when"), 28),
                    Column(_("kind"), 13, rank=5),
                    Column(_("place"), 16, grow=3, rank=1),
                    Column(_("people"), 7, right=True, rank=2),
                    Column(_("class"), 6, rank=1),
                    Column(_("status"), 14, rank=4),
                    Column(_("outcome"), 18, rank=6),
                ],
                empty=_("Nothing here yet. n registers a notification, i imports a register."),
                id="cases",
            ).add_class("list")
            with VerticalScroll(classes="detail"):
                yield Static("", id="preview")

    def on_mount(self) -> None:
        """The list has the keys."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    def fill(self, desk: Desk) -> None:
        """Read the register in a thread: it may be long."""
        self._read(desk)

    @work(thread=True, exclusive=True, group="register")
    def _read(self, desk: Desk) -> None:
        from orderdesk.desk.search import register_list

        found = register_list(desk)
        self.app.call_from_thread(self._show, found)
        index = TextIndex(len(found), found.text)
        self.app.call_from_thread(self._indexed, found, index)
        index.warm()

    def _show(self, found: RegisterList) -> None:
        if not self.is_mounted:
            return
        self._list, self._index = found, None
        self.query_one(VirtualTable).load(found)
        self._count()

    def _indexed(self, found: RegisterList, index: TextIndex) -> None:
        if self._list is found and self.is_mounted:
            self._index = index
            if self.query_one("#filter", Input).value:
                self._filter(self.query_one("#filter", Input).value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Answer while typing."""
        self._filter(event.value)

    def _filter(self, text: str) -> None:
        table = self.query_one(VirtualTable)
        if self._index is None or self._list is None:
            return
        table.show_only(self._index.find(text) if text.strip() else None)
        self._count()

    def _count(self) -> None:
        shown, all_ = self.query_one(VirtualTable).count, len(self._list or ())
        text = ngettext("{n} case", "{n} cases", shown).format(n=shown)
        if shown != all_:
            text += " " + _("of {n}").format(n=all_)
        self.query_one("#count", Static).update(safe(text), layout=False)

    def on_input_submitted(self) -> None:
        """Enter in the filter goes to the list."""
        self.query_one(VirtualTable).focus()

    def action_filter(self) -> None:
        """Type to filter."""
        self.query_one("#filter", Input).focus()

    def action_clear(self) -> None:
        """Show everything."""
        self.query_one("#filter", Input).value = ""
        self.query_one(VirtualTable).focus()

    def on_virtual_table_moved(self, event: VirtualTable.Moved) -> None:
        """Show what the list knows of the row under the cursor, in full."""
        if self._list is None or event.row >= len(self._list):
            return
        heads = [c.heading for c in self.query_one(VirtualTable).columns]
        cells = self._list.row(event.row)
        text = "\n".join(f"{h:<10} {c}" for h, c in zip(heads, cells, strict=True) if c)
        self.query_one("#preview", Static).update(safe(text))

    def on_virtual_table_chosen(self, event: VirtualTable.Chosen) -> None:
        """Open the case."""
        from orderdesk.screens.case import CaseScreen

        if self._list is not None:
            self.app.push_screen(CaseScreen(self._list.id(event.row)))

    def action_new(self) -> None:
        """Register a notification."""
        open_notification(self)

    def action_import(self) -> None:
        """Import a register."""
        from orderdesk.screens.importing import open_import

        open_import(self)


def notification_fields() -> list[Field]:
    """The form of a notification: the six lawful data and what the desk needs; no viewpoint."""
    from orderdesk.desk.words import FORMS, KINDS, SOURCES

    return [
        Field("when", _("When"), _("za 14:00-16:00, 13 jun 14:00, over 2 weken")),
        Field("place", _("Place"), _("usual place or street")),
        Field("expected", _("Expected number"), _("0 to 1,000,000, or a range: 80-220")),
        Field("organiser", _("Name of the person who holds it")),
        Field("address", _("Address of that person")),
        Field("purpose", _("Purpose"), _("stays in this case, never weighs")),
        Field("measures", _("Measures for an orderly course")),
        Field("route", _("Route"), _("Vrijthof > Markt")),
        Field("composition", _("Manner of composition"), _("where applicable")),
        Field("form", _("Form"), choices=[(f.value, _(n)) for f, n in FORMS.items()]),
        Field("source", _("How it came"), choices=[(s.value, _(n)) for s, n in SOURCES.items()]),
        Field("kind", _("Kind"), choices=[(k.value, _(n)) for k, n in KINDS.items()]),
        Field("received", _("Received"), _("empty: now; di 9 jun 09:10")),
        Field("phone", _("Telephone")),
        Field("email", _("E-mail")),
    ]


def open_notification(place: Place, values: Mapping[str, str] | None = None) -> None:
    """Open the form of a notification, with the draft that was left."""
    from orderdesk.desk import drafts, intake

    desk = place.desk
    if desk is None:
        return

    def saved(result: object) -> None:
        if isinstance(result, intake.Registered):
            place.done(
                _("{number} registered. {term}").format(
                    number=result.case.number,
                    term=intake.term_sentence(result.case, result.term, result.status),
                )
            )
            from orderdesk.screens.case import CaseScreen

            place.app.push_screen(CaseScreen(result.case.id))

    place.app.push_screen(
        Form(
            _("New notification"),
            notification_fields(),
            lambda given: intake.register(desk, given),
            draft=values or drafts.load_draft(desk, intake.FORM),
            keep=lambda given: drafts.save_draft(desk, intake.FORM, _typed(given)),
            look=lambda given: "\n".join(list(intake.preview(desk, given).lines())[1:8]),
        ),
        saved,
    )


def _typed(values: Mapping[str, str]) -> dict[str, str]:
    """What somebody typed, without choices that stand there by themselves."""
    chosen = ("form", "source", "kind")
    typed = {name: value for name, value in values.items() if name not in chosen}
    return dict(values) if any(value.strip() for value in typed.values()) else {}


<<<<<<< HEAD
def open_import(place: Place) -> None:
    """Ask for a file, show what it holds, import after a yes. What kind it is shows in it."""
    from orderdesk.desk import event_import, importing

    desk = place.desk
    if desk is None:
        return

    def look(given: Mapping[str, str]) -> object:
        file = Path(given["file"].strip()).expanduser()
        if event_import.is_events(file):
            return event_import.preview(desk, file)
        return importing.preview(desk, file)

    def shown(found: object) -> None:
        if isinstance(found, event_import.FoundEvents):
            place.app.push_screen(EventImportScreen(found))
        elif isinstance(found, importing.Found):
            place.app.push_screen(ImportScreen(found))

    place.app.push_screen(
        Form(
            _("Import a register or an export of the event system"),
            [Field("file", _("File"), _(".csv, .tsv, .xlsx, .xls, .ods"))],
            look,
        ),
        shown,
    )


class EventImportScreen(Place):
    """What an export of the event system would change, before anything is written."""

    place = "register"
    about = N_(
        "This is what the event system says otherwise than the desk. Nothing is written before "
        "you press y. What the file does not say stays as it is; an event that is no longer in "
        "the file is told, never removed."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "accept", N_("take over")),
        Binding("escape", "leave", N_("back")),
    ]
    DEFAULT_CSS = """
    EventImportScreen #found { height: auto; max-height: 10; padding: 0 1; }
    """

    def __init__(self, found: FoundEvents) -> None:
        super().__init__()
        self._found = found

    def compose_body(self) -> ComposeResult:
        """The sum and the conflicts, then a row per difference."""
        with VerticalScroll(id="found"):
            yield Static("", id="sum")
        yield VirtualTable(
            [
                Column(_("row"), 5, right=True),
                Column(_("number"), 12),
                Column(_("what"), 18, grow=1),
                Column(_("before"), 16, grow=1, rank=1),
                Column(_("now"), 20, grow=2),
            ],
            empty=_("The file says nothing new. Escape goes back."),
            id="rows",
        )

    def fill(self, _desk: Desk) -> None:
        """Show what would happen."""
        self.query_one("#sum", Static).update(safe("\n".join(self._found.lines())))
        self.query_one(VirtualTable).load(ListRows(list(_event_rows(self._found))))
        self.query_one(VirtualTable).focus()

    def action_accept(self) -> None:
        """Take it over."""
        from orderdesk.desk import event_import

        desk = self.desk
        if desk is None:
            return
        done = self.try_to(lambda: event_import.apply(desk, self._found))
        if done is not None:
            self.notify(next(iter(done.lines())), markup=False)
            self.app.pop_screen()

    def action_leave(self) -> None:
        """Back without taking anything over."""
        self.app.pop_screen()


def _event_rows(found: FoundEvents) -> Iterator[tuple[str, ...]]:
    from orderdesk.desk import intake, words

    for change in found.of("changed"):
        for d in change.differences:
            yield str(change.row.row), change.after.number, str(d.what), d.before, d.now
    for change in found.of("new"):
        case = change.after
        text = f"{case.place_text} · {intake.place_name(case)} · {words.span(case.span)}"
        yield str(change.row.row), case.number, _("new"), "", text
    for n, why in found.file.skipped:
        yield str(n), "", _("skipped"), "", str(why)
    for p in found.file.problems:
        yield str(p.row), "", p.column, p.value, str(p.message)


class ImportScreen(Place):
    """What a file holds, row by row, before anything is written."""

    place = "register"
    about = N_(
        "This is what the file holds. Nothing is written before you press y. Rows with a problem "
        "say which column, which value and how to mend it; m changes what a column means."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "accept", N_("import")),
        Binding("m", "mapping", N_("columns")),
        Binding("escape", "leave", N_("back")),
    ]
    DEFAULT_CSS = "ImportScreen #found { height: auto; max-height: 12; padding: 0 1; }"

    def __init__(self, found: Found) -> None:
        super().__init__()
        self._found = found

    def compose_body(self) -> ComposeResult:
        """Summary, rows to look at."""
        yield Static("", id="found")
        yield VirtualTable(
            [
                Column(_("row"), 6, right=True),
                Column(_("what"), 12),
                Column(_("column"), 18, rank=2),
                Column(_("value"), 20, rank=1),
                Column(_("message"), 30, grow=1),
            ],
            empty=_("No row needs a look."),
            id="rows",
        )

    def fill(self, _desk: Desk) -> None:
        """Show what would happen."""
        from orderdesk.desk import importing

        result = importing.dry_run(self._found)
        text = list(result.lines())[: 4 + len(result.mapping)]
        self.query_one("#found", Static).update(safe("\n".join(text)))
        rows = [(str(n), _("skipped"), "", "", why) for n, why in result.skipped_rows]
        rows += [
            (str(p.row), _("look"), p.column, p.value, str(p.message)) for p in result.problems
        ]
        rows += [
            (str(n), _("changed"), field, before, after)
            for n, fields in result.differences
            for field, (before, after) in fields.items()
        ]
        self.query_one(VirtualTable).load(ListRows(rows))
        self.query_one(VirtualTable).focus()

    def action_accept(self) -> None:
        """Import in a thread, and say what happened."""
        self.notify(_("importing..."), markup=False)
        self._import()

    @work(thread=True, exclusive=True)
    def _import(self) -> None:
        from orderdesk.desk import importing
        from orderdesk.errors import OrderdeskError

        if self.desk is None:
            return
        try:
            result = importing.apply(self.desk, self._found)
            text = _("{new} new, {changed} changed, {unchanged} unchanged").format(
                new=result.new, changed=result.changed, unchanged=result.unchanged
            )
        except OrderdeskError as problem:
            text = str(problem)
        self.app.call_from_thread(self._imported, text)

    def _imported(self, text: str) -> None:
        self.notify(safe(text).plain, markup=False)
        self.app.pop_screen()

    def action_mapping(self) -> None:
        """Change which column fills which field."""
        from orderdesk.desk import importing

        mapping, desk = self._found.mapping, self.desk
        if desk is None:
            return
        columns = [("", _("(none)")), *((c, c) for c in mapping.columns)]
        fields = [
            Field(
                field.value,
                field.value,
                choices=columns,
                value=next(iter(mapping.columns_of(field)), ""),
            )
            for field in importing.register_fields()
        ]

        def change(given: dict[str, str]) -> object:
            return importing.with_mapping(desk, self._found, given)

        def changed(found: object) -> None:
            if isinstance(found, importing.Found):
                self._found = found
                self.refill()

        self.app.push_screen(Form(_("What the columns mean"), fields, change), changed)

    def action_leave(self) -> None:
        """Back without importing."""
        self.app.pop_screen()


=======
>>>>>>> 081c0a1 (Read every sheet of a register, choose rows, columns, sheets and header on screen and command line)
SCREEN = RegisterScreen
