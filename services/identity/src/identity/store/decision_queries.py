"""All SQL of decisions: a person's word on who is who."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec
from contracts.golden_records import Verdict
from servicekit.arrays import Kind, columns, uuids
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.json_rows import as_json
from identity.resolution.golden import Pin
from identity.resolution.matching import Decision
from identity.store.queries import SourceName

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


_COUNT = text("""
UPDATE workspace SET decisions = decisions + :made WHERE workspace_id = :workspace_id RETURNING decisions
""")

_SAVE_DECISIONS = text("""
WITH given AS (
    SELECT * FROM json_to_recordset(CAST(:decisions AS json)) AS d (number integer, verdict text, sides json)
), members AS (
    INSERT INTO decision_member (workspace_id, source_id, number, side)
    SELECT :workspace_id, CAST(m.source_id AS uuid), g.number, s.side - 1
    FROM given g
    CROSS JOIN json_array_elements(g.sides) WITH ORDINALITY AS s (members, side)
    CROSS JOIN json_array_elements_text(s.members) AS m (source_id)
)
INSERT INTO decision (workspace_id, number, verdict, decided_by)
SELECT :workspace_id, number, verdict, :decided_by FROM given
""")

_SAVE_PINS = text("""
INSERT INTO pin (workspace_id, number, source_id, field, value, pinned_by)
SELECT :workspace_id, number, source_id, field, value, :decided_by
FROM json_to_recordset(CAST(:pins AS json)) AS p (number integer, source_id uuid, field text, value text)
""")

_WITHDRAW = [
    text(f"""
    UPDATE {table} SET withdrawn_at = now()
    WHERE workspace_id = :workspace_id AND number = ANY (CAST(:numbers AS integer[])) AND withdrawn_at IS NULL
    """)  # noqa: S608 - the names are ours
    for table in ("decision", "pin")
]


async def save_word(
    conn: AsyncConnection,
    workspace_id: UUID,
    *,
    decisions: Sequence[Decision],
    pins: Sequence[Pin],
    withdrawn: Collection[int],
    decided_by: UUID | None,
) -> None:
    """Write what a person said. Decisions and pins are numbered already, on from the workspace's count."""
    named = {"workspace_id": workspace_id, "decided_by": decided_by}
    if made := len(decisions) + len(pins):
        await conn.execute(_COUNT, {"workspace_id": workspace_id, "made": made})
    if decisions:
        await conn.execute(_SAVE_DECISIONS, {**named, "decisions": as_json(decisions)})
    if pins:
        await conn.execute(_SAVE_PINS, {**named, "pins": as_json(pins)})
    if withdrawn:
        for statement in _WITHDRAW:
            await conn.execute(statement, {"workspace_id": workspace_id, "numbers": sorted(withdrawn)})


_NAMED: dict[str, Kind] = {"workspace_id": uuids, "source_id": uuids}

_LOAD_PINS = """
SELECT p.workspace_id, p.number, p.source_id, p.field, p.value
FROM unnest(%(workspace_id)s, %(source_id)s) AS r (workspace_id, source_id)
JOIN pin p USING (workspace_id, source_id)
WHERE p.withdrawn_at IS NULL
"""


async def load_pins(conn: AsyncConnection, names: Iterable[SourceName]) -> list[tuple[UUID, Pin]]:
    """Load the pins in force that hang on these records, each with its workspace."""
    return [
        (row.workspace_id, Pin(number=row.number, source_id=row.source_id, field=row.field, value=row.value))
        for row in await conn.exec_driver_sql(_LOAD_PINS, columns(list(names), _NAMED))
    ]


async def pins_on(conn: AsyncConnection, names: Iterable[SourceName]) -> dict[UUID, list[Pin]]:
    """Load the pins in force that hang on these records, by record."""
    pins: dict[UUID, list[Pin]] = defaultdict(list)
    for _, pin in await load_pins(conn, names):
        pins[pin.source_id].append(pin)
    return pins


class Said(msgspec.Struct, frozen=True):
    """A decision or a pin by its number, and whether it is in force."""

    spoken: Decision | Pin
    in_force: bool


_FIND_DECISIONS = text("""
SELECT number, d.verdict, d.withdrawn_at IS NULL AS in_force, m.side, m.source_id
FROM decision d JOIN decision_member m USING (workspace_id, number)
WHERE workspace_id = :workspace_id AND number = ANY (CAST(:numbers AS integer[]))
ORDER BY number, m.side
""")

_FIND_PINS = text("""
SELECT number, source_id, field, value, withdrawn_at IS NULL AS in_force FROM pin
WHERE workspace_id = :workspace_id AND number = ANY (CAST(:numbers AS integer[]))
""")


async def find_said(conn: AsyncConnection, workspace_id: UUID, numbers: Collection[int]) -> list[Said]:
    """Find decisions and pins by their numbers, without those of which all whom they name were erased."""
    named = {"workspace_id": workspace_id, "numbers": list(numbers)}
    found = [
        Said(Pin(number=row.number, source_id=row.source_id, field=row.field, value=row.value), row.in_force)
        for row in await conn.execute(_FIND_PINS, named)
    ]
    for (number, verdict, in_force), rows in groupby(await conn.execute(_FIND_DECISIONS, named), key=_of_a_decision):
        sides: dict[int, set[UUID]] = {}
        for row in rows:
            sides.setdefault(row.side, set()).add(row.source_id)
        decision = Decision(number=number, verdict=verdict, sides=tuple(map(frozenset, sides.values())))
        found.append(Said(decision, in_force))
    return found


def _of_a_decision(row: Row[Any]) -> tuple[int, Verdict, bool]:
    return row.number, row.verdict, row.in_force
