"""Signals by command: the board, one written down, a list taken over; never about a person."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.doors.lines import Line, unsafe
from tests.doors.test_hostile_text import TEXTS
from tests.doors.test_more_doors import PERSON

HEAD = "Datum;Stadsdeel;Fase;Concreet;Bron;Zekerheid;Waarneming;Melder\n"
ADD = ("signals", "add", "--district=Centrum", "--phase=2", "--source=area_staff", "--sure=A")


def listed(folder: Path, *rows: str) -> str:
    (folder / "x.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return "x.csv"


def test_the_board_names_what_is_silent_and_takes_a_mistake_back(line: Line) -> None:
    made = json.loads(line(*ADD, "--evidenced=yes", "--text=onrust op het plein", "--json").out)
    board = json.loads(line("signals", "--json").out)
    assert "Centrum" not in board["silent"]
    assert "Noord" in board["silent"]
    [centre] = [one for one in board["districts"] if one["district"] == "Centrum"]
    assert (centre["entries"], centre["silent"], centre["points"]) == (1, False, 0.6)
    assert [one["id"] for one in board["signals"]] == [made["id"]]
    assert line("signals", "withdraw", made["id"]).code == 0
    again = line("signals", "withdraw", made["id"])
    assert (again.code, made["id"] in again.err) == (2, True)
    assert "Centrum" in json.loads(line("signals", "--json").out)["silent"]


@pytest.mark.parametrize("text", PERSON)
def test_a_person_is_refused_with_what_may_be_said_instead(
    line: Line, tmp_path: Path, text: str
) -> None:
    ended = line(*ADD, "--evidenced=yes", f"--text={text}")
    assert (ended.code, "Say where, when and what was seen" in ended.err) == (1, True), ended
    file = listed(
        tmp_path, f"vandaag;Centrum;2;ja;police;A;{text};", "vandaag;Noord;1;nee;police;B;stil;"
    )
    told = json.loads(line("signals", "import", file, "--json").out)
    assert (told["new"], told["skipped"], told["rows"]) == (1, 1, 2)
    assert "Say where" in told["problems"][0]["message"]
    assert text not in line("signals", "--json").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--district=Nergens", "--evidenced=yes"), "Centrum"),
        (("--phase=9", "--evidenced=yes"), "1, 2, 3, 4"),
        (("--evidenced=misschien",), "yes, no"),
        (("--source=buurman", "--evidenced=no"), "area staff"),
        (("--sure=Z", "--evidenced=no"), "A, B, C"),
        (("--day=over 2 weken", "--evidenced=no"), "future"),
        (("--day=1 jan 2020", "--evidenced=no"), "90 days"),
        (("--day=31-02", "--evidenced=no"), "no day 31"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(
    line: Line, words: tuple[str, ...], said: str
) -> None:
    ended = line(*ADD, *words)
    assert (ended.code, said in ended.err) == (2, True), ended
    assert json.loads(line("signals", "--json").out)["signals"] == []


def test_a_list_is_taken_over_once_in_the_words_of_either_language(
    line: Line, tmp_path: Path
) -> None:
    old = (date.today() - timedelta(days=90)).isoformat()  # noqa: DTZ011
    file = listed(
        tmp_path,
        "gisteren;centrum;2 oplopende spanning;ja;gebiedsmedewerkers;A bevestigd;druk plein;Jan",
        "gisteren;Noord;rising tension;no;police;B;rustig plein;Jan",
        "gisteren;Noord;rising tension;no;police;B;rustig plein;Jan",
        f"{old};Noord;1;nee;police;B;te oud;Jan",
        "31-02;Noord;1;nee;police;B;geen dag;Jan",
    )
    dry = json.loads(line("signals", "import", file, "--dry-run", "--json").out)
    assert (dry["new"], dry["unchanged"], dry["skipped"], dry["written"]) == (2, 1, 2, False)
    assert dry["left_out"] == ["Melder"]
    assert json.loads(line("signals", "--json").out)["signals"] == []
    assert line("signals", "import", file, "--yes").code == 0
    again = json.loads(line("signals", "import", file, "--json").out)
    assert (again["new"], again["unchanged"]) == (0, 3)
    assert "Jan" not in line("signals", "--json").out
    assert line("signals", "import", file, "--json", "--role=reader").code == 1
    (tmp_path / "y.csv").write_text("Datum;Wijk\n1-1;x\n", encoding="utf-8")
    assert line("signals", "import", "y.csv").code == 2


def test_hostile_text_is_shown_and_kept_as_text(line: Line, tmp_path: Path) -> None:
    texts = [t.replace(";", ",").replace("\n", " ").replace('"', "") for t in TEXTS.values()]
    file = listed(tmp_path, *(f"vandaag;{t[:80]};{t[:80]};nee;{t[:80]};B;{t};" for t in texts))
    ended = line("signals", "import", file, "--json")
    assert ended.code == 0, ended
    assert unsafe(ended.text) == set()
    file = listed(tmp_path, *(f"vandaag;Centrum;1;nee;police;B;{t[:500]};" for t in texts))
    for words in (["signals", "import", file, "--yes"], ["signals"], ["signals", "--json"]):
        ended = line(*words)
        assert ended.code == 0, ended
        assert unsafe(ended.text) == set()
