"""Hashing: beside the loop, a few at a time, and never more waiting than can be served."""

import asyncio

import pytest
from auth.hashing import WAITING_AT_MOST, Hasher
from servicekit.errors import RetryLater


@pytest.fixture
def hasher() -> Hasher:
    return Hasher(memory_kib=8, iterations=1, lanes=1, at_once=2)


async def test_a_password_matches_its_own_hash_and_no_other(hasher: Hasher) -> None:
    one, same = await hasher.hash("analytical engine"), await hasher.hash("analytical engine")

    assert one != same, "each hash has a salt of its own"
    assert await hasher.matches("analytical engine", one)
    assert not await hasher.matches("difference engine", one)


async def test_nobodys_password_matches_nothing(hasher: Hasher) -> None:
    assert not await hasher.matches("", None)


async def test_a_hash_of_another_cost_is_outdated(hasher: Hasher) -> None:
    dearer = Hasher(memory_kib=16, iterations=1, lanes=1, at_once=1)

    assert not hasher.is_outdated(await hasher.hash("analytical engine"))
    assert hasher.is_outdated(await dearer.hash("analytical engine"))


async def test_a_storm_is_put_off_rather_than_piled_up(hasher: Hasher) -> None:
    asked = [hasher.hash("analytical engine") for _ in range(WAITING_AT_MOST + 5)]

    outcomes = await asyncio.gather(*asked, return_exceptions=True)

    assert sum(isinstance(outcome, RetryLater) for outcome in outcomes) == 5
    assert await hasher.hash("analytical engine"), "and afterwards it goes on"


async def test_the_loop_goes_on_while_a_password_is_hashed() -> None:
    slow = Hasher(memory_kib=65_536, iterations=2, lanes=1, at_once=1)
    turns = 0

    hashing = asyncio.create_task(slow.hash("analytical engine"))
    while not hashing.done():
        turns += 1
        await asyncio.sleep(0)

    assert turns > 100
