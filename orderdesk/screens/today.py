"""Today: what needs me now."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from orderdesk.i18n import N_, _
from orderdesk.screens.base import Place
from orderdesk.screens.safe import safe
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.glance import Today


class TodayScreen(Place):
    """The first screen."""

    place = "today"
    about = N_(
        "Today shows what needs you now: the cases of this week and the next, the state of the "
        "reserve, answers that are awaited, and what others changed since you last looked.\n\n"
        "Keys 1 to 9 go to the nine places. Ctrl+P finds every action by name. "
        "Ctrl+L switches the language."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", N_("new notification")),
        Binding("u", "unannounced", N_("unannounced")),
        Binding("c", "caught_up", N_("read: changes")),
        Binding("h", "handover", N_("handover")),
        Binding("i", "import", N_("import")),
        Binding("d", "load_demo", N_("demonstration city"), show=False),
    ]
    DEFAULT_CSS = """
    TodayScreen #summary { height: auto; max-height: 8; padding: 0 1; background: $panel; }
    TodayScreen #empty { padding: 1 2; height: auto; }
    """

    def compose_body(self) -> ComposeResult:
        """Summary, cases, changes."""
        yield Static("", id="summary")
        with Vertical(classes="split"):
            yield VirtualTable(
                [
                    Column(_("number"), 12),
                    Column(_("when"), 22),
                    Column(_("place"), 16, grow=2, rank=1),
                    Column(_("people"), 7, right=True, rank=2),
                    Column(_("class"), 6),
                    Column(_("status"), 14, rank=4),
                    Column(_("attention"), 14, grow=3, rank=3),
                ],
                empty=_("No cases in the next two weeks. Press n to register one."),
                id="cases",
            ).add_class("list")
            with VerticalScroll(classes="detail"):
                yield Static("", id="changes")

    def on_mount(self) -> None:
        """Show what was last known at once; the desk fills it in a moment."""
        super().on_mount()
        if self.desk is None and self.desk_app.glance_path:
            from orderdesk.desk.glance import glance

            kept = glance(self.desk_app.glance_path)
            if kept is not None:
                self.desk_app.synthetic = kept.synthetic
                self._show(kept)
        self.query_one(VirtualTable).focus()

    def fill(self, desk: Desk) -> None:
        """The first screen as it stands now."""
        from orderdesk.desk import today

        shown = today.today(desk)
        self._show(shown)
        self.run_worker(lambda: today.keep_glance(desk, shown), thread=True, group="glance")

    def _show(self, shown: Today) -> None:
        summary = [shown.head, shown.ledger, *shown.notes]
        if shown.empty:
            summary = [
                _("This desk is empty. What first?"),
                *shown.notes,
                _("  d  load the demonstration city (synthetic)"),
            ]
        self.query_one("#summary", Static).update(safe("\n".join(summary)))
        self._ids = list(shown.ids)
        self.query_one("#cases", VirtualTable).load(ListRows(shown.rows))
        self.query_one("#changes", Static).update(safe(_changes(shown)))

    def on_virtual_table_chosen(self, event: VirtualTable.Chosen) -> None:
        """Open the case."""
        from orderdesk.screens.case import CaseScreen

        self.app.push_screen(CaseScreen(self._ids[event.row]))

    def action_new(self) -> None:
        """Register a notification."""
        from orderdesk.screens.register import open_notification

        open_notification(self)

    def action_unannounced(self) -> None:
        """Go to the six questions."""
        self.desk_app.action_place("incident")

    def action_import(self) -> None:
        """Import a register."""
        from orderdesk.screens.importing import open_import

        open_import(self)

    def action_caught_up(self) -> None:
        """The changes were read."""
        from orderdesk.desk import today

        if self.desk is not None:
            desk = self.desk
            self.try_to(lambda: today.catch_up(desk))
            self.refill()

    def action_handover(self) -> None:
        """The note for the next shift."""
        from orderdesk.desk import today
        from orderdesk.screens.widgets.form import Reading

        if self.desk is not None:
            self.app.push_screen(Reading(_("Handover"), today.handover(self.desk)))

    def action_load_demo(self) -> None:
        """Fill an empty desk with the demonstration city."""
        from orderdesk.desk import demo

        if self.desk is not None:
            desk = self.desk
            self.try_to(lambda: demo.load_city(desk))
            self.refill()


def _changes(shown: Today) -> str:
    if not shown.changes:
        return _("Nothing of yours changed since you last looked.")
    lines = [_("Changed since you last looked (c: read)"), ""]
    lines += [f"{c.at}  {c.what} {c.subject} ({c.by})" for c in shown.changes]
    return "\n".join(lines)


SCREEN = TodayScreen
