"""What the score learns: the monthly update, own anchors, and every version that was in force.

Nothing moves by itself: an update waits as a proposal until a team lead or decider stands for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from orderdesk import reference
from orderdesk.desk import scoring, words
from orderdesk.desk.core import Desk, authority
from orderdesk.desk.scoring import VERSION
from orderdesk.domain.events import Case, Incident, Kind
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.places import Places
from orderdesk.domain.time import local
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, _, figure, msg, pick
from orderdesk.risk import update
from orderdesk.risk.card import HistoryFactor, RiskCard, StaticFactor
from orderdesk.risk.model import INTERCEPT, SLOPE, ModelVersion, OwnAnchor
from orderdesk.risk.update import Change, ClosedCase, Proposal

if TYPE_CHECKING:
    from orderdesk.store.work import Reader, Work

_RISK = "risk"
_COMING = timedelta(days=365)


@dataclass(frozen=True)
class Waiting:
    """An update that waits for somebody, beside the version in force."""

    current: ModelVersion
    proposal: Proposal
    names: Mapping[str, str]
    """What the factors of the card are called."""

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        proposal = self.proposal
        return {
            "current_version": self.current.number,
            "events": proposal.full.events,
            "cases": proposal.full.cases,
            "learned_until": str(proposal.full.learned_until),
            "changes": [
                {
                    "name": c.name, "before": round(c.before, 4), "after": round(c.after, 4),
                    "cases": c.cases, "free": c.free,
                }
                for c in proposal.changes
            ],
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """For the person who reads the proposal."""
        yield str(self.proposal.summary)
        yield _("in force: version {n}, {by}: {reason}").format(
            n=self.current.number, by=self.current.made_by, reason=self.current.reason
        )
        level = dict(
            zip(self.proposal.level_only.names, self.proposal.level_only.mean, strict=True)
        )
        yield _("level {level}, slope {slope} if only these move").format(
            level=figure(level[INTERCEPT], "+.2f"), slope=figure(level[SLOPE], ".2f")
        )
        for change in self.proposal.changes:
            if change.free:
                before, after = figure(change.before, "+.2f"), figure(change.after, "+.2f")
                yield f"  {before} > {after}  {self._named(change)}"
        stays = [change for change in self.proposal.changes if not change.free]
        if stays:
            yield _("too few cases, so these stay as they are:")
        for change in stays:
            yield f"  {figure(change.before, '+.2f')}  {self._named(change)}"

    def _named(self, change: Change) -> str:
        """Which weight, and from how many cases."""
        return f"{self.names.get(change.name, change.name)} [{change.cases}]"


def waiting(desk: Desk) -> Waiting:
    """What would be learned from all closed gatherings whose outcome is known by now.

    Raises RuleSaysNo when none is closed yet.
    """
    with desk.read() as reader:
        return _waiting_in(reader, local(desk.now).date())


def _waiting_in(reader: Reader, today: date) -> Waiting:
    card = reference.cached("risk_card", RiskCard)
    known = scoring.knowledge(reader)
    closed = _closed(reader, known.heavy)
    if not closed:
        raise RuleSaysNo(msg("there is no closed case yet to learn from"))
    items: tuple[StaticFactor | HistoryFactor, ...] = (*card.factors, *card.history)
    names = {item.id: pick(item.label) for item in items}
    names |= {INTERCEPT: _("level"), SLOPE: _("slope")}
    return Waiting(known.version, update.propose(closed, card, known.version, today, today), names)


def accept(desk: Desk, by: Actor, *, weights_read: bool, reason: str = "") -> ModelVersion:
    """The proposal of today becomes the version in force, and coming cases are scored by it.

    Raises RuleSaysNo without the name and authority of a team lead or decider, and when single
    weights are to move without a word on what was read.
    """
    authority(by, Role.LEAD, Role.DECIDER)
    with desk.work() as work:
        found = _waiting_in(work, local(desk.now).date())
        version = update.accept(found.proposal, by.name, weights_read=weights_read, reason=reason)
        return _in_force(desk, work, version)


def set_anchor(desk: Desk, values: Mapping[str, str], by: Actor) -> ModelVersion:
    """The desk's own starting level for one kind, with a spread and a reason.

    Keys: kind, percent ("3", "2,5"), sd (log-odds, empty: that of the card), reason. Raises
    BadInput that names the field; RuleSaysNo without authority.
    """
    authority(by, Role.LEAD, Role.DECIDER)
    card = reference.cached("risk_card", RiskCard)
    try:
        kind = Kind(values.get("kind", ""))
    except ValueError:
        known = ", ".join(k.value for k in card.anchors)
        raise BadInput(
            N_("kind"), values.get("kind", ""), msg("Choose one of: {known}.", known=known)
        ) from None
    percent = _number(N_("percent"), values.get("percent", ""))
    spread = values.get("sd", "").strip()
    with desk.work() as work:
        current = scoring.knowledge(work).version
        try:
            anchor = OwnAnchor(
                probability=percent / 100,
                sd=_number(N_("sd"), spread) if spread else current.anchor(kind, card).sd,
                reason=values.get("reason", "").strip(),
                by=by.name,
                on=local(desk.now).date(),
            )
        except ValidationError as problem:
            field = str(problem.errors()[0]["loc"][0])
            raise BadInput(*_mends(values)[field]) from None
        return _in_force(
            desk, work, update.set_anchor(current, kind, anchor, local(desk.now).date())
        )


def versions(desk: Desk) -> list[ModelVersion]:
    """Every version that was ever in force, the card first."""
    with desk.read() as reader:
        kept = [ModelVersion.model_validate(f.doc) for f in reader.facts(VERSION, _RISK)]
    return [scoring.version_of_card(), *kept]


def version_lines(found: Sequence[ModelVersion]) -> Iterator[str]:
    """The versions for a person, the newest first."""
    for version in reversed(found):
        yield _("version {n}, {day}, {by}: {reason}").format(
            n=version.number, day=words.day(version.made_on, year=True), by=version.made_by,
            reason=version.reason,
        )  # fmt: skip
        if version.events:
            yield "   " + _("learned from {events} cases, {cases} with disorder").format(
                events=version.events, cases=version.cases
            )
        for kind, anchor in version.anchors.items():
            yield "   " + _("own anchor for {kind}: {p}, {by}: {reason}").format(
                kind=_(words.KINDS[kind]), p=figure(anchor.probability, ".1%"), by=anchor.by,
                reason=anchor.reason,
            )  # fmt: skip


def anchor_lines(desk: Desk) -> Iterator[str]:
    """Where each kind starts, with the source."""
    card = reference.cached("risk_card", RiskCard)
    with desk.read() as reader:
        version = scoring.knowledge(reader).version
    for kind in card.anchors:
        anchor = version.anchor(kind, card)
        start = f"{figure(anchor.probability, '6.1%')} ±{figure(anchor.sd, 'g')}"
        yield f"{_(words.KINDS[kind]):<24} {start}  {_(anchor.source)}"


def _in_force(desk: Desk, work: Work, version: ModelVersion) -> ModelVersion:
    work.add_fact(VERSION, _RISK, version.model_dump(mode="json"))
    work.note(
        "risk.version",
        f"risk:{version.number}",
        {"by": version.made_by, "reason": version.reason, "events": version.events},
    )
    coming = work.cases(start=desk.now, end=desk.now + _COMING)
    scoring.score_cases(desk, work, [case.id for case in coming if case.outcome is None])
    return version


def _closed(reader: Reader, heavy: scoring.HeavyDays) -> list[ClosedCase]:
    places = reference.cached("places", Places)
    return [
        _as_closed(case, places, heavy)
        for case in reader.cases()
        if case.span is not None and case.outcome is not None and case.outcome.incident is not None
    ]


def _as_closed(case: Case, places: Places, heavy: scoring.HeavyDays) -> ClosedCase:
    assert case.outcome is not None
    facts = scoring.facts_of(case, places, heavy)
    return ClosedCase(
        facts=facts,
        outcome=int(case.outcome.incident is not Incident.NONE),
        known_from=facts.day + scoring.readings().outcome_known_after,
        scored_on=facts.day - timedelta(days=1),
        case_id=case.id,
    )


def _number(field: str, text: str) -> float:
    try:
        return float(text.strip().rstrip("%").replace(",", "."))
    except ValueError:
        raise BadInput(field, text, msg("Write a number, such as 3 or 2.5.")) from None


def _mends(values: Mapping[str, str]) -> dict[str, tuple[str, str, Any]]:
    given = {name: values.get(name, "") for name in ("percent", "sd", "reason")}
    return {
        "probability": (
            N_("percent"), given["percent"], msg("Write a share above 0 and below 100 per cent.")
        ),
        "sd": (N_("sd"), given["sd"], msg("Write a spread above 0, at most 3.")),
        "reason": (N_("reason"), given["reason"], msg("Say why, in at most 2,000 characters.")),
    }  # fmt: skip
