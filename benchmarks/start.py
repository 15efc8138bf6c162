"""How long until the first screen can be used?

    python -m benchmarks.start [--runs 9] [--json]

Starts, in turns, an empty Textual application with header and footer, and the desk on the ten-year
demonstration city (a database that was used before), each in a terminal of 120x40; and a bare
typer program beside `orderdesk --help`. Prints medians in milliseconds and their ratio; the aims
are 1.5 for both.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.terminal import Terminal

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk

_EMPTY = """
from textual.app import App
from textual.widgets import Footer, Header, Label
class Empty(App):
    BINDINGS = [("q", "quit", "leave-it")]
    def compose(self):
        yield Header()
        yield Label("hello")
        yield Footer()
Empty().run()
"""
_DESK = """
import sys
from orderdesk.i18n import set_language
set_language("en")
from orderdesk.app import OrderdeskApp
def open_it():
    from benchmarks.start import used_city
    return used_city(sys.argv[1])
OrderdeskApp(open_it, glance_path=sys.argv[1]).run()
"""
_TYPER = """
import typer
app = typer.Typer()
@app.command()
def hello(name: str = "you"):
    print(name)
app()
"""


def used_city(path: str) -> Desk:
    """The desk on a demonstration city that exists, on Tuesday morning of its test week."""
    from orderdesk.desk.core import DemoClock
    from orderdesk.desk.demo import DEMO_OPENS, OFFICER
    from orderdesk.desk.opening import open_desk

    clock = DemoClock(DEMO_OPENS)
    clock.run_from(DEMO_OPENS + timedelta(minutes=1))
    return open_desk(path, actor=OFFICER, clock=clock)


def _prepared(path: str) -> None:
    from orderdesk.desk import today
    from orderdesk.desk.demo import open_city

    desk = open_city(path)
    today.keep_glance(desk, today.today(desk))
    desk.store.close()


def _painted(program: str, *arguments: str, texts: list[str]) -> list[float]:
    terminal = Terminal(
        [sys.executable, "-c", program, *arguments],
        columns=120,
        rows=40,
        environment={"PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    try:
        return [terminal.wait_for(text) for text in texts]
    finally:
        terminal.close()


def _ran(*argv: str) -> float:
    begun = perf_counter()
    subprocess.run(argv, check=True, capture_output=True)
    return perf_counter() - begun


def measure(runs: int) -> dict[str, float]:
    """Medians in milliseconds, and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "city.db")
        _prepared(path)
        script = Path(folder) / "bare.py"
        script.write_text(_TYPER, encoding="utf-8")
        empty, frame, reserve, live, bare, help_ = [], [], [], [], [], []
        for run in range(runs + 1):
            first = _painted(_EMPTY, texts=["leave-it"])
            desk = _painted(_DESK, path, texts=["D-2026-041", "h free of", "SYNTHETIC DATA"])
            typer = _ran(sys.executable, str(script), "--help")
            ours = _ran(sys.executable, "-m", "orderdesk", "--help")
            if run:  # The first run warms the caches of the disk.
                empty.append(first[0])
                frame.append(desk[0])
                reserve.append(desk[1])
                live.append(desk[2])
                bare.append(typer)
                help_.append(ours)
    ms = {
        "empty_textual": median(empty) * 1000,
        "desk_cases": median(frame) * 1000,
        "desk_reserve_line": median(reserve) * 1000,
        "desk_database_open": median(live) * 1000,
        "bare_typer_help": median(bare) * 1000,
        "orderdesk_help": median(help_) * 1000,
    }
    return {
        **{name: round(value, 1) for name, value in ms.items()},
        "ratio_cases": round(ms["desk_cases"] / ms["empty_textual"], 2),
        "ratio_reserve_line": round(ms["desk_reserve_line"] / ms["empty_textual"], 2),
        "ratio_help": round(ms["orderdesk_help"] / ms["bare_typer_help"], 2),
    }


def main() -> None:
    """The command line of this measurement."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.runs)
    if given.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:<20} {value:>8}")


if __name__ == "__main__":
    main()
