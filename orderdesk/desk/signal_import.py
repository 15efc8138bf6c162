"""A list of signals (CSV or Excel) taken over by the rules of the form: look first, then a yes.

What points at a person is refused row by row, with what may be said instead; columns that the form
doesn't know are left out and said so. What stands on the board already is not written twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orderdesk.desk import signals
from orderdesk.desk.core import Desk
from orderdesk.desk.import_result import and_more
from orderdesk.desk.scoring import keep_up
from orderdesk.desk.staff import heading_row
from orderdesk.desk.words import SURENESSES
from orderdesk.domain.people import Role
from orderdesk.errors import BadInput, OrderdeskError
from orderdesk.i18n import N_, _, in_every_language, msg
from orderdesk.risk.facts import Signal

if TYPE_CHECKING:
    pass

_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "text": ("wat", "tekst", "waarneming", "signaal", "omschrijving", "wat gezien", "text",
             "what", "observation", "signal", "what was seen"),
    "district": ("stadsdeel", "wijk", "gebied", "district"),
    "phase": ("fase", "phase"),
    "evidenced": ("concreet", "iets concreets gezien", "evidenced", "concrete"),
    "source_type": ("bron", "soort bron", "bronsoort", "source", "kind of source", "source type"),
    "reliability": ("betrouwbaarheid", "zekerheid", "hoe zeker", "reliability", "sure", "how sure"),
    "observed": ("datum", "dag", "gezien", "gezien op", "date", "day", "observed", "seen"),
}  # fmt: skip
_NEEDED = ("district", "phase", "evidenced", "source_type", "reliability")
_YES = frozenset({"yes", "ja", "j", "y", "x", "1", "true", "waar"})
_NO = frozenset({"no", "nee", "n", "0", "false", "onwaar"})
_MOST_ROWS = 2_000
_SHOWN = 20


@dataclass(frozen=True)
class Refused:
    """A row that can't be taken over."""

    row: int
    why: str


@dataclass(frozen=True)
class FoundSignals:
    """What a list holds, set against the board."""

    file: str
    rows: int
    new: Sequence[tuple[int, Signal]]
    """With the row of each."""
    known: Sequence[int]
    """Rows that stand on the board already."""
    refused: Sequence[Refused]
    mapping: Mapping[str, str]
    left_out: Sequence[str]
    written: bool = False

    def as_json(self) -> dict[str, Any]:
        """For `--json`: the same keys as the import of a register."""
        return {
            "register": "signals",
            "rows": self.rows,
            "new": len(self.new),
            "changed": 0,
            "unchanged": len(self.known),
            "skipped": len(self.refused),
            "gone": 0,
            "records": len(self.new) + len(self.known),
            "written": self.written,
            "sheets": [],
            "mapping": {field: [heading] for field, heading in self.mapping.items()},
            "left_out": list(self.left_out),
            "notes": [],
            "skipped_rows": [{"row": one.row, "reason": one.why} for one in self.refused],
            "changes": [],
            "gone_rows": [],
            "problems": [
                {"row": one.row, "column": "", "value": "", "message": one.why}
                for one in self.refused
            ],
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield _("{rows} rows in {file}: {new} new, {known} known, {refused} refused").format(
            rows=self.rows, file=self.file, new=len(self.new), known=len(self.known),
            refused=len(self.refused),
        )  # fmt: skip
        if self.left_out:
            yield _("columns not read: {names}").format(names=", ".join(self.left_out))
        for one in self.refused[:_SHOWN]:
            yield _("row {row} skipped: {why}").format(row=one.row, why=one.why)
        yield from and_more(len(self.refused) - _SHOWN)
        for row, signal in self.new[:_SHOWN]:
            yield f"{row:>4} {signals.signal_line(signal)}"
        yield from and_more(len(self.new) - _SHOWN)
        if not self.written:
            yield _("nothing was written")


def preview(desk: Desk, path: Path, *, sheet: str | None = None) -> FoundSignals:
    """What a list holds. Writes nothing.

    Raises BadInput for a file that can't be read, lacks a column, or has too many rows.
    """
    from orderdesk.registers.table import read_table
    from orderdesk.registers.text import visible

    table = read_table(path, sheet)
    at, found = heading_row(
        table, _HEADINGS, _NEEDED, "stadsdeel; fase; concreet; bron; betrouwbaarheid; datum; tekst"
    )
    columns: dict[str, int] = {}
    for column, field in found.items():
        columns.setdefault(field, column)
    body = [
        (table.number(n), cells)
        for n, cells in enumerate(table.rows[at + 1 :], at + 1)
        if any(cell.strip() for cell in cells)
    ]
    if len(body) > _MOST_ROWS:
        raise BadInput(
            N_("file"),
            table.name,
            msg("More than {n} rows: is it a list of signals?", n=_MOST_ROWS),
        )
    seen = {_said(signal) for signal in signals.look(desk).signals}
    new: list[tuple[int, Signal]] = []
    known: list[int] = []
    refused: list[Refused] = []
    for number, cells in body:
        values = {field: cells[n].strip() for field, n in columns.items()}
        try:
            signal = signals.read_signal(desk, _as_in_form(values))
        except OrderdeskError as problem:
            refused.append(Refused(number, str(problem)))
            continue
        if _said(signal) in seen:
            known.append(number)
        else:
            new.append((number, signal))
            seen.add(_said(signal))
    heading = table.rows[at]
    return FoundSignals(
        file=table.name,
        rows=len(body),
        new=new,
        known=known,
        refused=refused,
        mapping={field: visible(heading[n]) for field, n in columns.items()},
        left_out=[
            visible(h) for n, h in enumerate(heading) if h.strip() and n not in columns.values()
        ],
    )


def take_over(desk: Desk, found: FoundSignals) -> FoundSignals:
    """Write down what was found new, in one unit of work."""
    if found.new:
        with desk.work() as work:
            for _row, signal in found.new:
                signals.keep(work, signal)
            keep_up(desk, work)
    else:
        desk.need(Role.OFFICER)
    return replace(found, written=True)


def _said(signal: Signal) -> tuple[object, ...]:
    return tuple(signal.model_dump(mode="json", exclude={"id"}).values())


def _as_in_form(cells: Mapping[str, str]) -> dict[str, str]:
    """Values as the form gives them; a word that nobody knows stays, to be refused by its field."""
    from orderdesk.registers.text import fold

    concrete = fold(cells["evidenced"])
    return {
        "text": cells.get("text", ""),
        "district": _district(cells["district"]),
        "phase": _chosen(cells["phase"], {str(int(p)): n for p, n in signals.PHASE_NAMES.items()}),
        "evidenced": "yes" if concrete in _YES else "no" if concrete in _NO else cells["evidenced"],
        "source_type": _chosen(
            cells["source_type"], {s.value: n for s, n in signals.SOURCE_NAMES.items()}
        ),
        "reliability": _chosen(cells["reliability"], {s.value: n for s, n in SURENESSES.items()}),
        "observed": cells.get("observed", ""),
    }


def _district(text: str) -> str:
    from orderdesk.registers.text import fold

    return next((d for d in signals.districts() if fold(d) == fold(text)), text)


def _chosen(text: str, names: Mapping[str, str]) -> str:
    """The value that is meant by itself, by its name, or by both ("2 oplopende spanning")."""
    from orderdesk.registers.text import fold

    plain = fold(text)
    for value, name in names.items():
        both = {fold(known) for known in in_every_language(name)}
        alone = {n.removeprefix(f"{fold(value)} ") for n in both}
        if plain in {fold(value), *both, *alone, *(f"{fold(value)} {n}" for n in both)}:
            return value
    return text
