"""A document as PDF or as pictures of its pages, by typst.

Tagged and accessible (PDF/UA-1), with the fonts that the typst package carries: the same document
gives the same bytes on every machine.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from orderdesk.domain.time import local, utc
from orderdesk.errors import OrderdeskError
from orderdesk.i18n import _, msg, use_language
from orderdesk.papers import say
from orderdesk.papers.model import Block, Document, Run, sources_of

_LONG_WORD = re.compile(r"(\S{22})(?=\S)")
# Emoji are joined by these; typst leaves out, without a word, what it can't join.
_JOINED_SYMBOLS = re.compile("(?<!\\w)\u200d|\u200d(?!\\w)|\ufe0f")
_NO_GLYPH = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
_MOST_MISSING = 200


@dataclass(frozen=True)
class Pdf:
    """A PDF file and the number of its pages."""

    content: bytes
    pages: int


def to_pdf(document: Document, digest: str = "") -> Pdf:
    """The document as PDF. `digest` (of `freeze`) is printed on every page.

    The file's own date is the moment the document is dated, so the same document gives the same
    bytes. Raises OrderdeskError when the page can't be set.
    """
    setter = _Setter(document, digest)
    return Pdf(setter.compile(), setter.pages())


class _Setter:
    def __init__(self, document: Document, digest: str) -> None:
        import typst

        self._document, self._digest = document, digest
        self._missing: set[str] = set()
        self._template = (Path(__file__).parent / "template.typ").read_bytes()
        self._fonts = typst.Fonts(include_system_fonts=False)

    def compile(self) -> bytes:
        import typst

        while True:
            try:
                made = typst.compile(
                    self._template,
                    font_paths=self._fonts,
                    format="pdf",
                    sys_inputs=self._inputs(),
                    pdf_standards=["ua-1"],
                    timestamp=int(utc(self._document.dated).timestamp()),
                )
            except typst.TypstError as problem:
                self._note_missing(problem)
            else:
                return bytes(made)

    def pages(self) -> int:
        import typst

        found = typst.query(
            self._template,
            "<pages>",
            field="value",
            one=True,
            font_paths=self._fonts,
            sys_inputs=self._inputs(),
        )
        return int(json.loads(found))

    def _note_missing(self, problem: Exception) -> None:
        """Learn from the refusal which characters the fonts lack; give up on any other refusal."""
        found = _NO_GLYPH.search(str(problem))
        # The text stands in the message with unprintable characters written as \u{...}.
        named = _ESCAPE.sub(lambda e: chr(int(e[1], 16)), found[1]) if found else ""
        new = {character for character in named if not character.isascii()} - self._missing
        if not new or len(self._missing) > _MOST_MISSING:
            raise OrderdeskError(msg("The paper can't be set: {why}", why=problem)) from None
        self._missing |= new

    def _inputs(self) -> dict[str, str]:
        text = json.dumps(_breakable(_view(self._document, self._digest)), ensure_ascii=False)
        return {"view": text.translate({ord(c): _character_name(c) for c in self._missing})}


def _view(document: Document, digest: str) -> dict[str, Any]:
    """The document as the template reads it."""
    numbers = sources_of(document)
    with use_language(document.language):
        footer = [document.reference] if document.reference else []
        if document.frozen_at:
            footer.append(_("frozen {moment}").format(moment=_stamp(document.frozen_at)))
        words = {"page": _("Page {page} of {pages}")}
        sources = [
            {"number": number, "records": say.records(trace, document.names)}
            for trace, number in numbers.items()
        ]
    return {
        "look": document.look,
        "language": document.language,
        "sender": document.sender,
        "title": document.title or "–",
        "subtitle": document.subtitle,
        "reference": document.reference,
        "banner": document.banner,
        "footer": " · ".join(footer),
        "digest": digest[:16],
        "words": words,
        "facts": [
            {"label": fact.label, "value": [_run(run, numbers) for run in fact.value]}
            for fact in document.facts
        ],
        "sections": [
            {
                "title": section.title,
                "number": section.number,
                "level": section.level,
                "flags": [_run(run, numbers) for run in section.flags],
                "blocks": [_block(block, numbers) for block in section.blocks],
                "keep": section.keep,
                "new_page": section.new_page,
            }
            for section in document.sections
        ],
        "closing": document.closing,
        "sources_title": document.sources_title,
        "sources": sources,
    }


def _run(run: Run, numbers: dict[tuple[str, ...], int]) -> dict[str, Any]:
    return run.model_dump(exclude={"trace"}) | {"mark": numbers.get(run.trace, 0)}


def _block(block: Block, numbers: dict[tuple[str, ...], int]) -> dict[str, Any]:
    """The block with each run's trace turned into the number of its source."""

    def turned(value: Any) -> Any:
        if isinstance(value, Run):
            return _run(value, numbers)
        if isinstance(value, tuple):
            return [turned(part) for part in value]
        if isinstance(value, BaseModel):
            return {name: turned(getattr(value, name)) for name in type(value).model_fields}
        return value

    shown: dict[str, Any] = turned(block)
    if shown["kind"] == "box":
        shown["mark"] = numbers.get(tuple(shown["trace"]), 0)
    return shown


def _breakable(value: Any) -> Any:
    """The same data with a chance to break words longer than any real one, so that they can't run
    off the page."""
    if isinstance(value, str):
        return _LONG_WORD.sub("\\1\u200b", _JOINED_SYMBOLS.sub("", value))
    if isinstance(value, list):
        return [_breakable(part) for part in value]
    if isinstance(value, dict):
        return {name: _breakable(part) for name, part in value.items()}
    return value


def _character_name(character: str) -> str:
    """How a character is shown that no font holds: by its number, control symbols by theirs."""
    code = ord(character)
    if 0x2400 <= code < 0x2421:
        return f"<{code - 0x2400:02X}>"
    return "<7F>" if code == 0x2421 else f"<{code:X}>"


def _stamp(moment: datetime) -> str:
    return f"{local(moment):%d-%m-%Y %H:%M}"
