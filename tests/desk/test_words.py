"""What somebody at the command line calls a kind of thing is understood in both languages."""

from __future__ import annotations

import pytest

from orderdesk.desk import signals, words
from orderdesk.domain.events import CounterGroup, Form, Kind, Source
from orderdesk.errors import BadInput
from orderdesk.i18n import use_language
from orderdesk.risk.facts import SourceType


@pytest.mark.parametrize("code", ["nl", "en"])
def test_a_choice_is_understood_by_its_value_and_by_its_name_in_each_language(code: str) -> None:
    with use_language(code):
        assert words.chosen(words.SOURCES, "source", "mondeling") is Source.ORAL
        assert words.chosen(words.SOURCES, "source", "Oral") is Source.ORAL
        assert words.chosen(words.FORMS, "form", "wake") is Form.VIGIL
        assert words.chosen(words.KINDS, "kind", "one_person") is Kind.ONE_PERSON
        assert words.chosen(words.SAID_BY, "said_by", "politie") == "police"
        assert words.chosen(words.SAID_BY, "said_by", "medewerkers") == "staff"
        assert words.chosen(words.COUNTERS, "counter", "bevestigd") is CounterGroup.CONFIRMED


def test_every_kind_of_thing_can_be_chosen_and_a_refusal_speaks_the_reader_s_language() -> None:
    for members, names in ((Form, words.FORMS), (Source, words.SOURCES), (Kind, words.KINDS)):
        assert set(members) == set(names)
    with use_language("nl"), pytest.raises(BadInput, match="schriftelijk, mondeling") as refused:
        words.chosen(words.SOURCES, "source", "per duif")
    assert refused.value.value == "per duif"


def test_a_source_of_a_signal_is_understood_in_both_languages() -> None:
    assert words.chosen(signals.SOURCE_NAMES, "source_type", "welzijn") is SourceType.WELFARE
    assert words.chosen(signals.SOURCE_NAMES, "source_type", "area_staff") is SourceType.AREA_STAFF
    assert set(SourceType) == set(signals.SOURCE_NAMES)
