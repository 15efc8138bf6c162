"""Was the forecast any good? Each past week is forecast from the weeks before it only.

Coverage of the 80% band and pinball loss, beside three plain forecasts: last year's average, the
same week of last year, and the 10/50/90% quantiles of the last 52 weeks (the hardest to beat).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from orderdesk.errors import BadInput
from orderdesk.i18n import N_, msg
from orderdesk.reserve.forecast import (
    HIGH,
    LOW,
    QUANTILES,
    Floats,
    Model,
    Need,
    WeekRecord,
    count_probabilities,
    fit,
    simulate,
)
from orderdesk.reserve.rules import ForecastRules

_YEAR = 52


class Measure(StrEnum):
    """What is forecast."""

    CASES = "cases"
    MINUTES = "minutes"


@dataclass(frozen=True)
class Calibration:
    """How the forecast did on weeks it hadn't seen."""

    measure: Measure
    ahead: int
    weeks: int
    """Weeks judged."""
    skipped: int
    """Weeks that couldn't be judged: no data then, or a year earlier."""
    inside: float
    """Share of weeks inside the 80% band, borders included. Above 80% where numbers are small:
    no band of whole cases holds exactly 80%."""
    coverage: float
    """The same with a week on the border counted for the part of its chance that lies inside:
    80% when well calibrated, also for small numbers."""
    pinball: float
    """Mean loss over the 10, 50 and 90% quantiles; less is better."""
    pinball_year_average: float
    pinball_same_week: float
    pinball_year_quantiles: float


def pinball(outcome: float, quantile: float, level: float) -> float:
    """Loss of a quantile forecast; its expectation is least at the true quantile."""
    return (outcome - quantile) * (level - (outcome < quantile))


def calibrate(
    history: Sequence[WeekRecord],
    rules: ForecastRules,
    *,
    measure: Measure = Measure.CASES,
    ahead: int = 1,
    seed: int = 1,
    last: int | None = None,
) -> Calibration:
    """Forecast every week of the history, from the second year on, `ahead` weeks before it ends.

    `last`: judge only so many of the newest weeks; they still learn from all before them.
    Raises BadInput while no week can be judged.
    """
    records = sorted(history, key=lambda record: record.week.monday)
    outcomes = {record.week: _outcome(record, measure) for record in records}
    judged: list[_Judged] = []
    skipped = 0
    begin = 0 if last is None else max(0, len(records) - last)
    for i, record in enumerate(records[begin:], start=begin):
        origin = record.week.shift(-ahead)
        past = [r for r in records[:i] if r.week.monday <= origin.monday]
        year = [outcomes.get(origin.shift(-j)) for j in range(_YEAR)]
        if not past or past[0].week.monday > origin.shift(1 - _YEAR).monday:
            continue
        outcome, last_year = outcomes[record.week], outcomes.get(record.week.shift(-_YEAR))
        known = [v for v in year if v is not None]
        if outcome is None or last_year is None or not known:
            skipped += 1
            continue
        model = fit(past, rules)
        judged.append(_judge(model, record, outcome, last_year, known, measure, ahead, rules, seed))
    if not judged:
        raise BadInput(N_("history"), len(records), msg("More than a year of weeks is needed."))
    return Calibration(
        measure=measure,
        ahead=ahead,
        weeks=len(judged),
        skipped=skipped,
        inside=_mean(j.inside for j in judged),
        coverage=_mean(j.coverage for j in judged),
        pinball=_mean(j.pinball for j in judged),
        pinball_year_average=_mean(j.year_average for j in judged),
        pinball_same_week=_mean(j.same_week for j in judged),
        pinball_year_quantiles=_mean(j.year_quantiles for j in judged),
    )


@dataclass(frozen=True)
class _Judged:
    inside: float
    coverage: float
    pinball: float
    year_average: float
    same_week: float
    year_quantiles: float


def _outcome(record: WeekRecord, measure: Measure) -> float | None:
    if record.count is None:
        return None
    if measure is Measure.CASES:
        return float(record.count)
    return float(sum(record.minutes)) if len(record.minutes) == record.count else None


def _judge(
    model: Model,
    record: WeekRecord,
    outcome: float,
    last_year: float,
    year: Sequence[float],
    measure: Measure,
    ahead: int,
    rules: ForecastRules,
    seed: int,
) -> _Judged:
    need = Need(
        mean=model.expected(record.week),
        dispersion=model.dispersion_at(ahead),
        case=model.case,
        overrun=model.overrun,
        called_off=model.called_off,
    )
    if measure is Measure.CASES:
        values, cdf = _cases(need)
    else:
        values = simulate(need, record.week, rules.draws, seed)
        cdf = np.arange(1, len(values) + 1) / len(values)
    quantiles = [float(values[np.searchsorted(cdf, q - 1e-12)]) for q in QUANTILES]
    return _Judged(
        inside=float(quantiles[0] <= outcome <= quantiles[-1]),
        coverage=_covered(values, cdf, outcome),
        pinball=_loss(outcome, quantiles),
        year_average=_loss(outcome, [float(np.mean(year))] * len(QUANTILES)),
        same_week=_loss(outcome, [last_year] * len(QUANTILES)),
        year_quantiles=_loss(outcome, [float(q) for q in np.quantile(year, QUANTILES)]),
    )


def _cases(need: Need) -> tuple[Floats, Floats]:
    chances = count_probabilities(need.mean, need.dispersion)
    return np.arange(len(chances), dtype=float), np.cumsum(chances)


def _covered(values: Floats, cdf: Floats, outcome: float) -> float:
    """The part of the outcome's chance that lies between the 10% and 90% quantiles (the probability
    integral transform of Czado, Gneiting & Held, Biometrics 65, 2009)."""
    padded = np.concatenate([[0.0], cdf])
    below = float(padded[np.searchsorted(values, outcome, side="left")])
    up_to = float(padded[np.searchsorted(values, outcome, side="right")])
    if math.isclose(below, up_to):
        return float(LOW <= up_to <= HIGH)
    return max(0.0, min(up_to, HIGH) - max(below, LOW)) / (up_to - below)


def _loss(outcome: float, quantiles: Sequence[float]) -> float:
    return _mean(pinball(outcome, q, level) for q, level in zip(quantiles, QUANTILES, strict=True))


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))
