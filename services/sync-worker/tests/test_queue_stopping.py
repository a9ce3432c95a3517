"""The queue stops soon, also when its database went first."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import msgspec
import psycopg
import pytest
from servicekit.database import Database
from servicekit.workers import running
from shop_world import EVERY, World
from sqlalchemy import make_url
from sync_worker import queue

WORKERS = 4
STOPS_WITHIN_SECONDS = 15.0  # who runs us waits 20
TURNS = 5  # of the loop, within which the joining of a connection that was accepted has begun


class Wire:
    """What lies between us and PostgreSQL, and can be cut."""

    def __init__(self, host: str, port: int) -> None:
        self._to = host, port
        self._ends: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self._joining: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server
        self._is_cut = False
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        self._is_cut = True
        for listening in self._server.sockets:  # or it accepts one more, and closing forgets about that one
            asyncio.get_running_loop().remove_reader(listening.fileno())
        for _ in range(TURNS):
            await asyncio.sleep(0)
        self._server.close()
        for end in self._ends:
            end.transport.abort()
        await asyncio.gather(*self._joining, *self._pumps, return_exceptions=True)
        await asyncio.sleep(0)  # for the ends that nothing is pumped from to be closed

    async def _join(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._joining.add(task)
        self._ends.add(near_out)
        host, port = self._to
        opened = asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}") if host.startswith("/") else None
        far_in, far_out = await (opened or asyncio.open_connection(host, port))
        if self._is_cut:  # while it was being joined
            for end in (near_out, far_out):
                end.transport.abort()
            return
        self._ends.add(far_out)
        for source, sink in ((near_in, far_out), (far_in, near_out)):
            pump = asyncio.create_task(self._pump(source, sink))
            self._pumps.add(pump)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65_536):
                sink.write(data)
                await sink.drain()
        sink.close()


@asynccontextmanager
async def wired(world: World) -> AsyncIterator[tuple[Wire, Database]]:
    """A database that is reached by a wire."""
    with psycopg.connect(world.db.conninfo) as conn:
        wire = Wire(conn.info.host, conn.info.port)
    await wire.open()
    url = make_url(world.settings.service_database_url)
    there = url.set(host="127.0.0.1", port=wire.port, query={}).render_as_string(hide_password=False)
    db = Database.connect(msgspec.structs.replace(world.settings, service_database_url=there), "sync-worker")
    try:
        yield wire, db
    finally:
        await wire.cut()
        await db.close()


@pytest.mark.parametrize("gone_for_seconds", [0.0, 3.0])
async def test_a_stop_does_not_wait_for_a_database_that_is_gone(world: World, gone_for_seconds: float) -> None:
    async with wired(world) as (wire, db):

        async def run() -> None:
            app = queue.job_app(db, world.syncer, world.fetcher, world.actor, every=EVERY)
            await queue.run(app, concurrency=1)

        async with running({"jobs": run}):
            while len(await world.rows("SELECT 1 FROM procrastinate_workers")) < WORKERS:  # noqa: ASYNC110 - another's
                await asyncio.sleep(0.05)
            await wire.cut()
            await asyncio.sleep(gone_for_seconds)
            began = time.monotonic()
        took = time.monotonic() - began

    assert took < STOPS_WITHIN_SECONDS
