"""What needs me now: the first screen, ordered by urgency, and the fortnight behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from orderdesk.desk import cases as dossiers
from orderdesk.desk import catchup, house, intake, receipts, talks, words
from orderdesk.desk.core import Desk
from orderdesk.desk.drafts import open_drafts
from orderdesk.desk.event_class import advice_on
from orderdesk.desk.glance import GLANCE, Change, Row, Today
from orderdesk.desk.guide import guide_in
from orderdesk.desk.retention import LOOKED_THROUGH
from orderdesk.desk.scoring import standing_classes
from orderdesk.desk.signals import look_in
from orderdesk.domain import ledger
from orderdesk.domain.conflicts import Conflict
from orderdesk.domain.events import Case, Status
from orderdesk.domain.law import TermStatus, term_status
from orderdesk.domain.ledger import Posting
from orderdesk.domain.time import Span, Week, at, days_touched, local
from orderdesk.errors import OrderdeskError
from orderdesk.i18n import N_, _, ngettext
from orderdesk.risk.model import RiskClass

if TYPE_CHECKING:
    from orderdesk.store.work import Reader

_OVER = (Status.CANCELLED, Status.MOVED, Status.CLOSED, Status.NO_SHOW)
_NEED_ANSWERS = (RiskClass.MEDIUM, RiskClass.HIGH)
"""Classes of which no scenario may be without an answer (rule 18)."""
_NOW, _TODAY, _LATE, _SOON_RANK, _CLOSE, _CHANGED, _QUIET, _AHEAD = range(8)
_FRIDAY = 4
_FORMS = {
    intake.FORM: ("notification", N_("notification"), "n"),
    "incident": ("incident", N_("unannounced"), "u"),
    "handover": ("handover", N_("handover"), "h"),
    "team": ("", N_("someone in the team"), "9"),
    "absence": ("", N_("absence"), "9"),
    "request": ("", N_("request"), "9"),
    "weeks": ("", N_("open weeks"), "9"),
    "staff": ("", N_("staff list"), "9"),
    "places": ("", N_("own places"), "9"),
    "signal": ("", N_("signal"), "7"),
}
"""Forms in which somebody may have left a draft: where it opens, its name, its key."""
_FORMS_OF_A_CASE = {
    "case": N_("change of {number}"),
    "condition": N_("condition for {number}"),
    "decision": N_("decision on {number}"),
}
"""Forms about one case, by the first word of the draft's name."""


@dataclass(frozen=True)
class _Need:
    """A line with its urgency: by rank, then by moment."""

    rank: int
    moment: datetime
    row: Row


def today(desk: Desk) -> Today:
    """The first screen as it stands now."""
    with desk.read() as reader:
        return today_in(desk, reader)


def today_in(desk: Desk, reader: Reader) -> Today:
    """`today` inside a unit of work."""
    now = desk.now
    week = Week.of(now)
    ahead = timedelta(days=house.facts().ahead_days)
    found = reader.cases(start=min(now, week.span.start), end=now + ahead)
    coming = [case for case in found if not case.called_off]
    this_week = [c for c in coming if c.span and Week.of(c.span.start) == week]
    requests = [r for r in talks.requests_in(reader) if not r.answer]
    changes = catchup.changes_in(desk, reader)
    classes = standing_classes(reader, local(now).date())
    first_steps = guide_in(desk, reader).screen_lines()
    needs = [
        *_case_needs(reader, coming, classes, requests, now),
        *_unclosed(reader, now),
        *(
            _Need(_CHANGED, now, _change_row(change))
            for change in changes
            if not change.parked
        ),
        *_answers(reader, requests, {case.id for case in coming}, now),
        *_drafts(desk, reader, now),
        *([] if first_steps else _silent(reader, now)),
        *([] if first_steps else _retention(reader, now)),
    ]  # fmt: skip
    needs.sort(key=lambda need: (need.rank, need.moment))
    return Today(
        head=ngettext("{n} case in week {week}", "{n} cases in week {week}", len(this_week)).format(
            n=len(this_week), week=week.number
        ),
        ledger=_ledger_line(reader, week),
        rows=[need.row for need in needs],
        notes=[*first_steps, *_notes(reader, requests, now)],
        changes=changes,
        synthetic=bool(reader.meta("synthetic")),
        empty=reader.count_cases() == 0,
    )


# --- cases ----------------------------------------------------------------------------------------


def _case_needs(
    reader: Reader,
    cases: Sequence[Case],
    classes: Mapping[str, RiskClass],
    requests: Sequence[talks.Request],
    now: datetime,
) -> Iterator[_Need]:
    touched = intake.conflicts_among(reader, cases)
    for case in cases:
        if case.span is None or case.status in _OVER:
            continue
        standing = classes.get(case.id)
        waiting = [r for r in requests if r.case_id == case.id]
        asked = list(_asks(reader, case, standing, waiting, touched.get(case.id, ()), now))
        heaviest = min(asked, key=lambda ask: (ask[0], not ask[1]), default=(_AHEAD, "", ""))
        rank, urgency, _text = heaviest
        words_ = [text for _rank, _urgency, text in asked]
        yield _Need(
            rank,
            case.span.start,
            Row(
                when=_starts(case),
                subject=case.number,
                what=" · ".join([*words_, intake.place_name(case)]),
                people=words.people(case),
                standing=class_of(case, standing),
                urgency=urgency,
                target=f"case:{case.id}",
                key="⏎",
            ),
        )


def _starts(case: Case) -> str:
    """When it begins; the hours stand beside the list."""
    assert case.span is not None
    start = case.span.start
    return words.moment(start) if case.time_known else words.day(start)


def class_of(case: Case, standing: RiskClass | None) -> str:
    """high, medium or low of a gathering; of an event A, B or C, with a ? while only advised."""
    if not case.is_event:
        return standing.name.lower() if standing else ""
    if case.event is not None and case.event.risk_class:
        return case.event.risk_class
    advice = advice_on(case)
    return f"{advice.advice.value}?" if advice else ""


def _asks(
    reader: Reader,
    case: Case,
    standing: RiskClass | None,
    waiting: Sequence[talks.Request],
    conflicts: Sequence[Conflict],
    now: datetime,
) -> Iterator[tuple[int, str, str]]:
    """(rank, urgency, words) of everything that a case asks of the desk now."""
    assert case.span is not None
    day = local(now).date()
    if case.span.start <= now < case.span.end:
        yield _NOW, "late", _("going on now")
    term = intake.term_of(reader, case)
    if term is not None and case.received_at is None:
        ends_today = local(term.deadline).date() == day
        yield (
            (_TODAY, "late", _("term ends today {time}").format(time=words.clock(term.deadline)))
            if ends_today
            else (_SOON_RANK, "amber", _("notification due {when}").format(
                when=words.moment(term.deadline)))
        )  # fmt: skip
    elif term_status(case, term) is TermStatus.LATE:
        yield _SOON_RANK, "", _("late; registered and protected")
    late = [request.asked_of for request in waiting if request.late(day)]
    if late:
        yield _LATE, "amber", _("answer overdue: {who}").format(who=", ".join(late))
    soon = case.span.start - now < timedelta(days=house.facts().near_days)
    if soon and not case.is_event and standing in _NEED_ANSWERS:
        hole = first_hole(reader, case)
        if hole and case.status is not Status.READY:
            yield _SOON_RANK, "amber", _("not ready: {hole}").format(hole=hole)
    if conflicts:
        yield (_SOON_RANK if soon else _AHEAD), "", str(conflicts[0].note)
    if waiting and not late:
        who = ", ".join(dict.fromkeys(request.asked_of for request in waiting))
        yield _AHEAD, "", _("awaits {who}").format(who=who)


def first_hole(reader: Reader, case: Case) -> str:
    """What still keeps a case of class medium or high from being ready, in words."""
    cards = dossiers.cards_in(reader, case.id)
    if not cards:
        return _("no scenarios yet")
    holes = [(n, card.holes[0]) for n, card in enumerate(cards, start=1) if card.holes]
    if not holes:
        return _("only the mark")
    n, hole = holes[0]
    return _("scenario {n} has no {what}").format(n=n, what=hole)


def unclosed_in(reader: Reader, now: datetime) -> list[Case]:
    """Gatherings that are over and wait for what happened, the oldest first."""
    waits = timedelta(days=house.facts().closing_days)
    return [
        case
        for case in reader.cases(start=now - waits, end=now)
        if case.outcome is None
        and case.span is not None
        and case.span.end < now
        and case.is_wom
        and not case.called_off
    ]


def _unclosed(reader: Reader, now: datetime) -> Iterator[_Need]:
    for case in unclosed_in(reader, now):
        assert case.span is not None
        yield _Need(
            _CLOSE,
            case.span.end,
            Row(
                when=_starts(case),
                subject=case.number,
                what=_("{place} · over: write what happened").format(place=intake.place_name(case)),
                people=words.people(case),
                urgency="amber",
                target=f"close:{case.id}",
                key="z",
            ),
        )


# --- everything else ------------------------------------------------------------------------------


def _change_row(change: Change) -> Row:
    return Row(
        when=change.at,
        subject=change.subject or _("changed"),
        what=f"{change.what} ({change.by})",
        target=f"change:{change.key}",
        key="a",
    )


def _answers(
    reader: Reader, requests: Sequence[talks.Request], shown: set[str], now: datetime
) -> Iterator[_Need]:
    """Answers about cases that have no line of their own here."""
    day = local(now).date()
    for request in requests:
        if request.case_id in shown or not request.late(day):
            continue
        number = reader.case(request.case_id).number
        yield _Need(
            _LATE,
            at(request.due, "23:59"),
            Row(
                when=_("by {day}").format(day=words.day(request.due)),
                subject=number,
                what=_("answer overdue: {who}").format(who=request.asked_of),
                urgency="amber",
                target=f"case:{request.case_id}",
                key="⏎",
            ),
        )


def _silent(reader: Reader, now: datetime) -> Iterator[_Need]:
    silent = [view.district for view in look_in(reader, local(now).date()).districts if view.silent]
    if silent:
        text = _("silent, not calm: nothing heard for weeks; call")
        yield _Need(_QUIET, now, Row("", ", ".join(silent), text, target="place:signals", key="7"))


def _retention(reader: Reader, now: datetime) -> Iterator[_Need]:
    """On Friday: what of people must be destroyed is looked through once a week."""
    day = local(now).date()
    if day.weekday() == _FRIDAY and reader.record(LOOKED_THROUGH, str(Week.of(day))) is None:
        text = _("look through what must be destroyed this week (9, then p)")
        row = Row("", _("people's data"), text, target="form:retention", key="9")
        yield _Need(_QUIET, now, row)


def _drafts(desk: Desk, reader: Reader, now: datetime) -> Iterator[_Need]:
    for form in open_drafts(desk):
        name, target, key = _form(form, reader)
        row = Row("", _("draft"), _("unfinished: {name}").format(name=name), target=target, key=key)
        yield _Need(_QUIET, now, row)


def _form(form: str, reader: Reader) -> tuple[str, str, str]:
    """What a reader calls the form of this name, where it opens, and the key that goes there."""
    kind, _space, about = form.partition(" ")
    if kind in _FORMS_OF_A_CASE and (case := reader.case_by_number(about)) is not None:
        return _(_FORMS_OF_A_CASE[kind]).format(number=about), f"case:{case.id}", "⏎"
    if kind == "team" and about:
        names = {person.id: f"{person.id} {person.name}" for person in reader.people()}
        return names.get(about, about), "place:team", "9"
    if kind == "setting":
        from orderdesk.desk.parameters import place_of

        try:
            what = place_of(about).name
        except OrderdeskError:  # of a list of places that is gone
            what = about
        return _("setting: {what}").format(what=what), "place:team", "9"
    where, name, key = _FORMS.get(form, ("", form, ""))
    places = {"7": "place:signals", "9": "place:team"}
    return _(name), f"form:{where}" if where else places.get(key, ""), key


def keep_glance(desk: Desk, shown: Today) -> None:
    """Keep what was shown, for the next start."""
    if not desk.can_change:
        return
    with desk.work() as work:
        kept = work.record(GLANCE, "today")
        if kept is None or kept.doc != shown.as_json():
            work.put(GLANCE, "today", shown.as_json())


def year_of_gatherings(desk: Desk) -> dict[date, float]:
    """Gatherings and events of this year, a number per day, for the map of the year."""
    year = local(desk.now).year
    with desk.read() as reader:
        whole = Span(start=at(date(year, 1, 1), "00:00"), end=at(date(year + 1, 1, 1), "00:00"))
        lines = reader.case_lines(whole)
    counted: dict[date, float] = {}
    for line in lines:
        if line.start and line.end and line.status not in ("cancelled", "moved"):
            for day in days_touched(line.start, line.end):
                if day.year == year:
                    counted[day] = counted.get(day, 0) + 1
    return counted


def _ledger_line(reader: Reader, week: Week) -> str:
    balance = ledger.balance(reader.postings(Posting), week)
    if not balance.reserve:
        return _("week {week}: no reserve opened yet").format(week=week.number)
    return _("reserve {free} h free of {all} · committed {committed} · {owed} h owed").format(
        free=words.hours(balance.free),
        all=words.hours(balance.reserve),
        committed=words.hours(balance.committed),
        owed=words.hours(balance.owed),
    )


def _notes(reader: Reader, waiting: Sequence[talks.Request], now: datetime) -> list[str]:
    notes = []
    if waiting:
        n = len(waiting)
        notes.append(ngettext("{n} answer awaited", "{n} answers awaited", n).format(n=n))
    late = [request for request in waiting if request.late(local(now).date())]
    if late:
        notes.append(_("overdue: {who}").format(who=", ".join(r.asked_of for r in late)))
    calls = receipts.sheet_in(reader, now)
    if calls.waiting:
        notes.append(calls.summary)
    return notes
