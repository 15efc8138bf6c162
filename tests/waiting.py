"""Waiting in tests of the application until nothing is under way, without sleeping."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from textual.app import App
from textual.worker import WorkerCancelled

_MOST = 200


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
