"""Registers in the forms in which authorities answer, all made up: every row is accounted for.

Each form is read without being told how. Expected is one line a row (`telling.told_rows`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from orderdesk.registers import Known, RegisterWords, compare, parse_parts, read_parts, records_of
from tests.registers.telling import told_rows

Write = Callable[..., Path]


@dataclass(frozen=True)
class Form:
    """A file and what should become of its rows; `left_out` are columns about people."""

    name: str
    encoding: str
    text: str
    rows: str
    left_out: tuple[str, ...] = ()


FORMS = (
    Form(
        "German city, title rows, one cell of times, numbers in words, totals, footnote",
        "cp1252",
        """\
Auskunft nach dem Informationsfreiheitsgesetz;;;;;;;
Ordnungsamt der Stadt Musterstadt;;;;;;;
;;;;;;;
Lfd. Nr.;Datum;Uhrzeit;Versammlungsart;Ort/Strecke;Thema;angem. TN;tats. TN
1;Sa., 05.03.2022;14:00 - 16:30 Uhr;Kundgebung;Marktplatz;Frieden für alle;ca. 50;40
2;So, 06.03.22;ab 15 Uhr;Aufzug;Markt - Bahnhof - Markt;Klima;100-150;120
3;Montag, 7. März 2022;14h30;Mahnwache;Kirchplatz vor Nr. 3;Stille;bis zu 20;
4;08.03.2022;ganztägig;Infostand;Fußgängerzone, Höhe Kaufhaus;Infos;2;2
5;09.03.2022;ca. 18.00;Autokorso;Stadtgebiet;Hupen;mehrere Hundert;> 1.000
6;10.03.2022;18 - 20 Uhr;Eilversammlung;Rathaus;eilig;k.A.;1.500
7;11.03.2022;;Spontanversammlung;Bahnhofsvorplatz;spontan;;1 500
8;12.03.2022;10:00;Gegendemo;Alter Markt;gegen Nr. 7;ein Dutzend;1,5 Tsd
9;13.03.2022;10.00-12.00;Kundgebung (abgesagt);Alter Markt;fällt weg;unbekannt;
Summe;;;;;;350;2.702
* TN = Teilnehmende;;;;;;;
""",
        """\
5 2022-03-05 | 05-03 14:00 > 05-03 16:30 | @ Marktplatz | expected /50/ | came /40/ | demonstration static | Frieden für alle
6 2022-03-06 | 06-03 15:00 >  | @ Markt + Bahnhof + Markt | via Markt > Bahnhof > Markt | expected 100//150 | came /120/ | demonstration march | Klima
7 2022-03-07 | 07-03 14:30 >  | @ Kirchplatz vor Nr. 3 | expected //20 | demonstration vigil | Stille
8 2022-03-08 | @ Fußgängerzone, Höhe Kaufhaus | expected /2/ | came /2/ | demonstration static | Infos
9 2022-03-09 | 09-03 18:00 >  | expected 200//900 | came 1000// | demonstration convoy | Hupen | Ort/Strecke: Stadtgebiet
10 2022-03-10 | 10-03 18:00 > 10-03 20:00 | @ Rathaus | came /1500/ | demonstration | eilig
11 2022-03-11 | @ Bahnhofsvorplatz | came /1500/ | demonstration unannounced | spontan
12 2022-03-12 | 12-03 10:00 >  | @ Alter Markt | expected /12/ | came /1500/ | demonstration | gegen Nr. 7
13 2022-03-13 | 13-03 10:00 > 13-03 12:00 | @ Alter Markt | demonstration static cancelled | fällt weg
14 - It is a total: Summe
15 - It is a note: * TN = Teilnehmende
""",
    ),
    Form(
        "German city, first and last day, start and end, persons left out",
        "utf-8",
        """\
Nr.;Datum von;Datum bis;Uhrzeit von;Uhrzeit bis;Anmelder;Versammlungsleiter;Thema;Örtlichkeit;Erwartete Personen;Anmeldung eingegangen am
2022/001;01.02.2022;03.02.2022;08:00;20:00;Max Muster;Erika Muster;Zeltlager;Rathausplatz;20;15.01.2022
2022/002;04.02.2022;;22:00;03:00;Verein X;;Nachtwache;Dom;15;01.02.2022 10:15
2022/003;05.02.2022;05.02.2022;17:00;;Bündnis Y;;Lichter;Dom;10 - 30;-
2022/004;06.02.2022;06.02.2022;24:00;;;;Mitternacht;Dom;10;04.02.22
""",
        """\
2 2022-02-01..2022-02-03 | 01-02 08:00 > 03-02 20:00 | @ Rathausplatz | expected /20/ | demonstration | notified 15-01 00:00 | Zeltlager | no. 2022/001
3 2022-02-04 | 04-02 22:00 > 05-02 03:00 | @ Dom | expected /15/ | demonstration | notified 01-02 10:15 | Nachtwache | no. 2022/002
4 2022-02-05 | 05-02 17:00 >  | @ Dom | expected 10//30 | demonstration | Lichter | no. 2022/003
5 2022-02-06 | 06-02 00:00 >  | @ Dom | expected /10/ | demonstration | notified 04-02 00:00 | Mitternacht | no. 2022/004 | Uhrzeit von: 24:00
5 ! Uhrzeit von '24:00': Read as the midnight at which the day begins.
""",
        left_out=("Anmelder", "Versammlungsleiter"),
    ),
    Form(
        "German city, a part per month, days without a year, header again on a new page",
        "utf-8-sig",
        """\
Versammlungen 2021;;;;
;;;;
Datum;Ort;Thema;TN;Bemerkung
Januar;;;;
02.01.;Markt;A;10;
03.01.;Markt;B;20;abgesagt
;;;;
Februar;;;;
01.02.;Markt;C;;nicht stattgefunden
Datum;Ort;Thema;TN;Bemerkung
05.02.;Markt;D;30;verboten
06.02.;Markt;E;30;aufgelöst durch Polizei
Gesamt: 5;;;;
Seite 1 von 2;;;;
""",
        """\
4 - It is the title of a part: Januar
5 2021-01-02 | @ Markt | expected /10/ | demonstration | A
6 2021-01-03 | @ Markt | expected /20/ | demonstration cancelled | B | Bemerkung: abgesagt
7 - It is blank.
8 - It is the title of a part: Februar
9 2021-02-01 | @ Markt | demonstration no_show | C | Bemerkung: nicht stattgefunden
10 - It repeats the header.
11 2021-02-05 | @ Markt | expected /30/ | demonstration cancelled | D | Bemerkung: verboten
12 2021-02-06 | @ Markt | expected /30/ | demonstration some | E | Bemerkung: aufgelöst durch Polizei
13 - It is a total: Gesamt: 5
14 - It is a note: Seite 1 von 2
""",
    ),
    Form(
        "days and times in one cell, start and end apart",
        "utf-8",
        """\
Beginn,Ende,Bezeichnung,Ort,Anzahl
05.03.2022 14:00,05.03.2022 16:00,Thema A,Platz A,50
05.03.2022 22:00,06.03.2022 02:00,Thema B,Platz B,50
06.03.2022 10:00 Uhr,08.03.2022 18:00 Uhr,Thema C,Platz C,50
""",
        """\
2 2022-03-05 | 05-03 14:00 > 05-03 16:00 | @ Platz A | expected /50/ | demonstration | Thema A
3 2022-03-05..2022-03-06 | 05-03 22:00 > 06-03 02:00 | @ Platz B | expected /50/ | demonstration | Thema B
4 2022-03-06..2022-03-08 | 06-03 10:00 > 08-03 18:00 | @ Platz C | expected /50/ | demonstration | Thema C
""",
    ),
    Form(
        "pipes, UTF-16, a period in one cell, over midnight and several days",
        "utf-16",
        """\
Zeitraum|Versammlungsthema|Versammlungsort|Anzahl TN
Sa 05.03.2022 14:00 - 16:00 Uhr|A|Platz A|50
05.03.2022, 22:00 Uhr bis 06.03.2022, 02:00 Uhr|B|Platz B|50
vom 06.03.2022 bis 08.03.2022, jeweils 10:00-12:00 Uhr|C|Platz C|50
11.03.2022 18:00|D|Platz D|50
14.-16.03.2022|E|Platz E|5
05.03.2022 14:00-05.03.2022 16:30|F|Platz F|5
""",
        """\
2 2022-03-05 | 05-03 14:00 > 05-03 16:00 | @ Platz A | expected /50/ | demonstration | A
3 2022-03-05..2022-03-06 | 05-03 22:00 > 06-03 02:00 | @ Platz B | expected /50/ | demonstration | B
4 2022-03-06..2022-03-08 | 06-03 10:00 > 08-03 12:00 | @ Platz C | expected /50/ | demonstration | C
5 2022-03-11 | 11-03 18:00 >  | @ Platz D | expected /50/ | demonstration | D
6 2022-03-14..2022-03-16 | @ Platz E | expected /5/ | demonstration | E
7 2022-03-05 | 05-03 14:00 > 05-03 16:30 | @ Platz F | expected /5/ | demonstration | F
""",
    ),
    Form(
        "Dutch city, tabs, day and time in one cell, routes, status in words",
        "utf-8",
        """\
Overzicht demonstraties gemeente Voorbeeldstad

Kenmerk\tDatum en tijd\tLocatie(s)\tSoort\tOnderwerp\tVerwacht\tWerkelijk\tStatus\tDatum melding
D1\tza 5 mrt 2022, 14.00-16.00 uur\tMarkt; Vrijthof\tbetoging\tVrede\t50 à 100\t±70\tdoorgegaan\t1-3-2022
D2\tzo 6 maart 2022 vanaf 13u\tMarkt naar Station\tmars\tKlimaat\tmax. 200\t\tgeannuleerd\t3-3-2022
D3\tmaandag 7 maart 2022\tStadhuis\twake\tStil\tenkele tientallen\tn.v.t.\tniet doorgegaan\t
D4\t8/3/22 19:30\tn.t.b.\tlawaaidemo\tHerrie\teen tiental\t12\tverboden\t8/3/22
D5\t9-3-2022 van 10:00 tot 12:00\tMarkt en Plein 1992\ttegendemonstratie\tTegen\t20-\t\tontbonden\t
""",
        """\
4 2022-03-05 | 05-03 14:00 > 05-03 16:00 | @ Markt + Vrijthof | expected 50//100 | came /70/ | demonstration held | notified 01-03 00:00 | Vrede | no. D1
5 2022-03-06 | 06-03 13:00 >  | @ Markt + Station | via Markt > Station | expected //200 | demonstration march cancelled | notified 03-03 00:00 | Klimaat | no. D2
6 2022-03-07 | @ Stadhuis | expected 20//90 | demonstration vigil no_show | Stil | no. D3
7 2022-03-08 | 08-03 19:30 >  | expected 8//12 | came /12/ | demonstration cancelled | notified 08-03 00:00 | Herrie | no. D4 | Locatie(s): n.t.b. | Status: verboden
8 2022-03-09 | 09-03 10:00 > 09-03 12:00 | @ Markt + Plein 1992 | expected /20/ | demonstration held some | Tegen | no. D5
""",
    ),
    Form(
        "Belgian city, hours with u, expected and effective numbers",
        "cp1252",
        """\
datum;uur;plaats;organisatie;reden;aantal deelnemers (verwacht);aantal deelnemers (effectief);vergund
05/03/2022;14u tot 16u;Grote Markt;vzw A;zorg;250;300;ja
13/03/2022;14u00;Noordstation - Beursplein;vakbond B;lonen;5.000;7500;ja
20/03/2022;9u30-11u;Justitiepaleis;C;recht;;;neen
""",
        """\
2 2022-03-05 | 05-03 14:00 > 05-03 16:00 | @ Grote Markt | expected /250/ | came /300/ | demonstration | zorg | vergund: ja
3 2022-03-13 | 13-03 14:00 >  | @ Noordstation + Beursplein | expected /5000/ | came /7500/ | demonstration | lonen | vergund: ja
4 2022-03-20 | 20-03 09:30 > 20-03 11:00 | @ Justitiepaleis | demonstration | recht | vergund: neen
""",
        left_out=("organisatie",),
    ),
    Form(
        "French prefecture, routes, about a hundred, forbidden",
        "utf-8",
        """\
Préfecture de police - Manifestations déclarées 2023
Date;Horaire;Lieu / Parcours;Motif;Nombre de participants attendus;Effectif constaté;Date de dépôt;Nature;Suite donnée
samedi 4 mars 2023;14h00 à 17h30;République > Nation;Retraites;5 000 à 10 000;env. 7 000;20 février 2023;Défilé;récépissé
dim. 5 mars 2023;de 10h à midi;Place de la Bastille;Écologie;une centaine;NC;1er mars 2023;Rassemblement;interdite
06/03/23;18h;Rue de Rivoli, angle rue du Louvre;Loyer;moins de 50;;;Rassemblement statique;annulée
7 mars 2023;journée;Parvis;Stand;;une dizaine;02/03/2023;Stand d'information;
""",
        """\
3 2023-03-04 | 04-03 14:00 > 04-03 17:30 | @ République + Nation | via République > Nation | expected 5000//10000 | came /7000/ | demonstration march in_preparation | notified 20-02 00:00 | Retraites
4 2023-03-05 | 05-03 10:00 > 05-03 12:00 | @ Place de la Bastille | expected 85//120 | demonstration static cancelled | notified 01-03 00:00 | Écologie | Suite donnée: interdite
5 2023-03-06 | 06-03 18:00 >  | @ Rue de Rivoli, angle rue du Louvre | expected //50 | demonstration static cancelled | Loyer
6 2023-03-07 | @ Parvis | came 8//12 | demonstration static | notified 02-03 00:00 | Stand
""",
    ),
    Form(
        "month first, told by the whole column; AM and PM",
        "utf-8",
        """\
Date,Start Time,End Time,Location,Event Name,Event Type,Expected Attendance,Actual Attendance,Organiser,Date Notified
3/13/2022,2:00 PM,4:30 PM,Town Hall,Rally for X,Protest,"1,500",1200,A Person,3/1/2022
4/5/2022,noon,,High Street,Vigil Y,Vigil,approx 30,25,,3/29/2022
12/31/2022,11:30 PM,1:00 AM,City Square,NYE,March,200+,,,12/1/2022
""",
        """\
2 2022-03-13 | 13-03 14:00 > 13-03 16:30 | @ Town Hall | expected /1500/ | came /1200/ | demonstration | notified 01-03 00:00 | Rally for X
3 2022-04-05 | 05-04 12:00 >  | @ High Street | expected /30/ | came /25/ | demonstration vigil | notified 29-03 00:00 | Vigil Y
4 2022-12-31 | 31-12 23:30 > 01-01 01:00 | @ City Square | expected 200// | demonstration march | notified 01-12 00:00 | NYE
""",
        left_out=("Organiser",),
    ),
    Form(
        "British force, ordinal days, between, fewer than",
        "utf-8",
        """\
Ref,Date of Protest,Time,Venue,Cause,Numbers expected,Numbers attended,Police resources
FOI-1,Saturday 5th March 2022,1pm-3pm,Trafalgar Square,Peace,c.500,450,20
FOI-2,Sun 6 Mar 22,10:00 - 12:30,"Parliament Square, then Whitehall",Climate,between 200 and 300,unknown,10
FOI-3,07/03/2022,TBC,Embassy,Rights,less than 10,<10,2
FOI-4,March 8 2022,all day,Park,Camp,dozens,N/A,0
""",
        """\
2 2022-03-05 | 05-03 13:00 > 05-03 15:00 | @ Trafalgar Square | expected /500/ | came /450/ | demonstration | Peace | no. FOI-1 | Police resources: 20
3 2022-03-06 | 06-03 10:00 > 06-03 12:30 | @ Parliament Square + Whitehall | expected 200//300 | demonstration | Climate | no. FOI-2 | Police resources: 10
4 2022-03-07 | @ Embassy | expected //10 | came //10 | demonstration | Rights | no. FOI-3 | Police resources: 2
5 2022-03-08 | @ Park | expected 20//90 | demonstration | Camp | no. FOI-4 | Police resources: 0
""",
    ),
    Form(
        "Danish police, days and numbers in words",
        "utf-8",
        """\
Dato;Tidspunkt;Sted;Emne;Type;Forventet antal deltagere;Faktisk antal;Anmeldt den
lørdag den 5. marts 2022;kl. 14.00-16.00;Rådhuspladsen;Fred;Demonstration;ca. 100;80;01.03.2022
06.03.2022;kl. 13;Christiansborg Slotsplads;Klima;Optog;300;;02-03-2022
7. maj 2022;hele dagen;Nørrebro;Stand;Stand;ukendt;;
""",
        """\
2 2022-03-05 | 05-03 14:00 > 05-03 16:00 | @ Rådhuspladsen | expected /100/ | came /80/ | demonstration | notified 01-03 00:00 | Fred
3 2022-03-06 | 06-03 13:00 >  | @ Christiansborg Slotsplads | expected /300/ | demonstration march | notified 02-03 00:00 | Klima
4 2022-05-07 | @ Nørrebro | demonstration static | Stand
""",
    ),
    Form(
        "Swiss city, apostrophes in numbers, an arrow for a route",
        "utf-8",
        """\
Datum;Zeit;Ort;Motto;Gesuchsteller;Personen;Bewilligung
05.03.2022;14.00–16.00;Bundesplatz;Frieden;Verein;1'500;bewilligt
06.03.2022;13.30 Uhr;Helvetiaplatz → Bürkliplatz;Klima;Gruppe;2’000;nicht bewilligt
07.03.2022;18h;Barfüsserplatz;Stille;;ca. 1'000-2'000;ohne Bewilligung
""",
        """\
2 2022-03-05 | 05-03 14:00 > 05-03 16:00 | @ Bundesplatz | expected /1500/ | demonstration | Frieden | Bewilligung: bewilligt
3 2022-03-06 | 06-03 13:30 >  | @ Helvetiaplatz + Bürkliplatz | via Helvetiaplatz > Bürkliplatz | expected /2000/ | demonstration march | Klima | Bewilligung: nicht bewilligt
4 2022-03-07 | 07-03 18:00 >  | @ Barfüsserplatz | expected 1000//2000 | demonstration | Stille | Bewilligung: ohne Bewilligung
""",
        left_out=("Gesuchsteller",),
    ),
    Form(
        "Austrian authority, file numbers, Jaenner",
        "cp1252",
        """\
Versammlungen Bundesland;;;;;;
GZ;Tag;von;bis;Ort der Versammlung;Zweck;erwartete TeilnehmerInnen
VA-1/22;05.03.2022;14:00;16:00;Heldenplatz;Frieden;500
VA-2/22;06.03.2022;12:00;14:00;Ring, Treffpunkt Oper;Klima;rd. 1000
VA-3/22;6. Jänner 2022;09:00;12:00;Stephansplatz;Dreikönig;20 bis 30
""",
        """\
3 2022-03-05 | 05-03 14:00 > 05-03 16:00 | @ Heldenplatz | expected /500/ | demonstration | Frieden | no. VA-1/22
4 2022-03-06 | 06-03 12:00 > 06-03 14:00 | @ Ring, Treffpunkt Oper | expected /1000/ | demonstration | Klima | no. VA-2/22
5 2022-01-06 | 06-01 09:00 > 06-01 12:00 | @ Stephansplatz | expected 20//30 | demonstration | Dreikönig | no. VA-3/22
""",
    ),
    Form(
        "no header at all",
        "utf-8",
        """\
05.03.2022;14:00;Marktplatz;Gegen Müll in der Stadt;50
06.03.2022;15:00;Marktplatz;Für mehr Grün in der Stadt;60
07.03.2022;16:00;Bahnhof;Für sichere Radwege überall;70
""",
        """\
1 2022-03-05 | 05-03 14:00 >  | @ Marktplatz | expected /50/ | demonstration | Gegen Müll in der Stadt
2 2022-03-06 | 06-03 15:00 >  | @ Marktplatz | expected /60/ | demonstration | Für mehr Grün in der Stadt
3 2022-03-07 | 07-03 16:00 >  | @ Bahnhof | expected /70/ | demonstration | Für sichere Radwege überall
""",
    ),
    Form(
        "three rows of header, groups over columns",
        "utf-8",
        """\
Versammlungslage Musterkreis;;;;;;;
;Zeitliche Angaben;;;Angaben zur Versammlung;;Teilnehmende;
;Tag;Uhrzeit;;;;;
Nr.;;von;bis;Art;Thema;erwartet;tatsächlich
1;05.03.2022;14:00;16:00;Kundgebung;A;50;40
2;06.03.2022;14:00;16:00;Aufzug;B;60;
""",
        """\
5 2022-03-05 | 05-03 14:00 > 05-03 16:00 | expected /50/ | came /40/ | demonstration static | A
6 2022-03-06 | 06-03 14:00 > 06-03 16:00 | expected /60/ | demonstration march | B
""",
    ),
    Form(
        "six columns about people",
        "utf-8",
        """\
Datum;Thema;Name des Anmelders;Telefon;E-Mail;Anschrift des Anmelders;Sachbearbeiter;Ort
05.03.2022;A;Max Beispiel;0123 456789;max@example.org;Testweg 1, 12345 Stadt;Fr. Test;Markt
06.03.2022;B;Eva Beispiel;0123 456780;eva@example.org;Testweg 2, 12345 Stadt;Hr. Test;Dom
""",
        """\
2 2022-03-05 | @ Markt | demonstration | A
3 2022-03-06 | @ Dom | demonstration | B
""",
        left_out=(
            "Name des Anmelders",
            "Telefon",
            "E-Mail",
            "Anschrift des Anmelders",
            "Sachbearbeiter",
        ),
    ),
    Form(
        "people that only the cells betray",
        "utf-8",
        """\
Datum;Thema;Kontakt;Wer;Ort
05.03.2022;A;max@example.org;Herr Max Beispiel;Markt
06.03.2022;B;0123-456780;Frau Eva Beispiel;Dom
07.03.2022;C;0123-456781;Frau Dr. Ada Beispiel;Dom
""",
        """\
2 2022-03-05 | @ Markt | demonstration | A
3 2022-03-06 | @ Dom | demonstration | B
4 2022-03-07 | @ Dom | demonstration | C
""",
        left_out=("Kontakt", "Wer"),
    ),
    Form(
        "footnotes in header, numbers and below",
        "utf-8",
        """\
Datum;Ort;Thema;Teilnehmerzahl 1)
05.03.2022;Markt;A;50
06.03.2022;Dom;B;60 *)
07.03.2022;Dom;C;60 (geschätzt)
08.03.2022;Dom;D;60²
1) laut Anmeldung;;;
*) Schätzung der Polizei;;;
Quelle: Ordnungsamt, Stand 01.04.2022;;;
""",
        """\
2 2022-03-05 | @ Markt | expected /50/ | demonstration | A
3 2022-03-06 | @ Dom | expected /60/ | demonstration | B
4 2022-03-07 | @ Dom | expected /60/ | demonstration | C
5 2022-03-08 | @ Dom | expected /60/ | demonstration | D
6 - It is a note: 1) laut Anmeldung
7 - It is a note: *) Schätzung der Polizei
8 - It is a note: Quelle: Ordnungsamt, Stand 01.04.2022
""",
    ),
    Form(
        "a day that stands for the rows below it",
        "utf-8",
        """\
Datum;Uhrzeit;Thema;Ort;TN
05.03.2022;14:00;A;Markt;50
;16:00;B;Dom;20
06.03.2022;14:00;C;Markt;50
;18:00;D;Dom;20
;20:00;E;Rathaus;20
07.03.2022;14:00;F;Markt;50
""",
        """\
2 2022-03-05 | 05-03 14:00 >  | @ Markt | expected /50/ | demonstration | A
3 2022-03-05 | 05-03 16:00 >  | @ Dom | expected /20/ | demonstration | B
3 ! Datum '': No day stands here: it is that of the row above.
4 2022-03-06 | 06-03 14:00 >  | @ Markt | expected /50/ | demonstration | C
5 2022-03-06 | 06-03 18:00 >  | @ Dom | expected /20/ | demonstration | D
5 ! Datum '': No day stands here: it is that of the row above.
6 2022-03-06 | 06-03 20:00 >  | @ Rathaus | expected /20/ | demonstration | E
6 ! Datum '': No day stands here: it is that of the row above.
7 2022-03-07 | 07-03 14:00 >  | @ Markt | expected /50/ | demonstration | F
""",
    ),
    Form(
        "serial numbers of a spreadsheet for days and times",
        "utf-8",
        """\
Datum,Beginn,Ende,Thema,Ort,TN
44625,0.583333333,0.6875,A,Markt,50
44626,0.5,,B,Dom,20
44627.75,,,C,Dom,20
""",
        """\
2 2022-03-05 | 05-03 14:00 > 05-03 16:30 | @ Markt | expected /50/ | demonstration | A
3 2022-03-06 | 06-03 12:00 >  | @ Dom | expected /20/ | demonstration | B
4 2022-03-07 | 07-03 18:00 >  | @ Dom | expected /20/ | demonstration | C
""",
    ),
    Form(
        "new lines in quoted cells, numbered places",
        "utf-8",
        """\
"Datum";"Versammlungs-
ort";"Thema";"Teilnehmer-
zahl
(angemeldet)"
"05.03.2022";"1. Marktplatz
2. Bahnhof
3. Rathaus";"Lauf ""durch"" die
Stadt";"100"
"06.03.2022";"Marktplatz sowie Domplatz";"B";"50"
"07.03.2022";"Marktplatz und Domplatz";"B; C";"50"
""",
        """\
2 2022-03-05 | @ Marktplatz + Bahnhof + Rathaus | expected /100/ | demonstration | Lauf "durch" die Stadt
3 2022-03-06 | @ Marktplatz + Domplatz | expected /50/ | demonstration | B
4 2022-03-07 | @ Marktplatz + Domplatz | expected /50/ | demonstration | B; C
""",
    ),
    Form(
        "weekday, week, police and conditions beside",
        "utf-8",
        """\
Wochentag;Datum;KW;Ort;Thema;Anzahl Teilnehmer;Einsatzkräfte;Auflagen ja/nein
Samstag;05.03.2022;9;Markt;A;50;12;nein
Sonntag;06.03.2022;9;Dom;B;60;3;ja
Montag;07.03.2022;10;Dom;C;60;3;ja
""",
        """\
2 2022-03-05 | @ Markt | expected /50/ | demonstration | A | Wochentag: Samstag | KW: 9 | Einsatzkräfte: 12 | Auflagen ja/nein: nein
3 2022-03-06 | @ Dom | expected /60/ | demonstration | B | Wochentag: Sonntag | KW: 9 | Einsatzkräfte: 3 | Auflagen ja/nein: ja
4 2022-03-07 | @ Dom | expected /60/ | demonstration | C | Wochentag: Montag | KW: 10 | Einsatzkräfte: 3 | Auflagen ja/nein: ja
""",
    ),
    Form(
        "several days and rules in one cell",
        "utf-8",
        """\
Datum;Ort;Thema;TN
05.03., 12.03. und 19.03.2022;Markt;A;50
jeden Montag vom 07.03. bis 28.03.2022;Dom;B;20
5.+6.3.2022;Dom;C;20
05./06.03.2022;Dom;D;20
""",
        """\
2 2022-03-05 | @ Markt | expected /50/ | demonstration | A | Datum: 05.03., 12.03. und 19.03.2022
2 2022-03-12 | @ Markt | expected /50/ | demonstration | A | Datum: 05.03., 12.03. und 19.03.2022
2 2022-03-19 | @ Markt | expected /50/ | demonstration | A | Datum: 05.03., 12.03. und 19.03.2022
3 2022-03-07 | @ Dom | expected /20/ | demonstration | B | Datum: jeden Montag vom 07.03. bis 28.03.2022
3 2022-03-14 | @ Dom | expected /20/ | demonstration | B | Datum: jeden Montag vom 07.03. bis 28.03.2022
3 2022-03-21 | @ Dom | expected /20/ | demonstration | B | Datum: jeden Montag vom 07.03. bis 28.03.2022
3 2022-03-28 | @ Dom | expected /20/ | demonstration | B | Datum: jeden Montag vom 07.03. bis 28.03.2022
3 ! Datum 'jeden Montag vom 07.03. bis 28.03.2022': jeden Montag vom 07.03. bis 28.03.2022: read as 4 separate days.
4 2022-03-05 | @ Dom | expected /20/ | demonstration | C | Datum: 5.+6.3.2022
4 2022-03-06 | @ Dom | expected /20/ | demonstration | C | Datum: 5.+6.3.2022
5 2022-03-05 | @ Dom | expected /20/ | demonstration | D | Datum: 05./06.03.2022
5 2022-03-06 | @ Dom | expected /20/ | demonstration | D | Datum: 05./06.03.2022
""",
    ),
    Form(
        "day, month and year in three columns",
        "utf-8",
        """\
Jahr;Monat;Tag;Ort;Thema;TN
2022;3;5;Markt;A;50
2022;3;6;Dom;B;20
2022;4;1;Dom;C;20
""",
        """\
2 2022-03-05 | @ Markt | expected /50/ | demonstration | A
3 2022-03-06 | @ Dom | expected /20/ | demonstration | B
4 2022-04-01 | @ Dom | expected /20/ | demonstration | C
""",
    ),
    Form(
        "how it was notified, in words, beside when",
        "utf-8",
        """\
Datum der Versammlung;Uhrzeit;Eingang;Anmeldung/Anzeige;Thema;Ort;TN erwartet;TN tatsächlich;Status
05.03.2022;14:00;01.03.2022 09:30;schriftlich;A;Markt;50;45;durchgeführt
06.03.2022;14:00;06.03.2022;telefonisch;B;Markt;50;0;nicht stattgefunden
07.03.2022;14:00;ohne;nicht angemeldet;C;Markt;;30;aufgelöst
08.03.2022;14:00;07.03.2022;Eilversammlung;D;Markt;50;;verboten
09.03.2022;14:00;01.03.2022;E-Mail;D;Markt;50;;untersagt
10.03.2022;14:00;01.03.2022;online;D;Markt;50;;Absage durch Veranstalter
""",
        """\
2 2022-03-05 | 05-03 14:00 >  | @ Markt | expected /50/ | came /45/ | demonstration written held | notified 01-03 09:30 | A
3 2022-03-06 | 06-03 14:00 >  | @ Markt | expected /50/ | came /0/ | demonstration oral no_show | notified 06-03 00:00 | B
4 2022-03-07 | 07-03 14:00 >  | @ Markt | came /30/ | demonstration unannounced held some | C
5 2022-03-08 | 08-03 14:00 >  | @ Markt | expected /50/ | demonstration cancelled | notified 07-03 00:00 | D | Anmeldung/Anzeige: Eilversammlung | Status: verboten
6 2022-03-09 | 09-03 14:00 >  | @ Markt | expected /50/ | demonstration written cancelled | notified 01-03 00:00 | D | Status: untersagt
7 2022-03-10 | 10-03 14:00 >  | @ Markt | expected /50/ | demonstration written cancelled | notified 01-03 00:00 | D
""",
    ),
    Form(
        "British force, military times, crowds",
        "utf-8",
        """\
Event Date,Day,Event Name,Area,Start,Finish,Est. Crowd,Actual Crowd,Organiser/Group,Notice received
05/03/2022,Saturday,March for X,Whitehall,1200hrs,1600hrs,"10,000","8,000",A Group,01/02/2022
06/03/2022,Sunday,Static Y,Parliament Square,1300,1500,50-100,,B,N/A
""",
        """\
2 2022-03-05 | 05-03 12:00 > 05-03 16:00 | @ Whitehall | expected /10000/ | came /8000/ | demonstration | notified 01-02 00:00 | March for X | Day: Saturday
3 2022-03-06 | 06-03 13:00 > 06-03 15:00 | @ Parliament Square | expected 50//100 | demonstration | Static Y | Day: Sunday
""",
        left_out=("Organiser/Group",),
    ),
    Form(
        "Dutch city, answer to a Woo request, notified yes or no",
        "utf-8",
        """\
Nr.\tDatum\tTijd\tLocatie\tOrganisatie/ organisator\tThema\tAantal deelnemers verwacht\tAantal deelnemers werkelijk\tBijzonderheden\tKennisgeving/ vooraf gemeld
1\t1-1-2023\t14:00-16:00\tDam\t[naam verwijderd]\tWonen\t100\tca. 150\tgeen\tja
2\t2-1-2023\t\tMuseumplein -> Dam\t\tKlimaat\t1000-1500\t2.000\t3 aanhoudingen\tja
3\t3-1-2023\t12.00\tDam\t\tSpontaan\t\t25\t\tnee
""",
        """\
2 2023-01-01 | 01-01 14:00 > 01-01 16:00 | @ Dam | expected /100/ | came /150/ | demonstration written | Wonen | Bijzonderheden: geen
3 2023-01-02 | @ Museumplein + Dam | via Museumplein > Dam | expected 1000//1500 | came /2000/ | demonstration march written | Klimaat | Bijzonderheden: 3 aanhoudingen
4 2023-01-03 | 03-01 12:00 >  | @ Dam | came /25/ | demonstration unannounced | Spontaan
""",
        left_out=("Organisatie/ organisator",),
    ),
    Form(
        "days without any year: held back, each with the mend",
        "utf-8",
        """\
datum actie;aanvang;einde;locatie;actievoerders;soort actie;verwachte aantal;opmerkingen
maandag 2 januari;10.00;12.00;Stationsplein;vakbond;staking;200;
dinsdag 3 januari;9.00;;Plein;groep;blokkade;50;niet aangemeld
woensdag 4 januari;;;Plein;groep;picketline;;afgelast
""",
        """\
2 ! datum actie 'maandag 2 januari': maandag 2 januari has no year: write it as 31-12-2026.
3 ! datum actie 'dinsdag 3 januari': dinsdag 3 januari has no year: write it as 31-12-2026.
4 ! datum actie 'woensdag 4 januari': woensdag 4 januari has no year: write it as 31-12-2026.
""",
        left_out=("actievoerders",),
    ),
    Form(
        "German district, walks without notification",
        "utf-8",
        """\
Gemeinde;Versammlungstag;Versammlungszeit;Versammlungsort;Versammlungsthema;angemeldete Teilnehmerzahl;tatsächliche Teilnehmerzahl;Anmeldung am;ortsfest / sich fortbewegend;Auflagen
Musterdorf;Montag, 03.01.2022;18:00 - 20:00;Marktplatz;Spaziergang;30;120;keine Anmeldung;sich fortbewegend;-
Beispielstadt;Mo., 10.01.2022;18.00 Uhr bis ca. 19.30 Uhr;Rathaus;Spaziergang;50 - 80;ca. 200;07.01.2022;ortsfest;Maske
Beispielstadt;17.01.2022;18-20;Rathaus;Spaziergang;rd. 100;250-300;14.01.2022;ortsfest + Aufzug;
""",
        """\
2 2022-01-03 | 03-01 18:00 > 03-01 20:00 | @ Marktplatz | expected /30/ | came /120/ | demonstration march unannounced | Spaziergang | Gemeinde: Musterdorf | Auflagen: -
3 2022-01-10 | 10-01 18:00 > 10-01 19:30 | @ Rathaus | expected 50//80 | came /200/ | demonstration static | notified 07-01 00:00 | Spaziergang | Gemeinde: Beispielstadt | Auflagen: Maske
4 2022-01-17 | 17-01 18:00 > 17-01 20:00 | @ Rathaus | expected /100/ | came 250//300 | demonstration march | notified 14-01 00:00 | Spaziergang | Gemeinde: Beispielstadt
""",
    ),
    Form(
        "announced and actual number in one cell",
        "utf-8",
        """\
Nr,Datum,von,bis,Veranstaltung,Aufzugsstrecke,Teilnehmer (gemeldet/tatsächlich)
1,05.03.2022,14:00,16:00,"Demo, die",A-Straße - B-Platz - C-Straße,50/40
2,06.03.2022,14:00,16:00,"Demo",,-/30
""",
        """\
2 2022-03-05 | 05-03 14:00 > 05-03 16:00 | @ A-Straße + B-Platz + C-Straße | via A-Straße > B-Platz > C-Straße | expected /50/ | came /40/ | demonstration march | Demo, die
3 2022-03-06 | 06-03 14:00 > 06-03 16:00 | came /30/ | demonstration | Demo
""",
    ),
    Form(
        "French-speaking Switzerland",
        "utf-8",
        """\
Date de la manifestation,Lieu,Organisateur,Nombre de participants estimé,Autorisation
5.3.2022,Place Neuve,X,500,oui
6 mars 2022 de 14h à 16h,Parc,Y,~200,non
""",
        """\
2 2022-03-05 | @ Place Neuve | expected /500/ | demonstration | Autorisation: oui
3 2022-03-06 | 06-03 14:00 > 06-03 16:00 | @ Parc | expected /200/ | demonstration | Autorisation: non
""",
        left_out=("Organisateur",),
    ),
    Form(
        "Danish days with a slash and a dash",
        "utf-8",
        """\
Dato;Kl.;Arrangør;Formål;Mødested;Rute;Deltagere (anmeldt);Deltagere (faktisk)
5/3-2022;14.00-16.00;NN;Klima;Rådhuspladsen;Rådhuspladsen - Vesterbrogade - Enghave;200;150
6/3-2022;kl 10;NN;Fred;Nytorv;;50;aflyst
""",
        """\
2 2022-03-05 | 05-03 14:00 > 05-03 16:00 | @ Rådhuspladsen | via Rådhuspladsen > Vesterbrogade > Enghave | expected /200/ | came /150/ | demonstration march | Klima
3 2022-03-06 | 06-03 10:00 >  | @ Nytorv | expected /50/ | demonstration cancelled | Fred | Deltagere (faktisk): aflyst
""",
        left_out=("Arrangør",),
    ),
    Form(
        "three titles, day and time apart by a slash, an impossible day",
        "cp1252",
        """\
Stadt X;;;;
Liste der angemeldeten Versammlungen vom 01.01.2021 bis 31.12.2021;;;;
Stand: 15.02.2022;;;;

lfd. Nr.;Datum / Uhrzeit;Ort;Motto;erw. TN
1;02.01.2021 / 14:00 Uhr;Markt;A;20
2;03.01.2021 14:00-15:30;Markt;B;20
3;04.01.2021, 14.00 Uhr;Markt;C;zwei
4;05.01./06.01.2021;Markt;D;1.000 - 1.500
5;33.01.2021;Markt;E;10
;;;;
Gesamtzahl der Versammlungen: 5;;;;
""",
        """\
6 2021-01-02 | 02-01 14:00 >  | @ Markt | expected /20/ | demonstration | A
7 2021-01-03 | 03-01 14:00 > 03-01 15:30 | @ Markt | expected /20/ | demonstration | B
8 2021-01-04 | 04-01 14:00 >  | @ Markt | expected /2/ | demonstration | C
9 2021-01-05 | @ Markt | expected 1000//1500 | demonstration | D | Datum / Uhrzeit: 05.01./06.01.2021
9 2021-01-06 | @ Markt | expected 1000//1500 | demonstration | D | Datum / Uhrzeit: 05.01./06.01.2021
10 ! Datum / Uhrzeit '33.01.2021': 33.01.2021 is no day of the calendar: look at day and month.
11 - It is blank.
12 - It is a total: Gesamtzahl der Versammlungen: 5
""",
    ),
    Form(
        "nobody came, called off, in the column of numbers",
        "utf-8",
        """\
Datum;Ort;Thema;Teilnehmer erwartet;Teilnehmer tatsächlich;Status
05.03.2022;Markt;A;50;keine;
06.03.2022;Markt;B;50;0 (nicht stattgefunden);
07.03.2022;Markt;C;50;;fand nicht statt
08.03.2022;Markt;D;50;abgesagt;
09.03.2022;Markt;E;n. b.;100;X
""",
        """\
2 2022-03-05 | @ Markt | expected /50/ | demonstration | A
3 2022-03-06 | @ Markt | expected /50/ | came /0/ | demonstration no_show | B
4 2022-03-07 | @ Markt | expected /50/ | demonstration no_show | C
5 2022-03-08 | @ Markt | expected /50/ | demonstration cancelled | D | Teilnehmer tatsächlich: abgesagt
6 2022-03-09 | @ Markt | came /100/ | demonstration | E | Status: X
""",
    ),
    Form(
        "no column of days: a heading for each day, one of them merged over the columns",
        "utf-8",
        """\
Demonstraties gemeente Veldstad 2023;;;;
Tijd;Locatie;Onderwerp;Aantal deelnemers;Opmerkingen
maandag 6 februari;;;;
12.00 - 14.00 uur;Grote Markt;Lonen;ca. 50;
18.00 u;Stationsplein;Klimaat;100-150;met muziek
dinsdag 7 feb. (2 demonstraties);dinsdag 7 feb. (2 demonstraties);;;
ab 18 Uhr;Markt;Vrede;max. 30;
ganztags;Stadhuis;Wonen;n.n.;
Totaal;;;4;
""",
        """\
3 - It names the day of the rows below: maandag 6 februari
4 2023-02-06 | 06-02 12:00 > 06-02 14:00 | @ Grote Markt | expected /50/ | demonstration | Lonen
5 2023-02-06 | 06-02 18:00 >  | @ Stationsplein | expected 100//150 | demonstration | Klimaat | Opmerkingen: met muziek
6 - It names the day of the rows below: dinsdag 7 feb. (2 demonstraties)
7 2023-02-07 | 07-02 18:00 >  | @ Markt | expected //30 | demonstration | Vrede
8 2023-02-07 | @ Stadhuis | demonstration | Wonen
9 - It is a total: Totaal
""",
    ),
    Form(
        "headings of days in the column of days itself, the header again below each",
        "cp1252",
        """\
Datum;Uhrzeit;Ort;Thema
Mo, 04.02.2019;;;
Datum;Uhrzeit;Ort;Thema
;18 Uhr;Markt;A
;19 Uhr;Dom;B
Di, 05.02.2019;;;
;18 Uhr;Markt;C
""",
        """\
2 - It has a day and nothing else.
3 - It repeats the header.
4 2019-02-04 | 04-02 18:00 >  | @ Markt | demonstration | A
5 2019-02-04 | 04-02 19:00 >  | @ Dom | demonstration | B
6 - It has a day and nothing else.
7 2019-02-05 | 05-02 18:00 >  | @ Markt | demonstration | C
""",
    ),
    Form(
        "two header rows with from and until below the gathering, the police count apart",
        "utf-8",
        """\
;Anmeldung;;Versammlung;;;Teilnehmer;
Nr.;Datum;Weg;Datum;von;bis;angem.;gez. (Polizei)
1;01.02.2019;E-Mail;08.02.2019;18:00;20:00;50;40
2;02.02.2019;telefonisch;09.02.2019;18:00;20:00;100-150;
""",
        """\
3 2019-02-08 | 08-02 18:00 > 08-02 20:00 | expected /50/ | came /40/ | demonstration written | notified 01-02 00:00
4 2019-02-09 | 09-02 18:00 > 09-02 20:00 | expected 100//150 | demonstration oral | notified 02-02 00:00
""",
    ),
    Form(
        "moved, not notified, and the number that the police counted",
        "utf-8",
        """\
Status;Datum actie;Route;Aantal volgens politie;Aantal opgegeven;Doel
niet gemeld;03-02-2020;Markt - Station;20;;A
verplaatst;14-02-2020;Markt - Station;;500;B
groep verplaatst zich;15-02-2020;Markt;30;;C
""",
        """\
2 2020-02-03 | @ Markt + Station | via Markt > Station | came /20/ | demonstration march unannounced | A | Status: niet gemeld
3 2020-02-14 | @ Markt + Station | via Markt > Station | expected /500/ | demonstration march moved | B
4 2020-02-15 | @ Markt | came /30/ | demonstration | C | Status: groep verplaatst zich
""",
    ),
)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_form_is_read_without_being_told_how(
    write: Write, words: RegisterWords, form: Form
) -> None:
    path = write(form.text, encoding=form.encoding)
    parts = read_parts(path, words)
    rows = parse_parts(parts.parts, words)
    assert told_rows(rows) == form.rows.splitlines()
    (part,) = parts.parts
    assert [row.number for row in rows] == [
        part.table.number(i) for i in range(part.header.first_data, len(part.table.rows))
    ]
    assert part.mapping.persons == form.left_out
    # The same file once more changes nothing.
    known = {r.row_key: Known(r.fingerprint, r.fields()) for r in records_of(rows)}
    again = compare(records_of(parse_parts(read_parts(path, words).parts, words)), known)
    assert (again.new, again.changed, again.gone) == ((), (), ())
    assert len(again.unchanged) == len(records_of(rows))
