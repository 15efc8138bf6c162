"""What every screen has: tabs, keys, help, jump, colours that stay, a terminal of any size."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from orderdesk.__main__ import main
from orderdesk.app import OrderdeskApp
from orderdesk.desk import scoring
from orderdesk.desk.core import Deed
from orderdesk.desk.demo import OFFICER
from orderdesk.desk.opening import open_desk
from orderdesk.desk.preferences import prefer, preferences
from orderdesk.desk.timeline import lines_of
from orderdesk.domain.events import Status
from orderdesk.domain.ledger import Posting, balance
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.time import Week
from orderdesk.i18n import language, set_language
from orderdesk.screens.base import PLACES, Place
from orderdesk.screens.case import CaseScreen
from orderdesk.screens.themes import CONTRAST, DARK, LIGHT, Plain
from orderdesk.screens.widgets.form import Form
from orderdesk.screens.widgets.head import Head
from orderdesk.screens.widgets.help import Help
from orderdesk.screens.widgets.jump import Jump
from orderdesk.screens.widgets.keys import Keys
from orderdesk.screens.widgets.small import TooSmall
from orderdesk.screens.widgets.table import VirtualTable
from orderdesk.store.changes import Changes
from tests.stories.playing import story, week_at
from tests.waiting import idle, until


@pytest.fixture(scope="module")
def monday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return week_at(tmp_path_factory.mktemp("monday"), 0, "10:00")


def not_opened() -> None:
    pytest.fail("not opened in this test")


async def test_tabs_keys_and_help_by_mouse_and_key(monday: Path, tmp_path: Path) -> None:
    async with story(monday, tmp_path, 1, "09:00") as s:
        first = s.screen.splitlines()[0]
        assert "▸1 Today" in first
        risk = re.search(r"3 ?Ris", first)  # titles get shorter when the marks need the room
        assert risk is not None
        await s.pilot.click("#head", offset=(risk.start(), 0))
        await s.settle()
        assert s.app.current_mode == "risk"
        assert "▸3 Risk" in s.screen.splitlines()[0]
        await s.press("question_mark")
        assert isinstance(s.app.screen, Help)
        text = s.app.screen.text
        own, here, everywhere = (
            text.index(t) for t in ("Keys of this screen", "In the list", "Everywhere")
        )
        assert text.index("The message of a gathering never counts") < own < here < everywhere
        assert own < text.index("monthly update") < here
        assert "Scroll" not in text
        assert "Copy selected" not in text
        await s.press("escape", "1")
        keys = s.app.screen.query_one(Keys)
        lines = [str(keys.render()).split("\n")[y] for y in range(keys.size.height)]
        y = next(n for n, line in enumerate(lines) if "new notification" in line)
        await s.pilot.click(Keys, offset=(lines[y].index("new notification") + 2, y))
        await s.settle()
        assert isinstance(s.app.screen, Form)  # a click on a key of the footer presses it


async def test_jump_goes_to_panes_and_fields(monday: Path, tmp_path: Path) -> None:
    async with story(monday, tmp_path, 1, "09:00") as s:
        assert isinstance(s.app.focused, VirtualTable)
        await s.press("ctrl+o")
        assert isinstance(s.app.screen, Jump)
        assert " A " in s.screen
        await s.press("s")
        assert isinstance(s.app.screen, Place)
        assert s.app.focused is not None
        assert not isinstance(s.app.focused, VirtualTable)
        await s.press("n", "ctrl+o", "d")
        assert isinstance(s.app.screen, Form)
        assert isinstance(s.app.focused, Input)
        assert s.app.focused.id == "expected"
        assert s.app.focused.value == ""
        assert "80-220" in s.widget_text("#hint")
        await s.press("ctrl+o", "escape")
        assert s.app.focused.id == "expected"


async def test_any_size_and_back(monday: Path, tmp_path: Path) -> None:
    async with story(monday, tmp_path, 1, "09:00", size=(20, 5)) as s:
        assert isinstance(s.app.screen, TooSmall)
        assert "Too small" in s.screen
        await s.pilot.resize_terminal(160, 48)
        for key in ("2", "5", "8"):
            await s.pilot.press(key)
            assert isinstance(s.app.screen, Place)
            await s.pilot.resize_terminal(20, 5)
            assert isinstance(s.app.screen, TooSmall)
            await s.pilot.resize_terminal(80, 24)
        await s.settle()
        await s.press("1", "n")
        await s.type("za 14:00")
        await s.pilot.resize_terminal(20, 5)
        await s.settle()
        await s.pilot.resize_terminal(80, 24)
        await s.settle()
        assert isinstance(s.app.screen, Form)
        assert s.app.screen.values["when"] == "za 14:00"
        assert s.sees("back, keep draft")
        await s.press("escape", "9", "x")
        assert isinstance(s.app.screen, Form)
        assert s.sees("back")
        assert not s.sees("keep draft")
        assert s.app._exception is None


class Slow(OrderdeskApp):
    """Opens its desk when the test says so."""

    def open(self) -> None:  # type: ignore[override]
        """Not yet."""


async def test_keys_typed_while_the_desk_opens_are_pressed_once_it_is_open(
    monday: Path, tmp_path: Path
) -> None:
    path = str(shutil.copy(monday, tmp_path / "copy.db"))
    app = Slow(lambda: open_desk(path, actor=OFFICER))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2", "n", "x")
        head = app.screen.query_one("#head", Head)
        assert app.current_mode == "register"
        assert "opening, 2 keys wait" in str(head.render())
        OrderdeskApp.open(app)
        await until(pilot, lambda: isinstance(app.screen, Form), "a form")
        await idle(app)
        assert isinstance(app.screen, Form)
        assert app.screen.values["when"] == "x"
    assert app.desk is not None
    app.desk.store.close()


async def test_keys_that_come_all_at_once_land_where_each_was_meant(
    monday: Path, tmp_path: Path
) -> None:
    keys = ("6", "u", "M", "x", "backspace", "tab", "1", "5", "enter", "v", "5", "ctrl+s")
    async with story(monday, tmp_path, 1, "09:00") as s:
        for key in keys:  # as a slow line hands them over
            s.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await until(s.pilot, lambda: not s.app._waiting, "the last key")
        await s.settle()
        form = s.app.screen
        assert isinstance(form, Form)
        assert [form.values[name] for name in ("where", "when", "how_many")] == ["M", "15", "v5"]
        assert form.focused is form.query_one("#when")  # 15 is no time
        assert "How many?  Write a number" in s.widget_text("#look")  # a hint names its field
        await s.press("0", "9", "colon", "0", "0", "ctrl+s")
        assert form.focused is form.query_one("#how_many")
        assert "Write a number" in s.widget_text("#error-how_many")


async def test_who_may_only_read_sees_no_key_that_would_be_refused(
    monday: Path, tmp_path: Path
) -> None:
    reader = Actor(name="reader", role=Role.READER)
    async with story(monday, tmp_path, 1, "09:00", actor=reader) as s:
        for name, key, _title in PLACES:
            await s.press(key)
            assert s.app.current_mode == name
            place = s.app.screen
            assert isinstance(place, Place)
            offered = {binding.action.partition("(")[0] for _n, binding in place._bindings}
            active = (a for a in place.active_bindings.values() if a.node is place)
            shown = {a.binding.action.partition("(")[0] for a in active}
            assert offered >= place.CHANGES
            assert not place.CHANGES & shown
        await s.press("1")
        assert "new notification" not in s.widget_text("Keys")


async def test_what_was_done_is_taken_back_by_one_key(monday: Path, tmp_path: Path) -> None:
    def said() -> str:
        return list(s.app._notifications)[-1].message

    def free() -> int:
        with s.desk.read() as reader:
            return balance(reader.postings(Posting), Week.of(s.desk.now)).free

    async with story(monday, tmp_path, 1, "09:00") as s:
        s.desk.deeds = [Deed(Changes(imported=1), Role.OFFICER, s.desk.now)]
        s.app._opened(s.desk, synthetic=True)  # as after making the city
        await s.press("ctrl+z")
        assert said() == "there is nothing to take back"
        before = free()
        s.app.push_screen(CaseScreen(scoring.case_numbered(s.desk, "D-2026-041").id))
        await s.settle()
        await s.press("x")
        await s.press("ctrl+s")
        assert said().endswith("(^z: take back)")
        called_off = scoring.case_numbered(s.desk, "D-2026-041")
        assert called_off.status is Status.CANCELLED
        assert free() == before + 10 * 60
        await s.press("ctrl+z")
        assert said().startswith("taken back: D-2026-041, 1 ledger line")
        assert scoring.case_numbered(s.desk, "D-2026-041").to_come
        assert free() == before
        with s.desk.read() as reader:
            log = [line.text for line in lines_of(reader, called_off.id)]
        assert log[-1].startswith("what was done at 09:00 is taken back")
        await s.press("ctrl+y")
        assert said().startswith("done again: D-2026-041, 1 ledger line")
        assert said().endswith("(^z: take back)")
        assert scoring.case_numbered(s.desk, "D-2026-041").status is Status.CANCELLED
        await s.press("ctrl+y")
        assert said() == "nothing was taken back here that could be done again"
        await s.press("ctrl+z")
        assert said().endswith("(^y: do again)")
        assert free() == before
        await s.press("l")
        await s.type("called the organiser")
        await s.press("ctrl+s", "ctrl+z")
        assert "a line of its own puts it right" in said()
        assert s.app._exception is None


def test_the_choice_of_colours_stays(tmp_path: Path) -> None:
    assert preferences(tmp_path) == {}
    prefer(tmp_path / "new", "theme", LIGHT)
    assert preferences(tmp_path / "new") == {"theme": LIGHT}
    (tmp_path / "new" / "preferences.json").write_text("{broken", encoding="utf-8")
    assert preferences(tmp_path / "new") == {}
    prefer(tmp_path / "new", "theme", "no such theme")
    assert OrderdeskApp(not_opened, preferences_folder=tmp_path / "new").theme == DARK


async def test_colours_by_key_and_none_where_none_are_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orderdesk.app._FIRST_FRAME", 3600)
    set_language("nl")
    app = OrderdeskApp(not_opened, preferences_folder=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        seen = []
        for _turn in range(3):
            await pilot.press("ctrl+t")
            seen.append(app.theme)
        assert seen == [LIGHT, CONTRAST, DARK]
        await pilot.press("ctrl+t", "ctrl+t")
        await pilot.press("ctrl+l")
    assert OrderdeskApp(not_opened, preferences_folder=tmp_path).theme == CONTRAST
    assert preferences(tmp_path) == {"language": "en", "theme": CONTRAST}
    monkeypatch.setenv("NO_COLOR", "1")
    plain = OrderdeskApp(not_opened)
    async with plain.run_test(size=(80, 24)):
        assert [type(f) for f in plain.get_line_filters()] == [Plain]
        strips = plain.screen._compositor.render_strips()
        styles = [s.style for strip in strips for s in strip if s.style is not None]
        assert styles
        assert all(style.color is None and style.bgcolor is None for style in styles)


@pytest.mark.parametrize(
    ("kept", "line", "shown"),
    [
        ("nl", [], "nl"),
        ("en", [], "en"),
        ("nl", ["--lang=en"], "en"),
        ("en", ["--lang", "nl"], "nl"),
        ("fr", [], "nl"),
    ],
)
def test_the_chosen_language_stays_and_a_line_overrides_it_once(
    kept: str, line: list[str], shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orderdesk.__main__.user_folder", lambda: tmp_path)
    monkeypatch.setattr("sys.argv", ["orderdesk", "--version", *line])
    monkeypatch.setenv("LC_ALL", "nl_NL.UTF-8")
    monkeypatch.setenv("LANGUAGE", "")
    prefer(tmp_path, "language", kept)
    with pytest.raises(SystemExit):
        main()
    assert language() == shown
    assert preferences(tmp_path) == {"language": kept}


async def test_every_action_is_found_by_name(monday: Path, tmp_path: Path) -> None:
    async with story(monday, tmp_path, 1, "09:00") as s:
        here = s.app.get_system_commands(s.app.screen)
        pay_back = next(command for command in here if command.title == "Capacity: pay back")
        pay_back.callback()
        await s.settle()
        assert s.app.current_mode == "capacity"
        assert isinstance(s.app.screen, Form)
        await s.press("escape")
        for places in ({"Capacity", "jump"}, {"Capaciteit", "springen"}):
            for key in ("3", "6"):
                await s.pilot.press(key)
                named = {command.title for command in s.app.get_system_commands(s.app.screen)}
                assert places <= named
                bindings = [a.binding for a in s.app.screen.active_bindings.values()]
                assert {b.description for b in bindings if b.show} <= named
            await s.press("ctrl+l")
