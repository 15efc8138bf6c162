"""Words that a user reads, in Dutch and English.

Source strings are English. Pure code never translates: it returns a `Msg`, which becomes text
in the reader's language only when somebody shows it (`str(msg)`).
"""

from __future__ import annotations

import gettext as _gettext
import locale
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter

LANGUAGES = ("nl", "en")
_standing = "en"
_inside: ContextVar[str] = ContextVar("language", default="")


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    return _gettext.translation(
        "orderdesk", Path(__file__).parent, languages=[language], fallback=True
    )


def language() -> str:
    """The language in force: "nl" or "en"."""
    return _inside.get() or _standing


def set_language(code: str) -> None:
    """Show everything from here on in `code` ("nl" or "en"), in every thread."""
    global _standing
    _standing = _known(code)


def lend_words() -> None:
    """Let libraries that ask the standard gettext, as the command line's parser, find our words."""
    _gettext.bindtextdomain("orderdesk", Path(__file__).parent)
    _gettext.textdomain("orderdesk")
    os.environ["LANGUAGE"] = language()


@contextmanager
def use_language(code: str) -> Iterator[None]:
    """Show in `code` inside the block only, and only in this thread."""
    token = _inside.set(_known(code))
    try:
        yield
    finally:
        _inside.reset(token)


def _known(code: str) -> str:
    if code not in LANGUAGES:
        raise ValueError(f"unknown language {code!r}; known: {', '.join(LANGUAGES)}")
    return code


def language_of_locale(environ: Mapping[str, str] | None = None) -> str:
    """The language that the user's locale asks for; English where it asks for neither."""
    env = os.environ if environ is None else environ
    wanted = env.get("LC_ALL") or env.get("LC_MESSAGES") or env.get("LANG") or ""
    if not wanted and environ is None:
        wanted = locale.getlocale()[0] or ""
    return "nl" if wanted.lower().startswith(("nl", "dutch")) else "en"


def _(message: str) -> str:
    """`message` in the language in force."""
    return _catalogue(language()).gettext(message)


def ngettext(one: str, many: str, n: int) -> str:
    """The form of the message for `n` things, in the language in force."""
    return _catalogue(language()).ngettext(one, many, n)


def in_every_language(message: str) -> tuple[str, ...]:
    """`message` in each language: what a file may say for it, whatever language is in force."""
    return tuple(_catalogue(code).gettext(message) for code in LANGUAGES)


def N_(message: str) -> str:
    """Mark `message` for the catalogue without translating it yet."""
    return message


_SWAPPED = str.maketrans(".,", ",.")


def figure(value: float, spec: str = "g") -> str:
    """`format(value, spec)` as the language in force writes numbers: 0.5 is "0,5" in Dutch.

    For what people read; data (JSON, CSV, addresses, keys) keep the point.
    """
    text = format(value, spec)
    return text.translate(_SWAPPED) if language() == "nl" else text


def count(n: int) -> str:
    """So many, with its thousands parted: "100.000" in Dutch, "100,000" in English."""
    return figure(n, ",")


@dataclass(frozen=True)
class Figure:
    """A number in a `Msg`: written as `figure` would when somebody shows it."""

    value: float
    spec: str = "g"

    def __str__(self) -> str:
        return figure(self.value, self.spec)


_DAYS = {
    "nl": ("ma", "di", "wo", "do", "vr", "za", "zo"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = {
    "nl": ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}


def day_text(day: date) -> str:
    """A day as people say it: "za 13 jun" or "Sat 13 Jun"."""
    code = language()
    return f"{_DAYS[code][day.weekday()]} {day.day} {_MONTHS[code][day.month - 1]}"


@dataclass(frozen=True)
class Day:
    """A day in a `Msg`: written as `day_text` would when somebody shows it."""

    day: date

    def __str__(self) -> str:
        return day_text(self.day)


class _Filler(Formatter):
    """Fills the gaps of a message; numbers with a format as the language writes them."""

    def format_field(self, value: object, format_spec: str) -> str:
        if format_spec and isinstance(value, int | float):
            return figure(value, format_spec)
        return str(format(value, format_spec))


def fill(text: str, /, **args: object) -> str:
    """`text.format(**args)` with numbers as the language in force writes them."""
    return _Filler().vformat(text, (), args)


@dataclass(frozen=True)
class Msg:
    """A message that is translated when it is shown.

    `args` fill the named gaps of `id`. They are data: never read as markup or as a format.
    """

    id: str
    args: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return fill(_(self.id), **self.args) if self.args else _(self.id)

    def __hash__(self) -> int:
        return hash((self.id, tuple(sorted((k, str(v)) for k, v in self.args.items()))))


def msg(id: str, /, **args: object) -> Msg:
    """`msg("{n} hours owed", n=8)`: a message to be shown later."""
    return Msg(id, args)


def pick(texts: Mapping[str, str]) -> str:
    """The text in the language in force, out of a reference file's {"nl": ..., "en": ...}."""
    return texts.get(language()) or texts.get("en") or next(iter(texts.values()), "")
