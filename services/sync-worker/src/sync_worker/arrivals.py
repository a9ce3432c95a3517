"""A file that is arriving: kept as it comes, and its beginning held, by which its source understands it."""

from uuid import UUID

from providers.encoding import EncodingWatch
from providers.files import HEAD_BYTES, Beginning
from servicekit.database import Database

from sync_worker import file_queries
from sync_worker.files import CHUNK_BYTES


class Glimpse:
    """The beginning of a file of which nothing is kept."""

    def __init__(self) -> None:
        self._watch = EncodingWatch()
        self._head = b""
        self._size = 0

    async def add(self, content: bytes) -> None:
        """Look at a piece; what comes after the beginning is passed by."""
        if len(self._head) < HEAD_BYTES:
            self._keep(self._watch.take(content))
        else:
            self._size += len(content)

    def beginning(self) -> Beginning:
        """Tell what was seen."""
        if self._size <= HEAD_BYTES:
            self._keep(self._watch.end())
        return _beginning(self._head, self._size, self._watch)

    def _keep(self, kept: bytes) -> None:
        self._head += kept
        self._size += len(kept)


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

    async def end(self) -> Beginning:
        """Keep what is left, and tell how the file begins."""
        self._pending += self._watch.end()
        while self._pending or self._file_id is None:
            await self._write()
        return _beginning(self._head, self.size, self._watch)

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


def _beginning(head: bytes, size: int, watch: EncodingWatch) -> Beginning:
    head = head[:HEAD_BYTES]
    return Beginning(head=head, is_whole=size <= len(head), encoding=watch.encoding, came_as=watch.came_as)
