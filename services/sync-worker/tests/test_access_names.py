"""The names of an account are kept for a while, and no longer than the account may be read."""

import asyncio
from collections.abc import Mapping
from uuid import UUID, uuid4

import pytest
from providers.source import Access, GrantRevoked
from servicekit.service_tokens import ServiceTokens
from shop_world import World
from sync_worker import access
from sync_worker.access import AccessDesk


class Account:
    """What is asked of an account, and how often."""

    def __init__(self) -> None:
        self.asked = 0

    async def list(self) -> Mapping[str, str]:
        self.asked += 1
        return {"5": "Robin"}

    async def read(self, granted: Access) -> str:
        return (await granted.names.look_up("users", ["5"], self.list))["5"]


def desk(world: World, kept_seconds: float = 600.0) -> AccessDesk:
    tokens = ServiceTokens(world._http, world.settings, "sync-worker")
    return AccessDesk(world._http, tokens, world.neighbours.url, names_kept_seconds=kept_seconds)


async def test_names_are_kept_from_call_to_call_and_to_the_next_token(world: World):
    account, kept = Account(), desk(world)

    await kept.call(world.connection_id, account.read)
    await kept.call(world.connection_id, account.read)
    granted = await kept.access(world.connection_id)
    await account.read(await kept.access(world.connection_id, rejected=granted.access_token))

    assert account.asked == 1


async def test_each_connection_has_names_of_its_own(world: World):
    account, kept = Account(), desk(world)

    for connection_id in (world.connection_id, uuid4()):
        await kept.call(connection_id, account.read)

    assert account.asked == 2


async def test_names_go_after_a_while_from_access_in_use_too(world: World):
    account, kept = Account(), desk(world, kept_seconds=0.05)
    granted = await kept.access(world.connection_id)
    await account.read(granted)

    gone = asyncio.Event()
    asyncio.get_running_loop().call_later(0.1, gone.set)
    await gone.wait()
    await account.read(granted)
    await kept.call(world.connection_id, account.read)

    assert account.asked == 3


async def test_names_do_not_outlive_the_account(world: World):
    account, kept = Account(), desk(world)
    granted = await kept.access(world.connection_id)
    await account.read(granted)
    world.neighbours.status = 404

    with pytest.raises(GrantRevoked):
        await kept.access(world.connection_id, rejected=granted.access_token)
    world.neighbours.status = 200
    await account.read(granted)
    await kept.call(world.connection_id, account.read)

    assert account.asked == 3


async def test_only_so_many_accounts_have_their_names_kept(world: World, monkeypatch):
    monkeypatch.setattr(access, "LEXICONS_AT_MOST", 2)
    account, kept = Account(), desk(world)
    connections: list[UUID] = [uuid4() for _ in range(3)]

    for connection_id in (*connections, connections[2], connections[0]):
        await kept.call(connection_id, account.read)

    assert account.asked == 4
