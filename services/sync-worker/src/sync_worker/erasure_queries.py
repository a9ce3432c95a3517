"""The SQL by which what a connection showed is deleted, some at a time."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from contracts.interactions import InteractionKind
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection


class Erased(msgspec.Struct, frozen=True):
    """A source contact that was deleted; `revision` is that of its end."""

    connection_id: UUID
    provider: str
    provider_id: str
    revision: int
    first_seen_at: datetime


_TAKE_CONTACTS = text("""
DELETE FROM source_contact WHERE ctid = ANY (ARRAY (
    SELECT ctid FROM source_contact
    WHERE workspace_id = :workspace_id AND connection_id = :connection_id LIMIT :at_most))
RETURNING connection_id, CAST(:provider AS text), provider_id, revision + 1, first_seen_at
""")
_TAKE_INTERACTIONS = text("""
DELETE FROM source_interaction WHERE ctid = ANY (ARRAY (
    SELECT ctid FROM source_interaction
    WHERE workspace_id = :workspace_id AND connection_id = :connection_id LIMIT :at_most))
RETURNING connection_id, CAST(:provider AS text), kind, provider_id, revision + 1, fetched_at
""")


class ErasedInteraction(msgspec.Struct, frozen=True):
    """A source interaction that was deleted; `revision` is that of its end."""

    connection_id: UUID
    provider: str
    kind: InteractionKind
    provider_id: str
    revision: int
    fetched_at: datetime


async def take_contacts(conn: AsyncConnection, of: Row[Any], at_most: int) -> list[Erased]:
    """Delete some contacts of a connection; return them."""
    return [Erased(*row) for row in await conn.execute(_TAKE_CONTACTS, _some_of(of, at_most))]


async def take_interactions(conn: AsyncConnection, of: Row[Any], at_most: int) -> list[ErasedInteraction]:
    """Delete some interactions of a connection; return them."""
    return [ErasedInteraction(*row) for row in await conn.execute(_TAKE_INTERACTIONS, _some_of(of, at_most))]


def _some_of(connection: Row[Any], at_most: int) -> dict[str, object]:
    return {
        "workspace_id": connection.workspace_id,
        "connection_id": connection.connection_id,
        "provider": connection.provider,
        "at_most": at_most,
    }
