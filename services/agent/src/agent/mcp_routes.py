"""`/mcp`: the Model Context Protocol over streamable HTTP, each request by itself, with and without a handshake."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, cast
from urllib.parse import urlsplit

from litestar import Litestar, asgi
from litestar.enums import ScopeType
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types.version import KNOWN_PROTOCOL_VERSIONS
from servicekit.errors import Problem
from servicekit.principal import READ

from agent.settings import Settings

NEAR = ("localhost", "127.0.0.1", "[::1]")

Life = Callable[[Litestar], AbstractAsyncContextManager[None]]


class OnlyPost(Problem):
    """A stream to listen to, or the end of a session: there are neither, every request stands by itself."""

    status = 405
    slug = "only-post"
    title = "Post messages here; there is no session to listen to or to end"

    def __init__(self) -> None:
        super().__init__()
        self.headers["Allow"] = "POST"


class VersionUnknown(Problem):
    """The header names no version of the protocol; without it the oldest that needs none is meant."""

    status = 400
    slug = "mcp-version-unknown"
    title = "MCP-Protocol-Version names no version that is spoken here"


def mcp_route(server: Server[Any], settings: Settings) -> tuple[ASGIRouteHandler, Life]:
    """Make the route, and what keeps it alive."""
    manager = StreamableHTTPSessionManager(
        server,
        json_response=True,
        stateless=True,
        security_settings=security(settings),
        max_request_body_size=settings.max_body_bytes,
    )

    # Reading is enough to come in; what proposes asks for more itself.
    @asgi("/mcp", is_mount=True, copy_scope=True, opt={"scope": READ})
    async def mcp(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "POST":
            raise OnlyPost
        _check_version(scope["headers"])
        seen = {**scope, "headers": _as_seen_outside(scope["headers"])}
        # Two names for the same messages: those of ASGI as the one framework types them, and as the other does.
        await manager.handle_request(seen, cast("Any", receive), cast("Any", send))

    @asynccontextmanager
    async def life(_: Litestar) -> AsyncIterator[None]:
        async with manager.run():
            yield

    return mcp, life


def _check_version(headers: Iterable[tuple[bytes, bytes]]) -> None:
    said = dict(headers).get(b"mcp-protocol-version")
    if said is not None and said.decode("latin-1") not in KNOWN_PROTOCOL_VERSIONS:
        raise VersionUnknown(f"These are: {', '.join(KNOWN_PROTOCOL_VERSIONS)}.", spoken=KNOWN_PROTOCOL_VERSIONS)


def security(settings: Settings) -> TransportSecuritySettings:
    """Say by which names programs may reach us, and which pages' programs: others may be misled by their DNS."""
    public = urlsplit(settings.public_url)
    hosts = [public.netloc, *NEAR, *(f"{host}:*" for host in NEAR), *_listed(settings.mcp_hosts)]
    near = (f"{scheme}://{host}" for host in NEAR for scheme in ("http", "https"))
    origins = [
        f"{public.scheme}://{public.netloc}",
        *(each for origin in near for each in (origin, f"{origin}:*")),
        *_listed(settings.cors_origins),
    ]
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)


def _listed(said: str) -> list[str]:
    return [each.strip() for each in said.split(",") if each.strip()]


def _as_seen_outside(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Put the host that the program asked for in the place of ours: the gateway, which alone comes here, says it."""
    received = list(headers)
    given = dict(received)
    host = given.get(b"x-forwarded-host") or given.get(b"host", b"")
    return [*((name, value) for name, value in received if name != b"host"), (b"host", host)]
