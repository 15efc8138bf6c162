"""Between tables and domain models: one place per aggregate, proven by round trips.

Also what the audit trail may keep of each: never contact data, never free text.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from pydantic import BaseModel

from orderdesk.domain.events import Case, Organiser
from orderdesk.domain.people import Duty, Person
from orderdesk.store.tables import CaseRow, DutyRow, PersonRow

Document = dict[str, Any]
PRIVATE_CASE_FIELDS = ("purpose", "composition", "measures", "extra")
"""Free text of a case: kept with the case and erased with it, so the trail holds only a digest."""

PRIVATE_FACT_FIELDS = {"log": ("words",)}
"""What people wrote in facts of a kind: kept apart from the fact, which can't be changed."""


def json_ready(model: BaseModel) -> Document:
    """A model as JSON holds it."""
    return model.model_dump(mode="json")


_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def canonical(document: object) -> str:
    """One spelling per document, so that its hash can be computed again."""
    return _CANONICAL.encode(document)


def new_salt() -> str:
    """What makes a digest useless for guessing once it is erased."""
    return secrets.token_hex(16)


def digest_of(salt: str, content: object) -> str:
    """SHA-256 over salt and content."""
    return hashlib.sha256((salt + canonical(content)).encode()).hexdigest()


def case_to_row(case: Case) -> Document:
    """The columns of a case."""
    document = case.model_dump(exclude={"span", "event", "outcome"})
    return document | {
        "kind": case.kind.value,
        "source": case.source.value,
        "form": case.form.value,
        "status": case.status.value,
        "counter_group": case.counter_group.value,
        "counter_sureness": case.counter_sureness.value,
        "route": list(case.route),
        "start": case.span.start if case.span else None,
        "end": case.span.end if case.span else None,
        "event": json_ready(case.event) if case.event else None,
        "outcome": json_ready(case.outcome) if case.outcome else None,
    }


def case_from_row(row: CaseRow) -> Case:
    """The case of a row."""
    document = row.model_dump(exclude={"start", "end", "purged_at", "salt"})
    if row.start and row.end:
        document["span"] = {"start": row.start, "end": row.end}
    return Case.model_validate(document)


def duty_to_row(duty: Duty) -> Document:
    """The columns of a duty."""
    return duty.model_dump(exclude={"tasks"}) | {
        "status": duty.status.value,
        "tasks": [json_ready(task) for task in duty.tasks],
    }


def duty_from_row(row: DutyRow) -> Duty:
    """The duty of a row."""
    return Duty.model_validate(row.model_dump())


def person_to_row(person: Person) -> Document:
    """The columns of a person."""
    return person.model_dump(exclude={"skills", "weekdays"}) | {
        "skills": sorted(skill.value for skill in person.skills),
        "weekdays": sorted(person.weekdays),
    }


def person_from_row(row: PersonRow) -> Person:
    """The person of a row."""
    return Person.model_validate(row.model_dump())


def trail_of_case(case: Case, salt: str) -> Document:
    """What the audit trail keeps of a case: all but its free text, of which only a digest."""
    document = json_ready(case)
    private = {name: document.pop(name) for name in PRIVATE_CASE_FIELDS}
    document["free_text_digest"] = digest_of(salt, private)
    return document


def trail_of_organiser(organiser: Organiser, salt: str) -> Document:
    """What the audit trail keeps of an organiser: a digest of the contact data."""
    return {"digest": digest_of(salt, json_ready(organiser))}
