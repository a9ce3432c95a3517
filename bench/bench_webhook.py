"""How long a change in a provider's account takes to its golden record, when the provider tells of it.

From the moment somebody makes the change in the sandbox, over the signed delivery through the gateway and the fetch by
its id, to the commit of the golden record: one after another, on one clock, in a house that has nothing else to do.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

import psycopg
from lead.client import Gateway
from lead.postgres import temporary_postgres

from bench.server import OPTIONS
from bench.table import show
from e2e.house import House, embedded
from e2e.journey import act, connect, golden_records, join, settled, synced
from e2e.test_webhooks import ACCOUNTS, listening

CHANGES = 150
LOOK_SECONDS = 0.01
PATIENCE_SECONDS = 30

_NEXT = """
SELECT extract(epoch FROM published_at) FROM bus.outbox
WHERE topic = 'golden_records' AND workspace_id = %s AND published_at > to_timestamp(%s)
ORDER BY published_at LIMIT 1
"""


async def measure(house: House, url: str) -> None:
    """Change contacts of each provider, and print how long it took."""
    rows: list[list[str]] = []
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as admin:
        for account in ACCOUNTS:
            async with Gateway(house.gateway_url) as gateway:
                took = await changes(house, gateway, admin, account)
            provider = account.partition(":")[0]
            rows.append([provider, str(len(took)), f"{median(took):.0f}", f"{quantiles(took, n=100)[98]:.0f}"])
    show("From a change at the provider to the golden record", ["", "changes", "p50 ms", "p99 ms"], rows)


async def changes(house: House, gateway: Gateway, admin: psycopg.AsyncConnection, account: str) -> list[float]:
    """Change contacts one by one; return how many milliseconds each took."""
    await join(gateway)
    connection = await connect(gateway, account)
    await synced(gateway, connection.id)
    await listening(gateway, connection)
    await settled(gateway, house, account)
    people = await golden_records(gateway)
    found = await admin.execute("SELECT workspace_id FROM connections.connection WHERE id = %s", (connection.id,))
    (workspace,) = await found.fetchone() or ("",)
    took: list[float] = []
    for number in range(CHANGES):
        source = people[number % len(people)].sources[0].provider_id
        before = time.time()
        properties = ACCOUNTS[account](f"Zebedee{number}")
        await asyncio.to_thread(act, house, account, "edit", {"id": source, "properties": properties})
        took.append((await told(admin, workspace, before) - before) * 1000)
    return took


async def told(admin: psycopg.AsyncConnection, workspace: str, since: float) -> float:
    """Wait for the next golden record that changed; return when that was."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if row := await (await admin.execute(_NEXT, (workspace, since))).fetchone():
                return float(row[0])
            await asyncio.sleep(LOOK_SECONDS)


def main() -> None:
    """Measure on a server and a house of its own."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with temporary_postgres(OPTIONS) as postgres, tempfile.TemporaryDirectory() as folder:
        settings = {"DATABASE_URL": postgres.url, "SANDBOX_PEOPLE": "300", "SANDBOX_RATE_LIMITS": "off"}
        with embedded(Path(folder), settings) as house:
            asyncio.run(measure(house, postgres.url))


if __name__ == "__main__":
    main()
