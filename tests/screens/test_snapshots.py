"""Places as they look, at two sizes and in both languages, on the demonstration city.

    python -m pytest tests/screens/test_snapshots.py --snapshot-update

writes the pictures anew; look at the difference before it is kept. The clock stands at Tuesday
9 June 2026, 09:00; nothing moves or blinks.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pytest_textual_snapshot import SVGImageExtension
from syrupy.assertion import SnapshotAssertion

from orderdesk.i18n import set_language
from orderdesk.screens.base import PLACES
from tests.stories.playing import story, week_at

_ELSEWHERE = re.compile(r"\s*@font-face \{.*?\}|\s*<!--.*?-->", re.S)
"""Fonts that would be fetched, and who drew it."""


class Picture(SVGImageExtension):
    """A picture of the screen that refers to nothing outside itself."""

    def serialize(self, data: object, **options: object) -> str:
        """The SVG by itself."""
        text = super().serialize(data, **options)
        assert isinstance(text, str)
        return _ELSEWHERE.sub("", text)


@pytest.fixture(scope="module")
def monday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return week_at(tmp_path_factory.mktemp("monday"), 0, "10:00")


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["80x24", "160x48"])
async def test_places_look_as_they_did(
    monday: Path, tmp_path: Path, snapshot: SnapshotAssertion, size: tuple[int, int], lang: str
) -> None:
    set_language(lang)
    changed = []
    async with story(monday, tmp_path, 1, "09:00", size=size) as s:
        for name, key, _title in PLACES:
            await s.press(key)
            drawn = s.app.export_screenshot(title="orderdesk", simplify=True)
            kept = snapshot(name=name, extension_class=Picture)
            if drawn != kept:
                changed.append(name)
    assert changed == []
