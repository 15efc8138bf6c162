"""Measures of a probability forecast of rare yes/no outcomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from orderdesk.risk.batch import Floats, Ints
from orderdesk.risk.update import fit

_TINY = 1e-12


def auc(outcome: Floats, p: Floats) -> float:
    """Chance that a random case scores above a random calm event; ties count half."""
    cases = int(outcome.sum())
    calm = len(outcome) - cases
    if not cases or not calm:
        return float("nan")
    return (float(_ranks(p)[outcome == 1].sum()) - cases * (cases + 1) / 2) / (cases * calm)


def _ranks(values: Floats) -> Floats:
    """Ranks from 1, ties sharing their mean."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse], dtype=np.float64)


def average_precision(outcome: Floats, p: Floats) -> float:
    """Area under precision against recall, stepwise over distinct scores."""
    if not outcome.sum():
        return float("nan")
    order = np.argsort(-p, kind="stable")
    y, scores = outcome[order], p[order]
    ends = np.r_[np.flatnonzero(np.diff(scores)), len(y) - 1]
    hits = np.cumsum(y)[ends]
    gained = np.diff(np.r_[0.0, hits])
    return float(np.sum(gained * hits / (ends + 1)) / y.sum())


def brier(outcome: Floats, p: Floats) -> float:
    """Mean squared error of the probability."""
    return float(np.mean((outcome - p) ** 2))


def brier_skill(outcome: Floats, p: Floats, base: float) -> float:
    """1 - Brier / Brier of always saying `base` (the rate of the learning period)."""
    return 1 - brier(outcome, p) / brier(outcome, np.full(len(outcome), base))


def log_loss(outcome: Floats, p: Floats) -> float:
    """Mean negative log-likelihood."""
    q = np.clip(p, _TINY, 1 - _TINY)
    return float(-np.mean(outcome * np.log(q) + (1 - outcome) * np.log(1 - q)))


def calibration(outcome: Floats, p: Floats) -> tuple[float, float, float]:
    """Slope and intercept of outcome on the log-odds, and the intercept at slope 1.

    The last is calibration in the large: 0 is right, positive means more disorder than said.
    """
    q = np.clip(p, _TINY, 1 - _TINY)
    logits = np.log(q / (1 - q))
    if np.ptp(logits) < 1e-9 or not 0 < outcome.sum() < len(outcome):
        return float("nan"), float("nan"), _in_the_large(outcome, logits)
    both = fit(
        np.column_stack([np.ones(len(logits)), logits]),
        np.zeros(len(logits)),
        outcome,
        np.array([0.0, 1.0]),
        np.array([1e3, 1e3]),
        np.array([True, True]),
    )
    return float(both.mean[1]), float(both.mean[0]), _in_the_large(outcome, logits)


def _in_the_large(outcome: Floats, logits: Floats) -> float:
    if not 0 < outcome.sum() < len(outcome):
        return float("nan")
    found = fit(
        np.ones((len(logits), 1)), logits, outcome, np.zeros(1), np.array([1e3]), np.array([True])
    )
    return float(found.mean[0])


@dataclass(frozen=True)
class Bin:
    """Events with like scores: what was said and what came."""

    low: float
    high: float
    events: int
    cases: int
    predicted: float
    observed: float


def reliability(outcome: Floats, p: Floats, bins: int = 10) -> tuple[Bin, ...]:
    """Bins of equal numbers of events, lowest scores first."""
    order = np.argsort(p, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return tuple(
        _bin(outcome, p, part, float(p[part].min()), float(p[part].max())) for part in parts
    )


def bands(outcome: Floats, p: Floats, edges: tuple[float, ...]) -> tuple[Bin, ...]:
    """Bins between fixed edges; empty ones are left out."""
    all_edges = (0.0, *edges, 1.0)
    out = []
    for low, high in pairwise(all_edges):
        part = np.flatnonzero((p >= low) & ((p < high) | (high == 1.0)))
        if len(part):
            out.append(_bin(outcome, p, part, low, high))
    return tuple(out)


def _bin(outcome: Floats, p: Floats, part: Ints, low: float, high: float) -> Bin:
    y = outcome[part]
    return Bin(low, high, len(part), int(y.sum()), float(p[part].mean()), float(y.mean()))


def ece(outcome: Floats, p: Floats) -> float:
    """Expected calibration error over ten bins of equal size."""
    return sum(b.events * abs(b.observed - b.predicted) for b in reliability(outcome, p)) / len(p)


def capture(outcome: Floats, p: Floats, share: float = 0.1) -> float:
    """Share of all disorder among the `share` of events scored highest.

    Where the cut falls among equal scores, these count in proportion.
    """
    if not outcome.sum():
        return float("nan")
    take = max(1.0, len(p) * share)
    cut = np.sort(p)[::-1][min(len(p), int(np.ceil(take))) - 1]
    above, tied = p > cut, p == cut
    room = (take - above.sum()) / tied.sum()
    return float((outcome[above].sum() + room * outcome[tied].sum()) / outcome.sum())


@dataclass(frozen=True)
class Measures:
    """All measures of one forecast. Ranking measures are nan where there is nothing to rank."""

    auc: float
    average_precision: float
    brier: float
    brier_skill: float
    log_loss: float
    slope: float
    intercept: float
    in_the_large: float
    ece: float
    top_10: float


def measure(outcome: Floats, p: Floats, base: float) -> Measures:
    """Every measure at once; `base` is the rate of the learning period."""
    slope, intercept, large = calibration(outcome, p)
    return Measures(
        auc(outcome, p),
        average_precision(outcome, p),
        brier(outcome, p),
        brier_skill(outcome, p, base),
        log_loss(outcome, p),
        slope,
        intercept,
        large,
        ece(outcome, p),
        capture(outcome, p),
    )


def bootstrap(
    statistic: Callable[[Ints], float], blocks: Ints, seed: int, draws: int, coverage: float
) -> tuple[float, float]:
    """Interval of a statistic by drawing whole blocks (weeks) of rows with replacement.

    Events of one week hang together; drawing them apart would make intervals too narrow.
    """
    rng = np.random.default_rng(seed)
    _, inverse = np.unique(blocks, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(inverse[order])) + 1)
    values = []
    for _draw in range(draws):
        rows = np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))])
        values.append(statistic(rows))
    kept = [v for v in values if not np.isnan(v)]
    if not kept:
        return float("nan"), float("nan")
    tail = (1 - coverage) / 2
    low, high = np.quantile(kept, [tail, 1 - tail])
    return float(low), float(high)
