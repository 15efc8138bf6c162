"""Days off taken over from somebody's own calendar (.ics): look first, then a yes.

Only whole days, and of those only when they are: a title says what the desk has no business with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orderdesk.desk import availability, team, words
from orderdesk.desk.core import Desk
from orderdesk.desk.event_calendar import read_file
from orderdesk.desk.import_result import and_more
from orderdesk.domain.people import Absence, AbsenceCause, Role
from orderdesk.domain.time import local
from orderdesk.i18n import Msg, _

if TYPE_CHECKING:
    from orderdesk.calendars.parts import Occasion

_SHOWN = 20


@dataclass(frozen=True)
class FoundAway:
    """What a calendar says about somebody's days off, set against what the desk knows."""

    person_id: str
    new: Sequence[Absence]
    known: int
    part_days: int
    """Entries of some hours: the roster knows whole days."""
    problems: Sequence[tuple[int, Msg]]
    """Line of the file, and why its entry was not taken."""
    written: bool = False

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "person": self.person_id,
            "new": [
                {"first": one.first.isoformat(), "last": one.last.isoformat()} for one in self.new
            ],
            "unchanged": self.known,
            "part_days": self.part_days,
            "problems": [{"row": line, "message": str(why)} for line, why in self.problems],
            "written": self.written,
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield _(
            "{who}: {new} absences new, {known} known, {part} entries of hours not taken"
        ).format(who=self.person_id, new=len(self.new), known=self.known, part=self.part_days)
        for one in self.new[:_SHOWN]:
            last = "" if one.first == one.last else f" - {words.day(one.last, year=True)}"
            yield f"  {words.day(one.first, year=True)}{last}"
        yield from and_more(len(self.new) - _SHOWN)
        for line, why in self.problems[:_SHOWN]:
            yield _("row {row} skipped: {why}").format(row=line, why=why)
        yield from and_more(len(self.problems) - _SHOWN)
        if not self.written:
            yield _("nothing was written")


def preview(desk: Desk, who: str, path: Path, cause: str = "") -> FoundAway:
    """The whole days from today until the end of next year on which a calendar is not free.

    Writes nothing. Raises BadInput for a person or a file that can't be meant.
    """
    from orderdesk.calendars.parts import coming
    from orderdesk.calendars.reading import read_ics

    why = team.read_cause(cause)
    _name, read = read_file(path, lambda data: read_ics(data, coming(desk.now)))
    with desk.read() as reader:
        person = team.known_person(reader, who)
        away = [a for a in availability.absences_in(reader) if a.person_id == person.id]
    days = list(dict.fromkeys(_days(one) for one in read.busy if one.whole_days))
    known = {one for one in days if any(a.covers(one[0]) and a.covers(one[1]) for a in away)}
    return FoundAway(
        person_id=person.id,
        new=[_absence(desk, person.id, *one, why) for one in days if one not in known],
        known=len(known),
        part_days=sum(not one.whole_days for one in read.busy),
        problems=[(problem.line, problem.why) for problem in read.problems],
    )


def take_over(desk: Desk, found: FoundAway) -> FoundAway:
    """Write down the absences that were found new, in one unit of work."""
    if found.new:
        with desk.work(Role.PLANNER) as work:
            for absence in found.new:
                team.keep_absence(work, absence)
    else:
        desk.need(Role.PLANNER)
    return replace(found, written=True)


def _days(one: Occasion) -> tuple[date, date]:
    return local(one.span.start).date(), local(one.span.end).date() - timedelta(days=1)


def _absence(desk: Desk, person_id: str, first: date, last: date, cause: AbsenceCause) -> Absence:
    return Absence(id=desk.new_id(), person_id=person_id, first=first, last=last, cause=cause)
