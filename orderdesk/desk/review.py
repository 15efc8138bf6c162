"""The weekly review for the driehoek: drawn from the records, frozen with its hash, added to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import assistance, capacity, cases, house, intake, plannable, whatif, words
from orderdesk.desk.agenda import (
    ACTION,
    TAKEN,
    actions_in,
    asked_in,
    interpretation_in,
    taken_in,
)
from orderdesk.desk.capacity_block import note_in
from orderdesk.desk.core import ROLE_NAMES, Desk
from orderdesk.desk.publishing import write_whole
from orderdesk.desk.rostering.record import team_totals_in
from orderdesk.desk.scoring import standing_classes
from orderdesk.desk.signals import SOURCE_NAMES, look_in
from orderdesk.domain import ledger
from orderdesk.domain.conflicts import heavy_pairs
from orderdesk.domain.events import Case
from orderdesk.domain.law import term_status
from orderdesk.domain.ledger import Posting
from orderdesk.domain.people import Role
from orderdesk.domain.places import Places
from orderdesk.domain.time import Week, at, local
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import _, language, msg, ngettext
from orderdesk.papers.model import Document
from orderdesk.papers.review_data import (
    NOTHING_SAID,
    Ahead,
    Annex,
    Capacity,
    CaseSheet,
    Clash,
    DistrictPicture,
    Factor,
    Figure,
    Flip,
    LookBack,
    Named,
    Override,
    PaperRules,
    Request,
    RequestState,
    ReviewData,
    Scenario,
    ThemeHours,
    Words,
    YearSoFar,
    said,
)
from orderdesk.risk.facts import Signal
from orderdesk.risk.model import RiskClass
from orderdesk.risk.signals import WeekCell

if TYPE_CHECKING:
    from orderdesk.store.work import Fact, Reader

REVIEW, ADDENDUM = "review", "review_addendum"
_MOST_SHEETS = 12


# --- from the records to the content --------------------------------------------------------------


def review_data(desk: Desk, week: Week, *, version: int = 1) -> ReviewData:
    """Everything the sheet of `week` says now, each figure with the records it comes from."""
    with desk.read() as reader:
        return _data(desk, reader, week, version)


def _data(desk: Desk, reader: Reader, week: Week, version: int) -> ReviewData:
    over = week.span.end <= desk.now
    today = min(local(desk.now).date(), week.days[-1])
    rules = reference.cached("papers", PaperRules)
    classes = standing_classes(reader, local(desk.now).date())
    start = week.span.start if over else max(week.span.start, desk.now)
    ahead = [
        case
        for case in reader.cases(start=start, end=start + timedelta(days=rules.days_ahead))
        if case.status not in capacity.CLOSED_STATUSES and (over or case.outcome is None)
    ]
    postings = reader.postings(Posting)
    return ReviewData(
        week=week,
        sender=house.department(),
        version=version,
        known_at=desk.now,
        outlook_from=start if over else None,
        meeting=house.facts().meeting(week),
        synthetic=bool(reader.meta("synthetic")),
        look_back=tuple(_look_back(reader, week.shift(-1), postings)),
        ahead=tuple(_ahead(reader, case, today, over=over) for case in ahead),
        year=_year(reader, today, classes),
        clashes=tuple(_clashes(ahead)),
        districts=tuple(_districts(reader, today)),
        capacity=_capacity(reader, week, postings),
        asked=tuple(asked_in(reader, week)),
        interpretation=interpretation_in(reader, week),
        taken=(*taken_in(reader, week.shift(-1)), *taken_in(reader, week)),
        actions=tuple(actions_in(reader)),
        sheets=tuple(
            _sheet(reader, case, today)
            for case in ahead[:_MOST_SHEETS]
            if classes.get(case.id, RiskClass.LOW) is not RiskClass.LOW
        ),
        annexes=tuple(_annexes(reader, week)),
        names=_names(reader, week, ahead),
    )


def _annexes(reader: Reader, week: Week) -> Iterator[Annex]:
    """What-ifs that were kept this week, as they were then."""
    return map(_annex, whatif.kept_in(reader, week))


def _annex(one: whatif.Kept) -> Annex:
    return Annex(
        key=f"W{one.number}",
        title=said(lambda: one.title),
        lines=tuple(
            Words(texts=dict(zip(one.texts, line, strict=True)))
            for line in zip(*one.texts.values(), strict=True)
        ),
        records=(f"{whatif.WHAT_IF}:{one.number}",),
    )


def _names(reader: Reader, week: Week, ahead: Sequence[Case]) -> dict[str, str]:
    """What people call the records: numbers of cases, actions and decisions."""
    first = min(week.shift(-1).span.start, at(date(week.monday.year, 1, 1), "00:00"))
    known = [*reader.cases(start=first, end=week.span.end), *ahead]
    names = {f"case:{case.id}": case.number for case in known}
    names |= {f"action:{r.key}": r.doc["number"] for r in reader.records(ACTION)}
    names |= {f"fact:{fact.seq}": fact.doc["number"] for fact in reader.facts(TAKEN)}
    return names


def _figure(value: int, records: Sequence[str], fallback: str) -> Figure:
    return Figure(value=value, records=tuple(records) or (fallback,))


def _look_back(reader: Reader, week: Week, postings: Sequence[Posting]) -> Iterator[LookBack]:
    used = {line.case_id: line for line in ledger.statement(postings, week).cases}
    for case in reader.cases(start=week.span.start, end=week.span.end):
        if case.is_event:
            continue
        line = used.get(case.id)
        record = f"case:{case.id}"
        outcome = case.outcome
        yield LookBack(
            key=case.number,
            span=case.span,
            place=intake.place_name(case),
            planned=None if case.expected is None else _figure(case.expected, [record], record),
            actual=None
            if outcome is None or outcome.turnout is None
            else _figure(outcome.turnout, [record], record),
            incident=outcome.incident if outcome else None,
            planned_minutes=None
            if line is None
            else _figure(line.committed + line.used + line.to_borrow + line.lent, [record], record),
            used_minutes=None if line is None else _figure(line.deployed, [record], record),
            records=(record,),
        )


def _ahead(reader: Reader, case: Case, today: date, *, over: bool) -> Ahead:
    found = cases.dossier_in(reader, case, today)
    record = f"case:{case.id}"
    event_class = case.event.risk_class if case.event else ""
    return Ahead(
        key=case.number,
        span=case.span,
        place=found.place,
        form=said(lambda: _(words.FORMS[case.form])),
        expected=None if case.expected is None else _figure(case.expected, [record], record),
        estimated_at=case.known_at,
        advised_class=event_class or found.risk.score.advice.value,
        decided_class=found.risk.decided.value if found.risk.decided else "",
        override=_override(found.risk.override),
        term=term_status(case, found.term),
        deadline=found.term.deadline if found.term else None,
        # Nobody can still ask for what a gathering that is over never told.
        open_points=() if over else tuple(said(name.__str__) for name in found.missing),
        status=said(lambda: _(words.STATUSES[case.status])),
        records=(record,),
    )


def _override(found: Mapping[str, Any] | None) -> Override | None:
    if found is None:
        return None
    return Override(
        by=Named(name=found["by"], function=said(lambda: _(ROLE_NAMES[Role(found["role"])]))),
        at=datetime.fromisoformat(found["at"]),
        motive=found["motive"],
    )


def _year(reader: Reader, today: date, classes: Mapping[str, RiskClass]) -> YearSoFar:
    found = [
        case
        for case in reader.cases(start=at(date(today.year, 1, 1), "00:00"), end=at(today, "23:59"))
        if case.is_wom
    ]
    high = [case for case in found if classes.get(case.id) is RiskClass.HIGH]
    return YearSoFar(
        demonstrations=_figure(len(found), [f"case:{c.id}" for c in found], "register"),
        classed_high=_figure(len(high), [f"case:{c.id}" for c in high], "register"),
    )


def _clashes(found: Sequence[Case]) -> Iterator[Clash]:
    places = reference.cached("places", Places)
    by_id = {case.id: case for case in found}
    for conflict in heavy_pairs(found, places):
        one, other = by_id[conflict.case_id], conflict.other
        yield Clash(
            key=f"{one.number} - {other.number}",
            what=said(conflict.note.__str__),
            cases=(one.number, other.number),
            records=(f"case:{one.id}", f"case:{other.id}"),
        )


def _districts(reader: Reader, today: date) -> Iterator[DistrictPicture]:
    board = look_in(reader, today)
    newest: dict[str, WeekCell] = {found.district: found for found in board.weeks}
    for view in board.districts:
        seen = next((s for s in board.signals if s.district == view.district), None)
        cell = newest.get(view.district)
        records = tuple(f"signal:{s.id}" for s in board.signals if s.district == view.district)
        yield DistrictPicture(
            key=view.district,
            phase=None if view.silent or seen is None else int(seen.phase),
            reports=None
            if view.silent or cell is None
            else _figure(cell.entries, records, f"signal_week:{cell.week}/{cell.district}"),
            source=_source(seen) if seen else NOTHING_SAID,
            observed_on=view.newest,
            sureness=seen.reliability if seen else None,
            records=records,
        )


def _capacity(reader: Reader, week: Week, postings: Sequence[Posting]) -> Capacity:
    stated = ledger.statement(postings, week)
    b = stated.balance
    ids = [f"posting:{p.id}" for p in postings if p.week == week] or [f"week:{week}"]
    away = plannable.team_hours_in(reader, week)
    there = reader.people(week.days[0], week.days[-1])
    team = [f"person:{person.id}" for person in there] or ["team"]
    totals = team_totals_in(reader, week)
    changed = [f"publication:{week}"]

    def booked(n: int) -> Figure:
        return _figure(n, ids, f"week:{week}")

    return Capacity(
        contract=_figure(away.contract, team, "team"),
        away=_figure(sum(away.away.values()), [f"away:{week}"], "team"),
        plannable=_figure(away.plannable, [*team, f"away:{week}"], "team"),
        reserve=booked(b.reserve),
        used=booked(b.used),
        given_back=booked(b.given_back),
        committed=booked(b.committed),
        free=booked(b.free),
        owed=booked(b.owed),
        to_borrow=booked(b.to_borrow),
        owed_due=stated.debts[0].terms.due if stated.debts else None,
        themes=tuple(
            ThemeHours(
                key=line.theme,
                name=_theme(line.theme),
                budget=booked(line.budget),
                borrowed=booked(line.to_borrow + line.lent),
                paid_back=booked(line.paid_back),
                owed=booked(line.owed),
            )
            for line in stated.themes
        ),
        requests=(*_requests(reader, stated), *_police_requests(reader, week)),
        changed_hours=_figure(totals.changes_of_hours, changed, "roster"),
        changed_tasks=_figure(totals.changes_of_task, changed, "roster"),
        days_off_cancelled=_figure(totals.days_off_cancelled, changed, "roster"),
        days_off_moved=_figure(totals.days_off_moved, changed, "roster"),
        note=note_in(reader, week),
    )


def _requests(reader: Reader, stated: ledger.Statement) -> Iterator[Request]:
    asked = [line for line in stated.cases if line.external_asked or line.external_confirmed]
    numbers = {c.id: c.number for c in reader.cases(ids=[line.case_id for line in asked])}
    for line in asked:
        confirmed = bool(line.external_confirmed)
        yield Request(
            key=numbers.get(line.case_id, line.case_id),
            of=said(lambda: _("neighbouring pool")),
            what=said(lambda: _("officers")),
            minutes=_figure(
                line.external_asked + line.external_confirmed, [f"case:{line.case_id}"], "ledger"
            ),
            state=RequestState("confirmed" if confirmed else "asked"),
        )


def _police_requests(reader: Reader, week: Week) -> Iterator[Request]:
    """What was asked of the police: their hours, beside the team's and never among them."""
    return starmap(_police_request, enumerate(assistance.requests_in(reader, week), start=1))


def _police_request(n: int, ask: assistance.PoliceRequest) -> Request:
    return Request(
        key=f"{ask.number} P{n}",
        of=said(lambda: _("police, at their cost")),
        what=said(lambda: ask.what),
        minutes=_figure(ask.minutes, [f"case:{ask.case_id}"], "register"),
        state=RequestState(ask.state),
    )


def _sheet(reader: Reader, case: Case, today: date) -> CaseSheet:
    found = cases.dossier_in(reader, case, today)
    risk = found.risk
    return CaseSheet(
        key=case.number,
        span=case.span,
        place=found.place,
        advised_class=risk.score.advice.value,
        decided_class=risk.decided.value if risk.decided else "",
        override=_override(risk.override),
        chance=said(risk.score.chance.__str__),
        factors=tuple(
            Factor(
                label=said(factor.label.__str__),
                points=factor.points,
                source=_ground(factor.source),
                age_days=factor.age_days or 0,
            )
            for factor in risk.score.factors
        ),
        flips=tuple(
            Flip(change=said(flip.change.__str__), advice=flip.advice.value)
            for flip in risk.flips
            if flip.advice is not risk.score.advice
        ),
        scenarios=tuple(
            Scenario(
                trigger=card.trigger,
                measure=card.measure,
                owner=card.owner,
                limit=card.tolerance_limit,
            )
            for card in found.scenarios
        ),
        records=(f"case:{case.id}",),
    )


def _theme(id: str) -> Words:
    return said(lambda: words.theme(id))


def _source(signal: Signal) -> Words:
    return said(lambda: _(SOURCE_NAMES[signal.source_type]))


def _ground(source: str) -> Words:
    return said(lambda: _(source))


# --- the sheet ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Frozen:
    """A version that no longer changes."""

    version: int
    sha256: str
    data: ReviewData
    frozen_at: datetime


@dataclass(frozen=True)
class Written:
    """The files of a review."""

    pdf: Path
    markdown: Path
    json: Path
    pages: int
    version: int
    sha256: str
    addenda: int

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "pdf": str(self.pdf),
            "markdown": str(self.markdown),
            "json": str(self.json),
            "pages": self.pages,
            "version": self.version,
            "sha256": self.sha256,
            "addenda": self.addenda,
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield ngettext("{file}: {n} page", "{file}: {n} pages", self.pages).format(
            file=self.pdf, n=self.pages
        )
        if self.sha256:
            yield _("version {n}, fingerprint {digest}").format(n=self.version, digest=self.sha256)


def draft(desk: Desk, week: Week, *, one_page: bool = False) -> Document:
    """The sheet as it would read now."""
    from orderdesk.papers.review import Edition, weekly_review

    edition = Edition.ONE_PAGE if one_page else Edition.FULL
    rules = reference.cached("papers", PaperRules)
    return weekly_review(review_data(desk, week), rules, language(), edition)


def freeze(desk: Desk, week: Week) -> Frozen:
    """Freeze the sheet: version, content and hash, in one unit of work."""
    with desk.work() as work:
        version = len(work.facts(REVIEW, f"week:{week}")) + 1
        data = _data(desk, work, week, version)
        content = data.model_dump_json()
        digest = hashlib.sha256(content.encode()).hexdigest()
        work.add_fact(
            REVIEW,
            f"week:{week}",
            {"version": version, "sha256": digest, "data": data.model_dump(mode="json")},
        )
    return Frozen(version, digest, data, desk.now)


def last_frozen(desk: Desk, week: Week) -> Frozen | None:
    """The newest frozen version; None while there is only a draft."""
    with desk.read() as reader:
        fact = reader.last_fact(REVIEW, f"week:{week}")
    if fact is None:
        return None
    data = ReviewData.model_validate(fact.doc["data"])
    return Frozen(fact.doc["version"], fact.doc["sha256"], data, fact.entered_at)


def addendum(desk: Desk, week: Week) -> Document | None:
    """What changed since the freeze, and nothing else; None without a frozen version.

    It carries the next number: addenda that were issued keep theirs.
    """
    from orderdesk.papers.addendum import addendum as addendum_of

    frozen = last_frozen(desk, week)
    if frozen is None:
        return None
    now = review_data(desk, week, version=frozen.version)
    number = len(_issued(desk, week, frozen)) + 1
    return addendum_of(frozen.data, now, language(), number, frozen_digest=frozen.sha256)


def issue_addendum(desk: Desk, week: Week) -> tuple[int, str]:
    """Fix the addendum as it reads now under its number; number and fingerprint.

    Raises RuleSaysNo while nothing is frozen, or when nothing has changed since the last one.
    """
    from orderdesk.papers.addendum import changes_since

    frozen = last_frozen(desk, week)
    if frozen is None:
        raise RuleSaysNo(msg("nothing is frozen yet"))
    now = review_data(desk, week, version=frozen.version)
    issued = _issued(desk, week, frozen)
    before = ReviewData.model_validate(issued[-1].doc["data"]) if issued else frozen.data
    if not changes_since(before, now):
        raise RuleSaysNo(msg("nothing has changed since the last one"))
    digest = hashlib.sha256(now.model_dump_json().encode()).hexdigest()
    with desk.work() as work:
        doc = {
            "number": len(issued) + 1, "version": frozen.version, "sha256": digest,
            "data": now.model_dump(mode="json"),
        }  # fmt: skip
        work.add_fact(ADDENDUM, f"week:{week}", doc)
    return len(issued) + 1, digest


def _issued(desk: Desk, week: Week, frozen: Frozen) -> list[Fact]:
    with desk.read() as reader:
        facts = reader.facts(ADDENDUM, f"week:{week}")
    return [fact for fact in facts if fact.doc["version"] == frozen.version]


def write(
    desk: Desk, week: str, out: Path, *, freeze_now: bool = False, editions: bool = False
) -> Written:
    """Write the review of a week (empty: this week) as PDF, Markdown and JSON below `out`.

    The frozen version where there is one, with an addendum of its own for what changed since;
    else the draft. With `editions` also as PDF without names, and on one page.
    """
    from orderdesk.papers.markdown import to_markdown
    from orderdesk.papers.pdf import to_pdf
    from orderdesk.papers.review import Edition, weekly_review

    chosen = Week.parse(week) if week else Week.of(desk.now)
    frozen = freeze(desk, chosen) if freeze_now else last_frozen(desk, chosen)
    data = frozen.data if frozen else review_data(desk, chosen)
    digest = frozen.sha256 if frozen else ""
    rules = reference.cached("papers", PaperRules)
    document = weekly_review(data, rules, language())
    base = out / f"review-{chosen}"
    pdf = to_pdf(document, digest)
    text = to_markdown(document, digest)
    later = addendum(desk, chosen) if frozen else None
    if later is not None:
        text += "\n\n" + to_markdown(later, digest)
        number = len(_issued(desk, chosen, frozen)) + 1 if frozen else 1
        name = f"{base.name}-addendum-{number}.pdf"
        write_whole(base.with_name(name), to_pdf(later, digest).content)
    for edition in (Edition.NO_NAMES, Edition.ONE_PAGE) if editions else ():
        for_others = to_pdf(weekly_review(data, rules, language(), edition), digest)
        name = f"{base.name}-{edition.value.replace('_', '-')}.pdf"
        write_whole(base.with_name(name), for_others.content)
    write_whole(base.with_suffix(".pdf"), pdf.content)
    write_whole(base.with_suffix(".md"), text.encode("utf-8"))
    write_whole(base.with_suffix(".json"), data.model_dump_json(indent=2).encode("utf-8"))
    return Written(
        pdf=base.with_suffix(".pdf"),
        markdown=base.with_suffix(".md"),
        json=base.with_suffix(".json"),
        pages=pdf.pages,
        version=data.version,
        sha256=digest,
        addenda=int(later is not None),
    )
