"""The coming weeks: what they may ask, the chance that the reserve runs out, and what drives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from orderdesk.errors import OrderdeskError
from orderdesk.i18n import N_, _
from orderdesk.screens import capacity_pictures as pictures
from orderdesk.screens.base import Place
from orderdesk.screens.safe import line, safe
from orderdesk.screens.widgets.fan import FanChart
from orderdesk.screens.widgets.form import Field, Form, Reading, Values
from orderdesk.screens.widgets.looks import Cell, Look, Piece
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.forecasting import Forecast

_WEEKS = 8
_LIKELY = 0.1
"""From this chance on a week is marked."""


class OutlookScreen(Place):
    """Eight weeks of reserve."""

    place = "capacity"
    about = N_(
        "What the coming weeks may ask of the reserve, learned from closed cases: in one week of "
        "ten less than P10, in half of them less than P50, in nine of ten less than P90. Known "
        "cases count with their hours. No topic, group or organiser enters. Below stands how the "
        "forecast did on weeks that it had not seen. Flex shifts can move between weeks that have "
        "not begun, with a reason; the law is checked."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "move", N_("move flex shifts")),
        Binding("escape", "leave", N_("back")),
    ]
    CHANGES: ClassVar[frozenset[str]] = frozenset({"move"})
    DEFAULT_CSS = """
    OutlookScreen #judged { height: auto; padding: 0 1; background: $panel; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._found: Forecast | None = None

    def compose_body(self) -> ComposeResult:
        """Weeks; fan and drivers beside them; how good the forecast is."""
        with Vertical(classes="split"):
            yield VirtualTable(
                [
                    Column(_("week"), 8),
                    Column(_("known"), 6, right=True),
                    Column("P10", 4, right=True),
                    Column("P50", 4, right=True),
                    Column("P90", 4, right=True),
                    Column(_("reserve"), 7, right=True),
                    Column(_("runs out"), 8, right=True),
                    Column(_("what drives it"), 16, grow=1, rank=1),
                ],
                empty=_("There is no closed case yet to learn from."),
                id="weeks",
            ).add_class("list")
            with VerticalScroll(classes="detail"):
                yield Static("", id="drivers")
                yield FanChart(id="fan")
        yield Static(safe(_("measuring the forecast on past weeks...")), id="judged")

    def on_mount(self) -> None:
        """The list has the keys; the judgement takes a few seconds and comes when it is there."""
        super().on_mount()
        self.query_one(VirtualTable).focus()
        self._judge()

    def fill(self, _desk: Desk) -> None:
        """The coming weeks, worked out in a thread."""
        self._forecast()

    @work(thread=True, exclusive=True, group="forecast")
    def _forecast(self) -> None:
        from orderdesk.desk import forecasting

        if self.desk is None:
            return
        try:
            found = forecasting.forecast(self.desk, _WEEKS)
        except OrderdeskError as problem:
            self.app.call_from_thread(self.notify, line(problem), markup=False)
            return
        self.app.call_from_thread(self._show, found)

    def _show(self, found: Forecast) -> None:
        if not self.is_mounted:
            return
        self._found = found
        rows: list[tuple[Cell, ...]] = [
            (
                f"W{week.week.number:02d}",
                *(f"{minutes / 60:.0f}" for minutes in (week.known, week.p10, week.p50, week.p90)),
                f"{week.reserve / 60:.0f}",
                Piece(
                    f"{week.run_out:.0%}{'!' if week.run_out >= _LIKELY else ' '}",
                    Look.AMBER if week.run_out >= _LIKELY else Look.PLAIN,
                ),
                "; ".join(found.drivers(week)),
            )
            for week in found.weeks
        ]
        self.query_one(VirtualTable).load(ListRows(rows))
        rows_of_chart = 12 if self.size.height > 36 else 5
        self.query_one(FanChart).show(pictures.reserve_fan(found, rows_of_chart))

    def on_virtual_table_moved(self, event: VirtualTable.Moved) -> None:
        """What drives this week, and where data are thin."""
        if self._found is None or event.row >= len(self._found.weeks):
            return
        week = self._found.weeks[event.row]
        notes = [str(note) for note in week.notes]
        plain = _(
            "{week}: in 1 of 10 weeks more than {p90} h, in half of them more than {p50} h, in 1 "
            "of 10 less than {p10} h."
        ).format(
            week=week.week,
            **{p: f"{getattr(week, p) / 60:.0f}" for p in ("p10", "p50", "p90")},
        )
        text = [plain, "; ".join(self._found.drivers(week)), *notes]
        self.query_one("#drivers", Static).update(safe("\n".join(text)))

    def on_virtual_table_chosen(self, event: VirtualTable.Chosen) -> None:
        """The week with all that drives it."""
        if self._found is not None:
            week = self._found.weeks[event.row]
            text = [*self._found.drivers(week), "", *(str(note) for note in week.notes)]
            self.app.push_screen(Reading(str(week.week), "\n".join(text)))

    @work(thread=True, exclusive=True, group="judge")
    def _judge(self) -> None:
        from orderdesk.desk import forecasting

        if self.desk is None:
            return
        try:
            said = "\n".join(forecasting.judged_lines(forecasting.judged(self.desk)))
        except OrderdeskError as problem:
            said = line(problem)
        self.app.call_from_thread(self._say_judged, said)

    def _say_judged(self, said: str) -> None:
        if self.is_mounted:
            self.query_one("#judged", Static).update(safe(said))

    def action_move(self) -> None:
        """Move flex shifts from one week to another, both chances shown first."""
        from orderdesk.desk import forecasting

        desk = self.desk
        if desk is None:
            return

        def seen(v: Values) -> str:
            give = forecasting.read_week(desk, v["give"])
            get = forecasting.read_week(desk, v["get"])
            a, b, c, d = forecasting.chances(desk, give, get, int(v["shifts"]))
            return _("{give} runs out {a} > {c}   {get} {b} > {d}").format(
                give=give, get=get, a=f"{a:.0%}", b=f"{b:.0%}", c=f"{c:.0%}", d=f"{d:.0%}"
            )

        def moved(result: object) -> None:
            if isinstance(result, forecasting.FlexMoved):
                self.done(result.line())

        numbers = [(str(n), str(n)) for n in range(1, 9)]
        self.app.push_screen(
            Form(
                _("Move flex shifts"),
                [
                    Field("give", _("From week"), "W25"),
                    Field("get", _("To week"), "W26"),
                    Field("shifts", _("How many"), choices=numbers, value="2"),
                    Field("reason", _("Reason")),
                ],
                lambda v: forecasting.move_flex(
                    desk, forecasting.read_week(desk, v["give"]),
                    forecasting.read_week(desk, v["get"]), int(v["shifts"]), v["reason"],
                ),
                look=seen,
            ),
            moved,
        )  # fmt: skip

    def action_leave(self) -> None:
        """Back to the reserve."""
        self.app.pop_screen()
