"""What identity does with what it hears of contacts, and with what people decide about them.

Everything here locks the workspaces it writes, loads the part of them that can change, lets the rules decide, and
writes the difference.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from uuid import UUID

import msgspec
import structlog
from contracts.golden_records import RESOLVED_AT_ONCE, SourceRecordsResolved
from servicekit.database import pipelined, send_now
from servicekit.outbox import publish
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.path import foresight, reasons, suggesting
from identity.path.foresight import Foresight
from identity.path.reasons import Case
from identity.resolution import suggestions
from identity.resolution.changes import PLAIN, Changes, Known
from identity.resolution.difference import compare
from identity.resolution.matching import partition
from identity.resolution.newcomers import part_alone
from identity.resolution.records import Name, SourceRecord, after, name_of
from identity.store import (
    decision_queries,
    erasing_queries,
    queries,
    saving_queries,
    sharing_queries,
    suggestion_queries,
    weighing_queries,
)
from identity.store.queries import KeyName, SourceName, Workspace

log = structlog.get_logger()

Locked = Mapping[UUID, Workspace]


class News(msgspec.Struct, frozen=True):
    """What was told, taken into what is known."""

    records: Mapping[UUID, SourceRecord]
    """All as they are then, but those who are alone."""
    fresh: Sequence[SourceRecord]
    """Those that are new or another than before."""
    alone: Sequence[SourceRecord]
    """Those of them that are new, and tied to nobody."""


async def resolve_contacts(
    conn: AsyncConnection, heard: Sequence[SourceRecord], foreseen: Foresight | None = None
) -> None:
    """Attach contacts to golden records, known or new, let go of those that are gone, announce what changed.

    `heard` are records of which nothing is known but one event each, in the order of the events; `foreseen` is what
    was loaded for them ahead.
    """
    # By its number first, which is hashed in C: it is mostly one workspace, thousands of times.
    workspaces = {record.workspace_id.int: record.workspace_id for record in heard}
    locked = await queries.lock_workspaces(conn, set(workspaces.values()))
    if any(workspace.erased or workspace.erasures or workspace.decisions for workspace in locked.values()):
        foreseen = None
    told = (
        foreseen.told
        if foreseen
        else foresight.take_together(record for record in heard if _is_wanted(locked[record.workspace_id], record))
    )
    before = await foresight.still_true(conn, foreseen, locked) if foreseen else None
    if before is None:
        before = await _load_neighbourhood(conn, told, locked)
    news = _take_in(before, told, has_decisions=any(workspace.decisions for workspace in locked.values()))
    case = await settle(conn, locked, before, news.records, news.fresh, alone=news.alone, wholly=False)
    foresight.remember(locked, case.before, case.records, news.fresh)
    publish(conn, list(_resolved(reasons.each_in_its_workspace(locked, news.fresh))))


def _resolved(
    records: Mapping[UUID, Sequence[SourceRecord | SourceName]], *, anew: bool = False
) -> Iterator[SourceRecordsResolved]:
    """Name records that are to be weighed."""
    for workspace_id, own in records.items():
        for start in range(0, len(own), RESOLVED_AT_ONCE):
            some = tuple([record.source_id for record in own[start : start + RESOLVED_AT_ONCE]])
            yield SourceRecordsResolved(workspace_id=workspace_id, source_ids=some, anew=anew)


def _is_wanted(workspace: Workspace, record: SourceRecord) -> bool:
    """Whether a record was not erased: a late delivery must not bring it back."""
    if not workspace.erasures:
        return not workspace.erased
    erased_at = workspace.erasures.get(record.connection_id)
    return not workspace.erased and (erased_at is None or record.first_seen_at > erased_at)


async def _load_neighbourhood(
    conn: AsyncConnection, told: Mapping[Name, SourceRecord], locked: Locked
) -> dict[UUID, Known]:
    """Load what these can change: the components of their records, and of those that share a key with them."""
    # A record that comes back after a rebuild may be named by a decision that waited for it.
    decided = await _decided_with(conn, _where_decided(locked, told.values()))
    return {one.record.source_id: one for one in await foresight.load(conn, locked, told, decided)}


def _where_decided(locked: Locked, records: Iterable[SourceRecord]) -> list[SourceName]:
    """Name those records whose workspace has decisions."""
    decided = {workspace_id for workspace_id, workspace in locked.items() if workspace.decisions}
    return [SourceName(r.workspace_id, r.source_id) for r in records if r.workspace_id in decided] if decided else []


async def _decided_with(conn: AsyncConnection, names: Collection[SourceName]) -> list[SourceName]:
    """Name all records that decisions name together with these."""
    if not names:
        return []
    return [
        SourceName(workspace_id, source_id)
        for workspace_id, decisions in (await decision_queries.load_decisions(conn, names)).items()
        for decision in decisions
        for side in decision.sides
        for source_id in side
    ]


def _take_in(before: Mapping[UUID, Known], told: Mapping[Name, SourceRecord], *, has_decisions: bool) -> News:
    """Take what was told into what is known."""
    known = {name_of(one.record): one.record for one in before.values()}
    records = {source_id: one.record for source_id, one in before.items()}
    newcomers: list[SourceRecord] = []
    changed: list[SourceRecord] = []
    for name, record in told.items():
        earlier = known.get(name)
        if earlier is None:
            newcomers.append(record)
        elif (now := after(earlier, record)) is not earlier:
            # A name has one record: first seen anew, it has another id, and the record it was is there no longer.
            del records[earlier.source_id]
            records[now.source_id] = now
            changed.append(now)
    alone: list[SourceRecord] = []
    tied = newcomers
    if not has_decisions:  # which may wait for a newcomer that was known before a rebuild
        alone, tied = part_alone(newcomers, (*known.values(), *changed))
    records.update({record.source_id: record for record in tied})
    return News(records, [*newcomers, *changed], alone)


async def settle(
    conn: AsyncConnection,
    locked: Locked,
    before: Mapping[UUID, Known],
    records: Mapping[UUID, SourceRecord],
    fresh: Sequence[SourceRecord] = (),
    *,
    alone: Sequence[SourceRecord] = (),
    anew: Collection[UUID] = (),
    ends: Collection[UUID] = (),
    wholly: bool = True,
) -> Case:
    """Write and announce what follows when `records` take the place of what was loaded `before`; return all of it.

    `anew` are those whose values may be chosen by other rules now, `fresh` those that are to be written themselves,
    `alone` those of them that are new, tied to nobody, and not among the records, `ends` those that gained or lost a
    pair, so that people are asked anew about them.
    What was before and is not among the records is forgotten: those it shared a golden record with go on without it,
    and its id leads there. Not `wholly`, nothing else changed: neither a decision nor what is alike.
    """
    case = await reasons.gather(conn, locked, before, records, moved=frozenset(anew))
    erased = [known.record for source_id, known in case.before.items() if source_id not in case.records]
    if erased:
        # In blocks that are no longer too full without them, others are to be compared.
        leaving = [(SourceName(r.workspace_id, r.source_id), locked[r.workspace_id].rules.block_limit) for r in erased]
        freed = list(await weighing_queries.list_freed(conn, leaving))
        publish(conn, list(_resolved(reasons.each_in_its_workspace(locked, freed), anew=True)))
        async with pipelined(conn):
            await erasing_queries.delete_records(conn, erased)
    async with pipelined(conn):
        await queries.stamp_workspaces(conn, locked)
        await saving_queries.save_records(conn, fresh, case.before)
        await send_now(conn)  # and while Postgres writes them, we consider what follows
        settled = consider(case, locked, alone, wholly=wholly)
        await saving_queries.save_changes(conn, settled, locked)
        if shared := [KeyName(changes.workspace_id, key) for changes in settled for key in changes.shared]:
            await sharing_queries.save_shared(conn, shared)
    for changes in settled:
        publish(conn, changes.events)
        _tell(changes)
        if ids := {record.source_id for record in erased if record.workspace_id == changes.workspace_id}:
            await erasing_queries.redirect(conn, changes.workspace_id, ids, changes.heirs)
            await erasing_queries.forget_history(conn, changes.workspace_id, ids)
        questions = changes.questions
        if ends:
            questions |= set((await suggestion_queries.load_golden_ids(conn, changes.workspace_id, ends)).values())
        await suggesting.ask_anew(conn, locked[changes.workspace_id], questions)
    return case


def consider(case: Case, locked: Locked, alone: Sequence[SourceRecord] = (), *, wholly: bool = True) -> list[Changes]:
    """Partition records anew, workspace by workspace, and compare with how it was; `alone` are groups already."""
    were = reasons.by_workspace(locked, case.before, attrgetter("record.workspace_id"))
    are = reasons.by_workspace(locked, case.records, attrgetter("workspace_id"))
    newcomers = reasons.each_in_its_workspace(locked, alone)
    considered = []
    for workspace_id in sorted(were.keys() | are.keys() | newcomers.keys()):
        before, records = were.get(workspace_id, {}), are.get(workspace_id, {})
        parted = partition(records, case.reasons.get(workspace_id), locked[workspace_id].rules)
        values = case.values.get(workspace_id, PLAIN)
        changes = compare(workspace_id, before, records, parted.groups, values, newcomers.get(workspace_id, ()))
        changes.groups, changes.shared = parted.groups, parted.shared
        if case.cause:
            changes.entries = [msgspec.structs.replace(entry, cause=case.cause) for entry in changes.entries]
        changes.questions = suggestions.concerned(
            before,
            records,
            parted.groups,
            case.reasons[workspace_id].decisions if workspace_id in case.reasons else (),
            has_alike=locked[workspace_id].has_alike,
            wholly=wholly,
        )
        considered.append(changes)
    return considered


def _tell(changes: Changes) -> None:
    log.info(
        "contacts_resolved",
        workspace_id=str(changes.workspace_id),
        made=len(changes.made),
        changed=len(changes.changed),
        gone=len(changes.dropped),
        joined=sum(entry.kind == "joined" for entry in changes.entries),
        parted=sum(entry.kind == "parted" for entry in changes.entries),
    )
