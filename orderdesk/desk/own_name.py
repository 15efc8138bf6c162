"""Who this desk is: the name under which its letters and papers go out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from orderdesk import reference
from orderdesk.reference import ReferenceFile

if TYPE_CHECKING:
    from orderdesk.papers.letters import Desk as Sender
    from orderdesk.store.work import Reader

_Line = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""One line of plain text: no sign in it ends the line."""


class OwnName(ReferenceFile):
    """`data/desk.toml`: who sends the papers of this desk."""

    municipality: _Line
    """As it stands at the head of a letter: "Gemeente Maastricht"."""
    city: _Line
    """Where the mayor signs: "Maastricht"."""
    department: _Line


def own_name() -> OwnName:
    """The name that holds here, as the file says it or as this desk has set it."""
    found: OwnName = reference.cached("desk", OwnName)
    return found


def sender_in(reader: Reader) -> Sender:
    """Who sends the letters of this desk."""
    from orderdesk.papers.letters import Desk as Sender

    name = own_name()
    return Sender(
        municipality=name.municipality,
        department=name.department,
        city=name.city,
        synthetic=bool(reader.meta("synthetic")),
    )
