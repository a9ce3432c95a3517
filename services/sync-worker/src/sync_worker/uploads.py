"""Files coming in: kept as they arrive, understood when they are there, and then read like any other source."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import structlog
from aiohttp import ClientSession
from contracts.files import FilePreview, FileTaken
from providers.csv_file import CsvFile
from providers.csv_layout import Layout
from servicekit.database import Database
from servicekit.errors import Conflict
from servicekit.principal import Principal
from servicekit.service_tokens import ServiceTokens
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker import file_queries, run_queries, schedule
from sync_worker.access import AccessDesk
from sync_worker.arrivals import Arrival, Opening
from sync_worker.forms import Form, FormRefused, read_form
from sync_worker.queries import save_connection, set_next_sync
from sync_worker.settings import Settings

log = structlog.get_logger()

FIELDS = ("mapping", "key", "name")
MAX_NAME_CHARS = 200
REPLACED = "A newer file took its place."

_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f]+")


class UploadGivenUp(Conflict):
    """The file took so long to arrive that it was given up."""

    slug = "upload-given-up"
    title = "The file took too long to arrive; send it again"


class Uploads:
    """Takes files in; open for the app's life."""

    def __init__(self, db: Database, settings: Settings, service: str) -> None:
        self._db = db
        self._settings = settings
        self._service = service

    @asynccontextmanager
    async def open(self, _: Any = None) -> AsyncIterator[None]:
        """Open the line to connections."""
        async with ClientSession() as http:
            tokens = ServiceTokens(http, self._settings, self._service)
            self._desk = AccessDesk(http, tokens, self._settings.connections_url)
            yield

    async def take(self, principal: Principal, body: AsyncIterator[bytes], content_type: str) -> FileTaken:
        """Take a file in and queue its reading.

        Raises `FormRefused`, `FileTooLarge`, `FileUnclear`, `MappingUnfit`, and what connections and the schedule
        raise.
        """
        workspace_id = principal.workspace_id
        arrival = Arrival(self._db, workspace_id)
        is_taken = False
        try:
            form = await read_form(
                body,
                content_type,
                fields=FIELDS,
                at_most=self._settings.max_upload_bytes,
                take=arrival.add,
            )
            await arrival.end()
            name, layout = _name_of(form), arrival.plan(form)
            connected = await self._desk.connect_file(CsvFile.name, name, principal.token)
            async with self._db.transaction(workspace_id) as conn:
                await save_connection(conn, connected.announced(workspace_id))
                sync_id = await self._hand_over(conn, arrival, connected.connection_id, layout)
            is_taken = True
        finally:
            if not is_taken:
                await arrival.give_up()
        log.info("file_taken", connection_id=connected.connection_id, sync_id=sync_id, bytes=arrival.size)
        return FileTaken(connection_id=connected.connection_id, sync_id=sync_id)

    async def preview(self, body: AsyncIterator[bytes], content_type: str) -> FilePreview:
        """Tell what a file seems to be, by its first part; nothing is kept. Raises as `take` does."""
        opening = Opening()
        form = await read_form(
            body,
            content_type,
            fields=FIELDS,
            at_most=self._settings.max_upload_bytes,
            take=opening.add,
        )
        return opening.preview(form)

    async def _hand_over(self, conn: AsyncConnection, arrival: Arrival, connection_id: UUID, layout: Layout) -> UUID:
        workspace_id = arrival.workspace_id
        # Whoever still reads the file before this one has read it in vain: its cursor says nothing of this one.
        await schedule.stop_syncing(conn, workspace_id, connection_id, "cancelled", REPLACED)
        await run_queries.begin_anew(conn, workspace_id, connection_id)
        await set_next_sync(conn, workspace_id, connection_id, None)
        is_there = await file_queries.hand_over(
            conn, workspace_id, arrival.file_id, connection_id, size=arrival.size, layout=layout.encoded()
        )
        if not is_there:
            raise UploadGivenUp
        return await schedule.request_sync(conn, workspace_id, connection_id)


def _name_of(form: Form) -> str:
    """Tell what the file is called, by the person or else by its own name. Raises `FormRefused`."""
    filename = re.split(r"[/\\]", form.filename or "")[-1]
    name = _UNSPEAKABLE.sub(" ", form.fields.get("name") or filename).strip() or "CSV"
    if len(name) > MAX_NAME_CHARS:
        raise FormRefused("name", f"it is longer than {MAX_NAME_CHARS} characters")
    return name
