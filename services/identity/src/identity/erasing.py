"""Forgetting: the records of a connection, or a whole workspace."""

from collections.abc import Set
from datetime import datetime
from uuid import UUID

import structlog
from servicekit.database import pipelined
from sqlalchemy.ext.asyncio import AsyncConnection

from identity import changes, erasing_queries, history_queries, operations, queries
from identity.history_queries import StoredEntry
from identity.queries import CarriedKeys, SourceName

log = structlog.get_logger()

SLICE = 1_000
"""How many records are erased at once: enough for sets to pay, few enough to hold in memory."""


async def erase_connection(
    conn: AsyncConnection, *, workspace_id: UUID, connection_id: UUID, removed_at: datetime | None
) -> None:
    """Forget what a connection showed until it was removed, and ignore what of it arrives late."""
    locked = await queries.lock_workspaces(conn, {workspace_id})
    if locked[workspace_id].erased:
        return
    until = await erasing_queries.save_erasure(conn, workspace_id, connection_id, removed_at)
    await erasing_queries.delete_interactions(conn, workspace_id, connection_id)
    erased = 0
    while source_ids := await erasing_queries.list_records(
        conn, workspace_id, connection_id, until=until, at_most=SLICE
    ):
        await _erase_records(conn, workspace_id, set(source_ids))
        erased += len(source_ids)
    log.info("connection_erased", workspace_id=str(workspace_id), connection_id=str(connection_id), records=erased)


async def _erase_records(conn: AsyncConnection, workspace_id: UUID, erased: set[UUID]) -> None:
    """Forget records: those they shared a golden record with go on without them, and their ids lead there."""
    locked = await queries.lock_workspaces(conn, {workspace_id})
    names = [SourceName(workspace_id, source_id) for source_id in erased]
    before = {known.record.source_id: known for known in await queries.load_neighbourhood(conn, sources=names)}
    carried = [CarriedKeys(workspace_id, source_id, before[source_id].record.keys) for source_id in erased]
    async with pipelined(conn):
        await queries.delete_keys(conn, carried)
        await erasing_queries.delete_records(conn, names)
    left = {source_id: known.record for source_id, known in before.items() if source_id not in erased}
    (settled,) = await operations.settle(conn, locked, before, left)
    await erasing_queries.redirect(conn, workspace_id, erased, settled.heirs)
    await _forget_history(conn, workspace_id, erased)


async def _forget_history(conn: AsyncConnection, workspace_id: UUID, erased: Set[UUID]) -> None:
    """Take records out of all that ever happened to them.

    An entry is found by the golden ids it concerns. A record begins under its own id, and each entry that names it
    tells under which id it went on.
    """
    found: dict[int, StoredEntry] = {}
    followed: set[UUID] = set()
    ids = set(erased)
    while ids:
        followed |= ids
        entries = await history_queries.list_entries(conn, workspace_id, ids)
        named = [each for each in entries if any(not erased.isdisjoint(side.members) for side in each.entry.sides)]
        found |= {each.number: each for each in named}
        ids = {id_ for each in named for id_ in _golden_ids(each)} - followed
    kept = [
        StoredEntry(e.number, e.happened_at, left) for e in found.values() if (left := changes.without(e.entry, erased))
    ]
    numbers = {each.number for each in kept}
    await history_queries.rewrite_entries(
        conn, workspace_id, kept, [each for each in found.values() if each.number not in numbers]
    )


def _golden_ids(stored: StoredEntry) -> set[UUID]:
    return {stored.entry.golden_id, *(side.golden_id for side in stored.entry.sides)}


async def erase_workspace(conn: AsyncConnection, workspace_id: UUID) -> None:
    """Forget a workspace for good; what arrives of it later is ignored."""
    await queries.lock_workspaces(conn, {workspace_id})
    await erasing_queries.delete_workspace(conn, workspace_id)
    log.info("workspace_erased", workspace_id=str(workspace_id))
