"""The places of another city: a list (CSV or Excel) instead of the ones that come along.

The list is looked at first, with problems per row, and taken over as a whole: who sets, when and
why is kept like any other setting, and the earlier list can come back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from orderdesk import reference
from orderdesk.desk import parameters, settings
from orderdesk.desk.core import Desk
from orderdesk.desk.staff import Problem, heading_row
from orderdesk.domain.people import Role
from orderdesk.domain.places import Place, Places
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, _, msg

if TYPE_CHECKING:
    from orderdesk.registers.table import Table

_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "name": ("naam", "locatie", "plaats", "place", "name"),
    "district": ("stadsdeel", "wijk", "district"),
    "lat": ("breedtegraad", "latitude", "lat"),
    "lon": ("lengtegraad", "longitude", "lon", "lng"),
    "capacity": ("capaciteit", "capacity", "mensen", "people"),
    "exits": ("uitgangen", "exits", "ways out"),
    "spot": ("soort", "soort plek", "spot", "kind"),
    "open_square": ("open plein", "plein", "open square"),
    "shopping": ("winkels", "shopping", "shops"),
    "square_days": ("evenementdagen", "square days", "event days"),
    "aliases": ("ook bekend als", "aliassen", "aliases"),
}  # fmt: skip
_SPOTS: Mapping[str, tuple[str, ...]] = {
    "square": ("plein", "markt"), "street": ("straat", "weg", "laan"), "bridge": ("brug",),
    "station": ("treinstation", "stationsplein"), "motorway": ("snelweg", "autosnelweg"),
    "shopping_street": ("winkelstraat", "winkelcentrum"), "park": ("plantsoen",),
    "government": ("overheid", "stadhuis", "gemeentehuis", "provinciehuis", "town hall"),
    "embassy": ("ambassade", "consulaat"), "asylum_centre": ("azc", "asielzoekerscentrum"),
    "venue": ("zaal", "hal", "evenementenhal"), "stadium": ("stadion",),
}  # fmt: skip
"""Kinds of place as the risk card names them, and what a list calls them."""
_YES = frozenset({"ja", "j", "yes", "y", "1", "x", "true", "waar"})
_NUMBERS = {"lat": float, "lon": float, "capacity": int, "exits": int, "square_days": int}
_SHOWN = 20


@dataclass(frozen=True)
class PlaceList:
    """What a list of places holds."""

    file: str
    places: Sequence[Place]
    problems: Sequence[Problem]
    centre: str
    """District of the centre: permit gate, waterline and shifts speak of it."""
    written: bool = False

    @property
    def districts(self) -> list[str]:
        """The districts, in the order in which the list names them."""
        return list(dict.fromkeys(place.district for place in self.places))

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "file": self.file,
            "places": [place.name for place in self.places],
            "districts": self.districts,
            "centre": self.centre,
            "problems": [problem.as_json() for problem in self.problems],
            "written": self.written,
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield _("{n} places in {districts} districts, centre {centre}").format(
            n=len(self.places), districts=len(self.districts), centre=self.centre
        )
        for problem in self.problems[:_SHOWN]:
            yield _("row {row}, {column} {value}: {message}").format(
                row=problem.row, column=problem.column, value=repr(problem.value),
                message=problem.message,
            )  # fmt: skip
        if not self.written:
            yield _("nothing was written")


def preview(path: Path, centre: str = "") -> PlaceList:
    """What a list holds. `centre` names its central district (default: that of the first row).

    Raises BadInput for a file without these columns, or a centre that isn't in it.
    """
    from orderdesk.registers.table import read_table

    table = read_table(path)
    at, columns = heading_row(
        table, _HEADINGS, ("name", "district", "lat", "lon", "capacity"),
        "naam; stadsdeel; breedtegraad; lengtegraad; capaciteit; uitgangen; soort",
    )  # fmt: skip
    found, problems = _read(table, at, columns)
    if not found:
        raise BadInput(N_("file"), table.name, msg("No row of it is a place."))
    districts = [place.district for place in found]
    if centre and centre not in districts:
        raise BadInput(
            N_("centre"), centre,
            msg("Choose one of: {known}.", known=", ".join(dict.fromkeys(districts))),
        )  # fmt: skip
    return PlaceList(table.name, found, problems, centre or districts[0])


def _read(table: Table, at: int, columns: Mapping[int, str]) -> tuple[list[Place], list[Problem]]:
    found: dict[str, Place] = {}
    problems: list[Problem] = []
    for n in range(at + 1, len(table.rows)):
        cells = {field: table.rows[n][c].strip() for c, field in columns.items()}
        if not any(cells.values()):
            continue
        try:
            place = _place(cells)
        except BadInput as problem:
            column = next((c for c, field in columns.items() if field == problem.field), None)
            heading = table.rows[at][column] if column is not None else problem.field
            problems.append(Problem(table.number(n), heading, str(problem.value), problem.mend))
            continue
        if place.id in found:
            problems.append(
                Problem(table.number(n), "naam", place.name, msg("This place is there twice."))
            )
        found.setdefault(place.id, place)
    return list(found.values()), problems


def _place(cells: Mapping[str, str]) -> Place:
    values: dict[str, Any] = {
        "id": _id(cells["name"]), "name": cells["name"], "district": cells["district"],
        "exits": 2, "spot": _spot(cells.get("spot", "")), "square_days": 0,
        "open_square": cells.get("open_square", "").casefold() in _YES,
        "shopping": cells.get("shopping", "").casefold() in _YES,
        "aliases": [a.strip() for a in cells.get("aliases", "").split(",") if a.strip()],
    }  # fmt: skip
    if not values["id"]:
        raise BadInput("name", cells["name"], msg("Write a name."))
    if not values["district"]:
        raise BadInput("district", "", msg("Write a district."))
    for field, kind in _NUMBERS.items():
        text = cells.get(field, "").replace(",", ".")
        if not text and field in values:
            continue
        try:
            values[field] = kind(text)
        except ValueError:
            raise BadInput(field, cells.get(field, ""), msg("Write a number.")) from None
    try:
        return Place.model_validate(values)
    except ValidationError as problem:
        first = problem.errors()[0]
        raise BadInput(str(first["loc"][0]), first["input"], str(first["msg"])) from None


def _spot(text: str) -> str:
    """The kind of place that is meant; a square where the list is silent."""
    said = text.strip().casefold()
    for kind, words in _SPOTS.items():
        if said in (kind, kind.replace("_", " "), *words):
            return kind
    if said:
        known = ", ".join(dict.fromkeys(words[0] for words in _SPOTS.values()))
        raise BadInput("spot", text, msg("Choose one of: {known}.", known=known))
    return "square"


def _id(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    return "_".join(re.findall(r"[a-z0-9]+", plain))


def take_over(desk: Desk, found: PlaceList, why: str) -> PlaceList:
    """Let these be the places of this desk. Settings of single places that are gone go with them.

    Raises RuleSaysNo below team lead, BadInput without a reason or when a row has a problem.
    """
    settings.need_why(why)
    if found.problems:
        first = found.problems[0]
        raise BadInput(
            N_("file"), found.file,
            msg("Mend row {row} first: {message}", row=first.row, message=first.message),
        )  # fmt: skip
    own = {
        "districts": found.districts,
        "places": [place.model_dump(mode="json") for place in found.places],
        "centre": found.centre,
    }
    if (problem := parameters.problem_with_places(own)) is not None:
        raise problem
    with desk.work(Role.LEAD) as work:
        settings.write(work, parameters.OWN_PLACES, settings.own_places_in(work), own, why)
    return PlaceList(found.file, found.places, (), found.centre, written=True)


def give_back(desk: Desk, why: str) -> int:
    """The places that came along hold again; how many there are."""
    settings.need_why(why)
    with desk.work(Role.LEAD) as work:
        settings.write(work, parameters.OWN_PLACES, settings.own_places_in(work), None, why)
    with desk.read():
        return len(reference.cached("places", Places).places)
