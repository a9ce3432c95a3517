"""The SQL of budgets: single statements, each a transaction of its own, by the clock of our Postgres alone."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, TextClause, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sync_worker.tables import connection


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """One window of one account."""

    provider: str
    account_id: str
    name: str


_ADD = text("""
INSERT INTO budget (provider, account_id, name, most, seconds)
VALUES (:provider, :account_id, :name, :most, :seconds) ON CONFLICT DO NOTHING
""")

_FIND = text("""
SELECT most, extract(epoch FROM free_at - clock_timestamp())::float8 AS free_in
FROM budget WHERE (provider, account_id, name) = (:provider, :account_id, :name)
""")

# Who finds the limit changed reserves nothing: they would pace by the old one.
_LEASE = text("""
UPDATE budget SET
    free_at = greatest(free_at, clock_timestamp()) + :interval * :count * interval '1 s',
    used = :count + CASE WHEN used_since > clock_timestamp() - seconds * interval '1 s' THEN used ELSE 0 END,
    used_since = CASE WHEN used_since > clock_timestamp() - seconds * interval '1 s'
        THEN used_since ELSE clock_timestamp() END
WHERE (provider, account_id, name) = (:provider, :account_id, :name)
    AND most = :most AND free_at <= clock_timestamp() + (:patience + :tolerance) * interval '1 s'
RETURNING extract(epoch FROM free_at - clock_timestamp())::float8 - :interval * :count - :tolerance AS first_in
""")

_HOLD = text("""
UPDATE budget SET free_at = greatest(free_at, clock_timestamp() + :seconds * interval '1 s')
WHERE (provider, account_id, name) = (:provider, :account_id, :name)
""")

_SET_MOST = text("UPDATE budget SET most = :most WHERE (provider, account_id, name) = (:provider, :account_id, :name)")

# A pool that turns out to be too empty is closed; when its time has come, one call is let through to ask, and another
# one if that is never heard of again.
_DRAW = text("""
UPDATE budget SET
    remaining = CASE WHEN is_spent OR remaining < :price THEN remaining ELSE remaining - least(:count, remaining) END,
    is_spent = is_spent OR coalesce(remaining < :price, false),
    free_at = CASE
        WHEN is_spent THEN clock_timestamp() + :probe_seconds * interval '1 s'
        WHEN remaining < :price THEN clock_timestamp() + :closed_seconds * interval '1 s'
        ELSE free_at END,
    used = :spent + CASE WHEN used_since > clock_timestamp() - seconds * interval '1 s' THEN used ELSE 0 END,
    used_since = CASE WHEN used_since > clock_timestamp() - seconds * interval '1 s'
        THEN used_since ELSE clock_timestamp() END
WHERE (provider, account_id, name) = (:provider, :account_id, :name)
    AND (NOT is_spent OR free_at <= clock_timestamp())
RETURNING old.is_spent AS is_probe, new.is_spent, old.remaining - new.remaining AS drawn, new.remaining
""")

_FILL = text("""
UPDATE budget SET most = coalesce(:most, most), remaining = :remaining, is_spent = false
WHERE (provider, account_id, name) = (:provider, :account_id, :name)
""")

_CLOSE = text("""
UPDATE budget SET most = coalesce(:most, most), remaining = 0, is_spent = true,
    free_at = clock_timestamp() + :seconds * interval '1 s'
WHERE (provider, account_id, name) = (:provider, :account_id, :name)
""")

_LIST = text("""
SELECT name, most, seconds, remaining, is_spent, free_at, clock_timestamp() AS now,
    CASE WHEN used_since > clock_timestamp() - seconds * interval '1 s' THEN used ELSE 0 END AS used,
    used_since + seconds * interval '1 s' AS renewed_at
FROM budget WHERE provider = :provider AND account_id = :account_id ORDER BY name
""")

_FORGET = text("DELETE FROM budget WHERE greatest(free_at, used_since) < clock_timestamp() - :days * interval '1 day'")


async def add(engine: AsyncEngine, key: Key, *, most: int | None, seconds: float) -> None:
    """Begin to count a window, unless somebody does already."""
    await _do(engine, _ADD, key, most=most, seconds=seconds)


async def find(engine: AsyncEngine, key: Key) -> Row[Any] | None:
    """Read a window: how many it takes at the most, and in how many seconds it is free."""
    return await _one(engine, _FIND, key)


async def lease(
    engine: AsyncEngine, key: Key, count: int, *, most: int, interval: float, tolerance: float, patience: float
) -> float | None:
    """Reserve slots of a paced window; return in how many seconds the first one is, below 0 where it has come.

    None where the window is not counted yet, takes another number by now, or is free only after `patience`.
    """
    row = await _one(
        engine, _LEASE, key, count=count, most=most, interval=interval, tolerance=tolerance, patience=patience
    )
    return None if row is None else float(row.first_in)


async def hold(engine: AsyncEngine, key: Key, seconds: float) -> None:
    """Let nobody take of a paced window for some time."""
    await _do(engine, _HOLD, key, seconds=seconds)


async def set_most(engine: AsyncEngine, key: Key, most: int) -> None:
    """Note how many a window takes."""
    await _do(engine, _SET_MOST, key, most=most)


async def draw(
    engine: AsyncEngine,
    key: Key,
    *,
    price: int,
    count: int,
    spent: int,
    probe_seconds: float,
    closed_seconds: float,
) -> Row[Any] | None:
    """Draw from a pool, and count what was `spent` of what was drawn before; None where none is counted, or closed."""
    return await _one(
        engine,
        _DRAW,
        key,
        price=price,
        count=count,
        spent=spent,
        probe_seconds=probe_seconds,
        closed_seconds=closed_seconds,
    )


async def fill(engine: AsyncEngine, key: Key, *, most: int | None, remaining: int | None) -> None:
    """Note what is left of a pool, which is open."""
    await _do(engine, _FILL, key, most=most, remaining=remaining)


async def close(engine: AsyncEngine, key: Key, *, most: int | None, seconds: float) -> None:
    """Note that nothing is left of a pool, and when to ask again."""
    await _do(engine, _CLOSE, key, most=most, seconds=seconds)


async def list_windows(conn: AsyncConnection, provider: str, account_id: str) -> Sequence[Row[Any]]:
    """List what is counted for an account."""
    return (await conn.execute(_LIST, {"provider": provider, "account_id": account_id})).all()


async def find_account(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID) -> tuple[str, str] | None:
    """Find the account of a connection: its provider, and what that calls it."""
    statement = select(connection.c.provider, connection.c.account_id).where(
        connection.c.workspace_id == workspace_id, connection.c.connection_id == connection_id
    )
    found = (await conn.execute(statement)).one_or_none()
    return (found.provider, found.account_id) if found else None


async def forget_idle(engine: AsyncEngine, *, days: int) -> None:
    """Forget the windows that nobody took of for days."""
    async with engine.connect() as conn:
        await conn.execute(_FORGET, {"days": days})


async def _do(engine: AsyncEngine, statement: TextClause, key: Key, **values: Any) -> None:
    async with engine.connect() as conn:
        await conn.execute(statement, msgspec.structs.asdict(key) | values)


async def _one(engine: AsyncEngine, statement: TextClause, key: Key, **values: Any) -> Row[Any] | None:
    async with engine.connect() as conn:
        return (await conn.execute(statement, msgspec.structs.asdict(key) | values)).one_or_none()
