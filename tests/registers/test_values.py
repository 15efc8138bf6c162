"""Days, times, numbers and places as people write them."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderdesk.registers import RegisterWords
from orderdesk.registers.clocks import read_clock
from orderdesk.registers.counts import read_count
from orderdesk.registers.days import DayReader, decide_order
from orderdesk.registers.places import known_places, read_places


def days(text: str, words: RegisterWords, **how: object) -> list[str]:
    reading = DayReader(words, **how).read(text)  # type: ignore[arg-type]
    return [
        f"{s.first:%d%m%y}" if s.first == s.last else f"{s.first:%d%m%y}-{s.last:%d%m%y}"
        for s in reading.spans
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019-05-04 00:00:00", "040519"),
        ("2019-05-04T14:30:00", "040519"),
        ("2019-05-04T23:30:00Z", "050519"),  # already the next day on the clock of Amsterdam
        ("12.05.2018", "120518"),
        ("12.05.18", "120518"),
        ("12-5-2018", "120518"),
        ("12/05/2018", "120518"),
        ("2018/05/12", "120518"),
        ("20180512", "120518"),
        ("43232", "120518"),
        ("43232.5", "120518"),
        ("d.d. 12 mei 2018", "120518"),
        ("3. März 2019", "030319"),
        ("12-Mai-2018", "120518"),
        ("12 mei '18", "120518"),
        ("1er mai 2019", "010519"),
        ("May 12, 2018", "120518"),
        ("Sa., 12.05.2018", "120518"),
        ("Samstag, den 12. Mai 2018", "120518"),
        ("za 12-5-2018 om 14.00 uur", "120518"),
        ("12./13.05.2018", "120518 130518"),
        ("1/2.5.2018", "010518 020518"),
        ("5 en 6 mei 2021", "050521 060521"),
        ("ma 4, di 5 en wo 6 maart 2019", "040319 050319 060319"),
        ("4., 5. und 6.3.2019", "040319 050319 060319"),
        ("du 1er au 3 mars 2019", "010319-030319"),
        ("1st-3rd February 2019", "010219-030219"),
        ("February 1-3, 2019", "010219-030219"),
        ("01 02 2019", "010219"),
        ("bis 01.02.2019", "010219"),
        ("28/1 - 3/2/2019", "280119-030219"),
        ("28-12 t/m 3-1-2019", "281218-030119"),
        ("2019-05-04 23:30:00+00:00", "050519"),
        ("12.05., 19.05. und 26.05.2018", "120518 190518 260518"),
        ("27.01.2018\n24.02.2018", "270118 240218"),
        ("01.-03.05.2018", "010518-030518"),
        ("2 t/m 4 mei 2018", "020518-040518"),
        ("vom 01.01. bis 31.03.2018", "010118-310318"),
        ("23.05.18-\n27.05.18", "230518-270518"),
        ("30.12.-02.01.2019", "301218-020119"),
        ("09.07. -\n15.08.18\n16.08. -\n16.09.18", "090718-150818 160818-160918"),
        ("01.01.2018 bis 15.01.2018 (jeden Montag)", "010118 080118 150118"),
        ("jeden Montag ab 01.01.2018 bis 15.01.2018 außer 08.01.2018", "010118 150118"),
        ("29.02.2020", "290220"),
    ],
)
def test_days_are_read_as_people_write_them(words: RegisterWords, text: str, expected: str) -> None:
    assert " ".join(days(text, words)) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "missing"),
        ("31-02-2021", "no day of the calendar"),
        ("29.02.2019", "no day of the calendar"),
        ("13/13/2019", "no day of the calendar"),
        ("1-1-20026", "year 20026"),
        ("01.01.0001", "year 1 "),
        ("2108-06-30 00:00:00", "year 2108"),
        ("00.01.1900", "year 1900"),
        ("Mai 2018", "names no day"),
        ("05/2018", "names no day"),
        ("2018", "names no day"),
        ("12.05.", "no year"),
        ("jeden Montag ausser: 01.01.18", "rule"),
        ("jeden 3. Sa. pro Monat", "rule"),
        ("02.05.2018 bis 25.07.2017", "last day comes before"),
        ("wird noch bekannt", "no day"),
    ],
)
def test_days_that_can_not_be(words: RegisterWords, text: str, said: str) -> None:
    reading = DayReader(words).read(text)
    assert reading.spans == ()
    assert said in str(reading.problem)


def test_days_without_a_year_take_that_of_the_register(words: RegisterWords) -> None:
    assert days("12.05.", words, year=2018) == ["120518"]
    assert days("12 mei", words, year=2018) == ["120518"]
    assert days("12.05.2019", words, year=2018) == ["120519"]


def test_weekday_that_does_not_fit_is_told(words: RegisterWords) -> None:
    reading = DayReader(words).read("Fr 12.05.2018")
    assert reading.spans
    assert "weekday" in str(reading.notes[0])


@pytest.mark.parametrize(
    ("cells", "month_first", "certain"),
    [
        (["25/03/2021", "03/04/2021"], False, True),
        (["03/25/2021", "03/04/2021"], True, False),  # one cell may be a slip
        (["03/25/2021"] * 3 + ["03/04/2021"], True, True),
        (["03/04/2021"], False, False),
        (["25/03/2021", "03/25/2021"], False, False),
        ([f"{m}/{d}/2021" for m in range(1, 5) for d in (1, 5, 9, 12)], True, False),
        (["03.25.2021"], False, True),
    ],
)
def test_order_of_day_and_month(cells: list[str], month_first: bool, certain: bool) -> None:
    order = decide_order(cells)
    assert (order.month_first, order.certain) == (month_first, certain)


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_every_day_comes_back_from_every_form(words: RegisterWords, day: date) -> None:
    month = words.calendar.months[day.month - 1][1]
    for text in (
        day.isoformat(),
        f"{day:%d.%m.%Y}",
        f"{day.day}-{day.month}-{day.year}",
        f"{day.day} {month} {day.year}",
        str((day - date(1899, 12, 30)).days),
    ):
        assert days(text, words) == [f"{day:%d%m%y}"]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("14 Uhr", "14:00", None),
        ("14.00 - 16.30 Uhr", "14:00", "16:30"),
        ("14u30", "14:30", None),
        ("14h30 à 16h", "14:30", "16:00"),
        ("half drie", "14:30", None),
        ("halb drei", "14:30", None),
        ("half elf", "10:30", None),
        ("om drie uur 's middags", "15:00", None),
        ("kwart over twee", "14:15", None),
        ("tien voor half drie", "14:20", None),
        ("9 Uhr abends", "21:00", None),
        ("mittags", "12:00", None),
        ("ab 18 Uhr", "18:00", None),
        ("à partir de 18h", "18:00", None),
        ("6-8 pm", "18:00", "20:00"),
        ("11-1 pm", "11:00", "13:00"),
        ("18:00:00.000", "18:00", None),
        ("14:00 tot 16:00 (2 uur)", "14:00", "16:00"),
        ("bis 18 Uhr", None, "18:00"),
        ("von 10 bis 12 Uhr", "10:00", "12:00"),
        ("tussen 10 en 12 uur", "10:00", "12:00"),
        ("10-12", "10:00", "12:00"),
        ("22-24 Uhr", "22:00", "24:00"),
        ("18:00-02:00", "18:00", "26:00"),
        ("2 PM", "14:00", None),
        ("1400", "14:00", None),
        ("0.5833333", "14:00", None),
        ("14:00:00", "14:00", None),
    ],
)
def test_times_are_read_as_people_write_them(
    words: RegisterWords, text: str, start: str | None, end: str | None
) -> None:
    reading = read_clock(text, words.clock)
    minutes = reading.end_minutes
    assert (
        reading.start and f"{reading.start:%H:%M}",
        minutes and f"{minutes // 60:02d}:{minutes % 60:02d}",
    ) == (start, end)
    assert reading.refused is None


@pytest.mark.parametrize("text", ["ganztägig", "hele dag", "24 Std."])
def test_words_for_a_whole_day_are_known(words: RegisterWords, text: str) -> None:
    assert read_clock(text, words.clock).all_day


@pytest.mark.parametrize(
    "text", ["nachmittags", "25:00", "14:75", "nach Absprache", "xyz", "2 Stunden"]
)
def test_times_that_can_not_be_understood_are_told(words: RegisterWords, text: str) -> None:
    reading = read_clock(text, words.clock)
    assert (reading.start, reading.end_minutes) == (None, None)
    assert text in str(reading.notes[0])


def test_end_before_start_is_refused(words: RegisterWords) -> None:
    assert "end comes before" in str(read_clock("16:00 - 14:00", words.clock).refused)


@given(st.times(time(0), time(23, 59)))
def test_every_time_comes_back(words: RegisterWords, clock: time) -> None:
    whole = clock.replace(second=0, microsecond=0)
    for form in ("%H:%M", "%H.%M Uhr", "%Hu%M", "%H:%M:00"):
        assert read_clock(whole.strftime(form), words.clock).start == whole


@pytest.mark.parametrize(
    ("text", "low", "value", "high"),
    [
        ("10-30", 10, None, 30),
        ("5 bis 10", 5, None, 10),
        ("ca. 200", None, 200, None),
        ("ca 50-60", 50, None, 60),
        ("> 100", 100, None, None),
        ("25+", 25, None, None),
        ("mind. 20", 20, None, None),
        ("bis 350", None, None, 350),
        ("1.000", None, 1000, None),
        ("1 000", None, 1000, None),
        ("1'500", None, 1500, None),
        ("50.0", None, 50, None),
        ("2.000-\n3.000", 2000, None, 3000),
        ("3-5 Tsd", 3000, None, 5000),
        ("400 Pers.", None, 400, None),
        ("150 (geschätzt)", None, 150, None),
        ("mehrere hundert", 200, None, 900),
        ("30-10", 10, None, 30),
        ("20-20", None, 20, None),
        ("0", None, 0, None),
        ("--", None, None, None),
        ("k.A.", None, None, None),
        ("unbekannt", None, None, None),
        ("", None, None, None),
    ],
)
def test_counts_are_read_as_people_write_them(
    words: RegisterWords, text: str, low: int | None, value: int | None, high: int | None
) -> None:
    reading = read_count(text, words.counts)
    assert (reading.low, reading.value, reading.high) == (low, value, high)
    assert reading.refused is None


@pytest.mark.parametrize("text", ["-1", "1e9", "1000001", "9999999999", "NaN", "inf", "-0.5"])
def test_counts_out_of_range_are_refused_with_the_range(words: RegisterWords, text: str) -> None:
    reading = read_count(text, words.counts)
    assert (reading.low, reading.value, reading.high) == (None, None, None)
    assert "0 to 1000000" in str(reading.refused)


def test_a_count_that_a_spreadsheet_made_a_day_of(words: RegisterWords) -> None:
    assert "10 to 20" in str(read_count("2020-10-01 00:00:00", words.counts).note)
    assert "3 to 9" in str(read_count("2019-09-03", words.counts).note)


@given(st.integers(0, 1_000_000), st.integers(0, 1_000_000))
def test_every_range_of_counts_comes_back(words: RegisterWords, a: int, b: int) -> None:
    reading = read_count(f"{a} - {b}", words.counts)
    given_back = (reading.value, reading.value) if a == b else (reading.low, reading.high)
    assert given_back == (min(a, b), max(a, b))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Heumarkt", "Heumarkt"),
        ("Leichhof / Markt", "Leichhof|Markt"),
        ("Liebfrauenplatz, Markt, Leichhof", "Liebfrauenplatz|Markt|Leichhof"),
        ("Bahnhofsvorplatz,\nRudolfplatz", "Bahnhofsvorplatz|Rudolfplatz"),
        ("Vrijthof en Markt", "Vrijthof|Markt"),
        ("Bahnhof / Markt", "Bahnhof|Markt"),
        ("Markt; Bahnhof", "Markt|Bahnhof"),
        ("Bahnhof und Markt", "Bahnhof|Markt"),
        ("Dom + Markt / Bahnhof", "Dom|Markt|Bahnhof"),
        ("Breslauer Platz Domplatte", "Breslauer Platz|Domplatte"),
        ("1. Markt 8, vor dem Amt\n2. Ringstr./ Gürtel", "Markt 8, vor dem Amt|Ringstr./ Gürtel"),
        ("Heumarkt (Auftakt)\nNeumarkt (Abschluss)", "Heumarkt (Auftakt)|Neumarkt (Abschluss)"),
        ("Beginn: Uni Köln\nEnde: Zülpicher Str.", "Uni Köln|Zülpicher Str."),
        ("Rudolfplatz\n-------\nBahnhofsvorplatz", "Rudolfplatz|Bahnhofsvorplatz"),
        ("Markt → Vrijthof -> Stationsplein", "Markt|Vrijthof|Stationsplein"),
        # one place each
        ("Hall Square", "Hall Square"),
        ("Station Road", "Station Road"),
        ("Markt / Bahnhof Süd", "Markt / Bahnhof Süd"),
        ("Schloss + Museum", "Schloss + Museum"),
        ("Schildergasse/ Zeppelinstr.", "Schildergasse/ Zeppelinstr."),
        ("Gutenbergplatz/Theaterseite", "Gutenbergplatz/Theaterseite"),
        ("Köln, Hahnenstraße", "Köln, Hahnenstraße"),
        ("Waidmarkt in Höhe der Haus-\nnummer 2", "Waidmarkt in Höhe der Hausnummer 2"),
        ("Ebertplatz\n(Unterführung)", "Ebertplatz (Unterführung)"),
        ("Markt, hoek Grote Staat", "Markt, hoek Grote Staat"),
        ("Platz der Mainzer Republik", "Platz der Mainzer Republik"),
        ("Strecke", ""),
        ("tba.", ""),
        ("-", ""),
    ],
)
def test_places_of_a_text_are_told_apart(words: RegisterWords, text: str, expected: str) -> None:
    assert "|".join(read_places(text, words.places).places) == expected


def test_a_column_tells_its_own_places(words: RegisterWords) -> None:
    known = known_places(["Griesmeel", "Griesmeel", "Sphinx", "Sphinx", "Griesmeel / Sphinx"])
    assert read_places("Griesmeel / Sphinx", words.places, known).places == ("Griesmeel", "Sphinx")
    assert read_places("Griesmeel / Sphinx", words.places).places == ("Griesmeel / Sphinx",)


anything = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from([*"0123./-:,()+'", "2018", "uhr", "uur", "bis", "jeden", "mo", "mai", "und"]),
        max_size=60,
    ).map(" ".join),
    st.tuples(st.sampled_from(["1 ", "1.", "a-", "(", "12.05.", "1 000 ", "- "]), st.integers(0, 700))
    .map(lambda pair: pair[0] * pair[1]),
)  # fmt: skip


@settings(max_examples=200)
@given(anything)
def test_readers_of_values_never_raise(words: RegisterWords, text: str) -> None:
    day = DayReader(words, year=2020).read(text)
    assert bool(day.spans) == (day.problem is None)
    read_clock(text, words.clock)
    read_count(text, words.counts)
    assert all(place.strip() for place in read_places(text, words.places).places)
