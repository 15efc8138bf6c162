"""What a user prefers, kept beside the user's data. Imports nothing heavy: the first screen waits.

A preference is never worth a refusal: what can't be read or written is as if it was never kept.
"""

from __future__ import annotations

import json
from pathlib import Path

_FILE = "preferences.json"


def preferences(folder: Path) -> dict[str, str]:
    """What was kept in `folder`; nothing where nothing legible is there."""
    try:
        found = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): value for name, value in found.items() if isinstance(value, str)}


def prefer(folder: Path, name: str, value: str) -> None:
    """Keep a preference in `folder`."""
    kept = {**preferences(folder), name: value}
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = folder / f"{_FILE}.new"
        part.write_text(json.dumps(kept, sort_keys=True), encoding="utf-8")
        part.replace(folder / _FILE)
    except OSError:
        return
