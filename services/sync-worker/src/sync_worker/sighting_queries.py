"""The SQL of complete readings: what they showed, and what they did not."""

from uuid import UUID

from contracts.interactions import InteractionKind
from servicekit.arrays import Integers, Texts
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker.run import Origin, Run
from sync_worker.source_queries import Went, WentInteraction

_SEE = """
INSERT INTO sighting AS t (workspace_id, connection_id, kind, provider_id, listing, line)
SELECT %(workspace_id)s, %(connection_id)s, kind, provider_id, %(listing)s, nullif(line, 0)
FROM unnest(%(kinds)s, %(provider_ids)s, %(lines)s) AS s (kind, provider_id, line)
ON CONFLICT (workspace_id, connection_id, kind, provider_id) DO UPDATE SET
    listing = excluded.listing, line = excluded.line
WHERE t.listing <> excluded.listing OR (t.line IS NULL AND excluded.line IS NOT NULL)
"""


async def save_sightings(
    conn: AsyncConnection, origin: Origin, listing: UUID, *, kinds: Texts, provider_ids: Texts, lines: Integers
) -> int:
    """Note that a reading showed these records, each named once; return how many it had not shown before.

    The kind of a contact is empty, and so (0) is the line of what is in no file.
    """
    where = {**_whose(origin, listing), "kinds": kinds, "provider_ids": provider_ids, "lines": lines}
    return (await conn.exec_driver_sql(_SEE, where)).rowcount


_LINES = """
SELECT provider_id, line FROM sighting
WHERE workspace_id = %(workspace_id)s AND connection_id = %(connection_id)s AND kind = ''
  AND provider_id = ANY (%(provider_ids)s) AND listing = %(listing)s AND line IS NOT NULL
"""


async def find_lines(conn: AsyncConnection, origin: Origin, listing: UUID, provider_ids: Texts) -> dict[str, int]:
    """Tell on which lines of a file a reading showed contacts first."""
    where = {**_whose(origin, listing), "provider_ids": provider_ids}
    return {row.provider_id: row.line for row in await conn.exec_driver_sql(_LINES, where)}


_CONTACTS_SLICE = text("""
SELECT max(provider_id) FROM (
    SELECT provider_id FROM source_contact
    WHERE workspace_id = :workspace_id AND connection_id = :connection_id AND provider_id > :after
    ORDER BY provider_id LIMIT :at_most) s
""")
# A difference of two ranges, and not a join of the tables: of tables that just filled up the planner knows nothing, and
# looks through all of one for each row of the other.
_UNSEEN_CONTACTS = """
    SELECT provider_id FROM source_contact
    WHERE workspace_id = :workspace_id AND connection_id = :connection_id
      AND provider_id > :after AND provider_id <= :until AND gone_at IS NULL
    EXCEPT
    SELECT provider_id FROM sighting
    WHERE workspace_id = :workspace_id AND connection_id = :connection_id AND kind = ''
      AND provider_id > :after AND provider_id <= :until AND listing = :listing
"""
_CONTACTS_ABSENT = text(f"""
UPDATE source_contact s
SET gone_at = statement_timestamp(), gone_reason = 'absent', merged_into = NULL, revision = s.revision + 1
WHERE s.workspace_id = :workspace_id AND s.connection_id = :connection_id AND s.gone_at IS NULL
  AND s.provider_id = ANY (ARRAY ({_UNSEEN_CONTACTS}))
RETURNING s.provider_id, s.revision, s.first_seen_at, s.gone_reason AS reason, s.merged_into
""")  # noqa: S608 - the part is ours


async def mark_contacts_absent(
    conn: AsyncConnection, run: Run, listing: UUID, *, after: str, at_most: int
) -> tuple[str | None, list[Went]]:
    """Of the next so many contacts, mark those as gone that a reading did not show.

    Return where to go on, None at the end, and those that went.
    """
    where = {**_whose(run, listing), "after": after}
    until: str | None = (await conn.execute(_CONTACTS_SLICE, {**where, "at_most": at_most})).scalar_one()
    if until is None:
        return None, []
    return until, [Went(*row) for row in await conn.execute(_CONTACTS_ABSENT, {**where, "until": until})]


_INTERACTIONS_SLICE = text("""
SELECT max(provider_id) FROM (
    SELECT provider_id FROM source_interaction
    WHERE workspace_id = :workspace_id AND connection_id = :connection_id AND kind = :kind AND provider_id > :after
    ORDER BY provider_id LIMIT :at_most) s
""")
_UNSEEN_INTERACTIONS = """
    SELECT provider_id FROM source_interaction
    WHERE workspace_id = :workspace_id AND connection_id = :connection_id AND kind = :kind
      AND provider_id > :after AND provider_id <= :until AND gone_at IS NULL
    EXCEPT
    SELECT provider_id FROM sighting
    WHERE workspace_id = :workspace_id AND connection_id = :connection_id AND kind = :kind
      AND provider_id > :after AND provider_id <= :until AND listing = :listing
"""
_INTERACTIONS_ABSENT = text(f"""
UPDATE source_interaction s
SET gone_at = statement_timestamp(), gone_reason = 'absent', revision = s.revision + 1
WHERE s.workspace_id = :workspace_id AND s.connection_id = :connection_id AND s.kind = :kind AND s.gone_at IS NULL
  AND s.provider_id = ANY (ARRAY ({_UNSEEN_INTERACTIONS}))
RETURNING s.kind, s.provider_id, s.revision, s.gone_reason AS reason
""")  # noqa: S608 - as above


async def mark_interactions_absent(
    conn: AsyncConnection, run: Run, listing: UUID, kind: InteractionKind, *, after: str, at_most: int
) -> tuple[str | None, list[WentInteraction]]:
    """Do the same with the interactions of a kind."""
    where = {**_whose(run, listing), "kind": kind, "after": after}
    until: str | None = (await conn.execute(_INTERACTIONS_SLICE, {**where, "at_most": at_most})).scalar_one()
    if until is None:
        return None, []
    went = await conn.execute(_INTERACTIONS_ABSENT, {**where, "until": until})
    return until, [WentInteraction(*row) for row in went]


_UNSEEN = {True: text(_UNSEEN_CONTACTS), False: text(_UNSEEN_INTERACTIONS)}


async def list_unseen(
    conn: AsyncConnection, run: Run, listing: UUID, kind: InteractionKind | None, *, after: str, at_most: int
) -> list[str]:
    """Of the next so many records of a kind, list those that a reading did not show: what would be marked."""
    where = {**_whose(run, listing), "kind": kind, "after": after}
    slice_of = _CONTACTS_SLICE if kind is None else _INTERACTIONS_SLICE
    until: str | None = (await conn.execute(slice_of, {**where, "at_most": at_most})).scalar_one()
    if until is None:
        return []
    return sorted((await conn.execute(_UNSEEN[kind is None], {**where, "until": until})).scalars())


_LIVING = {
    True: text("""
    SELECT EXISTS (SELECT FROM source_contact
        WHERE workspace_id = :workspace_id AND connection_id = :connection_id AND gone_at IS NULL)
    """),
    False: text("""
    SELECT EXISTS (SELECT FROM source_interaction
        WHERE workspace_id = :workspace_id AND connection_id = :connection_id AND kind = :kind AND gone_at IS NULL)
    """),
}


async def has_living(conn: AsyncConnection, run: Run, kind: InteractionKind | None) -> bool:
    """Whether anything of a kind is held that could be absent."""
    where = {"workspace_id": run.workspace_id, "connection_id": run.connection_id, "kind": kind}
    is_there: bool = (await conn.execute(_LIVING[kind is None], where)).scalar_one()
    return is_there


_OUTDATED = text("""
DELETE FROM skipped_record WHERE ctid = ANY (ARRAY (
    SELECT ctid FROM skipped_record
    WHERE workspace_id = :workspace_id AND connection_id = :connection_id AND stream = :stream
      AND listing IS DISTINCT FROM :listing LIMIT :at_most))
""")


async def delete_outdated_skipped(conn: AsyncConnection, run: Run, stream: str, listing: UUID, *, at_most: int) -> int:
    """Forget some of what earlier readings could not read: this one has said all that is so still."""
    where = {**_whose(run, listing), "stream": stream, "at_most": at_most}
    return (await conn.execute(_OUTDATED, where)).rowcount


def _whose(origin: Origin, listing: UUID) -> dict[str, UUID]:
    return {"workspace_id": origin.workspace_id, "connection_id": origin.connection_id, "listing": listing}
