"""A database of an earlier version comes along whole, after a backup, also when it is cut off."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from orderdesk.domain.people import Skill
from orderdesk.store.database import Database, _engine, head_version, schema_version, upgrade
from orderdesk.store.mapping import canonical
from orderdesk.store.reading import GENESIS, hash_of
from orderdesk.store.tables import AuditRow
from orderdesk.store.work import Store
from tests.conftest import NOW, OFFICER

_CUT = """
import os, sys
from alembic import op
from orderdesk.store import database
create, done = op.create_index, []
def cut(*args, **kw):
    create(*args, **kw)
    if args[0] == "ix_private_subject":
        os._exit(9)
op.create_index = cut
from tests.conftest import NOW
database.Database(sys.argv[1], now=NOW)
"""


@pytest.fixture
def first_version(tmp_path: Path) -> Path:
    """A database as version 0001 left it, with a person, a case, a log line and a trail."""
    path = tmp_path / "old.db"
    engine = _engine(f"sqlite:///{path}", read_only=False)
    upgrade(engine, "0001")
    engine.dispose()
    moment = NOW.replace(tzinfo=None).isoformat(" ")
    trail = AuditRow(
        seq=1, at=NOW, actor="a", role="lead", action="log", subject="case:c1",
        doc=canonical({"words": "vol plein"}), previous=GENESIS, hash="",
    )  # fmt: skip
    with sqlite3.connect(path) as old:
        old.execute(
            "INSERT INTO person VALUES (?, ?, ?, ?, ?, ?)",
            ("B01", "Anna Voorbeeld", "handhaving", '["boa"]', 2160, ""),
        )
        old.execute("INSERT INTO organiser VALUES ('o1', 'Voorbeeld', 'Straat 1', '06', 'a@b.c')")
        old.execute(
            "INSERT INTO case_ (id, number, kind, source, known_at, time_known, place_id,"
            " place_text, route, form, organiser_id, purpose, composition, measures, counter_to,"
            " counter_group, counter_sureness, status, moved_to, decided_class, imported_from,"
            " extra, version) VALUES ('c1', 'D-2026-001', 'demonstration', 'written', ?, 1,"
            " 'markt', '', '[]', 'static', 'o1', 'doel', '', '', '', 'unknown', 'C',"
            " 'in_preparation', '', '', '', '{}', 1)",
            (moment,),
        )
        old.execute(
            "INSERT INTO fact (kind, subject, known_at, entered_at, actor, doc)"
            " VALUES ('log', 'case:c1', ?, ?, 'a', ?)",
            (moment, moment, json.dumps({"words": "vol plein", "corrects": 0})),
        )
        old.execute(
            "INSERT INTO audit VALUES (1, ?, 'a', 'lead', 'log', 'case:c1', ?, ?, ?)",
            (moment, trail.doc, trail.previous, hash_of(trail)),
        )
    old.close()
    return path


def _is_whole(path: Path) -> None:
    store = Store(Database(str(path), now=NOW), lambda: NOW)
    with store.read() as reader:
        anna = reader.person("B01")
        assert anna is not None
        assert (anna.name, anna.skills, anna.version) == ("Anna Voorbeeld", {Skill.BOA}, 1)
        assert anna.weekdays == frozenset(range(7))
        assert anna.serves(NOW.date())
        assert reader.case("c1").purpose == "doel"
        assert reader.organisers()["o1"].phone == "06"
        assert reader.facts("log")[0].doc["words"] == "vol plein"
        assert reader.words_in_the_chain() == 1  # hashed as they stand: told, not erasable
    with store.write(OFFICER) as work:
        work.save_person(anna.replace(district="Oost"))
    assert store.check() == []
    store.close()


def test_a_first_version_comes_along_after_a_backup(first_version: Path) -> None:
    _is_whole(first_version)
    (kept,) = (first_version.parent / "old-backups").glob("before-*.db")
    with sqlite3.connect(kept) as before:
        assert before.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
        assert before.execute("SELECT name FROM person").fetchone() == ("Anna Voorbeeld",)
    before.close()


def test_a_migration_that_is_cut_off_is_done_at_the_next_start(first_version: Path) -> None:
    cut = subprocess.run([sys.executable, "-c", _CUT, str(first_version)], check=False)
    assert cut.returncode == 9
    engine = _engine(f"sqlite:///{first_version}", read_only=False)
    assert schema_version(engine) == "0001"
    engine.dispose()
    assert list((first_version.parent / "old-backups").glob("before-*.db"))
    _is_whole(first_version)
    engine = _engine(f"sqlite:///{first_version}", read_only=False)
    assert schema_version(engine) == head_version()
    engine.dispose()
