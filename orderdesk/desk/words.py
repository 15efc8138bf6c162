"""How the desk names things on screens and in tables: kinds, statuses, days, numbers of people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TypeVar

from orderdesk import reference
from orderdesk.domain.events import (
    Case,
    CounterGroup,
    Form,
    Incident,
    Kind,
    Source,
    Status,
    Sureness,
)
from orderdesk.domain.law import DecisionKind, Procedure
from orderdesk.domain.ledger import Themes
from orderdesk.domain.people import Duty, Role, ShiftBook, Task
from orderdesk.domain.places import Places
from orderdesk.domain.time import Span, local
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, _, day_text, figure, in_every_language, msg, pick
from orderdesk.risk.facts import PastEvent
from orderdesk.risk.model import RiskClass

K = TypeVar("K", bound=str)
KINDS: Mapping[Kind, str] = {
    Kind.DEMONSTRATION: N_("demonstration"),
    Kind.MEETING: N_("meeting"),
    Kind.RELIGIOUS: N_("religious gathering"),
    Kind.ONE_PERSON: N_("one-person action"),
    Kind.EVENT: N_("event"),
    Kind.PARADE: N_("parade"),
    Kind.FOOTBALL: N_("football"),
}
STATUSES: Mapping[Status, str] = {
    Status.IN_PREPARATION: N_("in preparation"),
    Status.READY: N_("ready"),
    Status.CANCELLED: N_("called off"),
    Status.MOVED: N_("moved"),
    Status.HELD: N_("held"),
    Status.NO_SHOW: N_("nobody came"),
    Status.CLOSED: N_("closed"),
}
SOURCES: Mapping[Source, str] = {
    Source.WRITTEN: N_("written"),
    Source.ORAL: N_("oral"),
    Source.UNANNOUNCED: N_("unannounced"),
}
FORMS: Mapping[Form, str] = {
    Form.STATIC: N_("static"),
    Form.MARCH: N_("march"),
    Form.VIGIL: N_("vigil"),
    Form.CONVOY: N_("convoy"),
    Form.BLOCKADE: N_("blockade"),
    Form.OCCUPATION: N_("occupation"),
    Form.CAMP: N_("camp"),
}
CLASSES: Mapping[RiskClass, str] = {
    RiskClass.LOW: N_("low"),
    RiskClass.MEDIUM: N_("medium"),
    RiskClass.HIGH: N_("high"),
}
AGREEMENTS: Mapping[str, str] = {
    "open": N_("open"),
    "kept": N_("kept"),
    "broken": N_("broken"),
}
INCIDENTS: Mapping[Incident, str] = {
    Incident.NONE: N_("no incident"),
    Incident.SOME: N_("incidents"),
    Incident.MANY: N_("many incidents"),
}
COUNTERS: Mapping[CounterGroup, str] = {
    CounterGroup.UNKNOWN: N_("unknown"),
    CounterGroup.NONE: N_("none"),
    CounterGroup.ANNOUNCED: N_("announced"),
    CounterGroup.CONFIRMED: N_("confirmed"),
}
SURENESSES: Mapping[Sureness, str] = {
    Sureness.CONFIRMED: N_("A confirmed"),
    Sureness.PLAUSIBLE: N_("B plausible"),
    Sureness.UNVERIFIED: N_("C unverified"),
}
SAID_BY: Mapping[str, str] = {
    "police": N_("police"), "staff": N_("own staff"), "public": N_("public"),
    "organiser": N_("organiser"),
}  # fmt: skip
TASKS: Mapping[Task, str] = {
    Task.SUPERVISION: N_("supervision"),
    Task.TRAFFIC: N_("traffic"),
    Task.PUBLIC_INFORMATION: N_("public information"),
    Task.WASTE: N_("waste and terraces"),
    Task.HOST: N_("host"),
    Task.THEME_WORK: N_("theme work"),
    Task.RESERVE: N_("reserve"),
    Task.RESTORE_ORDER: N_("restoring order"),
    Task.SEPARATE_GROUPS: N_("separating groups"),
    Task.ARREST: N_("arrest"),
    Task.RIOT_POLICE: N_("riot police (ME)"),
}
PROCEDURES: Mapping[Procedure, str] = {
    Procedure.NOTICE: N_("a notice"),
    Procedure.PERMIT: N_("an event permit"),
    Procedure.PARADE_PERMIT: N_("a parade permit"),
}
DECISIONS: Mapping[DecisionKind, str] = {
    DecisionKind.NO_LIMITATION: N_("no conditions"),
    DecisionKind.CONDITIONS: N_("conditions"),
    DecisionKind.INSTRUCTION: N_("instruction"),
    DecisionKind.ENDING: N_("ending"),
    DecisionKind.PROHIBITION: N_("prohibition"),
}
ROLES: Mapping[Role, str] = {
    Role.READER: N_("reader"),
    Role.OFFICER: N_("desk officer"),
    Role.PLANNER: N_("planner"),
    Role.LEAD: N_("team lead"),
    Role.DECIDER: N_("decider"),
}


def chosen(names: Mapping[K, str], field: str, text: str) -> K:
    """Which of `names` is meant: by its value, or by its name or one word of it in any language.

    Raises BadInput with the names in the language in use.
    """
    said = text.strip().casefold()
    whole = [key for key, name in names.items() if said in (key, *_in_each_language(name))]
    part = [key for key, name in names.items() if said in " ".join(_in_each_language(name)).split()]
    for found in (whole, part):
        if len(found) == 1:
            return found[0]
    known = ", ".join(_(name) for name in names.values())
    raise BadInput(field, text, msg("Choose one of: {known}.", known=known))


def _in_each_language(name: str) -> list[str]:
    return [said.casefold() for said in in_every_language(name)]


def day(moment: datetime | date, *, year: bool = False) -> str:
    """A day as people say it: "za 13 jun" or "Sat 13 Jun"."""
    when = local(moment).date() if isinstance(moment, datetime) else moment
    text = day_text(when)
    return f"{text} {when.year}" if year else text


def clock(moment: datetime) -> str:
    """A time of day: "14:00"."""
    return f"{local(moment):%H:%M}"


def moment(when: datetime, *, year: bool = False) -> str:
    """A day and a time: "za 13 jun 14:00"."""
    return f"{day(when, year=year)} {clock(when)}"


def days(when: Span, *, year: bool = False) -> str:
    """The day, or first and last day, of a case of which no hour is known."""
    first, last = local(when.start).date(), local(when.end - timedelta(minutes=1)).date()
    if first == last:
        return day(first, year=year)
    return f"{day(first)} - {day(last, year=year)}"


def span(when: Span | None, *, time_known: bool = True, year: bool = False) -> str:
    """From when to when, as short as can be."""
    if when is None:
        return _("no time yet")
    if not time_known:
        return f"{days(when, year=year)} " + _("(time unknown)")
    same_day = local(when.start).date() == local(when.end).date()
    if same_day or _into_the_night(when):
        return f"{moment(when.start, year=year)}-{clock(when.end)}"
    return f"{moment(when.start, year=year)} - {moment(when.end)}"


def _into_the_night(when: Span) -> bool:
    """Whether it ends the next day, at an earlier hour: "22:00-02:00" leaves no doubt."""
    start, end = local(when.start), local(when.end)
    return end.date() - start.date() == timedelta(days=1) and end.time() < start.time()


def people(case: Case) -> str:
    """The expected number: "120", "80-220", or "?"."""
    low, high = case.expected_low, case.expected_high
    if low is not None and high is not None and low != high:
        return f"{low}-{high}"
    best = case.expected if case.expected is not None else (low if low is not None else high)
    return "?" if best is None else str(best)


def as_known(when: datetime) -> str:
    """The stamp of a view or export of an earlier moment."""
    return _("as known at {moment}").format(moment=moment(when, year=True))


def place(id: str) -> str:
    """The name of a place; what isn't in the list stays as it was written."""
    found = reference.cached("places", Places).get(id)
    return found.name if found else id


def theme(id: str) -> str:
    """The theme's name in the reader's language."""
    for one in reference.cached("themes", Themes).themes:
        if one.id == id:
            return pick(one.name)
    return id


def themes() -> list[tuple[str, str]]:
    """Themes by id and name, for a form."""
    return [(t.id, pick(t.name)) for t in reference.cached("themes", Themes).themes]


def past(event: PastEvent) -> str:
    """An earlier gathering in a line: when, where, how many were expected and came, outcome."""
    return _("{day} {place}: expected {e}, came {t}, {i}").format(
        day=day(event.day, year=True),
        place=place(event.place),
        e=event.expected if event.expected is not None else "?",
        t=event.turnout if event.turnout is not None else "?",
        i=_(INCIDENTS[event.incident]),
    )


def shift_sign(id: str) -> str:
    """A shift in one letter, in the reader's language."""
    return reference.cached("shifts", ShiftBook).sign_of(id)


def shift(duty: Duty) -> str:
    """A duty in a cell of text: "E 07:00-15:30"."""
    return f"{shift_sign(duty.shift)} {clock(duty.start)}-{clock(duty.end)}"


def hours(minutes: float) -> str:
    """Minutes as hours: "6", "4.5"; the unit stands in the heading."""
    return figure(minutes / 60, "g") if minutes % 6 == 0 else figure(minutes / 60, ".2f")


def number(value: float, digits: int = 1) -> str:
    """A number with so many decimals, written as the reader's language does: "17,8" or "17.8"."""
    return figure(value, f".{digits}f")
