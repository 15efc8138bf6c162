"""Capacity, the decisions asked, and the lists of decisions and actions: sections 5 to 7."""

from __future__ import annotations

from itertools import chain

from orderdesk.domain.time import local
from orderdesk.i18n import _, ngettext
from orderdesk.papers import say
from orderdesk.papers.model import (
    Block,
    Box,
    Column,
    Facts,
    Items,
    Paragraph,
    Run,
    Section,
    Table,
    Tile,
    Tiles,
    Tone,
)
from orderdesk.papers.review.words import REQUEST_STATES, View, nothing
from orderdesk.papers.review_data import DecisionAsked, Request, RequestState


def reserve_tiles(view: View) -> Tiles:
    """The reserve of the week in seven figures, in hours."""
    c = view.data.capacity
    due = _("due {day}").format(day=say.day(c.owed_due)) if c.owed_due else ""
    tiles = [
        (_("Reserve"), c.reserve, "", Tone.PLAIN),
        (_("Used"), c.used, "", Tone.PLAIN),
        (_("Given back"), c.given_back, "", Tone.PLAIN),
        (_("Committed"), c.committed, "", Tone.PLAIN),
        (_("Free"), c.free, "", Tone.GOOD if c.free.value else Tone.RED),
        (_("Owed"), c.owed, due, Tone.AMBER if c.owed.value else Tone.PLAIN),
        (_("Still to borrow"), c.to_borrow, "", Tone.PLAIN),
    ]
    return Tiles(
        tiles=tuple(
            Tile(
                label=label,
                value=Run(text=say.hours(f.value), trace=f.records, tone=tone),
                note=note,
            )
            for label, f, note, tone in tiles
        )
    )


def capacity(view: View) -> list[Block]:
    """Hours on contract and plannable, the reserve, the themes, what the roster asks of people."""
    c = view.data.capacity
    base = _("In hours. On contract {contract}, away {away}, plannable {plannable}.").format(
        contract=say.hours(c.contract.value),
        away=say.hours(c.away.value),
        plannable=say.hours(c.plannable.value),
    )
    trace = (*c.contract.records, *c.away.records, *c.plannable.records)
    columns = (
        Column(title=_("Theme hours"), weight=5),
        Column(title=_("Budget"), numeric=True, weight=1),
        Column(title=_("Borrowed"), numeric=True, weight=1),
        Column(title=_("Paid back"), numeric=True, weight=1),
        Column(title=_("Owed"), numeric=True, weight=1),
    )
    figures = [(t.budget, t.borrowed, t.paid_back, t.owed) for t in c.themes]
    written = say.hours_column(figure.value for row in figures for figure in row)
    cells = [
        say.run(text, *figure.records)
        for text, figure in zip(written, chain.from_iterable(figures), strict=True)
    ]
    rows = tuple(
        (say.run(theme.name or theme.key), *cells[4 * n : 4 * n + 4])
        for n, theme in enumerate(c.themes)
    )
    burden = _(
        "Roster: {changed} changes of hours or day, {tasks} changes of task within a shift, "
        "{cancelled} days off cancelled, {moved} moved."
    ).format(
        changed=c.changed_hours.value,
        tasks=c.changed_tasks.value,
        cancelled=c.days_off_cancelled.value,
        moved=c.days_off_moved.value,
    )
    counts = (c.changed_hours, c.changed_tasks, c.days_off_cancelled, c.days_off_moved)
    blocks: list[Block] = [
        Paragraph(runs=say.run(base, *dict.fromkeys(trace))),
        reserve_tiles(view),
        Table(columns=columns, rows=rows, empty=_("No theme hours are budgeted.")),
        Paragraph(runs=say.run(burden, *dict.fromkeys(r for f in counts for r in f.records))),
    ]
    if c.requests:
        blocks.append(Items(items=tuple(map(_request_line, c.requests))))
    if c.note:
        blocks.append(Paragraph(runs=say.run(c.note)))
    return blocks


def _request_line(request: Request) -> tuple[Run, ...]:
    tone = {RequestState.CONFIRMED: Tone.GOOD, RequestState.REFUSED: Tone.RED}.get(
        request.state, Tone.AMBER
    )
    what = _("{who}: {what}, {n} h").format(
        who=request.of, what=request.what, n=say.hours(request.minutes.value)
    )
    return (
        Run(text=what, trace=request.minutes.records),
        say.badge(_(REQUEST_STATES[request.state]), tone),
        *((Run(text=_("due {day}").format(day=say.moment(request.due))),) if request.due else ()),
    )


def asked_intro(view: View) -> list[Block]:
    """What stands under the heading before the decisions asked."""
    return [] if view.data.asked else [nothing()]


def decision_section(view: View, asked: DecisionAsked) -> Section:
    """One decision that is asked: its basis, the options with their price, the proposed text."""
    options = tuple(
        (
            Run(text=option.text),
            *((Run(text=f"({option.price})", tone=Tone.QUIET),) if option.price else ()),
        )
        for option in asked.options
    )
    return Section(
        title=f"{asked.key} {asked.title}",
        level=2,
        keep=True,
        blocks=(
            Facts(
                facts=(
                    say.fact(_("Legal basis"), asked.legal_basis, *asked.records),
                    say.fact(_("Owner"), view.name(asked.owner)),
                )
            ),
            Items(items=options, numbered=True),
            Box(title=_("Proposed text"), text=asked.proposed_text),
        ),
    )


def lists(view: View) -> list[Block]:
    """What was decided since the last meeting, and the actions that are open."""
    taken = Table(
        columns=(
            Column(title=_("Decision")),
            Column(title=_("What was decided"), weight=6),
            Column(title=_("By"), weight=2),
            Column(title=_("Legal basis"), weight=2),
            Column(title=_("Day")),
        ),
        rows=tuple(
            (
                say.strong(d.key),
                say.run(d.text, *d.records),
                say.run(view.name(d.by)),
                say.run(d.legal_basis or "–"),
                say.run(say.day(d.day)),
            )
            for d in view.data.taken
        ),
        empty=_("No decisions since the last meeting."),
    )
    today = local(view.data.known_at).date()
    actions = Table(
        columns=(
            Column(title=_("Action")),
            Column(title=_("What"), weight=6),
            Column(title=_("Who"), weight=2),
            Column(title=_("Due")),
            Column(title=_("Status"), weight=2),
        ),
        rows=tuple(
            (
                say.strong(a.key),
                say.run(a.what, *a.records),
                say.run(view.name(a.who)),
                say.run(say.day(a.due)),
                (_action_status(a.done is not None, (today - a.due).days),),
            )
            for a in view.data.actions
        ),
        empty=_("No open actions."),
    )
    return [taken, actions]


def _action_status(done: bool, days_late: int) -> Run:
    if done:
        return Run(text=_("done"), tone=Tone.GOOD)
    if days_late > 0:
        text = ngettext("{n} day overdue", "{n} days overdue", days_late)
        return say.badge(text.format(n=days_late))
    return Run(text=_("open"))
