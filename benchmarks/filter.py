"""How fast does the register answer while somebody types in its filter?

    python -m benchmarks.filter [--records 100000] [--json]

Opens the desk on the synthetic history of the demonstration city, repeated to `records` cases, in a
terminal of 160x48; types words letter by letter, takes them back, and measures from each key to the
last cell painted. The anchor is a Textual application that only echoes the same keys in an input.
The number of cases on the screen is checked against a plain search over all lines.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

from benchmarks.start import used_city
from benchmarks.terminal import Terminal
from orderdesk.i18n import count, set_language

if TYPE_CHECKING:
    from orderdesk.desk.search import RegisterList

WORDS = ("vrijthof", "markt 2021", "hoog", "d-2019-0", "wyck", "xyz")
_BACK = "\x7f"
_ECHO = """
from textual.app import App
from textual.widgets import Footer, Header, Input
class Echo(App):
    BINDINGS = [("f1", "quit", "leave-it")]
    def compose(self):
        yield Header()
        yield Input(id="filter", compact=True)
        yield Footer()
Echo().run()
"""
_DESK = """
import sys
from orderdesk.i18n import set_language
set_language("en")
from orderdesk.app import OrderdeskApp
def open_it():
    from benchmarks.start import used_city
    return used_city(sys.argv[1])
OrderdeskApp(open_it).run()
"""


def _prepared(path: str, records: int) -> RegisterList:
    from orderdesk.desk.catchup import catch_up
    from orderdesk.desk.demo import open_city
    from orderdesk.desk.search import register_list

    desk = open_city(path)
    with desk.work() as work:
        # A long register is a long past: what is coming stays as it is.
        cases = [case for case in work.cases() if case.span and case.span.end < desk.now]
        more = records - work.count_cases()
        work.add_cases(
            [
                cases[n % len(cases)].replace(
                    id=f"copy-{n}",
                    number=f"{cases[n % len(cases)].number}-{n // len(cases)}",
                    version=1,
                )
                for n in range(more)
            ]
        )
    catch_up(desk)
    desk.store.close()
    return register_list(used_city(path))


def _typed(terminal: Terminal) -> list[tuple[str, float, str]]:
    """(text in the filter, seconds from key to last painted cell, what was painted)."""
    found, text = [], ""
    for word in WORDS:
        for key in [*word, *[_BACK] * len(word)]:
            text = text[:-1] if key == _BACK else text + key
            begun = terminal.press(key)
            ended, painted = terminal.burst()
            found.append((text, ended - begun, painted))
            time.sleep(0.05)
    return found


def _open(program: str, *arguments: str) -> Terminal:
    return Terminal(
        [sys.executable, "-c", program, *arguments],
        columns=160,
        rows=48,
        environment={"PYTHONPATH": str(Path(__file__).parent.parent)},
    )


def measure(records: int) -> dict[str, float]:
    """Milliseconds from key to last painted cell."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "many.db")
        lines = _prepared(path, records)
        terminal = _open(_DESK, path)
        try:
            terminal.wait_for("SYNTHETIC DATA")
            terminal.press("2")
            terminal.wait_for(f"{count(len(lines))} cases")
            time.sleep(5)  # The index is made after the list is shown.
            terminal.press("/")
            terminal.burst()
            ours = _typed(terminal)
        finally:
            terminal.close()
        echo = _open(_ECHO)
        try:
            echo.wait_for("leave-it")
            anchor = _typed(echo)
        finally:
            echo.close()
    wrong = _wrong(lines, ours)
    ms, floor = ([seconds * 1000 for _, seconds, _ in found] for found in (ours, anchor))
    return {
        "records": len(lines),
        "keys": len(ms),
        "wrong_counts": wrong,
        "median": round(median(ms), 1),
        "p95": round(quantiles(ms, n=20)[-1], 1),
        "worst": round(max(ms), 1),
        "anchor_echo_median": round(median(floor), 1),
        "anchor_echo_p95": round(quantiles(floor, n=20)[-1], 1),
    }


def _wrong(lines: RegisterList, typed: list[tuple[str, float, str]]) -> int:
    """How many painted counts disagree with a plain search."""
    from orderdesk.screens.widgets.find import plain

    texts = [plain(lines.text(n)) for n in range(len(lines))]
    wrong, shown = 0, len(lines)
    for text, _, painted in typed:
        words = plain(text).split()
        right = sum(all(word in t for word in words) for t in texts)
        # What stays the same is not painted again.
        said = count(right)
        wrong += right != shown and said not in painted and said[-1] not in painted
        shown = right
    return wrong


def main() -> None:
    """The command line of this measurement."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    set_language("en")  # as the desk that is measured
    found = measure(given.records)
    if given.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:<20} {value:>9}")


if __name__ == "__main__":
    main()
