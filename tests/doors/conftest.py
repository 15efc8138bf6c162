"""A desk of one's own for the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orderdesk.store.database import Database
from orderdesk.store.work import Store
from tests import cities
from tests.conftest import NOW
from tests.doors.lines import Ended, Line, run_line


@pytest.fixture
def empty_desk(tmp_path: Path) -> Path:
    """An empty database, made once per run and copied."""

    def make(path: Path) -> None:
        Store(Database(str(path), now=NOW), lambda: NOW).close()

    return Path(shutil.copy(cities.kept("empty.db", make), tmp_path / "desk.db"))


@pytest.fixture
def line(
    empty_desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Line:
    """`orderdesk ...` on an empty desk, in a folder of its own."""
    monkeypatch.chdir(empty_desk.parent)
    monkeypatch.setenv("ORDERDESK_DATABASE", str(empty_desk))

    def orderdesk(*words: str) -> Ended:
        return run_line(capsys, *words)

    return orderdesk
