"""How much of the reserve a coming week may need, with honest uncertainty.

Need of a week = known cases x overrun + cases not yet known x hours per case.

- Cases per week are over-dispersed: negative binomial with mean m and variance m + a m^2. The mean
  is a level that forgets (exponential weights) times a season; the dispersion a is measured per
  number of weeks ahead, so it holds the uncertainty of the level as well.
- Hours per case are skewed: lognormal. A known case takes its planned hours times a lognormal
  overrun, unless it is called off in time.

No topic, group or organiser enters: only counts and hours. All times in minutes unless said.

Three ways to the reserve for a service level check one another: Monte Carlo, Panjer's recursion
(exact on a grid; Panjer 1981, ASTIN Bulletin 12) and the normal power approximation with skewness
(Beard, Pentikäinen & Pesonen, Risk Theory, 1984).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import NormalDist
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from orderdesk.domain.time import Week
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Figure, Msg, msg
from orderdesk.reserve.rules import ForecastRules

Floats = NDArray[np.float64]
LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
QUANTILES = (LOW, MIDDLE, HIGH)
_WEEKS = 53
_COUNTS, _HOURS = 1, 2  # streams of random numbers, apart from those of the known cases
_OLD_RESIDUAL = 104.0  # half-life, in weeks, of what earlier misses say about the dispersion


# --- what history says ----------------------------------------------------------------------


@dataclass(frozen=True)
class WeekRecord:
    """A past week: how many cases drew on the reserve, and the minutes of each."""

    week: Week
    count: int | None
    """None: nothing was recorded, which is not the same as none."""
    minutes: tuple[int, ...] = ()
    """Minutes per case, where they are known."""


@dataclass(frozen=True)
class PlannedRecord:
    """A past case whose hours were planned."""

    planned: int
    worked: int
    called_off: bool = False


@dataclass(frozen=True)
class Lognormal:
    """exp(Normal(mean, spread)); `mean` and `spread` are of the logarithm."""

    mean: float
    spread: float

    def moment(self, k: int) -> float:
        """The k-th raw moment."""
        return math.exp(k * self.mean + k * k * self.spread**2 / 2)

    def cdf(self, x: float) -> float:
        """Chance of at most x."""
        return NormalDist().cdf((math.log(x) - self.mean) / self.spread) if x > 0 else 0.0


@dataclass(frozen=True)
class Model:
    """What was learned from history up to and including `last`."""

    last: Week
    level: float
    """Cases per week, season taken out."""
    season: tuple[float, ...]
    """Factor per ISO week 1..53."""
    dispersion: tuple[float, ...]
    """a in variance = m + a m^2, for 1, 2, 3... weeks ahead."""
    case: Lognormal
    overrun: Lognormal
    called_off: float
    weeks: int
    """Weeks with data."""
    missing: int
    """Weeks without."""
    seen: frozenset[int]
    """ISO weeks that history has data for."""
    half_life: float

    def expected(self, week: Week) -> float:
        """Cases expected in a week."""
        return self.level * self.season[week.number - 1]

    def dispersion_at(self, ahead: int) -> float:
        """The dispersion for a number of weeks ahead."""
        return self.dispersion[min(max(ahead, 1), len(self.dispersion)) - 1]


def fit(
    history: Sequence[WeekRecord], rules: ForecastRules, planned: Sequence[PlannedRecord] = ()
) -> Model:
    """Learn from history; the start values of `rules` carry what history doesn't say.

    Weeks between the first and the last record that have none count as missing. Raises BadInput for
    an empty history or a week that stands twice.
    """
    weeks, counts = _series(history)
    season = _season(weeks, counts, rules)
    factors = np.array([season[week.number - 1] for week in weeks])
    best = min(
        (_level(counts, factors, half_life, rules) for half_life in rules.half_lives),
        key=lambda fitted: fitted.loss,
    )
    called_off = sum(p.called_off for p in planned)
    ratios = [p.worked / p.planned for p in planned if p.worked > 0 and p.planned > 0]
    return Model(
        last=weeks[-1],
        level=best.level,
        season=tuple(season.tolist()),
        dispersion=best.dispersion,
        case=_lognormal(
            [float(m) for r in history for m in r.minutes if m > 0],
            rules.case_minutes, rules.case_spread, rules,
        ),
        overrun=_lognormal(ratios, rules.overrun_median, rules.overrun_spread, rules),
        called_off=(called_off + rules.called_off * rules.start_cases)
        / (len(planned) + rules.start_cases),
        weeks=int(np.isfinite(counts).sum()),
        missing=int(np.isnan(counts).sum()),
        seen=frozenset(w.number for w, c in zip(weeks, counts, strict=True) if not np.isnan(c)),
        half_life=best.half_life,
    )  # fmt: skip


def _series(history: Sequence[WeekRecord]) -> tuple[list[Week], Floats]:
    by_monday = {record.week.monday: record for record in history}
    if not by_monday or len(by_monday) != len(history):
        raise BadInput(
            N_("history"), len(history), msg("Give each week once, and at least one week.")
        )
    first, last = Week.of(min(by_monday)), Week.of(max(by_monday))
    count = (last.monday - first.monday).days // 7 + 1
    weeks = [first.shift(i) for i in range(count)]
    found = [by_monday.get(week.monday) for week in weeks]
    values = [math.nan if r is None or r.count is None else float(r.count) for r in found]
    return weeks, np.array(values)


def _season(weeks: Sequence[Week], counts: Floats, rules: ForecastRules) -> Floats:
    """Factor per ISO week: counts against the moving year around them, smoothed over neighbouring
    weeks and drawn to 1 by `season_prior_cases`. Flat while history is short."""
    if len(weeks) < rules.season_from_weeks:
        return np.ones(_WEEKS)
    known = np.isfinite(counts)
    around = np.convolve(np.where(known, counts, 0.0), np.ones(53), mode="same")
    beside = np.convolve(known.astype(float), np.ones(53), mode="same")
    trend = np.divide(around, beside, out=np.zeros_like(around), where=beside > 0)
    number = np.array([week.number - 1 for week in weeks])
    seen = np.bincount(number[known], weights=counts[known], minlength=_WEEKS)
    usual = np.bincount(number[known], weights=trend[known], minlength=_WEEKS)
    gap = np.abs(np.arange(_WEEKS)[:, None] - np.arange(_WEEKS)[None, :])
    gap = np.minimum(gap, _WEEKS - gap)
    kernel = np.exp(-0.5 * (gap / rules.season_bandwidth_weeks) ** 2)
    prior = rules.season_prior_cases
    factor: Floats = (kernel @ seen + prior) / (kernel @ usual + prior)
    return factor


@dataclass(frozen=True)
class _Level:
    level: float
    dispersion: tuple[float, ...]
    half_life: float
    loss: float


def _level(counts: Floats, season: Floats, half_life: float, rules: ForecastRules) -> _Level:
    """The level by one half-life, the dispersion of its misses, and how well it would have done."""
    keep = 0.5 ** (1 / half_life)
    known = np.isfinite(counts)
    y, s = np.where(known, counts, 0.0), np.where(known, season, 0.0)
    number = np.cumsum(known)
    # Start values fade out over the first weeks of history.
    start = np.maximum(0.0, 1 - number / rules.enough_weeks) * rules.enough_weeks / 2
    levels = np.empty(len(counts))
    above = below = 0.0
    for i in range(len(counts)):
        above, below = keep * above + y[i], keep * below + s[i]
        levels[i] = (above + start[i] * rules.start_per_week) / (below + start[i] + 1e-12)
    dispersion, loss = [], 0.0
    for ahead in range(1, len(rules.known_share) + 1):
        a, miss = _dispersion(counts, season, levels, ahead, rules)
        dispersion.append(a)
        loss += miss
    return _Level(float(levels[-1]), tuple(dispersion), half_life, loss)


def _dispersion(
    counts: Floats, season: Floats, levels: Floats, ahead: int, rules: ForecastRules
) -> tuple[float, float]:
    """Dispersion by moments from the misses so many weeks ahead (recent ones weigh more), and how
    unlikely the outcomes then were: minus the log-likelihood, constants left out."""
    truth, mean = counts[ahead:], levels[:-ahead] * season[ahead:]
    known = np.isfinite(truth)
    truth, mean = truth[known], np.maximum(mean[known], 1e-9)
    age = np.arange(len(truth))[::-1]
    weight = 0.5 ** (age / _OLD_RESIDUAL)
    # The start value counts as much as a few weeks of an ordinary level.
    prior = 8 * max(rules.start_per_week, 1.0) ** 2
    excess = (truth - mean) ** 2 - mean
    measured = (np.sum(weight * excess) + prior * rules.start_dispersion) / (
        np.sum(weight * mean**2) + prior
    )
    a = float(np.clip(measured, 0.0, 10.0))
    return a, -float(np.sum(weight * _log_likelihood(truth, mean, max(a, 1e-6))))


def _log_likelihood(truth: Floats, mean: Floats, dispersion: float) -> Floats:
    """Of negative binomial counts, without the term that doesn't depend on the parameters."""
    if not len(truth):
        return np.zeros(0)
    r, beta = 1 / dispersion, dispersion * mean
    # log gamma(r + y) - log gamma(r), as a running sum over the whole numbers below y.
    rising = np.concatenate([[0.0], np.cumsum(np.log(r + np.arange(int(truth.max()))))])
    likely: Floats = rising[truth.astype(int)] + truth * np.log(beta) - (truth + r) * np.log1p(beta)
    return likely


def _lognormal(
    values: Sequence[float], median: float, spread: float, rules: ForecastRules
) -> Lognormal:
    """Mean and spread of the logarithm, drawn to the start values by `start_cases`."""
    n0, mean0 = rules.start_cases, math.log(median)
    logs = np.log(np.array(values)) if values else np.zeros(0)
    n = len(logs)
    average = float(logs.mean()) if n else mean0
    mean = (n0 * mean0 + n * average) / (n0 + n)
    scatter = float(((logs - average) ** 2).sum()) + n0 * n / (n0 + n) * (average - mean0) ** 2
    return Lognormal(mean, math.sqrt((n0 * spread**2 + scatter) / (n0 + n)))


# --- the need of one week -------------------------------------------------------------------


@dataclass(frozen=True)
class KnownCase:
    """A case that the desk knows, with the reserve minutes its norms ask for."""

    case_id: str
    week: Week
    minutes: int


@dataclass(frozen=True)
class Need:
    """The need of a week as a distribution: what the three methods work on."""

    mean: float
    """Expected number of cases not yet known."""
    dispersion: float
    case: Lognormal
    overrun: Lognormal
    called_off: float
    known: tuple[KnownCase, ...] = ()

    @property
    def expected(self) -> float:
        """Expected minutes."""
        worked = (1 - self.called_off) * self.overrun.moment(1)
        return self.mean * self.case.moment(1) + worked * sum(k.minutes for k in self.known)


def need_of(
    model: Model, week: Week, known: Sequence[KnownCase], rules: ForecastRules, ahead: int
) -> Need:
    """The need of a week that begins `ahead` weeks after the last one with data.

    Of the cases of a week a share is known by then; only the rest is still to be expected.
    """
    share = rules.known_share[min(max(ahead - 1, 0), len(rules.known_share) - 1)]
    return Need(
        mean=model.expected(week) * (1 - share),
        dispersion=model.dispersion_at(ahead),
        case=model.case,
        overrun=model.overrun,
        called_off=model.called_off,
        known=tuple(sorted((k for k in known if k.week == week), key=lambda k: k.case_id)),
    )


def need_on_day(need: Need, share: float, case_ids: Collection[str]) -> Need:
    """The need of one day of the week: `share` of the unknown cases fall on it, and of the known
    ones those of `case_ids`. Thinning negative binomial counts keeps their dispersion."""
    here = tuple(k for k in need.known if k.case_id in case_ids)
    return replace(need, mean=need.mean * share, known=here)


def weekday_shares(days: Iterable[date], prior: float = 5.0) -> tuple[float, ...]:
    """Which part of the cases falls on Monday to Sunday, drawn to a seventh by `prior` cases."""
    counted = [prior / 7] * 7
    for day in days:
        counted[day.weekday()] += 1
    return tuple(n / sum(counted) for n in counted)


def simulate(need: Need, week: Week, draws: int, seed: int) -> Floats:
    """Sorted draws of the minutes needed.

    Common random numbers: each case and the number of unknown cases have a stream of their own,
    so that adding a case or raising the mean never lowers a single draw.
    """
    total = _unknown(need, week, draws, seed)
    for case in need.known:
        rng = _rng(seed, week, crc32(case.case_id.encode()) + 10)
        happens = rng.random(draws) >= need.called_off
        factor = np.exp(need.overrun.mean + need.overrun.spread * rng.standard_normal(draws))
        total += happens * factor * case.minutes
    return np.sort(total)


def _rng(seed: int, week: Week, stream: int) -> np.random.Generator:
    return np.random.default_rng([seed, week.year, week.number, stream])


def _unknown(need: Need, week: Week, draws: int, seed: int) -> Floats:
    cdf = np.cumsum(count_probabilities(need.mean, need.dispersion))
    numbers = np.searchsorted(cdf[:-1], _rng(seed, week, _COUNTS).random(draws), side="right")
    rng = _rng(seed, week, _HOURS)
    total = np.zeros(draws)
    for n in range(int(numbers.max(initial=0))):
        minutes = np.exp(need.case.mean + need.case.spread * rng.standard_normal(draws))
        total += np.where(numbers > n, minutes, 0.0)
    return total


def count_probabilities(mean: float, dispersion: float) -> Floats:
    """Chance of 0, 1, 2... cases, until hardly anything is left: negative binomial, or Poisson."""
    if mean < 1e-12:
        return np.ones(1)
    top = math.ceil(mean + 12 * math.sqrt(mean + dispersion * mean**2) + 12)
    n = np.arange(1, top)
    if dispersion < 1e-9:
        logs, first = np.log(mean / n), -mean
    else:
        r, beta = 1 / dispersion, dispersion * mean
        logs, first = np.log((r + n - 1) / n * beta / (1 + beta)), -r * math.log1p(beta)
    chances = np.exp(first + np.concatenate([[0.0], np.cumsum(logs)]))
    whole: Floats = chances / chances.sum()
    return whole


# --- the weeks ahead ------------------------------------------------------------------------


@dataclass(frozen=True)
class Driver:
    """What makes a week heavy: a label (or a case) and its expected minutes."""

    label: Msg
    minutes: int
    case_id: str = ""


@dataclass(frozen=True, eq=False)
class WeekForecast:
    """One coming week. Minutes are whole."""

    week: Week
    known: int
    """Minutes that the known cases ask for."""
    p10: int
    p50: int
    p90: int
    reserve: int
    run_out: float
    """Chance that the reserve isn't enough."""
    drivers: tuple[Driver, ...]
    """Largest first."""
    notes: tuple[Msg, ...]
    """Where data are thin or absent."""
    draws: Floats
    """Sorted; for asking about another reserve."""

    def chance_above(self, reserve: float) -> float:
        """Chance that a reserve of so many minutes isn't enough; falls or stays as it grows."""
        return _chance_above(self.draws, reserve)


def _chance_above(draws: Floats, reserve: float) -> float:
    return 1 - float(np.searchsorted(draws, reserve, side="right")) / len(draws)


def forecast(
    model: Model,
    known: Sequence[KnownCase],
    reserve: Mapping[Week, int],
    rules: ForecastRules,
    seed: int,
    *,
    now: Week,
) -> tuple[WeekForecast, ...]:
    """The weeks of `reserve` (minutes each), in order. Same arguments, same answer.

    `now`: the week in which the forecast is made; cases of this week count as known to the share
    that the rules give. Raises BadInput for a week before `now`.
    """
    weeks = sorted(reserve, key=lambda week: week.monday)
    if weeks and weeks[0].monday < now.monday:
        raise BadInput(N_("week"), str(weeks[0]), msg("A forecast looks ahead."))
    return tuple(_week(model, known, week, reserve[week], rules, seed, now) for week in weeks)


def _week(
    model: Model,
    known: Sequence[KnownCase],
    week: Week,
    reserve: int,
    rules: ForecastRules,
    seed: int,
    now: Week,
) -> WeekForecast:
    ahead = (week.monday - now.monday).days // 7 + 1
    need = need_of(model, week, known, rules, ahead)
    draws = simulate(need, week, rules.draws, seed)
    p10, p50, p90 = (round(float(q)) for q in np.quantile(draws, QUANTILES))
    return WeekForecast(
        week=week,
        known=sum(k.minutes for k in need.known),
        p10=p10,
        p50=p50,
        p90=p90,
        reserve=reserve,
        run_out=_chance_above(draws, reserve),
        drivers=_drivers(need, model, week),
        notes=tuple(_notes(model, week, rules)),
        draws=draws,
    )


def _drivers(need: Need, model: Model, week: Week) -> tuple[Driver, ...]:
    found = [Driver(msg("known case"), k.minutes, k.case_id) for k in need.known]
    factor = model.season[week.number - 1]
    unknown = round(need.mean * need.case.moment(1))
    found.append(
        Driver(
            msg(
                "{n} cases not known yet (season x {f})",
                n=Figure(need.mean, ".1f"),
                f=Figure(factor, ".2f"),
            ),
            unknown,
        )
    )
    return tuple(sorted(found, key=lambda driver: (-driver.minutes, driver.case_id)))


def _notes(model: Model, week: Week, rules: ForecastRules) -> list[Msg]:
    notes = []
    if model.weeks < rules.enough_weeks:
        notes.append(msg("Only {n} weeks of history: start values weigh heavily.", n=model.weeks))
    if week.number not in model.seen:
        notes.append(msg("No data for week {w} of any year.", w=week.number))
    if model.missing:
        notes.append(msg("{n} past weeks have no data and weren't counted as 0.", n=model.missing))
    return notes
