"""A private PostgreSQL server for the tests, where its binaries are present."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import make_url


def _binaries() -> Path | None:
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return installed[-1].parent if installed else None


def _as_plain_user(folder: Path) -> dict[str, int]:
    """PostgreSQL refuses to run as root: hand the folder to another user and run as that one."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, user.pw_uid, user.pw_gid)
        return {"user": user.pw_uid, "group": user.pw_gid}
    return {}


class Cable:
    """A connection on loopback to a server that can be cut and mended, as a network is."""

    def __init__(self, url: str) -> None:
        self._server = make_url(url)
        self._wires: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._plugged = True
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """The address of the server at the far end."""
        return self._server.set(port=self.port).render_as_string(hide_password=False)

    def cut(self) -> None:
        """Drop every connection, in the middle of whatever it says; refuse new ones."""
        self._plugged = False
        for wire in self._wires:
            with suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)
        self._wires.clear()

    def mend(self) -> None:
        """Let connections through again."""
        self._plugged = True

    def close(self) -> None:
        """Put it away."""
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            if not self._plugged:
                near.close()
                continue
            far = socket.create_connection((self._server.host, self._server.port))
            self._wires += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_pour, args=(one, other), daemon=True).start()


def _pour(source: socket.socket, into: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            into.sendall(data)
    for wire in (source, into):
        with suppress(OSError):
            wire.shutdown(socket.SHUT_RDWR)


@contextmanager
def private_server() -> Iterator[str | None]:
    """The address of a running server on loopback; None where PostgreSQL is not installed."""
    binaries = _binaries()
    if binaries is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="orderdesk-pg-"))
    who = _as_plain_user(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    run = {"cwd": folder, "check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "desk", "-A", "trust", "--no-sync", "-E", "UTF8"],
            **run, **who,
        )  # fmt: skip
        subprocess.run(
            [binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o",
             f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off", "start"],
            **run, **who,
        )  # fmt: skip
        yield f"postgresql://desk@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"],
                       **{**run, "check": False}, **who)  # fmt: skip
        shutil.rmtree(folder, ignore_errors=True)
