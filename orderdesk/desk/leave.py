"""Leave requests, answered with what is known of those days, and looked at again when that changes.

What stands here is that somebody asked for days off and what was answered; nobody asks why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from orderdesk.desk import capacity, forecasting, words
from orderdesk.desk.availability import ABSENCE
from orderdesk.desk.core import Desk
from orderdesk.desk.rostering import touching
from orderdesk.domain.people import Absence, AbsenceCause, Duty, DutyStatus, Role
from orderdesk.domain.time import Span, at
from orderdesk.domain.when import read_when
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, _, msg

if TYPE_CHECKING:
    from orderdesk.calendars.feed import Leave
    from orderdesk.store.work import Reader

LEAVE = "leave"
ANSWERS = {"granted": N_("granted"), "refused": N_("refused")}


@dataclass(frozen=True)
class DayPicture:
    """What is known of one day, for one answer."""

    person_id: str
    day: date
    cases: tuple[str, ...]
    """Numbers of gatherings and events that stand there."""
    duty: Duty | None
    """What this person works that day."""
    least_left: int
    """The fewest left in any hour with a waterline, this person gone."""
    waterline: int
    outlook: forecasting.DayOutlook | None
    """None while there is no history to learn from."""

    @property
    def tight(self) -> bool:
        """Whether the day would fall below its waterline without this person."""
        return self.least_left < self.waterline

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "who": self.person_id,
            "day": self.day.isoformat(),
            "cases": list(self.cases),
            "works": self.duty is not None,
            "least_left": self.least_left,
            "waterline": self.waterline,
            "tight": self.tight,
        }

    def lines(self) -> Iterator[str]:
        """For the planner: this day only."""
        yield f"{self.person_id}  {words.day(self.day)}"
        yield (
            _("stands there: {numbers}").format(numbers=", ".join(self.cases))
            if self.cases
            else _("no case stands there yet")
        )
        if self.duty is None:
            yield _("does not work that day")
        else:
            yield _("would work {hours}").format(hours=touching.hours_text(self.duty))
        mark = "▲ " if self.tight else ""
        yield mark + _("without this person {n} left where {least} must stay").format(
            n=self.least_left, least=self.waterline
        )
        if self.outlook is not None:
            yield from self.outlook.lines()


@dataclass(frozen=True)
class Answer:
    """What was answered, and what landed on the day since."""

    id: str
    person_id: str
    day: date
    answer: str
    answered_at: datetime
    landed_since: tuple[str, ...]
    """Ids of cases that stand on the day now and didn't then."""
    numbers: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "who": self.person_id,
            "day": self.day.isoformat(),
            "answer": self.answer,
            "answered_at": self.answered_at.isoformat(),
            "landed_since": list(self.numbers),
        }

    def line(self) -> str:
        """For the planner."""
        text = _("leave of {who} on {day}: {answer}").format(
            who=self.person_id, day=words.day(self.day), answer=_(ANSWERS[self.answer])
        )
        if self.landed_since:
            text += " · " + _("look again: {numbers}").format(numbers=", ".join(self.numbers))
        return text


def read_day(desk: Desk, text: str) -> date:
    """The day of a request. Raises BadInput."""
    if not text.strip():
        raise BadInput(N_("day"), "", msg("Say which day, such as 25 jun."))
    return read_when(text, desk.now, "day").day


def look(desk: Desk, person_id: str, day: date) -> DayPicture:
    """What is known of that day, and of no other. Raises BadInput for an unknown person."""
    from orderdesk.desk.strength import strength_in

    try:
        outlook = forecasting.day_outlook(desk, day)
    except RuleSaysNo:
        outlook = None
    with desk.read() as reader:
        person = touching.person_in(reader, person_id)
        duty = _duty_on(reader, person.id, day)
        asked = [hour for hour in strength_in(reader, day).hours if hour.least]
        gone = [
            hour.left - (duty is not None and duty.start < hour.end and hour.start < duty.end)
            for hour in asked
        ]
        return DayPicture(
            person_id=person.id,
            day=day,
            cases=tuple(number for _id, number in _cases_on(reader, day)),
            duty=duty,
            least_left=min(gone, default=0),
            waterline=max((hour.least for hour in asked), default=0),
            outlook=outlook,
        )


def answer(desk: Desk, values: Mapping[str, str]) -> str:
    """Answer a request; granted leave takes the shift of that day off the roster.

    Keys: who, day, answer (granted, refused). Raises BadInput, RuleSaysNo for somebody who is
    deployed that day.
    """
    if values.get("answer") not in ANSWERS:
        known = ", ".join(ANSWERS)
        raise BadInput(N_("answer"), values.get("answer", ""), msg("Choose one of: {known}.",
                                                                   known=known))  # fmt: skip
    day = read_day(desk, values.get("day", ""))
    desk.need(Role.PLANNER)
    with desk.read() as reader:
        person = touching.person_in(reader, values.get("who", ""))
        duty = _duty_on(reader, person.id, day)
    id = f"{person.id}/{day}"
    with desk.deed():
        if values["answer"] == "granted" and duty is not None:
            touching.make_touch(desk, touching.look_at_off(desk, duty.id))
        _keep_answer(desk, person.id, day, values["answer"])
    return id


def _keep_answer(desk: Desk, person_id: str, day: date, given: str) -> None:
    id = f"{person_id}/{day}"
    with desk.work(Role.PLANNER) as work:
        before = work.record(LEAVE, id)
        doc = {
            "person_id": person_id, "day": day.isoformat(), "answer": given,
            "at": work.now.isoformat(), "by": desk.actor.name,
            "cases": [case_id for case_id, _number in _cases_on(work, day)],
            "sequence": before.doc["sequence"] + 1 if before else 0,
        }  # fmt: skip
        work.put(LEAVE, id, doc)
        if given == "granted":
            absence = Absence(id=f"leave-{id}", person_id=person_id, first=day, last=day,
                              cause=AbsenceCause.LEAVE)  # fmt: skip
            work.put(ABSENCE, absence.id, absence.model_dump(mode="json"))
        else:
            work.drop(ABSENCE, f"leave-{id}")
        work.note(LEAVE, f"person:{person_id}", {"day": doc["day"], "answer": given})


def answers(desk: Desk) -> list[Answer]:
    """All answers for days to come, those to look at again first."""
    with desk.read() as reader:
        found = [a for a in answers_in(reader) if at(a.day, "23:59") > desk.now]
    return sorted(found, key=lambda a: (not a.landed_since, a.day, a.person_id))


def answer_of(desk: Desk, id: str) -> Answer:
    """The answer that `answer` gave the id of."""
    with desk.read() as reader:
        return next(found for found in answers_in(reader) if found.id == id)


def answers_in(reader: Reader) -> list[Answer]:
    """All answers, by person and day, with what landed on the day since."""
    found = []
    for record in reader.records(LEAVE):
        day = date.fromisoformat(record.doc["day"])
        new = [(id, n) for id, n in _cases_on(reader, day) if id not in record.doc["cases"]]
        found.append(
            Answer(
                id=record.key,
                person_id=record.doc["person_id"],
                day=day,
                answer=record.doc["answer"],
                answered_at=datetime.fromisoformat(record.doc["at"]),
                landed_since=tuple(id for id, _number in new),
                numbers=tuple(number for _id, number in new),
            )
        )
    return found


def granted_in(reader: Reader) -> Sequence[Leave]:
    """Granted leave, for the calendars: the days, never a cause."""
    from orderdesk.calendars.feed import Leave

    return [
        Leave(
            id=f"leave-{record.key.replace('/', '-')}",
            person_id=record.doc["person_id"],
            first=date.fromisoformat(record.doc["day"]),
            last=date.fromisoformat(record.doc["day"]),
            sequence=record.doc["sequence"],
            changed_at=datetime.fromisoformat(record.doc["at"]),
            cancelled=record.doc["answer"] != "granted",
        )
        for record in reader.records(LEAVE)
        if record.doc["answer"] == "granted" or record.doc["sequence"]
    ]


def _cases_on(reader: Reader, day: date) -> list[tuple[str, str]]:
    whole = Span.of_day(day)
    return [
        (case.id, case.number)
        for case in reader.cases(start=whole.start, end=whole.end)
        if case.status not in capacity.CLOSED_STATUSES
    ]


def _duty_on(reader: Reader, person_id: str, day: date) -> Duty | None:
    whole = Span.of_day(day)
    near = reader.duties(start=whole.start, end=whole.end, person_id=person_id)
    standing = (d for d in near if d.status is not DutyStatus.CANCELLED and d.start >= whole.start)
    return next(standing, None)
