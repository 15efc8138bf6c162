"""Staff, what they can do, and the duties they get."""

from __future__ import annotations

from datetime import time
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from orderdesk.domain.events import Name, Text
from orderdesk.domain.time import Frozen, Moment, elapsed_minutes
from orderdesk.i18n import pick
from orderdesk.reference import LocalText, ReferenceFile, Strict


class Skill(StrEnum):
    """What a person is qualified for."""

    BOA = "boa"  # enforcement officer, domain I
    COORDINATOR = "coordinator"
    DIALOGUE = "dialogue"
    TRAFFIC = "traffic"


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
    weekdays: frozenset[Annotated[int, Field(ge=0, le=6)]]

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
    def paid_minutes(self) -> int:
        """Elapsed minutes less the break."""
        return elapsed_minutes(self.start, self.end) - self.break_minutes
