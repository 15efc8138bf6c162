"""A demonstration city on a desk, prepared once for all tests of the desk that only look."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from orderdesk.desk.core import DemoClock, Desk, counting_ids
from orderdesk.desk.demo import DEMO_OPENS, OFFICER, open_city
from orderdesk.desk.opening import open_desk


@pytest.fixture(scope="session")
def city_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city on Tuesday morning of W24, in a file to be copied."""
    path = tmp_path_factory.mktemp("city") / "city.db"
    open_city(str(path)).store.close()
    return path


@pytest.fixture
def city(city_file: Path, tmp_path: Path) -> Iterator[Desk]:
    """A desk on a city of its own; its clock stands on Tuesday morning."""
    path = tmp_path / "city.db"
    shutil.copy(city_file, path)
    clock = DemoClock(DEMO_OPENS)
    clock.set(DEMO_OPENS)
    desk = open_desk(str(path), actor=OFFICER, clock=clock, new_id=counting_ids("test"))
    yield desk
    desk.store.close()
