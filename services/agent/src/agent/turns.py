"""Turns under way: each is a task of its own that fills a buffer, and whoever listens reads that from its beginning.

So closing the page ends nothing, and a second page can follow. What is in the buffer is gone with the process; the
conversation itself is in the database.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

import structlog
from servicekit.database import Database
from servicekit.errors import TooManyRequests

from agent import queries
from agent.chunks import DONE, KEEP_ALIVE, Chunk, on_the_wire
from agent.keys import ChatKey

log = structlog.get_logger()

LEASE_SECONDS = 20.0
"""So long a turn counts as alive that nobody prolongs."""
BEAT_SECONDS = 5.0
SILENCE_SECONDS = 12.0
AGAIN_SECONDS = 5


class TooManyTurns(TooManyRequests):
    """More is asked at once than one process answers."""

    slug = "too-many-turns"
    title = "Too much is asked at once; try again in a moment"


class Turn:
    """A turn: what it said so far, and whether it goes on."""

    def __init__(self, turn_id: UUID) -> None:
        self.turn_id = turn_id
        self.is_stopped = False
        self._said: list[bytes] = []
        self._is_over = self._is_ending = False
        self._news = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    async def say(self, chunk: Chunk) -> None:
        """Say a chunk to whoever listens."""
        self._put(on_the_wire(chunk))

    async def end(self) -> None:
        """Say nothing any more."""
        self._put(DONE)
        self._is_over = True

    def _put(self, piece: bytes) -> None:
        # No lock, which a listener who is cancelled while waiting could leave behind: nothing here can be interrupted.
        if self._is_over:
            return
        self._said.append(piece)
        self._news.set()
        self._news = asyncio.Event()

    async def follow(self) -> AsyncIterator[bytes]:
        """Listen from the beginning to the end, and be told now and then that it lives."""
        heard = 0
        while True:
            if heard == len(self._said) and not self._is_over:
                with suppress(TimeoutError):
                    async with asyncio.timeout(SILENCE_SECONDS):
                        await self._news.wait()
            news = b"".join(self._said[heard:])
            heard = len(self._said)
            is_over = self._is_over
            yield news or KEEP_ALIVE
            if is_over:
                return

    def stop(self) -> None:
        """Have it ended by the person who asked."""
        self.is_stopped = True
        self.cancel()

    def cancel(self) -> None:
        """Have it ended, once: what it does at its end is not cut off."""
        if self.task and not self._is_ending:
            self._is_ending = True
            self.task.cancel()


class Turns:
    """The turns of this process."""

    def __init__(self, at_once: int, *, of_one: int) -> None:
        self._at_once, self._of_one = at_once, of_one
        self._of: dict[ChatKey, Turn] = {}
        self._rooms: list[ChatKey] = []

    @contextmanager
    def room(self, key: ChatKey) -> Iterator[None]:
        """Keep room for a turn that is about to begin. Raises `TooManyTurns`."""
        taken = [*self._of, *self._rooms]
        persons = sum((each.workspace_id, each.user_id) == (key.workspace_id, key.user_id) for each in taken)
        if len(taken) >= self._at_once or persons >= self._of_one:
            raise TooManyTurns(retry_after=AGAIN_SECONDS)
        self._rooms.append(key)
        try:
            yield
        finally:
            self._rooms.remove(key)

    def begin(self, key: ChatKey, turn_id: UUID, work: Callable[[Turn], Coroutine[Any, Any, None]]) -> Turn:
        """Begin a turn, for which there is room."""
        turn = self._of[key] = Turn(turn_id)
        turn.task = asyncio.create_task(self._run(key, turn, work))
        return turn

    async def _run(self, key: ChatKey, turn: Turn, work: Callable[[Turn], Coroutine[Any, Any, None]]) -> None:
        try:
            await work(turn)
        except Exception:  # the edge of a task, which nobody waits for
            log.exception("turn_broke", turn_id=str(turn.turn_id))
        finally:
            if self._of.get(key) is turn:
                del self._of[key]
            await turn.end()

    def find(self, key: ChatKey) -> Turn | None:
        """Find the turn that is under way here."""
        return self._of.get(key)

    async def beat(self, db: Database) -> None:
        """Show that our turns are alive, for as long as the service lives."""
        while True:
            if self._of:
                turns, workspaces = [turn.turn_id for turn in self._of.values()], {key.workspace_id for key in self._of}
                async with db.transaction(*workspaces) as conn:
                    await queries.prolong(conn, workspaces, turns, LEASE_SECONDS)
            await asyncio.sleep(BEAT_SECONDS)

    async def stop_all(self) -> None:
        """Stop all turns and wait for them: the service ends."""
        turns = list(self._of.values())
        for turn in turns:
            turn.cancel()
        tasks = [turn.task for turn in turns if turn.task]
        await asyncio.gather(*tasks, return_exceptions=True)
