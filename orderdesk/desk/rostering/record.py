"""The log of published changes: what it cost people, and going back in it by going forward."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from orderdesk.desk import capacity
from orderdesk.desk.core import Desk
from orderdesk.desk.rostering.parameters import law, rules
from orderdesk.desk.timeline import note_event
from orderdesk.domain import ledger
from orderdesk.domain.ledger import Posting
from orderdesk.domain.people import Actor, Duty, DutyStatus, Role
from orderdesk.domain.time import Week
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import _, msg
from orderdesk.roster.burden import Change, TeamTotals, team_totals

if TYPE_CHECKING:
    from orderdesk.store.work import Reader, Work

PUBLICATION = "publication"


def changes_in(reader: Reader) -> list[Change]:
    """The log of published changes."""
    return [
        Change(
            person_id=line["person_id"],
            told_at=fact.known_at,
            old=Duty.model_validate(line["old"]) if line["old"] else None,
            new=Duty.model_validate(line["new"]) if line["new"] else None,
        )
        for fact in reader.facts(PUBLICATION)
        for line in fact.doc["changes"]
    ]


def team_totals_in(reader: Reader, week: Week) -> TeamTotals:
    """What changes of the roster a week brought the team: totals, never persons."""
    return team_totals(changes_in(reader), week.span.start, week.span.end)


def burdens_in(reader: Reader, now: datetime) -> dict[str, float]:
    """Burden per person over the last weeks, from the log of changes alone."""
    from orderdesk.roster.burden import burdens

    found = burdens(changes_in(reader), reader.duties(end=now), rules(), law(), now)
    return {person: burden.weight for person, burden in found.items()}


def log_changes(
    work: Work,
    changes: Sequence[tuple[str, Duty | None, Duty]],
    *,
    case_id: str = "",
    postings: Sequence[str] = (),
    **more: object,
) -> None:
    work.add_fact(
        PUBLICATION,
        "roster",
        {
            "case_id": case_id,
            "postings": list(postings),
            "changes": [
                {
                    "person_id": who,
                    "old": old.model_dump(mode="json") if old else None,
                    "new": new.model_dump(mode="json"),
                }
                for who, old, new in changes
            ],
            **more,
        },
    )


def undo(desk: Desk, by: Actor) -> int:
    """Go back to the roster before the last chosen plan: forward, never by rewriting.

    Duties get their old hours with a new sequence, the ledger gets counter-lines. How many people.
    """
    with desk.work(Role.PLANNER) as work:
        undone = {f.doc.get("undoes") for f in work.facts(PUBLICATION) if f.doc.get("undoes")}
        open_ = [
            f
            for f in work.facts(PUBLICATION)
            if f.seq not in undone and not f.doc.get("undoes") and f.doc["changes"]
        ]
        if not open_:
            raise RuleSaysNo(msg("there is no chosen plan to go back from"))
        last = open_[-1]
        now = {duty.id: duty for duty in work.duties()}
        changes = []
        for line in last.doc["changes"]:
            new = Duty.model_validate(line["new"])
            stands = now.get(new.id)
            if stands != new:
                raise RuleSaysNo(msg("{who} was changed since: undo that first", who=new.person_id))
            old = Duty.model_validate(line["old"]) if line["old"] else new
            back = old.replace(
                sequence=stands.sequence + 1,
                changed_at=work.now,
                status=old.status if line["old"] else DutyStatus.CANCELLED,
            )
            changes.append((line["person_id"], stands, back))
        work.save_duties([back for _who, _old, back in changes])
        ids = set(last.doc["postings"])
        weeks = {p.week for p in work.postings(Posting) if p.id in ids}
        for week in weeks:
            hand = capacity.pen(desk, work, week)
            capacity.write(
                work,
                lambda old, h=hand: ledger.reverse(old, h, ids, _("plan taken back"), by),  # type: ignore[misc]
            )
        log_changes(work, changes, case_id=last.doc["case_id"], undoes=last.seq)
        if last.doc["case_id"]:
            note_event(work, last.doc["case_id"], msg("plan taken back by {name}", name=by.name))
        return len(changes)
