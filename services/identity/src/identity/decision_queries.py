"""All SQL of decisions: a person's word on who is who."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.json_rows import as_json
from identity.matching import Decision, Verdict
from identity.queries import SourceName

_LOAD_DECISIONS = text("""
WITH spoken AS (
    SELECT DISTINCT workspace_id, n.number
    FROM json_to_recordset(CAST(:names AS json)) AS r (workspace_id uuid, source_id uuid)
    JOIN decision_member n USING (workspace_id, source_id)
)
SELECT workspace_id, number, d.verdict, m.side, m.source_id
FROM spoken JOIN decision d USING (workspace_id, number) JOIN decision_member m USING (workspace_id, number)
WHERE d.withdrawn_at IS NULL
ORDER BY workspace_id, number, m.side
""")


async def load_decisions(conn: AsyncConnection, names: Iterable[SourceName]) -> dict[UUID, list[Decision]]:
    """Load the decisions in force that name any of these records, whole, by workspace."""
    found: dict[tuple[UUID, int, Any], dict[int, set[UUID]]] = {}
    for row in await conn.execute(_LOAD_DECISIONS, {"names": as_json(list(names))}):
        sides = found.setdefault((row.workspace_id, row.number, row.verdict), {})
        sides.setdefault(row.side, set()).add(row.source_id)
    decisions: dict[UUID, list[Decision]] = {}
    for (workspace_id, number, verdict), sides in found.items():
        decision = Decision(number=number, verdict=verdict, sides=tuple(map(frozenset, sides.values())))
        decisions.setdefault(workspace_id, []).append(decision)
    return decisions


_SAVE_DECISION = text("""
WITH counted AS (
    UPDATE workspace SET decisions = decisions + 1 WHERE workspace_id = :workspace_id RETURNING decisions
)
INSERT INTO decision (workspace_id, number, verdict, decided_by)
SELECT :workspace_id, decisions, :verdict, :decided_by FROM counted
RETURNING number
""")

_SAVE_MEMBERS = text("""
INSERT INTO decision_member (workspace_id, source_id, number, side)
SELECT :workspace_id, m.source_id, :number, m.side
FROM json_to_recordset(CAST(:members AS json)) AS m (source_id uuid, side integer)
""")

_WITHDRAW_DECISION = text("""
WITH withdrawn AS (
    UPDATE decision SET withdrawn_at = now()
    WHERE workspace_id = :workspace_id AND number = :number AND withdrawn_at IS NULL
    RETURNING workspace_id, number
)
SELECT source_id FROM decision_member JOIN withdrawn USING (workspace_id, number)
""")


async def save_decision(
    conn: AsyncConnection,
    workspace_id: UUID,
    verdict: Verdict,
    sides: Sequence[Collection[UUID]],
    decided_by: UUID | None,
) -> int:
    """Write a decision under the workspace's next number."""
    named = {"workspace_id": workspace_id, "verdict": verdict, "decided_by": decided_by}
    number: int = (await conn.execute(_SAVE_DECISION, named)).scalar_one()
    members = [{"source_id": id_, "side": side} for side, ids in enumerate(sides) for id_ in ids]
    await conn.execute(_SAVE_MEMBERS, {"workspace_id": workspace_id, "number": number, "members": as_json(members)})
    return number


async def withdraw_decision(conn: AsyncConnection, workspace_id: UUID, number: int) -> list[UUID]:
    """Mark a decision withdrawn; list its members, none when there is nothing to withdraw."""
    rows = await conn.execute(_WITHDRAW_DECISION, {"workspace_id": workspace_id, "number": number})
    return list(rows.scalars())
