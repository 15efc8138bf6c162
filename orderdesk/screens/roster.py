"""Roster: people by days, the law at each touch, plans with their price."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from orderdesk.i18n import N_, _
from orderdesk.screens.base import Place
from orderdesk.screens.roster_make import ProposalScreen, Searching
from orderdesk.screens.roster_plans import PlansScreen
from orderdesk.screens.roster_why import WhySheet
from orderdesk.screens.safe import line
from orderdesk.screens.widgets.form import Field, Form, Reading
from orderdesk.screens.widgets.looks import Cell, Look, Piece, content, lines
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable, fitted

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.rostering.replanning import Plans
    from orderdesk.desk.rostering.touching import Touch
    from orderdesk.desk.rostering.viewing import Cover, RosterView
    from orderdesk.domain.people import Duty, Person

_NAME, _LONG_NAME = 16, 22
_CELL, _NARROW = 5, 3
_HOURS = 3
"""Hours of a week, which also part the weeks."""
_TALL = 40
"""From so many rows on, cover stands under the grid shift by shift."""
_LOOKS = (Look.MAIN, Look.MEDIUM, Look.GOOD, Look.LOW)
"""Looks of the shifts, in the order in which they are on offer; the letter says it too."""


class Grid(VirtualTable):
    """People by days; the arrows to the sides choose a day."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "screen.day(-1)", N_("day"), key_display="← →"),
        Binding("right", "screen.day(1)", N_("day on"), show=False),
    ]


class RosterScreen(Place):
    """The grid."""

    place = "roster"
    about = N_(
        "People by days; the number after each week is its hours. A letter is a shift, a small one "
        "is only proposed; * at a deployment, ^ pinned, ! breaks the law, ° on call, x dropped, "
        "· free, – away. The "
        "arrows choose a person and a day: s swaps, g gives, d moves to another day, a is for who "
        "can't come, f pins, o is for being on call; each says first what the law says. y says why "
        "this person, and why not another. m rosters weeks as a proposal, v shows it, and from "
        "there it is published. p makes plans for a case with the fewest people touched; u takes "
        "the last change back and z makes it again; t looks at rest and hours of a day; x writes "
        "the calendars."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "week(-1)", N_("week"), key_display="[ ]"),
        Binding("right_square_bracket", "week(1)", N_("week on"), key_display="]", show=False),
        Binding("s", "swap", N_("swap")),
        Binding("g", "give", N_("give")),
        Binding("d", "move_day", N_("other day")),
        Binding("a", "absent", N_("can't come")),
        Binding("f", "pin", N_("pin")),
        Binding("o", "on_call", N_("on call")),
        Binding("y", "why", N_("why me?")),
        Binding("m", "make", N_("roster")),
        Binding("v", "proposal", N_("proposal")),
        Binding("p", "plans", N_("plans")),
        Binding("u", "undo", N_("take back")),
        Binding("z", "redo", N_("again")),
        Binding("t", "rest", N_("rest")),
        Binding("b", "year", N_("year")),
        Binding("c", "changes", N_("changes")),
        Binding("w", "paper", N_("print")),
        Binding("x", "export", N_("calendars")),
    ]
    CHANGES: ClassVar[frozenset[str]] = frozenset(
        {"swap", "give", "move_day", "absent", "pin", "on_call", "make", "undo", "redo",
         "export"}
    )  # fmt: skip
    DEFAULT_CSS = """
    RosterScreen #weeks { height: auto; background: $panel; color: $look-dim; }
    RosterScreen #grid { height: 1fr; }
    RosterScreen #cover { height: auto; background: $panel; }
    RosterScreen #person { height: 6; border-top: solid $look-frame; padding: 0 1; }
    RosterScreen.-tall #person { height: 9; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._offset = 0
        self._view: RosterView | None = None
        self._row = 0
        self._today: date | None = None

    def compose_body(self) -> ComposeResult:
        """Weeks, grid, cover, and the person under the cursor."""
        yield Static("", id="weeks", markup=False)
        yield Grid(
            [Column(_("who"), _NAME)],
            empty=_("Nobody in the team yet: 9, then n."),
            id="grid",
            rules=False,
        )
        yield Static("", id="cover", markup=False)
        with VerticalScroll(id="person", can_focus=False):
            yield Static("", id="about", markup=False)

    def on_mount(self) -> None:
        """The grid has the keys."""
        super().on_mount()
        table = self.query_one(VirtualTable)
        self.watch(table, "cell", self._show_person, init=False)
        table.focus()

    def on_resize(self) -> None:
        """More days where there is room."""
        super().on_resize()
        self.set_class(self.size.height >= _TALL, "-tall")
        self.refill()

    def fill(self, desk: Desk) -> None:
        """As many weeks as fit, from Monday."""
        from orderdesk.desk.rostering import viewing
        from orderdesk.domain.time import Week, local

        first = Week.of(desk.now).shift(self._offset).monday
        self._today = local(desk.now).date()
        self._view = shown = viewing.view(desk, first, 7 * self._weeks_that_fit())
        table = self.query_one(VirtualTable)
        table.columns = (Column(_("who"), self._name_width), *self._columns(shown))
        self.query_one("#weeks", Static).update(lines(*self._week_lines(shown)))
        table.load(
            ListRows(
                [(_short(p), *self._cells(shown, p)) for p in shown.people],
                keys=[p.id for p in shown.people],
            )
        )
        if table.cell is None:
            days = shown.days
            table.cell = self._place(days.index(self._today) if self._today in days else 0)
        table.cell = min(table.cell, self._place(len(shown.days) - 1))
        self.query_one("#cover", Static).update(lines(*self._cover_lines(shown)))
        self._show_person()

    # --- where what stands ---

    @property
    def _name_width(self) -> int:
        return _LONG_NAME if self._weeks_that_fit() < 4 or self.size.width >= 158 else _NAME

    @property
    def _width(self) -> int:
        return _CELL if self._weeks_that_fit() < 4 else _NARROW

    def _weeks_that_fit(self) -> int:
        room = self.size.width - _NAME - 2
        if room >= 4 * (7 * (_NARROW + 1) + _HOURS + 1):
            return 4
        return 2 if room >= 2 * (7 * (_CELL + 1) + _HOURS + 1) else 1

    @staticmethod
    def _place(day: int) -> int:
        """The column of a day: each week is followed by its hours."""
        return 1 + day + day // 7

    def _day_at(self, cell: int) -> int | None:
        """The position of the day in a column; none for the hours of a week."""
        n = cell - 1
        return None if n < 0 or n % 8 == 7 else n - n // 8

    def _columns(self, shown: RosterView) -> list[Column]:
        from orderdesk.desk import words

        made = []
        for n, day in enumerate(shown.days):
            weekday, number = words.day(day).split()[:2]
            text = f"{weekday[:2]}{number}" if self._width > _NARROW else number
            look = Look.TINT if day.weekday() >= 5 else Look.PLAIN
            if day == self._today:
                text, look = f"▸{number}", Look.HEAT_1
            made.append(Column(text, self._width, look=look))
            if n % 7 == 6:
                made.append(Column(_("h"), _HOURS, right=True, look=Look.DIM))
        return made

    def _cells(self, shown: RosterView, person: Person) -> list[Cell]:
        made: list[Cell] = []
        for n, day in enumerate(shown.days):
            made.append(Piece(shown.mark(person.id, day), self._look(shown, person.id, day)))
            if n % 7 == 6:
                week = shown.days[n - 6 : n + 1]
                made.append(str(round(shown.minutes(person.id, week) / 60)))
        return made

    def _look(self, shown: RosterView, person_id: str, day: date) -> Look:
        duty = shown.duty(person_id, day)
        if duty is None or duty.status.value == "cancelled":
            return Look.DIM
        if (person_id, day) in shown.broken:
            return Look.LATE
        if any(task.case_id for task in duty.tasks):
            return Look.AMBER
        order = list(shown.shifts)
        known = duty.shift in order
        return _LOOKS[order.index(duty.shift) % len(_LOOKS)] if known else Look.STRONG

    def _aligned(self, name: str, texts: list[Cell]) -> Content:
        """A line under the columns of the grid."""
        pieces: list[Cell] = [" ", fitted(name, self._name_width)]
        for n, cell in enumerate(texts):
            text = cell.text if isinstance(cell, Piece) else cell
            look = cell.look if isinstance(cell, Piece) else Look.PLAIN
            pieces += [" ", Piece(fitted(text, self._width), look)]
            if n % 7 == 6:
                pieces += [" ", fitted("", _HOURS)]
        return content(*pieces)

    def _week_lines(self, shown: RosterView) -> list[Content]:
        """Week numbers with their stage; weekdays where the columns are narrow."""
        from orderdesk.desk import words

        width = 7 * (self._width + 1) + _HOURS + 1
        pieces: list[Cell] = [fitted("", self._name_width + 2)]
        for week, stage in shown.stages.items():
            look = Look.AMBER if stage == "proposal" else Look.DIM
            text = f"W{week.number} {_(stage)}"
            pieces.append(Piece(fitted(text, width), Look.STRONG if stage == "published" else look))
        found = [content(*pieces)]
        if self._width == _NARROW:
            days: list[Cell] = [words.day(day)[:2] for day in shown.days]
            found.append(self._aligned("", days))
        return found

    def _cover_lines(self, shown: RosterView) -> list[Content]:
        """Cover against need, shift by shift and place by place; nothing where there is no room."""
        if not shown.people or self.size.height < _TALL:
            return []
        found = [
            self._aligned(name, [_cover_cell(shown.shift_cover.get((id, d))) for d in shown.days])
            for id, name in shown.shifts.items()
        ]
        from orderdesk.desk.strength import waterline_mark

        for place in dict.fromkeys(place for place, _day in shown.waterline):
            cells = [_cover_cell(shown.waterline.get((place, d))) for d in shown.days]
            name = _("waterline {place}").format(place=place) + waterline_mark(place)
            found.append(self._aligned(name, cells))
        on_duty: list[Cell] = [str(shown.cover(day)) for day in shown.days]
        return [*found, self._aligned(_("on duty"), on_duty)]

    def on_virtual_table_moved(self, event: VirtualTable.Moved) -> None:
        """Another person."""
        self._row = event.row
        self._show_person()

    def on_virtual_table_chosen(self) -> None:
        """All the days of the person that are shown."""
        from orderdesk.desk.rostering import viewing

        chosen = self._chosen()
        if chosen is None:
            return
        shown, person, _day = chosen
        text = [row for day in shown.days for row in viewing.shift_lines(shown, person, day)]
        text += [f"! {f.article}: {f.message}" for f in shown.said_of(person.id)]
        self.app.push_screen(Reading(f"{person.id} {person.name}", "\n".join(text)))

    def _show_person(self) -> None:
        """The shift under the cursor first, then hours, what the law says, cover and burden."""
        from orderdesk.desk.rostering import viewing

        chosen = self._chosen()
        if chosen is None:
            return
        shown, person, day = chosen
        rows = [
            content(Piece(text, Look.STRONG)) for text in viewing.shift_lines(shown, person, day)
        ]
        rows.append(
            content(Piece(f"{person.id} {person.name}", Look.MAIN), "  ", self._hours_text(chosen))
        )
        cover: list[Cell] = []
        for name, one in shown.cover_of(day):
            short = Look.LATE if one.short else Look.DIM
            cover += [Piece(f"{name} {_against(one)}", short), "  "]
        rows.append(content(*cover))
        for finding in shown.said_of(person.id):
            look = Look.LATE if finding.severity.value == "error" else Look.AMBER
            mark = "!" if finding.severity.value == "error" else "·"
            rows.append(content(Piece(f"{mark} {finding.article}: {finding.message}", look)))
        signs = _("small: proposed · * deployed · ^ pinned · ! unlawful · ° on call · – away")
        rows.append(content(Piece(signs, Look.DIM)))
        self.query_one("#about", Static).update(lines(*rows))

    def _hours_text(self, chosen: tuple[RosterView, Person, date]) -> str:
        from orderdesk.domain.time import Week

        shown, person, day = chosen
        week = [d for d in shown.days if Week.of(d) == Week.of(day)]
        text = _("this week {n} of {contract} h").format(
            n=round(shown.minutes(person.id, week) / 60), contract=person.contract_minutes // 60
        )
        if len(shown.days) > 7:
            minutes = shown.minutes(person.id, shown.days)
            text += "  " + _("{weeks} weeks {n} h").format(
                weeks=len(shown.days) // 7, n=round(minutes / 60)
            )
        return text

    def _chosen(self) -> tuple[RosterView, Person, date] | None:
        """What is shown, and the person and the day under the cursor."""
        shown, table = self._view, self.query_one(VirtualTable)
        if shown is None or self._row >= len(shown.people) or table.cell is None:
            return None
        day = self._day_at(table.cell)
        if day is None:
            # A click on the hours of a week means its Sunday.
            day = self._day_at(table.cell - 1)
        if day is None or day >= len(shown.days):
            return None
        return shown, shown.people[self._row], shown.days[day]

    def action_week(self, by: int) -> None:
        """Another week."""
        self._offset += by
        self.refill()

    def action_day(self, by: int) -> None:
        """Another day of the person under the cursor."""
        table, shown = self.query_one(VirtualTable), self._view
        if shown is None or table.cell is None:
            return
        day = self._day_at(table.cell)
        now = day if day is not None else (self._day_at(table.cell - 1) or 0)
        table.cell = self._place(min(len(shown.days) - 1, max(0, now + by)))

    def _duty(self) -> Duty | None:
        """The duty under the cursor, the one that stands before one that was dropped."""
        from orderdesk.desk import words

        chosen = self._chosen()
        if chosen is None:
            return None
        shown, person, day = chosen
        found = shown.duty(person.id, day)
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
                look=lambda v: "\n".join(look(v).lines()) if v[fields[0].name].strip() else "",
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
        """Pin the duty or the free day, or let it loose."""
        from orderdesk.desk.rostering import touching

        desk, chosen = self.desk, self._chosen()
        if desk is None or chosen is None:
            return
        shown, person, day = chosen
        duty = shown.duty(person.id, day)
        pinned = self.try_to(
            lambda: (
                touching.pin(desk, duty.id)
                if duty is not None
                else touching.pin_free(desk, person.id, day)
            )
        )
        if pinned is not None:
            self.done(_("pinned") if pinned else _("let loose"))

    def action_on_call(self) -> None:
        """Somebody is on call: from when until when; an empty start takes the spell away."""
        from orderdesk.desk import words
        from orderdesk.desk.rostering import oncall

        desk, chosen = self.desk, self._chosen()
        if desk is None or chosen is None:
            return
        shown, person, day = chosen
        old = shown.on_call.get((person.id, day))
        start = words.moment(old.start) if old else f"{words.day(day)} "
        end = words.moment(old.end) if old else ""
        hint = _("empty: takes it away") if old else _("vr 12 jun 17:00")

        def look(values: Mapping[str, str]) -> oncall.OnCallLook:
            return oncall.look(desk, {**values, "person": person.id}, old)

        def made(done: object) -> None:
            if isinstance(done, oncall.OnCallLook):
                self.done(_("on call changed; tell {who}").format(who=person.id))

        self.app.push_screen(
            Form(
                _("On call: {who}").format(who=_short(person)),
                [
                    Field("start", _("From"), hint, value=start),
                    Field("end", _("Until"), _("ma 15 jun 08:00"), value=end),
                    Field("reason", _("Reason")),
                ],
                lambda v: oncall.make(desk, look(v), v["reason"]),
                look=lambda v: "\n".join(look(v).lines()),
            ),
            made,
        )

    def action_why(self) -> None:
        """Why this person, and why not another."""
        desk, duty = self.desk, self._duty()
        if desk is not None and duty is not None:
            self.app.push_screen(WhySheet(desk, duty.id))

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
        from orderdesk.desk.rostering import fairness

        desk, chosen = self.desk, self._chosen()
        if desk is None or chosen is None:
            return
        who = chosen[1].id
        found = self.try_to(lambda: fairness.year_of(desk, who))
        if found is not None:
            self.app.push_screen(Reading(_("A year of {who}").format(who=who), "\n".join(found)))

    def action_rest(self) -> None:
        """Who works long, rests short or comes near a limit on the day under the cursor."""
        from orderdesk.desk import words
        from orderdesk.desk.rostering import resting

        desk, chosen = self.desk, self._chosen()
        found = self.try_to(lambda: resting.look(desk, chosen[2])) if desk and chosen else None
        if found is not None and chosen is not None:
            title = _("Rest and hours on {day}").format(day=words.day(chosen[2]))
            self.app.push_screen(Reading(title, "\n".join(found)))

    def action_paper(self) -> None:
        """The roster on paper."""
        from orderdesk.desk.rostering import printing
        from orderdesk.screens.papers import ask_file

        desk, shown = self.desk, self._view
        if desk is None or shown is None:
            return
        first, days = shown.days[0], len(shown.days)

        ask_file(
            self.app.push_screen, f"roster-{first}.pdf",
            lambda path: printing.print_roster(desk, first, days, path),
            self.done, title=_("Print the roster"),
        )  # fmt: skip

    def action_plans(self) -> None:
        """Plans for what a case asks."""
        from orderdesk.desk import scoring, waterline
        from orderdesk.desk.rostering import replanning

        desk = self.desk
        if desk is None:
            return
        asked: dict[str, str] = {}

        def plan() -> Plans:
            return replanning.plans_for(
                desk,
                scoring.case_numbered(desk, asked["number"]).id,
                exclude=asked["exclude"].upper().replace(",", " ").split(),
                prefer=asked["prefer"].upper().replace(",", " ").split(),
                decision=asked["decision"],
            )

        def make(values: Mapping[str, str]) -> Plans:
            asked.update(values)
            return plan()

        def shown(found: object) -> None:
            if isinstance(found, replanning.Plans):
                self.app.push_screen(PlansScreen(found, plan))

        self.app.push_screen(
            Form(
                _("Plans for a case"),
                [
                    Field("number", _("Number of the case"),
                          value=waterline.first_open_case(desk)),
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
        """Roster weeks as a proposal."""
        from orderdesk.desk.rostering import making

        desk = self.desk
        week = self.try_to(lambda: making.next_weeks(desk)) if desk is not None else None
        if desk is None or week is None:
            return

        def ended(found: object) -> None:
            if isinstance(found, Exception):
                self.notify(line(found), severity="warning", timeout=10, markup=False)
            elif found is not None:
                self._show_proposal()

        def start(asked: object) -> None:
            if isinstance(asked, making.Weeks):
                self.app.push_screen(Searching(desk, asked.week, asked.weeks, asked.seconds), ended)

        self.app.push_screen(
            Form(
                _("Roster weeks"),
                [
                    Field("week", _("First week"), value=week.week),
                    Field("weeks", _("How many weeks"), "1-16", value=str(week.weeks)),
                    Field("seconds", _("Seconds to search"), "5-600", value=f"{week.seconds:.0f}"),
                ],
                making.read_weeks,
            ),
            start,
        )

    def action_proposal(self) -> None:
        """The open proposal."""
        from orderdesk.desk.rostering import making

        desk = self.desk
        if desk is not None and self.try_to(lambda: making.open_proposal(desk)) is not None:
            self._show_proposal()

    def _show_proposal(self) -> None:
        self.refill()
        self.app.push_screen(ProposalScreen(self.action_make))

    def action_redo(self) -> None:
        """Make again what was taken back."""
        from orderdesk.desk.rostering import record

        desk = self.desk
        if desk is None:
            return
        people = self.try_to(lambda: record.redo(desk, desk.actor))
        if people is not None:
            self.done(_("made again; tell {people}").format(people=", ".join(people)))

    def action_undo(self) -> None:
        """Back to before the last plan, forward in the calendars."""
        from orderdesk.desk.rostering import record

        desk = self.desk
        if desk is None:
            return
        people = self.try_to(lambda: record.undo(desk, desk.actor))
        if people is not None:
            self.done(_("taken back; tell {people}").format(people=", ".join(people)))

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


def _short(person: Person) -> str:
    """Number and name, without what stands in brackets behind it."""
    return f"{person.id} {person.name.split(' (')[0]}"


def _against(cover: Cover) -> str:
    """People against need, in words where it falls short."""
    text = f"{cover.have}/{cover.need}"
    return text + " " + _("{n} short").format(n=cover.short) if cover.short else text


def _cover_cell(cover: Cover | None) -> Cell:
    """A number of people; "-2" behind it where so many lack, in colour too."""
    if cover is None:
        return Piece("", Look.DIM)
    if cover.short:
        return Piece(f"{cover.have}-{cover.short}", Look.LATE)
    return Piece(str(cover.have), Look.GOOD if cover.have == cover.need else Look.DIM)


SCREEN = RosterScreen
