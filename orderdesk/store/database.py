"""Opens the database: address, safety settings, migrations, integrity, backups."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from orderdesk.errors import BadInput, OutOfReach, StorageProblem
from orderdesk.i18n import N_, msg

BUSY_MILLISECONDS = 5_000
BACKUPS_KEPT = 14
_GIVE_UP = {
    "connect_timeout": 3, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 2,
    "tcp_user_timeout": 5_000,
}  # fmt: skip
"""When the network to a server is gone, a desk is to notice within seconds, not hang (libpq)."""
_NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smbfs", "smb3", "afs", "ncpfs", "9p", "fuse.sshfs", "davfs"}
)
_SECRET = re.compile(r"((?:password|passfile|sslpassword|passwd|pwd)=)[^&\s]*", re.IGNORECASE)
_MIGRATIONS = Path(__file__).parent / "migrations"


def safe_url(url: str) -> str:
    """`url` without its password, for messages, logs and process titles."""
    try:
        shown = make_url(url).render_as_string(hide_password=True)
    except (SQLAlchemyError, ValueError):
        shown = re.sub(r"//[^/]*@", "//***@", url)
    return _SECRET.sub(r"\1***", shown)


def sqlite_path(url: str) -> Path | None:
    """The file behind a SQLite address; None for a server or for memory."""
    if not url.startswith("sqlite"):
        return None
    database = make_url(url).database
    return Path(database) if database and database != ":memory:" else None


def _normal_url(url: str) -> str:
    if "://" not in url:
        return f"sqlite:///{Path(url).expanduser().absolute()}"
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url


class Database:
    """An open database of the right version. `read_only` says that it can't be written."""

    def __init__(self, url: str, *, now: datetime, create: bool = True) -> None:
        """Open `url` (an SQLAlchemy address, or a path for SQLite), making and migrating it.

        Raises StorageProblem for a network share, a damaged file, or a schema newer than the
        program; BadInput for an address that can't be read.
        """
        self.url = _normal_url(url)
        self.path = sqlite_path(self.url)
        self.read_only = False
        if self.path is not None:
            self._prepare_file(self.path, create=create)
        self.engine = _engine(self.url, read_only=self.read_only)
        self._bring_up_to_date(now)

    def _prepare_file(self, path: Path, *, create: bool) -> None:
        if not path.exists():
            if not create:
                raise StorageProblem(msg("there is no database at {path}", path=path))
            _make_private_folder(path.parent)
        if (kind := _file_system(path.parent)) in _NETWORK_FILE_SYSTEMS:
            raise StorageProblem(
                msg(
                    "{path} lies on a network share ({kind}), where SQLite can lose data. "
                    "Put the file on a local disk, or use PostgreSQL.",
                    path=path,
                    kind=kind,
                )
            )
        if path.exists():
            self.read_only = not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
            return
        try:
            path.touch(mode=0o600)
        except OSError as problem:
            raise StorageProblem(
                msg("{path} can't be made: {why}", path=path, why=problem.strerror)
            ) from None

    def _bring_up_to_date(self, now: datetime) -> None:
        with translated_errors(self.url):
            have = schema_version(self.engine)
            if have == head_version():
                return
            if have is not None and have not in _known_versions():
                raise StorageProblem(
                    msg(
                        "the database is newer than this program (schema {have}). "
                        "Install the newest orderdesk; nothing was changed.",
                        have=have,
                    )
                )
            if self.read_only:
                raise StorageProblem(
                    msg("{path} must be brought up to date but can't be written", path=self.path)
                )
            if have is not None and self.path is not None:
                self.backup(self.backup_folder / f"before-{head_version()}-{now:%Y%m%dT%H%M%S}.db")
            upgrade(self.engine)

    @property
    def backup_folder(self) -> Path:
        """Where the daily backups stand."""
        assert self.path is not None, "only SQLite files are backed up here"
        return self.path.parent / f"{self.path.stem}-backups"

    def check(self) -> list[str]:
        """What is wrong with the file itself; empty when sound. (SQLite `integrity_check`.)"""
        if self.path is None:
            return []
        try:
            with self.engine.connect() as connection:
                found = connection.execute(text("PRAGMA integrity_check")).scalars().all()
                broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        except DBAPIError as problem:
            return [str(problem.orig)]
        return [line for line in found if line != "ok"] + [str(tuple(row)) for row in broken]

    def backup(self, target: Path) -> Path:
        """Copy the open database to `target` while it is in use (SQLite online backup).

        Raises StorageProblem; an older `target` stays whole when the copy fails.
        """
        if self.path is None:
            raise StorageProblem(
                msg("this database lives on a server: back it up with that server's tools")
            )
        _make_private_folder(target.parent)
        partial = target.with_name(target.name + ".partial")
        try:
            partial.unlink(missing_ok=True)
            partial.touch(mode=0o600)
            with (
                contextlib.closing(sqlite3.connect(self.path)) as source,
                contextlib.closing(sqlite3.connect(partial)) as copy,
            ):
                source.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
            partial.replace(target)
        except (OSError, sqlite3.Error) as problem:
            partial.unlink(missing_ok=True)
            raise StorageProblem(
                msg("no backup at {path}: {why}", path=target, why=problem)
            ) from None
        return target

    def daily_backup(self, now: datetime) -> Path | None:
        """Today's backup if it is not there yet; older ones beyond the kept number go."""
        if self.path is None or self.read_only:
            return None
        target = self.backup_folder / f"{now:%Y-%m-%d}.db"
        if target.exists():
            return None
        self.backup(target)
        daily = sorted(self.backup_folder.glob("????-??-??.db"))
        for old in daily[:-BACKUPS_KEPT]:
            old.unlink(missing_ok=True)
        # Copies made before a migration go too once they are older than every daily one: what was
        # destroyed under retention must not live on in them.
        if len(daily) > BACKUPS_KEPT:
            oldest = daily[-BACKUPS_KEPT].stat().st_mtime
            for before in self.backup_folder.glob("before-*.db"):
                if before.stat().st_mtime < oldest:
                    before.unlink(missing_ok=True)
        return target

    def backups_made(self) -> int:
        """How many backups lie in the folder beside the database."""
        return len(list(self.backup_folder.glob("*.db"))) if self.path is not None else 0

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def restore(url: str, source: Path) -> Path | None:
    """Put backup `source` in the place of the database; the replaced file is kept and returned.

    Raises BadInput when there is no such file, StorageProblem when it is no sound orderdesk
    database or can't be copied; nothing is replaced then.
    """
    if not source.is_file():
        raise BadInput(N_("file"), str(source), msg("There is no such file."))
    target = sqlite_path(_normal_url(url))
    if target is None:
        raise StorageProblem(msg("only a SQLite file can be restored here"))
    try:
        with contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as backup:
            sound = backup.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            backup.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        sound = False
    if not sound:
        raise StorageProblem(msg("{path} is no sound backup of orderdesk", path=source))
    kept = target.with_name(target.name + ".replaced") if target.exists() else None
    partial = target.with_name(target.name + ".partial")
    _make_private_folder(target.parent)
    try:
        partial.touch(mode=0o600)
        shutil.copyfile(source, partial)
        # What the replaced database had not written back yet goes along with it.
        for side in ("-wal", "-shm", ""):
            old = target.with_name(target.name + side)
            if kept is not None:
                aside = kept.with_name(kept.name + side)
                aside.unlink(missing_ok=True)
                if old.exists():
                    old.replace(aside)
            old.unlink(missing_ok=True)
        partial.replace(target)
    except OSError as problem:
        partial.unlink(missing_ok=True)
        raise StorageProblem(
            msg("{path} can't be put back: {why}", path=source, why=problem.strerror)
        ) from None
    return kept


@contextlib.contextmanager
def translated_errors(url: str) -> Iterator[None]:
    """Turn what a database driver raises into a StorageProblem a user can act on."""
    try:
        yield
    except DBAPIError as problem:
        raise _storage_problem(problem, url) from problem
    except ModuleNotFoundError as missing:
        raise StorageProblem(
            msg(
                "for {url} the package {name} is needed: install orderdesk with its extra postgres",
                url=safe_url(url),
                name=missing.name,
            )
        ) from None


def _storage_problem(problem: DBAPIError, url: str) -> StorageProblem:
    why = str(problem.orig).lower()
    where = sqlite_path(url) or safe_url(url)
    if "locked" in why or "busy" in why:
        return OutOfReach(
            msg("{where} is in use by another program. Nothing is lost: try again.", where=where)
        )
    if "full" in why:
        return StorageProblem(
            msg(
                "the disk with {where} is full. Nothing was changed: make room, then try again.",
                where=where,
            )
        )
    if "readonly" in why or "read-only" in why:
        return StorageProblem(msg("{where} can only be read, not written", where=where))
    if "malformed" in why or "not a database" in why or "corrupt" in why:
        return StorageProblem(
            msg(
                "{where} is damaged. Nothing was written. Restore the last good backup: "
                "orderdesk db restore",
                where=where,
            )
        )
    if isinstance(problem, OperationalError):
        return OutOfReach(
            msg("{where} can't be reached: {why}", where=where, why=_without_address(problem))
        )
    return StorageProblem(msg("{where} refuses: {why}", where=where, why=_without_address(problem)))


def _without_address(problem: DBAPIError) -> str:
    return str(problem.orig).strip().splitlines()[0] if str(problem.orig).strip() else ""


def _engine(url: str, *, read_only: bool) -> Engine:
    with translated_errors(url):
        try:
            parsed = make_url(url)
            if parsed.get_backend_name() != "sqlite":
                return create_engine(parsed, pool_pre_ping=True, connect_args=_GIVE_UP)
            path = sqlite_path(url)
            engine = (
                create_engine(parsed, creator=lambda: _only_read(path), poolclass=NullPool)
                if read_only and path is not None
                else create_engine(parsed, connect_args={"timeout": BUSY_MILLISECONDS / 1000})
            )
        except (SQLAlchemyError, ValueError):
            raise BadInput(
                N_("database"),
                safe_url(url),
                msg("Write sqlite:///file, a path, or postgresql://user@host/name."),
            ) from None
    _sqlite_settings(engine, read_only=read_only)
    return engine


def _only_read(path: Path) -> sqlite3.Connection:
    """A connection to a file whose folder can't be written to.

    SQLite then reads a write-ahead log only where its index lies beside it already: as long as
    somebody who may write has the desk open. Otherwise nobody changes the file meanwhile. Asked
    anew for each unit of work, so that a desk opened later is seen.
    """
    shared = path.with_name(path.name + "-shm").exists()
    how = "mode=ro" if shared else "mode=ro&immutable=1"
    return sqlite3.connect(
        f"file:{quote(str(path))}?{how}", uri=True, timeout=BUSY_MILLISECONDS / 1000,
        check_same_thread=False,
    )  # fmt: skip


def _sqlite_settings(engine: Engine, *, read_only: bool) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, so DDL is transactional too
        pragmas = ["foreign_keys=ON", f"busy_timeout={BUSY_MILLISECONDS}"]
        if not read_only:
            # secure_delete: what is erased is overwritten in the file, not only unlinked.
            pragmas += ["journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"]
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def schema_version(engine: Engine) -> str | None:
    """The migration that the database stands at; None for an empty one."""
    with engine.connect() as connection:
        there = engine.dialect.has_table(connection, "alembic_version")
        if not there:
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return str(found) if found is not None else None


def _known_versions() -> list[str]:
    """Migration files are named by their number, so that alembic needn't load to list them."""
    return sorted(p.stem.split("_")[0] for p in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def head_version() -> str:
    """The newest migration this program knows."""
    return _known_versions()[-1]


def upgrade(engine: Engine, to: str = "head") -> None:
    """Run the missing migrations in one transaction, up to version `to`."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def _make_private_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as problem:
        raise StorageProblem(
            msg("folder {path} can't be made: {why}", path=folder, why=problem.strerror)
        ) from None


def _file_system(folder: Path) -> str:
    """The kind of file system that holds `folder` (Linux; elsewhere empty)."""
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():
        return ""
    real = str(folder.resolve()) + "/"
    best, kind = "", ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ").rstrip("/") + "/"
        if real.startswith(point) and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind
