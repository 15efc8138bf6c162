"""Taking over a staff list (CSV or Excel): look first, problems named per row, then write.

Only what the team's form knows is read. Every other column is left out and said so: birthdays,
citizen service numbers and reasons of absence have no place here.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import team
from orderdesk.desk.core import Desk
from orderdesk.domain.people import Person, Role
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Msg, _, msg
from orderdesk.reserve.rules import ReserveRules

if TYPE_CHECKING:
    from orderdesk.registers.table import Table
    from orderdesk.store.work import Reader

_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "id": ("dienstnummer", "nummer", "nr", "personeelsnummer", "id", "number", "service number",
           "staff number", "code"),
    "name": ("naam", "name", "medewerker", "volledige naam", "full name", "employee"),
    "first": ("voornaam", "first name", "roepnaam"),
    "last": ("achternaam", "last name", "surname"),
    "hours": ("uren", "contracturen", "uren per week", "hours", "contract", "contract hours",
              "hours per week"),
    "fte": ("fte", "deeltijdfactor"),
    "skills": ("vaardigheden", "rol", "rollen", "functie", "skills", "skill", "role", "roles"),
    "weekdays": ("dagen", "weekdagen", "werkdagen", "beschikbaar", "beschikbaarheid", "days",
                 "weekdays", "availability"),
    "district": ("stadsdeel", "eigen stadsdeel", "wijk", "district", "home district"),
    "since": ("vanaf", "in dienst", "in dienst vanaf", "from", "since", "start"),
    "until": ("tot", "tot en met", "t m", "uit dienst", "laatste dag", "until", "last day", "end"),
}  # fmt: skip
_HEADER_WITHIN = 10
_SHOWN = 20


@dataclass(frozen=True)
class Problem:
    """What a row can't be taken over for."""

    row: int
    column: str
    value: str
    message: Msg | str

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "row": self.row, "column": self.column, "value": self.value,
            "message": str(self.message),
        }  # fmt: skip


@dataclass(frozen=True)
class StaffList:
    """What a file holds, set against the team."""

    file: str
    rows: int
    new: Sequence[Person]
    changed: Sequence[Person]
    unchanged: int
    problems: Sequence[Problem]
    left_out: Sequence[str]
    """Columns that were not read."""
    table: Table
    written: bool = False

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "file": self.file,
            "rows": self.rows,
            "new": [person.id for person in self.new],
            "changed": [person.id for person in self.changed],
            "unchanged": self.unchanged,
            "problems": [problem.as_json() for problem in self.problems],
            "left_out": list(self.left_out),
            "written": self.written,
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield _("{rows} rows in {file}: {new} new, {changed} changed, {same} unchanged").format(
            rows=self.rows, file=self.file, new=len(self.new), changed=len(self.changed),
            same=self.unchanged,
        )  # fmt: skip
        if self.left_out:
            yield _("columns not read: {names}").format(names=", ".join(self.left_out))
        for problem in self.problems[:_SHOWN]:
            yield _("row {row}, {column} {value}: {message}").format(
                row=problem.row, column=problem.column, value=repr(problem.value),
                message=problem.message,
            )  # fmt: skip
        if (more := len(self.problems) - _SHOWN) > 0:
            yield _("and {n} more").format(n=more)
        if not self.written:
            yield _("nothing was written")


def preview(desk: Desk, path: Path, *, sheet: str | None = None) -> StaffList:
    """What a staff list holds and what it would change. Writes nothing.

    Raises BadInput for a file that can't be read or has no column of numbers and names.
    """
    from orderdesk.registers.table import read_table

    table = read_table(path, sheet)
    with desk.read() as reader:
        return _look(desk, reader, table)


def take_over(desk: Desk, found: StaffList) -> StaffList:
    """Write every row without a problem, in one unit of work.

    The list is set against the team anew: who changed meanwhile is not overwritten unseen.
    """
    with desk.work(Role.PLANNER) as work:
        fresh = _look(desk, work, found.table)
        for person in (*fresh.new, *fresh.changed):
            work.save_person(person)
        work.note(
            "staff.import", "people",
            {"new": [p.id for p in fresh.new], "changed": [p.id for p in fresh.changed]},
        )  # fmt: skip
    return replace(fresh, written=True)


def _look(desk: Desk, reader: Reader, table: Table) -> StaffList:
    at, columns = heading_row(
        table, _HEADINGS, {"id"},
        "dienstnummer; naam; uren; vaardigheden; dagen; stadsdeel; vanaf; tot",
    )  # fmt: skip
    known = {person.id: person for person in reader.people()}
    new: list[Person] = []
    changed: list[Person] = []
    problems: list[Problem] = []
    seen: Counter[str] = Counter()
    rows = unchanged = 0
    for n in range(at + 1, len(table.rows)):
        cells = table.rows[n]
        if not any(cell.strip() for cell in cells):
            continue
        rows += 1
        given = {field: cells[column].strip() for column, field in columns.items()}
        try:
            person = _person(desk, given, known)
        except BadInput as problem:
            problems.append(
                Problem(
                    table.number(n), _heading(table, at, columns, problem.field),
                    str(problem.value), problem.mend,
                )
            )  # fmt: skip
            continue
        seen[person.id] += 1
        if seen[person.id] > 1:
            problems.append(
                Problem(table.number(n), _heading(table, at, columns, "id"), person.id,
                        msg("This number stands in the list twice."))
            )  # fmt: skip
        elif person.id not in known:
            new.append(person)
        elif person == known[person.id]:
            unchanged += 1
        else:
            changed.append(person)
    return StaffList(
        file=table.name,
        rows=rows,
        new=new,
        changed=changed,
        unchanged=unchanged,
        problems=problems,
        left_out=[
            cell for column, cell in enumerate(table.rows[at]) if cell and column not in columns
        ],
        table=table,
    )


def heading_row(
    table: Table, headings: Mapping[str, Sequence[str]], needed: Collection[str], example: str
) -> tuple[int, dict[int, str]]:
    """The row of headings, and which column fills which field; BadInput when one is missing.

    `headings` are the words by which a field is known, `needed` the fields that must be there.
    """
    known = {heading: field for field, names in headings.items() for heading in names}
    nearest: set[str] = set()
    for n, cells in enumerate(table.rows[:_HEADER_WITHIN]):
        found = {c: known[_plain(cell)] for c, cell in enumerate(cells) if _plain(cell) in known}
        if set(needed) <= set(found.values()):
            return n, found
        nearest = max(nearest, set(found.values()), key=len)
    if nearest:
        missing = [headings[field][0] for field in needed if field not in nearest]
        raise BadInput(
            N_("file"),
            table.name,
            msg("Its row of headings lacks: {missing}.", missing=", ".join(missing)),
        )
    raise BadInput(
        N_("file"),
        table.name,
        msg("It needs a row of headings, such as: {headings}.", headings=example),
    )


def _plain(heading: str) -> str:
    letters = unicodedata.normalize("NFKD", heading.casefold())
    return " ".join(re.findall(r"[a-z]+", letters))


def _heading(table: Table, at: int, columns: Mapping[int, str], field: str) -> str:
    wanted = {"name": ("name", "last"), "hours": ("hours", "fte")}.get(field, (field,))
    column = next((c for c, name in columns.items() if name in wanted), None)
    return table.rows[at][column] if column is not None else _(team.FIELD_NAMES.get(field, field))


def _person(desk: Desk, given: Mapping[str, str], known: Mapping[str, Person]) -> Person:
    old = known.get(given.get("id", "").upper())
    values = team.form_values(old) if old else {}
    values |= {field: text for field, text in given.items() if field in team.FIELDS}
    if "last" in given:
        values["name"] = f"{given.get('first', '')} {given['last']}".strip()
    if given.get("fte"):
        values["hours"] = _hours_of(given["fte"])
    return team.read_person(values, desk, old)


def _hours_of(fte: str) -> str:
    try:
        share = float(fte.replace(",", "."))
    except ValueError:
        raise BadInput("hours", fte, msg("Write a part of full time, such as 0.8.")) from None
    full = reference.cached("reserve", ReserveRules).full_time_minutes
    return f"{share * full / 60:g}"
