"""Which column of a register holds what: guessed, shown, changed by the user, kept, reapplied."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import mean
from typing import Annotated

from pydantic import Field

from orderdesk.domain.time import FIRST_YEAR, LAST_YEAR, Frozen
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Msg, msg
from orderdesk.registers.clocks import read_clock
from orderdesk.registers.counts import read_count
from orderdesk.registers.days import DayReader, decide_order, iso_or_serial, years_in
from orderdesk.registers.header import Header, header_scores, letters
from orderdesk.registers.table import Table
from orderdesk.registers.text import fold, says, squeezed, words_of
from orderdesk.registers.words import RegisterField, RegisterWords

R = RegisterField
_SAMPLE = 240
_DATES = (R.DATE, R.END_DATE, R.RECEIVED)
_TIMES = (R.START, R.END)
_COUNTS = (R.EXPECTED, R.EXPECTED_LOW, R.EXPECTED_HIGH, R.TURNOUT)
_TEXTS = (R.PURPOSE, R.PERSON, R.PLACE, R.ROUTE, R.REMARKS, R.OUTCOME, R.DISTRICT)
_SHARED = (R.PURPOSE, R.PLACE, R.ROUTE, R.REMARKS, R.OUTCOME, R.VIEWPOINT, R.PERSON)
"""Fields that several columns may fill together."""
_ENOUGH = 0.45  # below this score a column stays unmapped
_BARE_ROWS, _BARE_SHARE = 3, 0.1
"""Rows without a day that make it a habit of the register rather than something forgotten."""


_PERSON = re.compile(
    r"[\w.+-]+@[\w-]+\.\w|^\s*(?:Herr|Frau|Hr\.|Fr\.|Dhr\.?|Mevr?\.?|de heer|mevrouw"
    r"|Mr\.?|Mrs\.?|Ms\.?|M\.|Mme\.?)\s+(?:Dr\.\s*)?[A-Z]"
    r"|^\s*(?:\+|00?)\d[\d\s/()-]{6,}\d\s*$"
)
"""An address, a title before a name, a telephone number."""


class Why(StrEnum):
    """Where an assignment comes from."""

    HEADER = "header"
    CONTENT = "content"
    BOTH = "both"
    USER = "user"


class FillDown(StrEnum):
    """What an empty cell means that once was part of a merged one."""

    NOTHING = "nothing"
    ROWS = "rows"
    """A row with a day alone repeats the gathering above on that day."""
    DAYS = "days"
    """A row without a day and without a number of its own belongs to the day above."""


class Assignment(Frozen):
    """One field and the columns that fill it."""

    field: RegisterField
    columns: Annotated[tuple[str, ...], Field(min_length=1)]
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    why: Why = Why.USER

    def explain(self) -> Msg:
        """Why these columns were taken, for the reader."""
        names = ", ".join(self.columns)
        if self.why is Why.HEADER:
            return msg("{columns}: by its name", columns=names)
        if self.why is Why.CONTENT:
            return msg("{columns}: by what stands in it", columns=names)
        if self.why is Why.BOTH:
            return msg("{columns}: by its name and what stands in it", columns=names)
        return msg("{columns}: chosen by you", columns=names)


class Mapping(Frozen):
    """How a register's columns are read. Kept as JSON (`model_dump_json`) with the register."""

    columns: tuple[str, ...]
    """The columns of the table for which it was made."""
    assignments: tuple[Assignment, ...] = ()
    month_first: bool = False
    """Whether "03/04/2021" means 4 March in this register."""
    order_certain: bool = True
    """Whether the register itself tells the order of day and month."""
    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)] | None = None
    """Year of days that stand without one."""
    fill_down: FillDown = FillDown.NOTHING
    header_rows: tuple[Annotated[int, Field(ge=0)], ...] = ()
    """Rows of the header as the file counts, where somebody chose them; (0,) for none."""

    def columns_of(self, field: RegisterField) -> tuple[str, ...]:
        """The columns that fill `field`."""
        return next((a.columns for a in self.assignments if a.field is field), ())

    def assign(self, field: RegisterField, *columns: str) -> Mapping:
        """The mapping with `field` filled by `columns` (none: not filled); they leave other fields.

        Raises BadInput for a column that the table doesn't have.
        """
        for column in columns:
            if column not in self.columns:
                raise _no_column(column, self.columns)
        rest = []
        for old in self.assignments:
            left = tuple(c for c in old.columns if c not in columns)
            if old.field is not field and left:
                rest.append(old.replace(columns=left))
        if columns:
            rest.append(Assignment(field=field, columns=columns))
        return self.replace(assignments=tuple(rest))

    def column_named(self, said: str) -> str:
        """The column meant by its name, whatever the case, or by its letter. Raises BadInput."""
        for column in self.columns:
            if fold(column) == fold(said):
                return column
        for index, column in enumerate(self.columns):
            if letters(index) == said.strip().upper():
                return column
        raise _no_column(said, self.columns)

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Columns without a field; what stands in them is kept as `extra`."""
        mapped = {column for a in self.assignments for column in a.columns}
        return tuple(column for column in self.columns if column not in mapped)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Columns that label opinion, party or religion: there is no field for them, on purpose."""
        return self.columns_of(R.VIEWPOINT)

    @property
    def persons(self) -> tuple[str, ...]:
        """Columns about people, left out until somebody gives one of them to the organiser."""
        return self.columns_of(R.PERSON)

    def fit(self, header: Header) -> Mapping:
        """The mapping for a table with `header`: a later file of the same register.

        Columns may have moved or come in; one that is used and gone raises BadInput.
        """
        by_fold = {fold(name): name for name in header.names}
        fitted = []
        for assignment in self.assignments:
            for column in assignment.columns:
                if fold(column) not in by_fold:
                    raise _no_column(column, header.names)
            names = tuple(by_fold[fold(column)] for column in assignment.columns)
            fitted.append(assignment.replace(columns=names))
        return self.replace(columns=header.names, assignments=tuple(fitted))


def _no_column(column: str, columns: Sequence[str]) -> BadInput:
    return BadInput(
        N_("column"),
        column,
        msg("The table has these columns: {columns}.", columns=", ".join(columns)),
    )


@dataclass(frozen=True)
class _Column:
    """What a sample of a column's cells looks like; shares are of the filled ones."""

    index: int
    name: str
    filled: int
    days: float
    clocks: float
    counts: float
    different: float
    length: float
    worded: float
    kinds: float
    statuses: float
    sources: float
    persons: float
    classes: float
    running: bool
    """Whether it counts 1, 2, 3 down the sheet."""
    sample: tuple[str, ...]


def guess_mapping(table: Table, header: Header, words: RegisterWords) -> Mapping:
    """The most likely mapping, by the header's words and by what stands in the columns."""
    rows = table.rows[header.first_data :]
    columns = [_evidence(rows, i, name, words) for i, name in enumerate(header.names)]
    offers = sorted(
        (
            (score, -column.index, field, why, column)
            for column in columns
            for field, (score, why) in _offers(column, header, words).items()
            if score >= _ENOUGH
        ),
        key=lambda offer: (-offer[0], -len(offer[4].name), -offer[1]),
    )
    taken: dict[RegisterField, list[tuple[float, Why, _Column]]] = {}
    used: set[int] = set()
    for score, _at, field, why, column in offers:
        full = field in taken and (field not in _SHARED or score < 0.75)
        if column.index in used or full:
            continue
        used.add(column.index)
        taken.setdefault(field, []).append((score, why, column))
    _settle_spread_days(taken, columns, header, words)
    _settle_dates(taken, [column for column in columns if column.index not in used], words)
    assignments = tuple(
        Assignment(
            field=field,
            columns=tuple(c.name for _s, _w, c in _in_order(field, found)),
            confidence=round(min(1.0, mean(s for s, _w, _c in found)), 2),
            why=found[0][1],
        )
        for field, found in sorted(taken.items(), key=lambda item: list(R).index(item[0]))
    )
    mapping = Mapping(columns=header.names, assignments=assignments)
    return _settled(mapping, table, header, words)


def extended(kept: Mapping, guess: Mapping) -> Mapping:
    """A kept mapping for a table with more columns: what is guessed of the new ones joins it.

    `guess` is of the new table. Columns about people and opinion stay out, also when they are new.
    """
    known = {fold(column) for column in kept.columns}
    joined = kept.replace(columns=guess.columns)
    for offer in guess.assignments:
        new = tuple(c for c in offer.columns if fold(c) not in known)
        have = joined.columns_of(offer.field)
        if new and (not have or offer.field in (R.PERSON, R.VIEWPOINT)):
            rest = tuple(a for a in joined.assignments if a.field is not offer.field)
            joined = joined.replace(assignments=(*rest, offer.replace(columns=(*have, *new))))
    return joined


def refit(mapping: Mapping, table: Table, header: Header, words: RegisterWords) -> Mapping:
    """The same columns for another table: its year, order of day and month, and empty cells anew.

    Raises BadInput where a column that is used is gone.
    """
    fitted = mapping.fit(header)
    if not fitted.columns_of(R.DATE):
        return fitted
    return _settled(fitted, table, header, words)


def _settled(mapping: Mapping, table: Table, header: Header, words: RegisterWords) -> Mapping:
    """What only the whole table tells: order of day and month, year, what empty cells mean."""
    rows = table.rows[header.first_data :]
    order = decide_order(
        [row[i] for field in _DATES for i in _indices(mapping, field, header) for row in rows]
    )
    mapping = mapping.replace(
        month_first=order.month_first
        if order.certain
        else mapping.month_first or order.month_first,
        order_certain=order.certain,
        year=year_of(table, header) or mapping.year,
    )
    return mapping.replace(fill_down=_fill_down(rows, mapping, header, words))


def order_notes(mapping: Mapping, table: Table, header: Header) -> list[Msg]:
    """Columns of days such as "03/04/2021" in which no cell tells the day from the month."""
    if mapping.order_certain:
        return []
    notes = []
    for column in dict.fromkeys(c for field in _DATES for c in mapping.columns_of(field)):
        at = header.names.index(column)
        cells = [row[at] for row in table.rows[header.first_data :] if "/" in row[at]]
        if not cells or decide_order(cells).certain:
            continue
        notes.append(
            msg("{column}: {value} is read with the month first.", column=column, value=cells[0])
            if mapping.month_first
            else msg("{column}: {value} is read with the day first.", column=column, value=cells[0])
        )
    return notes


def _in_order(
    field: RegisterField, found: list[tuple[float, Why, _Column]]
) -> list[tuple[float, Why, _Column]]:
    """As in the table; a spread day is read as day, month, year."""
    return found if field is R.DATE else sorted(found, key=lambda f: f[2].index)


def _indices(mapping: Mapping, field: RegisterField, header: Header) -> list[int]:
    return [header.names.index(column) for column in mapping.columns_of(field)]


def year_of(table: Table, header: Header) -> int | None:
    """The one year that title, sheet or file name gives."""
    for text in (" ".join(header.titles), table.sheet, table.name):
        years = {year for year in years_in(text) if FIRST_YEAR <= year <= LAST_YEAR}
        if len(years) == 1:
            return years.pop()
    return None


def _evidence(
    rows: Sequence[tuple[str, ...]], index: int, name: str, words: RegisterWords
) -> _Column:
    cells = [row[index] for row in rows if row[index].strip()]
    step = max(1, len(cells) // _SAMPLE)
    sample = tuple(cells[::step][:_SAMPLE])
    n = len(sample) or 1
    numbers = [int(c) for c in cells[:200] if c.strip().isdecimal() and len(c.strip()) < 7]
    running = len(numbers) >= 3 and len(numbers) > 0.9 * len(cells[:200])
    reader = DayReader(words, year=2000)
    clock_said = [c for c in sample if re.search(r"\d[:.hu]\d|\d\s*(?:uhr|uur|u|h)\b", fold(c))]
    return _Column(
        index,
        name,
        len(cells),
        days=sum(_is_day(c, reader) for c in sample) / n,
        clocks=sum(_is_clock(c, words) for c in clock_said) / n,
        counts=sum(_is_count(c, words) for c in sample) / n,
        different=len({fold(c) for c in sample}) / n,
        length=mean(len(c) for c in sample) if sample else 0.0,
        worded=sum(any(len(w) > 2 and w.isalpha() for w in words_of(c)) for c in sample) / n,
        kinds=sum(len(c) < 40 and any(says(c, k.words) for k in words.kinds) for c in sample) / n,
        statuses=sum(
            len(c) < 40 and any(says(c, s.words) for s in words.statuses) for c in sample
        ) / n,
        sources=sum(
            len(c) < 40 and any(says(c, s.words) for s in words.sources) for c in sample
        ) / n,
        persons=sum(bool(_PERSON.search(c)) for c in sample) / n,
        classes=sum(bool(words.risk_class.match(fold(c))) for c in sample) / n,
        running=running and mean(b - a == 1 for a, b in pairwise(numbers)) > 0.8,
        sample=sample,
    )  # fmt: skip


def _is_day(cell: str, reader: DayReader) -> bool:
    said = fold(cell)
    if re.fullmatch(r"\d{1,4}(?:\s*[-./]\s*\d{1,4})?", said):
        return False
    reading = reader.read(cell)
    return iso_or_serial(cell) or bool(reading.spans) or reading.impossible


def _is_clock(cell: str, words: RegisterWords) -> bool:
    reading = read_clock(cell, words.clock)
    return reading.start is not None or reading.end_minutes is not None


def _is_count(cell: str, words: RegisterWords) -> bool:
    if squeezed(cell) in {squeezed(word) for word in words.counts.unknown}:
        return True
    reading = read_count(cell, words.counts)
    known = reading.low, reading.value, reading.high
    return any(n is not None for n in known) or reading.refused is not None


def _offers(
    column: _Column, header: Header, words: RegisterWords
) -> dict[RegisterField, tuple[float, Why]]:
    """Fields that the column could fill, each with a score and where it comes from."""
    named = header.rows != ()
    offers: dict[RegisterField, tuple[float, Why]] = {}
    by_name = _named_scores(column, header, words) if named else {}
    for field, score in _qualified(column, dict(by_name), words).items():
        fits = _fits(field, column)
        total = score * (0.75 + 0.25 * fits) if fits >= 0.3 else score * fits
        offers[field] = (total, Why.BOTH if fits >= 0.7 and column.filled else Why.HEADER)
    for field, score in _by_content(column).items():
        if score > offers.get(field, (0.0, Why.CONTENT))[0]:
            offers[field] = (score * (1.0 if not named else 0.85), Why.CONTENT)
    return offers


def _named_scores(
    column: _Column, header: Header, words: RegisterWords
) -> dict[RegisterField, float]:
    """By the whole name, or by its lowest cell alone where that names a column by itself.

    Who notified is a person: the organiser is filled only when somebody asks for it.
    """
    lowest = header.lowest[column.index] if header.lowest else ""
    scores = dict(header_scores(column.name, words))
    if lowest and fold(lowest) != fold(column.name):
        alone = header_scores(lowest, words)
        telling = {fold(w) for part in vars(words.qualifiers).values() for w in part}
        if max(alone.values(), default=0.0) >= 0.9 and not telling & set(words_of(lowest)):
            scores = dict(alone)
        if column.clocks >= 0.5:  # "von" and "bis" below "Versammlung" that hold times
            for clock in _TIMES:
                scores[clock] = max(scores.get(clock, 0.0), alone.get(clock, 0.0))
    asked = max(scores.pop(R.ORGANISER, 0.0), scores.get(R.PERSON, 0.0))
    return scores | {R.PERSON: asked} if asked else scores


def _qualified(
    column: _Column, scores: dict[RegisterField, float], words: RegisterWords
) -> dict[RegisterField, float]:
    """Tell announced from actual, lowest from highest, day from time, risk class from opinion."""
    said = set(words_of(column.name))
    q = words.qualifiers

    def has(qualifier: tuple[str, ...]) -> bool:
        """Also inflected: "angemeldete" for "angemeldet"."""
        stems = [fold(word) for word in qualifier]
        return any(w == s or (len(s) >= 5 and w.startswith(s)) for w in said for s in stems)

    if column.days >= 0.7:  # "Beginn" and "Ende" that hold whole days, with or without a time
        for clock, day in ((R.START, R.DATE), (R.END, R.END_DATE)):
            scores[day] = max(scores.get(day, 0.0), 0.95 * scores.pop(clock, 0.0))

    people = has(q.people) or any(scores.get(f, 0) >= 0.7 for f in _COUNTS)
    if people and column.counts >= 0.5:
        strong = max(scores.get(f, 0.0) for f in _COUNTS)
        if has(q.actual) and has(q.announced):  # "gemeldet/tatsächlich": both in one cell
            scores[R.EXPECTED] = max(strong, 0.9)
            scores.pop(R.TURNOUT, None)
        elif has(q.actual):
            scores[R.TURNOUT] = max(strong, scores.get(R.TURNOUT, 0.0), 0.9)
            scores[R.EXPECTED] = 0.3
        elif has(q.lowest) and has(q.people):
            scores[R.EXPECTED_LOW] = max(strong, 0.9)
            scores[R.EXPECTED] = 0.3
        elif has(q.highest) and has(q.people):
            scores[R.EXPECTED_HIGH] = max(strong, 0.9)
            scores[R.EXPECTED] = 0.3
        elif has(q.announced):
            scores[R.EXPECTED] = max(strong, 0.92)
    if has(q.announced) and column.days >= 0.5 > column.counts:
        scores[R.RECEIVED] = max(scores.get(R.RECEIVED, 0.0), 0.85)
    if has(q.clock) and column.days < 0.3:
        scores.pop(R.DATE, None)
        scores.pop(R.END_DATE, None)
    if column.persons >= 0.5 > column.days:
        scores = {R.PERSON: 1.0}
    if (
        column.sources >= 0.7
        and max(scores.get(R.RECEIVED, 0.0), scores.get(R.SOURCE, 0.0)) >= 0.45
    ):
        scores[R.SOURCE] = max(0.9, scores.get(R.SOURCE, 0.0))
    if scores.get(R.CATEGORY, 0.0) >= 0.6 and column.filled and column.classes < 0.7:
        scores[R.VIEWPOINT] = max(scores.pop(R.CATEGORY), scores.get(R.VIEWPOINT, 0.0))
    return scores


def _fits(field: RegisterField, column: _Column) -> float:
    """How well what stands in the column suits `field`, 0 to 1; an empty column doesn't tell."""
    if not column.filled:
        return 0.7
    if field in _DATES:
        return column.days
    if column.days >= 0.7 and field is not R.VIEWPOINT:
        return 0.0
    if field in _TIMES:
        return max(column.clocks, min(0.6, column.counts), 0.35 if column.days < 0.3 else 0.0)
    if field in _COUNTS:
        return column.counts if column.days < 0.5 else 0.0
    if field is R.REFERENCE:
        short = column.length <= 30
        return (0.4 + 0.6 * column.different) if short and column.days < 0.5 else 0.1
    if field is R.PURPOSE:
        return 0.3 + 0.7 * column.worded if column.kinds < 0.9 or column.length > 25 else 0.35
    if field in _TEXTS:
        return 0.5 + 0.5 * column.worded if column.days < 0.5 else 0.1
    if field is R.KIND:
        few = 1.0 if column.different <= 0.5 or column.filled < 12 else 0.5
        return max(column.kinds, 0.35) * few if column.days < 0.5 else 0.0
    if field is R.STATUS:
        return 0.4 + 0.6 * column.statuses if column.days < 0.5 and column.length < 60 else 0.2
    if field is R.CATEGORY:
        return column.classes
    return 1.0


def _by_content(column: _Column) -> dict[RegisterField, float]:
    """What the cells alone suggest; used where the header is silent."""
    offers: dict[RegisterField, float] = {}
    if column.persons >= 0.5 > column.days:
        return {R.PERSON: 0.9}
    if column.filled < 2:
        return offers
    if column.running:
        offers[R.REFERENCE] = 0.55
    elif column.days >= 0.8:
        offers[R.DATE] = 0.6 * column.days
    elif column.clocks >= 0.8:
        offers[R.START] = 0.6
    elif column.counts >= 0.85 and column.worded < 0.3:
        offers[R.EXPECTED] = 0.5
    elif column.kinds >= 0.8 and column.different < 0.4:
        offers[R.KIND] = 0.6
    elif column.worded >= 0.8 and column.length >= 18 and column.different > 0.3:
        offers[R.PURPOSE] = min(0.58, 0.5 + column.length / 1000)
    elif column.worded >= 0.8 and column.length >= 5:
        offers |= {R.PLACE: 0.5, R.PURPOSE: 0.46}
    return offers


def _settle_spread_days(
    taken: dict[RegisterField, list[tuple[float, Why, _Column]]],
    columns: list[_Column],
    header: Header,
    words: RegisterWords,
) -> None:
    """A day in columns of its own for day, month and year: they make the day together."""
    if any(column.days >= 0.5 for _s, _w, column in taken.get(R.DATE, ())):
        return
    calendar = words.calendar
    spread: list[_Column] = []
    for names in (calendar.day_columns, calendar.month_columns, calendar.year_columns):
        said = {fold(name) for name in names}
        spread += [c for c in columns if header.rows and fold(c.name) in said and c.filled][:1]
    if len(spread) < 2 or fold(spread[0].name) not in {fold(n) for n in calendar.day_columns}:
        return
    for field in list(taken):
        taken[field] = [t for t in taken[field] if t[2] not in spread]
        if not taken[field]:
            del taken[field]
    taken[R.DATE] = [(0.9, Why.BOTH, column) for column in spread]


def _settle_dates(
    taken: dict[RegisterField, list[tuple[float, Why, _Column]]],
    unused: list[_Column],
    words: RegisterWords,
) -> None:
    """A register always has the day of the gathering: the column most like days is it."""
    if R.DATE in taken:
        return
    if R.END_DATE in taken:
        taken[R.DATE] = taken.pop(R.END_DATE)
        return
    best = max(unused, key=lambda column: column.days, default=None)
    if best is not None and best.days >= 0.4:
        taken[R.DATE] = [(0.3, Why.CONTENT, best)]
        return
    named = (c for c in unused if header_scores(c.name, words).get(R.DATE, 0.0) >= 0.9)
    by_name = next(named, None)
    if by_name is not None:
        taken[R.DATE] = [(0.3, Why.HEADER, by_name)]


def _fill_down(
    rows: Sequence[tuple[str, ...]], mapping: Mapping, header: Header, words: RegisterWords
) -> FillDown:
    """Whether empty cells are the rest of merged ones, judged over the whole table."""
    dates = _indices(mapping, R.DATE, header)
    if len(dates) != 1:
        return FillDown.NOTHING
    reader = DayReader(words, month_first=mapping.month_first, year=mapping.year)
    references = _indices(mapping, R.REFERENCE, header)
    others = [i for i in range(len(header.names)) if i not in {*dates, *references}]
    alone = bare = full = 0
    days = []
    for row in rows:
        said = row[dates[0]]
        filled = sum(bool(row[i].strip()) for i in others)
        reading = reader.read(said) if said.strip() else None
        if reading and reading.spans and not any(map(str.isalpha, reading.rest)):
            days.append(reading.spans[0].first)
            alone += not filled
            full += bool(filled)
        elif reading is None and filled >= 2 and not any(row[i].strip() for i in references):
            bare += 1
    steps = [(b - a).days for a, b in pairwise(days)]
    rising = sum(step >= 0 for step in steps) / len(steps) if steps else 0.0
    every_day = sum(step in (0, 1) for step in steps) / len(steps) if steps else 0.0
    calendar = rising > 0.95 and every_day > 0.8
    if alone and full and not calendar:
        return FillDown.ROWS
    if bare >= max(_BARE_ROWS, _BARE_SHARE * len(rows)) and rising > 0.9:
        return FillDown.DAYS
    return FillDown.NOTHING
