"""The SQL of erased people: what is deleted of them, what names them, and what must not come back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from contracts.interactions import Interaction, InteractionKind
from servicekit.arrays import binaries, texts
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker.erasure_queries import Erased, ErasedInteraction
from sync_worker.run import Origin
from sync_worker.source_queries import InteractionKey, SavedInteraction, content_hash

RecordKey = tuple[str, str]
"""The kind of a record and its provider's id. The kind of a contact is empty."""

_FIND_SUPPRESSED = """
SELECT kind, provider_id FROM unnest(%(kinds)s, %(provider_ids)s) AS n (kind, provider_id)
WHERE EXISTS (SELECT FROM suppressed p WHERE (p.workspace_id, p.connection_id, p.kind, p.provider_id)
                                           = (%(workspace_id)s, %(connection_id)s, n.kind, n.provider_id))
"""


async def find_suppressed(conn: AsyncConnection, origin: Origin, keys: Collection[RecordKey]) -> set[RecordKey]:
    """Tell which of these records must not come back."""
    if not keys:
        return set()
    rows = await conn.exec_driver_sql(_FIND_SUPPRESSED, {**_whose(origin), **_columns(keys)})
    return {(row.kind, row.provider_id) for row in rows}


_ERASE_CONTACTS = text("""
WITH erased AS (
    SELECT connection_id, provider_id
    FROM json_to_recordset(CAST(:sources AS json)) AS e (connection_id uuid, provider_id text)
), noted AS (
    INSERT INTO suppressed (workspace_id, connection_id, kind, provider_id)
    SELECT :workspace_id, connection_id, '', provider_id FROM erased ON CONFLICT DO NOTHING
), unread AS (
    DELETE FROM skipped_record k USING erased e
    WHERE k.workspace_id = :workspace_id AND k.connection_id = e.connection_id
      AND e.provider_id IN (k.record_key, k.provider_id)
), unseen AS (
    DELETE FROM sighting t USING erased e
    WHERE t.workspace_id = :workspace_id AND t.kind = ''
      AND (t.connection_id, t.provider_id) = (e.connection_id, e.provider_id)
)
DELETE FROM source_contact s USING erased e, connection c
WHERE s.workspace_id = :workspace_id AND (s.connection_id, s.provider_id) = (e.connection_id, e.provider_id)
  AND (c.workspace_id, c.connection_id) = (s.workspace_id, s.connection_id)
RETURNING s.connection_id, c.provider, s.provider_id, s.revision + 1 AS revision, s.first_seen_at
""")


async def erase_contacts(
    conn: AsyncConnection, workspace_id: UUID, sources: Iterable[tuple[UUID, str]]
) -> list[Erased]:
    """Delete these source contacts and suppress them for good; return what was deleted."""
    named = [{"connection_id": connection_id, "provider_id": provider_id} for connection_id, provider_id in sources]
    where = {"workspace_id": workspace_id, "sources": msgspec.json.encode(named).decode()}
    return [Erased(*row) for row in await conn.execute(_ERASE_CONTACTS, where)]


# Whom an interaction names is in no index: erasing is rare, and writing pages is not. All are looked through, so many
# at a time that no statement takes long; the last row tells where a slice ended.
_LIST_NAMING = text("""
WITH slice AS MATERIALIZED (
    SELECT s.kind, s.provider_id, s.interaction FROM source_interaction s
    WHERE s.workspace_id = :workspace_id AND s.connection_id = :connection_id
      AND (s.kind, s.provider_id) > (CAST(:kind AS text), CAST(:provider_id AS text))
    ORDER BY s.kind, s.provider_id LIMIT :at_most
)
SELECT kind, provider_id, interaction::text AS interaction FROM slice
WHERE EXISTS (SELECT FROM json_array_elements_text(interaction -> 'contact_ids') AS m (contact_id)
              WHERE m.contact_id = ANY (CAST(:contact_ids AS text[])))
UNION ALL
(SELECT kind, provider_id, NULL FROM slice ORDER BY kind DESC, provider_id DESC LIMIT 1)
""")


async def list_naming(
    conn: AsyncConnection, origin: Origin, contact_ids: Collection[str], *, after: RecordKey, at_most: int
) -> tuple[RecordKey | None, dict[InteractionKey, Interaction]]:
    """Of the next so many interactions of a connection, list those that name any of these contacts.

    Return where to go on, None at the end, and those that do.
    """
    where = {
        **_whose(origin),
        "contact_ids": list(contact_ids),
        "kind": after[0],
        "provider_id": after[1],
        "at_most": at_most,
    }
    rows = (await conn.execute(_LIST_NAMING, where)).all()
    until = next(((row.kind, row.provider_id) for row in rows if row.interaction is None), None)
    return until, {
        (row.kind, row.provider_id): msgspec.json.decode(row.interaction, type=Interaction)
        for row in rows
        if row.interaction is not None
    }


# What is gone is told of no more: nobody has it, and to show it would bring it back.
_REWRITE = """
UPDATE source_interaction s
SET interaction = r.interaction::json, content_hash = r.content_hash,
    revision = s.revision + (s.gone_at IS NULL)::int
FROM unnest(%(kinds)s, %(provider_ids)s, %(interactions)s, %(hashes)s)
    AS r (kind, provider_id, interaction, content_hash)
WHERE (s.workspace_id, s.connection_id, s.kind, s.provider_id)
    = (%(workspace_id)s, %(connection_id)s, r.kind, r.provider_id)
RETURNING new.kind, new.provider_id, new.revision, old.revision AS old_revision
"""


async def rewrite(
    conn: AsyncConnection, origin: Origin, interactions: Mapping[InteractionKey, Interaction]
) -> list[SavedInteraction]:
    """Write anew what is understood of interactions; their raw records stay as they came."""
    if not interactions:
        return []
    said = [msgspec.json.encode(each) for each in interactions.values()]
    columns = {
        **_columns(interactions),
        "interactions": texts(said),
        "hashes": binaries([content_hash(each) for each in said]),
    }
    rows: Iterable[Sequence[Any]] = await conn.exec_driver_sql(_REWRITE, {**_whose(origin), **columns})
    return [SavedInteraction(*row) for row in rows]


_ERASE_INTERACTIONS = """
WITH erased AS (
    SELECT * FROM unnest(%(kinds)s, %(provider_ids)s) AS e (kind, provider_id)
), noted AS (
    INSERT INTO suppressed (workspace_id, connection_id, kind, provider_id)
    SELECT %(workspace_id)s, %(connection_id)s, kind, provider_id FROM erased ON CONFLICT DO NOTHING
), unread AS (
    DELETE FROM skipped_record k USING erased e
    WHERE (k.workspace_id, k.connection_id) = (%(workspace_id)s, %(connection_id)s)
      AND e.provider_id IN (k.record_key, k.provider_id)
), unseen AS (
    DELETE FROM sighting t USING erased e
    WHERE (t.workspace_id, t.connection_id, t.kind, t.provider_id)
        = (%(workspace_id)s, %(connection_id)s, e.kind, e.provider_id)
)
DELETE FROM source_interaction s USING erased e
WHERE (s.workspace_id, s.connection_id, s.kind, s.provider_id)
    = (%(workspace_id)s, %(connection_id)s, e.kind, e.provider_id)
RETURNING s.connection_id, %(provider)s::text, s.kind, s.provider_id, s.revision + 1, s.fetched_at
"""


async def erase_interactions(
    conn: AsyncConnection, origin: Origin, keys: Collection[InteractionKey]
) -> list[ErasedInteraction]:
    """Delete these source interactions and suppress them for good; return what was deleted."""
    if not keys:
        return []
    where = {**_whose(origin), **_columns(keys), "provider": origin.provider}
    rows: Iterable[Sequence[Any]] = await conn.exec_driver_sql(_ERASE_INTERACTIONS, where)
    return [ErasedInteraction(*row) for row in rows]


def _columns(keys: Collection[RecordKey] | Collection[tuple[InteractionKind, str]]) -> dict[str, object]:
    return {
        "kinds": texts([kind for kind, _ in keys]),
        "provider_ids": texts([provider_id for _, provider_id in keys]),
    }


def _whose(origin: Origin) -> dict[str, object]:
    return {"workspace_id": origin.workspace_id, "connection_id": origin.connection_id}
