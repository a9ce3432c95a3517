"""The message that a turn writes, in its conversation, as long as that is still the turn's own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from servicekit.database import Database
from sqlalchemy.ext.asyncio import AsyncConnection

from agent import queries
from agent.chunks import Assembly, Chunk
from agent.keys import ChatKey
from agent.queries import ChatRow, Message
from agent.turns import Turn


class TurnLost(Exception):
    """The conversation is another turn's by now, or is gone."""


class Sheet:
    """What one turn says: to who listens, and to the page that is loaded later."""

    def __init__(self, db: Database, key: ChatKey, turn: Turn, message: Message) -> None:
        self.key, self.turn = key, turn
        self.message_id = message.id
        self.assembly = Assembly(message.parts)
        self._db = db

    async def say(self, chunk: Chunk) -> None:
        """Say a chunk."""
        self.assembly.take(chunk)
        await self.turn.say(chunk)

    def message(self) -> Message:
        """The message as it is by now."""
        return Message(self.message_id, "assistant", self.assembly.parts)

    def shown(self) -> str:
        """The words of the newest step, as far as the person saw them."""
        words: list[str] = []
        for part in reversed(self.assembly.parts):
            if part["type"] == "step-start":
                break
            if part["type"] == "text":
                words.insert(0, part["text"])
        return "".join(words).strip()

    async def save(self, *, is_over: bool) -> None:
        """Save the message, and with the last of it the end of the turn. Raises `TurnLost`."""
        async with self.transaction() as conn:
            await queries.save_message(conn, self.key, self.message())
            if is_over:
                await queries.end_turn(conn, self.key)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Hold the conversation. Raises `TurnLost`."""
        async with self.locked() as (conn, _):
            yield conn

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[tuple[AsyncConnection, ChatRow]]:
        """Hold the conversation, and see how it is. Raises `TurnLost`."""
        async with self._db.transaction(self.key.workspace_id) as conn:
            chat = await queries.lock_chat(conn, self.key)
            if chat is None or chat.turn_id != self.turn.turn_id:
                raise TurnLost
            yield conn, chat
