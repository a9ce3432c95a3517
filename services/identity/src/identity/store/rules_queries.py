"""All SQL of rules. A version never changes once it is written, so those in use are remembered."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.json_rows import as_json
from identity.normalise import VERSION
from identity.rules.ruleset import DEFAULT, Rules

REMEMBERED = 100

_remembered: dict[tuple[UUID, int], Rules] = {}

_rules = msgspec.json.Decoder(Rules)

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
            _remembered[row.workspace_id, row.version] = _rules.decode(row.rules)
    return {name[0]: _remembered[name] if name[1] else DEFAULT for name in versions}


_REWEIGH = text("""
WITH weighed AS (UPDATE workspace SET weighed_by = :weighed_by WHERE workspace_id = :workspace_id)
INSERT INTO reweighing (workspace_id) VALUES (:workspace_id)
ON CONFLICT (workspace_id) DO UPDATE SET after = NULL, done = 0, begun_at = now()
""")


async def begin_reweighing(conn: AsyncConnection, workspace_id: UUID) -> None:
    """Have all records of a workspace weighed and settled anew; from the beginning, if that is under way."""
    await conn.execute(_REWEIGH, {"workspace_id": workspace_id, "weighed_by": VERSION})


_PROGRESS = text("""
SELECT r.done, (SELECT count(*) FROM source_identity s WHERE s.workspace_id = r.workspace_id) AS total
FROM reweighing r WHERE r.workspace_id = :workspace_id
""")


async def find_progress(conn: AsyncConnection, workspace_id: UUID) -> tuple[int, int] | None:
    """Tell how many records of how many have been settled by the rules that hold; None where all have."""
    row = (await conn.execute(_PROGRESS, {"workspace_id": workspace_id})).one_or_none()
    return (row.done, row.total) if row else None


_TO_REWEIGH = text("SELECT workspaces_to_reweigh()")

_WEIGHED_OTHERWISE = text("SELECT workspaces_weighed_otherwise(:weighed_by)")

_TAKE = text("SELECT after FROM reweighing WHERE workspace_id = :workspace_id FOR UPDATE SKIP LOCKED")

_SLICE = text("""
SELECT source_id FROM source_identity
WHERE workspace_id = :workspace_id AND source_id > :after
ORDER BY source_id LIMIT :at_most
""")

_PASS = text("UPDATE reweighing SET after = :after, done = done + :done WHERE workspace_id = :workspace_id")

_END = text("DELETE FROM reweighing WHERE workspace_id = :workspace_id")


async def list_weighed_otherwise(conn: AsyncConnection) -> list[UUID]:
    """List the workspaces, of all, whose records were weighed by other normalisers than there are now."""
    return list((await conn.execute(_WEIGHED_OTHERWISE, {"weighed_by": VERSION})).scalars())


async def list_to_reweigh(conn: AsyncConnection) -> list[UUID]:
    """List the workspaces, of all, whose records are to be weighed anew."""
    return list((await conn.execute(_TO_REWEIGH)).scalars())


async def take_slice(conn: AsyncConnection, workspace_id: UUID, at_most: int) -> list[UUID] | None:
    """Name the next records to be weighed anew; none at the end, and None when another copy is at it."""
    taken = (await conn.execute(_TAKE, {"workspace_id": workspace_id})).one_or_none()
    if taken is None:
        return None
    return await list_slice(conn, workspace_id, after=taken.after, at_most=at_most)


async def list_slice(conn: AsyncConnection, workspace_id: UUID, *, after: UUID | None, at_most: int) -> list[UUID]:
    """List records of a workspace by their ids, from one on."""
    named = {"workspace_id": workspace_id, "after": after or UUID(int=0), "at_most": at_most}
    return list((await conn.execute(_SLICE, named)).scalars())


async def pass_slice(conn: AsyncConnection, workspace_id: UUID, ids: Sequence[UUID]) -> None:
    """Note that these were weighed anew; with none, that all were."""
    if ids:
        await conn.execute(_PASS, {"workspace_id": workspace_id, "after": ids[-1], "done": len(ids)})
    else:
        await conn.execute(_END, {"workspace_id": workspace_id})


_SAMPLE = text("""
SELECT contact FROM source_identity WHERE workspace_id = :workspace_id AND contact <> '{}'
ORDER BY substring(uuid_send(source_id) FROM 9) LIMIT :at_most
""")


async def sample_contacts(conn: AsyncConnection, workspace_id: UUID, at_most: int) -> list[str]:
    """Take so many contacts as JSON, the same ones each time: which, the hashes of their records decide."""
    return list((await conn.execute(_SAMPLE, {"workspace_id": workspace_id, "at_most": at_most})).scalars())


_CURRENT = text("SELECT rules_version FROM workspace WHERE workspace_id = :workspace_id")


async def current_version(conn: AsyncConnection, workspace_id: UUID) -> int:
    """Tell the version of the rules that hold; 0 where nobody set anything."""
    return (await conn.execute(_CURRENT, {"workspace_id": workspace_id})).scalar_one_or_none() or 0


async def current_rules(conn: AsyncConnection, workspace_id: UUID) -> Rules:
    """Load the rules that hold in a workspace now."""
    version = await current_version(conn, workspace_id)
    return (await load_rules(conn, [(workspace_id, version)]))[workspace_id]


def forget_all() -> None:
    """Remember no rules, where a database was emptied."""
    _remembered.clear()


_WRITE = text("""
INSERT INTO rules (workspace_id, version, rules, made_by, restores)
SELECT :workspace_id, coalesce(max(version), 0) + 1, :rules, :made_by, :restores
FROM rules WHERE workspace_id = :workspace_id
RETURNING version
""")

_HOLD = text("""
WITH held AS (UPDATE workspace SET rules_version = :version WHERE workspace_id = :workspace_id)
UPDATE rules SET held_from = now() WHERE workspace_id = :workspace_id AND version = :version
""")


async def write_rules(
    conn: AsyncConnection, workspace_id: UUID, rules: Rules, made_by: UUID | None, *, restores: int | None = None
) -> int:
    """Write rules as the next version of a workspace that is locked; return its number. They do not hold yet."""
    named = {
        "workspace_id": workspace_id,
        "rules": msgspec.json.encode(rules).decode(),
        "made_by": made_by,
        "restores": restores,
    }
    version: int = (await conn.execute(_WRITE, named)).scalar_one()
    return version


async def hold_rules(conn: AsyncConnection, workspace_id: UUID, version: int) -> None:
    """Have a version hold from now on, in a workspace that is locked."""
    await conn.execute(_HOLD, {"workspace_id": workspace_id, "version": version})


async def save_rules(
    conn: AsyncConnection, workspace_id: UUID, rules: Rules, made_by: UUID | None, *, restores: int | None = None
) -> int:
    """Write rules as the next version of a workspace that is locked, and have it hold; return its number."""
    version = await write_rules(conn, workspace_id, rules, made_by, restores=restores)
    await hold_rules(conn, workspace_id, version)
    return version


class HeldRules(msgspec.Struct, frozen=True):
    """A version of rules that holds or held."""

    version: int
    rules: Rules
    held_from: datetime
    made_by: UUID | None
    restores: int | None


_VERSIONS = text("""
SELECT version, rules, held_from, made_by, restores FROM rules
WHERE workspace_id = :workspace_id AND held_from IS NOT NULL AND version < :before
ORDER BY version DESC LIMIT :at_most
""")


async def list_versions(conn: AsyncConnection, workspace_id: UUID, *, before: int, at_most: int) -> list[HeldRules]:
    """List the versions that held, the last first."""
    named = {"workspace_id": workspace_id, "before": before, "at_most": at_most}
    return [
        HeldRules(row.version, _rules.decode(row.rules), row.held_from, row.made_by, row.restores)
        for row in await conn.execute(_VERSIONS, named)
    ]
