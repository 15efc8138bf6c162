"""The export of the event system: changes of known events, conflicts, nothing lost or doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderdesk.desk import cases, event_import, importing, scoring
from orderdesk.desk.core import Desk
from orderdesk.domain.time import local
from orderdesk.errors import BadInput, RuleSaysNo
from orderdesk.reference import data_folder

CALENDAR = data_folder() / "examples" / "event-calendar-2026-06-09.ics"
EXPORT = data_folder() / "examples" / "event-export-2026-06-09.csv"
HEAD = "Zaaknummer;Naam;Locatie;Datum;Begin;Einde;Opbouw vanaf;Bezoekers;Deel plein\n"


def written(folder: Path, *rows: str) -> Path:
    path = folder / "export.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_two_new_one_changed_none_gone_and_nothing_written_before_a_yes(city: Desk) -> None:
    with city.read() as reader:
        before = reader.trail_length()
    found = event_import.preview(city, EXPORT)
    assert (len(found.of("new")), len(found.of("changed")), len(found.gone)) == (2, 1, 0)
    change = found.of("changed")[0]
    assert change.after.number == "E-2026-118"
    assert [(str(d.what), d.before, d.now) for d in change.differences] == [
        ("build-up", "10:00", "08:00")
    ]
    assert [c.other.number for c in change.conflicts] == ["D-2026-043"]
    used, will, square = change.square_days
    assert (square, will) == ("Vrijthof", used)
    with city.read() as reader:
        assert reader.trail_length() == before

    done = event_import.apply(city, found)
    assert done.as_json()["written"]
    dossier = cases.dossier(city, scoring.case_numbered(city, "E-2026-118").id)
    assert dossier.case.event is not None
    assert dossier.case.event.build_up_from is not None
    assert f"{local(dossier.case.event.build_up_from):%H:%M}" == "08:00"
    assert dossier.case.event.stage_m == 1.2  # what the file does not say stays
    assert [c.other.number for c in dossier.conflicts] == ["D-2026-043"]
    other = cases.dossier(city, scoring.case_numbered(city, "D-2026-043").id)
    assert [c.other.number for c in other.conflicts] == ["E-2026-118"]
    assert any("E-2026-118" in line.text for line in other.log)

    again = event_import.preview(city, EXPORT)
    assert [change.kind for change in again.changes] == ["unchanged"] * 3


def test_what_is_gone_is_told_and_stays(city: Desk, tmp_path: Path) -> None:
    event_import.apply(city, event_import.preview(city, EXPORT))
    rows = EXPORT.read_text(encoding="utf-8").splitlines()
    short = tmp_path / "short.csv"
    short.write_text("\n".join(rows[:-1]), encoding="utf-8")
    found = event_import.preview(city, short)
    assert [case.number for case in found.gone] == ["E-2026-152"]
    event_import.apply(city, found)
    assert scoring.case_numbered(city, "E-2026-152").status.value == "in_preparation"


def test_every_row_is_accounted_for_and_every_problem_names_its_cell(
    city: Desk, tmp_path: Path
) -> None:
    path = written(
        tmp_path,
        "E-2026-118;=1+1;Vrijthof;13-06-2026;12:00;22:00;13:00;veel;90%",
        ";zonder nummer;Markt;13-06-2026;12:00;22:00;;;",
        "E-9;zonder dag;Markt;;;;;;",
        "E-10;nacht;Markt;2026-07-04;22:00;02:00;2026-07-04 18:00:00;1200;0,5",
        "E-10;nog eens;Markt;2026-07-05;22:00;;;;",
    )
    found = event_import.preview(city, path)
    assert found.file.count == 5
    assert len(found.changes) + len(found.file.skipped) == 5
    assert {p.column for p in found.file.problems} == {"Opbouw vanaf", "Bezoekers"}
    night = next(c.after for c in found.changes if c.row.number == "E-10")
    with city.read() as reader:
        assert night.number == f"E-2026-{reader.highest_number('E', 2026) + 1}"
    assert night.span is not None
    assert night.span.minutes == 4 * 60


def test_somebody_elses_change_meanwhile_is_never_overwritten(city: Desk) -> None:
    found = event_import.preview(city, EXPORT)
    case = scoring.case_numbered(city, "E-2026-118")
    with city.work() as work:
        work.save_case(case.replace(expected=2_000))
    with pytest.raises(Exception, match="changed by somebody else"):
        event_import.apply(city, found)
    with city.read() as reader:
        assert reader.case_by_number("E-2026-151") is None


def test_a_register_is_no_event_export_and_the_other_way_round(city: Desk, tmp_path: Path) -> None:
    register = tmp_path / "register.csv"
    register.write_text("Datum;Thema;Ort;Teilnehmer\n01.02.2022;x;Markt;30\n", encoding="utf-8")
    assert event_import.is_events(EXPORT)
    assert not event_import.is_events(register)
    assert importing.preview(city, register).rows
    with pytest.raises(BadInput):
        event_import.preview(city, register)
    with pytest.raises((BadInput, RuleSaysNo)):
        event_import.preview(city, tmp_path / "nowhere.csv")


def edition(folder: Path, *changes: tuple[str, str]) -> Path:
    """The example calendar, a later time."""
    text = CALENDAR.read_bytes().decode()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path = folder / "later.ics"
    path.write_bytes(text.encode())
    return path


def counts(found: event_import.FoundEvents) -> tuple[int, int, int, int, int]:
    told = found.as_json()
    assert told["rows"] == sum(told[k] for k in ("new", "changed", "unchanged", "skipped"))
    return told["new"], told["changed"], told["unchanged"], told["skipped"], told["gone"]


def test_a_calendar_is_taken_over_edition_by_edition(city: Desk, tmp_path: Path) -> None:
    with city.read() as reader:
        before = reader.trail_length()
    found = event_import.preview(city, CALENDAR)
    assert counts(found) == (3, 1, 0, 0, 0)
    change = found.of("changed")[0]
    assert [(str(d.what), d.before, d.now) for d in change.differences] == [
        ("build-up", "10:00", "08:00")
    ]
    assert [c.other.number for c in change.conflicts] == ["D-2026-043"]
    with city.read() as reader:
        assert reader.trail_length() == before
    event_import.apply(city, found)
    # the same file again says nothing and writes nothing
    with city.read() as reader:
        before = reader.trail_length()
    again = event_import.preview(city, CALENDAR)
    assert counts(again) == (0, 0, 4, 0, 0)
    event_import.apply(city, again)
    with city.read() as reader:
        assert reader.trail_length() == before
        markets = [c for c in reader.cases() if "Voorbeeldmarkt" in c.place_text]
    assert {c.place_text for c in markets} == {"Voorbeeldmarkt (fictief), Lindenkruis"}
    assert [f"{local(c.span.start):%d-%m %H:%M}" for c in markets if c.span] == [
        "19-06 08:00", "03-07 08:00",
    ]  # fmt: skip

    # an older edition never comes over a newer one; a new one, a call-off and what is gone are told
    later = edition(
        tmp_path,
        ("SEQUENCE:3", "SEQUENCE:2"),
        ("SUMMARY:Voorbeeldloop", "STATUS:CANCELLED\r\nSEQUENCE:1\r\nSUMMARY:Voorbeeldloop"),
        ("UID:7d20c9-160", "UID:another"),
    )
    found = event_import.preview(city, later)
    assert counts(found) == (2, 1, 0, 1, 2)
    assert "SEQUENCE 2" in str(found.file.skipped[0][1])
    run = found.of("changed")[0]
    assert run.calls_off
    event_import.apply(city, found)
    assert cases.dossier(city, run.after.id).case.status.value == "cancelled"
    on_again = event_import.preview(city, edition(tmp_path, ("SUMMARY:Voorbeeldloop", "SEQUENCE:2\r\nSUMMARY:Voorbeeldloop")))  # fmt: skip
    assert [p.value for p in on_again.file.problems] == [run.after.number]


def test_what_a_calendar_leaves_open_stays_as_the_desk_knows_it(city: Desk, tmp_path: Path) -> None:
    day = edition(
        tmp_path,
        ("DTSTART;TZID=Europe/Amsterdam:20260613T120000", "DTSTART;VALUE=DATE:20260613"),
        ("DTEND;TZID=Europe/Amsterdam:20260613T220000\r\n", ""),
        ("DTEND;TZID=W. Europe Standard Time:20260627T130000\r\n", ""),
        ("Bezoekers: 1.800", "Bezoekers: veel"),
    )
    found = event_import.preview(city, day)
    festival = found.of("changed")[0]
    assert [str(d.what) for d in festival.differences] == ["build-up"]
    assert [(p.column, p.value) for p in found.file.problems] == [
        ("DESCRIPTION: Bezoekers", "veel")
    ]
    run = next(c.after for c in found.of("new") if "loop" in c.after.place_text)
    assert run.span is not None
    assert run.span.minutes == 120
    assert "ORGANIZER" in found.file.not_read
    assert "Organisator" not in repr(found)


def test_more_at_one_time_than_a_city_holds_is_refused(city: Desk, tmp_path: Path) -> None:
    event = "BEGIN:VEVENT\r\nUID:{n}\r\nDTSTART:20271224T100000Z\r\nEND:VEVENT\r\n"
    many = "".join(event.format(n=n) for n in range(300))
    path = tmp_path / "x.ics"
    path.write_text(f"BEGIN:VCALENDAR\r\n{many}END:VCALENDAR\r\n", encoding="utf-8")
    with pytest.raises(BadInput, match="than a city can hold"):
        event_import.preview(city, path)
