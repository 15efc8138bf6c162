"""Writing into the ledger of the reserve: what officers promise, borrow, ask, work and give back.

Each use case books in one unit of work and says in the log of the case what was done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from orderdesk import reference
from orderdesk.desk import words
from orderdesk.desk.core import Desk, authority
from orderdesk.desk.timeline import note_event
from orderdesk.domain import ledger
from orderdesk.domain.events import Case
from orderdesk.domain.ledger import Book, Debt, Deed, Pen, Posting, Statement, Themes, WeekState
from orderdesk.domain.people import Actor, Duty, DutyStatus, Role, Task, TaskSpan
from orderdesk.domain.time import Week
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, Msg, _, msg
from orderdesk.reserve.rules import ReserveRules

if TYPE_CHECKING:
    from orderdesk.store.work import Reader, Work

P = ParamSpec("P")
RIPPLE = "ripple"
"""Written when a case lets go of its hours; the planner answers it (`desk.ripples`)."""
_MOST_HOURS = 1_000


def pen(desk: Desk, work: Work, week: Week) -> Pen:
    """The pen with which this user writes into a week of the ledger now."""
    return Pen(week=week, known_at=work.now, entered_at=work.now, by=desk.actor, new_id=desk.new_id)


def write(
    work: Work,
    deed: Callable[Concatenate[Sequence[Posting], P], list[Posting]],
    *args: P.args,
    **about: P.kwargs,
) -> list[Posting]:
    """Book what a deed of the ledger makes of the postings so far; the new postings."""
    try:
        made = deed(work.postings(Posting), *args, **about)
    except RuleSaysNo as refused:
        raise _in_words(work, refused) from None
    work.post(made)
    return made


def _in_words(reader: Reader, refused: RuleSaysNo) -> RuleSaysNo:
    """The refusal with the number of the case and the name of the theme: the ledger knows ids."""
    told = refused.message
    if not isinstance(told, Msg):
        return refused
    named = dict(told.args)
    if id := str(named.get("case") or ""):
        named["case"] = reader.case(id).number
    if theme := str(named.get("theme") or ""):
        named["theme"] = words.theme(theme)
    return RuleSaysNo(Msg(told.id, named), refused.rule)


def week_of(case: Case) -> Week:
    """The week whose hours a case takes."""
    return Week.of(case.span.start if case.span else case.known_at)


def case_pen(desk: Desk, work: Work, case: Case) -> Pen:
    """The `pen` for the week whose hours a case takes."""
    return pen(desk, work, week_of(case))


def open_week(desk: Desk, work: Work, week: Week, carried: Sequence[Debt] = ()) -> None:
    """Open a week with what is rostered: flex shifts are the reserve, the rest is theme work."""
    reserve, themes = rostered_in(work, week)
    write(work, ledger.open_week, pen(desk, work, week), reserve, themes, carried)


def rostered_in(reader: Reader, week: Week) -> tuple[int, dict[str, int]]:
    """Minutes of flex shifts, and of work per theme, that stand in the roster of a week."""
    reserve = 0
    themes = {theme.id: 0 for theme in reference.cached("themes", Themes).themes}
    for duty in reader.duties(start=week.span.start, end=week.span.end):
        if duty.status is DutyStatus.CANCELLED or Week.of(duty.start) != week:
            continue
        theme = next((task.theme for task in duty.tasks if task.theme), "")
        if theme:
            themes[theme] = themes.get(theme, 0) + duty.paid_minutes
        elif duty.is_flex:
            reserve += duty.paid_minutes
    return reserve, themes


def commit(desk: Desk, case_id: str, minutes: int, *, person_id: str = "") -> None:
    """Promise free reserve to a case. Raises RuleSaysNo (rule 20) when the reserve is short."""
    with desk.work(Role.OFFICER) as work:
        case = work.case(case_id)
        write(
            work,
            ledger.commit,
            case_pen(desk, work, case),
            case_id,
            minutes,
            person_id=person_id,
        )
        note_event(work, case_id, msg("{n} h promised from the reserve", n=words.hours(minutes)))


def borrow(
    desk: Desk, case_id: str, theme: str, minutes: int, by: Actor, reason: str, person_id: str = ""
) -> None:
    """Take theme hours for a case, by authority of a team lead or decider, with a reason."""
    authority(by, Role.LEAD, Role.DECIDER)
    with desk.work(Role.OFFICER) as work:
        case = work.case(case_id)
        write(
            work,
            ledger.authorise_borrow, case_pen(desk, work, case), theme, case_id, minutes,
            authorised_by=by, reason=reason, person_id=person_id,
        )  # fmt: skip
        note_event(
            work, case_id,
            msg("{n} h borrowed from {theme}, authorised by {name}", n=words.hours(minutes),
                theme=theme, name=by.name),
        )  # fmt: skip


def ask_pool(desk: Desk, case_id: str, pool: str, minutes: int, reason: str = "") -> None:
    """Ask a neighbouring pool for hours; nothing counts on them before they are confirmed."""
    with desk.work(Role.OFFICER) as work:
        case = work.case(case_id)
        write(
            work,
            ledger.ask_external,
            case_pen(desk, work, case),
            pool,
            case_id,
            minutes,
            reason=reason,
        )
        note_event(work, case_id, msg("{n} h asked of {pool}", n=words.hours(minutes), pool=pool))


def confirm_pool(desk: Desk, case_id: str, pool: str, minutes: int) -> None:
    """The pool said yes."""
    with desk.work(Role.OFFICER) as work:
        case = work.case(case_id)
        write(work, ledger.confirm_external, case_pen(desk, work, case), pool, case_id, minutes)
        note_event(work, case_id, msg("{pool} confirms {n} h", n=words.hours(minutes), pool=pool))


def refuse_pool(desk: Desk, case_id: str, pool: str) -> None:
    """The pool said no: `take_back_asked`, and a line in the log of the case."""
    with desk.work(Role.OFFICER) as work:
        take_back_asked(desk, work, work.case(case_id), pool)
        note_event(work, case_id, msg("{pool} says no", pool=pool))


def take_back_asked(desk: Desk, work: Work, case: Case, pool: str) -> None:
    """What was asked of a pool for a case is taken back by counter-lines.

    Raises RuleSaysNo when nothing is asked, or a part of it was confirmed already.
    """
    asked = [
        p.id
        for p in ledger.standing_postings(work.postings(Posting), Deed.ASK)
        if p.case_id == case.id and any(leg.account.pool == pool for leg in p.legs)
    ]
    if not asked:
        raise RuleSaysNo(msg("nothing is asked of the pool for {number}", number=case.number))
    hand = case_pen(desk, work, case)
    write(work, ledger.reverse, hand, asked, _("the pool said no"))


def give_back(desk: Desk, theme: str, minutes: int, reason: str, week: Week | None = None) -> None:
    """Reserve that was not needed worked for a theme: the oldest debt is paid first."""
    with desk.work(Role.OFFICER) as work:
        chosen = week or Week.of(desk.now)
        write(work, ledger.give_back, pen(desk, work, chosen), theme, minutes, reason=reason)


def plan_pay_back(desk: Desk, theme: str, minutes: int, week: Week | None = None) -> None:
    """Promise free reserve to a theme that is owed hours."""
    with desk.work(Role.OFFICER) as work:
        plan_pay_back_in(desk, work, theme, minutes, week or Week.of(desk.now))


def plan_pay_back_in(
    desk: Desk, work: Work, theme: str, minutes: int, week: Week, reason: str = ""
) -> None:
    """`plan_pay_back` inside a unit of work."""
    hand = pen(desk, work, week)
    write(work, ledger.plan_pay_back, hand, theme, minutes, reason=reason)


def worked(desk: Desk, case_ids: Sequence[str]) -> int:
    """Everything that stands for these cases was worked; the minutes posted."""
    with desk.work(Role.OFFICER) as work:
        return sum(work_case(desk, work, work.case(case_id)) for case_id in case_ids)


def work_case(desk: Desk, work: Work, case: Case) -> int:
    """`worked` for one case inside a unit of work."""
    made = write(
        work,
        ledger.work,
        case_pen(desk, work, case),
        case.id,
        reference.cached("reserve", ReserveRules).pay_back,
    )
    minutes = sum(
        leg.minutes for posting in made for leg in posting.legs if leg.account.book is Book.DEPLOYED
    )
    note_event(work, case.id, msg("{n} h worked and booked", n=words.hours(minutes)))
    return minutes


def release_case(desk: Desk, work: Work, case: Case) -> int:
    """Let go of all that stands for a case, and free its people; the reserve minutes freed."""
    postings = work.postings(Posting)
    week = week_of(case)
    line = next(
        (line for line in ledger.statement(postings, week).cases if line.case_id == case.id), None
    )
    standing = (
        line.committed + line.to_borrow + line.external_asked + line.external_confirmed
        if line
        else 0
    )
    if line is None or not standing:
        return 0
    write(work, ledger.release, pen(desk, work, week), case.id, _("called off"))
    duties = work.duties(start=week.span.start, end=week.span.end)
    work.save_duties(without_case(duties, case.id, work.now))
    parts = [
        {"person_id": d.person_id, "start": t.start.isoformat(), "end": t.end.isoformat()}
        for d in duties
        for t in d.tasks
        if t.case_id == case.id
    ]
    work.add_fact(RIPPLE, f"case:{case.id}", {"freed": line.committed, "parts": parts})
    return line.committed


def without_case(duties: Sequence[Duty], case_id: str, now: datetime) -> list[Duty]:
    """The duties that change when a case no longer needs anybody."""
    changed = []
    for duty in duties:
        if any(task.case_id == case_id for task in duty.tasks):
            tasks = tuple(_freed(task) if task.case_id == case_id else task for task in duty.tasks)
            changed.append(
                duty.replace(tasks=joined(tasks), sequence=duty.sequence + 1, changed_at=now)
            )
    return changed


def joined(tasks: Sequence[TaskSpan]) -> tuple[TaskSpan, ...]:
    """Neighbouring stretches of the same task as one."""
    merged: list[TaskSpan] = []
    for task in sorted(tasks, key=lambda t: t.start):
        last = merged[-1] if merged else None
        same = last is not None and last.end == task.start and _alike(last, task)
        if last is not None and same:
            merged[-1] = last.replace(end=task.end)
        else:
            merged.append(task)
    return tuple(merged)


def _alike(one: TaskSpan, other: TaskSpan) -> bool:
    plain = {"start": one.start, "end": one.end}
    return one == other.replace(**plain)


def _freed(task: TaskSpan) -> TaskSpan:
    """What somebody does instead: theme work where the hours were a theme's, else reserve."""
    return task.replace(case_id="", task=Task.THEME_WORK if task.theme else Task.RESERVE)


def reverse(
    desk: Desk, work: Work, ids: Iterable[str], reason: str, by: Actor | None = None
) -> list[str]:
    """Put postings right by counter-postings, week by week; the ids of those.

    Without `by` theme hours that come back to a case stand under the name that had signed for them.
    """
    wanted = set(ids)
    own = [p for p in work.postings(Posting) if p.id in wanted]
    made: list[str] = []
    for week in sorted({p.week for p in own}, key=str):
        chosen = [p.id for p in own if p.week == week]
        hand = pen(desk, work, week)
        written = write(work, ledger.reverse, hand, chosen, reason, by, as_signed=by is None)
        made += [posting.id for posting in written]
    return made


def close_week(desk: Desk, week: Week) -> Statement:
    """Close a week that is over, its sums proven; its debts go on in the week after."""
    with desk.work(Role.PLANNER) as work:
        return close_week_in(desk, work, week)


def close_week_in(desk: Desk, work: Work, week: Week) -> Statement:
    """`close_week` inside a unit of work."""
    write(work, ledger.close_week, pen(desk, work, week))
    postings, after = work.postings(Posting), week.shift(1)
    owed = ledger.debts(postings, week)
    if owed and ledger.week_state(postings, after) is WeekState.OPEN:
        write(work, ledger.carry_in, pen(desk, work, after), owed)
    return ledger.statement(postings, week)


def read_hours(text: str) -> int:
    """Hours as people write them ("4", "4,5") in minutes. Raises BadInput."""
    try:
        hours = float(text.strip().replace(",", "."))
    except ValueError:
        hours = 0.0
    if not 0 < hours <= _MOST_HOURS:
        raise BadInput(N_("hours"), text, msg("Write hours from 0.25 to {most}.", most=_MOST_HOURS))
    return round(hours * 60)
