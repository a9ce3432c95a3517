"""Readings that show everything a source has: a record that none of their pages showed is gone.

Such a reading is told by its name from the one before it, and not by times or by its run: it may take several runs,
when one fails and the next goes on where it stood.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from contracts.event import Event
from contracts.interactions import InteractionKind
from providers.source import Page, Skipped, SourceContact
from servicekit.arrays import integers, texts
from servicekit.outbox import publish
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker import announcements, queries, run_queries, runs, sighting_queries, source_queries
from sync_worker.run import Origin, Run

SLICE = 5_000


async def note_seen(conn: AsyncConnection, origin: Origin, listing: UUID, page: Page) -> Page:
    """Note what a page shows; return it without the lines of a file that bear the id of an earlier one.

    What is there and cannot be read is there as well.
    """
    contacts, repeated = _first_of_each(page.contacts)
    shown: dict[tuple[str, str], int] = {("", each.provider_id): each.line or 0 for each in contacts}
    shown |= {(each.interaction.kind, each.provider_id): 0 for each in page.interactions}
    for each in page.skipped:
        if each.provider_id:
            shown.setdefault((each.kind or "", each.provider_id), 0)
    if not shown:
        return page
    kinds, provider_ids = texts([kind for kind, _ in shown]), texts([provider_id for _, provider_id in shown])
    new = await sighting_queries.save_sightings(
        conn, origin, listing, kinds=kinds, provider_ids=provider_ids, lines=integers(list(shown.values()))
    )
    if new < len(shown):
        lines = await sighting_queries.find_lines(conn, origin, listing, provider_ids)
        elsewhere = {each.provider_id for each in contacts if each.line != lines.get(each.provider_id, each.line)}
        repeated += [_repeated(each, lines[each.provider_id]) for each in contacts if each.provider_id in elsewhere]
        contacts = [each for each in contacts if each.provider_id not in elsewhere]
    if not repeated:
        return page
    return msgspec.structs.replace(page, contacts=tuple(contacts), skipped=(*page.skipped, *repeated))


async def list_unseen(
    conn: AsyncConnection, run: Run, listing: UUID, kind: InteractionKind | None, *, after: str
) -> list[str]:
    """List what the next `take_out_absent` would find absent, so that it can be asked for first."""
    return await sighting_queries.list_unseen(conn, run, listing, kind, after=after, at_most=SLICE)


async def take_out_absent(
    conn: AsyncConnection, run: Run, stream: str, listing: UUID, kind: InteractionKind | None, *, after: str
) -> str | None:
    """Mark some of what a complete reading did not show as gone; return where to go on. Raises `RunOver`."""
    # Nobody saves records meanwhile: what a small fetch is about to show must not be found absent.
    await queries.lock_connection(conn, run.workspace_id, run.connection_id)
    await runs.hold_run(conn, run)
    events: Sequence[Event]
    if kind is None:
        until, went = await sighting_queries.mark_contacts_absent(conn, run, listing, after=after, at_most=SLICE)
        events = announcements.contacts_gone(run, went)
    else:
        until, went_too = await sighting_queries.mark_interactions_absent(
            conn, run, listing, kind, after=after, at_most=SLICE
        )
        went_too += await source_queries.mark_parts_gone(conn, run, went_too)
        events = announcements.interactions_gone(run, went_too)
    if events:
        await run_queries.count_gone(conn, run, stream, len(events))
    publish(conn, events, lane=run.lane)
    return until


async def close(conn: AsyncConnection, run: Run, stream: str, listing: UUID) -> bool:
    """Forget some of what only earlier readings could not read; when nothing is left of it, the listing is over.

    Return whether it is. Raises `RunOver`.
    """
    await runs.hold_run(conn, run)
    over = await sighting_queries.delete_outdated_skipped(conn, run, stream, listing, at_most=SLICE) < SLICE
    if over:
        await run_queries.set_listing(conn, run, stream, None)
    return over


def _first_of_each(contacts: Sequence[SourceContact]) -> tuple[list[SourceContact], list[Skipped]]:
    """Tell the first line of each id from those that repeat it; what is in no file may come again."""
    first: dict[str, SourceContact] = {}
    kept: list[SourceContact] = []
    repeated: list[Skipped] = []
    for contact in contacts:
        earlier = first.setdefault(contact.provider_id, contact)
        if earlier is contact or contact.line is None or earlier.line is None or earlier.line == contact.line:
            kept.append(contact)
        else:
            repeated.append(_repeated(contact, earlier.line))
    return kept, repeated


def _repeated(contact: SourceContact, earlier: int) -> Skipped:
    return Skipped(
        provider_id=contact.provider_id,
        reason=f"Line {earlier} has the same id already",
        raw=contact.raw,
        line=contact.line,
    )
