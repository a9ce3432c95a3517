"""Asking the model, within what may be used: its answer is said as it comes in, and paid for whatever becomes of it."""

import asyncio
from collections.abc import Sequence
from typing import Any

from msgspec import structs
from sqlalchemy.ext.asyncio import AsyncConnection

from agent import queries
from agent.calls import LimitReached
from agent.conversation import as_sent, fingerprint
from agent.costs import Used
from agent.model import Answer, Begun, Model, ModelFailed, ThinkingRefused
from agent.settings import Settings
from agent.sheet import Sheet
from agent.speaking import Speaker
from agent.tools.registry import DESCRIBED

TRIES = 3
REST_SECONDS = 1.0
CHARACTERS_A_TOKEN = 4
"""About; of an answer that nobody counted to its end."""
USED_UP = "The assistant's allowance for today is used up."
TOO_MANY_WORDS = "This took more words than a turn may have; ask on if it is not enough."
NOT_TAKEN = "The model's service does not take this conversation; begin a new one."


class Asking:
    """Asks for the answers of one turn."""

    def __init__(self, sheet: Sheet, settings: Settings, model: Model) -> None:
        self._sheet, self._settings, self._model = sheet, settings, model
        self._speaker = Speaker(sheet.say, sheet.turn.turn_id.hex[:8])
        self._tokens_left = settings.agent_turn_tokens
        self._used: Used | None = None
        self._is_whole = False

    @property
    def is_open(self) -> bool:
        """Whether an answer is coming in, or broke off, of which nothing is kept yet."""
        return self._used is not None

    def check(self) -> None:
        """Raise `LimitReached` where the turn used what it may."""
        if self._tokens_left <= 0:
            raise LimitReached(TOO_MANY_WORDS)

    async def ask(self) -> Answer:
        """Ask, and again where it was cut off: nothing of the step has been done yet.

        Raises `ModelFailed` and `LimitReached`.
        """
        for tried in range(1, TRIES + 1):
            try:
                return await self._listen(await self._conversation())
            except ThinkingRefused:
                if not await self._think_anew():
                    raise
            except ModelFailed as failed:
                if not failed.again or tried == TRIES:
                    raise
                await self._speaker.close()
                await self._sheet.say({"type": "reset-step"})
                await asyncio.sleep(REST_SECONDS * tried)
        raise ModelFailed(NOT_TAKEN)

    async def _conversation(self) -> list[dict[str, Any]]:
        async with self._sheet.locked() as (conn, chat):
            await self.pay(conn)  # for a try before
            used = await queries.used_today(conn, self._sheet.key.workspace_id)
            if used >= self._settings.agent_tokens_a_day:
                raise LimitReached(USED_UP)
            return as_sent(await queries.load_said(conn, self._sheet.key), thinks_from=chat.thinks_from)

    async def _think_anew(self) -> bool:
        """Leave out what was thought before, from now on; whether there was anything to leave out."""
        async with self._sheet.locked() as (conn, chat):
            said = await queries.load_said(conn, self._sheet.key)
            if chat.thinks_from > said[-1].number:
                return False
            prefix = fingerprint(self._settings.agent_model, DESCRIBED)
            await queries.think_anew(conn, self._sheet.key, prefix, said[-1].number + 1)
        return True

    async def _listen(self, messages: Sequence[dict[str, Any]]) -> Answer:
        self._speaker.begin(
            [block["id"] for said in messages for block in said["content"] if block["type"] == "tool_use"]
        )
        async for piece in self._model.ask(messages, DESCRIBED, conversation=self._sheet.key.public):
            if isinstance(piece, Begun):
                self._used, self._is_whole = piece.used, False
            elif isinstance(piece, Answer):
                self._used, self._is_whole = piece.used, True
                return structs.replace(piece, content=self._speaker.named(piece.content))
            else:
                await self._speaker.say(piece)
        raise ModelFailed("The model's answer broke off.", again=True)

    async def close(self) -> None:
        """End the words that are coming in."""
        await self._speaker.close()

    async def pay(self, conn: AsyncConnection) -> None:
        """Count what the answer took that came in, whether or not it came to its end; each is counted once."""
        if self._used is None:
            return
        heard = 0 if self._is_whole else self._speaker.heard // CHARACTERS_A_TOKEN
        used = structs.replace(self._used, output=max(self._used.output, heard))
        self._used = None
        self._tokens_left -= used.counted
        cost = self._model.count(used)
        await queries.note_usage(conn, self._sheet.key.workspace_id, used=used, cost_micros=cost)
