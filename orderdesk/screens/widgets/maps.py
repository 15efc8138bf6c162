"""Maps of time and place: the year day by day, the city district by district."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from textual.content import Content

from orderdesk.i18n import _
from orderdesk.screens.safe import line
from orderdesk.screens.widgets.looks import Cell, Look, Piece, content, lines, text_of
from orderdesk.screens.widgets.picture import Picture
from orderdesk.screens.widgets.table import fitted

_MOST_DIGIT = 9
_SHADES = "·░▒▓█"
_HEAT = 4
"""Shades of heat, besides nothing: `$heat-1` to `$heat-4`."""


@dataclass(frozen=True)
class Year:
    """Days of a year with a number each; `marks` puts a letter in the place of the digit."""

    year: int
    values: Mapping[date, float]
    marks: Mapping[date, str] = field(default_factory=dict)
    today: date | None = None
    unit: str = ""
    """What the digit counts, for the legend."""


def level(value: float, most: float) -> int:
    """Shade of a value, 0 (nothing) to 4 (the most)."""
    if value <= 0 or most <= 0:
        return 0
    return min(_HEAT, max(1, -int(-value * _HEAT // most)))


def heat_year(data: Year, width: int) -> Content:
    """Weeks beside each other, Monday to Sunday below each other, each day a digit on a shade.

    A digit says the number (+ for more than nine), a dot says none. Where the year doesn't fit,
    the weeks around today are shown and the rest is marked with ‹ ›.
    """
    from orderdesk.desk import words

    first = date.fromisocalendar(data.year, 1, 1)
    last = date(data.year, 12, 28).isocalendar().week
    cell = 2 if width >= 5 + last * 2 else 1
    fit = max(1, (width - 6) // cell)
    begin = 0
    if fit < last:
        now = (data.today or first).isocalendar().week
        begin = min(max(0, now - fit // 2), last - fit)
    weeks = [first + timedelta(weeks=n) for n in range(begin, min(last, begin + fit))]
    most = max(data.values.values(), default=0)
    left, right = ("‹" if begin else " "), ("›" if begin + fit < last else " ")
    rows = [_months(weeks, cell, left, right)]
    for weekday in range(7):
        name = words.day(first + timedelta(days=weekday)).split()[0]
        cells: list[Cell] = [f"{name:<4} "]
        for monday in weeks:
            cells.append(_day(data, monday + timedelta(days=weekday), most, cell))
        rows.append(content(*cells))
    legend: list[Cell] = [
        " " * 5, "· ", _("none"), "  1-9 ", data.unit, "  + ", _("more than nine"),
    ]  # fmt: skip
    if data.today is not None:
        legend += ["  ", Piece(" ", Look.NOW), " ", _("today")]
    return lines(*rows, content(*legend))


def _months(weeks: Sequence[date], cell: int, left: str, right: str) -> Content:
    from orderdesk.desk import words

    text, month = "", 0
    for n, monday in enumerate(weeks):
        day = monday + timedelta(days=3)
        if day.month != month and len(text) <= n * cell:
            month = day.month
            text = text.ljust(n * cell) + words.day(day).split()[2] + " "
    return content(Piece(f"    {left}{text[: len(weeks) * cell].ljust(len(weeks) * cell)}{right}",
                         Look.DIM))  # fmt: skip


def _day(data: Year, day: date, most: float, cell: int) -> Cell:
    if day.isocalendar().year != data.year:
        return " " * cell
    value = data.values.get(day, 0)
    number = round(value)
    text = data.marks.get(day) or (
        "·" if value <= 0 else str(max(1, number)) if number <= _MOST_DIGIT else "+"
    )
    shown = text.ljust(cell)[:cell]
    return Piece(shown, Look.NOW if day == data.today else heat(level(value, most)))


def heat(shade: int) -> Look:
    """The look of a shade, 0 (nothing) to 4."""
    return Look(f"heat-{shade}") if shade else Look.DIM


class HeatMap(Picture[Year]):
    """A year, day by day: `show(Year(2026, {day: number}, today=..., unit=...))`."""

    def draw(self, data: Year, width: int) -> Content:
        """Months, seven lines, legend."""
        return heat_year(data, width)


@dataclass(frozen=True)
class District:
    """A district on the map: its name, its number, how it is written, where it stands."""

    name: str
    value: float
    text: str
    row: int
    column: int
    look: Look = Look.PLAIN
    """How the text looks: `AMBER` for what deserves a look."""


@dataclass(frozen=True)
class City:
    """The districts; `most` is the value that has the darkest shade (None: the most there is)."""

    districts: Sequence[District]
    most: float | None = None


_NARROW, _BROAD = 13, 18


def city_map(data: City, width: int) -> Content:
    """Districts as boxes at their place: name, shade and number. A schematic, not to scale."""
    if not data.districts:
        return Content("")
    columns = max(p.column for p in data.districts) + 1
    box = max(_NARROW, min(_BROAD, (width - columns + 1) // columns))
    most = data.most if data.most is not None else max(p.value for p in data.districts)
    at = {(p.row, p.column): p for p in data.districts}
    rows: list[Content] = []
    for row in range(max(p.row for p in data.districts) + 1):
        upper: list[Cell] = []
        lower: list[Cell] = []
        for column in range(columns):
            place = at.get((row, column))
            if place is None:
                upper.append(" " * (box + 1))
                lower.append(" " * (box + 1))
                continue
            shade = level(place.value, most)
            upper += [
                Piece(fitted(f" {line(place.name)}", box), heat(shade) if shade else Look.TINT),
                " ",
            ]
            text = f" {_SHADES[shade] * 3} {line(place.text)}"
            lower += [Piece(fitted(text, box), place.look), " "]
        rows += [content(*upper), content(*lower)]
    return lines(*rows)


class DistrictMap(Picture[City]):
    """The districts: `show(City([District(...), ...]))`; `orderdesk.desk.signals.district_grid`
    says where each stands."""

    def draw(self, data: City, width: int) -> Content:
        """Two lines per row of districts."""
        return city_map(data, width)


@dataclass(frozen=True)
class StripRow:
    """A row of a heat strip: name, a text and shade (0 to 4) per column, and what holds now."""

    name: str
    cells: Sequence[tuple[str, int]]
    state: Cell = ""


@dataclass(frozen=True)
class Strip:
    """Rows on the same columns of time, oldest first."""

    heads: Sequence[str]
    rows: Sequence[StripRow]


_COLUMN = 4


def heat_strip(data: Strip, width: int) -> Content:
    """Names left, the newest columns that fit, and the state of now right."""
    names = max((len(row.name) for row in data.rows), default=0) + 1
    states = max((len(text_of(row.state)) for row in data.rows), default=0) + 2
    fit = max(1, min(len(data.heads), (width - names - states) // _COLUMN))
    rows = [content(Piece(" " * names + "".join(f"{h:>{_COLUMN}}" for h in data.heads[-fit:]),
                          Look.DIM))]  # fmt: skip
    for row in data.rows:
        cells: list[Cell] = [f"{line(row.name):<{names}}"]
        for text, shade in row.cells[-fit:]:
            cells += [" ", Piece(f"{line(text):>{_COLUMN - 1}}", heat(shade))]
        rows.append(content(*cells, "  ", row.state))
    return lines(*rows)


class HeatStrip(Picture[Strip]):
    """Rows by weeks: `show(Strip(heads, rows))`."""

    def draw(self, data: Strip, width: int) -> Content:
        """Heads, then a line per row."""
        return heat_strip(data, width)
