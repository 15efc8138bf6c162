"""Today: what needs me now."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.geometry import Size
from textual.widgets import Static

from orderdesk.i18n import N_, _
from orderdesk.screens.base import Place
from orderdesk.screens.safe import safe
from orderdesk.screens.widgets.looks import Cell, Look, Piece, badge
from orderdesk.screens.widgets.maps import HeatMap, Year
from orderdesk.screens.widgets.preview import CasePreview
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from orderdesk.desk.core import Desk
    from orderdesk.desk.glance import Change, Row, Today

_LOOKS = {"late": Look.LATE, "amber": Look.AMBER}
_SIGNS = {"late": "‼ ", "amber": "! "}


class TodayScreen(Place):
    """The first screen."""

    place = "today"
    about = N_(
        "Today shows what needs you now, the most urgent first: terms that end today, answers that "
        "are late, cases that are not ready and why, cases to close, what others changed, silent "
        "districts, drafts; then the fortnight by day. The last column says which key does it. "
        "Enter opens the line. a acknowledges a change, p parks it, c acknowledges all of them.\n\n"
        "Keys 1 to 9 go to the nine places. Ctrl+P finds every action by name. "
        "Ctrl+L switches the language."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", N_("new notification")),
        Binding("u", "unannounced", N_("unannounced")),
        Binding("a", "acknowledge", N_("read")),
        Binding("p", "park", N_("park")),
        Binding("c", "caught_up", N_("all read")),
        Binding("z", "close_case", N_("close")),
        Binding("h", "handover", N_("handover")),
        Binding("f", "fortnight", N_("fortnight")),
        Binding("w", "weekend", N_("weekend pack")),
        Binding("i", "import", N_("import")),
        Binding("d", "load_demo", N_("demonstration city"), show=False),
    ]
    CHANGES: ClassVar[frozenset[str]] = frozenset(
        {"new", "unannounced", "acknowledge", "park", "caught_up", "close_case", "handover",
         "import", "load_demo"}
    )  # fmt: skip
    DEFAULT_CSS = """
    TodayScreen #summary { height: auto; max-height: 8; padding: 0 1; background: $panel; }
    TodayScreen #left { width: 1fr; height: 3fr; }
    TodayScreen.-wide .detail { width: 1fr; }
    TodayScreen.-wide #left { width: 2fr; height: 1fr; }
    TodayScreen #cases { height: 1fr; width: 1fr; }
    TodayScreen #year { display: none; height: auto; padding: 0 1; border-top: solid $look-frame; }
    TodayScreen.-wide.-tall #year { display: block; }
    TodayScreen #changes { display: none; height: auto; padding: 1 0 0 0; }
    TodayScreen.-wide #changes { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown: Today | None = None

    def compose_body(self) -> ComposeResult:
        """Summary, what needs me, the line under the cursor, the year."""
        yield Static("", id="summary")
        with Horizontal(classes="split"):
            with Vertical(id="left"):
                yield VirtualTable(
                    [
                        Column(_("when"), 16, rank=1),
                        Column(_("about"), 12),
                        Column(_("what it asks"), 33, grow=1),
                        Column(_("people"), 7, right=True, rank=3),
                        Column(_("class"), 9, rank=2),
                        Column(_("key"), 5),
                    ],
                    empty=_("Nothing in the next two weeks. Press n when a notification comes in."),
                    id="cases",
                    rules=False,  # what it asks needs the room
                )
                yield HeatMap(id="year")
            with VerticalScroll(classes="detail"):
                yield CasePreview(id="about")
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

    def fit(self, size: Size) -> None:
        """The year needs height, too."""
        super().fit(size)
        self.set_class(size.height >= 40, "-tall")

    def fill(self, desk: Desk) -> None:
        """The first screen as it stands now."""
        from orderdesk.desk import today

        shown = today.today(desk)
        self._show(shown)
        self.run_worker(lambda: today.keep_glance(desk, shown), thread=True, group="glance")
        if self.has_class("-wide", "-tall"):
            self._draw_year(desk)

    @work(thread=True, group="year")
    def _draw_year(self, desk: Desk) -> None:
        from orderdesk.desk import today
        from orderdesk.domain.time import local

        counted = today.year_of_gatherings(desk)
        day = local(desk.now).date()
        self.app.call_from_thread(self._show_year, counted, day)

    def _show_year(self, counted: dict[date, float], day: date) -> None:
        year = Year(day.year, counted, today=day, unit=_("gatherings and events"))
        self.query_one("#year", HeatMap).show(year)

    def _show(self, shown: Today) -> None:
        self._shown = shown
        summary = [" · ".join([shown.head, *shown.notes]), shown.ledger]
        if shown.empty:
            summary = [
                _("This desk is empty. What first?"),
                *shown.notes,
                _("  d  load the demonstration city (synthetic)"),
            ]
        self.query_one("#summary", Static).update(safe("\n".join(summary)))
        rows = ListRows(
            [_cells(row) for row in shown.rows],
            keys=[row.target or row.what for row in shown.rows],
            looks={n: Look.DIM for n, row in enumerate(shown.rows) if not row.target},
        )
        self.query_one("#cases", VirtualTable).load(rows)
        self.query_one("#changes", Static).update(safe(_changes(shown)))

    @property
    def _ids(self) -> list[str]:
        """Per line the case that it is about, or empty."""
        opens = [row.target.partition(":") for row in self._rows]
        return [id if kind == "case" else "" for kind, _colon, id in opens]

    @property
    def _row(self) -> Row | None:
        at = self.query_one("#cases", VirtualTable).current
        return self._rows[at] if at is not None and at < len(self._rows) else None

    def on_virtual_table_moved(self) -> None:
        """Tell of the line under the cursor; a case is read in a thread."""
        row = self._row
        if row is None:
            return
        kind, _colon, id = row.target.partition(":")
        about = self.query_one("#about", CasePreview)
        if kind in ("case", "close") and self.desk is not None:
            about.look(self.desk, id)
            return
        about.say(safe(f"{row.subject}\n\n{row.what}"))

    def on_virtual_table_chosen(self) -> None:
        """Do what the line asks."""
        row = self._row
        if row is None:
            return
        kind, _colon, what = row.target.partition(":")
        if kind == "case":
            self._open_case(what)
        elif kind == "close":
            self.action_close_case()
        elif kind == "place":
            self.desk_app.action_place(what)
        elif kind == "change":
            change = next((c for c in self._changes if c.key == what), None)
            if change is not None and change.case_id:
                self._open_case(change.case_id)
        elif kind == "form":
            opens = {
                "incident": self.action_unannounced,
                "handover": self.action_handover,
                "retention": self._open_retention,
            }
            opens.get(what, self.action_new)()

    @property
    def _changes(self) -> Sequence[Change]:
        return self._shown.changes if self._shown else ()

    def _open_case(self, case_id: str) -> None:
        from orderdesk.screens.case import CaseScreen

        self.app.push_screen(CaseScreen(case_id))

    def _open_retention(self) -> None:
        from orderdesk.screens.privacy import PrivacyScreen

        self.app.push_screen(PrivacyScreen())

    def action_new(self) -> None:
        """Register a notification."""
        from orderdesk.screens.register import open_notification

        open_notification(self)

    def action_unannounced(self) -> None:
        """Go to the six questions."""
        self.desk_app.action_place("incident")

    def action_import(self) -> None:
        """Import a register or an export of the event system."""
        from orderdesk.screens.importing import open_import

        open_import(self)

    def action_close_case(self) -> None:
        """What happened, for the case under the cursor that is over."""
        from orderdesk.screens.closing import open_closing

        row = self._row
        if row is None or not row.target.startswith("close:"):
            over = [n for n, r in enumerate(self._rows) if r.target.startswith("close:")]
            if not over:
                self.notify(_("No case waits to be closed."), markup=False)
                return
            self.query_one("#cases", VirtualTable).cursor = over[0]
            row = self._rows[over[0]]
        open_closing(self, row.target.partition(":")[2])

    @property
    def _rows(self) -> Sequence[Row]:
        return self._shown.rows if self._shown else ()

    def action_acknowledge(self) -> None:
        """The change under the cursor was read; it comes back when it changes again."""
        self._settle(park=False)

    def action_park(self) -> None:
        """The change under the cursor waits at the end of the list."""
        self._settle(park=True)

    def _settle(self, *, park: bool) -> None:
        from orderdesk.desk import catchup

        desk, row = self.desk, self._row
        if desk is None:
            return
        if row is None or not row.target.startswith("change:"):
            self.notify(_("Put the cursor on a change first."), markup=False)
            return
        key = row.target.removeprefix("change:")
        self.try_to(lambda: catchup.acknowledge(desk, key, park=park))
        self.refill()

    def action_caught_up(self) -> None:
        """All changes were read."""
        from orderdesk.desk import catchup

        if self.desk is not None:
            desk = self.desk
            self.try_to(lambda: catchup.catch_up(desk))
            self.refill()

    def action_fortnight(self) -> None:
        """The fortnight by day, to read or to print."""
        from orderdesk.screens.papers import open_fortnight

        open_fortnight(self)

    def action_weekend(self) -> None:
        """A paper pack of every case of this weekend, with the fortnight on top."""
        from orderdesk.desk import pack
        from orderdesk.screens.papers import ask_file

        desk = self.desk
        if desk is not None:
            ask_file(
                self.app.push_screen, _("weekend"), lambda path: pack.print_weekend(desk, path),
                self.done, folder=True,
            )  # fmt: skip

    def action_handover(self) -> None:
        """The note for the next shift."""
        from orderdesk.screens.papers import open_handover

        open_handover(self)

    def action_load_demo(self) -> None:
        """Fill an empty desk with the demonstration city."""
        from orderdesk.desk import demo

        if self.desk is not None:
            desk = self.desk
            self.try_to(lambda: demo.load_city(desk))
            self.refill()


def _cells(row: Row) -> list[Cell]:
    look = _LOOKS.get(row.urgency, Look.PLAIN)
    what = Piece(_SIGNS.get(row.urgency, "") + row.what, look)
    standing = row.standing
    return [row.when, row.subject, what, row.people, badge(standing), row.key]


def _changes(shown: Today) -> str:
    if not shown.changes:
        return _("Nothing else of yours was changed by others.")
    lines = [_("Changed by others (a: read, p: park, c: all read)")]
    for change in shown.changes:
        parked = " " + _("[parked]") if change.parked else ""
        lines.append(f"{change.at}  {change.line} ({change.by}){parked}")
    return "\n".join(lines)


SCREEN = TodayScreen
