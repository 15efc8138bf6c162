"""Out of reach: what is written meanwhile is kept on this machine and comes in once."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orderdesk.desk import drafts, incident, logfile, offline, scoring
from orderdesk.desk.core import DemoClock, Desk, counting_ids
from orderdesk.desk.demo import DEMO_OPENS, LEAD, OFFICER
from orderdesk.desk.opening import open_desk
from orderdesk.desk.timeline import lines_of, write_line
from orderdesk.domain.logs import merge
from orderdesk.errors import BadInput, OutOfReach, RuleSaysNo
from orderdesk.store import database
from tests.cities import demo_desk

CASE = "D-2026-043"


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another program holds the file."""
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    other.close()


@pytest.fixture
def desk(city: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 20)
    clock = DemoClock(DEMO_OPENS)
    clock.set(DEMO_OPENS)
    made = open_desk(
        str(tmp_path / "city.db"), actor=OFFICER, clock=clock, new_id=counting_ids("off"),
        spool=tmp_path / "spool" / "kept.jsonl",
    )  # fmt: skip
    yield made
    made.store.close()


def texts(desk: Desk, number: str = CASE) -> list[str]:
    with desk.read() as reader:
        return [line.text for line in lines_of(reader, scoring.case_numbered(desk, number).id)]


def test_nine_minutes_without_the_database_lose_nothing(desk: Desk, tmp_path: Path) -> None:
    case = scoring.case_numbered(desk, CASE)
    assert isinstance(desk.clock, DemoClock)
    before = len(texts(desk))
    with held(tmp_path / "city.db"):
        for minute in range(9):
            write_line(desk, case.id, f"regel {minute}")
            desk.clock.tick(60)
        incident.turnout(desk, case.id, "110", "police")
        for text in ("Mar", "Markt"):
            drafts.save_draft(desk, "notification", {"place": text})
        assert desk.away is not None
        assert drafts.load_draft(desk, "notification") == {"place": "Markt"}
        assert desk.spool is not None
        assert stat.S_IMODE(desk.spool.stat().st_mode) == 0o600
        assert len(offline.waiting(desk)) == 11
        assert offline.back(desk) is None
        with pytest.raises(OutOfReach):
            texts(desk)
    assert offline.back(desk) == 11
    assert desk.away is None
    assert not desk.spool.exists()
    log = texts(desk)
    assert len(log) == before + 10
    assert log[-10:-1] == [f"regel {n}" for n in range(9)]
    with desk.read() as reader:
        lines = lines_of(reader, case.id)
    assert [(line.known_at - DEMO_OPENS).seconds for line in lines[-10:-1]] == [
        60 * n for n in range(9)
    ]
    assert drafts.load_draft(desk, "notification") == {"place": "Markt"}
    assert incident.counted(desk, case.id) == "110"
    assert desk.store.check() == []


def test_stopping_between_writing_and_forgetting_doubles_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    case = scoring.case_numbered(desk, CASE)
    with held(tmp_path / "city.db"):
        write_line(desk, case.id, "één regel\u2028met een vreemd teken")
    assert desk.spool is not None
    kept = desk.spool.read_text(encoding="utf-8")
    assert offline.back(desk) == 1
    before = len(texts(desk))
    desk.spool.write_text(kept + kept[: len(kept) // 2], encoding="utf-8")  # and half a line
    assert offline.back(desk) == 1
    assert len(texts(desk)) == before


def test_two_logs_become_one_with_one_end_time_side_by_side(city: Desk, tmp_path: Path) -> None:
    lead_file = tmp_path / "lead.db"
    demo_desk(lead_file).store.close()
    lead = open_desk(str(lead_file), actor=LEAD, clock=city.clock, new_id=counting_ids("lead"))
    case = scoring.case_numbered(city, CASE)
    common = len(texts(city))
    for n in range(13):
        write_line(city, case.id, f"officier {n}")
    write_line(city, case.id, "afgelopen", says={"ended": "2026-06-13T14:00:00+00:00"})
    for n in range(8):
        write_line(lead, case.id, f"teamleider {n}", corrects=0)
    write_line(lead, case.id, "einde", says={"ended": "2026-06-13T14:05:00+00:00"})
    mine, theirs = tmp_path / "mine.json", tmp_path / "theirs.json"
    assert logfile.export_log(city, case.id, mine) == common + 14
    assert logfile.export_log(lead, case.id, theirs) == common + 9
    here = logfile.merge(city, logfile.read_log(theirs))
    there = logfile.merge(lead, logfile.read_log(mine))
    assert here.lines == there.lines == common + 23
    assert (here.new, there.new) == (9, 14)
    with city.read() as a, lead.read() as b:
        mine_now, theirs_now = lines_of(a, case.id), lines_of(b, case.id)
    assert merge(line.entry for line in mine_now) == merge(line.entry for line in theirs_now)
    assert len(here.disagreements) == 1
    assert here.disagreements[0].values == there.disagreements[0].values
    assert logfile.merge(city, logfile.read_log(theirs)).new == 0

    chosen = here.disagreements[0].statements[1]
    logfile.choose(city, case.id, "ended", chosen.id)
    assert logfile.open_disagreements(city, case.id) == ()
    assert {"afgelopen", "einde"} <= set(texts(city))
    with pytest.raises(RuleSaysNo):
        logfile.choose(city, case.id, "ended", chosen.id)
    assert city.store.check() == []
    lead.store.close()


def test_a_log_file_that_is_none_or_was_changed_is_refused(city: Desk, tmp_path: Path) -> None:
    case = scoring.case_numbered(city, CASE)
    path = tmp_path / "log.json"
    write_line(city, case.id, "een regel")
    logfile.export_log(city, case.id, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    changed = tmp_path / "changed.json"
    changed.write_text(path.read_text(encoding="utf-8").replace("D-2026", "X-2026"), "utf-8")
    with pytest.raises(BadInput):
        logfile.merge(city, logfile.read_log(changed))
    path.write_text(path.read_text(encoding="utf-8").replace(OFFICER.name, "Iemand"), "utf-8")
    with pytest.raises(BadInput):
        logfile.read_log(path)
    path.write_text("[" * 100_000, "utf-8")
    with pytest.raises(BadInput):
        logfile.read_log(path)
