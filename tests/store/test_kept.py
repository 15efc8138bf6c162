from __future__ import annotations

import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from orderdesk.memory import long_lived
from orderdesk.store.kept import Kept


def test_threads_that_ask_at_once_find_it_once() -> None:
    kept, together, found = Kept(), Barrier(4), []

    def find() -> object:
        found.append(object())
        return found[-1]

    def ask(_n: int) -> object:
        together.wait()
        return kept.get("lines", 7, find)

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(ask, range(4)))
    assert len(found) == 1
    assert set(map(id, answers)) == {id(found[0])}


def test_it_is_found_again_when_something_was_written() -> None:
    kept = Kept()
    assert kept.get("lines", 7, lambda: "old") == "old"
    assert kept.get("lines", 7, lambda: "not asked") == "old"
    assert kept.get("lines", 8, lambda: "new") == "new"
    assert kept.get("other", 8, lambda: "another") == "another"


def test_what_cannot_be_found_is_asked_again() -> None:
    kept = Kept()
    with pytest.raises(ZeroDivisionError):
        kept.get("lines", 7, lambda: 1 // 0)
    assert kept.get("lines", 7, lambda: 3) == 3


@pytest.fixture
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("thawed")
def test_the_collector_rests_until_the_last_of_several_is_done() -> None:
    begun, go_on = Event(), Event()

    def slow() -> None:
        with long_lived():
            begun.set()
            go_on.wait(5)

    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(slow)
        begun.wait(5)
        with long_lived():
            pass
        resting = not gc.isenabled()
        go_on.set()
        running.result()
    assert resting
    assert gc.isenabled()
