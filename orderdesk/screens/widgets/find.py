"""Finding rows by words, while somebody types."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.int32]
_KEPT = 96
"""Words whose rows are remembered: all letters and digits, and what was typed lately."""
_AT_ONCE = 500
"""Texts folded together: far fewer steps than one by one, and still no key waits for it."""


class TextIndex:
    """Finds rows by words anywhere in their text, without regard to case or accents.

    A word that grows letter by letter only looks at the rows that held its beginning.
    """

    def __init__(self, count: int, text: Callable[[int], str]) -> None:
        self._texts: list[str] = []
        for start in range(0, count, _AT_ONCE):
            rows = range(start, min(start + _AT_ONCE, count))
            self._texts += _folded("\n".join(_one_line(text(n)) for n in rows)).split("\n")
        self._every: Positions = np.arange(count, dtype=np.int32)
        self._known: dict[str, Positions] = {}

    def warm(self) -> None:
        """Look up every letter and digit beforehand: the first key costs most."""
        for letter in string.ascii_lowercase + string.digits:
            self._holding(letter)

    def find(self, query: str) -> Positions:
        """Positions of the rows that hold every word of `query`, in order."""
        words = sorted(plain(query).split(), key=len, reverse=True)
        found = self._every
        if words:
            found = self._holding(words[0])
        for word in words[1:]:
            found = self._narrowed(found, word)
        return found

    def _holding(self, word: str) -> Positions:
        found = self._known.pop(word, None)
        if found is None:
            beginnings = (word[:n] for n in range(len(word) - 1, 0, -1))
            known = next((k for b in beginnings if (k := self._known.get(b)) is not None), None)
            found = self._narrowed(self._every if known is None else known, word)
        self._known[word] = found
        if len(self._known) > _KEPT:
            self._known.pop(next(iter(self._known)), None)
        return found

    def _narrowed(self, found: Positions, word: str) -> Positions:
        texts = self._texts
        return np.array([n for n in found.tolist() if word in texts[n]], dtype=np.int32)


def plain(text: str) -> str:
    """Lower case without accents, one line."""
    return _folded(_one_line(text))


def _one_line(text: str) -> str:
    return text.replace("\n", " ")


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    split = unicodedata.normalize("NFKD", text.casefold())
    for mark in filter(unicodedata.combining, set(split)):
        split = split.replace(mark, "")
    return split
