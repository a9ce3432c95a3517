"""Runs over files: killed, overtaken by a newer file, failing, and files that never arrive."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import uuid4

import psutil
import pytest
from contracts.connections import ConnectionRemoved
from contracts.contacts import ContactFetched, ContactGone
from processes import process
from providers.csv_file import CsvFile
from servicekit.errors import RetryLater
from servicekit.principal import Principal
from servicekit.testing import user_token
from shop_world import World
from sync_worker import file_queries, files
from sync_worker.uploads import REPLACED, UploadGivenUp, Uploads

ROWS = 30_000
FORM = "multipart/form-data; boundary=x"


def rows(numbers: range, name: str = "Ada") -> bytes:
    return ("Nr,Vorname,E-Mail\n" + "".join(f"{n},{name} {n},p{n}@example.com\n" for n in numbers)).encode()


async def form(data: bytes, key: str = "Nr") -> AsyncIterator[bytes]:
    yield f'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\n{key}\r\n--x\r\n'.encode()
    yield b'Content-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\n'
    for at in range(0, len(data), 100_000):
        yield data[at : at + 100_000]
    yield b"\r\n--x--\r\n"


@pytest.fixture
async def uploads(world: World) -> AsyncIterator[Uploads]:
    await world.sync()  # the shop's own, so that it is out of the way
    uploads = Uploads(world.db, world.settings, "sync-worker")
    async with uploads.open():
        yield uploads


async def hand_over(world: World, uploads: Uploads, data: bytes) -> None:
    principal = Principal(
        token=user_token(workspace_id=world.workspace_id), user_id=uuid4(), workspace=world.workspace_id
    )
    world.connection_id = (await uploads.take(CsvFile(), principal, form(data), FORM)).connection_id


async def count_living(world: World) -> object:
    return await world.value("SELECT count(*) FROM source_contact WHERE gone_at IS NULL")


async def test_a_killed_workers_reading_goes_on_from_its_last_page_and_nothing_comes_twice(
    world: World, uploads: Uploads
) -> None:
    await hand_over(world, uploads, rows(range(ROWS)))
    environ = {name.upper(): str(getattr(world.settings, name)) for name in world.settings.__struct_fields__}

    async with process("sync_worker", **environ) as worker:
        await world.reached(ROWS // 10)
        worker.kill()
    before = await count_living(world)
    assert (await world.last_run()).state == "running"
    await world.rows("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour' RETURNING 1")
    async with process("sync_worker", **environ):
        run = await world.ended("succeeded")

    assert ROWS // 10 <= int(str(before)) < ROWS
    events = await world.published(ContactFetched)
    assert len({event.provider_id for event in events}) == len(events) == ROWS
    assert (run.counts["contacts"].fetched, run.counts["contacts"].added) == (ROWS, ROWS)
    assert await world.published(ContactGone) == []


async def test_a_newer_file_ends_the_reading_of_the_one_before_it(world: World, uploads: Uploads) -> None:
    await hand_over(world, uploads, rows(range(ROWS)))
    reading = asyncio.create_task(world.sync())
    await world.reached(1)

    await hand_over(world, uploads, rows(range(100), "Bea"))
    await reading
    await world.sync()

    states = await world.rows(
        "SELECT state, problem FROM sync_run WHERE connection_id = :id ORDER BY sync_id", id=world.connection_id
    )
    assert [tuple(row.values()) for row in states] == [("cancelled", REPLACED), ("succeeded", None)]
    assert await count_living(world) == 100
    assert {
        each["raw"]
        for each in await world.rows("SELECT raw->>'Vorname' AS raw FROM source_contact WHERE gone_at IS NULL")
    } == {f"Bea {n}" for n in range(100)}
    await files.delete_spent(world.db)
    assert await world.rows("SELECT 1 FROM file_chunk") == []


async def test_a_file_removed_while_it_is_read_is_read_no_further(world: World, uploads: Uploads) -> None:
    await hand_over(world, uploads, rows(range(ROWS)))
    reading = asyncio.create_task(world.sync())
    await world.reached(1)
    removed = ConnectionRemoved(
        workspace_id=world.workspace_id, connection_id=world.connection_id, provider="csv_file", data="erase"
    )

    await world.tell(removed)
    await reading
    await world.work_off("upkeep")

    assert await count_living(world) == 0
    assert await world.rows("SELECT 1 FROM file_chunk") == await world.rows("SELECT 1 FROM stored_file") == []


async def test_a_file_whose_bytes_are_lost_says_so_and_loses_nobody(world: World, uploads: Uploads) -> None:
    await hand_over(world, uploads, rows(range(10)))
    await world.sync()
    await hand_over(world, uploads, rows(range(5)))
    await world.rows("DELETE FROM file_chunk RETURNING 1")

    with pytest.raises(RetryLater):
        await world.sync()
    while (await world.last_run()).state != "failed":
        with suppress(RetryLater):
            await world.sync()

    assert "hand it over again" in str((await world.last_run()).problem)
    assert await count_living(world) == 10


async def test_a_file_that_stopped_arriving_is_let_go_of(
    world: World, uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_on = file_queries.hand_over

    async def late(*where: object, **how: object) -> bool:
        await world.rows("UPDATE stored_file SET touched_at = now() - interval '2 hours' RETURNING 1")
        await files.delete_spent(world.db)
        return await hand_on(*where, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(file_queries, "hand_over", late)

    with pytest.raises(UploadGivenUp):
        await hand_over(world, uploads, rows(range(5)))

    assert await world.rows("SELECT 1 FROM file_chunk") == await world.rows("SELECT 1 FROM stored_file") == []


@pytest.mark.slow
async def test_a_large_file_is_never_held_whole(world: World, uploads: Uploads) -> None:
    data = rows(range(1_000_000))
    before = psutil.Process().memory_info().rss

    await hand_over(world, uploads, data)

    assert psutil.Process().memory_info().rss - before < len(data) // 4
