"""Letters: what they hold, and the words that may stand in none of them."""

from __future__ import annotations

import ast
from datetime import date
from pathlib import Path

import pytest

from orderdesk import papers
from orderdesk.domain.events import Case, Kind, Source
from orderdesk.domain.law import DecisionKind, Ground
from orderdesk.domain.time import at
from orderdesk.i18n import LANGUAGES, _, use_language
from orderdesk.papers.letters import MayorPicture, decision_letter, mayor_block, receipt
from orderdesk.papers.markdown import to_markdown
from orderdesk.papers.model import Document, Facts, Items, runs_of
from orderdesk.papers.script import incident_pack, operation_script
from tests.forbidden import forbidden_in

from .world import DESK, ORGANISER, RULES, case, decision, script_data, term


def a_receipt(of: Case, code: str = "en") -> Document:
    return receipt(
        of,
        ORGANISER,
        term(of) if of.span else None,
        place="Markt",
        desk=DESK,
        code=code,
        issued_at=at(date(2026, 6, 8), "09:15"),
    )


def a_decision(code: str = "en", **changes: object) -> Document:
    return decision_letter(
        decision(**changes),
        case(),
        ORGANISER,
        place="Markt",
        desk=DESK,
        rules=RULES,
        code=code,
        facts=("60 people are expected",),
        agreements=("one contact person",),
    )


def text_of(document: Document) -> str:
    return "\n".join(run.text for run in runs_of(document))


def facts_of(document: Document) -> dict[str, str]:
    return {
        fact.label: " ".join(run.text for run in fact.value)
        for part in document.sections
        for block in part.blocks
        if isinstance(block, Facts)
        for fact in block.facts
    }


def _templates() -> list[str]:
    """Every text of the papers that is shown to a reader."""
    found = []
    for source in Path(papers.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {
                "_",
                "N_",
                "ngettext",
                "msg",
            }:
                found += [
                    a.value
                    for a in node.args
                    if isinstance(a, ast.Constant) and isinstance(a.value, str)
                ]
    return found


def test_rule_6_no_template_sounds_like_a_favour_in_any_language() -> None:
    templates = _templates()
    assert len(templates) > 200
    for code in LANGUAGES:
        with use_language(code):
            for text in templates:
                assert not forbidden_in(_(text)), (code, text)


VARIANTS = {
    "timely": case(),
    "late": case(received_at=at(date(2026, 6, 11), "09:10")),
    "incomplete": case(purpose="", measures="", span=None),
    "oral": case(source=Source.ORAL),
    "one person": case(kind=Kind.ONE_PERSON, expected=1),
    "unannounced": case(source=Source.UNANNOUNCED, received_at=None),
}


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("variant", VARIANTS)
def test_rule_6_every_letter_is_free_of_those_words(variant: str, code: str) -> None:
    made = [a_receipt(VARIANTS[variant], code), *(a_decision(code, kind=k) for k in DecisionKind)]
    for document in made:
        assert not forbidden_in(to_markdown(document))


def test_the_receipt_says_number_moment_and_the_six_data_as_given() -> None:
    document = a_receipt(case())
    assert "received on 8 June 2026 at 09:10, in writing" in text_of(document)
    assert "number D-2026-041" in text_of(document)
    assert facts_of(document) == {
        "Held by": "A. Voorbeeld, Straat 1, Voorbeeldstad",
        "Purpose": "attention for the library",
        "Date and time": "Thu 11 June 2026, 17:30-19:00",
        "Place and route": "Markt, Markt – Vrijthof",
        "Composition": "not given",
        "Measures for an orderly course": "four stewards, one contact person",
    }


def test_the_receipt_shows_how_the_term_was_counted() -> None:
    document = a_receipt(case())
    steps = next(b for s in document.sections for b in s.blocks if isinstance(b, Items))
    assert steps.numbered
    assert [item[0].text for item in steps.items][-1] == "48 hours earlier: 09-06-2026 17:30"
    assert "Your notification came in time." in text_of(document)


def test_a_late_notification_gets_a_receipt_and_keeps_its_protection() -> None:
    text = text_of(a_receipt(VARIANTS["late"]))
    assert "has the same protection" in text
    assert "no ground to prohibit or to end it" in text


def test_missing_data_are_asked_for_and_the_notification_counts() -> None:
    text = text_of(a_receipt(VARIANTS["incomplete"]))
    assert "Your notification counts as it is." in text
    assert "purpose" in text
    assert "The term can be counted once the starting time is known." in text
    assert "Your notification counts as it is." not in text_of(a_receipt(case()))


def test_an_oral_notification_and_one_person_are_said_as_they_are() -> None:
    assert "by word of mouth" in text_of(a_receipt(VARIANTS["oral"]))
    assert "No term applies" in text_of(a_receipt(VARIANTS["one person"]))


def test_each_condition_stands_with_its_ground_and_motive() -> None:
    document = a_decision()
    text = text_of(document)
    for condition in decision().conditions:
        assert condition.text in text
        assert condition.motive in text
    assert "fighting or preventing disorder" in text
    assert "protection of health, the interest of traffic" in text
    assert "within 6 weeks" in text
    assert "one contact person" in text


def test_a_prohibition_shows_what_was_weighed() -> None:
    text = text_of(
        a_decision(
            kind=DecisionKind.PROHIBITION,
            conditions=(),
            grounds=frozenset({Ground.DISORDER}),
            lighter_measures=(("another square", "too small for both"),),
            capacity_statement="Not even with more than at a high-risk match.",
        )
    )
    for part in (
        "I prohibit the gathering",
        "another square:",
        "too small for both",
        "high-risk match",
    ):
        assert part in text


def test_the_mayors_block_holds_what_counts_and_no_field_for_a_name() -> None:
    picture = MayorPicture(
        number="U-2026-009",
        where="Markt\nnext to \x1b[2Jthe hall",
        starts=at(date(2026, 6, 9), "15:30"),
        known_at=at(date(2026, 6, 9), "13:40"),
        expected_low=80,
        expected=150,
        expected_high=220,
        decided_class="midden",
        lowest_class="laag",
        highest_class="hoog",
        package="A: four officers from 14:45",
        next_look=at(date(2026, 6, 9), "15:00"),
    )
    assert mayor_block(picture, "en").split("\n") == [
        "What: gathering U-2026-009, about 150 (80-220) people",
        "Where and when: Markt␊next to ␛[2Jthe hall, Tue 9 June 15:30",
        "Known since: Tue 9 June 13:40",
        "Class: medium (between low and high)",
        "Package: A: four officers from 14:45",
        "Next look: Tue 9 June 15:00",
    ]
    unknown = picture.replace(expected=None, expected_low=None, ends=at(date(2026, 6, 9), "17:30"))
    assert "about unknown people" in mayor_block(unknown, "en")
    assert "15:30-17:30" in mayor_block(unknown, "en")
    assert not {f for f in MayorPicture.model_fields if "name" in f or "organiser" in f}


def test_the_script_has_nine_parts_and_prints_its_holes() -> None:
    document = operation_script(script_data(), "en")
    assert [(s.number, s.title) for s in document.sections] == list(
        enumerate(
            [
                "Facts",
                "Information picture",
                "Policy principles",
                "Scenarios with measures",
                "Tolerance limits",
                "Deployment",
                "Communication",
                "Contact list",
                "Decision log",
            ],
            1,
        )
    )
    assert "not agreed" in text_of(document)
    bare = script_data(
        picture=(), principles=(), scenarios=(), posts=(), communication=(), contacts=(), log=()
    )
    assert "None." in text_of(operation_script(bare, "en"))


def test_the_paper_pack_goes_on_numbering_where_the_log_stops() -> None:
    pack = incident_pack(script_data(), "en", now=at(date(2026, 6, 13), "12:50"))
    log = pack.sections[-1]
    assert log.new_page
    assert log.blocks[-1].model_dump() == {"kind": "lines", "first": 2, "count": 30}
    empty = incident_pack(script_data(log=()), "en", now=at(date(2026, 6, 13), "12:50"))
    assert empty.sections[-1].blocks[-1].model_dump()["first"] == 1
