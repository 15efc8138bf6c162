"""The norms of the working-time law, as data, and the tasks that no BOA may get."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import Field

from orderdesk.domain.people import Task
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import msg
from orderdesk.reference import LocalText, ReferenceFile, Strict

NEVER_FOR_BOA = frozenset({Task.RESTORE_ORDER, Task.SEPARATE_GROUPS, Task.ARREST, Task.RIOT_POLICE})
"""Combating disorder is a police task under the mayor (Politiewet 2012, art. 3 and 11)."""


def require_lawful(task: Task) -> None:
    """Raise RuleSaysNo (rule 19) for a task that only the police may do."""
    if task in NEVER_FOR_BOA:
        raise RuleSaysNo(
            msg("{task} is a police task: an enforcement officer may not get it.", task=task.value),
            rule="19",
        )


Hours = Annotated[float, Field(ge=0, le=24 * 370)]
Times = Annotated[int, Field(ge=0, le=1000)]
Weeks = Annotated[int, Field(ge=1, le=104)]


class Severity(StrEnum):
    """An error forbids publication; a warning needs a reason."""

    ERROR = "error"
    WARNING = "warning"


class Norm(Strict):
    """What every norm says about itself."""

    article: str
    holds_from: date
    title: LocalText
    severity: Severity = Severity.ERROR


class ShiftNorm(Norm):
    """What makes one shift of several stretches."""

    split_by_rest_hours: Hours


class ShortRest(Strict):
    """A shorter rest, so many times within so many hours."""

    rest_hours: Hours
    times: Times
    within_hours: Hours
    agreed: bool


class DailyRestNorm(Norm):
    """Rest within a window that opens at the start of each shift."""

    rest_hours: Hours
    window_hours: Hours
    short: ShortRest


class SplitRest(Strict):
    """A longer rest in parts within a longer window, instead of the weekly rest."""

    rest_hours: Hours
    part_hours: Hours
    window_hours: Hours
    agreed: bool


class WeeklyRestNorm(Norm):
    """Unbroken rest within each window."""

    rest_hours: Hours
    window_hours: Hours
    split: SplitRest


class LongShift(Strict):
    """A longer shift for work that can't wait, and the daily rest that goes with it."""

    work_hours: Hours
    times: Times
    within_hours: Hours
    rest_hours: Hours
    agreed: bool


class ShiftLengthNorm(Norm):
    """Work in one shift."""

    work_hours: Hours
    long: LongShift


class OtherHours(Strict):
    """Another limit by collective agreement."""

    work_hours: Hours
    agreed: bool


class WeeksNorm(Norm):
    """Average work per week over so many ISO weeks."""

    weeks: Weeks
    work_hours: Hours
    other: OtherHours | None = None

    @property
    def most_hours(self) -> float:
        """The limit that holds for this team."""
        return self.other.work_hours if self.other and self.other.agreed else self.work_hours


class BreakStep(Strict):
    """Break needed when a shift holds more work than this."""

    over_hours: Hours
    minutes: Annotated[int, Field(ge=0, le=240)]


class ShortBreak(Strict):
    """A shorter break by collective agreement."""

    minutes: Annotated[int, Field(ge=0, le=240)]
    agreed: bool


class BreakNorm(Norm):
    """Breaks within a shift; a gap between two of its stretches counts from `part_minutes` on."""

    part_minutes: Annotated[int, Field(ge=0, le=240)]
    steps: tuple[BreakStep, ...]
    short: ShortBreak


class LongNight(Strict):
    """A longer night shift: how often, and the rest that must follow."""

    work_hours: Hours
    times: Times
    within_hours: Hours
    times_long: Times
    within_weeks: Weeks
    rest_hours: Hours
    agreed: bool


class NightShiftNorm(Norm):
    """What a night shift is, and how long it may be."""

    night_from: time
    night_until: time
    over_minutes: Annotated[int, Field(ge=0, le=360)]
    work_hours: Hours
    long: LongNight


class NightRestNorm(Norm):
    """Rest after a night shift that ends late."""

    ends_after: time
    rest_hours: Hours
    short: ShortRest


class NightRunNorm(Norm):
    """Rest after several night shifts in a row."""

    nights: Times
    rest_hours: Hours


class LongSeries(Strict):
    """A longer series by collective agreement."""

    shifts: Times
    agreed: bool


class SeriesNorm(Norm):
    """Shifts in a row when one of them is a night shift."""

    ended_by_rest_hours: Hours
    shifts: Times
    long: LongSeries


class NightsByYear(Strict):
    """Another way to count nights, by collective agreement."""

    times: Times
    weeks: Weeks
    agreed: bool


class NightsByHours(Strict):
    """Night hours instead of night shifts, by collective agreement."""

    night_hours: Hours
    weeks: Weeks
    agreed: bool


class NightCountNorm(Norm):
    """Night shifts that end late, within so many weeks."""

    times: Times
    weeks: Weeks
    by_year: NightsByYear
    by_hours: NightsByHours


class NightAverageNorm(Norm):
    """Average work per week of somebody with many night shifts."""

    from_nights: Times
    weeks: Weeks
    work_hours: Hours


class SundayNorm(Norm):
    """Work on Sundays."""

    work_agreed: bool
    free: Times
    weeks: Weeks


class OnCallNorm(Norm):
    """Being on call (consignatie)."""

    days: Times
    window_days: Times
    free_spells: Times
    free_spell_hours: Hours
    work_hours: Hours
    work_window_hours: Hours
    hours_before_night: Hours
    hours_after_night: Hours
    least_call_minutes: Annotated[int, Field(ge=0, le=240)]


class NoticeNorm(Norm):
    """How long ahead days off and hours must be known."""

    days_off_days: Times
    hours_days: Times


class PlainNorm(Norm):
    """A norm without figures."""


N = TypeVar("N", bound=Norm)
Versions = Annotated[tuple[N, ...], Field(min_length=1)]
"""The same norm at different times; the newest that holds counts."""


class WorkingTimeLaw(ReferenceFile):
    """`data/working_time_law.toml`."""

    shift: Versions[ShiftNorm]
    double_booking: Versions[PlainNorm]
    daily_rest: Versions[DailyRestNorm]
    weekly_rest: Versions[WeeklyRestNorm]
    shift_length: Versions[ShiftLengthNorm]
    week_hours: Versions[WeeksNorm]
    average_short: Versions[WeeksNorm]
    average_long: Versions[WeeksNorm]
    breaks: Versions[BreakNorm]
    night_shift: Versions[NightShiftNorm]
    night_rest: Versions[NightRestNorm]
    night_run_rest: Versions[NightRunNorm]
    series: Versions[SeriesNorm]
    night_count: Versions[NightCountNorm]
    night_average: Versions[NightAverageNorm]
    sunday: Versions[SundayNorm]
    on_call: Versions[OnCallNorm]
    notice: Versions[NoticeNorm]

    def norms(self) -> Iterator[tuple[str, Norm]]:
        """Every norm with its rule id, in the order of the file."""
        for rule in type(self).model_fields:
            if rule not in ReferenceFile.model_fields:
                for norm in getattr(self, rule):
                    yield rule, norm

    def title(self, rule: str) -> LocalText:
        """What the newest version of a rule is called."""
        titles: LocalText = getattr(self, rule)[-1].title
        return titles
