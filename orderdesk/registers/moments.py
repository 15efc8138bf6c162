"""When the gathering of a row begins and ends."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from orderdesk.domain.time import at
from orderdesk.errors import BadInput
from orderdesk.i18n import Msg, msg
from orderdesk.registers.clocks import ClockReading, read_clock
from orderdesk.registers.columns import Columns
from orderdesk.registers.days import DaySpan
from orderdesk.registers.text import says
from orderdesk.registers.words import RegisterField

R = RegisterField
_SHARE_OF_DAY = re.compile(r"0?[.,]\d+$")
"""A time as a spreadsheet counts it; the whole day, 1, then is its end."""


class Times:
    """Reads the columns of times of one table."""

    def __init__(self, columns: Columns) -> None:
        self.columns, self.words = columns, columns.words
        self.clock_memory: dict[tuple[str, bool], ClockReading] = {}

    def _clock(self, text: str, *, is_end: bool) -> ClockReading:
        key = (text, is_end)
        reading = self.clock_memory.get(key)
        if reading is None:
            silent = self.columns.said_unknown(text) if text else True
            reading = (
                ClockReading() if silent else read_clock(text, self.words.clock, is_end=is_end)
            )
            self.clock_memory[key] = reading
        return reading

    def read(
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
        start_text, end_text = self.columns.text(cells, R.START), self.columns.text(cells, R.END)
        if not end_text and R.END_DATE in self.columns.at:
            end_text = self.columns.day_reader.read(self.columns.text(cells, R.END_DATE)).rest
        if not start_text and (
            any(c.isdigit() for c in beside_day) or says(beside_day, self.words.clock.vague)
        ):
            start_text = beside_day
        if _SHARE_OF_DAY.match(start_text) and end_text in ("1", "1.0", "1,0"):
            end_text = "24:00"
        reading = self._clock(start_text, is_end=False)
        ending = self._clock(end_text, is_end=True)
        for found, column, text in ((reading, R.START, start_text), (ending, R.END, end_text)):
            where = column if column in self.columns.at else R.DATE
            for note in found.notes:
                self.columns.note(number, where, text, note)
                self.columns.keep(extra, cells, where)
            if found.refused is not None:
                self.columns.note(number, where, text, found.refused, fatal=True)
        start, end = reading.start, reading.end_minutes
        if ends_later:
            later = end if ending.end_minutes is None else ending.end_minutes
            return start, later % 1440 if later is not None else None, start_text or end_text
        if end_text and ending.end_minutes is not None:
            if end is not None and end % 1440 != ending.end_minutes % 1440:
                two = msg("Another end stands with the start: that of its own column is taken.")
                self.columns.note(number, R.END, f"{start_text} · {end_text}", two)
            end = self._end_after(start, ending.end_minutes, number, end_text)
        return start, end, start_text or end_text

    def _end_after(self, start: time | None, end: int, number: int, text: str) -> int | None:
        if start is None:
            return end
        begun = start.hour * 60 + start.minute
        if end > begun:
            return end
        if end == begun:
            self.columns.note(
                number, R.END, text, msg("It ends when it starts: taken as not known.")
            )
            return None
        if end + 1440 - begun <= self.words.clock.longest_night_hours * 60:
            return end + 1440
        wrong = msg("The end comes before the start. Which is wrong?")
        self.columns.note(number, R.END, text, wrong, fatal=True)
        return None

    def moments(
        self,
        span: DaySpan,
        times: tuple[time | None, int | None, str],
        number: int,
    ) -> tuple[datetime | None, datetime | None]:
        """Start and end as instants, None where not known; no end before the start."""
        start_clock, end_minutes, text = times
        field = R.START if R.START in self.columns.at else R.DATE
        start = self._instant(span.first, start_clock, number, field, text)
        end = None
        if end_minutes is not None and (start is not None or start_clock is None):
            days, minutes = divmod(end_minutes, 1440)
            last = span.last + timedelta(days=days)
            end_field = R.END if R.END in self.columns.at else field
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
            self.columns.note(number, field, text, mend_of(gap))
            return None
        if clock.hour < 4 and at(day, clock, fold=1) != moment:
            twice = msg("That hour comes twice in this night: the first is taken.")
            self.columns.note(number, field, text, twice)
        return moment


def mend_of(fault: BadInput) -> Msg:
    """What to do about a moment that the clock skips."""
    return fault.mend if isinstance(fault.mend, Msg) else msg("{why}", why=fault.mend)
