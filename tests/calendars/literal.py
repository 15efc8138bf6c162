"""A small literal reader of iCalendar bytes, made for tests only: it trusts nothing it reads."""

from __future__ import annotations

import re


def lines_of(data: bytes) -> list[str]:
    """The unfolded content lines; fails on anything RFC 5545 section 3.1 forbids."""
    assert data.endswith(b"\r\n")
    raw = data[:-2].split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line for line in raw)
    assert all(0 < len(line) <= 75 for line in raw)
    for line in raw:
        line.decode("utf-8")  # no character is cut by a fold
    logical: list[bytes] = []
    for line in raw:
        if line.startswith((b" ", b"\t")):
            logical[-1] += line[1:]
        else:
            logical.append(line)
    text = [line.decode("utf-8") for line in logical]
    assert not any(
        re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", t) for t in text
    )
    return text


def events_of(data: bytes) -> list[dict[str, str]]:
    """Each VEVENT as property (with its parameters) -> value; fails on a doubled property."""
    events: list[dict[str, str]] = []
    depth: list[str] = []
    for line in lines_of(data):
        name, value = line.split(":", 1)
        if name == "BEGIN":
            depth.append(value)
            if value == "VEVENT":
                events.append({})
        elif name == "END":
            assert depth.pop() == value
        elif depth[-1] == "VEVENT":
            assert name not in events[-1]
            events[-1][name] = value
    assert not depth
    return events


def unescaped(value: str) -> str:
    assert not re.search(r"(?<!\\)(\\\\)*[;,]", value)
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)
