"""Roster: people by days, the law at each touch, plans with their price."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from orderdesk.errors import OrderdeskError
from orderdesk.i18n import N_, _
from orderdesk.screens.base import Place
from orderdesk.screens.capacity import lead
from orderdesk.screens.safe import line, safe
from orderdesk.screens.widgets.form import Field, Form, Reading
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.rostering import Plans, RosterView

_NAME = 12
_CELL = 5


class RosterScreen(Place):
    """The grid."""

    place = "roster"
    about = N_(
        "People by days. E early, L late, F flex, S Sunday; * at a deployment, ^ pinned, ! breaks "
        "the law, x dropped, · free. p makes plans for a case with the fewest people touched; m "
        "makes four weeks; x writes the calendars."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "week(-1)", N_("week back"), key_display="["),
        Binding("right_square_bracket", "week(1)", N_("week on"), key_display="]"),
        Binding("p", "plans", N_("plans for a case")),
        Binding("m", "make", N_("four weeks")),
        Binding("u", "undo", N_("take plan back")),
        Binding("x", "export", N_("calendars")),
    ]
    DEFAULT_CSS = """
    RosterScreen #grid { height: 1fr; }
    RosterScreen #person { height: 6; border-top: solid $primary-muted; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._offset = 0
        self._view: RosterView | None = None

    def compose_body(self) -> ComposeResult:
        """Grid and the person under the cursor."""
        yield VirtualTable([Column(_("who"), _NAME)], empty=_("Nobody is in the team."), id="grid")
        with VerticalScroll(id="person"):
            yield Static("", id="about")

    def on_mount(self) -> None:
        """The grid has the keys."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    def on_resize(self) -> None:
        """More days where there is room."""
        super().on_resize()
        self.refill()

    def fill(self, desk: Desk) -> None:
        """As many days as fit, from Monday."""
        from orderdesk.desk import rostering, words
        from orderdesk.domain.time import Week

        first = Week.of(desk.now).shift(self._offset).monday
        fit = (self.size.width - _NAME - 3) // (_CELL + 1)
        days = 28 if fit >= 24 else 14 if fit >= 14 else 7
        shown = rostering.view(desk, first, days)
        self._view = shown
        table = self.query_one(VirtualTable)
        width = max(3, min(_CELL, (self.size.width - _NAME - 3) // days - 1))
        table.columns = (
            Column(_("who"), _NAME),
            *(Column(_head(width, words.day(day)), width) for day in shown.days),
        )
        rows = [
            (person.id, *(shown.mark(person.id, day) for day in shown.days))
            for person in shown.people
        ]
        if rows:
            rows.append((_("on duty"), *(str(shown.cover(day)) for day in shown.days)))
        table.load(ListRows(rows))

    def on_virtual_table_moved(self, event: VirtualTable.Moved) -> None:
        """The duties of the person under the cursor, in words."""
        from orderdesk.desk import words

        shown = self._view
        if shown is None or event.row >= len(shown.people):
            return
        person = shown.people[event.row]
        text = [f"{person.id} {person.name}"]
        for day in shown.days:
            for duty in shown.cells.get((person.id, day), ()):
                tasks = ", ".join(
                    f"{words.clock(t.start)} {_(words.TASKS[t.task])}" for t in duty.tasks
                )
                text.append(
                    f"{words.moment(duty.start)}-{words.clock(duty.end)} {duty.place}: {tasks}"
                )
        text += [f"! {f.message}" for f in shown.findings if f.person_id == person.id]
        self.query_one("#about", Static).update(safe("\n".join(text)))

    def action_week(self, by: int) -> None:
        """Another week."""
        self._offset += by
        self.refill()

    def action_plans(self) -> None:
        """Plans for what a case asks."""
        from orderdesk.desk import rostering, scoring

        desk = self.desk
        if desk is None:
            return

        def make(values: dict[str, str]) -> Plans:
            return rostering.plans_for(
                desk,
                scoring.case_numbered(desk, values["number"]).id,
                exclude=values["exclude"].upper().replace(",", " ").split(),
                prefer=values["prefer"].upper().replace(",", " ").split(),
                decision=values["decision"],
            )

        def shown(found: object) -> None:
            if isinstance(found, rostering.Plans):
                self.app.push_screen(PlansScreen(found))

        self.app.push_screen(
            Form(
                _("Plans for a case"),
                [
                    Field("number", _("Number")),
                    Field("exclude", _("Keep out"), "B05"),
                    Field("prefer", _("Rather"), "B09"),
                    Field("decision", _("Number of a driehoek decision"),
                          _("only to go below the waterline")),
                ],
                make,
            ),
            shown,
        )  # fmt: skip

    def action_make(self) -> None:
        """Four weeks, in a thread."""
        self.notify(_("rostering four weeks..."), markup=False)
        self._make()

    @work(thread=True, exclusive=True, group="make")
    def _make(self) -> None:
        from orderdesk.desk import rostering

        if self.desk is None:
            return
        try:
            made = rostering.make(self.desk, "", 4, 20, publish=True)
            text = "\n".join(made.lines())
        except OrderdeskError as problem:
            text = line(problem)
        self.app.call_from_thread(self.app.push_screen, Reading(_("Roster"), text))

    def action_undo(self) -> None:
        """Back to before the last plan, forward in the calendars."""
        from orderdesk.desk import rostering

        desk = self.desk
        if desk is None:
            return
        n = self.try_to(lambda: rostering.undo(desk, desk.actor))
        if n is not None:
            self.done(_("plan taken back for {n} people").format(n=n))

    def action_export(self) -> None:
        """Write the calendars; who must be told."""
        from orderdesk.desk import publishing

        desk = self.desk
        if desk is None:
            return

        def shown(found: object) -> None:
            if isinstance(found, publishing.Exported):
                self.app.push_screen(Reading(_("Calendars"), "\n".join(found.lines())))

        self.app.push_screen(
            Form(
                _("Write calendars"),
                [Field("folder", _("Folder"), value="calendars")],
                lambda v: publishing.export_calendars(desk, Path(v["folder"]).expanduser()),
            ),
            shown,
        )


class PlansScreen(Place):
    """Plans side by side, each with its price."""

    place = "roster"
    about = N_(
        "Each plan is lawful. The first line that differs is the price. Choosing one changes "
        "roster, ledger and calendars in one step; u on the roster takes it back."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "choose(0)", N_("choose A")),
        Binding("b", "choose(1)", N_("choose B")),
        Binding("c", "choose(2)", N_("choose C")),
        Binding("escape", "leave", N_("none")),
    ]

    def __init__(self, plans: Plans) -> None:
        super().__init__()
        self._plans = plans

    def compose_body(self) -> ComposeResult:
        """The comparison and the people."""
        with VerticalScroll():
            yield Static("", id="compare")

    def fill(self, _desk: Desk) -> None:
        """One table."""
        from orderdesk.desk import words

        text = []
        for row in self._plans.rows():
            text.append(f"{row[0]:<22}" + " | ".join(f"{cell:<22.60}" for cell in row[1:]))
        for n, plan in enumerate(self._plans.found.plans):
            text += ["", f"{chr(ord('A') + n)}  {plan.title}"]
            for entry in plan.lines:
                old = words.moment(entry.old.start) if entry.old else _("day off")
                text.append(
                    f"   {entry.person_id}  {old} > {words.moment(entry.new.start)}-"
                    f"{words.clock(entry.new.end)}  {entry.theme}  "
                    + _("notice {n} days").format(n=entry.notice.days)
                )
        if not self._plans.found.plans:
            text.append(_("No lawful plan covers this. See who can't help and why:"))
            text += [f"   {r}" for r in self._plans.found.refusals[:10]]
        self.query_one("#compare", Static).update(safe("\n".join(text)))

    def action_choose(self, n: int) -> None:
        """Sign for a plan."""
        from orderdesk.desk import rostering

        desk, plans = self.desk, self._plans.found.plans
        if desk is None or n >= len(plans):
            return

        def closed(people: object) -> None:
            if isinstance(people, list):
                self.notify(
                    line(_("call: {people}").format(people=", ".join(people))), markup=False
                )
                self.app.pop_screen()

        self.app.push_screen(
            Form(
                _("Choose plan {name}").format(name=chr(ord("A") + n)),
                [
                    Field("by", _("Name of the team lead"), _("who takes theme hours signs")),
                    Field("reason", _("Reason")),
                    Field("pool", _("Pool said yes"), choices=[("yes", _("yes")), ("no", _("no"))]),
                ],
                lambda v: rostering.choose(
                    desk, self._plans, plans[n], lead(v), v["reason"],
                    pool_confirmed=v["pool"] == "yes",
                ),
            ),
            closed,
        )  # fmt: skip

    def action_leave(self) -> None:
        """None of them."""
        self.app.pop_screen()


def _head(width: int, text: str) -> str:
    """ "ma8" where there is room, else the day number."""
    weekday, number = text.split()[:2]
    return f"{weekday[:2]}{number}" if width >= len(number) + 2 else number


SCREEN = RosterScreen
