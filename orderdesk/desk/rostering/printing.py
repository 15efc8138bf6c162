"""The roster on paper."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from orderdesk.desk import words
from orderdesk.desk.core import Desk
from orderdesk.desk.rostering.viewing import view
from orderdesk.domain.time import Week, at
from orderdesk.i18n import _, language


def print_roster(desk: Desk, first: date, days: int, path: Path) -> Path:
    """The roster as PDF: people by days, with cover. Raises StorageProblem."""
    from orderdesk.desk.publishing import write_whole
    from orderdesk.papers.model import Column, Document, Fact, Run, Section, Table
    from orderdesk.papers.pdf import to_pdf

    shown = view(desk, first, days)
    with desk.read() as reader:
        synthetic = bool(reader.meta("synthetic"))
    weeks = [shown.days[n : n + 7] for n in range(0, len(shown.days), 7)]

    def cells(*texts: str) -> tuple[tuple[Run, ...], ...]:
        return tuple((Run(text=text),) for text in texts)

    sections = [
        Section(
            title=str(Week.of(at(week[0], "12:00"))),
            keep=True,
            blocks=(
                Table(
                    columns=(
                        Column(title=_("who"), weight=2),
                        *(Column(title=words.day(day), weight=1) for day in week),
                    ),
                    rows=(
                        *(
                            cells(f"{p.id} {p.name}", *(shown.mark(p.id, d) for d in week))
                            for p in shown.people
                        ),
                        cells(_("on duty"), *(str(shown.cover(d)) for d in week)),
                    ),
                    total=True,
                ),
            ),
        )
        for week in weeks
    ]
    document = Document(
        language="nl" if language() == "nl" else "en",
        sender=_("Public order and safety"),
        title=_("Roster"),
        reference=f"{shown.days[0]} - {shown.days[-1]}",
        facts=(Fact(label=_("As known on"), value=(Run(text=words.moment(desk.now, year=True)),)),),
        banner=_("Demonstration: all cases, people and figures are invented") if synthetic else "",
        sections=tuple(sections),
        dated=desk.now,
    )
    write_whole(path, to_pdf(document).content)
    return path
