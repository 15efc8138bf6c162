"""Measures the roster engine and the plain model over instances and seeds, and writes the table.

    python -m benchmarks.roster_table FOLDER_OR_FILE... [--instances 1-8,10-12,14,16-18]
        [--seconds 60] [--threads 2] [--seeds 1,2,3] [--plain-seeds 1] [--out FILE.md]

Each run is a process of its own, as a user would start it; every roster is checked and priced by a
literal reading of the rules. Instances not at hand are named and left out. The table is written
after every run, so that stopping (Ctrl-C) keeps what there is.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.roster import best_known, read
from tests.roster.literal_benchmark import breaches, penalty

GROUPS = (
    ("1-8, 10-12", (*range(1, 9), *range(10, 13)), "1.0% (aim 0.3%)"),
    ("16-18", range(16, 19), "1.5% (aim 0.5%)"),
    ("9, 13-15, 19-20", (9, 13, 14, 15, 19, 20), "25% (aim 5%)"),
)
"""Instances, and the worst gap to the best known price that is asked of them."""


@dataclass
class Row:
    """What was measured of one instance."""

    file: Path
    size: str
    best: int | None
    runs: list[dict[str, Any]] = field(default_factory=list)
    plain: list[dict[str, Any]] = field(default_factory=list)

    def gaps(self, runs: Sequence[dict[str, Any]]) -> list[float]:
        """Gaps to the best known price, in percent."""
        if self.best is None:
            return []
        return [100 * (r["objective"] / self.best - 1) for r in runs if r["objective"] is not None]


def main() -> None:
    """The command line of this measurement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--instances", default="1-20")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--plain-seeds", default="1")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    files, missing = _files(given.paths, _numbers(given.instances))
    rows: list[Row] = []
    try:
        for file in files:
            problem = read(file.read_text(encoding="utf-8-sig"))
            rows.append(Row(file, f"{len(problem.people)}, {problem.days}", best_known(file)))
            for seed in _numbers(given.seeds):
                _say(file, "engine", seed, rows[-1].runs, _engine(file, given, seed))
                _write(given, rows, missing)
            for seed in _numbers(given.plain_seeds):
                _say(file, "plain", seed, rows[-1].plain, _plain(file, given, seed))
                _write(given, rows, missing)
    except KeyboardInterrupt:
        missing.append("stopped before the end")
    _write(given, rows, missing)
    if given.out is None:
        print(_table(given, rows, missing))


def _engine(file: Path, given: argparse.Namespace, seed: int) -> dict[str, Any]:
    """One run of the engine, its roster checked."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "solution.txt"
        found = _run("benchmarks.roster", file, given, seed, "--solution", str(out))
        if "objective" not in found:
            return found
        problem = read(file.read_text(encoding="utf-8-sig"))
        rosters = [
            ["" if cell == "-" else cell for cell in line.split("\t")]
            for line in out.read_text(encoding="utf-8").splitlines()
        ]
    wrong = next(breaches(problem, rosters), None)
    if wrong is None and penalty(problem, rosters) != found["objective"]:
        wrong = f"priced {found['objective']}, literally {penalty(problem, rosters)}"
    found["wrong"] = wrong
    return found


def _plain(file: Path, given: argparse.Namespace, seed: int) -> dict[str, Any]:
    return _run("benchmarks.roster_plain", file, given, seed)


def _run(
    module: str, file: Path, given: argparse.Namespace, seed: int, *more: str
) -> dict[str, Any]:
    command = [
        sys.executable, "-m", module, str(file), "--json", "--seed", str(seed),
        "--seconds", str(given.seconds), "--threads", str(given.threads), *more,
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=3 * given.seconds + 60
        )
        found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    except (subprocess.SubprocessError, ValueError, IndexError) as failed:
        lines = str(getattr(failed, "stderr", "") or failed).strip().splitlines()
        return {"objective": None, "wrong": lines[-1] if lines else "no answer"}
    return found


def _say(
    file: Path, what: str, seed: int, runs: list[dict[str, Any]], found: dict[str, Any]
) -> None:
    runs.append(found)
    print(f"{file.stem} {what} seed {seed}: {json.dumps(found)}", file=sys.stderr, flush=True)


def _numbers(text: str) -> list[int]:
    """1-3,7 as 1, 2, 3, 7."""
    found: list[int] = []
    for piece in filter(None, text.split(",")):
        first, _, last = piece.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def _files(paths: Iterable[Path], numbers: Sequence[int]) -> tuple[list[Path], list[str]]:
    """The files to run, and what is left out with the reason."""
    files: list[Path] = []
    missing: list[str] = []
    for path in paths:
        if path.is_dir():
            for number in numbers:
                file = path / f"Instance{number}.txt"
                if file.exists():
                    files.append(file)
                else:
                    missing.append(f"{file.stem}: not at hand")
        elif path.exists():
            files.append(path)
        else:
            missing.append(f"{path.name}: not at hand")
    return files, missing


def _write(given: argparse.Namespace, rows: Sequence[Row], missing: Sequence[str]) -> None:
    if given.out is not None:
        given.out.write_text(_table(given, rows, missing), encoding="utf-8")


def _table(given: argparse.Namespace, rows: Sequence[Row], missing: Sequence[str]) -> str:
    lines = [
        f"Date {datetime.now(UTC):%Y-%m-%d}; {_machine()}; {given.seconds:g} seconds, "
        f"{given.threads} threads, seeds {given.seeds} (plain model: {given.plain_seeds}).",
        "",
        "| instance (people, days) | engine: worst | median | best | bound | best known "
        "| worst gap | first legal, s | ended after, s | plain CP-SAT: gap |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [_line(row) for row in rows]
    lines += ["", "| group | worst gap | median gap | asked | plain CP-SAT: worst, median |"]
    lines += ["| --- | --- | --- | --- | --- |"]
    for name, numbers, asked in GROUPS:
        stems = {f"Instance{n}" for n in numbers}
        some = [row for row in rows if row.file.stem in stems]
        gaps = [gap for row in some for gap in row.gaps(row.runs)]
        plain = [gap for row in some for gap in row.gaps(row.plain)]
        if gaps:
            count = len(some)
            lines.append(
                f"| {name} ({count} of {len(stems)} at hand) | {max(gaps):.2f}% "
                f"| {median(gaps):.2f}% | {asked} | {_worst_median(plain)} |"
            )
    wrong = [f"{row.file.stem}: {r['wrong']}" for row in rows for r in row.runs if r.get("wrong")]
    lines += [
        "",
        "Checked by a literal reading of the rules: " + ("; ".join(wrong) or "no breach."),
    ]
    if missing:
        lines += ["", "Left out: " + "; ".join(missing) + "."]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    runs = [r for r in row.runs if r["objective"] is not None]
    name = row.file.stem.removeprefix("Instance")
    if not runs:
        return f"| {name} ({row.size}) | - | - | - | - | {row.best or '-'} | - | - | - | - |"
    prices = [r["objective"] for r in runs]
    gaps = row.gaps(runs)
    return " ".join(
        (
            f"| {name} ({row.size}) | {max(prices)} | {median(prices):g} | {min(prices)}",
            f"| {max(r['bound'] for r in runs):.1f} | {row.best or '-'}",
            f"| {max(gaps):.2f}%" if gaps else "| -",
            f"| {max(r['first_legal_seconds'] for r in runs):.1f}",
            f"| {max(r['seconds'] for r in runs):.0f} | {_worst_median(row.gaps(row.plain))} |",
        )
    )


def _worst_median(gaps: Sequence[float]) -> str:
    return f"{max(gaps):.1f}%, {median(gaps):.1f}%" if gaps else "no roster"


def _machine() -> str:
    return f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"


if __name__ == "__main__":
    main()
