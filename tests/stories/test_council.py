"""The pack for the council: counts that sum, small ones hidden, no names, the ledger's hours."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from orderdesk import reference
from orderdesk.desk import council
from orderdesk.desk.core import Desk
from orderdesk.desk.week24 import Played
from orderdesk.domain.events import Source
from orderdesk.errors import BadInput
from orderdesk.papers.council import council_pack
from orderdesk.papers.model import Table, runs_of
from orderdesk.papers.review_data import PaperRules

FIRST, LAST = date(2026, 1, 1), date(2026, 6, 14)


def test_months_and_districts_count_the_same_gatherings(week24: tuple[Desk, Played]) -> None:
    data = council.council_data(week24[0], FIRST, LAST)
    with week24[0].read() as reader:
        register = [
            case
            for case in reader.cases()
            if case.is_wom and case.span and FIRST <= case.span.start.date() <= LAST
        ]
    for rows in (data.months, data.districts):
        counted = [r for row in rows for r in (*row.announced.records, *row.unannounced.records)]
        assert sorted(r for r in counted if r != "register") == sorted(
            f"case:{case.id}" for case in register
        )
    unannounced = [c for c in register if c.source is Source.UNANNOUNCED]
    assert data.notice.unannounced.value == len(unannounced) > 0


def test_the_hours_are_those_of_the_week(week24: tuple[Desk, Played]) -> None:
    hours = council.council_data(week24[0], FIRST, LAST).hours
    spent = (hours.reserve, hours.themes, hours.external, hours.paid_back)
    assert [figure.value / 60 for figure in spent] == [28, 24, 18, 36]
    before = council.council_data(week24[0], FIRST, date(2026, 5, 31)).hours
    assert before.reserve.value == 0


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_small_counts_and_names_stay_hidden(week24: tuple[Desk, Played], lang: str) -> None:
    desk = week24[0]
    rules = reference.cached("papers", PaperRules)
    data = council.council_data(desk, FIRST, LAST)
    document = council_pack(data, rules, lang)
    tables = [b for section in document.sections for b in section.blocks if isinstance(b, Table)]
    shown = {
        run.text
        for table in tables
        for row in table.rows
        for column, cell in zip(table.columns, row, strict=True)
        if column.numeric
        for run in cell
    }
    assert f"<{rules.small_count_below}" in shown
    assert not {str(n) for n in range(1, rules.small_count_below)} & shown
    said = " ".join(run.text for run in runs_of(document))
    assert not document.sources_title  # a list of records would tell what "<5" hides
    with desk.read() as reader:
        assert not any(organiser.name in said for organiser in reader.organisers().values())


def test_the_files_are_written_and_the_json_holds_every_figure(
    week24: tuple[Desk, Played], tmp_path: Path
) -> None:
    made = council.write(week24[0], tmp_path, "2026-06-08", "2026-06-14")
    assert made.pdf.read_bytes().startswith(b"%PDF")
    kept = json.loads(made.json.read_text(encoding="utf-8"))
    assert kept["notice"]["announced"]["value"] + kept["notice"]["unannounced"]["value"] == (
        made.gatherings
    )


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [("gisteren", "", "from"), ("2026-02-30", "", "from"), ("2026-06-08", "2026-06-07", "until")],
)
def test_a_wrong_period_is_named(
    week24: tuple[Desk, Played], first: str, last: str, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        council.read_period(week24[0], first, last)
    assert field in str(refused.value)
