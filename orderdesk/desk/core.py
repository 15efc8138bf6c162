"""The desk: who works at it, on which database, at what time, by which parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from orderdesk import reference
from orderdesk.desk.parameters import by_file
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.time import Clock
from orderdesk.errors import OutOfReach, RuleSaysNo, StorageProblem
from orderdesk.i18n import N_, _, msg

if TYPE_CHECKING:
    from orderdesk.store.changes import Changes
    from orderdesk.store.work import Reader, Store, Work

SETTING, SETTINGS_REVISION = "setting", "settings_revision"
"""Records of local parameters, and the fact of the installation that counts their changes."""
NewId = Callable[[], str]
"""Gives an id that was never given before."""

_INCLUDES: dict[Role, frozenset[Role]] = {
    Role.READER: frozenset({Role.READER}),
    Role.OFFICER: frozenset({Role.READER, Role.OFFICER}),
    Role.PLANNER: frozenset({Role.READER, Role.OFFICER, Role.PLANNER}),
    Role.LEAD: frozenset({Role.READER, Role.OFFICER, Role.PLANNER, Role.LEAD}),
    Role.DECIDER: frozenset({Role.READER, Role.DECIDER}),
}
ROLE_NAMES = {
    Role.READER: N_("reader"),
    Role.OFFICER: N_("desk officer"),
    Role.PLANNER: N_("capacity planner"),
    Role.LEAD: N_("team lead"),
    Role.DECIDER: N_("decider"),
}


def may(actor: Actor, role: Role) -> bool:
    """Whether `actor` may do what needs `role`."""
    return role in _INCLUDES[actor.role]


_DEEDS_KEPT = 50


@dataclass
class Deed:
    """What somebody did in one go: what it changed, and the role that it took."""

    changes: Changes
    role: Role
    at: datetime
    told: bool = False
    """Whether the user has heard of it."""


class Desk:
    """What every use case works with. One per signed-in user."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        actor: Actor,
        *,
        new_id: NewId | None = None,
        spool: Path | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.actor = actor
        self.new_id = new_id or (lambda: uuid4().hex)
        self.spool = spool
        """File on this machine for what is written while the database is out of reach."""
        self.away: OutOfReach | None = None
        """Why the database is out of reach, and since when; None while it answers."""
        self.away_since: datetime | None = None
        self.worry = ""
        """What went wrong at the start without being in the way: no backup could be made."""
        self.deeds: list[Deed] = []
        """What was done at this desk since it opened, newest last (`desk.undo`)."""
        self.undone: list[Deed] = []
        """Takings back that can themselves be taken back, newest last; a new deed ends that."""
        self._in_deed: Deed | None = None
        self.as_known: datetime | None = None
        """The moment whose state this desk shows (`desk.known`); None: now."""

    @property
    def now(self) -> datetime:
        """The present moment on the desk's clock."""
        return self.clock()

    @property
    def can_change(self) -> bool:
        """Whether this user may change anything at all."""
        return may(self.actor, Role.OFFICER) and not self.store.database.read_only

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """A consistent look at the database."""
        with self._within_reach(), self.store.read() as reader:
            self._settings_of(reader)
            yield reader

    @contextmanager
    def work(self, role: Role = Role.OFFICER, *, deed: bool = True) -> Iterator[Work]:
        """A unit of work for a user who has `role`; `deed` is False for what only follows from
        what was done before, so that nobody takes it back by itself.

        Raises RuleSaysNo for a user who has not, StorageProblem when the database refuses.
        """
        if self.as_known is not None:
            raise RuleSaysNo(msg("this is what was known then: nothing can be changed in it"))
        self.need(role)
        with self._within_reach(), self.store.write(self.actor) as work:
            self._settings_of(work)
            yield work
        if deed:
            self._remember(work.changes, role)

    @contextmanager
    def deed(self) -> Iterator[None]:
        """All units of work within are one deed: they are taken back together."""
        if self._in_deed is not None:
            yield
            return
        from orderdesk.store.changes import Changes

        made = self._in_deed = Deed(Changes(), Role.OFFICER, self.now)
        try:
            yield
        finally:
            self._in_deed = None
            self._keep_deed(made)

    def _remember(self, changes: Changes, role: Role) -> None:
        if self._in_deed is None:
            self._keep_deed(Deed(changes, role, self.now))
            return
        self._in_deed.changes.add(changes)
        if self._in_deed.role in _INCLUDES[role]:
            self._in_deed.role = role

    def _keep_deed(self, deed: Deed) -> None:
        if deed.changes.erased:  # what was destroyed by law must not live on here
            self.deeds = [Deed(type(deed.changes)(erased=True), deed.role, deed.at)]
            self.undone = []
        elif deed.changes:
            self.deeds = [*self.deeds[1 - _DEEDS_KEPT :], deed]
            self.undone = []

    def _settings_of(self, reader: Reader) -> None:
        """Put this desk's own parameters in force, if they aren't: another desk, or somebody else
        at this one, may have changed what holds in this process."""
        token = (self.store.database.url, reader.meta(SETTINGS_REVISION))
        if reference.token_in_force() != token:
            reference.put_in_force(
                token,
                by_file({r.key: r.doc["value"] for r in reader.records(SETTING)})
                if token[1]
                else {},
            )

    @contextmanager
    def _within_reach(self) -> Iterator[None]:
        """Notice that the database is gone; from then on answer at once instead of waiting."""
        if self.away is not None:
            raise self.away
        try:
            yield
        except OutOfReach as problem:
            self.away, self.away_since = problem, self.now
            raise

    def knock(self) -> bool:
        """Try whether the database answers again. May wait for seconds: not on a screen's thread.

        A read is not enough: a file that another program holds can be read, but not written.
        """
        before, since = self.away, self.away_since
        self.away = None
        try:
            if self.can_change:
                with self.work() as work:
                    work.meta("installation")
            else:
                with self.read() as reader:
                    reader.meta("installation")
        except OutOfReach:
            self.away, self.away_since = self.away or before, since
            return False
        except StorageProblem:
            pass
        self.away_since = None
        return True

    def need(self, role: Role) -> None:
        """Raise RuleSaysNo unless this user has `role`."""
        if not may(self.actor, role):
            raise RuleSaysNo(
                msg(
                    "{name} is signed in as {have}; this needs a {role}",
                    name=self.actor.name,
                    have=_(ROLE_NAMES[self.actor.role]),
                    role=_(ROLE_NAMES[role]),
                )
            )


def authority(by: Actor, *roles: Role) -> Actor:
    """`by`, if that person holds one of `roles`. Raises RuleSaysNo."""
    if not by.name:
        raise RuleSaysNo(msg("name who authorises this"))
    if not any(may(by, role) for role in roles):
        raise RuleSaysNo(
            msg(
                "{name} ({have}) can't authorise this; it takes a {roles}",
                name=by.name,
                have=_(ROLE_NAMES[by.role]),
                roles=" / ".join(_(ROLE_NAMES[role]) for role in roles),
            )
        )
    return by


class DemoClock:
    """A clock that runs from a chosen moment: the demonstration week plays in its own time."""

    def __init__(self, start: datetime) -> None:
        self._start, self._since = start, datetime.now(UTC)
        self._frozen: datetime | None = None

    def __call__(self) -> datetime:
        """The moment in the demonstration's time."""
        return self._frozen or self._start + (datetime.now(UTC) - self._since)

    def set(self, moment: datetime) -> None:
        """Stand still at `moment` until set again (a script plays the week)."""
        self._frozen = moment

    def run_from(self, moment: datetime) -> None:
        """Run on from `moment`."""
        self._start, self._since, self._frozen = moment, datetime.now(UTC), None

    def tick(self, seconds: float = 1) -> None:
        """Move a standing clock on."""
        self._frozen = self() + timedelta(seconds=seconds)


def system_clock() -> datetime:
    """The clock of the machine."""
    return datetime.now(UTC)


def counting_ids(prefix: str) -> NewId:
    """Ids in a row (demo-1, demo-2, ...): the same job gives the same bytes."""
    count = iter(range(1, 10**9))
    return lambda: f"{prefix}-{next(count):06d}"
