"""Sending the sheet, and questions put to the driehoek in writing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from orderdesk.i18n import N_, _
from orderdesk.screens.base import Place
from orderdesk.screens.safe import safe
from orderdesk.screens.widgets.form import Field, Form

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk


class RoundsScreen(Place):
    """Reading list, addenda and written rounds of this week."""

    place = "driehoek"
    about = N_(
        "Who was sent which edition of the frozen sheet, and what was asked in writing between "
        "meetings. In a written round silence never counts as a yes. An addendum that is issued "
        "keeps its number and fingerprint."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "send", N_("sent to")),
        Binding("a", "issue", N_("issue addendum")),
        Binding("q", "ask", N_("ask in writing")),
        Binding("r", "reply", N_("reply")),
        Binding("escape", "leave", N_("back")),
    ]
    CHANGES: ClassVar[frozenset[str]] = frozenset({"send", "issue", "ask", "reply"})
    DEFAULT_CSS = "RoundsScreen #rounds { padding: 0 1; }"

    def compose_body(self) -> ComposeResult:
        """One text that scrolls."""
        with VerticalScroll(id="scroll"):
            yield Static("", id="rounds")

    def on_mount(self) -> None:
        """The text scrolls."""
        super().on_mount()
        self.query_one("#scroll").focus()

    def fill(self, desk: Desk) -> None:
        """The reading list, then the rounds."""
        from orderdesk.desk import review, rounds
        from orderdesk.domain.time import Week

        week = Week.of(desk.now)
        text = [_("Sent"), *(f"  {entry}" for entry in rounds.sent(desk, week))]
        if len(text) == 1:
            frozen = review.last_frozen(desk, week) is not None
            text.append(
                "  "
                + (
                    _("to nobody yet: s writes down to whom")
                    if frozen
                    else _("to nobody yet: freeze the sheet (f), then s")
                )
            )
        text += ["", _("Written rounds")]
        found = rounds.rounds(desk, week)
        for one in found:
            text += [f"  {told}" for told in one.lines()]
        if not found:
            text.append("  " + _("none yet: q asks in writing"))
        self.query_one("#rounds", Static).update(safe("\n".join(text)))

    def action_send(self) -> None:
        """Log to whom the sheet went."""
        from orderdesk.desk import rounds
        from orderdesk.domain.time import Week
        from orderdesk.papers.review import Edition

        desk = self.desk
        if desk is None:
            return
        editions = [(edition.value, _(name)) for edition, name in rounds.EDITIONS.items()]
        self.app.push_screen(
            Form(
                _("Sent to"),
                [
                    Field("edition", _("Edition"), choices=editions),
                    Field("readers", _("Readers"), _("by function, with commas")),
                ],
                lambda v: rounds.send(desk, Week.of(desk.now), Edition(v["edition"]), v["readers"]),
            ),
            self.saying(_("noted")),
        )

    def action_issue(self) -> None:
        """Fix the addendum under its number."""
        from orderdesk.desk import review
        from orderdesk.domain.time import Week

        desk = self.desk
        if desk is None:
            return
        found = self.try_to(lambda: review.issue_addendum(desk, Week.of(desk.now)))
        if found is not None:
            self.done(_("addendum {n}, fingerprint {d}").format(n=found[0], d=found[1][:12]))

    def action_ask(self) -> None:
        """A question between meetings."""
        from orderdesk.desk import rounds
        from orderdesk.domain.time import Week

        desk = self.desk
        if desk is None:
            return
        self.app.push_screen(
            Form(
                _("Ask in writing"),
                [
                    Field("question", _("What is to be agreed"), long=True),
                    Field(
                        "asked", _("Who is asked"), _("by function, with commas"),
                        value=_("mayor, prosecutor, police chief"),
                    ),
                ],
                lambda v: rounds.ask(desk, Week.of(desk.now), v["question"], v["asked"]),
            ),
            self.saying(_("asked; silence is no yes")),
        )  # fmt: skip

    def action_reply(self) -> None:
        """What somebody answered."""
        from orderdesk.desk import rounds
        from orderdesk.domain.time import Week

        desk = self.desk
        if desk is None:
            return
        going = rounds.rounds(desk, Week.of(desk.now))
        people = [
            (f"{one.number}|{who}", f"{one.number} {who}") for one in going for who in one.asked
        ]
        if not people:
            self.notify(_("Nothing has been asked in writing this week."), markup=False)
            return
        answers = [(answer.value, _(name)) for answer, name in rounds.ANSWERS.items()]

        def write(values: dict[str, str]) -> rounds.Round:
            number, _sign, who = values["who"].partition("|")
            return rounds.reply(desk, number, who, rounds.Answer(values["answer"]))

        self.app.push_screen(
            Form(
                _("Reply"),
                [
                    Field("who", _("Who"), choices=people),
                    Field("answer", _("Answer"), choices=answers),
                ],
                write,
            ),
            self.saying(_("noted")),
        )

    def action_leave(self) -> None:
        """Back to the sheet."""
        self.app.pop_screen()
