"""The log of published changes: what it cost people, and going back in it by going forward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from orderdesk.desk import booking
from orderdesk.desk.core import Desk
from orderdesk.desk.rostering.parameters import law, rules
from orderdesk.desk.timeline import note_event
from orderdesk.domain.ledger import Posting
from orderdesk.domain.people import Actor, Duty, DutyStatus, Role
from orderdesk.domain.time import Week
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import _, msg
from orderdesk.roster.burden import Change, TeamTotals, team_totals

if TYPE_CHECKING:
    from orderdesk.store.work import Fact, Reader, Work

PUBLICATION = "publication"
"""Kind of the facts that log what was told to people."""


def changes_in(reader: Reader) -> list[Change]:
    """The log of published changes."""
    return [change for fact in reader.facts(PUBLICATION) for change in _changes_of(fact)]


def team_totals_in(reader: Reader, week: Week) -> TeamTotals:
    """What changes of the roster a week brought the team: totals, never persons."""
    return team_totals(changes_in(reader), week.span.start, week.span.end)


def burdens_in(reader: Reader, now: datetime) -> dict[str, float]:
    """Burden per person over the last weeks, from the log of changes alone."""
    from orderdesk.roster.burden import burdens

    found = burdens(changes_in(reader), reader.duties(end=now), rules(), law(), now)
    return {person: burden.weight for person, burden in found.items()}


def late_changes_in(reader: Reader, until: datetime) -> dict[str, int]:
    """How many late changes each person bore in the weeks of fairness before `until`."""
    since = until - timedelta(weeks=rules().fairness.weeks)
    counted: dict[str, int] = {}
    for change in changes_in(reader):
        if since <= change.told_at < until and change.weight(rules()) > 0:
            counted[change.person_id] = counted.get(change.person_id, 0) + 1
    return counted


def log_changes(
    work: Work,
    changes: Sequence[tuple[str, Duty | None, Duty]],
    *,
    case_id: str = "",
    postings: Sequence[str] = (),
    **more: object,
) -> None:
    """Log what was told to people: person, duty as it was (if any) and as it is."""
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


def undo(desk: Desk, by: Actor) -> list[str]:
    """Go back to the roster before the last published change: forward, never by rewriting.

    Duties get their old hours with a new sequence, the ledger gets counter-lines. Gives the people
    it touches. Raises RuleSaysNo when nothing is left to go back from, or somebody was changed
    since.
    """
    with desk.work(Role.PLANNER) as work:
        done, _undone = _standing_and_undone(work)
        if not done:
            raise RuleSaysNo(msg("there is no chosen plan to go back from"))
        return _undo_in(desk, work, done[-1], by)


def _undo_in(desk: Desk, work: Work, last: Fact, by: Actor) -> list[str]:
    changes = _set(
        work,
        [
            (who, new, old or new.replace(status=DutyStatus.CANCELLED))
            for who, old, new in _told(last)
        ],
    )
    postings = booking.reverse(desk, work, last.doc["postings"], _("plan taken back"), by)
    log_changes(work, changes, case_id=last.doc["case_id"], postings=postings, undoes=last.seq)
    if last.doc["case_id"]:
        note_event(work, last.doc["case_id"], msg("plan taken back by {name}", name=by.name))
    return [who for who, _old, _new in changes]


def redo(desk: Desk, by: Actor) -> list[str]:
    """Make again what was taken back last: the same hours with a new sequence, the same ledger
    lines under the same authority. Gives the people it touches.

    Raises RuleSaysNo when nothing was taken back, or somebody was changed since.
    """
    with desk.work(Role.PLANNER) as work:
        _done, undone = _standing_and_undone(work)
        if not undone:
            raise RuleSaysNo(msg("nothing was taken back that could be made again"))
        back, last = undone[-1]
        return _redo_in(desk, work, back, last, by)


def _redo_in(desk: Desk, work: Work, back: Fact, last: Fact, by: Actor) -> list[str]:
    left = {new.id: new for _who, _old, new in _told(back)}
    changes = _set(work, [(who, left[new.id], new) for who, _old, new in _told(last)])
    ids = set(last.doc["postings"])
    authority = next(
        (p.authorised_by for p in work.postings(Posting) if p.id in ids and p.authorised_by), by
    )
    again = booking.reverse(desk, work, back.doc["postings"], _("plan made again"), authority)
    log_changes(work, changes, case_id=last.doc["case_id"], postings=again, redoes=back.seq)
    if last.doc["case_id"]:
        note_event(work, last.doc["case_id"], msg("plan made again by {name}", name=by.name))
    return [who for who, _old, _new in changes]


def take_back(desk: Desk, work: Work, seq: int, by: Actor) -> list[str]:
    """Take this entry of the log of changes back, be it a change or the taking back of one; the
    people it touches. Raises RuleSaysNo unless it is the last."""
    done, undone = _standing_and_undone(work)
    if done and done[-1].seq == seq:
        return _undo_in(desk, work, done[-1], by)
    if undone and undone[-1][0].seq == seq:
        return _redo_in(desk, work, *undone[-1], by)
    raise RuleSaysNo(msg("the roster was changed since: take that back first"))


def _standing_and_undone(work: Work) -> tuple[list[Fact], list[tuple[Fact, Fact]]]:
    """Changes that stand, oldest first; and what was taken back and may be made again, each with
    its taking back. A new change ends what may be made again."""
    done: list[Fact] = []
    undone: list[tuple[Fact, Fact]] = []
    for fact in work.facts(PUBLICATION):
        if fact.doc.get("undoes"):
            undone.append((fact, done.pop()))
        elif fact.doc.get("redoes"):
            undone.pop()
            done.append(fact)
        elif fact.doc["changes"]:
            done.append(fact)
            undone = []
    return done, undone


def _changes_of(fact: Fact) -> list[Change]:
    return [
        Change(
            person_id=line["person_id"],
            told_at=fact.known_at,
            old=Duty.model_validate(line["old"]) if line["old"] else None,
            new=Duty.model_validate(line["new"]) if line["new"] else None,
        )
        for line in fact.doc["changes"]
    ]


def _told(fact: Fact) -> list[tuple[str, Duty | None, Duty]]:
    """Person, shift before (if any) and after, of a published change."""
    return [(c.person_id, c.old, c.new) for c in _changes_of(fact) if c.new is not None]


def _set(
    work: Work, shifts: Sequence[tuple[str, Duty, Duty]]
) -> list[tuple[str, Duty | None, Duty]]:
    """Let shifts that stand as they were left read as wanted, a sequence further on.

    shifts: person, shift as it was left, as wanted; gives person, shift as it stood, as it stands.
    Raises RuleSaysNo when somebody was changed since.
    """
    now = {duty.id: duty for duty in work.duties()}
    changes: list[tuple[str, Duty | None, Duty]] = []
    for who, left, wanted in shifts:
        stands = _as_left(now, left)
        changes.append((who, stands, _forward(stands, wanted, work.now)))
    work.save_duties([new for _who, _old, new in changes])
    return changes


def _as_left(now: Mapping[str, Duty], duty: Duty) -> Duty:
    """The duty as it stands, if nobody touched it since. Raises RuleSaysNo."""
    stands = now.get(duty.id)
    if stands is None or not same_shift(stands, duty):
        raise RuleSaysNo(msg("{who} was changed since: undo that first", who=duty.person_id))
    return stands


def same_shift(one: Duty, other: Duty) -> bool:
    """Whether two versions of a shift say the same: going back and forth only counts them on."""
    return one == other.replace(sequence=one.sequence, changed_at=one.changed_at)


def _forward(stands: Duty, like: Duty, now: datetime) -> Duty:
    """A duty as it was at another time, one sequence above what stands."""
    return like.replace(sequence=stands.sequence + 1, changed_at=now)
