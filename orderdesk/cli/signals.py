"""Signals by command: the board, one written down, a list taken over."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from orderdesk.cli.base import AsJson, DryRun, Sheet, Yes, app, emit, offer, open_desk
from orderdesk.cli.parser import App
from orderdesk.i18n import _

signals_app = App(
    help=_(
        "Signals: what was seen in a district, in which week, how sure. Never who. Without a "
        "command: the board, with the points of each district, which are silent, and every signal."
        "\n\nExample: orderdesk signals --json"
    )
)
app.add_typer(signals_app, name="signals")


@signals_app.callback(invoke_without_command=True)
def board(context: typer.Context, as_json: AsJson = False) -> None:
    """The board as it stands."""
    from orderdesk.desk import signals

    if context.invoked_subcommand is not None:
        return
    with open_desk(create=False) as desk:
        found = signals.look(desk)
        emit(found.as_json(), as_json, found.lines)


@signals_app.command(
    name="add",
    help=_(
        "Write down a signal. A name, address, number or account is refused, and it is said what "
        "may be written instead."
        "\n\nExample: orderdesk signals add --district Centrum --phase 2 --evidenced yes "
        '--source area_staff --sure A --text "twee teams melden oplopende spanning op het plein"'
    ),
)
def signals_add(
    district: Annotated[str, typer.Option(help=_("District."))],
    phase: Annotated[
        str,
        typer.Option(help=_("1 simmering discontent, 2 rising tension, 3 escalation, 4 aftermath")),
    ],
    evidenced: Annotated[
        str, typer.Option(help=_("yes or no: whether something concrete was seen."))
    ],
    source: Annotated[
        str,
        typer.Option(
            help=_("area_staff, police, school, welfare, public_news, residents or other_authority")
        ),
    ],
    sure: Annotated[str, typer.Option(help=_("A confirmed, B plausible, C unverified."))] = "B",
    text: Annotated[str, typer.Option(help=_("What was seen: where, when, what; never who."))] = "",
    day: Annotated[str, typer.Option(help=_("Day as people say it; default: today."))] = "",
    as_json: AsJson = False,
) -> None:
    """One signal."""
    from orderdesk.desk import signals

    values = {
        "district": district, "phase": phase, "evidenced": evidenced, "source_type": source,
        "reliability": sure, "text": text, "observed": day,
    }  # fmt: skip
    with open_desk(create=False) as desk:
        made = signals.enter(desk, values)
        emit(made.model_dump(mode="json"), as_json, lambda: [signals.signal_line(made), made.id])


@signals_app.command(
    name="import",
    help=_(
        "Take over a list of signals (CSV or Excel): text, district, phase, evidenced, source, "
        "reliability, day. In a terminal it first shows what it found and asks."
        "\n\nExample: orderdesk signals import signals.csv --dry-run"
    ),
)
def signals_import(
    file: Annotated[Path, typer.Argument(help=_("The list: .csv, .tsv, .xlsx, .xls, .ods"))],
    dry_run: DryRun = False,
    yes: Yes = False,
    sheet: Sheet = None,
    as_json: AsJson = False,
) -> None:
    """A list of signals."""
    from orderdesk.desk import signal_import

    with open_desk(create=False) as desk:
        found = signal_import.preview(desk, file, sheet=sheet)
        offer(
            found, partial(signal_import.take_over, desk), dry_run=dry_run, yes=yes, as_json=as_json
        )


@signals_app.command(
    name="withdraw",
    help=_(
        "Take a signal back that was a mistake; its id stands in the list."
        "\n\nExample: orderdesk signals withdraw 3f9a12c0"
    ),
)
def signals_withdraw(
    id: Annotated[str, typer.Argument(help=_("Id of the signal."))], as_json: AsJson = False
) -> None:
    """A mistake."""
    from orderdesk.desk import signals

    with open_desk(create=False) as desk:
        signals.withdraw(desk, id)
        emit({"id": id, "withdrawn": True}, as_json, lambda: [_("withdrawn")])
