"""Looking at the roster: people by days, what changed, a year of one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from orderdesk.desk import words
from orderdesk.desk.core import Desk
from orderdesk.desk.rostering.parameters import LOOK_BACK, law, rules
from orderdesk.desk.rostering.record import burdens_in, changes_in
from orderdesk.desk.rostering.touching import person_in
from orderdesk.domain.people import Duty, DutyStatus, Person
from orderdesk.domain.time import Week, at, local
from orderdesk.domain.worktime import Finding, check_duties, errors
from orderdesk.i18n import _, figure


@dataclass(frozen=True)
class RosterView:
    """People x days, with the cover of each day."""

    days: tuple[date, ...]
    people: tuple[Person, ...]
    cells: Mapping[tuple[str, date], tuple[Duty, ...]]
    findings: tuple[Finding, ...]

    def mark(self, person_id: str, day: date) -> str:
        """A cell in three signs: shift, a star for a deployment, an exclamation for an error."""
        duties = self.cells.get((person_id, day), ())
        if not duties:
            return "·"
        duty = duties[0]
        sign = "x" if duty.status is DutyStatus.CANCELLED else duty.shift
        deployed = "*" if any(task.case_id for task in duty.tasks) else ""
        pinned = "^" if duty.pinned else ""
        broken = "!" if (person_id, day) in self._broken else ""
        return f"{sign}{deployed}{pinned}{broken}"

    @property
    def _broken(self) -> frozenset[tuple[str, date]]:
        return frozenset((f.person_id, local(f.start).date()) for f in errors(self.findings))

    def cover(self, day: date) -> int:
        """Officers who work on a day."""
        return sum(
            any(d.status is not DutyStatus.CANCELLED for d in self.cells.get((p.id, day), ()))
            for p in self.people
        )


def view(desk: Desk, first: date, days: int) -> RosterView:
    """The roster from `first` on."""
    with desk.read() as reader:
        shown = tuple(first + timedelta(days=n) for n in range(days))
        duties = reader.duties(start=at(first, "00:00") - LOOK_BACK, end=at(shown[-1], "23:59"))
        busy = {d.person_id for d in duties if local(d.start).date() >= first}
        people = tuple(
            p for p in reader.people() if p.serves_between(first, shown[-1]) or p.id in busy
        )
    cells: dict[tuple[str, date], tuple[Duty, ...]] = {}
    for duty in sorted(duties, key=lambda d: (d.status is DutyStatus.CANCELLED, d.start)):
        day = local(duty.start).date()
        cells[duty.person_id, day] = (*cells.get((duty.person_id, day), ()), duty)
    return RosterView(shown, people, cells, tuple(check_duties(duties, law())))


def differences(desk: Desk) -> list[str]:
    """What is different from the calendars as they were last written, person by person."""
    from orderdesk.calendars.changes import What, difference
    from orderdesk.desk.publishing import feeds_in, published
    from orderdesk.desk.receipts import CHANGES

    with desk.read() as reader:
        before = published(reader)
        made = feeds_in(desk, reader, before)
    lines = []
    for name, content in sorted(made.items()):
        if not name.startswith("person/") or before.get(name) == content:
            continue
        who = name.removeprefix("person/").removesuffix(".ics")
        if name not in before:
            lines.append(_("{who}: never published").format(who=who))
            continue
        for change in difference(before[name], content):
            what = ", ".join(sorted(_(CHANGES[w]) for w in change.what))
            now = change.after if What.CALLED_OFF not in change.what else change.before
            title = now.title if now is not None else ""
            lines.append(f"{who}  {words.moment(change.moment)}  {what}  {title}")
    return lines


def year_of(desk: Desk, person_id: str) -> list[str]:
    """What a year brought one person, for that person and the planner: week by week, and in all."""
    with desk.read() as reader:
        person = person_in(reader, person_id)
        since = desk.now - timedelta(days=365)
        duties = [
            d
            for d in reader.duties(start=since, end=desk.now, person_id=person.id)
            if d.status is not DutyStatus.CANCELLED
        ]
        changes = [c for c in changes_in(reader) if c.person_id == person.id]
        burdens = burdens_in(reader, desk.now)
    weeks: dict[Week, list[Duty]] = {}
    for duty in duties:
        weeks.setdefault(Week.of(duty.start), []).append(duty)
    late = {Week.of(c.told_at): 0.0 for c in changes}
    for change in changes:
        late[Week.of(change.told_at)] += change.weight(rules())
    lines = [f"{person.id} {person.name}", ""]
    for week in sorted({*weeks, *late}, key=str):
        worked = weeks.get(week, [])
        bar = "█" * round(sum(d.paid_minutes for d in worked) / 60 / 4)
        weekend = sum(local(d.start).weekday() >= 5 for d in worked)
        lines.append(
            f"{week}  {words.hours(sum(d.paid_minutes for d in worked)):>5} {bar:<12}"
            + (f"  {_('weekend')} {weekend}" if weekend else "")
            + (f"  {_('late changes')} {figure(late[week], '.1f')}" if late.get(week) else "")
        )
    lines += ["", _("burden of late changes in {weeks} weeks: {n}").format(
        weeks=rules().fairness.weeks, n=figure(burdens.get(person.id, 0.0), ".1f"))]  # fmt: skip
    return lines
