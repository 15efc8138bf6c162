"""The sheet of the driehoek: sections by digit, figures that open their records, marks in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderdesk.desk import review
from orderdesk.domain.time import Week
from orderdesk.papers.model import sources_of
from orderdesk.screens.case import CaseScreen
from orderdesk.screens.driehoek import DriehoekScreen
from orderdesk.screens.widgets.paper import Choose, Paper, painted, set_paper
from tests.stories.playing import story, week_at


@pytest.fixture(scope="module")
def monday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return week_at(tmp_path_factory.mktemp("monday"), 0, "10:00")


async def test_sections_by_digit_and_figures_by_one_key(monday: Path, tmp_path: Path) -> None:
    async with story(monday, tmp_path, 1, "09:00") as s:
        await s.press("8")
        sheet = s.app.screen.query_one(Paper)
        assert [h.number for h in sheet.headings] == list(range(1, 9))
        s.count_anew()
        await s.press("s", "4")
        assert s.keys == 2
        top = str(sheet.scroll_offset.y)
        assert int(top) == sheet.headings[3].line
        await s.press("s")
        assert isinstance(s.app.screen, Choose)
        assert s.sees("! ")
        await s.press("1", "enter", "enter")  # the first figure in sight is marked, then opened
        assert isinstance(s.app.screen, CaseScreen)
        await s.press("escape")
        assert isinstance(s.app.screen, DriehoekScreen)
        document = review.draft(s.desk, Week.of(s.desk.now))
        paper = set_paper(document, 76)
        assert {f.number for f in paper.figures} == set(sources_of(document).values())
        for n, figure in enumerate(paper.figures):
            mark = paper.lines[figure.line][figure.start : figure.end]
            assert mark == f"[{figure.number}]"
            assert paper.records[figure.number]
            assert n < len(paper.figures)
        many = next(n for n, f in enumerate(paper.figures) if len(paper.records[f.number]) > 1)
        sheet._chosen = many - 1
        await s.press("right", "enter")
        assert isinstance(s.app.screen, Choose)


def test_marks_are_words_and_colours(monday: Path) -> None:
    from orderdesk.desk.opening import open_desk
    from tests.stories.playing import OFFICER, moment

    desk = open_desk(str(monday), actor=OFFICER)
    paper = set_paper(review.draft(desk, Week.of(moment(1, "09:00"))), 100)
    desk.store.close()
    drawn = painted(paper, 0)
    assert drawn.plain == "\n".join(paper.lines)
    assert "[silent]" in drawn.plain
    assert paper.badges["silent"].style
    assert {str(span.style) for span in drawn.spans} >= {paper.badges["silent"].style}
