from __future__ import annotations

import csv
import json
import math
import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderdesk.desk import backtesting
from orderdesk.errors import BadInput
from orderdesk.risk import metrics
from orderdesk.risk.backtest import BASE, FROZEN, Row, run
from orderdesk.risk.facts import Facts, OrganiserKey
from orderdesk.risk.model import Tables

DAY = date(2020, 1, 1)


def register(n: int = 500, seed: int = 3, quiet: float = 0.04) -> list[Row]:
    """Events in which blockades and one organiser go wrong more often."""
    rng = random.Random(seed)
    rows = []
    for i in range(n):
        form, who = rng.choice(["static", "march", "blockade"]), rng.randrange(8)
        p = quiet + 0.3 * (form == "blockade") + 0.25 * (who == 3)
        rows.append(
            Row(
                Facts(
                    day=DAY + timedelta(days=i * 1200 // n),
                    form=form,
                    organisers=(OrganiserKey(f"o{who}"),),
                    place=f"p{rng.randrange(6)}",
                    district=f"d{rng.randrange(3)}",
                    size_low=rng.randrange(5, 2000),
                ),
                int(rng.random() < p),
            )
        )
    return rows


SPLIT = DAY + timedelta(days=700)


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return register()


def test_nothing_of_the_future_reaches_a_score(rows: list[Row], tables: Tables) -> None:
    """Turning the outcomes of the last day, and of all later ones, moves no earlier score."""
    whole = run(rows, tables, SPLIT, compare=False)
    cut = SPLIT + timedelta(days=200)
    turned = [replace(r, outcome=1 - r.outcome) if r.facts.day > cut else r for r in rows]
    other = run(turned, tables, SPLIT, compare=False)
    early = [i for i, row in enumerate(whole.rows.tolist()) if rows[row].facts.day <= cut]
    assert 50 < len(early) < whole.events
    for one, two in zip(whole.models[:3], other.models[:3], strict=True):
        assert (one.probability[early] == two.probability[early]).all()
    assert (whole.models[0].probability != other.models[0].probability).any()


def test_the_lag_hides_what_was_not_known_yet(rows: list[Row], tables: Tables) -> None:
    day = rows[-1].facts.day
    shadow = [
        replace(r, outcome=1 - r.outcome) if r.facts.day > day - timedelta(days=30) else r
        for r in rows
    ]
    for lag, same in ((40, True), (2, False)):
        last = run(rows, tables, SPLIT, lag, compare=False).models[1].probability[-1]
        turned = run(shadow, tables, SPLIT, lag, compare=False).models[1].probability[-1]
        assert bool(last == turned) is same


def test_it_beats_the_base_rate_where_there_is_something_to_learn(
    rows: list[Row], tables: Tables
) -> None:
    result = run(rows, tables, SPLIT)
    ours, base = result.models[0].measures, result.model(BASE)
    assert base is not None
    assert result.compared
    assert ours.auc > 0.65
    assert base.measures.auc == 0.5
    assert ours.brier_skill > 0.05 > abs(base.measures.brier_skill)
    low, high = result.models[0].auc_interval
    assert low < ours.auc < high
    assert sum(b.events for b in result.bands) == sum(b.events for b in result.reliability)
    assert sum(b.cases for b in result.reliability) == result.cases
    assert (result.low <= result.models[0].probability).all()
    assert (result.high >= result.models[0].probability).all()
    assert 0.5 < result.coverage.inside <= 1


def test_order_of_rows_does_not_matter(rows: list[Row], tables: Tables) -> None:
    mixed = list(rows)
    random.Random(1).shuffle(mixed)
    one, two = (run(r, tables, SPLIT, compare=False) for r in (rows, mixed))
    assert one.models[0].measures.brier == pytest.approx(two.models[0].measures.brier, abs=1e-9)


@pytest.mark.parametrize("split", [DAY - timedelta(days=1), DAY + timedelta(days=5000)])
def test_a_split_without_events_on_both_sides_is_refused(
    split: date, rows: list[Row], tables: Tables
) -> None:
    with pytest.raises(BadInput, match="before and after"):
        run(rows, tables, split)
    with pytest.raises(BadInput, match="lag"):
        run(rows, tables, SPLIT, lag_days=-1)


def test_a_register_without_any_disorder_still_gets_an_answer(tables: Tables) -> None:
    calm = [replace(r, outcome=0) for r in register(120)]
    result = run(calm, tables, SPLIT)
    assert not result.can_rank
    assert math.isnan(result.models[0].measures.auc)
    assert (result.models[0].probability < 0.05).all()


# --------------------------------------------------------------------------------- metrics


outcomes = st.lists(st.tuples(st.booleans(), st.integers(1, 19)), min_size=12, max_size=60)


@settings(deadline=None, max_examples=60)
@given(outcomes)
def test_measures_agree_with_scikit_learn(pairs: list[tuple[bool, int]]) -> None:
    sk = pytest.importorskip("sklearn.metrics")
    y = np.array([float(a) for a, _ in pairs])
    p = np.array([b / 20 for _, b in pairs])
    if 0 < y.sum() < len(y):
        assert metrics.auc(y, p) == pytest.approx(sk.roc_auc_score(y, p))
        assert metrics.average_precision(y, p) == pytest.approx(sk.average_precision_score(y, p))
    else:
        assert math.isnan(metrics.auc(y, p))
    assert metrics.brier(y, p) == pytest.approx(sk.brier_score_loss(y, p))
    assert metrics.log_loss(y, p) == pytest.approx(sk.log_loss(y, p, labels=[0, 1]))


def test_a_calibrated_forecast_has_slope_one_and_intercept_zero() -> None:
    rng = np.random.default_rng(1)
    p = rng.uniform(0.01, 0.6, 40_000)
    y = (rng.random(40_000) < p).astype(float)
    slope, intercept, large = metrics.calibration(y, p)
    assert slope == pytest.approx(1, abs=0.05)
    assert intercept == pytest.approx(0, abs=0.06)
    assert large == pytest.approx(0, abs=0.04)
    assert metrics.ece(y, p) < 0.01
    doubled = metrics.calibration(y, np.clip(p * 1.5, 0, 0.95))
    assert doubled[2] < -0.2


def test_capture_shares_ties_in_proportion() -> None:
    y = np.array([1.0] * 10 + [0.0] * 90)
    assert metrics.capture(y, np.full(100, 0.1)) == pytest.approx(0.1)
    assert metrics.capture(y, np.linspace(1, 0, 100)) == 1.0


def test_a_bootstrap_over_weeks_is_wider_than_over_events() -> None:
    rng = np.random.default_rng(0)
    weeks = np.repeat(np.arange(40), 10)
    values = np.repeat(rng.normal(size=40), 10)

    def mean(rows: np.ndarray) -> float:
        return float(values[rows].mean())

    low, high = metrics.bootstrap(mean, weeks, 1, 300, 0.9)
    alone = metrics.bootstrap(mean, np.arange(400), 1, 300, 0.9)
    assert high - low > 2 * (alone[1] - alone[0])


# ---------------------------------------------------------------------------- the use case


def write(path: Path, rows: list[Row], header: str = "date,place,outcome") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow([*header.split(","), "form", "organisers", "region", "expected_low"])
        for r in rows:
            f = r.facts
            out.writerow(
                [f.day, f.place, r.outcome, f.form, ";".join(f.organisers), f.district, f.size_low]
            )
    return path


def test_predictions_allow_every_figure_to_be_recomputed(tmp_path: Path, rows: list[Row]) -> None:
    file = write(tmp_path / "r.csv", rows)
    report = backtesting.backtest(file, learn_until=SPLIT, predictions=tmp_path / "p.csv")
    with (tmp_path / "p.csv").open(encoding="utf-8") as lines:
        said = list(csv.DictReader(lines))
    assert list(said[0]) == ["row", "date", "probability", "low", "high", "class"]
    assert len(said) == report.result.events
    y = np.array([float(rows[int(s["row"]) - 1].outcome) for s in said])
    p = np.array([float(s["probability"]) for s in said])
    assert [s["date"] for s in said] == [
        rows[int(s["row"]) - 1].facts.day.isoformat() for s in said
    ]
    figures = report.as_json()["models"]["orderdesk"]  # type: ignore[index]
    assert metrics.auc(y, p) == pytest.approx(figures["auc"], abs=1e-9)
    assert metrics.brier(y, p) == pytest.approx(figures["brier"], abs=1e-9)
    json.dumps(report.as_json(), allow_nan=False)


def test_names_in_the_file_never_matter(tmp_path: Path, rows: list[Row]) -> None:
    renamed = [
        replace(
            r,
            facts=r.facts.model_copy(
                update={
                    "organisers": tuple(OrganiserKey(f"Zeta {o[::-1]}") for o in r.facts.organisers)
                }
            ),
        )
        for r in rows
    ]
    one, two = (
        backtesting.backtest(write(tmp_path / f"{i}.csv", r), learn_until=SPLIT).result.models[0]
        for i, r in enumerate((rows, renamed))
    )
    assert (one.probability == two.probability).all()


def test_few_cases_say_too_few_to_judge_ranking(tmp_path: Path) -> None:
    few = [replace(r, outcome=int(i % 30 == 0)) for i, r in enumerate(register(300))]
    report = backtesting.backtest(write(tmp_path / "r.csv", few), learn_until=SPLIT)
    assert 0 < report.result.cases < 15
    assert "too few to judge ranking" in backtesting.table(report)
    figures = report.as_json()["models"]["orderdesk"]  # type: ignore[index]
    assert figures["auc"] is None
    assert figures["brier"] is not None


def test_columns_can_be_mapped_and_what_is_wrong_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_text(
        "Datum;Plaats;Aanhouding;expected_low;counter;kind\n"
        "13-06-2020;Markt;ja;10;1;demonstration\n"
        "2020-06-14;Markt;nee;veel;misschien;picknick\n"
        "gisteren;Markt;0;;;\n"
        "2020-06-15;;0;;;\n"
        "2020-06-16;Markt;wellicht;;;\n"
        "2020-06-17;Vrijthof;0;2000000;0;football\n",
        encoding="utf-8-sig",
    )
    mapping = {"date": "Datum", "place": "Plaats", "outcome": "Aanhouding"}
    read = backtesting.read_register(file, mapping)
    assert read.numbers == (1, 2, 6)
    assert [r.outcome for r in read.rows] == [1, 0, 0]
    assert read.rows[0].facts.day == date(2020, 6, 13)
    assert read.rows[2].facts.size_low == 1_000_000
    assert {(p.row, p.column, p.skipped) for p in read.problems} == {
        (2, "expected_low", False),
        (2, "counter", False),
        (2, "kind", False),
        (3, "date", True),
        (4, "place", True),
        (5, "outcome", True),
        (6, "expected_low", False),
    }


@pytest.mark.parametrize(
    ("text", "mapping", "words"),
    [
        ("date,place\n2020-01-01,x\n", {}, "outcome"),
        ("date,place,outcome\n", {}, "no row"),
        ("", {}, "empty"),
        ("date,place,outcome\n2020-01-01,x,1\n", {"purpose": "place"}, "purpose"),
        ("date,place,outcome\n2020-01-01,x,1\n", {"form": "vorm"}, "vorm"),
        ("date,place,outcome\nnever,x,1\n", {}, "no row"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(
    text: str, mapping: dict[str, str], words: str, tmp_path: Path
) -> None:
    file = tmp_path / "r.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=words):
        backtesting.read_register(file, mapping)
    with pytest.raises(BadInput, match="no such file"):
        backtesting.read_register(tmp_path / "none.csv")


def test_without_scikit_learn_the_output_says_so(
    tmp_path: Path, rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sklearn.ensemble", None)
    report = backtesting.backtest(write(tmp_path / "r.csv", rows), learn_until=SPLIT)
    assert not report.result.compared
    assert "scikit-learn isn't installed" in backtesting.table(report)
    assert report.result.model(FROZEN) is not None
