"""Scenario cards: if this happens, we do that, this person decides, and here we draw the line.

In Staphorst the blockades had been named as a scenario but not worked out. A case of class midden
or hoog therefore isn't ready while one of its cards has a hole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, StringConstraints

from orderdesk.domain.time import Frozen
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import Msg, msg, pick
from orderdesk.reference import LocalText, ReferenceFile, Strict
from orderdesk.risk.batch import Batch
from orderdesk.risk.card import Condition
from orderdesk.risk.facts import Facts
from orderdesk.risk.model import RiskClass

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class ScenarioCard(Frozen):
    """One scenario of one case."""

    template: str = ""
    """Id of the template it was proposed from; empty for one of the desk's own."""
    trigger: Line
    """What is seen: "more than 100 people opposite"."""
    measure: Line = ""
    owner: Line = ""
    """A function, not a person's name: the one who acts."""
    tolerance_limit: Line = ""
    """What is still let pass, agreed beforehand."""
    package: str = ""
    """Id of the deployment package that the trigger opens, if any."""

    @property
    def holes(self) -> tuple[Msg, ...]:
        """What is still empty."""
        named = (
            (self.trigger, msg("trigger")),
            (self.measure, msg("measure")),
            (self.owner, msg("owner")),
            (self.tolerance_limit, msg("tolerance limit")),
        )
        return tuple(name for value, name in named if not value)


class ScenarioTemplate(Strict):
    """A scenario to start from; the tolerance limit is never filled in beforehand."""

    id: str
    trigger: LocalText
    measure: LocalText
    owner: LocalText
    package: str = ""
    when: tuple[Condition, ...] = ()
    """Proposed when any of these holds; always, if there is none."""
    classes: tuple[RiskClass, ...] = (RiskClass.MEDIUM, RiskClass.HIGH)


class ScenarioTemplates(ReferenceFile):
    """`data/scenarios.toml`."""

    templates: Annotated[tuple[ScenarioTemplate, ...], Field(min_length=1)]


def propose_scenarios(
    facts: Facts, advice: RiskClass, templates: ScenarioTemplates
) -> tuple[ScenarioCard, ...]:
    """Cards that fit the case, in the reader's language. The tolerance limit is left open:
    it is agreed, not copied."""
    return tuple(
        ScenarioCard(
            template=t.id,
            trigger=pick(t.trigger),
            measure=pick(t.measure),
            owner=pick(t.owner),
            package=t.package,
        )
        for t in templates.templates
        if advice in t.classes and _fits(facts, t.when)
    )


def _fits(facts: Facts, conditions: Sequence[Condition]) -> bool:
    case = Batch([facts])
    return not conditions or any(case.column(c)[0] for c in conditions)


@dataclass(frozen=True)
class Hole:
    """A card with something missing."""

    card: int
    """Place of the card in the case, from 0."""
    trigger: str
    missing: tuple[Msg, ...]


def holes(cards: Iterable[ScenarioCard]) -> tuple[Hole, ...]:
    """Every card that isn't complete."""
    return tuple(Hole(i, card.trigger, card.holes) for i, card in enumerate(cards) if card.holes)


def check_ready(decided: RiskClass, cards: Sequence[ScenarioCard]) -> None:
    """Raise RuleSaysNo when a case of class midden or hoog has no scenario, or one with a hole."""
    if decided is RiskClass.LOW:
        return
    if not cards:
        raise RuleSaysNo(
            msg("A case of class {c} needs at least one scenario.", c=decided.value), "18"
        )
    found = holes(cards)
    if found:
        raise RuleSaysNo(
            msg(
                "Not ready: scenario '{trigger}' lacks {missing}. {n} in all.",
                trigger=found[0].trigger,
                missing=_Listed(found[0].missing),
                n=len(found),
            ),
            "18",
        )


@dataclass(frozen=True)
class _Listed:
    """Messages in a row, translated when shown."""

    parts: tuple[Msg, ...]

    def __str__(self) -> str:
        return ", ".join(str(p) for p in self.parts)
