"""Who is there: a day by hour and district, and how the number on paper shrinks to the plannable.

Absence has no cause here. A shift that was taken off the roster, or whose person is away that day,
counts as *other absence*, whatever lay behind it, and in a group so small that a count would point
at somebody it isn't shown at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import plannable, settings, words
from orderdesk.desk.availability import absences_in
from orderdesk.desk.core import Desk
from orderdesk.desk.rostering.record import PUBLICATION
from orderdesk.domain.people import Duty, DutyStatus, Skill
from orderdesk.domain.places import Places
from orderdesk.domain.plannable import Cause, Waterfall, waterfall
from orderdesk.domain.time import Span, Week, at, local
from orderdesk.domain.waterline import Waterlines
from orderdesk.domain.when import read_when
from orderdesk.i18n import _
from orderdesk.reserve.rules import ReserveRules

if TYPE_CHECKING:
    from orderdesk.store.work import Reader

POLICE_COUNT = "police_count"
SUPPOSED = "what-if"
"""Id of a gathering that is only supposed (`desk.whatif`)."""
Suppose = Callable[[Sequence[Duty]], list[Duty]]
"""Gives shifts as they would be; what it supposes is written nowhere."""
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Hour:
    """One clock hour of a district, at the moment in it when the fewest are left."""

    district: str
    start: datetime
    rostered: int
    absent: int
    deployed: int
    traffic: int
    """How many of those left may direct traffic."""
    least: int
    """The waterline; 0 for none."""
    hidden: bool
    """The group is too small to show who is missing from it."""

    @property
    def end(self) -> datetime:
        """When the hour is over."""
        return self.start + _HOUR

    @property
    def left(self) -> int:
        """Who is there for ordinary work: rostered, less absent, less deployed."""
        return self.rostered - self.absent - self.deployed

    @property
    def short(self) -> int:
        """How many are missing to the waterline."""
        return max(0, self.least - self.left)

    def as_json(self) -> dict[str, Any]:
        """For `--json`; what is hidden is null."""
        return {
            "district": self.district,
            "hour": f"{local(self.start):%H:%M}",
            "rostered": None if self.hidden else self.rostered,
            "other_absence": None if self.hidden else self.absent,
            "deployed": self.deployed,
            "left": self.left,
            "able_to_do_traffic": self.traffic,
            "waterline": self.least,
        }


@dataclass(frozen=True)
class PoliceSays:
    """How many officers the police say they have in a part of the day: a count and its date."""

    part: str
    officers: int
    given_on: date


@dataclass(frozen=True)
class Day:
    """The strength of a day."""

    day: date
    hours: Sequence[Hour]
    """By district and hour; hours in which nobody is asked or there are left out."""
    empty: Sequence[str]
    """Districts without anybody rostered and without a waterline."""
    fall: Waterfall
    """The week's, from paper to plannable."""
    police: Sequence[PoliceSays]

    @property
    def short(self) -> Sequence[Hour]:
        """Hours below their waterline."""
        return [hour for hour in self.hours if hour.short]

    def at(self, moment: datetime) -> Sequence[Hour]:
        """The districts in the hour of `moment`."""
        return [h for h in self.hours if h.start <= moment < h.end]

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "day": self.day.isoformat(),
            "paper_fte": round(self.fall.paper_fte, 2),
            "plannable_fte": round(self.fall.plannable_fte, 2),
            "waterfall": [
                {"name": str(step.name), "hours": step.minutes / 60} for step in self.fall.steps
            ],
            "plannable_hours": self.fall.plannable_minutes / 60,
            "hours": [hour.as_json() for hour in self.hours],
            "police": [
                {"part": p.part, "officers": p.officers, "given_on": p.given_on.isoformat()}
                for p in self.police
            ],
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield _("{day}: {paper} on paper, {plannable} plannable").format(
            day=words.day(self.day),
            paper=words.number(self.fall.paper_fte),
            plannable=words.number(self.fall.plannable_fte),
        )
        yield from fall_lines(self.fall)
        yield ""
        yield _("district    hour   rostered  other absence  deployed  left  waterline")
        for hour in self.hours:
            rostered, absent = shown_counts(hour)
            mark = "  ▲ " + _("{n} under the waterline").format(n=hour.short) if hour.short else ""
            yield (
                f"{hour.district:<11} {words.clock(hour.start)} {rostered:>9} {absent:>14} "
                f"{hour.deployed:>9} {hour.left:>5} {least_text(hour):>10}{mark}"
            )
        yield from police_lines(self.police)


def least_text(hour: Hour) -> str:
    """The waterline of an hour; a star says that this desk set it."""
    return f"{hour.least}{waterline_mark(hour.district)}" if hour.least else "-"


def waterline_mark(district: str) -> str:
    """A star where this desk set the waterline of a district."""
    return settings.mark("waterlines", "waterlines", district, "people")


def shown_counts(hour: Hour) -> tuple[str, str]:
    """Rostered and absent as they may be shown."""
    return ("·", "·") if hour.hidden else (str(hour.rostered), str(hour.absent))


def fall_lines(fall: Waterfall) -> Iterator[str]:
    """The waterfall, step by step, with its sum."""
    yield _("on paper {fte} = {h} h").format(
        fte=words.number(fall.paper_fte), h=words.hours(fall.contract_minutes)
    )
    for step in fall.steps:
        yield f"  - {step.name}: {words.number(step.fte)} = {words.hours(step.minutes)}"
    yield _("plannable {fte} = {h} h").format(
        fte=words.number(fall.plannable_fte), h=words.hours(fall.plannable_minutes)
    )


def police_lines(counts: Sequence[PoliceSays]) -> Iterator[str]:
    """What the police said of themselves, with the date; nothing is worked out here."""
    parts = {"day": _("day"), "evening": _("evening"), "night": _("night")}
    if not counts:
        yield _("police: no count given")
        return
    told = ", ".join(f"{parts.get(c.part, c.part)} {c.officers}" for c in counts)
    yield _("police, as they gave it on {day}: {counts}").format(
        day=words.day(counts[0].given_on), counts=told
    )


def strength_of(desk: Desk, day: str = "") -> Day:
    """The strength of a day as people write it ("za 13 jun"; empty: today). Raises BadInput."""
    chosen = read_when(day, desk.now, "day").day if day.strip() else local(desk.now).date()
    return strength_on(desk, chosen)


def strength_on(desk: Desk, day: date, suppose: Suppose = list) -> Day:
    """The strength of a day, as it is or as it would be."""
    with desk.read() as reader:
        return strength_in(reader, day, suppose)


def strength_in(reader: Reader, day: date, suppose: Suppose = list) -> Day:
    """`strength_on` inside a unit of work."""
    hours = hours_in(reader, day, suppose)
    seen = {hour.district for hour in hours} | reference.cached("waterlines", Waterlines).districts
    return Day(
        day=day,
        hours=hours,
        empty=[d for d in reference.cached("places", Places).districts if d not in seen],
        fall=fall_in(reader, Week.of(at(day, "00:00"))),
        police=_police(reader, day),
    )


def hours_in(reader: Reader, day: date, suppose: Suppose = list) -> list[Hour]:
    """Each district by hour of a day, as it is or as it would be."""
    rules = reference.cached("reserve", ReserveRules)
    able = {person.id for person in reader.people() if Skill.TRAFFIC in person.skills}
    whole = Span.of_day(day)
    start, end = whole.start, whole.end
    would = suppose(reader.duties(start=start, end=end))
    duties = [d for d in would if d.start < end and start < d.end]
    withdrawn = _withdrawn(reader)
    away_ids = {a.person_id for a in absences_in(reader, day, day)}
    standing = [d for d in duties if d.status is not DutyStatus.CANCELLED]
    there = [d for d in standing if d.person_id not in away_ids]
    gone = [d for d in duties if _is_absence(d, there) and d.id not in withdrawn]
    waterlines = reference.cached("waterlines", Waterlines)
    busy = {duty.place for duty in duties} | waterlines.districts
    districts = [d for d in reference.cached("places", Places).districts if d in busy]
    hours = []
    for district in [*districts, *sorted(busy - set(districts) - {""})]:
        here = [d for d in there if d.place == district]
        away = [d for d in gone if d.place == district]
        moment = start
        while moment < end:
            least = waterlines.least(district, moment)
            hour = _hour(district, moment, here, away, able, least, rules.hide_causes_below)
            if hour.rostered or least:
                hours.append(hour)
            moment += _HOUR
    return hours


def who_in(desk: Desk, hour: Hour, suppose: Suppose = list) -> list[str]:
    """Who is on duty in an hour and what they do. Who is missing isn't told."""
    end, lines = hour.end, []
    with desk.read() as reader:
        names = {person.id: person.name for person in reader.people()}
        day = local(hour.start).date()
        away_ids = {a.person_id for a in absences_in(reader, day, day)}
        duties = suppose(reader.duties(start=hour.start, end=end))
        ids = {task.case_id for duty in duties for task in duty.tasks if task.case_id}
        numbers = {case.id: case.number for case in reader.cases(ids=ids)} if ids else {}
    numbers[SUPPOSED] = _("supposed gathering")
    for duty in duties:
        away = duty.status is DutyStatus.CANCELLED or duty.person_id in away_ids
        if away or duty.place != hour.district:
            continue
        doing = dict.fromkeys(
            numbers.get(task.case_id)
            or (words.theme(task.theme) if task.theme else _(words.TASKS[task.task]))
            for task in duty.tasks
            if task.start < end and hour.start < task.end
        )
        lines.append(
            f"{duty.person_id}  {words.clock(duty.start)}-{words.clock(duty.end)}  "
            f"{names.get(duty.person_id, '')}: {', '.join(doing)}"
        )
    return lines


def _hour(
    district: str,
    start: datetime,
    there: Sequence[Duty],
    gone: Sequence[Duty],
    able: set[str],
    least: int,
    hide_below: int,
) -> Hour:
    """Everything counted at one moment, so that it sums: the moment when the fewest are left."""
    end = start + _HOUR
    near = [d for d in there if d.start < end and start < d.end]
    moments = {start, *(d.end for d in near if start < d.end < end)}
    moments |= {t.start for d in near for t in d.tasks if t.case_id and start < t.start < end}
    counted = []
    for moment in sorted(moments):
        on = [d for d in near if d.start <= moment < d.end]
        sent = [d for d in on if any(t.case_id and t.start <= moment < t.end for t in d.tasks)]
        absent = len({d.person_id for d in gone if d.start <= moment < d.end})
        traffic = sum(d.person_id in able for d in on if d not in sent)
        rostered = len(on) + absent
        counted.append(
            Hour(district, start, rostered, absent, len(sent), traffic, least,
                 hidden=0 < rostered < hide_below)
        )  # fmt: skip
    return min(counted, key=lambda hour: hour.left)


def _is_absence(duty: Duty, there: Sequence[Duty]) -> bool:
    """Whether a duty stands in the roster, or stood there, and its person isn't there then."""
    return not any(
        d.person_id == duty.person_id and d.start < duty.end and duty.start < d.end for d in there
    )


def _withdrawn(reader: Reader) -> set[str]:
    """Duties that only a plan had made and that went with it: nobody is absent from those."""
    gone: set[str] = set()
    for fact in reader.facts(PUBLICATION):
        for line in fact.doc["changes"]:
            cancelled = line["new"]["status"] == DutyStatus.CANCELLED.value
            if fact.doc.get("undoes") and cancelled:
                gone.add(line["new"]["id"])
            elif not cancelled:  # the plan was made again
                gone.discard(line["new"]["id"])
    return gone


def fall_in(reader: Reader, week: Week) -> Waterfall:
    """The week's waterfall, causes hidden where the team is small."""
    rules = reference.cached("reserve", ReserveRules)
    counted = plannable.team_hours_in(reader, week)
    away: dict[Cause, int] = {}
    for name, minutes in counted.away.items():
        cause = Cause(name) if name in set(Cause) else Cause.OTHER
        away[cause] = away.get(cause, 0) + minutes
    return waterfall(
        counted.contract,
        away,
        group=counted.people,
        whole=counted.people,
        full_time_minutes=rules.full_time_minutes,
        hide_below=rules.hide_causes_below,
    )


def _police(reader: Reader, day: date) -> list[PoliceSays]:
    said = {
        record.key.split("/", 1)[1]: record.doc
        for record in reader.records(POLICE_COUNT)
        if record.key.startswith(f"{day}/")
    }
    return [
        PoliceSays(part, said[part]["officers"], date.fromisoformat(said[part]["given_on"]))
        for part in ("day", "evening", "night")
        if part in said
    ]
