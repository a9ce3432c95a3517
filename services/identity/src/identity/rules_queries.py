"""All SQL of rules. A version never changes once it is written, so those in use are remembered."""

from collections.abc import Collection
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.json_rows import as_json
from identity.rules import DEFAULT, Rules

REMEMBERED = 100

_remembered: dict[tuple[UUID, int], Rules] = {}

_LOAD = text("""
SELECT workspace_id, version, rules
FROM json_to_recordset(CAST(:names AS json)) AS n (workspace_id uuid, version integer)
JOIN rules USING (workspace_id, version)
""")


async def load_rules(conn: AsyncConnection, versions: Collection[tuple[UUID, int]]) -> dict[UUID, Rules]:
    """Load the rules of workspaces, each by its version; 0 is what holds where nobody set anything."""
    missing = [name for name in versions if name[1] and name not in _remembered]
    if missing:
        named = as_json([{"workspace_id": workspace_id, "version": version} for workspace_id, version in missing])
        for row in await conn.execute(_LOAD, {"names": named}):
            while len(_remembered) >= REMEMBERED:
                _remembered.pop(next(iter(_remembered)))
            _remembered[row.workspace_id, row.version] = msgspec.json.decode(row.rules, type=Rules)
    return {name[0]: _remembered[name] if name[1] else DEFAULT for name in versions}


_CURRENT = text("SELECT rules_version FROM workspace WHERE workspace_id = :workspace_id")


async def current_rules(conn: AsyncConnection, workspace_id: UUID) -> Rules:
    """Load the rules that hold in a workspace now."""
    version = (await conn.execute(_CURRENT, {"workspace_id": workspace_id})).scalar_one_or_none()
    return (await load_rules(conn, [(workspace_id, version or 0)]))[workspace_id]


def forget_all() -> None:
    """Remember no rules, where a database was emptied."""
    _remembered.clear()


_SAVE = text("""
WITH numbered AS (
    UPDATE workspace SET rules_version = (
        SELECT coalesce(max(version), 0) + 1 FROM rules WHERE workspace_id = :workspace_id)
    WHERE workspace_id = :workspace_id RETURNING rules_version
)
INSERT INTO rules (workspace_id, version, rules, made_by)
SELECT :workspace_id, rules_version, :rules, :made_by FROM numbered RETURNING version
""")


async def save_rules(conn: AsyncConnection, workspace_id: UUID, rules: Rules, made_by: UUID | None) -> int:
    """Write rules as a workspace's next version, which holds from now on; return its number.

    The version in `rules` itself is not looked at.
    """
    named = {"workspace_id": workspace_id, "rules": msgspec.json.encode(rules).decode(), "made_by": made_by}
    version: int = (await conn.execute(_SAVE, named)).scalar_one()
    return version
