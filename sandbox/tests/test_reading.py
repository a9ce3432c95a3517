"""The plain lists, single records and batches, as HubSpot shows them."""

import pytest

CONTACTS = "/crm/v3/objects/contacts"


@pytest.mark.parametrize("prefix", ["/crm/v3/objects", "/crm/objects/2026-03", "/crm/objects/2026-09"])
@pytest.mark.parametrize("kind", ["contacts", "deals"])
async def test_every_prefix_answers_the_same(account, prefix, kind):
    answer = await account.get(f"{prefix}/{kind}", limit=3)
    older = await account.get(f"/crm/v3/objects/{kind}", limit=3)

    assert len(answer["results"]) == 3
    assert answer["results"] == older["results"]


async def test_ten_are_shown_unless_asked_otherwise(account):
    answer = await account.get(CONTACTS)

    assert len(answer["results"]) == 10


async def test_pages_follow_each_other_and_the_last_has_no_paging(account):
    first = await account.get(CONTACTS, limit=100)
    last = await account.get(CONTACTS, limit=100, after=first["paging"]["next"]["after"])

    ids = [each["id"] for page in (first, last) for each in page["results"]]
    assert first["paging"]["next"]["after"] == first["results"][-1]["id"]
    assert len(set(ids)) == 120
    assert "paging" not in last.body


@pytest.mark.parametrize("query", [{"limit": 101}, {"limit": 0}, {"limit": "x"}, {"after": "x"}, {"associations": "x"}])
async def test_what_cannot_be_asked_is_refused(account, query):
    answer = await account.get(CONTACTS, **query)

    assert (answer.status, answer["category"]) == (400, "VALIDATION_ERROR")


async def test_with_history_a_page_holds_fifty(account):
    assert (await account.get(CONTACTS, limit=51, propertiesWithHistory="email")).status == 400
    assert (await account.get(CONTACTS, limit=50, propertiesWithHistory="email")).status == 200


async def test_only_the_usual_properties_come_unasked(account):
    answer = await account.get(CONTACTS, limit=1)

    shown = set(answer["results"][0]["properties"])
    assert shown == {"createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"}


async def test_unknown_properties_are_left_out_and_empty_ones_null(account):
    query = [("properties", "phone,nonsense"), ("properties", "hs_merged_object_ids"), ("limit", "100")]
    answer = await account.call("GET", CONTACTS, params=query)

    for each in answer["results"]:
        assert "nonsense" not in each["properties"]
        assert each["properties"]["hs_merged_object_ids"] is None
    assert any(each["properties"]["phone"] is None for each in answer["results"])


async def test_every_value_is_text_or_null(account):
    properties = (await account.get("/crm/v3/properties/deals"))["results"]
    names = ",".join(each["name"] for each in properties)

    answer = await account.get("/crm/v3/objects/deals", limit=100, properties=names)

    for each in answer["results"]:
        assert all(value is None or isinstance(value, str) for value in each["properties"].values())


async def test_stamps_inside_and_outside_the_properties_agree(account):
    for kind, stamp in (("contacts", "lastmodifieddate"), ("deals", "hs_lastmodifieddate")):
        each = (await account.get(f"/crm/v3/objects/{kind}", limit=1))["results"][0]

        assert each["updatedAt"] == each["properties"][stamp]
        assert each["createdAt"] == each["properties"]["createdate"] < each["updatedAt"]


async def test_headers_tell_the_limits(sandbox, account):
    await sandbox.order("rate-limits", on=True)
    answer = await account.get(CONTACTS)

    assert answer.headers["content-type"] == "application/json;charset=utf-8"
    assert answer.headers["x-hubspot-ratelimit-max"] == "110"
    assert answer.headers["x-hubspot-ratelimit-interval-milliseconds"] == "10000"
    assert answer.headers["x-hubspot-correlation-id"]


async def test_one_record_is_found_by_id_and_by_address(account):
    contacts = await account.listed()
    one = next(each for each in contacts if each["properties"]["email"])
    email = one["properties"]["email"]

    by_id = await account.get(f"{CONTACTS}/{one['id']}")
    by_email = await account.get(f"{CONTACTS}/{email.upper()}", idProperty="email")

    assert by_id.body == by_email.body == one


@pytest.mark.parametrize("text", ["1", "0", "x", "9" * 30, "-5"])
async def test_a_made_up_id_is_not_found(account, text):
    answer = await account.get(f"{CONTACTS}/{text}")

    assert (answer.status, answer["category"]) == (404, "OBJECT_NOT_FOUND")


async def test_an_unknown_kind_is_refused_without_a_category(account):
    answer = await account.get("/crm/v3/objects/dragons")

    assert answer.status == 400
    assert "category" not in answer.body


async def test_an_unknown_address_answers_a_web_page(account):
    answer = await account.get("/crm/v5/whatever")

    assert answer.status == 404
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_scope_that_was_not_granted_is_missing(sandbox):
    account = await sandbox.account(scopes="oauth crm.objects.contacts.read")

    deals = await account.get("/crm/v3/objects/deals")
    writing = await account.post(CONTACTS, {"properties": {"firstname": "A"}})

    for answer, scope in ((deals, "crm.objects.deals.read"), (writing, "crm.objects.contacts.write")):
        assert (answer.status, answer["category"]) == (403, "MISSING_SCOPES")
        assert answer["errors"][0]["context"]["requiredGranularScopes"] == [scope]


async def test_a_batch_lists_what_is_missing(account):
    ids = [each["id"] for each in (await account.get(CONTACTS, limit=3))["results"]]
    inputs = [{"id": each} for each in (*ids, "17")]

    whole = await account.post(f"{CONTACTS}/batch/read", {"inputs": inputs[:3], "properties": ["phone"]})
    partial = await account.post(f"{CONTACTS}/batch/read", {"inputs": inputs})

    assert whole.status == 200
    assert [each["id"] for each in whole["results"]] == ids
    assert (partial.status, partial["numErrors"]) == (207, 1)
    assert partial["errors"][0]["context"]["ids"] == ["17"]


async def test_a_batch_is_read_by_address(account):
    email = await account.create(email="Ada@example.com")

    answer = await account.post(
        f"{CONTACTS}/batch/read", {"idProperty": "email", "inputs": [{"id": "ada@example.com"}]}
    )

    assert [each["id"] for each in answer["results"]] == [email]


async def test_a_batch_holds_a_hundred(account):
    answer = await account.post(f"{CONTACTS}/batch/read", {"inputs": [{"id": "1"}] * 101})

    assert answer.status == 400


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"inputs": 5}', b'{"inputs": [{"id": 5}]}', b"\xff"])
async def test_a_body_that_is_none_is_refused(account, body):
    answer = await account.call("POST", f"{CONTACTS}/batch/read", data=body)

    assert (answer.status, answer["category"]) == (400, "VALIDATION_ERROR")


async def test_pipelines_owners_and_the_account_are_told(account):
    pipelines = await account.get("/crm/v3/pipelines/deals")
    owners = await account.get("/crm/v3/owners")
    gone = await account.get("/crm/owners/2026-03", archived="true")
    details = await account.get("/account-info/v3/details")

    assert pipelines["results"][0]["stages"][5]["metadata"] == {"isClosed": "true", "probability": "1.0"}
    assert len(owners["results"]) == 4
    assert "userId" not in gone["results"][0]
    assert (await account.get(f"/crm/v3/owners/{owners['results'][0]['id']}")).body == owners["results"][0]
    assert details["portalId"] == 111111


async def test_owners_of_records_are_owners_of_the_account(account):
    owners = (await account.get("/crm/v3/owners"))["results"] + (await account.get("/crm/v3/owners?archived=true"))[
        "results"
    ]
    contacts = await account.listed(properties="hubspot_owner_id")

    named = {each["properties"]["hubspot_owner_id"] for each in contacts} - {None}
    assert named <= {each["id"] for each in owners}


async def test_a_million_contacts_cost_nothing_until_they_are_read(serve):
    sandbox = serve(people=1_000_000)
    account = await sandbox.account()

    answer = await account.get(CONTACTS, limit=100)

    assert len(answer["results"]) == 100
