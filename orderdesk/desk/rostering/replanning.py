"""Changing what is published for a case: three lawful plans with their price, one chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from orderdesk import reference
from orderdesk.desk import availability, booking, capacity, words
from orderdesk.desk.core import Desk, authority
from orderdesk.desk.rostering.parameters import (
    LOOK_AHEAD,
    LOOK_BACK,
    law,
    offers,
    rules,
    waterlines,
)
from orderdesk.desk.rostering.proposal import proposal_in
from orderdesk.desk.rostering.record import burdens_in, log_changes
from orderdesk.desk.scoring import standing_classes
from orderdesk.desk.timeline import note_event
from orderdesk.domain import ledger
from orderdesk.domain.demand import Carrier
from orderdesk.domain.events import Case
from orderdesk.domain.ledger import Account, Book, Posting
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.places import Places
from orderdesk.domain.time import at, local
from orderdesk.errors import RuleSaysNo
from orderdesk.i18n import N_, Msg, _, figure, msg
from orderdesk.reserve.rules import ReserveRules
from orderdesk.risk.model import RiskClass
from orderdesk.roster.moves import Pool, Situation
from orderdesk.roster.plans import Plan, Replan, cost_of_wish
from orderdesk.roster.problem import Aim, Need, standing_needs, waterline_needs
from orderdesk.roster.replan import replan

if TYPE_CHECKING:
    from orderdesk.store.work import Reader, Work

POOL_PEOPLE = 2
"""People whom the neighbours lend at most; until they say a number themselves."""


@dataclass(frozen=True)
class Plans:
    """Plans for a case, side by side."""

    case: Case
    found: Replan
    situation: Situation
    without: Plan | None = None
    """The first plan as it would be without wishes; none where nothing was wished."""

    @property
    def wished(self) -> bool:
        """Whether somebody was left out or brought in."""
        return self.without is not None

    @property
    def cost(self) -> tuple[Msg, ...]:
        """What the wishes cost against the best plan without them; empty when they were free."""
        if self.without is None or not self.found.plans:
            return ()
        return cost_of_wish(self.without, self.found.plans[0])

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
            line(_("weight of changes"), lambda p: figure(p.aims[Aim.NOTICE], ".1f")),
            line(
                _("burden before"), lambda p: figure(sum(x.earlier_burden for x in p.lines), ".1f")
            ),
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
    """Up to three lawful plans for what a case asks and nobody covers yet. Writes nothing.

    `exclude` leaves people out, `prefer` brings them in; the plans then say what that costs.
    """
    exclude, prefer = tuple(exclude), tuple(prefer)
    with desk.read() as reader:
        case = reader.case(case_id)
        situation = situation_in(desk, reader, case, decision=decision)
    found = replan(
        situation, rules(), law(), new_id=desk.new_id, exclude=exclude, prefer=prefer,
        on_plan=on_plan,
    )  # fmt: skip
    without = None
    if exclude or prefer:
        plain = replan(situation, rules(), law(), new_id=desk.new_id, most_plans=1)
        without = plain.plans[0] if plain.plans else None
    return Plans(case, found, situation, without)


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
    duties = reader.duties(start=at(day, "00:00") - LOOK_BACK, end=at(day, "00:00") + LOOK_AHEAD)
    dates = [day + timedelta(days=n) for n in range(-7, 8)]
    pools = reference.cached("reserve", ReserveRules).pools
    people = reader.people(dates[0], dates[-1])
    return Situation(
        now=desk.now,
        members=availability.members(reader, people, dates[0], len(dates)),
        offers=offers(),
        duties=tuple(duties),
        needs=tuple(needs if needs is not None else needs_of(reader, case, local(desk.now).date())),
        waterlines=tuple(waterline_needs(waterlines(), dates)),
        standing=tuple(n for n in standing_needs(rules(), dates, offers()) if not n.shift),
        burdens=burdens_in(reader, desk.now),
        pool=Pool(pools[0].id, POOL_PEOPLE) if pools and pool else None,
        decision=decision,
    )


def needs_of(reader: Reader, case: Case, today: date) -> list[Need]:
    """What a case asks of the reserve by the classes of today, as needs of the roster."""
    return needs_in(reader, case, standing_classes(reader, today))


def needs_in(reader: Reader, case: Case, classes: Mapping[str, RiskClass]) -> list[Need]:
    """`needs_of` for classes that are known."""
    demand = capacity.demand_in(reader, case, classes)
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


NEEDED, ASKED, CONFIRMED, NOT_NEEDED = (
    N_("not asked yet"), N_("asked"), N_("confirmed"), N_("not needed"),
)  # fmt: skip
"""What a plan that needs the neighbours waits for."""
POOL_REQUEST = "pool_request"


def pool_state(desk: Desk, case: Case, plan: Plan) -> str:
    """Whether the pool of a plan was asked, and said yes; as the ledger has it."""
    with desk.read() as reader:
        return _pool_state(reader, case, plan)


def _pool_state(reader: Reader, case: Case, plan: Plan) -> str:
    if not plan.conditional:
        return NOT_NEEDED
    asked, confirmed = _pool_minutes(reader, case, plan.pool[0].pool)
    if confirmed >= plan.external_minutes:
        return CONFIRMED
    return ASKED if asked + confirmed >= plan.external_minutes else NEEDED


def _pool_minutes(reader: Reader, case: Case, pool: str) -> tuple[int, int]:
    """Minutes asked of a pool for a case, and confirmed."""
    sums = ledger.totals(reader.postings(Posting), booking.week_of(case))

    def of(book: Book) -> int:
        return sums.get(Account(book=book, pool=pool, case_id=case.id), 0)

    return of(Book.ASKED), of(Book.CONFIRMED)


def pool_row(desk: Desk, plans: Plans) -> tuple[str, ...]:
    """A line of the comparison: what each plan waits for."""
    with desk.read() as reader:
        states = [_(_pool_state(reader, plans.case, plan)) for plan in plans.found.plans]
    marks = {_(CONFIRMED): _("final when chosen"), _(NOT_NEEDED): ""}
    return (
        _("the pool"),
        *(f"{s}: {marks.get(s, _('plan is conditional'))}".removesuffix(": ") for s in states),
    )


def pool_text(desk: Desk, case: Case, plan: Plan, until: str = "") -> str:
    """A request to the neighbours, ready to send: what, when, where, the reference; no names."""
    with desk.read() as reader:
        reference_ = _reference(reader, case)
    lines = [
        _("Request for assistance {reference}").format(reference=reference_),
        "",
        _("For {number} we ask:").format(number=case.number),
    ]
    for entry in plan.pool:
        place = f", {entry.need.place}" if entry.need.place else ""
        lines.append(
            _("- {n} enforcement officers, {when}{place}, for {task}: {hours} h").format(
                n=entry.people, when=words.span(entry.need.span), place=place,
                task=_(words.TASKS[entry.need.task]), hours=words.hours(entry.minutes),
            )
        )  # fmt: skip
    if until.strip():
        lines.append(_("Please answer by {when}.").format(when=until.strip()))
    return "\n".join([*lines, "", _("With reference {reference}.").format(reference=reference_)])


def _reference(reader: Reader, case: Case) -> str:
    made = reader.facts(POOL_REQUEST, f"case:{case.id}", taken_back=True)
    number = len([fact for fact in made if fact.doc["state"] == ASKED]) + 1
    return f"{case.number}-P{number}"


def ask_pool(desk: Desk, case: Case, plan: Plan, until: str = "") -> str:
    """Ask the neighbours what a plan needs: nothing counts on it before they say yes.

    Gives the text to send. Raises RuleSaysNo when they were asked already.
    """
    text = pool_text(desk, case, plan, until)
    with desk.work(Role.OFFICER) as work:
        if _pool_state(work, case, plan) != NEEDED:
            raise RuleSaysNo(msg("the pool was asked already"))
        mark = _reference(work, case)
        hand = booking.case_pen(desk, work, case)
        for entry in plan.pool:
            booking.write(
                work, ledger.ask_external, hand, entry.pool, case.id, entry.minutes, reason=mark
            )
        work.add_fact(
            POOL_REQUEST,
            f"case:{case.id}",
            {"state": ASKED, "reference": mark, "minutes": plan.external_minutes, "until": until},
        )
        note_event(
            work, case.id,
            msg("{n} h asked of the pool, reference {reference}",
                n=words.hours(plan.external_minutes), reference=mark),
        )  # fmt: skip
    return text


def answer_pool(desk: Desk, case: Case, plan: Plan, *, yes: bool) -> None:
    """Keep the answer of the neighbours. A no releases what was asked."""
    with desk.work(Role.OFFICER) as work:
        if _pool_state(work, case, plan) != ASKED:
            raise RuleSaysNo(msg("the pool wasn't asked yet"))
        hand = booking.case_pen(desk, work, case)
        pool = plan.pool[0].pool
        asked, _confirmed = _pool_minutes(work, case, pool)
        if yes:
            booking.write(work, ledger.confirm_external, hand, pool, case.id, asked)
        else:
            booking.take_back_asked(desk, work, case, pool)
        state = CONFIRMED if yes else "refused"
        work.add_fact(POOL_REQUEST, f"case:{case.id}", {"state": state, "minutes": asked})
        text = msg("the pool confirms {n} h", n=words.hours(asked))
        note_event(work, case.id, text if yes else msg("the pool says no"))


def reject(desk: Desk, plans: Plans) -> None:
    """None of the plans: one line in the log, nothing else."""
    with desk.work(Role.OFFICER) as work:
        note_event(
            work, plans.case.id, msg("{n} plans looked at, none chosen", n=len(plans.found.plans))
        )


def windows(desk: Desk) -> str:
    """What may still change, and at what price: until when hours are frozen, until when they are
    published (a change is late), and until when only proposed (a change is free)."""
    frozen = desk.now + timedelta(minutes=rules().moves.earliest_minutes)
    with desk.read() as reader:
        told = max((d.start for d in reader.duties(start=desk.now)), default=None)
        proposal = proposal_in(reader)
    text = _("frozen until {moment}").format(moment=words.moment(frozen))
    if told is not None:
        text += "; " + _("published until {day}").format(day=words.day(told))
    if proposal is not None:
        text += "; " + _("proposed until {day}").format(day=words.day(proposal.last))
    return text + "; " + _("open after that")


def theme_text(theme: str) -> str:
    """A theme in words; nothing for none."""
    return words.theme(theme) if theme else ""


def choose(
    desk: Desk,
    plans: Plans,
    plan: Plan,
    by: Actor,
    reason: str,
    *,
    pool_confirmed: bool = True,
    decision: str = "",
) -> list[str]:
    """Make a plan the roster: duties, ledger and log in one unit of work; the people touched.

    `decision` is the number of the driehoek decision that lets a plan undercut the waterline; it
    stands with the reason. Raises RuleSaysNo for such a plan without one (rule 21), while the pool
    has not said yes, for theme hours without authority, and when the reserve no longer has what
    the plan takes.
    """
    decision = decision.strip() or plans.situation.decision
    if plan.needs_decision and not decision:
        raise RuleSaysNo(
            msg(
                "{district} falls below its waterline: give the number of the driehoek decision",
                district=plan.below_waterline[0].need.place,
            ),
            "21",
        )
    if plan.needs_decision:
        reason = f"{reason} {decision}".strip()
    if plan.theme_minutes or plan.borrowed_minutes:
        authority(by, Role.LEAD, Role.DECIDER)
    with desk.work(Role.OFFICER) as work:
        case = work.case(plans.case.id)
        waits = _pool_state(work, case, plan) not in (NOT_NEEDED, CONFIRMED)
        if waits and not pool_confirmed:
            raise RuleSaysNo(msg("the plan waits for the neighbour's yes"))
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
    week = booking.week_of(case)
    hand = booking.pen(desk, work, week)

    for line in plan.lines:
        about = {"person_id": line.person_id, "duty_id": line.new.id, "reason": reason}
        if line.reserve_minutes:
            made += booking.write(work, ledger.commit, hand, case.id, line.reserve_minutes, **about)
        if line.borrowed_minutes:
            made += booking.write(
                work, ledger.authorise_borrow, hand, line.theme, case.id, line.borrowed_minutes,
                authorised_by=by, **about,
            )  # fmt: skip
    for entry in plan.pool:
        asked, confirmed = _pool_minutes(work, case, entry.pool)
        more = entry.minutes - asked - confirmed
        if more > 0:
            made += booking.write(
                work, ledger.ask_external, hand, entry.pool, case.id, more, reason=reason
            )
        unsure = entry.minutes - confirmed
        if unsure > 0:
            made += booking.write(work, ledger.confirm_external, hand, entry.pool, case.id, unsure)
    return made


def _log_publication(work: Work, case: Case, plan: Plan, postings: Sequence[Posting]) -> None:
    changes = [(line.person_id, line.old, line.new) for line in plan.lines]
    log_changes(work, changes, case_id=case.id, postings=[posting.id for posting in postings])
