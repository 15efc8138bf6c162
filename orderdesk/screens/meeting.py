"""The driehoek called together for a case: minutes on the left, the picture beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from orderdesk.errors import OrderdeskError
from orderdesk.i18n import N_, _
from orderdesk.screens.base import Place
from orderdesk.screens.safe import line, safe
from orderdesk.screens.widgets.form import Field, Form

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.meeting import Meeting


class MeetingScreen(Place):
    """An ad-hoc driehoek."""

    place = "driehoek"
    about = N_(
        "The driehoek called together for a case that is going on. Every line stands at its own "
        "moment and none is overwritten. GRIP belongs to the safety region, SGBO to the police. A "
        "power asks for what has to be on record, and starts the duties that follow."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "note", N_("note")),
        Binding("b", "decide", N_("decision")),
        Binding("p", "power", N_("power")),
        Binding("g", "grip", N_("GRIP")),
        Binding("s", "sgbo", N_("SGBO")),
        Binding("l", "look_again", N_("second look")),
        Binding("w", "write", N_("write minutes")),
        Binding("z", "close", N_("end the meeting")),
        Binding("escape", "leave", N_("back, goes on")),
    ]
    CHANGES: ClassVar[frozenset[str]] = frozenset(
        {"note", "decide", "power", "grip", "sgbo", "look_again", "close"}
    )  # fmt: skip
    DEFAULT_CSS = "MeetingScreen #state { height: auto; padding: 0 1; background: $panel; }"

    def __init__(self, meeting_id: str) -> None:
        super().__init__()
        self._meeting = meeting_id

    def compose_body(self) -> ComposeResult:
        """State, minutes, picture."""
        yield Static("", id="state")
        with Vertical(classes="split"):
            with VerticalScroll(classes="list", id="said"):
                yield Static("", id="minutes")
            with VerticalScroll(classes="detail", can_focus=False):
                yield Static("", id="picture")

    def on_mount(self) -> None:
        """The minutes scroll."""
        super().on_mount()
        self.query_one("#said").focus()

    def fill(self, desk: Desk) -> None:
        """The meeting as it stands, the newest line in view."""
        from orderdesk.desk import meeting, words

        found = meeting.meeting(desk, self._meeting)
        head = _("{number} since {clock}: {who}").format(
            number=found.number, clock=words.clock(found.opened_at), who=found.participants
        )
        self.query_one("#state", Static).update(safe(f"{head}\n{found.state(desk.now)}"))
        told = "\n".join(meeting.told(found))
        empty = _("Nothing is written down yet. n: a note, b: a decision.")
        self.query_one("#minutes", Static).update(safe(told or empty))
        self.query_one("#picture", Static).update(safe(meeting.picture(desk, found)))
        self.query_one("#said", VerticalScroll).scroll_end(animate=False)

    # --- keys -------------------------------------------------------------------------------------

    def action_note(self) -> None:
        """A line of what was said or known."""
        from orderdesk.desk import meeting

        desk = self.desk
        if desk is not None:
            self.app.push_screen(
                Form(
                    _("Note"),
                    [Field("text", _("Text"))],
                    lambda v: meeting.note(desk, self._meeting, v["text"]),
                ),
                self.saying(_("noted")),
            )

    def action_decide(self) -> None:
        """A decision, and the options that were not chosen."""
        from orderdesk.desk import meeting

        desk = self.desk
        if desk is None:
            return
        fields = [
            Field("text", _("What was decided")),
            Field("by", _("By whom")),
            Field("authority", _("Authority"), choices=meeting.authority_choices()),
            Field("criminal", _("Enforcement of criminal law"),
                  choices=[("no", _("no")), ("yes", _("yes"))]),
            Field("legal_basis", _("Legal basis")),
            Field("refused", _("Not chosen, and why")),
        ]  # fmt: skip
        self.app.push_screen(
            Form(_("Decision"), fields, lambda v: meeting.decide(desk, self._meeting, v)),
            self._numbered,
        )

    def _numbered(self, result: object) -> None:
        if isinstance(result, tuple):
            number, more = result
            text = " ".join(more) if isinstance(more, list) else str(more or "")
            self.done(f"{number} {text}".strip())

    def action_power(self) -> None:
        """A power of the mayor, with what must be on record."""
        from orderdesk.desk import meeting

        desk = self.desk
        if desk is None:
            return
        fields = [
            Field("power", _("Power"), choices=meeting.power_choices()),
            Field("text", _("What was decided")),
            Field("by", _("By whom")),
            Field("lighter", _("Lighter means, and why they don't do")),
            Field("proportionality", _("Why it is not more than needed")),
            Field("group", _("Group it is addressed to"), _("by what it does or where it is")),
            Field("consulted", _("Prosecutor consulted on")),
            Field("council", _("Next council meeting")),
        ]
        self.app.push_screen(
            Form(
                _("Power of the mayor"), fields, lambda v: meeting.use_power(desk, self._meeting, v)
            ),
            self._numbered,
        )

    def action_grip(self) -> None:
        """The level of the safety region."""
        from orderdesk.desk import meeting

        desk = self.desk
        if desk is not None:
            self.app.push_screen(
                Form(
                    _("GRIP"),
                    [
                        Field("level", _("Level"), _("0 (none) to 5")),
                        Field("by", _("By whom")),
                    ],
                    lambda v: meeting.set_grip(desk, self._meeting, v["level"], v["by"]),
                ),
                self.saying(_("noted")),
            )

    def action_sgbo(self) -> None:
        """The police's own staff."""
        from orderdesk.desk import meeting

        desk = self.desk
        if desk is not None:
            states = [(state.value, _(name)) for state, name in meeting.SGBO_NAMES.items()]
            self.app.push_screen(
                Form(
                    _("SGBO"),
                    [
                        Field("state", _("State"), choices=states, value="started"),
                        Field("by", _("By whom")),
                    ],
                    lambda v: meeting.set_sgbo(desk, self._meeting, v["state"], v["by"]),
                ),
                self.saying(_("noted")),
            )

    def action_look_again(self) -> None:
        """When the picture is looked at again."""
        from orderdesk.desk import meeting

        desk = self.desk
        if desk is not None:
            self.app.push_screen(
                Form(
                    _("Second look"),
                    [Field("when", _("When"), "15:20")],
                    lambda v: meeting.look_again(desk, self._meeting, v["when"]),
                ),
                self.saying(_("noted")),
            )

    def action_write(self) -> None:
        """The minutes as PDF."""
        from orderdesk.desk import meeting
        from orderdesk.screens.papers import ask_file

        desk = self.desk
        if desk is None:
            return

        ask_file(
            self.app.push_screen, "review",
            lambda folder: meeting.write_minutes(desk, self._meeting, folder),
            self.done, title=_("Write the minutes"), folder=True,
        )  # fmt: skip

    def action_close(self) -> None:
        """The closing round."""
        from orderdesk.desk import meeting

        desk = self.desk
        if desk is None:
            return

        def closed(found: object) -> None:
            if found is not None:
                self.notify(_("the meeting has ended"), markup=False)
                self.app.pop_screen()

        self.app.push_screen(
            Form(
                _("End the meeting"),
                [Field("press", _("Line for the press, and by whom"), _("may stay empty"))],
                lambda v: meeting.close(desk, self._meeting, v["press"]),
            ),
            closed,
        )

    def action_leave(self) -> None:
        """Back; the meeting goes on."""
        self.app.pop_screen()


def call_together(screen: Place, number: str = "") -> None:
    """Show the meeting that is going on, or ask for a new one on the case `number`."""
    from orderdesk.desk import meeting

    desk = screen.desk
    if desk is None:
        return
    try:
        going = meeting.open_meeting(desk)
    except OrderdeskError as problem:
        screen.notify(line(problem), severity="error", markup=False)
        return
    if going is not None:
        screen.app.push_screen(MeetingScreen(going.id))
        return

    def opened(found: Meeting | object) -> None:
        if isinstance(found, meeting.Meeting):
            screen.app.push_screen(MeetingScreen(found.id))

    screen.app.push_screen(
        Form(
            _("Call the driehoek together"),
            [
                Field("number", _("Number of the case"), value=number),
                Field(
                    "participants", _("Who takes part"), _("by function"),
                    value=_("mayor, prosecutor, police chief"),
                ),
            ],
            lambda v: meeting.start(desk, v["number"], v["participants"]),
        ),
        opened,
    )  # fmt: skip
