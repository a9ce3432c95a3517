"""Saying a thing once, however often it is asked for: whoever did not hear the answer asks again under the same key."""

import hashlib
from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
from contracts.decisions import Outcome
from servicekit.errors import Problem
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.contacts import reading, reading_queries
from identity.store import history_queries, queries, said_once_queries

KEPT_DAYS = 90


class KeyReused(Problem):
    """The key was used for something else."""

    status = 422
    slug = "idempotency-key-reused"
    title = "This Idempotency-Key was used for another decision"


async def say_once(
    conn: AsyncConnection, workspace_id: UUID, key: str | None, wish: object, say: Callable[[], Awaitable[Outcome]]
) -> Outcome:
    """Have it said, or tell the entries it led to where it was said under this key before. Raises `KeyReused`."""
    if key is None:
        return await say()
    await queries.lock_workspaces(conn, {workspace_id})
    fingerprint = hashlib.sha256(msgspec.json.encode(wish)).digest()
    if known := await said_once_queries.find_said(conn, workspace_id, key):
        if known.fingerprint != fingerprint:
            raise KeyReused
        return await _told_again(conn, workspace_id, known.entries)
    outcome = await say()
    if not outcome.dry_run:
        numbers = [entry.number for entry in outcome.entries]
        await said_once_queries.save_said(conn, workspace_id, key, fingerprint, numbers, days=KEPT_DAYS)
    return outcome


async def _told_again(conn: AsyncConnection, workspace_id: UUID, numbers: tuple[int, ...]) -> Outcome:
    """Tell the entries as they are now: contacts may be others since."""
    entries = await history_queries.find_entries(conn, workspace_id, numbers)
    named = {member for stored in entries for side in stored.entry.sides for member in side.members}
    names = await reading_queries.list_names(conn, workspace_id, named)
    return Outcome(contacts=(), gone=(), entries=tuple(reading.history_view(each, names) for each in entries))
