"""What if: a gathering and absences laid over the real week, marked as supposed everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from orderdesk.errors import OrderdeskError
from orderdesk.i18n import N_, _
from orderdesk.screens.base import Place
from orderdesk.screens.safe import line, safe
from orderdesk.screens.widgets.form import Field, Form, Reading, Values
from orderdesk.screens.widgets.looks import Look, Piece
from orderdesk.screens.widgets.panels import State
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.whatif import Found


class WhatIfScreen(Place):
    """A question to the real week. Nothing is planned or booked."""

    place = "capacity"
    about = N_(
        "What if people come somewhere unannounced, while some of the team are away? The answer is "
        "made from roster and ledger as they stand: six hours by district against the waterline, "
        "what it takes, and three ways out with their price. Nothing of it is planned or booked; "
        "the fingerprint of plan, ledger and calendars is the same before and after. s shows the "
        "strength of the whole day as it would be. Keep the answer as an annex to the sheet, or "
        "ask the same again later."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "ask", N_("new question")),
        Binding("s", "strength", N_("strength then")),
        Binding("a", "keep", N_("annex to the sheet")),
        Binding("t", "again", N_("ask again")),
        Binding("w", "paper", N_("print")),
        Binding("escape", "leave", N_("back")),
    ]
    CHANGES: ClassVar[frozenset[str]] = frozenset({"keep"})
    DEFAULT_CSS = """
    WhatIfScreen #question { height: auto; padding: 0 1; background: $panel; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._found: Found | None = None
        self._draft: Values = {}

    def compose_body(self) -> ComposeResult:
        """The question, six hours, what it takes and the ways out."""
        yield Static("", id="question")
        with Vertical(classes="split"):
            yield VirtualTable(
                [
                    Column(_("district"), 10),
                    Column(_("hour"), 5),
                    Column(_("now"), 4, right=True),
                    Column(_("then"), 5, right=True),
                    Column(_("waterline"), 9, right=True),
                    Column(_("picture"), 14, grow=1),
                ],
                empty=_("Press n to ask."),
                id="hours",
            ).add_class("list")
            with VerticalScroll(classes="detail"):
                yield Static("", id="answer")

    def on_mount(self) -> None:
        """Ask at once."""
        super().on_mount()
        self.query_one(VirtualTable).focus()
        self.call_after_refresh(self.action_ask)

    def fill(self, _desk: Desk) -> None:
        """The answer that was last given."""
        from orderdesk.desk import words
        from orderdesk.desk.strength import waterline_mark

        self.banner.say(State.WHAT_IF, _("supposed: nothing of this is planned or booked"))
        found = self._found
        if found is None:
            self.query_one("#question", Static).update(safe(_("No question yet.")))
            return
        rows = [
            (
                after.district,
                words.clock(after.start),
                str(before.people),
                Piece(str(after.people), Look.AMBER if after.short else Look.PLAIN),
                f"{after.waterline}{waterline_mark(after.district)}" if after.waterline else "-",
                _picture(before.people, after.people, after.short),
            )
            for before, after in found.hours
        ]
        self.query_one(VirtualTable).load(ListRows(rows))
        head = [found.heading()]
        if found.absent:
            head.append(_("away: {names}").format(names=", ".join(found.absent)))
        self.query_one("#question", Static).update(safe("\n".join(head)))
        text = [*found.effect_lines(), "", *found.way_lines(), ""]
        text.append(
            _("plan, ledger and calendars {digest}, unchanged; answered in {n} s").format(
                digest=found.state[:12], n=words.number(found.seconds)
            )
        )
        self.query_one("#answer", Static).update(safe("\n".join(text)))

    def action_ask(self) -> None:
        """A gathering, and who would be away."""
        classes = [("", _("as the score says")), ("laag", _("low")), ("midden", _("medium")),
                   ("hoog", _("high"))]  # fmt: skip
        self.app.push_screen(
            Form(
                _("What if"),
                [
                    Field("where", _("Where?"), _("usual place or street")),
                    Field("when", _("When?"), _("zo 14 jun 15:00-17:00")),
                    Field("how_many", _("How many?"), _("150, or a range: 80-220")),
                    Field("absent", _("Who is away?"), _("B05 B18, or how many: 2")),
                    Field("class", _("Class"), choices=classes),
                ],
                self._answer,
                draft=self._draft,
                keep=self._keep_draft,
            )
        )

    def _keep_draft(self, values: Values) -> None:
        self._draft = dict(values)

    def _answer(self, values: Values) -> None:
        """In the form, so that what can't be understood is said at its field."""
        from orderdesk.desk import whatif

        if self.desk is None:
            return
        self._found = whatif.ask(self.desk, values)
        self._draft = dict(values)

    def action_strength(self) -> None:
        """The whole day by hour and district, as it would be."""
        from orderdesk.screens.strength import StrengthScreen

        if self._found is not None:
            self.app.push_screen(StrengthScreen(self._found))

    def action_keep(self) -> None:
        """Keep the answer as an annex to the sheet."""
        from orderdesk.desk import whatif

        desk, found = self.desk, self._found
        if desk is None or found is None:
            return
        kept = self.try_to(lambda: whatif.keep(desk, found))
        if kept is not None:
            self.done(_("{title} stands with the sheet as an annex").format(title=kept.title))

    def action_again(self) -> None:
        """A kept question, asked of the roster as it stands now."""
        from orderdesk.desk import whatif

        if self.desk is None:
            return
        kept = whatif.kept(self.desk)
        if not kept:
            self.done(_("nothing was kept yet"))
            return
        choices = [(str(one.number), f"{one.title}: {one.lines()[0]}") for one in kept]
        self.app.push_screen(
            Form(
                _("Ask again"),
                [Field("number", _("Which"), choices=choices)],
                lambda v: self._again(int(v["number"])),
            )
        )

    @work(thread=True, exclusive=True, group="what-if")
    def _again(self, number: int) -> None:
        from orderdesk.desk import whatif

        desk = self.desk
        if desk is None:
            return
        try:
            both = whatif.ask_again(desk, number)
        except OrderdeskError as problem:
            self.app.call_from_thread(self.notify, line(problem), markup=False)
            return
        text = "\n".join(both.lines())
        self.app.call_from_thread(self.app.push_screen, Reading(both.then.title, text))

    def action_paper(self) -> None:
        """The answer on paper, marked as supposed."""
        from orderdesk.desk import whatif
        from orderdesk.screens.papers import ask_file

        desk, found = self.desk, self._found
        if desk is None or found is None:
            return

        ask_file(
            self.app.push_screen, "what-if.pdf",
            lambda path: whatif.print_pdf(desk, found, path),
            self.done, title=_("Print the what-if"),
        )  # fmt: skip

    def action_leave(self) -> None:
        """Back to what is real."""
        self.app.pop_screen()


def _picture(before: int, after: int, short: int) -> Piece:
    """Who is left as blocks, who would be gone as dots, and how many are missing."""
    bar = "█" * after + "·" * max(0, before - after)
    return Piece(f"{bar} ▲ -{short}", Look.AMBER) if short else Piece(bar)
