"""The planner's answers by command: leave, call-offs, worked hours, police, weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orderdesk.cli.base import AsJson, DryRun, WeekText, Who, app, emit, open_desk
from orderdesk.cli.parser import App
from orderdesk.cli.setup import week
from orderdesk.i18n import _

if TYPE_CHECKING:
    from orderdesk.desk.core import Desk
    from orderdesk.domain.time import Week

leave_app = App(help=_("Requests for leave: what is known of the day, and the answer."))
call_off_app = App(help=_("Called off or moved: the case, and the hours that come free."))
worked_app = App(help=_("Hours worked: what was planned, what was worked, and why they differ."))
police_app = App(help=_("Help of the police: asked by unit, at their own cost."))
app.add_typer(leave_app, name="leave")
app.add_typer(call_off_app, name="call-off")
app.add_typer(worked_app, name="worked")
app.add_typer(police_app, name="police")

Number = Annotated[str, typer.Argument(help=_("Number of the case."))]
DayText = Annotated[str, typer.Option("--day", help=_("Day as people say it."))]
PastDay = Annotated[str, typer.Option("--day", help=_("Day as people say it; default: yesterday."))]


def _week(desk: Desk, text: str) -> Week:
    from orderdesk.desk.forecasting import read_week
    from orderdesk.domain.time import Week

    return read_week(desk, text) if text else Week.of(desk.now)


# --- leave ----------------------------------------------------------------------------------------


@leave_app.command(
    name="list",
    help=_(
        "Answers given for days to come; those to look at again first."
        "\n\nExample: orderdesk leave list"
    ),
)
def leave_list(as_json: AsJson = False) -> None:
    """What was answered."""
    from orderdesk.desk import leave

    with open_desk(create=False) as desk:
        found = leave.answers(desk)
        emit(
            {"answers": [one.as_json() for one in found]},
            as_json,
            lambda: [one.line() for one in found] or [_("No leave was answered for days to come.")],
        )


@leave_app.command(
    name="look",
    help=_(
        "What is known of that day, and of no other, before leave is answered."
        '\n\nExample: orderdesk leave look B07 --day "25 jun"'
    ),
)
def leave_look(who: Who, day: DayText, as_json: AsJson = False) -> None:
    """The day that was asked for."""
    from orderdesk.desk import leave

    with open_desk(create=False) as desk:
        found = leave.look(desk, who, leave.read_day(desk, day))
        emit(found.as_json(), as_json, found.lines)


@leave_app.command(
    name="answer",
    help=_(
        "Answer a request for leave; granted leave takes the shift of that day off the roster."
        '\n\nExample: orderdesk leave answer B07 --day "25 jun" --answer granted'
    ),
)
def leave_answer(
    who: Who,
    day: DayText,
    answer: Annotated[str, typer.Option(help=_("granted or refused"))],
    as_json: AsJson = False,
) -> None:
    """Granted or refused."""
    from orderdesk.desk import leave

    with open_desk(create=False) as desk:
        id = leave.answer(desk, {"who": who, "day": day, "answer": answer})
        given = leave.answer_of(desk, id)
        emit(given.as_json(), as_json, lambda: [given.line()])


# --- call-offs ------------------------------------------------------------------------------------


@call_off_app.command(
    name="case",
    help=_(
        "A case is called off, or moved with --to; its hours come free."
        '\n\nExample: orderdesk call-off case D-2026-041 --to "do 25 jun 17:30"'
    ),
)
def call_off_case(
    number: Number,
    to: Annotated[str, typer.Option("--to", help=_("New moment; empty: called off."))] = "",
    as_json: AsJson = False,
) -> None:
    """Called off or moved."""
    from orderdesk.desk import closing, ripples, scoring

    with open_desk(create=False) as desk:
        case = scoring.case_numbered(desk, number)
        new = closing.move(desk, case.id, to).new.number if to.strip() else None
        if new is None:
            closing.call_off(desk, case.id)
        free = [one for one in ripples.pending(desk) if one.case.id == case.id]
        emit(
            {"number": case.number, "moved_to": new, "free": [one.as_json() for one in free]},
            as_json,
            lambda: [
                _("{number}: moved, goes on as {new}").format(number=case.number, new=new)
                if new
                else _("{number}: called off").format(number=case.number),
                *(line for one in free for line in one.lines()),
            ],
        )


@call_off_app.command(
    name="list",
    help=_(
        "Call-offs whose free hours the planner has not answered yet."
        "\n\nExample: orderdesk call-off list"
    ),
)
def call_off_list(as_json: AsJson = False) -> None:
    """What waits for an answer."""
    from orderdesk.desk import ripples

    with open_desk(create=False) as desk:
        found = ripples.pending(desk)
        emit(
            {"waiting": [one.as_json() for one in found]},
            as_json,
            lambda: [line for one in found for line in one.lines()] or [_("Nothing waits.")],
        )


@call_off_app.command(
    name="answer",
    help=_(
        "Answer a call-off: the free hours stay in reserve, or with --pay-back what was proposed is"
        " planned back to the theme."
        "\n\nExample: orderdesk call-off answer D-2026-041 --pay-back"
    ),
)
def call_off_answer(
    number: Number,
    pay_back: Annotated[
        bool, typer.Option("--pay-back", help=_("Plan the pay-back that was proposed."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Free hours find a place."""
    from orderdesk.desk import ripples
    from orderdesk.desk.words import hours

    with open_desk(create=False) as desk:
        found = ripples.waiting_for(desk, number)
        planned = ripples.answer(desk, found.seq, pay_back)
        emit(
            found.as_json() | {"pay_back_planned": planned / 60},
            as_json,
            lambda: [
                _("{number}: {n} h planned back, {rest} h stay in reserve").format(
                    number=found.case.number, n=hours(planned), rest=hours(found.freed - planned)
                )
            ],
        )


# --- hours worked ---------------------------------------------------------------------------------


@worked_app.command(
    name="show",
    help=_('Planned and worked hours of a day.\n\nExample: orderdesk worked show --day "9 jun"'),
)
def worked_show(day: PastDay = "", as_json: AsJson = False) -> None:
    """A day as booked."""
    from orderdesk.desk import worked

    with open_desk(create=False) as desk:
        found = worked.day_hours(desk, worked.read_day(desk, day))
        emit(found.as_json(), as_json, found.lines)


@worked_app.command(
    name="correct",
    help=_(
        "Somebody worked otherwise than planned: counter-lines in the ledger, with the reason."
        '\n\nExample: orderdesk worked correct B21 --day "9 jun" --hours 2,5 --why relieved_early'
    ),
)
def worked_correct(
    who: Who,
    hours: Annotated[str, typer.Option(help=_("Hours worked there in all."))],
    why: Annotated[str, typer.Option(help=_("relieved_early, ran_late, not_needed or other_task"))],
    day: PastDay = "",
    number: Annotated[
        str, typer.Option(help=_("Number of the case; only after two deployments that day."))
    ] = "",
    by: Annotated[
        str, typer.Option(help=_("Name of the team lead; only for more theme hours."))
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Hours put right."""
    from orderdesk.desk import worked

    values = {"who": who, "hours": hours, "why": why, "number": number, "by": by}
    with open_desk(create=False) as desk:
        that_day = worked.read_day(desk, day)
        worked.put_right(desk, that_day, values)
        found = worked.day_hours(desk, that_day)
        emit(found.as_json(), as_json, found.lines)


@worked_app.command(
    name="confirm",
    help=_(
        'The hours of a day are as they stand.\n\nExample: orderdesk worked confirm --day "9 jun"'
    ),
)
def worked_confirm(day: PastDay = "", as_json: AsJson = False) -> None:
    """A day confirmed."""
    from orderdesk.desk import worked

    with open_desk(create=False) as desk:
        found = worked.confirm(desk, worked.read_day(desk, day))
        emit(found.as_json(), as_json, found.lines)


# --- police ---------------------------------------------------------------------------------------


@police_app.command(
    name="list",
    help=_(
        "What was asked of the police for the cases of a week, and how far it is."
        "\n\nExample: orderdesk police list --week 2026-W24"
    ),
)
def police_list(of_week: WeekText = "", as_json: AsJson = False) -> None:
    """Requests of a week."""
    from orderdesk.desk import assistance

    with open_desk(create=False) as desk:
        found = assistance.requests(desk, _week(desk, of_week))
        emit(
            {"requests": [one.as_json() for one in found]},
            as_json,
            lambda: [one.line() for one in found] or [_("Nothing was asked of the police.")],
        )


@police_app.command(
    name="ask",
    help=_(
        "Ask the police for units; asked is not confirmed. Prints the text that can be sent."
        "\n\nExample: orderdesk police ask D-2026-043 --unit section"
    ),
)
def police_ask(
    number: Number,
    unit: Annotated[str, typer.Option(help=_("group, section or platoon"))],
    count: Annotated[str, typer.Option(help=_("How many units."))] = "1",
    step: Annotated[
        str, typer.Option(help=_("Step of the ladder; default: the next that wasn't asked."))
    ] = "",
    as_json: AsJson = False,
) -> None:
    """A request to the police."""
    from orderdesk.desk import assistance, scoring

    with open_desk(create=False) as desk:
        case = scoring.case_numbered(desk, number)
        made = assistance.ask_police(desk, case.id, unit, count, step)
        text = assistance.text_block(desk, made)
        emit(made.as_json() | {"text": text}, as_json, text.splitlines)


@police_app.command(
    name="answer",
    help=_(
        "The police answered what was last asked for a case."
        "\n\nExample: orderdesk police answer D-2026-043 --answer confirmed"
    ),
)
def police_answer(
    number: Number,
    answer: Annotated[str, typer.Option(help=_("confirmed or refused"))],
    as_json: AsJson = False,
) -> None:
    """The answer of the police."""
    from orderdesk.desk import assistance, scoring

    with open_desk(create=False) as desk:
        case = scoring.case_numbered(desk, number)
        given = assistance.answer_case(desk, case.id, answer)
        emit(given.as_json(), as_json, lambda: [given.line()])


# --- weeks ----------------------------------------------------------------------------------------


@week.command(
    name="move-flex",
    help=_(
        "Move flex shifts between two weeks that haven't begun, as far as the law lets them go."
        '\n\nExample: orderdesk week move-flex --from W25 --to W26 --shifts 2 --reason "drukte"'
    ),
)
def week_move_flex(
    give: Annotated[str, typer.Option("--from", help=_("Week that gives."))],
    get: Annotated[str, typer.Option("--to", help=_("Week that gets."))],
    reason: Annotated[str, typer.Option(help=_("Why."))],
    shifts: Annotated[int, typer.Option(min=1, max=99, help=_("How many shifts."))] = 1,
    as_json: AsJson = False,
) -> None:
    """Reserve where it is needed more."""
    from orderdesk.desk import forecasting

    with open_desk(create=False) as desk:
        weeks = (_week(desk, give), _week(desk, get))
        moved = forecasting.move_flex(desk, *weeks, shifts, reason)
        emit(moved.as_json(), as_json, lambda: [moved.line()])


@week.command(
    name="close",
    help=_(
        "Close a week that is over: its sums proven, its debts planned in the next. With --dry-run"
        " only the proof."
        "\n\nExample: orderdesk week close --week 2026-W24"
    ),
)
def week_close(
    of_week: Annotated[
        str, typer.Option("--week", help=_("As 2026-W24; default: the week before this one."))
    ] = "",
    owe_on: Annotated[
        bool, typer.Option("--owe-on", help=_("Don't plan the pay-back of what is owed yet."))
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """A week proven and closed."""
    from orderdesk.desk import week_close as closing
    from orderdesk.domain.time import Week

    with open_desk(create=False) as desk:
        chosen = _week(desk, of_week) if of_week else Week.of(desk.now).shift(-1)
        proof = closing.proof(desk, chosen)
        if dry_run:
            emit(proof.as_json() | {"closed": False}, as_json, proof.lines)
            return
        done = closing.close(desk, chosen, pay_back=not owe_on)
        emit(proof.as_json() | done.as_json(), as_json, lambda: [*proof.lines(), done.line()])
