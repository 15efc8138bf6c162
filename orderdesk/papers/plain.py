"""A document as text for a terminal: headings, aligned tables, no markup."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

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

_LEAST = 3
"""Narrowest column of a table."""
_SYLLABLE = re.compile(r"[aeiou](?=[^aeiou][aeiou])", re.IGNORECASE)
"""The end of a syllable in most Dutch and English words: a vowel before a consonant and a vowel."""
_LONG_WORD = 12
"""Longer words may be broken where there is little room; "18:00-21:00," is not."""


def to_text(document: Document, width: int, digest: str = "") -> str:
    """The document in lines of at most `width` characters; figures carry the number of the records
    they rest on, which stand at the end."""
    with use_language(document.language):
        return "\n".join(_Writer(document, width).lines(digest)).strip() + "\n"


class _Writer:
    def __init__(self, document: Document, width: int) -> None:
        self._document, self._width = document, max(40, width)
        self._numbers = sources_of(document)

    def lines(self, digest: str) -> Iterator[str]:
        document = self._document
        if document.banner:
            yield from self._wrapped(f"▲ {document.banner}")
        yield document.title.upper()
        for text in (document.sender, document.subtitle, document.reference):
            if text:
                yield from self._wrapped(text)
        yield from self._facts(document.facts)
        for section in document.sections:
            yield ""
            yield from self._section(section)
        if document.closing:
            yield from ("", *self._wrapped(document.closing))
        if self._numbers:
            yield from ("", document.sources_title.upper())
            for trace, number in self._numbers.items():
                yield from self._wrapped(f"[{number}] {say.records(trace, document.names)}", hang=6)
        if digest:
            yield from ("", f"{_('Fingerprint')}: {digest}")

    def _section(self, section: Section) -> Iterator[str]:
        if section.title:
            number = f"{section.number}. " if section.number else ""
            flags = "".join(f"  [{flag.text}]" for flag in section.flags)
            title = f"{number}{section.title}{flags}"
            yield from self._wrapped(title if section.level > 1 else title.upper())
            yield ("─" if section.level == 1 else "·") * min(self._width, len(title))
        before: Block | None = None
        for block in section.blocks:
            if isinstance(before, Paragraph) and isinstance(block, Paragraph):
                yield ""
            yield from self._block(block)
            before = block

    def _block(self, block: Block) -> Iterator[str]:
        match block:
            case Paragraph():
                yield from self._wrapped(self._runs(block.runs))
            case Items():
                for number, item in enumerate(block.items, 1):
                    bullet = f"{number}. " if block.numbered else "- "
                    yield from self._wrapped(bullet + self._runs(item), hang=len(bullet))
            case Facts():
                yield from self._facts(block.facts)
            case Tiles():
                for tile in block.tiles:
                    note = f"  ({tile.note})" if tile.note else ""
                    yield from self._wrapped(
                        f"{self._run(tile.value):>8}  {tile.label}{note}", hang=10
                    )
            case Table():
                yield from self._table(block)
            case Box():
                title = f"{block.title}: " if block.title else ""
                for line in self._wrapped(f"{title}{block.text}{self._mark(block.trace)}", less=2):
                    yield f"│ {line}"
            case Lines():
                for number in range(block.first, block.first + block.count):
                    yield f"{number:>3}. " + "_" * (self._width - 6)

    def _facts(self, facts: Iterable[Fact]) -> Iterator[str]:
        rows = [(fact.label, self._runs(fact.value)) for fact in facts]
        wide = min(26, max((len(label) for label, _value in rows), default=0))
        for label, value in rows:
            yield from self._wrapped(f"{label:<{wide}}  {value}", hang=wide + 2)

    def _table(self, table: Table) -> Iterator[str]:
        if not table.rows:
            yield from self._wrapped(table.empty)
            return
        heads = [" ".join(column.title.split()) for column in table.columns]
        rows = [[" ".join(self._runs(cell).split()) for cell in row] for row in table.rows]
        widths = _widths(heads, rows, self._width)
        broken = [_broken(head, wide) for head, wide in zip(heads, widths, strict=True)]
        yield from _row(broken, widths, [False] * len(heads))
        yield " ".join("─" * w for w in widths)
        numeric = [column.numeric for column in table.columns]
        for n, row in enumerate(rows):
            if table.total and n == len(rows) - 1:
                yield " ".join("─" * w for w in widths)
            yield from _row(row, widths, numeric)

    def _runs(self, runs: Iterable[Run]) -> str:
        return " ".join(map(self._run, runs))

    def _run(self, run: Run) -> str:
        return (f"[{run.text}]" if run.badge else run.text) + self._mark(run.trace)

    def _mark(self, trace: tuple[str, ...]) -> str:
        return f" [{self._numbers[trace]}]" if trace in self._numbers else ""

    def _wrapped(self, text: str, *, hang: int = 0, less: int = 0) -> Iterator[str]:
        for n, part in enumerate(text.split("\n")):
            yield from textwrap.wrap(
                part, self._width - less, initial_indent=" " * hang if n else "",
                subsequent_indent=" " * hang, break_long_words=True,
                drop_whitespace=True, replace_whitespace=False,
            ) or [""]  # fmt: skip


def _widths(heads: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """As wide as the longest cell where there is room; else the widest give way first, down to
    their longest word. Words are broken before numbers are: half of "D-2026-025" names no case."""
    columns = list(zip(heads, *rows, strict=True))
    widths = [max(_LEAST, *map(len, column)) for column in columns]
    words = [[w for cell in column for w in cell.split()] for column in columns]
    whole = [min(_LONG_WORD, max(map(len, column), default=_LEAST)) for column in words]
    numbers = [
        min(_LONG_WORD, max((len(w) for w in column if any(map(str.isdigit, w))), default=_LEAST))
        for column in words
    ]
    room = width - (len(widths) - 1)
    for least in (whole, numbers, [_LEAST] * len(widths)):
        while sum(widths) > room:
            spare = [w - low for w, low in zip(widths, least, strict=True)]
            if max(spare) <= 0:
                break
            widths[spare.index(max(spare))] -= 1
    return widths


def _broken(head: str, width: int) -> str:
    """A heading whose words fit in `width`: what doesn't is broken with a hyphen."""
    parts = []
    for word in head.split():
        while len(word) > width > 1:
            syllables = [m.end() for m in _SYLLABLE.finditer(word, 0, width + 1)]
            cut = max((n for n in syllables if width // 2 <= n < width), default=width - 1)
            parts.append(f"{word[:cut]}-")
            word = word[cut:]
        parts.append(word)
    return " ".join(parts)


def _row(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> Iterator[str]:
    parts = [textwrap.wrap(cell, w) or [""] for cell, w in zip(cells, widths, strict=True)]
    for n in range(max(map(len, parts))):
        line = []
        for part, wide, numeric in zip(parts, widths, right, strict=True):
            text = part[n] if n < len(part) else ""
            line.append(f"{text:>{wide}}" if numeric else f"{text:<{wide}}")
        yield " ".join(line).rstrip()
