"""The whole job without a terminal: the city, the test week, the roster, and what leaves the desk.

The same seed gives the same bytes: clock, ids and installation are the demonstration's own.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from orderdesk.city import TEST_WEEK
from orderdesk.desk import publishing, review, words
from orderdesk.desk.core import Desk
from orderdesk.desk.demo import standing_city
from orderdesk.desk.rostering import making
from orderdesk.desk.scoring import standing_classes
from orderdesk.desk.week24 import Played, Week24
from orderdesk.domain import ledger
from orderdesk.domain.events import Status
from orderdesk.domain.ledger import Posting
from orderdesk.domain.people import DutyStatus
from orderdesk.domain.time import local
from orderdesk.i18n import _, figure
from orderdesk.roster.search import Effort

ROSTER_WEEK = TEST_WEEK.shift(4)
"""Published 28 days ahead on Monday of the test week."""
ROSTER_WEEKS = 4
ROSTER_SECONDS = 8.0
CLASSES = ("laag", "midden", "hoog")


@dataclass(frozen=True)
class Summary:
    """What the job made."""

    out: Path
    cases: int
    demonstrations: int
    events: int
    classes: dict[str, int]
    balanced: bool
    unauthorised: int
    played: Played
    roster: making.Made
    ics_files: int
    duties: int
    pdf: str
    pages: int
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "week": str(TEST_WEEK),
            "synthetic": True,
            "out": str(self.out),
            "cases": self.cases,
            "demonstrations": self.demonstrations,
            "events": self.events,
            "classes": self.classes,
            "ledger": {
                "balanced": self.balanced,
                "unauthorised_theme_minutes": self.unauthorised,
                "walk": [point.as_json() for point in self.played.walk],
            },
            "replan": {
                "touched": self.played.touched,
                "feeds_unchanged": self._feeds(same=True),
                "feeds_changed": self._feeds(same=False),
            },
            "roster": {
                "people": self.roster.people,
                "days": self.roster.days,
                "violations": self.roster.violations,
                "uncovered": sum(gap.short for gap in self.roster.roster.uncovered),
                "gap": round(self.roster.roster.gap, 4),
            },
            "ics": {"files": self.ics_files, "duties": self.duties},
            "review": {"pdf": self.pdf, "pages": self.pages},
            "seconds": round(self.seconds, 1),
        }

    def _feeds(self, *, same: bool) -> int:
        before, after = self.played.feeds_before, self.played.feeds_after
        return sum(
            (before[name] == after.get(name)) == same
            for name in before
            if name.startswith("person/")
        )

    def lines(self) -> Iterator[str]:
        """A table for a person."""
        yield _("Demonstration city (synthetic), week {week}").format(week=TEST_WEEK)
        yield _("{n} cases: {d} demonstrations, {e} events").format(
            n=self.cases, d=self.demonstrations, e=self.events
        )
        yield _("classes: {text}").format(
            text=", ".join(f"{name} {n}" for name, n in self.classes.items())
        )
        heads = (
            _("moment"), _("used"), _("given back"), _("committed"), _("free"), _("owed"),
            _("to borrow"),
        )  # fmt: skip
        yield ""
        yield f"{heads[0]:<15}" + "".join(f"{head:>13}" for head in heads[1:])
        for point in self.played.walk:
            yield f"{words.moment(point.moment):<15}" + "".join(
                f"{words.hours(minutes):>13}" for minutes in point.minutes
            )
        yield ""
        yield _(
            "replan of Thursday: {n} people touched, {same} of {all} calendars unchanged"
        ).format(
            n=len(self.played.touched),
            same=self._feeds(same=True),
            all=self._feeds(same=True) + self._feeds(same=False),
        )
        yield from self.roster.lines()
        yield _("{n} calendars, review of {pages} pages, all in {folder}").format(
            n=self.ics_files, pages=self.pages, folder=self.out
        )
        yield _("{n} seconds").format(n=figure(self.seconds, ".1f"))


def play_headless(
    out: Path, *, seed: int = 24, progress: Callable[[str], None] | None = None
) -> Summary:
    """Do the whole job and write its files below `out`."""
    say = progress or (lambda _step: None)
    began = time.monotonic()
    publishing.ready_to_write(out)
    with tempfile.TemporaryDirectory(prefix="orderdesk-demo-") as folder:
        say(_("drawing the city"))
        desk, clock = standing_city(str(Path(folder) / "city.db"), seed)
        try:
            say(_("rostering four weeks"))
            made = making.propose(
                desk, str(ROSTER_WEEK), ROSTER_WEEKS,
                Effort(seconds=ROSTER_SECONDS, repeatable=True),
            )  # fmt: skip
            published = making.publish(desk, _("demonstration"))
            made = replace(made, published=published)
            say(_("playing week {week}").format(week=TEST_WEEK))
            played = Week24(desk, clock, say).play()
            say(_("writing calendars, review, ledger and register"))
            return hand_out(desk, out, played, made, began)
        finally:
            desk.store.close()


def hand_out(desk: Desk, out: Path, played: Played, made: making.Made, began: float) -> Summary:
    """Write below `out` what leaves the desk after the week, and sum the job up.

    `began`: when it was begun, on the clock of `time.monotonic`.
    """
    exported = publishing.export_calendars(desk, out / "ics")
    written = review.write(desk, str(TEST_WEEK), out)
    publishing.export_ledger(desk, out / "ledger.csv")
    publishing.export_register(desk, out / "register.csv")
    with desk.read() as reader:
        postings = reader.postings(Posting)
        balance = ledger.balance(postings, TEST_WEEK)
        week = [
            case
            for case in reader.cases(start=TEST_WEEK.span.start, end=TEST_WEEK.span.end)
            if case.status is not Status.MOVED
        ]
        known = standing_classes(reader, local(desk.now).date())
        duties = sum(d.status is not DutyStatus.CANCELLED for d in reader.duties())
    counted = Counter(known[case.id].value for case in week if case.is_wom)
    return Summary(
        out=out,
        cases=len(week),
        demonstrations=sum(not case.is_event for case in week),
        events=sum(case.is_event for case in week),
        classes={name: counted.get(name, 0) for name in CLASSES},
        balanced=balance.used + balance.given_back + balance.committed + balance.free
        == balance.reserve
        and not ledger.unauthorised_theme_minutes(postings),
        unauthorised=ledger.unauthorised_theme_minutes(postings),
        played=played,
        roster=made,
        ics_files=exported.files,
        duties=duties,
        pdf=written.pdf.name,
        pages=written.pages,
        seconds=time.monotonic() - began,
    )
