"""Part C at the doors: a disk that is full, a folder that refuses, a database that is held or hurt."""

from __future__ import annotations

import errno
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from orderdesk.app import OrderdeskApp, open_own
from tests.doors.lines import Line
from tests.waiting import idle, until

REGISTER = ("register", "--when=za 13 jun 2026 14:00-16:00", "--place=Markt", "--expected=80")


def _full(*_args: object, **_more: object) -> NoReturn:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("words", "file"),
    [
        (["export", "register", "--out=out/r.csv"], "out/r.csv"),
        (["review", "--week=2026-W24", "--out=out"], "out/review-2026-W24.pdf"),
    ],
    ids=["register", "review"],
)
def test_a_full_disk_leaves_the_old_export_whole(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], file: str
) -> None:
    assert line(*REGISTER).code == 0
    assert line(*words).code == 0
    before = (tmp_path / file).read_bytes()
    monkeypatch.setattr(Path, "write_bytes", _full)
    ended = line(*words)
    assert ended.code == 1
    assert "No space left" in ended.err
    assert (tmp_path / file).read_bytes() == before
    assert not list((tmp_path / "out").glob("*.partial"))


def _small(connect: Callable[..., sqlite3.Connection]) -> Callable[..., sqlite3.Connection]:
    """Connections that find the disk full while they write a copy."""

    def opened(path: object, *args: Any, **more: Any) -> sqlite3.Connection:
        made = connect(path, *args, **more)
        if str(path).endswith(".partial"):
            made.execute("PRAGMA max_page_count=3")
        return made

    return opened


def test_a_disk_that_fills_while_backing_up_leaves_the_old_backup(
    line: Line, empty_desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert line(*REGISTER).code == 0
    assert line("db", "backup", "b.db").code == 0
    before = (empty_desk.parent / "b.db").read_bytes()
    monkeypatch.setattr(sqlite3, "connect", _small(sqlite3.connect))
    ended = line("db", "backup", "b.db")
    assert ended.code == 1
    assert "no backup at" in ended.err
    assert "full" in ended.err
    assert (empty_desk.parent / "b.db").read_bytes() == before
    assert not list(empty_desk.parent.glob("*.partial"))
    assert line("db", "check").code == 0


async def test_a_full_disk_keeps_nobody_from_opening_the_desk(
    empty_desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "connect", _small(sqlite3.connect))
    app = OrderdeskApp(lambda: open_own(str(empty_desk), None))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.desk is not None, "an open desk")
        await idle(app)
        (told,) = [t.message for t in app._notifications]
    app.let_go()
    assert "no backup at" in told
    assert "full" in told


@pytest.mark.parametrize(
    "words",
    [
        ["export", "register", "--out=taken/r.csv"],
        ["export", "ics", "--out=taken"],
        ["review", "--week=2026-W24", "--out=taken"],
        ["demo", "--headless", "--out=taken"],
        ["db", "backup", "taken/b.db"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_folder_that_cannot_be_is_said_at_once(
    line: Line, tmp_path: Path, words: list[str]
) -> None:
    (tmp_path / "taken").write_text("a file stands here", encoding="utf-8")
    ended = line(*words)
    if words[1] == "ics":  # an empty desk has no calendar to write
        assert ended.code in (0, 1)
    else:
        assert ended.code == 1
        assert "taken" in ended.err
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "a file stands here"


def test_a_held_database_is_said_and_serves_again(
    line: Line, empty_desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orderdesk.store.database.BUSY_MILLISECONDS", 20)
    with sqlite3.connect(empty_desk, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        ended = line(*REGISTER)
        other.execute("ROLLBACK")
    assert ended.code == 1
    assert "in use by another program" in ended.err
    assert line(*REGISTER).code == 0


def test_a_damaged_database_names_the_way_back(
    line: Line, empty_desk: Path, tmp_path: Path
) -> None:
    assert line(*REGISTER).code == 0
    assert line("db", "backup", "good.db").code == 0
    hurt = b"no database at all" * 500
    empty_desk.write_bytes(hurt)
    ended = line("plan")
    assert ended.code == 1
    assert "orderdesk db restore" in ended.err
    assert empty_desk.read_bytes() == hurt
    assert line("db", "restore", "good.db").code == 0
    assert json.loads(line("db", "check", "--json").out)["sound"]
    assert line("score", "D-2026-001").code == 0


def test_a_check_names_what_was_tampered_with(line: Line, empty_desk: Path) -> None:
    assert line(*REGISTER).code == 0
    with sqlite3.connect(empty_desk) as raw:
        raw.execute("DROP TRIGGER audit_no_update")
        raw.execute("UPDATE audit SET actor = 'x' WHERE seq = 1")
    ended = line("db", "check")
    assert (ended.code, "1" in ended.out) == (1, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["db", "check"], 1, "there is no database"),
        (["db", "backup", "b.db"], 1, "there is no database"),
        (["db", "restore", "nothing.db"], 2, "no such file"),
    ],
)
def test_a_database_that_is_not_there_is_said_and_not_made(
    line: Line, tmp_path: Path, words: list[str], code: int, said: str
) -> None:
    ended = line("--database", str(tmp_path / "none.db"), *words)
    assert ended.code == code
    assert said in ended.err
    assert not (tmp_path / "none.db").exists()
    assert not (tmp_path / "nothing.db").exists()
