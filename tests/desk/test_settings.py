"""A local setting is validated by the schema, kept with who, when and why, and does something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from orderdesk import reference
from orderdesk.desk import (
    house,
    importing,
    intake,
    own_places,
    parameters,
    publishing,
    retention,
    search,
    settings,
    signals,
    strength,
    team,
    weeks,
)  # fmt: skip
from orderdesk.desk.core import DemoClock, Desk, counting_ids
from orderdesk.desk.opening import open_desk
from orderdesk.desk.rostering.parameters import offers, rules
from orderdesk.domain.norms import Norms
from orderdesk.domain.people import Actor, Role
from orderdesk.domain.places import Places
from orderdesk.domain.time import Week, at
from orderdesk.domain.waterline import Waterlines
from orderdesk.errors import BadInput, ReferenceProblem, RuleSaysNo, Stale
from orderdesk.reserve.rules import ReserveRules

LEAD = Actor(name="Teamleider Voorbeeld", role=Role.LEAD)
MONDAY = at(date(2026, 6, 8), "07:30")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An empty desk with a team of ten and one notification."""
    clock = DemoClock(MONDAY)
    clock.set(MONDAY)
    path = tmp_path_factory.mktemp("settings") / "desk.db"
    made = open_desk(str(path), actor=LEAD, clock=clock, new_id=counting_ids("s"))
    for n in range(10):
        team.save(made, {"id": f"B{n}", "name": f"Persoon {n}", "hours": "36"})
    intake.register(made, {"when": "za 13 jun 14:00-16:00", "place": "Markt", "expected": "120"})
    yield made
    made.store.close()
    reference.put_in_force(None, {})


@pytest.fixture(autouse=True)
def _as_usual(desk: Desk) -> Iterator[None]:
    """Each test leaves the desk as it found it."""
    yield
    for found in settings.look(desk).settings:
        if found.local:
            settings.change(desk, found.key, "", "test")


def _term(desk: Desk, what: str = "") -> Any:
    with desk.read() as reader:
        (case,) = reader.cases()
        term = intake.term_of(reader, case)
    return term.deadline if term else None


def _norm(risk: str) -> Callable[[Desk, str], Any]:
    def read(desk: Desk, what: str) -> Any:
        with desk.read():
            numbers = reference.cached("staffing_norms", Norms).numbers
        return next(n for n in numbers if n.id == what).of(risk)

    return read


def _place(field: str) -> Callable[[Desk, str], Any]:
    def read(desk: Desk, what: str) -> Any:
        with desk.read():
            found = reference.cached("places", Places).get(what)
        return getattr(found, field)

    return read


def _cover(desk: Desk, what: str) -> Any:
    with desk.read():
        return next(c.per_weekday for c in rules().cover if c.id == what)


def _shift(field: str) -> Callable[[Desk, str], Any]:
    def read(desk: Desk, what: str) -> Any:
        with desk.read():
            return getattr(next(o.shift for o in offers() if o.shift.id == what), field)

    return read


def _least(desk: Desk, what: str) -> Any:
    with desk.read() as reader:
        hours = strength.hours_in(reader, MONDAY.date())
        return max(hour.least for hour in hours if hour.district == what)


def _retention(desk: Desk, what: str) -> Any:
    with desk.read():
        return (
            reference.cached("retention", retention.RetentionRules)
            .term(retention.Kept(what))
            .keep_days
        )


def _pay_back(desk: Desk, what: str) -> Any:
    with desk.read():
        return reference.cached("reserve", ReserveRules).pay_back.within_days


def _near(desk: Desk, what: str) -> Any:
    with desk.read():
        places = reference.cached("places", Places)
    markt = places.get("markt")
    assert markt is not None
    return len(places.near(markt))


def _usual(desk: Desk, what: str) -> Any:
    with desk.read():
        return reference.cached("import", importing.ImportRules).usual_minutes


def _gone(desk: Desk, what: str) -> Any:
    with desk.read():
        return signals.signal_rules().gone_after_days


def _reserve(desk: Desk, what: str) -> Any:
    return weeks.propose(desk).reserve


def _in_a_row(desk: Desk, what: str) -> Any:
    with desk.read():
        return rules().team.most_days_in_a_row


def _theme(desk: Desk, what: str) -> Any:
    return weeks.propose(desk).themes.get(what, 0)


def _letter(field: str) -> Callable[[Desk, str], Any]:
    def read(desk: Desk, what: str) -> Any:
        with desk.read() as reader:
            return getattr(house.sender_in(reader), field)

    return read


def _meeting(desk: Desk, what: str) -> Any:
    with desk.read():
        return house.facts().meeting(Week.of(MONDAY))


def _next_look(desk: Desk, what: str) -> Any:
    with desk.read():
        return house.facts().next_look


READERS: dict[str, tuple[str, Callable[[Desk, str], Any]]] = {
    "desk.municipality": ("Gemeente Voorbeeld", _letter("municipality")),
    "desk.city": ("Voorbeeld", _letter("city")),
    "desk.department": ("Team Veiligheid", _letter("department")),
    "desk.address": ("Voorbeeldplein 1", _letter("address")),
    "desk.phone": ("14 000", _letter("phone")),
    "desk.email": ("oov@voorbeeld.example", _letter("email")),
    "desk.meeting_weekday": ("2", _meeting),
    "desk.meeting_starts": ("09:00", _meeting),
    "desk.next_look_minutes": ("30", _next_look),
    "term": ("72h_weekend_free", _term),
    "reserve.share": ("30%", _reserve),
    "reserve.pay_back_days": ("21", _pay_back),
    "waterline.*": ("3", _least),
    "theme.*.weight": ("50", _theme),
    "place.*.capacity": ("123", _place("capacity")),
    "place.*.exits": ("11", _place("exits")),
    "place.*.square_days": ("12", _place("square_days")),
    "sight_and_sound_m": ("40", _near),
    "norm.*.laag": ("17", _norm("laag")),
    "norm.*.midden": ("17", _norm("midden")),
    "norm.*.hoog": ("17", _norm("hoog")),
    "cover.*": ("1 1 1 1 1 1 1", _cover),
    "shift.*.start": ("06:30", _shift("start")),
    "shift.*.end": ("19:45", _shift("end")),
    "roster.days_in_a_row": ("4", _in_a_row),
    "signals.days": ("30", _gone),
    "retention.*": ("10", _retention),
    "import.minutes": ("60", _usual),
}  # fmt: skip


def test_every_parameter_has_a_reader_here() -> None:
    assert set(READERS) == {parameter.key for parameter in parameters.PARAMETERS}


@pytest.mark.parametrize("key", READERS)
def test_no_setting_saves_and_does_nothing(desk: Desk, key: str) -> None:
    text, read = READERS[key]
    place = next(p for p in parameters.all_keys() if p.parameter.key == key)
    before = read(desk, place.what)
    settings.change(desk, place.key, text, "besluit van het college")
    assert read(desk, place.what) != before
    settings.change(desk, place.key, "", "terug")
    assert read(desk, place.what) == before


@pytest.mark.parametrize(
    ("key", "text", "allowed"),
    [
        ("reserve.share", "140%", "from 0 to 1"),
        ("place.vrijthof.capacity", "-1", "from 0 to 200000"),
        ("place.vrijthof.capacity", "veel", "from 0 to 200000"),
        ("term", "73h", "48h_raw"),
        ("cover.early", "1 2 3", "7 whole numbers"),
        ("shift.E.start", "25:00", "07:00"),
        ("signals.days", "91", "from 1 to 90"),
        ("desk.municipality", "x" * 81, "at most 80 characters"),
        ("desk.city", "Voorbeeldstad\nvergunning", "at most 80 characters"),
    ],
)
def test_what_the_schema_refuses_is_refused_with_the_range(
    desk: Desk, key: str, text: str, allowed: str
) -> None:
    with pytest.raises(BadInput) as refused:
        settings.change(desk, key, text, "proef")
    assert allowed in str(refused.value)
    assert not settings.setting(desk, key).local


def test_who_when_and_why_are_kept_and_the_second_writer_sees_both(desk: Desk) -> None:
    settings.change(desk, "reserve.share", "12%", "besluit 14", expected=0)
    found = settings.setting(desk, "reserve.share")
    assert (found.value, found.usual, found.by, found.why) == (0.12, 0.1, LEAD.name, "besluit 14")
    with pytest.raises(Stale) as late:
        settings.change(desk, "reserve.share", "15%", "besluit 15", expected=0)
    assert "0.12" in str(late.value)
    assert "0.15" in str(late.value)
    newest = settings.history(desk, "reserve.share")[0]
    assert (newest.old, newest.new, newest.why) == (0.1, 0.12, "besluit 14")
    with pytest.raises(BadInput, match="why"):
        settings.change(desk, "reserve.share", "15%", " ")
    with pytest.raises(BadInput, match="reserve"):
        settings.change(desk, "reserv.share", "15%", "x")


def test_the_term_of_a_notification_stays_when_the_rule_changes_later(desk: Desk) -> None:
    settings.change(desk, "term", "24h_raw", "APV")
    first = _term(desk)
    clock = desk.clock
    assert isinstance(clock, DemoClock)
    clock.set(MONDAY + timedelta(days=1))
    settings.change(desk, "term", "one_week", "nieuwe APV")
    assert _term(desk) == first
    clock.set(MONDAY)


def test_another_desk_in_the_same_process_keeps_its_own(desk: Desk, tmp_path: Path) -> None:
    settings.change(desk, "reserve.share", "30%", "proef")
    other = open_desk(str(tmp_path / "other.db"), actor=LEAD, clock=lambda: MONDAY)
    assert weeks.propose(other).share == 0.1
    assert weeks.propose(desk).share == 0.3
    other.store.close()


@pytest.mark.parametrize("role", [Role.READER, Role.OFFICER, Role.PLANNER, Role.DECIDER])
def test_only_a_team_lead_sets(desk: Desk, role: Role) -> None:
    reader = Desk(desk.store, desk.clock, Actor(name="R", role=role))
    assert settings.look(reader).settings
    with pytest.raises(RuleSaysNo):
        settings.change(reader, "reserve.share", "12%", "proef")
    with pytest.raises(RuleSaysNo):
        settings.checked(reader)


def test_an_own_desk_writes_in_no_other_municipality_s_name(desk: Desk) -> None:
    with desk.read() as reader:
        assert house.sender_in(reader).sender == "Openbare orde en veiligheid"
    settings.change(desk, "desk.municipality", "Gemeente Voorbeeld", "onze naam")
    letter = publishing.receipt_text(desk, search.register_list(desk).id(0))
    assert "Gemeente Voorbeeld" in letter
    assert "Maastricht" not in letter
    with pytest.raises(BadInput, match="a line"):
        settings.change(desk, "desk.city", "Regel\nTwee", "x")


def test_own_settings_hold_from_the_first_deed_on(desk: Desk) -> None:
    settings.change(desk, "place.markt.capacity", "123", "geteld")
    reference.put_in_force(None, {})
    again = open_desk(str(desk.store.database.url), actor=LEAD)
    found = reference.cached("places", Places).get("markt")
    again.store.close()
    assert found is not None
    assert found.capacity == 123


def test_another_city_brings_its_own_places(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "plaatsen.csv"
    path.write_text(
        "Naam;Stadsdeel;Breedtegraad;Lengtegraad;Capaciteit;Uitgangen;Soort;Open plein\n"
        "Voorbeeldplein;Binnenstad;52,09;5,12;4000;6;square;ja\n"
        "Stationshal;Oost;52,1;5,11;900;;station;nee\n"
    )
    found = own_places.preview(path)
    assert (len(found.places), found.districts, found.centre) == (
        2,
        ["Binnenstad", "Oost"],
        "Binnenstad",
    )
    with pytest.raises(BadInput, match="why"):
        own_places.take_over(desk, found, "")
    own_places.take_over(desk, found, "eigen stad")
    with desk.read():
        places = reference.cached("places", Places)
        assert places.find("het voorbeeldplein") is not None
        assert places.get("markt") is None
        assert {offer.place for offer in offers()} == {"Binnenstad"}
    assert _least(desk, "Binnenstad") == 4
    settings.change(desk, "place.voorbeeldplein.capacity", "3500", "brandweer")
    settings.change(desk, "waterline.Binnenstad", "2", "driehoek")
    with desk.read():
        place = reference.cached("places", Places).get("voorbeeldplein")
        assert place is not None
        assert place.capacity == 3500
        assert {w.people for w in reference.cached("waterlines", Waterlines).waterlines} == {2}
    assert (
        team.save(desk, {"id": "Z1", "name": "Z", "hours": "8", "district": "oost"}).district
        == "Oost"
    )
    path.write_text(
        "Naam;Stadsdeel;Breedtegraad;Lengtegraad;Capaciteit;Soort\nX;Oost;12;5;3;\n"
        "Y;Oost;52;5;veel;\nZ;Oost;52;5;9;grot\nAzc;Oost;52;5;9;AZC\n"
    )
    found = own_places.preview(path)
    assert [place.spot for place in found.places] == ["asylum_centre"]
    assert [problem.row for problem in found.problems] == [2, 3, 4]
    assert "snelweg" in str(found.problems[2].message)
    path.write_text("Naam;Stadsdeel;Capaciteit\nX;Oost;3\n")
    with pytest.raises(BadInput, match="breedtegraad, lengtegraad"):
        own_places.preview(path)
    for key in ("place.voorbeeldplein.capacity", "waterline.Binnenstad"):
        settings.change(desk, key, "", "terug")
    assert own_places.give_back(desk, "terug") > 20
    assert _least(desk, "Centrum") == 4


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("retention", "keep_days = 730", "keep_days = -3",
         "retention.toml is wrong: kinds.contact.keep_days = -3: It must be 1 or more."),
        ("retention", "keep_days = 730", 'keep_days = "veel"', "'veel': It must be a whole number"),
        ("reserve", "share = 0.10", "sharee = 0.10",
         "reserve.toml is wrong: share: It is missing.; sharee = 0.1: This key is unknown."),
    ],
)  # fmt: skip
def test_a_wrong_data_file_names_file_key_value_and_what_is_allowed(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    text = (reference.data_folder() / f"{file}.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / f"{file}.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ReferenceProblem) as refused:
        reference.load(file, parameters.model_of(file), tmp_path)
    assert said in str(refused.value)
