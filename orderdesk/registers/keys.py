"""What can only be seen over all rows of a register: keys, days far off, doubles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median_low

from orderdesk.i18n import msg
from orderdesk.registers.rows import Problem, RegisterRow, Row, RowKind
from orderdesk.registers.text import fold

_FAR_YEARS = 3  # a day this far from the others of the register is looked at twice


def over_all(rows: list[Row], day_column: str) -> list[Row]:
    """The rows of all sheets with their keys, and what only the whole register shows.

    Changed in place: of a large register the rows before and after would fill the memory.
    """
    _point_out_far_days(rows, day_column)
    if len({row.sheet for row in rows}) > 1:
        _leave_out_doubles(rows)
    _give_keys(rows)
    return rows


def _leave_out_doubles(rows: list[Row]) -> None:
    """Leave out gatherings that stand on an earlier sheet too: one of the two is a summary."""
    seen: dict[str, Row] = {}
    for n, row in enumerate(rows):
        twins = [seen.setdefault(_content(record), row) for record in row.records]
        if not twins or any(twin.sheet == row.sheet for twin in twins):
            continue
        reason = msg(
            "The same stands on sheet {sheet}, row {row}.",
            sheet=twins[0].sheet,
            row=twins[0].number,
        )
        rows[n] = replace(row, kind=RowKind.SKIPPED, records=(), problems=(), reason=reason)


def _content(record: RegisterRow) -> str:
    return f"{record.identity} {record.start} {record.expected} {record.expected_low}"


def _with_problem(row: Row, problem: Problem) -> Row:
    records = tuple(replace(r, problems=(*r.problems, problem)) for r in row.records)
    return replace(row, records=records, problems=(*row.problems, problem))


def _point_out_far_days(rows: list[Row], column: str) -> None:
    """Point out days that lie years from the others: a slip of the pen in the year, mostly."""
    years = sorted(record.day.year for row in rows for record in row.records)
    if len(years) < 10:
        return
    strays = len(years) // 50
    usual = range(years[strays] - _FAR_YEARS + 1, years[-1 - strays] + _FAR_YEARS)
    for n, row in enumerate(rows):
        far = next((r.day for r in row.records if r.day.year not in usual), None)
        if far is None:
            continue
        note = msg(
            "{day} lies far from the other days (about {year}): is the year right?",
            day=far.isoformat(),
            year=median_low(years),
        )
        problem = Problem(row.number, column, far.isoformat(), note, sheet=row.sheet)
        rows[n] = _with_problem(row, problem)


def _give_keys(rows: list[Row]) -> None:
    """Give every record its key: the reference where that names it, else day, place and topic."""
    counts = _references_count(rows)
    seen: Counter[str] = Counter()
    for n, row in enumerate(rows):
        records = []
        for record in row.records:
            if counts and record.reference:
                base = f"ref:{fold(record.reference)}"
                if len(row.records) > 1:
                    base += f"/{record.day.isoformat()}"
            else:
                base = record.identity
            seen[base] += 1
            key = (
                base if counts and record.reference and seen[base] == 1 else f"{base}#{seen[base]}"
            )
            records.append(replace(record, row_key=key, reference_counts=counts))
        if records:
            rows[n] = replace(row, records=tuple(records))


def _references_count(rows: Sequence[Row]) -> bool:
    """Whether references name gatherings: all different, and not just 1, 2, 3 down the sheet."""
    references = [row.records[0].reference for row in rows if row.records]
    given = [reference for reference in references if reference]
    if len(given) < 0.9 * len(references) or len(set(given)) < len(given) or not given:
        return False
    if all(reference.isdigit() and len(reference) < 7 for reference in given):
        steps = [int(b) - int(a) for a, b in pairwise(given)]
        return sum(step == 1 for step in steps) < 0.8 * max(1, len(steps))
    return True
