"""How fast a file's rows come from its upload to source rows, and how much memory that takes.

Through the whole house: the file is sent to the gateway as a form, kept in chunks and read from there. Identity
resolves meanwhile what has arrived already, on the same two cores. Then the same file again, which changes nothing.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
from aiohttp import ClientTimeout, FormData
from aiohttp.payload import AsyncIterablePayload
from contracts.files import FileTaken
from contracts.syncs import SyncCounts
from lead.client import Gateway
from lead.postgres import temporary_postgres

from bench.server import OPTIONS
from bench.table import show
from e2e.house import House, embedded
from e2e.journey import join, synced

WATCHED = ("gateway", "sync-worker")
ROWS_A_PIECE = 1_000
LOOK_SECONDS = 0.5
HEADER = "Id,First Name,Last Name,Email,Phone,Company,City,Notes\n"


async def rows(count: int) -> AsyncIterator[bytes]:
    """Write the file as it is sent."""
    yield HEADER.encode()
    for first in range(0, count, ROWS_A_PIECE):
        yield "".join(
            f'{n},First{n},Läst{n},person{n}@example.com,+4930{n:09d},Company {n % 5_000},Berlin,"a ""note"", {n}"\n'
            for n in range(first, min(first + ROWS_A_PIECE, count))
        ).encode()


class Peak(msgspec.Struct):
    """The most memory that each process was seen with, in bytes."""

    of: dict[str, int] = {}

    async def watch(self, house: House) -> None:
        """Look again and again, until cancelled."""
        processes = {name: house.process_of(name) for name in WATCHED}
        while True:
            for name, process in processes.items():
                self.of[name] = max(self.of.get(name, 0), process.memory_info().rss)
            await asyncio.sleep(LOOK_SECONDS)


async def hand_over(gateway: Gateway, count: int, *, key: str | None, runs: int) -> tuple[float, float, SyncCounts]:
    """Send the file and wait until it is read; seconds for the one and for both, and what became of the rows."""
    form = FormData()
    form.add_field("file", AsyncIterablePayload(rows(count)), filename="bench.csv")
    if key:
        form.add_field("key", key)
    started = time.perf_counter()
    status, body = await gateway.call("POST", "/connections/csv", form=form)
    sent = time.perf_counter() - started
    assert status == 202, body
    taken = msgspec.json.decode(body, type=FileTaken)
    run = await synced(gateway, taken.connection_id, runs=runs, seconds=3_600)
    assert run.state == "succeeded", run
    return sent, time.perf_counter() - started, run.counts["contacts"]


async def measure(house: House, count: int, key: str | None) -> None:
    """Measure one size and print it."""
    peak = Peak()
    watching = asyncio.create_task(peak.watch(house))
    async with Gateway(house.gateway_url) as gateway:
        gateway.http._timeout = ClientTimeout(total=None)
        await join(gateway)
        await asyncio.sleep(2 * LOOK_SECONDS)
        before = dict(peak.of)
        table = []
        for number, what in enumerate(("a new file", "the same again"), start=1):
            sent, seconds, counts = await hand_over(gateway, count, key=key, runs=number)
            assert counts.fetched == count, counts
            table.append([what, f"{sent:.1f}", f"{seconds:.1f}", f"{count / seconds:,.0f}", str(counts.added)])
    watching.cancel()
    named = f"by the key {key}" if key else "by their content"
    show(
        f"A file of {count:,} rows, named {named}",
        ["", "s to send", "s until source rows", "rows/s", "added"],
        table,
    )
    megabytes: Callable[[int], str] = lambda size: f"{size / 1e6:.0f}"  # noqa: E731
    show(
        "Memory meanwhile",
        ["process", "MB before", "MB at most"],
        [[name, megabytes(before[name]), megabytes(peak.of[name])] for name in WATCHED],
    )


def main() -> None:
    """Measure on a server and a house of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=100_000)
    parser.add_argument("--key", default=None)
    asked = parser.parse_args()
    with (
        temporary_postgres(OPTIONS) as postgres,
        tempfile.TemporaryDirectory() as folder,
        embedded(Path(folder), {"DATABASE_URL": postgres.url}) as house,
    ):
        asyncio.run(measure(house, asked.rows, asked.key))


if __name__ == "__main__":
    main()
