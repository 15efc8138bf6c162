"""Driehoek: the sheet that writes itself, frozen when it is time."""

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
from orderdesk.screens.safe import line, safe
from orderdesk.screens.widgets.form import Field, Form, Question, Reading

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk


_MOST_WIDE = 118


class DriehoekScreen(Place):
    """The weekly review."""

    place = "driehoek"
    about = N_(
        "The review of this week, drawn from the records. f freezes it with its fingerprint; after "
        "that, v shows what changed since and nothing else. Every figure rests on records."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "freeze", N_("freeze")),
        Binding("v", "addendum", N_("changes since")),
        Binding("o", "one_page", N_("one page")),
        Binding("a", "add_action", N_("action")),
        Binding("z", "close_action", N_("action done")),
        Binding("m", "remind", N_("reminders")),
        Binding("i", "interpret", N_("interpretation")),
        Binding("d", "ask", N_("decision asked")),
        Binding("r", "record", N_("decision taken")),
        Binding("k", "meeting", N_("ad-hoc meeting")),
        Binding("x", "rounds", N_("sending and written rounds")),
        Binding("w", "write", N_("write PDF")),
    ]
    DEFAULT_CSS = "DriehoekScreen #state { height: 1; padding: 0 1; background: $panel; }"

    def compose_body(self) -> ComposeResult:
        """State and sheet."""
        yield Static("", id="state")
        with VerticalScroll(id="scroll"):
            yield Static("", id="sheet")

    def on_mount(self) -> None:
        """The sheet scrolls."""
        super().on_mount()
        self.query_one("#scroll").focus()

    @property
    def _paper_width(self) -> int:
        """Characters in a line of the sheet: no wider than reads well."""
        return min(_MOST_WIDE, self.size.width - 4)

    def on_resize(self) -> None:
        """Set the sheet again for the new width."""
        super().on_resize()
        self.refill()

    def fill(self, desk: Desk) -> None:
        """Draw the sheet in a thread."""
        self._draw(desk)

    @work(thread=True, exclusive=True, group="draw")
    def _draw(self, desk: Desk) -> None:
        from orderdesk.desk import review
        from orderdesk.domain.time import Week
        from orderdesk.papers.plain import to_text

        week = Week.of(desk.now)
        try:
            text = to_text(review.draft(desk, week), self._paper_width)
            frozen = review.last_frozen(desk, week)
        except OrderdeskError as problem:
            text, frozen = line(problem), None
        state = (
            _("version {n} frozen, fingerprint {d}").format(n=frozen.version, d=frozen.sha256[:12])
            if frozen
            else _("draft, not frozen")
        )
        self.app.call_from_thread(self._show, state, text)

    def _show(self, state: str, text: str) -> None:
        if self.is_mounted:
            self.query_one("#state", Static).update(safe(state))
            self.query_one("#sheet", Static).update(safe(text))

    def action_freeze(self) -> None:
        """Freeze after a yes."""
        from orderdesk.desk import review
        from orderdesk.domain.time import Week

        desk = self.desk
        if desk is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                frozen = self.try_to(lambda: review.freeze(desk, Week.of(desk.now)))
                if frozen is not None:
                    self.done(_("frozen: {d}").format(d=frozen.sha256[:12]))

        self.app.push_screen(Question(_("Freeze the review as it stands?")), answered)

    def action_addendum(self) -> None:
        """What changed since the freeze."""
        from orderdesk.desk import review
        from orderdesk.domain.time import Week
        from orderdesk.papers.plain import to_text

        desk = self.desk
        if desk is None:
            return
        found = self.try_to(lambda: review.addendum(desk, Week.of(desk.now)))
        text = (
            to_text(found, self._paper_width - 10)
            if found is not None
            else _("nothing is frozen yet")
        )
        self.app.push_screen(Reading(_("Changes since"), text))

    def action_one_page(self) -> None:
        """The picture on one page."""
        from orderdesk.desk import review
        from orderdesk.domain.time import Week
        from orderdesk.papers.plain import to_text

        desk = self.desk
        if desk is None:
            return
        found = self.try_to(lambda: review.draft(desk, Week.of(desk.now), one_page=True))
        if found is not None:
            text = to_text(found, self._paper_width - 10)
            self.app.push_screen(Reading(_("One page"), text))

    def action_add_action(self) -> None:
        """An action with an owner and a day."""
        from orderdesk.desk import agenda

        desk = self.desk
        if desk is None:
            return
        fields = [
            Field("what", _("What")),
            Field("who", _("Whom")),
            Field("due", _("Due"), _("wo 12:00, over 2 dagen")),
        ]
        self.app.push_screen(
            Form(
                _("Action"),
                fields,
                lambda v: agenda.add_action(desk, v["what"], v["who"], v["due"]),
            ),
            self.saying(_("noted")),
        )

    def action_close_action(self) -> None:
        """An action is done."""
        from orderdesk.desk import agenda

        desk = self.desk
        if desk is None:
            return
        found = agenda.open_actions(desk)
        if not found:
            self.notify(_("No open actions."), markup=False)
            return
        self.app.push_screen(
            Form(
                _("Which action is done?"),
                [Field("id", _("Action"), choices=found)],
                lambda v: agenda.close_action(desk, v["id"]),
            ),
            self.saying(_("done")),
        )

    def action_remind(self) -> None:
        """A text for each owner of an overdue action; c copies them."""
        from orderdesk.desk import agenda

        if self.desk is not None:
            texts = agenda.reminders(self.desk)
            self.app.push_screen(
                Reading(_("Reminders"), "\n\n".join(texts) or _("Nothing is overdue."))
            )

    def action_interpret(self) -> None:
        """What the director for polarisation makes of the picture; never about persons."""
        from orderdesk.desk import agenda
        from orderdesk.domain.time import Week

        desk = self.desk
        if desk is None:
            return
        self.app.push_screen(
            Form(
                _("Interpretation"),
                [
                    Field("text", _("Text"), _("about place or procedure, never about people"),
                          long=True),
                    Field("by", _("By whom")),
                ],
                lambda v: agenda.interpret(desk, Week.of(desk.now), v["text"], v["by"]),
            ),
            self.saying(_("noted")),
        )  # fmt: skip

    def action_ask(self) -> None:
        """Put a decision on the sheet."""
        from orderdesk.desk import agenda
        from orderdesk.domain.time import Week

        desk = self.desk
        if desk is None:
            return
        fields = [
            Field("title", _("Decision asked")),
            Field("legal_basis", _("Legal basis")),
            Field("options", _("Options, one a line"), _("two or more"), long=True),
            Field("proposed_text", _("Proposed text"), long=True),
            Field("owner", _("Owner")),
        ]
        self.app.push_screen(
            Form(
                _("Decision asked"),
                fields,
                lambda v: agenda.ask_decision(desk, Week.of(desk.now), v),
            ),
            self.saying(_("noted")),
        )

    def action_record(self) -> None:
        """Write a decision down; a wrong authority is said."""
        from orderdesk.desk import agenda
        from orderdesk.domain.time import Week

        desk = self.desk
        if desk is None:
            return
        fields = [
            Field("text", _("What was decided"), long=True),
            Field("by", _("By whom")),
            Field("authority", _("Authority"),
                  choices=[("mayor", _("mayor")), ("prosecutor", _("prosecutor"))]),
            Field("criminal", _("Enforcement of criminal law"),
                  choices=[("no", _("no")), ("yes", _("yes"))]),
            Field("legal_basis", _("Legal basis")),
        ]  # fmt: skip

        def said(result: object) -> None:
            if isinstance(result, tuple):
                number, warning = result
                self.done(f"{number} {warning or ''}")

        self.app.push_screen(
            Form(
                _("Decision taken"),
                fields,
                lambda v: agenda.record_decision(desk, Week.of(desk.now), v),
            ),
            said,
        )

    def action_meeting(self) -> None:
        """The driehoek called together for a case that is going on."""
        from orderdesk.screens.meeting import call_together

        call_together(self)

    def action_rounds(self) -> None:
        """Who was sent the sheet, and what was asked in writing."""
        from orderdesk.screens.rounds import RoundsScreen

        self.app.push_screen(RoundsScreen())

    def action_write(self) -> None:
        """PDF, Markdown and JSON to a folder."""
        from orderdesk.desk import review

        desk = self.desk
        if desk is None:
            return

        def said(result: object) -> None:
            if isinstance(result, review.Written):
                self.done("; ".join(result.lines()))

        self.app.push_screen(
            Form(
                _("Write the review"),
                [Field("folder", _("Folder"), value="review")],
                lambda v: review.write(desk, "", Path(v["folder"]).expanduser(), editions=True),
            ),
            said,
        )


SCREEN = DriehoekScreen
