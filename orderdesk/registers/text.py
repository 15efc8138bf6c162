"""Text of a register: made safe to keep and to compare, without losing what stood there."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from orderdesk.domain.text import visible as text_made_visible

MAX_CELL = 20_000
"""Characters of one cell that are kept; `domain.events.Text` holds as many."""

_C0 = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n\r"}
_VISIBLE = _C0 | {0x7F: "\u2421"} | {code: f"⟨{code:02X}⟩" for code in range(0x80, 0xA0)}
_GAPS = re.compile(r"\s+")
_WORD = re.compile(r"[^\W_]+")


def visible(text: str) -> str:
    """`text` in NFC, lines ended by newline, with every control character as a symbol one sees.

    ESC becomes ␛, NUL ␀, U+009B ⟨9B⟩. Tabs and newlines stay. Lone surrogates become U+FFFD.
    """
    whole = text.replace("\r\n", "\n").replace("\r", "\n").translate(_VISIBLE)
    if not whole.isascii():
        whole = unicodedata.normalize("NFC", whole)
        whole = whole.encode("utf-8", "replace").decode("utf-8")
    return whole


def safe_name(name: str) -> str:
    """The name of a file as it may be shown: one line, no control or direction marks, 120 long."""
    shown = text_made_visible(_GAPS.sub(" ", name.strip()), isolate=False)
    return shown if len(shown) <= 120 else f"{shown[:80]}…{shown[-39:]}"


def one_line(text: str) -> str:
    """`text` with every run of white space as one space."""
    line = _GAPS.sub(" ", text).strip()
    return text if line == text else line  # the same text is kept once


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """`text` for comparing: lower case, no accents, ß as ss, one space between words."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(c for c in text if not unicodedata.combining(c))
        text = text.replace("–", "-").replace("—", "-").replace("−", "-").replace("‑", "-")
        text = text.replace("’", "'").replace("‘", "'").replace("´", "'")
    return _GAPS.sub(" ", text.lower()).strip()


def words_of(text: str) -> tuple[str, ...]:
    """The folded words and numbers of `text`, punctuation dropped."""
    return tuple(_WORD.findall(fold(text)))


def squeezed(text: str) -> str:
    """The folded letters and digits of `text` in one run: "Teilnehm er / -" -> "teilnehmer"."""
    return "".join(words_of(text))


def alternatives(words: tuple[str, ...] | list[str]) -> str:
    """A regular expression for any of the folded `words`, the longest first.

    A star stands for the rest of a word: "*versammlung" also finds "Eilversammlung".
    """
    longest_first = sorted({fold(w) for w in words}, key=len, reverse=True)
    return "|".join(re.escape(w).replace(r"\*", r"[^\W_]*") for w in longest_first)


@lru_cache(maxsize=64)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{alternatives(words)})(?![^\W_])")


def says(text: str, words: tuple[str, ...]) -> str:
    """The first of `words` that stands in `text` as a whole word, or ""."""
    found = _pattern(words).search(fold(text))
    return found[0] if found else ""
