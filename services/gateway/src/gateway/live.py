"""Live updates: one follower of the bus per process, and its readers, each of one workspace."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Collection
from uuid import UUID

import msgspec
import structlog
from contracts.event import Event
from servicekit.bus_queries import Envelope
from servicekit.database import Database
from servicekit.errors import TooManyRequests
from servicekit.tail import follow

from gateway.changes import SHOWN, Pending, message

log = structlog.get_logger()

REST_SECONDS = 0.1
"""The pause after each message, so that a burst comes as a few messages and not as thousands."""
RECONNECT_MILLISECONDS = 2_000

_DECODERS = {event_type.NAME: msgspec.json.Decoder(event_type) for event_type in SHOWN}


class Reader:
    """One open stream."""

    def __init__(self) -> None:
        self.pending = Pending()
        self.woken = asyncio.Event()

    def tell(self, event: Event) -> None:
        """Let the stream know of an event."""
        self.pending.add(event)
        self.woken.set()

    def lose_track(self) -> None:
        """Let the stream know that something happened, and not what."""
        self.pending.lose_track()
        self.woken.set()

    async def wait(self, seconds: float) -> None:
        """Return when there is something to do, or after that long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.woken.wait()
        self.woken.clear()


class Live:
    """The readers of this process."""

    def __init__(self, *, keep_alive_seconds: float, streams_per_user: int) -> None:
        self._keep_alive_seconds = keep_alive_seconds
        self._streams_per_user = streams_per_user
        self._readers: dict[UUID, dict[Reader, UUID]] = {}
        self._following = False
        self._ended = False

    async def follow(self, db: Database, *, poll_seconds: float) -> None:
        """Tell the readers what is published, until cancelled."""
        async for envelopes in follow(db, SHOWN, workspaces=self._workspaces, poll_seconds=poll_seconds):
            if not self._following:
                self._following = True
                self._wake_all()
            for envelope in envelopes:
                self._tell(envelope)

    def end(self) -> None:
        """End every stream, and those to come."""
        self._ended = True
        self._wake_all()

    def _wake_all(self) -> None:
        for readers in self._readers.values():
            for reader in readers:
                reader.woken.set()

    def stream(self, *, workspace_id: UUID, user_id: UUID, ends_at: float) -> AsyncIterator[bytes]:
        """Open a stream of a workspace's changes; it ends when the server stops, or at `ends_at` of the wall clock.

        Raises `TooManyRequests` when this person has too many open.
        """
        owners = [owner for readers in self._readers.values() for owner in readers.values()]
        if owners.count(user_id) >= self._streams_per_user:
            raise TooManyRequests("too many streams are open", retry_after=1)
        return self._read(workspace_id, user_id, ends_at)

    async def _read(self, workspace_id: UUID, user_id: UUID, ends_at: float) -> AsyncIterator[bytes]:
        reader = Reader()
        self._readers.setdefault(workspace_id, {})[reader] = user_id
        try:
            async for said in self._messages(reader, ends_at):
                yield said
        finally:
            del self._readers[workspace_id][reader]
            if not self._readers[workspace_id]:
                del self._readers[workspace_id]

    async def _messages(self, reader: Reader, ends_at: float) -> AsyncIterator[bytes]:
        yield b"retry: %d\n\n" % RECONNECT_MILLISECONDS
        # Who is told "ready" and then looks misses nothing: so not before there is somebody to tell what changes.
        while not self._following and not self._ended:
            await reader.wait(self._keep_alive_seconds)
        yield message("ready", {})
        spoke_at = time.monotonic()
        while not self._ended and (left := ends_at - time.time()) > 0:
            silent = time.monotonic() - spoke_at
            if said := reader.pending.take():
                yield said
            elif silent >= self._keep_alive_seconds:
                yield b": still here\n\n"
            else:
                await reader.wait(min(left, self._keep_alive_seconds - silent))
                continue
            spoke_at = time.monotonic()
            await asyncio.sleep(REST_SECONDS)

    def _workspaces(self) -> Collection[UUID]:
        return self._readers.keys()

    def _tell(self, envelope: Envelope) -> None:
        if readers := self._readers.get(envelope.workspace_id):
            try:
                events: list[Event] = _DECODERS[envelope.event_name].decode_lines(envelope.payload)
            except msgspec.ValidationError:
                # Another version of us published it: what it says is in the rows, for the readers to look at.
                log.warning("events_not_understood", event_id=envelope.event_id, event_name=envelope.event_name)
                for reader in readers:
                    reader.lose_track()
                return
            for event in events:
                for reader in readers:
                    reader.tell(event)
