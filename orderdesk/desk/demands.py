"""What a case asks for: where each number comes from, and other numbers in its place, with why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from orderdesk.desk import words
from orderdesk.desk.core import Desk
from orderdesk.desk.timeline import note_event
from orderdesk.domain.demand import Block, Carrier, Demand
from orderdesk.domain.events import Case
from orderdesk.domain.people import Role
from orderdesk.domain.time import local
from orderdesk.errors import BadInput
from orderdesk.i18n import N_, Msg, _, msg, pick

if TYPE_CHECKING:
    from orderdesk.store.work import Reader

DEMAND = "demand"
_MOST = 500
CARRIERS = {
    Carrier.RESERVE: N_("reserve"), Carrier.ROSTER: N_("who is on duty there"),
    Carrier.ORGANISER: N_("the organiser"),
}  # fmt: skip


@dataclass(frozen=True)
class CaseDemand:
    """The demand of a case as it can be read and changed."""

    case: Case
    demand: Demand
    by_norm: Demand
    """As the norms have it, without changes."""
    reason: str
    """Why it was changed last."""

    @property
    def blocks(self) -> list[tuple[str, int]]:
        """What each block that may be changed is called, and its number."""
        return [(_label(block), block.number) for block in _changeable(self.demand)]

    def lines(self) -> Iterator[str]:
        """Block by block: who, what, when, by whom, and which norms say so."""
        yield _("preparation of the desk: {n} h").format(
            n=words.hours(self.demand.preparation_minutes)
        )
        norm = {_key(block): block.number for block in self.by_norm.blocks}
        for block in self.demand.blocks:
            yield f"{block.number} x {_label(block)}  ({_(CARRIERS[block.carrier])})"
            asked = norm.get(_key(block), block.number)
            if asked != block.number:
                yield "   " + _("the norm asks {n}; changed because: {reason}").format(
                    n=asked, reason=self.reason
                )
            yield from (f"   {pick(reason)}" for reason in block.reasons)
        yield from (f"· {one}" for one in self.demand.assumed)


def _label(block: Block) -> str:
    return f"{_(words.TASKS[block.task])} {words.clock(block.span.start)}-" + words.clock(
        block.span.end
    )


def _key(block: Block) -> str:
    return f"{block.norm}/{block.task.value}/{local(block.span.start):%m-%d}"


def _changeable(demand: Demand) -> list[Block]:
    return [block for block in demand.blocks if block.carrier is Carrier.RESERVE]


def changed(reader: Reader, demand: Demand) -> Demand:
    """A demand with what was put in place of the numbers of the norms."""
    fact = reader.last_fact(DEMAND, f"case:{demand.case_id}")
    if fact is None:
        return demand
    numbers: Mapping[str, int] = fact.doc["numbers"]
    return replace(
        demand,
        blocks=tuple(
            replace(block, number=numbers.get(_key(block), block.number))
            if block.carrier is Carrier.RESERVE
            else block
            for block in demand.blocks
        ),
    )


def of_case(desk: Desk, case_id: str) -> CaseDemand:
    """What a case asks for now."""
    with desk.read() as reader:
        return _of(reader, reader.case(case_id), local(desk.now).date())


def _of(reader: Reader, case: Case, today: date) -> CaseDemand:
    from orderdesk.desk import capacity
    from orderdesk.desk.scoring import standing_classes

    by_norm = capacity.demand_by_norm(reader, case, standing_classes(reader, today))
    fact = reader.last_fact(DEMAND, f"case:{case.id}")
    return CaseDemand(
        case, changed(reader, by_norm), by_norm, fact.doc["reason"] if fact is not None else ""
    )


def change(desk: Desk, case_id: str, values: Mapping[str, str]) -> None:
    """Put numbers in place of those of the norms: `block0`, `block1`... and a `reason`.

    Raises BadInput for a number that is none, and for a change without a reason.
    """
    with desk.work(Role.PLANNER) as work:
        now = _of(work, work.case(case_id), local(desk.now).date())
        norm = {_key(block): block.number for block in now.by_norm.blocks}
        numbers: dict[str, int] = {}
        before: list[Msg] = []
        for n, block in enumerate(_changeable(now.demand)):
            field = f"block{n}"
            text = values.get(field, str(block.number)).strip()
            if not text.isdigit() or int(text) > _MOST:
                raise BadInput(field, text, msg("A whole number from 0 to {n}.", n=_MOST))
            if int(text) != norm[_key(block)]:
                numbers[_key(block)] = int(text)
            if int(text) != block.number:
                before.append(
                    msg("{what}: {old} to {new}", what=_label(block), old=block.number, new=text)
                )
        if not before:
            return
        reason = values.get("reason", "").strip()
        if not reason:
            raise BadInput(N_("reason"), "", msg("Say why it differs from the norm."))
        work.add_fact(DEMAND, f"case:{case_id}", {"numbers": numbers, "reason": reason})
        for one in before:
            note_event(work, case_id, msg("demand changed: {what} ({reason})", what=one,
                                          reason=reason))  # fmt: skip
