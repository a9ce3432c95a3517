"""HTTP in, for sync-worker alone: the gateway leads nobody to `/internal`."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from contracts.connections import AccessToken
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta
from servicekit.principal import services_only

from connections import renewal
from connections.vault import Vault

_BETWEEN_SERVICES: dict[str, Any] = {
    "opt": {"services": True},
    "guards": [services_only("sync-worker")],
    "include_in_schema": False,
}


class TokenWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`rejected` is the SHA-256, in hexadecimal, of an access token that the provider refused."""

    rejected: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")] | None = None


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the provider refuses the connection; people read it."""

    reason: Annotated[str, Meta(min_length=1, max_length=500)]


@post("/internal/connections/{connection_id:uuid}/token", status_code=200, **_BETWEEN_SERVICES)
async def hand_out_token(
    connection_id: FromPath[UUID], data: JSONBody[TokenWish], vault: NamedDependency[Vault]
) -> Response[AccessToken]:
    """Hand out an access token, refreshed if need be."""
    token = await renewal.access_token(vault, connection_id, rejected=data.rejected)
    return Response(token, headers={"Cache-Control": "no-store"})


@post("/internal/connections/{connection_id:uuid}/broken", status_code=204, **_BETWEEN_SERVICES)
async def report_broken(connection_id: FromPath[UUID], data: JSONBody[Refusal], vault: NamedDependency[Vault]) -> None:
    """Take note that the provider refuses a connection."""
    await renewal.report_broken(vault, connection_id, data.reason)


ROUTES = [hand_out_token, report_broken]
