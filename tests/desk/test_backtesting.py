"""Measuring the score on the own register or on a file with other names for its columns."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from orderdesk.desk import backtesting
from orderdesk.desk.core import Desk
from orderdesk.errors import BadInput


def test_the_own_register_is_measured(city: Desk, tmp_path: Path) -> None:
    out = tmp_path / "p.csv"
    report = backtesting.backtest_own(city, date(2023, 12, 31), predictions=out)
    told = report.as_json()
    assert told["learn_until"] == "2023-12-31"
    assert len(out.read_text().splitlines()) == 1 + report.result.events
    assert backtesting.table(report)


def test_an_empty_register_says_so(store) -> None:  # type: ignore[no-untyped-def]
    from orderdesk.desk.core import Desk
    from tests.conftest import NOW, OFFICER

    with pytest.raises(BadInput):
        backtesting.backtest_own(Desk(store, lambda: NOW, OFFICER))


def test_a_mapping_names_their_columns(tmp_path: Path) -> None:
    file = tmp_path / "theirs.csv"
    rows = [
        f"2022-{1 + n % 12:02d}-{1 + n % 28:02d},Town {n % 5},{int(n % 7 == 0)}" for n in range(90)
    ]
    titles = "Protests; made up\n\n"  # a title row and a blank one are no header
    file.write_text(titles + "day,town,arrests\n" + "\n".join(rows))
    mapping = backtesting.read_mapping(["date=day", "place = town", "outcome=arrests"])
    assert len(backtesting.read_register(file, mapping).rows) == 90
    with pytest.raises(BadInput, match="day, town, arrests"):
        backtesting.read_register(file, mapping | {"kind": "sort"})
    with pytest.raises(BadInput, match="ours=theirs"):
        backtesting.read_mapping(["outcome"])
    with pytest.raises(BadInput, match="2022-12-31"):
        backtesting.read_split("soon")
