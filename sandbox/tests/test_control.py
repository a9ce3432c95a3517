"""The sandbox's own side."""

import pytest

CONTACTS = "/crm/v3/objects/contacts"


async def test_the_page_has_a_button_for_every_account(sandbox):
    answer = await sandbox.call("GET", "/control")

    assert answer.status == 200
    for account_id in (111111, 222222):
        assert f'action="/control/accounts/hubspot/{account_id}/merge"' in answer.body


async def test_a_form_leads_back_to_the_page(sandbox):
    answer = await sandbox.call("POST", "/control/accounts/hubspot/111111/archive", data={})

    accounts = (await sandbox.call("GET", "/control/accounts"))["items"]
    assert (answer.status, answer.headers["location"]) == (303, "/control")
    assert (accounts[0]["contacts"], accounts[0]["archived"]) == (119, 1)


@pytest.mark.parametrize(
    ("act", "contacts", "archived"),
    [("create", 121, 0), ("edit", 120, 0), ("archive", 119, 1), ("erase", 119, 0)],
)
async def test_chance_acts_when_no_one_is_named(sandbox, act, contacts, archived):
    answer = await sandbox.order(f"accounts/hubspot/111111/{act}")

    accounts = (await sandbox.call("GET", "/control/accounts"))["items"]
    assert answer["id"]
    assert (accounts[0]["contacts"], accounts[0]["archived"]) == (contacts, archived)


async def test_chance_restores_and_merges(sandbox):
    await sandbox.order("accounts/hubspot/111111/archive")
    await sandbox.order("accounts/hubspot/111111/restore")
    nothing = await sandbox.order("accounts/hubspot/111111/restore")
    merged = [each["id"] for each in (await (await sandbox.account()).listed())[:2]]
    await sandbox.order("accounts/hubspot/111111/merge", id=merged[0], other=merged[1])

    accounts = (await sandbox.call("GET", "/control/accounts"))["items"]
    assert nothing.status == 404
    assert (accounts[0]["contacts"], accounts[0]["archived"]) == (119, 0)


async def test_odd_values_are_written_as_they_are(sandbox, account):
    odd = {"firstname": "x" * 1_000_000, "lastname": "a\x00b", "createdate": "not a date", "email": "no address"}
    made = await sandbox.order("accounts/hubspot/111111/create", properties=odd)

    edited = await sandbox.order("accounts/hubspot/111111/edit", id=made["id"], properties={"city": "\u202e"})

    read = await account.get(f"{CONTACTS}/{made['id']}", properties="city")
    assert edited["id"] == made["id"]
    assert read["properties"]["lastname"] == "a\x00b"
    assert read["properties"]["city"] == "\u202e"


async def test_many_changes_at_once_leave_lists_and_counts_in_agreement(sandbox):
    done = await sandbox.order("changes", count=200)

    accounts = (await sandbox.call("GET", "/control/accounts"))["items"]
    assert len(done["items"]) == 200
    for each in accounts:
        account = await sandbox.account(each["account_id"])
        search = await account.post(f"{CONTACTS}/search", {"limit": 1})
        assert len(await account.listed()) == each["contacts"] == search["total"]
        assert len(await account.listed(archived="true")) == each["archived"]


async def test_churn_changes_things_by_itself(sandbox):
    account = await sandbox.account()
    since = {"propertyName": "lastmodifieddate", "operator": "GT", "value": "2026-01-01"}
    await sandbox.order("churn", seconds=0.001)

    changed = 0
    while not changed:
        for kind in ("contacts", "deals"):
            name = "lastmodifieddate" if kind == "contacts" else "hs_lastmodifieddate"
            body = {"filterGroups": [{"filters": [since | {"propertyName": name}]}]}
            changed += (await account.post(f"/crm/v3/objects/{kind}/search", body))["total"]
    await sandbox.order("churn", seconds=0)


async def test_an_account_is_opened_with_people_others_know_and_closed(sandbox):
    opened = await sandbox.order(
        "accounts", provider="hubspot", account_id="333", name="Big", contacts=200, overlap=0.5
    )
    together = await sandbox.call("GET", "/control/expected?accounts=hubspot:222222,hubspot:333")
    account = await sandbox.account("333")

    closed = await sandbox.call("DELETE", "/control/accounts/hubspot/333")

    assert opened["contacts"] == 200
    assert together["golden_records"] < 320
    assert closed.status == 204
    assert (await account.get(CONTACTS)).status == 401


async def test_an_account_without_overlap_shares_nobody(sandbox):
    alone = await sandbox.call("GET", "/control/expected?accounts=hubspot:222222")
    await sandbox.order("accounts", provider="hubspot", account_id="333", name="Strangers", contacts=200, overlap=0)
    strangers = await sandbox.call("GET", "/control/expected?accounts=hubspot:333")

    together = await sandbox.call("GET", "/control/expected?accounts=hubspot:222222,hubspot:333")

    assert together["golden_records"] == alone["golden_records"] + strangers["golden_records"]


async def test_withdrawing_kills_the_grants_of_one_account(sandbox):
    one, other = await sandbox.grant("111111"), await sandbox.grant("222222")

    await sandbox.order("accounts/hubspot/111111/withdraw")

    refreshed = [
        await sandbox.token(grant_type="refresh_token", refresh_token=each["refresh_token"]) for each in (one, other)
    ]
    assert [each.status for each in refreshed] == [400, 200]
    assert refreshed[0]["status"] == "BAD_REFRESH_TOKEN"
    assert (await sandbox.grant("111111")).status == 200


async def test_a_reset_with_another_seed_brings_other_people(sandbox):
    before = await (await sandbox.account()).listed()

    await sandbox.order("reset", seed=99, people=50)

    after = await (await sandbox.account()).listed()
    assert len(after) == 50
    assert [each["id"] for each in after] == [each["id"] for each in before[:50]]
    assert [each["properties"] for each in after] != [each["properties"] for each in before[:50]]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("faults", {"kind": "earthquake"}),
        ("churn", {}),
        ("accounts", {"provider": "hubspot", "account_id": "x", "name": "X", "contacts": 1}),
        ("accounts", {"provider": "nobody", "account_id": "1", "name": "X", "contacts": 1}),
        ("accounts/hubspot/111111/explode", {}),
        ("accounts/hubspot/111111/edit", {"kind": "dragons"}),
        ("accounts/hubspot/111111/erase", {"kind": "deals"}),
        ("accounts/hubspot/5/edit", {}),
    ],
)
async def test_orders_that_make_no_sense_are_refused(sandbox, path, fields):
    assert (await sandbox.order(path, **fields)).status in {400, 404}


async def test_the_sandbox_tells_what_it_cost(sandbox):
    assert (await sandbox.call("GET", "/control/usage"))["cpu_seconds"] > 0
