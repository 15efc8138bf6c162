"""From a table and a mapping to records: every row is accounted for, none is lost silently."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from orderdesk.domain.events import Form, Source
from orderdesk.domain.time import at
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Msg, msg
from orderdesk.registers.clocks import read_clock
from orderdesk.registers.columns import LONGEST_NAME, Columns
from orderdesk.registers.counts import CountReading, read_count
from orderdesk.registers.days import DayReading, DaySpan, years_in
from orderdesk.registers.header import Header, data_like, is_unnamed, recognised
from orderdesk.registers.headings import DAY_ABOVE, opens_with_day
from orderdesk.registers.mapping import FillDown, Mapping
from orderdesk.registers.meanings import Meanings
from orderdesk.registers.moments import Times, mend_of
from orderdesk.registers.places import PlaceReading, known_places, read_places
from orderdesk.registers.rows import Defaults, Problem, RegisterRow, Row, RowKind
from orderdesk.registers.table import Table
from orderdesk.registers.text import fold, one_line, says, words_of
from orderdesk.registers.words import RegisterField, RegisterWords

R = RegisterField
_FOOTNOTE = re.compile(r"\s*(?:[\u00b9\u00b2\u00b3\u2070-\u2079*]+|\d{1,2}\))\)?\s*\D")
_NOON = 12
_SHORT = 3  # letters: fewer say nothing by themselves
_TELL_EVERY = 2_000
_EARLY_DAYS = 730  # a notification longer before the day than this is looked at twice


def parse(
    table: Table,
    header: Header,
    mapping: Mapping,
    words: RegisterWords,
    defaults: Defaults | None = None,
    *,
    sheet: str = "",
    each: Callable[[int], None] | None = None,
) -> list[Row]:
    """Every row below the header as record, skipped with the reason, or problem; without keys.

    `sheet` names the sheet where there are several. `each` hears how many rows are done, now and
    then.

    Raises BadInput only for a mapping that doesn't fit the table or has no column of days.
    """
    fitted = mapping.fit(header)
    return _Parser(table, header, fitted, words, defaults or Defaults(), sheet).rows(each)


@dataclass(frozen=True)
class _Sizes:
    low: int | None
    expected: int | None
    high: int | None
    turnout: CountReading


class _Parser:
    def __init__(
        self,
        table: Table,
        header: Header,
        mapping: Mapping,
        words: RegisterWords,
        defaults: Defaults,
        sheet: str,
    ) -> None:
        year = defaults.year or mapping.year
        self.table, self.sheet = table, sheet
        self.columns = Columns(header, mapping, words, year, sheet)
        self.at, self.words = self.columns.at, words
        self.header, self.mapping = header, mapping
        self.times = Times(self.columns)
        self.meanings = Meanings(self.columns, defaults)
        if R.DATE not in self.at:
            raise BadInput(N_("mapping"), ", ".join(header.names), _say_which_day())
        self.month = self._month_in(" ".join((*header.titles, table.sheet)))
        self.columns.day_reader = self.columns.reader_of(year, self.month)
        self.cells = _unmerged(table, header)
        self.under_headings = DAY_ABOVE in mapping.columns_of(R.DATE)
        self.mapped = sorted(i for columns in self.at.values() for i in columns)
        self.said_in_header = {
            fold(cell) for row in header.rows for cell in (*table.rows[row], *header.names) if cell
        }
        q = words.qualifiers
        numbers = [field for field in (R.EXPECTED, R.TURNOUT) if field in self.at]
        named = self.columns.name(numbers[0]) if len(numbers) == 1 else ""
        both = says(named, q.actual) and says(named, q.announced)
        self.both_numbers = numbers[0] if both else None
        self.beyond_header = _beyond_header(table, header)
        self.section = ""
        place_cells = [row[i] for i in self.at.get(R.PLACE, ()) for row in self.cells]
        self.known_places = known_places(place_cells)
        self.place_memory: dict[str, PlaceReading] = {}
        self.cut = set(table.cut)
        self.opening_totals, self.opening_notes = words.row_openings

    def _month_in(self, text: str) -> int | None:
        """The one month that a title names."""
        named = {
            self.words.month_numbers[word]
            for word in words_of(text)
            if len(word) > 2 and word in self.words.month_numbers
        }
        return named.pop() if len(named) == 1 else None

    # ------------------------------------------------------------------ rows

    def rows(self, each: Callable[[int], None] | None) -> list[Row]:
        rows: list[Row] = []
        above: tuple[str, ...] | None = None
        for index in range(self.header.first_data, len(self.cells)):
            self.columns.problems = []
            cells = self.cells[index]
            number = self.table.number(index)
            reason = self._skip_reason(cells)
            filled = None if reason is not None else self._filled_down(cells, above, number)
            if filled is None:
                reason = reason or msg("It has a day and nothing else.")
                row = self._row(index, RowKind.SKIPPED, reason=reason)
            else:
                self._report_beyond_header(cells, number)
                records = self._records(filled, number, index)
                problems = tuple(self.columns.problems)
                if any(p.fatal for p in problems):
                    row = self._row(index, RowKind.PROBLEM, problems=problems)
                else:
                    row = self._row(index, RowKind.RECORD, records, problems=problems)
                if records or self.mapping.fill_down is FillDown.ROWS:
                    above = filled
            rows.append(row)
            if each is not None and len(rows) % _TELL_EVERY == 0:
                each(len(rows))
        return rows

    def _row(
        self,
        index: int,
        kind: RowKind,
        records: tuple[RegisterRow, ...] = (),
        *,
        reason: Msg | None = None,
        problems: tuple[Problem, ...] = (),
    ) -> Row:
        number, cells = self.table.number(index), self.table.rows[index]
        return Row(number, kind, records, reason, problems, cells, self.sheet)

    def _report_beyond_header(self, cells: tuple[str, ...], number: int) -> None:
        for column in self.beyond_header:
            if cells[column].strip():
                note = msg("No header stands above this value: does a value hold a separator?")
                name = self.header.names[column]
                value = one_line(cells[column])[:200]
                self.columns.problems.append(Problem(number, name, value, note, sheet=self.sheet))

    def _skip_reason(self, cells: tuple[str, ...]) -> Msg | None:
        """Why the row holds no gathering, or None when it may hold one."""
        filled = [i for i, cell in enumerate(cells) if cell.strip()]
        if not filled:
            return msg("It is blank.")
        said_above = any(fold(cells[i]) in self.said_in_header for i in filled[:4])
        if said_above and self.header.repeats(cells, self.table):
            return msg("It repeats the header.")
        texts = list(dict.fromkeys(one_line(cells[i]) for i in filled))
        first = fold(texts[0])
        if self.opening_totals.match(first):
            return msg("It is a total: {text}", text=texts[0][:80])
        if len(texts) == 1 and (self.opening_notes.match(first) or _FOOTNOTE.match(texts[0])):
            return msg("It is a note: {text}", text=texts[0][:80])
        day = self.columns.text(cells, R.DATE)
        if day and self.columns.day_reader.read(day).spans:
            return None
        if (
            len(texts) == 1
            and self.under_headings
            and opens_with_day(texts[0], self.words)
            and self.columns.day_reader.read(texts[0]).spans
        ):
            return msg("It names the day of the rows below: {text}", text=texts[0][:80])
        if all(i in self.at.get(R.REFERENCE, ()) for i in filled):
            return msg("It has a number and nothing else.")
        if len(filled) > 2 and all(cells[i].strip(" ().") == str(i + 1) for i in filled):
            return msg("It numbers the columns.")
        if len(texts) > 1:
            return None
        return self._title_reason(texts[0], first, filled)

    def _title_reason(self, text: str, first: str, filled: list[int]) -> Msg | None:
        """The reason to skip a row with one text: the title of a part of the register."""
        said = words_of(first)
        months = [w for w in said if w in self.words.month_numbers and len(w) > 2]
        years = years_in(first)
        names_part = bool(says(first, self.words.rows.sections))
        if len(text) > 100 or len(said) > 12:
            return None
        spread = len(filled) > 1
        leading = filled[0] == 0 and not any(
            0 in self.at.get(field, ()) for field in (R.DATE, R.PURPOSE, R.PLACE, R.ORGANISER)
        )
        is_period = bool(months or years) and len(said) <= 4
        if not (names_part or is_period or spread or leading):
            return None
        self.section = text
        year = years[0] if len(years) == 1 else self.columns.day_reader.year
        if months or year != self.columns.day_reader.year:
            self.month = self._month_in(first)
            self.columns.day_reader = self.columns.reader_of(year, self.month)
        return msg("It is the title of a part: {text}", text=text[:80])

    def _filled_down(
        self, cells: tuple[str, ...], above: tuple[str, ...] | None, number: int
    ) -> tuple[str, ...] | None:
        """The row with what a merged cell above it says; None for a day with nothing else."""
        days = self.at[R.DATE]
        cells = self._with_month_above(cells, above, number)
        others = [i for i in self.mapped if i not in days]
        has_day = any(cells[i].strip() for i in days)
        has_more = any(cells[i].strip() for i in others if i not in self.at.get(R.REFERENCE, ()))
        if has_day and not has_more:
            if self.mapping.fill_down is not FillDown.ROWS or above is None:
                return None
            merged = list(above)
            for i in (*days, *self.columns.unmapped, *self.at.get(R.REFERENCE, ())):
                merged[i] = cells[i]
            note = msg(
                "Only the day stands here: place, numbers and the rest are of the row above."
            )
            self.columns.note(number, R.DATE, self.columns.text(cells, R.DATE), note)
            return tuple(merged)
        bare = not has_day and has_more and not self._has_own_reference(cells, above)
        if bare and above and self.mapping.fill_down is FillDown.DAYS:
            merged = list(cells)
            for i in days:
                merged[i] = above[i]
            note = msg("No day stands here: it is that of the row above.")
            self.columns.note(number, R.DATE, "", note)
            return tuple(merged)
        return cells

    def _with_month_above(
        self, cells: tuple[str, ...], above: tuple[str, ...] | None, number: int
    ) -> tuple[str, ...]:
        """The row with the year and month that stand once, above, where each has a column."""
        days = self.at[R.DATE]
        empty = [i for i in days if not cells[i].strip()]
        if above is None or not empty or len(empty) == len(days) or not cells[days[0]].strip():
            return cells
        merged = list(cells)
        for i in empty:
            merged[i] = above[i]
        note = msg("Year or month stands only above: it is taken from there.")
        self.columns.note(number, R.DATE, self.columns.text(tuple(merged), R.DATE), note)
        return tuple(merged)

    def _has_own_reference(self, cells: tuple[str, ...], above: tuple[str, ...] | None) -> bool:
        """Whether it bears another number than the row above: then it's a case by itself."""
        references = self.at.get(R.REFERENCE, ())
        return any(cells[i].strip() and (above is None or cells[i] != above[i]) for i in references)

    # --------------------------------------------------------------- records

    def _records(self, cells: tuple[str, ...], number: int, index: int) -> tuple[RegisterRow, ...]:
        extra = self.columns.extra(cells)
        if self.cut:
            self._report_cut(cells, number, index)
        day_text = self.columns.text(cells, R.DATE)
        reading = self.columns.day_reader.read(day_text)
        if reading.problem is not None:
            self._report_no_day(cells, number, day_text, reading.problem)
            self._sizes(cells, number, extra)
            self.times.read(cells, number, "", extra)
            return ()
        for note in reading.notes:
            self.columns.note(number, R.DATE, day_text, note)
        half_read = self._says_more(reading.rest)
        if half_read:
            note = msg("Only the day was understood.")
            self.columns.note(number, R.DATE, day_text, note)
        if len(reading.spans) > 1 or reading.turned or half_read:
            extra[self.columns.name(R.DATE)] = one_line(day_text)
        spans = self._until_end_date(reading.spans, cells, number)
        places, moving = self._places(cells, extra)
        route = self._route(cells, moving, places)
        if not places:  # a register with a column of routes alone: they are its places
            places, route = route, route if len(route) > 1 else ()
        status, kind, form, source = self.meanings.read(cells, number, reading.rest, extra)
        sizes = self._sizes(cells, number, extra)
        received, exact = self._received(cells, number, spans[0].first, extra)
        base = RegisterRow(
            row_key="",
            source_rows=(number,),
            day=spans[0].first,
            end_day=spans[0].last,
            received=received,
            received_exact=exact,
            kind=kind,
            form=form or (Form.MARCH if route or moving else None),
            source=source,
            purpose=self.columns.text(cells, R.PURPOSE),
            organiser_text=self.columns.short(cells, R.ORGANISER, extra, number),
            places=places,
            place_text=self.columns.short(cells, R.PLACE, extra, number),
            route=route,
            expected_low=sizes.low,
            expected=sizes.expected,
            expected_high=sizes.high,
            turnout_low=sizes.turnout.low,
            turnout=sizes.turnout.value,
            turnout_high=sizes.turnout.high,
            status=status,
            incident=self.meanings.incident(cells),
            reference=self.columns.short(cells, R.REFERENCE, extra, number),
            section=self.section,
            extra=extra,
        )
        ends_later = spans != reading.spans or _names_last_moment(reading)
        times = self.times.read(cells, number, reading.rest, extra, ends_later=ends_later)
        if "/" in day_text and _is_one_night(spans, times):
            spans = spans[:1]
            note = msg("With these hours it was read as one night.")
            self.columns.note(number, R.DATE, day_text, note)
        if reading.night:
            spans, times = _in_the_night(spans, times)
        moments = [
            (span, *self.times.moments(span, times, number)) for span in dict.fromkeys(spans)
        ]
        problems = tuple(self.columns.problems)
        return tuple(
            replace(
                base,
                day=span.first,
                end_day=span.last,
                start=start,
                end=end,
                problems=problems,
            )
            for span, start, end in moments
        )

    def _says_more(self, rest: str) -> bool:
        """Whether words stand beside the day that nothing else reads: "+ Folgetage"."""
        telling = [word for word in words_of(rest) if word.isalpha() and len(word) > _SHORT]
        if not telling or any(c.isdigit() for c in rest):
            return False
        clock = self.words.clock
        known = self.columns.group(rest, "status") or self.columns.group(rest, "source")
        return not (known or says(rest, clock.vague) or says(rest, clock.all_day))

    def _report_cut(self, cells: tuple[str, ...], number: int, index: int) -> None:
        for row, column in self.cut:
            if row == index:
                value = f"{one_line(cells[column][:100])}…"
                note = msg("Longer than {n} characters: cut off.", n=len(cells[column]))
                name = self.header.names[column]
                self.columns.problems.append(Problem(number, name, value, note, sheet=self.sheet))

    def _report_no_day(
        self, cells: tuple[str, ...], number: int, day_text: str, problem: Msg
    ) -> None:
        filled = [c for c in cells if c.strip()]
        header_like = sum(recognised(c, self.words) for c in filled)
        if header_like >= 3 and header_like == len(filled) and not any(map(data_like, filled)):
            problem = msg(
                "Another header stands here: if the columns differ, import this part by itself."
            )
        shown = day_text or " · ".join(one_line(c) for c in filled)[:120]
        self.columns.note(number, R.DATE, shown, problem, fatal=True)

    def _until_end_date(
        self, spans: tuple[DaySpan, ...], cells: tuple[str, ...], number: int
    ) -> tuple[DaySpan, ...]:
        text = self.columns.text(cells, R.END_DATE)
        if not text or self.columns.said_unknown(text) or len(spans) != 1:
            return spans
        reading = self.columns.day_reader.read(text)
        if reading.problem is not None:
            self.columns.note(number, R.END_DATE, text, reading.problem, fatal=True)
        elif reading.spans[-1].last < spans[0].first:
            wrong = msg("The last day comes before the first. Which is wrong?")
            self.columns.note(number, R.END_DATE, text, wrong, fatal=True)
        else:
            for note in reading.notes:
                self.columns.note(number, R.END_DATE, text, note)
            return (DaySpan(spans[0].first, reading.spans[-1].last),)
        return spans

    def _received(
        self, cells: tuple[str, ...], number: int, day: date, extra: dict[str, str]
    ) -> tuple[datetime | None, bool]:
        text = self.columns.text(cells, R.RECEIVED)
        if not text or self.columns.said_unknown(text):
            return None, False
        reading = self.columns.day_reader.read(text)
        if self.columns.group(text, "source") is Source.UNANNOUNCED:
            return None, False
        if reading.problem is not None or not reading.spans:
            self.columns.note(
                number, R.RECEIVED, text, reading.problem or msg("The date is missing.")
            )
            self.columns.keep(extra, cells, R.RECEIVED)
            return None, False
        received = reading.spans[0].first
        for note in reading.notes:
            self.columns.note(number, R.RECEIVED, text, note)
        if len(reading.spans) > 1 or reading.turned:
            self.columns.keep(extra, cells, R.RECEIVED)
        if received > day:
            late = msg("Notified after the day of the gathering: kept as it stands. Is it right?")
            self.columns.note(number, R.RECEIVED, text, late)
        elif (day - received).days > _EARLY_DAYS:
            early = msg("Notified more than two years before: is the year right?")
            self.columns.note(number, R.RECEIVED, text, early)
        clock = read_clock(reading.rest, self.words.clock).start if reading.rest else None
        try:
            return at(received, clock or time(0)), clock is not None
        except BadInput as gap:
            self.columns.note(number, R.RECEIVED, text, mend_of(gap))
            return at(received, time(0)), False

    # ------------------------------------------------------- places, numbers

    def _places(
        self, cells: tuple[str, ...], extra: dict[str, str]
    ) -> tuple[tuple[str, ...], bool]:
        text = self.columns.text(cells, R.PLACE) or self.columns.text(cells, R.DISTRICT)
        reading = self.place_memory.get(text)
        if reading is None:
            reading = read_places(text, self.words.places, self.known_places)
            self.place_memory[text] = reading
        if text and not reading.places:  # "Strecke": no place, but no word is lost
            self.columns.keep(extra, cells, R.PLACE)
        return tuple(self._named(place, extra, cells) for place in reading.places), reading.moving

    def _named(self, place: str, extra: dict[str, str], cells: tuple[str, ...]) -> str:
        if len(place) <= LONGEST_NAME:
            return place
        self.columns.keep(extra, cells, R.PLACE)
        return place[:LONGEST_NAME].rstrip()

    def _route(
        self, cells: tuple[str, ...], moving: bool, places: tuple[str, ...]
    ) -> tuple[str, ...]:
        text = self.columns.text(cells, R.ROUTE)
        if text and not self.columns.said_unknown(text):
            found = read_places(text, self.words.places, self.known_places, is_route=True)
            return tuple(place[:LONGEST_NAME] for place in found.places)
        return places if moving and len(places) > 1 else ()

    def _sizes(self, cells: tuple[str, ...], number: int, extra: dict[str, str]) -> _Sizes:
        expected = self._count(cells, R.EXPECTED, number, extra)
        lowest = self._count(cells, R.EXPECTED_LOW, number, extra)
        highest = self._count(cells, R.EXPECTED_HIGH, number, extra)
        turnout = self._count(cells, R.TURNOUT, number, extra)
        low = _first(lowest.value, lowest.low, expected.low)
        high = _first(highest.value, highest.high, expected.high)
        middle = expected.value
        if low is not None and high is not None and low > high:
            self.columns.note(
                number, R.EXPECTED_HIGH, str(high), msg("Lowest and highest number change places.")
            )
            low, high = high, low
        if middle is not None:
            low = min(low, middle) if low is not None else None
            high = max(high, middle) if high is not None else None
        return _Sizes(low, middle, high, turnout)

    def _count(
        self, cells: tuple[str, ...], field: RegisterField, number: int, extra: dict[str, str]
    ) -> CountReading:
        text = self.columns.text(cells, field)
        if self.both_numbers and field in (R.EXPECTED, R.TURNOUT):
            parts = self.columns.text(cells, self.both_numbers).split("/")
            text = parts[0 if field is R.EXPECTED else -1] if len(parts) == 2 else text
        if not text:
            return CountReading()
        reading = read_count(text, self.words.counts)
        if reading.refused is not None:
            self.columns.note(number, field, text, reading.refused, fatal=True)
        elif reading.note is not None:
            self.columns.keep(extra, cells, field)
            if not self.columns.group(text, "status"):
                self.columns.note(number, field, text, reading.note)
        return reading


def _names_last_moment(reading: DayReading) -> bool:
    """Whether a cell gives a last day with its own time: "5.3. 22:00 to 6.3. 02:00"."""
    return len(reading.spans) == 1 and reading.spans[0].first != reading.spans[0].last


def _is_one_night(spans: tuple[DaySpan, ...], times: tuple[time | None, int | None, str]) -> bool:
    """ "13./14.1., 18-6 Uhr": from the evening of the one day to the morning of the other."""
    if len(spans) != 2 or times[1] is None or times[1] <= 24 * 60:
        return False
    (first, last), (second, end) = spans
    return first == last and second == end and second - first == timedelta(days=1)


def _in_the_night(
    spans: tuple[DaySpan, ...], times: tuple[time | None, int | None, str]
) -> tuple[tuple[DaySpan, ...], tuple[time | None, int | None, str]]:
    """The night after the day: what begins in its small hours lies on the next day."""
    start, end, text = times
    if start is not None and start.hour < _NOON:
        day = timedelta(days=1)
        return tuple(DaySpan(s.first + day, s.last + day) for s in spans), times
    if start is None and end is not None and end < _NOON * 60:
        return spans, (None, end + 24 * 60, text)
    return spans, times


def _beyond_header(table: Table, header: Header) -> list[int]:
    """Columns right of the header in which few rows of a text file have something."""
    if not header.rows or not table.separator:
        return []
    named = [i for row in header.rows for i, c in enumerate(table.rows[row]) if c.strip()]
    last = max(named, default=table.width)
    data = table.rows[header.first_data :]
    return [
        column
        for column in range(last + 1, table.width)
        if 10 * sum(bool(row[column].strip()) for row in data) <= len(data) + 10
    ]


def _say_which_day() -> Msg:
    return msg("Say which column holds the day of the gathering.")


def _first(*numbers: int | None) -> int | None:
    return next((n for n in numbers if n is not None), None)


def _unmerged(table: Table, header: Header) -> list[tuple[str, ...]]:
    """The rows with the value of a merged cell in every row that it covers, below the header."""
    if not table.merged:
        return table.rows
    rows = [list(row) for row in table.rows]
    for top, left, bottom, right in table.merged:
        if top < header.first_data or bottom >= len(rows) or right >= table.width or left < 0:
            continue
        for row in range(top, bottom + 1):
            for column in range(left, right + 1) if left == right else (left,):
                rows[row][column] = rows[top][left]
    return [tuple(cell if not is_unnamed(cell) else "" for cell in row) for row in rows]
