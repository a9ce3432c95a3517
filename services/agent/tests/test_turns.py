"""Turns, and those who listen to them: they come and go as pages do."""

import asyncio
from uuid import uuid4

import anyio
import pytest
from agent.chunks import DONE
from agent.keys import ChatKey
from agent.turns import TooManyTurns, Turn, Turns


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


async def test_one_person_has_only_so_many_turns_at_once_and_leaves_room_for_others() -> None:
    turns, workspace, one, other = Turns(3, of_one=2), uuid4(), uuid4(), uuid4()
    going_on = asyncio.Event()

    async def work(_: Turn) -> None:
        await going_on.wait()

    with turns.room(ChatKey(workspace, one, "a")), turns.room(ChatKey(workspace, one, "b")):
        with pytest.raises(TooManyTurns), turns.room(ChatKey(workspace, one, "c")):
            pass
        began = turns.begin(ChatKey(workspace, one, "a"), uuid4(), work)
    with (
        turns.room(ChatKey(workspace, one, "c")),
        turns.room(ChatKey(workspace, other, "a")),
        pytest.raises(TooManyTurns),
        turns.room(ChatKey(workspace, other, "b")),
    ):
        pass

    going_on.set()
    assert began.task
    await began.task
    with turns.room(ChatKey(workspace, one, "a")), turns.room(ChatKey(workspace, one, "b")):
        pass


async def test_who_is_stopped_twice_ends_in_order_and_says_nothing_afterwards() -> None:
    turns, key = Turns(1, of_one=1), ChatKey(uuid4(), uuid4(), "a")

    async def work(turn: Turn) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.05)
            await turn.say({"type": "abort"})

    turn = turns.begin(key, uuid4(), work)
    await asyncio.sleep(0)
    turn.stop()
    await asyncio.sleep(0.01)
    turn.stop()
    await turns.stop_all()
    await turn.say({"type": "late"})

    assert await heard_by(turn) == b'data: {"type":"abort"}\n\n' + DONE


async def test_a_turn_that_breaks_is_noted_and_its_stream_ends() -> None:
    turns = Turns(1, of_one=1)

    async def work(_: Turn) -> None:
        raise LookupError("a bug")

    turn = turns.begin(ChatKey(uuid4(), uuid4(), "a"), uuid4(), work)

    assert await heard_by(turn) == DONE
    assert turn.task
    assert turn.task.exception() is None
