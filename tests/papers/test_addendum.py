"""The addendum lists every change after the freeze and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from orderdesk.domain.law import TermStatus
from orderdesk.domain.time import at
from orderdesk.papers import addendum as module
from orderdesk.papers import review_data
from orderdesk.papers.addendum import addendum, changes_since
from orderdesk.papers.model import runs_of
from orderdesk.papers.pdf import to_pdf
from orderdesk.papers.review import Edition
from orderdesk.papers.review_data import ReviewData, Scenario

from .world import MAYOR, count, fig, span, w24


def _capacity(**changes: object) -> Callable[[ReviewData], ReviewData]:
    return lambda data: data.replace(capacity=data.capacity.replace(**changes))


def _row(name: str, index: int, **changes: object) -> Callable[[ReviewData], ReviewData]:
    def change(data: ReviewData) -> ReviewData:
        rows = list(getattr(data, name))
        rows[index] = rows[index].replace(**changes)
        return data.replace(**{name: tuple(rows)})

    return change


# What somebody may do after the freeze -> the line that has to appear.
CHANGES: dict[tuple[str, str, str], Callable[[ReviewData], ReviewData]] = {
    ("capacity", "", "free"): _capacity(free=fig(32, "ledger:16")),
    ("capacity", "", "committed"): _capacity(committed=fig(16, "ledger:16")),
    ("capacity", "", "note"): _capacity(note="The 4 h owed are planned for today."),
    ("capacity", "", "owed_due"): _capacity(owed_due=None),
    ("ahead", "D-2026-041", "status"): _row("ahead", 0, status="moved"),
    ("ahead", "D-2026-043", "expected"): _row("ahead", 1, expected=count(200, "c")),
    ("ahead", "D-2026-043", "decided_class"): _row("ahead", 1, decided_class="hoog"),
    ("ahead", "E-2026-118", "override"): _row("ahead", 2, override=None),
    ("ahead", "D-2026-045", "term"): _row("ahead", 3, term=TermStatus.TIMELY),
    ("look_back", "U-2026-007", "actual"): _row("look_back", 3, actual=count(45, "o")),
    ("districts", "Oost", "phase"): _row("districts", 3, phase=1),
    ("actions", "1", "done"): _row("actions", 0, done=date(2026, 6, 10)),
    ("asked", "A-1", "owner"): _row("asked", 0, owner=MAYOR),
    ("sheets", "D-2026-041", "scenarios"): _row("sheets", 2, scenarios=(Scenario(trigger="rain"),)),
    ("sheets", "D-2026-043", "factors"): _row(
        "sheets", 0, factors=(w24().sheets[0].factors[0].replace(source="police, A"),)
    ),
    ("interpretation", "", ""): lambda data: data.replace(interpretation=None),
    ("", "", "meeting"): lambda data: data.replace(meeting=at(date(2026, 6, 11), "11:00")),
    ("clashes", "D-2026-043/E-2026-118", ""): lambda data: data.replace(clashes=()),
    ("ahead", "D-2026-044", ""): lambda data: data.replace(
        ahead=(
            *data.ahead,
            data.ahead[0].replace(key="D-2026-044", span=span(13, "13:30", "16:00")),
        )
    ),
}


@given(st.sets(st.sampled_from(sorted(CHANGES))))
def test_exactly_what_was_changed_is_listed(chosen: set[tuple[str, str, str]]) -> None:
    before = after = w24()
    for key in sorted(chosen):
        after = CHANGES[key](after)
    listed = {(change.part, change.key, change.field) for change in changes_since(before, after)}
    assert listed == chosen


def test_of_a_list_only_what_is_new_is_listed_and_of_a_new_case_sheet_little() -> None:
    first = w24().sheets[0]
    assert len(first.scenarios) > 1
    known = first.scenarios[0]
    after = _row("sheets", 0, scenarios=(*first.scenarios, known.replace(trigger="Rain")))(w24())
    [change] = changes_since(w24(), after)
    assert change.before == ""
    assert known.trigger not in change.after
    assert change.after.startswith("Rain:")
    [came] = changes_since(w24(sheets=w24().sheets[1:]), w24())
    assert known.trigger not in came.after
    assert first.place in came.after


def test_time_alone_changes_nothing() -> None:
    later = w24(known_at=at(date(2026, 6, 11), "09:20"), version=2)
    assert changes_since(w24(), later) == ()
    older = _row("sheets", 0, factors=tuple(
        f.replace(age_days=f.age_days + 1) for f in w24().sheets[0].factors
    ))(w24())  # fmt: skip
    assert changes_since(w24(), older) == ()
    document = addendum(w24(), later, "en", 1)
    assert "Nothing has changed since the freeze." in document.model_dump_json()


def test_the_addendum_of_thursday_morning() -> None:
    after = w24(known_at=at(date(2026, 6, 11), "09:20"))
    for key in (("ahead", "D-2026-041", "status"), ("capacity", "", "free"),
                ("capacity", "", "committed"), ("capacity", "", "note")):  # fmt: skip
        after = CHANGES[key](after)
    document = addendum(w24(), after, "en", 1, frozen_digest="ab" * 32)
    texts = [run.text for run in runs_of(document)]
    assert (texts[texts.index("free") + 1], texts[texts.index("free") + 2]) == ("26", "32")
    assert "The 4 h owed are planned for today." in texts
    assert any("ab" * 32 in text for text in texts)
    assert document.reference == "2026-W24 version 1, addendum 1"
    assert to_pdf(document).pages == 1


def test_a_theme_is_told_by_its_name() -> None:
    named = _capacity(themes=tuple(t.replace(name="Overlast") for t in w24().capacity.themes[:2]))(
        w24()
    )
    owed = named.capacity.themes[1].replace(owed=fig(8, "theme:1"))
    after = _capacity(themes=(named.capacity.themes[0], owed))(named)
    assert [(c.part, c.key) for c in changes_since(named, after)] == [("themes", "Overlast")]


def test_a_new_text_for_an_old_one_is_shown_beside_it() -> None:
    told = w24().interpretation
    assert told
    after = w24(interpretation=told.replace(text="Calmer since Wednesday."))
    [change] = changes_since(w24(), after)
    assert (change.part, change.field, change.after) == (
        "interpretation", "text", "Calmer since Wednesday.",
    )  # fmt: skip


def test_names_are_left_out_of_the_addendum_too() -> None:
    after = _row("ahead", 1, override=w24().ahead[2].override)(w24())
    [full] = changes_since(w24(), after)
    [bare] = changes_since(w24(), after, Edition.NO_NAMES)
    assert "Fictief" in full.after
    assert "Fictief" not in bare.after


def test_every_field_of_the_review_has_a_name_in_the_addendum() -> None:
    rows = {
        value
        for value in vars(review_data).values()
        if isinstance(value, type) and issubclass(value, BaseModel)
        if value.__module__ == review_data.__name__
    } - {review_data.Figure, review_data.Named, review_data.Override, review_data.Factor}
    rows -= {review_data.Option, review_data.Scenario, review_data.PaperRules}
    rows -= {review_data.Flip, review_data.Words}
    known = set(module._FIELDS) | set(module._PARTS) | module._ABOUT_THE_PAPER | {"key"}
    for row in rows:
        assert set(row.model_fields) <= known, row
