"""Risk: the class of every coming case, and why."""

from __future__ import annotations

from collections.abc import Iterator
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
from orderdesk.screens.capacity import lead
from orderdesk.screens.safe import line, safe
from orderdesk.screens.widgets.form import Field, Form, Reading
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.desk.scoring import Explanation

_BAR = 12
"""Cells of a bar on each side of zero."""
_POINTS_PER_CELL = 0.5


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

    def __init__(self) -> None:
        super().__init__()
        self._numbers: list[str] = []
        self._shown: Explanation | None = None

    def compose_body(self) -> ComposeResult:
        """Coming cases, and the reasons of one."""
        yield Static("", id="base", classes="title")
        with Vertical(classes="split"):
            yield VirtualTable(
                [
                    Column(_("number"), 12),
                    Column(_("day"), 10),
                    Column(_("place"), 14, grow=1, rank=1),
                    Column(_("class"), 7),
                ],
                empty=_("No case in the coming weeks."),
                id="coming",
            ).add_class("list")
            with VerticalScroll(classes="detail"):
                yield Static("", id="why")

    def on_mount(self) -> None:
        """The list has the keys."""
        super().on_mount()
        self.query_one(VirtualTable).focus()

    def fill(self, desk: Desk) -> None:
        """The coming four weeks."""
        from orderdesk.desk import scoring

        found = scoring.coming(desk)
        self._numbers = [row[0] for row in found.rows]
        self.query_one(VirtualTable).load(ListRows(found.rows))
        self.query_one("#base", Static).update(
            safe(
                _("expected with an incident: {n} of {all}; 97% pass without").format(
                    n=f"{found.expected_with_incident:.1f}", all=len(found.rows)
                )
            )
        )

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
            self.query_one("#why", Static).update(safe("\n".join(explained(found))))

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
            text = "\n".join(explained(self._shown))
            self.app.push_screen(Reading(self._shown.number, text))

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


def explained(found: Explanation) -> Iterator[str]:
    """Class, lines with bars, flip points, the call worth making, comparable gatherings."""
    from orderdesk.desk import words
    from orderdesk.desk.scoring import CLASS_NAMES

    score = found.score
    yield _("{number}: {advice} ({chance})").format(
        number=found.number, advice=_(CLASS_NAMES[score.advice]), chance=score.chance
    )
    yield (
        _("between {low} and {high}, as long as the counter-group is unknown").format(
            low=score.lowest.value, high=score.highest.value
        )
        if score.lowest is not score.highest
        else _("no fact still open would change the class")
    )
    if found.override:
        yield _("decided by {by}: {motive} (until {day})").format(
            by=found.override["by"], motive=found.override["motive"], day=found.override["expires"]
        )
    yield _("without signals: {name}").format(name=_(CLASS_NAMES[score.advice_without_signals]))
    yield ""
    for factor in score.factors:
        age = "" if factor.age_days is None else _(" ({n} days old)").format(n=factor.age_days)
        evidence = f" - {factor.evidence}" if factor.evidence else ""
        yield f"{factor.points:+6.1f} {_bar(factor.points)} {factor.label}{evidence}{age}"
    yield f"{score.total_tenths / 10:+6.1f} " + _("total")
    yield ""
    for flip in found.flips:
        mark = "▶" if flip.advice is not score.advice else " "
        yield f"{mark} {flip.change}: {_(CLASS_NAMES[flip.advice])}"
    if found.worth:
        yield ""
        yield _("one call would change most: {question}").format(question=found.worth[0].question)
    yield ""
    yield _("Earlier gatherings like this one:")
    for past in found.comparable:
        yield "  " + words.past(past.event)
    yield ""
    yield _("Sources:")
    for source in dict.fromkeys(factor.source for factor in score.factors):
        yield f"  {_(source)}"


def _bar(points: float) -> str:
    """Points as a bar left (less) or right (more) of a line; clipped ends are marked."""
    cells = round(abs(points) / _POINTS_PER_CELL)
    clipped = cells > _BAR
    filled = ("◀" if points < 0 else "▶") if clipped else ""
    body = "█" * (min(cells, _BAR) - len(filled))
    if points < 0:
        return f"{filled + body:>{_BAR}}│{'':<{_BAR}}"
    return f"{'':>{_BAR}}│{body + filled:<{_BAR}}"


SCREEN = RiskScreen
