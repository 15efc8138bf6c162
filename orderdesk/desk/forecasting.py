"""How much reserve the coming weeks will ask, from what past weeks asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from orderdesk import reference
from orderdesk.desk import capacity
from orderdesk.desk.core import Desk
from orderdesk.desk.scoring import standing_classes
from orderdesk.domain import ledger
from orderdesk.domain.ledger import Posting
from orderdesk.domain.time import Week, local
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import _, msg
from orderdesk.reserve.forecast import KnownCase, WeekForecast, WeekRecord, fit
from orderdesk.reserve.forecast import forecast as forecast_of
from orderdesk.reserve.rules import ReserveRules

SEED = 24


@dataclass(frozen=True)
class Forecast:
    """The coming weeks, in order."""

    weeks: Sequence[WeekForecast]
    learned_from: int
    """Past weeks with records."""

    def as_json(self) -> dict[str, Any]:
        """For `--json`, in hours."""
        return {
            "learned_from_weeks": self.learned_from,
            "weeks": [
                {
                    "week": str(week.week),
                    "known": week.known / 60,
                    "p10": week.p10 / 60,
                    "p50": week.p50 / 60,
                    "p90": week.p90 / 60,
                    "reserve": week.reserve / 60,
                    "run_out": round(week.run_out, 3),
                    "notes": [str(note) for note in week.notes],
                }
                for week in self.weeks
            ],
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield _("week      known   P10   P50   P90  reserve  runs out")
        for week in self.weeks:
            yield (
                f"{week.week}  {week.known / 60:>5.0f} {week.p10 / 60:>5.0f} {week.p50 / 60:>5.0f} "
                f"{week.p90 / 60:>5.0f} {week.reserve / 60:>8.0f} {week.run_out:>8.0%}"
            )
            for note in week.notes:
                yield f"          {note}"


def forecast(desk: Desk, weeks: int) -> Forecast:
    """The coming `weeks`. Raises RuleSaysNo while there is no closed case to learn from."""
    rules = reference.cached("reserve", ReserveRules)
    today = local(desk.now).date()
    now = Week.of(desk.now)
    coming = [now.shift(n) for n in range(1, weeks + 1)]
    with desk.read() as reader:
        classes = standing_classes(reader, today)
        past: dict[Week, list[int]] = {}
        known = []
        for case in reader.cases():
            if case.span is None or case.is_event or not case.is_wom:
                continue
            week = Week.of(case.span.start)
            if case.outcome is not None and week.monday < now.monday:
                asked = capacity.demand_in(reader, case, classes).minutes()
                past.setdefault(week, []).append(asked)
            elif week in coming and case.status not in capacity.CLOSED_STATUSES:
                known.append(
                    KnownCase(case.id, week, capacity.demand_in(reader, case, classes).minutes())
                )
        postings = reader.postings(Posting)
        usual = rules.reserve(capacity.waterfall_in(reader, now).plannable)
    if not past:
        raise RuleSaysNo(msg("there is no closed case yet to learn from"))
    first, last = min(past, key=lambda w: w.monday), now.shift(-1)
    history = []
    week = first
    while week.monday <= last.monday:
        asked_then = past.get(week, [])
        history.append(WeekRecord(week, len(asked_then), tuple(asked_then)))
        week = week.shift(1)
    reserve = {w: ledger.balance(postings, w).reserve or usual for w in coming}
    model = fit(history, rules.forecast)
    found = forecast_of(model, known, reserve, rules.forecast, SEED, now=now)
    return Forecast(found, len(history))
