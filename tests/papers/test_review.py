"""The weekly review: what it says, for whom, and that every figure has its records."""

from __future__ import annotations

import re
from datetime import date

import pytest
from pydantic import ValidationError

from orderdesk.domain.time import at
from orderdesk.i18n import use_language
from orderdesk.papers import say
from orderdesk.papers.model import (
    Document,
    Facts,
    Run,
    Section,
    Table,
    Tiles,
    freeze,
    runs_of,
)
from orderdesk.papers.pdf import to_pdf
from orderdesk.papers.review import Edition, weekly_review
from orderdesk.papers.review_data import (
    CaseSheet,
    DecisionAsked,
    Figure,
    Flip,
    ReviewData,
    Words,
)

from .world import RULES, count, w24


def review(edition: Edition = Edition.FULL, data: ReviewData | None = None) -> Document:
    return weekly_review(data or w24(), RULES, "en", edition)


def section(document: Document, title: str) -> Section:
    return next(s for s in document.sections if s.title.startswith(title))


def words(document: Document) -> str:
    return "\n".join(run.text for run in runs_of(document))


def test_the_eight_sections_stand_in_order() -> None:
    numbered = [(s.number, s.title) for s in review().sections if s.number]
    assert numbered == [
        (1, "Look back on last week"),
        (2, "The next 14 days"),
        (3, "Conflicts and counter pairs"),
        (4, "Polarisation picture"),
        (5, "Capacity"),
        (6, "Decisions asked"),
        (7, "Decision list and action list"),
        (8, "Annex: case sheets"),
    ]


def test_every_figure_names_the_records_behind_it() -> None:
    for part in review().sections:
        for block in part.blocks:
            if isinstance(block, Tiles):
                assert all(tile.value.trace for tile in block.tiles)
            if isinstance(block, Table):
                for row in block.rows:
                    for column, cell in zip(block.columns, row, strict=True):
                        if column.numeric and re.search(r"\d", cell[0].text):
                            assert cell[0].trace, (part.title, column.title)


def test_a_figure_without_records_cannot_be_made() -> None:
    with pytest.raises(ValidationError):
        Figure(value=3, records=())


def test_the_reserve_is_that_of_the_ledger_at_the_freeze() -> None:
    [tiles] = [b for b in section(review(), "Capacity").blocks if isinstance(b, Tiles)]
    assert {tile.label: tile.value.text for tile in tiles.tiles} == {
        "Reserve": "64",
        "Used": "6",
        "Given back": "10",
        "Committed": "22",
        "Free": "26",
        "Owed": "4",
        "Still to borrow": "0",
    }


def test_what_is_old_or_missing_is_flagged_with_its_age() -> None:
    back = [flag.text for flag in section(review(), "Look back").flags]
    assert back == ["turnout U-2026-007 not reported"]
    ahead = [flag.text for flag in section(review(), "The next").flags]
    assert ahead == ["number expected at D-2026-043 is from Thu 4 June: ask again"]
    over = w24(known_at=at(date(2026, 6, 15), "09:00"), outlook_from=w24().known_at)
    assert section(review(data=over), "The next").flags == ()  # nobody is asked what is past
    picture = [flag.text for flag in section(review(), "Polarisation").flags]
    assert picture == ["1 entry older than 14 days", "1 district silent"]
    silent = tuple(w24().look_back[3].replace(key=f"U-2026-{n:03d}") for n in range(4))
    many = section(review(data=w24(look_back=silent)), "Look back").flags
    assert [flag.text for flag in many] == ["turnout of 4 cases not reported"]
    fresh = w24().look_back[3].replace(actual=count(40, "outcome:1"))
    data = w24(look_back=(fresh,))
    data = data.replace(
        ahead=tuple(a.replace(estimated_at=at(date(2026, 6, 6), "12:00")) for a in data.ahead)
    )
    fresh_review = review(data=data)
    assert not section(fresh_review, "Look back").flags + section(fresh_review, "The next").flags


def test_small_counts_are_hidden_and_silence_is_not_calm() -> None:
    [table, *_rest] = section(review(), "Polarisation").blocks
    assert isinstance(table, Table)
    reports = {row[0][0].text: row[2][0].text for row in table.rows}
    assert reports == {"Centrum": "7", "Noord": "<5", "West": "6", "Oost": "–"}
    assert table.rows[3][1][0].text == "silent"
    none = w24().districts[0].replace(reports=count(0, "s"))
    [shown, *_rest] = section(review(data=w24(districts=(none,))), "Polarisation").blocks
    assert isinstance(shown, Table)
    assert shown.rows[0][2][0].text == "0"


def test_a_missing_interpretation_is_said() -> None:
    document = review(data=w24(interpretation=None))
    assert "No interpretation has been received" in words(document)


def test_rule_15_the_base_rate_stands_beside_the_classes() -> None:
    assert "Of 81 demonstrations this year 2.4 are expected" in words(review())


def test_rule_17_an_override_shows_with_name_and_motive() -> None:
    text = words(review())
    assert "E-2026-118: class set by T. Fictief (team lead enforcement) on Tue 9 June 11:05" in text
    assert "Motive: build-up meets the march" in text
    sheet = section(review(), "D-2026-043 ·")
    [reasons] = [b for b in sheet.blocks if isinstance(b, Table) and b.total]
    rows = [[run.text for cell in row for run in cell] for row in reasons.rows]
    assert ["march through the centre", "+1.0", "5 days"] in rows
    assert rows[-1][:2] == ["total", "+2.2"]
    grounds = section(review(), "What the reasons rest on").blocks[0]
    assert isinstance(grounds, Facts)
    told = {fact.label: fact.value[0].text for fact in grounds.facts}
    assert told["march through the centre"] == "notification"


def test_a_frozen_review_reads_in_the_other_language() -> None:
    kept = ReviewData.model_validate_json(w24(sheets=(bilingual_sheet(),)).model_dump_json())
    dutch = words(weekly_review(kept, RULES, "nl"))
    assert "met een tegengroep" in dutch
    assert "hoog" in dutch
    english = words(weekly_review(kept, RULES, "en"))
    assert "with a counter-group" in english
    assert "met een tegengroep" not in english


def bilingual_sheet() -> CaseSheet:
    change = Words(texts={"nl": "met een tegengroep", "en": "with a counter-group"})
    return w24().sheets[0].replace(flips=(Flip(change=change, advice="hoog"),))


def test_rule_18_a_hole_in_a_scenario_is_printed() -> None:
    sheet = section(review(), "D-2026-043 ·")
    assert [flag.text for flag in sheet.flags] == ["1 scenario without an answer"]
    assert "not agreed" in words(review())
    none = w24().sheets[0].replace(scenarios=())
    empty = section(review(data=w24(sheets=(none,))), "D-2026-043 ·")
    assert [flag.text for flag in empty.flags] == ["no scenario worked out"]
    low = section(review(), "D-2026-041 ·")
    assert low.flags == ()


def test_a_late_notification_names_its_deadline() -> None:
    assert "late (due Tue 16 June 16:00)" in words(review())


def test_cases_beyond_the_days_ahead_are_left_out() -> None:
    far = w24().ahead[0].replace(
        key="D-2026-099", span=w24().ahead[0].span.replace(  # type: ignore[union-attr]
            start=at(date(2026, 7, 1), "10:00"), end=at(date(2026, 7, 1), "11:00"))
    )  # fmt: skip
    assert "D-2026-099" not in words(review(data=w24(ahead=(far,), sheets=())))


def test_names_below_heads_of_department_are_left_out_of_the_other_versions() -> None:
    for edition in (Edition.NO_NAMES, Edition.ONE_PAGE):
        content = review(edition).model_dump_json()
        assert "Fictief" not in content
        assert "Proef" not in content
    assert "M. Voorbeeld (mayor)" in words(review(Edition.NO_NAMES))
    assert "team lead enforcement" in words(review(Edition.NO_NAMES))
    assert "Fictief" in review().model_dump_json()


def test_a_decision_asked_needs_basis_two_options_text_and_owner() -> None:
    good = w24().asked[0]
    for hole in (
        {"legal_basis": ""},
        {"options": good.options[:1]},
        {"proposed_text": ""},
        {"owner": None},
    ):
        with pytest.raises(ValidationError):
            DecisionAsked.model_validate(dict(good) | hole)


def test_the_same_row_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="twice"):
        w24(ahead=(w24().ahead[0], w24().ahead[0]))


def test_the_pages_are_few() -> None:
    assert to_pdf(review()).pages <= RULES.most_pages
    assert to_pdf(review(Edition.ONE_PAGE)).pages == 1


def test_an_empty_week_says_so_everywhere() -> None:
    bare = w24(
        look_back=(), ahead=(), clashes=(), districts=(), interpretation=None, asked=(),
        taken=(), actions=(), sheets=(),
    )  # fmt: skip
    document = review(data=bare)
    empties = [b.empty for s in document.sections for b in s.blocks if isinstance(b, Table)]
    assert "Nothing took place last week." in empties
    assert "No open actions." in empties
    assert to_pdf(document).pages == 1
    assert to_pdf(review(Edition.ONE_PAGE, bare)).pages == 1


def test_invented_data_are_marked_on_every_page() -> None:
    assert "invented" in review().banner
    assert review(data=w24(synthetic=False)).banner == ""


def test_a_frozen_review_is_the_same_bytes_again() -> None:
    moment = at(date(2026, 6, 10), "12:00")
    digest, content = freeze(review(), moment)
    assert (digest, content) == freeze(review(), moment)
    assert len(digest) == 64
    assert Document.model_validate_json(content) == review().replace(frozen_at=moment)
    assert freeze(review(data=w24(version=2)), moment)[0] != digest
    assert to_pdf(Document.model_validate_json(content), digest) == to_pdf(
        Document.model_validate_json(content), digest
    )


def test_a_frozen_text_in_arabic_or_with_hidden_characters_thaws_as_it_was() -> None:
    capacity = w24().capacity.replace(note="محمد \x1b[2J\nשלום")
    document = review(data=w24(capacity=capacity))
    moment = at(date(2026, 6, 10), "12:00")
    digest, content = freeze(document, moment)
    assert Document.model_validate_json(content) == document.replace(frozen_at=moment)
    assert freeze(Document.model_validate_json(content), moment) == (digest, content)


def test_overdue_actions_show_their_age_and_closed_ones_do_not() -> None:
    lists = section(review(), "Decision list")
    table = lists.blocks[1]
    assert isinstance(table, Table)
    assert [row[4][0].text for row in table.rows] == [
        "5 days overdue", "1 day overdue", "done", "open", "open",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("minutes", "english", "dutch"), [(1560, "26", "26"), (210, "3.5", "3,5"), (15, "0.25", "0,25")]
)
def test_hours_are_exact_in_both_languages(minutes: int, english: str, dutch: str) -> None:
    assert say.hours(minutes) == english
    with use_language("nl"):
        assert say.hours(minutes) == dutch


def test_hours_of_a_column_line_up() -> None:
    assert say.hours_column([600, 510, 15]) == ["10.00", "8.50", "0.25"]
    assert say.hours_column([600, 60]) == ["10", "1"]
    assert say.hours_column([]) == []


def test_a_run_keeps_what_it_was_given() -> None:
    assert say.run(3, "a", "b") == (Run(text="3", trace=("a", "b")),)
