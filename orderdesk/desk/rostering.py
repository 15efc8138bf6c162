"""The roster: four weeks by the law, replans with their price, publishing and going back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import capacity, words
from orderdesk.desk.core import Desk, authority
from orderdesk.desk.scoring import standing_classes
from orderdesk.desk.timeline import note_event
from orderdesk.domain import ledger
from orderdesk.domain.demand import Carrier
from orderdesk.domain.events import Case
from orderdesk.domain.ledger import Posting, Themes
from orderdesk.domain.people import (
    Actor,
    Duty,
    DutyStatus,
    Person,
    Role,
    ShiftBook,
    TaskSpan,
)
from orderdesk.domain.places import Places
from orderdesk.domain.time import Span, Week, at, local
from orderdesk.domain.worktime import Finding, WorkingTimeLaw, check_duties, errors
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, _, language, msg
from orderdesk.reserve.rules import ReserveRules
from orderdesk.roster.burden import Change, TeamTotals, team_totals
from orderdesk.roster.moves import Pool, Refusal, Situation
from orderdesk.roster.problem import (
    Member,
    Need,
    Offer,
    Problem,
    RosterRules,
    standing_needs,
    waterlines,
)
from orderdesk.roster.replan import Plan, Replan, replan

if TYPE_CHECKING:
    from orderdesk.roster.explain import Candidate
    from orderdesk.roster.solve import Roster
    from orderdesk.store.work import Reader, Work

PUBLICATION = "publication"
_LOOK_BACK = timedelta(weeks=16)
_LOOK_AHEAD = timedelta(weeks=2)
POOL_PEOPLE = 2
"""People whom the neighbours lend at most; until they say a number themselves."""


def offers() -> tuple[Offer, ...]:
    """The shifts of the team."""
    book = reference.cached("shifts", ShiftBook)
    return tuple(Offer(shift.type, shift.place, shift.weekdays) for shift in book.shifts)


def law() -> WorkingTimeLaw:
    """Working-time law as data."""
    found: WorkingTimeLaw = reference.cached("working_time_law", WorkingTimeLaw)
    return found


def rules() -> RosterRules:
    """The team's own rules and prices."""
    found: RosterRules = reference.cached("roster", RosterRules)
    return found


# --- looking --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RosterView:
    """People x days, with the cover of each day."""

    days: tuple[date, ...]
    people: tuple[Person, ...]
    cells: Mapping[tuple[str, date], tuple[Duty, ...]]
    findings: tuple[Finding, ...]

    def mark(self, person_id: str, day: date) -> str:
        """A cell in three signs: shift, a star for a deployment, an exclamation for an error."""
        duties = self.cells.get((person_id, day), ())
        if not duties:
            return "·"
        duty = duties[0]
        sign = "x" if duty.status is DutyStatus.CANCELLED else duty.shift
        deployed = "*" if any(task.case_id for task in duty.tasks) else ""
        pinned = "^" if duty.pinned else ""
        broken = "!" if (person_id, day) in self._broken else ""
        return f"{sign}{deployed}{pinned}{broken}"

    @property
    def _broken(self) -> frozenset[tuple[str, date]]:
        return frozenset((f.person_id, local(f.start).date()) for f in errors(self.findings))

    def cover(self, day: date) -> int:
        """Officers who work on a day."""
        return sum(
            any(d.status is not DutyStatus.CANCELLED for d in self.cells.get((p.id, day), ()))
            for p in self.people
        )


def view(desk: Desk, first: date, days: int) -> RosterView:
    """The roster from `first` on."""
    with desk.read() as reader:
        shown = tuple(first + timedelta(days=n) for n in range(days))
        duties = reader.duties(start=at(first, "00:00") - _LOOK_BACK, end=at(shown[-1], "23:59"))
        people = tuple(reader.people())
    cells: dict[tuple[str, date], tuple[Duty, ...]] = {}
    for duty in sorted(duties, key=lambda d: (d.status is DutyStatus.CANCELLED, d.start)):
        day = local(duty.start).date()
        cells[duty.person_id, day] = (*cells.get((duty.person_id, day), ()), duty)
    return RosterView(shown, people, cells, tuple(check_duties(duties, law())))


# --- four weeks -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """A roster that was made, and whether it was published."""

    first: date
    days: int
    people: int
    roster: Roster
    violations: int
    published: bool

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "first": self.first.isoformat(),
            "days": self.days,
            "people": self.people,
            "duties": len(self.roster.duties),
            "violations": self.violations,
            "uncovered": sum(gap.short for gap in self.roster.uncovered),
            "gap": round(self.roster.gap, 4),
            "objective": self.roster.objective,
            "bound": self.roster.bound,
            "seconds": round(self.roster.seconds, 2),
            "first_legal_seconds": round(self.roster.first_legal_seconds, 2),
            "published": self.published,
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield _("{n} duties for {people} people, {days} days from {first}").format(
            n=len(self.roster.duties), people=self.people, days=self.days, first=self.first
        )
        yield _("breaches of the law: {n}").format(n=self.violations)
        yield _("at most {gap} from the best possible").format(gap=f"{self.roster.gap:.1%}")
        for gap in self.roster.uncovered:
            yield _("not covered: {what}, {when}, {n} short").format(
                what=gap.need.id, when=words.span(gap.span), n=gap.short
            )
        yield _("published") if self.published else _("not published")


def make(
    desk: Desk,
    week: str,
    weeks: int,
    seconds: float,
    *,
    publish: bool = False,
    repeatable: bool = False,
    progress: Callable[[str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Made:
    """Make a roster for `weeks` weeks (default: from the first week without one).

    With `publish` it becomes the roster; duties that stand there already stay as pinned.
    Raises RuleSaysNo when nobody is in the team, or the pins leave no lawful roster.
    """
    from orderdesk.roster.solve import Effort, Progress, roster

    with desk.read() as reader:
        first = (Week.parse(week) if week else _first_open_week(reader, desk.now)).monday
        problem = _problem(reader, first, weeks * 7)

    def heard(step: Progress) -> None:
        if progress is not None:
            progress(
                _("roster: {seconds} s, at most {gap} from the best possible").format(
                    seconds=f"{step.seconds:.0f}", gap=f"{step.gap:.1%}"
                )
            )

    found = roster(
        problem, rules(), law(), new_id=desk.new_id, now=desk.now,
        effort=Effort(seconds=seconds, repeatable=repeatable), on_progress=heard, stop=stop,
    )  # fmt: skip
    history = [duty for member in problem.members for duty in member.history]
    broken = errors(check_duties([*history, *found.duties], law()))
    if publish:
        if broken:
            raise RuleSaysNo(broken[0].message, "23")
        with desk.work(Role.PLANNER) as work:
            pinned = {duty.id for duty in problem.pinned}
            work.save_duties([duty for duty in found.duties if duty.id not in pinned])
            work.note("roster.published", f"roster:{first}", {"weeks": weeks})
    return Made(first, weeks * 7, len(problem.members), found, len(broken), publish)


def _first_open_week(reader: Reader, now: datetime) -> Week:
    last = max((duty.start for duty in reader.duties()), default=now)
    return Week.of(max(last, now)).shift(1)


def _problem(reader: Reader, first: date, days: int) -> Problem:
    start, end = at(first, "00:00"), at(first + timedelta(days=days), "00:00")
    people = reader.people()
    if not people:
        raise RuleSaysNo(msg("nobody is in the team yet: add people first"))
    before = reader.duties(start=start - _LOOK_BACK, end=start)
    dates = [first + timedelta(days=n) for n in range(days)]
    weekly = {theme.id: 0 for theme in reference.cached("themes", Themes).themes}
    weekly |= _theme_minutes(reader, Week.of(first).shift(-1))
    return Problem(
        first=first,
        days=days,
        members=tuple(
            Member(
                person=person,
                week_minutes=_plannable(reader, people, person, first, days),
                history=tuple(duty for duty in before if duty.person_id == person.id),
            )
            for person in people
        ),
        offers=offers(),
        needs=tuple(standing_needs(rules(), dates, offers())) + tuple(waterlines(rules(), dates)),
        theme_minutes=weekly,
        pinned=tuple(
            duty
            for duty in reader.duties(start=start, end=end)
            if duty.status is not DutyStatus.CANCELLED
        ),
    )


def _plannable(
    reader: Reader, people: Sequence[Person], person: Person, first: date, days: int
) -> tuple[int, ...]:
    """A person's share of what is plannable each week: absence is spread, never named."""
    contract = sum(p.contract_minutes for p in people)
    usual = capacity.waterfall_in(reader, Week.of(first))
    if not usual.away:
        usual = _last_waterfall(reader, Week.of(first))
    share = usual.plannable / contract if contract else 0
    return tuple(round(person.contract_minutes * share) for _week in range(days // 7))


def _last_waterfall(reader: Reader, week: Week) -> capacity.Waterfall:
    """The newest week for which absence is known; absence of none where nothing is."""
    for back in range(1, 17):
        found = capacity.waterfall_in(reader, week.shift(-back))
        if found.away:
            return found
    return capacity.waterfall_in(reader, week)


def _theme_minutes(reader: Reader, week: Week) -> dict[str, int]:
    sums: dict[str, int] = {}
    for duty in reader.duties(start=week.span.start, end=week.span.end):
        theme = next((task.theme for task in duty.tasks if task.theme), "")
        if theme and Week.of(duty.start) == week:
            sums[theme] = sums.get(theme, 0) + duty.paid_minutes
    return sums


# --- replanning -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plans:
    """Plans for a case, side by side."""

    case: Case
    found: Replan
    situation: Situation

    def rows(self) -> list[tuple[str, ...]]:
        """The comparison: one column a plan."""
        plans = self.found.plans
        heads = ("", *(chr(ord("A") + n) for n in range(len(plans))))

        def line(name: str, value: Callable[[Plan], object]) -> tuple[str, ...]:
            return (name, *(str(value(plan)) for plan in plans))

        return [
            heads,
            line(_("what"), lambda p: p.title),
            line(_("own people touched"), lambda p: p.touched),
            line(_("days off cancelled"), lambda p: p.days_off_cancelled),
            line(_("days off moved"), lambda p: p.days_off_moved),
            line(_("reserve, h"), lambda p: words.hours(p.reserve_minutes)),
            line(_("borrowed, h"), lambda p: words.hours(p.borrowed_minutes)),
            line(_("pool, h"), lambda p: words.hours(p.external_minutes)),
            line(_("fewest possible"), lambda p: p.proof),
            line(_("side effects"), lambda p: "; ".join(str(e) for e in p.side_effects)),
        ]


def plans_for(
    desk: Desk,
    case_id: str,
    *,
    exclude: Iterable[str] = (),
    prefer: Iterable[str] = (),
    decision: str = "",
    on_plan: Callable[[Plan], None] | None = None,
) -> Plans:
    """Up to three lawful plans for what a case asks and nobody covers yet. Writes nothing."""
    with desk.read() as reader:
        case = reader.case(case_id)
        situation = situation_in(desk, reader, case, decision=decision)
    found = replan(
        situation, rules(), law(), new_id=desk.new_id, exclude=exclude, prefer=prefer,
        on_plan=on_plan,
    )  # fmt: skip
    return Plans(case, found, situation)


def situation_in(
    desk: Desk,
    reader: Reader,
    case: Case,
    *,
    needs: Sequence[Need] | None = None,
    pool: bool = True,
    decision: str = "",
) -> Situation:
    """The published roster, and what a case asks of it."""
    day = local(case.span.start if case.span else case.known_at).date()
    duties = reader.duties(start=at(day, "00:00") - _LOOK_BACK, end=at(day, "00:00") + _LOOK_AHEAD)
    dates = [day + timedelta(days=n) for n in range(-7, 8)]
    pools = reference.cached("reserve", ReserveRules).pools
    return Situation(
        now=desk.now,
        members=tuple(Member(person) for person in reader.people()),
        offers=offers(),
        duties=tuple(duties),
        needs=tuple(needs if needs is not None else needs_in(reader, case, local(desk.now).date())),
        waterlines=tuple(waterlines(rules(), dates)),
        standing=tuple(n for n in standing_needs(rules(), dates, offers()) if not n.shift),
        burdens=burdens_in(reader, desk.now),
        pool=Pool(pools[0].id, POOL_PEOPLE) if pools and pool else None,
        decision=decision,
    )


def needs_in(reader: Reader, case: Case, today: date) -> list[Need]:
    """What a case asks of the reserve, as needs of the roster."""
    demand = capacity.demand_in(reader, case, standing_classes(reader, today))
    place = reference.cached("places", Places).get(case.place_id)
    return [
        Need(
            id=f"{case.number} {block.task.value}",
            span=block.span,
            at_least=block.number,
            place=place.district if place else "",
            case_id=case.id,
            task=block.task,
        )
        for block in demand.blocks
        if block.carrier is Carrier.RESERVE
    ]


def _changes_in(reader: Reader) -> list[Change]:
    """The log of published changes."""
    return [
        Change(
            person_id=line["person_id"],
            told_at=fact.known_at,
            old=Duty.model_validate(line["old"]) if line["old"] else None,
            new=Duty.model_validate(line["new"]) if line["new"] else None,
        )
        for fact in reader.facts(PUBLICATION)
        for line in fact.doc["changes"]
    ]


def team_totals_in(reader: Reader, week: Week) -> TeamTotals:
    """What changes of the roster a week brought the team: totals, never persons."""
    return team_totals(_changes_in(reader), week.span.start, week.span.end)


def burdens_in(reader: Reader, now: datetime) -> dict[str, float]:
    """Burden per person over the last weeks, from the log of changes alone."""
    from orderdesk.roster.burden import burdens

    found = burdens(_changes_in(reader), reader.duties(end=now), rules(), law(), now)
    return {person: burden.weight for person, burden in found.items()}


def choose(
    desk: Desk,
    plans: Plans,
    plan: Plan,
    by: Actor,
    reason: str,
    *,
    pool_confirmed: bool = True,
) -> list[str]:
    """Make a plan the roster: duties, ledger and log in one unit of work; the people touched.

    Raises RuleSaysNo while the pool has not said yes, for theme hours without authority, and when
    the reserve no longer has what the plan takes.
    """
    if plan.conditional and not pool_confirmed:
        raise RuleSaysNo(msg("the plan waits for the neighbour's yes"))
    if plan.theme_minutes or plan.borrowed_minutes:
        authority(by, Role.LEAD, Role.DECIDER)
    with desk.work(Role.OFFICER) as work:
        case = work.case(plans.case.id)
        _refuse_stale(work, plan)
        postings = _book(desk, work, case, plan, by, reason)
        changed = [line.new for line in plan.lines] + list(plan.absent)
        work.save_duties(changed)
        _log_publication(work, case, plan, postings)
        note_event(
            work,
            case.id,
            msg(
                "plan chosen: {n} people, {reserve} h reserve, {themes} h themes, {pool} h pool; "
                "authorised by {by}",
                n=plan.touched,
                reserve=words.hours(plan.reserve_minutes),
                themes=words.hours(plan.borrowed_minutes),
                pool=words.hours(plan.external_minutes),
                by=by.name,
            ),
        )
    return [line.person_id for line in plan.lines]


def _refuse_stale(work: Work, plan: Plan) -> None:
    """A plan was made from a roster; it can't be laid over another one."""
    ids = {line.old.id: line.old for line in plan.lines if line.old}
    now = {duty.id: duty for duty in work.duties() if duty.id in ids}
    if any(now.get(id) != old for id, old in ids.items()):
        raise RuleSaysNo(msg("the roster changed since this plan was made: ask for plans again"))


def _book(desk: Desk, work: Work, case: Case, plan: Plan, by: Actor, reason: str) -> list[Posting]:
    """The ledger lines of a plan: two per person at most, the pool's beside them."""
    made: list[Posting] = []
    week = capacity.week_of(case)
    hand = capacity.pen(desk, work, week)

    def post(deed: Callable[[Sequence[Posting]], list[Posting]]) -> None:
        made.extend(capacity.write(work, deed))

    for line in plan.lines:
        served = line.reserve_minutes
        if served:
            post(
                lambda old, n=served, who=line.person_id, duty=line.new.id: ledger.commit(  # type: ignore[misc]
                    old, hand, case.id, n, person_id=who, duty_id=duty, reason=reason
                )
            )
        if line.borrowed_minutes:
            post(
                lambda old, n=line.borrowed_minutes, entry=line: ledger.authorise_borrow(  # type: ignore[misc]
                    old, hand, entry.theme, case.id, n,
                    authorised_by=by, reason=reason, person_id=entry.person_id,
                    duty_id=entry.new.id,
                )
            )  # fmt: skip
    for entry in plan.pool:
        post(
            lambda old, e=entry: ledger.ask_external(  # type: ignore[misc]
                old, hand, e.pool, case.id, e.minutes, reason=reason
            )
        )
        post(
            lambda old, e=entry: ledger.confirm_external(  # type: ignore[misc]
                old, hand, e.pool, case.id, e.minutes
            )
        )
    return made


def _log_publication(work: Work, case: Case, plan: Plan, postings: Sequence[Posting]) -> None:
    changes = [(line.person_id, line.old, line.new) for line in plan.lines]
    _log_changes(work, changes, case_id=case.id, postings=[posting.id for posting in postings])


def _log_changes(
    work: Work,
    changes: Sequence[tuple[str, Duty | None, Duty]],
    *,
    case_id: str = "",
    postings: Sequence[str] = (),
    **more: object,
) -> None:
    work.add_fact(
        PUBLICATION,
        "roster",
        {
            "case_id": case_id,
            "postings": list(postings),
            "changes": [
                {
                    "person_id": who,
                    "old": old.model_dump(mode="json") if old else None,
                    "new": new.model_dump(mode="json"),
                }
                for who, old, new in changes
            ],
            **more,
        },
    )


def undo(desk: Desk, by: Actor) -> int:
    """Go back to the roster before the last chosen plan: forward, never by rewriting.

    Duties get their old hours with a new sequence, the ledger gets counter-lines. How many people.
    """
    with desk.work(Role.PLANNER) as work:
        undone = {f.doc.get("undoes") for f in work.facts(PUBLICATION) if f.doc.get("undoes")}
        open_ = [
            f
            for f in work.facts(PUBLICATION)
            if f.seq not in undone and not f.doc.get("undoes") and f.doc["changes"]
        ]
        if not open_:
            raise RuleSaysNo(msg("there is no chosen plan to go back from"))
        last = open_[-1]
        now = {duty.id: duty for duty in work.duties()}
        changes = []
        for line in last.doc["changes"]:
            new = Duty.model_validate(line["new"])
            stands = now.get(new.id)
            if stands != new:
                raise RuleSaysNo(msg("{who} was changed since: undo that first", who=new.person_id))
            old = Duty.model_validate(line["old"]) if line["old"] else new
            back = old.replace(
                sequence=stands.sequence + 1,
                changed_at=work.now,
                status=old.status if line["old"] else DutyStatus.CANCELLED,
            )
            changes.append((line["person_id"], stands, back))
        work.save_duties([back for _who, _old, back in changes])
        ids = set(last.doc["postings"])
        weeks = {p.week for p in work.postings(Posting) if p.id in ids}
        for week in weeks:
            hand = capacity.pen(desk, work, week)
            capacity.write(
                work,
                lambda old, h=hand: ledger.reverse(old, h, ids, _("plan taken back"), by),  # type: ignore[misc]
            )
        _log_changes(work, changes, case_id=last.doc["case_id"], undoes=last.seq)
        if last.doc["case_id"]:
            note_event(work, last.doc["case_id"], msg("plan taken back by {name}", name=by.name))
        return len(changes)


# --- touching single duties -----------------------------------------------------------------------


def check_with(desk: Desk, changed: Sequence[Duty]) -> tuple[Finding, ...]:
    """What the law says of the roster with these duties in it, for their people only."""
    people = {duty.person_id for duty in changed}
    ids = {duty.id for duty in changed}
    with desk.read() as reader:
        duties = [
            duty
            for person in people
            for duty in reader.duties(person_id=person)
            if duty.id not in ids
        ]
    return tuple(check_duties([*duties, *changed], law()))


@dataclass(frozen=True)
class Touch:
    """What a change by hand would mean, before it is made."""

    changes: tuple[tuple[str, Duty | None, Duty], ...]
    """Person, duty as it is, duty as it would be."""
    findings: tuple[Finding, ...]
    """What the law says of it that it doesn't say already."""

    @property
    def lawful(self) -> bool:
        """Whether nothing forbids it."""
        return not errors(self.findings)

    def lines(self) -> Iterator[str]:
        """For the person who is about to do it."""
        for who, old, new in self.changes:
            now = _("off") if new.status is DutyStatus.CANCELLED else _hours(new)
            yield f"{who}  {_hours(old) if old else _('off')} > {now}"
        if not self.findings:
            yield _("lawful")
        for finding in self.findings:
            mark = "!" if finding in errors(self.findings) else "·"
            yield f"{mark} {finding.person_id} {finding.article}: {finding.message}"


def _hours(duty: Duty) -> str:
    return f"{duty.shift} {words.moment(duty.start)}-{words.clock(duty.end)}"


def look_at_swap(desk: Desk, one_id: str, person_id: str) -> Touch:
    """Two people take over each other's hours of that day. Raises BadInput, RuleSaysNo."""
    with desk.read() as reader:
        one = _duty(reader, one_id)
        other = _duty_on(reader, person_id, local(one.start).date())
    return _touch(
        desk,
        (one.person_id, one, _with_hours_of(one, other, desk.now)),
        (other.person_id, other, _with_hours_of(other, one, desk.now)),
    )


def look_at_give(desk: Desk, duty_id: str, person_id: str) -> Touch:
    """Somebody else works it. Raises BadInput, RuleSaysNo."""
    with desk.read() as reader:
        duty, person = _duty(reader, duty_id), _person(reader, person_id)
        day = local(duty.start).date()
        if any(d.status is not DutyStatus.CANCELLED for d in _duties_on(reader, person.id, day)):
            raise RuleSaysNo(msg("{who} works that day already: swap instead", who=person.id))
    given = duty.replace(
        id=desk.new_id(), person_id=person.id, sequence=0, changed_at=desk.now, pinned=False
    )
    return _touch(desk, (duty.person_id, duty, _off(duty, desk.now)), (person.id, None, given))


def look_at_move(desk: Desk, duty_id: str, day: date) -> Touch:
    """The same person works the same hours on another day. Raises BadInput, RuleSaysNo."""
    with desk.read() as reader:
        duty = _duty(reader, duty_id)
        _refuse_deployed(duty)
        if any(
            d.status is not DutyStatus.CANCELLED for d in _duties_on(reader, duty.person_id, day)
        ):
            raise RuleSaysNo(msg("{who} works that day already: swap instead", who=duty.person_id))
    ends = day + (local(duty.end).date() - local(duty.start).date())
    start, end = at(day, local(duty.start).time()), at(ends, local(duty.end).time())
    moved = duty.replace(
        start=start, end=end, tasks=_refitted(duty, start, end),
        sequence=duty.sequence + 1, changed_at=desk.now,
    )  # fmt: skip
    return _touch(desk, (duty.person_id, duty, moved))


def look_at_off(desk: Desk, duty_id: str) -> Touch:
    """The person can't come: the duty goes, the gap stays to be filled."""
    with desk.read() as reader:
        duty = _duty(reader, duty_id)
    return _touch(desk, (duty.person_id, duty, _off(duty, desk.now)))


def make_touch(desk: Desk, touch: Touch, reason: str = "") -> list[str]:
    """Do what was looked at, and log it as a published change; whom it touches.

    Raises RuleSaysNo (rule 23) when the law forbids it, or when the roster changed since.
    """
    if not touch.lawful:
        raise RuleSaysNo(errors(touch.findings)[0].message, "23")
    with desk.work(Role.PLANNER) as work:
        stands = {duty.id: duty for duty in work.duties()}
        if any(old is not None and stands.get(old.id) != old for _who, old, _new in touch.changes):
            raise RuleSaysNo(msg("the roster changed since you looked: look again"))
        work.save_duties([new for _who, _old, new in touch.changes])
        _log_changes(work, touch.changes, reason=reason)
        work.note("duties.touched", "roster", {"people": [who for who, _, _ in touch.changes],
                                               "reason": reason})  # fmt: skip
    return sorted({who for who, _old, _new in touch.changes})


@dataclass(frozen=True)
class Gap:
    """Hours that somebody was to work and can't, and who could."""

    duty: Duty
    found: tuple[Candidate, ...]
    refused: tuple[Refusal, ...]

    def lines(self) -> Iterator[str]:
        """Who could, the first never the most burdened; why others can't."""
        yield _("to fill: {hours}, {place}").format(hours=_hours(self.duty), place=self.duty.place)
        for n, one in enumerate(self.found, start=1):
            old = _hours(one.option.old) if one.option.old else _("off")
            yield _("{n}  {who}  {old} > {new}  burden {burden}").format(
                n=n, who=one.person_id, old=old, new=_hours(one.option.new),
                burden=f"{one.burden:.1f}",
            )  # fmt: skip
            yield from (f"     · {w.article}: {w.message}" for w in one.warnings)
        for refusal in self.refused:
            if refusal.finding is not None:
                yield f"✗  {refusal.person_id}  {refusal.finding.article}: {refusal.reason}"


def gap_left(desk: Desk, duty_id: str) -> Gap:
    """Who could take over a duty, in the order in which one would ask. Writes nothing."""
    from orderdesk.roster.explain import candidates, gap_of

    with desk.read() as reader:
        duty = _duty(reader, duty_id)
        away = Span(start=duty.start, end=duty.end)
        people = tuple(
            Member(p, away=(away,) if p.id == duty.person_id else ()) for p in reader.people()
        )
        day = local(duty.start).date()
        duties = reader.duties(
            start=at(day, "00:00") - _LOOK_BACK, end=at(day, "00:00") + _LOOK_AHEAD
        )
        situation = Situation(
            now=desk.now,
            members=people,
            offers=offers(),
            duties=tuple(duties),
            burdens=burdens_in(reader, desk.now),
        )
    found, refused = candidates(situation, gap_of(duty), rules(), law())
    return Gap(duty, found, refused)


def fill_gap(desk: Desk, gap: Gap, person_id: str) -> list[str]:
    """One of the candidates takes the hours over. Raises BadInput, RuleSaysNo."""
    chosen = next((c for c in gap.found if c.person_id == person_id.strip().upper()), None)
    if chosen is None:
        known = ", ".join(c.person_id for c in gap.found)
        raise BadInput(N_("who"), person_id, msg("Choose one of: {known}.", known=known))
    out = [] if gap.duty.status is DutyStatus.CANCELLED else [
        (gap.duty.person_id, gap.duty, _off(gap.duty, desk.now))
    ]  # fmt: skip
    return make_touch(
        desk,
        _touch(desk, *out, (chosen.person_id, chosen.option.old, chosen.option.new)),
    )


def _touch(desk: Desk, *changes: tuple[str, Duty | None, Duty]) -> Touch:
    olds = [old for _who, old, _new in changes if old is not None]
    said = {finding.key for finding in check_with(desk, olds)} if olds else set()
    found = check_with(desk, [new for _who, _old, new in changes])
    return Touch(tuple(changes), tuple(f for f in found if f.key not in said))


def _duty(reader: Reader, id: str) -> Duty:
    found = next((d for d in reader.duties() if d.id == id), None)
    if found is None:
        raise RuleSaysNo(msg("there is no such duty"))
    return found


def _person(reader: Reader, id: str) -> Person:
    wanted = id.strip().upper()
    found = next((p for p in reader.people() if p.id.upper() == wanted), None)
    if found is None:
        raise BadInput(N_("who"), id, msg("Nobody in the team has this number."))
    return found


def _duties_on(reader: Reader, person_id: str, day: date) -> list[Duty]:
    around = reader.duties(start=at(day, "00:00"), end=at(day, "23:59"), person_id=person_id)
    return [duty for duty in around if local(duty.start).date() == day]


def _duty_on(reader: Reader, person_id: str, day: date) -> Duty:
    person = _person(reader, person_id)
    for duty in _duties_on(reader, person.id, day):
        if duty.status is not DutyStatus.CANCELLED:
            return duty
    raise BadInput(N_("who"), person_id, msg("This person is off that day: give it instead."))


def _refuse_deployed(duty: Duty) -> None:
    if any(task.case_id for task in duty.tasks):
        raise RuleSaysNo(msg("{who} is deployed then: plan the case again", who=duty.person_id))


def _with_hours_of(duty: Duty, other: Duty, now: datetime) -> Duty:
    """The duty of one person with the hours, place and tasks of another: its calendar entry
    stays the same one and changes."""
    return duty.replace(
        shift=other.shift, start=other.start, end=other.end, break_minutes=other.break_minutes,
        tasks=other.tasks, place=other.place, sequence=duty.sequence + 1, changed_at=now,
        pinned=False,
    )  # fmt: skip


def _off(duty: Duty, now: datetime) -> Duty:
    _refuse_deployed(duty)
    return duty.replace(
        status=DutyStatus.CANCELLED, sequence=duty.sequence + 1, changed_at=now, pinned=False
    )


def _refitted(duty: Duty, start: datetime, end: datetime) -> tuple[TaskSpan, ...]:
    """The tasks of a duty on another day: in one piece where the clock changes that night."""
    if end - start == duty.end - duty.start:
        by = start - duty.start
        return tuple(t.replace(start=t.start + by, end=t.end + by) for t in duty.tasks)
    return tuple(t.replace(start=start, end=end) for t in duty.tasks[:1])


# --- differences and burden -----------------------------------------------------------------------


def differences(desk: Desk) -> list[str]:
    """What is different from the calendars as they were last written, person by person."""
    from orderdesk.calendars.changes import What, difference
    from orderdesk.desk.publishing import CHANGES, feeds_in, published

    with desk.read() as reader:
        before = published(reader)
        made = feeds_in(desk, reader, before)
    lines = []
    for name, content in sorted(made.items()):
        if not name.startswith("person/") or before.get(name) == content:
            continue
        who = name.removeprefix("person/").removesuffix(".ics")
        if name not in before:
            lines.append(_("{who}: never published").format(who=who))
            continue
        for change in difference(before[name], content):
            what = ", ".join(sorted(_(CHANGES[w]) for w in change.what))
            now = change.after if What.CALLED_OFF not in change.what else change.before
            title = now.title if now is not None else ""
            lines.append(f"{who}  {words.moment(change.moment)}  {what}  {title}")
    return lines


def year_of(desk: Desk, person_id: str) -> list[str]:
    """What a year brought one person, for that person and the planner: week by week, and in all."""
    with desk.read() as reader:
        person = _person(reader, person_id)
        since = desk.now - timedelta(days=365)
        duties = [
            d
            for d in reader.duties(start=since, end=desk.now, person_id=person.id)
            if d.status is not DutyStatus.CANCELLED
        ]
        changes = [c for c in _changes_in(reader) if c.person_id == person.id]
        burdens = burdens_in(reader, desk.now)
    weeks: dict[Week, list[Duty]] = {}
    for duty in duties:
        weeks.setdefault(Week.of(duty.start), []).append(duty)
    late = {Week.of(c.told_at): 0.0 for c in changes}
    for change in changes:
        late[Week.of(change.told_at)] += change.weight(rules())
    lines = [f"{person.id} {person.name}", ""]
    for week in sorted({*weeks, *late}, key=str):
        worked = weeks.get(week, [])
        bar = "█" * round(sum(d.paid_minutes for d in worked) / 60 / 4)
        weekend = sum(local(d.start).weekday() >= 5 for d in worked)
        lines.append(
            f"{week}  {words.hours(sum(d.paid_minutes for d in worked)):>5} {bar:<12}"
            + (f"  {_('weekend')} {weekend}" if weekend else "")
            + (f"  {_('late changes')} {late[week]:.1f}" if late.get(week) else "")
        )
    lines += ["", _("burden of late changes in {weeks} weeks: {n}").format(
        weeks=rules().fairness.weeks, n=f"{burdens.get(person.id, 0.0):.1f}")]  # fmt: skip
    return lines


def why(desk: Desk, duty_id: str) -> list[str]:
    """For a duty: of each colleague why not that one, in the words of law, hours and cover."""
    gap = gap_left(desk, duty_id)
    able = {c.person_id: c for c in gap.found}
    lines = [_("{who} works {hours}, {place}").format(
        who=gap.duty.person_id, hours=_hours(gap.duty), place=gap.duty.place), ""]  # fmt: skip
    for who, one in able.items():
        lines.append(
            _("{who}  could; the change would weigh {n}").format(who=who, n=f"{one.price:.1f}")
        )
    lines += [f"{r.person_id}  {r.reason}" for r in gap.refused if r.person_id not in able]
    return lines


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


def pin(desk: Desk, duty_id: str) -> bool:
    """Pin a duty, or let it loose; whether it is pinned now."""
    with desk.work(Role.PLANNER) as work:
        duty = next((d for d in work.duties() if d.id == duty_id), None)
        if duty is None:
            raise RuleSaysNo(msg("there is no such duty"))
        work.save_duties([duty.replace(pinned=not duty.pinned)])
        return not duty.pinned
