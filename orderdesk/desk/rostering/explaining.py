"""Why me, and why not her: answered from the model."""

from __future__ import annotations

from orderdesk.desk.core import Desk
from orderdesk.desk.rostering.touching import gap_left, hours_text
from orderdesk.i18n import _, figure


def why(desk: Desk, duty_id: str) -> list[str]:
    """For a duty: of each colleague why not that one, in the words of law, hours and cover."""
    gap = gap_left(desk, duty_id)
    able = {c.person_id: c for c in gap.found}
    lines = [_("{who} works {hours}, {place}").format(
        who=gap.duty.person_id, hours=hours_text(gap.duty), place=gap.duty.place), ""]  # fmt: skip
    for who, one in able.items():
        lines.append(
            _("{who}  could; the change would weigh {n}").format(
                who=who, n=figure(one.price, ".1f")
            )
        )
    lines += [f"{r.person_id}  {r.reason}" for r in gap.refused if r.person_id not in able]
    return lines
