"""The score: log-odds points that add up, an interval, and a class as advice.

    logit p = anchor + level + slope x card points + shrunk history + tension + signals

Everything learned lives in a `ModelVersion`; version 0 is the card itself. The same version, facts
and history always give the same score.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from statistics import NormalDist
from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from orderdesk.domain.events import CounterGroup, Kind, Sureness
from orderdesk.domain.time import Frozen
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Msg, msg, pick
from orderdesk.risk.batch import Batch, Floats, Ints
from orderdesk.risk.card import Anchor, ClassTable, HistoryFactor, ImpactLine, RiskCard
from orderdesk.risk.facts import Facts, Signal, family
from orderdesk.risk.history import History, Record, shrunk_rate
from orderdesk.risk.signals import SignalRules, effect_points, newest_signal

INTERCEPT, SLOPE = "level", "slope"


@dataclass(frozen=True)
class Tables:
    """The three parameter files that a score rests on."""

    card: RiskCard
    classes: ClassTable
    signals: SignalRules


class RiskClass(StrEnum):
    """Advice: laag (low), midden (medium), hoog (high)."""

    LOW = "laag"
    MEDIUM = "midden"
    HIGH = "hoog"


CLASSES = (RiskClass.LOW, RiskClass.MEDIUM, RiskClass.HIGH)


class OwnAnchor(Frozen):
    """An anchor that the desk set itself, with who and why."""

    probability: Annotated[float, Field(gt=0, lt=1)]
    sd: Annotated[float, Field(gt=0, le=3)]
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    by: Annotated[str, Field(min_length=1, max_length=300)]
    on: date


class ModelVersion(Frozen):
    """Everything that was learned, so that a score can be made again later."""

    number: Annotated[int, Field(ge=0)] = 0
    made_on: date
    made_by: str
    reason: str
    learned_until: date | None = None
    """Last day whose outcomes were used; None for the card as it is."""
    events: int = 0
    cases: int = 0
    names: tuple[str, ...]
    """Parameters: level, slope, one shift (in points) per static factor, one weight per history."""
    mean: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    anchors: dict[Kind, OwnAnchor] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _square(self) -> Self:
        n = len(self.names)
        if len(self.mean) != n or [len(row) for row in self.covariance] != [n] * n:
            raise ValueError("names, mean and covariance must have one size")
        return self

    def anchor(self, kind: Kind, card: RiskCard) -> Anchor:
        """The desk's own anchor, or else the card's."""
        own = self.anchors.get(kind)
        if own is None:
            return card.anchors[kind]
        return Anchor(probability=own.probability, sd=own.sd, source=f"{own.by}: {own.reason}")


def parameter_names(card: RiskCard) -> tuple[str, ...]:
    """The parameters of a card, in the order of a version's mean."""
    return (INTERCEPT, SLOPE, *(f.id for f in card.factors), *(h.id for h in card.history))


def prior(card: RiskCard, anchor: Anchor | None = None) -> tuple[Floats, Floats]:
    """Prior mean and sd of every parameter."""
    start = anchor or card.anchors[Kind.DEMONSTRATION]
    mean = [0.0, 1.0, *(0.0 for _ in card.factors), *(h.weight for h in card.history)]
    sd = [start.sd, card.slope_sd]
    sd += [f.spread for f in card.factors] + [h.spread for h in card.history]
    return np.array(mean), np.array(sd)


def first_version(card: RiskCard, made_on: date, made_by: str = "orderdesk") -> ModelVersion:
    """Version 0: the card, nothing learned."""
    mean, sd = prior(card)
    return ModelVersion(
        made_on=made_on,
        made_by=made_by,
        reason="risk_card.toml",
        names=parameter_names(card),
        mean=tuple(mean.tolist()),
        covariance=tuple(tuple(row) for row in np.diag(sd**2).tolist()),
    )


# ------------------------------------------------------------------------------- features


@dataclass(frozen=True)
class Features:
    """What the facts and the history say, as numbers: one row per event."""

    offset: Floats
    """Anchor per row, log-odds."""
    columns: Floats
    """rows x parameters; multiplied by the parameters they add to the log-odds."""
    records: Mapping[str, Record]
    """Evidence behind each history factor, per row."""
    bases: Mapping[str, Floats]
    """Base rate that each history factor was compared with, per row."""
    unknown: Floats
    """Variance (log-odds) of what the parameters don't hold: a new organiser, an unlearned kind."""


def features(
    batch: Batch, history: History, on: Ints, card: RiskCard, version: ModelVersion
) -> Features:
    """The numbers behind the scores of a batch, each row as known on its day in `on` (ordinals)."""
    n, point = batch.size, card.point
    anchors = {kind: version.anchor(kind, card) for kind in set(batch.kinds)}
    log_odds = {kind: anchor.log_odds for kind, anchor in anchors.items()}
    rates = {kind: anchor.probability for kind, anchor in anchors.items()}
    spreads = {
        kind: 0.0 if family(kind) == "gathering" else anchor.sd**2
        for kind, anchor in anchors.items()
    }
    anchor_rate = np.array([rates[k] for k in batch.kinds])
    statics = [batch.column(f) for f in card.factors]
    stretched = np.zeros(n)
    for static, column in zip(card.factors, statics, strict=True):
        stretched += column * (static.points * point)
    level = (batch.families == 0).astype(np.float64)
    columns = [level, stretched, *(column * point for column in statics)]
    unknown = np.array([spreads[k] for k in batch.kinds])

    asked = history.asker(batch, on)
    whole = asked("all", card.base.half_life_days)[0]
    records: dict[str, Record] = {}
    bases: dict[str, Floats] = {}
    for factor in card.history:
        record, rows = asked(factor.of, factor.half_life_days)
        own = asked(factor.of, card.base.half_life_days)[0] if factor.among_others else None
        base = _base(whole, own, anchor_rate, rows, card)
        if factor.within is not None:
            wider, wider_rows = asked(factor.within, card.base.half_life_days)
            base = _within(base, rows, wider.per_row(wider_rows, n), factor)
        lift, spare = _lift(record, base, factor)
        columns.append(_per_row(lift, rows, n))
        records[factor.id] = record.per_row(rows, n)
        bases[factor.id] = _per_row(base, rows, n)
        if factor.of == "organiser":
            unknown += _per_row(spare, rows, n, otherwise=_newcomer(factor))
    return Features(
        np.array([log_odds[k] for k in batch.kinds]),
        np.column_stack(columns),
        records,
        bases,
        unknown,
    )


def _base(
    whole: Record, own: Record | None, anchor: Floats, rows: Ints | None, card: RiskCard
) -> Floats:
    """Running rate of the register, moved from the anchor; without the key's own, if given."""
    events, cases = whole.events, whole.cases
    if rows is not None:
        events, cases, anchor = events[rows], cases[rows], anchor[rows]
    if own is not None:
        events = np.maximum(events - own.events, 0.0)
        cases = np.maximum(cases - own.cases, 0.0)
    strength = card.base.anchor_events
    rate: Floats = (strength * anchor + cases) / (strength + events)
    return rate


def _within(base: Floats, rows: Ints | None, wider: Record, factor: HistoryFactor) -> Floats:
    """Shrunk rate of the wider space that each key lies in."""
    events, cases = wider.events, wider.cases
    if rows is not None:
        events, cases = events[rows], cases[rows]
    return shrunk_rate(cases, events, base, factor.prior_strength / (base * (1 - base)))


def _newcomer(factor: HistoryFactor) -> float:
    """Variance (log-odds) of an organiser of whom nothing is known."""
    return factor.weight**2 / factor.prior_strength


def _lift(record: Record, base: Floats, factor: HistoryFactor) -> tuple[Floats, Floats]:
    """Shrunk log-odds above the base, and the variance that is left after what was seen."""
    m = factor.prior_strength / (base * (1 - base))
    rate = shrunk_rate(record.cases, record.events, base, m)
    lift = np.log(rate / (1 - rate)) - np.log(base / (1 - base))
    return lift, _newcomer(factor) * m / (m + record.events)


def _per_row(values: Floats, rows: Ints | None, n: int, otherwise: float = 0.0) -> Floats:
    """Mean per event over its keys (several organisers count as one); `otherwise` without any."""
    if rows is None:
        return values
    keys = np.bincount(rows, minlength=n)
    total = np.bincount(rows, weights=values, minlength=n)
    return np.where(keys > 0, total / np.maximum(keys, 1), otherwise)


# --------------------------------------------------------------------------------- scores


@dataclass(frozen=True)
class Scores:
    """Scores of many events: arrays of equal length."""

    log_odds: Floats
    probability: Floats
    low: Floats
    high: Floats
    without_signals: Floats
    impact: Ints
    classes: tuple[RiskClass, ...]


def logistic(x: Floats) -> Floats:
    """Log-odds -> probability."""
    return np.asarray(1 / (1 + np.exp(-x)))


def day_numbers(as_of: date | Sequence[date], n: int) -> Ints:
    """Ordinals, one per event."""
    if isinstance(as_of, date):
        return np.full(n, as_of.toordinal(), dtype=np.int64)
    if len(as_of) != n:
        raise BadInput(N_("as_of"), len(as_of), msg("Give one day, or one per event."))
    return np.array([d.toordinal() for d in as_of], dtype=np.int64)


def score_many(
    facts: Sequence[Facts],
    history: History,
    signals: Sequence[Signal],
    as_of: date | Sequence[date],
    tables: Tables,
    version: ModelVersion,
) -> Scores:
    """Score many events at once, each as known at the start of its `as_of` day.

    Equal to scoring them one by one. Raises BadInput when the version belongs to another card.
    """
    on, batch = day_numbers(as_of, len(facts)), Batch(facts)
    known = features(batch, history, on, tables.card, version)
    effect = effect_points(batch.districts, signals, on, tables.signals)
    return _scores(batch, known, effect, tables, version)


def _scores(
    batch: Batch,
    known: Features,
    signal_points: Floats,
    tables: Tables,
    version: ModelVersion,
) -> Scores:
    card, classes = tables.card, tables.classes
    without = known.offset + contributions(known, card, version).sum(axis=1)
    log_odds = without + signal_points * card.point
    covariance = np.array(version.covariance)
    learned = ((known.columns @ covariance) * known.columns).sum(axis=1)
    sd = np.sqrt(np.maximum(learned, 0) + known.unknown + card.drift_sd**2)
    reach = NormalDist().inv_cdf(0.5 + card.interval / 2) * sd
    probability, impact = logistic(log_odds), impacts(batch, classes)
    return Scores(
        log_odds=log_odds,
        probability=probability,
        low=logistic(log_odds - reach),
        high=logistic(log_odds + reach),
        without_signals=logistic(without),
        impact=impact,
        classes=classify(batch, probability, impact, classes),
    )


def contributions(known: Features, card: RiskCard, version: ModelVersion) -> Floats:
    """Log-odds per row and parameter, capped where the card caps a line."""
    if version.names != parameter_names(card):
        raise BadInput(
            N_("model version"),
            version.number,
            msg("It was learned with another risk card: restore that card, or learn again."),
        )
    parts: Floats = known.columns * np.array(version.mean)
    first = len(version.names) - len(card.history)
    for i, factor in enumerate(card.history, start=first):
        if factor.cap_points is not None:
            most = factor.cap_points * card.point
            parts[:, i] = np.clip(parts[:, i], -most, most)
    return parts


def at_stake(facts: Facts, classes: ClassTable) -> tuple[ImpactLine, ...]:
    """The facts of one case that raise what is at stake, and with it lower the limits of the
    classes."""
    batch = Batch([facts])
    return tuple(line for line in classes.impact if batch.column(line)[0])


def impacts(batch: Batch, classes: ClassTable) -> Ints:
    """How much is at stake, 1 to the table's highest."""
    points = np.ones(batch.size)
    for line in classes.impact:
        points += line.points * batch.column(line)
    capped: Ints = np.asarray(np.minimum(points, classes.highest_impact), dtype=np.int64)
    return capped


def classify(
    batch: Batch, probability: Floats, impact: Ints, classes: ClassTable
) -> tuple[RiskClass, ...]:
    """Class per event by the thresholds of its family and impact."""
    gathering, event = classes.thresholds["gathering"], classes.thresholds["event"]
    wom = batch.families == 0
    midden = np.where(
        wom, np.array(gathering.midden)[impact - 1], np.array(event.midden)[impact - 1]
    )
    hoog = np.where(wom, np.array(gathering.hoog)[impact - 1], np.array(event.hoog)[impact - 1])
    ranks = (probability >= midden).astype(np.int64) + (probability >= hoog)
    return tuple(CLASSES[i] for i in ranks.tolist())


# ---------------------------------------------------------------------- one score, explained


@dataclass(frozen=True)
class Factor:
    """One line of an explanation."""

    id: str
    label: Msg | LocalLabel
    log_odds: float
    tenths: int
    """Points as shown, in tenths: the shown lines add up exactly to the shown total."""
    source: str
    age_days: int | None = None
    """Age of the newest thing it rests on; None for a fact of the case itself."""
    evidence: Msg | None = None

    @property
    def points(self) -> float:
        """Points as shown."""
        return self.tenths / 10


@dataclass(frozen=True)
class LocalLabel:
    """A text of a data file, shown in the reader's language."""

    texts: Mapping[str, str]

    def __str__(self) -> str:
        return pick(self.texts)


@dataclass(frozen=True)
class Score:
    """One score as a person reads it: advice, never a decision."""

    facts: Facts
    as_of: date
    version: int
    probability: float
    low: float
    high: float
    log_odds: float
    impact: int
    advice: RiskClass
    lowest: RiskClass
    """The class at the low end, were the unknown counter-group absent."""
    highest: RiskClass
    """The class at the high end, were the unknown counter-group confirmed."""
    factors: tuple[Factor, ...]
    total_tenths: int
    """Sum of the points of all lines, in tenths."""
    probability_without_signals: float
    advice_without_signals: RiskClass
    known_cases: int
    decimals: bool
    """Whether enough is known to show a figure instead of a band."""
    band: tuple[float, float]

    @property
    def chance(self) -> Msg:
        """The chance as it may be shown: a band while few cases are known."""
        low, high = (self.low, self.high) if self.decimals else self.band
        if self.decimals:
            return msg(
                "{p:.1%} (between {low:.1%} and {high:.1%})",
                p=self.probability,
                low=low,
                high=high,
            )
        return msg("between {low:.0%} and {high:.0%}", low=low, high=high)

    def as_json(self) -> dict[str, object]:
        """For `--json` and the database: figures, and lines with their texts."""
        return {
            "version": self.version,
            "as_of": self.as_of.isoformat(),
            "probability": self.probability if self.decimals else None,
            "band": list(self.band),
            "interval": [self.low, self.high] if self.decimals else None,
            "log_odds": self.log_odds,
            "impact": self.impact,
            "class": self.advice.value,
            "class_range": [self.lowest.value, self.highest.value],
            "class_without_signals": self.advice_without_signals.value,
            "points": self.total_tenths / 10,
            "known_cases": self.known_cases,
            "factors": [
                {
                    "id": f.id,
                    "label": str(f.label),
                    "points": f.points,
                    "log_odds": f.log_odds,
                    "source": f.source,
                    "age_days": f.age_days,
                    "evidence": str(f.evidence) if f.evidence else "",
                }
                for f in self.factors
            ],
        }


def score(
    facts: Facts,
    history: History,
    signals: Sequence[Signal],
    as_of: date,
    tables: Tables,
    version: ModelVersion,
) -> Score:
    """Score one event as known on `as_of`, with every line that made it.

    Raises BadInput when the version belongs to another card.
    """
    on, card, classes = day_numbers(as_of, 1), tables.card, tables.classes
    batch = Batch([facts])
    known = features(batch, history, on, card, version)
    effect = effect_points(batch.districts, signals, on, tables.signals)
    result = _scores(batch, known, effect, tables, version)
    lines = _lines(facts, known, float(effect[0]), signals, as_of, tables, version)
    tenths = _round_together([line.log_odds / card.point for line in lines])
    cases = history.known_cases(as_of.toordinal(), family(facts.kind))
    p = float(result.probability[0])
    without = float(result.without_signals[0])
    calm, tense = _range_of_counter(facts)

    def ends(f: Facts) -> Scores:
        return score_many([f], history, signals, as_of, tables, version)

    low_end, high_end = ends(calm), ends(tense)
    return Score(
        facts=facts,
        as_of=as_of,
        version=version.number,
        probability=p,
        low=float(result.low[0]),
        high=float(result.high[0]),
        log_odds=float(result.log_odds[0]),
        impact=int(result.impact[0]),
        advice=result.classes[0],
        lowest=classify(Batch([calm]), low_end.low, low_end.impact, classes)[0],
        highest=classify(Batch([tense]), high_end.high, high_end.impact, classes)[0],
        factors=tuple(
            Factor(x.id, x.label, x.log_odds, t, x.source, x.age_days, x.evidence)
            for x, t in zip(lines, tenths, strict=True)
        ),
        total_tenths=sum(tenths),
        probability_without_signals=without,
        advice_without_signals=classify(batch, result.without_signals, result.impact, classes)[0],
        known_cases=cases,
        decimals=cases >= card.decimals_from_cases,
        band=band(p, card),
    )


def _range_of_counter(facts: Facts) -> tuple[Facts, Facts]:
    """The same case with the counter-group surely absent, and surely there, if unknown."""
    if facts.counter is not CounterGroup.UNKNOWN:
        return facts, facts
    sure = {"counter_sureness": Sureness.CONFIRMED}
    return (
        facts.model_copy(update={"counter": CounterGroup.NONE, **sure}),
        facts.model_copy(update={"counter": CounterGroup.CONFIRMED, **sure}),
    )


def band(p: float, card: RiskCard) -> tuple[float, float]:
    """The band of the card that a probability falls in: what is shown while little is known."""
    edges = (0.0, *card.probability_bands, 1.0)
    i = max(i for i, edge in enumerate(edges[:-1]) if edge <= p)
    return edges[i], edges[i + 1]


def _round_together(values: list[float]) -> list[int]:
    """Tenths that add up to the rounded total (largest remainder)."""
    exact = [v * 10 for v in values]
    down = [math.floor(x) for x in exact]
    short = round(math.fsum(exact)) - sum(down)
    by_remainder = sorted(range(len(exact)), key=lambda i: down[i] - exact[i])
    for i in by_remainder[:short]:
        down[i] += 1
    return down


@dataclass(frozen=True)
class _Line:
    id: str
    label: Msg | LocalLabel
    log_odds: float
    source: str
    age_days: int | None = None
    evidence: Msg | None = None


def _lines(
    facts: Facts,
    known: Features,
    signal_points: float,
    signals: Sequence[Signal],
    as_of: date,
    tables: Tables,
    version: ModelVersion,
) -> list[_Line]:
    card, rules = tables.card, tables.signals
    anchor = version.anchor(facts.kind, card)
    parts = contributions(known, card, version)[0]
    lines = [
        _Line(
            "anchor",
            msg("Where this kind starts: {p:.1%}", p=anchor.probability),
            float(known.offset[0]),
            anchor.source,
        )
    ]
    if parts[0]:
        lines.append(
            _Line(
                INTERCEPT,
                msg("Level learned from {n} closed cases", n=version.events),
                float(parts[0]),
                version.reason,
            )
        )
    slope = version.mean[1]
    for i, static in enumerate(card.factors, start=2):
        if known.columns[0, i]:
            worth = slope * static.points * card.point + float(parts[i])
            lines.append(_Line(static.id, LocalLabel(static.label), worth, static.source))
    for i, factor in enumerate(card.history, start=2 + len(card.factors)):
        if version.mean[i] == 0:
            continue  # waits for the monthly update: nothing to explain yet
        lines.append(_history_line(factor, float(parts[i]), known, as_of))
    newest = newest_signal(facts, signals, as_of, rules)
    if newest is not None:
        lines.append(
            _Line(
                "signals",
                msg("Signals in the district"),
                signal_points * card.point,
                rules.source,
                (as_of - newest).days,
            )
        )
    return lines


def _history_line(factor: HistoryFactor, worth: float, known: Features, as_of: date) -> _Line:
    record, base = known.records[factor.id], float(known.bases[factor.id][0])
    label = LocalLabel(factor.label)
    if not record.raw_events[0]:
        return _Line(factor.id, label, worth, factor.source, None, msg("nothing known: as usual"))
    m = factor.prior_strength / (base * (1 - base))
    rate = shrunk_rate(float(record.cases[0]), float(record.events[0]), base, m)
    return _Line(
        factor.id,
        label,
        worth,
        factor.source,
        as_of.toordinal() - int(record.last_day[0]),
        msg(
            "{cases} of {events}, shrunk to {ratio:.1f}x",
            cases=int(record.raw_cases[0]),
            events=int(record.raw_events[0]),
            ratio=rate / base,
        ),
    )
