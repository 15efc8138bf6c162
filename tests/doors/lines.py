"""The command line in this process: what it prints and how it ends."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from orderdesk.__main__ import globals_first
from orderdesk.cli import run

_FORBIDDEN = {"Cc", "Cf", "Co", "Cs"}
_KEPT = {"\n", "\u2066", "\u2067", "\u2068", "\u2069", "\u200d"}
"""Line ends; isolates that keep bidirectional text put; the joiner of emoji."""


@dataclass(frozen=True)
class Ended:
    """How a line ended."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """All that reached the terminal."""
        return self.out + self.err


Line = Callable[..., Ended]


def unsafe(text: str) -> set[str]:
    """Characters that would steer a terminal or hide what stands there."""
    return {c for c in text if unicodedata.category(c) in _FORBIDDEN and c not in _KEPT}


def run_line(capsys: pytest.CaptureFixture[str], *words: str) -> Ended:
    """Run `orderdesk WORDS`; no traceback may ever come of it."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        run(globals_first(list(words)))
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    assert "fault of orderdesk itself" not in said.err, said.err
    return Ended(int(ended.value.code or 0), said.out, said.err)
