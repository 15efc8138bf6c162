"""The risk screen: reading a proposal, signing for it, an own starting level, measuring."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderdesk.desk import learning, scoring
from orderdesk.screens.widgets.form import Form, Reading
from tests.stories.playing import story, week_at


@pytest.fixture(scope="module")
def monday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return week_at(tmp_path_factory.mktemp("monday"), 0, "10:00")


async def test_an_update_is_read_and_then_signed(monday: Path, tmp_path: Path) -> None:
    async with story(monday, tmp_path, 1, "09:00") as s:
        await s.press("3", "u")
        assert isinstance(s.app.screen, Reading)
        assert s.sees("closed cases")
        await s.press("escape")
        assert isinstance(s.app.screen, Form)
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, Form)  # nobody signed
        await s.type("Teamleider Voorbeeld (fictief)")
        await s.press("ctrl+s")
        assert [v.number for v in learning.versions(s.desk)] == [0, 1]
        await s.press("v")
        assert s.sees("version 1")


async def test_an_anchor_of_ones_own(monday: Path, tmp_path: Path) -> None:
    async with story(monday, tmp_path, 1, "09:00") as s:
        await s.press("3", "a", "tab")
        await s.fill("4", "", "regionaal beeld", "Teamleider Voorbeeld (fictief)")
        await s.press("ctrl+s")
        (version,) = learning.versions(s.desk)[1:]
        assert version.anchors["demonstration"].reason == "regionaal beeld"


async def test_the_own_register_is_measured_from_the_screen(monday: Path, tmp_path: Path) -> None:
    async with story(monday, tmp_path, 1, "09:00") as s:
        await s.press("3", "b", "ctrl+s")
        assert isinstance(s.app.screen, Reading)
        assert "AUC" in s.app.screen.text
        await s.press("escape", "b")
        await s.type("/no/such/file.csv")
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, Reading)
        assert "There is no such file" in s.app.screen.text


async def test_the_letter_of_an_event_is_advised_and_decided(monday: Path, tmp_path: Path) -> None:
    async with story(monday, tmp_path, 1, "09:00", size=(160, 48)) as s:
        await s.press("3", "down", "enter", "b")
        assert isinstance(s.app.screen, Form)
        assert s.sees("questions of the profiles are open")
        await s.press("ctrl+s")
        assert s.sees("decided class")
        case = scoring.case_numbered(s.desk, "D-2026-041")
        assert not case.is_event
        await s.press("escape", "3", "home", "enter", "b")
        assert not isinstance(s.app.screen, Form)
