"""Look back, the days ahead, conflicts and polarisation: sections 1 to 4 of the review."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from orderdesk.domain.events import Incident
from orderdesk.domain.law import TermStatus
from orderdesk.i18n import _, figure, ngettext
from orderdesk.papers import say
from orderdesk.papers.model import Block, Box, Column, Items, Paragraph, Run, Table, Tone
from orderdesk.papers.review.words import (
    INCIDENTS,
    KEPT,
    PHASES,
    SURENESS,
    TERMS,
    View,
    class_runs,
    not_yet_named,
    nothing,
    number,
    override_text,
)
from orderdesk.papers.review_data import Ahead, DistrictPicture, Figure, LookBack

_MOST_FLAGS = 3  # more beside a heading are not read one by one


def look_back(view: View) -> list[Block]:
    """What took place last week: turnout, incidents and hours, planned beside actual."""
    rows = view.data.look_back
    columns = (
        Column(title=_("Case")),
        Column(title=_("When and where"), weight=6),
        Column(title=_("Turnout\nplanned"), numeric=True),
        Column(title=_("\nactual"), numeric=True),
        Column(title=_("Incidents")),
        Column(title=_("Hours\nplanned"), numeric=True),
        Column(title=_("\nused"), numeric=True),
        Column(title=_("Conditions")),
    )
    planned = _hours_column([row.planned_minutes for row in rows])
    used = _hours_column([row.used_minutes for row in rows])
    return [
        Table(
            columns=columns,
            rows=tuple(map(_look_back_row, rows, planned, used)),
            empty=_("Nothing took place last week."),
        )
    ]


def _look_back_row(
    row: LookBack, planned: tuple[Run, ...], used: tuple[Run, ...]
) -> tuple[tuple[Run, ...], ...]:
    actual = number(row.actual) if row.actual else (say.badge(_("not reported")),)
    kept = _(KEPT[row.conditions_kept]) if row.conditions_kept in KEPT else "–"
    return (
        say.strong(row.key),
        say.run(f"{say.span(row.span)}, {row.place}", *row.records),
        number(row.planned) if row.planned else say.run("–"),
        actual,
        _incident(row.incident),
        planned,
        used,
        say.run(kept),
    )


def turnout_flags(view: View) -> tuple[Run, ...]:
    """Turnouts of last week that nobody reported; many as a number, the table names them."""
    silent = [row for row in view.data.look_back if row.actual is None]
    if len(silent) > _MOST_FLAGS:
        return (say.badge(_("turnout of {n} cases not reported").format(n=len(silent))),)
    return tuple(say.badge(_("turnout {case} not reported").format(case=row.key)) for row in silent)


def ahead(view: View, only: Iterable[Ahead] | None = None) -> list[Block]:
    """What is announced for the days ahead (or only these cases)."""
    known = view.seen_from
    until = known + timedelta(days=view.rules.days_ahead)
    chosen = view.data.ahead if only is None else tuple(only)
    rows = [a for a in chosen if a.span is None or (known <= a.span.end and a.span.start < until)]
    columns = (
        Column(title=_("Case")),
        Column(title=_("When and where"), weight=6),
        Column(title=_("Expected"), numeric=True),
        Column(title=_("Class")),
        Column(title=_("Notified"), weight=2),
        Column(title=_("Open"), weight=3),
    )
    return [
        Table(
            columns=columns,
            rows=tuple(_ahead_row(row) for row in rows),
            empty=_("Nothing is announced."),
        )
    ]


def _ahead_row(row: Ahead) -> tuple[tuple[Run, ...], ...]:
    place = ", ".join(filter(None, [say.span(row.span), row.place, str(row.form)]))
    late = row.term is TermStatus.LATE
    term = _(TERMS[row.term])
    if late and row.deadline:
        term = _("late (due {moment})").format(moment=say.moment(row.deadline))
    open_points = "; ".join(map(str, row.open_points))
    status = (say.badge(row.status),) if row.status else ()
    return (
        say.strong(row.key),
        say.run(place, *row.records),
        number(row.expected) if row.expected else say.run(_("unknown")),
        class_runs(row.advised_class, row.decided_class, row.override),
        say.run(term, tone=Tone.AMBER if late else Tone.PLAIN),
        (
            *status,
            Run(text=open_points or "–", tone=Tone.AMBER if open_points else Tone.QUIET),
        ),
    )


def estimate_flags(view: View) -> tuple[Run, ...]:
    """Estimates for the days ahead that nobody has confirmed lately."""
    flags: list[Run] = []
    for row in view.data.ahead:
        if row.expected is None or row.estimated_at is None or not _askable(view, row):
            continue
        if say.days_old(row.estimated_at, view.seen_from) > view.rules.estimate_old_after_days:
            text = _("number expected at {case} is from {day}: ask again")
            flags.append(say.badge(text.format(case=row.key, day=say.day(row.estimated_at))))
    return tuple(flags)


def _askable(view: View, row: Ahead) -> bool:
    """Whether a newer number can be expected: not long before, and never once it has begun."""
    within = timedelta(days=view.rules.estimate_counts_within_days)
    return (
        row.span is not None
        and row.span.start > view.data.known_at
        and row.span.start - view.seen_from <= within
    )


def overrides(view: View) -> list[Block]:
    """Each class that a person set against the advice, by name and motive."""
    return [
        Paragraph(runs=(Run(text=override_text(view, row.key, row.override)),))
        for row in view.data.ahead
        if row.override
    ]


def base_rate(view: View) -> Iterator[Block]:
    """How many incidents a year of such gatherings is expected to see."""
    year, share = view.data.year, view.rules.incident_share
    if not year.demonstrations.value:
        return
    expected = figure(year.demonstrations.value * share, ".1f")
    text = _(
        "Of {n} demonstrations this year {expected} are expected to see an incident "
        "({share:.0%}); {high} are classed high. Classes are advice; a person decides."
    )
    yield Paragraph(
        runs=(
            Run(
                text=text.format(
                    n=year.demonstrations.value,
                    expected=expected,
                    share=share,
                    high=year.classed_high.value,
                ),
                trace=tuple(
                    dict.fromkeys((*year.demonstrations.records, *year.classed_high.records))
                ),
                tone=Tone.QUIET,
            ),
        )
    )


def clashes(view: View) -> list[Block]:
    """Gatherings that meet in place and time, and what is proposed."""
    if not view.data.clashes:
        return [nothing()]
    return [
        Items(
            items=tuple(
                (
                    Run(text=" / ".join(not_yet_named(clash)), strong=True),
                    Run(text=str(clash.what), trace=clash.records),
                    *((Run(text=clash.proposal, tone=Tone.QUIET),) if clash.proposal else ()),
                )
                for clash in view.data.clashes
            )
        )
    ]


def polarisation(view: View) -> list[Block]:
    """The picture per district, and the interpretation of it."""
    columns = (
        Column(title=_("District")),
        Column(title=_("Phase"), weight=3),
        Column(title=_("Reports"), numeric=True),
        Column(title=_("Source"), weight=3),
        Column(title=_("Observed"), weight=2),
        Column(title=_("Reliability")),
    )
    blocks: list[Block] = [
        Table(
            columns=columns,
            rows=tuple(_district_row(view, row) for row in view.data.districts),
            empty=_("No district has been asked."),
        )
    ]
    told = view.data.interpretation
    if told:
        by = _("Interpretation by {name}, {day}").format(
            name=view.name(told.by), day=say.day(told.dated)
        )
        blocks.append(Box(title=by, text=told.text, trace=told.records))
    else:
        blocks.append(
            Box(tone=Tone.AMBER, text=_("No interpretation has been received this week."))
        )
    return blocks


def _district_row(view: View, row: DistrictPicture) -> tuple[tuple[Run, ...], ...]:
    if row.phase is None or row.observed_on is None:
        silent = (say.badge(_("silent")),)
        quiet = say.run(_("no entry: that is not calm"), tone=Tone.QUIET)
        return (say.strong(row.key), silent, say.run("–"), quiet, say.run("–"), say.run("–"))
    age = say.days_old(row.observed_on, view.data.known_at)
    old = age > view.rules.signal_old_after_days
    aged = ngettext("{day}, {n} day old", "{day}, {n} days old", age)
    phase = f"{row.phase} {_(PHASES[row.phase])}"
    return (
        say.strong(row.key),
        say.run(phase, *row.records, tone=Tone.AMBER if row.phase > 1 else Tone.PLAIN),
        _small(view, row.reports) if row.reports else say.run("–"),
        say.run(row.source or "–"),
        say.run(
            aged.format(day=say.day(row.observed_on), n=age),
            tone=Tone.AMBER if old else Tone.PLAIN,
        ),
        say.run(_(SURENESS[row.sureness]) if row.sureness else "–"),
    )


def _small(view: View, figure: Figure) -> tuple[Run, ...]:
    """A count of reports; a small one could point at people and isn't shown."""
    least = view.rules.small_count_below
    shown = f"<{least}" if 0 < figure.value < least else str(figure.value)
    return say.run(shown, *figure.records)


def signal_flags(view: View) -> tuple[Run, ...]:
    """Districts whose entries are old, and those that are silent."""
    old = sum(
        row.observed_on is not None
        and say.days_old(row.observed_on, view.data.known_at) > view.rules.signal_old_after_days
        for row in view.data.districts
    )
    silent = sum(row.phase is None for row in view.data.districts)
    flags = []
    if old:
        text = ngettext("{n} entry older than {d} days", "{n} entries older than {d} days", old)
        flags.append(say.badge(text.format(n=old, d=view.rules.signal_old_after_days)))
    if silent:
        text = ngettext("{n} district silent", "{n} districts silent", silent)
        flags.append(say.badge(text.format(n=silent)))
    return tuple(flags)


def _incident(recorded: Incident | None) -> tuple[Run, ...]:
    """What was recorded; nothing on record is not the same as none."""
    if recorded is None:
        return (say.badge(_("not recorded")),)
    return say.run(
        _(INCIDENTS[recorded]), tone=Tone.PLAIN if recorded is Incident.NONE else Tone.RED
    )


def _hours_column(figures: Sequence[Figure | None]) -> Iterator[tuple[Run, ...]]:
    """Minutes as hours with as many decimals as the column needs; a dash where none were booked."""
    texts = iter(say.hours_column(f.value for f in figures if f is not None))
    for one in figures:
        yield say.run("–") if one is None else say.run(next(texts), *one.records)
