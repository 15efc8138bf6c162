"""Making a roster for the weeks to come, and publishing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import availability, capacity, weeks, words
from orderdesk.desk.core import Desk
from orderdesk.desk.rostering.parameters import LOOK_BACK, law, offers, rules
from orderdesk.domain import ledger
from orderdesk.domain.ledger import Posting, Themes
from orderdesk.domain.people import DutyStatus, Person, Role
from orderdesk.domain.time import Week, at
from orderdesk.domain.worktime import check_duties, errors
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import _, figure, msg
from orderdesk.roster.problem import Problem, standing_needs, waterlines

if TYPE_CHECKING:
    from orderdesk.roster.solve import Roster
    from orderdesk.store.work import Reader


@dataclass(frozen=True)
class Made:
    """A roster that was made, and whether it was published."""

    first: date
    days: int
    people: int
    roster: Roster
    violations: int
    published: bool

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "first": self.first.isoformat(),
            "days": self.days,
            "people": self.people,
            "duties": len(self.roster.duties),
            "violations": self.violations,
            "uncovered": sum(gap.short for gap in self.roster.uncovered),
            "gap": round(self.roster.gap, 4),
            "objective": self.roster.objective,
            "bound": self.roster.bound,
            "seconds": round(self.roster.seconds, 2),
            "first_legal_seconds": round(self.roster.first_legal_seconds, 2),
            "published": self.published,
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield _("{n} duties for {people} people, {days} days from {first}").format(
            n=len(self.roster.duties), people=self.people, days=self.days, first=self.first
        )
        yield _("breaches of the law: {n}").format(n=self.violations)
        yield _("at most {gap} from the best possible").format(gap=figure(self.roster.gap, ".1%"))
        for gap in self.roster.uncovered:
            yield _("not covered: {what}, {when}, {n} short").format(
                what=gap.need.id, when=words.span(gap.span), n=gap.short
            )
        yield _("published") if self.published else _("not published")


def make(
    desk: Desk,
    week: str,
    weeks: int,
    seconds: float,
    *,
    publish: bool = False,
    repeatable: bool = False,
    progress: Callable[[str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Made:
    """Make a roster for `weeks` weeks (default: from the first week without one).

    With `publish` it becomes the roster; duties that stand there already stay as pinned.
    Raises RuleSaysNo when nobody is in the team, or the pins leave no lawful roster.
    """
    from orderdesk.roster.solve import Effort, Progress, roster

    with desk.read() as reader:
        first = (Week.parse(week) if week else _first_open_week(reader, desk.now)).monday
        problem = problem_in(reader, first, weeks * 7)

    def heard(step: Progress) -> None:
        if progress is not None:
            progress(
                _("roster: {seconds} s, at most {gap} from the best possible").format(
                    seconds=f"{step.seconds:.0f}", gap=figure(step.gap, ".1%")
                )
            )

    found = roster(
        problem, rules(), law(), new_id=desk.new_id, now=desk.now,
        effort=Effort(seconds=seconds, repeatable=repeatable), on_progress=heard, stop=stop,
    )  # fmt: skip
    history = [duty for member in problem.members for duty in member.history]
    broken = errors(check_duties([*history, *found.duties], law()))
    if publish:
        if broken:
            raise RuleSaysNo(broken[0].message, "23")
        with desk.work(Role.PLANNER) as work:
            pinned = {duty.id for duty in problem.pinned}
            work.save_duties([duty for duty in found.duties if duty.id not in pinned])
            work.note("roster.published", f"roster:{first}", {"weeks": weeks})
    return Made(first, weeks * 7, len(problem.members), found, len(broken), publish)


def _first_open_week(reader: Reader, now: datetime) -> Week:
    last = max((duty.start for duty in reader.duties()), default=now)
    return Week.of(max(last, now)).shift(1)


def problem_in(reader: Reader, first: date, days: int) -> Problem:
    """What the roster of these days must satisfy: people, shifts, cover, themes, wishes, pins."""
    start, end = at(first, "00:00"), at(first + timedelta(days=days), "00:00")
    dates = [first + timedelta(days=n) for n in range(days)]
    people = reader.people(dates[0], dates[-1])
    if not people:
        raise RuleSaysNo(msg("nobody is in the team yet: add people first"))
    known = {person.id for person in people}
    needs = (*standing_needs(rules(), dates, offers()), *waterlines(rules(), dates))
    return Problem(
        first=first,
        days=days,
        members=availability.members(
            reader, people, first, days,
            offers=offers(),
            history=reader.duties(start=start - LOOK_BACK, end=start),
            week_minutes={p.id: _plannable(reader, people, p, first, days) for p in people},
        ),
        offers=offers(),
        needs=tuple(weeks.with_flex(reader, needs, offers())),
        theme_minutes=_theme_minutes(reader, Week.of(first)),
        wishes=tuple(availability.wishes_in(reader, people, dates[0], dates[-1])),
        pinned=tuple(
            duty
            for duty in reader.duties(start=start, end=end)
            if duty.status is not DutyStatus.CANCELLED and duty.person_id in known
        ),
    )  # fmt: skip


def _plannable(
    reader: Reader, people: Sequence[Person], person: Person, first: date, days: int
) -> tuple[int, ...]:
    """What can be planned of a person each week: the own absence off, and a share of what is only
    known as hours of the whole team."""
    contract = sum(p.contract_minutes for p in people) or 1
    found = []
    for n in range(days // 7):
        week = Week.of(first).shift(n)
        absences = availability.absences_in(reader, week.days[0], week.days[-1])
        own = availability.contract_minutes(person, week)
        own -= sum(availability.away_by_cause(person, absences, week).values())
        counted = sum(_counted_away(reader, week).values())
        found.append(max(0, own - round(person.contract_minutes * counted / contract)))
    return tuple(found)


def _counted_away(reader: Reader, week: Week) -> Mapping[str, int]:
    """Hours of absence counted for the team; the newest known week's where this one has none."""
    for back in range(17):
        if found := capacity.counted_away(reader, week.shift(-back)):
            return found
    return {}


def _theme_minutes(reader: Reader, week: Week) -> dict[str, int]:
    """Least minutes per theme: what the week was opened with, else what the week before had."""
    stated = ledger.statement(reader.postings(Posting), week)
    opened = {line.theme: line.budget for line in stated.themes if line.budget > 0}
    weekly = {theme.id: 0 for theme in reference.cached("themes", Themes).themes}
    return weekly | (opened or capacity.rostered_in(reader, week.shift(-1))[1])
