"""A look at fatigue: who works long, rests short, or comes near a limit on a day."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import date, timedelta

from orderdesk.desk import words
from orderdesk.desk.core import Desk
from orderdesk.desk.rostering.parameters import LOOK_BACK, law
from orderdesk.desk.rostering.proposal import drafted, proposal_in
from orderdesk.domain.people import Duty
from orderdesk.domain.time import Week, at, elapsed_minutes
from orderdesk.i18n import _, figure, ngettext
from orderdesk.roster.problem import day_of, standing

NEAR = 0.9
"""From this share of a limit on, a person is named."""


def look(desk: Desk, day: date) -> list[str]:
    """The longest shift and the shortest rest of the people of a day, and who comes near the
    average of sixteen weeks, in service-number order."""
    start, end = at(day, "00:00") - LOOK_BACK, at(day, "00:00") + timedelta(days=8)
    with desk.read() as reader:
        published = reader.duties(start=start, end=end)
        duties = standing([*published, *drafted(proposal_in(reader), published)])
    by_person: dict[str, list[Duty]] = {}
    for duty in sorted(duties, key=lambda d: (d.person_id, d.start)):
        by_person.setdefault(duty.person_id, []).append(duty)
    today = {who: own for who, own in by_person.items() if any(day_of(d) == day for d in own)}
    if not today:
        return [_("nobody works that day")]
    shift, rest = law().shift_length[-1], law().daily_rest[-1]
    lines = [
        ngettext("{n} person works that day", "{n} people work that day", len(today)).format(
            n=len(today)
        ),
        _longest(today, day, shift.work_hours, shift.article),
        _shortest(today, day, rest.rest_hours, rest.article),
        "",
    ]
    norm = law().average_long[-1]
    limit = norm.weeks * norm.work_hours * 60
    lines.append(
        _("average over {weeks} weeks, at most {n} h a week ({article}); from {share}% on:").format(
            weeks=norm.weeks, n=figure(norm.work_hours, "g"), article=norm.article,
            share=round(NEAR * 100),
        )
    )  # fmt: skip
    monday = Week.of(day).monday
    opens, closes = monday - timedelta(weeks=norm.weeks - 1), monday + timedelta(days=7)
    near = []
    for who, own in today.items():
        minutes = sum(d.paid_minutes for d in own if opens <= day_of(d) < closes)
        if minutes >= NEAR * limit:
            average, share = minutes / norm.weeks / 60, round(100 * minutes / limit)
            near.append(
                _("  {who}  {n} h a week, {share}% of the limit").format(
                    who=who, n=figure(average, ".1f"), share=share
                )
            )
    return [*lines, *(near or ["  " + _("nobody")])]


def _longest(by_person: dict[str, list[Duty]], day: date, limit: float, article: str) -> str:
    work, who = max(
        (duty.paid_minutes, duty.person_id) for duty in _of_day(by_person.values(), day)
    )
    return _("longest shift: {n} h ({who}), at most {limit} h ({article})").format(
        n=words.hours(work), who=who, limit=figure(limit, "g"), article=article
    )


def _shortest(by_person: dict[str, list[Duty]], day: date, limit: float, article: str) -> str:
    rests = []
    for own in by_person.values():
        for before, after in itertools.pairwise(own):
            if day in (day_of(before), day_of(after)):
                rests.append((elapsed_minutes(before.end, after.start), after.person_id))
    if not rests:
        return _("no rest between two shifts touches this day")
    rest, who = min(rests)
    return _("shortest rest: {n} h ({who}), at least {limit} h ({article})").format(
        n=words.hours(rest), who=who, limit=figure(limit, "g"), article=article
    )


def _of_day(people: Iterable[list[Duty]], day: date) -> list[Duty]:
    return [duty for own in people for duty in own if day_of(duty) == day]
