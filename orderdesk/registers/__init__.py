"""Reads registers as authorities keep them. Knows no database: the use case stores the result.

words = cached("register_columns", RegisterWords)
table = read_table(path)                      # CSV or workbook -> text
header = find_header(table, words)
mapping = guess_mapping(table, header, words) # shown, changed by the user, kept as JSON
rows = parse(table, header, mapping, words)   # every row: record, skipped why, or problem
news = compare(records_of(rows), known)       # new, changed, unchanged, gone
"""

from orderdesk.registers.compare import Change, Comparison, Known, compare
from orderdesk.registers.header import Header, find_header
from orderdesk.registers.mapping import Assignment, FillDown, Mapping, Why, guess_mapping
from orderdesk.registers.parse import (
    Defaults,
    Problem,
    RegisterRow,
    Row,
    RowKind,
    parse,
    problems_of,
    records_of,
)
from orderdesk.registers.table import Table, read_table, read_tables
from orderdesk.registers.text import escape_cell, unescape_cell, visible
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
    "Problem",
    "RegisterField",
    "RegisterRow",
    "RegisterWords",
    "Row",
    "RowKind",
    "Table",
    "Why",
    "compare",
    "escape_cell",
    "find_header",
    "guess_mapping",
    "parse",
    "problems_of",
    "read_table",
    "read_tables",
    "records_of",
    "unescape_cell",
    "visible",
]
