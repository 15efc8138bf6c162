"""Strength by hour: it sums, and a small group shows no cause."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from orderdesk.desk.strength import _hour, shown_counts
from orderdesk.domain.people import Duty, DutyStatus, Task, TaskSpan
from orderdesk.domain.time import at

DAY = date(2026, 6, 10)


def duty(n: int, start: int, end: int, sent: tuple[int, int] | None = None) -> Duty:
    tasks = []
    if sent:
        tasks.append(
            TaskSpan(start=at(DAY, f"{sent[0]:02d}:00"), end=at(DAY, f"{sent[1]:02d}:00"),
                     task=Task.TRAFFIC, case_id="c")
        )  # fmt: skip
    return Duty(id=str(n), person_id=f"B{n:02d}", shift="E", start=at(DAY, f"{start:02d}:00"),
                end=at(DAY, f"{end:02d}:00"), tasks=tuple(tasks), place="Centrum",
                changed_at=at(DAY, "00:00"))  # fmt: skip


@given(
    there=st.lists(st.tuples(st.integers(6, 14), st.integers(15, 22), st.booleans()), max_size=9),
    gone=st.integers(0, 4),
    hour=st.integers(6, 22),
)
def test_an_hour_sums_and_hides_small_groups(
    there: list[tuple[int, int, bool]], gone: int, hour: int
) -> None:
    on = [duty(n, a, b, (a, b) if sent else None) for n, (a, b, sent) in enumerate(there)]
    away = [duty(50 + n, 7, 16).replace(status=DutyStatus.CANCELLED) for n in range(gone)]
    found = _hour("Centrum", at(DAY, f"{hour:02d}:00"), on, away, {"B00"}, 4, 5)
    assert found.left == found.rostered - found.absent - found.deployed >= 0
    assert found.short == max(0, 4 - found.left)
    if 0 < found.rostered < 5:
        assert shown_counts(found) == ("·", "·")
        assert found.as_json()["other_absence"] is None
    else:
        assert shown_counts(found) == (str(found.rostered), str(found.absent))


def test_the_fewest_count_where_somebody_leaves_in_the_hour() -> None:
    leaver = duty(1, 7, 15).replace(end=at(DAY, "14:30"))
    stays = [duty(n, 7, 18) for n in range(2, 8)]
    found = _hour("Centrum", at(DAY, "14:00"), [leaver, *stays], [], set(), 4, 5)
    assert (found.rostered, found.left) == (6, 6)
