"""Reads registers as authorities keep them. Knows no database: the use case stores the result.

words = cached("register_columns", RegisterWords)
parts = read_parts(path, words)          # every sheet with days: table, header, guessed mapping
rows = parse_parts(parts.parts, words)   # every row: record, skipped why, or problem
news = compare(records_of(rows), known)  # new, changed, unchanged, gone
"""

from orderdesk.registers.compare import Change, Comparison, Known, compare
from orderdesk.registers.header import Header, find_header, header_at
from orderdesk.registers.keys import over_all
from orderdesk.registers.mapping import Assignment, FillDown, Mapping, Why, guess_mapping
from orderdesk.registers.parse import parse
from orderdesk.registers.parts import Part, Parts, parse_parts, read_parts
from orderdesk.registers.rows import (
    Defaults,
    Problem,
    RegisterRow,
    Row,
    RowKind,
    problems_of,
    records_of,
)
from orderdesk.registers.table import Table, read_table
from orderdesk.registers.text import visible
from orderdesk.registers.words import RegisterField, RegisterWords
from orderdesk.registers.workbook import Limits

__all__ = [
    "Assignment",
    "Change",
    "Comparison",
    "Defaults",
    "FillDown",
    "Header",
    "Known",
    "Limits",
    "Mapping",
    "Part",
    "Parts",
    "Problem",
    "RegisterField",
    "RegisterRow",
    "RegisterWords",
    "Row",
    "RowKind",
    "Table",
    "Why",
    "compare",
    "find_header",
    "guess_mapping",
    "header_at",
    "over_all",
    "parse",
    "parse_parts",
    "problems_of",
    "read_parts",
    "read_table",
    "records_of",
    "visible",
]
