"""How long what is kept of people may stay: the schema of `data/retention.toml`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from orderdesk.reference import LocalText, ReferenceFile, Strict

LOOKED_THROUGH = "retention_looked_through"
"""Record, by week, of who went through the list."""


class Kept(StrEnum):
    """Kinds of records that hold something of a person."""

    CONTACT = "contact"
    CASE_TEXT = "case_text"
    LOG = "log"
    PERSON = "person"
    ABSENCE = "absence"
    REQUEST = "request"
    LEAVE = "leave"
    ON_CALL = "on_call"
    DRAFT = "draft"


class Since(StrEnum):
    """The day that starts a term."""

    LAST_CASE = "last_case"
    CASE = "case"
    LAST_DAY = "last_day"
    CHANGE = "change"


class Term(Strict):
    """How long one kind stays."""

    id: Kept
    name: LocalText
    keep_days: Annotated[int, Field(ge=1, le=7_305)]
    """Days after the day of `counts_from`; destroyed on the day after the last of them."""
    counts_from: Since


class RetentionRules(ReferenceFile):
    """`data/retention.toml`."""

    kinds: tuple[Term, ...]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if sorted(term.id for term in self.kinds) != sorted(Kept):
            raise ValueError(f"kinds must name each once: {', '.join(Kept)}")
        return self

    def term(self, kind: Kept) -> Term:
        """How long a kind stays."""
        return next(term for term in self.kinds if term.id is kind)
