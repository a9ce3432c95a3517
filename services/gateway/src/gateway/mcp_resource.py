"""What programs need to know to reach `/mcp`: it is an OAuth protected resource, and says so (RFC 9728)."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.types import Message, Scope
from servicekit.principal import READ, WRITE

MCP = "/mcp"
METADATA = f"/.well-known/oauth-protected-resource{MCP}"
UNAUTHORIZED = 401


def metadata_route(public_url: str) -> HTTPRouteHandler:
    """Make the route that tells what opens `/mcp`.

    It names no authorization server, as there is none: people paste a personal token.
    """
    told: dict[str, Any] = {
        "resource": f"{public_url}{MCP}",
        "resource_name": "Lead Manager",
        "resource_documentation": f"{public_url}/docs",
        "bearer_methods_supported": ["header"],
        "scopes_supported": [READ, WRITE],
    }

    @get(METADATA, opt={"public": True}, include_in_schema=False, sync_to_thread=False)
    def get_metadata() -> Response[dict[str, Any]]:
        return Response(told, headers={"Cache-Control": "public, max-age=3600"})

    return get_metadata


def challenge(public_url: str) -> Callable[[Message, Scope], Awaitable[None]]:
    """Make the hook that tells who comes to `/mcp` without a token where to read what is needed."""
    value = f'Bearer resource_metadata="{public_url}{METADATA}"'.encode()

    async def add(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start" or message["status"] != UNAUTHORIZED:
            return
        if scope["raw_path"].rstrip(b"/") == MCP.encode():
            kept = [(name, said) for name, said in message["headers"] if name.lower() != b"www-authenticate"]
            message["headers"] = [*kept, (b"www-authenticate", value)]

    return add
