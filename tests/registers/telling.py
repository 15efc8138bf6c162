"""What became of a register's rows, one line each, as the tests of whole forms compare it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from orderdesk.domain.time import local
from orderdesk.registers import RegisterRow, Row


def _clock(moment: datetime | None) -> str:
    return f"{local(moment):%d-%m %H:%M}" if moment else ""


def _range(name: str, *numbers: int | None) -> list[str]:
    shown = "/".join("" if n is None else str(n) for n in numbers)
    return [f"{name} {shown}"] if shown.strip("/") else []


def told(record: RegisterRow) -> str:
    """Day, time, places, route, numbers (low/one/high), kind, notification, purpose, number."""
    days = f"{record.day}" + (f"..{record.end_day}" if record.end_day != record.day else "")
    times = [f"{_clock(record.start)} > {_clock(record.end)}"] if record.start or record.end else []
    about = (record.kind, record.form, record.source, record.status, record.incident)
    parts = [
        days,
        *times,
        *(["@ " + " + ".join(record.places)] if record.places else []),
        *(["via " + " > ".join(record.route)] if record.route else []),
        *_range("expected", record.expected_low, record.expected, record.expected_high),
        *_range("came", record.turnout_low, record.turnout, record.turnout_high),
        " ".join(str(what) for what in about if what),
        *([f"notified {_clock(record.received)}"] if record.received else []),
        *([" ".join(record.purpose.split())] if record.purpose else []),
        *([f"by {record.organiser_text}"] if record.organiser_text else []),
        *([f"no. {record.reference}"] if record.reference_counts else []),
        *(f"{name}: {' '.join(value.split())}" for name, value in record.extra.items()),
    ]
    return " | ".join(parts)


def told_rows(rows: Sequence[Row]) -> list[str]:
    """Every row: its gatherings, or why there is none; below it what a person should look at."""
    lines: list[str] = []
    for row in rows:
        where = f"{row.sheet}!{row.number}" if row.sheet else str(row.number)
        lines += [f"{where} {told(record)}" for record in row.records]
        if row.reason is not None:
            lines.append(f"{where} - {row.reason}")
        lines += [f"{where} ! {p.column} {p.value!r}: {p.message}" for p in row.problems]
    return lines
