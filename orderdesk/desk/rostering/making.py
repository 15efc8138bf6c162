"""Making a roster for the weeks to come, and publishing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from orderdesk import reference
from orderdesk.desk import availability, booking, leave, plannable, weeks, words
from orderdesk.desk.core import Desk
from orderdesk.desk.rostering import oncall
from orderdesk.desk.rostering.parameters import LOOK_BACK, YEAR_BACK, law, offers, rules, waterlines
from orderdesk.desk.rostering.proposal import (
    Proposal,
    drafted,
    drop,
    keep,
    proposal_in,
    published_in,
)
from orderdesk.desk.rostering.record import late_changes_in
from orderdesk.desk.rostering.replanning import needs_in
from orderdesk.desk.scoring import standing_classes
from orderdesk.domain import ledger
from orderdesk.domain.ledger import Posting, Themes
from orderdesk.domain.people import Person, Role
from orderdesk.domain.time import Span, Week, at, local
from orderdesk.domain.worktime import Finding, Severity, check_duties, errors
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, _, figure, msg, pick
from orderdesk.roster.problem import Need, Problem, standing, standing_needs, waterline_needs

if TYPE_CHECKING:
    from orderdesk.roster.search import Effort, Progress
    from orderdesk.roster.solve import Roster
    from orderdesk.store.work import Reader


_NOTICE = "notice"
"""The rule on telling in time."""
_FEW = 3
"""So many breaches of one rule are named one by one."""
SECONDS = 30.0
"""How long a search goes on, if nobody says otherwise or stops it."""


@dataclass(frozen=True)
class Made:
    """Weeks that were rostered, as a proposal: nobody was told yet."""

    proposal: Proposal
    people: int
    roster: Roster
    findings: tuple[Finding, ...]
    """What the law says of it beyond what history brings along."""
    published: Published | None = None

    @property
    def first(self) -> date:
        """The first day."""
        return self.proposal.first

    @property
    def days(self) -> int:
        """How many days."""
        return self.proposal.days

    @property
    def violations(self) -> int:
        """Breaches of the law that forbid publication."""
        return len(errors(self.findings))

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "first": self.first.isoformat(),
            "days": self.days,
            "people": self.people,
            "duties": len(self.roster.duties),
            "violations": self.violations,
            "warnings": len(self.findings) - self.violations,
            "uncovered": sum(gap.short for gap in self.roster.uncovered),
            "gap": round(self.roster.gap, 4),
            "objective": self.roster.objective,
            "bound": self.roster.bound,
            "seconds": round(self.roster.seconds, 2),
            "first_legal_seconds": round(self.roster.first_legal_seconds, 2),
            "differences": len(self.proposal.differences()),
            "published": self.published is not None,
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield _("{n} duties for {people} people, {days} days from {first}").format(
            n=len(self.roster.duties), people=self.people, days=self.days,
            first=words.day(self.first, year=True),
        )  # fmt: skip
        yield at_most(self.roster.gap)
        yield from law_lines(self.findings)
        for gap in self.roster.uncovered:
            yield _("not covered: {what}, {when}, {n} short").format(
                what=need_name(gap.need), when=words.span(gap.span), n=gap.short
            )
        if self.published is None:
            yield _("a proposal: not published")
        else:
            yield from self.published.lines()


@dataclass(frozen=True)
class Published:
    """What was told to people."""

    first: date
    days: int
    duties: int
    """Duties that are new to their people."""
    warnings: int
    reason: str

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield _("published: {n} duties, {days} days from {first}").format(
            n=self.duties, days=self.days, first=words.day(self.first, year=True)
        )
        if self.warnings:
            yield _("{n} warnings, because: {reason}").format(n=self.warnings, reason=self.reason)


_FAR = 0.5
"""From this gap on the bound says nothing yet of how good the roster is."""


def at_most(gap: float) -> str:
    """How near the best a roster is, as people say it."""
    if gap < 0.0005:
        return _("proven: no roster is better")
    if gap > _FAR:
        return _("how near the best is not proven yet")
    return _("at most {gap}% from the best possible").format(gap=figure(gap * 100, ".1f"))


def progress_line(step: Progress) -> str:
    """Where the search stands, for a person."""
    return _("{seconds} s: {gap}").format(
        seconds=figure(step.seconds, ".0f"), gap=at_most(step.gap)
    )


def propose(
    desk: Desk,
    week: str = "",
    weeks: int = 4,
    effort: Effort | None = None,
    *,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
    keep_if: Callable[[], bool] = lambda: True,
) -> Made:
    """Roster weeks as a proposal; by default those of the open one, else the first without one.

    What is published in them stays as it is. Rostering the same weeks again keeps the pins of the
    open proposal and changes no more of it than pays. `stop` ends the search with the best so far;
    it is kept if `keep_if` then says so. Raises RuleSaysNo when nobody is in the team, or what is
    pinned breaks the law.
    """
    from orderdesk.roster.solve import roster

    desk.need(Role.PLANNER)
    with desk.read() as reader:
        first, days, earlier = _weeks_asked(reader, week, weeks, desk.now)
        problem = problem_in(reader, first, days, desk.now, earlier)
        published = published_in(reader, first, days)
        kept = proposal_in(reader)
    found = roster(
        problem, rules(), law(), new_id=desk.new_id, now=desk.now, effort=effort,
        on_progress=progress, stop=stop,
    )  # fmt: skip
    proposal = Proposal(
        first=first,
        days=days,
        number=earlier.number + 1 if earlier else 1,
        duties=found.duties,
        before=earlier.duties if earlier else tuple(published),
        free=earlier.free if earlier else frozenset(),
        objective=found.objective,
        bound=found.bound,
        seconds=found.seconds,
        made_at=desk.now,
        version=kept.version if kept else 0,
    )
    if keep_if():
        with desk.work(Role.PLANNER) as work:
            keep(work, proposal)
            work.note(
                "roster.proposed",
                f"roster:{first}",
                {"days": days, "number": proposal.number, "gap": round(found.gap, 4)},
            )
    with desk.read() as reader:
        said = findings_in(reader, proposal, desk.now)
    return Made(proposal, len(problem.members), found, said)


class Weeks(NamedTuple):
    """Which weeks to roster, and for how long to search."""

    week: str
    weeks: int
    seconds: float


def next_weeks(desk: Desk) -> Weeks:
    """The weeks of the open proposal, else four weeks from the first without a roster."""
    desk.need(Role.PLANNER)
    with desk.read() as reader:
        first, days, _earlier = _weeks_asked(reader, "", 4, desk.now)
    return Weeks(str(Week.of(first)), days // 7, SECONDS)


def read_weeks(values: Mapping[str, str]) -> Weeks:
    """What was filled in. Raises BadInput at the field that is wrong."""
    week = str(Week.parse(values["week"].strip()))
    number, seconds = values["weeks"].strip(), values["seconds"].strip()
    if not number.isdigit() or not 1 <= int(number) <= 16:
        raise BadInput(N_("weeks"), number, msg("From 1 to 16 weeks."))
    if not seconds.isdigit() or not 5 <= int(seconds) <= 600:
        raise BadInput(N_("seconds"), seconds, msg("From 5 to 600 seconds."))
    return Weeks(week, int(number), float(seconds))


def open_proposal(desk: Desk) -> Proposal:
    """The open proposal. Raises RuleSaysNo when there is none."""
    with desk.read() as reader:
        found = proposal_in(reader)
    if found is None:
        raise RuleSaysNo(msg("there is no proposal: roster the weeks first"))
    return found


def _weeks_asked(
    reader: Reader, week: str, weeks: int, now: datetime
) -> tuple[date, int, Proposal | None]:
    """First day, number of days, and the open proposal if it is one for them."""
    earlier = proposal_in(reader)
    if earlier is not None and not week:
        return earlier.first, earlier.days, earlier
    first = (Week.parse(week) if week else first_open_week(reader, now)).monday
    same = earlier is not None and (earlier.first, earlier.days) == (first, weeks * 7)
    return first, weeks * 7, earlier if same else None


def publish(desk: Desk, reason: str = "") -> Published:
    """Make the open proposal the roster. `reason` is asked where the law warns; it is kept.

    Raises RuleSaysNo when there is no proposal, when one of its duties breaks the law (rule 23),
    or when the roster changed since it was made; BadInput when a warning has no reason.
    """
    with desk.work(Role.PLANNER) as work:
        proposal = proposal_in(work)
        if proposal is None:
            raise RuleSaysNo(msg("there is no proposal: roster the weeks first"))
        published = published_in(work, proposal.first, proposal.days)
        known = {duty.id: duty for duty in proposal.duties}
        if any(known.get(duty.id) != duty for duty in published):
            raise RuleSaysNo(msg("the roster changed since this proposal: roster the weeks again"))
        said = findings_in(work, proposal, desk.now)
        wrong = errors(said)
        if wrong:
            raise RuleSaysNo(
                msg("{who}: {what} ({article})", who=wrong[0].person_id, what=wrong[0].message,
                    article=wrong[0].article),
                "23",
            )  # fmt: skip
        if said and not reason.strip():
            raise BadInput(
                N_("reason"),
                "",
                msg("The law warns: {what}. Say once why it is published.", what=warned_text(said)),
            )
        new = [d.replace(changed_at=work.now) for d in drafted(proposal, published)]
        work.save_duties(new)
        drop(work)
        work.note(
            "roster.published",
            f"roster:{proposal.first}",
            {
                "days": proposal.days,
                "duties": len(new),
                "reason": reason.strip(),
                "warnings": [[f.rule, f.person_id, f.start.isoformat()] for f in said],
            },
        )
    return Published(proposal.first, proposal.days, len(new), len(said), reason.strip())


def throw_away(desk: Desk) -> Proposal:
    """Throw the open proposal away; what is published stays. Gives what it was."""
    with desk.work(Role.PLANNER) as work:
        proposal = proposal_in(work)
        if proposal is None:
            raise RuleSaysNo(msg("there is no proposal: roster the weeks first"))
        drop(work)
        work.note("roster.dropped", f"roster:{proposal.first}", {"number": proposal.number})
    return proposal


def findings_in(reader: Reader, proposal: Proposal, now: datetime) -> tuple[Finding, ...]:
    """What the law says of a proposal, told to its people `now`, that it doesn't say without it."""
    start = at(proposal.first, "00:00")
    end = start + timedelta(days=proposal.days + 14)
    duties = standing(reader.duties(start=start - YEAR_BACK, end=end))
    fresh = list(drafted(proposal, duties))
    calls = oncall.spells_in(reader)
    before = {
        f.key
        for f in (
            *check_duties(duties, law(), judged_from=start),
            *oncall.findings(duties, calls, judged_from=start),
        )
    }
    told = {duty.id: now for duty in fresh}
    found = (
        *check_duties([*duties, *fresh], law(), judged_from=start, told=told),
        *oncall.findings([*duties, *fresh], calls, judged_from=start),
    )
    return tuple(f for f in found if f.key not in before)


def law_lines(found: Iterable[Finding]) -> Iterator[str]:
    """What the law says, rule by rule: breaches first, each by itself where they are few, else
    how often and for whom first; last what is only told late, which is most of a first roster."""
    by_rule: dict[tuple[bool, bool, str], list[Finding]] = {}
    for finding in found:
        key = finding.severity is not Severity.ERROR, finding.rule == _NOTICE, finding.rule
        by_rule.setdefault(key, []).append(finding)
    if not by_rule:
        yield _("the law: nothing against it")
    for (warning, notice, rule), same in sorted(by_rule.items()):
        first = same[0]
        if notice:
            yield _("{mark} {article} {title}: {n} times for {people} people, one reason").format(
                mark="·" if warning else "!", article=first.article,
                title=pick(law().title(rule)), n=len(same),
                people=len({f.person_id for f in same}),
            )  # fmt: skip
            continue
        if len(same) <= _FEW:
            for one in same:
                yield _("{mark} {article} {title}: {who}, {when}: {what}").format(
                    mark="·" if warning else "!", article=one.article,
                    title=pick(law().title(rule)), who=one.person_id,
                    when=words.moment(one.start), what=one.message,
                )  # fmt: skip
            continue
        yield _("{mark} {article} {title}, {n} times; first {who}, {when}: {what}").format(
            mark="·" if warning else "!", article=first.article, title=pick(law().title(rule)),
            n=len(same), who=first.person_id, when=words.moment(first.start), what=first.message,
        )  # fmt: skip


def warned_text(found: Iterable[Finding]) -> str:
    """What the law warns of, rule by rule with how often; what is only told late stands last."""
    counts = Counter(f.rule for f in found if f.severity is not Severity.ERROR)
    return ", ".join(
        f"{pick(law().title(rule))} {n} x"
        for rule, n in sorted(counts.items(), key=lambda one: (one[0] == _NOTICE, one[0]))
    )


def need_name(need: Need) -> str:
    """What a block of cover is called."""
    if need.case_id:
        return _("deployment {number}").format(number=need.id.split()[0])
    if need.shift:
        name = next((o.shift.name for o in offers() if o.shift.id == need.shift), need.shift)
        return _("shift {name}").format(name=name)
    return _("strength of {place}").format(place=need.place) if need.place else _("strength")


def first_open_week(reader: Reader, now: datetime) -> Week:
    """The first week that has no roster."""
    last = max((duty.start for duty in reader.duties(start=now)), default=now)
    return Week.of(max(last, now)).shift(1)


def problem_in(
    reader: Reader, first: date, days: int, now: datetime, earlier: Proposal | None = None
) -> Problem:
    """What the roster of these days must satisfy: people, shifts, cover, cases, themes, wishes,
    pins.

    Pinned is what is published, and what is pinned in the proposal `earlier`. Cases ask what is
    known of them `now`.
    """
    start = at(first, "00:00")
    dates = [first + timedelta(days=n) for n in range(days)]
    people = reader.people(dates[0], dates[-1])
    if not people:
        raise RuleSaysNo(msg("nobody is in the team yet: add people first"))
    known = {person.id for person in people}
    needs = [*standing_needs(rules(), dates, offers()), *waterline_needs(waterlines(), dates)]
    published = [d for d in published_in(reader, first, days) if d.person_id in known]
    draft = [d for d in drafted(earlier, published) if d.person_id in known]
    late, off = late_changes_in(reader, start), _granted(reader)
    calls = oncall.spans_by_person(oncall.spells_in(reader))
    members = availability.members(
        reader, people, first, days,
        offers=offers(),
        history=reader.duties(start=start - LOOK_BACK, end=start),
        week_minutes={p.id: _plannable(reader, people, p, first, days) for p in people},
    )  # fmt: skip
    return Problem(
        first=first,
        days=days,
        members=tuple(
            replace(
                m,
                late_changes=late.get(m.id, 0),
                away=(*m.away, *off.get(m.id, ())),
                on_call=calls.get(m.id, ()),
            )
            for m in members
        ),
        offers=offers(),
        needs=(*weeks.with_flex(reader, needs, offers()), *_case_needs(reader, start, days, now)),
        theme_minutes=_theme_minutes(reader, Week.of(first)),
        wishes=tuple(availability.wishes_in(reader, people, dates[0], dates[-1])),
        pinned=(*published, *(duty for duty in draft if duty.pinned)),
        pinned_off=earlier.free if earlier else frozenset(),
        draft=tuple(duty for duty in draft if not duty.pinned),
    )


def _case_needs(reader: Reader, start: datetime, days: int, now: datetime) -> Iterator[Need]:
    """What the cases of these days ask of the team, on top of its standing strength.

    Who works anywhere in the city may be sent there; who goes is chosen when plans for the case
    are made.
    """
    cases = [
        case for case in reader.cases(start=start, end=start + timedelta(days=days)) if case.to_come
    ]
    classes = standing_classes(reader, local(now).date()) if cases else {}
    for case in cases:
        for need in needs_in(reader, case, classes):
            if need.at_least and need.span.end > now:
                yield replace(need, place="")


def _granted(reader: Reader) -> Mapping[str, list[Span]]:
    """Days of leave that were granted, by person."""
    found: dict[str, list[Span]] = {}
    for one in leave.granted_in(reader):
        if not one.cancelled:
            end = at(one.last + timedelta(days=1), "00:00")
            found.setdefault(one.person_id, []).append(Span(start=at(one.first, "00:00"), end=end))
    return found


def _plannable(
    reader: Reader, people: Sequence[Person], person: Person, first: date, days: int
) -> tuple[int, ...]:
    """What can be planned of a person each week: the own absence off, and a share of what is only
    known as hours of the whole team."""
    contract = sum(p.contract_minutes for p in people) or 1
    found = []
    for n in range(days // 7):
        week = Week.of(first).shift(n)
        absences = availability.absences_in(reader, week.days[0], week.days[-1])
        own = availability.contract_minutes(person, week)
        own -= sum(availability.away_by_cause(person, absences, week).values())
        counted = sum(plannable.counted_away_of_late(reader, week).values())
        found.append(max(0, own - round(person.contract_minutes * counted / contract)))
    return tuple(found)


def _theme_minutes(reader: Reader, week: Week) -> dict[str, int]:
    """Least minutes per theme: what the week was opened with, else what the week before had."""
    stated = ledger.statement(reader.postings(Posting), week)
    opened = {line.theme: line.budget for line in stated.themes if line.budget > 0}
    weekly = {theme.id: 0 for theme in reference.cached("themes", Themes).themes}
    return weekly | (opened or booking.rostered_in(reader, week.shift(-1))[1])
