"""How orderdesk keeps much in memory without making keys wait."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_MANY = 50_000
"""New objects from which looking through them takes as long as a key may."""
_lock = Lock()
_building = 0
"""How many, in whatever thread, are building now."""


@contextmanager
def long_lived() -> Iterator[None]:
    """For building what stays, such as the lines of a long register.

    A hundred thousand cases are a million objects: to look through them for garbage, while they are
    made and again and again afterwards, takes half a second each time, with every key waiting.
    So the collector rests while they are made, until the last of several that build at once is
    done, and then, if they are many, leaves them alone from there on. What nobody refers to any
    more still goes at once.
    """
    global _building
    with _lock:
        _building += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _building -= 1
            if not _building:
                if gc.get_count()[0] > _MANY:
                    gc.freeze()
                gc.enable()
