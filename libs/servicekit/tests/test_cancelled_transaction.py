"""The edge of a transaction that is cut off in the middle of a statement."""

import asyncio
from contextlib import suppress

import pytest
from servicekit.database import pipelined
from servicekit.testing import FreshDatabase
from sqlalchemy import text
from sqlalchemy.pool import AsyncAdaptedQueuePool

STEPS = 200
STEP_SECONDS = 0.00005


async def test_a_transaction_cancelled_in_a_statement_is_cancelled_and_the_next_one_works(
    fresh: FreshDatabase,
) -> None:
    db = fresh.database("identity")
    begun = asyncio.Event()

    async def sleep_in_the_database() -> None:
        async with db.transaction() as conn:
            await conn.execute(text("SELECT 1"))
            begun.set()
            await conn.execute(text("SELECT pg_sleep(60)"))

    running = asyncio.create_task(sleep_in_the_database())
    await begun.wait()
    await asyncio.sleep(0)
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    async with db.transaction() as conn:
        assert (await conn.execute(text("SELECT 2"))).scalar_one() == 2


async def test_a_transaction_cancelled_at_any_step_gives_its_connection_back(fresh: FreshDatabase) -> None:
    db = fresh.database("identity")

    async def ask() -> None:
        async with db.transaction() as conn:
            await conn.execute(text("SELECT 1"))

    for step in range(STEPS):
        running = asyncio.create_task(ask())
        await asyncio.sleep(step * STEP_SECONDS)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    pool = db.engine.pool
    assert isinstance(pool, AsyncAdaptedQueuePool)
    assert pool.checkedout() == 0


async def test_a_transaction_cancelled_in_a_pipeline_leaves_no_connection_in_it(fresh: FreshDatabase) -> None:
    db = fresh.database("identity")
    begun = asyncio.Event()

    async def sleep_in_a_pipeline() -> None:
        async with db.transaction() as conn:
            await conn.execute(text("SELECT 1"))
            begun.set()
            async with pipelined(conn):
                await conn.exec_driver_sql("SELECT pg_sleep(60)")

    running = asyncio.create_task(sleep_in_a_pipeline())
    await begun.wait()
    await asyncio.sleep(0.1)
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    async with db.transaction() as conn:
        assert (await conn.execute(text("SELECT 2"))).scalar_one() == 2
