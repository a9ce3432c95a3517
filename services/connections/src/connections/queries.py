"""All the SQL of connections."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from contracts.connections import ConnectionState, ConnectionView, DataChoice
from sqlalchemy import Row, case, delete, exists, func, insert, literal, null, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from connections.grants import SealedGrant
from connections.handshakes import LIFETIME, Handshake, TakenHandshake
from connections.tables import connection, handshake, revocation, webhook, webhook_delivery

_GRANT = [name for name in SealedGrant.__struct_fields__ if name not in {"workspace_id", "connection_id"}]

Place = tuple[UUID, UUID]
"""A workspace, and the id of something in it."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a connection stands; `rests_for` is how long nobody may refresh it."""

    state: ConnectionState
    provider: str
    is_granted: bool
    broken_reason: str | None
    removed_data: DataChoice | None
    is_leased: bool
    rests_for: timedelta


# Connections ------------------------------------------------------------------------------------------------------

_TOLD = {
    "webhooks": func.coalesce(webhook.c.state, "off").label("webhooks"),
    "last_webhook_at": webhook.c.heard_at.label("last_webhook_at"),
}
_THOUGHT = ("ending", "missing", "allowed")
"""What is not kept: it follows from the rest."""
_WITH_WEBHOOK = connection.outerjoin(
    webhook, (webhook.c.workspace_id == connection.c.workspace_id) & (webhook.c.connection_id == connection.c.id)
)
_OWN = [connection.c[name] for name in ConnectionView.__struct_fields__ if name not in {*_TOLD, *_THOUGHT}]
_VIEW = select(*_OWN, *_TOLD.values()).select_from(_WITH_WEBHOOK)
_IN_USE = ("active", "paused")
"""States in which the provider honours the grant, as far as we know."""


async def list_connections(conn: AsyncConnection, *, removed: bool) -> list[ConnectionView]:
    """List connections, the oldest first: those that were removed, or the others."""
    wanted = connection.c.state == "removed" if removed else connection.c.state != "removed"
    rows = await conn.execute(_VIEW.where(wanted).order_by(connection.c.created_at, connection.c.id))
    return [_view(row) for row in rows]


async def find_connection(conn: AsyncConnection, connection_id: UUID) -> ConnectionView | None:
    """Find a connection, in whatever state."""
    row = (await conn.execute(_VIEW.where(connection.c.id == connection_id))).one_or_none()
    return _view(row) if row else None


async def find_standing(conn: AsyncConnection, connection_id: UUID, *, lock: bool = False) -> Standing | None:
    """Tell how a connection stands."""
    columns = [
        connection.c.state,
        connection.c.provider,
        connection.c.is_granted,
        connection.c.broken_reason,
        connection.c.removed_data,
        connection.c.lease.is_not(None).label("is_leased"),
        func.coalesce(connection.c.not_before - func.now(), timedelta()).label("rests_for"),
    ]
    statement = select(*columns).where(connection.c.id == connection_id)
    row = (await conn.execute(statement.with_for_update() if lock else statement)).one_or_none()
    return Standing(**row._mapping) if row else None


async def find_grant(conn: AsyncConnection, connection_id: UUID, *, lock: bool = False) -> SealedGrant | None:
    """Find a connection's grant; there is none once it is removed."""
    columns = [connection.c.workspace_id, connection.c.id.label("connection_id"), *(connection.c[n] for n in _GRANT)]
    statement = select(*columns).where(connection.c.id == connection_id, connection.c.access_sealed.is_not(None))
    row = (await conn.execute(statement.with_for_update() if lock else statement)).one_or_none()
    return _grant(row) if row else None


# When a connection was authorized, broken or removed is read under its row's lock. A transaction's `now()` is when it
# began, and who waited for the lock would seem to have been first.
_NOW = func.clock_timestamp()


async def save_connection(conn: AsyncConnection, sealed: SealedGrant, *, authorized_by: UUID) -> datetime:
    """Save a first grant: of a new connection, or of the one this account had, which comes back to life.

    Return when that was.
    """
    fresh = _columns(sealed) | {
        "state": "active",
        "authorized_by": authorized_by,
        "authorized_at": _NOW,
        "renewed_at": func.now(),
        **dict.fromkeys(["broken_reason", "paused_at", "removed_at", "removed_data", "lease", "not_before"]),
    }
    statement = upsert(connection).values(workspace_id=sealed.workspace_id, id=sealed.connection_id, **fresh)
    statement = statement.on_conflict_do_update(index_elements=["workspace_id", "id"], set_=fresh)
    authorized_at: datetime = (await conn.execute(statement.returning(connection.c.authorized_at))).scalar_one()
    return authorized_at


async def save_file(
    conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, provider: str, name: str, *, handed_over_by: UUID
) -> datetime:
    """Save the connection of a file, new or again; return when that was."""
    fresh: dict[str, Any] = {
        "provider": provider,
        "account_id": name,
        "account_name": name,
        "state": "active",
        "scopes": [],
        "is_granted": False,
        "authorized_by": handed_over_by,
        "authorized_at": _NOW,
        **dict.fromkeys(["removed_at", "removed_data", "broken_reason", "paused_at"]),
    }
    statement = upsert(connection).values(workspace_id=workspace_id, id=connection_id, **fresh)
    statement = statement.on_conflict_do_update(index_elements=["workspace_id", "id"], set_=fresh)
    authorized_at: datetime = (await conn.execute(statement.returning(connection.c.authorized_at))).scalar_one()
    return authorized_at


async def save_seals(conn: AsyncConnection, sealed: SealedGrant) -> None:
    """Replace the seals of a grant that is otherwise the same."""
    await conn.execute(
        update(connection)
        .where(connection.c.id == sealed.connection_id)
        .values(access_sealed=sealed.access_sealed, refresh_sealed=sealed.refresh_sealed)
    )


async def pause_connection(conn: AsyncConnection, connection_id: UUID) -> datetime:
    """Mark an active connection paused; return when that was."""
    statement = update(connection).where(connection.c.id == connection_id).values(state="paused", paused_at=_NOW)
    paused_at: datetime = (await conn.execute(statement.returning(connection.c.paused_at))).scalar_one()
    return paused_at


async def resume_connection(conn: AsyncConnection, connection_id: UUID) -> datetime:
    """Mark a paused connection active; return when that was."""
    statement = update(connection).where(connection.c.id == connection_id).values(state="active", paused_at=None)
    resumed_at: datetime = (await conn.execute(statement.returning(_NOW))).scalar_one()
    return resumed_at


async def break_connection(
    conn: AsyncConnection, connection_id: UUID, reason: str, *, holder: UUID | None = None
) -> Row[Any] | None:
    """Mark a connection in use broken, if `holder` still has its lease.

    Return its `provider` and `broken_at`, None when it is not in use or not leased so.
    """
    statement = (
        update(connection)
        .where(connection.c.id == connection_id, connection.c.state.in_(_IN_USE))
        .values(state="broken", broken_reason=reason, paused_at=None)
        .returning(connection.c.provider, _NOW.label("broken_at"))
    )
    if holder is not None:
        statement = statement.where(connection.c.lease == holder)
    return (await conn.execute(statement)).one_or_none()


async def remove_connection(conn: AsyncConnection, connection_id: UUID, data: DataChoice) -> Row[Any]:
    """Mark a connection removed and wipe its tokens; return its `provider` and `removed_at`."""
    tokens = ["access_sealed", "refresh_sealed", "expires_at", "ends_at"]
    wiped = [*tokens, "broken_reason", "paused_at", "lease", "not_before"]
    statement = (
        update(connection)
        .where(connection.c.id == connection_id)
        .values(state="removed", removed_at=_NOW, removed_data=data, **dict.fromkeys(wiped))
        .returning(connection.c.provider, connection.c.removed_at)
    )
    return (await conn.execute(statement)).one()


async def note_removed(conn: AsyncConnection, connection_id: UUID, note: str | None, *, waiting: str) -> None:
    """Say on a removed connection what is still wrong with it, or that nothing is.

    It may have several grants to be given back: `waiting` is said while there are any, and other notes stay.
    """
    removed = (connection.c.id == connection_id) & (connection.c.state == "removed")
    reason = connection.c.broken_reason
    if note in {None, waiting}:
        removed &= reason.is_(None) | (reason == waiting)
        others = exists().where(revocation.c.connection_id == connection_id)
        await conn.execute(update(connection).where(removed).values(broken_reason=case((others, waiting))))
    else:
        await conn.execute(update(connection).where(removed).values(broken_reason=note))


async def delete_workspaces(conn: AsyncConnection, workspace_ids: Sequence[UUID]) -> None:
    """Delete all of these workspaces but the grants that are still to be given back."""
    for table in (connection, handshake, webhook, webhook_delivery):
        await conn.execute(delete(table).where(table.c.workspace_id.in_(workspace_ids)))


async def find_workspace(conn: AsyncConnection, connection_id: UUID) -> UUID | None:
    """Tell whose a connection is, before anything is known of it."""
    workspace_id: UUID | None = (
        await conn.execute(text("SELECT workspace_of_connection(:id)"), {"id": connection_id})
    ).scalar_one()
    return workspace_id


async def list_sealed_otherwise(conn: AsyncConnection, prefix: str, *, after: UUID, at_most: int) -> list[Place]:
    """List connections of all workspaces whose tokens another key sealed, by id."""
    statement = text("SELECT workspace_id, id FROM list_sealed_otherwise(:prefix, :after, :at_most) ORDER BY id")
    return _places(await conn.execute(statement, {"prefix": prefix, "after": after, "at_most": at_most}))


# Leases: who may refresh, since no transaction stays open while a provider is asked ------------------------------


async def take_lease(conn: AsyncConnection, connection_id: UUID, *, holder: UUID, held_for: timedelta) -> bool:
    """Take the lease of a connection in use, unless somebody has it or it rests."""
    free = connection.c.not_before.is_(None) | (connection.c.not_before <= func.now())
    statement = (
        update(connection)
        .where(connection.c.id == connection_id, connection.c.state.in_(_IN_USE), free)
        .values(lease=holder, not_before=func.now() + held_for)
    )
    return (await conn.execute(statement)).rowcount == 1


async def lease_due(
    conn: AsyncConnection,
    providers: Sequence[str],
    *,
    ahead: timedelta,
    holder: UUID,
    held_for: timedelta,
    at_most: int,
) -> list[Place]:
    """Take the leases of connections of all workspaces whose tokens end soon."""
    statement = text(
        "SELECT workspace_id, id FROM lease_due_connections(:providers, :ahead, :holder, :held_for, :at_most)"
    )
    given = {"providers": list(providers), "ahead": ahead, "holder": holder, "held_for": held_for, "at_most": at_most}
    return _places(await conn.execute(statement, given))


async def save_renewal(conn: AsyncConnection, sealed: SealedGrant, *, holder: UUID) -> bool:
    """Save renewed tokens and give the lease back; False when it was no longer ours, and nothing is saved."""
    statement = (
        update(connection)
        .where(connection.c.id == sealed.connection_id, connection.c.lease == holder)
        .values(**_columns(sealed), renewed_at=func.now(), lease=None, not_before=None)
    )
    return (await conn.execute(statement)).rowcount == 1


async def put_renewal_off(conn: AsyncConnection, connection_id: UUID, *, holder: UUID, rest: timedelta) -> None:
    """Give the lease back, and let nobody try before a rest."""
    await conn.execute(
        update(connection)
        .where(connection.c.id == connection_id, connection.c.lease == holder)
        .values(lease=None, not_before=func.now() + rest)
    )


# Handshakes -------------------------------------------------------------------------------------------------------


async def save_handshake(conn: AsyncConnection, begun: Handshake) -> None:
    """Keep a handshake for its lifetime."""
    await conn.execute(insert(handshake).values(**msgspec.structs.asdict(begun), expires_at=func.now() + LIFETIME))


async def take_handshake(conn: AsyncConnection, state_hash: bytes) -> TakenHandshake | None:
    """Find a handshake of any workspace and use it up."""
    row = (await conn.execute(text("SELECT * FROM take_asked_handshake(:hash)"), {"hash": state_hash})).one_or_none()
    return TakenHandshake(**row._mapping) if row else None


async def delete_expired_handshakes(conn: AsyncConnection) -> None:
    """Forget handshakes of all workspaces that nobody came back from."""
    await conn.execute(text("SELECT drop_expired_handshakes()"))


# Grants to be given back ------------------------------------------------------------------------------------------


async def save_revocations(
    conn: AsyncConnection,
    *,
    connection_id: UUID | None = None,
    workspace_ids: Sequence[UUID] = (),
    attempts: int,
    due_in: timedelta,
    for_good: bool = True,
) -> list[UUID]:
    """Note that the grant of a connection, or all those of some workspaces, are to be given back.

    `for_good` is when their subscriptions end as well, and not where another grant takes their place.
    """
    subscription = webhook.c.subscription_id if for_good else null()
    whose = (connection.c.id == connection_id) | connection.c.workspace_id.in_(workspace_ids)
    values = [connection.c.workspace_id, func.gen_random_uuid(), connection.c.id, *(connection.c[n] for n in _GRANT)]
    noted = (
        select(*values, literal(attempts), func.now() + due_in, subscription)
        .select_from(_WITH_WEBHOOK)
        .where(whose, connection.c.access_sealed.is_not(None))
    )
    columns = ["workspace_id", "id", "connection_id", *_GRANT, "attempts", "due_at", "subscription_id"]
    rows = await conn.execute(insert(revocation).from_select(columns, noted).returning(revocation.c.id))
    return list(rows.scalars())


async def lease_due_revocations(conn: AsyncConnection, *, held_for: timedelta, at_most: int) -> list[Place]:
    """Take those of all workspaces that are due, and count the attempt."""
    statement = text("SELECT workspace_id, id FROM lease_due_revocations(:held_for, :at_most)")
    return _places(await conn.execute(statement, {"held_for": held_for, "at_most": at_most}))


async def find_revocation(conn: AsyncConnection, revocation_id: UUID) -> tuple[SealedGrant, int, str | None] | None:
    """Find a grant to be given back, how often that was tried, and the subscription that ends with it."""
    own = ("workspace_id", "connection_id", "attempts", "subscription_id")
    columns = [revocation.c[name] for name in (*own, *_GRANT)]
    statement = select(*columns).where(revocation.c.id == revocation_id)
    row = (await conn.execute(statement)).one_or_none()
    return (_grant(row), row.attempts, row.subscription_id) if row else None


async def put_revocation_off(conn: AsyncConnection, revocation_id: UUID, rest: timedelta) -> None:
    """Try again after a rest."""
    await conn.execute(update(revocation).where(revocation.c.id == revocation_id).values(due_at=func.now() + rest))


async def save_revocation_grant(conn: AsyncConnection, revocation_id: UUID, sealed: SealedGrant) -> None:
    """Replace a grant to be given back by the one that came for it."""
    await conn.execute(update(revocation).where(revocation.c.id == revocation_id).values(**_columns(sealed)))


async def delete_revocation(conn: AsyncConnection, revocation_id: UUID) -> None:
    """Forget a grant that was given back, or never will be."""
    await conn.execute(delete(revocation).where(revocation.c.id == revocation_id))


async def delete_revocations_of(conn: AsyncConnection, connection_id: UUID) -> None:
    """Keep what was to be given back: it is the grant of who connected again."""
    await conn.execute(delete(revocation).where(revocation.c.connection_id == connection_id))


def _view(row: Row[*tuple[Any, ...]]) -> ConnectionView:
    values = dict(row._mapping)
    return ConnectionView(**values | {"scopes": tuple(values["scopes"])})


def _grant(row: Row[*tuple[Any, ...]]) -> SealedGrant:
    values = {name: row._mapping[name] for name in SealedGrant.__struct_fields__}
    return SealedGrant(**values | {"scopes": tuple(values["scopes"])})


def _columns(sealed: SealedGrant) -> dict[str, Any]:
    values = {name: getattr(sealed, name) for name in _GRANT}
    return values | {"scopes": list(sealed.scopes)}


def _places(rows: Any) -> list[Place]:
    return [(row.workspace_id, row.id) for row in rows]
