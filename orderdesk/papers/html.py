"""A document as one HTML page: no script, nothing loaded from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

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


def to_html(document: Document, digest: str = "") -> str:
    """The document as an HTML page that stands alone. What users typed is escaped.

    `digest` (of `freeze`) stands at the foot.
    """
    with use_language(document.language):
        return "\n".join(_Writer(document).lines(digest)) + "\n"


class _Writer:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._numbers = sources_of(document)

    def lines(self, digest: str) -> Iterator[str]:
        document = self._document
        style = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
        allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'sha256-{allowed}'"
        yield f'<!doctype html>\n<html lang="{document.language}">\n<head>\n<meta charset="utf-8">'
        yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        yield '<meta name="viewport" content="width=device-width">'
        yield f"<title>{_text(document.title)}</title>\n<style>{style}</style>\n</head>"
        yield f'<body class="{document.look}">'
        if document.banner:
            yield f'<p class="banner">{_text(document.banner)}</p>'
        yield f'<header><p class="sender">{_text(document.sender)}</p>'
        yield f"<h1>{_text(document.title)}</h1>"
        subtitle = " · ".join(filter(None, [document.subtitle, document.reference]))
        if subtitle:
            yield f'<p class="subtitle">{_text(subtitle)}</p>'
        yield from self._facts(document.facts)
        yield "</header>\n<main>"
        for section in document.sections:
            yield from self._section(section)
        if document.closing:
            yield f"<p>{_text(document.closing)}</p>"
        yield "</main>"
        yield from self._sources()
        if digest:
            yield f"<footer>{_text(_('Fingerprint'))}: <code>{_text(digest)}</code></footer>"
        yield "</body>\n</html>"

    def _sources(self) -> Iterator[str]:
        if self._numbers:
            yield f'<aside>\n<h2>{_text(self._document.sources_title)}</h2>\n<ol class="sources">'
            for trace, number in self._numbers.items():
                shown = say.records(trace, self._document.names)
                yield f'<li id="r{number}">{_text(shown)}</li>'
            yield "</ol>\n</aside>"

    def _section(self, section: Section) -> Iterator[str]:
        yield "<section>"
        if section.title:
            tag = f"h{section.level + 1}"
            number = f"{section.number} " if section.number else ""
            flags = "".join(f" {self._run(flag)}" for flag in section.flags)
            yield f"<{tag}>{number}{_text(section.title)}{flags}</{tag}>"
        for block in section.blocks:
            yield from self._block(block)
        yield "</section>"

    def _block(self, block: Block) -> Iterator[str]:
        match block:
            case Paragraph():
                yield f"<p>{self._runs(block.runs)}</p>"
            case Items():
                tag = "ol" if block.numbered else "ul"
                yield f"<{tag}>"
                for item in block.items:
                    yield f"<li>{self._runs(item)}</li>"
                yield f"</{tag}>"
            case Facts():
                yield from self._facts(block.facts)
            case Tiles():
                yield '<dl class="tiles">'
                for tile in block.tiles:
                    note = f"<small>{_text(tile.note)}</small>" if tile.note else ""
                    value = self._run(tile.value)
                    yield f"<div><dt>{_text(tile.label)}</dt><dd>{value} {note}</dd></div>"
                yield "</dl>"
            case Table():
                yield from self._table(block)
            case Box():
                title = f"<strong>{_text(block.title)}</strong><br>" if block.title else ""
                mark = self._mark(block.trace)
                yield f'<blockquote class="{block.tone}">{title}{_text(block.text)}{mark}'
                yield "</blockquote>"
            case Lines():
                yield f'<ol class="lines" start="{block.first}">'
                yield from ["<li></li>"] * block.count
                yield "</ol>"

    def _facts(self, facts: Iterable[Fact]) -> Iterator[str]:
        yield '<dl class="facts">'
        for fact in facts:
            yield f"<dt>{_text(fact.label)}</dt><dd>{self._runs(fact.value)}</dd>"
        yield "</dl>"

    def _table(self, table: Table) -> Iterator[str]:
        if not table.rows:
            yield f'<p class="quiet">{_text(table.empty)}</p>'
            return
        kinds = [' class="number"' if column.numeric else "" for column in table.columns]
        yield f"<table{' class=total' if table.total else ''}>\n<thead><tr>"
        for column, kind in zip(table.columns, kinds, strict=True):
            yield f'<th scope="col"{kind}>{_text(column.title)}</th>'
        yield "</tr></thead>\n<tbody>"
        for row in table.rows:
            cells = zip(row, kinds, strict=True)
            yield f"<tr>{''.join(f'<td{k}>{self._runs(cell)}</td>' for cell, k in cells)}</tr>"
        yield "</tbody>\n</table>"

    def _runs(self, runs: Iterable[Run]) -> str:
        return " ".join(map(self._run, runs))

    def _run(self, run: Run) -> str:
        text = _text(run.text)
        if run.strong:
            text = f"<strong>{text}</strong>"
        classes = " ".join(["badge"] * run.badge + [run.tone] * (run.tone != "plain"))
        if classes:
            text = f'<span class="{classes}">{text}</span>'
        return text + self._mark(run.trace)

    def _mark(self, trace: tuple[str, ...]) -> str:
        number = self._numbers.get(trace)
        return f'<sup><a href="#r{number}">{number}</a></sup>' if number else ""


def _text(text: str) -> str:
    return escape(text).replace("\n", "<br>")
