"""What the checker reads and gives: work of people, as columns of minutes; findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from orderdesk.domain.people import Duty, DutyStatus
from orderdesk.domain.time import ZONE
from orderdesk.domain.worktime.norms import Severity
from orderdesk.i18n import Msg


class Stretch(NamedTuple):
    """Work of one person without a gap."""

    start: datetime
    end: datetime
    break_minutes: int = 0
    known_at: datetime | None = None
    """When the hours were made known to the person; none: not judged."""
    day_known_at: datetime | None = None
    """When the person knew that this day was no day off; none: not judged."""
    called: bool = False
    """Whether it is a call during a spell on call: it then counts at least half an hour."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of one norm."""

    rule: str
    """Key of the norm in the data file."""
    article: str
    severity: Severity
    person_id: str
    start: datetime
    """Where the judged rest, shift or window begins (UTC)."""
    end: datetime
    measured: int
    limit: int
    unit: Literal["minutes", "times"]
    message: Msg

    @property
    def key(self) -> tuple[str, str, datetime]:
        """What makes two findings the same breach."""
        return (self.rule, self.person_id, self.start)


def clock(minutes: float) -> str:
    """A length as people read it: 630 -> "10:30"."""
    whole = round(minutes)
    return f"{whole // 60}:{whole % 60:02d}"


def minutes_in(hours: float) -> int:
    """Hours of a norm in whole minutes."""
    return round(hours * 60)


Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
NEVER = np.int64(1 << 40)
"""A minute after all others."""
UNKNOWN = -(1 << 40)


@dataclass(frozen=True)
class Columns:
    """Stretches of many people as columns: minutes since 1970 in UTC, sorted by person, start.

    `person` holds positions in `ids`. `known`, `day_known` are `UNKNOWN` where not judged.
    """

    ids: tuple[str, ...]
    person: Ints
    start: Ints
    end: Ints
    pause: Ints
    known: Ints | None = None
    day_known: Ints | None = None
    called: Mask | None = None

    @classmethod
    def of(cls, by_person: Mapping[str, Iterable[Stretch]]) -> Columns:
        """The same stretches as columns."""
        ids = tuple(by_person)
        rows: list[tuple[int, int, int, int, int, int, bool]] = []
        for position, id in enumerate(ids):
            for work in by_person[id]:
                rows.append(
                    (
                        position,
                        minute_of(work.start),
                        minute_of(work.end),
                        work.break_minutes,
                        UNKNOWN if work.known_at is None else minute_of(work.known_at),
                        UNKNOWN if work.day_known_at is None else minute_of(work.day_known_at),
                        work.called,
                    )
                )
        rows.sort()
        table = np.array(rows, dtype=np.int64).reshape(len(rows), 7).T
        return cls(
            ids, table[0], table[1], table[2], table[3], table[4], table[5], table[6].astype(bool)
        )

    @classmethod
    def of_duties(
        cls, duties: Iterable[Duty], told: Mapping[str, datetime] | None = None
    ) -> Columns:
        """The duties that stand as columns; `told` as in `check_duties`."""
        stand = [duty for duty in duties if duty.status is not DutyStatus.CANCELLED]
        ids: dict[str, int] = {}
        person = np.array([ids.setdefault(d.person_id, len(ids)) for d in stand], dtype=np.int64)
        start = _minutes([d.start for d in stand])
        end = _minutes([d.end for d in stand])
        pause = np.array([d.break_minutes for d in stand], dtype=np.int64)
        order = np.lexsort((pause, end, start, person))
        known = None
        if told:
            moments = [told.get(d.id) for d in stand]
            known = np.array([UNKNOWN if m is None else minute_of(m) for m in moments])[order]
        return cls(tuple(ids), person[order], start[order], end[order], pause[order], known, known)


def _minutes(moments: Sequence[datetime]) -> Ints:
    seconds = np.array([moment.timestamp() for moment in moments], dtype=np.float64)
    return (seconds // 60).astype(np.int64)


def minute_of(moment: datetime) -> int:
    """Whole minutes since 1970 (UTC)."""
    return int(moment.timestamp()) // 60


def moment_of(minute: int | np.integer[Any]) -> datetime:
    """`minute_of` backwards, in UTC."""
    return datetime.fromtimestamp(int(minute) * 60, UTC)


def day_minute(day: date) -> np.int64:
    """The minute at which a day begins in Amsterdam."""
    return np.int64(minute_of(datetime.combine(day, time(), tzinfo=ZONE)))


def stretches(duties: Iterable[Duty]) -> dict[str, list[Stretch]]:
    """The work in `duties` that stands, by person."""
    by_person: dict[str, list[Stretch]] = {}
    for duty in duties:
        if duty.status is not DutyStatus.CANCELLED:
            by_person.setdefault(duty.person_id, []).append(
                Stretch(duty.start, duty.end, duty.break_minutes)
            )
    return by_person
