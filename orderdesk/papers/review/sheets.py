"""The annex: a sheet per case, what its reasons rest on, and what was supposed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from orderdesk.i18n import _, ngettext
from orderdesk.papers import say
from orderdesk.papers.model import (
    Block,
    Column,
    Fact,
    Facts,
    Items,
    Paragraph,
    Run,
    Section,
    Table,
    Tone,
)
from orderdesk.papers.review.words import View, class_name, class_runs, nothing, override_text
from orderdesk.papers.review_data import Annex, CaseSheet, Flip


def no_sheets(view: View) -> tuple[Block, ...]:
    """What stands under the heading when no case has a sheet."""
    return () if view.data.sheets else (nothing(),)


def annex_section(annex: Annex) -> Section:
    """A what-if that was saved: supposed, and part of no total."""
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


def sheet_section(view: View, sheet: CaseSheet) -> Section:
    """One case: its class, the reasons in points, what would change it, the scenarios."""
    facts = [
        Fact(
            label=_("Class"),
            value=(
                *class_runs(sheet.advised_class, sheet.decided_class, sheet.override),
                *((Run(text=str(sheet.chance), trace=sheet.records),) if sheet.chance else ()),
            ),
        )
    ]
    if sheet.override:
        text = override_text(view, sheet.key, sheet.override)
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


def grounds(view: View) -> Iterator[Section]:
    """What the factors of the case sheets rest on, each once."""
    grounds: dict[str, str] = {}
    for factor in chain.from_iterable(sheet.factors for sheet in view.data.sheets):
        if factor.source:
            grounds.setdefault(str(factor.ground or factor.label), str(factor.source))
    if grounds:
        facts = tuple(
            Fact(label=name, value=(Run(text=source, tone=Tone.QUIET),))
            for name, source in grounds.items()
        )
        yield Section(title=_("What the reasons rest on"), level=2, blocks=(Facts(facts=facts),))


def holes(view: View) -> list[Run]:
    """Scenarios without an answer, by case."""
    return [
        Run(text=f"{sheet.key}: {flag.text}")
        for sheet in view.data.sheets
        for flag in _hole_flag(sheet)
    ]


def _flip(flip: Flip) -> str:
    return f"{flip.change}: {class_name(flip.advice)}" if flip.advice else str(flip.change)


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
