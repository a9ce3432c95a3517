"""The SQL by which a change ends: source records and their keys, map lines, golden records.

Whoever writes has locked the workspaces first, so what these statements read nobody else changes meanwhile.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
from servicekit.arrays import Array, Kind, columns, integers, moments, texts, uuids
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.json_rows import as_json
from identity.resolution.changes import Changes, Known, Line
from identity.resolution.golden import GoldenRow
from identity.resolution.records import SourceRecord
from identity.store import history_queries
from identity.store.queries import SourceName, Workspace

_PLAIN_COLUMNS: dict[str, Kind] = {
    "workspace_id": uuids,
    "connection_id": uuids,
    "provider_id": texts,
    "source_id": uuids,
    "provider": texts,
    "first_seen_at": moments,
    "shown_revision": integers,
    "gone_revision": integers,
}

# Under the workspace's lock it is known which rows there are; asking for conflicts costs as much as an index.
_ADD_RECORDS = """
WITH record AS (
    SELECT workspace_id, connection_id, provider_id, source_id, provider, first_seen_at, shown_revision, gone_revision,
           contact, string_to_array(keys, E'\\n') AS keys
    FROM unnest(%(workspace_id)s, %(connection_id)s, %(provider_id)s, %(source_id)s,
                %(provider)s, %(first_seen_at)s, %(shown_revision)s,
                %(gone_revision)s, %(contact)s, %(keys)s)
        AS r (workspace_id, connection_id, provider_id, source_id, provider, first_seen_at, shown_revision,
              gone_revision, contact, keys)
), key AS (
    INSERT INTO match_key (workspace_id, key, source_id) SELECT workspace_id, unnest(keys), source_id FROM record
)
INSERT INTO source_identity (workspace_id, connection_id, provider_id, source_id, provider, first_seen_at,
                             shown_revision, gone_revision, contact, keys)
SELECT workspace_id, connection_id, provider_id, source_id, provider, first_seen_at, shown_revision, gone_revision,
       contact, keys
FROM record
"""

_CHANGE_RECORDS = """
UPDATE source_identity s
SET shown_revision = r.shown_revision, gone_revision = r.gone_revision, contact = r.contact,
    keys = string_to_array(r.keys, E'\\n')
FROM unnest(%(workspace_id)s, %(source_id)s, %(shown_revision)s, %(gone_revision)s, %(contact)s, %(keys)s)
    AS r (workspace_id, source_id, shown_revision, gone_revision, contact, keys)
WHERE (s.workspace_id, s.source_id) = (r.workspace_id, r.source_id)
"""

_DELETE_KEYS = text("""
DELETE FROM match_key WHERE ctid = ANY (ARRAY(
    SELECT m.ctid
    FROM json_to_recordset(CAST(:rows AS json)) AS r (workspace_id uuid, source_id uuid, keys text[])
    CROSS JOIN unnest(r.keys) AS k
    JOIN match_key m ON m.workspace_id = r.workspace_id AND m.key = k AND m.source_id = r.source_id
))
""")

_SAVE_KEYS = text("""
INSERT INTO match_key (workspace_id, key, source_id)
SELECT r.workspace_id, k, r.source_id
FROM json_to_recordset(CAST(:rows AS json)) AS r (workspace_id uuid, source_id uuid, keys text[]), unnest(r.keys) AS k
""")


class CarriedKeys(msgspec.Struct, frozen=True, gc=False):
    """Keys that a record began or ceased to carry."""

    workspace_id: UUID
    source_id: UUID
    keys: tuple[str, ...]


async def save_records(conn: AsyncConnection, records: Sequence[SourceRecord], before: Mapping[UUID, Known]) -> None:
    """Write source records, new or changed, and the difference in the keys they carry."""
    new: list[SourceRecord] = []
    changed: list[SourceRecord] = []
    for record in records:
        (changed if record.source_id in before else new).append(record)
    if new:
        await conn.exec_driver_sql(_ADD_RECORDS, _record_columns(new))
    if changed:
        await conn.exec_driver_sql(_CHANGE_RECORDS, _record_columns(changed))
        await _save_keys(conn, changed, before)


def _record_columns(records: Sequence[SourceRecord]) -> dict[str, Array]:
    return columns(records, _PLAIN_COLUMNS) | {
        "contact": texts([msgspec.json.encode(record.contact) for record in records]),
        "keys": texts(["\n".join(record.keys) for record in records]),  # no key holds a line's end
    }


async def _save_keys(conn: AsyncConnection, changed: Sequence[SourceRecord], before: Mapping[UUID, Known]) -> None:
    added, removed = [], []
    for record in changed:
        old, new = set(before[record.source_id].record.keys), set(record.keys)
        added.append(CarriedKeys(record.workspace_id, record.source_id, tuple(new - old)))
        removed.append(CarriedKeys(record.workspace_id, record.source_id, tuple(old - new)))
    await delete_keys(conn, removed)
    if any(carried.keys for carried in added):
        await conn.execute(_SAVE_KEYS, {"rows": as_json(added)})


async def delete_keys(conn: AsyncConnection, carried: Sequence[CarriedKeys]) -> None:
    """Take keys from records that carry them no longer."""
    if any(each.keys for each in carried):
        await conn.execute(_DELETE_KEYS, {"rows": as_json(carried)})


_SAVE_LINES = """
INSERT INTO identity_map (workspace_id, source_id, golden_id, component_id)
SELECT * FROM unnest(%(workspace_id)s, %(source_id)s, %(golden_id)s, %(component_id)s)
ON CONFLICT (workspace_id, source_id) DO UPDATE
SET golden_id = excluded.golden_id, component_id = excluded.component_id
"""

_DELETE_LINES = text("""
DELETE FROM identity_map WHERE ctid = ANY (ARRAY(
    SELECT m.ctid
    FROM json_to_recordset(CAST(:rows AS json)) AS r (workspace_id uuid, source_id uuid)
    JOIN identity_map m USING (workspace_id, source_id)
))
""")

_GOLDEN = """
unnest(%(workspace_id)s, %(golden_id)s, %(email)s, %(first_name)s,
       %(last_name)s, %(phone)s, %(company)s, %(job_title)s, %(providers)s, %(updated_at)s)
    AS r (workspace_id, golden_id, email, first_name, last_name, phone, company, job_title, providers, updated_at)
"""

_INSERT_GOLDEN = f"""
INSERT INTO golden_record (workspace_id, golden_id, email, first_name, last_name, phone, company, job_title,
                           providers, updated_at)
SELECT workspace_id, golden_id, email, first_name, last_name, phone, company, job_title,
       string_to_array(providers, E'\\n'), updated_at
FROM {_GOLDEN}
"""  # noqa: S608 - the parts are ours

# Who is known to be there is updated: asking whether it conflicts costs half as much again.
_CHANGE_GOLDEN = f"""
UPDATE golden_record g
SET email = r.email, first_name = r.first_name, last_name = r.last_name, phone = r.phone, company = r.company,
    job_title = r.job_title, providers = string_to_array(r.providers, E'\\n'), updated_at = r.updated_at
FROM {_GOLDEN}
WHERE (g.workspace_id, g.golden_id) = (r.workspace_id, r.golden_id)
  -- the time of the last change is in an index
  AND (g.email, g.first_name, g.last_name, g.phone, g.company, g.job_title, g.providers, g.updated_at)
      IS DISTINCT FROM (r.email, r.first_name, r.last_name, r.phone, r.company, r.job_title,
                        string_to_array(r.providers, E'\\n'), r.updated_at)
"""  # noqa: S608 - the parts are ours

_GOLDEN_COLUMNS: dict[str, Kind] = {
    "workspace_id": uuids,
    "golden_id": uuids,
    **dict.fromkeys(("email", "first_name", "last_name", "phone", "company", "job_title"), texts),
    "updated_at": moments,
}

_DELETE_GOLDEN = text("""
DELETE FROM golden_record WHERE ctid = ANY (ARRAY(
    SELECT g.ctid
    FROM json_to_recordset(CAST(:rows AS json)) AS r (workspace_id uuid, source_id uuid)
    JOIN golden_record g ON g.workspace_id = r.workspace_id AND g.golden_id = r.source_id
))
""")

_COUNT = text("""
UPDATE workspace w SET contacts = w.contacts + r.contacts, entries = w.entries + r.entries
FROM json_to_recordset(CAST(:rows AS json)) AS r (workspace_id uuid, contacts bigint, entries bigint)
WHERE w.workspace_id = r.workspace_id
""")


class Counted(msgspec.Struct, frozen=True):
    """What a workspace has more than before."""

    workspace_id: UUID
    contacts: int
    entries: int


async def save_changes(conn: AsyncConnection, all_changes: Sequence[Changes], locked: Mapping[UUID, Workspace]) -> None:
    """Write map lines, golden records and history; one statement each for any number of workspaces."""
    if moved := [line for changes in all_changes for line in changes.lines]:
        await conn.exec_driver_sql(_SAVE_LINES, columns(moved, dict.fromkeys(Line.__struct_fields__, uuids)))
    if freed := [SourceName(changes.workspace_id, id_) for changes in all_changes for id_ in changes.freed]:
        await conn.execute(_DELETE_LINES, {"rows": as_json(freed)})
    if made := [row for changes in all_changes for row in changes.made]:
        await conn.exec_driver_sql(_INSERT_GOLDEN, _golden_columns(made))
    if changed := [row for changes in all_changes for row in changes.changed]:
        await conn.exec_driver_sql(_CHANGE_GOLDEN, _golden_columns(changed))
    if dropped := [SourceName(changes.workspace_id, id_) for changes in all_changes for id_ in changes.dropped]:
        await conn.execute(_DELETE_GOLDEN, {"rows": as_json(dropped)})
    await history_queries.save_entries(
        conn, [(c.workspace_id, locked[c.workspace_id].entries, c.entries) for c in all_changes]
    )
    counted = [Counted(c.workspace_id, c.contacts, len(c.entries)) for c in all_changes]
    if any(c.contacts or c.entries for c in counted):
        await conn.execute(_COUNT, {"rows": as_json(counted)})


def _golden_columns(rows: Sequence[GoldenRow]) -> dict[str, Array]:
    return columns(rows, _GOLDEN_COLUMNS) | {"providers": texts(["\n".join(row.providers) for row in rows])}
