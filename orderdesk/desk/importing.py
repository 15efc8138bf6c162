"""Taking over a register as an authority keeps it: look, choose, import, and again next month.

A file is recognised by its name, or by its content when it was renamed: importing it twice changes
nothing, and a changed file shows what differs before anything is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError

from orderdesk import reference
from orderdesk.desk.core import Desk
from orderdesk.domain.events import Case, Form, Incident, Organiser, Outcome, Source, Status
from orderdesk.domain.places import Places
from orderdesk.domain.text import visible
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, _, msg, ngettext
from orderdesk.reference import ReferenceFile

if TYPE_CHECKING:
    from orderdesk.registers.compare import Comparison
    from orderdesk.registers.header import Header
    from orderdesk.registers.mapping import Mapping as ColumnMapping
    from orderdesk.registers.parse import Problem, RegisterRow, Row
    from orderdesk.registers.table import Table
    from orderdesk.registers.words import RegisterField
    from orderdesk.store.work import Imported, Reader, Work

_MAPPING = "mapping"
_BOOK = "book"
_SAME_BOOK_SHARE = 0.5
_SHOWN_PROBLEMS = 20


class ImportRules(ReferenceFile):
    """`data/import.toml`: what is assumed where a register is silent."""

    usual_minutes: int = Field(ge=15, le=24 * 60)
    """Length of a gathering whose end is not recorded."""


@dataclass(frozen=True)
class Found:
    """What a file holds, before anything is written."""

    book: str
    """Name under which the register is known from import to import."""
    table: Table
    header: Header
    mapping: ColumnMapping
    mapping_key: str
    mapping_kept: bool
    """Whether the mapping was kept from an earlier import of such a file."""
    rows: tuple[Row, ...]
    comparison: Comparison

    @property
    def problems(self) -> list[Problem]:
        """Everything that a person should look at."""
        return [problem for row in self.rows for problem in row.problems]


@dataclass(frozen=True)
class ImportResult:
    """What an import did (or would do), row by row of the file."""

    book: str
    rows: int
    new: int
    changed: int
    unchanged: int
    skipped: int
    gone: int
    records: int
    problems: Sequence[Problem]
    skipped_rows: Sequence[tuple[int, str]]
    mapping: Mapping[str, Sequence[str]]
    left_out: Sequence[str]
    differences: Sequence[tuple[int, Mapping[str, tuple[str, str]]]]
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
            "gone": self.gone,
            "records": self.records,
            "written": self.written,
            "mapping": {name: list(columns) for name, columns in self.mapping.items()},
            "left_out": list(self.left_out),
            "skipped_rows": [{"row": n, "reason": why} for n, why in self.skipped_rows],
            "changes": [
                {"row": n, "fields": {k: list(v) for k, v in fields.items()}}
                for n, fields in self.differences
            ],
            "problems": [
                {
                    "row": problem.row,
                    "column": problem.column,
                    "value": problem.value,
                    "message": str(problem.message),
                }
                for problem in self.problems
            ],
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield _("{rows} rows in register {book}").format(rows=self.rows, book=self.book)
        for name, columns in self.mapping.items():
            yield f"  {name}: {', '.join(columns)}"
        if self.left_out:
            yield _("left out, because they label opinion: {columns}").format(
                columns=", ".join(self.left_out)
            )
        yield _(
            "{new} new, {changed} changed, {unchanged} unchanged, {skipped} skipped, "
            "{gone} no longer in the file"
        ).format(
            new=self.new,
            changed=self.changed,
            unchanged=self.unchanged,
            skipped=self.skipped,
            gone=self.gone,
        )
        for problem in self.problems[:_SHOWN_PROBLEMS]:
            yield _("row {row}, {column} {value}: {message}").format(
                row=problem.row,
                column=problem.column,
                value=repr(problem.value),
                message=problem.message,
            )
        if (more := len(self.problems) - _SHOWN_PROBLEMS) > 0:
            yield ngettext("and {n} more row to look at", "and {n} more to look at", more).format(
                n=more
            )
        if not self.written:
            yield _("nothing was written")


def preview(
    desk: Desk,
    path: Path,
    *,
    mapping: ColumnMapping | None = None,
    mapping_file: Path | None = None,
    sheet: str | None = None,
) -> Found:
    """Read `path`, find header and mapping, and compare with what is known. Writes nothing.

    The mapping is the one given, else the one kept for such columns, else a guess.
    Raises BadInput for a file that can't be read or has no column of days.
    """
    from orderdesk.registers.table import read_table

    given = mapping or (_read_mapping(mapping_file) if mapping_file else None)
    return _found(desk, read_table(path, sheet), mapping=given, name=path.stem)


def _found(desk: Desk, table: Table, *, mapping: ColumnMapping | None, name: str) -> Found:
    from orderdesk.registers.compare import Known, compare
    from orderdesk.registers.header import find_header
    from orderdesk.registers.mapping import guess_mapping
    from orderdesk.registers.parse import parse, records_of
    from orderdesk.registers.words import RegisterWords

    words = reference.cached("register_columns", RegisterWords)
    header = find_header(table, words)
    key = _signature(header.names)
    with desk.read() as reader:
        kept = mapping or _kept_mapping(reader, key)
        chosen = kept or guess_mapping(table, header, words)
        rows = parse(table, header, chosen, words)
        records = records_of(rows)
        book = _book_of(reader, name, key, records)
        known = {
            row_key: Known(row.fingerprint, row.doc)
            for row_key, row in reader.imported(book).items()
        }
    return Found(
        book=book,
        table=table,
        header=header,
        mapping=chosen,
        mapping_key=key,
        mapping_kept=kept is not None and mapping is None,
        rows=tuple(rows),
        comparison=compare(records, known),
    )


def register_fields() -> tuple[RegisterField, ...]:
    """The fields that a column can fill."""
    from orderdesk.registers.words import RegisterField

    return tuple(field for field in RegisterField if field is not RegisterField.VIEWPOINT)


def with_mapping(desk: Desk, found: Found, columns: Mapping[str, str]) -> Found:
    """What the file holds when these fields are filled by these columns ("" for none).

    A field keeps its further columns when its first one stays. Raises BadInput.
    """
    mapping = found.mapping
    for field in register_fields():
        wanted = columns.get(field.value, "")
        have = mapping.columns_of(field)
        if wanted != next(iter(have), ""):
            mapping = mapping.assign(field, *([wanted] if wanted else []))
    return _found(desk, found.table, mapping=mapping, name=Path(found.book).name)


def dry_run(found: Found) -> ImportResult:
    """What `apply` would do."""
    return _result(found, written=False)


def apply(desk: Desk, found: Found, only: AbstractSet[str] | None = None) -> ImportResult:
    """Import what was found (or only the rows with these keys), in one unit of work.

    Writes new cases and changed ones, keeps the mapping, and scores what is new.
    """
    from orderdesk.desk import scoring

    comparison = _chosen(found.comparison, only)
    with desk.work() as work:
        builder = _CaseBuilder(desk, work, found.book)
        cases = [builder.new_case(row) for row in comparison.new]
        work.add_organisers(builder.new_organisers)
        work.add_cases(cases)
        known = work.imported(found.book)
        kept = [_remember(row, case.id) for row, case in zip(comparison.new, cases, strict=True)]
        for change in comparison.changed:
            old = work.case(known[change.known_key].case_id)
            work.save_case(builder.changed_case(old, change.row))
            kept.append(_remember(change.row, old.id))
        for before, now in comparison.rekeyed.items():
            kept.append(replace(known[before], row_key=now))
        gone_keys = {c.known_key for c in comparison.changed} | set(comparison.rekeyed)
        work.forget_imported(found.book, gone_keys - {row.row_key for row in kept})
        work.save_imported(found.book, kept)
        work.put(_MAPPING, found.mapping_key, {"mapping": found.mapping.model_dump(mode="json")})
        work.put(_BOOK, found.book, {"columns": found.mapping_key})
        work.note(
            "import",
            f"register:{found.book}",
            {"new": len(comparison.new), "changed": len(comparison.changed)},
        )
        scoring.score_cases(desk, work, [case.id for case in cases])
    return _result(replace(found, comparison=comparison), written=True)


def write_mapping(found: Found, path: Path) -> None:
    """Write the mapping that was used, to be changed and given back with `--mapping`."""
    path.write_text(found.mapping.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _signature(columns: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(columns).encode()).hexdigest()[:16]


def _read_mapping(path: Path) -> ColumnMapping:
    from orderdesk.registers.mapping import Mapping as ColumnMapping

    try:
        return ColumnMapping.model_validate_json(path.read_bytes())
    except (OSError, ValidationError, ValueError) as problem:
        raise BadInput(
            N_("mapping"),
            visible(path.name),
            msg("It is no mapping of columns: {why}", why=visible(str(problem))[:200]),
        ) from None


def _kept_mapping(reader: Reader, key: str) -> ColumnMapping | None:
    from orderdesk.registers.mapping import Mapping as ColumnMapping

    kept = reader.record(_MAPPING, key)
    return ColumnMapping.model_validate(kept.doc["mapping"]) if kept else None


def _book_of(reader: Reader, stem: str, key: str, records: Sequence[RegisterRow]) -> str:
    """The known register that this file continues, else a new name made from the file's."""
    name = visible(stem)[:100] or "register"
    here = {record.row_key for record in records}
    for book in [name, *(r.key for r in reader.records(_BOOK) if r.doc["columns"] == key)]:
        known = reader.imported(book).keys()
        if known and len(here & known) >= _SAME_BOOK_SHARE * min(len(known), len(here)):
            return book
    taken = {record.key for record in reader.records(_BOOK)}
    return name if name not in taken else f"{name}-{key[:6]}"


def _chosen(comparison: Comparison, only: AbstractSet[str] | None) -> Comparison:
    if only is None:
        return comparison
    return replace(
        comparison,
        new=tuple(row for row in comparison.new if row.row_key in only),
        changed=tuple(c for c in comparison.changed if c.row.row_key in only),
    )


def _remember(row: RegisterRow, case_id: str) -> Imported:
    from orderdesk.store.work import Imported

    return Imported(row.row_key, row.fingerprint, case_id, row.fields())


class _CaseBuilder:
    """Makes cases of rows, with organisers and numbers that fit the database."""

    def __init__(self, desk: Desk, work: Work, book: str) -> None:
        self.desk, self.work, self.book = desk, work, book
        self.places = reference.cached("places", Places)
        self.rules = reference.cached("import", ImportRules)
        self.organisers = {o.name: o.id for o in work.organisers().values() if o.name}
        self.new_organisers: list[Organiser] = []
        self.next_number: dict[int, int] = {}
        self.now = desk.now

    def new_case(self, row: RegisterRow) -> Case:
        """A case of its own."""
        return self._case(row, id=self.desk.new_id(), number=self._number(row.day.year))

    def changed_case(self, old: Case, row: RegisterRow) -> Case:
        """The old case with what the register now says; what the desk decided itself stays."""
        fresh = self._case(row, id=old.id, number=old.number)
        return fresh.replace(
            version=old.version,
            known_at=old.known_at,
            counter_to=old.counter_to,
            counter_group=old.counter_group,
            counter_sureness=old.counter_sureness,
            decided_class=old.decided_class,
            event=old.event,
        )

    def _number(self, year: int) -> str:
        if year not in self.next_number:
            self.next_number[year] = self.work.highest_number("R", year) + 1
        number = self.next_number[year]
        self.next_number[year] += 1
        return f"R-{year}-{number:04d}"

    def _case(self, row: RegisterRow, *, id: str, number: str) -> Case:
        span = row.span(self.rules.usual_minutes)
        place = self.places.find(row.places[0]) if row.places else None
        outcome = _outcome(row)
        return Case(
            id=id,
            number=number,
            kind=row.kind,
            source=row.source or Source.WRITTEN,
            known_at=min(row.received or self.now, self.now),
            received_at=row.received,
            span=span,
            time_known=row.start is not None,
            place_id=place.id if place else "",
            place_text=row.place_text[:300],
            route=tuple(stop[:300] for stop in row.route),
            form=row.form or Form.STATIC,
            expected_low=row.expected_low,
            expected=row.expected,
            expected_high=row.expected_high,
            organiser_id=self._organiser(row.organiser_text),
            purpose=row.purpose,
            status=_status(row, span.end, self.now, outcome),
            outcome=outcome,
            imported_from=f"{self.book}#{row.row_key}"[:300],
            extra=row.extra,
        )

    def _organiser(self, name: str) -> str:
        name = name.strip()[:300]
        if not name:
            return ""
        if name not in self.organisers:
            organiser = Organiser(id=self.desk.new_id(), name=name)
            self.organisers[name] = organiser.id
            self.new_organisers.append(organiser)
        return self.organisers[name]


def _outcome(row: RegisterRow) -> Outcome | None:
    if row.turnout is None and row.turnout_low is None and row.incident is None:
        return None
    return Outcome(
        turnout_low=row.turnout_low,
        turnout=row.turnout,
        turnout_high=row.turnout_high,
        incident=row.incident,
        no_show=row.turnout == 0 and row.incident in (None, Incident.NONE),
    )


def _status(row: RegisterRow, end: datetime, now: datetime, outcome: Outcome | None) -> Status:
    if row.status is not None:
        return row.status
    if end > now:
        return Status.IN_PREPARATION
    return Status.CLOSED if outcome else Status.HELD


def _result(found: Found, *, written: bool) -> ImportResult:
    """Count by rows of the file, so that every one of them is accounted for."""
    comparison = found.comparison
    new = {row.row_key for row in comparison.new}
    changed = {change.row.row_key for change in comparison.changed}
    counts = {"new": 0, "changed": 0, "unchanged": 0, "skipped": 0}
    skipped_rows: list[tuple[int, str]] = []
    for row in found.rows:
        keys = {record.row_key for record in row.records}
        if not keys:
            counts["skipped"] += 1
            reason = row.reason or (row.problems[0].message if row.problems else "")
            skipped_rows.append((row.number, str(reason)))
        elif keys & new:
            counts["new"] += 1
        elif keys & changed:
            counts["changed"] += 1
        else:
            counts["unchanged"] += 1
    return ImportResult(
        book=found.book,
        rows=len(found.rows),
        **counts,
        gone=len(comparison.gone),
        records=sum(len(row.records) for row in found.rows),
        problems=found.problems,
        skipped_rows=skipped_rows,
        mapping={a.field.value: a.columns for a in found.mapping.assignments},
        left_out=found.mapping.left_out,
        differences=[(c.row.source_rows[0], c.differences) for c in comparison.changed],
        written=written,
    )
