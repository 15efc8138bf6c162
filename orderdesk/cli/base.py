"""What every command shares: the options before it, the desk it works at, how it prints."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, Protocol, TypeVar

import typer

from orderdesk.cli.parser import App
from orderdesk.i18n import _, language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderdesk.desk.core import Desk

app = App(
    name="orderdesk",
    help=_("The public-order desk of a municipality: register, risk, reserve, roster, driehoek."),
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Options:
    """What stands before the command: `orderdesk --database X --role planner plan`."""

    database: str | None = None
    role: str | None = None
    as_known: str = ""
    stamp: str = ""
    """What every result carries when it shows an earlier moment."""


options = Options()

AsJson = Annotated[bool, typer.Option("--json", help=_("Print the result as JSON."))]
Out = Annotated[Path, typer.Option("--out", help=_("Folder to write to."))]
Who = Annotated[str, typer.Argument(help=_("Number or name."))]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help=_("Show what would happen, write nothing."))
]
Yes = Annotated[bool, typer.Option("--yes", help=_("Import without asking."))]
Sheet = Annotated[str | None, typer.Option(help=_("Sheet of a workbook."))]
WeekText = Annotated[str, typer.Option("--week", help=_("ISO week, as 2026-W24; default: now."))]


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    database: Annotated[
        str | None,
        typer.Option(
            envvar="ORDERDESK_DATABASE",
            show_envvar=True,
            help=_("Path of a SQLite file, or an address as postgresql://user@host/name."),
        ),
    ] = None,
    role: Annotated[
        str | None,
        typer.Option(envvar="ORDERDESK_ROLE", help=_("reader, officer, planner, lead or decider.")),
    ] = None,
    lang: Annotated[
        str | None,
        typer.Option(help=_("nl or en; default: as last chosen with Ctrl+L, else of the machine.")),
    ] = None,
    as_known: Annotated[
        str,
        typer.Option("--as-known", help=_("What was known then: 2026-06-11 15:10. Reads only.")),
    ] = "",
    version: Annotated[bool, typer.Option("--version", help=_("Print the version."))] = False,
) -> None:
    """Without a command: open the terminal application on the officer's own database."""
    options.database, options.role, options.as_known = database, role, as_known
    options.stamp = ""
    if database == "":
        fail(_("{field} needs a value behind it.").format(field="--database"), 2)
    if lang not in (None, "nl", "en"):
        fail(_("--lang: {value} is not known. Choose nl or en.").format(value=repr(lang)), 2)
    if version:
        from orderdesk import __version__

        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        _open_terminal()


def _open_terminal() -> None:
    """Open the application on the officer's own database; without a terminal say what to do."""
    if not in_terminal():
        fail(_("orderdesk needs a terminal. For one job at a time see: orderdesk --help"), 2)
    from orderdesk.app import run_app

    run_app(options.database, options.role, language())


def in_terminal() -> bool:
    """Whether a person can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def fail(sentence: str, code: int) -> NoReturn:
    """Say on the error channel why not, and end."""
    from orderdesk.domain.text import visible

    typer.echo(visible(sentence, lines=True), err=True)
    raise SystemExit(code)


@contextmanager
def open_desk(*, create: bool = True) -> Iterator[Desk]:
    """The desk on the database that the line or the environment names."""
    from orderdesk.desk import opening

    desk = opening.open_desk(options.database, actor=opening.actor_of(options.role), create=create)
    try:
        with _at_moment(desk) as shown:
            yield shown
    finally:
        desk.store.close()


@contextmanager
def _at_moment(desk: Desk) -> Iterator[Desk]:
    """The desk of now, or the one on the moment that the line names."""
    if not options.as_known:
        yield desk
        return
    from orderdesk.desk import known

    then = known.desk_at(desk, options.as_known)
    options.stamp = known.stamp(then)
    try:
        yield then
    finally:
        known.leave(then)


def emit(result: Mapping[str, Any], as_json: bool, lines: Callable[[], Iterable[str]]) -> None:
    """Print a result for a program or for a person."""
    from orderdesk.domain.text import json_text, visible

    if as_json:
        result = {"as_known": options.stamp, **result} if options.stamp else result
        typer.echo(json_text(result))
    else:
        if options.stamp:
            typer.echo(options.stamp)
        for line in lines():
            typer.echo(visible(line))


def agreed(lines: Iterable[str]) -> bool:
    """Show what would be imported and ask; without a terminal there is nobody to ask."""
    from orderdesk.domain.text import visible

    if not in_terminal():
        return True
    for line in lines:
        typer.echo(visible(line))
    return typer.confirm(_("Import this?"))


class _Found(Protocol):
    def as_json(self) -> dict[str, Any]: ...

    def lines(self) -> Iterator[str]: ...


F = TypeVar("F", bound=_Found)


def offer(
    found: F, take_over: Callable[[F], F], *, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Take over what a file holds, unless only a look was wanted or somebody says no, and print
    what came of it."""
    if not dry_run and (yes or as_json or agreed(found.lines())):
        found = take_over(found)
    emit(found.as_json(), as_json, found.lines)


def progress(step: str) -> None:
    """Say on the error channel what is being done."""
    typer.echo(f"· {step}", err=True)
