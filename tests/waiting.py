"""Waiting in tests of the application: for what has to happen, never for a time.

Pilot waits until the processor is idle, which a loaded machine is too early and a busy thread never
is. `take_over` puts `at_rest` in its place: nothing is under way any more, however long it took.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from time import monotonic
from typing import Any

import textual.app
import textual.constants
import textual.notifications
import textual.pilot
from textual._context import active_app
from textual.app import App
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

import orderdesk.app

_STUCK = 60
"""Seconds after which what is waited for is given up: a fault, on any machine."""
_SOON = 0.5
"""A timer that goes off once within so many seconds is work under way."""
_CALM = 3
"""Turns of the loop in which nothing stirs, so that what was just set free has had its turn."""


def take_over() -> None:
    """Let Pilot wait for rest; let nothing happen by the clock of the machine."""
    for module in (textual.app, textual.pilot):
        module.wait_for_idle = at_rest  # type: ignore[attr-defined]
    textual.constants.TEXTUAL_ANIMATIONS = "none"
    textual.notifications.Notification.has_expired = False  # type: ignore[assignment, method-assign]
    orderdesk.app._LISTEN = 3600
    orderdesk.app._FIRST_FRAME = 0.03


async def at_rest(_min_sleep: float = 0, _max_sleep: float = 0) -> None:
    """Until no message, drawing, short timer or worker is under way in the running application.

    A worker that a newer one has replaced (exclusive workers) is no failure; one that fails fails
    the test.
    """
    await idle(active_app.get())


async def idle(app: App[Any]) -> None:
    """`at_rest`, for an application that is at hand."""
    given_up = monotonic() + _STUCK
    calm = 0
    while calm < _CALM and not app._exit and app._exception is None:
        assert monotonic() < given_up, f"still under way: {[*_stirring(app), *_timers(app)]}"
        workers = [worker for worker in app.workers if not worker.is_finished]
        for worker in workers:
            with suppress(WorkerCancelled):
                await worker.wait()
        if workers or any(True for _what in _stirring(app)):
            calm, wait = 0, 0.0
        elif _timers(app):
            calm, wait = 0, 0.001
        else:
            calm, wait = calm + 1, 0.0
        if app.screen_stack:
            app.screen._on_timer_update()  # draws now what it would draw in a sixtieth of a second
        await asyncio.sleep(wait)


async def until(pilot: Pilot[Any], happened: Callable[[], bool], what: str) -> None:
    """Until something has happened, also while workers run; `what` says it where it never does."""
    given_up = monotonic() + _STUCK
    while not happened():
        assert monotonic() < given_up, f"never happened: {what}"
        await pilot.pause(0.005)


def _pumps(app: App[Any]) -> list[MessagePump]:
    return [app, *app._registry]


def _stirring(app: App[Any]) -> Iterator[object]:
    """What is under way."""
    for pump in _pumps(app):
        queue = pump._message_queue
        # Who has nothing to do waits at the queue for a message.
        waits = queue.empty() and queue.ready_event._waiters  # type: ignore[attr-defined]
        if pump._running and not (waits and not pump._next_callbacks):
            yield pump
    if app.screen_stack:
        screen = app.screen
        if screen._callbacks or screen._layout_required or screen._dirty_widgets:
            yield screen


def _timers(app: App[Any]) -> list[object]:
    """Timers that go off once, and soon."""
    return [
        timer
        for pump in _pumps(app)
        for timer in pump._timers
        if timer._repeat == 0
        and timer._interval <= _SOON
        and timer._task is not None
        and not timer._task.done()
        and timer._active.is_set()
    ]
