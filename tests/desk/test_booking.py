"""What the ledger refuses is told in the words of the desk."""

from __future__ import annotations

import pytest

from orderdesk.desk import booking
from orderdesk.desk.core import Desk
from orderdesk.errors import RuleSaysNo


def test_a_theme_goes_by_its_name(city: Desk) -> None:
    with pytest.raises(RuleSaysNo) as refused:
        booking.plan_pay_back(city, "nuisance", 40 * 60)
    assert str(refused.value).startswith("Safety-related nuisance and perception of safety is owed")
