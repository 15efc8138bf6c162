"""Polarisation signals: what may be written, how they age, and how little they may move.

Aggregates about districts and weeks, never about people. Silent is not calm: no signal moves
nothing, and the board says that it is silent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

import numpy as np
from pydantic import Field

from orderdesk.domain.events import Sureness
from orderdesk.i18n import Msg, msg
from orderdesk.reference import ReferenceFile, Strict
from orderdesk.risk.batch import Floats, Ints
from orderdesk.risk.facts import Facts, Phase, Signal

Share = Annotated[float, Field(ge=0, le=1)]


class Words(Strict):
    """Words that help to tell a person's name from other words with a capital."""

    common: frozenset[str]
    before_a_name: frozenset[str]
    particles: frozenset[str]
    titles: frozenset[str]


class SignalRules(ReferenceFile):
    """`data/signals.toml`: weights, ages and limits."""

    half_weight_from_days: Annotated[int, Field(ge=1)]
    gone_after_days: Annotated[int, Field(ge=1, le=90)]
    most_points: Annotated[float, Field(ge=0, le=1)]
    """Signals together never move a score by more than this (at most one point)."""
    small_cell_below: Annotated[int, Field(ge=2)]
    silent_after_weeks: Annotated[int, Field(ge=1)]
    phase_points: dict[Phase, Annotated[float, Field(ge=0, le=2)]]
    reliability: dict[Sureness, Share]
    not_evidenced: Share
    words: Words


def weight(signal: Signal, as_of: date, rules: SignalRules) -> float:
    """1 while fresh, a half from the fourteenth day, 0 once it must be gone or isn't there yet."""
    age = (as_of - signal.observed).days
    if age < 0 or age >= rules.gone_after_days:
        return 0.0
    return 1.0 if age < rules.half_weight_from_days else 0.5


def strength(signal: Signal, as_of: date, rules: SignalRules) -> float:
    """Points that one signal is worth on a day."""
    sure = rules.reliability[signal.reliability] * (1 if signal.evidenced else rules.not_evidenced)
    return weight(signal, as_of, rules) * rules.phase_points[signal.phase] * sure


def effect_points(
    districts: Sequence[str], signals: Sequence[Signal], on: Ints, rules: SignalRules
) -> Floats:
    """Points that signals add per row: the strongest of its district (or of the whole city).

    The strongest and not the sum: ten reports of one thing are one thing.
    """
    if not signals:
        return np.zeros(len(districts))
    memo: dict[tuple[str, int], float] = {}
    out = np.zeros(len(districts))
    for i, key in enumerate(zip(districts, on.tolist(), strict=True)):
        if key not in memo:
            district, day = key
            moment = date.fromordinal(day)
            strongest = max(
                (strength(s, moment, rules) for s in signals if s.district in ("", district)),
                default=0.0,
            )
            memo[key] = min(strongest, rules.most_points)
        out[i] = memo[key]
    return out


def newest_signal(
    facts: Facts, signals: Iterable[Signal], as_of: date, rules: SignalRules
) -> date | None:
    """Day of the newest signal that counts for this event; None when it is silent."""
    days = [
        s.observed
        for s in signals
        if s.district in ("", facts.district) and weight(s, as_of, rules) > 0
    ]
    return max(days, default=None)


# ------------------------------------------------------------------- what may be written


@dataclass(frozen=True)
class PersonalData:
    """Something in a text that points at a person."""

    kind: str
    """email, handle, phone, number or name."""
    found: str
    reason: Msg
    instead: Msg
    """What may be said instead."""


_INSTEAD = msg(
    "Say where, when and what was seen, with a rough number: "
    '"two area colleagues report rising tension round the square since Saturday".'
)
_EMAIL = re.compile(r"[^\s@<>,;:()]+\s*(?:@|\[at\]|\(at\))\s*[^\s@<>,;:()]+\.[^\W\d_]{2,}", re.I)
_HANDLE = re.compile(
    r"(?<![\w.])[@#]?(?<=[@])[\w.]{2,}|(?:t\.me|instagram\.com|facebook\.com|tiktok\.com"
    r"|twitter\.com|x\.com|linkedin\.com|snapchat\.com)/[\w./@-]+",
    re.I,
)
_PHONE = re.compile(r"(?<![\w])(?:\+|00)?\d(?:[\s().\-/]{0,3}\d){8,14}(?!\w)")
_NINE = re.compile(r"(?<!\d)\d(?:[\s.\-]?\d){7,8}(?!\d)")
_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d{2}"
_DATE_LIKE = re.compile(
    rf"(?<![\d.\-/])(?:{_DAY}([-./]){_MONTH}\1{_YEAR}|{_YEAR}([-./]){_MONTH}\2{_DAY})"
    r"(?:[ T]\d{1,2}[:.]\d{2})?(?![\d\-/]|\.\d)"
)
_ELEVEN = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*\.?|[.!?;:\n]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def check_signal_text(
    text: str, words: Words, places: Iterable[str] = ()
) -> tuple[PersonalData, ...]:
    """Everything in `text` that points at a person; empty when the text may be kept.

    Looks for e-mail addresses, @handles and profile links, telephone numbers, numbers like a BSN,
    and words that look like a person's name. `places` are names that may be written (squares,
    streets, districts). Digits of any script and look-alike characters are read as plain ones.
    """
    plain = _plain(text)
    without_dates = _DATE_LIKE.sub(lambda m: " " * len(m.group()), plain)
    found = [
        PersonalData("email", m.group(), msg("an e-mail address"), _INSTEAD)
        for m in _EMAIL.finditer(plain)
    ]
    found += [
        PersonalData("handle", m.group(), msg("an account or profile"), _INSTEAD)
        for m in _HANDLE.finditer(plain)
    ]
    found += [
        PersonalData("phone", m.group(), msg("a telephone number"), _INSTEAD)
        for m in _PHONE.finditer(without_dates)
    ]
    found += [
        PersonalData("number", m.group(), msg("a number like a BSN"), _INSTEAD)
        for m in _NINE.finditer(without_dates)
        if _bsn_like(m.group())
    ]
    found += [
        PersonalData("name", name, msg("what looks like a person's name"), _INSTEAD)
        for name in _names(plain, words, places)
    ]
    return tuple(found)


def check_signal(
    signal: Signal, words: Words, places: Iterable[str] = ()
) -> tuple[PersonalData, ...]:
    """`check_signal_text` over every field that could hold free text."""
    known = (*places, signal.district)
    return check_signal_text(signal.text, words, known) + tuple(
        hit
        for value in (signal.district, signal.week, signal.id)
        for hit in check_signal_text(value, words, known)
        if hit.kind in ("email", "handle", "phone")
    )


def _plain(text: str) -> str:
    """The text with look-alike letters, digits of other scripts and hidden signs made plain."""
    shown = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return "".join(
        str(unicodedata.digit(c)) if unicodedata.digit(c, None) is not None else c for c in shown
    )


def is_bsn(digits: str) -> bool:
    """Whether eight or nine digits pass the eleven test of the burgerservicenummer."""
    padded = digits.rjust(9, "0")
    total = sum(int(d) * w for d, w in zip(padded, _ELEVEN, strict=True))
    return total % 11 == 0 and int(padded) > 0


def _bsn_like(found: str) -> bool:
    digits = re.sub(r"\D", "", found)
    return len(digits) == 9 or is_bsn(digits)


def _names(text: str, words: Words, places: Iterable[str]) -> list[str]:
    """Runs of words that look like a person's name."""
    allowed = set(words.common)
    for place in places:
        allowed.update(w.rstrip(".").lower() for w in _WORD.findall(_plain(place)))
    tokens = _WORD.findall(text)
    found: list[str] = []
    run: list[str] = []
    lead = ""

    def close() -> None:
        nonlocal run
        names = [w for w in run if w.rstrip(".").lower() not in words.particles]
        full = [w for w in names if len(w.rstrip(".")) > 1]
        if full and (len(names) >= 2 or lead in words.titles or lead in words.before_a_name):
            found.append(" ".join(run))
        run = []

    for token in tokens:
        word = token.rstrip(".").lower()
        initial = len(word) == 1 and token.endswith(".") and token[0].isupper()
        capital = token[0].isupper() and word not in allowed and word not in words.titles
        if capital and (initial or len(word) > 1):
            run.append(token.rstrip(".") if not initial else token)
            if token.endswith(".") and not initial:
                close()
                lead = ""
        elif word in words.particles and (run or lead):
            run += [token] if run else []
        else:
            close()
            lead = word
    close()
    return found


# -------------------------------------------------------------- how long, and what remains


@dataclass(frozen=True)
class WeekCell:
    """What remains of signals for good: counts per week and district, no words."""

    week: str
    district: str
    entries: int
    highest_phase: Phase

    def shown(self, rules: SignalRules) -> str:
        """The count as it may be printed: small cells never as a number."""
        few = rules.small_cell_below
        return f"<{few}" if self.entries < few else str(self.entries)


@dataclass(frozen=True)
class Purge:
    """What must go on a day, and the aggregates to keep in its place."""

    delete: tuple[Signal, ...]
    keep: tuple[WeekCell, ...]


def weekly(signals: Iterable[Signal]) -> tuple[WeekCell, ...]:
    """Counts per week and district."""
    cells: dict[tuple[str, str], list[Phase]] = {}
    for s in signals:
        cells.setdefault((s.week, s.district), []).append(s.phase)
    return tuple(
        WeekCell(week, district, len(phases), max(phases))
        for (week, district), phases in sorted(cells.items())
    )


def purge(signals: Sequence[Signal], as_of: date, rules: SignalRules) -> Purge:
    """Signals whose text must be gone on `as_of`, with the weekly aggregate that stays."""
    gone = tuple(s for s in signals if (as_of - s.observed).days >= rules.gone_after_days)
    return Purge(gone, weekly(gone))


@dataclass(frozen=True)
class DistrictView:
    """One district on the board."""

    district: str
    points: float
    """What its signals add to a score there now."""
    entries: int
    newest: date | None
    silent: bool
    """No entry for the set number of weeks: unknown, which is not calm."""


def board(
    districts: Iterable[str], signals: Sequence[Signal], as_of: date, rules: SignalRules
) -> tuple[DistrictView, ...]:
    """Every district with its effect, or as silent."""
    out = []
    for district in districts:
        mine = [s for s in signals if s.district == district and weight(s, as_of, rules) > 0]
        newest = max((s.observed for s in mine), default=None)
        silent_from = as_of - timedelta(weeks=rules.silent_after_weeks)
        points = max((strength(s, as_of, rules) for s in mine), default=0.0)
        out.append(
            DistrictView(
                district,
                min(points, rules.most_points),
                len(mine),
                newest,
                newest is None or newest < silent_from,
            )
        )
    return tuple(out)
