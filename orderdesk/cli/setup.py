"""Setting a desk up and keeping it lawful: team, weeks, settings, people's data."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from orderdesk.cli.base import (
    AsJson,
    DryRun,
    Sheet,
    WeekText,
    Who,
    Yes,
    app,
    emit,
    in_terminal,
    offer,
    open_desk,
)
from orderdesk.cli.parser import App
from orderdesk.errors import BadInput
from orderdesk.i18n import _, msg

team = App(help=_("The team: people, absences, requests to the roster."))
week = App(help=_("Open weeks: reserve, themes, flex shifts, debts that come along."))
settings = App(help=_("Parameters that this desk sets for itself, with who, when and why."))
privacy = App(help=_("People's data: what is due for destruction, export, erasure."))
app.add_typer(team, name="team")
app.add_typer(week, name="week")
app.add_typer(settings, name="settings")
app.add_typer(privacy, name="privacy")


@app.command(
    name="first",
    help=_("What a new desk needs first, and what of it is done.\n\nExample: orderdesk first"),
)
def first(as_json: AsJson = False) -> None:
    """The first run."""
    from orderdesk.desk.guide import guide

    with open_desk() as desk:
        found = guide(desk)
        emit(found.as_json(), as_json, found.lines)


# --- team -----------------------------------------------------------------------------------------


@team.command(name="list", help=_("Who is in the team.\n\nExample: orderdesk team list"))
def team_list(as_json: AsJson = False) -> None:
    """The team today."""
    from orderdesk.desk import team as people

    with open_desk() as desk:
        seen = people.look(desk)
        emit(seen.as_json(), as_json, seen.lines)


@team.command(
    name="save",
    help=_(
        "Add someone, or change what is given of someone."
        '\n\nExample: orderdesk team save B25 --name "Voorbeeld" --hours 36 --skills "boa, flex"'
    ),
)
def team_save(
    number: Annotated[str, typer.Argument(help=_("Service number; it stays."))],
    name: Annotated[str | None, typer.Option(help=_("Name."))] = None,
    hours: Annotated[str | None, typer.Option(help=_("Contract hours a week."))] = None,
    skills: Annotated[
        str | None, typer.Option(help=_("boa, coordinator, dialogue, traffic, flex"))
    ] = None,
    weekdays: Annotated[
        str | None, typer.Option(help=_("ma-vr, or: di do za; empty: every day"))
    ] = None,
    district: Annotated[str | None, typer.Option(help=_("Home district."))] = None,
    since: Annotated[str | None, typer.Option(help=_("First day in the team."))] = None,
    until: Annotated[str | None, typer.Option(help=_("Last day in the team."))] = None,
    as_json: AsJson = False,
) -> None:
    """One member of the team."""
    from orderdesk.desk import team as people

    given = {
        "id": number, "name": name, "hours": hours, "skills": skills, "weekdays": weekdays,
        "district": district, "since": since, "until": until,
    }  # fmt: skip
    with open_desk() as desk:
        person = people.save_given(desk, {k: v for k, v in given.items() if v is not None})
        emit(
            person.model_dump(mode="json"),
            as_json,
            lambda: [_("saved: {id}").format(id=person.id)],
        )


@team.command(
    name="leave",
    help=_("Someone's last day in the team.\n\nExample: orderdesk team leave B25 --day 31-12-2026"),
)
def team_leave(
    who: Who,
    day: Annotated[str, typer.Option(help=_("Last day; default: today."))] = "",
    as_json: AsJson = False,
) -> None:
    """The last day."""
    from orderdesk.desk import team as people

    with open_desk() as desk:
        person = people.deactivate(desk, who, day)
        emit(
            person.model_dump(mode="json"),
            as_json,
            lambda: [f"{person.id} {people.service_text(person)}"],
        )


@team.command(
    name="import",
    help=_(
        "Take over a staff list (CSV or Excel): number, name, hours, skills, days, district, "
        "from, until. In a terminal it first shows what it found and asks."
        "\n\nExample: orderdesk team import staff.csv"
    ),
)
def team_import(
    file: Annotated[Path, typer.Argument(help=_("The list: .csv, .tsv, .xlsx, .xls, .ods"))],
    dry_run: DryRun = False,
    yes: Yes = False,
    sheet: Sheet = None,
    as_json: AsJson = False,
) -> None:
    """A staff list."""
    from orderdesk.desk import staff

    with open_desk() as desk:
        found = staff.preview(desk, file, sheet=sheet)
        offer(found, partial(staff.take_over, desk), dry_run=dry_run, yes=yes, as_json=as_json)


@team.command(
    name="absence",
    help=_(
        "Someone is away. Sickness is written as other: the cause is never kept."
        "\n\nExample: orderdesk team absence B02 --first 15-06-2026 --last 19-06-2026 --cause leave"
    ),
)
def team_absence(
    who: Who,
    first_day: Annotated[str, typer.Option("--first", help=_("First day."))],
    last_day: Annotated[str, typer.Option("--last", help=_("Last day; default: one day."))] = "",
    cause: Annotated[str, typer.Option(help=_("leave, training or other"))] = "other",
    as_json: AsJson = False,
) -> None:
    """Away."""
    from orderdesk.desk import team as people

    values = {"person": who, "first": first_day, "last": last_day, "cause": cause}
    with open_desk() as desk:
        absence = people.add_absence(desk, values)
        text = f"{absence.person_id} {people.absence_text(desk, absence)}"
        left = people.still_rostered(desk, absence)
        emit(
            {**absence.model_dump(mode="json"), "still_rostered": left},
            as_json,
            lambda: [text, *([left] if left else [])],
        )


@team.command(
    name="calendar",
    help=_(
        "Take over the days off in somebody's own calendar (.ics): whole days that are not marked "
        "as free, never their titles. In a terminal it first shows what it found and asks."
        "\n\nExample: orderdesk team calendar B02 leave.ics --cause leave --dry-run"
    ),
)
def team_calendar(
    who: Who,
    file: Annotated[Path, typer.Argument(help=_("The calendar, .ics."))],
    cause: Annotated[str, typer.Option(help=_("leave, training or other"))] = "other",
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Days off."""
    from orderdesk.desk import away

    with open_desk(create=False) as desk:
        found = away.preview(desk, who, file, cause)
        offer(found, partial(away.take_over, desk), dry_run=dry_run, yes=yes, as_json=as_json)


@team.command(
    name="request",
    help=_(
        "What someone asks of the roster: a day off, or a shift."
        "\n\nExample: orderdesk team request B03 --day 20-06-2026 --weight 5"
    ),
)
def team_request(
    who: Who,
    day: Annotated[str, typer.Option(help=_("Day."))],
    what: Annotated[str, typer.Option(help=_("off, wanted or avoid"))] = "off",
    shift: Annotated[str, typer.Option(help=_("Shift, for wanted and avoid."))] = "",
    weight: Annotated[str, typer.Option(help=_("1 would be nice, 5 matters most."))] = "3",
    as_json: AsJson = False,
) -> None:
    """A request."""
    from orderdesk.desk import team as people

    values = {"person": who, "day": day, "what": what, "shift": shift, "weight": weight}
    with open_desk() as desk:
        request = people.add_request(desk, values)
        emit(
            request.model_dump(mode="json"),
            as_json,
            lambda: [f"{request.person_id} {people.request_text(request)}"],
        )


# --- weeks ----------------------------------------------------------------------------------------


@week.command(
    name="open",
    help=_(
        "Open weeks with a reserve, theme budgets, flex shifts and the debts of a closed week."
        "\n\nExample: orderdesk week open --week 2026-W24 --weeks 4"
    ),
)
def week_open(
    first_week: WeekText = "",
    weeks: Annotated[int, typer.Option(help=_("How many weeks."))] = 1,
    reserve: Annotated[str, typer.Option(help=_("Hours of reserve; default: the share."))] = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Open the ledger."""
    from orderdesk.desk import weeks as opening

    with open_desk() as desk:
        opened = (
            [opening.propose(desk, first_week)]
            if dry_run
            else opening.open_weeks(desk, first_week, weeks, reserve_hours=reserve)
        )
        emit(
            {"weeks": [plan.as_json() for plan in opened], "written": not dry_run},
            as_json,
            lambda: [line for plan in opened for line in plan.lines()],
        )


@week.command(
    name="resize",
    help=_(
        "Add hours to the reserve of an open week, or take free ones off."
        '\n\nExample: orderdesk week resize --hours=-8 --reason "flexdienst vervallen"'
    ),
)
def week_resize(
    hours: Annotated[str, typer.Option(help=_("Hours; with a minus: off."))],
    reason: Annotated[str, typer.Option(help=_("Why."))],
    of_week: WeekText = "",
    as_json: AsJson = False,
) -> None:
    """More or less reserve."""
    from orderdesk.desk import weeks as opening

    with open_desk() as desk:
        found = opening.resize(desk, of_week, hours, reason)
        emit(found.as_json(), as_json, lambda: [found.line()])


# --- settings -------------------------------------------------------------------------------------


@settings.command(
    name="list",
    help=_(
        "What holds here; a star marks what was set locally."
        "\n\nExample: orderdesk settings list reserve"
    ),
)
def settings_list(
    only: Annotated[str, typer.Argument(help=_("Part of a key or name."))] = "",
    checked: Annotated[
        bool, typer.Option("--checked", help=_("Note that you looked through them."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    """All parameters."""
    from orderdesk.desk import settings as local

    with open_desk() as desk:
        if checked:
            local.checked(desk)
        found = local.look(desk, only)
        emit(found.as_json(), as_json, found.lines)


@settings.command(
    name="set",
    help=_(
        "Set a parameter of this desk, or give back what is usual."
        '\n\nExample: orderdesk settings set reserve.share 12% --why "besluit 14 maart"'
    ),
)
def settings_set(
    key: Annotated[str, typer.Argument(help=_("Key, as the list shows it."))],
    value: Annotated[str, typer.Argument(help=_("Value; without one: as usual."))] = "",
    why: Annotated[str, typer.Option(help=_("Why; it is kept."))] = "",
    as_json: AsJson = False,
) -> None:
    """One parameter."""
    from orderdesk.desk import settings as local

    with open_desk() as desk:
        found = local.change(desk, key, value, why)
        emit(found.as_json(), as_json, lambda: [found.line()])


@settings.command(
    name="history",
    help=_("What was changed here, the newest first.\n\nExample: orderdesk settings history term"),
)
def settings_history(
    key: Annotated[str, typer.Argument(help=_("Key; without one: all."))] = "",
    as_json: AsJson = False,
) -> None:
    """Who, when, why."""
    from orderdesk.desk import settings as local

    with open_desk() as desk:
        found = local.history(desk, key)
        emit(
            {"changes": [change.as_json() for change in found]},
            as_json,
            lambda: [change.line() for change in found] or [_("Nothing was changed here.")],
        )


@settings.command(
    name="places",
    help=_(
        "Let a list (CSV or Excel) be the places of this desk; without one the list that came "
        "along holds again."
        '\n\nExample: orderdesk settings places places.csv --centre Centrum --why "eigen stad"'
    ),
)
def settings_places(
    file: Annotated[
        Path | None, typer.Argument(help=_("Name, district, latitude, longitude, capacity, ..."))
    ] = None,
    centre: Annotated[
        str, typer.Option(help=_("District of the centre; default: that of the first row."))
    ] = "",
    why: Annotated[str, typer.Option(help=_("Why; it is kept."))] = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Places of another city."""
    from orderdesk.desk import own_places

    with open_desk() as desk:
        if file is None:
            n = own_places.give_back(desk, why)
            emit({"places": n}, as_json, lambda: [_("{n} places, as usual").format(n=n)])
            return
        found = own_places.preview(file, centre)
        if not dry_run:
            found = own_places.take_over(desk, found, why)
        emit(found.as_json(), as_json, found.lines)


# --- people's data --------------------------------------------------------------------------------


@privacy.command(
    name="list",
    help=_(
        "What is due for destruction this week; with --destroy it goes."
        "\n\nExample: orderdesk privacy list --destroy"
    ),
)
def privacy_list(
    destroy: Annotated[
        bool, typer.Option("--destroy", help=_("Destroy what is due. Can't be undone."))
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("Destroy without asking."))] = False,
    as_json: AsJson = False,
) -> None:
    """The retention list."""
    from orderdesk.desk import privacy as lawful

    if destroy and not yes and not in_terminal():
        raise BadInput("--destroy", "", msg("Nobody can be asked here: add --yes."))
    with open_desk() as desk:
        found = lawful.retention_list(desk)
        if not destroy:
            emit(found.as_json(), as_json, found.lines)
            return
        if not as_json:
            emit({}, False, found.lines)
        if not yes and not typer.confirm(_("Destroy these?"), err=True):
            raise typer.Exit(1)
        n = lawful.destroy(desk, [due.key for due in found.due])
        emit(
            found.as_json() | {"destroyed": n},
            as_json,
            lambda: [_("destroyed: {n}").format(n=n)],
        )


@privacy.command(
    name="export",
    help=_(
        "Everything that is kept of one person, as JSON, for that person."
        '\n\nExample: orderdesk privacy export "Voorbeeld" --out export.json'
    ),
)
def privacy_export(
    who: Who,
    out: Annotated[Path | None, typer.Option("--out", help=_("File to write."))] = None,
    as_json: AsJson = False,
) -> None:
    """One person's data: JSON in any case; with a file, the line says where it stands."""
    from orderdesk.desk import privacy as lawful
    from orderdesk.domain.text import json_text

    with open_desk() as desk:
        found = lawful.export(desk, who)
    if out is None:
        emit(found, True, list)
        return
    lawful.write_private(out, json_text(found))
    emit({"file": str(out)}, as_json, lambda: [str(out)])


@privacy.command(
    name="erase",
    help=_(
        "Erase what is kept of one person who asked for it; counts stay under an id."
        '\n\nExample: orderdesk privacy erase "Voorbeeld" --why "verzoek van 9 juni"'
    ),
)
def privacy_erase(
    who: Who,
    why: Annotated[str, typer.Option(help=_("Who asked for it, and when."))] = "",
    yes: Annotated[bool, typer.Option("--yes", help=_("Erase without asking."))] = False,
    as_json: AsJson = False,
) -> None:
    """Erase one person."""
    from orderdesk.desk import privacy as lawful

    if not yes and not in_terminal():
        raise BadInput("--yes", "", msg("Nobody can be asked here: add --yes."))
    with open_desk() as desk:
        if not yes and not typer.confirm(_("Erase this? It can't be undone."), err=True):
            raise typer.Exit(1)
        erased = lawful.erase(desk, who, why)
        emit(erased.as_json(), as_json, erased.lines)
