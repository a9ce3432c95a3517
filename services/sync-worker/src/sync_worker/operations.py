"""What sync-worker does with what providers show: it keeps it, and says what changed."""

from uuid import UUID

from contracts.event import Event, Lane
from contracts.syncs import SyncCounts
from providers.source import Page, SourceGone
from servicekit.errors import NotFound
from servicekit.outbox import publish
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker import (
    announcements,
    hint_queries,
    listings,
    queries,
    run_queries,
    runs,
    source_queries,
    suppression,
)
from sync_worker.run import Origin, Run
from sync_worker.source_queries import Saved, SavedInteraction


class SourceNotFound(NotFound):
    """No such source record, or none that this workspace may see."""

    slug = "source-not-found"
    title = "No such source record"


async def record_page(
    conn: AsyncConnection, run: Run, stream: str, page: Page, *, report: bool, listing: UUID | None = None
) -> None:
    """Keep a page, move the stream past it and publish what it changed, all or nothing.

    `report` says whether progress is published too, `listing` of which complete reading the page is a part. Raises
    `RunOver` when this attempt may write no more.
    """
    if await runs.hold_run(conn, run):
        await run_queries.set_failures(conn, run, 0)
    if listing:
        page = await listings.note_seen(conn, run, listing, page)
    counts = await keep(conn, run, stream, page, lane=run.lane, sync_id=run.sync_id, listing=listing, parts_apart=True)
    so_far = await run_queries.move_stream(
        conn, run, stream, counts, cursor=page.next_cursor, bookmark=page.bookmark, total=page.total, gap=page.gap
    )
    if report:
        runs.report(conn, run, "running", stream=stream, counts=runs.counts_of(so_far), total=so_far.total)


async def record_found(conn: AsyncConnection, page: Page, *, run: Run, stream: str, listing: UUID) -> None:
    """Keep records that a complete reading did not show, and that are there all the same. Raises `RunOver`."""
    await runs.hold_run(conn, run)
    shown = await listings.note_seen(conn, run, listing, page)
    await keep(conn, run, stream, shown, lane=run.lane, sync_id=run.sync_id, listing=listing)


async def keep(
    conn: AsyncConnection,
    origin: Origin,
    stream: str,
    page: Page,
    *,
    lane: Lane,
    sync_id: UUID | None = None,
    listing: UUID | None = None,
    parts_apart: bool = False,
) -> SyncCounts:
    """Keep the records of a page and publish what changed by it; return what came of them.

    Whoever calls holds the lock of the connection, or of a run of it. With `parts_apart` the page shows wholes without
    their parts, which are fetched once more where they take from it what changed: whom it concerns, what it is about.
    """
    contacts = {contact.provider_id: contact for contact in page.contacts}
    seen = len(contacts) + len({(each.interaction.kind, each.provider_id) for each in page.interactions})
    fetched = seen + len(page.gone) + len(page.skipped)
    page, of_erased = await suppression.leave_out(conn, origin, page)
    interactions = {(each.interaction.kind, each.provider_id): each for each in page.interactions}
    contacts_gone, interactions_gone = _sort_gone(page)

    saved = await source_queries.save_contacts(conn, origin, stream, contacts)
    saved_interactions = await source_queries.save_interactions(conn, origin, stream, interactions)
    if parts_apart:
        await hint_queries.want_afterwards(
            conn, origin, [(each.kind, each.provider_id) for each in saved_interactions if each.moved]
        )
    went = await source_queries.mark_contacts_gone(conn, origin, contacts_gone)
    went_interactions = await source_queries.mark_interactions_gone(conn, origin, interactions_gone)
    went_interactions += await source_queries.mark_parts_gone(conn, origin, interactions_gone)
    await source_queries.save_skipped(conn, origin, stream, page.skipped, sync_id=sync_id, listing=listing)

    written: list[Saved | SavedInteraction] = [*saved, *saved_interactions]
    added = len([each for each in written if each.old_revision is None])
    updated = len([each for each in written if each.old_revision is not None and each.old_revision < each.revision])
    understood = {key: each.interaction for key, each in interactions.items()}
    events: list[Event] = [
        *of_erased,
        *announcements.contacts_fetched(origin, saved),
        *announcements.interactions_fetched(origin, saved_interactions, understood),
        *announcements.contacts_gone(origin, went),
        *announcements.interactions_gone(origin, went_interactions),
    ]
    publish(conn, events, lane=lane)
    return SyncCounts(
        fetched=fetched,
        added=added,
        updated=updated,
        unchanged=seen - added - updated,
        gone=len(went) + len(went_interactions) + len(of_erased),
        skipped=len(page.skipped),
    )


def _sort_gone(page: Page) -> tuple[list[SourceGone], list[SourceGone]]:
    """Tell contacts from interactions, and add those that a contact of the page absorbed."""
    absorbed = [
        SourceGone(provider_id=loser, reason="merged", merged_into=contact.provider_id)
        for contact in page.contacts
        for loser in contact.absorbed
    ]
    # The first word on a record counts: why it went does not depend on the order of rows in a join.
    gone = {(each.kind, each.provider_id): each for each in reversed([*absorbed, *page.gone])}
    contacts = [each for each in gone.values() if each.kind is None]
    return contacts, [each for each in gone.values() if each.kind is not None]


async def get_raw(conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, provider_id: str) -> bytes:
    """Return a contact's raw JSON, byte for byte as it came. Raises `SourceNotFound`."""
    raw = await queries.find_raw(conn, workspace_id, connection_id, provider_id)
    if raw is None:
        raise SourceNotFound
    return raw.encode()
