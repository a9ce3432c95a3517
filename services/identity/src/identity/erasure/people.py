"""Forgetting one person: everything that a golden record is made of, and what happened with nobody else."""

from uuid import UUID

import structlog
from contracts.erasures import ErasureOutcome
from contracts.golden_records import ContactErased, SourceName
from servicekit.outbox import publish
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.contacts import reading, reading_queries
from identity.contacts.reading import ContactNotFound
from identity.erasure import erasing, people_queries
from identity.path.timeline_queries import SourceAddress
from identity.resolution.records import NOTHING, SourceRecord, forgotten
from identity.store import erasing_queries, queries, saving_queries

log = structlog.get_logger()


async def erase_contact(conn: AsyncConnection, workspace_id: UUID, id_: UUID, *, dry_run: bool) -> ErasureOutcome:
    """Forget a golden record with all its sources, and have everybody else forget them; with a dry run, only count.

    Of each source stays what keeps it from coming back: its ids. Raises `ContactNotFound`, also for one that was
    erased.
    """
    await queries.lock_workspaces(conn, {workspace_id})
    golden_id, members = await reading.members_of(conn, workspace_id, id_)
    if all(member.contact == NOTHING for member in members):
        raise ContactNotFound
    outcome = await _foretell(conn, workspace_id, golden_id, members, dry_run=dry_run)
    if not dry_run:
        source_ids = {member.source_id for member in members}
        redirects = await reading_queries.list_redirects(conn, workspace_id, source_ids)
        await people_queries.forget_named(conn, workspace_id, _addresses(members))
        await erasing.erase_records(conn, workspace_id, source_ids)
        await saving_queries.save_records(conn, list(map(forgotten, members)), {})
        sources = tuple((member.connection_id, member.provider_id) for member in members)
        event = ContactErased(
            workspace_id=workspace_id,
            golden_id=golden_id,
            sources=sources,
            previous_ids=tuple(sorted({*source_ids, *redirects, id_} - {golden_id})),
        )
        publish(conn, [event])
        log.info("contact_erased", workspace_id=str(workspace_id), golden_id=str(golden_id), records=len(members))
    return outcome


async def _foretell(
    conn: AsyncConnection, workspace_id: UUID, golden_id: UUID, members: list[SourceRecord], *, dry_run: bool
) -> ErasureOutcome:
    """Count what goes. The workspace is locked, so nothing of it changes until it does."""
    source_ids = {member.source_id for member in members}
    held = await people_queries.count_held(conn, workspace_id, source_ids)
    named = await people_queries.count_named(conn, workspace_id, _addresses(members))
    return ErasureOutcome(
        id=golden_id,
        sources=tuple(
            SourceName(connection_id=m.connection_id, provider=m.provider, provider_id=m.provider_id) for m in members
        ),
        interactions=named.alone,
        mentions=named.among,
        history=len(await erasing_queries.find_history(conn, workspace_id, source_ids)),
        decisions=held.decisions,
        pins=held.pins,
        keys=sum(len(member.keys) for member in members),
        pairs=held.pairs,
        previous_ids=len(source_ids - {golden_id}) + held.redirects,
        dry_run=dry_run,
    )


def _addresses(members: list[SourceRecord]) -> list[SourceAddress]:
    return [SourceAddress(member.connection_id, member.provider_id) for member in members]
