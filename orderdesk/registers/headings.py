"""Days that stand as headings between the rows: "maandag 6 februari 2023", then that day's list.

Such a register has no column of days. The heading's day is written beside every row below it, so
that everything else reads the table as any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from orderdesk.registers.days import DayReader
from orderdesk.registers.header import Header, header_scores, is_unnamed
from orderdesk.registers.mapping import year_of
from orderdesk.registers.table import Table
from orderdesk.registers.text import fold, words_of
from orderdesk.registers.words import RegisterField, RegisterWords

DAY_ABOVE = "Datum ↑"
"""Name of the column that is added; the same in every language, since mappings are kept by it."""
_ROWS_TRIED = 8  # a register of headings begins with one
_MOST_WORDS = 7  # more is a sentence that happens to name a day
_MOST_ASIDE = 3  # words behind the day: "(3 demonstraties)"
_OWN_DAYS = 0.2  # from this share of rows with a day of their own on, a day alone heads nothing

Heading = Callable[[Sequence[str]], str]


def with_days_above(table: Table, header: Header, words: RegisterWords) -> tuple[Table, Header]:
    """Table and header with the day of the heading in every row below; unchanged without headings.

    The day goes into a column of its own (`DAY_ABOVE`), or into the column of days in which the
    headings themselves stand.
    """
    heading = _heading_reader(table, header, words)
    title = _heading_reader(table, header, words, most_aside=0)
    first = table.rows[header.first_data : header.first_data + _ROWS_TRIED]
    above = next((day for text in header.titles if (day := title([text]))), "")
    if not above and not any(heading(row) for row in first):
        return table, header
    rows = table.rows[header.first_data :]
    lists = [row for row in rows if len(_texts(row)) > 1 and not header.repeats(row, table)]
    reader = DayReader(words, year=2000)
    own = sum(any(reader.read(cell).spans for cell in row if cell.strip()) for row in lists)
    if not lists or own > _OWN_DAYS * len(lists):
        return table, header
    column = _own_column(rows, header, heading, words)
    filled = list(_filled(table, header, heading, above, column))
    if column is not None:
        return replace(table, rows=filled), header
    last = header.rows[-1] if header.rows else None
    named = [
        (*row, DAY_ABOVE if index == last else "")
        for index, row in enumerate(table.rows[: header.first_data])
    ]
    return replace(table, rows=[*named, *filled]), replace(
        header,
        names=(*header.names, DAY_ABOVE),
        lowest=(*header.lowest, DAY_ABOVE) if header.lowest else (),
    )


def _once(row: tuple[str, ...]) -> tuple[str, ...]:
    """The row with its one text in the first of the columns that hold it."""
    first = next(i for i, cell in enumerate(row) if cell.strip())
    return tuple(cell if i == first else "" for i, cell in enumerate(row))


def opens_with_day(text: str, words: RegisterWords) -> bool:
    """Whether `text` is no sentence that names a day: its first word is a weekday or a number, or
    one word stands beside the day ("Karfreitag, 07.04.2023", but no "Stand 07.04.2023")."""
    said = words_of(text)
    if not said or said[0].isdigit() or said[0] in words.weekday_numbers:
        return bool(said)
    aside = [w for w in said if w.isalpha() and len(w) > 1 and w not in words.month_numbers]
    return len(aside) == 1 and not any(o.match(fold(text)) for o in words.row_openings)


def _texts(row: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(c.strip() for c in row if c.strip() and not is_unnamed(c)))


def _heading_reader(
    table: Table, header: Header, words: RegisterWords, most_aside: int = _MOST_ASIDE
) -> Heading:
    """Gives the day that a row with one text names, "" for any other row."""
    reader = DayReader(words, year=year_of(table, header))

    def heading(row: Sequence[str]) -> str:
        texts = _texts(row)
        if len(texts) != 1 or len(said := words_of(texts[0])) > _MOST_WORDS:
            return ""
        reading = reader.read(texts[0])
        if len(reading.spans) != 1 or reading.spans[0].first != reading.spans[0].last:
            return ""
        rest = [word for word in words_of(reading.rest) if word.isalpha() and len(word) > 1]
        if len(said) < 2 or len(rest) > (most_aside if opens_with_day(texts[0], words) else 0):
            return ""
        return reading.spans[0].first.isoformat()

    return heading


def _own_column(
    rows: Sequence[tuple[str, ...]], header: Header, heading: Heading, words: RegisterWords
) -> int | None:
    """The column in which all headings stand, if its name says that it holds days."""
    columns = {
        tuple(i for i, cell in enumerate(row) if cell.strip()) for row in rows if heading(row)
    }
    if len(columns) != 1 or len(only := columns.pop()) != 1:
        return None
    named = header_scores(header.names[only[0]], words).get(RegisterField.DATE, 0.0)
    return only[0] if named >= 0.9 else None


def _filled(
    table: Table, header: Header, heading: Heading, above: str, column: int | None
) -> Iterator[tuple[str, ...]]:
    """The rows below the header (all rows where an existing `column` is filled)."""
    known = {fold(name) for name in header.names}
    if column is not None:
        yield from table.rows[: header.first_data]
    for row in table.rows[header.first_data :]:
        texts = _texts(row)
        named = heading(row) if len(texts) == 1 else ""
        above = named or above
        again = bool(texts) and fold(texts[0]) in known and header.repeats(row, table)
        day = above if len(texts) > 1 and not again else ""
        if named:  # a title merged over the columns is written in each of them by some programs
            row = _once(row)
        if column is None:
            yield (*row, day)
        else:
            yield (*row[:column], row[column] or day, *row[column + 1 :])
