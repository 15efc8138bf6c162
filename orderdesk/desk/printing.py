"""Plain lists on paper: a title, headings, lines. For what a desk wants to hold in its hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from orderdesk.desk import house, words
from orderdesk.desk.core import Desk
from orderdesk.desk.publishing import write_whole
from orderdesk.i18n import _, language

Parts = Sequence[tuple[str, Sequence[str]]]
"""Headings with their lines."""


def print_lists(desk: Desk, title: str, parts: Parts, path: Path) -> Path:
    """Write the lists as PDF, with the moment that they were known. Raises StorageProblem."""
    from orderdesk.papers.model import Document, Fact, Items, Run, Section
    from orderdesk.papers.pdf import to_pdf

    with desk.read() as reader:
        synthetic = bool(reader.meta("synthetic"))
    sections = tuple(
        Section(
            title=heading,
            blocks=(Items(items=tuple((Run(text=line),) for line in lines if line.strip())),)
            if lines
            else (),
        )
        for heading, lines in parts
    )
    document = Document(
        language="nl" if language() == "nl" else "en",
        sender=house.department(),
        title=title,
        facts=(Fact(label=_("As known on"), value=(Run(text=words.moment(desk.now, year=True)),)),),
        banner=_("Demonstration: all cases, people and figures are invented") if synthetic else "",
        sections=sections,
        dated=desk.now,
    )
    write_whole(path, to_pdf(document).content)
    return path
