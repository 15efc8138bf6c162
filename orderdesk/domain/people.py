"""Staff, what they can do, and the duties they get."""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from orderdesk.domain.events import Name, Text
from orderdesk.domain.time import Frozen, Moment, Span, elapsed_minutes
from orderdesk.i18n import pick
from orderdesk.reference import LocalText, ReferenceFile, Strict


class Skill(StrEnum):
    """What a person is qualified for."""

    BOA = "boa"  # enforcement officer, domain I
    COORDINATOR = "coordinator"
    DIALOGUE = "dialogue"
    TRAFFIC = "traffic"
    FLEX = "flex"  # agreed to be moved within the week


class Role(StrEnum):
    """What a user of the desk may do; each includes what stands above it except DECIDER."""

    READER = "reader"
    OFFICER = "officer"  # desk officer
    PLANNER = "planner"
    LEAD = "lead"  # team lead: authorises
    DECIDER = "decider"  # mayor, or who decides for the mayor


class Actor(Frozen):
    """Who does it: the signed-in user, or somebody whose authority is named."""

    name: Name
    role: Role


Weekday = Annotated[int, Field(ge=0, le=6)]
"""0 is Monday."""


class Person(Frozen):
    """A member of a team. Sickness and other causes of absence are not kept here."""

    id: str
    """Service number: B01."""
    name: Name
    team: str
    skills: frozenset[Skill] = frozenset({Skill.BOA})
    contract_minutes: Annotated[int, Field(ge=0, le=60 * 60)]
    """Per week."""
    theme: str = ""
    """Safety theme (id of `data/themes.toml`) that the hours belong to by default."""
    district: Name = ""
    """Home district: where this person knows the streets."""
    weekdays: frozenset[Weekday] = frozenset(range(7))
    """Days on which this person can be rostered."""
    since: date | None = None
    until: date | None = None
    """First and last day in the team; none: always, or with no end known."""
    version: int = 1

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.since and self.until and self.until < self.since:
            raise ValueError("the last day must not come before the first")
        return self

    def serves(self, day: date) -> bool:
        """Whether this person is in the team on `day`, available or not."""
        return not (self.since and day < self.since) and not (self.until and day > self.until)

    def serves_between(self, first: date, last: date) -> bool:
        """Whether this person is in the team on a day from `first` to `last`."""
        return not (self.since and self.since > last) and not (self.until and self.until < first)

    def can_work(self, day: date) -> bool:
        """Whether this person could be rostered on `day`, absences aside."""
        return self.serves(day) and day.weekday() in self.weekdays

    @property
    def day_minutes(self) -> int:
        """Contract minutes that one day's absence takes: the week over the usual five days, or
        over the days of availability where those are fewer."""
        return round(self.contract_minutes / (min(5, len(self.weekdays)) or 1))


class AbsenceCause(StrEnum):
    """Why somebody is away, as far as it is kept: sickness is `OTHER`, by law and on purpose."""

    LEAVE = "leave"
    TRAINING = "training"
    OTHER = "other"


class Absence(Frozen):
    """Whole days on which somebody can't be rostered."""

    id: str
    person_id: str
    first: date
    last: date
    cause: AbsenceCause
    version: int = 1

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.last < self.first:
            raise ValueError("the last day must not come before the first")
        return self

    def covers(self, day: date) -> bool:
        """Whether `day` lies in it."""
        return self.first <= day <= self.last


class OnCall(Frozen):
    """A spell of being on call (consignatie, ATW 5:9): reachable, and at work when called."""

    id: str
    """Stable for life: the calendar UID is made from it."""
    person_id: str
    start: Moment
    end: Moment
    sequence: Annotated[int, Field(ge=0)] = 0
    """One higher with each change, as calendars want it."""
    changed_at: Moment

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.end <= self.start:
            raise ValueError("a spell must end after it starts")
        return self

    @property
    def span(self) -> Span:
        """When it is."""
        return Span(start=self.start, end=self.end)


class Request(Frozen):
    """What somebody asks of the roster: a day off (no shift), or a shift on that day."""

    id: str
    person_id: str
    day: date
    shift: str = ""
    wanted: bool = True
    """False: rather not that shift."""
    weight: Annotated[int, Field(ge=1, le=5)] = 3
    """1 would be nice, 5 matters most; the price of a wish is multiplied by it."""
    version: int = 1


class ShiftType(Frozen):
    """A kind of shift of the team: early, late, flex, Sunday."""

    id: str
    name: str
    start: time
    end: time
    """On the next day when not after `start`."""
    break_minutes: Annotated[int, Field(ge=0, le=240)] = 30
    reserve: bool = False
    """Whether its hours belong to the flexible reserve."""


class ShiftPattern(Strict):
    """A shift of the team, where it is worked and on which weekdays (0 is Monday)."""

    id: str
    name: LocalText
    start: time
    end: time
    break_minutes: Annotated[int, Field(ge=0, le=240)] = 30
    place: str = ""
    reserve: bool = False
    weekdays: frozenset[Weekday]

    @property
    def type(self) -> ShiftType:
        """The shift itself."""
        return ShiftType(
            id=self.id,
            name=pick(self.name),
            start=self.start,
            end=self.end,
            break_minutes=self.break_minutes,
            reserve=self.reserve,
        )


class ShiftBook(ReferenceFile):
    """`data/shifts.toml`."""

    shifts: tuple[ShiftPattern, ...]

    def name_of(self, id: str) -> str:
        """The shift's name in the reader's language; its id where it is not known."""
        return next((pick(shift.name) for shift in self.shifts if shift.id == id), id)

    def sign_of(self, id: str) -> str:
        """One letter for a cell: the first of the shift's name in the reader's language (V for
        Vroeg), its id where two names begin alike or it is not known."""
        letter = self.name_of(id)[:1].upper()
        alike = sum(pick(shift.name)[:1].upper() == letter for shift in self.shifts)
        return letter if alike == 1 else id

    def id_of(self, text: str) -> str:
        """The id of the shift that somebody means by its sign, name or id; "" for none."""
        meant = text.strip().casefold()
        for shift in self.shifts:
            names = (self.sign_of(shift.id), self.name_of(shift.id), shift.id)
            if meant in (name.casefold() for name in names):
                return shift.id
        return ""


class Task(StrEnum):
    """What somebody does at a deployment. The first group is lawful for a BOA, the second not."""

    SUPERVISION = "supervision"  # toezicht
    TRAFFIC = "traffic"
    PUBLIC_INFORMATION = "public_information"
    WASTE = "waste"  # afval, terras
    HOST = "host"  # gastheer
    THEME_WORK = "theme_work"
    RESERVE = "reserve"  # on a flex shift, not yet called
    RESTORE_ORDER = "restore_order"
    SEPARATE_GROUPS = "separate_groups"
    ARREST = "arrest"
    RIOT_POLICE = "riot_police"  # ME


class TaskSpan(Frozen):
    """A part of a duty that is spent on one task."""

    start: Moment
    end: Moment
    task: Task
    theme: str = ""
    case_id: str = ""
    place: Name = ""


class DutyStatus(StrEnum):
    """Whether the duty stands."""

    PLANNED = "planned"
    CANCELLED = "cancelled"
    WORKED = "worked"


class Duty(Frozen):
    """One person's shift: what a roster cell, a calendar entry and the ledger speak of."""

    id: str
    """Stable for life: the calendar UID is made from it."""
    person_id: str
    shift: str
    """Id of the shift type, or "X" for hours of its own."""
    start: Moment
    end: Moment
    break_minutes: Annotated[int, Field(ge=0, le=240)] = 30
    tasks: tuple[TaskSpan, ...] = ()
    place: Name = ""
    status: DutyStatus = DutyStatus.PLANNED
    sequence: int = 0
    """Rises by one with each published change of time, place, status or task."""
    changed_at: Moment
    """Moment of the last published change (LAST-MODIFIED and DTSTAMP)."""
    pinned: bool = False
    note: Text = ""

    @property
    def is_flex(self) -> bool:
        """Whether a part of it waits in the reserve to be called."""
        return any(task.task is Task.RESERVE for task in self.tasks)

    @property
    def paid_minutes(self) -> int:
        """Elapsed minutes less the break."""
        return elapsed_minutes(self.start, self.end) - self.break_minutes
