"""What the control tells of an account's records is what its provider's own HTTP shows."""

import pytest

KINDS = {
    "hubspot/111111": ("contacts", "deals", "tickets", "notes", "emails", "meetings", "calls", "tasks"),
    "pipedrive/222222": ("persons", "deals", "activities", "notes"),
    "zendesk/acme": ("users", "tickets"),
}


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


async def told(sandbox, account_key, kind):
    answer = await sandbox.call("GET", f"/control/accounts/{account_key}/records?kind={kind}")
    return {each["id"]: each for each in answer["items"]}


async def test_a_contact_that_is_deleted_is_among_those_gone(sandbox):
    await sandbox.order("accounts", provider="pipedrive", account_id="222222", name="Own", contacts=40)
    deals = await told(sandbox, "pipedrive/222222", "deals")
    deal = next(each for each in deals.values() if each["contacts"])
    await sandbox.order("accounts/pipedrive/222222/archive", id=deal["contacts"][0])

    after = (await told(sandbox, "pipedrive/222222", "deals"))[deal["id"]]

    assert (after["contacts"], after["gone"]) == ([], deal["contacts"])


async def test_a_deal_tells_what_its_stage_is_called(sandbox):
    deals = await told(sandbox, "hubspot/111111", "deals")
    some = next(iter(deals))
    await sandbox.order("accounts/hubspot/111111/edit", kind="deals", id=some, properties={"dealstage": "closedwon"})

    after = (await told(sandbox, "hubspot/111111", "deals"))[some]

    assert after["stage"] == "Closed Won"


async def test_the_comments_of_a_ticket_go_and_come_with_it(sandbox):
    await sandbox.order("accounts", provider="zendesk", account_id="acme", name="Own", contacts=40)
    comments = await told(sandbox, "zendesk/acme", "comments")
    ticket_id = next(iter(comments)).partition("/")[0]
    await sandbox.order("accounts/zendesk/acme/archive", kind="tickets", id=ticket_id)
    without = await told(sandbox, "zendesk/acme", "comments")

    await sandbox.order("accounts/zendesk/acme/restore", kind="tickets", id=ticket_id)

    own = {each for each in comments if each.startswith(f"{ticket_id}/")}
    assert comments.keys() - without.keys() == own
    assert (await told(sandbox, "zendesk/acme", "comments")).keys() == comments.keys()


@pytest.mark.parametrize("account_key", KINDS)
async def test_what_is_begun_by_chance_concerns_a_contact(sandbox, account_key):
    provider, _, account_id = account_key.partition("/")
    await sandbox.order("accounts", provider=provider, account_id=account_id, name="Own", contacts=40)
    for kind in KINDS[account_key][1:]:
        begun = (await sandbox.order(f"accounts/{account_key}/create", kind=kind))["id"]

        assert len((await told(sandbox, account_key, kind))[begun]["contacts"]) == 1


async def test_an_answer_to_a_ticket_is_one_comment_more(sandbox):
    await sandbox.order("accounts", provider="zendesk", account_id="acme", name="Own", contacts=40)
    before = await told(sandbox, "zendesk/acme", "comments")
    answered = {"said": {"by": 0, "body": "Try again.", "public": True}}

    await sandbox.order("accounts/zendesk/acme/edit", kind="tickets", id="1", properties=answered)

    after = await told(sandbox, "zendesk/acme", "comments")
    assert [after[each]["record"]["comment"]["body"] for each in after.keys() - before.keys()] == ["Try again."]


async def test_a_seed_brings_the_same_changes_again(sandbox):
    changes = []
    for _ in range(2):
        await sandbox.order("reset")
        await sandbox.order("churn", seconds=0, seed=3)
        changes.append((await sandbox.order("changes", count=30))["items"])

    assert changes[0] == changes[1]


async def test_a_kind_that_is_none_is_not_found(sandbox):
    assert (await sandbox.call("GET", "/control/accounts/hubspot/111111/records?kind=dreams")).status == 404
