"""The feeds read by nine other programs; needs their checker, so it runs only when asked for."""

from __future__ import annotations

import os

import pytest

from benchmarks import nine_readers


@pytest.mark.skipif(
    not os.environ.get("ORDERDESK_ICALKIT"),
    reason="ORDERDESK_ICALKIT does not name the calendar checker",
)
def test_nine_calendar_programs_agree_with_the_truth() -> None:
    assert nine_readers.main(["--kit", os.environ["ORDERDESK_ICALKIT"]]) == 0
