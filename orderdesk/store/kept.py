"""What was found in the database, kept while nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Any, TypeVar, cast

from orderdesk.memory import long_lived

T = TypeVar("T")


class Kept:
    """For what takes seconds to find on a long register: threads that ask at once find it once."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, Any]] = {}
        self._finding: dict[str, RLock] = {}

    def get(self, name: str, place: int, find: Callable[[], T]) -> T:
        """What `find` gave at this `place` of the trail, or gives now."""
        with self._finding.setdefault(name, RLock()):
            known = self._found.get(name)
            if known is None or known[0] != place:
                with long_lived():
                    known = (place, find())
                self._found[name] = known
            return cast(T, known[1])
