"""What a user typed is data on every screen: never markup, an escape sequence or an action."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from orderdesk.desk import agenda, cases, intake, scoring, settings, talks, team
from orderdesk.desk.importing import Choices
from orderdesk.desk.timeline import write_line
from orderdesk.domain.events import Case
from orderdesk.errors import BadInput
from orderdesk.screens.base import PLACES
from orderdesk.screens.case import CaseScreen
from orderdesk.screens.importing import ImportScreen
from orderdesk.screens.importing_events import EventImportScreen
from orderdesk.screens.widgets.form import Form
from tests.doors.strange_calendars import STRANGE
from tests.stories.playing import Story, story, week_at

HOSTILE = (
    "\x1b[2J\x1b]0;x\x07\x9b31m\x00\x7f",
    "[bold]x[/] [/] [@click=app.quit]quit[/] zaal [a=1 b=2] Mars [/]",
    "{{x}} #set page() $(x) %s ' OR 1=1 --",
    "\u202eevil\u200b a\u0301\u0302\u0303\u0304\u0305 👮‍♀️ ساحة רחוב",
    "=HYPERLINK(1) +1 -1 @x",
)
_FORBIDDEN = {"Cc", "Cf", "Co", "Cs"}


@pytest.fixture(scope="module")
def monday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return week_at(tmp_path_factory.mktemp("hostile"), 0, "10:00")


def painted(s: Story) -> str:
    """Every character that reaches the terminal."""
    strips = s.app.screen._compositor.render_strips()
    return "".join(segment.text for strip in strips for segment in strip)


def unsafe(text: str) -> set[str]:
    """Characters that steer a terminal; isolates around bidirectional text are what keeps it put,
    the joiner is part of emoji."""
    kept = {"\u2066", "\u2067", "\u2068", "\u2069", "\u200d"}
    return {c for c in text if unicodedata.category(c) in _FORBIDDEN and c not in kept}


def _typed_everywhere(s: Story, number: int, text: str) -> Case:
    """One text in every field that the desk keeps; the case that it was put in."""
    found = intake.register(
        s.desk,
        {
            "when": "za 13 jun 14:00-16:00", "place": f"Plein {text}", "expected": "80",
            "organiser": f"Voorbeeld {text}", "address": text, "purpose": text,
            "measures": text, "route": f"{text} > Markt",
        },
    )  # fmt: skip
    case = found.case
    write_line(s.desk, case.id, text)
    talks.ask(s.desk, case.id, f"politie {text}", text, "vr 12 jun")
    talks.hold_talk(s.desk, cases.dossier(s.desk, case.id), {}, text)
    agenda.add_action(s.desk, f"doen {text}", f"wie {text}", "vr 12 jun")
    team.save(s.desk, {"id": f"A{number}", "name": f"Naam {text}", "hours": "8"})
    settings.change(s.desk, "reserve.share", f"1{number}%", text)
    return case


async def test_no_screen_obeys_what_was_typed(monday: Path, tmp_path: Path) -> None:
    async with story(monday, tmp_path, 1, "09:00", size=(120, 40)) as s:
        cases = [_typed_everywhere(s, n, text) for n, text in enumerate(HOSTILE, 1)]
        for _name, key, _title in PLACES:
            await s.press(key)
            assert unsafe(painted(s)) == set()
        for case in cases:
            s.app.push_screen(CaseScreen(case.id))
            await s.settle()
            assert unsafe(painted(s)) == set()
            for key in ("e", "t", "r", "question_mark") if case is cases[0] else ("t",):
                await s.press(key)
                assert unsafe(painted(s)) == set()
                await s.press("escape")
            await s.press("escape")
            assert scoring.case_numbered(s.desk, case.number).purpose.strip() != ""
        assert s.app.is_running


@pytest.mark.parametrize("number", ["-1", "1e9", "NaN", "1000001", "220-80", "viel"])
async def test_impossible_numbers_stand_at_their_field(
    monday: Path, tmp_path: Path, number: str
) -> None:
    with pytest.raises(BadInput) as refused:
        intake.read_count(number)
    assert refused.value.field == "expected"
    assert "1000000" in str(refused.value) or "1,000,000" in str(refused.value)


@pytest.mark.parametrize(
    "when",
    ["31-2 10:00", "29 mrt 2026 02:30", "32 jun 10:00", "13 jun 20026", "jaar 1", "za 25:00"],
)
async def test_impossible_moments_stand_at_their_field(
    monday: Path, tmp_path: Path, when: str
) -> None:
    async with story(monday, tmp_path, 1, "09:00") as s:
        await s.press("n")
        await s.type(when)
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, Form)
        assert s.app.screen.values["when"] == when
        assert s.widget_text("#error-when").strip()


async def test_a_strange_calendar_is_refused_on_the_screen(monday: Path, tmp_path: Path) -> None:
    async with story(monday, tmp_path, 1, "09:00", size=(120, 40)) as s:
        for name, strange in STRANGE.items():
            path = tmp_path / f"{name}.ics"
            path.write_bytes(strange.make())
            s.app.push_screen(ImportScreen(path, Choices()))
            await s.settle()
            assert isinstance(
                s.app.screen, ImportScreen if strange.whole_file else EventImportScreen
            )
            assert s.sees("row 3" if strange.said == "line 3" else strange.said), s.screen
            await s.press("escape")
