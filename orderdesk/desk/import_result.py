"""What an import did or would do: row by row for a screen, counted for the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from orderdesk.i18n import N_, Msg, _, count, msg, ngettext

if TYPE_CHECKING:
    from orderdesk.desk.importing import Found
    from orderdesk.registers.compare import Change
    from orderdesk.registers.rows import Problem, RegisterRow, Row

_SHOWN_PROBLEMS = 20
_SHOWN_SKIPPED = 8


class RowState(StrEnum):
    """What an import does with a row of the file."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REFUSED = "refused"
    """A problem must be mended before the row can be imported; counts as skipped."""


STATE_NAMES = {
    RowState.NEW: N_("new"),
    RowState.CHANGED: N_("changed"),
    RowState.UNCHANGED: N_("unchanged"),
    RowState.SKIPPED: N_("skipped"),
    RowState.REFUSED: N_("problem"),
}


@dataclass(frozen=True)
class RowLine:
    """One row of the file as the preview shows it."""

    row: Row
    state: RowState
    chosen: bool
    changes: tuple[Change, ...] = ()

    @property
    def first(self) -> RegisterRow | None:
        """The (first) gathering of the row."""
        return self.row.records[0] if self.row.records else None

    @property
    def can_be_chosen(self) -> bool:
        """Whether importing it would write something."""
        return self.state in (RowState.NEW, RowState.CHANGED)

    def message(self) -> str:
        """The reason, the problems, or what changed, on one line."""
        if self.row.reason is not None:
            return str(self.row.reason)
        said = [
            f"{p.column}: {p.message}" if p.column else str(p.message) for p in self.row.problems
        ]
        said += [
            f"{name}: {before or '–'} → {now or '–'}"
            for change in self.changes
            for name, (before, now) in change.differences.items()
        ]
        return " · ".join(said)


@dataclass(frozen=True)
class Gone:
    """A gathering of an earlier file that this one no longer has, though it covers its day."""

    day: str
    place: str
    reference: str


@dataclass(frozen=True)
class ImportResult:
    """What an import did (or would do). The four counts add up to `rows`."""

    book: str
    rows: int
    new: int
    changed: int
    unchanged: int
    skipped: int
    gone: Sequence[Gone]
    records: int
    problems: Sequence[Problem]
    skipped_rows: Sequence[tuple[Row, str]]
    mapping: Mapping[str, Sequence[str]]
    left_out: Sequence[str]
    persons: Sequence[str]
    sheets: Sequence[str]
    notes: Sequence[Msg]
    differences: Sequence[tuple[Row, Mapping[str, tuple[str, str]]]]
    written: bool

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "register": self.book,
            "rows": self.rows,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "skipped": self.skipped,
            "gone": len(self.gone),
            "records": self.records,
            "written": self.written,
            "sheets": list(self.sheets),
            "mapping": {name: list(columns) for name, columns in self.mapping.items()},
            "left_out": [*self.left_out, *self.persons],
            "notes": [str(note) for note in self.notes],
            "skipped_rows": [{**_where(row), "reason": why} for row, why in self.skipped_rows],
            "changes": [
                {**_where(row), "fields": {k: list(v) for k, v in fields.items()}}
                for row, fields in self.differences
            ],
            "gone_rows": [vars(gone) for gone in self.gone],
            "problems": [
                {
                    "row": problem.row,
                    **({"sheet": problem.sheet} if problem.sheet else {}),
                    "column": problem.column,
                    "value": problem.value,
                    "message": str(problem.message),
                }
                for problem in self.problems
            ],
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield from self.heading()
        yield self.counts()
        first = sorted(self.problems, key=lambda problem: not problem.fatal)
        for problem in first[:_SHOWN_PROBLEMS]:
            yield _("row {row}, {column} {value}: {message}").format(
                row=_place(problem.sheet, problem.row),
                column=problem.column,
                value=repr(problem.value),
                message=problem.message,
            )
        yield from and_more(len(self.problems) - _SHOWN_PROBLEMS)
        told = [(row, why) for row, why in self.skipped_rows if not row.problems]
        for row, why in told[:_SHOWN_SKIPPED]:
            yield _("row {row} skipped: {reason}").format(
                row=_place(row.sheet, row.number), reason=why
            )
        yield from and_more(len(told) - _SHOWN_SKIPPED)
        for row, fields in self.differences[:_SHOWN_SKIPPED]:
            for name, (before, now) in fields.items():
                yield _("row {row} changed: {field} {before} → {now}").format(
                    row=_place(row.sheet, row.number),
                    field=name,
                    before=repr(before),
                    now=repr(now),
                )
        for gone in self.gone[:_SHOWN_SKIPPED]:
            yield _("no longer in the file: {gathering}").format(
                gathering=" ".join(part for part in (gone.day, gone.place, gone.reference) if part)
            )
        if not self.written:
            yield _("nothing was written")

    def heading(self) -> Iterator[str]:
        """What was read, and what not."""
        rows = ngettext("{rows} row", "{rows} rows", self.rows).format(rows=count(self.rows))
        yield _("{rows} in register {book}").format(rows=rows, book=self.book)
        if len(self.sheets) > 1:
            yield _("sheets: {sheets}").format(sheets=", ".join(self.sheets))
        for name, columns in self.mapping.items():
            yield f"  {field_name(name)}: {', '.join(columns)}"
        if self.left_out:
            yield _("left out, because they label opinion: {columns}").format(
                columns=", ".join(self.left_out)
            )
        if self.persons:
            yield _("left out, because they are about people: {columns}").format(
                columns=", ".join(self.persons)
            )
        yield from (str(note) for note in self.notes)

    def counts(self) -> str:
        """New, changed, unchanged, skipped, gone in one line."""
        return _(
            "{new} new, {changed} changed, {unchanged} unchanged, {skipped} skipped, "
            "{gone} no longer in the file"
        ).format(
            new=count(self.new),
            changed=count(self.changed),
            unchanged=count(self.unchanged),
            skipped=count(self.skipped),
            gone=count(len(self.gone)),
        )


def result_of(found: Found, lines: Sequence[RowLine], *, written: bool) -> ImportResult:
    """Count by rows of the file, so that every one of them is accounted for."""
    counts = dict.fromkeys(RowState, 0)
    skipped: list[tuple[Row, str]] = []
    differences: list[tuple[Row, Mapping[str, tuple[str, str]]]] = []
    for line in lines:
        dropped = line.can_be_chosen and not line.chosen
        counts[RowState.SKIPPED if dropped else line.state] += 1
        if dropped:
            skipped.append((line.row, str(msg("It was not chosen."))))
        elif line.state in (RowState.SKIPPED, RowState.REFUSED):
            why = line.row.reason or next((p.message for p in line.row.problems if p.fatal), "")
            skipped.append((line.row, str(why)))
        differences += [(line.row, change.differences) for change in line.changes]
    mapping: dict[str, tuple[str, ...]] = {}
    for part in found.parts:
        for assignment in part.mapping.assignments:
            have = mapping.get(assignment.field.value, ())
            mapping[assignment.field.value] = tuple(dict.fromkeys((*have, *assignment.columns)))
    out = tuple(dict.fromkeys(c for part in found.parts for c in part.mapping.left_out))
    persons = tuple(dict.fromkeys(c for part in found.parts for c in part.mapping.persons))
    return ImportResult(
        book=found.book,
        rows=len(lines),
        new=counts[RowState.NEW],
        changed=counts[RowState.CHANGED],
        unchanged=counts[RowState.UNCHANGED],
        skipped=counts[RowState.SKIPPED] + counts[RowState.REFUSED],
        gone=found.gone,
        records=sum(len(line.row.records) for line in lines),
        problems=found.problems,
        skipped_rows=skipped,
        mapping={name: c for name, c in mapping.items() if name not in ("viewpoint", "person")},
        left_out=out,
        persons=persons,
        sheets=[part.table.sheet for part in found.parts if part.table.sheet],
        notes=found.notes,
        differences=differences,
        written=written,
    )


FIELD_NAMES = {
    "date": N_("day"),
    "end_date": N_("last day"),
    "start": N_("start"),
    "end": N_("end"),
    "received": N_("notified on"),
    "kind": N_("kind"),
    "purpose": N_("purpose"),
    "organiser": N_("organiser"),
    "person": N_("about people: left out"),
    "place": N_("place"),
    "route": N_("route"),
    "district": N_("district"),
    "expected": N_("expected number"),
    "expected_low": N_("expected number, lowest"),
    "expected_high": N_("expected number, highest"),
    "turnout": N_("turnout"),
    "status": N_("status"),
    "source": N_("how it came"),
    "reference": N_("number"),
    "category": N_("class"),
    "viewpoint": N_("opinion: left out"),
    "outcome": N_("outcome"),
    "remarks": N_("remarks"),
}


def field_name(name: str) -> str:
    """A field of a register in the reader's words."""
    return _(FIELD_NAMES.get(name, name))


def _where(row: Row) -> dict[str, Any]:
    return {"row": row.number, **({"sheet": row.sheet} if row.sheet else {})}


def _place(sheet: str, number: int) -> str:
    return f"{sheet}!{number}" if sheet else str(number)


def and_more(n: int) -> Iterator[str]:
    """That so many lines are not shown."""
    if n > 0:
        yield ngettext("and {n} more row to look at", "and {n} more to look at", n).format(
            n=count(n)
        )
