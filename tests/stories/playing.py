"""A journey: the application at a moment of W24, driven by keys that are counted."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widgets import Static

from orderdesk.app import OrderdeskApp
from orderdesk.desk.core import DemoClock, Desk, counting_ids
from orderdesk.desk.demo import OFFICER
from orderdesk.desk.opening import open_desk
from orderdesk.domain.people import Actor
from tests.cities import city_at, moment
from tests.waiting import idle, until

__all__ = ["Story", "moment", "story", "week_at"]


def week_at(folder: Path, day: int, clock: str) -> Path:
    """The database of the city with the week played up to a moment, in `folder`.

    Cheap to ask for again: each moment is played once per run and copied (`tests.cities`). Up to
    Thursday 12:20 a first playing takes some three seconds, beyond the replan of then some ten.
    """
    return city_at(folder / f"{day}-{clock.replace(':', '')}.db", day, clock)


@dataclass
class Story:
    """What a person sees and presses."""

    app: OrderdeskApp
    pilot: Pilot[None]
    clock: DemoClock
    keys: int = field(default=0)
    """Keys pressed since `count_anew`, besides free text."""

    @property
    def desk(self) -> Desk:
        """The desk that the application works on."""
        assert self.app.desk is not None
        return self.app.desk

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        await idle(self.app)

    async def press(self, *keys: str) -> None:
        """Press keys, counted."""
        self.keys += len(keys)
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        """Type free text in the field that has the focus: a fast typist, who doesn't look up."""
        for character in text:
            key = character if character.isalnum() else _character_to_key(character)
            self.send(key, character)
        await self.settle()

    def send(self, key: str, character: str | None = None) -> None:
        """Press a key and wait for nothing."""
        event = Key(key, character)
        event.set_sender(self.app)
        assert self.app._driver is not None
        self.app._driver.send_message(event)

    async def fill(self, *texts: str) -> None:
        """Type in one field after the other; Enter goes to the next."""
        for n, text in enumerate(texts):
            if n:
                await self.press("enter")
            await self.type(text)

    def count_anew(self) -> None:
        """Count keys from here."""
        self.keys = 0

    @property
    def screen(self) -> str:
        """What stands on the screen, words on one line each."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    def sees(self, text: str) -> bool:
        """Whether a text can be read, also where it is wrapped over lines."""
        wanted = " ".join(text.split())
        if any(wanted in " ".join(part.split()) for part in (self.screen, *self._parts())):
            return True
        print(self.screen)  # what pytest shows beside the failure
        return False

    def _parts(self) -> Iterator[str]:
        """The texts of what is displayed, widget by widget."""
        for widget in self.app.screen.walk_children(Static):
            if widget.display and widget.region:
                yield str(widget.render())

    def widget_text(self, selector: str) -> str:
        """All text of a widget, also what has to be scrolled to."""
        return str(self.app.screen.query_one(selector).render())


@asynccontextmanager
async def story(
    database: Path,
    folder: Path,
    day: int,
    clock: str,
    *,
    size: tuple[int, int] = (80, 24),
    actor: Actor = OFFICER,
) -> AsyncIterator[Story]:
    """The application on a copy of `database`, its clock standing at a moment of the week."""
    path = folder / "story.db"
    shutil.copy(database, path)
    standing = DemoClock(moment(day, clock))
    standing.set(moment(day, clock))

    def open_it() -> Desk:
        return open_desk(str(path), actor=actor, clock=standing, new_id=counting_ids("story"))

    app = OrderdeskApp(open_it)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.desk is not None, "an open desk")
        made = Story(app, pilot, standing)
        await made.settle()
        yield made
    made.desk.store.close()
