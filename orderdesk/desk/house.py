"""The desk itself: who it writes for, when its driehoek meets, how soon it looks again."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from orderdesk import reference
from orderdesk.domain.time import Week, at
from orderdesk.i18n import _
from orderdesk.reference import ReferenceFile

if TYPE_CHECKING:
    from orderdesk.papers.letters import Desk as Sender
    from orderdesk.store.work import Reader

Line = Annotated[str, Field(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line of a letter's head."""
_DEMONSTRATION = ("Gemeente Maastricht", "Maastricht")
"""Whose public facts the demonstration city is shaped by; an own desk names its own."""


class DeskFacts(ReferenceFile):
    """`data/desk.toml`."""

    municipality: Line
    city: Line
    department: Line
    address: Line
    phone: Line
    email: Line
    meeting_weekday: Annotated[int, Field(ge=1, le=7)]
    """Day of the driehoek, 1 for Monday."""
    meeting_starts: time
    next_look_minutes: Annotated[int, Field(ge=5, le=720)]
    ahead_days: Annotated[int, Field(ge=1, le=60)]
    near_days: Annotated[int, Field(ge=1, le=60)]
    closing_days: Annotated[int, Field(ge=1, le=60)]

    @property
    def next_look(self) -> timedelta:
        """How long after the last line of its log an incident is looked at again."""
        return timedelta(minutes=self.next_look_minutes)

    def meeting(self, week: Week) -> datetime:
        """When the driehoek of a week meets."""
        return at(week.days[self.meeting_weekday - 1], f"{self.meeting_starts:%H:%M}")


def facts() -> DeskFacts:
    """What holds at this desk."""
    return reference.cached("desk", DeskFacts)


def department() -> str:
    """Who makes the papers of this desk, in the language in use."""
    return facts().department or _("Public order and safety")


def sender_in(reader: Reader) -> Sender:
    """Who sends the letters of this desk. Only the demonstration city bears a name by itself."""
    from orderdesk.papers.letters import Desk as Sender

    synthetic, own = bool(reader.meta("synthetic")), facts()
    municipality, city = _DEMONSTRATION if synthetic else ("", "")
    return Sender(
        municipality=own.municipality or municipality,
        city=own.city or city,
        department=own.department or "Openbare orde en veiligheid",
        address=own.address,
        phone=own.phone,
        email=own.email,
        synthetic=synthetic,
    )
