"""The need of a week worked out without drawing, to hold the simulation against.

Two methods of actuaries: Panjer's recursion on a grid of minutes, exact but for the grid, and the
normal power approximation from mean, variance and skewness.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from orderdesk.reserve.forecast import Floats, Lognormal, Need


def distribution(need: Need, grid: int) -> Floats:
    """Chance of needing 0, 1, 2... times `grid` minutes: Panjer's recursion for the unknown cases,
    convolved with each known case."""
    mean, variance, _ = _cumulants(need)
    top = math.ceil((mean + 14 * math.sqrt(variance)) / grid) + 2
    chances = _panjer(need.mean, need.dispersion, on_grid(need.case, grid, top))
    for case in need.known:
        worked = Lognormal(need.overrun.mean + math.log(max(case.minutes, 1)), need.overrun.spread)
        part = (1 - need.called_off) * on_grid(worked, grid, top)
        part[0] += need.called_off
        chances = np.convolve(chances, part)[:top]
    return chances


def on_grid(law: Lognormal, grid: int, top: int) -> Floats:
    """The lognormal rounded to the grid."""
    below = np.array([law.cdf((j + 0.5) * grid) for j in range(top)])
    return np.diff(below, prepend=0.0)


def _panjer(mean: float, dispersion: float, severity: Floats) -> Floats:
    total = np.zeros(len(severity))
    if mean <= 0:
        total[0] = 1.0
        return total
    f0 = float(severity[0])
    if dispersion < 1e-9:
        a, b, first = 0.0, mean, math.exp(-mean * (1 - f0))
    else:
        r, beta = 1 / dispersion, dispersion * mean
        a = beta / (1 + beta)
        b, first = (r - 1) * a, (1 + beta * (1 - f0)) ** -r
    total[0] = first
    steps = np.arange(len(severity))
    for s in range(1, len(severity)):
        j = steps[1 : s + 1]
        total[s] = np.dot((a + b * j / s) * severity[1 : s + 1], total[s - j]) / (1 - a * f0)
    return total


def panjer_quantile(need: Need, level: float, grid: int) -> float:
    """The least multiple of `grid` minutes that suffices with chance `level`."""
    cdf = np.cumsum(distribution(need, grid))
    return float(np.searchsorted(cdf, level) * grid)


def _cumulants(need: Need) -> tuple[float, float, float]:
    """Mean, variance and third cumulant of the need."""
    m, a = need.mean, need.dispersion
    x1, x2, x3 = (need.case.moment(k) for k in (1, 2, 3))
    spread = x2 - x1**2
    third = x3 - 3 * x1 * x2 + 2 * x1**3
    counts2, counts3 = m * (1 + a * m), m * (1 + a * m) * (1 + 2 * a * m)
    mean = m * x1
    variance = m * spread + counts2 * x1**2
    skewed = m * third + 3 * counts2 * x1 * spread + counts3 * x1**3
    for case in need.known:
        y1, y2, y3 = (
            (1 - need.called_off) * case.minutes**k * need.overrun.moment(k) for k in (1, 2, 3)
        )
        mean += y1
        variance += y2 - y1**2
        skewed += y3 - 3 * y1 * y2 + 2 * y1**3
    return mean, variance, skewed


def normal_power_quantile(need: Need, level: float) -> float:
    """Normal approximation corrected for skewness; rough where the need is rare and skewed."""
    mean, variance, third = _cumulants(need)
    if variance <= 0:
        return mean
    z, skew = NormalDist().inv_cdf(level), third / (variance * math.sqrt(variance))
    return max(0.0, mean + math.sqrt(variance) * (z + skew * (z * z - 1) / 6))
