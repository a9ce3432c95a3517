"""All SQL that keeps the search index. Whoever calls it has locked the workspaces' indexes first."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from uuid import UUID

import msgspec
from servicekit.arrays import Kind, columns, integers, moments, texts, uuids
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.resolution.golden import GoldenRow
from identity.resolution.records import SourceRecord
from identity.search.documents import NEVER, Document, Mark
from identity.store import suggestion_queries
from identity.store.queries import AS_WRITTEN, source_record


class GoldenName(msgspec.Struct, frozen=True, gc=False, order=True):
    """A golden record, or one that was."""

    workspace_id: UUID
    golden_id: UUID


class RecordName(msgspec.Struct, frozen=True, gc=False):
    """What a source record is called outside."""

    workspace_id: UUID
    connection_id: UUID
    provider_id: str


class TokenName(msgspec.Struct, frozen=True, gc=False):
    """A token of a golden record."""

    workspace_id: UUID
    token: str
    golden_id: UUID


class Shown(msgspec.Struct, frozen=True):
    """A golden record as it is now, with all its members and when the last of their interactions was."""

    row: GoldenRow
    members: list[SourceRecord]
    happened_at: datetime | None
    review_from: datetime | None


# A lock of its own: who changes who is who never waits for the index. It is taken before anything is read, so what one
# transaction leaves out because it had not happened yet, the next one sees.
_LOCK = text(f"""
SELECT pg_advisory_xact_lock(hashtextextended('search:' || w, 0)), {AS_WRITTEN}
FROM unnest(CAST(:workspaces AS text[])) AS w
""")  # noqa: S608 - the parts are ours


async def lock_indexes(conn: AsyncConnection, workspaces: Collection[UUID]) -> None:
    """Lock the indexes of workspaces, so that writers of one wait for each other."""
    await conn.execute(_LOCK, {"workspaces": sorted(map(str, workspaces))})


_LIST_GOLDEN = text("""
SELECT workspace_id, coalesce(m.golden_id, s.source_id) AS golden_id
FROM json_to_recordset(CAST(:rows AS json)) AS r (workspace_id uuid, connection_id uuid, provider_id text)
JOIN source_identity s USING (workspace_id, connection_id, provider_id)
LEFT JOIN identity_map m USING (workspace_id, source_id)
""")


async def list_golden_of(conn: AsyncConnection, rows: str) -> set[GoldenName]:
    """Name the golden records of source records, of those that are known."""
    found = await conn.execute(_LIST_GOLDEN, {"rows": rows})
    return {GoldenName(row.workspace_id, row.golden_id) for row in found}


async def load_review_from(conn: AsyncConnection, names: Collection[GoldenName]) -> dict[GoldenName, datetime]:
    """Tell from when on golden records are to be reviewed, of those of which anything is asked."""
    named = columns(names, {"workspace_id": uuids, "golden_id": uuids})
    found = await suggestion_queries.load_review_from(conn, named, never=NEVER)
    return {GoldenName(*pair): review_from for pair, review_from in found.items()}


_LOAD_SHOWN = """
WITH golden AS (
    SELECT g.* FROM unnest(%(workspace_id)s, %(golden_id)s) AS n (workspace_id, golden_id)
    JOIN golden_record g USING (workspace_id, golden_id)
), member AS (
    SELECT workspace_id, golden_id, golden_id AS source_id FROM golden
    UNION ALL
    SELECT workspace_id, golden_id, m.source_id
    FROM golden g JOIN identity_map m USING (workspace_id, golden_id)
    WHERE m.source_id <> golden_id
)
SELECT workspace_id, m.golden_id, source_id, s.connection_id, s.provider, s.provider_id, s.first_seen_at,
       s.shown_revision, s.gone_revision, s.contact, s.keys,
       (SELECT max(i.happened_at) FROM interaction_contact i
        WHERE i.workspace_id = m.workspace_id AND i.connection_id = s.connection_id
          AND i.contact_id = s.provider_id) AS happened_at
FROM member m JOIN source_identity s USING (workspace_id, source_id)
"""

_LOAD_ROWS = """
SELECT g.* FROM unnest(%(workspace_id)s, %(golden_id)s) AS n (workspace_id, golden_id)
JOIN golden_record g USING (workspace_id, golden_id)
"""


async def load_shown(conn: AsyncConnection, names: Collection[GoldenName]) -> list[Shown]:
    """Load those of these golden records that there are."""
    named = columns(names, {"workspace_id": uuids, "golden_id": uuids})
    rows = (await conn.exec_driver_sql(_LOAD_ROWS, named)).mappings()
    shown = {
        GoldenName(row["workspace_id"], row["golden_id"]): GoldenRow(**{**row, "providers": tuple(row["providers"])})
        for row in rows
    }
    members: dict[GoldenName, list[SourceRecord]] = defaultdict(list)
    happened: dict[GoldenName, datetime] = {}
    for row in await conn.exec_driver_sql(_LOAD_SHOWN, named):
        name = GoldenName(row.workspace_id, row.golden_id)
        members[name].append(source_record(row))
        if row.happened_at and (name not in happened or happened[name] < row.happened_at):
            happened[name] = row.happened_at
    review = await load_review_from(conn, names)
    return [
        Shown(row, members[name], happened.get(name), review.get(name))
        for name, row in shown.items()
        if name in members
    ]


_LOAD_TOKENS = """
SELECT workspace_id, golden_id, d.tokens FROM unnest(%(workspace_id)s, %(golden_id)s) AS n (workspace_id, golden_id)
JOIN search_document d USING (workspace_id, golden_id)
"""


async def load_tokens(conn: AsyncConnection, names: Collection[GoldenName]) -> dict[GoldenName, str]:
    """Tell which tokens these golden records are found by so far; what has no document is left out."""
    named = columns(names, {"workspace_id": uuids, "golden_id": uuids})
    found = await conn.exec_driver_sql(_LOAD_TOKENS, named)
    return {GoldenName(row.workspace_id, row.golden_id): row.tokens for row in found}


_SAVE_MARKS = """
UPDATE search_document d SET review_from = r.review_from, tokens = r.tokens
FROM unnest(%(workspace_id)s, %(golden_id)s, %(review_from)s, %(tokens)s)
    AS r (workspace_id, golden_id, review_from, tokens)
WHERE (d.workspace_id, d.golden_id) = (r.workspace_id, r.golden_id)
  AND (d.review_from, d.tokens) IS DISTINCT FROM (r.review_from, r.tokens)
"""


async def save_marks(conn: AsyncConnection, marks: Mapping[GoldenName, Mark]) -> None:
    """Write what documents say of the questions about their golden records."""
    if marks:
        named = columns(marks, {"workspace_id": uuids, "golden_id": uuids})
        said = columns(marks.values(), {"review_from": moments, "tokens": texts})
        await conn.exec_driver_sql(_SAVE_MARKS, named | said)


_COLUMNS: dict[str, Kind] = dict.fromkeys(Document.__struct_fields__, texts) | {
    "workspace_id": uuids,
    "golden_id": uuids,
    "sources": integers,
    "updated_at": moments,
    "last_interaction_at": moments,
    "review_from": moments,
}  # fmt: skip

_FIELDS = ", ".join(_COLUMNS)

_SAVE_DOCUMENTS = f"""
INSERT INTO search_document AS d ({_FIELDS})
SELECT * FROM unnest({", ".join(f"%({field})s" for field in _COLUMNS)})
ON CONFLICT (workspace_id, golden_id) DO UPDATE
SET ({_FIELDS}) = ({", ".join(f"excluded.{field}" for field in _COLUMNS)})
WHERE d IS DISTINCT FROM excluded
"""  # noqa: S608 - the names are ours

_DELETE_DOCUMENTS = """
DELETE FROM search_document WHERE ctid = ANY (ARRAY(
    SELECT d.ctid FROM unnest(%(workspace_id)s, %(golden_id)s) AS n (workspace_id, golden_id)
    JOIN search_document d USING (workspace_id, golden_id)
))
"""


async def save_documents(conn: AsyncConnection, documents: Sequence[Document], gone: Collection[GoldenName]) -> None:
    """Write documents, and take away those of golden records that are gone."""
    if documents:
        await conn.exec_driver_sql(_SAVE_DOCUMENTS, columns(documents, _COLUMNS))
    if gone:
        await conn.exec_driver_sql(_DELETE_DOCUMENTS, columns(gone, {"workspace_id": uuids, "golden_id": uuids}))


_TOKEN: dict[str, Kind] = {"workspace_id": uuids, "token": texts, "golden_id": uuids}

_ADD_TOKENS = """
INSERT INTO search_token (workspace_id, token, golden_id)
SELECT * FROM unnest(%(workspace_id)s, %(token)s, %(golden_id)s)
"""

_MAKE_SURE_OF_TOKENS = f"{_ADD_TOKENS} ON CONFLICT DO NOTHING"

_DELETE_TOKENS = """
DELETE FROM search_token WHERE ctid = ANY (ARRAY(
    SELECT t.ctid FROM unnest(%(workspace_id)s, %(token)s, %(golden_id)s) AS n (workspace_id, token, golden_id)
    JOIN search_token t USING (workspace_id, token, golden_id)
))
"""


async def save_tokens(
    conn: AsyncConnection, added: Collection[TokenName], removed: Collection[TokenName], *, unsure: bool = False
) -> None:
    """Write the difference in tokens; `unsure` where some of those added may be there already."""
    if removed:
        await conn.exec_driver_sql(_DELETE_TOKENS, columns(removed, _TOKEN))
    if added:
        # In the order of the index, whose pages are then met one after the other.
        ordered = sorted(added, key=attrgetter("token"))
        await conn.exec_driver_sql(_MAKE_SURE_OF_TOKENS if unsure else _ADD_TOKENS, columns(ordered, _TOKEN))


_WORKSPACES_TO_REBUILD = text("SELECT workspaces_to_rebuild()")

_TAKE_REBUILD = text("SELECT after FROM search_rebuild WHERE workspace_id = :workspace_id FOR UPDATE SKIP LOCKED")

_LIST_SLICE = text("""
(SELECT golden_id FROM golden_record WHERE workspace_id = :workspace_id AND golden_id > :after
 ORDER BY golden_id LIMIT :at_most)
UNION
(SELECT golden_id FROM search_document WHERE workspace_id = :workspace_id AND golden_id > :after
 ORDER BY golden_id LIMIT :at_most)
ORDER BY golden_id LIMIT :at_most
""")

_MOVE_REBUILD = text("UPDATE search_rebuild SET after = :after WHERE workspace_id = :workspace_id")

_END_REBUILD = text("DELETE FROM search_rebuild WHERE workspace_id = :workspace_id")

_NOTHING = UUID(int=0)


async def list_to_rebuild(conn: AsyncConnection) -> list[UUID]:
    """Name the workspaces whose index is to be made anew; it needs none in sight."""
    return list((await conn.execute(_WORKSPACES_TO_REBUILD)).scalars())


async def take_slice(conn: AsyncConnection, workspace_id: UUID, at_most: int) -> list[UUID] | None:
    """List the next golden ids of a rebuild, those that have only a document left too; None when another has it."""
    taken = (await conn.execute(_TAKE_REBUILD, {"workspace_id": workspace_id})).first()
    if taken is None:
        return None
    named = {"workspace_id": workspace_id, "after": taken.after or _NOTHING, "at_most": at_most}
    return list((await conn.execute(_LIST_SLICE, named)).scalars())


async def pass_slice(conn: AsyncConnection, workspace_id: UUID, after: UUID | None) -> None:
    """Note how far a rebuild is; None when it is done."""
    if after is None:
        await conn.execute(_END_REBUILD, {"workspace_id": workspace_id})
    else:
        await conn.execute(_MOVE_REBUILD, {"workspace_id": workspace_id, "after": after})
