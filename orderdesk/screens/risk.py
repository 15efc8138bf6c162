"""Risk: the class of every coming case, and why."""

from __future__ import annotations

from pathlib import Path
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
from orderdesk.screens.signing import lead
from orderdesk.screens.widgets.form import Field, Form, Reading
from orderdesk.screens.widgets.looks import badge
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable
from orderdesk.screens.widgets.why import Why, why

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.scoring import Explanation

_PAGE, _AROUND = 100, 6
"""Characters in a line of the whole explanation at most, and those around it on a page."""


class RiskScreen(Place):
    """Advice, argued."""

    place = "risk"
    about = N_(
        "Every class is advice: a person decides. The lines add up to the total; below them stands "
        "what one change would make of the class, and which telephone call would change most. "
        "The message of a gathering never counts: press n to see that swapping purpose and "
        "organiser's name gives the same score. What is learned waits under u until a team lead "
        "stands for it; b measures the score on your own register or on any other."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "neutral", N_("neutrality")),
        Binding("f", "full", N_("explanation")),
        Binding("u", "update", N_("monthly update")),
        Binding("a", "anchor", N_("starting level")),
        Binding("v", "versions", N_("versions")),
        Binding("b", "backtest", N_("backtest")),
    ]
    CHANGES: ClassVar[frozenset[str]] = frozenset({"update", "anchor"})

    def __init__(self) -> None:
        super().__init__()
        self._numbers: list[str] = []
        self._shown: Explanation | None = None

    DEFAULT_CSS = """
    RiskScreen .list { height: 8; }
    RiskScreen .detail { height: 1fr; }
    RiskScreen.-wide .list { width: 2fr; height: 1fr; }
    RiskScreen.-wide .detail { width: 3fr; }
    """

    def compose_body(self) -> ComposeResult:
        """Coming cases, and the reasons of one."""
        yield Static("", id="base", classes="title")
        with Vertical(classes="split"):
            yield VirtualTable(
                [
                    Column(_("number"), 11),
                    Column(_("day"), 10),
                    Column(_("place"), 12, grow=1, rank=1),
                    Column(_("class"), 9),
                    Column(_("chance"), 7, right=True),
                ],
                empty=_("No case in the coming weeks: 2, then n registers one."),
                id="coming",
                classes="list",
            )
            with VerticalScroll(classes="detail"):
                yield Why(id="why")

    def on_mount(self) -> None:
        """The list has the keys."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    def fill(self, desk: Desk) -> None:
        """The coming four weeks."""
        from orderdesk.desk import scoring, words

        found = scoring.coming(desk)
        self._numbers = [row[0] for row in found.rows]
        rows = [
            (number, words.day(day) if day else "", place, badge(risk_class), chance)
            for (number, _day, place, risk_class), day, chance in zip(
                found.rows, found.days, found.chances, strict=True
            )
        ]
        self.query_one(VirtualTable).load(ListRows(rows, keys=self._numbers))
        expected = _("expected with an incident: {n} of {all}; 97% pass without").format(
            n=words.number(found.expected_with_incident), all=len(found.rows)
        )
        heading = found.heading().rstrip(":")
        self.query_one("#base", Static).update(safe(heading or (expected if found.rows else "")))

    def on_virtual_table_moved(self, event: VirtualTable.Moved) -> None:
        """Explain this one."""
        if event.row < len(self._numbers):
            self._explain(self._numbers[event.row])

    @work(thread=True, exclusive=True, group="explain")
    def _explain(self, number: str) -> None:
        from orderdesk.desk import scoring

        if self.desk is None:
            return
        try:
            found = scoring.explain_number(self.desk, number)
        except OrderdeskError:
            return
        self.app.call_from_thread(self._show, found)

    def _show(self, found: Explanation) -> None:
        if self.is_mounted:
            self._shown = found
            self.query_one("#why", Why).show(found)

    def on_virtual_table_chosen(self, event: VirtualTable.Chosen) -> None:
        """Open the case."""
        from orderdesk.desk import scoring
        from orderdesk.screens.case import CaseScreen

        desk = self.desk
        if desk is not None:
            number = self._numbers[event.row]
            self.app.push_screen(CaseScreen(scoring.case_numbered(desk, number).id))

    def action_full(self) -> None:
        """The whole explanation on one page."""
        if self._shown is not None:
            width = min(_PAGE, self.size.width * 9 // 10 - _AROUND)
            self.app.push_screen(Reading(self._shown.number, why(self._shown, width).plain))

    def action_neutral(self) -> None:
        """Swap purpose and organiser a thousand times: the same score."""
        from orderdesk.desk import scoring

        desk, shown = self.desk, self._shown
        if desk is None or shown is None:
            return
        found = self.try_to(lambda: scoring.neutrality(desk, shown.number))
        if found is not None:
            self.app.push_screen(Reading(_("Neutrality"), "\n".join(found.lines())))

    def action_update(self) -> None:
        """What would be learned; somebody stands for it, or it waits."""
        from orderdesk.desk import learning
        from orderdesk.risk.model import ModelVersion

        desk = self.desk
        found = self.try_to(lambda: learning.waiting(desk)) if desk is not None else None
        if desk is None or found is None:
            return

        def accepted(version: object) -> None:
            if isinstance(version, ModelVersion):
                self.done(_("version {n} is in force").format(n=version.number))

        def read(_nothing: None) -> None:
            self.app.push_screen(form, accepted)

        form = Form(
                _("Let the update come into force?"),
                [
                    Field("by", _("Name of the team lead")),
                    Field("weights", _("Single weights too"), _("only after reading them"),
                          choices=[("no", _("no")), ("yes", _("yes"))]),
                    Field("reason", _("What was read in the proposal")),
                ],
                lambda v: learning.accept(
                    desk, lead(v), weights_read=v["weights"] == "yes", reason=v["reason"]
                ),
            )  # fmt: skip
        self.app.push_screen(Reading(_("Monthly update"), "\n".join(found.lines())), read)

    def action_anchor(self) -> None:
        """The desk's own starting level of a kind."""
        from orderdesk.desk import learning, words
        from orderdesk.domain.events import Kind
        from orderdesk.risk.model import ModelVersion

        desk = self.desk
        if desk is None:
            return
        lines = "\n".join(learning.anchor_lines(desk))
        kinds = [(kind.value, _(words.KINDS[kind])) for kind in Kind]

        def kept(version: object) -> None:
            if isinstance(version, ModelVersion):
                self.done(_("version {n} is in force").format(n=version.number))

        self.app.push_screen(
            Form(
                _("Starting level"),
                [
                    Field("kind", _("Kind"), choices=kinds, value=Kind.DEMONSTRATION.value),
                    Field("percent", _("Share with an incident, per cent"), _("3 or 2,5")),
                    Field("sd", _("Spread (log-odds)"), _("empty: as it is")),
                    Field("reason", _("Reason")),
                    Field("by", _("Name of the team lead")),
                ],
                lambda v: learning.set_anchor(desk, v, lead(v)),
                look=lambda _values: lines,
            ),
            kept,
        )

    def action_versions(self) -> None:
        """Every version that was in force."""
        from orderdesk.desk import learning

        if self.desk is not None:
            text = "\n".join(learning.version_lines(learning.versions(self.desk)))
            self.app.push_screen(Reading(_("Versions of the score"), text))

    def action_backtest(self) -> None:
        """Measure the score, on the own register or on a file."""
        from orderdesk.desk import backtesting

        def wanted(given: dict[str, str]) -> object:
            backtesting.read_split(given["learn_until"])
            backtesting.read_mapping(given["columns"].replace(",", " ").split())
            return given

        def run(given: object) -> None:
            if isinstance(given, dict):
                self.notify(_("measuring..."), markup=False)
                self._backtest(given)

        self.app.push_screen(
            Form(
                _("Backtest"),
                [
                    Field("file", _("File"), _("CSV; empty: own register")),
                    Field("columns", _("Columns"), _("ours=theirs: outcome=arrests place=town")),
                    Field("learn_until", _("Learn until"), _("2022-12-31; empty: 60%")),
                    Field("predictions", _("Write predictions to"), _("empty: nowhere")),
                ],
                wanted,
            ),
            run,
        )  # fmt: skip

    @work(thread=True, exclusive=True, group="backtest")
    def _backtest(self, given: dict[str, str]) -> None:
        from orderdesk.desk import backtesting

        desk = self.desk
        if desk is None:
            return
        split = backtesting.read_split(given["learn_until"])
        out = Path(given["predictions"]).expanduser() if given["predictions"].strip() else None
        try:
            if given["file"].strip():
                mapping = backtesting.read_mapping(given["columns"].replace(",", " ").split())
                report = backtesting.backtest(
                    Path(given["file"].strip()).expanduser(), mapping, split, predictions=out
                )
            else:
                report = backtesting.backtest_own(desk, split, predictions=out)
            text = backtesting.table(report)
        except OrderdeskError as problem:
            text = line(problem)
        self.app.call_from_thread(self.app.push_screen, Reading(_("Backtest"), text))


SCREEN = RiskScreen
