"""Who was sent the sheet, and questions put to the driehoek in writing.

In a written round silence never counts as a yes: a round is agreed only when everybody asked has
answered yes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from orderdesk.desk import review, words
from orderdesk.desk.core import Desk
from orderdesk.domain.time import Week
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, _, msg
from orderdesk.papers.review import Edition

if TYPE_CHECKING:
    from orderdesk.store.work import Reader

SENT, ROUND, REPLY = "review_sent", "written_round", "round_reply"
EDITIONS = {
    Edition.FULL: N_("complete"),
    Edition.NO_NAMES: N_("without names below heads of department"),
    Edition.ONE_PAGE: N_("one page"),
}


class Answer(StrEnum):
    """What somebody said in a written round."""

    YES = "yes"
    NO = "no"
    TALK = "talk"  # wants to talk about it in a meeting


ANSWERS = {
    Answer.YES: N_("yes"),
    Answer.NO: N_("no"),
    Answer.TALK: N_("wants to talk about it"),
}


@dataclass(frozen=True)
class Reply:
    """An answer at its moment."""

    who: str
    answer: Answer
    at: datetime


@dataclass(frozen=True)
class Round:
    """A question put in writing, and how far it is."""

    number: str
    question: str
    asked: tuple[str, ...]
    """Functions that were asked."""
    asked_at: datetime
    replies: tuple[Reply, ...]
    """The last answer of each, in the order in which they came."""

    @property
    def silent(self) -> tuple[str, ...]:
        """Who has not answered yet."""
        answered = {reply.who for reply in self.replies}
        return tuple(who for who in self.asked if who not in answered)

    @property
    def agreed(self) -> bool:
        """Whether everybody who was asked has said yes."""
        return not self.silent and all(reply.answer is Answer.YES for reply in self.replies)

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield _("{number}  {question}  (asked {moment})").format(
            number=self.number, question=self.question, moment=words.moment(self.asked_at)
        )
        for reply in self.replies:
            yield _("  {clock}  {who}: {answer}").format(
                clock=words.moment(reply.at), who=reply.who, answer=_(ANSWERS[reply.answer])
            )
        if self.silent:
            yield _("  no answer yet, which is no yes: {who}").format(who=", ".join(self.silent))
        yield "  " + (_("agreed by all") if self.agreed else _("not agreed"))


def send(desk: Desk, week: Week, edition: Edition, readers: str) -> str:
    """Log to whom the frozen sheet of `week` went, in which edition; the line of the list.

    Raises BadInput without readers; RuleSaysNo while nothing is frozen.
    """
    named = _functions(N_("readers"), readers)
    frozen = review.last_frozen(desk, week)
    if frozen is None:
        raise RuleSaysNo(msg("nothing is frozen yet"))
    doc = {
        "version": frozen.version, "sha256": frozen.sha256, "edition": edition.value,
        "readers": list(named),
    }  # fmt: skip
    with desk.work() as work:
        work.add_fact(SENT, f"week:{week}", doc)
    return _("version {n}, {edition}, to {readers}").format(
        n=frozen.version, edition=_(EDITIONS[edition]), readers=", ".join(named)
    )


def sent(desk: Desk, week: Week) -> list[str]:
    """The reading list of a week: when, which version and edition, to whom."""
    with desk.read() as reader:
        return [
            _("{moment}  version {n}, {edition}: {readers}").format(
                moment=words.moment(fact.entered_at),
                n=fact.doc["version"],
                edition=_(EDITIONS[Edition(fact.doc["edition"])]),
                readers=", ".join(fact.doc["readers"]),
            )
            for fact in reader.facts(SENT, f"week:{week}")
        ]


def ask(desk: Desk, week: Week, question: str, asked: str) -> Round:
    """Put a question in writing to `asked` (functions, separated by commas)."""
    if not question.strip():
        raise BadInput(N_("question"), question, msg("Write what is to be agreed."))
    named = _functions(N_("asked"), asked)
    with desk.work() as work:
        number = f"SR-{week.year}-{len(work.facts(ROUND)) + 1:03d}"
        doc = {"number": number, "question": question.strip(), "asked": list(named)}
        work.add_fact(ROUND, f"week:{week}", doc)
        return _round(work, number)


def reply(desk: Desk, number: str, who: str, answer: Answer) -> Round:
    """Write down what somebody answered. A second answer stands beside the first, and counts.

    Raises BadInput for a number that no round has, or somebody who was not asked.
    """
    with desk.work() as work:
        found = _round(work, number)
        if who not in found.asked:
            raise BadInput(
                N_("who"), who, msg("Choose one of: {known}.", known=", ".join(found.asked))
            )
        work.add_fact(REPLY, f"round:{number}", {"who": who, "answer": answer.value})
        return _round(work, number)


def rounds(desk: Desk, week: Week) -> list[Round]:
    """The written rounds of a week."""
    with desk.read() as reader:
        return [_round(reader, f.doc["number"]) for f in reader.facts(ROUND, f"week:{week}")]


def _round(reader: Reader, number: str) -> Round:
    fact = next((f for f in reader.facts(ROUND) if f.doc["number"] == number), None)
    if fact is None:
        raise BadInput(N_("number"), number, msg("No written round has this number."))
    last: dict[str, Reply] = {}
    for answered in reader.facts(REPLY, f"round:{number}"):
        who = answered.doc["who"]
        last.pop(who, None)
        last[who] = Reply(who, Answer(answered.doc["answer"]), answered.entered_at)
    return Round(
        number=number,
        question=fact.doc["question"],
        asked=tuple(fact.doc["asked"]),
        asked_at=fact.entered_at,
        replies=tuple(last.values()),
    )


def _functions(field: str, text: str) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not named:
        raise BadInput(field, text, msg("Name at least one reader, by function."))
    return named
