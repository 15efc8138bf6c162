"""The command line: parses, asks the desk, prints. The same jobs as on the screens.

Exit codes: 0 done, 1 a rule says no (or the database can't), 2 bad input. Nothing heavy is
imported before a command needs it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from orderdesk.errors import OrderdeskError
from orderdesk.i18n import N_, _, language, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderdesk.desk.core import Desk

T = TypeVar("T")

app = typer.Typer(
    name="orderdesk",
    help=_("The public-order desk of a municipality: register, risk, reserve, roster, driehoek."),
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
export = typer.Typer(help=_("Write calendars and tables."), rich_markup_mode=None)
feeds = typer.Typer(
    help=_(
        "Serve the published calendars to calendar programs, each at an address of its own. "
        "Without a command: serve."
        "\n\nExample: orderdesk feeds --port 8024"
    ),
    rich_markup_mode=None,
)
incident_app = typer.Typer(rich_markup_mode=None)
db = typer.Typer(help=_("Look after the database."), rich_markup_mode=None)
app.add_typer(export, name="export")
app.add_typer(feeds, name="feeds")
app.add_typer(db, name="db")
app.add_typer(incident_app, name="incident")


PARSER_WORDS = (
    N_("Arguments"), N_("Options"), N_("Commands"), N_("required"), N_("default: {default}"),
    N_("env var: {var}"), N_("(dynamic)"), N_("Missing command."), N_("Aborted!"),
    N_("No such command {name!r}."),
)  # fmt: skip
"""What the parser says by itself, and asks of the standard gettext."""


class _Options:
    """What stands before the command: `orderdesk --database X --role planner plan`."""

    database: str | None = None
    role: str | None = None


_options = _Options()

AsJson = Annotated[bool, typer.Option("--json", help=_("Print the result as JSON."))]
Out = Annotated[Path, typer.Option("--out", help=_("Folder to write to."))]
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
        str | None, typer.Option(help=_("nl or en; default: the language of the machine."))
    ] = None,
    version: Annotated[bool, typer.Option("--version", help=_("Print the version."))] = False,
) -> None:
    """Without a command: open the terminal application on the officer's own database."""
    _options.database, _options.role = database, role
    if lang not in (None, "nl", "en"):
        _fail(_("--lang: {value} is not known. Choose nl or en.").format(value=repr(lang)), 2)
    if version:
        from orderdesk import __version__

        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        _open_terminal()


def run(arguments: list[str]) -> None:
    """Run the command line; what orderdesk refuses becomes one sentence and an exit code."""
    try:
        app(arguments, prog_name="orderdesk")
    except OrderdeskError as problem:
        _fail(str(problem), problem.exit_code)
    except KeyboardInterrupt:
        _fail(_("stopped"), 130)
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None


def _fail(sentence: str, code: int) -> NoReturn:
    from orderdesk.domain.text import visible

    typer.echo(visible(sentence), err=True)
    raise SystemExit(code)


@contextmanager
def _desk(*, create: bool = True) -> Iterator[Desk]:
    from orderdesk.desk.opening import actor_of, open_desk

    desk = open_desk(_options.database, actor=actor_of(_options.role), create=create)
    try:
        yield desk
    finally:
        desk.store.close()


def _emit(result: Mapping[str, Any], as_json: bool, lines: Callable[[], Iterable[str]]) -> None:
    from orderdesk.domain.text import visible

    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False, indent=2, default=str))
    else:
        for line in lines():
            typer.echo(visible(line))


def _progress(step: str) -> None:
    typer.echo(f"· {step}", err=True)


def _open_terminal() -> None:
    """Open the application on the officer's own database; without a terminal say what to do."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        _fail(
            _("orderdesk needs a terminal. For one job at a time see: orderdesk --help"),
            2,
        )
    from orderdesk.app import run_app

    run_app(_options.database, _options.role, language())


@app.command(
    help=_(
        "Show the whole job on the demonstration city (synthetic). In a terminal: opens the "
        "application. With --headless or without a terminal: plays the test week 2026-W24 and "
        "writes calendars, review, ledger and register."
        "\n\nExample: orderdesk demo --headless --out demo-out"
    )
)
def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help=_("Play the week without a terminal."))
    ] = False,
    out: Annotated[
        Path, typer.Option("--out", help=_("Folder for the files that the week makes."))
    ] = Path("orderdesk-demo"),
    seed: Annotated[int, typer.Option(help=_("Another seed draws another city."))] = 24,
    as_json: AsJson = False,
) -> None:
    """The demonstration city, on screen or straight through."""
    if not headless and not as_json and sys.stdin.isatty() and sys.stdout.isatty():
        from orderdesk.app import run_demo

        run_demo(seed, language())
        return
    from orderdesk.desk.headless import play_headless

    summary = play_headless(out, seed=seed, progress=_progress)
    _emit(summary.as_json(), as_json, summary.lines)


@app.command(
    name="import",
    help=_(
        "Read a register as an authority keeps it (CSV or Excel). In a terminal it first shows "
        "what it found and asks. With --events: an export of the event system, taken over as "
        "changes of known events."
        "\n\nExample: orderdesk import mainz-2022.csv --json"
        "\n\nExample: orderdesk import --events calendar.csv --dry-run"
        "\n\nExample: orderdesk import register.xlsx --show"
        "\n\nExample: orderdesk import register.xlsx --map place=Ort --map organiser= --rows 5-40"
    ),
)
def import_(
    file: Annotated[Path, typer.Argument(help=_("The register: .csv, .tsv, .xlsx, .xls, .ods"))],
    events: Annotated[
        bool, typer.Option("--events", help=_("It is an export of the event system."))
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("Import without asking."))] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Show what would happen, write nothing."))
    ] = False,
    show: Annotated[
        bool,
        typer.Option("--show", help=_("Show sheets, header, columns, and what they would fill.")),
    ] = False,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            help=_("FIELD=COLUMN by name or letter; FIELD= leaves it empty. May be repeated."),
        ),
    ] = None,
    sheet: Annotated[
        list[str] | None, typer.Option(help=_("Sheet of a workbook. May be repeated."))
    ] = None,
    header_row: Annotated[
        str, typer.Option(help=_("Row of the header as the file counts: 4, 4-5, or 0 for none."))
    ] = "",
    rows: Annotated[str, typer.Option(help=_("Import only these rows of the file: 5-40,44."))] = "",
    mapping: Annotated[
        Path | None, typer.Option(help=_("JSON file that says which column means what."))
    ] = None,
    keep_mapping: Annotated[
        Path | None,
        typer.Option(
            "--keep", "--keep-mapping", help=_("Write the mapping that was used to this JSON file.")
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import a register."""
    from orderdesk.desk import import_choices, importing

    if events:
        first = sheet[0] if sheet else None
        _import_events(file, first, dry_run=dry_run, yes=yes or as_json, as_json=as_json)
        return
    choices = importing.Choices(
        sheets=tuple(sheet or ()),
        header_rows=import_choices.header_rows(header_row),
        mapping_file=mapping,
        columns=import_choices.columns(columns or ()),
    )
    chosen = import_choices.rows(rows)
    with _desk() as desk:
        found = importing.preview(desk, file, choices, progress=_slow_progress())
        if keep_mapping is not None:
            importing.write_mapping(found, keep_mapping)
        if show:
            shown = import_choices.Shown(found)
            _emit(shown.as_json(), as_json, shown.lines)
            return
        result = importing.dry_run(found, chosen)
        if not dry_run and (yes or as_json or _agreed(result.lines())):
            result = importing.apply(desk, found, chosen, progress=_slow_progress())
        _emit(result.as_json(), as_json, result.lines)


def _import_events(
    file: Path, sheet: str | None, *, dry_run: bool, yes: bool, as_json: bool
) -> None:
    from orderdesk.desk import event_import

    with _desk() as desk:
        found = event_import.preview(desk, file, sheet)
        if not dry_run and (yes or _agreed(found.lines())):
            found = event_import.apply(desk, found)
        _emit(found.as_json(), as_json, found.lines)


def _slow_progress() -> Callable[[str], None]:
    """Steps on the error stream once a second has passed; nothing for what is quick."""
    from time import monotonic

    begun = monotonic()

    def tell(step: str) -> None:
        if monotonic() - begun > 1:
            _progress(step)

    return tell


def _agreed(lines: Iterable[str]) -> bool:
    """Show what would be imported and ask; without a terminal there is nobody to ask."""
    from orderdesk.domain.text import visible

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return True
    for line in lines:
        typer.echo(visible(line))
    return typer.confirm(_("Import this?"))


@app.command(
    help=_(
        "Register a notification. Late or incomplete ones are registered too, and say so."
        '\n\nExample: orderdesk register --when "za 13 jun 14:00-16:00" --place Vrijthof '
        '--expected 120 --organiser "Voorbeeldcomité" --purpose "..." --measures "..."'
    )
)
def register(
    when: Annotated[str, typer.Option(help=_("Day, start and end as people say them."))],
    place: Annotated[str, typer.Option(help=_("Usual place, or a street."))],
    expected: Annotated[str, typer.Option(help=_("Number of people, or a range: 80-220."))] = "",
    organiser: Annotated[str, typer.Option(help=_("Who holds the gathering."))] = "",
    address: Annotated[str, typer.Option(help=_("Address of that person."))] = "",
    purpose: Annotated[str, typer.Option(help=_("Purpose; stays in the case."))] = "",
    measures: Annotated[str, typer.Option(help=_("Measures for an orderly course."))] = "",
    composition: Annotated[str, typer.Option(help=_("Manner of composition."))] = "",
    form: Annotated[str, typer.Option(help=_("static, march, vigil, convoy, ..."))] = "static",
    source: Annotated[str, typer.Option(help=_("written, oral or unannounced"))] = "written",
    received: Annotated[str, typer.Option(help=_("Moment of notification; default: now."))] = "",
    as_json: AsJson = False,
) -> None:
    """Register a notification."""
    from orderdesk.desk import intake

    values = {
        "when": when, "place": place, "expected": expected, "organiser": organiser,
        "address": address, "purpose": purpose, "measures": measures, "composition": composition,
        "form": form, "source": source, "received": received,
    }  # fmt: skip
    with _desk() as desk:
        result = intake.register(desk, values)
        _emit(result.as_json(), as_json, result.lines)


@app.command(
    help=_(
        "Score a case, factor by factor; without a number, all coming cases."
        "\n\nExample: orderdesk score D-2026-043"
    )
)
def score(
    number: Annotated[str, typer.Argument(help=_("Number of the case."))] = "",
    neutral: Annotated[
        bool, typer.Option("--neutral", help=_("Swap purpose and organiser: same score."))
    ] = False,
    version: Annotated[
        int | None, typer.Option(min=0, help=_("As an earlier version of the score says."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Scores, explained."""
    from orderdesk.desk import scoring

    with _desk() as desk:
        result = (
            scoring.neutrality(desk, number)
            if neutral
            else scoring.explain_number(desk, number, version=version)
            if number
            else scoring.coming(desk)
        )
        _emit(result.as_json(), as_json, result.lines)


@app.command(
    help=_(
        "What the score would learn from closed cases; with --accept it comes into force."
        '\n\nExample: orderdesk learn --accept --by "Teamleider Voorbeeld"'
    )
)
def learn(
    accept: Annotated[
        bool, typer.Option("--accept", help=_("Let level and slope come into force."))
    ] = False,
    weights: Annotated[
        bool, typer.Option("--weights", help=_("Single weights too: you have read them."))
    ] = False,
    by: Annotated[str, typer.Option(help=_("Name of the team lead who accepts."))] = "",
    reason: Annotated[str, typer.Option(help=_("What was read in the proposal."))] = "",
    as_json: AsJson = False,
) -> None:
    """The monthly update of the score."""
    from orderdesk.desk import learning
    from orderdesk.domain.people import Actor, Role

    with _desk() as desk:
        found = learning.waiting(desk)
        if not accept:
            _emit(found.as_json(), as_json, found.lines)
            return
        version = learning.accept(
            desk, Actor(name=by, role=Role.LEAD), weights_read=weights, reason=reason
        )
        _emit(
            {"version": version.number, "by": version.made_by, "reason": version.reason},
            as_json,
            lambda: learning.version_lines([version]),
        )


@app.command(
    help=_(
        "Reserve, themes and demand of a week, line by line."
        "\n\nExample: orderdesk plan --week 2026-W24"
    )
)
def plan(week: WeekText = "", as_json: AsJson = False) -> None:
    """The capacity of a week."""
    from orderdesk.desk import capacity

    with _desk() as desk:
        result = capacity.week_plan(desk, week)
        _emit(result.as_json(), as_json, result.lines)


@app.command(
    help=_(
        "Who is there on a day, by hour and district, against the waterline."
        '\n\nExample: orderdesk strength --day "za 13 jun"'
    )
)
def strength(
    day: Annotated[str, typer.Option(help=_("Day as people say it; default: today."))] = "",
    as_json: AsJson = False,
) -> None:
    """The strength of a day."""
    from orderdesk.desk import strength as strengths

    with _desk() as desk:
        result = strengths.strength_of(desk, day)
        _emit(result.as_json(), as_json, result.lines)


@app.command(
    help=_(
        "How much reserve the coming weeks will ask: P10, P50, P90 and the chance of running out."
        "\n\nExample: orderdesk forecast --weeks 8"
    )
)
def forecast(
    weeks: Annotated[int, typer.Option(min=1, max=53, help=_("How many weeks ahead."))] = 8,
    as_json: AsJson = False,
) -> None:
    """The reserve forecast."""
    from orderdesk.desk import forecasting

    with _desk() as desk:
        result = forecasting.forecast(desk, weeks)
        _emit(result.as_json(), as_json, result.lines)


@app.command(
    help=_(
        "Make a roster by law and fairness; with --publish it becomes the published one."
        "\n\nExample: orderdesk roster --week 2026-W28 --weeks 4 --seconds 20"
    )
)
def roster(
    week: WeekText = "",
    weeks: Annotated[int, typer.Option(min=1, max=16, help=_("How many weeks."))] = 4,
    seconds: Annotated[float, typer.Option(min=1, max=3600, help=_("Time to search."))] = 20,
    publish: Annotated[
        bool, typer.Option("--publish", help=_("Publish it, if no rule is broken."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Four weeks for the team."""
    from orderdesk.desk.rostering import making

    with _desk() as desk:
        result = making.make(desk, week, weeks, seconds, publish=publish, progress=_progress)
        _emit(result.as_json(), as_json, result.lines)


@incident_app.callback(
    invoke_without_command=True,
    help=_(
        "Register an unannounced gathering from six answers and show what can be sent."
        "\n\nExample: orderdesk incident --where Markt --when 15:30 --how-many 150 --said-by police"
        " --sure B --counter unknown"
    ),
)
def incident(
    context: typer.Context,
    where: Annotated[str, typer.Option(help=_("Place."))] = "",
    when: Annotated[str, typer.Option(help=_("Time, or day and time."))] = "",
    how_many: Annotated[str, typer.Option(help=_("Number, or a range: 80-220."))] = "",
    said_by: Annotated[str, typer.Option(help=_("Who says so: police, staff, public."))] = "",
    sure: Annotated[str, typer.Option(help=_("A confirmed, B plausible, C unverified."))] = "C",
    counter: Annotated[str, typer.Option(help=_("unknown, none, announced or confirmed"))] = (
        "unknown"
    ),
    as_json: AsJson = False,
) -> None:
    """An unannounced gathering."""
    from orderdesk.desk import incident as incidents

    if context.invoked_subcommand is not None:
        return
    values = {
        "where": where, "when": when, "how_many": how_many, "said_by": said_by, "sure": sure,
        "counter": counter,
    }  # fmt: skip
    with _desk() as desk:
        result = incidents.report(desk, values)
        _emit(result.as_json(), as_json, result.lines)


@incident_app.command(
    name="export",
    help=_(
        "Write the log of a gathering to a file that another desk can merge."
        "\n\nExample: orderdesk incident export U-2026-009 --out log.json"
    ),
)
def incident_export(
    number: Annotated[str, typer.Argument(help=_("Number of the case."))],
    out: Annotated[Path, typer.Option("--out", help=_("File to write."))] = Path("log.json"),
) -> None:
    """A log that travels."""
    from orderdesk.desk import logfile, scoring

    with _desk(create=False) as desk:
        n = logfile.export_log(desk, scoring.case_numbered(desk, number).id, out)
    typer.echo(ngettext("{n} line in {file}", "{n} lines in {file}", n).format(n=n, file=out))


@incident_app.command(
    name="merge",
    help=_(
        "Merge a log that was kept elsewhere: no line is lost, what is said otherwise stands side "
        "by side until --choose."
        "\n\nExample: orderdesk incident merge log.json --into U-2026-009 --choose ended=3f9a12c0"
    ),
)
def incident_merge(
    file: Annotated[Path, typer.Argument(help=_("The log file."))],
    into: Annotated[str, typer.Option("--into", help=_("Number of the case here."))] = "",
    choose: Annotated[
        list[str] | None,
        typer.Option("--choose", help=_("What = line, such as ended=3f9a12c0. More than once.")),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Two logs become one."""
    from orderdesk.desk import logfile

    with _desk(create=False) as desk:
        log = logfile.read_log(file)
        result = logfile.merge(desk, log, into)
        for pick in choose or []:
            about, _equals, line = pick.partition("=")
            logfile.choose(desk, result.case.id, about, line)
        if choose:
            result = logfile.merge(desk, log, into)
        _emit(result.as_json(), as_json, result.text)


@export.command(
    name="ics",
    help=_(
        "Write the shift calendars: per person, per team, per event."
        "\n\nExample: orderdesk export ics --out calendars"
    ),
)
def export_ics(out: Out = Path("ics"), as_json: AsJson = False) -> None:
    """Shift calendars."""
    from orderdesk.desk import publishing

    with _desk() as desk:
        result = publishing.export_calendars(desk, out)
        _emit(result.as_json(), as_json, result.lines)


@export.command(
    name="register",
    help=_("Write the register as CSV.\n\nExample: orderdesk export register --out register.csv"),
)
def export_register(
    out: Annotated[Path, typer.Option("--out", help=_("File to write."))] = Path("register.csv"),
) -> None:
    """The register as a table."""
    from orderdesk.desk import publishing

    with _desk() as desk:
        rows = publishing.export_register(desk, out)
        typer.echo(
            ngettext("{n} row in {file}", "{n} rows in {file}", rows).format(n=rows, file=out)
        )


LOOPBACK = ("127.0.0.1", "::1", "localhost")
Host = Annotated[str, typer.Option(help=_("Address to listen on."))]
OpenToNetwork = Annotated[
    bool, typer.Option("--open-to-network", help=_("Allow an address beyond this machine."))
]


@feeds.callback(invoke_without_command=True)
def feeds_(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8024,
    host: Host = "127.0.0.1",
    open_to_network: OpenToNetwork = False,
) -> None:
    """Serve the published feeds."""
    if context.invoked_subcommand is not None:
        return
    if host not in LOOPBACK and not open_to_network:
        _fail(
            _(
                "--host {host}: calendars would leave this machine unencrypted. Put a proxy with "
                "a certificate before it, or add --open-to-network if that is what you want."
            ).format(host=host),
            1,
        )
    from orderdesk.calendars.server import serve as serve_feeds
    from orderdesk.desk.feeds import Shelf

    with _desk(create=False) as desk:
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

    with _desk(create=False) as desk:
        found = addresses.addresses(desk)

    def lines() -> Iterator[str]:
        for one in found:
            if one.issued_at is None:
                yield f"{one.person_id}  {_('no address')}"
            else:
                seen = words.moment(one.fetched) if one.fetched else _("never fetched")
                yield f"{one.person_id}  {words.moment(one.issued_at)}  {seen}  {one.client}"

    _emit({"addresses": [one.as_json() for one in found]}, as_json, lines)


@feeds.command(
    name="new",
    help=_(
        "Give one person a new feed address; the earlier one stops working. It is shown once."
        "\n\nExample: orderdesk feeds new B07"
    ),
)
def feeds_new(person: Annotated[str, typer.Argument(help=_("Service number."))]) -> None:
    """A new address for one person."""
    from orderdesk.desk import feeds as addresses

    with _desk(create=False) as desk:
        typer.echo(addresses.new_address(desk, person))


@feeds.command(
    name="withdraw",
    help=_(
        "Close one person's feed address; nobody else's changes."
        "\n\nExample: orderdesk feeds withdraw B07"
    ),
)
def feeds_withdraw(person: Annotated[str, typer.Argument(help=_("Service number."))]) -> None:
    """Close an address."""
    from orderdesk.desk import feeds as addresses

    with _desk(create=False) as desk:
        addresses.withdraw(desk, person)
        typer.echo(_("withdrawn"))


@app.command(
    help=_(
        "Who has heard of published changes of work within a day, and who must be called."
        "\n\nExample: orderdesk calls --told B12"
    )
)
def calls(
    told: Annotated[str, typer.Option(help=_("Service number of somebody who was told."))] = "",
    as_json: AsJson = False,
) -> None:
    """The call list."""
    from orderdesk.desk import receipts

    with _desk(create=False) as desk:
        if told:
            receipts.tick_person(desk, told)
        found = receipts.sheet(desk)
        _emit(found.as_json(), as_json, found.lines)


@app.command(
    help=_(
        "Make the weekly risk review for the driehoek: PDF, Markdown and JSON."
        "\n\nExample: orderdesk review --week 2026-W24 --out review --freeze"
    )
)
def review(
    week: WeekText = "",
    out: Out = Path(),
    freeze: Annotated[
        bool, typer.Option("--freeze", help=_("Freeze this version, with its hash."))
    ] = False,
    editions: Annotated[
        bool,
        typer.Option("--editions", help=_("Also the PDF without names, and the one page.")),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The weekly review."""
    from orderdesk.desk import review as reviews

    with _desk() as desk:
        result = reviews.write(desk, week, out, freeze_now=freeze, editions=editions)
        _emit(result.as_json(), as_json, result.lines)


@app.command(
    help=_(
        "Answer a question of the council: gatherings by month and district, limits by ground, "
        "hours and at whose cost. No names."
        "\n\nExample: orderdesk council --from 2026-01-01 --until 2026-06-30 --out council"
    )
)
def council(
    first: Annotated[
        str, typer.Option("--from", help=_("First day; default: 1 January of this year."))
    ] = "",
    last: Annotated[str, typer.Option("--until", help=_("Last day; default: today."))] = "",
    out: Out = Path(),
    as_json: AsJson = False,
) -> None:
    """The pack for the council."""
    from orderdesk.desk import council as packs

    with _desk(create=False) as desk:
        result = packs.write(desk, out, first, last)
        _emit(result.as_json(), as_json, result.lines)


@app.command(
    help=_(
        "Measure the score on a register with outcomes, strictly forward in time."
        "\n\nExample: orderdesk backtest protests.csv --learn-until 2022-12-31 --json"
    )
)
def backtest(
    file: Annotated[
        Path | None,
        typer.Argument(
            help=_("CSV with date, place, outcome (0/1), ...; without one: your own register.")
        ),
    ] = None,
    learn_until: Annotated[str, typer.Option(help=_("Last day to learn from."))] = "",
    lag: Annotated[int, typer.Option(min=0, max=365, help=_("Days an outcome stays unknown."))] = 2,
    column: Annotated[
        list[str] | None,
        typer.Option(help=_("Our column = theirs, such as outcome=arrests. More than once.")),
    ] = None,
    predictions: Annotated[
        Path | None, typer.Option(help=_("Write row, date, probability, low, high, class."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The score, measured."""
    from orderdesk.desk import backtesting

    split = backtesting.read_split(learn_until)
    if file is None:
        with _desk(create=False) as desk:
            report = backtesting.backtest_own(desk, split, lag, predictions)
    else:
        mapping = backtesting.read_mapping(column or [])
        report = backtesting.backtest(
            file, mapping, learn_until=split, lag_days=lag, predictions=predictions
        )
    _emit(report.as_json(), as_json, lambda: backtesting.table(report).splitlines())


@db.command(help=_("Bring the database up to date.\n\nExample: orderdesk db upgrade"))
def upgrade() -> None:
    """Opening a database migrates it, after a backup."""
    with _desk() as desk:
        from orderdesk.store.database import head_version

        typer.echo(_("the database stands at schema {version}").format(version=head_version()))
        desk.store.database.daily_backup(desk.now)


@db.command(help=_("Check the file and the audit trail.\n\nExample: orderdesk db check"))
def check(as_json: AsJson = False) -> None:
    """Exit code 1 when something is wrong."""
    with _desk(create=False) as desk:
        problems = desk.store.check()
    _emit({"sound": not problems, "problems": problems}, as_json, lambda: problems or [_("sound")])
    if problems:
        raise typer.Exit(1)


@db.command(help=_("Copy the database while it is in use.\n\nExample: orderdesk db backup a.db"))
def backup(file: Annotated[Path, typer.Argument(help=_("File to write."))]) -> None:
    """An online backup."""
    with _desk(create=False) as desk:
        typer.echo(str(desk.store.database.backup(file)))


@db.command(help=_("Put a backup back in place.\n\nExample: orderdesk db restore a.db"))
def restore(file: Annotated[Path, typer.Argument(help=_("The backup."))]) -> None:
    """The replaced file is kept beside it."""
    from orderdesk.desk.where import database_url
    from orderdesk.store.database import restore as put_back

    kept = put_back(database_url(_options.database), file)
    typer.echo(_("restored"))
    if kept is not None:
        typer.echo(_("the replaced database is kept at {path}").format(path=kept))


@app.command(
    help=_(
        "Show the application in a browser on this machine. There is no login: other addresses "
        "are refused unless --open-to-network is given."
        "\n\nExample: orderdesk serve --port 8000"
    )
)
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    host: Annotated[str, typer.Option(help=_("Address to listen on."))] = "127.0.0.1",
    open_to_network: Annotated[
        bool, typer.Option("--open-to-network", help=_("Allow an address beyond this machine."))
    ] = False,
) -> None:
    """textual-serve, one process per connection."""
    if host not in ("127.0.0.1", "::1", "localhost") and not open_to_network:
        _fail(
            _(
                "--host {host}: whoever reaches that address can use the desk without a login. "
                "Add --open-to-network if that is what you want."
            ).format(host=host),
            1,
        )
    import shlex

    from textual_serve.server import Server

    words = [sys.executable, "-m", "orderdesk"]
    if _options.database:
        words += ["--database", _options.database]
    typer.echo(_("http://{host}:{port} - no login of its own").format(host=host, port=port))
    Server(shlex.join(words), host=host, port=port, title="orderdesk").serve()
