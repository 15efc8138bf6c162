"""What somebody was typing: kept on each change, so that no closing, crash or kill loses it."""

from __future__ import annotations

from collections.abc import Mapping

from orderdesk.desk.core import Desk

_KIND = "draft"


def save_draft(desk: Desk, form: str, values: Mapping[str, str]) -> None:
    """Keep what stands in `form` for this user. Nothing typed means: no draft."""
    if not desk.can_change:
        return
    with desk.work() as work:
        if any(value.strip() for value in values.values()):
            work.put(_KIND, _key(desk, form), {"values": dict(values)})
        else:
            work.drop(_KIND, _key(desk, form))


def load_draft(desk: Desk, form: str) -> dict[str, str]:
    """What this user had typed in `form`; empty when nothing."""
    with desk.read() as reader:
        found = reader.record(_KIND, _key(desk, form))
    return dict(found.doc["values"]) if found else {}


def drop_draft(desk: Desk, form: str) -> None:
    """Forget the draft, after the form was saved."""
    with desk.work() as work:
        work.drop(_KIND, _key(desk, form))


def open_drafts(desk: Desk) -> list[str]:
    """The forms in which this user left something."""
    prefix = f"{desk.actor.name}/"
    with desk.read() as reader:
        return [
            record.key.removeprefix(prefix)
            for record in reader.records(_KIND)
            if record.key.startswith(prefix)
        ]


def _key(desk: Desk, form: str) -> str:
    return f"{desk.actor.name}/{form}"
