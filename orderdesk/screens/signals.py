"""Signals: tension per district and week, never about people, and gone after ninety days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from orderdesk.i18n import N_, _, figure, ngettext
from orderdesk.screens.base import Place
from orderdesk.screens.widgets.form import Field, Question, Reading
from orderdesk.screens.widgets.looks import Cell, Look, Piece, amber, content, dim, lines
from orderdesk.screens.widgets.maps import City, District, DistrictMap, HeatStrip, Strip, StripRow
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.signals import SignalBoard
    from orderdesk.risk.facts import Signal

_WEEKS = 12
"""Weeks on the board."""
_HALF = 0.5


class SignalsScreen(Place):
    """The board."""

    place = "signals"
    about = N_(
        "A signal says what was seen in a district, in which week, by what kind of source and how "
        "sure. Never who: a name, address, number or account is refused. Silent is not calm. "
        "After 14 days a signal counts half, after 90 days its text is gone and only the weekly "
        "count stays. Signals move a score by at most one point. The board shows each district by "
        "week: a dot is no entry, <5 fewer than five; the darker, the further the phase. In the "
        "list A is confirmed, B plausible, C unverified; ? is a signal without anything concrete."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "enter", N_("new signal")),
        Binding("x", "withdraw", N_("withdraw")),
        Binding("p", "purge", N_("purge old")),
    ]
    CHANGES: ClassVar[frozenset[str]] = frozenset({"enter", "withdraw", "purge"})
    DEFAULT_CSS = """
    SignalsScreen #board { height: auto; padding: 0 1; background: $panel; }
    SignalsScreen #strip { width: 1fr; }
    SignalsScreen #map { width: 44; display: none; }
    SignalsScreen.-wide #map { display: block; }
    SignalsScreen .list { height: 2fr; }
    SignalsScreen .detail { height: 1fr; }
    SignalsScreen.-wide .list { height: 1fr; width: 3fr; }
    SignalsScreen.-wide .detail { height: 1fr; width: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._board: SignalBoard | None = None

    def compose_body(self) -> ComposeResult:
        """Districts by weeks, the city, the signals, one in full."""
        with Horizontal(id="board"):
            yield HeatStrip(id="strip")
            yield DistrictMap(id="map")
        with Vertical(classes="split"):
            yield VirtualTable(
                [
                    Column(_("seen"), 10),
                    Column(_("days"), 5, right=True),
                    Column(_("district"), 10),
                    Column(_("phase"), 22),
                    Column(_("source"), 15, rank=2),
                    Column(_("sure"), 5),
                    Column(_("weight"), 8, right=True),
                    Column(_("text"), 14, grow=1, rank=3),
                ],
                empty=_("No signal yet. Press n to write one down."),
                id="signals",
                classes="list",
            )
            with VerticalScroll(classes="detail"):
                yield Static("", id="one")

    def on_mount(self) -> None:
        """The list has the keys."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    def fill(self, desk: Desk) -> None:
        """The board as it stands."""
        from orderdesk.desk import signals

        board = self._board = signals.look(desk)
        rows = [_row(board, signal) for signal in board.signals]
        gone = {n: Look.DIM for n, signal in enumerate(board.signals) if not board.weight(signal)}
        keys = [signal.id for signal in board.signals]
        self.query_one("#strip", HeatStrip).show(_strip(board))
        self.query_one("#map", DistrictMap).show(_city(board))
        self.query_one(VirtualTable).load(ListRows(rows, keys=keys, looks=gone))

    def on_virtual_table_moved(self, event: VirtualTable.Moved) -> None:
        """The signal under the cursor in full: its text, what it weighs, when its text goes."""
        if self._board is not None and event.row < len(self._board.signals):
            found = _one(self._board, self._board.signals[event.row])
            self.query_one("#one", Static).update(found)

    def on_virtual_table_chosen(self, event: VirtualTable.Chosen) -> None:
        """The signal in full, to read and copy."""
        if self._board is not None:
            signal = self._board.signals[event.row]
            self.app.push_screen(Reading(signal.district, _one(self._board, signal).plain))

    def action_enter(self) -> None:
        """Write down a signal."""
        from orderdesk.desk import signals
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
            Field("observed", _("Day"), _("empty: today; vr 5 jun")),
        ]  # fmt: skip
        self.app.push_screen(
            self.drafted(
                "signal", _("New signal"), fields, lambda values: signals.enter(desk, values)
            ),
            self.saying(_("written down")),
        )

    def action_withdraw(self) -> None:
        """Take the one under the cursor back."""
        from orderdesk.desk import signals

        desk, row, board = self.desk, self.query_one(VirtualTable).current, self._board
        if desk is None or row is None or board is None:
            return
        gone = board.signals[row]

        def take_away() -> bool:
            signals.withdraw(desk, gone.id)
            return True

        if self.try_to(take_away):
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


def _row(board: SignalBoard, signal: Signal) -> tuple[Cell, ...]:
    from orderdesk.desk import signals, words

    points, weight = board.points(signal), board.weight(signal)
    return (
        words.day(signal.observed),
        str(board.age(signal)),
        signal.district,
        f"{int(signal.phase)} {_(signals.PHASE_NAMES[signal.phase])}",
        _(signals.SOURCE_NAMES[signal.source_type]),
        signal.reliability.value + ("" if signal.evidenced else " ?"),
        dim(_("gone")) if not weight else f"{_weight(weight)} +{words.number(points)}",
        signal.text,
    )


def _weight(weight: float) -> str:
    return "½" if weight == _HALF else figure(weight)


def _strip(board: SignalBoard) -> Strip:
    from orderdesk.desk import signals, words
    from orderdesk.domain.time import Week

    rules = signals.signal_rules()
    now = Week.of(board.as_of)
    weeks = [str(now.shift(n)) for n in range(1 - _WEEKS, 1)]
    cells = {(c.week, c.district): c for c in board.weeks}
    rows = []
    for view in board.districts:
        found = [cells.get((week, view.district)) for week in weeks]
        shown = [
            (cell.shown(rules), int(cell.highest_phase)) if cell else ("·", 0) for cell in found
        ]
        state = (
            amber(_("SILENT"))
            if view.silent
            else Piece(_("{points} points").format(points="+" + words.number(view.points)))
        )
        rows.append(StripRow(view.district, shown, state))
    return Strip([week[-3:] for week in weeks], rows)


def _city(board: SignalBoard) -> City:
    from orderdesk.desk import signals, words

    grid = signals.district_grid()
    return City(
        [
            District(
                view.district,
                0 if view.silent else view.points,
                _("SILENT") if view.silent else "+" + words.number(view.points),
                *grid[view.district],
                Look.AMBER if view.silent else Look.PLAIN,
            )
            for view in board.districts
            if view.district in grid
        ],
        most=signals.signal_rules().most_points,
    )


def _one(board: SignalBoard, signal: Signal) -> Content:
    from orderdesk.desk import signals, words

    rules = signals.signal_rules()
    half = signal.observed + timedelta(days=rules.half_weight_from_days)
    gone = signal.observed + timedelta(days=rules.gone_after_days)
    return lines(
        content(Piece(signal.district, Look.STRONG), "  ", words.day(signal.observed, year=True)),
        content(signal.text),
        content(""),
        content(_("weight {w}, worth {points} points of at most {most}").format(
            w=_weight(board.weight(signal)), points="+" + words.number(board.points(signal)),
            most=words.number(rules.most_points),
        )),
        content(dim(_("counts half from {half}; its text goes on {gone}").format(
            half=words.day(half), gone=words.day(gone)
        ))),
    )  # fmt: skip


SCREEN = SignalsScreen
