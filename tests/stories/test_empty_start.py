"""From an empty file to a published roster and a review: on the command line and by keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from orderdesk.app import OrderdeskApp
from orderdesk.cli import run
from orderdesk.desk import drafts
from orderdesk.desk.core import DemoClock, Desk, counting_ids
from orderdesk.desk.opening import open_desk
from orderdesk.domain.ledger import Posting, balance
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.time import Week, at
from orderdesk.i18n import _
from tests.stories.playing import Story
from tests.waiting import until

STAFF = "Dienstnummer;Naam;Uren;Vaardigheden;Dagen;Stadsdeel;BSN\n" + "".join(
    f"C{n:02d};Persoon {n} (fictief);36;boa{', flex' if n % 3 == 0 else ''};;Centrum;123\n"
    for n in range(1, 25)
)
Command = Callable[..., str]


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Run a command on an empty database of its own; gives what it prints, and checks its code."""
    monkeypatch.setenv("ORDERDESK_DATABASE", str(tmp_path / "desk.db"))
    monkeypatch.chdir(tmp_path)

    def do(*arguments: str, code: int = 0) -> str:
        with pytest.raises(SystemExit) as ended:
            run(list(arguments))
        said = capsys.readouterr()
        assert ended.value.code == code, said.err
        return said.out if code == 0 else said.err

    return do


def test_the_whole_job_on_the_command_line_from_an_empty_file(
    command: Command, tmp_path: Path
) -> None:
    assert "orderdesk team import" in command("first")
    assert "nobody is in the team" in command("week", "open", code=1)
    assert "nobody is in the team" in command("roster", "--seconds", "1", code=1)
    (tmp_path / "staff.csv").write_text(
        STAFF + "C25;;36;boa;;;\nC26;Persoon 26;70;boa;;;\nC01;Dubbel;36;boa;;;\n"
    )
    looked = json.loads(command("team", "import", "staff.csv", "--dry-run", "--json"))
    assert (len(looked["new"]), looked["written"], looked["left_out"]) == (24, False, ["BSN"])
    assert [(p["row"], p["column"]) for p in looked["problems"]] == [
        (26, "Naam"), (27, "Uren"), (28, "Dienstnummer"),
    ]  # fmt: skip
    command("team", "import", "staff.csv", "--yes")
    again = json.loads(command("team", "import", "staff.csv", "--json"))
    assert (again["new"], again["changed"], again["unchanged"]) == ([], [], 24)

    command("settings", "set", "term", "48h_raw", "--why", "APV", "--json")
    assert "from 0 to 1" in command("settings", "set", "reserve.share", "7", "--why", "x", code=2)
    command("settings", "list", "--checked", "--json")
    opened = json.loads(command("week", "open", "--weeks", "6", "--json"))
    assert [week["reserve"] for week in opened["weeks"]] == [88.0] * 6
    assert sum(opened["weeks"][0]["flex_shifts"]) == 11

    told = json.loads(
        command(
            "register", "--when", "over 10 dagen 14:00-16:00", "--place", "Markt", "--expected",
            "300", "--organiser", "Voorbeeld (fictief)", "--address", "Straat 1",
            "--purpose", "doel", "--measures", "ordedienst", "--json",
        )
    )  # fmt: skip
    assert told["term"]["rule"] == "48h_raw"
    assert told["number"] in command("score", told["number"])
    assert "This desk is ready" in command("first")
    case_week = str(Week.of(date.fromisoformat(told["term"]["deadline"][:10])))
    plans = [json.loads(command("plan", "--week", w["week"], "--json")) for w in opened["weeks"]]
    assert any(plan["cases"] and plan["cases"][0]["asked"] > 0 for plan in plans), case_week
    assert plans[0]["reserve"] == 88.0

    made = json.loads(
        command(
            "roster", "--week", opened["weeks"][1]["week"], "--weeks", "4", "--seconds", "1",
            "--publish", "--reason", "eerste rooster: korter dan 28 dagen vooraf", "--json",
        )
    )  # fmt: skip
    assert (made["violations"], made["published"], made["people"]) == (0, True, 24)
    command("export", "ics", "--out", "ics")
    assert len(list((tmp_path / "ics").rglob("*.ics"))) >= 24
    command("review", "--week", opened["weeks"][1]["week"], "--out", "review", "--json")
    assert list((tmp_path / "review").glob("*.pdf"))
    given = json.loads(command("privacy", "export", "Voorbeeld"))
    assert given["organiser"]["address"] == "Straat 1"
    assert "isn't over" in command(
        "privacy", "erase", "Voorbeeld", "--why", "verzoek", "--yes", code=1
    )
    assert json.loads(command("privacy", "list", "--json"))["due"] == []
    assert json.loads(command("db", "check", "--json"))["sound"]
    for job in (
        ("team", "save", "C30", "--name", "Nieuw", "--hours", "32"),
        ("week", "open", "--week", "2030-W01"),
        ("settings", "set", "reserve.share", "12%", "--why", "x"),
        ("privacy", "list", "--destroy", "--yes"),
        ("privacy", "export", "Voorbeeld"),
        ("team", "import", "staff.csv", "--yes"),
    ):
        assert "signed in as reader" in command("--role", "reader", *job, code=1)


async def test_the_first_run_by_keys(tmp_path: Path) -> None:
    monday = at(date(2026, 6, 8), "07:30")
    clock = DemoClock(monday)
    clock.set(monday)
    (tmp_path / "staff.csv").write_text(STAFF)

    def open_it() -> Desk:
        lead = Actor(name="Teamleider Voorbeeld", role=Role.LEAD)
        return open_desk(
            str(tmp_path / "desk.db"), actor=lead, clock=clock, new_id=counting_ids("first")
        )

    app = OrderdeskApp(open_it)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.desk is not None, "an open desk")
        s = Story(app, pilot, clock)
        await s.settle()
        assert s.sees(_("This desk is empty. What first?"))
        assert s.sees(f"1  {_('add your team')}")
        # 1: the team, one by hand and the rest from a list
        await s.press("9", "n")
        await s.fill("B01", "Anna Voorbeeld", "36", "boa, flex", "ma-vr", "centrum")
        await s.press("ctrl+s")
        assert s.sees("Anna Voorbeeld")
        await s.press("i")
        await s.type(str(tmp_path / "staff.csv"))
        await s.press("ctrl+s")
        assert s.sees("24")
        await s.press("y")
        with s.desk.read() as reader:
            assert len(reader.people()) == 25
        # leaving a form keeps what was typed
        await s.press("a")
        await s.fill("B01", "15 jun", "19 jun")
        await s.press("escape", "a")
        assert s.sees("15 jun")
        await s.press("ctrl+s")
        assert s.sees(_("leave"))
        # 2: places and norms
        await s.press("s", "slash")
        await s.type("vrijthof.c")
        await s.press("enter", "e")
        await s.press("backspace", "backspace", "backspace", "backspace", "backspace")
        await s.fill("8000", "brandweer")
        await s.press("ctrl+s")
        assert s.sees("8000 *")
        await s.press("c", "escape", "escape")
        # 3: this week
        await s.press("o", "escape")
        assert drafts.open_drafts(s.desk) == []
        await s.press("o", "enter", "enter")
        await s.type("72")
        await s.press("escape")
        assert drafts.open_drafts(s.desk) == ["weeks"]
        await s.press("o")
        assert s.sees("72")
        await s.press("ctrl+d")
        assert drafts.open_drafts(s.desk) == []
        await s.press("o")
        assert not s.sees("72")
        await s.press("ctrl+s")
        week = Week.of(monday)
        with s.desk.read() as reader:
            assert balance(reader.postings(Posting), week).reserve == 88 * 60
        await s.press("1")
        assert s.sees(f"✓  {_('open this week')}")
        assert s.sees(f"4  {_('import your register, or register a notification')}")
        # 4: a notification
        await s.press("n")
        await s.type("za 13 jun 14:00-16:00")
        await s.press("ctrl+s", "escape")
        await s.press("1")
        assert _("add your team") not in s.widget_text("#summary")
        with s.desk.read() as reader:
            assert reader.count_cases() == 1
        await s.press("9", "p")
        assert s.sees(_("Nothing is due for destruction this week."))
        assert s.desk.store.check() == []
    app.desk.store.close()
