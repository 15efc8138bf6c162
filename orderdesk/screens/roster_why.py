"""Why me, and why not another: the answer of the model, with a name to ask by."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static

from orderdesk.errors import OrderdeskError
from orderdesk.i18n import N_, _
from orderdesk.screens.safe import line, safe
from orderdesk.screens.widgets.form import Sheet
from orderdesk.screens.widgets.keys import Keys

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.rostering.explaining import Reasons


class WhySheet(Sheet[None]):
    """Why this person works it; typing a name says why not that one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "leave", N_("back")),
    ]
    DEFAULT_CSS = """
    WhySheet { align: center middle; background: $background 60%; }
    WhySheet > Vertical { width: 92%; max-width: 110; height: 92%; border: round $look-focus;
                          background: $surface; padding: 0 1; }
    WhySheet Input { border: none; height: 1; background: $boost; margin: 0 0 1 2; }
    """

    def __init__(self, desk: Desk, duty_id: str) -> None:
        super().__init__()
        self._desk, self._duty_id = desk, duty_id
        self._reasons: Reasons | None = None

    def compose(self) -> ComposeResult:
        """The name, and the answer below."""
        with Vertical() as box:
            box.border_title = line(_("Why me?"))
            yield Static(
                safe(_("Why not ... (number or name; empty: everybody)"), "dim"), markup=False
            )
            yield Input(id="who", compact=True, max_length=20, restrict=r"[\w -]*")
            with VerticalScroll():
                yield Static("", id="answer", markup=False)
            yield Keys()

    def on_mount(self) -> None:
        """Everybody first; asked of the model in a thread."""
        self.query_one("#answer", Static).update(safe(_("asking the model...")))
        self.query_one(Input).focus()
        self._ask()

    @work(thread=True, group="why")
    def _ask(self) -> None:
        from orderdesk.desk.rostering import explaining

        try:
            found: Reasons | OrderdeskError = explaining.why(self._desk, self._duty_id)
        except OrderdeskError as problem:
            found = problem
        self.app.call_from_thread(self._asked, found)

    def _asked(self, found: Reasons | OrderdeskError) -> None:
        if not self.is_attached:
            return
        if isinstance(found, OrderdeskError):
            self.query_one("#answer", Static).update(safe(found))
            return
        self._reasons = found
        self._show(self.query_one(Input).value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Somebody else."""
        self._show(event.value)

    def on_input_submitted(self) -> None:
        """Enter closes."""
        self.action_leave()

    def _show(self, who: str) -> None:
        if self._reasons is not None:
            text = "\n".join(self._reasons.about(who))
            self.query_one("#answer", Static).update(safe(text))

    def action_leave(self) -> None:
        """Back to the grid."""
        self.dismiss(None)
