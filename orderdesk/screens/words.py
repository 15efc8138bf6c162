"""Keys described in the reader's language."""

from __future__ import annotations

import dataclasses

from textual.binding import ActiveBinding

from orderdesk.i18n import _


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
