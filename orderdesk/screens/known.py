"""Another minute: asks which, and hands over a desk on the state of then."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from orderdesk.i18n import _
from orderdesk.screens.widgets.form import Field, Form

if TYPE_CHECKING:
    from textual.app import App

    from orderdesk.desk.core import Desk


def ask_minute(app: App[Any], desk: Desk, show: Callable[[Desk], None]) -> None:
    """Ask the minute; `show` gets the desk on what was known then."""
    from orderdesk.desk import known
    from orderdesk.desk.core import Desk

    def chosen(then: object) -> None:
        if isinstance(then, Desk):
            show(then)

    app.push_screen(
        Form(
            _("As known at"),
            [Field("when", _("Which minute?"), _("do 11 jun 15:10, or 14:45"))],
            lambda values: known.desk_at(desk, values["when"]),
        ),
        chosen,
    )
