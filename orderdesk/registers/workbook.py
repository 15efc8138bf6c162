"""Workbooks (.xlsx, .xlsb, .xls, .ods): looked over for bombs, then read behind limits."""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Msg, msg
from orderdesk.registers.text import safe_name

READER = Path(__file__).with_name("workbook_reader.py")
_CELL_ROW = re.compile(rb'\br="[A-Z]{1,4}([0-9]{1,9})"')
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Limits:
    """How much of a file is read. Beyond it the file is refused, with the limit named."""

    bytes: int = 64 << 20
    unpacked_bytes: int = 512 << 20
    members: int = 5_000
    rows: int = 300_000
    columns: int = 400
    characters: int = 200_000_000
    memory: int = 3 << 30
    seconds: int = 60


@dataclass(frozen=True)
class Sheet:
    """The values of one sheet; merged ranges as (top, left, bottom, right)."""

    name: str
    sheets: tuple[str, ...]
    rows: list[list[str]]
    """From the sheet's first row on, so that the first is row 1."""
    merged: tuple[tuple[int, int, int, int], ...] = ()
    notes: tuple[Msg, ...] = field(default=())


def read_workbook(path: Path, shown: str, sheet: str | None, limits: Limits) -> Sheet:
    """The values of one sheet of the workbook at `path`.

    Macros are not run and formulas not worked out: what was stored as value is what is read.
    Raises BadInput (bomb, password, no workbook, no such sheet, too large).
    """
    notes: list[Msg] = []
    if zipfile.is_zipfile(path):
        notes += _look_over(path, shown, limits)
    command = [sys.executable, "-P", str(READER), str(path.absolute()), sheet or ""]
    bounds = (limits.rows, limits.columns, limits.characters, limits.memory, limits.seconds)
    try:
        done = subprocess.run(
            [*command, *map(str, bounds)],
            capture_output=True,
            timeout=limits.seconds + 5,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise BadInput(
            N_("file"), shown, msg("It takes too long to read: save only the register's sheet.")
        ) from None
    lines = done.stdout.decode("utf-8", "replace").split("\n")[:-1] if done.stdout else []
    if done.returncode != 0 or not lines:
        raise BadInput(N_("file"), shown, _why(done.stderr))
    head: dict[str, Any] = json.loads(lines[0])
    sheets = tuple(str(name) for name in head["sheets"])
    if "error" in head:
        raise BadInput(N_("sheet"), sheet or shown, _refusal(head, sheets, limits))
    rows = []
    for line in lines[1:]:
        cells = json.loads(line)
        if isinstance(cells, dict):
            raise BadInput(N_("file"), shown, _refusal(cells, sheets, limits))
        rows.append([str(cell) for cell in cells])
    if not sheet:
        notes += [
            msg("Sheet {sheet} is hidden: left out. --sheet reads it.", sheet=safe_name(str(name)))
            for name in head["hidden"]
        ]
    left = int(head["left"])
    merged = tuple((top, a - left, bottom, b - left) for top, a, bottom, b in head["merged"])
    return Sheet(str(head["sheet"]), sheets, rows, merged, tuple(notes))


def _why(stderr: bytes) -> Msg:
    said = stderr.decode("utf-8", "replace").lower()
    if "password" in said:
        return msg("It has a password: save it without one.")
    if "memory" in said or "alloc" in said:
        return msg("It needs too much memory: save only the register's sheet.")
    return msg("It is no workbook that can be read: save it again as .xlsx or CSV.")


def _refusal(head: dict[str, Any], sheets: tuple[str, ...], limits: Limits) -> Msg:
    if head["error"] == "no such sheet":
        return msg("Choose one of the sheets: {sheets}.", sheets=", ".join(sheets))
    if head["error"] == "too large":
        return msg(
            "The sheet has {rows} rows and {columns} columns; at most {most_rows} and"
            " {most_columns} are read.",
            rows=head["size"][0],
            columns=head["size"][1],
            most_rows=limits.rows,
            most_columns=limits.columns,
        )
    if head["error"] == "too much text":
        return msg("It holds more text than can be read: save only the register's sheet.")
    return msg("The workbook has no sheet with rows.")


def _look_over(path: Path, shown: str, limits: Limits) -> list[Msg]:
    """Unpack every part once, counting, before anything else does; macros give a note."""
    notes: list[Msg] = []
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as raw:
            parts = archive.infolist()
            if len(parts) > limits.members:
                raise _bomb(shown)
            left = limits.unpacked_bytes
            for part in parts:
                if part.filename.lower().endswith("vbaproject.bin"):
                    notes.append(msg("The workbook holds macros. They were not run: values only."))
                left -= _unpacked_size(raw, part, left, shown, limits)
    except (zipfile.BadZipFile, zlib.error, struct.error, ValueError, EOFError, OSError) as fault:
        raise BadInput(
            N_("file"), shown, msg("It is damaged: save it again as .xlsx or CSV.")
        ) from fault
    return notes


def _unpacked_size(raw: Any, part: zipfile.ZipInfo, left: int, shown: str, limits: Limits) -> int:
    """Bytes that `part` really unpacks to: the size it declares can be a lie."""
    if part.compress_type == zipfile.ZIP_STORED:
        if part.file_size > left:
            raise _bomb(shown)
        return part.file_size
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise ValueError(part.compress_type)
    raw.seek(part.header_offset)
    name_length, extra_length = struct.unpack("<26xHH", raw.read(30))
    raw.seek(name_length + extra_length, 1)
    unpacker, size, packed_left, tail = zlib.decompressobj(-15), 0, part.compress_size, b""
    sheet = part.filename.lower().endswith(".xml") and "sheet" in part.filename.lower()
    while not unpacker.eof:
        packed = unpacker.unconsumed_tail
        if not packed:
            packed = raw.read(min(_CHUNK, packed_left))
            packed_left -= len(packed)
            if not packed:
                break
        piece = unpacker.decompress(packed, _CHUNK)
        size += len(piece)
        if size > left:
            raise _bomb(shown)
        if sheet:
            tail = tail + piece
            if any(int(row) > 4 * limits.rows for row in _CELL_ROW.findall(tail)):
                raise _far_cell(shown, limits)
            tail = piece[-200:]
    return size


def _far_cell(shown: str, limits: Limits) -> BadInput:
    return BadInput(
        N_("file"),
        shown,
        msg("A cell stands far below row {rows}: delete the rows not used.", rows=limits.rows),
    )


def _bomb(shown: str) -> BadInput:
    return BadInput(
        N_("file"), shown, msg("It unpacks to more than can be read: save only the register.")
    )
