"""All SQL that keeps the questions people are asked, and lists them.

Nearly all pairs that are alike are of one golden record soon, so the questions have a table of their own, as long as
there are questions. Whoever changes who is who puts right those of the golden records it touched; reading them then
costs what is shown, however many pairs there are.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from servicekit.arrays import columns, uuids
from sqlalchemy import ColumnElement, Row, Select, func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.json_rows import as_json
from identity.resolution.matching import ALIKE
from identity.resolution.suggestions import Carrier, Evidence, Suggestion
from identity.tables import suggestion

_COLUMNS = [suggestion.c[name] for name in Suggestion.__struct_fields__]

# What is materialised here is found first, whatever the planner thinks: of a workspace whose records have just come it
# knows nothing, takes all of them for one, and then goes through all of them for each that it looks for.
_LOAD_CARRIERS = """
WITH component AS MATERIALIZED (
    SELECT DISTINCT coalesce(m.component_id, g.golden_id) AS component_id
    FROM unnest(%(ids)s) AS g (golden_id)
    LEFT JOIN identity_map m ON m.workspace_id = %(workspace_id)s AND m.source_id = g.golden_id
), member AS MATERIALIZED (
    SELECT component_id AS source_id, component_id AS golden_id FROM component
    UNION ALL
    SELECT m.source_id, m.golden_id
    FROM component c JOIN identity_map m ON m.workspace_id = %(workspace_id)s AND m.component_id = c.component_id
)
SELECT m.source_id, m.golden_id, s.gone_revision >= s.shown_revision AS gone, s.keys
FROM member m JOIN source_identity s ON s.workspace_id = %(workspace_id)s AND s.source_id = m.source_id
"""


async def load_carriers(conn: AsyncConnection, workspace_id: UUID, golden_ids: Collection[UUID]) -> list[Carrier]:
    """Load all records that edges reach from these golden records, whatever forbids some of the joins."""
    rows = await conn.exec_driver_sql(_LOAD_CARRIERS, {"workspace_id": workspace_id, "ids": uuids(golden_ids)})
    return [Carrier(row.source_id, row.golden_id, row.gone, tuple(row.keys)) for row in rows]


_LOAD_ALIKE = """
WITH near AS MATERIALIZED (
    SELECT s.source_id AS left_id, s.golden_id AS left_golden, a.source_id AS right_id, a.strength
    FROM unnest(%(source_id)s, %(golden_id)s) AS s (source_id, golden_id)
    CROSS JOIN LATERAL (
        SELECT right_id AS source_id, strength FROM alike
        WHERE workspace_id = %(workspace_id)s AND left_id = s.source_id
        UNION ALL
        SELECT left_id, strength FROM alike WHERE workspace_id = %(workspace_id)s AND right_id = s.source_id
    ) AS a
)
SELECT n.left_id, n.right_id, n.left_golden, coalesce(m.golden_id, n.right_id) AS right_golden, n.strength
FROM near n
LEFT JOIN identity_map m ON m.workspace_id = %(workspace_id)s AND m.source_id = n.right_id
JOIN source_identity i ON i.workspace_id = %(workspace_id)s AND i.source_id = n.right_id
WHERE coalesce(m.golden_id, n.right_id) <> n.left_golden AND i.gone_revision < i.shown_revision
"""


async def load_alike_apart(conn: AsyncConnection, workspace_id: UUID, members: Collection[Carrier]) -> list[Evidence]:
    """Load the pairs of these records with others that are alike, in another golden record, and not gone."""
    named = columns(members, {"source_id": uuids, "golden_id": uuids})
    rows = await conn.exec_driver_sql(_LOAD_ALIKE, {"workspace_id": workspace_id, **named})
    return [
        Evidence(row.left_id, row.right_id, row.left_golden, row.right_golden, ALIKE, "", row.strength) for row in rows
    ]


_FIND_GOLDEN = """
SELECT s.source_id, coalesce(m.golden_id, s.source_id) AS golden_id
FROM unnest(%(ids)s) AS s (source_id)
LEFT JOIN identity_map m ON m.workspace_id = %(workspace_id)s AND m.source_id = s.source_id
"""


async def load_golden_ids(conn: AsyncConnection, workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Tell in which golden record each of these records is."""
    rows = await conn.exec_driver_sql(_FIND_GOLDEN, {"workspace_id": workspace_id, "ids": uuids(ids)})
    return {row.source_id: row.golden_id for row in rows}


_LIVE = "SELECT golden_id FROM golden_record WHERE workspace_id = %(workspace_id)s AND golden_id = ANY (%(ids)s)"


async def which_live(conn: AsyncConnection, workspace_id: UUID, golden_ids: Collection[UUID]) -> set[UUID]:
    """Tell which of these golden records there are."""
    rows = await conn.exec_driver_sql(_LIVE, {"workspace_id": workspace_id, "ids": uuids(golden_ids)})
    return set(rows.scalars())


_LOAD = f"""
SELECT {", ".join("q." + column.name for column in _COLUMNS)}
FROM unnest(%(ids)s) AS g (golden_id)
CROSS JOIN LATERAL (
    SELECT * FROM suggestion WHERE workspace_id = %(workspace_id)s AND older_id = g.golden_id
    UNION ALL
    SELECT * FROM suggestion WHERE workspace_id = %(workspace_id)s AND younger_id = g.golden_id
) AS q
"""  # noqa: S608 - the columns are ours


async def load_questions(
    conn: AsyncConnection, workspace_id: UUID, golden_ids: Collection[UUID]
) -> dict[UUID, Suggestion]:
    """Load the questions that are asked of these golden records, those put off too."""
    rows = await conn.exec_driver_sql(_LOAD, {"workspace_id": workspace_id, "ids": uuids(golden_ids)})
    return {row.suggestion_id: _suggestion(row) for row in rows}


def _suggestion(row: Row[Any]) -> Suggestion:
    return Suggestion(**{name: getattr(row, name) for name in Suggestion.__struct_fields__})


# What was put off was put off for the evidence there was: other evidence asks anew.
_SAVE = text("""
INSERT INTO suggestion (workspace_id, suggestion_id, older_id, younger_id, left_id, right_id, rule, value, strength)
SELECT * FROM json_to_recordset(CAST(:rows AS json)) AS r (workspace_id uuid, suggestion_id uuid, older_id uuid,
    younger_id uuid, left_id uuid, right_id uuid, rule text, value text, strength integer)
ON CONFLICT (workspace_id, suggestion_id) DO UPDATE
SET left_id = excluded.left_id, right_id = excluded.right_id, rule = excluded.rule, value = excluded.value,
    strength = excluded.strength, put_off_until = NULL, put_off_by = NULL
""")

_DELETE = text("""
DELETE FROM suggestion WHERE workspace_id = :workspace_id AND suggestion_id = ANY (CAST(:ids AS uuid[]))
""")


async def save_questions(conn: AsyncConnection, questions: Iterable[Suggestion]) -> None:
    """Ask questions, or ask them anew."""
    if rows := list(questions):
        await conn.execute(_SAVE, {"rows": as_json(rows)})


async def delete_questions(conn: AsyncConnection, workspace_id: UUID, ids: Collection[UUID]) -> None:
    """Ask no longer."""
    if ids:
        await conn.execute(_DELETE, {"workspace_id": workspace_id, "ids": list(ids)})


def _asked(workspace_id: UUID, *, now: datetime, min_strength: int | None, put_off: bool) -> list[ColumnElement[bool]]:
    until = suggestion.c.put_off_until
    wanted = [suggestion.c.workspace_id == workspace_id]
    wanted.append(until > now if put_off else until.is_(None) | (until <= now))
    if min_strength is not None:
        wanted.append(suggestion.c.strength >= min_strength)
    return wanted


async def list_questions(
    conn: AsyncConnection,
    workspace_id: UUID,
    *,
    now: datetime,
    min_strength: int | None,
    put_off: bool,
    after: tuple[int, UUID] | None,
    at_most: int,
) -> list[tuple[Suggestion, datetime | None]]:
    """List questions, the strongest first, with the time until which each is put off."""
    place = suggestion.c.strength, suggestion.c.suggestion_id
    wanted: Select[Any] = select(*_COLUMNS, suggestion.c.put_off_until).where(
        *_asked(workspace_id, now=now, min_strength=min_strength, put_off=put_off)
    )
    if after is not None:
        wanted = wanted.where(tuple_(*place) < tuple_(*after))
    wanted = wanted.order_by(*(column.desc() for column in place)).limit(at_most)
    return [(_suggestion(row), row.put_off_until) for row in await conn.execute(wanted)]


async def count_questions(
    conn: AsyncConnection, workspace_id: UUID, *, now: datetime, min_strength: int | None, at_most: int
) -> int:
    """Count the questions that are not put off, as far as `at_most`."""
    asked = _asked(workspace_id, now=now, min_strength=min_strength, put_off=False)
    some = select(suggestion.c.suggestion_id).where(*asked).limit(at_most).subquery()
    return (await conn.execute(select(func.count()).select_from(some))).scalar_one()


async def find_question(
    conn: AsyncConnection, workspace_id: UUID, id_: UUID
) -> tuple[Suggestion, datetime | None] | None:
    """Find a question, with the time until which it is put off."""
    wanted: Select[Any] = select(*_COLUMNS, suggestion.c.put_off_until).where(
        suggestion.c.workspace_id == workspace_id, suggestion.c.suggestion_id == id_
    )
    row = (await conn.execute(wanted)).one_or_none()
    return (_suggestion(row), row.put_off_until) if row else None


_FIND = text(f"""
SELECT {", ".join(column.name for column in _COLUMNS)} FROM suggestion
WHERE workspace_id = :workspace_id AND suggestion_id = ANY (CAST(:ids AS uuid[]))
""")  # noqa: S608 - the columns are ours


async def find_questions(conn: AsyncConnection, workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, Suggestion]:
    """Find questions by their ids."""
    rows = await conn.execute(_FIND, {"workspace_id": workspace_id, "ids": list(ids)})
    return {row.suggestion_id: _suggestion(row) for row in rows}


_PUT_OFF = text("""
UPDATE suggestion SET put_off_until = :until, put_off_by = :put_off_by
WHERE workspace_id = :workspace_id AND suggestion_id = ANY (CAST(:ids AS uuid[]))
RETURNING suggestion_id
""")


async def put_off(
    conn: AsyncConnection, workspace_id: UUID, ids: Sequence[UUID], *, until: datetime | None, put_off_by: UUID | None
) -> set[UUID]:
    """Put questions off, or with no time ask them again; tell which there were."""
    named = {"workspace_id": workspace_id, "ids": list(ids), "until": until, "put_off_by": put_off_by}
    return set((await conn.execute(_PUT_OFF, named)).scalars())


_REVIEW_FROM = """
SELECT g.workspace_id, g.golden_id, min(coalesce(q.put_off_until, %(never)s)) AS review_from
FROM unnest(%(workspace_id)s, %(golden_id)s) AS g (workspace_id, golden_id)
CROSS JOIN LATERAL (
    SELECT put_off_until FROM suggestion WHERE workspace_id = g.workspace_id AND older_id = g.golden_id
    UNION ALL
    SELECT put_off_until FROM suggestion WHERE workspace_id = g.workspace_id AND younger_id = g.golden_id
) AS q
GROUP BY g.workspace_id, g.golden_id
"""


async def load_review_from(
    conn: AsyncConnection, names: Mapping[str, object], *, never: datetime
) -> dict[tuple[UUID, UUID], datetime]:
    """Tell from when on golden records are to be reviewed, those of which anything is asked; `never` put off is first.

    `names` are arrays of `workspace_id` and `golden_id`.
    """
    rows = await conn.exec_driver_sql(_REVIEW_FROM, {**names, "never": never})
    return {(row.workspace_id, row.golden_id): row.review_from for row in rows}


_COUNT_OF_EACH = """
SELECT g.golden_id, count(*) AS questions
FROM unnest(%(ids)s) AS g (golden_id)
CROSS JOIN LATERAL (
    SELECT put_off_until FROM suggestion WHERE workspace_id = %(workspace_id)s AND older_id = g.golden_id
    UNION ALL
    SELECT put_off_until FROM suggestion WHERE workspace_id = %(workspace_id)s AND younger_id = g.golden_id
) AS q
WHERE q.put_off_until IS NULL OR q.put_off_until <= %(now)s
GROUP BY g.golden_id
"""


async def count_of_each(
    conn: AsyncConnection, workspace_id: UUID, golden_ids: Collection[UUID], *, now: datetime
) -> dict[UUID, int]:
    """Count the questions asked of each of these golden records, one statement for any number; none is left out."""
    named = {"workspace_id": workspace_id, "ids": uuids(golden_ids), "now": now}
    return {row.golden_id: row.questions for row in await conn.exec_driver_sql(_COUNT_OF_EACH, named)}
