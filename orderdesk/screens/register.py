"""Register: every case, found while typing; registering and importing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.timer import Timer
from textual.widgets import Input, Static

from orderdesk.i18n import N_, _, count, ngettext
from orderdesk.memory import long_lived
from orderdesk.screens.base import Place
from orderdesk.screens.safe import safe
from orderdesk.screens.widgets.find import TextIndex
from orderdesk.screens.widgets.form import Field, Form
from orderdesk.screens.widgets.looks import Cell, Look, badge
from orderdesk.screens.widgets.preview import CasePreview
from orderdesk.screens.widgets.table import Column, VirtualTable

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.search import RegisterList


_STILL_TYPING = 0.4
"""Seconds without a key after which somebody has stopped typing."""


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
    CHANGES: ClassVar[frozenset[str]] = frozenset({"new", "import"})
    DEFAULT_CSS = """
    RegisterScreen #filter { border: none; height: 1; padding: 0 1; background: $panel; }
    RegisterScreen #count { height: 1; padding: 0 1; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._list: RegisterList | None = None
        self._index: TextIndex | None = None
        self._pause: Timer | None = None

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
                    Column(_("class"), 9, rank=1),
                    Column(_("status"), 16, rank=4),
                    Column(_("outcome"), 18, rank=6),
                ],
                empty=_("Nothing here yet. n: a notification; i: import a register."),
                id="cases",
            ).add_class("list")
            with VerticalScroll(classes="detail"):
                preview = CasePreview(id="preview")
                preview.foot = safe(_("Enter: the whole case, with every action"), "dim")
                yield preview

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

        with long_lived():
            found = register_list(desk)
            self.app.call_from_thread(self._show, found)
            index = TextIndex(len(found), found.text)
            index.warm()
        self.app.call_from_thread(self._indexed, found, index)

    def _show(self, found: RegisterList) -> None:
        if not self.is_mounted:
            return
        self._list, self._index = found, None
        self.query_one(VirtualTable).load(_Badged(found))
        self._count()

    def _indexed(self, found: RegisterList, index: TextIndex) -> None:
        if self._list is found and self.is_mounted:
            self._index = index
            if self.query_one("#filter", Input).value:
                self._filter(self.query_one("#filter", Input).value)
            self.on_virtual_table_moved()

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
        text = ngettext("{n} case", "{n} cases", shown).format(n=count(shown))
        if shown != all_:
            text += " " + _("of {n}").format(n=count(all_))
        self.query_one("#count", Static).update(safe(text), layout=False)

    def on_input_submitted(self) -> None:
        """Enter in the filter goes to the list."""
        self.query_one(VirtualTable).focus()
        self._look_here()

    def action_filter(self) -> None:
        """Type to filter."""
        self.query_one("#filter", Input).focus()

    def action_clear(self) -> None:
        """Show everything."""
        self.query_one("#filter", Input).value = ""
        self.query_one(VirtualTable).focus()

    def on_virtual_table_moved(self) -> None:
        """Show the case under the cursor, read in a thread so that the cursor never waits."""
        if self._pause is not None:
            self._pause.stop()
        # Reading a case while somebody types in the filter would make the next key wait.
        typing = self.query_one("#filter", Input).has_focus
        if typing:
            self._pause = self.set_timer(_STILL_TYPING, self._look_here)
        else:
            self._look_here()

    def _look_here(self) -> None:
        row = self.query_one(VirtualTable).current
        # First what finds cases, then what tells of one.
        if self._index is None or self._list is None or row is None or self.desk is None:
            return
        self.query_one(CasePreview).look(self.desk, self._list.id(row))

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


_CLASS_CELL = 5
_BADGES = {"hoog": "high", "midden": "medium", "laag": "low"}


class _Badged:
    """The register's rows with the class as a badge, and what is over dimmed."""

    def __init__(self, found: RegisterList) -> None:
        self._found = found

    def __len__(self) -> int:
        return len(self._found)

    def row(self, n: int, /) -> Sequence[Cell]:
        """The cells of row `n`."""
        texts = self._found.row(n)
        cells: list[Cell] = list(texts)
        standing = texts[_CLASS_CELL]
        cells[_CLASS_CELL] = badge(_BADGES.get(standing, standing))
        return cells

    def key(self, n: int, /) -> str:
        """The case, so that the cursor finds it again."""
        return self._found.id(n)

    def look(self, n: int, /) -> Look:
        """What is over is of less weight."""
        return Look.DIM if self._found.over(n) else Look.PLAIN


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
            look=lambda given: "\n".join(intake.typing_lines(desk, given)),
        ),
        saved,
    )


def _typed(values: Mapping[str, str]) -> dict[str, str]:
    """What somebody typed, without choices that stand there by themselves."""
    chosen = ("form", "source", "kind")
    typed = {name: value for name, value in values.items() if name not in chosen}
    return dict(values) if any(value.strip() for value in typed.values()) else {}


SCREEN = RegisterScreen
