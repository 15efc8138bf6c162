"""An unannounced gathering: from six answers to a committed plan, and back when it is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from orderdesk import reference
from orderdesk.desk import (
    booking,
    capacity,
    cases,
    closing,
    house,
    intake,
    offline,
    pairs,
    scoring,
    words,
)
from orderdesk.desk.closing import TURNOUT
from orderdesk.desk.core import Desk
from orderdesk.desk.drafts import drop_draft
from orderdesk.desk.rostering import parameters, record, replanning
from orderdesk.desk.scoring import Explanation
from orderdesk.desk.strength import hours_in
from orderdesk.desk.timeline import LogLine, lines_of, note_event
from orderdesk.domain.demand import in_pairs
from orderdesk.domain.events import Case, CounterGroup, Kind, Source, Status, Sureness
from orderdesk.domain.norms import Norms, check_lawful
from orderdesk.domain.people import Actor, Duty, DutyStatus, Role, Task, TaskSpan
from orderdesk.domain.places import Places
from orderdesk.domain.time import Span, Week, at, local
from orderdesk.domain.when import read_moment
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, _, figure, language, msg, ngettext, pick
from orderdesk.risk.model import RiskClass
from orderdesk.roster.plans import Plan, Replan
from orderdesk.roster.problem import Kind as ChangeKind
from orderdesk.roster.problem import Need
from orderdesk.roster.replan import replan

if TYPE_CHECKING:
    from orderdesk.store.work import Reader

FORM = "incident"
SAID_BY = tuple(words.SAID_BY)
_GUESS_LOW, _GUESS_HIGH = 8 / 15, 22 / 15
"""Offered range around a number said on the telephone: 150 gives 80-220."""
_DAY = timedelta(days=1)
_EARLIER = 3
"""Earlier gatherings that fit beside what is going on."""


@dataclass(frozen=True)
class Package:
    """A way to respond, with its price."""

    id: str
    plan: Plan | None
    """None: police only, people on call."""
    share: float
    hours_reserve: float
    hours_themes: float
    people: tuple[str, ...]
    strength: tuple[tuple[datetime, int, int], ...]
    """Per hour: officers left in the district, and the waterline."""
    owed_after: float = 0
    """Hours that themes are owed once this package has been worked."""
    sent: int = 0
    """How many of the own team are on the case already."""

    @property
    def price(self) -> str:
        """What it costs, in words."""
        if not self.people:
            return self._nobody()
        return _(
            "{n} people, {all} h = {reserve} h reserve + {themes} h themes; then {owed} h owed"
        ).format(
            n=len(self.people),
            all=figure(self.hours_reserve + self.hours_themes, "g"),
            reserve=figure(self.hours_reserve, "g"),
            themes=figure(self.hours_themes, "g"),
            owed=figure(self.owed_after, "g"),
        )

    def _nobody(self) -> str:
        if not self.share:
            return _("nobody now; two on call")
        if self.sent:
            return ngettext(
                "{n} person is on it already; this adds nobody",
                "{n} people are on it already; this adds nobody", self.sent,
            ).format(n=self.sent)  # fmt: skip
        return _("nobody of the own team is free: ask the neighbours or the police")

    @property
    def needs_decision(self) -> bool:
        """Whether it takes the number of a driehoek decision."""
        return self.plan is not None and self.plan.needs_decision

    @property
    def under_waterline(self) -> bool:
        """Whether some hour falls below the line."""
        return any(left < least for _moment, left, least in self.strength)


@dataclass(frozen=True)
class Incident:
    """A reported gathering and what can be done."""

    case: Case
    registered: intake.Registered
    risk: Explanation
    packages: tuple[Package, ...]
    plans: replanning.Plans
    owed_minutes: int

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "number": self.case.number,
            "protected": True,
            "known_at": self.case.known_at.isoformat(),
            "class": self.risk.score.advice.value,
            "class_range": [self.risk.score.lowest.value, self.risk.score.highest.value],
            "worth_a_call": str(self.risk.worth[0].question) if self.risk.worth else "",
            "packages": [
                {
                    "id": package.id,
                    "people": list(package.people),
                    "hours_reserve": package.hours_reserve,
                    "hours_themes": package.hours_themes,
                    "under_waterline": package.under_waterline,
                }
                for package in self.packages
            ],
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield from self.registered.lines()
        score = self.risk.score
        yield _("class {name}, between {low} and {high}").format(
            name=_(scoring.CLASS_NAMES[score.advice]),
            low=_(scoring.CLASS_NAMES[score.lowest]),
            high=_(scoring.CLASS_NAMES[score.highest]),
        )
        if self.risk.worth:
            yield _("worth a call: {question}").format(question=self.risk.worth[0].question)
        if self.risk.comparable:
            yield _("Earlier gatherings like this one:")
        for past in self.risk.comparable[:_EARLIER]:
            yield f"  {words.past(past.event)}"
        for package in self.packages:
            yield f"  {package.id}  {package.price}  {', '.join(package.people)}"


def offered_range(text: str) -> str:
    """The range to offer for a number said on the telephone: "150" -> "80-220"."""
    low, best, high = intake.read_count(text, N_("how_many"))
    if best is None or low is not None or high is not None:
        return text
    return f"{round(best * _GUESS_LOW, -1):.0f}-{round(best * _GUESS_HIGH, -1):.0f}"


def report(desk: Desk, values: Mapping[str, str], *, number: str = "") -> Incident:
    """Register an unannounced gathering from six answers and price the packages.

    Raises BadInput, naming the answer that can't be understood. No answer asks for a viewpoint.
    """
    start = read_moment(values.get("when", ""), desk.now)
    norms = reference.cached("staffing_norms", Norms)
    low, best, high = intake.read_count(values.get("how_many", ""), N_("how_many"))
    if not values.get("where", "").strip():
        raise BadInput(N_("where"), "", msg("Say where: a usual place or a street."))
    said_by = words.chosen(words.SAID_BY, N_("said_by"), values.get("said_by", ""))
    state, sure = _counter(values)
    with desk.work() as work:
        draft = intake.read_case(
            desk,
            work,
            {
                "when": f"{local(start):%d-%m-%Y %H:%M}",
                "place": values["where"],
                "expected": "",
                "source": Source.UNANNOUNCED.value,
            },
            number=number,
        )
        assert draft.span is not None
        case = draft.replace(
            span=Span(start=start, end=start + timedelta(minutes=norms.assumed_minutes)),
            expected_low=low,
            expected=best,
            expected_high=high,
            kind=Kind.ONE_PERSON if best == 1 else Kind.DEMONSTRATION,
            counter_group=state,
            counter_sureness=sure,
        )
        work.add_case(case)
        scoring.score_cases(desk, work, [case.id])
        note_event(
            work,
            case.id,
            msg("reported by {who} ({sure}): {n} people", who=msg(words.SAID_BY[said_by]),
                sure=values.get("sure", "C"), n=words.people(case)),
        )  # fmt: skip
    drop_draft(desk, FORM)
    return look(desk, case.id)


def _counter(values: Mapping[str, str]) -> tuple[CounterGroup, Sureness]:
    said = values.get("counter", "") or CounterGroup.UNKNOWN.value
    state = words.chosen(words.COUNTERS, N_("counter"), said)
    try:
        return state, Sureness(values.get("sure", "C") or "C")
    except ValueError:
        raise BadInput(
            N_("sure"),
            values.get("sure", ""),
            msg("Choose A confirmed, B plausible, C unverified."),
        ) from None


def look(desk: Desk, case_id: str) -> Incident:
    """The gathering as it stands, with packages for what is not covered yet."""
    today = local(desk.now).date()
    with desk.read() as reader:
        case = reader.case(case_id)
        risk = scoring.explain_in(reader, case, today)
        needs = replanning.needs_of(reader, case, today)
        situation = replanning.situation_in(desk, reader, case, needs=needs, pool=False)
        owed = capacity.week_plan_in(reader, booking.week_of(case), today)
        sent = _on_it(reader, case)
    packages = []
    choices = reference.cached("staffing_norms", Norms).choices
    for choice in choices:
        wanted = _share_of(needs, choice.share)
        plan = None
        if wanted:
            found = replan(
                replace(situation, needs=tuple(wanted)),
                parameters.rules(),
                parameters.law(),
                new_id=desk.new_id,
                kinds=frozenset({ChangeKind.TASK}),
                most_plans=1,
            )
            plan = found.plans[0] if found.plans else None
        made = _package(desk, choice.id, choice.share, plan, case, owed.statement.balance.owed)
        packages.append(replace(made, sent=sent))
    plans = replanning.Plans(case, Replan((), ()), situation)
    with desk.read() as reader:
        registered = intake.looked_at(reader, case)
    return Incident(case, registered, risk, tuple(packages), plans, owed.statement.balance.owed)


def _on_it(reader: Reader, case: Case) -> int:
    """How many people have a task at the case."""
    if case.span is None:
        return 0
    duties = reader.duties(start=case.span.start, end=case.span.end)
    return len(
        {
            duty.person_id
            for duty in duties
            if duty.status is not DutyStatus.CANCELLED
            and any(task.case_id == case.id for task in duty.tasks)
        }
    )


def _share_of(needs: Sequence[Need], share: float) -> list[Need]:
    """The first so many people of what the norm asks, in pairs: half of six is four people."""
    people = [need for need in needs for _n in range(need.at_least)]
    kept = people[: in_pairs(len(people), share)]
    counted: dict[str, int] = {}
    for need in kept:
        counted[need.id] = counted.get(need.id, 0) + 1
    return [replace(need, at_least=counted[need.id]) for need in needs if need.id in counted]


def _package(
    desk: Desk, id: str, share: float, plan: Plan | None, case: Case, owed: int
) -> Package:
    lines = plan.lines if plan else ()
    borrowed = sum(line.borrowed_minutes for line in lines)
    place = reference.cached("places", Places).get(case.place_id)
    strength: tuple[tuple[datetime, int, int], ...] = ()
    if case.span is not None and place is not None:
        with desk.read() as reader:
            day = local(case.span.start).date()
            hours = hours_in(reader, day, lambda now: list(plan.duties if plan else now))
        strength = tuple(
            (h.start, h.left, h.least)
            for h in hours
            if h.district == place.district and (h.least or h.deployed)
        )
    return Package(
        id=id,
        plan=plan,
        share=share,
        hours_reserve=sum(line.reserve_minutes for line in lines) / 60,
        hours_themes=borrowed / 60,
        people=tuple(line.person_id for line in lines),
        strength=strength,
        owed_after=(owed + borrowed) / 60,
    )


def authorise(
    desk: Desk, found: Incident, package: Package, by: Actor, reason: str, decision: str = ""
) -> list[str]:
    """Commit a package: roster, ledger and log in one unit of work; whom to call, in order.

    Raises RuleSaysNo without the authority that borrowing theme hours takes, and below the
    waterline without the number of a driehoek decision (rule 21).
    """
    if package.plan is None:
        with desk.work(Role.OFFICER) as work:
            note_event(work, found.case.id, msg("police only; nobody sent"))
        return []
    return replanning.choose(desk, found.plans, package.plan, by, reason, decision=decision)


def gatherings_of_today(desk: Desk) -> list[Case]:
    """Gatherings around this moment: what was last heard of first, what is over last."""
    start, end = desk.now - timedelta(hours=12), desk.now + timedelta(hours=24)
    with desk.read() as reader:
        found = [case for case in reader.cases(start=start, end=end) if not case.is_event]
    found.sort(key=lambda case: case.known_at, reverse=True)
    return sorted(found, key=lambda case: case.outcome is not None)


_RECENT, _COMING = 4, 6


def recent_and_coming(desk: Desk) -> list[Case]:
    """What to show when nothing is going on: what comes next first, then what was last."""
    near = timedelta(days=14)
    with desk.read() as reader:
        found = [
            case
            for case in reader.cases(start=desk.now - near, end=desk.now + near)
            if not case.is_event and not case.called_off
        ]
    coming = [case for case in found if case.span is not None and case.span.start > desk.now]
    past = [case for case in found if case not in coming]
    return [*coming[:_COMING], *reversed(past[-_RECENT:])]


def clock_line(case: Case, log: Sequence[LogLine], now: datetime) -> str:
    """How long it is known, whether it goes on, and when to look again."""
    minutes = max(0, int((now - case.known_at).total_seconds() // 60))
    known = _("known for {hours}:{minutes:02d} h, since {time}").format(
        hours=minutes // 60, minutes=minutes % 60, time=words.clock(case.known_at)
    )
    if case.outcome is not None:
        return known + " · " + _("over")
    last = log[-1].entered_at if log else case.known_at
    again = last + house.facts().next_look
    due = _("next look {time}").format(time=words.clock(again))
    return known + " · " + (due if again > now else f"‼ {due}")


# --- while it lasts -------------------------------------------------------------------------------


@dataclass(frozen=True)
class CounterSeen:
    """What a counter-group on the spot makes of a gathering."""

    before: RiskClass
    now: RiskClass
    counter: Case | None
    """The case of its own that was paired with the gathering, when one was asked for."""
    cards: int
    """Scenario cards that stand ready now."""

    def lines(self) -> Iterator[str]:
        """For a person."""
        if self.before is self.now:
            yield _("the class stays {name}").format(name=_(scoring.CLASS_NAMES[self.now]))
        else:
            yield _("the class goes from {before} to {now}: a counter-group is there").format(
                before=_(scoring.CLASS_NAMES[self.before]), now=_(scoring.CLASS_NAMES[self.now])
            )
        if self.counter is not None:
            yield _("{number} is paired: a case of its own; the first keeps its place").format(
                number=self.counter.number
            )
        yield ngettext(
            "{n} scenario card is ready", "{n} scenario cards are ready", self.cards
        ).format(n=self.cards)


def counter_seen(
    desk: Desk, first_id: str, how_many: str, sure: str, *, number: str = "", pair: bool = True
) -> CounterSeen:
    """A counter-group is there: the first is scored again and gets scenario cards; with `pair` a
    case of its own is linked to it.

    The first keeps its place; only the counter-demonstration can be offered another one.
    """
    before = scoring.explain(desk, first_id).standing
    with desk.deed():
        scoring.confirm_counter(desk, first_id, CounterGroup.CONFIRMED, Sureness(sure or "A"))
        cards = cases.propose_cards(desk, first_id)
        counter = _paired(desk, first_id, how_many, number) if pair else None
    return CounterSeen(before, scoring.explain(desk, first_id).standing, counter, len(cards))


def _paired(desk: Desk, first_id: str, how_many: str, number: str) -> Case:
    with desk.read() as reader:
        first = reader.case(first_id)
    assert first.span is not None
    with desk.work() as work:
        draft = intake.read_case(
            desk,
            work,
            {
                "when": f"{local(first.span.start):%d-%m-%Y %H:%M}-{local(first.span.end):%H:%M}",
                "place": intake.place_name(first),
                "expected": how_many,
                "source": Source.UNANNOUNCED.value,
            },
            number=number,
        )
        work.add_case(draft)
    return pairs.link_counter(desk, draft.id, first_id)


def turnout(desk: Desk, case_id: str, how_many: str, source: str) -> None:
    """A count on the spot: kept beside the estimate, never over it; also without the database."""
    _low, best, _high = intake.read_count(how_many, N_("how_many"))
    if best is None:
        raise BadInput(N_("how_many"), how_many, msg("Write how many are there."))
    offline.do(desk, TURNOUT, {"case_id": case_id, "n": best, "source": source})


def add_turnout(desk: Desk, kept: offline.Kept) -> None:
    """Write a count to the database, once."""
    subject, n, source = f"case:{kept.values['case_id']}", kept.values["n"], kept.values["source"]
    with desk.work() as work:
        if any(fact.doc.get("id") == kept.id for fact in work.facts(TURNOUT, subject)):
            return
        work.add_fact(
            TURNOUT, subject, {"id": kept.id, "n": n, "source": source}, known_at=kept.known_at
        )
        note_event(
            work, kept.values["case_id"], msg("{n} counted by {source}", n=n, source=source),
            known_at=kept.known_at,
        )  # fmt: skip


def counted(desk: Desk, case_id: str) -> str:
    """The last count on the spot, to begin the closing form with; empty when nobody counted."""
    with desk.read() as reader:
        counts = reader.facts(TURNOUT, f"case:{case_id}")
    return str(counts[-1].doc["n"]) if counts else ""


def fire_trigger(desk: Desk, case_id: str, trigger: str, package_id: str) -> list[str]:
    """A trigger of a scenario fires: people who are there already get its tasks; who they are.

    Raises RuleSaysNo when nobody is there, or for a task that only the police may do (rule 19).
    """
    norms = reference.cached("staffing_norms", Norms)
    package = next((p for p in norms.packages if p.id == package_id), None)
    if package is None:
        known = ", ".join(p.id for p in norms.packages)
        raise BadInput(N_("package"), package_id, msg("Choose one of: {known}.", known=known))
    check_lawful(package.tasks, norms)
    with desk.work(Role.OFFICER) as work:
        there = [
            duty
            for duty in work.duties(start=work.now, end=work.now + timedelta(minutes=1))
            if any(t.case_id == case_id and t.start <= work.now < t.end for t in duty.tasks)
        ]
        if len(there) < len(package.tasks):
            raise RuleSaysNo(msg("{n} people are there, {m} are needed", n=len(there),
                                 m=len(package.tasks)))  # fmt: skip
        until = work.now + timedelta(minutes=package.minutes)
        changed = [
            _retasked(duty, case_id, task, work.now, until)
            for duty, task in zip(there, package.tasks, strict=False)
        ]
        work.save_duties(changed)
        note_event(
            work,
            case_id,
            msg("trigger: {trigger}; {people} to {task}", trigger=trigger,
                people=", ".join(d.person_id for d in changed), task=package.tasks[0].value),
        )  # fmt: skip
        return [duty.person_id for duty in changed]


def _retasked(duty: Duty, case_id: str, task: Task, start: datetime, until: datetime) -> Duty:
    """The duty with another task for a while, inside what it gives to the case."""
    parts: list[TaskSpan] = []
    for span in duty.tasks:
        if span.case_id != case_id or not span.start <= start < span.end:
            parts.append(span)
            continue
        end = min(until, span.end)
        parts += [span.replace(end=start)] if span.start < start else []
        parts.append(span.replace(start=start, end=end, task=task))
        parts += [span.replace(start=end)] if end < span.end else []
    return duty.replace(tasks=tuple(parts), sequence=duty.sequence + 1, changed_at=start)


def stand_down(desk: Desk, case_id: str, values: Mapping[str, str]) -> int:
    """It is over: what happened, and the hours that were worked are posted; the minutes.

    Keys as in `closing.close`: turnout, incident, ended, lesson.
    """
    with desk.deed():
        closing.close(desk, case_id, values)
        return _post_hours(desk, case_id)


def _post_hours(desk: Desk, case_id: str) -> int:
    with desk.work(Role.OFFICER) as work:
        minutes = booking.work_case(desk, work, work.case(case_id))
        case = work.case(case_id)
        if case.status is Status.HELD:
            work.save_case(case.replace(status=Status.CLOSED))
    return minutes


@dataclass(frozen=True)
class FlexLeft:
    """Flex hours of a day that nothing used, and the theme that waits longest for hours."""

    theme: str
    minutes: int


def flex_left(desk: Desk) -> FlexLeft:
    """What of today's flex shifts was not used, to be offered to the theme with the oldest debt."""
    day = local(desk.now).date()
    with desk.read() as reader:
        duties = [
            duty
            for duty in reader.duties(start=at(day, "00:00"), end=at(day + _DAY, "00:00"))
            if local(duty.start).date() == day
            and duty.status is not DutyStatus.CANCELLED
            and duty.is_flex
        ]
        plan = capacity.week_plan_in(reader, Week.of(desk.now), day)
    used = sum(
        (task.end - task.start) // timedelta(minutes=1)
        for duty in duties
        for task in duty.tasks
        if task.case_id
    )
    waiting = [theme for theme in plan.statement.themes if theme.owed]
    themes = waiting or list(plan.statement.themes)
    free = sum(duty.paid_minutes for duty in duties) - used
    return FlexLeft(
        max(themes, key=lambda theme: theme.owed).theme if themes else "",
        max(0, min(free, plan.statement.balance.free)),
    )


def mayor_text(desk: Desk, case_id: str) -> str:
    """A text block for the mayor's office: what, where, since when, class, package; no names."""
    return _mayor_block(desk, case_id, desk.now, desk.now + house.facts().next_look)


def mayor_text_as_known(desk: Desk, case_id: str, clock: str) -> str:
    """The same as it could have been written at an earlier moment: what was entered later is left
    out. Raises BadInput for a moment that has not been, or before the case was known."""
    moment = read_moment(clock, desk.now)
    if moment > desk.now:
        raise BadInput(N_("when"), clock, msg("It lies in the future."))
    return _mayor_block(desk, case_id, moment, None)


def _mayor_block(desk: Desk, case_id: str, moment: datetime, next_look: datetime | None) -> str:
    from orderdesk.papers.letters import MayorPicture, mayor_block

    with desk.read() as reader:
        kept = reader.case_as_known(case_id, moment)
        if kept is None:
            raise BadInput(N_("when"), f"{moment}", msg("Nothing was known of it then."))
        then = reader.case(case_id).replace(**_as_then(kept))
        scores = reader.facts(scoring.SCORE, f"case:{case_id}", until=moment)
        counted = reader.facts(TURNOUT, f"case:{case_id}", until=moment)
        lines = lines_of(reader, case_id, until=moment)
        sent = _sent(reader, case_id, moment)
        facts = scoring.explain_in(reader, then, local(moment).date())
    advised = RiskClass(scores[-1].doc["class"]) if scores else facts.score.advice
    picture = MayorPicture(
        number=then.number,
        where=intake.place_name(then),
        starts=then.span.start if then.span else then.known_at,
        ends=then.span.end if then.span else None,
        known_at=then.known_at,
        expected_low=then.expected_low,
        expected=then.expected,
        expected_high=then.expected_high,
        decided_class=(facts.decided or advised).value,
        lowest_class=facts.score.lowest.value,
        highest_class=facts.score.highest.value,
        package=_("{n} officers").format(n=sent) if sent else "",
        counted=int(counted[-1].doc["n"]) if counted else None,
        last_line=lines[-1].entered_at if lines else None,
        next_look=next_look,
    )
    return mayor_block(picture, language())


_AS_THEN = (
    "expected_low", "expected", "expected_high", "counter_group", "counter_sureness", "place_id",
    "place_text", "span", "form", "decided_class",
)  # fmt: skip


def _as_then(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {name: kept[name] for name in _AS_THEN if name in kept}


def _sent(reader: Reader, case_id: str, moment: datetime) -> int:
    """How many people had been given to the case by then."""
    return len(
        {
            line["person_id"]
            for fact in reader.facts(record.PUBLICATION, until=moment)
            if fact.doc.get("case_id") == case_id
            for line in fact.doc["changes"]
        }
    )


def triggers() -> tuple[tuple[str, str], ...]:
    """Packages that a trigger can open: id and name."""
    norms = reference.cached("staffing_norms", Norms)
    return tuple((package.id, pick(package.name)) for package in norms.packages)
