"""The SQL by which a change begins: workspaces are locked, and what can change is loaded.

Large sets travel as columns, what is rare or nested as JSON.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import accumulate, chain
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

import msgspec
from contracts.contacts import Contact
from servicekit.arrays import Array, columns, integers, texts, uuids
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.normalise import VERSION
from identity.resolution.changes import Known, Line
from identity.resolution.records import SourceRecord
from identity.rules.ruleset import Rules
from identity.store import rules_queries


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


# What is looked up of one workspace is one array: the index is gone through once for all of it, and not for each. The
# arrays are cut first, as of what row security guards an index takes only values and columns, and no expression.
_LOAD_NEIGHBOURHOOD = """
WITH named AS MATERIALIZED (
    SELECT workspace_id, connection_id, (%(provider_ids)s)[first:last] AS provider_ids
    FROM unnest(%(record_workspaces)s, %(connections)s, %(first_ids)s, %(last_ids)s)
        AS r (workspace_id, connection_id, first, last)
), carried AS MATERIALIZED (
    SELECT workspace_id, (%(keys)s)[first:last] AS keys
    FROM unnest(%(key_workspaces)s, %(first_keys)s, %(last_keys)s) AS k (workspace_id, first, last)
), component AS (
    SELECT workspace_id, coalesce(m.component_id, source_id) AS component_id
    FROM named n JOIN source_identity s USING (workspace_id, connection_id)
    LEFT JOIN identity_map m USING (workspace_id, source_id)
    WHERE s.provider_id = ANY (n.provider_ids)
    UNION
    SELECT workspace_id, coalesce(m.component_id, source_id)
    FROM carried k JOIN match_key c USING (workspace_id)
    LEFT JOIN identity_map m USING (workspace_id, source_id)
    WHERE c.key = ANY (k.keys)
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
SELECT workspace_id::text, source_id::text, m.golden_id::text, m.component_id::text, s.connection_id::text,
       s.provider, s.provider_id, s.first_seen_at, s.shown_revision, s.gone_revision, s.contact, s.keys
FROM member m JOIN source_identity s USING (workspace_id, source_id)
"""


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
    records: Mapping[tuple[UUID, UUID], Sequence[str]] = MappingProxyType({}),
    keys: Mapping[UUID, Sequence[str]] = MappingProxyType({}),
    sources: Iterable[SourceName] = (),
) -> list[Known]:
    """Load every record that edges reach from these.

    From `records`, by workspace and connection the provider's ids; from carriers of `keys`, by workspace; from these
    `sources`.
    """
    first_ids, last_ids, provider_ids = _laid_together(records.values())
    first_keys, last_keys, all_keys = _laid_together(keys.values())
    others = columns(sources, {"workspace_id": uuids, "source_id": uuids})
    rows: Iterable[Sequence[Any]] = await conn.exec_driver_sql(
        _LOAD_NEIGHBOURHOOD,
        {
            "record_workspaces": uuids([workspace_id for workspace_id, _ in records]),
            "connections": uuids([connection_id for _, connection_id in records]),
            "first_ids": first_ids,
            "last_ids": last_ids,
            "provider_ids": provider_ids,
            "key_workspaces": uuids(keys),
            "first_keys": first_keys,
            "last_keys": last_keys,
            "keys": all_keys,
            "source_workspaces": others["workspace_id"],
            "sources": others["source_id"],
        },
    )
    return [_known(row) for row in rows]


def _laid_together(groups: Collection[Sequence[str]]) -> tuple[Array, Array, Array]:
    """Lay texts of several groups into one array; before it, at which of its places each group begins and ends."""
    last = list(accumulate(map(len, groups)))
    first = [end - len(group) + 1 for end, group in zip(last, groups, strict=True)]
    return integers(first), integers(last), texts(list(chain.from_iterable(groups)))


def _known(row: Sequence[Any]) -> Known:
    """Read a row of a neighbourhood: by the places of its columns, and of equal ids only one.

    To look columns up by their names, and to let the driver make every id, costs more than all the rest.
    """
    workspace, source, golden, component, connection, provider, provider_id, seen_at, shown, gone, contact, keys = row
    workspace_id, source_id = _same(workspace), msgspec.convert(source, UUID)
    component_id = source_id if component == source else msgspec.convert(component, UUID)
    golden_id = component_id if golden == component else msgspec.convert(golden, UUID)
    record = SourceRecord(
        workspace_id=workspace_id,
        source_id=source_id,
        connection_id=_same(connection),
        provider=provider,
        provider_id=provider_id,
        first_seen_at=seen_at,
        shown_revision=shown,
        gone_revision=gone,
        contact=_contact.decode(contact),
        keys=tuple(keys),
    )
    line = Line(workspace_id=workspace_id, source_id=source_id, golden_id=golden_id, component_id=component_id)
    return Known(record, line)


_same = lru_cache(maxsize=1_000)(UUID)
"""Ids that very many rows have."""


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
