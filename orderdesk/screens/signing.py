"""What a form asks of whoever signs: a name, a reason, and below the waterline a decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from orderdesk.i18n import _
from orderdesk.screens.widgets.form import Field

if TYPE_CHECKING:
    from orderdesk.domain.people import Actor


def signature() -> list[Field]:
    """Who signs for theme hours, and why."""
    return [
        Field("by", _("Name of the team lead"), _("who takes theme hours signs")),
        Field("reason", _("Reason")),
    ]


def decision(*, needed: bool) -> list[Field]:
    """The number of the driehoek decision that lets a district fall below its waterline."""
    field = Field("decision", _("Number of a driehoek decision"), _("below the waterline"))
    return [field] if needed else []


def lead(values: Mapping[str, str]) -> Actor:
    """Who signs: a team lead, by name."""
    from orderdesk.domain.people import Actor, Role

    return Actor(name=values["by"].strip(), role=Role.LEAD)
