"""Words that no text of the desk may hold (rule 6): `data/forbidden_words.toml`."""

from __future__ import annotations

from orderdesk.reference import ReferenceFile, load


class ForbiddenWords(ReferenceFile):
    """Words that make a right sound like a favour."""

    words: tuple[str, ...]


FORBIDDEN = load("forbidden_words", ForbiddenWords).words


def forbidden_in(text: str) -> tuple[str, ...]:
    """Forbidden words that `text` holds, as whole words or as part of a compound."""
    return tuple(word for word in FORBIDDEN if word.casefold() in text.casefold())
