"""Rules of repetition (RFC 5545 section 3.3.10) for whole days, bounded.

Own code because the usual library walks to the year 9999 on a rule that nothing matches ("30
February"), which takes seconds. This looks at a counted number of days. Rules that act within a
day are refused; BYWEEKNO and BYYEARDAY, which calendar programs don't write, are not read.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from orderdesk.i18n import Msg, msg

MAX_RULE = 500
"""Characters of one rule."""
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BYDAY = re.compile(r"([+-]?[1-9][0-9]?)?(MO|TU|WE|TH|FR|SA|SU)")
_KNOWN = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"}
)


class CannotUse(Exception):
    """An entry of a calendar can't be used; `why` says it in the reader's language."""

    def __init__(self, why: Msg) -> None:
        super().__init__(why)
        self.why = why


class Budget:
    """Work that an entry may cost, and what all entries of a file may cost together."""

    def __init__(self, each: int, together: int) -> None:
        self._each, self._mine, self._left = each, each, together

    def next_entry(self) -> None:
        """From here on the work is that of another entry."""
        self._mine = self._each

    def take(self, work: int) -> None:
        """Raises CannotUse when that is more than is left."""
        self._mine -= work
        self._left -= work
        if self._mine < 0 or self._left < 0:
            raise CannotUse(msg("It repeats too often to be followed."))


@dataclass(frozen=True)
class Rule:
    """A rule of repetition that works on whole days."""

    freq: str
    interval: int
    count: int | None
    until: str
    """As it stood in the rule: a date or a time; "" for none."""
    week_starts: int
    weekdays: frozenset[tuple[int, int]]
    """(which, weekday): which is 0 for every one, 2 for the second, -1 for the last."""
    months: frozenset[int]
    month_days: frozenset[int]
    positions: frozenset[int]

    def days(
        self, first: date, last: date, budget: Budget, after: date = date.min
    ) -> Iterator[date]:
        """The days of repetition from `first` to `last`, at most `count` of them.

        Days before `after` may be left out. Each day looked at takes one from the budget.

        Raises CannotUse when more days have to be looked at than the budget allows.
        """
        rule = self._filled(first)
        left = self.count
        # A count has to be counted from the first day on.
        for period in rule._periods(first, last, first if self.count else max(first, after)):
            budget.take(len(period) + 1)
            chosen = [day for day in period if rule._matches(day)]
            if rule.positions:
                chosen = sorted(
                    {chosen[p - 1 if p > 0 else p] for p in rule.positions if abs(p) <= len(chosen)}
                )
            for day in chosen:
                if left == 0 or day > last:
                    return
                if day >= first:
                    yield day
                    left = left - 1 if left is not None else None

    def _filled(self, first: date) -> Rule:
        """What the rule leaves open is taken from the first day."""
        if self.weekdays or self.month_days or self.freq == "DAILY":
            return self
        if self.freq == "WEEKLY":
            return self._with(weekdays=frozenset({(0, first.weekday())}))
        months = self.months
        if self.freq == "YEARLY":
            months = months or frozenset({first.month})
        return self._with(months=months, month_days=frozenset({first.day}))

    def _with(self, **changes: object) -> Rule:
        return Rule(**(self.__dict__ | changes))

    def _periods(self, first: date, last: date, after: date) -> Iterator[list[date]]:
        """The days of each period (day, week, month, year) that counts, from that of `after`."""
        if self.freq in ("DAILY", "WEEKLY"):
            size = 7 if self.freq == "WEEKLY" else 1
            back = (first.weekday() - self.week_starts) % 7 if size == 7 else 0
            ordinal, step = first.toordinal() - back, size * self.interval
            ordinal += (after.toordinal() - ordinal) // step * step
            while ordinal <= last.toordinal():
                yield [date.fromordinal(max(1, ordinal + i)) for i in range(size)]
                ordinal += step
            return
        months_each = 12 if self.freq == "YEARLY" else 1
        month = first.year * 12 + (0 if months_each == 12 else first.month - 1)
        step = months_each * self.interval
        month += (after.year * 12 + after.month - 1 - month) // step * step
        while month <= last.year * 12 + last.month - 1:
            # Only months that can match, so that a birthday costs a month and not a year.
            wanted = (
                m for m in range(month, month + months_each) if self._month_counts(m % 12 + 1)
            )
            yield [day for m in wanted for day in _days_of_month(m // 12, m % 12 + 1)]
            month += step

    def _month_counts(self, month: int) -> bool:
        return not self.months or month in self.months

    def _matches(self, day: date) -> bool:
        if not self._month_counts(day.month):
            return False
        length = calendar.monthrange(day.year, day.month)[1]
        if self.month_days and not {day.day, day.day - length - 1} & self.month_days:
            return False
        if not self.weekdays or (0, day.weekday()) in self.weekdays:
            return True
        position, size = day.day, length
        if self.freq == "YEARLY" and not self.months:
            position, size = day.timetuple().tm_yday, 365 + calendar.isleap(day.year)
        nth = {
            ((position - 1) // 7 + 1, day.weekday()),
            (-((size - position) // 7 + 1), day.weekday()),
        }
        return bool(nth & self.weekdays)


def _days_of_month(year: int, month: int) -> Iterator[date]:
    for day in range(1, calendar.monthrange(year, month)[1] + 1):
        yield date(year, month, day)


def read_rule(text: str) -> Rule:
    """Read the value of an RRULE. Raises CannotUse."""
    pairs = [part.partition("=") for part in text.upper().split(";") if part]
    parts = {name.strip(): value.strip() for name, _equals, value in pairs}
    freq = parts.get("FREQ", "")
    if freq in ("SECONDLY", "MINUTELY", "HOURLY"):
        raise CannotUse(msg("It repeats more often than daily."))
    unclear = CannotUse(msg("Its rule of repetition can't be read."))
    if (
        len(text) > MAX_RULE
        or len(parts) < len(pairs)
        or not parts.keys() <= _KNOWN
        or freq not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
    ):
        raise unclear
    try:
        rule = Rule(
            freq=freq,
            interval=_number(parts.get("INTERVAL", "1"), 1, 10_000),
            count=_number(parts["COUNT"], 1, 1_000_000) if "COUNT" in parts else None,
            until=parts.get("UNTIL", ""),
            week_starts=_WEEKDAYS.index(parts.get("WKST", "MO")),
            weekdays=frozenset(_weekday(one) for one in _list(parts, "BYDAY")),
            months=frozenset(_number(one, 1, 12) for one in _list(parts, "BYMONTH")),
            month_days=frozenset(_number(one, -31, 31) for one in _list(parts, "BYMONTHDAY")),
            positions=frozenset(_number(one, -366, 366) for one in _list(parts, "BYSETPOS")),
        )
    except ValueError:
        raise unclear from None
    if freq in ("DAILY", "WEEKLY") and any(which for which, _day in rule.weekdays):
        raise unclear
    return rule


def _list(parts: dict[str, str], name: str) -> list[str]:
    return parts[name].split(",") if name in parts else []


def _number(text: str, low: int, high: int) -> int:
    number = int(text)
    if not low <= number <= high or number == 0:
        raise ValueError(text)
    return number


def _weekday(text: str) -> tuple[int, int]:
    found = _BYDAY.fullmatch(text)
    if not found:
        raise ValueError(text)
    return int(found[1] or 0), _WEEKDAYS.index(found[2])
