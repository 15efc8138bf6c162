"""The roster on paper."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from orderdesk.desk import words
from orderdesk.desk.core import Desk
from orderdesk.desk.rostering.viewing import Cover, RosterView, view
from orderdesk.domain.people import Person
from orderdesk.i18n import _, language

if TYPE_CHECKING:
    from orderdesk.papers.model import Run, Table

    Cells = tuple[tuple[Run, ...], ...]


def print_roster(desk: Desk, first: date, days: int, path: Path) -> Path:
    """The roster as PDF, A4 across: people by days with their hours, and cover against need.

    Raises StorageProblem.
    """
    from orderdesk.desk.publishing import write_whole
    from orderdesk.papers.model import Document, Fact, Look, Paragraph, Run, Section
    from orderdesk.papers.pdf import to_pdf

    shown = view(desk, first, days)
    with desk.read() as reader:
        synthetic = bool(reader.meta("synthetic"))
    shifts = ", ".join(f"{id} {name.lower()}" for id, name in shown.shifts.items())
    stages = ", ".join(f"W{week.number} {_(stage)}" for week, stage in shown.stages.items())
    document = Document(
        look=Look.SHEET,
        language="nl" if language() == "nl" else "en",
        sender=_("Public order and safety"),
        title=_("Roster"),
        reference=f"{words.day(shown.days[0])} - {words.day(shown.days[-1], year=True)}",
        facts=(
            Fact(label=_("As known on"), value=(Run(text=words.moment(desk.now, year=True)),)),
            Fact(label=_("Weeks"), value=(Run(text=stages),)),
        ),
        banner=_("Demonstration: all cases, people and figures are invented") if synthetic else "",
        sections=(
            Section(title="", blocks=(_table(shown),)),
            Section(
                title="",
                blocks=(
                    Paragraph(
                        runs=(
                            Run(text=shifts + ". " + _(
                                "A small letter is only proposed; * at a deployment, ^ pinned, "
                                "! breaks the law, ° on call, x dropped. "
                                "Cover: people, and how many lack."
                            )),
                        )
                    ),
                ),
            ),
        ),
        dated=desk.now,
    )  # fmt: skip
    write_whole(path, to_pdf(document).content)
    return path


def _table(shown: RosterView) -> Table:
    """One row a person; after each week its hours. Cover stands below."""
    from orderdesk.papers.model import Column, Run, Table, Tone

    def row(name: str, texts: Iterable[str], *, hours: Person | None = None) -> Cells:
        made: list[tuple[Run, ...]] = [(Run(text=name),)]
        for n, text in enumerate(texts):
            red = "!" in text or (hours is None and "-" in text)
            quiet = text == "·"
            tone = Tone.RED if red else Tone.QUIET if quiet else Tone.PLAIN
            made.append((Run(text=text, tone=tone, strong=not quiet and hours is not None),))
            if n % 7 == 6:
                week = shown.days[n - 6 : n + 1]
                minutes = shown.minutes(hours.id, week) if hours is not None else 0
                total = str(round(minutes / 60)) if hours is not None else ""
                made.append((Run(text=total, tone=Tone.QUIET),))
        return tuple(made)

    heads = [Column(title=_("who"), weight=6)]
    for n, day in enumerate(shown.days):
        weekday, number = words.day(day).split()[:2]
        heads.append(Column(title=f"{weekday[:2]}\n{number}", weight=1))
        if n % 7 == 6:
            heads.append(Column(title=_("h"), weight=1))
    people = [
        row(
            f"{person.id} {person.name.split(' (')[0]}",
            (shown.mark(person.id, day) for day in shown.days),
            hours=person,
        )
        for person in shown.people
    ]
    cover = [
        row(name, (_cover(shown.shift_cover.get((id, day))) for day in shown.days))
        for id, name in shown.shifts.items()
    ]
    cover += [
        row(
            _("waterline {place}").format(place=place),
            (_cover(shown.waterline.get((place, day))) for day in shown.days),
        )
        for place in dict.fromkeys(place for place, _day in shown.waterline)
    ]
    return Table(columns=tuple(heads), rows=(*people, *cover))


def _cover(cover: Cover | None) -> str:
    if cover is None:
        return ""
    return f"{cover.have}-{cover.short}" if cover.short else str(cover.have)
