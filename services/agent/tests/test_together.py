"""Side by side: what one failure does to the others."""

import asyncio

import pytest
from agent.together import together


async def test_all_are_done_and_told_in_their_order() -> None:
    async def after(seconds: float) -> float:
        await asyncio.sleep(seconds)
        return seconds

    assert await together(after(seconds) for seconds in (0.02, 0.0, 0.01)) == [0.02, 0.0, 0.01]


async def test_one_failure_ends_the_others_and_is_raised() -> None:
    done: list[str] = []

    async def fail() -> None:
        raise LookupError("gone")

    async def go_on() -> None:
        await asyncio.sleep(0.01)
        done.append("went on")

    with pytest.raises(LookupError, match="gone"):
        await together([go_on(), fail(), go_on()])
    await asyncio.sleep(0.03)
    assert done == []
