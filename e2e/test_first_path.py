"""From a provider's page to a golden record, and what happens to it afterwards."""

import msgspec
import pytest
from lead.client import Gateway

from e2e.house import House
from e2e.journey import PASSWORD, act, after_syncing, connect, golden_records, settled, synced, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300, func_only=True)]

SALES, SUPPORT, HELP = "hubspot:111111", "pipedrive:222222", "zendesk:acme"


async def test_accounts_of_three_providers_become_golden_records_and_follow_what_changes_in_them(
    house: House, gateway: Gateway
) -> None:
    sales, *others = [await connect(gateway, account) for account in (SALES, SUPPORT, HELP)]
    for connection in (sales, *others):
        view = await synced(gateway, connection.id)
        assert view.state == "succeeded", view
    records = await settled(gateway, house, SALES, SUPPORT, HELP)
    shared = [record for record in records if len({source.connection_id for source in record.sources}) == 3]
    assert shared

    person = shared[0]
    source = next(source for source in person.sources if source.connection_id == sales.id)
    edit = {"id": source.provider_id, "properties": {"jobtitle": "Keeper of the Engine"}}
    act(house, SALES, "edit", edit)

    async def has_new_title() -> bool:
        detail = await gateway.contact(person.id)
        return detail is not None and detail.fields.get("job_title") == "Keeper of the Engine"

    await after_syncing(gateway, sales.id, has_new_title, what="the new job title")
    detail = await gateway.contact(person.id)
    assert detail is not None
    assert detail.lineage["job_title"].chosen.provider_id == source.provider_id


async def test_what_is_archived_leaves_and_what_is_restored_comes_back_to_its_id(
    house: House, gateway: Gateway
) -> None:
    connection = await connect(gateway, SUPPORT)
    await synced(gateway, connection.id)
    before = await settled(gateway, house, SUPPORT)
    person = next(record for record in before if len(record.sources) == 1)
    identity = {"id": person.sources[0].provider_id}

    act(house, SUPPORT, "archive", identity)

    async def is_gone() -> bool:
        return person.id not in {record.id for record in await golden_records(gateway)}

    await after_syncing(gateway, connection.id, is_gone, what="the archived contact's golden record to go")
    act(house, SUPPORT, "restore", identity)

    async def is_back() -> bool:
        return person.id in {record.id for record in await golden_records(gateway)}

    await after_syncing(gateway, connection.id, is_back, what="the restored contact's golden record")


@pytest.mark.parametrize("data", ["keep", "erase"])
async def test_disconnecting_keeps_or_erases(house: House, gateway: Gateway, data: str) -> None:
    connection = await connect(gateway, SUPPORT)
    await synced(gateway, connection.id)
    before = await settled(gateway, house, SUPPORT)

    status, _ = await gateway.call("DELETE", f"/connections/{connection.id}?data={data}")
    assert status == 204

    async def as_asked() -> bool:
        return len(await golden_records(gateway)) == (len(before) if data == "keep" else 0)

    await until(as_asked, what=f"{data} after disconnecting")
    assert [one for one in await gateway.connections() if one.state == "active"] == []


async def test_nobody_sees_another_workspace(house: House, gateway: Gateway) -> None:
    connection = await connect(gateway, SUPPORT)
    await synced(gateway, connection.id)
    records = await settled(gateway, house, SUPPORT)

    async with Gateway(house.gateway_url) as stranger:
        await stranger.sign_in("stranger@example.com", PASSWORD)
        assert await golden_records(stranger) == []
        assert await stranger.contact(records[0].id) is None
        assert await stranger.connections() == []
        source = records[0].sources[0]
        for method, path in [
            ("GET", f"/sources/{connection.id}/{source.provider_id}"),
            ("POST", f"/connections/{connection.id}/sync"),
            ("GET", f"/connections/{connection.id}/syncs"),
            ("DELETE", f"/connections/{connection.id}"),
        ]:
            status, _ = await stranger.call(method, path)
            assert status == 404, path
    _, raw = await gateway.call("GET", f"/sources/{connection.id}/{source.provider_id}")
    assert str(msgspec.json.decode(raw)["person"]["id"]) == source.provider_id
