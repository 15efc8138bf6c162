"""The parameters that a desk may set for itself: their keys, where they stand, what is allowed.

A key is what people write ("places.vrijthof.capacity"); it points at one value, or at several that
must be the same, in the files of `data/`. What is allowed is read from the schema of the file.
Imports no schema before one is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from functools import cache
from importlib import import_module
from typing import Any, cast

from orderdesk import reference
from orderdesk.errors import BadInput, ReferenceProblem
from orderdesk.i18n import N_, Msg, _, figure, msg, pick
from orderdesk.reference import KeyPath, LocalText, ReferenceFile

OWN_PLACES = "places"
"""Under this key a desk keeps its own list of places, as a whole."""
_MODELS = {
    "desk": "orderdesk.desk.house:DeskFacts",
    "import": "orderdesk.desk.importing:ImportRules",
    "permit_gate": "orderdesk.domain.law:PermitGate",
    "places": "orderdesk.domain.places:Places",
    "reserve": "orderdesk.reserve.rules:ReserveRules",
    "retention": "orderdesk.desk.retention:RetentionRules",
    "roster": "orderdesk.roster.problem:RosterRules",
    "shifts": "orderdesk.domain.people:ShiftBook",
    "signals": "orderdesk.risk.signals:SignalRules",
    "staffing_norms": "orderdesk.domain.norms:Norms",
    "terms": "orderdesk.domain.law:TermRules",
    "themes": "orderdesk.domain.ledger:Themes",
    "waterlines": "orderdesk.domain.waterline:Waterlines",
}


@dataclass(frozen=True)
class Parameter:
    """A parameter, or one of each table of a list ("*")."""

    key: str
    name: str
    """A message of the catalogue; `{what}` is the table's id."""
    targets: tuple[str, ...]
    """"file/path.to.value", with the same "*" as the key."""
    choices: tuple[str, str] | None = None
    """File and list whose ids are the only values."""


PARAMETERS = (
    Parameter(
        "desk.municipality", N_("municipality, as at the head of a letter"),
        ("desk/municipality",),
    ),
    Parameter("desk.city", N_("city in which the mayor signs"), ("desk/city",)),
    Parameter("desk.department", N_("department that sends the papers"), ("desk/department",)),
    Parameter("desk.address", N_("address on letters"), ("desk/address",)),
    Parameter("desk.phone", N_("telephone on letters"), ("desk/phone",)),
    Parameter("desk.email", N_("e-mail on letters"), ("desk/email",)),
    Parameter("desk.meeting_weekday", N_("day of the driehoek, 1 is Monday"),
              ("desk/meeting_weekday",)),
    Parameter("desk.meeting_starts", N_("time of the driehoek"), ("desk/meeting_starts",)),
    Parameter("desk.next_look_minutes", N_("minutes until an incident is looked at again"),
              ("desk/next_look_minutes",)),
    Parameter("term", N_("term of notification"), ("terms/default",), ("terms", "rules")),
    Parameter("reserve.share", N_("share of the plannable hours kept free"), ("reserve/share",)),
    Parameter(
        "reserve.pay_back_days", N_("days within which borrowed hours are back"),
        ("reserve/pay_back.within_days",),
    ),
    Parameter(
        "waterline.*", N_("officers that {what} keeps"),
        ("waterlines/waterlines.*.people",),
    ),
    Parameter("theme.*.weight", N_("weight of theme {what}"), ("themes/themes.*.weight",)),
    Parameter("place.*.capacity", N_("people that {what} holds"), ("places/places.*.capacity",)),
    Parameter("place.*.exits", N_("ways out of {what}"), ("places/places.*.exits",)),
    Parameter(
        "place.*.square_days", N_("event days a year that {what} may bear"),
        ("places/places.*.square_days",),
    ),
    Parameter(
        "sight_and_sound_m", N_("metres of sight and sound"), ("places/sight_and_sound_m",)
    ),
    Parameter(
        "norm.*.laag", N_("officers, from {what} people, class laag"),
        ("staffing_norms/numbers.*.laag",),
    ),
    Parameter(
        "norm.*.midden", N_("officers, from {what} people, class midden"),
        ("staffing_norms/numbers.*.midden",),
    ),
    Parameter(
        "norm.*.hoog", N_("officers, from {what} people, class hoog"),
        ("staffing_norms/numbers.*.hoog",),
    ),
    Parameter("cover.*", N_("standing cover {what}, Monday to Sunday"),
              ("roster/cover.*.per_weekday",)),
    Parameter("shift.*.start", N_("shift {what} begins"), ("shifts/shifts.*.start",)),
    Parameter("shift.*.end", N_("shift {what} ends"), ("shifts/shifts.*.end",)),
    Parameter(
        "roster.days_in_a_row", N_("most working days in a row"),
        ("roster/team.most_days_in_a_row",),
    ),
    Parameter(
        "signals.days", N_("days after which the text of a signal is gone"),
        ("signals/gone_after_days",),
    ),
    Parameter("retention.*", N_("days kept: {what}"), ("retention/kinds.*.keep_days",)),
    Parameter(
        "import.minutes", N_("minutes of a gathering whose end isn't recorded"),
        ("import/usual_minutes",),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A key with the parameter behind it and what stands for "*"."""

    key: str
    parameter: Parameter
    what: str
    """Id of the table that stands for "*"."""
    called: LocalText | str = ""
    """What people call it."""
    own: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """Files in which this desk has places of its own, instead of those in `data/`."""

    def raw(self, file: str) -> dict[str, Any]:
        """What a file says before single parameters are set."""
        return self.own.get(file) or _raw(file)

    @property
    def name(self) -> str:
        """What it is, in words."""
        called = pick(self.called) if isinstance(self.called, dict) else self.called
        return _(self.parameter.name).format(what=called or self.what)

    @property
    def targets(self) -> list[tuple[str, KeyPath]]:
        """File and path of each value that it sets."""
        found = []
        for target in self.parameter.targets:
            file, _slash, path = target.partition("/")
            parts = tuple(self.what if part == "*" else part for part in path.split("."))
            found.append((file, parts))
        return found

    @property
    def file_value(self) -> Any:
        """What `data/` says."""
        file, path = self.targets[0]
        value = reference.value_at(self.raw(file), path)
        return f"{value:%H:%M}" if isinstance(value, time) else value


def all_keys(own_places: Mapping[str, Any] | None = None) -> Iterator[Place]:
    """Every parameter that can be set, in the order of the list above.

    `own_places` is the desk's own list of places (`own_changes`), where it has one.
    """
    own = {
        file: reference.changed(_raw(file), values)
        for file, values in (own_changes(own_places) if own_places else {}).items()
    }
    for parameter in PARAMETERS:
        if "*" not in parameter.key:
            yield Place(parameter.key, parameter, "", own=own)
            continue
        file, _slash, path = parameter.targets[0].partition("/")
        tables = own.get(file) or _raw(file)
        for part in path.split(".*")[0].split("."):
            tables = tables[part]
        for table in tables:
            assert isinstance(table, dict)
            what = str(table.get("id") or table.get("district") or table.get("place"))
            called = table.get("name") or str(table.get("from_size", ""))
            yield Place(parameter.key.replace("*", what), parameter, what, called, own)


def place_of(key: str, own_places: Mapping[str, Any] | None = None) -> Place:
    """The parameter with this key. Raises BadInput that names the nearest ones."""
    from difflib import get_close_matches

    known = {place.key: place for place in all_keys(own_places)}
    if key not in known:
        near = get_close_matches(key, known, n=3, cutoff=0.4) or list(known)[:3]
        raise BadInput("key", key, msg("Choose a key such as: {known}.", known=", ".join(near)))
    return known[key]


def own_changes(own: Mapping[str, Any]) -> dict[str, dict[KeyPath, Any]]:
    """What a desk's own places change: the list itself, its districts, and wherever the district
    of the centre is named (permit gate, waterline, shifts)."""
    usual, centre = _raw("permit_gate")["centre_district"], own["centre"]
    return {
        "places": {("districts",): own["districts"], ("places",): own["places"]},
        "permit_gate": {("centre_district",): centre},
        "waterlines": {("waterlines", usual, "district"): centre},
        "shifts": {
            ("shifts", shift["id"], "place"): centre
            for shift in _raw("shifts")["shifts"]
            if shift["place"] == usual
        },
    }


def problem_with_places(own: Mapping[str, Any]) -> ReferenceProblem | None:
    """Why the files can't hold these places; None when they can."""
    return _problem({file: (_raw(file), values) for file, values in own_changes(own).items()})


def by_file(values: Mapping[str, Any]) -> dict[str, dict[KeyPath, Any]]:
    """Local values, as the files get them. What a newer program knows no more is left out."""
    own = values.get(OWN_PLACES)
    if own is not None and problem_with_places(own) is not None:
        own = None
    found = own_changes(own) if own is not None else {}
    known = {place.key: place for place in all_keys(own)} if values else {}
    for key, value in values.items():
        if key in known and problem_with(known[key], value) is None:
            for file, path in known[key].targets:
                # A waterline is found by its old name: the new one is put over it last.
                found.setdefault(file, {})[_before(file, path, own)] = value
    return found


def _before(file: str, path: KeyPath, own: Mapping[str, Any] | None) -> KeyPath:
    """A path as the file in `data/` knows it, before the desk's own centre is put in."""
    if own is None or file == "places":
        return path
    usual = str(_raw("permit_gate")["centre_district"])
    return tuple(usual if part == own["centre"] else part for part in path)


def problem_with(place: Place, value: Any) -> ReferenceProblem | None:
    """Why the files can't hold this value; None when they can."""
    return _problem({file: (place.raw(file), {path: value}) for file, path in place.targets})


def _problem(
    files: Mapping[str, tuple[dict[str, Any], Mapping[KeyPath, Any]]],
) -> ReferenceProblem | None:
    for file, (raw, values) in files.items():
        try:
            reference.validate(file, reference.changed(raw, values), model_of(file))
        except ReferenceProblem as problem:
            return problem
    return None


@cache
def model_of(file: str) -> type[ReferenceFile]:
    """The schema of a file."""
    module, _colon, name = _MODELS[file].partition(":")
    found = getattr(import_module(module), name)
    return cast("type[ReferenceFile]", found)


@cache
def _raw(file: str) -> dict[str, Any]:
    """What stands in a file of `data/`, read once; never changed here."""
    return reference.raw(file)


@cache
def _whole_schema(file: str) -> dict[str, Any]:
    return model_of(file).model_json_schema()


# --- what is allowed ------------------------------------------------------------------------------


def schema_at(file: str, path: KeyPath) -> dict[str, Any]:
    """The JSON schema of one value of a file."""
    whole = _whole_schema(file)

    def resolved(part: dict[str, Any]) -> dict[str, Any]:
        if "$ref" in part:
            return resolved(whole["$defs"][part["$ref"].rsplit("/", 1)[1]])
        if "anyOf" in part:
            return resolved(next(p for p in part["anyOf"] if p.get("type") != "null"))
        return part

    here = resolved(whole)
    for name in path:
        if here.get("type") == "array":
            here = resolved(here["items"])
        else:
            here = resolved(here["properties"][name])
    if here.get("type") == "array" and "items" in here:
        return here | {"items": resolved(here["items"])}
    return here


def allowed(place: Place) -> Msg:
    """What may be written, as a hint and in a refusal."""
    if place.parameter.choices:
        return msg("one of: {known}", known=", ".join(choices_of(place)))
    found = schema_at(*place.targets[0])
    kind = found.get("type")
    if kind == "array":
        return msg("{n} whole numbers, Monday first: 5 6 5 5 5 7 0", n=found.get("minItems", 1))
    if found.get("format") == "time":
        return msg("a time such as 07:00")
    if kind == "string" and "maxLength" in found:
        return msg("a line of at most {n} characters", n=found["maxLength"])
    low, high = found.get("minimum"), found.get("maximum")
    if low is None:
        return msg("a number above {low}, at most {high}",
                   low=found.get("exclusiveMinimum"), high=high)  # fmt: skip
    return msg("a number from {low} to {high}", low=low, high=high)


def choices_of(place: Place) -> dict[str, str]:
    """The only values of a parameter, with their names; empty where any number will do."""
    if place.parameter.choices is None:
        return {}
    file, tables = place.parameter.choices
    return {table["id"]: pick(table["name"]) for table in _raw(file)[tables]}


def read_value(place: Place, text: str) -> Any:
    """The value that somebody wrote. Raises BadInput with what is allowed."""
    value = _value(schema_at(*place.targets[0]), text.strip())
    wrong = value is None or (
        place.parameter.choices is not None and value not in choices_of(place)
    )
    if wrong or problem_with(place, value) is not None:
        raise BadInput("value", text, msg("{name}: {allowed}.", name=place.name,
                                          allowed=allowed(place)))  # fmt: skip
    return value


def _value(schema: dict[str, Any], text: str) -> Any:
    """`text` as the schema wants it; None where it can't be read."""
    kind = schema.get("type")
    if kind == "array":
        parts = [_value({"type": "integer"}, part) for part in text.replace(",", " ").split()]
        return None if None in parts else parts
    if kind not in ("number", "integer"):
        return text
    share, plain = text.endswith("%"), text.removesuffix("%").strip().replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        return None
    if share:
        number = round(number / 100, 6)
    if kind == "integer":
        return int(number) if number.is_integer() else None
    return number


def shown(value: Any) -> str:
    """A value as it is written and shown."""
    if isinstance(value, dict):
        return ", ".join(place["name"] for place in value["places"])
    if isinstance(value, list | tuple):
        return " ".join(str(part) for part in value)
    return figure(value, "g") if isinstance(value, float) else str(value)
