"""Answers said as chunks, and calls whose ids a server gave twice."""

from typing import Any

from agent.chunks import Chunk
from agent.model import Piece
from agent.speaking import Speaker


async def test_calls_have_names_of_their_own_in_the_whole_conversation() -> None:
    chunks: list[Chunk] = []

    async def say(chunk: Chunk) -> None:
        chunks.append(chunk)

    blocks: list[dict[str, Any]] = [
        {"type": "tool_use", "id": id_, "name": "countContacts", "input": {}} for id_ in ("call_0", "call_0", "call_1")
    ]
    speaker = Speaker(say, "turn")
    speaker.begin(["call_0"])
    for index, block in enumerate(blocks):
        await speaker.say(Piece("start", index, block))

    named = [block["id"] for block in speaker.named(blocks)]

    assert named == [chunk["toolCallId"] for chunk in chunks]
    assert len({"call_0", *named}) == 4
    assert named[2] == "call_1"
