"""Who has heard of a change, who has not, and from when that is somebody else's trouble.

A change to work that begins soon waits until the calendar of the person was fetched after the
publication, or until somebody ticks that the person was told. Nothing else counts as heard.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from orderdesk.calendars.changes import Call, Change, Subscriber, What, reach
from orderdesk.calendars.settings import CalendarSettings
from orderdesk.domain.time import Frozen, Moment
from orderdesk.i18n import Msg, msg


class State(StrEnum):
    """How a change stands with the person it concerns."""

    TOLD = "told"  # somebody ticked it
    SEEN = "seen"  # the calendar was fetched after the publication
    IN_TIME = "in_time"  # the calendar program will very likely fetch it in time
    PHONE = "phone"
    AMBER = "amber"  # nobody has acknowledged it for too long
    LEAD = "lead"  # it is the team lead's now


HEARD = frozenset({State.TOLD, State.SEEN})


class ToTell(Frozen):
    """A published change of one person's work, kept until the work is over."""

    person_id: str
    uid: str
    what: tuple[What, ...]
    title: str
    moment: Moment
    """When it first matters."""
    over: Moment
    published_at: Moment
    digest: str
    """Of what the person should now know: the same again needs no second call."""
    told_at: Moment | None = None
    """When the person was last told anything of this entry."""
    told_by: str = ""
    told_digest: str = ""
    """What the person was told then."""

    @property
    def key(self) -> str:
        """One per person and entry of the calendar."""
        return f"{self.person_id}/{self.uid}"


@dataclass(frozen=True)
class Standing:
    """How a change stands now, and why."""

    call: ToTell
    state: State
    reason: Msg
    client: str
    fetched: datetime | None

    @property
    def heard(self) -> bool:
        """Whether the person knows."""
        return self.state in HEARD


def to_tell(call: Call, published_at: datetime, before: ToTell | None = None) -> ToTell:
    """What to keep of a call; `before` is what was kept of the same entry."""
    change = call.change
    shown = change.after or change.before
    return ToTell(
        person_id=call.person_id,
        uid=change.uid,
        what=tuple(sorted(change.what)),
        title=shown.title if shown else "",
        moment=change.moment,
        over=change.over,
        published_at=published_at,
        digest=_digest(change),
        told_at=before.told_at if before else None,
        told_by=before.told_by if before else "",
        told_digest=before.told_digest if before else "",
    )


def _digest(change: Change) -> str:
    now = change.after
    known = "off" if now is None or now.cancelled else f"{now.start}|{now.end}|{now.title}"
    place = "" if now is None or now.cancelled else now.place
    return hashlib.sha256(f"{known}|{place}".encode()).hexdigest()


def stand(
    call: ToTell, subscriber: Subscriber, now: datetime, settings: CalendarSettings
) -> Standing:
    """How a change stands at `now`."""
    state, reason = _state(call, subscriber, now, settings)
    return Standing(call, state, reason, subscriber.client, subscriber.last_fetched)


def _state(
    call: ToTell, subscriber: Subscriber, now: datetime, settings: CalendarSettings
) -> tuple[State, Msg]:
    fetched = subscriber.last_fetched
    if call.told_at is not None and call.told_digest == call.digest:
        # Told before this publication, the calendar may have said something else since.
        misled = fetched is not None and call.told_at < fetched < call.published_at
        if not misled:
            return State.TOLD, msg("Told by {name}.", name=call.told_by)
    if fetched is not None and fetched >= call.published_at:
        return State.SEEN, msg("The calendar was fetched after the change.")
    phone, reason = reach(subscriber, call.moment, now, settings)
    waited = now - call.published_at
    if waited >= timedelta(minutes=settings.escalate_after_minutes):
        return State.LEAD, reason
    if waited >= timedelta(minutes=settings.amber_after_minutes):
        return State.AMBER, reason
    return (State.PHONE if phone else State.IN_TIME), reason


_URGENCY = (State.LEAD, State.AMBER, State.PHONE, State.IN_TIME, State.SEEN, State.TOLD)


def by_urgency(standings: Iterable[Standing]) -> list[Standing]:
    """Whom to think of first: what waits longest unheard, then what begins first."""
    return sorted(
        standings, key=lambda s: (_URGENCY.index(s.state), s.call.moment, s.call.person_id)
    )
