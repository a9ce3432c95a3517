"""What changes in an account arrives by itself: told by the provider, fetched, joined."""

from collections.abc import Callable, Coroutine

import pytest
from contracts.connections import ConnectionView
from contracts.golden_records import ContactSummary
from lead.client import Gateway

from e2e.house import House
from e2e.journey import act, connect, golden_records, runs_of, settled, synced, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300, func_only=True)]

ACCOUNTS = {
    "hubspot:111111": lambda name: {"firstname": name},
    "pipedrive:222222": lambda name: {"first_name": name},
    "zendesk:acme": lambda name: {"name": f"{name} King"},
}
Write = Callable[[str], dict[str, object]]


@pytest.mark.parametrize("account", ACCOUNTS)
async def test_a_change_arrives_without_a_sync(house: House, gateway: Gateway, account: str) -> None:
    connection = await connect(gateway, account)
    await synced(gateway, connection.id)
    await listening(gateway, connection)
    person = next(each for each in await settled(gateway, house, account) if len(each.sources) == 1)
    source = person.sources[0].provider_id

    act(house, account, "edit", {"id": source, "properties": ACCOUNTS[account]("Zebedee")})
    await until(named(gateway, person, "Zebedee"), what="the new name")
    act(house, account, "archive", {"id": source})

    async def is_gone() -> bool:
        return person.id not in {record.id for record in await golden_records(gateway)}

    await until(is_gone, what="the archived contact's golden record to go")
    act(house, account, "restore", {"id": source})
    await until(named(gateway, person, "Zebedee"), what="the restored contact's golden record")

    assert len(await runs_of(gateway, connection.id)) == 1, "nobody asked for news"
    (shown,) = [each for each in await gateway.connections() if each.id == connection.id]
    assert shown.webhooks == "on"
    assert shown.last_webhook_at is not None


async def test_what_is_told_twice_late_and_in_disorder_comes_to_the_same(house: House, gateway: Gateway) -> None:
    account = "pipedrive:222222"
    connection = await connect(gateway, account)
    await synced(gateway, connection.id)
    await listening(gateway, connection)
    person = next(each for each in await settled(gateway, house, account) if len(each.sources) == 1)
    source = person.sources[0].provider_id
    house.control("webhooks", {"twice": 0.5, "shuffled": True, "late_seconds": 2})

    try:
        for number in range(10):
            act(house, account, "edit", {"id": source, "properties": {"first_name": f"Zebedee{number}"}})
        await until(named(gateway, person, "Zebedee9"), what="the last of many names")
    finally:
        house.control("webhooks", {})


async def listening(gateway: Gateway, connection: ConnectionView) -> None:
    """Wait until a connection is subscribed, where it is to be."""
    if connection.provider == "hubspot":
        return  # the app has one address for all accounts

    async def is_on() -> bool:
        return any(each.id == connection.id and each.webhooks == "on" for each in await gateway.connections())

    await until(is_on, what="the subscription")


def named(gateway: Gateway, person: ContactSummary, name: str) -> Callable[[], Coroutine[None, None, bool]]:
    async def has_name() -> bool:
        detail = await gateway.contact(person.id)
        return detail is not None and detail.fields.get("first_name") == name

    return has_name
