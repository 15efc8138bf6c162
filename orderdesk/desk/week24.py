"""The test week 2026-W24, played through the desk's own use cases.

Each step stands at its moment on the demonstration's clock; what the ledger says after each step
is the walk of the week. Nothing here knows a result: it does what an officer would do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from orderdesk.city import TEST_WEEK
from orderdesk.desk import (
    booking,
    closing,
    incident,
    intake,
    pairs,
    ripples,
    scoring,
    words,
)
from orderdesk.desk.core import DemoClock, Desk
from orderdesk.desk.demo import LEAD, notification_of_monday
from orderdesk.desk.publishing import feeds_in
from orderdesk.desk.rostering import replanning
from orderdesk.domain import ledger
from orderdesk.domain.events import CounterGroup, Sureness
from orderdesk.domain.ledger import Balance, Posting
from orderdesk.domain.time import at, local
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import msg
from orderdesk.roster.plans import Plan

H = 60
NUISANCE = "nuisance"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class WalkPoint:
    """The ledger right after a step."""

    moment: datetime
    balance: Balance

    @property
    def minutes(self) -> tuple[int, ...]:
        """Used, given back, committed, free, owed, still to borrow."""
        b = self.balance
        return b.used, b.given_back, b.committed, b.free, b.owed, b.to_borrow

    def as_json(self) -> dict[str, object]:
        """A line of the walk, in hours."""
        return {
            "moment": f"{local(self.moment):%a %H:%M}",
            **self.balance.in_hours(),
        }


@dataclass
class Played:
    """What the week left behind, for the summary and for tests."""

    walk: list[WalkPoint] = field(default_factory=list)
    feeds_before: Mapping[str, bytes] = field(default_factory=dict)
    feeds_after: Mapping[str, bytes] = field(default_factory=dict)
    touched: list[str] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    frozen_at: datetime | None = None


class Week24:
    """Plays the week on a freshly seeded demonstration desk."""

    def __init__(self, desk: Desk, clock: DemoClock, progress: Progress | None = None) -> None:
        self.desk, self.clock = desk, clock
        self.played = Played()
        self._progress = progress or (lambda _step: None)

    def play(self, until: datetime | None = None) -> Played:
        """All steps, in order; with `until` only those before that moment."""
        for day, clock, deed, in_walk in self._steps():
            if until is not None and at(TEST_WEEK.days[day], clock) >= until:
                break
            self._to(day, clock)
            deed()
            if in_walk:
                self._note()
        return self.played

    @classmethod
    def steps_before(cls, until: datetime) -> int:
        """How many steps `play(until)` takes."""
        steps = cls.__new__(cls)._steps()
        return sum(at(TEST_WEEK.days[day], clock) < until for day, clock, _deed, _in_walk in steps)

    def _steps(self) -> Iterator[tuple[int, str, Callable[[], object], bool]]:
        """Day of the week (0 is Monday), time, what happens, whether the walk has a line for it."""
        yield 0, "07:30", lambda: None, True
        yield 0, "09:10", lambda: notification_of_monday(self.desk), False
        yield 1, "13:40", self._phone_rings, False
        yield 1, "13:46", self._authorise, True
        yield 1, "14:30", self._counter_seen, False
        yield 1, "15:28", lambda: incident.turnout(self.desk, self._id("U-2026-009"), "110",
                                                   "police"), False  # fmt: skip
        yield 1, "15:55", self._trigger, False
        yield 1, "17:45", self._stand_down, True
        yield 1, "19:30", lambda: self._give_back(10), True
        yield 2, "12:00", self._freeze, False
        yield 2, "16:05", self._called_off, True
        yield 3, "09:20", lambda: None, False
        yield 3, "11:20", self._counter_notified, False
        yield 3, "12:20", self._replan, True
        yield 3, "19:30", lambda: self._give_back(16), True
        yield 4, "13:00", self._late_notification, False
        yield 4, "13:20", self._sunday_plan, True
        yield 5, "23:00", self._saturday_worked, True
        yield 6, "17:00", self._sunday_worked, True

    def _to(self, day: int, clock: str) -> None:
        moment = at(TEST_WEEK.days[day], clock)
        self._progress(words.moment(moment))
        self.clock.set(moment)

    def _note(self) -> None:
        with self.desk.read() as reader:
            balance = ledger.balance(reader.postings(Posting), TEST_WEEK)
        self.played.walk.append(WalkPoint(self.desk.now, balance))

    def _id(self, number: str) -> str:
        return scoring.case_numbered(self.desk, number).id

    # --- Monday and Tuesday -----------------------------------------------------------------------

    def _phone_rings(self) -> None:
        self._incident = incident.report(
            self.desk,
            {
                "where": "Markt", "when": "15:30", "how_many": "150", "said_by": "police",
                "sure": "B", "counter": "unknown",
            },
        )  # fmt: skip

    def _authorise(self) -> None:
        # The roster may have changed while the lead was called: look again, then commit.
        found = incident.look(self.desk, self._incident.case.id)
        incident.authorise(self.desk, found, found.packages[0], LEAD, "150 mensen om 15.30 uur")

    def _counter_seen(self) -> None:
        incident.counter_seen(self.desk, self._incident.case.id, "40", "A")

    def _trigger(self) -> None:
        incident.fire_trigger(
            self.desk, self._incident.case.id, "meer dan 30 op de rijbaan", "traffic"
        )

    def _stand_down(self) -> None:
        incident.stand_down(
            self.desk,
            self._incident.case.id,
            {
                "turnout": "100-160", "incident": "none", "ended": "17:30",
                "lesson": "Verkeer op het kruispunt eerder omleiden",
            },
        )  # fmt: skip

    def _give_back(self, hours: int) -> None:
        booking.give_back(
            self.desk, NUISANCE, hours * H, "flexuren niet nodig, voor overlast gewerkt", TEST_WEEK
        )

    # --- Wednesday and Thursday -------------------------------------------------------------------

    def _freeze(self) -> None:
        from orderdesk.desk import review

        review.freeze(self.desk, TEST_WEEK)
        self.played.frozen_at = self.desk.now

    def _called_off(self) -> None:
        closing.move(self.desk, self._id("D-2026-041"), "do 25 jun 17:30")
        [freed] = ripples.pending(self.desk)
        ripples.answer(self.desk, freed.seq, pay_back=True)

    def _counter_notified(self) -> None:
        found = intake.register(
            self.desk,
            {
                "when": "za 13 jun 13:30-16:00", "place": "Vrijthof", "expected": "90",
                "organiser": "Voorbeeldcomité 045 (fictief)", "address": "Voorbeeldstraat 45",
                "purpose": "Synthetisch doel 44", "measures": "Eén contactpersoon (synthetisch)",
            },
            number="D-2026-044",
        )  # fmt: skip
        first = self._id("D-2026-043")
        pairs.link_counter(self.desk, found.case.id, first)
        scoring.confirm_counter(self.desk, first, CounterGroup.CONFIRMED, Sureness.CONFIRMED)

    def _replan(self) -> None:
        with self.desk.read() as reader:
            self.played.feeds_before = feeds_in(self.desk, reader)
        found = replanning.plans_for(self.desk, self._id("D-2026-044"))
        self.played.plans = list(found.found.plans)
        if not self.played.plans:
            raise RuleSaysNo(msg("no lawful plan was found"))
        self.played.touched = replanning.choose(
            self.desk, found, found.found.plans[0], LEAD, "tegendemonstratie zaterdag"
        )
        with self.desk.read() as reader:
            self.played.feeds_after = feeds_in(self.desk, reader, self.played.feeds_before)

    # --- Friday to Sunday -------------------------------------------------------------------------

    def _late_notification(self) -> None:
        intake.register(
            self.desk,
            {
                "when": "zo 14 jun 14:00-16:00", "place": "Vrijthof", "expected": "200",
                "route": "Vrijthof > Markt", "form": "march",
                "organiser": "Voorbeeldcomité 046 (fictief)", "address": "Voorbeeldstraat 46",
                "purpose": "Synthetisch doel 42", "measures": "Eigen ordedienst (synthetisch)",
            },
            number="D-2026-042",
        )  # fmt: skip

    def _sunday_plan(self) -> None:
        """Two from the theme and two from the pool keep the waterline of four."""
        found = replanning.plans_for(self.desk, self._id("D-2026-042"))
        replanning.choose(
            self.desk, found, found.found.plans[0], LEAD, "late kennisgeving, waterlijn gehouden"
        )

    def _saturday_worked(self) -> None:
        booking.worked(self.desk, [self._id("D-2026-043"), self._id("D-2026-044")])
        for number, turnout in (("D-2026-043", "110-140"), ("D-2026-044", "60-90")):
            closing.close(self.desk, self._id(number), {"turnout": turnout, "incident": "none"})
        self._give_back(10)

    def _sunday_worked(self) -> None:
        booking.worked(self.desk, [self._id("D-2026-042")])
        closing.close(self.desk, self._id("D-2026-042"), {"turnout": "150-220", "incident": "none"})
