"""All SQL of interactions: what happened, and with which contacts."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from contracts.interactions import Interaction, InteractionKind
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.json_rows import as_json

_interaction = msgspec.json.Decoder(Interaction)


class InteractionName(msgspec.Struct, frozen=True, gc=False):
    """What an interaction is called outside."""

    workspace_id: UUID
    connection_id: UUID
    kind: InteractionKind
    provider_id: str


class KnownInteraction(msgspec.Struct, frozen=True, kw_only=True):
    """An interaction as it is kept; one that is gone leaves only its revision."""

    workspace_id: UUID
    connection_id: UUID
    kind: InteractionKind
    provider_id: str
    provider: str
    revision: int
    happened_at: datetime
    contact_ids: tuple[str, ...] = ()
    interaction: Interaction | None = None


class Mention(msgspec.Struct, frozen=True, gc=False):
    """A line of a contact's timeline."""

    workspace_id: UUID
    connection_id: UUID
    contact_id: str
    happened_at: datetime
    kind: InteractionKind
    provider_id: str


_LOAD_KNOWN = text("""
SELECT i.workspace_id, i.connection_id, i.kind, i.provider_id, i.provider, i.revision, i.happened_at, i.contact_ids
FROM json_to_recordset(CAST(:names AS json)) AS r (
    workspace_id uuid, connection_id uuid, kind text, provider_id text)
JOIN interaction i USING (workspace_id, connection_id, kind, provider_id)
""")


async def load_known(conn: AsyncConnection, names: Collection[InteractionName]) -> list[KnownInteraction]:
    """Load what is known of these interactions, but for their content."""
    return [
        KnownInteraction(
            workspace_id=row.workspace_id,
            connection_id=row.connection_id,
            kind=row.kind,
            provider_id=row.provider_id,
            provider=row.provider,
            revision=row.revision,
            happened_at=row.happened_at,
            contact_ids=tuple(row.contact_ids),
        )
        for row in await conn.execute(_LOAD_KNOWN, {"names": as_json(list(names))})
    ]


_INSERT = """
INSERT INTO interaction (workspace_id, connection_id, kind, provider_id, provider, revision, happened_at, contact_ids,
                         interaction)
SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS r (
    workspace_id uuid, connection_id uuid, kind text, provider_id text, provider text, revision bigint,
    happened_at timestamptz, contact_ids text[], interaction text)
"""

_ADD = text(_INSERT)

_CHANGE = text(f"""{_INSERT}
ON CONFLICT (workspace_id, connection_id, kind, provider_id) DO UPDATE
SET revision = excluded.revision, happened_at = excluded.happened_at, contact_ids = excluded.contact_ids,
    interaction = excluded.interaction
""")

_DELETE_MENTIONS = text("""
DELETE FROM interaction_contact WHERE ctid = ANY (ARRAY(
    SELECT c.ctid
    FROM json_to_recordset(CAST(:rows AS json)) AS r (
        workspace_id uuid, connection_id uuid, contact_id text, happened_at timestamptz, kind text, provider_id text)
    JOIN interaction_contact c USING (workspace_id, connection_id, contact_id, happened_at, kind, provider_id)
))
""")

_SAVE_MENTIONS = text("""
INSERT INTO interaction_contact (workspace_id, connection_id, contact_id, happened_at, kind, provider_id)
SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS r (
    workspace_id uuid, connection_id uuid, contact_id text, happened_at timestamptz, kind text, provider_id text)
""")


async def save(
    conn: AsyncConnection,
    *,
    added: Sequence[KnownInteraction],
    changed: Sequence[KnownInteraction],
    mentioned: Collection[Mention],
    no_longer: Collection[Mention],
) -> None:
    """Write interactions, and the difference in the timelines they are in."""
    if added:
        await conn.execute(_ADD, {"rows": as_json(added)})
    if changed:
        await conn.execute(_CHANGE, {"rows": as_json(changed)})
    if no_longer:
        await conn.execute(_DELETE_MENTIONS, {"rows": as_json(list(no_longer))})
    if mentioned:
        await conn.execute(_SAVE_MENTIONS, {"rows": as_json(list(mentioned))})


_CONNECTIONS_SEEN = text("""
SELECT c.connection_id FROM unnest(CAST(:connections AS uuid[])) AS c (connection_id)
WHERE EXISTS (SELECT FROM source_identity s
              WHERE s.workspace_id = :workspace_id AND s.connection_id = c.connection_id)
""")


async def connections_seen(conn: AsyncConnection, workspace_id: UUID, connections: Iterable[UUID]) -> set[UUID]:
    """Tell which of these connections have shown contacts that are kept."""
    named = {"workspace_id": workspace_id, "connections": list(connections)}
    return set((await conn.execute(_CONNECTIONS_SEEN, named)).scalars())


# Each source record's part of the timeline is read from its index, newest first, no further than the page goes.
_LIST = text("""
SELECT DISTINCT t.happened_at, t.kind, t.provider_id, t.connection_id, i.provider, i.interaction
FROM json_to_recordset(CAST(:sources AS json)) AS r (connection_id uuid, provider_id text)
CROSS JOIN LATERAL (
    SELECT c.happened_at, c.kind, c.provider_id, c.connection_id
    FROM interaction_contact c
    WHERE c.workspace_id = :workspace_id AND c.connection_id = r.connection_id AND c.contact_id = r.provider_id
      AND c.happened_at <= :at AND (CAST(:wanted AS text) IS NULL OR c.kind = :wanted)
      AND (c.happened_at, c.kind, c.provider_id, c.connection_id) < (:at, :kind, :provider_id, :connection_id)
    ORDER BY c.happened_at DESC, c.kind DESC, c.provider_id DESC
    LIMIT :at_most
) t
JOIN interaction i ON i.workspace_id = :workspace_id AND i.connection_id = t.connection_id AND i.kind = t.kind
    AND i.provider_id = t.provider_id
ORDER BY t.happened_at DESC, t.kind DESC, t.provider_id DESC, t.connection_id DESC
LIMIT :at_most
""")


class SourceAddress(msgspec.Struct, frozen=True):
    """Where a source record's timeline is found."""

    connection_id: UUID
    provider_id: str


class TimelinePlace(msgspec.Struct, frozen=True, array_like=True):
    """A place in a timeline, and what comes after it is older."""

    happened_at: datetime
    kind: str
    provider_id: str
    connection_id: UUID


class TimelineRow(msgspec.Struct, frozen=True):
    """An interaction at its place."""

    place: TimelinePlace
    provider: str
    interaction: Interaction


async def list_timeline(
    conn: AsyncConnection,
    workspace_id: UUID,
    sources: Sequence[SourceAddress],
    *,
    after: TimelinePlace,
    at_most: int,
    kind: InteractionKind | None = None,
) -> list[TimelineRow]:
    """List what happened with these source records, all of it or of one kind, newest first, each once."""
    named = {
        "workspace_id": workspace_id,
        "sources": as_json(sources),
        "at": after.happened_at,
        "kind": after.kind,
        "provider_id": after.provider_id,
        "connection_id": after.connection_id,
        "at_most": at_most,
        "wanted": kind,
    }
    return [_timeline_row(row) for row in await conn.execute(_LIST, named)]


def _timeline_row(row: Row[Any]) -> TimelineRow:
    place = TimelinePlace(row.happened_at, row.kind, row.provider_id, row.connection_id)
    return TimelineRow(place, row.provider, _interaction.decode(row.interaction))
