"""Synthetic registers in the styles of many authorities; each is read without being told how."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from orderdesk.domain.events import Form, Incident, Kind, Source, Status
from orderdesk.domain.time import local
from orderdesk.registers import FillDown, RegisterField, RegisterWords, RowKind, read_parts
from tests.registers.reading import Register

Read = Callable[..., Register]
Write = Callable[..., Path]


def clock(moment: datetime | None) -> str:
    return f"{local(moment):%d-%m %H:%M}" if moment else ""


def test_dutch_city_with_times_and_both_numbers(write: Write, read: Read) -> None:
    register = read(
        write(
            "Zaaknummer;Datum demonstratie;Begintijd;Eindtijd;Locatie;Onderwerp;Organisator;"
            "Verwacht aantal deelnemers;Werkelijk aantal;Datum kennisgeving;Verloop\n"
            "Z-22/0017;zaterdag 5 maart 2022;14.00 uur;16.30 uur;Dam;Vrede;Stichting A;"
            "500;2.000;1 maart 2022;rustig verlopen\n"
            "Z-22/0018;6-3-2022;13u30;;Museumplein;Zorg;;ca. 50-60;--;03-03-2022;2 aanhoudingen\n"
            "Z-22/0019;30-02-2022;half drie;;Beursplein;Wonen;;onbekend;;;\n"
            ";;;;;;;;;;\n"
            "Totaal;;;;;;;560;2000;;\n"
        )
    )
    first, second = register.records
    assert first.day == date(2022, 3, 5)
    assert (clock(first.start), clock(first.end)) == ("05-03 14:00", "05-03 16:30")
    assert (first.expected, first.turnout) == (500, 2000)
    assert first.incident is Incident.NONE
    assert first.row_key == "ref:z-22/0017"
    assert (second.expected_low, second.expected_high) == (50, 60)
    assert second.turnout is None
    assert second.incident is Incident.SOME
    assert clock(second.received) == "03-03 00:00"
    (problem,) = register.fatal
    assert (problem.row, problem.column, problem.value) == (4, "Datum demonstratie", "30-02-2022")
    assert register.numbers(RowKind.SKIPPED) == [5, 6]
    assert register.accounted_for()


def test_dutch_register_in_words(write: Write, read: Read) -> None:
    register = read(
        write(
            "Overzicht kennisgevingen betogingen 2021\n"
            "\n"
            "Datum,Tijdstip,Plaats,Doel,Soort,Deelnemers\n"
            "12 mei,om drie uur 's middags,Malieveld,Boeren,protesttocht,ruim 1.000\n"
            '"13 mei",van 10 tot 12 uur,Plein en Buitenhof,Zorg,betoging,5 à 10\n'
            "do 14 mei,half drie,Spuiplein,Klimaat,eenmensactie,1\n"
            "15 t/m 17 mei,hele dag,Koekamp,Kamp,tentenkamp,enkele tientallen\n",
            "den-haag.csv",
        )
    )
    march, pair, one, camp = register.records
    assert march.day == date(2021, 5, 12)
    assert clock(march.start) == "12-05 15:00"
    assert (march.expected_low, march.form) == (1000, Form.MARCH)
    assert pair.places == ("Plein", "Buitenhof")
    assert (clock(pair.start), clock(pair.end)) == ("13-05 10:00", "13-05 12:00")
    assert (pair.expected_low, pair.expected_high) == (5, 10)
    assert one.kind is Kind.ONE_PERSON
    assert clock(one.start) == "14-05 14:30"
    assert "weekday" in str(one.problems[0].message)
    assert (camp.day, camp.end_day, camp.start) == (date(2021, 5, 15), date(2021, 5, 17), None)
    assert (camp.expected_low, camp.expected_high, camp.form) == (20, 90, Form.CAMP)
    assert register.accounted_for()


def test_a_register_in_french_is_read(write: Write, read: Read) -> None:
    register = read(
        write(
            "Date;Heure;Lieu de rassemblement;Itinéraire;Objet;Déclarant;Participants attendus;"
            "Déclaré le;Observations\n"
            "1er mai 2023;14h30;Place de la République;République - Bastille - Nation;Travail;"
            "Union;plus de 1 000;24/04/2023;\n"
            "14/07/2023;10h à 12h;Rue de la Paix;;Fête;;environ 200;01/07/2023;annulé\n",
            encoding="cp1252",
        )
    )
    march, off = register.records
    assert register.table.encoding == "cp1252"
    assert march.day == date(2023, 5, 1)
    assert march.route == ("République", "Bastille", "Nation")
    assert (march.form, march.expected_low) == (Form.MARCH, 1000)
    assert clock(march.start) == "01-05 14:30"
    assert (off.status, off.expected) == (Status.CANCELLED, 200)
    assert (clock(off.start), clock(off.end)) == ("14-07 10:00", "14-07 12:00")
    assert register.mapped()["received"] == ("Déclaré le",)
    assert register.accounted_for()


def test_two_header_rows_in_text(write: Write, read: Read) -> None:
    register = read(
        write(
            "Versammlungslage;;;;;;\n"
            "Lfd.;Datum;Zeit;;Thema;Teilnehmer;\n"
            "Nr.;;von;bis;;angemeldet;tatsächlich\n"
            "1;03.01.2020;17:00;19:00;Verkehr;50;35\n"
            "2;04.01.2020;22:00;02:00;Nacht;100;k.A.\n"
            "3;05.01.2020;16:00;14:00;Kultur;20;\n"
        )
    )
    first, second = register.records
    assert register.header.names[5:] == ("Teilnehmer angemeldet", "Teilnehmer tatsächlich")
    assert (first.expected, first.turnout) == (50, 35)
    assert (clock(first.start), clock(first.end)) == ("03-01 17:00", "03-01 19:00")
    assert clock(second.end) == "05-01 02:00"
    assert second.turnout is None
    (problem,) = register.fatal
    assert (problem.row, problem.value) == (6, "14:00")
    assert register.accounted_for()


def test_workbook_with_merged_title_header_and_days(tmp_path: Path, read: Read) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "2019"
    sheet["B2"] = "Versammlungen im Stadtgebiet 2019"
    sheet.merge_cells("B2:G2")
    for column, name in zip("BCDEF", ["Datum", "Ort", "Thema", "Teilnehmer", None], strict=True):
        sheet[f"{column}4"] = name
    sheet.merge_cells("E4:F4")
    sheet["E5"], sheet["F5"] = "angemeldet", "tatsächlich"
    sheet["B6"], sheet["C6"], sheet["D6"] = (
        datetime.fromisoformat("2019-05-04 14:30"),
        "Markt",
        "Rad",
    )
    sheet["E6"], sheet["F6"] = 400, 380.0
    sheet["C7"], sheet["D7"], sheet["E7"] = "Altstadt", "Fußweg", "10-30"
    sheet.merge_cells("B6:B7")
    sheet["B8"], sheet["C8"], sheet["D8"], sheet["E8"] = "43600", "Ufer", "=1+1", "=SUM(E6:E7)"
    path = tmp_path / "register.xlsx"
    book.save(path)
    register = read(path)
    first, second, serial = register.records
    assert register.table.number(register.header.first_data) == 6
    assert first.source_rows == (6,)
    assert clock(first.start) == "04-05 14:30"
    assert (first.expected, first.turnout) == (400, 380)
    assert second.day == date(2019, 5, 4)
    assert (second.expected_low, second.expected_high) == (10, 30)
    assert serial.day == date(2019, 5, 15)
    assert serial.purpose == ""  # a formula that was never worked out has no value
    assert register.accounted_for()


def test_pandas_export_with_sections_and_repeated_headers(write: Write, read: Read) -> None:
    register = read(
        write(
            "Unnamed: 0,Unnamed: 1,Unnamed: 2,Unnamed: 3\n"
            "Januar 2018,,,\n"
            "Datum,Ort,Motto,TN\n"
            "03.01.2018,Altmarkt,Frieden,15.0\n"
            "Stadtteil Neustadt,,,\n"
            "04.01.2018,Goldener Reiter,Wohnen,\n"
            "Datum,Ort,Motto,TN\n"
            "Februar 2018,,,\n"
            "Sa 03.02.,Neumarkt,Kultur,20 - 30\n"
            "Gesamt: 3,,,65\n"
            "Stand: 01.03.2018,,,\n"
        )
    )
    first, second, third = register.records
    assert first.section == ""
    assert second.section == "Stadtteil Neustadt"
    assert third.day == date(2018, 2, 3)
    assert third.section == "Februar 2018"
    reasons = [str(row.reason) for row in register.rows if row.reason]
    assert [reason.split(":")[0] for reason in reasons] == [
        "It is the title of a part",
        "It repeats the header.",
        "It is the title of a part",
        "It is a total",
        "It is a note",
    ]
    assert register.accounted_for()


def test_tabs_in_utf16_with_day_lists(write: Write, read: Read) -> None:
    register = read(
        write(
            "Termin\tÖrtlichkeit\tAnlass\tTN erwartet\r\n"
            "12./13.05.2018\tSchloßplatz\tFest\tca. 200\r\n"
            "01.-03.05.2018\tRathaus\tCamp\tmehrere hundert\r\n"
            "vom 01.01. bis 31.03.2018\tTor\tWache\t> 100\r\n"
            "Mai 2018\tTor\tWache\t1\r\n",
            encoding="utf-16",
        )
    )
    assert [(r.day, r.end_day) for r in register.records] == [
        (date(2018, 5, 12), date(2018, 5, 12)),
        (date(2018, 5, 13), date(2018, 5, 13)),
        (date(2018, 5, 1), date(2018, 5, 3)),
        (date(2018, 1, 1), date(2018, 3, 31)),
    ]
    assert [r.source_rows for r in register.records] == [(2,), (2,), (3,), (4,)]
    assert len({r.row_key for r in register.records}) == 4
    assert [p.value for p in register.fatal] == ["Mai 2018"]


def test_american_order_is_seen_over_the_column(write: Write, read: Read) -> None:
    register = read(
        write("Date,Place,Topic\n01/02/2021,Hall,A\n03/25/2021,Hall,B\n12/01/2021,Hall,C\n")
    )
    assert register.mapping.month_first
    assert [r.day for r in register.records] == [
        date(2021, 1, 2),
        date(2021, 3, 25),
        date(2021, 12, 1),
    ]


def test_no_header_at_all(write: Write, read: Read) -> None:
    register = read(
        write(
            "03.01.2018,Altmarkt,Frieden und Abrüstung in aller Welt,50\n"
            "04.01.2018,Neumarkt,Wohnen muss bezahlbar bleiben,30-40\n"
            "05.01.2018,Altmarkt,Kultur für alle in der Stadt,k.A.\n"
        )
    )
    assert register.header.rows == ()
    assert len(register.records) == 3
    assert register.records[0].purpose == "Frieden und Abrüstung in aller Welt"
    assert register.records[1].expected_high == 40
    assert register.accounted_for()


def test_doubled_columns_are_numbered_and_the_first_is_read(write: Write, read: Read) -> None:
    register = read(
        write(
            "Datum,Ort,Thema,Datum.1,Ort.1\n"
            "03.01.2018,Markt,A,01.01.2018,Rathaus\n"
            "04.01.2018,Ufer,B,02.01.2018,Rathaus\n"
        )
    )
    assert register.header.names == ("Datum", "Ort", "Thema", "Datum (2)", "Ort (2)")
    assert [r.day for r in register.records] == [date(2018, 1, 3), date(2018, 1, 4)]


def test_a_day_alone_repeats_the_gathering_above(write: Write, read: Read) -> None:
    register = read(
        write(
            "Datum,Ort,Thema,Teilnehmer\n"
            "10.03.2018,Markt,Pflege,100\n14.04.2018,,,\n12.05.2018,,,\n"
            "01.02.2018,Ufer,Rad,20\n"
        )
    )
    assert register.mapping.fill_down is FillDown.ROWS
    assert [(r.day.month, r.purpose, r.expected) for r in register.records] == [
        (3, "Pflege", 100), (4, "Pflege", 100), (5, "Pflege", 100), (2, "Rad", 20),
    ]  # fmt: skip
    assert all("row above" in str(r.problems[0].message) for r in register.records[1:3])


def test_a_calendar_with_empty_days_makes_no_gatherings(write: Write, read: Read) -> None:
    days = "".join(
        f"{d:02d}.03.2018,{'Markt,Pflege,10' if d % 9 == 0 else ',,'}\n" for d in range(1, 31)
    )
    register = read(write("Datum,Ort,Thema,Teilnehmer\n" + days))
    assert register.mapping.fill_down is FillDown.NOTHING
    assert [r.day.day for r in register.records] == [9, 18, 27]
    assert register.accounted_for()


def test_days_that_stand_once_for_several_rows(write: Write, read: Read) -> None:
    register = read(
        write(
            "Datum,Ort,Thema\n03.01.2018,Markt,A\n,Ufer,B\n,Tor,C\n04.01.2018,Markt,D\n"
            "05.01.2018,Markt,E\n,Ufer,F\n"
        )
    )
    assert [r.day.day for r in register.records] == [3, 3, 3, 4, 5, 5]


def test_statuses_sources_and_kinds(write: Write, read: Read) -> None:
    register = read(
        write(
            "Az;Versammlungstag;Art der Versammlung;Motto;Status;Anmeldeart\n"
            "A/1;01.02.2020;Aufzug;X;durchgeführt;schriftlich\n"
            "A/2;02.02.2020;Mahnwache;Y;abgesagt;telefonisch\n"
            "A/3;03.02.2020;Spontanversammlung;Z;verschoben;\n"
            "A/4;04.02.2020;Autokorso;W;nicht erschienen;\n"
            "A/5;29.02.2020\nabgesagt;Kundgebung;V;;\n".replace(
                "29.02.2020\nabgesagt", '"29.02.2020\nabgesagt!!"'
            )
        )
    )
    assert [r.status for r in register.records] == [
        Status.HELD, Status.CANCELLED, Status.MOVED, Status.NO_SHOW, Status.CANCELLED,
    ]  # fmt: skip
    assert [r.form for r in register.records] == [
        Form.MARCH, Form.VIGIL, None, Form.CONVOY, Form.STATIC,
    ]  # fmt: skip
    assert [r.source for r in register.records] == [
        Source.WRITTEN, Source.ORAL, Source.UNANNOUNCED, None, None,
    ]  # fmt: skip


def test_labels_of_opinion_are_left_out_and_topics_stay_in_the_purpose(
    write: Write, read: Read
) -> None:
    register = read(
        write(
            "Datum,Thema,Kategorie,Stichwörter,Risikoklasse,Stadtteil\n"
            "01.02.2020,Miete,rechts,Wohnen,A,Mitte\n02.02.2020,Rad,links,Verkehr,B,West\n"
        )
    )
    assert register.mapping.left_out == ("Kategorie", "Stichwörter")
    assert register.records[0].purpose == "Miete"
    assert register.records[0].extra == {"Risikoklasse": "A", "Stadtteil": "Mitte"}
    kept = " ".join(" ".join(r.fields().values()) for r in register.records)
    assert "rechts" not in kept
    assert "links" not in kept


def test_the_night_when_clocks_change(write: Write, read: Read) -> None:
    register = read(
        write(
            "Datum;Uhrzeit;Thema\n25.03.2018;02:30;Zeit\n28.10.2018;02:30;Zeit\n29.10.2018;12:00;Z\n"
        )
    )
    gap, overlap, _plain = register.records
    assert gap.start is None
    assert "go forward" in str(gap.problems[0].message)
    assert overlap.start is not None
    assert "twice" in str(overlap.problems[0].message)


@pytest.mark.parametrize(
    ("count", "fatal"),
    [("-1", True), ("1000000000", True), ("1e9", True), ("NaN", True), ("?", False)],
)
def test_numbers_out_of_range_hold_the_row_back(
    write: Write, read: Read, count: str, fatal: bool
) -> None:
    register = read(write(f"Datum;Thema;Teilnehmer\n01.02.2020;A;{count}\n02.02.2020;B;20\n"))
    assert [p.value for p in register.fatal] == ([count] if fatal else [])
    assert ("1000000" in str(register.fatal[0].message)) if fatal else True
    assert len(register.records) == (1 if fatal else 2)


def test_notified_after_the_day_is_kept_and_pointed_out(write: Write, read: Read) -> None:
    register = read(
        write("Datum;Thema;Anmeldedatum\n01.02.2020;A;03.02.2020\n05.02.2020;B;01.02.2020\n")
    )
    late, _early = register.records
    assert clock(late.received) == "03-02 00:00"
    assert "Notified after" in str(late.problems[0].message)


def test_end_date_before_first_day(write: Write, read: Read) -> None:
    register = read(
        write("Begindatum;Einddatum;Onderwerp\n5-3-2022;4-3-2022;A\n5-3-2022;7-3-2022;B\n")
    )
    assert [p.column for p in register.fatal] == ["Einddatum"]
    assert register.records[0].end_day == date(2022, 3, 7)


def test_every_problem_of_a_row_is_told_at_once(write: Write, read: Read) -> None:
    register = read(write("Datum;Uhrzeit;Thema;TN\n31.02.2020;25:99;A;-5\n01.03.2020;14:00;B;5\n"))
    assert {p.column for p in register.problems} == {"Datum", "Uhrzeit", "TN"}


def test_mapping_is_kept_changed_and_used_again(write: Write, read: Read) -> None:
    register = read(write("Datum;Ort;Thema\n01.02.2020;Markt;A\n02.02.2020;Ufer;B\n"))
    changed = register.mapping.assign(RegisterField.ORGANISER, "Thema")
    assert changed.columns_of(RegisterField.PURPOSE) == ()
    assert type(changed).model_validate_json(changed.model_dump_json()) == changed


def test_begin_and_end_that_hold_whole_days(write: Write, read: Read) -> None:
    register = read(
        write(
            "Nr.;Beginn;Ende;Versammlung am Ort;Tenor;TN angem.;TN tats.\n"
            "1;02.01.2020 18:00;02.01.2020 20:00;Markt;A;10;12\n"
            "2;31.01.2020 22:00;01.02.2020 06:00;Ufer;B;20;\n"
        )
    )
    first, night = register.records
    assert (clock(first.start), clock(first.end)) == ("02-01 18:00", "02-01 20:00")
    assert (clock(night.start), clock(night.end)) == ("31-01 22:00", "01-02 06:00")
    assert night.end_day == date(2020, 2, 1)
    assert (first.expected, first.turnout) == (10, 12)


def test_a_specific_header_beats_a_general_one(write: Write, read: Read) -> None:
    register = read(
        write(
            "Datum;Datum der Versammlung;Thema\n01.01.2020;05.02.2020;A\n02.01.2020;06.02.2020;B\n"
        )
    )
    assert register.mapped()["date"] == ("Datum der Versammlung",)
    assert register.records[0].extra == {"Datum": "01.01.2020"}


def test_a_row_that_numbers_the_columns_and_an_index(write: Write, read: Read) -> None:
    register = read(
        write(
            "Unnamed: 0,Datum,Was,Wo\n1,2,3,4\n0,01.02.2020,A,X\n1,02.02.2020,B,Y\n2,03.02.2020,C,Z\n"
        )
    )
    assert len(register.records) == 3
    assert register.accounted_for()


def test_headers_in_another_language_are_taken_by_content(write: Write, read: Read) -> None:
    register = read(
        write(
            "Fecha;Sitio;Concepto\n"
            + "".join(
                f"{d:02d}.02.2020;Plaza {d};Manifestacion por la vivienda {d}\n"
                for d in range(1, 9)
            )
        )
    )
    assert register.mapped()["date"] == ("Fecha",)
    assert len(register.records) == 8


def test_no_row_of_data_is_taken_for_a_title(write: Write, read: Read) -> None:
    """A row far down that looks like a header must not swallow the rows above it."""
    register = read(
        write(
            "01.02.2020,Markt,Wonen,10\n02.02.2020,Plein,Zorg,20\n"
            "Datum,Plaats,Onderwerp,Deelnemers\n03.02.2020,Dam,Vrede,30\n"
        )
    )
    assert [r.day.day for r in register.records] == [1, 2, 3]
    (problem,) = register.fatal
    assert problem.row == 3
    assert "Another header" in str(problem.message)


def test_a_column_named_date_is_used_even_if_its_days_are_bad(write: Write, read: Read) -> None:
    register = read(write("Datum;Thema\nfolgt;A\nfolgt;B\nfolgt;C\n01.02.2020;D\n"))
    assert [p.value for p in register.fatal] == ["folgt"] * 3
    assert len(register.records) == 1


def test_a_day_is_never_invented_for_a_case_with_a_number_of_its_own(
    write: Write, read: Read
) -> None:
    """Nor for the one row in four that forgot it; rows without a number share the day above."""
    short = read(
        write(
            "Ref,Date,Location,Subject,Expected\n1,14/06/2023,Town Hall,A,200\n"
            "2,15/06/2023,High Street,B,50\n3,16 & 17 June 2023,Park,C,1000\n4,,Park,D,5\n"
        )
    )
    assert short.mapping.fill_down is FillDown.NOTHING
    assert [(r.reference, r.day.day) for r in short.records] == [
        ("1", 14), ("2", 15), ("3", 16), ("3", 17),
    ]  # fmt: skip
    assert [p.row for p in short.fatal] == [5]
    shared = read(
        write(
            "Ref,Date,Location,Subject\n1,14/06/2023,Town Hall,A\n,,High Street,B\n,,Park,C\n"
            ",,Quay,D\n2,15/06/2023,Park,E\n3,,Park,F\n"
        )
    )
    assert [r.day.day for r in shared.records] == [14, 14, 14, 14, 15]
    assert [p.row for p in shared.fatal] == [7]
    once = read(write("Date,Location,Subject\n14/06/2023,Hall,A\n,Park,B\n15/06/2023,Park,C\n"))
    assert [p.row for p in once.fatal] == [3]


def test_a_hidden_sheet_is_left_out_with_a_word(tmp_path: Path, words: RegisterWords) -> None:
    book = openpyxl.Workbook()
    for name in ("2023", "Intern"):
        sheet = book.create_sheet(name)
        sheet.append(["Datum", "Ort", "Thema"])
        sheet.append([datetime.fromisoformat("2023-05-04"), "Markt", name])
    book["Intern"].sheet_state = "hidden"
    path = tmp_path / "register.xlsx"
    book.save(path)
    seen = read_parts(path, words)
    assert [part.table.sheet for part in seen.parts] == ["2023"]
    assert any("Intern is hidden" in str(note) for note in seen.notes)
    asked = read_parts(path, words, sheets=("Intern",))
    assert [part.table.sheet for part in asked.parts] == ["Intern"]
    assert not asked.notes
