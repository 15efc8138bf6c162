"""A register read to the end, with the questions that tests ask of it."""

from __future__ import annotations

from dataclasses import dataclass

from orderdesk.registers import (
    Header,
    Mapping,
    Problem,
    RegisterField,
    RegisterRow,
    Row,
    RowKind,
    Table,
    problems_of,
    records_of,
)


@dataclass(frozen=True)
class Register:
    table: Table
    header: Header
    mapping: Mapping
    rows: list[Row]

    @property
    def records(self) -> list[RegisterRow]:
        return records_of(self.rows)

    @property
    def problems(self) -> list[Problem]:
        return problems_of(self.rows)

    @property
    def fatal(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.fatal]

    def numbers(self, kind: RowKind) -> list[int]:
        return [row.number for row in self.rows if row.kind is kind]

    def mapped(self) -> dict[str, tuple[str, ...]]:
        return {a.field.value: a.columns for a in self.mapping.assignments}

    def column(self, field: RegisterField) -> tuple[str, ...]:
        return self.mapping.columns_of(field)

    def accounted_for(self) -> bool:
        """Every row below the header stands in the result once, each with what became of it."""
        below = [self.table.number(i) for i in range(self.header.first_data, len(self.table.rows))]
        told = all(
            (row.kind is RowKind.RECORD and bool(row.records))
            or (row.kind is RowKind.SKIPPED and row.reason is not None)
            or (row.kind is RowKind.PROBLEM and any(p.fatal for p in row.problems))
            for row in self.rows
        )
        return told and [row.number for row in self.rows] == below
