"""All SQL of shared keys: those learned from who carries them."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.json_rows import as_json
from identity.resolution.records import SourceRecord
from identity.store.queries import KeyName, source_record

_LOAD = text("""
SELECT workspace_id, key
FROM json_to_recordset(CAST(:keys AS json)) AS k (workspace_id uuid, key text) JOIN shared_key USING (workspace_id, key)
""")


async def load_shared(conn: AsyncConnection, keys: Iterable[KeyName]) -> set[KeyName]:
    """Tell which of these keys are known to be shared."""
    return {KeyName(*row) for row in await conn.execute(_LOAD, {"keys": as_json(list(keys))})}


_SAVE = text("""
WITH named AS (
    SELECT * FROM json_to_recordset(CAST(:keys AS json)) AS k (workspace_id uuid, key text)
), marked AS (
    UPDATE workspace w SET has_shared = true FROM named n WHERE w.workspace_id = n.workspace_id AND NOT w.has_shared
)
INSERT INTO shared_key (workspace_id, key) SELECT workspace_id, key FROM named ON CONFLICT DO NOTHING
""")


async def save_shared(conn: AsyncConnection, keys: Collection[KeyName]) -> None:
    """Remember that keys are shared."""
    await conn.execute(_SAVE, {"keys": as_json(list(keys))})


_DELETE = text("""
DELETE FROM shared_key s
USING json_to_recordset(CAST(:keys AS json)) AS k (workspace_id uuid, key text)
WHERE (s.workspace_id, s.key) = (k.workspace_id, k.key)
""")


async def delete_shared(conn: AsyncConnection, keys: Collection[KeyName]) -> None:
    """Forget that keys are shared."""
    await conn.execute(_DELETE, {"keys": as_json(list(keys))})


_CARRIERS = text("""
SELECT s.workspace_id, s.source_id, s.connection_id, s.provider, s.provider_id, s.first_seen_at, s.shown_revision,
       s.gone_revision, s.contact, s.keys
FROM match_key k JOIN source_identity s USING (workspace_id, source_id)
WHERE k.workspace_id = :workspace_id AND k.key = :key AND k.source_id > :after
ORDER BY k.source_id LIMIT :at_most
""")


async def list_carriers(conn: AsyncConnection, key: KeyName, *, after: UUID, at_most: int) -> list[SourceRecord]:
    """List some of the records that carry a key, by their ids."""
    named = {"workspace_id": key.workspace_id, "key": key.key, "after": after, "at_most": at_most}
    return [source_record(row) for row in await conn.execute(_CARRIERS, named)]
