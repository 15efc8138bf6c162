"""What changed between two publications of a feed, and who has to be phoned about it.

Subscribed clients read a feed again when they like, so nobody may rely on them for work that
begins soon.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from orderdesk.calendars.entry import Entry, entries_of
from orderdesk.calendars.settings import CalendarSettings
from orderdesk.domain.time import local
from orderdesk.i18n import Msg, msg


class What(StrEnum):
    """What a subscriber notices."""

    ADDED = "added"
    CALLED_OFF = "called_off"
    TIME = "time"
    PLACE = "place"
    TASK = "task"


@dataclass(frozen=True)
class Change:
    """One entry that differs between two publications."""

    uid: str
    what: frozenset[What]
    before: Entry | None
    after: Entry | None

    @property
    def moment(self) -> datetime:
        """When it first matters: the earlier of the old and the new beginning."""
        return min(entry.begins for entry in (self.before, self.after) if entry)

    @property
    def over(self) -> datetime:
        """When it no longer matters: the later of the old and the new end."""
        return max(entry.ends for entry in (self.before, self.after) if entry)


def difference(old: bytes, new: bytes) -> tuple[Change, ...]:
    """What a subscriber of the feed notices between `old` and `new`, in order of time.

    An entry that only left because it was cancelled and is past is no change.
    """
    before, after = entries_of(old), entries_of(new)
    changes = (_change(uid, before.get(uid), after.get(uid)) for uid in before.keys() | after)
    return tuple(sorted((c for c in changes if c.what), key=lambda c: (c.moment, c.uid)))


def _change(uid: str, before: Entry | None, after: Entry | None) -> Change:
    was_on = before is not None and not before.cancelled
    is_on = after is not None and not after.cancelled
    what: set[What] = set()
    if is_on and not was_on:
        what.add(What.ADDED)
    elif was_on and not is_on:
        what.add(What.CALLED_OFF)
    elif is_on and before and after:
        if (before.start, before.end) != (after.start, after.end):
            what.add(What.TIME)
        if before.place != after.place:
            what.add(What.PLACE)
        # The description repeats time and place: alone it counts only when those are the same.
        same_rest = before.description == after.description or what
        if before.title != after.title or not same_rest:
            what.add(What.TASK)
    return Change(uid, frozenset(what), before, after)


@dataclass(frozen=True)
class Subscriber:
    """What is known of the client behind somebody's feed address."""

    client: str = ""
    """Id of a client kind of `data/calendars.toml`; "" for an unknown one."""
    last_fetched: datetime | None = None


@dataclass(frozen=True)
class Call:
    """One person to be told of one change."""

    person_id: str
    change: Change
    phone: bool
    """False where the client will very likely have read the change in time."""
    reason: Msg
    amber_at: datetime
    """From when the line is amber, unless somebody ticked that the person was told."""


def call_list(
    changes: Mapping[str, Iterable[Change]],
    clients: Mapping[str, Subscriber],
    now: datetime,
    settings: CalendarSettings,
) -> tuple[Call, ...]:
    """Who must be told of changes published at `now`, the most urgent first.

    `changes` holds the differences of each person's own feed by person id. Only work that is
    going on or begins (or would have begun) within the hours of the settings counts. Somebody
    needs a call unless their client, at the pace it usually keeps, reads the feed in good time.
    """
    horizon = now + timedelta(hours=settings.call_within_hours)
    amber_at = now + timedelta(minutes=settings.amber_after_minutes)
    calls = []
    for person_id, own in changes.items():
        subscriber = clients.get(person_id, Subscriber())
        for change in own:
            if change.moment <= horizon and change.over > now:
                phone, reason = reach(subscriber, change.moment, now, settings)
                calls.append(Call(person_id, change, phone, reason, amber_at))
    return tuple(sorted(calls, key=lambda c: (not c.phone, c.change.moment, c.person_id)))


def reach(
    subscriber: Subscriber, moment: datetime, now: datetime, settings: CalendarSettings
) -> tuple[bool, Msg]:
    """Whether a call is needed for work at `moment`, and why (`subscriber` last fetched before)."""
    if subscriber.last_fetched is None:
        return True, msg("The calendar was never fetched.")
    fetched = f"{local(subscriber.last_fetched):%d-%m %H:%M}"
    kind = next((k for k in settings.clients if k.id == subscriber.client), None)
    if kind is None or kind.usual_minutes is None:
        return True, msg("Last fetched {fetched}; nobody knows when next.", fetched=fetched)
    pace = timedelta(minutes=kind.usual_minutes)
    # A client that missed its last turn keeps no pace one could rely on.
    if subscriber.last_fetched + 2 * pace < now:
        return True, msg("Last fetched {fetched}; it is overdue.", fetched=fetched)
    expected = max(subscriber.last_fetched + pace, now)
    latest = moment - timedelta(minutes=settings.certain_before_start_minutes)
    if expected > latest:
        return True, msg(
            "Fetches about every {minutes} minutes: too late to rely on.",
            minutes=kind.usual_minutes,
        )
    return False, msg(
        "Fetched {fetched}, about every {minutes} minutes: will see it in time.",
        fetched=fetched,
        minutes=kind.usual_minutes,
    )
