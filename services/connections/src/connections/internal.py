"""HTTP in, for sync-worker alone: the gateway leads nobody to `/internal`."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from contracts.connections import AccessToken, FileConnected
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta
from providers.registry import FILES
from servicekit.principal import KeySource, check_token, services_only

from connections import operations, renewal
from connections.registrations import ProviderUnknown
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


class FileOffer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that the person with this token hands over under a name: it is they who connect it, not the service."""

    provider: str
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    token: str


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


@post("/internal/connections/files", status_code=200, **_BETWEEN_SERVICES)
async def connect_file(
    data: JSONBody[FileOffer], vault: NamedDependency[Vault], keys: NamedDependency[KeySource]
) -> FileConnected:
    """Make the connection of a file that a person hands over, or find the one of that name."""
    if data.provider not in FILES:
        raise ProviderUnknown
    person = await check_token(data.token, keys, service="connections")
    workspace_id = person.workspace_id
    assert person.user_id is not None, "who has a workspace is a person"
    async with vault.db.transaction(workspace_id) as conn:
        return await operations.connect_file(
            conn, workspace_id, data.provider, data.name, handed_over_by=person.user_id
        )


ROUTES = [hand_out_token, report_broken, connect_file]
