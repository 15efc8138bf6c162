"""Confirming a day: what was planned, what was worked, and the reason where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import booking, words
from orderdesk.desk.core import Desk
from orderdesk.desk.timeline import note_event
from orderdesk.domain import ledger
from orderdesk.domain.events import Case
from orderdesk.domain.ledger import Book, Deed, Posting
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.time import Span, at, local
from orderdesk.domain.when import read_when
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, _, msg, pick
from orderdesk.reserve.rules import ReserveRules

if TYPE_CHECKING:
    from orderdesk.store.work import Reader

CONFIRMED = "worked_confirmed"
_SOURCES = (Book.USED, Book.LENT, Book.EXTERNAL_WORKED)


@dataclass(frozen=True)
class PersonHours:
    """One person at one deployment, in minutes."""

    case_id: str
    number: str
    person_id: str
    """Empty for what was booked for the case as a whole, and for a pool."""
    source: Book
    planned: int
    worked: int
    reason: str


@dataclass(frozen=True)
class DayHours:
    """The deployments of a day as booked."""

    day: date
    people: Sequence[PersonHours]
    confirmed_at: datetime | None
    confirmed_by: str
    balanced: bool
    """Whether deployed equals its sources and the reserve its parts."""

    @property
    def differing(self) -> Sequence[PersonHours]:
        """Where worked is not planned."""
        return [p for p in self.people if p.planned != p.worked]

    def as_json(self) -> dict[str, Any]:
        """For `--json`; hours. `who` is empty for a case as a whole."""
        return {
            "day": self.day.isoformat(),
            "people": [
                {"number": p.number, "who": p.person_id, "planned": p.planned / 60,
                 "worked": p.worked / 60, "source": p.source.value, "why": p.reason}
                for p in self.people
            ],
            "balanced": self.balanced,
            "confirmed_at": self.confirmed_at.isoformat() if self.confirmed_at else None,
            "confirmed_by": self.confirmed_by,
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """For a person."""
        if not self.people:
            yield _("{day}: no deployment was booked").format(day=words.day(self.day))
            return
        yield _("{day}: planned {planned} h, worked {worked} h").format(
            day=words.day(self.day),
            planned=words.hours(sum(p.planned for p in self.people)),
            worked=words.hours(sum(p.worked for p in self.people)),
        )
        for one in self.people:
            who = one.person_id or _("together")
            mark = f"  ▲ {reason_name(one.reason)}" if one.planned != one.worked else ""
            yield (
                f"{one.number}  {who:<5} {words.hours(one.planned):>5} {words.hours(one.worked):>5}"
                f"  {ledger.BOOK_NAMES[one.source]}{mark}"
            )
        if self.confirmed_at is not None:
            yield _("confirmed {when} by {who}").format(
                when=words.moment(self.confirmed_at), who=self.confirmed_by
            )


def reasons() -> list[tuple[str, str]]:
    """Reason codes, for a form."""
    return [(r.id, pick(r.name)) for r in _rules().worked_reasons]


def reason_name(code: str) -> str:
    """A reason code in the reader's words; what isn't a code is shown as it is."""
    return dict(reasons()).get(code, code)


def _rules() -> ReserveRules:
    found: ReserveRules = reference.cached("reserve", ReserveRules)
    return found


def read_day(desk: Desk, text: str) -> date:
    """A day as people write it; empty is yesterday. Raises BadInput."""
    if not text.strip():
        return local(desk.now).date() - timedelta(days=1)
    return read_when(text, desk.now, "day").day


def day_hours(desk: Desk, day: date) -> DayHours:
    """What was planned and worked on a day, person by person."""
    with desk.read() as reader:
        return _day_hours(reader, day)


def _day_hours(reader: Reader, day: date) -> DayHours:
    cases = _cases_of(reader, day)
    postings = reader.postings(Posting)
    people = [line for case in cases for line in _of_case(postings, case)]
    confirmed = reader.record(CONFIRMED, day.isoformat())
    weeks = {booking.week_of(case) for case in cases}
    statements = [ledger.statement(postings, week) for week in weeks]
    return DayHours(
        day=day,
        people=people,
        confirmed_at=datetime.fromisoformat(confirmed.doc["at"]) if confirmed else None,
        confirmed_by=confirmed.doc["by"] if confirmed else "",
        balanced=all(s.deployed == s.balance.used + s.borrowed + s.external for s in statements),
    )


def _cases_of(reader: Reader, day: date) -> list[Case]:
    whole = Span.of_day(day)
    return [case for case in reader.cases(start=whole.start, end=whole.end) if not case.is_event]


def _of_case(postings: Sequence[Posting], case: Case) -> Iterator[PersonHours]:
    """Planned is what `work` booked, worked is that with what was put right since."""
    booked: dict[tuple[str, Book], list[int]] = {}
    reason: dict[str, str] = {}
    for posting in postings:
        if posting.case_id != case.id:
            continue
        for leg in posting.legs:
            if leg.account.book not in _SOURCES:
                continue
            sums = booked.setdefault((leg.account.person_id, leg.account.book), [0, 0])
            sums[1] += leg.minutes
            if posting.deed is Deed.WORK:
                sums[0] += leg.minutes
            else:
                reason[leg.account.person_id] = posting.reason
    for (person, book), (planned, worked) in booked.items():
        yield PersonHours(case.id, case.number, person, book, planned, worked,
                          reason.get(person, ""))  # fmt: skip


def put_right(desk: Desk, day: date, values: Mapping[str, str]) -> None:
    """One person worked otherwise than planned: counter-lines with a reason code.

    Keys: who, number (needed only where the person was at two deployments), hours (all that was
    worked there), why (a reason code), by (team lead; only for more theme hours than were
    borrowed). Raises BadInput, RuleSaysNo.
    """
    _must_be_over(desk, day)
    who, hours = values.get("who", "").strip().upper(), values.get("hours", "")
    code = values.get("why", "")
    if code not in dict(reasons()):
        known = ", ".join(code for code, _name in reasons())
        raise BadInput(N_("why"), code, msg("Choose one of: {known}.", known=known))
    minutes = 0 if hours.strip() in ("0", "0,0", "0.0") else booking.read_hours(hours)
    name = values.get("by", "").strip()
    with desk.work(Role.PLANNER) as work:
        found = _one(_day_hours(work, day).people, who, values.get("number", "").strip())
        case = work.case(found.case_id)
        booking.write(
            work, ledger.correct_worked, booking.case_pen(desk, work, case),
            case.id, who, minutes, _rules().pay_back, reason=code,
            authorised_by=Actor(name=name, role=Role.LEAD) if name else None,
        )  # fmt: skip
        note_event(
            work, case.id,
            msg("{who} worked {n} h instead of {planned} h", who=who, n=words.hours(minutes),
                planned=words.hours(found.planned)),
        )  # fmt: skip


def _must_be_over(desk: Desk, day: date) -> None:
    if at(day + timedelta(days=1), "00:00") > desk.now:
        raise RuleSaysNo(msg("{day} isn't over yet", day=words.day(day)))


def _one(people: Sequence[PersonHours], who: str, number: str) -> PersonHours:
    mine = [p for p in people if p.person_id == who and number in ("", p.number)]
    if not mine:
        known = ", ".join(dict.fromkeys(p.person_id for p in people if p.person_id))
        raise BadInput(N_("who"), who, msg("Deployed that day: {known}.", known=known or "-"))
    if len({p.case_id for p in mine}) > 1:
        numbers = ", ".join(p.number for p in mine)
        raise BadInput(N_("number"), number, msg("Say which: {numbers}.", numbers=numbers))
    return mine[0]


def confirm(desk: Desk, day: date) -> DayHours:
    """The hours of a day are as they stand. Raises RuleSaysNo for a day that isn't over."""
    _must_be_over(desk, day)
    with desk.work(Role.PLANNER) as work:
        found = _day_hours(work, day)
        if not found.balanced:
            raise RuleSaysNo(msg("the hours of that week don't balance: see the ledger"))
        differing = [
            {"who": p.person_id, "number": p.number, "planned": p.planned, "worked": p.worked,
             "why": p.reason}
            for p in found.differing
        ]  # fmt: skip
        doc = {"at": work.now.isoformat(), "by": desk.actor.name, "differing": differing}
        work.put(CONFIRMED, day.isoformat(), doc)
        work.note(CONFIRMED, f"day:{day}", doc)
    return day_hours(desk, day)
