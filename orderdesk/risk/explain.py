"""What would change a class, and which fact is worth a call.

Every statement here is made by scoring the changed case again: nothing is derived from the lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orderdesk.domain.events import CounterGroup, Sureness
from orderdesk.i18n import Msg, msg
from orderdesk.risk.facts import Facts, Signal
from orderdesk.risk.history import History
from orderdesk.risk.model import CLASSES, ModelVersion, RiskClass, Score, Tables, score_many

_SIZES = (15, 60, 120, 250, 600, 1200, 3000)
_MORE_EXITS = 3


@dataclass(frozen=True)
class FlipPoint:
    """If this one thing were otherwise, this would be the class. Proven by recomputing."""

    change: Msg
    facts: Facts
    """The changed case: anyone can score it again."""
    with_signals: bool
    probability: float
    advice: RiskClass
    flips: bool
    """Whether the class differs from that of the case as it is."""


@dataclass(frozen=True)
class CallWorth:
    """A fact that isn't known yet, and how far the score may move once it is."""

    question: Msg
    lowest: RiskClass
    highest: RiskClass
    low: float
    """Lowest probability among the answers."""
    high: float
    expected_change: float
    """Mean absolute change of the probability over the answers, equally likely."""


def flip_points(
    result: Score,
    history: History,
    signals: Sequence[Signal],
    tables: Tables,
    version: ModelVersion,
) -> tuple[FlipPoint, ...]:
    """What one change would do to the class: those that flip it first, then those that don't."""
    changes = _changes(result.facts)
    variants = [facts for _, facts in changes]
    scored = score_many(variants, history, signals, result.as_of, tables, version)
    found = [
        FlipPoint(text, facts, True, float(p), advice, advice is not result.advice)
        for (text, facts), p, advice in zip(
            changes, scored.probability, scored.classes, strict=True
        )
    ]
    if any(line.id == "signals" for line in result.factors):
        quiet = score_many([result.facts], history, (), result.as_of, tables, version)
        advice = quiet.classes[0]
        found.append(
            FlipPoint(
                msg("without the signals in the district"),
                result.facts,
                False,
                float(quiet.probability[0]),
                advice,
                advice is not result.advice,
            )
        )
    return tuple(sorted(found, key=lambda f: not f.flips))


def _changes(facts: Facts) -> list[tuple[Msg, Facts]]:
    """The case with one thing changed at a time, each with its words."""
    out: list[tuple[Msg, Facts]] = []

    def change(text: Msg, **values: object) -> None:
        out.append((text, facts.model_copy(update=values)))

    if facts.counter in (CounterGroup.CONFIRMED, CounterGroup.ANNOUNCED):
        change(
            msg("without the counter-group"),
            counter=CounterGroup.NONE,
            counter_sureness=Sureness.CONFIRMED,
        )
        change(
            msg("were nothing known of a counter-group"),
            counter=CounterGroup.UNKNOWN,
            counter_sureness=Sureness.UNVERIFIED,
        )
    if facts.counter_state != "confirmed-A":
        change(
            msg("with a counter-group confirmed"),
            counter=CounterGroup.CONFIRMED,
            counter_sureness=Sureness.CONFIRMED,
        )
    for size in _other_sizes(facts):
        if facts.size is None:
            change(msg("with {n} people", n=size), size_low=size, size_high=size)
        else:
            change(
                msg("with {n} people instead of {now}", n=size, now=round(facts.size)),
                size_low=size,
                size_high=size,
            )
    if facts.other_heavy_event:
        change(msg("without the other heavy event"), other_heavy_event=False)
    if facts.shopping_sunday:
        change(msg("on a day without Sunday shopping"), shopping_sunday=False)
    if facts.night:
        change(msg("by day instead of at night"), night=False)
    if facts.open_square:
        change(msg("at a place that isn't an open square"), open_square=False)
    if facts.exits is not None:
        change(
            msg("if the place had {n} more ways out", n=_MORE_EXITS),
            exits=facts.exits + _MORE_EXITS,
        )
    if facts.form in ("blockade", "occupation", "camp"):
        change(msg("as a static gathering"), form="static")
    return out


def _other_sizes(facts: Facts) -> tuple[int, ...]:
    now = facts.size
    if now is None:
        return _SIZES
    smaller = [s for s in _SIZES if s < now / 1.5]
    larger = [s for s in _SIZES if s > now * 1.5]
    return tuple(smaller[-2:] + larger[:3])


def value_of_information(
    result: Score,
    history: History,
    signals: Sequence[Signal],
    tables: Tables,
    version: ModelVersion,
) -> tuple[CallWorth, ...]:
    """Facts that are open, the one that would move the score most first."""
    out = []
    for question, answers in _open_questions(result.facts):
        scored = score_many(answers, history, signals, result.as_of, tables, version)
        p = [float(x) for x in scored.probability]
        ranks = sorted(CLASSES.index(c) for c in scored.classes)
        out.append(
            CallWorth(
                question,
                CLASSES[ranks[0]],
                CLASSES[ranks[-1]],
                min(p),
                max(p),
                sum(abs(x - result.probability) for x in p) / len(p),
            )
        )
    return tuple(sorted(out, key=lambda c: -c.expected_change))


def _open_questions(facts: Facts) -> list[tuple[Msg, list[Facts]]]:
    questions: list[tuple[Msg, list[Facts]]] = []
    if facts.counter is CounterGroup.UNKNOWN or (
        facts.counter is not CounterGroup.NONE and facts.counter_sureness is not Sureness.CONFIRMED
    ):
        sure = {"counter_sureness": Sureness.CONFIRMED}
        questions.append(
            (
                msg("Is there a counter-group?"),
                [
                    facts.model_copy(update={"counter": state, **sure})
                    for state in (CounterGroup.NONE, CounterGroup.CONFIRMED)
                ],
            )
        )
    low, high = facts.size_low, facts.size_high
    if low is None or high is None or high > low:
        ends = (low or _SIZES[0], high or _SIZES[-2])
        questions.append(
            (
                msg("How many people are coming?"),
                [facts.model_copy(update={"size_low": n, "size_high": n}) for n in ends],
            )
        )
    if facts.exits is None:
        questions.append(
            (
                msg("How many ways out does the place have?"),
                [facts.model_copy(update={"exits": n}) for n in (1, 4)],
            )
        )
    return questions
