"""Opens the desk: which database, which user, which clock."""

from __future__ import annotations

import getpass
import hashlib
import os
from pathlib import Path

from orderdesk.desk.core import Desk, NewId, system_clock
from orderdesk.desk.where import database_url, user_folder
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.time import Clock
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, msg

ROLE_VARIABLE = "ORDERDESK_ROLE"


def actor_of(role: str | None = None, name: str | None = None) -> Actor:
    """The operating system's user, in the role asked for. Raises BadInput."""
    wanted = role or os.environ.get(ROLE_VARIABLE) or Role.LEAD.value
    try:
        return Actor(name=name or getpass.getuser(), role=Role(wanted))
    except ValueError:
        known = ", ".join(r.value for r in Role)
        raise BadInput(N_("role"), wanted, msg("Choose one of: {known}.", known=known)) from None


def open_desk(
    database: str | None = None,
    *,
    actor: Actor | None = None,
    clock: Clock = system_clock,
    new_id: NewId | None = None,
    installation_id: str | None = None,
    create: bool = True,
    spool: Path | None = None,
) -> Desk:
    """Open the database and sit down at it. Raises StorageProblem, BadInput."""
    from orderdesk.store.database import Database
    from orderdesk.store.work import Store

    opened = Database(database_url(database), now=clock(), create=create)
    store = Store(opened, clock, installation_id=installation_id)
    who = actor or actor_of()
    desk = Desk(store, clock, who, new_id=new_id, spool=spool or _spool_of(opened.url, who))
    with desk.read():  # its own parameters hold from the first deed on
        return desk


def _spool_of(url: str, actor: Actor) -> Path:
    """Where this user keeps what is written while this database is out of reach."""
    name = hashlib.sha256(f"{url} {actor.name}".encode()).hexdigest()[:16]
    return user_folder() / "spool" / f"{name}.jsonl"
