"""Who is who, made anew from the source records: the same golden records under the same ids."""

import asyncio
import base64
import os
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from lead.client import Gateway

from e2e.house import House
from e2e.journey import connect, golden_records, settled, synced, until

pytestmark = [pytest.mark.e2e, pytest.mark.embedded, pytest.mark.timeout(300, func_only=True)]

ACCOUNTS = ("hubspot:111111", "zendesk:acme")


async def until_empty(tell: Callable[[], Awaitable[str]], *, seconds: float) -> None:
    """Ask until there is nothing to tell; fail with what there is."""
    deadline = time.monotonic() + seconds
    while difference := await tell():
        assert time.monotonic() < deadline, difference
        await asyncio.sleep(0.5)


def workspace_of(gateway: Gateway) -> str:
    payload = gateway.token.split(".")[1]
    claims: dict[str, str] = msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims["workspace"]


async def shown(gateway: Gateway) -> dict[str, Any]:
    """All golden records by their ids: what they show, and which source records they are made of."""
    return {
        str(each.id): (
            each.first_name, each.last_name, each.email, each.phone, each.company,
            sorted((str(source.connection_id), source.provider_id) for source in each.sources),
        )
        for each in await golden_records(gateway)
    }  # fmt: skip


async def test_a_rebuild_from_the_source_records_gives_the_same_golden_records(house: House, gateway: Gateway) -> None:
    for account in ACCOUNTS:
        await synced(gateway, (await connect(gateway, account)).id)
    await settled(gateway, house, *ACCOUNTS)
    one, other, third, *_ = [each.id for each in await golden_records(gateway)]
    status, answer = await gateway.call("POST", "/contacts/merge", {"ids": [str(one), str(other)]})
    assert status == 200, answer
    status, answer = await gateway.call("PUT", f"/contacts/{third}/pins/company", {"value": "Pinned & Sons"})
    assert status == 200, answer

    async def is_quiet() -> dict[str, Any] | None:
        before = await shown(gateway)
        return before if before == await shown(gateway) else None

    before = await until(is_quiet, what="golden records that stand")
    command = (sys.executable, "-m", "lead", "rebuild", "identity", "--workspace", workspace_of(gateway))
    environment = {**os.environ, "LEAD_HOME": str(house.home)}
    running = await asyncio.create_subprocess_exec(*command, env=environment, stdout=PIPE, stderr=PIPE)
    told, complaint = await running.communicate()
    assert running.returncode == 0, complaint
    assert b"source records are told again" in told

    async def nothing_differs() -> str:
        now = await shown(gateway)
        ids = [id_ for id_ in before.keys() | now.keys() if before.get(id_) != now.get(id_)]
        others = [(id_, before.get(id_), now.get(id_)) for id_ in ids]
        return "" if not others else f"{len(others)} of {len(before)}, as {others[0]}"

    await until_empty(nothing_differs, seconds=120)
    detail = await gateway.contact(third)
    assert detail is not None
    assert detail.fields["company"] == "Pinned & Sons"
