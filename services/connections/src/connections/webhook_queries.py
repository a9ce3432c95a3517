"""The SQL of webhooks: subscriptions, deliveries, and whose they are."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from contracts.connections import RecordHint, WebhookState
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from connections.queries import Place
from connections.tables import webhook, webhook_delivery


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A hint, and the connection it is for."""

    workspace_id: UUID
    connection_id: UUID
    key: str
    record: RecordHint


class Subscribed(msgspec.Struct, frozen=True, kw_only=True):
    """How a connection is subscribed at its provider; both are None where it is not."""

    subscription_id: str | None
    secret_sealed: str | None
    attempts: int


async def list_connections_of(conn: AsyncConnection, provider: str, accounts: Sequence[str]) -> dict[str, list[Place]]:
    """List the active connections of these accounts, in all workspaces."""
    statement = text("SELECT workspace_id, id, account_id FROM connections_of_accounts(:provider, :accounts)")
    found: dict[str, list[Place]] = {account: [] for account in accounts}
    for row in await conn.execute(statement, {"provider": provider, "accounts": list(accounts)}):
        found[row.account_id].append((row.workspace_id, row.id))
    return found


async def find_proof(conn: AsyncConnection, provider: str, connection_id: UUID) -> tuple[UUID, str | None] | None:
    """Find whose a connection of a provider is, and the sealed secret that proves its deliveries."""
    statement = text("SELECT workspace_id, secret_sealed FROM proof_of_deliveries(:provider, :id)")
    row = (await conn.execute(statement, {"provider": provider, "id": connection_id})).one_or_none()
    return (row.workspace_id, row.secret_sealed) if row else None


_RECEIVE = text("""
INSERT INTO webhook_delivery (workspace_id, connection_id, key)
SELECT workspace_id, connection_id, key
FROM json_to_recordset(CAST(:told AS json)) AS t (workspace_id uuid, connection_id uuid, key text)
ORDER BY workspace_id, connection_id, key
ON CONFLICT DO NOTHING
RETURNING workspace_id, connection_id, key
""")


async def save_deliveries(conn: AsyncConnection, told: Sequence[Told]) -> set[tuple[UUID, UUID, str]]:
    """Note what was told; return what had not been told before."""
    rows = [{"workspace_id": each.workspace_id, "connection_id": each.connection_id, "key": each.key} for each in told]
    new = await conn.execute(_RECEIVE, {"told": msgspec.json.encode(rows).decode()})
    return {(row.workspace_id, row.connection_id, row.key) for row in new}


_HEAR = text("""
UPDATE webhook SET heard_at = now(), state = 'on'
WHERE workspace_id = :workspace_id AND connection_id = :connection_id
  AND (heard_at IS NULL OR heard_at < now() - CAST(:at_most_every AS interval) OR state <> 'on')
""")


async def note_heard(conn: AsyncConnection, places: Sequence[Place], *, at_most_every: timedelta) -> None:
    """Note that a provider spoke of these connections: now and then, as a busy account would do nothing else."""
    for workspace_id, connection_id in sorted(places):
        whose = {"workspace_id": workspace_id, "connection_id": connection_id}
        await conn.execute(_HEAR, {**whose, "at_most_every": at_most_every})


async def delete_old_deliveries(conn: AsyncConnection, kept_for: timedelta) -> None:
    """Forget deliveries of all workspaces that nobody will repeat any more."""
    await conn.execute(text("SELECT drop_old_deliveries(:kept_for)"), {"kept_for": kept_for})


# Subscriptions ----------------------------------------------------------------------------------------------------


async def want(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> None:
    """Have a connection subscribed, or looked after at once if it is."""
    fresh: dict[str, Any] = {"due_at": func.now(), "attempts": 0}
    statement = insert(webhook).values(workspace_id=workspace_id, connection_id=connection_id, **fresh)
    await conn.execute(statement.on_conflict_do_update(index_elements=["workspace_id", "connection_id"], set_=fresh))


async def lease_due(
    conn: AsyncConnection, providers: Sequence[str], *, held_for: timedelta, at_most: int
) -> list[Place]:
    """Take the connections of all workspaces whose subscription is due to be made or looked after."""
    statement = text("SELECT workspace_id, id FROM lease_due_webhooks(:providers, :held_for, :at_most)")
    rows = await conn.execute(statement, {"providers": list(providers), "held_for": held_for, "at_most": at_most})
    return [(row.workspace_id, row.id) for row in rows]


async def find(conn: AsyncConnection, connection_id: UUID) -> Subscribed | None:
    """Tell how a connection is subscribed."""
    columns = [webhook.c[name] for name in Subscribed.__struct_fields__]
    row = (await conn.execute(select(*columns).where(webhook.c.connection_id == connection_id))).one_or_none()
    return Subscribed(**row._mapping) if row else None


async def save(
    conn: AsyncConnection,
    connection_id: UUID,
    state: WebhookState,
    *,
    again_in: timedelta,
    subscription_id: str | None = None,
    secret_sealed: str | None = None,
) -> bool:
    """Keep how a connection is subscribed now; False when it was removed meanwhile."""
    values = {
        "state": state,
        "subscription_id": subscription_id,
        "secret_sealed": secret_sealed,
        "due_at": func.now() + again_in,
        "attempts": 0,
    }
    return (
        await conn.execute(update(webhook).where(webhook.c.connection_id == connection_id).values(values))
    ).rowcount == 1


async def put_off(conn: AsyncConnection, connection_id: UUID, rest: timedelta) -> None:
    """Look after a subscription again after a rest."""
    await conn.execute(update(webhook).where(webhook.c.connection_id == connection_id).values(due_at=func.now() + rest))


async def delete_of(conn: AsyncConnection, connection_id: UUID) -> None:
    """Forget the subscription of a removed connection, and what was delivered."""
    for table in (webhook, webhook_delivery):
        await conn.execute(delete(table).where(table.c.connection_id == connection_id))
