"""Journey 4.9: the driehoek called together on Sunday 14 June (ids as in the journeys)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from orderdesk.desk import incident, meeting, review, scoring
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import _, set_language
from orderdesk.screens.meeting import MeetingScreen
from orderdesk.screens.widgets.form import Form
from tests.stories.playing import moment, story, week_at


@pytest.fixture(scope="module")
def sunday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city on Sunday afternoon, D-2026-042 on its way."""
    return week_at(tmp_path_factory.mktemp("sunday"), 6, "14:15")


async def test_dsi1_to_dsi8(sunday: Path, tmp_path: Path) -> None:
    set_language("nl")
    async with story(sunday, tmp_path, 6, "14:20") as s:
        case = scoring.case_numbered(s.desk, "D-2026-042")
        incident.turnout(s.desk, case.id, "400", "police")

        # DSI1, DSI2: a meeting from the case; the picture as known now, each line with its moment
        await s.press("8", "k")
        assert isinstance(s.app.screen, Form)
        await s.type("D-2026-042")
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, MeetingScreen)
        picture = s.widget_text("#picture")
        assert "200" in picture
        assert "400" in picture
        assert s.sees(_("mayor, prosecutor, police chief"))
        for organiser in ("Voorbeeldcomité", "doel"):
            assert organiser not in picture

        # DSI3: a line of the minutes takes two keys besides its words
        s.count_anew()
        await s.press("n")
        await s.type("Stoet wijkt af via de Brusselsestraat")
        await s.press("enter")
        assert s.keys == 2
        assert s.sees("Stoet wijkt af")

        # DSI4: GRIP and SGBO are two things
        await s.press("g")
        await s.type("7")
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, Form)  # from 0 to 5
        s.app.screen.query_one("#level").value = "0"  # type: ignore[attr-defined]
        await s.press("ctrl+s", "s")
        await s.press("tab")
        await s.type("politie")
        await s.press("ctrl+s")
        found = meeting.open_meeting(s.desk)
        assert found is not None
        assert (found.grip, found.sgbo) == (0, meeting.Sgbo.STARTED)

        # DSI5: an emergency regulation is not decided without what must be on record
        with pytest.raises(Exception, match="lichter"):
            meeting.use_power(
                s.desk, found.id, {"power": "emergency_regulation", "text": "x", "by": "y"}
            )
        assert "DH-2026" not in s.widget_text("#minutes")

        # DSI6: an instruction under article 6 on the route, with a number
        await s.press("b")
        await s.type("Aanwijzing: route via de Markt")
        await s.press("enter")
        await s.type("Burgemeester Voorbeeld")
        s.app.screen.query_one("#legal_basis").value = "Wom art. 6, verkeer"  # type: ignore[attr-defined]
        s.app.screen.query_one("#refused").value = "noodbevel: te zwaar"  # type: ignore[attr-defined]
        await s.press("ctrl+s")
        minutes = s.widget_text("#minutes")
        assert "DH-2026-003 Aanwijzing" in minutes
        assert "noodbevel: te zwaar" in minutes

        # DSI7: the second look is counted down, and said when it is due
        await s.press("l")
        await s.type("15:20")
        await s.press("ctrl+s")
        assert "15:20" in s.widget_text("#state")
        s.clock.set(moment(6, "15:25"))
        again = meeting.meeting(s.desk, found.id)
        assert "▲" in again.state(s.desk.now)

        # DSI8: the closing round; afterwards nothing can be added
        await s.press("z")
        await s.type("woordvoerder gemeente: route aangepast, rustig verloop")
        await s.press("ctrl+s")
        assert meeting.open_meeting(s.desk) is None
        with pytest.raises(RuleSaysNo):
            meeting.note(s.desk, found.id, "nog iets")
        taken = review.review_data(s.desk, review.Week.of(s.desk.now)).taken
        assert "DH-2026-003" in [line.key for line in taken]
        paper = meeting.write_minutes(s.desk, found.id, tmp_path)
        assert paper.read_bytes().startswith(b"%PDF")


def test_using_a_power_starts_dated_duties(sunday: Path, tmp_path: Path) -> None:
    import shutil

    from orderdesk.desk.core import DemoClock, counting_ids
    from orderdesk.desk.demo import OFFICER
    from orderdesk.desk.opening import open_desk

    path = tmp_path / "power.db"
    shutil.copy(sunday, path)
    clock = DemoClock(moment(6, "14:45"))
    clock.set(moment(6, "14:45"))
    desk = open_desk(str(path), actor=OFFICER, clock=clock, new_id=counting_ids("p"))
    found = meeting.start(desk, "D-2026-042", "burgemeester")
    number, actions = meeting.use_power(
        desk, found.id,
        {"power": "emergency_regulation", "text": "Plein leeg tot 20:00", "by": "Burgemeester",
         "lighter": "aanwijzing, opgevolgd door niemand", "proportionality": "alleen het plein",
         "council": "23-06-2026"},
    )  # fmt: skip
    assert number.startswith("DH-2026-")
    due = {action.key: action.due for action in review.review_data(
        desk, review.Week.of(desk.now)).actions}  # fmt: skip
    assert len(actions) == 3
    assert (moment(6, "12:00") + timedelta(days=9)).date() in [due[key] for key in actions]
    desk.store.close()
