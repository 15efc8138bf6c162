"""What changed in a feed, and who has to be phoned."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from orderdesk.calendars.changes import Subscriber, What, call_list, difference
from orderdesk.calendars.feed import FeedKind, write_feed
from orderdesk.domain.people import Duty, DutyStatus, Task

from .world import NOW, PEOPLE, PUBLISHER, SETTINGS, duty, task


def published(*duties: Duty, now: datetime = NOW, previous: bytes = b"") -> bytes:
    return write_feed(
        duties,
        PEOPLE,
        kind=FeedKind.PERSON,
        title="feed",
        publisher=PUBLISHER,
        now=now,
        previous=previous,
    )


@pytest.mark.parametrize(
    ("new", "what"),
    [
        (duty(end=duty().end + timedelta(hours=1)), {What.TIME}),
        (duty(place="Wyck"), {What.PLACE}),
        (duty(tasks=(task("14:45", "17:45", Task.TRAFFIC),)), {What.TASK}),
        (
            duty(
                start=duty().start - timedelta(hours=1),
                tasks=(task("14:45", "17:45", Task.TRAFFIC),),
            ),
            {What.TIME, What.TASK},
        ),
        (duty(status=DutyStatus.CANCELLED), {What.CALLED_OFF}),
    ],
)
def test_each_kind_of_change_is_named(new: Duty, what: set[What]) -> None:
    [change] = difference(published(duty()), published(new))
    assert change.what == what


def test_added_and_withdrawn_duties_are_changes_and_old_age_is_not() -> None:
    [added] = difference(b"", published(duty()))
    assert added.what == {What.ADDED}
    old = published(duty())
    [gone] = difference(old, published(previous=old))
    assert gone.what == {What.CALLED_OFF}
    cancelled = published(duty(status=DutyStatus.CANCELLED))
    assert difference(cancelled, published()) == ()
    assert difference(old, old) == ()


def test_a_duty_moved_to_earlier_matters_from_its_new_beginning() -> None:
    early = duty(start=duty().start - timedelta(hours=5))
    [change] = difference(published(duty()), published(early))
    assert change.moment == early.start


def _calls(subscriber: Subscriber | None, shift: str = "L") -> tuple[bool, str]:
    old = duty(shift=shift)
    new = duty(shift=shift, tasks=(task("14:45", "17:45", Task.SUPERVISION),))
    changes = {"B07": difference(published(old), published(new))}
    clients = {"B07": subscriber} if subscriber else {}
    [call] = call_list(changes, clients, NOW, SETTINGS)
    assert call.amber_at == NOW + timedelta(minutes=30)
    return call.phone, str(call.reason)


def test_a_client_that_reads_in_time_needs_no_call() -> None:
    phone, reason = _calls(Subscriber("apple", NOW - timedelta(minutes=12)))
    assert not phone
    assert "13:35" in reason


@pytest.mark.parametrize(
    "subscriber",
    [
        None,
        Subscriber(),
        Subscriber("google", NOW - timedelta(hours=7)),
        Subscriber("outlook", NOW - timedelta(minutes=20)),
        Subscriber("apple", NOW - timedelta(hours=5)),
        Subscriber("unheard-of", NOW),
    ],
)
def test_everybody_else_is_phoned(subscriber: Subscriber | None) -> None:
    assert _calls(subscriber)[0]


def test_somebody_at_work_now_is_phoned_whatever_the_client() -> None:
    assert _calls(Subscriber("apple", NOW - timedelta(minutes=1)), shift="F")[0]


def test_only_the_next_day_counts_and_the_most_urgent_comes_first() -> None:
    def change(person: str, hours: int) -> Duty:
        start = NOW + timedelta(hours=hours)
        return duty(person, start=start, end=start + timedelta(hours=8))

    changes = {
        person: difference(b"", published(change(person, hours)))
        for person, hours in {"B01": 30, "B02": 20, "B03": 2, "B04": 6, "B05": -9}.items()
    }
    clients = {"B02": Subscriber("apple", NOW)}
    listed = [(c.person_id, c.phone) for c in call_list(changes, clients, NOW, SETTINGS)]
    assert listed == [("B03", True), ("B04", True), ("B02", False)]


def test_clients_are_known_by_the_name_they_ask_under() -> None:
    assert SETTINGS.client_of("Google-Calendar-Importer (https://example)") == "google"
    assert SETTINGS.client_of("iOS/17.5 (21F79) dataaccessd/1.0") == "apple"
    assert SETTINGS.client_of("curl/8") == ""
