"""What connections does by itself: tokens stay fresh, and the rest stays tidy."""

import asyncio
from datetime import timedelta

from connections import queries, webhook_queries, webhooks
from connections.disconnection import give_back_due
from connections.listening import listen_due
from connections.renewal import refresh_due
from connections.rotation import reseal
from connections.vault import Vault

TIDY_SECONDS = 60


async def keep_fresh(vault: Vault, *, every_seconds: float, ahead_seconds: float) -> None:
    """Refresh tokens before they end, until cancelled."""
    while True:
        await refresh_due(vault, ahead=timedelta(seconds=ahead_seconds))
        await asyncio.sleep(every_seconds)


async def keep_listening(vault: Vault, *, told_at: str, every_seconds: float) -> None:
    """Have changes told wherever providers do that, until cancelled."""
    while True:
        await listen_due(vault, told_at)
        await asyncio.sleep(every_seconds)


async def keep_tidy(vault: Vault) -> None:
    """Give grants back that the provider did not take at once, forget what is old, seal with the newest key."""
    while True:
        await give_back_due(vault)
        async with vault.db.transaction() as conn:
            await queries.delete_expired_handshakes(conn)
            await webhook_queries.delete_old_deliveries(conn, webhooks.KEPT_FOR)
        await reseal(vault)
        await asyncio.sleep(TIDY_SECONDS)
