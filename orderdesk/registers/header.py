"""Finds the header of a table: title rows above it, two rows of it, none at all."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from orderdesk.errors import BadInput
from orderdesk.i18n import N_, msg
from orderdesk.registers.days import iso_or_serial
from orderdesk.registers.table import Table
from orderdesk.registers.text import fold, one_line, squeezed, words_of
from orderdesk.registers.words import RegisterField, RegisterWords

_UNNAMED = re.compile(r"unnamed: \d+(?:_level_\d+)?$")
_PANDAS_DOUBLE = re.compile(r"(.+)\.\d{1,2}$")
_DAY = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_ONE_DAY = re.compile(r"\s*\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\s*$")
_NUMBER = re.compile(r"[<>~ca. ]*\d[\d.,\s]*(?:-\s*\d[\d.,]*)?$")
_ROWS_LOOKED_AT = 60
_GOOD = 0.6  # a header's cell is recognised from this score on
_CERTAIN = 0.9
LONGEST_NAME = 60


@dataclass(frozen=True)
class Header:
    """Where the header stands and what the columns are called."""

    rows: tuple[int, ...]
    """Indices in `table.rows`; none when the table has no header."""
    names: tuple[str, ...]
    """One a column, all different; "C" for the third when nothing stands there."""
    first_data: int
    """Index of the first row below."""
    titles: tuple[str, ...] = ()
    """What stood above."""
    lowest: tuple[str, ...] = ()
    """The cell nearest the data in each column, without the group that it stands under."""

    def repeats(self, cells: tuple[str, ...], table: Table) -> bool:
        """Whether `cells` is this header once more (a new page)."""
        filled = [i for i, cell in enumerate(cells) if cell.strip() and not is_unnamed(cell)]
        if len(filled) < min(2, len(cells)):
            return False
        for row in self.rows:
            same = sum(fold(cells[i]) == fold(table.rows[row][i]) for i in filled)
            if same >= 0.7 * len(filled):
                return True
        return sum(fold(cells[i]) == fold(self.names[i]) for i in filled) >= 0.7 * len(filled)


def is_unnamed(cell: str) -> bool:
    """Whether another program wrote `cell` for a header that was empty ("Unnamed: 3")."""
    return bool(_UNNAMED.match(fold(cell)))


def header_scores(cell: str, words: RegisterWords) -> dict[RegisterField, float]:
    """How well the header's `cell` fits each field, 0 to 1, by the words alone."""
    known = words.header_memory.get(cell)
    if known is None:
        said, run = words_of(cell[:200]), squeezed(cell[:200])
        known = {}
        for field, synonym, synonym_run in words.synonyms if run else ():
            score = _likeness(said, run, synonym, synonym_run)
            if score > known.get(field, 0.0):
                known[field] = score
        if len(words.header_memory) < 20_000:
            words.header_memory[cell] = known
    return known


def _likeness(said: tuple[str, ...], run: str, synonym: tuple[str, ...], synonym_run: str) -> float:
    if run == synonym_run:
        return 1.0
    share = len(synonym_run) / len(run)
    if len(synonym) <= len(said) and any(
        said[i : i + len(synonym)] == synonym for i in range(len(said) - len(synonym) + 1)
    ):
        return 0.6 + 0.35 * share
    if set(synonym) <= set(said):
        return 0.55 + 0.3 * share
    if len(synonym_run) >= 5 and synonym_run in run:
        at_edge = run.startswith(synonym_run) or run.endswith(synonym_run)
        in_word = any(w.startswith(synonym_run) or w.endswith(synonym_run) for w in said)
        if at_edge or in_word or len(synonym_run) >= 8:  # "resources" holds no source
            return 0.45 + 0.4 * share
    return 0.0


def find_header(table: Table, words: RegisterWords) -> Header:
    """The header of `table`. Never raises; a table without one gets columns "A", "B", ..."""
    candidates = _above_the_data(table)
    best, best_score = None, 0.0
    for index in candidates:
        score = _row_score(table, index, words)
        if score > best_score:
            best, best_score = index, score
    if best is None:
        best = _header_of_unknown_words(table, candidates)
    if best is None:
        return Header((), _unique([""] * table.width), 0)
    rows = _with_neighbours(table, best, words)
    names = _joined(table, rows, words)
    titles = tuple(
        one_line(
            " ".join(dict.fromkeys(c for c in table.rows[i] if c.strip() and not is_unnamed(c)))
        )
        for i in candidates
        if i < rows[0]
    )
    return Header(rows, _unique(names), rows[-1] + 1, titles, _lowest(table, rows))


def header_at(table: Table, numbers: tuple[int, ...]) -> Header:
    """The header in these rows, numbered as the file counts; (0,) for a table without one.

    Raises BadInput for a row that the table doesn't have.
    """
    if numbers == (0,):
        return Header((), _unique([""] * table.width), 0)
    rows = tuple(number - table.first_number for number in sorted(numbers))
    if not rows or rows[0] < 0 or rows[-1] >= len(table.rows):
        raise BadInput(
            N_("header"),
            ", ".join(map(str, numbers)),
            msg("The table has rows {first} to {last}.", first=table.first_number,
                last=table.first_number + len(table.rows) - 1),
        )  # fmt: skip
    names = [""] * table.width
    for row in rows:
        for column, cell in enumerate(table.rows[row]):
            if cell.strip() and not is_unnamed(cell) and fold(cell) not in fold(names[column]):
                names[column] = one_line(f"{names[column]} {cell}")
    titles = tuple(" ".join(_filled(table, row)) for row in range(rows[0]) if _filled(table, row))
    return Header(rows, _unique(names), rows[-1] + 1, titles, _lowest(table, rows))


def _above_the_data(table: Table) -> list[int]:
    """Rows that can be title or header: none below the first row with a day and something more."""
    candidates = []
    for index in range(min(len(table.rows), _ROWS_LOOKED_AT)):
        cells = _filled(table, index)
        if len(cells) > 1 and any(iso_or_serial(cell) or _ONE_DAY.match(cell) for cell in cells):
            break
        if cells:
            candidates.append(index)
    return candidates


def _filled(table: Table, row: int) -> list[str]:
    return [c for c in table.rows[row] if c.strip() and not is_unnamed(c)]


def data_like(cell: str) -> bool:
    """Whether `cell` can't belong to a header: a day, a number, a long text."""
    said = one_line(cell)
    return bool(
        _DAY.search(said) or iso_or_serial(said) or _NUMBER.match(fold(said)) or len(said) > 80
    )


def recognised(cell: str, words: RegisterWords) -> bool:
    """Whether the words of `cell` are those of some column."""
    return (
        len(cell) <= LONGEST_NAME * 2
        and max(header_scores(cell, words).values(), default=0.0) >= _GOOD
    )


def _row_score(table: Table, index: int, words: RegisterWords) -> float:
    """How much a row is a header: fields that its words name, less what looks like data."""
    cells = _filled(table, index)
    if len(cells) < min(2, table.width):
        return 0.0
    fields = {
        max(scores, key=lambda f: scores[f])
        for cell in cells
        if (scores := header_scores(cell, words)) and max(scores.values()) >= _GOOD
    }
    named = sum(recognised(cell, words) for cell in cells)
    data = sum(data_like(cell) for cell in cells)
    if data > len(cells) * 0.25 or len(fields) < min(2, table.width):
        return 0.0
    return len(fields) + named / len(cells) + len(cells) / table.width - 2.5 * data


def _header_of_unknown_words(table: Table, candidates: list[int]) -> int | None:
    """A first full row of short texts, all different, above a column of days or numbers."""
    for index in candidates[:5]:
        cells = _filled(table, index)
        if len(cells) < max(2, 0.6 * table.width):
            continue
        if any(data_like(c) or len(c) > LONGEST_NAME for c in cells) or len(set(cells)) < len(
            cells
        ):
            return None
        below = table.rows[index + 1 : index + 41]
        for column in range(table.width):
            values = [row[column] for row in below if row[column].strip()]
            if len(values) >= 2 and sum(map(data_like, values)) >= 0.7 * len(values):
                return index
        return None
    return None


def _with_neighbours(table: Table, best: int, words: RegisterWords) -> tuple[int, ...]:
    """`best` with the row above or below it that belongs to it."""
    rows = [best]
    for above in (best - 1, best - 2):
        if above < 0 or not (
            _completes(table, above, best, words) or _groups_columns(table, above, rows[0], words)
        ):
            break
        cells = table.rows[above]
        beyond_title = [i for i, c in enumerate(cells) if c.strip() and not is_unnamed(c)]
        if len(beyond_title) < 2 and beyond_title[0] == 0:
            break
        rows.insert(0, above)
    for below in range(best + 1, min(best + 3, len(table.rows))):
        if not _completes(table, below, best, words):
            break
        rows.append(below)
    return tuple(rows)


def _completes(table: Table, row: int, header: int, words: RegisterWords) -> bool:
    """Whether every cell of `row` is a short word of a header, not a title and not data."""
    cells = _filled(table, row)
    if not cells or any(data_like(cell) or len(cell) > 40 for cell in cells):
        return False
    q = words.qualifiers
    telling = {
        fold(w) for w in (*q.actual, *q.announced, *q.lowest, *q.highest, *q.people, *q.clock)
    }
    known = [recognised(c, words) or any(w in telling for w in words_of(c)) for c in cells]
    if sum(known) < max(1, 0.6 * len(cells)):
        return False
    pairs = zip(table.rows[row], table.rows[header], strict=True)
    return not any(a.strip() and fold(a) == fold(b) for a, b in pairs)


def _groups_columns(table: Table, row: int, below: int, words: RegisterWords) -> bool:
    """Whether `row` holds short titles of groups, each over several columns of the row below."""
    cells = [i for i, c in enumerate(table.rows[row]) if c.strip() and not is_unnamed(c)]
    if len(cells) < 2 or any(data_like(table.rows[row][i]) for i in cells):
        return False
    if any(len(one_line(table.rows[row][i])) > 40 for i in cells):
        return False
    at_the_left = cells == list(range(len(cells))) and len(cells) < table.width / 2
    if at_the_left and not any(_names_column(table.rows[row][i], words) for i in cells):
        return False  # "Stadt X | Ordnungsamt" above a wide table is a title
    spans = pairwise([*cells, table.width])
    return any(b - a > 1 for a, b in spans) and len(cells) < len(_filled(table, below)) + 2


def _names_column(cell: str, words: RegisterWords) -> bool:
    """Whether a cell is the name of a column, not a text in which such a word stands."""
    return max(header_scores(cell, words).values(), default=0.0) >= _CERTAIN


def _lowest(table: Table, rows: tuple[int, ...]) -> tuple[str, ...]:
    """What stands nearest the data in each column of the header."""
    cells = [""] * table.width
    for row in rows:
        for column, cell in enumerate(table.rows[row]):
            if cell.strip() and not is_unnamed(cell):
                cells[column] = one_line(cell)
    return tuple(cells)


def _joined(table: Table, rows: tuple[int, ...], words: RegisterWords) -> list[str]:
    """The names of the columns over all header rows; a merged cell names every column under it."""
    names = [""] * table.width
    groups: set[int] = set()
    for position, row in enumerate(rows):
        carried = ""
        for column in range(table.width):
            cell = one_line(table.rows[row][column])
            if is_unnamed(cell):
                cell = ""
            if cell:
                carried = cell
                if position < len(rows) - 1:
                    groups.add(column)
            elif (
                position < len(rows) - 1
                and not (column in groups and position)
                and _group_goes_on(table, rows[position + 1 :], column)
                and not _stands_alone(carried, _below(table, rows[position + 1 :], column), words)
            ):
                cell = carried
            else:
                carried = ""
            if cell and fold(cell) not in fold(names[column]):
                names[column] = f"{names[column]} {cell}".strip()
    return names


def _below(table: Table, rows: tuple[int, ...], column: int) -> str:
    return next((c for row in reversed(rows) if (c := one_line(table.rows[row][column]))), "")


def _stands_alone(group: str, cell: str, words: RegisterWords) -> bool:
    """Whether `cell` names a column by itself that has nothing to do with `group`."""
    telling = {fold(w) for part in vars(words.qualifiers).values() for w in part}
    if any(word in telling for word in words_of(cell)):
        return False
    own = {f for f, score in header_scores(cell, words).items() if score >= 0.9}
    grouped = {f for f, score in header_scores(group, words).items() if score >= _GOOD}
    return bool(own and grouped) and not own & grouped


def _group_goes_on(table: Table, below: tuple[int, ...], column: int) -> bool:
    """Whether `column` and the one before it both have a name of their own in a row below."""
    return column > 0 and any(
        table.rows[row][column].strip() and table.rows[row][column - 1].strip() for row in below
    )


def _unique(names: list[str]) -> tuple[str, ...]:
    """Every name once: what pandas numbered gets its name back, doubles get "(2)"."""
    plain = {fold(name) for name in names}
    seen: Counter[str] = Counter()
    unique: list[str] = []
    for column, name in enumerate(names):
        numbered = _PANDAS_DOUBLE.match(name)
        if numbered and fold(numbered[1]) in plain:
            name = numbered[1]
        name = (name or letters(column))[:LONGEST_NAME].strip()
        seen[fold(name)] += 1
        while seen[fold(name)] > 1:
            again = f"{name} ({seen[fold(name)]})"
            seen[fold(again)] += 1
            if seen[fold(again)] == 1:
                name = again
                break
            seen[fold(name)] += 1
        unique.append(name)
    return tuple(unique)


def letters(column: int) -> str:
    """A column's name in a spreadsheet: 0 -> "A", 27 -> "AB"."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
