"""Registering: from what somebody typed or said to a case, late and incomplete ones too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from orderdesk import reference
from orderdesk.desk import words
from orderdesk.desk.core import Desk
from orderdesk.desk.drafts import drop_draft
from orderdesk.desk.imported_cases import ImportRules
from orderdesk.desk.scoring import CLASS_NAMES, score_cases
from orderdesk.desk.settings import held_at
from orderdesk.desk.timeline import note_event
from orderdesk.domain.conflicts import CaseIndex, Conflict, conflicts_of
from orderdesk.domain.events import (
    Case,
    EventProfile,
    Form,
    Kind,
    Organiser,
    Source,
    Status,
)
from orderdesk.domain.law import (
    HolidayRules,
    PermitGate,
    Term,
    TermRules,
    TermStatus,
    kind_for,
    missing_data,
    notification_term,
    recognised_holidays,
    square_days_used,
    term_status,
)
from orderdesk.domain.places import Place, Places
from orderdesk.domain.time import Span, at, local
from orderdesk.domain.when import read_moment, read_when
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Figure, Msg, _, msg

if TYPE_CHECKING:
    from orderdesk.store.work import Reader, Work

FORM = "notification"
"""Name of the form, under which its draft is kept."""
RECEIPT = "receipt"
NEAR = timedelta(days=2)
MOST_PEOPLE = 1_000_000
_FORM_NAMES = {"place_text": N_("place")}
"""Fields of a case that forms and the command line call otherwise."""
_COUNT = re.compile(
    r"(?:ca\.?|circa|about|~|±)?\s*(\d{1,9})"
    r"(?:\s*(?:-|–|/|to|tot|à|a)\s*(\d{1,9}))?(?:\s*(?:-|–|/)\s*(\d{1,9}))?$"
)

FIELDS = (
    "when", "place", "route", "expected", "organiser", "address", "phone", "email", "purpose",
    "measures", "composition", "form", "source", "received", "kind", "counter_to",
)  # fmt: skip


@dataclass(frozen=True)
class Registered:
    """A case that was registered, with what the desk must know of it at once."""

    case: Case
    place: str
    missing: tuple[Msg, ...]
    term: Term | None
    status: TermStatus
    conflicts: tuple[Conflict, ...]
    advised: str
    receipt: str
    """Number of the receipt; empty for an unannounced gathering."""

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "id": self.case.id,
            "number": self.case.number,
            "kind": self.case.kind.value,
            "source": self.case.source.value,
            "place": self.place,
            "term": {
                "status": self.status.value,
                "deadline": self.term.deadline.isoformat() if self.term else None,
                "rule": self.term.rule.id if self.term else None,
                "version": self.term.rule.version if self.term else None,
                "steps": [str(step) for step in self.term.steps] if self.term else [],
            },
            "missing": [str(name) for name in self.missing],
            "conflicts": [{"kind": c.kind.value, "with": c.other.number} for c in self.conflicts],
            "class": self.advised,
            "receipt": self.receipt,
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield f"{self.case.number} · {self.place} · " + words.span(
            self.case.span, time_known=self.case.time_known
        )
        yield term_sentence(self.case, self.term, self.status)
        if self.term:
            for step in self.term.steps:
                yield f"  {step}"
        if self.missing:
            names = ", ".join(str(name) for name in self.missing)
            yield _("not given yet: {what}").format(what=names)
        for conflict in self.conflicts:
            yield f"! {conflict.note} ({words.span(conflict.overlap)})"
        if self.receipt:
            yield _("receipt {number}").format(number=self.receipt)


def term_sentence(case: Case, term: Term | None, status: TermStatus) -> str:
    """How the notification stands to its term, in a sentence that never sounds like a refusal."""
    if case.source is Source.UNANNOUNCED and case.is_wom:
        return _(
            "Protected gathering; no term applies. Not being notified is no ground to limit it."
        )
    if status is TermStatus.NOT_APPLICABLE:
        return _("No term of the Wom applies.")
    if term is None:
        return _("The term can't be worked out yet.")
    deadline = words.moment(term.deadline)
    if status is TermStatus.UNKNOWN:
        return _("Due {deadline}; whether it came in time isn't known yet.").format(
            deadline=deadline
        )
    if status is TermStatus.LATE:
        return _("Late: due {deadline}. Registered and protected all the same.").format(
            deadline=deadline
        )
    return _("Timely: due {deadline}.").format(deadline=deadline)


def register(desk: Desk, values: Mapping[str, str], *, number: str = "") -> Registered:
    """Register a notification from the texts of a form (see FIELDS).

    `number` is one that was handed out on paper already. Only what can't be understood is refused
    (BadInput, naming the field); what is missing is listed and may come later.
    """
    with desk.work() as work:
        case = read_case(desk, work, values, number=number)
        if case.organiser_id:
            work.save_organiser(_organiser(work, values, case.organiser_id))
        work.add_case(case)
        result = _after(desk, work, case)
        note_event(work, case.id, msg("registered as {number}", number=case.number))
    if values:
        drop_draft(desk, FORM)
    return result


def change(desk: Desk, case: Case, values: Mapping[str, str]) -> Registered:
    """Change a case from the texts of a form; `case` is the version that was opened.

    Raises Stale, with both versions, when somebody else changed it meanwhile.
    """
    with desk.work() as work:
        fresh = read_case(desk, work, values, number=case.number, id=case.id)
        merged = fresh.replace(
            version=case.version,
            known_at=case.known_at,
            event=case.event,
            status=case.status,
            outcome=case.outcome,
            counter_group=case.counter_group,
            counter_sureness=case.counter_sureness,
            counter_to=fresh.counter_to or case.counter_to,
            decided_class=case.decided_class,
            imported_from=case.imported_from,
            extra=case.extra,
            received_at=case.received_at if not values.get("received") else fresh.received_at,
            organiser_id=fresh.organiser_id or case.organiser_id,
        )
        if values.get("place") == form_values(case, None)["place"]:
            # What else was written of the place, such as the name of an event, no form shows.
            merged = merged.replace(place_id=case.place_id, place_text=case.place_text)
        if merged.organiser_id:
            work.save_organiser(_organiser(work, values, merged.organiser_id))
        saved = work.save_case(merged)
        note_event(work, case.id, msg("{number} changed", number=case.number))
        return _after(desk, work, saved)


def receive(desk: Desk, case_id: str) -> Registered:
    """The notification of a case that was known already has come in, now."""
    with desk.work() as work:
        case = work.case(case_id)
        saved = work.save_case(case.replace(received_at=desk.now, source=Source.WRITTEN))
        note_event(work, case_id, msg("notification received"))
        return _after(desk, work, saved)


def preview(desk: Desk, values: Mapping[str, str], case_id: str = "") -> Registered:
    """What registering this, or changing the case `case_id`, would show: term, conflicts, missing
    data. Writes nothing."""
    with desk.read() as reader:
        case = read_case(desk, reader, values, number="?", id=case_id)
        typed = Organiser(
            id="", name=values.get("organiser", "")[:300], address=values.get("address", "")[:300]
        )
        return _looked_at(reader, case, advised="", receipt="", organiser=typed)


def typing_lines(desk: Desk, values: Mapping[str, str], case_id: str = "") -> Iterator[str]:
    """What to show while a notification is typed, or the case `case_id` changed: term, what it
    touches, the square, what is missing, and last how the term was counted. Raises BadInput for
    what can't be read yet."""
    found = preview(desk, values, case_id)
    yield term_sentence(found.case, found.term, found.status)
    for conflict in found.conflicts:
        yield f"▲ {conflict.note} ({words.span(conflict.overlap)})"
    place = reference.cached("places", Places).get(found.case.place_id)
    if place is not None and place.square_days and found.case.span is not None:
        year = local(found.case.span.start).year
        with desk.read() as reader:
            used = square_days_in(reader, place, year)
        yield _("{place}: {used} of {budget} square days used or planned in {year}").format(
            place=place.name, used=used, budget=place.square_days, year=year
        )
    if found.missing:
        names = ", ".join(str(name) for name in found.missing)
        yield _("not given yet: {what}").format(what=names)
    if found.term is not None:
        yield from (f"  {step}" for step in found.term.steps)


def square_days_in(reader: Reader, place: Place, year: int) -> int:
    """Event days of a square that are used or planned in a year."""
    start, end = at(date(year, 1, 1), "00:00"), at(date(year + 1, 1, 1), "00:00")
    return square_days_used(reader.cases(start=start, end=end, place_id=place.id), place, year)


def read_case(
    desk: Desk, reader: Reader, values: Mapping[str, str], *, number: str = "", id: str = ""
) -> Case:
    """The case that the texts of a form describe. Raises BadInput that names the field."""
    places = reference.cached("places", Places)
    source = words.chosen(words.SOURCES, "source", values.get("source", "") or Source.WRITTEN)
    usual = timedelta(minutes=reference.cached("import", ImportRules).usual_minutes)
    when = read_when(values["when"], desk.now) if values.get("when", "").strip() else None
    low, best, high = read_count(values.get("expected", ""))
    kind = words.chosen(words.KINDS, "kind", values.get("kind", "") or Kind.DEMONSTRATION)
    place = places.find(values.get("place", ""))
    span, time_known = None, True
    if when is not None:
        span, time_known = when.span(usual), when.start is not None
        span = span or Span.of_day(when.day)
    received = _received(values, source, desk.now)
    year = local(span.start if span else desk.now).year
    try:
        return Case(
            id=id or desk.new_id(),
            number=number or next_number(reader, _letter(kind, source), year),
            kind=kind_for(kind, best if low is None or low == high else high),
            source=source,
            known_at=min(received or desk.now, desk.now),
            received_at=received,
            span=span,
            time_known=time_known,
            place_id=place.id if place else "",
            place_text=""
            if place and place.name == values.get("place")
            else values.get("place", ""),
            route=_route(values.get("route", "")),
            form=words.chosen(words.FORMS, "form", values.get("form", "") or Form.STATIC),
            expected_low=low,
            expected=best,
            expected_high=high,
            organiser_id=_organiser_id(desk, reader, values),
            purpose=values.get("purpose", ""),
            composition=values.get("composition", ""),
            measures=values.get("measures", ""),
            counter_to=values.get("counter_to", ""),
            status=Status.IN_PREPARATION,
            event=EventProfile() if kind in (Kind.EVENT, Kind.PARADE, Kind.FOOTBALL) else None,
        )
    except ValidationError as problem:
        raise BadInput.of(problem, _FORM_NAMES) from None


def read_count(text: str, field: str = N_("expected")) -> tuple[int | None, int | None, int | None]:
    """A number of people: "150", a range "80-220", or low, best and high "100/130/160".

    Gives (low, best, high); empty is unknown. Raises BadInput, naming the `field` it stood in.
    """
    plain = text.strip().replace(".", "").casefold()
    if not plain or plain in ("?", "onbekend", "unknown"):
        return None, None, None
    found = _COUNT.match(plain)
    numbers = [int(n) for n in found.groups() if n] if found else []
    if not numbers or max(numbers) > MOST_PEOPLE or numbers != sorted(numbers):
        raise BadInput(
            field,
            text,
            msg(
                "Write a number from 0 to {most}, or a range such as 80-220.",
                most=Figure(MOST_PEOPLE, ","),
            ),
        )
    if len(numbers) == 1:
        return None, numbers[0], None
    if len(numbers) == 3:
        return numbers[0], numbers[1], numbers[2]
    return numbers[0], round((numbers[0] * numbers[1]) ** 0.5), numbers[1]


def next_number(reader: Reader, letter: str, year: int) -> str:
    """The next number such as D-2026-044."""
    return f"{letter}-{year}-{reader.highest_number(letter, year) + 1:03d}"


def term_of(reader: Reader, case: Case) -> Term | None:
    """The term of notification of a case, by the rule in force; None where none applies."""
    if not case.is_wom or case.source is Source.UNANNOUNCED or case.span is None:
        return None
    chosen = held_at(reader, "term", case.received_at or case.known_at)
    rules = reference.cached("terms", TermRules)
    rule = rules.rule(chosen or "")
    year = local(case.span.start).year
    term = notification_term(case.span.start, rule, _holidays(year - 1) | _holidays(year))
    steps = term.steps
    if not case.time_known:
        steps += (
            msg(
                "Only the day is known: the start of the day is counted from, and late is said "
                "only where the notification is late for every hour of it."
            ),
        )
    if chosen is not None:
        steps += (msg("This rule was set for this municipality."),)
    return replace(term, steps=steps)


def conflicts_in(reader: Reader, case: Case) -> tuple[Conflict, ...]:
    """What touches a case, looked up around its days."""
    if case.span is None:
        return ()
    around = reader.cases(start=case.span.start - NEAR, end=case.span.end + NEAR)
    return conflicts_of(case, CaseIndex(around), reference.cached("places", Places))


def conflicts_among(reader: Reader, cases: Sequence[Case]) -> dict[str, tuple[Conflict, ...]]:
    """What touches each of many cases, by their ids: what lies around them is read once."""
    spans = [case.span for case in cases if case.span is not None]
    if not spans:
        return {}
    first, last = min(span.start for span in spans), max(span.end for span in spans)
    index = CaseIndex(reader.cases(start=first - NEAR, end=last + NEAR))
    places = reference.cached("places", Places)
    return {case.id: conflicts_of(case, index, places) for case in cases if case.span is not None}


def district_of(case: Case) -> str:
    """The district of a case's place; the centre's where the place is not on the list."""
    place = reference.cached("places", Places).get(case.place_id)
    return place.district if place else reference.cached("permit_gate", PermitGate).centre_district


def place_name(case: Case) -> str:
    """Where it is, in words: the usual place, else what was written."""
    places = reference.cached("places", Places)
    known = places.get(case.place_id)
    name = known.name if known else case.place_text
    if len(case.route) > 1:
        stops = [places.get(stop) for stop in case.route]
        names = [
            found.name if found else stop for found, stop in zip(stops, case.route, strict=True)
        ]
        return f"{names[0]} - {names[-1]}"
    return name or (_("place not recorded") if case.imported_from else _("place not given yet"))


def form_values(case: Case, organiser: Organiser | None) -> dict[str, str]:
    """The texts with which a form shows a case, so that saving them again changes nothing."""
    when = ""
    if case.span is not None:
        start, end = local(case.span.start), local(case.span.end)
        if not case.time_known:
            when = f"{start:%d-%m-%Y}"
        elif case.span.end - case.span.start < timedelta(days=1):
            when = f"{start:%d-%m-%Y %H:%M}-{end:%H:%M}"
        else:
            when = f"{start:%d-%m-%Y %H:%M} - {end:%d-%m-%Y %H:%M}"
    places = reference.cached("places", Places)
    place = places.get(case.place_id)
    who = organiser or Organiser(id="")
    return {
        "when": when,
        "place": place.name if place else case.place_text,
        "route": " > ".join(words.place(stop) for stop in case.route),
        "expected": "" if words.people(case) == "?" else words.people(case),
        "organiser": who.name,
        "address": who.address,
        "phone": who.phone,
        "email": who.email,
        "purpose": case.purpose,
        "measures": case.measures,
        "composition": case.composition,
        "form": case.form.value,
        "source": case.source.value,
        "kind": case.kind.value,
        "received": f"{local(case.received_at):%d-%m-%Y %H:%M}" if case.received_at else "",
        "counter_to": case.counter_to,
    }


def looked_at(reader: Reader, case: Case) -> Registered:
    """A stored case as the desk sees it right after registering."""
    return _looked_at(reader, case, advised="", receipt="")


def _after(desk: Desk, work: Work, case: Case) -> Registered:
    advised = score_cases(desk, work, [case.id]).get(case.id)
    receipt = ""
    if case.source is not Source.UNANNOUNCED and case.received_at is not None and case.is_wom:
        receipt = case.number
        if work.last_fact(RECEIPT, f"case:{case.id}") is None:
            work.add_fact(
                RECEIPT,
                f"case:{case.id}",
                {"number": receipt, "received_at": case.received_at.isoformat()},
                known_at=case.received_at,
            )
    return _looked_at(
        work, case, advised=_(CLASS_NAMES[advised]) if advised else "", receipt=receipt
    )


def _looked_at(
    reader: Reader, case: Case, *, advised: str, receipt: str, organiser: Organiser | None = None
) -> Registered:
    term = term_of(reader, case)
    if organiser is None:
        organiser = reader.organisers([case.organiser_id]).get(case.organiser_id)
    return Registered(
        case=case,
        place=place_name(case),
        missing=missing_data(
            case,
            organiser_name=organiser.name if organiser else "",
            organiser_address=organiser.address if organiser else "",
        ),
        term=term,
        status=term_status(case, term),
        conflicts=conflicts_in(reader, case),
        advised=advised,
        receipt=receipt,
    )


@cache
def _holidays(year: int) -> frozenset[date]:
    return recognised_holidays(year, reference.cached("holidays", HolidayRules))


def _letter(kind: Kind, source: Source) -> str:
    if kind in (Kind.EVENT, Kind.PARADE):
        return "E"
    if kind is Kind.FOOTBALL:
        return "V"
    return "U" if source is Source.UNANNOUNCED else "D"


def _received(values: Mapping[str, str], source: Source, now: datetime) -> datetime | None:
    if source is Source.UNANNOUNCED:
        return None
    text = values.get("received", "").strip()
    received = read_moment(text, now, "received", past=True) if text else now
    if received > now + timedelta(minutes=1):
        raise BadInput(N_("received"), text, msg("It lies in the future."))
    return received


def _route(text: str) -> tuple[str, ...]:
    parts = re.split(r"\s*(?:>|→|;|\n|,| naar | to )\s*", text)
    return tuple(part for part in parts if part.strip())


def _organiser_id(desk: Desk, reader: Reader, values: Mapping[str, str]) -> str:
    name = values.get("organiser", "").strip()
    if not name:
        return ""
    known = reader.organiser_named(name)
    return known.id if known else desk.new_id()


def _organiser(work: Work, values: Mapping[str, str], id: str) -> Organiser:
    known = work.organisers([id]).get(id) or Organiser(id=id)
    given = {
        field: values[key]
        for field, key in (
            ("name", "organiser"), ("address", "address"), ("phone", "phone"), ("email", "email"),
        )
        if values.get(key, "").strip()
    }  # fmt: skip
    try:
        return known.replace(**given)
    except ValidationError as problem:
        raise BadInput.of(problem, _FORM_NAMES) from None
