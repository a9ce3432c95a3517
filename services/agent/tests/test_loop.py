"""Turns against the stand-in of the model: what is sent, what is kept, and what is told when something is refused."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from agent import chats, queries
from agent.chunks import DONE
from agent.conversation import Said, half
from agent.keys import ChatKey
from agent.loop import Desk, Work
from agent.model import Model
from agent.settings import Settings
from agent.tools.api import Api
from agent.turns import Turn
from aiohttp import ClientSession
from servicekit.database import Database
from servicekit.testing import FreshDatabase

Chunk = dict[str, Any]


class Talk:
    """One conversation, with the stand-in told what to answer."""

    def __init__(self, db: Database, settings: Settings, http: ClientSession, model: Model) -> None:
        self.db, self.settings, self.http, self.model = db, settings, http, model
        self.key = ChatKey(uuid4(), uuid4(), "talk")

    async def script(self, *turns: dict[str, Any]) -> None:
        url = f"{self.settings.anthropic_base_url}/control/model"
        async with self.http.post(url, json={"turns": turns, "endless": True}) as answer:
            assert answer.status == 200

    async def ask(self, text: str) -> list[Chunk]:
        """Ask, and hear the whole answer."""
        async with self.db.transaction(self.key.workspace_id) as conn:
            turn_id, message = await chats.ask(conn, self.key, text, self.settings, contact_id=None, message_id=None)
        turn = Turn(turn_id)
        desk, api = Desk(self.db, self.settings, self.model), Api(self.http, self.settings, "t")
        await Work(desk, self.key, turn, api, message=message).run()
        await turn.end()
        heard = b"".join([piece async for piece in turn.follow()]).removesuffix(DONE)
        return [msgspec.json.decode(line.removeprefix(b"data: ")) for line in heard.split(b"\n\n") if line]

    async def said(self) -> list[Said]:
        """The conversation as the model knows it."""
        async with self.db.transaction(self.key.workspace_id) as conn:
            return await queries.load_said(conn, self.key)


@pytest.fixture
async def talk(db: Database, fresh: FreshDatabase, serve_sandbox: Callable[..., str]) -> AsyncIterator[Talk]:
    settings = Settings(**fresh.settings(), anthropic_base_url=serve_sandbox(people=1))
    model = Model(settings)
    async with ClientSession() as http:
        yield Talk(db, settings, http, model)
    await model.close()


def words(chunks: list[Chunk]) -> str:
    return "".join(chunk["delta"] for chunk in chunks if chunk["type"] == "text-delta")


async def add(talk: Talk, *said: Said) -> None:
    async with talk.db.transaction(talk.key.workspace_id) as conn:
        await queries.make_chat(conn, talk.key, "A talk")
        for each in said:
            await queries.add_said(conn, talk.key, each)


CALL = {"type": "tool_use", "id": "toolu_thought_1", "name": "countContacts", "input": {}}
THOUGHT = {"type": "thinking", "thinking": "Hm.", "signature": "of another release"}
BEFORE = [
    Said("user", [{"type": "text", "text": "How many?"}]),
    Said("assistant", [THOUGHT, CALL]),
    Said("user", [{"type": "tool_result", "tool_use_id": "toolu_thought_1", "content": "7"}]),
    Said("assistant", [THOUGHT, {"type": "text", "text": "Seven."}]),
]


async def test_a_conversation_of_another_release_goes_on_without_its_thinking(talk: Talk) -> None:
    await add(talk, *BEFORE)
    await talk.script({"parts": [{"text": "Still seven."}]})

    for _ in range(2):  # what is thought from now on is kept, and taken back
        assert words(await talk.ask("And now?")) == "Still seven."


async def test_thinking_that_is_refused_is_left_out_and_asked_once_more(talk: Talk) -> None:
    await talk.script({"parts": [{"text": "Yes."}]})
    await talk.ask("Are you there?")
    await add(talk, *BEFORE)

    for _ in range(2):
        chunks = await talk.ask("And now?")
        assert words(chunks) == "Yes."
        assert [chunk["type"] for chunk in chunks].count("reset-step") == 0


async def test_who_outgrew_the_model_is_told_so(talk: Talk) -> None:
    await talk.script({"parts": [{"text": "Never"}], "fault": "too_long", "times": -1})

    (error,) = [chunk for chunk in await talk.ask("Go on") if chunk["type"] == "error"]

    assert error["errorText"] == "This conversation is too long for the model; begin a new one."


async def test_a_day_ends_in_the_middle_of_a_turn(talk: Talk) -> None:
    talk.settings = msgspec.structs.replace(talk.settings, agent_tokens_a_day=100)
    await talk.script({"parts": [{"tool": "eatContacts"}]})

    chunks = await talk.ask("Eat them")

    assert [chunk["type"] for chunk in chunks].count("start-step") == 2
    assert chunks[-1] == {"type": "error", "errorText": "The assistant's allowance for today is used up."}


async def test_an_answer_that_broke_off_is_paid_for_and_remembered(talk: Talk) -> None:
    await talk.script({"parts": [{"text": "Once upon a time " * 9}], "fault": "cut", "times": -1})

    chunks = await talk.ask("Tell me")

    assert [chunk["type"] for chunk in chunks].count("reset-step") == 2
    async with talk.db.transaction(talk.key.workspace_id) as conn:
        (day,) = await queries.list_usage(conn, talk.key.workspace_id, 1)
    shown = words(chunks)[len(words(chunks)) * 2 // 3 :]
    assert day["output_tokens"] >= len(words(chunks)) // 4 - 3
    assert day["input_tokens"] > 3000
    assert (await talk.said())[-1].content == half(shown, "the answer broke off here").content


async def test_without_its_database_a_turn_still_tells_of_its_end(talk: Talk) -> None:
    await talk.script({"parts": [{"text": "Once " * 9}], "delay_seconds": 0.5})
    async with talk.db.transaction(talk.key.workspace_id) as conn:
        turn_id, message = await chats.ask(conn, talk.key, "Hi", talk.settings, contact_id=None, message_id=None)
    turn = Turn(turn_id)
    gone = Database.connect(
        msgspec.structs.replace(talk.settings, service_database_url="postgresql://127.0.0.1:1/x"), "agent"
    )
    work = Work(
        Desk(gone, talk.settings, talk.model), talk.key, turn, Api(talk.http, talk.settings, "t"), message=message
    )

    await work.run()
    await turn.end()

    heard = b"".join([piece async for piece in turn.follow()])
    assert b'"type":"error"' in heard
    assert heard.endswith(DONE)
    await gone.close()
