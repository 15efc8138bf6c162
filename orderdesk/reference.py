"""Loads the parameters of the field from `data/` and validates each file against its schema.

A file is TOML (parameters) or CSV (lists). The model that reads it belongs to the room that uses
it and derives from `ReferenceFile`, so every file says where its figures come from.
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from orderdesk.errors import ReferenceProblem
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
    path = (folder or data_folder()) / f"{name}.toml"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ReferenceProblem(msg("data file {file} is missing", file=path.name)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ReferenceProblem(
            msg("data file {file} can't be read: {why}", file=path.name, why=problem)
        ) from None
    return validate(path.name, raw, model)


def validate(file: str, raw: object, model: type[M]) -> M:
    """`raw` as `model`; ReferenceProblem names `file` and every wrong key in it."""
    try:
        return model.model_validate(raw)
    except ValidationError as problem:
        lines = "; ".join(
            f"{'.'.join(str(part) for part in e['loc'])} = {e['input']!r}: {e['msg']}"
            for e in problem.errors()
        )
        raise ReferenceProblem(
            msg("data file {file} is wrong: {lines}", file=file, lines=lines)
        ) from None


@cache
def cached(name: str, model: type[M]) -> M:
    """`load`, once per process."""
    return load(name, model)
