"""The real registers: every row accounted for, and what stands in them found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from orderdesk.domain.events import Case, Form, Incident, Outcome, Source, Status
from orderdesk.domain.time import at
from orderdesk.registers import FillDown, Known, RowKind, compare
from tests.registers.reading import Register

Read = Callable[..., Register]


@pytest.mark.parametrize(
    ("name", "rows", "problems"),
    [
        ("berlin-2018-2020.csv", 12_774, 0),
        ("koeln-2018.csv", 888, 14),
        ("mainz-2019.csv", 250, 0),
        ("mainz-2022.csv", 416, 0),
    ],
)
def test_every_row_is_accounted_for_and_repeatable(
    registers: Path, read: Read, name: str, rows: int, problems: int
) -> None:
    register = read(registers / name)
    assert len(register.rows) == rows
    assert register.accounted_for()
    assert len(register.numbers(RowKind.PROBLEM)) == problems
    known = {r.row_key: Known(r.fingerprint, r.fields()) for r in register.records}
    assert len(known) == len(register.records)
    again = compare(read(registers / name).records, known)
    assert (again.new, again.changed, again.gone) == ((), (), ())


@pytest.mark.parametrize(
    "name", ["berlin-2018-2020.csv", "koeln-2018.csv", "mainz-2019.csv", "mainz-2022.csv"]
)
def test_every_record_makes_a_case(registers: Path, read: Read, name: str) -> None:
    for number, row in enumerate(read(registers / name).records):
        outcome = Outcome(
            turnout_low=row.turnout_low,
            turnout=row.turnout,
            turnout_high=row.turnout_high,
            incident=row.incident or Incident.NONE,
        )
        case = Case(
            id=str(number),
            number=f"D-{row.day.year}-{number}",
            kind=row.kind,
            source=row.source or Source.WRITTEN,
            known_at=row.received or at(row.day, "00:00"),
            received_at=row.received,
            span=row.span(120),
            place_text=row.place_text,
            route=row.route,
            form=row.form or Form.STATIC,
            expected_low=row.expected_low,
            expected=row.expected,
            expected_high=row.expected_high,
            purpose=row.purpose,
            status=row.status or Status.HELD,
            outcome=outcome,
            imported_from=row.row_key,
            extra=row.extra,
        )
        assert case.purpose == row.purpose.strip()


def test_berlin_has_both_numbers_and_keeps_no_labels(registers: Path, read: Read) -> None:
    register = read(registers / "berlin-2018-2020.csv")
    assert sum(r.expected is not None for r in register.records) == 12_774
    assert sum(r.turnout is not None for r in register.records) == 10_699
    assert register.mapping.left_out == ("Kategorie", "Stichwörter")
    assert all(not r.extra for r in register.records)


def test_mainz_has_the_day_of_notification(registers: Path, read: Read) -> None:
    register = read(registers / "mainz-2019.csv")
    first = register.records[0]
    assert first.day == date(2019, 5, 4)
    assert first.received is not None
    assert first.received.date() == date(2018, 8, 7)  # the start of 8 August, in UTC
    assert not first.received_exact
    assert (first.form, first.expected) == (Form.MARCH, 400)
    assert sum(r.received is not None for r in register.records) == 245
    assert sum("Notified after" in str(p.message) for p in register.problems) == 2


def test_mainz_2022_points_out_slips(registers: Path, read: Read) -> None:
    register = read(registers / "mainz-2022.csv")
    assert {(p.row, p.value) for p in register.problems} == {
        (39, "2020-10-01 00:00:00"),
        (170, "13:05.2022"),
    }


def test_cologne_has_several_days_and_places_in_a_cell(registers: Path, read: Read) -> None:
    register = read(registers / "koeln-2018.csv")
    by_row = {row.number: row for row in register.rows}
    assert register.mapping.fill_down is FillDown.ROWS
    assert [r.day for r in by_row[72].records] == [
        date(2018, 1, 10), date(2018, 1, 17), date(2018, 1, 24), date(2018, 1, 31),
    ]  # fmt: skip
    assert len(by_row[18].records[0].places) == 10
    assert by_row[10].records[0].purpose == by_row[8].records[0].purpose
    ranged = [r for r in register.records if r.expected_low and r.expected_high]
    assert len(ranged) > 350
    values = {p.row: p.value for p in register.fatal}
    assert values[283] == "00.01.1900"
    assert values[360] == "2108-06-30 00:00:00"
