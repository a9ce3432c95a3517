"""Files coming in: kept as they arrive, understood when they are there, and then read like any other source."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import UUID

import structlog
from aiohttp import ClientSession
from contracts.files import FilePreview, FileTaken
from providers.files import FileSource, FileUnclear, OptionsRefused
from servicekit.database import Database
from servicekit.errors import BadRequest, Conflict
from servicekit.principal import Principal
from servicekit.service_tokens import ServiceTokens
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker import file_queries, run_queries, schedule
from sync_worker.access import AccessDesk
from sync_worker.arrivals import Arrival, Glimpse
from sync_worker.forms import Form, FormRefused, read_form
from sync_worker.queries import save_connection, set_next_sync
from sync_worker.settings import Settings

log = structlog.get_logger()

NAME = "name"
MAX_NAME_CHARS = 200
REPLACED = "A newer file took its place."

_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f]+")


class FileNotUnderstood(BadRequest):
    """The file is none of its kind, or nothing can be read in it."""

    slug = "file-unclear"
    title = "This file cannot be read"


class OptionsUnfit(BadRequest):
    """What was said of the file does not fit it, or says too little."""

    slug = "options-unfit"
    title = "What was said of the file does not fit it"


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

    async def take(
        self, source: FileSource, principal: Principal, body: AsyncIterator[bytes], content_type: str
    ) -> FileTaken:
        """Take a file in and queue its reading.

        Raises `FormRefused`, `FileTooLarge`, `FileNotUnderstood`, `OptionsUnfit`, and what connections and the
        schedule raise.
        """
        workspace_id = principal.workspace_id
        arrival = Arrival(self._db, workspace_id)
        is_taken = False
        try:
            form = await self._read(source, body, content_type, arrival.add)
            beginning = await arrival.end()
            name = _name_of(form) or source.label
            with _told_to_people():
                layout = source.plan(beginning, _said(source, form))
            connected = await self._desk.connect_file(source.name, name, principal.token)
            async with self._db.transaction(workspace_id) as conn:
                await save_connection(conn, connected.announced(workspace_id))
                sync_id = await self._hand_over(conn, arrival, connected.connection_id, layout)
            is_taken = True
        finally:
            if not is_taken:
                await arrival.give_up()
        log.info("file_taken", connection_id=connected.connection_id, sync_id=sync_id, bytes=arrival.size)
        return FileTaken(connection_id=connected.connection_id, sync_id=sync_id)

    async def preview(self, source: FileSource, body: AsyncIterator[bytes], content_type: str) -> FilePreview:
        """Tell what a file seems to be, by its first part; nothing is kept. Raises as `take` does."""
        glimpse = Glimpse()
        form = await self._read(source, body, content_type, glimpse.add)
        with _told_to_people():
            return source.preview(glimpse.beginning(), _said(source, form))

    async def _read(
        self,
        source: FileSource,
        body: AsyncIterator[bytes],
        content_type: str,
        take: Callable[[bytes], Awaitable[None]],
    ) -> Form:
        fields = (*source.options, NAME)
        return await read_form(body, content_type, fields=fields, at_most=self._settings.max_upload_bytes, take=take)

    async def _hand_over(self, conn: AsyncConnection, arrival: Arrival, connection_id: UUID, layout: bytes) -> UUID:
        workspace_id = arrival.workspace_id
        # Whoever still reads the file before this one has read it in vain: its cursor says nothing of this one.
        await schedule.stop_syncing(conn, workspace_id, connection_id, "cancelled", REPLACED)
        await run_queries.begin_anew(conn, workspace_id, connection_id)
        await set_next_sync(conn, workspace_id, connection_id, None)
        is_there = await file_queries.hand_over(
            conn, workspace_id, arrival.file_id, connection_id, size=arrival.size, layout=layout
        )
        if not is_there:
            raise UploadGivenUp
        return await schedule.request_sync(conn, workspace_id, connection_id)


@contextmanager
def _told_to_people() -> Iterator[None]:
    """Answer what a source finds wrong with a file, or with what was said of it."""
    try:
        yield
    except FileUnclear as error:
        raise FileNotUnderstood(str(error)) from error
    except OptionsRefused as error:
        errors = [{"field": where, "message": what} for where, what in error.errors]
        raise OptionsUnfit(str(error), errors=errors) from error


def _said(source: FileSource, form: Form) -> dict[str, str]:
    """Tell what a person said of the file; an empty field says nothing."""
    return {option: form.fields[option] for option in source.options if form.fields.get(option)}


def _name_of(form: Form) -> str:
    """Tell what the file is called, by the person or else by its own name; perhaps nothing. Raises `FormRefused`."""
    filename = re.split(r"[/\\]", form.filename or "")[-1]
    name = _UNSPEAKABLE.sub(" ", form.fields.get(NAME) or filename).strip()
    if len(name) > MAX_NAME_CHARS:
        raise FormRefused("name", f"it is longer than {MAX_NAME_CHARS} characters")
    return name
