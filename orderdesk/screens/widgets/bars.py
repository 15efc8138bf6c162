"""Pictures made of bars: a gauge of parts, budgets, a waterfall, a sparkline.

Each picture is a function from data and width to `Content`, and a widget that draws it again when
its width changes. Parts differ in shade as well as in colour, and every amount is written out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from orderdesk.screens.safe import line
from orderdesk.screens.widgets.looks import Cell, Look, Piece, content, lines, text_of
from orderdesk.screens.widgets.picture import Picture
from orderdesk.screens.widgets.table import fitted

_LEVELS = "▁▂▃▄▅▆▇█"
_LABEL_SHARE = 3
_BARS = 20
"""A label takes at most a third of the width, or all but so many cells for the bars."""


@dataclass(frozen=True)
class Part:
    """A part of a whole: what it is, how much, how the amount is written, how it is drawn."""

    label: str
    amount: float
    text: str
    sign: str = "█"
    look: Look = Look.PLAIN


@dataclass(frozen=True)
class Parts:
    """A whole in parts; `total` None: as much as the parts together."""

    parts: Sequence[Part]
    total: float | None = None
    title: Cell = ""


def shares(amounts: Sequence[float], total: float, cells: int) -> list[int]:
    """Cells per amount: together as many as their share of `cells`, none of a real amount lost.

    Largest remainder; an amount above zero gets at least one cell while there is room.
    """
    if total <= 0 or cells <= 0:
        return [0] * len(amounts)
    exact = [max(0.0, amount) * cells / total for amount in amounts]
    found = [int(e) for e in exact]
    # Hours are exact: what float division leaves behind must not cost a cell.
    room = min(cells, round(sum(exact))) - sum(found)
    order = sorted(range(len(exact)), key=lambda n: (found[n] > 0, found[n] - exact[n]))
    for n in order:
        if room > 0 and exact[n] > 0 and exact[n] > found[n]:
            found[n] += 1
            room -= 1
    for n, amount in enumerate(exact):
        widest = max(range(len(found)), key=found.__getitem__)
        if amount > 0 and found[n] == 0 and found[widest] > 1:
            found[n] += 1
            found[widest] -= 1
    return found


def gauge(data: Parts, width: int) -> Content:
    """The parts of a whole as one bar, and below it what each part is and how much."""
    total = data.total if data.total is not None else sum(p.amount for p in data.parts)
    cells = shares([p.amount for p in data.parts], total, max(4, width - 2))
    bar = [Piece(p.sign * n, p.look) for p, n in zip(data.parts, cells, strict=True) if n]
    rest = max(4, width - 2) - sum(cells)
    rows = [content(data.title)] if text_of(data.title) else []
    rows.append(content("▕", *bar, " " * rest, "▏"))
    legend: list[list[Cell]] = [[]]
    used = 0
    for part in data.parts:
        words = f"{part.label} {part.text}"
        if legend[-1] and used + len(words) + 5 > width:
            legend.append([])
            used = 0
        legend[-1] += [Piece(part.sign * 2, part.look), f" {words}  "]
        used += len(words) + 5
    return lines(*rows, *(content(*row) for row in legend))


@dataclass(frozen=True)
class Bar:
    """A line of a bar chart: parts of `of` (the length of the whole bar), and figures in words."""

    label: str
    parts: Sequence[Part]
    of: float
    text: str
    look: Look = Look.PLAIN


def bars(data: Sequence[Bar], width: int) -> Content:
    """Bars on one scale, label left, figures right; longer wholes are longer bars."""
    if not data:
        return Content("")
    texts = max(len(b.text) for b in data)
    most = max(width // _LABEL_SHARE, width - texts - 4 - _BARS)
    labels = min(max(len(b.label) for b in data), most)
    room = max(4, width - labels - texts - 4)
    longest = max((max(b.of, sum(p.amount for p in b.parts)) for b in data), default=0) or 1
    rows = []
    for b in data:
        whole = max(b.of, sum(p.amount for p in b.parts))
        length = max(1, round(room * whole / longest))
        cells = shares([p.amount for p in b.parts], whole, length)
        drawn = [Piece(p.sign * n, p.look) for p, n in zip(b.parts, cells, strict=True) if n]
        left = length - sum(cells)
        rows.append(
            content(
                fitted(line(b.label), labels), " ▕", *drawn, Piece("·" * left, Look.DIM),
                "▏", " " * (room - length), Piece(f" {b.text:>{texts}}", b.look),
            )
        )  # fmt: skip
    return lines(*rows)


@dataclass(frozen=True)
class Step:
    """A step of a waterfall: a change of the amount, or with `total` the amount reached."""

    label: str
    amount: float
    text: str
    total: bool = False


def waterfall(data: Sequence[Step], width: int) -> Content:
    """From one amount to the next: totals as whole bars, steps where they take or add."""
    if not data:
        return Content("")
    labels = min(max(len(s.label) for s in data), width // 2)
    texts = max(len(s.text) for s in data)
    room = max(4, width - labels - texts - 3)
    reached, spans = 0.0, []
    for step in data:
        begin, end = (0.0, step.amount) if step.total else (reached, reached + step.amount)
        reached = end
        spans.append((min(begin, end), max(begin, end)))
    longest = max((high for _low, high in spans), default=0) or 1
    rows = []
    for step, (low, high) in zip(data, spans, strict=True):
        before = min(room - 1, round(room * max(0.0, low) / longest))
        length = max(1, round(room * high / longest) - before) if high > low else 0
        less = not step.total and step.amount < 0
        sign = "█" if step.total else "▒" if less else "▓"
        look = Look.MAIN if step.total else Look.AMBER if less else Look.GOOD
        rows.append(
            content(
                fitted(line(step.label), labels), " ", " " * before,
                Piece(sign * length, look), " " * (room - before - length),
                Piece(f" {step.text:>{texts}}", Look.STRONG if step.total else Look.PLAIN),
            )
        )  # fmt: skip
    return lines(*rows)


def spark(values: Sequence[float], *, low: float | None = None, high: float | None = None) -> str:
    """Values as one line of blocks, from `low` to `high` (the least and the most of them)."""
    if not values:
        return ""
    bottom = min(values) if low is None else low
    top = max(values) if high is None else high
    reach = (top - bottom) or 1
    last = len(_LEVELS) - 1
    return "".join(
        _LEVELS[min(last, max(0, round((value - bottom) / reach * last)))] for value in values
    )


class Gauge(Picture[Parts]):
    """A whole in parts: `show(Parts([Part(...), ...]))`."""

    def draw(self, data: Parts, width: int) -> Content:
        """Bar and legend."""
        return gauge(data, width)


class Bars(Picture[Sequence[Bar]]):
    """Budgets beside each other: `show([Bar(...), ...])`."""

    def draw(self, data: Sequence[Bar], width: int) -> Content:
        """A line per bar."""
        return bars(data, width)


class Waterfall(Picture[Sequence[Step]]):
    """How one amount becomes another: `show([Step(...), ...])`."""

    def draw(self, data: Sequence[Step], width: int) -> Content:
        """A line per step."""
        return waterfall(data, width)
