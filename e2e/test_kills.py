"""A service that dies at any moment loses and doubles nothing, and goes on by itself."""

import time

import pytest
from contracts.syncs import SyncView
from lead.client import Gateway

from e2e.house import House
from e2e.journey import connect, runs_of, settled, synced, until

pytestmark = [pytest.mark.e2e, pytest.mark.embedded, pytest.mark.timeout(900, func_only=True)]

ACCOUNT_ID = "333333"
ACCOUNT = f"hubspot:{ACCOUNT_ID}"
CONTACTS = 20_000


async def test_a_first_sync_survives_the_death_of_sync_worker_and_of_identity(house: House, gateway: Gateway) -> None:
    house.control("rate-limits", {"on": False})
    large = {"provider": "hubspot", "account_id": ACCOUNT_ID, "name": "Large", "contacts": CONTACTS}
    house.control("accounts", large)
    connection = await connect(gateway, ACCOUNT)

    async def passed(count: int) -> int:
        """Wait until the run has fetched so many; return how many it has."""

        async def fetched() -> int:
            runs = await runs_of(gateway, connection.id)
            so_far = runs[0].counts["contacts"].fetched if runs and "contacts" in runs[0].counts else 0
            return so_far if so_far >= count else 0

        return await until(fetched, what=f"{count} contacts fetched", seconds=120)

    await passed(CONTACTS // 10)
    house.kill("identity")
    at_kill = await passed(CONTACTS // 4)
    house.kill("sync-worker")
    killed_at = time.monotonic()
    await passed(at_kill + 500)
    back_after = time.monotonic() - killed_at
    await passed(CONTACTS // 2)
    house.kill("identity")

    view: SyncView = await synced(gateway, connection.id, seconds=300)
    records = await settled(gateway, house, ACCOUNT, seconds=120)

    assert view.state == "succeeded"
    assert view.counts["contacts"].added == CONTACTS
    assert sum(len(record.sources) for record in records) == CONTACTS
    assert back_after < 60
    print(f"went on {back_after:.1f} s after the kill; {CONTACTS} contacts, {len(records)} golden records")  # noqa: T201
