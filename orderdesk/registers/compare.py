"""What a later file of the same register brings: new, changed, unchanged, gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orderdesk.registers.rows import RegisterRow


@dataclass(frozen=True)
class Known:
    """What the desk kept of a row when it was imported: `RegisterRow.fields` and `fingerprint`."""

    fingerprint: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """A row of which something differs from what was imported before."""

    row: RegisterRow
    known_key: str
    """The key under which it was known; differs from `row.row_key` when day, place or topic
    changed, and is then to be replaced by it."""
    differences: dict[str, tuple[str, str]]
    """Field -> (before, now)."""


@dataclass(frozen=True)
class Comparison:
    """Every row once, and every known row that is no longer there."""

    new: tuple[RegisterRow, ...] = ()
    changed: tuple[Change, ...] = ()
    unchanged: tuple[RegisterRow, ...] = ()
    gone: tuple[str, ...] = ()
    """Keys of rows that the file no longer has; never to be deleted for that alone."""
    rekeyed: dict[str, str] = field(default_factory=dict)
    """Key before -> key now, where the same row has another number among equals."""


def compare(rows: Sequence[RegisterRow], known: Mapping[str, Known]) -> Comparison:
    """Match the rows of a file with those known of the same register.

    Rows that are alike in day, place and topic are matched by content first, so that a new order
    changes nothing. A row with a new key is taken for a known one that is gone when two of day,
    place, topic and reference agree and no other row fits: then it's a change, not new.
    """
    waiting: dict[str, list[str]] = defaultdict(list)
    for key in known:
        waiting[_base(key)].append(key)
    new: list[RegisterRow] = []
    changed: list[Change] = []
    unchanged: list[RegisterRow] = []
    rekeyed: dict[str, str] = {}
    left: list[RegisterRow] = []
    for row in rows:
        same = next(
            (k for k in waiting[_base(row.row_key)] if known[k].fingerprint == row.fingerprint),
            None,
        )
        if same is None:
            left.append(row)
            continue
        waiting[_base(row.row_key)].remove(same)
        unchanged.append(row)
        if same != row.row_key:
            rekeyed[same] = row.row_key
    moved: list[RegisterRow] = []
    for row in left:
        equals = waiting[_base(row.row_key)]
        if equals:
            key = row.row_key if row.row_key in equals else equals[0]
            equals.remove(key)
            changed.append(_change(row, key, known[key]))
        else:
            moved.append(row)
    gone = [key for keys in waiting.values() for key in keys]
    for row, match in _alike(moved, {key: known[key] for key in gone}):
        if match is None:
            new.append(row)
        else:
            gone.remove(match)
            changed.append(_change(row, match, known[match]))
    return Comparison(tuple(new), tuple(changed), tuple(unchanged), tuple(gone), rekeyed)


def _base(key: str) -> str:
    return key.rsplit("#", 1)[0]


def _change(row: RegisterRow, key: str, known: Known) -> Change:
    now = row.fields()
    differences = {
        name: (known.fields.get(name, ""), now.get(name, ""))
        for name in sorted({*known.fields, *now})
        if known.fields.get(name, "") != now.get(name, "")
    }
    return Change(row, key, differences)


_IDENTITY = ("day", "place_text", "purpose", "reference")


def _alike(rows: list[RegisterRow], gone: dict[str, Known]) -> list[tuple[RegisterRow, str | None]]:
    """Each row with the gone one that it continues, if there is just one such on both sides."""
    if not gone:
        return [(row, None) for row in rows]
    by_pair: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key, known in gone.items():
        for pair in _pairs(known.fields):
            by_pair[pair].append(key)
    claims: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        fits = {key for pair in _pairs(row.fields()) for key in by_pair.get(pair, ())}
        if len(fits) == 1:
            claims[fits.pop()].append(index)
    matched = {indices[0]: key for key, indices in claims.items() if len(indices) == 1}
    return [(row, matched.get(index)) for index, row in enumerate(rows)]


def _pairs(fields: Mapping[str, str]) -> list[tuple[str, ...]]:
    given = [(name, fields[name]) for name in _IDENTITY if fields.get(name)]
    return [(a[0], a[1], b[0], b[1]) for i, a in enumerate(given) for b in given[i + 1 :]]
