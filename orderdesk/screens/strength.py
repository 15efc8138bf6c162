"""Strength of a day: by hour and district against the waterline, and where the paper hours went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from orderdesk.i18n import N_, _
from orderdesk.screens import capacity_pictures as pictures
from orderdesk.screens.base import Place
from orderdesk.screens.safe import safe
from orderdesk.screens.widgets.bars import Waterfall
from orderdesk.screens.widgets.form import Reading
from orderdesk.screens.widgets.panels import State
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.strength import Day, Hour, Suppose
    from orderdesk.desk.whatif import Found


class StrengthScreen(Place):
    """A day by hour and district."""

    place = "capacity"
    about = N_(
        "Who is there today, by hour and district, at the moment of the hour when the fewest are "
        "left. Rostered less other absence less deployed is what is left; the waterline is what a "
        "district keeps. Absence has no cause here, and where a group is smaller than five it is "
        "not shown. Opened from a what-if it shows the day as it would be, and says so on top. "
        "Figures of the police are those that the police gave, with their date."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "day(-1)", N_("day back"), key_display="["),
        Binding("right_square_bracket", "day(1)", N_("day on"), key_display="]"),
        Binding("escape", "leave", N_("back")),
    ]
    DEFAULT_CSS = """
    StrengthScreen #head_line { height: auto; padding: 0 1; background: $panel; }
    """

    def __init__(self, supposed: Found | None = None) -> None:
        """`supposed`: a what-if that is laid over the roster, marked as such."""
        super().__init__()
        self._supposed = supposed
        self._offset = 0
        self._hours: Sequence[Hour] = ()

    def compose_body(self) -> ComposeResult:
        """A line that says it all, the hours, the waterfall."""
        yield Static("", id="head_line")
        with Vertical(classes="split"):
            yield VirtualTable(
                [
                    Column(_("district"), 10),
                    Column(_("hour"), 5),
                    Column(_("rostered"), 9, right=True),
                    Column(_("absent"), 8, right=True),
                    Column(_("deployed"), 9, right=True),
                    Column(_("left"), 5, right=True),
                    Column(_("waterline"), 10, right=True),
                    Column(_("picture"), 10, grow=1, rank=1),
                ],
                empty=_("Nobody is rostered that day."),
                id="hours",
            ).add_class("list")
            with VerticalScroll(classes="detail"):
                yield Waterfall(id="fall")
                yield Static("", id="beside")

    def on_mount(self) -> None:
        """The list has the keys."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    def fill(self, desk: Desk) -> None:
        """The day that is shown; it begins at the present hour."""
        from orderdesk.desk import strength, words
        from orderdesk.domain.time import local

        what_if = self._supposed
        began = what_if.day if what_if else local(desk.now).date()
        day = began + timedelta(days=self._offset)
        shown = strength.strength_on(desk, day, self._suppose)
        self._hours = shown.hours
        table = self.query_one(VirtualTable)
        table.load(ListRows([_row(hour) for hour in shown.hours]))
        moment = what_if.case.span.start if what_if and what_if.case.span else desk.now
        then = shown.at(moment)
        begins = [n for n, h in enumerate(shown.hours) if h in then]
        if begins and not self._offset:
            table.cursor = begins[0]
        if what_if is not None and self._offset:
            self.banner.clear()  # another day is as it is
        elif what_if is not None:
            self.banner.say(State.WHAT_IF, _("supposed: nothing of this is planned or booked"))
        head = [
            *([what_if.heading()] if what_if and not self._offset else []),
            words.day(day),
            _("{paper} on paper, {plannable} plannable").format(
                paper=words.number(shown.fall.paper_fte, 0),
                plannable=words.number(shown.fall.plannable_fte),
            ),
            *(
                _("{district} {clock}: {n} left, {t} can do traffic").format(
                    district=h.district, clock=words.clock(h.start), n=h.left, t=h.traffic
                )
                for h in (() if self._offset else then)
            ),
        ]
        if shown.short:
            first = shown.short[0]
            head.append(
                "▲ " + _("{district} under its waterline from {clock}").format(
                    district=first.district, clock=words.clock(first.start)
                )
            )  # fmt: skip
        self.query_one("#head_line", Static).update(safe(" · ".join(head)))
        self.query_one(Waterfall).show(pictures.fall_steps(shown.fall))
        self.query_one("#beside", Static).update(safe("\n".join(_beside(shown))))

    def on_virtual_table_chosen(self, event: VirtualTable.Chosen) -> None:
        """Who is there in this hour."""
        from orderdesk.desk import strength, words

        if self.desk is None:
            return
        hour = self._hours[event.row]
        title = f"{hour.district} {words.moment(hour.start)}"
        self.app.push_screen(
            Reading(title, "\n".join(strength.who_in(self.desk, hour, self._suppose)))
        )

    @property
    def _suppose(self) -> Suppose:
        return self._supposed.laid_over if self._supposed else list

    def action_day(self, by: int) -> None:
        """Another day."""
        self._offset += by
        self.refill()

    def action_leave(self) -> None:
        """Back to the reserve."""
        self.app.pop_screen()


def _row(hour: Hour) -> tuple[str, ...]:
    from orderdesk.desk import strength, words

    rostered, absent = strength.shown_counts(hour)
    missing = f" ▲ -{hour.short}" if hour.short else ""
    return (
        hour.district, words.clock(hour.start), rostered, absent, str(hour.deployed),
        str(hour.left), strength.least_text(hour), pictures.people(hour.left, hour.least) + missing,
    )  # fmt: skip


def _beside(shown: Day) -> Iterator[str]:
    from orderdesk.desk import strength

    yield pictures.fall_sum(shown.fall)
    yield ""
    yield from strength.police_lines(shown.police)
    if shown.empty:
        yield _("nobody rostered for: {districts}").format(districts=", ".join(shown.empty))
