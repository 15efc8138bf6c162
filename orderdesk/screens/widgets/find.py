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


class TextIndex:
    """Finds rows by words anywhere in their text, without regard to case or accents.

    All texts lie in one string, so that a search over a hundred thousand rows is one scan; a word
    that grows letter by letter only looks at the rows that held its beginning.
    """

    def __init__(self, count: int, text: Callable[[int], str]) -> None:
        texts = [plain(text(n)) for n in range(count)]
        self._all = "\n".join(texts) + "\n"
        lengths = np.fromiter((len(t) + 1 for t in texts), dtype=np.int64, count=count)
        self._ends = np.cumsum(lengths)
        self._every: Positions = np.arange(count, dtype=np.int32)
        self._texts = texts
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
            found = self._scanned(word) if known is None else self._narrowed(known, word)
        self._known[word] = found
        if len(self._known) > _KEPT:
            self._known.pop(next(iter(self._known)), None)
        return found

    def _narrowed(self, found: Positions, word: str) -> Positions:
        texts = self._texts
        return np.array([n for n in found.tolist() if word in texts[n]], dtype=np.int32)

    def _scanned(self, word: str) -> Positions:
        starts: list[int] = []
        at, text, find = 0, self._all, self._all.find
        while (at := find(word, at)) >= 0:
            starts.append(at)
            # One hit per row is enough: go on at the next row.
            at = text.index("\n", at) + 1
        rows = np.searchsorted(self._ends, np.asarray(starts, dtype=np.int64), side="right")
        return rows.astype(np.int32)


def plain(text: str) -> str:
    """Lower case without accents, one line."""
    if text.isascii():
        return text.lower().replace("\n", " ")
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in split if not unicodedata.combining(c)).replace("\n", " ")
