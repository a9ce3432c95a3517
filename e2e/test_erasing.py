"""A person is handed out, erased, and stays away."""

import msgspec
import pytest
from contracts.erasures import ErasureOutcome
from contracts.exports import ContactExport
from contracts.golden_records import ContactSummary
from lead.client import Gateway

from e2e.house import House
from e2e.journey import connect, golden_records, synced, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300, func_only=True)]

SALES = "hubspot:111111"


async def test_an_erased_person_is_not_back_after_everything_was_read_again(house: House, gateway: Gateway) -> None:
    connection = await connect(gateway, SALES)
    await synced(gateway, connection.id)

    async def somebody() -> ContactSummary | None:
        return next((each for each in await golden_records(gateway) if each.email and each.last_name), None)

    person = await until(somebody, what="somebody with a name")
    assert person is not None
    status, body = await gateway.call("GET", f"/contacts/{person.id}/export")
    assert status == 200, body
    held = [source.raw for source in msgspec.json.decode(body, type=ContactExport).sources]
    assert {(await gateway.call("GET", raw))[0] for raw in held} == {200}

    status, body = await gateway.call("POST", f"/contacts/{person.id}/erase", {"dry_run": False})

    assert status == 200, body
    went = msgspec.json.decode(body, type=ErasureOutcome).sources
    raws = [f"/sources/{each.connection_id}/{each.provider_id}" for each in went]
    assert set(held) <= set(raws)

    async def is_forgotten() -> bool:
        return {(await gateway.call("GET", raw))[0] for raw in raws} == {404}

    await until(is_forgotten, what="the raw records to go")
    status, body = await gateway.call("POST", f"/connections/{connection.id}/sync?mode=full")
    assert status == 202, body
    view = await synced(gateway, connection.id, runs=2)
    assert (view.mode, view.state) == ("full", "succeeded")
    sources = {source.provider_id for each in await golden_records(gateway) for source in each.sources}
    assert sources
    assert sources.isdisjoint(each.provider_id for each in went)
    assert await gateway.contact(person.id) is None
    assert {(await gateway.call("GET", raw))[0] for raw in raws} == {404}
