"""Connections are handed out in the order in which they came to be there."""

import asyncio
from contextlib import AsyncExitStack

from servicekit.database import Database
from servicekit.pool import LongestFirstPool
from servicekit.settings import ServiceSettings
from servicekit.testing import FreshDatabase
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def process_of(conn: AsyncConnection) -> int:
    return int((await conn.execute(text("SELECT pg_backend_pid()"))).scalar_one())


async def opened(db: Database, stack: AsyncExitStack, at_once: int) -> list[AsyncConnection]:
    return [await stack.enter_async_context(db.engine.connect()) for _ in range(at_once)]


async def test_what_is_free_goes_by_age_whatever_came_back_last(fresh: FreshDatabase) -> None:
    db = fresh.database("identity")
    async with AsyncExitStack() as stack:
        conns = await opened(db, stack, 3)
        by_age = [await process_of(conn) for conn in conns]
        for conn in conns:
            await conn.close()

    for held in (3, 1, 2, 3):
        async with AsyncExitStack() as stack:
            conns = await opened(db, stack, held)
            assert [await process_of(conn) for conn in conns] == by_age[:held]
            await conns[0].close()


async def test_who_works_on_keeps_its_own_beside_who_reads_ahead(fresh: FreshDatabase) -> None:
    db = fresh.database("identity")
    worked: set[int] = set()

    async def read() -> None:
        async with db.engine.connect() as conn:
            await conn.execute(text("SELECT pg_sleep(0.01)"))

    for _ in range(5):
        async with db.transaction() as conn:
            worked.add(await process_of(conn))
            reading = asyncio.create_task(read())
            await asyncio.sleep(0)
        await reading

    assert len(worked) == 1


async def test_who_waits_for_a_full_pool_gets_what_comes_back(fresh: FreshDatabase) -> None:
    db = fresh.database("identity")

    async def ask() -> int:
        async with db.engine.connect() as conn:
            return await process_of(conn)

    async with AsyncExitStack() as stack:
        conns = await opened(db, stack, 2 * ServiceSettings(**fresh.settings()).database_pool_size)
        pids = [await process_of(conn) for conn in conns]
        pool = db.engine.pool
        assert isinstance(pool, LongestFirstPool)
        waiting = asyncio.create_task(ask())
        await asyncio.sleep(0.01)
        assert pool.checkedout() == len(set(pids)) == len(pids)
        assert not waiting.done()

    assert await waiting in pids
