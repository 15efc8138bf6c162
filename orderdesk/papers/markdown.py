"""A document as Markdown (CommonMark with tables and footnotes)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from orderdesk.i18n import _, use_language
from orderdesk.papers import say
from orderdesk.papers.model import (
    Block,
    Box,
    Document,
    Fact,
    Facts,
    Items,
    Lines,
    Paragraph,
    Run,
    Section,
    Table,
    Tiles,
    sources_of,
)

_ALWAYS = re.compile(r"([\\`*_{}\[\]<>#|~$^&@])")
_AT_START = re.compile(r"^([-+=:]|\d+(?=[.)](?:\s|$)))", re.MULTILINE)
_LINKS = re.compile(r"(?<=\bwww)(\.)|(:)(?=//|\w+:)", re.IGNORECASE)
_RULED = "\\_" * 40


def to_markdown(document: Document, digest: str = "") -> str:
    """The document as Markdown. What users typed is escaped: it never becomes markup.

    `digest` (of `freeze`) stands at the end.
    """
    with use_language(document.language):
        return "\n".join(_Writer(document).lines(digest)).strip() + "\n"


class _Writer:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._numbers = sources_of(document)

    def lines(self, digest: str) -> Iterator[str]:
        document = self._document
        if document.banner:
            yield f"**{_escaped(document.banner)}**\n"
        yield f"# {_escaped(document.title)}\n"
        for text in (document.sender, document.subtitle, document.reference):
            if text:
                yield f"{_escaped(text)}\n"
        yield from self._facts(document.facts)
        for section in document.sections:
            yield from self._section(section)
        if document.closing:
            yield f"{_escaped(document.closing)}\n"
        if self._numbers:
            yield f"## {_escaped(document.sources_title)}\n"
            for trace, number in self._numbers.items():
                yield f"[^{number}]: {_escaped(say.records(trace, document.names))}"
            yield ""
        if digest:
            yield f"{_('Fingerprint')}: `{digest}`"

    def _section(self, section: Section) -> Iterator[str]:
        if section.title:
            number = f"{section.number}\\. " if section.number else ""
            flags = "".join(f" {self._run(flag)}" for flag in section.flags)
            yield f"{'#' * (section.level + 1)} {number}{_escaped(section.title)}{flags}\n"
        for block in section.blocks:
            yield from self._block(block)

    def _block(self, block: Block) -> Iterator[str]:
        match block:
            case Paragraph():
                yield f"{self._runs(block.runs)}\n"
            case Items():
                for number, item in enumerate(block.items, 1):
                    bullet = f"{number}." if block.numbered else "-"
                    yield f"{bullet} {self._runs(item)}"
                yield ""
            case Facts():
                yield from self._facts(block.facts)
            case Tiles():
                yield from self._facts(
                    Fact(
                        label=f"{tile.label} ({tile.note})" if tile.note else tile.label,
                        value=(tile.value,),
                    )
                    for tile in block.tiles
                )
            case Table():
                yield from self._table(block)
            case Box():
                title = f"**{_escaped(block.title)}** " if block.title else ""
                mark = self._mark(block.trace)
                for line in f"{title}{_escaped(block.text)}{mark}".split("\n"):
                    yield f"> {line}"
                yield ""
            case Lines():
                for number in range(block.first, block.first + block.count):
                    yield f"{number}\\. {_RULED}\n"

    def _facts(self, facts: Iterable[Fact]) -> Iterator[str]:
        for fact in facts:
            yield f"- {_escaped(fact.label)}: {self._runs(fact.value)}"
        yield ""

    def _table(self, table: Table) -> Iterator[str]:
        if not table.rows:
            yield f"*{_escaped(table.empty)}*\n"
            return
        yield f"| {' | '.join(_cell(_escaped(column.title)) for column in table.columns)} |"
        yield f"| {' | '.join('---:' if c.numeric else '---' for c in table.columns)} |"
        for row in table.rows:
            yield f"| {' | '.join(_cell(self._runs(cell)) for cell in row)} |"
        yield ""

    def _runs(self, runs: Iterable[Run]) -> str:
        return " ".join(map(self._run, runs))

    def _run(self, run: Run) -> str:
        text = _escaped(run.text)
        if run.badge:
            text = f"\\[{text}\\]"
        elif run.strong and text:
            text = f"**{text}**"
        return text + self._mark(run.trace)

    def _mark(self, trace: tuple[str, ...]) -> str:
        return f"[^{self._numbers[trace]}]" if trace in self._numbers else ""


def _cell(text: str) -> str:
    return re.sub(r"\s*\n", " ", text)


def _escaped(text: str) -> str:
    """`text` with everything escaped that could become markup, a list, or a link."""
    text = _ALWAYS.sub(r"\\\1", text)
    text = _LINKS.sub(lambda found: f"\\{found[0]}", text)
    text = _AT_START.sub(_escaped_start, text)
    return text.replace("\n", "  \n")


def _escaped_start(found: re.Match[str]) -> str:
    # After a number it is the dot behind it that makes a list.
    return f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}"
