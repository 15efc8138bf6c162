"""Numbers of people as registers give them: "10-30", "ca. 200", "mehrere hundert", "k.A."."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from orderdesk.i18n import Msg, msg
from orderdesk.registers.text import alternatives, fold, one_line, says, squeezed
from orderdesk.registers.words import CountWords

MOST_PEOPLE = 1_000_000
"""As in `domain.events.Count`."""

_WHOLE = re.compile(r"\d{1,9}(?:[.,]0{1,2})?$")
_HUGE = re.compile(r"\d{10,}$|\d+(?:[.,]\d+)?e\+?\d{1,3}$")
_NEGATIVE = re.compile(r"-\s*\d+(?:[.,]\d+)?$")
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)$")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?: 00:00(?::00)?)?$")
_CENTS = re.compile(r"(?<=[.,]\d{3})[.,]00$")
_SHORTENED_FROM = 200
_DOZENS = re.compile(r"(?<!\d)(\d{1,3})\s*(?:dutzend|dozijn|dozen|douzaines?)(?![^\W_])")
_AND_SO = re.compile(r"(?<!\d)(\d{1,4})\s?-?\s?tal(?![^\W_])")
""" "50-tal": about that many."""
_POINTS_ELSEWHERE = re.compile(r"(?:zie|siehe|see|voir|vgl\.?|cf\.?)\s")
_TIMES = re.compile(r"\d\s*[x×]\s*\d")
""" "2x15": twice fifteen, or fifteen each time?"""
_ASIDE = re.compile(r"\(([^()]*\d[^()]*)\)")
_BRACKETS = re.compile(r"\([^()]*\)")
_FOOTNOTE = re.compile(r"[\u00b9\u00b2\u00b3\u2070-\u2079]+|(?<=\d)\s+\d\)$|\s*\*+\)?$")


@dataclass(frozen=True)
class CountReading:
    """What a cell says about a number of people; all None when it's not known."""

    low: int | None = None
    value: int | None = None
    high: int | None = None
    note: Msg | None = None
    """What a person should look at; the row can still be used."""
    refused: Msg | None = None
    """Why the number can't be: outside the range. The row waits for a better one."""


def read_count(text: str, words: CountWords) -> CountReading:
    """The number of people in a cell. Never raises.

    A range gives `low` and `high`, "bis 350" only `high`, "mind. 20" only `low`, one number (also
    "ca. 200") `value`.
    """
    said = _CENTS.sub("", fold(_FOOTNOTE.sub("", text)))
    if _WHOLE.match(said):
        return _checked(None, int(float(said.replace(",", "."))), None, text)
    return _read(said[:300], one_line(text)[:60], words)


@lru_cache(maxsize=20_000)
def _read(said: str, shown: str, words_: CountWords) -> CountReading:
    words = words_
    if not any(c.isalnum() for c in said) or squeezed(said) in _unknown(words):
        return CountReading()
    if _HUGE.match(said):
        return _huge(said, shown)
    if _NEGATIVE.match(said) or _NOT_FINITE.match(said):
        return CountReading(refused=_out_of_range(shown))
    if day := _DAY.match(said):
        return _a_day(shown, int(day[1]), int(day[2]), int(day[3]))
    if (exact := _exact(words).get(squeezed(said))) is not None:
        return CountReading(value=exact)
    if _POINTS_ELSEWHERE.match(said) or _TIMES.search(said):
        return CountReading(note=msg("{value} is no number of people.", value=shown))
    said = _DOZENS.sub(lambda found: str(12 * int(found[1])), _AND_SO.sub(r"\1", said))
    vague = next(((v, w) for v in words.vague for w in v.words if fold(w) in said), None)
    if vague is not None:
        group, word = vague
        beside = said.replace(fold(word), " ", 1)
        if not any(c.isdigit() for c in beside):
            return _checked(group.low, None, group.high, shown)
        said = beside.replace("(", " ").replace(")", " ")  # "enkele (ca. 15)": the number says more
    plain = _BRACKETS.sub(" ", said).strip() or said.strip("() ")
    groups, left = _groups(plain, words)
    if left and len(groups) == 1 and (aside := _ASIDE.search(said)):
        meant, unclear = _groups(aside[1], words)  # "2 bussen (ca. 100 pers.)"
        if meant and not unclear and says(aside[1], words.people):
            groups = meant
    if not groups:
        return CountReading(note=msg("{value} is no number of people.", value=shown))
    if len(groups) == 1:
        low, value, high = groups[0]
        half_read = left or vague is not None
        note = msg("{value}: only the number was understood.", value=shown) if half_read else None
    else:
        ends = [n for group in groups for n in group if n is not None]
        low, value, high = min(ends), None, max(ends)
        note = msg("{value}: read as {low} to {high}.", value=shown, low=low, high=high)
    if low is not None and high is not None and high >= _SHORTENED_FROM:
        size = 10 ** (len(str(high)) - 1)
        if 0 < low < high // size and high % size == 0:  # "3 à 4000": thousands, both of them
            low *= size
            note = msg("{value}: read as {low} to {high}.", value=shown, low=low, high=high)
    return _checked(low, value, high, shown, note)


def _checked(
    low: int | None, value: int | None, high: int | None, shown: str, note: Msg | None = None
) -> CountReading:
    if any(n is not None and n > MOST_PEOPLE for n in (low, value, high)):
        return CountReading(refused=_out_of_range(one_line(shown)[:60]))
    if low is not None and high is not None and low > high:
        low, high = high, low
        note = msg("{value}: read as {low} to {high}.", value=shown, low=low, high=high)
    if low is not None and low == high:
        return CountReading(None, low, None, note)
    return CountReading(low, value, high, note)


def _huge(said: str, shown: str) -> CountReading:
    number = float(said.replace(",", "."))
    if number > MOST_PEOPLE or not number.is_integer():
        return CountReading(refused=_out_of_range(shown))
    return CountReading(value=int(number))


def _out_of_range(shown: str) -> Msg:
    return msg(
        "{value} can't be a number of people: give 0 to {most}.", value=shown, most=MOST_PEOPLE
    )


def _a_day(shown: str, year: int, month: int, day: int) -> CountReading:
    """A spreadsheet makes a day of "10-20" (October 2020) and of "3-9" (3 September)."""
    low, high = (month, year % 100) if day == 1 and year % 100 > 12 else (day, month)
    if low >= high:
        return CountReading(note=msg("{value} is a day, no number of people.", value=shown))
    note = msg(
        "{value} is a day that a spreadsheet made: read as {low} to {high}.",
        value=shown,
        low=low,
        high=high,
    )
    return CountReading(low, None, high, note)


@lru_cache(maxsize=8)
def _exact(words: CountWords) -> dict[str, int]:
    return {squeezed(word): said.number for said in words.exact for word in said.words}


@lru_cache(maxsize=8)
def _unknown(words: CountWords) -> frozenset[str]:
    return frozenset(squeezed(word) for word in words.unknown)


@lru_cache(maxsize=8)
def _grammar(words: CountWords) -> re.Pattern[str]:
    return re.compile(
        r"(?P<day>(?<!\d)\d{1,2}\.\d{1,2}\.(?:\d{2,4})?)"
        rf"|(?P<part>(?<![\d.,])\d{{1,3}}[.,]\d{{1,2}}(?=\s*(?:{alternatives(words.thousand)})(?![^\W_])))"
        r"|(?P<number>(?<!\d)(?:\d{1,3}(?:[. '’,]\d{3})+(?!\d)|\d{1,9})(?![.,]?\d))"
        r"|(?P<broken>\d+(?:[.,]\d+)+|\d{10,})"
        rf"|(?P<thousand>(?:(?<=\d)|(?<![^\W_]))(?:{alternatives(words.thousand)})(?![^\W_])\.?)"
        rf"|(?P<about>(?<![^\W_])(?:{alternatives(words.about)})(?![^\W_])\.?|~|±|\+/-)"
        rf"|(?P<least>(?<![^\W_])(?:{alternatives(words.at_least)})(?![^\W_])\.?|>=?|≥|\+)"
        rf"|(?P<most>(?<![^\W_])(?:{alternatives(words.at_most)})(?![^\W_])\.?|<=?|≤)"
        rf"|(?P<range>-+|/|(?<![^\W_])(?:{alternatives(words.range)})(?![^\W_]))"
        rf"|(?P<people>(?<![^\W_])(?:{alternatives(words.people)})(?![^\W_])\.?)"
        r"|(?P<word>[^\W\d_]+)"
    )


Group = tuple[int | None, int | None, int | None]


def _groups(said: str, words: CountWords) -> tuple[list[Group], bool]:
    """(low, value, high) for every number or range, and whether words were left over."""
    groups: list[Group] = []
    left = False
    bound = ""
    linked = parts_of_thousand = False
    for token in _grammar(words).finditer(said):
        kind, raw = token.lastgroup or "", token[0]
        if kind == "number":
            number = int(re.sub(r"\D", "", raw))
            if linked and groups and groups[-1][1] is not None and groups[-1][0] is None:
                groups[-1] = (groups[-1][1], None, number)
            elif linked and groups and groups[-1][0] is not None and groups[-1][2] is None:
                groups[-1] = (groups[-1][0], None, number)  # "ab 10 bis 20"
            elif bound == "least":
                groups.append((number, None, None))
            elif bound == "most":
                groups.append((None, None, number))
            else:
                groups.append((None, number, None))
            bound, linked = "", False
        elif kind == "part":
            groups.append((None, round(float(raw.replace(",", ".")) * 1000), None))
            parts_of_thousand = True
        elif kind == "broken":
            return [], True
        elif kind == "thousand":
            if parts_of_thousand:
                parts_of_thousand = False
            elif groups:
                low, value, high = (n * 1000 if n is not None else None for n in groups[-1])
                if low is not None and low > (high or low):
                    low //= 1000
                groups[-1] = (low, value, high)
            elif raw.startswith(("t", "d", "m")) and len(raw) > 2:
                groups.append((None, 1000, None))
        elif kind == "least":
            if raw == "+" and groups and groups[-1][1] is not None:
                groups[-1] = (groups[-1][1], None, None)
            bound = "least"
        elif kind == "most":
            if groups and raw.startswith(("bis", "tot", "jusqu")):
                linked = True
            bound = "most"
        elif kind == "range":
            linked = True
        elif kind in ("word", "day"):
            left = True
    return groups, left
