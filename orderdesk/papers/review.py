"""The weekly risk review for the driehoek: eight sections from one set of data.

The sections follow the duties of Politiewet 2012 art. 11-13 (domain facts, section 4). The review
advises: classes are shown with their reasons, and with any override by name and motive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain

from orderdesk.domain.events import Incident, Sureness
from orderdesk.domain.law import TermStatus
from orderdesk.domain.time import local
from orderdesk.i18n import N_, _, figure, language, ngettext, use_language
from orderdesk.papers import say
from orderdesk.papers.model import (
    Block,
    Box,
    Column,
    Document,
    Fact,
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
from orderdesk.papers.review_data import (
    Ahead,
    Annex,
    CaseSheet,
    Clash,
    DecisionAsked,
    DistrictPicture,
    Figure,
    Flip,
    LookBack,
    Named,
    Override,
    PaperRules,
    Request,
    RequestState,
    ReviewData,
)

CLASSES = {"laag": N_("low"), "midden": N_("medium"), "hoog": N_("high")}
_CLASS_TONES = {"midden": Tone.AMBER, "hoog": Tone.RED, "B": Tone.AMBER, "C": Tone.RED}
INCIDENTS = {Incident.NONE: N_("none"), Incident.SOME: N_("some"), Incident.MANY: N_("many")}
TERMS = {
    TermStatus.TIMELY: N_("in time"),
    TermStatus.LATE: N_("late"),
    TermStatus.NOT_APPLICABLE: N_("no term"),
    TermStatus.UNKNOWN: N_("term unknown"),
}
_MOST_FLAGS = 3  # more beside a heading are not read one by one
KEPT = {"kept": N_("kept"), "partly": N_("partly kept"), "broken": N_("not kept")}
REQUEST_STATES = {
    RequestState.ASKED: N_("asked"),
    RequestState.CONFIRMED: N_("confirmed"),
    RequestState.REFUSED: N_("refused"),
}
PHASES = {
    1: N_("simmering discontent"),
    2: N_("rising tension"),
    3: N_("escalation"),
    4: N_("aftermath"),
}
SURENESS = {
    Sureness.CONFIRMED: N_("confirmed"),
    Sureness.PLAUSIBLE: N_("plausible"),
    Sureness.UNVERIFIED: N_("unverified"),
}


class Edition(StrEnum):
    """For whom the review is."""

    FULL = "full"
    NO_NAMES = "no_names"  # no names below heads of department
    ONE_PAGE = "one_page"  # the picture and what is asked; no names either


def weekly_review(
    data: ReviewData, rules: PaperRules, code: str, edition: Edition = Edition.FULL
) -> Document:
    """The review as a document in the language `code`; the same data give the same document.

    What is old at `data.known_at` by the ages of `rules` is flagged amber with its age, what
    nobody has reported is flagged as missing.
    """
    with use_language(code):
        return _Review(data, rules, edition).document()


@dataclass(frozen=True)
class _Review:
    data: ReviewData
    rules: PaperRules
    edition: Edition

    def document(self) -> Document:
        data = self.data
        one_page = self.edition is Edition.ONE_PAGE
        sections = self._short() if one_page else self._eight()
        facts = [say.fact(_("As known on"), say.moment(data.known_at))]
        if data.meeting:
            facts.append(say.fact(_("Meeting"), say.moment(data.meeting)))
        return Document.model_validate(
            {
                "language": language(),
                "sender": data.sender,
                "title": _("Weekly risk review {week}").format(week=data.week),
                "subtitle": _("For the driehoek; {first} to {last}").format(
                    first=say.day(data.week.monday), last=say.full_day(data.week.days[-1])
                ),
                "reference": _("{week} version {n}").format(week=data.week, n=data.version),
                "facts": tuple(facts),
                "banner": synthetic_banner() if data.synthetic else "",
                "sections": tuple(sections),
                "dated": data.known_at,
                "names": data.names,
                "sources_title": "" if one_page else _("Records behind the figures"),
            }
        )

    def _eight(self) -> list[Section]:
        parts: list[tuple[str, tuple[Run, ...], list[Block]]] = [
            (_("Look back on last week"), self._turnout_flags(), self._look_back()),
            (
                _("The next {n} days").format(n=self.rules.days_ahead),
                self._estimate_flags(),
                [*self._ahead(), *self._overrides(), *self._base_rate()],
            ),
            (_("Conflicts and counter pairs"), (), self._clashes()),
            (_("Polarisation picture"), self._signal_flags(), self._polarisation()),
            (_("Capacity"), (), self._capacity()),
            (_("Decisions asked"), (), self._asked_intro()),
        ]
        sections = [
            Section(number=n, title=title, flags=flags, blocks=tuple(blocks))
            for n, (title, flags, blocks) in enumerate(parts, 1)
        ]
        sections += map(self._asked, self.data.asked)
        sections.append(
            Section(number=7, title=_("Decision list and action list"), blocks=tuple(self._lists()))
        )
        sections.append(Section(number=8, title=_("Annex: case sheets"), blocks=self._no_sheets()))
        sections += map(self._sheet, self.data.sheets)
        sections += map(self._annex, self.data.annexes)
        sections += self._grounds()
        return sections

    def _short(self) -> list[Section]:
        """One page: the picture, what is asked, what is not sure."""
        week_end = self.data.week.span.end
        soon = [a for a in self.data.ahead if a.span is None or a.span.start < week_end]
        asked = tuple(
            (Run(text=f"{asked.title}: ", strong=True), Run(text=asked.proposed_text))
            for asked in self.data.asked
        )
        unsure = [
            *self._turnout_flags(),
            *self._estimate_flags(),
            *self._signal_flags(),
            *self._holes(),
        ]
        sections = [
            Section(title=_("Reserve and hours owed"), blocks=(self._reserve_tiles(),)),
            Section(title=_("This week"), blocks=tuple(self._ahead(soon))),
            Section(
                title=_("Decisions asked"),
                blocks=(Items(items=asked, numbered=True) if asked else _nothing(),),
            ),
        ]
        if unsure:
            items = tuple((Run(text=flag.text, tone=Tone.AMBER),) for flag in unsure)
            sections.append(Section(title=_("Not sure yet"), blocks=(Items(items=items),)))
        return sections

    # --- 1: look back ---

    def _look_back(self) -> list[Block]:
        rows = self.data.look_back
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
                rows=tuple(map(self._look_back_row, rows, planned, used)),
                empty=_("Nothing took place last week."),
            )
        ]

    def _look_back_row(
        self, row: LookBack, planned: tuple[Run, ...], used: tuple[Run, ...]
    ) -> tuple[tuple[Run, ...], ...]:
        actual = _number(row.actual) if row.actual else (say.badge(_("not reported")),)
        kept = _(KEPT[row.conditions_kept]) if row.conditions_kept in KEPT else "–"
        return (
            say.strong(row.key),
            say.run(f"{say.span(row.span)}, {row.place}", *row.records),
            _number(row.planned) if row.planned else say.run("–"),
            actual,
            _incident(row.incident),
            planned,
            used,
            say.run(kept),
        )

    def _turnout_flags(self) -> tuple[Run, ...]:
        """Turnouts of last week that nobody reported; many as a number, the table names them."""
        silent = [row for row in self.data.look_back if row.actual is None]
        if len(silent) > _MOST_FLAGS:
            return (say.badge(_("turnout of {n} cases not reported").format(n=len(silent))),)
        return tuple(
            say.badge(_("turnout {case} not reported").format(case=row.key)) for row in silent
        )

    def _estimate_flags(self) -> tuple[Run, ...]:
        """Estimates for the days ahead that nobody has confirmed lately."""
        flags: list[Run] = []
        for row in self.data.ahead:
            if row.expected is None or row.estimated_at is None or not self._askable(row):
                continue
            if say.days_old(row.estimated_at, self._seen_from) > self.rules.estimate_old_after_days:
                text = _("number expected at {case} is from {day}: ask again")
                flags.append(say.badge(text.format(case=row.key, day=say.day(row.estimated_at))))
        return tuple(flags)

    def _askable(self, row: Ahead) -> bool:
        """Whether a newer number can be expected: not long before, and never once it has begun."""
        within = timedelta(days=self.rules.estimate_counts_within_days)
        return (
            row.span is not None
            and row.span.start > self.data.known_at
            and row.span.start - self._seen_from <= within
        )

    # --- 2: ahead ---

    @property
    def _seen_from(self) -> datetime:
        """Where the days ahead begin."""
        return self.data.outlook_from or self.data.known_at

    def _ahead(self, only: Iterable[Ahead] | None = None) -> list[Block]:
        known = self._seen_from
        until = known + timedelta(days=self.rules.days_ahead)
        chosen = self.data.ahead if only is None else tuple(only)
        rows = [
            a for a in chosen if a.span is None or (known <= a.span.end and a.span.start < until)
        ]
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
                rows=tuple(self._ahead_row(row) for row in rows),
                empty=_("Nothing is announced."),
            )
        ]

    def _ahead_row(self, row: Ahead) -> tuple[tuple[Run, ...], ...]:
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
            _number(row.expected) if row.expected else say.run(_("unknown")),
            _class_runs(row.advised_class, row.decided_class, row.override),
            say.run(term, tone=Tone.AMBER if late else Tone.PLAIN),
            (
                *status,
                Run(text=open_points or "–", tone=Tone.AMBER if open_points else Tone.QUIET),
            ),
        )

    def _overrides(self) -> list[Block]:
        return [
            Paragraph(runs=(Run(text=self._override_text(row.key, row.override)),))
            for row in self.data.ahead
            if row.override
        ]

    def _override_text(self, key: str, override: Override) -> str:
        return _("{case}: class set by {name} on {moment}. Motive: {motive}").format(
            case=key,
            name=self._name(override.by),
            moment=say.moment(override.at),
            motive=override.motive,
        )

    def _base_rate(self) -> Iterator[Block]:
        year, share = self.data.year, self.rules.incident_share
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

    # --- 3: conflicts ---

    def _clashes(self) -> list[Block]:
        if not self.data.clashes:
            return [_nothing()]
        return [
            Items(
                items=tuple(
                    (
                        Run(text=" / ".join(_not_yet_named(clash)), strong=True),
                        Run(text=str(clash.what), trace=clash.records),
                        *((Run(text=clash.proposal, tone=Tone.QUIET),) if clash.proposal else ()),
                    )
                    for clash in self.data.clashes
                )
            )
        ]

    # --- 4: polarisation ---

    def _polarisation(self) -> list[Block]:
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
                rows=tuple(self._district_row(row) for row in self.data.districts),
                empty=_("No district has been asked."),
            )
        ]
        told = self.data.interpretation
        if told:
            by = _("Interpretation by {name}, {day}").format(
                name=self._name(told.by), day=say.day(told.dated)
            )
            blocks.append(Box(title=by, text=told.text, trace=told.records))
        else:
            blocks.append(
                Box(tone=Tone.AMBER, text=_("No interpretation has been received this week."))
            )
        return blocks

    def _district_row(self, row: DistrictPicture) -> tuple[tuple[Run, ...], ...]:
        if row.phase is None or row.observed_on is None:
            silent = (say.badge(_("silent")),)
            quiet = say.run(_("no entry: that is not calm"), tone=Tone.QUIET)
            return (say.strong(row.key), silent, say.run("–"), quiet, say.run("–"), say.run("–"))
        age = say.days_old(row.observed_on, self.data.known_at)
        old = age > self.rules.signal_old_after_days
        aged = ngettext("{day}, {n} day old", "{day}, {n} days old", age)
        phase = f"{row.phase} {_(PHASES[row.phase])}"
        return (
            say.strong(row.key),
            say.run(phase, *row.records, tone=Tone.AMBER if row.phase > 1 else Tone.PLAIN),
            self._small(row.reports) if row.reports else say.run("–"),
            say.run(row.source or "–"),
            say.run(
                aged.format(day=say.day(row.observed_on), n=age),
                tone=Tone.AMBER if old else Tone.PLAIN,
            ),
            say.run(_(SURENESS[row.sureness]) if row.sureness else "–"),
        )

    def _small(self, figure: Figure) -> tuple[Run, ...]:
        """A count of reports; a small one could point at people and isn't shown."""
        least = self.rules.small_count_below
        shown = f"<{least}" if 0 < figure.value < least else str(figure.value)
        return say.run(shown, *figure.records)

    def _signal_flags(self) -> tuple[Run, ...]:
        old = sum(
            row.observed_on is not None
            and say.days_old(row.observed_on, self.data.known_at) > self.rules.signal_old_after_days
            for row in self.data.districts
        )
        silent = sum(row.phase is None for row in self.data.districts)
        flags = []
        if old:
            text = ngettext("{n} entry older than {d} days", "{n} entries older than {d} days", old)
            flags.append(say.badge(text.format(n=old, d=self.rules.signal_old_after_days)))
        if silent:
            text = ngettext("{n} district silent", "{n} districts silent", silent)
            flags.append(say.badge(text.format(n=silent)))
        return tuple(flags)

    # --- 5: capacity ---

    def _reserve_tiles(self) -> Tiles:
        c = self.data.capacity
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

    def _capacity(self) -> list[Block]:
        c = self.data.capacity
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
            self._reserve_tiles(),
            Table(columns=columns, rows=rows, empty=_("No theme hours are budgeted.")),
            Paragraph(runs=say.run(burden, *dict.fromkeys(r for f in counts for r in f.records))),
        ]
        if c.requests:
            blocks.append(Items(items=tuple(map(_request_line, c.requests))))
        if c.note:
            blocks.append(Paragraph(runs=say.run(c.note)))
        return blocks

    # --- 6: decisions asked ---

    def _asked_intro(self) -> list[Block]:
        return [] if self.data.asked else [_nothing()]

    def _asked(self, asked: DecisionAsked) -> Section:
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
                        say.fact(_("Owner"), self._name(asked.owner)),
                    )
                ),
                Items(items=options, numbered=True),
                Box(title=_("Proposed text"), text=asked.proposed_text),
            ),
        )

    # --- 7: lists ---

    def _lists(self) -> list[Block]:
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
                    say.run(self._name(d.by)),
                    say.run(d.legal_basis or "–"),
                    say.run(say.day(d.day)),
                )
                for d in self.data.taken
            ),
            empty=_("No decisions since the last meeting."),
        )
        today = local(self.data.known_at).date()
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
                    say.run(self._name(a.who)),
                    say.run(say.day(a.due)),
                    (_action_status(a.done is not None, (today - a.due).days),),
                )
                for a in self.data.actions
            ),
            empty=_("No open actions."),
        )
        return [taken, actions]

    # --- 8: case sheets ---

    def _no_sheets(self) -> tuple[Block, ...]:
        return () if self.data.sheets else (_nothing(),)

    def _annex(self, annex: Annex) -> Section:
        supposed = _("WHAT IF: supposed, not planned and not booked")
        lines = tuple((Run(text=str(text)),) for text in annex.lines if text)
        return Section(
            title=str(annex.title),
            level=2,
            keep=True,
            flags=(say.badge(supposed),),
            blocks=(
                Items(items=lines),
                Paragraph(
                    runs=(
                        Run(
                            text=_("Kept as annex; not part of any total."),
                            trace=annex.records,
                            tone=Tone.QUIET,
                        ),
                    )
                ),
            ),
        )

    def _sheet(self, sheet: CaseSheet) -> Section:
        facts = [
            Fact(
                label=_("Class"),
                value=(
                    *_class_runs(sheet.advised_class, sheet.decided_class, sheet.override),
                    *((Run(text=str(sheet.chance), trace=sheet.records),) if sheet.chance else ()),
                ),
            )
        ]
        if sheet.override:
            text = self._override_text(sheet.key, sheet.override)
            facts.append(say.fact(_("Override"), text))
        if sheet.flips:
            facts.append(say.fact(_("What would change it"), "; ".join(map(_flip, sheet.flips))))
        blocks: list[Block] = [Facts(facts=tuple(facts))]
        if sheet.factors:
            blocks.append(_factors(sheet))
        if sheet.scenarios:
            blocks.append(_scenarios(sheet))
        return Section(
            title=f"{sheet.key} · {say.span(sheet.span)}, {sheet.place}",
            level=2,
            keep=True,
            flags=tuple(_hole_flag(sheet)),
            blocks=tuple(blocks),
        )

    def _grounds(self) -> Iterator[Section]:
        """What the factors of the case sheets rest on, each once."""
        grounds: dict[str, str] = {}
        for factor in chain.from_iterable(sheet.factors for sheet in self.data.sheets):
            if factor.source:
                grounds.setdefault(str(factor.ground or factor.label), str(factor.source))
        if grounds:
            facts = tuple(
                Fact(label=name, value=(Run(text=source, tone=Tone.QUIET),))
                for name, source in grounds.items()
            )
            yield Section(
                title=_("What the reasons rest on"), level=2, blocks=(Facts(facts=facts),)
            )

    def _holes(self) -> list[Run]:
        return [
            Run(text=f"{sheet.key}: {flag.text}")
            for sheet in self.data.sheets
            for flag in _hole_flag(sheet)
        ]

    def _name(self, person: Named) -> str:
        return shown_name(person, self.edition)


def shown_name(person: Named, edition: Edition) -> str:
    """How somebody is named: with the function, or by the function alone."""
    function = str(person.function)
    if person.name and person.name != function and (person.head or edition is Edition.FULL):
        return f"{person.name} ({function})"
    return function


def synthetic_banner() -> str:
    """What stands on every page that shows invented data."""
    return _("Demonstration: all cases, people and figures are invented")


def _not_yet_named(clash: Clash) -> list[str]:
    """The cases of a conflict that its sentence doesn't name already."""
    return [number for number in clash.cases if number not in str(clash.what)] or [*clash.cases]


def _nothing() -> Block:
    return Paragraph(runs=(Run(text=_("None."), tone=Tone.QUIET),))


def _incident(recorded: Incident | None) -> tuple[Run, ...]:
    """What was recorded; nothing on record is not the same as none."""
    if recorded is None:
        return (say.badge(_("not recorded")),)
    return say.run(
        _(INCIDENTS[recorded]), tone=Tone.PLAIN if recorded is Incident.NONE else Tone.RED
    )


def _number(figure: Figure) -> tuple[Run, ...]:
    return say.run(figure.value, *figure.records)


def _hours_column(figures: Sequence[Figure | None]) -> Iterator[tuple[Run, ...]]:
    """Minutes as hours with as many decimals as the column needs; a dash where none were booked."""
    texts = iter(say.hours_column(f.value for f in figures if f is not None))
    for one in figures:
        yield say.run("–") if one is None else say.run(next(texts), *one.records)


def _class_name(code: str) -> str:
    return _(CLASSES[code]) if code in CLASSES else code or "–"


def _class_runs(advised: str, decided: str, override: Override | None) -> tuple[Run, ...]:
    """The class that counts; where a person set another one, the advice beside it."""
    counts = decided or advised
    runs = (say.badge(_class_name(counts), _CLASS_TONES.get(counts, Tone.PLAIN)),)
    if override is None and counts == advised:
        return runs
    return (*runs, Run(text=_("advice {name}").format(name=_class_name(advised)), tone=Tone.QUIET))


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


def _action_status(done: bool, days_late: int) -> Run:
    if done:
        return Run(text=_("done"), tone=Tone.GOOD)
    if days_late > 0:
        text = ngettext("{n} day overdue", "{n} days overdue", days_late)
        return say.badge(text.format(n=days_late))
    return Run(text=_("open"))


def _flip(flip: Flip) -> str:
    return f"{flip.change}: {_class_name(flip.advice)}" if flip.advice else str(flip.change)


def _factors(sheet: CaseSheet) -> Table:
    """The reasons in points that add up; where each comes from stands once, after all sheets."""
    total = sum(factor.points for factor in sheet.factors)
    return Table(
        columns=(
            Column(title=_("Why"), weight=6),
            Column(title=_("Points"), numeric=True),
            Column(title=_("Age"), numeric=True),
        ),
        rows=(
            *(
                (
                    say.run(factor.label),
                    say.run(say.points(factor.points), *sheet.records),
                    say.run(_age(factor.age_days), *sheet.records)
                    if factor.age_days
                    else say.run("–"),
                )
                for factor in sheet.factors
            ),
            (say.run(_("total")), say.run(say.points(total), *sheet.records), say.run("")),
        ),
        total=True,
    )


def _age(days: int) -> str:
    return ngettext("{n} day", "{n} days", days).format(n=days)


def _scenarios(sheet: CaseSheet) -> Table:
    return Table(
        columns=(
            Column(title=_("If this happens"), weight=3),
            Column(title=_("then"), weight=4),
            Column(title=_("by"), weight=2),
            Column(title=_("up to"), weight=3),
        ),
        rows=tuple(
            (say.run(s.trigger), *(_or_hole(part) for part in (s.measure, s.owner, s.limit)))
            for s in sheet.scenarios
        ),
    )


def _or_hole(text: str) -> tuple[Run, ...]:
    return say.run(text) if text.strip() else (say.badge(_("not agreed"), Tone.RED),)


def _hole_flag(sheet: CaseSheet) -> list[Run]:
    """Rule 18: a case of class medium or high isn't ready while a scenario has no answer."""
    needed = (sheet.decided_class or sheet.advised_class) in ("midden", "hoog", "B", "C")
    if needed and not sheet.scenarios:
        return [say.badge(_("no scenario worked out"), Tone.RED)]
    open_ones = sum(not scenario.is_complete for scenario in sheet.scenarios)
    if needed and open_ones:
        text = ngettext(
            "{n} scenario without an answer", "{n} scenarios without an answer", open_ones
        )
        return [say.badge(text.format(n=open_ones), Tone.RED)]
    return []
