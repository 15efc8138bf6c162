"""A demonstration city on a desk, made once per run and copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orderdesk.desk.core import Desk
from tests.cities import demo_desk, demo_file


@pytest.fixture
def city_file() -> Path:
    """The city on Tuesday morning, to be copied."""
    return demo_file()


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Desk]:
    """A desk on a city of its own; its clock stands on Tuesday morning."""
    desk = demo_desk(tmp_path / "city.db")
    yield desk
    desk.store.close()
