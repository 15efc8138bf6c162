"""What the weekly risk review of the driehoek is made from.

Each figure carries the ids of the records it was counted from: a figure without records can't be
made. Names carry the function of the person, so that versions for others can leave names out.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from orderdesk.domain.events import Incident, Sureness
from orderdesk.domain.law import TermStatus
from orderdesk.domain.time import Frozen, Moment, Span, Week
from orderdesk.i18n import LANGUAGES, pick, use_language
from orderdesk.reference import ReferenceFile

Records = Annotated[tuple[str, ...], Field(min_length=1)]
"""Ids of the records behind a figure or a line; never none."""
Wording = Annotated[str, Field(min_length=1, max_length=5_000)]
"""A text that has to be there."""


class Words(Frozen):
    """A text in every language of the desk: what is frozen in one can be read in the other."""

    texts: dict[str, str]

    def __str__(self) -> str:
        return pick(self.texts)

    def __bool__(self) -> bool:
        return any(self.texts.values())


def said(say: Callable[[], str]) -> Words:
    """What `say` says in each language."""
    texts = {}
    for code in LANGUAGES:
        with use_language(code):
            texts[code] = say()
    return Words(texts=texts)


def _worded(value: Any) -> Any:
    return Words(texts=dict.fromkeys(LANGUAGES, value)) if isinstance(value, str) else value


Worded = Annotated[Words, BeforeValidator(_worded)]
"""A text in each language; a plain one, as somebody typed it, stands the same in all."""
NOTHING_SAID = Words(texts={})


class PaperRules(ReferenceFile):
    """`data/papers.toml`."""

    estimate_old_after_days: Annotated[int, Field(ge=0, le=60)]
    estimate_counts_within_days: Annotated[int, Field(ge=0, le=60)]
    """How near a case must be before the age of its estimate is marked."""
    signal_old_after_days: Annotated[int, Field(ge=0, le=90)]
    small_count_below: Annotated[int, Field(ge=1, le=20)]
    days_ahead: Annotated[int, Field(ge=1, le=60)]
    incident_share: Annotated[float, Field(ge=0, le=1)]
    """Share of demonstrations with at least one registered incident."""
    objection_weeks: Annotated[int, Field(ge=1, le=26)]
    most_pages: Annotated[int, Field(ge=1, le=20)]


class Figure(Frozen):
    """A number with the records that it was counted from."""

    value: int
    records: Records


class Named(Frozen):
    """Somebody by name and function."""

    name: str
    function: Worded
    head: bool = False
    """Head of a department or above: named in every version."""


class Override(Frozen):
    """A class that a person set against the advice."""

    by: Named
    at: Moment
    motive: Wording


class LookBack(Frozen):
    """One gathering or event of last week: what was planned and what came of it."""

    key: str
    """Number of the case; the addendum compares rows by it."""
    span: Span | None
    place: str
    planned: Figure | None
    actual: Figure | None
    """None while nobody has reported it."""
    incident: Incident | None = Incident.NONE
    """None while nobody has recorded whether there was one."""
    planned_minutes: Figure | None
    used_minutes: Figure | None
    """None where no hours were ever booked on it."""
    conditions_kept: str = ""
    """As recorded: kept, partly, broken, none set."""
    records: Records


class Ahead(Frozen):
    """One gathering or event of the coming days."""

    key: str
    span: Span | None
    place: str
    form: Worded = NOTHING_SAID
    expected: Figure | None
    estimated_at: Moment | None = None
    """When the expected number was last confirmed."""
    advised_class: str
    """laag, midden, hoog for gatherings; 0, A, B, C for events."""
    decided_class: str = ""
    override: Override | None = None
    term: TermStatus
    deadline: Moment | None = None
    open_points: tuple[Worded, ...] = ()
    status: Worded = NOTHING_SAID
    records: Records


class Clash(Frozen):
    """Cases that meet in place or time, or belong together as a counter-demonstration."""

    key: str
    what: Worded
    cases: Annotated[tuple[str, ...], Field(min_length=2)]
    proposal: str = ""
    records: Records


class DistrictPicture(Frozen):
    """The aggregated signals of one district. Nothing here is about a person."""

    key: str
    """The district."""
    phase: Annotated[int, Field(ge=1, le=4)] | None
    """Phase of social unrest (1 simmering, 2 rising, 3 escalation, 4 aftermath); None: silent."""
    reports: Figure | None
    source: Worded = NOTHING_SAID
    observed_on: date | None = None
    sureness: Sureness | None = None
    records: tuple[str, ...] = ()


class Interpretation(Frozen):
    """What the director for polarisation makes of the picture (duiding)."""

    text: Wording
    by: Named
    dated: date
    records: Records


class ThemeHours(Frozen):
    """One safety theme of the week, in minutes."""

    key: str
    name: Worded = NOTHING_SAID
    """As it is called; the key where it is not given."""
    budget: Figure
    borrowed: Figure
    paid_back: Figure
    owed: Figure


class RequestState(StrEnum):
    """How far a request to others is."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Request(Frozen):
    """Help asked of others: a neighbouring pool, the police, private security."""

    key: str
    of: Worded
    what: Worded
    minutes: Figure
    state: RequestState
    due: Moment | None = None


class Capacity(Frozen):
    """The team's week in minutes."""

    contract: Figure
    away: Figure
    plannable: Figure
    reserve: Figure
    used: Figure
    given_back: Figure
    committed: Figure
    free: Figure
    owed: Figure
    to_borrow: Figure
    owed_due: date | None = None
    themes: tuple[ThemeHours, ...]
    requests: tuple[Request, ...] = ()
    changed_hours: Figure
    """Changes of somebody's hours or day."""
    changed_tasks: Figure
    """Changes of task within a shift."""
    days_off_cancelled: Figure
    days_off_moved: Figure
    note: str = ""
    """What the planner adds."""


class Option(Frozen):
    """A way to decide, with what it costs."""

    text: Wording
    price: str = ""


class DecisionAsked(Frozen):
    """A decision that the driehoek is asked for. Incomplete ones can't be made."""

    key: str
    title: Wording
    legal_basis: Wording
    options: Annotated[tuple[Option, ...], Field(min_length=2)]
    proposed_text: Wording
    owner: Named
    records: Records


class DecisionTaken(Frozen):
    """A line of the decision list (besluitenlijst)."""

    key: str
    """Its number."""
    text: Wording
    by: Named
    legal_basis: str
    day: date
    records: Records


class Action(Frozen):
    """A line of the action list. Open ones carry over until closed."""

    key: str
    what: Wording
    who: Named
    due: date
    done: date | None = None
    records: Records


class Factor(Frozen):
    """A reason for a class."""

    label: Worded
    points: float
    """As shown; the shown ones add up to the total."""
    source: Worded
    ground: Worded = NOTHING_SAID
    """What the source supports, where the label says more than that."""
    age_days: Annotated[int, Field(ge=0)] = 0


def _flip(value: Any) -> Any:
    return {"change": value} if isinstance(value, str) else value


class Flip(Frozen):
    """A fact that would change the class, and to which one."""

    change: Worded
    advice: str = ""


class Scenario(Frozen):
    """If this happens, who does what, up to which limit. Empty parts are holes, and printed."""

    trigger: Wording
    measure: str = ""
    owner: str = ""
    limit: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether measure, owner and tolerance limit are there."""
        return bool(self.measure.strip() and self.owner.strip() and self.limit.strip())


class CaseSheet(Frozen):
    """The annex's page part for one case."""

    key: str
    span: Span | None
    place: str
    advised_class: str
    decided_class: str = ""
    override: Override | None = None
    chance: Worded = NOTHING_SAID
    """The probability with its interval, or its band, in words."""
    factors: tuple[Factor, ...] = ()
    flips: tuple[Annotated[Flip, BeforeValidator(_flip)], ...] = ()
    """What would change the class."""
    scenarios: tuple[Scenario, ...] = ()
    records: Records


class Annex(Frozen):
    """Something kept beside the sheet, such as a what-if: supposed, not planned."""

    key: str
    title: Worded
    lines: tuple[Worded, ...]
    records: Records


class YearSoFar(Frozen):
    """How many gatherings to compare the classes with."""

    demonstrations: Figure
    """Of a usual year, or of this year's forecast."""
    classed_high: Figure


class ReviewData(Frozen):
    """A week as the driehoek sees it, at one moment of knowledge."""

    week: Week
    sender: Wording
    """Municipality and department."""
    version: Annotated[int, Field(ge=1)] = 1
    known_at: Moment
    outlook_from: Moment | None = None
    """Where the days ahead begin, if not at `known_at`: a week of the past is seen as it began."""
    """The moment whose knowledge this is; the ledger's totals are those of this moment."""
    meeting: Moment | None = None
    synthetic: bool = False
    """Whether the data are invented (demonstration city)."""
    look_back: tuple[LookBack, ...] = ()
    ahead: tuple[Ahead, ...] = ()
    year: YearSoFar
    clashes: tuple[Clash, ...] = ()
    districts: tuple[DistrictPicture, ...] = ()
    interpretation: Interpretation | None = None
    capacity: Capacity
    asked: tuple[DecisionAsked, ...] = ()
    taken: tuple[DecisionTaken, ...] = ()
    actions: tuple[Action, ...] = ()
    sheets: tuple[CaseSheet, ...] = ()
    annexes: tuple[Annex, ...] = ()
    names: dict[str, str] = Field(default_factory=dict)
    """How people call a record, by its id: the number of a case."""

    @model_validator(mode="after")
    def _each_row_once(self) -> Self:
        for rows in (
            self.look_back,
            self.ahead,
            self.clashes,
            self.districts,
            self.capacity.themes,
            self.capacity.requests,
            self.asked,
            self.taken,
            self.actions,
            self.sheets,
            self.annexes,
        ):
            keys = [row.key for row in rows]
            if len(set(keys)) < len(keys):
                raise ValueError(f"the same key twice: {', '.join(sorted(keys))}")
        return self
