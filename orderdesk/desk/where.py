"""Where the desk's data live. Imports nothing heavy: the first screen waits for it."""

from __future__ import annotations

import os
from pathlib import Path

DATABASE_VARIABLE = "ORDERDESK_DATABASE"


def user_folder() -> Path:
    """The platform's folder for the user's data of orderdesk."""
    from platformdirs import user_data_path

    return user_data_path("orderdesk", appauthor=False)


def database_url(given: str | None) -> str:
    """The address that was given, else the environment's, else the user's own SQLite file."""
    return given or os.environ.get(DATABASE_VARIABLE) or str(user_folder() / "orderdesk.db")
