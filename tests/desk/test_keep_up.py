"""The class that lists, demand and the sheet go by is the one that the case itself shows."""

from __future__ import annotations

import pytest

from orderdesk.desk import closing, scoring, signals, undo
from orderdesk.desk.core import Desk
from orderdesk.desk.search import register_list
from orderdesk.domain.time import local

ALARM = {
    "district": "Centrum", "phase": "3", "evidenced": "yes", "source_type": "police",
    "reliability": "A", "text": "oplopende spanning rond het plein",
}  # fmt: skip


def differing(desk: Desk) -> list[str]:
    """Coming demonstrations whose class in lists is another than on their page."""
    today = local(desk.now).date()
    with desk.read() as reader:
        listed = scoring.standing_classes(reader, today)
        return [
            case.number
            for case in reader.cases(start=desk.now)
            if case.to_come
            and not case.is_event
            and listed[case.id] is not scoring.explain_in(reader, case, today).standing
        ]


def log_of(desk: Desk, number: str) -> str:
    with desk.read() as reader:
        case = reader.case_by_number(number)
        assert case is not None
        return str([fact.doc for fact in reader.facts("log", f"case:{case.id}")])


def test_signals_move_the_class_in_every_list_and_taking_that_back_too(city: Desk) -> None:
    first = register_list(city).classes
    gone = [signal for signal in signals.look(city).signals if signal.district == "Centrum"]
    for signal in gone:
        signals.withdraw(city, signal.id)
    calmer = register_list(city).classes
    assert differing(city) == []
    moved = [id for id in first if first[id] != calmer[id]]
    with city.read() as reader:
        numbers = [reader.case(id).number for id in moved]
    assert numbers == ["D-2026-041"]
    assert "the score now advises {now}, not {before}" in log_of(city, "D-2026-041")
    for _signal in gone:
        undo.take_back(city)
    assert register_list(city).classes == first
    assert differing(city) == []


def test_what_is_called_off_makes_no_busy_day_for_another(city: Desk) -> None:
    with city.read() as reader:
        event = reader.case_by_number("E-2026-118")
        assert event is not None
        assert event.span is not None
        day = local(event.span.start).date()
        assert event.id in {id for id, _ in scoring.knowledge(reader).heavy[day]}
    closing.call_off(city, event.id)
    with city.read() as reader:
        heavy = scoring.knowledge(reader).heavy.get(day, frozenset())
    assert event.id not in {id for id, _ in heavy}
    assert differing(city) == []


def test_what_the_days_changed_is_kept_up_once_a_day(city: Desk) -> None:
    with city.work(deed=False) as work:
        case = work.case_by_number("D-2026-036")
        assert case is not None
        last = work.last_fact(scoring.SCORE, f"case:{case.id}")
        assert last is not None
        work.add_fact(scoring.SCORE, f"case:{case.id}", {**last.doc, "class": "hoog"})
    assert differing(city) == ["D-2026-036"]
    assert [one.number for one in scoring.keep_up_today(city)] == ["D-2026-036"]
    assert differing(city) == []
    with city.read() as reader:
        before = reader.trail_length()
    assert scoring.keep_up_today(city) == []
    with city.read() as reader:
        assert reader.trail_length() == before
    assert city.deeds == []


@pytest.mark.parametrize("phase", ["1", "4"])
def test_nothing_is_written_where_no_class_changes(city: Desk, phase: str) -> None:
    made = signals.enter(city, ALARM | {"phase": phase, "district": "Oost"})
    with city.read() as reader:
        before = reader.trail_length()
    with city.work() as work:
        assert scoring.keep_up(city, work) == []
    with city.read() as reader:
        assert reader.trail_length() == before, made
