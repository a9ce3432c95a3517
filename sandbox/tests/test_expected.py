"""The rule of the expected answer, and that answer over HTTP."""

import pytest
from sandbox.expected import groups


@pytest.mark.parametrize(
    ("contacts", "count"),
    [
        ([], 0),
        ([[], []], 2),
        ([["a@x.example"], ["A@X.example "]], 1),
        ([["a@x.example"], ["b@x.example"]], 2),
        ([["a@x.example"], ["b@x.example"], ["b@x.example", "a@x.example"]], 1),
        ([["info@x.example"], ["info@x.example"]], 2),
        ([["Info+news@x.example"], ["info+news@x.example"]], 2),
        ([["informer@x.example"], ["informer@x.example"]], 1),
        ([["info@x.example", "a@x.example"], ["a@x.example"], ["info@x.example"]], 2),
        ([["a+b@x.example"], ["a@x.example"]], 2),
    ],
)
def test_contacts_form_so_many_groups(contacts, count):
    assert len(groups(contacts)) == count


async def test_golden_records_are_fewer_than_contacts_and_more_than_the_people_of_one_account(sandbox):
    answer = await sandbox.call("GET", "/control/expected")

    assert answer["contacts"] == 240
    assert 120 < answer["golden_records"] < 240


@pytest.mark.parametrize("count", [0, 150])
async def test_the_expected_answer_is_the_rule_put_to_what_the_lists_show(sandbox, count):
    await sandbox.order("changes", count=count)
    contacts = []
    for account_id in ("111111", "222222"):
        account = await sandbox.account(account_id)
        for each in await account.listed(properties="hs_additional_emails"):
            properties = each["properties"]
            contacts.append([properties["email"] or "", *(properties["hs_additional_emails"] or "").split(";")])

    answer = await sandbox.call("GET", "/control/expected?accounts=hubspot:111111,hubspot:222222&members=true")

    assert answer["golden_records"] == len(groups(contacts))
    assert sum(len(group) - 1 for group in answer["joined"]) == len(contacts) - answer["golden_records"]


async def test_an_archived_contact_holds_nobody_together(sandbox):
    await sandbox.order("reset", people=0)
    for email, more in (("a@x.example", None), ("b@x.example", None), ("c@x.example", "a@x.example;b@x.example")):
        properties = {"email": email, "hs_additional_emails": more}
        bridge = await sandbox.order("accounts/hubspot/111111/create", properties=properties)
    before = await sandbox.call("GET", "/control/expected")

    await sandbox.order("accounts/hubspot/111111/archive", id=bridge["id"])

    after = await sandbox.call("GET", "/control/expected")
    assert (before["golden_records"], after["golden_records"]) == (1, 2)


async def test_unknown_accounts_are_refused(sandbox):
    answer = await sandbox.call("GET", "/control/expected?accounts=hubspot:5")

    assert answer.status == 404


async def test_the_expected_dealings_are_what_the_lists_show(sandbox):
    await sandbox.order("changes", count=60)
    await sandbox.order("accounts/hubspot/111111/archive", kind="tickets")
    account = await sandbox.account()

    answer = await sandbox.call("GET", "/control/expected?accounts=hubspot:111111")

    assert answer["dealings"] == {kind: len(await account.listed(kind)) for kind in answer["dealings"]}
    assert answer["dealings"].keys() == {"deals", "tickets", "notes", "emails", "meetings", "calls", "tasks"}
    assert answer["accounts"][0]["dealings"] == sum(answer["dealings"].values())
