"""The SQL about signing keys."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from auth.key_schedule import Key
from auth.tables import signing_key

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('auth.signing_key'))")


async def lock_keys(conn: AsyncConnection) -> None:
    """Let one copy at a time decide which keys there are."""
    await conn.execute(_LOCK)


async def list_keys(conn: AsyncConnection) -> list[Key]:
    """Read all keys, the oldest first."""
    rows = await conn.execute(select(signing_key).order_by(signing_key.c.signs_from, signing_key.c.id))
    return [msgspec.convert(row, Key, from_attributes=True) for row in rows]


async def save_key(conn: AsyncConnection, key: Key) -> None:
    """Write a new key down."""
    await conn.execute(insert(signing_key).values(msgspec.structs.asdict(key)))


async def delete_keys(conn: AsyncConnection, keys: Sequence[Key]) -> None:
    """Forget keys: what they signed is taken no more."""
    if keys:
        await conn.execute(delete(signing_key).where(signing_key.c.id.in_([key.id for key in keys])))
