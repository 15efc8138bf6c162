"""Waiting in tests of the application: for what has to happen, never for a time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

_MOST = 200
_STUCK = 120
"""Seconds after which what is waited for is given up: a fault, on any machine."""


async def idle(app: App[Any]) -> None:
    """Until no worker runs. One that a newer one has replaced (exclusive workers) is no failure; a
    worker that fails fails the test."""
    for _turn in range(_MOST):
        running = [worker for worker in app.workers if not worker.is_finished]
        if not running:
            return
        for worker in running:
            with suppress(WorkerCancelled):
                await worker.wait()


async def until(pilot: Pilot[Any], happened: Callable[[], bool], what: str) -> None:
    """Until something has happened, also while workers run; `what` says it where it never does."""
    given_up = monotonic() + _STUCK
    while not happened():
        assert monotonic() < given_up, f"never happened: {what}"
        await pilot.pause(0.005)
