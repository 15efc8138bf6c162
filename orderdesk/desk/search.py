"""The register as a list: a line per case, built only when it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from orderdesk import reference
from orderdesk.desk import words
from orderdesk.desk.core import Desk
from orderdesk.desk.scoring import standing_classes
from orderdesk.domain.events import Incident, Kind, Status
from orderdesk.domain.places import Places
from orderdesk.domain.time import Span, local
from orderdesk.i18n import _

if TYPE_CHECKING:
    from orderdesk.store.work import CaseLine

_OVER = frozenset(s.value for s in (Status.CANCELLED, Status.MOVED, Status.NO_SHOW, Status.CLOSED))
_MANY_DAYS = timedelta(days=1)
"""From so long on a list says days, not hours."""


@dataclass(frozen=True)
class RegisterList:
    """All cases, newest first. `row` and `text` take the position in the list."""

    lines: Sequence[CaseLine]
    classes: dict[str, str]
    organisers: dict[str, str]
    places: Places

    def __len__(self) -> int:
        return len(self.lines)

    def id(self, n: int) -> str:
        """Id of the case at `n`."""
        return self.lines[n].id

    def row(self, n: int) -> tuple[str, ...]:
        """The cells at `n`: number, when, kind, place, people, class, status and outcome."""
        line = self.lines[n]
        when = Span(start=line.start, end=line.end) if line.start and line.end else None
        return (
            line.number,
            words.span(when, year=True)
            if when is None or (line.time_known and when.end - when.start < _MANY_DAYS)
            else words.days(when, year=True),
            _(words.KINDS[Kind(line.kind)]),
            self.place(line),
            "?" if line.expected is None else str(line.expected),
            self.classes.get(line.id) or line.risk_class,
            _(words.STATUSES[Status(line.status)]),
            self._outcome(line),
        )

    def over(self, n: int) -> bool:
        """Whether the case at `n` is closed, called off or moved."""
        return self.lines[n].status in _OVER

    def text(self, n: int) -> str:
        """What a search looks through: never the purpose."""
        line = self.lines[n]
        day = f"{local(line.start):%Y-%m-%d %d-%m-%Y}" if line.start else ""
        return " ".join(
            (
                line.number,
                day,
                _(words.KINDS[Kind(line.kind)]),
                self.place(line),
                self.organisers.get(line.organiser_id, ""),
                self.classes.get(line.id, ""),
                _(words.STATUSES[Status(line.status)]),
            )
        )

    def place(self, line: CaseLine) -> str:
        """The name of the usual place, else what was written."""
        known = self.places.get(line.place_id)
        if known and line.place_text:
            return (
                f"{known.name} · {line.place_text}" if known.name != line.place_text else known.name
            )
        return known.name if known else line.place_text

    @staticmethod
    def _outcome(line: CaseLine) -> str:
        turnout = "" if line.turnout is None else str(line.turnout)
        incident = _(words.INCIDENTS[Incident(line.incident)]) if line.incident else ""
        return " · ".join(part for part in (turnout, incident) if part)


def register_list(desk: Desk) -> RegisterList:
    """The whole register, ready to be listed and searched."""
    with desk.read() as reader:
        lines = reader.register_lines()
        classes = standing_classes(reader, local(desk.now).date())
        names = {o.id: o.name for o in reader.organisers().values()}
    return RegisterList(
        lines,
        {id: found.value for id, found in classes.items()},
        names,
        reference.cached("places", Places),
    )
