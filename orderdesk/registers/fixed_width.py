"""Text files whose columns stand under one another, parted by blanks instead of a sign."""

from __future__ import annotations

import re
from collections.abc import Sequence

_GAP = re.compile(r"\s{2,}")
_RULE = re.compile(r"[\s\-=+_|]*-{3,}[\s\-=+_|]*$|[\s=+]*={3,}[\s=+]*$")
_STRETCH = re.compile(r"\S+(?: \S+)*")
_SIGNS = ("\t", ";", "|")
_HEADER_WITHIN = 40
_FEWEST = 3
"""Columns, and lines, from which on blanks make a table and not a letter."""
_LOOKED_AT = 100_000
"""Characters in which the header must stand."""
_MOST_LINES = 2_000
"""Lines by which the columns are found."""
_TAB = 8
_MANY = 6  # lines, of which one may stand out
_NEARLY_ALL = 0.97


def read_fixed_width(text: str) -> list[list[str]] | None:
    """The rows of such a file, every line one; None for a file that is not like that.

    A line of one stretch of words (a title, a footnote) is one cell. Lines of dashes are blank.
    """
    head = _header([line.rstrip() for line in text[:_LOOKED_AT].split("\n")])
    if head is None:
        return None
    lines = [line.rstrip().expandtabs(_TAB) for line in text.split("\n")]
    if lines and not lines[-1]:
        lines.pop()
    table = [line for line in lines[head : head + _MOST_LINES] if _parts(line) > 1]
    starts = _starts(table, stray=0)
    if len(starts) < _parts(table[0]) and len(table) >= _MANY:
        starts = _starts(table, stray=1)
    if len(starts) < _FEWEST:
        return None
    rows: list[list[str]] = []
    for n, line in enumerate(lines):
        cells = _cells(line, starts, in_table=n >= head)
        goes_on = _goes_on(cells, rows) if n > head + 1 else None
        if goes_on is not None:  # a long text that was broken off: its row has the whole of it
            rows[-1][goes_on] = f"{rows[-1][goes_on]} {cells[goes_on]}".strip()
            cells = [""]
        rows.append(cells)
    return rows


def _parts(line: str) -> int:
    return 0 if _RULE.fullmatch(line) else len(_GAP.split(line.strip()))


def _header(lines: Sequence[str]) -> int | None:
    """The first line of several words far apart, with lines like it below."""
    for n, line in enumerate(lines[:_HEADER_WITHIN]):
        if _parts(line) < _FEWEST:
            continue
        if any(sign in line for sign in _SIGNS) or line.count(",") > 1:
            return None
        below = [one for one in lines[n + 1 : n + 200] if one.strip() and not _RULE.fullmatch(one)]
        alike = sum(_parts(one) > 1 for one in below)
        return n if alike >= _FEWEST - 1 and alike >= len(below) / 2 else None
    return None


def _starts(table: Sequence[str], stray: int) -> list[int]:
    """Where the columns begin: behind places that are blank in (nearly) every line; `stray` lines
    may stand out.

    A column needs a word in the header, so that blanks which happen to stand under one another in
    the texts of a few lines part nothing.
    """
    width = max(map(len, table))
    blank = [0] * width
    for line in table:
        for at, sign in enumerate(line):
            blank[at] += sign == " "
        for at in range(len(line), width):
            blank[at] += 1
    needed = min(len(table) * _NEARLY_ALL, len(table) - stray)
    empty = [n >= needed for n in blank]
    header = table[0].ljust(width)
    body = table[1:]
    starts: list[int] = []
    for at in range(width):
        if empty[at] or (at and not empty[at - 1]):
            continue
        end = next((n for n in range(at, width) if empty[n]), width)
        named = header[at:end].strip()
        apart = header[max(0, at - 2) : at].strip() == "" and not header[at - 1 : at].strip()
        if not starts or (named and (apart or any(line[at:end].strip() for line in body))):
            starts.append(at)
    return starts


def _goes_on(cells: Sequence[str], rows: Sequence[Sequence[str]]) -> int | None:
    """The one column that a line continues, if it does: nothing stands in the others."""
    filled = [n for n, cell in enumerate(cells) if cell]
    if len(filled) != 1 or filled[0] == 0 or len(rows[-1]) != len(cells):
        return None
    return filled[0] if rows[-1][filled[0]] else None


def _by_words(line: str, starts: Sequence[int]) -> list[str]:
    """The cells of a line beside the columns: each stretch of words where most of it stands."""
    cells = [""] * len(starts)
    ends = [*starts[1:], len(line) + 1]
    for found in _STRETCH.finditer(line):
        shared = [min(found.end(), b) - max(found.start(), a)
                  for a, b in zip(starts, ends, strict=True)]  # fmt: skip
        at = max(range(len(starts)), key=shared.__getitem__)
        cells[at] = f"{cells[at]} {found[0]}".strip()
    return cells


def _cells(line: str, starts: Sequence[int], *, in_table: bool) -> list[str]:
    if not line.strip() or _RULE.fullmatch(line):
        return [""]
    title = _parts(line) == 1 and not line.startswith(" ")
    if not in_table or (title and len(line) > (starts[1] if len(starts) > 1 else 0)):
        return [line.strip()]
    if any(line[at - 1 : at].strip() and line[at : at + 1].strip() for at in starts[1:]):
        return _by_words(line, starts)
    cells = [line[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)]
    before = line[: starts[0]].strip()
    return [f"{before} {cells[0]}".strip(), *cells[1:]] if before else cells
