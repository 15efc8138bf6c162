"""Help of the police: asked by unit, at its own cost, step by step up their ladder.

Their hours never enter the team's ledger: they are shown as what it costs the police, beside what
the team deploys. Each state is a fact of its own, so that it can be told later who asked what when.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import booking, words
from orderdesk.desk.core import Desk
from orderdesk.desk.timeline import note_event
from orderdesk.domain.events import Case
from orderdesk.domain.norms import Norms, unit_minutes
from orderdesk.domain.people import Role
from orderdesk.domain.time import Week
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, _, msg, pick
from orderdesk.reserve.ladder import next_police_step
from orderdesk.reserve.rules import ReserveRules

if TYPE_CHECKING:
    from orderdesk.store.work import Fact, Reader

ASKED = "police_asked"
UNITS = {"group": N_("group"), "section": N_("section"), "platoon": N_("platoon")}
STATES = {"asked": N_("asked"), "confirmed": N_("confirmed"), "refused": N_("refused")}


@dataclass(frozen=True)
class PoliceRequest:
    """What was asked of the police for a case, and how far it is."""

    id: str
    case_id: str
    number: str
    unit: str
    count: int
    people: int
    minutes: int
    """What it costs the police, preparation included."""
    step: str
    """Id of the step of the ladder on which it was asked."""
    state: str
    asked_at: datetime

    @property
    def what(self) -> str:
        """ "1 section, 23 people"."""
        return _("{n} {unit}, {people} people").format(
            n=self.count, unit=_(UNITS.get(self.unit, self.unit)), people=self.people
        )

    def as_json(self) -> dict[str, Any]:
        """For `--json`; hours at the cost of the police."""
        return {
            "number": self.number,
            "unit": self.unit,
            "count": self.count,
            "people": self.people,
            "hours": self.minutes / 60,
            "step": self.step,
            "state": self.state,
            "asked_at": self.asked_at.isoformat(),
        }

    def line(self) -> str:
        """For a person."""
        return _("{number}: police, {what}: {h} h at their cost; {step}; {state}").format(
            number=self.number, what=self.what, h=words.hours(self.minutes),
            step=step_name(self.step), state=_(STATES[self.state]),
        )  # fmt: skip


@dataclass(frozen=True)
class Price:
    """What a request would cost the police, before it is made."""

    unit: str
    count: int
    people: int
    minutes: int
    step: str

    def line(self) -> str:
        """For the person who is about to ask."""
        return _(
            "{count} {unit}: {people} x {hours} h = {all} h, at the cost of the police and not of "
            "the reserve. Step of the ladder: {step}"
        ).format(
            count=self.count, unit=_(UNITS.get(self.unit, self.unit)), people=self.people,
            hours=words.hours(self.minutes / self.people), all=words.hours(self.minutes),
            step=step_name(self.step),
        )  # fmt: skip


def _rules() -> ReserveRules:
    found: ReserveRules = reference.cached("reserve", ReserveRules)
    return found


def step_name(id: str) -> str:
    """A step of the police ladder in the reader's words."""
    return next((pick(step.name) for step in _rules().police_steps if step.id == id), id)


def steps() -> list[tuple[str, str]]:
    """The ladder, for a form."""
    return [(step.id, pick(step.name)) for step in _rules().police_steps]


def price(desk: Desk, case: Case, unit: str, count: str) -> Price:
    """What so many units cost, and on which step of the ladder they would be asked.

    Raises BadInput for an unknown unit or number, RuleSaysNo when every step was asked already.
    """
    with desk.read() as reader:
        return _price(reader, case, unit, count)


def _price(reader: Reader, case: Case, unit: str, count: str) -> Price:
    if not count.strip().isdigit() or not 1 <= int(count) <= 99:
        raise BadInput(N_("count"), count, msg("Write how many units, from 1 to 99."))
    norms = reference.cached("staffing_norms", Norms)
    number = int(count)
    minutes = unit_minutes(unit, norms, number)
    taken = [ask.step for ask in _of_case(reader, case) if ask.state != "confirmed"]
    step = next_police_step(taken, _rules())
    if step is None:
        raise RuleSaysNo(msg("every step of the police ladder was asked for {number}",
                             number=case.number))  # fmt: skip
    return Price(unit, number, number * norms.units.people[unit], minutes, step.id)


def ask_police(
    desk: Desk, case_id: str, unit: str, count: str = "1", step: str = ""
) -> PoliceRequest:
    """Ask the police for units; asked is not confirmed. Raises BadInput, RuleSaysNo.

    `step`: a step of the ladder; empty: the next that wasn't asked for this case.
    """
    with desk.work(Role.OFFICER) as work:
        case = work.case(case_id)
        found = _price(work, case, unit, count)
        if step and step not in dict(steps()):
            known = ", ".join(id for id, _name in steps())
            raise BadInput(N_("step"), step, msg("Choose one of: {known}.", known=known))
        id = desk.new_id()
        doc = {
            "id": id, "unit": unit, "count": found.count, "people": found.people,
            "minutes": found.minutes, "step": step or found.step, "state": "asked",
            "asked_at": work.now.isoformat(),
        }  # fmt: skip
        work.add_fact(ASKED, f"case:{case_id}", doc)
        note_event(
            work, case_id,
            msg("police asked: {count} {unit} = {h} h at their cost; {step}", count=found.count,
                unit=msg(UNITS[unit]), h=words.hours(found.minutes), step=doc["step"]),
        )  # fmt: skip
        return _request(doc, case)


def answer_police(desk: Desk, request_id: str, state: str) -> PoliceRequest:
    """The police answered: confirmed or refused. Raises BadInput, RuleSaysNo."""
    if state not in ("confirmed", "refused"):
        raise BadInput(N_("state"), state, msg("Choose one of: {known}.",
                                               known="confirmed, refused"))  # fmt: skip
    with desk.work(Role.OFFICER) as work:
        last = next((f for f in reversed(work.facts(ASKED)) if f.doc["id"] == request_id), None)
        if last is None or last.doc["state"] != "asked":
            raise RuleSaysNo(msg("there is no open request to the police"))
        case = work.case(last.subject.removeprefix("case:"))
        doc = {**last.doc, "state": state}
        work.add_fact(ASKED, last.subject, doc)
        note_event(work, case.id, msg("police: {state}", state=msg(STATES[state])))
        return _request(doc, case)


def answer_case(desk: Desk, case_id: str, state: str) -> PoliceRequest:
    """The police answered what was last asked for a case. Raises RuleSaysNo with nothing open."""
    with desk.read() as reader:
        open_ = [ask for ask in _of_case(reader, reader.case(case_id)) if ask.state == "asked"]
    if not open_:
        raise RuleSaysNo(msg("there is no open request to the police"))
    return answer_police(desk, open_[-1].id, state)


def requests(desk: Desk, week: Week) -> Sequence[PoliceRequest]:
    """What was asked of the police for the cases of a week, each in its newest state."""
    with desk.read() as reader:
        return requests_in(reader, week)


def requests_in(reader: Reader, week: Week) -> Sequence[PoliceRequest]:
    """`requests` inside a unit of work."""
    cases = reader.cases(start=week.span.start, end=week.span.end)
    here = {case.id: case for case in cases if booking.week_of(case) == week}
    found = [ask for case in here.values() for ask in _of_case(reader, case)]
    return sorted(found, key=lambda ask: ask.asked_at)


def _of_case(reader: Reader, case: Case) -> list[PoliceRequest]:
    newest: dict[str, Fact] = {
        fact.doc["id"]: fact for fact in reader.facts(ASKED, f"case:{case.id}")
    }
    return [_request(fact.doc, case) for fact in newest.values()]


def _request(doc: dict[str, Any], case: Case) -> PoliceRequest:
    return PoliceRequest(
        id=doc["id"],
        case_id=case.id,
        number=case.number,
        unit=doc["unit"],
        count=doc["count"],
        people=doc["people"],
        minutes=doc["minutes"],
        step=doc["step"],
        state=doc["state"],
        asked_at=datetime.fromisoformat(doc["asked_at"]),
    )


def text_block(desk: Desk, request: PoliceRequest) -> str:
    """The request, ready to be sent: what, where, when, on which step; no purpose, no names."""
    from orderdesk.desk.intake import place_name

    with desk.read() as reader:
        case = reader.case(request.case_id)

    def lines() -> Iterator[str]:
        yield _("To the police: request for assistance, {number}").format(number=case.number)
        yield _("Where and when: {place}, {when}").format(
            place=place_name(case), when=words.span(case.span, time_known=case.time_known)
        )
        yield _("Asked: {what}; step: {step}").format(
            what=request.what, step=step_name(request.step)
        )
        yield _("Reckoned at {h} h with preparation, at the cost of the police").format(
            h=words.hours(request.minutes)
        )
        yield _("State: {state}; asked {when}").format(
            state=_(STATES[request.state]), when=words.moment(request.asked_at)
        )

    return "\n".join(lines())
