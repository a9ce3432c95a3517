"""Rotating the keys that seal tokens: what an older key sealed is sealed again with the newest."""

from uuid import UUID

import structlog

from connections import queries
from connections.grants import TokensUnreadable, open_grant, seal_grant
from connections.vault import Vault

log = structlog.get_logger()

AT_MOST = 100
NONE_BEFORE = UUID(int=0)


async def reseal(vault: Vault) -> int:
    """Seal again what an older key sealed, in all workspaces; return how many connections that were.

    What no key of the ring opens is left as it is, for the day the key comes back.
    """
    resealed, after = 0, NONE_BEFORE
    while True:
        async with vault.db.transaction() as conn:
            places = await queries.list_sealed_otherwise(conn, vault.ring.current_prefix, after=after, at_most=AT_MOST)
        for workspace_id, connection_id in places:
            resealed += await _reseal(vault, workspace_id, connection_id)
            after = connection_id
        if len(places) < AT_MOST:
            return resealed


async def _reseal(vault: Vault, workspace_id: UUID, connection_id: UUID) -> bool:
    async with vault.db.transaction(workspace_id) as conn:
        sealed = await queries.find_grant(conn, connection_id, lock=True)
        if sealed is None:
            return False
        try:
            grant = open_grant(vault.ring, sealed)
        except TokensUnreadable:
            log.error("tokens_unreadable", workspace_id=workspace_id, connection_id=connection_id)
            return False
        await queries.save_seals(conn, seal_grant(vault.ring, workspace_id, sealed.provider, grant))
        return True
