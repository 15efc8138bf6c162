"""Driehoek: the sheet that writes itself, frozen when it is time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from orderdesk.errors import OrderdeskError
from orderdesk.i18n import N_, _, ngettext
from orderdesk.screens.base import WIDE, Place
from orderdesk.screens.safe import line, safe
from orderdesk.screens.widgets.form import Field, Form, Question, Reading
from orderdesk.screens.widgets.looks import AMBER_SIGN, amber, content
from orderdesk.screens.widgets.paper import Choose, Paper, Set, section_rows, set_paper
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk


_MOST_WIDE, _SECTIONS = 118, 39


class DriehoekScreen(Place):
    """The weekly review."""

    place = "driehoek"
    about = N_(
        "The review of this week, drawn from the records. f freezes it with its fingerprint; after "
        "that, v shows what changed since and nothing else. Every figure rests on records: left "
        "and right go from figure to figure, Enter opens the records behind it. s and a digit go "
        "to a section; what is old or missing is marked with words in [brackets]. x is for "
        "sending, and for asking in writing."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "section", N_("section")),
        Binding("f", "freeze", N_("freeze")),
        Binding("v", "addendum", N_("changes")),
        Binding("o", "one_page", N_("one page")),
        Binding("a", "add_action", N_("action")),
        Binding("z", "close_action", N_("done")),
        Binding("m", "remind", N_("reminders")),
        Binding("i", "interpret", N_("interpretation")),
        Binding("d", "ask", N_("decision asked")),
        Binding("r", "record", N_("decision taken")),
        Binding("k", "meeting", N_("ad-hoc meeting")),
        Binding("x", "rounds", N_("sending")),
        Binding("w", "write", N_("write PDF")),
    ]
    CHANGES: ClassVar[frozenset[str]] = frozenset(
        {"freeze", "add_action", "close_action", "interpret", "ask", "record", "meeting"}
    )  # fmt: skip
    DEFAULT_CSS = """
    DriehoekScreen #state { height: 1; padding: 0 1; background: $panel; }
    DriehoekScreen #pages { height: 1fr; }
    DriehoekScreen #sections { width: 38; height: 1fr; display: none; }
    DriehoekScreen.-wide #sections { display: block; border-left: solid $look-frame; }
    """

    def compose_body(self) -> ComposeResult:
        """State, sheet, and on a wide terminal its sections."""
        yield Static("", id="state")
        with Horizontal(id="pages"):
            yield Paper(id="scroll")
            yield VirtualTable(
                [Column("", 2, right=True), Column(_("section"), 20, grow=1), Column("", 2)],
                empty=_("The sheet is being drawn."),
                id="sections",
                rules=False,
            )

    def on_mount(self) -> None:
        """The sheet scrolls."""
        super().on_mount()
        self.query_one("#scroll").focus()
        self.query_one("#state", Static).update(safe(_("The sheet is being drawn.")))

    @property
    def _paper_width(self) -> int:
        """Characters in a line of the sheet: no wider than reads well."""
        beside = _SECTIONS if self.size.width >= WIDE else 0
        return min(_MOST_WIDE, self.size.width - beside - 4)

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

        week = Week.of(desk.now)
        paper, problem = None, ""
        try:
            paper = set_paper(review.draft(desk, week), self._paper_width)
            frozen = review.last_frozen(desk, week)
        except OrderdeskError as refused:
            problem, frozen = line(refused), None
        state = (
            _("version {n} frozen, fingerprint {d}").format(n=frozen.version, d=frozen.sha256[:12])
            if frozen
            else _("draft, not frozen")
        )
        self.app.call_from_thread(self._show, state, paper, problem)

    def _show(self, state: str, paper: Set | None, problem: str) -> None:
        if not self.is_mounted:
            return
        sheet = self.query_one(Paper)
        if paper is None:
            self.query_one("#state", Static).update(safe(state))
            sheet.say(problem)
            return
        amber_marks = sum(len(heading.flags) for heading in paper.headings)
        marks = ngettext("{n} mark of something old or missing",
                         "{n} marks of something old or missing", amber_marks)  # fmt: skip
        self.query_one("#state", Static).update(
            content(state, *([f"  ·  {AMBER_SIGN} ", marks.format(n=amber_marks)]
                             if amber_marks else []))
        )  # fmt: skip
        sheet.show(paper)
        rows = [(str(h.number), h.title, amber("") if h.flags else "") for h in paper.headings]
        self.query_one("#sections", VirtualTable).load(ListRows(rows))

    def on_virtual_table_chosen(self, event: VirtualTable.Chosen) -> None:
        """To the section that was chosen beside the sheet."""
        sheet = self.query_one(Paper)
        sheet.go(sheet.headings[event.row])
        sheet.focus()

    def action_section(self) -> None:
        """Choose a section by its digit, or by arrows and Enter."""
        sheet = self.query_one(Paper)

        def chosen(row: int | None) -> None:
            if row is not None:
                sheet.go(sheet.headings[row])
                sheet.focus()

        if sheet.headings:
            self.app.push_screen(Choose(_("Section"), section_rows(sheet.headings)), chosen)

    def on_paper_opened(self, event: Paper.Opened) -> None:
        """The records behind a figure: a case opens, of others the name is shown."""
        records = event.records

        def chosen(row: int | None) -> None:
            if row is not None:
                self._open_record(*records[row])

        if len(records) == 1:
            self._open_record(*records[0])
        else:
            self.app.push_screen(
                Choose(_("Records"), [(name, "") for _id, name in records]), chosen
            )

    def _open_record(self, id: str, name: str) -> None:
        from orderdesk.screens.case import CaseScreen

        kind, _colon, key = id.partition(":")
        if kind == "case":
            self.app.push_screen(CaseScreen(key))
        else:
            self.app.push_screen(Reading(_("Record"), name if name == id else f"{name}\n{id}"))

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
