"""Journey 4.2: a week of the desk officer (ids as in the journeys), and the minute of then."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderdesk.desk import cases, decisions, evidence, privacy, scoring, signals, talks
from orderdesk.desk.glance import Row
from orderdesk.desk.today import unclosed_in
from orderdesk.domain.events import CounterGroup, Sureness
from orderdesk.domain.law import Condition, DecisionKind, Ground
from orderdesk.i18n import _, set_language
from orderdesk.screens.case import CaseScreen
from orderdesk.screens.papers import Paper
from orderdesk.screens.privacy import PrivacyScreen
from orderdesk.screens.signals import SignalsScreen
from orderdesk.screens.today import TodayScreen
from orderdesk.screens.widgets.form import Form
from tests.forbidden import forbidden_in
from tests.stories.playing import Story, moment, story, week_at
from tests.stories.test_41_officer import open_case


@pytest.fixture(scope="module")
def wednesday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city on Wednesday morning."""
    return week_at(tmp_path_factory.mktemp("wednesday"), 2, "11:40")


@pytest.fixture(scope="module")
def sunday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city on Sunday afternoon, D-2026-042 not begun."""
    return week_at(tmp_path_factory.mktemp("sunday"), 6, "14:15")


def set_field(s: Story, name: str, value: str) -> None:
    """Type in a field without counting keys."""
    widget = s.app.screen.query_one(f"#{name}")
    setattr(widget, "text" if hasattr(widget, "document") else "value", value)


def unclosed(s: Story) -> list[str]:
    with s.desk.read() as reader:
        return [case.number for case in unclosed_in(reader, s.desk.now)]


@pytest.mark.parametrize("lang", ["nl", "en"])
async def test_dow1_dow2_dow9_close_look_ahead_print(
    sunday: Path, tmp_path: Path, lang: str
) -> None:
    set_language(lang)
    async with story(sunday, tmp_path, 6, "13:00") as s:
        # DOW1: only what is not closed is listed; the form begins with what is known
        screen = s.app.screen
        assert isinstance(screen, TodayScreen)
        listed = [r.subject for r in screen._rows if r.target.startswith("close:")]
        assert listed == unclosed(s) == ["U-2026-010"]
        s.count_anew()
        await s.press("z")
        assert isinstance(s.app.screen, Form)
        await s.type("40")
        await s.press("ctrl+s")
        assert s.keys <= 3
        assert unclosed(s) == []

        # DOW2: the fortnight by day, with class, term and what meets what
        await s.press("f")
        assert isinstance(s.app.screen, Paper)
        assert "D-2026-034" in s.app.screen.text
        assert "D-2026-042" in s.app.screen.text
        assert _("late; registered and protected") in s.app.screen.text
        await s.press("escape")

        # DOW9: the weekend is printed, a paper per case
        await s.press("w")
        set_field(s, "file", str(tmp_path / "weekend"))
        await s.press("ctrl+s")
        made = sorted(path.name for path in (tmp_path / "weekend").iterdir())
        assert "D-2026-042.pdf" in made
        assert "D-2026-043.pdf" in made

        # Feature 9: one key, a minute; the state of then with a banner; the same key comes back
        await s.press("ctrl+k")
        assert isinstance(s.app.screen, Form)
        await s.type("do 11 jun 15:10" if lang == "nl" else "thu 11 jun 15:10")
        await s.press("ctrl+s")
        assert s.sees(_("AS KNOWN AT"))
        assert s.sees("15:10")
        with s.desk.read() as reader:
            numbers = {case.number for case in reader.cases()}
        assert "D-2026-044" in numbers
        assert "D-2026-042" not in numbers
        assert not s.desk.can_change
        await s.press("2")
        assert s.sees(_("AS KNOWN AT"))
        await s.press("ctrl+k")
        assert _("AS KNOWN AT") not in s.screen
        assert scoring.case_numbered(s.desk, "D-2026-042")


async def test_dow4_to_dow8_holes_moved_counter_decision_late(
    wednesday: Path, tmp_path: Path
) -> None:
    async with story(wednesday, tmp_path, 2, "16:05") as s:
        # DOW4: a case of class medium or high is not ready with a hole; the hole is named
        await open_case(s, "D-2026-043")
        first = scoring.case_numbered(s.desk, "D-2026-043")
        await s.press("s", "escape", "m")
        assert scoring.case_numbered(s.desk, "D-2026-043").status.value == "in_preparation"
        await s.press("escape")
        screen = s.app.screen
        assert isinstance(screen, TodayScreen)
        row = next(r for r in screen._rows if r.subject == "D-2026-043")
        assert "not ready: scenario 1 has no" in row.what

        # DOW5: called off and announced for the 25th: the new term with its reasoning
        await open_case(s, "D-2026-041")
        await s.press("x")
        await s.type("do 25 jun 17:30")
        await s.press("ctrl+s")
        old = scoring.case_numbered(s.desk, "D-2026-041")
        with s.desk.read() as reader:
            new = reader.case(old.moved_to)
        moved = cases.dossier(s.desk, new.id)
        assert moved.term is not None
        assert moved.term.deadline == moment(2, "17:30").replace(day=23)
        assert moved.term.steps
        await s.press("escape")

        # DOW6: D-044 arrives, timely; the pair makes D-043 high on confirmation
        s.clock.set(moment(3, "11:20"))
        await s.press("1", "n")
        await s.fill("za 13 jun 13:30-16:00", "Vrijthof", "90", "Voorbeeld (fictief)", "Straat 1")
        assert s.sees("D-2026-043")  # conflicts while typing
        assert s.sees("E-2026-118")
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, CaseScreen)
        assert s.sees("Timely: due Thu 11 Jun 13:30.")
        await s.press("p")
        await s.type("D-2026-043")
        await s.press("ctrl+s")
        scoring.confirm_counter(s.desk, first.id, CounterGroup.CONFIRMED, Sureness.CONFIRMED)
        assert scoring.explain(s.desk, first.id).standing is scoring.RiskClass.HIGH

        # DOW7: the ladder, then the mayor decides on the distance only; letters without favours
        await s.press("escape")
        s.clock.set(moment(3, "15:10"))
        decisions.save_conditions(
            s.desk, first.id,
            [Condition(text="30 meter tussen beide groepen, 13:30-16:30",
                       grounds=frozenset({Ground.DISORDER}), motive="beide groepen stonden er")],
        )  # fmt: skip
        await open_case(s, "D-2026-043")
        await s.press("d")
        assert isinstance(s.app.screen, Form)
        assert s.sees("moving is not offered")
        assert s.sees("5 prohibition: lighter means not weighed, statement on capacity missing")
        set_field(s, "kind", DecisionKind.PROHIBITION.value)
        set_field(s, "by", "Burgemeester Voorbeeld (fictief)")
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, Form)  # nothing of what it takes is there
        assert cases.dossier(s.desk, first.id).decisions == ()
        set_field(s, "kind", DecisionKind.CONDITIONS.value)
        await s.press("ctrl+s")
        set_field(s, "file", str(tmp_path / "dossier"))
        await s.press("ctrl+s")
        (decision,) = cases.dossier(s.desk, first.id).decisions
        files = {path.name: path.read_bytes() for path in (tmp_path / "dossier").iterdir()}
        assert {f"{decision.number}-letter-{lang}.pdf" for lang in ("nl", "en")} <= files.keys()
        assert "SHA256SUMS" in files

        # Feature 5: rebuilt after corrections, byte for byte
        s.clock.set(moment(4, "09:00"))
        talks.ask(s.desk, first.id, "politie", "Nog een vraag", "za 13 jun")
        with s.desk.work() as work:
            work.save_case(work.case(first.id).replace(expected=300, purpose="anders"))
        evidence.write_dossier(s.desk, decision.number, tmp_path / "again")
        again = {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}
        assert again == files
        assert forbidden_in(files[f"{decision.number}.json"].decode()) == ()

        # DOW8: D-042 for Sunday is late: named, saved, receipt; no prohibition on that ground
        s.clock.set(moment(4, "13:00"))
        await s.press("escape", "1", "n")
        await s.fill("zo 14 jun 14:00-16:00", "Vrijthof", "200", "Voorbeeld (fictief)", "Straat 2")
        await s.press("ctrl+s")
        assert s.sees("Late: due Thu 11 Jun 12:00. Registered and protected all the same.")
        assert isinstance(s.app.screen, CaseScreen)
        late = s.app.screen.case
        assert late is not None
        prohibition = next(a for a in cases.dossier(s.desk, late.id).actions
                           if a.id == "prohibition")  # fmt: skip
        assert not prohibition.allowed


async def test_dow3_dow10_silent_districts_and_what_must_be_destroyed(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monday = week_at(tmp_path_factory.mktemp("monday"), 0, "10:00")
    async with story(monday, tmp_path, 1, "09:00") as s:
        # DOW3: Today says who is silent and leads to the board; after the call the answer is there
        await to_row(s, "Oost")
        assert s.sees("silent, not calm")
        await s.press("enter")
        assert isinstance(s.app.screen, SignalsScreen)
        assert "Oost" in silent(s)
        assert s.sees("! SILENT")
        await s.press("n")
        await s.fill("asked by telephone: nothing out of the ordinary")
        set_field(s, "district", "Oost")
        set_field(s, "evidenced", "no")
        await s.press("ctrl+s")
        assert "Oost" not in silent(s)

        # DOW10: on Friday Today leads to the list in one key; what is confirmed goes, the trail
        # keeps the fact and not the content
        s.clock.set(moment(4, "16:00"))
        await s.press("1")
        await to_row(s, "people's data")
        s.count_anew()
        await s.press("enter")
        assert isinstance(s.app.screen, PrivacyScreen)
        due = privacy.retention_list(s.desk).due
        await s.press("y")
        await s.press("y")
        assert s.keys <= 3
        assert not privacy.retention_list(s.desk).due
        with s.desk.read() as reader:
            done = [line for line in reader.trail() if line.action == "retention.destroyed"]
        assert done[-1].doc["keys"] == sorted(found.key for found in due)
        await s.press("escape", "1")
        assert not any("people's data" in row.subject for row in rows_of(s))
        assert s.desk.store.check() == []


def rows_of(s: Story) -> list[Row]:
    assert isinstance(s.app.screen, TodayScreen)
    return list(s.app.screen._rows)


async def to_row(s: Story, subject: str) -> None:
    """Put the cursor of Today on the line about something."""
    await s.press("home")
    for _turn in range(next(n for n, row in enumerate(rows_of(s)) if subject in row.subject)):
        await s.press("down")


def silent(s: Story) -> set[str]:
    return {view.district for view in signals.look(s.desk).districts if view.silent}
