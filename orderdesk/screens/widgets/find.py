"""Finding rows by words, while somebody types."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import numpy as np
import numpy.typing as npt


class TextIndex:
    """Finds rows by words anywhere in their text, without regard to case or accents.

    All texts lie in one string, so that a search over a hundred thousand rows is one scan.
    """

    def __init__(self, count: int, text: Callable[[int], str]) -> None:
        texts = [plain(text(n)) for n in range(count)]
        self._all = "\n".join(texts) + "\n"
        lengths = np.fromiter((len(t) + 1 for t in texts), dtype=np.int64, count=count)
        self._ends = np.cumsum(lengths)
        self._count = count
        self._texts = texts

    def find(self, query: str) -> npt.NDArray[np.int64]:
        """Positions of the rows that hold every word of `query`, in order."""
        words = sorted(plain(query).split(), key=len, reverse=True)
        if not words:
            return np.arange(self._count)
        found = self._holding(words[0])
        for word in words[1:]:
            found = found[[word in self._texts[n] for n in found]] if len(found) else found
        return found

    def _holding(self, word: str) -> npt.NDArray[np.int64]:
        starts: list[int] = []
        at, text, find = 0, self._all, self._all.find
        while (at := find(word, at)) >= 0:
            starts.append(at)
            # One hit per row is enough: go on at the next row.
            at = text.index("\n", at) + 1
        return np.searchsorted(self._ends, np.asarray(starts, dtype=np.int64), side="right")


def plain(text: str) -> str:
    """Lower case without accents, one line."""
    if text.isascii():
        return text.lower().replace("\n", " ")
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in split if not unicodedata.combining(c)).replace("\n", " ")
