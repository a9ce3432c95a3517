"""The net under a page: a record that the database cannot hold costs itself, and not its neighbours."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar
from uuid import UUID

import msgspec
import psycopg
import structlog
from providers.source import Page, Skipped, SourceContact, SourceInteraction
from servicekit.database import Database
from servicekit.logs import describe
from sqlalchemy import text
from sqlalchemy.exc import DataError
from sqlalchemy.ext.asyncio import AsyncConnection

log = structlog.get_logger()

UNHOLDABLE = (DataError, psycopg.DataError, UnicodeDecodeError)
"""What recording a page raises when a record of it is no JSON, or holds what is no text (a NUL, half a character)."""

REASON = "It holds what cannot be stored as text or JSON"

R = TypeVar("R", SourceContact, SourceInteraction)

_TRY = text("SELECT CAST(:raw AS json), CAST(:content AS jsonb), CAST(:provider_id AS text)")


Write = Callable[[AsyncConnection, Page], Awaitable[None]]


async def write_page(db: Database, workspace_id: UUID, page: Page, write: Write) -> None:
    """Write a page in a transaction of its own; if some of it cannot be held, once more without that."""
    try:
        async with db.transaction(workspace_id) as conn:
            await write(conn, page)
    except UNHOLDABLE as error:
        log.warning("page_sifted", failure=describe(error))
        async with db.transaction(workspace_id) as conn:
            await write(conn, await sift(conn, page))


async def sift(conn: AsyncConnection, page: Page) -> Page:
    """Try every record of a page by itself, and skip those that cannot be held."""
    contacts, bad_contacts = await _try_each(conn, page.contacts)
    interactions, bad_interactions = await _try_each(conn, page.interactions)
    return msgspec.structs.replace(
        page, contacts=contacts, interactions=interactions, skipped=(*page.skipped, *bad_contacts, *bad_interactions)
    )


async def _try_each(conn: AsyncConnection, records: Sequence[R]) -> tuple[tuple[R, ...], list[Skipped]]:
    good: list[R] = []
    bad: list[Skipped] = []
    for record in records:
        content, kind = (
            (record.contact, None)
            if isinstance(record, SourceContact)
            else (record.interaction, record.interaction.kind)
        )
        try:
            async with conn.begin_nested():
                tried = {"raw": record.raw.decode(), "content": msgspec.json.encode(content).decode()}
                await conn.execute(_TRY, {**tried, "provider_id": record.provider_id})
            good.append(record)
        except UNHOLDABLE:
            known = None if "\0" in record.provider_id else record.provider_id
            bad.append(Skipped(provider_id=known, reason=REASON, raw=record.raw, kind=kind))
    return tuple(good), bad
