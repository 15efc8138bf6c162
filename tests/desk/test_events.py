"""A/B/C advice on an event, with medical cover apart from it."""

from __future__ import annotations

from datetime import date

import pytest

from orderdesk import reference
from orderdesk.desk import cases, event_class, scoring
from orderdesk.desk.core import Desk
from orderdesk.domain.places import Places
from orderdesk.domain.time import at
from orderdesk.errors import BadInput, RuleSaysNo

HEAVY = {"activity.kind": "high_risk", event_class.MEDICAL_KIND: "concert"}


def test_answers_give_advice_and_a_person_decides(city: Desk) -> None:
    case = scoring.case_numbered(city, "E-2026-118")
    first = cases.dossier(city, case.id)
    assert first.event_advice is not None
    assert first.event_advice.highest.value == "C"
    assert first.medical is None
    event_class.answer_event(city, case.id, HEAVY | {event_class.DECIDED: "A"})
    found = cases.dossier(city, case.id)
    assert found.event_advice is not None
    assert found.event_advice.advice.value == "B"
    assert found.case.event is not None
    assert found.case.event.risk_class == "A"
    assert found.medical is not None
    assert found.medical.helpers > 0


def test_looking_keeps_nothing_and_bad_answers_are_named(city: Desk) -> None:
    case = scoring.case_numbered(city, "E-2026-118")
    advice, _medical = event_class.advice_for(case, HEAVY)
    assert advice is not None
    with pytest.raises(BadInput):
        event_class.answer_event(city, case.id, {"activity.kind": "tupperware"})
    with pytest.raises(BadInput):
        event_class.answer_event(city, case.id, {event_class.VIPS: "many"})
    kept = scoring.case_numbered(city, "E-2026-118")
    assert kept == case


def test_an_event_that_ends_at_midnight_is_not_heavy_on_the_day_after(city: Desk) -> None:
    places = reference.cached("places", Places)
    with city.read() as reader:
        line = next(c for c in reader.register_lines() if c.number == "E-2026-118")
    evening = line._replace(
        start=at(date(2026, 6, 13), "18:00"), end=at(date(2026, 6, 14), "00:00"), risk_class="C"
    )
    assert list(scoring.heavy_days([evening], places)) == [date(2026, 6, 13)]
    later = evening._replace(end=at(date(2026, 6, 14), "00:30"))
    assert list(scoring.heavy_days([later], places)) == [date(2026, 6, 13), date(2026, 6, 14)]


def test_a_gathering_has_no_letter(city: Desk) -> None:
    case = scoring.case_numbered(city, "D-2026-043")
    assert cases.dossier(city, case.id).event_advice is None
    with pytest.raises(RuleSaysNo):
        event_class.answer_event(city, case.id, HEAVY)


def test_the_receipt_of_an_event_speaks_of_no_right_to_demonstrate(city: Desk) -> None:
    from orderdesk.desk.publishing import receipt_text

    event = scoring.case_numbered(city, "E-2026-118")
    with city.work() as work:
        work.save_case(event.replace(received_at=city.now))
    assert "Demonstreren is een recht" not in receipt_text(city, event.id)
    march = scoring.case_numbered(city, "D-2026-043")
    assert "Demonstreren is een recht" in receipt_text(city, march.id)
