"""The retention list: what of people must go this week, looked through and destroyed on a yes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from orderdesk.i18n import N_, _, ngettext
from orderdesk.screens.base import Place
from orderdesk.screens.safe import safe
from orderdesk.screens.widgets.form import Field, Form, Question, Reading
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.privacy import Due


class PrivacyScreen(Place):
    """What is due, and one person's data."""

    place = "team"
    about = N_(
        "Records of people that are due for destruction this week, with their kind and date. "
        "Space leaves one out or takes it in again, y destroys the others after a question. The "
        "log keeps that it was done, not what stood there; history keeps its counts. x erases "
        "what is kept of one person who asked for it."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "leave_out", N_("leave out"), key_display="␣"),
        Binding("y", "destroy", N_("destroy")),
        Binding("x", "erase", N_("erase one person")),
        Binding("t", "terms", N_("terms")),
        Binding("escape", "leave", N_("back")),
    ]
    CHANGES: ClassVar[frozenset[str]] = frozenset({"leave_out", "destroy", "erase"})
    DEFAULT_CSS = "PrivacyScreen #sum { height: auto; padding: 0 1; background: $panel; }"

    def __init__(self) -> None:
        super().__init__()
        self._due: list[Due] = []
        self._left_out: set[str] = set()

    def compose_body(self) -> ComposeResult:
        """What is due, and how long each kind stays."""
        yield Static("", id="sum")
        with Vertical(classes="split"):
            yield VirtualTable(
                [
                    Column("", 1),
                    Column(_("destroy on"), 15),
                    Column(_("kind"), 26, grow=1),
                    Column(_("what"), 24, grow=2, rank=1),
                ],
                empty=_("Nothing is due for destruction this week."),
                id="due",
            ).add_class("list")
            with VerticalScroll(classes="detail"):
                yield Static("", id="terms")

    def on_mount(self) -> None:
        """The list has the keys."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    def fill(self, desk: Desk) -> None:
        """The list as it stands."""
        from orderdesk.desk import privacy, words

        found = privacy.retention_list(desk)
        self._due = list(found.due)
        rows = [
            (
                " " if due.key in self._left_out else "✓",
                words.day(due.on, year=True),
                privacy.kind_name(due.kind),
                due.what,
            )
            for due in self._due
        ]
        self.query_one(VirtualTable).load(ListRows(rows))
        head = [next(iter(found.lines())), *found.remarks()]
        self.query_one("#sum", Static).update(safe("\n".join(head)))
        self.query_one("#terms", Static).update(safe("\n".join(privacy.rule_lines())))

    def action_leave_out(self) -> None:
        """Keep the one under the cursor for now, or take it in again."""
        table = self.query_one(VirtualTable)
        row = table.current
        if row is not None and row < len(self._due):
            self._left_out ^= {self._due[row].key}
            self.refill()
            table.cursor = row

    def action_destroy(self) -> None:
        """Destroy what isn't left out, after a question: this can't be undone."""
        from orderdesk.desk import privacy

        desk = self.desk
        keys = [due.key for due in self._due if due.key not in self._left_out]
        if desk is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                n = self.try_to(lambda: privacy.destroy(desk, keys))
                if n is not None:
                    self.done(
                        ngettext("{n} record destroyed", "{n} records destroyed", n).format(n=n)
                    )

        n = len(keys)
        self.app.push_screen(
            Question(
                ngettext(
                    "Destroy {n} record? This can't be undone.",
                    "Destroy {n} records? This can't be undone.",
                    n,
                ).format(n=n)
                if n
                else _("Nothing is chosen. Note that you looked through the list?")
            ),
            answered,
        )

    def action_erase(self) -> None:
        """Erase what is kept of one person."""
        from orderdesk.desk import privacy

        desk = self.desk
        if desk is None:
            return

        def done(erased: object) -> None:
            if isinstance(erased, privacy.Erased):
                self.refill()
                self.app.push_screen(Reading(_("Erased"), "\n".join(erased.lines())))

        fields = [
            Field("who", _("Who"), _("name, or id")),
            Field("why", _("Who asked for it, and when")),
        ]
        self.app.push_screen(
            Form(
                _("Erase one person's data"),
                fields,
                lambda given: privacy.erase(desk, given["who"], given["why"]),
            ),
            done,
        )

    def action_terms(self) -> None:
        """How long each kind stays."""
        from orderdesk.desk import privacy

        self.app.push_screen(Reading(_("Terms"), "\n".join(privacy.rule_lines())))

    def action_leave(self) -> None:
        """Back to the team."""
        self.app.pop_screen()
