"""The team: who is in it, what they can do, when they are away, what they ask of the roster.

A form gives texts, the database keeps people. Sickness is no cause here: it is *other absence*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from orderdesk import reference
from orderdesk.desk import availability, words
from orderdesk.desk.availability import ABSENCE, ASKED
from orderdesk.desk.core import Desk, may
from orderdesk.desk.drafts import drop_draft
from orderdesk.desk.feeds import ADDRESS, FETCHED
from orderdesk.domain.people import (
    Absence,
    AbsenceCause,
    DutyStatus,
    Person,
    Request,
    Role,
    ShiftBook,
    Skill,
)
from orderdesk.domain.places import Places
from orderdesk.domain.time import at, local
from orderdesk.domain.when import read_when
from orderdesk.errors import BadInput, Stale
from orderdesk.i18n import N_, Msg, _, msg, ngettext

if TYPE_CHECKING:
    from orderdesk.store.work import Reader, Work

FIELDS = ("id", "name", "hours", "skills", "weekdays", "district", "since", "until")
TEAM = "handhaving"
MOST_WEEK_HOURS = 60
CAUSES: Mapping[AbsenceCause, str] = {
    AbsenceCause.LEAVE: N_("leave"),
    AbsenceCause.TRAINING: N_("training"),
    AbsenceCause.OTHER: N_("other absence"),
}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}")
_WORDS: Mapping[str, Skill] = {
    "boa": Skill.BOA, "handhaver": Skill.BOA, "officer": Skill.BOA,
    "coordinator": Skill.COORDINATOR, "coördinator": Skill.COORDINATOR,
    "dialoog": Skill.DIALOGUE, "dialogue": Skill.DIALOGUE, "verkeer": Skill.TRAFFIC,
    "traffic": Skill.TRAFFIC, "flex": Skill.FLEX,
}  # fmt: skip
_DAYS = (
    ("maandag", "monday"), ("dinsdag", "tuesday"), ("woensdag", "wednesday"),
    ("donderdag", "thursday"), ("vrijdag", "friday"), ("zaterdag", "saturday"),
    ("zondag", "sunday"),
)  # fmt: skip
_SHORT = {
    Skill.BOA: "boa", Skill.COORDINATOR: N_("coordinator"), Skill.DIALOGUE: N_("dialogue"),
    Skill.TRAFFIC: N_("traffic"), Skill.FLEX: "flex",
}  # fmt: skip


# --- looking --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A member of the team as the list shows one."""

    person: Person
    away: str
    """Today's or the next absence, as the looker may know it; empty for none."""
    requests: int
    serves: bool

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        values = form_values(self.person)
        return values | {"away": self.away, "requests": self.requests, "serves": self.serves}


@dataclass(frozen=True)
class TeamView:
    """The team on a day."""

    day: date
    lines_: Sequence[Line]
    contract: int
    """Minutes a week of who serves on the day."""

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "day": self.day.isoformat(),
            "people": [line.as_json() for line in self.lines_],
            "contract_hours": self.contract / 60,
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        serving = [line for line in self.lines_ if line.serves]
        yield _("{n} people in the team, {hours} h a week by contract").format(
            n=len(serving), hours=words.hours(self.contract)
        )
        for line in self.lines_:
            p = line.person
            yield "  ".join(
                part
                for part in (
                    p.id, p.name, _("{n} h").format(n=words.hours(p.contract_minutes)),
                    skill_text(p), weekday_text(p), p.district, service_text(p), line.away,
                )
                if part
            )  # fmt: skip


def look(desk: Desk) -> TeamView:
    """The team as it stands today; who left longer than a year ago isn't listed."""
    today = local(desk.now).date()
    with desk.read() as reader:
        people = reader.people(today - timedelta(days=365), date.max)
        absences = availability.absences_in(reader, today, today + timedelta(days=28))
        asked = availability.requests_in(reader, today)
    lines = [
        Line(
            person=person,
            away=next((absence_text(desk, a) for a in absences if a.person_id == person.id), ""),
            requests=sum(r.person_id == person.id for r in asked),
            serves=person.serves(today),
        )
        for person in people
    ]
    return TeamView(
        today, lines, sum(line.person.contract_minutes for line in lines if line.serves)
    )


def absence_text(desk: Desk, absence: Absence) -> str:
    """From when to when; why only for who makes the roster."""
    days = words.day(absence.first)
    if absence.last != absence.first:
        days = f"{days} - {words.day(absence.last)}"
    why = _(CAUSES[absence.cause]) if may(desk.actor, Role.PLANNER) else _("away")
    return f"{why} {days}"


def absences_and_requests(desk: Desk) -> tuple[list[Absence], list[Request]]:
    """What is known from a week ago on."""
    since = local(desk.now).date() - timedelta(days=7)
    with desk.read() as reader:
        return availability.absences_in(reader, since), availability.requests_in(reader, since)


def request_text(request: Request) -> str:
    """What somebody asks of the roster."""
    day = words.day(request.day)
    if not request.shift:
        return _("{day} off (weight {n})").format(day=day, n=request.weight)
    if request.wanted:
        return _("{day} shift {shift} (weight {n})").format(
            day=day, shift=_shift_name(request.shift), n=request.weight
        )
    return _("{day} not shift {shift} (weight {n})").format(
        day=day, shift=_shift_name(request.shift), n=request.weight
    )


def _shift_name(id: str) -> str:
    return reference.cached("shifts", ShiftBook).name_of(id)


def skill_text(person: Person) -> str:
    """Skills as a form writes them."""
    return ", ".join(_(_SHORT[skill]) for skill in Skill if skill in person.skills)


def weekday_text(person: Person) -> str:
    """Weekdays of availability as a form writes them; empty for all."""
    if len(person.weekdays) == 7:
        return ""
    names = [words.day(date(2026, 6, 8) + timedelta(days=n)).split()[0] for n in range(7)]
    return " ".join(names[n] for n in sorted(person.weekdays))


def service_text(person: Person) -> str:
    """From when until when somebody is in the team; empty when no end is known."""
    if person.until is None:
        return ""
    return _("until {day}").format(day=words.day(person.until, year=True))


def form_values(person: Person) -> dict[str, str]:
    """The texts with which a form shows somebody; saving them again changes nothing."""
    return {
        "id": person.id,
        "name": person.name,
        "hours": words.hours(person.contract_minutes),
        "skills": skill_text(person),
        "weekdays": weekday_text(person),
        "district": person.district,
        "since": person.since.isoformat() if person.since else "",
        "until": person.until.isoformat() if person.until else "",
    }


# --- people ---------------------------------------------------------------------------------------


def save(desk: Desk, values: Mapping[str, str], opened: Person | None = None) -> Person:
    """Add somebody, or change who was `opened`, from the texts of a form (see FIELDS).

    Raises BadInput at the field; Stale with both values when somebody else was first: saving once
    more with `theirs` as `opened` puts the own values over them, knowingly.
    """
    with desk.work(Role.PLANNER) as work:
        person = read_person(values, desk, opened)
        if opened is None and work.person(person.id) is not None:
            raise BadInput("id", person.id, msg("This number is in the team already."))
        try:
            saved = work.save_person(person)
        except Stale as late:
            raise Stale(_both(late), late.theirs, late.mine) from None
    drop_draft(desk, draft_name(opened))
    return saved


def save_given(desk: Desk, given: Mapping[str, str]) -> Person:
    """Add somebody, or change only what is given of somebody. Raises BadInput."""
    with desk.read() as reader:
        known = reader.person(given.get("id", "").strip().upper())
    return save(desk, {**(form_values(known) if known else {}), **given}, known)


def draft_name(opened: Person | None) -> str:
    """Under which name a form's draft is kept."""
    return f"team {opened.id}" if opened else "team"


def _both(late: Stale) -> Msg | str:
    """Whatever differs, theirs and mine side by side."""
    assert isinstance(late.mine, Person)
    if not isinstance(late.theirs, Person):
        return late.message
    theirs, mine = form_values(late.theirs), form_values(late.mine)
    sides = "; ".join(
        _("{field}: they wrote {theirs}, you {mine}").format(
            field=_(FIELD_NAMES[name]), theirs=theirs[name] or "-", mine=mine[name] or "-"
        )
        for name in FIELDS
        if theirs[name] != mine[name]
    )
    return msg(
        "{id} was changed by somebody else meanwhile. {sides}. Save once more to keep yours.",
        id=late.mine.id,
        sides=sides or _("They wrote the same as you"),
    )


FIELD_NAMES: Mapping[str, str] = {
    "id": N_("service number"), "name": N_("name"), "hours": N_("contract hours"),
    "skills": N_("skills"), "weekdays": N_("weekdays"), "district": N_("home district"),
    "since": N_("in the team from"), "until": N_("last day"),
}  # fmt: skip


def deactivate(desk: Desk, id: str, last_day: str = "") -> Person:
    """`last_day` (empty: today) is somebody's last in the team; duties worked stay theirs."""
    today = local(desk.now).date()
    with desk.work(Role.PLANNER) as work:
        person = known_person(work, id)
        until = read_day("until", last_day, desk) if last_day.strip() else today
        if person.since and until < person.since:
            raise BadInput(
                "until", last_day, msg("The first day is {day}.", day=person.since.isoformat())
            )
        if until <= today:
            # Who left must not read the calendar on: the address closes with the last day.
            for kind in (ADDRESS, FETCHED):
                work.drop(kind, person.id)
        return work.save_person(person.replace(until=until))


def known_person(reader: Reader, id: str) -> Person:
    """The member of the team with this number, or with this name where it is the only one."""
    wanted = " ".join(id.split()).casefold()
    people = reader.people()
    found = [p for p in people if p.id.casefold() == wanted] or [
        p for p in people if wanted and wanted in p.name.casefold()
    ]
    if len(found) != 1:
        raise BadInput(
            "person",
            id,
            msg("Several people have this name: write the number.")
            if found
            else msg("Nobody in the team has this number."),
        )
    return found[0]


def read_person(values: Mapping[str, str], desk: Desk, opened: Person | None = None) -> Person:
    """Somebody as the texts of a form describe them. Raises BadInput at the field."""
    id = values.get("id", "").strip().upper() or (opened.id if opened else "")
    if opened is not None and id != opened.id:
        raise BadInput("id", id, msg("A number stays: add somebody new instead."))
    if opened is None and not _ID.fullmatch(id):
        raise BadInput("id", id, msg("Write a number such as B25, at most 20 signs, no spaces."))
    name = " ".join(values.get("name", "").split())
    if not name:
        raise BadInput("name", "", msg("Write a name."))
    until, since = (
        read_day(field, values[field], desk) if values.get(field, "").strip() else None
        for field in ("until", "since")
    )
    try:
        return Person(
            id=id,
            name=name,
            team=opened.team if opened else TEAM,
            skills=read_skills(values.get("skills", "")),
            contract_minutes=_contract(values.get("hours", "")),
            theme=opened.theme if opened else "",
            district=_district(values.get("district", "")),
            weekdays=read_weekdays(values.get("weekdays", "")),
            since=since,
            until=until,
            version=opened.version if opened else 0,
        )
    except ValidationError as problem:
        if not problem.errors()[0]["loc"]:
            raise BadInput(
                "until", values["until"], msg("It must not come before the first day.")
            ) from None
        raise BadInput.of(problem) from None


def read_skills(text: str) -> frozenset[Skill]:
    """Skills as people write them: "boa, coördinator, flex"; empty: enforcement officer."""
    parts = [part for part in re.split(r"[,;/+ ]+", text.casefold()) if part]
    unknown = [part for part in parts if part not in _WORDS]
    if unknown:
        raise BadInput(
            "skills", unknown[0],
            msg("Choose from: {known}.", known="boa, coordinator, dialogue, traffic, flex"),
        )  # fmt: skip
    return frozenset(_WORDS[part] for part in parts) or frozenset({Skill.BOA})


def read_weekdays(text: str) -> frozenset[int]:
    """Weekdays as people write them: "ma-vr", "di do za"; empty: every day."""
    days: set[int] = set()
    for part in re.split(r"[,;/ ]+", text.casefold().replace(" - ", "-").strip()):
        if not part:
            continue
        ends = [_weekday(word) for word in part.split("-")]
        if not 1 <= len(ends) <= 2 or None in ends:
            raise BadInput("weekdays", part, msg("Write days as: ma-vr, or: di do za."))
        first, last = ends[0], ends[-1]
        assert first is not None
        assert last is not None
        days |= {(first + n) % 7 for n in range((last - first) % 7 + 1)}
    return frozenset(days) or frozenset(range(7))


def _weekday(word: str) -> int | None:
    """The day that a word of two letters or more begins."""
    found = (n for n, names in enumerate(_DAYS) if any(name.startswith(word) for name in names))
    return next(found, None) if len(word) >= 2 else None


def read_day(field: str, text: str, desk: Desk) -> date:
    """A day as people write it. Raises BadInput at `field`."""
    try:
        return read_when(text, desk.now).day
    except BadInput as problem:
        raise BadInput(field, text, problem.mend) from None


def _contract(text: str) -> int:
    plain = text.strip().replace(",", ".").removesuffix("h").removesuffix("u").strip()
    try:
        hours = float(plain)
    except ValueError:
        hours = -1.0
    if not 0 <= hours <= MOST_WEEK_HOURS:
        raise BadInput(
            "hours", text, msg("Write hours a week from 0 to {most}.", most=MOST_WEEK_HOURS)
        )
    return round(hours * 60)


def _district(text: str) -> str:
    known = districts()
    wanted = text.strip()
    if not wanted:
        return ""
    found = next((name for name in known if name.casefold() == wanted.casefold()), None)
    if found is None:
        raise BadInput("district", wanted, msg("Choose one of: {known}.", known=", ".join(known)))
    return found


# --- absences and requests ------------------------------------------------------------------------


def add_absence(desk: Desk, values: Mapping[str, str]) -> Absence:
    """Somebody is away from a first to a last day. Keys: person, first, last, cause.

    The trail keeps who and when, not why.
    """
    with desk.work(Role.PLANNER) as work:
        person = known_person(work, values.get("person", ""))
        first = read_day("first", values.get("first", ""), desk)
        last_text = values.get("last", "").strip()
        last = read_day("last", last_text, desk) if last_text else first
        if not first <= last <= first + timedelta(days=730):
            raise BadInput(
                "last", last_text, msg("It must lie on or after the first day, within two years.")
            )
        absence = Absence(
            id=desk.new_id(), person_id=person.id, first=first, last=last,
            cause=read_cause(values.get("cause", "")),
        )  # fmt: skip
        keep_absence(work, absence)
    return absence


def keep_absence(work: Work, absence: Absence) -> None:
    """Write an absence down."""
    work.put(ABSENCE, absence.id, absence.model_dump(mode="json"))
    work.note("absence", f"person:{absence.person_id}", _when(absence))


def still_rostered(desk: Desk, absence: Absence) -> str:
    """What an absence leaves to fill in the roster, in a sentence; empty for nothing."""
    start = at(absence.first, "00:00")
    end = at(absence.last + timedelta(days=1), "00:00")
    with desk.read() as reader:
        duties = reader.duties(start=start, end=end, person_id=absence.person_id)
    n = sum(duty.status is DutyStatus.PLANNED for duty in duties)
    if not n:
        return ""
    return ngettext(
        "{who} has {n} shift in these days: fill it in the roster (5, then a)",
        "{who} has {n} shifts in these days: fill them in the roster (5, then a)",
        n,
    ).format(who=absence.person_id, n=n)


def read_cause(text: str) -> AbsenceCause:
    """Why, as far as it may be kept: whatever is no leave or training is *other*."""
    plain = text.strip().casefold()
    if plain in ("leave", "verlof", "vakantie", "holiday"):
        return AbsenceCause.LEAVE
    if plain in ("training", "opleiding", "cursus", "course"):
        return AbsenceCause.TRAINING
    return AbsenceCause.OTHER


def end_absence(desk: Desk, id: str) -> None:
    """Take an absence back."""
    with desk.work(Role.PLANNER) as work:
        found = next((a for a in availability.absences_in(work) if a.id == id), None)
        if found is not None:
            work.drop(ABSENCE, id)
            work.note("absence.ended", f"person:{found.person_id}", _when(found))


def _when(absence: Absence) -> dict[str, str]:
    return {"first": absence.first.isoformat(), "last": absence.last.isoformat()}


def add_request(desk: Desk, values: Mapping[str, str]) -> Request:
    """Somebody asks for a day off or a shift. Keys: person, day, what, shift, weight (1 to 5).

    `what` is off, wanted or avoid; the last two need a shift.
    """
    with desk.work(Role.PLANNER) as work:
        person = known_person(work, values.get("person", ""))
        day = read_day("day", values.get("day", ""), desk)
        what = values.get("what", "off") or "off"
        said = values.get("shift", "")
        shift = reference.cached("shifts", ShiftBook).id_of(said) if what != "off" else ""
        if what != "off" and not shift:
            known = ", ".join(shifts())
            raise BadInput("shift", said, msg("Choose one of: {known}.", known=known))
        weight = values.get("weight", "").strip() or "3"
        if weight not in ("1", "2", "3", "4", "5"):
            raise BadInput("weight", weight, msg("Write a number from 1 to 5."))
        request = Request(
            id=desk.new_id(), person_id=person.id, day=day, shift=shift, wanted=what != "avoid",
            weight=int(weight),
        )  # fmt: skip
        work.put(ASKED, request.id, request.model_dump(mode="json"))
        work.note("request", f"person:{person.id}", {"day": day.isoformat(), "weight": int(weight)})
    return request


def drop_request(desk: Desk, id: str) -> None:
    """Take a request back."""
    with desk.work(Role.PLANNER) as work:
        found = next((r for r in availability.requests_in(work) if r.id == id), None)
        if found is not None:
            work.drop(ASKED, id)
            work.note("request.ended", f"person:{found.person_id}", {"day": found.day.isoformat()})


def take_back(desk: Desk, which: str) -> None:
    """Take back "absence/<id>" or "request/<id>"."""
    kind, _slash, id = which.partition("/")
    (end_absence if kind == "absence" else drop_request)(desk, id)


def districts() -> tuple[str, ...]:
    """The districts of the city."""
    found: Places = reference.cached("places", Places)
    return found.districts


def shifts() -> tuple[str, ...]:
    """The shifts that can be asked for, by name."""
    book = reference.cached("shifts", ShiftBook)
    return tuple(book.name_of(shift.id) for shift in book.shifts)
