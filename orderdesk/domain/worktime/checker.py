"""The doors of the checker: one person, a set of duties, a team, columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np

from orderdesk.domain.people import Duty
from orderdesk.domain.time import Span
from orderdesk.domain.worktime.board import Board
from orderdesk.domain.worktime.norms import Norm, Severity, WorkingTimeLaw
from orderdesk.domain.worktime.on_call import check_on_call
from orderdesk.domain.worktime.rules import RULES, Period
from orderdesk.domain.worktime.stretches import (
    NEVER,
    Columns,
    Finding,
    Stretch,
    day_minute,
    minute_of,
)


def check(
    person_id: str,
    work: Iterable[Stretch],
    law: WorkingTimeLaw,
    *,
    on_call: Sequence[Span] = (),
    judged_from: datetime | None = None,
) -> tuple[Finding, ...]:
    """All breaches in the work of one person.

    `work` holds everything that is known, history included; breaches that lie wholly before
    `judged_from` are left out.
    """
    return check_team({person_id: work}, law, on_call={person_id: on_call}, judged_from=judged_from)


def check_duties(
    duties: Iterable[Duty],
    law: WorkingTimeLaw,
    *,
    judged_from: datetime | None = None,
    told: Mapping[str, datetime] | None = None,
) -> tuple[Finding, ...]:
    """All breaches in a set of duties (history among them) of any number of people.

    `told` says when duties were made known, by id: those are judged on notice too.
    """
    return check_columns(Columns.of_duties(duties, told), law, judged_from=judged_from)


def check_team(
    by_person: Mapping[str, Iterable[Stretch]],
    law: WorkingTimeLaw,
    *,
    on_call: Mapping[str, Sequence[Span]] | None = None,
    judged_from: datetime | None = None,
) -> tuple[Finding, ...]:
    """All breaches in the work of many people, by person and time; those of being on call last."""
    work = {person_id: list(own) for person_id, own in by_person.items()}
    found = check_columns(Columns.of(work), law, judged_from=judged_from)
    for person_id, spells in (on_call or {}).items():
        if spells and person_id in work:
            found += check_on_call(person_id, work[person_id], spells, law, judged_from)
    return found


def check_columns(
    columns: Columns, law: WorkingTimeLaw, *, judged_from: datetime | None = None
) -> tuple[Finding, ...]:
    """`check_team` for work that is already in columns: the fast way for many rosters."""
    if not len(columns.start):
        return ()
    since = -NEVER if judged_from is None else np.int64(minute_of(judged_from))
    board = Board.of(columns, law)
    found: list[Finding] = []
    for rule, judge in RULES.items():
        versions: tuple[Norm, ...] = getattr(law, rule)
        for norm, after in zip(versions, (*versions[1:], None), strict=True):
            holds = Period(
                max(since, day_minute(norm.holds_from)),
                NEVER if after is None else day_minute(after.holds_from),
            )
            for breach in judge(board, norm):
                found.extend(breach.findings(board, rule, norm, holds))
    found.sort(key=lambda f: (f.person_id, f.start, f.rule))
    return tuple(found)


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that forbid publication."""
    return tuple(f for f in findings if f.severity is Severity.ERROR)
