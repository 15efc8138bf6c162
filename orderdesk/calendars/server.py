"""Serves feeds to calendar programs: one address, one feed, and nothing else.

There is no list, no index and no other file; an address that isn't known and one that was
withdrawn are answered alike. Programs that ask again with the tag they got are told when nothing
changed (ETag, If-None-Match: RFC 9110, 13.1.2).
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from aiohttp import web

_HEADERS = {
    "Cache-Control": "private, no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Server": "orderdesk",
}


class Shelf(Protocol):
    """Where the server finds feeds."""

    def fetch(self, key: str, agent: str) -> bytes | None:
        """The feed behind a key, None where there is none; `agent` is the program that asks."""
        ...


def tag_of(content: bytes) -> str:
    """The ETag of a feed: the same bytes, the same tag."""
    return hashlib.sha256(content).hexdigest()[:32]


def application(shelf: Shelf) -> web.Application:
    """The server, to be run by aiohttp. Feeds are read in a thread: the shelf may block."""
    from aiohttp import web

    async def feed(request: web.Request) -> web.Response:
        agent = request.headers.get("User-Agent", "")
        content = await asyncio.to_thread(shelf.fetch, request.match_info["key"], agent)
        if content is None:
            return web.Response(status=404, headers=_HEADERS)
        tag = tag_of(content)
        known = request.if_none_match or ()
        fresh = any(one.value in ("*", tag) for one in known)
        answer = web.Response(
            status=304 if fresh else 200,
            body=None if fresh else content,
            content_type="text/calendar" if not fresh else None,
            charset="utf-8" if not fresh else None,
            headers=_HEADERS,
        )
        answer.etag = tag
        return answer

    async def nothing(_request: web.Request) -> web.Response:
        return web.Response(status=404, headers=_HEADERS)

    made = web.Application(client_max_size=1024)
    made.router.add_get("/{key:[A-Za-z0-9_-]+}.ics", feed)
    made.router.add_route("*", "/{anything:.*}", nothing)
    return made


def serve(shelf: Shelf, host: str, port: int) -> None:
    """Serve until interrupted. Addresses are secrets, so nothing is logged."""
    from aiohttp import web

    web.run_app(application(shelf), host=host, port=port, access_log=None, print=None)
