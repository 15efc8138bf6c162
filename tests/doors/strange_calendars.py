"""Part D, calendars: each row as a file, and what must be said of it at every door."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Strange(NamedTuple):
    """A file that must be refused or bounded."""

    make: Callable[[], bytes]
    said: str
    whole_file: bool = True
    """Whether the whole file is refused, not one of its entries."""


def _ics(*inside: str, end: str = "END:VCALENDAR\r\n") -> bytes:
    return ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + "\r\n".join(inside) + "\r\n" + end).encode()


def _event(*lines: str) -> str:
    return "\r\n".join(
        ["BEGIN:VEVENT", "UID:a", "DTSTART:20260613T100000Z", "DTEND:20260613T110000Z", *lines,
         "END:VEVENT"]
    )  # fmt: skip


STRANGE: dict[str, Strange] = {
    "every-second": Strange(lambda: _ics(_event("RRULE:FREQ=SECONDLY")), "line 3", False),
    "100-mb": Strange(lambda: b"X" * (100 << 20), "larger than 5 MB"),
    "nested-10000": Strange(
        lambda: _ics(*["BEGIN:X"] * 10_000, *["END:X"] * 10_000), "nested more than 8 deep"
    ),
    "no-end": Strange(lambda: _ics(_event(), end=""), "never closed"),
    "folding": Strange(lambda: _ics("nothing like a line", _event()), "no calendar line"),
    "unknown-zone": Strange(
        lambda: _ics(
            _event().replace("DTSTART:20260613T100000Z", "DTSTART;TZID=Mars/Base:20260613T100000")
        ),
        "Mars/Base",
        False,
    ),
    "duplicate-uid": Strange(
        lambda: _ics(*[_event("STATUS:CANCELLED")] * 2), "stands in the file twice", False
    ),
}
