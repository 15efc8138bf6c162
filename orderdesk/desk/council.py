"""A question of the council, answered from the register and the ledger: counts, hours, no names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import house, intake
from orderdesk.desk.core import Desk
from orderdesk.desk.decisions import DECISION
from orderdesk.desk.publishing import write_whole
from orderdesk.domain import ledger
from orderdesk.domain.events import Case, Incident, Source, Status
from orderdesk.domain.law import Decision, DecisionKind, Ground, TermStatus, term_status
from orderdesk.domain.ledger import Posting
from orderdesk.domain.places import Places
from orderdesk.domain.time import Week, at, elapsed_minutes, local
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, language, msg, ngettext
from orderdesk.papers.council_data import CouncilData, Gatherings, HoursSpent, Limited, Notice
from orderdesk.papers.review_data import Figure, PaperRules

if TYPE_CHECKING:
    from orderdesk.store.work import Reader

_NOT_HELD = frozenset({Status.CANCELLED, Status.MOVED})


@dataclass(frozen=True)
class Answered:
    """The files of a pack."""

    pdf: Path
    markdown: Path
    json: Path
    gatherings: int

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "pdf": str(self.pdf),
            "markdown": str(self.markdown),
            "json": str(self.json),
            "gatherings": self.gatherings,
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield ngettext("{n} gathering: {file}", "{n} gatherings: {file}", self.gatherings).format(
            n=self.gatherings, file=self.pdf
        )


def read_period(desk: Desk, first: str, last: str) -> tuple[date, date]:
    """The period asked for; without days the year so far. Raises BadInput."""
    today = local(desk.now).date()
    start = _day(N_("from"), first) if first.strip() else date(today.year, 1, 1)
    end = _day(N_("until"), last) if last.strip() else today
    if end < start:
        raise BadInput(N_("until"), last, msg("Give a day on or after the first one."))
    return start, end


def _day(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(field, text, msg("Write the day as 2026-06-30.")) from None


def council_data(desk: Desk, first: date, last: date) -> CouncilData:
    """Everything the pack says of the gatherings that start on `first` up to and with `last`."""
    with desk.read() as reader:
        start, end = at(first, "00:00"), at(last + timedelta(days=1), "00:00")
        found = [
            case
            for case in reader.cases(start=start, end=end)
            if case.is_wom and case.span is not None and start <= case.span.start < end
        ]
        return CouncilData(
            sender=house.department(),
            first=first,
            last=last,
            known_at=desk.now,
            synthetic=bool(reader.meta("synthetic")),
            months=tuple(_grouped(found, _month_of)),
            districts=tuple(_grouped(found, _district_of)),
            limits=tuple(_limits(reader, found)),
            hours=_hours(reader, first, last),
            notice=_notice(reader, found),
        )


def write(desk: Desk, out: Path, first: str = "", last: str = "") -> Answered:
    """Write the pack of a period as PDF, Markdown and JSON below `out`."""
    from orderdesk.papers.council import council_pack
    from orderdesk.papers.markdown import to_markdown
    from orderdesk.papers.pdf import to_pdf

    start, end = read_period(desk, first, last)
    data = council_data(desk, start, end)
    document = council_pack(data, reference.cached("papers", PaperRules), language())
    base = out / f"council-{start}-{end}"
    made = Answered(
        pdf=base.with_suffix(".pdf"),
        markdown=base.with_suffix(".md"),
        json=base.with_suffix(".json"),
        gatherings=data.notice.announced.value + data.notice.unannounced.value,
    )
    write_whole(made.pdf, to_pdf(document).content)
    write_whole(made.markdown, to_markdown(document).encode("utf-8"))
    write_whole(made.json, data.model_dump_json(indent=2).encode("utf-8"))
    return made


def _figure(cases: Iterable[Case]) -> Figure:
    records = tuple(f"case:{case.id}" for case in cases)
    return Figure(value=len(records), records=records or ("register",))


def _month_of(case: Case) -> str:
    assert case.span is not None
    return local(case.span.start).date().replace(day=1).isoformat()


def _district_of(case: Case) -> str:
    place = reference.cached("places", Places).get(case.place_id)
    return place.district if place is not None else ""


def _grouped(cases: Sequence[Case], key: Callable[[Case], str]) -> Iterator[Gatherings]:
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(key(case), []).append(case)
    for name in sorted(groups):
        group = groups[name]
        outcomes = [(case, case.outcome) for case in group if case.outcome is not None]
        yield Gatherings(
            key=name,
            announced=_figure(c for c in group if c.source is not Source.UNANNOUNCED),
            unannounced=_figure(c for c in group if c.source is Source.UNANNOUNCED),
            held=_figure(c for c, outcome in outcomes if not outcome.no_show),
            called_off=_figure(c for c in group if c.status in _NOT_HELD),
            no_show=_figure(c for c, outcome in outcomes if outcome.no_show),
            with_incident=_figure(
                c for c, outcome in outcomes if outcome.incident in (Incident.SOME, Incident.MANY)
            ),
        )


def _limits(reader: Reader, cases: Sequence[Case]) -> Iterator[Limited]:
    ids = {case.id for case in cases}
    decided = [
        decision
        for decision in (Decision.model_validate(fact.doc) for fact in reader.facts(DECISION))
        if decision.case_id in ids
    ]

    def on(ground: Ground, kind: DecisionKind) -> Figure:
        records = tuple(
            f"decision:{d.number}" for d in decided if d.kind is kind and ground in _grounds(d)
        )
        return Figure(value=len(records), records=records or ("decisions",))

    for ground in Ground:
        yield Limited(
            ground=ground,
            conditions=on(ground, DecisionKind.CONDITIONS),
            instructions=on(ground, DecisionKind.INSTRUCTION),
            prohibitions=on(ground, DecisionKind.PROHIBITION),
            endings=on(ground, DecisionKind.ENDING),
        )


def _grounds(decision: Decision) -> frozenset[Ground]:
    return decision.grounds.union(*(c.grounds for c in decision.conditions))


def _hours(reader: Reader, first: date, last: date) -> HoursSpent:
    postings = reader.postings(Posting)
    by_week: Mapping[Week, list[str]] = _ids_by_week(postings)
    chosen = [week for week in by_week if first <= week.monday <= last]
    stated = [ledger.statement(postings, week) for week in chosen]
    records = tuple(id for week in chosen for id in by_week[week]) or ("ledger",)

    def booked(minutes: int) -> Figure:
        return Figure(value=minutes, records=records)

    return HoursSpent(
        reserve=booked(sum(s.balance.used for s in stated)),
        themes=booked(sum(s.borrowed for s in stated)),
        paid_back=booked(sum(s.balance.given_back for s in stated)),
        external=booked(sum(s.external for s in stated)),
    )


def _ids_by_week(postings: Sequence[Posting]) -> dict[Week, list[str]]:
    found: dict[Week, list[str]] = {}
    for posting in postings:
        found.setdefault(posting.week, []).append(f"posting:{posting.id}")
    return found


def _notice(reader: Reader, cases: Sequence[Case]) -> Notice:
    announced = [c for c in cases if c.source is not Source.UNANNOUNCED]
    late = [c for c in announced if term_status(c, intake.term_of(reader, c)) is TermStatus.LATE]
    received = [c for c in announced if c.received_at is not None and c.span is not None]
    hours = [
        elapsed_minutes(c.received_at, c.span.start) / 60
        for c in received
        if c.received_at is not None and c.span is not None
    ]
    middle = None
    if hours:
        middle = _figure(received).replace(value=round(median(hours)))
    return Notice(
        median_hours=middle,
        announced=_figure(announced),
        late=_figure(late),
        unannounced=_figure(c for c in cases if c.source is Source.UNANNOUNCED),
    )
