"""Demonstration cities for tests: each moment is made once per run and copied from then on.

- `city_at(path, day, clock)` puts the city, its test week played up to a moment, at `path`.
- `played_until(day, clock)` gives the file itself: for tests that only look, and for copying.
- `demo_desk(path)` is a desk on what `orderdesk demo` opens: Tuesday 07:30 of the test week.

The files lie in the run's own folder and are shared by the workers of a parallel run: whichever
worker needs one first makes it. Never open a kept file for writing: copy it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from orderdesk.city import TEST_WEEK
from orderdesk.desk.core import DemoClock, Desk, counting_ids
from orderdesk.desk.demo import DEMO_OPENS, OFFICER, open_city, standing_city
from orderdesk.desk.opening import open_desk
from orderdesk.desk.week24 import Week24
from orderdesk.domain.time import at

_folder: Path | None = None


def keep_in(folder: Path) -> None:
    """Where this run keeps its cities; `tests/conftest.py` says it once."""
    global _folder
    _folder = folder
    folder.mkdir(exist_ok=True)


def moment(day: int, clock: str) -> datetime:
    """A moment of the test week; day 0 is Monday 8 June 2026."""
    return at(TEST_WEEK.days[day], clock)


def kept(name: str, make: Callable[[Path], None]) -> Path:
    """The file `name` of this run, made by `make` if no worker has made it yet.

    Two workers may make it at the same time; the first to be ready wins, and nobody waits.
    """
    assert _folder is not None, "tests/conftest.py has not said where cities are kept"
    path = _folder / name
    if not path.exists():
        with tempfile.TemporaryDirectory(dir=_folder) as own:
            made = Path(own) / name
            make(made)
            made.replace(path)
    return path


def played_until(day: int, clock: str) -> Path:
    """The city with the week played up to a moment. To look at or to copy, not to change."""
    until = moment(day, clock)

    def play(path: Path) -> None:
        desk, standing = standing_city(str(path))
        Week24(desk, standing).play(until)
        desk.store.close()

    return kept(f"week-{Week24.steps_before(until):02d}.db", play)


def city_at(path: Path, day: int, clock: str) -> Path:
    """A city of one's own at `path`, the week played up to a moment."""
    return Path(shutil.copy(played_until(day, clock), path))


def demo_file() -> Path:
    """What `orderdesk demo` opens. To look at or to copy, not to change."""

    def make(made: Path) -> None:
        open_city(str(made)).store.close()

    return kept("demo.db", make)


def demo_desk(path: Path) -> Desk:
    """A desk on what `orderdesk demo` opens, at `path`; its clock stands on Tuesday 07:30."""
    shutil.copy(demo_file(), path)
    clock = DemoClock(DEMO_OPENS)
    clock.set(DEMO_OPENS)
    return open_desk(str(path), actor=OFFICER, clock=clock, new_id=counting_ids("test"))


def run_folder(base: Path) -> Path:
    """The folder that all workers of this run share; `base` is this worker's."""
    return (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "cities"
