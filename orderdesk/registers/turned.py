"""Cells of days that say more than a day: moved to another one, the night between two.

Only rewritten here, never understood: `days.DayReader` reads what is left.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from orderdesk.registers.text import alternatives
from orderdesk.registers.words import CalendarWords

_MIXED = re.compile(r"(?<![\d.,:;/-])(\d{1,2})([.,:;/-])(\d{1,2})([.,:;/-])(20\d\d)(?![\d:.,]\d)")
_TYPED_FOR_A_POINT = frozenset(",:;")


class Moved(NamedTuple):
    """The day that holds, and the one that no longer does; folded text."""

    now: str
    before: str


def mended(said: str) -> str:
    """`said` with its days written with points where another sign was typed ("13:05.2022")."""

    def with_points(found: re.Match[str]) -> str:
        signs = {found[2], found[4]}
        if len(signs) == 2 and signs & _TYPED_FOR_A_POINT:
            return f"{found[1]}.{found[3]}.{found[5]}"
        return found[0]

    return _MIXED.sub(with_points, said)


def moved(said: str, words: CalendarWords) -> Moved | None:
    """ "01.02. (verlegt auf 08.02.)", "verschoben vom 1. auf den 8.", "08.02. statt 01.02."."""
    to, both, instead = _moved_grammar(words)
    if found := both.search(said):
        return Moved(found["now"], found["before"])
    if found := to.fullmatch(said):
        return Moved(found["now"], found["before"])
    if found := instead.fullmatch(said):
        return Moved(found["now"], found["before"])
    return None


def night(said: str, words: CalendarWords) -> str:
    """ "nacht van 1 op 2 februari" as the range "1 - 2 februari"; empty when it is no night."""
    for form in _night_grammar(words):
        if found := form.fullmatch(said):
            return f"{found['first']} - {found['second']}"
    return ""


@lru_cache(maxsize=4)
def _moved_grammar(words: CalendarWords) -> tuple[re.Pattern[str], ...]:
    verb, on, from_, new, instead = map(
        alternatives,
        (words.moved, words.moved_on, words.moved_from, words.new_day, words.instead_of),
    )
    article = r"(?:d[ae][nmr]? |the |le )?"
    edge, end = r"(?<![^\W_])", r"(?![^\W_])"
    return (
        re.compile(
            rf"(?P<before>.*?)[\s,;:(\[-]*{edge}(?:(?:{verb})\s+(?:{on})|{new}){end}[\s:]*"
            rf"{article}(?P<now>\S.*)",
            re.DOTALL,
        ),
        re.compile(
            rf"{edge}(?:{verb})\s+(?:{from_})\s+{article}(?P<before>\S.*?)\s+(?:{on})\s+"
            rf"{article}(?P<now>\S.*)",
            re.DOTALL,
        ),
        re.compile(
            rf"(?P<now>\S.*?)[\s,;:(\[-]+(?:(?:{verb})\s+(?:{from_})|{instead}){end}[.\s:]*"
            rf"{article}(?P<before>\S.*)",
            re.DOTALL,
        ),
    )


@lru_cache(maxsize=4)
def _night_grammar(words: CalendarWords) -> tuple[re.Pattern[str], ...]:
    lead, into = alternatives(words.lead_in), alternatives(words.night_into)
    opening = (
        rf"(?:(?:in|im|during)\s+)?(?:(?:de|der|the|la)\s+)?(?:{alternatives(words.night)})\s+"
        rf"(?:(?:{lead})\s+)?"
    )
    return (
        re.compile(
            rf"{opening}(?P<first>\S.*?)\s+(?:{into})\s+(?:(?:de|den|dem|der|the|le|zu)\s+)?"
            rf"(?P<second>\S.*)",
            re.DOTALL,
        ),
        re.compile(
            rf"{opening}(?P<first>\d{{1,2}})\.?\s*[/-]\s*(?P<second>\d{{1,2}}(?:\.?\s|\.).*)"
        ),
    )
