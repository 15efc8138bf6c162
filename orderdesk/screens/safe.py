"""The one way in which text that people or files supplied reaches the terminal."""

from __future__ import annotations

from textual.content import Content

from orderdesk.domain.text import visible


def safe(text: object, style: str = "") -> Content:
    """`text` shown literally: no markup, no control characters, bidirectional text isolated."""
    shown = visible(str(text), lines=True)
    return Content.styled(shown, style) if style else Content(shown)


def line(text: object) -> str:
    """`text` as one safe line."""
    return visible(str(text))
