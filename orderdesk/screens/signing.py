"""What a form asks of whoever signs: a name, a reason, and below the waterline a decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from orderdesk.errors import BadInput
from orderdesk.i18n import N_, _, msg
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
    """Who signs: a team lead, by name. Raises BadInput, at the field, without one."""
    from orderdesk.domain.people import Actor, Role

    name = values["by"].strip()
    if not name:
        raise BadInput(N_("by"), "", msg("name who authorises this"))
    return Actor(name=name, role=Role.LEAD)
