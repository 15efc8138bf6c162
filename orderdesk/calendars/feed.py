"""Duties as calendar feeds that a subscribed client can trust (RFC 5545, 5546, 7986).

A feed says who works where, when and at what. Its functions take duties, people and labels, never
a case: no purpose and no organiser can get into it.

The bytes follow from the duties alone. DTSTAMP and LAST-MODIFIED are the moment at which a duty
last changed, not that of the export, so an unchanged duty is exported byte for byte the same.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from orderdesk.calendars.entry import Entry, Feed, called_off, entries_of
from orderdesk.calendars.settings import CalendarSettings
from orderdesk.domain.people import Duty, DutyStatus, OnCall, Person, Task, TaskSpan
from orderdesk.domain.text import safe_file_name, visible
from orderdesk.domain.time import Frozen, Moment, local
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, _, msg

KEY_BYTES = 32
"""Random bytes in a feed address (256 bits; 128 is the least that the design allows)."""


class FeedKind(StrEnum):
    """Whose duties a feed holds."""

    PERSON = "person"
    TEAM = "team"
    EVENT = "event"  # what is worked for one gathering or event


@dataclass(frozen=True)
class Labels:
    """How the codes of the roster are called in the reader's language."""

    shift: Callable[[str], str]
    task: Callable[[Task], str]


class Leave(Frozen):
    """Whole days on which somebody is away. The cause is nobody's business here."""

    id: str
    """Stable for life: the calendar UID is made from it."""
    person_id: str
    first: date
    last: date
    """The last day away, itself included."""
    sequence: Annotated[int, Field(ge=0)] = 0
    changed_at: Moment
    cancelled: bool = False

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.last < self.first:
            raise ValueError("the last day must not come before the first")
        return self


@dataclass(frozen=True)
class Publisher:
    """What all feeds of one installation share.

    `installation_id` is the right-hand side of every UID: letters, digits, dots and dashes, never
    changed once a feed is out.
    """

    installation_id: str
    labels: Labels
    settings: CalendarSettings

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]{0,99}", self.installation_id):
            raise BadInput(
                N_("installation id"),
                self.installation_id,
                msg("Use letters, digits, dots and dashes, at most 100."),
            )


def new_feed_key(token_bytes: Callable[[int], bytes]) -> str:
    """A feed address that can't be guessed, of URL-safe letters; opens one feed and nothing else.

    `token_bytes(n)` gives n random bytes (`secrets.token_bytes`).
    """
    return base64.urlsafe_b64encode(token_bytes(KEY_BYTES)).rstrip(b"=").decode("ascii")


def write_feed(
    duties: Iterable[Duty],
    people: Mapping[str, Person],
    *,
    kind: FeedKind,
    title: str,
    publisher: Publisher,
    now: datetime,
    case_id: str = "",
    leave: Iterable[Leave] = (),
    on_call: Iterable[OnCall] = (),
    previous: bytes = b"",
) -> bytes:
    """The feed of `duties` as iCalendar bytes.

    A cancelled duty stays in, as cancelled, until it is past at `now`; then it is left out. With
    `previous`, the bytes published last, what stood there and is missing now (a duty given to a
    colleague) is cancelled in the same way instead of vanishing. `now` has no other effect.
    In a feed of kind EVENT each duty counts with the time it spends on `case_id` only.
    """
    writer = _Writer(people, publisher, kind, case_id)
    entries = {entry.uid: entry for entry in writer.entries(duties, leave, on_call)}
    for uid, entry in entries_of(previous).items():
        entries.setdefault(uid, entry if entry.cancelled else entry.withdraw(now))
    return Feed(
        title=_shown(title),
        organizer=f"calendar@{publisher.installation_id}.invalid",
        colour=publisher.settings.colours[kind],
        refresh_minutes=publisher.settings.refresh_minutes,
        entries=tuple(e for e in entries.values() if not (e.cancelled and e.ends <= now)),
    ).to_ical()


def write_feeds(
    duties: Iterable[Duty],
    people: Mapping[str, Person],
    case_numbers: Mapping[str, str],
    *,
    publisher: Publisher,
    now: datetime,
    leave: Iterable[Leave] = (),
    on_call: Iterable[OnCall] = (),
    previous: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """All feeds of an installation: file name within the export folder -> bytes.

    `person/B07.ics` for each of `people` (also without duties, so that an address never goes
    dead), `team/….ics` per team, `event/D-2026-041.ics` per case id of `case_numbers` that
    somebody works for, or did. `previous` holds what was written before, under the same names.
    """
    all_duties, all_leave, before = list(duties), list(leave), previous or {}
    spells = list(on_call)
    made: dict[str, bytes] = {}

    def write(
        kind: FeedKind,
        own_name: str,
        of: Collection[Duty],
        title: str = "",
        leave: Collection[Leave] = (),
        case_id: str = "",
        on_call: Collection[OnCall] = (),
    ) -> None:
        taken = [file.split("/")[1] for file in made if file.startswith(kind)]
        file = f"{kind}/{safe_file_name(own_name, '.ics', taken)}"
        if kind is FeedKind.EVENT and not of and file not in before:
            return
        made[file] = write_feed(
            of,
            people,
            kind=kind,
            title=title or own_name,
            publisher=publisher,
            now=now,
            case_id=case_id,
            leave=leave,
            on_call=on_call,
            previous=before.get(file, b""),
        )

    for person_id, person in sorted(people.items()):
        own = [duty for duty in all_duties if duty.person_id == person_id]
        away = [absence for absence in all_leave if absence.person_id == person_id]
        calls = [spell for spell in spells if spell.person_id == person_id]
        title = f"{person_id} {person.name}"
        write(FeedKind.PERSON, person_id, own, title, away, on_call=calls)
    for team in sorted({person.team for person in people.values()}):
        members = {person_id for person_id, person in people.items() if person.team == team}
        calls = [spell for spell in spells if spell.person_id in members]
        own = [duty for duty in all_duties if duty.person_id in members]
        write(FeedKind.TEAM, team, own, on_call=calls)
    for case_id, number in sorted(case_numbers.items(), key=lambda case: case[1]):
        of_case = [d for d in all_duties if any(span.case_id == case_id for span in d.tasks)]
        write(FeedKind.EVENT, number, of_case, case_id=case_id)
    return made


@dataclass(frozen=True)
class _Writer:
    people: Mapping[str, Person]
    publisher: Publisher
    kind: FeedKind
    case_id: str

    def entries(
        self, duties: Iterable[Duty], leave: Iterable[Leave], on_call: Iterable[OnCall]
    ) -> Iterator[Entry]:
        for duty in duties:
            spans = self._spans(duty)
            if spans or self.kind is not FeedKind.EVENT:
                yield self._duty(duty, spans)
        yield from map(self._leave, leave)
        yield from map(self._on_call, on_call)

    def _spans(self, duty: Duty) -> list[TaskSpan]:
        """The parts of the duty that this feed is about, in order."""
        spans = sorted(duty.tasks, key=lambda span: (span.start, span.end))
        if self.kind is FeedKind.EVENT:
            return [span for span in spans if span.case_id == self.case_id]
        return spans

    def _duty(self, duty: Duty, spans: list[TaskSpan]) -> Entry:
        own_id, start, end = duty.id, duty.start, duty.end
        if self.kind is FeedKind.EVENT:
            own_id = f"{duty.id}.{self.case_id}"
            start, end = min(s.start for s in spans), max(s.end for s in spans)
        cancelled = duty.status is DutyStatus.CANCELLED
        title = _shown(self._duty_title(duty))
        places = dict.fromkeys(filter(None, [duty.place, *(span.place for span in spans)]))
        return Entry(
            uid=self._uid(own_id),
            sequence=duty.sequence,
            changed_at=duty.changed_at,
            start=start,
            end=end,
            title=called_off(title) if cancelled else title,
            place=_shown(", ".join(places)),
            description="\n".join(map(_shown, self._lines(duty, spans))),
            cancelled=cancelled,
        )

    def _leave(self, away: Leave) -> Entry:
        return Entry(
            uid=self._uid(away.id),
            sequence=away.sequence,
            changed_at=away.changed_at,
            start=away.first,
            end=away.last + timedelta(days=1),
            title=called_off(_("Leave")) if away.cancelled else _("Leave"),
            cancelled=away.cancelled,
        )

    def _on_call(self, spell: OnCall) -> Entry:
        title = _("On call")
        if self.kind is not FeedKind.PERSON:
            title = f"{self._who(spell.person_id)}: {title}"
        return Entry(
            uid=self._uid(f"call-{spell.id}"),
            sequence=spell.sequence,
            changed_at=spell.changed_at,
            start=spell.start,
            end=spell.end,
            title=_shown(title),
        )

    def _uid(self, own_id: str) -> str:
        return f"{_shown(own_id)}@{self.publisher.installation_id}"

    def _duty_title(self, duty: Duty) -> str:
        shift = self.publisher.labels.shift(duty.shift)
        if self.kind is not FeedKind.PERSON:
            return f"{self._who(duty.person_id)}: {shift}"
        tasks = dict.fromkeys(self.publisher.labels.task(span.task) for span in duty.tasks)
        return f"{shift}: {', '.join(tasks)}" if tasks else shift

    def _who(self, person_id: str) -> str:
        person = self.people.get(person_id)
        return f"{person_id} {person.name}".strip() if person else person_id

    def _lines(self, duty: Duty, spans: list[TaskSpan]) -> Iterator[str]:
        yield _("Shift: {shift}").format(shift=self.publisher.labels.shift(duty.shift))
        if duty.place:
            yield _("Place: {place}").format(place=duty.place)
        for span in spans:
            what = (
                f"{_clock(span.start)}-{_clock(span.end)} {self.publisher.labels.task(span.task)}"
            )
            yield f"{what}, {span.place}" if span.place else what


def _shown(text: str) -> str:
    """User text as all calendar programs read it alike: nothing hidden and no isolates, no
    backslash (some unescape twice), nothing that looks like a border to those that cut naively."""
    shown = visible(text, isolate=False).replace("\\", "＼")
    return re.sub(r"\b(BEGIN|END):", r"\1：", shown, flags=re.IGNORECASE).strip()


def _clock(moment: datetime) -> str:
    return f"{local(moment):%H:%M}"
