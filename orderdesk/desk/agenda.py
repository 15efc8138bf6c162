"""What the driehoek is asked, decided and has to do, and what the director of polarisation says.

Decisions and actions carry numbers that can be used at once; an open action stays on every sheet
until it is closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from orderdesk.desk import words
from orderdesk.desk.core import Desk
from orderdesk.desk.signals import refuse_personal_data
from orderdesk.domain.law import Authority, wrong_authority
from orderdesk.domain.time import Week, local
from orderdesk.domain.when import read_when
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Msg, _, msg, ngettext
from orderdesk.papers.review_data import (
    Action,
    DecisionAsked,
    DecisionTaken,
    Interpretation,
    Named,
    Option,
    Words,
    said,
)

if TYPE_CHECKING:
    from orderdesk.store.work import Reader, Work

ASKED, TAKEN, ACTION = "decision_asked", "decision_taken", "action"
INTERPRETATION = "interpretation"
AUTHORITIES = {Authority.MAYOR: N_("mayor"), Authority.PROSECUTOR: N_("prosecutor")}


def ask_decision(desk: Desk, week: Week, values: Mapping[str, str]) -> str:
    """Put a decision on the sheet: legal basis, two options or more, proposed text, owner.

    Keys: title, legal_basis, options (one a line), proposed_text, owner. Raises BadInput.
    """
    options = [line.strip() for line in values.get("options", "").split("\n") if line.strip()]
    if len(options) < 2:
        raise BadInput(N_("options"), values.get("options", ""), msg("Give two options or more."))
    for field in ("title", "legal_basis", "proposed_text", "owner"):
        if not values.get(field, "").strip():
            raise BadInput(field, "", msg("The driehoek needs this to decide."))
    with desk.work() as work:
        id = desk.new_id()
        work.put(ASKED, f"{week}/{id}", {**values, "options": options, "week": str(week)})
        work.note(ASKED, f"{week}/{id}", {"title": values["title"]})
    return id


def record_decision(desk: Desk, week: Week, values: Mapping[str, str]) -> tuple[str, Msg | None]:
    """Write a decision down; its number, and a warning when the wrong authority is named.

    Keys: text, by (name), authority (mayor, prosecutor), criminal (yes/no), legal_basis.
    """
    authority = Authority(values.get("authority") or "mayor")
    with desk.work() as work:
        number = put_decision(work, week, local(desk.now).date(), values)
    return number, wrong_authority(authority, values.get("criminal") == "yes")


def put_decision(work: Work, week: Week, day: date, values: Mapping[str, str]) -> str:
    """Write a decision down under the next number of its year; the number.

    Raises BadInput without what was decided, or by whom.
    """
    if not values.get("text", "").strip():
        raise BadInput(N_("text"), "", msg("Write what was decided."))
    if not values.get("by", "").strip():
        raise BadInput(N_("by"), "", msg("Write who decided."))
    prefix = f"DH-{week.year}-"
    taken = sum(
        fact.doc["number"].startswith(prefix) for fact in work.facts(TAKEN, taken_back=True)
    )
    number = f"{prefix}{taken + 1:03d}"
    doc = {**values, "number": number, "day": day.isoformat()}
    work.add_fact(TAKEN, f"week:{week}", doc)
    return number


def add_action(desk: Desk, what: str, who: str, due: str) -> str:
    """An action with an owner and a day; carried over until it is closed."""
    if not what.strip() or not who.strip():
        raise BadInput(N_("action"), what, msg("Write what is to be done, and by whom."))
    day = read_when(due, desk.now, "due").day
    with desk.work() as work:
        return put_action(work, desk.new_id(), what, who, day)


def put_action(work: Work, id: str, what: str, who: str, due: date) -> str:
    """Write an action down under the next number of its year (AL-2026-008); the number."""
    prefix = f"AL-{due.year}-"
    taken = sum(record.doc["number"].startswith(prefix) for record in work.records(ACTION))
    number = f"{prefix}{taken + 1:03d}"
    doc = {"number": number, "what": what, "who": who, "due": due.isoformat(), "done": None}
    work.put(ACTION, id, doc)
    work.note(ACTION, f"action:{id}", {"number": number, "what": what, "due": due.isoformat()})
    return number


def interpret(desk: Desk, week: Week, text: str, by: str) -> None:
    """What the director for polarisation makes of the picture. Points at places and phases.

    Raises BadInput without text or name; RuleSaysNo (rule 25) for anything about persons.
    """
    if not text.strip() or not by.strip():
        raise BadInput(N_("text"), text, msg("Write what it means, and who says so."))
    refuse_personal_data(text)
    with desk.work() as work:
        work.put(
            INTERPRETATION,
            str(week),
            {"text": text.strip(), "by": by.strip(), "day": local(desk.now).date().isoformat()},
        )
        work.note(INTERPRETATION, f"week:{week}", {"by": by.strip()})


def interpretation_in(reader: Reader, week: Week) -> Interpretation | None:
    """The interpretation of the picture that was given for a week; None without one."""
    kept = reader.record(INTERPRETATION, str(week))
    if kept is None:
        return None
    return Interpretation(
        text=kept.doc["text"],
        by=Named(name=kept.doc["by"], function=kept.doc["by"]),
        dated=date.fromisoformat(kept.doc["day"]),
        records=(f"{INTERPRETATION}:{week}",),
    )


def reminders(desk: Desk) -> list[str]:
    """For each action that is overdue: a text to send its owner, the oldest first."""
    today = local(desk.now).date()
    with desk.read() as reader:
        late = sorted((a for a in actions_in(reader) if a.due < today), key=lambda a: a.due)
    return [
        _('To {who}: the action "{what}" was due {day}, {n} ago. How does it stand?').format(
            who=action.who.name,
            what=action.what,
            day=words.day(action.due),
            n=ngettext("{n} day", "{n} days", (today - action.due).days).format(
                n=(today - action.due).days
            ),
        )
        for action in late
    ]


def open_actions(desk: Desk) -> list[tuple[str, str]]:
    """Open actions for a list of choices: id, and owner, day and what, the oldest first."""
    with desk.read() as reader:
        found = sorted(actions_in(reader), key=lambda a: a.due)
    return [(a.key, f"{a.key}  {words.day(a.due)}  {a.who.name}: {a.what}") for a in found]


def close_action(desk: Desk, number: str) -> None:
    """It is done. Raises BadInput for a number that no action has."""
    with desk.work() as work:
        found = next((r for r in work.records(ACTION) if r.doc["number"] == number), None)
        if found is None:
            raise BadInput(N_("action"), number, msg("No action has this number."))
        work.put(ACTION, found.key, {**found.doc, "done": local(desk.now).date().isoformat()})
        work.note(ACTION, f"action:{found.key}", {"number": number, "done": True})


def actions_in(reader: Reader) -> list[Action]:
    """Open actions, whatever week they come from."""
    return [
        Action(
            key=record.doc["number"],
            what=record.doc["what"],
            who=Named(name=record.doc["who"], function=record.doc["who"]),
            due=date.fromisoformat(record.doc["due"]),
            records=(f"action:{record.key}",),
        )
        for record in reader.records(ACTION)
        if not record.doc["done"]
    ]


def asked_in(reader: Reader, week: Week) -> Iterator[DecisionAsked]:
    """The decisions that a week asks of the driehoek."""
    for record in reader.records(ASKED):
        doc = record.doc
        if doc["week"] == str(week):
            yield DecisionAsked(
                key=record.key,
                title=doc["title"],
                legal_basis=doc["legal_basis"],
                options=tuple(Option(text=text) for text in doc["options"]),
                proposed_text=doc["proposed_text"],
                owner=Named(name=doc["owner"], function=doc["owner"]),
                records=(f"asked:{record.key}",),
            )


def taken_in(reader: Reader, week: Week) -> Iterator[DecisionTaken]:
    """The decisions that were taken in a week, in order."""
    for fact in reader.facts(TAKEN, f"week:{week}"):
        yield DecisionTaken(
            key=fact.doc["number"],
            text=fact.doc["text"],
            by=Named(name=fact.doc["by"], function=_authority(fact.doc), head=True),
            legal_basis=fact.doc.get("legal_basis", ""),
            day=date.fromisoformat(fact.doc["day"]),
            records=(f"fact:{fact.seq}",),
        )


def _authority(decision: Mapping[str, Any]) -> Words:
    authority = Authority(decision.get("authority", "mayor"))
    return said(lambda: _(AUTHORITIES[authority]))
