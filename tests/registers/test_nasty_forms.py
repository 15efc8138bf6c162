"""Nasty registers in the manner of Dutch, German, Flemish and English authorities, all made up.

No row may be lost without a word, and nothing be read wrongly without a word (`test_forms`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orderdesk.registers import RegisterWords, parse_parts, read_parts
from tests.registers.telling import told_rows
from tests.registers.test_forms import Form

Write = Callable[..., Path]

FORMS = (
    Form(
        "days that were moved, nights, mistyped days, amounts in words",
        "utf-8",
        """\
Demonstraties 2022;;;
Datum;Tijd;Plaats;Aantal
01.02. (verlegt auf 08.02.);14:00;Markt;einige
16 mei 2022, verplaatst naar 23 mei 2022;;Markt;enkele tientallen
16-05-2022 (was 09-05-2022);;Markt;ca. 1.500
moved to 20/05/2022 (was 16/05/2022);;Markt;ein paar hundert
verschoben vom 29.12.2022 auf den 05.01.;;Markt;> 200
uitgesteld naar een nader te bepalen datum;;Markt;hooguit 20
nacht van 1 op 2 februari;;Markt;zo'n 30 à 40
Nacht vom 1. auf den 2. Februar 2022;01:00-05:00;Markt;50-tal
in de nacht van 1-2-2022 op 2-2-2022;22:00-04:00;Markt;3 Dutzend
13:05.2022;half past 9;Markt;3 à 4000
w/c 20 June 2022;'s avonds;Markt;zie boven
10.06.2022, 10-12 und 14-16 Uhr;;Markt;2x15
01.06.-14.06.2022 (Mo-Fr);14:00 (opbouw 12:00);Markt;2 bussen (ca. 100 pers.)
""",
        """\
3 2022-02-08 | 08-02 14:00 >  | @ Markt | expected 2//9 | demonstration | Datum: 01.02. (verlegt auf 08.02.)
3 ! Datum '01.02. (verlegt auf 08.02.)': Moved: read as the new day.
4 2022-05-23 | @ Markt | expected 20//90 | demonstration | Datum: 16 mei 2022, verplaatst naar 23 mei 2022
4 ! Datum '16 mei 2022, verplaatst naar 23 mei 2022': Moved: read as the new day.
5 2022-05-16 | @ Markt | expected /1500/ | demonstration | Datum: 16-05-2022 (was 09-05-2022)
5 ! Datum '16-05-2022 (was 09-05-2022)': Moved: read as the new day.
6 2022-05-20 | @ Markt | expected 200//400 | demonstration | Datum: moved to 20/05/2022 (was 16/05/2022)
6 ! Datum 'moved to 20/05/2022 (was 16/05/2022)': Moved: read as the new day.
7 2023-01-05 | @ Markt | expected 200// | demonstration | Datum: verschoben vom 29.12.2022 auf den 05.01.
7 ! Datum 'verschoben vom 29.12.2022 auf den 05.01.': Moved: read as the new day.
8 ! Datum 'uitgesteld naar een nader te bepalen datum': uitgesteld naar een nader te bepalen datum is no day: write it as 31-12-2026.
9 2022-02-01 | @ Markt | expected 30//40 | demonstration | Datum: nacht van 1 op 2 februari
9 ! Datum 'nacht van 1 op 2 februari': A night: read as that of the first evening.
10 2022-02-02 | 02-02 01:00 > 02-02 05:00 | @ Markt | expected /50/ | demonstration | Datum: Nacht vom 1. auf den 2. Februar 2022
10 ! Datum 'Nacht vom 1. auf den 2. Februar 2022': A night: read as that of the first evening.
11 2022-02-01 | 01-02 22:00 > 02-02 04:00 | @ Markt | expected /36/ | demonstration | Datum: in de nacht van 1-2-2022 op 2-2-2022
11 ! Datum 'in de nacht van 1-2-2022 op 2-2-2022': A night: read as that of the first evening.
12 2022-05-13 | 13-05 09:30 >  | @ Markt | expected 3000//4000 | demonstration | Aantal: 3 à 4000
12 ! Datum '13:05.2022': Read as 13.05.2022.
12 ! Aantal '3 à 4000': 3 à 4000: read as 3000 to 4000.
13 2022-06-20 | @ Markt | demonstration | Aantal: zie boven | Tijd: 's avonds
13 ! Datum 'w/c 20 June 2022': A week is named: read as its first day.
13 ! Aantal 'zie boven': zie boven is no number of people.
13 ! Tijd "'s avonds": 's avonds is no exact time: give it as 14:00.
14 2022-06-10 | 10-06 10:00 > 10-06 16:00 | @ Markt | demonstration | Aantal: 2x15
14 ! Aantal '2x15': 2x15 is no number of people.
14 ! Tijd '10-12 und 14-16 uhr': 10-12 und 14-16 uhr: several times; the first and the last are taken.
15 2022-06-01 | 01-06 14:00 >  | @ Markt | expected /100/ | demonstration | Datum: 01.06.-14.06.2022 (Mo-Fr) | Aantal: 2 bussen (ca. 100 pers.) | Tijd: 14:00 (opbouw 12:00)
15 2022-06-02 | 02-06 14:00 >  | @ Markt | expected /100/ | demonstration | Datum: 01.06.-14.06.2022 (Mo-Fr) | Aantal: 2 bussen (ca. 100 pers.) | Tijd: 14:00 (opbouw 12:00)
15 2022-06-03 | 03-06 14:00 >  | @ Markt | expected /100/ | demonstration | Datum: 01.06.-14.06.2022 (Mo-Fr) | Aantal: 2 bussen (ca. 100 pers.) | Tijd: 14:00 (opbouw 12:00)
15 2022-06-06 | 06-06 14:00 >  | @ Markt | expected /100/ | demonstration | Datum: 01.06.-14.06.2022 (Mo-Fr) | Aantal: 2 bussen (ca. 100 pers.) | Tijd: 14:00 (opbouw 12:00)
15 2022-06-07 | 07-06 14:00 >  | @ Markt | expected /100/ | demonstration | Datum: 01.06.-14.06.2022 (Mo-Fr) | Aantal: 2 bussen (ca. 100 pers.) | Tijd: 14:00 (opbouw 12:00)
15 2022-06-08 | 08-06 14:00 >  | @ Markt | expected /100/ | demonstration | Datum: 01.06.-14.06.2022 (Mo-Fr) | Aantal: 2 bussen (ca. 100 pers.) | Tijd: 14:00 (opbouw 12:00)
15 2022-06-09 | 09-06 14:00 >  | @ Markt | expected /100/ | demonstration | Datum: 01.06.-14.06.2022 (Mo-Fr) | Aantal: 2 bussen (ca. 100 pers.) | Tijd: 14:00 (opbouw 12:00)
15 2022-06-10 | 10-06 14:00 >  | @ Markt | expected /100/ | demonstration | Datum: 01.06.-14.06.2022 (Mo-Fr) | Aantal: 2 bussen (ca. 100 pers.) | Tijd: 14:00 (opbouw 12:00)
15 2022-06-13 | 13-06 14:00 >  | @ Markt | expected /100/ | demonstration | Datum: 01.06.-14.06.2022 (Mo-Fr) | Aantal: 2 bussen (ca. 100 pers.) | Tijd: 14:00 (opbouw 12:00)
15 2022-06-14 | 14-06 14:00 >  | @ Markt | expected /100/ | demonstration | Datum: 01.06.-14.06.2022 (Mo-Fr) | Aantal: 2 bussen (ca. 100 pers.) | Tijd: 14:00 (opbouw 12:00)
15 ! Datum '01.06.-14.06.2022 (Mo-Fr)': 01.06.-14.06.2022 (Mo-Fr): read as 10 separate days.
15 ! Aantal '2 bussen (ca. 100 pers.)': 2 bussen (ca. 100 pers.): only the number was understood.
15 ! Tijd '14:00 (opbouw 12:00)': What stands in brackets was left out.
""",
    ),
    Form(
        "German city, stripes, both numbers in one cell, sums per month",
        "utf-8",
        """\
Liste der angezeigten Versammlungen|||||
Stand: 31.12.2023|||||
Tag|Datum|Beginn/Ende|Thema|Versammlungsort/Aufzugsstrecke|TN angez./tats.
Mo|02.01.|18:00-19:30|Montagsspaziergang|Rathaus - Markt - Rathaus|50/80
||19:00|Gegenprotest|Markt|20/ -
Di|03.01.|tba|Mahnwache|Dom|k. A./5
Mi|04.01.|12 Uhr mittags|Friedensgebet|Dom|>200/150
Do|05.01.|ab 17.30 bis ca. 20|Kundgebung|Markt|ein paar hundert/ca. 1.500
Fr|06.01.|24:00|Mitternachtsandacht|Dom|10/12
Sa|07.01./08.01.|ganztags|Infostand|Fußgängerzone|3/3
|||||
Summe Januar: 7 Versammlungen|||||
Mo|06.02.|18:00|Montagsspaziergang (abgesagt)|Rathaus|50/-
Summe Februar: 1|||||
""",
        """\
4 2023-01-02 | 02-01 18:00 > 02-01 19:30 | @ Rathaus + Markt + Rathaus | via Rathaus > Markt > Rathaus | expected /50/ | came /80/ | demonstration march | Montagsspaziergang | Tag: Mo
5 ! Datum '19:00 · Gegenprotest · Markt · 20/ -': The date is missing.
6 2023-01-03 | @ Dom | came /5/ | demonstration | Mahnwache | Tag: Di
7 2023-01-04 | 04-01 12:00 >  | @ Dom | expected 200// | came /150/ | demonstration | Friedensgebet | Tag: Mi
8 2023-01-05 | 05-01 17:30 > 05-01 20:00 | @ Markt | expected 200//400 | came /1500/ | demonstration | Kundgebung | Tag: Do
9 2023-01-06 | 06-01 00:00 >  | @ Dom | expected /10/ | came /12/ | demonstration | Mitternachtsandacht | Tag: Fr | Beginn/Ende: 24:00
9 ! Beginn/Ende '24:00': Read as the midnight at which the day begins.
10 2023-01-07 | @ Fußgängerzone | expected /3/ | came /3/ | demonstration | Infostand | Tag: Sa | Datum: 07.01./08.01.
10 2023-01-08 | @ Fußgängerzone | expected /3/ | came /3/ | demonstration | Infostand | Tag: Sa | Datum: 07.01./08.01.
11 - It is blank.
12 - It is a total: Summe Januar: 7 Versammlungen
13 2023-02-06 | 06-02 18:00 >  | @ Rathaus | expected /50/ | demonstration cancelled | Montagsspaziergang (abgesagt) | Tag: Mo
14 - It is a total: Summe Februar: 1
""",
    ),
    Form(
        "Flemish city, a title of two cells, days in one cell with hours",
        "utf-8",
        """\
Stad Voorbeeldgem	Politiezone VOORBEELD
Dossiernr	Betoger(s)	Datum en uur	Plaats samenkomst	Ontbinding	Aantal (raming)	Vergund
2023/001	Vakbond X	13/02/2023 om 10u	Kouter	Zuid	3 à 4000	ja
2023/002	vzw Y	14/02/2023 van 17u30 tot 19u	Korenmarkt	-	enkele tientallen	neen
2023/003	/	15/02/2023 's avonds	Sint-Pietersplein		onbekend	ja
2023/004	comité Z	nacht van 17 op 18/02/2023	Vrijdagmarkt	Dampoort	60-tal	ja
2023/005	Z	18/02 (uitgesteld naar 25/02)	Vrijdagmarkt	Dampoort	60	ja
TOTAAL	5				4.200
""",
        """\
3 2023-02-13 | 13-02 10:00 >  | @ Kouter | expected 3000//4000 | demonstration | no. 2023/001 | Betoger(s): Vakbond X | Ontbinding: Zuid | Vergund: ja | Aantal (raming): 3 à 4000
3 ! Aantal (raming) '3 à 4000': 3 à 4000: read as 3000 to 4000.
4 2023-02-14 | 14-02 17:30 > 14-02 19:00 | @ Korenmarkt | expected 20//90 | demonstration | no. 2023/002 | Betoger(s): vzw Y | Ontbinding: - | Vergund: neen
5 2023-02-15 | @ Sint-Pietersplein | demonstration | no. 2023/003 | Betoger(s): / | Vergund: ja | Datum en uur: 15/02/2023 's avonds
5 ! Datum en uur 's avonds': s avonds is no exact time: give it as 14:00.
6 2023-02-17 | @ Vrijdagmarkt | expected /60/ | demonstration | no. 2023/004 | Betoger(s): comité Z | Ontbinding: Dampoort | Vergund: ja | Datum en uur: nacht van 17 op 18/02/2023
6 ! Datum en uur 'nacht van 17 op 18/02/2023': A night: read as that of the first evening.
7 ! Datum en uur '18/02 (uitgesteld naar 25/02)': 18/02 (uitgesteld naar 25/02) is no day: write it as 31-12-2026.
8 - It is a total: TOTAAL
""",
    ),
    Form(
        "English authority, days in words, one day the American way",
        "utf-8",
        """\
"Ref","Event date","Start time","Finish","Location","Nature of event","Est. crowd","Police nos","Notes"
"CC-0001","Saturday 4th March 2023","11am","3.30pm","High St / Town Hall","Static demo","c. 200","Approx 180",""
"CC-0002","Sun 5 Mar 23","noon","1pm","Town Hall","Vigil","tbc","n/k","Postponed to 12 Mar"
"CC-0003","06/03/2023","TBC","TBC","Various","March","several hundred","2k",""
"CC-0004","3/13/2023","0900hrs","1700hrs","Park","Rally","500-1,000","",""
"CC-0005","w/c 20 March 2023","","","Uni","Encampment","dozens","",""
"CC-0006","25 & 26 March 2023","10:00","16:00","Park","Rally","1,200","",""
"CC-0007","27.03.23","midnight","2am","Park","Rally","<50","",""
"Total","7","","","","","2,000","",""
""",
        """\
2 2023-03-04 | 04-03 11:00 > 04-03 15:30 | @ High St / Town Hall | expected /200/ | demonstration | Static demo | no. CC-0001 | Police nos: Approx 180
3 2023-03-05 | 05-03 12:00 > 05-03 13:00 | @ Town Hall | demonstration | Vigil | no. CC-0002 | Police nos: n/k | Notes: Postponed to 12 Mar
4 2023-06-03 | expected 200//900 | demonstration | March | no. CC-0003 | Police nos: 2k | Location: Various
5 2023-03-13 | 13-03 09:00 > 13-03 17:00 | @ Park | expected 500//1000 | demonstration | Rally | no. CC-0004
6 2023-03-20 | @ Uni | expected 20//90 | demonstration | Encampment | no. CC-0005
6 ! Event date 'w/c 20 March 2023': A week is named: read as its first day.
7 2023-03-25 | 25-03 10:00 > 25-03 16:00 | @ Park | expected /1200/ | demonstration | Rally | no. CC-0006 | Event date: 25 & 26 March 2023
7 2023-03-26 | 26-03 10:00 > 26-03 16:00 | @ Park | expected /1200/ | demonstration | Rally | no. CC-0006 | Event date: 25 & 26 March 2023
8 2023-03-27 | 27-03 00:00 > 27-03 02:00 | @ Park | expected //50 | demonstration | Rally | no. CC-0007 | Start time: midnight
8 ! Start time 'midnight': Read as the midnight at which the day begins.
9 - It is a total: Total
""",
    ),
    Form(
        "Dutch city, year, month and day apart, each written once",
        "utf-8",
        """\
Jaar;Maand;Dag;Tijdstip;Plaats;Onderwerp;Verwacht;Opkomst
2023;jan;5;14:00;Markt;A;10;5
;;6;15:00;Markt;B;10;?
;feb;29;15:00;Markt;C;10;0
2024;feb;29;25:00;Markt;D;10;0
2024;mrt;1;09:00 t/m 17:00;Markt;E;een paar honderd;ruim 100
2024;mrt;1;;;;;
Totaal 2023;;;;;;30;5
""",
        """\
2 2023-01-05 | 05-01 14:00 >  | @ Markt | expected /10/ | came /5/ | demonstration | A
3 2023-01-06 | 06-01 15:00 >  | @ Markt | expected /10/ | demonstration | B
3 ! Dag, Maand, Jaar '6 jan 2023': Year or month stands only above: it is taken from there.
4 ! Dag, Maand, Jaar '29 feb 2023': Year or month stands only above: it is taken from there.
4 ! Dag, Maand, Jaar '29 feb 2023': 29 feb 2023 is no day of the calendar: look at day and month.
5 2024-02-29 | @ Markt | expected /10/ | came /0/ | demonstration | D | Tijdstip: 25:00
5 ! Tijdstip '25:00': 25:00 is no time: write it as 14:00.
6 2024-03-01 | 01-03 09:00 > 01-03 17:00 | @ Markt | expected 200//400 | came 100// | demonstration | E
7 - It has a day and nothing else.
8 - It is a total: Totaal 2023
""",
    ),
    Form(
        "export of a program, underscores, zones, impossible days",
        "utf-8",
        """\
"id","datum_start","datum_eind","tijd_start","tijd_eind","x","y","straat","hnr","onderwerp","aantal_min","aantal_max","geannuleerd"
"1","2023-04-01T00:00:00","2023-04-01T00:00:00","13:00:00","15:00:00","155000","463000","Dam","1","A","50","100","0"
"2","2023-04-02T22:30:00Z","2023-04-03T01:00:00Z","","","","","Dam","","B","","30","1"
"3","01-04-2023","31-03-2023","13:00","15:00","","","Dam","","C","100","50","false"
"4","1680307200","","13:00","","","","Dam","","D","5","5","nee"
"5","2023-13-04","","13:00","","","","Dam","","E","5","5","ja"
""",
        """\
2 2023-04-01 | 01-04 13:00 > 01-04 15:00 | @ Dam | expected 50//100 | demonstration held | A | x: 155000 | y: 463000 | hnr: 1
3 2023-04-03 | 03-04 00:30 > 03-04 03:00 | @ Dam | expected //30 | demonstration cancelled | B
4 ! datum_eind '31-03-2023': The last day comes before the first. Which is wrong?
4 ! aantal_max '50': Lowest and highest number change places.
5 ! datum_start '1680307200': 1680307200 is no day: write it as 31-12-2026.
6 ! datum_start '2023-13-04': 2023-13-04 is no day of the calendar: look at day and month.
""",
    ),
    Form(
        "German county, days as headings, a holiday among them",
        "utf-8",
        """\
Behörde: Landratsamt Muster	Kreis Muster
Versammlungen nach Tag
Montag, 03.04.2023
Uhrzeit	Ort	Thema	TN (erw./tats.)
17.00-18.30	Marktplatz	Spaziergang	30 / ca. 45
18:00	Bahnhof	Gegendemo	50 / ./.
Dienstag, 04.04.2023
keine Versammlungen
Mittwoch, 05.04.2023
10 Uhr	Schule	Schülerstreik	200 / 150
	Rathaus	(Fortsetzung)
Karfreitag, 07.04.2023
15	Dom	Kreuzweg	500 / -
""",
        """\
5 2023-04-03 | 03-04 17:00 > 03-04 18:30 | @ Marktplatz | expected /30/ | came /45/ | demonstration | Spaziergang
6 2023-04-03 | 03-04 18:00 >  | @ Bahnhof | expected /50/ | demonstration | Gegendemo
7 - It names the day of the rows below: Dienstag, 04.04.2023
8 - It is the title of a part: keine Versammlungen
9 - It names the day of the rows below: Mittwoch, 05.04.2023
10 2023-04-05 | 05-04 10:00 >  | @ Schule | expected /200/ | came /150/ | demonstration | Schülerstreik
11 2023-04-05 | @ Rathaus | demonstration | (Fortsetzung)
12 - It names the day of the rows below: Karfreitag, 07.04.2023
13 2023-04-07 | 07-04 15:00 >  | @ Dom | expected /500/ | demonstration | Kreuzweg
""",
    ),
    Form(
        "Dutch city, columns by their place in the line, a text broken off",
        "utf-8",
        """\
Demonstraties week 24

Datum        Tijd     Plaats           Wat
12-06-2023   14:00    Markt            Lange omschrijving die doorloopt op
                                       de volgende regel
13-06-2023   10.30    Plein 1992       Kort
14-06-2023            Vrijthof         Zonder tijd

* tijden zoals opgegeven door de melder, wijzigingen voorbehouden
""",
        """\
4 2023-06-12 | 12-06 14:00 >  | @ Markt | demonstration | Lange omschrijving die doorloopt op de volgende regel
5 - It is blank.
6 2023-06-13 | 13-06 10:30 >  | @ Plein 1992 | demonstration | Kort
7 2023-06-14 | @ Vrijthof | demonstration | Zonder tijd
8 - It is blank.
9 - It is a note: * tijden zoals opgegeven door de melder, wijzigingen voorbehouden
""",
    ),
    Form(
        "German city, days among words, a night over two days, notes below",
        "utf-8",
        """\
"Stadt Musterhausen - Der Oberbürgermeister - Ordnungsbehörde",,,,,,,
"Anlage 1 zur Anfrage Nr. 17/2024: Versammlungen im Zeitraum 01.01.2024 - 30.06.2024",,,,,,,
,,,,,,,
"lfd. Nr.","Versammlung am","Beginn","geplantes Ende","tats. Ende","Thema (anonymisiert)","Örtlichkeit / Route","Anzahl TN (laut Anzeige)"
"1.","Donnerstag, den 4. Januar 2024","08:00 Uhr","ca. 12:00 Uhr","11:40 Uhr","XXX","B 51 - A-Straße - Rathaus","ca. 30 Fahrzeuge"
"2.","06.01.24 (Sa.)","12","14","-","XXX","Platz der Einheit","maximal 50 Personen"
"3.","08.01. bis 12.01.2024 tägl.","06.30","08.00","","XXX","Zufahrten BAB","ohne Angabe"
"4.","13./14.01.2024","18 Uhr","6 Uhr","","XXX","Markt","10-15"
"5.","15. 1. 2024","16.00h","","","XXX","Markt, ab 17 Uhr Zug zum Bahnhof","150 (Kundgebung), 100 (Aufzug)"
"6.","20.01.2024 + Folgetage","","","","XXX","Markt","?"
"7.","22.Januar 2024","17:00-18:00","","","XXX","Markt","<= 10"
"8.","29.02.2023","17:00","18:00","","XXX","Markt","10"
"9.","2024-02-03","17:00","18:00","","XXX","Markt","10"
"10.","3/2/24","17:00","18:00","","XXX","Markt","10"
"","","","","","Gesamt","","275"
"¹ Angaben der Anmelder",,,,,,,
""",
        """\
5 2024-01-04 | 04-01 08:00 > 04-01 12:00 | @ B 51 - A-Straße - Rathaus | expected /30/ | demonstration | XXX | no. 1. | tats. Ende: 11:40 Uhr | Anzahl TN (laut Anzeige): ca. 30 Fahrzeuge
5 ! Anzahl TN (laut Anzeige) 'ca. 30 Fahrzeuge': ca. 30 Fahrzeuge: only the number was understood.
6 2024-01-06 | 06-01 12:00 > 06-01 14:00 | @ Platz der Einheit | expected //50 | demonstration | XXX | no. 2. | tats. Ende: -
7 2024-01-08..2024-01-12 | 08-01 06:30 > 12-01 08:00 | @ Zufahrten BAB | demonstration | XXX | no. 3. | Versammlung am: 08.01. bis 12.01.2024 tägl.
7 ! Versammlung am '08.01. bis 12.01.2024 tägl.': Only the day was understood.
8 2024-01-13 | 13-01 18:00 > 14-01 06:00 | @ Markt | expected 10//15 | demonstration | XXX | no. 4. | Versammlung am: 13./14.01.2024
8 ! Versammlung am '13./14.01.2024': With these hours it was read as one night.
9 2024-01-15 | 15-01 16:00 >  | @ Markt + ab 17 Uhr Zug zum Bahnhof | expected 100//150 | demonstration | XXX | no. 5. | Anzahl TN (laut Anzeige): 150 (Kundgebung), 100 (Aufzug)
9 ! Anzahl TN (laut Anzeige) '150 (Kundgebung), 100 (Aufzug)': 150 (Kundgebung), 100 (Aufzug): read as 100 to 150.
10 2024-01-20 | @ Markt | demonstration | XXX | no. 6. | Versammlung am: 20.01.2024 + Folgetage
10 ! Versammlung am '20.01.2024 + Folgetage': Only the day was understood.
11 2024-01-22 | 22-01 17:00 > 22-01 18:00 | @ Markt | expected //10 | demonstration | XXX | no. 7.
12 ! Versammlung am '29.02.2023': 29.02.2023 is no day of the calendar: look at day and month.
13 2024-02-03 | 03-02 17:00 > 03-02 18:00 | @ Markt | expected /10/ | demonstration | XXX | no. 9.
14 2024-02-03 | 03-02 17:00 > 03-02 18:00 | @ Markt | expected /10/ | demonstration | XXX | no. 10.
15 - It is a total: Gesamt
16 - It is a note: ¹ Angaben der Anmelder
""",
    ),
    Form(
        "English authority, days and amounts in words, hours without halves",
        "utf-8",
        """\
Event,Date From,Date To,Time,Where,Attendance (est.),Attendance (act.),Outcome
March for X,Fri 3rd Feb 2023,Sun 5th Feb 2023,10am - late,City centre,"1,000+",">1,500",peaceful
Vigil,7 Feb,,6.30-7.30pm,Square,"20/30",12,no issues
Picket,8th & 9th Feb 2023,,0700-0900,Station,ten,nil,n/a
Rally,Feb 10 2023,,midday,Park,"5,00",,1 arrest
Sit in,11.2.23,,from 2,Uni,a handful,couple,moved on by police
Counter,"Saturday, February 18, 2023",,2-4,Square,hundreds,150-200,2 arrests
Grand Total,,,,,,,
""",
        """\
2 2023-02-03..2023-02-05 | 03-02 10:00 >  | @ City centre | expected 1000// | came 1500// | demonstration none | March for X | Outcome: peaceful
3 ! Date From '7 Feb': 7 Feb has no year: write it as 31-12-2026.
4 2023-02-08 | 08-02 07:00 > 08-02 09:00 | @ Station | expected /10/ | came /0/ | demonstration | Picket | Outcome: n/a | Date From: 8th & 9th Feb 2023
4 2023-02-09 | 09-02 07:00 > 09-02 09:00 | @ Station | expected /10/ | came /0/ | demonstration | Picket | Outcome: n/a | Date From: 8th & 9th Feb 2023
5 2023-02-10 | 10-02 12:00 >  | @ Park | expected /5/ | demonstration some | Rally | Outcome: 1 arrest
6 2023-02-11 | 11-02 02:00 >  | @ Uni | expected 2//9 | came 2//9 | demonstration | Sit in | Outcome: moved on by police | Time: from 2
6 ! Time 'from 2': Read as in the night. Is the afternoon meant?
7 2023-02-18 | 18-02 02:00 > 18-02 04:00 | @ Square | expected 200//900 | came 150//200 | demonstration some | Counter | Outcome: 2 arrests | Time: 2-4
7 ! Time '2-4': Read as in the night. Is the afternoon meant?
8 - It is a total: Grand Total
""",
    ),
    Form(
        "Flemish zone, columns by their place, one line beside them",
        "utf-8",
        """\
LIJST VAN BETOGINGEN 2023                                    Politiezone VOORBEELD

Nr.   Datum        Uur      Plaats               Thema                    Deelnemers
001   03/01/2023   14u00    Kouter               Pensioenen               +/- 150
002   05/01/2023   18u30    Korenmarkt-Zuid      Klimaat                  2 à 300
003   10/01/2023            Sint-Pietersplein    (geen thema opgegeven)
004   nacht van 14 op 15/01/2023                 Vrijdagmarkt             Wake    60-tal
                                                 TOTAAL                   510
""",
        """\
4 2023-01-03 | 03-01 14:00 >  | @ Kouter | expected /150/ | demonstration | Pensioenen
5 2023-01-05 | 05-01 18:30 >  | @ Korenmarkt-Zuid | expected 200//300 | demonstration | Klimaat | Deelnemers: 2 à 300
5 ! Deelnemers '2 à 300': 2 à 300: read as 200 to 300.
6 2023-01-10 | @ Sint-Pietersplein | demonstration | (geen thema opgegeven)
7 2023-01-14 | demonstration | Vrijdagmarkt | G: 60-tal | Datum: nacht van 14 op 15/01/2023 | Deelnemers: Wake
7 ! Datum 'nacht van 14 op 15/01/2023': A night: read as that of the first evening.
7 ! Deelnemers 'Wake': Wake is no number of people.
8 - It is a total: TOTAAL
""",
    ),
    Form(
        "Dutch city, columns by their place in the line, numbers to the right",
        "utf-8",
        """\
Nr  Datum       Tijd   Locatie              Omschrijving                    Aantal
  1 05-03-2022  14:00  Markt                Vrede                               50
  2 06-03-2022         Station              Klimaat                       100 - 150
  3 07-03-2022  19.30  Kerkplein            Stilte                       enkele
 10 08-03-2022  10:00  Raadhuis achterom    Lonen omhoog                     1.500
""",
        """\
2 2022-03-05 | 05-03 14:00 >  | @ Markt | expected /50/ | demonstration | Vrede | no. 1
3 2022-03-06 | @ Station | expected 100//150 | demonstration | Klimaat | no. 2
4 2022-03-07 | 07-03 19:30 >  | @ Kerkplein | expected 2//9 | demonstration | Stilte | no. 3
5 2022-03-08 | 08-03 10:00 >  | @ Raadhuis achterom | expected /1500/ | demonstration | Lonen omhoog | no. 10
""",
    ),
)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_nasty_form_loses_nothing_and_says_what_it_doubts(
    write: Write, words: RegisterWords, form: Form
) -> None:
    path = write(form.text, encoding=form.encoding)
    parts = read_parts(path, words)
    assert told_rows(parse_parts(parts.parts, words)) == form.rows.splitlines()
