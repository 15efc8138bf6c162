"""The command line as a script and a person meet it: help, refusals, pipes, and a whole day."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import typer.main

from orderdesk.cli import app
from orderdesk.desk.opening import open_desk
from orderdesk.store.database import Database
from orderdesk.store.work import Store
from tests import cities
from tests.conftest import NOW
from tests.doors.lines import Line, unsafe

NO_JSON = {("serve",)}
"""What serves for ever."""


def commands(
    group: Any = None, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with the words that call it."""
    for name, command in (group or typer.main.get_command(app)).commands.items():
        yield (*path, name), command
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))


def orderdesk(*words: str, lang: str = "nl", **more: Any) -> subprocess.CompletedProcess[str]:
    """The program itself, as a shell starts it."""
    env = {**os.environ, "LC_ALL": "C.UTF-8", "ORDERDESK_DATABASE": "none.db"}
    return subprocess.run(
        [sys.executable, "-m", "orderdesk", f"--lang={lang}", *words],
        capture_output=True, text=True, env=env, timeout=600, check=False, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("path", "command"), list(commands()), ids=[" ".join(path) for path, _command in commands()]
)
def test_every_command_has_help_with_an_example(path: tuple[str, ...], command: Any) -> None:
    context = typer.Context(command, info_name=" ".join(("orderdesk", *path)))
    context.help_option_names = ["-h", "--help"]
    text = command.get_help(context)
    assert text.startswith(f"Usage: orderdesk {' '.join(path)} ")
    if not hasattr(command, "commands"):
        assert f"Example: orderdesk {' '.join(path)}" in " ".join(text.split())
        assert path in NO_JSON or any("--json" in param.opts for param in command.params)
    for param in command.params:
        assert param.help, f"{param.name} says nothing"


def test_dutch_is_complete(tmp_path: Path) -> None:
    english = ("Usage", "Options", "Commands", "Arguments", "Show this", "Error", "default:",
               "required", "Try ", "Missing", "Example", "<str>", "<int>", "<path>")  # fmt: skip
    for words in (["-h"], ["roster", "--help"], ["import", "-h"], ["import"], ["roster", "--weeks=99"],
                  ["plan", "--wek=1"], ["plann"], ["db"], ["plan", "x"], ["score", "--version"]):  # fmt: skip
        ended = orderdesk(*words, cwd=tmp_path)
        said = ended.stdout + ended.stderr
        assert ended.returncode == (0 if words[-1] in ("-h", "--help") else 2), said
        assert not [word for word in english if word in said], said
        assert said.strip()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["plann"], "plan"),
        (["db", "restor"], "restore"),
        (["plan", "--wek", "2026-W24"], "--week"),
        (["roster", "--weeks", "99"], "from 1 to 16"),
        (["register", "--place", "Markt"], "--when"),
        (["plan", "--week"], "--week needs a value"),
        (["plan", "--json=1"], "--json takes no value"),
        (["plan", "two", "words"], "two words"),
        (["--lang", "fr", "plan"], "nl or en"),
        (["plan", "--lang"], "nl or en"),
        (["--database=", "plan"], "--database"),
        (["--role", "king", "plan"], "reader"),
    ],
)
def test_a_refusal_names_field_value_and_mend(line: Line, words: list[str], said: str) -> None:
    ended = line(*words)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err, ended.err


def test_import_says_at_once_what_it_reads(line: Line, tmp_path: Path) -> None:
    """On the error stream, before what takes time to load; the output stays JSON alone."""
    (tmp_path / "r.csv").write_text("Datum,Ort,Thema\n01.02.2024,Markt,A\n", encoding="utf-8")
    ended = line("import", str(tmp_path / "r.csv"), "--json", "--dry-run")
    assert json.loads(ended.out)["new"] == 1
    assert ended.err == "· reading r.csv\n"
    gone = line("import", "r.csv", "--mapping", "gone.json")
    assert (gone.code, gone.out) == (2, "")
    assert "'gone.json'" in gone.err
    assert "There is no such file." in gone.err
    assert "'.'" in line("import", ".").err


def test_any_words_end_in_words(line: Line) -> None:
    chance = random.Random(9)
    known = [
        word for path, _command in commands() for word in path if word not in ("serve", "feeds")
    ]
    odd = ["--json", "--week", "--week=2026-W24", "--out", "-", "--", "-x", "", " ", "0", "-1", "NaN",
           "--lang", "nl", "en", "--role", "reader", "--version", "x" * 500, "\x1b[2J", "'", "{0}",
           "--freeze", "--by=", "--publish", "--seconds=1", "--weeks=1", "/", "..", "%s"]  # fmt: skip
    for _turn in range(60):
        words = [chance.choice(known), *chance.choices(odd, k=chance.randint(0, 4))]
        ended = line(*words)
        assert ended.code in (0, 1, 2), (words, ended)
        assert unsafe(ended.text) == set(), words


def test_a_fault_of_our_own_is_one_sentence(
    line: Line, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from orderdesk.cli import run

    monkeypatch.setattr("orderdesk.desk.faults.user_folder", lambda: tmp_path)
    monkeypatch.setattr("orderdesk.desk.capacity.week_plan", lambda *_a: 1 / 0)
    with pytest.raises(SystemExit) as ended:
        run(["plan", "--week", "SECRET"])
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert "ZeroDivisionError" in said
    assert "Traceback" not in said
    kept = (tmp_path / "last-fault.txt").read_text(encoding="utf-8")
    assert "ZeroDivisionError" in kept
    assert "SECRET" not in kept + said


def test_a_pipe_that_closes_and_ctrl_c_leave_no_traceback(empty_desk: Path) -> None:
    env = {**os.environ, "ORDERDESK_DATABASE": str(empty_desk), "PYTHONUNBUFFERED": "1"}
    started = subprocess.Popen(
        [sys.executable, "-m", "orderdesk", "--lang=en", "feeds", "--port=0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, text=True,
    )  # fmt: skip
    started.kill()
    started.communicate()
    for command in ("strength", "score", "plan"):
        piped = subprocess.Popen(
            [sys.executable, "-m", "orderdesk", command],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, text=True,
        )  # fmt: skip
        assert piped.stdout is not None
        assert piped.stderr is not None
        piped.stdout.close()
        said = piped.stderr.read()
        piped.stderr.close()
        assert piped.wait(60) == 0, said
        assert "Traceback" not in said
        assert "BrokenPipe" not in said


def test_closed_streams_are_no_fault(tmp_path: Path) -> None:
    """A scheduler may start a job without any of the three."""
    script = f'"{sys.executable}" -m orderdesk --help >&- <&- && "{sys.executable}" -m orderdesk --lang=en <&-'
    ended = subprocess.run(
        ["sh", "-c", script], capture_output=True, text=True, cwd=tmp_path, check=False,
        env={**os.environ, "ORDERDESK_DATABASE": "none.db"},
    )  # fmt: skip
    assert ended.returncode == 2
    assert "needs a terminal" in ended.stderr


def test_ctrl_c_is_one_word(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_args: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("orderdesk.desk.capacity.week_plan", stop)
    ended = line("plan")
    assert (ended.code, ended.err.strip()) == (130, "stopped")


def _good(line: Line, *words: str) -> str:
    ended = line(*words)
    assert ended.code == 0, (words, ended.err)
    return ended.out


def _day(line: Line, day: str) -> None:
    """A whole day by script; each step must end well and give JSON that can be read."""
    made = json.loads(_good(line, "register", f"--when={day} 14:00-16:00", "--place=Markt", "--expected=80",
                           "--organiser=Voorbeeldcomité (fictief)", "--json"))  # fmt: skip
    number = made["number"]
    for words in (
        ["score", number, "--json"],
        ["score", "--json"],
        ["plan", "--json"],
        ["strength", "--json"],
        ["incident", "--where=Markt", "--when=15:30", "--how-many=150", "--said-by=police",
         "--sure=B", "--json"],
        ["calls", "--json"],
        ["review", "--out=review", "--freeze", "--json"],
        ["db", "check", "--json"],
    ):  # fmt: skip
        assert isinstance(json.loads(_good(line, *words)), dict), words
    assert json.loads(_good(line, "export", "register", "--out=r.csv", "--json"))["rows"]
    assert number in Path("r.csv").read_text(encoding="utf-8")
    assert list(Path("review").glob("*.pdf"))


def test_a_whole_day_by_script_on_an_empty_desk(line: Line) -> None:
    _day(line, "morgen")
    for words in (["forecast"], ["roster", "--seconds=1"], ["backtest"], ["learn"],
                  ["export", "ics", "--out=ics"]):  # fmt: skip
        ended = line(*words)
        assert ended.code in (1, 2), (words, ended)
        assert ended.err.strip()
    assert "roster --publish" in ended.err
    assert not Path("ics").exists()


def test_a_whole_day_by_script_on_the_city(
    line: Line, empty_desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cities.city_at(empty_desk, 1, "07:30")
    monkeypatch.setattr(
        "orderdesk.desk.opening.open_desk",
        partial(open_desk, clock=lambda: cities.moment(1, "12:00")),
    )
    _day(line, "za 13 jun")
    assert json.loads(_good(line, "export", "ics", "--out=ics", "--json"))["files"] > 20
    told = json.loads(line("forecast", "--weeks=2", "--json").out)
    assert told
    assert Store(Database(str(empty_desk), now=NOW), lambda: NOW).check() == []


def test_the_reader_may_look_and_not_change(line: Line) -> None:
    assert line("plan", "--role=reader").code == 0
    ended = line("register", "--when=morgen 14:00-15:00", "--place=Markt", "--role", "reader")
    assert ended.code == 1
    assert "reader" in ended.err
    # Refused before a file is read, or a proposal is worked out.
    for words in (["import", "absent.csv"], ["learn", "--accept", "--by=X (fictief)"]):
        ended = line(*words, "--role=reader")
        assert (ended.code, "reader" in ended.err) == (1, True), ended
