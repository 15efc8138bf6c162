"""Closing a case: what happened, begun with what is known, so that it takes forty seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderdesk.i18n import _
from orderdesk.screens.widgets.form import Field, Form

if TYPE_CHECKING:
    from orderdesk.screens.base import Place


def open_closing(place: Place, case_id: str) -> None:
    """The form of closing, filled in as far as the desk knows."""
    from orderdesk.desk import closing
    from orderdesk.desk.words import INCIDENTS

    desk = place.desk
    if desk is None:
        return
    known = place.try_to(lambda: closing.known(desk, case_id))
    if known is None:
        return
    agreements = [
        Field(
            f"kept-{n}",
            _("Agreement kept?"),
            text,
            choices=[(s, _(w)) for s, w in closing.STATES],
            value=state,
        )
        for n, (_id, text, state) in enumerate(known.agreements)
    ]
    fields = [
        Field(
            "turnout", _("How many came"), _("100-160, low/best/high, or 0"), value=known.turnout
        ),
        Field("incident", _("Incidents"), choices=[(i.value, _(n)) for i, n in INCIDENTS.items()]),
        Field("ended", _("Ended"), _("empty: as planned"), value=known.ended),
        *agreements,
        Field("lesson", _("One lesson"), _("about place or procedure, never about people")),
    ]

    def close(values: dict[str, str]) -> object:
        states = {id: values[f"kept-{n}"] for n, (id, _t, _s) in enumerate(known.agreements)}
        return closing.close(desk, case_id, values, agreements=states)

    title = _("Close {number}").format(number=known.number)
    place.app.push_screen(
        Form(title, fields, close, look=lambda _values: known.about), place.saying(_("closed"))
    )
