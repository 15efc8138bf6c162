"""Calendar with receipts: who has heard of a published change, and who must be called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orderdesk.desk import words
from orderdesk.desk.core import Desk
from orderdesk.desk.feeds import settings, subscribers
from orderdesk.domain.people import Role
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.i18n import N_, _, msg, ngettext

if TYPE_CHECKING:
    from datetime import datetime

    from orderdesk.calendars.changes import Call
    from orderdesk.calendars.receipts import Standing
    from orderdesk.store.work import Reader, Work

CALL = "call"
CHANGES = {
    "added": N_("added"), "called_off": N_("called off"), "time": N_("other hours"),
    "place": N_("other place"), "task": N_("other task"),
}  # fmt: skip
"""What a subscriber of a calendar notices."""
STATES = {
    "told": N_("told"), "seen": N_("seen"), "in_time": N_("sees it in time"),
    "phone": N_("phone"), "amber": N_("▲ not heard"), "lead": N_("▲▲ team lead"),
}  # fmt: skip


@dataclass(frozen=True)
class CallSheet:
    """The changes that people must hear of, the most urgent first."""

    lines_: Sequence[Standing]

    @property
    def heard(self) -> int:
        """How many know."""
        return sum(line.heard for line in self.lines_)

    @property
    def waiting(self) -> Sequence[Standing]:
        """Those that nobody acknowledged for too long."""
        return [line for line in self.lines_ if line.state.value in ("amber", "lead")]

    @property
    def summary(self) -> str:
        """ "3 of 4 heard, 1 to call"."""
        if not self.lines_:
            return _("Nobody has to be told of anything.")
        text = _("{n} of {all} have heard").format(n=self.heard, all=len(self.lines_))
        waiting = len(self.waiting)
        if waiting:
            text += " · " + ngettext(
                "▲ {n} not acknowledged", "▲ {n} not acknowledged", waiting
            ).format(n=waiting)
        return text

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "heard": self.heard,
            "of": len(self.lines_),
            "calls": [
                {
                    "person": line.call.person_id,
                    "begins": line.call.moment.isoformat(),
                    "what": list(line.call.what),
                    "state": line.state.value,
                    "reason": str(line.reason),
                    "client": line.client,
                    "last_fetched": line.fetched.isoformat() if line.fetched else None,
                }
                for line in self.lines_
            ],
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield self.summary
        for line in self.lines_:
            yield (
                f"{line.call.person_id}  {words.moment(line.call.moment)}  "
                f"{what_of(line)}  {_(STATES[line.state.value])}  {line.reason}"
            )


def what_of(line: Standing) -> str:
    """What changed, in words."""
    return ", ".join(_(CHANGES[what]) for what in line.call.what)


def client_of(line: Standing) -> str:
    """The program behind somebody's address and when it last asked."""
    if line.fetched is None:
        return _("never fetched")
    return f"{line.client or '?'} {words.moment(line.fetched)}"


def sheet(desk: Desk) -> CallSheet:
    """Who has heard, and who has not, now."""
    with desk.read() as reader:
        return sheet_in(reader, desk.now)


def sheet_in(reader: Reader, now: datetime) -> CallSheet:
    """`sheet` inside a unit of work. Work that is over asks for no call any more."""
    from orderdesk.calendars.changes import Subscriber
    from orderdesk.calendars.receipts import ToTell, by_urgency, stand

    seen = subscribers(reader)
    kept = [ToTell.model_validate(record.doc) for record in reader.records(CALL)]
    return CallSheet(
        by_urgency(
            stand(call, seen.get(call.person_id, Subscriber()), now, settings())
            for call in kept
            if call.over > now
        )
    )


def keep(work: Work, calls: Sequence[Call]) -> None:
    """Keep what was just published until everybody has heard of it; forget work that is over."""
    from orderdesk.calendars.receipts import ToTell, to_tell

    before = {r.key: ToTell.model_validate(r.doc) for r in work.records(CALL)}
    for key, old in before.items():
        if old.over <= work.now:
            work.drop(CALL, key)
    for call in calls:
        key = f"{call.person_id}/{call.change.uid}"
        made = to_tell(call, work.now, before.get(key))
        work.put(CALL, key, made.model_dump(mode="json"))


def tick(desk: Desk, person_id: str, uid: str) -> None:
    """Somebody was told of a change by telephone. Raises RuleSaysNo when it isn't on the list."""
    from orderdesk.calendars.receipts import ToTell

    with desk.work() as work:
        found = work.record(CALL, f"{person_id}/{uid}")
        if found is None:
            raise RuleSaysNo(msg("this change is no longer on the call list"))
        call = ToTell.model_validate(found.doc)
        told = call.replace(told_at=work.now, told_by=desk.actor.name, told_digest=call.digest)
        work.put(CALL, found.key, told.model_dump(mode="json"))
        work.note("told", f"person:{person_id}", {"uid": uid})


def tick_person(desk: Desk, person_id: str) -> int:
    """Somebody was told of all that waits for them; how many changes. Raises BadInput."""
    desk.need(Role.OFFICER)
    wanted = person_id.strip().upper()
    open_ = [
        line for line in sheet(desk).lines_ if line.call.person_id == wanted and not line.heard
    ]
    if not open_:
        raise BadInput(N_("who"), person_id, msg("Nothing waits to be told to this person."))
    for line in open_:
        tick(desk, wanted, line.call.uid)
    return len(open_)


def text_for_lead(desk: Desk) -> str:
    """What the team lead must know, ready to be copied; empty while nothing waits too long."""
    late = sheet(desk).waiting
    if not late:
        return ""
    lines = [_("Not reached about a change of work within a day:")]
    lines += [
        _("- {who}: {what}, begins {when}; published {published}. {reason}").format(
            who=line.call.person_id,
            what=what_of(line),
            when=words.moment(line.call.moment),
            published=words.clock(line.call.published_at),
            reason=line.reason,
        )
        for line in late
    ]
    return "\n".join(lines)
