"""The SQL of source records: a page is saved in a few statements, its columns as arrays."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, repeat
from typing import Any
from uuid import UUID

import msgspec
from contracts.contacts import GoneReason
from contracts.interactions import PARTS, InteractionKind
from providers.source import Skipped, SourceContact, SourceGone, SourceInteraction
from servicekit.arrays import Array, binaries, texts
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker.run import Origin

InteractionKey = tuple[InteractionKind, str]

HASH_BYTES = 16


class Saved(msgspec.Struct, frozen=True, gc=False):
    """A source contact that was written: `old_revision` is None for a new one, `said` the normalised contact's JSON."""

    provider_id: str
    revision: int
    old_revision: int | None
    first_seen_at: datetime
    said: bytes


class SavedInteraction(msgspec.Struct, frozen=True, gc=False):
    """A source interaction that was written.

    `moved` says whether it was known, and what its parts take from it is another now, or it came back.
    """

    kind: InteractionKind
    provider_id: str
    revision: int
    old_revision: int | None
    moved: bool = False


class Went(msgspec.Struct, frozen=True):
    """A source contact that went."""

    provider_id: str
    revision: int
    first_seen_at: datetime
    reason: GoneReason
    merged_into: str | None


class WentInteraction(msgspec.Struct, frozen=True):
    """A source interaction that went."""

    kind: InteractionKind
    provider_id: str
    revision: int
    reason: GoneReason


WholeGone = SourceGone | WentInteraction

_MICROSECOND = timedelta(microseconds=1)


_UNUSED_HASH = hashlib.blake2b(digest_size=HASH_BYTES)


def content_hash(said: bytes) -> bytes:
    """Hash the JSON of what we understood of a record: as long as it stays the same, there is nothing to announce."""
    hashed = _UNUSED_HASH.copy()  # quicker than to set another one up
    hashed.update(said)
    return hashed.digest()


# What is saved while a listing of its kind is under way counts as shown by it, whoever asked for it: the listing's own
# pages, a webhook's small fetch, or what we wrote ourselves. And what could not be understood before, now was.
_LOOK_UP_CONTACTS = """
WITH understood AS (
    DELETE FROM skipped_record
    WHERE (workspace_id, connection_id, stream) = (%(workspace_id)s, %(connection_id)s, %(stream)s)
      AND record_key = ANY (%(provider_ids)s)
), shown AS (
    INSERT INTO sighting AS t (workspace_id, connection_id, kind, provider_id, listing)
    SELECT p.workspace_id, p.connection_id, p.listing_kind, seen.provider_id, p.listing
    FROM stream_state p, unnest(%(provider_ids)s) AS seen (provider_id)
    WHERE (p.workspace_id, p.connection_id) = (%(workspace_id)s, %(connection_id)s)
      AND p.listing_kind = '' AND p.listing IS NOT NULL
    ON CONFLICT (workspace_id, connection_id, kind, provider_id) DO UPDATE SET listing = excluded.listing
    WHERE t.listing <> excluded.listing
)
SELECT first_revision, statement_timestamp() AS now,
       ARRAY (SELECT provider_id FROM source_contact s
              WHERE (s.workspace_id, s.connection_id) = (c.workspace_id, c.connection_id)
                AND s.provider_id = ANY (%(provider_ids)s)) AS known,
       ARRAY (SELECT provider_id FROM suppressed p
              WHERE (p.workspace_id, p.connection_id, p.kind) = (c.workspace_id, c.connection_id, '')
                AND p.provider_id = ANY (%(provider_ids)s)) AS suppressed
FROM connection c WHERE (c.workspace_id, c.connection_id) = (%(workspace_id)s, %(connection_id)s)
"""

# The planner may know nothing of a table that fills from empty, and it keeps the plan. For the rest of the transaction,
# all of which goes by keys.
_BY_KEY = "SET LOCAL enable_seqscan = off"

# The rows of a page are first seen in the page's order, a microsecond apart. The ids that listeners make of
# `first_seen_at` hold milliseconds: it puts pages in order; within a millisecond an id's hash decides, always the same
# way.
_ADD_CONTACTS = """
INSERT INTO source_contact
    (workspace_id, connection_id, provider_id, raw, content_hash, revision, first_seen_at, fetched_at)
SELECT %(workspace_id)s, %(connection_id)s, provider_id, raw::json, content_hash,
       %(revision)s, %(now)s + ordinal * interval '1 microsecond', %(now)s
FROM unnest(%(provider_ids)s, %(raws)s, %(hashes)s) WITH ORDINALITY AS c (provider_id, raw, content_hash, ordinal)
"""

# They were there a moment ago. A conflict finds them by their key, whatever the planner believes of the table.
_CHANGE_CONTACTS = """
INSERT INTO source_contact AS s
    (workspace_id, connection_id, provider_id, raw, content_hash, revision, first_seen_at, fetched_at)
SELECT %(workspace_id)s, %(connection_id)s, provider_id, raw::json, content_hash, %(revision)s, %(now)s, %(now)s
FROM unnest(%(provider_ids)s, %(raws)s, %(hashes)s) WITH ORDINALITY AS c (provider_id, raw, content_hash, ordinal)
ORDER BY ordinal
ON CONFLICT (workspace_id, connection_id, provider_id) DO UPDATE SET
    raw = excluded.raw, content_hash = excluded.content_hash, fetched_at = excluded.fetched_at,
    revision = s.revision + (s.content_hash <> excluded.content_hash OR s.gone_at IS NOT NULL)::int,
    gone_at = NULL, gone_reason = NULL, merged_into = NULL
WHERE s.content_hash <> excluded.content_hash OR s.gone_at IS NOT NULL OR s.raw::text <> excluded.raw::text
RETURNING new.provider_id, new.revision, old.revision AS old_revision, new.first_seen_at
"""


async def save_contacts(
    conn: AsyncConnection, origin: Origin, stream: str, contacts: Mapping[str, SourceContact]
) -> list[Saved]:
    """Save a page's contacts; return those that were written, known ones first. Those suppressed or unchanged are not.

    Whoever calls holds the connection. Which of them are known is looked up first: new ones are then written without
    asking for conflicts or for what was written, and that costs a third less.
    """
    if not contacts:
        return []
    whose = {**_whose(origin), "stream": stream}
    await conn.exec_driver_sql(_BY_KEY)
    where = {**whose, "provider_ids": texts(contacts)}
    row = (await conn.exec_driver_sql(_LOOK_UP_CONTACTS, where)).one()
    suppressed = set(row.suppressed)
    known = set(row.known) - suppressed
    apart = known | suppressed
    here = {**whose, "revision": row.first_revision, "now": row.now}
    saved: list[Saved] = []
    if known:
        columns, said = _contact_columns({id_: each for id_, each in contacts.items() if id_ in known})
        rows: Iterable[Sequence[Any]] = await conn.exec_driver_sql(_CHANGE_CONTACTS, {**here, **columns})
        saved += [Saved(id_, revision, old, seen_at, said[id_]) for id_, revision, old, seen_at in rows]
    if new := {id_: each for id_, each in contacts.items() if id_ not in apart} if apart else contacts:
        columns, said = _contact_columns(new)
        await conn.exec_driver_sql(_ADD_CONTACTS, {**here, **columns})
        seen = accumulate(repeat(_MICROSECOND, len(new)), initial=row.now + _MICROSECOND)
        saved += [
            Saved(id_, row.first_revision, None, seen_at, told)
            for (id_, told), seen_at in zip(said.items(), seen, strict=False)
        ]
    return saved


def _contact_columns(contacts: Mapping[str, SourceContact]) -> tuple[dict[str, Array], dict[str, bytes]]:
    """Make the columns of these contacts, and the JSON of what we understood of each."""
    said = {provider_id: msgspec.json.encode(each.contact) for provider_id, each in contacts.items()}
    columns = {
        "provider_ids": texts(contacts),
        "raws": texts([each.raw for each in contacts.values()]),
        "hashes": binaries([content_hash(each) for each in said.values()]),
    }
    return columns, said


_SAVE_INTERACTIONS = """
WITH understood AS (
    DELETE FROM skipped_record
    WHERE (workspace_id, connection_id, stream) = (%(workspace_id)s, %(connection_id)s, %(stream)s)
      AND record_key = ANY (%(provider_ids)s)
), shown AS (
    INSERT INTO sighting AS t (workspace_id, connection_id, kind, provider_id, listing)
    SELECT p.workspace_id, p.connection_id, p.listing_kind, seen.provider_id, p.listing
    FROM stream_state p, unnest(%(kinds)s, %(provider_ids)s) AS seen (kind, provider_id)
    WHERE (p.workspace_id, p.connection_id) = (%(workspace_id)s, %(connection_id)s)
      AND p.listing_kind = seen.kind AND p.listing IS NOT NULL
    ON CONFLICT (workspace_id, connection_id, kind, provider_id) DO UPDATE SET listing = excluded.listing
    WHERE t.listing <> excluded.listing
)
INSERT INTO source_interaction AS s
    (workspace_id, connection_id, kind, provider_id, raw, interaction, content_hash, revision, fetched_at)
SELECT %(workspace_id)s, %(connection_id)s, kind, provider_id, raw::json, interaction::json, content_hash,
       (SELECT first_revision FROM connection
        WHERE (workspace_id, connection_id) = (%(workspace_id)s, %(connection_id)s)),
       statement_timestamp()
FROM unnest(%(kinds)s, %(provider_ids)s, %(raws)s, %(interactions)s, %(hashes)s)
    WITH ORDINALITY AS i (kind, provider_id, raw, interaction, content_hash, ordinal)
ORDER BY ordinal
ON CONFLICT (workspace_id, connection_id, kind, provider_id) DO UPDATE SET
    raw = excluded.raw, interaction = excluded.interaction, content_hash = excluded.content_hash,
    fetched_at = excluded.fetched_at,
    revision = s.revision + (s.content_hash <> excluded.content_hash OR s.gone_at IS NOT NULL)::int,
    gone_at = NULL, gone_reason = NULL
WHERE s.content_hash <> excluded.content_hash OR s.gone_at IS NOT NULL OR s.raw::text <> excluded.raw::text
RETURNING new.kind, new.provider_id, new.revision, old.revision AS old_revision,
    old.revision IS NOT NULL AND (old.gone_at IS NOT NULL
        OR (old.interaction->>'title', old.interaction->>'url', old.interaction->>'contact_ids')
           IS DISTINCT FROM (new.interaction->>'title', new.interaction->>'url', new.interaction->>'contact_ids'))
    AS moved
"""


async def save_interactions(
    conn: AsyncConnection, origin: Origin, stream: str, interactions: Mapping[InteractionKey, SourceInteraction]
) -> list[SavedInteraction]:
    """Save a page's interactions; return those that were written."""
    if not interactions:
        return []
    said = [msgspec.json.encode(each.interaction) for each in interactions.values()]
    columns = {
        "kinds": texts([kind for kind, _ in interactions]),
        "provider_ids": texts([provider_id for _, provider_id in interactions]),
        "raws": texts([each.raw for each in interactions.values()]),
        "interactions": texts(said),
        "hashes": binaries([content_hash(each) for each in said]),
    }
    where = {**_whose(origin), "stream": stream, **columns}
    rows: Iterable[Sequence[Any]] = await conn.exec_driver_sql(_SAVE_INTERACTIONS, where)
    return [SavedInteraction(*row) for row in rows]


_LIVING_RAWS = text("""
SELECT provider_id, raw::text AS raw FROM source_contact
WHERE workspace_id = :workspace_id AND connection_id = :connection_id AND gone_at IS NULL
  AND provider_id = ANY (CAST(:provider_ids AS text[]))
""")


async def find_living_raws(conn: AsyncConnection, run: Origin, provider_ids: Sequence[str]) -> dict[str, bytes]:
    """Return the raw JSON of those of these contacts that live."""
    rows = await conn.execute(_LIVING_RAWS, {**_whose(run), "provider_ids": list(provider_ids)})
    return {row.provider_id: row.raw.encode() for row in rows}


_CONTACTS_GONE = text("""
UPDATE source_contact s
SET gone_at = statement_timestamp(), gone_reason = g.reason, merged_into = g.merged_into, revision = s.revision + 1
FROM json_to_recordset(CAST(:gone AS json)) AS g (provider_id text, reason text, merged_into text)
WHERE s.workspace_id = :workspace_id AND s.connection_id = :connection_id AND s.provider_id = g.provider_id
  AND s.gone_at IS NULL
RETURNING s.provider_id, s.revision, s.first_seen_at, s.gone_reason AS reason, s.merged_into
""")


async def mark_contacts_gone(conn: AsyncConnection, origin: Origin, gone: Sequence[SourceGone]) -> list[Went]:
    """Mark contacts as gone; return those that lived until now."""
    if not gone:
        return []
    went = await conn.execute(_CONTACTS_GONE, {**_whose(origin), "gone": _text(gone)})
    return [Went(*row) for row in went]


_INTERACTIONS_GONE = text("""
UPDATE source_interaction s
SET gone_at = statement_timestamp(), gone_reason = g.reason, revision = s.revision + 1
FROM json_to_recordset(CAST(:gone AS json)) AS g (kind text, provider_id text, reason text)
WHERE s.workspace_id = :workspace_id AND s.connection_id = :connection_id
  AND s.kind = g.kind AND s.provider_id = g.provider_id AND s.gone_at IS NULL
RETURNING s.kind, s.provider_id, s.revision, s.gone_reason AS reason
""")


async def mark_interactions_gone(
    conn: AsyncConnection, origin: Origin, gone: Sequence[SourceGone]
) -> list[WentInteraction]:
    """Mark interactions as gone; return those that lived until now."""
    if not gone:
        return []
    went = await conn.execute(_INTERACTIONS_GONE, {**_whose(origin), "gone": _text(gone)})
    return [WentInteraction(*row) for row in went]


# A part's id begins with that of its whole and a slash, and "0" is what comes behind a slash: a range of the key.
_PARTS_GONE = text("""
UPDATE source_interaction s
SET gone_at = statement_timestamp(), gone_reason = g.reason, revision = s.revision + 1
FROM json_to_recordset(CAST(:gone AS json)) AS g (kind text, whole_id text, reason text)
WHERE s.workspace_id = :workspace_id AND s.connection_id = :connection_id
  AND s.kind = g.kind AND s.provider_id > g.whole_id || '/' AND s.provider_id < g.whole_id || '0' AND s.gone_at IS NULL
RETURNING s.kind, s.provider_id, s.revision, s.gone_reason AS reason
""")


async def mark_parts_gone(conn: AsyncConnection, run: Origin, wholes: Iterable[WholeGone]) -> list[WentInteraction]:
    """Mark what interactions that are gone consisted of as gone too; return what lived until now."""
    gone = [
        {"kind": PARTS[whole.kind], "whole_id": whole.provider_id, "reason": whole.reason}
        for whole in wholes
        if whole.kind in PARTS
    ]
    if not gone:
        return []
    went = await conn.execute(_PARTS_GONE, {**_whose(run), "gone": _text(gone)})
    return [WentInteraction(*row) for row in went]


_SKIP = text("""
INSERT INTO skipped_record AS k
    (workspace_id, connection_id, stream, record_key, sync_id, provider_id, reason, raw, line, listing)
VALUES (:workspace_id, :connection_id, :stream, :record_key, :sync_id, :provider_id, :reason, :raw, :line, :listing)
ON CONFLICT (workspace_id, connection_id, stream, record_key) DO UPDATE SET
    sync_id = excluded.sync_id, reason = excluded.reason, raw = excluded.raw, skipped_at = excluded.skipped_at,
    provider_id = excluded.provider_id, line = excluded.line, listing = excluded.listing
""")


async def save_skipped(
    conn: AsyncConnection,
    origin: Origin,
    stream: str,
    skipped: Sequence[Skipped],
    *,
    sync_id: UUID | None,
    listing: UUID | None,
) -> None:
    """Keep what could not be read, with its reason; known by its line, its id, or else its bytes."""
    if not skipped:
        return
    rows = [
        {
            **_whose(origin),
            "stream": stream,
            "record_key": _key_of(each),
            "sync_id": sync_id,
            "provider_id": each.provider_id,
            "reason": each.reason,
            "raw": each.raw,
            "line": each.line,
            "listing": listing,
        }
        for each in skipped
    ]
    await conn.execute(_SKIP, rows)


def _key_of(skipped: Skipped) -> str:
    if skipped.line is not None:
        return f"line:{skipped.line}"
    return skipped.provider_id or f"sha256:{hashlib.sha256(skipped.raw).hexdigest()}"


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _whose(origin: Origin) -> dict[str, UUID]:
    return {"workspace_id": origin.workspace_id, "connection_id": origin.connection_id}
