"""The database keeps what it was given, guards what may not change, and says what is wrong."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from orderdesk.domain.events import (
    Case,
    CounterGroup,
    EventProfile,
    Form,
    Incident,
    Kind,
    Organiser,
    Outcome,
    Source,
    Status,
    Sureness,
)
from orderdesk.domain.people import Actor, Duty, DutyStatus, Person, Role, Skill, Task, TaskSpan
from orderdesk.domain.time import Span
from orderdesk.errors import BadInput, Stale, StorageProblem
from orderdesk.store.database import Database, restore, safe_url
from orderdesk.store.mapping import (
    case_from_row,
    case_to_row,
    duty_from_row,
    duty_to_row,
    person_from_row,
    person_to_row,
)
from orderdesk.store.tables import CaseRow, DutyRow, PersonRow
from orderdesk.store.work import Store
from tests.conftest import NOW, OFFICER

moments = st.datetimes(
    min_value=datetime(2001, 1, 1),  # noqa: DTZ001 (hypothesis wants naive bounds)
    max_value=datetime(2099, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
texts = st.text(max_size=40).map(str.strip)
spans = st.builds(
    lambda start, minutes: Span(start=start, end=start + timedelta(minutes=minutes)),
    moments,
    st.integers(1, 5_000),
)
counts = st.none() | st.integers(0, 50_000)
cases = st.builds(
    lambda sizes, **rest: Case(
        expected_low=sizes[0], expected=sizes[1], expected_high=sizes[2], **rest
    ),
    sizes=st.tuples(*[st.integers(0, 9_999)] * 3).map(sorted) | st.just([None, None, None]),
    id=st.uuids().map(lambda u: u.hex),
    number=st.from_regex(r"D-20[0-9]{2}-[0-9]{3}", fullmatch=True),
    kind=st.sampled_from(Kind),
    source=st.sampled_from(Source),
    known_at=moments,
    received_at=st.none() | moments,
    span=st.none() | spans,
    time_known=st.booleans(),
    place_id=texts,
    place_text=texts,
    route=st.lists(texts, max_size=3).map(tuple),
    form=st.sampled_from(Form),
    organiser_id=texts,
    purpose=texts,
    composition=texts,
    measures=texts,
    counter_to=texts,
    counter_group=st.sampled_from(CounterGroup),
    counter_sureness=st.sampled_from(Sureness),
    event=st.none()
    | st.builds(
        EventProfile,
        visitors_peak=st.integers(0, 9_999),
        square_share=st.floats(0, 1),
        build_up_from=st.none() | moments,
        risk_class=st.sampled_from(["", "A", "B", "C"]),
        facts=st.dictionaries(texts, texts, max_size=2),
    ),
    status=st.sampled_from(Status),
    moved_to=texts,
    outcome=st.none()
    | st.builds(
        Outcome,
        turnout=counts,
        incident=st.none() | st.sampled_from(Incident),
        ended=st.none() | moments,
        no_show=st.booleans(),
        lesson=texts,
    ),
    decided_class=st.sampled_from(["", "laag", "midden", "hoog"]),
    imported_from=texts,
    extra=st.dictionaries(texts, texts, max_size=2),
    version=st.integers(1, 99),
)
duties = st.builds(
    lambda span, **rest: Duty(start=span.start, end=span.end, **rest),
    span=spans,
    id=st.uuids().map(lambda u: u.hex),
    person_id=texts,
    shift=texts,
    break_minutes=st.integers(0, 60),
    tasks=st.lists(
        st.builds(TaskSpan, start=moments, end=moments, task=st.sampled_from(Task), theme=texts),
        max_size=2,
    ).map(tuple),
    place=texts,
    status=st.sampled_from(DutyStatus),
    sequence=st.integers(0, 9),
    changed_at=moments,
    pinned=st.booleans(),
    note=texts,
)


def a_case(**changes: object) -> Case:
    """A small lawful case."""
    return Case(
        id="c1", number="D-2026-001", kind=Kind.DEMONSTRATION, source=Source.WRITTEN,
        known_at=NOW, received_at=NOW, span=Span(start=NOW, end=NOW + timedelta(hours=2)),
        purpose="a purpose",
    ).replace(**changes)  # fmt: skip


@given(cases)
def test_a_case_comes_back_as_it_went_in(case: Case) -> None:
    assert case_from_row(CaseRow(**case_to_row(case))) == case


@given(duties)
def test_a_duty_comes_back_as_it_went_in(duty: Duty) -> None:
    assert duty_from_row(DutyRow(**duty_to_row(duty))) == duty


people = st.builds(
    lambda days, **rest: Person(since=days[0], until=days[1], **rest),
    days=st.lists(st.dates(), min_size=2, max_size=2).map(sorted) | st.just([None, None]),
    id=texts,
    name=texts,
    team=texts,
    skills=st.frozensets(st.sampled_from(Skill)),
    contract_minutes=st.integers(0, 3_600),
    theme=texts,
    district=texts,
    weekdays=st.frozensets(st.integers(0, 6)),
    version=st.integers(1, 9),
)


@given(people)
def test_a_person_comes_back_as_they_went_in(person: Person) -> None:
    assert person_from_row(PersonRow(**person_to_row(person))) == person


def test_words_of_a_fact_can_be_erased_and_the_chain_holds(tmp_path: Path) -> None:
    path = tmp_path / "words.db"
    store = Store(Database(str(path), now=NOW), lambda: NOW)
    with store.write(OFFICER) as work:
        work.add_fact("log", "case:c1", {"words": "SECRETWORDS", "corrects": 0})
        work.save_organiser(Organiser(id="o", name="SECRETNAME", phone="SECRETPHONE"))
    with store.read() as reader:
        (line,) = reader.facts("log", "case:c1")
        assert (line.doc["words"], line.doc["corrects"]) == ("SECRETWORDS", 0)
        assert "SECRET" not in str(reader.trail())
        (kept,) = reader.private_words("case:c1")
    with store.write(OFFICER) as work:
        assert work.erase_words([kept.id]) == 1
        work.erase_organisers(["o"])
    assert store.check() == []
    with store.read() as reader:
        (line,) = reader.facts("log", "case:c1")
        assert (line.doc["words"], line.doc["erased"]) == ("", True)
        assert reader.private_words() == []
    store.close()
    assert b"SECRET" not in path.read_bytes()


def test_everything_written_is_read_again_after_reopening(tmp_path: Path) -> None:
    path = str(tmp_path / "desk.db")
    store = Store(Database(path, now=NOW), lambda: NOW)
    person = Person(
        id="B01", name="Anna Voorbeeld", team="t", skills=frozenset({Skill.BOA, Skill.TRAFFIC}),
        contract_minutes=2160,
    )  # fmt: skip
    organiser = Organiser(id="o1", name="Voorbeeldcomité", email="a@b.example")
    with store.write(OFFICER) as work:
        work.add_case(a_case())
        work.save_organiser(organiser)
        work.save_people([person])
        work.add_fact("note", "case:c1", {"text": "hello"})
        work.put("draft", "form", {"x": 1})
        work.set_meta("synthetic", "yes")
    store.close()
    again = Store(Database(path, now=NOW), lambda: NOW)
    with again.read() as reader:
        assert reader.case("c1") == a_case()
        assert reader.case_by_number("D-2026-001") == a_case()
        assert reader.organisers() == {"o1": organiser}
        assert reader.people() == [person]
        assert [f.doc for f in reader.facts("note", "case:c1")] == [{"text": "hello"}]
        draft = reader.record("draft", "form")
        assert draft is not None
        assert draft.doc == {"x": 1}
        assert reader.meta("synthetic") == "yes"
        assert reader.highest_number("D", 2026) == 1
    assert again.check() == []
    again.close()


def test_the_register_tells_its_last_start_and_the_last_case_of_each_organiser(
    store: Store,
) -> None:
    hour = timedelta(hours=1)
    later = NOW + timedelta(days=3)
    with store.write(OFFICER) as work:
        assert work.last_start() is None
        assert work.last_cases(NOW) == {}
        for case in (
            a_case(id="c1", number="D-1", organiser_id="o1"),
            a_case(
                id="c2", number="D-2", organiser_id="o1", span=Span(start=later, end=later + hour)
            ),
            a_case(id="c3", number="D-3", organiser_id="o2", span=None),
            a_case(id="c4", number="D-4", organiser_id="o3", span=None, received_at=None),
            a_case(id="c5", number="D-5"),
        ):
            work.add_case(case)
    with store.read() as reader:
        assert reader.last_start() == later
        assert reader.last_cases(later) == {
            "o1": ("D-2", later + hour), "o2": ("D-3", NOW), "o3": ("D-4", later),
        }  # fmt: skip
        assert sorted(reader.case_ids_of(["o1", "o3"])) == ["c1", "c2", "c4"]


def test_the_second_writer_is_told_and_sees_both_values(store: Store) -> None:
    with store.write(OFFICER) as work:
        work.add_case(a_case())
    with store.write(OFFICER) as work:
        work.save_case(a_case(place_text="Markt"))
    mine = a_case(place_text="Vrijthof")
    with pytest.raises(Stale) as told, store.write(OFFICER) as work:
        work.save_case(mine)
    assert isinstance(told.value.theirs, Case)
    assert told.value.theirs.place_text == "Markt"
    assert told.value.mine == mine


def test_a_failed_unit_of_work_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write(OFFICER) as work:
        work.add_case(a_case())
        raise RuntimeError
    with store.read() as reader:
        assert reader.count_cases() == 0
        assert reader.trail() == []


@pytest.mark.parametrize("table", ["audit", "fact", "posting"])
@pytest.mark.parametrize("deed", ["DELETE FROM {}", "UPDATE {} SET seq = seq + 1"])
def test_what_is_append_only_refuses_to_change(store: Store, table: str, deed: str) -> None:
    with store.write(OFFICER) as work:
        work.add_fact("note", "x", {})
        work._session.execute(
            text(
                "INSERT INTO posting (id, week, entered_at, case_id, doc) "
                "VALUES ('p', '2026-W24', '2026-06-08 00:00:00', '', '{}')"
            )
        )
    with store.database.engine.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(text(deed.format(table)))


def test_the_trail_tells_when_a_row_was_tampered_with(store: Store) -> None:
    for n in range(5):
        with store.write(OFFICER) as work:
            work.add_fact("note", str(n), {"n": n})
    assert store.check() == []
    with store.database.engine.connect().execution_options(writes=True) as connection:
        connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("UPDATE audit SET doc = 'changed' WHERE seq = 3"))
        connection.commit()
    assert store.check() == ["audit 3"]


def test_the_trail_holds_no_free_text_and_no_contact_data(store: Store) -> None:
    with store.write(OFFICER) as work:
        work.add_case(a_case(purpose="SECRETPURPOSE", extra={"naam": "SECRETNAME"}))
        work.save_organiser(Organiser(id="o", name="SECRETNAME", phone="SECRETPHONE"))
        work.purge_case_texts(["c1"])
        work.erase_organisers(["o"])
    with store.read() as reader:
        assert "SECRET" not in str(reader.trail())
        assert reader.case("c1").purpose == ""
        assert reader.organisers()["o"] == Organiser(id="o")


def test_a_clock_that_jumps_back_keeps_the_order_of_the_trail(tmp_path: Path) -> None:
    times = iter([NOW, NOW - timedelta(hours=1), NOW + timedelta(hours=1)])
    store = Store(Database(str(tmp_path / "x.db"), now=NOW), lambda: next(times))
    for n in range(3):
        with store.write(OFFICER) as work:
            work.add_fact("note", str(n), {})
    with store.read() as reader:
        moments = [row.at for row in reader.trail()]
    assert moments == sorted(moments)
    store.close()


def test_as_known_at_shows_the_state_of_then(tmp_path: Path) -> None:
    clock = {"now": NOW}
    store = Store(Database(str(tmp_path / "x.db"), now=NOW), lambda: clock["now"])
    with store.write(OFFICER) as work:
        work.add_case(a_case(expected=10))
    clock["now"] = NOW + timedelta(hours=1)
    with store.write(OFFICER) as work:
        work.save_case(a_case(expected=200))
    with store.read() as reader:
        assert reader.case_as_known("c1", NOW - timedelta(minutes=1)) is None
        then = reader.case_as_known("c1", NOW + timedelta(minutes=30))
        later = reader.case_as_known("c1", NOW + timedelta(hours=2))
    assert then is not None
    assert later is not None
    assert (then["expected"], later["expected"]) == (10, 200)
    store.close()


# --- faults ------------------------------------------------------------------------------------


def test_files_are_private(tmp_path: Path) -> None:
    Database(str(tmp_path / "deep" / "desk.db"), now=NOW).close()
    assert (tmp_path / "deep").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "deep" / "desk.db").stat().st_mode & 0o777 == 0o600


def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    Database(str(path), now=NOW).close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageProblem, match="newer than this program"):
        Database(str(path), now=NOW)
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


def test_a_damaged_file_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    path.write_bytes(b"this is no database at all" * 400)
    before = path.read_bytes()
    with pytest.raises(StorageProblem, match="orderdesk db restore"):
        Database(str(path), now=NOW)
    assert path.read_bytes() == before


def test_a_damaged_page_is_found_by_the_check(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    store = Store(Database(str(path), now=NOW), lambda: NOW)
    with store.write(OFFICER) as work:
        work.add_cases(
            [a_case(id=f"c{n}", number=f"D-2026-{n:03d}", purpose="x" * 900) for n in range(200)]
        )
    store.close()
    damaged = bytearray(path.read_bytes())
    for at in range(40_960, 81_920):
        damaged[at] = 0xFF
    path.write_bytes(damaged)
    with pytest.raises(StorageProblem, match="damaged"):
        problems = Store(Database(str(path), now=NOW), lambda: NOW).check()
        raise StorageProblem("damaged: " + "; ".join(problems)) if problems else AssertionError


def test_another_program_holding_the_file_is_said_and_nothing_lost(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orderdesk.store.database.BUSY_MILLISECONDS", 20)
    quick = Store(Database(store.database.url, now=NOW), lambda: NOW)
    quick.database.engine.dispose()
    with sqlite3.connect(str(store.database.path), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with (
            pytest.raises(StorageProblem, match="in use by another program"),
            quick.write(OFFICER) as work,
        ):
            work.add_case(a_case())
        other.execute("ROLLBACK")
    with quick.write(OFFICER) as work:
        work.add_case(a_case())
    quick.close()


def test_a_full_disk_is_said_and_the_database_stays_sound(store: Store) -> None:
    with store.database.engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    store.database.engine.dispose()
    from sqlalchemy import event

    @event.listens_for(store.database.engine, "connect")
    def _small(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages + 2}")

    with pytest.raises(StorageProblem, match="full"), store.write(OFFICER) as work:
        for n in range(200):
            work.add_case(a_case(id=f"c{n}", number=f"D-2026-{n:03d}", purpose="x" * 9_000))
    assert store.check() == []
    with store.read() as reader:
        assert reader.count_cases() == 0


def test_a_read_only_store_refuses_writing_in_words(store: Store) -> None:
    store.database.read_only = True
    with pytest.raises(StorageProblem, match="only be read"), store.write(OFFICER):
        pass


def test_a_password_never_shows() -> None:
    url = "postgresql://desk:hunter2@127.0.0.1:9/none"
    assert "hunter2" not in safe_url(url)
    with pytest.raises(StorageProblem) as told:
        Database(url, now=NOW)
    assert "hunter2" not in str(told.value)
    with pytest.raises(BadInput) as refused:
        Database("nonsense://:::@@//", now=NOW)
    assert "nonsense" in str(refused.value)


def test_backup_and_restore_bring_everything_back(store: Store, tmp_path: Path) -> None:
    with store.write(OFFICER) as work:
        work.add_case(a_case())
    target = store.database.backup(tmp_path / "copies" / "one.db")
    with store.write(OFFICER) as work:
        work.add_case(a_case(id="c2", number="D-2026-002"))
    url = store.database.url
    store.close()
    kept = restore(url, target)
    again = Store(Database(url, now=NOW), lambda: NOW)
    with again.read() as reader:
        assert reader.count_cases() == 1
    assert kept is not None
    assert kept.exists()
    again.close()


def test_a_bad_backup_is_not_restored(store: Store, tmp_path: Path) -> None:
    bad = tmp_path / "bad.db"
    bad.write_bytes(b"nothing")
    url = store.database.url
    with pytest.raises(StorageProblem, match="no sound backup"):
        restore(url, bad)
    with store.write(OFFICER) as work:
        work.add_case(a_case())


def test_daily_backups_are_kept_fourteen_days(store: Store) -> None:
    for day in range(20):
        assert store.database.daily_backup(NOW + timedelta(days=day)) is not None
    assert store.database.daily_backup(NOW + timedelta(days=19)) is None
    kept = sorted(p.stem for p in store.database.backup_folder.glob("*.db"))
    assert len(kept) == 14
    assert kept[0] == "2026-06-14"


def test_roles_and_names_stand_in_the_trail(store: Store) -> None:
    with store.write(Actor(name="Lead Example", role=Role.LEAD)) as work:
        work.add_fact("note", "x", {})
    with store.read() as reader:
        row = reader.trail()[0]
    assert (row.actor, row.role, row.action, row.subject) == ("Lead Example", "lead", "note", "x")


def test_without_write_access_the_file_is_read_also_while_somebody_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "desk.db"
    writer = Store(Database(str(path), now=NOW), lambda: NOW)
    with writer.write(OFFICER) as work:
        work.add_case(a_case())
    writer.close()
    monkeypatch.setattr("os.access", lambda *_args: False)
    reader = Store(Database(str(path), now=NOW), lambda: NOW)
    assert reader.database.read_only
    with reader.read() as looking:
        assert looking.count_cases() == 1
    assert not path.with_name("desk.db-shm").exists()
    with pytest.raises(StorageProblem, match="only be read"), reader.write(OFFICER):
        pass
    monkeypatch.undo()
    writer = Store(Database(str(path), now=NOW), lambda: NOW)
    with writer.write(OFFICER) as work:
        work.add_case(a_case(id="c2", number="D-2026-002"))
    with reader.read() as looking:
        assert looking.count_cases() == 2
    writer.close()
    reader.close()
