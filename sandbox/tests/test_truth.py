"""What the control tells of an account's records is what its provider's own HTTP shows."""

import pytest

KINDS = {"hubspot/111111": ("contacts", "deals"), "pipedrive/222222": ("persons", "deals"), "zendesk/acme": ("users",)}


async def test_a_record_is_told_as_hubspot_writes_it(sandbox, account):
    await sandbox.order("accounts/hubspot/111111/archive")
    properties = "firstname,lastname,email,phone,city"
    listed = {each["id"]: each for each in await account.listed(properties=properties)}

    told = (await sandbox.call("GET", "/control/accounts/hubspot/111111/records"))["items"]

    assert {each["id"] for each in told} == listed.keys()
    for each in told:
        shown = listed[each["id"]]
        assert each["record"]["properties"].items() >= shown["properties"].items()
        assert each["record"]["updatedAt"] == shown["updatedAt"]


@pytest.mark.parametrize("account_key", KINDS)
async def test_every_living_record_is_told_and_no_other(sandbox, account_key):
    provider, _, account_id = account_key.partition("/")
    await sandbox.order("accounts", provider=provider, account_id=account_id, name="Own", contacts=40)
    for kind in KINDS[account_key]:
        path = f"/control/accounts/{account_key}/records?kind={kind}"
        before = {each["id"] for each in (await sandbox.call("GET", path))["items"]}
        archived = (await sandbox.order(f"accounts/{account_key}/archive", kind=kind))["id"]

        after = {each["id"] for each in (await sandbox.call("GET", path))["items"]}

        assert before - after == {archived}


async def test_a_deal_names_the_contacts_it_concerns(sandbox, account):
    people = {each["id"] for each in (await sandbox.call("GET", "/control/accounts/hubspot/111111/records"))["items"]}

    deals = (await sandbox.call("GET", "/control/accounts/hubspot/111111/records?kind=deals"))["items"]

    assert any(deal["contacts"] for deal in deals)
    assert all(set(deal["contacts"]) <= people for deal in deals)


async def test_a_seed_brings_the_same_changes_again(sandbox):
    changes = []
    for _ in range(2):
        await sandbox.order("reset")
        await sandbox.order("churn", seconds=0, seed=3)
        changes.append((await sandbox.order("changes", count=30))["items"])

    assert changes[0] == changes[1]


async def test_a_kind_that_is_none_is_not_found(sandbox):
    assert (await sandbox.call("GET", "/control/accounts/hubspot/111111/records?kind=dreams")).status == 404
