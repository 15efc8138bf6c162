"""The pack for a question of the council: what was, what it cost, and what is not recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from orderdesk.domain.law import Ground
from orderdesk.i18n import N_, _, language, use_language
from orderdesk.papers import say
from orderdesk.papers.council_data import CouncilData, Gatherings
from orderdesk.papers.model import (
    Block,
    Column,
    Document,
    Fact,
    Facts,
    Paragraph,
    Run,
    Section,
    Table,
    Tile,
    Tiles,
    Tone,
)
from orderdesk.papers.review_data import Figure, PaperRules

GROUNDS = {
    Ground.HEALTH: N_("health"),
    Ground.TRAFFIC: N_("traffic"),
    Ground.DISORDER: N_("disorder"),
}
_COUNTED: tuple[tuple[str, str], ...] = (
    ("announced", N_("announced")),
    ("unannounced", N_("unannounced")),
    ("held", N_("held")),
    ("called_off", N_("called off")),
    ("no_show", N_("nobody came")),
    ("with_incident", N_("with an incident")),
)


def council_pack(data: CouncilData, rules: PaperRules, code: str) -> Document:
    """The answer in the language `code`. Counts below the limit of `rules` are not shown exactly.

    It names no organiser, no place of assembly and no purpose, because the desk records none by
    phenomenon, and says so.
    """
    with use_language(code):
        return _Pack(data, rules).document()


@dataclass(frozen=True)
class _Pack:
    data: CouncilData
    rules: PaperRules

    def document(self) -> Document:
        data = self.data
        return Document(
            language="nl" if language() == "nl" else "en",
            sender=data.sender,
            title=_("Demonstrations: figures for the council"),
            subtitle=_("{first} to {last}").format(
                first=say.full_day(data.first), last=say.full_day(data.last)
            ),
            facts=(say.fact(_("As known on"), say.moment(data.known_at)),),
            banner=say.synthetic_banner() if data.synthetic else "",
            sections=tuple(self._sections()),
            dated=data.known_at,
            # No list of records: it would tell what a hidden count hides. The JSON holds it.
            sources_title="",
        )

    def _sections(self) -> Iterator[Section]:
        parts: list[tuple[str, str, Sequence[Block]]] = [
            (
                _("By month"),
                _(
                    "Counted: gatherings under the Wom that start in the period, by the month "
                    "of their start."
                ),
                [self._gatherings(_("Month"), self.data.months, _month)],
            ),
            (
                _("By district"),
                _("Counted: the same gatherings, by the district of their first place."),
                [self._gatherings(_("District"), self.data.districts, _district)],
            ),
            (
                _("Limits and prohibitions"),
                _(
                    "Counted: decisions of the mayor on these gatherings, by ground of Wom art. 2; "
                    "a decision on two grounds counts under both."
                ),
                [self._limits()],
            ),
            (
                _("Hours, and at whose cost"),
                _(
                    "In hours, from the ledger of the weeks that begin in the period: worked from "
                    "the reserve, borrowed from the safety themes, given back to them, and worked "
                    "by others."
                ),
                [self._hours()],
            ),
            (
                _("Notice"),
                _("From the notification's moment of receipt to the announced start."),
                [self._notice()],
            ),
            (
                _("What is not recorded, and why"),
                "",
                [
                    Paragraph(
                        runs=say.run(
                            _(
                                "The desk records no viewpoint, party, religion or theme of a "
                                "demonstration: the Wom forbids asking for the content, and it "
                                "may never weigh in a decision. Counts by viewpoint or theme can "
                                "therefore not be given. Organisers are not named."
                            )
                        )
                    )
                ],
            ),
        ]
        for number, (title, counted, blocks) in enumerate(parts, 1):
            small = (Paragraph(runs=say.run(counted, tone=Tone.QUIET)),) if counted else ()
            yield Section(number=number, title=title, blocks=(*blocks, *small))

    def _gatherings(
        self, head: str, rows: Sequence[Gatherings], name: Callable[[str], str]
    ) -> Table:
        fields = [field for field, _title in _COUNTED]
        lines = [
            (
                say.strong(name(row.key)),
                *(self._count(getattr(row, field)) for field in fields),
            )
            for row in rows
        ]
        if rows:
            sums = (
                Figure(
                    value=sum(getattr(row, field).value for row in rows),
                    records=tuple(
                        dict.fromkeys(r for row in rows for r in getattr(row, field).records)
                    ),
                )
                for field in fields
            )
            lines.append((say.run(_("total")), *(self._count(total) for total in sums)))
        return Table(
            columns=(
                Column(title=head, weight=3),
                *(Column(title=_(title), numeric=True, weight=2) for _field, title in _COUNTED),
            ),
            rows=tuple(lines),
            total=bool(rows),
            empty=_("No gatherings in this period."),
        )

    def _count(self, figure: Figure) -> tuple[Run, ...]:
        """A count; a small one could point at people and isn't shown."""
        least = self.rules.small_count_below
        shown = f"<{least}" if 0 < figure.value < least else str(figure.value)
        return say.run(shown, *figure.records)

    def _limits(self) -> Table:
        return Table(
            columns=(
                Column(title=_("Ground"), weight=3),
                Column(title=_("conditions"), numeric=True, weight=2),
                Column(title=_("instructions"), numeric=True, weight=2),
                Column(title=_("prohibitions"), numeric=True, weight=2),
                Column(title=_("endings"), numeric=True, weight=2),
            ),
            rows=tuple(
                (
                    say.strong(_(GROUNDS[row.ground])),
                    *map(
                        self._count,
                        (row.conditions, row.instructions, row.prohibitions, row.endings),
                    ),
                )
                for row in self.data.limits
            ),
        )

    def _hours(self) -> Tiles:
        spent = self.data.hours
        named = (
            (_("From the reserve"), spent.reserve),
            (_("From safety themes"), spent.themes),
            (_("Given back to themes"), spent.paid_back),
            (_("By others"), spent.external),
        )
        return Tiles(
            tiles=tuple(
                Tile(label=label, value=Run(text=say.hours(f.value), trace=f.records))
                for label, f in named
            )
        )

    def _notice(self) -> Facts:
        notice = self.data.notice
        every = notice.announced.value + notice.unannounced.value
        median = notice.median_hours

        def share(figure: Figure, of: int) -> tuple[Run, ...]:
            part = _("{share} of {n}").format(share=say.share(figure.value, of), n=of)
            return say.run(part if of else "–", *figure.records)

        return Facts(
            facts=(
                Fact(
                    label=_("Median notice"),
                    value=say.run("–")
                    if median is None
                    else say.run(_("{n} hours").format(n=median.value), *median.records),
                ),
                Fact(label=_("Notified late"), value=share(notice.late, notice.announced.value)),
                Fact(label=_("Unannounced"), value=share(notice.unannounced, every)),
            )
        )


def _month(key: str) -> str:
    return say.month(date.fromisoformat(key))


def _district(key: str) -> str:
    return key or _("place outside the list")
