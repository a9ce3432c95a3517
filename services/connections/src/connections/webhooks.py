"""Deliveries of providers: checked, noted, handed on, and answered before anything else is done about them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import UUID

import structlog
from contracts.connections import RecordHint, SyncRequested
from providers.webhooks import Delivery, Forged, Hint
from servicekit.database import see_workspaces
from servicekit.errors import NotFound, Problem
from servicekit.outbox import publish
from servicekit.secrets import KeyRing, SealBroken
from sqlalchemy.ext.asyncio import AsyncConnection

from connections import queries, webhook_queries
from connections.grants import bound_to
from connections.handshakes import new_secret
from connections.registrations import Registered
from connections.vault import Vault
from connections.webhook_queries import Told

log = structlog.get_logger()

HEARD_EVERY = timedelta(seconds=30)
KEPT_FOR = timedelta(days=3)
"""How long a delivery is known again: no provider repeats one for longer than a day."""

NOBODY = UUID(int=0)


class DeliveryRefused(Problem):
    """It is not proved who sent this; whether there is such a connection is not told either."""

    status: ClassVar[int] = 401
    slug: ClassVar[str] = "delivery-refused"
    title: ClassVar[str] = "This delivery is not taken"


async def receive_for_app(vault: Vault, provider: str, delivery: Delivery) -> None:
    """Take in a delivery for all accounts of our app. Raises `DeliveryRefused` and `NotFound`."""
    registered = _registered(vault, provider, "app")
    hints = _read(registered, delivery, registered.app.client_secret)
    accounts = sorted({hint.account_id for hint in hints if hint.account_id})
    if not accounts:
        return
    async with vault.db.transaction() as conn:
        places = await webhook_queries.list_connections_of(conn, provider, accounts)
        told = [
            Told(workspace_id=workspace_id, connection_id=connection_id, key=hint.key, record=hint.record)
            for hint in hints
            for workspace_id, connection_id in places.get(hint.account_id or "", ())
        ]
        if told:
            await see_workspaces(conn, tuple({each.workspace_id for each in told}))
            await _take_in(conn, told)


async def receive_for_connection(vault: Vault, provider: str, connection_id: UUID, delivery: Delivery) -> None:
    """Take in a delivery for one connection. Raises `DeliveryRefused` and `NotFound`."""
    registered = _registered(vault, provider, "connection")
    # No transaction before the proof: whoever knows the address could have us open them.
    async with vault.db.engine.connect() as conn:
        await conn.execution_options(isolation_level="AUTOCOMMIT")
        proof = await webhook_queries.find_proof(conn, provider, connection_id)
    workspace_id, sealed = proof or (NOBODY, None)
    secret = open_secret(vault.ring, workspace_id, connection_id, sealed)
    # Where there is none, as much is done with one that nobody knows: neither answer nor time tells which it was.
    hints = _read(registered, delivery, secret or new_secret())
    told = [
        Told(workspace_id=workspace_id, connection_id=connection_id, key=hint.key, record=hint.record) for hint in hints
    ]
    async with vault.db.transaction(workspace_id) as conn:
        await _take_in(conn, told, heard=[(workspace_id, connection_id)])


def open_secret(ring: KeyRing, workspace_id: UUID, connection_id: UUID, sealed: str | None) -> str | None:
    """Open the secret of a subscription, if there is one that can be opened."""
    if sealed is None:
        return None
    try:
        return ring.open(sealed, bound_to(workspace_id, connection_id, "webhook")).decode()
    except SealBroken:
        log.error("webhook_secret_unreadable", workspace_id=workspace_id, connection_id=connection_id)
        return None


def _registered(vault: Vault, provider: str, way: str) -> Registered:
    if not vault.registrations.knows(provider):
        raise NotFound
    registered = vault.registrations.of(provider)
    if registered.provider.webhooks != way:
        raise NotFound
    return registered


def _read(registered: Registered, delivery: Delivery, secret: str) -> Sequence[Hint]:
    try:
        return registered.provider.read_delivery(delivery, secret, datetime.now(UTC))
    except Forged as error:
        log.warning("delivery_refused", provider=registered.provider.name, reason=str(error))
        raise DeliveryRefused from error


async def _take_in(conn: AsyncConnection, told: Sequence[Told], *, heard: Sequence[queries.Place] = ()) -> None:
    """Note what is new, and have it looked at: one event for each connection, whatever came together."""
    new = await webhook_queries.save_deliveries(conn, told) if told else set()
    records: dict[queries.Place, dict[RecordHint, None]] = {}
    for each in told:
        if (each.workspace_id, each.connection_id, each.key) in new:
            records.setdefault((each.workspace_id, each.connection_id), {})[each.record] = None
    places = {*heard, *((each.workspace_id, each.connection_id) for each in told)}
    await webhook_queries.note_heard(conn, list(places), at_most_every=HEARD_EVERY)
    publish(
        conn,
        [
            SyncRequested(workspace_id=workspace_id, connection_id=connection_id, records=tuple(hinted))
            for (workspace_id, connection_id), hinted in records.items()
        ],
    )
    log.info("delivery_received", connections=len(records), new=len(new), known=len(told) - len(new))
