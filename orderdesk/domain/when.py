"""Dates and times as people type them: "za 14:00", "over 2 weken", "13 juni 14.00-16.00".

Dutch and English, relative to a moment that is passed in. What is unsure is refused with a
suggestion, never guessed silently.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from orderdesk.domain.time import FIRST_YEAR, LAST_YEAR, Span, at, local
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, msg

_WEEKDAYS = (
    ("ma", "maandag", "mon", "monday"), ("di", "dinsdag", "tue", "tuesday", "tues"),
    ("wo", "woensdag", "wed", "wednesday"), ("do", "donderdag", "thu", "thursday", "thurs"),
    ("vr", "vrijdag", "fri", "friday"), ("za", "zaterdag", "sat", "saturday"),
    ("zo", "zondag", "sun", "sunday"),
)  # fmt: skip
_MONTHS = (
    ("jan", "januari", "january"), ("feb", "februari", "february"),
    ("mrt", "maart", "mar", "march"), ("apr", "april"), ("mei", "may"), ("jun", "juni", "june"),
    ("jul", "juli", "july"), ("aug", "augustus", "august"), ("sep", "sept", "september"),
    ("okt", "oktober", "oct", "october"), ("nov", "november"), ("dec", "december"),
)  # fmt: skip
_WEEKDAY = {word: n for n, words in enumerate(_WEEKDAYS) for word in words}
_MONTH = {word: n for n, words in enumerate(_MONTHS, start=1) for word in words}
_SHIFTS = {"vandaag": 0, "today": 0, "nu": 0, "now": 0, "morgen": 1, "tomorrow": 1,
           "overmorgen": 2, "gisteren": -1, "yesterday": -1, "eergisteren": -2}  # fmt: skip
_UNITS = {
    **dict.fromkeys(("dag", "dagen", "day", "days"), timedelta(days=1)),
    **dict.fromkeys(("week", "weken", "weeks"), timedelta(weeks=1)),
    **dict.fromkeys(("uur", "uren", "hour", "hours", "u", "h"), timedelta(hours=1)),
    **dict.fromkeys(("minuut", "minuten", "min", "minute", "minutes"), timedelta(minutes=1)),
}
_SMALL_WORDS = {"om", "op", "van", "tot", "at", "on", "from", "to", "until", "next", "volgende",
                "aanstaande", "as", "a.s", "de", "the", "uur", "u", "h", "komende", "this",
                "deze"}  # fmt: skip
_TIME = (
    r"(?:[01]?\d|2[0-4])(?:(?:[:.hu])[0-5]\d|\s*(?:uur|u|h)\b|\s*[ap]m\b|(?:[:.][0-5]\d\s*[ap]m\b))"
)
_LOOSE_TIME = r"(?:[01]?\d|2[0-4])(?:[:.hu][0-5]\d)?\s*(?:uur|u|h|[ap]m)?"
_RANGE = re.compile(
    rf"({_TIME}|(?<![\d.:/-])(?:[01]?\d|2[0-3])(?=\s*(?:-|–|tot|to|until)\s*{_TIME}))"
    rf"\s*(?:-|–|tot|to|until|en)\s*({_LOOSE_TIME})(?![\d/])"
)
_TWO_DAYS = re.compile(
    rf"(?P<day>\S.*?)\s+(?P<begins>{_TIME})\s*(?:-|–|tot|t/m|to|until)\s*"
    rf"(?P<last_day>\S.*?)\s+(?P<ends>{_TIME})"
)
_SINGLE = re.compile(rf"({_TIME})(?![\d/])")
LONGEST = timedelta(days=366)
"""A gathering may last for weeks; what lasts longer than a year is a year that was mistyped."""
_MEND = msg(
    "Write a day and a time, such as: za 14:00, 13 jun 14:00-16:00, tomorrow 15:30, over 2 weken."
)


@dataclass(frozen=True)
class When:
    """What was understood."""

    day: date
    start: datetime | None
    end: datetime | None

    def span(self, usual: timedelta) -> Span | None:
        """From start to end, or for the usual time when no end was said."""
        if self.start is None:
            return None
        return Span(start=self.start, end=self.end or self.start + usual)


def read_when(text: str, now: datetime, field: str = "when", *, past: bool = False) -> When:
    """Understand a day with, if said, a time or a range of times.

    A weekday is the next such day (today if it is that day). Without a year the date is the next
    one, unless it lies less than 60 days back. With `past` both are the last such day that has
    been. Raises BadInput with examples, at `field`.
    """
    try:
        return _read(text, now, past)
    except BadInput as problem:
        raise BadInput(field, text, problem.mend) from None


def _read(text: str, now: datetime, past: bool) -> When:
    plain = " ".join(text.casefold().replace(",", " ").split())
    if not plain:
        raise BadInput(N_("when"), text, _MEND)
    soon = _from_now(plain, now)
    if soon is not None:
        return When(local(soon).date(), soon, None)
    if (over_days := _TWO_DAYS.fullmatch(plain)) is not None:
        return _from_day_to_day(over_days, text, now, past)
    rest, times = _take_times(plain, text)
    day = _day(rest, text, now, past)
    start = _at(day, times[0], text) if times else None
    end = _at(day, times[1], text) if len(times) > 1 else None
    if len(times) > 1 and times[0] == times[1]:
        raise BadInput(N_("when"), text, msg("Beginning and end are the same moment."))
    if start and end and end <= start:
        end = _at(day + timedelta(days=1), times[1], text)
    return When(day, start, end)


def _from_day_to_day(found: re.Match[str], text: str, now: datetime, past: bool) -> When:
    """ "1 dec 12:00 - 30 dec 23:00": each side a day and its time."""
    start = _at(_day(found["day"], text, now, past), _clock(found["begins"], text), text)
    last = _day(found["last_day"], text, start, past=False)
    end = _at(last, _clock(found["ends"], text), text)
    if end <= start:
        raise BadInput(N_("when"), text, msg("The end lies before the beginning."))
    if end - start > LONGEST:
        raise BadInput(
            N_("when"), text,
            msg("Choose an end at most {most} days after the beginning.", most=LONGEST.days),
        )  # fmt: skip
    return When(local(start).date(), start, end)


def read_moment(text: str, now: datetime, field: str = "when", *, past: bool = False) -> datetime:
    """A single moment; a time alone is today; `past` as in `read_when`. Raises BadInput without a
    time, at `field`."""
    found = read_when(text, now, field, past=past)
    if found.start is None:
        raise BadInput(field, text, msg("Add a time, such as 14:00."))
    return found.start


def _from_now(plain: str, now: datetime) -> datetime | None:
    """ "nu", "over 2 uur", "in 30 minutes": an exact distance from now."""
    if plain in ("nu", "now"):
        return now
    found = re.fullmatch(r"(?:over|in)\s+(\d{1,3}|een|a|an)\s+([a-z]+)", plain)
    if not found or _UNITS.get(found[2], timedelta(days=1)) >= timedelta(days=1):
        return None
    return now + _amount(found[1]) * _UNITS[found[2]]


def _amount(word: str) -> int:
    return int(word) if word.isdigit() else 1


def _take_times(plain: str, text: str) -> tuple[str, list[time]]:
    """The text without its times, and the times."""
    found = _RANGE.search(plain)
    if found:
        second = found[2].strip()
        first = found[1].strip()
        if first.isdigit() and second.endswith(("am", "pm")):
            first += second[-2:]
        times = [_clock(first, text), _clock(second, text)]
        return plain[: found.start()] + " " + plain[found.end() :], times
    found = _SINGLE.search(plain)
    if found:
        return plain[: found.start()] + " " + plain[found.end() :], [_clock(found[1], text)]
    return plain, []


def _clock(word: str, text: str) -> time:
    digits = [int(n) for n in re.findall(r"\d+", word)]
    hour, minute = digits[0], digits[1] if len(digits) > 1 else 0
    if word.rstrip().endswith("pm") and hour < 12:
        hour += 12
    if word.rstrip().endswith("am") and hour == 12:
        hour = 0
    try:
        return time(hour % 24 if hour == 24 and minute == 0 else hour, minute)
    except ValueError:
        raise BadInput(N_("time"), text, msg("Write a time between 00:00 and 23:59.")) from None


def _at(day: date, clock: time, text: str) -> datetime:
    try:
        return at(day, clock)
    except BadInput as problem:
        raise BadInput(N_("time"), text, problem.mend) from None


def _day(rest: str, text: str, now: datetime, past: bool) -> date:
    today = local(now).date()
    words = [
        w for w in re.split(r"\s+", rest.strip(" .")) if w and w.strip(".") not in _SMALL_WORDS
    ]
    if not words:
        return today
    joined = " ".join(words)
    if joined in _SHIFTS:
        return today + timedelta(days=_SHIFTS[joined])
    found = re.fullmatch(r"(?:over|in)\s+(\d{1,3}|een|a|an)\s+([a-z]+)", joined)
    if found and found[2] in _UNITS:
        return today + _amount(found[1]) * _UNITS[found[2]]
    weekday = _WEEKDAY.get(words[0].strip("."))
    if weekday is not None:
        return _with_weekday(words[1:], weekday, text, today, past)
    return _date(words, text, today, past)


def _with_weekday(rest: list[str], weekday: int, text: str, today: date, past: bool) -> date:
    if not rest and past:
        return today - timedelta(days=(today.weekday() - weekday) % 7)
    if not rest:
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    day = _date(rest, text, today, past)
    if day.weekday() != weekday:
        raise BadInput(
            N_("day"), text,
            msg("{date} is no such weekday: check the date.", date=day.isoformat()),
        )  # fmt: skip
    return day


def _date(words: list[str], text: str, today: date, past: bool) -> date:
    joined = " ".join(words)
    iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", joined)
    if iso:
        return _make(int(iso[1]), int(iso[2]), int(iso[3]), text)
    numbers = re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{2}|\d{4}))?", joined)
    if numbers:
        return _next(int(numbers[1]), int(numbers[2]), numbers[3], text, today, past)
    named = re.fullmatch(r"(\d{1,2})(?:e|de|ste|th|st|nd|rd)?\s+([a-z]+)\.?(?:\s+(\d{4}))?", joined)
    if named and named[2] in _MONTH:
        return _next(int(named[1]), _MONTH[named[2]], named[3], text, today, past)
    american = re.fullmatch(r"([a-z]+)\.?\s+(\d{1,2})(?:th|st|nd|rd)?(?:\s+(\d{4}))?", joined)
    if american and american[1] in _MONTH:
        return _next(int(american[2]), _MONTH[american[1]], american[3], text, today, past)
    raise BadInput(N_("day"), text, _MEND)


def _next(day: int, month: int, year: str | None, text: str, today: date, past: bool) -> date:
    if year is not None:
        return _make(int(year) + (2000 if len(year) == 2 else 0), month, day, text)
    guess = _make(today.year, month, day, text)
    if past:
        return guess if guess <= today else _make(today.year - 1, month, day, text)
    return guess if guess >= today - timedelta(days=60) else _make(today.year + 1, month, day, text)


def _make(year: int, month: int, day: int, text: str) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadInput(
            N_("year"), text,
            msg("Choose a year from {first} to {last}.", first=FIRST_YEAR, last=LAST_YEAR),
        )  # fmt: skip
    try:
        return date(year, month, day)
    except ValueError:
        raise BadInput(
            N_("day"), text, msg("There is no day {day} in month {month}.", day=day, month=month)
        ) from None
