"""The export of the event system taken over as changes of known events: look first, then a yes.

The export is a table (CSV, Excel) or a calendar (.ics). In a table an event is recognised by its
number, or by the number of the event system under which it came the last time; in a calendar by its
UID, and the first time by a number in it. What the file does not say stays as it is; an event that
is no longer in the file is told, never removed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import intake, words
from orderdesk.desk.core import Desk
from orderdesk.desk.event_calendar import (
    EDITION,
    OURS,
    edition_of,
    editions,
    is_calendar,
    is_older,
    read_calendar,
)
from orderdesk.desk.import_result import and_more
from orderdesk.desk.scoring import keep_up
from orderdesk.desk.timeline import note_event
from orderdesk.domain.conflicts import CaseIndex, Conflict, conflicts_of, occupied
from orderdesk.domain.events import EVENT_KINDS, Case, EventProfile, Kind, Source, Status
from orderdesk.domain.law import square_days_used
from orderdesk.domain.places import Place, Places
from orderdesk.domain.time import Span, at, local
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Msg, _, msg

if TYPE_CHECKING:
    from orderdesk.registers.eventfile import EventFile, EventRow
    from orderdesk.registers.rows import Problem
    from orderdesk.store.work import Reader, Work

_SYSTEM = "events#"
"""How a case says that it came from the event system: with that system's number behind it."""
_CALENDAR = "calendar#"
"""The same for an event of a calendar, with its UID behind it."""
_MOST_OF_EVENTS = 4 << 20  # bytes: a year of the event system is far smaller, a register may not be
_SHOWN = 60
"""Lines of one kind that a person is told."""
_MOST_PAIRS = 20_000
"""Events of one file that overlap, two by two: what each touches is told one by one."""
_MOMENT = timedelta(microseconds=1)
_NIGHT = timedelta(hours=8)
"""An event of one day may end in the night after it."""


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
    def calls_off(self) -> bool:
        """Whether the file says that an event is off which the desk held for coming."""
        cancelled = self.after.status is Status.CANCELLED
        return cancelled and self.before is not None and self.before.to_come

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
            "sheets": [],
            "mapping": {name: [heading] for name, heading in self.file.mapping.items()},
            "left_out": list(self.file.not_read),
            "notes": [str(note) for note in self.file.notes],
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
            "gone_rows": [
                {
                    "day": f"{local(case.span.start):%Y-%m-%d}" if case.span else "",
                    "place": intake.place_name(case),
                    "reference": case.number,
                }
                for case in self.gone
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
        if self.file.skipped or self.file.problems:
            yield from (str(note) for note in self.file.notes)
        for change in self.of("changed"):
            for d in change.differences:
                yield _("{number} {what}: {now} instead of {before}").format(
                    number=change.after.number, what=d.what, now=d.now, before=d.before
                )
        touched = list(self._touched())
        yield from touched[:_SHOWN]
        yield from and_more(len(touched) - _SHOWN)
        for case in self.gone:
            yield _("no longer in the file: {number}; it stays until you call it off").format(
                number=case.number
            )
        for n, why in self.file.skipped[:_SHOWN]:
            yield _("row {row} skipped: {why}").format(row=n, why=why)
        yield from and_more(len(self.file.skipped) - _SHOWN)
        for p in self.file.problems[:_SHOWN]:
            yield _("row {row}, {column} {value}: {message}").format(
                row=p.row, column=p.column, value=repr(p.value), message=p.message
            )
        yield from and_more(len(self.file.problems) - _SHOWN)
        if self.file.not_read:
            yield _("columns not read: {columns}").format(columns=", ".join(self.file.not_read))
        if not self.written:
            yield _("nothing was written")

    def _touched(self) -> Iterator[str]:
        """Conflicts and square days, event by event."""
        for change in (*self.of("changed"), *self.of("new")):
            for conflict in change.conflicts:
                yield f"▲ {change.after.number}: {conflict.note} ({words.span(conflict.overlap)})"
            before, after, square = change.square_days
            if square and change.kind != "unchanged":
                yield _("{number}: square days of {square} {before} → {after}").format(
                    number=change.after.number, square=square, before=before, after=after
                )


def is_events(path: Path) -> bool:
    """Whether a file is an export of the event system. Raises BadInput when it can't be read."""
    from orderdesk.registers.eventfile import EventColumns, is_event_export
    from orderdesk.registers.table import read_table

    if is_calendar(path):
        return True
    if path.stat().st_size > _MOST_OF_EVENTS:
        return False
    return is_event_export(read_table(path), reference.cached("event_columns", EventColumns))


def preview(desk: Desk, path: Path, sheet: str | None = None) -> FoundEvents:
    """Read the file and compare it with what the desk knows. Writes nothing. Raises BadInput."""
    from orderdesk.registers.eventfile import EventColumns, read_events
    from orderdesk.registers.table import read_table

    rules = reference.cached("event_columns", EventColumns)
    if is_calendar(path):
        if sheet is not None:
            raise BadInput(N_("sheet"), sheet, msg("A calendar has no sheets."))
        file = read_calendar(path, rules, desk.now)
    else:
        file = read_events(read_table(path, sheet), rules, desk.now)
    _check_overlap(file.rows)
    with desk.read() as reader:
        known = _Known(reader)
        skipped: list[tuple[int, Msg]] = []
        drafts: list[tuple[EventRow, Case | None, Case]] = []
        numbers = _Numbers(reader)
        problems = list(file.problems)
        taken: set[str] = set()
        for row in file.rows:
            old = known.find(row)
            if old is not None and old.status is Status.CANCELLED and not row.called_off:
                problems.append(_on_again(row, old))
            if old is not None and old.id in taken:
                skipped.append((row.row, msg("the number stands in the file twice")))
            elif why := known.why_not(row, old, desk.now):
                skipped.append((row.row, why))
            else:
                drafts.append((row, old, _case(desk, row, old, numbers)))
                taken.add(old.id if old else "")
        comparing = _Comparing(reader, [case for _row, _old, case in drafts])
        changes = tuple(comparing.change(row, old, new) for row, old, new in drafts)
        gone = tuple(known.gone(file, desk.now))
    file = replace(
        file,
        skipped=tuple(sorted((*file.skipped, *skipped), key=itemgetter(0))),
        problems=tuple(problems),
    )
    return FoundEvents(file, changes, gone)


def _on_again(row: EventRow, old: Case) -> Problem:
    from orderdesk.registers.rows import Problem

    why = msg("The event system holds it for coming, the desk for called off: register it anew.")
    return Problem(row.row, _("status"), old.number, why)


class _Known:
    """The events that the desk knows, as a file may name them."""

    def __init__(self, reader: Reader) -> None:
        events = reader.cases(kinds=EVENT_KINDS)
        self._by_id = {case.id: case for case in events}
        self._by_number = {case.number: case for case in events}
        self._by_number |= {
            case.imported_from.removeprefix(_SYSTEM): case
            for case in events
            if case.imported_from.startswith(_SYSTEM)
        }
        self._editions = editions(reader)
        self._by_uid = {
            str(edition["uid"]): self._by_id[id]
            for id, edition in self._editions.items()
            if id in self._by_id
        }

    def find(self, row: EventRow) -> Case | None:
        found = self._by_uid.get(row.uid) or self._by_number.get(row.number)
        if row.uid and found is not None and self._uid_of(found) not in ("", row.uid):
            return None  # the number is that of another event of a calendar
        return found

    def _uid_of(self, case: Case) -> str:
        edition = self._editions.get(case.id)
        return str(edition["uid"]) if edition else ""

    def why_not(self, row: EventRow, old: Case | None, now: datetime) -> Msg | None:
        """Why a row is not taken over; None when it is."""
        if old is None:
            if row.called_off:
                return msg("it is called off, and the desk did not know it")
            if row.uid and row.end <= now:
                return msg("it is over, and the desk did not know it")
            return None
        edition = self._editions.get(old.id)
        if row.uid and edition is not None and is_older(row, edition):
            return msg(
                "it is older than what was taken over of {number} (SEQUENCE {old}, known {new})",
                number=old.number, old=row.sequence, new=edition["sequence"],
            )  # fmt: skip
        return None

    def gone(self, file: EventFile, now: datetime) -> Iterator[Case]:
        """Events still to come that an earlier file brought and this one no longer has."""
        uids, numbers = {row.uid for row in file.rows}, {row.number for row in file.rows}
        for case in self._by_id.values():
            edition = self._editions.get(case.id)
            if file.calendar:
                came = edition is not None and edition["calendar"] == file.calendar
                named = edition is not None and edition["uid"] in uids
            else:
                number = case.imported_from.removeprefix(_SYSTEM)
                came = case.imported_from.startswith(_SYSTEM)
                named = bool(numbers & {number, case.number})
            coming = case.span is not None and case.span.end > now
            if came and coming and case.status is not Status.CANCELLED and not named:
                yield case


class _Numbers:
    """Numbers for new events: the event system's own where it is one of ours and free."""

    def __init__(self, reader: Reader) -> None:
        self._reader, self._given = reader, dict[int, int]()

    def next(self, wanted: str, year: int) -> str:
        if OURS.fullmatch(wanted) and self._reader.case_by_number(wanted) is None:
            return wanted
        last = self._given.get(year, self._reader.highest_number("E", year))
        self._given[year] = last + 1
        return f"E-{year}-{last + 1:03d}"


def _case(desk: Desk, row: EventRow, old: Case | None, numbers: _Numbers) -> Case:
    """The event as the file says it, over what the desk knows."""
    place = _place(row.place)
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
    span = _span(row, old)
    days = (local(row.end - _MOMENT).date() - local(row.start).date()).days + 1
    changes: dict[str, object] = {
        "span": span,
        "event": profile.replace(
            **{k: v for k, v in given.items() if v is not None},
            days=profile.days if old else max(1, days),
        ),
        "time_known": row.time_known or (old is not None and old.time_known and span == old.span),
    }
    if not row.uid:
        changes["imported_from"] = _SYSTEM + row.number
    elif old is None:
        changes["imported_from"] = _CALENDAR + row.uid
    if row.visitors is not None:
        changes["expected"] = row.visitors
    # What is no place of the desk's own is not lost: it stands behind the name.
    named = [row.title, row.place if place is None else ""]
    if any(named):
        changes["place_text"] = ", ".join(filter(None, named))[:300]
    if place is not None:
        changes["place_id"] = place.id
    if row.called_off and base.to_come:
        changes["status"] = Status.CANCELLED
    return base.replace(**changes)


def _check_overlap(rows: Sequence[EventRow]) -> None:
    """Raises BadInput when so much is at one time that no city can hold it."""
    spans = sorted((row.start, row.end) for row in rows)
    starts = [start for start, _end in spans]
    pairs = sum(bisect_left(starts, end) - n - 1 for n, (_start, end) in enumerate(spans))
    if pairs > _MOST_PAIRS:
        raise BadInput(
            N_("file"), f"{starts[0]:%Y-%m-%d}",
            msg("More events are at one time than a city can hold: is it a calendar of events?"),
        )  # fmt: skip


def _place(text: str) -> Place | None:
    """The place of the desk's own that is meant: "Vrijthof", or "Vrijthof, 6211 LD Maastricht"."""
    places = reference.cached("places", Places)
    parts = (text, *text.split(","))
    return next((found for part in parts if (found := places.find(part.strip()))), None)


def _span(row: EventRow, old: Case | None) -> Span:
    """When it is; hours that the file does not say stay as the desk knows them."""
    if old is None or old.span is None or not old.time_known:
        return Span(start=row.start, end=row.end)
    if not row.time_known:
        inside = row.start <= old.span.start and old.span.end <= row.end + _NIGHT
        return old.span if inside else Span(start=row.start, end=row.end)
    if not row.end_known and row.start == old.span.start:
        return old.span
    return Span(start=row.start, end=row.end)


class _Comparing:
    """What each row would change and touch, all rows of the file taken together."""

    def __init__(self, reader: Reader, drafts: Sequence[Case]) -> None:
        self._reader = reader
        self._places = reference.cached("places", Places)
        self._on_square: dict[tuple[str, int], list[Case]] = {}
        self._index = CaseIndex(())
        if drafts:
            spans = [occupied(case) for case in drafts]
            first, last = min(s.start for s in spans), max(s.end for s in spans)
            around = reader.cases(start=first - intake.NEAR, end=last + intake.NEAR)
            now = {case.id: case for case in around} | {case.id: case for case in drafts}
            self._index = CaseIndex(now.values())

    def change(self, row: EventRow, old: Case | None, new: Case) -> EventChange:
        return EventChange(
            row=row,
            before=old,
            after=new,
            differences=tuple(_differences(old, new)) if old else (),
            conflicts=conflicts_of(new, self._index, self._places),
            square_days=self._square_days(new),
        )

    def _square_days(self, new: Case) -> tuple[int, int, str]:
        place = self._places.get(new.place_id)
        if place is None or not place.square_days or new.span is None:
            return 0, 0, ""
        year = local(new.span.start).year
        known = self._on_square.get((place.id, year))
        if known is None:
            known = self._on_square[place.id, year] = self._reader.cases(
                start=at(date(year, 1, 1), "00:00"),
                end=at(date(year + 1, 1, 1), "00:00"),
                place_id=place.id,
            )
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
    (msg("when"), lambda c: words.span(c.span, time_known=c.time_known)),
    (msg("build-up"), lambda c: _when(c.event.build_up_from, c) if c.event else ""),
    (msg("break-down"), lambda c: _when(c.event.break_down_until, c) if c.event else ""),
    (msg("visitors"), words.people),
    (msg("share of the square"), lambda c: f"{c.event.square_share:.0%}" if c.event else ""),
    (msg("class"), lambda c: c.event.risk_class if c.event else ""),
    (msg("status"), lambda c: _(words.STATUSES[c.status])),
)


def apply(desk: Desk, found: FoundEvents) -> FoundEvents:
    """Take over what was shown, in one unit of work; hours of what is called off come free.

    Raises Stale, writing nothing, when an event was changed since the preview was made.
    """
    from orderdesk.desk.closing import release

    with desk.work() as work:
        for change in found.of("new"):
            work.add_case(change.after)
            note_event(work, change.after.id, msg("registered from the event system"))
            _tell_conflicts(work, change)
        for change in found.of("changed"):
            if change.calls_off and change.before is not None:
                release(desk, work, change.before)
            work.save_case(change.after)
            for d in change.differences:
                note_event(
                    work, change.after.id,
                    msg("event system: {what} {now} instead of {before}",
                        what=d.what, now=d.now, before=d.before),
                )  # fmt: skip
            _tell_conflicts(work, change)
        _keep_editions(work, found)
        if found.of("new") or found.of("changed"):
            keep_up(desk, work)
            work.note(
                "import", "register:events",
                {"new": len(found.of("new")), "changed": len(found.of("changed"))},
            )  # fmt: skip
    return replace(found, written=True)


def _keep_editions(work: Work, found: FoundEvents) -> None:
    """Which edition of each event of a calendar the desk now has."""
    known = editions(work)
    for change in found.changes:
        if change.row.uid:
            edition = edition_of(change.row, found.file.calendar)
            if known.get(change.after.id) != edition:
                work.put(EDITION, change.after.id, edition)


def _tell_conflicts(work: Work, change: EventChange) -> None:
    """What an event touches is told in the log of both."""
    for conflict in change.conflicts:
        note_event(work, change.after.id, conflict.note)
        note_event(
            work, conflict.other.id,
            msg("{number} of the event system touches this: {when}", number=change.after.number,
                when=words.span(conflict.overlap)),
        )  # fmt: skip
