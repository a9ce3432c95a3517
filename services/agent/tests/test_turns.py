"""Turns, and those who listen to them: they come and go as pages do."""

import asyncio
from uuid import uuid4

import anyio
from agent.chunks import DONE
from agent.turns import Turn


async def heard_by(turn: Turn) -> bytes:
    return b"".join([piece async for piece in turn.follow()])


async def test_everyone_hears_all_of_it_whenever_they_came() -> None:
    turn = Turn(uuid4())
    early = asyncio.create_task(heard_by(turn))
    await asyncio.sleep(0)
    await turn.say({"type": "start"})
    late = asyncio.create_task(heard_by(turn))
    await asyncio.sleep(0)
    await turn.end()

    assert await early == await late == b'data: {"type":"start"}\n\n' + DONE
    assert await heard_by(turn) == await early


async def test_pages_that_close_in_mid_turn_disturb_nobody() -> None:
    turn = Turn(uuid4())
    # As the server ends a stream to which nobody listens any more.
    pages = [anyio.CancelScope() for _ in range(50)]

    async def open_page(page: anyio.CancelScope) -> None:
        with page:
            await heard_by(turn)

    staying = [asyncio.create_task(heard_by(turn)) for _ in range(5)]
    closing = [asyncio.create_task(open_page(page)) for page in pages]
    await asyncio.sleep(0.01)
    for number, page in enumerate(pages):
        await turn.say({"type": "text-delta", "delta": str(number)})
        for _ in range(number % 5):
            await asyncio.sleep(0)
        page.cancel()
    await turn.end()

    await asyncio.gather(*closing)
    assert {heard.count(b"text-delta") for heard in await asyncio.gather(*staying)} == {50}
