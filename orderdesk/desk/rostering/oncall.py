"""Being on call: who, from when until when; the law is looked at before it is written down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from orderdesk.desk import availability, words
from orderdesk.desk.core import Desk
from orderdesk.desk.rostering.parameters import LOOK_BACK, law
from orderdesk.desk.rostering.proposal import drafted, proposal_in
from orderdesk.desk.team import known_person
from orderdesk.domain.people import Duty, OnCall, Role
from orderdesk.domain.time import Span, days_touched, local
from orderdesk.domain.when import read_moment, read_when
from orderdesk.domain.worktime import Finding, Severity, check_on_call, errors, stretches
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, Day, _, msg
from orderdesk.roster.problem import standing

if TYPE_CHECKING:
    from orderdesk.store.work import Reader

ON_CALL = "on_call"
"""Kind of the records of who is on call when."""


def spells_in(
    reader: Reader, start: datetime | None = None, end: datetime | None = None
) -> list[OnCall]:
    """Spells that touch a stretch of time, by their beginning; all of them without one."""
    found = [OnCall.model_validate(record.doc) for record in reader.records(ON_CALL)]
    return sorted(
        (s for s in found if (end is None or s.start < end) and (start is None or start < s.end)),
        key=lambda s: (s.start, s.person_id),
    )


def spans_by_person(spells: Iterable[OnCall]) -> dict[str, tuple[Span, ...]]:
    """When each person is on call."""
    found: dict[str, tuple[Span, ...]] = {}
    for spell in spells:
        found[spell.person_id] = (*found.get(spell.person_id, ()), spell.span)
    return found


def days_of(spell: OnCall) -> Iterator[date]:
    """The days that a spell touches."""
    return days_touched(spell.start, spell.end)


def findings(
    duties: Iterable[Duty], spells: Iterable[OnCall], *, judged_from: datetime | None = None
) -> tuple[Finding, ...]:
    """What the law says of being on call beside the work of these duties (ATW 5:9)."""
    when = spans_by_person(spells)
    if not when:
        return ()
    work = stretches(d for d in standing(duties) if d.person_id in when)
    return tuple(
        finding
        for who, spans in when.items()
        for finding in check_on_call(who, work.get(who, ()), spans, law(), judged_from)
    )


def spell_text(spell: OnCall) -> str:
    """Who is on call, from when until when."""
    return _("{who} on call {start} - {end}").format(
        who=spell.person_id, start=words.moment(spell.start), end=words.moment(spell.end)
    )


@dataclass(frozen=True)
class OnCallLook:
    """What a spell would mean, before it is written down."""

    old: OnCall | None
    new: OnCall | None
    """None: it is taken away."""
    findings: tuple[Finding, ...]
    """What the law says with it that it doesn't say already."""

    def as_json(self) -> dict[str, object]:
        """For `--json`."""

        def shown(spell: OnCall | None) -> dict[str, object] | None:
            return spell.model_dump(mode="json", exclude={"changed_at"}) if spell else None

        return {
            "before": shown(self.old),
            "after": shown(self.new),
            "findings": [
                {
                    "person": f.person_id,
                    "rule": f.article,
                    "severity": f.severity.value,
                    "message": str(f.message),
                }
                for f in self.findings
            ],
        }

    def lines(self) -> Iterator[str]:
        """For who is about to do it."""
        if self.old is not None:
            yield _("now: {spell}").format(spell=spell_text(self.old))
        yield spell_text(self.new) if self.new is not None else _("taken away")
        if not self.findings:
            yield _("lawful")
        for finding in self.findings:
            mark = "!" if finding.severity is Severity.ERROR else "·"
            yield f"{mark} {finding.person_id} {finding.article}: {finding.message}"


def spell_on(desk: Desk, person_id: str, day: date) -> OnCall | None:
    """The spell that touches a day of a person."""
    with desk.read() as reader:
        found = spells_in(reader)
    return next((s for s in found if s.person_id == person_id and day in days_of(s)), None)


def look(desk: Desk, values: Mapping[str, str], old: OnCall | None = None) -> OnCallLook:
    """What a spell would mean. Keys: person, start, end ("vr 12 jun 17:00"). Writes nothing.

    With `old` that spell is changed, or taken away where no start is given. Raises BadInput, and
    RuleSaysNo for a day on which the person is away.
    """
    with desk.read() as reader:
        if old is not None and not values.get("start", "").strip():
            return OnCallLook(old, None, ())
        who = (
            old.person_id if old is not None else known_person(reader, values.get("person", "")).id
        )
        new = _read(desk, who, values, old)
        _refuse_away(reader, new)
        around = (
            new.start - LOOK_BACK, new.end + timedelta(days=law().on_call[-1].window_days)
        )  # fmt: skip
        published = reader.duties(start=around[0], end=around[1], person_id=who)
        draft = [d for d in drafted(proposal_in(reader), published) if d.person_id == who]
        own = [s for s in spells_in(reader, *around) if s.person_id == who]
    others = [s for s in own if old is None or s.id != old.id]
    if any(s.span.overlaps(new.span) for s in others):
        raise RuleSaysNo(msg("{who} is on call then already", who=who))
    duties = [*published, *draft]
    said = {f.key for f in findings(duties, own)}
    found = findings(duties, [*others, new])
    return OnCallLook(old, new, tuple(f for f in found if f.key not in said))


def _read(desk: Desk, who: str, values: Mapping[str, str], old: OnCall | None) -> OnCall:
    start, end = (read_moment(values.get(field, ""), desk.now, field) for field in ("start", "end"))
    most = law().on_call[-1].days  # A single spell longer than that is a slip of the pen.
    if not timedelta() < end - start <= timedelta(days=most):
        raise BadInput(
            N_("end"),
            values.get("end", ""),
            msg("It must lie after the start, at most {n} days.", n=most),
        )
    return OnCall(
        id=old.id if old is not None else desk.new_id(), person_id=who, start=start, end=end,
        sequence=old.sequence + 1 if old is not None else 0, changed_at=desk.now,
    )  # fmt: skip


def _refuse_away(reader: Reader, spell: OnCall) -> None:
    person = reader.person(spell.person_id)
    absences = availability.absences_in(reader, local(spell.start).date(), local(spell.end).date())
    for day in days_of(spell):
        away = any(a.person_id == spell.person_id and a.covers(day) for a in absences)
        if away or (person is not None and not person.serves(day)):
            raise RuleSaysNo(
                msg("{who} is away or not available on {day}", who=spell.person_id, day=Day(day))
            )


def make(desk: Desk, looked: OnCallLook, reason: str = "") -> OnCallLook:
    """Write down what was looked at.

    Raises RuleSaysNo (rule 23) when the law forbids it; BadInput when it warns and no reason is
    given.
    """
    if wrong := errors(looked.findings):
        raise RuleSaysNo(wrong[0].message, "23")
    if looked.findings and not reason.strip():
        mend = msg("The law warns: {what}. Say why.", what=looked.findings[0].message)
        raise BadInput(N_("reason"), "", mend)
    with desk.work(Role.PLANNER) as work:
        kept = work.record(ON_CALL, looked.old.id) if looked.old is not None else None
        if looked.old is not None and (
            kept is None or OnCall.model_validate(kept.doc) != looked.old
        ):
            raise RuleSaysNo(msg("the roster changed since you looked: look again"))
        spell = looked.new or looked.old
        assert spell is not None
        if looked.new is None:
            work.drop(ON_CALL, spell.id)
        else:
            work.put(ON_CALL, spell.id, looked.new.model_dump(mode="json"))
        work.note(
            "on_call" if looked.new is not None else "on_call.ended",
            f"person:{spell.person_id}",
            {"start": spell.start.isoformat(), "end": spell.end.isoformat(), "reason": reason},
        )
    return looked


@dataclass(frozen=True)
class Coming:
    """Who is on call from now on."""

    spells: Sequence[OnCall]

    def as_json(self) -> dict[str, object]:
        """For `--json`."""
        return {"on_call": [s.model_dump(mode="json", exclude={"changed_at"}) for s in self.spells]}

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield from map(spell_text, self.spells)
        if not self.spells:
            yield _("nobody is on call")


def coming(desk: Desk) -> Coming:
    """Who is on call now and later, by the beginning of the spell."""
    with desk.read() as reader:
        return Coming(spells_in(reader, start=desk.now))


def enter(desk: Desk, values: Mapping[str, str]) -> OnCallLook:
    """Look at a spell and write it down: `look`, then `make`. Keys: person, start, end, reason."""
    return make(desk, look(desk, values), values.get("reason", ""))


def take_away(desk: Desk, who: str, day: str) -> OnCallLook:
    """Take away the spell of a person that touches a day. Raises BadInput where there is none."""
    when = read_when(day, desk.now, "day").day
    with desk.read() as reader:
        person = known_person(reader, who)
    old = spell_on(desk, person.id, when)
    if old is None:
        raise BadInput(
            N_("day"), day, msg("{who} is not on call on {day}.", who=person.id, day=Day(when))
        )
    return make(desk, OnCallLook(old, None, ()))
