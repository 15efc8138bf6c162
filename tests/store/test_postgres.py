"""The same code on PostgreSQL: mapping, guards, two desks at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from orderdesk.app import OrderdeskApp
from orderdesk.desk import incident
from orderdesk.desk.core import DemoClock, Desk
from orderdesk.desk.opening import open_desk
from orderdesk.desk.timeline import lines_of
from orderdesk.errors import Stale, StorageProblem
from orderdesk.screens.widgets.form import Form
from orderdesk.store.database import Database
from orderdesk.store.work import Store
from tests.conftest import NOW, OFFICER
from tests.postgres import Cable, private_server
from tests.store.test_store import a_case
from tests.stories.playing import Story
from tests.waiting import until


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """One private server for this module."""
    with private_server() as url:
        if url is None:
            pytest.skip("PostgreSQL is not installed on this machine")
        yield url


@pytest.fixture
def pg(server: str) -> Iterator[Store]:
    """An empty database on the private server."""
    database = Database(server, now=NOW)
    with database.engine.connect() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
        connection.commit()
    database.close()
    made = Store(Database(server, now=NOW), lambda: NOW)
    yield made
    made.close()


def test_what_goes_in_comes_out(pg: Store) -> None:
    with pg.write(OFFICER) as work:
        work.add_case(a_case(route=("a", "b"), extra={"x": "y"}))
        work.add_fact("note", "case:c1", {"text": "é"})
        work.put("draft", "f", {"a": 1})
    with pg.read() as reader:
        assert reader.case("c1") == a_case(route=("a", "b"), extra={"x": "y"})
        assert reader.facts("note")[0].doc == {"text": "é"}
        assert len(reader.case_lines()) == 1
        assert reader.last_facts("note")["case:c1"].doc == {"text": "é"}
        assert reader.last_said("note", "text") == {"case:c1": "é"}
    assert pg.check() == []


def test_second_writer_is_told(pg: Store) -> None:
    with pg.write(OFFICER) as work:
        work.add_case(a_case())
    with pg.write(OFFICER) as work:
        work.save_case(a_case(place_text="Markt"))
    with pytest.raises(Stale), pg.write(OFFICER) as work:
        work.save_case(a_case(place_text="Vrijthof"))


def test_append_only_is_guarded_here_too(pg: Store) -> None:
    with pg.write(OFFICER) as work:
        work.add_fact("note", "x", {})
    for deed in ("DELETE FROM audit", "UPDATE fact SET kind = 'y'", "TRUNCATE posting"):
        with pg.database.engine.connect() as connection, pytest.raises(DBAPIError):
            connection.execute(text(deed))


def test_a_server_that_goes_away_is_said_and_nothing_half_written(pg: Store, server: str) -> None:
    other = Store(Database(server, now=NOW), lambda: NOW)
    with pytest.raises(StorageProblem), pg.write(OFFICER) as work:
        work.add_case(a_case())
        mine = work._session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with other.database.engine.connect() as killer:
            killer.execute(text(f"SELECT pg_terminate_backend({mine})"))
        work.add_case(a_case(id="c2", number="D-2026-002"))
    with pg.read() as reader:  # reconnects by itself
        assert reader.count_cases() == 0
    with pg.write(OFFICER) as work:
        work.add_case(a_case())
    other.close()


def _book(store: Store, won: list[str], what: str) -> None:
    """Take the last of something if it is still there, deciding inside the unit of work."""
    with store.write(OFFICER) as work:
        if not work.facts("booking", what):
            work.add_fact("booking", what, {})
            won.append(what)


def _winners(address: str, rounds: int) -> list[int]:
    """How many of two desks won, in each of `rounds` races."""
    desks = [Store(Database(address, now=NOW), lambda: NOW) for _ in range(2)]
    counts = []
    for round_ in range(rounds):
        won: list[str] = []
        threads = [
            threading.Thread(target=_book, args=(desk, won, f"hour-{round_}")) for desk in desks
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        counts.append(len(won))
    for desk in desks:
        desk.close()
    return counts


def test_one_winner_in_every_race_on_sqlite(tmp_path: Path) -> None:
    assert _winners(str(tmp_path / "race.db"), 200) == [1] * 200


def test_one_winner_in_every_race_on_postgres(pg: Store, server: str) -> None:
    assert pg.check() == []
    assert _winners(server, 200) == [1] * 200


async def test_doi12_a_dropped_connection_to_the_server(
    pg: Store, server: str, tmp_path: Path
) -> None:
    """DOI12 on a server: offline is said, nothing typed is lost, it comes back by itself."""
    cable = Cable(server)
    clock = DemoClock(NOW)
    clock.set(NOW)

    def open_it() -> Desk:
        return open_desk(cable.url, actor=OFFICER, clock=clock)

    app = OrderdeskApp(open_it)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.desk is not None, "an open desk")
        s = Story(app, pilot, clock)
        s.desk.spool = tmp_path / "kept.jsonl"
        await s.press("6", "u")
        await s.fill("Markt", "15:30", "150")
        await s.press("ctrl+s")
        (case,) = incident.gatherings_of_today(s.desk)

        def log() -> list[str]:
            with s.desk.read() as reader:
                return [line.text for line in lines_of(reader, case.id)]

        before = log()
        cable.cut()
        for text in ("line one", "line two"):
            await s.press("l")
            await s.fill(text)
            await s.press("ctrl+s")
            assert not isinstance(app.screen, Form)
        assert s.sees("OFFLINE")
        await s.press("u")
        await s.fill("Vrijthof")
        await s.press("escape")
        app.listen()
        await s.settle()
        assert s.sees("OFFLINE")  # it tried, and the line is still cut
        cable.mend()
        app.listen()
        await s.settle()
        assert "OFFLINE" not in s.screen
        assert log() == [*before, "line one", "line two"]
        await s.press("u")
        assert isinstance(app.screen, Form)
        assert app.screen.values["where"] == "Vrijthof"
        assert s.desk.store.check() == []
        s.desk.store.close()
    cable.close()
