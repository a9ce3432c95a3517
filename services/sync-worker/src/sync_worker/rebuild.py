"""Publishing every source record again, for a listener that starts from nothing."""

from collections.abc import Mapping
from typing import Any, assert_never
from uuid import UUID

import msgspec
import structlog
from contracts.contacts import Contact, ContactFetched, ContactGone
from contracts.event import Event
from contracts.interactions import Interaction, InteractionFetched, InteractionGone
from providers.files import FileSource
from providers.source import SourceProvider
from servicekit.database import Database
from servicekit.outbox import publish
from sqlalchemy import Row

from sync_worker import file_queries, queries

log = structlog.get_logger()

SLICE = 1_000


Sources = Mapping[str, SourceProvider | FileSource]


async def republish(db: Database, sources: Sources, workspace_id: UUID) -> int:
    """Publish all of a workspace's source records in the backfill lane, each at the revision it has.

    Contacts are read again from their raw JSON. A listener takes no revision twice, so it forgets its own state
    first. Return how many there were.
    """
    sent = 0
    last: Row[Any] | None = None
    while True:
        async with db.transaction(workspace_id) as conn:
            kept = await queries.list_kept_contacts(conn, workspace_id, after=last, at_most=SLICE)
            layouts = await file_queries.list_layouts(conn, workspace_id)
            events = [event for row in kept for event in _contact_events(row, workspace_id, sources, layouts)]
            publish(conn, events, lane="backfill")
        if not kept:
            break
        sent, last = sent + len(kept), kept[-1]
    last = None
    while True:
        async with db.transaction(workspace_id) as conn:
            kept = await queries.list_kept_interactions(conn, workspace_id, after=last, at_most=SLICE)
            publish(conn, [_interaction_event(row, workspace_id) for row in kept], lane="backfill")
        if not kept:
            break
        sent, last = sent + len(kept), kept[-1]
    log.info("records_republished", workspace_id=workspace_id, records=sent)
    return sent


def _contact_events(row: Row[Any], workspace_id: UUID, sources: Sources, layouts: Mapping[UUID, bytes]) -> list[Event]:
    """Tell of a contact; of one that is gone what it last showed first, for listeners still match by it."""
    shown = ContactFetched(
        workspace_id=workspace_id,
        connection_id=row.connection_id,
        provider=row.provider,
        provider_id=row.provider_id,
        revision=row.revision - 1 if row.gone_at else row.revision,
        first_seen_at=row.first_seen_at,
        contact=_read_again(row, sources[row.provider], layouts),
    )
    if not row.gone_at:
        return [shown]
    gone = ContactGone(
        workspace_id=workspace_id,
        connection_id=row.connection_id,
        provider=row.provider,
        provider_id=row.provider_id,
        revision=row.revision,
        first_seen_at=row.first_seen_at,
        reason=row.gone_reason,
        merged_into=row.merged_into,
    )
    return [shown, gone]


def _read_again(row: Row[Any], source: SourceProvider | FileSource, layouts: Mapping[UUID, bytes]) -> Contact:
    raw = row.raw.encode()
    match source:
        case SourceProvider():
            return source.normalize(raw)
        case FileSource():
            return source.normalize(raw, layouts[row.connection_id])
    assert_never(source)


def _interaction_event(row: Row[Any], workspace_id: UUID) -> Event:
    if row.gone_at:
        return InteractionGone(
            workspace_id=workspace_id,
            connection_id=row.connection_id,
            provider=row.provider,
            kind=row.kind,
            provider_id=row.provider_id,
            revision=row.revision,
            reason=row.gone_reason,
        )
    return InteractionFetched(
        workspace_id=workspace_id,
        connection_id=row.connection_id,
        provider=row.provider,
        provider_id=row.provider_id,
        revision=row.revision,
        interaction=msgspec.json.decode(row.interaction, type=Interaction),
    )
