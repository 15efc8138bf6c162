"""As known at a minute: the view at t is the snapshot that was taken at t."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from orderdesk.desk import cases, intake, known, printing, scoring, signals, talks
from orderdesk.desk.closing import close
from orderdesk.desk.core import DemoClock, Desk, counting_ids
from orderdesk.desk.demo import DEMO_OPENS, OFFICER
from orderdesk.desk.opening import open_desk
from orderdesk.desk.timeline import lines_of, write_line
from orderdesk.domain.ledger import Posting
from orderdesk.domain.time import local
from orderdesk.errors import BadInput, RuleSaysNo

RECORDS = ("request", "agreement", "condition", "scenarios", "signal")


def told(desk: Desk) -> Mapping[str, Any]:
    """Everything that screens are made of, in plain values."""
    with desk.read() as reader:
        found = reader.cases()
        return {
            "cases": [case.model_dump(exclude={"purpose", "measures"}) for case in found],
            "organisers": reader.organisers(),
            "log": {case.id: [e.entry for e in lines_of(reader, case.id)] for case in found},
            "facts": reader.facts("turnout") + reader.facts("score") + reader.facts("receipt"),
            "records": {kind: reader.records(kind) for kind in RECORDS},
            "postings": reader.postings(Posting),
            "duties": sorted(reader.duties(), key=lambda duty: duty.id),
            "people": reader.people(),
            "trail": reader.trail(),
            "dossiers": [
                str(cases.dossier_in(reader, case, local(desk.now).date()).risk.score.as_json())
                for case in found[-3:]
            ],
        }


def snapshot(desk: Desk, path: Path) -> None:
    here = str(desk.store.database.path)
    with closing(sqlite3.connect(here)) as now, closing(sqlite3.connect(path)) as copy:
        now.backup(copy)


def do(desk: Desk, deed: str, n: int) -> None:
    """One of the things that happen to a register."""
    with desk.read() as reader:
        found = reader.cases()
    if deed == "register" or not found:
        intake.register(
            desk,
            {"when": f"{13 + n % 7} jun 14:00-16:00", "place": ("Markt", "Vrijthof")[n % 2],
             "expected": str(20 + n), "organiser": f"Voorbeeld {n % 3} (fictief)",
             "address": "Voorbeeldstraat 1", "purpose": f"doel {n}"},
        )  # fmt: skip
        return
    case = found[n % len(found)]
    if deed == "change":
        values = intake.form_values(case, None)
        intake.change(desk, case, values | {"expected": str(30 + n), "purpose": f"anders {n}"})
    elif deed == "line":
        write_line(desk, case.id, f"regel {n}")
    elif deed == "ask":
        talks.ask(desk, case.id, "politie", f"vraag {n}", "vr 12 jun")
    elif deed == "answer":
        with desk.read() as reader:
            waiting = [r for r in talks.requests_in(reader) if not r.answer]
        if waiting:
            talks.answer(desk, waiting[0].id, f"antwoord {n}")
    elif deed == "signal":
        signals.enter(
            desk,
            {"district": "Centrum", "phase": "2", "evidenced": "yes", "source_type": "area_staff",
             "reliability": "B", "text": f"spanning {n}"},
        )  # fmt: skip
    elif deed == "close":
        close(desk, case.id, {"turnout": str(n), "incident": "none"})


DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["register", "change", "line", "ask", "answer", "signal", "close"]),
        st.integers(0, 30),
    ),
    min_size=1,
    max_size=7,
)


@settings(
    max_examples=5,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(DEEDS)
def test_the_view_at_t_is_the_snapshot_at_t(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[tuple[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("known")
    clock = DemoClock(DEMO_OPENS)
    clock.set(DEMO_OPENS)
    desk = open_desk(str(folder / "d.db"), actor=OFFICER, clock=clock, new_id=counting_ids("k"))
    taken = []
    for step, (deed, n) in enumerate([("register", 1), *deeds]):
        clock.tick(60)
        do(desk, deed, n)
        snapshot(desk, folder / f"{step}.db")
        taken.append((clock(), folder / f"{step}.db"))
    for moment, path in taken[:: max(1, len(taken) // 3)]:
        now = DemoClock(moment)
        now.set(moment)
        then = known.desk_at(desk, f"{local(moment):%Y-%m-%d %H:%M}")
        real = open_desk(str(path), actor=OFFICER, clock=now)
        try:
            assert told(then) == told(real)
        finally:
            known.leave(then)
            real.store.close()
    desk.store.close()


def test_then_nothing_can_be_changed_and_what_was_erased_stays_gone(
    city: Desk, tmp_path: Path
) -> None:
    assert isinstance(city.clock, DemoClock)
    case = scoring.case_numbered(city, "D-2026-043")
    signal = signals.enter(
        city,
        {"district": "Centrum", "phase": "2", "evidenced": "yes", "source_type": "area_staff",
         "reliability": "B", "text": "spanning rond het plein"},
    )  # fmt: skip
    city.clock.tick(3600)
    then = f"{local(city.now):%Y-%m-%d %H:%M}"
    city.clock.tick(3600)
    with city.work() as work:
        work.purge_case_texts([case.id])
    signals.withdraw(city, signal.id)
    with city.work() as work:
        work.save_case(work.case(case.id).replace(expected=500))
    seen = known.desk_at(city, then)
    try:
        old = scoring.case_numbered(seen, "D-2026-043")
        assert (old.expected, old.purpose) == (120, "")
        assert "spanning" not in str(told(seen)["records"]["signal"])
        with pytest.raises(RuleSaysNo):
            write_line(seen, case.id, "achteraf")
        printing.print_lists(seen, "Lijst", [("Kop", ["regel"])], tmp_path / "then.pdf")
        assert known.stamp(seen)
        assert known.stamp(city) == ""
        path = seen.store.database.path
    finally:
        known.leave(seen)
    assert path is not None
    assert not path.exists()


@pytest.mark.parametrize("text", ["morgen 14:00", "1 jan 2026 10:00", "13:00 uur?"])
def test_a_minute_that_was_not_or_had_nothing_is_refused(city: Desk, text: str) -> None:
    with pytest.raises(BadInput):
        known.desk_at(city, text)


def test_corrections_appear_from_their_own_moment(city: Desk) -> None:
    assert isinstance(city.clock, DemoClock)
    case = scoring.case_numbered(city, "D-2026-041")
    start = city.now
    for minutes, expected in ((10, 70), (20, 80)):
        city.clock.set(start + timedelta(minutes=minutes))
        with city.work() as work:
            work.save_case(work.case(case.id).replace(expected=expected))
    for minutes, expected in ((5, 60), (15, 70), (20, 80)):
        moment = start + timedelta(minutes=minutes)
        seen = known.desk_at(city, f"{local(moment):%Y-%m-%d %H:%M}")
        assert scoring.case_numbered(seen, "D-2026-041").expected == expected
        known.leave(seen)
