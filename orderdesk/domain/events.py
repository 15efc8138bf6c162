"""Gatherings and events as the desk registers them: cases, organisers, places, outcomes.

There is no field for viewpoint, party, religion or speakers' names, on purpose: the Wet openbare
manifestaties forbids asking for content, and it may never weigh. `purpose` is one of the six data
a notification must hold; it stays in the case and reaches no score, calendar or sheet.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from orderdesk.domain.time import Frozen, Moment, Span

Count = Annotated[int, Field(ge=0, le=1_000_000)]
"""A number of people."""
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]


class Kind(StrEnum):
    """What kind of case it is."""

    DEMONSTRATION = "demonstration"  # betoging
    MEETING = "meeting"  # vergadering
    RELIGIOUS = "religious"  # samenkomst tot het belijden van godsdienst of levensovertuiging
    ONE_PERSON = "one_person"  # eenmensactie: no Wom demonstration
    EVENT = "event"  # evenement
    PARADE = "parade"  # optocht
    FOOTBALL = "football"


WOM_KINDS = frozenset({Kind.DEMONSTRATION, Kind.MEETING, Kind.RELIGIOUS})
EVENT_KINDS = frozenset({Kind.EVENT, Kind.PARADE, Kind.FOOTBALL})


class Source(StrEnum):
    """How the desk came to know."""

    WRITTEN = "written"
    ORAL = "oral"  # mondeling
    UNANNOUNCED = "unannounced"  # niet aangemeld


class Form(StrEnum):
    """The announced form of a gathering."""

    STATIC = "static"
    MARCH = "march"
    VIGIL = "vigil"
    CONVOY = "convoy"
    BLOCKADE = "blockade"
    OCCUPATION = "occupation"
    CAMP = "camp"


class Status(StrEnum):
    """Where a case stands."""

    IN_PREPARATION = "in_preparation"
    READY = "ready"  # gereed
    CANCELLED = "cancelled"  # called off
    MOVED = "moved"  # called off and announced for another day
    HELD = "held"
    NO_SHOW = "no_show"
    CLOSED = "closed"


class Incident(StrEnum):
    """How it went, for history and calibration."""

    NONE = "none"
    SOME = "some"
    MANY = "many"


class Sureness(StrEnum):
    """Reliability of a report."""

    CONFIRMED = "A"
    PLAUSIBLE = "B"
    UNVERIFIED = "C"


class CounterGroup(StrEnum):
    """What is known of a counter-group: a fact about mobilisation, never about opinion."""

    UNKNOWN = "unknown"
    NONE = "none"
    ANNOUNCED = "announced"
    CONFIRMED = "confirmed"


class Organiser(Frozen):
    """Who notified. Contact data go after the retention term; `id` stays for counting."""

    id: str
    name: Name = ""
    address: Name = ""
    phone: Name = ""
    email: Name = ""


class EventProfile(Frozen):
    """What the permit gate and the A/B/C advice ask of an event."""

    visitors_peak: Count = 0
    days: Annotated[int, Field(ge=1, le=366)] = 1
    stage_m: Annotated[float, Field(ge=0, le=100)] = 0
    tent_m2: Annotated[float, Field(ge=0, le=100_000)] = 0
    sound_dba: Annotated[float, Field(ge=0, le=150)] = 0
    access_blocked: bool = False
    square_share: Annotated[float, Field(ge=0, le=1)] = 0
    """Share of the square that is used: 1 takes a square-day, 0.5 doesn't."""
    build_up_from: Moment | None = None
    break_down_until: Moment | None = None
    risk_class: Annotated[str, StringConstraints(pattern="^([0ABC]|)$")] = ""
    """Decided class (0, A, B, C), or empty while only advice exists."""
    facts: dict[str, str] = Field(default_factory=dict)
    """Answers to the three profiles (activity, audience, place) by question id of the data file."""


class Outcome(Frozen):
    """What really happened; becomes history for the next score."""

    turnout_low: Count | None = None
    turnout: Count | None = None
    turnout_high: Count | None = None
    incident: Incident | None = None
    """None: not recorded (an imported register may keep turnout only); it then is no evidence."""
    ended: Moment | None = None
    no_show: bool = False
    lesson: Text = ""


class Case(Frozen):
    """One gathering or event, from the first word of it to its closing."""

    id: str
    number: str
    """As people say it: D-2026-041 (notified), U-2026-009 (unannounced), E-2026-118 (event)."""
    kind: Kind
    source: Source
    known_at: Moment
    """When the desk came to know; apart from the moment of entry, which the audit trail keeps."""
    received_at: Moment | None = None
    """Moment of notification (bewijs van ontvangst); none for an unannounced gathering."""
    span: Span | None = None
    """Start and end; none while the notifier has not given them (the case is then incomplete)."""
    time_known: bool = True
    """False when only the day is known: `span` then covers that whole day."""
    place_id: str = ""
    """Usual place of `data/places.toml`; empty when only `place_text` is known."""
    place_text: Name = ""
    route: tuple[Name, ...] = ()
    """Places or streets passed, in order; the last is the place of ending."""
    form: Form = Form.STATIC
    expected_low: Count | None = None
    expected: Count | None = None
    expected_high: Count | None = None
    organiser_id: str = ""
    purpose: Text = ""
    composition: Text = ""
    """Wijze van samenstelling."""
    measures: Text = ""
    """What the organiser does for an orderly course."""
    counter_to: str = ""
    """Id of the case that this is a counter-demonstration to."""
    counter_group: CounterGroup = CounterGroup.UNKNOWN
    counter_sureness: Sureness = Sureness.UNVERIFIED
    event: EventProfile | None = None
    status: Status = Status.IN_PREPARATION
    moved_to: str = ""
    """Id of the case that replaces a moved one."""
    outcome: Outcome | None = None
    decided_class: str = ""
    """Class a person decided (laag, midden, hoog); empty while only advice exists."""
    imported_from: Name = ""
    """Register and row that the case came from, for a repeatable import."""
    extra: dict[str, str] = Field(default_factory=dict)
    """Columns of an imported register that have no field here, as they stood."""
    version: int = 1

    @model_validator(mode="after")
    def _sizes_in_order(self) -> Self:
        sizes = [s for s in (self.expected_low, self.expected, self.expected_high) if s is not None]
        if sizes != sorted(sizes):
            raise ValueError("expected numbers must rise from low to high")
        return self

    @property
    def is_wom(self) -> bool:
        """Whether the Wet openbare manifestaties applies."""
        return self.kind in WOM_KINDS

    @property
    def to_come(self) -> bool:
        """Whether it may still be held: neither over nor held, called off or moved."""
        return self.status in (Status.IN_PREPARATION, Status.READY)

    @property
    def called_off(self) -> bool:
        """Whether it will not be held on its day: called off, or moved to another."""
        return self.status in (Status.CANCELLED, Status.MOVED)

    @property
    def is_event(self) -> bool:
        """Whether event licensing applies."""
        return self.kind in EVENT_KINDS
