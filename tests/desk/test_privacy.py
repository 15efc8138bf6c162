"""What of people must go goes, provably; what stays names nobody; the chain holds all the while."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from orderdesk.desk import cases, intake, privacy, settings, talks, team
from orderdesk.desk.core import DemoClock, Desk, counting_ids
from orderdesk.desk.drafts import save_draft
from orderdesk.desk.leave import LEAVE
from orderdesk.desk.opening import open_desk
from orderdesk.desk.retention import Kept
from orderdesk.desk.rostering import oncall
from orderdesk.desk.timeline import lines_of, write_line
from orderdesk.domain.events import Organiser
from orderdesk.domain.people import Actor, OnCall, Role
from orderdesk.domain.time import at
from orderdesk.errors import BadInput, RuleSaysNo

LEAD = Actor(name="Teamleider Voorbeeld", role=Role.LEAD)
MONDAY = at(date(2026, 6, 8), "07:30")
SECRETS = ("ZZNAAM", "ZZSTRAAT", "0612345678", "ZZDOEL", "ZZLOG", "ZZAFSPRAAK", "ZZKLAD")


class World:
    """A desk with one notification, its log, an agreement, a draft, and somebody in the team."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = DemoClock(MONDAY)
        self.clock.set(MONDAY)
        self.desk = open_desk(str(path), actor=LEAD, clock=self.clock, new_id=counting_ids("p"))
        self.case = intake.register(
            self.desk,
            {
                "when": "za 13 jun 14:00-16:00", "place": "Markt", "expected": "120",
                "organiser": "ZZNAAM", "address": "ZZSTRAAT 1", "phone": "0612345678",
                "purpose": "ZZDOEL", "measures": "eigen ordedienst",
            },
        ).case  # fmt: skip
        write_line(self.desk, self.case.id, "ZZLOG gebeld")
        talks.hold_talk(self.desk, cases.dossier(self.desk, self.case.id), {}, "ZZAFSPRAAK")
        save_draft(self.desk, "notification", {"organiser": "ZZKLAD"})
        team.save(self.desk, {"id": "B01", "name": "Anna Voorbeeld", "hours": "36"})

    def over(self, days: int) -> None:
        """Let so many days go by."""
        self.clock.set(MONDAY + timedelta(days=days))

    def bytes_of_the_file(self) -> bytes:
        """All that stands in the database, its log written back."""
        self.desk.store.close()
        return self.path.read_bytes()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "desk.db")
    yield made
    made.desk.store.close()


def test_dow10_what_is_due_goes_and_the_log_keeps_the_fact_not_the_content(world: World) -> None:
    assert (privacy.retention_list(world.desk).due, privacy.retention_list(world.desk).bound) == (
        [],
        0,
    )
    world.over(365 * 2 + 5)  # the gathering was on 13 June: two years later, on Friday
    found = privacy.retention_list(world.desk)
    assert {due.kind.value for due in found.due} == {"contact", "case_text", "log", "draft"}
    assert {due.on for due in found.due if due.kind.value == "contact"} == {
        date(2026, 6, 13) + timedelta(days=730)
    }
    assert privacy.destroy(world.desk, [due.key for due in found.due]) == len(found.due)
    again = privacy.retention_list(world.desk)
    assert again.due == []
    assert LEAD.name in again.looked_through
    assert world.desk.store.check() == []
    with world.desk.read() as reader:
        case = reader.case(world.case.id)
        assert (case.purpose, case.expected, case.organiser_id) == (
            "", 120, world.case.organiser_id,
        )  # fmt: skip
        assert reader.organisers()[case.organiser_id] == Organiser(id=case.organiser_id)
        log = lines_of(reader, case.id)
        assert len(log) > 1
        (told,) = [t for t in reader.trail() if t.action == "retention.destroyed"]
        assert told.doc["kinds"] == {"case_text": 1, "contact": 1, "draft": 1, "log": 1}
        assert "destroyed" in " ".join(privacy.about_case(reader, case, None))
    kept = world.bytes_of_the_file()
    assert [secret for secret in SECRETS if secret.encode() in kept] == []


def test_nothing_goes_before_its_day_nor_by_a_reader(world: World) -> None:
    with pytest.raises(RuleSaysNo, match="isn't due"):
        privacy.destroy(world.desk, [f"contact/{world.case.organiser_id}"])
    reader = Desk(world.desk.store, world.clock, Actor(name="R", role=Role.READER))
    assert privacy.retention_list(reader).due == []
    for deed in (
        lambda: privacy.destroy(reader, []),
        lambda: privacy.export(reader, "ZZNAAM"),
        lambda: privacy.erase(reader, "ZZNAAM", "verzoek"),
    ):
        with pytest.raises(RuleSaysNo):
            deed()


def test_a_desk_sets_its_own_term_and_the_record_shows_its_end(world: World) -> None:
    settings.change(world.desk, "retention.contact", "30", "eigen bewaarlijst")
    with world.desk.read() as reader:
        organiser = reader.organisers()[world.case.organiser_id]
        shown = privacy.about_case(reader, world.case, organiser)
    assert "13 Jul 2026" in shown[0]
    assert "2028" in shown[1]
    assert any("30 days*" in line for line in privacy.rule_lines())


def test_export_and_erasure_of_an_organiser_on_request(world: World) -> None:
    given = json.dumps(privacy.export(world.desk, "zznaam"), ensure_ascii=False)
    assert [secret for secret in SECRETS[:5] if secret not in given] == []
    with pytest.raises(RuleSaysNo, match="isn't over"):
        privacy.erase(world.desk, "ZZNAAM", "verzoek van 9 juni")
    with pytest.raises(BadInput, match="who"):
        privacy.erase(world.desk, "niemand", "verzoek")
    world.over(10)
    with pytest.raises(BadInput, match="why"):
        privacy.erase(world.desk, "ZZNAAM", " ")
    officer = Desk(world.desk.store, world.clock, Actor(name="O", role=Role.OFFICER))
    with pytest.raises(RuleSaysNo, match="team lead"):
        privacy.erase(officer, "ZZNAAM", "verzoek")
    save_draft(world.desk, "notification", {"organiser": "ZZKLAD van ZZNAAM"})
    erased = privacy.erase(world.desk, "ZZNAAM", "verzoek van 18 juni")
    assert (erased.cases, erased.lines_) == (1, 2)  # what was written, and the talk
    assert world.desk.store.check() == []
    with pytest.raises(BadInput):
        privacy.export(world.desk, "ZZNAAM")
    with world.desk.read() as reader:
        assert len(reader.cases(organiser_id=world.case.organiser_id)) == 1
    kept = world.bytes_of_the_file()
    assert [secret for secret in SECRETS if secret.encode() in kept] == []


def test_a_colleague_who_left_can_be_erased_and_the_duties_stay(world: World) -> None:
    team.add_absence(world.desk, {"person": "B01", "first": "15 jun", "cause": "ziek"})
    assert privacy.export(world.desk, "B01")["absences"][0]["cause"] == "other"
    with pytest.raises(RuleSaysNo, match="still in the team"):
        privacy.erase(world.desk, "B01", "verzoek")
    team.deactivate(world.desk, "B01")
    world.over(1)
    privacy.erase(world.desk, "Anna Voorbeeld", "verzoek van 9 juni")
    with world.desk.read() as reader:
        person = reader.person("B01")
        assert person is not None
        assert person.name == ""
        assert "Anna" not in str(reader.trail())
    assert world.desk.store.check() == []
    assert b"Anna Voorbeeld" not in world.bytes_of_the_file()


def test_the_trail_never_held_what_can_be_erased(world: World) -> None:
    with world.desk.read() as reader:
        trail = str(reader.trail())
    assert [secret for secret in SECRETS if secret in trail] == []


def test_leave_and_being_on_call_go_a_year_after_their_day(world: World) -> None:
    day = at(date(2026, 6, 20), "08:00")
    spell = OnCall(
        id="s1",
        person_id="B01",
        start=day,
        end=day + timedelta(hours=10),
        changed_at=world.desk.now,
    )
    with world.desk.work() as work:
        work.put(oncall.ON_CALL, spell.id, spell.model_dump(mode="json"))
        work.put(LEAVE, "B01/2026-06-21", {"person_id": "B01", "day": "2026-06-21"})
    told = privacy.export(world.desk, "B01")
    assert (len(told["on_call"]), len(told["leave"])) == (1, 1)
    world.over(380)
    due = {found.kind: found for found in privacy.retention_list(world.desk).due}
    assert due[Kept.ON_CALL].on == date(2027, 6, 20)
    assert due[Kept.LEAVE].on == date(2027, 6, 21)
    privacy.destroy(world.desk, [due[Kept.ON_CALL].key, due[Kept.LEAVE].key])
    with world.desk.read() as reader:
        assert (reader.records(oncall.ON_CALL), reader.records(LEAVE)) == ([], [])
