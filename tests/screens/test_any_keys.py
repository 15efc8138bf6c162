"""Whatever keys are pressed, in whatever order: the application runs on and the database is sound."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.stories.playing import story, week_at

KEYS = (
    *"123456789", *"abcdefghilmnopqrstuvwxyz", *"120", "[", "]", "up", "down", "left", "right",
    "enter", "enter", "escape", "escape", "escape", "tab", "shift+tab", "ctrl+s", "ctrl+l", "ctrl+t",
    "pageup", "pagedown", "home", "end", "question_mark", "slash", "backspace", "space",
)  # fmt: skip
_LEFT_OUT = {"m"}  # four weeks by the solver take their twenty seconds


@pytest.fixture(scope="module")
def monday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return week_at(tmp_path_factory.mktemp("any"), 1, "14:00")


@pytest.mark.parametrize("seed", range(2))
async def test_any_keys_in_any_order(
    monday: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.chdir(tmp_path)  # what is written to a relative path stays here
    chance = random.Random(seed)
    keys = [key for key in KEYS if key not in _LEFT_OUT]
    async with story(monday, tmp_path, 1, "14:00", size=(80, 24)) as s:
        for turn in range(60):
            if turn in (20, 26):  # a window made tiny, and large again
                await s.pilot.resize_terminal(*((20, 5) if turn == 20 else (80, 24)))
            await s.pilot.press(chance.choice(keys))
            assert s.app.is_running
        await s.settle()
        assert s.app._exception is None
        assert s.desk.store.check() == []
