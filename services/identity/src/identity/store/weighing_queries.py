"""All SQL of weighing: the forms of records, the blocks they are in, and the pairs that are alike."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from uuid import UUID

import msgspec
from servicekit.arrays import columns, integers, texts, uuids
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.json_rows import as_json
from identity.normalise import Form
from identity.store.queries import SourceName

_form = msgspec.json.Decoder(Form)


class Weighed(msgspec.Struct, frozen=True, gc=False):
    """A record as it is compared: its form, and the blocks it is in."""

    workspace_id: UUID
    source_id: UUID
    form: Form
    blocks: tuple[int, ...]


class BlockName(msgspec.Struct, frozen=True, gc=False):
    """A block of a workspace."""

    workspace_id: UUID
    block: int


class Pair(msgspec.Struct, frozen=True, gc=False):
    """Two records that are alike, in the order of their ids; `joins` where nobody need be asked."""

    workspace_id: UUID
    left_id: UUID
    right_id: UUID
    strength: int
    joins: bool


_LOAD_WEIGHED = """
SELECT w.workspace_id, w.source_id, w.form, w.blocks
FROM unnest(%(workspace_id)s, %(source_id)s) AS s (workspace_id, source_id)
JOIN weighed_record w USING (workspace_id, source_id)
"""


async def load_weighed(conn: AsyncConnection, workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, Weighed]:
    """Load records as they were weighed last."""
    named = {"workspace_id": uuids([workspace_id] * len(ids)), "source_id": uuids(ids)}
    return {
        row.source_id: Weighed(row.workspace_id, row.source_id, _form.decode(row.form), tuple(row.blocks))
        for row in await conn.exec_driver_sql(_LOAD_WEIGHED, named)
    }


_LOAD_FORMS = """
SELECT w.source_id, w.form
FROM unnest(%(source_id)s) AS s (source_id)
JOIN weighed_record w ON w.workspace_id = %(workspace_id)s AND w.source_id = s.source_id
"""


async def load_forms(conn: AsyncConnection, workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, Form]:
    """Load no more of records than they are compared by."""
    named = {"workspace_id": workspace_id, "source_id": uuids(ids)}
    return {row.source_id: _form.decode(row.form) for row in await conn.exec_driver_sql(_LOAD_FORMS, named)}


_LOAD_CONTACTS = """
SELECT s.source_id, s.contact
FROM unnest(%(workspace_id)s, %(source_id)s) AS n (workspace_id, source_id)
JOIN source_identity s USING (workspace_id, source_id)
"""


async def load_contacts(conn: AsyncConnection, workspace_id: UUID, ids: Collection[UUID]) -> list[tuple[UUID, str]]:
    """Load what records show, as JSON; those that are gone show it still, those that were erased are left out."""
    named = {"workspace_id": uuids([workspace_id] * len(ids)), "source_id": uuids(ids)}
    return [(row.source_id, row.contact) for row in await conn.exec_driver_sql(_LOAD_CONTACTS, named)]


_SAVE_WEIGHED = """
INSERT INTO weighed_record (workspace_id, source_id, form, blocks)
SELECT workspace_id, source_id, form, CAST(string_to_array(blocks, ',') AS bigint[])
FROM unnest(%(workspace_id)s, %(source_id)s, %(form)s, %(blocks)s) AS r (workspace_id, source_id, form, blocks)
ON CONFLICT (workspace_id, source_id) DO UPDATE SET form = excluded.form, blocks = excluded.blocks
"""

_ENTER = """
INSERT INTO block (workspace_id, block, source_id)
SELECT * FROM unnest(%(workspace_id)s, %(block)s, %(source_id)s) ON CONFLICT DO NOTHING
"""

_LEAVE = """
DELETE FROM block WHERE ctid = ANY (ARRAY(
    SELECT b.ctid FROM unnest(%(workspace_id)s, %(block)s, %(source_id)s) AS r (workspace_id, block, source_id)
    JOIN block b USING (workspace_id, block, source_id)
))
"""


async def save_weighed(conn: AsyncConnection, records: Sequence[Weighed]) -> None:
    """Write how records are weighed."""
    plain = columns(records, {"workspace_id": uuids, "source_id": uuids})
    forms = texts([msgspec.json.encode(record.form) for record in records])
    blocks = texts([",".join(map(str, record.blocks)) for record in records])
    await conn.exec_driver_sql(_SAVE_WEIGHED, {**plain, "form": forms, "blocks": blocks})


async def move(
    conn: AsyncConnection, workspace_id: UUID, *, entered: Iterable[tuple[int, UUID]], left: Iterable[tuple[int, UUID]]
) -> None:
    """Put records into blocks, and take them out of others."""
    for statement, unordered in ((_ENTER, entered), (_LEAVE, left)):
        # In the order of the index, whose pages are then met one after the other.
        if places := sorted(unordered, key=itemgetter(0)):
            named = {
                "workspace_id": uuids([workspace_id] * len(places)),
                "block": integers([block for block, _ in places]),
                "source_id": uuids([source_id for _, source_id in places]),
            }
            await conn.exec_driver_sql(statement, named)


_CARRIERS = """
SELECT b.block, c.source_ids
FROM unnest(%(blocks)s, %(at_most)s) AS b (block, at_most)
CROSS JOIN LATERAL (
    SELECT array_agg(source_id) AS source_ids
    FROM (
        SELECT source_id FROM block WHERE workspace_id = %(workspace_id)s AND block.block = b.block
        ORDER BY source_id LIMIT b.at_most
    ) AS carrier
    HAVING count(*) > 1 OR (count(*) = 1 AND b.block & 1 = 1)
) AS c
"""


async def list_carriers(conn: AsyncConnection, workspace_id: UUID, blocks: Mapping[int, int]) -> dict[int, set[UUID]]:
    """List who is in blocks: of each as many at most as is asked for.

    Who is alone in one is left out, but for telephones' (odd numbers, see `blocking`), which it may have shared.
    """
    found: dict[int, set[UUID]] = defaultdict(set)
    if not blocks:
        return found
    named = {"workspace_id": workspace_id, "blocks": integers(blocks.keys()), "at_most": integers(blocks.values())}
    for row in await conn.exec_driver_sql(_CARRIERS, named):
        found[row.block] = set(row.source_ids)
    return found


_LOAD_PAIRS = """
SELECT a.left_id, a.right_id, a.strength, a.joins
FROM unnest(%(ids)s) AS s (source_id)
CROSS JOIN LATERAL (
    SELECT * FROM alike WHERE workspace_id = %(workspace_id)s AND left_id = s.source_id
    UNION ALL
    SELECT * FROM alike WHERE workspace_id = %(workspace_id)s AND right_id = s.source_id
) AS a
"""


async def load_pairs(conn: AsyncConnection, workspace_id: UUID, ids: Collection[UUID]) -> set[Pair]:
    """Load the pairs that these records are in."""
    rows = await conn.exec_driver_sql(_LOAD_PAIRS, {"workspace_id": workspace_id, "ids": uuids(ids)})
    return {Pair(workspace_id, row.left_id, row.right_id, row.strength, row.joins) for row in rows}


_LOAD_PARTED_PAIRS = """
SELECT a.left_id, a.right_id, a.strength, a.joins
FROM (
    SELECT DISTINCT a.left_id, a.right_id, a.strength, a.joins
    FROM unnest(%(blocks)s) AS f (block)
    JOIN block l ON l.workspace_id = %(workspace_id)s AND l.block = f.block
    JOIN alike a ON a.workspace_id = %(workspace_id)s AND a.left_id = l.source_id
    JOIN block r ON r.workspace_id = %(workspace_id)s AND r.block = f.block AND r.source_id = a.right_id
    WHERE NOT (a.left_id = ANY (%(again)s) OR a.right_id = ANY (%(again)s))
) AS a
JOIN weighed_record l ON l.workspace_id = %(workspace_id)s AND l.source_id = a.left_id
JOIN weighed_record r ON r.workspace_id = %(workspace_id)s AND r.source_id = a.right_id
WHERE NOT EXISTS (
    SELECT FROM unnest(l.blocks) AS b (block)
    WHERE b.block = ANY (r.blocks) AND (
        SELECT count(*) FROM (
            SELECT FROM block WHERE workspace_id = %(workspace_id)s AND block.block = b.block LIMIT %(block_limit)s + 1
        ) AS carrier
    ) <= %(block_limit)s
)
"""


async def load_parted_pairs(
    conn: AsyncConnection, workspace_id: UUID, filled: Collection[int], again: Collection[UUID], block_limit: int
) -> set[Pair]:
    """Load the pairs that share one of the blocks that filled up, and no other that is not too full.

    Pairs of records that are to be compared `again` are left out.
    """
    if not filled:
        return set()
    named = {
        "workspace_id": workspace_id,
        "blocks": integers(filled),
        "again": uuids(again),
        "block_limit": block_limit,
    }
    rows = await conn.exec_driver_sql(_LOAD_PARTED_PAIRS, named)
    return {Pair(workspace_id, row.left_id, row.right_id, row.strength, row.joins) for row in rows}


_SAVE_PAIRS = text("""
INSERT INTO alike (workspace_id, left_id, right_id, strength, joins)
SELECT * FROM json_to_recordset(CAST(:pairs AS json))
    AS p (workspace_id uuid, left_id uuid, right_id uuid, strength integer, joins boolean)
ON CONFLICT (workspace_id, left_id, right_id) DO UPDATE SET strength = excluded.strength, joins = excluded.joins
""")

_MARK = text("UPDATE workspace SET has_alike = true WHERE workspace_id = :workspace_id AND NOT has_alike")

_DELETE_PAIRS = text("""
DELETE FROM alike a
USING json_to_recordset(CAST(:pairs AS json)) AS p (workspace_id uuid, left_id uuid, right_id uuid)
WHERE (a.workspace_id, a.left_id, a.right_id) = (p.workspace_id, p.left_id, p.right_id)
""")


async def save_pairs(conn: AsyncConnection, workspace_id: UUID, pairs: Collection[Pair]) -> None:
    """Write pairs that are alike."""
    if pairs:
        await conn.execute(_SAVE_PAIRS, {"pairs": as_json(list(pairs))})
        await conn.execute(_MARK, {"workspace_id": workspace_id})


async def delete_pairs(conn: AsyncConnection, pairs: Collection[Pair]) -> None:
    """Forget pairs."""
    if pairs:
        await conn.execute(_DELETE_PAIRS, {"pairs": as_json(list(pairs))})


_FREED = text("""
WITH lost AS (
    SELECT workspace_id, block, r.block_limit, count(*) AS lost
    FROM json_to_recordset(CAST(:rows AS json)) AS r (workspace_id uuid, source_id uuid, block_limit integer)
    JOIN weighed_record w USING (workspace_id, source_id) CROSS JOIN unnest(w.blocks) AS block
    GROUP BY workspace_id, block, r.block_limit
)
SELECT DISTINCT workspace_id, c.source_id
FROM lost l CROSS JOIN LATERAL (
    SELECT source_id, count(*) OVER () AS were
    FROM (SELECT source_id FROM block b WHERE b.workspace_id = l.workspace_id AND b.block = l.block
          ORDER BY source_id LIMIT l.block_limit + l.lost + 1) AS carrier
) AS c
WHERE c.were - l.lost <= l.block_limit AND (c.were > l.block_limit OR l.block & 1 = 1)
""")


async def list_freed(conn: AsyncConnection, leaving: Collection[tuple[SourceName, int]]) -> set[SourceName]:
    """List who is in a block that is too full with those who leave it, given its limit, and no longer without.

    Also who shared a telephone's block with them (an odd number, see `blocking`): they may be its only owners now.
    """
    rows = [
        {"workspace_id": name.workspace_id, "source_id": name.source_id, "block_limit": limit}
        for name, limit in leaving
    ]
    found = {SourceName(*row) for row in await conn.execute(_FREED, {"rows": as_json(rows)})}
    return found - {name for name, _ in leaving}
