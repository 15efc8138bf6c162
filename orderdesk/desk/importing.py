"""Taking over a register as an authority keeps it: look, choose, import, and again next month.

A file is recognised by its name, or by its content when it was renamed: importing it twice changes
nothing, and a changed file shows what differs before anything is written.
"""

from __future__ import annotations

import gc
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from orderdesk import reference
from orderdesk.desk.core import Desk
from orderdesk.desk.import_result import Gone, ImportResult, RowLine, RowState, result_of
from orderdesk.desk.imported_cases import CaseBuilder, ImportRules, known_places_in
from orderdesk.domain.people import Role
from orderdesk.domain.text import visible
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Msg, _, count, msg

if TYPE_CHECKING:
    from orderdesk.domain.events import Case
    from orderdesk.registers.compare import Comparison
    from orderdesk.registers.header import Header
    from orderdesk.registers.mapping import Mapping as ColumnMapping
    from orderdesk.registers.parts import KeptMapping, Part
    from orderdesk.registers.rows import Problem, RegisterRow, Row
    from orderdesk.registers.table import Table
    from orderdesk.registers.words import RegisterField, RegisterWords
    from orderdesk.store.work import Imported, Reader

_AT_ONCE = 5_000  # cases made, written and scored together: more fill the memory
_MAPPING = "mapping"
_BOOK = "book"

Progress = Callable[[str], None]
"""Hears what is being done and how far it is, as a sentence."""


def _silent(_step: str) -> None:
    return


@dataclass(frozen=True)
class Choices:
    """What the user says about a file before it is read; empty: to be found out."""

    sheets: tuple[str, ...] = ()
    header_rows: tuple[int, ...] = ()
    """As the file counts; (0,) for a table without a header."""
    year: int | None = None
    """Of days that stand without one, where neither title nor sheet nor file name gives it."""
    mapping_file: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field -> column by name or letter; "" leaves the field empty."""


@dataclass(frozen=True)
class Found:
    """What a file holds, before anything is written."""

    book: str
    """Name under which the register is known from import to import."""
    file: str
    """Name of the file without its ending."""
    parts: tuple[Part, ...]
    """The sheets that are read."""
    rows: tuple[Row, ...]
    comparison: Comparison
    elsewhere: Mapping[str, str]
    """Row key -> other register that holds the same gathering; those are not imported twice."""
    gone: tuple[Gone, ...]
    notes: tuple[Msg, ...]

    @property
    def header(self) -> Header:
        """That of the first sheet."""
        return self.parts[0].header

    @property
    def mapping(self) -> ColumnMapping:
        """That of the first sheet."""
        return self.parts[0].mapping

    @property
    def problems(self) -> list[Problem]:
        """Everything that a person should look at."""
        return [problem for row in self.rows for problem in row.problems]


def may_import(desk: Desk) -> None:
    """Raises RuleSaysNo for who may not import, before a long file is read for nothing."""
    desk.need(Role.OFFICER)


def preview(
    desk: Desk,
    path: Path,
    choices: Choices | None = None,
    *,
    progress: Progress = _silent,
) -> Found:
    """Read `path`, find header and mapping, and compare with what is known. Writes nothing.

    The mapping is the one given, else the one kept for such columns, else a guess.
    Raises BadInput for a file that can't be read or has no column of days.
    """
    from orderdesk.registers.parts import read_parts, with_mapping

    choices = choices or Choices()
    words = _words()
    given = _read_mapping(choices.mapping_file) if choices.mapping_file else None
    with desk.read() as reader:
        kept = (lambda _table, _header: given) if given else _kept_in(reader)
        read = read_parts(
            path, words, sheets=choices.sheets, header_rows=choices.header_rows, kept=kept
        )
    parts, notes = read.parts, read.notes
    if choices.year:
        parts = tuple(
            replace(part, mapping=part.mapping.replace(year=part.mapping.year or choices.year))
            for part in parts
        )
    if choices.columns:
        for at, part in enumerate(parts):
            if part.columns == parts[0].columns:
                mapping = _assigned(part.mapping, choices.columns, only_given=True)
                parts = with_mapping(parts, mapping, at, words).parts
                break
    with few_collections():
        return _found(desk, parts, notes, path.stem, progress)


@contextmanager
def few_collections() -> Iterator[None]:
    """Collect garbage seldom meanwhile: with 100,000 living rows each look at them takes long."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, 50, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _found(
    desk: Desk, parts: tuple[Part, ...], notes: tuple[Msg, ...], name: str, progress: Progress
) -> Found:
    from orderdesk.registers.compare import Known, compare
    from orderdesk.registers.parts import parse_parts
    from orderdesk.registers.rows import records_of

    total = sum(len(part.table.rows) - part.header.first_data for part in parts)

    def tell(done: int) -> None:
        progress(_("{n} of {total} rows read").format(n=count(done), total=count(total)))

    rows = parse_parts(parts, _words(), each=tell)
    records = records_of(rows)
    progress(_("comparing with what is known"))
    with desk.read() as reader:
        books = {record.key: record.doc for record in reader.records(_BOOK)}
        imported = {book: reader.imported(book) for book in books}
    book = _book_of(books, imported, name, _signature(parts[0].header.names), records)
    mine = imported.get(book, {})
    elsewhere = _known_elsewhere(records, mine, {b: i for b, i in imported.items() if b != book})
    known = {key: Known(row.fingerprint, row.doc) for key, row in mine.items()}
    comparison = compare([r for r in records if r.row_key not in elsewhere], known)
    days = sorted(record.day.isoformat() for record in records)
    gone = [mine[key].doc for key in comparison.gone]
    covered = [doc for doc in gone if days and days[0] <= doc.get("day", "") <= days[-1]]
    return Found(
        book=book,
        file=name,
        parts=parts,
        rows=tuple(_marked(rows, elsewhere)),
        comparison=comparison,
        elsewhere=elsewhere,
        gone=tuple(
            Gone(d.get("day", ""), d.get("place_text", ""), d.get("reference", "")) for d in covered
        ),
        notes=notes,
    )


def register_fields() -> tuple[RegisterField, ...]:
    """The fields that a column can fill; a column of opinions or persons fills none."""
    from orderdesk.registers.words import RegisterField

    out = (RegisterField.VIEWPOINT, RegisterField.PERSON)
    return tuple(field for field in RegisterField if field not in out)


def with_mapping(desk: Desk, found: Found, columns: Mapping[str, str], part: int = 0) -> Found:
    """What the file holds when these fields are filled by these columns ("" for none).

    A field keeps its further columns when its first one stays. Raises BadInput.
    """
    from orderdesk.registers.parts import with_mapping as on_parts

    mapping = _assigned(found.parts[part].mapping, columns)
    parts = on_parts(found.parts, mapping, part, _words()).parts
    return _found(desk, parts, found.notes, found.file, _silent)


def row_lines(found: Found, chosen: Callable[[Row], bool] | None = None) -> list[RowLine]:
    """Every row of the file with what would become of it; `chosen` says which to import."""
    new = {row.row_key for row in found.comparison.new}
    changed = {change.row.row_key: change for change in found.comparison.changed}
    lines: list[RowLine] = []
    for row in found.rows:
        keys = [record.row_key for record in row.records]
        changes = tuple(changed[key] for key in keys if key in changed)
        if not keys:
            state = RowState.REFUSED if row.problems else RowState.SKIPPED
        elif any(key in new for key in keys):
            state = RowState.NEW
        else:
            state = RowState.CHANGED if changes else RowState.UNCHANGED
        lines.append(RowLine(row, state, chosen is None or chosen(row), changes))
    return lines


def dry_run(found: Found, chosen: Callable[[Row], bool] | None = None) -> ImportResult:
    """What `apply` would do."""
    return result_of(found, row_lines(found, chosen), written=False)


def apply(
    desk: Desk,
    found: Found,
    chosen: Callable[[Row], bool] | None = None,
    *,
    progress: Progress = _silent,
) -> ImportResult:
    """Import what was found (or only the chosen rows), in one unit of work.

    Writes new cases and changed ones, keeps the mapping, and scores what is new.
    """
    with few_collections():
        return _apply(desk, found, chosen, progress)


def _apply(
    desk: Desk, found: Found, chosen: Callable[[Row], bool] | None, progress: Progress
) -> ImportResult:
    from orderdesk.desk import scoring

    lines = row_lines(found, chosen)
    keys = {r.row_key for line in lines if line.chosen for r in line.row.records}
    comparison = _chosen(found.comparison, keys)
    own_places = known_places_in([record for row in found.rows for record in row.records])
    with desk.work() as work:
        builder = CaseBuilder(desk, work, found.book, own_places=own_places)
        known = work.imported(found.book) if comparison.changed or comparison.rekeyed else {}
        named = [builder.name(row) for row in comparison.new]
        tell = partial(_tell, progress, _("{n} of {total} cases written"), len(named))
        for rows, cases in _batches(builder, comparison.new, named, tell):
            work.add_organisers(builder.take_organisers())
            work.add_cases(cases)
            pairs = zip(rows, cases, strict=True)
            work.save_imported(found.book, [_remember(row, case.id) for row, case in pairs])
        kept: list[Imported] = []
        for change in comparison.changed:
            old = work.case(known[change.known_key].case_id)
            if work.is_purged(old.id):
                # What was destroyed under retention doesn't come back with the old register.
                kept.append(replace(known[change.known_key], row_key=change.row.row_key))
                continue
            now = builder.changed_case(old, change.row)
            work.add_organisers(builder.take_organisers())
            work.save_case(now)
            kept.append(_remember(change.row, old.id))
        for before, after in comparison.rekeyed.items():
            kept.append(replace(known[before], row_key=after))
        gone_keys = {c.known_key for c in comparison.changed} | set(comparison.rekeyed)
        new_keys = {row.row_key for row in comparison.new}
        work.forget_imported(found.book, gone_keys - {row.row_key for row in kept} - new_keys)
        work.save_imported(found.book, kept)
        for part in found.parts:
            key = _signature(part.header.names)
            work.put(_MAPPING, key, {"mapping": part.mapping.model_dump(mode="json")})
        work.put(_BOOK, found.book, {"columns": _signature(found.parts[0].header.names)})
        work.note(
            "import",
            f"register:{found.book}",
            {"new": len(comparison.new), "changed": len(comparison.changed)},
        )
        # The cases are made once more: all at once they would fill the memory.
        tell = partial(_tell, progress, _("{n} of {total} cases scored"), len(named))
        again = _batches(builder, comparison.new, named, tell)
        scoring.score_written(desk, work, (cases for _rows, cases in again))
    return result_of(found, lines, written=True)


def _tell(progress: Progress, step: str, total: int, done: int) -> None:
    progress(step.format(n=count(done), total=count(total)))


def _batches(
    builder: CaseBuilder,
    rows: Sequence[RegisterRow],
    names: Sequence[tuple[str, str]],
    tell: Callable[[int], None],
) -> Iterator[tuple[Sequence[RegisterRow], list[Case]]]:
    """Rows and their cases, some at a time; `tell` hears how many are done."""
    for first in range(0, len(rows), _AT_ONCE):
        tell(first)
        some = rows[first : first + _AT_ONCE]
        pairs = zip(some, names[first : first + _AT_ONCE], strict=True)
        yield some, [builder.case(row, name) for row, name in pairs]


def write_mapping(found: Found, path: Path) -> None:
    """Write the mapping that was used, to be changed and given back with `--mapping`."""
    try:
        path.write_text(found.mapping.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except OSError as fault:
        why = fault.strerror or type(fault).__name__
        raise BadInput(
            N_("mapping"), visible(str(path)), msg("It can't be written: {why}.", why=why)
        ) from None


def _words() -> RegisterWords:
    from orderdesk.registers.words import RegisterWords

    words: RegisterWords = reference.cached("register_columns", RegisterWords)
    return words


def _assigned(
    mapping: ColumnMapping, columns: Mapping[str, str], *, only_given: bool = False
) -> ColumnMapping:
    fields = {register_field.value: register_field for register_field in register_fields()}
    for name in columns:
        if name not in fields:
            raise BadInput(
                N_("field"), name, msg("Choose one of: {known}.", known=", ".join(fields))
            )
    before = mapping
    for name, register_field in fields.items():
        if only_given and name not in columns:
            continue
        wanted = mapping.column_named(columns[name]) if columns.get(name) else ""
        # Only what differs is a choice: a column taken for another field leaves this one.
        if only_given or wanted != next(iter(before.columns_of(register_field)), ""):
            mapping = mapping.assign(register_field, *([wanted] if wanted else []))
    return mapping


def _signature(columns: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(columns).encode()).hexdigest()[:16]


def _read_mapping(path: Path) -> ColumnMapping:
    from orderdesk.registers.mapping import Mapping as ColumnMapping

    try:
        return ColumnMapping.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise BadInput(N_("mapping"), visible(str(path)), msg("There is no such file.")) from None
    except (OSError, ValidationError, ValueError) as problem:
        raise BadInput(
            N_("mapping"),
            visible(path.name),
            msg("It is no mapping of columns: {why}", why=visible(str(problem))[:200]),
        ) from None


def _kept_in(reader: Reader) -> KeptMapping:
    """The mapping kept for the same columns, for a header that was chosen, or for fewer columns."""
    from orderdesk.registers.header import header_at
    from orderdesk.registers.mapping import Mapping as ColumnMapping
    from orderdesk.registers.mapping import extended, guess_mapping
    from orderdesk.registers.text import fold

    records = {r.key: r.doc["mapping"] for r in reader.records(_MAPPING)}

    def kept(table: Table, header: Header) -> ColumnMapping | None:
        exact = records.get(_signature(header.names))
        if exact is not None:
            return ColumnMapping.model_validate(exact)
        names = {fold(name) for name in header.names}
        for document in records.values():
            mapping = ColumnMapping.model_validate(document)
            if mapping.header_rows:
                try:
                    chosen = header_at(table, mapping.header_rows)
                except BadInput:
                    continue
                if chosen.names == mapping.columns:
                    return mapping
            elif (
                len(mapping.columns) >= _FEW_COLUMNS and {fold(c) for c in mapping.columns} <= names
            ):
                return extended(mapping, guess_mapping(table, header, _words()))
        return None

    return kept


_FEW_COLUMNS = 4  # fewer in common tell nothing: "Datum, Ort, Thema" is everybody's


def _book_of(
    books: Mapping[str, Mapping[str, str]],
    imported: Mapping[str, Mapping[str, Imported]],
    stem: str,
    columns: str,
    records: Sequence[RegisterRow],
) -> str:
    """The known register that this file continues, else a new name made from the file's."""
    share = reference.cached("import", ImportRules).same_book_share
    name = visible(stem)[:100] or "register"
    here = {record.row_key for record in records}
    days = Counter(record.day.isoformat() for record in records)
    for book in sorted(books, key=lambda book: book != name):
        known = imported[book]
        common = len(here & known.keys())
        if known and common >= share * min(len(known), len(here)) and common:
            return book
        if book == name and books[book].get("columns") == columns:
            # The same file, read by another mapping: other keys, but the same days.
            before = Counter(row.doc.get("day", "") for row in known.values())
            if known and (before & days).total() >= 0.8 * min(len(known), len(records)):
                return book
    if name not in books:
        return name
    first = min(days, default="")[:7]
    wanted = [f"{name} {first}".strip(), *(f"{name} {first} ({n})" for n in range(2, 1000))]
    return next(w for w in wanted if w not in books)


def _known_elsewhere(
    records: Sequence[RegisterRow],
    mine: Mapping[str, Imported],
    others: Mapping[str, Mapping[str, Imported]],
) -> dict[str, str]:
    """Row key -> register for gatherings that another register brought already.

    Alike in day, place and topic, and as many times as they stand there.
    """
    from orderdesk.registers.rows import identity_of

    there: dict[str, list[str]] = {}
    for book, rows in others.items():
        for row in rows.values():
            doc = row.doc
            if doc.get("place_text") or doc.get("purpose"):
                identity = identity_of(
                    doc.get("day", ""), doc.get("place_text", ""), doc.get("purpose", "")
                )
                there.setdefault(identity, []).append(book)
    if not there:
        return {}
    found: dict[str, str] = {}
    for record in records:
        books = there.get(record.identity)
        if books and record.row_key not in mine and (record.place_text or record.purpose):
            found[record.row_key] = books.pop()
    return found


def _marked(rows: Sequence[Row], elsewhere: Mapping[str, str]) -> list[Row]:
    """The rows, with a word about those that another register brought already."""
    from orderdesk.registers.rows import Problem

    if not elsewhere:
        return list(rows)
    marked: list[Row] = []
    for row in rows:
        book = next((elsewhere[r.row_key] for r in row.records if r.row_key in elsewhere), "")
        if book:
            note = msg("Known from register {book}: not imported twice.", book=book)
            day = row.records[0].day.isoformat()
            problem = Problem(row.number, "", day, note, sheet=row.sheet)
            row = replace(row, problems=(*row.problems, problem))
        marked.append(row)
    return marked


def _chosen(comparison: Comparison, only: AbstractSet[str]) -> Comparison:
    return replace(
        comparison,
        new=tuple(row for row in comparison.new if row.row_key in only),
        changed=tuple(c for c in comparison.changed if c.row.row_key in only),
    )


def _remember(row: RegisterRow, case_id: str) -> Imported:
    from orderdesk.registers.rows import fingerprint_of
    from orderdesk.store.work import Imported

    fields = row.fields()
    return Imported(row.row_key, fingerprint_of(fields), case_id, fields)
