"""The export of the event system taken over as changes of known events: look first, then a yes.

An event is recognised by its number, or by the number of the event system under which it came the
last time. What the file does not say stays as it is; an event that is no longer in the file is
told, never removed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import intake, words
from orderdesk.desk.core import Desk
from orderdesk.desk.timeline import note_event
from orderdesk.domain.conflicts import CaseIndex, Conflict, conflicts_of, occupied
from orderdesk.domain.events import Case, EventProfile, Kind, Source, Status
from orderdesk.domain.law import square_days_used
from orderdesk.domain.places import Places
from orderdesk.domain.time import Span, at, local
from orderdesk.i18n import Msg, _, msg

if TYPE_CHECKING:
    from orderdesk.registers.eventfile import EventFile, EventRow
    from orderdesk.store.work import Reader, Work

_SYSTEM = "events#"
"""How a case says that it came from the event system: with that system's number behind it."""
_OURS = re.compile(r"E-\d{4}-\d{3,}")


@dataclass(frozen=True)
class Difference:
    """One thing that the file says otherwise."""

    what: Msg
    before: str
    now: str


@dataclass(frozen=True)
class EventChange:
    """What one row of the file would do."""

    row: EventRow
    before: Case | None
    """The event as the desk knows it; None for a new one."""
    after: Case
    differences: tuple[Difference, ...]
    conflicts: tuple[Conflict, ...]
    """What it would touch."""
    square_days: tuple[int, int, str]
    """Square days of the year before and after, and the square; (0, 0, "") where none counts."""

    @property
    def kind(self) -> str:
        """new, changed or unchanged."""
        if self.before is None:
            return "new"
        return "changed" if self.differences else "unchanged"


@dataclass(frozen=True)
class FoundEvents:
    """What the file holds, before anything is written."""

    file: EventFile
    changes: tuple[EventChange, ...]
    gone: tuple[Case, ...]
    """Events of an earlier export, still to come, that the file no longer has."""
    written: bool = False

    def of(self, kind: str) -> list[EventChange]:
        """The rows that are new, changed or unchanged."""
        return [change for change in self.changes if change.kind == kind]

    def as_json(self) -> dict[str, Any]:
        """For `--json`: the same keys as the import of a register."""
        return {
            "register": "events",
            "rows": self.file.count,
            "new": len(self.of("new")),
            "changed": len(self.of("changed")),
            "unchanged": len(self.of("unchanged")),
            "skipped": len(self.file.skipped),
            "gone": len(self.gone),
            "records": len(self.changes),
            "written": self.written,
            "mapping": {name: [heading] for name, heading in self.file.mapping.items()},
            "left_out": list(self.file.not_read),
            "skipped_rows": [{"row": n, "reason": str(why)} for n, why in self.file.skipped],
            "changes": [
                {
                    "row": change.row.row,
                    "number": change.after.number,
                    "fields": {str(d.what): [d.before, d.now] for d in change.differences},
                    "conflicts": [c.other.number for c in change.conflicts],
                }
                for change in self.of("changed")
            ],
            "problems": [
                {"row": p.row, "column": p.column, "value": p.value, "message": str(p.message)}
                for p in self.file.problems
            ],
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield _("{new} new, {changed} changed, {gone} gone, {unchanged} unchanged").format(
            new=len(self.of("new")), changed=len(self.of("changed")), gone=len(self.gone),
            unchanged=len(self.of("unchanged")),
        )  # fmt: skip
        for change in self.of("changed"):
            for d in change.differences:
                yield _("{number} {what}: {now} instead of {before}").format(
                    number=change.after.number, what=d.what, now=d.now, before=d.before
                )
        for change in (*self.of("changed"), *self.of("new")):
            for conflict in change.conflicts:
                yield f"▲ {change.after.number}: {conflict.note} ({words.span(conflict.overlap)})"
            before, after, square = change.square_days
            if square and change.kind != "unchanged":
                yield _("{number}: square days of {square} {before} → {after}").format(
                    number=change.after.number, square=square, before=before, after=after
                )
        for case in self.gone:
            yield _("no longer in the file: {number}; it stays until you call it off").format(
                number=case.number
            )
        for n, why in self.file.skipped:
            yield _("row {row} skipped: {why}").format(row=n, why=why)
        for p in self.file.problems:
            yield _("row {row}, {column} {value}: {message}").format(
                row=p.row, column=p.column, value=repr(p.value), message=p.message
            )
        if self.file.not_read:
            yield _("columns not read: {columns}").format(columns=", ".join(self.file.not_read))
        if not self.written:
            yield _("nothing was written")


def is_events(path: Path) -> bool:
    """Whether a file is an export of the event system. Raises BadInput when it can't be read."""
    from orderdesk.registers.eventfile import EventColumns, is_event_export
    from orderdesk.registers.table import read_table

    return is_event_export(read_table(path), reference.cached("event_columns", EventColumns))


def preview(desk: Desk, path: Path, sheet: str | None = None) -> FoundEvents:
    """Read the file and compare it with what the desk knows. Writes nothing. Raises BadInput."""
    from orderdesk.registers.eventfile import EventColumns, read_events
    from orderdesk.registers.table import read_table

    rules = reference.cached("event_columns", EventColumns)
    file = read_events(read_table(path, sheet), rules, desk.now)
    with desk.read() as reader:
        known = {case.number: case for case in reader.cases() if case.is_event}
        known |= {
            case.imported_from.removeprefix(_SYSTEM): case
            for case in known.values()
            if case.imported_from.startswith(_SYSTEM)
        }
        numbers = _Numbers(reader)
        pairs = [(row, known.get(row.number)) for row in file.rows]
        drafts = [(row, old, _case(desk, row, old, numbers)) for row, old in pairs]
        replaced = {case.id: case for _row, _old, case in drafts}
        changes = tuple(_change(reader, row, old, new, replaced) for row, old, new in drafts)
    named = {row.number for row in file.rows}
    return FoundEvents(file, changes, tuple(_gone(known.values(), named, desk.now)))


def _gone(known: Iterable[Case], named: set[str], now: datetime) -> Iterator[Case]:
    for case in {case.id: case for case in known}.values():
        came_from_there = case.imported_from.startswith(_SYSTEM)
        number = case.imported_from.removeprefix(_SYSTEM)
        coming = case.span is not None and case.span.end > now
        stands = case.status is not Status.CANCELLED
        if came_from_there and coming and stands and not named & {number, case.number}:
            yield case


class _Numbers:
    """Numbers for new events: the event system's own where it is one of ours and free."""

    def __init__(self, reader: Reader) -> None:
        self._reader, self._given = reader, dict[int, int]()

    def next(self, wanted: str, year: int) -> str:
        if _OURS.fullmatch(wanted) and self._reader.case_by_number(wanted) is None:
            return wanted
        last = self._given.get(year, self._reader.highest_number("E", year))
        self._given[year] = last + 1
        return f"E-{year}-{last + 1:03d}"


def _case(desk: Desk, row: EventRow, old: Case | None, numbers: _Numbers) -> Case:
    """The event as the file says it, over what the desk knows."""
    place = reference.cached("places", Places).find(row.place) if row.place else None
    base = old or Case(
        id=desk.new_id(),
        number=numbers.next(row.number, local(row.start).year),
        kind=Kind.EVENT,
        source=Source.WRITTEN,
        known_at=desk.now,
        received_at=desk.now,
        event=EventProfile(),
    )
    profile = base.event or EventProfile()
    given: dict[str, object] = {
        "build_up_from": row.build_up_from, "break_down_until": row.break_down_until,
        "square_share": row.square_share, "risk_class": row.risk_class,
        "visitors_peak": row.peak if row.peak is not None or old else row.visitors,
    }  # fmt: skip
    days = (local(row.end).date() - local(row.start).date()).days + 1
    changes: dict[str, object] = {
        "span": Span(start=row.start, end=row.end),
        "event": profile.replace(
            **{k: v for k, v in given.items() if v is not None},
            days=profile.days if old else max(1, days),
        ),
        "imported_from": _SYSTEM + row.number,
        "time_known": True,
    }
    if row.visitors is not None:
        changes["expected"] = row.visitors
    if row.title or (row.place and place is None):
        changes["place_text"] = row.title or row.place
    if place is not None:
        changes["place_id"] = place.id
    if row.called_off:
        changes["status"] = Status.CANCELLED
    return base.replace(**changes)


def _change(
    reader: Reader, row: EventRow, old: Case | None, new: Case, replaced: Mapping[str, Case]
) -> EventChange:
    places = reference.cached("places", Places)
    span = occupied(new)
    around = reader.cases(start=span.start - intake.NEAR, end=span.end + intake.NEAR)
    now = {case.id: case for case in around} | dict(replaced)
    return EventChange(
        row=row,
        before=old,
        after=new,
        differences=tuple(_differences(old, new)) if old else (),
        conflicts=conflicts_of(new, CaseIndex(now.values()), places),
        square_days=_square_days(reader, places, new),
    )


def _square_days(reader: Reader, places: Places, new: Case) -> tuple[int, int, str]:
    place = places.get(new.place_id)
    if place is None or not place.square_days or new.span is None:
        return 0, 0, ""
    year = local(new.span.start).year
    known = reader.cases(start=at(date(year, 1, 1), "00:00"), end=at(date(year + 1, 1, 1), "00:00"))
    after = {case.id: case for case in known} | {new.id: new}
    return (
        square_days_used(known, place, year),
        square_days_used(after.values(), place, year),
        place.name,
    )


def _differences(old: Case, new: Case) -> Iterator[Difference]:
    for what, say in _COMPARED:
        before, now = say(old), say(new)
        if before != now:
            yield Difference(what, before or _("nothing"), now or _("nothing"))


def _when(moment: datetime | None, case: Case) -> str:
    """The clock alone on the day of the event, else day and clock."""
    if moment is None or case.span is None:
        return ""
    same = local(moment).date() == local(case.span.start).date()
    return words.clock(moment) if same else words.moment(moment)


_COMPARED: tuple[tuple[Msg, Callable[[Case], str]], ...] = (
    (msg("name"), lambda c: c.place_text),
    (msg("place"), lambda c: intake.place_name(c)),
    (msg("when"), lambda c: words.span(c.span, time_known=True)),
    (msg("build-up"), lambda c: _when(c.event.build_up_from, c) if c.event else ""),
    (msg("break-down"), lambda c: _when(c.event.break_down_until, c) if c.event else ""),
    (msg("visitors"), words.people),
    (msg("share of the square"), lambda c: f"{c.event.square_share:.0%}" if c.event else ""),
    (msg("class"), lambda c: c.event.risk_class if c.event else ""),
    (msg("status"), lambda c: _(words.STATUSES[c.status])),
)


def apply(desk: Desk, found: FoundEvents) -> FoundEvents:
    """Take over what was shown, in one unit of work.

    Raises Stale, writing nothing, when an event was changed since the preview was made.
    """
    with desk.work() as work:
        for change in found.of("new"):
            work.add_case(change.after)
            note_event(work, change.after.id, msg("registered from the event system"))
            _tell_conflicts(work, change)
        for change in found.of("changed"):
            work.save_case(change.after)
            for d in change.differences:
                note_event(
                    work, change.after.id,
                    msg("event system: {what} {now} instead of {before}",
                        what=d.what, now=d.now, before=d.before),
                )  # fmt: skip
            _tell_conflicts(work, change)
        work.note(
            "import", "register:events",
            {"new": len(found.of("new")), "changed": len(found.of("changed"))},
        )  # fmt: skip
    return FoundEvents(found.file, found.changes, found.gone, written=True)


def _tell_conflicts(work: Work, change: EventChange) -> None:
    """What an event touches is told in the log of both."""
    for conflict in change.conflicts:
        note_event(work, change.after.id, conflict.note)
        note_event(
            work, conflict.other.id,
            msg("{number} of the event system touches this: {when}", number=change.after.number,
                when=words.span(conflict.overlap)),
        )  # fmt: skip
