"""All SQL of what is alike: the pairs of records that weigh enough to be worth a thought."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from servicekit.arrays import columns, uuids
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.resolution.matching import ALIKE, Edge
from identity.store.queries import SourceName

_LOAD = """
SELECT a.workspace_id, a.left_id, a.right_id, a.strength
FROM unnest(%(workspace_id)s, %(source_id)s) AS s (workspace_id, source_id)
JOIN alike a ON a.workspace_id = s.workspace_id AND a.left_id = s.source_id AND a.joins
"""


async def load_alike(conn: AsyncConnection, names: Sequence[SourceName]) -> dict[UUID, list[Edge]]:
    """Load the pairs of these records that weigh enough to join, by workspace."""
    found: dict[UUID, list[Edge]] = defaultdict(list)
    for row in await conn.exec_driver_sql(_LOAD, columns(names, {"workspace_id": uuids, "source_id": uuids})):
        found[row.workspace_id].append(Edge(row.left_id, row.right_id, ALIKE, "", row.strength))
    return found
