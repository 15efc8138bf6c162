"""The test week, played once for all stories that look at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from orderdesk.desk.core import Desk
from orderdesk.desk.demo import standing_city
from orderdesk.desk.week24 import Played, Week24


@pytest.fixture(scope="module")
def week24(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Played]]:
    """The desk after W24, and what the week left behind."""
    path = tmp_path_factory.mktemp("w24") / "city.db"
    desk, clock = standing_city(str(path))
    yield desk, Week24(desk, clock).play()
    desk.store.close()
