"""The dossier of a decision: letter, receipt, what was known, and the digests of them all.

It is built from the state of the very moment of the decision, so that building it again months
later gives the same bytes, whatever was corrected since. Name, address and free text of then are
frozen with the decision, where retention can erase them; an erased one is told, never guessed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import cases, house, intake, known
from orderdesk.desk.core import Desk
from orderdesk.desk.decisions import DECISION, FROZEN
from orderdesk.desk.publishing import write_whole
from orderdesk.domain.events import Organiser
from orderdesk.domain.law import Decision
from orderdesk.domain.time import local
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import LANGUAGES, msg, use_language

if TYPE_CHECKING:
    from orderdesk.desk.cases import Dossier
    from orderdesk.store.work import Reader

SUMS = "SHA256SUMS"


def write_dossier(desk: Desk, number: str, folder: Path) -> list[Path]:
    """Write the dossier of decision `number` into `folder`; the files, the digests last.

    Raises RuleSaysNo when there is no such decision, StorageProblem for the folder.
    """
    papers = dossier_papers(desk, number)
    sums = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(papers.items())
    )
    made = []
    for name, content in {**dict(sorted(papers.items())), SUMS: sums.encode()}.items():
        write_whole(folder / name, content)
        made.append(folder / name)
    return made


def dossier_papers(desk: Desk, number: str) -> dict[str, bytes]:
    """The papers by file name, as they were at the moment of the decision."""
    with desk.read() as reader:
        facts = [fact for fact in reader.facts(DECISION) if fact.doc["number"] == number]
    if not facts:
        raise RuleSaysNo(msg("there is no decision {number}", number=number))
    decision = Decision.model_validate(facts[-1].doc)
    then = known.desk_at_moment(desk, facts[-1].entered_at)
    try:
        with then.read() as reader:
            return _papers(reader, decision, then)
    finally:
        known.leave(then)


def _papers(reader: Reader, decision: Decision, then: Desk) -> dict[str, bytes]:
    from orderdesk.papers.letters import decision_letter, receipt
    from orderdesk.papers.pdf import to_pdf
    from orderdesk.papers.review_data import PaperRules

    found = cases.dossier_in(reader, reader.case(decision.case_id), local(then.now).date())
    frozen = reader.last_fact(FROZEN, f"decision:{decision.number}")
    organiser = _organiser(frozen.doc if frozen else {}, found)
    place, sender = intake.place_name(found.case), house.sender_in(reader)
    # The free text of then, not what was corrected or erased since.
    case = found.case.replace(**((frozen.doc.get("texts") or {}) if frozen else {}))
    papers = {}
    for code in LANGUAGES:
        letter = decision_letter(
            decision, case, organiser, place=place, desk=sender,
            rules=reference.cached("papers", PaperRules), code=code,
            agreements=[agreement.text for agreement in found.agreements],
        )  # fmt: skip
        papers[f"{decision.number}-letter-{code}.pdf"] = to_pdf(letter).content
        if case.received_at is not None:
            proof = receipt(
                case, organiser, found.term, place=place, desk=sender, code=code,
                issued_at=case.received_at,
            )  # fmt: skip
            papers[f"{decision.number}-receipt-{code}.pdf"] = to_pdf(proof).content
    with use_language("nl"):
        document = _document(found, decision, frozen.doc if frozen else {})
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1, default=str)
    papers[f"{decision.number}.json"] = (text + "\n").encode()
    return papers


def _organiser(frozen: Mapping[str, Any], found: Dossier) -> Organiser:
    kept = frozen.get("organiser")
    if kept:
        return Organiser.model_validate(kept)
    return Organiser(id=found.case.organiser_id)


def _document(found: Dossier, decision: Decision, frozen: Mapping[str, Any]) -> dict[str, Any]:
    """What the decision rested on, for a court or an archive."""
    texts = frozen.get("texts") or {}
    return {
        "decision": decision.model_dump(mode="json"),
        "case": found.case.model_dump(mode="json", exclude={"purpose", "measures", "composition",
                                                             "extra"}),
        "notification": texts,
        "erased": not texts,
        "term": {
            "status": found.term_status.value,
            "deadline": found.term.deadline.isoformat() if found.term else None,
            "rule": found.term.rule.id if found.term else None,
            "version": found.term.rule.version if found.term else None,
            "steps": [str(step) for step in found.term.steps] if found.term else [],
        },
        "class": found.risk.as_json(),
        "conflicts": [
            {"with": c.other.number, "kind": c.kind.value, "note": str(c.note)}
            for c in found.conflicts
        ],
        "scenarios": [card.model_dump(mode="json") for card in found.scenarios],
        "agreements": [{"text": a.text, "state": a.state} for a in found.agreements],
        "advice": [
            {"of": r.asked_of, "question": r.question, "answer": r.answer, "due": r.due}
            for r in found.requests
        ],
        "log": [
            {"at": line.known_at.isoformat(), "by": line.author, "text": line.text}
            for line in found.log
        ],
    }  # fmt: skip
