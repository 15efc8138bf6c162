"""Measures the risk score on public protest sets, strictly forward in time.

    python -m benchmarks.risk FOLDER [--json FILE]

FOLDER holds `nl.csv` (Dutch demonstrations 2020-2024) and/or `mm.csv` (world protests 1990-2020)
with the columns that `orderdesk backtest` reads. Dutch outcomes stand under terms that forbid
passing on, so the sets aren't here; `risk_results.md` says where they come from.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np

from orderdesk.desk.backtesting import parameter_tables, read_register
from orderdesk.risk.backtest import BOOSTING, FROZEN, Replay, Row, run
from orderdesk.risk.batch import Batch, Floats
from orderdesk.risk.facts import Facts, OrganiserKey, PastEvent
from orderdesk.risk.history import History
from orderdesk.risk.metrics import auc, measure
from orderdesk.risk.model import Tables, features, first_version, logistic, prior, score, score_many
from orderdesk.risk.update import case_counts, fit, freedoms

NL_START, NL_SPLIT = date(2020, 3, 1), date(2022, 12, 31)
MM_START, MM_SPLIT = date(1992, 1, 1), date(2010, 12, 31)
DRAWS = 40
T = TypeVar("T")


def rows_of(path: Path, start: date) -> list[Row]:
    """The set as the backtest reads it, from `start` on."""
    return [row for row in read_register(path).rows if row.facts.day >= start]


def dutch(folder: Path, tables: Tables) -> dict[str, object]:
    """The time split 2020-22 / 2023-24, whole and without the easiest signals."""
    rows = rows_of(folder / "nl.csv", NL_START)
    result = run(rows, tables, NL_SPLIT)
    ours = result.models[0]
    by_name = {m.name: asdict(m.measures) for m in result.models}
    boosting = result.model(BOOSTING)
    keys = easiest_group(rows)
    hard = np.array(
        [
            rows[i].facts.form != "blockade" and not keys & set(rows[i].facts.organisers)
            for i in result.rows.tolist()
        ]
    )
    outcome = np.array([rows[i].outcome for i in result.rows.tolist()], dtype=float)
    return {
        "events": result.events,
        "cases": result.cases,
        "models": by_name,
        "intervals": {
            m.name: {"auc": m.auc_interval, "skill": m.skill_interval} for m in result.models
        },
        "auc_ratio_to_boosting": ours.measures.auc / boosting.measures.auc if boosting else None,
        "frozen_ratio_to_boosting": by_name[FROZEN]["auc"] / boosting.measures.auc
        if boosting
        else None,
        "hard_events": int(hard.sum()),
        "hard_cases": int(outcome[hard].sum()),
        "hard_auc": {m.name: auc(outcome[hard], m.probability[hard]) for m in result.models},
        "coverage": asdict(result.coverage),
        "bands": [asdict(b) for b in result.bands],
    }


def easiest_group(rows: Sequence[Row]) -> set[OrganiserKey]:
    """The organiser with most disorder in the learning years (the one climate group)."""
    cases: dict[OrganiserKey, int] = {}
    for row in rows:
        if row.facts.day <= NL_SPLIT:
            for key in row.facts.organisers:
                cases[key] = cases.get(key, 0) + row.outcome
    return {max(cases, key=lambda k: cases[k])}


def world(folder: Path, tables: Tables) -> dict[str, object]:
    """1992-2010 / 2011-2020, history and tension only: form, size and spot are taken away."""
    rows = [
        Row(
            r.facts.model_copy(update={"form": "", "size_low": None, "size_high": None}),
            r.outcome,
        )
        for r in rows_of(folder / "mm.csv", MM_START)
    ]
    result = run(rows, tables, MM_SPLIT)
    return {
        "events": result.events,
        "cases": result.cases,
        "models": {m.name: asdict(m.measures) for m in result.models},
        "coverage": asdict(result.coverage),
    }


def few_events(folder: Path, tables: Tables, n: int, base: float | None) -> dict[str, float]:
    """Mean over draws of n past events (2020-22): learn from them alone, test on 2023-24.

    With `base`, disorder is thinned to that rate by dropping cases, in both periods.
    """
    everything = rows_of(folder / "nl.csv", NL_START)
    found = []
    for draw in range(DRAWS):
        rng = np.random.default_rng(draw)
        rows = thinned(everything, base, rng) if base else everything
        past = [r for r in rows if r.facts.day <= NL_SPLIT]
        future = [r for r in rows if r.facts.day > NL_SPLIT]
        known = [past[i] for i in sorted(rng.choice(len(past), n, replace=False).tolist())]
        found.append(learned_from(known, future, tables))
    return {k: float(np.mean([f[k] for f in found])) for k in found[0]} | {
        "auc_10": float(np.quantile([f["auc"] for f in found], 0.1)),
        "auc_90": float(np.quantile([f["auc"] for f in found], 0.9)),
    }


def thinned(rows: Sequence[Row], base: float, rng: np.random.Generator) -> list[Row]:
    """The rows with cases of disorder dropped at random until `base` of the rest are left."""
    cases = [i for i, r in enumerate(rows) if r.outcome]
    keep = round(base / (1 - base) * (len(rows) - len(cases)))
    dropped = set(rng.choice(cases, len(cases) - keep, replace=False).tolist())
    return [r for i, r in enumerate(rows) if i not in dropped]


def learned_from(known: Sequence[Row], future: Sequence[Row], tables: Tables) -> dict[str, float]:
    """Measures on `future` of a model that knows the card and `known`, and learns no further."""
    card = tables.card
    replay = Replay(known, card, 2)
    mean, sd = prior(card)
    free = freedoms(card, case_counts(replay.seen.columns, replay.outcome))[1]
    found = fit(replay.seen.columns, replay.seen.offset, replay.outcome, mean, sd, free)
    facts = [r.facts for r in future]
    on = np.array([f.day.toordinal() - 2 for f in facts])
    seen = features(Batch(facts), replay.history, on, card, replay.start)
    p: Floats = logistic(seen.offset + seen.columns @ found.mean)
    outcome = np.array([r.outcome for r in future], dtype=float)
    m = measure(outcome, p, float(outcome.mean()))
    return {"auc": m.auc, "skill": m.brier_skill, "ece": m.ece, "slope": m.slope}


def speed(tables: Tables, n: int = 100_000) -> dict[str, float]:
    """Seconds to score n registered events with history, and the largest gap to one by one."""
    rng = np.random.default_rng(0)
    day = date(2016, 1, 1)
    facts = [
        Facts(
            day=day + timedelta(days=i * 3650 // n),
            form=("static", "march", "vigil", "blockade")[int(rng.integers(4))],
            organisers=(OrganiserKey(f"o{rng.integers(3000)}"),),
            place=f"p{rng.integers(200)}",
            district=f"d{rng.integers(7)}",
            size_low=50,
            size_high=int(rng.integers(50, 2000)),
        )
        for i in range(n)
    ]
    past = [
        PastEvent(
            day=f.day,
            known_from=f.day,
            outcome=int(rng.random() < 0.03),
            form=f.form,
            organisers=f.organisers,
            place=f.place,
            district=f.district,
        )
        for f in facts
    ]
    version = first_version(tables.card, day)
    days = [f.day for f in facts]
    history, index_seconds = timed(lambda: History(past, tables.card))
    scores, score_seconds = timed(lambda: score_many(facts, history, (), days, tables, version))
    gap = max(
        abs(
            score(facts[i], history, (), days[i], tables, version).probability
            - float(scores.probability[i])
        )
        for i in rng.integers(0, n, 300).tolist()
    )
    return {"events": n, "index": index_seconds, "score": score_seconds, "largest_gap": gap}


def timed(job: Callable[[], T]) -> tuple[T, float]:
    """A result, and the seconds it took."""
    start = time.perf_counter()
    result = job()
    return result, round(time.perf_counter() - start, 3)


def main() -> None:
    """Measure what the folder allows and print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    tables = parameter_tables()
    out: dict[str, object] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "speed": speed(tables),
    }
    if (asked.folder / "nl.csv").exists():
        out["netherlands"] = dutch(asked.folder, tables)
        out["few"] = {n: few_events(asked.folder, tables, n, None) for n in (50, 200, 800)}
        out["few_at_3_percent"] = {
            n: few_events(asked.folder, tables, n, 0.03) for n in (50, 200, 800)
        }
    if (asked.folder / "mm.csv").exists():
        out["world"] = world(asked.folder, tables)
    text = json.dumps(out, indent=1)
    print(text)
    if asked.json:
        asked.json.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
