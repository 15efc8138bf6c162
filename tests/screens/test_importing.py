"""Importing a register by keyboard: look, leave out, change what a column means, import."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Select

from orderdesk.app import OrderdeskApp
from orderdesk.desk.opening import open_desk
from orderdesk.i18n import _, set_language
from orderdesk.screens.importing import ImportScreen
from orderdesk.screens.widgets.form import Form, Reading
from tests.screens.test_places import opened, screen_text
from tests.waiting import idle

REGISTER = """Versammlungen 2022;;;;
Datum;Ort;Thema;Anmelder;TN
05.03.;Altmarkt;[bold]Frieden;Max Beispiel;50
06.03.;Hafenplatz;Wohnen;;ein Dutzend
31.02.;Altmarkt;Nichts;;20
;;;;
Summe;;;;82
"""


async def test_a_register_is_looked_at_chosen_and_imported(tmp_path: Path) -> None:
    set_language("nl")
    file = tmp_path / "liste.csv"
    file.write_text(REGISTER, encoding="utf-8")
    app = OrderdeskApp(lambda: open_desk(f"sqlite:///{tmp_path / 'desk.db'}"), glance_path="")
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot)
        await pilot.press("2", "i")
        assert isinstance(app.screen, Form)
        await _save(app, pilot)
        assert _("There is no such file.") in screen_text(app)
        app.screen.query_one("#file").value = str(file)  # type: ignore[attr-defined]
        await _save(app, pilot)
        assert isinstance(app.screen, ImportScreen)
        text = screen_text(app)
        assert _("left out, because they are about people: {columns}").format(
            columns="Anmelder"
        ) in " ".join(text.split())
        assert "[bold]Frieden" in text
        assert "Max Beispiel" not in text.split("Anmelder: ")[0]
        # what can't be imported as it stands comes first, and Enter shows the whole row
        await pilot.press("f")
        await _settled(app, pilot)
        assert "31.02." in screen_text(app)
        await pilot.press("enter")
        assert isinstance(app.screen, Reading)
        await pilot.press("escape", "f", "space")
        await _settled(app, pilot)
        assert _("It was not chosen.") not in screen_text(app)
        # another column for the purpose
        await pilot.press("m")
        assert isinstance(app.screen, Form)
        select = app.screen.query_one("#purpose", Select)
        assert select.value == "Thema"
        select.value = "Ort"
        await _save(app, pilot)
        await pilot.press("y")
        await _settled(app, pilot)
        assert app.desk is not None
        with app.desk.read() as reader:
            assert [case.purpose for case in reader.cases()] == ["Hafenplatz"]
        assert not isinstance(app.screen, ImportScreen)


async def _save(app: OrderdeskApp, pilot: Pilot[None]) -> None:
    await pilot.press("ctrl+s")
    await _settled(app, pilot)


async def _settled(app: OrderdeskApp, pilot: Pilot[None]) -> None:
    for _turn in range(3):
        await idle(app)
        await pilot.pause()
