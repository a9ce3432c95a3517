"""The neighbourhood of a batch, loaded while the batch before is still being written.

Loading waits for the database, and while it waits nothing is decided; so it is done ahead. What was loaded counts
where nobody touched it meanwhile. Every change of a workspace leaves a stamp: when all that lies between the loading
and now are changes of our own, whose records are remembered here, only the components that they touched are loaded
again; when anybody else changed the workspace, all is.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.resolution.changes import Known
from identity.resolution.records import Name, SourceRecord, after, name_of
from identity.resolution.sharing import is_shared_by_name
from identity.store import queries, sharing_queries
from identity.store.queries import KeyName, SourceName, Standing, Workspace

REMEMBERED = 8
"""How many of our own changes are remembered; between a loading and its use lie one or two."""

Told = Mapping[Name, SourceRecord]


class Foresight(msgspec.Struct, frozen=True):
    """What was told, taken together, and what was loaded for it; `stamps` are older than what was loaded."""

    stamps: Mapping[UUID, UUID | None]
    told: Told
    known: Mapping[UUID, Known]


class Touched(msgspec.Struct, frozen=True):
    """What one of our changes may have changed: ids of records, and what others are looked up by.

    Names without their connection and keys without their workspace say more than is true, which is harmless.
    """

    before: Mapping[UUID, UUID | None]
    source_ids: frozenset[UUID]
    provider_ids: frozenset[str]
    keys: frozenset[str]


_touched = OrderedDict[UUID, Touched]()
"""By the stamp that the change left. Who rolled back left none, so nobody ever asks for it."""


def remember(
    locked: Mapping[UUID, Workspace],
    before: Mapping[UUID, Known],
    records: Mapping[UUID, SourceRecord],
    fresh: Sequence[SourceRecord],
) -> None:
    """Note what a change of ours touches: all that was loaded for it, and the records it writes."""
    were = [one.record for source_id, one in before.items() if records.get(source_id) is not one.record]
    touched = Touched(
        before={workspace_id: workspace.stamp_before for workspace_id, workspace in locked.items()},
        source_ids=frozenset(before).union(records),
        provider_ids=frozenset([record.provider_id for record in fresh]),
        # A key that a record left may bind those again who shared it.
        keys=frozenset(chain.from_iterable([record.keys for record in (*fresh, *were)])),
    )
    for workspace in locked.values():
        _touched[workspace.stamp] = touched
    while len(_touched) > REMEMBERED:
        _touched.popitem(last=False)


def take_together(heard: Iterable[SourceRecord]) -> dict[Name, SourceRecord]:
    """Take together what was heard of each record, as if nothing were known before."""
    told: dict[Name, SourceRecord] = {}
    for record in heard:
        name = name_of(record)
        earlier = told.setdefault(name, record)
        if earlier is not record:
            told[name] = after(earlier, record)
    return told


async def foresee(conn: AsyncConnection, heard: Sequence[SourceRecord]) -> Foresight:
    """Load what a batch will need, in a transaction that sees its workspaces and locks nothing."""
    standing = await queries.read_standing(conn)
    told = take_together(heard)
    known = {one.record.source_id: one for one in await load(conn, standing, told)}
    stamps = {workspace_id: each.stamp_before for workspace_id, each in standing.items()}
    return Foresight(stamps, told, known)


async def load(
    conn: AsyncConnection, standing: Mapping[UUID, Standing], told: Told, sources: Iterable[SourceName] = ()
) -> list[Known]:
    """Load the components of records that were told, and of those with whom they share a key that binds."""
    ids: dict[tuple[int, int], list[str]] = {}
    keys: dict[int, list[str]] = {}
    for (workspace, connection, provider_id), record in told.items():
        ids.setdefault((workspace, connection), []).append(provider_id)
        keys.setdefault(workspace, []).extend(record.keys)
    binding = {
        UUID(int=workspace): [key for key in some if not is_shared_by_name(key)] for workspace, some in keys.items()
    }
    have_shared = [id_ for id_, each in standing.items() if each.has_shared]
    if doubtful := [KeyName(id_, key) for id_ in have_shared for key in binding.get(id_, ())]:
        shared = await sharing_queries.load_shared(conn, doubtful)
        for id_ in have_shared:
            binding[id_] = [key for key in binding.get(id_, ()) if KeyName(id_, key) not in shared]
    records = {(UUID(int=workspace), UUID(int=connection)): some for (workspace, connection), some in ids.items()}
    return await queries.load_neighbourhood(conn, records=records, keys=binding, sources=sources)


async def still_true(
    conn: AsyncConnection, foreseen: Foresight, locked: Mapping[UUID, Workspace]
) -> dict[UUID, Known] | None:
    """Return what was loaded, with what our own changes touched meanwhile loaded again; None where that is not known.

    The workspaces are locked, so nothing changes any more.
    """
    between = _changes_since(foreseen, locked)
    if between is None:
        return None
    stale, doubtful = _concerned(foreseen, between)
    if not stale and not doubtful:
        return dict(foreseen.known)
    left = [SourceName(foreseen.known[id_].record.workspace_id, id_) for id_ in stale]
    again = await load(conn, locked, {name: foreseen.told[name] for name in doubtful}, left)
    known = {source_id: one for source_id, one in foreseen.known.items() if source_id not in stale}
    return known | {one.record.source_id: one for one in again}


def _changes_since(foreseen: Foresight, locked: Mapping[UUID, Workspace]) -> list[Touched] | None:
    between: dict[UUID, Touched] = {}
    for workspace_id, workspace in locked.items():
        then, stamp = foreseen.stamps.get(workspace_id), workspace.stamp_before
        while stamp != then:
            touched = _touched.get(stamp) if stamp else None
            if touched is None or stamp is None:
                return None
            between[stamp] = touched
            stamp = touched.before.get(workspace_id)
    return list(between.values())


def _concerned(foreseen: Foresight, between: Collection[Touched]) -> tuple[set[UUID], set[Name]]:
    """Tell which loaded records may be other than loaded, and which told ones may have other neighbours."""
    if not between:
        return set(), set()
    source_ids = frozenset[UUID]().union(*(touched.source_ids for touched in between))
    provider_ids = frozenset[str]().union(*(touched.provider_ids for touched in between))
    keys = frozenset[str]().union(*(touched.keys for touched in between))
    components = {one.line.component_id for source_id, one in foreseen.known.items() if source_id in source_ids}
    stale = [one.record for one in foreseen.known.values() if one.line.component_id in components] if components else []
    keys = keys.union(*(record.keys for record in stale))
    doubtful = {
        name
        for name, record in foreseen.told.items()
        if record.provider_id in provider_ids or not keys.isdisjoint(record.keys)
    }
    doubtful |= foreseen.told.keys() & {name_of(record) for record in stale}
    return {record.source_id for record in stale}, doubtful
