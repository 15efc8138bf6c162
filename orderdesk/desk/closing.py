"""How a case ends: called off, moved to another day, or closed with what happened."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from orderdesk.desk import cases, intake, talks, words
from orderdesk.desk.core import Desk
from orderdesk.desk.scoring import keep_up, score_cases
from orderdesk.desk.signals import refuse_personal_data
from orderdesk.desk.timeline import lines_of, note_event
from orderdesk.domain.events import Case, Incident, Outcome, Status
from orderdesk.domain.time import local
from orderdesk.domain.when import read_moment, read_when
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, Figure, _, msg

if TYPE_CHECKING:
    from orderdesk.store.work import Reader, Work


TURNOUT = "turnout"
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}")


@dataclass(frozen=True)
class Moved:
    """A case that was called off, and the one that takes its place."""

    old: Case
    new: Case


def call_off(desk: Desk, case_id: str) -> Case:
    """The organiser calls it off. Nothing about the organiser is scored down for it.

    Raises RuleSaysNo for a case that is over, moved or called off already.
    """
    with desk.work() as work:
        case = work.case(case_id)
        if not case.to_come:
            raise RuleSaysNo(
                msg("{number} can't be called off: it stands on {status}", number=case.number,
                    status=msg(words.STATUSES[case.status]))
            )  # fmt: skip
        release(desk, work, case)
        off = work.save_case(case.replace(status=Status.CANCELLED))
        keep_up(desk, work)
    return off


def release(desk: Desk, work: Work, case: Case) -> None:
    """Let go of all that stands for a case that is called off, and write it in its log."""
    from orderdesk.desk.booking import release_case

    release_case(desk, work, case)
    note_event(work, case.id, msg("called off"))


def move(desk: Desk, case_id: str, when: str) -> Moved:
    """Called off and announced for another day: a new case with the old one's data, linked.

    One that was called off before may still get its new day. Raises RuleSaysNo for a case that is
    over or moved already, BadInput for a moment that can't be read.
    """
    from orderdesk.desk.booking import release_case

    with desk.work() as work:
        case = work.case(case_id)
        if not case.to_come and case.status is not Status.CANCELLED:
            raise RuleSaysNo(
                msg("{number} can't be moved: it stands on {status}", number=case.number,
                    status=msg(words.STATUSES[case.status]))
            )  # fmt: skip
        if case.span is None:
            raise RuleSaysNo(msg("{number} has no time yet: change it instead", number=case.number))
        found = read_when(when, desk.now)
        span = found.span(case.span.end - case.span.start)
        if span is None:
            raise BadInput(N_("when"), when, msg("Add a time, such as 14:00."))
        released = release_case(desk, work, case)
        new = case.replace(
            id=desk.new_id(),
            number=_number_after_move(work, case.number),
            span=span,
            known_at=desk.now,
            received_at=desk.now if case.received_at else None,
            status=Status.IN_PREPARATION,
            version=1,
        )
        work.add_case(new)
        old = work.save_case(case.replace(status=Status.MOVED, moved_to=new.id))
        cases.copy_cards(work, case_id, new.id)
        note_event(
            work, case_id,
            msg("moved to {when} as {number}; {n} h come free", when=words.moment(span.start),
                number=new.number, n=Figure(released / 60, "g")),
        )  # fmt: skip
        score_cases(desk, work, [new.id])
        keep_up(desk, work)
    return Moved(old, new)


def _number_after_move(reader: Reader, number: str) -> str:
    """D-2026-041 goes on as D-2026-041b: people keep calling it by the number they know."""
    plain = number.rstrip("bcdefghijklmnopqrstuvwxyz")
    letters = (chr(c) for c in range(ord("b"), ord("z") + 1))
    return next(n for n in (plain + letter for letter in letters) if not reader.case_by_number(n))


@dataclass(frozen=True)
class Known:
    """What a closing form can begin with."""

    number: str
    about: str
    """The case in a line, with what was expected of it."""
    turnout: str
    """The last count on the spot; empty when nobody counted."""
    ended: str
    agreements: tuple[tuple[str, str, str], ...]
    """Id, text and state of what was agreed with the organiser."""


STATES = tuple(words.AGREEMENTS.items())


def known(desk: Desk, case_id: str) -> Known:
    """What the desk knows already of how a case went. Raises RuleSaysNo when there is no case."""
    with desk.read() as reader:
        case = reader.case(case_id)
        counts = reader.facts(TURNOUT, f"case:{case_id}")
        said = [line.entry.says for line in lines_of(reader, case_id)]
        agreed = talks.agreements_in(reader, case_id)
    ends = [s["ended"] for s in said if "ended" in s]
    return Known(
        number=case.number,
        about=_("{place}, {when}; {n} expected").format(
            place=intake.place_name(case),
            when=words.span(case.span, time_known=case.time_known),
            n=words.people(case),
        ),
        turnout=str(counts[-1].doc["n"]) if counts else "",
        ended=words.clock(datetime.fromisoformat(ends[-1])) if ends else "",
        agreements=tuple((a.id, a.text, a.state) for a in agreed),
    )


def close(
    desk: Desk,
    case_id: str,
    values: Mapping[str, str],
    *,
    agreements: Mapping[str, str] | None = None,
) -> Case:
    """Close a case with what happened, from a form's texts.

    Keys: turnout (number or range low-high), incident (none, some, many), ended, lesson.
    `agreements`: state per id of what was agreed with the organiser (open, kept, broken).
    A lesson is about places and procedures: anything that points at a person is refused.
    """
    low, best, high = intake.read_count(values.get("turnout", ""), N_("turnout"))
    lesson = values.get("lesson", "")
    if lesson.strip():
        refuse_personal_data(lesson)
    try:
        incident = Incident(values.get("incident", ""))
    except ValueError:
        raise BadInput(
            N_("incident"), values.get("incident", ""), msg("Choose none, some or many.")
        ) from None
    if best is None:
        raise BadInput(N_("turnout"), "", msg("Write how many came, 0 if nobody did."))
    with desk.work() as work:
        case = work.case(case_id)
        ended = case.span.end if case.span else None
        if values.get("ended", "").strip():
            ended = read_ended(values["ended"], case, desk.now)
            _check_ended(values["ended"], ended, case, desk.now)
        outcome = Outcome(
            turnout_low=low if low is not None else best,
            turnout=best,
            turnout_high=high if high is not None else best,
            incident=incident,
            ended=ended,
            no_show=best == 0,
            lesson=lesson,
        )
        for id, state in (agreements or {}).items():
            talks.put_state(work, id, state)
        says = {"ended": ended.isoformat()} if ended else {}
        note_event(work, case_id, msg("closed: {n} came", n=best), says=says)
        status = Status.NO_SHOW if best == 0 else Status.CLOSED
        closed = work.save_case(case.replace(outcome=outcome, status=status))
        keep_up(desk, work)
    return closed


def _check_ended(typed: str, ended: datetime, case: Case, now: datetime) -> None:
    """An end lies between the begin and now: hours that nobody worked aren't posted."""
    begun = case.span.start if case.span is not None else ended
    if begun <= ended <= now:
        return
    when = words.moment(begun)
    if begun > now:
        mend = msg(
            "{number} only begins {when}: close it afterwards, or call it off.",
            number=case.number, when=when,
        )  # fmt: skip
    elif ended > now:
        mend = msg("That is still to come: write when it ended, at the latest now.")
    else:
        mend = msg("It began {when}: write when it ended, after that.", when=when)
    raise BadInput(N_("ended"), typed, mend)


def read_ended(text: str, case: Case, now: datetime) -> datetime:
    """When it ended: a time alone is on the day of the case, not of today. Raises BadInput."""
    plain = text.strip()
    if case.span is not None and _CLOCK.fullmatch(plain):
        ended = read_moment(f"{local(case.span.start):%Y-%m-%d} {plain}", now, "ended")
        return ended if ended >= case.span.start else ended + timedelta(days=1)
    return read_moment(plain, now, "ended")
