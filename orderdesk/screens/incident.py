"""Incident: six questions, three packages, and a timeline that writes itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from orderdesk.errors import OrderdeskError
from orderdesk.i18n import N_, _, figure
from orderdesk.screens.base import Place
from orderdesk.screens.safe import line, safe
from orderdesk.screens.signing import decision, lead, signature
from orderdesk.screens.widgets.form import Field, Form, Reading, Values
from orderdesk.screens.widgets.looks import Look
from orderdesk.screens.widgets.preview import CasePreview
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.incident import Incident
    from orderdesk.desk.logfile import Merged
    from orderdesk.desk.timeline import LogLine


class IncidentScreen(Place):
    """What is going on today."""

    place = "incident"
    about = N_(
        "An unannounced gathering: press u and answer six questions. It is a protected gathering; "
        "no term applies, and no question asks what it is about. Then choose a package: each shows "
        "its price, the people, and the strength of the district against the waterline. Theme "
        "hours are taken only with a name and a reason."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "report", N_("unannounced")),
        Binding("a", "authorise", N_("authorise")),
        Binding("o", "counter", N_("counter-group")),
        Binding("t", "turnout", N_("turnout")),
        Binding("f", "trigger", N_("trigger")),
        Binding("l", "note", N_("note")),
        Binding("p", "place", N_("place")),
        Binding("m", "mayor", N_("mayor")),
        Binding("k", "meeting", N_("driehoek")),
        Binding("w", "as_known", N_("as known then")),
        Binding("z", "stand_down", N_("stand down")),
        Binding("b", "give_back", N_("flex back")),
        Binding("x", "log_file", N_("log file")),
    ]
    CHANGES: ClassVar[frozenset[str]] = frozenset(
        {"report", "authorise", "counter", "turnout", "trigger", "note", "place", "meeting",
         "stand_down", "give_back"}
    )  # fmt: skip

    DEFAULT_CSS = """
    IncidentScreen.-running .list { height: 4; }
    IncidentScreen.-running.-wide .list { height: 1fr; }
    IncidentScreen.-running .detail { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._found: Incident | None = None
        self._log: Sequence[LogLine] = ()
        self._ids: list[str] = []
        self._idle = False

    def compose_body(self) -> ComposeResult:
        """The gatherings of today, and the one under the cursor."""
        with Vertical(classes="split"):
            yield VirtualTable(
                [
                    Column(_("number"), 12),
                    Column(_("when"), 22),
                    Column(_("place"), 14, grow=1, rank=1),
                    Column(_("people"), 8, right=True, rank=2),
                    Column(_("status"), 16),
                ],
                empty=_("No gathering is known. Press u when the telephone rings."),
                id="open",
            ).add_class("list")
            with VerticalScroll(classes="detail"):
                yield Static("", id="clock")
                yield CasePreview(id="picture")

    def on_mount(self) -> None:
        """The list has the keys; the clock runs."""
        super().on_mount()
        self.query_one(VirtualTable).focus()
        self.set_interval(20, self._tick)

    def fill(self, desk: Desk) -> None:
        """What is going on; when nothing is, what was and what comes."""
        from orderdesk.desk import incident, intake, words

        found = incident.gatherings_of_today(desk)
        self._idle = not found
        self.set_class(not self._idle, "-running")  # the packages need the room, not the list
        found = found or incident.recent_and_coming(desk)
        self._ids = [case.id for case in found]
        rows = [
            (
                case.number,
                words.span(case.span, time_known=case.time_known),
                intake.place_name(case),
                words.people(case),
                _(words.STATUSES[case.status]),
            )
            for case in found
        ]
        over = {n: Look.DIM for n, case in enumerate(found) if case.outcome is not None}
        if self._idle:
            self._found = None
            self.refresh_bindings()
        if not rows:
            self._tell_idle()
            self.query_one("#picture", CasePreview).say(safe(""))
        self.query_one(VirtualTable).load(ListRows(rows, keys=self._ids, looks=over))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While nothing is going on, only the keys that then do something are shown."""
        if self._idle and action in _OF_A_GATHERING:
            return False
        return super().check_action(action, parameters)

    def on_virtual_table_moved(self, event: VirtualTable.Moved) -> None:
        """Look at this one; the packages are worked out in a thread."""
        if event.row < len(self._ids):
            if not self._idle:
                self._look(self._ids[event.row])
            elif self.desk is not None:
                self._tell_idle()
                self.query_one("#picture", CasePreview).look(self.desk, self._ids[event.row])

    def on_virtual_table_chosen(self, event: VirtualTable.Chosen) -> None:
        """Open the whole case."""
        from orderdesk.screens.case import CaseScreen

        if event.row < len(self._ids):
            self.app.push_screen(CaseScreen(self._ids[event.row]))

    def _tell_idle(self) -> None:
        """Nothing is going on: what the keys would do."""
        self.query_one("#clock", Static).update(
            safe(
                _("Nothing is going on. u: six questions, then packages with their price."), "bold"
            )
        )

    @work(thread=True, exclusive=True, group="look")
    def _look(self, case_id: str) -> None:
        from orderdesk.desk import incident
        from orderdesk.desk.timeline import lines_of

        desk = self.desk
        if desk is None:
            return
        try:
            found = incident.look(desk, case_id)
            with desk.read() as reader:
                log = lines_of(reader, case_id)
        except OrderdeskError as problem:
            self.app.call_from_thread(self.notify, line(problem), markup=False)
            return
        self.app.call_from_thread(self._show, found, log)

    def _show(self, found: Incident, log: Sequence[LogLine]) -> None:
        if not self.is_mounted:
            return
        self._found, self._log = found, log
        self.refresh_bindings()
        self._tick()
        self.query_one("#picture", CasePreview).say(safe("\n".join(_picture(found, log))))

    def _tick(self) -> None:
        """Draw the clock of the gathering that is shown."""
        from orderdesk.desk import incident

        if self._found is None or self.desk is None or not self.is_mounted:
            return
        text = incident.clock_line(self._found.case, self._log, self.desk.now)
        self.query_one("#clock", Static).update(safe(text, "bold"))

    @property
    def number(self) -> str:
        """Number of the gathering that is shown; empty when there is none."""
        return self._found.case.number if self._found else ""

    # --- keys -------------------------------------------------------------------------------------

    def action_report(self) -> None:
        """Six questions, the cursor in the first."""
        from orderdesk.desk import drafts, incident
        from orderdesk.desk.words import COUNTERS, SURENESSES

        desk = self.desk
        if desk is None:
            return
        said_by = [
            ("police", _("police")), ("staff", _("own staff")), ("public", _("public")),
            ("organiser", _("organiser")),
        ]  # fmt: skip
        fields = [
            Field("where", _("Where?"), _("usual place or street")),
            Field("when", _("When does it begin?"), _("15:30, or day and time")),
            Field("how_many", _("How many?"), _("150, or a range: 80-220")),
            Field("said_by", _("Who says so?"), choices=said_by),
            Field("sure", _("How sure?"), choices=[(k.value, _(n)) for k, n in SURENESSES.items()],
                  value="B"),
            Field("counter", _("Counter-group seen?"),
                  choices=[(k.value, _(n)) for k, n in COUNTERS.items()]),
        ]  # fmt: skip

        def typed(values: Values) -> None:
            kept = values if any(values[n].strip() for n in ("where", "when", "how_many")) else {}
            drafts.save_draft(desk, incident.FORM, kept)

        self.app.push_screen(
            Form(
                _("Unannounced gathering"),
                fields,
                lambda values: incident.report(desk, values),
                draft=drafts.load_draft(desk, incident.FORM),
                keep=typed,
                look=_hint,
            ),
            self.saying(_("registered: a protected gathering, no term applies")),
        )

    def action_meeting(self) -> None:
        """The driehoek called together for the gathering under the cursor."""
        from orderdesk.screens.meeting import call_together

        call_together(self, self.number)

    def action_authorise(self) -> None:
        """Commit a package, by name and with a reason."""
        from orderdesk.desk import incident

        desk, found = self.desk, self._found
        if desk is None or found is None:
            return
        choices = [(p.id, f"{p.id}: {p.price}") for p in found.packages]

        def commit(values: Mapping[str, str]) -> object:
            package = next(p for p in found.packages if p.id == values["package"])
            return incident.authorise(
                desk, found, package, lead(values), values["reason"], values.get("decision", "")
            )

        def committed(people: object) -> None:
            if isinstance(people, list):
                self.done(_("call: {people}").format(people=", ".join(people) or _("nobody")))

        self.app.push_screen(
            Form(
                _("Authorise"),
                [
                    Field("package", _("Package"), choices=choices),
                    *signature(),
                    *decision(needed=any(p.needs_decision for p in found.packages)),
                ],
                commit,
            ),
            committed,
        )

    def action_counter(self) -> None:
        """A counter-group is there: score again, scenario cards, pair a case of its own."""
        from orderdesk.desk import incident
        from orderdesk.desk.words import SURENESSES

        desk, found = self.desk, self._found
        if desk is None or found is None:
            return

        def seen(result: object) -> None:
            if isinstance(result, incident.CounterSeen):
                self.refill()
                self.app.push_screen(Reading(_("Counter-group"), "\n".join(result.lines())))

        self.app.push_screen(
            Form(
                _("Counter-group"),
                [
                    Field("how_many", _("How many?"), value=""),
                    Field("sure", _("How sure?"),
                          choices=[(k.value, _(n)) for k, n in SURENESSES.items()], value="A"),
                    Field("pair", _("Pair a case of its own?"),
                          choices=[("yes", _("yes")), ("no", _("no"))]),
                ],
                lambda v: incident.counter_seen(
                    desk, found.case.id, v["how_many"], v["sure"], pair=v["pair"] == "yes"
                ),
            ),
            seen,
        )  # fmt: skip

    def action_place(self) -> None:
        """Places within sight and sound, for a counter-demonstration only."""
        from orderdesk.desk import pairs

        desk, found = self.desk, self._found
        if desk is None or found is None:
            return
        offers = self.try_to(lambda: pairs.places_for(desk, found.case.id))
        if offers is None:
            return
        choices = [
            (o.place.id, _("{place}: {m} m, room for {n} more").format(
                place=o.place.name, m=o.metres, n=o.spare))
            for o in offers
        ]  # fmt: skip
        self.app.push_screen(
            Form(
                _("A place within sight and sound"),
                [Field("place", _("Place"), choices=choices)],
                lambda v: pairs.move_counter(desk, found.case.id, v["place"]),
            ),
            self.saying(_("place offered")),
        )

    def action_turnout(self) -> None:
        """A count on the spot."""
        from orderdesk.desk import incident

        desk, found = self.desk, self._found
        if desk is None or found is None:
            return
        self.app.push_screen(
            Form(
                _("Turnout"),
                [
                    Field("how_many", _("How many are there?")),
                    Field("who", _("Counted by"), value="police"),
                ],
                lambda v: incident.turnout(desk, found.case.id, v["how_many"], v["who"]),
            ),
            self.saying(_("noted beside the estimate")),
        )

    def action_trigger(self) -> None:
        """A trigger fires: its package, one confirmation."""
        from orderdesk.desk import incident

        desk, found = self.desk, self._found
        if desk is None or found is None:
            return
        self.app.push_screen(
            Form(
                _("Trigger"),
                [
                    Field("package", _("Package"), choices=incident.triggers(), value="traffic"),
                    Field("trigger", _("What is seen"), value=_("people on the carriageway")),
                ],
                lambda v: incident.fire_trigger(desk, found.case.id, v["trigger"], v["package"]),
            ),
            self.saying(_("package opened")),
        )

    def action_note(self) -> None:
        """A line in the log; a correction is a line of its own."""
        from orderdesk.desk.timeline import correct_line

        desk, found = self.desk, self._found
        if desk is None or found is None:
            return
        self.app.push_screen(
            Form(
                _("Note"),
                [
                    Field("text", _("Line")),
                    Field("corrects", _("Corrects line"), _("number; empty: a new line")),
                ],
                lambda v: correct_line(desk, found.case.id, v["text"], v["corrects"]),
            ),
            self.saying(_("noted")),
        )

    def action_mayor(self) -> None:
        """The text block for the mayor's office; c copies it."""
        from orderdesk.desk import incident

        desk, found = self.desk, self._found
        if desk is None or found is None:
            return
        text = self.try_to(lambda: incident.mayor_text(desk, found.case.id))
        if text is not None:
            self.app.push_screen(Reading(_("For the mayor's office"), text))

    def action_as_known(self) -> None:
        """The mayor's picture as it could have been written at an earlier moment."""
        from orderdesk.desk import incident

        desk, found = self.desk, self._found
        if desk is None or found is None:
            return

        def shown(text: object) -> None:
            if isinstance(text, str):
                self.app.push_screen(Reading(_("As known then"), text))

        self.app.push_screen(
            Form(
                _("As known then"),
                [Field("when", _("When"), _("14:45, or day and time"))],
                lambda v: incident.mayor_text_as_known(desk, found.case.id, v["when"]),
            ),
            shown,
        )

    def action_stand_down(self) -> None:
        """It is over: turnout, incident, hours."""
        from orderdesk.desk import incident
        from orderdesk.desk.words import INCIDENTS

        desk, found = self.desk, self._found
        if desk is None or found is None:
            return
        fields = [
            Field("turnout", _("How many came"), _("low/best/high: 100/130/160; 0: nobody"),
                  value=incident.counted(desk, found.case.id)),
            Field(
                "incident", _("Incidents"), choices=[(i.value, _(n)) for i, n in INCIDENTS.items()]
            ),
            Field("ended", _("Ended"), _("17:30"), value=_clock(desk.now)),
            Field("lesson", _("One lesson"), _("about place or procedure, never about people")),
        ]  # fmt: skip
        self.app.push_screen(
            Form(_("Stand down"), fields, lambda v: incident.stand_down(desk, found.case.id, v)),
            self.saying(_("hours posted; b gives flex hours back")),
        )

    def action_give_back(self) -> None:
        """Flex hours that were not needed go to a theme."""
        from orderdesk.desk import booking, incident, words

        desk = self.desk
        if desk is None:
            return
        left = incident.flex_left(desk)
        self.app.push_screen(
            Form(
                _("Flex hours not needed"),
                [
                    Field("theme", _("Theme"), choices=words.themes(), value=left.theme),
                    Field("hours", _("Hours"), "0.5 - 64", value=words.hours(left.minutes)),
                    Field("reason", _("Reason"), value=_("flex hours of today not needed")),
                ],
                lambda v: booking.give_back(
                    desk, v["theme"], booking.read_hours(v["hours"]), v["reason"]
                ),
            ),
            self.saying(_("given back: the oldest debt first")),
        )

    def action_log_file(self) -> None:
        """Write the log to a file, or merge one that was kept elsewhere."""
        from orderdesk.desk import logfile

        desk, found = self.desk, self._found
        if desk is None or found is None:
            return
        case = found.case

        def deed(values: Mapping[str, str]) -> object:
            file = Path(values["file"].strip()).expanduser()
            if values["deed"] == "write":
                return logfile.export_log(desk, case.id, file)
            return logfile.merge(desk, logfile.read_log(file), case.number)

        def done(result: object) -> None:
            if isinstance(result, logfile.Merged):
                self.refill()
                self._choose(result)
            elif result is not None:
                self.done(_("the log is written"))

        deeds = [("merge", _("merge a log into this one")), ("write", _("write this log"))]
        self.app.push_screen(
            Form(
                _("Log of {number}").format(number=case.number),
                [
                    Field("file", _("File"), value=f"{case.number}.json"),
                    Field("deed", _("What"), choices=deeds),
                ],
                deed,
            ),
            done,
        )

    def _choose(self, merged: Merged) -> None:
        """What two logs say otherwise, side by side; both lines stay."""
        from orderdesk.desk import logfile

        desk = self.desk
        text = "\n".join(merged.text())
        if desk is None or not merged.disagreements:
            self.app.push_screen(Reading(_("Logs merged"), text))
            return
        first = merged.disagreements[0]
        choices = [(e.id, label) for label, e in logfile.statement_choices(first)]
        label = _(logfile.ABOUT.get(first.about, first.about))
        self.app.push_screen(
            Form(
                _("Logs merged: which holds?"),
                [Field("line", label, choices=choices)],
                lambda v: logfile.choose(desk, merged.case.id, first.about, v["line"]),
                look=lambda _values: text,
            ),
            self.saying(_("chosen; both lines stay in the log")),
        )


_OF_A_GATHERING = frozenset(
    {"authorise", "counter", "place", "turnout", "trigger", "note", "mayor", "as_known",
     "stand_down", "log_file", "meeting"}
)  # fmt: skip
"""What needs a gathering that is going on."""


def _picture(found: Incident, log: Sequence[LogLine]) -> Iterator[str]:
    """The gathering, what can be sent with the strength it leaves, then the log, newest first."""
    yield from found.lines()
    yield ""
    for package in found.packages:
        mark = "▲ " + _("below the waterline") if package.under_waterline else ""
        strength = " ".join(
            f"{_clock(m)[:2]}h:{left}/{least}" for m, left, least in package.strength
        )
        yield f"{package.id}  {_('left/waterline')} {strength}  {mark}"
    yield _("owed to themes: {n} h").format(n=figure(found.owed_minutes / 60, "g"))
    yield ""
    yield _("Log, newest first")
    yield from reversed(list(_log_lines(log)))


def _hint(values: Mapping[str, str]) -> str:
    from orderdesk.desk import incident

    protected = _("protected gathering; no term applies")
    if not values["how_many"].strip():
        return protected
    return (
        protected
        + "  ·  "
        + _("range offered: {r}").format(r=incident.offered_range(values["how_many"]))
    )


def _log_lines(log: Sequence[LogLine]) -> Iterator[str]:
    """Numbered, so that a correction can name the line it puts right."""
    numbers = {entry.seq: n for n, entry in enumerate(log, start=1)}
    for entry in log:
        puts_right = (
            " " + _("(corrects line {n})").format(n=numbers.get(entry.corrects, "?"))
            if entry.corrects
            else ""
        )
        yield (
            f"{numbers[entry.seq]:>3}  {_clock(entry.known_at)}  {entry.text}{puts_right}"
            f"  [{entry.author}]"
        )


def _clock(moment: object) -> str:
    from datetime import datetime

    from orderdesk.desk.words import clock

    assert isinstance(moment, datetime)
    return clock(moment)


SCREEN = IncidentScreen
