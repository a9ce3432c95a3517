"""The SQL of hints: which records are wanted, taken and let go of."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from contracts.connections import RecordHint, SyncRequested
from contracts.interactions import PARTS, InteractionKind
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker.run import Origin


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A record to be fetched; `asked` tells whether it was asked for again meanwhile, `failures` how often in vain."""

    kind: InteractionKind | None
    provider_id: str
    merged_into: str | None
    asked: int
    failures: int


_WANT = text("""
INSERT INTO wanted_record AS w (workspace_id, connection_id, kind, provider_id, merged_into)
SELECT h.workspace_id, h.connection_id, h.kind, h.provider_id, h.merged_into
FROM json_to_recordset(CAST(:hints AS json))
    AS h (workspace_id uuid, connection_id uuid, kind text, provider_id text, merged_into text)
JOIN connection c ON (c.workspace_id, c.connection_id) = (h.workspace_id, h.connection_id) AND c.state = 'active'
ORDER BY h.workspace_id, h.connection_id, h.kind, h.provider_id
ON CONFLICT (workspace_id, connection_id, kind, provider_id) DO UPDATE SET
    asked = w.asked + 1, is_parked = false, merged_into = coalesce(excluded.merged_into, w.merged_into)
RETURNING workspace_id, connection_id
""")
_HOLD_ALL = text("""
SELECT c.connection_id FROM connection c
JOIN json_to_recordset(CAST(:hints AS json)) AS h (workspace_id uuid, connection_id uuid)
  ON (c.workspace_id, c.connection_id) = (h.workspace_id, h.connection_id)
ORDER BY c.workspace_id, c.connection_id FOR NO KEY UPDATE OF c
""")
_TOLD = text("""
UPDATE connection SET told_at = now()
WHERE (workspace_id, connection_id) = (:workspace_id, :connection_id)
  AND (told_at IS NULL OR told_at < now() - interval '1 minute')
""")


async def want(conn: AsyncConnection, events: Iterable[SyncRequested]) -> list[tuple[UUID, UUID]]:
    """Want the records that were named, of connections that are active; return those connections."""
    hints: dict[tuple[UUID, UUID, str, str], dict[str, Any]] = {}
    for event in events:
        for record in event.records:
            _add(hints, event, record)
    # The connection before what is wanted of it, as whoever fetches locks them.
    told = msgspec.json.encode(list(hints.values())).decode()
    await conn.execute(_HOLD_ALL, {"hints": told})
    for workspace_id, connection_id in sorted({key[:2] for key in hints}):
        await conn.execute(_TOLD, {"workspace_id": workspace_id, "connection_id": connection_id})
    rows = await conn.execute(_WANT, {"hints": told})
    return sorted({(row.workspace_id, row.connection_id) for row in rows})


async def want_written(
    conn: AsyncConnection, origin: Origin, records: Iterable[tuple[InteractionKind | None, str]]
) -> None:
    """Want records that we wrote ourselves; nobody told us of them."""
    hints = [
        {
            "workspace_id": origin.workspace_id,
            "connection_id": origin.connection_id,
            "kind": kind or "",
            "provider_id": provider_id,
        }
        for kind, provider_id in records
    ]
    await conn.execute(_WANT, {"hints": msgspec.json.encode(hints).decode()})


# A part's id begins with that of its whole and a slash, and "0" is what comes behind a slash: a range of the key.
_WANT_AFTERWARDS = text("""
INSERT INTO wanted_record AS w (workspace_id, connection_id, kind, provider_id, is_parked)
SELECT :workspace_id, :connection_id, m.kind, m.provider_id, true
FROM json_to_recordset(CAST(:wholes AS json)) AS m (kind text, part_kind text, provider_id text)
WHERE EXISTS (
    SELECT FROM source_interaction p
    WHERE p.workspace_id = :workspace_id AND p.connection_id = :connection_id AND p.kind = m.part_kind
      AND p.provider_id > m.provider_id || '/' AND p.provider_id < m.provider_id || '0')
ORDER BY m.kind, m.provider_id
ON CONFLICT (workspace_id, connection_id, kind, provider_id) DO UPDATE SET asked = w.asked + 1
""")


async def want_afterwards(conn: AsyncConnection, origin: Origin, wholes: Iterable[tuple[InteractionKind, str]]) -> None:
    """Want these with their parts, where they have any that we know, once the run that met them is over."""
    wanted = [
        {"kind": kind, "part_kind": PARTS[kind], "provider_id": provider_id}
        for kind, provider_id in wholes
        if kind in PARTS
    ]
    if wanted:
        await conn.execute(_WANT_AFTERWARDS, {**_whose(origin), "wholes": msgspec.json.encode(wanted).decode()})


def _add(hints: dict[tuple[UUID, UUID, str, str], dict[str, Any]], event: SyncRequested, record: RecordHint) -> None:
    key = (event.workspace_id, event.connection_id, record.kind or "", record.provider_id)
    before = hints.get(key, {}).get("merged_into")
    names = ("workspace_id", "connection_id", "kind", "provider_id")
    hints[key] = {**dict(zip(names, key, strict=True)), "merged_into": record.merged_into or before}


_TAKE = text("""
SELECT nullif(kind, '') AS kind, provider_id, merged_into, asked, failures FROM wanted_record
WHERE workspace_id = :workspace_id AND connection_id = :connection_id AND NOT is_parked
ORDER BY failures, wanted_at, kind, provider_id LIMIT :at_most
""")


async def list_wanted(conn: AsyncConnection, origin: Origin, *, at_most: int) -> list[Wanted]:
    """List what is wanted of a connection: what failed least first, and of that the longest wanted."""
    return [Wanted(**row._mapping) for row in await conn.execute(_TAKE, {**_whose(origin), "at_most": at_most})]


_LET_GO = text("""
DELETE FROM wanted_record w
USING json_to_recordset(CAST(:wanted AS json)) AS d (kind text, provider_id text, asked integer)
WHERE w.workspace_id = :workspace_id AND w.connection_id = :connection_id
  AND (w.kind, w.provider_id, w.asked) = (coalesce(d.kind, ''), d.provider_id, d.asked)
""")
_PARK = text("""
UPDATE wanted_record w SET is_parked = true
FROM json_to_recordset(CAST(:wanted AS json)) AS d (kind text, provider_id text, asked integer)
WHERE w.workspace_id = :workspace_id AND w.connection_id = :connection_id
  AND (w.kind, w.provider_id, w.asked) = (coalesce(d.kind, ''), d.provider_id, d.asked)
""")


async def let_go(conn: AsyncConnection, origin: Origin, wanted: Sequence[Wanted], *, park: bool = False) -> None:
    """Want these no more, or only after the run that is under way; those asked for again stay wanted."""
    rows = [{"kind": each.kind, "provider_id": each.provider_id, "asked": each.asked} for each in wanted]
    statement = _PARK if park else _LET_GO
    await conn.execute(statement, {**_whose(origin), "wanted": msgspec.json.encode(rows).decode()})


_NOTE_FAILED = text("""
UPDATE wanted_record w SET failures = failures + 1
FROM json_to_recordset(CAST(:wanted AS json)) AS d (kind text, provider_id text)
WHERE w.workspace_id = :workspace_id AND w.connection_id = :connection_id
  AND (w.kind, w.provider_id) = (coalesce(d.kind, ''), d.provider_id)
""")


async def note_failed(conn: AsyncConnection, origin: Origin, wanted: Sequence[Wanted]) -> None:
    """Note that these could not be fetched."""
    rows = [{"kind": each.kind, "provider_id": each.provider_id} for each in wanted]
    await conn.execute(_NOTE_FAILED, {**_whose(origin), "wanted": msgspec.json.encode(rows).decode()})


_FORGET = text("DELETE FROM wanted_record WHERE workspace_id = :workspace_id AND connection_id = :connection_id")


async def forget(conn: AsyncConnection, origin: Origin) -> None:
    """Want nothing of a connection any more."""
    await conn.execute(_FORGET, _whose(origin))


_UNPARK = text("""
UPDATE wanted_record SET is_parked = false
WHERE workspace_id = :workspace_id AND connection_id = :connection_id AND is_parked
""")


async def unpark(conn: AsyncConnection, origin: Origin) -> bool:
    """Want again what was fetched during a run; whether there is such."""
    return (await conn.execute(_UNPARK, _whose(origin))).rowcount > 0


# The strength of a page's lock: of two that write records of one connection, one waits, and neither meets rows that
# the other holds.
_HOLD = text("""
SELECT true FROM connection
WHERE workspace_id = :workspace_id AND connection_id = :connection_id AND state = 'active'
FOR NO KEY UPDATE
""")
# A statement of its own: one that waited for the lock would not see that a run ended meanwhile.
_IS_BEING_READ = text("""
SELECT EXISTS (
    SELECT FROM sync_run
    WHERE workspace_id = :workspace_id AND connection_id = :connection_id AND state IN ('running', 'waiting'))
""")


async def hold_connection(conn: AsyncConnection, origin: Origin) -> bool | None:
    """Lock an active connection for writing records of it; tell whether a run is reading it, None if it went."""
    if (await conn.execute(_HOLD, _whose(origin))).first() is None:
        return None
    is_being_read: bool = (await conn.execute(_IS_BEING_READ, _whose(origin))).scalar_one()
    return is_being_read


def _whose(origin: Origin) -> dict[str, UUID]:
    return {"workspace_id": origin.workspace_id, "connection_id": origin.connection_id}
