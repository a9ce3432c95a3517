"""A program's side: a personal token of the person whom the gateway knows, and the official MCP client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import msgspec
from lead.client import Gateway
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, TextContent

from e2e.house import House

HANDSHAKE, STATELESS = "legacy", "2026-07-28"
ERAS = (HANDSHAKE, STATELESS)
READ, WRITE = "contacts:read", "contacts:write"


async def personal_token(gateway: Gateway, *scopes: str) -> tuple[str, str]:
    """Make a personal token; return it and its id."""
    status, body = await gateway.call("POST", "/auth/tokens", {"name": "a program", "scopes": list(scopes)})
    assert status == 201, body
    made = msgspec.json.decode(body)
    return made["token"], made["about"]["id"]


@asynccontextmanager
async def program(house: House, token: str, era: str = STATELESS) -> AsyncIterator[Client]:
    """Speak MCP with the house as a program would."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(f"{house.gateway_url}/mcp", http_client=http), mode=era, cache=None) as client,
    ):
        yield client


def texts_of(result: CallToolResult) -> list[str]:
    """The texts of a result."""
    return [block.text for block in result.content if isinstance(block, TextContent)]


def content_of(result: CallToolResult) -> Any:
    """What a tool found; it must have found something."""
    assert not result.is_error, texts_of(result)
    return msgspec.json.decode(texts_of(result)[0])
