"""Keys described in the reader's language."""

from __future__ import annotations

import dataclasses

from textual.binding import ActiveBinding

from orderdesk.i18n import N_, _

TEXTUAL = (
    N_("Scroll Up"), N_("Scroll Down"), N_("Scroll Left"), N_("Scroll Right"),
    N_("Scroll Home"), N_("Scroll End"), N_("Page Up"), N_("Page Down"), N_("Page Left"),
    N_("Page Right"), N_("Focus Next"), N_("Focus Previous"), N_("Copy selected text"),
    N_("Quit"), N_("Move cursor left"), N_("Move cursor left and select"),
    N_("Move cursor left a word"), N_("Move cursor left a word and select"),
    N_("Move cursor right or accept the completion suggestion"),
    N_("Move cursor right and select"), N_("Move cursor right a word"),
    N_("Move cursor right a word and select"), N_("Delete character left"), N_("Select all"),
    N_("Go to start"), N_("Go to end"), N_("Select line start"), N_("Select line end"),
    N_("Delete character right"), N_("Submit"), N_("Delete left to start of word"),
    N_("Delete all to the left"), N_("Delete right to start of word"),
    N_("Delete all to the right"), N_("Cut selected text"), N_("Paste text from the clipboard"),
    N_("Show menu"), N_("Dismiss menu"), N_("Down"), N_("Last"), N_("Select"), N_("First"),
    N_("Up"), N_("Cursor up"),
    N_("Cursor down"), N_("Cursor left"), N_("Cursor right"), N_("Cursor word left"),
    N_("Cursor word right"), N_("Cursor line start"), N_("Cursor line end"),
    N_("Cursor page up"), N_("Cursor page down"), N_("Cursor left word select"),
    N_("Cursor right word select"), N_("Cursor line start select"),
    N_("Cursor line end select"), N_("Cursor up select"), N_("Cursor down select"),
    N_("Cursor left select"), N_("Cursor right select"), N_("Select line"), N_("Cut"), N_("Copy"),
    N_("Paste"), N_("Delete to line start"), N_("Delete to line end"), N_("Delete line"),
    N_("Undo"), N_("Redo"),
)  # fmt: skip
"""What Textual calls the keys of its own widgets: help and palette show these too."""


def translated(found: dict[str, ActiveBinding]) -> dict[str, ActiveBinding]:
    """Bindings with their descriptions in the reader's language, for the footer."""
    return {
        key: active._replace(
            binding=dataclasses.replace(active.binding, description=_(active.binding.description))
        )
        if active.binding.description
        else active
        for key, active in found.items()
    }
