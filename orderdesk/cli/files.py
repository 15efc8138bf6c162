"""Whole files in and out: the demonstration, registers, calendars, tables, papers, measurements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from orderdesk.cli.base import (
    AsJson,
    DryRun,
    Out,
    WeekText,
    Yes,
    app,
    emit,
    in_terminal,
    offer,
    open_desk,
    progress,
)
from orderdesk.cli.parser import App
from orderdesk.i18n import _, count, language, msg, ngettext

export = App(help=_("Write calendars and tables."))
app.add_typer(export, name="export")


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
    if not headless and not as_json and in_terminal():
        from orderdesk.app import run_demo

        run_demo(seed, language())
        return
    from orderdesk.desk.headless import play_headless

    summary = play_headless(out, seed=seed, progress=progress)
    emit(summary.as_json(), as_json, summary.lines)


@app.command(
    name="import",
    help=_(
        "Read a register as an authority keeps it (CSV or Excel). In a terminal it first shows "
        "what it found and asks. With --events, or when it is a calendar (.ics): an export of the "
        "event system, taken over as changes of known events."
        "\n\nExample: orderdesk import mainz-2022.csv --json"
        "\n\nExample: orderdesk import --events calendar.csv --dry-run"
        "\n\nExample: orderdesk import events.ics --dry-run"
        "\n\nExample: orderdesk import register.xlsx --show"
        "\n\nExample: orderdesk import register.xlsx --map place=Ort --map organiser= --rows 5-40"
    ),
)
def import_(
    file: Annotated[
        Path,
        typer.Argument(help=_("The register: .csv, .tsv, .xlsx, .xls, .ods; events also .ics")),
    ],
    events: Annotated[
        bool, typer.Option("--events", help=_("It is an export of the event system."))
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
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
    year: Annotated[
        int | None,
        typer.Option(min=2000, max=2100, help=_("Year of days that stand without one.")),
    ] = None,
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
    from orderdesk.domain.text import visible

    progress(
        _("reading {file}").format(file=visible(file.name or str(file)))
    )  # before what loads slowly
    from orderdesk.desk import event_calendar, import_choices, importing

    if events or event_calendar.is_calendar(file):
        _only_for_registers(
            {
                "--map": columns, "--header-row": header_row, "--rows": rows, "--year": year,
                "--mapping": mapping, "--keep": keep_mapping, "--sheet": (sheet or [])[1:],
            }
        )  # fmt: skip
        only_look = dry_run or show
        _import_events(
            file,
            sheet[0] if sheet else None,
            dry_run=only_look,
            yes=yes,
            as_json=as_json,
        )
        return
    choices = importing.Choices(
        sheets=tuple(sheet or ()),
        header_rows=import_choices.header_rows(header_row),
        year=year,
        mapping_file=mapping,
        columns=import_choices.columns(columns or ()),
    )
    chosen = import_choices.rows(rows)
    with open_desk() as desk:
        if not (dry_run or show):
            importing.may_import(desk)
        found = importing.preview(desk, file, choices, progress=_slow_progress())
        if keep_mapping is not None:
            importing.write_mapping(found, keep_mapping)
        if show:
            shown = import_choices.Shown(found)
            emit(shown.as_json(), as_json, shown.lines)
            return
        result = importing.dry_run(found, chosen)
        offer(
            result,
            lambda _shown: importing.apply(desk, found, chosen, progress=_slow_progress()),
            dry_run=dry_run, yes=yes, as_json=as_json,
        )  # fmt: skip


def _only_for_registers(options: Mapping[str, object]) -> None:
    """Raises BadInput for an option that says nothing about events, instead of forgetting it."""
    from orderdesk.errors import BadInput

    for name, value in options.items():
        if value:
            raise BadInput(
                name, value if isinstance(value, str | int) else str(value),
                msg("It is for registers: events are read as they stand, one sheet at a time."),
            )  # fmt: skip


def _import_events(
    file: Path, sheet: str | None, *, dry_run: bool, yes: bool, as_json: bool
) -> None:
    from orderdesk.desk import event_import, importing

    with open_desk() as desk:
        if not dry_run:
            importing.may_import(desk)
        found = event_import.preview(desk, file, sheet)
        offer(found, partial(event_import.apply, desk), dry_run=dry_run, yes=yes, as_json=as_json)


def _slow_progress() -> Callable[[str], None]:
    """Steps on the error stream, one a second at most; nothing for what is quick."""
    from time import monotonic

    told = monotonic()

    def tell(step: str) -> None:
        nonlocal told
        if monotonic() - told > 1:
            told = monotonic()
            progress(step)

    return tell


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

    with open_desk() as desk:
        result = publishing.export_calendars(desk, out)
        emit(result.as_json(), as_json, result.lines)


@export.command(
    name="register",
    help=_("Write the register as CSV.\n\nExample: orderdesk export register --out register.csv"),
)
def export_register(
    out: Annotated[Path, typer.Option("--out", help=_("File to write."))] = Path("register.csv"),
    as_json: AsJson = False,
) -> None:
    """The register as a table."""
    from orderdesk.desk import publishing

    with open_desk() as desk:
        rows = publishing.export_register(desk, out)
        emit(
            {"file": str(out), "rows": rows},
            as_json,
            lambda: [
                ngettext("{n} row in {file}", "{n} rows in {file}", rows).format(
                    n=count(rows), file=out
                )
            ],
        )


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

    with open_desk() as desk:
        result = reviews.write(desk, week, out, freeze_now=freeze, editions=editions)
        emit(result.as_json(), as_json, result.lines)


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

    with open_desk(create=False) as desk:
        result = packs.write(desk, out, first, last)
        emit(result.as_json(), as_json, result.lines)


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
        with open_desk(create=False) as desk:
            report = backtesting.backtest_own(desk, split, lag, predictions)
    else:
        mapping = backtesting.read_mapping(column or [])
        report = backtesting.backtest(
            file, mapping, learn_until=split, lag_days=lag, predictions=predictions
        )
    emit(report.as_json(), as_json, lambda: backtesting.table(report).splitlines())
