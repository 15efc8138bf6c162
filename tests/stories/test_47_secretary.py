"""Journey 4.7: the secretary of the driehoek on Monday 8 June (ids as in the journeys)."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderdesk.city import TEST_WEEK
from orderdesk.desk import review
from orderdesk.i18n import _, set_language
from orderdesk.papers.model import runs_of
from orderdesk.papers.pdf import to_pdf
from orderdesk.screens.widgets.form import Form, Reading
from tests.stories.playing import story, week_at


@pytest.fixture(scope="module")
def monday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city on Monday morning, before anything of the week."""
    return week_at(tmp_path_factory.mktemp("monday"), 0, "08:00")


@pytest.mark.parametrize("lang", ["nl", "en"])
async def test_dsd1_to_dsd6(monday: Path, tmp_path: Path, lang: str) -> None:
    set_language(lang)
    async with story(monday, tmp_path, 0, "08:30") as s:
        # DSD1: one key to the draft: eight sections, last week's decisions, seven open actions
        s.count_anew()
        await s.press("8")
        assert s.keys == 1
        sheet = s.widget_text("#sheet")
        data = review.review_data(s.desk, TEST_WEEK)
        document = review.draft(s.desk, TEST_WEEK)
        numbered = [section.number for section in document.sections if section.number]
        assert numbered == list(range(1, 9))
        plain = " ".join(sheet.split()).casefold()
        assert [t.title for t in document.sections if t.title.casefold() not in plain] == []
        assert len(data.actions) == 7
        assert "DH-2026-001" in sheet
        assert "DH-2026-002" in sheet

        # DSD2: two are overdue, with owner and age; reminders as texts to send
        await s.press("m")
        assert isinstance(s.app.screen, Reading)
        texts = s.app.screen.text.split("\n\n")
        assert len(texts) == 2
        assert "Coördinator handhaving" in texts[0]
        assert "Evenementenbureau" in texts[1]
        await s.press("escape", "z")
        assert isinstance(s.app.screen, Form)
        await s.press("ctrl+s")
        assert len(review.review_data(s.desk, TEST_WEEK).actions) == 6

        # DSD3: the look-back stands there without a letter typed
        assert data.look_back
        assert all(
            row.key in "".join(sheet.split()) or row.key.split("-")[-1] in sheet
            for row in data.look_back
        )

        # DSD4: aggregates with their age; districts that are silent are called silent
        assert any(picture.phase is None for picture in data.districts)
        assert _("silent") in sheet.lower()
        await s.press("i")
        assert isinstance(s.app.screen, Form)
        await s.type("@iemand roert zich")
        await s.press("tab")
        await s.type("Regisseur polarisatie")
        await s.press("ctrl+s")
        assert isinstance(s.app.screen, Form)  # never about persons
        s.app.screen.query_one("#text").text = "Spanning rond het plein neemt toe"  # type: ignore[attr-defined]
        await s.press("ctrl+s")
        told = " ".join(s.widget_text("#sheet").replace("│", " ").split())
        assert "Spanning rond het plein neemt toe" in told

        # DSD5: a decision asked, with basis, options, proposed text and owner
        await s.press("d")
        assert isinstance(s.app.screen, Form)
        await s.type("Waterlijn zondag 14 juni")
        await s.press("enter")
        await s.type("Politiewet 2012 art. 11")
        await s.press("enter")
        s.app.screen.query_one("#options").text = "twee van thema\nvier onder de lijn"  # type: ignore[attr-defined]
        s.app.screen.query_one("#proposed_text").text = "De waterlijn blijft vier."  # type: ignore[attr-defined]
        s.app.screen.query_one("#owner").value = "Capaciteitsplanner"  # type: ignore[attr-defined]
        await s.press("ctrl+s")
        sheet = s.widget_text("#sheet")
        for words in ("Waterlijn zondag 14 juni", "twee van thema", "De waterlijn blijft vier."):
            assert words in " ".join(sheet.split())

        # DSD6: one page, no names below the heads of department
        await s.press("o")
        assert isinstance(s.app.screen, Reading)
        page = review.draft(s.desk, TEST_WEEK, one_page=True)
        assert to_pdf(page).pages == 1
        assert "Medewerker" not in s.app.screen.text
        assert all(run.text for run in runs_of(page))
