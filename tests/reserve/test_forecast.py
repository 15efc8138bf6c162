"""The forecast of the reserve: sums, monotony, three methods that agree, honesty about gaps."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderdesk.domain.time import Week
from orderdesk.errors import BadInput
from orderdesk.reference import load
from orderdesk.reserve import forecast as f
from orderdesk.reserve.calibration import Measure, calibrate, pinball
from orderdesk.reserve.forecast import KnownCase, Lognormal, Need, PlannedRecord, WeekRecord
from orderdesk.reserve.rules import ReserveRules
from tests.reserve import analytic

RULES = load("reserve", ReserveRules).forecast
QUICK = RULES.model_copy(update={"draws": 1000})
FIRST = Week(year=2016, number=1)
NOW = Week(year=2026, number=24)


def history(
    weeks: int, mean: float = 1.6, seed: int = 1, last: Week = NOW, swing: float = 0.0
) -> list[WeekRecord]:
    """Poisson weeks that end just before `last`, with minutes per case."""
    rng = np.random.default_rng(seed)
    records = []
    for i in range(weeks):
        week = last.shift(i - weeks)
        count = int(rng.poisson(mean * (1 + swing * math.sin(2 * math.pi * week.number / 52))))
        minutes = np.exp(rng.normal(math.log(700), 0.5, count))
        records.append(WeekRecord(week, count, tuple(round(float(m)) for m in minutes)))
    return records


def a_need(
    mean: float = 2.0, dispersion: float = 0.3, known: tuple[int, ...] = (600, 720), **more: float
) -> Need:
    return Need(
        mean=mean,
        dispersion=dispersion,
        case=Lognormal(math.log(660), more.get("spread", 0.5)),
        overrun=Lognormal(0.0, 0.2),
        called_off=more.get("called_off", 0.08),
        known=tuple(KnownCase(f"c{i}", NOW, m) for i, m in enumerate(known)),
    )


# --- one week's distribution ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("mean", "dispersion"), [(0.0, 0.2), (5e-324, 0.2), (1.56, 0.0), (1.56, 0.4), (90, 0.05)]
)
def test_counts_have_the_mean_and_variance_asked_for(mean: float, dispersion: float) -> None:
    chances = f.count_probabilities(mean, dispersion)
    n = np.arange(len(chances))
    found = float(chances @ n)
    assert chances.sum() == pytest.approx(1)
    assert found == pytest.approx(mean)
    assert float(chances @ (n - found) ** 2) == pytest.approx(mean + dispersion * mean**2, rel=1e-6)


def test_at_81_a_year_one_week_in_14_has_four_or_more() -> None:
    chances = f.count_probabilities(81 / 52, 0.0)
    assert 1 / chances[4:].sum() == pytest.approx(14, abs=0.8)


def test_a_distribution_on_the_grid_has_the_exact_mean() -> None:
    need = a_need()
    chances = analytic.distribution(need, 15)
    assert chances.sum() == pytest.approx(1, abs=1e-6)
    assert float(chances @ np.arange(len(chances)) * 15) == pytest.approx(need.expected, rel=1e-3)


def test_panjer_agrees_with_plain_convolution() -> None:
    """The compound sum from its definition: sum over n of P(N = n) times the n-fold convolution."""
    need = a_need(mean=1.2, dispersion=0.5, known=())
    chances = analytic.distribution(need, 60)
    top = len(chances)
    severity = analytic.on_grid(need.case, 60, top)
    power, direct = np.eye(1, top)[0], np.zeros(top)
    for p in f.count_probabilities(1.2, 0.5)[:60]:
        direct += p * power
        power = np.convolve(power, severity)[:top]
    assert np.abs(chances - direct).max() < 1e-9


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95])
@pytest.mark.parametrize(
    "need",
    [a_need(), a_need(known=()), a_need(mean=6, dispersion=0.1), a_need(mean=0.5, dispersion=0.0)],
    ids=["mixed", "unknown only", "many", "few"],
)
def test_three_ways_to_the_reserve_agree(need: Need, level: float) -> None:
    exact = analytic.panjer_quantile(need, level, 15)
    drawn = np.quantile(f.simulate(need, NOW, 40_000, seed=3), level)
    assert drawn == pytest.approx(exact, rel=0.03, abs=30)
    assert analytic.normal_power_quantile(need, level) == pytest.approx(exact, rel=0.15, abs=60)


def test_without_unknown_cases_the_grid_holds_the_known_ones_only() -> None:
    need = a_need(mean=0, known=(600,), called_off=0.25)
    chances = analytic.distribution(need, 15)
    assert chances[0] == pytest.approx(0.25)
    assert analytic.normal_power_quantile(a_need(mean=0, known=()), 0.9) == 0


# --- common random numbers ------------------------------------------------------------------


@given(
    mean=st.floats(0, 8, allow_subnormal=True),
    more=st.floats(0, 4),
    dispersion=st.just(0.0) | st.floats(0, 1),
    minutes=st.integers(1, 3_000),
    seed=st.integers(0, 2**31),
)
@settings(max_examples=25)
def test_more_cases_never_ask_for_less(
    mean: float, more: float, dispersion: float, minutes: int, seed: int
) -> None:
    base = a_need(mean=mean, dispersion=dispersion)
    more_known = f.simulate(
        a_need(mean=mean, dispersion=dispersion, known=(600, 720, minutes)), NOW, 500, seed
    )
    draws = f.simulate(base, NOW, 500, seed)
    assert (more_known >= draws - 1e-6).all()
    if dispersion < 1e-9:
        higher = f.simulate(a_need(mean=mean + more, dispersion=0.0), NOW, 500, seed)
        assert (higher >= draws - 1e-6).all()


MODEL = f.fit(history(300), RULES)


@given(
    reserve=st.integers(0, 10_000),
    added=st.integers(0, 5_000),
    known=st.lists(st.integers(1, 2_000), max_size=4),
    seed=st.integers(0, 1_000),
)
@settings(max_examples=25)
def test_the_chance_of_running_out_falls_or_stays_as_the_reserve_grows(
    reserve: int, added: int, known: list[int], seed: int
) -> None:
    cases = [KnownCase(f"c{i}", NOW, m) for i, m in enumerate(known)]
    less, more = (
        f.forecast(MODEL, cases, {NOW: r}, QUICK, seed, now=NOW)[0]
        for r in (reserve, reserve + added)
    )
    assert 0 <= more.run_out <= less.run_out <= 1
    assert less.chance_above(reserve + added) == more.run_out
    assert (less.p10, less.p50, less.p90) == (more.p10, more.p50, more.p90)
    assert less.p10 <= less.p50 <= less.p90


def test_the_same_arguments_give_the_same_weeks_and_another_seed_others() -> None:
    reserve = {NOW.shift(i): 64 * 60 for i in range(8)}
    first, again, other = (f.forecast(MODEL, [], reserve, QUICK, s, now=NOW) for s in (1, 1, 2))
    assert [(w.p10, w.p50, w.p90, w.run_out) for w in first] == [
        (w.p10, w.p50, w.p90, w.run_out) for w in again
    ]
    assert [w.p90 for w in first] != [w.p90 for w in other]
    assert [w.week for w in first] == sorted(reserve, key=lambda w: w.monday)


def test_moving_reserve_between_weeks_lowers_one_chance_and_raises_the_other() -> None:
    heavy, light = NOW.shift(2), NOW.shift(1)
    cases = [KnownCase("event", heavy, 1_500), KnownCase("derby", heavy, 900)]
    even = f.forecast(MODEL, cases, {light: 3_840, heavy: 3_840}, RULES, 1, now=NOW)
    moved = f.forecast(MODEL, cases, {light: 2_880, heavy: 4_800}, RULES, 1, now=NOW)
    assert even[1].run_out > even[0].run_out
    assert moved[1].run_out < even[1].run_out
    assert moved[0].run_out > even[0].run_out


def test_what_drives_a_week_is_named_largest_first() -> None:
    cases = [KnownCase("big", NOW, 9_000), KnownCase("small", NOW, 60),
             KnownCase("elsewhen", NOW.shift(1), 600)]  # fmt: skip
    (week,) = f.forecast(MODEL, cases, {NOW: 3_840}, QUICK, 1, now=NOW)
    assert [d.case_id for d in week.drivers] == ["big", "", "small"]
    assert week.known == 9_060
    assert "not known yet" in str(week.drivers[1].label)


def test_the_further_ahead_the_less_is_known() -> None:
    near = f.need_of(MODEL, NOW, [], RULES, 1)
    far = f.need_of(MODEL, NOW, [], RULES, 9)
    assert near.mean < far.mean <= MODEL.expected(NOW)


def test_a_forecast_looks_ahead() -> None:
    with pytest.raises(BadInput, match="looks ahead"):
        f.forecast(MODEL, [], {NOW.shift(-1): 100}, QUICK, 1, now=NOW)


# --- learning -------------------------------------------------------------------------------


def test_the_level_hours_and_season_are_found() -> None:
    model = f.fit(history(520, mean=3.0, swing=0.6), RULES)
    assert model.level == pytest.approx(3.0, rel=0.25)
    assert model.case.mean == pytest.approx(math.log(700), abs=0.1)
    assert model.case.spread == pytest.approx(0.5, abs=0.05)
    assert model.season[12] > 1.2
    assert model.season[38] < 0.8
    assert (model.weeks, model.missing) == (520, 0)


def test_a_level_that_moved_is_followed() -> None:
    calm, busy = history(200, mean=1.0, last=NOW.shift(-60)), history(60, mean=8.0, seed=2)
    assert f.fit([*calm, *busy], RULES).level == pytest.approx(8.0, rel=0.2)


def test_over_dispersion_is_measured() -> None:
    rng = np.random.default_rng(4)
    wild = [
        WeekRecord(NOW.shift(i - 400), int(rng.poisson(rng.gamma(1.25, 5 / 1.25))))
        for i in range(400)
    ]
    assert f.fit(wild, RULES).dispersion_at(1) > 0.5
    assert f.fit(history(400, mean=5.0), RULES).dispersion_at(1) < 0.12


def test_short_history_leans_on_the_start_values_and_says_so() -> None:
    short = f.fit(history(3, mean=9.0), RULES)
    assert RULES.start_per_week < short.level < 6
    (week,) = f.forecast(short, [], {NOW: 3_840}, QUICK, 1, now=NOW)
    assert any("Only 3 weeks" in str(n) for n in week.notes)
    assert any(f"No data for week {NOW.number}" in str(n) for n in week.notes)


def test_weeks_without_data_are_not_weeks_without_cases() -> None:
    full = history(120, mean=4.0)
    holes = [r if i % 3 else WeekRecord(r.week, None) for i, r in enumerate(full)]
    absent = [r for i, r in enumerate(full) if i % 3 or i in (0, 119)]
    for records in (holes, absent):
        model = f.fit(records, RULES)
        assert model.level == pytest.approx(4.0, rel=0.3)
        assert model.missing in (38, 39, 40)
        (week,) = f.forecast(model, [], {NOW: 3_840}, QUICK, 1, now=NOW)
        assert any("no data" in str(n) for n in week.notes)


def test_overrun_and_calling_off_are_learned() -> None:
    planned = [PlannedRecord(600, 900) for _ in range(60)]
    planned += [PlannedRecord(600, 0, called_off=True) for _ in range(40)]
    model = f.fit(history(60), RULES, planned)
    assert math.exp(model.overrun.mean) == pytest.approx(1.38, abs=0.1)
    assert model.called_off == pytest.approx(0.36, abs=0.02)


def test_history_holds_each_week_once() -> None:
    with pytest.raises(BadInput, match="each week once"):
        f.fit([], RULES)
    with pytest.raises(BadInput, match="each week once"):
        f.fit([WeekRecord(NOW, 1), WeekRecord(NOW, 2)], RULES)


def test_the_53rd_week_has_a_season() -> None:
    model = f.fit(history(520), RULES)
    assert len(model.season) == 53
    assert model.expected(Week(year=2026, number=53)) > 0


# --- was it any good ------------------------------------------------------------------------


def test_pinball_is_least_at_the_true_quantile() -> None:
    outcomes = np.random.default_rng(1).exponential(10, 4_000)
    losses = {q: float(np.mean([pinball(o, q, 0.9) for o in outcomes])) for q in (10.0, 23.0, 40.0)}
    assert min(losses, key=losses.__getitem__) == 23.0


@pytest.mark.parametrize("measure", list(Measure))
def test_the_band_holds_what_it_promises_and_beats_the_plain_forecasts(measure: Measure) -> None:
    done = calibrate(history(190, mean=2.0, seed=5), QUICK, measure=measure)
    assert 0.72 <= done.coverage <= 0.88
    assert done.inside >= done.coverage - 0.02
    assert done.pinball < done.pinball_year_average
    assert done.pinball < done.pinball_same_week
    assert done.pinball < done.pinball_year_quantiles * 1.1
    assert done.weeks + done.skipped == 190 - 52


def test_weeks_without_data_are_not_judged() -> None:
    records = history(130)
    records[110] = WeekRecord(records[110].week, None)
    done = calibrate(records, QUICK)
    assert done.skipped == 1
    assert done.weeks == 130 - 52 - 1


def test_nothing_is_judged_within_the_first_year() -> None:
    with pytest.raises(BadInput, match="More than a year"):
        calibrate(history(50), QUICK)


def test_the_future_does_not_leak_into_a_judged_week() -> None:
    """What happens in the last week changes nothing but the last week's own outcome."""
    records = history(60)
    bursts = [*records[:-1], WeekRecord(records[-1].week, 500)]
    calm, wild = calibrate(records, QUICK), calibrate(bursts, QUICK)
    assert wild.weeks == calm.weeks
    assert wild.coverage == pytest.approx(calm.coverage, abs=1 / calm.weeks + 1e-9)
