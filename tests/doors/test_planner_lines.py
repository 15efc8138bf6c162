"""The planner's answers by command: the same use cases, and the same refusals, as on the screens."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from orderdesk.city import TEST_WEEK
from orderdesk.desk.opening import open_desk
from orderdesk.domain.time import at
from orderdesk.i18n import set_language
from tests import cities
from tests.doors.lines import Line
from tests.doors.strange_calendars import STRANGE

W25 = TEST_WEEK.shift(1)


@pytest.fixture
def wednesday(line: Line, empty_desk: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    """The command line on the city, Wednesday 10 June at 16:45."""
    cities.city_at(empty_desk, 2, "15:00")
    clock = partial(cities.moment, 2, "16:45")
    monkeypatch.setattr("orderdesk.desk.opening.open_desk", partial(open_desk, clock=clock))
    return line


def _told(line: Line, *words: str) -> dict[str, Any]:
    ended = line(*words, "--json", "--role=planner")
    assert ended.code == 0, (words, ended.err)
    found: dict[str, Any] = json.loads(ended.out)
    return found


def _refused(line: Line, code: int, said: str, *words: str) -> None:
    ended = line(*words, "--role=planner")
    assert (ended.code, ended.out) == (code, ""), words
    assert said in ended.err, (words, ended.err)


def test_leave_call_offs_and_worked_hours(wednesday: Line) -> None:
    line = wednesday
    look = _told(line, "leave", "look", "B06", "--day=25 jun")
    assert (look["day"], look["cases"]) == ("2026-06-25", [])
    given = _told(line, "leave", "answer", "B06", "--day=25 jun", "--answer=granted")
    assert (given["who"], given["answer"], given["landed_since"]) == ("B06", "granted", [])
    _refused(line, 2, "granted", "leave", "answer", "B06", "--day=25 jun", "--answer=maybe")
    _refused(line, 2, "B99", "leave", "look", "B99", "--day=25 jun")

    moved = _told(line, "call-off", "case", "D-2026-041", "--to=do 25 jun 17:30")
    assert moved["moved_to"] == "D-2026-041b"
    [free] = moved["free"]
    assert (free["freed"], free["pay_back_proposed"]) == (10, 4)
    assert free["to_tell"] == ["B07", "B12"]
    _refused(line, 1, "stands on moved", "call-off", "case", "D-2026-041")
    _refused(line, 2, "D-2026-999", "call-off", "case", "D-2026-999")
    [again] = _told(line, "leave", "list")["answers"]
    assert again["landed_since"] == ["D-2026-041b"]
    assert [one["number"] for one in _told(line, "call-off", "list")["waiting"]] == ["D-2026-041"]
    answered = _told(line, "call-off", "answer", "d-2026-041", "--pay-back")
    assert answered["pay_back_planned"] == 4
    _refused(line, 1, "D-2026-041", "call-off", "answer", "D-2026-041")
    assert _told(line, "call-off", "list")["waiting"] == []

    planned = _told(line, "worked", "show", "--day=9 jun")
    assert sum(one["planned"] for one in planned["people"]) == 12
    put = _told(
        line, "worked", "correct", "B21", "--day=9 jun", "--hours=2,5", "--why=relieved_early"
    )
    [differs] = [one for one in put["people"] if one["planned"] != one["worked"]]
    assert (differs["who"], differs["worked"], differs["why"]) == ("B21", 2.5, "relieved_early")
    assert put["balanced"]
    assert _told(line, "worked", "confirm", "--day=9 jun")["confirmed_at"]
    _refused(line, 1, "10 Jun", "worked", "confirm", "--day=10 jun")
    _refused(line, 2, "relieved_early", "worked", "correct", "B21", "--hours=2", "--why=tired")


def test_police_and_weeks(wednesday: Line) -> None:
    line = wednesday
    asked = _told(line, "police", "ask", "D-2026-043", "--unit=section")
    assert (asked["people"], asked["hours"], asked["state"]) == (23, 276, "asked")
    assert "D-2026-043" in asked["text"]
    _refused(line, 2, "platoon", "police", "ask", "D-2026-043", "--unit=army")
    answered = _told(line, "police", "answer", "D-2026-043", "--answer=refused")
    assert answered["state"] == "refused"
    _refused(line, 1, "police", "police", "answer", "D-2026-043", "--answer=refused")
    [one] = _told(line, "police", "list", "--week=W24")["requests"]
    assert (one["number"], one["state"]) == ("D-2026-043", "refused")

    proof = _told(line, "week", "close", "--week=2026-W24", "--dry-run")
    assert (proof["closed"], proof["unauthorised_theme_minutes"]) == (False, 0)
    _refused(line, 1, "2026-W24", "week", "close", "--week=2026-W24")
    _refused(line, 2, "coming weeks", "week", "move-flex", "--from=W25", "--to=W25", "--reason=x")
    _refused(line, 2, "reason", "week", "move-flex", "--from=W25", "--to=W26", "--reason= ")


def test_a_reader_changes_nothing_and_people_read_dutch(wednesday: Line) -> None:
    line = wednesday
    for words in (
        ("leave", "answer", "B06", "--day=25 jun", "--answer=granted"),
        ("call-off", "case", "D-2026-041"),
        ("worked", "confirm", "--day=9 jun"),
        ("police", "ask", "D-2026-043", "--unit=section"),
        ("week", "move-flex", "--from=W25", "--to=W26", "--reason=x"),
    ):
        ended = line(*words, "--role=reader")
        assert (ended.code, ended.out) == (1, ""), words
    assert _told(line, "call-off", "case", "D-2026-043")["moved_to"] is None
    set_language("nl")
    _refused(line, 1, "staat op afgelast", "call-off", "case", "D-2026-043")
    assert (
        "gaat verder als D-2026-043b"
        in line("call-off", "case", "D-2026-043", "--to=20 jun 14:00", "--role=planner").out
    )
    assert _told(line, "call-off", "answer", "D-2026-043")["pay_back_planned"] == 0
    assert "Er wacht niets" in line("call-off", "list").out
    assert "gepland" in line("worked", "show", "--day=9 jun").out
    assert "niets gevraagd" in line("police", "list", "--week=W24").out


def test_a_week_closes_and_flex_shifts_move(
    line: Line, empty_desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cities.city_at(empty_desk, 6, "23:00")
    clock = partial(at, W25.monday, "08:00")
    monkeypatch.setattr("orderdesk.desk.opening.open_desk", partial(open_desk, clock=clock))
    moved = _told(
        line, "week", "move-flex", "--from=W26", "--to=W27", "--shifts=1", "--reason=drukte"
    )
    assert (moved["from"], moved["to"], len(moved["people"])) == ("2026-W26", "2026-W27", 1)
    assert moved["run_out_after"][0] >= moved["run_out_before"][0]
    assert moved["run_out_after"][1] <= moved["run_out_before"][1]

    proof = _told(line, "week", "close", "--dry-run")
    assert (proof["week"], proof["closed"]) == ("2026-W24", False)
    closed = _told(line, "week", "close")
    assert (closed["sound"], closed["closed"]) == (True, True)
    assert (closed["pay_back_planned"], closed["in_week"]) == (8, "2026-W25")
    _refused(line, 1, "2026-W24", "week", "close", "--week=2026-W24")


def test_what_is_kept_and_looked_after_tells_programs_too(wednesday: Line, tmp_path: Path) -> None:
    line = wednesday
    resized = _told(line, "week", "resize", "--hours=2", "--reason=drukte")
    assert resized["free_hours"] > 0
    assert resized["reserve_hours"] == 66
    _refused(line, 1, "free", "week", "resize", "--hours=-400", "--reason=x")
    _refused(line, 2, "400h", "week", "resize", "--hours=400h", "--reason=x")

    address = _told(line, "feeds", "new", "b07")
    assert address["person"] == "B07"
    assert address["address"].endswith(".ics")
    assert _told(line, "feeds", "withdraw", "B07") == {"person": "B07", "withdrawn": True}
    _refused(line, 2, "B07", "feeds", "withdraw", "B07")

    exported = _told(line, "incident", "export", "U-2026-009", "--out=log.json")
    assert exported == {"number": "U-2026-009", "file": "log.json", "lines": 9}
    assert _told(line, "privacy", "export", "B07")["person"]["id"] == "B07"
    assert _told(line, "privacy", "export", "B07", "--out=b07.json") == {"file": "b07.json"}
    _refused(line, 2, "--yes", "privacy", "list", "--destroy")
    assert _told(line, "privacy", "list", "--destroy", "--yes")["destroyed"] > 0

    assert _told(line, "db", "upgrade")["schema"]
    assert _told(line, "db", "backup", "a.db") == {"file": "a.db"}
    put_back = _told(line, "db", "restore", "a.db")
    assert Path(put_back["replaced"]).exists()
    _refused(line, 2, "gone.db", "db", "restore", "gone.db")
    _refused(line, 1, "no sound backup", "db", "restore", "log.json")
    assert line("db", "check").code == 0


def test_days_off_come_from_a_calendar_without_their_titles(
    wednesday: Line, tmp_path: Path
) -> None:
    line = wednesday
    day = "BEGIN:VEVENT\r\nUID:{n}\r\nSUMMARY:naar de kliniek\r\nDTSTART;VALUE=DATE:{a}\r\n{b}END:VEVENT\r\n"
    entries = (
        day.format(n=1, a="20260706", b="DTEND;VALUE=DATE:20260711\r\n"),
        day.format(n=2, a="20260720", b="TRANSP:TRANSPARENT\r\n"),
        day.format(n=3, a="20260101", b="RRULE:FREQ=SECONDLY\r\n"),
        "BEGIN:VEVENT\r\nUID:4\r\nDTSTART:20260707T080000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\n",
    )
    text = f"BEGIN:VCALENDAR\r\n{''.join(entries)}END:VCALENDAR\r\n"
    (tmp_path / "away.ics").write_text(text, encoding="utf-8", newline="")
    dry = _told(line, "team", "calendar", "B02", "away.ics", "--dry-run")
    assert dry["new"] == [{"first": "2026-07-06", "last": "2026-07-10"}]
    assert (dry["part_days"], dry["written"], dry["problems"][0]["row"]) == (1, False, 14)
    assert _told(line, "team", "calendar", "B02", "away.ics")["written"]
    again = _told(line, "team", "calendar", "B02", "away.ics")
    assert (again["new"], again["unchanged"]) == ([], 1)
    assert "kliniek" not in (tmp_path / "desk.db").read_bytes().decode("latin-1")
    for name, strange in STRANGE.items():
        (tmp_path / "x.ics").write_bytes(strange.make())
        ended = line("team", "calendar", "B02", "x.ics", "--role=planner", "--dry-run", "--json")
        assert ended.code == (2 if strange.whole_file else 0), (name, ended)
    assert line("team", "calendar", "B02", "away.ics", "--role=officer", "--yes").code == 1
