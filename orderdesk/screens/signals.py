"""Signals: tension per district and week, never about people, and gone after ninety days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from orderdesk.i18n import N_, _, ngettext
from orderdesk.screens.base import Place
from orderdesk.screens.safe import safe
from orderdesk.screens.widgets.form import Field, Form, Question
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.signals import SignalBoard

_WEEKS_SHOWN = 8


class SignalsScreen(Place):
    """The board."""

    place = "signals"
    about = N_(
        "A signal says what was seen in a district, in which week, by what kind of source and how "
        "sure. Never who: a name, address, number or account is refused. Silent is not calm. "
        "After 14 days a signal counts half, after 90 days its text is gone and only the weekly "
        "count stays. Signals move a score by at most one point."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "enter", N_("new signal")),
        Binding("x", "withdraw", N_("withdraw")),
        Binding("p", "purge", N_("purge old")),
    ]
    DEFAULT_CSS = "SignalsScreen #strip { height: auto; padding: 0 1; background: $panel; }"

    def __init__(self) -> None:
        super().__init__()
        self._ids: list[str] = []

    def compose_body(self) -> ComposeResult:
        """Districts, signals, weeks."""
        yield Static("", id="strip")
        with Vertical(classes="split"):
            yield VirtualTable(
                [
                    Column(_("seen"), 11),
                    Column(_("district"), 11),
                    Column(_("phase"), 22),
                    Column(_("source"), 18, rank=1),
                    Column(_("sure"), 5),
                    Column(_("text"), 14, grow=2, rank=2),
                    Column(_("text goes"), 11, rank=3),
                ],
                empty=_("No signal yet. Press n to write one down."),
                id="signals",
            ).add_class("list")
            with VerticalScroll(classes="detail"):
                yield Static("", id="weeks")

    def on_mount(self) -> None:
        """The list has the keys."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    def fill(self, desk: Desk) -> None:
        """The board as it stands."""
        from orderdesk.desk import signals, words

        board = signals.look(desk)
        rules = signals.signal_rules()
        self._ids = [signal.id for signal in board.signals]
        rows = [
            (
                words.day(signal.observed),
                signal.district,
                f"{int(signal.phase)} {_(signals.PHASE_NAMES[signal.phase])}",
                _(signals.SOURCE_NAMES[signal.source_type]),
                signal.reliability.value + ("" if signal.evidenced else "?"),
                signal.text,
                words.day(signal.observed + timedelta(days=rules.gone_after_days)),
            )
            for signal in board.signals
        ]
        self.query_one(VirtualTable).load(ListRows(rows))
        self.query_one("#strip", Static).update(safe(_strip(board)))
        self.query_one("#weeks", Static).update(safe(_weeks(board)))

    def action_enter(self) -> None:
        """Write down a signal."""
        from orderdesk.desk import drafts, signals
        from orderdesk.desk.words import SURENESSES

        desk = self.desk
        if desk is None:
            return
        districts = [(name, name) for name in signals.districts()]
        phases = [(str(int(p)), f"{int(p)} {_(n)}") for p, n in signals.PHASE_NAMES.items()]
        sources = [(s.value, _(n)) for s, n in signals.SOURCE_NAMES.items()]
        fields = [
            Field("text", _("What was seen"), _("where, when, what; never who")),
            Field("district", _("District"), choices=districts),
            Field("phase", _("Phase"), choices=phases),
            Field("evidenced", _("Something concrete was seen"),
                  choices=[("yes", _("yes")), ("no", _("no"))]),
            Field("source_type", _("Kind of source"), choices=sources),
            Field("reliability", _("How sure"),
                  choices=[(s.value, _(n)) for s, n in SURENESSES.items()], value="B"),
            Field("observed", _("Day"), _("empty: today; 2026-06-09")),
        ]  # fmt: skip
        self.app.push_screen(
            Form(
                _("New signal"),
                fields,
                lambda values: signals.enter(desk, values),
                draft=drafts.load_draft(desk, "signal"),
            ),
            self.saying(_("written down")),
        )

    def action_withdraw(self) -> None:
        """Take the one under the cursor back."""
        from orderdesk.desk import signals

        desk, row = self.desk, self.query_one(VirtualTable).current
        if desk is not None and row is not None:
            self.try_to(lambda: signals.withdraw(desk, self._ids[row]))
            self.done(_("withdrawn"))

    def action_purge(self) -> None:
        """Erase the texts that are too old; their counts stay."""
        from orderdesk.desk import signals

        desk = self.desk
        if desk is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                n = self.try_to(lambda: signals.purge_old(desk))
                if n is not None:
                    self.done(ngettext("{n} text erased", "{n} texts erased", n).format(n=n))

        self.app.push_screen(
            Question(_("Erase the texts of signals older than the term? The counts stay.")),
            answered,
        )


def _strip(board: SignalBoard) -> str:
    parts = []
    for view in board.districts:
        state = _("SILENT") if view.silent else f"{view.points:+.1f}"
        parts.append(f"{view.district}: {state}")
    return "  ·  ".join(parts)


def _weeks(board: SignalBoard) -> str:
    from orderdesk.desk import signals

    rules = signals.signal_rules()
    weeks = sorted({cell.week for cell in board.weeks})[-_WEEKS_SHOWN:]
    names = [view.district for view in board.districts]
    cells = {(c.week, c.district): c for c in board.weeks}
    lines = [_("Entries per week (fewer than five: <5)"), ""]
    lines.append(" " * 11 + " ".join(f"{week[-3:]:>5}" for week in weeks))
    for name in names:
        row = []
        for week in weeks:
            cell = cells.get((week, name))
            row.append(f"{cell.shown(rules) if cell else '-':>5}")
        lines.append(f"{name:<11}" + " ".join(row))
    return "\n".join(lines)


SCREEN = SignalsScreen
