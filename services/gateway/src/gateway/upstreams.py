"""Where the services are, and the one session that all requests to them share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from litestar import Litestar

from gateway.routing import Service
from gateway.settings import Settings

IDLE_SECONDS = 3.0
"""How long a connection is kept for the next request: less than the five seconds that servers keep theirs, or a
request would now and then be written to a connection that is just being closed."""


class Upstreams:
    """The services behind the door; `http` is there while the app lives."""

    http: ClientSession

    def __init__(self, settings: Settings) -> None:
        self._connect_seconds = settings.connect_seconds
        self.addresses: dict[Service, str] = {
            "auth": settings.auth_url,
            "connections": settings.connections_url,
            "sync-worker": settings.sync_worker_url,
            "identity": settings.identity_url,
            "agent": settings.agent_url,
        }

    @asynccontextmanager
    async def connected(self, _: Litestar) -> AsyncIterator[None]:
        """Hold the session open. It keeps no cookies: they would be other people's."""
        async with ClientSession(
            connector=TCPConnector(limit=0, keepalive_timeout=IDLE_SECONDS),
            timeout=ClientTimeout(total=None, sock_connect=self._connect_seconds),
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        ) as self.http:
            yield
