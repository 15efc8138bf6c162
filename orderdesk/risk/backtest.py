"""Replays a register forward in time and measures what the score would have been worth.

Every score uses only what was known `lag_days` before the event: facts of the notification, and
outcomes of earlier events. Once a month the model learns anew from all that had happened by then,
as the desk would; a second run that never learns after the split stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from orderdesk.domain.events import CounterGroup
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, msg
from orderdesk.risk.batch import Batch, Floats, Ints
from orderdesk.risk.card import RiskCard
from orderdesk.risk.facts import Facts, PastEvent
from orderdesk.risk.history import History
from orderdesk.risk.metrics import (
    Bin,
    Measures,
    auc,
    bands,
    bootstrap,
    brier_skill,
    measure,
    reliability,
)
from orderdesk.risk.model import (
    Features,
    ModelVersion,
    RiskClass,
    Tables,
    classify,
    contributions,
    features,
    first_version,
    impacts,
    logistic,
    prior,
)
from orderdesk.risk.update import as_version, case_counts, fit, freedoms

LEAST_CASES_TO_RANK = 15
DRAWS = 400
OURS = N_("orderdesk")
FROZEN = N_("orderdesk, never updated")
HISTORY = N_("history alone")
BASE = N_("base rate")
LOGISTIC = N_("L2 logistic")
BOOSTING = N_("gradient boosting")
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Row:
    """One line of a register: what was known beforehand, and what came of it."""

    facts: Facts
    outcome: int


@dataclass(frozen=True)
class Model:
    """One forecast of the test rows, measured."""

    name: str
    probability: Floats
    measures: Measures
    auc_interval: tuple[float, float]
    skill_interval: tuple[float, float]


@dataclass(frozen=True)
class Coverage:
    """How often group counts fell inside the model's own interval."""

    interval: float
    """Meant coverage."""
    groups: int
    inside: float


@dataclass(frozen=True)
class Backtest:
    """A replayed register."""

    learn_until: date
    lag_days: int
    learned_events: int
    learned_cases: int
    events: int
    cases: int
    rows: Ints
    """Test rows, as places in the register given."""
    low: Floats
    high: Floats
    classes: tuple[RiskClass, ...]
    models: tuple[Model, ...]
    """Our own first."""
    reliability: tuple[Bin, ...]
    bands: tuple[Bin, ...]
    coverage: Coverage
    version: ModelVersion
    """What was learned in the end."""
    compared: bool
    """Whether scikit-learn was there for the two learned comparisons."""

    @property
    def can_rank(self) -> bool:
        """Whether there are enough cases to judge ranking at all."""
        return self.cases >= LEAST_CASES_TO_RANK

    def model(self, name: str) -> Model | None:
        """A model by name."""
        return next((m for m in self.models if m.name == name), None)


def default_split(rows: Sequence[Row]) -> date:
    """The day by which 60% of the events have passed."""
    days = sorted(r.facts.day for r in rows)
    return days[int(len(days) * 0.6)]


def run(
    rows: Sequence[Row],
    tables: Tables,
    learn_until: date,
    lag_days: int = 2,
    seed: int = 1,
    compare: bool = True,
    progress: Progress = lambda _share: None,
) -> Backtest:
    """Learn on rows up to and including `learn_until`, then replay the rest, forward in time.

    Raises BadInput for a negative lag or when one side of the split is empty.
    """
    if lag_days < 0:
        raise BadInput(N_("lag"), lag_days, msg("Give a number of days from 0 up."))
    replay = Replay(rows, tables.card, lag_days)
    learned = replay.days <= learn_until.toordinal()
    if learned.all() or not learned.any():
        raise BadInput(
            N_("learn-until"),
            learn_until.isoformat(),
            msg("Choose a day with events before and after it."),
        )
    test = np.flatnonzero(~learned)
    test = test[np.argsort(replay.days[test], kind="stable")]
    outcome = replay.outcome[test]
    base = replay.base_before(learn_until)
    monthly, low, high, version = replay.monthly(test, progress)
    frozen_version = replay.learn(learn_until, 0)
    frozen = replay.predict(test, frozen_version)[0]
    forecasts: dict[str, Floats] = {
        OURS: monthly,
        FROZEN: logistic(frozen),
        HISTORY: replay.history_alone(test, learn_until),
        BASE: np.full(len(test), base),
    }
    compared = False
    if compare:
        others = _learned_comparisons(replay, learned, test, seed)
        compared = bool(others)
        forecasts |= others
    weeks = (replay.days[test] - 1) // 7
    models = tuple(_measured(name, outcome, p, base, weeks, seed) for name, p in forecasts.items())
    return Backtest(
        learn_until=learn_until,
        lag_days=lag_days,
        learned_events=int(learned.sum()),
        learned_cases=int(replay.outcome[learned].sum()),
        events=len(test),
        cases=int(outcome.sum()),
        rows=test,
        low=low,
        high=high,
        classes=_classes(rows, test, monthly, tables),
        models=models,
        reliability=reliability(outcome, monthly),
        bands=bands(outcome, monthly, tables.card.probability_bands),
        coverage=replay.coverage(test, monthly, seed),
        version=version,
        compared=compared,
    )


class Replay:
    """A register with the features of every event as seen beforehand, computed once."""

    def __init__(self, rows: Sequence[Row], card: RiskCard, lag_days: int) -> None:
        self.rows, self.card, self.lag = rows, card, lag_days
        self.facts = [r.facts for r in rows]
        self.outcome = np.array([r.outcome for r in rows], dtype=np.float64)
        self.days = np.array([f.day.toordinal() for f in self.facts], dtype=np.int64)
        self.start = first_version(card, date.fromordinal(int(self.days.min())))
        self.history = History((_past(r) for r in rows), card)
        self.seen: Features = features(
            Batch(self.facts), self.history, self.days - lag_days, card, self.start
        )

    def base_before(self, until: date) -> float:
        """Rate of disorder in the learning period."""
        known = self.days <= until.toordinal()
        return float((self.outcome[known].sum() + 0.5) / (known.sum() + 1))

    def learn(self, until: date, number: int) -> ModelVersion:
        """What the monthly update would have made of all that was known on a day."""
        known = self.days <= until.toordinal()
        outcome = self.outcome[known]
        mean, sd = prior(self.card)
        free = freedoms(self.card, case_counts(self.seen.columns[known], outcome))[1]
        found = fit(self.seen.columns[known], self.seen.offset[known], outcome, mean, sd, free)
        made = as_version(
            found,
            self.card,
            self.start,
            int(known.sum()),
            int(outcome.sum()),
            until,
            until,
            "backtest: every proposal is taken as it comes",
        )
        return made.replace(number=number)

    def predict(self, at: Ints, version: ModelVersion) -> tuple[Floats, Floats]:
        """Log-odds and their spread for some rows under a version."""
        part = self._part(at)
        logits = part.offset + contributions(part, self.card, version).sum(axis=1)
        covariance = np.array(version.covariance)
        learned = ((part.columns @ covariance) * part.columns).sum(axis=1)
        return logits, np.sqrt(learned + part.unknown + self.card.drift_sd**2)

    def _part(self, at: Ints) -> Features:
        return replace(
            self.seen,
            offset=self.seen.offset[at],
            columns=self.seen.columns[at],
            unknown=self.seen.unknown[at],
        )

    def monthly(
        self, test: Ints, progress: Progress
    ) -> tuple[Floats, Floats, Floats, ModelVersion]:
        """Scores with a model that is learned anew at the start of every month."""
        p, low, high = np.empty(len(test)), np.empty(len(test)), np.empty(len(test))
        reach = NormalDist().inv_cdf(0.5 + self.card.interval / 2)
        months = np.array([_month(int(d)) for d in self.days[test]])
        version = self.start
        for number, month in enumerate(np.unique(months), start=1):
            mine = np.flatnonzero(months == month)
            opening = date(int(month) // 12, int(month) % 12 + 1, 1)
            eve = min(opening, date.fromordinal(int(self.days[test][mine].min())))
            version = self.learn(eve - timedelta(days=max(self.lag, 1)), number)
            logits, sd = self.predict(test[mine], version)
            p[mine] = logistic(logits)
            low[mine], high[mine] = logistic(logits - reach * sd), logistic(logits + reach * sd)
            progress(float(mine.max() + 1) / len(test))
        return p, low, high, version

    def history_alone(self, test: Ints, until: date) -> Floats:
        """Decayed, shrunk history without card or facts, its weights learned before the split."""
        known = self.days <= until.toordinal()
        first = self.seen.columns.shape[1] - len(self.card.history)
        keep = np.r_[0, first : self.seen.columns.shape[1]]
        mean, sd = prior(self.card)
        free = np.ones(len(keep), dtype=np.bool_)
        found = fit(
            self.seen.columns[known][:, keep],
            self.seen.offset[known],
            self.outcome[known],
            mean[keep],
            sd[keep],
            free,
        )
        return logistic(self.seen.offset[test] + self.seen.columns[test][:, keep] @ found.mean)

    def coverage(self, test: Ints, p: Floats, seed: int, draws: int = 2000) -> Coverage:
        """Share of group counts (month, district by quarter, form by quarter) inside the interval.

        A group's count is drawn with one shared drift per group, then event by event. Counts are
        whole numbers, so an edge that falls on the count that came is shared in proportion
        (otherwise small groups would always look well covered).
        """
        groups = self._groups(test)
        rng = np.random.default_rng(seed)
        logits = np.log(p / (1 - p))
        tail = (1 - self.card.interval) / 2
        inside = 0.0
        for rows in groups:
            drift = rng.normal(0, self.card.drift_sd, (draws, 1))
            chances = logistic(logits[rows][None, :] + drift)
            counts = (rng.random(chances.shape) < chances).sum(axis=1)
            came = self.outcome[test[rows]].sum()
            below, upto = float((counts < came).mean()), float((counts <= came).mean())
            width = max(upto - below, 1 / draws)
            inside += max(0.0, min(upto, 1 - tail) - max(below, tail)) / width
        return Coverage(self.card.interval, len(groups), inside / max(len(groups), 1))

    def _groups(self, test: Ints, least: int = 10) -> list[Ints]:
        members: dict[tuple[object, ...], list[int]] = {}
        for i, row in enumerate(test.tolist()):
            f = self.facts[row]
            quarter = (f.day.year, (f.day.month - 1) // 3)
            members.setdefault(("month", f.day.year, f.day.month), []).append(i)
            if f.district:
                members.setdefault(("district", f.district, *quarter), []).append(i)
            if f.form:
                members.setdefault(("form", f.form, *quarter), []).append(i)
        return [np.array(m, dtype=np.int64) for m in members.values() if len(m) >= least]


def _month(ordinal: int) -> int:
    day = date.fromordinal(ordinal)
    return day.year * 12 + day.month - 1


def _past(row: Row) -> PastEvent:
    f = row.facts
    return PastEvent(
        day=f.day,
        known_from=f.day,
        outcome=row.outcome,
        kind=f.kind,
        form=f.form,
        organisers=f.organisers,
        place=f.place,
        district=f.district,
        spot=f.spot,
    )


def _classes(rows: Sequence[Row], test: Ints, p: Floats, tables: Tables) -> tuple[RiskClass, ...]:
    batch = Batch([rows[i].facts for i in test.tolist()])
    return classify(batch, p, impacts(batch, tables.classes), tables.classes)


def _measured(label: str, outcome: Floats, p: Floats, base: float, weeks: Ints, seed: int) -> Model:
    return Model(
        label,
        p,
        measure(outcome, p, base),
        bootstrap(lambda rows: auc(outcome[rows], p[rows]), weeks, seed, DRAWS, 0.9),
        bootstrap(lambda rows: brier_skill(outcome[rows], p[rows], base), weeks, seed, DRAWS, 0.9),
    )


# ------------------------------------------------------------- two learned comparisons


def _learned_comparisons(
    replay: Replay, learned: npt.NDArray[np.bool_], test: Ints, seed: int
) -> Mapping[str, Floats]:
    """L2 logistic and gradient boosting on the same neutral facts; {} without scikit-learn."""
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
        from sklearn.linear_model import LogisticRegression
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
    except ImportError:
        return {}
    train = np.flatnonzero(learned)
    train = train[np.argsort(replay.days[train], kind="stable")]
    y = replay.outcome
    if not 0 < y[train].sum() < len(train):
        return {}
    cut = int(len(train) * 0.75)
    fitting, checking = train[:cut], train[cut:]
    wide = _varying(_plain_features(replay, train), fitting)
    middle, spread = np.nanmean(wide[train], axis=0), np.nanstd(wide[train], axis=0)
    scaled = np.nan_to_num((wide - middle) / np.maximum(spread, 1e-6))

    def best(makers: Sequence[Callable[[], object]], x: Floats) -> Floats:
        """The setting with the best log loss forward in time inside the learning period."""
        losses = []
        for make in makers:
            if not 0 < y[fitting].sum() < len(fitting):
                losses.append(0.0)
                continue
            p = _fitted(make(), x[fitting], y[fitting], x[checking])
            losses.append(-float(np.mean(np.where(y[checking] == 1, np.log(p), np.log(1 - p)))))
        return _fitted(makers[int(np.argmin(losses))](), x[train], y[train], x[test])

    def boosting(rate: float, leaves: int) -> Callable[[], object]:
        return lambda: HistGradientBoostingClassifier(
            learning_rate=rate,
            max_leaf_nodes=leaves,
            max_iter=150,
            min_samples_leaf=20,
            l2_regularization=1.0,
            early_stopping=False,
            random_state=seed,
        )

    def ridge(strength: float) -> Callable[[], object]:
        return lambda: LogisticRegression(C=strength, max_iter=2000)

    with threadpool_limits(limits=1):  # threads that wait for a busy core cost tenfold
        return {
            LOGISTIC: best([ridge(c) for c in (0.003, 0.03, 0.3)], scaled),
            BOOSTING: best([boosting(r, n) for r in (0.02, 0.05) for n in (6, 15)], wide),
        }


def _fitted(model: object, x: Floats, y: Floats, ask: Floats) -> Floats:
    p = model.fit(x, y).predict_proba(ask)[:, 1]  # type: ignore[attr-defined]
    return np.asarray(np.clip(p, 1e-6, 1 - 1e-6), dtype=np.float64)


def _plain_features(replay: Replay, train: Ints) -> Floats:
    """Neutral facts as a plain table: history, size, counter-group, form, spot, calendar."""
    facts = replay.facts
    first = replay.seen.columns.shape[1] - len(replay.card.history)
    sizes = np.array([np.nan if f.size is None else np.log1p(f.size) for f in facts])
    columns = [
        *replay.seen.columns[:, first:].T,
        sizes,
        np.isnan(sizes).astype(np.float64),
        np.array([_met(f) for f in facts]),
        np.array([float(f.day.month) for f in facts]),
        np.array([float(f.day.weekday()) for f in facts]),
        np.array([float(len(f.organisers)) for f in facts]),
    ]
    for values in ([f.form for f in facts], [f.spot for f in facts]):
        seen = sorted({values[i] for i in train.tolist()} - {""})
        columns += [np.array([float(v == name) for v in values]) for name in seen]
    return np.column_stack(columns)


def _varying(table: Floats, rows: Ints) -> Floats:
    """The columns that hold at least two different values in some rows."""
    part = table[rows]
    keep = [len(np.unique(c[~np.isnan(c)])) > 1 for c in part.T]
    return table[:, keep]


def _met(facts: Facts) -> float:
    return float(facts.counter in (CounterGroup.ANNOUNCED, CounterGroup.CONFIRMED))
