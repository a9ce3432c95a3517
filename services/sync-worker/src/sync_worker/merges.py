"""Contacts that were merged where the provider says no more than that they went."""

from providers.source import Page, Source
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker import source_queries
from sync_worker.run import Run


async def tell_merged(conn: AsyncConnection, run: Run, source: Source, page: Page) -> Page:
    """Return a page with those told as merged who, by what was kept of them, live on in others of it."""
    if source.names_survivors:
        return page
    gone = [each.provider_id for each in page.gone if each.kind is None]
    kept = await source_queries.find_living_raws(conn, run, gone) if gone and page.contacts else {}
    return source.tell_merged(page, kept) if kept else page
