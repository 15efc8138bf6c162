"""Why a case has its class: the chance between the class limits, every factor, what would flip it.

`why(explanation, width)` draws a whole explanation; `Why` is the widget. Nothing is wrapped by
chance: every table gets its columns from the width there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from textual.content import Content

from orderdesk.i18n import _, ngettext
from orderdesk.screens.safe import line
from orderdesk.screens.widgets.bars import spark
from orderdesk.screens.widgets.looks import Cell, Look, Piece, badge, content, lines
from orderdesk.screens.widgets.picture import Picture
from orderdesk.screens.widgets.table import fitted

if TYPE_CHECKING:
    from orderdesk.desk.scoring import Explanation
    from orderdesk.risk.model import Factor

_BAR = 6
"""Cells of a bar on each side of zero."""
_POINTS_PER_CELL = 0.5
_POINTS, _AGE, _SOURCE = 7, 7, 5
_LEAST_LABEL, _MOST_LABEL = 20, 64
_BEYOND = 1.35
"""A ruler runs this much further than what must be on it."""
_DAYS = 8
"""Earlier scores that are written out."""


class Why(Picture["Explanation"]):
    """The reasons of a class: `show(explanation)`."""

    def draw(self, data: Explanation, width: int) -> Content:
        """All parts, top to bottom."""
        return why(data, width)


def why(found: Explanation, width: int) -> Content:
    """Class and chance, ruler, factors, flips, the call worth making, course, likes, sources."""
    parts = [
        *_head(found, width),
        Content(""),
        *ruler(found, width),
        Content(""),
        *factors(found, width),
        Content(""),
        *_flips(found, width),
        *_course(found, width),
        *_likes(found, width),
        *_sources(found, width),
    ]
    return lines(*parts)


def _paragraph(text: str, width: int, look: Look = Look.PLAIN, indent: str = "") -> list[Content]:
    return [
        content(Piece(part, look))
        for part in wrap(line(text), max(10, width), subsequent_indent=indent)
    ]


def _title(text: str) -> Content:
    return Content.styled(line(text), "bold $text-primary")


def _head(found: Explanation, width: int) -> Iterator[Content]:
    from orderdesk.desk.scoring import CLASS_NAMES

    score = found.score
    yield content(Piece(found.number, Look.STRONG), "  ", badge(score.advice.value),
                  f"  {score.chance}")  # fmt: skip
    if score.lowest is not score.highest:
        text = _("between {low} and {high}, as long as the counter-group is unknown").format(
            low=badge(score.lowest.value).text, high=badge(score.highest.value).text
        )
        yield from _paragraph(text, width, Look.AMBER)
    else:
        yield from _paragraph(_("no fact still open would change the class"), width, Look.DIM)
    yield from _paragraph(found.stake_line(), width)
    if found.override:
        text = _("decided by {by}: {motive} (until {day})").format(
            by=found.override["by"], motive=found.override["motive"], day=found.override["expires"]
        )
        yield from _paragraph(text, width, Look.STRONG)
    if score.advice_without_signals is not score.advice:
        name = _(CLASS_NAMES[score.advice_without_signals])
        yield from _paragraph(_("without signals: {name}").format(name=name), width)


def ruler(found: Explanation, width: int) -> Iterator[Content]:
    """The chance and its interval on a scale, with the limits of the classes.

    Three lines: the classes where each begins, the interval ├──●──┤, the limits in per cent.
    """
    from orderdesk.desk.scoring import percent

    score, (middle, high) = found.score, found.limits
    low, top = (score.low, score.high) if score.decimals else score.band
    cells = max(20, min(width, 72) - 1)
    reach = min(1.0, max(high, top) * _BEYOND)

    def at(share: float) -> int:
        return min(cells - 1, round(share / reach * (cells - 1)))

    names = [" "] * cells
    scale = ["─"] * cells
    figures = [" "] * cells
    for share, risk_class in ((0.0, "laag"), (middle, "midden"), (high, "hoog")):
        begin = at(share)
        scale[begin] = "├" if not share else "┼"
        _write(names, begin, badge(risk_class).text)
        _write(figures, begin, percent(share))
    interval = [" "] * cells
    begin, end = at(low), max(at(top), at(low) + 1)
    for n in range(begin, min(end, cells - 1) + 1):
        interval[n] = "━"
    interval[begin], interval[min(end, cells - 1)] = "┣", "┫"
    if score.decimals:
        interval[at(score.probability)] = "●"
    yield content(Piece("".join(names), Look.DIM))
    yield content(Piece("".join(interval), Look.MAIN))
    yield content("".join(scale))
    yield content(Piece("".join(figures), Look.DIM))


def _write(row: list[str], at: int, text: str) -> None:
    """Write `text` from `at`, further left at the end of the row, never over what stands there."""
    at = min(at, len(row) - len(text))
    if at > 0 and row[at - 1] != " ":
        at += 1
    if at + len(text) <= len(row) and all(c == " " for c in row[at : at + len(text)]):
        row[at : at + len(text)] = text


def factors(found: Explanation, width: int) -> Iterator[Content]:
    """Every line of the score in columns: what, points, bar, age of the newest thing, source."""
    fixed = _POINTS + 2 * _BAR + 1 + _AGE + _SOURCE + 3
    label = max(_LEAST_LABEL, min(_MOST_LABEL, width - fixed))
    heads = (_("factor"), _("points"), _("less · more"), _("age"), _("src"))
    yield content(Piece(
        f"{heads[0]:<{label}}{heads[1]:>{_POINTS}} {heads[2]:^{2 * _BAR + 1}} "
        f"{heads[3]:>{_AGE}}{heads[4]:>{_SOURCE}}", Look.STRONG,
    ))  # fmt: skip
    numbers = _numbers(found.score.factors)
    for factor in found.score.factors:
        yield from _factor(factor, label, numbers[factor.source])
    total = words_points(found.score.total_tenths / 10)
    yield content(Piece(f"{_('total'):<{label}}{total:>{_POINTS}}", Look.STRONG))


def _factor(factor: Factor, label: int, number: int) -> Iterator[Content]:
    names = wrap(line(str(factor.label)), label - 1) or [""]
    age = "" if factor.age_days is None else _("{n} d").format(n=factor.age_days)
    look = Look.AMBER if factor.points > 0 else Look.GOOD if factor.points < 0 else Look.DIM
    yield content(
        f"{names[0]:<{label}}", f"{words_points(factor.points):>{_POINTS}} ",
        Piece(bar(factor.points), look), f" {age:>{_AGE}}",
        Piece(f"{f'[{number}]':>{_SOURCE}}", Look.DIM),
    )  # fmt: skip
    for more in names[1:]:
        yield content(more)
    if factor.evidence:
        for more in wrap(line(str(factor.evidence)), label - 3):
            yield content(Piece(f"  {more}", Look.DIM))


def words_points(points: float) -> str:
    """Points with their sign and the decimal mark of the language."""
    from orderdesk.desk import words

    sign = "+" if points > 0 else "−" if points < 0 else " "
    return sign + words.number(abs(points), 1)


def bar(points: float) -> str:
    """Points as a bar left (less) or right (more) of a line; clipped ends are marked."""
    cells = round(abs(points) / _POINTS_PER_CELL)
    clipped = cells > _BAR
    filled = ("◀" if points < 0 else "▶") if clipped else ""
    body = "█" * (min(cells, _BAR) - len(filled))
    if points < 0:
        return f"{filled + body:>{_BAR}}│{'':<{_BAR}}"
    return f"{'':>{_BAR}}│{body + filled:<{_BAR}}"


def _flips(found: Explanation, width: int) -> Iterator[Content]:
    if found.worth:
        yield _title(_("One call worth making"))
        yield from _paragraph(f"☎ {found.worth[0].question}", width, Look.AMBER, "  ")
        yield Content("")
    if not found.flips:
        return
    yield _title(_("What would change the class"))
    room = min(max(len(str(flip.change)) for flip in found.flips), width - 14)
    for flip in found.flips:
        mark = "▶ " if flip.flips else "  "
        look = Look.PLAIN if flip.flips else Look.DIM
        named = badge(flip.advice.value)
        yield content(
            Piece(mark + fitted(line(str(flip.change)), room), look), "  ",
            named if flip.flips else Piece(named.text, Look.DIM),
        )  # fmt: skip
    yield Content("")


def _course(found: Explanation, width: int) -> Iterator[Content]:
    from orderdesk.desk import words
    from orderdesk.desk.scoring import percent

    if not found.earlier:
        return
    yield _title(_("Scores of this case"))
    shares = [score.probability for score in found.earlier]
    if len(shares) > 2:
        yield content(Piece(spark(shares[-width:], low=0), Look.MAIN))
    before = ""
    for score in found.earlier[-_DAYS:]:
        text = percent(score.probability) if found.score.decimals else ""
        row: list[Cell] = [f"{words.day(score.day, year=True):<15} ", badge(score.advice.value)]
        changed = f"  {_('changed')}" if before and before != score.advice.value else ""
        yield content(*row, f"  {text}", Piece(changed, Look.STRONG))
        before = score.advice.value
    yield Content("")


def _likes(found: Explanation, width: int) -> Iterator[Content]:
    from orderdesk.desk import words

    if not found.comparable:
        return
    yield _title(_("Earlier gatherings like this one"))
    outcomes = max(len(_(words.INCIDENTS[c.event.incident])) for c in found.comparable)
    place = max(8, min(24, width - 16 - 8 - 8 - outcomes - 4))
    yield content(Piece(
        f"{_('day'):<16}{_('place'):<{place}}{_('expected'):>9}{_('came'):>7}  {_('outcome')}",
        Look.DIM,
    ))  # fmt: skip
    for found_one in found.comparable:
        event = found_one.event
        calm = event.incident.value == "none"
        outcome = _(words.INCIDENTS[event.incident])
        yield content(
            f"{words.day(event.day, year=True):<16}",
            f"{fitted(line(words.place(event.place)), place)}",
            f"{_count(event.expected):>9}{_count(event.turnout):>7}  ",
            Piece(outcome if calm else f"! {outcome}", Look.PLAIN if calm else Look.AMBER),
        )
    yield Content("")


def _count(number: int | None) -> str:
    return "?" if number is None else str(number)


def _numbers(found: Sequence[Factor]) -> dict[str, int]:
    """A number per source, in the order in which the factors name them."""
    sources = dict.fromkeys(factor.source for factor in found)
    return {source: n for n, source in enumerate(sources, 1)}


def _sources(found: Explanation, width: int) -> Iterator[Content]:
    numbers = _numbers(found.score.factors)
    yield _title(ngettext("Source", "Sources", len(numbers)))
    for source, number in numbers.items():
        yield from _paragraph(f"[{number}] {_(source)}", width, Look.DIM, "    ")
