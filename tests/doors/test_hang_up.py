"""Part C: a terminal that is closed, as by a cut SSH connection, with a form half filled."""

from __future__ import annotations

import os
import select
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from orderdesk.app import OrderdeskApp
from orderdesk.desk import known
from tests.cities import demo_desk

if sys.platform != "win32":
    import fcntl
    import pty
    import struct
    import termios

PATIENCE = 30.0


def _until(terminal: int, wanted: bytes) -> None:
    """Read what the program draws until it has drawn something."""
    drawn, end = b"", time.monotonic() + PATIENCE
    while wanted not in drawn:
        ready, _writable, _odd = select.select([terminal], [], [], end - time.monotonic())
        assert ready, drawn[-2_000:]
        drawn += os.read(terminal, 65_536)


def _kept(path: Path, words: str) -> bool:
    with closing(sqlite3.connect(path)) as raw:
        return any(
            words in doc for (doc,) in raw.execute("SELECT doc FROM record WHERE kind = 'draft'")
        )


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of this kind")
def test_a_closed_terminal_keeps_the_draft(empty_desk: Path, tmp_path: Path) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.environ |= {"TERM": "xterm-256color", "XDG_DATA_HOME": str(tmp_path)}
        words = ["-m", "orderdesk", "--database", str(empty_desk), "--lang", "en"]
        os.execv(sys.executable, [sys.executable, *words])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    _until(terminal, b"register")
    os.write(terminal, b"n")
    _until(terminal, b"When")
    os.write(terminal, b"over 2 weken 14:00\tVrijthof")
    _until(terminal, b"square days")  # said of a whole name only: the form has read all keys
    os.close(terminal)
    _child, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGHUP
    assert _kept(empty_desk, "over 2 weken 14:00")


def test_a_copy_of_an_earlier_moment_does_not_outlive_its_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    killed = tmp_path / f"orderdesk-known-{ended.pid}-abc"
    running = tmp_path / f"orderdesk-known-{os.getppid()}-abc"
    killed.mkdir()
    running.mkdir()
    desk = demo_desk(tmp_path / "city.db")
    then = known.desk_at_moment(desk, desk.now)
    assert not killed.exists()
    assert running.exists()
    app = OrderdeskApp(lambda: desk)
    app.desk, app._now_desk = then, desk
    app.let_go()
    assert [path.name for path in tmp_path.glob("orderdesk-known-*")] == [running.name]
