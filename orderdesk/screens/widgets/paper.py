"""A paper to walk through: sections to jump to, marks in colour and words, figures that open.

A figure carries the number of the records behind it, "60 [2]". Left and right go from figure to
figure, Enter opens the records of the one that is marked; a click does both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widgets import Static

from orderdesk.i18n import N_
from orderdesk.screens.safe import line
from orderdesk.screens.widgets.form import Sheet
from orderdesk.screens.widgets.keys import Keys
from orderdesk.screens.widgets.looks import Cell, Look, Piece, amber
from orderdesk.screens.widgets.table import Column, ListRows, VirtualTable

if TYPE_CHECKING:
    from orderdesk.papers.model import Document

_MARK = re.compile(r"\[([^\]\[]+)\]")
_CONTEXT = 2
"""Lines kept above what is jumped to."""
_TONES = {"good": Look.GOOD, "amber": Look.AMBER, "red": Look.LATE, "quiet": Look.DIM}
_ABOUT = {"midden": Look.MEDIUM, "hoog": Look.HIGH, "laag": Look.LOW}


@dataclass(frozen=True)
class Figure:
    """A figure in the text: where its mark stands, and the number of its records."""

    line: int
    start: int
    end: int
    number: int


@dataclass(frozen=True)
class Heading:
    """A section: its number, title, the badges beside it, and the line on which it begins."""

    number: int
    title: str
    flags: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Set:
    """A document set in lines for one width."""

    lines: tuple[str, ...]
    figures: tuple[Figure, ...]
    headings: tuple[Heading, ...]
    badges: Mapping[str, Look]
    """Look of each badge, by its words in small letters."""
    records: Mapping[int, tuple[tuple[str, str], ...]]
    """(id, name) of the records behind each number."""


def set_paper(document: Document, width: int) -> Set:
    """Lay a document out in lines of at most `width` characters, and find what one can go to."""
    from orderdesk.papers.model import runs_of, sources_of
    from orderdesk.papers.plain import to_text

    lines = to_text(document, width).split("\n")
    numbers = sources_of(document)
    known = {str(number) for number in numbers.values()}
    badges = {
        run.text.casefold(): _ABOUT.get(run.text.casefold(), _TONES.get(run.tone.value, Look.PLAIN))
        for run in runs_of(document)
        if run.badge
    }
    listed = _line_of(lines, document.sources_title.upper()) if document.sources_title else None
    end = len(lines) if listed is None else listed
    return Set(
        lines=tuple(lines),
        figures=tuple(
            Figure(n, found.start(), found.end(), int(found[1]))
            for n, text in enumerate(lines[:end])
            for found in _MARK.finditer(text)
            if found[1] in known
        ),
        headings=tuple(_headings(document, lines)),
        badges=badges,
        records={
            number: tuple((id, document.names.get(id, id)) for id in trace)
            for trace, number in numbers.items()
        },
    )


def _headings(document: Document, lines: Sequence[str]) -> Iterator[Heading]:
    for section in document.sections:
        if section.level == 1 and section.number:
            at = _line_of(lines, f"{section.number}. {section.title}".upper()[:40])
            if at is not None:
                flags = tuple(flag.text for flag in section.flags)
                yield Heading(section.number, section.title, flags, at)


def _line_of(lines: Sequence[str], beginning: str) -> int | None:
    return next((n for n, text in enumerate(lines) if text.startswith(beginning)), None)


def painted(paper: Set, chosen: int | None) -> Content:
    """The paper in colour: headings, badges by tone, figure marks, the chosen one reversed."""
    heads = {heading.line for heading in paper.headings}
    on = paper.figures[chosen] if chosen is not None else None
    rows = []
    for n, text in enumerate(paper.lines):
        row = (
            Content.styled(line(text), "bold $text-primary") if n in heads else Content(line(text))
        )
        if text.startswith("▲"):
            row = Content.styled(line(text), Look.AMBER.style)
        for found in _MARK.finditer(text):
            look = paper.badges.get(found[1].casefold())
            if look is not None:
                row = row.stylize(look.style, found.start(), found.end())
        rows.append(row)
    for at, figure in enumerate(paper.figures):
        row = rows[figure.line].stylize(
            "bold $look-cursor-text on $look-cursor" if figure is on else Look.DIM.style,
            figure.start, figure.end,
        )  # fmt: skip
        rows[figure.line] = row.stylize(Style.from_meta({"figure": at}), figure.start, figure.end)
    return Content("\n").join(rows)


class Paper(VerticalScroll):
    """A paper on the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "figure(1)", N_("next figure"), show=False),
        Binding("left", "figure(-1)", N_("figure before"), show=False),
        Binding("enter", "open", N_("records")),
    ]
    DEFAULT_CSS = "Paper { padding: 0 1; }"

    @dataclass
    class Opened(Message):
        """The records behind a figure are asked for: (id, name) of each."""

        paper: Paper
        records: tuple[tuple[str, str], ...]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._set: Set | None = None
        self._chosen: int | None = None

    def compose(self) -> ComposeResult:
        """The text."""
        yield Static("", id="sheet", markup=False)

    @property
    def headings(self) -> tuple[Heading, ...]:
        """The sections there are."""
        return self._set.headings if self._set is not None else ()

    def show(self, paper: Set) -> None:
        """Show a paper; one stays about where one was."""
        self._set = paper
        if self._chosen is not None and self._chosen >= len(paper.figures):
            self._chosen = None
        self._paint()

    def say(self, text: str) -> None:
        """A sentence in place of a paper."""
        self._set, self._chosen = None, None
        self.query_one("#sheet", Static).update(Content(line(text)))

    def go(self, heading: Heading) -> None:
        """To the beginning of a section."""
        self.scroll_to(y=heading.line, animate=False)

    def action_figure(self, by: int) -> None:
        """To the next figure, or the one before; first to one that is in sight."""
        if self._set is None or not self._set.figures:
            return
        figures = self._set.figures
        if self._chosen is None:
            top = self.scroll_offset.y
            below = (n for n, figure in enumerate(figures) if figure.line >= top)
            self._chosen = next(below, 0)
        else:
            self._chosen = min(len(figures) - 1, max(0, self._chosen + by))
        self._paint()
        at = figures[self._chosen].line
        if not self.scroll_offset.y <= at < self.scroll_offset.y + self.size.height - 1:
            self.scroll_to(y=max(0, at - _CONTEXT), animate=False)

    def action_open(self) -> None:
        """The records of the figure that is marked; the first key marks one."""
        if self._chosen is None:
            self.action_figure(1)
            return
        if self._set is not None:
            number = self._set.figures[self._chosen].number
            self.post_message(self.Opened(self, self._set.records[number]))

    def on_click(self, event: events.Click) -> None:
        """A click on a figure opens its records."""
        at = event.style.meta.get("figure")
        if at is not None:
            self._chosen = int(at)
            self._paint()
            self.action_open()

    def _paint(self) -> None:
        if self._set is not None:
            self.query_one("#sheet", Static).update(painted(self._set, self._chosen))


class Choose(Sheet[int]):
    """A short list to choose from: arrows and Enter, or the digit before the line."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", N_("back"))]
    DEFAULT_CSS = """
    Choose { align: center middle; background: $background 60%; }
    Choose > Vertical { width: 80%; max-width: 90; height: auto; max-height: 90%;
                        border: round $look-focus; border-title-style: bold;
                        background: $surface; padding: 0 1; }
    Choose VirtualTable { height: auto; max-height: 16; }
    """

    def __init__(self, title: str, rows: Sequence[tuple[str, str]]) -> None:
        """`rows` are (text, mark); a mark is shown as something to look at."""
        super().__init__()
        self._title, self._rows = title, rows

    def compose(self) -> ComposeResult:
        """The list, each line with its digit."""
        with Vertical() as box:
            box.border_title = Content(line(self._title))
            yield VirtualTable(
                [Column("", 3, right=True), Column("", 20, grow=1), Column("", 24, rank=1)],
                id="choices",
                rules=False,
            )
            yield Keys()

    def on_mount(self) -> None:
        """Fill the list."""
        rows: list[tuple[Cell, ...]] = [
            (Piece(str(n), Look.STRONG), text, amber(mark) if mark else "")
            for n, (text, mark) in enumerate(self._rows, 1)
        ]
        table = self.query_one(VirtualTable)
        table.styles.height = min(16, len(rows) + 1)
        table.load(ListRows(rows))
        table.focus()

    def on_virtual_table_chosen(self, event: VirtualTable.Chosen) -> None:
        """This one."""
        self.dismiss(event.row)

    def on_key(self, event: events.Key) -> None:
        """The digit of a line chooses it."""
        if event.character and event.character.isdecimal():
            n = int(event.character)
            if 1 <= n <= len(self._rows):
                event.stop()
                self.dismiss(n - 1)

    def action_leave(self) -> None:
        """None of them."""
        self.dismiss(None)


def section_rows(headings: Sequence[Heading]) -> list[tuple[str, str]]:
    """The sections of a paper as lines to choose from, with what is old or missing in each."""
    return [(heading.title, "; ".join(heading.flags)) for heading in headings]
