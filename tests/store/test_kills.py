"""`kill -9` at any moment: every acknowledged change is there, and the database is sound."""

from __future__ import annotations

import os
import random
import signal
import sys
from pathlib import Path

import pytest

from orderdesk.domain.events import Case, Kind, Source
from orderdesk.store.database import Database
from orderdesk.store.work import Store
from tests.conftest import NOW, OFFICER

KILLS = 200


def _write_until_killed(path: str, pipe: int, generation: int) -> None:
    store = Store(Database(path, now=NOW), lambda: NOW)
    for n in range(10_000):
        id = f"{generation}-{n}"
        with store.write(OFFICER) as work:
            work.add_case(
                Case(id=id, number=id, kind=Kind.DEMONSTRATION, source=Source.ORAL, known_at=NOW)
            )
            work.add_fact("note", id, {"text": "x" * 500})
        os.write(pipe, f"{id}\n".encode())


def _kill_one(path: str, generation: int, acknowledged_wanted: int, pause: float) -> list[str]:
    """Let a child write, kill it after some acknowledgements and a moment; what it had said."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(read)
            _write_until_killed(path, write, generation)
        finally:
            os._exit(0)
    os.close(write)
    said = b""
    while said.count(b"\n") < acknowledged_wanted:
        said += os.read(read, 4096)
    # Spinning, not sleeping: the kill must fall anywhere inside a write.
    for _ in range(int(pause * 200_000)):
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while chunk := os.read(read, 65536):
        said += chunk
    os.close(read)
    return said.decode().split("\n")[:-1]


@pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "win32", reason="needs fork")
def test_two_hundred_kills_lose_no_acknowledged_change(tmp_path: Path) -> None:
    path = str(tmp_path / "desk.db")
    Database(path, now=NOW).close()
    chance = random.Random(24)
    acknowledged: list[str] = []
    for generation in range(KILLS):
        acknowledged += _kill_one(path, generation, chance.randint(0, 3), chance.random())
        if generation % 20 == 19:
            store = Store(Database(path, now=NOW), lambda: NOW)
            assert store.check() == []
            store.close()
    store = Store(Database(path, now=NOW), lambda: NOW)
    assert store.check() == []
    with store.read() as reader:
        cases = {case.id for case in reader.cases()}
        notes = {fact.subject for fact in reader.facts("note")}
    assert set(acknowledged) <= cases
    assert cases == notes, "a half-written unit of work"
    assert len(acknowledged) > KILLS / 2
    store.close()
