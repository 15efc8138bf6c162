"""An unannounced gathering: what the packages say, and when it can be stood down."""

from __future__ import annotations

import pytest

from orderdesk.desk import incident
from orderdesk.desk.core import DemoClock, Desk
from orderdesk.domain.people import Actor, Role
from orderdesk.errors import BadInput
from tests.cities import moment

LEAD = Actor(name="Team lead Example", role=Role.LEAD)
SIX = {
    "where": "Markt", "when": "15:30", "how_many": "150", "said_by": "police", "sure": "B",
    "counter": "unknown",
}  # fmt: skip
CAME = {"turnout": "130", "incident": "none"}


def test_a_package_that_was_sent_says_who_is_there_and_it_ends_after_it_began(city: Desk) -> None:
    found = incident.report(city, SIX)
    first = found.packages[0]
    called = incident.authorise(city, found, first, LEAD, "nobody else is near")
    assert len(called) == len(first.people) > 0
    again = incident.look(city, found.case.id).packages[0]
    assert again.price == f"{len(called)} people are on it already; this adds nobody"

    def refused(ended: str) -> str:
        with pytest.raises(BadInput) as refusal:
            incident.stand_down(city, found.case.id, {**CAME, "ended": ended})
        assert refusal.value.field == "ended"
        return str(refusal.value)

    assert "only begins" in refused("07:40")
    clock = city.clock
    assert isinstance(clock, DemoClock)
    clock.set(moment(1, "16:30"))
    assert "still to come" in refused("16:45")
    assert "It began" in refused("09-06-2026 15:00")
    assert incident.stand_down(city, found.case.id, {**CAME, "ended": "16:20"}) > 0
