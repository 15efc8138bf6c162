"""Solves an instance of the Shift Scheduling Benchmark (T. Curtois) with the roster engine.

    python -m benchmarks.roster FILE --seconds 60 --threads 2 --seed 1 --json --solution OUT

OUT gets one line per person, in the file's order: the shift of each day or `-`, tab-separated.
"""

from __future__ import annotations

import time

STARTED = time.monotonic()  # before the heavy imports, so that they count

import argparse  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
import tomllib  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from contextlib import contextmanager  # noqa: E402
from pathlib import Path  # noqa: E402

from orderdesk.errors import BadInput  # noqa: E402
from orderdesk.i18n import msg  # noqa: E402
from orderdesk.roster.engine.model import (  # noqa: E402
    Cover,
    Person,
    Problem,
    Request,
    Rosters,
    Shift,
)

BEST_KNOWN = Path(__file__).with_name("roster_best_known.toml")


def read(text: str) -> Problem:
    """The problem in the benchmark's text format. Raises `BadInput` naming the line at fault."""
    sections: dict[str, list[list[str]]] = {}
    rows: list[list[str]] | None = None
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        line = raw.partition("#")[0].strip()
        if not line.strip(","):
            continue
        if line.upper().startswith("SECTION_"):
            rows = sections.setdefault(line.upper().removeprefix("SECTION_").strip(" \t,:"), [])
        elif rows is None:
            raise BadInput(f"line {number}", line, msg("Start with a SECTION_ line."))
        else:
            rows.append([cell.strip() for cell in line.split(",")])
    try:
        return _problem(sections)
    except (KeyError, IndexError, ValueError) as wrong:
        raise BadInput("instance", str(wrong), msg("Give a file in the text format.")) from wrong


def _problem(sections: dict[str, list[list[str]]]) -> Problem:
    off: dict[str, frozenset[int]] = {}
    for name, *days in sections.get("DAYS_OFF", []):
        off[name] = off.get(name, frozenset()) | frozenset(int(day) for day in days if day)
    return Problem(
        days=int(sections["HORIZON"][0][0]),
        shifts=tuple(
            Shift(row[0], int(row[1]), frozenset(_names("|".join(row[2:]))))
            for row in sections["SHIFTS"]
        ),
        people=tuple(_person(row, off) for row in sections["STAFF"]),
        requests=tuple(_requests(sections)),
        covers=tuple(
            Cover(int(row[0]), row[1], *map(int, row[2:5])) for row in sections.get("COVER", [])
        ),
    )


def _person(row: list[str], off: dict[str, frozenset[int]]) -> Person:
    name, caps, *numbers = row
    most, least, max_run, min_run, min_off, weekends = map(int, numbers[:6])
    return Person(
        name=name,
        max_shifts={
            shift.strip(): int(most_of)
            for shift, most_of in (cap.split("=") for cap in _names(caps))
        },
        max_minutes=most,
        min_minutes=least,
        max_run=max_run,
        min_run=min_run,
        min_days_off=min_off,
        max_weekends=weekends,
        days_off=off.get(name, frozenset()),
    )


def _requests(sections: dict[str, list[list[str]]]) -> Iterator[Request]:
    for section, wanted in (("SHIFT_ON_REQUESTS", True), ("SHIFT_OFF_REQUESTS", False)):
        for person, day, shift, weight, *_ in sections.get(section, []):
            yield Request(person, int(day), shift, int(weight), wanted)


def _names(cell: str) -> list[str]:
    """What stands between the bars of a cell."""
    return [name for name in (part.strip() for part in cell.split("|")) if name]


def best_known(file: Path) -> int | None:
    """The best price known of a public instance, by the file's name; None for another."""
    table = tomllib.loads(BEST_KNOWN.read_text(encoding="utf-8"))
    value = table["prices"].get(file.stem)
    return int(value) if value is not None else None


def named(problem: Problem, rosters: Rosters) -> list[list[str]]:
    """Rosters (P, D) as names of shifts, "" for a day off."""
    return [["" if s < 0 else problem.shifts[s].name for s in row] for row in rosters.tolist()]


@contextmanager
def quiet() -> Iterator[None]:
    """HiGHS greets on the standard output, whatever its options say; JSON should stand alone."""
    kept = os.dup(1)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)


def main() -> None:
    """The command line of this measurement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--solution", type=Path)
    parser.add_argument(
        "--repeatable", action="store_true", help="count work, not seconds: the same roster again"
    )
    given = parser.parse_args()
    problem = read(given.file.read_text(encoding="utf-8-sig"))
    from orderdesk.roster.engine.search import solve

    spent = time.monotonic() - STARTED
    with quiet():
        found = solve(
            problem,
            seconds=given.seconds - spent - 0.5,
            threads=given.threads,
            seed=given.seed,
            repeatable=given.repeatable,
        )
    if given.solution is not None:
        lines = ("\t".join(name or "-" for name in row) for row in named(problem, found.rosters))
        given.solution.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if given.repeatable and not found.repeatable:
        print("The time was over before the work: another run can differ.", file=sys.stderr)
    result = {
        "objective": found.objective,
        "bound": round(found.bound, 2),
        "best_known": best_known(given.file),
        "first_legal_seconds": round(spent + found.first_legal_seconds, 2),
        "seconds": round(time.monotonic() - STARTED, 2),
    }
    if given.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:<20} {value}")


if __name__ == "__main__":
    main()
    # A hand may still be inside a solver, which the end of the interpreter would cut down.
    sys.stdout.flush()
    os._exit(0)
