"""A migration that is interrupted: the next start completes it, with a backup at hand."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from orderdesk.store.database import Database, head_version, schema_version, upgrade
from orderdesk.store.work import Store
from tests.conftest import NOW


def test_an_interrupted_migration_leaves_the_old_database_and_is_completed_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "desk.db"
    engine = create_engine(f"sqlite:///{path}")
    upgrade(engine, "0001")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO meta (key, value) VALUES ('installation_id', 'kept')"))
    engine.dispose()
    whole = command.upgrade

    def cut_off(*args: Any, **more: Any) -> None:
        whole(*args, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "upgrade", cut_off)
    with pytest.raises(KeyboardInterrupt):
        Database(str(path), now=NOW)
    monkeypatch.undo()
    with contextlib.closing(create_engine(f"sqlite:///{path}").connect()) as connection:
        assert schema_version(connection.engine) == "0001"
    [backup] = (tmp_path / "desk-backups").glob("before-*.db")
    assert backup.stat().st_size > 0
    store = Store(Database(str(path), now=NOW), lambda: NOW)
    assert schema_version(store.database.engine) == head_version()
    assert store.check() == []
    with store.read() as reader:
        assert reader.meta("installation_id") == "kept"
    store.close()
