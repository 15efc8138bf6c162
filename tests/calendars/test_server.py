"""The feed server on loopback: one address, one feed, tags, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from orderdesk.calendars.server import application, tag_of


class Books:
    def __init__(self) -> None:
        self.feeds = {"aaa_A-1": b"BEGIN:VCALENDAR one", "bbb": b"BEGIN:VCALENDAR two"}
        self.asked: list[tuple[str, str]] = []

    def fetch(self, key: str, agent: str) -> bytes | None:
        self.asked.append((key, agent))
        return self.feeds.get(key)


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
async def client(books: Books) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(application(books))) as made:
        yield made


async def test_the_same_feed_is_sent_once(client: TestClient, books: Books) -> None:
    first = await client.get("/aaa_A-1.ics", headers={"User-Agent": "Thunderbird/128"})
    assert (first.status, await first.read()) == (200, books.feeds["aaa_A-1"])
    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert first.headers["ETag"] == f'"{tag_of(books.feeds["aaa_A-1"])}"'
    again = await client.get("/aaa_A-1.ics", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    books.feeds["aaa_A-1"] = b"BEGIN:VCALENDAR changed"
    changed = await client.get("/aaa_A-1.ics", headers={"If-None-Match": first.headers["ETag"]})
    assert (changed.status, await changed.read()) == (200, b"BEGIN:VCALENDAR changed")
    assert books.asked[0] == ("aaa_A-1", "Thunderbird/128")
    several = await client.get(
        "/bbb.ics", headers={"If-None-Match": f'"x", W/"{tag_of(books.feeds["bbb"])}"'}
    )
    assert several.status == 304


@pytest.mark.parametrize(
    "path", ["/", "/.ics", "/person/", "/person/B07.ics", "/ccc.ics", "/aaa_A-1", "/bbb.ics/",
             "/x/%2e%2e%2fbbb.ics", "/aaa%2FA-1.ics", "/bbb.ics%00"],
)  # fmt: skip
async def test_nothing_else_is_there_and_nothing_tells(client: TestClient, path: str) -> None:
    answer = await client.get(URL(path, encoded=True))
    unknown = await client.get("/unknown.ics")
    assert (answer.status, await answer.read()) == (404, b"")
    assert set(answer.headers) == set(unknown.headers)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PROPFIND", "OPTIONS"])
async def test_the_server_takes_no_method_but_reading(
    client: TestClient, books: Books, method: str
) -> None:
    assert (await client.request(method, "/bbb.ics")).status == 404
    assert books.asked == []
