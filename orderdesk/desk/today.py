"""What needs me now: the first screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from orderdesk.desk import cases as dossiers
from orderdesk.desk import receipts, talks, words
from orderdesk.desk.core import Desk
from orderdesk.desk.drafts import open_drafts
from orderdesk.desk.glance import GLANCE, Change, Today
from orderdesk.desk.guide import guide_in
from orderdesk.desk.signals import look_in
from orderdesk.domain import ledger
from orderdesk.domain.ledger import Posting
from orderdesk.domain.time import Week, local
from orderdesk.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from orderdesk.store.work import Reader, Trace

CAUGHT_UP = "caught_up"
AHEAD = timedelta(days=14)
_CONSEQUENCE = (
    ("decision", N_("decision")),
    ("override", N_("class decided")),
    ("case", N_("case changed")),
    ("posting", N_("hours booked")),
    ("duties", N_("roster changed")),
    ("signal", N_("signal")),
    ("import", N_("register imported")),
    ("review", N_("sheet")),
)
"""Kinds of change that concern an officer, the weightiest first."""


def today(desk: Desk) -> Today:
    """The first screen as it stands now."""
    with desk.read() as reader:
        return today_in(desk, reader)


def today_in(desk: Desk, reader: Reader) -> Today:
    """`today` inside a unit of work."""
    now = desk.now
    week = Week.of(now)
    day = local(now).date()
    cards = dossiers.cards_between(reader, min(now, week.span.start), now + AHEAD, day)
    this_week = [card for card in cards if card.span and Week.of(card.span.start) == week]
    return Today(
        head=_("{n} cases in week {week}").format(n=len(this_week), week=week.number),
        ledger=_ledger_line(reader, week),
        rows=[
            (
                card.number, card.when, card.place, card.people, card.standing, _(card.status),
                "; ".join(str(flag) for flag in card.flags),
            )
            for card in cards
        ],
        ids=[card.id for card in cards],
        notes=_notes(desk, reader, now),
        changes=changes_in(desk, reader),
        synthetic=bool(reader.meta("synthetic")),
        empty=reader.count_cases() == 0,
    )  # fmt: skip


def keep_glance(desk: Desk, shown: Today) -> None:
    """Keep what was shown, for the next start."""
    if not desk.can_change:
        return
    with desk.store.write(desk.actor) as work:
        kept = work.record(GLANCE, "today")
        if kept is None or kept.doc != shown.as_json():
            work.put(GLANCE, "today", shown.as_json())


def changes_in(desk: Desk, reader: Reader) -> list[Change]:
    """What was changed since this user last caught up, the weightiest first."""
    caught = reader.record(CAUGHT_UP, desk.actor.name)
    since = datetime.fromisoformat(caught.doc["at"]) if caught else desk.now - timedelta(days=1)
    return _changes(reader, reader.trail(since=since))


def news(desk: Desk, after: int) -> tuple[list[Change], int]:
    """What others changed after place `after` of the audit trail, and the place reached now.

    With `after` below 0 nothing is told: somebody has just sat down.
    """
    with desk.read() as reader:
        last = reader.trail_length()
        if after < 0 or last <= after:
            return [], last
        fresh = [t for t in reader.trail(after=after) if t.actor != desk.actor.name]
        return _changes(reader, fresh), last


def _changes(reader: Reader, trail: Sequence[Trace]) -> list[Change]:
    newest: dict[tuple[str, str], Trace] = {}
    for trace in trail:
        newest[trace.action, trace.subject] = trace
    names = {action: (rank, name) for rank, (action, name) in enumerate(_CONSEQUENCE)}
    found = [trace for trace in newest.values() if trace.action in names]
    found.sort(key=lambda trace: (names[trace.action][0], -trace.seq))
    ids = {t.subject.removeprefix("case:") for t in found if t.subject.startswith("case:")}
    numbers = {case.id: case.number for case in reader.cases(ids=ids)} if ids else {}
    return [
        Change(
            at=words.moment(trace.at),
            what=_(names[trace.action][1]),
            subject=numbers.get(trace.subject.removeprefix("case:"), ""),
            by=trace.actor,
        )
        for trace in found
    ]


def catch_up(desk: Desk) -> None:
    """This user has read what changed."""
    with desk.work() as work:
        work.put(CAUGHT_UP, desk.actor.name, {"at": work.now.isoformat()})


def handover(desk: Desk) -> str:
    """A note for the next shift, drafted from what is open, each point with an owner."""
    with desk.read() as reader:
        shown = today_in(desk, reader)
        waiting = [r for r in talks.requests_in(reader) if not r.answer]
    lines = [_("Handover {moment}").format(moment=words.moment(desk.now)), "", shown.ledger, ""]
    for row in shown.rows:
        attention = f" - {row[6]}" if row[6] else ""
        lines.append(f"- {row[0]} · {row[1]} · {row[2]} · {row[4]} · {row[5]}{attention}")
    for request in waiting:
        lines.append(
            _("- waiting for {whom}: {question} (due {day}, owner {owner})").format(
                whom=request.asked_of,
                question=request.question,
                day=words.day(request.due),
                owner=desk.actor.name,
            )
        )
    return "\n".join(lines)


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


def _notes(desk: Desk, reader: Reader, now: datetime) -> list[str]:
    day = local(now).date()
    first_steps = guide_in(desk, reader).screen_lines()
    notes = list(first_steps)
    waiting = [request for request in talks.requests_in(reader) if not request.answer]
    if waiting:
        n = len(waiting)
        notes.append(ngettext("{n} answer awaited", "{n} answers awaited", n).format(n=n))
    late = [request for request in waiting if request.late(day)]
    if late:
        notes.append(_("overdue: {who}").format(who=", ".join(r.asked_of for r in late)))
    calls = receipts.sheet_in(reader, now)
    if calls.waiting:
        notes.append(calls.summary)
    drafts = open_drafts(desk)
    if drafts:
        notes.append(_("a draft is waiting: {names}").format(names=", ".join(drafts)))
    silent = [view.district for view in look_in(reader, day).districts if view.silent]
    if silent and not first_steps:
        notes.append(_("silent districts: {names}").format(names=", ".join(silent)))
    unclosed = [
        case
        for case in reader.cases(start=now - timedelta(days=14), end=now)
        if case.outcome is None and case.span and case.span.end < now and case.is_wom
    ]
    if unclosed:
        n = len(unclosed)
        notes.append(
            ngettext("{n} case waits to be closed", "{n} cases wait to be closed", n).format(n=n)
        )
    return notes
