"""What was known at a minute: a desk on the state of then, for every screen, paper and export."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import datetime
from pathlib import Path
from tempfile import gettempdir, mkdtemp

from orderdesk.desk import words
from orderdesk.desk.core import Desk
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.when import read_moment
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, msg

_PREFIX = "orderdesk-known-"


def desk_at(desk: Desk, text: str) -> Desk:
    """A desk on the state of the moment that `text` names; nothing can be changed there.

    Raises BadInput for a moment that has not been, or before anything was known. Leave it with
    `leave`: it stands in a file of its own, readable by this user only, until then.
    """
    moment = read_moment(text, desk.now, past=True)
    if moment > desk.now:
        raise BadInput(N_("when"), text, msg("It lies in the future."))
    with desk.read() as reader:
        first = next(iter(reader.trail(until=moment)), None)
    if first is None:
        raise BadInput(N_("when"), text, msg("Nothing was known here then."))
    return desk_at_moment(desk, moment)


def desk_at_moment(desk: Desk, moment: datetime) -> Desk:
    """`desk_at` for an exact moment that lies in what was known."""
    from orderdesk.store.past import store_at

    _sweep()
    folder = Path(mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    try:
        store = store_at(desk.store, moment, folder / "then.db", lambda: moment)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    then = Desk(store, lambda: moment, Actor(name=desk.actor.name, role=Role.READER))
    then.as_known = moment
    return then


def _sweep() -> None:
    """Remove what a program that was killed could not."""
    for folder in Path(gettempdir()).glob(f"{_PREFIX}*-*"):
        number = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if number.isdigit() and not _runs(int(number)):
            shutil.rmtree(folder, ignore_errors=True)


def _runs(process: int) -> bool:
    if sys.platform == "win32":  # there, asking would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def leave(then: Desk) -> None:
    """Close the state of then and remove its file."""
    path = then.store.database.path
    then.store.close()
    if path is not None:
        shutil.rmtree(path.parent, ignore_errors=True)


def stamp(desk: Desk) -> str:
    """What exports carry: "as known at Thu 11 Jun 2026 15:10"; empty at the desk of now."""
    moment: datetime | None = desk.as_known
    return words.as_known(moment) if moment is not None else ""
