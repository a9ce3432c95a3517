"""Associations, in their three forms."""

import pytest


async def linked_deal(account, contacts: int):
    """A deal with that many contacts, and their ids."""
    for deal in await account.listed("deals", associations="contacts"):
        ids = [each["id"] for each in deal.get("associations", {}).get("contacts", {}).get("results", [])]
        if len(ids) == contacts:
            return deal["id"], ids
    raise AssertionError(f"no deal with {contacts} contacts")


async def test_some_deals_have_several_contacts_and_some_none(account):
    for contacts in (0, 1, 2, 3):
        await linked_deal(account, contacts)


async def test_both_ends_agree(account):
    deals = await account.listed("deals", associations="contacts")
    contacts = await account.listed("contacts", associations="deals")

    from_deals = {
        (each["id"], deal["id"])
        for deal in deals
        for each in deal.get("associations", {}).get("contacts", {"results": []})["results"]
    }
    from_contacts = {
        (contact["id"], each["id"])
        for contact in contacts
        for each in contact.get("associations", {}).get("deals", {"results": []})["results"]
    }
    assert from_deals == from_contacts != set()


async def test_the_list_names_the_type(account):
    deal, _ = await linked_deal(account, 1)
    read = await account.get(f"/crm/v3/objects/deals/{deal}", associations="contact")

    assert read["associations"]["contacts"]["results"][0]["type"] == "deal_to_contact"


@pytest.mark.parametrize("prefix", ["/crm/v4/associations", "/crm/associations/2026-09"])
async def test_a_batch_answers_numbers_and_lists_those_without_as_errors(account, prefix):
    deal, contacts = await linked_deal(account, 2)
    alone, _ = await linked_deal(account, 0)

    answer = await account.post(f"{prefix}/deals/contacts/batch/read", {"inputs": [{"id": deal}, {"id": alone}]})

    assert (answer.status, answer["numErrors"]) == (207, 1)
    assert answer["results"][0]["from"] == {"id": deal}
    assert [each["toObjectId"] for each in answer["results"][0]["to"]] == [int(each) for each in contacts]
    assert answer["results"][0]["to"][0]["associationTypes"][0]["typeId"] == 3
    assert answer["errors"][0]["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
    assert answer["errors"][0]["context"] == {"fromObjectId": [alone]}


async def test_a_batch_without_failures_is_plain(account):
    deal, _ = await linked_deal(account, 1)
    answer = await account.post("/crm/v4/associations/deals/contacts/batch/read", {"inputs": [{"id": deal}]})

    assert answer.status == 200
    assert "errors" not in answer.body


async def test_a_batch_holds_a_thousand(account):
    body = {"inputs": [{"id": "1"}] * 1001}

    assert (await account.post("/crm/v4/associations/deals/contacts/batch/read", body)).status == 400


async def test_the_older_batch_answers_text(account):
    deal, contacts = await linked_deal(account, 1)
    answer = await account.post("/crm/v3/associations/deals/contacts/batch/read", {"inputs": [{"id": deal}]})

    assert answer["results"][0]["to"] == [{"id": contacts[0], "type": "deal_to_contact"}]


@pytest.mark.parametrize("prefix", ["/crm/v4/objects", "/crm/objects/2026-03"])
async def test_one_by_one_it_goes_in_pages(account, prefix):
    deal, contacts = await linked_deal(account, 3)
    path = f"{prefix}/deals/{deal}/associations/contacts"

    first = await account.get(path, limit=2)
    rest = await account.get(path, limit=2, after=first["paging"]["next"]["after"])

    found = [each["toObjectId"] for page in (first, rest) for each in page["results"]]
    assert found == sorted(int(each) for each in contacts)
    assert "paging" not in rest.body


async def test_an_archived_end_is_not_shown(account):
    deal, contacts = await linked_deal(account, 2)
    await account.call("DELETE", f"/crm/v3/objects/contacts/{contacts[0]}")

    answer = await account.get(f"/crm/v4/objects/deals/{deal}/associations/contacts")

    assert [each["toObjectId"] for each in answer["results"]] == [int(contacts[1])]


async def test_a_merged_contact_takes_its_deals_along(account):
    deal, contacts = await linked_deal(account, 2)
    pair = {"primaryObjectId": contacts[0], "objectIdToMerge": contacts[1]}
    merged = await account.post("/crm/v3/objects/contacts/merge", pair)

    answer = await account.get(f"/crm/v4/objects/deals/{deal}/associations/contacts")

    assert [each["toObjectId"] for each in answer["results"]] == [int(merged["id"])]


async def test_an_association_is_made_and_cut(account):
    deal, _ = await linked_deal(account, 0)
    contact = await account.create(firstname="Ada")
    path = f"/crm/v4/objects/deals/{deal}/associations"

    await account.call("PUT", f"{path}/default/contacts/{contact}")
    made = await account.get(f"{path}/contacts")
    await account.call("DELETE", f"{path}/contacts/{contact}")
    cut = await account.get(f"{path}/contacts")

    assert [each["toObjectId"] for each in made["results"]] == [int(contact)]
    assert cut["results"] == []


async def test_a_seeded_association_is_cut_and_made_again(account):
    deal, (contact,) = await linked_deal(account, 1)
    path = f"/crm/v4/objects/deals/{deal}/associations"

    await account.call("DELETE", f"{path}/contacts/{contact}")
    cut = await account.get(f"{path}/contacts")
    inputs = [{"from": {"id": deal}, "to": {"id": contact}, "type": "deal_to_contact"}]
    await account.post("/crm/v3/associations/deals/contacts/batch/create", {"inputs": inputs})
    made = await account.get(f"{path}/contacts")

    assert cut["results"] == []
    assert [each["toObjectId"] for each in made["results"]] == [int(contact)]
