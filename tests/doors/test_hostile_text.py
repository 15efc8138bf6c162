"""Part D, hostile text: each row on each door. The ids name the row; the test names the door."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from orderdesk.desk.opening import open_desk
from orderdesk.domain.events import Case
from orderdesk.domain.text import csv_text, safe_file_name
from orderdesk.errors import OrderdeskError
from orderdesk.registers.table import read_table
from tests.doors.lines import Line, unsafe

TEXTS = {
    "escape": "\x1b[2Jx",
    "title": "\x1b]0;x\x07y",
    "c1": "\x9b31mx",
    "nul-bel-del": "a\x00b\x07c\x7fd",
    "bold": "[bold]x",
    "closing": "Mars [/]",
    "click": "[@click=app.quit]x[/]",
    "odd-markup": "zaal [a=1 b=2]",
    "braces": "{{x}} {0} {naam}",
    "typst": "#set page(width: 1cm)",
    "shell": "$(x) `x` ; x",
    "percent": "%s %d %(x)s",
    "sql": "' OR 1=1 --",
    "override": "\u202eevil",
    "zero-width": "a\u200bb",
    "combining": "a" + "\u0301" * 40,
    "emoji": "👮‍♀️ 🎉",
    "arabic": "ساحة الحرية",
    "hebrew": "רחוב",
    "link": '=HYPERLINK("http://x")',
    "plus": "+1",
    "minus": "-1x",
    "at": "@x",
    "tab": "\tx",
    "space-formula": " =1+1",
    "wide-formula": "＝1+1",
    "newline": "a\nATTENDEE:mailto:x@y.example",
    "path": "../../x",
    "device": "CON",
    "long": "x" * 300,
    "dots": "....",
}
rows = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
FORMULAS = ("link", "plus", "minus", "at", "tab", "space-formula", "wide-formula", "newline")


def cases_of(database: Path) -> list[Case]:
    desk = open_desk(str(database))
    with desk.read() as reader:
        cases = reader.cases()
    desk.store.close()
    return cases


@rows
def test_any_text_is_kept_as_typed_and_shown_safely(
    line: Line, empty_desk: Path, text: str
) -> None:
    made = line(
        "register", "--when=za 13 jun 2026 14:00-16:00", f"--place=Plein {text[:280]}",
        f"--organiser={text}", f"--address={text}", f"--purpose={text}", f"--measures={text}",
        f"--composition={text}", "--expected=80",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert unsafe(made.text) == set()
    [case] = cases_of(empty_desk)
    assert case.purpose.strip() == text.strip()
    assert unsafe(line("score", case.number).text) == set()


@pytest.mark.parametrize("command", ["score", "plan", "import", "roster"])
def test_any_text_as_an_argument_is_refused_and_shown_safely(line: Line, command: str) -> None:
    before = {"plan": "--week=", "roster": "--weeks="}
    for text in TEXTS.values():
        ended = line(command, "--lang=en", before.get(command, "") + text.lstrip("-"))
        assert ended.code in (1, 2), ended
        assert unsafe(ended.text) == set()


def test_any_text_in_a_register_is_imported_and_shown_safely(
    line: Line, empty_desk: Path, tmp_path: Path
) -> None:
    with (tmp_path / "register.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(["Datum", "Tijd", "Plaats", "Organisator", "Onderwerp", "Aantal"])
        for n, text in enumerate(TEXTS.values(), start=1):
            out.writerow([f"{n:02d}-05-2026", "14:00-16:00", f"Plein {text[:250]}", text, text, n])
    done = line("import", "register.csv", "--yes")
    assert done.code == 0, done.err
    assert len(cases_of(empty_desk)) == len(TEXTS)
    for ended in (done, line("import", "register.csv", "--json"), line("score")):
        assert unsafe(ended.text) == set()
    again = line("import", "register.csv", "--yes")
    assert f"{len(TEXTS)} unchanged" in again.out


def test_export_opens_as_text_and_comes_back(line: Line, tmp_path: Path) -> None:
    for n, text in enumerate(TEXTS.values(), start=1):
        assert line("register", f"--when={n} mei 2026 14:00-16:00", f"--place={text}").code == 0
    assert line("export", "register", "--out", "r.csv").code == 0
    raw = (tmp_path / "r.csv").read_text(encoding="utf-8")
    found = list(csv.DictReader(io.StringIO(raw, newline="")))
    told = [csv_text(row["place"]) for row in sorted(found, key=lambda row: row["start"])]
    for row in found:
        assert not row["place"].lstrip().startswith(("=", "+", "-", "@", "＝")), row
    for name, text in TEXTS.items():
        if name in FORMULAS:
            assert text.strip() in [place.strip() for place in told], name
    read = read_table(tmp_path / "r.csv")
    at = read.rows[0].index("place")
    places = [row[at].strip() for row in read.rows[1:]]
    for name in ("link", "plus", "minus", "at", "wide-formula"):
        assert TEXTS[name].strip() in places, name


@rows
def test_any_text_makes_a_safe_file_name(tmp_path: Path, text: str) -> None:
    name = safe_file_name(text, ".csv")
    assert "/" not in name
    assert not name.startswith(".")
    assert unsafe(name) == set()
    assert len(name.encode()) <= 124
    raw = text.replace("/", "").replace("\x00", "")[:60] + ".csv"
    (tmp_path / raw).write_text("Datum;Plaats\n13-06-2026;Markt\n", encoding="utf-8")
    assert unsafe(read_table(tmp_path / raw).name) == set()
    with pytest.raises(OrderdeskError) as refused:
        read_table(tmp_path / f"no {text}")
    assert unsafe(str(refused.value)) == set()
