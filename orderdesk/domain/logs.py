"""Logs that were kept apart and come together: a union that loses no line, whatever the order.

A line has an identity of its own, so that the same line is met once however often it comes. What
two people say otherwise (an end time) stands side by side until somebody chooses; both lines stay.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from orderdesk.domain.events import Name, Text
from orderdesk.domain.time import Frozen, Moment
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import msg


class Entry(Frozen):
    """A line of a log as it travels between desks."""

    id: str
    """The same on every desk."""
    known_at: Moment
    """When it happened or was heard."""
    entered_at: Moment
    """When it was written down, on the desk that wrote it."""
    author: Name
    words: Text = ""
    event: dict[str, Any] | None = None
    """What a desk itself noted: message and arguments, told in the reader's language."""
    corrects: str = ""
    """Id of the line that this one puts right."""
    says: dict[str, str] = Field(default_factory=dict)
    """Statements that two logs may disagree on, such as {"ended": "2026-06-09T15:30:00+00:00"}."""
    settles: tuple[str, ...] = ()
    """Ids of statements between which this line chooses."""

    @property
    def place(self) -> tuple[Any, ...]:
        """Where it stands in a log: by when it was known, then written, then identity."""
        return self.known_at, self.entered_at, self.id


@dataclass(frozen=True)
class Disagreement:
    """Two or more people say otherwise about one thing; nobody has chosen yet."""

    about: str
    statements: tuple[Entry, ...]

    @property
    def values(self) -> tuple[str, ...]:
        """What is said, in the order of the lines."""
        return tuple(entry.says[self.about] for entry in self.statements)


def merge(*logs: Iterable[Entry]) -> tuple[Entry, ...]:
    """All lines of all logs, each once, in order of time. The order of the logs is no matter.

    Raises RuleSaysNo when one line stands in two logs with different content: somebody changed a
    log, and which one holds is not to be guessed.
    """
    found: dict[str, Entry] = {}
    for log in logs:
        for entry in log:
            known = found.setdefault(entry.id, entry)
            if known != entry:
                raise RuleSaysNo(
                    msg("line {id} of {author} was changed after it was written: nothing is merged",
                        id=entry.id[:8], author=entry.author)
                )  # fmt: skip
    return tuple(sorted(found.values(), key=lambda entry: entry.place))


def disagreements(log: Iterable[Entry]) -> tuple[Disagreement, ...]:
    """What the standing statements of different people contradict each other on."""
    entries = sorted(log, key=lambda entry: entry.place)
    gone = {entry.corrects for entry in entries} | {id for e in entries for id in e.settles}
    standing: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        if entry.id not in gone:
            for about in entry.says:
                standing.setdefault(about, {})[entry.author] = entry
    found = []
    for about, by_author in sorted(standing.items()):
        if len({entry.says[about] for entry in by_author.values()}) > 1:
            ordered = sorted(by_author.values(), key=lambda entry: entry.place)
            found.append(Disagreement(about, tuple(ordered)))
    return tuple(found)
