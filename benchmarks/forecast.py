"""Measures the reserve forecast, strictly forward in time: coverage of its 80% band, pinball loss.

    python -m benchmarks.forecast [--register FILE] [--json]

Part one is synthetic: histories drawn in this file, so that the truth is known. Part two, when
FILE is given, is the weekly number of demonstrations of a real register (CSV, one row each, the
date in its first column as DD.MM.YYYY). It holds counts only, no hours of any reserve, and is
another city's.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import numpy as np

from orderdesk.domain.time import Week
from orderdesk.reference import cached
from orderdesk.reserve.calibration import Calibration, Measure, calibrate
from orderdesk.reserve.forecast import WeekRecord
from orderdesk.reserve.rules import ReserveRules

YEARS = 8
FIRST = Week(year=2018, number=1)


def synthetic(seed: int, *, seasonal: bool, growing: bool, missing: bool) -> list[WeekRecord]:
    """A history of weekly cases (1.6 a week to start with) and minutes per case."""
    rng = np.random.default_rng(seed)
    records = []
    for i in range(52 * YEARS):
        week = FIRST.shift(i)
        mean = 1.6 * (1 + 0.5 * math.sin(2 * math.pi * week.number / 52) * seasonal)
        mean *= 1 + 0.12 * i / 52 * growing
        count = int(rng.poisson(rng.gamma(1 / 0.3, 0.3 * mean)))
        minutes = np.exp(rng.normal(math.log(660), 0.6, count))
        if missing and rng.random() < 0.1:
            records.append(WeekRecord(week, None))
        else:
            records.append(WeekRecord(week, count, tuple(round(float(m)) for m in minutes)))
    return records


def register(path: Path) -> list[WeekRecord]:
    """Weekly counts of a register; the first and last week, perhaps cut, are left out."""
    counts: Counter[Week] = Counter()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            try:
                day = datetime.strptime(row[0], "%d.%m.%Y").date()  # noqa: DTZ007
            except (ValueError, IndexError):
                continue
            counts[Week.of(day)] += 1
    first = min(counts, key=lambda w: w.monday).shift(1)
    last = max(counts, key=lambda w: w.monday).shift(-1)
    number = (last.monday - first.monday).days // 7 + 1
    return [WeekRecord(w, counts[w]) for w in (first.shift(i) for i in range(number))]


def measured(file: Path | None) -> Iterator[tuple[str, Calibration]]:
    """Every run with its label."""
    rules = cached("reserve", ReserveRules).forecast
    shapes = {
        "level": {"seasonal": False, "growing": False, "missing": False},
        "season": {"seasonal": True, "growing": False, "missing": False},
        "season, growth, 10% missing": {"seasonal": True, "growing": True, "missing": True},
    }
    for name, shape in shapes.items():
        history = synthetic(7, **shape)
        for ahead in (1, 8):
            for measure in Measure:
                label = f"synthetic, {name}"
                yield label, calibrate(history, rules, measure=measure, ahead=ahead)
    if file is not None:
        history = register(file)
        before = [r for r in history if r.week.monday.isoformat() < "2020-03-09"]
        for ahead in (1, 4, 8):
            yield f"REAL COUNTS, {file.name}, to March 2020", calibrate(before, rules, ahead=ahead)
        for ahead in (1, 8):
            yield (
                f"REAL COUNTS, {file.name}, with 2020's break",
                calibrate(history, rules, ahead=ahead),
            )


def main() -> None:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--register", type=Path)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    runs = list(measured(given.register))
    if given.json:
        print(json.dumps([{"history": label, **asdict(c)} for label, c in runs], indent=1))
        return
    print(
        f"{'history':58} {'ahead':>5} {'of':>7} {'weeks':>5} {'inside':>6} {'cover':>6} "
        f"{'pinball':>8} {'year avg':>8} {'same wk':>8} {'yr quant':>8}"
    )
    for label, c in runs:
        print(
            f"{label:58} {c.ahead:5} {c.measure:>7} {c.weeks:5} {c.inside:6.1%} {c.coverage:6.1%} "
            f"{c.pinball:8.3f} {c.pinball_year_average:8.3f} {c.pinball_same_week:8.3f} "
            f"{c.pinball_year_quantiles:8.3f}"
        )


if __name__ == "__main__":
    main()
