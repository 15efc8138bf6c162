"""Times of day as people write them in registers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import time
from functools import lru_cache

from orderdesk.i18n import Msg, msg
from orderdesk.registers.text import alternatives, fold, one_line, says
from orderdesk.registers.words import ClockWords

_BETWEEN = re.compile(r"(?:tussen|zwischen|between|entre)\s+(.+?)\s+(?:en|und|and|et)\s+")
_FRACTION = re.compile(r"0?[.,]\d{2,}$|0[.,]\d$")
_MILITARY = re.compile(
    r"([01]\d|2[0-3])([0-5]\d)(?:\s*-\s*([01]\d|2[0-3])([0-5]\d))?\s*(?:hrs|hours|h|uhr|uur)?$"
)
_LENGTH = r"\d{1,2}(?:[.,]\d{1,2})?\s*(?:std|stunden?|uren|uur|uhr|hours?|hrs?|h|u|min\w*)\.?"
_LENGTH_ASIDE = re.compile(rf"\(\s*(?:ca\.?\s*)?{_LENGTH}\s*\)")
_LENGTH_ALONE = re.compile(
    r"(?:ca\.?\s*)?\d{1,2}(?:[.,]\d{1,2})?\s*(?:stunden?|uren|hours?|min\w*)$"
)
_BUILDING_UP = re.compile(
    r"\([^()]*(?:opbouw|afbouw|opgebouwd|aufbau|abbau|set-?up|build|montage)[^()]*\)"
)
_MIDNIGHT = 24 * 60
_EARLY = 7 * 60  # minutes: "2-4" is seldom the night


@dataclass(frozen=True)
class ClockReading:
    """What a cell says about times. `end_minutes` over 1440 lies in the next day."""

    start: time | None = None
    end_minutes: int | None = None
    """Minutes from midnight of the day that the start lies in."""
    all_day: bool = False
    notes: tuple[Msg, ...] = field(default=())
    refused: Msg | None = None
    """Why start and end can't both be right."""

    @property
    def silent(self) -> bool:
        """Whether nothing at all was said."""
        return self.start is None and self.end_minutes is None and not self.all_day


@dataclass
class _Found:
    minutes: int
    marked: bool
    """Whether a sign or word says that it's a time ("14 Uhr", "14:00"), not just a number."""
    at: int
    end: int
    until: bool = False


def read_clock(text: str, words: ClockWords, *, is_end: bool = False) -> ClockReading:
    """The times in a cell; `is_end` for a column that holds ends. Never raises.

    "ab 18 Uhr" gives a start alone, "bis 18 Uhr" an end alone. What can't be understood gives a
    note that names the value, and no time.
    """
    said = fold(text)
    if not said or not any(c.isalnum() for c in said):
        return ClockReading()
    said = _LENGTH_ASIDE.sub(" ", said[:400]).strip() or said[:400]
    if (without := _BUILDING_UP.sub(" ", said).strip()) and without != said:
        reading = _read(_BETWEEN.sub(r"\1 - ", without), one_line(text)[:80], words, is_end)
        note = msg("What stands in brackets was left out.")
        return replace(reading, notes=(*reading.notes, note))
    said = _BETWEEN.sub(r"\1 - ", said)
    if _LENGTH_ALONE.match(said):
        return _unreadable(one_line(text)[:80])
    return _read(said, one_line(text)[:80], words, is_end)


def _read(said: str, shown: str, words: ClockWords, is_end: bool) -> ClockReading:
    if says(said, words.all_day):
        return ClockReading(all_day=True)
    try:
        times = _times(said, words)
    except ValueError:
        return _unreadable(shown)
    if not times:
        vague = says(said, words.vague)
        if vague:
            note = msg("{value} is no exact time: give it as 14:00.", value=shown)
            return ClockReading(notes=(note,))
        return _unreadable(shown)
    notes: list[Msg] = []
    if len(times) > 2:
        notes.append(msg("{value}: several times; the first and the last are taken.", value=shown))
    first, last = times[0].minutes, times[-1].minutes
    if first == _MIDNIGHT and not is_end and not times[0].until:
        notes.append(msg("Read as the midnight at which the day begins."))
    bare = not any(found.marked for found in times)
    if bare and 0 < first < _EARLY and not is_end and not times[0].until:
        notes.append(msg("Read as in the night. Is the afternoon meant?"))
    if len(times) == 1:
        if is_end or times[0].until:
            return ClockReading(end_minutes=first, notes=tuple(notes))
        return ClockReading(_clock(first), notes=tuple(notes))
    if last <= first:
        last += _MIDNIGHT
        if last - first > words.longest_night_hours * 60:
            wrong = msg("{value}: the end comes before the start. Which is wrong?", value=shown)
            return ClockReading(_clock(first), refused=wrong)
    return ClockReading(_clock(first), last, notes=tuple(notes))


def _clock(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


def _unreadable(shown: str) -> ClockReading:
    return ClockReading(notes=(msg("{value} is no time: write it as 14:00.", value=shown),))


@lru_cache(maxsize=8)
def _grammar(words: tuple[tuple[str, ...], ...]) -> re.Pattern[str]:
    named, after, before, minutes, past, to, half, hours, only, until, marks = map(
        alternatives, words
    )
    number = r"\d{1,2}"
    mark = rf"\s*(?:{marks})(?![^\W_])"
    return re.compile(
        rf"(?P<date>(?<!\d)\d{{1,2}}\.\d{{1,2}}\.(?:\d{{2,4}})?)"
        rf"|(?P<digital>(?<![\d.])(?P<h>{number})\s?(?P<sign>[:.hu])\s?(?P<m>\d{{2}})"
        rf"(?::\d{{2}}(?:\.\d{{1,6}})?)?(?![\d.]\d)"
        rf"(?P<digital_mark>{mark})?(?:\s*(?P<ap>[ap]\.?m\.?)(?![^\W_]))?)"
        rf"|(?P<minute_word>(?<![^\W_])(?P<w_min>(?:{minutes})|\d{{1,2}})\s+(?P<w_dir>{past}|{to})\s+"
        rf"(?:(?P<w_half>{half})\s+)?(?P<w_hour>(?:{hours})|{number})"
        rf"(?![^\W_:])(?:{mark})?)"
        rf"|(?P<half_word>(?<![^\W_])(?:{half})\s+(?P<f_hour>(?:{hours})|{number})(?![^\W_:])(?:{mark})?)"
        rf"|(?P<hour_mark>(?<![\d.:])(?P<x_hour>{number}){mark}(?:\s*(?P<x_min>[0-5]\d)(?!\d))?)"
        rf"|(?P<hour_ap>(?<![\d.:])(?P<a_hour>{number})\s*(?P<a_ap>[ap]\.?m\.?)(?![^\W_]))"
        rf"|(?P<hour_word>(?<![^\W_])(?P<h_hour>{hours}){mark})"
        rf"|(?P<named>(?<![^\W_'])(?:{named})(?![^\W_]))"
        rf"|(?P<after>(?<![^\W_])(?:{after})(?![^\W_]))"
        rf"|(?P<before>(?<![^\W_])(?:{before})(?![^\W_]))"
        rf"|(?P<start_only>(?<![^\W_])(?:{only})(?![^\W_]))"
        rf"|(?P<until>-+|(?<![^\W_])(?:{until})(?![^\W_]))"
        rf"|(?P<bare>(?<![\d.:,])(?P<b_hour>{number})(?![\d.:,]))"
    )


def _times(said: str, words: ClockWords) -> list[_Found]:
    """Every time in `said`, in order. Raises ValueError for an hour or minute that can't be."""
    if _FRACTION.match(said):
        share = float(said.replace(",", "."))
        return [_Found(round(share * _MIDNIGHT), True, 0, len(said))]
    if found := _MILITARY.match(said):
        first = _Found(int(found[1]) * 60 + int(found[2]), True, 0, len(said))
        if found[3] is None:
            return [first]
        return [first, _Found(int(found[3]) * 60 + int(found[4]), True, 0, len(said), until=True)]
    keys = (
        tuple(words.named), words.after_noon, words.before_noon, tuple(words.minutes), words.past,
        words.to, words.half, tuple(words.hours), words.start_only, words.until, words.hour_words,
    )  # fmt: skip
    times: list[_Found] = []
    until = False
    in_words: set[int] = set()
    halves: list[tuple[int, str]] = []
    for token in _grammar(keys).finditer(said):
        kind = token.lastgroup or ""
        minutes: int | None = None
        if kind == "until":
            until = True
            continue
        if kind in ("after", "before"):
            halves.append((token.start(), kind))
            continue
        if kind == "digital":
            minutes = _minutes(int(token["h"]), int(token["m"]), token["ap"])
        elif kind == "minute_word":
            minutes = _in_words(token, words)
            in_words.add(len(times))
        elif kind == "half_word":
            minutes = _hour(token["f_hour"], words) * 60 - 30
            in_words.add(len(times))
        elif kind == "hour_mark":
            minutes = _minutes(int(token["x_hour"]), int(token["x_min"] or 0))
        elif kind == "hour_ap":
            minutes = _minutes(int(token["a_hour"]), 0, token["a_ap"])
        elif kind == "hour_word":
            minutes = _hour(token["h_hour"], words) * 60
            in_words.add(len(times))
        elif kind == "named":
            if (halves or times) and not until:  # "14 Uhr mittags": says nothing new
                halves.append((token.start(), "after"))
                continue
            hour, minute = words.named.get(token[0], "12:00").split(":")
            minutes = int(hour) * 60 + int(minute)
        elif kind == "bare" and int(token["b_hour"]) <= 24:
            minutes = int(token["b_hour"]) * 60
        if minutes is not None:
            marked = kind != "bare"
            if until and times and not times[-1].marked and "p" in _half_of_day(token):
                _same_half(times[-1], minutes)
            times.append(_Found(minutes, marked, token.start(), token.end(), until))
            until = False
    kept = _believable(times)
    _in_the_afternoon(kept, times, in_words, halves, words)
    return kept


def _half_of_day(token: re.Match[str]) -> str:
    return token["ap"] or token["a_ap"] or ""


def _same_half(start: _Found, end: int) -> None:
    """ "6-8 pm" starts after noon too."""
    if start.minutes + 12 * 60 < end:
        start.minutes += 12 * 60


def _believable(times: list[_Found]) -> list[_Found]:
    """Bare numbers count only where a range or another time makes them a time ("10-12 Uhr")."""
    if any(t.marked for t in times):
        return [
            t
            for i, t in enumerate(times)
            if t.marked or t.until or (i + 1 < len(times) and times[i + 1].until)
        ]
    if len(times) == 1 or (len(times) == 2 and times[1].until):
        return times
    return []


def _in_the_afternoon(
    kept: list[_Found],
    times: list[_Found],
    in_words: set[int],
    halves: list[tuple[int, str]],
    words: ClockWords,
) -> None:
    """Move small hours that are meant after noon: "om drie uur 's middags", "half drie"."""
    for index, found in enumerate(times):
        if found not in kept or found.minutes >= 12 * 60:
            continue
        beside = [half for at, half in halves if found.end <= at <= found.end + 6]
        half = beside[0] if beside else halves[0][1] if len(halves) == 1 else ""
        meant_later = half == "after" or (
            not half and index in in_words and found.minutes < words.afternoon_below * 60
        )
        if meant_later:
            found.minutes += 12 * 60


def _minutes(hour: int, minute: int, half: str | None = None) -> int:
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        raise ValueError(hour)
    return hour * 60 + minute


def _hour(said: str, words: ClockWords) -> int:
    hour = int(said) if said.isdigit() else {fold(k): v for k, v in words.hours.items()}[said]
    if not 0 < hour <= 24:
        raise ValueError(said)
    return hour


def _in_words(token: re.Match[str], words: ClockWords) -> int:
    """ "kwart over twee", "tien voor half drie"."""
    said = token["w_min"]
    minute = int(said) if said.isdigit() else {fold(k): v for k, v in words.minutes.items()}[said]
    if minute > 30:
        raise ValueError(said)
    whole = _hour(token["w_hour"], words) * 60 - (30 if token["w_half"] else 0)
    late = token["w_dir"] in {fold(word) for word in words.past}
    return whole + (minute if late else -minute)
