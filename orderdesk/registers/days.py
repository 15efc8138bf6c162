"""Days as people write them in registers: single, ranges, lists, rules of repetition."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from orderdesk.domain.time import FIRST_YEAR, LAST_YEAR, local
from orderdesk.i18n import Msg, msg
from orderdesk.registers.text import alternatives, fold, one_line, says
from orderdesk.registers.turned import Moved, mended, moved, night
from orderdesk.registers.words import RegisterWords

_EXCEL_DAY_0 = date(1899, 12, 30)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[t ](\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?)?$")
_ZONED = re.compile(r"\d{4}-\d\d-\d\d[t ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:z|[+-]\d\d:?\d\d)$")
_MIDNIGHT = re.compile(r"\s+(?:0?0:00(?::00(?:\.0+)?)?|12:00(?::00)? am)$")
_PLAIN = re.compile(r"(\d{1,2})([./-]|[, \u00b7]\s?)(\d{1,2})\2(\d{4}|\d{2})$")
_DANISH = re.compile(r"(?<![\d/.-])(\d{1,2})/(\d{1,2})-(\d{4})(?!\d)")
_SHORT_YEAR = re.compile(r"(?<=\d[./-])'(\d\d)(?!\d)")
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d+))?$")
_COMPACT = re.compile(r"(20\d\d)(\d\d)(\d\d)$")
_BARE = re.compile(r"(\d{1,2})([./-])(\d{1,2})$")
_NUMBER = re.compile(r"(\d{1,2})\.?$")
_SPREAD = re.compile(r"(\d{1,2})\.? (\d{1,2})\.?(?: (\d{4}))?$")
_A_WEEK = timedelta(days=6)
_LONGEST_TURN = 300  # characters: more is a text, not a day with another one
MOST_OCCURRENCES = 400  # of one cell; more is a mistake


class DaySpan(NamedTuple):
    """First and last day, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class DayReading:
    """What a cell says about days."""

    spans: tuple[DaySpan, ...] = ()
    """One for every occurrence."""
    rest: str = ""
    """Folded text that is no day: perhaps a time, perhaps "abgesagt"."""
    problem: Msg | None = None
    """Why no day could be read; `spans` is then empty."""
    impossible: bool = False
    """Whether it has the form of a day, but no such day exists."""
    notes: tuple[Msg, ...] = ()
    night: bool = False
    """Whether a night is meant that begins on the (only) day."""
    turned: bool = False
    """Whether the cell says more than is read of it: a day before this one, a day after."""


class _Part(NamedTuple):
    """A day of which month and year may still be missing."""

    day: int
    month: int | None
    year: int | None
    raw: str


class _Impossible(Exception):
    def __init__(self, message: Msg, *, day_like: bool = False) -> None:
        self.message, self.day_like = message, day_like


class DayReader:
    """Reads the cells of one column of days.

    `month_first` is decided for the column as a whole (`decide_order`), since "03/04/2021" alone
    can't tell. `year` completes days that stand without one, `month` bare numbers in the part of a
    month ("5" below "March 2022"). `spread`: day, month and year came from columns of their own.
    """

    def __init__(
        self,
        words: RegisterWords,
        *,
        month_first: bool = False,
        year: int | None = None,
        month: int | None = None,
        spread: bool = False,
    ) -> None:
        self._words = words
        self._grammar = _grammar(words)
        self.month_first = month_first
        self.year, self.month, self.spread = year, month, spread
        self._known: dict[str, DayReading] = {}

    def read(self, text: str) -> DayReading:
        """The days of one cell. Never raises."""
        known = self._known.get(text)
        if known is None:
            known = self._read(text)
            if len(self._known) < 50_000:
                self._known[text] = known
        return known

    def _read(self, text: str) -> DayReading:
        said = _DANISH.sub(r"\1/\2/\3", _MIDNIGHT.sub("", fold(text)))
        said = _SHORT_YEAR.sub(r"\1", said)
        if not said:
            return DayReading(problem=msg("The date is missing."))
        shown = one_line(text)[:120]
        plainly = _PLAIN.match(said) or _ISO.match(said) or len(said) > _LONGEST_TURN
        reading = None if plainly else self._turned(said)
        if reading is None:
            reading = self._straight(said)
        if not plainly and says(said, self._words.calendar.week) and _is_one_day(reading):
            note = msg("A week is named: read as its first day.")
            reading = replace(reading, notes=(*reading.notes, note))
        if reading.problem is not None:
            return replace(reading, problem=_quoting(reading.problem, shown))
        return replace(reading, notes=tuple(_quoting(note, shown) for note in reading.notes))

    def _turned(self, said: str) -> DayReading | None:
        """What was moved, is a night, or has a sign mistyped; None where it says a day plainly."""
        calendar = self._words.calendar
        if (points := mended(said)) != said and not (read := self._straight(points)).problem:
            note = msg("Read as {day}.", day=points)
            return replace(read, notes=(*read.notes, note))
        if (between := night(said, calendar)) and (read := self._straight(between)).spans:
            [first, last] = read.spans[0] if len(read.spans) == 1 else (None, None)
            if first and last and last - first == timedelta(days=1):
                note = msg("A night: read as that of the first evening.")
                return replace(
                    read,
                    spans=(DaySpan(first, first),),
                    notes=(*read.notes, note),
                    night=True,
                    turned=True,
                )
        if (change := moved(said, calendar)) is not None:
            return self._moved(change)
        return None

    def _moved(self, change: Moved) -> DayReading | None:
        """The new day, with the hours that were said of either."""
        before = self._straight(change.before) if change.before.strip("() ") else None
        year = before.spans[0].first.year if before and before.spans else self.year
        now = self._turned(change.now) or self._in_year(year)._straight(change.now)
        if not now.spans:
            return None
        old = before.spans[0].first if before and before.spans else None
        if old and year and not years_in(change.now) and (old - now.spans[0].first).days > 180:
            now = self._in_year(year + 1)._straight(change.now)  # "29.12. verlegt auf 05.01."
        hours = any(c.isdigit() for c in now.rest)
        rest = now.rest if hours or before is None else before.rest
        note = msg("Moved: read as the new day.")
        notes = now.notes if now.turned else (*now.notes, note)
        return replace(now, rest=rest, notes=notes, turned=True)

    def _in_year(self, year: int | None) -> DayReader:
        if year == self.year:
            return self
        return DayReader(self._words, month_first=self.month_first, year=year, month=self.month)

    def _straight(self, said: str) -> DayReading:
        try:
            simple = self._simple(said)
            return simple if simple is not None else self._composed(said[:2000])
        except _Impossible as fault:
            return DayReading(problem=fault.message, impossible=fault.day_like)

    def _simple(self, said: str) -> DayReading | None:
        if _ZONED.match(said):
            there = local(datetime.fromisoformat(said.upper()))
            return _one(_day(there.day, there.month, there.year, said), f"{there:%H:%M}")
        if found := _ISO.match(said):
            year, month, day, clock = found.groups()
            rest = clock if clock and clock != "00:00" else ""
            return _one(_day(int(day), int(month), int(year), said), rest)
        if found := _PLAIN.match(said):
            return _one(self._numeric(found[1], found[3], found[4], found[2], said))
        if self.spread and (found := _SPREAD.match(said)):
            spread_year = int(found[3]) if found[3] else self.year
            if spread_year:
                return _one(_day(int(found[1]), int(found[2]), spread_year, said))
        if self.month and self.year and (found := _NUMBER.match(said)):
            return _one(_day(int(found[1]), self.month, self.year, said))
        if found := _COMPACT.match(said):
            return _one(_day(int(found[3]), int(found[2]), int(found[1]), said))
        if found := _SERIAL.match(said):
            day = _EXCEL_DAY_0 + timedelta(days=int(found[1]))
            if not FIRST_YEAR <= day.year <= LAST_YEAR:
                raise _Impossible(msg("{value} is no day: write it as 31-12-2026.", value=said))
            minutes = round(float(f"0.{found[2] or 0}") * 1440) % 1440
            return _one(day, f"{minutes // 60:02d}:{minutes % 60:02d}" if minutes else "")
        return None

    def _numeric(self, first: str, second: str, year: str, separator: str, raw: str) -> date:
        day, month = int(first), int(second)
        if self.month_first and separator in "/-":
            day, month = month, day
        return _day(day, month, _full_year(year), raw)

    def _composed(self, said: str) -> DayReading:
        """Days among words: tokens in turn, then gaps in days filled from their neighbours."""
        parts: list[_Part] = []
        links: list[str] = []
        rest: list[str] = []
        weekdays: list[int] = []
        ruled = daily = False
        days_of_week: list[int] = []
        except_from: int | None = None
        link = last = ""
        opened_by_until = False
        for token in self._grammar.finditer(said):
            kind, raw = token.lastgroup or "", token[0]
            if kind == "month_range":
                month = self._words.month_numbers[token["r_m"]]
                year = _full_year(token["r_y"])
                parts += [_Part(int(token[d]), month, year, raw) for d in ("r_1", "r_2")]
                links += [link, "range"]
                link = ""
            elif kind in _DAY_TOKENS:
                parts.append(self._part(kind, token, raw))
                links.append(link)
                link = ""
            elif kind == "month_only":
                raise _Impossible(
                    msg("{value} names no day: give day, month and year.", value=said)
                )
            elif kind == "range":
                link = "range"
                opened_by_until = opened_by_until or (not parts and raw[0].isalpha())
            elif kind == "also":
                link = link or "also"
            elif kind == "every":
                ruled = True
            elif kind == "daily":
                daily = True
            elif kind == "except":
                except_from = len(parts)
            elif kind == "weekdays":
                weekdays.append(self._words.weekday_numbers[raw[:-1]])
                ruled = True
            elif kind == "weekday":
                weekday = self._words.weekday_numbers[raw.rstrip(".")]
                if last == "weekday range":  # "Mo-Fr"
                    days_of_week = _on_to(weekdays.pop(), weekday)
                    link = ""
                else:
                    weekdays.append(weekday)
            elif kind in ("hours", "time", "word"):
                rest += ["-", raw] if link == "range" and rest else [raw]
                link = ""
            last = "weekday range" if kind == "range" and last == "weekday" else kind
        if not parts:
            bare = _BARE.search(said) if weekdays else _BARE.match(said)
            if bare and self.year:
                day = self._numeric(bare[1], bare[3], str(self.year), bare[2], said)
                return _with_weekday_note(_one(day), weekdays)
            if bare and weekdays:
                raise _Impossible(msg("{value} has no year: write it as 31-12-2026.", value=said))
            if ruled or daily or weekdays:
                raise _Impossible(_rule_without_days(said))
            raise _Impossible(msg("{value} is no day: write it as 31-12-2026.", value=said))
        spans = self._spans(parts, links, said)
        reading = DayReading(tuple(spans), " ".join(rest))
        if len(spans) == 1 and (link == "range" or opened_by_until):
            open_ended = msg(
                "{value}: first or last day is not named; read as one day.", value=said
            )
            reading = replace(reading, notes=(open_ended,))
        if days_of_week and spans[0].last - spans[0].first > _A_WEEK:
            ruled, weekdays = True, days_of_week
        if ruled and (weekdays or except_from is not None):
            return self._repeated(reading, parts, spans, weekdays, except_from, said)
        return _with_weekday_note(reading, weekdays)

    def _part(self, kind: str, token: re.Match[str], raw: str) -> _Part:
        group = token.groupdict()
        if kind == "iso":
            return _Part(int(group["i_d"]), int(group["i_m"]), int(group["i_y"]), raw)
        if kind == "numeric":
            day, month = int(group["n_1"]), int(group["n_2"])
            if self.month_first and group["n_s"] != ".":
                day, month = month, day
            return _Part(day, month, _full_year(group["n_y"]), raw)
        if kind == "named":
            year = _full_year(group["m_y"]) if group["m_y"] else None
            return _Part(int(group["m_d"]), self._words.month_numbers[group["m_m"]], year, raw)
        if kind == "english":
            month = self._words.month_numbers[group["e_m"]]
            return _Part(int(group["e_d"]), month, _full_year(group["e_y"]), raw)
        if kind == "day_slash":
            day, month = int(group["s_d"]), int(group["s_m"])
            return _Part(*((month, day) if self.month_first else (day, month)), None, raw)
        if kind == "day_month":
            return _Part(int(group["d_d"]), int(group["d_m"]), None, raw)
        return _Part(int(group["o_d"]), None, None, raw)

    def _spans(self, parts: list[_Part], links: list[str], said: str) -> list[DaySpan]:
        """Months and years that are missing come from the day after, else from the one before."""
        month: int | None = None
        year: int | None = None
        complete: list[tuple[date, bool]] = []
        for index in range(len(parts) - 1, -1, -1):
            part = parts[index]
            guessed_year = part.year is None
            month = part.month or month
            year = part.year or year
            before = next((p.year for p in reversed(parts[:index]) if p.year), None)
            known_month = month or next((p.month for p in reversed(parts[:index]) if p.month), None)
            known_year = year or before or self.year
            if known_month is None or known_year is None:
                raise _Impossible(msg("{value} has no year: write it as 31-12-2026.", value=said))
            complete.append((_day(part.day, known_month, known_year, said), guessed_year))
        complete.reverse()
        spans: list[DaySpan] = []
        for index, (day, guessed) in enumerate(complete):
            if index and links[index] == "range" and spans[-1].first == spans[-1].last:
                first = spans[-1].first
                if first > day and complete[index - 1][1] and first.month > day.month:
                    first = _day(first.day, first.month, first.year - 1, said)
                elif first > day and guessed:
                    day = _day(day.day, day.month, day.year + 1, said)
                if first > day:
                    raise _Impossible(
                        msg(
                            "{value}: the last day comes before the first. Which is wrong?",
                            value=said,
                        )
                    )
                spans[-1] = DaySpan(first, day)
            else:
                spans.append(DaySpan(day, day))
        return spans

    def _repeated(
        self,
        reading: DayReading,
        parts: list[_Part],
        spans: list[DaySpan],
        weekdays: list[int],
        except_from: int | None,
        said: str,
    ) -> DayReading:
        """ "15.01. bis 17.12.2018 (jeden Montag)": the Mondays of that stretch."""
        whole = spans[0]
        if whole.first == whole.last or not weekdays or (except_from == 0 and len(parts) > 0):
            if except_from is None and whole.first == whole.last and len(weekdays) <= 1:
                return _with_weekday_note(reading, weekdays)
            raise _Impossible(_rule_without_days(said))
        left_out = {s.first for s in spans[1:]} if except_from is not None else set()
        if len(spans) > 1 and except_from is None:
            raise _Impossible(_rule_without_days(said))
        days = [whole.first + timedelta(days=n) for n in range((whole.last - whole.first).days + 1)]
        chosen = [d for d in days if d.weekday() in weekdays and d not in left_out]
        if not chosen or len(chosen) > MOST_OCCURRENCES:
            raise _Impossible(_rule_without_days(said))
        note = msg("{value}: read as {n} separate days.", value=said, n=len(chosen))
        return DayReading(tuple(DaySpan(d, d) for d in chosen), reading.rest, notes=(note,))


_CLOCK = r"\d{1,2}(?:[:.h]\d{2})?"
_HOURS = rf"{_CLOCK}\s*(?:uhr|uur|h|u)?\s*(?:-|bis|tot|to|a)\s*{_CLOCK}\s*(?:uhr|uur|h|u)?"
_HOURS_TWICE = (  # "10-12 und 14-16 Uhr": no days, though they look like it
    rf"(?<![\d./-]){_HOURS}(?:\s*(?:,|und|en|and|et|&|/|\+)\s*{_HOURS})+(?<=[ruh])(?![^\W_])"
)
_DAY_TOKENS = frozenset(
    {"iso", "numeric", "named", "english", "day_slash", "day_month", "day_only"}
)


@lru_cache(maxsize=8)
def _cached_grammar(key: tuple[str, ...]) -> re.Pattern[str]:
    month, weekday, every, daily, except_, until, also, lead_in = key
    link = rf"\s*(?:/|-|\+|&|,|(?:{until}|{also})(?![^\W_]))\s*(?:(?:{weekday})\.?,? )?"
    number_end = r"(?:\.|er|ste|de|st|nd|rd|th|e)?"
    link_ahead = (  # "4, 5 en 6 maart", "ma 4 en di 5.3."
        rf"(?=(?:{link}\d{{1,2}}(?!\d)\s?{number_end})+"
        rf"\s?(?:[/-]|(?<=\.)\s?\d|\.\s?\d|{month}))"
    )
    return re.compile(
        rf"(?P<hours>{_HOURS_TWICE})"
        rf"|(?P<iso>(?P<i_y>\d{{4}})(?P<i_s>[-./])(?P<i_m>\d{{1,2}})(?P=i_s)(?P<i_d>\d{{1,2}})(?!\d)"
        rf"(?:[t ]00:00(?::00)?)?)"
        rf"|(?P<numeric>(?<!\d)(?P<n_1>\d{{1,2}})\s?(?P<n_s>[./-])\s?(?P<n_2>\d{{1,2}})\s?(?P=n_s)\s?"
        rf"(?P<n_y>\d{{2,5}})(?!\d))"
        rf"|(?P<named>(?<!\d)(?P<m_d>\d{{1,2}}){number_end}\s*-?(?P<m_m>{month})(?![^\W\d_])\.?,?-?\s*"
        rf"(?P<m_y>'?\d{{4,5}}|'\d{{2}}|\d{{2}}(?![\d:.hu]|\s*(?:uhr|uur|h)))?)"
        rf"|(?P<month_range>(?<![^\W_])(?P<r_m>{month})\.?\s+(?P<r_1>\d{{1,2}})(?:st|nd|rd|th)?\s?"
        rf"(?:-|to)\s?(?P<r_2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<r_y>\d{{4}}))"
        rf"|(?P<english>(?<![^\W_])(?P<e_m>{month})\.?\s+(?P<e_d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+"
        rf"(?P<e_y>\d{{4}}))"
        rf"|(?P<time>(?<!\d)\d{{1,2}}(?:[:hu]\d{{2}}(?::\d{{2}})?|\.\d{{2}}(?![.\d]))"
        rf"(?:\s*(?:uhr|uur|h|u)(?![^\W_]))?|(?<!\d)\d{{1,2}}\s*(?:uhr|uur|h|u)(?![^\W_.]|\.\s*\d))"
        rf"|(?P<day_month>(?<!\d)(?P<d_d>\d{{1,2}})\.\s?(?P<d_m>\d{{1,2}})\.(?!\d))"
        rf"|(?P<day_slash>(?<![\d/.-])(?P<s_d>\d{{1,2}})(?P<s_s>[/-])(?P<s_m>\d{{1,2}})"
        rf"(?={link}\d{{1,2}}(?P=s_s)\d{{1,2}}(?P=s_s)\d))"
        rf"|(?P<month_only>(?<![^\W_])(?:{month})(?![^\W_])\.?(?:\s*/?\s*'?\d{{2,4}})?"
        rf"|(?<!\d)\d{{1,2}}[/.-]\d{{4}}(?!\d)|^\d{{4}}$)"
        rf"|(?P<day_only>(?<!\d)(?P<o_d>\d{{1,2}}){number_end}{link_ahead})"
        rf"|(?P<except>(?<![^\W_])(?:{except_})(?![^\W_]):?)"
        rf"|(?P<daily>(?<![^\W_])(?:{daily})(?![^\W_]))"
        rf"|(?P<every>(?<![^\W_])(?:{every})(?![^\W_]))"
        rf"|(?P<weekdays>(?<![^\W_])(?:{weekday})s(?![^\W_]))"
        rf"|(?P<weekday>(?<![^\W_])(?:{weekday})(?![^\W_])\.?)"
        rf"|(?P<range>-+|>|(?<![^\W_])(?:{until})(?![^\W_]))"
        rf"|(?P<also>[/,;+&]|(?<![^\W_])(?:{also})(?![^\W_]))"
        rf"|(?P<lead>(?<![^\W_])(?:{lead_in})(?![^\W_])|[().:*'\"])"
        rf"|(?P<word>[^\s\d/,;+&().:*'\"-]+|\d+|\S)"
    )


def _grammar(words: RegisterWords) -> re.Pattern[str]:
    calendar = words.calendar
    return _cached_grammar(
        (
            words.month_pattern,
            alternatives(tuple(words.weekday_numbers)),
            alternatives(calendar.every),
            alternatives(calendar.daily),
            alternatives(calendar.except_),
            alternatives(calendar.until),
            alternatives(calendar.also),
            alternatives(calendar.lead_in),
        )
    )


def _rule_without_days(said: str) -> Msg:
    return msg("{value} is a rule, not a day: write the days, or the first and last.", value=said)


def _quoting(message: Msg, shown: str) -> Msg:
    """`message` with the cell as it stood, not as it was compared."""
    return Msg(message.id, {**message.args, "value": shown}) if "value" in message.args else message


def _on_to(first: int, last: int) -> list[int]:
    """The weekdays from one to another, both included."""
    return [(first + n) % 7 for n in range((last - first) % 7 + 1)]


def _is_one_day(reading: DayReading) -> bool:
    return len(reading.spans) == 1 and reading.spans[0].first == reading.spans[0].last


def _one(day: date, rest: str = "") -> DayReading:
    return DayReading((DaySpan(day, day),), rest)


def _with_weekday_note(reading: DayReading, weekdays: list[int]) -> DayReading:
    first = reading.spans[0].first
    if len(weekdays) == 1 and len(reading.spans) == 1 and first.weekday() != weekdays[0]:
        note = msg(
            "{day} does not fall on the weekday that stands with it.", day=f"{first:%d-%m-%Y}"
        )
        return DayReading(reading.spans, reading.rest, notes=(note,))
    return reading


def _full_year(text: str) -> int:
    digits = text.strip("'")
    return int(digits) + 2000 if len(digits) == 2 else int(digits)


def _day(day: int, month: int, year: int, raw: str) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _Impossible(
            msg(
                "{value}: the year {year} is outside {first}-{last}.",
                value=raw,
                year=year,
                first=FIRST_YEAR,
                last=LAST_YEAR,
            ),
            day_like=True,
        )
    try:
        return date(year, month, day)
    except ValueError:
        raise _Impossible(
            msg("{value} is no day of the calendar: look at day and month.", value=raw),
            day_like=True,
        ) from None


_TWO_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")


@dataclass(frozen=True)
class DayOrder:
    """Whether a column writes the month before the day, and how that is known."""

    month_first: bool = False
    certain: bool = True
    why: Msg = field(default_factory=lambda: msg("no cell leaves it open"))


_TELLING_CELLS = 3  # fewer may be slips: then it is said which order was taken


def decide_order(cells: list[str]) -> DayOrder:
    """Day or month first in "03/04/2021", decided over all cells of the column.

    A number above 12 tells. Where none does, or both orders occur, the day comes first, as it does
    in the Netherlands, Germany and France. Points ("03.04.2021") always mean day first.
    """
    day_first = month_first = unclear = 0
    steps: list[tuple[int, int, int]] = []
    for cell in cells:
        for found in _TWO_NUMBERS.finditer(cell):
            one, two = int(found[1]), int(found[3])
            steps.append((_full_year(found[4]), one, two))
            if one > 12 >= two:
                day_first += 1
            elif two > 12 >= one:
                month_first += 1
            else:
                unclear += 1
    if day_first and month_first:
        return DayOrder(
            month_first > 10 * day_first,
            False,
            msg("{a} cells have the day first, {b} the month", a=day_first, b=month_first),
        )
    if month_first:
        few = month_first < _TELLING_CELLS and unclear > 0
        return DayOrder(True, not few, msg("{n} cells have the month first", n=month_first))
    if day_first:
        return DayOrder(False, True, msg("{n} cells have the day first", n=day_first))
    if unclear:
        rising_as_month_first = _rising([(y, one, two) for y, one, two in steps])
        rising_as_day_first = _rising([(y, two, one) for y, one, two in steps])
        if len(steps) >= 8 and rising_as_month_first > 0.95 > 0.85 > rising_as_day_first:
            return DayOrder(True, False, msg("in that order the days rise"))
        return DayOrder(False, False, msg("no cell tells day from month: day first assumed"))
    return DayOrder()


def _rising(steps: list[tuple[int, int, int]]) -> float:
    pairs = list(pairwise(steps))
    return sum(a <= b for a, b in pairs) / len(pairs) if pairs else 0.0


def iso_or_serial(text: str) -> bool:
    """Whether `text` is a day in a form that software writes, not people."""
    said = fold(text)
    return bool(_ISO.match(said) or (_SERIAL.match(said) and 36526 <= int(said[:5]) <= 73050))


def years_in(text: str) -> list[int]:
    """The years, of those a register can have, that stand in `text`."""
    return [int(y) for y in re.findall(r"(?<!\d)(20\d\d)(?!\d)", text) if int(y) <= LAST_YEAR]
