"""HTTP in, for providers: whoever calls here proves it by what they send."""

from typing import Any
from uuid import UUID

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from providers.webhooks import Delivery

from connections import webhooks
from connections.settings import Settings
from connections.vault import Vault

_FOR_PROVIDERS: dict[str, Any] = {"opt": {"public": True, "any_query": True}, "status_code": 204}


@post("/webhooks/{provider:str}", **_FOR_PROVIDERS)
async def receive_for_app(
    provider: FromPath[str],
    request: Request[Any, Any, Any],
    vault: NamedDependency[Vault],
    settings: NamedDependency[Settings],
) -> None:
    """Take in what a provider tells of all accounts that connected our app there."""
    await webhooks.receive_for_app(vault, provider, await _delivery(request, settings))


@post("/webhooks/{provider:str}/{connection_id:uuid}", **_FOR_PROVIDERS)
async def receive_for_connection(
    provider: FromPath[str],
    connection_id: FromPath[UUID],
    request: Request[Any, Any, Any],
    vault: NamedDependency[Vault],
    settings: NamedDependency[Settings],
) -> None:
    """Take in what a provider tells of one connection."""
    await webhooks.receive_for_connection(vault, provider, connection_id, await _delivery(request, settings))


async def _delivery(request: Request[Any, Any, Any], settings: Settings) -> Delivery:
    """The request as it left the provider: at the public address, which is what some of them sign."""
    path, query = request.scope["raw_path"].decode("ascii"), request.scope["query_string"].decode("ascii")
    return Delivery(
        method=request.method,
        url=settings.told_at.rstrip("/") + path + (f"?{query}" if query else ""),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.body(),
    )


ROUTES = [receive_for_app, receive_for_connection]
