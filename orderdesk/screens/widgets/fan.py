"""A fan chart: what may come, week by week, between a low and a high tenth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from orderdesk.i18n import _
from orderdesk.screens.widgets.looks import Cell, Look, Piece, content, lines
from orderdesk.screens.widgets.picture import Picture

_MOST_COLUMN = 9
_AXIS = 6


@dataclass(frozen=True)
class Week:
    """A week of the fan: its name and three quantiles (nine in ten are below `p90`)."""

    label: str
    p10: float
    p50: float
    p90: float


@dataclass(frozen=True)
class Fan:
    """Weeks in order; `line` is what there is to meet them (the reserve), one figure a week."""

    weeks: Sequence[Week]
    line: Sequence[float] = ()
    line_label: str = ""
    unit: str = ""
    rows: int = 9
    """Lines of the chart itself."""


def fan(data: Fan, width: int) -> Content:
    """The chart, and below it the three figures of each week; a week above the line is marked."""
    shown = data.weeks
    if not shown:
        return Content("")
    column = max(4, min(_MOST_COLUMN, (width - _AXIS) // len(shown)))
    shown = shown[: max(1, (width - _AXIS) // column)]
    limit = list(data.line[: len(shown)])
    top = max([w.p90 for w in shown] + limit + [1.0])
    step = top / data.rows
    rows = []
    for n in range(data.rows, 0, -1):
        low, high = (n - 1) * step, n * step
        cells: list[Cell] = [Piece(f"{high:>{_AXIS - 2}.0f} ", Look.DIM), "┤"]
        for at, week in enumerate(shown):
            line = limit[at] if at < len(limit) else None
            cells.append(_cell(week, line, low, high, column))
        rows.append(content(*cells))
    rows.append(content(f"{data.unit:>{_AXIS - 2}} └" + "─" * column * len(shown)))
    rows.append(content(" " * _AXIS, *(f"{w.label:^{column}}" for w in shown)))
    for name in ("p90", "p50", "p10"):
        figures: list[Cell] = [Piece(f"{name.upper():<{_AXIS}}", Look.DIM)]
        for at, week in enumerate(shown):
            value = getattr(week, name)
            over = at < len(limit) and value > limit[at]
            # Right of the middle, so that units stand below units.
            text = f"{value:>{column // 2 + 1}.0f}{'!' if over else ''}"
            figures.append(Piece(f"{text:<{column}}", Look.AMBER if over else Look.PLAIN))
        rows.append(content(*figures))
    legend: list[Cell] = [
        Piece("▒ ", Look.GOOD),
        _("P10 to P90: eight in ten weeks"),
        "  ",
        Piece("█ ", Look.MAIN),
        _("P50: the middle"),
    ]
    rows.append(content(*legend))
    if limit:
        rows.append(content("╌ ", data.line_label, "  ", "! ", _("above it")))
    return lines(*rows)


def _cell(week: Week, line: float | None, low: float, high: float, column: int) -> Cell:
    """What stands in one row of a week: the middle, the band, the line, or nothing."""
    bar = max(2, column - 3)
    if low < week.p50 <= high or (low == 0 and week.p50 <= 0):
        return Piece(f"{'█' * bar:^{column}}", Look.MAIN)
    within_band = low < week.p90 and high > week.p10
    on_line = line is not None and low < line <= high
    if within_band:
        over = line is not None and low >= line
        return Piece(f"{'▒' * bar:^{column}}", Look.AMBER if over else Look.GOOD)
    return Piece("╌" * column if on_line else " " * column, Look.DIM)


class FanChart(Picture[Fan]):
    """The fan: `show(Fan(weeks, line=reserve, line_label=..., unit="u"))`."""

    def draw(self, data: Fan, width: int) -> Content:
        """Chart, figures, legend."""
        return fan(data, width)
