"""What a score may see, and nothing else.

`Facts` has no field for purpose, viewpoint or name: what isn't here can't weigh (Wet openbare
manifestaties, article 5(3)). Organisers come as opaque keys, so that only their own record counts.
"""

from __future__ import annotations

import math
from datetime import date
from enum import IntEnum, StrEnum
from typing import Annotated, NewType, Self

from pydantic import Field, StringConstraints, model_validator

from orderdesk.domain.events import (
    EVENT_KINDS,
    Count,
    CounterGroup,
    Form,
    Incident,
    Kind,
    Sureness,
)
from orderdesk.domain.time import Frozen

OrganiserKey = NewType("OrganiserKey", str)
"""An id that says nothing about who it is: never a name."""
Key = Annotated[str, StringConstraints(max_length=200)]


class Facts(Frozen):
    """One gathering or event as the scorer sees it."""

    kind: Kind = Kind.DEMONSTRATION
    day: date
    form: Key = Form.STATIC
    """A `Form`, or another word that a register keeps."""
    size_low: Count | None = None
    size_high: Count | None = None
    counter: CounterGroup = CounterGroup.UNKNOWN
    counter_sureness: Sureness = Sureness.UNVERIFIED
    spot: Key = ""
    """Type of spot: square, street, station, motorway, government, embassy, asylum_centre, ..."""
    open_square: bool = False
    """An open place where public and gathering mix."""
    exits: Annotated[int, Field(ge=0, le=100)] | None = None
    """Ways out of the place."""
    shopping_sunday: bool = False
    night: bool = False
    """Any part between 23:00 and 06:00."""
    other_heavy_event: bool = False
    """A class B or C event, derby or other heavy gathering, same day and near."""
    organisers: tuple[OrganiserKey, ...] = ()
    place: Key = ""
    district: Key = ""

    @model_validator(mode="after")
    def _sizes_in_order(self) -> Self:
        low, high = self.size_low, self.size_high
        if low is not None and high is not None and high < low:
            raise ValueError("size_high must not lie below size_low")
        return self

    @property
    def size(self) -> float | None:
        """Middle of the size band (geometric), or None when no number is known."""
        return middle(self.size_low, self.size_high)

    @property
    def counter_state(self) -> str:
        """What the card asks of the counter-group: "unknown", or state and sureness."""
        return counter_state(self.counter, self.counter_sureness)


def counter_state(counter: CounterGroup, sureness: Sureness) -> str:
    """ "unknown", or state and sureness as "confirmed-A"."""
    if counter is CounterGroup.UNKNOWN:
        return "unknown"
    return f"{counter.value}-{sureness.value}"


def middle(low: int | None, high: int | None) -> float | None:
    """Geometric middle of two counts of people; the only one known; None without either."""
    if low is None or high is None:
        only = high if low is None else low
        return None if only is None else float(only)
    return math.sqrt(max(low, 1) * max(high, 1)) if low != high else float(low)


class PastEvent(Frozen):
    """One closed gathering: what history knows of it."""

    day: date
    known_from: date
    """First day on which its outcome was known to the desk."""
    outcome: Annotated[int, Field(ge=0, le=1)]
    """1 when there was disorder (any incident), else 0."""
    kind: Kind = Kind.DEMONSTRATION
    form: Key = Form.STATIC
    organisers: tuple[OrganiserKey, ...] = ()
    place: Key = ""
    district: Key = ""
    spot: Key = ""
    counter: CounterGroup = CounterGroup.UNKNOWN
    expected: Count | None = None
    turnout: Count | None = None
    incident: Incident = Incident.NONE
    case_id: str = ""
    """For looking the case up; never weighed."""

    @model_validator(mode="after")
    def _known_afterwards(self) -> Self:
        if self.known_from < self.day:
            raise ValueError("an outcome can't be known before the day itself")
        return self


class Phase(IntEnum):
    """Phase of social unrest (handelingskader maatschappelijke onrust)."""

    SIMMERING = 1  # sluimerend ongenoegen
    RISING = 2  # oplopende spanningen
    ESCALATION = 3  # escalatie
    AFTERMATH = 4  # na de escalatie


class SourceType(StrEnum):
    """Kind of source of a signal. Never a person, never an account."""

    AREA_STAFF = "area_staff"
    POLICE = "police"
    SCHOOL = "school"
    WELFARE = "welfare"
    PUBLIC_NEWS = "public_news"
    RESIDENTS = "residents"
    OTHER_AUTHORITY = "other_authority"


class Signal(Frozen):
    """A weekly observation about a district: about places and moods, never about people."""

    week: str
    """ISO week, as 2026-W24."""
    district: Key
    phase: Phase
    evidenced: bool
    """Whether something concrete was observed ("it is restless" is not enough)."""
    source_type: SourceType
    observed: date
    reliability: Sureness
    text: Annotated[str, StringConstraints(max_length=2000)] = ""
    id: str = ""


def family(kind: Kind) -> str:
    """History of one family says nothing about another: gathering, event or football."""
    if kind is Kind.FOOTBALL:
        return "football"
    return "event" if kind in EVENT_KINDS else "gathering"
