"""From a table and a mapping to records: every row is accounted for, none is lost silently."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from orderdesk.domain.events import Form, Incident, Kind, Source, Status
from orderdesk.domain.time import at
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Msg, msg
from orderdesk.registers.clocks import ClockReading, read_clock
from orderdesk.registers.counts import CountReading, read_count
from orderdesk.registers.days import DayReader, DayReading, DaySpan, years_in
from orderdesk.registers.header import Header, data_like, is_unnamed, recognised
from orderdesk.registers.headings import DAY_ABOVE, opens_with_day
from orderdesk.registers.mapping import FillDown, Mapping
from orderdesk.registers.places import PlaceReading, known_places, read_places
from orderdesk.registers.rows import Defaults, Problem, RegisterRow, Row, RowKind
from orderdesk.registers.table import Table
from orderdesk.registers.text import fold, one_line, says, squeezed, words_of
from orderdesk.registers.words import RegisterField, RegisterWords

R = RegisterField
_FOOTNOTE = re.compile(r"\s*(?:[\u00b9\u00b2\u00b3\u2070-\u2079*]+|\d{1,2}\))\)?\s*\D")
LONGEST_NAME = 300
"""As in `domain.events.Name`."""
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
        self.sheet = sheet
        self.table, self.header, self.mapping, self.words = table, header, mapping, words
        self.defaults = defaults
        index = {name: i for i, name in enumerate(header.names)}
        self.at = {
            a.field: tuple(index[column] for column in a.columns) for a in mapping.assignments
        }
        if R.DATE not in self.at:
            raise BadInput(N_("mapping"), ", ".join(header.names), _say_which_day())
        self.cells = _unmerged(table, header)
        self.under_headings = DAY_ABOVE in mapping.columns_of(R.DATE)
        self.unmapped = [index[column] for column in mapping.unmapped]
        self.mapped = sorted(i for columns in self.at.values() for i in columns)
        year = defaults.year or mapping.year
        self.month = self._month_in(" ".join((*header.titles, table.sheet)))
        self.day_reader = self._reader(year)
        self.said_in_header = {
            fold(cell) for row in header.rows for cell in (*table.rows[row], *header.names) if cell
        }
        q = words.qualifiers
        named = self._name(R.EXPECTED) if R.TURNOUT not in self.at else ""
        self.both_numbers = bool(says(named, q.actual) and says(named, q.announced))
        self.beyond_header = _beyond_header(table, header)
        self.section = ""
        self.problems: list[Problem] = []
        place_cells = [row[i] for i in self.at.get(R.PLACE, ()) for row in self.cells]
        self.known_places = known_places(place_cells)
        self.place_memory: dict[str, PlaceReading] = {}
        self.clock_memory: dict[tuple[str, bool], ClockReading] = {}
        self.groups: dict[str, list[tuple[object, tuple[str, ...]]]] = {
            "kind": [(g.kind, g.words) for g in words.kinds],
            "form": [(g.form, g.words) for g in words.forms],
            "source": [(g.source, g.words) for g in words.sources],
            "status": [(g.status, g.words) for g in words.statuses],
            "incident": [(g.incident, g.words) for g in words.incidents],
        }
        self.word_memory: dict[tuple[str, str], object] = {}
        self.unknown = frozenset(squeezed(word) for word in words.counts.unknown)
        self.cut = set(table.cut)
        self.opening_totals, self.opening_notes = words.row_openings

    def _reader(self, year: int | None) -> DayReader:
        return DayReader(
            self.words,
            month_first=self.mapping.month_first,
            year=year,
            month=self.month,
            spread=len(self.at[R.DATE]) > 1,
        )

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
            self.problems = []
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
                problems = tuple(self.problems)
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
                self.problems.append(Problem(number, name, value, note, sheet=self.sheet))

    def _text(self, cells: tuple[str, ...], field: RegisterField) -> str:
        columns = self.at.get(field, ())
        if not columns:
            return ""
        if len(columns) == 1:
            return cells[columns[0]].strip(" \n")
        return "\n".join(cells[i].strip(" \n") for i in columns if cells[i].strip())

    def _name(self, field: RegisterField) -> str:
        return ", ".join(self.mapping.columns_of(field))

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
        day = self._text(cells, R.DATE)
        if day and self.day_reader.read(day).spans:
            return None
        if (
            len(texts) == 1
            and self.under_headings
            and opens_with_day(texts[0], self.words)
            and self.day_reader.read(texts[0]).spans
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
        year = years[0] if len(years) == 1 else self.day_reader.year
        if months or year != self.day_reader.year:
            self.month = self._month_in(first)
            self.day_reader = self._reader(year)
        return msg("It is the title of a part: {text}", text=text[:80])

    def _filled_down(
        self, cells: tuple[str, ...], above: tuple[str, ...] | None, number: int
    ) -> tuple[str, ...] | None:
        """The row with what a merged cell above it says; None for a day with nothing else."""
        days = self.at[R.DATE]
        others = [i for i in self.mapped if i not in days]
        has_day = any(cells[i].strip() for i in days)
        has_more = any(cells[i].strip() for i in others if i not in self.at.get(R.REFERENCE, ()))
        if has_day and not has_more:
            if self.mapping.fill_down is not FillDown.ROWS or above is None:
                return None
            merged = list(above)
            for i in (*days, *self.unmapped, *self.at.get(R.REFERENCE, ())):
                merged[i] = cells[i]
            note = msg(
                "Only the day stands here: place, numbers and the rest are of the row above."
            )
            self._note(number, R.DATE, self._text(cells, R.DATE), note)
            return tuple(merged)
        bare = not has_day and has_more and not self._has_own_reference(cells, above)
        if bare and above and self.mapping.fill_down is FillDown.DAYS:
            merged = list(cells)
            for i in days:
                merged[i] = above[i]
            note = msg("No day stands here: it is that of the row above.")
            self._note(number, R.DATE, "", note)
            return tuple(merged)
        return cells

    def _has_own_reference(self, cells: tuple[str, ...], above: tuple[str, ...] | None) -> bool:
        """Whether it bears another number than the row above: then it's a case by itself."""
        references = self.at.get(R.REFERENCE, ())
        return any(cells[i].strip() and (above is None or cells[i] != above[i]) for i in references)

    # --------------------------------------------------------------- records

    def _note(
        self, number: int, field: RegisterField, value: str, message: Msg, *, fatal: bool = False
    ) -> None:
        shown = one_line(value)
        shown = shown if len(shown) <= 200 else f"{shown[:199]}…"
        self.problems.append(
            Problem(number, self._name(field), shown, message, fatal, sheet=self.sheet)
        )

    def _records(self, cells: tuple[str, ...], number: int, index: int) -> tuple[RegisterRow, ...]:
        extra = self._extra(cells)
        if self.cut:
            self._report_cut(cells, number, index)
        day_text = self._text(cells, R.DATE)
        reading = self.day_reader.read(day_text)
        if reading.problem is not None:
            self._report_no_day(cells, number, day_text, reading.problem)
            self._sizes(cells, number, extra)
            self._times(cells, number, "", extra)
            return ()
        for note in reading.notes:
            self._note(number, R.DATE, day_text, note)
        if len(reading.spans) > 1:
            extra[self._name(R.DATE)] = one_line(day_text)
        spans = self._until_end_date(reading.spans, cells, number)
        places, moving = self._places(cells, extra)
        route = self._route(cells, moving, places)
        if not places:  # a register with a column of routes alone: they are its places
            places, route = route, route if len(route) > 1 else ()
        status, kind, form, source = self._judged(cells, number, reading.rest, extra)
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
            purpose=self._text(cells, R.PURPOSE),
            organiser_text=self._short(cells, R.ORGANISER, extra, number),
            places=places,
            place_text=self._short(cells, R.PLACE, extra, number),
            route=route,
            expected_low=sizes.low,
            expected=sizes.expected,
            expected_high=sizes.high,
            turnout_low=sizes.turnout.low,
            turnout=sizes.turnout.value,
            turnout_high=sizes.turnout.high,
            status=status,
            incident=self._incident(cells),
            reference=self._short(cells, R.REFERENCE, extra, number),
            section=self.section,
            extra=extra,
        )
        ends_later = spans != reading.spans or _names_last_moment(reading)
        times = self._times(cells, number, reading.rest, extra, ends_later=ends_later)
        moments = [(span, *self._moments(span, times, number)) for span in dict.fromkeys(spans)]
        problems = tuple(self.problems)
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

    def _report_cut(self, cells: tuple[str, ...], number: int, index: int) -> None:
        for row, column in self.cut:
            if row == index:
                value = f"{one_line(cells[column][:100])}…"
                note = msg("Longer than {n} characters: cut off.", n=len(cells[column]))
                name = self.header.names[column]
                self.problems.append(Problem(number, name, value, note, sheet=self.sheet))

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
        self._note(number, R.DATE, shown, problem, fatal=True)

    def _extra(self, cells: tuple[str, ...]) -> dict[str, str]:
        """Columns without a field of their own in a case, as they stood; no labels of opinion."""
        kept = [*self.unmapped]
        for kept_field in (R.DISTRICT, R.CATEGORY, R.OUTCOME, R.REMARKS):
            kept += self.at.get(kept_field, ())
        return {self.header.names[i]: cells[i] for i in sorted(kept) if cells[i].strip()}

    def _keep(self, extra: dict[str, str], cells: tuple[str, ...], field: RegisterField) -> None:
        """Keep the cells of `field` as they stood, since they were not wholly understood."""
        for i in self.at.get(field, ()):
            if cells[i].strip():
                extra[self.header.names[i]] = cells[i]

    def _short(
        self, cells: tuple[str, ...], field: RegisterField, extra: dict[str, str], number: int
    ) -> str:
        text = one_line(self._text(cells, field))
        if len(text) <= LONGEST_NAME:
            return text
        self._keep(extra, cells, field)
        self._note(number, field, text, msg("Longer than {n} characters: cut off.", n=LONGEST_NAME))
        return text[:LONGEST_NAME].rstrip()

    def _said_unknown(self, text: str) -> bool:
        return squeezed(text) in self.unknown or not any(c.isalnum() for c in text)

    def _until_end_date(
        self, spans: tuple[DaySpan, ...], cells: tuple[str, ...], number: int
    ) -> tuple[DaySpan, ...]:
        text = self._text(cells, R.END_DATE)
        if not text or self._said_unknown(text) or len(spans) != 1:
            return spans
        reading = self.day_reader.read(text)
        if reading.problem is not None:
            self._note(number, R.END_DATE, text, reading.problem, fatal=True)
        elif reading.spans[-1].last < spans[0].first:
            wrong = msg("The last day comes before the first. Which is wrong?")
            self._note(number, R.END_DATE, text, wrong, fatal=True)
        else:
            return (DaySpan(spans[0].first, reading.spans[-1].last),)
        return spans

    def _received(
        self, cells: tuple[str, ...], number: int, day: date, extra: dict[str, str]
    ) -> tuple[datetime | None, bool]:
        text = self._text(cells, R.RECEIVED)
        if not text or self._said_unknown(text):
            return None, False
        reading = self.day_reader.read(text)
        if self._group(text, "source") is Source.UNANNOUNCED:
            return None, False
        if reading.problem is not None or not reading.spans:
            self._note(number, R.RECEIVED, text, reading.problem or msg("The date is missing."))
            self._keep(extra, cells, R.RECEIVED)
            return None, False
        received = reading.spans[0].first
        if len(reading.spans) > 1:
            self._keep(extra, cells, R.RECEIVED)
        if received > day:
            late = msg("Notified after the day of the gathering: kept as it stands. Is it right?")
            self._note(number, R.RECEIVED, text, late)
        elif (day - received).days > _EARLY_DAYS:
            early = msg("Notified more than two years before: is the year right?")
            self._note(number, R.RECEIVED, text, early)
        clock = read_clock(reading.rest, self.words.clock).start if reading.rest else None
        try:
            return at(received, clock or time(0)), clock is not None
        except BadInput as gap:
            self._note(number, R.RECEIVED, text, _mend(gap))
            return at(received, time(0)), False

    # ----------------------------------------------------------------- times

    def _clock(self, text: str, *, is_end: bool) -> ClockReading:
        key = (text, is_end)
        reading = self.clock_memory.get(key)
        if reading is None:
            silent = self._said_unknown(text) if text else True
            reading = (
                ClockReading() if silent else read_clock(text, self.words.clock, is_end=is_end)
            )
            self.clock_memory[key] = reading
        return reading

    def _times(
        self,
        cells: tuple[str, ...],
        number: int,
        beside_day: str,
        extra: dict[str, str],
        *,
        ends_later: bool = False,
    ) -> tuple[time | None, int | None, str]:
        """(start, end in minutes from midnight of the last day, the text they came from).

        `ends_later`: the last day has a column of its own, so an end is never the day after it.
        """
        start_text, end_text = self._text(cells, R.START), self._text(cells, R.END)
        if not end_text and R.END_DATE in self.at:
            end_text = self.day_reader.read(self._text(cells, R.END_DATE)).rest
        if not start_text and any(c.isdigit() for c in beside_day):
            start_text = beside_day
        reading = self._clock(start_text, is_end=False)
        ending = self._clock(end_text, is_end=True)
        for found, column, text in ((reading, R.START, start_text), (ending, R.END, end_text)):
            where = column if column in self.at else R.DATE
            for note in found.notes:
                self._note(number, where, text, note)
                self._keep(extra, cells, where)
            if found.refused is not None:
                self._note(number, where, text, found.refused, fatal=True)
        start, end = reading.start, reading.end_minutes
        if ends_later:
            later = end if ending.end_minutes is None else ending.end_minutes
            return start, later % 1440 if later is not None else None, start_text or end_text
        if end_text and ending.end_minutes is not None:
            end = self._end_after(start, ending.end_minutes, number, end_text)
        return start, end, start_text or end_text

    def _end_after(self, start: time | None, end: int, number: int, text: str) -> int | None:
        if start is None:
            return end
        begun = start.hour * 60 + start.minute
        if end > begun:
            return end
        if end == begun:
            self._note(number, R.END, text, msg("It ends when it starts: taken as not known."))
            return None
        if end + 1440 - begun <= self.words.clock.longest_night_hours * 60:
            return end + 1440
        wrong = msg("The end comes before the start. Which is wrong?")
        self._note(number, R.END, text, wrong, fatal=True)
        return None

    def _moments(
        self,
        span: DaySpan,
        times: tuple[time | None, int | None, str],
        number: int,
    ) -> tuple[datetime | None, datetime | None]:
        start_clock, end_minutes, text = times
        field = R.START if R.START in self.at else R.DATE
        start = self._instant(span.first, start_clock, number, field, text)
        end = None
        if end_minutes is not None and (start is not None or start_clock is None):
            days, minutes = divmod(end_minutes, 1440)
            last = span.last + timedelta(days=days)
            end_field = R.END if R.END in self.at else field
            end = self._instant(last, time(minutes // 60, minutes % 60), number, end_field, text)
            begun = start or at(span.first, time(0))
            if end is not None and end <= begun:
                end = None
        return start, end

    def _instant(
        self, day: date, clock: time | None, number: int, field: RegisterField, text: str
    ) -> datetime | None:
        if clock is None:
            return None
        try:
            moment = at(day, clock)
        except BadInput as gap:
            self._note(number, field, text, _mend(gap))
            return None
        if clock.hour < 4 and at(day, clock, fold=1) != moment:
            twice = msg("That hour comes twice in this night: the first is taken.")
            self._note(number, field, text, twice)
        return moment

    # ------------------------------------------------------- places, numbers

    def _places(
        self, cells: tuple[str, ...], extra: dict[str, str]
    ) -> tuple[tuple[str, ...], bool]:
        text = self._text(cells, R.PLACE) or self._text(cells, R.DISTRICT)
        reading = self.place_memory.get(text)
        if reading is None:
            reading = read_places(text, self.words.places, self.known_places)
            self.place_memory[text] = reading
        if text and not reading.places:  # "Strecke": no place, but no word is lost
            self._keep(extra, cells, R.PLACE)
        return tuple(self._named(place, extra, cells) for place in reading.places), reading.moving

    def _named(self, place: str, extra: dict[str, str], cells: tuple[str, ...]) -> str:
        if len(place) <= LONGEST_NAME:
            return place
        self._keep(extra, cells, R.PLACE)
        return place[:LONGEST_NAME].rstrip()

    def _route(
        self, cells: tuple[str, ...], moving: bool, places: tuple[str, ...]
    ) -> tuple[str, ...]:
        text = self._text(cells, R.ROUTE)
        if text and not self._said_unknown(text):
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
            self._note(
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
        text = self._text(cells, field)
        if self.both_numbers and field in (R.EXPECTED, R.TURNOUT):
            parts = self._text(cells, R.EXPECTED).split("/")
            text = parts[0 if field is R.EXPECTED else -1] if len(parts) == 2 else text
        if not text:
            return CountReading()
        reading = read_count(text, self.words.counts)
        if reading.refused is not None:
            self._note(number, field, text, reading.refused, fatal=True)
        elif reading.note is not None:
            self._keep(extra, cells, field)
            if not self._group(text, "status"):
                self._note(number, field, text, reading.note)
        return reading

    # ----------------------------------------------------------------- words

    def _group(self, text: str, what: str) -> object:
        """The kind, form, source, status or incident that `text` names, or None."""
        if not text:
            return None
        key = (what, text)
        if key in self.word_memory:
            return self.word_memory[key]
        found = next((value for value, said in self.groups[what] if says(text, said)), None)
        self.word_memory[key] = found
        return found

    def _judged(
        self, cells: tuple[str, ...], number: int, beside_day: str, extra: dict[str, str]
    ) -> tuple[Status | None, Kind, Form | None, Source | None]:
        kind_text = self._text(cells, R.KIND)
        kind = self._group(kind_text, "kind")
        if kind_text and kind is None and not self._said_unknown(kind_text):
            self._keep(extra, cells, R.KIND)
            self._note(
                number, R.KIND, kind_text, msg("The kind is not known: a demonstration is assumed.")
                if self.defaults.kind is Kind.DEMONSTRATION
                else msg("The kind is not known: that of the register is taken."),
            )  # fmt: skip
        form = self._group(kind_text, "form")
        source_text = self._text(cells, R.SOURCE)
        source = self._group(source_text, "source") or self._announced(source_text)
        if source_text and source is None:
            self._keep(extra, cells, R.SOURCE)
        asides = (kind_text, self._text(cells, R.RECEIVED), self._text(cells, R.STATUS))
        for aside in () if source else asides:
            if self._group(aside, "source") is Source.UNANNOUNCED:
                source = Source.UNANNOUNCED
        return (
            self._status(cells, beside_day, extra),
            kind if isinstance(kind, Kind) else self.defaults.kind,
            form if isinstance(form, Form) else None,
            source if isinstance(source, Source) else None,
        )

    def _status(
        self, cells: tuple[str, ...], beside_day: str, extra: dict[str, str]
    ) -> Status | None:
        """From its own column, else from "abgesagt" beside the day, a number, or in a remark."""
        text = self._text(cells, R.STATUS)
        if text:
            status = self._group(text, "status") or self._yes_or_no(text) or self._alone(text)
            if status is None or says(text, self.words.ended.prohibited):
                self._keep(extra, cells, R.STATUS)
            return status if isinstance(status, Status) else None
        off = (Status.CANCELLED, Status.MOVED, Status.NO_SHOW)
        for aside in (
            beside_day,
            self._text(cells, R.EXPECTED),
            self._text(cells, R.TURNOUT),
            self._text(cells, R.REMARKS),
            self._text(cells, R.OUTCOME),
            self._text(cells, R.START),
            self._text(cells, R.PLACE),
            self._text(cells, R.KIND),
        ):
            status = self._group(aside[:300], "status") if aside and not aside.isdigit() else None
            if status in off:
                return status  # type: ignore[return-value]
        if self.words.called_off.search(fold(self._text(cells, R.PURPOSE)[:400])):
            return Status.CANCELLED
        return None

    def _alone(self, text: str) -> Status | None:
        """A word that means a status only where it is the whole cell ("verplaatst")."""
        said = squeezed(text)
        return next((s.status for s in self.words.statuses if said in map(squeezed, s.alone)), None)

    def _yes_or_no(self, text: str) -> Status | None:
        """A column "abgesagt" with "ja" or a cross, or "stattgefunden" with "nein"."""
        meant = self._group(self._name(R.STATUS), "status")
        said = squeezed(text)
        if said in self.words.answers.yes:
            return meant if isinstance(meant, Status) else None
        if said in self.words.answers.no:
            opposite = {Status.HELD: Status.NO_SHOW, Status.CANCELLED: Status.HELD}
            return opposite.get(meant) if isinstance(meant, Status) else None
        return None

    def _announced(self, text: str) -> Source | None:
        """A column "angemeldet" with "ja" or "nein"."""
        said = squeezed(text)
        if said in self.words.answers.yes:
            return Source.WRITTEN
        return Source.UNANNOUNCED if said in self.words.answers.no else None

    def _incident(self, cells: tuple[str, ...]) -> Incident | None:
        found = self._group(self._text(cells, R.OUTCOME)[:500], "incident")
        for field in () if found else (R.STATUS, R.REMARKS):
            if says(self._text(cells, field)[:500], self.words.ended.words):
                found = Incident.SOME
        return found if isinstance(found, Incident) else None


def _names_last_moment(reading: DayReading) -> bool:
    """Whether a cell gives a last day with its own time: "5.3. 22:00 to 6.3. 02:00"."""
    return len(reading.spans) == 1 and reading.spans[0].first != reading.spans[0].last


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


def _mend(fault: BadInput) -> Msg:
    return fault.mend if isinstance(fault.mend, Msg) else msg("{why}", why=fault.mend)


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
