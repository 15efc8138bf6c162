"""One way to read a register in tests, and the words that every test shares."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from orderdesk.reference import cached
from orderdesk.registers import (
    Header,
    Mapping,
    Part,
    RegisterWords,
    Row,
    Table,
    find_header,
    guess_mapping,
    parse_parts,
    read_table,
)
from tests.registers.reading import Register

Write = Callable[..., Path]


@pytest.fixture(scope="session")
def words() -> RegisterWords:
    words: RegisterWords = cached("register_columns", RegisterWords)
    return words


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes text as a file and gives its path."""

    def to_file(text: str | bytes, name: str = "register.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return to_file


@pytest.fixture
def read(words: RegisterWords) -> Callable[..., Register]:
    """Reads a file all the way, guessing."""

    def to_rows(path: Path, sheet: str | None = None) -> Register:
        table: Table = read_table(path, sheet)
        header: Header = find_header(table, words)
        mapping: Mapping = guess_mapping(table, header, words)
        rows: list[Row] = parse_parts([Part(table, header, mapping)], words)
        return Register(table, header, mapping, rows)

    return to_rows


@pytest.fixture(scope="session")
def registers() -> Path:
    """The real registers beside the checkout."""
    shared = os.environ.get("ORDERDESK_SHARED")
    root = Path(shared) if shared else Path(__file__).parents[3] / "shared"
    folder = root / "data" / "registers"
    if not folder.is_dir():
        pytest.skip("the real registers are not here (ORDERDESK_SHARED)")
    return folder
