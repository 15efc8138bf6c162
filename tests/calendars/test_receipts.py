"""Who has heard of a change, and from when it is somebody else's trouble."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from orderdesk.calendars.changes import Call, Subscriber, call_list, difference
from orderdesk.calendars.feed import FeedKind, write_feed
from orderdesk.calendars.receipts import State, ToTell, stand, to_tell
from orderdesk.domain.people import Task

from .world import NOW, PEOPLE, PUBLISHER, SETTINGS, duty, task


def change(task_name: Task = Task.TRAFFIC, start: str = "14:45") -> Call:
    def feed(*tasks: object) -> bytes:
        made = duty(tasks=tasks)
        return write_feed(
            [made], PEOPLE, kind=FeedKind.PERSON, title="f", publisher=PUBLISHER, now=NOW
        )

    changes = {"B07": difference(feed(), feed(task(start, "17:45", task_name)))}
    [call] = call_list(changes, {}, NOW, SETTINGS)
    return call


@pytest.mark.parametrize(
    ("minutes", "subscriber", "state"),
    [
        (0, Subscriber(), State.PHONE),
        (0, Subscriber("apple", NOW - timedelta(minutes=12)), State.IN_TIME),
        (29, Subscriber("google", NOW - timedelta(hours=7)), State.PHONE),
        (30, Subscriber("google", NOW - timedelta(hours=7)), State.AMBER),
        (30, Subscriber("apple", NOW - timedelta(minutes=12)), State.AMBER),
        (54, Subscriber(), State.AMBER),
        (55, Subscriber(), State.LEAD),
        (300, Subscriber("google", NOW + timedelta(minutes=2)), State.SEEN),
    ],
)
def test_unheard_turns_amber_and_then_the_leads(
    minutes: int, subscriber: Subscriber, state: State
) -> None:
    kept = to_tell(change(), NOW)
    found = stand(kept, subscriber, NOW + timedelta(minutes=minutes), SETTINGS)
    assert found.state is state
    told = kept.replace(told_at=NOW, told_by="Desk", told_digest=kept.digest)
    assert stand(told, subscriber, NOW + timedelta(hours=9), SETTINGS).state is State.TOLD


def test_the_same_again_needs_no_second_call_and_another_does() -> None:
    def state(call: ToTell, fetched: datetime | None = None) -> State:
        seen = Subscriber("google", fetched)
        return stand(call, seen, call.published_at, SETTINGS).state

    first = to_tell(change(), NOW)
    told = first.replace(told_at=NOW, told_by="Desk", told_digest=first.digest)
    other = to_tell(change(Task.HOST), NOW + timedelta(hours=1), told)
    assert state(other) is State.PHONE
    back = to_tell(change(), NOW + timedelta(hours=2), other)
    assert state(back) is State.TOLD
    # Whose calendar showed the other plan in between must hear that it is off.
    assert state(back, NOW + timedelta(minutes=90)) is State.PHONE
