"""A file that is arriving: kept as it comes, and understood by its beginning."""

from collections.abc import Mapping
from uuid import UUID

import msgspec
from contracts.files import FilePreview, FileProblem
from providers.csv_columns import MappingRefused
from providers.csv_encoding import EncodingWatch
from providers.csv_file import read_rows_of
from providers.csv_layout import HEAD_BYTES, Layout, LayoutUnclear, read_beginning
from servicekit.database import Database
from servicekit.errors import BadRequest

from sync_worker import file_queries
from sync_worker.files import CHUNK_BYTES
from sync_worker.forms import Form, FormRefused

PREVIEW_ROWS = 20


class FileUnclear(BadRequest):
    """The file cannot be read as a table."""

    slug = "file-unclear"
    title = "This file cannot be read as CSV"


class MappingUnfit(BadRequest):
    """What was said of the columns does not fit them, or they say of nobody who it is."""

    slug = "mapping-unfit"
    title = "The columns and the fields do not fit"


class Opening:
    """The beginning of a file, and its encoding as far as it was seen."""

    def __init__(self) -> None:
        self._watch = EncodingWatch()
        self._head = b""
        self.size = 0

    async def add(self, content: bytes) -> None:
        """Look at a piece; what comes after the beginning is passed by."""
        if len(self._head) < HEAD_BYTES:
            self._keep(self._watch.take(content))
        else:
            self.size += len(content)

    def preview(self, form: Form) -> FilePreview:
        """Tell what the file seems to be. Raises `FileUnclear` and `MappingUnfit`."""
        if self.size <= HEAD_BYTES:
            self._keep(self._watch.end())
        mapping, key = _said(form)
        try:
            beginning = read_beginning(
                self._head[:HEAD_BYTES],
                encoding=self._watch.encoding,
                is_whole=self.size <= HEAD_BYTES,
                named=_named(mapping, key),
            )
            layout = beginning.planned(mapping, key)
            problems: list[FileProblem] = []
        except LayoutUnclear as error:
            raise FileUnclear(str(error)) from error
        except MappingRefused as error:
            if mapping is not None or key is not None:
                raise _unfit(error) from error
            layout = beginning.layout
            problems = [FileProblem(line=None, reason=what) for _, what in error.errors]
        contacts, skipped = read_rows_of(beginning.rows, layout)
        return FilePreview(
            encoding=self._watch.came_as,
            delimiter=layout.delimiter,
            has_header=layout.has_header,
            columns=list(layout.columns),
            mapping={column: layout.mapping.get(column) for column in layout.columns},
            contacts=[each.contact for each in contacts[:PREVIEW_ROWS]],
            rows=[msgspec.json.decode(each.raw, type=dict[str, str]) for each in contacts[:PREVIEW_ROWS]],
            problems=problems + [FileProblem(line=each.line, reason=each.reason) for each in skipped],
        )

    def _keep(self, kept: bytes) -> None:
        self._head += kept
        self.size += len(kept)


class Arrival:
    """A file that is arriving: written chunk by chunk, each in a transaction of its own."""

    def __init__(self, db: Database, workspace_id: UUID) -> None:
        self._db = db
        self.workspace_id = workspace_id
        self._watch = EncodingWatch()
        self._pending = bytearray()
        self._head = b""
        self._number = 0
        self._file_id: UUID | None = None
        self.size = 0

    @property
    def file_id(self) -> UUID:
        """The id of the file, which has one from its first byte on."""
        assert self._file_id is not None
        return self._file_id

    async def add(self, content: bytes) -> None:
        """Keep a piece."""
        self._pending += self._watch.take(content)
        while len(self._pending) >= CHUNK_BYTES:
            await self._write()

    async def end(self) -> None:
        """Keep what is left."""
        self._pending += self._watch.end()
        while self._pending or self._file_id is None:
            await self._write()

    def plan(self, form: Form) -> Layout:
        """Tell how the file is to be read. Raises `FormRefused`, `FileUnclear` and `MappingUnfit`."""
        mapping, key = _said(form)
        try:
            beginning = read_beginning(
                self._head,
                encoding=self._watch.encoding,
                is_whole=self.size <= len(self._head),
                named=_named(mapping, key),
            )
            return beginning.planned(mapping, key)
        except LayoutUnclear as error:
            raise FileUnclear(str(error)) from error
        except MappingRefused as error:
            raise _unfit(error) from error

    async def give_up(self) -> None:
        """Let go of what was kept."""
        if self._file_id is not None:
            async with self._db.transaction(self.workspace_id) as conn:
                await file_queries.drop_file(conn, self.workspace_id, self._file_id)

    async def _write(self) -> None:
        chunk = bytes(self._pending[:CHUNK_BYTES])
        del self._pending[:CHUNK_BYTES]
        # Not flushed one by one: the transaction that hands the file over is, and all before it with it.
        async with self._db.transaction(self.workspace_id, flushed=False) as conn:
            if self._file_id is None:
                self._file_id = await file_queries.create_file(conn, self.workspace_id)
            await file_queries.save_chunk(conn, self.workspace_id, self._file_id, self._number, chunk)
        if self._number == 0:
            self._head = chunk[:HEAD_BYTES]
        self._number += 1
        self.size += len(chunk)


def _said(form: Form) -> tuple[dict[str, str | None] | None, str | None]:
    """Read what a person said of the columns. Raises `FormRefused`."""
    mapping, key = form.fields.get("mapping"), form.fields.get("key")
    if not mapping:
        return None, key or None
    try:
        return msgspec.json.decode(mapping, type=dict[str, str | None]), key or None
    except (msgspec.DecodeError, RecursionError) as error:
        raise FormRefused("mapping", f"a JSON object of columns and their fields is asked for: {error}") from error


def _named(mapping: Mapping[str, str | None] | None, key: str | None) -> list[str]:
    return [*(mapping or ()), *([key] if key else [])]


def _unfit(error: MappingRefused) -> MappingUnfit:
    return MappingUnfit(str(error), errors=[{"field": where, "message": what} for where, what in error.errors])
