"""What somebody was typing: kept on each change, so that no closing, crash or kill loses it."""

from __future__ import annotations

from collections.abc import Mapping

from orderdesk.desk import offline
from orderdesk.desk.core import Desk

_KIND = DRAFT = "draft"


def save_draft(desk: Desk, form: str, values: Mapping[str, str]) -> None:
    """Keep what stands in `form` for this user. Nothing typed means: no draft."""
    if not desk.can_change:
        return
    offline.do(desk, DRAFT, {"form": form, "values": dict(values)}, key=f"draft {form}")


def write_draft(desk: Desk, kept: offline.Kept) -> None:
    """Write a draft to the database."""
    form, values = kept.values["form"], kept.values["values"]
    with desk.work() as work:
        if any(value.strip() for value in values.values()):
            known = work.record(_KIND, _key(desk, form)) if kept.late(work.now) else None
            # Typed without seeing the draft that was here: what it leaves empty stays.
            typed = {name: value for name, value in values.items() if value.strip()}
            whole = {**known.doc["values"], **typed} if known else values
            work.put(_KIND, _key(desk, form), {"values": dict(whole)})
        else:
            work.drop(_KIND, _key(desk, form))


def load_draft(desk: Desk, form: str) -> dict[str, str]:
    """What this user had typed in `form`; empty when nothing."""
    waiting = [k for k in offline.waiting(desk) if k.deed == DRAFT and k.values["form"] == form]
    if waiting:
        return dict(waiting[-1].values["values"])
    if desk.away is not None:
        return {}
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
