"""Text that people typed, made safe to show, to put in a spreadsheet, or to name a file with.

What somebody typed is data. It is stored as it came; these functions stand at the way out.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

MARKS_PER_LETTER = 4
"""Combining marks that stay on one letter; no living orthography stacks more."""
_FILE_NAME_BYTES = 120
"""UTF-8 bytes of a file name without its ending: under every file system's limit, and readable."""

_FORMAT = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u2028-\u202e\u2060-\u206f\u3164\ufeff"
    "\uffa0\ufff0-\uffff\U000e0000-\U000e007f"
)
_HIDDEN = re.compile(f"[\x00-\x1f\x7f-\x9f{_FORMAT}\ud800-\udfff]")
_HIDDEN_IN_JSON = re.compile(f"[\x7f-\x9f{_FORMAT}\ud800-\udfff]")
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"

_FORMULA = re.compile(r"'*[\s\ufeff]*[=+\-@＝＋－＠\t\r\n]")
_ESCAPED = re.compile(r"'+[\s\ufeff]*[=+\-@＝＋－＠\t\r\n]")

_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\s]+')
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)", re.I)


def _symbol(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if 0xD800 <= code <= 0xDFFF or code >= 0xFFF0:
        return "\ufffd"
    return f"⟨{code:02X}⟩"


def _without_floods(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me", "Cf") else 0
        if marks <= MARKS_PER_LETTER:
            yield character


def visible(text: str, *, lines: bool = False, isolate: bool = True) -> str:
    """`text` in NFC with everything hidden in it made visible; safe for a terminal or a paper.

    ESC becomes ␛, NUL ␀, DEL ␡, U+009B ⟨9B⟩, U+202E ⟨202E⟩, U+200B ⟨200B⟩; a lone surrogate or
    noncharacter becomes U+FFFD. At most `MARKS_PER_LETTER` combining marks stay on a letter.
    With `lines` newlines stay and a tab becomes four spaces; without, they become ␊ and ␉.
    With `isolate` text that holds Arabic or Hebrew is wrapped in a first-strong isolate, so that
    it can't reorder what stands beside it. Text that was shown once stays as it is.
    """
    if text.isascii() and text.isprintable():
        return text
    if lines:
        paragraphs = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2029", "\n")
        return "\n".join(
            visible(line.replace("\t", "    "), isolate=isolate) for line in paragraphs.split("\n")
        )
    if isolate and text.startswith(_FIRST_STRONG_ISOLATE) and text.endswith(_POP_ISOLATE):
        text = text[1:-1]
    shown = _HIDDEN.sub(_symbol, unicodedata.normalize("NFC", text))
    shown = "".join(_without_floods(shown))
    if isolate and _RIGHT_TO_LEFT.search(shown):
        return f"{_FIRST_STRONG_ISOLATE}{shown}{_POP_ISOLATE}"
    return shown


def json_text(document: Any) -> str:
    """`document` as JSON that a terminal can show: what is hidden in it is escaped, not lost."""
    text = json.dumps(document, ensure_ascii=False, indent=2, default=str)
    return _HIDDEN_IN_JSON.sub(lambda found: json.dumps(found[0])[1:-1], text)


def csv_cell(text: str) -> str:
    """`text` as a spreadsheet opens it: as text, never as a formula. `csv_text` undoes it.

    An apostrophe goes before text that begins (after white space and apostrophes) with one of
    = + - @, their full-width forms, a tab or a line end. All other text stays as it is.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def csv_text(cell: str) -> str:
    """What `csv_cell` was given."""
    return cell[1:] if _ESCAPED.match(cell) else cell


def safe_file_name(text: str, ending: str = "", taken: Iterable[str] = ()) -> str:
    """A readable file name made from `text`, valid on Linux, macOS and Windows.

    `ending` (".ics") is added as it is. `taken` are names already used in the folder: the result
    differs from all of them, also where case doesn't count, by a number put behind it.
    Never empty, never a path, never a device name, at most 120 bytes before the ending.
    """
    shown = visible(text, isolate=False)
    # A symbol for a hidden character says nothing in a file name.
    shown = re.sub("[\u2400-\u2426\ufffd]+|⟨[0-9A-F]+⟩", " ", shown)
    name = re.sub("-{2,}", "-", _NOT_IN_NAMES.sub("-", shown.strip())).strip(".- ")
    if _DEVICES.match(name):
        name = f"_{name}"
    name = _cut(name or "-", _FILE_NAME_BYTES).rstrip(". ")
    used = {unicodedata.normalize("NFC", other).casefold() for other in taken}
    candidate, number = f"{name}{ending}", 2
    while candidate.casefold() in used:
        tail = f"-{number}"
        candidate = f"{_cut(name, _FILE_NAME_BYTES - len(tail))}{tail}{ending}"
        number += 1
    return candidate


def _cut(text: str, limit: int) -> str:
    """As many whole characters of `text` as fit in `limit` bytes of UTF-8."""
    return text.encode("utf-8")[:limit].decode("utf-8", "ignore")
