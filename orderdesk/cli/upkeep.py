"""Keeping the desk running: the database, calendar feeds, the application in a browser."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from orderdesk.cli.base import AsJson, app, emit, fail, open_desk, options
from orderdesk.cli.parser import App
from orderdesk.i18n import _

feeds = App(
    help=_(
        "Serve the published calendars to calendar programs, each at an address of its own. "
        "Without a command: serve."
        "\n\nExample: orderdesk feeds --port 8024"
    ),
)
db = App(help=_("Look after the database."))
app.add_typer(feeds, name="feeds")
app.add_typer(db, name="db")


LOOPBACK = ("127.0.0.1", "::1", "localhost")


Host = Annotated[str, typer.Option(help=_("Address to listen on."))]


Person = Annotated[str, typer.Argument(help=_("Service number."))]


OpenToNetwork = Annotated[
    bool, typer.Option("--open-to-network", help=_("Allow an address beyond this machine."))
]


@feeds.callback(invoke_without_command=True)
def feeds_(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=1, max=65535, help=_("Port to listen on."))] = 8024,
    host: Host = "127.0.0.1",
    open_to_network: OpenToNetwork = False,
) -> None:
    """Serve the published feeds."""
    if context.invoked_subcommand is not None:
        return
    if host not in LOOPBACK and not open_to_network:
        fail(
            _(
                "--host {host}: calendars would leave this machine unencrypted. Put a proxy with "
                "a certificate before it, or add --open-to-network if that is what you want."
            ).format(host=host),
            1,
        )
    from orderdesk.calendars.server import serve as serve_feeds
    from orderdesk.desk.feeds import Shelf

    with open_desk(create=False) as desk:
        typer.echo(
            _("serving feeds at {host}:{port}; stop with ctrl+c").format(host=host, port=port)
        )
        serve_feeds(Shelf(desk), host, port)


@feeds.command(
    name="list",
    help=_("Who has an address, and when it was last fetched.\n\nExample: orderdesk feeds list"),
)
def feeds_list(as_json: AsJson = False) -> None:
    """Addresses, without the addresses."""
    from orderdesk.desk import feeds as addresses
    from orderdesk.desk import words

    with open_desk(create=False) as desk:
        found = addresses.addresses(desk)

    def lines() -> Iterator[str]:
        if not found:
            yield _("nobody is in the team yet")
        for one in found:
            if one.issued_at is None:
                yield f"{one.person_id}  {_('no address')}"
            else:
                seen = words.moment(one.fetched) if one.fetched else _("never fetched")
                yield f"{one.person_id}  {words.moment(one.issued_at)}  {seen}  {one.client}"

    emit({"addresses": [one.as_json() for one in found]}, as_json, lines)


@feeds.command(
    name="new",
    help=_(
        "Give one person a new feed address; the earlier one stops working. It is shown once."
        "\n\nExample: orderdesk feeds new B07"
    ),
)
def feeds_new(person: Person, as_json: AsJson = False) -> None:
    """A new address for one person."""
    from orderdesk.desk import feeds as addresses

    with open_desk(create=False) as desk:
        address = addresses.new_address(desk, person)
        emit({"person": person.strip().upper(), "address": address}, as_json, lambda: [address])


@feeds.command(
    name="withdraw",
    help=_(
        "Close one person's feed address; nobody else's changes."
        "\n\nExample: orderdesk feeds withdraw B07"
    ),
)
def feeds_withdraw(person: Person, as_json: AsJson = False) -> None:
    """Close an address."""
    from orderdesk.desk import feeds as addresses

    with open_desk(create=False) as desk:
        addresses.withdraw(desk, person)
        told = {"person": person.strip().upper(), "withdrawn": True}
        emit(told, as_json, lambda: [_("withdrawn")])


@db.command(help=_("Bring the database up to date.\n\nExample: orderdesk db upgrade"))
def upgrade(as_json: AsJson = False) -> None:
    """Opening a database migrates it, after a backup."""
    with open_desk() as desk:
        from orderdesk.store.database import head_version

        schema = head_version()
        made = desk.store.database.daily_backup(desk.now)
        emit(
            {"schema": schema, "backup": str(made) if made else None},
            as_json,
            lambda: [_("the database stands at schema {version}").format(version=schema)],
        )


@db.command(help=_("Check the file and the audit trail.\n\nExample: orderdesk db check"))
def check(as_json: AsJson = False) -> None:
    """Exit code 1 when something is wrong."""
    with open_desk(create=False) as desk:
        problems = desk.store.check()
    emit(
        {"sound": not problems, "problems": problems},
        as_json,
        lambda: problems or [_("the database and its audit trail are in order")],
    )
    if problems:
        raise typer.Exit(1)


@db.command(help=_("Copy the database while it is in use.\n\nExample: orderdesk db backup a.db"))
def backup(
    file: Annotated[Path, typer.Argument(help=_("File to write."))], as_json: AsJson = False
) -> None:
    """An online backup."""
    with open_desk(create=False) as desk:
        made = str(desk.store.database.backup(file))
        emit({"file": made}, as_json, lambda: [made])


@db.command(help=_("Put a backup back in place.\n\nExample: orderdesk db restore a.db"))
def restore(
    file: Annotated[Path, typer.Argument(help=_("The backup."))], as_json: AsJson = False
) -> None:
    """The replaced file is kept beside it."""
    from orderdesk.desk.where import database_url
    from orderdesk.store.database import restore as put_back

    kept = put_back(database_url(options.database), file)

    def lines() -> Iterator[str]:
        yield _("restored")
        if kept is not None:
            yield _("the replaced database is kept at {path}").format(path=kept)

    told = {"restored": str(file), "replaced": str(kept) if kept else None}
    emit(told, as_json, lines)


@app.command(
    help=_(
        "Show the application in a browser on this machine. There is no login: other addresses "
        "are refused unless --open-to-network is given."
        "\n\nExample: orderdesk serve --port 8000"
    )
)
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, help=_("Port to listen on."))] = 8000,
    host: Annotated[str, typer.Option(help=_("Address to listen on."))] = "127.0.0.1",
    open_to_network: Annotated[
        bool, typer.Option("--open-to-network", help=_("Allow an address beyond this machine."))
    ] = False,
) -> None:
    """textual-serve, one process per connection."""
    if host not in ("127.0.0.1", "::1", "localhost") and not open_to_network:
        fail(
            _(
                "--host {host}: whoever reaches that address can use the desk without a login. "
                "Add --open-to-network if that is what you want."
            ).format(host=host),
            1,
        )
    import os
    import shlex

    from textual_serve.server import Server

    from orderdesk.desk.where import DATABASE_VARIABLE

    words = [sys.executable, "-m", "orderdesk"]
    if options.database:
        # In the environment, not on the line: an address can hold a password, and lines are seen.
        os.environ[DATABASE_VARIABLE] = options.database
    typer.echo(_("http://{host}:{port} - no login of its own").format(host=host, port=port))
    Server(shlex.join(words), host=host, port=port, title="orderdesk").serve()
