"""The monthly update: level first, slope with a tight prior, single weights last.

Nothing moves silently: an update is a proposal with a reason, and becomes a version only when
somebody accepts it. Every version is kept, so every score can be made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import Field

from orderdesk.domain.events import Kind
from orderdesk.domain.time import Frozen
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import Day, Msg, msg
from orderdesk.risk.batch import Batch, Floats, Ints
from orderdesk.risk.card import RiskCard
from orderdesk.risk.facts import Facts, PastEvent, family
from orderdesk.risk.history import History
from orderdesk.risk.model import (
    INTERCEPT,
    SLOPE,
    ModelVersion,
    OwnAnchor,
    features,
    logistic,
    parameter_names,
    prior,
)

_STEPS, _CLOSE = 200, 1e-10


class ClosedCase(Frozen):
    """A closed case: what the score saw, and what came of it."""

    facts: Facts
    outcome: Annotated[int, Field(ge=0, le=1)]
    known_from: date
    scored_on: date
    """The day as of which it is scored when learning: what was known then, no later."""
    case_id: str = ""

    @property
    def past(self) -> PastEvent:
        """The same, as history sees it."""
        f = self.facts
        return PastEvent(
            day=f.day,
            known_from=self.known_from,
            outcome=self.outcome,
            kind=f.kind,
            form=f.form,
            organisers=f.organisers,
            place=f.place,
            district=f.district,
            spot=f.spot,
            counter=f.counter,
            expected=None if f.size is None else round(f.size),
            case_id=self.case_id,
        )


@dataclass(frozen=True)
class Fit:
    """Posterior of the parameters (Laplace)."""

    mean: Floats
    covariance: Floats


def fit(
    columns: Floats,
    offset: Floats,
    outcome: Floats,
    mean: Floats,
    sd: Floats,
    free: npt.NDArray[np.bool_],
) -> Fit:
    """Maximum a posteriori logistic fit with a Gaussian prior, and its Laplace covariance.

    Parameters that aren't `free` stay at their prior, mean and spread. Newton steps are halved
    until the posterior rises, so the fit can't run away however far the prior lies off.
    """
    theta = mean.copy()
    x, precision = columns[:, free], 1 / sd[free] ** 2

    def loss(values: Floats) -> float:
        logits = offset + columns @ values
        misfit = float(np.sum(np.logaddexp(0, logits) - outcome * logits))
        return misfit + 0.5 * float(precision @ (values[free] - mean[free]) ** 2)

    hessian, best = np.diag(precision), loss(theta)
    for _step in range(_STEPS):
        p = logistic(offset + columns @ theta)
        gradient = x.T @ (outcome - p) - precision * (theta[free] - mean[free])
        hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(precision)
        step = np.linalg.solve(hessian, gradient)
        share = 1.0
        while True:
            candidate = theta.copy()
            candidate[free] += share * step
            now = loss(candidate)
            if now <= best + 1e-12 or share < 1e-6:
                break
            share /= 2
        theta, best = candidate, now
        if float(np.abs(step).max(initial=0.0)) < _CLOSE:
            break
    covariance = np.diag(sd**2)
    covariance[np.ix_(free, free)] = np.linalg.inv(hessian)
    return Fit(theta, covariance)


@dataclass(frozen=True)
class Change:
    """How one parameter would move, for the person who reads the proposal."""

    name: str
    before: float
    after: float
    cases: int
    """Known cases of disorder with this factor."""
    free: bool
    """Whether there are enough of them for it to move."""


@dataclass(frozen=True)
class Proposal:
    """An update that waits for a person."""

    level_only: ModelVersion
    """Level and slope moved; may be accepted as it is."""
    full: ModelVersion
    """Single weights moved as well; only after they have been read."""
    changes: tuple[Change, ...]

    @property
    def summary(self) -> Msg:
        """What was learned from."""
        assert self.full.learned_until is not None, "a proposal is learned until its day"
        return msg(
            "{events} closed cases, {cases} with disorder, until {day}",
            events=self.full.events,
            cases=self.full.cases,
            day=Day(self.full.learned_until),
        )


def propose(
    closed: Sequence[ClosedCase],
    card: RiskCard,
    current: ModelVersion,
    until: date,
    made_on: date,
) -> Proposal:
    """Learn from all gatherings whose outcome was known by `until`, each as it was seen beforehand.

    Events and football have their own anchors and too few cases: they are history, not lessons.
    """
    past = [c for c in closed if c.known_from <= until]
    known = [c for c in past if family(c.facts.kind) == "gathering"]
    history = History([c.past for c in past], card)
    on = np.array([c.scored_on.toordinal() for c in known], dtype=np.int64)
    seen = features(Batch([c.facts for c in known]), history, on, card, current)
    outcome = np.array([c.outcome for c in known], dtype=np.float64)
    mean, sd = prior(card, current.anchor(Kind.DEMONSTRATION, card))
    counts = case_counts(seen.columns, outcome)
    level_free, full_free = freedoms(card, counts)

    def version(free: npt.NDArray[np.bool_], reason: str) -> ModelVersion:
        found = fit(seen.columns, seen.offset, outcome, mean, sd, free)
        return as_version(
            found, card, current, len(known), int(outcome.sum()), until, made_on, reason
        )

    full = version(full_free, "monthly update: level, slope and single weights")
    changes = tuple(
        Change(name, before, after, int(n), bool(free))
        for name, before, after, n, free in zip(
            current.names, current.mean, full.mean, counts, full_free, strict=True
        )
    )
    return Proposal(version(level_free, "monthly update: level and slope"), full, changes)


def case_counts(columns: Floats, outcome: Floats) -> Ints:
    """Cases of disorder behind each parameter."""
    counts: Ints = np.asarray((columns != 0).T @ outcome, dtype=np.int64)
    return counts


def freedoms(card: RiskCard, counts: Ints) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Which parameters may move: in a level-only update, and in a full one."""
    names = parameter_names(card)
    level = np.array([n in (INTERCEPT, SLOPE) for n in names])
    return level, level | (counts >= card.learning.least_cases)


def as_version(
    found: Fit,
    card: RiskCard,
    current: ModelVersion,
    events: int,
    cases: int,
    until: date,
    made_on: date,
    reason: str,
) -> ModelVersion:
    """The fit as the version after `current`; not yet accepted by anybody."""
    return ModelVersion(
        number=current.number + 1,
        made_on=made_on,
        made_by="",
        reason=reason,
        learned_until=until,
        events=events,
        cases=cases,
        names=parameter_names(card),
        mean=tuple(found.mean.tolist()),
        covariance=tuple(tuple(row) for row in found.covariance.tolist()),
        anchors=current.anchors,
    )


def accept(proposal: Proposal, by: str, *, weights_read: bool, reason: str = "") -> ModelVersion:
    """The version that comes into force. Single weights move only when a person has read them.

    Raises RuleSaysNo when nobody stands for it, or weights were read without a word on why.
    """
    if not by.strip():
        raise RuleSaysNo(msg("An update needs the name of who accepts it."), "risk-update")
    if weights_read and not reason.strip():
        raise RuleSaysNo(
            msg("Single weights move only with a reason: say what you read in the proposal."),
            "risk-update",
        )
    chosen = proposal.full if weights_read else proposal.level_only
    why = f"{chosen.reason}: {reason}" if reason else chosen.reason
    return chosen.replace(made_by=by, reason=why)


def set_anchor(current: ModelVersion, kind: Kind, anchor: OwnAnchor, made_on: date) -> ModelVersion:
    """The next version, with the desk's own anchor for one kind."""
    return current.replace(
        number=current.number + 1,
        made_on=made_on,
        made_by=anchor.by,
        reason=anchor.reason,
        anchors={**current.anchors, kind: anchor},
    )
