"""The week of capacity as data of pictures: gauge, theme bars, waterfall, fan, cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from textual.content import Content

from orderdesk.i18n import _
from orderdesk.screens.widgets.bars import Bar, Part, Parts, Step
from orderdesk.screens.widgets.fan import Fan
from orderdesk.screens.widgets.fan import Week as FanWeek
from orderdesk.screens.widgets.looks import Look, Piece, content, lines

if TYPE_CHECKING:
    from orderdesk.desk.capacity import WeekPlan
    from orderdesk.desk.forecasting import Forecast
    from orderdesk.desk.strength import Day
    from orderdesk.domain.ledger import Balance
    from orderdesk.domain.plannable import Waterfall


def reserve_gauge(week: str, b: Balance) -> Parts:
    """The reserve in its four parts, which always sum to all of it."""
    from orderdesk.desk.words import hours

    title = _("{week}: reserve {n} h · owed {owed} h · still to borrow {borrow} h").format(
        week=week, n=hours(b.reserve), owed=hours(b.owed), borrow=hours(b.to_borrow)
    )
    parts = (
        Part(_("used"), b.used, hours(b.used), "█", Look.MAIN),
        Part(_("given back"), b.given_back, hours(b.given_back), "▓", Look.GOOD),
        Part(_("committed"), b.committed, hours(b.committed), "▒", Look.AMBER),
        Part(_("free"), b.free, hours(b.free), "·", Look.DIM),
    )
    return Parts(parts, title=title)


def theme_bars(plan: WeekPlan) -> list[Bar]:
    """Each theme's week: lent, still to be lent, the rest of its budget; what it is owed."""
    from orderdesk.desk import settings, words
    from orderdesk.desk.words import hours

    return [
        Bar(
            label=words.theme(theme.theme)
            + settings.mark("themes", "themes", theme.theme, "weight"),
            parts=[
                Part(_("lent"), theme.lent, hours(theme.lent), "▓", Look.AMBER),
                Part(_("to borrow"), theme.to_borrow, hours(theme.to_borrow), "▒", Look.AMBER),
                Part(
                    _("own work"),
                    max(0, theme.budget - theme.lent - theme.to_borrow),
                    "",
                    "█",
                    Look.MAIN,
                ),
            ],
            of=theme.budget,
            text=_("{budget} h, lent {lent}, owed {owed}").format(
                budget=hours(theme.budget),
                lent=hours(theme.lent + theme.to_borrow),
                owed=hours(theme.owed),
            ),
            look=Look.AMBER if theme.owed else Look.PLAIN,
        )
        for theme in plan.statement.themes
    ]


def fall_steps(fall: Waterfall) -> list[Step]:
    """From the hours on paper to those that can be planned."""
    from orderdesk.desk.words import hours, number

    def said(fte: float, minutes: int) -> str:
        return f"{number(fte):>5}  {hours(minutes):>4} " + _("h")

    return [
        Step(_("on paper"), fall.contract_minutes, said(fall.paper_fte, fall.contract_minutes),
             total=True),
        *(Step(str(s.name), -s.minutes, said(-s.fte, -s.minutes)) for s in fall.steps),
        Step(_("plannable"), fall.plannable_minutes,
             said(fall.plannable_fte, fall.plannable_minutes), total=True),
    ]  # fmt: skip


def fall_sum(fall: Waterfall) -> str:
    """The sum of the waterfall, written out."""
    from orderdesk.desk.words import hours

    return _("{all} - {taken} = {left} h").format(
        all=hours(fall.contract_minutes),
        taken=" - ".join(hours(step.minutes) for step in fall.steps),
        left=hours(fall.plannable_minutes),
    )


def reserve_fan(found: Forecast, rows: int = 7) -> Fan:
    """What the coming weeks may ask, and the reserve to meet it."""
    return Fan(
        weeks=[
            FanWeek(f"W{w.week.number:02d}", w.p10 / 60, w.p50 / 60, w.p90 / 60)
            for w in found.weeks
        ],
        line=[w.reserve / 60 for w in found.weeks],
        line_label=_("reserve"),
        unit=_("h"),
        rows=rows,
    )


def case_lines(plan: WeekPlan) -> Iterator[str]:
    """What each case of the week asks, and what stands for it, in columns."""
    from orderdesk.desk.words import hours

    heads = (_("asks"), _("reserve"), _("themes"), _("pool"), _("open"))
    rows: list[Sequence[str]] = [
        (
            entry.case.number,
            hours(entry.demand.minutes()),
            hours(entry.committed),
            hours(entry.borrowed),
            hours(entry.external),
            hours(entry.open_minutes) + ("!" if entry.open_minutes else " "),
        )
        for entry in plan.demands
    ]
    if not rows:
        yield _("No case asks for hours this week.")
        return
    table = [(_("hours"), *heads), *rows]
    widths = [max(len(row[n]) for row in table) for n in range(len(table[0]))]
    for row in table:
        first, *figures = row
        right = (f"{text:>{width}}" for text, width in zip(figures, widths[1:], strict=True))
        yield "  ".join([f"{first:<{widths[0]}}", *right])


def people(left: int, least: int) -> str:
    """People as blocks, those above the waterline lighter, a gap for each one missing."""
    return "█" * min(left, least) + "▒" * max(0, left - least) + "·" * max(0, least - left)


def by_hour(day: Day, now: datetime) -> Content:
    """A day in a line per hour, from the hour before now on; amber below the waterline."""
    from orderdesk.desk.words import clock

    shown = [hour for hour in day.hours if hour.end > now - timedelta(hours=1)]
    rows = []
    before = ""
    for hour in shown:
        present = hour.start <= now < hour.end
        missing = f" ▲ -{hour.short}" if hour.short else ""
        named = hour.district if hour.district != before else ""
        before = hour.district
        text = f"{named:<10} {clock(hour.start)} {hour.left:>3}  "
        look = Look.AMBER if hour.short else Look.STRONG if present else Look.PLAIN
        rows.append(content(Piece(text, look), people(hour.left, hour.least), missing))
    if not rows:
        return content(_("Nobody is rostered any more today."))
    return lines(*rows, people_legend())


def people_legend() -> Content:
    """What the signs of `people` stand for."""
    return content(
        Piece(
            _("█ up to the waterline  ▒ above it  · missing below it"),
            Look.DIM,
        )
    )
