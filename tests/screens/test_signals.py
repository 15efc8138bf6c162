"""The signal board: districts by weeks, weights, and a withdrawal that is taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderdesk.desk import signals
from orderdesk.screens.widgets.form import Reading
from tests.stories.playing import story, week_at


@pytest.fixture(scope="module")
def monday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return week_at(tmp_path_factory.mktemp("monday"), 0, "10:00")


async def test_weights_silence_and_a_withdrawal_taken_back(monday: Path, tmp_path: Path) -> None:
    async with story(monday, tmp_path, 1, "09:00", size=(160, 48)) as s:
        await s.press("7")
        board = signals.look(s.desk)
        assert s.sees("! SILENT")  # said in words, not by shade
        strip = s.widget_text("#strip")
        assert all(view.district in strip for view in board.districts)
        assert "<5" in strip
        drawn = s.widget_text("#map")
        assert all(name in drawn for name in signals.district_grid())
        newest = board.signals[0]
        assert board.points(newest) <= signals.signal_rules().most_points
        await s.press("enter")
        assert isinstance(s.app.screen, Reading)
        assert newest.text in s.app.screen.text
        await s.press("escape", "x")
        assert newest.id not in {k.id for k in signals.look(s.desk).signals}
        assert any("take back" in told.message for told in s.app._notifications)
        await s.press("ctrl+z")
        assert newest in signals.look(s.desk).signals


async def test_old_signals_weigh_half_and_then_nothing(monday: Path, tmp_path: Path) -> None:
    async with story(monday, tmp_path, 1, "09:00") as s:
        board = signals.look(s.desk)
        rules = signals.signal_rules()
        for signal in board.signals:
            age = board.age(signal)
            half, gone = rules.half_weight_from_days, rules.gone_after_days
            assert board.weight(signal) == (1 if age < half else 0.5 if age < gone else 0)
