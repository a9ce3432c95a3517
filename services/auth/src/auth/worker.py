"""The loop beside the requests: signing keys in time, and nothing kept that is past."""

import asyncio
from datetime import UTC, datetime

import structlog
from servicekit.database import Database

from auth import personal_token_queries, queries, session_queries
from auth.keys import Keys
from auth.limits import Limits
from auth.sessions import Rotation

log = structlog.get_logger()

EVERY_SECONDS = 3600.0


async def keep_house(db: Database, keys: Keys, limits: Limits, rotation: Rotation) -> None:
    """Tidy up now and every hour, until cancelled. Any number of copies may do so at once."""
    while True:
        await tidy(db, keys, limits, rotation, now=datetime.now(UTC))
        await asyncio.sleep(EVERY_SECONDS)


async def tidy(db: Database, keys: Keys, limits: Limits, rotation: Rotation, *, now: datetime) -> None:
    """Rotate the keys that are due, and forget sessions and attempts that are long past."""
    await keys.rotate(now=now)
    async with db.transaction() as conn:
        sessions = await session_queries.delete_ended(conn, now - rotation.lives)
        tokens = await personal_token_queries.delete_ended(conn, now - rotation.lives)
        attempts = await queries.delete_attempts_before(conn, now - limits.window)
    log.info("house_kept", sessions_forgotten=sessions, tokens_forgotten=tokens, attempts_forgotten=attempts)
