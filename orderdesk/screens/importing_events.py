"""Importing an export of the event system: what it would change, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from orderdesk.i18n import N_, _
from orderdesk.screens.base import Place
from orderdesk.screens.safe import safe
from orderdesk.screens.widgets.form import Reading
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.event_import import FoundEvents


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

    def on_virtual_table_chosen(self, event: VirtualTable.Chosen) -> None:
        """The row in full."""
        cells = list(_event_rows(self._found))[event.row]
        title = _("Row {row}").format(row=cells[0])
        self.app.push_screen(Reading(title, "\n".join(filter(None, cells[1:]))))

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
        when = words.span(case.span, time_known=case.time_known)
        text = " · ".join(dict.fromkeys((when, case.place_text, intake.place_name(case))))
        yield str(change.row.row), case.number, _("new"), "", text
    for n, why in found.file.skipped:
        yield str(n), "", _("skipped"), "", str(why)
    for p in found.file.problems:
        yield str(p.row), "", p.column, p.value, str(p.message)
