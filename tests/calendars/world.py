"""Duties, people and labels that the calendar tests share. All people are made up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from orderdesk import reference
from orderdesk.calendars.feed import Labels, Publisher
from orderdesk.calendars.settings import CalendarSettings
from orderdesk.domain.people import Duty, Person, Task, TaskSpan
from orderdesk.domain.time import at

CHANGED = datetime(2026, 5, 11, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 6, 9, 11, 47, tzinfo=UTC)  # 13:47 in Amsterdam
DAY = date(2026, 6, 9)
SETTINGS = reference.load("calendars", CalendarSettings)
LABELS = Labels(
    shift=lambda code: {"E": "Early", "L": "Late", "F": "Flex", "N": "Night"}.get(code, code),
    task=lambda task: task.value.replace("_", " "),
)
PUBLISHER = Publisher("desk.example", LABELS, SETTINGS)
PEOPLE = {
    f"B{i:02d}": Person(
        id=f"B{i:02d}", name=f"Person {i}", team="Enforcement", contract_minutes=36 * 60
    )
    for i in range(1, 25)
}


def duty(person: str = "B07", day: date = DAY, shift: str = "L", **changes: object) -> Duty:
    start, end = {
        "E": ("07:00", "15:30"),
        "L": ("14:30", "23:00"),
        "F": ("11:00", "19:30"),
        "N": ("22:00", "06:00"),
    }[shift]
    last = day + timedelta(days=1) if shift == "N" else day
    made = Duty(
        id=f"{person}-{day:%Y%m%d}",
        person_id=person,
        shift=shift,
        start=at(day, start),
        end=at(last, end),
        changed_at=CHANGED,
        place="Centrum",
    )
    return made.replace(**changes) if changes else made


def task(
    start: str, end: str, what: Task, day: date = DAY, case: str = "", place: str = ""
) -> TaskSpan:
    return TaskSpan(start=at(day, start), end=at(day, end), task=what, case_id=case, place=place)
