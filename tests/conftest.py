"""What all tests share: a fixed clock, people of the desk, a database of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from orderdesk.domain.people import Actor, Role
from orderdesk.i18n import set_language
from orderdesk.store.database import Database
from orderdesk.store.work import Store
from tests import cities
from tests.waiting import take_over

# The same examples each time: a run judges the change, not the luck. `nightly` searches further.
settings.register_profile(
    "default",
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("nightly", max_examples=10_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

take_over()

NOW = datetime(2026, 6, 8, 5, 30, tzinfo=UTC)
OFFICER = Actor(name="Officer Example", role=Role.OFFICER)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Each test starts in English, whatever the machine speaks."""
    set_language("en")
    yield
    set_language("en")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Workers take whole stretches of the suite: what a module prepares is seldom made twice."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


@pytest.fixture(scope="session", autouse=True)
def _nobodys_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the user of this machine chose (language, theme) or keeps is not for tests, nor for the
    commands that they start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("user")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _cities(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Cities are made once per run, for all workers together."""
    cities.keep_in(cities.run_folder(tmp_path_factory.getbasetemp()))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data sets and checks; the test skips where it is absent."""
    folder = Path(
        os.environ.get("ORDERDESK_SHARED", Path(__file__).parent.parent.parent / "shared")
    )
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder}")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty database in a file of its own."""
    database = Database(str(tmp_path / "desk.db"), now=NOW)
    made = Store(database, lambda: NOW)
    yield made
    made.close()
