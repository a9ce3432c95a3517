"""How long a single change takes from its commit in sync-worker to its golden record.

Measured by two clocks of one database: when the event was published, and when identity committed what follows from
it (its own event's publishing). Idle, and while another workspace imports.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path
from statistics import median, quantiles

import psycopg
from lead.client import Gateway
from lead.postgres import temporary_postgres

from bench.server import OPTIONS
from bench.table import show
from e2e.house import House, embedded
from e2e.journey import act, after_syncing, connect, join, settled, synced

SMALL, LARGE = "hubspot:111111", "hubspot:222222"
IMPORTED = 60_000
CHANGES = 200

# What identity publishes carries the id of the event it follows from.
_LATENCIES = """
SELECT extract(epoch FROM result.published_at - cause.published_at) * 1000
FROM bus.outbox result
JOIN bus.outbox cause ON cause.event_id = (result.headers::json->>'causation_id')::uuid
WHERE result.topic = 'golden_records' AND result.workspace_id = %s AND result.lane = 'live'
  AND cause.topic = 'source_records' AND cause.published_at > %s
"""


async def changes(gateway: Gateway, house: House, admin: psycopg.AsyncConnection, workspace: str) -> list[float]:
    """Change contacts one by one in the provider, sync, and read how long each took inside."""
    (since,) = await (await admin.execute("SELECT clock_timestamp()")).fetchone() or (None,)
    connection = next(one for one in await gateway.connections() if SMALL.endswith(one.account_id))

    async def latencies() -> list[float]:
        found = await (await admin.execute(_LATENCIES, [workspace, since])).fetchall()
        return [float(row[0]) for row in found]

    for _ in range(CHANGES // 10):
        had = len(await latencies())
        for _ in range(10):
            act(house, SMALL, "edit", {})

        async def more_than(had: int = had) -> bool:
            return len(await latencies()) > had

        await after_syncing(gateway, connection.id, more_than, what="the changes to arrive")
    return await latencies()


async def measure(house: House, url: str) -> None:
    """Measure and print."""
    async with (
        await psycopg.AsyncConnection.connect(url, autocommit=True) as admin,
        Gateway(house.gateway_url) as gateway,
        Gateway(house.gateway_url) as other,
    ):
        await join(gateway)
        await join(other)
        connection = await connect(gateway, SMALL)
        await synced(gateway, connection.id)
        await settled(gateway, house, SMALL)
        (workspace,) = await (await admin.execute("SELECT workspace_id FROM identity.workspace")).fetchone() or ("",)
        idle = await changes(gateway, house, admin, workspace)
        await connect(other, LARGE)
        busy = await changes(gateway, house, admin, workspace)
        backlog = await other.syncs((await other.connections())[0].id)
    importing = backlog[0].counts["contacts"].fetched if backlog and "contacts" in backlog[0].counts else 0
    show(
        "From commit to golden record, single changes",
        ["", "changes", "p50 ms", "p99 ms"],
        [
            ["idle", str(len(idle)), f"{median(idle):.1f}", f"{quantiles(idle, n=100)[98]:.1f}"],
            [
                f"while another workspace imports ({importing:,} of {IMPORTED:,} at the end)",
                str(len(busy)),
                f"{median(busy):.1f}",
                f"{quantiles(busy, n=100)[98]:.1f}",
            ],
        ],
    )


def main() -> None:
    """Measure on a server and a house of its own."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with temporary_postgres(OPTIONS) as postgres, tempfile.TemporaryDirectory() as folder:
        settings = {
            "DATABASE_URL": postgres.url,
            "SANDBOX_ACCOUNTS": f"{SMALL}:Small:300,{LARGE}:Large:{IMPORTED}",
            "SANDBOX_RATE_LIMITS": "off",
            "SANDBOX_SEARCH_LAG_SECONDS": "0",
        }
        with embedded(Path(folder), settings) as house:
            asyncio.run(measure(house, postgres.url))


if __name__ == "__main__":
    main()
