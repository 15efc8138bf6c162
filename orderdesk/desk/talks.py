"""What others owe the desk and what was agreed: advice asked, the talk with the organiser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orderdesk.desk import words
from orderdesk.desk.core import Desk
from orderdesk.desk.printing import print_lists
from orderdesk.desk.timeline import note_event
from orderdesk.domain.when import read_when
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, Msg, _, msg

if TYPE_CHECKING:
    from orderdesk.desk.cases import Dossier
    from orderdesk.store.work import Reader, Work

REQUEST, AGREEMENT, TALK = "request", "agreement", "talk"


@dataclass(frozen=True)
class Request:
    """An answer that somebody else owes the desk: advice, an estimate, an interpretation."""

    id: str
    case_id: str
    asked_of: str
    question: str
    due: date
    asked_at: datetime
    answer: str = ""
    asked_by: str = ""
    """Who waits for it; empty where an older version did not keep that."""

    def late(self, today: date) -> bool:
        """Whether the answer should have been there."""
        return not self.answer and today > self.due


@dataclass(frozen=True)
class Agreement:
    """Something agreed with the organiser: open, kept or broken."""

    id: str
    case_id: str
    text: str
    state: str


def ask(desk: Desk, case_id: str, asked_of: str, question: str, due: str) -> Request:
    """Ask somebody for advice, with a due day; a late answer shows amber."""
    if not asked_of.strip() or not question.strip():
        raise BadInput(N_("question"), question, msg("Say whom you ask what."))
    day = read_when(due, desk.now, "due").day
    with desk.work() as work:
        request = Request(
            desk.new_id(), case_id, asked_of, question, day, work.now, asked_by=desk.actor.name
        )
        work.put(
            REQUEST,
            request.id,
            {
                "case_id": case_id, "asked_of": asked_of, "question": question,
                "due": day.isoformat(), "asked_at": work.now.isoformat(), "answer": "",
                "asked_by": request.asked_by,
            },
        )  # fmt: skip
        note_event(work, case_id, msg("asked {whom}, due {day}", whom=asked_of, day=words.day(day)))
    return request


def answer(desk: Desk, request_id: str, text: str) -> None:
    """Write down the answer that came."""
    with desk.work() as work:
        found = work.record(REQUEST, request_id)
        if found is None:
            raise RuleSaysNo(msg("there is no such question"))
        work.put(REQUEST, request_id, {**found.doc, "answer": text})
        note_event(work, found.doc["case_id"], msg("answer of {whom}", whom=found.doc["asked_of"]))


def requests_in(reader: Reader, case_id: str = "") -> tuple[Request, ...]:
    """Questions about a case, or all of them."""
    return tuple(
        Request(
            id=record.key,
            case_id=record.doc["case_id"],
            asked_of=record.doc["asked_of"],
            question=record.doc["question"],
            due=date.fromisoformat(record.doc["due"]),
            asked_at=datetime.fromisoformat(record.doc["asked_at"]),
            answer=record.doc["answer"],
            asked_by=record.doc.get("asked_by", ""),
        )
        for record in reader.records(REQUEST)
        if case_id in ("", record.doc["case_id"])
    )


AGREEMENT_STATES = ("open", "kept", "broken")


def agreements_in(reader: Reader, case_id: str) -> tuple[Agreement, ...]:
    """What was agreed with the organiser of a case."""
    return tuple(
        Agreement(record.key, case_id, record.doc["text"], record.doc["state"])
        for record in reader.records(AGREEMENT)
        if record.doc["case_id"] == case_id
    )


def put_state(work: Work, id: str, state: str) -> None:
    """Say whether an agreement was kept. Raises BadInput; RuleSaysNo when there is none."""
    _check_state(state)
    found = work.record(AGREEMENT, id)
    if found is None:
        raise RuleSaysNo(msg("there is no such agreement"))
    if found.doc["state"] != state:
        work.put(AGREEMENT, id, {**found.doc, "state": state})
        work.note(AGREEMENT, f"case:{found.doc['case_id']}", {"id": id, "state": state})


def _check_state(state: str) -> None:
    if state not in AGREEMENT_STATES:
        known = ", ".join(AGREEMENT_STATES)
        raise BadInput(N_("state"), state, msg("Choose one of: {known}.", known=known))


def talk_agenda(found: Dossier) -> tuple[Msg, ...]:
    """What to speak of with the organiser, from the open points of the case."""
    points = [msg("still to be given: {what}", what=name) for name in found.missing]
    points += [msg("{note}", note=conflict.note) for conflict in found.conflicts]
    points += [
        msg("agreed before: {text}", text=a.text) for a in found.agreements if a.state == "open"
    ]
    points += [msg("question: {q}", q=worth.question) for worth in found.risk.worth]
    return tuple(points)


# --- the talk with the organiser ------------------------------------------------------------------


@dataclass(frozen=True)
class Talk:
    """What was spoken about and agreed in one talk."""

    at: datetime
    by: str
    agenda: tuple[str, ...]
    agreements: tuple[tuple[str, str], ...]
    """Text and state of every agreement at the end of the talk."""


def hold_talk(desk: Desk, found: Dossier, states: Mapping[str, str], new: str) -> Talk:
    """Keep what came of a talk: the state of each agreement by its id, and new ones, one a line.

    Raises BadInput for a state that is none of AGREEMENT_STATES.
    """
    for state in states.values():
        _check_state(state)
    case_id = found.case.id
    agenda = tuple(str(point) for point in talk_agenda(found))
    with desk.work() as work:
        for id, state in states.items():
            put_state(work, id, state)
        for text in filter(None, (line.strip() for line in new.splitlines())):
            work.put(AGREEMENT, desk.new_id(), {"case_id": case_id, "text": text, "state": "open"})
        agreements = tuple((a.text, a.state) for a in agreements_in(work, case_id))
        talk = Talk(work.now, desk.actor.name, agenda, agreements)
        work.add_fact(
            TALK, f"case:{case_id}",
            {"agenda": list(agenda), "agreements": [list(pair) for pair in agreements]},
            private=["agenda", "agreements"],
        )  # fmt: skip
        note_event(work, case_id, msg("talk with the organiser: {n} agreements", n=len(agreements)))
    return talk


def minutes_lines(talk: Talk) -> list[tuple[str, list[str]]]:
    """The minutes of a talk under headings."""
    agreed = [f"{text} ({_(words.AGREEMENTS[state])})" for text, state in talk.agreements]
    return [
        (_("Spoken about"), list(talk.agenda) or [_("nothing open")]),
        (_("Agreed"), agreed or [_("nothing")]),
    ]


def print_minutes(desk: Desk, number: str, talk: Talk, path: Path) -> Path:
    """The minutes on paper. Raises StorageProblem."""
    title = _("Talk with the organiser of {number}").format(number=number)
    when = _("{name}, {moment}").format(name=talk.by, moment=words.moment(talk.at, year=True))
    return print_lists(desk, title, [(when, []), *minutes_lines(talk)], path)
