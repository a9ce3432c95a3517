"""All SQL that changes identity. Large sets travel as columns, what is rare or nested as JSON.

Whoever writes has locked the workspaces first, so what these statements read nobody else changes meanwhile.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
from contracts.contacts import Contact
from servicekit.arrays import Array, Kind, columns, integers, moments, texts, uuids
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.json_rows import as_json
from identity.normalise import VERSION
from identity.resolution.changes import Changes, Known, Line
from identity.resolution.golden import GoldenRow
from identity.resolution.records import SourceRecord
from identity.rules.ruleset import Rules
from identity.store import history_queries, rules_queries


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a workspace stands: the stamp that the last change of who is who left, and what has to be looked up."""

    workspace_id: UUID
    stamp_before: UUID | None
    has_shared: bool
    """Whether there are keys that were learned to be shared."""
    has_alike: bool
    """Whether there are records that are alike."""


class Workspace(Standing, frozen=True, kw_only=True):
    """A workspace under its lock."""

    entries: int
    decisions: int
    erased: bool
    erasures: dict[UUID, datetime]
    """Connections whose records were erased, and when: what they showed before must not come back."""
    stamp: UUID
    """What this change leaves."""
    rules: Rules


_contact = msgspec.json.Decoder(Contact)


# The tables fill from empty, so the planner may know nothing of their size when it plans these statements, and it
# keeps the plan. All of them look up by key what a JSON text names; with the settings made here they are carried out
# as they are written: first the names, then an index for each.
AS_WRITTEN = """
set_config('join_collapse_limit', '1', true), set_config('enable_seqscan', 'off', true),
set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
set_config('enable_material', 'off', true)
"""

_IN_SIGHT = "w.workspace_id = ANY (CAST(NULLIF(current_setting('app.workspaces', true), '') AS uuid[]))"

_LOCK_WORKSPACES = text(f"""
SELECT w.workspace_id, w.entries, w.decisions, w.erased, w.erasures, w.stamp, w.has_shared, w.has_alike,
       w.rules_version, {AS_WRITTEN}
FROM workspace w WHERE {_IN_SIGHT} ORDER BY w.workspace_id FOR NO KEY UPDATE OF w
""")  # noqa: S608 - the parts are ours

_STAMP_WORKSPACES = text(f"UPDATE workspace w SET stamp = :stamp WHERE {_IN_SIGHT}")  # noqa: S608 - as above

_READ_STANDING = text(f"""
SELECT w.workspace_id, w.stamp, w.has_shared, w.has_alike, {AS_WRITTEN} FROM workspace w WHERE {_IN_SIGHT}
""")  # noqa: S608 - as above

# A statement of its own, begun after the lock was granted: the one that waited for the lock sees other tables as they
# were before it waited, and only the locked row itself as it is now.
_LOAD_ERASURES = text("""
SELECT workspace_id, connection_id, erased_at FROM erasure
WHERE workspace_id = ANY (CAST(:workspaces AS uuid[]))
""")

_MAKE_WORKSPACES = text("""
INSERT INTO workspace (workspace_id, weighed_by)
SELECT unnest(CAST(:workspaces AS uuid[])), :weighed_by ON CONFLICT DO NOTHING
""")


async def lock_workspaces(conn: AsyncConnection, workspaces: Collection[UUID]) -> dict[UUID, Workspace]:
    """Lock all workspaces this transaction sees, in the order of their ids, so that writers wait for each other.

    All, not only these: a later call in the same transaction then finds nothing left to lock out of order. Who changes
    who is who stamps them as well.
    """
    rows = (await conn.execute(_LOCK_WORKSPACES)).all()
    if not set(workspaces) <= {row.workspace_id for row in rows}:
        await conn.execute(_MAKE_WORKSPACES, {"workspaces": sorted(workspaces), "weighed_by": VERSION})
        rows = (await conn.execute(_LOCK_WORKSPACES)).all()
    erasures = await _load_erasures(conn, [row.workspace_id for row in rows if row.erasures])
    rules = await rules_queries.load_rules(conn, [(row.workspace_id, row.rules_version) for row in rows])
    stamp = uuid4()
    return {
        row.workspace_id: _workspace(row, erasures.get(row.workspace_id, {}), rules[row.workspace_id], stamp)
        for row in rows
    }


async def stamp_workspaces(conn: AsyncConnection, locked: Mapping[UUID, Workspace]) -> None:
    """Leave a stamp on workspaces that were locked, because who is who is about to change in them."""
    for stamp in {workspace.stamp for workspace in locked.values()}:
        await conn.execute(_STAMP_WORKSPACES, {"stamp": stamp})


async def read_standing(conn: AsyncConnection) -> dict[UUID, Standing]:
    """Read how each workspace stands that this transaction sees, and lock nothing."""
    return {
        row.workspace_id: Standing(
            workspace_id=row.workspace_id,
            stamp_before=row.stamp,
            has_shared=row.has_shared,
            has_alike=row.has_alike,
        )
        for row in await conn.execute(_READ_STANDING)
    }


async def _load_erasures(conn: AsyncConnection, workspaces: Sequence[UUID]) -> dict[UUID, dict[UUID, datetime]]:
    erasures: dict[UUID, dict[UUID, datetime]] = defaultdict(dict)
    if workspaces:
        for row in await conn.execute(_LOAD_ERASURES, {"workspaces": workspaces}):
            erasures[row.workspace_id][row.connection_id] = row.erased_at
    return erasures


def _workspace(row: Row[Any], erasures: dict[UUID, datetime], rules: Rules, stamp: UUID) -> Workspace:
    return Workspace(
        workspace_id=row.workspace_id,
        entries=row.entries,
        decisions=row.decisions,
        erased=row.erased,
        erasures=erasures,
        stamp_before=row.stamp,
        stamp=stamp,
        has_shared=row.has_shared,
        has_alike=row.has_alike,
        rules=rules,
    )


_LOAD_NEIGHBOURHOOD = """
WITH component AS (
    SELECT workspace_id, coalesce(m.component_id, source_id) AS component_id
    FROM unnest(%(record_workspaces)s, %(connections)s, %(provider_ids)s)
        AS r (workspace_id, connection_id, provider_id)
    JOIN source_identity s USING (workspace_id, connection_id, provider_id)
    LEFT JOIN identity_map m USING (workspace_id, source_id)
    UNION
    SELECT workspace_id, coalesce(m.component_id, source_id)
    FROM unnest(%(key_workspaces)s, %(keys)s) AS k (workspace_id, key)
    JOIN match_key c USING (workspace_id, key)
    LEFT JOIN identity_map m USING (workspace_id, source_id)
    UNION
    SELECT workspace_id, coalesce(m.component_id, source_id)
    FROM unnest(%(source_workspaces)s, %(sources)s) AS d (workspace_id, source_id)
    LEFT JOIN identity_map m USING (workspace_id, source_id)
), member AS (
    SELECT workspace_id, component_id AS source_id, component_id AS golden_id, component_id FROM component
    UNION ALL
    SELECT workspace_id, m.source_id, m.golden_id, component_id
    FROM component c JOIN identity_map m USING (workspace_id, component_id)
)
SELECT workspace_id, source_id, m.golden_id, m.component_id, s.connection_id, s.provider, s.provider_id,
       s.first_seen_at, s.shown_revision, s.gone_revision, s.contact, s.keys
FROM member m JOIN source_identity s USING (workspace_id, source_id)
"""


class RecordName(msgspec.Struct, frozen=True, gc=False):
    """What a source record is called outside."""

    workspace_id: UUID
    connection_id: UUID
    provider_id: str


class KeyName(msgspec.Struct, frozen=True, gc=False):
    """A match key of a workspace."""

    workspace_id: UUID
    key: str


class SourceName(msgspec.Struct, frozen=True, gc=False):
    """A source record by its own id."""

    workspace_id: UUID
    source_id: UUID


async def load_neighbourhood(
    conn: AsyncConnection,
    *,
    records: Iterable[RecordName | SourceRecord] = (),
    keys: Iterable[KeyName] = (),
    sources: Iterable[SourceName] = (),
) -> list[Known]:
    """Load every record that edges reach from these records, from carriers of these keys, or from these `sources`."""
    named = columns(records, {"workspace_id": uuids, "connection_id": uuids, "provider_id": texts})
    carried = columns(keys, {"workspace_id": uuids, "key": texts})
    others = columns(sources, {"workspace_id": uuids, "source_id": uuids})
    rows = await conn.exec_driver_sql(
        _LOAD_NEIGHBOURHOOD,
        {
            "record_workspaces": named["workspace_id"],
            "connections": named["connection_id"],
            "provider_ids": named["provider_id"],
            "key_workspaces": carried["workspace_id"],
            "keys": carried["key"],
            "source_workspaces": others["workspace_id"],
            "sources": others["source_id"],
        },
    )
    return [Known(source_record(row), _line(row)) for row in rows]


def _line(row: Row[Any]) -> Line:
    return Line(
        workspace_id=row.workspace_id,
        source_id=row.source_id,
        golden_id=row.golden_id,
        component_id=row.component_id,
    )


def source_record(row: Row[Any]) -> SourceRecord:
    """Read a row of `source_identity`."""
    return SourceRecord(
        workspace_id=row.workspace_id,
        source_id=row.source_id,
        connection_id=row.connection_id,
        provider=row.provider,
        provider_id=row.provider_id,
        first_seen_at=row.first_seen_at,
        shown_revision=row.shown_revision,
        gone_revision=row.gone_revision,
        contact=_contact.decode(row.contact),
        keys=tuple(row.keys),
    )


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
