"""A file twice changes nothing; a changed file shows what changed, whatever its order."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderdesk.registers import (
    Known,
    RegisterRow,
    RegisterWords,
    compare,
    parse_parts,
    read_parts,
    records_of,
)
from tests.registers.reading import Register

Read = Callable[..., Register]
Write = Callable[..., Path]

HEADER = "Datum;Ort;Thema;Teilnehmer\n"
LINES = [
    "01.02.2020;Markt;A;50",
    "01.02.2020;Markt;A;70",
    "02.02.2020;Ufer;B;10-30",
    "03.02.2020;Tor;C;k.A.",
    "04.02.2020;Tor;D;5",
]


def known_of(rows: Iterable[RegisterRow]) -> dict[str, Known]:
    return {row.row_key: Known(row.fingerprint, row.fields()) for row in rows}


@pytest.fixture
def rows(write: Write, read: Read) -> Callable[[list[str]], list[RegisterRow]]:
    return lambda lines: read(write(HEADER + "\n".join(lines) + "\n")).records


Rows = Callable[[list[str]], list[RegisterRow]]


def test_the_same_file_twice_changes_nothing(rows: Rows) -> None:
    first = rows(LINES)
    again = compare(rows(LINES), known_of(first))
    assert (again.new, again.changed, again.gone, again.rekeyed) == ((), (), (), {})
    assert len(again.unchanged) == len(LINES)


def test_order_and_rows_put_in_change_nothing(rows: Rows) -> None:
    known = known_of(rows(LINES))
    for seed in range(6):
        shuffled = ["09.02.2020;Markt;N;1", *LINES]
        random.Random(seed).shuffle(shuffled)
        result = compare(rows(shuffled), known)
        assert [r.purpose for r in result.new] == ["N"]
        assert (result.changed, result.gone) == ((), ())


@pytest.mark.parametrize(
    ("line", "field", "before", "now"),
    [
        ("02.02.2020;Ufer;B;40", "expected", "", "40"),
        ("02.02.2020;Platz;B;10-30", "place_text", "Ufer", "Platz"),
        ("05.02.2020;Ufer;B;10-30", "day", "2020-02-02", "2020-02-05"),
        ("02.02.2020;Ufer;BB;10-30", "purpose", "B", "BB"),
    ],
)
def test_a_changed_cell_is_shown(rows: Rows, line: str, field: str, before: str, now: str) -> None:
    known = known_of(rows(LINES))
    result = compare(rows([*LINES[:2], line, *LINES[3:]]), known)
    (change,) = result.changed
    assert change.differences[field] == (before, now)
    assert change.known_key in known
    assert (result.new, result.gone) == ((), ())
    assert len(result.unchanged) == 4


def test_a_row_that_went_is_told(rows: Rows) -> None:
    first = rows(LINES)
    result = compare(rows(LINES[:-1]), known_of(first))
    assert result.gone == (first[-1].row_key,)
    assert (result.new, result.changed) == ((), ())


def test_running_numbers_do_not_name_rows(write: Write, read: Read) -> None:
    def numbered(lines: list[str]) -> list[RegisterRow]:
        body = "".join(f"{i};{line}\n" for i, line in enumerate(lines, 1))
        return read(write("Lfd Nr.;" + HEADER + body)).records

    first = numbered(LINES)
    result = compare(numbered(["31.01.2020;Hof;Z;9", *LINES]), known_of(first))
    assert [r.purpose for r in result.new] == ["Z"]
    assert len(result.unchanged) == len(LINES)


def test_references_name_rows_even_when_everything_else_changed(write: Write, read: Read) -> None:
    def filed(*lines: str) -> list[RegisterRow]:
        return read(write("Aktenzeichen;" + HEADER + "\n".join(lines) + "\n")).records

    first = filed("X/1;" + LINES[0], "X/9;" + LINES[2], "X/4;" + LINES[3])
    result = compare(
        filed("X/9;05.05.2020;Hof;Q;1", "X/1;" + LINES[0], "X/4;" + LINES[3]), known_of(first)
    )
    (change,) = result.changed
    assert change.known_key == "ref:x/9"
    assert {"day", "place_text", "purpose"} <= set(change.differences)


line = st.tuples(
    st.integers(1, 4), st.sampled_from("MU"), st.sampled_from("AB"), st.integers(0, 3)
).map(lambda t: f"0{t[0]}.02.2020;{t[1]};{t[2]};{t[3]}")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(line, min_size=1, max_size=14), st.lists(line, max_size=14), st.randoms())
def test_every_row_is_in_one_place(
    tmp_path: Path, words: RegisterWords, before: list[str], after: list[str], dice: random.Random
) -> None:
    def records(lines: list[str]) -> list[RegisterRow]:
        path = tmp_path / "r.csv"
        path.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
        return records_of(parse_parts(read_parts(path, words).parts, words))

    known = known_of(records(before))
    assert len(known) == len(before)
    now = records([*after, *before[: len(before) // 2]])
    result = compare(now, known)
    assert len(result.new) + len(result.changed) + len(result.unchanged) == len(now)
    matched = len(result.changed) + len(result.unchanged)
    assert matched + len(result.gone) == len(known)
    shuffled = list(before)
    dice.shuffle(shuffled)
    same = compare(records(shuffled), known)
    assert (same.new, same.changed, same.gone) == ((), (), ())
