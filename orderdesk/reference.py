"""Loads the parameters of the field from `data/` and validates each file against its schema.

A file is TOML (parameters) or CSV (lists). The model that reads it belongs to the room that uses
it and derives from `ReferenceFile`, so every file says where its figures come from.
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from orderdesk.errors import ReferenceProblem, what_is_allowed
from orderdesk.i18n import msg

M = TypeVar("M", bound="ReferenceFile")
LocalText = dict[str, str]
"""A text per language: {"nl": ..., "en": ...}."""


class Strict(BaseModel):
    """A part of a reference file: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ReferenceFile(Strict):
    """What every file in `data/` must say about itself."""

    source: str
    """Where the figures come from (source, article, or "assumption: ...")."""
    dated: date
    """The day on which the figures were taken over or last checked."""
    note: str = ""


def data_folder() -> Path:
    """`data/` beside the package in a checkout, or the copy inside an installed package."""
    installed = Path(__file__).parent / "_data"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "data"


def load(name: str, model: type[M], folder: Path | None = None) -> M:
    """Read `data/<name>.toml` as `model`.

    Raises ReferenceProblem that names file, key, value and what is allowed.
    """
    return validate(f"{name}.toml", raw(name, folder), model)


def raw(name: str, folder: Path | None = None) -> dict[str, Any]:
    """What stands in `data/<name>.toml`, not yet validated. Raises ReferenceProblem."""
    path = (folder or data_folder()) / f"{name}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ReferenceProblem(msg("data file {file} is missing", file=path.name)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ReferenceProblem(
            msg("data file {file} can't be read: {why}", file=path.name, why=problem)
        ) from None


def validate(file: str, raw: object, model: type[M]) -> M:
    """`raw` as `model`; ReferenceProblem names `file` and every wrong key in it."""
    try:
        return model.model_validate(raw)
    except ValidationError as problem:
        lines = "; ".join(_fault(raw, error) for error in problem.errors())
        raise ReferenceProblem(
            msg("data file {file} is wrong: {lines}", file=file, lines=lines)
        ) from None


def _fault(raw: object, error: Mapping[str, Any]) -> str:
    """One wrong key: where it stands, what it says and what is allowed."""
    key = _key(raw, error["loc"])
    if error["type"] == "missing":  # pydantic's input is the whole table around it
        return f"{key}: {what_is_allowed(error)}"
    return f"{key} = {error['input']!r}: {what_is_allowed(error)}"


def _key(raw: object, location: tuple[int | str, ...]) -> str:
    """A key as people find it in the file: a table of a list by its name, not by its place."""
    here: Any = raw
    parts: list[str] = []
    for part in location:
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            here = None
        table = here if isinstance(part, int) and isinstance(here, dict) else {}
        parts.append(str(next((table[name] for name in _NAMES if name in table), part)))
    return ".".join(parts)


# --- local changes --------------------------------------------------------------------------------

KeyPath = tuple[str, ...]
"""Where a parameter stands: keys, and in a list the id (or kind, district, place) of a table."""
_NAMES = ("id", "kind", "district", "place")


class _InForce:
    """The local changes of one desk, and the files read with them."""

    def __init__(self, token: object, changes: Mapping[str, Mapping[KeyPath, object]]) -> None:
        self.token, self.changes = token, changes
        self.read: dict[tuple[str, type[ReferenceFile]], ReferenceFile] = {}


_in_force = _InForce(None, {})


def token_in_force() -> object:
    """Which desk's changes, and which of its revisions, are in force in this process."""
    return _in_force.token


def put_in_force(token: object, changes: Mapping[str, Mapping[KeyPath, object]]) -> None:
    """From now on `cached` gives the files with these changes: per file, values by path."""
    global _in_force
    _in_force = _InForce(token, changes)


def is_local(name: str, *path: str) -> bool:
    """Whether a parameter was changed locally."""
    return tuple(path) in _in_force.changes.get(name, {})


def cached(name: str, model: type[M]) -> M:
    """The file as it is in force: read once per process, local changes of the desk put over it."""
    force = _in_force
    if name not in force.changes:
        return cast("M", _from_file(name, model))
    found = force.read.get((name, model))
    if found is None:
        found = validate(f"{name}.toml", changed(raw(name), force.changes[name]), model)
        force.read[name, model] = found
    return cast("M", found)


@cache
def _from_file(name: str, model: type[ReferenceFile]) -> ReferenceFile:
    return load(name, model)


def changed(raw: dict[str, Any], values: Mapping[KeyPath, object]) -> dict[str, Any]:
    """`raw` with other values at some paths. Raises KeyError for a path that isn't there."""
    made = copy.deepcopy(raw)
    # Whole lists before what stands in them; names last, as they tell tables apart.
    for path in sorted(values, key=lambda path: (path[-1] in _NAMES, len(path))):
        value = values[path]
        holder, key = _holder(made, path)
        holder[key] = value
    return made


def value_at(raw: dict[str, Any], path: KeyPath) -> Any:
    """The value at a path. Raises KeyError."""
    holder, key = _holder(raw, path)
    return holder[key]


def _holder(raw: dict[str, Any], path: KeyPath) -> tuple[dict[str, Any], str]:
    here: Any = raw
    for part in path[:-1]:
        here = _named(here, part) if isinstance(here, list) else here[part]
    if not isinstance(here, dict) or path[-1] not in here:
        raise KeyError(".".join(path))
    return here, path[-1]


def _named(tables: list[dict[str, Any]], wanted: str) -> dict[str, Any]:
    for table in tables:
        if any(table.get(name) == wanted for name in _NAMES):
            return table
    raise KeyError(wanted)
