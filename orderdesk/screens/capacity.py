"""Capacity: the reserve of a week, hour by hour and line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
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
from orderdesk.screens.signing import lead, signature
from orderdesk.screens.widgets.bars import Bars, Gauge, Waterfall
from orderdesk.screens.widgets.fan import FanChart
from orderdesk.screens.widgets.form import Field, Form, Reading
from orderdesk.screens.widgets.panels import Panel
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable

if TYPE_CHECKING:
    from datetime import datetime

    from orderdesk.desk.core import Desk
    from orderdesk.desk.forecasting import Forecast
    from orderdesk.desk.waterline import Shortage


class CapacityScreen(Place):
    """The reserve ledger."""

    place = "capacity"
    about = N_(
        "The reserve of a week: used, given back, committed and free always sum to all of it. "
        "Theme hours are ring-fenced: borrowing one takes a name, a time and a reason, and it "
        "stays owed until it is given back. Each line of the table is the ledger after a moment; "
        "Enter opens it: what moved, who entered it, by whose word and why. What waits for an "
        "answer stands under the gauge with its key. A week that is over closes only when its sums "
        "are proven."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "week(-1)", N_("week back"), key_display="["),
        Binding("right_square_bracket", "week(1)", N_("week on"), key_display="]"),
        Binding("r", "commit", N_("commit")),
        Binding("b", "borrow", N_("borrow")),
        Binding("g", "give_back", N_("give back")),
        Binding("y", "pay_back", N_("pay back")),
        Binding("p", "help", N_("ask for help")),
        Binding("s", "strength", N_("strength")),
        Binding("i", "called_off", N_("called off")),
        Binding("l", "leave", N_("leave")),
        Binding("u", "worked", N_("hours")),
        Binding("c", "calls", N_("calls")),
        Binding("n", "note", N_("sheet")),
        Binding("w", "what_if", N_("what if")),
        Binding("f", "forecast", N_("forecast")),
        Binding("o", "ways", N_("ways out")),
        Binding("z", "close_week", N_("close week")),
    ]
    CHANGES: ClassVar[frozenset[str]] = frozenset(
        {"commit", "borrow", "give_back", "pay_back", "help", "called_off", "leave", "worked",
         "note", "close_week"}
    )  # fmt: skip
    DEFAULT_CSS = """
    CapacityScreen #top { height: auto; padding: 0 1; background: $panel; }
    CapacityScreen #waiting { height: auto; }
    CapacityScreen .only-wide { display: none; height: auto; }
    CapacityScreen.-wide .only-wide { display: block; }
    CapacityScreen.-wide .only-narrow { display: none; }
    CapacityScreen .list { height: 2fr; }
    CapacityScreen #side { height: 3fr; }
    CapacityScreen.-wide #side { height: 1fr; }
    CapacityScreen.-wide #side Panel { height: auto; }
    CapacityScreen .list Panel.only-wide { height: auto; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._offset = 0
        self._moments: list[datetime] = []
        self._numbers = self._free = self._owed = ""
        """What forms say of the week that is shown: its cases, what is free, what is owed."""

    def compose_body(self) -> ComposeResult:
        """Gauge; the walk of the week with themes and cases; waterfall and forecast beside it."""
        with Vertical(id="top"):
            yield Gauge(id="gauge")
            yield Static("", id="waiting")
        with Vertical(classes="split"):
            with Vertical(classes="list"):
                yield VirtualTable(
                    [
                        Column(_("moment"), 16),
                        Column(_("used"), 8, right=True),
                        Column(_("back"), 5, right=True),
                        Column(_("committed"), 9, right=True),
                        Column(_("free"), 5, right=True),
                        Column(_("owed"), 6, right=True),
                        Column(_("to borrow"), 9, right=True),
                        Column(_("what"), 12, grow=1, rank=1),
                    ],
                    empty=_("This week is not open yet: 9, then o opens it."),
                    id="walk",
                )
                yield Panel(_("Themes"), Bars(id="themes"), classes="only-wide")
                yield Panel(_("Cases of the week"), Static("", id="cases"), classes="only-wide")
            with VerticalScroll(classes="detail", id="side"):
                yield Static("", id="cases_small", classes="only-narrow")
                yield Bars(id="themes_small", classes="only-narrow")
                yield Panel(
                    _("From paper to plannable"),
                    Waterfall(id="fall"),
                    Static("", id="fall_sum"),
                    classes="only-wide",
                )
                yield Panel(
                    _("The reserve in eight weeks (f)"),
                    FanChart(id="fan"),
                    Static("", id="run_out"),
                    classes="only-wide",
                )
                yield Panel(_("Today by hour (s)"), Static("", id="by_hour"), classes="only-wide")

    def on_mount(self) -> None:
        """The list has the keys."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    def on_resize(self) -> None:
        """Where there is room, the forecast stands beside the week."""
        was = self.has_class("-wide")
        super().on_resize()
        if self.has_class("-wide") and not was:
            self._show_fan()

    def _week(self, desk: Desk) -> str:
        from orderdesk.domain.time import Week

        return str(Week.of(desk.now).shift(self._offset))

    def fill(self, desk: Desk) -> None:
        """The week that is shown."""
        from orderdesk.desk import capacity, strength, words
        from orderdesk.domain.time import local

        plan = capacity.week_plan(desk, self._week(desk))
        with desk.read() as reader:
            fall = strength.fall_in(reader, plan.week)
            today = strength.strength_in(reader, local(desk.now).date())
        rows = []
        for point in plan.walk:
            b = point.balance
            figures = (b.used, b.given_back, b.committed, b.free, b.owed, b.to_borrow)
            rows.append(
                (
                    words.moment(point.moment),
                    *(words.hours(figure) for figure in figures),
                    " ".join([", ".join(_(deed) for deed in point.deeds), *point.cases]),
                )
            )
        self._moments = [point.moment for point in plan.walk]
        self._numbers = ", ".join(entry.case.number for entry in plan.demands)
        balance = plan.statement.balance
        self._free = _("{n} h free").format(n=words.hours(balance.free))
        owed = [t for t in plan.statement.themes if t.owed]
        self._owed = "; ".join(
            _("{theme}: {n} h owed").format(theme=words.theme(t.theme), n=words.hours(t.owed))
            for t in owed
        ) or _("nothing is owed")
        self.query_one(VirtualTable).load(ListRows(rows))
        self.query_one(Gauge).show(pictures.reserve_gauge(str(plan.week), plan.statement.balance))
        waiting = "\n".join(_waiting(desk))
        self.query_one("#waiting", Static).update(safe(waiting))
        self.query_one("#waiting", Static).display = bool(waiting)
        for name in ("#themes", "#themes_small"):
            self.query_one(name, Bars).show(pictures.theme_bars(plan))
        cases = safe("\n".join(pictures.case_lines(plan)))
        self.query_one("#cases", Static).update(cases)
        self.query_one("#cases_small", Static).update(cases)
        self.query_one(Waterfall).show(pictures.fall_steps(fall))
        self.query_one("#fall_sum", Static).update(safe(pictures.fall_sum(fall)))
        self.query_one("#by_hour", Static).update(pictures.by_hour(today, desk.now))
        if self.has_class("-wide"):
            self._show_fan()

    @work(thread=True, exclusive=True, group="fan")
    def _show_fan(self) -> None:
        """The coming weeks, worked out beside what is shown already."""
        from orderdesk.desk import forecasting

        if self.desk is None:
            return
        try:
            found = forecasting.forecast(self.desk, 8)
        except OrderdeskError as problem:
            self.app.call_from_thread(self._draw_fan, None, line(problem))
            return
        chances = "  ".join(f"W{w.week.number:02d} {w.run_out:.0%}" for w in found.weeks)
        said = _("chance that it runs out: {chances}").format(chances=chances)
        self.app.call_from_thread(self._draw_fan, found, said)

    def _draw_fan(self, found: Forecast | None, said: str) -> None:
        if not self.is_mounted:
            return
        if found is not None:
            self.query_one(FanChart).show(pictures.reserve_fan(found))
        self.query_one("#run_out", Static).update(safe(said))

    def on_virtual_table_chosen(self, event: VirtualTable.Chosen) -> None:
        """Open a line of the ledger: who, when, by whose word, why."""
        from orderdesk.desk import ledger_lines
        from orderdesk.desk.words import moment
        from orderdesk.domain.time import Week

        if self.desk is None:
            return
        at = self._moments[event.row]
        text = ledger_lines.opened(self.desk, Week.parse(self._week(self.desk)), at)
        self.app.push_screen(Reading(moment(at), "\n".join(text)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a week that is over can be closed."""
        if action == "close_week":
            return self._offset < 0
        return super().check_action(action, parameters)

    def action_week(self, by: int) -> None:
        """Another week."""
        self._offset += by
        self.refresh_bindings()
        self.refill()

    def _ask(self, title: str, fields: list[Field], deed: object, said: str) -> None:
        from collections.abc import Callable
        from typing import cast

        submit = cast("Callable[[dict[str, str]], object]", deed)
        self.app.push_screen(Form(title, fields, submit), self.saying(said))

    def _which_case(self, desk: Desk) -> Field:
        """Asks for a case: first that of this week which lacks hours."""
        from orderdesk.desk import waterline

        first = waterline.first_open_case(desk)
        return Field("number", _("Number of the case"), self._numbers, value=first)

    def action_commit(self) -> None:
        """Promise reserve to a case."""
        from orderdesk.desk import booking, scoring

        desk = self.desk
        if desk is None:
            return
        self._ask(
            _("Commit reserve to a case"),
            [
                self._which_case(desk),
                Field("hours", _("Hours"), self._free),
            ],
            lambda v: booking.commit(
                desk, scoring.case_numbered(desk, v["number"]).id, booking.read_hours(v["hours"])
            ),
            _("committed"),
        )

    def action_borrow(self) -> None:
        """Take theme hours: a name, a time, a reason."""
        from orderdesk.desk import booking, scoring, words

        desk = self.desk
        if desk is None:
            return
        self._ask(
            _("Borrow from a theme"),
            [
                self._which_case(desk),
                Field("theme", _("Theme"), choices=words.themes(), value="nuisance"),
                Field("hours", _("Hours")),
                *signature(),
            ],
            lambda v: booking.borrow(
                desk, scoring.case_numbered(desk, v["number"]).id, v["theme"],
                booking.read_hours(v["hours"]), lead(v), v["reason"],
            ),
            _("borrowed: owed once worked"),
        )  # fmt: skip

    def action_give_back(self) -> None:
        """Reserve that was not needed worked for a theme."""
        from orderdesk.desk import booking, words
        from orderdesk.domain.time import Week

        desk = self.desk
        if desk is None:
            return
        week = Week.parse(self._week(desk))
        self._ask(
            _("Flex hours not needed"),
            [
                Field("theme", _("Theme"), self._owed, choices=words.themes(), value="nuisance"),
                Field("hours", _("Hours")),
                Field("reason", _("Reason")),
            ],
            lambda v: booking.give_back(
                desk, v["theme"], booking.read_hours(v["hours"]), v["reason"], week
            ),
            _("given back: the oldest debt first"),
        )

    def action_pay_back(self) -> None:
        """Promise free reserve to a theme that is owed hours."""
        from orderdesk.desk import booking, words
        from orderdesk.domain.time import Week

        desk = self.desk
        if desk is None:
            return
        week = Week.parse(self._week(desk))
        self._ask(
            _("Plan a pay-back"),
            [
                Field("theme", _("Theme"), self._owed, choices=words.themes(), value="nuisance"),
                Field("hours", _("Hours"), self._free),
            ],
            lambda v: booking.plan_pay_back(desk, v["theme"], booking.read_hours(v["hours"]), week),
            _("planned"),
        )

    def action_help(self) -> None:
        """Ask the neighbours or the police, or write down what they answered."""
        from orderdesk.desk import assistance, booking, scoring

        desk = self.desk
        if desk is None:
            return

        def submit(v: Mapping[str, str]) -> object:
            case_id = scoring.case_numbered(desk, v["number"]).id
            if v["whom"] == "pool" and v["state"] == "refused":
                booking.refuse_pool(desk, case_id, "neighbour")
                return True
            if v["whom"] == "pool":
                ask = booking.ask_pool if v["state"] == "asked" else booking.confirm_pool
                ask(desk, case_id, "neighbour", booking.read_hours(v["hours"]))
                return True
            if v["state"] == "asked":
                return assistance.ask_police(desk, case_id, v["whom"], v["hours"] or "1")
            return assistance.answer_case(desk, case_id, v["state"])

        def seen(v: Mapping[str, str]) -> str:
            if v["whom"] == "pool" or not v["number"].strip():
                return _("Asked is not confirmed: nothing counts on it before the yes.")
            case = scoring.case_numbered(desk, v["number"])
            return assistance.price(desk, case, v["whom"], v["hours"] or "1").line()

        def done(result: object) -> None:
            if isinstance(result, assistance.PoliceRequest):
                self.refill()
                text = assistance.text_block(desk, result)
                self.app.push_screen(Reading(_("To the police"), text))
            elif result is not None:
                self.done(_("noted"))

        whom = [
            ("pool", _("neighbouring pool (hours)")),
            *(
                (unit, _("police: {unit}").format(unit=_(n)))
                for unit, n in assistance.UNITS.items()
            ),
        ]
        states = [("asked", _("asked")), ("confirmed", _("said yes")), ("refused", _("said no"))]
        self.app.push_screen(
            Form(
                _("Help from outside"),
                [
                    Field("number", _("Number of the case"), self._numbers),
                    Field("whom", _("Whom"), choices=whom),
                    Field("hours", _("Hours, or number of units")),
                    Field("state", _("State"), choices=states),
                ],
                submit,
                look=seen,
            ),
            done,
        )

    def action_ways(self) -> None:
        """A case that the reserve doesn't cover: the waterline, and the ways out."""

        if self.desk is None:
            return
        self.app.push_screen(
            Form(
                _("Ways out"),
                [self._which_case(self.desk)],
                lambda v: self._ways(v["number"]),
            )
        )

    @work(thread=True, exclusive=True, group="ways")
    def _ways(self, number: str) -> None:
        from orderdesk.desk import waterline

        if self.desk is None:
            return
        try:
            found = waterline.look(self.desk, number)
        except OrderdeskError as problem:
            self.app.call_from_thread(self.notify, line(problem), severity="warning", markup=False)
            return
        self.app.call_from_thread(self._choose_way, self.desk, found)

    def _choose_way(self, desk: Desk, found: Shortage) -> None:
        from orderdesk.desk import waterline

        text = "\n".join(found.lines())
        if not found.ways:
            self.app.push_screen(Reading(found.case.number, text))
            return

        def taken(done: object) -> None:
            if isinstance(done, waterline.Taken):
                self.refill()
                people = _("call: {people}").format(people=", ".join(done.people) or _("nobody"))
                self.app.push_screen(Reading(found.case.number, f"{people}\n\n{done.request}"))

        self.app.push_screen(
            Form(
                _("Ways out for {number}").format(number=found.case.number),
                [
                    Field("way", _("Way"), choices=[(x, x) for x, _w in found.lettered()]),
                    *signature(),
                    Field("until", _("Pool answers by"), _("empty: noon of the day before")),
                    Field("decision", _("Decision"), _("number, below the waterline")),
                ],
                lambda v: waterline.take(desk, found, v),
                look=lambda _values: text,
            ),
            taken,
        )

    def action_note(self) -> None:
        """The capacity block of the sheet, and one sentence of the planner."""
        from orderdesk.desk import capacity_block
        from orderdesk.domain.time import Week

        desk = self.desk
        if desk is None:
            return
        week = Week.parse(self._week(desk))
        found = capacity_block.block(desk, week)
        self.app.push_screen(
            Form(
                _("Capacity block of the sheet"),
                [Field("text", _("One sentence"), _("no names"), value=found.note)],
                lambda v: capacity_block.write_note(desk, week, v["text"]),
                look=lambda _v: "\n".join(capacity_block.block(desk, week).lines()),
            ),
            self.saying(_("stands on the sheet")),
        )

    def action_strength(self) -> None:
        """Who is there today, by hour and district."""
        from orderdesk.screens.strength import StrengthScreen

        self.app.push_screen(StrengthScreen())

    def action_calls(self) -> None:
        """Who must be told of changes."""
        from orderdesk.screens.calls import CallsScreen

        self.app.push_screen(CallsScreen())

    def action_called_off(self) -> None:
        """What a call-off sets free: pay back what is owed, or keep it in reserve."""
        from orderdesk.desk import ripples

        desk = self.desk
        if desk is None:
            return
        open_ = ripples.pending(desk)
        if not open_:
            self.done(_("no call-off waits for an answer"))
            return
        first = open_[0]
        yes_no = [("yes", _("plan the pay-back")), ("no", _("keep all of it in reserve"))]
        self.app.push_screen(
            Form(
                _("Called off: {number}").format(number=first.case.number),
                [Field("pay_back", _("What came free"), choices=yes_no)],
                lambda v: ripples.answer(desk, first.seq, v["pay_back"] == "yes"),
                look=lambda _values: "\n".join(first.lines()),
            ),
            self.saying(_("answered")),
        )

    def action_leave(self) -> None:
        """Answer a request for a day off."""
        self._leave()

    @work(thread=True, exclusive=True, group="leave")
    def _leave(self) -> None:
        from orderdesk.desk import forecasting

        desk = self.desk
        if desk is None:
            return
        with suppress(OrderdeskError):
            forecasting.learn(desk)  # takes a moment: not while somebody types
        self.app.call_from_thread(self._ask_leave, desk)

    def _ask_leave(self, desk: Desk) -> None:
        from orderdesk.desk import leave

        def seen(values: Mapping[str, str]) -> str:
            if not values["who"].strip() or not values["day"].strip():
                again = [a.line() for a in leave.answers(desk)]
                return "\n".join(again) or _("Say who and which day.")
            picture = leave.look(desk, values["who"], leave.read_day(desk, values["day"]))
            return "\n".join(picture.lines())

        choices = [(code, _(name)) for code, name in leave.ANSWERS.items()]
        self.app.push_screen(
            Form(
                _("Leave"),
                [
                    Field("who", _("Service number"), _("as on the roster: B05")),
                    Field("day", _("Day"), _("25 jun, or do 25 juni")),
                    Field("answer", _("Answer"), choices=choices),
                ],
                lambda v: leave.answer(desk, v),
                look=seen,
            ),
            self.saying(_("answered")),
        )

    def action_worked(self) -> None:
        """Confirm the hours of a day, yesterday first."""
        from orderdesk.desk import worked
        from orderdesk.desk.words import day as day_text

        desk = self.desk
        if desk is None:
            return

        def save(v: Mapping[str, str]) -> object:
            day = worked.read_day(desk, v["day"])
            if v["who"].strip():
                worked.put_right(desk, day, v)
            return worked.confirm(desk, day)

        def confirmed(found: object) -> None:
            if isinstance(found, worked.DayHours):
                self.refill()
                self.app.push_screen(Reading(day_text(found.day), "\n".join(found.lines())))

        self.app.push_screen(
            Form(
                _("Hours worked"),
                [
                    Field("day", _("Day"), _("empty: yesterday")),
                    Field("who", _("Who worked otherwise than planned"), _("empty: nobody")),
                    Field("hours", _("Hours worked there in all")),
                    Field("why", _("Reason"), choices=worked.reasons()),
                    Field(
                        "number", _("Number of the case"), _("only after two deployments that day")
                    ),
                    Field("by", _("Name of the team lead"), _("only for more theme hours")),
                ],
                save,
                look=lambda v: "\n".join(
                    worked.day_hours(desk, worked.read_day(desk, v["day"])).lines()
                ),
            ),
            confirmed,
        )

    def action_what_if(self) -> None:
        """Lay a gathering and absences over the week."""
        from orderdesk.screens.whatif import WhatIfScreen

        self.app.push_screen(WhatIfScreen())

    def action_forecast(self) -> None:
        """Eight weeks ahead."""
        from orderdesk.screens.outlook import OutlookScreen

        self.app.push_screen(OutlookScreen())

    def action_close_week(self) -> None:
        """Close a week that is over: its sums proven, its debts planned in the next."""
        from orderdesk.desk import week_close
        from orderdesk.domain.time import Week

        desk = self.desk
        if desk is None:
            return
        week = Week.parse(self._week(desk))
        found = self.try_to(lambda: week_close.proof(desk, week))
        if found is None:
            return

        def closed(done: object) -> None:
            if isinstance(done, week_close.Closed):
                self.done(done.line())

        choices = [("yes", _("plan the pay-back")), ("no", _("not yet"))]
        self.app.push_screen(
            Form(
                _("Close {week}?").format(week=week),
                [Field("pay_back", _("What is owed"), choices=choices)],
                lambda v: week_close.close(desk, week, pay_back=v["pay_back"] == "yes"),
                look=lambda _values: "\n".join(found.lines()),
            ),
            closed,
        )


def _waiting(desk: Desk) -> Iterator[str]:
    """What waits for the planner, each with its key."""
    from orderdesk.desk import leave, receipts, ripples
    from orderdesk.desk.words import hours

    for ripple in ripples.pending(desk):
        yield "▲ " + _("{number} called off, {n} h free: i").format(
            number=ripple.case.number, n=hours(ripple.freed)
        )
    again = [answer for answer in leave.answers(desk) if answer.landed_since]
    if again:
        yield "▲ " + _("{line}: l").format(line=again[0].line())
    calls = receipts.sheet(desk)
    if calls.waiting:
        yield _("{line}: c").format(line=calls.summary)


SCREEN = CapacityScreen
