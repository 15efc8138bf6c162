"""The words by which registers are understood: `data/register_columns.toml`."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, model_validator

from orderdesk.domain.events import Form, Incident, Kind, Source, Status
from orderdesk.reference import ReferenceFile, Strict
from orderdesk.registers.text import alternatives, fold, squeezed, words_of

Words = tuple[str, ...]
Hour = Annotated[int, Field(ge=0, le=24)]


class RegisterField(StrEnum):
    """What a column of a register can hold."""

    DATE = "date"
    END_DATE = "end_date"
    START = "start"
    END = "end"
    RECEIVED = "received"
    KIND = "kind"
    PURPOSE = "purpose"
    ORGANISER = "organiser"
    PERSON = "person"
    """Names, addresses, telephones: recognised in order to be left out."""
    PLACE = "place"
    ROUTE = "route"
    DISTRICT = "district"
    EXPECTED = "expected"
    EXPECTED_LOW = "expected_low"
    EXPECTED_HIGH = "expected_high"
    TURNOUT = "turnout"
    STATUS = "status"
    SOURCE = "source"
    REFERENCE = "reference"
    CATEGORY = "category"
    """Risk or permit class (0, A, B, C): a fact about the event."""
    VIEWPOINT = "viewpoint"
    """Label of opinion, party or religion: recognised in order to be left out."""
    OUTCOME = "outcome"
    REMARKS = "remarks"


class ColumnWords(Strict):
    """Synonyms of one column, per language."""

    nl: Words
    de: Words
    en: Words
    fr: Words = ()
    da: Words = ()

    @property
    def all(self) -> Words:
        """The synonyms of every language."""
        return self.nl + self.de + self.en + self.fr + self.da


class Qualifiers(Strict):
    """Words of a header that tell two columns of the same thing apart."""

    actual: Words
    announced: Words
    lowest: Words
    highest: Words
    people: Words
    clock: Words


class CalendarWords(Strict):
    """Months, weekdays, and the words around days."""

    months: Annotated[tuple[Words, ...], Field(min_length=12, max_length=12)]
    weekdays: Annotated[tuple[Words, ...], Field(min_length=7, max_length=7)]
    every: Words
    daily: Words
    day_columns: Words
    month_columns: Words
    year_columns: Words
    """Headers of a day that is spread over three columns."""
    except_: Annotated[Words, Field(alias="except")]
    until: Words
    also: Words
    lead_in: Words
    moved: Words
    moved_on: Words
    moved_from: Words
    """ "verlegt", "auf", "vom": from which day to which."""
    new_day: Words
    instead_of: Words
    week: Words
    """ "w/c": a week is meant by its first day."""
    night: Words
    night_into: Words
    """ "nacht", "op": the night between two days."""


class ClockWords(Strict):
    """Times of day in words."""

    named: dict[str, Annotated[str, Field(pattern=r"^\d\d:\d\d$")]]
    all_day: Words
    vague: Words
    before_noon: Words
    after_noon: Words
    until: Words
    start_only: Words
    hour_words: Words
    half: Words
    past: Words
    to: Words
    minutes: dict[str, Annotated[int, Field(ge=0, le=59)]]
    hours: dict[str, Annotated[int, Field(ge=1, le=12)]]
    afternoon_below: Hour
    longest_night_hours: Hour


class Vague(Strict):
    """Words that stand for a range of people."""

    words: Words
    low: Annotated[int, Field(ge=0, le=1_000_000)]
    high: Annotated[int, Field(ge=0, le=1_000_000)]


class Exact(Strict):
    """A number in words, as the whole cell."""

    number: Annotated[int, Field(ge=0, le=1_000_000)]
    words: Words


class CountWords(Strict):
    """Numbers of people in words."""

    unknown: Words
    about: Words
    at_least: Words
    at_most: Words
    range: Words
    people: Words
    thousand: Words
    exact: tuple[Exact, ...]
    vague: tuple[Vague, ...]


class KindWords(Strict):
    """Words that mean a kind of gathering."""

    kind: Kind
    words: Words


class FormWords(Strict):
    """Words that mean a form of gathering."""

    form: Form
    words: Words


class SourceWords(Strict):
    """Words that say how the desk came to know."""

    source: Source
    words: Words


class StatusWords(Strict):
    """Words that say where a case stands."""

    status: Status
    words: Words
    alone: Words = ()
    """Words that mean it only as the whole cell: "verplaatst", but not "verplaatst zich"."""


class IncidentWords(Strict):
    """Words that say how it went."""

    incident: Incident
    words: Words


class AnswerWords(Strict):
    """Short answers, and what a risk or permit class looks like."""

    yes: Words
    no: Words
    classes: Words
    class_names: Words


class PlaceWords(Strict):
    """How places that share a cell are told apart."""

    endings: Words
    corners: Words
    openings: Words
    relations: Words
    joiners: Words
    route_marks: Words
    route_words: Words
    route_starts: Words
    route_ends: Words
    sequels: Words
    """What opens the next of several places: "then", "danach"."""
    labels: Words
    unnamed: Words
    march: Words


class EndedWords(Strict):
    """Words that say what an authority did to a gathering."""

    words: Words
    """It was ended by order."""
    prohibited: Words
    """It was not allowed; the word stays with the case, which is kept as called off."""


class RowWords(Strict):
    """Words that open a row without a gathering."""

    totals: Words
    notes: Words
    sections: Words


class RegisterWords(ReferenceFile):
    """`data/register_columns.toml`, with what is worked out from it once."""

    columns: dict[RegisterField, ColumnWords]
    qualifiers: Qualifiers
    calendar: CalendarWords
    clock: ClockWords
    counts: CountWords
    kinds: tuple[KindWords, ...]
    forms: tuple[FormWords, ...]
    sources: tuple[SourceWords, ...]
    statuses: tuple[StatusWords, ...]
    incidents: tuple[IncidentWords, ...]
    answers: AnswerWords
    places: PlaceWords
    rows: RowWords
    ended: EndedWords

    @model_validator(mode="after")
    def _every_field_has_words(self) -> Self:
        missing = [f.value for f in RegisterField if f not in self.columns]
        if missing:
            raise ValueError(f"columns without words: {', '.join(missing)}")
        return self

    @cached_property
    def synonyms(self) -> tuple[tuple[RegisterField, tuple[str, ...], str], ...]:
        """(field, words, squeezed) of every synonym."""
        return tuple(
            (field, words_of(synonym), squeezed(synonym))
            for field, column in self.columns.items()
            for synonym in dict.fromkeys(column.all)
        )

    @cached_property
    def header_memory(self) -> dict[str, dict[RegisterField, float]]:
        """Cells of headers that were scored already."""
        return {}

    @cached_property
    def month_numbers(self) -> dict[str, int]:
        """Folded name or abbreviation -> month, 1 to 12."""
        return {fold(n): i for i, names in enumerate(self.calendar.months, 1) for n in names}

    @cached_property
    def weekday_numbers(self) -> dict[str, int]:
        """Folded name or abbreviation -> weekday, Monday 0."""
        return {fold(n): i for i, names in enumerate(self.calendar.weekdays) for n in names}

    @cached_property
    def month_pattern(self) -> str:
        """Regular expression for a month's name in folded text."""
        return f"(?:{alternatives(tuple(self.month_numbers))})"

    @cached_property
    def called_off(self) -> re.Pattern[str]:
        """A title that says it's off: "ABGESAGT: ...", "... (abgesagt)". Not "Absage an ..."."""
        said = alternatives(
            tuple(w for s in self.statuses if s.status is Status.CANCELLED for w in s.words)
        )
        return re.compile(rf"^\W*(?:{said})\s*(?:[:!]|-\s)|[(\[]\s*(?:{said})\W*[)\]]")

    @cached_property
    def risk_class(self) -> re.Pattern[str]:
        """A cell that holds a class of risk or permit and nothing else."""
        names, classes = self.answers.class_names, self.answers.classes
        return re.compile(rf"(?:(?:{alternatives(names)})\.?\s*)?(?:{alternatives(classes)})$")

    @cached_property
    def row_openings(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        """What opens a row of totals, and a row that is a note."""
        of_what = r"(?:\s+(?:der|aller|an|van|of|de|des)\s+[^\d:=]{1,40})?"
        period = rf"(?:\s+{self.month_pattern})?(?:\s+20\d\d)?"
        totals = re.compile(
            rf"(?:{alternatives(self.rows.totals)}){of_what}{period}\s*(?:[:=(].*|\d*)$"
        )
        counted = rf"|(?:{alternatives(self.rows.totals)})\s[^\d:=]{{1,40}}[:=]\s*\d+$"
        totals = re.compile(totals.pattern + counted)
        return totals, re.compile(rf"(?:\*|(?:{alternatives(self.rows.notes)})\b)")
