"""Minutes of a driehoek that was called together: what was known, said, decided and refused."""

from __future__ import annotations

from orderdesk.domain.time import Frozen, Moment
from orderdesk.i18n import _, language, use_language
from orderdesk.papers import say
from orderdesk.papers.model import Box, Column, Document, Section, Table


class Minute(Frozen):
    """A line of the minutes, at its own moment."""

    at: Moment
    by: str
    kind: str
    text: str
    refused: str = ""
    """What was weighed and not chosen."""
    number: str = ""
    """Number of the decision; "" for a note."""


class MinutesData(Frozen):
    """A meeting as the minutes tell it."""

    number: str
    participants: str
    opened_at: Moment
    closed_at: Moment | None
    known_at: Moment
    synthetic: bool
    grip: int
    sgbo: str
    picture: str
    lines: tuple[Minute, ...]


def minutes(data: MinutesData, code: str) -> Document:
    """The minutes in the language `code`."""
    with use_language(code):
        decided = [line for line in data.lines if line.number]
        closed = say.clock(data.closed_at) if data.closed_at else _("going on")
        return Document(
            language="nl" if language() == "nl" else "en",
            sender=_("Driehoek"),
            title=_("Minutes of the driehoek on {number}").format(number=data.number),
            subtitle=f"{say.moment(data.opened_at)} - {closed}",
            reference=data.number,
            facts=(
                say.fact(_("Present"), data.participants),
                say.fact(_("GRIP"), data.grip),
                say.fact(_("SGBO"), data.sgbo),
                say.fact(_("As known on"), say.moment(data.known_at)),
            ),
            banner=say.synthetic_banner() if data.synthetic else "",
            sections=(
                Section(title=_("The picture"), blocks=(Box(text=data.picture),)),
                Section(
                    title=_("Decisions"),
                    blocks=(_table(decided, _("Nothing was decided."), numbered=True),),
                ),
                Section(
                    title=_("What was said and done"),
                    blocks=(_table(list(data.lines), _("Nothing was written down.")),),
                ),
            ),
            dated=data.known_at,
        )


def _table(lines: list[Minute], empty: str, *, numbered: bool = False) -> Table:
    first = Column(title=_("Decision")) if numbered else Column(title=_("By"), weight=2)
    return Table(
        columns=(
            Column(title=_("Time")),
            first,
            Column(title=_("What"), weight=6),
            Column(title=_("Weighed and not chosen"), weight=4),
        ),
        rows=tuple(
            (
                say.run(say.clock(line.at)),
                say.strong(line.number) if numbered else say.run(line.by),
                say.run(line.text),
                say.run(line.refused or "–"),
            )
            for line in lines
        ),
        empty=empty,
    )
