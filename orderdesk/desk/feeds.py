"""Addresses of calendars: one per person, withdrawn one by one, opening one feed and nothing else.

The desk keeps a digest of an address, never the address: it is shown once, when it is made. What a
feed address gives is the calendar as it was last published.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk.core import Desk
from orderdesk.domain.people import Role
from orderdesk.errors import BadInput, StorageProblem
from orderdesk.i18n import N_, msg

if TYPE_CHECKING:
    from orderdesk.calendars.changes import Subscriber
    from orderdesk.calendars.settings import CalendarSettings
    from orderdesk.store.work import Reader, Work

FEED, ADDRESS, FETCHED = "feed", "feed_address", "feed_fetched"


def settings() -> CalendarSettings:
    """What this installation set about its calendars."""
    from orderdesk.calendars.settings import CalendarSettings

    found: CalendarSettings = reference.cached("calendars", CalendarSettings)
    return found


@dataclass(frozen=True)
class Address:
    """What is known of somebody's feed address."""

    person_id: str
    name: str
    issued_at: datetime | None
    """None: this person has no address."""
    client: str
    fetched: datetime | None

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "person": self.person_id,
            "issued_at": self.issued_at.isoformat() if self.issued_at else None,
            "client": self.client,
            "last_fetched": self.fetched.isoformat() if self.fetched else None,
        }


def addresses(desk: Desk) -> Sequence[Address]:
    """Everybody's address, without the address itself."""
    with desk.read() as reader:
        issued = {record.key: record.doc["issued_at"] for record in reader.records(ADDRESS)}
        seen = subscribers(reader)
        return [
            Address(
                person_id=person.id,
                name=person.name,
                issued_at=datetime.fromisoformat(issued[person.id])
                if person.id in issued
                else None,
                client=seen[person.id].client if person.id in seen else "",
                fetched=seen[person.id].last_fetched if person.id in seen else None,
            )
            for person in reader.people()
        ]


def subscribers(reader: Reader) -> dict[str, Subscriber]:
    """What is known of the program behind each person's address."""
    from orderdesk.calendars.changes import Subscriber

    return {
        record.key: Subscriber(record.doc["client"], datetime.fromisoformat(record.doc["at"]))
        for record in reader.records(FETCHED)
    }


def new_address(
    desk: Desk, person_id: str, token_bytes: Callable[[int], bytes] = secrets.token_bytes
) -> str:
    """A new address for one person; an earlier one of theirs no longer opens anything.

    The address is given once and can't be read back. Raises BadInput for an unknown person.
    """
    from orderdesk.calendars.feed import new_feed_key

    key = new_feed_key(token_bytes)
    with desk.work(Role.PLANNER) as work:
        person = _person(work, person_id)
        work.put(ADDRESS, person, {"digest": _digest(key), "issued_at": work.now.isoformat()})
        work.drop(FETCHED, person)
        work.note("feed.address", f"person:{person}", {"digest": _digest(key)})
    return f"{settings().address.rstrip('/')}/{key}.ics"


def withdraw(desk: Desk, person_id: str) -> None:
    """Close one person's address; nobody else's changes. Raises BadInput."""
    with desk.work(Role.PLANNER) as work:
        person = _person(work, person_id)
        if work.record(ADDRESS, person) is None:
            raise BadInput(N_("who"), person_id, msg("This person has no feed address."))
        work.drop(ADDRESS, person)
        work.drop(FETCHED, person)
        work.note("feed.withdrawn", f"person:{person}", {})


def _person(work: Work, person_id: str) -> str:
    wanted = person_id.strip().upper()
    if not any(person.id == wanted for person in work.people()):
        raise BadInput(N_("who"), person_id, msg("Nobody in the team has this number."))
    return wanted


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class Shelf:
    """The published feeds of a desk, for the server. Notes when each was last fetched."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def fetch(self, key: str, agent: str) -> bytes | None:
        """The published feed behind a key; None for a key that opens nothing (any more)."""
        # Keys are looked up by digest, so the time an answer takes says nothing about a key.
        asked = _digest(key)
        with self._desk.read() as reader:
            person = next(
                (r.key for r in reader.records(ADDRESS) if r.doc["digest"] == asked), None
            )
            kept = reader.record(FEED, f"person/{person}.ics") if person else None
        if person is None or kept is None:
            return None
        self._note_fetch(person, agent)
        content: str = kept.doc["ics"]
        return content.encode("utf-8")

    def _note_fetch(self, person: str, agent: str) -> None:
        if not self._desk.can_change:
            return
        try:
            with self._desk.work() as work:
                seen = {"at": work.now.isoformat(), "client": settings().client_of(agent)}
                work.put(FETCHED, person, seen)
        except StorageProblem:
            # A locked database must not keep anybody from their shifts: the next fetch counts.
            return
