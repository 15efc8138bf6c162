"""A case on half a page, for beside a list: what matters of it, under headings, in this order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orderdesk.desk import cases, today, words
from orderdesk.desk.core import Desk
from orderdesk.domain.events import Case
from orderdesk.domain.time import local
from orderdesk.i18n import _, figure, ngettext
from orderdesk.risk.model import INTERCEPT, RiskClass

if TYPE_CHECKING:
    from orderdesk.desk.cases import Dossier
    from orderdesk.store.work import Reader

_LEVELS = ("anchor", INTERCEPT)
"""Where the score starts: the same for every gathering, so no reason of this one."""
_FACTORS, _LINES, _PAST = 3, 6, 3
"""How many factors of the score, lines of the log and earlier gatherings are shown."""


@dataclass(frozen=True)
class Part:
    """Lines under a heading; without a heading they open the page."""

    title: str
    lines: tuple[str, ...]


def digest(desk: Desk, case_id: str) -> list[Part]:
    """The case as it stands. Raises RuleSaysNo when there is none."""
    with desk.read() as reader:
        day = local(desk.now).date()
        return digest_in(reader, cases.dossier_in(reader, reader.case(case_id), day))


def digest_in(reader: Reader, found: Dossier) -> list[Part]:
    """`digest` of a dossier that was read already."""
    parts = [
        Part("", tuple(_opening(found))),
        Part(_("Term"), tuple(_term(found))),
        Part(_("Class"), tuple(_class(found))),
        Part(_("Touches"), tuple(_conflicts(found))),
        Part(_("Still open"), tuple(_open(reader, found))),
        Part(_("Decided and agreed"), tuple(_decided(found))),
        Part(_("Outcome"), tuple(_outcome(found.case))),
        Part(_("Log"), tuple(_log(found))),
        Part(_("Earlier gatherings like this one"), tuple(_past(found))),
    ]
    return [part for part in parts if part.lines]


def _opening(found: Dossier) -> Iterator[str]:
    case = found.case
    yield f"{case.number} · {_(words.KINDS[case.kind])} · {_(words.STATUSES[case.status])}"
    yield f"{found.place} · {words.span(case.span, time_known=case.time_known, year=True)}"
    who = found.organiser.name if found.organiser and found.organiser.name else ""
    people = _("{n} expected").format(n=words.people(case))
    yield " · ".join(part for part in (people, _(words.FORMS[case.form]), who) if part)
    if case.is_event and case.place_text:
        yield case.place_text


def _term(found: Dossier) -> Iterator[str]:
    if found.case.is_event:
        if found.gate:
            yield _("needs: {what}").format(what=_(words.PROCEDURES[found.gate.procedure]))
            yield from (f"  {reason}" for reason in found.gate.reasons)
        return
    yield found.term_sentence
    if found.term:
        yield from (f"  {step}" for step in found.term.steps)


def _class(found: Dossier) -> Iterator[str]:
    if found.event_advice is not None:
        decided = found.case.event.risk_class if found.case.event else ""
        yield _("decided {decided}; advice {advice}: {why}").format(
            decided=decided or _("not yet"), advice=found.event_advice.advice.value,
            why=found.event_advice.why,
        )  # fmt: skip
        return
    score = found.risk.score
    own = [factor for factor in score.factors if factor.id not in _LEVELS and factor.tenths]
    heavy = sorted(own, key=lambda factor: -abs(factor.tenths))[:_FACTORS]
    why = ", ".join(f"{factor.label} {figure(factor.points, '+.1f')}" for factor in heavy)
    yield _("{name} ({low} to {high}): {why}").format(
        name=_(words.CLASSES[found.risk.standing]), low=_(words.CLASSES[score.lowest]),
        high=_(words.CLASSES[score.highest]), why=why,
    )  # fmt: skip
    if found.risk.worth and found.case.outcome is None:
        yield _("one call would change most: {question}").format(
            question=found.risk.worth[0].question
        )


def _conflicts(found: Dossier) -> Iterator[str]:
    for conflict in found.conflicts:
        yield f"▲ {conflict.note} ({words.span(conflict.overlap)})"
    for counter in found.counters:
        yield _("counter-demonstration: {number}; this case keeps its place").format(
            number=counter.number
        )
    if found.square_warning:
        yield f"▲ {found.square_warning}"
    elif found.square_days:
        yield _("square days used this year: {n}").format(n=found.square_days)


def _open(reader: Reader, found: Dossier) -> Iterator[str]:
    if found.case.outcome is not None or found.case.called_off:
        return
    for name in found.missing:
        yield _("still to be given: {what}").format(what=name)
    if not found.case.is_event and found.risk.standing is not RiskClass.LOW:
        yield today.first_hole(reader, found.case)
    for request in found.requests:
        if not request.answer:
            yield _("asked {whom}: {question} ({state})").format(
                whom=request.asked_of, question=request.question,
                state=_("due {day}").format(day=words.day(request.due)),
            )  # fmt: skip
    for condition in found.conditions:
        yield _("draft condition: {text}").format(text=condition.text)


def _decided(found: Dossier) -> Iterator[str]:
    for decision in found.decisions:
        yield _("decision {number}: {kind}, {by}").format(
            number=decision.number, kind=_(words.DECISIONS[decision.kind]),
            by=decision.decided_by.name,
        )  # fmt: skip
    for agreement in found.agreements:
        yield _("agreement ({state}): {text}").format(
            state=_(words.AGREEMENTS[agreement.state]), text=agreement.text
        )
    for request in found.requests:
        if request.answer:
            yield _("{whom} answers: {text}").format(whom=request.asked_of, text=request.answer)


def _outcome(case: Case) -> Iterator[str]:
    outcome = case.outcome
    if outcome is None:
        return
    counts = (outcome.turnout_low, outcome.turnout, outcome.turnout_high)
    came = [n for n in counts if n is not None]
    how = _(words.INCIDENTS[outcome.incident]) if outcome.incident else _("incidents not recorded")
    numbers = "/".join(dict.fromkeys(str(n) for n in came)) or "?"
    yield _("{came} came of {expected} expected; {how}").format(
        came=numbers, expected=words.people(case), how=how
    )
    if outcome.lesson:
        yield _("lesson: {text}").format(text=outcome.lesson)


def _log(found: Dossier) -> Iterator[str]:
    shown = found.log[-_LINES:]
    if more := len(found.log) - len(shown):
        yield ngettext("{n} earlier line (Enter)", "{n} earlier lines (Enter)", more).format(n=more)
    for entry in shown:
        yield f"{words.moment(entry.known_at)}  {entry.text}"


def _past(found: Dossier) -> Iterator[str]:
    for past in found.risk.comparable[:_PAST]:
        yield words.past(past.event)
