"""Several places in one cell, told apart with care: in doubt a cell stays one place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from orderdesk.registers.text import alternatives, fold, one_line
from orderdesk.registers.words import PlaceWords

_RULE = re.compile(r"\n\s*[-_=*]{3,}\s*\n")
_BROKEN_WORD = re.compile(r"(\w)-[ \t]*\n\s*(?=[^\W\d_])")
_NUMBERED = re.compile(r"(?:^|(?<=\s))(\d{1,2})[.)]\s+(?=[^\W\d_])")
_BRACKETS = re.compile(r"\([^()]*\)?")
_HOUSE = re.compile(r"(?:\s+(?:nr\.?\s*)?\d+\s*[a-z]?(?:\s*-\s*\d+\s*[a-z]?)?)+$")
_MOST_PLACES = 40


@dataclass(frozen=True)
class PlaceReading:
    """Places of one cell, in order."""

    places: tuple[str, ...] = ()
    moving: bool = False
    """Whether the cell says that the gathering moves from one to the next ("Strecke")."""


def known_places(cells: Iterable[str]) -> frozenset[str]:
    """Folded names that stand alone in several cells: what a column itself tells of its places."""
    alone = Counter(
        fold(cell) for cell in cells if cell.strip() and not re.search(r"[\n/;,()]|\s-\s", cell)
    )
    return frozenset(name for name, times in alone.items() if times >= 2 and len(name) >= 3)


def read_places(
    text: str, words: PlaceWords, known: frozenset[str] = frozenset(), *, is_route: bool = False
) -> PlaceReading:
    """The places in a cell. `is_route` for a column of routes, where every sign separates."""
    return _Splitter(words, known).read(text[:4000], is_route)


@dataclass(frozen=True)
class _Splitter:
    words: PlaceWords
    known: frozenset[str]

    def read(self, text: str, is_route: bool) -> PlaceReading:
        if not any(c.isalnum() for c in text):
            return PlaceReading()
        said = fold(text).strip(" .:-")
        if said in _folded(self.words.unnamed) or said.replace(".", "") in _folded(
            self.words.unnamed
        ):
            return PlaceReading(moving=said in _folded(self.words.march))
        whole = _BROKEN_WORD.sub(self._mend, _RULE.sub("\n", text.strip()))
        stops = self._stops(whole)
        moving = is_route or len(stops) > 1
        pieces = self._numbered(whole) or [p for s in stops for p in self._lines(s, is_route)]
        places: list[str] = []
        for piece in pieces:
            for part in self._inside(piece, is_route):
                name = self._clean(part)
                if fold(name).strip(" .") in _folded(self.words.march):
                    moving = True
                elif name:
                    places.append(name)
        return PlaceReading(tuple(places[:_MOST_PLACES]), moving)

    def _stops(self, text: str) -> list[str]:
        """The places of a route in one cell, by an arrow, "from A to B", or A - B - A."""
        marked = re.split("|".join(map(re.escape, self.words.route_marks)), text)
        if len(marked) > 1:
            return [stop for stop in marked if stop.strip()]
        if "\n" in text:
            return [text]
        there = _towards(self.words).match(fold(text))
        if there and len(fold(text)) == len(text):
            return [text[there.start(n) : there.end(n)] for n in (1, 2, 3) if there[n]]
        dashed = [part for part in _outside_brackets(text, r"\s+[-–]\s+") if part.strip()]
        if len(dashed) < 3 or not all(part.strip()[0].isupper() for part in dashed):
            return [text]
        there_and_back = fold(dashed[0]) == fold(dashed[-1])
        if there_and_back or all(self._is_place(part) for part in dashed):
            return dashed
        return [text]

    def _mend(self, found: re.Match[str]) -> str:
        """ "Haus-\\nnummer" is one word; "Ebert-\\nPlatz" keeps its hyphen."""
        return found[1] if found.string[found.end()].islower() else f"{found[1]}-"

    def _numbered(self, text: str) -> list[str]:
        marks = list(_NUMBERED.finditer(text))
        if [int(mark[1]) for mark in marks] != list(range(1, len(marks) + 1)) or len(marks) < 2:
            return []
        if marks[0].start() != 0:
            return []
        ends = [*(mark.start() for mark in marks[1:]), len(text)]
        return [text[mark.end() : end] for mark, end in zip(marks, ends, strict=True)]

    def _lines(self, text: str, is_route: bool) -> list[str]:
        pieces: list[str] = []
        for line in re.split(r"[\n;]+", text):
            piece = line.strip()
            if not piece:
                continue
            if pieces and not is_route and not self._begins_anew(pieces[-1], piece):
                pieces[-1] = f"{pieces[-1]} {piece}"
            else:
                pieces.append(piece)
        return pieces

    def _begins_anew(self, before: str, piece: str) -> bool:
        if before.count("(") > before.count(")") or before.endswith(("/", "&")):
            return False
        last = before.rstrip(" ,").rsplit(" ", 1)[-1]
        if last[:1].islower() or fold(last).strip(".:") in _folded(self.words.relations):
            return False
        if not piece[0].isupper() or self._relates(piece):
            return False
        if fold(piece) in _folded(self.words.corners):
            return False
        return (
            self._is_place(piece.split(",")[0]) or _label(self.words).match(fold(piece)) is not None
        )

    def _inside(self, piece: str, is_route: bool) -> list[str]:
        """Split one line at slashes, joiners, dashes and commas where both sides are places."""
        for pattern in (r"\s+[-–]\s+|\s[-–](?=[A-ZÄÖÜ])", r"\s*/\s*", _joiner(self.words), r",\s*"):
            parts = _outside_brackets(piece, pattern)
            if len(parts) < 2:
                continue
            if is_route:
                return [p for part in parts for p in self._inside(part, is_route)]
            named = [p for p in parts if fold(p).strip(" .") not in _folded(self.words.unnamed)]
            if len(named) < len(parts) or self._all_places(named, pattern):
                return [p for part in parts for p in self._inside(part, is_route)]
        return self._in_a_row(piece)

    def _all_places(self, parts: list[str], pattern: str) -> bool:
        """Whether each is a place by itself.

        "A-straße/B-straße" is one: a corner. "Leverkusen, Bahnhofstr." is one: town and street.
        """
        if any(self._relates(part) or not self._is_place(part) for part in parts):
            return False
        if "," in pattern:
            return all(_ends_in(_core(part), self.words.endings) for part in parts)
        return not ("/" in pattern and any(self._is_corner(part) for part in parts))

    def _in_a_row(self, piece: str) -> list[str]:
        """ "Breslauer Platz Domplatte": squares with nothing but a space between them."""
        bracketed = re.split(r"(?<=\))\s+(?=[A-ZÄÖÜ])", piece)
        if len(bracketed) > 1 and all("(" in part for part in bracketed):
            return bracketed
        if re.search(r"[(),.\d]", piece):
            return [piece]
        squares: list[list[str]] = [[]]
        for word in piece.split():
            if not word[0].isupper():
                return [piece]
            squares[-1].append(word)
            if self._is_square(word):
                squares.append([])
        if squares.pop() or len(squares) < 2:
            return [piece]
        names = [" ".join(square) for square in squares]
        if any(fold(n) in _folded(self.words.endings) and fold(n) not in self.known for n in names):
            return [piece]  # "Station Road", "Hall Square": one name
        return names

    def _is_place(self, text: str) -> bool:
        name = _core(text)
        if not name:
            return False
        if name in self.known:
            return True
        if name.startswith(tuple(f"{opening} " for opening in _folded(self.words.openings))):
            return True
        return _ends_in(name, self.words.endings)

    def _is_square(self, word: str) -> bool:
        name = _core(word)
        return _ends_in(name, self.words.endings) and not _ends_in(name, self.words.corners)

    def _is_corner(self, text: str) -> bool:
        return _ends_in(_core(text), self.words.corners)

    def _relates(self, text: str) -> bool:
        """Whether it only says where beside another place: "vor Eingang Süd", "Ecke Markt".

        "Bahnhof Süd" does; "Bahnhof" alone, or a place that stands alone elsewhere, does not.
        """
        name = _core(text)
        if name in self.known or name in _folded(self.words.endings):
            return False
        return _relation(self.words).match(fold(text)) is not None

    def _clean(self, part: str) -> str:
        said = one_line(part).strip(" ,;/-–")
        said = said[_sequel(self.words).match(fold(said)).end() :]  # type: ignore[union-attr]
        label = _label(self.words).match(fold(said))
        return one_line(said[label.end() :]).strip(" ,;") if label else said


@lru_cache(maxsize=64)
def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(fold(word) for word in words)


@lru_cache(maxsize=8)
def _relation(words: PlaceWords) -> re.Pattern[str]:
    return re.compile(rf"\(?(?:{alternatives(words.relations)})(?![^\W_])")


@lru_cache(maxsize=8)
def _label(words: PlaceWords) -> re.Pattern[str]:
    return re.compile(rf"(?:{alternatives(words.labels)})\s*:\s*")


@lru_cache(maxsize=8)
def _sequel(words: PlaceWords) -> re.Pattern[str]:
    return re.compile(rf"(?:(?:{alternatives(words.sequels)})\s+)?")


@lru_cache(maxsize=8)
def _towards(words: PlaceWords) -> re.Pattern[str]:
    """ "Markt naar Station", "vom Markt über Dom zum Bahnhof": start, on the way, end."""
    starts, ways, ends = map(
        alternatives, (words.route_starts, words.route_words, words.route_ends)
    )
    return re.compile(
        rf"(?:(?:{starts})\s+)?(?!(?:{starts})\s)([^,;]{{3,60}}?)"
        rf"(?:\s+(?:{ways})\s+([^,;]{{3,60}}?))?\s+(?:{ends})\s+([^,;]{{3,60}})$"
    )


@lru_cache(maxsize=8)
def _joiner(words: PlaceWords) -> str:
    return rf"(?i:\s+(?:{alternatives(words.joiners)})\s+|\s*\+\s*)"


@lru_cache(maxsize=20_000)
def _core(text: str) -> str:
    """The folded name without brackets, house number and closing signs."""
    name = _BRACKETS.sub(" ", fold(text)).strip(" ,;:-/")
    return _HOUSE.sub("", name).strip()


def _ends_in(name: str, endings: tuple[str, ...]) -> bool:
    last = name.rsplit(" ", 1)[-1]
    return any(
        last == ending or (len(ending) > 2 and last.endswith(ending)) for ending in _folded(endings)
    )


def _outside_brackets(text: str, pattern: str) -> list[str]:
    """`re.split` that leaves what stands in brackets alone."""
    parts: list[str] = []
    start = 0
    for found in re.finditer(pattern, text):
        before = text[: found.start()]
        if before.count("(") > before.count(")"):
            continue
        parts.append(text[start : found.start()])
        start = found.end()
    parts.append(text[start:])
    return [part for part in parts if part.strip(" ,;/-–")]
