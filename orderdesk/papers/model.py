"""What a paper says, apart from how it looks: one content model for PDF, Markdown, HTML and JSON.

A document holds plain text, already in the reader's language. There is no markup in it: emphasis
is structure. Every text is made visible on the way in (`domain.text.visible`), so nothing that
somebody typed can steer a renderer.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from orderdesk.domain.text import visible
from orderdesk.domain.time import Frozen, Moment


def _shown(text: str) -> str:
    return visible(text, lines=True).strip()


Shown = Annotated[str, AfterValidator(_shown)]
"""Text that is safe to show."""


class Tone(StrEnum):
    """How much attention a text asks for. Never the only sign: the text says it too."""

    PLAIN = "plain"
    GOOD = "good"
    AMBER = "amber"  # old, missing or open
    RED = "red"
    QUIET = "quiet"  # small print


class Run(Frozen):
    """A piece of text, or a figure with the records that it was counted from."""

    text: Shown
    trace: tuple[Shown, ...] = ()
    """Ids of the records behind it; a reader can open each."""
    tone: Tone = Tone.PLAIN
    badge: bool = False
    """Shown as a label of its own."""
    strong: bool = False


class Paragraph(Frozen):
    """Running text."""

    kind: Literal["paragraph"] = "paragraph"
    runs: tuple[Run, ...]


class Items(Frozen):
    """A list."""

    kind: Literal["items"] = "items"
    items: tuple[tuple[Run, ...], ...]
    numbered: bool = False


class Fact(Frozen):
    """A name and what belongs to it."""

    label: Shown
    value: tuple[Run, ...]


class Facts(Frozen):
    """Names with what belongs to them, below one another."""

    kind: Literal["facts"] = "facts"
    facts: tuple[Fact, ...]


class Tile(Frozen):
    """A figure that is to be seen at once."""

    label: Shown
    value: Run
    note: Shown = ""


class Tiles(Frozen):
    """Figures beside one another."""

    kind: Literal["tiles"] = "tiles"
    tiles: tuple[Tile, ...]


class Column(Frozen):
    """A column of a table. `weight` is its share of the width; 0 takes what the text needs."""

    title: Shown
    numeric: bool = False
    weight: Annotated[int, Field(ge=0, le=12)] = 0


class Table(Frozen):
    """Rows and columns. Without rows `empty` says what that means."""

    kind: Literal["table"] = "table"
    columns: tuple[Column, ...]
    rows: tuple[tuple[tuple[Run, ...], ...], ...]
    total: bool = False
    """Whether the last row sums up those above it."""
    empty: Shown = ""


class Box(Frozen):
    """A text set apart: a warning (amber, red), or words that somebody else wrote (quoted)."""

    kind: Literal["box"] = "box"
    tone: Tone = Tone.PLAIN
    title: Shown = ""
    text: Shown
    trace: tuple[Shown, ...] = ()


class Lines(Frozen):
    """Empty ruled lines to write on by hand, numbered from `first`."""

    kind: Literal["lines"] = "lines"
    first: int = 1
    count: Annotated[int, Field(ge=1, le=200)]


Block = Annotated[
    Paragraph | Items | Facts | Tiles | Table | Box | Lines, Field(discriminator="kind")
]


class Section(Frozen):
    """A part of a paper under a heading of its own."""

    title: Shown = ""
    number: int = 0
    """Shown before the title; 0 for none."""
    level: Annotated[int, Field(ge=1, le=2)] = 1
    flags: tuple[Run, ...] = ()
    """Badges beside the title: how old the information is."""
    blocks: tuple[Block, ...]
    keep: bool = False
    """Keep on one page."""
    new_page: bool = False


class Look(StrEnum):
    """The page that a paper is set on."""

    REPORT = "report"
    LETTER = "letter"
    PACK = "pack"  # large type, to be read outdoors and written on
    SHEET = "sheet"  # A4 across, for one wide table


class Document(Frozen):
    """A whole paper."""

    look: Look = Look.REPORT
    language: Literal["nl", "en"]
    sender: Shown
    """Who speaks: the municipality and its department."""
    title: Shown
    subtitle: Shown = ""
    reference: Shown = ""
    """Number or version, on every page."""
    facts: tuple[Fact, ...] = ()
    """What stands at the head: date, place, addressee."""
    banner: Shown = ""
    """On every page: that the data are invented, or that this is a what-if."""
    sections: tuple[Section, ...]
    closing: Shown = ""
    dated: Moment
    """The moment whose knowledge the paper shows."""
    frozen_at: Moment | None = None
    names: dict[str, Shown] = Field(default_factory=dict)
    """How readers call a record, by its id."""
    sources_title: Shown = ""
    """Heading above the list of records; with "" the marks and the list are left out."""


def freeze(document: Document, moment: datetime) -> tuple[str, bytes]:
    """The document as it stands for good: SHA-256 of its bytes, and the bytes (JSON).

    The same document frozen at the same moment gives the same bytes.
    """
    content = document.replace(frozen_at=moment).model_dump_json().encode("utf-8")
    return hashlib.sha256(content).hexdigest(), content


def runs_of(document: Document) -> list[Run]:
    """Every run of the document, in reading order."""
    found = [run for fact in document.facts for run in fact.value]
    for section in document.sections:
        found += section.flags
        for block in section.blocks:
            found += _runs_of_block(block)
    return found


def _runs_of_block(block: Block) -> list[Run]:
    match block:
        case Paragraph():
            return list(block.runs)
        case Items():
            return [run for item in block.items for run in item]
        case Facts():
            return [run for fact in block.facts for run in fact.value]
        case Tiles():
            return [tile.value for tile in block.tiles]
        case Table():
            return [run for row in block.rows for cell in row for run in cell]
        case Box():
            return [Run(text=block.text, trace=block.trace)]
        case Lines():
            return []


def sources_of(document: Document) -> dict[tuple[str, ...], int]:
    """The number of each set of records that some figure of the document rests on."""
    numbers: dict[tuple[str, ...], int] = {}
    if document.sources_title:
        for run in runs_of(document):
            if run.trace:
                numbers.setdefault(run.trace, len(numbers) + 1)
    return numbers
