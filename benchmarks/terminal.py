"""A pseudo-terminal that measures: what a program paints, and when."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
from collections.abc import Mapping, Sequence
from time import perf_counter

_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_=>])")


class Terminal:
    """A program in a terminal of `columns` x `rows`; times are seconds since it was started."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        columns: int,
        rows: int,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.painted = b""
        """Everything it wrote."""
        self.begun = perf_counter()
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.execvpe(
                argv[0],
                list(argv),
                {
                    **os.environ,
                    "TERM": "xterm-256color",
                    "LC_ALL": "C.UTF-8",
                    **(environment or {}),
                },
            )
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, size)

    def wait_for(self, text: str, seconds: float = 60) -> float:
        """When `text` stood on the screen, in seconds since the start. Raises TimeoutError."""
        wanted = text.encode()
        until = perf_counter() + seconds
        while perf_counter() < until:
            if self._read(until - perf_counter()) and wanted in _ESCAPES.sub(b"", self.painted):
                return perf_counter() - self.begun
        raise TimeoutError(f"{text!r} was not painted in {seconds} s")

    def press(self, keys: str) -> float:
        """Write keys; the moment it was done."""
        os.write(self._fd, keys.encode())
        return perf_counter()

    def burst(self, quiet: float = 0.08, seconds: float = 5) -> tuple[float, str]:
        """The moment of the last byte before `quiet` seconds of silence, and the text painted."""
        before, last = len(self.painted), 0.0
        until = perf_counter() + seconds
        while perf_counter() < until and self._read(quiet if last else until - perf_counter()):
            last = perf_counter()
        return last, _ESCAPES.sub(b"", self.painted[before:]).decode(errors="replace")

    def close(self) -> None:
        """End the program."""
        try:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        finally:
            os.close(self._fd)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._fd], [], [], max(0.0, seconds))
        if not ready:
            return False
        try:
            part = os.read(self._fd, 65536)
        except OSError:
            return False
        self.painted += part
        return bool(part)
