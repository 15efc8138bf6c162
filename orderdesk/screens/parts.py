"""A case on half a page, drawn: headings bold, warnings and what is open in their looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from orderdesk.i18n import _
from orderdesk.screens.safe import safe
from orderdesk.screens.widgets.looks import Look

if TYPE_CHECKING:
    from orderdesk.desk.digest import Part


def shown_parts(parts: Sequence[Part]) -> Content:
    """Headings with their lines, ready for a `Static`."""
    return Content("\n").join(_lines(parts))


def _lines(parts: Sequence[Part]) -> Iterator[Content]:
    still_open = _("Still open")
    for n, part in enumerate(parts):
        if part.title:
            yield Content("")
            yield safe(part.title, "bold")
        for at, line in enumerate(part.lines):
            amber = line.startswith("▲") or part.title == still_open
            style = Look.AMBER.style if amber else ("bold" if n == at == 0 else "")
            yield safe(line, style)
