"""Roster: people by days, the law at each touch, plans with their price."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    from orderdesk.desk.rostering.replanning import Plans
    from orderdesk.desk.rostering.touching import Touch
    from orderdesk.desk.rostering.viewing import RosterView
    from orderdesk.domain.people import Duty

_NAME = 12
_CELL = 5


class RosterScreen(Place):
    """The grid."""

    place = "roster"
    about = N_(
        "People by days. E early, L late, F flex, S Sunday; * at a deployment, ^ pinned, ! breaks "
        "the law, x dropped, · free. The arrows choose a person and a day: s swaps, g gives, d "
        "moves to another day, a is for who can't come; each says first what the law says. p makes "
        "plans for a case with the fewest people touched; m makes four weeks; u takes the last "
        "change back; x writes the calendars."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "week(-1)", N_("week"), key_display="[ ]"),
        Binding("right_square_bracket", "week(1)", N_("week on"), key_display="]", show=False),
        Binding("left", "day(-1)", N_("day back"), show=False),
        Binding("right", "day(1)", N_("day on"), show=False),
        Binding("s", "swap", N_("swap")),
        Binding("g", "give", N_("give")),
        Binding("d", "move_day", N_("other day")),
        Binding("a", "absent", N_("can't come")),
        Binding("f", "pin", N_("pin")),
        Binding("y", "why", N_("why me?")),
        Binding("c", "changes", N_("changes")),
        Binding("b", "year", N_("year")),
        Binding("w", "paper", N_("print")),
        Binding("p", "plans", N_("plans")),
        Binding("m", "make", N_("four weeks")),
        Binding("u", "undo", N_("take back")),
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
        self._row = 0

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
        from orderdesk.desk import words
        from orderdesk.desk.rostering import viewing
        from orderdesk.domain.time import Week

        first = Week.of(desk.now).shift(self._offset).monday
        fit = (self.size.width - _NAME - 3) // (_CELL + 1)
        days = 28 if fit >= 24 else 14 if fit >= 14 else 7
        shown = viewing.view(desk, first, days)
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
        table.cell = min(table.cell or 1, len(shown.days))

    def on_virtual_table_moved(self, event: VirtualTable.Moved) -> None:
        """The duties of the person under the cursor, in words."""
        from orderdesk.desk import words

        shown = self._view
        if shown is None or event.row >= len(shown.people):
            return
        self._row = event.row
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

    def action_day(self, by: int) -> None:
        """Another day of the person under the cursor."""
        table = self.query_one(VirtualTable)
        if self._view is not None:
            table.cell = min(len(self._view.days), max(1, (table.cell or 1) + by))

    def _duty(self) -> Duty | None:
        """The duty under the cursor, the one that stands before one that was dropped."""
        from orderdesk.desk import words

        shown, table = self._view, self.query_one(VirtualTable)
        if shown is None or self._row >= len(shown.people) or table.cell is None:
            return None
        person, day = shown.people[self._row], shown.days[table.cell - 1]
        found = next(iter(shown.cells.get((person.id, day), ())), None)
        if found is None:
            text = _("{who} has no shift on {day}").format(who=person.id, day=words.day(day))
            self.notify(line(text), severity="warning", markup=False)
        return found

    def _touched(self, people: object) -> None:
        if isinstance(people, list):
            self.done(_("changed; tell {people}").format(people=", ".join(people)))

    def _touch_form(
        self, title: str, fields: list[Field], look: Callable[[Mapping[str, str]], Touch]
    ) -> None:
        """A form that says what the law says of it while it is filled in."""
        from orderdesk.desk.rostering import touching

        desk = self.desk
        if desk is None:
            return
        self.app.push_screen(
            Form(
                title,
                [*fields, Field("reason", _("Reason"))],
                lambda v: touching.make_touch(desk, look(v), v["reason"]),
                look=lambda v: "\n".join(look(v).lines()),
            ),
            self._touched,
        )

    def action_swap(self) -> None:
        """Two people take over each other's hours of that day."""
        from orderdesk.desk.rostering import touching

        desk, duty = self.desk, self._duty()
        if desk is not None and duty is not None:
            self._touch_form(
                _("Swap {who}").format(who=duty.person_id),
                [Field("who", _("With whom"), "B17")],
                lambda v: touching.look_at_swap(desk, duty.id, v["who"]),
            )

    def action_give(self) -> None:
        """Somebody who is off works it instead."""
        from orderdesk.desk.rostering import touching

        desk, duty = self.desk, self._duty()
        if desk is not None and duty is not None:
            self._touch_form(
                _("Give the shift of {who}").format(who=duty.person_id),
                [Field("who", _("To whom"), "B17")],
                lambda v: touching.look_at_give(desk, duty.id, v["who"]),
            )

    def action_move_day(self) -> None:
        """The same hours on another day."""
        from orderdesk.desk.rostering import touching
        from orderdesk.domain.when import read_when

        desk, duty = self.desk, self._duty()
        if desk is not None and duty is not None:
            self._touch_form(
                _("Move the shift of {who}").format(who=duty.person_id),
                [Field("day", _("Day"), _("vr, 12 jun"))],
                lambda v: touching.look_at_move(
                    desk, duty.id, read_when(v["day"], desk.now, "day").day
                ),
            )

    def action_absent(self) -> None:
        """Who can't come, and who could: never the most burdened first."""
        from orderdesk.desk.rostering import touching

        desk, duty = self.desk, self._duty()
        gap = self.try_to(lambda: touching.gap_left(desk, duty.id)) if desk and duty else None
        if desk is None or gap is None:
            return

        def fill(values: Mapping[str, str]) -> list[str]:
            if values["who"].strip():
                return touching.fill_gap(desk, gap, values["who"])
            return touching.make_touch(
                desk, touching.look_at_off(desk, gap.duty.id), _("other absence")
            )

        self.app.push_screen(
            Form(
                _("{who} can't come").format(who=gap.duty.person_id),
                [Field("who", _("Who takes over"), _("empty: nobody yet"))],
                fill,
                look=lambda _values: "\n".join(gap.lines()),
            ),
            self._touched,
        )

    def action_pin(self) -> None:
        """Pin the duty, or let it loose."""
        from orderdesk.desk.rostering import touching

        desk, duty = self.desk, self._duty()
        if desk is None or duty is None:
            return
        pinned = self.try_to(lambda: touching.pin(desk, duty.id))
        if pinned is not None:
            self.done(_("pinned") if pinned else _("let loose"))

    def action_why(self) -> None:
        """Why this person, and why not the others."""
        from orderdesk.desk.rostering import explaining

        desk, duty = self.desk, self._duty()
        found = self.try_to(lambda: explaining.why(desk, duty.id)) if desk and duty else None
        if found is not None:
            self.app.push_screen(Reading(_("Why me?"), "\n".join(found)))

    def action_changes(self) -> None:
        """What is different from the calendars as they were last written."""
        from orderdesk.desk.rostering import viewing

        desk = self.desk
        found = self.try_to(lambda: viewing.differences(desk)) if desk is not None else None
        if found is not None:
            text = "\n".join(found) or _("Nothing differs from the calendars.")
            self.app.push_screen(Reading(_("Changes since the calendars"), text))

    def action_year(self) -> None:
        """A year of the person under the cursor."""
        from orderdesk.desk.rostering import viewing

        desk, shown = self.desk, self._view
        if desk is None or shown is None or self._row >= len(shown.people):
            return
        who = shown.people[self._row].id
        found = self.try_to(lambda: viewing.year_of(desk, who))
        if found is not None:
            self.app.push_screen(Reading(_("A year of {who}").format(who=who), "\n".join(found)))

    def action_paper(self) -> None:
        """The roster on paper."""
        from orderdesk.desk.rostering import printing

        desk, shown = self.desk, self._view
        if desk is None or shown is None:
            return
        first, days = shown.days[0], len(shown.days)

        def said(path: object) -> None:
            if isinstance(path, Path):
                self.done(str(path))

        self.app.push_screen(
            Form(
                _("Print the roster"),
                [Field("file", _("File"), value=f"roster-{first}.pdf")],
                lambda v: printing.print_roster(
                    desk, first, days, Path(v["file"].strip()).expanduser()
                ),
            ),
            said,
        )

    def action_plans(self) -> None:
        """Plans for what a case asks."""
        from orderdesk.desk import scoring
        from orderdesk.desk.rostering import replanning

        desk = self.desk
        if desk is None:
            return

        def make(values: dict[str, str]) -> Plans:
            return replanning.plans_for(
                desk,
                scoring.case_numbered(desk, values["number"]).id,
                exclude=values["exclude"].upper().replace(",", " ").split(),
                prefer=values["prefer"].upper().replace(",", " ").split(),
                decision=values["decision"],
            )

        def shown(found: object) -> None:
            if isinstance(found, replanning.Plans):
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
        from orderdesk.desk.rostering import making

        if self.desk is None:
            return
        try:
            made = making.make(self.desk, "", 4, 20, publish=True)
            text = "\n".join(made.lines())
        except OrderdeskError as problem:
            text = line(problem)
        self.app.call_from_thread(self.app.push_screen, Reading(_("Roster"), text))

    def action_undo(self) -> None:
        """Back to before the last plan, forward in the calendars."""
        from orderdesk.desk.rostering import record

        desk = self.desk
        if desk is None:
            return
        n = self.try_to(lambda: record.undo(desk, desk.actor))
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
        self.plans = plans

    def compose_body(self) -> ComposeResult:
        """The comparison and the people."""
        with VerticalScroll():
            yield Static("", id="compare")

    def fill(self, _desk: Desk) -> None:
        """One table."""
        from orderdesk.desk import words

        text = []
        for row in self.plans.rows():
            text.append(f"{row[0]:<22}" + " | ".join(f"{cell:<22.60}" for cell in row[1:]))
        for n, plan in enumerate(self.plans.found.plans):
            text += ["", f"{chr(ord('A') + n)}  {plan.title}"]
            for entry in plan.lines:
                old = words.moment(entry.old.start) if entry.old else _("day off")
                text.append(
                    f"   {entry.person_id}  {old} > {words.moment(entry.new.start)}-"
                    f"{words.clock(entry.new.end)}  {entry.theme}  "
                    + _("notice {n} days").format(n=entry.notice.days)
                )
        if not self.plans.found.plans:
            text.append(_("No lawful plan covers this. See who can't help and why:"))
            text += [f"   {r}" for r in self.plans.found.refusals[:10]]
        self.query_one("#compare", Static).update(safe("\n".join(text)))

    def action_choose(self, n: int) -> None:
        """Sign for a plan."""
        from orderdesk.desk.rostering import replanning

        desk, plans = self.desk, self.plans.found.plans
        if desk is None or n >= len(plans):
            return

        def closed(people: object) -> None:
            if isinstance(people, list):
                self.notify(
                    line(_("call: {people}").format(people=", ".join(people))), markup=False
                )
                self.app.pop_screen()

        pool = [
            Field("pool", _("Pool said yes"), choices=[("no", _("no")), ("yes", _("yes"))])
        ] if plans[n].conditional else []  # fmt: skip
        self.app.push_screen(
            Form(
                _("Choose plan {name}").format(name=chr(ord("A") + n)),
                [
                    Field("by", _("Name of the team lead"), _("who takes theme hours signs")),
                    Field("reason", _("Reason")),
                    *pool,
                ],
                lambda v: replanning.choose(
                    desk, self.plans, plans[n], lead(v), v["reason"],
                    pool_confirmed=v.get("pool") == "yes",
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
