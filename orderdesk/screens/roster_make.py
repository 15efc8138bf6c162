"""Rostering weeks: the search with its stop key, and the proposal before anybody is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static
from textual.worker import get_current_worker

from orderdesk.errors import OrderdeskError
from orderdesk.i18n import N_, _, figure
from orderdesk.screens.base import Place
from orderdesk.screens.safe import line, safe
from orderdesk.screens.widgets.form import Field, Form, Reading, Sheet
from orderdesk.screens.widgets.keys import Keys
from orderdesk.screens.widgets.looks import Cell, Look, Piece, content, lines
from orderdesk.screens.widgets.picture import Hanging

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.rostering.explaining import Outlook
    from orderdesk.desk.rostering.making import Published
    from orderdesk.roster.search import Progress

_BAR = 40


class Searching(Sheet[object]):
    """The search for a roster: how far, how near the best, and a key that stops it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "stop", N_("stop, keep the best so far")),
        Binding("escape", "leave", N_("stop, throw it away")),
    ]
    DEFAULT_CSS = """
    Searching { align: center middle; background: $background 60%; }
    Searching > Vertical { width: 74; max-width: 95%; height: auto; border: round $look-focus;
                           background: $surface; padding: 1 2; }
    """

    def __init__(self, desk: Desk, week: str, weeks: int, seconds: float) -> None:
        super().__init__()
        self._desk, self._week, self._weeks, self._seconds = desk, week, weeks, seconds
        self._stop, self._thrown = threading.Event(), False
        self._step: Progress | None = None
        self._begun = monotonic()

    def compose(self) -> ComposeResult:
        """Where the search stands, and the keys."""
        with Vertical() as box:
            box.border_title = line(_("Rostering"))
            yield Static("", id="progress", markup=False)
            yield Keys()

    def on_mount(self) -> None:
        """Search in a thread; look a few times a second how it goes."""
        self.set_interval(0.25, self._draw)
        self._draw()
        self._search()

    def _draw(self) -> None:
        from orderdesk.desk.rostering.making import at_most

        spent = monotonic() - self._begun
        full = min(_BAR, round(_BAR * spent / self._seconds))
        step = self._step
        known = step is not None and step.bound > 0
        near = at_most(step.gap) if step is not None and known else _("the bound is being sought")
        if self._stop.is_set():
            near = _("stopping...")
        price = "" if step is None else _("price {n}").format(n=figure(step.objective, ".0f"))
        self.query_one("#progress", Static).update(
            lines(
                content(
                    Piece("█" * full, Look.MAIN), Piece("░" * (_BAR - full), Look.DIM),
                    "  " + _("{n} of {all} s").format(n=round(spent), all=round(self._seconds)),
                ),
                content(""),
                content(Piece(near, Look.STRONG)),
                content(Piece(price, Look.DIM)),
            )
        )  # fmt: skip

    @work(thread=True, exclusive=True, group="roster")
    def _search(self) -> None:
        from orderdesk.desk.rostering import making
        from orderdesk.roster.search import Effort

        worker = get_current_worker()

        def hear(step: Progress) -> None:
            self._step = step

        def left() -> bool:
            # Also by leaving orderdesk, which waits for this thread.
            return self._thrown or worker.is_cancelled

        try:
            making.propose(
                self._desk, self._week, self._weeks, Effort(seconds=self._seconds), progress=hear,
                stop=lambda: self._stop.is_set() or left(), keep_if=lambda: not left(),
            )  # fmt: skip
            found: object = True
        except OrderdeskError as problem:
            found = problem
        self.app.call_from_thread(self._ended, found)

    def _ended(self, found: object) -> None:
        if self.is_current and not self._thrown:
            self.dismiss(found)

    def action_stop(self) -> None:
        """The best so far will do."""
        self._stop.set()
        self._draw()

    def action_leave(self) -> None:
        """Nothing of it is kept."""
        self._thrown = True
        self._stop.set()
        self.dismiss(None)


class ProposalScreen(Place):
    """A proposal: what the law says of it, what isn't covered and why, what it changes."""

    place = "roster"
    about = N_(
        "A proposal: nobody was told yet. First how near the best it is and what the law says, "
        "then what isn't covered, why, and the two cheapest ways out; theme hours, and how evenly "
        "it falls. p publishes it; a breach of the law forbids that and a warning asks a reason. m "
        "rosters the same weeks again: what you pinned in the grid stays."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "publish", N_("publish")),
        Binding("c", "changes", N_("differences")),
        Binding("m", "again", N_("roster again")),
        Binding("x", "throw_away", N_("throw away")),
        Binding("escape", "leave", N_("to the grid")),
    ]
    CHANGES: ClassVar[frozenset[str]] = frozenset({"publish", "again", "throw_away"})
    DEFAULT_CSS = "ProposalScreen #outlook { padding: 0 1; }"

    def __init__(self, again: Callable[[], None]) -> None:
        super().__init__()
        self._again = again
        self._outlook: Outlook | None = None
        self._reading = False

    def compose_body(self) -> ComposeResult:
        """What the proposal means."""
        with VerticalScroll():
            outlook = Hanging(id="outlook")
            outlook.show(safe(_("reading the proposal...")))
            yield outlook

    def fill(self, desk: Desk) -> None:
        """Recompute what it means, in a thread; one at a time."""
        if not self._reading:
            self._reading = True
            self._read(desk)

    @work(thread=True, group="outlook")
    def _read(self, desk: Desk) -> None:
        from orderdesk.desk.rostering import explaining

        try:
            found: Outlook | OrderdeskError = explaining.outlook(desk)
        except OrderdeskError as problem:
            found = problem
        self.app.call_from_thread(self._show, found)

    def _show(self, found: Outlook | OrderdeskError) -> None:
        self._reading = False
        if not self.is_attached:
            return
        if isinstance(found, OrderdeskError):
            self.query_one("#outlook", Hanging).show(safe(found))
            return
        self._outlook = found
        text = [content(*_looked(one)) for one in found.lines()]
        self.query_one("#outlook", Hanging).show(lines(*text))

    def action_changes(self) -> None:
        """The list of differences."""
        if self._outlook is not None:
            title = _("Differences with the proposal before it")
            if self._outlook.proposal.number == 1:
                title = _("Differences with what is published")
            text = "\n".join(self._outlook.difference_lines())
            self.app.push_screen(Reading(title, text))

    def action_publish(self) -> None:
        """Publish; the reason is asked where the law warns."""
        from orderdesk.desk import publishing
        from orderdesk.desk.rostering import making

        desk, found = self.desk, self._outlook
        if desk is None or found is None:
            return

        def publish(values: dict[str, str]) -> Published:
            done = making.publish(desk, values["reason"])
            if values["folder"].strip():
                publishing.export_calendars(desk, Path(values["folder"].strip()).expanduser())
            return done

        def closed(result: object) -> None:
            if isinstance(result, making.Published):
                self.app.pop_screen()
                self.app.notify(line("\n".join(result.lines())), markup=False)

        asked = making.warned_text(found.findings) if found.warnings else _("not needed")
        self.app.push_screen(
            Form(
                _("Publish the roster"),
                [
                    Field("reason", _("Reason"), asked),
                    Field("folder", _("Folder of the calendars"), _("empty: not now")),
                ],
                publish,
                look=lambda _values: "\n".join(making.law_lines(found.findings)),
            ),
            closed,
        )  # fmt: skip

    def action_again(self) -> None:
        """The same weeks again."""
        self.app.pop_screen()
        self._again()

    def action_throw_away(self) -> None:
        """No proposal any more."""
        from orderdesk.desk.rostering import making

        desk = self.desk
        if desk is None:
            return
        if self.try_to(lambda: making.throw_away(desk) or True):
            self.app.pop_screen()
            self.app.notify(_("the proposal is thrown away"), markup=False)

    def action_leave(self) -> None:
        """To the grid; the proposal stays."""
        self.app.pop_screen()


def _looked(text: str) -> tuple[Cell, ...]:
    """A line with the look of its sign."""
    if text.startswith("! "):
        return (Piece(text, Look.LATE),)
    if text.startswith("· "):
        return (Piece(text, Look.AMBER),)
    return (text,)
