"""A fault of the program itself: kept in a file for those who mend it, said in one sentence."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from pathlib import Path

from orderdesk.desk.where import user_folder
from orderdesk.i18n import _

FILE = "last-fault.txt"


def keep(fault: BaseException) -> str:
    """Write where `fault` arose to the user's folder; the sentence to show.

    Only places in the program are written, never values or messages: they can hold what somebody
    typed, or the address of a database.
    """
    path = user_folder() / FILE
    where = [
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(fault.__traceback__)
    ]
    text = "\n".join([f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {type(fault).__name__}", *where])
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError:
        return _(
            "This is a fault of orderdesk itself ({kind}). What was acknowledged is saved."
        ).format(kind=type(fault).__name__)
    return _(
        "This is a fault of orderdesk itself ({kind}). What was acknowledged is saved. "
        "Where it arose stands in {path}, without anything you typed."
    ).format(kind=type(fault).__name__, path=path)
