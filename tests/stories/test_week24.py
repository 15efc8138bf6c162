"""W24 through the use cases: the ledger walk line by line, the replan, the feeds, the log."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from orderdesk.calendars.entry import entries_of
from orderdesk.city import TEST_WEEK
from orderdesk.desk import cases, scoring
from orderdesk.desk.core import Desk
from orderdesk.desk.headless import hand_out
from orderdesk.desk.rostering import making
from orderdesk.desk.timeline import lines_of
from orderdesk.desk.week24 import Played
from orderdesk.domain import ledger
from orderdesk.domain.events import Incident, Source, Status
from orderdesk.domain.ledger import Posting
from orderdesk.domain.people import DutyStatus
from orderdesk.roster.search import Effort

Week = tuple[Desk, Played]

WALK = [
    (0, 0, 22, 42, 8, 0),
    (0, 0, 28, 36, 8, 6),
    (6, 0, 22, 36, 14, 0),
    (6, 10, 22, 26, 4, 0),
    (6, 10, 16, 32, 4, 0),
    (6, 10, 26, 22, 4, 10),
    (6, 26, 22, 10, 0, 10),
    (6, 26, 22, 10, 0, 18),
    (28, 36, 0, 0, 0, 8),
    (28, 36, 0, 0, 8, 0),
]
"""Used, given back, committed, free, owed, still to borrow, in hours (the design's table)."""


def test_the_ledger_walk_comes_out_line_by_line(week24: Week) -> None:
    _desk, played = week24
    got = [
        tuple(
            n / 60
            for n in (
                p.balance.used, p.balance.given_back, p.balance.committed, p.balance.free,
                p.balance.owed, p.balance.to_borrow,
            )
        )
        for p in played.walk
    ]  # fmt: skip
    assert got == WALK


def test_the_week_closes_with_the_sums_of_the_design(week24: Week) -> None:
    desk, _played = week24
    with desk.read() as reader:
        postings = reader.postings(Posting)
    stated = ledger.statement(postings, TEST_WEEK)
    assert (stated.borrowed, stated.external, stated.deployed) == (24 * 60, 18 * 60, 70 * 60)
    assert stated.paid_back == 24 * 60
    assert stated.gained == 12 * 60
    assert ledger.unauthorised_theme_minutes(postings) == 0
    assert all(p.authorised_by and p.reason for p in postings if p.deed is ledger.Deed.BORROW)


def test_plan_a_touches_four_b_six_c_six(week24: Week) -> None:
    _desk, played = week24
    figures = [
        (p.touched, p.days_off_cancelled, p.days_off_moved, p.borrowed_minutes // 60,
         p.external_minutes // 60)
        for p in played.plans
    ]  # fmt: skip
    assert figures == [(4, 0, 2, 10, 10), (6, 0, 0, 30, 0), (6, 4, 0, 10, 0)]
    assert played.plans[0].proof.proven
    assert "B05" not in played.touched


def test_twenty_feeds_stay_byte_identical_and_four_rise_by_one(week24: Week) -> None:
    _desk, played = week24
    before, after = played.feeds_before, played.feeds_after
    personal = [name for name in before if name.startswith("person/")]
    changed = [name for name in personal if before[name] != after[name]]
    assert len(personal) == 24
    assert sorted(changed) == [f"person/{who}.ics" for who in sorted(played.touched)]
    assert len(changed) == 4
    for name in changed:
        old, new = entries_of(before[name]), entries_of(after[name])
        risen = [
            (old[uid].sequence, new[uid].sequence)
            for uid in old.keys() & new.keys()
            if old[uid] != new[uid]
        ]
        assert risen
        assert all(now == then + 1 for then, now in risen)


def test_no_purpose_or_organiser_stands_in_any_feed(week24: Week) -> None:
    desk, played = week24
    everything = b"".join(played.feeds_after.values()).decode()
    with desk.read() as reader:
        words = {case.purpose for case in reader.cases(start=TEST_WEEK.span.start) if case.purpose}
        words |= {o.name for o in reader.organisers().values() if o.name}
    assert not [word for word in words if word in everything]


def test_exactly_four_people_had_their_task_changed_on_tuesday(week24: Week) -> None:
    desk, _played = week24
    case = scoring.case_numbered(desk, "U-2026-009")
    with desk.read() as reader:
        people = {
            duty.person_id
            for duty in reader.duties(start=TEST_WEEK.span.start, end=TEST_WEEK.span.end)
            if any(task.case_id == case.id for task in duty.tasks)
        }
    assert people == {"B07", "B12", "B15", "B21"}


def test_the_incident_is_protected_closed_and_its_counter_paired(week24: Week) -> None:
    desk, _played = week24
    found = cases.dossier(desk, scoring.case_numbered(desk, "U-2026-009").id)
    assert found.case.source is Source.UNANNOUNCED
    assert "no term applies" in found.term_sentence
    assert found.case.outcome is not None
    assert found.case.outcome.incident is Incident.NONE
    assert (found.case.outcome.turnout_low, found.case.outcome.turnout_high) == (100, 160)
    assert [c.number for c in found.counters] == ["U-2026-010"]
    assert found.places_offered == ()
    with desk.read() as reader:
        assert len(lines_of(reader, found.case.id)) >= 8


def test_the_late_notification_is_registered_and_flagged(week24: Week) -> None:
    desk, _played = week24
    found = cases.dossier(desk, scoring.case_numbered(desk, "D-2026-042").id)
    assert found.term_status.value == "late"
    assert "12:00" in found.term_sentence
    prohibition = next(a for a in found.actions if a.id == "prohibition")
    assert not prohibition.allowed


def test_the_called_off_case_moved_with_its_plan(week24: Week) -> None:
    desk, _played = week24
    old = scoring.case_numbered(desk, "D-2026-041")
    assert old.status is Status.MOVED
    with desk.read() as reader:
        new = reader.case(old.moved_to)
        free = [
            task
            for duty in reader.duties()
            for task in duty.tasks
            if task.case_id == old.id and duty.status is not DutyStatus.CANCELLED
        ]
    assert new.number == "D-2026-041b"
    assert new.purpose == old.purpose
    assert free == []


def test_the_trail_of_the_whole_week_verifies(week24: Week) -> None:
    desk, _played = week24
    assert desk.store.check() == []


CONTRACT = {
    "week": str, "cases": int, "demonstrations": int, "events": int,
    "classes": {"laag": int, "midden": int, "hoog": int},
    "ledger": {
        "balanced": bool, "unauthorised_theme_minutes": int,
        "walk": [{"moment": str, "used": float, "given_back": float, "committed": float,
                  "free": float, "owed": float, "to_borrow": float}],
    },
    "roster": {"people": int, "days": int, "violations": int, "uncovered": int, "gap": float},
    "ics": {"files": int, "duties": int},
    "review": {"pdf": str, "pages": int},
    "seconds": float,
}  # fmt: skip
"""What `orderdesk demo --headless --json` promises: at least these keys, of these types."""


def _misses(promised: Any, given: Any, path: str = "") -> list[str]:
    if isinstance(promised, dict):
        return [
            miss
            for key, kind in promised.items()
            for miss in (
                _misses(kind, given[key], f"{path}/{key}") if key in given else [f"{path}/{key}"]
            )
        ]
    if isinstance(promised, list):
        return [
            m for n, item in enumerate(given) for m in _misses(promised[0], item, f"{path}/{n}")
        ]
    return [] if type(given) is promised else [f"{path}: {type(given).__name__}"]


def test_the_headless_job_says_every_key_that_it_promises(week24: Week, tmp_path: Path) -> None:
    """Last in this file: it drafts a roster on the desk that all tests share."""
    desk, played = week24
    week = str(TEST_WEEK.shift(4))
    made = making.propose(desk, week, 1, Effort(seconds=0.5, repeatable=True))
    told = json.loads(
        json.dumps(hand_out(desk, tmp_path, played, made, time.monotonic()).as_json())
    )
    assert _misses(CONTRACT, told) == []
    assert told["cases"] == told["demonstrations"] + told["events"]
    assert sum(told["classes"].values()) == told["demonstrations"]
    assert (len(told["ledger"]["walk"]), told["ledger"]["balanced"]) == (len(WALK), True)
    assert told["ledger"]["unauthorised_theme_minutes"] == 0
    assert told["ics"]["files"] == len(list((tmp_path / "ics").rglob("*.ics")))
    assert {"ledger.csv", "register.csv", told["review"]["pdf"]} <= {
        path.name for path in tmp_path.iterdir()
    }
