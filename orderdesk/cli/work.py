"""The desk's daily work by command: register, score, plan, roster, an incident, the call list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from orderdesk.cli.base import AsJson, DryRun, WeekText, Who, app, emit, open_desk, progress
from orderdesk.cli.parser import App
from orderdesk.i18n import _, ngettext

if TYPE_CHECKING:
    from orderdesk.roster.search import Progress

incident_app = App()
app.add_typer(incident_app, name="incident")
oncall_app = App(help=_("Being on call: who, from when until when, within working-time law."))
app.add_typer(oncall_app, name="oncall")


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
    with open_desk() as desk:
        result = intake.register(desk, values)
        emit(result.as_json(), as_json, result.lines)


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

    with open_desk() as desk:
        result = (
            scoring.neutrality(desk, number)
            if neutral
            else scoring.explain_number(desk, number, version=version)
            if number
            else scoring.coming(desk)
        )
        emit(result.as_json(), as_json, result.lines)


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

    with open_desk() as desk:
        if not accept:
            found = learning.waiting(desk)
            emit(found.as_json(), as_json, found.lines)
            return
        version = learning.accept(
            desk, Actor(name=by, role=Role.LEAD), weights_read=weights, reason=reason
        )
        emit(
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

    with open_desk() as desk:
        result = capacity.week_plan(desk, week)
        emit(result.as_json(), as_json, result.lines)


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

    with open_desk() as desk:
        result = strengths.strength_of(desk, day)
        emit(result.as_json(), as_json, result.lines)


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

    with open_desk() as desk:
        result = forecasting.forecast(desk, weeks)
        emit(result.as_json(), as_json, result.lines)


@app.command(
    name="what-if",
    help=_(
        "Lay a gathering and absences over the real week: strength, waterline, ways out with their "
        "price. Nothing is planned or booked."
        '\n\nExample: orderdesk what-if --where "Mosae Forum" --when "zo 14 jun 15:00-17:00" '
        "--how-many 300 --absent 2"
    ),
)
def what_if(
    where: Annotated[str, typer.Option(help=_("Place."))],
    when: Annotated[str, typer.Option(help=_("Day, start and end as people say them."))],
    how_many: Annotated[str, typer.Option(help=_("Number, or a range: 80-220."))],
    absent: Annotated[str, typer.Option(help=_("Service numbers, or how many."))] = "",
    risk_class: Annotated[
        str, typer.Option("--class", help=_("laag, midden or hoog; default: as the score says."))
    ] = "",
    annex: Annotated[
        bool, typer.Option("--annex", help=_("Keep the answer as annex to the sheet."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    """A question to the real week."""
    from orderdesk.desk import whatif

    values = {"where": where, "when": when, "how_many": how_many, "absent": absent,
              "class": risk_class}  # fmt: skip
    with open_desk(create=False) as desk:
        result = whatif.ask(desk, values)
        if annex:
            whatif.keep(desk, result)
        emit(result.as_json(), as_json, result.lines)


@app.command(
    help=_(
        "Roster weeks by law and fairness, as a proposal; with --publish it becomes the roster."
        " A warning of the law needs a --reason."
        "\n\nExample: orderdesk roster --week 2026-W28 --weeks 4 --seconds 20 --publish"
    )
)
def roster(
    week: WeekText = "",
    weeks: Annotated[int, typer.Option(min=1, max=16, help=_("How many weeks."))] = 4,
    seconds: Annotated[float, typer.Option(min=1, max=3600, help=_("Time to search."))] = 20,
    publish: Annotated[
        bool, typer.Option("--publish", help=_("Publish it, if no rule is broken."))
    ] = False,
    reason: Annotated[
        str, typer.Option("--reason", help=_("Why it is published though the law warns."))
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Four weeks for the team."""
    from dataclasses import replace

    from orderdesk.desk.rostering import making
    from orderdesk.roster.search import Effort

    with open_desk() as desk:
        result = making.propose(
            desk, week, weeks, Effort(seconds=seconds), progress=_every_second(making.progress_line)
        )
        if publish:
            result = replace(result, published=making.publish(desk, reason))
        emit(result.as_json(), as_json, result.lines)


@oncall_app.command(
    name="list", help=_("Who is on call, now and later.\n\nExample: orderdesk oncall list")
)
def oncall_list(as_json: AsJson = False) -> None:
    """Who is on call."""
    from orderdesk.desk.rostering import oncall

    with open_desk(create=False) as desk:
        found = oncall.coming(desk)
        emit(found.as_json(), as_json, found.lines)


@oncall_app.command(
    name="add",
    help=_(
        "Someone is on call; refused where working-time law forbids it. A warning needs a --reason."
        '\n\nExample: orderdesk oncall add B07 --from "vr 12 jun 17:00" --until "ma 15 jun 07:00"'
    ),
)
def oncall_add(
    who: Who,
    start: Annotated[str, typer.Option("--from", help=_("Day and time."))],
    end: Annotated[str, typer.Option("--until", help=_("Day and time."))],
    reason: Annotated[str, typer.Option(help=_("Why, where the law warns."))] = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """A spell of being on call."""
    from orderdesk.desk.rostering import oncall

    values = {"person": who, "start": start, "end": end, "reason": reason}
    with open_desk(create=False) as desk:
        looked = oncall.look(desk, values) if dry_run else oncall.enter(desk, values)
        emit(looked.as_json(), as_json, looked.lines)


@oncall_app.command(
    name="remove",
    help=_(
        "Take away the spell that touches a day."
        '\n\nExample: orderdesk oncall remove B07 --day "12 jun"'
    ),
)
def oncall_remove(
    who: Who,
    day: Annotated[str, typer.Option(help=_("A day of the spell."))],
    as_json: AsJson = False,
) -> None:
    """No longer on call."""
    from orderdesk.desk.rostering import oncall

    with open_desk(create=False) as desk:
        gone = oncall.take_away(desk, who, day)
        emit(gone.as_json(), as_json, gone.lines)


def _every_second(say: Callable[[Progress], str]) -> Callable[[Progress], None]:
    """Hears of progress from any thread, and tells of it once a second."""
    told = [monotonic()]

    def hear(step: Progress) -> None:
        if monotonic() - told[0] >= 1:
            told[0] = monotonic()
            progress(say(step))

    return hear


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
    with open_desk() as desk:
        result = incidents.report(desk, values)
        emit(result.as_json(), as_json, result.lines)


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
    as_json: AsJson = False,
) -> None:
    """A log that travels."""
    from orderdesk.desk import logfile, scoring

    with open_desk(create=False) as desk:
        case = scoring.case_numbered(desk, number)
        n = logfile.export_log(desk, case.id, out)
    emit(
        {"number": case.number, "file": str(out), "lines": n},
        as_json,
        lambda: [ngettext("{n} line in {file}", "{n} lines in {file}", n).format(n=n, file=out)],
    )


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

    with open_desk(create=False) as desk:
        log = logfile.read_log(file)
        result = logfile.merge(desk, log, into)
        for pick in choose or []:
            about, _equals, line = pick.partition("=")
            logfile.choose(desk, result.case.id, about, line)
        if choose:
            result = logfile.merge(desk, log, into)
        emit(result.as_json(), as_json, result.text)


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

    with open_desk(create=False) as desk:
        if told:
            receipts.tick_person(desk, told)
        found = receipts.sheet(desk)
        emit(found.as_json(), as_json, found.lines)
